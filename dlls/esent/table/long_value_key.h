/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys in the tree of long values: an id, and for a chunk where it begins. */
#ifndef ESENT_TABLE_LONG_VALUE_KEY_H
#define ESENT_TABLE_LONG_VALUE_KEY_H

#include "format/bytes.h"
#include "table/table.h"

#define LONG_VALUE_ID_MAX 8
#define LONG_VALUE_OFFSET_SIZE 4

struct long_key
{
    uint8_t bytes[LONG_VALUE_ID_MAX + LONG_VALUE_OFFSET_SIZE];
    uint32_t id_size;                   /* which is the size of the root's key */
};

/* Ids are little-endian in records and big-endian in keys; a wide one has its top bit set.  JET_errLVCorrupted. */
static inline JET_ERR long_key(const uint8_t *id, uint32_t id_size, struct long_key *key)
{
    if ((id_size != 4 && id_size != 8) || !!(id[id_size - 1] & 0x80) != (id_size == 8))
        return JET_errLVCorrupted;
    for (uint32_t i = 0; i < id_size; i++)
        key->bytes[i] = id[id_size - 1 - i];
    key->id_size = id_size;
    return JET_errSuccess;
}

static inline void long_key_offset(struct long_key *key, uint32_t offset)
{
    set_be32(key->bytes + key->id_size, offset);
}

#endif
