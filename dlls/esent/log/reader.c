/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "format/checksum.h"
#include "log/reader_private.h"

static JET_ERR corrupt(const struct log_reader *reader)
{
    switch (reader->mode)
    {
    case LOG_READ_HARD_RESTORE:
        return JET_errLogCorruptDuringHardRestore;
    case LOG_READ_HARD_RECOVERY:
        return JET_errLogCorruptDuringHardRecovery;
    default:
        return JET_errLogFileCorrupt;
    }
}

/* ----------------------------------------------------------------- opening --- */

JET_ERR log_header_read_alone(struct os_file *file, struct log_header *header)
{
    uint64_t size;
    JET_ERR err = os_file_size(file, &size);

    if (err < 0)
        return err;
    if (size < sizeof(*header))
        return JET_errFileIOBeyondEOF;
    err = os_file_read_at(file, 0, header, sizeof(*header));
    return err < 0 ? err : log_header_check(header);
}

JET_ERR log_header_read(struct os_file *file, struct log_header *header)
{
    uint64_t size;
    JET_ERR err = log_header_read_alone(file, header);

    if (err >= 0)
        err = os_file_size(file, &size);
    if (err < 0)
        return err;
    if (size != (uint64_t)header->segments * header->segment_size)
        return JET_errLogFileSizeMismatch;
    return JET_errSuccess;
}

#define READ_AT_ONCE (1024u * 1024u)

static JET_ERR read_file(struct os_file *file, uint8_t *data, size_t size)
{
    size_t offset = 0;

    while (offset < size)
    {
        size_t part = size - offset < READ_AT_ONCE ? size - offset : READ_AT_ONCE;
        JET_ERR err = os_file_read_at(file, offset, data + offset, part);
        if (err < 0)
            return err;
        offset += part;
    }
    return JET_errSuccess;
}

static uint8_t *segment_of(const struct log_reader *reader, uint32_t number)
{
    return reader->data + (size_t)number * LOG_SEGMENT_SIZE;
}

/* Whether what comes at `number` was written together with segment `gap`, which is missing: so
 * neither was ever known to be on disk. */
static bool together_with(const struct log_reader *reader, uint32_t number, uint32_t gap)
{
    struct log_mark mark;
    return log_segment_mark(segment_of(reader, number), &mark) && mark.durable <= gap;
}

static bool take_shadow(struct log_reader *reader, uint32_t number)
{
    uint8_t *segment = segment_of(reader, number), *shadow = segment_of(reader, number + 1);
    uint32_t generation = (uint32_t)reader->header.generation;

    if (log_segment_check(shadow, generation, number, true) != LOG_SEGMENT_GOOD)
        return false;
    memcpy(segment, shadow, LOG_SEGMENT_SIZE);
    reader->patched = true;
    reader->patched_segment = number;
    return true;
}

/* A segment of which neither the checksum nor a shadow is right. */
static JET_ERR check_damaged(struct log_reader *reader, uint32_t number, uint32_t gap)
{
    uint32_t generation = (uint32_t)reader->header.generation;
    const uint8_t *segment = segment_of(reader, number);
    struct log_mark mark;

    if (!log_segment_torn(segment, generation, number, reader->marked))
        return corrupt(reader);
    if (gap && log_segment_mark(segment, &mark) && mark.durable > gap)
        return corrupt(reader);
    reader->torn = true;
    return JET_errSuccess;
}

static void count_good(struct log_reader *reader, uint32_t number)
{
    const uint8_t *segment = segment_of(reader, number);
    struct log_mark mark;

    reader->checksum ^= le64(segment);
    reader->marked = log_segment_mark(segment, &mark);
    reader->end_segment = number + 1;
}

