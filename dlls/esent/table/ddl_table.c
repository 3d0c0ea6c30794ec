/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables are deleted and renamed.  Follows ErrFILEDeleteTable. */

#include "table/ddl_private.h"

/* ------------------------------------------------------------------ delete --- */

static JET_ERR delete_table(struct database *database, struct txn *txn, struct table *table)
{
    JET_ERR err = schema_act(database, txn, table->object, ACTION_TABLE_GONE, false, table->root);

    return err < 0 ? err : catalog_delete_table(database, txn, table->objid);
}

static JET_ERR open_and_delete(struct database *database, struct txn *txn, const char *name)
{
    struct cursor *cursor;
    struct table *table;
    JET_ERR err = table_open(database, txn, name, &table);

    if (err >= 0 && database->read_only)
    {
        table_release(table);
        err = JET_errPermissionDenied;
    }
    if (err < 0)
        return err;
    err = cursor_open(table, txn, JET_bitTableDelete | JET_bitTableDenyRead | JET_bitTableAllowOutOfDate, &cursor);
    if (err < 0)
    {
        table_release(table);
        return err;
    }
    if (table->flags & JET_bitObjectTableTemplate)
        err = JET_errCannotDeleteTemplateTable;
    else if (table->flags & JET_bitObjectSystem)
        err = JET_errCannotDeleteSystemTable;
    else
        err = delete_table(database, txn, table);
    cursor_close(cursor);
    return err;
}

JET_ERR ddl_delete_table(struct database *database, struct txn *txn, const char *given)
{
    char name[SCHEMA_NAME_SIZE];
    JET_ERR err;

    if (txn->level && txn->read_only)
        return JET_errTransReadOnly;
    err = ddl_name(given, name);
    if (err < 0)
        return err;
    if (!schema_name_compare(name, database->catalog->name) || !schema_name_compare(name, database->shadow->name))
        return JET_errCannotDeleteSystemTable;
    err = ddl_begin(database, txn);
    if (err < 0)
        return err;
    return ddl_end(database, txn, open_and_delete(database, txn, name));
}

/* ------------------------------------------------------------------ rename --- */

/* The name of the table in memory changes at once, for all sessions and for good. */
static void note_rename(struct database *database, uint32_t objid, const char *new_name, bool was_known)
{
    struct table_object *object;

    os_mutex_lock(&database->lock);
    object = schema_find_object(database, objid);
    if (object)
        strcpy(object->name, was_known ? new_name : "");
    os_mutex_unlock(&database->lock);
}

static bool is_known(struct database *database, uint32_t objid)
{
    const struct table_object *object;
    bool known;

    os_mutex_lock(&database->lock);
    object = schema_find_object(database, objid);
    known = object && object->name[0];
    os_mutex_unlock(&database->lock);
    return known;
}

static JET_ERR rename_table(struct database *database, struct txn *txn, const char *name, const char *new_name)
{
    struct catalog_cursor rows;
    struct catalog_row row;
    struct table *table;
    bool was_known = false;
    JET_ERR err = catalog_open(database, txn, &rows);

    if (err >= 0)
        err = catalog_find_table(&rows, name, &row);
    if (err >= 0)
        was_known = is_known(database, row.table);
    catalog_close(&rows);
    if (err >= 0)
        err = table_open(database, txn, name, &table);
    /* One that another session has deleted, but not for good, is met by its row. */
    if (err == JET_errTableLocked)
        err = JET_errWriteConflict;
    if (err < 0)
        return err;
    err = catalog_open(database, txn, &rows);
    if (err >= 0)
        err = catalog_find(&rows, table->objid, CATALOG_TABLE, table->objid, &row);
    if (err >= 0 && database->read_only)
        err = JET_errPermissionDenied;
    if (err >= 0 && row.flags & (JET_bitObjectTableTemplate | JET_bitObjectTableFixedDDL))
    {
        catalog_allot_lock(txn);
        err = JET_errFixedDDL;
    }
    if (err >= 0)
        err = schema_act(database, txn, table->object, ACTION_NAME, false, 0);
    if (err >= 0)
    {
        row.name = ddl_text(new_name);
        err = catalog_replace(database, txn, &row);
    }
    if (err >= 0)
        note_rename(database, table->objid, new_name, was_known);
    catalog_close(&rows);
    table_release(table);
    return err;
}

JET_ERR ddl_rename_table(struct database *database, struct txn *txn, const char *given, const char *given_new)
{
    char name[SCHEMA_NAME_SIZE], new_name[SCHEMA_NAME_SIZE];
    JET_ERR err;

    if (txn->level && txn->read_only)
        return JET_errTransReadOnly;
    if (!given || !given_new)
        return JET_errInvalidParameter;
    err = ddl_name(given, name);
    if (err >= 0)
        err = ddl_name(given_new, new_name);
    if (err < 0)
        return err;
    err = ddl_begin(database, txn);
    if (err < 0)
        return err;
    return ddl_end(database, txn, rename_table(database, txn, name, new_name));
}
