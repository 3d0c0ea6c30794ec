/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A leaf that is to be changed: its entry, the room it has, and entries that leave it. */
#include "btree/write_private.h"

JET_ERR leaf_entry(const struct tree_leaf *leaf, const struct tree_target *target, struct page_node *node, bool *found)
{
    *found = false;
    if (leaf->line >= leaf_lines(leaf))
        return JET_errSuccess;
    if (!page_node(&leaf->view, (unsigned)leaf->line, node))
        return JET_errDatabaseCorrupted;
    *found = !page_key_compare(&node->key, target->key, target->key_size) &&
             (!target->data_size ||
              (node->data_size == target->data_size && !memcmp(node->data, target->data, target->data_size)));
    return JET_errSuccess;
}

JET_ERR leaf_latch_exclusive(const struct tree *tree, const struct tree_target *target, struct tree_leaf *leaf,
                             struct page_node *node, bool *found)
{
    JET_ERR err = tree_descend_exclusive(tree, target, leaf);

    if (err < 0)
        return err;
    err = leaf_entry(leaf, target, node, found);
    if (err < 0)
        leaf_unlatch(leaf);
    return err;
}

bool node_unversioned(const struct tree *tree, const struct page_node *node)
{
    uint8_t room[512], *memory = NULL, *key = room;
    uint32_t size = page_key_size(&node->key);
    struct version_place place;
    bool any;

    if (!(node->flags & NODE_VERSIONED) || !tree_has_versions(tree))
        return true;
    if (size > sizeof(room))
        key = memory = os_alloc(size);
    if (!key)
        return false;
    page_key_copy(&node->key, key);
    place = tree_place(tree, key, size, node->data, node->data_size);
    any = version_any(tree_store_of(tree)->txns, &place);
    os_free(memory);
    return !any;
}

/* Takes deleted nodes that nobody sees off the page, but one.  False: it could not all be done. */
static bool take_off_deleted(const struct tree *tree, struct tree_leaf *leaf)
{
    struct page_node node;
    int32_t line;

    for (line = leaf_lines(leaf) - 1; line >= 0; line--)
    {
        struct tree_change change = { .kind = TREE_CHANGE_REMOVE, .tree = tree, .page = leaf->page };

        if (!page_node(&leaf->view, (unsigned)line, &node))
            return false;
        if (!(node.flags & NODE_DELETED) || line == leaf->line || leaf_lines(leaf) <= 1)
            continue;
        if (!node_unversioned(tree, &node))
            continue;
        change.line = (uint32_t)line;
        if (tree_apply(&change) < 0 || !page_view(&leaf->view, leaf->page->data, leaf->page->page_size))
            return false;
        if (line < leaf->line)
            leaf->line--;
    }
    return true;
}

uint32_t node_reserved(const struct tree *tree, const struct page_node *node)
{
    uint8_t room[512], *memory = NULL, *key = room;
    uint32_t size = page_key_size(&node->key), most;
    struct version_place place;

    if (!(node->flags & NODE_VERSIONED) || !tree->unique || !tree_has_versions(tree))
        return 0;
    if (size > sizeof(room))
        key = memory = os_alloc(size);
    if (!key)
        return PAGE_SIZE_MAX;
    page_key_copy(&node->key, key);
    place = tree_place(tree, key, size, NULL, 0);
    most = version_image_most(tree_store_of(tree)->txns, &place);
    os_free(memory);
    return most > node->data_size ? most - node->data_size : 0;
}

uint32_t page_reserved(const struct tree *tree, const struct page_view *view)
{
    uint32_t reserved = 0, free_bytes = page_free_bytes(view->data);
    struct page_node node;

    if (!page_uncommitted_free(view->data))
        return 0;
    for (uint32_t line = 0; line < page_lines(view) && reserved < free_bytes; line++)
        reserved += page_node(view, line, &node) ? node_reserved(tree, &node) : free_bytes;
    return reserved < free_bytes ? reserved : free_bytes;
}

/* Whether there is the room, once what no rollback wants any more is no longer kept for one. */
static bool has_unreserved(const struct tree *tree, struct tree_leaf *leaf, uint32_t need)
{
    uint8_t *data = leaf->page->data;
    uint32_t reserved;

    if (need > page_free_bytes(data) || !page_uncommitted_free(data))
        return need <= page_room(data);
    reserved = page_reserved(tree, &leaf->view);
    if (reserved != page_uncommitted_free(data))
    {
        cache_change(leaf->page);
        page_set_uncommitted_free(data, reserved);
        cache_dirty_since(leaf->page, 0, TREE_NOT_LOGGED);
    }
    return need <= page_room(data);
}

bool leaf_has_room(const struct tree *tree, struct tree_leaf *leaf, uint32_t need)
{
    if (os_likely(need <= page_room(leaf->page->data)) || has_unreserved(tree, leaf, need))
        return true;
    return take_off_deleted(tree, leaf) && need <= page_room(leaf->page->data);
}

bool leaf_takes(const struct tree *tree, struct tree_leaf *leaf, uint32_t need)
{
    if (leaf->line == leaf_lines(leaf) && !page_next(leaf->page->data))
        need += atomic_load_explicit(&tree->spare, memory_order_relaxed);
    return leaf_has_room(tree, leaf, need);
}

bool leaf_can_grow(const struct tree *tree, struct tree_leaf *leaf, uint32_t need)
{
    if (leaf_has_room(tree, leaf, need))
        return true;
    /* What is kept on the page is kept for its only node, which cannot be split from it. */
    return leaf_lines(leaf) == 1 && need <= page_free_bytes(leaf->page->data);
}

JET_ERR leaf_take_off(const struct tree *tree, struct tree_leaf *leaf, const struct tree_target *target,
                      struct version *undoes)
{
    struct tree_change change = { .kind = TREE_CHANGE_REMOVE,
                                  .tree = tree,
                                  .undoes = undoes,
                                  .page = leaf->page,
                                  .line = (uint32_t)leaf->line,
                                  .key = target->key,
                                  .key_size = target->key_size,
                                  .data = target->data,
                                  .data_size = target->data_size };
    int32_t lines = leaf_lines(leaf);
    bool root = leaf->view.flags & PAGE_ROOT, last = lines == 1 && !root, tidy;
    struct page_node node;
    JET_ERR err = JET_errSuccess;

    if (last || (undoes && tree_store_of(tree)->log))
    {
        /* The log tells of an undone insertion as of a deletion, which then leaves the page like any other. */
        change.kind = TREE_CHANGE_DELETE;
        if (undoes || !page_node(&leaf->view, (unsigned)leaf->line, &node) || !(node.flags & NODE_DELETED))
            err = tree_apply(&change);
        change.kind = TREE_CHANGE_REMOVE;
        change.undoes = NULL;
    }
    if (err >= 0 && !last)
        err = tree_apply(&change);
    /* Not at each of the last few, since it may be in vain. */
    tidy = last || (!root && lines % 8 == 1 && page_free_bytes(leaf->page->data) > leaf->page->page_size / 4 * 3);
    leaf_unlatch(leaf);
    /* A page that cannot leave now is met again when something is taken off it or it is full. */
    if (err >= 0 && tidy)
        tree_tidy(tree, target);
    return err;
}
