/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tagged columns of a record being changed.  Follows tagfld.cxx of the published engine. */
#include <string.h>

#include "format/bytes.h"
#include "format/compress.h"
#include "table/record_edit.h"
#include "table/record_layout.h"

/* The tagged columns of a record: an array of entries, then their data. */
struct tagged
{
    struct record_buffer *buffer;
    uint8_t *base; /* where the array begins */
    uint32_t count;
    uint32_t mask;
    bool large;
};

static void tagged_open(struct tagged *tagged, const struct table *table, struct record_buffer *buffer)
{
    uint32_t start = record_tagged_start(buffer->data);

    tagged->buffer = buffer;
    tagged->base = buffer->data + start;
    tagged->large = table->large_pages;
    tagged->mask = tagged->large ? TAGGED_OFFSET_LARGE : TAGGED_OFFSET_SMALL;
    tagged->count = start == buffer->size ? 0 : (le16(tagged->base + 2) & tagged->mask) / TAGGED_ENTRY_SIZE;
}

static uint32_t tagged_size(const struct tagged *tagged)
{
    return tagged->buffer->size - (uint32_t)(tagged->base - tagged->buffer->data);
}

static uint8_t *entry(const struct tagged *tagged, uint32_t at)
{
    return tagged->base + at * TAGGED_ENTRY_SIZE;
}

static uint32_t entry_word(const struct tagged *tagged, uint32_t at)
{
    return le16(entry(tagged, at) + 2);
}

static uint32_t entry_order(const struct tagged *tagged, uint32_t at)
{
    uint32_t fid = le16(entry(tagged, at));

    return entry_word(tagged, at) & TAGGED_DERIVED ? fid : fid | TAGGED_ORDER_OWN;
}

static uint32_t data_start(const struct tagged *tagged, uint32_t at)
{
    return entry_word(tagged, at) & tagged->mask;
}

static uint32_t data_end(const struct tagged *tagged, uint32_t at)
{
    return at + 1 < tagged->count ? data_start(tagged, at + 1) : tagged_size(tagged);
}

/* Its data, header byte included. */
static uint8_t *entry_data(const struct tagged *tagged, uint32_t at)
{
    return tagged->base + data_start(tagged, at);
}

static uint32_t data_size(const struct tagged *tagged, uint32_t at)
{
    return data_end(tagged, at) - data_start(tagged, at);
}

/* The header byte; NULL if it has none. */
static uint8_t *entry_header(const struct tagged *tagged, uint32_t at)
{
    if (!tagged->large && !(entry_word(tagged, at) & TAGGED_EXTENDED_SMALL))
        return NULL;
    return entry_data(tagged, at);
}

static bool entry_null(const struct tagged *tagged, uint32_t at)
{
    if (!tagged->large)
        return entry_word(tagged, at) & TAGGED_NULL_SMALL;
    return *entry_data(tagged, at) & TAGGED_NULL;
}

static void set_entry_flag(struct tagged *tagged, uint32_t at, uint32_t flag, bool on)
{
    uint32_t word = entry_word(tagged, at);

    set_le16(entry(tagged, at) + 2, (uint16_t)(on ? word | flag : word & ~flag));
}

static void set_entry_null(struct tagged *tagged, uint32_t at, bool null)
{
    if (!tagged->large)
        set_entry_flag(tagged, at, TAGGED_NULL_SMALL, null);
    else if (null)
        *entry_data(tagged, at) |= TAGGED_NULL;
    else
        *entry_data(tagged, at) &= (uint8_t)~TAGGED_NULL;
}

/* Where a column is, or would be. */
static bool find(const struct tagged *tagged, uint32_t order, uint32_t *at)
{
    uint32_t low = 0, high = tagged->count;

    while (low < high)
    {
        uint32_t middle = (low + high) / 2;

        if (entry_order(tagged, middle) < order)
            low = middle + 1;
        else
            high = middle;
    }
    *at = low;
    return low < tagged->count && entry_order(tagged, low) == order;
}

static bool has_room(const struct tagged *tagged, int32_t delta)
{
    return delta <= 0 || tagged->buffer->size + (uint32_t)delta <= tagged->buffer->limit;
}

static void move_offsets(struct tagged *tagged, uint32_t from, int32_t delta)
{
    for (uint32_t i = from; i < tagged->count; i++)
    {
        uint32_t word = entry_word(tagged, i);
        uint32_t offset = (word & tagged->mask) + (uint32_t)delta;

        set_le16(entry(tagged, i) + 2, (uint16_t)((word & ~tagged->mask) | (offset & tagged->mask)));
    }
}

