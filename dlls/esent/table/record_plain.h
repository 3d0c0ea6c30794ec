/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The usual case of record_column(), quickly: fixed and variable columns that the record
 * has a value of.  The bytes may be changing meanwhile (tree_peek): each is read once,
 * and what is found lies within the record whatever they say.
 */
#ifndef ESENT_TABLE_RECORD_PLAIN_H
#define ESENT_TABLE_RECORD_PLAIN_H

#include "format/bytes.h"
#include "os/os.h"
#include "table/record.h"
#include "table/record_layout.h"

/* What the columns of a record have in common. */
struct record_plain
{
    const uint8_t *data;
    uint32_t size;
    uint32_t last_fixed;
    uint32_t fixed_end; /* where the bits for NULL begin */
    uint32_t offsets;   /* of variable values */
    uint32_t last_variable;
    uint32_t values; /* where those begin */
};

/* False if the record is not as it should be. */
static inline bool record_plain_begin(struct record_plain *plain, const uint8_t *data, uint32_t size)
{
    if (os_unlikely(size < RECORD_MIN_SIZE))
        return false;
    plain->data = data;
    plain->size = size;
    plain->last_fixed = page_byte(data);
    plain->last_variable = page_byte(data + 1);
    plain->offsets = page_word16(data + 2);
    plain->fixed_end = plain->offsets - (plain->last_fixed + 7) / 8;
    plain->values = plain->offsets + (plain->last_variable - (COLUMNID_VAR_FIRST - 1)) * 2;
    return os_likely(plain->last_fixed < COLUMNID_VAR_FIRST && plain->last_variable >= COLUMNID_VAR_FIRST - 1 &&
                     plain->values <= size && plain->fixed_end <= plain->offsets);
}

/* *value and *value_size become those of the column; false if there is none that is plain. */
static inline bool record_plain_value(const struct record_plain *plain, const struct column *column,
                                      const uint8_t **value, uint32_t *value_size)
{
    uint32_t fid = column->fid;

    if (fid >= COLUMNID_VAR_FIRST)
    {
        uint32_t at = (fid - COLUMNID_VAR_FIRST) * 2, from, to;
        const uint8_t *offset = plain->data + plain->offsets + at;

        if (fid > plain->last_variable)
            return false;
        to = page_word16(offset);
        from = at ? page_word16(offset - 2) & VARIABLE_OFFSET : 0;
        if (os_unlikely(to & VARIABLE_NULL || from > to || to > plain->size - plain->values))
            return false;
        *value = plain->data + plain->values + from;
        *value_size = to - from;
        return true;
    }
    if (fid > plain->last_fixed || column->fixed_offset < RECORD_MIN_SIZE ||
        column->fixed_offset + column->max_size > plain->fixed_end ||
        page_byte(plain->data + plain->fixed_end + (fid - COLUMNID_FIXED_FIRST) / 8) &
            1u << (fid - COLUMNID_FIXED_FIRST) % 8)
        return false;
    *value = plain->data + column->fixed_offset;
    *value_size = column->max_size;
    return true;
}

#endif
