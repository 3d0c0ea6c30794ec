/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log: the log of an instance, written here and read here.
 *
 * What a record is and how it lies in a file is said in format/log_record.h and
 * format/log_file.h; reading one file is in log/reader.h.  This header is the
 * writing: a stream of records with a position each, made durable in order.
 *
 * The files: `edb.log` is the generation that is being written, `edbXXXXX.log`
 * are those before it, `edbtmp.log` is the next one, made ahead of need and full
 * of zeroes; it gets its header and its name when it is its turn.  `edbres*.jrs`
 * keep room on the disk: when it is full they serve in place of a new file, and
 * from then on log_check() refuses new work, so that what is open can end.
 *
 * The way of a record: log_append() reserves room at the end of a ring of
 * segments in memory, under `lock`, and that gives its position; then it copies
 * the record there, under the lock if it is small, and without it if not.  A
 * segment is open while records can still be added to it; it is closed when it
 * is full or when someone must have it on disk, and then the rest of it is
 * filled.  Only closed segments are written, each once: so no write ever touches
 * what was written before.
 *
 * Group commit: log_flush() returns when a record is durable.  The first that
 * asks becomes the leader: it closes the open segment, writes all closed ones,
 * and has the file flushed, while those that come meanwhile sleep.  When it is
 * done it wakes them; those whose records were among the written ones return,
 * and one of the others leads for all the rest.  So however many sessions commit,
 * there is one flush under way and one being gathered.
 *
 * A thread of the log writes segments when half of the ring is closed, so that
 * appending seldom has to wait; it flushes for those that asked for that by some
 * time (log_flush_later), and it makes the next file.  Without it (no memory for
 * a thread) those who append and flush do its work.
 *
 * Write-ahead: a page may be written when log_durable() is above the position of
 * the last record that changed it, and log_flush(position) makes it so.
 *
 * When a write fails the log is down, for good: nothing more is appended
 * (JET_errLogWriteFail) or becomes durable, and log_down() tells the first error.
 *
 * What is durable: all records before log_durable(), always a prefix of the log.
 * A record whose flush was never answered may be there after a crash or not;
 * but if it is, all before it are.  log/reader.h says how the end is found.
 *
 * Locks: `lock` is a leaf and never held across I/O or a callback.  The leader
 * (`flushing`) owns the current file and all that is said to be the leader's.
 * `checkpoint_lock` and `reserve_lock` are held across the I/O of those files,
 * and come before `lock`.  The callbacks of struct log_config are called by a
 * leader, `attachments` also by who writes a checkpoint: without `lock`.  They must
 * not call the log, nor wait for someone who appends or flushes.
 */
#ifndef ESENT_LOG_LOG_H
#define ESENT_LOG_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esent.h"
#include "format/log_file.h"
#include "format/log_record.h"
#include "log/reader.h"
#include "os/event.h"
#include "os/os.h"

#define LOG_NAME_MAX 16                 /* characters of a base name, with the NUL */

/* How the files of a log are named. */
struct log_names
{
    WCHAR directory[OS_PATH_MAX];       /* of the log files */
    WCHAR system_directory[OS_PATH_MAX]; /* of the checkpoint file */
    WCHAR base[LOG_NAME_MAX];           /* three characters, "edb" */
    bool new_extensions;                /* .jtx and .jcp in place of .log and .chk */
    bool long_numbers;                  /* always eight digits; else five while they do */
};

enum log_file_kind
{
    LOG_FILE_CURRENT,                   /* edb.log */
    LOG_FILE_NEXT,                      /* edbtmp.log */
    LOG_FILE_GENERATION,                /* edb0001A.log */
    LOG_FILE_RESERVE,                   /* edbres00001.jrs */
    LOG_FILE_CHECKPOINT,                /* edb.chk */
    LOG_FILE_SHADOW,                    /* edb0001A.jsl, of another log */
};

struct log_config
{
    struct log_names names;
    uint32_t file_size;                 /* bytes, a multiple of a segment; least 6 segments, most 65535 */
    uint32_t buffer_size;               /* bytes, a wish */
    uint32_t page_size;                 /* of the databases */
    uint32_t first_generation;          /* of a new log; 0: 1 */
    bool circular;                      /* generations that recovery needs no more are deleted */
    bool create_ahead;                  /* JET_paramLogFileCreateAsynch */
    uint32_t update_major, update_minor; /* of the format; 0: LOG_UPDATE_... */
    uint32_t engine_format;             /* for information */
    uint32_t depth_max;                 /* generations from the checkpoint on, JET_paramCheckpointTooDeep; 0: any */
    struct log_parameters parameters;

