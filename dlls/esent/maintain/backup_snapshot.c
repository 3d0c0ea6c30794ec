/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots: backups in which others copy the files, while log and databases are held as they are. */
#include <stdio.h>
#include <string.h>

#include "maintain/backup_private.h"

void backup_snapshot_prepare(struct backup *backup, bool incremental)
{
    if (backup->config.log)
        backup_note(backup, LOG_BACKUP_BEGIN, BACKUP_SNAPSHOT, incremental, false);
}

JET_ERR backup_snapshot_begin(struct backup *backup, bool incremental, void (*settle)(void *context), void *context)
{
    uint32_t none = BACKUP_NONE;

    os_mutex_lock(&backup->lock);
    if (!atomic_compare_exchange_strong(&backup->progress, &none, BACKUP_LOCAL))
    {
        os_mutex_unlock(&backup->lock);
        return JET_errOSSnapshotNotAllowed;
    }
    backup->snapshot = true;
    backup->full = !incremental;
    os_mutex_unlock(&backup->lock);
    settle(context);
    return JET_errSuccess;
}

/* The last record before the freeze, and which logs belong to it. */
static JET_ERR mark_freeze(struct backup *backup, bool incremental)
{
    struct header_position *mark = incremental ? &backup->incremental_position : &backup->full_position;
    struct header_time *time = incremental ? &backup->incremental_time : &backup->full_time;
    struct backup_record record = { .phase = LOG_BACKUP_PREPARE_LOGS, .kind = BACKUP_SNAPSHOT, .time = time };
    struct log *log = backup->config.log;
    uint32_t last, low, high;
    uint64_t position;
    JET_ERR err;

    backup->copy_first = backup->copy_end = 0;
    if (incremental && (err = backup_check_incremental(backup, BACKUP_SNAPSHOT)) < 0)
        return err;
    if (incremental && backup->config.circular)
        return JET_errInvalidBackup;
    log_time_set(time, os_time_now());
    record.scope = incremental ? LOG_BACKUP_INCREMENTAL : LOG_BACKUP_FULL;
    record.roll = !backup->config.circular;
    err = backup_append(backup, &record, &position);
    if (err >= 0)
        err = log_flush(log, position);
    if (err < 0)
        return err;
    log_position_store(mark, position);
    last = log_position_generation(position) - (record.roll ? 1 : 0);
    if (incremental)
    {
        err = log_range(backup->config.names, &low, &high);
        if (err >= 0)
            err = backup_check_logs(backup, low ? low : 1);
        if (err < 0)
            return err;
        backup->copy_first = low ? low : 1;
    }
    backup->copy_end = last;
    return JET_errSuccess;
}

/* A database stays as long as its header is locked.  The checkpoint waits for that with the registry locked,
 * which must not be needed to let go. */
static void hold_databases(struct backup *backup)
{
    struct database_registry *registry = backup->config.registry;

    if (!registry)
        return;
    os_mutex_lock(&registry->lock);
    for (uint32_t id = 0; id < DATABASE_REGISTRY; id++)
    {
        struct database *database = backup_attached(registry, id);

        backup->databases[id].in_session = database != NULL;
        backup->databases[id].held = database;
        if (database)
            os_mutex_lock(&database->header_lock);
    }
    os_mutex_unlock(&registry->lock);
    for (uint32_t id = 0; id < DATABASE_REGISTRY; id++)
        if (backup->databases[id].held)
            cache_freeze(&backup->databases[id].held->cache);
}

JET_ERR backup_snapshot_freeze(struct backup *backup, bool incremental)
{
    JET_ERR err = JET_errSuccess;
    uint32_t checkpoint;

    /* Without a log there is nothing to come back by: the databases are held, as they are. */
    if (backup->config.log)
    {
        err = mark_freeze(backup, incremental);
        if (err < 0)
            return err;
        checkpoint = log_position_generation(log_freeze(backup->config.log));
        if (!incremental)
            backup->copy_first = checkpoint;
        backup->delete_first = 0;
        backup->delete_end = checkpoint < backup->copy_end ? checkpoint : backup->copy_end;
    }
    os_mutex_lock(&backup->lock);
    hold_databases(backup);
    return JET_errSuccess;
}