/* The segments in turn: good ones, then only such that are empty. */
static JET_ERR find_end(struct log_reader *reader)
{
    const struct log_header *header = &reader->header;
    uint32_t generation = (uint32_t)header->generation;
    bool zero_filled = header->update_major >= LOG_UPDATE_MAJOR_ZERO_FILLED || header->major > LOG_VERSION;
    uint32_t number, gap = 0;
    JET_ERR err;

    reader->marked = le16(header->mark) == LOG_HEADER_MARK;
    for (number = header->header_segments; number < header->segments - 1u; number++)
    {
        uint8_t *segment = segment_of(reader, number);
        enum log_segment_state state = log_segment_check(segment, generation, number, zero_filled);

        if (state == LOG_SEGMENT_DAMAGED && !gap && take_shadow(reader, number))
        {
            if (reader->mode != LOG_READ_SOFT)
                return reader->mode == LOG_READ_HARD_RESTORE ? JET_errLogTornWriteDuringHardRestore
                                                             : JET_errLogTornWriteDuringHardRecovery;
            state = LOG_SEGMENT_GOOD;
        }
        switch (state)
        {
        case LOG_SEGMENT_GOOD:
            if (gap)
            {
                if (!together_with(reader, number, gap))
                    return corrupt(reader);
                reader->torn = true;
                continue;
            }
            count_good(reader, number);
            continue;
        case LOG_SEGMENT_WRONG:
            return corrupt(reader);
        case LOG_SEGMENT_DAMAGED:
            err = check_damaged(reader, number, gap);
            if (err < 0)
                return err;
            break;
        default:
            break;
        }
        if (!gap)
            gap = number;
    }
    return JET_errSuccess;
}

/* Whether the last record is one that closes a log; such a record is never cut. */
static void find_close(struct log_reader *reader)
{
    size_t start, end, at;

    if (reader->end_segment <= reader->header.header_segments)
        return;
    start = (size_t)(reader->end_segment - 1) * LOG_SEGMENT_SIZE;
    end = start + LOG_SEGMENT_SIZE;
    at = start + sizeof(struct log_segment);
    while (at < end)
    {
        uint64_t size = log_record_size(reader->data + at, end - at);
        uint8_t type = reader->data[at];

        if (!size || size > end - at)
            break;
        if (log_record_closes(type))
        {
            reader->close = reader_position(reader, at == start + sizeof(struct log_segment) ? start : at);
            reader->close_keeps = type == LOG_RECOVERY_QUIT_KEEP;
        }
        else if (type != LOG_NOP && type != LOG_NOP2)
            reader->close = LOG_POSITION_NONE;
        at += (size_t)size;
    }
}

/* The first `segments` of the file, whose header is read; 0: all. */
static JET_ERR load(struct log_reader *reader, struct os_file *file, uint32_t segments)
{
    reader->size = (size_t)(segments ? segments : reader->header.segments) * reader->header.segment_size;
    reader->data = os_alloc(reader->size);
    if (!reader->data)
        return JET_errOutOfMemory;
    reader->end_segment = reader->header.header_segments;
    reader->next = (size_t)reader->header.header_segments * reader->header.segment_size;
    return read_file(file, reader->data, reader->size);
}

static JET_ERR make(struct os_file *file, enum log_read_mode mode, struct log_reader **result)
{
    struct log_reader *reader = os_alloc_zero(sizeof(*reader));

    *result = reader;
    if (!reader)
        return JET_errOutOfMemory;
    reader->mode = mode;
    return log_header_read(file, &reader->header);
}

JET_ERR log_reader_open_file(struct os_file *file, enum log_read_mode mode, struct log_reader **result)
{
    struct log_reader *reader;
    JET_ERR err = make(file, mode, &reader);

    *result = NULL;
    if (err >= 0)
        err = load(reader, file, 0);
    if (err < 0)
        goto done;
    if (log_header_old(&reader->header))
    {
        err = log_reader_old_open(reader);
        goto done;
    }
    err = find_end(reader);
    if (err < 0)
        goto done;
    find_close(reader);
    reader->end = log_position((uint32_t)reader->header.generation, reader->end_segment, 0);

done:
    if (err < 0)
        log_reader_close(reader);
    else
        *result = reader;
    return err < 0 ? err : JET_errSuccess;
}

static JET_ERR open_path(const WCHAR *path, struct os_file **file)
{
    return os_file_open(path, OS_OPEN_READ_ONLY | OS_OPEN_SHARE_WRITE | OS_OPEN_SHARE_DELETE | OS_OPEN_SEQUENTIAL,
                        file);
}

