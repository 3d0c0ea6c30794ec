/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a record that comes from a page is sound, so that it may be changed. */
#include "table/record_edit_private.h"

static bool many_sound(uint8_t *data, uint32_t size)
{
    uint32_t first, count, before;

    if (size < TAGGED_HEADER_SIZE + 2 * MULTI_VALUE_OFFSET_SIZE)
        return false;
    first = multi_start(data, 0);
    count = multi_count(data);
    if (first % MULTI_VALUE_OFFSET_SIZE || count < 2 || first > size - TAGGED_HEADER_SIZE)
        return false;
    before = first;
    for (uint32_t i = 0; i < count; i++)
    {
        if (multi_start(data, i) < before || multi_start(data, i) > size - TAGGED_HEADER_SIZE)
            return false;
        before = multi_start(data, i);
    }
    return true;
}

static bool entry_sound(const struct tagged *tagged, uint32_t at)
{
    uint8_t *data = tagged_data(tagged, at);
    const uint8_t *header = tagged_header(tagged, at);
    uint32_t size = tagged_data_size(tagged, at);

    if (!header)
        return true;
    if (!size)
        return false;
    if (*header & TAGGED_NULL)
        return tagged->large && size == TAGGED_HEADER_SIZE;
    if (*header & TAGGED_TWO_VALUES)
        return !tagged->large && size >= 2 && data[1] <= size - 2;
    if (*header & TAGGED_MULTI_VALUES)
        return many_sound(data, size);
    return true;
}

static JET_ERR check_tagged(const struct table *table, struct record record, uint32_t start)
{
    struct record_buffer buffer = { (uint8_t *)record.data, record.size, record.size };
    struct tagged tagged = { .buffer = &buffer, .base = buffer.data + start, .large = table->large_pages };
    uint32_t before, order = 0;

    if (start > record.size)
        return JET_errDatabaseCorrupted;
    if (start == record.size)
        return JET_errSuccess;
    if (record.size - start < TAGGED_ENTRY_SIZE)
        return JET_errDatabaseCorrupted;
    tagged_open(&tagged, table, &buffer);
    before = tagged_data_start(&tagged, 0);
    if (!before || before % TAGGED_ENTRY_SIZE || before > tagged_size(&tagged))
        return JET_errDatabaseCorrupted;
    for (uint32_t i = 0; i < tagged.count; i++)
    {
        if (tagged_data_start(&tagged, i) < before || tagged_data_start(&tagged, i) > tagged_size(&tagged) ||
            (i && tagged_order(tagged_entry(&tagged, i)) <= order))
            return JET_errDatabaseCorrupted;
        before = tagged_data_start(&tagged, i);
        order = tagged_order(tagged_entry(&tagged, i));
    }
    for (uint32_t i = 0; i < tagged.count; i++)
        if (!entry_sound(&tagged, i))
            return JET_errDatabaseCorrupted;
    return JET_errSuccess;
}

JET_ERR record_check(const struct table *table, struct record record)
{
    const uint8_t *data = record.data;
    uint32_t end = 0, count, room;

    if (record.size < RECORD_MIN_SIZE || data[0] >= COLUMNID_VAR_FIRST || data[0] > table->fixed_count)
        return JET_errDatabaseCorrupted;
    count = variable_count(data);
    if (count > table->variable_count || offsets_start(data) < RECORD_MIN_SIZE + null_bits_size(data[0]) ||
        variable_start(data) > record.size)
        return JET_errDatabaseCorrupted;
    room = record.size - variable_start(data);
    for (uint32_t i = 0; i < count; i++)
    {
        if (variable_end(data, i) < end || variable_end(data, i) > room)
            return JET_errDatabaseCorrupted;
        end = variable_end(data, i);
    }
    for (uint32_t i = 0; i < data[0]; i++)
    {
        const struct column *column = &table->fixed[i];

        if (column->type != JET_coltypNil &&
            (column->fixed_offset < RECORD_MIN_SIZE ||
             column->fixed_offset + column->max_size > offsets_start(data) - null_bits_size(data[0])))
            return JET_errDatabaseCorrupted;
    }
    return check_tagged(table, record, record_tagged_start(data));
}
