/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What JetConvertDDL changes in the catalog.  It is meant for upgrades: whether the
 * records agree with it is the caller's business.  Follows ErrCATConvertColumn and its kin.
 */

#include "table/ddl_private.h"

#define CALLBACK_NAME_MAX 255u

/* A row of the catalog to be changed, in a statement of its own. */
struct alteration
{
    struct database *database;
    struct txn *txn;
    struct table *table;
    struct catalog_cursor rows;
    struct catalog_row row;
};

static JET_ERR begin(struct alteration *alter, struct database *database, struct txn *txn, const char *name)
{
    char table_name[SCHEMA_NAME_SIZE];
    JET_ERR err = ddl_name(name, table_name);

    memset(alter, 0, sizeof(*alter));
    alter->database = database;
    alter->txn = txn;
    if (err >= 0)
        err = table_open(database, txn, table_name, &alter->table);
    if (err >= 0 && database->read_only)
        err = JET_errPermissionDenied;
    if (err >= 0)
        err = ddl_begin(database, txn);
    if (err < 0)
    {
        if (alter->table)
            table_release(alter->table);
        return err;
    }
    err = catalog_open(database, txn, &alter->rows);
    if (err >= 0)
        err = schema_act(database, txn, alter->table->object, ACTION_ROWS, false, 0);
    if (err < 0)
    {
        catalog_close(&alter->rows);
        ddl_end(database, txn, err);
        table_release(alter->table);
    }
    return err;
}

static JET_ERR finish(struct alteration *alter, JET_ERR err)
{
    catalog_close(&alter->rows);
    err = ddl_end(alter->database, alter->txn, err);
    table_release(alter->table);
    return err;
}

static JET_ERR end(struct alteration *alter, JET_ERR err)
{
    return finish(alter, err < 0 ? err : catalog_replace(alter->database, alter->txn, &alter->row));
}

static JET_ERR find_column(struct alteration *alter, const char *name)
{
    const struct column *column = name ? table_column_by_name(alter->table, name) : NULL;
    JET_ERR err;

    if (!column || column->from_template)
        return JET_errColumnNotFound;
    err = catalog_find(&alter->rows, alter->table->objid, CATALOG_COLUMN, column->fid, &alter->row);
    return err == JET_errObjectNotFound ? JET_errColumnNotFound : err;
}

JET_ERR ddl_alter_column(struct database *database, struct txn *txn, const char *table, const char *column,
                         JET_COLTYP type, JET_GRBIT grbit)
{
    static const struct
    {
        JET_GRBIT grbit;
        uint32_t flags;
    } flags[] = {
        { JET_bitColumnEscrowUpdate, COLUMN_ESCROW | COLUMN_DEFAULT },
        { JET_bitColumnFinalize, COLUMN_FINALIZE },
        { JET_bitColumnDeleteOnZero, COLUMN_DELETE_ON_ZERO },
        { JET_bitColumnVersion, COLUMN_VERSION },
        { JET_bitColumnAutoincrement, COLUMN_AUTOINCREMENT },
        { JET_bitColumnNotNULL, COLUMN_NOT_NULL },
        { JET_bitColumnMultiValued, COLUMN_MULTIVALUED },
        { JET_bitColumnCompressed, COLUMN_COMPRESSED },
        { JET_bitColumnEncrypted, COLUMN_ENCRYPTED },
    };
    struct alteration alter;
    JET_ERR err = begin(&alter, database, txn, table);

    if (err < 0)
        return err;
    err = find_column(&alter, column);
    alter.row.place = type;
    alter.row.flags = 0;
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        alter.row.flags |= grbit & flags[i].grbit ? flags[i].flags : 0;
    return end(&alter, err);
}

JET_ERR ddl_alter_column_size(struct database *database, struct txn *txn, const char *table, const char *column,
                              uint32_t size)
{
    struct alteration alter;
    JET_ERR err = begin(&alter, database, txn, table);
    bool is_long;

    if (err < 0)
        return err;
    err = find_column(&alter, column);
    is_long = alter.row.place == JET_coltypLongBinary || alter.row.place == JET_coltypLongText;
    if (err >= 0 && !is_long &&
        ((alter.row.place != JET_coltypBinary && alter.row.place != JET_coltypText) ||
         alter.row.id < COLUMNID_VAR_FIRST || size > JET_cbColumnMost))
        err = JET_errInvalidParameter;
    /* It only grows; 0 is no limit. */
    if (err >= 0 && size && (!alter.row.space || alter.row.space > size))
        err = JET_errInvalidParameter;
    alter.row.space = size;
    return end(&alter, err);
}

JET_ERR ddl_alter_column_callback(struct database *database, struct txn *txn, const char *table, const char *column,
                                  const char *callback, const void *data, uint32_t size)
{
    struct alteration alter;
    JET_ERR err = begin(&alter, database, txn, table);

    if (err < 0)
        return err;
    if (!callback || strlen(callback) > CALLBACK_NAME_MAX)
        err = JET_errInvalidParameter;
    if (err >= 0)
        err = find_column(&alter, column);
    if (err >= 0)
    {
        alter.row.flags |= COLUMN_USER_DEFAULT | COLUMN_DEFAULT;
        alter.row.template_or_callback = ddl_text(callback);
        alter.row.callback_data = (struct catalog_bytes){ data, data ? size : 0 };
    }
    return end(&alter, err);
}

