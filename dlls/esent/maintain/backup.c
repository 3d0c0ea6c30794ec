/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A backup's life: begun, stopped, ended; what it tells the log and the headers. */
#include <stdio.h>
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

/* registry->lock is held. */
static struct database *attached(const struct database_registry *registry, uint32_t id)
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
    database = attached(registry, id);
    os_mutex_unlock(&registry->lock);
    return database;
}

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

/* A record that nothing depends on. */
static void note(struct backup *backup, enum log_backup_phase phase, enum backup_kind kind, bool incremental, bool roll)
{
    struct backup_record record = { .phase = phase, .kind = kind, .roll = roll };

    record.scope = incremental ? LOG_BACKUP_INCREMENTAL : LOG_BACKUP_FULL;
    (void)backup_append(backup, &record, NULL);
}

/* ------------------------------------------------------------------ headers --- */

static uint64_t position_of(const struct header_position *position)
{
    return log_position_of(position);
}

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
    if (position_of(&info->mark) <= position_of(record->mark))
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

static void forget(struct backup *backup)
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
        forget(backup);
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

/* The checkpoint tells of backups, too. */
static void tell_checkpoint(struct backup *backup)
{
    struct checkpoint_header last;

    memset(&last, 0, sizeof(last));
    last.full_backup = backup->full_position;
    last.full_backup_time = backup->full_time;
    last.incremental_backup = backup->incremental_position;
    last.incremental_backup_time = backup->incremental_time;
    log_checkpoint_backup(backup->config.log, &last);
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
        note(backup, LOG_BACKUP_ABORT, kind, !backup->full, false);
    backup_drop_file(backup);
    if (normal)
    {
        backup_write_headers(backup);
        tell_checkpoint(backup);
    }
    note(backup, LOG_BACKUP_STOP, kind, !backup->full, backup->config.roll_at_end);
    if (result == JET_errSuccess && !normal)
        result = atomic_load(&backup->stop) ? JET_errBackupAbortByServer : BACKUP_ABORTED_BY_CALLER;
    tell_end(backup, result);
    forget(backup);
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

/* --------------------------------------------------------------- snapshots --- */

void backup_snapshot_prepare(struct backup *backup, bool incremental)
{
    if (backup->config.log)
        note(backup, LOG_BACKUP_BEGIN, BACKUP_SNAPSHOT, incremental, false);
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
        struct database *database = attached(registry, id);

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
    tell_checkpoint(backup);
}

void backup_snapshot_end(struct backup *backup, bool incremental)
{
    if (backup->config.log)
        note(backup, LOG_BACKUP_STOP, BACKUP_SNAPSHOT, incremental, backup->config.roll_at_end);
    os_mutex_lock(&backup->lock);
    if (backup->snapshot)
        forget(backup);
    os_mutex_unlock(&backup->lock);
}
