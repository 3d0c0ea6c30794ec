/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For who makes leaves follow each other in the file: where they are, and where there is room for a run of them. */
#include "btree/space_private.h"

/* The children of a page from a line on. */
static JET_ERR children_of(const struct tree *tree, uint32_t pgno, uint32_t line, uint32_t *leaves, uint32_t room,
                           uint32_t *count)
{
    struct cache_page *page;
    struct page_view view;
    struct page_node node;
    JET_ERR err = cache_latch(tree->file, pgno, CACHE_SHARED, &page);

    if (err < 0)
        return tree_read_error(err);
    if (!page_view(&view, page->data, page->page_size))
        err = JET_errDatabaseCorrupted;
    for (; err >= 0 && *count < room && line < page_lines(&view); line++)
    {
        if (!page_node(&view, line, &node) || node.data_size != sizeof(uint32_t))
            err = JET_errDatabaseCorrupted;
        else
            leaves[(*count)++] = le32(node.data);
    }
    cache_unlatch(page, CACHE_SHARED);
    return err;
}

static JET_ERR next_of(const struct tree *tree, uint32_t pgno, uint32_t *next)
{
    struct cache_page *page;
    JET_ERR err = cache_latch(tree->file, pgno, CACHE_SHARED, &page);

    if (err < 0)
        return tree_read_error(err);
    *next = page_next(page->data);
    cache_unlatch(page, CACHE_SHARED);
    return JET_errSuccess;
}

JET_ERR tree_read_leaves(const struct tree *tree, const struct tree_entry *entry, uint32_t *leaves, uint32_t room,
                         uint32_t *count, uint32_t *next)
{
    struct tree_target target = entry_target(tree, entry->key, entry->key_size, entry->data, entry->data_size);
    struct tree_path path;
    JET_ERR err;

    *count = *next = 0;
    tree_structure_lock(tree);
    err = tree_path_find(tree, &target, &path);
    if (err >= 0 && path.depth > 1)
    {
        uint32_t above = path.depth - 2;

        err = children_of(tree, path.level[above].pgno, path.level[above].line, leaves, room, count);
        if (err >= 0 && *count)
            err = next_of(tree, leaves[*count - 1], next);
    }
    tree_structure_unlock(tree);
    return err < 0 ? err : JET_errSuccess;
}

/* Pages that follow each other become available, if none are. */
static JET_ERR make_run(struct owner *owner, uint32_t pages, struct extent *run)
{
    JET_ERR err = space_reserve(owner);

    if (err >= 0)
        err = extent_find_large(&owner->available, 0, pages, run);
    if (err != JET_errRecordNotFound)
        return err;
    err = space_from_parent(owner, pages, pages, run);
    if (err < 0)
        return err;
    err = extent_put(&owner->owned, run);
    if (err < 0)
        space_back_to_parent(owner, run);
    else
        err = space_add_available(owner, run);
    return err;
}

JET_ERR tree_make_run(const struct tree *tree, uint32_t pages, uint32_t *first)
{
    struct tree_store *store = tree_store_of(tree);
    struct extent run = { 0, 0 };
    struct owner owner;
    JET_ERR err;

    os_rwlock_lock_write(&store->space);
    err = owner_open(store, tree->root, &owner);
    if (err >= 0 && !owner_is_multiple(&owner))
        err = JET_errRecordNotFound;
    if (err >= 0)
        err = make_run(&owner, pages, &run);
    os_rwlock_unlock_write(&store->space);
    *first = err < 0 ? 0 : extent_first(&run);
    return err < 0 ? err : JET_errSuccess;
}
