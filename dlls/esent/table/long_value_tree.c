/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tree of a table's long values, and the ids that they get. */
#include "format/bytes.h"
#include "table/catalog.h"
#include "table/database_private.h"
#include "table/long_value_write.h"
#include "table/schema_private.h"
#include "txn/version.h"

#define LID32_LAST  0x7ffffffeu
#define LID64_FIRST 0x8000000080000001ull
#define TREE_PAGES  1

uint32_t long_value_id_size(const struct table *table)
{
    return table->wide_lids ? 8 : 4;
}

/* Creates the tree of a table's long values, for good: whatever becomes of the caller's transaction. */
JET_ERR long_value_create_tree(struct table *table)
{
    struct database *database = table->database;
    struct catalog_row row = {
        .table = table->objid,
        .type = CATALOG_LONG_VALUE,
        .space = 100,
        .pages = TREE_PAGES,
        .name = { (const uint8_t *)"LV", 2 },
    };
    struct txn txn;
    uint32_t root;
    JET_ERR err;

    if (!database || !database->txns || !table->object || table->intrinsic_only)
        return JET_errCannotSeparateIntrinsicLV;
    os_mutex_lock(&database->schema);
    err = JET_errSuccess;
    if (table->long_values->root)
        goto done;
    row.id = database_new_objid(database);
    err = tree_create(&database->store, table->records, row.id, true, PAGE_LONG_VALUE, TREE_PAGES, &root);
    if (err < 0)
        goto done;
    if (database->temporary)
    {
        schema_init_long_values(table, root, row.id);
        goto done;
    }
    row.place = root;
    txn_init(&txn, database->txns);
    err = txn_begin_inner(&txn);
    if (err < 0)
        goto done;
    err = catalog_insert(database, &txn, &row);
    version_allot(txn.root, 0); /* of the tree, and of its space */
    version_allot(txn.root, SCHEMA_BUCKET_SPACE);
    err = txn_finish(&txn, err);
    if (err >= 0)
        schema_init_long_values(table, root, row.id);
    else
        tree_destroy(&database->store, table->records, root);
done:
    os_mutex_unlock(&database->schema);
    return err;
}

/* The highest id in the tree, also of a value that is deleted but seen by somebody still; 0: it is empty. */
static JET_ERR last_id(const struct table *table, uint64_t *last)
{
    uint8_t key[sizeof(struct long_key)];
    uint32_t size;
    JET_ERR err = tree_last_key(table->long_values, key, sizeof(key), &size);

    *last = 0;
    if (err < 0 || !size)
        return err == JET_errInvalidBufferSize ? JET_errLVCorrupted : err;
    if (size >= 8 && key[0] & 0x80)
        *last = be64(key);
    else if (size >= 4)
        *last = be32(key);
    else
        return JET_errLVCorrupted;
    return JET_errSuccess;
}

JET_ERR long_value_new_id(struct table *table, struct long_value_id *id)
{
    _Atomic uint64_t *next = &table->object->next_long_value;
    uint64_t number = atomic_load(next), nothing = 0;
    JET_ERR err;

    if (!number)
    {
        err = last_id(table, &number);
        if (err < 0)
            return err;
        number++;
        if (table->wide_lids && number < LID64_FIRST)
            number = LID64_FIRST;
        /* Whoever was here first is right. */
        atomic_compare_exchange_strong(next, &nothing, number);
    }
    number = atomic_fetch_add(next, 1);
    if (number < LID64_FIRST && number >= LID32_LAST)
        return JET_errOutOfLongValueIDs;
    id->size = number >= LID64_FIRST ? 8 : 4;
    set_le64(id->bytes, number);
    return JET_errSuccess;
}
