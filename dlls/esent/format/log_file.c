/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "format/checksum.h"
#include "format/log_file.h"
#include "format/page.h"
#include "os/os.h"

_Static_assert(sizeof(struct log_segment) == 40, "log_segment");
_Static_assert(offsetof(struct log_segment, mark) == 24, "log_segment.mark");
_Static_assert(offsetof(struct log_segment, flags) == 36, "log_segment.flags");
_Static_assert(sizeof(struct log_mark) == 12, "log_mark");
_Static_assert(sizeof(struct log_parameters) == 567, "log_parameters");
_Static_assert(offsetof(struct log_header, created) == 16, "log_header.created");
_Static_assert(offsetof(struct log_header, major) == 32, "log_header.major");
_Static_assert(offsetof(struct log_header, signature) == 44, "log_header.signature");
_Static_assert(offsetof(struct log_header, parameters) == 72, "log_header.parameters");
_Static_assert(offsetof(struct log_header, flags) == 639, "log_header.flags");
_Static_assert(offsetof(struct log_header, checksum_before) == 653, "log_header.checksum_before");
_Static_assert(offsetof(struct log_header, file_type) == 667, "log_header.file_type");
_Static_assert(offsetof(struct log_header, attach) == 671, "log_header.attach");
_Static_assert(sizeof(struct log_header) == LOG_HEADER_SIZE, "log_header");
_Static_assert(sizeof(struct log_attach) == 64, "log_attach");
_Static_assert(offsetof(struct checkpoint_header, signature) == 20, "checkpoint_header.signature");
_Static_assert(offsetof(struct checkpoint_header, full_backup) == 615, "checkpoint_header.full_backup");
_Static_assert(offsetof(struct checkpoint_header, consistency) == 648, "checkpoint_header.consistency");
_Static_assert(offsetof(struct checkpoint_header, file_type) == 667, "checkpoint_header.file_type");
_Static_assert(offsetof(struct checkpoint_header, attach) == 679, "checkpoint_header.attach");
_Static_assert(sizeof(struct checkpoint_header) == CHECKPOINT_SIZE, "checkpoint_header");

#define SECTOR  512u
#define SECTORS (LOG_SEGMENT_SIZE / SECTOR)

/* ------------------------------------------------------------------- times --- */

void log_time_set(struct header_time *to, uint64_t time)
{
    struct os_time split;

    memset(to, 0, sizeof(*to));
    if (!time)
        return;
    os_time_split(time, &split);
    to->second = split.second;
    to->minute = split.minute;
    to->hour = split.hour;
    to->day = split.day;
    to->month = split.month;
    to->year = (uint8_t)(split.year - 1900);
    to->is_utc = 1;
    to->milliseconds_low = split.millisecond & 0x7f;
    to->milliseconds_high = (split.millisecond >> 7) & 0x7;
}

uint64_t log_time_get(const struct header_time *from)
{
    struct os_time split;

    if (!from->month || !from->day)
        return 0;
    memset(&split, 0, sizeof(split));
    split.year = (uint16_t)(from->year + 1900);
    split.month = from->month;
    split.day = from->day;
    split.hour = from->hour;
    split.minute = from->minute;
    split.second = from->second;
    split.millisecond = (uint16_t)(from->milliseconds_low | from->milliseconds_high << 7);
    return os_time_join(&split);
}

/* ------------------------------------------------------------------ header --- */

void log_header_seal(struct log_header *header)
{
    header->checksum = checksum_header(header, sizeof(*header));
}

/* Headers of Jet 2 to 5 had other fields in these places. */
static JET_ERR check_ancient(const struct log_header *header)
{
    const uint8_t *bytes = (const uint8_t *)header;

    if (le32(bytes + 24) == 4 && (le32(bytes + 28) == 909 || le32(bytes + 28) == 995) && !le32(bytes + 32))
        return JET_errDatabase500Format;
    if (le32(bytes + 20) == 443 && !le32(bytes + 24) && !le32(bytes + 28))
        return JET_errDatabase400Format;
    if (!le32(bytes + 44) && le32(bytes + 48) == 0x0ca0001)
        return JET_errDatabase200Format;
    return JET_errSuccess;
}

