/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A backup set before it is replayed: databases are brought to where they will be
 * and get a header that recovery accepts, logs are put beside those that are there,
 * and there is no checkpoint, so that redo begins with the first log that is needed.
 * The rest is recovery's.
 */
#ifndef ESENT_MAINTAIN_RESTORE_H
#define ESENT_MAINTAIN_RESTORE_H

#include "format/header.h"
#include "log/log.h"

/* Where the log says that the database with this signature was.  Looks through generations first to last.
 * JET_errFileNotFound: it does not say. */
JET_ERR restore_logged_path(const struct log_names *names, uint32_t first, uint32_t last,
                            const struct header_signature *signature, WCHAR path[OS_PATH_MAX]);

/*
 * Makes a copied database one that is to be recovered: the page behind its last
 * goes, and its header says which logs are needed.  One that is no backup is left
 * alone.  JET_errReadVerifyFailure, JET_errDatabaseCorrupted, those of writing.
 */
JET_ERR restore_prepare(const WCHAR *path);

/* Writes both copies of a header that was read from a file that nobody has attached, durably; `page` is room for one. */
JET_ERR restore_write_header(struct os_file *file, const struct header_read *read, uint8_t *page);

/* Copies a file, in place of what is there. */
JET_ERR restore_copy(const WCHAR *from, const WCHAR *to);

/* Copies generations that the log does not have.  JET_errMissingLogFile. */
JET_ERR restore_copy_logs(const struct log_names *from, uint32_t first, uint32_t last, const struct log_names *to);

/*
 * Makes a database that was not shut down cleanly one that does not know of the
 * last log anymore, which must be one that it does not need.  Nothing is done if
 * it does not know of it.  JET_errInvalidParameter, those of reading and writing.
 */
JET_ERR restore_forget_log(const WCHAR *database, const WCHAR *log);

/* The finished backups that the header tells of and `gone` names, with that generation, were none. */
void restore_forget_backups(struct database_header *header, uint32_t generation,
                            bool (*gone)(const struct header_backup *backup, uint32_t generation));

/* The header of a database file; of a log file. */
JET_ERR restore_database_header(const WCHAR *path, struct header_read *header);
JET_ERR restore_log_header(const struct log_names *names, uint32_t generation, struct log_header *header);

#endif
