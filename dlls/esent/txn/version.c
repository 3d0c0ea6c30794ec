/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The version store. */
#include "txn/version.h"

/*
 * Chunks of a batch: the first is small, since most transactions are, and is
 * part of it; then one of some size, then large ones.  What is freed is kept for
 * the next, so that a stream of transactions works in memory that is warm.
 */
#define CHUNK_FIRST  2048u
#define CHUNK_SECOND (30u * 1024u)
#define CHUNK_MAX    (256u * 1024u)
#define PART_BUCKETS 64u

#define KEEP_BATCHES 64u
#define KEEP_SECOND  32u
#define KEEP_MAX     8u

#define CLEAN_SHARE  512u        /* versions that one call drops at least while others make some */
#define IN_ORDER_MAX (64u << 20) /* bytes that are kept only because Windows would keep them */

struct chunk
{
    struct chunk *older;
    uint32_t size, used; /* of bytes */
    uint8_t bytes[];
};

/* All versions of one transaction. */
struct version_batch
{
    _Atomic uint64_t committed; /* TXN_TIME_NEVER while open; set under txn_root.lock */
    struct txn *_Atomic txn;    /* while open */
    struct txn_root *root;
    struct version_batch *next;                    /* in the queue of committed ones, or of locks, or among the free */
    struct version_batch *next_first, *last_first; /* see note_first() */
    struct version *newest;                        /* what is left to drop, once committed */
    struct version *actions; /* of that, what comes after the entries: it may take away their trees */
    bool unlinked;           /* all of them are out of their chains */
    uint32_t befores;        /* of its versions, those that say what was before an entry changed */
    struct chunk *chunks;    /* newest first; the oldest is `chunk` */
    uint64_t bytes;
    _Atomic uint64_t first; /* version_mark() after its first version; 0: it has none */
    uint64_t last;          /* and after its last one */
    struct chunk chunk;
};

/*
 * Windows' engine keeps versions in buckets, of which it takes another when the next
 * version does not fit, and then starts to clean.  Sizes as on its 64 bit machines: of
 * the room of a bucket, of a version besides its bookmark and image, and of what comes
 * before an image.  A place is a number of a bucket and what is taken in it.
 */
#define BUCKET_ROOM    (32768u - 32u - 48u)
#define BUCKET_VERSION 144u
#define BUCKET_IMAGE   8u
#define BUCKET_SHIFT   32

/* ---------------------------------------------------------------- memory --- */

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
static struct version_batch *batch_of(struct txn *txn)
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

static void batch_free(struct version_batch *batch)
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

static void spare_free(struct txn_root *root)
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

