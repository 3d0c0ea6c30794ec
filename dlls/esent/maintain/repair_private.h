/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Repair: a new database of what can be read of an old one.
 *
 * repair_scan.c reads all pages once and remembers the leaves, by the object id
 * that each has in its header; so the entries of a tree can be had without the pages
 * above them.  repair.c goes through the catalog and makes the tables;
 * repair_value.c makes long values and the records that refer to them agree.
 */
#ifndef ESENT_MAINTAIN_REPAIR_PRIVATE_H
#define ESENT_MAINTAIN_REPAIR_PRIVATE_H

#include "format/format.h"
#include "maintain/maintain.h"
#include "table/catalog.h"
#include "table/clone.h"
#include "table/table.h"
#include "txn/version.h"

struct leaf
{
    uint32_t objid, kind, pgno;
    uint64_t dbtime;
};

/* A row of the catalog, as it was found. */
struct repair_row
{
    uint8_t *bytes; /* key, then record */
    uint32_t key_size, size;
    struct clone_row row;
};

struct repair
{
    const struct maintain_report *report;
    struct repair_result result;
    struct os_file *file;
    struct database_header header;
    uint32_t page_size, pages;
    struct leaf *leaves; /* by object id and kind, the newest first */
    uint32_t leaf_count, leaf_room;
    struct cache_file cache; /* to walk trees that are whole */
    struct repair_row *rows; /* by key */
    uint32_t row_count, row_room;
    struct txn_root *txns;
    struct txn txn;
    struct database *to;
    uint8_t *page, *key; /* scratch */
    char name[SCHEMA_NAME_SIZE]; /* of the table at hand */
};

void repair_tell(struct repair *repair, enum finding_kind kind, uint32_t pgno, const char *format, ...)
    OS_PRINTF(4, 5);

/* ---- repair_scan.c ---- */

JET_ERR repair_scan(struct repair *repair);

typedef JET_ERR (*repair_visit)(void *context, struct repair *repair, const uint8_t *key, uint32_t key_size,
                                const uint8_t *data, uint32_t data_size);

/* Calls visit for each entry that is not deleted: in order if the tree is whole, which *whole tells from the first
 * call on; else, from whatever leaves there are, in no order, and an entry may come twice. */
JET_ERR repair_each(struct repair *repair, uint32_t root, uint32_t objid, uint32_t kind, repair_visit visit,
                    void *context, bool *whole);

/* Copies a tree, or what there is of it. */
JET_ERR repair_copy(struct repair *repair, uint32_t root, uint32_t objid, uint32_t kind, const struct tree *to,
                    uint64_t *count, bool *whole);

/* Whether a tree is whole: all of its leaves can be read. */
bool repair_whole(struct repair *repair, uint32_t root, uint32_t objid, struct tree *tree);

/* ---- repair_value.c ---- */

/* The records of the table and its long values, `values` (root 0: it has none), in the new database. */
JET_ERR repair_values(struct repair *repair, struct table *table, const struct tree *values);

#endif
