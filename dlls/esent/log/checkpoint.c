/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "log/private.h"

#define SPARE_KEPT 2u /* generations before the checkpoint's that circular logging leaves */

/* -------------------------------------------------------------------- the file --- */

static JET_ERR read_copy(struct os_file *file, uint32_t copy, struct checkpoint_header *checkpoint)
{
    JET_ERR err = os_file_read_at(file, copy * CHECKPOINT_SIZE, checkpoint, sizeof(*checkpoint));

    return err < 0 ? err : checkpoint_check(checkpoint);
}

JET_ERR log_checkpoint_read(const WCHAR *path, struct checkpoint_header *checkpoint)
{
    JET_ERR err, read = JET_errCheckpointCorrupt;
    struct os_file *file;
    uint32_t copy;

    err = os_file_open(path, OS_OPEN_READ_ONLY | OS_OPEN_SHARE_WRITE, &file);
    if (err < 0)
        return err == JET_errFileNotFound || err == JET_errInvalidPath ? JET_errCheckpointFileNotFound : err;
    for (copy = 0; copy < 2; copy++)
    {
        err = read_copy(file, copy, checkpoint);
        if (err >= 0 || err == JET_errFileInvalidType)
        {
            read = err;
            break;
        }
    }
    os_file_close(file);
    return read;
}

static bool same_log(const struct log *log, const struct checkpoint_header *checkpoint)
{
    return !memcmp(&checkpoint->signature, &log->signature, sizeof(log->signature));
}

void log_checkpoint_load(struct log *log)
{
    struct checkpoint_header copies[2];
    bool good[2] = { false, false };
    WCHAR path[OS_PATH_MAX];
    struct os_file *file;

    memset(&log->checkpoint, 0, sizeof(log->checkpoint));
    if (log_path(&log->config.names, LOG_FILE_CHECKPOINT, 0, path, OS_PATH_MAX) >= 0 &&
        os_file_open(path, OS_OPEN_READ_ONLY | OS_OPEN_SHARE_WRITE, &file) >= 0)
    {
        for (uint32_t i = 0; i < 2; i++)
            good[i] = read_copy(file, i, &copies[i]) >= 0 && same_log(log, &copies[i]);
        os_file_close(file);
    }
    if (good[0] || good[1])
        log->checkpoint = copies[good[0] ? 0 : 1];
    if (good[1])
        log->shadow_generation = (uint32_t)copies[1].checkpoint.generation;
    log->checkpoint.signature = log->signature;
    log->checkpoint.parameters = log->config.parameters;
    atomic_store(&log->checkpoint_generation, (uint32_t)log->checkpoint.checkpoint.generation);
}

JET_ERR log_checkpoint_write(const WCHAR *path, struct checkpoint_header *checkpoint)
{
    struct os_file *file;
    uint32_t copy;
    JET_ERR err;

    checkpoint_seal(checkpoint);
    err = os_file_open(path, OS_OPEN_WRITE | OS_OPEN_ALWAYS | OS_OPEN_SHARE_READ, &file);
    if (err < 0)
        return err;
    /* The second is not touched before the first is whole on disk. */
    for (copy = 0; err >= 0 && copy < 2; copy++)
    {
        err = os_file_write_at(file, copy * CHECKPOINT_SIZE, checkpoint, sizeof(*checkpoint));
        if (err >= 0)
            err = os_file_flush(file);
    }
    os_file_close(file);
    return err < 0 ? err : JET_errSuccess;
}

/* The first copy alone, some time to be on disk. */
static JET_ERR write_first(const WCHAR *path, struct checkpoint_header *checkpoint)
{
    struct os_file *file;
    JET_ERR err;

    checkpoint_seal(checkpoint);
    err = os_file_open(path, OS_OPEN_WRITE | OS_OPEN_SHARE_READ, &file);
    if (err < 0)
        return err;
    err = os_file_write_at(file, 0, checkpoint, sizeof(*checkpoint));
    os_file_close(file);
    return err;
}

/*
 * The second copy is on disk, and for the first it is enough that it is written: if a crash
 * tears or loses it, redo begins where the second one says.  That costs time and no more, so
 * long as the generation there is: so with each generation both are written, and flushed.
 */
static JET_ERR write(struct log *log, struct checkpoint_header *checkpoint)
{
    uint32_t generation = (uint32_t)checkpoint->checkpoint.generation;
    WCHAR path[OS_PATH_MAX];
    JET_ERR err = log_path(&log->config.names, LOG_FILE_CHECKPOINT, 0, path, OS_PATH_MAX);

    if (err < 0)
        return err;
    checkpoint->signature = log->signature;
    checkpoint->parameters = log->config.parameters;
    if (generation == log->shadow_generation && write_first(path, checkpoint) >= 0)
        return JET_errSuccess;
    log->shadow_generation = 0;
    err = log_checkpoint_write(path, checkpoint);
    if (err >= 0)
        log->shadow_generation = generation;
    return err;
}

