/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetSeek and bookmarks; see cursor.h.  Follows ErrIsamSeek, ErrIsamGotoBookmark and their kin. */
#include <string.h>

#include "os/os.h"
#include "table/cursor_private.h"

#define SEEK_MODES (JET_bitSeekEQ | JET_bitSeekLT | JET_bitSeekLE | JET_bitSeekGE | JET_bitSeekGT)

/* Seeking is what moves to the place of the key; a record that the filter hides is not there. */
static JET_ERR seek_mode(struct cursor *cursor, enum tree_seek_mode mode)
{
    const struct search_key *key = &cursor->key;
    uint32_t size = key->size;
    bool match = true;
    JET_ERR err;

    /* What is greater than a whole key begins behind all that it begins, where keys are not unique. */
    if (mode == TREE_SEEK_GT && !cursor_tree(cursor)->tree->unique && size <= cursor->form.key_max &&
        key->columns == cursor->form.columns)
        key->data[size++] = 0xff;
    err = place_seek(cursor, key->data, size, mode);

    if (err >= 0 && cursor->filter)
    {
        JET_ERR failed = filter_match(cursor, &match);
        if (failed < 0)
            return failed;
    }
    if (match)
        return err;
    if (mode == TREE_SEEK_EQ)
        return JET_errRecordNotFound;
    err = cursor_step(cursor, mode == TREE_SEEK_GE || mode == TREE_SEEK_GT, false);
    if (err == JET_errNoCurrentRecord)
        return JET_errRecordNotFound;
    return err < 0 || mode == TREE_SEEK_GT || mode == TREE_SEEK_LT ? err : JET_wrnSeekNotEqual;
}

/* What an equal seek that found its record does besides. */
static JET_ERR found_equal(struct cursor *cursor, JET_GRBIT grbit)
{
    if (grbit & JET_bitCheckUniqueness && tree_is_last_of_key(cursor_tree(cursor)))
        return JET_wrnUniqueKey;
    if (grbit & JET_bitSetIndexRange)
        return cursor_set_range(cursor, JET_bitRangeInclusive | JET_bitRangeUpperLimit);
    return JET_errSuccess;
}

/* A seek that came down on nothing that it could see leaves the cursor at the key that was sought. */
static bool came_to_nothing(struct cursor *cursor, enum tree_seek_mode mode)
{
    struct tree_cursor *tree = cursor_tree(cursor);
    bool past = mode == TREE_SEEK_GT && !tree->tree->unique && cursor->key.columns == cursor->form.columns;

    return tree_missed_hidden(tree, past);
}

/*
 * An equal seek that found nothing stays at the key, but for one in an index that is not unique
 * whose key is behind the last entry of its leaf: Windows' engine looks at the next leaf, and is
 * then on the entry that is there, or after the last one.  After the last one it is, too, when
 * it came down on an entry that it does not see, and sees only such that are before it.
 */
static void go_past_leaf(struct cursor *cursor)
{
    struct tree_cursor *tree = cursor_tree(cursor), walk;

    if (cursor->filter || tree->tree->unique)
        return;
    if (tree->past_leaf)
    {
        if (place_seek(cursor, cursor->key.data, cursor->key.size, TREE_SEEK_GE) < 0)
            place_set_end(cursor, TREE_AFTER_LAST);
        return;
    }
    if (!tree_missed_hidden(tree, false) || tree_cursor_copy(&walk, tree) < 0)
        return;
    if (tree_move_next(&walk) == JET_errNoCurrentRecord && tree_move_last(&walk) >= 0)
        place_set_end(cursor, TREE_AFTER_LAST);
    tree_cursor_close(&walk);
}

static JET_ERR seek(struct cursor *cursor, JET_GRBIT grbit)
{
    enum tree_seek_mode mode;
    JET_ERR err;

    if (grbit & JET_bitSeekLT)
        mode = TREE_SEEK_LT;
    else if (grbit & JET_bitSeekLE)
        mode = TREE_SEEK_LE;
    else if (grbit & JET_bitSeekGE)
        mode = TREE_SEEK_GE;
    else if (grbit & JET_bitSeekGT)
        mode = TREE_SEEK_GT;
    else
        mode = TREE_SEEK_EQ;
    err = seek_mode(cursor, mode);
    if (err == JET_errSuccess && mode == TREE_SEEK_EQ)
        err = found_equal(cursor, grbit);
    cursor->key.state = 0;
    if (os_likely(err >= 0))
        return err;
    if (err == JET_errRecordNotFound && mode == TREE_SEEK_EQ)
        go_past_leaf(cursor);
    if (err == JET_errRecordNotFound && mode != TREE_SEEK_EQ && !cursor->filter && came_to_nothing(cursor, mode))
        return err;
    if (err != JET_errRecordNotFound && err != JET_errNoCurrentRecord)
        place_set_end(cursor, TREE_BEFORE_FIRST);
    else if (err == JET_errRecordNotFound && mode != TREE_SEEK_EQ)
        place_set_end(cursor, mode == TREE_SEEK_GE || mode == TREE_SEEK_GT ? TREE_AFTER_LAST : TREE_BEFORE_FIRST);
    return err;
}

