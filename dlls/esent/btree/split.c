/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Splits.
 *
 * A page that has no room gets a new right neighbour.  An insertion that needs
 * it is part of the split, so that ascending keys can leave the left page full
 * (`append`), and so that a hot point, where one key after another is inserted
 * in the middle of the tree, does too: the two nodes before the place of the
 * new one are the last that came to the page, which the order of the lines in
 * memory tells.  (ESE recognizes it the same way.)
 *
 * When the root is full, all it has goes to a new page below it, with what is to
 * be inserted if that is a leaf and has the room.
 *
 * For an entry behind all others of the tree a leaf is full when it is as full as
 * the tree's density says.  (FBTIAppend.)
 */
#include "btree/write_private.h"
#include "format/log_record.h"

#define PARENT_FULL ((JET_ERR)2)

/* Flags that pages of one level share. */
#define LEVEL_FLAGS (PAGE_LEAF | PAGE_PARENT_OF_LEAF | PAGE_KIND | PAGE_NON_UNIQUE)

void tree_structure_lock(const struct tree *tree)
{
    struct tree_store *store = tree_store_of(tree);

    if (!(tree->page_kind & PAGE_SPACE_TREE))
        os_rwlock_lock_write(&store->structure[tree->root % TREE_STRUCTURE_LOCKS]);
}

void tree_structure_unlock(const struct tree *tree)
{
    struct tree_store *store = tree_store_of(tree);

    if (!(tree->page_kind & PAGE_SPACE_TREE))
        os_rwlock_unlock_write(&store->structure[tree->root % TREE_STRUCTURE_LOCKS]);
}

JET_ERR tree_path_find(const struct tree *tree, const struct tree_target *target, struct tree_path *path)
{
    uint32_t pgno = tree->root;

    for (path->depth = 0; path->depth < TREE_DEPTH;)
    {
        struct cache_page *page;
        struct page_view view;
        bool leaf = false;
        uint32_t line = 0, child = 0;
        JET_ERR err = cache_latch(tree->file, pgno, CACHE_SHARED, &page);

        if (err < 0)
            return tree_read_error(err);
        if (!page_view(&view, page->data, page->page_size))
            err = JET_errDatabaseCorrupted;
        else
        {
            leaf = view.flags & PAGE_LEAF;
            path->level[path->depth].lines = page_lines(&view);
            err = leaf ? JET_errSuccess : tree_child(tree, &view, target, pgno, &line, &child);
        }
        cache_unlatch(page, CACHE_SHARED);
        if (err < 0)
            return err;
        path->level[path->depth].pgno = pgno;
        path->level[path->depth++].line = line;
        if (leaf)
            return JET_errSuccess;
        pgno = child;
    }
    return JET_errDatabaseCorrupted;
}

/* ---------------------------------------------------------------- state --- */

struct split
{
    const struct tree *tree;
    const struct tree_pending *pending;
    struct tree_path path;
    uint32_t spare;    /* a page of the tree's that nobody uses yet */
    uint8_t *image[3]; /* of the page, the new one, the parent */
    uint8_t *scratch;
    uint8_t *separator; /* room for two pages' worth */
};

static JET_ERR split_start(struct split *split, const struct tree *tree, const struct tree_pending *pending)
{
    uint32_t size = tree->file->page_size;
    uint8_t *memory = os_alloc((size_t)size * 6);

    memset(split, 0, sizeof(*split));
    if (!memory)
        return JET_errOutOfMemory;
    split->tree = tree;
    split->pending = pending;
    for (uint32_t i = 0; i < 3; i++)
        split->image[i] = memory + (size_t)i * size;
    split->scratch = memory + (size_t)3 * size;
    split->separator = memory + (size_t)4 * size;
    return JET_errSuccess;
}

static void split_end(struct split *split)
{
    if (split->spare)
        tree_page_give(split->tree, split->spare);
    os_free(split->image[0]);
}

/* Whether the leaf still has no room for what is pending: JET_errSuccess; TREE_RETRY if it has. */
static JET_ERR leaf_needs_split(struct split *split, struct tree_leaf *leaf)
{
    const struct tree_pending *pending = split->pending;
    uint32_t need = pending->grow;

    if (pending->data)
    {
        struct page_node node;
        bool found;
        JET_ERR err = leaf_entry(leaf, pending->target, &node, &found);

        if (err < 0 || found)
            return err < 0 ? err : TREE_RETRY;
        need = page_node_cost(&leaf->view, pending->target->key_size,
                              page_shared_prefix(&leaf->view, pending->target->key, pending->target->key_size),
                              pending->data_size);
    }
    if (pending->data)
        return leaf_takes(split->tree, leaf, need) ? TREE_RETRY : JET_errSuccess;
    return leaf_can_grow(split->tree, leaf, need) ? TREE_RETRY : JET_errSuccess;
}

/* What a rollback may want on a page of these lines; `from` is the page they come from. */
static void keep_reserved(const struct split *split, uint8_t *image, const uint8_t *from,
                          const struct split_line *lines, uint32_t count)
{
    uint32_t reserved = 0, most = page_free_bytes(image);

    for (uint32_t i = 0; page_uncommitted_free(from) && i < count && reserved < most; i++)
        reserved += node_reserved(split->tree, &lines[i].node);
    page_set_uncommitted_free(image, reserved < most ? reserved : most);
}

