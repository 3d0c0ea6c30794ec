/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Getting the log to disk: the leader, those who wait for it, and the thread. */
#include <string.h>

#include "log/private.h"

#define SPINS 200 /* a copy is short */

/* --------------------------------------------------------------- being down --- */

JET_ERR log_down(const struct log *log)
{
    return atomic_load_explicit(&log->down, memory_order_acquire);
}

void log_bring_down(struct log *log, JET_ERR err)
{
    int32_t none = JET_errSuccess;

    if (!atomic_compare_exchange_strong(&log->down, &none, (int32_t)err))
        return;
    OS_ERR("the log is down: error %d\n", (int)err);
    event_say(log->config.events, EVENT_LOG_DOWN, log->config.names.directory);
    os_mutex_lock(&log->lock);
    os_condition_wake_all(&log->flushed);
    os_condition_wake_all(&log->space);
    os_condition_wake_all(&log->work);
    os_mutex_unlock(&log->lock);
    if (log->config.durable)
        log->config.durable(log->config.context, log_durable(log), err);
}

JET_ERR log_stop(struct log *log)
{
    JET_ERR err = log_flush_all(log);
    int32_t none = JET_errSuccess;

    if (err < 0)
        return err;
    (void)atomic_compare_exchange_strong(&log->down, &none, (int32_t)JET_errLogWriteFail);
    os_mutex_lock(&log->lock);
    /* What was appended since goes nowhere. */
    while (log->flushing)
        os_condition_wait(&log->flushed, &log->lock, OS_INFINITE);
    os_condition_wake_all(&log->flushed);
    os_condition_wake_all(&log->space);
    os_condition_wake_all(&log->work);
    os_mutex_unlock(&log->lock);
    return JET_errSuccess;
}

void log_fail(struct log *log, JET_ERR err)
{
    log_bring_down(log, err);
}

/* --------------------------------------------------------------- the leader --- */

static void wait_for_copies(struct log *log, struct log_slot *slot)
{
    int spins;

    for (spins = 0; spins < SPINS; spins++)
        if (!atomic_load_explicit(&slot->copying, memory_order_acquire))
            return;
    atomic_store(&log->leader_waits, 1);
    os_mutex_lock(&log->lock);
    while (atomic_load(&slot->copying))
        os_condition_wait(&log->copied, &log->lock, OS_INFINITE);
    os_mutex_unlock(&log->lock);
    atomic_store(&log->leader_waits, 0);
}

/* Flushes the current file; all that was written to it becomes durable. */
static JET_ERR sync_file(struct log *log)
{
    JET_ERR err;

    if (!log->unsynced)
        return JET_errSuccess;
    err = os_file_flush(log->file);
    if (err < 0)
        return err;
    log->unsynced = false;
    log->durable_segment = log->written_segment;
    /* Who returns from waiting knows that all have been told. */
    if (log->config.durable)
        log->config.durable(log->config.context, log->written_tail, JET_errSuccess);
    atomic_store_explicit(&log->durable, log->written_tail, memory_order_release);
    return JET_errSuccess;
}

/* Writes segments of one generation to the current file. */
static JET_ERR write_segments(struct log *log, uint64_t first, uint64_t end)
{
    struct log_slot *slot = log_slot(log, first), *last = log_slot(log, end - 1);
    uint64_t wrap = first - first % log->slot_count + log->slot_count;
    struct os_io_part parts[2];
    size_t count = 1;
    uint64_t i;
    JET_ERR err;

    for (i = first; i < end; i++)
    {
        wait_for_copies(log, log_slot(log, i));
        log->checksum ^= log_segment_seal(log_slot_data(log, i), slot->generation, log_slot(log, i)->number,
                                          log->durable_segment);
    }
    parts[0].data = log_slot_data(log, first);
    parts[0].size = (size_t)((end < wrap ? end : wrap) - first) * LOG_SEGMENT_SIZE;
    if (end > wrap)
    {
        parts[1].data = log->ring;
        parts[1].size = (size_t)(end - wrap) * LOG_SEGMENT_SIZE;
        count = 2;
    }
    for (i = 0; log->config.emit && i < count; i++)
        log->config.emit(log->config.context, slot->generation,
                         (uint64_t)slot->number * LOG_SEGMENT_SIZE + (i ? parts[0].size : 0), parts[i].data,
                         parts[i].size);
    log->unsynced = true;
    err = os_file_write_parts(log->file, (uint64_t)slot->number * LOG_SEGMENT_SIZE, parts, count);
    if (err < 0)
        return err;
    log->written_segment = last->number + 1;
    log->written_tail = last->tail;
    os_mutex_lock(&log->lock);
    log->written = end;
    os_condition_wake_all(&log->space);
    os_mutex_unlock(&log->lock);
    return JET_errSuccess;
}

static JET_ERR lead(struct log *log, uint64_t first, uint64_t end, bool sync)
{
    JET_ERR err;

    if (end > first)
    {
        uint32_t generation = log_slot(log, first)->generation;

        if (generation != (uint32_t)log->header.generation)
        {
            /* Nothing of a generation is on disk before all of the one before it is. */
            err = sync_file(log);
            if (err < 0)
                return err;
            err = log_file_switch(log, generation, false);
            if (err < 0)
                return err;
        }
        err = write_segments(log, first, end);
        if (err < 0)
            return err;
    }
    return sync ? sync_file(log) : JET_errSuccess;
}

