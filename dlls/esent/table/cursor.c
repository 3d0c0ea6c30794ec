/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening and closing of cursors, and places; see cursor.h. */
#include "table/cursor.h"

#include <string.h>

#include "format/encrypt.h"
#include "os/os.h"
#include "table/cursor_private.h"
#include "table/update.h"
#include "txn/version.h"

/* --------------------------------------------------------------- opening --- */

/* What the state of the order of text says to opening the table.  Only when
 * the attach left the question to this moment. */
static JET_ERR check_sort_order(const struct table *table, JET_GRBIT grbit)
{
    JET_ERR err = JET_errSuccess;

    if (table->database->index_checking != JET_IndexCheckingDeferToOpenTable || grbit & JET_bitTableDelete)
        return JET_errSuccess;
    for (uint32_t i = 0; i < table->index_count; i++)
    {
        const struct index *index = &table->indexes[i];
        if (index->sort_state == SORT_GOOD)
            continue;
        if (index->sort_state == SORT_OUTDATED && (grbit & JET_bitTableAllowOutOfDate))
            continue;
        if (index->primary)
        {
            err = JET_errPrimaryIndexCorrupted;
            break;
        }
        err = JET_errSecondaryIndexCorrupted;
    }
    if (grbit & JET_bitTableReadOnly && err == JET_errPrimaryIndexCorrupted)
        return JET_wrnPrimaryIndexOutOfDate;
    if (grbit & JET_bitTableReadOnly && err == JET_errSecondaryIndexCorrupted)
        return JET_wrnSecondaryIndexOutOfDate;
    return err;
}

/* Goes on with a cursor that the session has retired on this table, if there is
 * one that claims nothing.  The database's lock is held. */
static void take_over_retired(struct cursor *cursor)
{
    for (struct cursor *other = cursor->table->object->cursors; other; other = other->next)
    {
        if (other->txn != cursor->txn || !cursor->txn || !cursor->txn->level)
            continue;
        if (!other->is_retired && other->inserted_in == cursor->txn->begin)
        {
            other->inserted_in = 0;
            cursor->stay_level = other->insert_level;
            cursor->wrote_in = cursor->txn->begin;
            return;
        }
        if (!other->is_retired || other->is_reused || other->denies_read || other->denies_write)
            continue;
        other->is_reused = true;
        other->updatable = false;
        cursor->reuses = other;
        cursor->wrote_in = cursor->txn->begin;
        return;
    }
}

/* Whether versions of the table's records are kept, as Windows' engine keeps them as long. */
static bool has_versions(const struct table *table)
{
    struct version_place records = { .database = table->database->store.id,
                                     .root = table->root,
                                     .objid = table->objid };

    return table->database->txns && version_any_of_tree(table->database->txns, &records);
}

/* Whether the other cursors of the table let this one in, and what it claims for
 * itself; what was claimed before an error is to be given up.  The database's lock
 * is held.  Follows ErrFILEICheckAndSetMode. */
static JET_ERR claim_table(struct cursor *cursor)
{
    struct table_object *object = cursor->table->object;
    JET_GRBIT grbit = cursor->open_grbit;
    bool alone = true, own = false, writer = false, denied = false;

    for (const struct cursor *other = object->cursors; other; other = other->next)
    {
        if (other->txn == cursor->txn)
        {
            own |= !other->is_retired;
            continue;
        }
        alone = false;
        writer |= other->updatable;
        denied |= other->denies_write;
    }
    if (object->deny_read && object->deny_read != cursor->txn)
        return JET_errTableLocked;
    /* Only who says that he wants to write is kept from opening. */
    if (denied && grbit & JET_bitTableUpdatable)
        return JET_errTableLocked;
    if (grbit & JET_bitTableDenyWrite)
    {
        if (object->deny_write_count || writer)
            return JET_errTableInUse;
        object->deny_write_count++;
        cursor->denies_write = true;
    }
    if (!(grbit & JET_bitTableDenyRead))
        return JET_errSuccess;
    if (!alone || (own && grbit & JET_bitTableDelete))
        return JET_errTableInUse;
    object->deny_read = cursor->txn;
    object->deny_read_count++;
    cursor->denies_read = true;
    if (!(grbit & JET_bitTablePermitDDL))
        return JET_errSuccess;
    if (cursor->table->flags & JET_bitObjectTableTemplate ? object->is_static
                                                          : object->pending_versions || has_versions(cursor->table))
        return JET_errTableInUse;
    cursor->permits_ddl = true;
    return JET_errSuccess;
}

void cursor_link(struct cursor *cursor)
{
    struct table *table = cursor->table;

    cursor->prev = NULL;
    cursor->next = table->object->cursors;
    if (cursor->next)
        cursor->next->prev = cursor;
    table->object->cursors = cursor;
}

