/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding, latching and reading pages. */
#include "cache/private.h"

#define FIRST_TABLE_SIZE 256
/* A chain is followed this far without the mutex: a reader may be led astray by a frame that moved. */
#define CHAIN_LIMIT 64
/* Dirty pages written to make room before the limit is exceeded instead: they
 * may all be latched by the one who asks. */
#define ROOM_TRIES    16
#define DEFAULT_LIMIT (64ull << 20)

struct cache cache = { .shard_limit = DEFAULT_LIMIT / CACHE_SHARDS };

void cache_set_size(uint64_t min_bytes, uint64_t max_bytes)
{
    uint64_t limit = (max_bytes > min_bytes ? max_bytes : min_bytes) / CACHE_SHARDS;

    /* A tree's descent and a few cursors must always fit in each shard. */
    if (limit < 8 * 32768)
        limit = 8 * 32768;
    atomic_store_explicit(&cache.shard_limit, limit, memory_order_relaxed);
}

uint64_t cache_size(void)
{
    uint64_t bytes = 0;

    for (unsigned i = 0; i < CACHE_SHARDS; i++)
    {
        os_mutex_lock(&cache.shard[i].mutex);
        bytes += cache.shard[i].bytes;
        os_mutex_unlock(&cache.shard[i].mutex);
    }
    return bytes;
}

/* ------------------------------------------------------------ hash table --- */

static _Atomic(struct cache_page *) *bucket_of(struct cache_table *table, uint32_t hash)
{
    /* The high bits chose the shard. */
    return &table->bucket[hash & table->mask];
}

static bool table_grow(struct cache_shard *shard)
{
    struct cache_table *old = atomic_load_explicit(&shard->table, memory_order_relaxed);
    uint32_t size = old ? (old->mask + 1) * 2 : FIRST_TABLE_SIZE;
    struct cache_table *table = os_alloc_zero(sizeof(*table) + size * sizeof(table->bucket[0]));

    if (!table)
        return old != NULL; /* chains get longer, no more */
    table->mask = size - 1;
    table->outgrown = old;
    for (uint32_t i = 0; old && i <= old->mask; i++)
    {
        struct cache_page *page = atomic_load_explicit(&old->bucket[i], memory_order_relaxed), *next;
        for (; page; page = next)
        {
            uint32_t hash = cache_hash(atomic_load_explicit(&page->file_id, memory_order_relaxed),
                                       atomic_load_explicit(&page->pgno, memory_order_relaxed));
            _Atomic(struct cache_page *) *bucket = bucket_of(table, hash);
            next = atomic_load_explicit(&page->hash_next, memory_order_relaxed);
            atomic_store_explicit(&page->hash_next, atomic_load_explicit(bucket, memory_order_relaxed),
                                  memory_order_release);
            atomic_store_explicit(bucket, page, memory_order_relaxed);
        }
    }
    atomic_store_explicit(&shard->table, table, memory_order_release);
    return true;
}

bool cache_table_insert(struct cache_shard *shard, struct cache_page *page, uint32_t hash)
{
    struct cache_table *table = atomic_load_explicit(&shard->table, memory_order_relaxed);
    _Atomic(struct cache_page *) *bucket;

    /* half full at most: each frame that is passed in a chain may be a miss of the processor's cache */
    if (!table || shard->pages > table->mask / 2)
    {
        if (!table_grow(shard))
            return false;
        table = atomic_load_explicit(&shard->table, memory_order_relaxed);
    }
    bucket = bucket_of(table, hash);
    atomic_store_explicit(&page->hash_next, atomic_load_explicit(bucket, memory_order_relaxed), memory_order_relaxed);
    atomic_store_explicit(bucket, page, memory_order_release);
    return true;
}

void cache_table_remove(struct cache_shard *shard, struct cache_page *page, uint32_t hash)
{
    struct cache_table *table = atomic_load_explicit(&shard->table, memory_order_relaxed);
    _Atomic(struct cache_page *) *link = bucket_of(table, hash);

    for (;;)
    {
        struct cache_page *at = atomic_load_explicit(link, memory_order_relaxed);
        if (!at)
            return;
        if (at == page)
            break;
        link = &at->hash_next;
    }
    atomic_store_explicit(link, atomic_load_explicit(&page->hash_next, memory_order_relaxed), memory_order_release);
}

/* Where the page seems to be; NULL may be wrong unless the shard's mutex is held. */
static struct cache_page *table_find(struct cache_shard *shard, uint32_t hash, uint32_t file_id, uint32_t pgno)
{
    struct cache_table *table = atomic_load_explicit(&shard->table, memory_order_acquire);
    struct cache_page *page;

