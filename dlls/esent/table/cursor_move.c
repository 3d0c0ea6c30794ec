/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Moves, index ranges, counts; see cursor.h.  Follows ErrIsamMove, ErrIsamSetIndexRange and dir.cxx. */
#include <string.h>

#include "os/os.h"
#include "table/cursor_private.h"

/* Whether a key is beyond the limit, where the search key is. */
static bool beyond_limit(const struct cursor *cursor)
{
    int order = place_compare(cursor, cursor->key.data, cursor->key.size);

    if (!order)
        return !cursor->range_inclusive;
    return (order > 0) == cursor->range_upper;
}

JET_ERR cursor_check_range(struct cursor *cursor)
{
    if (!beyond_limit(cursor))
        return JET_errSuccess;
    cursor->range = false;
    place_set_end(cursor, cursor->range_upper ? TREE_AFTER_LAST : TREE_BEFORE_FIRST);
    return JET_errNoCurrentRecord;
}

/* A move towards the limit; a hidden entry beyond it ends that, and the range. */
static JET_ERR move_within(struct cursor *cursor, bool forward, bool other_key)
{
    struct tree_limit limit = { cursor->key.data, cursor->key.size, cursor->range_inclusive };
    struct tree_cursor *tree = cursor_tree(cursor);
    JET_ERR err;

    if (!cursor->range || cursor->range_upper != forward)
        return place_move(cursor, forward, other_key);
    tree->limit = &limit;
    err = place_move(cursor, forward, other_key);
    cursor->range = tree->limit != NULL;
    tree->limit = NULL;
    return err;
}

JET_ERR cursor_step(struct cursor *cursor, bool forward, bool other_key)
{
    bool match = true;
    JET_ERR err;

    do
    {
        err = move_within(cursor, forward, other_key);
        if (err < 0)
            return err;
        if (cursor->range && cursor->range_upper == forward)
        {
            err = cursor_check_range(cursor);
            if (err < 0)
                return err;
        }
        if (os_unlikely(cursor->filter != NULL))
        {
            err = filter_match(cursor, &match);
            if (err < 0)
                return err;
        }
    } while (!match);
    return JET_errSuccess;
}

static JET_ERR move_end(struct cursor *cursor, bool last)
{
    bool match = true;
    JET_ERR err;

    cursor->range = false;
    cursor->defer_first = false;
    err = last ? place_last(cursor) : place_first(cursor);
    if (err >= 0 && cursor->filter)
        err = filter_match(cursor, &match);
    if (err >= 0 && !match)
        err = cursor_step(cursor, !last, false);
    return err;
}

static JET_ERR move_by(struct cursor *cursor, int32_t rows, JET_GRBIT grbit)
{
    bool forward = rows > 0;
    uint32_t left = forward ? (uint32_t)rows : 0u - (uint32_t)rows;
    JET_ERR err = cursor_refresh(cursor);

    while (err >= 0 && left--)
        err = cursor_step(cursor, forward, (grbit & JET_bitMoveKeyNE) != 0);
    return err;
}

/* Tells whether there is a record, and is no move. */
static JET_ERR stay(struct cursor *cursor)
{
    struct page_node node;
    JET_ERR err = cursor_refresh(cursor);

    if (err < 0)
        return err;
    err = tree_latch(cursor_tree(cursor), &node);
    if (err >= 0)
        tree_unlatch(cursor_tree(cursor));
    return err;
}

/* To the next record or the one before, where nothing else is to be looked at: most moves. */
static inline JET_ERR plain_move(struct cursor *cursor, bool forward)
{
    struct tree_cursor *tree = cursor_tree(cursor);

    cursor_keep_record(cursor);
    cursor->record_current = false;
    place_note_level(cursor);
    return forward ? tree_move_next(tree) : tree_move_prev(tree);
}

JET_ERR cursor_move(struct cursor *cursor, int32_t rows, JET_GRBIT grbit)
{
    JET_ERR err;

    if (os_unlikely(!rows && cursor->filter && !cursor->index))
        return JET_errFilteredMoveNotSupported;
    cursor_abandon_update(cursor);
    if (os_likely((rows == JET_MoveNext || rows == JET_MovePrevious) && !(grbit & JET_bitMoveKeyNE) && !cursor->temp &&
                  !cursor->range && !cursor->filter && !cursor->defer_first))
        err = plain_move(cursor, rows == JET_MoveNext);
    else if (os_unlikely(cursor->temp != NULL))
        return temp_sort_move(cursor, rows, grbit);
    else if (rows == (int32_t)JET_MoveFirst || rows == (int32_t)JET_MoveLast)
        err = move_end(cursor, rows == (int32_t)JET_MoveLast);
    else if (rows)
        err = move_by(cursor, rows, grbit);
    else
        err = stay(cursor);
    if (os_likely(err >= 0) || !rows)
        return err;
    /* wherever it failed, the cursor is now past that end */
    place_set_end(cursor, rows > 0 ? TREE_AFTER_LAST : TREE_BEFORE_FIRST);
    if (err == JET_errRecordNotFound)
        return JET_errNoCurrentRecord;
    if (err != JET_errNoCurrentRecord && err != JET_errRecordDeleted)
        place_set_end(cursor, TREE_BEFORE_FIRST);
    return err;
}

