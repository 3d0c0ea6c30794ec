/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preparing an update and giving it up; see update.h.  Follows ErrIsamPrepareUpdate of the published engine. */
#include <string.h>

#include "os/os.h"
#include "table/update_private.h"

/* Copy buffers of temporary tables, which have no pages. */
#define TEMP_CAPACITY 32768u

/* ---------------------------------------------------------- copies of records --- */

JET_ERR record_room_fill(struct record_room *room, struct record record)
{
    uint8_t *to = room->bytes;

    room->heap = NULL;
    if (record.size > sizeof(room->bytes))
        to = room->heap = os_alloc(record.size);
    if (!to)
        return JET_errOutOfMemory;
    memcpy(to, record.data, record.size);
    room->record = (struct record){ to, record.size };
    return JET_errSuccess;
}

JET_ERR record_room_current(struct record_room *room, struct cursor *cursor)
{
    struct record record;
    JET_ERR err = cursor_latch_record(cursor, &record);

    room->heap = NULL;
    if (err < 0)
        return err;
    err = record_room_fill(room, record);
    cursor_unlatch_record(cursor);
    return err;
}

void record_room_free(struct record_room *room)
{
    os_free(room->heap);
    room->heap = NULL;
}

/* ---------------------------------------------------------------- buffers --- */

static JET_ERR new_update(struct cursor *cursor, enum update_kind kind)
{
    uint32_t capacity = cursor->table->database ? cursor->table->database->page_size : TEMP_CAPACITY;
    struct cursor_update *update = cursor->update_spare;

    if (!update)
    {
        update = os_alloc(sizeof(*update) + capacity);
        if (!update)
            return JET_errOutOfMemory;
    }
    *update = (struct cursor_update){ .kind = kind, .level = cursor->txn ? cursor->txn->level : 0 };
    update->capacity = capacity;
    update->record.data = update->bytes;
    update->record.limit = record_size_limit(cursor->table);
    cursor->update_spare = NULL;
    cursor->update = update;
    return JET_errSuccess;
}

void update_drop(struct cursor *cursor)
{
    if (!cursor->update)
        return;
    cursor->update_spare = cursor->update;
    cursor->update = NULL;
}

/* Undoes what was done to long values, and drops the update. */
JET_ERR update_cancel(struct cursor *cursor)
{
    struct cursor_update *update = cursor->update;
    JET_ERR err = JET_errSuccess;

    if (update->number && cursor->txn->level)
        err = txn_rollback_update(cursor->txn, update->number);
    update_drop(cursor);
    return err;
}

void update_abandon(struct cursor *cursor)
{
    if (cursor->update)
        update_cancel(cursor);
}

void update_free(struct cursor *cursor)
{
    update_abandon(cursor);
    os_free(cursor->update_spare);
    cursor->update_spare = NULL;
}

void update_level_committed(struct cursor *cursor, uint32_t level)
{
    if (cursor->update && cursor->update->level > level)
        cursor->update->level = level;
    if (cursor->records_level > level)
        cursor->records_level = (uint8_t)level;
    if (cursor->entries_level > level)
        cursor->entries_level = (uint8_t)level;
    if (cursor->index_level > level)
        cursor->index_level = (uint8_t)level;
    if (!level)
        cursor->trace_count = 0;
    for (uint32_t i = 0; i < cursor->trace_count; i++)
    {
        if (cursor->traces[i].level > level)
            cursor->traces[i].level = level;
    }
}

/* A place that was found in what is rolled back is no place. */
static void lose_place(struct tree_cursor *tree, uint8_t *moved_at, uint32_t level)
{
    if (*moved_at < level)
        return;
    *moved_at = (uint8_t)(level - 1);
    tree->state = TREE_BEFORE_FIRST;
}

