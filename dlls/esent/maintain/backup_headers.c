/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is left of a backup for later ones: its records in the log, and what the headers of databases and checkpoint say
 * of the last of each kind. */
#include <string.h>

#include "maintain/backup_private.h"

/* ------------------------------------------------------------------ records --- */

JET_ERR backup_append(struct backup *backup, const struct backup_record *from, uint64_t *position)
{
    struct log *log = backup->config.log;
    struct log_backup2 record;
    struct log_part part = { &record, sizeof(record) };

    memset(&record, 0, sizeof(record));
    record.type = LOG_BACKUP2;
    record.phase = (uint8_t)from->phase;
    record.backup_type = from->kind;
    record.scope = (uint8_t)from->scope;
    record.dbid = from->database;
    record.details.generation_low = from->low;
    record.details.generation_high = from->high;
    if (from->mark)
        record.details.mark = *from->mark;
    if (from->time)
        record.details.mark_time = *from->time;
    else
        log_time_set(&record.details.mark_time, os_time_now());
    return from->roll ? log_append_rolled(log, &part, 1, position) : log_append(log, &part, 1, position);
}

void backup_note(struct backup *backup, enum log_backup_phase phase, enum backup_kind kind, bool incremental, bool roll)
{
    struct backup_record record = { .phase = phase, .kind = kind, .roll = roll };

    record.scope = incremental ? LOG_BACKUP_INCREMENTAL : LOG_BACKUP_FULL;
    (void)backup_append(backup, &record, NULL);
}

/* ------------------------------------------------------------------ headers --- */

/* What a new backup makes of the others. */
static void invalidate(struct database_header *header, const struct backup_record *record)
{
    if (record->scope == LOG_BACKUP_FULL)
    {
        memset(&header->incremental_backup, 0, sizeof(header->incremental_backup));
        header->incremental_backup_type = BACKUP_NORMAL;
        memset(&header->differential_backup, 0, sizeof(header->differential_backup));
        header->differential_backup_type = BACKUP_NORMAL;
    }
    if (record->kind == BACKUP_NORMAL && record->scope <= LOG_BACKUP_INCREMENTAL)
    {
        memset(&header->snapshot_backup, 0, sizeof(header->snapshot_backup));
        header->incremental_backup_type = BACKUP_NORMAL;
    }
}

JET_ERR backup_update_header(struct backup *backup, uint32_t id, const struct backup_record *record)
{
    struct database *database = backup_database(backup, id);
    struct database_header *header = &database->header;
    struct header_backup *info;
    uint32_t *kind;
    JET_ERR err = backup_append(backup, record, NULL);

    if (err < 0)
        return err;
    switch (record->scope)
    {
    case LOG_BACKUP_INCREMENTAL:
        info = &header->incremental_backup;
        kind = &header->incremental_backup_type;
        break;
    case LOG_BACKUP_COPY:
        info = &header->copy_backup;
        kind = &header->copy_backup_type;
        break;
    case LOG_BACKUP_DIFFERENTIAL:
        info = &header->differential_backup;
        kind = &header->differential_backup_type;
        break;
    default:
        info = &header->full_backup;
        kind = &header->full_backup_type;
        break;
    }
    os_mutex_lock(&database->header_lock);
    if (log_position_of(&info->mark) <= log_position_of(record->mark))
    {
        *kind = record->kind == BACKUP_ELSEWHERE ? BACKUP_SNAPSHOT : record->kind;
        info->mark = *record->mark;
        info->mark_time = *record->time;
        info->generation_low = record->low;
        info->generation_high = record->high;
        invalidate(header, record);
    }
    os_mutex_unlock(&database->header_lock);
    return JET_errSuccess;
}

void backup_write_headers(struct backup *backup)
{
    for (uint32_t id = 0; id < DATABASE_REGISTRY; id++)
    {
        struct database *database = backup_database(backup, id);

        if (!database)
            continue;
        /* If it cannot be written now, it is with the next change. */
        os_mutex_lock(&database->header_lock);
        if (database->dirty)
            (void)database_write_header(database);
        os_mutex_unlock(&database->header_lock);
    }
}

JET_ERR backup_check_incremental(const struct backup *backup, enum backup_kind kind)
{
    if (kind == BACKUP_ELSEWHERE)
        kind = BACKUP_SNAPSHOT;
    for (uint32_t id = 0; id < DATABASE_REGISTRY; id++)
    {
        const struct database *database = backup_database(backup, id);

        if (database &&
            (!database->header.full_backup.generation_low || database->header.full_backup_type != (uint32_t)kind))
        {
            event_say(backup->config.events, EVENT_BACKUP_NO_FULL, database->path);
            return JET_errMissingFullBackup;
        }
    }
    return JET_errSuccess;
}

JET_ERR backup_check_logs(const struct backup *backup, uint32_t oldest)
{
    for (uint32_t id = 0; id < DATABASE_REGISTRY; id++)
    {
        const struct database *database = backup_database(backup, id);
        uint32_t full, incremental, next;
        WCHAR path[OS_PATH_MAX];

        if (!database)
            continue;
        full = database->header.full_backup.generation_high;
        incremental = database->header.incremental_backup.generation_high;
        next = (full > incremental ? full : incremental) + 1;
        if (oldest <= next)
            continue;
        if (log_path(backup->config.names, LOG_FILE_GENERATION, next, path, OS_PATH_MAX) >= 0)
            event_say(backup->config.events, EVENT_BACKUP_FILE_MISSING, path);
        return JET_errMissingFileToBackup;
    }
    return JET_errSuccess;
}

void backup_tell_checkpoint(struct backup *backup)
{
    struct checkpoint_header last;

    memset(&last, 0, sizeof(last));
    last.full_backup = backup->full_position;
    last.full_backup_time = backup->full_time;
    last.incremental_backup = backup->incremental_position;
    last.incremental_backup_time = backup->incremental_time;
    log_checkpoint_backup(backup->config.log, &last);
}
