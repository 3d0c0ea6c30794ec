/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fixed and variable columns of a record being changed.  Follows fldmod.cxx of the published engine. */
#include "table/record_edit_private.h"

#include <string.h>

#define SMALL_PAGE_MAX    8192u
#define PAGE_HEADER_SMALL 40u
#define PAGE_HEADER_LARGE 80u
#define PAGE_TAGS_SIZE    8u /* of the external header and of the node */
#define KEY_COUNT_SIZE    2u /* before a key, and before its prefix's size */
#define KEY_OF_SEQUENTIAL 4u

/* Long ago the longest key was 255, and what fitted a small page then must go on to fit. */
uint32_t record_size_limit(const struct table *table)
{
    return record_size_limit_with_key(table, table->primary && table->primary->key_columns ? table->primary->key_max
                                                                                           : KEY_OF_SEQUENTIAL);
}

uint32_t record_size_limit_with_key(const struct table *table, uint32_t key_max)
{
    uint32_t page_size = table->database ? table->database->page_size : 2 * SMALL_PAGE_MAX;

    if (page_size > SMALL_PAGE_MAX)
        return page_size - PAGE_HEADER_LARGE - PAGE_TAGS_SIZE - 2 * KEY_COUNT_SIZE - key_max;
    key_max += KEY_COUNT_SIZE;
    if (key_max < JET_cbKeyMostMin)
        key_max = JET_cbKeyMostMin;
    return page_size - PAGE_HEADER_SMALL - PAGE_TAGS_SIZE - KEY_COUNT_SIZE - key_max;
}

uint32_t record_value_limit(const struct table *table)
{
    return record_size_limit(table) - RECORD_MIN_SIZE - TAGGED_ENTRY_SIZE - TAGGED_HEADER_SIZE;
}

/* Opens (by > 0) or closes a gap before what is at `at`. */
static void shift(struct record_buffer *buffer, uint32_t at, int32_t by)
{
    memmove(buffer->data + at + by, buffer->data + at, buffer->size - at);
    buffer->size += (uint32_t)by;
}

/* ---------------------------------------------------------------- fixed --- */

/* Where the column behind `fid` begins; a place of a deleted column may not be known. */
static uint32_t fixed_end(const struct table *table, uint32_t fid)
{
    uint32_t end = RECORD_MIN_SIZE;

    for (uint32_t i = fid; i > 0; i--)
    {
        const struct column *column = &table->fixed[i - 1];

        if (column->fixed_offset >= RECORD_MIN_SIZE)
        {
            end = column->fixed_offset + column->max_size;
            break;
        }
    }
    return end;
}

static void set_null_bit(uint8_t *bits, uint32_t at, bool null)
{
    if (null)
        bits[at / 8] |= (uint8_t)(1u << at % 8);
    else
        bits[at / 8] &= (uint8_t) ~(1u << at % 8);
}

/* Makes the record have all fixed columns up to this one, with their defaults. */
static JET_ERR extend_fixed(const struct table *table, struct record_buffer *buffer, uint32_t fid)
{
    uint8_t *data = buffer->data;
    uint32_t last = data[0];
    uint32_t old_bits = null_bits_size(last), new_bits = null_bits_size(fid);
    uint32_t old_end = offsets_start(data), old_fixed_end = old_end - old_bits;
    uint32_t new_fixed_end = fixed_end(table, fid), new_end;

    if (new_fixed_end < old_fixed_end)
        new_fixed_end = old_fixed_end;
    new_end = new_fixed_end + new_bits;
    if (buffer->size + (new_end - old_end) > buffer->limit)
        return JET_errRecordTooBig;
    shift(buffer, old_end, (int32_t)(new_end - old_end));
    memmove(data + new_fixed_end, data + old_fixed_end, old_bits);
    memset(data + old_fixed_end, RECORD_FILL, new_fixed_end - old_fixed_end);
    memset(data + new_fixed_end + old_bits, 0xff, new_bits - old_bits);
    /* The bits behind the last column are set as well, as in Windows' records. */
    for (uint32_t i = last; i < 8 * old_bits; i++)
        set_null_bit(data + new_fixed_end, i, true);
    data[0] = (uint8_t)fid;
    set_le16(data + 2, (uint16_t)new_end);
    for (uint32_t i = last; i < fid; i++)
    {
        const struct column *column = &table->fixed[i];

        if (column->type == JET_coltypNil || !column->default_value || column->default_size > column->max_size ||
            column->fixed_offset + column->max_size > new_fixed_end)
            continue;
        memcpy(data + column->fixed_offset, column->default_value, column->default_size);
        set_null_bit(data + new_fixed_end, i, false);
    }
    return JET_errSuccess;
}

