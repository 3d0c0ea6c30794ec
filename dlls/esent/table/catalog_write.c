/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rows of the catalog, written: to MSysObjects with its two indexes, to its
 * shadow, and to MSysObjids, which finds a row by its object id.  All in the
 * transaction of the caller, so the rows are as visible as what they describe.
 */

#include "format/bytes.h"
#include "table/catalog.h"
#include "table/database_private.h"
#include "table/schema_private.h"
#include "txn/version.h"

/* ---------------------------------------------------------------- encoding --- */

#define FIXED_COLUMNS     13
#define VARIABLE_COLUMNS  10
#define TAGGED_COLUMNS    6
#define TAGGED_LONG_VALUE 0x01   /* header byte of a value of a long type */
#define TAGGED_HAS_HEADER 0x4000 /* pages up to 8 KB: there is a header byte */
#define VARIABLE_NULL     0x8000
#define FILLER            0x2a /* in fixed columns that are NULL, as Windows' engine leaves it */

static const uint8_t fixed_offset[FIXED_COLUMNS + 1] = { 4, 8, 10, 14, 18, 22, 26, 30, 31, 33, 37, 39, 43, 51 };

/* The record of a row, built from its start. */
struct row_record
{
    uint8_t *data;
    uint32_t size, room;
    bool large_pages;
};

static JET_ERR put(struct row_record *record, const void *bytes, uint32_t size)
{
    if (size > record->room - record->size)
        return JET_errRecordTooBig;
    if (size)
        memcpy(record->data + record->size, bytes, size);
    record->size += size;
    return JET_errSuccess;
}

static JET_ERR put16(struct row_record *record, uint32_t value)
{
    uint8_t bytes[2] = { (uint8_t)value, (uint8_t)(value >> 8) };

    return put(record, bytes, 2);
}

/* Header, fixed columns and their NULL bits. */
static JET_ERR put_fixed(struct row_record *record, const struct catalog_row *row, uint32_t last_variable)
{
    const bool is_set[FIXED_COLUMNS] = {
        true,
        true,
        true,
        true,
        true,
        true,
        true,
        row->type == CATALOG_TABLE,
        row->offset != 0,
        row->has_lcmap_flags,
        row->key_max != 0,
        row->lv_chunk_max != 0,
        row->last_set_time != 0,
    };
    const uint64_t value[FIXED_COLUMNS] = {
        row->table, row->type,   row->id,          row->place,   row->space,        row->flags,         row->pages,
        0xff,       row->offset, row->lcmap_flags, row->key_max, row->lv_chunk_max, row->last_set_time,
    };
    uint8_t bytes[64];
    uint32_t last = FIXED_COLUMNS, bitmap, end;

    while (!is_set[last - 1])
        last--;
    bitmap = (last + 7) / 8;
    end = fixed_offset[last];
    memset(bytes, FILLER, sizeof(bytes));
    memset(bytes + end, 0xff, bitmap);
    bytes[0] = (uint8_t)last;
    bytes[1] = (uint8_t)last_variable;
    bytes[2] = (uint8_t)(end + bitmap);
    bytes[3] = 0;
    for (uint32_t i = 0; i < last; i++)
    {
        if (!is_set[i])
            continue;
        memcpy(bytes + fixed_offset[i], &value[i], fixed_offset[i + 1] - fixed_offset[i]);
        bytes[end + i / 8] &= (uint8_t) ~(1u << i % 8);
    }
    /* Of the last byte of bits only those of columns say anything, but when all are used it has none to spare. */
    return put(record, bytes, end + bitmap);
}

static JET_ERR put_variable(struct row_record *record, const struct catalog_bytes *values, uint32_t count)
{
    uint32_t end = 0;
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < count; i++)
    {
        end += values[i].size;
        err = put16(record, values[i].size ? end : end | VARIABLE_NULL);
    }
    for (uint32_t i = 0; err >= 0 && i < count; i++)
        err = put(record, values[i].data, values[i].size);
    return err;
}

/* Tagged columns from id `first` on; `header` is what their values begin with. */
static JET_ERR put_tagged(struct row_record *record, const struct catalog_bytes *values, uint32_t count, uint8_t header)
{
    uint32_t present = 0, offset;
    bool with_header = header || record->large_pages;
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; i < count; i++)
        present += values[i].size != 0;
    offset = present * 4;
    for (uint32_t i = 0; err >= 0 && i < count; i++)
    {
        if (!values[i].size)
            continue;
        err = put16(record, COLUMNID_TAGGED_FIRST + i);
        if (err >= 0)
            err = put16(record, with_header && !record->large_pages ? offset | TAGGED_HAS_HEADER : offset);
        offset += values[i].size + with_header;
    }
    if (present && offset > 0x1fff && !record->large_pages)
        return JET_errRecordTooBig;
    for (uint32_t i = 0; err >= 0 && i < count; i++)
    {
        if (!values[i].size)
            continue;
        if (with_header)
            err = put(record, &header, 1);
        if (err >= 0)
            err = put(record, values[i].data, values[i].size);
    }
    return err;
}

