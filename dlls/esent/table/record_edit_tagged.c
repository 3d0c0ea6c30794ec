/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of tagged columns in a record being changed.  Follows tagfld.cxx of the published engine. */
#include "table/record_edit_private.h"

#include <string.h>

#include "format/compress.h"

static bool is_null(const struct tagged *tagged, uint32_t at)
{
    if (!tagged->large)
        return tagged_word(tagged, at) & TAGGED_NULL_SMALL;
    return *tagged_data(tagged, at) & TAGGED_NULL;
}

static void set_null(struct tagged *tagged, uint32_t at, bool null)
{
    if (!tagged->large)
        tagged_set_flag(tagged, at, TAGGED_NULL_SMALL, null);
    else if (null)
        *tagged_data(tagged, at) |= TAGGED_NULL;
    else
        *tagged_data(tagged, at) &= (uint8_t)~TAGGED_NULL;
}

static bool is_two(const uint8_t *header)
{
    return header && *header & TAGGED_TWO_VALUES;
}

static bool is_many(const uint8_t *header)
{
    return header && !(*header & TAGGED_TWO_VALUES) && *header & TAGGED_MULTI_VALUES;
}

/* --------------------------------------------------------------- to a value --- */

/* What is being set. */
struct change
{
    const struct column *column;
    uint32_t sequence;
    const uint8_t *data;
    uint32_t size;
    uint32_t flags;
};

static bool is_long(const struct column *column)
{
    return column->type == JET_coltypLongBinary || column->type == JET_coltypLongText;
}

static uint8_t header_of(const struct change *change)
{
    return (uint8_t)((is_long(change->column) ? TAGGED_LONG_VALUE : 0) |
                     (change->flags & RECORD_SET_SEPARATED ? TAGGED_SEPARATED : 0) |
                     (change->flags & RECORD_SET_COMPRESSED ? TAGGED_COMPRESSED : 0) |
                     (change->flags & RECORD_SET_ENCRYPTED ? TAGGED_ENCRYPTED : 0));
}

static void put_value(const struct change *change, uint8_t *out)
{
    if (change->column->type == JET_coltypBit && change->size == 1)
        *out = *change->data ? 0xff : 0;
    else if (change->size)
        memcpy(out, change->data, change->size);
}

static void move_many(uint8_t *data, uint32_t from, uint32_t to, int32_t delta)
{
    for (uint32_t i = from; i < to; i++)
    {
        uint32_t word = le16(multi_offset(data, i));
        uint32_t offset = (word & MULTI_VALUE_OFFSET) + (uint32_t)delta;

        set_le16(multi_offset(data, i), (uint16_t)((word & MULTI_VALUE_SEPARATED) | (offset & MULTI_VALUE_OFFSET)));
    }
}

static void put_many(const struct change *change, uint8_t *data, uint32_t at, uint32_t start)
{
    uint32_t separated = change->flags & RECORD_SET_SEPARATED ? MULTI_VALUE_SEPARATED : 0;

    set_le16(multi_offset(data, at), (uint16_t)(start | separated));
    put_value(change, data + TAGGED_HEADER_SIZE + start);
}

static JET_ERR set_in_many(struct tagged *tagged, uint32_t at, const struct change *change)
{
    uint8_t *data = tagged_data(tagged, at);
    uint32_t count = multi_count(data), size = tagged_data_size(tagged, at), value = change->sequence - 1;
    uint32_t start, end;
    int32_t delta;

    if (change->sequence != 1 && change->flags & RECORD_SET_COMPRESSED)
        return COMPRESS_ERR_NOT_COMPRESSED;
    if (!change->sequence || change->sequence > count)
    {
        delta = (int32_t)(change->size + MULTI_VALUE_OFFSET_SIZE);
        if (!tagged_has_room(tagged, delta))
            return JET_errRecordTooBig;
        tagged_resize(tagged, at, size, (int32_t)change->size);
        tagged_resize(tagged, at, TAGGED_HEADER_SIZE + count * MULTI_VALUE_OFFSET_SIZE, MULTI_VALUE_OFFSET_SIZE);
        move_many(data, 0, count, MULTI_VALUE_OFFSET_SIZE);
        put_many(change, data, count, size - TAGGED_HEADER_SIZE + MULTI_VALUE_OFFSET_SIZE);
        return JET_errSuccess;
    }
    start = multi_start(data, value);
    end = multi_end(data, size, value);
    delta = (int32_t)change->size - (int32_t)(end - start);
    if (!tagged_has_room(tagged, delta))
        return JET_errRecordTooBig;
    tagged_resize(tagged, at, TAGGED_HEADER_SIZE + start, delta);
    move_many(data, value + 1, count, delta);
    put_many(change, data, value, start);
    if (!value)
    {
        data[0] &= (uint8_t)~TAGGED_COMPRESSED;
        if (change->flags & RECORD_SET_COMPRESSED)
            data[0] |= TAGGED_COMPRESSED;
    }
    return JET_errSuccess;
}

