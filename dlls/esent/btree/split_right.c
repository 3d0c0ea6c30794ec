/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The split of a page that gets a new right neighbour.
 *
 * An insertion that needs it is part of the split, so that ascending keys can leave
 * the left page full (`append`), and so that a hot point, where one key after another
 * is inserted in the middle of the tree, does too: the two nodes before the place of
 * the new one are the last that came to the page, which the order of the lines in
 * memory tells.  (ESE recognizes it the same way.)
 *
 * For an entry behind all others of the tree a leaf is full when it is as full as
 * the tree's density says.  (FBTIAppend.)
 */
#include "btree/split_private.h"
#include "format/log_record.h"

/* Where a node's line lies in its page. */
static const uint8_t *line_address(const struct split_line *line)
{
    return line->node.key.suffix;
}

/* Whether one key after another comes to this place: the two lines before it lie behind all others. */
static bool is_hot(const struct split_line *lines, uint32_t count, uint32_t at)
{
    const uint8_t *first;

    if (at < 2 || line_address(&lines[at - 1]) <= line_address(&lines[at - 2]))
        return false;
    first = line_address(&lines[at - 2]);
    for (uint32_t i = 0; i < count; i++)
        if (i != at && i != at - 1 && i != at - 2 && line_address(&lines[i]) > first)
            return false;
    return true;
}

/* What goes on while one page is split. */
struct right_split
{
    struct tree_leaf page;
    struct cache_page *parent, *next, *fresh;
    struct page_view parent_view;
    struct split_line *lines;
    uint32_t count;
    uint32_t at;       /* line of the pending insert; UINT32_MAX: none */
    uint32_t split_at; /* first line of the new page */
    uint32_t separator_size;
    int32_t prefix_line[2]; /* of the page, of the new one */
    bool append;            /* the page itself keeps all it has */
};

static uint32_t cost_of(const struct split_line *lines, uint32_t first, uint32_t end)
{
    uint32_t cost = 0;

    while (first < end)
        cost += lines[first++].cost;
    return cost;
}

/* Chooses the first line of the new page.  JET_errRecordTooBig: no way. */
static JET_ERR choose(struct split *split, struct right_split *right)
{
    const struct page_view *view = &right->page.view;
    uint32_t room = view->size - view->header_size - PAGE_TAG_SIZE - view->prefix_size, at = right->at;
    bool rightmost = view->flags & PAGE_LEAF ? !page_next(view->data) : !right->lines[right->count - 1].key_size;

    if (at != UINT32_MAX && right->lines[at].cost > room + view->prefix_size)
        return JET_errRecordTooBig;
    right->split_at = 0;
    if (at != UINT32_MAX && at + 1 == right->count &&
        (rightmost || split->pending->append || is_hot(right->lines, right->count, at)))
    {
        right->append = true;
        right->split_at = at;
        return JET_errSuccess;
    }
    if (at != UINT32_MAX && is_hot(right->lines, right->count, at))
    {
        if (cost_of(right->lines, 0, at + 1) <= room)
            right->split_at = at + 1;
        else if (cost_of(right->lines, at, right->count) <= room)
            right->split_at = at;
        if (right->split_at)
            return JET_errSuccess;
    }
    if (!(view->flags & PAGE_LEAF) && rightmost && (uint32_t)right->page.line + 1 == right->count)
        right->split_at = right->count - 1;
    if (!right->split_at)
        right->split_at = split_choose_line(right->lines, right->count, room);
    if (!right->split_at && at != UINT32_MAX)
    {
        /* Three pages are needed: first two, without it. */
        split_drop_pending(right->lines, &right->count, at);
        right->at = UINT32_MAX;
        right->split_at = at;
    }
    if (!right->split_at || right->split_at >= right->count)
        return JET_errRecordTooBig;
    return JET_errSuccess;
}

/* The new page of an append: what follows is likely to share what its key shares with the page's first. */
static bool build_appended(struct split *split, struct right_split *right, uint32_t flags)
{
    const struct split_line *line = &right->lines[right->at];
    uint32_t common = key_common(&right->lines[0].node.key, &line->node.key), size = right->page.view.size;
    struct page_new_node node = { split->pending->target->key, line->key_size, line->node.data, line->node.data_size,
                                  line->node.flags };

    page_format(split->image[1], size, split->spare, split->tree->objid, flags, 0);
    right->prefix_line[0] = right->prefix_line[1] = -1;
    if (common > 4 && line->cost + line->key_size < size / 2)
    {
        right->prefix_line[1] = 0;
        if (!page_set_external(split->image[1], size, split->pending->target->key, line->key_size))
            return false;
    }
    return page_insert(split->image[1], size, 0, &node);
}

