/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The files of the log: made, switched, kept in reserve.
 *
 * A switch is done in an order that leaves, whenever it stops, either the old
 * current file, or the old one under its number and the next one with its header
 * under `edbtmp`, or the new current file.
 */
#include <string.h>

#include "log/private.h"

#define ZEROES 65536u

static const uint8_t zeroes[ZEROES];

/* ------------------------------------------------------------ the next file --- */

static uint64_t file_size(const struct log *log)
{
    return (uint64_t)log->file_segments * LOG_SEGMENT_SIZE;
}

/* Zeroes are written, not only the size set: a flush has then nothing to do but for the data. */
static JET_ERR fill(struct log *log, struct os_file *file)
{
    uint64_t size = file_size(log), at;
    JET_ERR err;

    err = os_file_set_size(file, size);
    for (at = 0; err >= 0 && at < size; at += ZEROES)
        err = os_file_write_at(file, at, zeroes, size - at < ZEROES ? (size_t)(size - at) : ZEROES);
    if (err < 0)
        return err;
    return os_file_flush(file);
}

static JET_ERR open_and_fill(struct log *log, const WCHAR *path, uint32_t how, struct os_file **file)
{
    JET_ERR err = event_file_open(log->config.events, path, LOG_OPEN_FLAGS | how, file);

    if (err < 0)
    {
        *file = NULL;
        return err;
    }
    err = fill(log, *file);
    if (err < 0)
    {
        os_file_close(*file);
        *file = NULL;
    }
    return err;
}

/* What becomes of it when the disk is full is told each time that it gets worse. */
static void tell_room(const struct log *log, enum log_room before, enum log_room room)
{
    WCHAR current[OS_PATH_MAX];

    if (before == LOG_ROOM_ENOUGH)
        event_say(log->config.events, EVENT_LOG_DISK_LOW);
    if (room == LOG_ROOM_NONE && before != LOG_ROOM_NONE &&
        log_path(&log->config.names, LOG_FILE_CURRENT, 0, current, OS_PATH_MAX) >= 0)
        event_say(log->config.events, EVENT_LOG_DISK_FULL, current);
}

/* The disk is full: a reserve file becomes the next one. */
static JET_ERR use_reserve(struct log *log, const WCHAR *path, struct os_file **file)
{
    enum log_room before, room;
    WCHAR reserve[OS_PATH_MAX];
    JET_ERR err;

    os_mutex_lock(&log->reserve_lock);
    for (; log->reserves; log->reserves--)
    {
        err = log_path(&log->config.names, LOG_FILE_RESERVE, log->reserves, reserve, OS_PATH_MAX);
        if (err >= 0 && os_file_move(reserve, path, true) >= 0)
        {
            err = open_and_fill(log, path, 0, file);
            if (err >= 0)
            {
                log->reserves--;
                break;
            }
            os_file_delete(path);
        }
    }
    os_mutex_lock(&log->lock);
    before = log->room;
    room = log->room = *file ? LOG_ROOM_RESERVE : LOG_ROOM_NONE;
    os_mutex_unlock(&log->lock);
    os_mutex_unlock(&log->reserve_lock);
    tell_room(log, before, room);
    return *file ? JET_errSuccess : JET_errLogDiskFull;
}

JET_ERR log_file_make(struct log *log, struct os_file **file, bool *reserve)
{
    WCHAR path[OS_PATH_MAX];
    JET_ERR err;

    *file = NULL;
    *reserve = false;
    err = log_path(&log->config.names, LOG_FILE_NEXT, 0, path, OS_PATH_MAX);
    if (err < 0)
        return err;
    err = open_and_fill(log, path, OS_OPEN_ALWAYS, file);
    if (err != JET_errDiskFull)
        return err;
    os_file_delete(path);
    *reserve = true;
    return use_reserve(log, path, file);
}

/* ------------------------------------------------------------------ reserves --- */

