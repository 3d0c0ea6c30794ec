/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values to key bytes; see key.h. */
#include "table/key.h"

#include <string.h>

#include "os/os.h"
#include "table/key_private.h"

#define DEFAULT_LCMAP_FLAGS (OS_MAP_SORTKEY | OS_NORM_IGNORECASE | OS_NORM_IGNOREKANATYPE | OS_NORM_IGNOREWIDTH)
#define LEGACY_KEY_MAX      JET_cbKeyMostMin

bool key_is_text(JET_COLTYP type)
{
    return type == JET_coltypText || type == JET_coltypLongText;
}

bool key_is_binary(JET_COLTYP type)
{
    return type == JET_coltypBinary || type == JET_coltypLongBinary;
}

static void find_locale(struct key_form *form)
{
    const struct index *index = form->index;

    form->lcmap_flags = index->lcmap_flags ? index->lcmap_flags : DEFAULT_LCMAP_FLAGS;
    if (form->lcmap_flags != OS_MAP_UPPERCASE)
        form->lcmap_flags |= OS_MAP_SORTKEY;
    if (index->locale[0] || !index->lcid)
        form->locale_error = os_locale_find(index->locale, &form->locale);
    else
        form->locale_error = os_locale_find_lcid(index->lcid, &form->locale);
    if (form->locale_error < 0)
        form->locale = NULL;
}

uint32_t key_page_most(uint32_t page_size)
{
    return page_size == 2048   ? JET_cbKeyMost2KBytePage
           : page_size == 4096 ? JET_cbKeyMost4KBytePage
                               : JET_cbKeyMost8KBytePage;
}

/* See key_make_plain(). */
static void find_plain(struct key_form *form)
{
    const struct column *column = form->columns ? form->column[0] : NULL;

    if (!column || column->fid >= COLUMNID_VAR_FIRST || form->descending[0] || form->placeholder || form->tuples)
        return;
    switch (column->type)
    {
    case JET_coltypLong:
    case JET_coltypCurrency:
    case JET_coltypLongLong:
        form->plain_signed = true;
        break;
    case JET_coltypUnsignedLong:
    case JET_coltypUnsignedLongLong:
        break;
    default:
        return;
    }
    if (form->key_max > column_type_size(column->type))
        form->plain_size = (uint8_t)column_type_size(column->type);
}

JET_ERR key_form_init(struct key_form *form, const struct table *table, const struct index *index)
{
    memset(form, 0, sizeof(*form));
    form->table = table;
    form->index = index;
    form->columns = index->key_columns;
    form->key_max = index->key_max ? index->key_max : LEGACY_KEY_MAX;
    if (form->key_max > KEY_MAX)
        form->key_max = KEY_MAX;
    form->var_seg_max = index->var_seg_max;
    if (!form->var_seg_max || form->var_seg_max >= form->key_max)
        form->var_seg_max = form->key_max + 1;
    form->nulls_high = (index->disk_flags & INDEX_NULLS_HIGH) != 0;
    form->dotnet_guid = (index->disk_flags & INDEX_DOTNET_GUID) != 0;
    form->tuples = (index->grbit & JET_bitIndexTuples) != 0;
    form->cross_product = (index->disk_flags & INDEX_CROSS_PRODUCT) != 0;
    form->nested = (index->disk_flags & INDEX_NESTED) != 0;
    form->no_truncation = (index->disk_flags & INDEX_NO_TRUNCATION) != 0;

    if (form->columns > JET_ccolKeyMost)
        return JET_errDatabaseCorrupted;
    for (uint32_t i = 0; i < form->columns; i++)
    {
        const struct column *column = table_column_by_id(table, index->key[i].columnid);
        if (!column)
            return JET_errDatabaseCorrupted;
        form->column[i] = column;
        form->descending[i] = index->key[i].descending;
        if (key_is_text(column->type) && column->code_page == OS_CP_UNICODE && !form->locale && !form->locale_error)
            find_locale(form);
    }
    form->placeholder = index->primary && form->columns > 1 && (form->column[0]->disk_flags & COLUMN_PLACEHOLDER);
    find_plain(form);
    return JET_errSuccess;
}

/* Where each byte of a GUID's key comes from. */
const uint8_t key_guid_order[2][16] = {
    { 10, 11, 12, 13, 14, 15, 8, 9, 6, 7, 4, 5, 0, 1, 2, 3 },
    { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 },
};