/* Opens or closes a gap at byte `offset` of an entry's data (for a gap to be closed: where it begins). */
static void resize(struct tagged *tagged, uint32_t at, uint32_t offset, int32_t delta)
{
    struct record_buffer *buffer = tagged->buffer;
    uint8_t *from = entry_data(tagged, at) + offset;
    uint8_t *end = buffer->data + buffer->size;

    if (delta > 0)
        memmove(from + delta, from, (size_t)(end - from));
    else if (delta < 0)
        memmove(from, from - delta, (size_t)(end - (from - delta)));
    buffer->size += (uint32_t)delta;
    move_offsets(tagged, at + 1, delta);
}

/* A new entry with room for `size` bytes of data. */
static void insert_entry(struct tagged *tagged, uint32_t at, uint16_t fid, uint32_t flags, uint32_t size)
{
    struct record_buffer *buffer = tagged->buffer;
    uint32_t whole = tagged_size(tagged);
    uint32_t array = tagged->count * TAGGED_ENTRY_SIZE;
    uint32_t start = at < tagged->count ? data_start(tagged, at) : whole;

    memmove(tagged->base + start + TAGGED_ENTRY_SIZE + size, tagged->base + start, whole - start);
    memmove(tagged->base + array + TAGGED_ENTRY_SIZE, tagged->base + array, start - array);
    memmove(entry(tagged, at + 1), entry(tagged, at), array - at * TAGGED_ENTRY_SIZE);
    buffer->size += TAGGED_ENTRY_SIZE + size;
    tagged->count++;
    set_le16(entry(tagged, at), fid);
    set_le16(entry(tagged, at) + 2, (uint16_t)(flags | start));
    move_offsets(tagged, 0, TAGGED_ENTRY_SIZE);
    move_offsets(tagged, at + 1, (int32_t)size);
}

static void delete_entry(struct tagged *tagged, uint32_t at)
{
    struct record_buffer *buffer = tagged->buffer;
    uint32_t size = data_size(tagged, at);

    resize(tagged, at, 0, -(int32_t)size);
    memmove(entry(tagged, at), entry(tagged, at + 1), tagged_size(tagged) - (at + 1) * TAGGED_ENTRY_SIZE);
    buffer->size -= TAGGED_ENTRY_SIZE;
    tagged->count--;
    move_offsets(tagged, 0, -(int32_t)TAGGED_ENTRY_SIZE);
}

/* ---------------------------------------------------------------- values --- */

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

/* Many values: a header byte, an offset for each, the values. */
static uint32_t many_count(const uint8_t *data)
{
    return (le16(data + TAGGED_HEADER_SIZE) & MULTI_VALUE_OFFSET) / MULTI_VALUE_OFFSET_SIZE;
}

static uint8_t *many_offset(uint8_t *data, uint32_t at)
{
    return data + TAGGED_HEADER_SIZE + at * MULTI_VALUE_OFFSET_SIZE;
}

static uint32_t many_start(uint8_t *data, uint32_t at)
{
    return le16(many_offset(data, at)) & MULTI_VALUE_OFFSET;
}

static uint32_t many_end(uint8_t *data, uint32_t size, uint32_t at)
{
    return at + 1 < many_count(data) ? many_start(data, at + 1) : size - TAGGED_HEADER_SIZE;
}

static void move_many(uint8_t *data, uint32_t from, uint32_t to, int32_t delta)
{
    for (uint32_t i = from; i < to; i++)
    {
        uint32_t word = le16(many_offset(data, i));
        uint32_t offset = (word & MULTI_VALUE_OFFSET) + (uint32_t)delta;

        set_le16(many_offset(data, i), (uint16_t)((word & MULTI_VALUE_SEPARATED) | (offset & MULTI_VALUE_OFFSET)));
    }
}

static void put_many(const struct change *change, uint8_t *data, uint32_t at, uint32_t start)
{
    uint32_t separated = change->flags & RECORD_SET_SEPARATED ? MULTI_VALUE_SEPARATED : 0;

    set_le16(many_offset(data, at), (uint16_t)(start | separated));
    put_value(change, data + TAGGED_HEADER_SIZE + start);
}

