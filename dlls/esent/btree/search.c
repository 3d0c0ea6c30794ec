/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way down a tree.
 *
 * Inner pages are read without latches.  At each level the child is reached
 * before it is asked whether the parent is still what it was; a split changes
 * the parent while it holds the child, so a child reached through a parent that
 * did not change is the right one (Leis et al., "The ART of Practical
 * Synchronization", 2016, call this optimistic lock coupling).  If writers keep
 * interfering, the descent is done once more with latches, parent before child.
 */
#include "btree/private.h"

/* ------------------------------------------------------------ in a page --- */

/* The line of a share of the page, and the share of what is below that line. */
static uint32_t fraction_line(uint32_t lines, double *fraction)
{
    double at;
    uint32_t line;

    if (*fraction <= 0.0)
        return 0;
    if (*fraction >= 1.0)
        return lines - 1;
    at = (double)lines * *fraction;
    line = (uint32_t)at;
    if (line >= lines)
    {
        *fraction = 1.0;
        return lines - 1;
    }
    *fraction = at - line;
    return line;
}

/* The line of an inner page that leads to the target.  The page may be changing. */
static bool inner_search(const struct page_view *view, const struct tree_target *target, double *fraction,
                         uint32_t *line)
{
    uint32_t lines = page_lines(view);

    if (!lines)
        return false;
    switch (target->aim)
    {
    case TREE_AIM_FIRST:
        *line = 0;
        return true;
    case TREE_AIM_LAST:
        *line = lines - 1;
        return true;
    case TREE_AIM_FRACTION:
        *line = fraction_line(lines, fraction);
        return true;
    default:
        return inner_search_key(view, target, line);
    }
}

/* The page that a line of an inner page leads to: all that is behind its key. */
static inline bool child_of(const struct page_view *view, uint32_t line, uint32_t pgno, uint32_t *child)
{
    struct page_line bytes;
    uint32_t first, key, flags;

    if (!page_tag(view, line + view->reserved, &bytes) || bytes.size < 2 + sizeof(*child))
        return false;
    first = page_word16(bytes.data);
    flags = view->large ? first >> PAGE_NODE_FLAGS_SHIFT : bytes.tag_flags;
    key = 2;
    if (flags & NODE_COMPRESSED)
    {
        first = page_word16(bytes.data + 2);
        key = 4;
    }
    if (key + (first & PAGE_KEY_SIZE) + sizeof(*child) != bytes.size)
        return false;
    *child = page_word32(bytes.data + bytes.size - sizeof(*child));
    return *child && *child != pgno;
}

/* ----------------------------------------------------------------- down --- */

/* What is wrong with an inner page of the tree; 0 if nothing. */
static JET_ERR inner_check(const struct tree *tree, const struct page_view *view)
{
    if (page_objid(view->data) != tree->objid || !tree_kind_fits(tree, view->flags) || !page_lines(view))
        return JET_errBadParentPageLink;
    return JET_errSuccess;
}

/* Whether what is seen is a leaf of the tree. */
static inline bool leaf_fits(const struct tree *tree, const struct page_view *view)
{
    return view->flags & PAGE_LEAF && page_objid(view->data) == tree->objid && tree_kind_fits(tree, view->flags) &&
           (page_lines(view) || view->flags & PAGE_ROOT);
}

bool tree_leaf_check(const struct tree *tree, struct tree_leaf *leaf)
{
    return page_view(&leaf->view, leaf->page->data, leaf->page->page_size) && leaf_fits(tree, &leaf->view);
}

/* Goes down to the page above the leaf, or `to_leaf`: to that; or to the leaf itself if that is
 * met first.  The line is that of an inner page only. */
static inline JET_ERR walk_to(const struct tree *tree, const struct tree_target *target, double *fraction, bool to_leaf,
                              struct tree_step *at)
{
    uint32_t depth;
    JET_ERR err;

    at->pgno = tree->root;
    err = cache_peek(tree->file, at->pgno, &at->page, &at->version);
    if (os_unlikely(err < 0))
        return tree_read_error(err);
    for (depth = 0; depth < TREE_DEPTH; depth++)
    {
        struct cache_page *page;
        uint32_t child = 0, version;

        if (os_unlikely(!page_view(&at->view, at->page->data, at->page->page_size)))
            err = JET_errDatabaseCorrupted;
        else if (at->view.flags & PAGE_LEAF)
        {
            os_work()->pages_referenced += depth + 1;
            return JET_errSuccess;
        }
        else if (!(err = inner_check(tree, &at->view)) && (!inner_search(&at->view, target, fraction, &at->line) ||
                                                           !child_of(&at->view, at->line, at->pgno, &child)))
            err = JET_errDatabaseCorrupted;
        if (os_unlikely(err))
            return cache_peek_valid(at->page, at->version) ? err : TREE_RETRY;
        if (!to_leaf && at->view.flags & PAGE_PARENT_OF_LEAF)
        {
            os_work()->pages_referenced += depth + 2; /* the leaf is next */
            return JET_errSuccess;
        }
        /* what was read may be nonsense: not to be followed to the disk */
        if (os_unlikely(!cache_peek_valid(at->page, at->version)))
            return TREE_RETRY;
        err = cache_peek(tree->file, child, &page, &version);
        if (os_unlikely(!cache_peek_valid(at->page, at->version)))
            return TREE_RETRY;
        if (os_unlikely(err < 0))
            return tree_read_error(err);
        /* tags, which are looked at after the header */
        __builtin_prefetch(page->data + page->page_size - 64);
        __builtin_prefetch(page->data + page->page_size - 128);
        at->page = page;
        at->version = version;
        at->pgno = child;
    }
    return JET_errDatabaseCorrupted;
}

static JET_ERR walk(const struct tree *tree, const struct tree_target *target, double *fraction, struct tree_step *at)
{
    return walk_to(tree, target, fraction, false, at);
}

bool tree_descend_peek(const struct tree *tree, const struct tree_target *target, struct tree_step *at)
{
#ifdef CACHE_COPY_PEEKS
    (void)tree, (void)target, (void)at;
    return false;
#else
    double fraction = 0;
    int32_t line;

    if (walk_to(tree, target, &fraction, true, at) || !leaf_fits(tree, &at->view) ||
        !leaf_search(&at->view, target, target->aim != TREE_AIM_LOWER, &line))
        return false;
    at->line = (uint32_t)line;
    return line < (int32_t)page_lines(&at->view);
#endif
}

/* Finds the target's line on the leaf that was latched for it. */
static JET_ERR leaf_aim(const struct tree *tree, const struct tree_target *target, double fraction,
                        struct tree_leaf *leaf)
{
    int32_t lines;
    JET_ERR err = JET_errSuccess;

    if (!tree_leaf_check(tree, leaf))
        err = JET_errBadParentPageLink;
    else
    {
        lines = leaf_lines(leaf);
        switch (target->aim)
        {
        case TREE_AIM_FIRST:
            leaf->line = 0;
            if (page_prev(leaf->view.data))
                err = JET_errBadParentPageLink;
            break;
        case TREE_AIM_LAST:
            leaf->line = lines - 1;
            if (page_next(leaf->view.data))
                err = JET_errBadParentPageLink;
            break;
        case TREE_AIM_FRACTION:
            leaf->line = lines ? (int32_t)fraction_line((uint32_t)lines, &fraction) : 0;
            break;
        default:
            if (!leaf_search(&leaf->view, target, target->aim != TREE_AIM_LOWER, &leaf->line))
                err = JET_errDatabaseCorrupted;
            break;
        }
    }
    if (err)
        leaf_unlatch(leaf);
    return err;
}

static JET_ERR descend_optimistic(const struct tree *tree, const struct tree_target *target, struct tree_leaf *leaf)
{
    double fraction = target->fraction;
    struct tree_step at;
    uint32_t pgno;
    bool is_leaf;
    JET_ERR err;

    err = walk(tree, target, &fraction, &at);
    if (err)
        return err;
    is_leaf = at.view.flags & PAGE_LEAF;
    pgno = at.pgno;
    if (!is_leaf && !child_of(&at.view, at.line, at.pgno, &pgno))
        return TREE_RETRY; /* it was sound a moment ago */
    if (!cache_peek_valid(at.page, at.version))
        return TREE_RETRY;
    err = cache_latch(tree->file, pgno, leaf->mode, &leaf->page);
    if (err < 0)
    {
        leaf->page = NULL;
        return cache_peek_valid(at.page, at.version) ? tree_read_error(err) : TREE_RETRY;
    }
    if (!cache_peek_valid(at.page, at.version) || (is_leaf && leaf->page != at.page))
    {
        leaf_unlatch(leaf);
        return TREE_RETRY;
    }
    return leaf_aim(tree, target, fraction, leaf);
}

JET_ERR tree_descend_counting(const struct tree *tree, const struct tree_target *target, struct tree_leaf *leaf,
                              uint64_t *before, uint64_t *total)
{
    double fraction = target->fraction;
    uint32_t pgno = tree->root, depth;
    JET_ERR err;

    *before = 0;
    *total = 1;
    leaf->mode = CACHE_SHARED;
    err = cache_latch(tree->file, pgno, CACHE_SHARED, &leaf->page);
    for (depth = 0; err >= 0 && depth < TREE_DEPTH; depth++)
    {
        struct cache_page *parent = leaf->page;
        uint32_t line, child;

        if (!page_view(&leaf->view, parent->data, parent->page_size))
            err = JET_errDatabaseCorrupted;
        else if (leaf->view.flags & PAGE_LEAF)
        {
            uint32_t lines = page_lines(&leaf->view);

            err = leaf_aim(tree, target, fraction, leaf);
            if (err < 0)
                return err;
            line = leaf->line >= (int32_t)lines && lines ? lines - 1 : (uint32_t)leaf->line;
            *before = *before * lines + line;
            *total *= lines;
            return err;
        }
        else
            err = inner_check(tree, &leaf->view);
        if (!err &&
            (!inner_search(&leaf->view, target, &fraction, &line) || !child_of(&leaf->view, line, pgno, &child)))
            err = JET_errDatabaseCorrupted;
        if (err)
        {
            leaf_unlatch(leaf);
            return err;
        }
        *before = *before * page_lines(&leaf->view) + line;
        *total *= page_lines(&leaf->view);
        pgno = child;
        err = cache_latch(tree->file, pgno, CACHE_SHARED, &leaf->page);
        cache_unlatch(parent, CACHE_SHARED);
    }
    if (err < 0)
    {
        leaf->page = NULL;
        return tree_read_error(err);
    }
    leaf_unlatch(leaf);
    return JET_errDatabaseCorrupted;
}

JET_ERR tree_descend(const struct tree *tree, const struct tree_target *target, struct tree_leaf *leaf)
{
    uint64_t before, total;
    int tries;

    leaf->mode = CACHE_SHARED;
    for (tries = 0; tries < TREE_OPTIMISTIC_TRIES; tries++)
    {
        JET_ERR err = descend_optimistic(tree, target, leaf);

        if (err != TREE_RETRY)
        {
            if (err < 0)
                leaf->page = NULL;
            return err;
        }
    }
    return tree_descend_counting(tree, target, leaf, &before, &total);
}

/* With latches, parent before child; a page that is not yet known to be no leaf is latched for reading first. */
static JET_ERR descend_latched_exclusive(const struct tree *tree, const struct tree_target *target,
                                         struct tree_leaf *leaf)
{
    enum cache_latch_mode mode = CACHE_SHARED;
    double fraction = target->fraction;
    uint32_t pgno = tree->root, depth;
    struct page_view view;
    struct cache_page *page;
    JET_ERR err = cache_latch(tree->file, pgno, mode, &page);

    for (depth = 0; err >= 0 && depth < TREE_DEPTH; depth++)
    {
        struct cache_page *parent = page;
        enum cache_latch_mode parent_mode = mode;
        uint32_t line, child = 0;

        if (!page_view(&view, page->data, page->page_size))
            err = JET_errDatabaseCorrupted;
        else if (view.flags & PAGE_LEAF)
        {
            if (mode == CACHE_EXCLUSIVE)
            {
                leaf->page = page;
                return leaf_aim(tree, target, fraction, leaf);
            }
            /* the root */
            cache_unlatch(page, mode);
            mode = CACHE_EXCLUSIVE;
            err = cache_latch(tree->file, pgno, mode, &page);
            continue;
        }
        else if (!(err = inner_check(tree, &view)) &&
                 (!inner_search(&view, target, &fraction, &line) || !child_of(&view, line, pgno, &child)))
            err = JET_errDatabaseCorrupted;
        if (!err)
        {
            pgno = child;
            mode = view.flags & PAGE_PARENT_OF_LEAF ? CACHE_EXCLUSIVE : CACHE_SHARED;
            err = cache_latch(tree->file, pgno, mode, &page);
        }
        cache_unlatch(parent, parent_mode);
    }
    if (err < 0)
        return tree_read_error(err);
    cache_unlatch(page, mode);
    return JET_errDatabaseCorrupted;
}

JET_ERR tree_descend_exclusive(const struct tree *tree, const struct tree_target *target, struct tree_leaf *leaf)
{
    JET_ERR err = TREE_RETRY;
    int tries;

    leaf->page = NULL;
    leaf->mode = CACHE_EXCLUSIVE;
    for (tries = 0; err == TREE_RETRY && tries < TREE_OPTIMISTIC_TRIES; tries++)
        err = descend_optimistic(tree, target, leaf);
    if (err == TREE_RETRY)
        err = descend_latched_exclusive(tree, target, leaf);
    if (err < 0)
        leaf->page = NULL;
    return err;
}

JET_ERR tree_child(const struct tree *tree, const struct page_view *view, const struct tree_target *target,
                   uint32_t pgno, uint32_t *line, uint32_t *child)
{
    double fraction = target->fraction;
    JET_ERR err = inner_check(tree, view);

    if (!err && (!inner_search(view, target, &fraction, line) || !child_of(view, *line, pgno, child)))
        err = JET_errDatabaseCorrupted;
    return err;
}

JET_ERR tree_descend_past(const struct tree *tree, const struct tree_target *target, struct tree_leaf *leaf)
{
    struct tree_target other = *target;
    struct page_node node;
    JET_ERR err;

    if (target->aim != TREE_AIM_UPPER || tree->unique || target->data_size)
        return tree_descend(tree, target, leaf);
    /* A key that begins others (a search key of fewer columns) must not lead past
     * those.  If an entry has the very key, it begins no other. */
    other.aim = TREE_AIM_LOWER;
    err = tree_descend(tree, &other, leaf);
    if (err < 0)
        return err;
    if (leaf->line >= leaf_lines(leaf))
    {
        err = leaf_step_right(tree, leaf);
        if (err == JET_errNoCurrentRecord)
            return JET_errSuccess;
        if (err < 0)
            return err;
    }
    if (!page_node(&leaf->view, (unsigned)leaf->line, &node))
    {
        leaf_unlatch(leaf);
        return JET_errDatabaseCorrupted;
    }
    if (page_key_compare(&node.key, target->key, target->key_size))
        return JET_errSuccess;
    leaf_unlatch(leaf);
    other.aim = TREE_AIM_PAST_KEY;
    return tree_descend(tree, &other, leaf);
}

uint32_t tree_leaves(const struct tree *tree, const struct tree_target *target, int step, uint32_t *pgnos,
                     uint32_t count)
{
    double fraction = target->fraction;
    uint32_t lines, found = 0;
    struct tree_step at;

    if (walk(tree, target, &fraction, &at) || (at.view.flags & PAGE_LEAF))
        return 0;
    lines = page_lines(&at.view);
    while (found < count && at.line < lines && child_of(&at.view, at.line, at.pgno, &pgnos[found]))
    {
        at.line += (uint32_t)step; /* from 0 to the left: wraps, and ends the loop */
        found++;
    }
    return cache_peek_valid(at.page, at.version) ? found : 0;
}

JET_ERR tree_find(const struct tree *tree, struct txn *txn, const uint8_t *key, uint32_t key_size,
                  struct cache_page **page, struct page_node *node)
{
    struct tree_target target = { .aim = TREE_AIM_LOWER, .key = key, .key_size = key_size };
    struct tree_leaf leaf;
    JET_ERR err;

    *page = NULL;
    err = tree_descend(tree, &target, &leaf);
    if (err < 0)
        return err;
    if (leaf.line >= leaf_lines(&leaf))
        err = JET_errRecordNotFound;
    else if (!page_node(&leaf.view, (unsigned)leaf.line, node))
        err = JET_errDatabaseCorrupted;
    else if (page_key_compare(&node->key, key, key_size) || !node_show(tree, txn, node))
        err = JET_errRecordNotFound;
    if (err < 0)
        leaf_unlatch(&leaf);
    else
        *page = leaf.page;
    return err;
}
