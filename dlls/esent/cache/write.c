/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changed pages and their way to the disk. */
#include <stdlib.h>

#include "cache/private.h"

/* Pages written in one call to the platform. */
#define RUN_MAX 32

void cache_change(struct cache_page *page)
{
    cache_version_open(page);
}

void cache_dirty_since(struct cache_page *page, uint64_t lgpos, uint64_t first)
{
    if (atomic_exchange_explicit(&page->dirty, true, memory_order_relaxed))
    {
        if (lgpos > page->lgpos)
            page->lgpos = lgpos;
        if (first < atomic_load_explicit(&page->lgpos_first, memory_order_relaxed))
            atomic_store_explicit(&page->lgpos_first, first, memory_order_relaxed);
        os_work()->pages_redirtied++;
        return;
    }
    os_work()->pages_dirtied++;
    page->lgpos = lgpos;
    /* A copy on its way has not arrived: what it has counts until the next one has. */
    if (!atomic_load_explicit(&page->writing, memory_order_acquire) ||
        first < atomic_load_explicit(&page->lgpos_first, memory_order_relaxed))
        atomic_store_explicit(&page->lgpos_first, first, memory_order_relaxed);
    atomic_fetch_add_explicit(&page->file->dirty, 1, memory_order_relaxed);
}

void cache_dirty(struct cache_page *page, uint64_t lgpos)
{
    cache_dirty_since(page, lgpos, lgpos);
}

/*
 * Takes a copy of a page for writing, if the frame, which is latched shared,
 * still holds that page and it is dirty.  From then on it counts as clean: a
 * change made while the copy is on its way makes it dirty again, and `writing`
 * keeps it in memory and other writers away until the copy has arrived.
 */
static bool page_copy(struct cache_page *page, uint32_t file_id, uint32_t pgno, uint64_t *lgpos, uint8_t *copy)
{
    bool taken = false;

    if (cache_page_is(page, file_id, pgno) && atomic_load_explicit(&page->dirty, memory_order_relaxed) &&
        !atomic_exchange_explicit(&page->writing, true, memory_order_acquire))
    {
        atomic_store_explicit(&page->dirty, false, memory_order_relaxed);
        atomic_fetch_sub_explicit(&page->file->dirty, 1, memory_order_relaxed);
        *lgpos = page->lgpos;
        memcpy(copy, page->data, page->page_size);
        taken = true;
    }
    return taken;
}

/* The copy has arrived, or not: then the page is dirty again.  No latch is
 * taken, since whoever makes room may have this page latched himself. */
static void page_written(struct cache_page *page, struct cache_file *file, uint64_t lgpos_first, JET_ERR err)
{
    if (err < 0)
    {
        atomic_store_explicit(&page->lgpos_first, lgpos_first, memory_order_relaxed);
        if (!atomic_exchange_explicit(&page->dirty, true, memory_order_relaxed))
            atomic_fetch_add_explicit(&file->dirty, 1, memory_order_relaxed);
    }
    atomic_store_explicit(&page->writing, false, memory_order_release);
}

/* A run of pages that follow each other in the file. */
struct run
{
    struct cache_file *file;
    uint32_t first, count;
    uint64_t lgpos;
    struct cache_page *page[RUN_MAX];
    uint64_t lgpos_first[RUN_MAX];
    const uint8_t *copies; /* of the pages, one after the other */
};

static JET_ERR run_write(struct run *run)
{
    struct cache_file *file = run->file;
    JET_ERR err = JET_errSuccess;

    if (!run->count)
        return JET_errSuccess;
    if (file->flush_log)
        err = file->flush_log(file, run->lgpos);
    if (err >= 0)
    {
        os_rwlock_lock_read(&file->gate);
        err = os_file_write_at(file->file, cache_page_offset(file, run->first), run->copies,
                               (size_t)run->count * file->page_size);
        os_rwlock_unlock_read(&file->gate);
    }
    if (err >= 0)
        atomic_fetch_add_explicit(&file->writes, run->count, memory_order_relaxed);
    for (uint32_t i = 0; i < run->count; i++)
        page_written(run->page[i], file, run->lgpos_first[i], err);
    run->count = 0;
    run->lgpos = 0;
    return err < 0 ? err : JET_errSuccess;
}

/* Adds a page, latched shared, to the run, after writing what it does not follow. */
static JET_ERR run_add(struct run *run, struct cache_page *page, uint32_t file_id, uint32_t pgno, uint8_t *copies)
{
    uint64_t lgpos = 0, lgpos_first = atomic_load_explicit(&page->lgpos_first, memory_order_relaxed), also = 0;
    JET_ERR err = JET_errSuccess;
    uint8_t *copy;

    if (page->file && page->file->leaving && cache_page_is(page, file_id, pgno) &&
        atomic_load_explicit(&page->dirty, memory_order_relaxed))
        err = page->file->leaving(page->file, page, &also);
    if (err != JET_errSuccess)
        return err < 0 ? err : JET_errSuccess;
    if (run->count == RUN_MAX || (run->count && pgno != run->first + run->count))
        err = run_write(run);
    copy = copies + (size_t)run->count * page->page_size;
    if (!page_copy(page, file_id, pgno, &lgpos, copy))
        return err;
    run->file = page->file;
    if (run->file->seal)
        run->file->seal(run->file, pgno, copy);
    if (!run->count)
        run->first = pgno;
    run->page[run->count] = page;
    run->lgpos_first[run->count] = lgpos_first;
    run->copies = copies;
    run->count++;
    if (lgpos > run->lgpos)
        run->lgpos = lgpos;
    if (also > run->lgpos)
        run->lgpos = also;
    return err;
}

