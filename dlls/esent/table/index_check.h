/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Indexes over Unicode text are ordered by sort keys, and sort keys change with
 * the version of Windows' (or Wine's) tables.  Such an index records the version it
 * was built under (struct index, sort_state).  What to do with one of another
 * version is decided when a database is attached to be written, or when a table is
 * opened (cursor_open, under JET_IndexCheckingDeferToOpenTable); a database that is
 * attached read-only is not looked at.
 *
 * At attach, an index without entries just gets the new version.  With entries, the
 * primary one makes the attach fail; a secondary one too, or, with
 * JET_bitDbDeleteCorruptIndexes, it is deleted for the program to create anew.
 */
#ifndef ESENT_TABLE_INDEX_CHECK_H
#define ESENT_TABLE_INDEX_CHECK_H

#include "table/schema.h"

/*
 * Looks at the indexes of a database that was opened to be written; grbit are the
 * flags of the attach, txn is where the catalog is changed.
 * JET_wrnCorruptIndexDeleted, JET_errPrimaryIndexCorrupted,
 * JET_errSecondaryIndexCorrupted.
 * Source: ErrDBAttachDatabase, ErrCATDeleteOrUpdateOutOfDateLocalizedIndexes.
 */
JET_ERR database_check_indexes(struct database *database, struct txn *txn, JET_GRBIT grbit);

/* Notes that an index is ordered by today's version; it has no entries, or was filled now.  txn is at level 0. */
JET_ERR index_update_version(struct table *table, struct txn *txn, const struct index *index);

/* An entry of the index is not as the table's records are: for the event log. */
void table_tell_index_bad(const struct table *table, const struct index *index);

#endif
