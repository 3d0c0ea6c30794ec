/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Log files and checkpoint files, as they lie on disk.
 *
 * The log is a stream of records, cut into generations: a file each, all of one
 * size.  A file is a header of 4096 bytes and then segments of 4096 bytes; the
 * last segment of a file holds no records of its own.  A segment begins with a
 * struct log_segment, which has the segment's checksum (that of a page, with the
 * segment's number in place of the page's) and says at which position of which
 * generation it was written, so what a file held before it was used again can be
 * told from what belongs to it.
 *
 * Records follow each other from one segment to the next, without gaps.  A
 * record that does not fit into what is left of a segment is cut: the first part
 * lies in a record of its own, LOG_FRAGMENT_BEGIN, the others in LOG_FRAGMENT;
 * they are the last and the first in their segments.  Where less than
 * LOG_FRAGMENT_MIN bytes are left they stay zero, which is the record
 * LOG_NOP, and the record begins in the next segment.  No record crosses from one
 * file to the next.
 *
 * A write ends a segment early by filling it: with the record LOG_NOP2, or with
 * zeroes at the end of a generation.  Where an engine writes a segment that is
 * to be written again when it is full, it writes it twice, the second time as the
 * shadow in the place of the next one: a torn write of the one leaves the other.
 *
 * A position in the log is one number that orders: generation, segment, byte
 * within the segment.  The position of a record is where the one before it ends,
 * so it may point at the filling, at the end of a segment, before it; the first
 * record of a segment that starts with one has byte 0, not that after the header.
 *
 * What is said of a position as a number here is said of the struct
 * header_position on disk: the same eight bytes.
 *
 * Generations that Windows 7 and older wrote (LOG_VERSION_OLD) have no segments:
 * their records lie over sectors and are covered by the checksums in records
 * LOG_CHECKSUM.  See log/reader_old.c.
 *
 * The checkpoint file has two copies of a header of 4096 bytes.
 *
 * Facts: the published source (LGFILEHDR, LGSEGHDR, ATTACHINFO, CHECKPOINT), and
 * files of Windows 10.  No locks; nothing here keeps state.
 */
#ifndef ESENT_FORMAT_LOG_FILE_H
#define ESENT_FORMAT_LOG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esent.h"
#include "format/bytes.h"
#include "format/header.h"

#define LOG_SEGMENT_SIZE 4096u
#define LOG_HEADER_SIZE 4096u
#define LOG_FRAGMENT_MIN 32u            /* a record is not cut for less */
#define LOG_ATTACH_SIZE 2048u           /* the list of attached databases in a header */
#define CHECKPOINT_SIZE 4096u           /* of each copy */

#define LOG_FILE_TYPE 3u                /* JET_filetypeLog */
#define CHECKPOINT_FILE_TYPE 4u         /* JET_filetypeCheckpoint */

#define LOG_VERSION 8u
#define LOG_VERSION_OLD 7u              /* to Windows 7 */
#define LOG_VERSION_MINOR 4000u
#define LOG_VERSION_MINOR_OLD 3704u
#define LOG_UPDATE_MAJOR_MAX 130u       /* newest that is read */
#define LOG_UPDATE_MAJOR 5u             /* what is written: what the reference writes by default and */
#define LOG_UPDATE_MINOR 16u            /* Windows 10 and 11 read and write */
#define LOG_UPDATE_MAJOR_ZERO_FILLED 2u /* since then what is unused of a file is zero */
#define LOG_UPDATE_MAJOR_ROOT_MOVE 50u  /* and roots may move */

#define LOG_GENERATION_MAX 0x7ffff800u  /* the rest is kept for recovery's own records */
#define LOG_GENERATION_MAX_RECOVERY 0x7ffffa00u

#define LOG_FLAG_RESERVE 0x01u          /* in log_header.flags: one of the reserve files was used for it */
#define LOG_FLAG_CIRCULAR 0x02u
#define LOG_FLAG_CIRCULAR_BEFORE 0x04u

#define LOG_PARAMETERS_CIRCULAR 0x01u

#define CHECKPOINT_ATTACHMENTS 0x01u    /* in checkpoint_header.flags */

/* --------------------------------------------------------------- positions --- */

