/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Search keys: JetMakeKey and its limits; see key.h. */
#include <string.h>

#include "os/os.h"
#include "table/key_private.h"

#define LIMITS                                                                                                         \
    (JET_bitFullColumnStartLimit | JET_bitFullColumnEndLimit | JET_bitPartialColumnStartLimit |                        \
     JET_bitPartialColumnEndLimit)
#define SORT_KEY_SEPARATOR 0x01 /* ends the weights of characters in a sort key */

/* Takes a key that was normalized elsewhere. */
static JET_ERR take_normalized(const struct key_form *form, struct search_key *key, const void *data, uint32_t size)
{
    uint32_t key_max = form->columns ? form->key_max : JET_cbKeyMostMin;

    if (size > key_max + 1 && size > JET_cbKeyMost)
        return JET_errInvalidParameter;
    if (size > key_max + 1)
        size = key_max + 1;
    if (size)
        memcpy(key->data, data, size);
    key->size = size;
    key->columns = 1;
    key->state = KEY_PREPARED | (size > key_max ? KEY_LIMIT : 0);
    return JET_errSuccess;
}

/* 0xff up to the longest search key: greater than all that begin with the columns so far. */
static uint32_t limit_full(uint8_t *out, uint32_t size, uint32_t room, bool end)
{
    if (!end)
        return size;
    memset(out + size, 0xff, room - size);
    return room;
}

/* Cuts text after its last character's weight. */
static uint32_t limit_text(uint8_t *out, uint32_t size, uint32_t room, bool end, bool unicode, bool descending)
{
    uint32_t at;

    if (size < 2)
        return limit_full(out, size, room, end);
    if (unicode)
    {
        uint8_t separator = descending ? (uint8_t)~SORT_KEY_SEPARATOR : SORT_KEY_SEPARATOR;
        for (at = 1; at < size && out[at] != separator; at++)
            ;
    }
    else
    {
        uint8_t nul = descending ? 0xff : 0x00;
        at = size - (out[size - 1] == nul);
    }
    return limit_full(out, at, room, end);
}

/* Cuts a variable binary value after its last byte; other types cannot be cut. */
static uint32_t limit_binary(uint8_t *out, uint32_t size, uint32_t room, uint32_t delimiter, bool end)
{
    if (!delimiter)
        return limit_full(out, size, room, end);
    if (!end)
        return delimiter;
    memset(out + delimiter, 0xff, size + 1 - delimiter);
    return size + 1;
}

static uint32_t apply_limit(const struct key_form *form, uint32_t i, struct search_key *key, JET_GRBIT grbit,
                            uint8_t *out, uint32_t size, uint32_t room, uint32_t delimiter)
{
    const struct column *column = form->column[i];
    bool text = key_is_text(column->type), unicode = column->code_page == OS_CP_UNICODE;
    bool end = (grbit & (JET_bitFullColumnEndLimit | JET_bitPartialColumnEndLimit)) != 0;

    if (!(grbit & (LIMITS | JET_bitStrLimit)) && !(text && (grbit & JET_bitSubStrLimit)))
        return size;
    key->state |= KEY_LIMIT;
    if (grbit & (JET_bitFullColumnStartLimit | JET_bitFullColumnEndLimit))
        return limit_full(out, size, room, end);
    if (grbit & LIMITS)
    {
        if (text)
            return limit_text(out, size, room, end, unicode, form->descending[i]);
        return limit_binary(out, size, room, delimiter, end);
    }
    if (text && (grbit & JET_bitSubStrLimit))
        return limit_text(out, size, room, true, unicode, form->descending[i]);
    return limit_binary(out, size, room, delimiter, true);
}

/* A tuple index takes as much of a text as it would index. */
static JET_ERR check_tuple(const struct key_form *form, const struct column *column, uint32_t *size)
{
    uint32_t unit = column->code_page == OS_CP_UNICODE ? 2 : 1;

    if (!key_is_text(column->type))
        return JET_errSuccess;
    if (*size / unit < form->index->tuple_min)
        return JET_errIndexTuplesKeyTooSmall;
    if (*size > form->index->tuple_max * unit)
        *size = form->index->tuple_max * unit;
    return JET_errSuccess;
}

/* Normalizes the column and appends it; key space is left. */
static JET_ERR append(const struct key_form *form, uint32_t i, struct search_key *key, const uint8_t *data,
                      uint32_t size, JET_GRBIT grbit)
{
    const struct column *column = form->column[i];
    uint32_t available = form->key_max - key->size, delimiter = 0, n = 1;
    uint8_t *out = key->data + key->size;
    bool truncated = false;
    bool tuple = form->tuples && i == 0;
    JET_ERR err;

    if (!data || !size)
    {
        if (tuple)
            return JET_errIndexTuplesKeyTooSmall;
        if ((grbit & JET_bitKeyDataZeroLength) &&
            (column->fid < COLUMNID_VAR_FIRST || (!key_is_text(column->type) && !key_is_binary(column->type))))
            return JET_errInvalidBufferSize;
        key_normalize_null(form, column->type, (grbit & JET_bitKeyDataZeroLength) != 0, out);
    }
    else
    {
        if (tuple)
        {
            err = check_tuple(form, column, &size);
            if (err < 0)
                return err;
        }
        err = key_normalize(form, i, data, size, available, out, &n, &truncated, &delimiter);
        if (err < 0)
            return err;
    }
    if (truncated)
        key->state |= KEY_TOO_BIG;
    if (form->descending[i])
        key_complement(out, n);
    key->size += apply_limit(form, i, key, grbit, out, n, available + 1, delimiter);
    return JET_errSuccess;
}