static JET_ERR check_version(const struct log_header *header)
{
    if (header->major == LOG_VERSION && header->minor == LOG_VERSION_MINOR)
        return header->update_major <= LOG_UPDATE_MAJOR_MAX ? JET_errSuccess : JET_errBadLogVersion;
    if (header->major == LOG_VERSION_OLD && header->minor == LOG_VERSION_MINOR_OLD)
        return JET_errSuccess;
    return JET_errBadLogVersion;
}

JET_ERR log_header_check(const struct log_header *header)
{
    JET_ERR err = check_ancient(header);

    if (err)
        return err;
    if (header->checksum != checksum_header(header, sizeof(*header)))
        return JET_errLogFileCorrupt;
    if (header->file_type && header->file_type != LOG_FILE_TYPE)
        return JET_errFileInvalidType;
    err = check_version(header);
    if (err)
        return err;
    if (header->segment_size < 512 || header->segment_size > LOG_SEGMENT_SIZE ||
        (header->segment_size & (header->segment_size - 1)))
        return JET_errLogFileCorrupt;
    if (!log_header_old(header) && header->segment_size != LOG_SEGMENT_SIZE)
        return JET_errLogFileCorrupt;
    if (header->header_segments != LOG_HEADER_SIZE / header->segment_size ||
        header->segments < header->header_segments + 2 || header->generation < 1)
        return JET_errLogFileCorrupt;
    return JET_errSuccess;
}

/* ---------------------------------------------------------------- segments --- */

/* Of the first sector, without the page checksum, the mark's own field and the flags that the page checksum sets. */
static uint32_t mark_check(const uint8_t *segment)
{
    size_t own = offsetof(struct log_segment, mark) + offsetof(struct log_mark, check);
    uint32_t sum = 0x811c9dc5u;
    size_t i;

    for (i = 8; i < SECTOR; i += 4)
    {
        if (i == own || i == offsetof(struct log_segment, flags))
            continue;
        sum = (sum ^ le32(segment + i)) * 0x01000193u;
        sum ^= sum >> 15;
    }
    return sum;
}

static uint32_t zero_sectors(const uint8_t *segment)
{
    uint32_t zero = 0, i;

    for (i = 0; i < SECTORS; i++)
        if (checksum_is_zero(segment + i * SECTOR, SECTOR))
            zero |= 1u << i;
    return zero;
}

uint64_t log_segment_seal(uint8_t *segment, uint32_t generation, uint32_t number, uint32_t durable)
{
    struct log_segment *head = (struct log_segment *)segment;
    struct log_mark mark;

    log_position_store(&head->position, log_position(generation, number, 0));
    head->flags = 0;
    memset(&mark, 0, sizeof(mark));
    mark.magic = LOG_MARK_MAGIC;
    mark.durable = (uint16_t)durable;
    mark.zero_sectors = (uint8_t)(zero_sectors(segment) & ~1u);
    memcpy(head->mark, &mark, sizeof(mark));
    mark.check = mark_check(segment);
    memcpy(head->mark, &mark, sizeof(mark));
    checksum_page_set(segment, LOG_SEGMENT_SIZE, number);
    return le64(segment);
}

/* Whether the checksum of a segment is right for this number; only a whole one is changed. */
static bool verify(uint8_t *segment, uint32_t number)
{
    uint8_t copy[LOG_SEGMENT_SIZE];
    uint32_t corrected;

    if (checksum_block(segment, LOG_SEGMENT_SIZE, number, true) == le64(segment))
        return true;
    memcpy(copy, segment, sizeof(copy));
    /* All segments have this kind; the bit that says so may be the one that is wrong. */
    set_le32(copy + PAGE_OFFSET_FLAGS, le32(copy + PAGE_OFFSET_FLAGS) | PAGE_NEW_CHECKSUM);
    if (checksum_page_verify(copy, sizeof(copy), number, &corrected, NULL))
        return false;
    memcpy(segment, copy, sizeof(copy));
    return true;
}

enum log_segment_state log_segment_check(uint8_t *segment, uint32_t generation, uint32_t number, bool zero_filled)
{
    const struct log_segment *head = (const struct log_segment *)segment;
    uint64_t position;

