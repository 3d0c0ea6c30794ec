/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the cache share: shards, their tables, frames and queues. */
#ifndef ESENT_CACHE_PRIVATE_H
#define ESENT_CACHE_PRIVATE_H

#include "cache/cache.h"

#define CACHE_SHARDS 16
#define CACHE_SIZE_CLASSES 5            /* 2, 4, 8, 16, 32 KB */
#define CACHE_CHUNK_BYTES (256 * 1024)  /* frames are made this many bytes of pages at a time */

enum cache_queue
{
    CACHE_QUEUE_NONE,
    CACHE_QUEUE_SMALL,
    CACHE_QUEUE_MAIN,
};

struct cache_list
{
    struct cache_page *newest, *oldest;
    uint64_t bytes;
};

/* A hash table of frames.  Replaced when it grows; the old ones are kept, since
 * readers without the mutex may be in them. */
struct cache_table
{
    struct cache_table *outgrown;
    uint32_t mask;
    _Atomic(struct cache_page *) bucket[];
};

struct cache_chunk
{
    struct cache_chunk *next;
    uint8_t *memory;
    uint32_t frames;
    struct cache_page *frame;           /* behind this, where the alignment allows */
};

/* Everything but `table` and the chains is under the mutex. */
struct cache_shard
{
    struct os_mutex mutex;
    _Atomic(struct cache_table *) table;
    uint32_t pages;
    uint64_t bytes;                     /* of frames in use */
    struct cache_list small, main;
    struct cache_page *free[CACHE_SIZE_CLASSES];
    struct cache_chunk *chunks;
    uint64_t *ghosts;                   /* direct-mapped by hash: pages that left the small queue unasked */
    uint32_t ghost_mask;
} __attribute__((aligned(64)));

/* The cache of the process. */
struct cache
{
    struct cache_shard shard[CACHE_SHARDS];
    _Atomic uint64_t shard_limit;       /* bytes a shard may use */
    _Atomic uint32_t last_file_id;
};

extern struct cache cache;

static inline uint32_t cache_hash(uint32_t file_id, uint32_t pgno)
{
    uint64_t h = ((uint64_t)file_id << 32 | pgno) * 0x9e3779b97f4a7c15ull;
    return (uint32_t)(h >> 32);
}

static inline struct cache_shard *cache_shard_of(uint32_t hash)
{
    return &cache.shard[hash >> 28];
}

static inline bool cache_page_is(const struct cache_page *page, uint32_t file_id, uint32_t pgno)
{
    return atomic_load_explicit(&page->pgno, memory_order_relaxed) == pgno &&
           atomic_load_explicit(&page->file_id, memory_order_relaxed) == file_id;
}

/* frame.c */

/* Adds frames without memory for their pages, and does not give them out: cache_frame_put does that, once for
 * each.  NULL when there is no memory.  Shard mutex held. */
struct cache_chunk *cache_chunk_add(struct cache_shard *shard, uint32_t frames);
void cache_frame_put(struct cache_shard *shard, struct cache_page *page, uint32_t page_size, uint8_t *data);

/* A free frame of the shard, latched exclusively, with an odd version; evicts
 * if the shard is full, or exceeds its limit if it must.  NULL when there is no
 * memory, or when *dirty, if not NULL, should be written first to make room.
 * Shard mutex held. */
struct cache_page *cache_frame_take(struct cache_shard *shard, uint32_t page_size, bool exceed,
                                    struct cache_page **dirty);
/* Gives back a frame that is latched exclusively and in no table or queue; unlatches it.  Shard mutex held. */
void cache_frame_give(struct cache_shard *shard, struct cache_page *page);

/* replace.c; shard mutex held in all */

/* Puts a page just taken into the queue where its history says it belongs. */
void cache_queue_enter(struct cache_shard *shard, struct cache_page *page, uint32_t hash);
void cache_queue_leave(struct cache_shard *shard, struct cache_page *page);
/* Takes the clean page that is missed least out of queue and table: latched
 * exclusively, version odd.  NULL: there is none that is not latched; then
 * *dirty (NULL if none) would have been next, but must be written first. */
struct cache_page *cache_evict(struct cache_shard *shard, struct cache_page **dirty);

/* write.c */

/* Writes a page if it is dirty still and nobody is changing or writing it.  No mutex held. */
JET_ERR cache_page_write(struct cache_page *page, bool *written);

/* cache.c; shard mutex held in both */

bool cache_table_insert(struct cache_shard *shard, struct cache_page *page, uint32_t hash);
void cache_table_remove(struct cache_shard *shard, struct cache_page *page, uint32_t hash);

/* Marks a page that is latched exclusively as changing, and as stable again. */
static inline void cache_version_open(struct cache_page *page)
{
    uint32_t version = atomic_load_explicit(&page->version, memory_order_relaxed);
    atomic_store_explicit(&page->version, version | 1, memory_order_relaxed);
#ifndef CACHE_COPY_PEEKS
    atomic_thread_fence(memory_order_release);
#endif
}

static inline void cache_version_close(struct cache_page *page)
{
    uint32_t version = atomic_load_explicit(&page->version, memory_order_relaxed);
    atomic_store_explicit(&page->version, (version | 1) + 1, memory_order_release);
}

#endif
