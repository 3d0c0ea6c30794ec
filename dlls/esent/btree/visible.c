/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a transaction sees of entries that are marked as versioned.
 *
 * The page has the newest state.  The mark may be left from long ago, also from
 * another process, so most questions end with finding no version.
 */
#include "btree/write_private.h"

/* Keys up to this size are put together without allocating. */
#define KEY_INLINE 512u

bool entry_versions_visible(const struct tree *tree, struct txn *txn, const uint8_t *key, uint32_t key_size,
                            const uint8_t *data, uint32_t data_size, uint8_t flags)
{
    struct version_place place;
    struct version_view view;

    if (!tree_has_versions(tree))
        return !(flags & NODE_DELETED);
    place = tree_place(tree, key, key_size, data, data_size);
    version_look(tree_store_of(tree)->txns, txn, &place, flags & NODE_DELETED, -1, &view);
    version_view_end(&view);
    return view.present;
}

/* The key of a node in one piece: where it lies, in `room`, or in memory to be freed (*memory).  NULL: none left. */
static const uint8_t *whole_key(const struct page_key *key, uint8_t *room, uint8_t **memory)
{
    uint32_t size = page_key_size(key);

    *memory = NULL;
    if (!key->prefix_size)
        return key->suffix;
    if (size > KEY_INLINE)
        room = *memory = os_alloc(size);
    if (room)
        page_key_copy(key, room);
    return room;
}

bool node_versions_visible(const struct tree *tree, struct txn *txn, const struct page_node *node)
{
    uint8_t room[KEY_INLINE], *memory;
    const uint8_t *key;
    bool visible;

    if (!tree_has_versions(tree))
        return !(node->flags & NODE_DELETED);
    key = whole_key(&node->key, room, &memory);
    if (!key)
        return !(node->flags & NODE_DELETED);
    visible = entry_versions_visible(tree, txn, key, page_key_size(&node->key), node->data, node->data_size,
                                     node->flags);
    os_free(memory);
    return visible;
}

bool node_is_kept(const struct tree *tree, const struct page_node *node)
{
    uint8_t room[KEY_INLINE], *memory;
    struct version_place place;
    const uint8_t *key;
    bool kept;

    if (!(node->flags & NODE_VERSIONED) || !tree_has_versions(tree))
        return false;
    key = whole_key(&node->key, room, &memory);
    if (!key)
        return false;
    place = tree_place(tree, key, page_key_size(&node->key), node->data, node->data_size);
    kept = version_needed(tree_store_of(tree)->txns, &place);
    os_free(memory);
    return kept;
}

bool node_versions_show(const struct tree *tree, struct txn *txn, struct page_node *node)
{
    uint8_t room[KEY_INLINE], *memory;
    struct version_place place;
    struct version_view view;
    const uint8_t *key;

    if (!tree_has_versions(tree))
        return !(node->flags & NODE_DELETED);
    key = whole_key(&node->key, room, &memory);
    if (!key)
        return !(node->flags & NODE_DELETED);
    place = tree_place(tree, key, page_key_size(&node->key), node->data, node->data_size);
    version_look(tree_store_of(tree)->txns, txn, &place, node->flags & NODE_DELETED, -1, &view);
    /* The version stays while the page is latched: to undo it takes the page,
     * and one that this transaction needs is not dropped. */
    if (view.replaced)
    {
        node->data = view.image;
        node->data_size = (uint16_t)view.image_size;
    }
    version_view_end(&view);
    os_free(memory);
    return view.present;
}

JET_ERR cursor_show(struct tree_cursor *cursor, struct page_node *node)
{
    const struct tree *tree = cursor->tree;
    struct version_place place;
    struct version_view view;
    JET_ERR err = JET_errSuccess;

    if (!tree_has_versions(tree))
        return node->flags & NODE_DELETED ? JET_errRecordDeleted : JET_errSuccess;
    place = tree_place(tree, cursor->bookmark, cursor->bookmark_key_size, cursor->bookmark + cursor->bookmark_key_size,
                       cursor->bookmark_data_size);
    version_look(tree_store_of(tree)->txns, cursor->txn, &place, node->flags & NODE_DELETED, -1, &view);
    if (!view.present)
        err = JET_errRecordDeleted;
    else if (view.replaced)
    {
        /* Copied: the versions' lock must not be held while the caller goes on to other pages. */
        cursor->copied = false;
        err = cursor_reserve_image(cursor, view.image_size);
        if (err >= 0)
        {
            memcpy(cursor->image, view.image, view.image_size);
            node->data = cursor->image;
            node->data_size = (uint16_t)view.image_size;
        }
    }
    version_view_end(&view);
    return err;
}

int64_t tree_others_delta(struct tree_cursor *cursor, uint32_t offset)
{
    const struct tree *tree = cursor->tree;
    struct version_place place;
    struct version_view view;

    if (!tree_has_versions(tree))
        return 0;
    place = tree_place(tree, cursor->bookmark, cursor->bookmark_key_size, cursor->bookmark + cursor->bookmark_key_size,
                       cursor->bookmark_data_size);
    version_look(tree_store_of(tree)->txns, cursor->txn, &place, false, (int32_t)offset, &view);
    version_view_end(&view);
    return view.delta;
}
