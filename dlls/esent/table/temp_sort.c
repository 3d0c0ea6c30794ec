/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Temporary tables that are sorts: rows come in, the first move or seek puts
 * them in order, and then they are read.
 *
 * A cursor on a sort has three things that Windows keeps apart, and they come
 * apart where it does not bring them together: the number of the row it is at,
 * whether it is on a row at all, and the row that it last brought in, whose
 * columns are read.  Follows sort.cxx and sortapi.cxx.
 */
#include <stdlib.h>
#include <string.h>

#include "os/os.h"
#include "table/cursor_private.h"

/* What Windows sorts in memory; beyond, it has runs on disk. */
#define RUN_ROWS  4088u
#define RUN_BYTES (1024u * 1024u)
/* And what it leaves there for moves back and forth. */
#define RESIDENT_BYTES (64u * 1024u)
#define ROW_OVERHEAD   4u
#define ROW_GRAIN      16u
#define PAGE_OVERHEAD  8u

/* ------------------------------------------------------------------ order --- */

static int compare_rows(const void *a, const void *b)
{
    const struct temp_row *x = *(struct temp_row *const *)a, *y = *(struct temp_row *const *)b;
    int order = key_compare(x->bytes, x->key_size, y->bytes, y->key_size);

    return order ? order : (x->number > y->number) - (x->number < y->number);
}

static void drop_duplicates(struct temp_table *temp)
{
    uint32_t kept = 0;

    for (uint32_t i = 1; i < temp->count; i++)
    {
        const struct temp_row *last = temp->rows[kept], *row = temp->rows[i];

        if (key_compare(last->bytes, last->key_size, row->bytes, row->key_size))
            temp->rows[++kept] = temp->rows[i];
    }
    if (temp->count)
        temp->count = kept + 1;
}

void temp_order_rows(struct temp_table *temp)
{
    if (temp->count)
        qsort(temp->rows, temp->count, sizeof(*temp->rows), compare_rows);
    /* Only one that is read once, forward, may have equal keys. */
    if (!temp_keeps_equal(temp))
        drop_duplicates(temp);
}

void temp_note_size(struct temp_table *temp, const struct temp_row *row)
{
    uint32_t size = (ROW_OVERHEAD + row->key_size + row->record_size + ROW_GRAIN - 1) / ROW_GRAIN * ROW_GRAIN;
    uint32_t page = temp->table.database ? temp->table.database->page_size - PAGE_OVERHEAD : RUN_BYTES;

    if (temp->run_rows == RUN_ROWS || temp->run_bytes + size > RUN_BYTES / page * page)
    {
        temp->runs = true;
        temp->run_rows = temp->run_bytes = 0;
    }
    temp->run_rows++;
    temp->run_bytes += size;
}

/* ----------------------------------------------------------------- places --- */

static JET_ERR load(struct cursor *cursor, int32_t row)
{
    if (cursor->temp->spool)
    {
        JET_ERR err = temp_spool_load(cursor, row);

        if (err < 0)
            return err;
    }
    cursor->row = row;
    cursor->loaded = cursor->temp->spool ? cursor->spool_row : cursor->temp->rows[row];
    cursor->row_state = TREE_ON;
    return JET_errSuccess;
}

static JET_ERR before_first(struct cursor *cursor)
{
    cursor->row = -1;
    cursor->row_state = TREE_BEFORE_FIRST;
    return JET_errNoCurrentRecord;
}

JET_ERR temp_sort_first(struct cursor *cursor)
{
    cursor->range = false;
    if (!cursor->temp->count)
    {
        cursor->row_state = TREE_BEFORE_FIRST;
        return JET_errNoCurrentRecord;
    }
    return load(cursor, 0);
}

static JET_ERR move_last(struct cursor *cursor)
{
    cursor->range = false;
    if (!cursor->temp->count)
    {
        cursor->row_state = TREE_AFTER_LAST;
        return JET_errNoCurrentRecord;
    }
    return load(cursor, (int32_t)cursor->temp->count - 1);
}

/* A limit that is passed is gone, and the cursor at that end. */
static JET_ERR check_range(struct cursor *cursor)
{
    static const uint8_t nothing[1];
    const uint8_t *key = cursor->loaded ? cursor->loaded->bytes : nothing;
    int order = key_compare(key, cursor->loaded ? cursor->loaded->key_size : 0, cursor->key.data, cursor->key.size);

    if (order ? (order > 0) != cursor->range_upper : cursor->range_inclusive)
        return JET_errSuccess;
    cursor->range = false;
    if (!cursor->range_upper)
        return before_first(cursor);
    cursor->row = (int32_t)cursor->temp->count;
    cursor->row_state = TREE_AFTER_LAST;
    return JET_errNoCurrentRecord;
}