/* Whether this engine closed the log in segment `last`: all before it is good, and nothing behind it. */
static bool ends_in(struct log_reader *reader, struct os_file *file, uint32_t last)
{
    const struct log_header *header = &reader->header;
    uint32_t generation = (uint32_t)header->generation, number;

    if (log_header_old(header) || last < header->header_segments || last + 2 >= header->segments ||
        header->update_major < LOG_UPDATE_MAJOR_ZERO_FILLED || load(reader, file, last + 2) < 0)
        return false;
    for (number = header->header_segments; number <= last; number++)
    {
        if (log_segment_check(segment_of(reader, number), generation, number, true) != LOG_SEGMENT_GOOD)
            return false;
        count_good(reader, number);
    }
    return reader->marked && checksum_is_zero(segment_of(reader, number), LOG_SEGMENT_SIZE);
}

bool log_reader_open_closed(const WCHAR *path, const struct header_signature *signature, uint64_t position,
                            struct log_reader **result)
{
    struct log_reader *reader = NULL;
    struct os_file *file;
    bool closed = false;

    if (open_path(path, &file) < 0)
        return false;
    if (make(file, LOG_READ_SOFT, &reader) >= 0 && !memcmp(&reader->header.signature, signature, sizeof(*signature)) &&
        (uint32_t)reader->header.generation == log_position_generation(position) &&
        ends_in(reader, file, log_position_segment(position)))
    {
        find_close(reader);
        closed = reader->close == position && !reader->close_keeps;
        reader->end = log_position((uint32_t)reader->header.generation, reader->end_segment, 0);
        reader->partial = true;
    }
    os_file_close(file);
    if (closed)
        *result = reader;
    else
        log_reader_close(reader);
    return closed;
}

JET_ERR log_reader_open(const WCHAR *path, enum log_read_mode mode, struct log_reader **reader)
{
    struct os_file *file;
    JET_ERR err;

    *reader = NULL;
    err = open_path(path, &file);
    if (err < 0)
        return err;
    err = log_reader_open_file(file, mode, reader);
    os_file_close(file);
    return err;
}

void log_reader_close(struct log_reader *reader)
{
    if (!reader)
        return;
    log_reader_old_close(reader);
    os_free(reader->assembled);
    os_free(reader->data);
    os_free(reader);
}

/* ----------------------------------------------------------------- records --- */

/* Where in the file a position lies. */
static size_t offset_of(const struct log_reader *reader, uint64_t position)
{
    return (size_t)log_position_segment(position) * reader->header.segment_size + log_position_byte(position);
}

void log_reader_limit(struct log_reader *reader, uint64_t position)
{
    if (position < reader->end)
        reader->end = position;
}

/* Records are walked from the start of the segment, so that a position within one is seen. */
void log_reader_seek(struct log_reader *reader, uint64_t position)
{
    size_t first = (size_t)reader->header.header_segments * reader->header.segment_size;
    size_t target, start, at;

    reader->skip_partial = false;
    if (reader->old)
        log_reader_old_seek(reader, first);
    if (log_position_generation(position) < (uint32_t)reader->header.generation || offset_of(reader, position) <= first)
    {
        reader->next = first;
        return;
    }
    if (log_position_generation(position) > (uint32_t)reader->header.generation || position >= reader->end)
    {
        reader->next = offset_of(reader, reader->end);
        return;
    }
    target = offset_of(reader, position);
    if (log_header_old(&reader->header))
    {
        reader->next = target;
        return;
    }
    start = target - target % LOG_SEGMENT_SIZE;
    at = start;
    while (at < target)
    {
        uint64_t size;

        if (at == start)
            at += sizeof(struct log_segment);
        size = log_record_size(reader->data + at, start + LOG_SEGMENT_SIZE - at);
        if (!size || size > start + LOG_SEGMENT_SIZE - at)
        {
            at = target;
            break;
        }
        at += (size_t)size;
    }
    reader->next = at;
    reader->skip_partial = true;
}

static JET_ERR reserve(struct log_reader *reader, size_t size)
{
    uint8_t *larger;

    if (size <= reader->assembled_room)
        return JET_errSuccess;
    if (size > reader->size)
        return corrupt(reader);
    larger = os_realloc(reader->assembled, size);
    if (!larger)
        return JET_errOutOfMemory;
    reader->assembled = larger;
    reader->assembled_room = size;
    return JET_errSuccess;
}

