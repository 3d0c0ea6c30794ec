/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Logs that Windows 7 and older wrote: LOG_VERSION_OLD.
 *
 * Records follow each other over the sectors of the file as if there were none.
 * Among them are records LOG_CHECKSUM, the first at the start of the log, one for
 * each flush.  It covers what lies before it in its own sector (`backward`, which
 * is where the sector starts) and what comes after it (`forward`), and says where
 * the next one is.  A flush of more than a sector has a second checksum, of
 * the sector with the record alone, so that the pointers in it can be believed when
 * the others did not arrive.
 *
 * A flush that ends within a sector is written twice, the second time to the
 * sector after it with another checksum: the shadow, for the sector is written
 * again by the next flush.
 *
 * After a crash an engine that found the last sector torn put a record
 * LOG_CHECKSUM with `backward` 0 in its place: what lies before it in the
 * sector is nothing, and the record that began in the sector before has no end.
 *
 * What is unused of the file has a pattern.  If after a bad checksum there is
 * anything else, the log is damaged; if not, the last flush was cut short.
 */
#include <string.h>

#include "log/reader_private.h"

#define SEED         0xfeedbeafu
#define SHORT_SEED   0xdeadc0deu
#define SHADOW       0x5ad05ec7u
#define PATTERN      0xdau
#define PATTERN_SIZE 512u
#define RECORD       ((size_t)sizeof(struct log_checksum))

struct log_reader_old
{
    size_t sector;        /* bytes of one */
    size_t end;           /* of what can be believed */
    size_t range_end;     /* of what the current LOG_CHECKSUM covers */
    size_t next_checksum; /* where the next one lies; 0: there is none */
};

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

/* ---------------------------------------------------------------- checksums --- */

static uint32_t sum_bytes(const uint8_t *data, size_t size, uint32_t sum)
{
    size_t i;

    for (i = 0; i + 4 <= size; i += 4)
        sum ^= le32(data + i);
    for (; i < size; i++)
        sum ^= (uint32_t)data[i] << (8 * (i % 4));
    return sum;
}

static uint32_t sum_fields(const struct log_reader *reader, const struct log_checksum *record, uint32_t sum)
{
    return sum ^ record->backward ^ record->forward ^ record->next ^ record->has_short ^
           (uint32_t)reader->header.generation;
}

static uint32_t range_sum(const struct log_reader *reader, size_t at)
{
    const struct log_checksum *record = (const struct log_checksum *)(reader->data + at);
    uint32_t sum = sum_bytes(reader->data + at - record->backward, record->backward, SEED);

    return sum_fields(reader, record, sum_bytes(reader->data + at + RECORD, record->forward, sum));
}

static uint32_t sector_sum(const struct log_reader *reader, size_t at)
{
    const struct log_checksum *record = (const struct log_checksum *)(reader->data + at);
    uint32_t sum = sum_bytes(reader->data + at - record->backward, record->backward, SHORT_SEED);
    size_t rest = reader->old->sector - at % reader->old->sector - RECORD;

    return sum_fields(reader, record, sum_bytes(reader->data + at + RECORD, rest, sum));
}

/*
 * Whether there is a record LOG_CHECKSUM at `at` that makes sense, whatever its
 * range holds.  After that, its ranges lie within the file.
 */
static bool is_checksum(const struct log_reader *reader, size_t at)
{
    size_t sector = reader->old->sector, within = at % sector, range, next;
    const struct log_checksum *record = (const struct log_checksum *)(reader->data + at);
    bool many;

    if (within + RECORD > sector || at + RECORD > reader->size || record->type != LOG_CHECKSUM)
        return false;
    if (record->backward && record->backward != within)
        return false;
    if (record->forward > reader->size - at - RECORD)
        return false;
    many = record->has_short == LOG_CHECKSUM_SHORT_ON;
    if (!many && (record->has_short != LOG_CHECKSUM_SHORT_OFF || record->short_checksum))
        return false;
    range = within + RECORD + record->forward;
    if (many != (range > sector) || (many && range % sector))
        return false;
    if (many && sector_sum(reader, at) != record->short_checksum)
        return false;
    if (!record->next)
        return true;
    if (range % sector)
        return false;
    next = at + RECORD + record->next;
    return record->next <= reader->size && next + RECORD <= reader->size &&
           next / sector == (at - within + range) / sector;
}

/* ------------------------------------------------------------- finding the end --- */

/* Whether nothing but the pattern is left from this sector on. */
static bool is_unused(const struct log_reader *reader, size_t at)
{
    for (; at < reader->size; at++)
    {
        uint8_t expected = PATTERN;

        if (at % 16 == 0)
            expected = (uint8_t)(PATTERN + at % PATTERN_SIZE);
        if (reader->data[at] != expected)
            return false;
    }
    return true;
}

/* The sector after it is a shadow of the one that `at` lies in: it takes its place. */
static bool take_shadow(struct log_reader *reader, size_t at)
{
    size_t sector = reader->old->sector, start = at - at % sector;
    const struct log_checksum *shadow;

    if (reader->size - start < 2 * sector || !is_checksum(reader, at + sector))
        return false;
    shadow = (const struct log_checksum *)(reader->data + at + sector);
    if (shadow->has_short != LOG_CHECKSUM_SHORT_OFF || shadow->next ||
        (range_sum(reader, at + sector) ^ SHADOW) != shadow->checksum)
        return false;
    memcpy(reader->data + start, reader->data + start + sector, sector);
    reader->patched = true;
    reader->patched_segment = (uint32_t)(start / sector);
    return true;
}

