/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way down a tree, and the search in a page.
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

/* The bytes sought: how much of the page's shared prefix they begin with, and
 * the eight after `word_at` as a number, with zeros for those that there are not. */
struct probe
{
    const struct tree_target *target;
    uint32_t match;
    uint32_t word_at;
    uint64_t word;
};

static void probe_word(struct probe *probe, uint32_t at)
{
    const struct tree_target *target = probe->target;
    uint8_t bytes[8] = { 0 };

    probe->word_at = at;
    if (target->key_size - at >= 8)
    {
        probe->word = be64(target->key + at);
        return;
    }
    for (uint32_t i = 0; at + i < target->key_size; i++)
        bytes[i] = target->key[at + i];
    probe->word = be64(bytes);
}

static void probe_init(struct probe *probe, const struct page_view *view, const struct tree_target *target)
{
    uint32_t count = view->prefix_size < target->key_size ? view->prefix_size : target->key_size;
    uint32_t match = 0;

    while (match < count && view->prefix[match] == target->key[match])
        match++;
    probe->target = target;
    probe->match = match;
    probe_word(probe, match);
}

static int bytes_compare(const uint8_t *a, uint32_t a_size, const uint8_t *b, uint32_t b_size)
{
    uint32_t count = a_size < b_size ? a_size : b_size;
    int order = count ? memcmp(a, b, count) : 0;

    return order ? order : (int)a_size - (int)b_size;
}

/* The node's key against the key sought.  Eight bytes can be read where a node's
 * key begins, since at least two tags come after the last node. */
static inline int compare_key(struct probe *probe, const struct page_key *key)
{
    const struct tree_target *target = probe->target;
    uint32_t prefix = key->prefix_size, size = key->suffix_size, rest = target->key_size - prefix;
    uint64_t word;

    if (os_unlikely(prefix > probe->match))
    {
        if (probe->match >= target->key_size)
            return 1;
        return key->prefix[probe->match] < target->key[probe->match] ? -1 : 1;
    }
    if (os_unlikely(prefix != probe->word_at))
        probe_word(probe, prefix);
    word = be64(key->suffix);
    if (size < 8)
        word = size ? word & ~0ull << (64 - 8 * size) : 0;
    if (word != probe->word)
        return word < probe->word ? -1 : 1;
    if (size <= 8 || rest <= 8)
        return (int)size - (int)rest;
    return bytes_compare(key->suffix + 8, size - 8, target->key + prefix + 8, rest - 8);
}

/* A separator against the key sought and, where there is some, the data after it. */
static inline int compare_separator(struct probe *probe, const struct page_key *key)
{
    const struct tree_target *target = probe->target;
    uint32_t size = page_key_size(key), skip = target->key_size;
    struct page_key rest = *key;
    int order;

    if (!target->data_size && target->aim != TREE_AIM_PAST_KEY)
        return compare_key(probe, key);
    if (size <= skip)
    {
        order = compare_key(probe, key);
        return order || target->aim == TREE_AIM_PAST_KEY ? order : -1;
    }
    if (skip < rest.prefix_size)
    {
        rest.prefix_size = (uint16_t)skip;
        rest.suffix_size = 0;
    }
    else
        rest.suffix_size = (uint16_t)(skip - rest.prefix_size);
    order = compare_key(probe, &rest);
    if (order || target->aim == TREE_AIM_PAST_KEY)
        return order;
    rest = *key;
    if (skip < rest.prefix_size)
    {
        rest.prefix += skip;
        rest.prefix_size = (uint16_t)(rest.prefix_size - skip);
    }
    else
    {
        skip -= rest.prefix_size;
        rest.prefix_size = 0;
        rest.suffix += skip;
        rest.suffix_size = (uint16_t)(rest.suffix_size - skip);
    }
    return page_key_compare(&rest, target->data, target->data_size);
}