/* Two values: a header byte, the size of the first, both. */
static JET_ERR set_in_two(struct tagged *tagged, uint32_t at, const struct change *change)
{
    uint8_t *data = tagged_data(tagged, at);
    uint32_t first = data[1], second = tagged_data_size(tagged, at) - 2 - first;
    int32_t delta;

    if (change->sequence == 1 || change->sequence == 2)
    {
        uint32_t old = change->sequence == 1 ? first : second, start = change->sequence == 1 ? 2 : 2 + first;

        delta = (int32_t)change->size - (int32_t)old;
        if (!tagged_has_room(tagged, delta))
            return JET_errRecordTooBig;
        tagged_resize(tagged, at, start, delta);
        if (change->sequence == 1)
            data[1] = (uint8_t)change->size;
        put_value(change, data + start);
        return JET_errSuccess;
    }
    delta = (int32_t)(change->size + 3 * MULTI_VALUE_OFFSET_SIZE - 1);
    if (!tagged_has_room(tagged, delta))
        return JET_errRecordTooBig;
    tagged_resize(tagged, at, tagged_data_size(tagged, at), (int32_t)change->size);
    tagged_resize(tagged, at, TAGGED_HEADER_SIZE, 3 * (int32_t)MULTI_VALUE_OFFSET_SIZE - 1);
    data[0] &= (uint8_t)~TAGGED_TWO_VALUES;
    set_le16(multi_offset(data, 0), 3 * MULTI_VALUE_OFFSET_SIZE);
    set_le16(multi_offset(data, 1), (uint16_t)(3 * MULTI_VALUE_OFFSET_SIZE + first));
    put_many(change, data, 2, 3 * MULTI_VALUE_OFFSET_SIZE + first + second);
    return JET_errSuccess;
}

/* The only value, or NULL, becomes this one. */
static JET_ERR set_single(struct tagged *tagged, uint32_t at, const struct change *change)
{
    bool headed = tagged->large || is_long(change->column);
    uint32_t header = headed ? TAGGED_HEADER_SIZE : 0;
    int32_t delta = (int32_t)(change->size + header) - (int32_t)tagged_data_size(tagged, at);
    uint8_t *data;

    if (!tagged_has_room(tagged, delta))
        return JET_errRecordTooBig;
    tagged_resize(tagged, at, 0, delta);
    if (!tagged->large)
    {
        tagged_set_flag(tagged, at, TAGGED_NULL_SMALL, false);
        tagged_set_flag(tagged, at, TAGGED_EXTENDED_SMALL, headed);
    }
    data = tagged_data(tagged, at);
    if (headed)
        *data++ = header_of(change);
    put_value(change, data);
    return JET_errSuccess;
}

/* A value joins the only one there is. */
static JET_ERR add_second(struct tagged *tagged, uint32_t at, const struct change *change)
{
    uint8_t *header = tagged_header(tagged, at), *data = tagged_data(tagged, at);
    uint32_t size = tagged_data_size(tagged, at);
    int32_t delta;

    if (change->flags & RECORD_SET_COMPRESSED)
        return COMPRESS_ERR_NOT_COMPRESSED;
    if (!header)
    {
        delta = (int32_t)(TAGGED_HEADER_SIZE + 1 + change->size);
        if (!tagged_has_room(tagged, delta))
            return JET_errRecordTooBig;
        tagged_resize(tagged, at, size, (int32_t)change->size);
        tagged_resize(tagged, at, 0, TAGGED_HEADER_SIZE + 1);
        tagged_set_flag(tagged, at, TAGGED_EXTENDED_SMALL, true);
        data[0] = TAGGED_MULTI_VALUES | TAGGED_TWO_VALUES;
        data[1] = (uint8_t)size;
        put_value(change, data + 2 + size);
        return JET_errSuccess;
    }
    delta = (int32_t)(2 * MULTI_VALUE_OFFSET_SIZE + change->size);
    if (!tagged_has_room(tagged, delta))
        return JET_errRecordTooBig;
    tagged_resize(tagged, at, size, (int32_t)change->size);
    tagged_resize(tagged, at, TAGGED_HEADER_SIZE, 2 * MULTI_VALUE_OFFSET_SIZE);
    set_le16(multi_offset(data, 0),
             (uint16_t)(2 * MULTI_VALUE_OFFSET_SIZE | (*header & TAGGED_SEPARATED ? MULTI_VALUE_SEPARATED : 0)));
    *header = (uint8_t)((*header & ~TAGGED_SEPARATED) | TAGGED_MULTI_VALUES);
    put_many(change, data, 1, 2 * MULTI_VALUE_OFFSET_SIZE + size - TAGGED_HEADER_SIZE);
    return JET_errSuccess;
}