#define LOG_POSITION_NONE 0ull
#define LOG_POSITION_MAX 0x7fffffffffffffffull

static inline uint64_t log_position(uint32_t generation, uint32_t segment, uint32_t byte)
{
    return (uint64_t)generation << 32 | (uint64_t)(segment & 0xffff) << 16 | (byte & 0xffff);
}

static inline uint32_t log_position_generation(uint64_t position)
{
    return (uint32_t)(position >> 32);
}

static inline uint32_t log_position_segment(uint64_t position)
{
    return (uint32_t)(position >> 16) & 0xffff;
}

static inline uint32_t log_position_byte(uint64_t position)
{
    return (uint32_t)position & 0xffff;
}

static inline uint64_t log_position_of(const struct header_position *position)
{
    return le64(position);
}

static inline void log_position_store(struct header_position *to, uint64_t position)
{
    set_le64(to, position);
}

/* ----------------------------------------------------------------- structs --- */

#pragma pack(push, 1)

struct log_segment
{
    uint64_t checksum;
    struct header_position position;    /* byte 0 */
    struct header_time time;            /* when its first record was made */
    uint8_t mark[12];                   /* zero, or of struct log_mark */
    uint32_t flags;                     /* as those of a page: which checksum */
};

/*
 * What this engine says of a segment in bytes that others leave zero and do not
 * read, for telling a write that a crash cut short from damage.  See
 * log_segment_torn().
 */
struct log_mark
{
    uint32_t magic;
    uint16_t durable;                   /* segments of the generation below it were on disk before this was written */
    uint8_t zero_sectors;               /* bit n: the nth 512 bytes are zero */
    uint8_t reserved;
    uint32_t check;                     /* of the first 512 bytes without the page checksum and this field */
};

#define LOG_MARK_MAGIC 0x4b524d4cu

/* The program's parameters when the log was made; for information. */
struct log_parameters
{
    char system_path[261];
    char log_path[261];
    uint8_t flags;
    uint32_t sessions;
    uint32_t open_tables;
    uint32_t version_pages;
    uint32_t cursors;
    uint32_t log_buffers;
    uint32_t log_segments;              /* of a log file */
    uint32_t cache_size;
    uint8_t reserved[16];
};

struct log_header
{
    uint32_t checksum;
    int32_t generation;
    uint16_t segment_size;              /* of old logs: of a sector */
    uint16_t header_segments;
    uint16_t segments;                  /* of the whole file */
    uint16_t page_size;                 /* of the databases; 0: 4096 */
    struct header_time created;
    struct header_time created_before;  /* the generation before it */
    uint32_t major;
    uint32_t minor;
    uint32_t update_major;
    struct header_signature signature;
    struct log_parameters parameters;
    uint8_t flags;
    struct header_position checkpoint;  /* when the file was made */
    uint32_t update_minor;
    uint8_t sector_mismatch;            /* what is known of the disk's sectors; 0: nothing */
    uint64_t checksum_before;           /* XOR of the checksums of all segments of the generation before */
    uint32_t engine_format;             /* newest that the engine knew, for information */
    uint8_t mark[2];                    /* zero, or LOG_HEADER_MARK: of this engine */
    uint32_t file_type;
    uint8_t attach[LOG_ATTACH_SIZE];
    uint8_t padding[LOG_HEADER_SIZE - 671 - LOG_ATTACH_SIZE];
};

#define LOG_HEADER_MARK 0x4d4cu

/* One attached database in the list of a header; the names follow, and after the last one a 0. */
struct log_attach
{
    uint8_t dbid;
    uint8_t flags;
    uint16_t names_size;                /* in bytes, with the final NULs */
    uint64_t dbtime;
    uint32_t last_objid;
    uint32_t pages_max;
    struct header_position attach;
    struct header_position consistent;
    struct header_signature signature;
};

#define LOG_ATTACH_UNICODE 0x20u
#define LOG_ATTACH_SPARSE 0x40u