/* Room for a record of any page size, on the heap. */
static JET_ERR record_begin(struct database *database, struct row_record *record)
{
    memset(record, 0, sizeof(*record));
    record->large_pages = database->page_size > 8192;
    record->room = database->page_size - database->page_size / 8;
    record->data = os_alloc(record->room);
    return record->data ? JET_errSuccess : JET_errOutOfMemory;
}

static JET_ERR encode(struct database *database, const struct catalog_row *row, struct row_record *record)
{
    const struct catalog_bytes variable[VARIABLE_COLUMNS] = {
        row->name,        row->stats,      row->template_or_callback, row->default_value, row->key_columns,
        row->var_seg_max, row->conditions, row->tuple_limits,         row->version,       row->sort_id,
    };
    const struct catalog_bytes tagged[TAGGED_COLUMNS] = {
        row->callback_data, row->callback_columns, row->separate_lv, row->space_hints, row->lv_space_hints, row->locale,
    };
    uint32_t variables = VARIABLE_COLUMNS;
    JET_ERR err = record_begin(database, record);

    if (err < 0)
        return err;
    while (variables && !variable[variables - 1].size)
        variables--;
    err = put_fixed(record, row, COLUMNID_VAR_FIRST + variables - 1);
    if (err >= 0)
        err = put_variable(record, variable, variables);
    if (err >= 0)
        err = put_tagged(record, tagged, TAGGED_COLUMNS, TAGGED_LONG_VALUE);
    return err;
}

/* -------------------------------------------------------------------- keys --- */

#define ROW_KEY_SIZE   CATALOG_ROW_KEY_SIZE
#define OBJID_KEY_SIZE 5
#define NAME_KEY_MAX   (8 + 1 + CATALOG_NAME_MAX + 1)

static void key_long(uint8_t *key, uint32_t value)
{
    key[0] = 0x7f;
    key[1] = (uint8_t)(value >> 24) ^ 0x80;
    key[2] = (uint8_t)(value >> 16);
    key[3] = (uint8_t)(value >> 8);
    key[4] = (uint8_t)value;
}

void catalog_row_key(uint8_t key[ROW_KEY_SIZE], uint32_t table, uint32_t type, uint32_t id)
{
    key_long(key, table);
    key[5] = 0x7f;
    key[6] = (uint8_t)(type >> 8) ^ 0x80;
    key[7] = (uint8_t)type;
    key_long(key + 8, id);
}

static uint32_t key_name(uint8_t *key, struct catalog_bytes name)
{
    uint32_t size = 0;

    key[size++] = 0x7f;
    for (uint32_t i = 0; i < name.size && i < CATALOG_NAME_MAX; i++)
        key[size++] = schema_upper((char)name.data[i]);
    key[size++] = 0;
    return size;
}

/* Of the index Name: table, type, name. */
static uint32_t name_key(uint8_t key[NAME_KEY_MAX], const struct catalog_row *row)
{
    catalog_row_key(key, row->table, row->type, 0);
    return 8 + key_name(key + 8, row->name);
}

/* Of the index RootObjects: true, name. */
static uint32_t root_key(uint8_t key[NAME_KEY_MAX], const struct catalog_row *row)
{
    key[0] = 0x7f;
    key[1] = 0xff;
    return 2 + key_name(key + 2, row->name);
}

/* ------------------------------------------------------------- MSysObjids --- */

/* The table's row is read when it is needed: seldom. */
static JET_ERR special_table(struct database *database, struct txn *txn, const char *name, struct table **table)
{
    return table_open(database, txn, name, table);
}

static bool has_object_id(const struct catalog_row *row)
{
    return row->type == CATALOG_TABLE || row->type == CATALOG_LONG_VALUE ||
           (row->type == CATALOG_INDEX && row->id != row->table);
}

JET_ERR catalog_insert_objid(struct database *database, struct txn *txn, uint32_t objid, uint32_t table_objid,
                             uint32_t type)
{
    const struct catalog_bytes values[3] = {
        { (const uint8_t *)&objid, 4 },
        { (const uint8_t *)&table_objid, 4 },
        { (const uint8_t *)&type, 2 },
    };
    const uint8_t start[4] = { 0, COLUMNID_VAR_FIRST - 1, 4, 0 };
    struct row_record record;
    struct table *table;
    uint8_t key[5];
    JET_ERR err = special_table(database, txn, DATABASE_OBJIDS, &table);

    if (err < 0)
        return err;
    key_long(key, objid);
    err = record_begin(database, &record);
    if (err >= 0)
        err = put(&record, start, sizeof(start));
    if (err >= 0)
        err = put_tagged(&record, values, 3, 0);
    if (err >= 0)
        err = tree_insert(table->records, txn, key, sizeof(key), record.data, record.size, true);
    os_free(record.data);
    table_release(table);
    return err;
}

