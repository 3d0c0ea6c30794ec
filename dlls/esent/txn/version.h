/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Versions: what entries of trees were before, for those who may still see it.
 *
 * A change to an entry puts a version at the head of the chain of that entry,
 * which is found by a hash of (database, tree, bookmark).  The page has the
 * newest state; a version tells how to get from it to the state before.  An
 * entry that has versions is marked on its page (NODE_VERSIONED), so entries
 * without pay nothing; a mark left behind is harmless.
 *
 * A version belongs to an open transaction until that commits to level 0.  All
 * versions of the transaction are in one batch, whose commit time is set by a
 * single store while the clock is locked, so others see all of them or none.
 * Walking a chain from its head undoes the versions that a transaction must not
 * see; the rest of the chain is older and visible.
 *
 * Versions of one transaction are also linked newest first, with the level at
 * which they were made: that is the list that rollback undoes.
 *
 * Committed batches wait in a queue, oldest first, and are dropped when every
 * open transaction began after their commit.  Dropping the version of a delete
 * takes the entry off its page, which the owner of the trees does in `expire`.
 *
 * Memory comes in chunks that belong to one batch and goes with it; there is no
 * limit but the caller's (txn_root.max_bytes).
 *
 * Locks: the hash table is cut into parts, each with a rwlock, held while a
 * chain is read or changed, and for nothing else.  Page latches come before
 * them; txn_root.lock is not held with one.
 */
#ifndef ESENT_TXN_VERSION_H
#define ESENT_TXN_VERSION_H

#include "txn/txn.h"

enum version_op
{
    VERSION_INSERT = 1, /* the entry was not there (or was a deleted one: `image` is its data then) */
    VERSION_DELETE,     /* the entry was there, with the data that is still on the page */
    VERSION_REPLACE,    /* the data was `image` */
    VERSION_DELTA,      /* the number of `delta_size` bytes at `offset` was less by `delta`; many transactions may have one */
    VERSION_LOCK,       /* nothing changed: the entry is locked against other writers */
    VERSION_READ_LOCK,  /* the same, and others may have one, too */
    VERSION_ACTION,     /* no entry: something of the caller's to be undone or finished (schema, space) */
};

/* Names an entry. */
struct version_place
{
    uint32_t database;          /* tree_store.id */
    uint32_t root;              /* of the tree */
    const uint8_t *key;
    uint32_t key_size;
    const uint8_t *data;        /* of entries in trees that are not unique; else NULL */
    uint32_t data_size;
    uint32_t objid;             /* of the tree, which names it better than the root where it is not 0 */
};

/* A version as its owner sees it again when it is undone or dropped. */
struct version
{
    struct version *older;              /* in the chain of the entry */
    union
    {
        struct version *chain_next;     /* of a head: next entry in the bucket */
        struct version *newer;          /* of all others; who has both leaves a chain of any length at once */
    };
    struct version *txn_older;          /* versions of the transaction, newest first */
    struct version_batch *batch;        /* of the transaction that made it */
    void *owner;                        /* the tree, or what the caller likes */
    int64_t delta;
    _Atomic uint64_t undo_lgpos;        /* of the record that has its bookmark and image; 0: there is none */
    uint32_t database, root, objid;
    uint32_t hash;
    uint32_t image_size;
    uint32_t update;                    /* txn->update when it was made */
    uint32_t updates;                   /* and txn->updates: all of an update have as much as its number, or more */
    uint32_t rceid;                     /* what names it in the log; 0: it is not logged */
    uint16_t key_size, data_size;
    uint16_t offset;
    uint8_t op;
    _Atomic uint8_t level;              /* changed by its transaction only */
    bool linked;                        /* in a chain; actions are not */
    bool revived;                       /* an insertion that replaced the data of a deleted entry */
    bool forgotten;                     /* its tree is no more; under root->clean, once it is committed */
    uint8_t delta_size;
    uint8_t bytes[];                    /* key, data, image; large transactions have many, so nothing is between */
};

static inline const uint8_t *version_key(const struct version *version)
{
    return version->bytes;
}

static inline const uint8_t *version_data(const struct version *version)
{
    return version->bytes + version->key_size;
}

static inline const uint8_t *version_image(const struct version *version)
{
    return version->bytes + version->key_size + version->data_size;
}

/* What a change is, for version_create. */
struct version_change
{
    enum version_op op;
    void *owner;
    const uint8_t *image;       /* the data before, of a replace (or of the deleted entry that an insert revives) */
    uint32_t image_size;
    bool revives;               /* an insert of a deleted entry, whose data was `image` */
    uint32_t offset;            /* of a delta */
    uint32_t delta_size;
    int64_t delta;
    int32_t allot;              /* of an action: bytes that Windows' engine keeps with its version; VERSION_ALLOT_NONE */
};

