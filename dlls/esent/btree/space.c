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

struct extent_list
{
    struct tree_extent *extents;
    uint32_t max, count;
};

static void add_extent(struct extent_list *list, uint32_t last, uint32_t pages)
{
    if (list->count < list->max)
        list->extents[list->count++] = (struct tree_extent){ last, pages };
}

/* The sum of the lengths of the extents in a space tree; list may be NULL. */
static JET_ERR sum_extents(const struct tree *tree, uint32_t root, uint32_t *pages, struct extent_list *list)
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
        if (list && node.data_size >= sizeof(uint32_t) && cursor.bookmark_key_size >= sizeof(uint32_t))
            add_extent(list, be32(cursor.bookmark + cursor.bookmark_key_size - sizeof(uint32_t)), le32(node.data));
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
    err = sum_extents(tree, fields.space.available, owned_pages, NULL);
    return err < 0 ? err : sum_extents(tree, fields.space.available + 1, available_pages, NULL);
}

/* Of a tree with one extent: bit n says that the page n + 1 behind the root is free. */
static void list_small(const struct tree *tree, const struct page_root_fields *fields, bool available,
                       struct extent_list *list)
{
    uint32_t pages = fields->space.primary_pages;

    if (!available)
    {
        add_extent(list, tree->root + pages - 1, pages);
        return;
    }
    for (uint32_t i = 0; i < 32 && i + 1 < pages; i++)
    {
        uint32_t page = tree->root + 1 + i;

        if (!(fields->space.available >> i & 1))
            continue;
        if (list->count && list->extents[list->count - 1].last == page - 1)
        {
            list->extents[list->count - 1].last++;
            list->extents[list->count - 1].pages++;
        }
        else
            add_extent(list, page, 1);
    }
}

JET_ERR tree_space_extents(const struct tree *tree, bool available, struct tree_extent *extents, uint32_t max,
                           uint32_t *count)
{
    struct extent_list list = { extents, max, 0 };
    struct page_root_fields fields;
    uint32_t pages;
    JET_ERR err = root_fields(tree, &fields);

    *count = 0;
    if (err < 0)
        return err;
    if (!fields.has_space)
        return JET_errDatabaseCorrupted;
    if (!(fields.space.flags & PAGE_SPACE_MULTIPLE))
        list_small(tree, &fields, available, &list);
    else
        err = sum_extents(tree, fields.space.available + (available ? 1 : 0), &pages, &list);
    *count = list.count;
    return err;
}

JET_ERR tree_is_bare(const struct tree *tree, bool *bare)
{
    uint32_t pgno = tree->root;
    JET_ERR err = JET_errSuccess;

    /* The leftmost leaf, and on to the right while they are empty. */
    for (*bare = true; err >= 0 && *bare && pgno;)
    {
        struct cache_page *page;
        struct page_view view;
        struct page_node node;

        err = cache_latch(tree->file, pgno, CACHE_SHARED, &page);
        if (err < 0)
            return tree_read_error(err);
        if (!page_view(&view, page->data, page->page_size) || page_objid(page->data) != tree->objid)
            err = JET_errDatabaseCorrupted;
        else if (view.flags & PAGE_LEAF)
        {
            *bare = !page_lines(&view);
            pgno = page_next(page->data);
        }
        else if (!page_node(&view, 0, &node) || node.data_size != sizeof(uint32_t) || le32(node.data) == pgno)
            err = JET_errDatabaseCorrupted;
        else
            pgno = le32(node.data);
        cache_unlatch(page, CACHE_SHARED);
    }
    return err < 0 ? err : JET_errSuccess;
}
