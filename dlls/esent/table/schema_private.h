/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files that load and change a table's schema share: its memory, its
 * object, names, and the steps from catalog rows to struct table.
 */
#ifndef ESENT_TABLE_SCHEMA_PRIVATE_H
#define ESENT_TABLE_SCHEMA_PRIVATE_H

#include "table/catalog.h"

#define SCHEMA_FIXED_START 4            /* offset of a record's first fixed column */
#define SCHEMA_LCMAP_DEFAULT (OS_MAP_SORTKEY | OS_NORM_IGNORECASE | OS_NORM_IGNOREKANATYPE | OS_NORM_IGNOREWIDTH)
#define SCHEMA_VALUE_MAX 65536u         /* longest value of the catalog that is believed */

/* ---- a table and its memory (schema.c) ---- */

/* A new table without anything, with an arena that schema_alloc takes zeroed
 * memory from; all is freed together. */
struct table *schema_table_new(struct database *database);
void schema_table_free(struct table *table);
/* Drops a reference to a table of the temporary database, and gives back its tree with the last one (temp_table.c). */
void temp_table_release(struct table *table);
/* Drops a reference; a transient table is freed with its last.  database->lock is held. */
void schema_unreference(struct table *table);
void *schema_alloc(struct table *table, size_t size);
/* A copy in the arena, with a NUL behind it. */
JET_ERR schema_copy(struct table *table, struct catalog_bytes bytes, const uint8_t **copy);

/* ---- tables that are kept (database_tables.c) ---- */

/* Nobody will find the kept state of a table any more; database->lock is held. */
void schema_forget(struct table_object *object);
/* Frees all that is kept; nobody has a table open. */
void database_free_tables(struct database *database);

/* ---- its object (schema_object.c) ---- */

/* The object of a table, new or found, referenced by it from now on, with its tree of records. */
JET_ERR schema_use_object(struct table *table, uint32_t objid, uint32_t root);
/* The object if there is one; database->lock is held. */
struct table_object *schema_find_object(struct database *database, uint32_t objid);
void schema_release_object(struct database *database, struct table_object *object);
void schema_free_objects(struct database *database);
/* Notes how an index that was just made maps text. */
JET_ERR schema_note_made(struct table_object *object, const struct made_index *made);
/* Whether a column was added lately; that it is one, or one less; its name in memory.  database->lock is held. */
bool schema_is_fresh(const struct table_object *object, uint32_t id);
JET_ERR schema_note_fresh(struct table_object *object, uint32_t id);
void schema_forget_fresh(struct table_object *object, uint32_t id);
void schema_keep_name(struct table_object *object, uint32_t id, const char *name);
/* The name that a column has in memory if that is not its row's; NULL. */
const char *schema_kept_name(const struct table_object *object, uint32_t id);
/* The tree of an index is no more. */
void schema_forget_made(struct table_object *object, uint32_t root);
/* The tree of a secondary index; NULL: no memory.  Whoever gets it calls tree_init. */
struct tree *schema_tree(struct table_object *object, uint32_t root, uint32_t objid);

/* ---- changes (schema_change.c) ---- */

/* As their transaction remembers them. */
enum schema_action_kind
{
    ACTION_NAME,                /* of a name or default: nothing but rows of the catalog */
    ACTION_ROWS,                /* the same, of what the table has in memory */
    ACTION_PRIMARY_MADE,        /* the table has a primary index; `root` is the table's */
    ACTION_COLUMN_MADE,         /* `root` is the column's id, in a table that others may have open */
    ACTION_COLUMN_MADE_ALONE,   /* in a table that they may not */
    ACTION_COLUMN_GONE,
    ACTION_TREE_MADE,           /* an index has a new tree */
    ACTION_TREE_GONE,           /* the tree of an index that was deleted */
    ACTION_TABLE_MADE,
    ACTION_TABLE_GONE,
};

/* What Windows' engine keeps with a version of the space of a new tree, which this one need not make. */
#define SCHEMA_BUCKET_SPACE 16

/* Says that the transaction changes the schema of a table; before it does, but
 * after it made a tree.  in_table, root: of the tree. */
JET_ERR schema_act(struct database *database, struct txn *txn, struct table_object *object,
                   enum schema_action_kind kind, bool in_table, uint32_t root);

/* The index that this version made is seen by all, or by nobody any more. */
void index_forget_unseen(struct txn_root *root, const struct version *maker);

/* ---- names (schema.c) ---- */

/* Only A to Z have case, as in the catalog's keys. */
static inline uint8_t schema_upper(char c)
{
    return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : (uint8_t)c;
}

int schema_name_compare(const char *a, const char *b);
/* The same with a name of `size` bytes that does not end in NUL; equal only if as long. */
int schema_name_compare_size(const char *a, const char *b, uint32_t size);
uint32_t schema_name_hash(const char *name);

/* ---- from the catalog's rows (schema.c, schema_column.c, schema_index.c) ---- */

/* Sets fixed, variable and tagged and their counts from `columns`, which is in order. */
void schema_divide_columns(struct table *table);

/* Columns of a table being loaded, as the catalog's rows give them. */
struct schema_columns
{
    struct column *list;
    uint32_t count, capacity;
};

/* Adds the column of a row.  The list is freed by the caller. */
JET_ERR schema_add_column(struct table *table, const struct catalog_row *row, struct schema_columns *columns);
/* Makes table->columns of the list and, if there is one, the template's. */
JET_ERR schema_finish_columns(struct table *table, struct schema_columns *columns);

/* Fills an index from its row.  The columns are there already. */
JET_ERR schema_load_index(struct table *table, const struct catalog_row *row, struct index *index);

/* What JetComputeStats left in a row; zeroes if it never ran. */
void schema_load_stats(const struct catalog_row *row, struct schema_stats *stats);

/* The space hints of a table's or index's row. */
JET_ERR schema_load_space(const struct table *table, const struct catalog_row *row, const JET_SPACEHINTS *inherited,
                          JET_SPACEHINTS *space);
/* The tree of the table's long values is known from now on. */
void schema_init_long_values(struct table *table, uint32_t root, uint32_t objid);
JET_ERR schema_load_lv_space(const struct catalog_row *row, JET_SPACEHINTS *space);

/* Loads a table from the cursor, which stands on its row.  template_table: of a
 * derived table, with a reference that the new table takes over, else NULL. */
JET_ERR schema_load_table(struct database *database, struct catalog_cursor *cursor, struct catalog_row *row,
                          struct table *template_table, struct table **table);

#endif
