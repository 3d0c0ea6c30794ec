/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Roots of trees and of their space, as they are made, and a tree's second extent. */
#include "recovery/private.h"

#define SPACE_BITS     32u
#define MULTIPLE_PAGES 3u /* the roots of a tree and of its space */
#define SPACE_ROOTS    2u

struct root_redo
{
    struct recovery *recovery;
    struct redo_database *database;
    uint64_t dbtime;
    uint32_t objid, page_flags;
    uint32_t page_size;
};

static bool root_start(struct root_redo *redo, struct recovery *recovery, struct redo_session *session,
                       const struct log_page *page, uint32_t objid, uint32_t page_flags)
{
    redo->recovery = recovery;
    redo->dbtime = page->dbtime;
    redo->objid = objid;
    redo->page_flags = page_flags;
    if (!redo_wanted(recovery, session, page->dbid, page->dbtime, objid, &redo->database))
        return false;
    redo->page_size = redo->database->database->page_size;
    return true;
}

/* ---------------------------------------------------------------------- pages --- */

/* A new root with this external header; page->page NULL: it is there already. */
static JET_ERR new_root(struct root_redo *redo, uint32_t pgno, uint32_t flags, const void *external, uint32_t size,
                        struct redo_page *page)
{
    JET_ERR err = redo_page_latch_new(redo->recovery, redo->database, pgno, redo->dbtime, page);

    if (err < 0 || !page->page)
        return err;
    page_format(page->page->data, redo->page_size, pgno, redo->objid, redo->page_flags | flags | PAGE_ROOT | PAGE_LEAF,
                redo->dbtime);
    page_set_external(page->page->data, redo->page_size, external, size);
    return JET_errSuccess;
}

static void root_done(struct root_redo *redo, struct redo_page *page)
{
    if (page->page)
        redo_dirty(redo->recovery, page->page);
    redo_page_unlatch(page);
}

static JET_ERR tree_root(struct root_redo *redo, uint32_t pgno, const struct page_space_header *header)
{
    struct redo_page page = { .page = NULL };
    JET_ERR err = new_root(redo, pgno, 0, header, sizeof(*header), &page);

    root_done(redo, &page);
    return err;
}

struct extents
{
    uint32_t last[SPACE_BITS + 2], count[SPACE_BITS + 2];
    uint32_t extents;
};

static void add_extent(struct extents *extents, uint32_t last, uint32_t count)
{
    uint32_t at = extents->extents;

    if (!count || at == SPACE_BITS + 2)
        return;
    /* In order of their last pages. */
    for (; at && extents->last[at - 1] > last; at--)
    {
        extents->last[at] = extents->last[at - 1];
        extents->count[at] = extents->count[at - 1];
    }
    extents->last[at] = last;
    extents->count[at] = count;
    extents->extents++;
}

static JET_ERR space_root(struct root_redo *redo, uint32_t pgno, const struct extents *extents)
{
    static const struct page_split_buffer buffer;
    struct redo_page page = { .page = NULL };
    JET_ERR err = new_root(redo, pgno, PAGE_SPACE_TREE, &buffer, sizeof(buffer), &page);

    for (uint32_t i = 0; err >= 0 && page.page && i < extents->extents; i++)
    {
        uint8_t key[4], count[4];
        struct page_new_node node = { key, sizeof(key), count, sizeof(count), 0 };

        set_le32(count, extents->count[i]);
        for (uint32_t b = 0; b < 4; b++)
            key[b] = (uint8_t)(extents->last[i] >> (24 - 8 * b));
        page_insert(page.page->data, redo->page_size, i, &node);
    }
    root_done(redo, &page);
    return err;
}

/* -------------------------------------------------------------------- records --- */

static uint32_t space_flags(uint8_t flags, uint32_t kind)
{
    return kind | (flags & LOG_PAGE_UNIQUE ? 0 : PAGE_SPACE_NON_UNIQUE);
}