void catalog_allot_lock(struct txn *txn)
{
    if (txn)
        version_allot(txn->root, ROW_KEY_SIZE);
}

void catalog_allot_objid(struct txn *txn)
{
    if (txn)
        version_allot(txn->root, OBJID_KEY_SIZE);
}

static JET_ERR delete_objid(struct database *database, struct txn *txn, uint32_t objid)
{
    struct table *table;
    uint8_t key[5];
    JET_ERR err = special_table(database, txn, DATABASE_OBJIDS, &table);

    if (err < 0)
        return err;
    key_long(key, objid);
    catalog_allot_objid(txn); /* of a lock, as in catalog_allot_lock */
    err = tree_delete_entry(table->records, txn, key, sizeof(key), NULL, 0);
    table_release(table);
    return err == JET_errRecordNotFound ? JET_errSuccess : err;
}

/* -------------------------------------------------------------------- rows --- */

/* One of the two tables: the row, and in MSysObjects the entries of its indexes. */
static JET_ERR insert_into(struct database *database, struct txn *txn, const struct catalog_row *row,
                           const struct row_record *record, bool shadow)
{
    const struct table *catalog = shadow ? database->shadow : database->catalog;
    uint8_t key[ROW_KEY_SIZE], name[NAME_KEY_MAX];
    JET_ERR err;

    catalog_row_key(key, row->table, row->type, row->id);
    err = tree_insert(catalog->records, txn, key, sizeof(key), record->data, record->size, true);
    if (err >= 0 && !shadow && row->type == CATALOG_TABLE)
        err = tree_insert(catalog->indexes[2].tree, txn, name, root_key(name, row), key, sizeof(key), false);
    if (err >= 0 && !shadow)
        err = tree_insert(catalog->indexes[1].tree, txn, name, name_key(name, row), key, sizeof(key), false);
    return err;
}

/* The name is the first variable column. */
JET_ERR catalog_record_name(const uint8_t *record, uint32_t size, struct catalog_bytes *name)
{
    uint32_t offsets, count, end;

    if (size < 4 || record[1] < COLUMNID_VAR_FIRST)
        return JET_errCatalogCorrupted;
    offsets = le16(record + 2);
    count = record[1] - COLUMNID_VAR_FIRST + 1u;
    if (offsets + 2 * count > size)
        return JET_errCatalogCorrupted;
    end = le16(record + offsets);
    if (end & VARIABLE_NULL || offsets + 2 * count + end > size)
        return JET_errCatalogCorrupted;
    *name = (struct catalog_bytes){ record + offsets + 2 * count, end };
    return JET_errSuccess;
}

JET_ERR catalog_insert_entries(struct database *database, const uint8_t *key, uint32_t key_size, const uint8_t *record,
                               uint32_t size)
{
    const struct table *catalog = database->catalog;
    struct catalog_row row = { .type = 0 };
    uint8_t name[NAME_KEY_MAX];
    JET_ERR err = catalog_record_name(record, size, &row.name);

    if (err < 0)
        return err;
    row.table = le32(record + fixed_offset[0]);
    row.type = le16(record + fixed_offset[1]);
    if (row.type == CATALOG_TABLE)
        err = tree_insert(catalog->indexes[2].tree, NULL, name, root_key(name, &row), key, key_size, false);
    if (err >= 0)
        err = tree_insert(catalog->indexes[1].tree, NULL, name, name_key(name, &row), key, key_size, false);
    return err;
}

JET_ERR catalog_insert(struct database *database, struct txn *txn, const struct catalog_row *row)
{
    struct row_record record;
    JET_ERR err = encode(database, row, &record);

    if (err >= 0)
        err = insert_into(database, txn, row, &record, false);
    if (err >= 0)
        err = insert_into(database, txn, row, &record, true);
    os_free(record.data);
    if (err >= 0 && database->has_objids && has_object_id(row))
        err = catalog_insert_objid(database, txn, row->id, row->table, row->type);
    return err;
}