void update_level_lost(struct cursor *cursor, uint32_t level)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < cursor->trace_count; i++)
    {
        if (cursor->traces[i].level < level)
            cursor->traces[kept++] = cursor->traces[i];
    }
    cursor->trace_count = kept;
    /* The rollback that follows undoes the long values. */
    if (cursor->update && cursor->update->level >= level)
        update_drop(cursor);
    if (cursor->temp)
        return;
    if (cursor->index && cursor->index_level >= level)
        cursor_leave_index(cursor);
    if ((cursor->index ? cursor->entries_level : cursor->records_level) >= level)
    {
        if (cursor->index)
            cursor_sync_record(cursor);
        cursor->defer_first = false;
    }
    if (cursor->index)
        lose_place(&cursor->entries, &cursor->entries_level, level);
    lose_place(&cursor->records, &cursor->records_level, level);
}

/* ---------------------------------------------------------------- prepare --- */

JET_ERR update_check_writable(const struct cursor *cursor)
{
    if (!cursor->updatable)
        return JET_errPermissionDenied;
    if (cursor->txn && cursor->txn->level && cursor->txn->read_only && !cursor_is_temporary(cursor))
        return JET_errTransReadOnly;
    return JET_errSuccess;
}

static uint64_t checksum_of(struct record record)
{
    uint64_t hash = 0xcbf29ce484222325ull ^ record.size;

    for (uint32_t i = 0; i < record.size; i++)
        hash = (hash ^ record.data[i]) * 0x100000001b3ull;
    return hash;
}

/* The current record into a new copy buffer. */
static JET_ERR copy_current(struct cursor *cursor, enum update_kind kind)
{
    struct record record;
    JET_ERR err = cursor_latch_record(cursor, &record);

    if (err < 0)
        return err;
    err = record_check(cursor->table, record);
    if (err >= 0)
        err = new_update(cursor, kind);
    if (err >= 0 && record.size > cursor->update->capacity)
    {
        update_drop(cursor);
        err = JET_errDatabaseCorrupted;
    }
    if (err >= 0)
    {
        memcpy(cursor->update->bytes, record.data, record.size);
        cursor->update->record.size = record.size;
    }
    cursor_unlatch_record(cursor);
    return err;
}

static JET_ERR check_free(const struct cursor *cursor)
{
    JET_ERR err = update_check_writable(cursor);

    if (err < 0)
        return err;
    return cursor->update ? JET_errAlreadyPrepared : JET_errSuccess;
}

static JET_ERR prepare_insert(struct cursor *cursor, bool set_increment)
{
    const struct column *increment = increment_column(cursor->table);
    uint64_t next;
    JET_ERR err = check_free(cursor);

    if (err < 0)
        return err;
    if (set_increment)
    {
        if (!increment || increment->disk_flags & (COLUMN_DEFAULT | COLUMN_USER_DEFAULT))
            return JET_errIllegalOperation;
        err = increment_next(cursor, &next);
        if (err < 0)
            return err;
    }
    err = new_update(cursor, UPDATE_INSERT);
    if (err < 0)
        return err;
    cursor->update->set_increment = set_increment;
    err = record_make_default(cursor->table, &cursor->update->record);
    if (err >= 0 && !set_increment)
        err = increment_set(cursor);
    if (err < 0)
        update_drop(cursor);
    return err;
}

/* The place of the current entry is locked from now on, whether a record is there or not. */
JET_ERR update_lock_current(struct cursor *cursor, bool read)
{
    JET_ERR err = cursor_place_record(cursor);

    if (err < 0 || cursor->temp)
        return err;
    return tree_lock(&cursor->records, read);
}

static JET_ERR prepare_replace(struct cursor *cursor, bool lock)
{
    JET_ERR err = check_free(cursor);

    if (err >= 0 && cursor->txn && !cursor->txn->level)
        lock = false;
    if (err >= 0 && lock)
        err = update_lock_current(cursor, false);
    if (err >= 0)
        err = copy_current(cursor, UPDATE_REPLACE);
    if (err < 0)
        return err;
    cursor->update->locked = lock;
    if (!lock && !cursor->update->level)
    {
        cursor->update->checked = true;
        cursor->update->checksum = checksum_of(update_record(cursor->update));
    }
    return JET_errSuccess;
}