static bool build_pages(struct split *split, struct right_split *right)
{
    const struct page_view *view = &right->page.view;
    uint32_t flags = view->flags & TREE_LEVEL_FLAGS;
    bool leaf = view->flags & PAGE_LEAF;
    uint32_t pgno = atomic_load_explicit(&right->page.page->pgno, memory_order_relaxed);

    if (right->append)
    {
        if (!build_appended(split, right, flags))
            return false;
    }
    else
    {
        if (!split_build(split->image[0], view, pgno, flags, right->lines, right->split_at, split->scratch,
                         &right->prefix_line[0]) ||
            !split_build(split->image[1], view, split->spare, flags, right->lines + right->split_at,
                         right->count - right->split_at, split->scratch, &right->prefix_line[1]))
            return false;
        split_keep_reserved(split, split->image[0], view->data, right->lines, right->split_at);
        split_keep_reserved(split, split->image[1], view->data, right->lines + right->split_at,
                            right->count - right->split_at);
        page_set_prev(split->image[0], page_prev(view->data));
        page_set_next(split->image[0], leaf ? split->spare : page_next(view->data));
    }
    /* Inner pages are not linked. */
    if (leaf)
    {
        page_set_prev(split->image[1], pgno);
        page_set_next(split->image[1], page_next(view->data));
    }
    return true;
}

/* The separator before the new page goes to the parent: SPLIT_PARENT_FULL if it has no room. */
static JET_ERR build_parent(struct split *split, struct right_split *right, uint32_t line)
{
    const struct split_line *left = &right->lines[right->split_at - 1], *first = &right->lines[right->split_at];
    uint32_t size = right->parent_view.size;
    struct page_new_node node = { split->separator, 0, NULL, 4, 0 };
    uint8_t child[4];

    if (right->page.view.flags & PAGE_LEAF)
        node.key_size = split_separator(split->tree, left, first, split->separator);
    else
    {
        node.key_size = left->key_size;
        page_key_copy(&left->node.key, split->separator);
    }
    right->separator_size = node.key_size;
    set_le32(child, atomic_load_explicit(&right->page.page->pgno, memory_order_relaxed));
    node.data = child;
    memcpy(split->image[2], right->parent->data, size);
    if (!page_insert(split->image[2], size, line, &node))
        return SPLIT_PARENT_FULL;
    set_le32(child, split->spare);
    if (!page_replace(split->image[2], size, line + 1, child, sizeof(child)))
        return JET_errDatabaseCorrupted;
    return JET_errSuccess;
}

/* What the log says of it. */
static void right_facts(struct split *split, struct right_split *right, uint32_t parent_line,
                        struct tree_split_facts *facts)
{
    const struct page_view *view = &right->page.view;
    struct page_view image;

    *facts = (struct tree_split_facts){ .page = right->page.page,
                                        .fresh = right->fresh,
                                        .right = right->next,
                                        .parent = right->parent,
                                        .type = right->append ? LOG_SPLIT_APPEND : LOG_SPLIT_RIGHT,
                                        .split_line = (uint16_t)right->split_at,
                                        .lines = (uint16_t)right->count,
                                        .parent_line = (uint16_t)parent_line,
                                        .prefix_line_old = right->prefix_line[0],
                                        .prefix_line_new = right->prefix_line[1],
                                        .prefix_old = view->prefix,
                                        .prefix_old_size = view->prefix_size,
                                        .separator = split->separator,
                                        .separator_size = right->separator_size,
                                        .page_flags = view->flags,
                                        .fresh_flags = page_flags(split->image[1]),
                                        .uncommitted_old = page_uncommitted_free(view->data),
                                        .uncommitted_new = page_uncommitted_free(split->image[1]) };
    if (right->at != UINT32_MAX)
    {
        facts->operation = LOG_SPLIT_INSERT;
        facts->operation_line = (uint16_t)right->at;
    }
    if (right->append)
        return;
    facts->uncommitted_old = page_uncommitted_free(split->image[0]);
    if (right->prefix_line[0] >= 0 && page_view(&image, split->image[0], view->size))
    {
        facts->prefix_new = image.prefix;
        facts->prefix_new_size = image.prefix_size;
    }
}

