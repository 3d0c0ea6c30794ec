/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a reseed: which logs the database needs, and where it says so. */

#include <string.h>

#include "maintain/reseed_private.h"
#include "maintain/restore.h"

/* What is known of the logs so far. */
struct chain
{
    struct log_header first, last; /* of the generations that were seen, without gaps; last.generation 0: none */
    struct log_header max;         /* of the last that is required; generation 0: not seen yet */
    uint64_t attach, consistent;   /* where the database was attached; 0: not found */
    JET_ERR not_found;             /* why not, by the log that was asked last */
};

static bool same(const struct header_signature *a, const struct header_signature *b)
{
    return !memcmp(a, b, sizeof(*a));
}

/* --------------------------------------------------------------------- logs --- */

static JET_ERR read_log(const struct log_names *names, enum log_file_kind kind, uint32_t generation,
                        struct log_header *header)
{
    WCHAR path[OS_PATH_MAX];
    struct os_file *file;
    JET_ERR err = log_path(names, kind, generation, path, OS_PATH_MAX);

    if (err >= 0)
        err = os_file_open(path, OS_OPEN_READ_ONLY, &file);
    if (err < 0)
        return err;
    err = log_header_read_alone(file, header);
    os_file_close(file);
    if (err >= 0 && (uint32_t)header->generation != generation)
        err = JET_errLogFileCorrupt;
    return err;
}

/* The attachment that the list of a log has, if it was made before the copies parted. */
static bool find_attach(const struct log_header *log, const struct database_header *header, uint32_t diverged,
                        struct chain *chain)
{
    const struct log_attach *entry;
    size_t offset = 0;
    bool any = false;

    while ((entry = log_attach_next(log->attach, &offset)))
    {
        struct header_signature signature = entry->signature;
        uint64_t attach = log_position_of(&entry->attach);

        any = true;
        if (!same(&signature, &header->signature) || attach > log_position_of(&header->attach) ||
            (diverged && log_position_generation(attach) >= diverged))
            continue;
        chain->attach = attach;
        chain->consistent = log_position_of(&entry->consistent);
        return true;
    }
    chain->not_found = any ? JET_errDatabaseFailedIncrementalReseed : JET_errNoAttachmentsFailedIncrementalReseed;
    return false;
}

static JET_ERR follow(struct chain *chain, const struct log_header *log)
{
    if (!chain->last.generation)
        chain->first = *log;
    else if (!same(&log->signature, &chain->last.signature))
        return JET_errBadLogSignature;
    else if (memcmp(&log->created_before, &chain->last.created, sizeof(log->created)) != 0)
        return JET_errInvalidLogSequence;
    chain->last = *log;
    return JET_errSuccess;
}

/* From `min` on, as far as there are generations with a file of their own. */
static JET_ERR read_chain(const struct reseed *reseed, const struct log_names *names, const struct reseed_logs *logs,
                          struct chain *chain, struct log_header *log)
{
    JET_ERR err;

    for (uint32_t generation = logs->min; generation < LOG_GENERATION_MAX_RECOVERY; generation++)
    {
        err = read_log(names, LOG_FILE_GENERATION, generation, log);
        if (err == JET_errFileNotFound)
            return JET_errSuccess;
        if (err >= 0)
            err = follow(chain, log);
        if (err < 0)
            return err;
        if (generation == logs->max)
            chain->max = *log;
        if (!chain->attach)
            (void)find_attach(log, &reseed->read.header, logs->diverged, chain);
    }
    return JET_errSuccess;
}

/* The highest generation below `min` in which the database is attached becomes the first; 0: there is none. */
static JET_ERR find_lower(const struct reseed *reseed, const struct log_names *names, const struct reseed_logs *logs,
                          struct chain *chain, struct log_header *log, uint32_t *found)
{
    *found = 0;
    for (uint32_t generation = logs->min - 1; generation && !*found; generation--)
    {
        JET_ERR err = read_log(names, LOG_FILE_GENERATION, generation, log);

        if (err < 0)
            return err == JET_errFileNotFound ? JET_errSuccess : err;
        if (find_attach(log, &reseed->read.header, logs->diverged, chain))
            *found = generation;
    }
    return JET_errSuccess;
}

