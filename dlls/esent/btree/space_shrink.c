/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of the file: pages leave it for lower ones, and it is cut off. */
#include "btree/space_private.h"
#include "log/log.h"

static struct tree_extent told(const struct extent *extent)
{
    return (struct tree_extent){ extent->last, extent->count };
}

/* --------------------------------------------------------------- owning --- */

JET_ERR tree_store_last_extent(struct tree_store *store, struct tree_extent *extent)
{
    struct extent last = { 0, 0 };
    struct owner owner;
    JET_ERR err;

    os_rwlock_lock_write(&store->space);
    err = owner_open(store, 1, &owner);
    if (err >= 0 && !owner_is_multiple(&owner))
        err = JET_errDatabaseCorrupted;
    if (err >= 0)
        err = extent_find_last(&owner.owned, &last);
    os_rwlock_unlock_write(&store->space);
    *extent = told(&last);
    return err;
}

/* The first of the owner's extents that ends with the page or behind it. */
static JET_ERR owned_from(struct owner *owner, uint32_t pgno, struct extent *extent)
{
    if (owner_is_multiple(owner))
        return extent_find(&owner->owned, pgno, extent);
    *extent = (struct extent){ owner->tree.root + owner->header.primary_pages - 1, owner->header.primary_pages };
    return owner->header.primary_pages && pgno <= extent->last ? JET_errSuccess : JET_errRecordNotFound;
}

JET_ERR tree_store_owned(struct tree_store *store, uint32_t root, uint32_t pgno, struct tree_extent *extent,
                         uint32_t *parent)
{
    struct extent found = { 0, 0 };
    struct owner owner;
    JET_ERR err;

    os_rwlock_lock_write(&store->space);
    *parent = 0;
    err = owner_open(store, root, &owner);
    if (err >= 0)
    {
        *parent = owner.header.parent;
        err = owned_from(&owner, pgno, &found);
    }
    os_rwlock_unlock_write(&store->space);
    *extent = told(&found);
    return err;
}

void tree_store_shrink_to(struct tree_store *store, uint32_t last)
{
    os_rwlock_lock_write(&store->space);
    store->shrink_to = last;
    os_rwlock_unlock_write(&store->space);
}

/* ------------------------------------------------------------- vacating --- */

JET_ERR tree_first_below(const struct tree *tree, uint32_t pgno, uint8_t *bytes, struct tree_entry *entry)
{
    for (uint32_t level = 0; level < TREE_DEPTH; level++)
    {
        struct cache_page *page;
        struct page_view view;
        struct page_node node;
        bool leaf = false;
        JET_ERR err = cache_latch(tree->file, pgno, CACHE_SHARED, &page);

        if (err < 0)
            return tree_read_error(err);
        if (!page_view(&view, page->data, page->page_size) || !page_node(&view, 0, &node))
            err = JET_errRecordNotFound;
        else if (view.flags & PAGE_LEAF)
        {
            leaf = true;
            entry->key_size = page_key_size(&node.key);
            page_key_copy(&node.key, bytes);
            entry->key = bytes;
            entry->data_size = tree->unique ? 0 : node.data_size;
            memcpy(bytes + entry->key_size, node.data, entry->data_size);
            entry->data = bytes + entry->key_size;
        }
        else if (node.data_size != sizeof(pgno))
            err = JET_errDatabaseCorrupted;
        else
            pgno = le32(node.data);
        cache_unlatch(page, CACHE_SHARED);
        if (err < 0 || leaf)
            return err < 0 ? err : JET_errSuccess;
    }
    return JET_errDatabaseCorrupted;
}

/* The same; *bytes is the caller's to free. */
static JET_ERR entry_below(const struct tree *tree, uint32_t pgno, struct tree_entry *entry, uint8_t **bytes)
{
    *bytes = os_alloc((size_t)2 * tree->file->page_size);
    return *bytes ? tree_first_below(tree, pgno, *bytes, entry) : JET_errOutOfMemory;
}

/* What a page is, as it says. */
struct page_facts
{
    uint32_t objid, flags, lines, prev;
    bool empty; /* nothing was ever written there */
};

static JET_ERR look(struct tree_store *store, uint32_t pgno, struct page_facts *facts)
{
    struct cache_page *page;
    struct page_view view;
    JET_ERR err = cache_latch(store->file, pgno, CACHE_SHARED, &page);

    memset(facts, 0, sizeof(*facts));
    facts->empty = err == JET_errPageNotInitialized;
    if (facts->empty)
        return JET_errSuccess;
    if (err < 0)
        return tree_read_error(err);
    facts->objid = page_objid(page->data);
    facts->flags = page_flags(page->data);
    facts->prev = page_prev(page->data);
    facts->lines = page_view(&view, page->data, page->page_size) ? page_lines(&view) : 0;
    facts->empty = !facts->flags || facts->flags & PAGE_EMPTY || !facts->lines;
    cache_unlatch(page, CACHE_SHARED);
    return JET_errSuccess;
}