static JET_ERR batch_alloc(struct version_batch *batch, uint32_t size, void **memory)
{
    struct chunk *chunk = batch->chunks;

    size = (size + 7u) & ~7u;
    if (os_unlikely(chunk->size - chunk->used < size))
    {
        struct txn_root *root = batch->root;
        uint32_t chunk_size = chunk == &batch->chunk ? CHUNK_SECOND : CHUNK_MAX;

        if (chunk_size < size)
            chunk_size = size <= CHUNK_MAX ? CHUNK_MAX : size;
        if (root->max_bytes && atomic_load_explicit(&root->bytes, memory_order_relaxed) + chunk_size > root->max_bytes)
            return JET_errVersionStoreOutOfMemory;
        chunk = chunk_new(root, chunk_size);
        if (!chunk)
            return JET_errVersionStoreOutOfMemory;
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
static void batch_reset(struct version_batch *batch, struct version *version)
{
    const uint8_t *at = (const uint8_t *)version;

    while (at < batch->chunks->bytes || at >= batch->chunks->bytes + batch->chunks->size)
        chunk_free_newest(batch);
    batch->chunks->used = (uint32_t)(at - batch->chunks->bytes);
    if (!batch->chunks->used && batch->chunks->older)
        chunk_free_newest(batch);
}

/* ----------------------------------------------------------- hash table --- */

static uint32_t hash_bytes(uint64_t hash, const uint8_t *bytes, uint32_t size)
{
    while (size >= 8)
    {
        uint64_t word;

        memcpy(&word, bytes, 8);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
        hash ^= hash >> 29;
        bytes += 8;
        size -= 8;
    }
    if (size)
    {
        uint64_t word = size;

        while (size)
            word = word << 8 | bytes[--size];
        hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
        hash ^= hash >> 29;
    }
    /* Numbers in keys end in what differs, which lies in the high bits of the words. */
    hash *= 0x9e3779b97f4a7c15ull;
    return (uint32_t)(hash >> 32);
}

static uint32_t place_hash(const struct version_place *place)
{
    uint32_t tree = place->objid ? place->objid : place->root;
    uint32_t hash = hash_bytes((uint64_t)place->database << 32 | tree, place->key, place->key_size);

    return place->data_size ? hash_bytes(hash, place->data, place->data_size) : hash;
}

static struct version_part *part_of(struct txn_root *root, uint32_t hash)
{
    return &root->part[hash % VERSION_PARTS];
}

static struct version **bucket_of(struct version_part *part, uint32_t hash)
{
    return &part->bucket[(hash / VERSION_PARTS) & part->mask];
}

/* Whether a rollback of the version would bring back more than that there was nothing. */
static bool is_before(const struct version *version)
{
    return version->op == VERSION_DELETE || version->op == VERSION_REPLACE || version->revived;
}

static bool is_of_tree(const struct version *version, const struct version_place *place)
{
    return version->database == place->database && version->objid == place->objid &&
           (place->objid || version->root == place->root);
}

static bool is_place(const struct version *version, const struct version_place *place, uint32_t hash)
{
    return version->hash == hash && is_of_tree(version, place) && version->key_size == place->key_size &&
           version->data_size == place->data_size && !memcmp(version_key(version), place->key, place->key_size) &&
           (!place->data_size || !memcmp(version_data(version), place->data, place->data_size));
}

/* The link to the head of the entry's chain; its end if there is none.  Part locked, and has buckets. */
static struct version **head_of(struct version_part *part, const struct version_place *place, uint32_t hash)
{
    struct version **link = bucket_of(part, hash);

    while (*link && !is_place(*link, place, hash))
        link = &(*link)->chain_next;
    return link;
}

/* Room for one more head.  Part locked exclusively. */
static bool part_grow(struct version_part *part)
{
    uint32_t count = part->bucket ? (part->mask + 1) * 2 : PART_BUCKETS, old_count = part->bucket ? part->mask + 1 : 0;
    struct version **old = part->bucket, **bucket;

    if (part->bucket && part->count <= part->mask)
        return true;
    bucket = os_alloc_array(count, sizeof(*bucket));
    if (!bucket)
        return old != NULL;
    part->bucket = bucket;
    part->mask = count - 1;
    for (uint32_t i = 0; i < old_count; i++)
        for (struct version *head = old[i], *next; head; head = next)
        {
            struct version **link = bucket_of(part, head->hash);

            next = head->chain_next;
            head->chain_next = *link;
            *link = head;
        }
    os_free(old);
    return true;
}

void version_unlink(struct txn_root *root, struct version *version)
{
    struct version_place place = { version->database,     version->root,      version_key(version), version->key_size,
                                   version_data(version), version->data_size, version->objid };
    struct version_part *part = part_of(root, version->hash);
    struct version **link;

    if (!version->linked)
        return;
    os_rwlock_lock_write(&part->lock);
    link = head_of(part, &place, version->hash);
    if (*link == version && version->older)
    {
        version->older->chain_next = version->chain_next;
        *link = version->older;
    }
    else if (*link == version)
    {
        *link = version->chain_next;
        part->count--;
    }
    else
    {
        for (link = &(*link)->older; *link != version; link = &(*link)->older)
            ;
        *link = version->older;
    }
    version->linked = false;
    os_rwlock_unlock_write(&part->lock);
}

/* --------------------------------------------------------- changes --- */

static bool is_open(const struct version *version)
{
    return atomic_load_explicit(&version->batch->committed, memory_order_acquire) == TXN_TIME_NEVER;
}

static bool is_own(const struct txn *txn, const struct version *version)
{
    return version->batch == txn->batch || version->batch == txn->locks;
}

static bool sees(const struct txn *txn, const struct version *version)
{
    if (txn && is_own(txn, version))
        return true;
    return atomic_load_explicit(&version->batch->committed, memory_order_acquire) <
           (txn && !txn->settling ? txn->begin : TXN_TIME_NEVER);
}

/* Operations that several transactions may do to an entry at a time. */
static bool commutes(uint8_t op)
{
    return op == VERSION_DELTA || op == VERSION_READ_LOCK;
}

static bool same_op(const struct version *version, uint8_t op, uint32_t delta_size)
{
    return version->op == op && (op != VERSION_DELTA || !delta_size || version->delta_size == delta_size);
}

/* A lock of level 0 between two transactions of its session; it hides nothing that is older. */
static bool rests(const struct txn *txn, const struct version *version)
{
    return (version->op == VERSION_LOCK || version->op == VERSION_READ_LOCK) && !is_own(txn, version) &&
           !atomic_load_explicit(&version->batch->committed, memory_order_acquire);
}

static const struct version *skip_resting(const struct txn *txn, const struct version *version)
{
    while (version && rests(txn, version))
        version = version->older;
    return version;
}

/* Whether the versions of an entry forbid the transaction an operation; delta_size 0: of any.  Part locked. */
static JET_ERR check_chain(const struct txn *txn, const struct version *head, uint8_t op, uint32_t delta_size)
{
    const struct version *version;

    head = skip_resting(txn, head);
    if (!head)
        return JET_errSuccess;
    if (!sees(txn, head))
    {
        if (!commutes(op))
            return JET_errWriteConflict;
        /* All that is not settled for this transaction, its own as well, must be of the same kind. */
        for (version = head; version && (is_own(txn, version) || !sees(txn, version));
             version = skip_resting(txn, version->older))
            if (!same_op(version, op, delta_size))
                return JET_errWriteConflict;
        return JET_errSuccess;
    }
    if (commutes(head->op) && !same_op(head, op, delta_size))
        for (version = head->older; version; version = version->older)
            if (!sees(txn, version))
                return JET_errWriteConflict;
    return JET_errSuccess;
}

static struct version *head_at(struct version_part *part, const struct version_place *place, uint32_t hash)
{
    return part->bucket ? *head_of(part, place, hash) : NULL;
}

JET_ERR version_check(struct txn *txn, const struct version_place *place, enum version_op op)
{
    uint32_t hash = place_hash(place);
    struct version_part *part = part_of(txn->root, hash);
    JET_ERR err;

    os_rwlock_lock_read(&part->lock);
    err = check_chain(txn, head_at(part, place, hash), (uint8_t)op, 0);
    os_rwlock_unlock_read(&part->lock);
    return err;
}

static void version_fill(struct version *version, const struct version_place *place, uint32_t hash,
                         const struct version_change *change)
{
    uint8_t *bytes = version->bytes;

    version->owner = change->owner;
    version->database = place->database;
    version->root = place->root;
    version->objid = place->objid;
    version->hash = hash;
    version->op = (uint8_t)change->op;
    version->offset = (uint16_t)change->offset;
    version->delta_size = (uint8_t)change->delta_size;
    version->delta = change->delta;
    version->key_size = (uint16_t)place->key_size;
    version->data_size = (uint16_t)place->data_size;
    version->image_size = change->image_size;
    atomic_init(&version->undo_lgpos, 0);
    version->rceid = 0;
    version->revived = change->revives;
    if (place->key_size)
        memcpy(bytes, place->key, place->key_size);
    if (place->data_size)
        memcpy(bytes + place->key_size, place->data, place->data_size);
    if (change->image_size)
        memcpy(bytes + place->key_size + place->data_size, change->image, change->image_size);
}

static void count_before(struct version_batch *batch, const struct version *version)
{
    if (!is_before(version))
        return;
    batch->befores++;
    atomic_fetch_add_explicit(&batch->root->befores, 1, memory_order_relaxed);
}

/* Puts a version at the head of its chain, if nothing forbids it.  Part locked exclusively. */
static JET_ERR link_version(struct txn *txn, struct version_part *part, const struct version_place *place,
                            struct version *version)
{
    struct version **link;
    JET_ERR err;

    if (!part_grow(part))
        return JET_errVersionStoreOutOfMemory;
    link = head_of(part, place, version->hash);
    err = check_chain(txn, *link, version->op, version->delta_size);
    if (err < 0)
        return err;
    count_before(version->batch, version);
    if (*link)
    {
        version->older = *link;
        version->chain_next = (*link)->chain_next;
        (*link)->chain_next = NULL;
    }
    else
        part->count++;
    *link = version;
    return JET_errSuccess;
}

/* Takes as much of a bucket as Windows' engine would. */
static void allot_bytes(struct txn_root *root, uint32_t size)
{
    uint64_t old = atomic_load_explicit(&root->allotted, memory_order_relaxed), now;

    size = (size + 7u) & ~7u;
    do
    {
        now = old + size;
        if ((uint32_t)now > BUCKET_ROOM)
            now = ((old >> BUCKET_SHIFT) + 1) << BUCKET_SHIFT | size;
    } while (
        !atomic_compare_exchange_weak_explicit(&root->allotted, &old, now, memory_order_relaxed, memory_order_relaxed));
    if (now >> BUCKET_SHIFT != old >> BUCKET_SHIFT)
        atomic_store_explicit(&root->clean_before, txn_root_oldest(root), memory_order_relaxed);
}

void version_allot(struct txn_root *root, uint32_t size)
{
    allot_bytes(root, BUCKET_VERSION + size);
}

static void allot(struct txn_root *root, const struct version_place *place, const struct version_change *change)
{
    uint32_t size = BUCKET_VERSION + place->key_size + place->data_size;

    if (change->op == VERSION_ACTION)
    {
        if (change->allot != VERSION_ALLOT_NONE)
            allot_bytes(root, BUCKET_VERSION + (uint32_t)change->allot);
        return;
    }
    /* What revives an entry is two versions there: an insertion, and a replacement. */
    if (change->revives)
        allot_bytes(root, size);
    if (change->op == VERSION_DELTA)
        size += 2 * change->delta_size;
    allot_bytes(root, size + (change->image_size ? BUCKET_IMAGE + change->image_size : 0));
}

JET_ERR version_create(struct txn *txn, const struct version_place *place, const struct version_change *change,
                       struct version **created)
{
    struct version_batch *batch = batch_of(txn);
    struct version *version;
    void *memory;
    JET_ERR err;

    *created = NULL;
    if (!batch)
        return JET_errOutOfMemory;
    if (place->key_size > UINT16_MAX || place->data_size > UINT16_MAX)
        return JET_errInternalError;
    err = batch_alloc(
        batch, (uint32_t)offsetof(struct version, bytes) + place->key_size + place->data_size + change->image_size,
        &memory);
    if (err < 0)
        return err;
    allot(txn->root, place, change);
    version = memory;
    version_fill(version, place, place_hash(place), change);
    version->batch = batch;
    version->level = (uint8_t)txn->level;
    version->update = txn->update;
    version->updates = txn->updates;
    version->txn_older = txn->level ? txn->newest : batch->newest;
    version->older = version->chain_next = NULL;
    version->linked = change->op != VERSION_ACTION;
    if (version->linked)
    {
        struct version_part *part = part_of(txn->root, version->hash);

        os_rwlock_lock_write(&part->lock);
        err = link_version(txn, part, place, version);
        os_rwlock_unlock_write(&part->lock);
        if (err < 0)
        {
            batch_reset(batch, version);
            return err;
        }
    }
    *(txn->level ? &txn->newest : &batch->newest) = version;
    atomic_fetch_add_explicit(&txn->root->versions, 1, memory_order_relaxed);
    batch->last = version_mark(txn->root);
    if (!version->txn_older)
        atomic_store_explicit(&batch->first, batch->last, memory_order_relaxed);
    *created = version;
    return JET_errSuccess;
}

/* Whether the transaction's newest version of the place keeps other writers away already. */
static bool is_locked(struct txn *txn, const struct version_place *place)
{
    uint32_t hash = place_hash(place);
    struct version_part *part = part_of(txn->root, hash);
    const struct version *head;
    bool locked;

    if (!txn->batch && !txn->locks)
        return false;
    os_rwlock_lock_read(&part->lock);
    head = head_at(part, place, hash);
    locked = head && is_own(txn, head) && !commutes(head->op);
    os_rwlock_unlock_read(&part->lock);
    return locked;
}

JET_ERR version_lock(struct txn *txn, const struct version_place *place, enum version_op op, void *owner)
{
    struct version_change change = { .op = op, .owner = owner };
    struct version *version;

    if (op == VERSION_LOCK && is_locked(txn, place))
    {
        version_allot(txn->root, place->key_size + place->data_size);
        return JET_errSuccess;
    }
    return version_create(txn, place, &change, &version);
}

/* A version of an open transaction is dropped. */
static void version_gone(struct txn *txn, struct version *version)
{
    bool linked = version->op != VERSION_ACTION;

    version_unlink(txn->root, version);
    if (linked && is_before(version))
    {
        txn->batch->befores--;
        atomic_fetch_sub_explicit(&txn->root->befores, 1, memory_order_relaxed);
    }
    atomic_fetch_sub_explicit(&txn->root->versions, 1, memory_order_relaxed);
}

/* The newest version of the transaction is no more. */
static void pop(struct txn *txn)
{
    struct version *version = txn->newest;

    version_gone(txn, version);
    txn->newest = version->txn_older;
    if (!txn->redone)
        batch_reset(txn->batch, version);
}

void version_cancel(struct txn *txn, struct version *version)
{
    if (txn->newest == version)
        pop(txn);
}

/* ---------------------------------------------------------------- redo --- */

/* Names count up and start over. */
static bool is_newer(uint32_t rceid, uint32_t than)
{
    return (int32_t)(rceid - than) > 0;
}

/* Into the chain of an entry, before the first that is not newer.  Part locked exclusively. */
static bool chain_by_name(struct version **link, struct version *version)
{
    struct version *head = *link;

    while (*link && is_newer((*link)->rceid, version->rceid))
        link = &(*link)->older;
    if (*link && (*link)->rceid == version->rceid)
        return false;
    version->older = *link;
    *link = version;
    if (version->older && version->older == head)
    {
        version->chain_next = head->chain_next;
        head->chain_next = NULL;
    }
    return true;
}

JET_ERR version_redo(struct txn *txn, const struct version_place *place, const struct version_change *change,
                     uint32_t rceid, struct version **created)
{
    struct version_batch *batch = batch_of(txn);
    uint32_t hash = place_hash(place);
    struct version_part *part = part_of(txn->root, hash);
    struct version *version, **link;
    bool fresh, linked;
    void *memory;
    JET_ERR err;

    *created = NULL;
    if (!batch)
        return JET_errOutOfMemory;
    if (place->key_size > UINT16_MAX || place->data_size > UINT16_MAX)
        return JET_errInternalError;
    err = batch_alloc(
        batch, (uint32_t)offsetof(struct version, bytes) + place->key_size + place->data_size + change->image_size,
        &memory);
    if (err < 0)
        return err;
    version = memory;
    version_fill(version, place, hash, change);
    version->batch = batch;
    version->level = (uint8_t)txn->level;
    version->update = version->updates = 0;
    version->rceid = rceid;
    version->txn_older = version->older = version->chain_next = NULL;
    version->linked = true;
    os_rwlock_lock_write(&part->lock);
    if (!part_grow(part))
    {
        os_rwlock_unlock_write(&part->lock);
        return JET_errOutOfMemory;
    }
    link = head_of(part, place, hash);
    fresh = !*link;
    linked = chain_by_name(link, version);
    if (linked)
        count_before(batch, version);
    part->count += fresh;
    os_rwlock_unlock_write(&part->lock);
    /* What is not wanted stays until its transaction ends. */
    if (!linked)
        return JET_errSuccess;
    atomic_fetch_add_explicit(&txn->root->versions, 1, memory_order_relaxed);
    *created = version;
    return JET_errSuccess;
}

struct version *version_redo_find(struct txn_root *root, const struct version_place *place, uint32_t rceid)
{
    uint32_t hash = place_hash(place);
    struct version_part *part = part_of(root, hash);
    struct version *version;

    os_rwlock_lock_read(&part->lock);
    version = part->bucket ? *head_of(part, place, hash) : NULL;
    while (version && version->rceid != rceid)
        version = version->older;
    os_rwlock_unlock_read(&part->lock);
    return version;
}

void version_redo_done(struct txn_root *root, struct version *version)
{
    version_unlink(root, version);
    version->op = VERSION_LOCK;
}

void version_redo_forget(struct txn_root *root, struct version *list)
{
    for (; list; list = list->txn_older)
    {
        version_unlink(root, list);
        atomic_fetch_sub_explicit(&root->versions, 1, memory_order_relaxed);
    }
}

struct version *version_redo_sort(struct version *list)
{
    struct version *half[2] = { NULL, NULL }, *sorted = NULL, **end = &sorted;
    unsigned turn = 0;

    if (!list || !list->txn_older)
        return list;
    while (list)
    {
        struct version *next = list->txn_older;

        list->txn_older = half[turn];
        half[turn] = list;
        turn ^= 1;
        list = next;
    }
    for (turn = 0; turn < 2; turn++)
        half[turn] = version_redo_sort(half[turn]);
    while (half[0] || half[1])
    {
        turn = !half[0] || (half[1] && is_newer(half[1]->rceid, half[0]->rceid));
        *end = half[turn];
        end = &half[turn]->txn_older;
        half[turn] = *end;
    }
    *end = NULL;
    return sorted;
}

void version_redo_adopt(struct txn *txn, struct version *list)
{
    struct version **end = &list;

    for (struct version *version = list; version; version = version->txn_older)
    {
        version->level = (uint8_t)txn->level;
        end = &version->txn_older;
    }
    *end = txn->newest;
    txn->newest = list;
    txn->redone = true;
}

/* -------------------------------------------------------------- reading --- */

void version_look(struct txn_root *root, struct txn *txn, const struct version_place *place, bool deleted,
                  int32_t delta_offset, struct version_view *view)
{
    uint32_t hash = place_hash(place);
    struct version_part *part = part_of(root, hash);

    *view = (struct version_view){ .present = !deleted };
    os_rwlock_lock_read(&part->lock);
    for (struct version *version = part->bucket ? *head_of(part, place, hash) : NULL; version; version = version->older)
    {
        if (sees(txn, version))
            continue;
        if (version->op == VERSION_INSERT)
            view->present = false;
        switch (version->op)
        {
        case VERSION_DELETE:
            view->present = true;
            break;
        case VERSION_INSERT: /* of a deleted entry: an older delete, undone, brings back its data */
        case VERSION_REPLACE:
            if (version->op == VERSION_INSERT && !version->image_size)
                break;
            view->replaced = true;
            view->image = version_image(version);
            view->image_size = version->image_size;
            view->delta = 0; /* the image is from before the newer deltas */
            break;
        case VERSION_DELTA:
            if (version->offset == delta_offset)
                view->delta += version->delta;
            break;
        default:
            break;
        }
    }
    view->replaced = view->replaced && view->present;
    if (view->replaced)
        view->lock = &part->lock;
    else
        os_rwlock_unlock_read(&part->lock);
}

void version_view_end(struct version_view *view)
{
    if (view->lock)
        os_rwlock_unlock_read(view->lock);
    view->lock = NULL;
}

bool version_seen(const struct txn *txn, const struct version *version)
{
    return sees(txn, version);
}

uint64_t version_committed(const struct version *version)
{
    return atomic_load_explicit(&version->batch->committed, memory_order_relaxed);
}

static bool is_change(const struct version *version)
{
    return version->op == VERSION_INSERT || version->op == VERSION_DELETE || version->op == VERSION_REPLACE;
}

/* Whether it is the first change of its entry that the view does not see. */
static bool is_first_unseen(struct txn_root *root, const struct txn *before, const struct version *version)
{
    struct version_part *part = part_of(root, version->hash);
    bool first = version->linked;

    os_rwlock_lock_read(&part->lock);
    for (const struct version *older = version->older; older && first; older = older->older)
        first = !is_change(older) || sees(before, older);
    os_rwlock_unlock_read(&part->lock);
    return first;
}

void version_each_changed(struct txn *txn, bool owns, const struct txn *before, uint32_t database, uint32_t root,
                          uint32_t objid, void (*visit)(void *context, const uint8_t *key, uint32_t size),
                          void *context)
{
    struct version_batch *batch = NULL;

    if (!owns)
    {
        os_mutex_lock(&txn->root->lock);
        batch = txn->root->committed;
    }
    while (owns || batch)
    {
        const struct version *version = owns ? txn->newest : batch->committed > txn->begin ? batch->newest : NULL;

        for (; version; version = version->txn_older)
        {
            if (is_change(version) && version->database == database && version->objid == objid &&
                (objid || version->root == root) && is_first_unseen(txn->root, before, version))
                visit(context, version_key(version), version->key_size);
        }
        if (owns)
            return;
        batch = batch->next;
    }
    os_mutex_unlock(&txn->root->lock);
}

bool version_any(struct txn_root *root, const struct version_place *place)
{
    uint32_t hash = place_hash(place);
    struct version_part *part = part_of(root, hash);
    bool any;

    os_rwlock_lock_read(&part->lock);
    any = part->bucket && *head_of(part, place, hash);
    os_rwlock_unlock_read(&part->lock);
    return any;
}

bool version_any_of_tree(struct txn_root *root, const struct version_place *tree)
{
    bool any = false;

    for (unsigned i = 0; i < VERSION_PARTS && !any; i++)
    {
        struct version_part *part = &root->part[i];

        os_rwlock_lock_read(&part->lock);
        for (uint32_t b = 0; part->count && b <= part->mask && !any; b++)
            for (const struct version *head = part->bucket[b]; head && !any; head = head->chain_next)
                any = is_of_tree(head, tree);
        os_rwlock_unlock_read(&part->lock);
    }
    return any;
}

bool version_needed(struct txn_root *root, const struct version_place *place)
{
    uint32_t hash = place_hash(place);
    struct version_part *part = part_of(root, hash);
    const struct version *newest;
    uint64_t committed = 0;
    bool needed = false;

    os_rwlock_lock_read(&part->lock);
    newest = part->bucket ? *head_of(part, place, hash) : NULL;
    if (newest)
    {
        needed = version_txn(newest) != NULL;
        committed = atomic_load_explicit(&newest->batch->committed, memory_order_acquire);
    }
    os_rwlock_unlock_read(&part->lock);
    return needed || (committed && committed >= txn_root_oldest(root));
}

bool version_others(struct txn_root *root, const struct txn *txn, const struct version_place *place)
{
    uint32_t hash = place_hash(place);
    struct version_part *part = part_of(root, hash);
    const struct version *newest;
    bool others;

    os_rwlock_lock_read(&part->lock);
    newest = part->bucket ? *head_of(part, place, hash) : NULL;
    others = newest && is_open(newest) && !is_own(txn, newest);
    os_rwlock_unlock_read(&part->lock);
    return others;
}

struct txn *version_txn(const struct version *version)
{
    return atomic_load_explicit(&version->batch->txn, memory_order_acquire);
}

void version_each_open(struct txn_root *root, const struct version_place *place,
                       void (*visit)(void *context, struct txn *txn, struct version *version), void *context)
{
    uint32_t hash = place_hash(place);
    struct version_part *part = part_of(root, hash);

    os_rwlock_lock_read(&part->lock);
    for (struct version *version = part->bucket ? *head_of(part, place, hash) : NULL; version; version = version->older)
    {
        struct txn *txn = version_txn(version);

        if (txn && is_open(version))
            visit(context, txn, version);
    }
    os_rwlock_unlock_read(&part->lock);
}

void version_txn_gone(struct txn *txn)
{
    if (!txn->root->log.log)
        return;
    for (uint32_t i = 0; i < VERSION_PARTS; i++)
    {
        os_rwlock_lock_write(&txn->root->part[i].lock);
        os_rwlock_unlock_write(&txn->root->part[i].lock);
    }
}

uint32_t version_image_most(struct txn_root *root, const struct version_place *place)
{
    uint32_t hash = place_hash(place), most = 0;
    struct version_part *part = part_of(root, hash);

    os_rwlock_lock_read(&part->lock);
    for (struct version *version = part->bucket ? *head_of(part, place, hash) : NULL; version; version = version->older)
        if (version->image_size > most && is_open(version))
            most = version->image_size;
    os_rwlock_unlock_read(&part->lock);
    return most;
}

/* ---------------------------------------------------- ends of transactions --- */

JET_ERR version_rollback(struct txn *txn)
{
    struct txn_root *root = txn->root;
    JET_ERR err = JET_errSuccess, now;

    while (txn->newest && txn->newest->level >= txn->level)
    {
        if (root->hooks.undo)
        {
            now = root->hooks.undo(root->hooks.context, txn, txn->newest);
            err = err < 0 ? err : now;
        }
        pop(txn);
    }
    return err < 0 ? err : JET_errSuccess;
}

JET_ERR version_rollback_update(struct txn *txn, uint32_t update)
{
    struct txn_root *root = txn->root;
    struct version **link = &txn->newest;
    JET_ERR err = JET_errSuccess, now;

    while (*link && (*link)->updates >= update)
    {
        struct version *version = *link;

        if (version->update != update)
        {
            link = &version->txn_older;
            continue;
        }
        if (root->hooks.undo)
        {
            now = root->hooks.undo(root->hooks.context, txn, version);
            err = err < 0 ? err : now;
        }
        if (version == txn->newest)
        {
            pop(txn);
            continue;
        }
        /* Its memory stays until that of an older one is given back. */
        version_gone(txn, version);
        *link = version->txn_older;
    }
    return err < 0 ? err : JET_errSuccess;
}

void version_commit_level(struct txn *txn)
{
    if (txn->level > 1)
        for (struct version *version = txn->newest; version && version->level == txn->level;
             version = version->txn_older)
            atomic_store_explicit(&version->level, version->level - 1, memory_order_relaxed);
}

static uint64_t first_of(const struct version_batch *batch)
{
    return atomic_load_explicit(&batch->first, memory_order_relaxed);
}

/*
 * Of the batches that wait, those before which none that was committed later has a version
 * are in a list of their own, in the same order: each has the first of all versions from
 * it on.  root->lock is held, here and below.
 */
static void note_first(struct txn_root *root, struct version_batch *batch)
{
    struct version_batch *last = root->firsts_last;

    while (last && first_of(last) >= first_of(batch))
        last = last->last_first;
    batch->last_first = last;
    batch->next_first = NULL;
    *(last ? &last->next_first : &root->firsts) = batch;
    root->firsts_last = batch;
}

static void forget_first(struct txn_root *root, const struct version_batch *batch)
{
    if (root->firsts != batch)
        return;
    root->firsts = batch->next_first;
    *(root->firsts ? &root->firsts->last_first : &root->firsts_last) = NULL;
}

/*
 * Windows' engine cleans versions in the order in which they were made, and stops at the
 * first that somebody needs: the mark of that.  Of transactions that are open none is older
 * than what was committed before they began.
 */
static uint64_t first_needed(const struct txn_root *root, uint64_t oldest)
{
    const struct version_batch *batch = root->firsts;
    uint64_t mark = UINT64_MAX;

    while (batch && atomic_load_explicit(&batch->committed, memory_order_relaxed) < oldest)
        batch = batch->next_first;
    if (batch)
        mark = first_of(batch);
    for (batch = root->locks; batch; batch = batch->next)
        if (first_of(batch) && first_of(batch) < mark)
            mark = first_of(batch);
    return mark;
}

void version_commit(struct txn *txn, uint64_t time)
{
    struct txn_root *root = txn->root;
    struct version_batch *batch = txn->batch;

    txn->batch = NULL;
    if (!batch)
        return;
    atomic_fetch_sub_explicit(&root->befores, batch->befores, memory_order_release);
    if (!txn->newest)
    {
        batch_free(batch);
        return;
    }
    batch->newest = txn->newest;
    atomic_store_explicit(&batch->txn, NULL, memory_order_release);
    batch->next = NULL;
    *(root->committed ? &root->committed_last->next : &root->committed) = batch;
    root->committed_last = batch;
    if (!first_of(batch))
        atomic_store_explicit(&batch->first, batch->last = version_mark(root), memory_order_relaxed);
    note_first(root, batch);
    txn->newest = NULL;
    atomic_store_explicit(&batch->committed, time, memory_order_release);
}

void version_hold_locks(struct txn *txn, bool held)
{
    if (txn->locks)
        atomic_store_explicit(&txn->locks->committed, held ? TXN_TIME_NEVER : 0, memory_order_release);
}

void version_drop_locks(struct txn *txn)
{
    struct version_batch *batch = txn->locks;

    txn->locks = NULL;
    if (!batch)
        return;
    os_mutex_lock(&txn->root->lock);
    for (struct version_batch **link = &txn->root->locks; *link; link = &(*link)->next)
    {
        if (*link != batch)
            continue;
        *link = batch->next;
        break;
    }
    os_mutex_unlock(&txn->root->lock);
    for (struct version *version = batch->newest; version; version = version->txn_older)
    {
        version_unlink(txn->root, version);
        atomic_fetch_sub_explicit(&txn->root->versions, 1, memory_order_relaxed);
    }
    batch_free(batch);
}

/* The oldest batch that nobody needs and that was committed before the time; NULL if there is none.
 * in_order: nor one that Windows' engine would come to after some that is needed, while they are not many. */
static struct version_batch *batch_to_drop(struct txn_root *root, uint64_t before, bool in_order)
{
    struct version_batch *batch;

    os_mutex_lock(&root->lock);
    batch = root->committed;
    if (root->oldest && root->oldest->begin < before)
        before = root->oldest->begin;
    if (batch && before <= atomic_load_explicit(&batch->committed, memory_order_relaxed))
        batch = NULL;
    if (batch && in_order && atomic_load_explicit(&root->bytes, memory_order_relaxed) < IN_ORDER_MAX &&
        batch->last >= first_needed(root, before))
        batch = NULL;
    os_mutex_unlock(&root->lock);
    return batch;
}

/* Takes the versions of a batch out of their chains. */
static void batch_unlink(struct version_batch *batch)
{
    struct version **link = &batch->newest, **last = &batch->actions, *version;

    while ((version = *link))
    {
        if (version->op == VERSION_ACTION)
        {
            *link = version->txn_older;
            *last = version;
            last = &version->txn_older;
            *last = NULL;
            continue;
        }
        version_unlink(batch->root, version);
        link = &version->txn_older;
    }
    batch->unlinked = true;
}

static uint32_t clean(struct txn_root *root, uint32_t most, uint64_t before, bool in_order)
{
    struct version *version, **link;
    struct version_batch *batch;
    uint32_t dropped = 0;

    while (dropped < most && (batch = batch_to_drop(root, before, in_order)))
    {
        /* All of them before the first expires, so that an entry whose last versions these are shows none. */
        if (!batch->unlinked)
            batch_unlink(batch);
        for (; dropped < most && (version = *(link = batch->newest ? &batch->newest : &batch->actions)); dropped++)
        {
            *link = version->txn_older;
            if (root->hooks.expire)
                root->hooks.expire(root->hooks.context, version);
            atomic_fetch_sub_explicit(&root->versions, 1, memory_order_relaxed);
        }
        if (batch->newest || batch->actions)
            break;
        os_mutex_lock(&root->lock);
        forget_first(root, batch);
        root->committed = batch->next;
        if (!root->committed)
            root->committed_last = NULL;
        os_mutex_unlock(&root->lock);
        batch_free(batch);
    }
    return dropped;
}

static bool has_open(struct txn_root *root, uint32_t database)
{
    bool open = false;

    for (unsigned i = 0; i < VERSION_PARTS && !open; i++)
    {
        struct version_part *part = &root->part[i];

        os_rwlock_lock_read(&part->lock);
        for (uint32_t b = 0; part->count && b <= part->mask && !open; b++)
            for (const struct version *head = part->bucket[b]; head && !open; head = head->chain_next)
                for (const struct version *version = head; version && !open; version = version->older)
                    open = version->database == database && version->level && is_open(version);
        os_rwlock_unlock_read(&part->lock);
    }
    return open;
}

/* Those of the database, out of a list, into another. */
static void take_versions(struct version **link, uint32_t database, struct version ***end)
{
    while (*link)
    {
        struct version *version = *link;

        if (version->database != database)
        {
            link = &version->txn_older;
            continue;
        }
        *link = version->txn_older;
        version->txn_older = NULL;
        **end = version;
        *end = &version->txn_older;
    }
}

/* Entries come before actions, in a batch as in all of them. */
static uint32_t drop_of_database(struct txn_root *root, uint32_t database)
{
    struct version *entries = NULL, **entries_end = &entries, *next;
    uint32_t dropped = 0;

    os_mutex_lock(&root->lock);
    for (struct version_batch *batch = root->committed; batch; batch = batch->next)
        take_versions(&batch->newest, database, &entries_end);
    for (struct version_batch *batch = root->committed; batch; batch = batch->next)
        take_versions(&batch->actions, database, &entries_end);
    os_mutex_unlock(&root->lock);
    for (struct version *version = entries; version; version = version->txn_older)
        version_unlink(root, version);
    for (int pass = 0; pass < 2; pass++)
        for (struct version *version = entries; version; version = next)
        {
            next = version->txn_older;
            if ((version->op == VERSION_ACTION) != pass)
                continue;
            if (root->hooks.expire)
                root->hooks.expire(root->hooks.context, version);
            atomic_fetch_sub_explicit(&root->versions, 1, memory_order_relaxed);
            dropped++;
        }
    return dropped;
}

JET_ERR version_drop_database(struct txn_root *root, uint32_t database)
{
    if (has_open(root, database))
        return JET_errDatabaseInUse;
    os_mutex_lock(&root->clean);
    while (drop_of_database(root, database))
        ;
    os_mutex_unlock(&root->clean);
    return JET_errSuccess;
}

/* When nothing is left, the bucket that is not full goes as well. */
static void leave_bucket(struct txn_root *root)
{
    uint64_t old = atomic_load_explicit(&root->allotted, memory_order_relaxed);

    if (!atomic_load_explicit(&root->versions, memory_order_relaxed) && (uint32_t)old)
        atomic_compare_exchange_strong_explicit(&root->allotted, &old, ((old >> BUCKET_SHIFT) + 1) << BUCKET_SHIFT,
                                                memory_order_relaxed, memory_order_relaxed);
}

uint32_t version_clean(struct txn_root *root, uint32_t most)
{
    uint32_t dropped;

    if (!os_mutex_try_lock(&root->clean))
        return 0;
    dropped = clean(root, most, TXN_TIME_NEVER, false);
    leave_bucket(root);
    os_mutex_unlock(&root->clean);
    return dropped;
}

/*
 * Who cleans may have a transaction open, and what others commit meanwhile can go only when it
 * has ended.  So as soon as they have filled a bucket in their turn, the rest is theirs.
 */
void version_clean_now(struct txn_root *root)
{
    uint64_t before;

    if (!os_mutex_try_lock(&root->clean))
        return;
    before = atomic_exchange_explicit(&root->clean_before, 0, memory_order_relaxed);
    while (before && clean(root, CLEAN_SHARE, before, true) >= CLEAN_SHARE)
        if (atomic_load_explicit(&root->clean_before, memory_order_relaxed))
            break;
    leave_bucket(root);
    os_mutex_unlock(&root->clean);
}

uint64_t version_oldest_kept(struct txn_root *root)
{
    uint64_t oldest;

    os_mutex_lock(&root->lock);
    oldest = root->committed ? atomic_load(&root->committed->committed) : TXN_TIME_NEVER;
    os_mutex_unlock(&root->lock);
    return oldest;
}

void version_clean_all(struct txn_root *root)
{
    os_mutex_lock(&root->clean);
    while (clean(root, UINT32_MAX, TXN_TIME_NEVER, false))
        ;
    leave_bucket(root);
    os_mutex_unlock(&root->clean);
}

void version_usage(struct txn_root *root, uint64_t *count, uint64_t *bytes)
{
    *count = atomic_load_explicit(&root->versions, memory_order_relaxed);
    *bytes = atomic_load_explicit(&root->bytes, memory_order_relaxed);
}

void version_root_free(struct txn_root *root)
{
    version_clean_all(root);
    spare_free(root);
    for (unsigned i = 0; i < VERSION_PARTS; i++)
    {
        os_free(root->part[i].bucket);
        root->part[i].bucket = NULL;
    }
}
