/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding what there is: the leaves of all trees, whether they can be reached or not. */
#include <stdlib.h>
#include <string.h>

#include "maintain/repair_private.h"

#define READ_PAGES 64u

static int by_tree(const void *left, const void *right)
{
    const struct leaf *a = left, *b = right;

    if (a->objid != b->objid)
        return a->objid < b->objid ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->dbtime != b->dbtime)
        return a->dbtime > b->dbtime ? -1 : 1;
    return a->pgno < b->pgno ? -1 : a->pgno > b->pgno;
}

static JET_ERR remember(struct repair *repair, uint32_t pgno, const uint8_t *page)
{
    uint32_t flags = page_flags(page);

    if (!(flags & PAGE_LEAF) || flags & (PAGE_SPACE_TREE | PAGE_EMPTY | PAGE_PRE_INIT | PAGE_FDP_DELETED))
        return JET_errSuccess;
    if (repair->leaf_count == repair->leaf_room)
    {
        uint32_t room = repair->leaf_room ? 2 * repair->leaf_room : 1024;
        struct leaf *leaves = os_realloc(repair->leaves, (size_t)room * sizeof(*leaves));

        if (!leaves)
            return JET_errOutOfMemory;
        repair->leaves = leaves;
        repair->leaf_room = room;
    }
    repair->leaves[repair->leaf_count++] = (struct leaf){ page_objid(page), flags & PAGE_KIND, pgno,
                                                          page_dbtime(page) };
    return JET_errSuccess;
}

static JET_ERR scan_page(struct repair *repair, uint32_t pgno, uint8_t *page)
{
    JET_ERR err = page_check(page, repair->page_size, pgno, NULL);

    if (err >= 0)
        return remember(repair, pgno, page);
    if (err == JET_errOutOfMemory)
        return err;
    if (err == JET_errPageNotInitialized)
        return JET_errSuccess;
    repair->result.bad_pages++;
    repair_tell(repair, FINDING_PAGE, pgno, "the page cannot be used: error %d", (int)err);
    return JET_errSuccess;
}

JET_ERR repair_scan(struct repair *repair)
{
    uint32_t size = repair->page_size;
    uint8_t *data = os_alloc((size_t)READ_PAGES * size);
    JET_ERR err = data ? JET_errSuccess : JET_errOutOfMemory;

    for (uint32_t first = 1; err >= 0 && first <= repair->pages; first += READ_PAGES)
    {
        uint32_t count = repair->pages - first + 1 < READ_PAGES ? repair->pages - first + 1 : READ_PAGES;
        bool together = os_file_read_at(repair->file, (uint64_t)(first + 1) * size, data, (size_t)count * size) >= 0;

        for (uint32_t i = 0; err >= 0 && i < count; i++)
        {
            uint8_t *page = data + (size_t)i * size;

            if (together || os_file_read_at(repair->file, (uint64_t)(first + i + 1) * size, page, size) >= 0)
                err = scan_page(repair, first + i, page);
            else
            {
                repair->result.bad_pages++;
                repair_tell(repair, FINDING_PAGE, first + i, "the page cannot be read");
            }
        }
        if (err >= 0 && repair->report->progress)
            err = repair->report->progress(repair->report->context, first, 2ull * repair->pages);
    }
    os_free(data);
    if (err >= 0 && repair->leaf_count)
        qsort(repair->leaves, repair->leaf_count, sizeof(*repair->leaves), by_tree);
    return err;
}

/* -------------------------------------------------------------------- entries --- */