    if (!table)
        return NULL;
    page = atomic_load_explicit(bucket_of(table, hash), memory_order_acquire);
    for (int steps = 0; page && steps < CHAIN_LIMIT; steps++)
    {
        if (cache_page_is(page, file_id, pgno))
            return page;
        page = atomic_load_explicit(&page->hash_next, memory_order_acquire);
    }
    return NULL;
}

/* With the mutex, so that NULL is the truth. */
static struct cache_page *table_find_locked(struct cache_shard *shard, uint32_t hash, uint32_t file_id, uint32_t pgno)
{
    struct cache_table *table = atomic_load_explicit(&shard->table, memory_order_relaxed);
    struct cache_page *page = table ? atomic_load_explicit(bucket_of(table, hash), memory_order_relaxed) : NULL;

    while (page && !cache_page_is(page, file_id, pgno))
        page = atomic_load_explicit(&page->hash_next, memory_order_relaxed);
    return page;
}

/* --------------------------------------------------------------- latches --- */

static void latch(struct cache_page *page, enum cache_latch_mode mode)
{
    if (mode == CACHE_SHARED)
        os_rwlock_lock_read(&page->latch);
    else
        os_rwlock_lock_write(&page->latch);
}

static bool try_latch(struct cache_page *page, enum cache_latch_mode mode)
{
    return mode == CACHE_SHARED ? os_rwlock_try_lock_read(&page->latch) : os_rwlock_try_lock_write(&page->latch);
}

void cache_unlatch(struct cache_page *page, enum cache_latch_mode mode)
{
    if (mode == CACHE_SHARED)
    {
        os_rwlock_unlock_read(&page->latch);
        return;
    }
    if (atomic_load_explicit(&page->version, memory_order_relaxed) & 1)
        cache_version_close(page);
    os_rwlock_unlock_write(&page->latch);
}

static void asked_for(struct cache_page *page)
{
    uint8_t frequency = atomic_load_explicit(&page->frequency, memory_order_relaxed);

    if (frequency < 3)
        atomic_store_explicit(&page->frequency, frequency + 1, memory_order_relaxed);
}

/* --------------------------------------------------------------- reading --- */

static JET_ERR page_read(struct cache_file *file, uint32_t pgno, uint8_t *data)
{
    struct os_work *work = os_work();
    uint64_t start = os_clock_us();
    JET_ERR err = os_file_read_at(file->file, cache_page_offset(file, pgno), data, file->page_size);

    work->pages_read++;
    work->misses++;
    work->miss_us += os_clock_us() - start;
    atomic_fetch_add_explicit(&file->reads, 1, memory_order_relaxed);
    return err < 0 || !file->verify ? err : file->verify(file, pgno, data);
}

/* One try of enter(): *dirty is a page that must be written before there is room. */
static JET_ERR try_enter(struct cache_file *file, uint32_t pgno, uint32_t hash, bool exceed, struct cache_page **page,
                         struct cache_page **dirty)
{
    struct cache_shard *shard = cache_shard_of(hash);

    *page = *dirty = NULL;
    if (table_find_locked(shard, hash, file->id, pgno))
        return JET_errSuccess;
    *page = cache_frame_take(shard, file->page_size, exceed, dirty);
    if (!*page)
        return *dirty ? JET_errSuccess : JET_errOutOfMemory;
    atomic_store_explicit(&(*page)->pgno, pgno, memory_order_relaxed);
    atomic_store_explicit(&(*page)->file_id, file->id, memory_order_relaxed);
    (*page)->file = file;
    if (cache_table_insert(shard, *page, hash))
    {
        cache_queue_enter(shard, *page, hash);
        return JET_errSuccess;
    }
    cache_frame_give(shard, *page);
    *page = NULL;
    return JET_errOutOfMemory;
}

/* Takes a frame for a page that is not in memory and enters it, latched
 * exclusively and with an odd version; *page is NULL if it was there after all. */
static JET_ERR enter(struct cache_file *file, uint32_t pgno, uint32_t hash, struct cache_page **page)
{
    struct cache_shard *shard = cache_shard_of(hash);
    struct cache_page *dirty;
    bool written = true;
    JET_ERR err;

    for (int tries = 0;; tries++)
    {
        os_mutex_lock(&shard->mutex);
        err = try_enter(file, pgno, hash, tries >= ROOM_TRIES, page, &dirty);
        os_mutex_unlock(&shard->mutex);
        if (err < 0 || !dirty || *page)
            return err;
        err = cache_page_write(dirty, &written);
        if (err < 0)
            return err;
        if (!written)
            os_thread_yield();
    }
}

