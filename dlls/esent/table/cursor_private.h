/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of cursor.h and temp.h share.
 *
 * A place is where a cursor is in the order in use: in the entries of its
 * secondary index or in the records.  The place_ functions are those of btree.h
 * for whichever it is, and answer as those do.  A cursor on a sort (cursor->temp)
 * has none: temp_sort.c does all that it does.
 */
#ifndef ESENT_TABLE_CURSOR_PRIVATE_H
#define ESENT_TABLE_CURSOR_PRIVATE_H

#include "table/cursor.h"
#include "table/temp.h"

struct temp_row
{
    uint32_t number;            /* order of insertion */
    uint32_t key_size;
    uint32_t record_size;
    uint8_t bytes[];            /* key, record */
};

struct temp_chunk;

struct temp_table
{
    uint32_t references;        /* cursors */
    _Atomic uint32_t *sorts;    /* of which it is one; NULL */
    bool counted;               /* its versions are, as if it were a table (temp.c) */
    struct table table;
    struct index primary;
    struct key_form form;
    JET_GRBIT grbit;            /* JET_bitTT... */
    uint32_t fixed_size;        /* of a record's fixed part, header included, bitmap not */
    uint32_t count, capacity;
    uint32_t inserted;
    uint32_t run_rows, run_bytes;   /* what Windows would have in memory */
    bool runs;                  /* and whether it would have more on disk */
    struct temp_row **rows;
    struct temp_chunk *chunks;
    size_t chunk_bytes;         /* of all */
    struct table *spool;        /* the rows that memory had no room for; NULL: none (temp_spool.c) */
    uint32_t spooled;           /* how many */
    uint8_t *scratch;           /* a record being built */
    uint32_t scratch_size;
};

/* Drops a cursor's reference. */
void temp_release(struct temp_table *temp);
/* Adds a record while rows come in (update_private.h has it for JetUpdate). */
JET_ERR temp_add_record(struct cursor *cursor, struct record record);
/* Counts a row that came in. */
void temp_note_size(struct temp_table *temp, const struct temp_row *row);
/* Puts rows in order; equal ones are dropped unless they are kept. */
void temp_order_rows(struct temp_table *temp);
bool temp_keeps_equal(const struct temp_table *temp);
/* Gives back the memory of all rows. */
void temp_drop_chunks(struct temp_table *temp);
/* An empty table with the columns of the sort and, if `indexed`, its key.  The caller adds a reference. */
JET_ERR temp_make_table(const struct temp_table *temp, bool indexed, struct table **made);
/* Sorts of many rows: puts those in memory on the disk; makes a row of a sort that is there cursor->spool_row. */
bool temp_can_spool(const struct temp_table *temp);
JET_ERR temp_spool(struct temp_table *temp);
JET_ERR temp_spool_load(struct cursor *cursor, int32_t row);
void temp_spool_leave(struct cursor *cursor);
/* The cursor's sort becomes a table in the temporary database; the cursor is before its first row. */
JET_ERR temp_materialize(struct cursor *cursor, bool indexed);

/* What JetMove and its kin do on a sort (temp_sort.c). */
JET_ERR temp_sort_first(struct cursor *cursor);
JET_ERR temp_sort_move(struct cursor *cursor, int32_t rows, JET_GRBIT grbit);
JET_ERR temp_sort_seek(struct cursor *cursor, JET_GRBIT grbit);
JET_ERR temp_sort_set_range(struct cursor *cursor, JET_GRBIT grbit);
JET_ERR temp_sort_get_bookmark(const struct cursor *cursor, void *out, uint32_t out_size, uint32_t *actual);
JET_ERR temp_sort_goto_bookmark(struct cursor *cursor, const void *bookmark, uint32_t size);
JET_ERR temp_sort_retrieve_key(const struct cursor *cursor, void *out, uint32_t out_size, uint32_t *actual);
/* The row that columns are read of. */
JET_ERR temp_current(const struct cursor *cursor, const struct temp_row **row);

/* Among the cursors of its table, which is in a database. */
void cursor_link(struct cursor *cursor);

static inline struct tree_cursor *cursor_tree(struct cursor *cursor)
{
    return cursor->index ? &cursor->entries : &cursor->records;
}

/* A rollback of the level in which a cursor was moved leaves it before the first entry. */
static inline void place_note_level(struct cursor *cursor)
{
    if (cursor->txn)
        *(cursor->index ? &cursor->entries_level : &cursor->records_level) = (uint8_t)cursor->txn->level;
}

static inline enum tree_state place_state(const struct cursor *cursor)
{
    return cursor->index ? cursor->entries.state : cursor->records.state;
}

/* Puts the cursor off every entry: TREE_BEFORE_FIRST or TREE_AFTER_LAST. */
void place_set_end(struct cursor *cursor, enum tree_state state);
JET_ERR place_first(struct cursor *cursor);
JET_ERR place_last(struct cursor *cursor);
JET_ERR place_move(struct cursor *cursor, bool forward, bool other_key);
JET_ERR place_seek(struct cursor *cursor, const uint8_t *key, uint32_t size, enum tree_seek_mode mode);
/* As memcmp of the key at the place, or of the key that was sought, with this one. */
int place_compare(const struct cursor *cursor, const uint8_t *key, uint32_t size);

/* Goes to the first entry if the cursor has been meaning to.  JET_errNoCurrentRecord if there is none. */
JET_ERR cursor_refresh(struct cursor *cursor);
/* Marks it as being on the first entry, not looked for yet; drops range and search key. */
void cursor_defer_first(struct cursor *cursor);
/* Goes to a record by its bookmark, and in a secondary index to the entry that
 * its `sequence`th value has there. */
JET_ERR cursor_goto_record(struct cursor *cursor, const void *bookmark, uint32_t size, uint32_t sequence);
/* `records` is at the bookmark of the current entry, without looking whether it is there.  JET_errNoCurrentRecord. */
JET_ERR cursor_place_record(struct cursor *cursor);
/* Where escrow columns are: `records` has the bookmark of the present record before the cursor goes on. */
void cursor_keep_visited(struct cursor *cursor);
static inline void cursor_keep_record(struct cursor *cursor)
{
    if (os_unlikely(cursor->table->has_escrow) && cursor->index && !cursor->record_current)
        cursor_keep_visited(cursor);
}
/* With a secondary index in use: `records` goes to where the entry says, and is no longer bound to it. */
void cursor_sync_record(struct cursor *cursor);
/* From a secondary index to the primary order, before the first record. */
void cursor_leave_index(struct cursor *cursor);
/* A prepared update does not survive a move. */
void cursor_abandon_update(struct cursor *cursor);
/* JET_errNoCurrentRecord when the place is beyond the limit of the range; the
 * range is then gone and the cursor at that end. */
JET_ERR cursor_check_range(struct cursor *cursor);
/* Moves on, and on, until a record matches the filter.  With `range` within the range. */
JET_ERR cursor_step(struct cursor *cursor, bool forward, bool other_key);
/* Whether the record at the place matches the filter. */
JET_ERR filter_match(struct cursor *cursor, bool *match);
void filter_free(struct cursor_filter *filter);
/* Finds the columns again after the cursor got another state of its table. */
void filter_follow(struct cursor *cursor);

static inline int key_compare(const uint8_t *a, uint32_t a_size, const uint8_t *b, uint32_t b_size)
{
    uint32_t most = a_size < b_size ? a_size : b_size;
    int order = most ? memcmp(a, b, most) : 0;
    return order ? order : (a_size > b_size) - (a_size < b_size);
}

#endif
