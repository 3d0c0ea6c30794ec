/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames: the memory that pages live in. */
#include "cache/private.h"

static unsigned size_class(uint32_t page_size)
{
    return (unsigned)__builtin_ctz(page_size) - 11;
}

struct cache_chunk *cache_chunk_add(struct cache_shard *shard, uint32_t frames)
{
    struct cache_chunk *chunk = os_alloc_zero(sizeof(*chunk) + (frames + 1) * sizeof(chunk->frame[0]));
    uintptr_t align = __alignof__(struct cache_page) - 1;

    if (!chunk)
        return NULL;
    chunk->frame = (struct cache_page *)(((uintptr_t)(chunk + 1) + align) & ~align);
    chunk->frames = frames;
    chunk->next = shard->chunks;
    shard->chunks = chunk;
    return chunk;
}

void cache_frame_put(struct cache_shard *shard, struct cache_page *page, uint32_t page_size, uint8_t *data)
{
    struct cache_page **head = &shard->free[size_class(page_size)];

    os_rwlock_init(&page->latch);
    page->shard = (uint8_t)(shard - cache.shard);
    page->page_size = page_size;
    page->data = data;
    page->older = *head;
    *head = page;
}

static bool frames_add(struct cache_shard *shard, uint32_t page_size)
{
    uint8_t *memory = os_page_alloc(CACHE_CHUNK_BYTES);
    struct cache_chunk *chunk = memory ? cache_chunk_add(shard, CACHE_CHUNK_BYTES / page_size) : NULL;

    if (!chunk)
    {
        if (memory)
            os_page_free(memory, CACHE_CHUNK_BYTES);
        return false;
    }
    chunk->memory = memory;
    for (uint32_t i = 0; i < chunk->frames; i++)
        cache_frame_put(shard, &chunk->frame[i], page_size, memory + (size_t)i * page_size);
    return true;
}

struct cache_page *cache_frame_take(struct cache_shard *shard, uint32_t page_size, bool exceed,
                                    struct cache_page **dirty)
{
    struct cache_page **head = &shard->free[size_class(page_size)];
    uint64_t limit = atomic_load_explicit(&cache.shard_limit, memory_order_relaxed);
    struct cache_page *page;

    *dirty = NULL;
    /* Two at a time, so that a cache whose limit was lowered shrinks. */
    for (int i = 0; i < 2 && shard->bytes + page_size > limit; i++)
    {
        page = cache_evict(shard, dirty);
        if (page)
            cache_frame_give(shard, page);
        else if (*dirty && !i && !exceed)
            return NULL;
        else
            break;
    }
    if (!*head && !frames_add(shard, page_size))
    {
        page = cache_evict(shard, dirty);
        if (page)
            cache_frame_give(shard, page);
        if (!page || !*head)
        {
            *dirty = NULL;
            return NULL;
        }
    }
    page = *head;
    /* Someone who followed a stale pointer may hold the latch for a moment; he asks for nothing meanwhile. */
    os_rwlock_lock_write(&page->latch);
    *head = page->older;
    page->older = NULL;
    cache_version_open(page);
    shard->bytes += page_size;
    shard->pages++;
    return page;
}

void cache_frame_give(struct cache_shard *shard, struct cache_page *page)
{
    unsigned class = size_class(page->page_size);

    atomic_store_explicit(&page->file_id, 0, memory_order_relaxed);
    page->file = NULL;
    cache_version_close(page);
    shard->bytes -= page->page_size;
    shard->pages--;
    page->older = shard->free[class];
    shard->free[class] = page;
    os_rwlock_unlock_write(&page->latch);
}
