/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Backups of an instance while it works.
 *
 * A backup is a copy of each database, page by page as they are on the disk, and
 * the logs from the checkpoint as it was at the beginning to after the end: what
 * the copy of a page does not have yet, redo finds in a log.  The first two pages
 * of a copy are the header as it was when the copying began, and behind the last
 * page there is one more (struct backup_trailer) that tells which logs belong to it.
 *
 * The phases: databases, then logs.  Asking for the list of logs ends the first:
 * a new generation is begun, and those before it are what is copied.  At the end
 * the header of each database is told of it.  An incremental backup has the second
 * phase only.  A snapshot is a backup in which others copy the files: the log and
 * the databases are held as they are for that moment, by the thread that asked.
 * A surrogate backup happened elsewhere; only its end is noted here.
 *
 * Between beginning and end no database is attached or detached: who wants that
 * asks backup_progress() under the lock that makes the attachment known, and who
 * begins a backup waits for those that are under way after it has begun.
 *
 * Locks: `lock` guards all but the atomics, is held across I/O, and comes before
 * the registry's lock and what is below that.
 *
 * Facts: the published source (backup.cxx, io.cxx).
 */
#ifndef ESENT_MAINTAIN_BACKUP_H
#define ESENT_MAINTAIN_BACKUP_H

#include <stdatomic.h>

#include "format/header.h"
#include "log/log.h"
#include "table/database_log.h"

enum backup_progress
{
    BACKUP_NONE,
    BACKUP_LOCAL,
    BACKUP_SURROGATE,
};

struct backup_config
{
    struct log *log; /* NULL: recovery is off, and there are no backups */
    struct database_registry *registry;
    const struct log_names *names;
    const struct event_sink *events; /* who is told for the system's event log; NULL: nobody */
    uint32_t page_size;
    bool circular;
    bool roll_at_end; /* JET_paramAggressiveLogRollover */
};

struct backup;

JET_ERR backup_new(const struct backup_config *config, struct backup **backup);
/* There must be none in progress. */
void backup_free(struct backup *backup);

enum backup_progress backup_progress(const struct backup *backup);

/* JET_errBackupInProgress or JET_errSurrogateBackupInProgress, if there is one.  `backup` may be NULL. */
JET_ERR backup_check_none(const struct backup *backup);

/* Tells the one in progress to give up: its next call answers JET_errBackupAbortByServer. */
void backup_stop(struct backup *backup);

/*
 * Begins one; `grbit` is JET_bitBackupIncremental, JET_bitBackupSurrogate,
 * JET_bitInternalCopy.  first and last: the logs of a surrogate one.  `settle` is
 * called when nothing is attached or detached any more but what is under way, and waits for that.
 * JET_errLoggingDisabled, JET_errLogWriteFail, JET_errInvalidGrbit,
 * JET_errInvalidBackup, JET_errBackupInProgress, JET_errSurrogateBackupInProgress,
 * JET_errMissingFullBackup, JET_errLogDiskFull.
 */
JET_ERR backup_begin(struct backup *backup, JET_GRBIT grbit, uint32_t first, uint32_t last,
                     void (*settle)(void *context), void *context);

/* Ends it: `result` is JET_errSuccess, or why it ends early; `grbit` is JET_bitBackupSurrogate,
 * JET_bitBackupTruncateDone, JET_bitBackupNoDbHeaderUpdate.  JET_errNoBackup. */
JET_ERR backup_end(struct backup *backup, JET_ERR result, JET_GRBIT grbit);

/* As JetEndExternalBackupInstance2 and JetEndSurrogateBackup: `grbit` has JET_bitBackupEndNormal or
 * JET_bitBackupEndAbort.  JET_errInvalidParameter, and as above. */
JET_ERR backup_finish(struct backup *backup, JET_GRBIT grbit);

/* Names one after the other, each with its NUL, and one more NUL.  Freed by the caller. */
struct backup_names
{
    WCHAR *text;
    size_t size; /* bytes */
};

/* The paths of the databases.  JET_errNoBackup, JET_errBackupAbortByServer, JET_errInvalidBackupSequence. */
JET_ERR backup_databases(struct backup *backup, struct backup_names *names);

/* One file at a time: JET_errOutOfMemory for a second. */
JET_ERR backup_open(struct backup *backup, const WCHAR *path, uint64_t offset, bool with_patch, JET_HANDLE *handle,
                    uint64_t *size);
JET_ERR backup_read(struct backup *backup, JET_HANDLE handle, void *data, uint32_t size, JET_ULONG *actual);
JET_ERR backup_close(struct backup *backup, JET_HANDLE handle);

enum backup_logs
{
    BACKUP_LOGS_COPY,     /* those that belong to the backup */
    BACKUP_LOGS_TRUNCATE, /* those that backup_truncate() would delete */
};

/* Lists logs, with empty patch files where `with_patch`; the first time, ends the phase of databases.
 * first and last (may be NULL): their generations. */
JET_ERR backup_logs(struct backup *backup, enum backup_logs which, bool with_patch, struct backup_names *names,
                    JET_ULONG *first, JET_ULONG *last);
JET_ERR backup_truncate(struct backup *backup);

/* As JetBackup without a directory: nothing is copied, and logs that recovery does not need are deleted. */
JET_ERR backup_only_truncate(struct backup *backup);

/* ------------------------------------------------------------ snapshots --- */

/* The first step: notes in the log that one was prepared. */
void backup_snapshot_prepare(struct backup *backup, bool incremental);
/* The second: it is in progress.  JET_errOSSnapshotNotAllowed. */
JET_ERR backup_snapshot_begin(struct backup *backup, bool incremental, void (*settle)(void *context), void *context);
/* Holds log and databases; the same thread thaws.  JET_errMissingFullBackup, JET_errInvalidBackup,
 * JET_errMissingFileToBackup, JET_errLogWriteFail. */
JET_ERR backup_snapshot_freeze(struct backup *backup, bool incremental);
void backup_snapshot_thaw(struct backup *backup, bool incremental, bool copy);
/* Deletes logs that recovery does not need, if all databases are in the snapshot. */
JET_ERR backup_snapshot_truncate(struct backup *backup, bool all_databases);
/* Tells the headers of the databases. */
void backup_snapshot_save(struct backup *backup, bool incremental, bool copy);
/* The last step, also of one that went wrong or was only prepared. */
void backup_snapshot_end(struct backup *backup, bool incremental);

#endif
