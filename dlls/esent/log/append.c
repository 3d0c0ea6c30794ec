/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Appending: a place for a record, and the record into it.
 *
 * How a record is laid over segments follows from where it begins and its size
 * alone, so it is worked out twice: once under the lock to find where it ends,
 * and once to copy it.
 */
#include <string.h>

#include "log/private.h"

#define BODY             (LOG_SEGMENT_SIZE - (uint32_t)sizeof(struct log_segment))
#define FIRST_PIECE_HEAD ((uint32_t)sizeof(struct log_fragment_begin))
#define PIECE_HEAD       ((uint32_t)sizeof(struct log_fragment))

/* Where a record ends, told from the segment it was to begin in: `byte` is 1 to LOG_SEGMENT_SIZE. */
struct end
{
    uint64_t segments; /* after that one */
    uint32_t byte;
};

/* `byte`: where in its segment the record before it ends, 0 for a segment that holds nothing. */
static struct end find_end(uint32_t byte, uint64_t size)
{
    struct end end = { 0, byte ? byte : (uint32_t)sizeof(struct log_segment) };
    uint32_t room = LOG_SEGMENT_SIZE - end.byte;
    uint64_t rest;

    if (size > room && room < LOG_FRAGMENT_MIN)
    {
        end.segments = 1;
        end.byte = sizeof(struct log_segment);
        room = BODY;
    }
    if (size <= room)
    {
        end.byte += (uint32_t)size;
        return end;
    }
    rest = size - (room - FIRST_PIECE_HEAD);
    end.segments += (rest + BODY - PIECE_HEAD - 1) / (BODY - PIECE_HEAD);
    rest -= (rest - 1) / (BODY - PIECE_HEAD) * (BODY - PIECE_HEAD);
    end.byte = (uint32_t)(sizeof(struct log_segment) + PIECE_HEAD + rest);
    return end;
}

/* ---------------------------------------------------- segments, under the lock --- */

/* The open segment gets its first byte. */
static void begin_segment(struct log *log, uint64_t sequence, uint32_t number)
{
    struct log_slot *slot = log_slot(log, sequence);
    struct log_segment *head = (struct log_segment *)log_slot_data(log, sequence);

    slot->generation = log->open_generation;
    slot->number = number;
    memset(head, 0, sizeof(*head));
    log_time_set(&head->time, os_time_now());
}

/* The next file is made ahead, once it is likely to be needed. */
static void want_next(struct log *log)
{
    if (!log->config.create_ahead || !log->background || log->make_next || log->next_state != LOG_NEXT_NONE ||
        log->open_number < log->file_segments / LOG_AHEAD_PART)
        return;
    log->make_next = true;
    log_thread_wake(log);
}

static void next_segment(struct log *log, uint64_t tail)
{
    log_slot(log, log->open)->tail = tail;
    log->closed_tail = tail;
    log->open++;
    log->open_number++;
    log->open_byte = 0;
    want_next(log);
}

/*
 * Room is made whole with a record that says how much of it is nothing, which
 * others skip; where that does not fit, zeroes, and the next record has still its
 * position there.
 */
void log_close_segment(struct log *log)
{
    uint8_t *data = log_slot_data(log, log->open) + log->open_byte;
    uint32_t room = LOG_SEGMENT_SIZE - log->open_byte;
    struct log_ignored nop = { LOG_NOP2, 0 };

    if (!log->open_byte)
        return;
    memset(data, 0, room);
    if (room >= sizeof(nop))
    {
        nop.size = room - (uint32_t)sizeof(nop);
        memcpy(data, &nop, sizeof(nop));
        log->next_position = log_position(log->open_generation, log->open_number + 1, 0);
    }
    next_segment(log, log->next_position);
}

void log_end_generation(struct log *log)
{
    if (log->open_byte)
    {
        memset(log_slot_data(log, log->open) + log->open_byte, 0, LOG_SEGMENT_SIZE - log->open_byte);
        next_segment(log, log->next_position);
    }
    log->open_generation++;
    log->open_number = LOG_FIRST_SEGMENT;
    log->next_position = log_position(log->open_generation, LOG_FIRST_SEGMENT, 0);
    if (log->open_generation >= LOG_GENERATION_MAX)
        log->sequence_end = true;
}

/* The last segment of a file is kept for a shadow, and one byte before it is never used. */
static bool fits(const struct log *log, uint32_t number, struct end end)
{
    return (number + end.segments) * LOG_SEGMENT_SIZE + end.byte <
           (uint64_t)(log->file_segments - 1) * LOG_SEGMENT_SIZE;
}

