/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * txn: transactions of a session, and what they may see.
 *
 * A session has one transaction, nested up to TXN_LEVELS deep.  Level 0 means
 * outside of any.  Levels 1 and up share one snapshot, taken when level 1 began:
 * `begin` is the time of that moment on the clock of the instance, which ticks
 * once for each begin and each commit to level 0.  A row version committed at
 * time t is visible to it when t < begin.
 *
 * The instance's txn_root keeps the clock and the list of open transactions,
 * oldest first, so that the oldest begin time, below which no version is
 * needed any more, is found at its head.  What entries were before the
 * transaction changed them is kept as versions (version.h).
 *
 * What of it is logged, and when, is in txn_log.h.
 *
 * A struct txn is used by one thread at a time.  Lock order: root.lock is a leaf.
 */
#ifndef ESENT_TXN_TXN_H
#define ESENT_TXN_TXN_H

#include <stdbool.h>
#include <stdint.h>

#include "esent.h"
#include "os/os.h"
#include "txn/txn_log.h"

#define TXN_LEVELS 7                    /* deepest: the eighth begin is JET_errTransTooDeep */
#define TXN_LEVELS_INNER (TXN_LEVELS + 4)   /* with the engine's own */
#define TXN_TIME_NEVER UINT64_MAX

struct txn;
struct version;
struct version_batch;
struct unseen_index;

/* What the floors above do with versions (version.h). */
struct version_hooks
{
    void *context;
    /* Undoes the change that a version tells of, newest first, when its
     * transaction rolls back.  An entry whose insert is undone leaves the page
     * if it has no other version, else it becomes a deleted one again. */
    JET_ERR (*undo)(void *context, struct txn *txn, struct version *version);
    /* Nobody needs the committed version any more, which is out of its chain: a
     * delete takes its entry off the page, if that has no version left. */
    void (*expire)(void *context, struct version *version);
    /* Before a transaction that changed something commits to level 0, while root->unseen is not NULL:
     * brings up to date what it did not see.  root->handover is held for reading. */
    JET_ERR (*settle)(void *context, struct txn *txn);
};

#define VERSION_PARTS 64

/* A part of the hash table of versions, with a lock of its own. */
struct version_part
{
    struct os_rwlock lock;
    struct version **bucket;
    uint32_t mask;
    uint32_t count;
    uint32_t apart[10];                 /* parts are in different cache lines */
};

/* Memory of versions that are gone, for the next. */
struct version_spare_chunks
{
    struct chunk *first;
    uint32_t count;
};

struct version_spare
{
    struct os_mutex lock;               /* a leaf */
    struct version_batch *batches;
    uint32_t batch_count;
    struct version_spare_chunks second, large;
};

/* Transactions of one instance. */
struct txn_root
{
    struct version_part part[VERSION_PARTS];
    struct version_hooks hooks;         /* set before the first version is made */
    uint64_t max_bytes;                 /* of versions; 0: no limit */
    void (*full)(struct txn_root *root, uint64_t begin); /* they are as many, or there is no memory, while a transaction
                                           of that time is the oldest, which was not told of; no lock but page
                                           latches is held.  May be NULL */
    _Atomic uint64_t full_told;         /* of which it was told last */
    _Atomic uint64_t bytes;             /* of versions kept */
    _Atomic uint64_t versions;
    _Atomic uint64_t befores;           /* of open transactions' versions, those of deletes and replaces */
    struct version_spare spare;
    _Atomic uint64_t allotted;          /* see version_mark() */
    _Atomic uint64_t clean_before;      /* a bucket was filled, and nobody needed versions committed before; 0: no */
    /* Held for reading by each commit to level 0 of a transaction that changed something: who holds it
     * for writing sees all such a commit did, or nothing.  Outside of the locks of page latches and `lock`. */
    struct os_rwlock handover;
    struct unseen_index *unseen;               /* of hooks.settle; guarded by `handover` */
    struct os_mutex clean;              /* one cleans at a time */
    struct version_batch *committed, *committed_last;   /* waiting to be dropped, oldest first; under `lock` */
    struct version_batch *firsts, *firsts_last;         /* some of these, see note_first() */
    struct version_batch *locks;                        /* of all sessions, of level 0; under `lock` */
    struct txn_log log;
    struct os_mutex lock;               /* guards all below */
    uint64_t clock;                     /* the next time to be given out */
    struct txn *oldest, *newest;        /* open ones, by begin time */
    uint32_t open;
};

