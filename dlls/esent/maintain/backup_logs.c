/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The second phase of a backup: which logs belong to it, and which need not stay. */
#include <string.h>

#include "maintain/backup_private.h"

/* ----------------------------------------------------------------- names --- */

static JET_ERR add_name(struct backup_names *names, const WCHAR *name)
{
    size_t size = (os_text_length(name) + 1) * sizeof(*name), used = names->size - sizeof(*name);
    WCHAR *text = os_realloc(names->text, names->size + size);

    if (!text)
        return JET_errOutOfMemory;
    names->text = text;
    memcpy((uint8_t *)text + used, name, size);
    names->size += size;
    text[names->size / sizeof(*text) - 1] = 0;
    return JET_errSuccess;
}

static JET_ERR begin_names(struct backup_names *names)
{
    names->size = sizeof(*names->text);
    names->text = os_alloc_zero(names->size);
    return names->text ? JET_errSuccess : JET_errOutOfMemory;
}

static void free_names(struct backup_names *names)
{
    os_free(names->text);
    names->text = NULL;
    names->size = 0;
}

JET_ERR backup_databases(struct backup *backup, struct backup_names *names)
{
    JET_ERR err;

    memset(names, 0, sizeof(*names));
    os_mutex_lock(&backup->lock);
    err = backup_check(backup);
    if (err >= 0 && !backup->full)
        err = JET_errInvalidBackupSequence;
    if (err >= 0)
        err = begin_names(names);
    for (uint32_t id = 0; err >= 0 && id < DATABASE_REGISTRY; id++)
    {
        struct database *database = backup_database(backup, id);

        if (database)
            err = add_name(names, database->path);
    }
    os_mutex_unlock(&backup->lock);
    if (err < 0)
        free_names(names);
    return err;
}

/* ------------------------------------------------------------ which logs --- */

/* Logs that some database's next incremental backup will want stay. */
static void spare_others(struct backup *backup)
{
    for (uint32_t id = 0; id < DATABASE_REGISTRY; id++)
    {
        const struct backup_database *known = &backup->databases[id];
        struct database *database = backup_database(backup, id);

        if (database && !(known->in_session && known->copied) &&
            database->header.full_backup.generation_high < backup->delete_end)
            backup->delete_end = database->header.full_backup.generation_high;
    }
    if (backup->delete_first > backup->delete_end)
        backup->delete_first = backup->delete_end;
}

static void tell_range(const struct backup *backup, enum event event, uint32_t first, uint32_t last)
{
    WCHAR from[OS_PATH_MAX], to[OS_PATH_MAX];

    if (log_path(backup->config.names, LOG_FILE_GENERATION, first, from, OS_PATH_MAX) >= 0 &&
        log_path(backup->config.names, LOG_FILE_GENERATION, last, to, OS_PATH_MAX) >= 0)
        event_say(backup->config.events, event, from, to);
}

/* Begins a new generation; those before it are the backup's. */
static JET_ERR prepare(struct backup *backup)
{
    struct header_position *mark = backup->full ? &backup->full_position : &backup->incremental_position;
    struct header_time *time = backup->full ? &backup->full_time : &backup->incremental_time;
    struct backup_record record = { .phase = LOG_BACKUP_PREPARE_LOGS, .kind = BACKUP_NORMAL, .time = time };
    struct log *log = backup->config.log;
    struct log_header current;
    uint32_t high;
    uint64_t position;
    JET_ERR err;

    log_time_set(time, os_time_now());
    record.scope = backup->full ? LOG_BACKUP_FULL : LOG_BACKUP_INCREMENTAL;
    record.roll = true;
    err = backup_append(backup, &record, &position);
    if (err < 0)
        return err;
    log_position_store(mark, position);
    backup->prepared = true;
    log_current_header(log, &current);
    backup->copy_end = (uint32_t)current.generation;
    backup->copied = 0;
    err = log_range(backup->config.names, &backup->delete_first, &high);
    if (err >= 0 && !backup->delete_first)
        err = JET_errFileNotFound;
    if (err >= 0 && !backup->full)
        err = backup_check_logs(backup, backup->delete_first);
    if (err < 0)
        return err;
    backup->delete_end = log_position_generation(log_checkpoint(log));
    if (backup->delete_end > backup->copy_end)
        backup->delete_end = backup->copy_end;
    if (backup->full)
        spare_others(backup);
    else
        backup->copy_first = backup->delete_first;
    tell_range(backup, EVENT_BACKUP_LOGS, backup->copy_first, backup->copy_end - 1);
    return JET_errSuccess;
}

static JET_ERR prepare_once(struct backup *backup)
{
    JET_ERR err = backup_check(backup);

    if (err < 0)
        return err;
    if (backup->file.open)
        return JET_errInvalidBackupSequence;
    return backup->prepared ? JET_errSuccess : prepare(backup);
}