static JET_ERR move_next(struct cursor *cursor)
{
    int32_t count = (int32_t)cursor->temp->count;
    JET_ERR err;

    if (cursor->row + 1 >= count)
    {
        cursor->row = count;
        cursor->row_state = TREE_AFTER_LAST;
        return JET_errNoCurrentRecord;
    }
    err = load(cursor, cursor->row + 1);
    if (err < 0)
        return err;
    return cursor->range && cursor->range_upper ? check_range(cursor) : JET_errSuccess;
}

static JET_ERR move_previous(struct cursor *cursor)
{
    if (cursor->row <= 0)
        return before_first(cursor);
    load(cursor, cursor->row - 1);
    return cursor->range && cursor->range_upper ? check_range(cursor) : JET_errSuccess;
}

static bool goes_back(const struct cursor *cursor)
{
    return cursor->temp->grbit & (JET_bitTTScrollable | JET_bitTTIndexed);
}

/* Whether the number of the row is that of one.  With runs on disk none has a number. */
static bool has_number(const struct cursor *cursor)
{
    return !cursor->temp->runs && cursor->row >= 0 && cursor->row < (int32_t)cursor->temp->count;
}

static JET_ERR move_by(struct cursor *cursor, int32_t rows)
{
    JET_ERR err = JET_errSuccess;

    if (rows == (int32_t)JET_MoveFirst)
        return temp_sort_first(cursor);
    if (rows == (int32_t)JET_MoveLast)
        return move_last(cursor);
    if (!rows)
        return has_number(cursor) ? JET_errSuccess : JET_errNoCurrentRecord;
    if (rows < 0 && !goes_back(cursor))
        return JET_errIllegalOperation;
    for (; err >= 0 && rows > 0; rows--)
        err = move_next(cursor);
    for (; err >= 0 && rows < 0; rows++)
        err = move_previous(cursor);
    return err;
}

/* ----------------------------------------------------- the end of inserts --- */

/* *first: it stays a sort, and stands on its first row; JET_errNoCurrentRecord if there is none. */
static JET_ERR end_inserts(struct cursor *cursor, bool *first)
{
    struct temp_table *temp = cursor->temp;
    bool overflow = temp->runs || temp->run_bytes > RESIDENT_BYTES;
    JET_ERR err = JET_errSuccess;

    *first = false;
    if (temp->spool)
        err = temp_spool(temp);
    else
        temp_order_rows(temp);
    if (err < 0)
        return err;
    if (temp->spool)
        temp->count = temp->spooled;
    if (temp->table.database && (temp->grbit & JET_bitTTUpdatable || (goes_back(cursor) && overflow)))
        return temp_materialize(cursor, temp->grbit & JET_bitTTIndexed);
    cursor->refused = CURSOR_TABLES_ONLY | CURSOR_NOT_SORT;
    cursor->row = -1;
    *first = true;
    return temp_sort_first(cursor);
}

