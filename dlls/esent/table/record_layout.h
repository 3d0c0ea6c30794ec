/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bits of a record's layout.  Source: published engine, tagfld.hxx and rec.hxx. */
#ifndef ESENT_TABLE_RECORD_LAYOUT_H
#define ESENT_TABLE_RECORD_LAYOUT_H

#include <stdbool.h>

#include "format/bytes.h"

/* Header byte of a tagged column's data. */
enum
{
    TAGGED_LONG_VALUE = 0x01,
    TAGGED_COMPRESSED = 0x02,
    TAGGED_SEPARATED = 0x04,
    TAGGED_MULTI_VALUES = 0x08,
    TAGGED_TWO_VALUES = 0x10,
    TAGGED_NULL = 0x20,
    TAGGED_ENCRYPTED = 0x40,
};

/* Flags in the offset of an entry of the tagged array.  On large pages, whose
 * offsets need the bits, every column has a header byte and NULL is told there. */
enum
{
    TAGGED_DERIVED = 0x8000,
    TAGGED_EXTENDED_SMALL = 0x4000,
    TAGGED_NULL_SMALL = 0x2000,
    TAGGED_OFFSET_SMALL = 0x1fff,
    TAGGED_OFFSET_LARGE = 0x7fff,
};

#define TAGGED_ENTRY_SIZE 4u
#define TAGGED_HEADER_SIZE 1u
#define TAGGED_ORDER_OWN 0x10000u
#define MULTI_VALUE_OFFSET_SIZE 2u
#define MULTI_VALUE_SEPARATED 0x8000u
#define MULTI_VALUE_OFFSET 0x7fffu
#define VARIABLE_NULL 0x8000u
#define VARIABLE_OFFSET 0x7fffu

/* What fills room that has no value yet, and the rest of fixed text. */
#define RECORD_FILL '*'
#define RECORD_TEXT_FILL ' '

/* Where an entry of the tagged array stands among the others: inherited columns come first, then by id. */
static inline uint32_t tagged_order(const uint8_t *entry)
{
    uint32_t fid = le16(entry);

    return le16(entry + 2) & TAGGED_DERIVED ? fid : fid | TAGGED_ORDER_OWN;
}

/* The entry of that order, or where it would be. */
static inline bool tagged_find(const uint8_t *entries, uint32_t count, uint32_t order, uint32_t *at)
{
    uint32_t low = 0, high = count;

    while (low < high)
    {
        uint32_t middle = (low + high) / 2;

        if (tagged_order(entries + middle * TAGGED_ENTRY_SIZE) < order)
            low = middle + 1;
        else
            high = middle;
    }
    *at = low;
    return low < count && tagged_order(entries + low * TAGGED_ENTRY_SIZE) == order;
}

#endif