JET_ERR redo_create_multiple(struct recovery *recovery, struct redo_session *session,
                             const struct log_create_multiple_fdp *record)
{
    struct page_space_header header = { record->pages, record->parent_root,
                                        space_flags(record->page.flags, PAGE_SPACE_MULTIPLE), record->owned_root };
    uint32_t root = record->page.pgno, last = root + record->pages - 1;
    struct extents owned = { .extents = 0 }, available = { .extents = 0 };
    struct root_redo redo;
    JET_ERR err;

    if (record->pages < MULTIPLE_PAGES)
        return JET_errLogCorrupted;
    if (!root_start(&redo, recovery, session, &record->page, record->objid, record->page_flags))
        return JET_errSuccess;
    add_extent(&owned, last, record->pages);
    add_extent(&available, last, record->pages - MULTIPLE_PAGES);
    err = tree_root(&redo, root, &header);
    if (err >= 0)
        err = space_root(&redo, record->available_root, &available);
    return err < 0 ? err : space_root(&redo, record->owned_root, &owned);
}

JET_ERR redo_create_single(struct recovery *recovery, struct redo_session *session,
                           const struct log_create_single_fdp *record)
{
    struct page_space_header header = { record->pages, record->parent_root, space_flags(record->page.flags, 0), 0 };
    struct root_redo redo;

    if (!record->pages)
        return JET_errLogCorrupted;
    if (!root_start(&redo, recovery, session, &record->page, record->objid, record->page_flags))
        return JET_errSuccess;
    header.available = record->pages > SPACE_BITS ? UINT32_MAX : ((uint32_t)1 << (record->pages - 1)) - 1;
    return tree_root(&redo, record->page.pgno, &header);
}

/* The root gets a space header that points to the new trees. */
static JET_ERR convert_root(struct root_redo *redo, const struct log_convert_fdp *record)
{
    struct page_space_header header = { record->pages, record->parent_root,
                                        space_flags(record->page.flags, PAGE_SPACE_MULTIPLE), record->owned_root };
    struct redo_page page;
    struct page_line line = { NULL, 0, 0 };
    struct page_view view;
    uint8_t bytes[64];
    JET_ERR err = redo_page_latch(redo->recovery, redo->database, record->page.pgno, redo->dbtime,
                                  record->page.dbtime_before, &page);

    if (err < 0 || !page.page)
        return err;
    if (!page_view(&view, page.page->data, redo->page_size) || !page_tag(&view, 0, &line) ||
        line.size < sizeof(header) || line.size > sizeof(bytes))
        err = JET_errDatabaseCorrupted;
    else
    {
        memcpy(bytes, line.data, line.size);
        memcpy(bytes + (line.size > sizeof(header)), &header, sizeof(header));
        cache_change(page.page);
        page_set_external(page.page->data, redo->page_size, bytes, line.size);
        page_set_dbtime(page.page->data, redo->dbtime);
    }
    root_done(redo, &page);
    return err;
}

JET_ERR redo_convert(struct recovery *recovery, struct redo_session *session, const struct log_convert_fdp *record)
{
    uint32_t root = record->page.pgno, run = 0;
    struct extents owned = { .extents = 0 }, available = { .extents = 0 };
    struct root_redo redo;
    JET_ERR err;

    if (record->secondary_pages < SPACE_ROOTS)
        return JET_errLogCorrupted;
    if (!root_start(&redo, recovery, session, &record->page, record->objid, record->page_flags))
        return JET_errSuccess;
    add_extent(&owned, root + record->pages - 1, record->pages);
    add_extent(&owned, record->secondary_first + record->secondary_pages - 1, record->secondary_pages);
    for (uint32_t bit = 0; bit <= SPACE_BITS; bit++)
    {
        if (bit < SPACE_BITS && record->available & (uint32_t)1 << bit)
            run++;
        else if (bit < SPACE_BITS || record->pages <= SPACE_BITS + 1)
        {
            add_extent(&available, root + bit, run);
            run = 0;
        }
        else /* the bits tell of no more, and the rest is free */
            add_extent(&available, root + record->pages - 1, run + record->pages - 1 - SPACE_BITS);
    }
    add_extent(&available, record->secondary_first + record->secondary_pages - 1,
               record->secondary_pages - SPACE_ROOTS);
    err = convert_root(&redo, record);
    if (err >= 0)
        err = space_root(&redo, record->owned_root, &owned);
    return err < 0 ? err : space_root(&redo, record->available_root, &available);
}
