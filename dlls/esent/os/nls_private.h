/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the two halves of the sort tables share: looking up weights.
 */

#ifndef ESENT_OS_NLS_PRIVATE_H
#define ESENT_OS_NLS_PRIVATE_H

#include "nls_sort.h"

struct nls_weights
{
    uint8_t primary, script, diacritic, kase;
};

/* The file is little-endian, as are all machines that this is built for. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the tables are used in place");
_Static_assert(sizeof(struct nls_weights) == 4, "as in the file");
_Static_assert(sizeof(struct nls_sort_id) == 36, "as in the file");
_Static_assert(sizeof(struct nls_compression) == 24, "as in the file");
_Static_assert(sizeof(struct nls_jamo) == 8, "as in the file");

static inline struct nls_weights nls_weights(const struct nls_sort_tables *tables, uint32_t exceptions, uint16_t c)
{
    uint32_t index = exceptions ? tables->weights[exceptions + (c >> 8)] + (c & 0xff) : c;
    struct nls_weights weights;

    memcpy(&weights, &tables->weights[index], sizeof(weights));
    return weights;
}

/* A sequence of `length` characters in the file: itself, padded to an even
   count, and its weights. */
static inline size_t nls_sequence_units(size_t length)
{
    return ((length + 1) & ~(size_t)1) + 2;
}

#endif