static void release_claims(struct cursor *cursor)
{
    struct table_object *object = cursor->table->object;
    struct cursor *place = cursor->reuses;

    /* The place that it went on with has them now, until the transaction ends. */
    if (place)
    {
        place->is_reused = false;
        place->updatable = cursor->updatable;
        place->denies_read = cursor->denies_read;
        place->denies_write = cursor->denies_write;
        return;
    }
    if (cursor->denies_write)
        object->deny_write_count--;
    if (cursor->denies_read && !--object->deny_read_count)
        object->deny_read = NULL;
}

static void unlink_cursor(struct cursor *cursor)
{
    struct table *table = cursor->table;

    os_mutex_lock(&table->database->lock);
    if (cursor->prev)
        cursor->prev->next = cursor->next;
    else
        table->object->cursors = cursor->next;
    if (cursor->next)
        cursor->next->prev = cursor->prev;
    for (struct cursor *other = cursor->is_reused ? table->object->cursors : NULL; other; other = other->next)
        if (other->reuses == cursor)
            other->reuses = NULL;
    release_claims(cursor);
    os_mutex_unlock(&table->database->lock);
}

void cursor_retire(struct cursor *cursor, uint32_t level)
{
    struct database *database = cursor->table->database;

    os_mutex_lock(&database->lock);
    cursor->is_retired = true;
    atomic_store_explicit(&cursor->index_objid, 0, memory_order_relaxed); /* the index may go */
    cursor->retired_level = cursor->reuses       ? cursor->reuses->retired_level
                            : cursor->stay_level ? cursor->stay_level
                                                 : level;
    if (cursor->wrote_in != cursor->txn->begin)
    {
        release_claims(cursor);
        cursor->denies_read = cursor->denies_write = false;
        cursor->reuses = NULL;
    }
    os_mutex_unlock(&database->lock);
}

JET_ERR cursor_open(struct table *table, struct txn *txn, JET_GRBIT grbit, struct cursor **opened)
{
    struct cursor *cursor;
    JET_ERR wrn, err;

    *opened = NULL;
    wrn = check_sort_order(table, grbit);
    if (wrn < 0)
        return wrn;
    if ((grbit & JET_bitTableReadOnly) && (grbit & JET_bitTableUpdatable))
        return JET_errInvalidGrbit;
    cursor = os_alloc_zero(sizeof(*cursor));
    if (!cursor)
        return JET_errOutOfMemory;
    cursor->txn = txn;
    cursor->table = table;
    cursor->open_grbit = grbit;
    cursor->updatable = !(grbit & JET_bitTableReadOnly) && !table->database->read_only;
    tree_cursor_init(&cursor->records, table->records, txn);
    cursor->records.sequential = (grbit & JET_bitTableSequential) != 0;
    err = key_form_init(&cursor->form, table, table->primary);
    if (err >= 0)
    {
        os_mutex_lock(&table->database->lock);
        take_over_retired(cursor);
        err = claim_table(cursor);
        if (err >= 0)
            cursor_link(cursor);
        else
            release_claims(cursor);
        os_mutex_unlock(&table->database->lock);
    }
    if (err < 0)
    {
        tree_cursor_close(&cursor->records);
        os_free(cursor);
        return err;
    }
    cursor->schema_generation = atomic_load(&table->object->generation);
    cursor_defer_first(cursor);
    *opened = cursor;
    return wrn;
}

/* The index in use, in another state of the table; NULL: there it is not. */
static const struct index *same_index(const struct table *table, const struct index *index)
{
    for (uint32_t i = 0; i < table->index_count; i++)
    {
        if (table->indexes[i].objid == index->objid && !table->indexes[i].primary)
            return &table->indexes[i];
    }
    return NULL;
}

JET_ERR cursor_follow_change(struct cursor *cursor)
{
    struct table *old = cursor->table, *now;
    const struct index *index = cursor->index;
    struct key_form form;
    JET_ERR err;

    if (!cursor->txn)
        return JET_errSuccess;
    err = table_follow(old, cursor->txn, &now, &cursor->schema_generation, &cursor->schema_time);
    if (err == JET_errObjectNotFound)
        return JET_errInvalidTableId;
    if (err < 0 || now == old)
        return err;
    if (index)
        index = same_index(now, index);
    err = key_form_init(&form, now, index ? index : now->primary);
    if (err < 0)
    {
        table_release(now);
        return err;
    }
    if (cursor->index && !index)
    {
        tree_cursor_close(&cursor->entries);
        cursor_note_index(cursor, NULL);
        cursor->table = now;
        cursor->form = form;
        cursor->range = false;
        place_set_end(cursor, TREE_BEFORE_FIRST);
    }
    cursor_note_index(cursor, index);
    cursor->form = form;
    cursor->table = now;
    filter_follow(cursor);
    table_release(old);
    return JET_errSuccess;
}