static bool make_reserve(struct log *log, uint32_t number)
{
    struct os_file_info info;
    WCHAR path[OS_PATH_MAX];
    struct os_file *file;
    JET_ERR err;

    if (log_path(&log->config.names, LOG_FILE_RESERVE, number, path, OS_PATH_MAX) < 0)
        return false;
    if (os_path_info(path, &info) >= 0)
    {
        if (info.size == file_size(log))
            return true;
        os_file_delete(path);
    }
    err = os_file_open(path, LOG_OPEN_FLAGS | OS_OPEN_CREATE, &file);
    if (err < 0)
        return false;
    err = os_file_set_size(file, file_size(log));
    os_file_close(file);
    if (err < 0)
        os_file_delete(path);
    return err >= 0;
}

bool log_reserves_make(struct log *log)
{
    bool all;

    os_mutex_lock(&log->reserve_lock);
    while (log->reserves < LOG_RESERVES && make_reserve(log, log->reserves + 1))
        log->reserves++;
    all = log->reserves == LOG_RESERVES;
    os_mutex_lock(&log->lock);
    if (log->room != LOG_ROOM_NONE)
        log->room = all ? LOG_ROOM_ENOUGH : LOG_ROOM_RESERVE;
    os_mutex_unlock(&log->lock);
    os_mutex_unlock(&log->reserve_lock);
    return all;
}

JET_ERR log_check(struct log *log)
{
    bool sequence_end;
    enum log_room room;

    if (log_down(log))
        return JET_errLogWriteFail;
    os_mutex_lock(&log->lock);
    room = log->room;
    sequence_end = log->sequence_end;
    os_mutex_unlock(&log->lock);
    if (room != LOG_ROOM_ENOUGH && !log_reserves_make(log))
        return JET_errLogDiskFull;
    return sequence_end ? JET_errLogSequenceEnd : JET_errSuccess;
}

/* -------------------------------------------------------------------- switch --- */

/* The file that was made ahead, or one that is made now. */
static JET_ERR take_next(struct log *log, struct os_file **file, bool *reserve)
{
    os_mutex_lock(&log->lock);
    while (log->next_state == LOG_NEXT_MAKING)
        os_condition_wait(&log->next_changed, &log->lock, OS_INFINITE);
    *file = log->next_file;
    *reserve = log->next_reserve;
    log->next_file = NULL;
    /* Until it has the current file's name, nobody else may make one under the same name. */
    log->next_state = LOG_NEXT_MAKING;
    log->make_next = false;
    os_mutex_unlock(&log->lock);
    return *file ? JET_errSuccess : log_file_make(log, file, reserve);
}

/* The next one may be made. */
static void next_taken(struct log *log)
{
    os_mutex_lock(&log->lock);
    log->next_state = LOG_NEXT_NONE;
    os_condition_wake_all(&log->next_changed);
    os_mutex_unlock(&log->lock);
}

static void describe(const struct log *log, struct log_header *header, uint32_t generation, bool first, bool reserve)
{
    const struct log_config *config = &log->config;
    uint32_t major = config->update_major ? config->update_major : LOG_UPDATE_MAJOR;
    uint32_t minor = config->update_major ? config->update_minor : LOG_UPDATE_MINOR;

    memset(header, 0, sizeof(*header));
    header->generation = (int32_t)generation;
    header->segment_size = LOG_SEGMENT_SIZE;
    header->header_segments = LOG_FIRST_SEGMENT;
    header->segments = (uint16_t)log->file_segments;
    header->page_size = (uint16_t)config->page_size;
    log_time_set(&header->created, os_time_now());
    header->major = LOG_VERSION;
    header->minor = LOG_VERSION_MINOR;
    header->update_major = major;
    header->update_minor = minor;
    header->signature = log->signature;
    header->parameters = config->parameters;
    header->engine_format = config->engine_format;
    set_le16(header->mark, LOG_HEADER_MARK);
    header->file_type = LOG_FILE_TYPE;
    if (reserve)
        header->flags |= LOG_FLAG_RESERVE;
    if (config->circular)
        header->flags |= LOG_FLAG_CIRCULAR;
    if (first)
        return;
    header->created_before = log->header.created;
    header->checksum_before = log->checksum;
    if (log->header.flags & (LOG_FLAG_CIRCULAR | LOG_FLAG_CIRCULAR_BEFORE))
        header->flags |= LOG_FLAG_CIRCULAR_BEFORE;
    /* A log never goes back to an older format. */
    if (log->header.major == LOG_VERSION && log->header.update_major >= major)
    {
        if (log->header.update_major > major || log->header.update_minor > minor)
            header->update_minor = log->header.update_minor;
        header->update_major = log->header.update_major;
    }
}