static JET_ERR apply_right(struct split *split, struct right_split *right, uint32_t parent_line)
{
    struct tree_restructure restructure;
    struct tree_change insert;

    restructure.kind = TREE_SPLIT_RIGHT;
    restructure.tree = split->tree;
    restructure.pages = 0;
    restructure.insert = NULL;
    if (right->at != UINT32_MAX)
    {
        split_pending_change(split, right->at, &insert);
        restructure.insert = &insert;
    }
    restructure.txn = NULL;
    right_facts(split, right, parent_line, &restructure.split);
    tree_restructure_add(&restructure, right->parent, split->image[2]);
    if (right->append)
        tree_restructure_link(&restructure, right->page.page, true, split->spare);
    else
        tree_restructure_add(&restructure, right->page.page, split->image[0]);
    tree_restructure_add(&restructure, right->fresh, split->image[1]);
    if (right->next)
        tree_restructure_link(&restructure, right->next, false, split->spare);
    return tree_apply_pages(&restructure);
}

/* Latches parent, page and right neighbour, in that order. */
static JET_ERR latch_right(struct split *split, struct right_split *right, uint32_t level)
{
    struct cache_file *file = split->tree->file;
    uint32_t pgno = split->path.level[level].pgno, next;
    struct page_node node;
    JET_ERR err = cache_latch(file, split->path.level[level - 1].pgno, CACHE_EXCLUSIVE, &right->parent);

    if (err < 0)
        return tree_read_error(err);
    if (!page_view(&right->parent_view, right->parent->data, right->parent->page_size) ||
        !page_node(&right->parent_view, split->path.level[level - 1].line, &node) || node.data_size != 4 ||
        le32(node.data) != pgno)
        return JET_errDatabaseCorrupted;
    err = cache_latch(file, pgno, CACHE_EXCLUSIVE, &right->page.page);
    if (err < 0)
        return tree_read_error(err);
    if (!page_view(&right->page.view, right->page.page->data, right->page.page->page_size))
        return JET_errDatabaseCorrupted;
    next = page_next(right->page.view.data);
    if (next == pgno || next == split->path.level[level - 1].pgno)
        return JET_errBadPageLink;
    if (!(right->page.view.flags & PAGE_LEAF))
        next = 0;
    if (next)
        err = cache_latch(file, next, CACHE_EXCLUSIVE, &right->next);
    if (err >= 0 && next && page_prev(right->next->data) != pgno)
        err = JET_errBadPageLink;
    return err < 0 ? tree_read_error(err) : JET_errSuccess;
}

static JET_ERR split_right_latched(struct split *split, struct right_split *right, uint32_t level)
{
    JET_ERR err;

    if (right->page.view.flags & PAGE_LEAF)
    {
        if (!leaf_search(&right->page.view, split->pending->target, false, &right->page.line))
            return JET_errDatabaseCorrupted;
        err = split_needed(split, &right->page);
        if (err)
            return err;
    }
    else
        right->page.line = (int32_t)split->path.level[level].line;
    right->lines = split_lines(&right->page.view, &right->count);
    if (!right->lines)
        return JET_errOutOfMemory;
    right->at = UINT32_MAX;
    if ((right->page.view.flags & PAGE_LEAF) && split->pending->data)
    {
        right->at = (uint32_t)right->page.line;
        split_add_pending(split, &right->page.view, right->lines, &right->count, right->at);
    }
    err = choose(split, right);
    if (!err)
        err = build_parent(split, right, split->path.level[level - 1].line);
    if (err)
        return err;
    if (!build_pages(split, right))
        return JET_errDatabaseCorrupted;
    err = cache_latch_new(split->tree->file, split->spare, &right->fresh);
    if (err < 0)
        return err;
    if (!right->append)
        err = tree_log_undo_info(split->tree, right->page.page);
    if (err >= 0)
        err = apply_right(split, right, split->path.level[level - 1].line);
    if (err < 0)
        return err;
    split->spare = 0;
    return right->at == UINT32_MAX ? TREE_RETRY : JET_errSuccess;
}

JET_ERR split_right(struct split *split, uint32_t level)
{
    struct right_split right;
    JET_ERR err;

    memset(&right, 0, sizeof(right));
    right.page.mode = CACHE_EXCLUSIVE;
    err = latch_right(split, &right, level);
    if (err >= 0)
        err = split_right_latched(split, &right, level);
    os_free(right.lines);
    if (right.fresh)
        cache_unlatch(right.fresh, CACHE_EXCLUSIVE);
    if (right.next)
        cache_unlatch(right.next, CACHE_EXCLUSIVE);
    leaf_unlatch(&right.page);
    if (right.parent)
        cache_unlatch(right.parent, CACHE_EXCLUSIVE);
    return err;
}
