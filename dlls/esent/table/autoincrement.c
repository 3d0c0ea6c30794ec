/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers that a table gives out: the autoincrement column, the version column,
 * and the numbers of records where no primary index orders them.
 *
 * The next number is kept in memory only, as it is in the databases that are
 * made here; it is found once as the highest there is, and one more.  It is
 * never given out twice while the database is open, even if what took it was
 * rolled back.  Databases of later formats keep in the root of the table's tree how
 * far numbers are taken, a batch ahead of what was given out; then nothing is looked
 * for, and no number is given out twice ever.
 */
#include "format/bytes.h"
#include "table/update_private.h"

static const struct column *find_flag(const struct table *table, uint16_t flag)
{
    for (uint32_t i = 0; i < table->fixed_count; i++)
        if (table->fixed[i].disk_flags & flag && table->fixed[i].type != JET_coltypNil)
            return &table->fixed[i];
    return NULL;
}

const struct column *increment_column(const struct table *table)
{
    return find_flag(table, COLUMN_AUTOINCREMENT);
}

const struct column *version_column(const struct table *table)
{
    return find_flag(table, COLUMN_VERSION);
}

/* Whoever comes first is right; the others take what is there. */
static uint64_t settle(_Atomic uint64_t *next, uint64_t number)
{
    uint64_t nothing = 0;

    return atomic_compare_exchange_strong(next, &nothing, number) ? number : nothing;
}

/* --------------------------------------------------------- the highest so far --- */

static JET_ERR column_number(const struct table *table, const struct column *column, struct record record,
                             uint64_t *number)
{
    struct record_value value;
    JET_ERR err = record_column(table, record, column, 1, true, &value);

    *number = 0;
    if (err < 0 || value.null)
        return err;
    if (value.size == 8)
        *number = le64(value.data);
    else if (value.size == 4)
        *number = le32(value.data);
    return JET_errSuccess;
}

/* An index whose order is that of the column, with all records in it. */
static const struct index *index_by(const struct table *table, const struct column *column)
{
    for (uint32_t i = 0; i < table->index_count; i++)
    {
        const struct index *index = &table->indexes[i];

        if (index->key_columns && index->key[0].columnid == column->id && !index->conditions && !index->tuple_max &&
            index->disk_flags & (INDEX_NO_NULL | INDEX_ALLOW_ALL_NULLS))
            return index;
    }
    return NULL;
}

static JET_ERR highest_by_index(struct table *table, const struct index *index, const struct column *column,
                                uint64_t *highest)
{
    struct tree_cursor cursor;
    struct key_form form;
    uint8_t value[KEY_MAX];
    uint32_t size;
    bool null;
    JET_ERR err = key_form_init(&form, table, index);

    if (err < 0)
        return err;
    tree_cursor_init(&cursor, index->tree, NULL);
    err = index->key[0].descending ? tree_move_first(&cursor) : tree_move_last(&cursor);
    if (err >= 0 && key_column(&form, cursor.bookmark, cursor.bookmark_key_size, 0, value, &size, &null) && !null)
        *highest = column->max_size == 8 ? le64(value) : le32(value);
    tree_cursor_close(&cursor);
    return err;
}

static JET_ERR highest_by_scan(struct table *table, const struct column *column, uint64_t *highest)
{
    struct tree_cursor cursor;
    JET_ERR err;

    tree_cursor_init(&cursor, table->records, NULL);
    cursor.sequential = true;
    for (err = tree_move_first(&cursor); err >= 0; err = tree_move_next(&cursor))
    {
        struct page_node node;
        uint64_t number;

        err = tree_latch(&cursor, &node);
        if (err < 0)
            break;
        err = column_number(table, column, (struct record){ node.data, node.data_size }, &number);
        tree_unlatch(&cursor);
        if (err < 0)
            break;
        if (number > *highest)
            *highest = number;
    }
    tree_cursor_close(&cursor);
    return err;
}

#define BATCH_FIRST 2u
#define BATCH_MOST  1000u

/* Takes a batch of numbers in the root of the tree.  JET_wrnColumnNull: it keeps none. */
static JET_ERR take_batch(struct table *table, uint64_t *before)
{
    struct table_object *object = table->object;
    bool free = false;
    uint32_t batch;
    JET_ERR err;

    while (!atomic_compare_exchange_weak(&object->increment_busy, &free, true))
    {
        free = false;
        os_thread_yield();
    }
    batch = object->increment_batch ? 2 * object->increment_batch : BATCH_FIRST;
    if (batch > BATCH_MOST)
        batch = BATCH_MOST;
    err = tree_reserve_numbers(table->records, batch, before);
    if (err == JET_errSuccess)
    {
        object->increment_batch = batch;
        atomic_store(&object->increment_max, *before + batch);
    }
    atomic_store(&object->increment_busy, false);
    return err;
}

