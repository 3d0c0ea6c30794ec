/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Filling new indexes from the records there are: keys are made in one scan,
 * put in order, and inserted in that order.
 *
 * The trees are new and nobody else knows them, so the entries are not
 * versioned: a rollback gives back the whole tree.  Memory for keys is bounded;
 * when it is full, what was gathered is put in, and the scan goes on.
 */

#include <stdlib.h>

#include "table/ddl_private.h"
#include "table/update_private.h"

#define GATHER_BYTES (32u << 20)
#define GATHER_FIRST (64u << 10)

/* An entry as it is gathered: key, then bookmark. */
struct gathered
{
    uint32_t key_size, data_size;
    uint8_t bytes[];
};

struct gather
{
    const struct index *index;
    struct key_form form;
    uint8_t *memory;
    uint32_t used, room;
    uint32_t count;
    bool appended; /* entries were put in before */
};

static uint32_t entry_bytes(const struct gathered *entry)
{
    return (uint32_t)((sizeof(*entry) + entry->key_size + entry->data_size + 7) & ~(size_t)7);
}

static int compare_bytes(const uint8_t *a, uint32_t a_size, const uint8_t *b, uint32_t b_size)
{
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);

    return order ? order : a_size < b_size ? -1 : a_size > b_size;
}

static int compare_entries(const void *left, const void *right)
{
    const struct gathered *a = *(const struct gathered *const *)left, *b = *(const struct gathered *const *)right;
    int order = compare_bytes(a->bytes, a->key_size, b->bytes, b->key_size);

    return order ? order : compare_bytes(a->bytes + a->key_size, a->data_size, b->bytes + b->key_size, b->data_size);
}

/* Puts in what was gathered. */
static JET_ERR gather_flush(struct gather *gather)
{
    const struct gathered **list, *last = NULL;
    uint32_t at = 0, i = 0;
    JET_ERR err = JET_errSuccess;

    if (!gather->count)
        return JET_errSuccess;
    list = os_alloc_array(gather->count, sizeof(*list));
    if (!list)
        return JET_errOutOfMemory;
    for (; i < gather->count; i++)
    {
        list[i] = (const struct gathered *)(gather->memory + at);
        at += entry_bytes(list[i]);
    }
    qsort(list, gather->count, sizeof(*list), compare_entries);
    for (i = 0; err >= 0 && i < gather->count; i++)
    {
        const struct gathered *entry = list[i];

        /* A record may give the same key twice. */
        if (last && !compare_entries(&last, &entry))
            continue;
        err = tree_insert(gather->index->tree, NULL, entry->bytes, entry->key_size, entry->bytes + entry->key_size,
                          entry->data_size, !gather->appended);
        last = entry;
    }
    gather->appended = true;
    gather->used = gather->count = 0;
    os_free(list);
    return err;
}

static JET_ERR gather_room(struct gather *gather, uint32_t size)
{
    uint32_t room = gather->room ? gather->room : GATHER_FIRST;
    uint8_t *memory;
    JET_ERR err;

    if (gather->room - gather->used >= size)
        return JET_errSuccess;
    if (gather->room >= GATHER_BYTES)
    {
        err = gather_flush(gather);
        return err;
    }
    while (room - gather->used < size)
        room *= 2;
    memory = os_realloc(gather->memory, room);
    if (!memory)
        return JET_errOutOfMemory;
    gather->memory = memory;
    gather->room = room;
    return JET_errSuccess;
}

/* All keys of one record. */
static JET_ERR gather_record(struct gather *gather, struct record record, struct txn *txn, const uint8_t *bookmark,
                             uint32_t bookmark_size)
{
    const uint32_t most = (uint32_t)sizeof(struct gathered) + KEY_LIMIT_MAX + KEY_MAX + 8;
    const uint32_t first[JET_ccolKeyMost] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
    struct key_iterator iterator;
    JET_ERR err = gather_room(gather, most);

    if (err >= 0 && gather->index->disk_flags & INDEX_NO_NULL)
    {
        struct gathered *entry = (struct gathered *)(gather->memory + gather->used);
        enum key_outcome outcome;

        err = key_from_record(&gather->form, record, txn, first, gather->index->tuple_start, entry->bytes,
                              &entry->key_size, &outcome, NULL);
        if (err >= 0)
            err = index_check_nulls(gather->index, outcome);
    }
    key_iterate(&iterator, &gather->form, record, txn);
    while (err >= 0)
    {
        struct gathered *entry;

        err = gather_room(gather, most);
        if (err < 0)
            break;
        entry = (struct gathered *)(gather->memory + gather->used);
        err = key_next(&iterator, entry->bytes, &entry->key_size);
        if (err < 0)
            break;
        entry->data_size = bookmark_size;
        memcpy(entry->bytes + entry->key_size, bookmark, bookmark_size);
        gather->used += entry_bytes(entry);
        gather->count++;
    }
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

/* The record under the cursor, copied: making keys may need pages of long values. */
static JET_ERR read_record(struct tree_cursor *cursor, uint8_t *copy, struct record *record)
{
    struct page_node node;
    JET_ERR err = tree_latch(cursor, &node);

    if (err < 0)
        return err;
    memcpy(copy, node.data, node.data_size);
    record->data = copy;
    record->size = node.data_size;
    tree_unlatch(cursor);
    return JET_errSuccess;
}

static JET_ERR scan(struct table *table, struct txn *txn, struct gather *gathers, uint32_t count, uint32_t *failed)
{
    uint8_t *copy = os_alloc(table->database->page_size);
    struct tree_cursor cursor;
    struct record record;
    JET_ERR err;

    *failed = count;
    if (!copy)
        return JET_errOutOfMemory;
    tree_cursor_init(&cursor, table->records, txn);
    cursor.sequential = true;
    err = tree_move_first(&cursor);
    while (err >= 0)
    {
        err = read_record(&cursor, copy, &record);
        for (uint32_t i = 0; err >= 0 && i < count; i++)
        {
            err = gather_record(&gathers[i], record, txn, cursor.bookmark, cursor.bookmark_key_size);
            if (err < 0)
                *failed = i;
        }
        if (err >= 0)
            err = tree_move_next(&cursor);
    }
    tree_cursor_close(&cursor);
    os_free(copy);
    return err == JET_errNoCurrentRecord && *failed == count ? JET_errSuccess : err;
}

JET_ERR index_build(struct table *table, struct txn *txn, const struct index *const *indexes, uint32_t count,
                    uint32_t *failed)
{
    struct gather *gathers = os_alloc_zero(count * sizeof(*gathers));
    JET_ERR err = gathers ? JET_errSuccess : JET_errOutOfMemory;

    *failed = count;
    for (uint32_t i = 0; err >= 0 && i < count; i++)
    {
        gathers[i].index = indexes[i];
        err = key_form_init(&gathers[i].form, table, indexes[i]);
    }
    if (err >= 0)
        err = scan(table, txn, gathers, count, failed);
    for (uint32_t i = 0; err >= 0 && i < count; i++)
    {
        err = gather_flush(&gathers[i]);
        if (err < 0)
            *failed = i;
    }
    for (uint32_t i = 0; gathers && i < count; i++)
        os_free(gathers[i].memory);
    os_free(gathers);
    return err;
}
