/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A database becomes smaller from its end.
 *
 * The last extent of the root space is emptied page by page, from its first on:
 * what is in use goes to lower pages, so that extents become free as a whole and
 * go back from a tree to the one above, up to the root space; then the file ends
 * where the extent began.  So on with the next, until something is in the way.
 * ESE does this as a database is attached (dbshrink.cxx).  Roots move where the log
 * may have the record of that; a small tree becomes a large one for it.
 *
 * Nobody else has the database open.
 */
#include "btree/write.h"
#include "maintain/maintain.h"
#include "table/catalog.h"
#include "table/table.h"

#define ROOT  1u
#define TRIES 32u /* steps that one page may take */

struct shrink_tree
{
    uint32_t root, objid, table;
};

struct shrink
{
    struct database *database;
    struct txn *txn;
    const struct shrink_options *options;
    struct shrink_result *result;
    struct shrink_tree *trees; /* of the catalog: a table before what has its space from it */
    uint32_t count, room;
    uint32_t *owner; /* of each page of the last extent: root of the innermost tree that owns it */
    struct tree_extent last;
    uint64_t began;
    bool alone; /* nothing is remembered of any table */
};

/* --------------------------------------------------------------- catalog --- */

static JET_ERR add_tree(struct shrink *shrink, const struct catalog_row *row)
{
    if (shrink->count == shrink->room)
    {
        uint32_t room = shrink->room ? 2 * shrink->room : 128;
        void *trees = os_realloc(shrink->trees, (size_t)room * sizeof(*shrink->trees));

        if (!trees)
            return JET_errOutOfMemory;
        shrink->trees = trees;
        shrink->room = room;
    }
    shrink->trees[shrink->count++] = (struct shrink_tree){ row->place, row->id, row->table };
    return JET_errSuccess;
}

static JET_ERR list_trees(struct shrink *shrink, struct txn *txn)
{
    struct catalog_cursor cursor;
    struct catalog_row row;
    uint32_t table_root = 0;
    JET_ERR err = catalog_open(shrink->database, txn, &cursor);

    if (err >= 0)
        err = catalog_seek(&cursor, 0, 0, &row);
    while (err >= 0)
    {
        if (row.type == CATALOG_TABLE)
            table_root = row.place;
        if (row.type == CATALOG_TABLE ||
            ((row.type == CATALOG_INDEX || row.type == CATALOG_LONG_VALUE) && row.place != table_root))
            err = add_tree(shrink, &row);
        if (err >= 0)
            err = catalog_next(&cursor, &row);
    }
    catalog_close(&cursor);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

/* Who owns the pages of the last extent. */
static JET_ERR find_owners(struct shrink *shrink)
{
    struct tree_store *store = &shrink->database->store;
    uint32_t first = tree_extent_first(&shrink->last);
    JET_ERR err = JET_errSuccess;

    os_free(shrink->owner);
    shrink->owner = os_alloc_array(shrink->last.pages, sizeof(*shrink->owner));
    if (!shrink->owner)
        return JET_errOutOfMemory;
    for (uint32_t i = 0; i < shrink->last.pages; i++)
        shrink->owner[i] = ROOT;
    for (uint32_t i = 0; err >= 0 && i < shrink->count; i++)
    {
        struct tree_extent extent = { first - 1, 0 };
        uint32_t parent;

        while ((err = tree_store_owned(store, shrink->trees[i].root, extent.last + 1, &extent, &parent)) >= 0 &&
               tree_extent_first(&extent) <= shrink->last.last)
        {
            uint32_t from = tree_extent_first(&extent) > first ? tree_extent_first(&extent) : first;

            if (extent.last > shrink->last.last)
                return JET_errSPOwnExtCorrupted;
            for (uint32_t pgno = from; pgno <= extent.last; pgno++)
                shrink->owner[pgno - first] = shrink->trees[i].root;
        }
        if (err == JET_errRecordNotFound)
            err = JET_errSuccess;
    }
    return err;
}

/* --------------------------------------------------------------- one page --- */

/* Whether something that is still in use may be on a page that its tree has lost. */
static JET_ERR is_useful(struct shrink *shrink, uint32_t pgno, bool *useful)
{
    struct cache_page *page;
    struct page_view view;
    uint32_t objid;
    JET_ERR err = cache_latch(&shrink->database->cache, pgno, CACHE_SHARED, &page);

    *useful = false;
    if (err == JET_errPageNotInitialized)
        return JET_errSuccess;
    if (err < 0)
        return err;
    objid = page_objid(page->data);
    *useful = page_view(&view, page->data, page->page_size) && page_lines(&view) && !(view.flags & PAGE_EMPTY);
    cache_unlatch(page, CACHE_SHARED);
    if (!*useful)
        return JET_errSuccess;
    *useful = objid == ROOT;
    for (uint32_t i = 0; i < shrink->count && !*useful; i++)
        *useful = shrink->trees[i].objid == objid;
    return JET_errSuccess;
}

/* Its owner has the page again. */
static JET_ERR find_lost(struct shrink *shrink, uint32_t root, uint32_t pgno)
{
    bool useful;
    JET_ERR err;

    if (shrink->options->grbit & JET_bitShrinkDatabaseDontTruncateLeakedPagesOnAttach)
        return JET_wrnShrinkNotPossible;
    err = is_useful(shrink, pgno, &useful);
    if (err < 0 || useful)
        return err < 0 ? err : JET_wrnShrinkNotPossible;
    shrink->result->found++;
    return tree_store_find_lost(&shrink->database->store, root, pgno);
}

/* A page that is not its tree's any more is that tree's parent's. */
static JET_ERR to_parent(struct shrink *shrink, uint32_t *root)
{
    struct tree_extent extent;
    uint32_t parent = 0;
    JET_ERR err = *root == ROOT ? JET_errSPOwnExtCorrupted
                                : tree_store_owned(&shrink->database->store, *root, 0, &extent, &parent);

    if (err == JET_errRecordNotFound)
        err = JET_errSuccess;
    *root = parent;
    return err < 0 ? err : parent ? JET_errSuccess : JET_errSPOwnExtCorrupted;
}

/* All that know of the root learn where it is now. */
static void rename_root(struct shrink *shrink, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < shrink->count; i++)
        if (shrink->trees[i].root == from)
            shrink->trees[i].root = to;
    for (uint32_t i = 0; i < shrink->last.pages; i++)
        if (shrink->owner[i] == from)
            shrink->owner[i] = to;
}

