/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Long values written: see long_value.c for what they are made of.
 *
 * A value is shared by the records that refer to it, as its root counts.  It is
 * changed in place while there is one reference only; else the one who changes
 * it gets a copy, with an id of its own.  Giving up a reference is a delta of the
 * count, so two transactions may do that at once; a value whose count is 0 goes
 * when no transaction sees it any more (long_value_expire).
 *
 * Chunks are compressed on their own, when that is asked for and promises
 * to be worth it, and encrypted after that.  References come and go, and copies are
 * made, without the key.  All is done in the transaction of the caller, which is at
 * level 1 or deeper; a call that fails leaves something to be rolled back.
 */
#ifndef ESENT_TABLE_LONG_VALUE_WRITE_H
#define ESENT_TABLE_LONG_VALUE_WRITE_H

#include "table/long_value_key.h"
#include "table/record.h"

/* As records have it. */
struct long_value_id
{
    uint8_t bytes[LONG_VALUE_ID_MAX];
    uint32_t size;
};

/* Bytes of the ids that a table gives out. */
uint32_t long_value_id_size(const struct table *table);
/* The next one.  JET_errOutOfLongValueIDs. */
JET_ERR long_value_new_id(struct table *table, struct long_value_id *id);
/* Creates the tree of a table's long values, for good: whatever becomes of the caller's transaction. */
JET_ERR long_value_create_tree(struct table *table);

/* A new value with one reference, of zeroes if data is NULL; key: it is encrypted, NULL: it is not.
 * JET_errOutOfLongValueIDs. */
JET_ERR long_value_create(struct table *table, struct txn *txn, const void *data, uint32_t size, bool compress,
                          const uint8_t *key, struct long_value_id *id);

enum long_value_operation
{
    LONG_VALUE_APPEND,
    LONG_VALUE_OVERWRITE,       /* from `offset` on; may grow */
    LONG_VALUE_OVERWRITE_END,   /* and ends with it */
    LONG_VALUE_RESIZE,          /* to `size`; data is not used; zeroes are added */
};

struct long_value_change
{
    enum long_value_operation operation;
    const void *data;
    uint32_t size;
    uint32_t offset;
    uint32_t size_max;          /* of the column; 0: none */
    bool compress;
    bool copy;                  /* even if there is one reference only */
    const uint8_t *key;         /* of a value that is encrypted */
};

/* *id becomes that of the copy if one is made.  JET_errColumnNoChunk, JET_errColumnTooBig, JET_errWriteConflict,
 * JET_errColumnNoEncryptionKey. */
JET_ERR long_value_change(struct table *table, struct txn *txn, struct long_value_id *id,
                          const struct long_value_change *change);

/* One more reference; *id becomes that of a copy if somebody is changing the value. */
JET_ERR long_value_reference(struct table *table, struct txn *txn, struct long_value_id *id);
/* One less. */
JET_ERR long_value_dereference(struct table *table, struct txn *txn, const struct long_value_id *id);

/* A delta of a count of references is not needed any more: the value goes if the count is 0. */
void long_value_expire(const struct version *version);

/* Whether compressing is worth trying; then into `out`, which has `size` bytes.  0: no. */
uint32_t long_value_compress(const void *data, uint32_t size, uint8_t *out);

#endif
