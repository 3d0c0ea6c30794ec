/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Long values of a damaged table: those that are whole stay, and records refer to no others. */
#include <stdlib.h>
#include <string.h>

#include "maintain/repair_private.h"
#include "table/record_edit.h"

#define ROOT_SIZE       8u
#define ROOT_SIZE_FLAGS 9u
#define PARTLY_DELETED  UINT32_MAX
#define ENCRYPTED       0x01u

struct value
{
    uint64_t id;
    uint32_t counted, found; /* references: as its root says, as records have them */
    bool whole;
};

struct values
{
    struct repair *repair;
    struct table *table;
    const struct tree *tree;
    struct value *list; /* by id */
    uint32_t count, room;
    uint64_t size, offset; /* of the last in the list: how long it should be, and is */
    bool any_size;         /* its chunks tell nothing of their size */
};

/* Splits a key; *offset is UINT64_MAX for a root. */
static bool read_key(const uint8_t *key, uint32_t size, uint64_t *id, uint64_t *offset)
{
    uint32_t id_size = size && key[0] & 0x80 ? 8 : 4;

    if (size != id_size && size != id_size + 4)
        return false;
    *id = id_size == 8 ? be64(key) : be32(key);
    *offset = size == id_size ? UINT64_MAX : be32(key + id_size);
    return true;
}

static void write_key(uint64_t id, uint8_t key[8], uint32_t *size)
{
    *size = id >> 63 ? 8 : 4;
    for (uint32_t i = 0; i < *size; i++)
        key[i] = (uint8_t)(id >> 8 * (*size - 1 - i));
}

/* ------------------------------------------------------------ what there is --- */

static void end_value(struct values *values)
{
    if (values->count && !values->any_size && values->offset < values->size)
        values->list[values->count - 1].whole = false;
}

static JET_ERR begin_value(struct values *values, uint64_t id, const struct page_node *node)
{
    struct value *value;

    end_value(values);
    if (values->count == values->room)
    {
        uint32_t room = values->room ? 2 * values->room : 256;
        struct value *list = os_realloc(values->list, (size_t)room * sizeof(*list));

        if (!list)
            return JET_errOutOfMemory;
        values->list = list;
        values->room = room;
    }
    value = &values->list[values->count++];
    *value = (struct value){ id, 0, 0, false };
    values->offset = 0;
    values->size = 0;
    values->any_size = false;
    if (!node || (node->data_size != ROOT_SIZE && node->data_size != ROOT_SIZE_FLAGS))
        return JET_errSuccess;
    value->counted = le32(node->data);
    values->size = le32(node->data + 4);
    values->any_size = node->data_size == ROOT_SIZE_FLAGS && node->data[8] & ENCRYPTED;
    value->whole = value->counted != PARTLY_DELETED && values->size <= JET_cbLVColumnMost;
    return JET_errSuccess;
}

static void add_chunk(struct values *values, uint64_t offset, const struct page_node *node)
{
    uint32_t most = values->table->lv_chunk_max;
    uint64_t stands_for = values->size - offset < most ? values->size - offset : most;
    size_t size;

    if (values->any_size)
        return;
    if (offset != values->offset || offset >= values->size ||
        (node->data_size != stands_for &&
         (node->data_size > stands_for || compress_decode_size(node->data, node->data_size, &size) < 0 ||
          size != stands_for)))
        values->list[values->count - 1].whole = false;
    values->offset += stands_for;
}