/* ---------------------------------------------------------------- to NULL --- */

static void remove_of_two(struct tagged *tagged, uint32_t at, uint32_t sequence)
{
    uint32_t first = tagged_data(tagged, at)[1];

    if (sequence != 1 && sequence != 2)
        return;
    if (sequence == 1)
        tagged_resize(tagged, at, 2, -(int32_t)first);
    else
        tagged_resize(tagged, at, 2 + first, -(int32_t)(tagged_data_size(tagged, at) - 2 - first));
    tagged_resize(tagged, at, 0, -2);
    tagged_set_flag(tagged, at, TAGGED_EXTENDED_SMALL, false);
}

static void remove_of_many(struct tagged *tagged, uint32_t at, uint32_t sequence)
{
    uint8_t *data = tagged_data(tagged, at);
    uint32_t count = multi_count(data), size = tagged_data_size(tagged, at), value = sequence - 1;
    uint32_t start, gone;
    bool separated;

    if (!sequence || sequence > count)
        return;
    start = multi_start(data, value);
    gone = multi_end(data, size, value) - start;
    if (sequence == 1)
        data[0] &= (uint8_t)~TAGGED_COMPRESSED;
    if (count > 2)
    {
        tagged_resize(tagged, at, TAGGED_HEADER_SIZE + start, -(int32_t)gone);
        move_many(data, value + 1, count, -(int32_t)gone);
        tagged_resize(tagged, at, TAGGED_HEADER_SIZE + value * MULTI_VALUE_OFFSET_SIZE,
                      -(int32_t)MULTI_VALUE_OFFSET_SIZE);
        move_many(data, 0, count - 1, -(int32_t)MULTI_VALUE_OFFSET_SIZE);
        return;
    }
    separated = le16(multi_offset(data, 1 - value)) & MULTI_VALUE_SEPARATED;
    tagged_resize(tagged, at, TAGGED_HEADER_SIZE + start, -(int32_t)gone);
    tagged_resize(tagged, at, TAGGED_HEADER_SIZE, -2 * (int32_t)MULTI_VALUE_OFFSET_SIZE);
    data[0] &= (uint8_t) ~(TAGGED_MULTI_VALUES | TAGGED_SEPARATED);
    if (separated)
        data[0] |= TAGGED_SEPARATED;
    if (!tagged->large && !data[0])
    {
        tagged_resize(tagged, at, 0, -(int32_t)TAGGED_HEADER_SIZE);
        tagged_set_flag(tagged, at, TAGGED_EXTENDED_SMALL, false);
    }
}

/* The only value goes; where there is a default, that it is NULL must be said. */
static void remove_single(struct tagged *tagged, uint32_t at, const struct change *change)
{
    uint32_t header = tagged->large ? TAGGED_HEADER_SIZE : 0;

    if (!(change->column->disk_flags & COLUMN_DEFAULT) || change->flags & RECORD_SET_REVERT)
    {
        tagged_delete(tagged, at);
        return;
    }
    tagged_resize(tagged, at, header, -(int32_t)(tagged_data_size(tagged, at) - header));
    if (tagged->large)
        *tagged_data(tagged, at) &= (uint8_t) ~(TAGGED_SEPARATED | TAGGED_COMPRESSED | TAGGED_ENCRYPTED);
    else
        tagged_set_flag(tagged, at, TAGGED_EXTENDED_SMALL, false);
    set_null(tagged, at, true);
}

static void set_to_null(struct tagged *tagged, uint32_t at, const struct change *change)
{
    const uint8_t *header = tagged_header(tagged, at);

    if (is_null(tagged, at))
    {
        if (change->flags & RECORD_SET_REVERT)
            tagged_delete(tagged, at);
    }
    else if (is_two(header))
        remove_of_two(tagged, at, change->sequence);
    else if (is_many(header))
        remove_of_many(tagged, at, change->sequence);
    else if (change->sequence == 1)
        remove_single(tagged, at, change);
}

