/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files that make, open and close a database share: the steps of that, its
 * header, and what it says to the log.  The tables in it are of schema_private.h.
 */
#ifndef ESENT_TABLE_DATABASE_PRIVATE_H
#define ESENT_TABLE_DATABASE_PRIVATE_H

#include "table/schema.h"

/* ---- from nothing to open and back (database.c) ---- */

/* A database without a file; and what it is to have when header and file are known. */
JET_ERR database_new(const WCHAR *path, const struct database_options *options, struct database **database);
JET_ERR database_start(struct database *database, const struct database_options *options);
/* Frees it without writing anything. */
void database_abandon(struct database *database);
/* Writes all changed pages, durably. */
JET_ERR database_flush(struct database *database);
/* An id that no object has had. */
uint32_t database_new_objid(struct database *database);

/* ---- new ones (create.c) ---- */

#define DATABASE_OBJIDS "MSysObjids"
#define DATABASE_LOCALES "MSysLocales"

/* One without a catalog, for temporary tables; a file of that path is replaced. */
JET_ERR database_create_temporary(const WCHAR *path, const struct database_options *options,
                                  struct database **database);
/* One whose catalog has its trees and no rows, not even of itself; its header says that it was just created. */
JET_ERR database_create_bare(const WCHAR *path, const struct database_options *options, struct database **database);

/* ---- its pages, between file and cache (database_page.c) ---- */

/* From now on they are checked as they are read, sealed as they are written, and told of if they are bad. */
void database_page_hooks(struct database *database);
/* Of a cache_file: makes the log of its database durable. */
JET_ERR database_flush_log(struct cache_file *cache, uint64_t lgpos);

/* ---- its header (database_header.c) ---- */

/* That of a new database, in memory. */
JET_ERR database_make_header(struct database *database, const struct database_options *options);
/* Keeps the page of one that was read, for when it is written. */
JET_ERR database_keep_header(struct database *database, const struct header_read *read);
/* Notes that the file is being changed, or no longer is. */
JET_ERR database_mark_dirty(struct database *database);
JET_ERR database_mark_clean(struct database *database);
/* The same of a database that was recovered: clean as of a record. */
JET_ERR database_mark_clean_at(struct database *database, uint64_t position, bool detached);
/* What was written to the file is on disk. */
JET_ERR database_sync(struct database *database);
void database_time_now(struct header_time *time);
void database_new_signature(struct header_signature *signature);

/* ---- what it says to the log (database_log.c) ---- */

void database_log_register(struct database *database, struct database_registry *registry);
void database_log_unregister(struct database *database);
JET_ERR database_log_create(struct database *database);
JET_ERR database_log_create_finish(struct database *database);
JET_ERR database_log_attach(struct database *database);
/* LOG_REATTACH_DB; *position of it. */
JET_ERR database_log_reattach(struct database *database, uint64_t *position);
JET_ERR database_log_detach(struct database *database);
/* That the tree, whose deletion was committed at that time, gives back its space now; for who reads logs. */
void database_log_free_tree(struct database *database, uint32_t root, bool is_table, uint64_t committed);
/* What the log says of the database is not what it is: only recovery puts that right, and nothing may go on before. */
void database_log_failed(struct database *database, JET_ERR err);

#endif
