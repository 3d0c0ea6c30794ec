/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of backups share. */
#ifndef ESENT_MAINTAIN_BACKUP_PRIVATE_H
#define ESENT_MAINTAIN_BACKUP_PRIVATE_H

#include "format/format.h"
#include "maintain/backup.h"
#include "table/schema.h"

/* Of a backup that its program gave up: as in Windows' engine no error of any call. */
#define BACKUP_ABORTED_BY_CALLER (-1)

enum backup_phase
{
    BACKUP_NOT_STARTED,
    BACKUP_DATABASES,
    BACKUP_LOGS,
};

enum backup_kind /* as headers and log records have it */
{
    BACKUP_NORMAL = 0,
    BACKUP_SNAPSHOT = 1,
    BACKUP_ELSEWHERE = 3, /* in log records; a snapshot in headers */
};

#pragma pack(push, 1)
/* The page behind the last of a copied database. */
struct backup_trailer
{
    uint8_t page_header[40];
    struct header_backup backup;
    struct header_signature signature;
    struct header_signature log_signature;
    uint32_t generation_min_required; /* these for formats that have them */
    uint32_t generation_max_required;
    uint32_t generation_max_committed;
    struct header_time generation_max_required_time;
    struct header_time generation_max_committed_time;
};
#pragma pack(pop)

_Static_assert(sizeof(struct backup_trailer) == 40 + 24 + 28 + 28 + 12 + 16, "trailer");

/* What is known of a database, by its id in the log. */
struct backup_database
{
    bool in_session;
    bool copied; /* all of it */
    struct database *held; /* its header is locked, for a snapshot; NULL: it is not */
    struct header_backup trailer;
};

struct backup_file
{
    bool open;
    struct database *database; /* NULL: a log or patch file */
    struct os_file *file;
    struct log_reader *reader; /* of a log: it was checked as a whole */
    uint8_t *header;           /* of a database, as it was when the file was opened */
    uint32_t generation;       /* of a log */
    uint32_t pages, page;      /* of a database: how many, and the next one to copy */
    bool trailer_given;
    uint64_t offset, size;
};

struct backup
{
    struct backup_config config;
    struct os_mutex lock;
    _Atomic uint32_t progress; /* enum backup_progress */
    _Atomic bool stop;
    enum backup_phase phase;
    bool full, internal, truncated;
    bool snapshot; /* it is one */
    bool prepared; /* the new generation was begun */
    struct header_position mark;
    struct header_time mark_time;
    struct header_position full_position, incremental_position;
    struct header_time full_time, incremental_time;
    uint32_t copy_first, copy_end;
    uint32_t delete_first, delete_end;
    uint64_t copied; /* sum of the generations of logs that were read to the end */
    struct backup_database databases[DATABASE_REGISTRY];
    struct backup_file file;
};

/* The database with that id that is logged and attached, or NULL.  None comes or goes while a backup is in progress,
 * but new ones, which are no part of it. */
struct database *backup_database(const struct backup *backup, uint32_t id);
/* The same, with the registry locked. */
struct database *backup_attached(const struct database_registry *registry, uint32_t id);

/* JET_errNoBackup, JET_errBackupAbortByServer. */
JET_ERR backup_check(const struct backup *backup);

/* Nothing is in progress any more; `lock` is held. */
void backup_forget(struct backup *backup);
/* Ends the backup, as backup_end, with `lock` held. */
JET_ERR backup_end_locked(struct backup *backup, JET_ERR result, JET_GRBIT grbit);

/* ---- backup_headers.c ---- */

struct backup_record
{
    enum log_backup_phase phase;
    enum backup_kind kind;
    enum log_backup_scope scope;
    uint32_t low, high;
    const struct header_position *mark; /* may be NULL */
    const struct header_time *time;     /* NULL: now */
    uint8_t database;
    bool roll; /* a new generation begins with it */
};

/* *position (may be NULL) is the record's. */
JET_ERR backup_append(struct backup *backup, const struct backup_record *record, uint64_t *position);
/* A record that nothing depends on. */
void backup_note(struct backup *backup, enum log_backup_phase phase, enum backup_kind kind, bool incremental, bool roll);

/* Tells one database's header, and the log.  `scope` says which of the header's records it is. */
JET_ERR backup_update_header(struct backup *backup, uint32_t id, const struct backup_record *record);
/* Writes the headers of all databases. */
void backup_write_headers(struct backup *backup);
/* The checkpoint tells of backups, too. */
void backup_tell_checkpoint(struct backup *backup);

/* Whether every database had a full backup of this kind: JET_errMissingFullBackup. */
JET_ERR backup_check_incremental(const struct backup *backup, enum backup_kind kind);
/* Whether no log is missing since the last backup: JET_errMissingFileToBackup. */
JET_ERR backup_check_logs(const struct backup *backup, uint32_t oldest);

/* ---- backup_logs.c ---- */

/* Generations from `first` up to `end`, or none, are about to be deleted: for the event log. */
void backup_tell_truncation(const struct backup *backup, uint32_t first, uint32_t end, bool snapshot);

/* ---- backup_file.c ---- */

/* Closes the file, if one is open; it was read to the end or not. */
void backup_drop_file(struct backup *backup);

/* The name of a database's patch file, beside it. */
JET_ERR backup_patch_path(const struct database *database, WCHAR path[OS_PATH_MAX]);

#endif