JET_ERR temp_finish(struct cursor *cursor)
{
    bool first;
    JET_ERR err = end_inserts(cursor, &first);

    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

JET_ERR temp_sort_move(struct cursor *cursor, int32_t rows, JET_GRBIT grbit)
{
    bool first;
    JET_ERR err;

    if (!cursor_is_inserting(cursor))
        return move_by(cursor, rows);
    err = end_inserts(cursor, &first);
    if (err < 0)
        return err;
    if (!first)
        return cursor_move(cursor, rows, grbit);
    if (rows > 0 && rows != (int32_t)JET_MoveLast)
        rows--;
    return rows && rows != (int32_t)JET_MoveFirst ? move_by(cursor, rows) : JET_errSuccess;
}

/* ------------------------------------------------------------------ seeks --- */

/* The first row whose key is not less than this one. */
static uint32_t find_row(const struct temp_table *temp, const uint8_t *key, uint32_t size)
{
    uint32_t low = 0, high = temp->count;

    while (low < high)
    {
        uint32_t middle = low + (high - low) / 2;

        if (key_compare(temp->rows[middle]->bytes, temp->rows[middle]->key_size, key, size) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static JET_ERR not_found(JET_ERR err)
{
    return err == JET_errNoCurrentRecord ? JET_errRecordNotFound : err;
}

/* Which have no names outside of Windows' engine. */
#define WRN_FOUND_LESS    312
#define WRN_FOUND_GREATER 313

/* What was found is brought in whether it is what was asked for or not. */
static JET_ERR seek(struct cursor *cursor, JET_GRBIT grbit)
{
    const struct temp_table *temp = cursor->temp;
    uint32_t at;
    bool equal, less;

    if (!temp->count)
        return JET_errRecordNotFound;
    at = find_row(temp, cursor->key.data, cursor->key.size);
    less = at == temp->count;
    equal = !less && !key_compare(temp->rows[at]->bytes, temp->rows[at]->key_size, cursor->key.data, cursor->key.size);
    load(cursor, (int32_t)(less ? at - 1 : at));
    cursor->key.state = 0;
    switch (grbit & (JET_bitSeekEQ | JET_bitSeekGE | JET_bitSeekGT | JET_bitSeekLE | JET_bitSeekLT))
    {
    case JET_bitSeekLT:
        return less ? JET_errSuccess : not_found(move_previous(cursor));
    case JET_bitSeekLE:
        return less || equal ? JET_errSuccess : not_found(move_previous(cursor));
    case JET_bitSeekGE:
        return less ? JET_errRecordNotFound : JET_errSuccess;
    case JET_bitSeekGT:
        if (less)
            return JET_errRecordNotFound;
        return equal ? not_found(move_next(cursor)) : JET_errSuccess;
    case JET_bitSeekEQ:
        return equal ? JET_errSuccess : JET_errRecordNotFound;
    default: /* none or several: what was found is told as it is */
        return equal ? JET_errSuccess : less ? WRN_FOUND_LESS : WRN_FOUND_GREATER;
    }
}

JET_ERR temp_sort_seek(struct cursor *cursor, JET_GRBIT grbit)
{
    bool first;
    JET_ERR err;

    if (cursor_is_inserting(cursor))
    {
        err = end_inserts(cursor, &first);
        if (err < 0)
            return not_found(err);
        if (!first)
            return cursor_seek(cursor, grbit);
    }
    if (!goes_back(cursor))
        return JET_errIllegalOperation;
    return cursor->key.state & KEY_PREPARED ? seek(cursor, grbit) : JET_errKeyNotMade;
}

JET_ERR temp_sort_set_range(struct cursor *cursor, JET_GRBIT grbit)
{
    JET_ERR err;

    if (!goes_back(cursor))
        return JET_errIllegalOperation;
    if (!(cursor->key.state & KEY_PREPARED))
        return JET_errKeyNotMade;
    cursor->range = true;
    cursor->range_upper = (grbit & JET_bitRangeUpperLimit) != 0;
    cursor->range_inclusive = (grbit & JET_bitRangeInclusive) != 0;
    err = check_range(cursor);
    cursor->key.state = 0;
    if (grbit & JET_bitRangeInstantDuration)
        cursor->range = false;
    return err;
}

/* -------------------------------------------------------------- bookmarks --- */

/* Is the number of the row. */
JET_ERR temp_sort_get_bookmark(const struct cursor *cursor, void *out, uint32_t out_size, uint32_t *actual)
{
    if (out_size < sizeof(cursor->row))
        return JET_errBufferTooSmall;
    if (!has_number(cursor))
        return JET_errNoCurrentRecord;
    memcpy(out, &cursor->row, sizeof(cursor->row));
    if (actual)
        *actual = sizeof(cursor->row);
    return JET_errSuccess;
}

/* Its row is not brought in until the next move. */
JET_ERR temp_sort_goto_bookmark(struct cursor *cursor, const void *bookmark, uint32_t size)
{
    int32_t row;

    if (size != sizeof(row) || !bookmark)
        return JET_errInvalidBookmark;
    memcpy(&row, bookmark, sizeof(row));
    if (row < 0 || row >= (int32_t)cursor->temp->count)
        return JET_errInvalidBookmark;
    cursor->row = row;
    return JET_errSuccess;
}

JET_ERR temp_current(const struct cursor *cursor, const struct temp_row **row)
{
    if (cursor->row_state != TREE_ON)
        return JET_errNoCurrentRecord;
    *row = cursor->loaded;
    return JET_errSuccess;
}

JET_ERR temp_sort_retrieve_key(const struct cursor *cursor, void *out, uint32_t out_size, uint32_t *actual)
{
    uint32_t size = cursor->loaded ? cursor->loaded->key_size : 0, n = size < out_size ? size : out_size;

    *actual = size;
    if (out && n)
        memcpy(out, cursor->loaded->bytes, n);
    return size > out_size ? JET_wrnBufferTruncated : JET_errSuccess;
}
