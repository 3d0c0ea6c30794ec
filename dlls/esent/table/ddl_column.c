/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Columns: made, renamed, deleted, given a default.  Follows ErrFILEIValidateAddColumn and its neighbours. */

#include <stdio.h>

#include "table/ddl_private.h"
#include "table/update.h"
#include "table/cursor_private.h"

/* ----------------------------------------------------------------- add one --- */

static bool is_empty(const struct table *table, JET_ERR *err)
{
    bool bare;

    *err = tree_is_bare(table->records, &bare);
    if (*err >= 0 && !bare)
        *err = JET_errTableNotEmpty;
    return *err >= 0;
}

/* Records that are there already get numbers of an autoincrement column. */
static JET_ERR number_records(struct cursor *cursor)
{
    struct cursor *inner;
    JET_ERR err = ddl_reload(cursor);

    if (err >= 0)
        err = cursor_duplicate(cursor, &inner);
    if (err < 0)
        return err;
    err = update_number_records(inner);
    cursor_close(inner);
    return err;
}

static JET_ERR check_fixed_ddl(const struct cursor *cursor)
{
    if (!(cursor->table->flags & JET_bitObjectTableFixedDDL))
        return JET_errSuccess;
    return cursor->permits_ddl ? JET_errSuccess : JET_errFixedDDL;
}

JET_ERR ddl_add_column(struct cursor *cursor, const char *name, const JET_COLUMNDEF *given, const void *default_value,
                       uint32_t default_size, ddl_resolve resolve, JET_COLUMNID *id)
{
    struct table *table = cursor->table;
    struct database *database = table->database;
    struct column_definition definition = { .given_name = name };
    struct column_places places;
    JET_ERR wrn, err = ddl_check_updatable(cursor);

    if (err >= 0)
        err = check_fixed_ddl(cursor);
    if (err < 0)
        return err;
    if (!given || given->cbStruct < sizeof(*given))
        return JET_errInvalidParameter;
    if (given->grbit & JET_bitColumnUnversioned && !cursor->denies_read && cursor->txn->level)
        return JET_errInTransaction;
    definition.type = given->coltyp;
    definition.max_size = given->cbMax;
    definition.code_page = given->cp;
    definition.grbit = given->grbit;
    definition.default_value = default_value;
    definition.default_size = default_value ? default_size : 0;
    wrn = column_check(database, &definition, table->template_table, ddl_has_alone(cursor));
    if (wrn < 0)
        return wrn;
    if (table->flags & JET_bitObjectTableTemplate && !column_is_tagged(&definition))
        return JET_errFixedDDL;
    if (definition.flags & COLUMN_ESCROW && !is_empty(table, &err))
        return err;

    err = ddl_begin(database, cursor->txn);
    if (err < 0)
        return err;
    column_places_of(&places, table);
    err = table_column_by_name(table, definition.name) ? JET_errColumnDuplicate : JET_errSuccess;
    if (err >= 0)
        err = column_place(&places, &definition, definition.max_size);
    if (err >= 0 && id)
        *id = definition.id;
    if (err >= 0)
        err = schema_act(database, cursor->txn, table->object,
                         ddl_has_alone(cursor) ? ACTION_COLUMN_MADE_ALONE : ACTION_COLUMN_MADE, false, definition.id);
    if (err >= 0)
    {
        column_places_note(database, table->object, &places);
        err = column_resolve(&definition, resolve);
        if (!column_default_fits(&definition))
            err = JET_errInvalidBufferSize;
    }
    if (err >= 0)
    {
        place_set_end(cursor, TREE_BEFORE_FIRST);
        err = column_insert(database, cursor->txn, table->objid, &definition,
                            table->flags & JET_bitObjectTableTemplate);
    }
    if (err >= 0 && definition.flags & COLUMN_AUTOINCREMENT)
        err = number_records(cursor);
    err = cursor_wrote(cursor, ddl_end(database, cursor->txn, err));
    return err < 0 ? err : wrn;
}

/* ------------------------------------------------------------------ change --- */

/* The row of a column of the table's own.  JET_errColumnNotFound. */
static JET_ERR find_row(struct catalog_cursor *rows, const struct table *table, const struct column *column,
                        struct catalog_row *row)
{
    JET_ERR err;

    if (!column || column->from_template)
        return JET_errColumnNotFound;
    err = catalog_find(rows, table->objid, CATALOG_COLUMN, column->fid, row);
    return err == JET_errObjectNotFound ? JET_errColumnNotFound : err;
}

