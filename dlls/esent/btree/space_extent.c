/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entries of space trees, and the space header of a root. */
#include "btree/space_private.h"

#define EXTENT_KEY_SIZE 4u

/* ------------------------------------------------------------ the owner --- */

JET_ERR tree_at(struct tree_store *store, uint32_t root, struct tree *tree)
{
    struct cache_page *page;
    uint32_t flags;
    JET_ERR err = cache_latch(store->file, root, CACHE_SHARED, &page);

    if (err < 0)
        return tree_read_error(err);
    flags = page_flags(page->data);
    tree_init(tree, store->file, root, page_objid(page->data), !(flags & PAGE_NON_UNIQUE) || (flags & PAGE_SPACE_TREE),
              flags & PAGE_KIND);
    cache_unlatch(page, CACHE_SHARED);
    return flags & PAGE_ROOT ? JET_errSuccess : JET_errDatabaseCorrupted;
}

JET_ERR owner_open(struct tree_store *store, uint32_t root, struct owner *owner)
{
    struct page_root_fields fields;
    struct cache_page *page;
    struct page_view view;
    JET_ERR err = cache_latch(store->file, root, CACHE_SHARED, &page);

    if (err < 0)
        return tree_read_error(err);
    memset(owner, 0, sizeof(*owner));
    memset(&fields, 0, sizeof(fields));
    if (!page_view(&view, page->data, page->page_size))
        err = JET_errDatabaseCorrupted;
    else
        err = page_root_fields(&view, &fields);
    if (err >= 0 && !fields.has_space)
        err = JET_errDatabaseCorrupted;
    if (err >= 0)
    {
        uint32_t objid = page_objid(page->data);

        owner->store = store;
        owner->header = fields.space;
        owner->depth_class = !(view.flags & PAGE_LEAF) &&
                             (!(view.flags & PAGE_PARENT_OF_LEAF) || page_lines(&view) >= 16);
        tree_init(&owner->tree, store->file, root, objid, !(view.flags & PAGE_NON_UNIQUE), view.flags & PAGE_KIND);
        tree_init(&owner->owned, store->file, fields.space.available, objid, true, PAGE_SPACE_TREE);
        tree_init(&owner->available, store->file, fields.space.available + 1, objid, true, PAGE_SPACE_TREE);
    }
    cache_unlatch(page, CACHE_SHARED);
    return err < 0 ? err : JET_errSuccess;
}

JET_ERR owner_set_header(struct owner *owner)
{
    struct tree_change change = { .kind = TREE_CHANGE_EXTERNAL, .tree = &owner->tree };
    uint8_t bytes[64];
    struct page_line line = { NULL, 0, 0 };
    struct page_view view;
    JET_ERR err = cache_latch(owner->tree.file, owner->tree.root, CACHE_EXCLUSIVE, &change.page);

    if (err < 0)
        return tree_read_error(err);
    if (!page_view(&view, change.page->data, change.page->page_size) || !page_tag(&view, 0, &line) ||
        line.size < sizeof(owner->header) || line.size > sizeof(bytes))
        err = JET_errDatabaseCorrupted;
    else
    {
        memcpy(bytes, line.data, line.size);
        memcpy(bytes + (line.size > sizeof(owner->header)), &owner->header, sizeof(owner->header));
        change.data = bytes;
        change.data_size = line.size;
        err = tree_apply(&change);
    }
    cache_unlatch(change.page, CACHE_EXCLUSIVE);
    return err;
}

/* -------------------------------------------------------------- extents --- */

static void extent_key(uint32_t last, uint8_t *key)
{
    for (uint32_t i = 0; i < EXTENT_KEY_SIZE; i++)
        key[i] = (uint8_t)(last >> (24 - 8 * i));
}

/* The extent the cursor is on.  Those of other pools than the general one have
 * longer keys and are behind them: JET_errRecordNotFound. */
static JET_ERR extent_read(struct tree_cursor *cursor, struct extent *extent)
{
    struct page_node node;
    JET_ERR err;

    if (cursor->bookmark_key_size != EXTENT_KEY_SIZE)
        return JET_errRecordNotFound;
    err = tree_latch(cursor, &node);
    if (err < 0)
        return err;
    extent->last = be32(cursor->bookmark);
    extent->count = node.data_size == sizeof(uint32_t) ? le32(node.data) : 0;
    tree_unlatch(cursor);
    if (!extent->count || extent->count > extent->last)
        return JET_errDatabaseCorrupted;
    return JET_errSuccess;
}