static JET_ERR set_in_many(struct tagged *tagged, uint32_t at, const struct change *change)
{
    uint8_t *data = entry_data(tagged, at);
    uint32_t count = many_count(data), size = data_size(tagged, at), value = change->sequence - 1;
    uint32_t start, end;
    int32_t delta;

    if (change->sequence != 1 && change->flags & RECORD_SET_COMPRESSED)
        return COMPRESS_ERR_NOT_COMPRESSED;
    if (!change->sequence || change->sequence > count)
    {
        delta = (int32_t)(change->size + MULTI_VALUE_OFFSET_SIZE);
        if (!has_room(tagged, delta))
            return JET_errRecordTooBig;
        resize(tagged, at, size, (int32_t)change->size);
        resize(tagged, at, TAGGED_HEADER_SIZE + count * MULTI_VALUE_OFFSET_SIZE, MULTI_VALUE_OFFSET_SIZE);
        move_many(data, 0, count, MULTI_VALUE_OFFSET_SIZE);
        put_many(change, data, count, size - TAGGED_HEADER_SIZE + MULTI_VALUE_OFFSET_SIZE);
        return JET_errSuccess;
    }
    start = many_start(data, value);
    end = many_end(data, size, value);
    delta = (int32_t)change->size - (int32_t)(end - start);
    if (!has_room(tagged, delta))
        return JET_errRecordTooBig;
    resize(tagged, at, TAGGED_HEADER_SIZE + start, delta);
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
    uint8_t *data = entry_data(tagged, at);
    uint32_t first = data[1], second = data_size(tagged, at) - 2 - first;
    int32_t delta;

    if (change->sequence == 1 || change->sequence == 2)
    {
        uint32_t old = change->sequence == 1 ? first : second, start = change->sequence == 1 ? 2 : 2 + first;

        delta = (int32_t)change->size - (int32_t)old;
        if (!has_room(tagged, delta))
            return JET_errRecordTooBig;
        resize(tagged, at, start, delta);
        if (change->sequence == 1)
            data[1] = (uint8_t)change->size;
        put_value(change, data + start);
        return JET_errSuccess;
    }
    delta = (int32_t)(change->size + 3 * MULTI_VALUE_OFFSET_SIZE - 1);
    if (!has_room(tagged, delta))
        return JET_errRecordTooBig;
    resize(tagged, at, data_size(tagged, at), (int32_t)change->size);
    resize(tagged, at, TAGGED_HEADER_SIZE, 3 * (int32_t)MULTI_VALUE_OFFSET_SIZE - 1);
    data[0] &= (uint8_t)~TAGGED_TWO_VALUES;
    set_le16(many_offset(data, 0), 3 * MULTI_VALUE_OFFSET_SIZE);
    set_le16(many_offset(data, 1), (uint16_t)(3 * MULTI_VALUE_OFFSET_SIZE + first));
    put_many(change, data, 2, 3 * MULTI_VALUE_OFFSET_SIZE + first + second);
    return JET_errSuccess;
}

/* The only value, or NULL, becomes this one. */
static JET_ERR set_single(struct tagged *tagged, uint32_t at, const struct change *change)
{
    bool headed = tagged->large || is_long(change->column);
    uint32_t header = headed ? TAGGED_HEADER_SIZE : 0;
    int32_t delta = (int32_t)(change->size + header) - (int32_t)data_size(tagged, at);
    uint8_t *data;

    if (!has_room(tagged, delta))
        return JET_errRecordTooBig;
    resize(tagged, at, 0, delta);
    if (!tagged->large)
    {
        set_entry_flag(tagged, at, TAGGED_NULL_SMALL, false);
        set_entry_flag(tagged, at, TAGGED_EXTENDED_SMALL, headed);
    }
    data = entry_data(tagged, at);
    if (headed)
        *data++ = header_of(change);
    put_value(change, data);
    return JET_errSuccess;
}

/* A value joins the only one there is. */
static JET_ERR add_second(struct tagged *tagged, uint32_t at, const struct change *change)
{
    uint8_t *header = entry_header(tagged, at), *data = entry_data(tagged, at);
    uint32_t size = data_size(tagged, at);
    int32_t delta;

    if (change->flags & RECORD_SET_COMPRESSED)
        return COMPRESS_ERR_NOT_COMPRESSED;
    if (!header)
    {
        delta = (int32_t)(TAGGED_HEADER_SIZE + 1 + change->size);
        if (!has_room(tagged, delta))
            return JET_errRecordTooBig;
        resize(tagged, at, size, (int32_t)change->size);
        resize(tagged, at, 0, TAGGED_HEADER_SIZE + 1);
        set_entry_flag(tagged, at, TAGGED_EXTENDED_SMALL, true);
        data[0] = TAGGED_MULTI_VALUES | TAGGED_TWO_VALUES;
        data[1] = (uint8_t)size;
        put_value(change, data + 2 + size);
        return JET_errSuccess;
    }
    delta = (int32_t)(2 * MULTI_VALUE_OFFSET_SIZE + change->size);
    if (!has_room(tagged, delta))
        return JET_errRecordTooBig;
    resize(tagged, at, size, (int32_t)change->size);
    resize(tagged, at, TAGGED_HEADER_SIZE, 2 * MULTI_VALUE_OFFSET_SIZE);
    set_le16(many_offset(data, 0),
             (uint16_t)(2 * MULTI_VALUE_OFFSET_SIZE | (*header & TAGGED_SEPARATED ? MULTI_VALUE_SEPARATED : 0)));
    *header = (uint8_t)((*header & ~TAGGED_SEPARATED) | TAGGED_MULTI_VALUES);
    put_many(change, data, 1, 2 * MULTI_VALUE_OFFSET_SIZE + size - TAGGED_HEADER_SIZE);
    return JET_errSuccess;
}