    const struct event_sink *events;    /* who is told for the system's event log; NULL: nobody */
    void *context;                      /* of the callbacks, each of which may be NULL */

    /* Lists the databases that are attached at `position`, for a header (log_attach_add). */
    void (*attachments)(void *context, uint64_t position, uint8_t list[LOG_ATTACH_SIZE]);

    /*
     * A new generation has its file, and no record in it is on disk yet: the
     * headers of the databases must say that it is needed.  Its error brings the log down.
     */
    JET_ERR (*generation)(void *context, uint32_t generation, const struct header_time *created);

    /*
     * What is about to be written to the files of the log: `size` bytes at `offset` of a generation, its header
     * at 0, or (size 0) that it is complete.  In this order, by the leader.
     */
    void (*emit)(void *context, uint32_t generation, uint64_t offset, const void *data, size_t size);

    /* All before `position` is durable; or the log is down (err < 0). */
    void (*durable)(void *context, uint64_t position, JET_ERR err);
};

struct log_part
{
    const void *data;
    size_t size;
};

struct log;

/* ------------------------------------------------------------- life of a log --- */

/*
 * Begins a new log, of a new signature, in its directory, and writes its
 * checkpoint file.  There must be no current file.  Errors: JET_errLogDiskFull,
 * JET_errFileAccessDenied (there is a file of that name), JET_errInvalidPath,
 * JET_errOutOfMemory, what the callbacks and the file system answer.
 */
JET_ERR log_create(const struct log_config *config, struct log **log);

/*
 * Continues a log whose last file was read by `reader` to its end; what lies
 * behind the end is made zero first.  If there is no current file, because the
 * last one has its number for a name already, or if another engine wrote it,
 * the next generation is begun.  Unless the log was closed (reader->close), the
 * first record that is appended must be LOG_RECOVERY_UNDO2: the last one may
 * have stayed without its end, and that is where it is let go.  Errors as above.
 */
JET_ERR log_resume(const struct log_config *config, const struct log_reader *reader, struct log **log);

/*
 * Ends it: stops the thread, flushes what was appended (its error is answered, if
 * the log was not down), closes the files and frees the log.  Nobody may be inside.
 * With `abandon` nothing is written any more.
 */
JET_ERR log_close(struct log *log, bool abandon);

/* ---------------------------------------------------------------- appending --- */

/*
 * Appends one record, given in parts; *position (may be NULL) is its position.
 * Errors: JET_errLogWriteFail (the log is down), JET_errLogBufferTooSmall (the
 * record would not fit in a file or in the buffer), JET_errCheckpointDepthTooDeep
 * (not for records that end something), JET_errLogSequenceEnd.
 */
JET_ERR log_append(struct log *log, const struct log_part *parts, size_t count, uint64_t *position);

/*
 * The same; `stamp` is called when the place of the record is settled and before
 * it is copied, in the order of positions: it may fill in fields of the parts
 * that must rise with the position, as the time of a commit does.  It is called
 * under the log's lock: it does nothing else.
 */
JET_ERR log_append_stamped(struct log *log, const struct log_part *parts, size_t count,
                           void (*stamp)(void *context, uint64_t position), void *context, uint64_t *position);

/* Where the next record will begin, or later; greater than the position of every record there is. */
uint64_t log_tip(struct log *log);

/* The generation that is appended to, which may not have its file yet. */
uint32_t log_generation(struct log *log);

/*
 * Ends the generation: appends a record with `text` for humans to a new one and
 * makes that current.  Its position in *position.
 */
JET_ERR log_roll(struct log *log, uint16_t session, const char *text, uint64_t *position);

/* The same with a record of the caller's as the first of the new generation, or nearly. */
JET_ERR log_append_rolled(struct log *log, const struct log_part *parts, size_t count, uint64_t *position);

/* ----------------------------------------------------------------- flushing --- */

/* All records before this are on disk; rises only. */
uint64_t log_durable(const struct log *log);

/* Returns when the record at `position` is on disk.  JET_errLogWriteFail. */
JET_ERR log_flush(struct log *log, uint64_t position);

/* The same of all that was appended before the call. */
JET_ERR log_flush_all(struct log *log);

