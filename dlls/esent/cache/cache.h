/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cache: pages of database files in memory.
 *
 * One cache serves every instance of the process.  It is cut into shards by a
 * hash of (file, page number); a shard has its own mutex, hash table, frames
 * and queues, so threads meet only where they want the same shard at the same
 * moment and one of them misses.  A hit takes no mutex at all: the chain of
 * the hash table is read without it, the frame is latched, and only then is
 * its identity checked.  Frames are never given back while the process lives,
 * so a stale pointer to one is always safe to latch and test.
 *
 * A page is read under one of two disciplines:
 *
 *  - latched: cache_latch() with CACHE_SHARED or CACHE_EXCLUSIVE, then
 *    cache_unlatch().  While latched, the page neither moves nor changes.
 *  - optimistic: cache_peek() gives a frame and its version without writing to
 *    shared memory; the reader copies what it needs and asks
 *    cache_peek_valid().  What was read in between may be garbage, so it must
 *    be decoded with bounds checks, and used only after the answer is true.
 *    Meant for inner pages of trees, which every descent touches.
 *
 * Replacement is S3-FIFO (Yang et al., SOSP 2023): a page enters a small
 * queue; only if it is asked for again while there does it reach the main
 * queue; a page that left the small queue unasked is remembered by number for
 * a while, and goes straight to the main queue if it comes back.  A scan
 * therefore passes through the small queue and leaves the working set alone.
 * A hit costs at most a store of two bits.
 *
 * A page is changed under an exclusive latch, between cache_change() and the
 * unlatch, and marked by cache_dirty() with the log position of the change.  It
 * is written when its place is needed, when the file is flushed, or when
 * someone asks for old changes to be written (the checkpoint): always from a
 * copy, sealed with its checksum, after the log is durable up to the position.
 *
 * A file can be frozen, for a snapshot of the disk: then writes to it wait at its
 * `gate`.  Whoever passes it waits for nothing but the disk.
 *
 * Lock order: page latches (top-down, left to right in a tree) before a shard
 * mutex; no page latch is waited for with a shard mutex held; no I/O is done
 * with a shard mutex held.
 */
#ifndef ESENT_CACHE_H
#define ESENT_CACHE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esent.h"
#include "os/os.h"

enum cache_latch_mode
{
    CACHE_SHARED,
    CACHE_EXCLUSIVE,
};

/* Race detectors know nothing of optimistic reads: for them a peek is a latched copy. */
#if defined(__SANITIZE_THREAD__)
#define CACHE_COPY_PEEKS
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CACHE_COPY_PEEKS
#endif
#endif

struct cache_page;

/* A database file as the cache sees it.  Owned by whoever opened it; every
 * page of it must be gone (cache_file_purge) before it is freed. */
struct cache_file
{
    struct os_file *file;
    uint32_t page_size;
    uint32_t id;            /* never used again in the life of the process */
    bool read_only;
    /* Checks a page just read: checksum, page number, bounds of header and tags.
     * 0, or the error that the reader of the page gets.  Not called with a mutex held. */
    JET_ERR (*verify)(struct cache_file *file, uint32_t pgno, uint8_t *data);
    /* Stamps the checksum into the copy of a page that is about to be written.  NULL: nothing to stamp. */
    void (*seal)(struct cache_file *file, uint32_t pgno, uint8_t *data);
    /* The page, latched shared and dirty, is about to be copied for writing; NULL: nobody asks.
     * *lgpos: the log must be durable up to there as well, 0 if it need not.  An error keeps the page dirty;
     * so does a warning, without anybody hearing of it. */
    JET_ERR (*leaving)(struct cache_file *file, struct cache_page *page, uint64_t *lgpos);
    /* Makes the log durable up to a position; NULL: there is no log.  The error is the write's. */
    JET_ERR (*flush_log)(struct cache_file *file, uint64_t lgpos);
    /* A page could not be read, twice: what was read of it.  NULL: nobody asks. */
    void (*bad)(struct cache_file *file, uint32_t pgno, const uint8_t *data, JET_ERR err);
    /* The same; no page is latched for it.  NULL: nobody asks. */
    void (*failed)(struct cache_file *file, uint32_t pgno, JET_ERR err);
    void *owner;
    struct os_rwlock gate;  /* writers of the file have it shared while they write */
    _Atomic uint64_t reads; /* pages read from disk */
    _Atomic uint64_t writes;
    _Atomic uint32_t dirty; /* pages changed and not written */
};

/* Where a page lies in the file: page 1 follows the two copies of the header. */
static inline uint64_t cache_page_offset(const struct cache_file *file, uint32_t pgno)
{
    return ((uint64_t)pgno + 1) * file->page_size;
}

/* A frame.  Identity and version may be read at any time; the page itself
 * only under a latch or a peek.  What a descent looks at is in one line of the processor's cache. */
