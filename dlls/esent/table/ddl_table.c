/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables: made, renamed, deleted.  Follows ErrFILECreateTable and ErrFILEDeleteTable. */

#include "table/database_private.h"
#include "table/ddl_private.h"
#include "txn/version.h"

#define DENSITY_DEFAULT 80u

/* ------------------------------------------------------------- space hints --- */

/* What the table itself starts with, from the hints and pages of all its parts. */
static JET_ERR table_space(uint32_t page_size, const JET_TABLECREATE5_A *create, JET_SPACEHINTS *space)
{
    const JET_INDEXCREATE3_A *primary = NULL;
    uint64_t pages = 0;
    JET_SPACEHINTS hints;
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && create->rgindexcreate && i < create->cIndexes; i++)
    {
        const JET_INDEXCREATE3_A *index = &create->rgindexcreate[i];

        pages++;
        if (index->pSpacehints)
        {
            hints = *index->pSpacehints;
            err = space_hints_check(page_size, &hints, true);
            pages += err < 0 ? 0 : space_hints_pages(&hints, page_size) - 1;
        }
        if (index->grbit & JET_bitIndexPrimary)
            primary = index;
    }
    if (err < 0)
        return err;
    if (primary && create->pSeqSpacehints)
        return JET_errSpaceHintsInvalid;
    memset(space, 0, sizeof(*space));
    space->cbStruct = sizeof(*space);
    if (primary && primary->pSpacehints)
        *space = *primary->pSpacehints;
    else if (!primary && create->pSeqSpacehints)
        *space = *create->pSeqSpacehints;
    else
        space->ulInitialDensity = primary && primary->ulDensity ? primary->ulDensity
                                  : create->ulDensity           ? create->ulDensity
                                                                : DENSITY_DEFAULT;
    err = space_hints_check(page_size, space, true);
    if (err >= 0 && create->pLVSpacehints)
    {
        hints = *create->pLVSpacehints;
        err = space_hints_check(page_size, &hints, true);
    }
    if (err < 0)
        return err;
    if (!primary)
        pages += space_hints_pages(space, page_size);
    if (create->ulPages > pages)
        pages = create->ulPages;
    if (pages * page_size > space->cbInitial)
        space->cbInitial = (JET_ULONG)(pages * page_size);
    if (space->cbInitial == page_size)
        space->cbInitial = 0;
    return JET_errSuccess;
}

/* -------------------------------------------------------------------- rows --- */

/* A table that is being made. */
struct new_table
{
    struct database *database;
    struct txn *txn;
    const struct ddl_defaults *defaults;
    JET_TABLECREATE5_A *create;
    char name[SCHEMA_NAME_SIZE];
    struct table *template_table; /* referenced; NULL */
    struct table *table;          /* its state in the end; referenced */
    bool bad_default;             /* some column's has not the size of its type */
    JET_SPACEHINTS space;
    uint32_t objid, root;
};

static JET_ERR open_template(struct new_table *new)
{
    char name[SCHEMA_NAME_SIZE];
    struct cursor *cursor;
    JET_ERR err;

    if (!new->create->szTemplateTableName)
        return JET_errSuccess;
    err = ddl_name(new->create->szTemplateTableName, name);
    if (err >= 0)
        err = table_open(new->database, new->txn, name, &new->template_table);
    if (err < 0)
        return err;
    /* One that another session has alone cannot be looked at. */
    table_reference(new->template_table);
    err = cursor_open(new->template_table, new->txn, JET_bitTableReadOnly, &cursor);
    if (err < 0)
    {
        table_release(new->template_table);
        return err;
    }
    cursor_close(cursor);
    if (!(new->template_table->flags &JET_bitObjectTableTemplate))
        return JET_errDDLNotInheritable;
    os_mutex_lock(&new->database->lock);
    new->template_table->object->is_static = true;
    os_mutex_unlock(&new->database->lock);
    return JET_errSuccess;
}