/* Takes back what enter() did. */
static void leave(struct cache_page *page, uint32_t hash)
{
    struct cache_shard *shard = cache_shard_of(hash);

    os_mutex_lock(&shard->mutex);
    cache_table_remove(shard, page, hash);
    cache_queue_leave(shard, page);
    cache_frame_give(shard, page);
    os_mutex_unlock(&shard->mutex);
}

/* Brings a page in.  On success it may be in memory; others may have thrown it out again. */
static JET_ERR bring_in(struct cache_file *file, uint32_t pgno, uint32_t hash)
{
    struct cache_page *page;
    JET_ERR err = enter(file, pgno, hash, &page);

    if (err < 0 || !page)
        return err;
    err = page_read(file, pgno, page->data);
    /* A read may fail once; one that finds nothing has not failed. */
    if (err < 0 && err != JET_errOutOfMemory && err != JET_errPageNotInitialized && err != JET_errFileIOBeyondEOF)
        err = page_read(file, pgno, page->data);
    if (os_unlikely(err < 0) && file->bad)
        file->bad(file, pgno, page->data, err);
    if (err < 0)
        leave(page, hash);
    else
        cache_unlatch(page, CACHE_EXCLUSIVE);
    if (os_unlikely(err < 0) && file->failed)
        file->failed(file, pgno, err);
    return err < 0 ? err : JET_errSuccess;
}

JET_ERR cache_latch(struct cache_file *file, uint32_t pgno, enum cache_latch_mode mode, struct cache_page **page)
{
    uint32_t hash = cache_hash(file->id, pgno);
    struct cache_shard *shard = cache_shard_of(hash);
    bool missed = false;

    for (;;)
    {
        struct cache_page *at = table_find(shard, hash, file->id, pgno);
        JET_ERR err;

        if (os_likely(at != NULL))
        {
            latch(at, mode);
            if (os_likely(cache_page_is(at, file->id, pgno)))
            {
                if (os_likely(!missed))
                    asked_for(at);
                *page = at;
                return JET_errSuccess;
            }
            cache_unlatch(at, mode);
            continue;
        }
        missed = true;
        err = bring_in(file, pgno, hash);
        if (err < 0)
            return err;
    }
}

JET_ERR cache_latch_hint(struct cache_file *file, uint32_t pgno, enum cache_latch_mode mode,
                         const struct cache_hint *hint, struct cache_page **page)
{
    struct cache_page *at = hint->page;

    if (at && cache_page_is(at, file->id, pgno))
    {
        latch(at, mode);
        if (os_likely(cache_page_is(at, file->id, pgno)))
        {
            *page = at;
            return JET_errSuccess;
        }
        cache_unlatch(at, mode);
    }
    return cache_latch(file, pgno, mode, page);
}

bool cache_try_latch(struct cache_file *file, uint32_t pgno, enum cache_latch_mode mode, struct cache_page **page)
{
    uint32_t hash = cache_hash(file->id, pgno);
    struct cache_page *at = table_find(cache_shard_of(hash), hash, file->id, pgno);

    if (!at || !try_latch(at, mode))
        return false;
    if (!cache_page_is(at, file->id, pgno))
    {
        cache_unlatch(at, mode);
        return false;
    }
    asked_for(at);
    *page = at;
    return true;
}

bool cache_contains(struct cache_file *file, uint32_t pgno)
{
    uint32_t hash = cache_hash(file->id, pgno);

    return table_find(cache_shard_of(hash), hash, file->id, pgno) != NULL;
}

JET_ERR cache_latch_new(struct cache_file *file, uint32_t pgno, struct cache_page **page)
{
    uint32_t hash = cache_hash(file->id, pgno);

    for (;;)
    {
        JET_ERR err = enter(file, pgno, hash, page);

        if (err < 0)
            return err;
        if (!*page && cache_try_latch(file, pgno, CACHE_EXCLUSIVE, page))
            cache_change(*page);
        if (*page)
            break;
        os_thread_yield();
    }
    memset((*page)->data, 0, (*page)->page_size);
    return JET_errSuccess;
}

/* ------------------------------------------------------ optimistic reads --- */

#ifdef CACHE_COPY_PEEKS
/* For race detectors: a peek is a latched copy, in one of a few buffers of the thread. */
#define PEEKS 4
struct peek
{
    struct cache_page page;
    uint8_t data[32768] __attribute__((aligned(64)));
};

