/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A database made anew from another's trees: what compaction and repair share.
 *
 * The new file has the old one's page size and format, its object and column ids,
 * keys and records, byte for byte; pages and their order are new.  A catalog row is
 * copied but for the root of what it describes.  Nothing is logged or versioned,
 * and nobody else knows the new database.
 */
#ifndef ESENT_TABLE_CLONE_H
#define ESENT_TABLE_CLONE_H

#include "table/schema.h"

/* A catalog's row as it lies in its record: what all rows have at the same place. */
struct clone_row
{
    uint32_t table, type, id, place, density, flags, pages;
};

/* False if the record is too short for one. */
bool clone_row_read(const uint8_t *record, uint32_t size, struct clone_row *row);
void clone_row_set_place(uint8_t *record, uint32_t place);

/* Puts a row, with its key, into the new catalog and its shadow, and with `index` into its indexes, which
 * else are filled with the old ones' entries. */
JET_ERR clone_row_insert(struct database *to, const uint8_t *key, uint32_t key_size, const uint8_t *record,
                         uint32_t size, bool index);

/* A new database whose catalog is empty.  options: page_size, txns, log_database, extension_pages; no log. */
JET_ERR clone_begin(const WCHAR *path, const struct database_header *like, const struct database_options *options,
                    struct database **to);

/* Lets go of one that is not finished; the caller deletes the file. */
void clone_abandon(struct database *to);

/* A new tree; `kind` is PAGE_INDEX, PAGE_LONG_VALUE or 0.  parent NULL: of the database. */
JET_ERR clone_tree_create(struct database *to, const struct tree *parent, uint32_t objid, bool unique, uint32_t kind,
                          uint32_t pages, struct tree *tree);

/* Its highest autoincrement so far, kept in its root as some formats have it. */
JET_ERR clone_set_auto_increment(const struct tree *tree, uint64_t number);

/* Fills an index, which is empty, from the table's records; one over text gets today's version.  txn is at level 0. */
JET_ERR clone_build_index(struct table *table, struct txn *txn, const struct index *index);

/* Takes a table, or one of its indexes, out of the new database again. */
JET_ERR clone_forget_table(struct database *to, uint32_t objid, uint32_t root);
JET_ERR clone_forget_index(struct database *to, struct table *table, const struct index *index);

/* Notes an object in MSysObjids, which is empty at first. */
JET_ERR clone_insert_objid(struct database *to, struct txn *txn, uint32_t objid, uint32_t table, uint32_t type);

/* What was copied of a table. */
struct clone_table
{
    const char *name;
    uint32_t columns_single, columns_tagged, indexes; /* secondary ones */
    uint32_t pages_owned, pages_available;            /* in the old database */
    uint64_t records, record_bytes, value_bytes;
};

struct clone_report
{
    void *context;
    /* Before the first and after each table; its error ends the work.  May be NULL. */
    JET_ERR (*table)(void *context, const struct clone_table *table);
};

/*
 * Copies all of a database, which nobody changes meanwhile.  *to is open, to be
 * closed by database_close(); after an error there is no file.
 * JET_errDatabaseDuplicate, JET_errDiskFull, JET_errOutOfMemory, those of reading.
 */
JET_ERR database_clone(struct database *from, const WCHAR *path, const struct database_options *options,
                       const struct clone_report *report, struct database **to);

#endif