/* Puts the pending node among the lines of a leaf: its line is `at`. */
static void add_pending(const struct split *split, const struct page_view *view, struct split_line *lines,
                        uint32_t *count, uint32_t at)
{
    const struct tree_pending *pending = split->pending;
    struct page_node node = { .data = pending->data,
                              .data_size = (uint16_t)pending->data_size,
                              .flags = pending->txn ? NODE_VERSIONED : 0 };

    node.key.prefix = node.key.suffix = pending->target->key;
    node.key.suffix_size = (uint16_t)pending->target->key_size;
    memmove(&lines[at + 1], &lines[at], (*count - at) * sizeof(*lines));
    ++*count;
    split_line_set(&lines[at], view, &node, at ? &lines[at - 1] : NULL);
    if (at + 1 < *count)
        lines[at + 1].common = key_common(&node.key, &lines[at + 1].node.key);
}

static void drop_pending(struct split_line *lines, uint32_t *count, uint32_t at)
{
    memmove(&lines[at], &lines[at + 1], (*count - at - 1) * sizeof(*lines));
    --*count;
    if (at && at < *count)
        lines[at].common = key_common(&lines[at - 1].node.key, &lines[at].node.key);
}

/* The insertion at line `at` as part of the change of pages. */
static void pending_change(const struct split *split, uint32_t at, struct tree_change *insert)
{
    const struct tree_pending *pending = split->pending;

    *insert = (struct tree_change){ .kind = TREE_CHANGE_INSERT,
                                    .tree = split->tree,
                                    .txn = pending->txn,
                                    .line = at,
                                    .key = pending->target->key,
                                    .key_size = pending->target->key_size,
                                    .data = pending->data,
                                    .data_size = pending->data_size };
}

/* ----------------------------------------------------------------- root --- */

/* What goes on while the root is split. */
struct root_split
{
    const struct tree_leaf *root;
    struct cache_page *below;
    struct split_line *lines;
    uint32_t count;
    uint32_t at;         /* line of the pending insert; UINT32_MAX: none */
    int32_t prefix_line; /* of the new page */
};

/* The new page, with what is pending if the root is a leaf and both fit. */
static bool build_below(struct split *split, struct root_split *vertical)
{
    const struct page_view *view = &vertical->root->view;
    uint32_t flags = view->flags & LEVEL_FLAGS;

    if (split->pending && split->pending->data && view->flags & PAGE_LEAF)
    {
        vertical->at = (uint32_t)vertical->root->line;
        add_pending(split, view, vertical->lines, &vertical->count, vertical->at);
        if (split_build(split->image[1], view, split->spare, flags, vertical->lines, vertical->count, split->scratch,
                        &vertical->prefix_line))
            return true;
        drop_pending(vertical->lines, &vertical->count, vertical->at);
        vertical->at = UINT32_MAX;
    }
    return split_build(split->image[1], view, split->spare, flags, vertical->lines, vertical->count, split->scratch,
                       &vertical->prefix_line);
}

/* The root, which leads there. */
static bool build_root(struct split *split, const struct page_view *view)
{
    struct page_line external = { NULL, 0, 0 };
    struct page_new_node node = { (const uint8_t *)"", 0, NULL, 4, 0 };
    uint32_t flags = view->flags & LEVEL_FLAGS & ~(uint32_t)(PAGE_LEAF | PAGE_PARENT_OF_LEAF);
    uint8_t child[4];

    if (!page_tag(view, 0, &external))
        return false;
    if (view->flags & PAGE_LEAF)
        flags |= PAGE_PARENT_OF_LEAF;
    page_format(split->image[0], view->size, split->tree->root, split->tree->objid, flags | PAGE_ROOT, 0);
    set_le32(child, split->spare);
    node.data = child;
    return page_set_external(split->image[0], view->size, external.data, external.size) &&
           page_insert(split->image[0], view->size, 0, &node);
}

static JET_ERR apply_root(struct split *split, const struct root_split *vertical)
{
    struct cache_page *root = vertical->root->page;
    struct tree_restructure restructure;
    struct tree_change insert;

    restructure.kind = TREE_SPLIT_ROOT;
    restructure.tree = split->tree;
    restructure.pages = 0;
    restructure.insert = NULL;
    restructure.txn = NULL;
    restructure.split = (struct tree_split_facts){ .page = root,
                                                   .fresh = vertical->below,
                                                   .type = LOG_SPLIT_VERTICAL,
                                                   .lines = (uint16_t)vertical->count,
                                                   .prefix_line_old = -1,
                                                   .prefix_line_new = vertical->prefix_line,
                                                   .page_flags = page_flags(split->image[0]),
                                                   .fresh_flags = page_flags(split->image[1]),
                                                   .uncommitted_new = page_uncommitted_free(split->image[1]) };
    if (vertical->at != UINT32_MAX)
    {
        pending_change(split, vertical->at, &insert);
        restructure.insert = &insert;
        restructure.split.operation = LOG_SPLIT_INSERT;
        restructure.split.operation_line = (uint16_t)vertical->at;
    }
    tree_restructure_add(&restructure, root, split->image[0]);
    tree_restructure_add(&restructure, vertical->below, split->image[1]);
    return tree_apply_pages(&restructure);
}