void cursor_set_sequential(struct cursor *cursor, bool sequential)
{
    if (!cursor->temp)
        cursor_tree(cursor)->sequential = sequential;
}

/* ---------------------------------------------------------------- ranges --- */

JET_ERR cursor_set_range(struct cursor *cursor, JET_GRBIT grbit)
{
    enum tree_state state;
    JET_ERR err;

    if (cursor->temp)
        return temp_sort_set_range(cursor, grbit);
    if (grbit & JET_bitRangeRemove)
    {
        if (!cursor->range)
            return JET_errInvalidOperation;
        cursor->range = false;
        return JET_errSuccess;
    }
    if (!cursor->form.columns)
        return JET_errNoCurrentIndex;
    if (!(cursor->key.state & KEY_PREPARED))
        return JET_errKeyNotMade;
    cursor->range = true;
    cursor->range_upper = (grbit & JET_bitRangeUpperLimit) != 0;
    cursor->range_inclusive = (grbit & JET_bitRangeInclusive) != 0;
    err = cursor_refresh(cursor);
    if (err < 0)
        return err;
    state = place_state(cursor);
    if (state == TREE_ON || state == TREE_BEFORE || state == TREE_AFTER)
    {
        bool beyond = beyond_limit(cursor), keep = beyond && cursor->index && state == TREE_ON;

        /* the entry is left, but not its record */
        if (keep)
            cursor_sync_record(cursor);
        keep = keep && cursor->records.state == TREE_ON;
        err = cursor_check_range(cursor);
        if (keep)
            cursor->record_current = true;
    }
    else
        err = JET_errNoCurrentRecord;
    cursor->key.state = 0;
    if (grbit & JET_bitRangeInstantDuration)
        cursor->range = false;
    return err;
}

/* ---------------------------------------------------------------- counts --- */

static JET_ERR count_entries(struct cursor *cursor, uint64_t most, uint64_t *count)
{
    struct tree_cursor walk;
    JET_ERR err = tree_cursor_copy(&walk, cursor_tree(cursor));

    if (err < 0)
        return err;
    while (err >= 0 && ++*count != most)
    {
        err = tree_move_next(&walk);
        if (err >= 0 && cursor->range)
        {
            int order = tree_compare_key(&walk, cursor->key.data, cursor->key.size);
            if (order ? (order > 0) == cursor->range_upper : !cursor->range_inclusive)
                break;
        }
    }
    tree_cursor_close(&walk);
    return err;
}

static JET_ERR count_from_here(struct cursor *cursor, uint64_t most, uint64_t *count)
{
    JET_ERR err = cursor_refresh(cursor);

    if (err == JET_errNoCurrentRecord)
        return JET_errSuccess;
    if (err < 0)
        return err;
    if (place_state(cursor) != TREE_ON)
        return JET_errNoCurrentRecord;
    err = stay(cursor);
    if (err < 0)
        return err;
    err = count_entries(cursor, most, count);
    if (err == JET_errNoCurrentRecord)
        err = JET_errSuccess;
    if (err >= 0)
        cursor->range = false;
    return err;
}

JET_ERR cursor_count(struct cursor *cursor, uint64_t most, uint64_t *count)
{
    bool deferred = cursor->index && cursor->defer_first;
    JET_ERR err;

    if (cursor->filter)
        return JET_errFilteredMoveNotSupported;
    *count = 0;
    err = count_from_here(cursor, most, count);
    /* The first entry was looked for, but not its record. */
    if (deferred && !cursor->defer_first)
    {
        place_set_end(cursor, TREE_NOWHERE);
        cursor->defer_first = true;
    }
    return err;
}

JET_ERR cursor_get_position(struct cursor *cursor, uint64_t *before, uint64_t *total)
{
    enum tree_state state;
    JET_ERR err;

    if (cursor->filter)
        return JET_errFilteredMoveNotSupported;
    err = cursor_refresh(cursor);
    if (err < 0)
        return err;
    state = place_state(cursor);
    if (state != TREE_ON && state != TREE_BEFORE && state != TREE_AFTER)
        return JET_errNoCurrentRecord;
    return tree_position64(cursor_tree(cursor), before, total);
}

JET_ERR cursor_goto_position(struct cursor *cursor, uint64_t before, uint64_t total)
{
    JET_ERR err;

    if (cursor->filter)
        return JET_errFilteredMoveNotSupported;
    if (before > total)
        return JET_errInvalidParameter;
    cursor_abandon_update(cursor);
    cursor->range = false;
    cursor->key.state = 0;
    cursor->defer_first = false;
    cursor->record_current = false;
    place_note_level(cursor);
    err = tree_goto_position64(cursor_tree(cursor), before, total);
    if (err < 0)
    {
        place_set_end(cursor, TREE_BEFORE_FIRST);
        return err == JET_errNoCurrentRecord ? JET_errRecordNotFound : err;
    }
    return JET_errSuccess;
}

JET_ERR cursor_info(struct cursor *cursor)
{
    JET_ERR err;

    if (cursor->defer_first || place_state(cursor) != TREE_ON)
        return JET_errNoCurrentRecord;
    err = stay(cursor);
    if (err >= 0 && !cursor->temp)
        err = cursor_place_record(cursor);
    if (err >= 0 && !cursor->temp && tree_is_others(&cursor->records))
        return JET_errWriteConflict;
    return err;
}
