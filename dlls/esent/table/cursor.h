/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A cursor (JET_TABLEID): a place in a table's records or in one of its
 * indexes, a search key, an index range, filters.
 *
 * A cursor on a secondary index has two tree cursors: the entries' tree, in
 * which it moves, and the records' tree, which is brought to the record only when
 * a column is asked for that the index cannot answer.  A cursor on a temporary
 * table has neither: it stands on a row by number.
 *
 * Currency.  A cursor is on an entry, which may have been deleted since; before
 * the first or after the last one; or between two, where a key that was sought
 * would be.  Freshly opened, or after a change of index, it is on the first
 * entry without having looked for it yet (`defer_first`).
 *
 * End.  A cursor that wrote in a transaction is among the table's until that ends,
 * though the program closes it before: it is retired (cursor_must_stay), and
 * closed by the session at the end, when it gives up what it claimed.  As in Windows'
 * engine, the session's next cursor on the table goes on with one that is retired and
 * claims nothing: it must stay then as well, and what it claims stays with it.
 *
 * Range.  JetSetIndexRange makes the search key the limit of moves in one
 * direction; the key stays where it is, so that making another key moves the
 * limit, as it does in Windows.  A move past the limit removes the range and leaves
 * the cursor before the first or after the last entry.
 *
 * The functions answer what the API call of the same name documents; api checks
 * handles and converts strings, nothing else.
 *
 * Locks: a cursor is used by one thread at a time.  The list of a table's
 * cursors is guarded by the database's lock, taken with no page latched.
 */
#ifndef ESENT_TABLE_CURSOR_H
#define ESENT_TABLE_CURSOR_H

#include "table/key.h"
#include "table/record.h"
#include "table/schema.h"

struct temp_row;
struct temp_table;
struct cursor_filter;
struct cursor_update;

/* What a cursor refuses: on a temporary table, which depends on how far it is, and in a callback. */
enum cursor_refusal
{
    CURSOR_TABLES_ONLY = 2,         /* what needs a table with a name */
    CURSOR_NOT_SORT = 4,            /* changes, of a sort that is read */
    CURSOR_NOT_INSERTING = 8,       /* reading, of a sort that rows still come into */
    CURSOR_NOT_CALLED = 16,         /* not of a temporary table: moves and changes, while a callback is told of one */
};

/*
 * The lowest level at which this cursor changed an index in the open transaction.
 * In Windows' engine a cursor on the index is left from that, and JetSetCurrentIndex
 * takes it up: the index it sets is as old as the change.
 */
struct cursor_trace
{
    uint32_t objid;
    uint32_t level;
};

struct cursor
{
    struct txn *txn;                /* of the session that owns it; NULL: of none (lists made by the engine) */
    struct table *table;            /* schema; a temporary table's too */
    struct temp_table *temp;        /* not NULL: a sort, rows in memory and no trees */
    uint32_t refused;               /* enum cursor_refusal */
    JET_GRBIT open_grbit;
    bool updatable;
    bool denies_read, denies_write;
    bool permits_ddl;               /* although the table's schema is fixed */
    bool defer_first;               /* on the first entry, not looked for yet */
    bool record_current;            /* `records` stands on the record of the current entry */
    bool range, range_upper, range_inclusive;
    const struct index *index;      /* the secondary index in use; NULL: primary or sequential order */
    _Atomic uint32_t index_objid;   /* which that is, for other sessions to see; 0: none */
    struct tree_cursor records;
    struct tree_cursor entries;     /* when index is not NULL */
    uint8_t records_level, entries_level;   /* of the transaction, when each was last moved */
    uint8_t index_level;            /* and when the index was set: a rollback of that level leaves it */
    bool index_inherited;           /* that level is of an earlier change to the index */
    struct cursor_trace *traces;    /* of changes to indexes in the open transaction */
    uint32_t trace_count, trace_capacity;
    enum tree_state row_state;      /* of sorts: whether it is on `loaded` (temp_sort.c) */
    int32_t row;
    const struct temp_row *loaded;  /* NULL: none yet */
    struct temp_row *spool_row;     /* of a sort that is on the disk; NULL: none yet */
    int32_t spool_at;               /* which that is */
    struct search_key key;          /* data is NULL until first used */
    struct search_key primary_key;  /* what it was in primary order, while an index is in use; not its data */
    struct key_form form;           /* of the index in use */
    struct cursor_filter *filter;   /* JetSetCursorFilter; NULL: none */
    struct cursor_update *update;   /* of JetPrepareUpdate; NULL when no update is prepared */
    struct cursor_update *update_spare; /* its memory, for the next one */
    uint8_t *encryption_key;        /* of JetSetTableInfo, for encrypted columns; NULL: none */
    uint32_t schema_generation;     /* of the table's object when `table` was last found right */
    uint64_t schema_time;
    uint64_t wrote_in;              /* begin of the transaction in which it last wrote */
    uint64_t inserted_in;           /* of that in which it last inserted */
    uint32_t insert_level;          /* of that, when it first did */
    uint32_t stay_level;            /* level of what it goes on with; 0: of nothing */
    bool is_retired;
    uint32_t retired_level;         /* of the transaction when it was opened, once it is retired */
    struct cursor *next_retired;
    bool is_reused;                 /* retired, and a new cursor goes on as Windows' would with its place */
    struct cursor *reuses;          /* the retired one that it goes on with; NULL */
    struct cursor *next, *prev;     /* among the table's */
};

