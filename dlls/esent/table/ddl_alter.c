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

static JET_ERR end(struct alteration *alter, JET_ERR err)
{
    if (err >= 0)
        err = catalog_replace(alter->database, alter->txn, &alter->row);
    catalog_close(&alter->rows);
    err = ddl_end(alter->database, alter->txn, err);
    table_release(alter->table);
    return err;
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
