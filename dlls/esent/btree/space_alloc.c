/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Taking pages and extents, and giving them back. */
#include "btree/space_private.h"
#include "log/log.h"

/* What a tree asks for when it has nothing left, as ESE without space hints. */
#define SMALL_GROW    4u
#define SMALL_TREE    16u /* pages owned by a tree that grows by little */
#define LARGE_GROW    16u
#define PRIMARY_SHARE 4u /* of the first extent */

/* -------------------------------------------------------------- growing --- */

JET_ERR tree_store_log_size(struct tree_store *store)
{
    struct log_extend_db extend = { .type = LOG_EXTEND_DB,
                                    .size = sizeof(extend) - offsetof(struct log_extend_db, dbid),
                                    .dbid = store->log_database,
                                    .last_page = atomic_load(&store->pages) };
    struct log_part part = { &extend, sizeof(extend) };

    return store->log ? log_append(store->log, &part, 1, NULL) : JET_errSuccess;
}

JET_ERR space_grow_file(struct tree_store *store, uint32_t pages, struct extent *extent)
{
    uint32_t now = atomic_load(&store->pages), most = store->most_pages ? store->most_pages : 0x7ffffffeu;
    JET_ERR err;

    if (store->shrink_to)
        return SPACE_NONE_LOW;
    if (now >= most || pages > most - now)
        return JET_errOutOfDatabaseSpace;
    /* Page 1 follows the two copies of the header. */
    err = cache_file_set_size(store->file, ((uint64_t)now + pages + 2) * store->file->page_size);
    if (err < 0)
        return err;
    atomic_store(&store->pages, now + pages);
    extent->last = now + pages;
    extent->count = pages;
    return tree_store_log_size(store);
}

JET_ERR space_from_parent(struct owner *owner, uint32_t want, uint32_t least, struct extent *extent)
{
    struct owner parent;
    uint32_t first;
    JET_ERR err;

    if (!owner->header.parent)
    {
        uint32_t extension = owner->store->extension_pages;

        err = space_grow_file(owner->store, want > extension ? want : extension, extent);
        if (err == JET_errDiskFull || err == JET_errOutOfDatabaseSpace)
            err = space_grow_file(owner->store, least, extent);
        return err;
    }
    if (owner->header.parent == owner->tree.root)
        return JET_errDatabaseCorrupted;
    err = owner_open(owner->store, owner->header.parent, &parent);
    if (err >= 0)
        err = space_take_extent(owner->store, &parent.tree, want, least, &first, &extent->count);
    if (err >= 0)
        extent->last = first + extent->count - 1;
    return err;
}

void space_back_to_parent(struct owner *owner, const struct extent *extent)
{
    struct tree parent;

    if (!owner->header.parent)
    {
        /* The file is longer, but nobody counts on it: the next growth begins at the same page. */
        if (atomic_load(&owner->store->pages) == extent->last)
            atomic_store(&owner->store->pages, extent->last - extent->count);
        return;
    }
    if (tree_at(owner->store, owner->header.parent, &parent) < 0)
        return;
    (void)space_give_extent(owner->store, &parent, extent_first(extent), extent->count);
}

/* Enters an extent that came from the parent. */
static JET_ERR own_extent(struct owner *owner, const struct extent *extent)
{
    JET_ERR err = extent_put(&owner->owned, extent);

    if (err < 0)
        space_back_to_parent(owner, extent);
    return err;
}

/* Whether all that the tree owns is little. */
static JET_ERR is_small(struct owner *owner, bool *small)
{
    struct extent extent;
    uint32_t owned = 0, pgno = 0;
    JET_ERR err;

    *small = false;
    if (owner->depth_class || owner->header.primary_pages >= SMALL_TREE)
        return JET_errSuccess;
    while ((err = extent_find(&owner->owned, pgno, &extent)) >= 0)
    {
        owned += extent.count;
        if (owned > SMALL_TREE)
            return JET_errSuccess;
        pgno = extent.last + 1;
    }
    *small = true;
    return err == JET_errRecordNotFound ? JET_errSuccess : err;
}

/* An extent more, all of it available. */
static JET_ERR grow(struct owner *owner, uint32_t least)
{
    uint32_t want = LARGE_GROW;
    struct extent extent;
    bool small;
    JET_ERR err = is_small(owner, &small);

    if (err < 0)
        return err;
    if (owner->header.primary_pages / PRIMARY_SHARE > want)
        want = owner->header.primary_pages / PRIMARY_SHARE;
    if (small)
        want = SMALL_GROW;
    if (want < least)
        want = least;
    err = space_from_parent(owner, want, least, &extent);
    if (err >= 0)
        err = own_extent(owner, &extent);
    if (err >= 0)
        err = space_add_available(owner, &extent);
    return err;
}

