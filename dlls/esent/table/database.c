/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An attached database: its file, its header, its cache of tables. */

#include "table/schema_private.h"

/* ----------------------------------------------------------- open and close --- */

/* Pages are checked as they are read: checksum, number, and bounds of all that is in them. */
static JET_ERR verify_page(struct cache_file *cache, uint32_t pgno, uint8_t *data)
{
    return page_check(data, cache->page_size, pgno, NULL);
}

/* JET_errReadVerifyFailure of the header, as attaching tells it. */
static JET_ERR not_a_database(JET_ERR err)
{
    return err == JET_errReadVerifyFailure ? JET_errDatabaseCorrupted : err;
}

static JET_ERR read_header(struct database *database, const struct database_options *options)
{
    struct header_read read;
    JET_ERR err = header_read(database->file, &read);

    if (err < 0)
        return not_a_database(err);
    database->header = read.header;
    database->page_size = read.page_size;
    if (!options->ignore_page_size && options->page_size != read.page_size
        && !(read.page_size == HEADER_PAGE_MIN && options->read_only))
        return JET_errPageSizeMismatch;
    err = header_check(&read.header);
    if (err >= 0)
        err = header_check_state(&read.header);
    if (err >= 0)
        err = header_check_type(&read.header);
    if (err >= 0 && read.page_size == HEADER_PAGE_MIN && !options->read_only)
        err = JET_errPageSizeMismatch;
    return err;
}

