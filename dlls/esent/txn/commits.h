/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Commits that may not be durable, and the pages that wait for them.
 *
 * A page may be written when the log has all that undoes what is on it.  Of an open
 * transaction that is told by LOG_UNDO_INFO (btree/change_log.c).  Once a transaction is
 * committed nobody tells any more, so its commit must be on the disk before the page is: it
 * would be undone else, with nothing to undo it by.  A lazy commit may be long on its way.
 *
 * Windows' engine hangs the versions on the page's buffer, and as they are committed gives
 * the page the position of the commit for that of its last change.  Here versions know no
 * page, as they move, so the page asks: who changed it began before its last change.
 * It waits for the last commit of all transactions that began before that.
 *
 * So few are kept that some stand for several: then a page waits for more than it need.
 */
#ifndef ESENT_TXN_COMMITS_H
#define ESENT_TXN_COMMITS_H

#include <stdint.h>

#include "os/os.h"

#define TXN_COMMITS 64u

/* Positions in the log.  Both rise from one to the next. */
struct txn_commit
{
    uint64_t start, commit;
};

struct txn_commits
{
    struct os_mutex lock;               /* a leaf */
    uint32_t count;
    struct txn_commit commit[TXN_COMMITS];
};

/* A transaction that began at `start` has its commit at `commit`.  Before anybody can see that it is
 * committed.  The log is durable up to `durable`. */
void txn_commits_add(struct txn_commits *commits, uint64_t start, uint64_t commit, uint64_t durable);

/* The record that must be durable before a page whose last change is at `lgpos` is written; 0: none. */
uint64_t txn_commits_need(struct txn_commits *commits, uint64_t lgpos);

#endif
