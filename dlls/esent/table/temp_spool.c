/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sorts of more rows than are to be in memory: whenever so many have come in, they go
 * in order to a tree of the temporary database, whose keys are those of the sort.
 * Windows writes runs there and merges them; what comes out is the same.
 */
#include <string.h>

#include "format/bytes.h"
#include "os/os.h"
#include "table/cursor_private.h"

#define NUMBER_SIZE 4u /* behind the key, where equal keys are kept */

bool temp_keeps_equal(const struct temp_table *temp)
{
    return temp->grbit & JET_bitTTForwardOnly && !(temp->grbit & JET_bitTTUnique);
}

bool temp_can_spool(const struct temp_table *temp)
{
    const struct database *database = temp->table.database;
    uint32_t key_max = temp->primary.key_max + (temp_keeps_equal(temp) ? NUMBER_SIZE : 0);

    return database && temp->form.columns && key_max <= key_page_most(database->page_size);
}

static JET_ERR put_row(const struct temp_table *temp, const struct temp_row *row, bool append)
{
    uint8_t key[KEY_MAX + 1 + NUMBER_SIZE];
    uint32_t size = row->key_size;

    memcpy(key, row->bytes, size);
    if (temp_keeps_equal(temp))
    {
        set_be32(key + size, row->number);
        size += NUMBER_SIZE;
    }
    return tree_insert(temp->spool->records, NULL, key, size, row->bytes + row->key_size, row->record_size, append);
}

JET_ERR temp_spool(struct temp_table *temp)
{
    bool first = !temp->spool;
    JET_ERR err = JET_errSuccess;

    if (first)
    {
        err = temp_make_table(temp, true, &temp->spool);
        if (err < 0)
            return err;
        table_reference(temp->spool);
    }
    temp_order_rows(temp);
    for (uint32_t i = 0; err >= 0 && i < temp->count; i++)
    {
        err = put_row(temp, temp->rows[i], first);
        if (err >= 0)
            temp->spooled++;
        else if (err == JET_errKeyDuplicate)
            err = JET_errSuccess; /* the one that came first stays */
    }
    /* After an error they may come again: those that arrived are duplicates then. */
    if (err >= 0)
    {
        temp->count = 0;
        temp_drop_chunks(temp);
    }
    return err;
}

static JET_ERR walk_to(struct cursor *cursor, int32_t row)
{
    struct tree_cursor *tree = &cursor->records;
    JET_ERR err = JET_errSuccess;

    if (row == (int32_t)cursor->temp->count - 1 && row != cursor->spool_at + 1)
    {
        err = tree_move_last(tree);
        cursor->spool_at = row;
    }
    else if (row <= cursor->spool_at || cursor->spool_at < 0)
    {
        err = tree_move_first(tree);
        cursor->spool_at = 0;
    }
    for (; err >= 0 && cursor->spool_at < row; cursor->spool_at++)
        err = tree_move_next(tree);
    if (err < 0)
        cursor->spool_at = -1;
    return err;
}

JET_ERR temp_spool_load(struct cursor *cursor, int32_t row)
{
    struct temp_row *loaded = cursor->spool_row;
    uint32_t key_size, number = temp_keeps_equal(cursor->temp) ? NUMBER_SIZE : 0;
    struct page_node node;
    JET_ERR err;

    if (!loaded)
    {
        uint32_t room = cursor->temp->table.database->page_size;

        loaded = os_alloc(sizeof(*loaded) + room);
        if (!loaded)
            return JET_errOutOfMemory;
        cursor->spool_row = loaded;
        cursor->spool_at = -1;
        tree_cursor_init(&cursor->records, cursor->temp->spool->records, NULL);
    }
    else if (row == cursor->spool_at)
        return JET_errSuccess;
    err = walk_to(cursor, row);
    if (err >= 0)
        err = tree_latch(&cursor->records, &node);
    if (err < 0)
        return err;
    key_size = (uint32_t)node.key.prefix_size + node.key.suffix_size;
    if (key_size >= number && key_size + node.data_size <= cursor->temp->table.database->page_size)
    {
        memcpy(loaded->bytes, node.key.prefix, node.key.prefix_size);
        memcpy(loaded->bytes + node.key.prefix_size, node.key.suffix, node.key.suffix_size);
        loaded->number = 0;
        loaded->key_size = key_size - number;
        loaded->record_size = node.data_size;
        memcpy(loaded->bytes + loaded->key_size, node.data, node.data_size);
    }
    else
        err = JET_errDatabaseCorrupted;
    tree_unlatch(&cursor->records);
    return err;
}

void temp_spool_leave(struct cursor *cursor)
{
    if (!cursor->spool_row)
        return;
    tree_cursor_close(&cursor->records);
    os_free(cursor->spool_row);
    cursor->spool_row = NULL;
}
