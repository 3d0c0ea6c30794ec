/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An update ends: the record and its entries of indexes are written, or deleted; escrow.  See update.h. */
#include <string.h>

#include "os/os.h"
#include "table/retrieve.h"
#include "table/update_private.h"

/* Begins the level of a change.  Outside of a transaction that takes the snapshot, which may see an index that is newer
 * than what the cursor knows of its table. */
static JET_ERR begin_level(struct cursor *cursor)
{
    bool outer = !cursor->txn->level;
    JET_ERR err = txn_begin_inner(cursor->txn);

    if (err < 0 || !outer || cursor_is_temporary(cursor))
        return err;
    err = cursor_follow(cursor);
    if (err < 0)
        (void)txn_rollback(cursor->txn);
    return err;
}

/* Ends the level that a call began. */
static JET_ERR end_level(struct cursor *cursor, JET_ERR err)
{
    JET_ERR end = err < 0 ? txn_rollback(cursor->txn) : txn_commit(cursor->txn);

    return err < 0 || end >= 0 ? err : end;
}

/* ---------------------------------------------------------------- records --- */

/* Whether a column that must have a value has none. */
static JET_ERR check_not_null(const struct table *table, struct record record)
{
    for (uint32_t i = 0; i < table->column_count; i++)
    {
        const struct column *column = &table->columns[i];
        struct record_value value;
        bool increment = column->fid < COLUMNID_VAR_FIRST && column->disk_flags & COLUMN_AUTOINCREMENT;
        JET_ERR err;

        if (column->type == JET_coltypNil || !(column->disk_flags & COLUMN_NOT_NULL || increment) ||
            column->disk_flags & COLUMN_DEFAULT)
            continue;
        err = record_column(table, record, column, 1, false, &value);
        if (err < 0)
            return err;
        if (value.null)
            return increment ? JET_errAutoIncrementNotSet : JET_errNullInvalid;
    }
    return JET_errSuccess;
}

/* The key under which the record will be. */
static JET_ERR primary_key(struct cursor *cursor, struct record record, uint8_t *key, uint32_t *size,
                           enum key_outcome *outcome)
{
    static const uint32_t first[JET_ccolKeyMost] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
    struct table *table = cursor->table;
    const struct key_form *form;
    JET_ERR err;

    *outcome = KEY_MADE;
    if (!table->primary->key_columns)
    {
        uint32_t number;

        err = record_number_next(table, &number);
        for (unsigned i = 0; i < 4; i++)
            key[i] = (uint8_t)(number >> (24 - 8 * i));
        *size = 4;
        return err;
    }
    err = index_form(table, (uint32_t)(table->primary - table->indexes), &form);
    if (err >= 0)
        err = key_from_record(form, record, cursor->txn, first, 0, key, size, outcome, NULL);
    return err;
}

/* Notes that the cursor changed an index, at the level outside of the statement's. */
static JET_ERR note_trace(struct cursor *cursor, const struct index *index)
{
    uint32_t level = cursor->txn->level;

    if (level < 2)
        return JET_errSuccess;
    for (uint32_t i = 0; i < cursor->trace_count; i++)
    {
        if (cursor->traces[i].objid == index->objid)
            return JET_errSuccess;
    }
    if (cursor->trace_count == cursor->trace_capacity)
    {
        uint32_t capacity = cursor->trace_capacity ? 2 * cursor->trace_capacity : 4;
        struct cursor_trace *traces = os_alloc_array(capacity, sizeof(*traces));

        if (!traces)
            return JET_errOutOfMemory;
        if (cursor->trace_count)
            memcpy(traces, cursor->traces, cursor->trace_count * sizeof(*traces));
        os_free(cursor->traces);
        cursor->traces = traces;
        cursor->trace_capacity = capacity;
    }
    cursor->traces[cursor->trace_count++] = (struct cursor_trace){ index->objid, level - 1 };
    return JET_errSuccess;
}

