/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An account of what versions would take in Windows' engine, which cleans as its buckets fill. */
#include "txn/version_private.h"

/*
 * Windows' engine keeps versions in buckets, of which it takes another when the next
 * version does not fit, and then starts to clean.  Sizes as on its 64 bit machines: of
 * the room of a bucket, of a version besides its bookmark and image, and of what comes
 * before an image.  A place is a number of a bucket and what is taken in it.
 */
#define BUCKET_ROOM    (32768u - 32u - 48u)
#define BUCKET_VERSION 144u
#define BUCKET_IMAGE   8u
#define BUCKET_SHIFT   32

/* Takes as much of a bucket as Windows' engine would. */
static void allot_bytes(struct txn_root *root, uint32_t size)
{
    uint64_t old = atomic_load_explicit(&root->allotted, memory_order_relaxed), now;

    size = (size + 7u) & ~7u;
    do
    {
        now = old + size;
        if ((uint32_t)now > BUCKET_ROOM)
            now = ((old >> BUCKET_SHIFT) + 1) << BUCKET_SHIFT | size;
    } while (
        !atomic_compare_exchange_weak_explicit(&root->allotted, &old, now, memory_order_relaxed, memory_order_relaxed));
    if (now >> BUCKET_SHIFT != old >> BUCKET_SHIFT)
        atomic_store_explicit(&root->clean_before, txn_root_oldest(root), memory_order_relaxed);
}

void version_allot(struct txn_root *root, uint32_t size)
{
    allot_bytes(root, BUCKET_VERSION + size);
}

void version_allot_change(struct txn_root *root, const struct version_place *place, const struct version_change *change)
{
    uint32_t size = BUCKET_VERSION + place->key_size + place->data_size;

    if (change->op == VERSION_ACTION)
    {
        if (change->allot != VERSION_ALLOT_NONE)
            allot_bytes(root, BUCKET_VERSION + (uint32_t)change->allot);
        return;
    }
    /* What revives an entry is two versions there: an insertion, and a replacement. */
    if (change->revives)
        allot_bytes(root, size);
    if (change->op == VERSION_DELTA)
        size += 2 * change->delta_size;
    allot_bytes(root, size + (change->image_size ? BUCKET_IMAGE + change->image_size : 0));
}

/* When nothing is left, the bucket that is not full goes as well. */
void version_leave_bucket(struct txn_root *root)
{
    uint64_t old = atomic_load_explicit(&root->allotted, memory_order_relaxed);

    if (!atomic_load_explicit(&root->versions, memory_order_relaxed) && (uint32_t)old)
        atomic_compare_exchange_strong_explicit(&root->allotted, &old, ((old >> BUCKET_SHIFT) + 1) << BUCKET_SHIFT,
                                                memory_order_relaxed, memory_order_relaxed);
}
