/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files that check a table share.
 *
 * The records are walked once: their keys in each index, and the long values
 * they refer to, are summed up.  Then each index and the long values are walked,
 * and their sums compared with those of the records.
 */
#ifndef ESENT_MAINTAIN_TABLE_CHECK_H
#define ESENT_MAINTAIN_TABLE_CHECK_H

#include "maintain/private.h"

struct index_check
{
    uint32_t number; /* of its tree */
    struct key_form form;
    bool comparable;           /* the keys can be made here */
    bool only_count;           /* text of another version: other bytes */
    bool repeats;              /* a record can have several keys */
    struct integrity_sum keys; /* made of the records */
    struct integrity_sum entries;
};

struct table_check
{
    struct integrity *check;
    uint32_t number;     /* of the table's tree */
    struct table *table; /* NULL: cannot be opened, or nobody asks for contents */
    bool damaged;        /* so not all records were seen */
    struct key_form primary;
    bool primary_comparable;
    struct index_check *indexes;
    uint32_t index_count;
    uint32_t values;                 /* number of the tree of long values; 0: none */
    struct integrity_sum references; /* to long values, by records */
    struct integrity_sum counts;     /* and by what the values say */
    uint8_t *bookmark;               /* key of the record at hand */
    uint32_t bookmark_size;
    uint8_t *key;
    uint64_t (*hashes)[2]; /* of the record's keys in one index */
    uint32_t hash_count, hash_capacity;
    uint64_t hashes_inline[16][2];
    /* A record refers to a long value. */
    JET_ERR (*refer)(struct table_check *table, const uint8_t *id, uint32_t size, uint32_t pgno);
};

/* integrity_index.c: which entries are missing, and which should not be there. */
JET_ERR integrity_compare_index(struct table_check *table, struct index_check *index);

/* integrity_value.c */
JET_ERR integrity_refer(struct table_check *table, const uint8_t *id, uint32_t size, uint32_t pgno);
/* Walks the long values, and compares them with what records referred to. */
JET_ERR integrity_values(struct table_check *table);

#endif