/* The old row's name is needed to find its entries in the indexes. */
static JET_ERR delete_entries(struct database *database, struct txn *txn, const struct catalog_row *row)
{
    const struct table *catalog = database->catalog;
    uint8_t key[ROW_KEY_SIZE], name[NAME_KEY_MAX];
    JET_ERR err = JET_errSuccess;

    catalog_row_key(key, row->table, row->type, row->id);
    if (row->type == CATALOG_TABLE)
        err = tree_delete_entry(catalog->indexes[2].tree, txn, name, root_key(name, row), key, sizeof(key));
    if (err >= 0)
        err = tree_delete_entry(catalog->indexes[1].tree, txn, name, name_key(name, row), key, sizeof(key));
    return err;
}

static JET_ERR delete_row(struct database *database, struct txn *txn, const struct catalog_row *row)
{
    uint8_t key[ROW_KEY_SIZE];
    JET_ERR err;

    catalog_row_key(key, row->table, row->type, row->id);
    catalog_allot_lock(txn);
    catalog_allot_lock(txn); /* of the shadow */
    err = delete_entries(database, txn, row);
    if (err >= 0)
        err = tree_delete_entry(database->catalog->records, txn, key, sizeof(key), NULL, 0);
    if (err >= 0)
        err = tree_delete_entry(database->shadow->records, txn, key, sizeof(key), NULL, 0);
    if (err >= 0 && database->has_objids && has_object_id(row))
        err = delete_objid(database, txn, row->id);
    return err;
}

JET_ERR catalog_lock(struct database *database, struct txn *txn, uint32_t table, uint32_t type, uint32_t id)
{
    uint8_t key[ROW_KEY_SIZE];

    catalog_row_key(key, table, type, id);
    return tree_lock_key(database->catalog->records, txn, key, sizeof(key), true);
}

JET_ERR catalog_delete(struct database *database, struct txn *txn, uint32_t table, uint32_t type, uint32_t id)
{
    struct catalog_cursor cursor;
    struct catalog_row row;
    JET_ERR err = catalog_open(database, txn, &cursor);

    if (err >= 0)
        err = catalog_find(&cursor, table, type, id, &row);
    if (err >= 0)
        err = delete_row(database, txn, &row);
    catalog_close(&cursor);
    return err;
}

JET_ERR catalog_delete_table(struct database *database, struct txn *txn, uint32_t table)
{
    struct catalog_cursor cursor;
    struct catalog_row row;
    JET_ERR err = catalog_open(database, txn, &cursor);

    if (err >= 0)
        err = catalog_seek(&cursor, table, 0, &row);
    while (err >= 0 && row.table == table)
    {
        err = delete_row(database, txn, &row);
        if (err >= 0)
            err = catalog_next(&cursor, &row);
    }
    catalog_close(&cursor);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

static JET_ERR replace_in(const struct tree *tree, struct txn *txn, const uint8_t key[ROW_KEY_SIZE],
                          const struct row_record *record)
{
    struct tree_cursor cursor;
    JET_ERR err;

    tree_cursor_init(&cursor, tree, txn);
    err = tree_seek(&cursor, key, ROW_KEY_SIZE, TREE_SEEK_EQ);
    if (err >= 0)
        err = tree_replace(&cursor, record->data, record->size);
    tree_cursor_close(&cursor);
    return err;
}

static bool same_name(struct catalog_bytes a, struct catalog_bytes b)
{
    return a.size == b.size && !memcmp(a.data, b.data, a.size);
}

JET_ERR catalog_replace(struct database *database, struct txn *txn, const struct catalog_row *row)
{
    const struct table *catalog = database->catalog;
    uint8_t key[ROW_KEY_SIZE], name[NAME_KEY_MAX];
    struct row_record record;
    struct catalog_cursor cursor;
    struct catalog_row old;
    JET_ERR err = encode(database, row, &record);

    catalog_row_key(key, row->table, row->type, row->id);
    if (err >= 0)
        err = catalog_open(database, txn, &cursor);
    if (err < 0)
    {
        os_free(record.data);
        return err;
    }
    err = catalog_find(&cursor, row->table, row->type, row->id, &old);
    catalog_allot_lock(txn);
    catalog_allot_lock(txn); /* of the shadow */
    if (err >= 0 && !same_name(old.name, row->name))
    {
        err = delete_entries(database, txn, &old);
        if (err >= 0 && row->type == CATALOG_TABLE)
            err = tree_insert(catalog->indexes[2].tree, txn, name, root_key(name, row), key, sizeof(key), false);
        if (err >= 0)
            err = tree_insert(catalog->indexes[1].tree, txn, name, name_key(name, row), key, sizeof(key), false);
    }
    catalog_close(&cursor);
    if (err >= 0)
        err = replace_in(catalog->records, txn, key, &record);
    if (err >= 0)
        err = replace_in(database->shadow->records, txn, key, &record);
    os_free(record.data);
    return err;
}
