/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of the sort tables share: weights, and a key in the making.
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

/* What the script weight says of a character. */
enum script
{
    SCRIPT_UNSORTABLE = 0,
    SCRIPT_NONSPACE = 1,
    SCRIPT_EXPANSION = 2,
    SCRIPT_KANA = 3,
    SCRIPT_JAMO = 4,
    SCRIPT_EXTENSION_A = 5,
    SCRIPT_PUNCTUATION = 6,
    SCRIPT_SYMBOL_FIRST = 7,
    SCRIPT_SYMBOL_LAST = 12,
    SCRIPT_DIGIT = 13,
    SCRIPT_CYRILLIC_LAST = 20,
    SCRIPT_KANA_KEY = 34,                /* what stands in the key for kana */
    SCRIPT_ARABIC = 41,
    SCRIPT_PRIVATE_FIRST = 169,
    SCRIPT_PRIVATE_LAST = 175,
    SCRIPT_IDEOGRAPH_FIRST = 192,
    SCRIPT_IDEOGRAPH_LAST = 239,
};

/* Bits of the case weight. */
#define CASE_FULL_WIDTH 0x01
#define CASE_FULL_SIZE  0x02
#define CASE_SUBSCRIPT  0x08
#define CASE_UPPER      0x10
#define CASE_HIRAGANA   0x20
#define CASE_WEIGHT     0x3f
#define CASE_COMPRESSES 0xc0

#define WEIGHT_LEAST 2

#define KANA_REPEAT 0
#define KANA_LONG   1

/* A list of weights, on the stack until it is long. */
#define LIST_INLINE 256

struct list
{
    uint8_t *data;
    size_t used, capacity;
    uint8_t first[LIST_INLINE];
};

enum { KANA_SMALL, KANA_MARK, KANA_TYPE, KANA_WIDTH, KANA_LISTS };

struct key
{
    const struct nls_sort_tables *tables;
    const struct nls_sort_id *sort;
    const struct nls_compression *compression;
    uint32_t exceptions;
    uint32_t flags;
    uint8_t case_mask;
    bool failed;
    uint8_t *out;                        /* the primary weights go straight into the key */
    size_t capacity, used;
    struct list diacritics, cases, special;
    struct list kana[KANA_LISTS];
};

bool nls_list_grow(struct list *list);

static inline void put(struct key *key, struct list *list, uint8_t weight)
{
    if (os_unlikely(list->used == list->capacity) && !nls_list_grow(list))
    {
        key->failed = true;
        return;
    }
    list->data[list->used++] = weight;
}

static inline void put_out(struct key *key, uint8_t byte)
{
    if (os_likely(key->used < key->capacity))
        key->out[key->used] = byte;
    key->used++;
}

static inline struct nls_weights weights_of(const struct key *key, uint16_t c)
{
    return nls_weights(key->tables, key->exceptions, c);
}

/* A letter that has its four weights as they are. */
void nls_add_plain(struct key *key, const struct nls_weights *weights);

/* The weights of diacritics and case. */
void nls_put_marks(struct key *key, uint8_t diacritic, uint8_t kase);
void nls_put_marks_of(struct key *key, const struct nls_weights *weights);

/* Takes the Korean letters of one syllable from the text; returns how many. */
size_t nls_add_jamo(struct key *key, const WCHAR *text, size_t cch);

/* Takes digits as a number; returns how many, 0 if the text begins with none. */
size_t nls_add_number(struct key *key, const WCHAR *text, size_t cch, const struct nls_weights *first);

#endif