JET_ERR cursor_set_encryption_key(struct cursor *cursor, const void *key, uint32_t size)
{
    JET_ERR err;

    if (cursor->encryption_key)
        os_clear_secret(cursor->encryption_key, ENCRYPT_KEY_SIZE);
    os_free(cursor->encryption_key);
    cursor->encryption_key = NULL;
    if (!size)
        return JET_errSuccess;
    err = key ? encrypt_check_key(key, size) : JET_errInvalidParameter;
    if (err < 0)
        return err;
    cursor->encryption_key = os_alloc(size);
    if (!cursor->encryption_key)
        return JET_errOutOfMemory;
    memcpy(cursor->encryption_key, key, size);
    return JET_errSuccess;
}

JET_ERR cursor_close(struct cursor *cursor)
{
    cursor_set_encryption_key(cursor, NULL, 0);
    update_free(cursor);
    filter_free(cursor->filter);
    os_free(cursor->key.data);
    os_free(cursor->traces);
    if (cursor->temp)
    {
        temp_spool_leave(cursor);
        temp_release(cursor->temp);
    }
    else
    {
        if (cursor->index)
            tree_cursor_close(&cursor->entries);
        tree_cursor_close(&cursor->records);
        unlink_cursor(cursor);
        table_release(cursor->table);
    }
    os_free(cursor);
    return JET_errSuccess;
}

JET_ERR cursor_duplicate(const struct cursor *from, struct cursor **duplicate)
{
    struct cursor *cursor = os_alloc_zero(sizeof(*cursor));
    JET_ERR err;

    *duplicate = NULL;
    if (!cursor)
        return JET_errOutOfMemory;
    cursor->txn = from->txn;
    cursor->table = from->table;
    cursor->temp = from->temp;
    cursor->updatable = from->updatable;
    cursor->refused = from->refused;
    err = key_form_init(&cursor->form, cursor->table, cursor->table->primary);
    if (err < 0)
    {
        os_free(cursor);
        return err;
    }
    if (cursor->temp)
    {
        cursor->temp->references++;
        cursor->row = -1;
        temp_sort_first(cursor);
        *duplicate = cursor;
        return JET_errSuccess;
    }
    else
    {
        tree_cursor_init(&cursor->records, cursor->table->records, cursor->txn);
        table_reference(cursor->table);
        cursor->schema_generation = from->schema_generation;
        cursor->schema_time = from->schema_time;
        os_mutex_lock(&cursor->table->database->lock);
        take_over_retired(cursor);
        cursor_link(cursor);
        os_mutex_unlock(&cursor->table->database->lock);
    }
    cursor_defer_first(cursor);
    *duplicate = cursor;
    return JET_errSuccess;
}

/* ---------------------------------------------------------------- places --- */

void place_set_end(struct cursor *cursor, enum tree_state state)
{
    cursor->defer_first = false;
    cursor->record_current = false;
    cursor_tree(cursor)->state = state;
}

JET_ERR place_first(struct cursor *cursor)
{
    cursor_keep_record(cursor);
    cursor->record_current = false;
    place_note_level(cursor);
    return tree_move_first(cursor_tree(cursor));
}

JET_ERR place_last(struct cursor *cursor)
{
    cursor_keep_record(cursor);
    cursor->record_current = false;
    place_note_level(cursor);
    return tree_move_last(cursor_tree(cursor));
}

JET_ERR place_move(struct cursor *cursor, bool forward, bool other_key)
{
    struct tree_cursor *tree;

    cursor_keep_record(cursor);
    cursor->record_current = false;
    place_note_level(cursor);
    tree = cursor_tree(cursor);
    if (os_unlikely(other_key))
        return forward ? tree_move_next_key(tree) : tree_move_prev_key(tree);
    return forward ? tree_move_next(tree) : tree_move_prev(tree);
}

JET_ERR place_seek(struct cursor *cursor, const uint8_t *key, uint32_t size, enum tree_seek_mode mode)
{
    cursor_keep_record(cursor);
    cursor->record_current = false;
    place_note_level(cursor);
    return tree_seek(cursor_tree(cursor), key, size, mode);
}

int place_compare(const struct cursor *cursor, const uint8_t *key, uint32_t size)
{
    return tree_compare_key(cursor->index ? &cursor->entries : &cursor->records, key, size);
}

void cursor_defer_first(struct cursor *cursor)
{
    place_set_end(cursor, TREE_NOWHERE);
    cursor->defer_first = true;
    cursor->range = false;
    cursor->key.state = 0;
}

JET_ERR cursor_refresh(struct cursor *cursor)
{
    uint8_t level;
    JET_ERR err;

    if (os_likely(!cursor->defer_first))
        return JET_errSuccess;
    level = cursor->index ? cursor->entries_level : cursor->records_level;
    err = place_first(cursor);
    /* This is no move of the program's. */
    *(cursor->index ? &cursor->entries_level : &cursor->records_level) = level;
    if (err < 0)
    {
        cursor_defer_first(cursor);
        return err;
    }
    cursor->defer_first = false;
    return JET_errSuccess;
}

void cursor_abandon_update(struct cursor *cursor)
{
    if (os_unlikely(cursor->update != NULL))
        update_abandon(cursor);
}