#define VERSION_ALLOT_NONE (-1)         /* that engine makes no version of it */

/*
 * Whether the transaction may change an entry: JET_errWriteConflict if its
 * newest version belongs to another open transaction, or was committed after
 * this one began.  Deltas do not conflict with deltas, nor read locks with read
 * locks, as long as nothing else was done to the entry since; a lock that was
 * committed counts as a change does.  (Published engine, FVERIWriteConflict.)
 */
JET_ERR version_check(struct txn *txn, const struct version_place *place, enum version_op op);

/* Adds a version at the head of the entry's chain, under the exclusive latch of its
 * leaf.  JET_errWriteConflict as above, JET_errVersionStoreOutOfMemory when the
 * caller's limit is reached, JET_errOutOfMemory. */
JET_ERR version_create(struct txn *txn, const struct version_place *place, const struct version_change *change,
                       struct version **version);
/*
 * Locks a place against other writers (VERSION_LOCK, VERSION_READ_LOCK), where there
 * need be no entry, and no latch.  A lock that is taken at level 0 (JetPrepareUpdate, to
 * copy a record and delete the original) is the session's until it ends, as in Windows'
 * engine, which also lets it rest between a rollback and the next transaction, and keeps
 * what was versioned after it as long.
 * JET_errWriteConflict.
 */
JET_ERR version_lock(struct txn *txn, const struct version_place *place, enum version_op op, void *owner);
/* Takes back the version just created, the newest of its transaction: the change did not happen. */
void version_cancel(struct txn *txn, struct version *version);
/* Takes a version out of its chain.  An undo does this under the latch under
 * which it restores the page; what it leaves in, rollback takes out after it. */
void version_unlink(struct txn_root *root, struct version *version);

/* What a transaction sees of an entry that is marked as versioned.  txn NULL: the newest committed state. */
struct version_view
{
    bool present;               /* false: for this transaction the entry is not there */
    bool replaced;              /* the data is `image`, not the page's */
    const uint8_t *image;       /* good until version_view_end */
    uint32_t image_size;
    int64_t delta;              /* to be taken off the number at the offset asked for */
    struct os_rwlock *lock;     /* held while `replaced` */
};

/* `deleted`: whether the entry on the page is marked deleted.  delta_offset: of
 * the number whose deltas by others are to be added up in view->delta, -1: none.
 * A part of the table stays locked until version_view_end when `replaced`; no
 * other entry may be looked at meanwhile. */
void version_look(struct txn_root *root, struct txn *txn, const struct version_place *place, bool deleted,
                  int32_t delta_offset, struct version_view *view);
void version_view_end(struct version_view *view);

/* Whether any version of the entry is left (else a deleted entry may leave its page). */
bool version_any(struct txn_root *root, const struct version_place *place);

/* Whether any version of any entry of the tree is left: looks at many, so it is not for what happens often. */
bool version_any_of_tree(struct txn_root *root, const struct version_place *tree);

/* Whether the entry's newest version is one that somebody may need: of a transaction that is
 * open, or committed since the oldest open one began.  Others go as soon as there is time. */
bool version_needed(struct txn_root *root, const struct version_place *place);

/* Whether the entry's newest version is of a transaction that is open, and not of this one. */
bool version_others(struct txn_root *root, const struct txn *txn, const struct version_place *place);

/* The size of the largest data that a rollback of open transactions would bring back to the entry; 0: none. */
uint32_t version_image_most(struct txn_root *root, const struct version_place *place);

/* Whose version it is, while that is open; else NULL. */
struct txn *version_txn(const struct version *version);

/* Calls `visit` for each version of the entry whose transaction is open, which
 * its page's latch keeps from ending.  A part of the table is locked meanwhile. */
void version_each_open(struct txn_root *root, const struct version_place *place,
                       void (*visit)(void *context, struct txn *txn, struct version *version), void *context);

/* Of txn_finish(): waits for those who found the transaction in a version while it was open. */
void version_txn_gone(struct txn *txn);

/* Whether the transaction sees what the version, which is kept, did. */
bool version_seen(const struct txn *txn, const struct version *version);

/* When a version that expires was committed. */
uint64_t version_committed(const struct version *version);

/*
 * Calls `visit` for each entry of the tree that the transaction changed (`owns`), or that others changed
 * and committed since it began, once: with its key.  `before` is a view that sees none of these changes.
 * Locks are held meanwhile; the transaction is open and its thread is here.
 */
void version_each_changed(struct txn *txn, bool owns, const struct txn *before, uint32_t database, uint32_t root,
                          uint32_t objid, void (*visit)(void *context, const uint8_t *key, uint32_t size),
                          void *context);

