/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The catalog: MSysObjects, a table that describes all tables, itself included.
 *
 * Its place (page 4) and columns are known beforehand, so it can be read before
 * anything else is.  Rows are ordered by (table's object id, type, id): a
 * table's row, its columns, its indexes, its long values, its callbacks.
 * MSysObjectsShadow (page 24) holds the same rows.
 *
 * A catalog_cursor goes through rows and decodes each into a struct
 * catalog_row, whose bytes live in the cursor until the next move.  Between
 * calls no page is latched.
 */
#ifndef ESENT_TABLE_CATALOG_H
#define ESENT_TABLE_CATALOG_H

#include "table/schema.h"

#define CATALOG_ROOT 4
#define CATALOG_OBJID 2
#define CATALOG_NAME_ROOT 7
#define CATALOG_NAME_OBJID 4
#define CATALOG_ROOTS_ROOT 10
#define CATALOG_ROOTS_OBJID 5
#define CATALOG_SHADOW_ROOT 24
#define CATALOG_SHADOW_OBJID 3

#define CATALOG_NAME_MAX 64             /* JET_cbNameMost */
#define KEY_MOST_OLD 255
#define KEY_MOST_EVER 2000

/* What a row describes. */
enum
{
    CATALOG_TABLE = 1,
    CATALOG_COLUMN = 2,
    CATALOG_INDEX = 3,
    CATALOG_LONG_VALUE = 4,
    CATALOG_CALLBACK = 5,
};

/* A variable or tagged column of a row; size 0 if NULL. */
struct catalog_bytes
{
    const uint8_t *data;
    uint32_t size;
};

struct catalog_row
{
    uint32_t table;             /* object id of the table */
    uint32_t type;              /* CATALOG_... */
    uint32_t id;                /* object id; for a column its id */
    uint32_t place;             /* root page; for a column its type */
    uint32_t space;             /* density in percent; for a column its largest size */
    uint32_t flags;
    uint32_t pages;             /* initial pages; a column's code page; an index's LCID */
    uint32_t offset;            /* of a fixed column in the record; 0: NULL */
    uint32_t lcmap_flags;
    bool has_lcmap_flags;
    uint32_t key_max;           /* 0: NULL */
    uint32_t lv_chunk_max;      /* 0: NULL */
    uint64_t last_set_time;     /* 0: NULL */
    struct catalog_bytes name, stats, template_or_callback, default_value, key_columns, var_seg_max, conditions,
        tuple_limits, version, sort_id, callback_data, callback_columns, separate_lv, space_hints, lv_space_hints,
        locale;
};

struct catalog_cursor
{
    const struct table *catalog;
    struct tree_cursor tree;
    uint8_t *record;            /* a copy of the row's record */
    void *values[6];            /* values that had to be fetched or decompressed */
    uint32_t value_count;
};

/* MSysObjects, or its shadow, as every engine knows it.  Nothing is read. */
JET_ERR catalog_table(struct database *database, bool shadow, struct table **table);

/* JET_errOutOfMemory.  catalog_close frees it whatever came of it. */
JET_ERR catalog_open(struct database *database, struct txn *txn, struct catalog_cursor *cursor);
void catalog_close(struct catalog_cursor *cursor);

/* To the first row at or after (table, type); to the next row.  JET_errNoCurrentRecord behind the last. */
JET_ERR catalog_seek(struct catalog_cursor *cursor, uint32_t table, uint32_t type, struct catalog_row *row);
JET_ERR catalog_next(struct catalog_cursor *cursor, struct catalog_row *row);

/* The table's row by its name, case ignored.  JET_errObjectNotFound. */
JET_ERR catalog_find_table(struct catalog_cursor *cursor, const char *name, struct catalog_row *row);

/* Where a row's record has the root of what it describes. */
#define CATALOG_ROW_PLACE 14u

/* What a row is sorted by. */
#define CATALOG_ROW_KEY_SIZE 13
void catalog_row_key(uint8_t key[CATALOG_ROW_KEY_SIZE], uint32_t table, uint32_t type, uint32_t id);

/* The row (table, type, id).  JET_errObjectNotFound. */
JET_ERR catalog_find(struct catalog_cursor *cursor, uint32_t table, uint32_t type, uint32_t id,
                     struct catalog_row *row);

/* Copies a name out of a row.  JET_errCatalogCorrupted if it is too long or empty. */
JET_ERR catalog_name(struct catalog_bytes bytes, char name[SCHEMA_NAME_SIZE]);

/* ---- changing rows: MSysObjects, its shadow and MSysObjids together, in the transaction ---- */

/* JET_errKeyDuplicate if the table has an object of this type and name, or there is a table of the name. */
JET_ERR catalog_insert(struct database *database, struct txn *txn, const struct catalog_row *row);
JET_ERR catalog_delete(struct database *database, struct txn *txn, uint32_t table, uint32_t type, uint32_t id);
/* No other transaction may change or delete the row then, until this one ends.  JET_errWriteConflict. */
JET_ERR catalog_lock(struct database *database, struct txn *txn, uint32_t table, uint32_t type, uint32_t id);
/* Accounts for the version of a lock of a row, which Windows' engine takes before it changes the row. */
void catalog_allot_lock(struct txn *txn);
/* The same of a row of MSysObjids. */
void catalog_allot_objid(struct txn *txn);
/* Replaces the row of the same table, type and id. */
JET_ERR catalog_replace(struct database *database, struct txn *txn, const struct catalog_row *row);
/* Deletes all rows of a table. */
JET_ERR catalog_delete_table(struct database *database, struct txn *txn, uint32_t table);
/* The entries of MSysObjects' indexes for a row that is a record of it; and its name. */
JET_ERR catalog_insert_entries(struct database *database, const uint8_t *key, uint32_t key_size, const uint8_t *record,
                               uint32_t size);
JET_ERR catalog_record_name(const uint8_t *record, uint32_t size, struct catalog_bytes *name);
/* Adds a row to MSysObjids only: for objects that are older than it. */
JET_ERR catalog_insert_objid(struct database *database, struct txn *txn, uint32_t objid, uint32_t table_objid,
                             uint32_t type);
/* tree_store_move_root() for a tree of the table with this object id, after database_forget_tables(). */
JET_ERR catalog_move_root(struct database *database, struct txn *txn, uint32_t table, uint32_t root,
                          uint32_t *moved_to);
/* Notes in MSysLocales that one more index uses the locale. */
JET_ERR catalog_add_locale(struct database *database, const struct index *index);

/* MSysLocales: what a row's number is. */
enum
{
    LOCALES_NUMBER = 1,
    LOCALES_COUNT = 2,
};

/* A row that is not there. */
JET_ERR locales_insert(struct database *database, struct txn *txn, const WCHAR *name, uint8_t type, uint32_t value);

#endif