/* Where it comes to an end of the records, the bookmark of the last one visited stays, for escrow columns. */
static __attribute__((noinline)) JET_ERR seek_and_keep(struct cursor *cursor, JET_GRBIT grbit)
{
    struct tree_cursor *records = &cursor->records;
    uint32_t size = records->bookmark_key_size;
    uint8_t visited[KEY_MAX];
    JET_ERR err;

    if (size > sizeof(visited))
        size = 0;
    memcpy(visited, records->bookmark, size);
    err = seek(cursor, grbit);
    if (err < 0 && size && (records->state == TREE_AFTER_LAST || records->state == TREE_BEFORE_FIRST))
    {
        enum tree_state state = records->state;

        if (tree_place_at(records, visited, size, NULL, 0) >= 0)
            records->state = state;
    }
    return err;
}

JET_ERR cursor_seek(struct cursor *cursor, JET_GRBIT grbit)
{
    if (cursor->temp)
    {
        cursor_abandon_update(cursor);
        return temp_sort_seek(cursor, grbit);
    }
    if (!(grbit & SEEK_MODES))
        return JET_errInvalidParameter;
    if (!(cursor->key.state & KEY_PREPARED))
        return JET_errKeyNotMade;
    cursor_abandon_update(cursor);
    cursor->range = false;
    cursor->defer_first = false;
    if (os_unlikely(cursor->table->has_escrow) && !cursor->index)
        return seek_and_keep(cursor, grbit);
    return seek(cursor, grbit);
}

/* ------------------------------------------------------------- bookmarks --- */

static JET_ERR give(const void *data, uint32_t size, void *out, uint32_t out_size, uint32_t *actual)
{
    uint32_t n = size < out_size ? size : out_size;

    if (actual)
        *actual = size;
    if (n && out)
        memcpy(out, data, n);
    return size > out_size ? JET_errBufferTooSmall : JET_errSuccess;
}

JET_ERR cursor_get_bookmark(struct cursor *cursor, void *out, uint32_t out_size, uint32_t *actual)
{
    uint8_t scratch[KEY_MAX];
    const uint8_t *bookmark;
    uint32_t size;
    JET_ERR err;

    if (os_unlikely(cursor->temp != NULL))
        return temp_sort_get_bookmark(cursor, out, out_size, actual);
    /* This does not look for the first record, where that has been put off. */
    err = cursor->defer_first ? JET_errNoCurrentRecord : cursor_bookmark(cursor, scratch, &bookmark, &size);
    return err < 0 ? err : give(bookmark, size, out, out_size, actual);
}

/* Goes to an entry, or else the cursor stays where it was. */
static JET_ERR goto_or_stay(struct tree_cursor *tree, const void *key, uint32_t key_size, const void *data,
                            uint32_t data_size)
{
    struct tree_cursor before;
    JET_ERR err = tree_cursor_copy(&before, tree);

    if (err < 0)
        return err;
    err = tree_goto_bookmark(tree, key, key_size, data, data_size);
    if (err < 0)
    {
        tree_cursor_close(tree);
        if (tree_cursor_copy(tree, &before) < 0)
            tree->state = TREE_NOWHERE;
    }
    tree_cursor_close(&before);
    return err;
}

/* The record is found: on to the entry that the `sequence`th value of it has in the index.
 * In an index of tuples that is the one at the very start of the text.  Where the index
 * begins later there is none, and the cursor is as on one that was deleted. */
static JET_ERR goto_entry(struct cursor *cursor, const void *bookmark, uint32_t size, uint32_t sequence)
{
    struct key_iterator keys;
    uint8_t key[KEY_MAX];
    enum key_outcome outcome;
    struct record record;
    uint32_t key_size;
    JET_ERR err;

    cursor->record_current = true;
    err = cursor_latch_record(cursor, &record);
    if (err < 0)
        return err;
    key_iterate(&keys, &cursor->form, record, cursor->txn);
    key_iterate_at(&keys, sequence);
    err = key_from_record(&cursor->form, record, cursor->txn, keys.sequence, 0, key, &key_size, &outcome, NULL);
    cursor_unlatch_record(cursor);
    if (err < 0)
        return err;
    if (outcome == KEY_OUT_OF_VALUES)
        return JET_errBadItagSequence;
    if (!key_outcome_indexed(cursor->index, outcome))
    {
        place_set_end(cursor, TREE_BEFORE_FIRST);
        cursor->record_current = true;
        return JET_errNoCurrentRecord;
    }
    place_note_level(cursor);
    if (cursor->entries.tree->unique)
        size = 0;
    err = tree_goto_bookmark(&cursor->entries, key, key_size, size ? bookmark : NULL, size);
    if (err != JET_errRecordDeleted)
        return err;
    cursor->entries.state = TREE_ON;
    return JET_errSuccess;
}

