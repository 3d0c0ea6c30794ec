/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of a database that are in memory: found by name, loaded from the catalog, and kept for the next who asks. */

#include "table/catalog.h"
#include "table/schema_private.h"

/* ------------------------------------------------------------------- kept --- */

static struct table **bucket_of(struct database *database, const char *name)
{
    return &database->tables[schema_name_hash(name) % DATABASE_BUCKETS];
}

static struct table *cached_table(struct database *database, const char *name)
{
    struct table *table = *bucket_of(database, name);

    while (table && schema_name_compare(table->name, name))
        table = table->next;
    return table;
}

/* A state that all see is kept. */
static void keep(struct database *database, struct table *table)
{
    struct table **bucket = bucket_of(database, table->name);

    table->next = *bucket;
    *bucket = table;
    table->object->current = table;
}

void schema_forget(struct table_object *object)
{
    struct table *table = object->current, **link;

    if (!table)
        return;
    for (link = bucket_of(table->database, table->name); *link != table; link = &(*link)->next)
        ;
    *link = table->next;
    object->current = NULL;
    atomic_store(&table->transient, true);
    if (!atomic_load(&table->references))
        schema_table_free(table);
}

/* Derived tables hold on to their templates, so these go last. */
static void free_kept(struct database *database, bool derived_only)
{
    for (unsigned i = 0; i < DATABASE_BUCKETS; i++)
    {
        struct table **link = &database->tables[i], *table;

        while ((table = *link))
        {
            if (derived_only && !table->template_table)
            {
                link = &table->next;
                continue;
            }
            *link = table->next;
            schema_table_free(table);
        }
    }
}

void database_free_tables(struct database *database)
{
    free_kept(database, true);
    free_kept(database, false);
}

/* ----------------------------------------------------------------- loaded --- */

static JET_ERR load_table(struct database *database, struct txn *txn, const char *name, bool as_template,
                          struct table **table);

/* Loads the table whose row the cursor is on, or finds it; database->lock is held. */
static JET_ERR load_row(struct database *database, struct txn *txn, struct catalog_cursor *cursor,
                        struct catalog_row *row, bool as_template, struct table **table)
{
    struct table_object *object = schema_find_object(database, row->table);
    struct table *template_table = NULL;
    char template_name[SCHEMA_NAME_SIZE];
    JET_ERR err;

    if (object && !object->pending && object->current)
    {
        *table = object->current;
        return JET_errSuccess;
    }
    if (row->flags & JET_bitObjectTableDerived && !(row->flags & JET_bitObjectTableTemplate))
    {
        err = as_template ? JET_errCatalogCorrupted : catalog_name(row->template_or_callback, template_name);
        if (err >= 0)
            err = load_table(database, txn, template_name, true, &template_table);
        if (err < 0)
            return err == JET_errObjectNotFound ? JET_errCatalogCorrupted : err;
        atomic_fetch_add(&template_table->references, 1);
        template_table->object->is_static = true;
    }
    err = schema_load_table(database, cursor, row, template_table, table);
    if (err < 0)
        return err;
    if (template_table)
        (*table)->object->template_objid = template_table->objid;
    if ((*table)->object->pending || (template_table && atomic_load(&template_table->transient)))
        atomic_store(&(*table)->transient, true);
    else
        keep(database, *table);
    return JET_errSuccess;
}

/* The same by name.  A template has none itself. */
static JET_ERR load_table(struct database *database, struct txn *txn, const char *name, bool as_template,
                          struct table **table)
{
    struct catalog_cursor cursor;
    struct catalog_row row;
    JET_ERR err = JET_errSuccess;

    *table = database->pending ? NULL : cached_table(database, name);
    if (!*table)
    {
        err = catalog_open(database, txn, &cursor);
        if (err >= 0)
            err = catalog_find_table(&cursor, name, &row);
        if (err >= 0)
            err = load_row(database, txn, &cursor, &row, as_template, table);
        catalog_close(&cursor);
    }
    if (err >= 0 && as_template && !((*table)->flags & JET_bitObjectTableTemplate))
        err = JET_errCatalogCorrupted;
    return err;
}

JET_ERR table_open(struct database *database, struct txn *txn, const char *name, struct table **table)
{
    JET_ERR err = JET_errSuccess;

    os_mutex_lock(&database->lock);
    if (!schema_name_compare(name, database->catalog->name))
        *table = database->catalog;
    else if (!schema_name_compare(name, database->shadow->name))
        *table = database->shadow;
    else
        err = load_table(database, txn, name, false, table);
    if (err >= 0)
        table_reference(*table);
    if (err >= 0 && (*table)->object->deleting)
    {
        atomic_fetch_sub(&database->references, 1);
        schema_unreference(*table);
        err = JET_errTableLocked;
    }
    os_mutex_unlock(&database->lock);
    if (err < 0)
        *table = NULL;
    return err;
}

void table_release(struct table *table)
{
    struct database *database = table->database;

    if (database->temporary)
    {
        temp_table_release(table);
        return;
    }
    os_mutex_lock(&database->lock);
    atomic_fetch_sub_explicit(&database->references, 1, memory_order_release);
    schema_unreference(table);
    os_mutex_unlock(&database->lock);
}

JET_ERR table_follow(struct table *table, struct txn *txn, struct table **now, uint32_t *generation, uint64_t *time)
{
    struct database *database = table->database;
    struct catalog_cursor cursor;
    struct catalog_row row;
    uint64_t begin = txn->begin;
    JET_ERR err;

    *now = table;
    /* Outside of a transaction each commit may change what is seen. */
    if (begin == TXN_TIME_NEVER)
    {
        os_mutex_lock(&txn->root->lock);
        begin = txn->root->clock;
        os_mutex_unlock(&txn->root->lock);
    }
    os_mutex_lock(&database->lock);
    if (table->object->generation == *generation && begin == *time)
    {
        os_mutex_unlock(&database->lock);
        return JET_errSuccess;
    }
    err = catalog_open(database, txn, &cursor);
    if (err >= 0)
        err = catalog_find(&cursor, table->objid, CATALOG_TABLE, table->objid, &row);
    if (err >= 0)
        err = load_row(database, txn, &cursor, &row, false, now);
    catalog_close(&cursor);
    if (err >= 0)
    {
        *generation = table->object->generation;
        *time = begin;
        if (*now != table)
            table_reference(*now);
    }
    else
        *now = table;
    os_mutex_unlock(&database->lock);
    return err < 0 ? err : JET_errSuccess;
}

/* Tables' rows are found by seeking past each table's other rows. */
JET_ERR database_each_table(struct database *database, struct txn *txn,
                            JET_ERR (*visit)(void *context, const char *name, uint32_t objid, uint32_t flags),
                            void *context)
{
    struct catalog_cursor cursor;
    struct catalog_row row;
    char name[SCHEMA_NAME_SIZE];
    uint32_t last = 0;
    JET_ERR err = catalog_open(database, txn, &cursor);

    if (err >= 0)
        err = catalog_seek(&cursor, 0, 0, &row);
    while (err >= 0)
    {
        if (row.table <= last)
            err = JET_errCatalogCorrupted;
        if (err >= 0 && row.type == CATALOG_TABLE)
        {
            err = catalog_name(row.name, name);
            if (err >= 0)
                err = visit(context, name, row.table, row.flags);
        }
        last = row.table;
        if (err >= 0)
            err = last == 0x7fffffff ? JET_errNoCurrentRecord : catalog_seek(&cursor, last + 1, 0, &row);
    }
    catalog_close(&cursor);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}