static JET_ERR insert_table(struct new_table *new)
{
    JET_TABLECREATE5_A *create = new->create;
    uint32_t page_size = new->database->page_size;
    uint8_t hints[SPACE_HINTS_SIZE], lv_hints[SPACE_HINTS_SIZE];
    struct catalog_row row = { .table = new->objid,
                               .type = CATALOG_TABLE,
                               .id = new->objid,
                               .place = new->root,
                               .space = new->space.ulInitialDensity,
                               .pages = new->space.cbInitial / page_size,
                               .name = ddl_text(new->name) };
    JET_SPACEHINTS lv_space;
    JET_ERR err;

    if (create->grbit & JET_bitTableCreateTemplateTable)
        row.flags = JET_bitObjectTableTemplate | JET_bitObjectTableFixedDDL;
    else if (create->grbit & JET_bitTableCreateFixedDDL)
        row.flags = JET_bitObjectTableFixedDDL;
    if (new->template_table)
    {
        row.flags |= JET_bitObjectTableDerived;
        row.template_or_callback = ddl_text(new->template_table->name);
    }
    row.space_hints = (struct catalog_bytes){ hints, space_hints_pack(&new->space, 3, hints) };
    if (create->pLVSpacehints)
    {
        lv_space = *create->pLVSpacehints;
        space_hints_check(page_size, &lv_space, true);
        row.lv_space_hints = (struct catalog_bytes){ lv_hints, space_hints_pack(&lv_space, 1, lv_hints) };
    }
    if (create->cbSeparateLV)
        row.separate_lv = (struct catalog_bytes){ (const uint8_t *)&create->cbSeparateLV, 4 };
    if (create->cbLVChunkMax > schema_lv_chunk(page_size))
        return JET_errInvalidLVChunkSize;
    row.lv_chunk_max = create->cbLVChunkMax;
    err = catalog_insert(new->database, new->txn, &row);
    return err == JET_errKeyDuplicate ? JET_errTableDuplicate : err;
}

/* The trees and rows of what a derived table has from its template. */
static JET_ERR inherit_indexes(struct new_table *new)
{
    const struct table *from = new->template_table;
    struct tree parent;
    JET_ERR err = JET_errSuccess;

    tree_init(&parent, &new->database->cache, new->root, new->objid, true, 0);
    for (uint32_t i = 0; from && err >= 0 && i < from->index_count; i++)
    {
        const struct index *index = &from->indexes[i];
        struct catalog_cursor rows;
        struct catalog_row row;

        err = catalog_open(new->database, new->txn, &rows);
        if (err >= 0)
            err = catalog_find(&rows, from->objid, CATALOG_INDEX, index->objid, &row);
        if (err >= 0)
        {
            row.table = row.id = new->objid;
            row.place = new->root;
            row.flags = (row.flags & ~(uint32_t)INDEX_TEMPLATE) | INDEX_DERIVED;
            row.stats.size = 0;
            row.space_hints.size = 0;
            if (!index->primary)
            {
                row.id = database_new_objid(new->database);
                err = tree_create(&new->database->store, &parent, row.id, index->disk_flags & INDEX_UNIQUE, PAGE_INDEX,
                                  space_hints_pages(&index->space, new->database->page_size), &row.place);
            }
        }
        if (err >= 0)
            err = catalog_insert(new->database, new->txn, &row);
        catalog_close(&rows);
    }
    return err;
}

static JET_ERR add_column(struct new_table *new, JET_COLUMNCREATE_A *given, struct column_places *places,
                          bool *of_column)
{
    bool is_template = new->create->grbit &JET_bitTableCreateTemplateTable;
    struct column_definition definition = { .given_name = given->szColumnName,
                                            .type = given->coltyp,
                                            .max_size = given->cbMax,
                                            .code_page = (uint16_t)given->cp,
                                            .grbit = given->grbit,
                                            .default_value = given->pvDefault,
                                            .default_size = given->pvDefault ? given->cbDefault : 0 };
    JET_ERR err;

    if (given->cbStruct != sizeof(*given))
        return JET_errInvalidParameter;
    *of_column = true;
    err = column_check(new->database, &definition, new->template_table, true);
    if (err >= 0)
        err = column_place(places, &definition, given->cbMax);
    if (err < 0)
        return err;
    given->columnid = definition.id;
    err = column_resolve(&definition, new->defaults->resolve_default);
    if (err < 0)
        return err;
    new->bad_default |= !column_default_fits(&definition);
    *of_column = false;
    given->err = JET_errSuccess;
    new->create->cCreated++;
    return column_insert(new->database, new->txn, new->objid, &definition, is_template);
}