JET_ERR cursor_goto_record(struct cursor *cursor, const void *bookmark, uint32_t size, uint32_t sequence)
{
    JET_ERR err;

    if (cursor->temp)
        return temp_sort_goto_bookmark(cursor, bookmark, size);
    if (!size || !bookmark)
        return JET_errInvalidBookmark;
    cursor_abandon_update(cursor);
    cursor->range = false;
    cursor->key.state = 0;
    cursor->record_current = false;
    if (size > KEY_MAX)
        return JET_errRecordDeleted;
    err = goto_or_stay(&cursor->records, bookmark, size, NULL, 0);
    if (err < 0)
        return err;
    cursor->defer_first = false;
    return cursor->index ? goto_entry(cursor, bookmark, size, sequence) : JET_errSuccess;
}

JET_ERR cursor_goto_bookmark(struct cursor *cursor, const void *bookmark, uint32_t size)
{
    return cursor_goto_record(cursor, bookmark, size, 1);
}

JET_ERR cursor_get_index_bookmark(struct cursor *cursor, void *key, uint32_t key_max, uint32_t *key_size,
                                  void *bookmark, uint32_t bookmark_max, uint32_t *bookmark_size)
{
    uint8_t scratch[KEY_MAX];
    const uint8_t *at, *mark;
    uint32_t size, mark_size;
    JET_ERR err, second;

    if (!cursor->index)
        return JET_errNoCurrentIndex;
    err = cursor_refresh(cursor);
    if (err >= 0)
    {
        /* the entry must be there still */
        struct page_node node;
        err = tree_latch(&cursor->entries, &node);
        if (err >= 0)
            tree_unlatch(&cursor->entries);
    }
    if (err >= 0)
        err = cursor_key(cursor, &at, &size);
    if (err >= 0)
        err = cursor_bookmark(cursor, scratch, &mark, &mark_size);
    if (err < 0)
        return err;
    err = give(at, size, key, key_max, key_size);
    second = give(mark, mark_size, bookmark, bookmark_max, bookmark_size);
    return err < 0 ? err : second;
}

JET_ERR cursor_goto_index_bookmark(struct cursor *cursor, const void *key, uint32_t key_size, const void *bookmark,
                                   uint32_t bookmark_size, JET_GRBIT grbit)
{
    struct tree_cursor *tree = &cursor->entries;
    uint8_t scratch[KEY_MAX];
    const uint8_t *mark;
    const void *data = bookmark;
    uint32_t mark_size, data_size = bookmark_size;
    JET_ERR err;

    if (!cursor->index)
        return JET_errNoCurrentIndex;
    if (!key_size || !key)
        return JET_errInvalidBookmark;
    if (!tree->tree->unique && (!bookmark_size || !bookmark))
        return JET_errInvalidBookmark;
    cursor_abandon_update(cursor);
    cursor->range = false;
    cursor->key.state = 0;
    cursor->record_current = false;
    if (key_size > KEY_LIMIT_MAX || (!tree->tree->unique && bookmark_size > KEY_MAX))
        return JET_errRecordDeleted;
    if (tree->tree->unique)
    {
        data = NULL;
        data_size = 0;
    }
    if (grbit & JET_bitBookmarkPermitVirtualCurrency)
        err = tree_goto_bookmark(tree, key, key_size, data, data_size);
    else
        err = goto_or_stay(tree, key, key_size, data, data_size);
    if (err < 0)
    {
        if (grbit & JET_bitBookmarkPermitVirtualCurrency)
            cursor->defer_first = false;
        return err;
    }
    cursor->defer_first = false;
    if (!tree->tree->unique || !bookmark_size)
        return JET_errSuccess;
    /* the key may be another record's by now */
    err = cursor_bookmark(cursor, scratch, &mark, &mark_size);
    if (err < 0)
        return err;
    if (mark_size != bookmark_size || !bookmark || memcmp(mark, bookmark, mark_size))
        return JET_errRecordDeleted;
    return JET_errSuccess;
}
