/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Committed versions go, when nobody needs them any more. */
#include "txn/version_private.h"

#define CLEAN_SHARE  512u        /* versions that one call drops at least while others make some */
#define IN_ORDER_MAX (64u << 20) /* bytes that are kept only because Windows would keep them */

static uint64_t first_of(const struct version_batch *batch)
{
    return atomic_load_explicit(&batch->first, memory_order_relaxed);
}

/*
 * Of the batches that wait, those before which none that was committed later has a version
 * are in a list of their own, in the same order: each has the first of all versions from
 * it on.  root->lock is held, here and below.
 */
static void note_first(struct txn_root *root, struct version_batch *batch)
{
    struct version_batch *last = root->firsts_last;

    while (last && first_of(last) >= first_of(batch))
        last = last->last_first;
    batch->last_first = last;
    batch->next_first = NULL;
    *(last ? &last->next_first : &root->firsts) = batch;
    root->firsts_last = batch;
}

static void forget_first(struct txn_root *root, const struct version_batch *batch)
{
    if (root->firsts != batch)
        return;
    root->firsts = batch->next_first;
    *(root->firsts ? &root->firsts->last_first : &root->firsts_last) = NULL;
}

/*
 * Windows' engine cleans versions in the order in which they were made, and stops at the
 * first that somebody needs: the mark of that.  Of transactions that are open none is older
 * than what was committed before they began.
 */
static uint64_t first_needed(const struct txn_root *root, uint64_t oldest)
{
    const struct version_batch *batch = root->firsts;
    uint64_t mark = UINT64_MAX;

    while (batch && atomic_load_explicit(&batch->committed, memory_order_relaxed) < oldest)
        batch = batch->next_first;
    if (batch)
        mark = first_of(batch);
    for (batch = root->locks; batch; batch = batch->next)
        if (first_of(batch) && first_of(batch) < mark)
            mark = first_of(batch);
    return mark;
}

void version_queue(struct txn_root *root, struct version_batch *batch)
{
    batch->next = NULL;
    *(root->committed ? &root->committed_last->next : &root->committed) = batch;
    root->committed_last = batch;
    if (!first_of(batch))
        atomic_store_explicit(&batch->first, batch->last = version_mark(root), memory_order_relaxed);
    note_first(root, batch);
}

/* The oldest batch that nobody needs and that was committed before the time; NULL if there is none.
 * in_order: nor one that Windows' engine would come to after some that is needed, while they are not many. */
static struct version_batch *batch_to_drop(struct txn_root *root, uint64_t before, bool in_order)
{
    struct version_batch *batch;

    os_mutex_lock(&root->lock);
    batch = root->committed;
    if (root->oldest && root->oldest->begin < before)
        before = root->oldest->begin;
    if (batch && before <= atomic_load_explicit(&batch->committed, memory_order_relaxed))
        batch = NULL;
    if (batch && in_order && atomic_load_explicit(&root->bytes, memory_order_relaxed) < IN_ORDER_MAX &&
        batch->last >= first_needed(root, before))
        batch = NULL;
    os_mutex_unlock(&root->lock);
    return batch;
}

bool version_can_drop(struct txn_root *root)
{
    return batch_to_drop(root, UINT64_MAX, false) != NULL;
}

/* Takes the versions of a batch out of their chains. */
static void batch_unlink(struct version_batch *batch)
{
    struct version **link = &batch->newest, **last = &batch->actions, *version;

    while ((version = *link))
    {
        if (version->op == VERSION_ACTION)
        {
            *link = version->txn_older;
            *last = version;
            last = &version->txn_older;
            *last = NULL;
            continue;
        }
        version_unlink(batch->root, version);
        link = &version->txn_older;
    }
    batch->unlinked = true;
}

static uint32_t clean(struct txn_root *root, uint32_t most, uint64_t before, bool in_order)
{
    struct version *version, **link;
    struct version_batch *batch;
    uint32_t dropped = 0;

    while (dropped < most && (batch = batch_to_drop(root, before, in_order)))
    {
        /* All of them before the first expires, so that an entry whose last versions these are shows none. */
        if (!batch->unlinked)
            batch_unlink(batch);
        for (; dropped < most && (version = *(link = batch->newest ? &batch->newest : &batch->actions)); dropped++)
        {
            *link = version->txn_older;
            if (root->hooks.expire)
                root->hooks.expire(root->hooks.context, version);
            atomic_fetch_sub_explicit(&root->versions, 1, memory_order_relaxed);
        }
        if (batch->newest || batch->actions)
            break;
        os_mutex_lock(&root->lock);
        forget_first(root, batch);
        root->committed = batch->next;
        if (!root->committed)
            root->committed_last = NULL;
        os_mutex_unlock(&root->lock);
        version_batch_free(batch);
    }
    return dropped;
}