/* The tree of long values of the catalog is told by a row of the catalog itself. */
static JET_ERR find_catalog_values(struct database *database)
{
    struct catalog_cursor cursor;
    struct catalog_row row;
    JET_ERR err = catalog_open(database, &cursor);

    if (err >= 0)
        err = catalog_seek(&cursor, CATALOG_OBJID, CATALOG_LONG_VALUE, &row);
    if (err >= 0 && row.table == CATALOG_OBJID && row.type == CATALOG_LONG_VALUE)
        tree_init(&database->catalog->long_values, &database->cache, row.place, row.id, true, PAGE_LONG_VALUE);
    catalog_close(&cursor);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

static void database_free(struct database *database)
{
    if (!database)
        return;
    /* Derived tables hold on to their templates, so these go last: freeing a
     * derived one lets go of its template. */
    for (unsigned pass = 0; pass < 2; pass++)
    {
        for (unsigned i = 0; i < DATABASE_BUCKETS; i++)
        {
            struct table **link = &database->tables[i];
            while (*link)
            {
                struct table *table = *link;
                if (pass == 0 && !table->template_table)
                {
                    link = &table->next;
                    continue;
                }
                *link = table->next;
                schema_table_free(table);
            }
        }
    }
    schema_table_free(database->catalog);
    schema_table_free(database->shadow);
    if (database->cache.file)
        cache_file_purge(&database->cache);
    os_file_close(database->file);
    os_free(database->path);
    os_free(database);
}

JET_ERR database_open(const WCHAR *path, const struct database_options *options, struct database **result)
{
    struct database *database = os_alloc_zero(sizeof(*database));
    uint32_t flags = options->read_only ? OS_OPEN_READ_ONLY : OS_OPEN_EXCLUSIVE_WRITE;
    JET_ERR err;

    *result = NULL;
    if (!database)
        return JET_errOutOfMemory;
    os_mutex_init(&database->lock);
    database->read_only = options->read_only;
    database->index_checking = options->index_checking;
    database->grbit = options->grbit;
    database->path = os_text_duplicate(path);
    if (!database->path)
    {
        err = JET_errOutOfMemory;
        goto done;
    }
    err = os_file_open(path, flags | OS_OPEN_RANDOM, &database->file);
    if (err < 0)
        goto done;
    err = read_header(database, options);
    if (err < 0)
        goto done;
    cache_file_init(&database->cache, database->file, database->page_size, database->read_only);
    database->cache.verify = verify_page;
    database->cache.owner = database;
    err = catalog_table(database, false, &database->catalog);
    if (err >= 0)
        err = catalog_table(database, true, &database->shadow);
    if (err >= 0)
        err = find_catalog_values(database);

done:
    if (err < 0)
        database_free(database);
    else
        *result = database;
    return err < 0 ? err : JET_errSuccess;
}

JET_ERR database_close(struct database *database)
{
    if (!database)
        return JET_errSuccess;
    if (atomic_load(&database->references))
        return JET_errDatabaseInUse;
    database_free(database);
    return JET_errSuccess;
}

JET_ERR database_pages(struct database *database, uint32_t *pages)
{
    uint64_t size;
    JET_ERR err = os_file_size(database->file, &size);

    *pages = 0;
    if (err < 0)
        return err;
    size /= database->page_size;
    *pages = size > 2 ? (uint32_t)(size - 2) : 0;
    return JET_errSuccess;
}

/* ------------------------------------------------------------------ tables --- */

static struct table *cached_table(struct database *database, const char *name, uint32_t bucket)
{
    struct table *table = database->tables[bucket];

    while (table && schema_name_compare(table->name, name))
        table = table->next;
    return table;
}

/* Loads a table and keeps it; database->lock is held.  A template has none itself. */
static JET_ERR load_table(struct database *database, const char *name, bool as_template, struct table **table)
{
    uint32_t bucket = schema_name_hash(name) % DATABASE_BUCKETS;
    char template_name[SCHEMA_NAME_SIZE];
    struct table *template_table = NULL;
    struct catalog_cursor cursor;
    struct catalog_row row;
    JET_ERR err;

    *table = cached_table(database, name, bucket);
    if (*table)
        goto check;
    err = catalog_open(database, &cursor);
    if (err >= 0)
        err = catalog_find_table(&cursor, name, &row);
    if (err >= 0 && row.flags & JET_bitObjectTableDerived && !(row.flags & JET_bitObjectTableTemplate))
    {
        err = as_template ? JET_errCatalogCorrupted : catalog_name(row.template_or_callback, template_name);
        if (err >= 0)
            err = load_table(database, template_name, true, &template_table);
        if (err >= 0)
            atomic_fetch_add(&template_table->references, 1);
        if (err == JET_errObjectNotFound)
            err = JET_errCatalogCorrupted;
    }
    if (err >= 0)
        err = schema_load_table(database, &cursor, &row, template_table, table);
    catalog_close(&cursor);
    if (err < 0)
        return err;
    (*table)->next = database->tables[bucket];
    database->tables[bucket] = *table;
    database->table_count++;

check:
    if (as_template && !((*table)->flags & JET_bitObjectTableTemplate))
        return JET_errCatalogCorrupted;
    return JET_errSuccess;
}

JET_ERR table_open(struct database *database, const char *name, struct table **table)
{
    JET_ERR err = JET_errSuccess;

    os_mutex_lock(&database->lock);
    if (!schema_name_compare(name, database->catalog->name))
        *table = database->catalog;
    else if (!schema_name_compare(name, database->shadow->name))
        *table = database->shadow;
    else
        err = load_table(database, name, false, table);
    if (err >= 0)
        table_reference(*table);
    os_mutex_unlock(&database->lock);
    if (err < 0)
        *table = NULL;
    return err;
}

void table_release(struct table *table)
{
    atomic_fetch_sub_explicit(&table->references, 1, memory_order_release);
    atomic_fetch_sub_explicit(&table->database->references, 1, memory_order_release);
}

/* Tables' rows are found by seeking past each table's other rows. */
JET_ERR database_each_table(struct database *database,
                            JET_ERR (*visit)(void *context, const char *name, uint32_t objid, uint32_t flags),
                            void *context)
{
    struct catalog_cursor cursor;
    struct catalog_row row;
    char name[SCHEMA_NAME_SIZE];
    uint32_t last = 0;
    JET_ERR err = catalog_open(database, &cursor);

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