/* The last that is required may be the current one. */
static JET_ERR add_current(const struct log_names *names, uint32_t max, struct chain *chain, struct log_header *log)
{
    JET_ERR err = read_log(names, LOG_FILE_GENERATION, max, log);

    if (err == JET_errFileNotFound)
        err = read_log(names, LOG_FILE_CURRENT, max, log);
    if (err >= 0)
        err = follow(chain, log);
    if (err >= 0)
        chain->max = *log;
    return err;
}

static JET_ERR check_logs(const struct reseed *reseed, const struct log_names *names, struct reseed_logs *logs,
                          struct chain *chain, struct log_header *log)
{
    const struct database_header *header = &reseed->read.header;
    bool lower = !logs->diverged || header->attach.generation >= (int32_t)logs->diverged;
    uint32_t found;
    JET_ERR err = read_chain(reseed, names, logs, chain, log);

    if (err >= 0 && !chain->attach && lower)
    {
        err = find_lower(reseed, names, logs, chain, log, &found);
        if (err >= 0 && found)
        {
            logs->min = found;
            chain->last.generation = chain->max.generation = 0;
            err = read_chain(reseed, names, logs, chain, log);
        }
    }
    if (err < 0)
        return err;
    if (!chain->attach)
        return chain->not_found;
    if ((uint32_t)chain->last.generation == logs->max - 1)
        err = add_current(names, logs->max, chain, log);
    if (err < 0)
        return err;
    if ((uint32_t)chain->last.generation < logs->max)
        return JET_errLogFileCorrupt;
    return same(&chain->first.signature, &header->log_signature) ? JET_errSuccess
                                                                 : JET_errDatabaseFailedIncrementalReseed;
}

/* --------------------------------------------------------------- checkpoint --- */

static void forget_position(struct header_position *position, struct header_time *time, uint32_t generation)
{
    if ((uint32_t)position->generation < generation)
        return;
    memset(position, 0, sizeof(*position));
    if (time)
        memset(time, 0, sizeof(*time));
}

/* Redo begins with the first log, with what was attached then; backups of what was replaced are none. */
static void set_checkpoint(struct checkpoint_header *checkpoint, const struct log_header *first, uint32_t min)
{
    struct header_position position;
    struct header_time time;

    log_position_store(&checkpoint->checkpoint, log_position(min, first->header_segments, 0));
    checkpoint->consistency = checkpoint->checkpoint;
    position = checkpoint->last_full_backup;
    forget_position(&position, NULL, min);
    checkpoint->last_full_backup = position;
    position = checkpoint->full_backup;
    time = checkpoint->full_backup_time;
    forget_position(&position, &time, min);
    checkpoint->full_backup = position;
    checkpoint->full_backup_time = time;
    position = checkpoint->incremental_backup;
    time = checkpoint->incremental_backup_time;
    forget_position(&position, &time, min);
    checkpoint->incremental_backup = position;
    checkpoint->incremental_backup_time = time;
    checkpoint->parameters = first->parameters;
    checkpoint->flags |= CHECKPOINT_ATTACHMENTS;
    memcpy(checkpoint->attach, first->attach, sizeof(checkpoint->attach));
}