static JET_ERR extent_seek(const struct tree *space, uint32_t pgno, enum tree_seek_mode mode, struct extent *extent)
{
    struct tree_cursor cursor;
    uint8_t key[EXTENT_KEY_SIZE];
    JET_ERR err;

    extent_key(pgno, key);
    tree_cursor_init(&cursor, space, NULL);
    err = tree_seek(&cursor, key, sizeof(key), mode);
    if (err >= 0)
        err = extent_read(&cursor, extent);
    tree_cursor_close(&cursor);
    return err < 0 ? err : JET_errSuccess;
}

JET_ERR extent_find(const struct tree *space, uint32_t pgno, struct extent *extent)
{
    return extent_seek(space, pgno, TREE_SEEK_GE, extent);
}

JET_ERR extent_find_before(const struct tree *space, uint32_t pgno, struct extent *extent)
{
    return extent_seek(space, pgno, TREE_SEEK_LT, extent);
}

/* From the cursor's extent on, and no further than `end`. */
static JET_ERR find_large(struct tree_cursor *cursor, uint32_t count, uint32_t end, struct extent *extent)
{
    uint32_t most = space_last_to_give(tree_store_of(cursor->tree));
    JET_ERR err;

    for (err = extent_read(cursor, extent); err >= 0 && (extent->count < count || extent->last > most);
         err = extent_read(cursor, extent))
    {
        if (extent->last >= end || extent->last > most)
            return JET_errRecordNotFound;
        err = tree_move_next(cursor);
        if (err < 0)
            return err == JET_errNoCurrentRecord ? JET_errRecordNotFound : err;
    }
    return err;
}

JET_ERR extent_find_large(const struct tree *space, uint32_t near, uint32_t count, struct extent *extent)
{
    struct tree_cursor cursor;
    uint8_t key[EXTENT_KEY_SIZE];
    JET_ERR err;

    tree_cursor_init(&cursor, space, NULL);
    extent_key(near, key);
    err = tree_seek(&cursor, key, sizeof(key), TREE_SEEK_GE);
    if (err >= 0)
        err = find_large(&cursor, count, UINT32_MAX, extent);
    if (err == JET_errRecordNotFound && near)
    {
        err = tree_move_first(&cursor);
        if (err == JET_errNoCurrentRecord)
            err = JET_errRecordNotFound;
        if (err >= 0)
            err = find_large(&cursor, count, near, extent);
    }
    tree_cursor_close(&cursor);
    return err < 0 ? err : JET_errSuccess;
}

JET_ERR extent_find_last(const struct tree *space, struct extent *extent)
{
    struct tree_cursor cursor;
    JET_ERR err;

    tree_cursor_init(&cursor, space, NULL);
    err = tree_move_last(&cursor);
    if (err >= 0)
        err = extent_read(&cursor, extent);
    tree_cursor_close(&cursor);
    return err == JET_errNoCurrentRecord ? JET_errRecordNotFound : err < 0 ? err : JET_errSuccess;
}

JET_ERR extent_put(const struct tree *space, const struct extent *extent)
{
    uint8_t key[EXTENT_KEY_SIZE], count[4];

    extent_key(extent->last, key);
    set_le32(count, extent->count);
    return tree_insert(space, NULL, key, sizeof(key), count, sizeof(count), false);
}

JET_ERR extent_set_count(const struct tree *space, uint32_t last, uint32_t count)
{
    struct tree_cursor cursor;
    uint8_t key[EXTENT_KEY_SIZE], bytes[4];
    JET_ERR err;

    extent_key(last, key);
    set_le32(bytes, count);
    tree_cursor_init(&cursor, space, NULL);
    err = tree_goto_bookmark(&cursor, key, sizeof(key), NULL, 0);
    if (err >= 0)
        err = tree_replace(&cursor, bytes, sizeof(bytes));
    tree_cursor_close(&cursor);
    return err;
}

JET_ERR extent_drop(const struct tree *space, uint32_t last)
{
    uint8_t key[EXTENT_KEY_SIZE];

    extent_key(last, key);
    return tree_delete_entry(space, NULL, key, sizeof(key), NULL, 0);
}

JET_ERR extent_cut(const struct owner *owner, const struct extent *from, uint32_t count)
{
    if (count == from->count)
        return extent_drop(&owner->available, from->last);
    return extent_set_count(&owner->available, from->last, from->count - count);
}