/* --------------------------------------------------------------- taking --- */

/* From the bits of a single extent: `count` pages, the first of them *first. */
static JET_ERR take_bits(struct owner *owner, uint32_t most, uint32_t least, uint32_t *first, uint32_t *count)
{
    for (uint32_t bit = 0; bit < SPACE_BITS; bit += *count + 1)
    {
        for (*count = 0;
             *count < most && bit + *count < SPACE_BITS && owner->header.available & (uint32_t)1 << (bit + *count);)
            ++*count;
        if (*count < least || !*count)
            continue;
        for (uint32_t i = 0; i < *count; i++)
            owner->header.available &= ~((uint32_t)1 << (bit + i));
        *first = owner->tree.root + 1 + bit;
        return owner_set_header(owner);
    }
    return JET_errRecordNotFound;
}

static JET_ERR take_available(struct owner *owner, uint32_t near, uint32_t want, uint32_t least, uint32_t *first,
                              uint32_t *count)
{
    struct extent extent;
    JET_ERR err = extent_find_large(&owner->available, near, want, &extent);

    if (err == JET_errRecordNotFound && least < want)
        err = extent_find_large(&owner->available, near, least, &extent);
    if (err < 0)
        return err;
    *first = extent_first(&extent);
    *count = extent.count < want ? extent.count : want;
    return extent_cut(owner, &extent, *count);
}

static JET_ERR take_page(struct owner *owner, uint32_t near, uint32_t *pgno)
{
    uint32_t count;
    JET_ERR err;

    if (!owner_is_multiple(owner))
    {
        err = take_bits(owner, 1, 1, pgno, &count);
        if (err == JET_errRecordNotFound)
            err = space_convert(owner, 1);
        else
            return err;
        if (err < 0)
            return err;
    }
    err = space_reserve(owner);
    if (err >= 0)
        err = take_available(owner, near, 1, 1, pgno, &count);
    if (err == JET_errRecordNotFound)
    {
        err = grow(owner, 1);
        if (err >= 0)
            err = take_available(owner, near, 1, 1, pgno, &count);
    }
    return err;
}

JET_ERR tree_page_take(const struct tree *tree, uint32_t near, uint32_t *pgno)
{
    struct tree_store *store = tree_store_of(tree);
    struct owner owner;
    JET_ERR err;

    if (tree->page_kind & PAGE_SPACE_TREE)
        return space_buffer_take(tree, pgno);
    os_rwlock_lock_write(&store->space);
    err = owner_open(store, tree->root, &owner);
    if (err >= 0)
        err = take_page(&owner, near, pgno);
    os_rwlock_unlock_write(&store->space);
    return err;
}

JET_ERR space_take_extent(struct tree_store *store, const struct tree *from, uint32_t want, uint32_t least,
                          uint32_t *first, uint32_t *count)
{
    struct extent extent;
    struct owner owner;
    JET_ERR err = owner_open(store, from->root, &owner);

    if (err < 0)
        return err;
    if (!owner_is_multiple(&owner))
    {
        err = take_bits(&owner, want, least, first, count);
        if (err != JET_errRecordNotFound)
            return err;
        err = space_convert(&owner, 1);
        if (err < 0)
            return err;
    }
    err = space_reserve(&owner);
    if (err >= 0)
        err = take_available(&owner, 0, want, least, first, count);
    if (err != JET_errRecordNotFound)
        return err;
    /* What comes from above goes on to the child as it is. */
    err = space_from_parent(&owner, want, least, &extent);
    if (err >= 0)
        err = own_extent(&owner, &extent);
    if (err < 0)
        return err;
    *first = extent_first(&extent);
    *count = extent.count < want ? extent.count : want;
    extent.count -= *count;
    return extent.count ? space_add_available(&owner, &extent) : JET_errSuccess;
}

/* --------------------------------------------------------- giving back --- */