JET_ERR increment_next(struct cursor *cursor, uint64_t *next)
{
    struct table *table = cursor->table;
    const struct column *column = increment_column(table);
    const struct index *index;
    uint64_t highest = 0;
    JET_ERR err;

    *next = atomic_load(&table->object->next_increment);
    if (*next)
        return JET_errSuccess;
    err = table->database->read_only ? JET_wrnColumnNull : take_batch(table, &highest);
    if (err < 0)
        return err;
    if (err == JET_errSuccess)
    {
        *next = settle(&table->object->next_increment, highest + 1);
        return JET_errSuccess;
    }
    index = index_by(table, column);
    err = index ? highest_by_index(table, index, column, &highest) : highest_by_scan(table, column, &highest);
    if (err < 0 && err != JET_errNoCurrentRecord && err != JET_errRecordNotFound)
        return err;
    *next = settle(&table->object->next_increment, highest + 1);
    return JET_errSuccess;
}

/* Gives out the next number. */
static JET_ERR increment_take(struct cursor *cursor, const struct column *column, uint64_t *number)
{
    struct table_object *object = cursor->table->object;
    uint64_t next, before;
    JET_ERR err = increment_next(cursor, &next);

    if (err < 0)
        return err;
    next = atomic_fetch_add(&object->next_increment, 1);
    if (column->max_size == 4 && next > UINT32_MAX - 1)
        return JET_errOutOfAutoincrementValues;
    while (atomic_load(&object->increment_max) && next > atomic_load(&object->increment_max))
    {
        err = take_batch(cursor->table, &before);
        if (err != JET_errSuccess)
            return err < 0 ? err : JET_errDatabaseCorrupted;
    }
    *number = next;
    return JET_errSuccess;
}

/* Source: ErrRECRetrieveAndReserveAutoInc. */
JET_ERR update_reserve_increment(struct cursor *cursor, void *result, uint32_t size)
{
    const struct column *column = increment_column(cursor->table);
    uint64_t next;
    JET_ERR err;

    if (!result)
        return JET_errInvalidParameter;
    if (!column || column->disk_flags & (COLUMN_DEFAULT | COLUMN_USER_DEFAULT))
        return JET_errInvalidOperation;
    if (size != column->max_size)
        return JET_errInvalidBufferSize;
    if (!cursor->table->object || cursor->table->database->read_only)
        return JET_errFeatureNotAvailable;
    err = increment_next(cursor, &next);
    if (err >= 0 && !atomic_load(&cursor->table->object->increment_max))
        err = JET_errFeatureNotAvailable;
    if (err >= 0)
        err = increment_take(cursor, column, &next);
    if (err >= 0)
        memcpy(result, &next, size);
    return err;
}

JET_ERR increment_set(struct cursor *cursor)
{
    const struct column *column = increment_column(cursor->table);
    uint8_t bytes[8];
    uint64_t next;
    JET_ERR err;

    if (!column || !cursor->table->object)
        return JET_errSuccess;
    err = increment_take(cursor, column, &next);
    if (err < 0)
        return err;
    set_le64(bytes, next);
    err = record_set(cursor->table, &cursor->update->record, column, 1, bytes, column->max_size, 0);
    if (err >= 0)
        update_note_set(cursor->update, column);
    return err;
}

JET_ERR update_number_records(struct cursor *cursor)
{
    const struct column *column = increment_column(cursor->table);
    uint64_t next = 1;
    JET_ERR err;

    if (!column)
        return JET_errInvalidOperation;
    for (err = cursor_move(cursor, JET_MoveFirst, 0); err >= 0; err = cursor_move(cursor, JET_MoveNext, 0))
    {
        uint8_t bytes[8];

        set_le64(bytes, next++);
        err = update_prepare(cursor, JET_prepReplaceNoLock);
        if (err >= 0)
            err = record_set(cursor->table, &cursor->update->record, column, 1, bytes, column->max_size, 0);
        if (err < 0)
            break;
        update_note_set(cursor->update, column);
        err = update_finish(cursor, NULL, 0, NULL, 0);
        if (err < 0)
            break;
    }
    if (err != JET_errNoCurrentRecord)
        return err;
    atomic_store(&cursor->table->object->next_increment, next);
    return JET_errSuccess;
}

JET_ERR record_number_next(struct table *table, uint32_t *number)
{
    uint64_t next = atomic_load(&table->object->next_record);

    if (!next)
    {
        uint8_t last[4];
        uint32_t size;
        /* One that is deleted may still be seen, or come back. */
        JET_ERR err = tree_last_key(table->records, last, sizeof(last), &size);

        if (err < 0 && err != JET_errInvalidBufferSize)
            return err;
        settle(&table->object->next_record, err >= 0 && size == sizeof(last) ? (uint64_t)be32(last) + 1 : 1);
    }
    next = atomic_fetch_add(&table->object->next_record, 1);
    *number = (uint32_t)next;
    return next > UINT32_MAX - 1 ? JET_errOutOfSequentialIndexValues : JET_errSuccess;
}