struct checkpoint_header
{
    uint32_t checksum;
    struct header_position last_full_backup;
    struct header_position checkpoint;  /* redo begins here */
    struct header_signature signature;
    struct log_parameters parameters;
    struct header_position full_backup;
    struct header_time full_backup_time;
    struct header_position incremental_backup;
    struct header_time incremental_backup_time;
    uint8_t flags;
    struct header_position consistency; /* up to here databases have been written */
    uint8_t reserved1[11];
    uint32_t file_type;
    uint8_t reserved2[8];
    uint8_t attach[LOG_ATTACH_SIZE];
    uint8_t padding[CHECKPOINT_SIZE - 679 - LOG_ATTACH_SIZE];
};

#pragma pack(pop)

/* ------------------------------------------------------------------- times --- */

/* The moment `time` (as os_time_now) as headers have it; 0 gives none. */
void log_time_set(struct header_time *to, uint64_t time);

/* As os_time_now; 0 for none or what is no time. */
uint64_t log_time_get(const struct header_time *from);

/* ------------------------------------------------------------------ header --- */

/* Sets the checksum of a header that is about to be written. */
void log_header_seal(struct log_header *header);

/*
 * Whether the 4096 bytes are the header of a log file that is understood.
 * JET_errLogFileCorrupt (checksum or nonsense), JET_errFileInvalidType,
 * JET_errBadLogVersion; of Jet of old: JET_errDatabase500Format,
 * JET_errDatabase400Format, JET_errDatabase200Format.
 */
JET_ERR log_header_check(const struct log_header *header);

/* Whether the file has records under LOG_CHECKSUM in place of segments. */
static inline bool log_header_old(const struct log_header *header)
{
    return header->major <= LOG_VERSION_OLD;
}

/* Page size of the databases that the log is of. */
static inline uint32_t log_header_page_size(const struct log_header *header)
{
    return header->page_size ? header->page_size : 4096;
}

/* ---------------------------------------------------------------- segments --- */

enum log_segment_state
{
    LOG_SEGMENT_GOOD,                   /* belongs to this generation and place */
    LOG_SEGMENT_EMPTY,                  /* zero, or left from an earlier use of the file */
    LOG_SEGMENT_SHADOW,                 /* a whole copy of the segment before it */
    LOG_SEGMENT_WRONG,                  /* whole, but of another place */
    LOG_SEGMENT_DAMAGED,                /* its checksum fails */
};

/* Completes a segment that is about to be written: position, mark, checksum.
 * `durable`: segments of this generation below it are on disk.  Returns the checksum. */
uint64_t log_segment_seal(uint8_t *segment, uint32_t generation, uint32_t number, uint32_t durable);

/* What lies in the place of segment `number`.  A single wrong bit is put right.
 * `zero_filled`: a segment of zeroes counts as empty. */
enum log_segment_state log_segment_check(uint8_t *segment, uint32_t generation, uint32_t number, bool zero_filled);

/* The mark of a good segment, or false: another engine wrote it. */
bool log_segment_mark(const uint8_t *segment, struct log_mark *mark);

/*
 * Whether a damaged segment is what a crash leaves of a write by this engine
 * that was on its way: sectors of 512 bytes that are still zero where the mark
 * says they are not, the others as written.  When the first sector is missing,
 * and with it the mark, `ours` decides: whether this engine wrote the segment
 * before it, or if there is none, the header.
 */
bool log_segment_torn(const uint8_t *segment, uint32_t generation, uint32_t number, bool ours);

/* ----------------------------------------------- lists of attached databases --- */

/* The next entry of a list at *offset (0 at first), which is moved on.  NULL at the end, or if the list is broken:
 * then *offset is LOG_ATTACH_SIZE + 1. */
const struct log_attach *log_attach_next(const uint8_t *list, size_t *offset);

/* The path of an entry as text, cut to fit. */
void log_attach_path(const struct log_attach *attach, WCHAR *path, size_t cch);

/* Adds an entry with this path at *offset, which is moved on, and ends the list there; false if there is no room. */
bool log_attach_add(uint8_t *list, size_t *offset, const struct log_attach *attach, const WCHAR *path);

/* -------------------------------------------------------------- checkpoints --- */

void checkpoint_seal(struct checkpoint_header *checkpoint);

/* Whether a copy is whole and of that type: JET_errCheckpointCorrupt, JET_errFileInvalidType. */
JET_ERR checkpoint_check(const struct checkpoint_header *checkpoint);

#endif
