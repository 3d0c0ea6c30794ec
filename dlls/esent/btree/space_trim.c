/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the root space has available need not lie on the disk. */
#include "btree/space_private.h"
#include "log/log.h"

#define GRANULE 65536u /* of NTFS, in bytes: less cannot be given back */

/* The part of an extent that consists of whole granules: false if it has none. */
static bool granules(const struct extent *extent, uint32_t page_size, uint64_t *offset, uint64_t *size)
{
    uint64_t from = ((uint64_t)extent_first(extent) + 1) * page_size, to = ((uint64_t)extent->last + 2) * page_size;

    from = (from + GRANULE - 1) / GRANULE * GRANULE;
    to = to / GRANULE * GRANULE;
    *offset = from;
    *size = to - from;
    return from < to;
}

/* Redo finds nothing where pages were, and learns from the record that they are not missed. */
static JET_ERR log_trim(struct tree_store *store, uint64_t offset, uint64_t size)
{
    uint32_t page_size = store->file->page_size;
    struct log_trim_db trim = { .type = LOG_TRIM_DB,
                                .dbid = store->log_database,
                                .first_page = (uint32_t)(offset / page_size) - 1,
                                .pages = (uint32_t)(size / page_size) };
    struct log_part part = { &trim, sizeof(trim) };
    uint64_t position;
    JET_ERR err;

    if (!store->log)
        return JET_errSuccess;
    err = log_append(store->log, &part, 1, &position);
    return err < 0 ? err : log_flush(store->log, position);
}

static JET_ERR trim_extent(struct tree_store *store, const struct extent *extent, JET_ERR (*before)(void *context),
                           void *context)
{
    uint64_t offset, size;
    JET_ERR err;

    if (!granules(extent, store->file->page_size, &offset, &size))
        return JET_errSuccess;
    err = log_trim(store, offset, size);
    if (err >= 0)
        err = before(context);
    if (err >= 0)
        err = cache_file_trim(store->file, offset, size);
    return err;
}

JET_ERR tree_store_trim(struct tree_store *store, JET_ERR (*before)(void *context), void *context)
{
    struct extent extent;
    struct owner owner;
    uint32_t pgno = 0;
    JET_ERR err;

    /* What is still to be written would be there again. */
    err = cache_write(store->file, UINT64_MAX);
    if (err < 0)
        return err;
    os_rwlock_lock_write(&store->space);
    err = owner_open(store, 1, &owner);
    while (err >= 0 && (err = extent_find(&owner.available, pgno, &extent)) >= 0)
    {
        if (extent.count)
            err = trim_extent(store, &extent, before, context);
        pgno = extent.last + 1;
    }
    os_rwlock_unlock_write(&store->space);
    /* Not every file system can, and none has to. */
    return err == JET_errRecordNotFound || err == JET_errUnloadableOSFunctionality ? JET_errSuccess : err;
}