uint32_t key_normalize_fixed(JET_COLTYP type, bool dotnet_guid, const uint8_t *data, uint32_t data_size, uint8_t *out)
{
    uint32_t width = column_type_size(type);
    uint8_t whole[16] = { 0 };

    if (data_size < width)
    {
        memcpy(whole, data, data_size);
        data = whole;
    }
    out[0] = KEY_DATA;
    switch (type)
    {
    case JET_coltypBit:
        out[1] = data[0] ? 0xff : 0x00;
        break;
    case JET_coltypUnsignedByte:
        out[1] = data[0];
        break;
    case JET_coltypGUID:
        for (unsigned i = 0; i < 16; i++)
            out[1 + i] = data[key_guid_order[dotnet_guid][i]];
        break;
    default:
        for (uint32_t i = 0; i < width; i++)
            out[1 + i] = data[width - 1 - i];
        if (type == JET_coltypIEEESingle || type == JET_coltypIEEEDouble || type == JET_coltypDateTime)
        {
            if (out[1] & 0x80)
            {
                for (uint32_t i = 0; i < width; i++)
                    out[1 + i] ^= 0xff;
            }
            else
                out[1] ^= 0x80;
        }
        else if (type == JET_coltypShort || type == JET_coltypLong || type == JET_coltypCurrency ||
                 type == JET_coltypLongLong)
            out[1] ^= 0x80;
        break;
    }
    return 1 + width;
}

static inline uint8_t upper_ascii(uint8_t c)
{
    return c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c;
}

/* Text of code page 1252 into `room` bytes.  True if it did not fit; the last
 * byte is then lowered by 0x20 whatever it is, as it always has been. */
static bool normalize_ascii(const uint8_t *data, uint32_t data_size, uint32_t room, uint8_t *out, uint32_t *size)
{
    uint32_t most = data_size < room ? data_size : room - 1;
    uint32_t n = 0;

    for (; n < most && data[n]; n++)
        out[n] = upper_ascii(data[n]);
    if (n == room - 1 && data_size >= room && data[n])
    {
        out[n] = data[n] - 0x20;
        *size = room;
        return true;
    }
    out[n] = 0;
    *size = n + 1;
    return false;
}

/* Unicode text into `room` bytes; *cut if it did not fit. */
static JET_ERR normalize_unicode(const struct key_form *form, const uint8_t *data, uint32_t data_size, uint32_t room,
                                 uint8_t *out, uint32_t *size, bool *cut)
{
    uint8_t aligned[KEY_STACK] __attribute__((aligned(2)));
    uint8_t *heap = NULL;
    size_t needed = 0;
    JET_ERR err;

    if (!form->locale)
        return form->locale_error < 0 ? form->locale_error : JET_errUnicodeNormalizationNotSupported;
    if (!data_size)
        return JET_errUnicodeTranslationFail;
    if ((uintptr_t)data & 1)
    {
        uint8_t *copy = aligned;
        if (data_size > sizeof(aligned))
        {
            heap = os_alloc(data_size);
            if (!heap)
                return JET_errOutOfMemory;
            copy = heap;
        }
        memcpy(copy, data, data_size);
        data = copy;
    }
    err = os_sort_key(form->locale, form->lcmap_flags, (const WCHAR *)(const void *)data, data_size / 2, out, room,
                      &needed);
    os_free(heap);
    if (err < 0)
        return err;
    if (!(form->lcmap_flags & OS_MAP_SORTKEY))
    {
        /* mapped text instead of a sort key: big endian, with a NUL of two bytes */
        uint32_t have = needed < room ? (uint32_t)needed : room;
        for (uint32_t i = 0; i + 1 < have; i += 2)
        {
            uint8_t low = out[i];
            out[i] = out[i + 1];
            out[i + 1] = low;
        }
        *cut = needed + 2 > room;
        while (!*cut && have < needed + 2)
            out[have++] = 0;
        *size = have;
        return JET_errSuccess;
    }
    *cut = needed > room;
    *size = *cut ? room : (uint32_t)needed;
    return JET_errSuccess;
}

