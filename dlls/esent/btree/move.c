/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Moves of cursors.
 *
 * The common move stays on its page.  If the page has the version it had when
 * the cursor was placed, the next line is read like an inner page of a descent,
 * without a latch: copied, and believed if the version is still the same.
 */
#include "btree/write_private.h"

enum same_page
{
    MOVED,
    PAGE_ENDS, /* the cursor is on the outermost entry of its page, as far as can be told */
    NOT_SO,    /* the page changed, or what is there is not for this way */
};

/* Moves within the page the cursor stands on, without a latch. */
static inline enum same_page move_on_page(struct tree_cursor *cursor, int step)
{
    const struct tree *tree = cursor->tree;
    struct cache_page *page = cursor->hint.page;
    uint32_t line = cursor->line, key_size, data_size;
    /* The old bookmark is needed until the new one is believed. */
    uint8_t *bookmark = cursor->bookmark_inline[cursor->bookmark == cursor->bookmark_inline[0]];
    struct page_node node;
    bool plain = true;

    if (!cursor->viewed || !cache_peek_valid(page, cursor->hint.version))
        return NOT_SO;
    for (;;)
    {
        line += (uint32_t)step; /* from 0 to the left: wraps past the last line */
        if (os_unlikely(line >= page_lines(&cursor->view)))
            return cache_peek_valid(page, cursor->hint.version) ? PAGE_ENDS : NOT_SO;
        if (os_unlikely(!page_node(&cursor->view, line, &node)))
            return NOT_SO;
        if (os_unlikely(cursor->limit && node.flags & (NODE_DELETED | NODE_VERSIONED)))
            return NOT_SO;
        if (os_unlikely(node.flags & NODE_DELETED) && !(node.flags & NODE_VERSIONED && tree_has_versions(tree)))
            continue;
        key_size = page_key_size(&node.key);
        data_size = tree->unique ? 0 : node.data_size;
        if (os_unlikely(key_size + data_size > TREE_INLINE_BOOKMARK ||
                        cursor->bookmark_capacity > TREE_INLINE_BOOKMARK))
            return NOT_SO;
        if (os_likely(node.key.prefix_size <= 8 && node.key.suffix_size <= 8))
        {
            /* two tags at least follow in the page, and two words have room in the bookmark */
            set_le64(bookmark, le64(node.key.prefix));
            set_le64(bookmark + node.key.prefix_size, le64(node.key.suffix));
        }
        else
            page_key_copy_short(&node.key, bookmark);
        if (data_size)
            bytes_copy(bookmark + key_size, node.data, data_size);
        if (os_likely(!(node.flags & NODE_VERSIONED)) || !tree_has_versions(tree))
            break;
        if (!cache_peek_valid(page, cursor->hint.version))
            return NOT_SO;
        plain = false;
        /* who takes versions out changes the page, which is noticed below, or they made no difference any more */
        if (entry_versions_visible(tree, cursor->txn, bookmark, key_size, bookmark + key_size, data_size, node.flags))
            break;
    }
    if (os_unlikely(!cache_peek_valid(page, cursor->hint.version)))
        return NOT_SO;
    cursor->bookmark = bookmark;
    cursor->bookmark_key_size = key_size;
    cursor->bookmark_data_size = data_size;
    cursor->line = line;
    cursor->node = node;
    cursor->copied = false;
    cursor->plain = plain;
    return MOVED;
}

/* Latches the page that the cursor stands on if it is as it was. */
static JET_ERR latch_same(struct tree_cursor *cursor, struct tree_leaf *leaf)
{
    JET_ERR err;

    leaf->page = NULL;
    leaf->mode = CACHE_SHARED;
    if (cursor->state != TREE_ON || !cursor->hint.page || !cache_peek_valid(cursor->hint.page, cursor->hint.version))
        return TREE_RETRY;
    err = cache_latch_hint(cursor->tree->file, cursor->pgno, CACHE_SHARED, &cursor->hint, &leaf->page);
    if (err < 0)
        return tree_read_error(err);
    if (leaf->page != cursor->hint.page || cache_page_version(leaf->page) != cursor->hint.version ||
        !tree_leaf_check(cursor->tree, leaf))
    {
        leaf_unlatch(leaf);
        return TREE_RETRY;
    }
    leaf->line = (int32_t)cursor->line;
    return JET_errSuccess;
}

