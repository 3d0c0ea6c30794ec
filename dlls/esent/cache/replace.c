/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which page goes when room is needed: S3-FIFO.
 *
 * Deviations from the paper: queues are measured in bytes, since pages differ
 * in size; the ghost queue is a direct-mapped table of hashes, which forgets by
 * collision instead of by age; a page keeps its count when it moves to the main
 * queue, so that a scan that comes twice, whose pages the ghosts know, does not
 * outlive it; a page that is latched is treated as asked for.
 */
#include "cache/private.h"

/* The small queue's share of the cache. */
#define SMALL_SHARE 10
/* Dirty pages passed over in search of a clean one. */
#define DIRTY_PASSED 8

static struct cache_list *list_of(struct cache_shard *shard, enum cache_queue queue)
{
    return queue == CACHE_QUEUE_MAIN ? &shard->main : &shard->small;
}

static void list_push(struct cache_shard *shard, struct cache_page *page, enum cache_queue queue)
{
    struct cache_list *list = list_of(shard, queue);

    page->queue = (uint8_t)queue;
    page->newer = NULL;
    page->older = list->newest;
    if (list->newest)
        list->newest->newer = page;
    else
        list->oldest = page;
    list->newest = page;
    list->bytes += page->page_size;
}

void cache_queue_leave(struct cache_shard *shard, struct cache_page *page)
{
    struct cache_list *list = list_of(shard, page->queue);

    if (page->newer)
        page->newer->older = page->older;
    else
        list->newest = page->older;
    if (page->older)
        page->older->newer = page->newer;
    else
        list->oldest = page->newer;
    list->bytes -= page->page_size;
    page->queue = CACHE_QUEUE_NONE;
    page->newer = page->older = NULL;
}

/* As many ghosts as the shard has pages, to within a factor of two. */
static void ghosts_resize(struct cache_shard *shard)
{
    uint32_t count = 64;
    uint64_t *ghosts;

    while (count < shard->pages)
        count *= 2;
    if (shard->ghosts && count - 1 <= shard->ghost_mask)
        return;
    ghosts = os_alloc_array(count, sizeof(*ghosts));
    if (!ghosts)
        return;
    os_free(shard->ghosts);
    shard->ghosts = ghosts;
    shard->ghost_mask = count - 1;
}

static uint64_t ghost_name(const struct cache_page *page)
{
    return (uint64_t)atomic_load_explicit(&page->file_id, memory_order_relaxed) << 32 |
           atomic_load_explicit(&page->pgno, memory_order_relaxed);
}

void cache_queue_enter(struct cache_shard *shard, struct cache_page *page, uint32_t hash)
{
    uint64_t *ghost = shard->ghosts ? &shard->ghosts[hash & shard->ghost_mask] : NULL;
    bool known = ghost && *ghost == ghost_name(page);

    if (known)
        *ghost = 0;
    atomic_store_explicit(&page->frequency, 0, memory_order_relaxed);
    list_push(shard, page, known ? CACHE_QUEUE_MAIN : CACHE_QUEUE_SMALL);
}

/* Takes the latch of a page that is to go, if nobody has it. */
static bool claim(struct cache_shard *shard, struct cache_page *page, enum cache_queue from)
{
    uint32_t hash = cache_hash(atomic_load_explicit(&page->file_id, memory_order_relaxed),
                               atomic_load_explicit(&page->pgno, memory_order_relaxed));

    if (!os_rwlock_try_lock_write(&page->latch))
        return false;
    if (atomic_load_explicit(&page->dirty, memory_order_relaxed) ||
        atomic_load_explicit(&page->writing, memory_order_acquire))
    {
        os_rwlock_unlock_write(&page->latch);
        return false;
    }
    cache_version_open(page);
    cache_table_remove(shard, page, hash);
    if (from == CACHE_QUEUE_SMALL)
    {
        ghosts_resize(shard);
        if (shard->ghosts)
            shard->ghosts[hash & shard->ghost_mask] = ghost_name(page);
    }
    return true;
}

struct cache_page *cache_evict(struct cache_shard *shard, struct cache_page **dirty)
{
    unsigned passed = 0;

    *dirty = NULL;
    /* Each page is passed at most once a step of its frequency, and once more if it is latched. */
    for (uint32_t budget = 5 * shard->pages + 1; budget; budget--)
    {
        bool small = shard->small.oldest && (!shard->main.oldest || shard->small.bytes * SMALL_SHARE > shard->bytes);
        struct cache_page *page = small ? shard->small.oldest : shard->main.oldest;
        uint8_t frequency;

        if (!page)
            return NULL;
        frequency = atomic_load_explicit(&page->frequency, memory_order_relaxed);
        cache_queue_leave(shard, page);
        if (small && frequency)
            list_push(shard, page, CACHE_QUEUE_MAIN);
        else if (frequency)
        {
            atomic_store_explicit(&page->frequency, frequency - 1, memory_order_relaxed);
            list_push(shard, page, CACHE_QUEUE_MAIN);
        }
        else if (atomic_load_explicit(&page->dirty, memory_order_relaxed))
        {
            /* It would go; it gets another round for its writer to come by. */
            list_push(shard, page, CACHE_QUEUE_MAIN);
            if (!*dirty)
                *dirty = page;
            if (++passed > DIRTY_PASSED)
                return NULL;
        }
        else if (claim(shard, page, small ? CACHE_QUEUE_SMALL : CACHE_QUEUE_MAIN))
            return page;
        else
            list_push(shard, page, CACHE_QUEUE_MAIN);
    }
    return NULL;
}