JET_ERR cache_peek(struct cache_file *file, uint32_t pgno, struct cache_page **page, uint32_t *version)
{
    static __thread struct peek peeks[PEEKS];
    static __thread unsigned last;
    struct peek *peek = &peeks[last++ % PEEKS];
    struct cache_page *at;
    JET_ERR err = cache_latch(file, pgno, CACHE_SHARED, &at);

    if (err < 0)
        return err;
    memcpy(peek->data, at->data, at->page_size);
    peek->page.page_size = at->page_size;
    peek->page.data = peek->data;
    peek->page.file = at->file;
    atomic_store(&peek->page.file_id, file->id);
    atomic_store(&peek->page.pgno, pgno);
    cache_unlatch(at, CACHE_SHARED);
    *page = &peek->page;
    *version = 0;
    return JET_errSuccess;
}

bool cache_peek_valid(const struct cache_page *page, uint32_t version)
{
    (void)page;
    return version == 0;
}
#else
JET_ERR cache_peek(struct cache_file *file, uint32_t pgno, struct cache_page **page, uint32_t *version)
{
    uint32_t hash = cache_hash(file->id, pgno);
    struct cache_page *at = table_find(cache_shard_of(hash), hash, file->id, pgno);
    JET_ERR err;

    if (os_likely(at != NULL))
    {
        uint32_t seen;

        seen = atomic_load_explicit(&at->version, memory_order_acquire);
        if (os_likely(!(seen & 1) && cache_page_is(at, file->id, pgno)))
        {
            asked_for(at);
            *page = at;
            *version = seen;
            return JET_errSuccess;
        }
    }
    err = cache_latch(file, pgno, CACHE_SHARED, &at);
    if (err < 0)
        return err;
    *page = at;
    *version = cache_page_version(at);
    cache_unlatch(at, CACHE_SHARED);
    return JET_errSuccess;
}
#endif

void cache_prefetch(struct cache_file *file, uint32_t pgno)
{
    uint32_t hash = cache_hash(file->id, pgno);
    struct cache_page *page = table_find(cache_shard_of(hash), hash, file->id, pgno);

    if (!page)
        return;
    for (uint32_t i = 0; i < 4; i++)
        __builtin_prefetch(page->data + i * 64);
    for (uint32_t i = 1; i <= 2; i++)
        __builtin_prefetch(page->data + page->page_size - i * 64);
}

/* ------------------------------------------------------------ read-ahead --- */

/* Pages read in one call. */
#define RUN_MAX 32

/* Reads pages that were entered, as one run, and lets those go that are bad. */
static void run_read(struct cache_file *file, uint32_t first, struct cache_page **pages, uint32_t count)
{
    struct os_io_part parts[RUN_MAX] = { { NULL, 0 } };
    JET_ERR err;

    if (!count)
        return;
    for (uint32_t i = 0; i < count; i++)
        parts[i] = (struct os_io_part){ pages[i]->data, file->page_size };
    err = os_file_read_parts(file->file, ((uint64_t)first + 1) * file->page_size, parts, count);
    atomic_fetch_add_explicit(&file->reads, count, memory_order_relaxed);
    os_work()->pages_preread += count;
    for (uint32_t i = 0; i < count; i++)
    {
        if (err >= 0 && (!file->verify || file->verify(file, first + i, pages[i]->data) >= 0))
            cache_unlatch(pages[i], CACHE_EXCLUSIVE);
        else
            leave(pages[i], cache_hash(file->id, first + i));
    }
}

void cache_read_ahead(struct cache_file *file, uint32_t first, uint32_t count)
{
    struct cache_page *pages[RUN_MAX];
    uint32_t run = 0, done = 0;
    uint32_t now = count < RUN_MAX ? count : RUN_MAX;

    for (; done < now; done++)
    {
        uint32_t hash = cache_hash(file->id, first + done);
        struct cache_page *page = NULL;

        if (!table_find(cache_shard_of(hash), hash, file->id, first + done) &&
            enter(file, first + done, hash, &page) < 0)
            break;
        if (page)
        {
            pages[run++] = page;
            continue;
        }
        run_read(file, first + done - run, pages, run);
        run = 0;
    }
    run_read(file, first + done - run, pages, run);
    if (count > now)
        os_file_prefetch(file->file, ((uint64_t)first + now + 1) * file->page_size,
                         (uint64_t)(count - now) * file->page_size);
}
