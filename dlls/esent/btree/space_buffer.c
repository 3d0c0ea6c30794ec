/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Split buffers: the pages that a space tree may need to split itself.
 *
 * A change of space inserts a few entries in two trees.  Each of them may split,
 * and the page for that must be at hand, since to look for one is a change of
 * space again.  While a root has room for several entries nothing is set aside,
 * so small trees pay nothing.
 */
#include "btree/space_private.h"

/* Room in a root that is also a leaf for all that one change of space inserts. */
#define ROOM_AT_HAND 160u

/* Reads or, with `write`, replaces the split buffer of a space tree. */
static JET_ERR buffer_access(const struct tree *space, struct page_split_buffer *buffer, bool write)
{
    struct tree_change change = { .kind = TREE_CHANGE_EXTERNAL, .tree = space };
    enum cache_latch_mode mode = write ? CACHE_EXCLUSIVE : CACHE_SHARED;
    uint8_t bytes[PAGE_SPLIT_BUFFER_SIZE + 256];
    struct page_line line = { NULL, 0, 0 };
    struct page_view view;
    JET_ERR err = cache_latch(space->file, space->root, mode, &change.page);

    if (err < 0)
        return tree_read_error(err);
    if (!page_view(&view, change.page->data, change.page->page_size) || !page_tag(&view, 0, &line) ||
        (view.flags & (PAGE_ROOT | PAGE_SPACE_TREE)) != (PAGE_ROOT | PAGE_SPACE_TREE) || line.size > sizeof(bytes))
        err = JET_errDatabaseCorrupted;
    else if (!write)
    {
        memset(buffer, 0, sizeof(*buffer));
        page_split_buffer(&view, buffer);
    }
    else
    {
        uint32_t size = line.size < sizeof(*buffer) ? sizeof(*buffer) : line.size;

        memcpy(bytes, line.data, line.size);
        memcpy(bytes, buffer, sizeof(*buffer));
        change.data = bytes;
        change.data_size = size;
        err = size - line.size > page_free_bytes(change.page->data) ? JET_errSPAvailExtCorrupted : tree_apply(&change);
    }
    cache_unlatch(change.page, mode);
    return err;
}

JET_ERR space_buffer_take(const struct tree *tree, uint32_t *pgno)
{
    struct page_split_buffer buffer;
    JET_ERR err = buffer_access(tree, &buffer, false);

    if (err < 0)
        return err;
    for (uint32_t i = 0; i < 2; i++)
    {
        if (!buffer.run[i].count)
            continue;
        *pgno = buffer.run[i].last - buffer.run[i].count + 1;
        if (!--buffer.run[i].count)
            buffer.run[i].last = 0;
        return buffer_access(tree, &buffer, true);
    }
    return JET_errSPAvailExtCorrupted;
}

bool space_buffer_give(const struct tree *tree, uint32_t pgno, bool only_ask)
{
    struct page_split_buffer buffer;

    if (buffer_access(tree, &buffer, false) < 0)
        return false;
    for (uint32_t i = 0; i < 2; i++)
    {
        uint32_t last = buffer.run[i].last, count = buffer.run[i].count;

        if (count && last + 1 != pgno && pgno + count != last)
            continue;
        if (only_ask)
            return true;
        if (!count || last + 1 == pgno)
            buffer.run[i].last = pgno;
        buffer.run[i].count++;
        return buffer_access(tree, &buffer, true) >= 0;
    }
    return false;
}

/* How many pages a split of all levels of a space tree would take, and one more. */
static JET_ERR pages_needed(const struct tree *space, uint32_t *need)
{
    struct cache_page *page;
    uint32_t flags;
    JET_ERR err = cache_latch(space->file, space->root, CACHE_SHARED, &page);

    if (err < 0)
        return tree_read_error(err);
    flags = page_flags(page->data);
    if (!(flags & PAGE_LEAF))
        *need = flags & PAGE_PARENT_OF_LEAF ? 4 : 6;
    else
        *need = page_room(page->data) >= ROOM_AT_HAND ? 0 : 3;
    cache_unlatch(page, CACHE_SHARED);
    return JET_errSuccess;
}