static JET_ERR add_columns(struct new_table *new)
{
    JET_TABLECREATE5_A *create = new->create;
    struct column_places places;
    JET_ERR err = JET_errSuccess;

    if (!create->cColumns)
        return JET_errSuccess;
    if (!create->rgcolumncreate)
        return JET_errInvalidParameter;
    column_places_init(&places, new->database, new->template_table);
    places.is_template = create->grbit & JET_bitTableCreateTemplateTable;
    for (uint32_t i = 0; err >= 0 && i < create->cColumns; i++)
    {
        bool of_column = false;

        err = add_column(new, &create->rgcolumncreate[i], &places, &of_column);
        if (err < 0 && of_column)
            create->rgcolumncreate[i].err = err;
    }
    return err;
}

/* A column of those that were just made, or of the template. */
static JET_ERR find_column(void *context, const char *name, struct index_column_facts *facts)
{
    const struct new_table *new = context;
    const JET_TABLECREATE5_A *create = new->create;

    for (uint32_t i = 0; name && i < create->cColumns; i++)
    {
        const JET_COLUMNCREATE_A *column = &create->rgcolumncreate[i];

        if (schema_name_compare(column->szColumnName, name))
            continue;
        facts->id = column->columnid;
        facts->type = column->coltyp;
        facts->code_page = (uint16_t)column->cp ? (uint16_t)column->cp : 1252;
        facts->grbit = column->grbit;
        facts->has_default = false; /* here nobody asks */
        return JET_errSuccess;
    }
    return new->template_table ? index_find_in_table(new->template_table, name, facts) : JET_errColumnNotFound;
}

static JET_ERR add_index(struct new_table *new, JET_INDEXCREATE3_A *given, bool *primary, bool *of_index)
{
    struct database *database = new->database;
    struct index_definition definition;
    uint32_t objid = new->objid, root = new->root;
    struct tree parent;
    JET_ERR err;

    tree_init(&parent, &database->cache, new->root, new->objid, true, 0);
    if (given->cbStruct != sizeof(*given))
        return JET_errInvalidCreateIndex;
    given->err = JET_errSuccess;
    *of_index = true;
    err = ddl_name(given->szIndexName, definition.name);
    if (err < 0)
        return err;
    memset(&definition.space, 0, sizeof(definition.space));
    definition.space.cbStruct = sizeof(definition.space);
    definition.space.ulInitialDensity = new->space.ulInitialDensity;
    if (given->pSpacehints)
        definition.space = *given->pSpacehints;
    err = index_check(database, new->defaults, given, &definition);
    if (err >= 0)
        err = index_check_columns(given, &definition, find_column, new);
    if (err < 0)
        return err;
    if (definition.flags & INDEX_PRIMARY)
    {
        if (*primary)
            return JET_errIndexHasPrimary;
        *primary = true;
    }
    else
    {
        objid = database_new_objid(database);
        err = tree_create(&database->store, &parent, objid, definition.flags & INDEX_UNIQUE, PAGE_INDEX,
                          space_hints_pages(&definition.space, database->page_size), &root);
        if (err < 0)
            return err;
    }
    new->create->cCreated++;
    *of_index = false;
    if (new->create->grbit & JET_bitTableCreateTemplateTable)
        definition.flags |= INDEX_TEMPLATE;
    return index_insert(database, new->txn, new->objid, objid, root, &definition);
}

static JET_ERR add_indexes(struct new_table *new)
{
    JET_TABLECREATE5_A *create = new->create;
    bool primary = new->template_table &&new->template_table->primary->key_columns;
    JET_ERR err = JET_errSuccess;

    if (!create->cIndexes)
        return JET_errSuccess;
    if (!create->rgindexcreate || !create->rgcolumncreate)
        return JET_errInvalidCreateIndex;
    for (uint32_t i = 0; err >= 0 && i < create->cIndexes; i++)
    {
        bool of_index = false;

        err = add_index(new, &create->rgindexcreate[i], &primary, &of_index);
        if (err < 0 && of_index)
            create->rgindexcreate[i].err = err;
    }
    return err;
}