static inline void cursor_note_index(struct cursor *cursor, const struct index *index)
{
    cursor->index = index;
    atomic_store_explicit(&cursor->index_objid, index ? index->objid : 0, memory_order_relaxed);
}

/* Whether it is on a temporary table, sort or not. */
static inline bool cursor_is_temporary(const struct cursor *cursor)
{
    return cursor->temp || table_is_temporary(cursor->table);
}

/* Whether rows still come in, and none can be read. */
static inline bool cursor_is_inserting(const struct cursor *cursor)
{
    return cursor->temp && cursor->refused & CURSOR_NOT_INSERTING;
}

/*
 * Opens a cursor and takes over the caller's reference to the table, on success
 * only.  May answer
 * JET_wrnPrimaryIndexOutOfDate or JET_wrnSecondaryIndexOutOfDate.
 * Errors: JET_errInvalidGrbit, JET_errTableLocked, JET_errTableInUse,
 * JET_errPrimaryIndexCorrupted, JET_errSecondaryIndexCorrupted,
 * JET_errOutOfMemory.
 */
JET_ERR cursor_open(struct table *table, struct txn *txn, JET_GRBIT grbit, struct cursor **cursor);
/* Makes sure that the cursor has the state of the table that its transaction
 * sees; to be called as each use of it begins. */
JET_ERR cursor_follow_change(struct cursor *cursor);
static inline JET_ERR cursor_follow(struct cursor *cursor)
{
    if (os_likely(cursor->temp || table_is_followed(cursor->table, cursor->schema_generation)))
        return JET_errSuccess;
    return cursor_follow_change(cursor);
}
/* Closes it, drops the reference to the table, frees a temporary table with its last cursor. */
JET_ERR cursor_close(struct cursor *cursor);
/* Sets the key of encrypted columns; size 0: there is none any more.  JET_errInvalidParameter: it is none, and the
 * one before is gone as well. */
JET_ERR cursor_set_encryption_key(struct cursor *cursor, const void *key, uint32_t size);
/* Another cursor on the same table, in primary order, on its first record, without the key. */
JET_ERR cursor_duplicate(const struct cursor *cursor, struct cursor **duplicate);

/* Notes that a call succeeded which wrote in the open transaction; answers err. */
static inline JET_ERR cursor_wrote(struct cursor *cursor, JET_ERR err)
{
    if (err >= 0 && cursor->txn && cursor->txn->level)
        cursor->wrote_in = cursor->txn->begin;
    return err;
}

/* The same of an insert, which in Windows' engine a cursor of its own does: that one stays,
 * and claims nothing. */
static inline JET_ERR cursor_inserted(struct cursor *cursor, JET_ERR err)
{
    if (err >= 0 && cursor->txn && cursor->txn->level && cursor->inserted_in != cursor->txn->begin)
    {
        cursor->inserted_in = cursor->txn->begin;
        cursor->insert_level = cursor->txn->level;
    }
    return err;
}

/* The transaction is at this level now, after a commit or a rollback. */
static inline void cursor_note_level(struct cursor *cursor, uint32_t level, bool rolled_back)
{
    if (cursor->insert_level > level)
    {
        cursor->insert_level = level;
        if (rolled_back)
            cursor->inserted_in = 0;
    }
    if (cursor->stay_level > level && !rolled_back)
        cursor->stay_level = level;
}

/* Whether a close has to wait for the end of the transaction. */
static inline bool cursor_must_stay(const struct cursor *cursor)
{
    return !cursor->temp && cursor->txn && cursor->txn->level &&
           (cursor->wrote_in == cursor->txn->begin || cursor->inserted_in == cursor->txn->begin);
}

/* The program has closed a cursor that must stay; level: of the transaction when it was opened. */
void cursor_retire(struct cursor *cursor, uint32_t level);

/* Latches the cursor's current record, going from the index entry to the
 * record if need be; the bytes are good until cursor_unlatch_record.
 * JET_errNoCurrentRecord, JET_errRecordDeleted. */
JET_ERR cursor_latch_record(struct cursor *cursor, struct record *record);
void cursor_unlatch_record(struct cursor *cursor);

/* Key of the current entry in the order in use, and bookmark of its record.
 * They point into the cursor, or for the bookmark in a unique secondary index
 * into *scratch (KEY_MAX bytes), and are good until it moves.
 * JET_errNoCurrentRecord, JET_errRecordDeleted. */
