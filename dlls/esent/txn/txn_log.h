/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What of transactions is in the log.
 *
 * Records name a session by a small number.  A transaction takes one when its
 * first record is written and gives it back after its last, so the numbers in
 * use are as many as transactions that write at a time.  The beginning of a
 * transaction, and of each level, is not logged before the first change in it.
 *
 * What no transaction of a program's makes (space, structure, cleanup) is logged
 * as a little transaction of its own, with a number of its own: redo takes no
 * change that is outside of one.
 *
 * For each number that is in use there is the position at which its
 * transaction begins, or an earlier one: redo must begin before the oldest of
 * those, and before the beginnings of those that made pages dirty.
 */
#ifndef ESENT_TXN_TXN_LOG_H
#define ESENT_TXN_TXN_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "esent.h"
#include "txn/commits.h"

struct log;
struct txn;
struct txn_root;

#define TXN_LOG_FIRST 5u /* number of the first session, as in Windows' logs */
#define TXN_LOG_SESSIONS 32768u

struct txn_log
{
    struct log *log;                                /* NULL: nothing is logged */
    void (*first)(void *context);                   /* told of the first transaction that is logged; may be NULL */
    void *first_context;
    _Atomic bool first_begun;
    _Atomic uint32_t rceid;                         /* names of versions, odd, given out last */
    _Atomic uint32_t high;                          /* numbers from here on were never used */
    struct txn_commits commits;                     /* of those that changed or deleted entries */
    _Atomic uint64_t used[TXN_LOG_SESSIONS / 64];   /* bits */
    _Atomic uint64_t start[TXN_LOG_SESSIONS];       /* of the numbers in use; 0: none */
};

/* Of each struct txn. */
struct txn_logged
{
    uint16_t session;       /* its number, TXN_LOG_FIRST on; 0: it has none */
    uint8_t deferred;       /* levels that began and are not logged */
    uint8_t from;           /* level from which those began */
    uint64_t start;         /* position of its beginning */
    uint64_t commit;        /* of the last commit to level 0 that was logged */
    const uint8_t *context; /* what the program says of the commit that comes; NULL: nothing */
    uint32_t context_size;
    uint8_t context_flags;  /* LOG_COMMIT_CONTEXT_... */
    _Atomic bool ending;    /* a spinlock: its last record, or one by another thread, is being appended */
};

/* A little transaction for changes that are nobody's. */
struct txn_system
{
    uint16_t session;
    uint32_t time;
    uint64_t start;
};

/* The time of a transaction as records have it. */
static inline uint32_t txn_log_time(uint64_t time)
{
    return (uint32_t)(time * 4);
}

/* A name for a version: odd, never 0.  A revived entry's version has two: the one after it, too. */
static inline uint32_t txn_log_rceid(struct txn_log *log)
{
    return atomic_fetch_add_explicit(&log->rceid, 4, memory_order_relaxed) + 1;
}

/* Logs what beginnings of the transaction are not logged yet: before its first record. */
JET_ERR txn_log_begin(struct txn *txn);

/* A level begins or ends.  `outer` is the level afterwards.  The error is the log's; then nothing happened. */
void txn_log_begin_level(struct txn *txn);
JET_ERR txn_log_commit_level(struct txn *txn, uint32_t outer);
JET_ERR txn_log_rollback_level(struct txn *txn, uint32_t outer);

/* Another thread logs something for the transaction: false, and nothing to end, if it has no number any more. */
bool txn_log_foreign_begin(struct txn *txn);
void txn_log_foreign_end(struct txn *txn);

/* An open transaction, of which nothing is deferred, goes on under the number and time that a log has for it, to be
 * rolled back.  JET_errOutOfSessions: the number is none that is used. */
JET_ERR txn_log_adopt(struct txn *txn, uint16_t session, uint64_t start, uint32_t time);

JET_ERR txn_system_begin(struct txn_root *root, struct txn_system *system);
JET_ERR txn_system_end(struct txn_root *root, struct txn_system *system);

/* Redo need not begin before this for the sake of transactions; log_tip() is the most that it is. */
uint64_t txn_log_oldest(struct txn_root *root);

#endif
