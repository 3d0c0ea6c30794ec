/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An attached database: its file, its header, its cache of tables. */

#include <stdio.h>

#include "format/checksum.h"
#include "format/page_edit.h"
#include "log/log.h"
#include "table/database_log.h"
#include "table/page_patch.h"
#include "table/schema_private.h"
#include "txn/version.h"

/* ----------------------------------------------------------- open and close --- */

/* The sums of a page in brackets, as the event log shows them. */
static void sums_text(const struct page_checksum *sums, char text[80])
{
    int used = snprintf(text, 80, "[%016llx", (unsigned long long)sums->block[0]);

    for (uint32_t i = 1; i < sums->count; i++)
        used += snprintf(text + used, 80 - (size_t)used, ":%016llx", (unsigned long long)sums->block[i]);
    snprintf(text + used, 80 - (size_t)used, "]");
}

/* What is wrong with a page goes to the event log. */
static void page_is_bad(struct cache_file *cache, uint32_t pgno, const uint8_t *data, JET_ERR err)
{
    const struct event_sink *events = cache->file->events;
    uint64_t offset = cache_page_offset(cache, pgno);
    struct page_checksum stored, actual;
    char stored_text[80], actual_text[80];

    if (!events)
        return;
    if (err == JET_errReadPgnoVerifyFailure)
        event_say(events, EVENT_PAGE_NUMBER_BAD, cache->file->path, offset, cache->page_size, err, pgno,
                  le32(data + PAGE_OFFSET_PGNO));
    if (err != JET_errReadVerifyFailure)
        return;
    checksum_page_stored(data, cache->page_size, &stored);
    checksum_page(data, cache->page_size, pgno, &actual);
    sums_text(&stored, stored_text);
    sums_text(&actual, actual_text);
    event_say(events, EVENT_PAGE_CHECKSUM_BAD, cache->file->path, offset, cache->page_size, err, stored_text,
              actual_text, pgno);
}

/* Pages are checked as they are read: checksum, number, and bounds of all that is in them. */
static JET_ERR verify_page(struct cache_file *cache, uint32_t pgno, uint8_t *data)
{
    const struct tree_store *store = cache->owner;
    struct page_check_result result = { 0 };
    JET_ERR err = page_check(data, cache->page_size, pgno, &result);

    /* Between two writes of a page often only flags differ.  Of a write torn by a crash the
     * code then makes one bit, which it turns: not what the page was nor what it became. */
    if (err >= 0 && result.corrected && store && store->redoing && !store->trusting)
        err = JET_errReadVerifyFailure;
    if (os_unlikely(err >= 0 && result.corrected))
        event_say(cache->file->events, EVENT_PAGE_CORRECTED, cache->file->path, cache_page_offset(cache, pgno),
                  cache->page_size, (uint64_t)result.bit, pgno);
    /* Marks of versions that are gone would have each reader look for them. */
    if (err >= 0 && store && store->txns && !atomic_load(&store->txns->versions))
        page_forget_versions(data, cache->page_size);
    return err;
}

static void seal_page(struct cache_file *cache, uint32_t pgno, uint8_t *data)
{
    checksum_page_set(data, cache->page_size, pgno);
}

JET_ERR database_flush_log(struct cache_file *cache, uint64_t lgpos)
{
    struct tree_store *store = cache->owner;

    return lgpos ? log_flush(store->log, lgpos) : JET_errSuccess;
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
    if (err < 0)
        return err;
    database->header_page = os_alloc(read.page_size);
    if (!database->header_page)
        return JET_errOutOfMemory;
    return os_file_read_at(database->file, read.first_good ? 0 : read.page_size, database->header_page, read.page_size);
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

static void free_tables(struct database *database)
{
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
}

static void database_free(struct database *database)
{
    if (!database)
        return;
    free_tables(database);
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
    database->cache.verify = verify_page;
    database->cache.bad = page_is_bad;
    database->cache.seal = seal_page;
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
        database_free(database);
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

void database_abandon(struct database *database)
{
    database_free(database);
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
    free_tables(database);
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
    database_free(database);
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

/* ------------------------------------------------------------------ tables --- */

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

/* ------------------------------------------------------ changes of schema --- */

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
