/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A log's life in memory: begun, continued, closed. */
#include <string.h>

#include "log/private.h"

#define FILE_SEGMENTS_MIN 6u
#define FILE_SEGMENTS_MAX 0xffffu

static void destroy(struct log *log)
{
    if (!log)
        return;
    os_file_close(log->next_file);
    os_file_close(log->file);
    os_free(log->slots);
    os_free(log->ring);
    os_free(log);
}

static JET_ERR make(const struct log_config *config, uint32_t file_segments, struct log **result)
{
    uint32_t slots = config->buffer_size / LOG_SEGMENT_SIZE;
    struct log *log;

    *result = NULL;
    if (file_segments < FILE_SEGMENTS_MIN || file_segments > FILE_SEGMENTS_MAX)
        return JET_errInvalidParameter;
    log = os_alloc_zero(sizeof(*log));
    if (!log)
        return JET_errOutOfMemory;
    log->config = *config;
    log->file_segments = file_segments;
    log->slot_count = slots < LOG_RING_MIN ? LOG_RING_MIN : slots;
    /* Every segment is made whole before it is written. */
    log->ring = os_alloc((size_t)log->slot_count * LOG_SEGMENT_SIZE);
    log->slots = os_alloc_array(log->slot_count, sizeof(*log->slots));
    if (!log->ring || !log->slots)
    {
        destroy(log);
        return JET_errOutOfMemory;
    }
    os_mutex_init(&log->lock);
    os_mutex_init(&log->reserve_lock);
    os_mutex_init(&log->checkpoint_lock);
    os_condition_init(&log->flushed);
    os_condition_init(&log->space);
    os_condition_init(&log->work);
    os_condition_init(&log->copied);
    os_condition_init(&log->next_changed);
    log->keep = UINT32_MAX;
    *result = log;
    return JET_errSuccess;
}

/* Appending will go on at a segment that holds nothing yet. */
static void begin_at(struct log *log, uint32_t generation, uint32_t segment)
{
    uint64_t position = log_position(generation, segment, 0);

    log->open_generation = generation;
    log->open_number = segment;
    log->next_position = position;
    log->closed_tail = position;
    log->durable_segment = log->written_segment = segment;
    log->written_tail = position;
    atomic_store(&log->durable, position);
}

static void sign(struct header_signature *signature)
{
    memset(signature, 0, sizeof(*signature));
    signature->random = os_random32();
    log_time_set(&signature->created, os_time_now());
}

JET_ERR log_create(const struct log_config *config, struct log **result)
{
    uint32_t generation = config->first_generation ? config->first_generation : 1;
    WCHAR path[OS_PATH_MAX];
    struct log *log;
    JET_ERR err;

    *result = NULL;
    err = make(config, config->file_size / LOG_SEGMENT_SIZE, &log);
    if (err < 0)
        return err;
    err = log_path(&config->names, LOG_FILE_CURRENT, 0, path, OS_PATH_MAX);
    if (err < 0)
        goto done;
    if (os_file_exists(path))
    {
        err = JET_errFileAccessDenied;
        goto done;
    }
    sign(&log->signature);
    log_reserves_make(log);
    begin_at(log, generation, LOG_FIRST_SEGMENT);
    err = log_checkpoint_first(log);
    if (err < 0)
        goto done;
    err = log_file_switch(log, generation, true);
    if (err < 0)
        goto done;
    log_thread_allow(log);

done:
    if (err < 0)
        destroy(log);
    else
        *result = log;
    return err < 0 ? err : JET_errSuccess;
}

/* ------------------------------------------------------------------- resuming --- */

/*
 * What lies behind the end of the log goes: it might pass for part of it when
 * the segments before it have been written.
 */
static JET_ERR clear_rest(struct os_file *file, const struct log_reader *reader)
{
    static const uint8_t zeroes[LOG_SEGMENT_SIZE];
    uint32_t number;
    bool any = false;
    JET_ERR err;

    for (number = reader->end_segment; number < reader->header.segments; number++)
    {
        const uint8_t *segment = reader->data + (size_t)number * LOG_SEGMENT_SIZE;

        if (!memcmp(segment, zeroes, LOG_SEGMENT_SIZE))
            continue;
        err = os_file_write_at(file, (uint64_t)number * LOG_SEGMENT_SIZE, zeroes, LOG_SEGMENT_SIZE);
        if (err < 0)
            return err;
        any = true;
    }
    return any ? os_file_flush(file) : JET_errSuccess;
}