/* A page of one of the owner's trees of space: its new place is in that tree's split buffer. */
static JET_ERR move_space_page(struct owner *owner, uint32_t pgno, enum space_vacated *vacated)
{
    const struct tree *trees[2] = { &owner->owned, &owner->available };
    struct extent freed = { pgno, 1 };
    struct tree_entry entry;
    bool lowered = false;
    uint8_t *bytes = NULL;
    JET_ERR err = space_reserve(owner);

    if (err >= 0)
        err = space_buffers_lower(owner, &lowered);
    if (err >= 0)
        err = entry_below(&owner->owned, pgno, &entry, &bytes);
    *vacated = lowered ? SPACE_VACATED_CHANGED : SPACE_VACATED_LOST;
    for (uint32_t i = 0; err >= 0 && i < 2 && *vacated != SPACE_VACATED_MOVED; i++)
    {
        struct tree_target target = { .aim = TREE_AIM_LOWER, .key = entry.key, .key_size = entry.key_size };

        err = page_move(trees[i], &target, pgno, 0, NULL);
        if (err >= 0)
            *vacated = SPACE_VACATED_MOVED;
        else if (err == JET_errRecordNotFound)
            err = JET_errSuccess;
    }
    os_free(bytes);
    if (err == JET_errRecordNotFound)
        err = JET_errSuccess;
    if (err < 0 || *vacated != SPACE_VACATED_MOVED)
        return err;
    err = space_reserve(owner);
    if (err >= 0)
        err = space_add_available(owner, &freed);
    if (err >= 0)
        err = space_release(owner, pgno);
    return err;
}

/* What can be said and done without letting go of the space; *of_tree: the page is one of the tree itself. */
static JET_ERR vacate_locked(struct owner *owner, uint32_t pgno, enum space_vacated *vacated, bool *of_tree,
                             struct page_facts *facts)
{
    struct extent extent;
    bool have = false;
    JET_ERR err = owned_from(owner, pgno, &extent);

    if (err == JET_errRecordNotFound || (err >= 0 && !extent_has(&extent, pgno)))
    {
        *vacated = SPACE_VACATED_NOT_OWNED;
        return JET_errSuccess;
    }
    /* A small tree has its root first, so while that stays it does not matter what is behind it. */
    *vacated = SPACE_VACATED_ROOT;
    if (err < 0 || !owner_is_multiple(owner))
        return err;
    err = extent_find(&owner->available, pgno, &extent);
    if (err >= 0 && extent_has(&extent, pgno))
    {
        /* The crash may have come before its extent went back as a whole. */
        err = owner->header.parent ? space_release(owner, pgno) : JET_errSuccess;
        *vacated = SPACE_VACATED_FREE;
        if (err >= 0 && owner->header.parent)
        {
            err = owned_from(owner, pgno, &extent);
            if (err == JET_errRecordNotFound || !extent_has(&extent, pgno))
                *vacated = SPACE_VACATED_CHANGED;
        }
        return err == JET_errRecordNotFound ? JET_errSuccess : err;
    }
    if (err < 0 && err != JET_errRecordNotFound)
        return err;
    err = space_buffers_have(owner, pgno, &have);
    if (err >= 0 && have)
    {
        *vacated = SPACE_VACATED_CHANGED;
        err = space_reserve(owner);
        return err < 0 ? err : space_buffers_lower(owner, &have);
    }
    if (err >= 0)
        err = look(owner->store, pgno, facts);
    if (err < 0)
        return err;
    if (pgno == owner->tree.root || pgno == owner->owned.root || pgno == owner->available.root)
        return JET_errSuccess;
    *vacated = SPACE_VACATED_LOST;
    if (facts->empty || facts->objid != owner->tree.objid || facts->flags & PAGE_ROOT)
        return JET_errSuccess;
    if (facts->flags & PAGE_SPACE_TREE)
        return move_space_page(owner, pgno, vacated);
    *of_tree = true;
    return JET_errSuccess;
}

static JET_ERR vacate_tree_page(const struct tree *tree, uint32_t pgno, uint32_t near, enum space_vacated *vacated)
{
    struct tree_entry entry;
    uint8_t *bytes = NULL;
    JET_ERR err = entry_below(tree, pgno, &entry, &bytes);

    if (err >= 0)
        err = tree_move_page(tree, &entry, pgno, near, NULL);
    *vacated = err >= 0 ? SPACE_VACATED_MOVED : SPACE_VACATED_LOST;
    os_free(bytes);
    return err == JET_errRecordNotFound ? JET_errSuccess : err;
}

