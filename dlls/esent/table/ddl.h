/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changing the schema: tables, columns and indexes made, renamed and deleted.
 *
 * Each function here is one statement of the API, checked in the order in which
 * Windows' engine checks it, and done in a transaction level of its own, so that
 * it happens wholly or not at all.  What it changes is the catalog (catalog.h)
 * and the trees; the states of the table that are in memory follow (schema.h).
 *
 * Rules about others: a table is deleted only when no cursor is open on it; a
 * column with no index over it; an index that no cursor is in.  Columns and
 * indexes may be added while others use the table; who changes its structure so
 * that rows would have to change (autoincrement, escrow columns) needs it alone.
 *
 * Names that a template's columns and indexes have are taken in derived tables.
 *
 * Lock: database.schema for all of a statement.
 */
#ifndef ESENT_TABLE_DDL_H
#define ESENT_TABLE_DDL_H

#include "table/cursor.h"
#include "table/schema.h"

/* Looks for a function that the program named: JET_errCallbackNotResolved, JET_errInvalidParameter. */
typedef JET_ERR (*ddl_resolve)(const char *name);

/* What an instance gives to new indexes that do not say, and who looks for functions; NULL: nobody. */
struct ddl_defaults
{
    ddl_resolve resolve_default;    /* of a column */
    ddl_resolve resolve_callback;   /* of a table */
    const WCHAR *locale;
    uint32_t lcmap_flags;
    JET_TUPLELIMITS tuples;
    bool engine;                    /* it is the engine's own table: JET_bitTableCreateSystemTable */
};

/*
 * A table with its columns and indexes, whose struct is the newest of all
 * versions and of code page 1252; err of each column and index, cCreated and the
 * columns' ids are set.  *cursor has the table alone.  After an error tableid is
 * JET_tableidNil, but as it was if nothing was begun.
 * Errors: those of JetCreateTableColumnIndex.
 */
JET_ERR ddl_create_table(struct database *database, struct txn *txn, const struct ddl_defaults *defaults,
                         JET_TABLECREATE5_A *create, struct cursor **cursor);
/* JET_errTableInUse, JET_errTableLocked, JET_errCannotDeleteTemplateTable, JET_errCannotDeleteSystemTable. */
JET_ERR ddl_delete_table(struct database *database, struct txn *txn, const char *name);
JET_ERR ddl_rename_table(struct database *database, struct txn *txn, const char *name, const char *new_name);

JET_ERR ddl_add_column(struct cursor *cursor, const char *name, const JET_COLUMNDEF *definition,
                       const void *default_value, uint32_t default_size, ddl_resolve resolve, JET_COLUMNID *id);
JET_ERR ddl_delete_column(struct cursor *cursor, const char *name, JET_GRBIT grbit);
JET_ERR ddl_rename_column(struct cursor *cursor, const char *name, const char *new_name, JET_GRBIT grbit);
JET_ERR ddl_set_default(struct database *database, struct txn *txn, const char *table, const char *column,
                        const void *value, uint32_t size);

/* One index, or several that are filled in one scan; `err` of each is left alone, as Windows leaves it.
 * *left: another cursor that stays on the table until the transaction ends; NULL: none. */
JET_ERR ddl_create_indexes(struct cursor *cursor, const struct ddl_defaults *defaults, JET_INDEXCREATE3_A *indexes,
                           uint32_t count, struct cursor **left);
JET_ERR ddl_delete_index(struct cursor *cursor, const char *name, struct cursor **left);
/* The same where the engine deletes it, whether or not the table's schema is fixed; at level 0. */
JET_ERR ddl_remove_index(struct cursor *cursor, const char *name);

/* Changes of the catalog alone, for JetConvertDDL (ddl_alter.c).  JET_errInvalidParameter,
 * JET_errObjectNotFound, JET_errColumnNotFound, JET_errIndexNotFound, JET_errDensityInvalid. */
JET_ERR ddl_alter_column(struct database *database, struct txn *txn, const char *table, const char *column,
                         JET_COLTYP type, JET_GRBIT grbit);
JET_ERR ddl_alter_column_size(struct database *database, struct txn *txn, const char *table, const char *column,
                              uint32_t size);
JET_ERR ddl_alter_column_callback(struct database *database, struct txn *txn, const char *table, const char *column,
                                  const char *callback, const void *data, uint32_t size);
/* Of an index; name NULL: of the primary one, or of the table. */
JET_ERR ddl_alter_density(struct database *database, struct txn *txn, const char *table, const char *name,
                          uint32_t density);

/* A callback of the table; it has one at most.  JET_errKeyDuplicate. */
JET_ERR ddl_alter_callback(struct database *database, struct txn *txn, const char *table, const char *callback,
                           JET_CBTYP type);
/* Conditions for every secondary index of the table, whose entries stay as they are. */
JET_ERR ddl_alter_conditions(struct database *database, struct txn *txn, const char *table,
                             const JET_CONDITIONALCOLUMN_A *conditions, uint32_t count);
/* Of every callback in the database whose name begins with `before`, what is in front of the '!' becomes `after`. */
JET_ERR ddl_alter_callback_module(struct database *database, struct txn *txn, const char *before, const char *after);

/* Counts records, keys and pages of the table and its indexes, for JetGetObjectInfo and its kin. */
JET_ERR ddl_compute_stats(struct cursor *cursor);

#endif