static JET_ERR prepare_copy(struct cursor *cursor, uint32_t prepare)
{
    bool keep = prepare == JET_prepInsertCopy;
    uint64_t next;
    JET_ERR err = check_free(cursor);

    if (err >= 0 && !keep)
        err = update_lock_current(cursor, false);
    if (err >= 0)
        err = copy_current(cursor, keep ? UPDATE_INSERT_COPY : UPDATE_COPY_DELETE);
    if (err < 0)
        return err;
    if (increment_column(cursor->table))
        err = prepare == JET_prepInsertCopyReplaceOriginal ? increment_next(cursor, &next) : increment_set(cursor);
    if (err >= 0 && keep)
        err = update_reference_all(cursor);
    if (err < 0)
        update_cancel(cursor);
    return err;
}

static JET_ERR prepare_read_only(struct cursor *cursor)
{
    if (cursor->update)
        return JET_errAlreadyPrepared;
    if (cursor->txn && !cursor->txn->level)
        return JET_errNotInTransaction;
    return copy_current(cursor, UPDATE_READ_ONLY);
}

JET_ERR update_prepare(struct cursor *cursor, uint32_t prepare)
{
    switch (prepare)
    {
    case JET_prepCancel:
        return cursor->update ? update_cancel(cursor) : JET_errUpdateNotPrepared;
    case JET_prepInsert:
    case JET_prepInsertMustSetAutoIncrement:
        return prepare_insert(cursor, prepare == JET_prepInsertMustSetAutoIncrement);
    case JET_prepReplace:
        return prepare_replace(cursor, true);
    case JET_prepReplaceNoLock:
        return prepare_replace(cursor, false);
    case JET_prepInsertCopy:
    case JET_prepInsertCopyDeleteOriginal:
    case JET_prepInsertCopyReplaceOriginal:
        return prepare_copy(cursor, prepare);
    case JET_prepReadOnlyCopy:
        return prepare_read_only(cursor);
    default:
        return JET_errInvalidParameter;
    }
}

/* ------------------------------------------------------------------- lock --- */

/* A replace that was prepared without a lock takes it, if the record is still the same. */
JET_ERR update_upgrade_lock(struct cursor *cursor)
{
    struct cursor_update *update = cursor->update;
    struct record record;
    JET_ERR err = update_lock_current(cursor, false);

    if (err >= 0)
        err = cursor_latch_record(cursor, &record);
    if (err < 0)
        return err;
    if (update->checked && checksum_of(record) != update->checksum)
        err = JET_errWriteConflict;
    else
        update->locked = true;
    cursor_unlatch_record(cursor);
    return err;
}

/* The search key's place is locked: in the index in use. */
static JET_ERR lock_key(struct cursor *cursor, bool read)
{
    if (!(cursor->key.state & KEY_PREPARED))
        return JET_errKeyNotMade;
    if (cursor->temp)
        return JET_errSuccess;
    return tree_lock_key(cursor_tree(cursor)->tree, cursor->txn, cursor->key.data, cursor->key.size, read);
}

JET_ERR update_lock(struct cursor *cursor, JET_GRBIT grbit)
{
    JET_GRBIT kind = grbit & (JET_bitWriteLock | JET_bitReadLock);
    JET_ERR err;

    if (cursor->txn && !cursor->txn->level)
        return JET_errNotInTransaction;
    if (kind != JET_bitWriteLock && kind != JET_bitReadLock)
        return JET_errInvalidGrbit;
    if (kind == JET_bitWriteLock && (err = update_check_writable(cursor)) < 0)
        return err;
    return grbit & JET_bitKeyLock ? lock_key(cursor, kind == JET_bitReadLock)
                                  : update_lock_current(cursor, kind == JET_bitReadLock);
}
