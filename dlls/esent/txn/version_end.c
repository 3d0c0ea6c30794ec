/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Transactions end: their versions are undone, or become what others see. */
#include "txn/version_private.h"

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
        version_pop(txn);
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
            version_pop(txn);
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
        version_batch_free(batch);
        return;
    }
    batch->newest = txn->newest;
    atomic_store_explicit(&batch->txn, NULL, memory_order_release);
    version_queue(root, batch);
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
    version_batch_free(batch);
}
