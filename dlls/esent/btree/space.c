/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a tree says about the pages it owns. */
#include "btree/private.h"

static JET_ERR root_fields(const struct tree *tree, struct page_root_fields *fields)
{
    struct cache_page *page;
    struct page_view view;
    JET_ERR err = cache_latch(tree->file, tree->root, CACHE_SHARED, &page);

    if (err < 0)
        return tree_read_error(err);
    if (!page_view(&view, page->data, page->page_size) || page_objid(page->data) != tree->objid)
        err = JET_errDatabaseCorrupted;
    else
        err = page_root_fields(&view, fields);
    cache_unlatch(page, CACHE_SHARED);
    return err < 0 ? err : JET_errSuccess;
}

/* The sum of the lengths of the extents in a space tree. */
static JET_ERR sum_extents(const struct tree *tree, uint32_t root, uint32_t *pages)
{
    struct tree space;
    struct tree_cursor cursor;
    JET_ERR err;

    *pages = 0;
    tree_init(&space, tree->file, root, tree->objid, true, PAGE_SPACE_TREE);
    tree_cursor_init(&cursor, &space, NULL);
    for (err = tree_move_first(&cursor); err >= 0; err = tree_move_next(&cursor))
    {
        struct page_node node;

        err = tree_latch(&cursor, &node);
        if (err < 0)
            break;
        if (node.data_size >= sizeof(uint32_t))
            *pages += le32(node.data);
        tree_unlatch(&cursor);
    }
    tree_cursor_close(&cursor);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

JET_ERR tree_space_info(const struct tree *tree, uint32_t *owned_pages, uint32_t *available_pages)
{
    struct page_root_fields fields;
    JET_ERR err = root_fields(tree, &fields);

    *owned_pages = *available_pages = 0;
    if (err < 0)
        return err;
    if (!fields.has_space)
        return JET_errDatabaseCorrupted;
    if (!(fields.space.flags & PAGE_SPACE_MULTIPLE))
    {
        *owned_pages = fields.space.primary_pages;
        *available_pages = (uint32_t)__builtin_popcount(fields.space.available);
        return JET_errSuccess;
    }
    err = sum_extents(tree, fields.space.available, owned_pages);
    return err < 0 ? err : sum_extents(tree, fields.space.available + 1, available_pages);
}