void backup_snapshot_thaw(struct backup *backup, bool incremental, bool copy)
{
    const struct header_position *mark = incremental ? &backup->incremental_position : &backup->full_position;
    char text[128];
    struct log_trace head = { .type = LOG_TRACE };
    struct log_part parts[2] = { { &head, sizeof(head) }, { text, 0 } };

    for (uint32_t id = 0; id < DATABASE_REGISTRY; id++)
    {
        struct database *database = backup->databases[id].held;

        if (!database)
            continue;
        backup->databases[id].held = NULL;
        cache_thaw(&database->cache);
        os_mutex_unlock(&database->header_lock);
    }
    os_mutex_unlock(&backup->lock);
    if (!backup->config.log)
        return;
    log_thaw(backup->config.log);
    snprintf(text, sizeof(text), "OSSnapshot Resume (Stop at (%X,%X,%X)%s%s)", (unsigned)mark->generation,
             (unsigned)mark->sector, (unsigned)mark->byte, incremental ? " incremental" : "", copy ? " copy" : "");
    parts[1].size = strlen(text) + 1;
    head.size = (uint16_t)parts[1].size;
    (void)log_append(backup->config.log, parts, 2, NULL);
}

JET_ERR backup_snapshot_truncate(struct backup *backup, bool all_databases)
{
    uint32_t high;
    JET_ERR err = JET_errSuccess;

    backup->delete_first = 0;
    if (!backup->config.log || !backup->delete_end)
        return JET_errSuccess;
    if (all_databases && !backup->config.circular)
    {
        err = log_range(backup->config.names, &backup->delete_first, &high);
        if (err >= 0 && backup->delete_first > backup->delete_end)
            err = JET_errRequiredLogFilesMissing;
    }
    else
        backup->delete_end = 0;
    if (err >= 0)
    {
        struct backup_record record = { .phase = LOG_BACKUP_TRUNCATE, .kind = BACKUP_SNAPSHOT };

        record.scope = backup->full ? LOG_BACKUP_FULL : LOG_BACKUP_INCREMENTAL;
        record.low = backup->delete_first;
        record.high = backup->delete_end;
        (void)backup_append(backup, &record, NULL);
        backup_tell_truncation(backup, backup->delete_first, backup->delete_end, true);
        err = log_truncate(backup->config.log, backup->delete_end);
    }
    backup->delete_first = backup->delete_end = 0;
    return err;
}

void backup_snapshot_save(struct backup *backup, bool incremental, bool copy)
{
    struct backup_record record = { .phase = LOG_BACKUP_UPDATE, .kind = BACKUP_SNAPSHOT };

    if (!backup->config.log)
        return;
    record.scope = copy ? (incremental ? LOG_BACKUP_DIFFERENTIAL : LOG_BACKUP_COPY)
                        : (incremental ? LOG_BACKUP_INCREMENTAL : LOG_BACKUP_FULL);
    record.low = backup->copy_first;
    record.high = backup->copy_end;
    record.mark = incremental ? &backup->incremental_position : &backup->full_position;
    record.time = incremental ? &backup->incremental_time : &backup->full_time;
    for (uint32_t id = 0; id < DATABASE_REGISTRY; id++)
    {
        record.database = (uint8_t)id;
        if (backup_database(backup, id))
            (void)backup_update_header(backup, id, &record);
    }
    backup_write_headers(backup);
    backup_tell_checkpoint(backup);
}

void backup_snapshot_end(struct backup *backup, bool incremental)
{
    if (backup->config.log)
        backup_note(backup, LOG_BACKUP_STOP, BACKUP_SNAPSHOT, incremental, backup->config.roll_at_end);
    os_mutex_lock(&backup->lock);
    if (backup->snapshot)
        backup_forget(backup);
    os_mutex_unlock(&backup->lock);
}