/* A fixed column takes its own size; fixed text is filled with spaces up to it. */
static JET_ERR fit_fixed(const struct column *column, const uint8_t **data, uint32_t *size, uint8_t padded[255],
                         uint32_t given)
{
    uint32_t width = column_type_size(column->type);

    if (!width)
        width = column->max_size;
    if (!given || given == width)
        return JET_errSuccess;
    if (column->type != JET_coltypText || given > width || given >= 255 || width > 255 || !*data)
        return JET_errInvalidBufferSize;
    memcpy(padded, *data, given);
    if (column->code_page == OS_CP_UNICODE)
    {
        for (uint32_t i = given; i < width; i++)
            padded[i] = (i - given) % 2 ? 0 : ' ';
    }
    else
        memset(padded + given, ' ', width - given);
    *data = padded;
    *size = width;
    return JET_errSuccess;
}

/*
 * A value of a type of fixed size in a tagged column: Windows reads as many bytes as
 * the type has, whatever size was given, and so do we, as far as the page of the last
 * byte given goes; beyond are zeroes.
 */
static __attribute__((no_sanitize("address"))) const uint8_t *whole_value(const uint8_t *data, uint32_t size,
                                                                          uint32_t width, uint8_t whole[16])
{
    const volatile uint8_t *from = data;
    uint32_t most = size + (uint32_t)(~((uintptr_t)data + size - 1) & 0xfff);

    for (uint32_t i = 0; i < width; i++)
        whole[i] = i < most ? from[i] : 0;
    return whole;
}

static JET_ERR check_limits(const struct column *column, JET_GRBIT grbit)
{
    switch (grbit & LIMITS)
    {
    case JET_bitPartialColumnStartLimit:
    case JET_bitPartialColumnEndLimit:
        if (!key_is_text(column->type) && (column->fid < COLUMNID_VAR_FIRST || !key_is_binary(column->type)))
            return JET_errInvalidGrbit;
        return JET_errSuccess;
    case 0:
    case JET_bitFullColumnStartLimit:
    case JET_bitFullColumnEndLimit:
        return JET_errSuccess;
    default:
        return JET_errInvalidGrbit;
    }
}

JET_ERR key_make(const struct key_form *form, struct search_key *key, const void *data, uint32_t size, JET_GRBIT grbit)
{
    const uint8_t *bytes = data;
    uint32_t given = size, i;
    uint8_t padded[255];
    JET_ERR err;

    if (!form->columns && !(grbit & JET_bitNormalizedKey))
        return JET_errNoCurrentIndex;
    if (grbit & JET_bitNormalizedKey)
        return take_normalized(form, key, data, data ? size : 0);
    if (grbit & JET_bitNewKey)
    {
        key->size = key->columns = 0;
        key->state = 0;
    }
    else if (key->state & KEY_LIMIT)
        return JET_errKeyIsMade;
    else if (!(key->state & KEY_PREPARED))
        return JET_errKeyNotMade;

    if (!(key->state & KEY_PREPARED) && form->placeholder && !(grbit & JET_bitKeyOverridePrimaryIndexPlaceholder))
    {
        key->data[0] = form->descending[0] ? (uint8_t)~KEY_DATA : KEY_DATA;
        key->data[1] = form->descending[0] ? 0xff : 0x00;
        key->size = 2;
        key->columns = 1;
    }
    i = key->columns;
    if (i >= form->columns)
        return JET_errKeyIsMade;

    /* keys of the first format never looked at more than this of a value */
    if (form->key_max == JET_cbKeyMostMin && size > JET_cbKeyMostMin)
        size = JET_cbKeyMostMin;
    if (form->column[i]->fid < COLUMNID_VAR_FIRST)
    {
        err = fit_fixed(form->column[i], &bytes, &size, padded, given);
        if (err < 0)
            return err;
    }
    else if (bytes && size && size < column_type_size(form->column[i]->type))
    {
        bytes = whole_value(bytes, size, column_type_size(form->column[i]->type), padded);
        size = column_type_size(form->column[i]->type);
    }
    err = check_limits(form->column[i], grbit);
    if (err < 0)
        return err;
    if (!(key->state & KEY_TOO_BIG) && key->size < form->key_max)
    {
        err = append(form, i, key, bytes, size, grbit);
        if (err < 0)
            return err;
    }
    key->columns++;
    key->state |= KEY_PREPARED;
    return JET_errSuccess;
}
