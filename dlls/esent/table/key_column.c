/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values taken back out of keys; see key.h. */
#include <string.h>

#include "os/os.h"
#include "table/key_private.h"

#define SORT_KEY_SEPARATOR 0x01

struct reader
{
    const uint8_t *at, *end;
    uint8_t mask; /* 0xff in a descending column */
};

static uint32_t left(const struct reader *reader)
{
    return (uint32_t)(reader->end - reader->at);
}

static bool copy(struct reader *reader, uint32_t size, uint8_t *out)
{
    if (left(reader) < size)
        return false;
    for (uint32_t i = 0; i < size; i++)
        out[i] = reader->at[i] ^ reader->mask;
    reader->at += size;
    return true;
}

/* The reverse of key_normalize_fixed; out has 16 bytes. */
static bool read_fixed(struct reader *reader, JET_COLTYP type, bool dotnet_guid, uint8_t *out, uint32_t *size)
{
    uint32_t width = column_type_size(type);
    uint8_t raw[16];

    if (!width || !copy(reader, width, raw))
        return false;
    switch (type)
    {
    case JET_coltypBit:
        out[0] = raw[0] ? 0xff : 0x00;
        break;
    case JET_coltypGUID:
        for (unsigned i = 0; i < 16; i++)
            out[key_guid_order[dotnet_guid][i]] = raw[i];
        break;
    case JET_coltypIEEESingle:
    case JET_coltypIEEEDouble:
    case JET_coltypDateTime:
        if (raw[0] & 0x80)
            raw[0] ^= 0x80;
        else
            key_complement(raw, width);
        break;
    case JET_coltypShort:
    case JET_coltypLong:
    case JET_coltypCurrency:
    case JET_coltypLongLong:
        raw[0] ^= 0x80;
        break;
    default:
        break;
    }
    if (type != JET_coltypBit && type != JET_coltypGUID)
    {
        for (uint32_t i = 0; i < width; i++)
            out[i] = raw[width - 1 - i];
    }
    *size = width;
    return true;
}

static bool read_binary(struct reader *reader, uint8_t *out, uint32_t *size)
{
    uint8_t chunk[KEY_CHUNK_SIZE];

    *size = 0;
    do
    {
        uint32_t n;
        if (!copy(reader, sizeof(chunk), chunk))
            return false;
        n = chunk[KEY_CHUNK] < KEY_CHUNK ? chunk[KEY_CHUNK] : KEY_CHUNK;
        memcpy(out + *size, chunk, n);
        *size += n;
    } while (chunk[KEY_CHUNK] == KEY_CHUNK_SIZE);
    return true;
}

/* Steps over text: for a sort key its terminator is looked for after the first
 * separator, since old versions could have a zero before it. */
static bool skip_text(struct reader *reader, bool unicode)
{
    while (unicode && left(reader) && (*reader->at ^ reader->mask) != SORT_KEY_SEPARATOR)
        reader->at++;
    while (left(reader) && (*reader->at ^ reader->mask) != 0)
        reader->at++;
    if (!left(reader))
        return false;
    reader->at++;
    return true;
}

static bool read_column(const struct key_form *form, uint32_t i, struct reader *reader, uint8_t *out, uint32_t *size,
                        bool *null)
{
    const struct column *column = form->column[i];
    uint8_t kind;

    *size = 0;
    *null = false;
    reader->mask = form->descending[i] ? 0xff : 0x00;
    if (!copy(reader, 1, &kind))
        return false;
    if (kind == (form->nulls_high ? KEY_NULL_HIGH : KEY_NULL))
    {
        *null = true;
        return true;
    }
    if (kind == KEY_ZERO_LENGTH)
        return true;
    if (kind != KEY_DATA)
        return false;
    if (key_is_text(column->type) || key_is_binary(column->type))
    {
        if (column->fid < COLUMNID_VAR_FIRST && key_is_binary(column->type))
        {
            *size = column->max_size;
            return column->max_size <= KEY_MAX && copy(reader, column->max_size, out);
        }
        if (key_is_binary(column->type))
            return read_binary(reader, out, size);
        return skip_text(reader, column->code_page == OS_CP_UNICODE);
    }
    return read_fixed(reader, column->type, form->dotnet_guid, out, size);
}

bool key_column_possible(const struct key_form *form, uint32_t i)
{
    return i < form->columns && !key_is_text(form->column[i]->type) && form->var_seg_max > form->key_max;
}

bool key_column(const struct key_form *form, const uint8_t *key, uint32_t key_size, uint32_t i, uint8_t *out,
                uint32_t *size, bool *null)
{
    struct reader reader = { key, key + key_size, 0 };

    if (!key_column_possible(form, i))
        return false;
    for (uint32_t k = 0; k <= i; k++)
    {
        if (!read_column(form, k, &reader, out, size, null))
            return false;
    }
    return true;
}