/* The current file gets its number for a name. */
static JET_ERR archive(struct log *log)
{
    WCHAR current[OS_PATH_MAX], numbered[OS_PATH_MAX];
    JET_ERR err;

    err = log_path(&log->config.names, LOG_FILE_CURRENT, 0, current, OS_PATH_MAX);
    if (err >= 0)
        err = log_path(&log->config.names, LOG_FILE_GENERATION, (uint32_t)log->header.generation, numbered,
                       OS_PATH_MAX);
    if (err >= 0)
        err = event_file_move(log->config.events, current, numbered, false);
    return err;
}

static JET_ERR make_current(struct log *log)
{
    WCHAR current[OS_PATH_MAX], next[OS_PATH_MAX];
    JET_ERR err;

    err = log_path(&log->config.names, LOG_FILE_CURRENT, 0, current, OS_PATH_MAX);
    if (err >= 0)
        err = log_path(&log->config.names, LOG_FILE_NEXT, 0, next, OS_PATH_MAX);
    if (err >= 0)
        err = event_file_move(log->config.events, next, current, false);
    return err;
}

static JET_ERR as_log_error(JET_ERR err)
{
    switch (err)
    {
    case JET_errFileAlreadyExists:
        return JET_errFileAccessDenied;
    case JET_errFileNotFound:
        return JET_errMissingLogFile;
    case JET_errDiskFull:
        return JET_errLogDiskFull;
    default:
        return err;
    }
}

JET_ERR log_file_switch(struct log *log, uint32_t generation, bool first)
{
    struct log_header header;
    struct os_file *file;
    uint64_t checkpoint;
    bool reserve;
    JET_ERR err;

    err = take_next(log, &file, &reserve);
    if (err < 0)
        goto done;
    describe(log, &header, generation, first, reserve);
    checkpoint = log_checkpoint(log);
    log_position_store(&header.checkpoint, checkpoint);
    if (log->config.attachments)
        log->config.attachments(log->config.context, log_position(generation, 0, 0), header.attach);
    log_header_seal(&header);
    if (log->config.emit)
    {
        if (log->file)
            log->config.emit(log->config.context, (uint32_t)log->header.generation, 0, NULL, 0);
        log->config.emit(log->config.context, generation, 0, &header, sizeof(header));
    }
    err = os_file_write_at(file, 0, &header, sizeof(header));
    if (err >= 0)
        err = os_file_flush(file);
    /* Without a file of its own, the generation before has its number already. */
    if (err >= 0 && log->file)
        err = archive(log);
    if (err >= 0)
        err = make_current(log);
    if (err < 0)
    {
        os_file_close(file);
        goto done;
    }
    next_taken(log);
    os_file_close(log->file);
    log->file = file;
    if (log_path(&log->config.names, LOG_FILE_CURRENT, 0, log->file_path, OS_PATH_MAX) >= 0)
        file->moved = log->file_path;
    log->durable_segment = log->written_segment = LOG_FIRST_SEGMENT;
    log->checksum = 0;
    os_mutex_lock(&log->lock);
    log->header = header;
    os_mutex_unlock(&log->lock);
    if (log->config.generation)
        err = log->config.generation(log->config.context, generation, &header.created);
    if (err < 0)
    {
        err = as_log_error(err);
        event_say(log->config.events, EVENT_LOG_NEW_FAILED, err);
        return err;
    }
    log_checkpoint_spare(log);
    return JET_errSuccess;

done:
    next_taken(log);
    err = as_log_error(err);
    event_say(log->config.events, EVENT_LOG_NEW_FAILED, err);
    return err;
}
