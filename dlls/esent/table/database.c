/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A database: opened, attached anew, closed. */

#include "table/database_log.h"
#include "table/database_private.h"
#include "table/page_patch.h"
#include "table/schema_private.h"
#include "txn/version.h"

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
    if (!options->ignore_page_size && options->page_size != read.page_size &&
        !(read.page_size == HEADER_PAGE_MIN && options->read_only))
        return JET_errPageSizeMismatch;
    err = options->read_only ? JET_errSuccess : header_repair(database->file, &read);
    if (err >= 0)
        err = header_check(&read.header);
    if (err >= 0)
        err = header_check_state(&read.header);
    if (err >= 0)
        err = header_check_type(&read.header);
    if (err >= 0 && read.page_size == HEADER_PAGE_MIN && !options->read_only)
        err = JET_errPageSizeMismatch;
    if (err >= 0 && !options->read_only && options->engine_format)
        err = header_check_engine_format(&read.header, options->engine_format);
    return err < 0 ? err : database_keep_header(database, &read);
}

/* The tree of long values of the catalog is told by a row of the catalog itself. */
static JET_ERR find_catalog_values(struct database *database)
{
    struct catalog_cursor cursor;
    struct catalog_row row;
    JET_ERR err = catalog_open(database, NULL, &cursor);

    if (err >= 0)
        err = catalog_seek(&cursor, CATALOG_OBJID, CATALOG_LONG_VALUE, &row);
    if (err >= 0 && row.table == CATALOG_OBJID && row.type == CATALOG_LONG_VALUE)
        tree_init(database->catalog->long_values, &database->cache, row.place, row.id, true, PAGE_LONG_VALUE);
    catalog_close(&cursor);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

void database_abandon(struct database *database)
{
    if (!database)
        return;
    database_free_tables(database);
    schema_table_free(database->catalog);
    schema_table_free(database->shadow);
    schema_free_objects(database);
    database_log_unregister(database);
    while (atomic_load(&database->checkpointing))
        os_sleep(1);
    if (database->cache.file)
        cache_file_purge(&database->cache);
    os_file_close(database->file);
    os_free(database->requests);
    os_free(database->header_page);
    os_free(database->path);
    os_free(database);
}

JET_ERR database_new(const WCHAR *path, const struct database_options *options, struct database **result)
{
    struct database *database = os_alloc_zero(sizeof(*database));

    *result = NULL;
    if (!database)
        return JET_errOutOfMemory;
    os_mutex_init(&database->lock);
    os_mutex_init(&database->schema);
    os_mutex_init(&database->header_lock);
    database->read_only = options->read_only;
    database->index_checking = options->index_checking;
    database->grbit = options->grbit;
    database->txns = options->txns;
    database->path = os_text_duplicate(path);
    if (!database->path)
    {
        os_free(database);
        return JET_errOutOfMemory;
    }
    *result = database;
    return JET_errSuccess;
}

JET_ERR database_start(struct database *database, const struct database_options *options)
{
    uint32_t pages;
    JET_ERR err;

    cache_file_init(&database->cache, database->file, database->page_size, database->read_only);
    database_page_hooks(database);
    atomic_init(&database->last_objid, database->header.last_objid);
    /* Who left it so may have written the second copy of the header just then. */
    atomic_init(&database->copies_written, database->header.state != JET_dbstateCleanShutdown);
    atomic_init(&database->copies_synced, 0);
    err = database_pages(database, &pages);
    if (err < 0)
        return err;
    tree_store_init(&database->store, &database->cache, options->txns, options->log, database->cache.id,
                    database->header.dbtime, pages);
    database->store.log_database = options->log_database;
    if (database->store.log)
    {
        database->cache.flush_log = database_flush_log;
        database->cache.leaving = tree_page_leaving;
        database_log_register(database, options->registry);
    }
    database->store.extension_pages = options->extension_pages;
    database->store.most_pages = options->pages_max;
    if (database->store.log && options->heals)
    {
        err = page_requests_start(database, options->request_timeout);
        if (err < 0)
            return err;
    }
    err = catalog_table(database, false, &database->catalog);
    return err < 0 ? err : catalog_table(database, true, &database->shadow);
}

/* Whether there is a table of the engine's own. */
static JET_ERR probe(struct database *database, const char *name, bool *found)
{
    struct catalog_cursor cursor;
    struct catalog_row row;
    JET_ERR err = catalog_open(database, NULL, &cursor);

    if (err >= 0)
        err = catalog_find_table(&cursor, name, &row);
    catalog_close(&cursor);
    *found = err >= 0;
    return err == JET_errObjectNotFound ? JET_errSuccess : err;
}

static JET_ERR probe_tables(struct database *database)
{
    JET_ERR err = probe(database, DATABASE_OBJIDS, &database->has_objids);

    return err < 0 ? err : probe(database, DATABASE_LOCALES, &database->has_locales);
}

/* The file may be longer than what its root space owns: then it grows from there. */
static void leave_out_unowned(struct database *database)
{
    struct tree_extent last;

    if (tree_store_last_extent(&database->store, &last) >= 0 && last.last < atomic_load(&database->store.pages))
        atomic_store(&database->store.pages, last.last);
}

JET_ERR database_open(const WCHAR *path, const struct database_options *options, struct database **result)
{
    uint32_t flags = options->read_only ? OS_OPEN_READ_ONLY : OS_OPEN_EXCLUSIVE_WRITE;
    struct database *database;
    JET_ERR err = database_new(path, options, &database);

    *result = NULL;
    if (err < 0)
        return err;
    err = event_file_open(options->events, path, flags | OS_OPEN_RANDOM, &database->file);
    if (err >= 0)
        err = read_header(database, options);
    if (err >= 0)
        err = database_start(database, options);
    if (err >= 0 && !options->read_only)
        leave_out_unowned(database);
    if (err >= 0)
        err = find_catalog_values(database);
    if (err >= 0 && !options->read_only && options->txns)
    {
        err = probe_tables(database);
        if (err >= 0 && database->store.log)
            err = database_log_attach(database);
        if (err >= 0)
            err = database_mark_dirty(database);
    }
    if (err < 0)
    {
        if (atomic_load(&database->attach_position))
            database_log_failed(database, err);
        database_abandon(database);
    }
    else
        *result = database;
    return err < 0 ? err : JET_errSuccess;
}

/* Source: ErrIsamAttachDatabase, where a database is attached for recovery. */
JET_ERR database_reattach(struct database *database, const struct database_options *options)
{
    uint64_t position;
    JET_ERR err = options->engine_format ? header_check_engine_format(&database->header, options->engine_format)
                                         : JET_errSuccess;

    database->index_checking = options->index_checking;
    database->grbit = options->grbit;
    database->store.extension_pages = options->extension_pages;
    database->store.most_pages = options->pages_max;
    if (err >= 0)
        err = database_log_reattach(database, &position);
    if (err >= 0)
        err = database_mark_reattached(database, position);
    if (err >= 0)
        err = find_catalog_values(database);
    if (err >= 0)
        err = probe_tables(database);
    if (err >= 0 && options->heals)
        err = page_requests_start(database, options->request_timeout);
    if (err >= 0)
        database->kept = false;
    return err;
}

JET_ERR database_release(struct database *database)
{
    return database->txns ? version_drop_database(database->txns, database->store.id) : JET_errSuccess;
}

JET_ERR database_forget_tables(struct database *database)
{
    JET_ERR err = database_release(database);

    if (err < 0)
        return err;
    version_clean_all(database->txns);
    if (atomic_load(&database->references))
        return JET_errDatabaseInUse;
    database_free_tables(database);
    schema_free_objects(database);
    return JET_errSuccess;
}

JET_ERR database_settle(struct database *database)
{
    if (!database->dirty || database->abandoned)
        return JET_errSuccess;
    version_clean_all(database->txns);
    return database_flush(database);
}

JET_ERR database_close(struct database *database)
{
    JET_ERR err = JET_errSuccess;

    if (!database)
        return JET_errSuccess;
    if (atomic_load(&database->references))
        return JET_errDatabaseInUse;
    if (database->dirty && !database->abandoned)
    {
        version_clean_all(database->txns);
        /* They are flushed with the header that says that it is closed. */
        err = cache_write(&database->cache, UINT64_MAX);
        if (err >= 0 && database->store.log && !database->closing)
            err = database_log_detach(database);
        if (err >= 0)
            err = database_mark_clean(database);
        if (err < 0)
        {
            event_say(database->file->events, EVENT_DATABASE_HALF_DETACHED, database->path, err);
            database_log_failed(database, err);
        }
    }
    database_abandon(database);
    return err;
}

uint32_t database_new_objid(struct database *database)
{
    return atomic_fetch_add(&database->last_objid, 1) + 1;
}

JET_ERR database_flush(struct database *database)
{
    JET_ERR err = cache_write(&database->cache, UINT64_MAX);

    return err < 0 ? err : database_sync(database);
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