static void fill_fixed(const struct column *column, uint8_t *out, uint32_t from)
{
    for (uint32_t i = from; i < column->max_size; i++)
    {
        if (column->type == JET_coltypBinary)
            out[i] = 0;
        else if (column->code_page == OS_CP_UNICODE)
            out[i] = i % 2 ? 0 : RECORD_TEXT_FILL;
        else
            out[i] = RECORD_TEXT_FILL;
    }
}

static JET_ERR set_fixed(const struct table *table, struct record_buffer *buffer, const struct column *column,
                         const uint8_t *value, uint32_t size)
{
    bool binary = column->type == JET_coltypBinary || column->type == JET_coltypText;
    uint8_t *data = buffer->data, *bits;
    JET_ERR err;

    /* nothing is NULL here, too */
    if (!size)
        value = NULL;
    if (!value && column->disk_flags & COLUMN_NOT_NULL)
        return JET_errNullInvalid;
    if (!value && column->disk_flags & COLUMN_AUTOINCREMENT && !(column->disk_flags & COLUMN_DEFAULT))
        return JET_errAutoIncrementNotSet;
    if (column->fid > data[0])
    {
        err = extend_fixed(table, buffer, column->fid);
        if (err < 0)
            return err;
    }
    if (value && (binary ? size > column->max_size : size != column->max_size))
        return JET_errInvalidBufferSize;
    bits = data + offsets_start(data) - null_bits_size(data[0]);
    set_null_bit(bits, column->fid - COLUMNID_FIXED_FIRST, !value);
    if (!value)
        return JET_errSuccess;
    data += column->fixed_offset;
    if (column->type == JET_coltypBit)
    {
        *data = *value ? 0xff : 0;
        return JET_errSuccess;
    }
    memcpy(data, value, size);
    if (size < column->max_size)
        fill_fixed(column, data, size);
    return JET_errSuccess;
}

/* ------------------------------------------------------------- variable --- */

/* Bytes of the defaults of variable columns behind `last` and before fid. */
static uint32_t defaults_between(const struct table *table, uint32_t last, uint32_t fid)
{
    uint32_t size = 0;

    for (uint32_t i = last; i < fid; i++)
        if (table->variable[i].type != JET_coltypNil && table->variable[i].default_value)
            size += table->variable[i].default_size;
    return size;
}

/* Makes the record have variable columns up to number `count` - 1, those before it with their defaults. */
static void extend_variable(const struct table *table, struct record_buffer *buffer, uint32_t count)
{
    uint8_t *data = buffer->data;
    uint32_t have = variable_count(data);
    uint32_t end = have ? variable_end(data, have - 1) : 0;
    uint32_t defaults = defaults_between(table, have, count - 1);
    uint32_t at = variable_start(data);
    uint8_t *offsets, *values;

    shift(buffer, at + end, (int32_t)(2 * (count - have) + defaults));
    memmove(data + at + 2 * (count - have), data + at, end);
    data[1] = (uint8_t)(COLUMNID_VAR_FIRST + count - 1);
    offsets = data + offsets_start(data);
    values = data + variable_start(data);
    for (uint32_t i = have; i < count; i++)
    {
        const struct column *column = &table->variable[i];

        if (i + 1 < count && column->type != JET_coltypNil && column->default_value)
        {
            memcpy(values + end, column->default_value, column->default_size);
            end += column->default_size;
            set_le16(offsets + 2 * i, (uint16_t)end);
        }
        else
            set_le16(offsets + 2 * i, (uint16_t)(end | VARIABLE_NULL));
    }
}