static JET_ERR write_checkpoint(const struct log_names *names, const struct chain *chain, uint32_t min)
{
    struct checkpoint_header *checkpoint = os_alloc_zero(sizeof(*checkpoint));
    WCHAR path[OS_PATH_MAX];
    JET_ERR err;

    if (!checkpoint)
        return JET_errOutOfMemory;
    err = log_path(names, LOG_FILE_CHECKPOINT, 0, path, OS_PATH_MAX);
    if (err >= 0)
        err = log_checkpoint_read(path, checkpoint);
    if (err == JET_errCheckpointFileNotFound || err == JET_errCheckpointCorrupt || err == JET_errFileIOBeyondEOF)
    {
        memset(checkpoint, 0, sizeof(*checkpoint));
        checkpoint->signature = chain->first.signature;
        checkpoint->file_type = CHECKPOINT_FILE_TYPE;
        err = JET_errSuccess;
    }
    if (err >= 0 && memcmp(&checkpoint->signature, &chain->first.signature, sizeof(checkpoint->signature)) != 0)
        err = JET_errBadCheckpointSignature;
    if (err >= 0)
    {
        set_checkpoint(checkpoint, &chain->first, min);
        err = log_checkpoint_write(path, checkpoint);
    }
    os_free(checkpoint);
    return err;
}

/* ------------------------------------------------------------------- header --- */

/* A backup that has logs of which there are others now was none. */
static bool backup_reaches(const struct header_backup *backup, uint32_t generation)
{
    return backup->generation_high >= generation;
}

static void set_header(struct database_header *header, const struct reseed_logs *logs, const struct chain *chain)
{
    uint64_t now = os_time_now();

    header->state = JET_dbstateDirtyAndPatchedShutdown;
    header->generation_min_required_before_redo = header->generation_min_consistent_before_redo = 0;
    header->generation_min_required = header->generation_min_consistent = (int32_t)logs->min;
    header->generation_max_required = header->generation_max_committed = 0;
    header_require_generation(header, logs->max, &chain->max.created);
    header->generation_recovering = 0;
    if (logs->diverged && log_position_of(&header->resize) && (int32_t)logs->diverged <= header->resize.generation)
        log_position_store(&header->resize, log_position(logs->diverged, 0, 0));
    if (chain->attach <= log_position_of(&header->attach))
    {
        log_time_set(&header->attach_time, now);
        log_position_store(&header->attach, chain->attach);
        log_time_set(&header->consistent_time, now);
        log_position_store(&header->consistent, chain->consistent);
    }
    restore_forget_backups(header, logs->min, backup_reaches);
    if (backup_reaches(&header->current_backup, logs->min))
        memset(&header->current_backup, 0, sizeof(header->current_backup));
    if (backup_reaches(&header->snapshot_backup, logs->min))
        memset(&header->snapshot_backup, 0, sizeof(header->snapshot_backup));
}

JET_ERR reseed_end(struct reseed *reseed, const struct log_names *names, const struct reseed_logs *wanted)
{
    struct database_header *header = &reseed->read.header, before = *header;
    struct chain *chain = os_alloc_zero(sizeof(*chain));
    struct log_header *log = os_alloc(sizeof(*log));
    struct reseed_logs logs = *wanted;
    JET_ERR err = chain && log ? JET_errSuccess : JET_errOutOfMemory;

    if (err < 0)
        goto done;
    /* Where only bad pages were replaced, what was required stays required. */
    if (!logs.diverged && header->generation_max_required > (int32_t)logs.max)
        logs.max = (uint32_t)header->generation_max_required;
    if (header->generation_min_required > 0 && header->generation_min_required < (int32_t)logs.min)
        logs.min = (uint32_t)header->generation_min_required;
    chain->not_found = JET_errInvalidParameter;
    err = os_file_flush(reseed->file);
    if (err >= 0)
        err = check_logs(reseed, names, &logs, chain, log);
    /* The checkpoint first: if the header does not get there, nobody can attach the database, and this can be repeated. */
    if (err >= 0)
        err = write_checkpoint(names, chain, logs.min);
    if (err < 0)
        goto done;
    set_header(header, &logs, chain);
    err = reseed_write_header(reseed);
    if (err < 0)
        *header = before;

done:
    os_free(chain);
    os_free(log);
    return err < 0 ? err : JET_errSuccess;
}