/* ---------------------------------------------------------------- to NULL --- */

static void remove_of_two(struct tagged *tagged, uint32_t at, uint32_t sequence)
{
    uint32_t first = entry_data(tagged, at)[1];

    if (sequence != 1 && sequence != 2)
        return;
    if (sequence == 1)
        resize(tagged, at, 2, -(int32_t)first);
    else
        resize(tagged, at, 2 + first, -(int32_t)(data_size(tagged, at) - 2 - first));
    resize(tagged, at, 0, -2);
    set_entry_flag(tagged, at, TAGGED_EXTENDED_SMALL, false);
}

static void remove_of_many(struct tagged *tagged, uint32_t at, uint32_t sequence)
{
    uint8_t *data = entry_data(tagged, at);
    uint32_t count = many_count(data), size = data_size(tagged, at), value = sequence - 1;
    uint32_t start, gone;
    bool separated;

    if (!sequence || sequence > count)
        return;
    start = many_start(data, value);
    gone = many_end(data, size, value) - start;
    if (sequence == 1)
        data[0] &= (uint8_t)~TAGGED_COMPRESSED;
    if (count > 2)
    {
        resize(tagged, at, TAGGED_HEADER_SIZE + start, -(int32_t)gone);
        move_many(data, value + 1, count, -(int32_t)gone);
        resize(tagged, at, TAGGED_HEADER_SIZE + value * MULTI_VALUE_OFFSET_SIZE, -(int32_t)MULTI_VALUE_OFFSET_SIZE);
        move_many(data, 0, count - 1, -(int32_t)MULTI_VALUE_OFFSET_SIZE);
        return;
    }
    separated = le16(many_offset(data, 1 - value)) & MULTI_VALUE_SEPARATED;
    resize(tagged, at, TAGGED_HEADER_SIZE + start, -(int32_t)gone);
    resize(tagged, at, TAGGED_HEADER_SIZE, -2 * (int32_t)MULTI_VALUE_OFFSET_SIZE);
    data[0] &= (uint8_t) ~(TAGGED_MULTI_VALUES | TAGGED_SEPARATED);
    if (separated)
        data[0] |= TAGGED_SEPARATED;
    if (!tagged->large && !data[0])
    {
        resize(tagged, at, 0, -(int32_t)TAGGED_HEADER_SIZE);
        set_entry_flag(tagged, at, TAGGED_EXTENDED_SMALL, false);
    }
}

/* The only value goes; where there is a default, that it is NULL must be said. */
static void remove_single(struct tagged *tagged, uint32_t at, const struct change *change)
{
    uint32_t header = tagged->large ? TAGGED_HEADER_SIZE : 0;

    if (!(change->column->disk_flags & COLUMN_DEFAULT) || change->flags & RECORD_SET_REVERT)
    {
        delete_entry(tagged, at);
        return;
    }
    resize(tagged, at, header, -(int32_t)(data_size(tagged, at) - header));
    if (tagged->large)
        *entry_data(tagged, at) &= (uint8_t) ~(TAGGED_SEPARATED | TAGGED_COMPRESSED | TAGGED_ENCRYPTED);
    else
        set_entry_flag(tagged, at, TAGGED_EXTENDED_SMALL, false);
    set_entry_null(tagged, at, true);
}

static void set_to_null(struct tagged *tagged, uint32_t at, const struct change *change)
{
    const uint8_t *header = entry_header(tagged, at);

    if (entry_null(tagged, at))
    {
        if (change->flags & RECORD_SET_REVERT)
            delete_entry(tagged, at);
    }
    else if (header && *header & TAGGED_TWO_VALUES)
        remove_of_two(tagged, at, change->sequence);
    else if (header && *header & TAGGED_MULTI_VALUES)
        remove_of_many(tagged, at, change->sequence);
    else if (change->sequence == 1)
        remove_single(tagged, at, change);
}

