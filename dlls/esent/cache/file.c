/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files coming to the cache and leaving it, and the end of the cache itself. */
#include "cache/private.h"

void cache_file_init(struct cache_file *file, struct os_file *os, uint32_t page_size, bool read_only)
{
    memset(file, 0, sizeof(*file));
    file->file = os;
    file->page_size = page_size;
    file->id = atomic_fetch_add_explicit(&cache.last_file_id, 1, memory_order_relaxed) + 1;
    file->read_only = read_only;
    os_rwlock_init(&file->gate);
}

/* Lets go of a page of the file, written or not, unless it is being read ahead of an answer nobody waits for: then waits for that. */
static void page_drop(struct cache_shard *shard, struct cache_page *page, uint32_t file_id)
{
    if (atomic_load_explicit(&page->file_id, memory_order_relaxed) != file_id)
        return;
    while (!os_rwlock_try_lock_write(&page->latch))
    {
        os_mutex_unlock(&shard->mutex);
        os_thread_yield();
        os_mutex_lock(&shard->mutex);
        if (atomic_load_explicit(&page->file_id, memory_order_relaxed) != file_id)
            return;
    }
    if (atomic_exchange_explicit(&page->dirty, false, memory_order_relaxed))
        atomic_fetch_sub_explicit(&page->file->dirty, 1, memory_order_relaxed);
    cache_version_open(page);
    cache_table_remove(shard, page, cache_hash(file_id, atomic_load_explicit(&page->pgno, memory_order_relaxed)));
    cache_queue_leave(shard, page);
    cache_frame_give(shard, page);
}

static bool is_behind(const struct cache_page *page, uint32_t file_id, uint32_t first)
{
    return atomic_load_explicit(&page->file_id, memory_order_relaxed) == file_id &&
           atomic_load_explicit(&page->pgno, memory_order_relaxed) >= first;
}

void cache_file_forget(struct cache_file *file, uint32_t first)
{
    for (unsigned i = 0; i < CACHE_SHARDS; i++)
    {
        struct cache_shard *shard = &cache.shard[i];

        os_mutex_lock(&shard->mutex);
        for (struct cache_chunk *chunk = shard->chunks; chunk; chunk = chunk->next)
        {
            for (uint32_t j = 0; j < chunk->frames; j++)
            {
                struct cache_page *page = &chunk->frame[j];

                /* A copy on its way to the disk has to arrive before the page is no more. */
                while (is_behind(page, file->id, first) && atomic_load_explicit(&page->writing, memory_order_acquire))
                {
                    os_mutex_unlock(&shard->mutex);
                    os_thread_yield();
                    os_mutex_lock(&shard->mutex);
                }
                if (is_behind(page, file->id, first))
                    page_drop(shard, page, file->id);
            }
        }
        os_mutex_unlock(&shard->mutex);
    }
}

void cache_file_purge(struct cache_file *file)
{
    for (unsigned i = 0; i < CACHE_SHARDS; i++)
    {
        struct cache_shard *shard = &cache.shard[i];

        os_mutex_lock(&shard->mutex);
        for (struct cache_chunk *chunk = shard->chunks; chunk; chunk = chunk->next)
            for (uint32_t j = 0; j < chunk->frames; j++)
                page_drop(shard, &chunk->frame[j], file->id);
        os_mutex_unlock(&shard->mutex);
    }
}

void cache_destroy(void)
{
    for (unsigned i = 0; i < CACHE_SHARDS; i++)
    {
        struct cache_shard *shard = &cache.shard[i];
        struct cache_table *table = atomic_load(&shard->table);

        for (struct cache_chunk *chunk = shard->chunks, *next; chunk; chunk = next)
        {
            next = chunk->next;
            os_page_free(chunk->memory, CACHE_CHUNK_BYTES);
            os_free(chunk);
        }
        while (table)
        {
            struct cache_table *outgrown = table->outgrown;
            os_free(table);
            table = outgrown;
        }
        os_free(shard->ghosts);
        memset(shard, 0, sizeof(*shard));
    }
}