static uint32_t first_leaf(const struct repair *repair, uint32_t objid, uint32_t kind)
{
    uint32_t low = 0, high = repair->leaf_count;

    while (low < high)
    {
        uint32_t middle = low + (high - low) / 2;
        const struct leaf *leaf = &repair->leaves[middle];

        if (leaf->objid < objid || (leaf->objid == objid && leaf->kind < kind))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static JET_ERR each_of_page(struct repair *repair, repair_visit visit, void *context)
{
    struct page_view view;
    struct page_node node;
    JET_ERR err = JET_errSuccess;

    if (!page_view(&view, repair->page, repair->page_size))
        return JET_errSuccess;
    for (uint32_t line = 0; err >= 0 && line < page_lines(&view); line++)
    {
        if (!page_node(&view, line, &node) || node.flags & NODE_DELETED || page_key_size(&node.key) > repair->page_size)
            continue;
        page_key_copy(&node.key, repair->key);
        err = visit(context, repair, repair->key, page_key_size(&node.key), node.data, node.data_size);
    }
    return err;
}

static JET_ERR each_of_leaves(struct repair *repair, uint32_t objid, uint32_t kind, repair_visit visit, void *context)
{
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = first_leaf(repair, objid, kind); err >= 0 && i < repair->leaf_count; i++)
    {
        const struct leaf *leaf = &repair->leaves[i];

        if (leaf->objid != objid || leaf->kind != kind)
            break;
        err = os_file_read_at(repair->file, (uint64_t)(leaf->pgno + 1) * repair->page_size, repair->page,
                              repair->page_size);
        if (err >= 0)
            err = page_check(repair->page, repair->page_size, leaf->pgno, NULL);
        if (err >= 0)
            err = each_of_page(repair, visit, context);
    }
    return err;
}

/* ----------------------------------------------------------------------- trees --- */

bool repair_whole(struct repair *repair, uint32_t root, uint32_t objid, struct tree *tree)
{
    struct tree_cursor cursor;
    struct cache_page *page;
    uint32_t flags, pgno = 0, leaves = 0;
    JET_ERR err = root ? cache_latch(&repair->cache, root, CACHE_SHARED, &page) : JET_errDatabaseCorrupted;

    if (err < 0)
        return false;
    flags = page_flags(page->data);
    if (page_objid(page->data) != objid || !(flags & PAGE_ROOT))
        err = JET_errDatabaseCorrupted;
    cache_unlatch(page, CACHE_SHARED);
    if (err < 0)
        return false;
    tree_init(tree, &repair->cache, root, objid, !(flags & PAGE_NON_UNIQUE), flags & PAGE_KIND);
    tree_cursor_init(&cursor, tree, NULL);
    for (err = tree_move_first(&cursor); err >= 0; err = tree_move_next(&cursor))
    {
        leaves += cursor.pgno != pgno;
        pgno = cursor.pgno;
        if (leaves > repair->pages)
            break;
    }
    tree_cursor_close(&cursor);
    return err == JET_errNoCurrentRecord;
}

static JET_ERR each_in_order(struct repair *repair, const struct tree *from, repair_visit visit, void *context)
{
    struct tree_cursor cursor;
    struct page_node node;
    JET_ERR err;

    tree_cursor_init(&cursor, from, NULL);
    cursor.sequential = true;
    for (err = tree_move_first(&cursor); err >= 0; err = tree_move_next(&cursor))
    {
        uint32_t key_size, size;

        err = tree_latch(&cursor, &node);
        if (err < 0)
            break;
        key_size = page_key_size(&node.key);
        size = node.data_size;
        page_key_copy(&node.key, repair->key);
        memcpy(repair->page, node.data, size);
        tree_unlatch(&cursor);
        err = visit(context, repair, repair->key, key_size, repair->page, size);
        if (err < 0)
            break;
    }
    tree_cursor_close(&cursor);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

JET_ERR repair_each(struct repair *repair, uint32_t root, uint32_t objid, uint32_t kind, repair_visit visit,
                    void *context, bool *whole)
{
    struct tree from;

    *whole = repair_whole(repair, root, objid, &from) && from.page_kind == kind;
    return *whole ? each_in_order(repair, &from, visit, context) : each_of_leaves(repair, objid, kind, visit, context);
}

struct copying
{
    const struct tree *to;
    uint64_t *count;
    const bool *in_order;
};

/* Out of order the newest page comes first, so what is there is right. */
static JET_ERR insert(void *context, struct repair *repair, const uint8_t *key, uint32_t key_size, const uint8_t *data,
                      uint32_t data_size)
{
    struct copying *copying = context;
    JET_ERR err = tree_insert(copying->to, NULL, key, key_size, data, data_size, *copying->in_order);

    (void)repair;
    if (!*copying->in_order &&
        (err == JET_errKeyDuplicate || err == JET_errMultiValuedIndexViolation || err == JET_errRecordTooBig))
        return JET_errSuccess;
    *copying->count += err >= 0;
    return err;
}

JET_ERR repair_copy(struct repair *repair, uint32_t root, uint32_t objid, uint32_t kind, const struct tree *to,
                    uint64_t *count, bool *whole)
{
    struct copying copying = { to, count, whole };

    *count = 0;
    return repair_each(repair, root, objid, kind, insert, &copying, whole);
}
