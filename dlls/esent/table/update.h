/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changing records: JetPrepareUpdate, JetSetColumn, JetUpdate, JetDelete,
 * JetEscrowUpdate, JetGetLock.
 *
 * An update is prepared in the cursor's copy buffer, which begins as the record
 * that is to be replaced or copied, or as one of defaults.  Setting a column
 * changes those bytes (record_edit.h); a value that does not belong in them goes
 * to the table's tree of long values at once, in the transaction.  JetUpdate then
 * puts the record into its tree and its keys into the indexes, all or nothing:
 * in a transaction level of its own, which is rolled back if anything fails.
 *
 * What was changed of long values while an update was prepared has the number
 * of the update (txn_new_update), so that giving it up undoes that much and no
 * more.
 *
 * A prepared update belongs to the transaction level in which it was prepared:
 * with a commit it moves out to the next one, with a rollback it is gone.
 *
 * Locks: none of its own.  Write conflicts between sessions are found by the
 * trees, at the moment of the write.
 */
#ifndef ESENT_TABLE_UPDATE_H
#define ESENT_TABLE_UPDATE_H

#include "table/cursor.h"
#include "table/record_edit.h"

enum update_kind
{
    UPDATE_INSERT,
    UPDATE_INSERT_COPY,
    UPDATE_COPY_DELETE,         /* a copy, and the original goes */
    UPDATE_REPLACE,
    UPDATE_READ_ONLY,
};

struct cursor_update
{
    enum update_kind kind;
    bool locked;                /* of a replace: the record is write-locked; else JetUpdate has to */
    bool checked;               /* and has to see that the record is still the one with `checksum` */
    bool set_increment;         /* the program sets the autoincrement column itself */
    bool any_set;
    uint32_t level;             /* of the transaction */
    uint32_t number;            /* of the changes of long values; 0: none yet */
    uint64_t checksum;
    uint64_t set[4];            /* a bit for each column that was set; columns share them */
    uint32_t capacity;
    struct record_buffer record;    /* in bytes */
    uint8_t bytes[];
};

/* JetPrepareUpdate.  JET_errAlreadyPrepared, JET_errUpdateNotPrepared,
 * JET_errPermissionDenied, JET_errTransReadOnly, JET_errNotInTransaction,
 * JET_errNoCurrentRecord, JET_errRecordDeleted, JET_errWriteConflict,
 * JET_errInvalidParameter, JET_errIllegalOperation. */
JET_ERR update_prepare(struct cursor *cursor, uint32_t prepare);

/* A column to be set; the fields of JET_SETCOLUMN. */
struct setting
{
    JET_COLUMNID columnid;
    const void *data;
    uint32_t size;
    JET_GRBIT grbit;
    uint32_t offset;            /* ibLongValue */
    uint32_t sequence;          /* itagSequence; 0: one more */
};

/* Whether columns can be set now: JET_errUpdateNotPrepared, JET_errPermissionDenied, JET_errTransReadOnly. */
JET_ERR update_check_settable(const struct cursor *cursor);
/* Sets one, which update_check_settable() must have allowed.  Answers as JetSetColumn documents. */
JET_ERR update_set_column(struct cursor *cursor, const struct setting *setting);

/* JetUpdate2: bookmark may be NULL; *actual (may be NULL) is left alone where Windows leaves it. */
JET_ERR update_finish(struct cursor *cursor, void *bookmark, uint32_t bookmark_max, uint32_t *actual,
                      JET_GRBIT grbit);

/* JET_TblInfoRetrieveAndReserveAutoIncrement: the next number, which nobody else gets.  Only where the tree's root
 * keeps how far they are taken (tree_reserve_numbers), else JET_errFeatureNotAvailable;
 * JET_errInvalidOperation (no such column), JET_errInvalidBufferSize. */
JET_ERR update_reserve_increment(struct cursor *cursor, void *result, uint32_t size);

/* Gives all records numbers in the autoincrement column, 1 and on; for a column that is new. */
JET_ERR update_number_records(struct cursor *cursor);

/* JetDelete: the cursor stays where the record was.  The first is what comes before the program is told of it. */
JET_ERR update_delete_check(struct cursor *cursor);
JET_ERR update_delete(struct cursor *cursor);

/* JetEscrowUpdate. */
JET_ERR update_escrow(struct cursor *cursor, JET_COLUMNID columnid, const void *delta, uint32_t size, void *old,
                      uint32_t old_max, uint32_t *old_size, JET_GRBIT grbit);

/* JetGetLock. */
JET_ERR update_lock(struct cursor *cursor, JET_GRBIT grbit);

/* The transaction has gone from level + 1 to level by a commit, */
void update_level_committed(struct cursor *cursor, uint32_t level);
/* or is about to roll back this level. */
void update_level_lost(struct cursor *cursor, uint32_t level);

/* Gives up what is prepared, if anything: JetMove and whatever else moves the cursor. */
void update_abandon(struct cursor *cursor);
/* The cursor is closed. */
void update_free(struct cursor *cursor);

#endif