/* A segment that was taken from its shadow is put back, before the shadow goes. */
static JET_ERR put_back(struct os_file *file, const struct log_reader *reader)
{
    size_t at = (size_t)reader->patched_segment * LOG_SEGMENT_SIZE;
    JET_ERR err;

    if (!reader->patched)
        return JET_errSuccess;
    err = os_file_write_at(file, at, reader->data + at, LOG_SEGMENT_SIZE);
    return err < 0 ? err : os_file_flush(file);
}

static JET_ERR open_current(struct log *log, const struct log_reader *reader)
{
    WCHAR path[OS_PATH_MAX];
    JET_ERR err;

    err = log_path(&log->config.names, LOG_FILE_CURRENT, 0, path, OS_PATH_MAX);
    if (err < 0)
        return err;
    if (!os_file_exists(path))
        return JET_errSuccess;
    err = event_file_open(log->config.events, path, LOG_OPEN_FLAGS, &log->file);
    if (err < 0)
    {
        log->file = NULL;
        return err;
    }
    if (log_header_old(&reader->header))
        return JET_errSuccess;
    err = put_back(log->file, reader);
    if (err < 0)
        return err;
    return reader->partial ? JET_errSuccess : clear_rest(log->file, reader);
}

JET_ERR log_resume(const struct log_config *config, const struct log_reader *reader, struct log **result)
{
    uint32_t generation = (uint32_t)reader->header.generation;
    struct log *log;
    JET_ERR err;

    *result = NULL;
    err = make(config, log_header_old(&reader->header) ? config->file_size / LOG_SEGMENT_SIZE : reader->header.segments,
               &log);
    if (err < 0)
        return err;
    log->signature = reader->header.signature;
    log->header = reader->header;
    log->checksum = reader->checksum;
    log_checkpoint_load(log);
    err = open_current(log, reader);
    if (err < 0)
        goto done;
    log_reserves_make(log);
    begin_at(log, generation, reader->end_segment);
    /*
     * What another engine wrote has no marks, so that a torn segment right after
     * it could not be told from damage; and where the file has its number already there
     * is nothing to append to.
     */
    if (!log->file || !reader->marked || log_header_old(&reader->header))
    {
        begin_at(log, generation + 1, LOG_FIRST_SEGMENT);
        err = log_file_switch(log, generation + 1, false);
        if (err < 0)
            goto done;
    }
    log_thread_allow(log);

done:
    if (err < 0)
        destroy(log);
    else
        *result = log;
    return err < 0 ? err : JET_errSuccess;
}

JET_ERR log_close(struct log *log, bool abandon)
{
    JET_ERR err = JET_errSuccess;

    if (!log)
        return JET_errSuccess;
    log_thread_stop(log);
    if (!abandon && !log_down(log))
        err = log_flush_all(log);
    destroy(log);
    return err;
}

/* ---------------------------------------------------------------------- facts --- */

const struct header_signature *log_signature(const struct log *log)
{
    return &log->signature;
}

uint32_t log_file_segments(const struct log *log)
{
    return log->file_segments;
}

void log_current_header(struct log *log, struct log_header *header)
{
    os_mutex_lock(&log->lock);
    *header = log->header;
    os_mutex_unlock(&log->lock);
}

uint64_t log_distance(const struct log *log, uint64_t from, uint64_t to)
{
    uint64_t a = ((uint64_t)log_position_generation(from) * log->file_segments + log_position_segment(from)) *
                     LOG_SEGMENT_SIZE +
                 log_position_byte(from);
    uint64_t b = ((uint64_t)log_position_generation(to) * log->file_segments + log_position_segment(to)) *
                     LOG_SEGMENT_SIZE +
                 log_position_byte(to);

    return b > a ? b - a : 0;
}

void log_keep(struct log *log, uint32_t generation)
{
    os_mutex_lock(&log->lock);
    log->keep = generation;
    os_mutex_unlock(&log->lock);
}