static JET_ERR change_indexes(struct cursor *cursor, const struct record *old, const struct record *new,
                              const uint8_t *bookmark, uint32_t size)
{
    struct table *table = cursor->table;
    const uint32_t *order;
    JET_ERR err = index_order(table, &order);

    for (uint32_t i = 0; err >= 0 && i < table->index_count; i++)
    {
        const struct index *index = &table->indexes[order[i]];
        bool changed = false;

        if (!index->primary && !(old && new && !index_touched(table, index, cursor->update)))
            err = index_change(table, cursor->txn, order[i], old, new, bookmark, size, &changed);
        if (err >= 0 && changed)
            err = note_trace(cursor, index);
    }
    return err;
}

static bool keys_ascend(const struct table *table)
{
    const struct index *primary = table->primary;
    const struct column *increment;

    if (!primary->key_columns)
        return true;
    increment = increment_column(table);
    return increment && primary->key[0].columnid == increment->id && !primary->key[0].descending;
}

static JET_ERR delete_record(struct cursor *cursor, bool with_long_values)
{
    struct record_room old;
    uint8_t bookmark[KEY_MAX];
    uint32_t size;
    JET_ERR err = update_lock_current(cursor, false);

    if (err < 0)
        return err;
    err = record_room_current(&old, cursor);
    if (err < 0)
        return err;
    size = cursor->records.bookmark_key_size;
    if (size > sizeof(bookmark))
        err = JET_errDatabaseCorrupted;
    if (err >= 0)
    {
        memcpy(bookmark, cursor->records.bookmark, size);
        err = change_indexes(cursor, &old.record, NULL, bookmark, size);
    }
    if (err >= 0 && with_long_values)
        err = update_dereference_all(cursor, old.record);
    if (err >= 0)
        err = tree_delete(&cursor->records);
    record_room_free(&old);
    return err;
}

/* Whether the table is made by this very transaction. */
static bool is_being_made(const struct cursor *cursor)
{
    const struct table_object *object = cursor->table->object;

    return object && object->making && object->making == cursor->txn->begin;
}

static JET_ERR insert_record(struct cursor *cursor, void *bookmark, uint32_t bookmark_max, uint32_t *actual,
                             JET_GRBIT grbit)
{
    static const uint8_t zero[4];
    struct cursor_update *update = cursor->update;
    struct table *table = cursor->table;
    const struct column *version = version_column(table);
    uint8_t key[KEY_MAX + 1];
    enum key_outcome outcome;
    struct record record;
    uint32_t size;
    JET_ERR err = JET_errSuccess;

    /* Rows of a table that goes if the transaction is rolled back need no versions.  They get them all the same, so
     * that the end of an inner level takes its own away. */
    if (grbit & JET_bitUpdateNoVersion && !is_being_made(cursor))
        return JET_errUpdateMustVersion;
    if (update->kind == UPDATE_COPY_DELETE)
        err = delete_record(cursor, false);
    if (err >= 0)
        err = check_not_null(table, update_record(update));
    if (err >= 0 && grbit & JET_bitUpdateCheckESE97Compatibility)
        err = record_check_older_format(table, update_record(update));
    if (err >= 0 && version && !update_has_set(update, version))
        err = record_set(table, &update->record, version, 1, zero, version->max_size, 0);
    record = update_record(update);
    if (err >= 0)
        err = primary_key(cursor, record, key, &size, &outcome);
    if (err >= 0)
        err = index_check_nulls(table->primary, outcome);
    if (err < 0)
        return err;
    if (bookmark && size > bookmark_max)
        return JET_errBufferTooSmall;
    err = tree_insert(table->records, cursor->txn, key, size, record.data, record.size, keys_ascend(table));
    /* A primary index that the transaction does not see has no records by number. */
    if (err >= 0 && !table->primary->key_columns && table->object && atomic_load(&table->object->primary_made))
        err = JET_errWriteConflict;
    if (err < 0)
        return err;
    if (actual)
        *actual = size;
    if (bookmark)
        memcpy(bookmark, key, size);
    return change_indexes(cursor, NULL, &record, key, size);
}