static JET_ERR add_callback(struct new_table *new)
{
    JET_TABLECREATE5_A *create = new->create;
    struct catalog_row row = { .table = new->objid,
                               .type = CATALOG_CALLBACK,
                               .id = CATALOG_CALLBACK,
                               .name = { (const uint8_t *)"CB", 2 },
                               .flags = create->cbtyp };
    JET_ERR err;

    if (!create->szCallback)
        return JET_errSuccess;
    if (!create->cbtyp || strlen(create->szCallback) >= JET_cbColumnMost)
        return JET_errInvalidParameter;
    if (new->defaults->resolve_callback && (err = new->defaults->resolve_callback(create->szCallback)) < 0)
        return err;
    if (!*create->szCallback)
        return JET_errInvalidParameter;
    row.template_or_callback = ddl_text(create->szCallback);
    err = catalog_insert(new->database, new->txn, &row);
    if (err >= 0)
        create->cCreated++;
    return err;
}

/* ------------------------------------------------------------------ create --- */

/* The tree, and the object that remembers that it is to be given back. */
static JET_ERR make_tree(struct new_table *new)
{
    struct database *database = new->database;
    struct table *table;
    JET_ERR err;

    new->objid = database_new_objid(database);
    err = tree_create(&database->store, NULL, new->objid, true, 0, space_hints_pages(&new->space, database->page_size),
                      &new->root);
    if (err < 0)
        return err;
    new->create->cCreated = 1;
    os_mutex_lock(&database->lock);
    table = schema_table_new(database);
    err = table ? schema_use_object(table, new->objid, new->root) : JET_errOutOfMemory;
    os_mutex_unlock(&database->lock);
    if (err >= 0)
        err = schema_act(database, new->txn, table->object, ACTION_TABLE_MADE, false, new->root);
    os_mutex_lock(&database->lock);
    schema_table_free(table);
    os_mutex_unlock(&database->lock);
    if (err < 0)
        tree_destroy(&database->store, NULL, new->root);
    return err;
}

static JET_ERR make(struct new_table *new, struct cursor **cursor)
{
    JET_ERR err = make_tree(new);

    if (err >= 0)
        err = insert_table(new);
    if (err >= 0)
        err = inherit_indexes(new);
    if (err >= 0)
        err = add_columns(new);
    if (err >= 0)
        err = add_indexes(new);
    if (err >= 0)
        err = add_callback(new);
    if (err >= 0 && new->bad_default)
        err = JET_errInvalidBufferSize;
    if (err >= 0)
        err = table_open(new->database, new->txn, new->name, &new->table);
    if (err < 0)
        return err;
    err = cursor_open(new->table, new->txn, JET_bitTableDenyRead, cursor);
    if (err >= 0)
    {
        version_allot(new->txn->root, 0);
        (*cursor)->permits_ddl = !(new->create->grbit &JET_bitTableCreateTemplateTable);
        new->table = NULL;
    }
    return err;
}

static JET_ERR check_grbit(const JET_TABLECREATE5_A *create)
{
    if (create->grbit & JET_bitTableCreateTemplateTable && create->szTemplateTableName)
        return JET_errCannotNestDDL;
    if (create->grbit & JET_bitTableCreateNoFixedVarColumnsInDerivedTables)
        return JET_errInvalidGrbit;
    if (create->grbit & JET_bitTableCreateSystemTable)
        return JET_errInvalidGrbit;
    return index_check_unicode(create->rgindexcreate, create->cIndexes);
}

JET_ERR ddl_create_table(struct database *database, struct txn *txn, const struct ddl_defaults *defaults,
                         JET_TABLECREATE5_A *create, struct cursor **cursor)
{
    struct new_table new = { .database = database, .txn = txn, .defaults = defaults, .create = create };
    JET_ERR err;

    *cursor = NULL;
    if (database->read_only)
        return JET_errPermissionDenied;
    err = check_grbit(create);
    if (err < 0)
        return err;
    create->cCreated = 0;
    err = ddl_name(create->szTableName, new.name);
    if (err >= 0)
        err = open_template(&new);
    if (err >= 0)
        err = table_space(database->page_size, create, &new.space);
    if (err >= 0)
    {
        create->tableid = JET_tableidNil;
        err = txn->level && txn->read_only ? JET_errTransReadOnly : ddl_begin(database, txn);
    }
    if (err >= 0)
    {
        err = make(&new, cursor);
        if (err < 0 && new.table)
        {
            table_release(new.table);
            new.table = NULL;
        }
        err = ddl_end(database, txn, err);
        if (err >= 0)
            cursor_wrote(*cursor, err);
    }
    if (err < 0 && *cursor)
    {
        cursor_close(*cursor);
        *cursor = NULL;
    }
    if (new.template_table)
        table_release(new.template_table);
    return err;
}

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
