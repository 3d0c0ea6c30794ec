/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Temporary tables that are trees: what a sort becomes when its rows are to be
 * changed, have long values, or are too many to go back among in memory.
 * Follows ErrIsamSortMaterialize.
 */
#include <string.h>

#include "format/bytes.h"
#include "os/os.h"
#include "table/cursor_private.h"
#include "table/database_private.h"
#include "table/schema_private.h"
#include "table/temp_store.h"
#include "table/update.h"

#define TABLE_PAGES 16
#define DENSITY     100

/* ----------------------------------------------------------------- schema --- */

static JET_ERR copy_columns(struct table *table, const struct table *from)
{
    table->columns = schema_alloc(table, (from->column_count ? from->column_count : 1) * sizeof(*table->columns));
    if (!table->columns)
        return JET_errOutOfMemory;
    if (from->column_count)
        memcpy(table->columns, from->columns, from->column_count * sizeof(*table->columns));
    table->column_count = from->column_count;
    table->fixed_count = from->fixed_count;
    table->variable_count = from->variable_count;
    table->tagged_count = from->tagged_count;
    table->fixed = table->columns;
    table->variable = table->fixed + table->fixed_count;
    table->tagged = table->variable + table->variable_count;
    table->fixed_end = from->fixed_end;
    return JET_errSuccess;
}

static JET_ERR make_index(struct table *table, const struct index *from)
{
    struct index *index = schema_alloc(table, sizeof(*index));

    if (!index)
        return JET_errOutOfMemory;
    if (from)
    {
        *index = *from;
        table->indexes = index;
        table->index_count = 1;
    }
    else
    {
        index->primary = true;
        index->disk_flags = INDEX_UNIQUE | INDEX_PRIMARY;
        index->key_max = index->var_seg_max = JET_cbKeyMostMin;
    }
    index->objid = table->objid;
    index->density = DENSITY;
    index->tree = table->records;
    table->primary = index;
    return JET_errSuccess;
}

JET_ERR temp_make_table(const struct temp_table *temp, bool indexed, struct table **made)
{
    struct database *database = temp->table.database;
    struct table *table = schema_table_new(database);
    JET_ERR err;

    if (!table)
        return JET_errOutOfMemory;
    table->intrinsic_only = temp->grbit & JET_bitTTIntrinsicLVsOnly;
    table->separate_lv = table->intrinsic_only ? database->page_size : 0;
    table->pages = TABLE_PAGES;
    table->density = DENSITY;
    table->objid = database_new_objid(database);
    err = copy_columns(table, &temp->table);
    if (err >= 0)
        err = tree_create(&database->store, NULL, table->objid, true, 0, TABLE_PAGES, &table->root);
    if (err < 0)
        goto done;
    os_mutex_lock(&database->lock);
    err = schema_use_object(table, table->objid, table->root);
    os_mutex_unlock(&database->lock);
    if (err >= 0)
        err = make_index(table, indexed ? &temp->primary : NULL);
    if (err < 0)
        tree_destroy(&database->store, NULL, table->root);

done:
    if (err < 0)
    {
        os_mutex_lock(&database->lock);
        schema_table_free(table);
        os_mutex_unlock(&database->lock);
    }
    else
        *made = table;
    return err;
}

void temp_table_release(struct table *table)
{
    struct database *database = table->database;
    uint32_t root = table->root;
    bool changed = table->changed, last;

    os_mutex_lock(&database->lock);
    atomic_fetch_sub_explicit(&database->references, 1, memory_order_release);
    last = atomic_fetch_sub(&table->references, 1) == 1;
    if (last)
        schema_table_free(table);
    os_mutex_unlock(&database->lock);
    if (last)
        temp_store_drop(database, root, changed);
}

/* ------------------------------------------------------------------- rows --- */

/* The same of a sort that is on the disk, whose table has another key. */
static JET_ERR copy_rows(struct cursor *cursor, const struct table *table)
{
    uint8_t number[4];
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < cursor->temp->count; i++)
    {
        err = temp_spool_load(cursor, (int32_t)i);
        if (err < 0)
            break;
        set_be32(number, i);
        err = tree_insert(table->records, NULL, number, sizeof(number),
                          cursor->spool_row->bytes + cursor->spool_row->key_size, cursor->spool_row->record_size, true);
    }
    return err;
}

/* All rows in the order they have; without a key, under their numbers. */
static JET_ERR append_rows(const struct temp_table *temp, const struct table *table, bool indexed)
{
    JET_ERR err = JET_errSuccess;
    uint8_t number[4];

    for (uint32_t i = 0; err >= 0 && i < temp->count; i++)
    {
        const struct temp_row *row = temp->rows[i];

        set_be32(number, i);
        err = tree_insert(table->records, NULL, indexed ? row->bytes : number, indexed ? row->key_size : sizeof(number),
                          row->bytes + row->key_size, row->record_size, true);
    }
    return err;
}

/* The table of a sort and its rows, with a reference. */
static JET_ERR take_table(struct cursor *cursor, bool indexed, struct table **taken)
{
    struct temp_table *temp = cursor->temp;
    JET_ERR err;

    if (temp->spool && indexed)
    {
        *taken = temp->spool;
        temp->spool = NULL;
        return JET_errSuccess;
    }
    err = temp_make_table(temp, indexed, taken);
    if (err < 0)
        return err;
    table_reference(*taken);
    err = temp->spool ? copy_rows(cursor, *taken) : append_rows(temp, *taken, indexed);
    temp_spool_leave(cursor);
    if (err < 0)
        table_release(*taken);
    return err;
}

JET_ERR temp_materialize(struct cursor *cursor, bool indexed)
{
    struct temp_table *temp = cursor->temp;
    struct key_form form;
    struct table *table = NULL;
    JET_ERR err = take_table(cursor, indexed, &table);

    if (err >= 0)
    {
        err = key_form_init(&form, table, table->primary);
        if (err < 0)
            table_release(table);
    }
    if (err < 0)
        return err;
    table->stats.records = temp->count;
    update_free(cursor);
    cursor->temp = NULL;
    cursor->table = table;
    cursor->form = form;
    cursor->refused = CURSOR_TABLES_ONLY;
    tree_cursor_init(&cursor->records, table->records, cursor->txn);
    cursor->schema_generation = atomic_load(&table->object->generation);
    cursor_link(cursor);
    place_set_end(cursor, TREE_BEFORE_FIRST);
    temp_release(temp);
    return JET_errSuccess;
}
