/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What versions tell: what a transaction sees, and who has changed an entry. */
#include "txn/version_private.h"

void version_look(struct txn_root *root, struct txn *txn, const struct version_place *place, bool deleted,
                  int32_t delta_offset, struct version_view *view)
{
    uint32_t hash = version_hash(place);
    struct version_part *part = version_part_of(root, hash);

    *view = (struct version_view){ .present = !deleted };
    os_rwlock_lock_read(&part->lock);
    for (struct version *version = version_newest(part, place, hash); version; version = version->older)
    {
        if (version_sees(txn, version))
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
    return version_sees(txn, version);
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
    struct version_part *part = version_part_of(root, version->hash);
    bool first = version->linked;

    os_rwlock_lock_read(&part->lock);
    for (const struct version *older = version->older; older && first; older = older->older)
        first = !is_change(older) || version_sees(before, older);
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
    uint32_t hash = version_hash(place);
    struct version_part *part = version_part_of(root, hash);
    bool any;

    os_rwlock_lock_read(&part->lock);
    any = version_newest(part, place, hash) != NULL;
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
                any = version_is_of_tree(head, tree);
        os_rwlock_unlock_read(&part->lock);
    }
    return any;
}

bool version_needed(struct txn_root *root, const struct version_place *place)
{
    uint32_t hash = version_hash(place);
    struct version_part *part = version_part_of(root, hash);
    const struct version *newest;
    uint64_t committed = 0;
    bool needed = false;

    os_rwlock_lock_read(&part->lock);
    newest = version_newest(part, place, hash);
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
    uint32_t hash = version_hash(place);
    struct version_part *part = version_part_of(root, hash);
    const struct version *newest;
    bool others;

    os_rwlock_lock_read(&part->lock);
    newest = version_newest(part, place, hash);
    others = newest && version_is_open(newest) && !version_is_own(txn, newest);
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
    uint32_t hash = version_hash(place);
    struct version_part *part = version_part_of(root, hash);

    os_rwlock_lock_read(&part->lock);
    for (struct version *version = version_newest(part, place, hash); version; version = version->older)
    {
        struct txn *txn = version_txn(version);

        if (txn && version_is_open(version))
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
    uint32_t hash = version_hash(place), most = 0;
    struct version_part *part = version_part_of(root, hash);

    os_rwlock_lock_read(&part->lock);
    for (struct version *version = version_newest(part, place, hash); version; version = version->older)
        if (version->image_size > most && version_is_open(version))
            most = version->image_size;
    os_rwlock_unlock_read(&part->lock);
    return most;
}
