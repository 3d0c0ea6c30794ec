/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table is made, with its columns and indexes.  Follows ErrFILECreateTable. */

#include "table/database_private.h"
#include "table/ddl_private.h"
#include "txn/version.h"

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

static JET_ERR open_template(struct new_table *made)
{
    char name[SCHEMA_NAME_SIZE];
    struct cursor *cursor;
    JET_ERR err;

    if (!made->create->szTemplateTableName)
        return JET_errSuccess;
    err = ddl_name(made->create->szTemplateTableName, name);
    if (err >= 0)
        err = table_open(made->database, made->txn, name, &made->template_table);
    if (err < 0)
        return err;
    /* One that another session has alone cannot be looked at. */
    table_reference(made->template_table);
    err = cursor_open(made->template_table, made->txn, JET_bitTableReadOnly, &cursor);
    if (err < 0)
    {
        table_release(made->template_table);
        return err;
    }
    cursor_close(cursor);
    if (!(made->template_table->flags & JET_bitObjectTableTemplate))
        return JET_errDDLNotInheritable;
    os_mutex_lock(&made->database->lock);
    made->template_table->object->is_static = true;
    os_mutex_unlock(&made->database->lock);
    return JET_errSuccess;
}

static JET_ERR insert_table(struct new_table *made)
{
    JET_TABLECREATE5_A *create = made->create;
    uint32_t page_size = made->database->page_size;
    uint8_t hints[SPACE_HINTS_SIZE], lv_hints[SPACE_HINTS_SIZE];
    struct catalog_row row = { .table = made->objid,
                               .type = CATALOG_TABLE,
                               .id = made->objid,
                               .place = made->root,
                               .space = made->space.ulInitialDensity,
                               .pages = made->space.cbInitial / page_size,
                               .name = ddl_text(made->name) };
    JET_SPACEHINTS lv_space;
    JET_ERR err;

    if (create->grbit & JET_bitTableCreateTemplateTable)
        row.flags = JET_bitObjectTableTemplate | JET_bitObjectTableFixedDDL;
    else if (create->grbit & JET_bitTableCreateFixedDDL)
        row.flags = JET_bitObjectTableFixedDDL;
    if (create->grbit & JET_bitTableCreateSystemTable)
        row.flags |= JET_bitObjectSystemDynamic;
    if (made->template_table)
    {
        row.flags |= JET_bitObjectTableDerived;
        row.template_or_callback = ddl_text(made->template_table->name);
    }
    row.space_hints = (struct catalog_bytes){ hints, space_hints_pack(&made->space, 3, hints) };
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
    err = catalog_insert(made->database, made->txn, &row);
    return err == JET_errKeyDuplicate ? JET_errTableDuplicate : err;
}

/* The row that an index of the template has, and a tree if it needs one, become the derived table's. */
static JET_ERR inherit_index(struct new_table *made, const struct index *index)
{
    struct database *database = made->database;
    struct catalog_cursor rows;
    struct catalog_row row;
    struct tree parent;
    JET_ERR err = catalog_open(database, made->txn, &rows);

    if (err >= 0)
        err = catalog_find(&rows, made->template_table->objid, CATALOG_INDEX, index->objid, &row);
    if (err < 0)
        goto done;
    row.table = row.id = made->objid;
    row.place = made->root;
    row.flags = (row.flags & ~(uint32_t)INDEX_TEMPLATE) | INDEX_DERIVED;
    row.stats.size = 0;
    row.space_hints.size = 0;
    if (!index->primary)
    {
        tree_init(&parent, &database->cache, made->root, made->objid, true, 0);
        row.id = database_new_objid(database);
        err = tree_create(&database->store, &parent, row.id, index->disk_flags & INDEX_UNIQUE, PAGE_INDEX,
                          space_hints_pages(&index->space, database->page_size), &row.place);
    }
    if (err >= 0)
        err = catalog_insert(database, made->txn, &row);

done:
    catalog_close(&rows);
    return err;
}

static JET_ERR inherit_indexes(struct new_table *made)
{
    const struct table *from = made->template_table;
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; from && err >= 0 && i < from->index_count; i++)
        err = inherit_index(made, &from->indexes[i]);
    return err;
}