struct cache_page
{
    struct os_rwlock latch;
    _Atomic uint32_t version;       /* even: stable; odd: being read or changed */
    _Atomic uint32_t file_id;       /* 0: the frame is free */
    _Atomic uint32_t pgno;
    _Atomic uint8_t frequency;      /* 0..3, S3-FIFO */
    uint8_t queue;                  /* enum cache_queue; under the shard's mutex */
    uint8_t shard;
    _Atomic bool dirty;             /* changed under an exclusive latch, cleared under a shared one by its writer */
    _Atomic bool writing;           /* one writer at a time */
    uint32_t page_size;
    uint8_t *data;
    _Atomic(struct cache_page *) hash_next;
    struct cache_file *file;
    uint64_t lgpos;                 /* of the last change; under the latch */
    _Atomic uint64_t lgpos_first;   /* where redo of what is not on disk begins */
    struct cache_page *newer, *older; /* neighbours in the queue; `older` also chains free frames */
} __attribute__((aligned(64)));

/* A page remembered without being held: where it was and what version it had. */
struct cache_hint
{
    struct cache_page *page;
    uint32_t version;
};

/* Bounds of the cache in bytes, shared by all instances; may be set at any
 * time.  Nothing is evicted below the maximum, which is exceeded only where all
 * pages are latched; after it was lowered, misses bring the size down.  The
 * minimum is a promise that the maximum never goes below. */
void cache_set_size(uint64_t min_bytes, uint64_t max_bytes);
uint64_t cache_size(void);          /* bytes in use */

/* Prepares *file for caching.  page_size is 2048 to 32768, a power of two. */
void cache_file_init(struct cache_file *file, struct os_file *os, uint32_t page_size, bool read_only);
/* Forgets every page of the file.  None may be latched. */
void cache_file_purge(struct cache_file *file);
/* Forgets the pages from `first` on, changed or not, which nobody uses any more; what was on its way to the disk
 * has arrived then. */
void cache_file_forget(struct cache_file *file, uint32_t first);

/* Latches a page, reading it if needed.  Waits for other latches on it; a
 * thread must not latch a page twice, not even shared (a waiting writer would
 * stop the second).
 * JET_errReadVerifyFailure and kin when the page is bad (the read is retried
 * once), JET_errOutOfMemory, or what the read answered. */
JET_ERR cache_latch(struct cache_file *file, uint32_t pgno, enum cache_latch_mode mode, struct cache_page **page);
/* The same, trying the frame where the page was last seen first. */
JET_ERR cache_latch_hint(struct cache_file *file, uint32_t pgno, enum cache_latch_mode mode,
                         const struct cache_hint *hint, struct cache_page **page);
/* The latch if it is free and the page is in memory, else false. */
bool cache_try_latch(struct cache_file *file, uint32_t pgno, enum cache_latch_mode mode, struct cache_page **page);
void cache_unlatch(struct cache_page *page, enum cache_latch_mode mode);

/* Optimistic reading.  JET_errSuccess with *page and *version, or an error of
 * the read.  May latch and unlatch internally to bring the page in. */
JET_ERR cache_peek(struct cache_file *file, uint32_t pgno, struct cache_page **page, uint32_t *version);
#ifdef CACHE_COPY_PEEKS
bool cache_peek_valid(const struct cache_page *page, uint32_t version);
#else
static inline bool cache_peek_valid(const struct cache_page *page, uint32_t version)
{
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&page->version, memory_order_relaxed) == version;
}
#endif
/* A page that will be looked at soon: brings its ends nearer to the processor, if it is in memory. */
void cache_prefetch(struct cache_file *file, uint32_t pgno);

/* The version of a latched page: as long as it stays, so do the page's place and bytes. */
static inline uint32_t cache_page_version(const struct cache_page *page)
{
    return atomic_load_explicit(&page->version, memory_order_relaxed);
}

/* A page that need not be read, since all of it will be written: zeroed,
 * latched exclusively, and changing (as after cache_change). */
JET_ERR cache_latch_new(struct cache_file *file, uint32_t pgno, struct cache_page **page);

/* Announces a change to a page latched exclusively; peeks of it are invalid from here on. */
void cache_change(struct cache_page *page);
/* Says that it was changed, by a log record at `lgpos` (0: not logged). */
void cache_dirty(struct cache_page *page, uint64_t lgpos);
/* The same; redo of that record begins at `first`, with its transaction. */
void cache_dirty_since(struct cache_page *page, uint64_t lgpos, uint64_t first);

/* Writes the file's dirty pages whose first change lies before `before`
 * (UINT64_MAX: all) in order of page number, and answers the first error; pages
 * that could not be written stay dirty.  The file itself is not flushed. */
JET_ERR cache_write(struct cache_file *file, uint64_t before);
/* The oldest first change among dirty pages; UINT64_MAX if there is none. */
uint64_t cache_oldest_change(struct cache_file *file);

/* The file stays as it is until cache_thaw(): who would write to it waits. */
void cache_freeze(struct cache_file *file);
void cache_thaw(struct cache_file *file);

/* Changes the size of the file, or lets the disk keep nothing of a part of it, unless it is frozen: then after that. */
JET_ERR cache_file_set_size(struct cache_file *file, uint64_t size);
JET_ERR cache_file_trim(struct cache_file *file, uint64_t offset, uint64_t size);

/* Tells that pages [first, first + count) will be wanted: reads those that are
 * not in memory, in one call to the platform if they lie together, and hints
 * the platform at what follows.  Never fails and waits for no latch; a page
 * that turns out bad is left to whoever latches it. */
void cache_read_ahead(struct cache_file *file, uint32_t first, uint32_t count);
bool cache_contains(struct cache_file *file, uint32_t pgno);

/* Frees every frame.  All files must have been purged. */
void cache_destroy(void);

#endif