JET_ERR cache_page_write(struct cache_page *page, bool *written)
{
    struct run run = { .count = 0 };
    uint8_t *copy;
    JET_ERR err;

    *written = false;
    if (!os_rwlock_try_lock_read(&page->latch))
        return JET_errSuccess;
    copy = os_alloc(page->page_size);
    err = copy ? run_add(&run, page, atomic_load_explicit(&page->file_id, memory_order_relaxed),
                         atomic_load_explicit(&page->pgno, memory_order_relaxed), copy)
               : JET_errOutOfMemory;
    os_rwlock_unlock_read(&page->latch);
    *written = run.count != 0;
    if (err >= 0)
        err = run_write(&run);
    os_free(copy);
    return err;
}

/* ------------------------------------------------------- a file's pages --- */

struct dirty_page
{
    uint32_t pgno;
    struct cache_page *page;
};

static int by_pgno(const void *a, const void *b)
{
    const struct dirty_page *x = a, *y = b;

    return x->pgno < y->pgno ? -1 : x->pgno > y->pgno;
}

/* Calls visit for each frame that seems to hold a dirty page of the file, with its shard's mutex held. */
static void each_dirty(struct cache_file *file, void (*visit)(void *context, struct cache_page *page), void *context)
{
    for (unsigned i = 0; i < CACHE_SHARDS; i++)
    {
        struct cache_shard *shard = &cache.shard[i];

        os_mutex_lock(&shard->mutex);
        for (struct cache_chunk *chunk = shard->chunks; chunk; chunk = chunk->next)
            for (uint32_t j = 0; j < chunk->frames; j++)
                if (atomic_load_explicit(&chunk->frame[j].file_id, memory_order_relaxed) == file->id &&
                    (atomic_load_explicit(&chunk->frame[j].dirty, memory_order_relaxed) ||
                     atomic_load_explicit(&chunk->frame[j].writing, memory_order_relaxed)))
                    visit(context, &chunk->frame[j]);
        os_mutex_unlock(&shard->mutex);
    }
}

struct collect
{
    struct dirty_page *list;
    uint32_t count, capacity;
    uint64_t before;
};

static void collect(void *context, struct cache_page *page)
{
    struct collect *c = context;

    if (c->count < c->capacity && atomic_load_explicit(&page->lgpos_first, memory_order_relaxed) < c->before)
        c->list[c->count++] = (struct dirty_page){ atomic_load_explicit(&page->pgno, memory_order_relaxed), page };
}

JET_ERR cache_write(struct cache_file *file, uint64_t before)
{
    /* Some may become dirty meanwhile; they have time. */
    struct collect c = { .capacity = atomic_load(&file->dirty) + 64, .before = before };
    struct run run = { .count = 0 };
    uint8_t *copies;
    JET_ERR err = JET_errSuccess, now;

    c.list = os_alloc((size_t)c.capacity * sizeof(*c.list));
    copies = os_alloc((size_t)RUN_MAX * file->page_size);
    if (!c.list || !copies)
        err = JET_errOutOfMemory;
    else
    {
        each_dirty(file, collect, &c);
        qsort(c.list, c.count, sizeof(*c.list), by_pgno);
        for (uint32_t i = 0; i < c.count; i++)
        {
            os_rwlock_lock_read(&c.list[i].page->latch);
            now = run_add(&run, c.list[i].page, file->id, c.list[i].pgno, copies);
            os_rwlock_unlock_read(&c.list[i].page->latch);
            err = err < 0 ? err : now;
        }
        now = run_write(&run);
        err = err < 0 ? err : now;
        /* Who was on his way to the disk already must have arrived, too. */
        for (uint32_t i = 0; i < c.count; i++)
            while (atomic_load_explicit(&c.list[i].page->writing, memory_order_acquire))
                os_thread_yield();
    }
    os_free(copies);
    os_free(c.list);
    return err;
}

static void oldest(void *context, struct cache_page *page)
{
    uint64_t first = atomic_load_explicit(&page->lgpos_first, memory_order_relaxed), *least = context;

    if (first < *least)
        *least = first;
}

uint64_t cache_oldest_change(struct cache_file *file)
{
    uint64_t least = UINT64_MAX;

    each_dirty(file, oldest, &least);
    return least;
}

/* ------------------------------------------------------------------ freezing --- */

void cache_freeze(struct cache_file *file)
{
    os_rwlock_lock_write(&file->gate);
}

void cache_thaw(struct cache_file *file)
{
    os_rwlock_unlock_write(&file->gate);
}

JET_ERR cache_file_set_size(struct cache_file *file, uint64_t size)
{
    JET_ERR err;

    os_rwlock_lock_read(&file->gate);
    err = os_file_set_size(file->file, size);
    os_rwlock_unlock_read(&file->gate);
    return err;
}

JET_ERR cache_file_trim(struct cache_file *file, uint64_t offset, uint64_t size)
{
    JET_ERR err;

    os_rwlock_lock_read(&file->gate);
    err = os_file_trim(file->file, offset, size);
    os_rwlock_unlock_read(&file->gate);
    return err;
}
