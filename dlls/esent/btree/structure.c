/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What those need who change more than one page of a tree: its lock, and the way to a leaf. */
#include "btree/write_private.h"

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