JET_ERR ddl_alter_density(struct database *database, struct txn *txn, const char *table, const char *name,
                          uint32_t density)
{
    const struct index *index = NULL;
    struct alteration alter;
    JET_ERR err;

    if (density < 20 || density > 100)
        return JET_errDensityInvalid;
    err = begin(&alter, database, txn, table);
    if (err < 0)
        return err;
    if (name)
        index = table_index_by_name(alter.table, name);
    else if (alter.table->primary->key_columns)
        index = alter.table->primary;
    if (name && !index)
        err = JET_errIndexNotFound;
    else if (index)
        err = catalog_find(&alter.rows, alter.table->objid, CATALOG_INDEX, index->objid, &alter.row);
    else
        err = catalog_find(&alter.rows, alter.table->objid, CATALOG_TABLE, alter.table->objid, &alter.row);
    alter.row.space = density;
    return end(&alter, err);
}

/* ---------------------------------------------------------------- callbacks --- */

JET_ERR ddl_alter_callback(struct database *database, struct txn *txn, const char *table, const char *callback,
                           JET_CBTYP type)
{
    struct catalog_row row = {
        .type = CATALOG_CALLBACK, .id = CATALOG_CALLBACK, .name = { (const uint8_t *)"CB", 2 }, .flags = type
    };
    struct alteration alter;
    JET_ERR err;

    if (!callback || strlen(callback) > CALLBACK_NAME_MAX)
        return JET_errInvalidParameter;
    err = begin(&alter, database, txn, table);
    if (err < 0)
        return err;
    row.table = alter.table->objid;
    row.template_or_callback = ddl_text(callback);
    return finish(&alter, catalog_insert(database, txn, &row));
}

/* A callback whose module changes. */
struct renamed
{
    struct renamed *next;
    struct table *table;
    uint32_t type, id;
    char callback[CALLBACK_NAME_MAX + 1];
};

/* The callback's new name; nothing if the old one does not begin so. */
static JET_ERR rename_callback(const struct catalog_row *row, const char *before, const char *after, char *name)
{
    uint32_t size = row->template_or_callback.size, length = (uint32_t)strlen(before);
    char old[CALLBACK_NAME_MAX + 1];
    const char *function;

    *name = 0;
    if (size > CALLBACK_NAME_MAX)
        return JET_errCatalogCorrupted;
    if (size)
        memcpy(old, row->template_or_callback.data, size);
    old[size] = 0;
    if (length > size || schema_name_compare_size(before, old, length))
        return JET_errSuccess;
    function = strchr(old, '!');
    if (!function || strlen(after) + strlen(function) > CALLBACK_NAME_MAX)
        return JET_errInvalidParameter;
    strcpy(name, after);
    strcat(name, function);
    return JET_errSuccess;
}

static void free_renamed(struct renamed *list)
{
    while (list)
    {
        struct renamed *next = list->next;

        if (list->table)
            table_release(list->table);
        os_free(list);
        list = next;
    }
}

static JET_ERR add_renamed(struct database *database, struct txn *txn, const char *table, const struct catalog_row *row,
                           const char *callback, struct renamed **list)
{
    struct renamed *one = os_alloc_zero(sizeof(*one));

    if (!one)
        return JET_errOutOfMemory;
    one->next = *list;
    *list = one;
    one->type = row->type;
    one->id = row->id;
    strcpy(one->callback, callback);
    return table_open(database, txn, table, &one->table);
}

/* All that are to be changed, and their tables. */
static JET_ERR find_renamed(struct database *database, struct txn *txn, const char *before, const char *after,
                            struct renamed **list)
{
    char table[SCHEMA_NAME_SIZE] = "";
    struct catalog_cursor rows;
    struct catalog_row row;
    JET_ERR err = catalog_open(database, txn, &rows);