/* Whether an index has the column, as key or as condition. */
static bool in_index(const struct table *table, const struct column *column)
{
    for (uint32_t i = 0; i < table->index_count; i++)
    {
        const struct index *index = &table->indexes[i];
        for (uint32_t k = 0; k < index->key_columns; k++)
        {
            if (index->key[k].columnid == column->id)
                return true;
        }
        for (uint32_t k = 0; k < index->conditions; k++)
        {
            if (index->condition[k].columnid == column->id)
                return true;
        }
    }
    return false;
}

/* Whether an index that the transaction does not see keeps the column: it is not committed yet, or was since. */
static bool in_unseen_index(const struct table *table, const struct column *column)
{
    bool found = false;

    os_mutex_lock(&table->database->lock);
    for (const struct made_index *made = table->object->made; made; made = made->next)
    {
        for (uint32_t i = 0; i < made->column_count && !made->gone; i++)
            found |= made->columns[i] == column->fid;
    }
    os_mutex_unlock(&table->database->lock);
    return found;
}

static JET_ERR delete_column(struct cursor *cursor, const char *name)
{
    struct table *table = cursor->table;
    const struct column *column = table_column_by_row_name(table, name);
    struct database *database = table->database;
    struct catalog_cursor rows;
    struct catalog_row row;
    char stub[SCHEMA_NAME_SIZE];
    JET_ERR err = catalog_open(database, cursor->txn, &rows);

    if (err >= 0)
        err = find_row(&rows, table, column, &row);
    if (err >= 0)
    {
        /* The row stays, so that the id and the place in records are not used again. */
        snprintf(stub, sizeof(stub), "JetStub_%u_%u", (unsigned)table->objid, (unsigned)row.id);
        row.name = ddl_text(stub);
        row.place = JET_coltypNil;
        if (row.flags & COLUMN_USER_DEFAULT)
            row.flags &= ~(uint32_t)(COLUMN_USER_DEFAULT | COLUMN_DEFAULT);
        /* An index that is being made has locked the row. */
        err = catalog_replace(database, cursor->txn, &row);
    }
    catalog_close(&rows);
    if (err >= 0 && (in_index(table, column) || in_unseen_index(table, column)))
        err = JET_errColumnInUse;
    if (err >= 0)
        err = schema_act(database, cursor->txn, table->object, ACTION_COLUMN_GONE, false, 0);
    if (err >= 0)
        place_set_end(cursor, TREE_BEFORE_FIRST);
    return err;
}

JET_ERR ddl_delete_column(struct cursor *cursor, const char *given, JET_GRBIT grbit)
{
    struct table *table = cursor->table;
    char name[SCHEMA_NAME_SIZE];
    JET_ERR err = cursor_is_temporary(cursor) ? JET_errIllegalOperation : ddl_name(given, name);

    if (err >= 0)
        err = ddl_check_updatable(cursor);
    if (err < 0)
        return err;
    if (table->flags & JET_bitObjectTableFixedDDL)
        return JET_errFixedDDL;
    if (!(grbit & JET_bitDeleteColumnIgnoreTemplateColumns) && column_is_inherited(table->template_table, name))
        return JET_errFixedInheritedDDL;
    err = ddl_begin(table->database, cursor->txn);
    if (err < 0)
        return err;
    return cursor_wrote(cursor, ddl_end(table->database, cursor->txn, delete_column(cursor, name)));
}

static JET_ERR rename_column(struct cursor *cursor, const char *name, const char *new_name, JET_GRBIT grbit)
{
    struct table *table = cursor->table;
    const struct column *column = table_column_by_name(table, name);
    struct catalog_cursor rows;
    struct catalog_row row;
    JET_ERR err = catalog_open(table->database, cursor->txn, &rows);

    if (err >= 0)
        err = find_row(&rows, table, column, &row);
    if (err >= 0 && grbit & JET_bitColumnRenameConvertToPrimaryIndexPlaceholder)
    {
        if (column->type != JET_coltypBit || column->fid >= COLUMNID_VAR_FIRST || table->primary->key_columns < 2 ||
            table->primary->key[0].columnid != column->id)
            err = JET_errInvalidPlaceholderColumn;
        row.flags |= COLUMN_PLACEHOLDER;
    }
    if (err >= 0)
        err = schema_act(table->database, cursor->txn, table->object, ACTION_NAME, false, 0);
    if (err >= 0)
    {
        row.name = ddl_text(new_name);
        err = catalog_replace(table->database, cursor->txn, &row);
    }
    catalog_close(&rows);
    return err;
}