static JET_ERR add_column(struct new_table *made, JET_COLUMNCREATE_A *given, struct column_places *places,
                          bool *of_column)
{
    bool is_template = made->create->grbit & JET_bitTableCreateTemplateTable;
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
    err = column_check(made->database, &definition, made->template_table, true);
    if (err >= 0)
        err = column_place(places, &definition, given->cbMax);
    if (err < 0)
        return err;
    given->columnid = definition.id;
    err = column_resolve(&definition, made->defaults->resolve_default);
    if (err < 0)
        return err;
    made->bad_default |= !column_default_fits(&definition);
    *of_column = false;
    given->err = JET_errSuccess;
    made->create->cCreated++;
    return column_insert(made->database, made->txn, made->objid, &definition, is_template);
}

static JET_ERR add_columns(struct new_table *made)
{
    JET_TABLECREATE5_A *create = made->create;
    struct column_places places;
    JET_ERR err = JET_errSuccess;

    if (!create->cColumns)
        return JET_errSuccess;
    if (!create->rgcolumncreate)
        return JET_errInvalidParameter;
    column_places_init(&places, made->database, made->template_table);
    places.is_template = create->grbit & JET_bitTableCreateTemplateTable;
    for (uint32_t i = 0; err >= 0 && i < create->cColumns; i++)
    {
        bool of_column = false;

        err = add_column(made, &create->rgcolumncreate[i], &places, &of_column);
        if (err < 0 && of_column)
            create->rgcolumncreate[i].err = err;
    }
    return err;
}

/* A column of those that were just made, or of the template. */
static JET_ERR find_column(void *context, const char *name, struct index_column_facts *facts)
{
    const struct new_table *made = context;
    const JET_TABLECREATE5_A *create = made->create;

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
    return made->template_table ? index_find_in_table(made->template_table, name, facts) : JET_errColumnNotFound;
}

static JET_ERR add_index(struct new_table *made, JET_INDEXCREATE3_A *given, bool *primary, bool *of_index)
{
    struct database *database = made->database;
    struct index_definition definition;
    uint32_t objid = made->objid, root = made->root;
    struct tree parent;
    JET_ERR err;

    tree_init(&parent, &database->cache, made->root, made->objid, true, 0);
    if (given->cbStruct != sizeof(*given))
        return JET_errInvalidCreateIndex;
    given->err = JET_errSuccess;
    *of_index = true;
    err = ddl_name(given->szIndexName, definition.name);
    if (err < 0)
        return err;
    memset(&definition.space, 0, sizeof(definition.space));
    definition.space.cbStruct = sizeof(definition.space);
    definition.space.ulInitialDensity = made->space.ulInitialDensity;
    if (given->pSpacehints)
        definition.space = *given->pSpacehints;
    err = index_check(database, made->defaults, given, &definition);
    if (err >= 0)
        err = index_check_columns(given, &definition, find_column, made);
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
    made->create->cCreated++;
    *of_index = false;
    if (made->create->grbit & JET_bitTableCreateTemplateTable)
        definition.flags |= INDEX_TEMPLATE;
    return index_insert(database, made->txn, made->objid, objid, root, &definition);
}

static JET_ERR add_indexes(struct new_table *made)
{
    JET_TABLECREATE5_A *create = made->create;
    bool primary = made->template_table && made->template_table->primary->key_columns;
    JET_ERR err = JET_errSuccess;

    if (!create->cIndexes)
        return JET_errSuccess;
    if (!create->rgindexcreate || !create->rgcolumncreate)
        return JET_errInvalidCreateIndex;
    for (uint32_t i = 0; err >= 0 && i < create->cIndexes; i++)
    {
        bool of_index = false;

        err = add_index(made, &create->rgindexcreate[i], &primary, &of_index);
        if (err < 0 && of_index)
            create->rgindexcreate[i].err = err;
    }
    return err;
}