/* ------------------------------------------------------------------ copying --- */

/* Takes bytes from the parts one after the other. */
struct source
{
    const struct log_part *part;
    size_t offset;
};

static void take(struct source *source, uint8_t *to, uint32_t size)
{
    while (size)
    {
        size_t left = source->part->size - source->offset;
        uint32_t now = left < size ? (uint32_t)left : size;

        memcpy(to, (const uint8_t *)source->part->data + source->offset, now);
        to += now;
        size -= now;
        source->offset += now;
        if (source->offset == source->part->size)
        {
            source->part++;
            source->offset = 0;
        }
    }
}

static void copy(struct log *log, uint64_t sequence, uint32_t byte, const struct log_part *parts, uint64_t size)
{
    struct source source = { parts, 0 };
    uint32_t at = byte ? byte : (uint32_t)sizeof(struct log_segment);
    uint32_t room = LOG_SEGMENT_SIZE - at, now;
    uint8_t *data = log_slot_data(log, sequence);
    struct log_fragment_begin begin = { LOG_FRAGMENT_BEGIN, (uint32_t)size, 0 };
    struct log_fragment piece = { LOG_FRAGMENT, 0 };

    if (size > room && room < LOG_FRAGMENT_MIN)
    {
        memset(data + at, 0, room);
        data = log_slot_data(log, ++sequence);
        at = sizeof(struct log_segment);
        room = BODY;
    }
    if (size <= room)
    {
        take(&source, data + at, (uint32_t)size);
        return;
    }
    begin.size = (uint16_t)(room - FIRST_PIECE_HEAD);
    memcpy(data + at, &begin, sizeof(begin));
    take(&source, data + at + sizeof(begin), begin.size);
    size -= begin.size;
    while (size)
    {
        data = log_slot_data(log, ++sequence) + sizeof(struct log_segment);
        now = size < BODY - PIECE_HEAD ? (uint32_t)size : BODY - PIECE_HEAD;
        piece.size = (uint16_t)now;
        memcpy(data, &piece, sizeof(piece));
        take(&source, data + sizeof(piece), now);
        size -= now;
    }
}

/* The copy into the segments from `first` to `last` is done; the leader may be waiting for it. */
static void copy_done(struct log *log, uint64_t first, uint64_t last)
{
    bool ended = false;

    for (; first <= last; first++)
        if (atomic_fetch_sub(&log_slot(log, first)->copying, 1) == 1)
            ended = true;
    if (ended && atomic_load(&log->leader_waits))
    {
        os_mutex_lock(&log->lock);
        os_condition_wake_all(&log->copied);
        os_mutex_unlock(&log->lock);
    }
}

/* --------------------------------------------------------------- appending --- */

/* Records by which something ends are let through when the checkpoint is too far behind, for a while. */
static bool ends_something(uint8_t type)
{
    switch (type)
    {
    case LOG_COMMIT0:
    case LOG_ROLLBACK:
    case LOG_UNDO:
    case LOG_UNDO_INFO:
    case LOG_SHUTDOWN_MARK:
    case LOG_TERM2:
    case LOG_TRACE:
    case LOG_RECOVERY_UNDO2:
    case LOG_RECOVERY_QUIT2:
    case LOG_RECOVERY_QUIT_KEEP:
    case LOG_MACRO_ABORT:
    case LOG_DETACH_DB:
    case LOG_FORCE_ROLLOVER:
    case LOG_INIT2:
        return true;
    default:
        return false;
    }
}

static JET_ERR check_depth(const struct log *log, uint8_t type)
{
    uint32_t checkpoint = atomic_load_explicit(&log->checkpoint_generation, memory_order_relaxed);
    uint32_t most = log->config.depth_max, depth;

    if (!most || log->open_generation <= checkpoint || type == LOG_INIT2)
        return JET_errSuccess;
    depth = log->open_generation - checkpoint;
    if (depth <= most || (ends_something(type) && depth <= most + most / 4 + 8))
        return JET_errSuccess;
    return JET_errCheckpointDepthTooDeep;
}

/* Whether the ring has room up to so many segments after the open one; if not, makes some or waits.
 * `lock` was given up if the answer is false. */
static bool has_room(struct log *log, uint64_t segments)
{
    if (log->open + segments < log->written + log->slot_count)
        return true;
    if (log->flushing)
        os_condition_wait(&log->space, &log->lock, OS_INFINITE);
    else
        log_lead(log, false);
    return false;
}