bool leaf_search(const struct page_view *view, const struct tree_target *target, bool past, int32_t *line)
{
    uint32_t low = 0, high = page_lines(view), last = high - 1;
    struct probe probe;

    probe_init(&probe, view, target);
    while (low < high)
    {
        uint32_t middle = (low + high) / 2;
        struct page_key key;
        int order;

        /* one of these comes next, if any does */
        page_line_prefetch(view, (low + middle) / 2);
        page_line_prefetch(view, middle < last ? (middle + 1 + high) / 2 : last);
        if (!page_key_at(view, middle, &key))
            return false;
        order = compare_key(&probe, &key);
        if (!order && target->data_size)
        {
            struct page_node node;

            if (!page_node(view, middle, &node))
                return false;
            order = bytes_compare(node.data, node.data_size, target->data, target->data_size);
        }
        if (order < 0 || (past && !order))
            low = middle + 1;
        else
            high = middle;
    }
    *line = (int32_t)low;
    return true;
}

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
    uint32_t lines = page_lines(view), low = 0, high;
    struct probe probe;

    if (!lines)
        return false;
    high = lines - 1; /* the last child takes all that is left, whatever its key */
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
        break;
    }
    probe_init(&probe, view, target);
    while (low < high)
    {
        uint32_t middle = (low + high) / 2;
        struct page_key key;

        if (!page_key_at(view, middle, &key))
            return false;
        if (compare_separator(&probe, &key) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    *line = low;
    return true;
}

static bool child_of(const struct page_view *view, uint32_t line, uint32_t pgno, uint32_t *child)
{
    struct page_node node;

    if (!page_node(view, line, &node) || node.data_size != sizeof(*child))
        return false;
    *child = page_word32(node.data);
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

bool tree_leaf_check(const struct tree *tree, struct tree_leaf *leaf)
{
    return page_view(&leaf->view, leaf->page->data, leaf->page->page_size) && (leaf->view.flags & PAGE_LEAF) &&
           page_objid(leaf->view.data) == tree->objid && tree_kind_fits(tree, leaf->view.flags) &&
           (page_lines(&leaf->view) || (leaf->view.flags & PAGE_ROOT));
}

/* Where a descent without latches is. */
struct step
{
    struct cache_page *page;
    uint32_t version;
    uint32_t pgno;
    struct page_view view;
    uint32_t line;
};

/* Goes down to the page above the leaf, or to the leaf itself if that is met first. */
static JET_ERR walk(const struct tree *tree, const struct tree_target *target, double *fraction, struct step *at)
{
    uint32_t depth;
    JET_ERR err;

    at->pgno = tree->root;
    err = cache_peek(tree->file, at->pgno, &at->page, &at->version);
    if (err < 0)
        return tree_read_error(err);
    for (depth = 0; depth < TREE_DEPTH; depth++)
    {
        struct cache_page *page;
        uint32_t child = 0, version;

        if (!page_view(&at->view, at->page->data, at->page->page_size))
            err = JET_errDatabaseCorrupted;
        else if (at->view.flags & PAGE_LEAF)
            return JET_errSuccess;
        else if (!(err = inner_check(tree, &at->view)) && (!inner_search(&at->view, target, fraction, &at->line) ||
                                                           !child_of(&at->view, at->line, at->pgno, &child)))
            err = JET_errDatabaseCorrupted;
        if (err)
            return cache_peek_valid(at->page, at->version) ? err : TREE_RETRY;
        if (at->view.flags & PAGE_PARENT_OF_LEAF)
            return JET_errSuccess;
        /* what was read may be nonsense: not to be followed to the disk */
        if (!cache_peek_valid(at->page, at->version))
            return TREE_RETRY;
        err = cache_peek(tree->file, child, &page, &version);
        if (!cache_peek_valid(at->page, at->version))
            return TREE_RETRY;
        if (err < 0)
            return tree_read_error(err);
        at->page = page;
        at->version = version;
        at->pgno = child;
    }
    return JET_errDatabaseCorrupted;
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
    struct step at;
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
    struct step at;

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