/* The record at `position` will be on disk within so many milliseconds; does not wait. */
void log_flush_later(struct log *log, uint64_t position, uint32_t milliseconds);

/*
 * Whether new work may begin: JET_errLogWriteFail, JET_errLogDiskFull (the last
 * file came from the reserve, and there is still no room), JET_errLogSequenceEnd.
 */
JET_ERR log_check(struct log *log);

/* The error that brought the log down, or JET_errSuccess. */
JET_ERR log_down(const struct log *log);

/* Flushes it; from then on nothing more is appended, as if it were down, but `durable` is not told of that. */
JET_ERR log_stop(struct log *log);

/* Brings it down, from outside. */
void log_fail(struct log *log, JET_ERR err);

/*
 * Nothing is written to the files of the log, nor the checkpoint, until log_thaw(),
 * which the same thread calls; who waits for the log waits so long.  Answers the checkpoint.
 */
uint64_t log_freeze(struct log *log);
void log_thaw(struct log *log);

/* -------------------------------------------------------- facts of the stream --- */

const struct header_signature *log_signature(const struct log *log);
uint32_t log_file_segments(const struct log *log);

/* A copy of the header of the current file. */
void log_current_header(struct log *log, struct log_header *header);

/* Bytes of log between two positions of this log, as files are filled; 0 if `to` is not after `from`. */
uint64_t log_distance(const struct log *log, uint64_t from, uint64_t to);

/* ---------------------------------------------------------------- checkpoint --- */

/*
 * Writes the checkpoint file, which some time will be on disk: redo must begin at `checkpoint`, and the databases
 * on disk are at least as new as `consistency`, which is not before it.  It never
 * goes back: an older one than is known is not written.  In circular mode
 * generations that are not needed any more are deleted when the next one is begun.
 * Errors of the file system; they do no harm but that the checkpoint stays behind.
 */
JET_ERR log_checkpoint_update(struct log *log, uint64_t checkpoint, uint64_t consistency);

/* The same at the end of a log that was closed: nothing is attached, redo would begin there. */
JET_ERR log_checkpoint_end(struct log *log, uint64_t position);

uint64_t log_checkpoint(struct log *log);

/* Whether it tells the databases that were attached there. */
bool log_checkpoint_whole(struct log *log);

/* What backups leave in the checkpoint, to be written with the next one. */
void log_checkpoint_backup(struct log *log, const struct checkpoint_header *from);

/* No generation from this on is deleted; UINT32_MAX: none is held. */
void log_keep(struct log *log, uint32_t generation);

/* Deletes generations before `generation`, which are no more needed; stops at the first error. */
JET_ERR log_truncate(struct log *log, uint32_t generation);

/*
 * Reads a checkpoint file: of its two copies, the first that is whole.
 * JET_errCheckpointFileNotFound, JET_errCheckpointCorrupt, JET_errFileInvalidType.
 */
JET_ERR log_checkpoint_read(const WCHAR *path, struct checkpoint_header *checkpoint);

/* Writes both copies, one after the other, each flushed. */
JET_ERR log_checkpoint_write(const WCHAR *path, struct checkpoint_header *checkpoint);

/* --------------------------------------------------------------------- names --- */

/* The path of a file of the log.  JET_errInvalidPath if it is too long. */
JET_ERR log_path(const struct log_names *names, enum log_file_kind kind, uint32_t generation, WCHAR *path, size_t cch);

/* The generation in the name of a file (its last component), 0 if it is no such name;
 * *digits (may be NULL) is the count of its digits. */
uint32_t log_name_generation(const struct log_names *names, const WCHAR *name, uint32_t *digits);

/*
 * The lowest and the highest generation that have a file of their own in the
 * directory, 0 for none.  JET_errLogGenerationMismatch: a name has five digits
 * where all must have eight.
 */
JET_ERR log_range(const struct log_names *names, uint32_t *low, uint32_t *high);

/*
 * Deletes generations that have a file of their own and are not below the current one, if they are of
 * its log (JET_errBadLogSignature), as JET_paramDeleteOutOfRangeLogs wants it.  (ErrLGDeleteOutOfRangeLogFiles)
 */
JET_ERR log_delete_behind(const struct log_names *names);

/*
 * The extension of the log that is there: the one asked for, or the other one if only
 * with that there are files.  Errors as of log_range().
 */
JET_ERR log_find_extension(struct log_names *names);

#endif
