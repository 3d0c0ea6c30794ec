/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A backup's life: begun, stopped, ended. */
#include <string.h>

#include "maintain/backup_private.h"

#define KNOWN (JET_bitBackupSurrogate | JET_bitBackupIncremental | JET_bitInternalCopy)

JET_ERR backup_new(const struct backup_config *config, struct backup **result)
{
    struct backup *backup = os_alloc_zero(sizeof(*backup));

    *result = backup;
    if (!backup)
        return JET_errOutOfMemory;
    backup->config = *config;
    os_mutex_init(&backup->lock);
    return JET_errSuccess;
}

void backup_free(struct backup *backup)
{
    if (backup)
        backup_drop_file(backup);
    os_free(backup);
}

enum backup_progress backup_progress(const struct backup *backup)
{
    return backup ? (enum backup_progress)atomic_load(&backup->progress) : BACKUP_NONE;
}

JET_ERR backup_check_none(const struct backup *backup)
{
    switch (backup_progress(backup))
    {
    case BACKUP_LOCAL:
        return JET_errBackupInProgress;
    case BACKUP_SURROGATE:
        return JET_errSurrogateBackupInProgress;
    default:
        return JET_errSuccess;
    }
}

void backup_stop(struct backup *backup)
{
    if (backup)
        atomic_store(&backup->stop, true);
}

JET_ERR backup_check(const struct backup *backup)
{
    if (backup_progress(backup) != BACKUP_LOCAL)
        return JET_errNoBackup;
    return atomic_load(&backup->stop) ? JET_errBackupAbortByServer : JET_errSuccess;
}

struct database *backup_attached(const struct database_registry *registry, uint32_t id)
{
    struct database *database = registry->open[id];

    return database && atomic_load(&database->attach_position) && !database->kept ? database : NULL;
}

struct database *backup_database(const struct backup *backup, uint32_t id)
{
    struct database_registry *registry = backup->config.registry;
    struct database *database;

    if (!registry)
        return NULL;
    os_mutex_lock(&registry->lock);
    database = backup_attached(registry, id);
    os_mutex_unlock(&registry->lock);
    return database;
}

/* -------------------------------------------------------------------- begin --- */

static JET_ERR check_begin(const struct backup *backup, JET_GRBIT grbit)
{
    struct log *log = backup->config.log;

    if (!log)
        return JET_errLoggingDisabled;
    if (log_down(log))
        return JET_errLogWriteFail;
    if (grbit & ~(JET_GRBIT)KNOWN)
        return JET_errInvalidGrbit;
    if (backup->config.circular && grbit & (JET_bitBackupIncremental | JET_bitBackupSurrogate))
        return JET_errInvalidBackup;
    if (grbit & JET_bitInternalCopy && grbit & (JET_bitBackupIncremental | JET_bitBackupSurrogate))
        return JET_errInvalidGrbit;
    return log_check(log);
}

static JET_ERR begin(struct backup *backup, JET_GRBIT grbit, uint32_t first, uint32_t last)
{
    bool surrogate = grbit & JET_bitBackupSurrogate, incremental = grbit & JET_bitBackupIncremental;
    struct backup_record record = { .phase = LOG_BACKUP_BEGIN };
    uint64_t tip = log_tip(backup->config.log), position;
    JET_ERR err;

    record.kind = surrogate ? BACKUP_ELSEWHERE : BACKUP_NORMAL;
    record.scope = incremental ? LOG_BACKUP_INCREMENTAL : LOG_BACKUP_FULL;
    backup->phase = incremental ? BACKUP_LOGS : BACKUP_DATABASES;
    event_say(backup->config.events, incremental        ? EVENT_BACKUP_INCREMENT
                                     : backup->internal ? EVENT_COPY_BEGINS
                                                        : EVENT_BACKUP_FULL);
    for (uint32_t id = 0; id < DATABASE_REGISTRY; id++)
        backup->databases[id].in_session = incremental || surrogate;
    if (incremental)
    {
        err = backup_check_incremental(backup, record.kind);
        if (err < 0)
            return err;
        if (surrogate)
            log_time_set(&backup->incremental_time, os_time_now());
    }
    else
    {
        log_position_store(surrogate ? &backup->full_position : &backup->mark, tip);
        log_time_set(surrogate ? &backup->full_time : &backup->mark_time, os_time_now());
    }
    backup->full = !incremental;
    log_keep(backup->config.log, 1);
    if (!incremental)
    {
        backup->copy_first = log_position_generation(log_checkpoint(backup->config.log));
        log_keep(backup->config.log, backup->copy_first);
    }
    err = backup_append(backup, &record, &position);
    if (surrogate && incremental)
    {
        if (err < 0)
            return err;
        log_position_store(&backup->incremental_position, position);
    }
    if (surrogate)
    {
        backup->copy_first = first;
        backup->copy_end = last;
    }
    return JET_errSuccess;
}

void backup_forget(struct backup *backup)
{
    if (backup->config.log)
        log_keep(backup->config.log, UINT32_MAX);
    memset(backup->databases, 0, sizeof(backup->databases));
    backup->phase = BACKUP_NOT_STARTED;
    backup->internal = backup->truncated = backup->prepared = backup->snapshot = false;
    atomic_store(&backup->stop, false);
    atomic_store(&backup->progress, BACKUP_NONE);
}