/* The latched leaf and line from which a move to the right settles. */
static JET_ERR start_next(struct tree_cursor *cursor, struct tree_leaf *leaf)
{
    struct tree_target target;
    JET_ERR err = latch_same(cursor, leaf);

    if (err < 0)
        return err;
    if (!err)
    {
        leaf->line++;
        return JET_errSuccess;
    }
    cursor_target(cursor, cursor->state == TREE_BEFORE ? TREE_AIM_LOWER : TREE_AIM_UPPER, &target);
    return tree_descend_past(cursor->tree, &target, leaf);
}

static JET_ERR start_prev(struct tree_cursor *cursor, struct tree_leaf *leaf)
{
    struct tree_target target;
    JET_ERR err = latch_same(cursor, leaf);

    if (err < 0)
        return err;
    if (err)
    {
        cursor_target(cursor, cursor->state == TREE_AFTER ? TREE_AIM_UPPER : TREE_AIM_LOWER, &target);
        err = tree_descend_past(cursor->tree, &target, leaf);
        if (err < 0)
            return err;
    }
    leaf->line--;
    return JET_errSuccess;
}

/* What is kept about the direction of a scan when the cursor was placed on another leaf. */
static void crossed(struct tree_cursor *cursor, int step)
{
    if ((step > 0) != (cursor->run > 0))
        cursor->run = 0;
    if (cursor->run < 1000 && cursor->run > -1000)
        cursor->run += step;
    if (cursor->ahead)
        cursor->ahead--;
}

static JET_ERR finish(struct tree_cursor *cursor, JET_ERR err, struct tree_leaf *leaf, const struct page_node *node,
                      int step)
{
    uint32_t from = cursor->pgno, next;

    if (err < 0)
        return err;
    next = step > 0 ? page_next(leaf->view.data) : page_prev(leaf->view.data);
    err = cursor_place(cursor, leaf, node);
    if (err < 0 || cursor->pgno == from)
        return err;
    crossed(cursor, step);
    if (cursor->limit)
        tree_read_range(cursor, step, next);
    if (next && cursor->run * step > 0)
        cache_prefetch(cursor->tree->file, next);
    return err;
}

static JET_ERR move_end(struct tree_cursor *cursor, int step)
{
    struct tree_target target = { .aim = step > 0 ? TREE_AIM_FIRST : TREE_AIM_LAST };
    struct tree_leaf leaf = { .page = NULL };
    struct page_node node;
    JET_ERR err = TREE_RETRY;
    int tries;

    tree_unlatch(cursor);
    cursor->run = 0;
    cursor->ahead = 0;
    for (tries = 0; err == TREE_RETRY && tries < TREE_RETRIES; tries++)
    {
        err = tree_descend(cursor->tree, &target, &leaf);
        if (err < 0)
            return err;
        err = step > 0 ? leaf_settle_next(cursor->tree, cursor->txn, NULL, &leaf, &node)
                       : leaf_settle_prev(cursor->tree, cursor->txn, NULL, &leaf, &node);
    }
    if (err == TREE_RETRY)
        err = JET_errBadPageLink;
    if (err == JET_errNoCurrentRecord)
        cursor->state = step > 0 ? TREE_BEFORE_FIRST : TREE_AFTER_LAST;
    err = finish(cursor, err, &leaf, &node, step);
    if (err >= 0 && cursor->sequential)
        tree_read_ahead(cursor, step);
    return err;
}

JET_ERR tree_move_first(struct tree_cursor *cursor)
{
    return move_end(cursor, 1);
}

JET_ERR tree_move_last(struct tree_cursor *cursor)
{
    return move_end(cursor, -1);
}