/* ------------------------------------------------------------------- set --- */

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
    if (!has_room(tagged, (int32_t)(TAGGED_ENTRY_SIZE + header + change->size)))
        return JET_errRecordTooBig;
    insert_entry(tagged, at, change->column->fid, flags, header + change->size);
    data = entry_data(tagged, at);
    if (header)
        *data++ = header_of(change);
    if (change->data)
        put_value(change, data);
    else
        set_entry_null(tagged, at, true);
    return JET_errSuccess;
}

/* On large pages Windows' engine takes the header byte of a single value for part of it, and finds it never equal. */
static JET_ERR check_unique(const struct tagged *tagged, uint32_t at, const struct change *change)
{
    uint8_t *data = entry_data(tagged, at);
    const uint8_t *header = entry_header(tagged, at);
    uint32_t size = data_size(tagged, at), count = 1;
    bool two = header && *header & TAGGED_TWO_VALUES, many = !two && header && *header & TAGGED_MULTI_VALUES;

    if (two)
        count = 2;
    else if (many)
        count = many_count(data);
    for (uint32_t i = 0; i < count; i++)
    {
        const uint8_t *value = data;
        uint32_t value_size = size;

        if (two)
        {
            value = i ? data + 2 + data[1] : data + 2;
            value_size = i ? size - 2 - data[1] : data[1];
        }
        else if (many)
        {
            value = data + TAGGED_HEADER_SIZE + many_start(data, i);
            value_size = many_end(data, size, i) - many_start(data, i);
        }
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
    if (!find(&tagged, record_tagged_order(column), &at))
        return insert(&tagged, at, &change);
    if (!change.data)
    {
        set_to_null(&tagged, at, &change);
        return JET_errSuccess;
    }
    if (entry_null(&tagged, at))
        return set_single(&tagged, at, &change);
    if (flags & RECORD_SET_UNIQUE && !is_long(column))
    {
        err = check_unique(&tagged, at, &change);
        if (err < 0)
            return err;
    }
    header = entry_header(&tagged, at);
    if (header && *header & TAGGED_TWO_VALUES)
        return set_in_two(&tagged, at, &change);
    if (header && *header & TAGGED_MULTI_VALUES)
        return set_in_many(&tagged, at, &change);
    return sequence == 1 ? set_single(&tagged, at, &change) : add_second(&tagged, at, &change);
}

void record_remove_tagged(const struct table *table, struct record_buffer *buffer, uint32_t order)
{
    struct tagged tagged;
    uint32_t at;

    tagged_open(&tagged, table, buffer);
    if (find(&tagged, order, &at))
        delete_entry(&tagged, at);
}

/* ----------------------------------------------------------------- check --- */

static bool many_sound(uint8_t *data, uint32_t size)
{
    uint32_t first, count, before;

    if (size < TAGGED_HEADER_SIZE + 2 * MULTI_VALUE_OFFSET_SIZE)
        return false;
    first = many_start(data, 0);
    count = many_count(data);
    if (first % MULTI_VALUE_OFFSET_SIZE || count < 2 || first > size - TAGGED_HEADER_SIZE)
        return false;
    before = first;
    for (uint32_t i = 0; i < count; i++)
    {
        if (many_start(data, i) < before || many_start(data, i) > size - TAGGED_HEADER_SIZE)
            return false;
        before = many_start(data, i);
    }
    return true;
}

static bool entry_sound(const struct tagged *tagged, uint32_t at)
{
    uint8_t *data = entry_data(tagged, at);
    const uint8_t *header = entry_header(tagged, at);
    uint32_t size = data_size(tagged, at);

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

JET_ERR record_check_tagged(const struct table *table, struct record record, uint32_t start)
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
    before = data_start(&tagged, 0);
    if (!before || before % TAGGED_ENTRY_SIZE || before > tagged_size(&tagged))
        return JET_errDatabaseCorrupted;
    for (uint32_t i = 0; i < tagged.count; i++)
    {
        if (data_start(&tagged, i) < before || data_start(&tagged, i) > tagged_size(&tagged) ||
            (i && entry_order(&tagged, i) <= order))
            return JET_errDatabaseCorrupted;
        before = data_start(&tagged, i);
        order = entry_order(&tagged, i);
    }
    for (uint32_t i = 0; i < tagged.count; i++)
        if (!entry_sound(&tagged, i))
            return JET_errDatabaseCorrupted;
    return JET_errSuccess;
}