/* The version column counts replaces. */
static JET_ERR count_version(struct cursor *cursor, struct record old)
{
    const struct column *column = version_column(cursor->table);
    struct record_value value;
    uint32_t number = 0;
    JET_ERR err;

    if (!column)
        return JET_errSuccess;
    err = record_column(cursor->table, old, column, 1, true, &value);
    if (err < 0)
        return err;
    if (!value.null && value.size == sizeof(number))
        memcpy(&number, value.data, sizeof(number));
    number++;
    err = record_set(cursor->table, &cursor->update->record, column, 1, &number, sizeof(number), 0);
    if (err >= 0)
        update_note_set(cursor->update, column);
    return err;
}

static JET_ERR replace_with(struct cursor *cursor, struct record old)
{
    struct cursor_update *update = cursor->update;
    struct table *table = cursor->table;
    uint8_t bookmark[KEY_MAX], key[KEY_MAX + 1];
    uint32_t size = cursor->records.bookmark_key_size, key_size;
    struct record new = update_record(update);
    enum key_outcome outcome;
    JET_ERR err = JET_errSuccess;

    if (size > sizeof(bookmark))
        return JET_errDatabaseCorrupted;
    memcpy(bookmark, cursor->records.bookmark, size);
    if (table->primary->key_columns && index_touched(table, table->primary, update))
    {
        err = primary_key(cursor, new, key, &key_size, &outcome);
        if (err >= 0 && key_compare(key, key_size, bookmark, size))
            err = JET_errRecordPrimaryChanged;
    }
    if (err >= 0)
        err = count_version(cursor, old);
    new = update_record(update);
    if (err >= 0)
        err = change_indexes(cursor, &old, &new, bookmark, size);
    if (err >= 0)
        err = tree_replace(&cursor->records, new.data, new.size);
    return err;
}

static JET_ERR replace_record(struct cursor *cursor, JET_GRBIT grbit)
{
    struct cursor_update *update = cursor->update;
    struct record_room old;
    JET_ERR err = JET_errSuccess;

    if (grbit & JET_bitUpdateNoVersion)
        return JET_errUpdateMustVersion;
    if (!update->locked)
        err = update_upgrade_lock(cursor);
    if (err < 0 || !update->any_set)
        return err;
    if (grbit & JET_bitUpdateCheckESE97Compatibility)
        err = record_check_older_format(cursor->table, update_record(update));
    if (err >= 0)
        err = record_room_current(&old, cursor);
    if (err < 0)
        return err;
    err = replace_with(cursor, old.record);
    record_room_free(&old);
    return err;
}

/* ----------------------------------------------------------------- finish --- */

/* A sort tells no bookmarks, as its rows have no places yet. */
static JET_ERR finish_sort(struct cursor *cursor)
{
    struct cursor_update *update = cursor->update;
    struct record record = update_record(update);
    JET_ERR err = check_not_null(cursor->table, record);

    if (err < 0)
        return err;
    return update->kind == UPDATE_INSERT ? temp_add_record(cursor, record) : JET_errUpdateNotPrepared;
}

static JET_ERR finish(struct cursor *cursor, void *bookmark, uint32_t bookmark_max, uint32_t *actual, JET_GRBIT grbit)
{
    struct cursor_update *update = cursor->update;
    JET_ERR err;

    if (cursor->temp)
        return finish_sort(cursor);
    if (table_is_temporary(cursor->table))
        cursor->table->changed = true;
    err = begin_level(cursor);
    if (err < 0)
        return err;
    if (update->kind == UPDATE_REPLACE)
        err = replace_record(cursor, grbit);
    else
        err = insert_record(cursor, bookmark, bookmark_max, actual, grbit);
    return end_level(cursor, err);
}