/* Puts a run into the buffer; *rest is what was there before and has no place now. */
static JET_ERR buffer_fill(const struct tree *space, const struct extent *run, struct extent *rest)
{
    struct page_split_buffer buffer;
    uint32_t i;
    JET_ERR err = buffer_access(space, &buffer, false);

    if (err < 0)
        return err;
    i = buffer.run[0].count <= buffer.run[1].count ? 0 : 1;
    for (uint32_t j = 0; j < 2; j++)
        if (buffer.run[j].count && buffer.run[j].last > space_last_to_give(tree_store_of(space)))
            i = j;
    *rest = (struct extent){ buffer.run[i].last, buffer.run[i].count };
    buffer.run[i].last = run->last;
    buffer.run[i].count = run->count;
    return buffer_access(space, &buffer, true);
}

/* Pages for a split buffer from what is available, which inserts nothing, or from the parent. */
static JET_ERR refill(struct owner *owner, const struct tree *space, uint32_t want, uint32_t need)
{
    struct extent extent, run, rest;
    bool fresh = false;
    JET_ERR err = extent_find_large(&owner->available, 0, need, &extent);

    if (err >= 0)
    {
        run.count = extent.count < want ? extent.count : want;
        run.last = extent_first(&extent) + run.count - 1;
        err = extent_cut(owner, &extent, run.count);
    }
    else if (err == JET_errRecordNotFound)
    {
        fresh = true;
        err = space_from_parent(owner, want, need, &extent);
        run.count = extent.count < want ? extent.count : want;
        run.last = extent_first(&extent) + run.count - 1;
    }
    if (err >= 0)
        err = buffer_fill(space, &run, &rest);
    if (err < 0)
        return err;
    if (fresh)
    {
        err = extent_put(&owner->owned, &extent);
        extent.count -= run.count;
        if (err >= 0 && extent.count)
            err = space_add_available(owner, &extent);
    }
    if (err >= 0 && rest.count)
        err = space_add_available(owner, &rest);
    return err;
}

static JET_ERR reserve_for(struct owner *owner, const struct tree *space)
{
    struct page_split_buffer buffer;
    uint32_t need;
    JET_ERR err = pages_needed(space, &need);

    if (err < 0 || !need)
        return err;
    err = buffer_access(space, &buffer, false);
    if (err < 0 || buffer.run[0].count + buffer.run[1].count >= need)
        return err;
    return refill(owner, space, need * 2, need);
}

JET_ERR space_reserve(struct owner *owner)
{
    JET_ERR err = reserve_for(owner, &owner->owned);

    return err < 0 ? err : reserve_for(owner, &owner->available);
}

/* ------------------------------------------------------------- shrinking --- */

static uint32_t count_high(const struct tree *space, const struct page_split_buffer *buffer)
{
    for (uint32_t i = 0; i < 2; i++)
        if (buffer->run[i].count && buffer->run[i].last > space_last_to_give(tree_store_of(space)))
            return buffer->run[i].count;
    return 0;
}

static JET_ERR lower(struct owner *owner, const struct tree *space, bool *any)
{
    struct page_split_buffer buffer;
    JET_ERR err;

    for (uint32_t run = 0; run < 2; run++)
    {
        uint32_t count;

        err = buffer_access(space, &buffer, false);
        count = err < 0 ? 0 : count_high(space, &buffer);
        if (!count)
            return err;
        *any = true;
        err = refill(owner, space, count, count);
        if (err < 0)
            return err;
    }
    return JET_errSuccess;
}

JET_ERR space_buffers_lower(struct owner *owner, bool *any)
{
    JET_ERR err = lower(owner, &owner->owned, any);

    return err < 0 ? err : lower(owner, &owner->available, any);
}

JET_ERR space_buffers_have(const struct owner *owner, uint32_t pgno, bool *have)
{
    const struct tree *trees[2] = { &owner->owned, &owner->available };

    *have = false;
    for (uint32_t i = 0; i < 2 && !*have; i++)
    {
        struct page_split_buffer buffer;
        JET_ERR err = buffer_access(trees[i], &buffer, false);

        if (err < 0)
            return err;
        for (uint32_t run = 0; run < 2; run++)
            if (extent_has(&(struct extent){ buffer.run[run].last, buffer.run[run].count }, pgno))
                *have = true;
    }
    return JET_errSuccess;
}