static JET_ERR normalize_text(const struct key_form *form, uint16_t code_page, const uint8_t *data, uint32_t data_size,
                              uint32_t available, uint8_t *out, uint32_t *size, bool *truncated)
{
    uint32_t room = (available < form->var_seg_max ? available : form->var_seg_max) - 1;
    uint32_t unit = code_page == OS_CP_UNICODE ? 2 : 1;
    bool cut = false;
    JET_ERR err;

    out[0] = KEY_DATA;
    data_size -= data_size % unit;
    if (form->key_max == LEGACY_KEY_MAX)
    {
        uint32_t most = (form->key_max + unit - 1) / unit * unit;
        if (data_size > most)
            data_size = most;
    }
    if (unit == 2)
    {
        err = normalize_unicode(form, data, data_size, room, out + 1, size, &cut);
        if (err < 0)
            return err;
    }
    else if (room)
        cut = normalize_ascii(data, data_size, room, out + 1, size);
    else
        *size = 0;
    /* cut on purpose is not cut for want of space */
    if (cut && (form->var_seg_max > form->key_max || *size < form->var_seg_max - 1))
        *truncated = true;
    *size += 1;
    return JET_errSuccess;
}

static void normalize_fixed_binary(const struct key_form *form, const uint8_t *data, uint32_t data_size,
                                   uint32_t available, uint8_t *out, uint32_t *size, bool *truncated)
{
    uint32_t n = data_size + 1;

    if (form->var_seg_max < form->key_max && n > form->var_seg_max)
        n = form->var_seg_max;
    if (n > available)
    {
        n = available;
        *truncated = true;
    }
    out[0] = KEY_DATA;
    memcpy(out + 1, data, n - 1);
    *size = n;
}

static void normalize_binary(const struct key_form *form, const uint8_t *data, uint32_t data_size, uint32_t available,
                             uint8_t *out, uint32_t *size, bool *truncated, uint32_t *delimiter)
{
    uint64_t whole = ((uint64_t)data_size + KEY_CHUNK - 1) / KEY_CHUNK * KEY_CHUNK_SIZE + 1;
    uint32_t n = whole < UINT32_MAX ? (uint32_t)whole : UINT32_MAX;
    bool all = true;
    uint32_t at = 1;

    if (form->var_seg_max < form->key_max && n > form->var_seg_max)
    {
        n = form->var_seg_max;
        all = false;
    }
    if (n > available)
    {
        n = available;
        all = false;
        *truncated = true;
    }
    out[0] = KEY_DATA;
    while (n - at >= KEY_CHUNK_SIZE)
    {
        if (data_size > KEY_CHUNK)
        {
            memcpy(out + at, data, KEY_CHUNK);
            out[at + KEY_CHUNK] = KEY_CHUNK_SIZE;
            data += KEY_CHUNK;
            data_size -= KEY_CHUNK;
            at += KEY_CHUNK_SIZE;
            continue;
        }
        memcpy(out + at, data, data_size);
        memset(out + at + data_size, 0, KEY_CHUNK - data_size);
        if (delimiter)
            *delimiter = at + data_size;
        out[at + KEY_CHUNK] = data_size == KEY_CHUNK && !all ? KEY_CHUNK_SIZE : (uint8_t)data_size;
        data_size = 0;
        at += KEY_CHUNK_SIZE;
    }
    if (at < n)
    {
        uint32_t rest = n - at, have = data_size < rest ? data_size : rest;
        memcpy(out + at, data, have);
        memset(out + at + have, 0, rest - have);
        if (have < rest && delimiter)
            *delimiter = at + have;
    }
    *size = n;
}

void key_normalize_null(const struct key_form *form, JET_COLTYP type, bool zero_length, uint8_t *out)
{
    if (zero_length && (key_is_text(type) || key_is_binary(type)))
        out[0] = KEY_ZERO_LENGTH;
    else
        out[0] = form->nulls_high ? KEY_NULL_HIGH : KEY_NULL;
}

JET_ERR key_normalize(const struct key_form *form, uint32_t i, const uint8_t *data, uint32_t data_size,
                      uint32_t available, uint8_t *out, uint32_t *size, bool *truncated, uint32_t *delimiter)
{
    const struct column *column = form->column[i];
    uint8_t fixed[17];

    *truncated = false;
    if (delimiter)
        *delimiter = 0;
    switch (column->type)
    {
    case JET_coltypText:
    case JET_coltypLongText:
        return normalize_text(form, column->code_page, data, data_size, available, out, size, truncated);
    case JET_coltypBinary:
    case JET_coltypLongBinary:
        if (column->fid < COLUMNID_VAR_FIRST)
            normalize_fixed_binary(form, data, data_size, available, out, size, truncated);
        else
            normalize_binary(form, data, data_size, available, out, size, truncated, delimiter);
        return JET_errSuccess;
    default:
        *size = key_normalize_fixed(column->type, form->dotnet_guid, data, data_size, fixed);
        if (*size > available)
        {
            *size = available;
            *truncated = true;
        }
        memcpy(out, fixed, *size);
        return JET_errSuccess;
    }
}
