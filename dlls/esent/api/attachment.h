/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Databases that an instance has attached, and their opening by its sessions. */
#ifndef ESENT_API_ATTACHMENT_H
#define ESENT_API_ATTACHMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "esent.h"
#include "os/os.h"

struct database;
struct database_header;
struct database_options;
struct database_registry;
struct instance;
struct session;
struct table_storage;

#define DATABASES_MAX 16                /* slots: 0 is the temporary database, of which ids 1.. are attached files */

/* An attached database.  Guarded by instance.lock, but for `database`, which
 * does not change while the session that asks has it open, and for `path`, which
 * changes with process.attach_lock held, too. */
struct attachment
{
    struct instance *instance;
    struct attachment *next;            /* in process.attached */
    WCHAR *path;                        /* full path; NULL: the slot is free */
    struct database *database;
    JET_GRBIT grbit;                    /* of the attach */
    uint32_t opens;                     /* by all sessions */
    struct session *exclusive;          /* who has it open alone */
    bool busy;                          /* being attached or detached */
    struct table_storage *storages;     /* JetSetLS on its tables */
};

/* ---- its life (attachment.c), and its opening (database.c) ---- */

/* Takes a free slot, which stays busy, for a file that is not attached anywhere.
 * JET_wrnDatabaseAttached, JET_errDatabaseSharingViolation, JET_errTooManyAttachedDatabases. */
JET_ERR attachment_take(struct instance *instance, const WCHAR *path, JET_GRBIT grbit, struct attachment **taken);
/* What the parameters of the instance say about opening its file. */
void attachment_options(const struct attachment *attachment, struct database_options *options);
/* Whether indexes over text are to be looked at when a database is attached. */
bool attachment_checks_indexes(const struct instance *instance, JET_GRBIT grbit);
/* Closes an attached database that nobody has open, and frees the slot.  No lock is held. */
JET_ERR attachment_close(struct attachment *attachment);

/* The attachment with this path, with instance->lock held on success, when nobody is attaching or detaching it.
 * JET_errDatabaseNotFound. */
JET_ERR attachment_lock(struct instance *instance, const WCHAR *path, struct attachment **attachment);
/* Whether any instance has this file attached.  *header becomes its header;
 * *open is false while it is only being attached: then the header was left alone. */
bool attachment_header(const WCHAR *path, struct database_header *header, bool *open);
/* The full path of a file that must be there: JET_errFileNotFound, JET_errInvalidPath. */
JET_ERR path_of_file(const WCHAR *path, WCHAR full[OS_PATH_MAX], struct os_file_info *info);

/* As JetOpenDatabase and JetCloseDatabase. */
JET_ERR session_open_database(struct session *session, const WCHAR *path, JET_DBID *dbid, JET_GRBIT grbit);
void session_close_database(struct session *session, JET_DBID dbid);

/* ---- parameters of JetAttachDatabase3 and JetCreateDatabase3 (attach_parameters.c) ---- */

struct attachment_parameters
{
    uint32_t pages_max;
    JET_GRBIT shrink;
    int32_t shrink_milliseconds;        /* < 0: as long as it takes */
    uint32_t shrink_pages_least;
    bool reclaims;                      /* JET_dbparamLeakReclaimerEnabled */
    int32_t reclaim_milliseconds;
};

/* JET_errInvalidDbparamId, JET_errInvalidBufferSize, JET_errInvalidParameter, JET_errInvalidGrbit. */
JET_ERR attachment_parameters(const JET_SETDBPARAM *parameters, uint32_t count, bool creating,
                              struct attachment_parameters *read);

/* ---- what recovery left attached, JET_bitKeepDbAttachedAtEndOfRecovery (attach_kept.c) ---- */

/* All become the instance's, or none. */
JET_ERR attachments_adopt(struct instance *instance, struct database_registry *registry);
/* Whether it is one that a program must attach before it can open it. */
bool attachment_is_kept(const struct attachment *attachment);
/* Attaches one, for a program; JET_wrnDatabaseAttached if it is none, or no more.  On an error it is detached. */
JET_ERR attachment_attach_kept(struct session *session, const WCHAR *path, uint32_t pages_max, JET_GRBIT grbit);

#endif
