/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Windows' order of text without Windows: sort keys over the weights in the
 * file sortdefault.nls that Wine installs.
 *
 * The file has, for each 16-bit unit, four weights (script, primary, diacritic,
 * case), flat for the order that most locales share; pages that replace parts
 * of it for the others; units that expand to two; sequences that count as one
 * (compressions); and tables for Korean letters.  A sort key is the weights of
 * one kind after those of the other, separated by 01, as [MS-UCODEREF]
 * describes; the differences of today's Windows to that document were found by
 * comparing keys.
 *
 * The tables are read-only and shared; the functions take no lock.
 */

#ifndef ESENT_OS_NLS_SORT_H
#define ESENT_OS_NLS_SORT_H

#include "private.h"

/* One way of sorting, as it lies in the file. */
struct nls_sort_id
{
    uint8_t guid[16];
    uint32_t flags;
    uint32_t compression;                /* index, or NLS_NONE */
    uint32_t exceptions;                 /* of weights: first of 256 pages, or 0 */
    uint32_t linguistic;                 /* the same for NORM_LINGUISTIC_CASING, or 0 */
    uint32_t casing;                     /* its table of case, in 16-bit units */
};

#define NLS_NONE 0xffffffffu

/* Sort flags. */
#define NLS_THREE_BYTES        0x01u     /* ideographs have a third weight */
#define NLS_REVERSE_DIACRITICS 0x10u     /* French of old: accents count from the end */
#define NLS_DOUBLE_COMPRESSION 0x20u     /* Hungarian: "ccs" is "cs" twice; has no effect, as in Wine */
#define NLS_INVERSE_CASING     0x40u     /* Danish: upper case first; the weights of the pages see to it */

struct nls_compression
{
    uint32_t offset;                     /* of its sequences, in 16-bit units */
    uint16_t first, last;                /* least and greatest first character */
    uint16_t counts[8];                  /* of sequences of 2, 3, ... characters */
};

struct nls_range
{
    uint8_t script, count;               /* from script, count more */
};

struct nls_jamo
{
    uint8_t old;                         /* no letter of today */
    uint8_t leading, vowel, trailing;    /* the syllable it sorts with */
    uint8_t weight;
    uint8_t padding[3];
};

struct nls_sort_tables
{
    uint32_t version;
    const uint32_t *weights;
    size_t weight_count;
    const uint16_t *casing;
    size_t casing_count;
    const struct nls_sort_id *ids;
    uint32_t id_count;
    const uint16_t (*expansions)[2];
    uint32_t expansion_count;
    const struct nls_compression *compressions;
    uint32_t compression_count;
    const uint16_t *sequences;
    size_t sequence_units;
    const struct nls_jamo *jamo;
    uint32_t jamo_count;
};

/* Finds the tables in the file's bytes, and checks all offsets in it; false if
   it is not such a file. */
bool nls_sort_open(const void *data, size_t size, struct nls_sort_tables *tables);

/* The way of sorting that has this GUID; NULL if none. */
const struct nls_sort_id *nls_sort_find(const struct nls_sort_tables *tables, const uint8_t guid[16]);

/* See os_sort_key. */
JET_ERR nls_sort_key(const struct nls_sort_tables *tables, const struct nls_sort_id *sort, uint32_t flags,
                     const WCHAR *text, size_t cch, uint8_t *key, size_t cb, size_t *needed);

struct nls_casing
{
    const uint16_t *upper, *lower;
    size_t upper_units, lower_units;
};

/* A table of case in memory, `units` 16-bit units of it; false if it is none. */
bool nls_case_open(const uint16_t *table, size_t units, struct nls_casing *casing);
uint16_t nls_upper(const struct nls_casing *casing, uint16_t c);
uint16_t nls_lower(const struct nls_casing *casing, uint16_t c);

struct nls_locale
{
    char name[20];
    uint32_t lcid;
    uint32_t sort;
};

struct nls_lcid
{
    uint32_t lcid;
    uint32_t locale;                     /* index into nls_locales */
};

extern const struct nls_locale nls_locales[];
extern const size_t nls_locale_count;
extern const struct nls_lcid nls_lcids[];
extern const size_t nls_lcid_count;

#endif