JET_ERR backup_begin(struct backup *backup, JET_GRBIT grbit, uint32_t first, uint32_t last,
                     void (*settle)(void *context), void *context)
{
    enum backup_progress progress = grbit & JET_bitBackupSurrogate ? BACKUP_SURROGATE : BACKUP_LOCAL;
    uint32_t none = BACKUP_NONE;
    JET_ERR err = check_begin(backup, grbit);

    /* Not only under the lock: a snapshot has that while it is frozen. */
    if (err < 0 || (err = backup_check_none(backup)) < 0)
        return err;
    os_mutex_lock(&backup->lock);
    if (!atomic_compare_exchange_strong(&backup->progress, &none, progress))
    {
        os_mutex_unlock(&backup->lock);
        return none == BACKUP_LOCAL ? JET_errBackupInProgress : JET_errSurrogateBackupInProgress;
    }
    atomic_store(&backup->stop, false);
    backup->copy_first = backup->copy_end = backup->delete_first = backup->delete_end = 0;
    backup->copied = 0;
    backup->truncated = backup->prepared = false;
    backup->internal = grbit & JET_bitInternalCopy;
    settle(context);
    err = begin(backup, grbit, first, last);
    if (err < 0)
        backup_forget(backup);
    os_mutex_unlock(&backup->lock);
    return err;
}

/* ---------------------------------------------------------------------- end --- */

/* What is said of one database. */
static JET_ERR update(struct backup *backup, uint32_t id, JET_GRBIT grbit)
{
    bool surrogate = grbit & JET_bitBackupSurrogate;
    bool truncated = grbit & JET_bitBackupTruncateDone || (!surrogate && backup->truncated);
    struct backup_record record = { .phase = LOG_BACKUP_UPDATE, .database = (uint8_t)id };

    record.scope = truncated ? (backup->full ? LOG_BACKUP_FULL : LOG_BACKUP_INCREMENTAL)
                             : (backup->full ? LOG_BACKUP_COPY : LOG_BACKUP_DIFFERENTIAL);
    record.kind = surrogate ? BACKUP_ELSEWHERE : BACKUP_NORMAL;
    record.low = backup->copy_first;
    record.high = surrogate ? backup->copy_end : backup->copy_end - 1;
    record.mark = backup->full ? &backup->full_position : &backup->incremental_position;
    record.time = backup->full ? &backup->full_time : &backup->incremental_time;
    if (!surrogate && backup->full)
    {
        if (!backup->databases[id].copied)
            return JET_errSuccess;
        record.low = backup->databases[id].trailer.generation_low;
        record.mark = &backup->databases[id].trailer.mark;
        record.time = &backup->databases[id].trailer.mark_time;
    }
    return backup_update_header(backup, id, &record);
}

/* How it ended, for the event log. */
static void tell_end(const struct backup *backup, JET_ERR result)
{
    const struct event_sink *events = backup->config.events;
    bool internal = backup->internal;

    switch (result)
    {
    case JET_errSuccess:
        event_say(events, internal ? EVENT_COPY_DONE : EVENT_BACKUP_DONE);
        break;
    case BACKUP_ABORTED_BY_CALLER:
        event_say(events, internal ? EVENT_COPY_ABORTED : EVENT_BACKUP_ABORTED);
        break;
    case JET_errBackupAbortByServer:
        event_say(events, internal ? EVENT_COPY_STOPPED : EVENT_BACKUP_STOPPED);
        break;
    default:
        event_say(events, internal ? EVENT_COPY_FAILED : EVENT_BACKUP_FAILED, result);
        break;
    }
}

JET_ERR backup_end_locked(struct backup *backup, JET_ERR result, JET_GRBIT grbit)
{
    bool surrogate = grbit & JET_bitBackupSurrogate, normal = result == JET_errSuccess;
    enum backup_kind kind = surrogate ? BACKUP_ELSEWHERE : BACKUP_NORMAL;
    enum backup_progress progress = backup_progress(backup);

    if (progress == BACKUP_NONE)
    {
        atomic_store(&backup->stop, false);
        return JET_errNoBackup;
    }
    /* One that was stopped, never came to the logs, or is ended by the wrong call did not succeed. */
    if (surrogate != (progress == BACKUP_SURROGATE) || atomic_load(&backup->stop) ||
        (backup->phase == BACKUP_DATABASES && !surrogate))
        normal = false;
    for (uint32_t id = 0; normal && !(grbit & JET_bitBackupNoDbHeaderUpdate) && id < DATABASE_REGISTRY; id++)
        if (backup->databases[id].in_session && backup_database(backup, id))
            (void)update(backup, id, grbit);
    if (!normal)
        backup_note(backup, LOG_BACKUP_ABORT, kind, !backup->full, false);
    backup_drop_file(backup);
    if (normal)
    {
        backup_write_headers(backup);
        backup_tell_checkpoint(backup);
    }
    backup_note(backup, LOG_BACKUP_STOP, kind, !backup->full, backup->config.roll_at_end);
    if (result == JET_errSuccess && !normal)
        result = atomic_load(&backup->stop) ? JET_errBackupAbortByServer : BACKUP_ABORTED_BY_CALLER;
    tell_end(backup, result);
    backup_forget(backup);
    return JET_errSuccess;
}

JET_ERR backup_end(struct backup *backup, JET_ERR result, JET_GRBIT grbit)
{
    JET_ERR err;

    os_mutex_lock(&backup->lock);
    err = backup_end_locked(backup, result, grbit);
    os_mutex_unlock(&backup->lock);
    return err;
}

JET_ERR backup_finish(struct backup *backup, JET_GRBIT grbit)
{
    bool normal = grbit & JET_bitBackupEndNormal, abort = grbit & JET_bitBackupEndAbort;

    if (normal == abort)
        return JET_errInvalidParameter;
    return backup_end(backup, normal ? JET_errSuccess : BACKUP_ABORTED_BY_CALLER, grbit);
}