/* Finds the place of a record, in the end one where it can begin.  Under `lock`. */
static JET_ERR find_place(struct log *log, uint8_t type, uint64_t size, struct end *end)
{
    for (;;)
    {
        JET_ERR err;

        if (log_down(log))
            return JET_errLogWriteFail;
        if (log->open_generation >= LOG_GENERATION_MAX_RECOVERY)
            return JET_errLogSequenceEnd;
        err = check_depth(log, type);
        if (err < 0)
            return err;
        *end = find_end(log->open_byte, size);
        if (end->segments + 2 > log->slot_count)
            return JET_errLogBufferTooSmall;
        if (!fits(log, log->open_number, *end))
        {
            if (!fits(log, LOG_FIRST_SEGMENT, find_end(0, size)))
                return JET_errLogBufferTooSmall;
            log_end_generation(log);
            continue;
        }
        /* One more: where a record ends with its segment the next one is the open one. */
        if (has_room(log, end->segments + 1))
            return JET_errSuccess;
    }
}

/* The open segment and those after it become the record's, and the open one is that where it ends. */
static void occupy(struct log *log, struct end end, uint64_t position)
{
    uint64_t i;

    if (!log->open_byte)
        begin_segment(log, log->open, log->open_number);
    for (i = 0; i < end.segments; i++)
    {
        next_segment(log, position);
        begin_segment(log, log->open, log->open_number);
    }
    log->open_byte = end.byte;
    if (end.byte == LOG_SEGMENT_SIZE)
        next_segment(log, log_position(log->open_generation, log->open_number + 1, 0));
    log->last_record = position;
    log->next_position = log_position(log->open_generation, log->open_number, log->open_byte);
    if (!log->write_soon && log->open - log->written >= log->slot_count / 2)
    {
        log->write_soon = true;
        if (!log->flushing)
            log_thread_wake(log);
    }
}

JET_ERR log_append_stamped(struct log *log, const struct log_part *parts, size_t count,
                           void (*stamp)(void *context, uint64_t position), void *context, uint64_t *position)
{
    uint64_t size = 0, where, first, last, i;
    struct os_work *work = os_work();
    uint32_t byte;
    struct end end;
    JET_ERR err;
    size_t n;

    for (n = 0; n < count; n++)
        size += parts[n].size;
    os_mutex_lock(&log->lock);
    err = find_place(log, *(const uint8_t *)parts[0].data, size, &end);
    if (err < 0)
    {
        os_mutex_unlock(&log->lock);
        return err;
    }
    first = log->open;
    byte = log->open_byte;
    last = first + end.segments;
    where = log->next_position;
    if (stamp)
        stamp(context, where);
    occupy(log, end, where);
    if (size <= LOG_COPY_UNDER_LOCK)
    {
        copy(log, first, byte, parts, size);
        os_mutex_unlock(&log->lock);
    }
    else
    {
        for (i = first; i <= last; i++)
            atomic_fetch_add_explicit(&log_slot(log, i)->copying, 1, memory_order_relaxed);
        os_mutex_unlock(&log->lock);
        copy(log, first, byte, parts, size);
        copy_done(log, first, last);
    }
    if (position)
        *position = where;
    work->log_records++;
    work->log_bytes += (uint32_t)size;
    return JET_errSuccess;
}

JET_ERR log_append(struct log *log, const struct log_part *parts, size_t count, uint64_t *position)
{
    return log_append_stamped(log, parts, count, NULL, NULL, position);
}

uint64_t log_tip(struct log *log)
{
    uint64_t tip;

    os_mutex_lock(&log->lock);
    tip = log->next_position;
    os_mutex_unlock(&log->lock);
    return tip;
}

uint32_t log_generation(struct log *log)
{
    uint32_t generation;

    os_mutex_lock(&log->lock);
    generation = log->open_generation;
    os_mutex_unlock(&log->lock);
    return generation;
}

JET_ERR log_append_rolled(struct log *log, const struct log_part *parts, size_t count, uint64_t *position)
{
    uint64_t where;
    JET_ERR err;

    os_mutex_lock(&log->lock);
    if (log->open_byte || log->open_number != LOG_FIRST_SEGMENT)
        log_end_generation(log);
    os_mutex_unlock(&log->lock);
    err = log_append(log, parts, count, &where);
    if (err < 0)
        return err;
    if (position)
        *position = where;
    return log_flush(log, where);
}

JET_ERR log_roll(struct log *log, uint16_t session, const char *text, uint64_t *position)
{
    struct log_trace head = { LOG_FORCE_ROLLOVER, session, (uint16_t)(strlen(text) + 1) };
    struct log_part parts[2] = { { &head, sizeof(head) }, { text, head.size } };

    return log_append_rolled(log, parts, 2, position);
}