JET_ERR tree_store_vacate(struct tree_store *store, uint32_t root, uint32_t pgno, enum space_vacated *vacated)
{
    struct page_facts facts;
    struct owner owner;
    bool of_tree = false;
    JET_ERR err;

    os_rwlock_lock_write(&store->space);
    err = owner_open(store, root, &owner);
    if (err >= 0)
        err = vacate_locked(&owner, pgno, vacated, &of_tree, &facts);
    os_rwlock_unlock_write(&store->space);
    return err < 0 || !of_tree ? err : vacate_tree_page(&owner.tree, pgno, facts.prev, vacated);
}

JET_ERR tree_store_find_lost(struct tree_store *store, uint32_t root, uint32_t pgno)
{
    struct owner owner;
    JET_ERR err;

    os_rwlock_lock_write(&store->space);
    err = owner_open(store, root, &owner);
    if (err >= 0)
        err = space_give_extent(store, &owner.tree, pgno, 1);
    os_rwlock_unlock_write(&store->space);
    return err;
}

/* -------------------------------------------------------------- cutting --- */

/* The available extent that ends with this page. */
static JET_ERR available_to(const struct owner *owner, uint32_t last, struct extent *extent)
{
    JET_ERR err = extent_find(&owner->available, last, extent);

    if (err == JET_errRecordNotFound || (err >= 0 && extent->last != last))
        return JET_wrnShrinkNotPossible;
    return err;
}

/* All of the extent is available, in one piece or in several that follow each other. */
static JET_ERR all_available(const struct owner *owner, const struct tree_extent *last)
{
    uint32_t first = tree_extent_first(last), end = last->last;

    while (end >= first)
    {
        struct extent extent;
        JET_ERR err = available_to(owner, end, &extent);

        if (err != JET_errSuccess)
            return err;
        if (extent_first(&extent) < first)
            return JET_errSPAvailExtCorrupted;
        end = extent_first(&extent) - 1;
    }
    return JET_errSuccess;
}

/* Nobody's from here on. */
static JET_ERR disown(const struct owner *owner, const struct tree_extent *last)
{
    uint32_t first = tree_extent_first(last), end = last->last;
    JET_ERR err = JET_errSuccess;

    while (err >= 0 && end >= first)
    {
        struct extent extent;

        err = available_to(owner, end, &extent);
        if (err != JET_errSuccess)
            return err < 0 ? err : JET_errSPAvailExtCorrupted;
        err = extent_drop(&owner->available, end);
        end = extent_first(&extent) - 1;
    }
    return err < 0 ? err : extent_drop(&owner->owned, last->last);
}

/* The log has all that led here before the pages are gone. */
static JET_ERR log_cut(struct tree_store *store, uint32_t last, uint32_t pages)
{
    struct log_shrink_db shrink = {
        .type = LOG_SHRINK_DB, .dbid = store->log_database, .last_page = last, .pages = pages
    };
    struct log_part part = { &shrink, offsetof(struct log_shrink_db, dbtime) };
    uint64_t position;
    JET_ERR err;

    if (!store->log)
        return JET_errSuccess;
    err = log_append(store->log, &part, 1, &position);
    return err < 0 ? err : log_flush(store->log, position);
}

static JET_ERR cut(struct owner *owner, const struct tree_extent *last, JET_ERR (*before)(void *context), void *context)
{
    struct tree_store *store = owner->store;
    uint32_t end = last->last - last->pages, now = atomic_load(&store->pages);
    JET_ERR err = disown(owner, last);

    if (err < 0)
        return err;
    /* Even if the file should stay as long as it is, nobody counts on its end. */
    atomic_store(&store->pages, end);
    cache_file_forget(store->file, end + 1);
    err = log_cut(store, end, now > end ? now - end : last->pages);
    if (err >= 0)
        err = before(context);
    if (err >= 0)
        err = cache_file_set_size(store->file, ((uint64_t)end + 2) * store->file->page_size);
    return err < 0 ? err : os_file_flush(store->file->file);
}

JET_ERR tree_store_cut(struct tree_store *store, const struct tree_extent *last, JET_ERR (*before)(void *context),
                       void *context)
{
    struct owner owner;
    JET_ERR err;

    os_rwlock_lock_write(&store->space);
    err = owner_open(store, 1, &owner);
    if (err >= 0)
        err = all_available(&owner, last);
    if (err == JET_errSuccess)
        err = cut(&owner, last, before, context);
    os_rwlock_unlock_write(&store->space);
    return err;
}
