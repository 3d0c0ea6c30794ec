/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where versions are kept: chunks of a transaction's own, which go with it. */
#include "txn/version_private.h"

/*
 * Chunks of a batch: the first is small, since most transactions are, and is
 * part of it; then one of some size, then large ones.  What is freed is kept for
 * the next, so that a stream of transactions works in memory that is warm.
 */
#define CHUNK_FIRST  2048u
#define CHUNK_SECOND (30u * 1024u)
#define CHUNK_MAX    (256u * 1024u)

#define KEEP_BATCHES 64u
#define KEEP_SECOND  32u
#define KEEP_MAX     8u

static struct version_batch *batch_new(struct txn_root *root)
{
    struct version_spare *spare = &root->spare;
    struct version_batch *batch;

    os_mutex_lock(&spare->lock);
    if ((batch = spare->batches))
    {
        spare->batches = batch->next;
        spare->batch_count--;
    }
    os_mutex_unlock(&spare->lock);
    return batch ? batch : os_alloc(sizeof(*batch) + CHUNK_FIRST);
}

/* That of what is done now. */
struct version_batch *version_batch_of(struct txn *txn)
{
    struct version_batch **place = txn->level ? &txn->batch : &txn->locks, *batch = *place;

    if (os_likely(batch != NULL))
        return batch;
    batch = batch_new(txn->root);
    if (!batch)
        return NULL;
    atomic_init(&batch->committed, TXN_TIME_NEVER);
    atomic_init(&batch->txn, txn);
    batch->root = txn->root;
    batch->next = NULL;
    batch->newest = batch->actions = NULL;
    batch->unlinked = false;
    batch->befores = 0;
    atomic_init(&batch->first, 0);
    batch->last = 0;
    batch->chunks = &batch->chunk;
    batch->bytes = CHUNK_FIRST;
    batch->chunk.older = NULL;
    batch->chunk.size = CHUNK_FIRST;
    batch->chunk.used = 0;
    atomic_fetch_add_explicit(&txn->root->bytes, CHUNK_FIRST, memory_order_relaxed);
    if (!txn->level)
    {
        os_mutex_lock(&txn->root->lock);
        batch->next = txn->root->locks;
        txn->root->locks = batch;
        os_mutex_unlock(&txn->root->lock);
    }
    return *place = batch;
}

/* The place for spare chunks of this size; NULL: none are kept. */
static struct version_spare_chunks *spare_of(struct txn_root *root, uint32_t size)
{
    if (size == CHUNK_SECOND)
        return &root->spare.second;
    return size == CHUNK_MAX ? &root->spare.large : NULL;
}

static struct chunk *chunk_new(struct txn_root *root, uint32_t size)
{
    struct version_spare_chunks *spare = spare_of(root, size);
    struct chunk *chunk = NULL;

    if (spare)
    {
        os_mutex_lock(&root->spare.lock);
        if ((chunk = spare->first))
        {
            spare->first = chunk->older;
            spare->count--;
        }
        os_mutex_unlock(&root->spare.lock);
    }
    return chunk ? chunk : os_alloc(sizeof(*chunk) + size);
}

static void chunk_free_newest(struct version_batch *batch)
{
    struct chunk *chunk = batch->chunks;
    struct txn_root *root = batch->root;
    struct version_spare_chunks *spare = spare_of(root, chunk->size);
    uint32_t keep = chunk->size == CHUNK_MAX ? KEEP_MAX : KEEP_SECOND;

    batch->chunks = chunk->older;
    batch->bytes -= chunk->size;
    atomic_fetch_sub_explicit(&root->bytes, chunk->size, memory_order_relaxed);
    if (spare)
    {
        os_mutex_lock(&root->spare.lock);
        if (spare->count < keep)
        {
            spare->count++;
            chunk->older = spare->first;
            spare->first = chunk;
            chunk = NULL;
        }
        os_mutex_unlock(&root->spare.lock);
    }
    os_free(chunk);
}