/* Drops what nobody needs any more, at most `most` versions; returns how many.  From any thread, one at a time. */
uint32_t version_clean(struct txn_root *root, uint32_t most);
/* When the oldest versions that are kept were committed; TXN_TIME_NEVER: there are none. */
uint64_t version_oldest_kept(struct txn_root *root);
/*
 * Drops all versions of a database that nobody has open any more, also those that transactions which
 * have to do with others would need.  JET_errDatabaseInUse: a transaction that changed it is open.
 */
JET_ERR version_drop_database(struct txn_root *root, uint32_t database);
/* The same of all that can be dropped; waits for who is cleaning. */
void version_clean_all(struct txn_root *root);
/* Between these nobody cleans: no version expires.  Not from within hooks.expire, where that is so. */
void version_hold_cleaning(struct txn_root *root);
void version_release_cleaning(struct txn_root *root);
/*
 * A tree is about to be no more, and its pages another's: what committed transactions did there is `forgotten`,
 * so that nothing is taken off its pages when that expires, after the tree.  Nobody cleans meanwhile.
 */
void version_forget_tree(struct txn_root *root, const struct version_place *tree);

/* Whether an open transaction has changed or deleted any entry, beyond adding some: without a latch, a guess.
 * The commit of any that had is among root->log.commits. */
static inline bool version_befores(const struct txn_root *root)
{
    return atomic_load_explicit(&root->befores, memory_order_acquire);
}

/*
 * Windows' engine keeps versions in buckets of 32 KB, and cleans as it takes another.
 * So does this one, with an account of what that one would have taken: a writer's call
 * that fills a bucket cleans as it returns, when it holds no latch, what nobody needed
 * at the moment when the bucket was full.
 */
void version_clean_now(struct txn_root *root);
/* Accounts for a version that Windows' engine makes and this one need not: of an insertion which
 * finds its key taken, of a lock that is held already, of the space of a new tree.  `size`: of the
 * key and data of the place, or of what else goes with the version. */
void version_allot(struct txn_root *root, uint32_t size);

static inline void version_clean_due(struct txn_root *root)
{
    if (os_unlikely(atomic_load_explicit(&root->clean_before, memory_order_relaxed) != 0))
        version_clean_now(root);
}

/* How much all versions ever made would have taken: a number of buckets, and the bytes of the last one. */
static inline uint64_t version_mark(const struct txn_root *root)
{
    return atomic_load_explicit(&root->allotted, memory_order_relaxed);
}

/* Versions kept now, and their bytes. */
void version_usage(struct txn_root *root, uint64_t *count, uint64_t *bytes);

/*
 * ---- for redo ----
 *
 * Redo makes the versions of transactions whose end it does not know yet.  They
 * are named by the rceid of their record and lie in the chain of their entry in
 * that order, whichever order they are made in (LOG_UNDO_INFO comes late).  They
 * are in no transaction's list: who asked for one keeps it, in lists linked by
 * txn_older, and gives them to the transaction when it is to be rolled back.
 * Nobody reads meanwhile, so those of a transaction that commits are just forgotten.
 */

/* Makes one; *version is NULL if the entry has one of that name. */
JET_ERR version_redo(struct txn *txn, const struct version_place *place, const struct version_change *change,
                     uint32_t rceid, struct version **version);
/* The one of that name; NULL: none. */
struct version *version_redo_find(struct txn_root *root, const struct version_place *place, uint32_t rceid);
/* Takes it out of its chain; it stays in the list it is in, as one that changed nothing. */
void version_redo_done(struct txn_root *root, struct version *version);
/* Takes all of a list out of their chains.  Their memory goes with the transaction. */
void version_redo_forget(struct txn_root *root, struct version *list);
/* A list of versions in the order in which a rollback undoes them: by name, the last one first. */
struct version *version_redo_sort(struct version *list);
/* The transaction, whose level is that of the list, gets these for its own. */
void version_redo_adopt(struct txn *txn, struct version *list);

/* ---- for txn.c ---- */

/* Undoes and takes out the transaction's versions of its present level; the first error, but all are tried. */
JET_ERR version_rollback(struct txn *txn);
/* Undoes and takes out those of one update. */
JET_ERR version_rollback_update(struct txn *txn, uint32_t update);
/* Whether the session's locks of level 0 count now; and an end of them. */
void version_hold_locks(struct txn *txn, bool held);
void version_drop_locks(struct txn *txn);
/* The versions of the present level become the next outer level's. */
void version_commit_level(struct txn *txn);
/* The transaction's versions are committed at `time`; root->lock is held. */
void version_commit(struct txn *txn, uint64_t time);
/* Frees the table of versions, which is empty. */
void version_root_free(struct txn_root *root);

#endif