void log_lead(struct log *log, bool sync)
{
    uint64_t first = log->written, end = first;
    JET_ERR err;

    while (end < log->open && log_slot(log, end)->generation == log_slot(log, first)->generation)
        end++;
    log->flushing = true;
    log->write_soon = false;
    os_mutex_unlock(&log->lock);
    err = lead(log, first, end, sync);
    if (err < 0)
        log_bring_down(log, err);
    os_mutex_lock(&log->lock);
    log->flushing = false;
    os_condition_wake_all(&log->flushed);
    os_condition_wake_all(&log->space);
    if (log->write_soon)
        log_thread_wake(log);
}

/* ----------------------------------------------------------------- flushing --- */

uint64_t log_durable(const struct log *log)
{
    return atomic_load_explicit(&log->durable, memory_order_acquire);
}

JET_ERR log_flush(struct log *log, uint64_t position)
{
    JET_ERR err = JET_errSuccess;

    if (log_durable(log) > position)
        return JET_errSuccess;
    os_mutex_lock(&log->lock);
    if (position > log->last_record)
        position = log->last_record;
    while (position >= log_durable(log) && position != LOG_POSITION_NONE)
    {
        if (log_down(log))
        {
            err = JET_errLogWriteFail;
            break;
        }
        if (log->flushing)
        {
            os_condition_wait(&log->flushed, &log->lock, OS_INFINITE);
            continue;
        }
        if (position >= log->closed_tail)
            log_close_segment(log);
        log_lead(log, true);
    }
    os_mutex_unlock(&log->lock);
    return err;
}

JET_ERR log_flush_all(struct log *log)
{
    return log_flush(log, LOG_POSITION_MAX);
}

void log_flush_later(struct log *log, uint64_t position, uint32_t milliseconds)
{
    uint64_t at;
    bool there;

    if (log_durable(log) > position)
        return;
    at = os_clock_us() + (uint64_t)milliseconds * 1000;
    os_mutex_lock(&log->lock);
    if (log->later == LOG_POSITION_NONE || at < log->later_at)
    {
        log->later_at = at;
        log_thread_wake(log);
    }
    if (position > log->later)
        log->later = position;
    there = log->thread != NULL;
    if (!there)
        log->later = LOG_POSITION_NONE;
    os_mutex_unlock(&log->lock);
    if (!there)
        log_flush(log, position);
}

/* ----------------------------------------------------------------- freezing --- */

/* Who freezes the log is its leader for so long, and leads nobody anywhere. */
uint64_t log_freeze(struct log *log)
{
    os_mutex_lock(&log->lock);
    while (log->flushing)
        os_condition_wait(&log->flushed, &log->lock, OS_INFINITE);
    log->flushing = true;
    os_mutex_unlock(&log->lock);
    /* A leader asks for the checkpoint at each new file: not before it. */
    os_mutex_lock(&log->checkpoint_lock);
    return log_position_of(&log->checkpoint.checkpoint);
}

void log_thaw(struct log *log)
{
    os_mutex_unlock(&log->checkpoint_lock);
    os_mutex_lock(&log->lock);
    log->flushing = false;
    os_condition_wake_all(&log->flushed);
    os_condition_wake_all(&log->space);
    if (log->write_soon || log->make_next)
        log_thread_wake(log);
    else
        os_condition_wake_one(&log->work);
    os_mutex_unlock(&log->lock);
}

/* --------------------------------------------------------------- the thread --- */

static void make_next(struct log *log)
{
    struct os_file *file = NULL;
    bool reserve = false;
    JET_ERR err;

    log->make_next = false;
    log->next_state = LOG_NEXT_MAKING;
    os_mutex_unlock(&log->lock);
    err = log_file_make(log, &file, &reserve);
    os_mutex_lock(&log->lock);
    log->next_file = file;
    log->next_reserve = reserve;
    log->next_state = err < 0 ? LOG_NEXT_NONE : LOG_NEXT_READY;
    os_condition_wake_all(&log->next_changed);
}

static void flush_due(struct log *log)
{
    uint64_t position = log->later;

    log->later = LOG_POSITION_NONE;
    os_mutex_unlock(&log->lock);
    log_flush(log, position);
    os_mutex_lock(&log->lock);
}

static uint32_t time_left(const struct log *log)
{
    uint64_t now;

    if (log->later == LOG_POSITION_NONE)
        return OS_INFINITE;
    now = os_clock_us();
    return now >= log->later_at ? 0 : (uint32_t)((log->later_at - now + 999) / 1000);
}

static void work(void *context)
{
    struct log *log = context;

    os_mutex_lock(&log->lock);
    while (!log->stop)
    {
        uint32_t left;

        if (log_down(log))
        {
            os_condition_wait(&log->work, &log->lock, OS_INFINITE);
            continue;
        }
        if (log->make_next && log->next_state == LOG_NEXT_NONE)
        {
            make_next(log);
            continue;
        }
        if (log->write_soon && !log->flushing)
        {
            log_lead(log, false);
            continue;
        }
        left = time_left(log);
        if (!left)
            flush_due(log);
        else
            os_condition_wait(&log->work, &log->lock, left);
    }
    os_mutex_unlock(&log->lock);
}

void log_thread_wake(struct log *log)
{
    if (log->thread)
        os_condition_wake_one(&log->work);
    else if (log->background && os_thread_create(&log->thread, work, log, "log") < 0)
        log->thread = NULL;
}

void log_thread_allow(struct log *log)
{
    os_mutex_lock(&log->lock);
    log->background = true;
    os_mutex_unlock(&log->lock);
}

void log_thread_stop(struct log *log)
{
    struct os_thread *thread;

    os_mutex_lock(&log->lock);
    log->stop = true;
    log->background = false;
    thread = log->thread;
    log->thread = NULL;
    os_condition_wake_all(&log->work);
    os_mutex_unlock(&log->lock);
    if (thread)
        os_thread_join(thread);
}