void version_batch_free(struct version_batch *batch)
{
    struct txn_root *root = batch->root;

    while (batch->chunks != &batch->chunk)
        chunk_free_newest(batch);
    atomic_fetch_sub_explicit(&root->bytes, CHUNK_FIRST, memory_order_relaxed);
    os_mutex_lock(&root->spare.lock);
    if (root->spare.batch_count < KEEP_BATCHES)
    {
        root->spare.batch_count++;
        batch->next = root->spare.batches;
        root->spare.batches = batch;
        batch = NULL;
    }
    os_mutex_unlock(&root->spare.lock);
    os_free(batch);
}

static void spare_chunks_free(struct version_spare_chunks *spare)
{
    struct chunk *chunk;

    while ((chunk = spare->first))
    {
        spare->first = chunk->older;
        os_free(chunk);
    }
    spare->count = 0;
}

void version_spare_free(struct txn_root *root)
{
    struct version_batch *batch;

    while ((batch = root->spare.batches))
    {
        root->spare.batches = batch->next;
        os_free(batch);
    }
    root->spare.batch_count = 0;
    spare_chunks_free(&root->spare.second);
    spare_chunks_free(&root->spare.large);
}

/* Once for each transaction that keeps them all. */
static void tell_full(struct txn_root *root)
{
    uint64_t begin = txn_root_oldest(root);

    if (root->full && atomic_exchange_explicit(&root->full_told, begin, memory_order_relaxed) != begin)
        root->full(root, begin);
}

/* Whether there are as many versions as the caller allows, and cleaning would not help. */
static bool is_full(struct txn_root *root, uint32_t more)
{
    return atomic_load_explicit(&root->bytes, memory_order_relaxed) + more > root->max_bytes && !version_can_drop(root);
}

JET_ERR version_batch_alloc(struct version_batch *batch, uint32_t size, void **memory)
{
    struct chunk *chunk = batch->chunks;
    struct txn_root *root = batch->root;
    uint32_t chunk_size = 0;

    size = (size + 7u) & ~7u;
    if (os_unlikely(chunk->size - chunk->used < size))
    {
        chunk_size = chunk == &batch->chunk ? CHUNK_SECOND : CHUNK_MAX;
        if (chunk_size < size)
            chunk_size = size <= CHUNK_MAX ? CHUNK_MAX : size;
    }
    /* It is asked for each chunk. */
    if (root->max_bytes && (chunk_size || !chunk->used) && os_unlikely(is_full(root, chunk_size)))
    {
        tell_full(root);
        return JET_errVersionStoreOutOfMemory;
    }
    if (os_unlikely(chunk_size))
    {
        chunk = chunk_new(root, chunk_size);
        if (!chunk)
        {
            tell_full(root);
            return JET_errVersionStoreOutOfMemory;
        }
        chunk->size = chunk_size;
        chunk->used = 0;
        chunk->older = batch->chunks;
        batch->chunks = chunk;
        batch->bytes += chunk_size;
        atomic_fetch_add_explicit(&root->bytes, chunk_size, memory_order_relaxed);
    }
    *memory = chunk->bytes + chunk->used;
    chunk->used += size;
    return JET_errSuccess;
}

/* Gives back the newest version's memory and all that came after it. */
void version_batch_reset(struct version_batch *batch, struct version *version)
{
    const uint8_t *at = (const uint8_t *)version;

    while (at < batch->chunks->bytes || at >= batch->chunks->bytes + batch->chunks->size)
        chunk_free_newest(batch);
    batch->chunks->used = (uint32_t)(at - batch->chunks->bytes);
    if (!batch->chunks->used && batch->chunks->older)
        chunk_free_newest(batch);
}

void version_usage(struct txn_root *root, uint64_t *count, uint64_t *bytes)
{
    *count = atomic_load_explicit(&root->versions, memory_order_relaxed);
    *bytes = atomic_load_explicit(&root->bytes, memory_order_relaxed);
}