/* The last entry of a leaf, or of one before it. */
static JET_ERR last_entry(const struct tree *tree, struct tree_leaf *leaf, struct page_node *node)
{
    JET_ERR err = JET_errSuccess;

    while (!err && !page_lines(&leaf->view))
        err = leaf_step_left(tree, leaf);
    if (err)
        return err;
    return page_node(&leaf->view, page_lines(&leaf->view) - 1, node) ? JET_errSuccess : JET_errDatabaseCorrupted;
}

JET_ERR tree_last_key(const struct tree *tree, uint8_t *key, uint32_t room, uint32_t *size)
{
    struct tree_target target = { .aim = TREE_AIM_LAST };
    struct tree_leaf leaf = { .page = NULL };
    JET_ERR err = TREE_RETRY;
    struct page_node node;

    *size = 0;
    for (int tries = 0; err == TREE_RETRY && tries < TREE_RETRIES; tries++)
    {
        err = tree_descend(tree, &target, &leaf);
        if (err < 0)
            return err;
        err = last_entry(tree, &leaf, &node);
        if (err == JET_errSuccess && page_key_size(&node.key) <= room)
        {
            *size = page_key_size(&node.key);
            page_key_copy(&node.key, key);
        }
        else if (err == JET_errSuccess)
            err = JET_errInvalidBufferSize;
        leaf_unlatch(&leaf);
    }
    if (err == TREE_RETRY)
        err = JET_errBadPageLink;
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

/* All that can still come is beyond the limit, which that undoes. */
static JET_ERR give_up(struct tree_cursor *cursor)
{
    cursor->limit = NULL;
    return JET_errNoCurrentRecord;
}

JET_ERR tree_move_next(struct tree_cursor *cursor)
{
    struct tree_leaf leaf;
    struct page_node node;
    JET_ERR err;

    if (cursor->latched)
        tree_unlatch(cursor);
    switch (cursor->state)
    {
    case TREE_ON:
        switch (move_on_page(cursor, 1))
        {
        case MOVED:
            return JET_errSuccess;
        case PAGE_ENDS:
            tree_read_ahead(cursor, 1);
            break;
        case NOT_SO:
            break;
        }
        break;
    case TREE_BEFORE_FIRST:
        return tree_move_first(cursor);
    case TREE_NOWHERE:
    case TREE_AFTER_LAST:
        return JET_errNoCurrentRecord;
    case TREE_BEFORE:
    case TREE_AFTER:
        break;
    }
    err = start_next(cursor, &leaf);
    if (err >= 0)
        err = leaf_settle_next(cursor->tree, cursor->txn, cursor->limit, &leaf, &node);
    if (err == TREE_PAST_LIMIT)
        err = give_up(cursor);
    if (err == JET_errNoCurrentRecord)
        cursor->state = TREE_AFTER_LAST;
    return finish(cursor, err, &leaf, &node, 1);
}

JET_ERR tree_move_prev(struct tree_cursor *cursor)
{
    struct tree_leaf leaf;
    struct page_node node;
    JET_ERR err = TREE_RETRY;
    int tries;

    if (cursor->latched)
        tree_unlatch(cursor);
    switch (cursor->state)
    {
    case TREE_ON:
        switch (move_on_page(cursor, -1))
        {
        case MOVED:
            return JET_errSuccess;
        case PAGE_ENDS:
            tree_read_ahead(cursor, -1);
            break;
        case NOT_SO:
            break;
        }
        break;
    case TREE_AFTER_LAST:
        return tree_move_last(cursor);
    case TREE_NOWHERE:
    case TREE_BEFORE_FIRST:
        return JET_errNoCurrentRecord;
    case TREE_BEFORE:
    case TREE_AFTER:
        break;
    }
    for (tries = 0; err == TREE_RETRY && tries < TREE_RETRIES; tries++)
    {
        err = start_prev(cursor, &leaf);
        if (err >= 0)
            err = leaf_settle_prev(cursor->tree, cursor->txn, cursor->limit, &leaf, &node);
    }
    if (err == TREE_RETRY)
        err = JET_errBadPageLink;
    if (err == TREE_PAST_LIMIT)
        err = give_up(cursor);
    if (err == JET_errNoCurrentRecord)
        cursor->state = TREE_BEFORE_FIRST;
    return finish(cursor, err, &leaf, &node, -1);
}

/* ---------------------------------------------------------- moves by key --- */

/* Few entries of a key are passed one by one, many by seeking. */
#define KEY_STEPS 4

static JET_ERR move_to_other_key(struct tree_cursor *cursor, bool forward)
{
    uint8_t inline_key[TREE_INLINE_BOOKMARK], *key = inline_key;
    uint32_t size = cursor->bookmark_key_size;
    JET_ERR err = JET_errSuccess;
    int steps;

    if (size > sizeof(inline_key))
    {
        key = os_alloc(size);
        if (!key)
            return JET_errOutOfMemory;
    }
    memcpy(key, cursor->bookmark, size);
    for (steps = 0; steps < KEY_STEPS; steps++)
    {
        err = forward ? tree_move_next(cursor) : tree_move_prev(cursor);
        if (err < 0 || tree_compare_key(cursor, key, size))
            goto done;
    }
    err = tree_seek(cursor, key, size, forward ? TREE_SEEK_GT : TREE_SEEK_LT);
    if (err == JET_errRecordNotFound)
    {
        cursor->state = forward ? TREE_AFTER_LAST : TREE_BEFORE_FIRST;
        err = JET_errNoCurrentRecord;
    }
done:
    if (key != inline_key)
        os_free(key);
    return err;
}

/* Whether the cursor is on, or beside, an entry whose key other entries may have. */
static bool has_other_keys(const struct tree_cursor *cursor)
{
    return !cursor->tree->unique && cursor->bookmark_data_size &&
           (cursor->state == TREE_ON || cursor->state == TREE_BEFORE || cursor->state == TREE_AFTER);
}

/* The next entry's key, against that of the cursor's, which ends a page: equal or
 * one that it begins, as far as the keys in the parent could tell. */
static bool begins_next_leaf(struct tree_cursor *cursor, struct tree_leaf *leaf)
{
    struct page_node next;
    bool begins = true;
    JET_ERR err;

    if (!page_next(leaf->view.data))
        return false;
    err = leaf_step_right(cursor->tree, leaf);
    if (err < 0)
        return true;
    if (leaf_lines(leaf) && page_node(&leaf->view, 0, &next))
    {
        uint32_t size = page_key_size(&next.key), own = cursor->bookmark_key_size, i = 0;

        for (; i < size && i < own; i++)
        {
            uint8_t byte = i < next.key.prefix_size ? next.key.prefix[i] : next.key.suffix[i - next.key.prefix_size];
            if (byte != cursor->bookmark[i])
                break;
        }
        begins = i == size || i == own;
    }
    return begins;
}

bool tree_is_last_of_key(struct tree_cursor *cursor)
{
    struct tree_leaf leaf = { .page = NULL };
    struct page_node next;
    struct tree_target target;
    bool last = false;

    if (cursor->tree->unique)
        return true;
    tree_unlatch(cursor);
    cursor_target(cursor, TREE_AIM_LOWER, &target);
    if (tree_descend(cursor->tree, &target, &leaf) < 0)
        return false;
    if (leaf.line + 1 < leaf_lines(&leaf))
        last = page_node(&leaf.view, (unsigned)leaf.line + 1, &next) &&
               page_key_compare(&next.key, cursor->bookmark, cursor->bookmark_key_size);
    else
        last = !begins_next_leaf(cursor, &leaf);
    leaf_unlatch(&leaf);
    return last;
}

JET_ERR tree_move_next_key(struct tree_cursor *cursor)
{
    return has_other_keys(cursor) ? move_to_other_key(cursor, true) : tree_move_next(cursor);
}

JET_ERR tree_move_prev_key(struct tree_cursor *cursor)
{
    return has_other_keys(cursor) ? move_to_other_key(cursor, false) : tree_move_prev(cursor);
}