JET_ERR update_finish(struct cursor *cursor, void *bookmark, uint32_t bookmark_max, uint32_t *actual, JET_GRBIT grbit)
{
    struct cursor_update *update = cursor->update;
    bool locked;
    JET_ERR err;

    if (!update || update->kind == UPDATE_READ_ONLY)
        return JET_errUpdateNotPrepared;
    if (update->kind == UPDATE_REPLACE && bookmark_max)
    {
        uint8_t scratch[KEY_MAX];
        const uint8_t *key;
        uint32_t size;

        err = cursor_bookmark(cursor, scratch, &key, &size);
        if (err < 0)
            return err;
        if (actual)
            *actual = size;
        if (bookmark)
            memcpy(bookmark, key, size < bookmark_max ? size : bookmark_max);
    }
    locked = update->locked;
    err = update->number ? txn_update_ends(cursor->txn, update->number, update->level) : JET_errSuccess;
    if (err < 0)
        return err;
    err = finish(cursor, bookmark, bookmark_max, actual, grbit);
    if (err >= 0)
        update_drop(cursor);
    else
    {
        if (update->number)
            txn_update_stays(cursor->txn, update->number);
        update->locked = locked;
    }
    return err;
}

JET_ERR update_delete_check(struct cursor *cursor)
{
    JET_ERR err = update_check_writable(cursor);

    if (err < 0 || !cursor->update)
        return err;
    return cursor->update->kind == UPDATE_COPY_DELETE ? JET_errAlreadyPrepared : update_cancel(cursor);
}

JET_ERR update_delete(struct cursor *cursor)
{
    JET_ERR err = update_delete_check(cursor);

    if (err < 0)
        return err;
    if (table_is_temporary(cursor->table))
        cursor->table->changed = true;
    err = begin_level(cursor);
    if (err < 0)
        return err;
    return end_level(cursor, delete_record(cursor, true));
}

/* ----------------------------------------------------------------- escrow --- */

/* At the bookmark of the record last visited, as Windows' engine does wherever the cursor went from there. */
static JET_ERR add_to_column(struct cursor *cursor, const struct column *column, int64_t delta, bool versioned,
                             int64_t *before)
{
    JET_ERR err = cursor_place_record(cursor);

    if (err < 0 && (err != JET_errNoCurrentRecord || cursor->defer_first))
        return err;
    return tree_escrow(&cursor->records, column->fixed_offset, column->max_size, delta, versioned, before);
}

JET_ERR update_escrow(struct cursor *cursor, JET_COLUMNID columnid, const void *delta, uint32_t size, void *old,
                      uint32_t old_max, uint32_t *old_size, JET_GRBIT grbit)
{
    const struct column *column;
    int64_t number = 0, before = 0;
    JET_ERR err;

    if (!cursor->txn || !cursor->txn->level)
        return JET_errNotInTransaction;
    err = update_check_writable(cursor);
    if (err >= 0)
        err = retrieve_find_column(cursor->table, columnid, &column);
    if (err < 0)
        return err;
    if (cursor->update)
        return JET_errAlreadyPrepared;
    if (column->max_size != size || (old && old_max && column->max_size > old_max))
        return JET_errInvalidBufferSize;
    if (column->fid >= COLUMNID_VAR_FIRST || !(column->disk_flags & COLUMN_ESCROW) || (size != 4 && size != 8))
        return JET_errInvalidOperation;
    memcpy(&number, delta, size);
    if (size == 4)
        number = (int32_t)number;
    err = txn_begin_inner(cursor->txn);
    if (err < 0)
        return err;
    err = end_level(cursor, add_to_column(cursor, column, number, !(grbit & JET_bitEscrowNoRollback), &before));
    if (err < 0)
        return err;
    if (old && old_max)
        memcpy(old, &before, size);
    if (old_size)
        *old_size = size;
    return err;
}