static JET_ERR move_root(struct shrink *shrink, uint32_t root)
{
    const struct shrink_tree *tree = shrink->trees, *end = tree + shrink->count;
    uint32_t moved_to;
    JET_ERR err = JET_errSuccess;

    while (tree < end && tree->root != root)
        tree++;
    if (!shrink->options->move_roots || tree == end)
        return JET_wrnShrinkNotPossible;
    if (!shrink->alone)
        err = database_forget_tables(shrink->database);
    if (err < 0)
        return err == JET_errDatabaseInUse ? JET_wrnShrinkNotPossible : err;
    shrink->alone = true;
    err = catalog_move_root(shrink->database, shrink->txn, tree->table, root, &moved_to);
    if (moved_to == root)
        return err;
    OS_TRACE("root %u is %u now: %d\n", (unsigned)root, (unsigned)moved_to, (int)err);
    shrink->result->moved += 3;
    rename_root(shrink, root, moved_to);
    return err < 0 ? err : JET_errSuccess;
}

/* JET_wrnShrinkNotPossible: the page stays. */
static JET_ERR vacate(struct shrink *shrink, uint32_t pgno)
{
    uint32_t *root = &shrink->owner[pgno - tree_extent_first(&shrink->last)];
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err == JET_errSuccess && i < TRIES; i++)
    {
        enum space_vacated vacated;

        err = tree_store_vacate(&shrink->database->store, *root, pgno, &vacated);
        if (err < 0)
            return err;
        switch (vacated)
        {
        case SPACE_VACATED_FREE:
            return JET_errSuccess;
        case SPACE_VACATED_MOVED:
            shrink->result->moved++;
            break;
        case SPACE_VACATED_CHANGED:
            break;
        case SPACE_VACATED_NOT_OWNED:
            err = to_parent(shrink, root);
            break;
        case SPACE_VACATED_ROOT:
            err = move_root(shrink, *root);
            break;
        case SPACE_VACATED_LOST:
            err = find_lost(shrink, *root, pgno);
            break;
        }
    }
    return err ? err : JET_wrnShrinkNotPossible;
}

/* ------------------------------------------------------------------- extents --- */

static bool out_of_time(const struct shrink *shrink)
{
    int32_t quota = shrink->options->milliseconds;

    return quota >= 0 && os_clock_us() - shrink->began >= (uint64_t)quota * 1000;
}

static JET_ERR empty_last(struct shrink *shrink)
{
    JET_ERR err;

    tree_store_shrink_to(&shrink->database->store, tree_extent_first(&shrink->last) - 1);
    err = find_owners(shrink);
    for (uint32_t pgno = tree_extent_first(&shrink->last); err == JET_errSuccess && pgno <= shrink->last.last; pgno++)
        err = out_of_time(shrink) ? JET_wrnShrinkNotPossible : vacate(shrink, pgno);
    return err;
}

/* Cuts off what is free.  JET_wrnShrinkNotPossible: that is enough, or all there is. */
static JET_ERR cut_free(struct shrink *shrink, bool *free)
{
    struct tree_store *store = &shrink->database->store;
    JET_ERR err = tree_store_last_extent(store, &shrink->last);

    *free = false;
    /* The first extent has what the database begins with. */
    if (err >= 0 &&
        (tree_extent_first(&shrink->last) <= ROOT || (uint64_t)shrink->last.last + 2 <= shrink->options->pages_least))
        return JET_wrnShrinkNotPossible;
    if (err < 0)
        return err;
    tree_store_shrink_to(store, tree_extent_first(&shrink->last) - 1);
    err = database_cut(shrink->database, &shrink->last);
    if (err == JET_errSuccess)
    {
        shrink->result->cut += shrink->last.pages;
        *free = true;
    }
    return err < 0 ? err : JET_errSuccess;
}

static JET_ERR shrink_all(struct shrink *shrink)
{
    bool free = true, emptied = false;
    JET_ERR err = JET_errSuccess;

    while (err == JET_errSuccess)
    {
        err = cut_free(shrink, &free);
        if (err != JET_errSuccess)
            break;
        /* An extent that is empty and still not available as a whole is none that can be cut off. */
        if (!free && emptied)
            return JET_errSuccess;
        emptied = false;
        if (!free)
        {
            err = empty_last(shrink);
            emptied = true;
        }
    }
    return err == SPACE_NONE_LOW || err == JET_wrnShrinkNotPossible ? JET_errSuccess : err;
}

JET_ERR shrink_database(struct database *database, struct txn *txn, const struct shrink_options *options,
                        struct shrink_result *result)
{
    struct shrink shrink = {
        .database = database, .txn = txn, .options = options, .result = result, .began = os_clock_us()
    };
    JET_ERR err;

    memset(result, 0, sizeof(*result));
    if (database->read_only)
        return JET_errSuccess;
    err = list_trees(&shrink, txn);
    if (err >= 0)
        err = shrink_all(&shrink);
    tree_store_shrink_to(&database->store, 0);
    os_free(shrink.owner);
    os_free(shrink.trees);
    return err;
}