static JET_ERR add_callback(struct new_table *made)
{
    JET_TABLECREATE5_A *create = made->create;
    struct catalog_row row = { .table = made->objid,
                               .type = CATALOG_CALLBACK,
                               .id = CATALOG_CALLBACK,
                               .name = { (const uint8_t *)"CB", 2 },
                               .flags = create->cbtyp };
    JET_ERR err;

    if (!create->szCallback)
        return JET_errSuccess;
    if (!create->cbtyp || strlen(create->szCallback) >= JET_cbColumnMost)
        return JET_errInvalidParameter;
    if (made->defaults->resolve_callback && (err = made->defaults->resolve_callback(create->szCallback)) < 0)
        return err;
    if (!*create->szCallback)
        return JET_errInvalidParameter;
    row.template_or_callback = ddl_text(create->szCallback);
    err = catalog_insert(made->database, made->txn, &row);
    if (err >= 0)
        create->cCreated++;
    return err;
}

/* The tree, and the object that remembers that it is to be given back. */
static JET_ERR make_tree(struct new_table *made)
{
    struct database *database = made->database;
    struct table *table;
    JET_ERR err;

    made->objid = database_new_objid(database);
    err = tree_create(&database->store, NULL, made->objid, true, 0,
                      space_hints_pages(&made->space, database->page_size), &made->root);
    if (err < 0)
        return err;
    made->create->cCreated = 1;
    os_mutex_lock(&database->lock);
    table = schema_table_new(database);
    err = table ? schema_use_object(table, made->objid, made->root) : JET_errOutOfMemory;
    os_mutex_unlock(&database->lock);
    if (err >= 0)
        err = schema_act(database, made->txn, table->object, ACTION_TABLE_MADE, false, made->root);
    os_mutex_lock(&database->lock);
    schema_table_free(table);
    os_mutex_unlock(&database->lock);
    if (err < 0)
        tree_destroy(&database->store, NULL, made->root);
    return err;
}

static JET_ERR make(struct new_table *made, struct cursor **cursor)
{
    JET_ERR err = make_tree(made);

    if (err >= 0)
        err = insert_table(made);
    if (err >= 0)
        err = inherit_indexes(made);
    if (err >= 0)
        err = add_columns(made);
    if (err >= 0)
        err = add_indexes(made);
    if (err >= 0)
        err = add_callback(made);
    if (err >= 0 && made->bad_default)
        err = JET_errInvalidBufferSize;
    if (err >= 0)
        err = table_open(made->database, made->txn, made->name, &made->table);
    if (err < 0)
        return err;
    err = cursor_open(made->table, made->txn, JET_bitTableDenyRead, cursor);
    if (err >= 0)
    {
        version_allot(made->txn->root, 0);
        (*cursor)->permits_ddl = !(made->create->grbit & JET_bitTableCreateTemplateTable);
        made->table = NULL;
    }
    return err;
}

static JET_ERR check_grbit(const JET_TABLECREATE5_A *create, bool engine)
{
    if (create->grbit & JET_bitTableCreateTemplateTable && create->szTemplateTableName)
        return JET_errCannotNestDDL;
    if (create->grbit & JET_bitTableCreateNoFixedVarColumnsInDerivedTables)
        return JET_errInvalidGrbit;
    if (create->grbit & JET_bitTableCreateSystemTable && !engine)
        return JET_errInvalidGrbit;
    return index_check_unicode(create->rgindexcreate, create->cIndexes);
}

JET_ERR ddl_create_table(struct database *database, struct txn *txn, const struct ddl_defaults *defaults,
                         JET_TABLECREATE5_A *create, struct cursor **cursor)
{
    struct new_table made = { .database = database, .txn = txn, .defaults = defaults, .create = create };
    JET_ERR err;

    *cursor = NULL;
    if (database->read_only)
        return JET_errPermissionDenied;
    err = check_grbit(create, defaults->engine);
    if (err < 0)
        return err;
    create->cCreated = 0;
    err = ddl_name(create->szTableName, made.name);
    if (err >= 0)
        err = open_template(&made);
    if (err >= 0)
        err = space_hints_of_table(database->page_size, create, &made.space);
    if (err >= 0)
    {
        create->tableid = JET_tableidNil;
        err = txn->level && txn->read_only ? JET_errTransReadOnly : ddl_begin(database, txn);
    }
    if (err >= 0)
    {
        err = make(&made, cursor);
        if (err < 0 && made.table)
        {
            table_release(made.table);
            made.table = NULL;
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
    if (made.template_table)
        table_release(made.template_table);
    return err;
}