/* The pieces of a record that is being put together. */
struct pieces
{
    bool open;
    size_t total;
    size_t have;
};

static JET_ERR first_piece(struct log_reader *reader, const uint8_t *at, size_t left, struct pieces *pieces)
{
    const struct log_fragment_begin *begin = (const struct log_fragment_begin *)at;
    JET_ERR err;

    if (left < sizeof(*begin) || begin->size > left - sizeof(*begin) || !begin->size || begin->size >= begin->total)
        return corrupt(reader);
    err = reserve(reader, begin->total);
    if (err < 0)
        return err;
    memcpy(reader->assembled, begin + 1, begin->size);
    pieces->open = true;
    pieces->total = begin->total;
    pieces->have = begin->size;
    return JET_errSuccess;
}

static JET_ERR next_piece(struct log_reader *reader, const uint8_t *at, size_t left, struct pieces *pieces)
{
    const struct log_fragment *piece = (const struct log_fragment *)at;

    if (!pieces->open || piece->size > left - sizeof(*piece) || piece->size > pieces->total - pieces->have)
        return corrupt(reader);
    memcpy(reader->assembled + pieces->have, piece + 1, piece->size);
    pieces->have += piece->size;
    if (pieces->have == pieces->total && log_record_size(reader->assembled, pieces->total) != pieces->total)
        return corrupt(reader);
    return JET_errSuccess;
}

/* Records that may follow one that was never finished, at the start of a segment: undo began there. */
static bool begins_undo(uint8_t type)
{
    return type == LOG_RECOVERY_UNDO || type == LOG_RECOVERY_UNDO2 || type == LOG_UNDO_INFO;
}

static JET_ERR found(struct log_reader *reader, struct log_read_record *record, size_t start, size_t next,
                     const uint8_t *data, size_t size)
{
    record->position = reader_position(reader, start);
    record->next = reader_position(reader, next);
    record->data = data;
    record->size = (uint32_t)size;
    record->type = data[0];
    reader->next = next;
    reader->skip_partial = false;
    return JET_errSuccess;
}

JET_ERR log_reader_next(struct log_reader *reader, struct log_read_record *record)
{
    struct pieces pieces = { false, 0, 0 };
    size_t start = reader->next, at = start;
    size_t end = offset_of(reader, reader->end);

    if (reader->old)
        return log_reader_old_next(reader, record);
    for (;;)
    {
        size_t segment = at - at % LOG_SEGMENT_SIZE, segment_end = segment + LOG_SEGMENT_SIZE, left;
        const uint8_t *data;
        bool first = false;
        uint64_t size;
        JET_ERR err;

        if (at >= end)
            return JET_wrnNoMoreRecords;
        if (at == segment)
        {
            at += sizeof(struct log_segment);
            first = true;
        }
        data = reader->data + at;
        left = segment_end - at;
        if (data[0] == LOG_NOP)
        {
            while (at < segment_end && reader->data[at] == LOG_NOP)
                at++;
            continue;
        }
        size = log_record_size(data, left);
        if (!size || size > left)
            return corrupt(reader);
        if (data[0] == LOG_FRAGMENT)
        {
            if (reader->skip_partial && !pieces.open)
            {
                at += (size_t)size;
                start = at;
                continue;
            }
            err = next_piece(reader, data, left, &pieces);
            if (err < 0)
                return err;
            at += (size_t)size;
            if (pieces.have == pieces.total)
                return found(reader, record, start, at, reader->assembled, pieces.total);
            continue;
        }
        if (data[0] == LOG_FRAGMENT_BEGIN)
        {
            if (pieces.open)
            {
                if (!first || data[sizeof(struct log_fragment_begin)] != LOG_UNDO_INFO)
                    return corrupt(reader);
                start = segment;
            }
            err = first_piece(reader, data, left, &pieces);
            if (err < 0)
                return err;
            at += (size_t)size;
            continue;
        }
        if (pieces.open)
        {
            if (!first || !begins_undo(data[0]))
                return corrupt(reader);
            start = segment;
        }
        return found(reader, record, start, at + (size_t)size, data, (size_t)size);
    }
}
