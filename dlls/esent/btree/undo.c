/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the version store asks of trees: undoing changes, and taking off what nobody sees any more. */
#include "btree/write_private.h"

/* The node of a version, latched; not found if it is not there. */
static JET_ERR latch_version(const struct tree *tree, const struct version *version, struct tree_target *target,
                             struct tree_leaf *leaf, struct page_node *node, bool *found)
{
    *target = entry_target(tree, version_key(version), version->key_size, version_data(version), version->data_size);
    return leaf_latch_exclusive(tree, target, leaf, node, found);
}

/* The data before comes back, by which the node may grow. */
static JET_ERR undo_data(const struct tree *tree, struct version *version, const struct tree_target *target,
                         struct tree_leaf *leaf, const struct page_node *node, struct tree_change *change)
{
    uint32_t grow = version->image_size > node->data_size ? version->image_size - node->data_size : 0;

    (void)target;
    change->kind = TREE_CHANGE_REPLACE;
    change->data = version_image(version);
    change->data_size = version->image_size;
    if (grow > page_free_bytes(leaf->page->data) && !leaf_has_room(tree, leaf, grow))
        return TREE_RETRY;
    change->line = (uint32_t)leaf->line;
    return tree_apply(change);
}

/* One try, with the leaf latched; unlatches it. */
static JET_ERR undo_on_leaf(const struct tree *tree, struct version *version, const struct tree_target *target,
                            struct tree_leaf *leaf, const struct page_node *node)
{
    struct tree_change change = { .tree = tree,
                                  .undoes = version,
                                  .page = leaf->page,
                                  .line = (uint32_t)leaf->line,
                                  .key = target->key,
                                  .key_size = target->key_size,
                                  .data = target->data,
                                  .data_size = target->data_size };
    struct version_place place = tree_place(tree, target->key, target->key_size, target->data, target->data_size);
    JET_ERR err = JET_errSuccess;

    switch (version->op)
    {
    case VERSION_INSERT:
        if (version->revived)
        {
            change.undoes_data = true;
            err = undo_data(tree, version, target, leaf, node, &change);
            change.undoes_data = false;
            change.data = target->data;
            change.data_size = target->data_size;
            change.line = (uint32_t)leaf->line;
        }
        if (err != JET_errSuccess)
            break;
        /* First the page is seen to change, then the version goes: a reader without latch relies on it. */
        cache_change(leaf->page);
        version_unlink(tree_store_of(tree)->txns, version);
        if (!version_any(tree_store_of(tree)->txns, &place))
            return leaf_take_off(tree, leaf, target, version);
        change.kind = TREE_CHANGE_DELETE;
        err = tree_apply(&change);
        break;
    case VERSION_DELETE:
        change.kind = TREE_CHANGE_UNDELETE;
        err = tree_apply(&change);
        break;
    case VERSION_REPLACE:
        err = undo_data(tree, version, target, leaf, node, &change);
        break;
    case VERSION_DELTA:
        change.kind = TREE_CHANGE_DELTA;
        change.offset = version->offset;
        change.delta_size = version->delta_size;
        change.delta = -version->delta;
        err = tree_apply(&change);
        break;
    default:
        break;
    }
    leaf_unlatch(leaf);
    return err;
}

JET_ERR tree_undo(struct txn *txn, struct version *version)
{
    struct tree_store *store = version->owner;
    struct tree tree;
    JET_ERR err;
    int tries;

    (void)txn;
    if (version->op == VERSION_ACTION || version->op == VERSION_LOCK || version->op == VERSION_READ_LOCK)
        return JET_errSuccess;
    err = tree_at(store, version->root, &tree);
    if (err < 0)
        return err;
    for (err = TREE_RETRY, tries = 0; err == TREE_RETRY && tries < TREE_RETRIES; tries++)
    {
        struct tree_target target;
        struct tree_pending pending = { .target = &target };
        struct tree_leaf leaf;
        struct page_node node;
        bool found;

        err = latch_version(&tree, version, &target, &leaf, &node, &found);
        if (err < 0)
            break;
        if (!found)
        {
            leaf_unlatch(&leaf);
            return JET_errRollbackError;
        }
        if (version->image_size > node.data_size)
            pending.grow = version->image_size - node.data_size;
        err = undo_on_leaf(&tree, version, &target, &leaf, &node);
        if (err == TREE_RETRY)
            err = tree_make_room(&tree, &pending);
        else
            break;
        if (err == JET_errSuccess)
            err = TREE_RETRY;
    }
    return err == TREE_RETRY ? JET_errRollbackError : err;
}

void tree_expire(struct version *version)
{
    struct tree_store *store = version->owner;
    struct tree tree;

    if (version->op != VERSION_DELETE || tree_at(store, version->root, &tree) < 0 ||
        (version->objid && tree.objid != version->objid))
        return;
    /* What stays is taken off when its page is full. */
    tree_remove_deleted(&tree, version_key(version), version->key_size, version_data(version), version->data_size);
}