    if (err >= 0)
        err = catalog_seek(&rows, 0, 0, &row);
    while (err >= 0)
    {
        char callback[CALLBACK_NAME_MAX + 1] = "";

        if (row.type == CATALOG_TABLE)
            err = catalog_name(row.name, table);
        else if (row.type == CATALOG_COLUMN || row.type == CATALOG_CALLBACK)
            err = rename_callback(&row, before, after, callback);
        if (err >= 0 && *callback)
            err = add_renamed(database, txn, table, &row, callback, list);
        if (err >= 0)
            err = catalog_next(&rows, &row);
    }
    catalog_close(&rows);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

static JET_ERR put_renamed(struct database *database, struct txn *txn, const struct renamed *one)
{
    struct catalog_cursor rows;
    struct catalog_row row;
    JET_ERR err = catalog_open(database, txn, &rows);

    if (err >= 0)
        err = schema_act(database, txn, one->table->object, ACTION_ROWS, false, 0);
    if (err >= 0)
        err = catalog_find(&rows, one->table->objid, one->type, one->id, &row);
    if (err >= 0)
    {
        row.template_or_callback = ddl_text(one->callback);
        err = catalog_replace(database, txn, &row);
    }
    catalog_close(&rows);
    return err;
}

JET_ERR ddl_alter_callback_module(struct database *database, struct txn *txn, const char *before, const char *after)
{
    struct renamed *list = NULL;
    JET_ERR err;

    if (!before || !after)
        return JET_errInvalidParameter;
    err = find_renamed(database, txn, before, after, &list);
    if (err >= 0 && list && database->read_only)
        err = JET_errPermissionDenied;
    if (err >= 0 && list)
    {
        err = ddl_begin(database, txn);
        if (err >= 0)
        {
            for (const struct renamed *one = list; err >= 0 && one; one = one->next)
                err = put_renamed(database, txn, one);
            err = ddl_end(database, txn, err);
        }
    }
    free_renamed(list);
    return err;
}

/* --------------------------------------------------------------- conditions --- */

/* What an index of an old engine has in 2 bytes a column is written as today. */
static uint32_t put_columns(const struct index_column *columns, uint32_t count, uint8_t *segments)
{
    for (uint32_t i = 0; i < count; i++)
        index_put_segment(segments + SEGMENT_SIZE * i, columns[i].columnid,
                          (uint8_t)((columns[i].descending ? SEGMENT_DESCENDING : 0) |
                                    (columns[i].must_be_null ? SEGMENT_MUST_BE_NULL : 0)));
    return SEGMENT_SIZE * count;
}

static JET_ERR add_conditions(struct alteration *alter, const struct index *index,
                              const struct index_column *conditions, uint32_t count)
{
    struct index_column all[JET_ccolKeyMost];
    uint8_t key[SEGMENT_SIZE * JET_ccolKeyMost], segments[SEGMENT_SIZE * JET_ccolKeyMost];
    uint32_t used = index->conditions, known;
    JET_ERR err;

    if (used > JET_ccolKeyMost || index->key_columns > JET_ccolKeyMost)
        return JET_errInvalidParameter;
    memcpy(all, index->condition, used * sizeof(*all));
    for (uint32_t i = 0; i < count; i++)
    {
        for (known = 0; known < used && all[known].columnid != conditions[i].columnid; known++)
            ;
        if (known < used)
            continue;
        if (used >= JET_ccolKeyMost)
            return JET_errInvalidParameter;
        all[used++] = conditions[i];
    }
    if (used == index->conditions)
        return JET_errSuccess;
    err = catalog_find(&alter->rows, alter->table->objid, CATALOG_INDEX, index->objid, &alter->row);
    if (err < 0)
        return err;
    if (!(alter->row.flags & INDEX_WIDE_COLUMNS))
    {
        alter->row.flags |= INDEX_WIDE_COLUMNS;
        alter->row.key_columns = (struct catalog_bytes){ key, put_columns(index->key, index->key_columns, key) };
    }
    alter->row.conditions = (struct catalog_bytes){ segments, put_columns(all, used, segments) };
    return catalog_replace(alter->database, alter->txn, &alter->row);
}

static JET_ERR find_conditions(const struct table *table, const JET_CONDITIONALCOLUMN_A *given, uint32_t count,
                               struct index_column *conditions)
{
    if (count > JET_ccolKeyMost || (count && !given))
        return JET_errInvalidParameter;
    memset(conditions, 0, count * sizeof(*conditions));
    for (uint32_t i = 0; i < count; i++)
    {
        const struct column *column;

        if (given[i].cbStruct != sizeof(given[i]))
            return JET_errIndexInvalidDef;
        if (given[i].grbit != JET_bitIndexColumnMustBeNonNull && given[i].grbit != JET_bitIndexColumnMustBeNull)
            return JET_errInvalidGrbit;
        column = given[i].szColumnName ? table_column_by_name(table, given[i].szColumnName) : NULL;
        if (!column)
            return JET_errColumnNotFound;
        conditions[i].columnid = column->id;
        conditions[i].must_be_null = given[i].grbit == JET_bitIndexColumnMustBeNull;
    }
    return JET_errSuccess;
}

JET_ERR ddl_alter_conditions(struct database *database, struct txn *txn, const char *table,
                             const JET_CONDITIONALCOLUMN_A *given, uint32_t count)
{
    struct index_column conditions[JET_ccolKeyMost];
    struct alteration alter;
    JET_ERR err = begin(&alter, database, txn, table);

    if (err < 0)
        return err;
    err = find_conditions(alter.table, given, count, conditions);
    for (uint32_t i = 0; err >= 0 && i < alter.table->index_count; i++)
    {
        const struct index *index = &alter.table->indexes[i];

        if (!index->primary && !index->from_template)
            err = add_conditions(&alter, index, conditions, count);
    }
    return finish(&alter, err);
}
