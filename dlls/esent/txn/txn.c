/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log/log.h"
#include "txn/version.h"

void txn_root_init(struct txn_root *root)
{
    memset(root, 0, sizeof(*root));
    root->clock = 1;
    atomic_init(&root->log.used[0], (1ull << TXN_LOG_FIRST) - 1);
}

void txn_root_free(struct txn_root *root)
{
    version_root_free(root);
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
    txn->newest = NULL;
    txn->updates = txn->update = 0;
    txn->late = NULL;
    txn->batch = txn->locks = NULL;
    txn->aside = txn->settling = txn->redone = false;
    memset(&txn->logged, 0, sizeof(txn->logged));
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

/* Ends the transaction; its versions, if it has any, get their time of commit. */
static void txn_unlink(struct txn *txn)
{
    struct txn_root *root = txn->root;

    os_mutex_lock(&root->lock);
    *(txn->older ? &txn->older->newer : &root->oldest) = txn->newer;
    *(txn->newer ? &txn->newer->older : &root->newest) = txn->older;
    root->open--;
    if (!txn->read_only || txn->batch)
        version_commit(txn, root->clock++);
    os_mutex_unlock(&root->lock);
    txn->older = txn->newer = NULL;
    txn->begin = TXN_TIME_NEVER;
    txn->read_only = false;
}

static JET_ERR txn_begin_level(struct txn *txn, bool read_only, int64_t id)
{
    if (txn->level == 0)
    {
        txn->read_only = read_only;
        txn->id = id;
        version_hold_locks(txn, true);
        txn_link(txn);
    }
    txn_log_begin_level(txn);
    txn->level++;
    return JET_errSuccess;
}

JET_ERR txn_begin(struct txn *txn, bool read_only, int64_t id)
{
    return txn->level >= TXN_LEVELS ? JET_errTransTooDeep : txn_begin_level(txn, read_only, id);
}

JET_ERR txn_begin_inner(struct txn *txn)
{
    return txn->level >= TXN_LEVELS_INNER ? JET_errTransTooDeep : txn_begin_level(txn, false, 0);
}

uint32_t txn_new_update(struct txn *txn)
{
    return ++txn->updates;
}

JET_ERR txn_rollback_update(struct txn *txn, uint32_t update)
{
    return version_rollback_update(txn, update);
}

JET_ERR txn_update_ends(struct txn *txn, uint32_t update, uint32_t begun)
{
    struct txn_late_update *late;

    if (!update || begun >= txn->level)
        return JET_errSuccess;
    late = os_alloc(sizeof(*late));
    if (!late)
        return JET_errOutOfMemory;
    *late = (struct txn_late_update){ txn->late, update, begun, txn->level };
    txn->late = late;
    return JET_errSuccess;
}

void txn_update_stays(struct txn *txn, uint32_t update)
{
    struct txn_late_update *late = txn->late;

    if (!update || !late || late->update != update)
        return;
    txn->late = late->next;
    os_free(late);
}

/* The present level is committed. */
static void late_updates_commit(struct txn *txn)
{
    uint32_t level = txn->level - 1;

    for (struct txn_late_update **link = &txn->late, *late; (late = *link);)
    {
        if (late->ended > level)
            late->ended = level;
        if (late->begun < late->ended)
        {
            link = &late->next;
            continue;
        }
        *link = late->next;
        os_free(late);
    }
}

/* The present level was rolled back, and now what was changed earlier for updates that ended in it. */
static JET_ERR late_updates_roll_back(struct txn *txn)
{
    JET_ERR err = JET_errSuccess, now;

    while (txn->late && txn->late->ended >= txn->level)
    {
        struct txn_late_update *late = txn->late;

        now = version_rollback_update(txn, late->update);
        err = err < 0 ? err : now;
        txn->late = late->next;
        os_free(late);
    }
    return err;
}

static void txn_end_level(struct txn *txn)
{
    if (--txn->level == 0)
        txn_unlink(txn);
}

static JET_ERR commit_level(struct txn *txn)
{
    JET_ERR err = txn_log_commit_level(txn, txn->level - 1);
    if (err < 0)
        return err;
    version_commit_level(txn);
    late_updates_commit(txn);
    txn_end_level(txn);
    return JET_errSuccess;
}

JET_ERR txn_commit(struct txn *txn)
{
    struct txn_root *root = txn->root;
    JET_ERR err = JET_errSuccess;

    if (txn->level == 0)
        return JET_errNotInTransaction;
    if (txn->level > 1 || !txn->newest || txn->aside)
        return commit_level(txn);
    os_rwlock_lock_read(&root->handover);
    if (os_unlikely(root->unseen != NULL) && root->hooks.settle)
        err = root->hooks.settle(root->hooks.context, txn);
    if (err >= 0)
        err = commit_level(txn);
    os_rwlock_unlock_read(&root->handover);
    return err;
}

JET_ERR txn_rollback(struct txn *txn)
{
    JET_ERR err, logged;

    if (txn->level == 0)
        return JET_errNotInTransaction;
    err = version_rollback(txn);
    logged = late_updates_roll_back(txn);
    err = err < 0 ? err : logged;
    /* What could not be undone is left to recovery, so the log must not say that it was. */
    if (err < 0 && txn->root->log.log)
        log_fail(txn->root->log.log, err);
    logged = err < 0 ? err : txn_log_rollback_level(txn, txn->level - 1);
    txn_end_level(txn);
    if (!txn->level)
        version_hold_locks(txn, false);
    return err < 0 ? err : logged;
}

JET_ERR txn_finish(struct txn *txn, JET_ERR err)
{
    if (err >= 0)
        err = txn_commit(txn);
    if (err < 0)
        (void)txn_rollback(txn);
    version_txn_gone(txn);
    return err;
}

void txn_release(struct txn *txn)
{
    if (!txn->level)
        version_drop_locks(txn);
}