/* ------------------------------------------------------------------- a log's own --- */

static void set(struct checkpoint_header *checkpoint, uint64_t position, uint64_t consistency)
{
    log_position_store(&checkpoint->checkpoint, position);
    log_position_store(&checkpoint->consistency, consistency);
}

static void adopt(struct log *log, const struct checkpoint_header *checkpoint)
{
    log->checkpoint = *checkpoint;
    atomic_store(&log->checkpoint_generation, log_position_generation(log_position_of(&checkpoint->checkpoint)));
}

JET_ERR log_checkpoint_first(struct log *log)
{
    uint64_t start = log_position(log->open_generation, LOG_FIRST_SEGMENT, 0);
    struct checkpoint_header checkpoint;
    JET_ERR err;

    memset(&checkpoint, 0, sizeof(checkpoint));
    set(&checkpoint, start, start);
    err = write(log, &checkpoint);
    if (err >= 0)
        adopt(log, &checkpoint);
    return err;
}

uint64_t log_checkpoint(struct log *log)
{
    uint64_t position;

    os_mutex_lock(&log->checkpoint_lock);
    position = log_position_of(&log->checkpoint.checkpoint);
    os_mutex_unlock(&log->checkpoint_lock);
    return position;
}

JET_ERR log_checkpoint_update(struct log *log, uint64_t position, uint64_t consistency)
{
    struct checkpoint_header checkpoint;
    JET_ERR err = JET_errSuccess;

    os_mutex_lock(&log->checkpoint_lock);
    checkpoint = log->checkpoint;
    if (position >= log_position_of(&checkpoint.checkpoint) && !log_down(log))
    {
        set(&checkpoint, position, consistency > position ? consistency : position);
        memset(checkpoint.attach, 0, sizeof(checkpoint.attach));
        checkpoint.flags &= (uint8_t)~CHECKPOINT_ATTACHMENTS;
        if (log->config.attachments)
        {
            log->config.attachments(log->config.context, position, checkpoint.attach);
            checkpoint.flags |= CHECKPOINT_ATTACHMENTS;
        }
        err = write(log, &checkpoint);
        if (err >= 0)
            adopt(log, &checkpoint);
    }
    os_mutex_unlock(&log->checkpoint_lock);
    return err;
}

JET_ERR log_checkpoint_end(struct log *log, uint64_t position)
{
    struct checkpoint_header checkpoint;
    JET_ERR err;

    os_mutex_lock(&log->checkpoint_lock);
    checkpoint = log->checkpoint;
    set(&checkpoint, position, position);
    memset(checkpoint.attach, 0, sizeof(checkpoint.attach));
    checkpoint.flags |= CHECKPOINT_ATTACHMENTS;
    err = write(log, &checkpoint);
    if (err >= 0)
        adopt(log, &checkpoint);
    os_mutex_unlock(&log->checkpoint_lock);
    return err;
}

bool log_checkpoint_whole(struct log *log)
{
    bool whole;

    os_mutex_lock(&log->checkpoint_lock);
    whole = log->checkpoint.flags & CHECKPOINT_ATTACHMENTS;
    os_mutex_unlock(&log->checkpoint_lock);
    return whole;
}

void log_checkpoint_backup(struct log *log, const struct checkpoint_header *from)
{
    struct checkpoint_header *to = &log->checkpoint;

    os_mutex_lock(&log->checkpoint_lock);
    to->last_full_backup = from->last_full_backup;
    to->full_backup = from->full_backup;
    to->full_backup_time = from->full_backup_time;
    to->incremental_backup = from->incremental_backup;
    to->incremental_backup_time = from->incremental_backup_time;
    os_mutex_unlock(&log->checkpoint_lock);
}

/* ------------------------------------------------------------ old generations --- */

JET_ERR log_truncate(struct log *log, uint32_t generation)
{
    uint32_t low, high, keep;
    WCHAR path[OS_PATH_MAX];
    JET_ERR err;

    os_mutex_lock(&log->lock);
    keep = log->keep < (uint32_t)log->header.generation ? log->keep : (uint32_t)log->header.generation;
    os_mutex_unlock(&log->lock);
    if (generation > keep)
        generation = keep;
    err = log_range(&log->config.names, &low, &high);
    for (; err >= 0 && low && low < generation && low <= high; low++)
    {
        err = log_path(&log->config.names, LOG_FILE_GENERATION, low, path, OS_PATH_MAX);
        if (err >= 0)
            err = event_file_delete(log->config.events, path);
        if (err == JET_errFileNotFound)
            err = JET_errSuccess;
    }
    return err < 0 ? err : JET_errSuccess;
}

void log_checkpoint_spare(struct log *log)
{
    uint32_t generation = atomic_load(&log->checkpoint_generation);

    if (log->config.circular && generation > SPARE_KEPT)
        log_truncate(log, generation - SPARE_KEPT);
}
