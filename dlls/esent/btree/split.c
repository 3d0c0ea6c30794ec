/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Splits: what has to be split so that a leaf has room.
 *
 * A page that has no room gets a new right neighbour, and so does the page above it
 * that has none for the separator; when the root is full, the tree grows by a level.
 */
#include "btree/split_private.h"

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

JET_ERR split_needed(struct split *split, struct tree_leaf *leaf)
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

void split_keep_reserved(const struct split *split, uint8_t *image, const uint8_t *from, const struct split_line *lines,
                         uint32_t count)
{
    uint32_t reserved = 0, most = page_free_bytes(image);

    for (uint32_t i = 0; page_uncommitted_free(from) && i < count && reserved < most; i++)
        reserved += node_reserved(split->tree, &lines[i].node);
    page_set_uncommitted_free(image, reserved < most ? reserved : most);
}

void split_add_pending(const struct split *split, const struct page_view *view, struct split_line *lines,
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

void split_drop_pending(struct split_line *lines, uint32_t *count, uint32_t at)
{
    memmove(&lines[at], &lines[at + 1], (*count - at - 1) * sizeof(*lines));
    --*count;
    if (at && at < *count)
        lines[at].common = key_common(&lines[at - 1].node.key, &lines[at].node.key);
}

void split_pending_change(const struct split *split, uint32_t at, struct tree_change *insert)
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

/* --------------------------------------------------------------- making --- */

/* Whether another thread made the room already: TREE_RETRY. */
static JET_ERR still_needed(struct split *split)
{
    struct tree_leaf leaf;
    JET_ERR err = tree_descend_exclusive(split->tree, split->pending->target, &leaf);

    if (err < 0)
        return err;
    err = split_needed(split, &leaf);
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
    for (err = SPLIT_PARENT_FULL; err == SPLIT_PARENT_FULL && level; level--)
        err = split_right(split, level);
    return err == SPLIT_PARENT_FULL ? split_root(split) : err;
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
