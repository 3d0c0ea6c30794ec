/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The header of a database that is written: what it says while the file is being changed, and after. */

#include "format/checksum.h"
#include "log/log.h"
#include "table/database_private.h"

void database_time_now(struct header_time *time)
{
    struct os_time now;

    os_time_split(os_time_now(), &now);
    memset(time, 0, sizeof(*time));
    time->second = now.second;
    time->minute = now.minute;
    time->hour = now.hour;
    time->day = now.day;
    time->month = now.month;
    time->year = now.year - 1900;
    time->is_utc = 1;
    time->milliseconds_low = now.millisecond & 0x7f;
    time->milliseconds_high = now.millisecond >> 7;
}

/* The computer's name has not been told for long. */
void database_new_signature(struct header_signature *signature)
{
    memset(signature, 0, sizeof(*signature));
    signature->random = os_random32();
    database_time_now(&signature->created);
}

void database_header(struct database *database, struct database_header *header)
{
    os_mutex_lock(&database->header_lock);
    *header = database->header;
    os_mutex_unlock(&database->header_lock);
}

JET_ERR database_keep_header(struct database *database, const struct header_read *read)
{
    database->header_page = os_alloc(read->page_size);
    if (!database->header_page)
        return JET_errOutOfMemory;
    return os_file_read_at(database->file, read->first_good ? 0 : read->page_size, database->header_page,
                           read->page_size);
}

static void seal(struct database *database)
{
    struct database_header *header = &database->header;

    database_new_signature(&header->header_flush);
    memcpy(database->header_page, header, sizeof(*header));
    header->checksum = checksum_header(database->header_page, database->page_size);
    memcpy(database->header_page, header, sizeof(*header));
}

static JET_ERR write_copy(struct database *database, unsigned copy)
{
    return os_file_write_at(database->file, (uint64_t)copy * database->page_size, database->header_page,
                            database->page_size);
}

JET_ERR database_sync(struct database *database)
{
    uint32_t written = atomic_load(&database->copies_written);
    JET_ERR err = os_file_flush(database->file);

    if (err >= 0)
        atomic_store(&database->copies_synced, written);
    return err;
}

/*
 * One of the two copies is whole on disk at any time: the first is only touched when the
 * second is.  That one may wait for the next flush, whatever it is for.
 */
JET_ERR database_write_header(struct database *database)
{
    JET_ERR err = JET_errSuccess;

    seal(database);
    if (atomic_load(&database->copies_written) != atomic_load(&database->copies_synced))
        err = database_sync(database);
    if (err >= 0)
        err = write_copy(database, 0);
    if (err >= 0)
        err = database_sync(database);
    if (err >= 0)
        err = write_copy(database, 1);
    if (err >= 0)
        atomic_fetch_add(&database->copies_written, 1);
    return err;
}

/* The last that is written: both copies are on disk, and all pages before the first says so. */
static JET_ERR write_last(struct database *database)
{
    JET_ERR err;

    seal(database);
    err = write_copy(database, 1);
    if (err >= 0)
        err = database_sync(database);
    if (err >= 0)
        err = write_copy(database, 0);
    return err < 0 ? err : database_sync(database);
}

static void set_required(struct database_header *header, int32_t generation)
{
    header->generation_min_required = header->generation_max_required = generation;
    header->generation_max_committed = generation;
    header->generation_min_consistent = generation;
}

JET_ERR database_mark_dirty(struct database *database)
{
    struct database_header *header = &database->header;
    JET_ERR err = JET_errSuccess;

    os_mutex_lock(&database->header_lock);
    if (!database->dirty)
    {
        header->state = JET_dbstateDirtyShutdown;
        header->dbid = database->store.log_database;
        database_time_now(&header->attach_time);
        memset(&header->attach, 0, sizeof(header->attach));
        if (database->store.log)
        {
            uint64_t attach = atomic_load(&database->attach_position);
            struct log_header current;

            log_current_header(database->store.log, &current);
            header->log_signature = *log_signature(database->store.log);
            log_position_store(&header->attach, attach);
            memset(&header->detach, 0, sizeof(header->detach));
            memset(&header->reattach, 0, sizeof(header->reattach));
            set_required(header, (int32_t)log_position_generation(attach));
            /* Not of the tip, whose generation may have no file yet: when it has, all headers are told. */
            header->generation_max_required = header->generation_max_committed = 0;
            header_require_generation(header, (uint32_t)current.generation, &current.created);
        }
        else
        {
            memset(&header->log_signature, 0, sizeof(header->log_signature));
            set_required(header, 0);
        }
        err = database_write_header(database);
        database->dirty = err >= 0;
    }
    os_mutex_unlock(&database->header_lock);
    return err;
}

JET_ERR database_mark_reattached(struct database *database, uint64_t position)
{
    struct database_header *header = &database->header;
    JET_ERR err;

    os_mutex_lock(&database->header_lock);
    header->state = JET_dbstateDirtyShutdown;
    header->generation_recovering = 0;
    log_position_store(&header->reattach, position);
    database_time_now(&header->reattach_time);
    memset(&header->current_backup, 0, sizeof(header->current_backup));
    err = database_write_header(database);
    database->dirty = database->dirty || err >= 0;
    os_mutex_unlock(&database->header_lock);
    return err;
}

/* All pages are in the file.  `logged`: as of the record at `position`; `detached`: which is the one that detaches it. */
static JET_ERR mark_clean(struct database *database, bool logged, uint64_t position, bool detached)
{
    struct database_header *header = &database->header;
    JET_ERR err = JET_errSuccess;

    os_mutex_lock(&database->header_lock);
    if (database->dirty)
    {
        header->state = JET_dbstateCleanShutdown;
        header->dbtime = atomic_load(&database->store.dbtime);
        header->last_objid = atomic_load(&database->last_objid);
        set_required(header, 0);
        memset(&header->generation_max_time, 0, sizeof(header->generation_max_time));
        memset(&header->generation_max_required_time, 0, sizeof(header->generation_max_required_time));
        database_time_now(&header->consistent_time);
        header->detach_time = header->consistent_time;
        if (logged)
        {
            log_position_store(&header->consistent, position);
            if (detached)
                header->detach = header->consistent;
        }
        else
            header->consistent = header->detach;
        err = write_last(database);
        database->dirty = err < 0;
    }
    os_mutex_unlock(&database->header_lock);
    return err;
}

JET_ERR database_mark_clean(struct database *database)
{
    uint64_t end = atomic_load(&database->detach_position);

    return mark_clean(database, database->store.log != NULL, end ? end : database->closing, end != 0);
}

JET_ERR database_mark_clean_at(struct database *database, uint64_t position, bool detached)
{
    return mark_clean(database, true, position, detached);
}