static bool has_open(struct txn_root *root, uint32_t database)
{
    bool open = false;

    for (unsigned i = 0; i < VERSION_PARTS && !open; i++)
    {
        struct version_part *part = &root->part[i];

        os_rwlock_lock_read(&part->lock);
        for (uint32_t b = 0; part->count && b <= part->mask && !open; b++)
            for (const struct version *head = part->bucket[b]; head && !open; head = head->chain_next)
                for (const struct version *version = head; version && !open; version = version->older)
                    open = version->database == database && version->level && version_is_open(version);
        os_rwlock_unlock_read(&part->lock);
    }
    return open;
}

/* Those of the database, out of a list, into another. */
static void take_versions(struct version **link, uint32_t database, struct version ***end)
{
    while (*link)
    {
        struct version *version = *link;

        if (version->database != database)
        {
            link = &version->txn_older;
            continue;
        }
        *link = version->txn_older;
        version->txn_older = NULL;
        **end = version;
        *end = &version->txn_older;
    }
}

/* Entries come before actions, in a batch as in all of them. */
static uint32_t drop_of_database(struct txn_root *root, uint32_t database)
{
    struct version *entries = NULL, **entries_end = &entries, *next;
    uint32_t dropped = 0;

    os_mutex_lock(&root->lock);
    for (struct version_batch *batch = root->committed; batch; batch = batch->next)
        take_versions(&batch->newest, database, &entries_end);
    for (struct version_batch *batch = root->committed; batch; batch = batch->next)
        take_versions(&batch->actions, database, &entries_end);
    os_mutex_unlock(&root->lock);
    for (struct version *version = entries; version; version = version->txn_older)
        version_unlink(root, version);
    for (int pass = 0; pass < 2; pass++)
        for (struct version *version = entries; version; version = next)
        {
            next = version->txn_older;
            if ((version->op == VERSION_ACTION) != pass)
                continue;
            if (root->hooks.expire)
                root->hooks.expire(root->hooks.context, version);
            atomic_fetch_sub_explicit(&root->versions, 1, memory_order_relaxed);
            dropped++;
        }
    return dropped;
}

JET_ERR version_drop_database(struct txn_root *root, uint32_t database)
{
    JET_ERR err = JET_errSuccess;

    /* Who cleans may have a transaction open in the database, for what expires. */
    os_mutex_lock(&root->clean);
    if (has_open(root, database))
        err = JET_errDatabaseInUse;
    while (err >= 0 && drop_of_database(root, database))
        ;
    os_mutex_unlock(&root->clean);
    return err;
}

uint32_t version_clean(struct txn_root *root, uint32_t most)
{
    uint32_t dropped;

    if (!os_mutex_try_lock(&root->clean))
        return 0;
    dropped = clean(root, most, TXN_TIME_NEVER, false);
    version_leave_bucket(root);
    os_mutex_unlock(&root->clean);
    return dropped;
}

/*
 * Who cleans may have a transaction open, and what others commit meanwhile can go only when it
 * has ended.  So as soon as they have filled a bucket in their turn, the rest is theirs.
 */
void version_clean_now(struct txn_root *root)
{
    uint64_t before;

    if (!os_mutex_try_lock(&root->clean))
        return;
    before = atomic_exchange_explicit(&root->clean_before, 0, memory_order_relaxed);
    while (before && clean(root, CLEAN_SHARE, before, true) >= CLEAN_SHARE)
        if (atomic_load_explicit(&root->clean_before, memory_order_relaxed))
            break;
    version_leave_bucket(root);
    os_mutex_unlock(&root->clean);
}

uint64_t version_oldest_kept(struct txn_root *root)
{
    uint64_t oldest;

    os_mutex_lock(&root->lock);
    oldest = root->committed ? atomic_load(&root->committed->committed) : TXN_TIME_NEVER;
    os_mutex_unlock(&root->lock);
    return oldest;
}

void version_clean_all(struct txn_root *root)
{
    os_mutex_lock(&root->clean);
    while (clean(root, UINT32_MAX, TXN_TIME_NEVER, false))
        ;
    version_leave_bucket(root);
    os_mutex_unlock(&root->clean);
}

void version_hold_cleaning(struct txn_root *root)
{
    os_mutex_lock(&root->clean);
}

void version_release_cleaning(struct txn_root *root)
{
    os_mutex_unlock(&root->clean);
}

void version_forget_tree(struct txn_root *root, const struct version_place *tree)
{
    os_mutex_lock(&root->lock);
    for (struct version_batch *batch = root->committed; batch; batch = batch->next)
        for (struct version *version = batch->newest; version; version = version->txn_older)
            if (version->op != VERSION_ACTION && version_is_of_tree(version, tree))
                version->forgotten = true;
    os_mutex_unlock(&root->lock);
}

void version_root_free(struct txn_root *root)
{
    version_clean_all(root);
    version_spare_free(root);
    for (unsigned i = 0; i < VERSION_PARTS; i++)
    {
        os_free(root->part[i].bucket);
        root->part[i].bucket = NULL;
    }
}
