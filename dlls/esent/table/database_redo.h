/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A database while its log is replayed: its pages are changed without being logged,
 * its catalog is not looked at.  Afterwards it is given the log, so that what is open
 * can be undone, and is closed like any other.
 */
#ifndef ESENT_TABLE_DATABASE_REDO_H
#define ESENT_TABLE_DATABASE_REDO_H

#include "log/log.h"
#include "table/schema.h"

struct database_registry;

/*
 * Opens a file for redo.  Its state may be any; the caller looks at database->header.
 * Errors as database_open's, but those of its state; JET_errReadVerifyFailure: it has no whole header.
 */
JET_ERR database_redo_open(const WCHAR *path, const struct database_options *options, struct database **database);

/* The header that a file has, to be looked at before it is opened. */
JET_ERR database_redo_header(const WCHAR *path, struct database_header *header);

/* Makes the copies of the header alike: the end of an earlier recovery may have been cut off between the two. */
JET_ERR database_redo_repair(const WCHAR *path);

/* Makes the file of a database whose creation is replayed, and replaces one that is there: all that
 * the header says is that it is being made (JET_dbstateJustCreated), by the record at `position`. */
JET_ERR database_redo_create(const WCHAR *path, const struct database_options *options,
                             const struct header_signature *signature, uint64_t position,
                             const struct header_signature *log_signature, struct database **database);

/* The creation is complete, or the database is attached by the record at `position`: the header says so. */
JET_ERR database_redo_attached(struct database *database, uint64_t position,
                               const struct header_signature *log_signature, uint32_t generation,
                               const struct header_time *created);

/* Generations up to this one are being replayed: the header must say that they are needed. */
JET_ERR database_redo_generation(struct database *database, uint32_t generation, const struct header_time *created);

/* The file has `last_page` as its last page; it is never made shorter with `grow`. */
JET_ERR database_redo_resize(struct database *database, uint32_t last_page, bool grow);

/* dbtimes and objids seen in the log: those given out from now on are greater. */
static inline void database_redo_counters(struct database *database, uint64_t dbtime, uint32_t objid)
{
    if (dbtime > atomic_load_explicit(&database->store.dbtime, memory_order_relaxed))
        atomic_store_explicit(&database->store.dbtime, dbtime, memory_order_relaxed);
    if (objid > atomic_load_explicit(&database->last_objid, memory_order_relaxed) && objid != UINT32_MAX)
        atomic_store_explicit(&database->last_objid, objid, memory_order_relaxed);
}

/* In the registry, so that the log's headers list it; redo may go on. */
void database_redo_register(struct database *database, struct database_registry *registry);

/* Redo has ended: from now on changes are logged. */
void database_redo_log(struct database *database, struct log *log);

/* Writes all its pages, durably. */
JET_ERR database_redo_flush(struct database *database);

/* Writes what can be, durably; *oldest is where redo of the rest begins, UINT64_MAX if there is none. */
JET_ERR database_redo_write(struct database *database, uint64_t *oldest);

/* Generations before this one are not needed any more: the header says so. */
JET_ERR database_redo_required(struct database *database, uint32_t generation);

/* Closes it as the record at `position` does: written and clean, detached or at the end of its instance. */
JET_ERR database_redo_close(struct database *database, uint64_t position, bool detached);

/* Recovery has ended, and leaves it attached: dirty, in the registry, until somebody attaches it anew or closes it. */
JET_ERR database_redo_keep(struct database *database);

/* Frees it and leaves the file as it is. */
void database_redo_abandon(struct database *database);

#endif
