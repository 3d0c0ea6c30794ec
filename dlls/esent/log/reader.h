/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading one file of the log.
 *
 * Opening reads the whole file, checks header and segments, and finds out where
 * the log in it ends: at the first segment that was not written in this use of
 * the file.  After that, records are given one after the other, from the first
 * or from a position.
 *
 * A segment whose checksum fails is taken from its shadow, if that is whole.  If
 * it is not, the log is damaged, but for one case: a segment that was on its way
 * to the disk when the machine stopped is the end of the log, as nobody was ever
 * told that it was written.  Windows' engine relies on the disk to write
 * a segment whole, and leaves nothing by which that could be told from damage;
 * this engine leaves a mark in each segment (struct log_mark), so that sectors
 * that are missing are recognized, and so are segments that were written after
 * them in the same breath.  Logs without the mark are judged as Windows' engine
 * judges them: JET_errLogFileCorrupt.
 *
 * A reader is used by one thread at a time and takes no locks.
 */
#ifndef ESENT_LOG_READER_H
#define ESENT_LOG_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esent.h"
#include "format/log_file.h"
#include "format/log_record.h"
#include "os/os.h"

/* What a damaged log is called. */
enum log_read_mode
{
    LOG_READ_SOFT,                      /* JET_errLogFileCorrupt */
    LOG_READ_HARD_RESTORE,              /* of a backup set: JET_errLogCorruptDuringHardRestore, ...TornWrite... */
    LOG_READ_HARD_RECOVERY,             /* met while replaying after a restore: JET_errLogCorruptDuringHardRecovery... */
};

struct log_reader_old;

struct log_reader
{
    struct log_header header;
    uint8_t *data;                      /* the file, header included */
    size_t size;
    uint32_t end_segment;               /* the first that holds nothing */
    uint64_t end;                       /* position: records begin before it */
    uint64_t checksum;                  /* XOR of the checksums of the good segments */
    uint64_t close;                     /* position of the record that closed the log, or LOG_POSITION_NONE */
    bool close_keeps;                   /* it says that databases stay attached: they are as dirty as before */
    bool patched;                       /* a segment was taken from its shadow */
    uint32_t patched_segment;
    bool partial;                       /* `data` ends behind the log's end; the rest of the file was not read */
    bool torn;                          /* the last write did not arrive whole */
    bool marked;                        /* this engine wrote the last segment (the header, if there is none) */

    enum log_read_mode mode;
    size_t next;                        /* where the next record begins, from the start of the file */
    bool skip_partial;                  /* the rest of a record that began before does not count */
    uint8_t *assembled;                 /* a record that lay in pieces */
    size_t assembled_room;
    struct log_reader_old *old;         /* of a generation without segments */
};

struct log_read_record
{
    uint64_t position;
    uint64_t next;                      /* position of what follows it */
    const uint8_t *data;                /* until the next call for this reader */
    uint32_t size;
    uint8_t type;
};

/* Reads the header of a log file and checks it, the file's size too.
 * As log_header_check(), or JET_errLogFileSizeMismatch, or what reading answered. */
JET_ERR log_header_read(struct os_file *file, struct log_header *header);

/* The same, whatever the size of the file is. */
JET_ERR log_header_read_alone(struct os_file *file, struct log_header *header);

/*
 * Opens a log file for reading.  The file is closed again when this returns.
 * As log_header_read(), or JET_errLogFileCorrupt or its name in this mode.
 */
JET_ERR log_reader_open(const WCHAR *path, enum log_read_mode mode, struct log_reader **reader);

/*
 * Opens the file of a log that this engine closed with a record at `position`, reading no more
 * of it than was written: zeroes follow to the end of the file.  False if it is not so, or
 * cannot be told so easily.
 */
bool log_reader_open_closed(const WCHAR *path, const struct header_signature *signature, uint64_t position,
                            struct log_reader **reader);

/* The same as log_reader_open() of an open file. */
JET_ERR log_reader_open_file(struct os_file *file, enum log_read_mode mode, struct log_reader **reader);

void log_reader_close(struct log_reader *reader);

/* The next record will be the one at `position`, or the first after it. */
void log_reader_seek(struct log_reader *reader, uint64_t position);

/* Only records before `position` are given. */
void log_reader_limit(struct log_reader *reader, uint64_t position);

/*
 * The next record.  JET_wrnNoMoreRecords at the end, and where only the beginning of
 * a record was written; JET_errLogFileCorrupt or its name in this mode.
 */
JET_ERR log_reader_next(struct log_reader *reader, struct log_read_record *record);

#endif
