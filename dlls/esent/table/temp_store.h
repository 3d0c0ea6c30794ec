/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The temporary database of an instance: the file of temporary tables that are
 * trees (temp.h).
 *
 * It is made when the first temporary table is opened, holds no catalog rows, is
 * not logged, and goes when the instance ends.  A table in it belongs to one
 * session; its tree is given back when its last cursor is closed, or later,
 * when no version of its rows is left that would have to find them.
 */
#ifndef ESENT_TABLE_TEMP_STORE_H
#define ESENT_TABLE_TEMP_STORE_H

#include "table/schema.h"

struct temp_gone;

struct temp_store
{
    struct os_mutex lock;           /* guards what follows; taken before a database's */
    struct database *database;      /* NULL: not needed yet */
    struct temp_gone *gone;         /* trees to be given back */
    _Atomic uint32_t sorts;         /* of programs, that are not trees (yet) */
};

/* The database, made now if it is not there.  A file of that path is replaced.
 * Errors of creating a file. */
JET_ERR temp_store_database(struct temp_store *store, const WCHAR *path, const struct database_options *options,
                            struct database **database);
/* No cursor is open on it any more: the file is deleted. */
void temp_store_close(struct temp_store *store);

/* Gives back the tree of a table; `changed`: rows were changed in transactions. */
void temp_store_drop(struct database *database, uint32_t root, bool changed);

#endif
