/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Versions that redo makes from the log. */
#include "txn/version_private.h"

/* Names count up and start over. */
static bool is_newer(uint32_t rceid, uint32_t than)
{
    return (int32_t)(rceid - than) > 0;
}

/* Into the chain of an entry, before the first that is not newer.  Part locked exclusively. */
static bool chain_by_name(struct version **link, struct version *version)
{
    struct version *newer = NULL, *next = *link ? (*link)->chain_next : NULL;

    while (*link && is_newer((*link)->rceid, version->rceid))
    {
        newer = *link;
        link = &newer->older;
    }
    if (*link && (*link)->rceid == version->rceid)
        return false;
    version->older = *link;
    if (version->older)
        version->older->newer = version;
    if (newer)
        version->newer = newer;
    else
        version->chain_next = next;
    *link = version;
    return true;
}

JET_ERR version_redo(struct txn *txn, const struct version_place *place, const struct version_change *change,
                     uint32_t rceid, struct version **created)
{
    struct version *version, **link;
    struct version_part *part;
    bool fresh, linked;
    JET_ERR err;

    *created = NULL;
    err = version_new(txn, place, change, &version);
    if (err < 0)
        return err;
    part = version_part_of(txn->root, version->hash);
    version->update = version->updates = 0;
    version->rceid = rceid;
    version->linked = true;
    os_rwlock_lock_write(&part->lock);
    if (!version_part_grow(part))
    {
        os_rwlock_unlock_write(&part->lock);
        return JET_errOutOfMemory;
    }
    link = version_head(part, place, version->hash);
    fresh = !*link;
    linked = chain_by_name(link, version);
    if (linked)
        version_count_before(version->batch, version);
    part->count += fresh;
    os_rwlock_unlock_write(&part->lock);
    /* What is not wanted stays until its transaction ends. */
    if (!linked)
        return JET_errSuccess;
    atomic_fetch_add_explicit(&txn->root->versions, 1, memory_order_relaxed);
    *created = version;
    return JET_errSuccess;
}

struct version *version_redo_find(struct txn_root *root, const struct version_place *place, uint32_t rceid)
{
    uint32_t hash = version_hash(place);
    struct version_part *part = version_part_of(root, hash);
    struct version *version;

    os_rwlock_lock_read(&part->lock);
    version = version_newest(part, place, hash);
    while (version && version->rceid != rceid)
        version = version->older;
    os_rwlock_unlock_read(&part->lock);
    return version;
}

void version_redo_done(struct txn_root *root, struct version *version)
{
    version_unlink(root, version);
    version->op = VERSION_LOCK;
}

void version_redo_forget(struct txn_root *root, struct version *list)
{
    for (; list; list = list->txn_older)
    {
        version_unlink(root, list);
        atomic_fetch_sub_explicit(&root->versions, 1, memory_order_relaxed);
    }
}

struct version *version_redo_sort(struct version *list)
{
    struct version *half[2] = { NULL, NULL }, *sorted = NULL, **end = &sorted;
    unsigned turn = 0;

    if (!list || !list->txn_older)
        return list;
    while (list)
    {
        struct version *next = list->txn_older;

        list->txn_older = half[turn];
        half[turn] = list;
        turn ^= 1;
        list = next;
    }
    for (turn = 0; turn < 2; turn++)
        half[turn] = version_redo_sort(half[turn]);
    while (half[0] || half[1])
    {
        turn = !half[0] || (half[1] && is_newer(half[1]->rceid, half[0]->rceid));
        *end = half[turn];
        end = &half[turn]->txn_older;
        half[turn] = *end;
    }
    *end = NULL;
    return sorted;
}

void version_redo_adopt(struct txn *txn, struct version *list)
{
    struct version **end = &list;

    for (struct version *version = list; version; version = version->txn_older)
    {
        version->level = (uint8_t)txn->level;
        end = &version->txn_older;
    }
    *end = txn->newest;
    txn->newest = list;
    txn->redone = true;
}
