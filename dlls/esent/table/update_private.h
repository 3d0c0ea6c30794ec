/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of update.h share. */
#ifndef ESENT_TABLE_UPDATE_PRIVATE_H
#define ESENT_TABLE_UPDATE_PRIVATE_H

#include "table/cursor_private.h"
#include "table/long_value_write.h"
#include "table/update.h"

/* JET_errPermissionDenied, JET_errTransReadOnly. */
JET_ERR update_check_writable(const struct cursor *cursor);

static inline unsigned update_column_bit(const struct column *column)
{
    return column->fid & 255u;
}

static inline bool update_has_set(const struct cursor_update *update, const struct column *column)
{
    unsigned bit = update_column_bit(column);

    return update->set[bit / 64] >> bit % 64 & 1;
}

static inline void update_note_set(struct cursor_update *update, const struct column *column)
{
    unsigned bit = update_column_bit(column);

    update->set[bit / 64] |= (uint64_t)1 << bit % 64;
    update->any_set = true;
}

static inline struct record update_record(const struct cursor_update *update)
{
    struct record record = { update->record.data, update->record.size };

    return record;
}

static inline bool column_is_long(const struct column *column)
{
    return column->type == JET_coltypLongBinary || column->type == JET_coltypLongText;
}

/* A copy of a record, on the stack while that is enough. */
struct record_room
{
    struct record record;
    uint8_t *heap;
    uint8_t bytes[2048];
};

JET_ERR record_room_fill(struct record_room *room, struct record record);
/* The current record, as it is on its page. */
JET_ERR record_room_current(struct record_room *room, struct cursor *cursor);
void record_room_free(struct record_room *room);

/* ----------------------------------------------------------------- update.c --- */

/* The update that is prepared is no more; _cancel: and what was done to long values for it is undone. */
void update_drop(struct cursor *cursor);
JET_ERR update_cancel(struct cursor *cursor);
/* The place of the current entry is locked from now on, whether a record is there or not.  JET_errWriteConflict. */
JET_ERR update_lock_current(struct cursor *cursor, bool read);
/* A replace that was prepared without a lock takes it.  JET_errWriteConflict: the record is another now. */
JET_ERR update_upgrade_lock(struct cursor *cursor);

/* ------------------------------------------------------------ update_long.c --- */

/* A value of a long type: in the record or in the tree of long values.  `threshold` as the callers of
 * update_set_column's file know it: values of more bytes leave a record that is full. */
JET_ERR update_set_long(struct cursor *cursor, const struct column *column, const struct setting *setting,
                        uint32_t threshold);
/* Between these, changes of long values belong to the update. */
uint32_t update_long_begin(struct cursor *cursor);
void update_long_end(struct cursor *cursor, uint32_t before);
/* Whether the value is another one's of the column: JET_errMultiValuedDuplicate, JET_errMultiValuedDuplicateAfterTruncation. */
JET_ERR update_check_unique(struct cursor *cursor, const struct column *column, uint32_t sequence, const void *data,
                            uint32_t size, bool normalized);

/* The bytes of a value that is compressed: *expanded is to be freed. */
JET_ERR update_long_expand(const struct record_value *value, uint8_t **expanded, uint32_t *size);
/* What a separated value refers to.  JET_errDatabaseCorrupted. */
JET_ERR update_long_id(const struct record_value *value, struct long_value_id *id);
/* The key of an encrypted column; NULL: it is not encrypted. */
const uint8_t *update_long_key(const struct cursor *cursor, const struct column *column);

/* -------------------------------------------------------- update_long_all.c --- */

/* Moves every value of more than `threshold` bytes out of the record. */
JET_ERR update_separate(struct cursor *cursor, uint32_t threshold);
/* One more reference to each long value of the record, which is a copy. */
JET_ERR update_reference_all(struct cursor *cursor);
/* One less to each of a record that goes. */
JET_ERR update_dereference_all(struct cursor *cursor, struct record record);

/* ----------------------------------------------------------- index_update.c --- */

/* What is known of the keys of table->indexes[at]. */
JET_ERR index_form(struct table *table, uint32_t at, const struct key_form **form);
/* The numbers of table->indexes in the order in which they are updated. */
JET_ERR index_order(struct table *table, const uint32_t **order);
/* Makes the entries of an index those of the new record instead of the old one's; either may be NULL.
 * *changed becomes true if there is a difference. */
JET_ERR index_change(struct table *table, struct txn *txn, uint32_t at, const struct record *old,
                     const struct record *new, const uint8_t *bookmark, uint32_t bookmark_size, bool *changed);
/* Of what index_change would do the insertions, or else the deletions, where each record and its long
 * values are read by a transaction of its own. */
JET_ERR index_bring_forward(struct table *table, struct txn *txn, uint32_t at, const struct record *old,
                            struct txn *old_view, const struct record *new, struct txn *new_view,
                            const uint8_t *bookmark, uint32_t bookmark_size, bool insert);
/* Whether setting these columns can change an index's entries. */
bool index_touched(const struct table *table, const struct index *index, const struct cursor_update *update);
/* JET_errNullKeyDisallowed if the key's outcome is one that the index forbids. */
JET_ERR index_check_nulls(const struct index *index, enum key_outcome outcome);

/* ---------------------------------------------------------- autoincrement.c --- */

/* The autoincrement column; NULL: none. */
const struct column *increment_column(const struct table *table);
const struct column *version_column(const struct table *table);
/* The next value goes into the record that is being prepared. */
JET_ERR increment_set(struct cursor *cursor);
/* What is given out next. */
JET_ERR increment_next(struct cursor *cursor, uint64_t *next);
/* The next record number of a table without a primary index. */
JET_ERR record_number_next(struct table *table, uint32_t *number);

#endif