JET_ERR cursor_key(struct cursor *cursor, const uint8_t **key, uint32_t *size);
JET_ERR cursor_bookmark(struct cursor *cursor, uint8_t *scratch, const uint8_t **bookmark, uint32_t *size);

/* ----------------------------------------------------------------- moves --- */

/* JetMove: rows is JET_MoveFirst, JET_MoveLast or a distance; 0 tells whether there is a record. */
JET_ERR cursor_move(struct cursor *cursor, int32_t rows, JET_GRBIT grbit);
/* JetSetTableSequential, JetResetTableSequential. */
void cursor_set_sequential(struct cursor *cursor, bool sequential);

/* ---------------------------------------------------------- keys, ranges --- */

JET_ERR cursor_make_key(struct cursor *cursor, const void *data, uint32_t size, JET_GRBIT grbit);
JET_ERR cursor_seek(struct cursor *cursor, JET_GRBIT grbit);
JET_ERR cursor_set_range(struct cursor *cursor, JET_GRBIT grbit);
JET_ERR cursor_retrieve_key(struct cursor *cursor, void *out, uint32_t out_size, uint32_t *actual, JET_GRBIT grbit);

/* --------------------------------------------------------------- indexes --- */

/* JetSetCurrentIndex4: name NULL or empty, or the primary index's, is the primary order.
 * JET_errIndexNotFound, JET_errNoCurrentRecord, JET_errBadItagSequence, JET_errFilteredMoveNotSupported. */
JET_ERR cursor_set_index(struct cursor *cursor, const char *name, JET_GRBIT grbit, uint32_t sequence);
/* The same by a JET_INDEXID (JetGetIndexInfo): JET_errInvalidIndexId. */
JET_ERR cursor_set_index_by_id(struct cursor *cursor, const JET_INDEXID *id, JET_GRBIT grbit, uint32_t sequence);
/* What such an id of an index of this table is. */
void cursor_index_id(const struct table *table, const struct index *index, JET_INDEXID *id);
/* The name of the index in use; "" in sequential order. */
const char *cursor_index_name(const struct cursor *cursor);

/* ------------------------------------------------------------- bookmarks --- */

JET_ERR cursor_get_bookmark(struct cursor *cursor, void *out, uint32_t out_size, uint32_t *actual);
JET_ERR cursor_goto_bookmark(struct cursor *cursor, const void *bookmark, uint32_t size);
JET_ERR cursor_get_index_bookmark(struct cursor *cursor, void *key, uint32_t key_max, uint32_t *key_size,
                                  void *bookmark, uint32_t bookmark_max, uint32_t *bookmark_size);
JET_ERR cursor_goto_index_bookmark(struct cursor *cursor, const void *key, uint32_t key_size, const void *bookmark,
                                   uint32_t bookmark_size, JET_GRBIT grbit);

/* ------------------------------- counts and positions, not of temporary tables --- */

/* Records from the current one on within the range, at most `most` (0: all). */
JET_ERR cursor_count(struct cursor *cursor, uint64_t most, uint64_t *count);
JET_ERR cursor_get_position(struct cursor *cursor, uint64_t *before, uint64_t *total);
JET_ERR cursor_goto_position(struct cursor *cursor, uint64_t before, uint64_t total);
/* JetGetCursorInfo: whether the cursor is on a record.  JET_errNoCurrentRecord, JET_errRecordDeleted. */
JET_ERR cursor_info(struct cursor *cursor);

/* JetPrereadKeys; *considered may be NULL. */
JET_ERR cursor_preread_keys(struct cursor *cursor, const void *const *keys, const JET_ULONG *sizes, int32_t count,
                            JET_LONG *considered, JET_GRBIT grbit);
/* JetPrereadIndexRanges; *considered may be NULL. */
JET_ERR cursor_preread_ranges(struct cursor *cursor, const JET_INDEX_RANGE *ranges, uint32_t count,
                              JET_ULONG *considered, const JET_COLUMNID *columns, uint32_t column_count,
                              JET_GRBIT grbit);

/* --------------------------------------------------------------- filters --- */

/* JetSetCursorFilter: moves in primary order skip records that do not match.  count 0 removes them. */
JET_ERR cursor_set_filter(struct cursor *cursor, const JET_INDEX_COLUMN *filters, uint32_t count, JET_GRBIT grbit);

/* ----------------------------------------------------------- intersection --- */

/* Whether both are on indexes of one table, and not on the same. */
bool cursor_can_intersect(const struct cursor *cursor, const struct cursor *other);
/* JetIntersectIndexes: a temporary table of the bookmarks that are in the
 * range of every cursor, which can all intersect.  *list is NULL when there are none. */
JET_ERR cursor_intersect(struct cursor *const *cursors, uint32_t count, struct cursor **list, JET_COLUMNID *columnid,
                         uint32_t *records);

#endif
