/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Indexes that come into being while other transactions change records.
 *
 * A scan fills a new index with what its transaction sees.  What others committed
 * since that transaction began is added as changes of a transaction of its own, so
 * that the builder does not see them, and the index is shown to the others in the
 * same moment (txn_root.handover).  From then on a transaction that does not see
 * the index brings it up to date just before it commits: nobody could have seen
 * the entries earlier.  A rollback has nothing to undo.
 *
 * Windows' engine makes the entries of the others at once, as changes of their
 * transactions (fcreate.cxx, the update phase of an index' creation).  Here a
 * duplicate key that such a transaction has is the error of its commit.
 */
#include <stdlib.h>

#include "table/ddl_private.h"
#include "table/update_private.h"
#include "txn/version.h"

/* An index that some transactions do not see; in txn_root.unseen. */
struct unseen_index
{
    struct unseen_index *next;
    const struct version *maker; /* of its tree */
    struct table *table;         /* a state that has it, kept referenced, which keeps no database open */
    uint32_t at;                 /* in table->indexes */
};

/* Keys of records. */
struct places
{
    uint8_t *bytes; /* size, two bytes, then key, of each */
    uint32_t used, room;
    bool lost; /* no memory */
};

static void add_place(void *context, const uint8_t *key, uint32_t size)
{
    struct places *places = context;

    if (places->room - places->used < size + 2)
    {
        uint32_t room = 2 * places->room + size + 1024;
        uint8_t *bytes = os_realloc(places->bytes, room);

        places->lost |= !bytes;
        if (!bytes)
            return;
        places->bytes = bytes;
        places->room = room;
    }
    places->bytes[places->used] = (uint8_t)size;
    places->bytes[places->used + 1] = (uint8_t)(size >> 8);
    memcpy(places->bytes + places->used + 2, key, size);
    places->used += size + 2;
}

/* One index, and the two states between which it is to be brought forward. */
struct settling
{
    struct table *table;
    uint32_t at;
    struct txn *writer, *before, *after;
    struct places places;
    uint8_t *old_bytes, *new_bytes;
};

/* The record as a transaction sees it; size 0: it does not. */
static JET_ERR read_record(struct table *table, struct txn *view, const uint8_t *key, uint32_t size, uint8_t *bytes,
                           struct record *record)
{
    struct tree_cursor cursor;
    struct page_node node;
    JET_ERR err;

    *record = (struct record){ bytes, 0 };
    tree_cursor_init(&cursor, table->records, view);
    err = tree_goto_bookmark(&cursor, key, size, NULL, 0);
    if (err >= 0)
        err = tree_latch(&cursor, &node);
    if (err >= 0)
    {
        memcpy(bytes, node.data, node.data_size);
        record->size = node.data_size;
        tree_unlatch(&cursor);
    }
    tree_cursor_close(&cursor);
    return err == JET_errRecordDeleted || err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

static JET_ERR settle_record(struct settling *settling, const uint8_t *key, uint32_t size, bool insert)
{
    struct record old, new;
    JET_ERR err = read_record(settling->table, settling->before, key, size, settling->old_bytes, &old);

    if (err >= 0)
        err = read_record(settling->table, settling->after, key, size, settling->new_bytes, &new);
    if (err < 0)
        return err;
    return index_bring_forward(settling->table, settling->writer, settling->at, old.size ? &old : NULL,
                               settling->before, new.size ? &new : NULL, settling->after, key, size, insert);
}

/* All entries that go, then those that come: a key may go from one record to another. */
static JET_ERR settle_places(struct settling *settling)
{
    uint32_t page_size = settling->table->database->page_size;
    JET_ERR err = settling->places.lost ? JET_errOutOfMemory : JET_errSuccess;

    if (err < 0 || !settling->places.used)
        return err;
    settling->old_bytes = os_alloc(2 * (size_t)page_size);
    if (!settling->old_bytes)
        return JET_errOutOfMemory;
    settling->new_bytes = settling->old_bytes + page_size;
    for (int insert = 0; err >= 0 && insert < 2; insert++)
    {
        uint32_t at = 0;

        while (err >= 0 && at < settling->places.used)
        {
            const uint8_t *place = settling->places.bytes + at;
            uint32_t size = place[0] | (uint32_t)place[1] << 8;

            err = settle_record(settling, place + 2, size, insert);
            at += size + 2;
        }
    }
    os_free(settling->old_bytes);
    return err;
}

static JET_ERR settle_changed(struct table *table, uint32_t at, struct txn *txn, bool owns, struct txn *writer,
                              struct txn *before, struct txn *after)
{
    struct settling settling = { .table = table, .at = at, .writer = writer, .before = before, .after = after };
    const struct tree *records = table->records;
    JET_ERR err;

    version_each_changed(txn, owns, before, table->database->store.id, records->root, records->objid, add_place,
                         &settling.places);
    err = settle_places(&settling);
    os_free(settling.places.bytes);
    return err;
}

/* To read what is committed, and the transaction's own changes or not. */
static void view_init(struct txn *view, const struct txn *txn, bool own)
{
    txn_init(view, txn->root);
    view->level = txn->level;
    if (!own)
        return;
    view->batch = txn->batch;
    view->locks = txn->locks;
}

/* ------------------------------------------------------ of a transaction that commits --- */

JET_ERR index_settle(void *context, struct txn *txn)
{
    struct txn before;
    JET_ERR err, ended;

    (void)context;
    view_init(&before, txn, false);
    err = txn_begin_inner(txn);
    if (err < 0)
        return err;
    for (struct unseen_index *unseen = txn->root->unseen; err >= 0 && unseen; unseen = unseen->next)
    {
        if (version_seen(txn, unseen->maker))
            continue;
        /* The builder's own part is from after this transaction began. */
        txn->settling = true;
        err = settle_changed(unseen->table, unseen->at, txn, true, txn, &before, txn);
        txn->settling = false;
    }
    ended = err < 0 ? txn_rollback(txn) : txn_commit(txn);
    return err < 0 ? err : ended;
}

/* ----------------------------------------------------------------- of the builder --- */

static JET_ERR publish(struct table *table, struct txn_root *root, uint32_t at, const struct version *maker)
{
    struct unseen_index *unseen = os_alloc_zero(sizeof(*unseen));

    if (!unseen)
        return JET_errOutOfMemory;
    unseen->table = table;
    unseen->at = at;
    unseen->maker = maker;
    os_mutex_lock(&table->database->lock);
    atomic_fetch_add(&table->references, 1);
    os_mutex_unlock(&table->database->lock);
    unseen->next = root->unseen;
    root->unseen = unseen;
    return JET_errSuccess;
}

JET_ERR index_hand_over(struct table *table, struct txn *txn, const struct index *index, const struct version *maker,
                        bool filled)
{
    struct txn_root *root = txn->root;
    uint32_t at = (uint32_t)(index - table->indexes);
    struct txn after, others;
    JET_ERR err, ended;

    view_init(&after, txn, true);
    txn_init(&others, root);
    others.aside = true;
    os_rwlock_lock_write(&root->handover);
    err = txn_begin_inner(&others);
    if (err >= 0)
    {
        if (filled)
            err = settle_changed(table, at, txn, false, &others, txn, &after);
        ended = err < 0 ? txn_rollback(&others) : txn_commit(&others);
        err = err < 0 ? err : ended;
    }
    if (err >= 0)
        err = publish(table, root, at, maker);
    os_rwlock_unlock_write(&root->handover);
    return err;
}

void index_forget_unseen(struct txn_root *root, const struct version *maker)
{
    struct unseen_index *found = NULL;
    struct database *database;

    os_rwlock_lock_write(&root->handover);
    for (struct unseen_index **link = &root->unseen; *link && !found;)
    {
        if ((*link)->maker == maker)
        {
            found = *link;
            *link = found->next;
        }
        else
            link = &(*link)->next;
    }
    os_rwlock_unlock_write(&root->handover);
    if (!found)
        return;
    database = found->table->database;
    os_mutex_lock(&database->lock);
    schema_unreference(found->table);
    os_mutex_unlock(&database->lock);
    os_free(found);
}