static JET_ERR split_root_latched(struct split *split, struct root_split *vertical)
{
    const struct tree_leaf *root = vertical->root;
    bool leaf = root->view.flags & PAGE_LEAF;
    JET_ERR err = tree_log_undo_info(split->tree, root->page);

    if (err < 0)
        return err;
    vertical->at = UINT32_MAX;
    vertical->lines = split_lines(&root->view, &vertical->count);
    if (!vertical->lines)
        return JET_errOutOfMemory;
    if (!build_below(split, vertical) || !build_root(split, &root->view))
        return JET_errDatabaseCorrupted;
    /* No leaf but the root is empty: what an empty page does not take is no matter of splitting. */
    if (leaf && !vertical->count)
        return JET_errRecordTooBig;
    keep_reserved(split, split->image[1], root->page->data, vertical->lines, vertical->count);
    err = cache_latch_new(split->tree->file, split->spare, &vertical->below);
    if (err >= 0)
        err = apply_root(split, vertical);
    if (err < 0)
        return err;
    split->spare = 0;
    return vertical->at == UINT32_MAX ? TREE_RETRY : JET_errSuccess;
}

static JET_ERR split_root(struct split *split)
{
    struct tree_leaf leaf = { .mode = CACHE_EXCLUSIVE };
    struct root_split vertical = { .root = &leaf };
    JET_ERR err = cache_latch(split->tree->file, split->tree->root, CACHE_EXCLUSIVE, &leaf.page);

    if (err < 0)
        return tree_read_error(err);
    if (!page_view(&leaf.view, leaf.page->data, leaf.page->page_size))
        err = JET_errDatabaseCorrupted;
    else if (split->pending && (leaf.view.flags & PAGE_LEAF))
    {
        if (!leaf_search(&leaf.view, split->pending->target, false, &leaf.line))
            err = JET_errDatabaseCorrupted;
        else
            err = leaf_needs_split(split, &leaf);
    }
    if (!err)
        err = split_root_latched(split, &vertical);
    os_free(vertical.lines);
    if (vertical.below)
        cache_unlatch(vertical.below, CACHE_EXCLUSIVE);
    leaf_unlatch(&leaf);
    return err;
}

/* ---------------------------------------------------------------- right --- */

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
        drop_pending(right->lines, &right->count, at);
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
    uint32_t flags = view->flags & LEVEL_FLAGS;
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
        keep_reserved(split, split->image[0], view->data, right->lines, right->split_at);
        keep_reserved(split, split->image[1], view->data, right->lines + right->split_at,
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

/* The separator before the new page goes to the parent: PARENT_FULL if it has no room. */
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
        return PARENT_FULL;
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
        pending_change(split, right->at, &insert);
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
        err = leaf_needs_split(split, &right->page);
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
        add_pending(split, &right->page.view, right->lines, &right->count, right->at);
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

static JET_ERR split_right(struct split *split, uint32_t level)
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

/* --------------------------------------------------------------- making --- */

/* Whether another thread made the room already: TREE_RETRY. */
static JET_ERR still_needed(struct split *split)
{
    struct tree_leaf leaf;
    JET_ERR err = tree_descend_exclusive(split->tree, split->pending->target, &leaf);

    if (err < 0)
        return err;
    err = leaf_needs_split(split, &leaf);
    leaf_unlatch(&leaf);
    return err;
}

static JET_ERR make_room(struct split *split)
{
    uint32_t level;
    JET_ERR err = still_needed(split);

    if (!err)
        err = tree_path_find(split->tree, split->pending->target, &split->path);
    if (err)
        return err;
    level = split->path.depth - 1;
    err = tree_page_take(split->tree, split->path.level[level].pgno, &split->spare);
    if (err < 0)
        return err;
    for (err = PARENT_FULL; err == PARENT_FULL && level; level--)
        err = split_right(split, level);
    return err == PARENT_FULL ? split_root(split) : err;
}

JET_ERR tree_make_room(const struct tree *tree, const struct tree_pending *pending)
{
    struct split split;
    JET_ERR err;

    tree_structure_lock(tree);
    err = split_start(&split, tree, pending);
    if (err >= 0)
    {
        err = make_room(&split);
        split_end(&split);
    }
    tree_structure_unlock(tree);
    return err;
}

JET_ERR tree_split_root(const struct tree *tree)
{
    struct split split;
    JET_ERR err;

    tree_structure_lock(tree);
    err = split_start(&split, tree, NULL);
    if (err >= 0)
    {
        err = tree_page_take(tree, tree->root, &split.spare);
        if (err >= 0)
            err = split_root(&split);
        split_end(&split);
    }
    tree_structure_unlock(tree);
    return err < 0 ? err : JET_errSuccess;
}