static JET_ERR list(struct backup *backup, uint32_t first, uint32_t end, bool with_patch, struct backup_names *names)
{
    WCHAR path[OS_PATH_MAX];
    JET_ERR err = begin_names(names);

    for (uint32_t generation = first; err >= 0 && generation < end; generation++)
    {
        err = log_path(backup->config.names, LOG_FILE_GENERATION, generation, path, OS_PATH_MAX);
        if (err >= 0)
            err = add_name(names, path);
    }
    for (uint32_t id = 0; err >= 0 && with_patch && id < DATABASE_REGISTRY; id++)
    {
        struct database *database = backup_database(backup, id);

        if (!database || !backup->databases[id].in_session || !backup->databases[id].copied)
            continue;
        err = backup_patch_path(database, path);
        if (err >= 0)
            err = add_name(names, path);
    }
    return err;
}

JET_ERR backup_logs(struct backup *backup, enum backup_logs which, bool with_patch, struct backup_names *names,
                    JET_ULONG *first, JET_ULONG *last)
{
    bool copy = which == BACKUP_LOGS_COPY;
    uint32_t from, end;
    JET_ERR err;

    memset(names, 0, sizeof(*names));
    os_mutex_lock(&backup->lock);
    err = prepare_once(backup);
    if (err < 0)
        goto done;
    from = copy ? backup->copy_first : backup->delete_first;
    end = copy ? backup->copy_end : backup->delete_end;
    err = list(backup, from, end, with_patch, names);
    if (err < 0)
    {
        (void)backup_end_locked(backup, err, 0);
        goto done;
    }
    if (first)
        *first = from;
    if (last)
        *last = end - 1;
    backup->phase = BACKUP_LOGS;

done:
    os_mutex_unlock(&backup->lock);
    if (err < 0)
        free_names(names);
    return err;
}

/* -------------------------------------------------------------- deleting --- */

void backup_tell_truncation(const struct backup *backup, uint32_t first, uint32_t end, bool snapshot)
{
    if (first < end)
        tell_range(backup, snapshot ? EVENT_SNAPSHOT_TRUNCATES : EVENT_BACKUP_TRUNCATES, first, end - 1);
    else
        event_say(backup->config.events, snapshot ? EVENT_SNAPSHOT_NOTHING_GOES : EVENT_BACKUP_NOTHING_GOES);
}

/* The sum of the generations that must have been copied; one that was copied twice can hide one that was not. */
static uint64_t all_copied(const struct backup *backup)
{
    uint64_t first = backup->copy_first, last = backup->copy_end - 1;

    return (first + last) * (last - first + 1) / 2;
}

JET_ERR backup_truncate(struct backup *backup)
{
    struct backup_record record = { .phase = LOG_BACKUP_TRUNCATE, .kind = BACKUP_NORMAL };
    JET_ERR err;

    os_mutex_lock(&backup->lock);
    err = backup_check(backup);
    if (err >= 0 && (backup->file.open || !backup->copy_first || !backup->copy_end))
        err = JET_errInvalidBackupSequence;
    if (err < 0)
        goto done;
    backup->phase = BACKUP_LOGS;
    err = JET_errLogFileNotCopied;
    if (backup->copied < all_copied(backup))
    {
        event_say(backup->config.events, EVENT_BACKUP_LOG_NOT_COPIED);
        goto done;
    }
    backup->truncated = true;
    record.scope = backup->full ? LOG_BACKUP_FULL : LOG_BACKUP_INCREMENTAL;
    record.low = backup->delete_first;
    record.high = backup->delete_end;
    (void)backup_append(backup, &record, NULL);
    log_keep(backup->config.log, UINT32_MAX);
    backup_tell_truncation(backup, backup->delete_first, backup->delete_end, false);
    err = backup->delete_first < backup->delete_end ? log_truncate(backup->config.log, backup->delete_end)
                                                    : JET_errSuccess;

done:
    os_mutex_unlock(&backup->lock);
    return err;
}

JET_ERR backup_only_truncate(struct backup *backup)
{
    struct backup_record record = { .phase = LOG_BACKUP_TRUNCATE, .kind = BACKUP_NORMAL };
    uint32_t end, low = 0, high;
    JET_ERR err;

    os_mutex_lock(&backup->lock);
    err = backup_check(backup);
    if (err < 0)
        goto done;
    end = log_position_generation(log_checkpoint(backup->config.log));
    /* In circular mode logs go by themselves. */
    if (!backup->config.circular)
        err = log_range(backup->config.names, &low, &high);
    record.scope = backup->full ? LOG_BACKUP_FULL : LOG_BACKUP_INCREMENTAL;
    record.low = low ? low : end;
    record.high = end;
    (void)backup_append(backup, &record, NULL);
    log_keep(backup->config.log, UINT32_MAX);
    if (err >= 0 && low)
        backup_tell_truncation(backup, low, end, false);
    else if (err >= 0)
        event_say(backup->config.events, EVENT_BACKUP_NOTHING_GOES);
    if (err >= 0 && low && low < end)
        err = log_truncate(backup->config.log, end);
    backup->phase = BACKUP_LOGS;

done:
    os_mutex_unlock(&backup->lock);
    return err;
}