/* --------------------------------------------------- from what there is, or not --- */

static JET_ERR insert(struct tagged *tagged, uint32_t at, const struct change *change)
{
    uint32_t flags = change->column->marked_inherited ? TAGGED_DERIVED : 0;
    uint32_t header = tagged->large ? TAGGED_HEADER_SIZE : 0;
    uint8_t *data;

    if (!change->data)
    {
        if (!(change->column->disk_flags & COLUMN_DEFAULT) || change->sequence != 1 ||
            change->flags & RECORD_SET_REVERT)
            return JET_errSuccess;
    }
    else if (!tagged->large && is_long(change->column))
    {
        header = TAGGED_HEADER_SIZE;
        flags |= TAGGED_EXTENDED_SMALL;
    }
    if (!tagged_has_room(tagged, (int32_t)(TAGGED_ENTRY_SIZE + header + change->size)))
        return JET_errRecordTooBig;
    tagged_insert(tagged, at, change->column->fid, flags, header + change->size);
    data = tagged_data(tagged, at);
    if (header)
        *data++ = header_of(change);
    if (change->data)
        put_value(change, data);
    else
        set_null(tagged, at, true);
    return JET_errSuccess;
}

/* Value `which` of a column's data, from 0. */
static const uint8_t *value_at(const uint8_t *header, uint8_t *data, uint32_t size, uint32_t which,
                               uint32_t *value_size)
{
    if (is_two(header))
    {
        *value_size = which ? size - 2 - data[1] : data[1];
        return which ? data + 2 + data[1] : data + 2;
    }
    if (is_many(header))
    {
        *value_size = multi_end(data, size, which) - multi_start(data, which);
        return data + TAGGED_HEADER_SIZE + multi_start(data, which);
    }
    *value_size = size;
    return data;
}

/* On large pages Windows' engine takes the header byte of a single value for part of it, and finds it never equal. */
static JET_ERR check_unique(const struct tagged *tagged, uint32_t at, const struct change *change)
{
    uint8_t *data = tagged_data(tagged, at);
    const uint8_t *header = tagged_header(tagged, at);
    uint32_t size = tagged_data_size(tagged, at);
    uint32_t count = is_two(header) ? 2 : is_many(header) ? multi_count(data) : 1;

    for (uint32_t i = 0; i < count; i++)
    {
        uint32_t value_size;
        const uint8_t *value = value_at(header, data, size, i, &value_size);

        if (i + 1 != change->sequence && value_size == change->size &&
            (!value_size || !memcmp(value, change->data, value_size)))
            return JET_errMultiValuedDuplicate;
    }
    return JET_errSuccess;
}

JET_ERR record_set_tagged(const struct table *table, struct record_buffer *buffer, const struct column *column,
                          uint32_t sequence, const void *data, uint32_t size, uint32_t flags)
{
    static const uint8_t nothing;
    struct change change = { column, sequence, data, data ? size : 0, flags };
    struct tagged tagged;
    const uint8_t *header;
    uint32_t at;
    JET_ERR err;

    if (data && !size)
        change.data = &nothing;
    tagged_open(&tagged, table, buffer);
    if (!tagged_find(tagged.base, tagged.count, record_tagged_order(column), &at))
        return insert(&tagged, at, &change);
    if (!change.data)
    {
        set_to_null(&tagged, at, &change);
        return JET_errSuccess;
    }
    if (is_null(&tagged, at))
        return set_single(&tagged, at, &change);
    if (flags & RECORD_SET_UNIQUE && !is_long(column))
    {
        err = check_unique(&tagged, at, &change);
        if (err < 0)
            return err;
    }
    header = tagged_header(&tagged, at);
    if (is_two(header))
        return set_in_two(&tagged, at, &change);
    if (is_many(header))
        return set_in_many(&tagged, at, &change);
    return sequence == 1 ? set_single(&tagged, at, &change) : add_second(&tagged, at, &change);
}

void record_remove_tagged(const struct table *table, struct record_buffer *buffer, uint32_t order)
{
    struct tagged tagged;
    uint32_t at;

    tagged_open(&tagged, table, buffer);
    if (tagged_find(tagged.base, tagged.count, order, &at))
        tagged_delete(&tagged, at);
}