/* An update that ended at a deeper level than it was begun at: all of it goes with that level. */
struct txn_late_update
{
    struct txn_late_update *next;
    uint32_t update;
    uint32_t begun, ended;              /* levels */
};

struct txn
{
    struct txn_root *root;
    struct txn *older, *newer;          /* neighbours among the open ones */
    uint32_t level;                     /* 0: none open */
    bool read_only;
    uint64_t begin;                     /* TXN_TIME_NEVER at level 0: sees all that is committed */
    int64_t id;                         /* the caller's number, JetBeginTransaction3 */
    struct version *newest;             /* its versions */
    uint32_t updates;                   /* numbers given by txn_new_update */
    uint32_t update;                    /* the number that versions get now; 0: none */
    struct txn_late_update *late;       /* none at level 0 */
    struct version_batch *batch;        /* what they are kept in; NULL until the first */
    struct version_batch *locks;        /* those that were made at level 0 */
    bool aside;                         /* its commit happens while its thread holds root->handover for writing */
    bool settling;                      /* in hooks.settle: what others committed since it began is no conflict */
    bool redone;                        /* its versions come from redo: their memory is not in order */
    struct txn_logged logged;
};

void txn_root_init(struct txn_root *root);
/* No transaction is open and no version left. */
void txn_root_free(struct txn_root *root);

/* Begin time of the oldest open transaction; the present if there is none. */
uint64_t txn_root_oldest(struct txn_root *root);

void txn_init(struct txn *txn, struct txn_root *root);

/* One level deeper.  `read_only` counts at level 0 only.  JET_errTransTooDeep. */
JET_ERR txn_begin(struct txn *txn, bool read_only, int64_t id);

/* A level of the engine's own within a call, which may be deeper than a program's. */
JET_ERR txn_begin_inner(struct txn *txn);

/*
 * A number for the versions of an update that is being prepared, so that it can
 * be given up alone: whatever is changed while txn->update has the number belongs
 * to it.  Other changes may come in between.
 */
uint32_t txn_new_update(struct txn *txn);
/* Undoes the changes of an update, newest first.  The first error, but all are tried. */
JET_ERR txn_rollback_update(struct txn *txn, uint32_t update);

/*
 * An update that was begun at level `begun` is about to end: what was changed for it then is undone
 * with the present level, too.  JET_errOutOfMemory.  txn_update_stays: it did not end.
 */
JET_ERR txn_update_ends(struct txn *txn, uint32_t update, uint32_t begun);
void txn_update_stays(struct txn *txn, uint32_t update);

/* Ends the innermost level; at level 1 the work becomes visible to others, and
 * its record is in the log (txn->logged.commit), not yet on disk.
 * JET_errNotInTransaction, or the log's error: then the level is still open. */
JET_ERR txn_commit(struct txn *txn);

/* Undoes the innermost level.  JET_errNotInTransaction. */
JET_ERR txn_rollback(struct txn *txn);

/*
 * Ends a transaction of one level whose memory goes then, as that of a session's never does while the
 * root lives: commits it or, after an error `err` or where that fails, rolls it back.  Returns when
 * nobody looks at it any more.  Answers `err`, or why it was not committed.
 */
JET_ERR txn_finish(struct txn *txn, JET_ERR err);

/* Lets go of locks that were taken at level 0: the session ends. */
void txn_release(struct txn *txn);

#endif