/* A sector whose checksum fails, and from which on nothing can be believed. */
static JET_ERR end_at(struct log_reader *reader, size_t at, size_t end, size_t rest)
{
    if (take_shadow(reader, at))
    {
        const struct log_checksum *record = (const struct log_checksum *)(reader->data + at);

        if (reader->mode != LOG_READ_SOFT)
            return reader->mode == LOG_READ_HARD_RESTORE ? JET_errLogTornWriteDuringHardRestore
                                                         : JET_errLogTornWriteDuringHardRecovery;
        reader->old->end = at + RECORD + record->forward;
        return JET_errSuccess;
    }
    if (!is_unused(reader, rest))
        return corrupt(reader);
    reader->torn = true;
    reader->old->end = end;
    return JET_errSuccess;
}

static JET_ERR find_end(struct log_reader *reader)
{
    struct log_reader_old *old = reader->old;
    size_t at = LOG_HEADER_SIZE, before = 0;

    old->end = at;
    for (;;)
    {
        const struct log_checksum *record = (const struct log_checksum *)(reader->data + at);
        size_t start = at - at % old->sector;

        if (!is_checksum(reader, at))
            return end_at(reader, at, start, start + old->sector);
        if (range_sum(reader, at) != record->checksum)
        {
            if (record->has_short == LOG_CHECKSUM_SHORT_ON)
            {
                /* Only its first sector arrived. */
                size_t rest = at + RECORD + record->forward;

                if (!is_unused(reader, rest))
                    return corrupt(reader);
                reader->torn = true;
                old->end = start + old->sector;
                return JET_errSuccess;
            }
            /* The pointer of the last sector may lead into its own shadow. */
            if (before && before + old->sector == at && (range_sum(reader, at) ^ SHADOW) == record->checksum)
                return JET_errSuccess;
            return end_at(reader, at, start, start + old->sector);
        }
        old->end = at + RECORD + record->forward;
        if (!record->next)
            return JET_errSuccess;
        before = at;
        at += RECORD + record->next;
        if (at <= before || at >= reader->size)
            return corrupt(reader);
    }
}

static JET_ERR find_close(struct log_reader *reader)
{
    struct log_read_record record;
    size_t first = reader->next;
    JET_ERR err;

    while (!(err = log_reader_old_next(reader, &record)))
    {
        if (log_record_closes(record.type))
            reader->close = record.position;
        else if (record.type != LOG_CHECKSUM && record.type != LOG_NOP2)
            reader->close = LOG_POSITION_NONE;
    }
    log_reader_old_seek(reader, first);
    return err;
}

JET_ERR log_reader_old_open(struct log_reader *reader)
{
    JET_ERR err;

    reader->old = os_alloc_zero(sizeof(*reader->old));
    if (!reader->old)
        return JET_errOutOfMemory;
    reader->old->sector = reader->header.segment_size;
    reader->next = LOG_HEADER_SIZE;
    reader->old->next_checksum = LOG_HEADER_SIZE;
    err = find_end(reader);
    if (err < 0)
        return err;
    reader->end = reader_position(reader, reader->old->end);
    reader->end_segment = (uint32_t)((reader->old->end + reader->old->sector - 1) / reader->old->sector);
    return find_close(reader);
}

void log_reader_old_seek(struct log_reader *reader, size_t at)
{
    reader->next = at;
    reader->old->next_checksum = LOG_HEADER_SIZE;
    reader->old->range_end = LOG_HEADER_SIZE;
}

void log_reader_old_close(struct log_reader *reader)
{
    os_free(reader->old);
    reader->old = NULL;
}

/* ----------------------------------------------------------------- records --- */

static void enter_range(struct log_reader *reader, size_t at)
{
    const struct log_checksum *record = (const struct log_checksum *)(reader->data + at);

    reader->old->range_end = at + RECORD + record->forward;
    reader->old->next_checksum = record->next ? at + RECORD + record->next : 0;
}

/* Whether the sector of the next LOG_CHECKSUM has nothing before that record. */
static bool starts_anew(const struct log_reader *reader)
{
    size_t at = reader->old->next_checksum;
    const struct log_checksum *record = (const struct log_checksum *)(reader->data + at);

    return !record->backward && at % reader->old->sector;
}

JET_ERR log_reader_old_next(struct log_reader *reader, struct log_read_record *record)
{
    struct log_reader_old *old = reader->old;
    size_t at = reader->next;
    size_t end = (size_t)log_position_segment(reader->end) * old->sector + log_position_byte(reader->end);

    for (;;)
    {
        uint64_t size;

        if (at >= end)
            return JET_wrnNoMoreRecords;
        /* A seek went over it. */
        while (old->next_checksum && old->next_checksum < at)
            enter_range(reader, old->next_checksum);
        if (at == old->next_checksum)
            enter_range(reader, at);
        if (reader->data[at] == LOG_NOP)
        {
            at++;
            continue;
        }
        size = log_record_size(reader->data + at, end - at);
        if (!size && reader->data[at] < LOG_TYPES && log_record_fixed_size(reader->data[at]) > end - at)
            return JET_wrnNoMoreRecords;
        if (!size)
            return corrupt(reader);
        if (old->next_checksum && at + size > old->range_end && starts_anew(reader))
        {
            at = old->next_checksum;
            continue;
        }
        if (at + size > end)
            return JET_wrnNoMoreRecords;
        if (old->next_checksum && at + size > old->next_checksum)
            return corrupt(reader);
        record->position = reader_position(reader, at);
        record->next = reader_position(reader, at + (size_t)size);
        record->data = reader->data + at;
        record->size = (uint32_t)size;
        record->type = reader->data[at];
        reader->next = at + (size_t)size;
        return JET_errSuccess;
    }
}
