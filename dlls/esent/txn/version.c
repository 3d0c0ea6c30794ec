/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Versions come: who may change an entry, and what is kept of it as it was. */
#include "txn/version_private.h"

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
    return (version->op == VERSION_LOCK || version->op == VERSION_READ_LOCK) && !version_is_own(txn, version) &&
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
    if (!version_sees(txn, head))
    {
        if (!commutes(op))
            return JET_errWriteConflict;
        /* All that is not settled for this transaction, its own as well, must be of the same kind. */
        for (version = head; version && (version_is_own(txn, version) || !version_sees(txn, version));
             version = skip_resting(txn, version->older))
            if (!same_op(version, op, delta_size))
                return JET_errWriteConflict;
        return JET_errSuccess;
    }
    if (commutes(head->op) && !same_op(head, op, delta_size))
        for (version = head->older; version; version = version->older)
            if (!version_sees(txn, version))
                return JET_errWriteConflict;
    return JET_errSuccess;
}

JET_ERR version_check(struct txn *txn, const struct version_place *place, enum version_op op)
{
    uint32_t hash = version_hash(place);
    struct version_part *part = version_part_of(txn->root, hash);
    JET_ERR err;

    os_rwlock_lock_read(&part->lock);
    err = check_chain(txn, version_newest(part, place, hash), (uint8_t)op, 0);
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
    version->forgotten = false;
    if (place->key_size)
        memcpy(bytes, place->key, place->key_size);
    if (place->data_size)
        memcpy(bytes + place->key_size, place->data, place->data_size);
    if (change->image_size)
        memcpy(bytes + place->key_size + place->data_size, change->image, change->image_size);
}

JET_ERR version_new(struct txn *txn, const struct version_place *place, const struct version_change *change,
                    struct version **made)
{
    struct version_batch *batch = version_batch_of(txn);
    struct version *version;
    void *memory;
    JET_ERR err;

    if (!batch)
        return JET_errOutOfMemory;
    if (place->key_size > UINT16_MAX || place->data_size > UINT16_MAX)
        return JET_errInternalError;
    err = version_batch_alloc(
        batch, (uint32_t)offsetof(struct version, bytes) + place->key_size + place->data_size + change->image_size,
        &memory);
    if (err < 0)
        return err;
    version = memory;
    version_fill(version, place, version_hash(place), change);
    version->batch = batch;
    version->level = (uint8_t)txn->level;
    version->txn_older = version->older = version->chain_next = NULL;
    *made = version;
    return JET_errSuccess;
}

void version_count_before(struct version_batch *batch, const struct version *version)
{
    if (!version_is_before(version))
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

    if (!version_part_grow(part))
        return JET_errVersionStoreOutOfMemory;
    link = version_head(part, place, version->hash);
    err = check_chain(txn, *link, version->op, version->delta_size);
    if (err < 0)
        return err;
    version_count_before(version->batch, version);
    if (*link)
    {
        version->older = *link;
        version->chain_next = (*link)->chain_next;
        (*link)->newer = version;
    }
    else
        part->count++;
    *link = version;
    return JET_errSuccess;
}

JET_ERR version_create(struct txn *txn, const struct version_place *place, const struct version_change *change,
                       struct version **created)
{
    struct version_batch *batch;
    struct version *version;
    JET_ERR err;

    *created = NULL;
    err = version_new(txn, place, change, &version);
    if (err < 0)
        return err;
    batch = version->batch;
    version_allot_change(txn->root, place, change);
    version->update = txn->update;
    version->updates = txn->updates;
    version->txn_older = txn->level ? txn->newest : batch->newest;
    version->linked = change->op != VERSION_ACTION;
    if (version->linked)
    {
        struct version_part *part = version_part_of(txn->root, version->hash);

        os_rwlock_lock_write(&part->lock);
        err = link_version(txn, part, place, version);
        os_rwlock_unlock_write(&part->lock);
        if (err < 0)
        {
            version_batch_reset(batch, version);
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
    uint32_t hash = version_hash(place);
    struct version_part *part = version_part_of(txn->root, hash);
    const struct version *head;
    bool locked;

    if (!txn->batch && !txn->locks)
        return false;
    os_rwlock_lock_read(&part->lock);
    head = version_newest(part, place, hash);
    locked = head && version_is_own(txn, head) && !commutes(head->op);
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
void version_gone(struct txn *txn, struct version *version)
{
    bool linked = version->op != VERSION_ACTION;

    version_unlink(txn->root, version);
    if (linked && version_is_before(version))
    {
        txn->batch->befores--;
        atomic_fetch_sub_explicit(&txn->root->befores, 1, memory_order_relaxed);
    }
    atomic_fetch_sub_explicit(&txn->root->versions, 1, memory_order_relaxed);
}

/* The newest version of the transaction is no more. */
void version_pop(struct txn *txn)
{
    struct version *version = txn->newest;

    version_gone(txn, version);
    txn->newest = version->txn_older;
    if (!txn->redone)
        version_batch_reset(txn->batch, version);
}

void version_cancel(struct txn *txn, struct version *version)
{
    if (txn->newest == version)
        version_pop(txn);
}
