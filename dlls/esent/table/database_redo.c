/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Databases whose log is replayed. */
#include "table/database_redo.h"
#include "table/page_patch.h"
#include "log/log.h"
#include "table/database_log.h"
#include "table/database_private.h"

#define HEADER_PAGES  2u
#define CREATED_PAGES 30u /* what the engine's own tables take; LOG_EXTEND_DB tells of more */

JET_ERR database_redo_header(const WCHAR *path, struct database_header *header)
{
    struct header_read read;
    struct os_file *file;
    JET_ERR err = os_file_open(path, OS_OPEN_READ_ONLY | OS_OPEN_SHARE_READ, &file);

    if (err < 0)
        return err;
    err = header_read(file, &read);
    if (err >= 0)
        *header = read.header;
    os_file_close(file);
    return err;
}

JET_ERR database_redo_repair(const WCHAR *path)
{
    struct header_read read;
    struct os_file *file;
    uint8_t *page = NULL;
    JET_ERR err = os_file_open(path, OS_OPEN_EXCLUSIVE_WRITE, &file);

    if (err < 0)
        return err;
    err = header_read(file, &read);
    if (err >= 0)
        err = header_repair(file, &read);
    if (err >= 0 && read.copies_differ)
    {
        page = os_alloc(read.page_size);
        err = page ? os_file_read_at(file, 0, page, read.page_size) : JET_errOutOfMemory;
        if (err >= 0)
            err = os_file_write_at(file, read.page_size, page, read.page_size);
        if (err >= 0)
            err = os_file_flush(file);
    }
    os_free(page);
    os_file_close(file);
    return err;
}

static JET_ERR read_header(struct database *database, const struct database_options *options)
{
    struct header_read read;
    JET_ERR err = header_read(database->file, &read);

    if (err < 0)
        return err;
    database->header = read.header;
    database->page_size = read.page_size;
    if (options->page_size != read.page_size)
        return JET_errPageSizeMismatch;
    err = header_repair(database->file, &read);
    if (err >= 0)
        err = header_check(&read.header);
    if (err >= 0)
        err = header_check_type(&read.header);
    return err < 0 ? err : database_keep_header(database, &read);
}

/* Options without a log, whatever the caller's say. */
static JET_ERR start(struct database *database, const struct database_options *options)
{
    struct database_options unlogged = *options;
    JET_ERR err;

    unlogged.log = NULL;
    unlogged.registry = NULL;
    err = database_start(database, &unlogged);
    database->store.redoing = true;
    database->store.trusting = options->trust_corrected;
    database->cache.leaving = tree_page_leaving;
    if (options->page_bad)
        page_requests_redo(database, options);
    return err;
}

JET_ERR database_redo_open(const WCHAR *path, const struct database_options *options, struct database **result)
{
    struct database *database;
    JET_ERR err = database_new(path, options, &database);

    *result = NULL;
    if (err < 0)
        return err;
    err = event_file_open(options->events, path, OS_OPEN_EXCLUSIVE_WRITE | OS_OPEN_RANDOM, &database->file);
    if (err >= 0)
        err = read_header(database, options);
    if (err >= 0)
        err = start(database, options);
    if (err < 0)
        database_abandon(database);
    else
        *result = database;
    return err < 0 ? err : JET_errSuccess;
}

JET_ERR database_redo_create(const WCHAR *path, const struct database_options *options,
                             const struct header_signature *signature, uint64_t position,
                             const struct header_signature *log_signature, struct database **result)
{
    struct database *database;
    JET_ERR err = database_new(path, options, &database);

    *result = NULL;
    if (err < 0)
        return err;
    err = database_make_header(database, options);
    if (err >= 0)
        err = event_file_open(options->events, path, OS_OPEN_EXCLUSIVE_WRITE | OS_OPEN_RANDOM | OS_OPEN_OVERWRITE,
                              &database->file);
    if (err < 0)
        goto done;
    database->header.signature = *signature;
    database->header.log_signature = *log_signature;
    log_position_store(&database->header.attach, position);
    database->header.generation_min_required = database->header.generation_max_required = (int32_t)
        log_position_generation(position);
    database->header.generation_min_consistent = database->header.generation_min_required;
    database->header.generation_max_committed = database->header.generation_min_required;
    err = database_write_header(database);
    if (err >= 0)
        err = os_file_set_size(database->file, (uint64_t)(CREATED_PAGES + HEADER_PAGES) * database->page_size);
    if (err >= 0)
        err = start(database, options);
    atomic_store(&database->attach_position, position);
    database->dirty = true;

done:
    if (err < 0)
        database_abandon(database);
    else
        *result = database;
    return err < 0 ? err : JET_errSuccess;
}