static JET_ERR set_variable(const struct table *table, struct record_buffer *buffer, const struct column *column,
                            const uint8_t *value, uint32_t size)
{
    uint8_t *data = buffer->data, *offsets;
    uint32_t at = column->fid - COLUMNID_VAR_FIRST, have = variable_count(data), start, end;
    JET_ERR err = JET_errSuccess;
    int32_t delta;

    if (!value && column->disk_flags & COLUMN_NOT_NULL)
        return JET_errNullInvalid;
    if (!value)
        size = 0;
    if (size > column->max_size)
    {
        size = column->max_size;
        err = JET_wrnColumnMaxTruncated;
    }
    if (at >= have)
    {
        if (buffer->size + 2 * (at + 1 - have) + defaults_between(table, have, at) + size > buffer->limit)
            return JET_errRecordTooBig;
        extend_variable(table, buffer, at + 1);
        have = at + 1;
    }
    start = at ? variable_end(data, at - 1) : 0;
    end = variable_end(data, at);
    delta = (int32_t)size - (int32_t)(end - start);
    if (delta > 0 && buffer->size + (uint32_t)delta > buffer->limit)
        return JET_errRecordTooBig;
    if (delta)
        shift(buffer, variable_start(data) + end, delta);
    offsets = data + offsets_start(data);
    for (uint32_t i = at; i < have && delta; i++)
    {
        uint32_t word = le16(offsets + 2 * i);

        set_le16(offsets + 2 * i, (uint16_t)((word & VARIABLE_NULL) | ((word & VARIABLE_OFFSET) + (uint32_t)delta)));
    }
    if (size)
        memcpy(data + variable_start(data) + start, value, size);
    set_le16(offsets + 2 * at, (uint16_t)((start + size) | (value ? 0 : VARIABLE_NULL)));
    return err;
}

/* ------------------------------------------------------------------- all --- */

static void make_empty(struct record_buffer *buffer)
{
    buffer->data[0] = COLUMNID_FIXED_FIRST - 1;
    buffer->data[1] = COLUMNID_VAR_FIRST - 1;
    set_le16(buffer->data + 2, RECORD_MIN_SIZE);
    buffer->size = RECORD_MIN_SIZE;
}

JET_ERR record_make_default(const struct table *table, struct record_buffer *buffer)
{
    JET_ERR err = JET_errSuccess;

    make_empty(buffer);
    if (table->fixed_default_last)
        err = extend_fixed(table, buffer, table->fixed_default_last);
    if (err >= 0 && table->variable_default_last >= COLUMNID_VAR_FIRST)
    {
        const struct column *last = &table->variable[table->variable_default_last - COLUMNID_VAR_FIRST];

        err = set_variable(table, buffer, last, last->default_value, last->default_size);
    }
    return err < 0 ? err : JET_errSuccess;
}

/* Whether a tagged column of this type takes a value of so many bytes. */
static bool size_fits_type(JET_COLTYP type, uint32_t size)
{
    switch (type)
    {
    case JET_coltypBit:
    case JET_coltypUnsignedByte:
        return size == 1;
    case JET_coltypShort:
    case JET_coltypUnsignedShort:
        return size == 2;
    case JET_coltypLong:
    case JET_coltypUnsignedLong:
    case JET_coltypIEEESingle:
        return size == 4;
    case JET_coltypLongLong:
    case JET_coltypUnsignedLongLong:
    case JET_coltypCurrency:
    case JET_coltypIEEEDouble:
    case JET_coltypDateTime:
        return size == 8;
    case JET_coltypGUID:
        return size == 16;
    default:
        return true;
    }
}

JET_ERR record_check_size(const struct table *table, const struct column *column, uint32_t size)
{
    if (column->max_size && size > column->max_size)
        return JET_errColumnTooBig;
    if (size && !size_fits_type(column->type, size))
        return JET_errInvalidBufferSize;
    return size > record_value_limit(table) ? JET_errColumnDoesNotFit : JET_errSuccess;
}

JET_ERR record_set(const struct table *table, struct record_buffer *buffer, const struct column *column,
                   uint32_t sequence, const void *data, uint32_t size, uint32_t flags)
{
    if (column->type == JET_coltypNil)
        return JET_errColumnNotFound;
    if (column->fid < COLUMNID_VAR_FIRST)
        return set_fixed(table, buffer, column, data, size);
    if (column->fid < COLUMNID_TAGGED_FIRST)
        return set_variable(table, buffer, column, data, size);
    if (!data && column->disk_flags & COLUMN_NOT_NULL)
        return JET_errNullInvalid;
    if (data && !(flags & (RECORD_SET_SEPARATED | RECORD_SET_ENCRYPTED)))
    {
        JET_ERR err = record_check_size(table, column, size);

        if (err < 0)
            return err;
    }
    return record_set_tagged(table, buffer, column, sequence, data, size, flags);
}
