/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The split of a root: all it has goes to a new page below it, with what is to be
 * inserted if that is a leaf and has the room.
 */
#include "btree/split_private.h"
#include "format/log_record.h"

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
    uint32_t flags = view->flags & TREE_LEVEL_FLAGS;

    if (split->pending && split->pending->data && view->flags & PAGE_LEAF)
    {
        vertical->at = (uint32_t)vertical->root->line;
        split_add_pending(split, view, vertical->lines, &vertical->count, vertical->at);
        if (split_build(split->image[1], view, split->spare, flags, vertical->lines, vertical->count, split->scratch,
                        &vertical->prefix_line))
            return true;
        split_drop_pending(vertical->lines, &vertical->count, vertical->at);
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
    uint32_t flags = view->flags & TREE_LEVEL_FLAGS & ~(uint32_t)(PAGE_LEAF | PAGE_PARENT_OF_LEAF);
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
        split_pending_change(split, vertical->at, &insert);
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
    split_keep_reserved(split, split->image[1], root->page->data, vertical->lines, vertical->count);
    err = cache_latch_new(split->tree->file, split->spare, &vertical->below);
    if (err >= 0)
        err = apply_root(split, vertical);
    if (err < 0)
        return err;
    split->spare = 0;
    return vertical->at == UINT32_MAX ? TREE_RETRY : JET_errSuccess;
}

JET_ERR split_root(struct split *split)
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
            err = split_needed(split, &leaf);
    }
    if (!err)
        err = split_root_latched(split, &vertical);
    os_free(vertical.lines);
    if (vertical.below)
        cache_unlatch(vertical.below, CACHE_EXCLUSIVE);
    leaf_unlatch(&leaf);
    return err;
}
