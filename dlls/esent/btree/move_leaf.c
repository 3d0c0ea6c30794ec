/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From leaf to leaf, to the next entry that is there for a transaction.
 *
 * Leaves are crossed with the checks that the other page names this one as its
 * neighbour and that their first entries are in order, which also means that no
 * chain of pages can be followed in a circle.
 */
#include "btree/write_private.h"

static int compare_first(const struct page_node *a, const struct page_node *b)
{
    struct page_key key = b->key;
    int order;

    /* b's prefix against the start of a, then b's own part against the rest */
    uint32_t size_a = page_key_size(&a->key), i, size_b = page_key_size(&b->key);
    uint32_t count = size_a < size_b ? size_a : size_b;

    if (!key.prefix_size)
        order = page_key_compare(&a->key, key.suffix, key.suffix_size);
    else if (!a->key.prefix_size)
        order = -page_key_compare(&key, a->key.suffix, a->key.suffix_size);
    else
    {
        for (i = 0, order = 0; i < count && !order; i++)
        {
            uint8_t byte_a = i < a->key.prefix_size ? a->key.prefix[i] : a->key.suffix[i - a->key.prefix_size];
            uint8_t byte_b = i < key.prefix_size ? key.prefix[i] : key.suffix[i - key.prefix_size];
            order = (int)byte_a - (int)byte_b;
        }
        if (!order)
            order = (int)size_a - (int)size_b;
    }
    return order;
}

/* Whether the left page's first entry sorts before the right page's. */
static bool in_order(const struct tree *tree, const struct page_view *left, const struct page_view *right)
{
    struct page_node a, b;
    uint32_t count;
    int order;

    if (!page_node(left, 0, &a) || !page_node(right, 0, &b))
        return false;
    order = compare_first(&a, &b);
    if (order || tree->unique)
        return order < 0;
    count = a.data_size < b.data_size ? a.data_size : b.data_size;
    order = memcmp(a.data, b.data, count);
    return order ? order < 0 : a.data_size < b.data_size;
}

static bool neighbours(const struct tree *tree, struct tree_leaf *left, struct tree_leaf *right)
{
    uint32_t left_pgno = atomic_load_explicit(&left->page->pgno, memory_order_relaxed);
    uint32_t right_pgno = atomic_load_explicit(&right->page->pgno, memory_order_relaxed);

    return tree_leaf_check(tree, left) && tree_leaf_check(tree, right) && page_next(left->view.data) == right_pgno &&
           page_prev(right->view.data) == left_pgno && in_order(tree, &left->view, &right->view);
}

JET_ERR leaf_step_right(const struct tree *tree, struct tree_leaf *leaf)
{
    struct tree_leaf next = { .page = NULL };
    uint32_t pgno = page_next(leaf->view.data);
    JET_ERR err;

    if (!pgno)
        return JET_errNoCurrentRecord;
    if (pgno == atomic_load_explicit(&leaf->page->pgno, memory_order_relaxed))
        err = JET_errBadPageLink;
    else
        err = cache_latch(tree->file, pgno, CACHE_SHARED, &next.page);
    if (err >= 0 && !neighbours(tree, leaf, &next))
    {
        leaf_unlatch(&next);
        err = JET_errBadPageLink;
    }
    leaf_unlatch(leaf);
    if (err < 0)
        return tree_read_error(err);
    os_work()->pages_referenced++;
    *leaf = next;
    return JET_errSuccess;
}

JET_ERR leaf_step_left(const struct tree *tree, struct tree_leaf *leaf)
{
    struct tree_leaf prev = { .page = NULL };
    uint32_t pgno = page_prev(leaf->view.data), own = atomic_load_explicit(&leaf->page->pgno, memory_order_relaxed);
    JET_ERR err = JET_errSuccess;

    if (!pgno)
        return JET_errNoCurrentRecord;
    if (pgno == own)
        err = JET_errBadPageLink;
    else if (!cache_try_latch(tree->file, pgno, CACHE_SHARED, &prev.page))
    {
        /* Latches are waited for from left to right only: let go, and see whether this page is still the same. */
        struct cache_hint hint = { leaf->page, cache_page_version(leaf->page) };

        leaf_unlatch(leaf);
        err = cache_latch(tree->file, pgno, CACHE_SHARED, &prev.page);
        if (err < 0)
            return cache_peek_valid(hint.page, hint.version) ? tree_read_error(err) : TREE_RETRY;
        err = cache_latch_hint(tree->file, own, CACHE_SHARED, &hint, &leaf->page);
        if (err >= 0 && (leaf->page != hint.page || cache_page_version(leaf->page) != hint.version))
        {
            leaf_unlatch(leaf);
            err = TREE_RETRY;
        }
        if (err)
        {
            leaf_unlatch(&prev);
            return err;
        }
    }
    if (!err && !neighbours(tree, &prev, leaf))
    {
        leaf_unlatch(&prev);
        err = JET_errBadPageLink;
    }
    leaf_unlatch(leaf);
    if (err)
        return err;
    os_work()->pages_referenced++;
    *leaf = prev;
    leaf->line = leaf_lines(leaf) - 1;
    return JET_errSuccess;
}

/* A hidden entry beyond the limit: nothing behind it is worth looking at. */
static bool is_beyond(const struct tree_limit *limit, const struct page_node *node, int step)
{
    int order = page_key_compare(&node->key, limit->key, limit->key_size);

    return order ? (order > 0) == (step > 0) : !limit->inclusive;
}

JET_ERR leaf_settle_next(const struct tree *tree, struct txn *txn, const struct tree_limit *limit,
                         struct tree_leaf *leaf, struct page_node *node)
{
    for (;; leaf->line++)
    {
        while (leaf->line >= leaf_lines(leaf))
        {
            JET_ERR err = leaf_step_right(tree, leaf);
            if (err < 0)
            {
                leaf_unlatch(leaf);
                return err;
            }
        }
        if (!page_node(&leaf->view, (unsigned)leaf->line, node))
        {
            leaf_unlatch(leaf);
            return JET_errDatabaseCorrupted;
        }
        if (node_visible(tree, txn, node))
            return JET_errSuccess;
        if (limit && is_beyond(limit, node, 1) && node_is_kept(tree, node))
        {
            leaf_unlatch(leaf);
            return TREE_PAST_LIMIT;
        }
    }
}

JET_ERR leaf_settle_prev(const struct tree *tree, struct txn *txn, const struct tree_limit *limit,
                         struct tree_leaf *leaf, struct page_node *node)
{
    if (leaf->line >= leaf_lines(leaf))
        leaf->line = leaf_lines(leaf) - 1;
    for (;; leaf->line--)
    {
        while (leaf->line < 0)
        {
            JET_ERR err = leaf_step_left(tree, leaf);
            if (err)
            {
                leaf_unlatch(leaf);
                return err;
            }
        }
        if (!page_node(&leaf->view, (unsigned)leaf->line, node))
        {
            leaf_unlatch(leaf);
            return JET_errDatabaseCorrupted;
        }
        if (node_visible(tree, txn, node))
            return JET_errSuccess;
        if (limit && is_beyond(limit, node, -1) && node_is_kept(tree, node))
        {
            leaf_unlatch(leaf);
            return TREE_PAST_LIMIT;
        }
    }
}