/* The available extents on both sides, if they touch and are in the same owned one. */
static JET_ERR join_neighbours(struct owner *owner, const struct extent *owned, struct extent *extent)
{
    uint32_t first = extent_first(extent), last = extent->last;
    struct extent left, right;
    JET_ERR err = JET_errSuccess;

    if (first > extent_first(owned))
    {
        err = extent_find(&owner->available, first - 1, &left);
        if (err >= 0 && left.last == first - 1)
        {
            first = extent_first(&left);
            if (first < extent_first(owned))
                return JET_errDatabaseCorrupted;
            err = extent_drop(&owner->available, left.last);
        }
        if (err < 0 && err != JET_errRecordNotFound)
            return err;
    }
    err = last < owned->last ? extent_find(&owner->available, last, &right) : JET_errRecordNotFound;
    if (err >= 0 && extent_first(&right) <= last)
        return JET_errDatabaseCorrupted;
    if (err >= 0 && extent_first(&right) == last + 1)
    {
        *extent = (struct extent){ right.last, right.last - first + 1 };
        return extent_set_count(&owner->available, extent->last, extent->count);
    }
    if (err < 0 && err != JET_errRecordNotFound)
        return err;
    *extent = (struct extent){ last, last - first + 1 };
    return extent_put(&owner->available, extent);
}

JET_ERR space_add_available(struct owner *owner, const struct extent *added)
{
    struct extent owned, extent = *added;
    JET_ERR err = extent_find(&owner->owned, extent.last, &owned);

    if (err < 0)
        return err == JET_errRecordNotFound ? JET_errDatabaseCorrupted : err;
    if (extent_first(&owned) > extent_first(&extent))
        return JET_errDatabaseCorrupted;
    return join_neighbours(owner, &owned, &extent);
}

JET_ERR space_release(struct owner *owner, uint32_t pgno)
{
    struct extent owned, available;
    struct tree parent;
    JET_ERR err;

    if (!owner->header.parent || owner->header.parent == owner->tree.root)
        return JET_errSuccess;
    err = extent_find(&owner->owned, pgno, &owned);
    if (err >= 0)
        err = extent_find(&owner->available, pgno, &available);
    if (err == JET_errRecordNotFound)
        return JET_errSuccess;
    if (err < 0 || owned.last != available.last || owned.count != available.count)
        return err;
    err = tree_at(owner->store, owner->header.parent, &parent);
    if (err >= 0)
        err = extent_drop(&owner->available, available.last);
    if (err >= 0)
        err = extent_drop(&owner->owned, owned.last);
    if (err >= 0)
        err = space_give_extent(owner->store, &parent, extent_first(&owned), owned.count);
    return err;
}

static JET_ERR give_bits(struct owner *owner, uint32_t first, uint32_t count)
{
    uint32_t bit = first - owner->tree.root - 1;

    if (first <= owner->tree.root || first + count > owner->tree.root + owner->header.primary_pages ||
        bit + count > SPACE_BITS)
        return JET_errDatabaseCorrupted;
    for (uint32_t i = 0; i < count; i++)
        owner->header.available |= (uint32_t)1 << (bit + i);
    return owner_set_header(owner);
}

JET_ERR space_give_extent(struct tree_store *store, const struct tree *to, uint32_t first, uint32_t count)
{
    struct extent extent = { first + count - 1, count };
    struct owner owner;
    JET_ERR err = owner_open(store, to->root, &owner);

    if (err < 0)
        return err;
    if (!owner_is_multiple(&owner))
        return give_bits(&owner, first, count);
    err = space_reserve(&owner);
    if (err >= 0)
        err = space_add_available(&owner, &extent);
    if (err >= 0)
        err = space_release(&owner, first);
    return err;
}

void tree_page_give(const struct tree *tree, uint32_t pgno)
{
    struct tree_store *store = tree_store_of(tree);

    if (tree->page_kind & PAGE_SPACE_TREE)
    {
        space_buffer_give(tree, pgno, false);
        return;
    }
    os_rwlock_lock_write(&store->space);
    /* If that fails the page is nobody's until the database is repaired or compacted. */
    (void)space_give_extent(store, tree, pgno, 1);
    os_rwlock_unlock_write(&store->space);
}

bool tree_page_give_possible(const struct tree *tree, uint32_t pgno)
{
    return !(tree->page_kind & PAGE_SPACE_TREE) || space_buffer_give(tree, pgno, true);
}

JET_ERR tree_store_grow(struct tree_store *store, uint32_t pages)
{
    struct extent extent;
    struct owner owner;
    JET_ERR err;

    os_rwlock_lock_write(&store->space);
    err = owner_open(store, 1, &owner);
    if (err >= 0)
        err = space_reserve(&owner);
    if (err >= 0)
        err = space_grow_file(store, pages, &extent);
    if (err >= 0)
        err = extent_put(&owner.owned, &extent);
    if (err >= 0)
        err = space_add_available(&owner, &extent);
    os_rwlock_unlock_write(&store->space);
    return err;
}
