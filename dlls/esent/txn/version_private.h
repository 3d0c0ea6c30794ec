/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The version store from inside.
 *
 *   version_memory.c   where versions are kept
 *   version_chain.c    the table of entries that have some
 *   version.c          making them: who may change an entry
 *   version_bucket.c   an account of what Windows' engine would keep
 *   version_read.c     what they tell
 *   version_end.c      rollback and commit
 *   version_clean.c    those that are committed go
 *   version_redo.c     those that redo makes
 */
#ifndef ESENT_TXN_VERSION_PRIVATE_H
#define ESENT_TXN_VERSION_PRIVATE_H

#include "txn/version.h"

struct chunk
{
    struct chunk *older;
    uint32_t size, used;                /* of bytes */
    uint8_t bytes[];
};

/* All versions of one transaction. */
struct version_batch
{
    _Atomic uint64_t committed;         /* TXN_TIME_NEVER while open; set under txn_root.lock */
    struct txn *_Atomic txn;            /* while open */
    struct txn_root *root;
    struct version_batch *next;         /* in the queue of committed ones, or of locks, or among the free */
    struct version_batch *next_first, *last_first; /* see note_first() */
    struct version *newest;             /* what is left to drop, once committed */
    struct version *actions;            /* of that, what comes after the entries: it may take away their trees */
    bool unlinked;                      /* all of them are out of their chains */
    uint32_t befores;                   /* of its versions, those that say what was before an entry changed */
    struct chunk *chunks;               /* newest first; the oldest is `chunk` */
    uint64_t bytes;
    _Atomic uint64_t first;             /* version_mark() after its first version; 0: it has none */
    uint64_t last;                      /* and after its last one */
    struct chunk chunk;
};

/* ---- version_memory.c ---- */

/* The batch of what is done now; NULL: there is no memory. */
struct version_batch *version_batch_of(struct txn *txn);
void version_batch_free(struct version_batch *batch);
/* JET_errVersionStoreOutOfMemory. */
JET_ERR version_batch_alloc(struct version_batch *batch, uint32_t size, void **memory);
/* Gives back the newest version's memory and all that came after it. */
void version_batch_reset(struct version_batch *batch, struct version *version);
/* What is kept for the next goes. */
void version_spare_free(struct txn_root *root);

/* ---- version_clean.c ---- */

/* Whether some that are kept are needed by nobody. */
bool version_can_drop(struct txn_root *root);

/* ---- version_chain.c ---- */

uint32_t version_hash(const struct version_place *place);
/* The link to the head of the entry's chain; its end if there is none.  Part locked, and has buckets. */
struct version **version_head(struct version_part *part, const struct version_place *place, uint32_t hash);
/* Room for one more head.  Part locked exclusively. */
bool version_part_grow(struct version_part *part);

static inline struct version_part *version_part_of(struct txn_root *root, uint32_t hash)
{
    return &root->part[hash % VERSION_PARTS];
}

/* The newest version of the entry; NULL: none.  Part locked. */
static inline struct version *version_newest(struct version_part *part, const struct version_place *place,
                                             uint32_t hash)
{
    return part->bucket ? *version_head(part, place, hash) : NULL;
}

static inline bool version_is_of_tree(const struct version *version, const struct version_place *place)
{
    return version->database == place->database && version->objid == place->objid &&
           (place->objid || version->root == place->root);
}

/* ---- version.c ---- */

static inline bool version_is_open(const struct version *version)
{
    return atomic_load_explicit(&version->batch->committed, memory_order_acquire) == TXN_TIME_NEVER;
}

static inline bool version_is_own(const struct txn *txn, const struct version *version)
{
    return version->batch == txn->batch || version->batch == txn->locks;
}

static inline bool version_sees(const struct txn *txn, const struct version *version)
{
    if (txn && version_is_own(txn, version))
        return true;
    return atomic_load_explicit(&version->batch->committed, memory_order_acquire) <
           (txn && !txn->settling ? txn->begin : TXN_TIME_NEVER);
}

/* Whether a rollback of the version would bring back more than that there was nothing. */
static inline bool version_is_before(const struct version *version)
{
    return version->op == VERSION_DELETE || version->op == VERSION_REPLACE || version->revived;
}

/* A version in the transaction's batch, in no list and no chain yet.
 * JET_errOutOfMemory, JET_errVersionStoreOutOfMemory. */
JET_ERR version_new(struct txn *txn, const struct version_place *place, const struct version_change *change,
                    struct version **made);
void version_count_before(struct version_batch *batch, const struct version *version);
/* A version of an open transaction is dropped. */
void version_gone(struct txn *txn, struct version *version);
/* So is the newest of the transaction, and its memory. */
void version_pop(struct txn *txn);

/* ---- version_bucket.c ---- */

/* Takes as much of a bucket as Windows' engine would. */
void version_allot_change(struct txn_root *root, const struct version_place *place,
                          const struct version_change *change);
/* When nothing is left, the bucket that is not full goes as well. */
void version_leave_bucket(struct txn_root *root);

/* ---- version_clean.c ---- */

/* The batch, just committed, waits to be dropped.  root->lock is held. */
void version_queue(struct txn_root *root, struct version_batch *batch);

#endif