static JET_ERR look_at_values(struct values *values)
{
    struct tree_cursor cursor;
    struct page_node node;
    uint8_t key[12];
    JET_ERR err;

    tree_cursor_init(&cursor, values->tree, NULL);
    for (err = tree_move_first(&cursor); err >= 0; err = tree_move_next(&cursor))
    {
        uint64_t id, offset;

        err = tree_latch(&cursor, &node);
        if (err < 0)
            break;
        if (page_key_size(&node.key) <= sizeof(key))
            page_key_copy(&node.key, key);
        if (page_key_size(&node.key) <= sizeof(key) && read_key(key, page_key_size(&node.key), &id, &offset))
        {
            if (offset == UINT64_MAX || !values->count || values->list[values->count - 1].id != id)
                err = begin_value(values, id, offset == UINT64_MAX ? &node : NULL);
            if (err >= 0 && offset != UINT64_MAX)
                add_chunk(values, offset, &node);
        }
        tree_unlatch(&cursor);
        if (err < 0)
            break;
    }
    tree_cursor_close(&cursor);
    end_value(values);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

static struct value *find_value(struct values *values, uint64_t id)
{
    uint32_t low = 0, high = values->count;

    while (low < high)
    {
        uint32_t middle = low + (high - low) / 2;

        if (values->list[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < values->count && values->list[low].id == id && values->list[low].whole ? &values->list[low] : NULL;
}

/* ------------------------------------------------------------------ records --- */

static bool read_id(const struct record_value *value, uint64_t *id)
{
    if ((value->size != 4 && value->size != 8) || !!(value->data[value->size - 1] & 0x80) != (value->size == 8))
        return false;
    *id = value->size == 8 ? le64(value->data) : le32(value->data);
    return true;
}

/* The first tagged column of the record that refers to what is not there; JET_errNoCurrentRecord if there is none. */
static JET_ERR find_dangling(struct values *values, struct record record, uint32_t *order)
{
    struct record_tagged walk = { 0 };
    struct record_value value;
    uint64_t id;
    JET_ERR err;

    while ((err = record_tagged_next(values->table, record, &walk)) >= 0)
        for (uint32_t i = 1; i <= walk.values; i++)
            if (record_tagged_value(&walk, i, &value) >= 0 && value.separated &&
                (!read_id(&value, &id) || !find_value(values, id)))
            {
                *order = walk.order;
                return JET_errSuccess;
            }
    return err;
}

static void count_references(struct values *values, struct record record)
{
    struct record_tagged walk = { 0 };
    struct record_value value;
    uint64_t id;

    while (record_tagged_next(values->table, record, &walk) >= 0)
        for (uint32_t i = 1; i <= walk.values; i++)
            if (record_tagged_value(&walk, i, &value) >= 0 && value.separated && read_id(&value, &id) &&
                find_value(values, id))
                find_value(values, id)->found++;
}

/* The record that the cursor is on, which is in `buffer`. */
static JET_ERR mend_record(struct values *values, struct tree_cursor *cursor, struct record_buffer *buffer)
{
    struct repair *repair = values->repair;
    bool changed = false;
    uint32_t order;

    if (record_check(values->table, (struct record){ buffer->data, buffer->size }) < 0)
    {
        repair->result.records_lost++;
        return tree_delete(cursor);
    }
    while (find_dangling(values, (struct record){ buffer->data, buffer->size }, &order) >= 0)
    {
        record_remove_tagged(values->table, buffer, order);
        repair->result.columns_lost++;
        changed = true;
    }
    count_references(values, (struct record){ buffer->data, buffer->size });
    return changed ? tree_replace(cursor, buffer->data, buffer->size) : JET_errSuccess;
}

static JET_ERR mend_records(struct values *values)
{
    struct record_buffer buffer = { values->repair->page, 0, values->repair->page_size };
    struct tree_cursor cursor;
    struct page_node node;
    JET_ERR err;

    tree_cursor_init(&cursor, values->table->records, NULL);
    for (err = tree_move_first(&cursor); err >= 0; err = tree_move_next(&cursor))
    {
        err = tree_latch(&cursor, &node);
        if (err < 0)
            break;
        memcpy(buffer.data, node.data, node.data_size);
        buffer.size = node.data_size;
        tree_unlatch(&cursor);
        err = mend_record(values, &cursor, &buffer);
        if (err < 0)
            break;
    }
    tree_cursor_close(&cursor);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

/* ------------------------------------------------------------------- values --- */

/* Deletes all nodes of a value. */
static JET_ERR delete_value(struct values *values, uint64_t id)
{
    uint8_t key[8], found[12];
    struct tree_cursor cursor;
    uint32_t size;
    JET_ERR err;

    write_key(id, key, &size);
    tree_cursor_init(&cursor, values->tree, NULL);
    err = tree_seek(&cursor, key, size, TREE_SEEK_GE);
    while (err >= 0 && cursor.bookmark_key_size >= size && cursor.bookmark_key_size <= sizeof(found) &&
           !memcmp(cursor.bookmark, key, size))
    {
        err = tree_delete(&cursor);
        if (err >= 0)
            err = tree_move_next(&cursor);
    }
    tree_cursor_close(&cursor);
    return err == JET_errNoCurrentRecord || err == JET_errRecordNotFound ? JET_errSuccess : err;
}

static JET_ERR set_count(struct values *values, const struct value *value)
{
    uint8_t key[8], root[ROOT_SIZE_FLAGS];
    struct tree_cursor cursor;
    struct page_node node;
    uint32_t size, root_size = 0;
    JET_ERR err;

    write_key(value->id, key, &size);
    tree_cursor_init(&cursor, values->tree, NULL);
    err = tree_seek(&cursor, key, size, TREE_SEEK_EQ);
    if (err >= 0)
        err = tree_latch(&cursor, &node);
    if (err >= 0)
    {
        root_size = node.data_size <= sizeof(root) ? node.data_size : (uint32_t)sizeof(root);
        memcpy(root, node.data, root_size);
        tree_unlatch(&cursor);
        set_le32(root, value->found);
        err = tree_replace(&cursor, root, root_size);
    }
    tree_cursor_close(&cursor);
    return err;
}

JET_ERR repair_values(struct repair *repair, struct table *table, const struct tree *tree)
{
    struct values values = { .repair = repair, .table = table, .tree = tree };
    JET_ERR err = tree->root ? look_at_values(&values) : JET_errSuccess;

    if (err >= 0)
        err = mend_records(&values);
    for (uint32_t i = 0; err >= 0 && i < values.count; i++)
    {
        const struct value *value = &values.list[i];

        repair->result.values_lost += !value->whole;
        if (!value->whole || !value->found)
            err = delete_value(&values, value->id);
        else if (value->found != value->counted)
            err = set_count(&values, value);
    }
    os_free(values.list);
    return err;
}
