/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of entries that have versions, and the chain of each. */
#include "txn/version_private.h"

#define PART_BUCKETS 64u

/* The last bytes, fewer than 8; those of different numbers of bytes may be the same. */
static uint64_t last_word(const uint8_t *bytes, uint32_t size)
{
    uint32_t first, last;

    if (size < 4)
        return (uint64_t)bytes[0] << 16 | (uint64_t)bytes[size / 2] << 8 | bytes[size - 1];
    memcpy(&first, bytes, 4);
    memcpy(&last, bytes + size - 4, 4);
    return (uint64_t)first << 32 | last;
}

static uint32_t hash_bytes(uint64_t hash, const uint8_t *bytes, uint32_t size)
{
    for (; size >= 8; bytes += 8, size -= 8)
    {
        uint64_t word;

        memcpy(&word, bytes, 8);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
        hash ^= hash >> 29;
    }
    if (size)
    {
        hash = (hash ^ last_word(bytes, size)) * 0x9e3779b97f4a7c15ull + size;
        hash ^= hash >> 29;
    }
    /* Numbers in keys end in what differs, which lies in the high bits of the words. */
    hash *= 0x9e3779b97f4a7c15ull;
    return (uint32_t)(hash >> 32);
}

uint32_t version_hash(const struct version_place *place)
{
    uint32_t tree = place->objid ? place->objid : place->root;
    uint32_t hash = hash_bytes((uint64_t)place->database << 32 | tree, place->key, place->key_size);

    return place->data_size ? hash_bytes(hash, place->data, place->data_size) : hash;
}

static struct version **bucket_of(struct version_part *part, uint32_t hash)
{
    return &part->bucket[(hash / VERSION_PARTS) & part->mask];
}

static bool is_place(const struct version *version, const struct version_place *place, uint32_t hash)
{
    return version->hash == hash && version_is_of_tree(version, place) && version->key_size == place->key_size &&
           version->data_size == place->data_size && !memcmp(version_key(version), place->key, place->key_size) &&
           (!place->data_size || !memcmp(version_data(version), place->data, place->data_size));
}

/* The link to the head of the entry's chain; its end if there is none.  Part locked, and has buckets. */
struct version **version_head(struct version_part *part, const struct version_place *place, uint32_t hash)
{
    struct version **link = bucket_of(part, hash);

    while (*link && !is_place(*link, place, hash))
        link = &(*link)->chain_next;
    return link;
}

/* Room for one more head.  Part locked exclusively. */
bool version_part_grow(struct version_part *part)
{
    uint32_t count = part->bucket ? (part->mask + 1) * 2 : PART_BUCKETS, old_count = part->bucket ? part->mask + 1 : 0;
    struct version **old = part->bucket, **bucket;

    if (part->bucket && part->count <= part->mask)
        return true;
    bucket = os_alloc_array(count, sizeof(*bucket));
    if (!bucket)
        return old != NULL;
    part->bucket = bucket;
    part->mask = count - 1;
    for (uint32_t i = 0; i < old_count; i++)
        for (struct version *head = old[i], *next; head; head = next)
        {
            struct version **link = bucket_of(part, head->hash);

            next = head->chain_next;
            head->chain_next = *link;
            *link = head;
        }
    os_free(old);
    return true;
}

void version_unlink(struct txn_root *root, struct version *version)
{
    struct version_place place = { version->database,     version->root,      version_key(version), version->key_size,
                                   version_data(version), version->data_size, version->objid };
    struct version_part *part = version_part_of(root, version->hash);
    struct version **link;

    if (!version->linked)
        return;
    os_rwlock_lock_write(&part->lock);
    link = version_head(part, &place, version->hash);
    if (*link != version)
    {
        version->newer->older = version->older;
        if (version->older)
            version->older->newer = version->newer;
    }
    else if (version->older)
    {
        version->older->chain_next = version->chain_next;
        *link = version->older;
    }
    else
    {
        *link = version->chain_next;
        part->count--;
    }
    version->linked = false;
    os_rwlock_unlock_write(&part->lock);
}