    if (zero_filled && checksum_is_zero(segment, LOG_SEGMENT_SIZE))
        return LOG_SEGMENT_EMPTY;
    if (!verify(segment, number))
        return number > 1 && verify(segment, number - 1) ? LOG_SEGMENT_SHADOW : LOG_SEGMENT_DAMAGED;
    position = log_position_of(&head->position);
    if (position < log_position(generation, number, 0))
        return LOG_SEGMENT_EMPTY;
    return position == log_position(generation, number, 0) ? LOG_SEGMENT_GOOD : LOG_SEGMENT_WRONG;
}

bool log_segment_mark(const uint8_t *segment, struct log_mark *mark)
{
    memcpy(mark, segment + offsetof(struct log_segment, mark), sizeof(*mark));
    return mark->magic == LOG_MARK_MAGIC && mark->check == mark_check(segment);
}

bool log_segment_torn(const uint8_t *segment, uint32_t generation, uint32_t number, bool ours)
{
    const struct log_segment *head = (const struct log_segment *)segment;
    uint32_t zero = zero_sectors(segment);
    struct log_mark mark;

    if (zero & 1)
        return ours;
    if (!log_segment_mark(segment, &mark) || log_position_of(&head->position) != log_position(generation, number, 0))
        return false;
    return (zero & ~(uint32_t)mark.zero_sectors) != 0;
}

/* ----------------------------------------------- lists of attached databases --- */

#define LIST_BROKEN (LOG_ATTACH_SIZE + 1u)

const struct log_attach *log_attach_next(const uint8_t *list, size_t *offset)
{
    const struct log_attach *attach;
    size_t room;

    if (*offset >= LOG_ATTACH_SIZE || !list[*offset])
        return NULL;
    room = LOG_ATTACH_SIZE - *offset;
    attach = (const struct log_attach *)(list + *offset);
    if (room < sizeof(*attach) || room - sizeof(*attach) < attach->names_size)
    {
        *offset = LIST_BROKEN;
        return NULL;
    }
    *offset += sizeof(*attach) + attach->names_size;
    return attach;
}

void log_attach_path(const struct log_attach *attach, WCHAR *path, size_t cch)
{
    const uint8_t *names = (const uint8_t *)(attach + 1);
    size_t width = attach->flags & LOG_ATTACH_UNICODE ? 2 : 1;
    size_t count = attach->names_size / width;
    size_t i;

    if (!cch)
        return;
    for (i = 0; i < count && i + 1 < cch; i++)
    {
        path[i] = width == 2 ? le16(names + i * 2) : names[i];
        if (!path[i])
            break;
    }
    path[i] = 0;
}

bool log_attach_add(uint8_t *list, size_t *offset, const struct log_attach *attach, const WCHAR *path)
{
    size_t length = (os_text_length(path) + 1) * sizeof(WCHAR);
    struct log_attach entry = *attach;

    /* One byte stays for the end of the list. */
    if (*offset >= LOG_ATTACH_SIZE || LOG_ATTACH_SIZE - *offset <= sizeof(entry) + length)
        return false;
    entry.flags |= LOG_ATTACH_UNICODE;
    entry.names_size = (uint16_t)length;
    memcpy(list + *offset, &entry, sizeof(entry));
    memcpy(list + *offset + sizeof(entry), path, length);
    *offset += sizeof(entry) + length;
    list[*offset] = 0;
    return true;
}

/* -------------------------------------------------------------- checkpoints --- */

void checkpoint_seal(struct checkpoint_header *checkpoint)
{
    checkpoint->file_type = CHECKPOINT_FILE_TYPE;
    checkpoint->checksum = checksum_header(checkpoint, sizeof(*checkpoint));
}

JET_ERR checkpoint_check(const struct checkpoint_header *checkpoint)
{
    if (checkpoint->checksum != checksum_header(checkpoint, sizeof(*checkpoint)))
        return JET_errCheckpointCorrupt;
    if (checkpoint->file_type && checkpoint->file_type != CHECKPOINT_FILE_TYPE)
        return JET_errFileInvalidType;
    return JET_errSuccess;
}