JET_ERR database_redo_attached(struct database *database, uint64_t position,
                               const struct header_signature *log_signature, uint32_t generation,
                               const struct header_time *created)
{
    struct database_header *header = &database->header;
    int32_t attached = (int32_t)log_position_generation(position);
    JET_ERR err;

    database->attach_dbtime = header->dbtime;
    database->attach_consistent = header->consistent;
    atomic_store(&database->attach_position, position);
    /* One into which pages were put stays so until it is whole: what it needs may lie before its attachment. */
    if ((header->state == JET_dbstateDirtyShutdown || header->state == JET_dbstateDirtyAndPatchedShutdown) &&
        log_position_of(&header->attach) == position)
    {
        database->dirty = true;
        return JET_errSuccess;
    }
    if (header->state != JET_dbstateDirtyShutdown)
    {
        header->generation_min_required = header->generation_min_consistent = attached;
        header->generation_max_required = header->generation_max_committed = 0;
        header_require_generation(header, generation, created);
        database_time_now(&header->attach_time);
        memset(&header->detach, 0, sizeof(header->detach));
        memset(&header->reattach, 0, sizeof(header->reattach));
    }
    header->state = JET_dbstateDirtyShutdown;
    header->log_signature = *log_signature;
    log_position_store(&header->attach, position);
    err = database_write_header(database);
    database->dirty = err >= 0;
    return err;
}

JET_ERR database_redo_generation(struct database *database, uint32_t generation, const struct header_time *created)
{
    struct database_header *header = &database->header;

    if (!database->dirty || header->generation_max_required >= (int32_t)generation)
        return JET_errSuccess;
    header_require_generation(header, generation, created);
    return database_write_header(database);
}

JET_ERR database_redo_resize(struct database *database, uint32_t last_page, bool grow)
{
    uint64_t size = ((uint64_t)last_page + HEADER_PAGES) * database->page_size, now;
    JET_ERR err = os_file_size(database->file, &now);

    if (err >= 0 && (now < size || (!grow && now > size)))
        err = os_file_set_size(database->file, size);
    if (err >= 0)
        atomic_store(&database->store.pages,
                     grow && now > size ? (uint32_t)(now / database->page_size) - HEADER_PAGES : last_page);
    return err;
}

void database_redo_register(struct database *database, struct database_registry *registry)
{
    database->registry = registry;
    os_mutex_lock(&registry->lock);
    registry->open[database->store.log_database] = database;
    os_mutex_unlock(&registry->lock);
}

void database_redo_log(struct database *database, struct log *log)
{
    database->store.redoing = false;
    database->store.log = log;
    database->cache.flush_log = database_flush_log;
}

/* The last page that the root space owns; 0: it cannot be told. */
static uint32_t last_owned(struct database *database)
{
    struct tree_extent extent;

    return tree_store_last_extent(&database->store, &extent) < 0 ? 0 : extent.last;
}

/* The file has the pages that the root space owns, and no others: what it grew by may not have been entered. */
static JET_ERR check_size(struct database *database)
{
    uint32_t last = last_owned(database), pages;
    JET_ERR err = database_pages(database, &pages);

    if (err >= 0 && last && last != pages && last < INT32_MAX)
        return database_redo_resize(database, last, last > pages);
    atomic_store(&database->store.pages, pages);
    return err;
}

JET_ERR database_redo_close(struct database *database, uint64_t position, bool detached)
{
    JET_ERR err = database_flush(database);

    if (err >= 0)
        err = check_size(database);
    if (err >= 0 && detached)
        atomic_store(&database->detach_position, position);
    database->closing = position;
    database->store.log = NULL;
    database->dirty = true;
    if (err >= 0)
        err = database_mark_clean_at(database, position, detached);
    database_abandon(database);
    return err;
}

JET_ERR database_redo_keep(struct database *database)
{
    uint32_t last = last_owned(database), pages;
    JET_ERR err = database_pages(database, &pages);

    /* No page behind the last one is written any more. */
    if (err >= 0 && last && last != pages)
        err = database_flush(database);
    if (err >= 0)
        err = check_size(database);
    os_mutex_lock(&database->header_lock);
    if (err >= 0 && database->header.state != JET_dbstateDirtyShutdown)
    {
        database->header.state = JET_dbstateDirtyShutdown;
        err = database_write_header(database);
    }
    os_mutex_unlock(&database->header_lock);
    database->page_bad = NULL;
    database->kept = true;
    return err;
}

JET_ERR database_redo_flush(struct database *database)
{
    return database_flush(database);
}

JET_ERR database_redo_write(struct database *database, uint64_t *oldest)
{
    JET_ERR err = cache_write(&database->cache, UINT64_MAX);

    *oldest = cache_oldest_change(&database->cache);
    return err < 0 ? err : database_sync(database);
}

JET_ERR database_redo_required(struct database *database, uint32_t generation)
{
    struct database_header *header = &database->header;

    if (!database->dirty || header->state != JET_dbstateDirtyShutdown)
        return JET_errSuccess;
    if (header->generation_min_required < (int32_t)generation)
        header->generation_min_required = header->generation_min_consistent = (int32_t)generation;
    header->dbtime = atomic_load(&database->store.dbtime);
    header->last_objid = atomic_load(&database->last_objid);
    return database_write_header(database);
}

void database_redo_abandon(struct database *database)
{
    database_abandon(database);
}
