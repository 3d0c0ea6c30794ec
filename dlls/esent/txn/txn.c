/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "txn/txn.h"

void txn_root_init(struct txn_root *root)
{
    os_mutex_init(&root->lock);
    root->clock = 1;
    root->oldest = root->newest = NULL;
    root->open = 0;
}

uint64_t txn_root_oldest(struct txn_root *root)
{
    uint64_t time;

    os_mutex_lock(&root->lock);
    time = root->oldest ? root->oldest->begin : root->clock;
    os_mutex_unlock(&root->lock);
    return time;
}

void txn_init(struct txn *txn, struct txn_root *root)
{
    txn->root = root;
    txn->older = txn->newer = NULL;
    txn->level = 0;
    txn->read_only = false;
    txn->begin = TXN_TIME_NEVER;
    txn->id = 0;
}

static void txn_link(struct txn *txn)
{
    struct txn_root *root = txn->root;

    os_mutex_lock(&root->lock);
    txn->begin = root->clock++;
    txn->older = root->newest;
    txn->newer = NULL;
    *(root->newest ? &root->newest->newer : &root->oldest) = txn;
    root->newest = txn;
    root->open++;
    os_mutex_unlock(&root->lock);
}

static void txn_unlink(struct txn *txn)
{
    struct txn_root *root = txn->root;

    os_mutex_lock(&root->lock);
    *(txn->older ? &txn->older->newer : &root->oldest) = txn->newer;
    *(txn->newer ? &txn->newer->older : &root->newest) = txn->older;
    root->open--;
    if (!txn->read_only)
        root->clock++;
    os_mutex_unlock(&root->lock);
    txn->older = txn->newer = NULL;
    txn->begin = TXN_TIME_NEVER;
    txn->read_only = false;
}

JET_ERR txn_begin(struct txn *txn, bool read_only, int64_t id)
{
    if (txn->level >= TXN_LEVELS)
        return JET_errTransTooDeep;
    if (txn->level == 0)
    {
        txn->read_only = read_only;
        txn->id = id;
        txn_link(txn);
    }
    txn->level++;
    return JET_errSuccess;
}

static JET_ERR txn_end_level(struct txn *txn)
{
    if (txn->level == 0)
        return JET_errNotInTransaction;
    if (--txn->level == 0)
        txn_unlink(txn);
    return JET_errSuccess;
}

JET_ERR txn_commit(struct txn *txn)
{
    return txn_end_level(txn);
}

JET_ERR txn_rollback(struct txn *txn)
{
    return txn_end_level(txn);
}