/*
 * Windows looks for the old name once more after the change, to have the new one
 * in memory.  While it remembers that the column was added it asks the catalog,
 * which does not know the name any more: the column is renamed, the answer is
 * JET_errColumnNotFound, and the old name stays in memory.
 */
static JET_ERR note_name(struct table *table, JET_COLUMNID id, const char *old_name)
{
    struct database *database = table->database;
    bool fresh;

    os_mutex_lock(&database->lock);
    fresh = schema_is_fresh(table->object, id);
    schema_keep_name(table->object, id, fresh ? old_name : "");
    os_mutex_unlock(&database->lock);
    return fresh ? JET_errColumnNotFound : JET_errSuccess;
}

JET_ERR ddl_rename_column(struct cursor *cursor, const char *given, const char *given_new, JET_GRBIT grbit)
{
    char name[SCHEMA_NAME_SIZE], new_name[SCHEMA_NAME_SIZE];
    const struct column *column;
    struct database *database;
    JET_COLUMNID id;
    JET_ERR err, named;

    if (cursor_is_temporary(cursor))
        return JET_errIllegalOperation;
    if (cursor->txn->level && cursor->txn->read_only)
        return JET_errTransReadOnly;
    if (!given || !given_new)
        return JET_errInvalidParameter;
    if (cursor->txn->level)
        return JET_errInTransaction;
    err = ddl_name(given, name);
    if (err >= 0)
        err = ddl_name(given_new, new_name);
    if (err < 0)
        return err;
    database = cursor->table->database;
    if (database->read_only)
        return table_column_by_name(cursor->table, name) ? JET_errPermissionDenied : JET_errColumnNotFound;
    column = table_column_by_name(cursor->table, name);
    id = column ? column->id : 0;
    if (column)
        strcpy(name, column->name); /* as it is spelt there */
    err = ddl_begin(database, cursor->txn);
    if (err < 0)
        return err;
    err = rename_column(cursor, name, new_name, grbit);
    named = err < 0 ? err : note_name(cursor->table, id, name);
    err = ddl_end(database, cursor->txn, err);
    return err < 0 ? err : named;
}

static JET_ERR set_default(struct cursor *cursor, const char *name, const void *value, uint32_t size)
{
    struct table *table = cursor->table;
    const struct column *column = table_column_by_name(table, name);
    struct catalog_cursor rows;
    struct catalog_row row;
    JET_ERR err;

    if (!column)
        return JET_errColumnNotFound;
    if (in_index(table, column))
        return JET_errColumnInUse;
    if (table->database->read_only)
        return JET_errPermissionDenied;
    err = catalog_open(table->database, cursor->txn, &rows);
    if (err >= 0)
        err = find_row(&rows, table, column, &row);
    if (err >= 0 && column_type_size(column->type) && size != column_type_size(column->type))
        err = JET_errInvalidBufferSize;
    if (err >= 0 && column->max_size && size > column->max_size && column->fid < COLUMNID_VAR_FIRST)
        err = JET_errInvalidBufferSize;
    if (err >= 0 && column->max_size && size > column->max_size && column->fid >= COLUMNID_TAGGED_FIRST)
        err = JET_errColumnTooBig;
    if (err >= 0 && size > 255)
        err = JET_errDefaultValueTooBig;
    if (err >= 0)
        err = schema_act(table->database, cursor->txn, table->object, ACTION_NAME, false, 0);
    if (err >= 0)
    {
        row.flags |= COLUMN_DEFAULT;
        row.default_value = (struct catalog_bytes){ value, size };
        err = catalog_replace(table->database, cursor->txn, &row);
    }
    catalog_close(&rows);
    return err;
}

JET_ERR ddl_set_default(struct database *database, struct txn *txn, const char *given_table, const char *given,
                        const void *value, uint32_t size)
{
    const struct table any = { .database = database };
    char name[SCHEMA_NAME_SIZE], table_name[SCHEMA_NAME_SIZE];
    struct cursor *cursor;
    struct table *table;
    JET_ERR err = ddl_name(given, name);

    if (err < 0)
        return err;
    if (!value || !size)
        return JET_errNullInvalid;
    if (size > record_size_limit(&any))
        return JET_errDefaultValueTooBig;
    err = ddl_name(given_table, table_name);
    if (err >= 0)
        err = table_open(database, txn, table_name, &table);
    if (err < 0)
        return err;
    err = cursor_open(table, txn, JET_bitTableDenyRead, &cursor);
    if (err < 0)
    {
        table_release(table);
        return err;
    }
    err = ddl_begin(database, txn);
    if (err >= 0)
        err = ddl_end(database, txn, set_default(cursor, name, value, size));
    cursor_close(cursor);
    return err;
}
