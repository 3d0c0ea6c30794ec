/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of the catalog: going through them, finding a table's, decoding. */

#include "format/bytes.h"
#include "table/catalog.h"
#include "table/record.h"
#include "table/schema_private.h"

/* ------------------------------------------------- what is known beforehand --- */

/* Ids of the catalog's columns. */
enum
{
    MSO_TABLE = 1,
    MSO_TYPE = 2,
    MSO_ID = 3,
    MSO_PLACE = 4,
    MSO_SPACE = 5,
    MSO_FLAGS = 6,
    MSO_PAGES = 7,
    MSO_ROOT_FLAG = 8,
    MSO_OFFSET = 9,
    MSO_LCMAP_FLAGS = 10,
    MSO_KEY_MAX = 11,
    MSO_LV_CHUNK_MAX = 12,
    MSO_LAST_SET_TIME = 13,
    MSO_NAME = 128,
    MSO_STATS = 129,
    MSO_TEMPLATE = 130,
    MSO_DEFAULT = 131,
    MSO_KEY_COLUMNS = 132,
    MSO_VAR_SEG_MAX = 133,
    MSO_CONDITIONS = 134,
    MSO_TUPLE_LIMITS = 135,
    MSO_VERSION = 136,
    MSO_SORT_ID = 137,
    MSO_CALLBACK_DATA = 256,
    MSO_CALLBACK_COLUMNS = 257,
    MSO_SEPARATE_LV = 258,
    MSO_SPACE_HINTS = 259,
    MSO_LV_SPACE_HINTS = 260,
    MSO_LOCALE = 261,
};

static const struct
{
    const char *name;
    uint16_t id;
    uint8_t type;
    bool not_null;
} catalog_columns[] = {
    { "ObjidTable", 1, JET_coltypLong, true },
    { "Type", 2, JET_coltypShort, true },
    { "Id", 3, JET_coltypLong, true },
    { "ColtypOrPgnoFDP", 4, JET_coltypLong, true },
    { "SpaceUsage", 5, JET_coltypLong, true },
    { "Flags", 6, JET_coltypLong, true },
    { "PagesOrLocale", 7, JET_coltypLong, true },
    { "RootFlag", 8, JET_coltypBit, false },
    { "RecordOffset", 9, JET_coltypShort, false },
    { "LCMapFlags", 10, JET_coltypLong, false },
    { "KeyMost", 11, JET_coltypUnsignedShort, false },
    { "LVChunkMax", 12, JET_coltypLong, false },
    { "PgnoFDPLastSetTime", 13, JET_coltypDateTime, false },
    { "Name", 128, JET_coltypText, true },
    { "Stats", 129, JET_coltypBinary, false },
    { "TemplateTable", 130, JET_coltypText, false },
    { "DefaultValue", 131, JET_coltypBinary, false },
    { "KeyFldIDs", 132, JET_coltypBinary, false },
    { "VarSegMac", 133, JET_coltypBinary, false },
    { "ConditionalColumns", 134, JET_coltypBinary, false },
    { "TupleLimits", 135, JET_coltypBinary, false },
    { "Version", 136, JET_coltypBinary, false },
    { "SortID", 137, JET_coltypBinary, false },
    { "CallbackData", 256, JET_coltypLongBinary, false },
    { "CallbackDependencies", 257, JET_coltypLongBinary, false },
    { "SeparateLV", 258, JET_coltypLongBinary, false },
    { "SpaceHints", 259, JET_coltypLongBinary, false },
    { "SpaceDeferredLVHints", 260, JET_coltypLongBinary, false },
    { "LocaleName", 261, JET_coltypLongBinary, false },
};

#define CATALOG_COLUMNS (sizeof(catalog_columns) / sizeof(catalog_columns[0]))

/* In the order in which the engine shows indexes: the primary one, then by name. */
static const struct
{
    const char *name;
    uint32_t root, objid;
    uint32_t flags;
    JET_GRBIT grbit;
    uint8_t columns;
    uint16_t column[3];
} catalog_indexes[] = {
    { "Id",
      CATALOG_ROOT,
      CATALOG_OBJID,
      INDEX_UNIQUE | INDEX_PRIMARY | INDEX_NO_NULL,
      JET_bitIndexUnique | JET_bitIndexPrimary | JET_bitIndexDisallowNull,
      3,
      { MSO_TABLE, MSO_TYPE, MSO_ID } },
    { "Name",
      CATALOG_NAME_ROOT,
      CATALOG_NAME_OBJID,
      INDEX_UNIQUE | INDEX_NO_NULL,
      JET_bitIndexUnique | JET_bitIndexDisallowNull,
      3,
      { MSO_TABLE, MSO_TYPE, MSO_NAME } },
    { "RootObjects",
      CATALOG_ROOTS_ROOT,
      CATALOG_ROOTS_OBJID,
      INDEX_UNIQUE | INDEX_ALLOW_SOME_NULLS,
      JET_bitIndexUnique | JET_bitIndexIgnoreNull | JET_bitIndexIgnoreFirstNull,
      2,
      { MSO_ROOT_FLAG, MSO_NAME } },
};

static void catalog_column(const struct table *table, struct column *column, unsigned i, uint16_t *offset)
{
    (void)table;
    column->id = catalog_columns[i].id;
    column->fid = catalog_columns[i].id;
    strcpy(column->name, catalog_columns[i].name);
    column->type = catalog_columns[i].type;
    column->code_page = 1252; /* of all, whatever their type: as the reference shows them */
    if (column->fid < COLUMNID_VAR_FIRST)
    {
        column->max_size = column_type_size(column->type);
        column->fixed_offset = *offset;
        *offset += column->max_size;
        column->grbit = JET_bitColumnFixed;
    }
    else if (column->fid < COLUMNID_TAGGED_FIRST)
        column->max_size = 255;
    else
        column->grbit = JET_bitColumnTagged;
    if (catalog_columns[i].not_null)
    {
        column->disk_flags = COLUMN_NOT_NULL;
        column->grbit |= JET_bitColumnNotNULL;
    }
}

static JET_ERR catalog_index(struct table *table, struct index *index, unsigned i, bool shadow)
{
    uint32_t root = shadow ? CATALOG_SHADOW_ROOT : catalog_indexes[i].root;
    uint32_t objid = shadow ? CATALOG_SHADOW_OBJID : catalog_indexes[i].objid;

    strcpy(index->name, catalog_indexes[i].name);
    index->objid = objid;
    index->disk_flags = catalog_indexes[i].flags;
    index->primary = index->disk_flags & INDEX_PRIMARY;
    index->grbit = catalog_indexes[i].grbit;
    index->key_columns = catalog_indexes[i].columns;
    for (unsigned k = 0; k < index->key_columns; k++)
        index->key[k].columnid = catalog_indexes[i].column[k];
    index->key_max = index->var_seg_max = KEY_MOST_OLD;
    os_text_from_ascii(index->locale, SCHEMA_LOCALE_SIZE, "en-US");
    index->lcid = OS_LCID_EN_US;
    index->lcmap_flags = SCHEMA_LCMAP_DEFAULT;
    index->density = 80;
    index->space.cbStruct = sizeof(index->space);
    index->space.ulInitialDensity = 80;
    index->tree = index->primary ? table->records : schema_tree(table->object, root, objid);
    if (!index->tree)
        return JET_errOutOfMemory;
    tree_init(index->tree, &table->database->cache, root, objid, true, index->primary ? 0 : PAGE_INDEX);
    tree_set_density(index->tree, index->density);
    return JET_errSuccess;
}

JET_ERR catalog_table(struct database *database, bool shadow, struct table **result)
{
    struct table *table = schema_table_new(database);
    uint16_t offset = SCHEMA_FIXED_START;

    *result = NULL;
    if (!table)
        return JET_errOutOfMemory;
    strcpy(table->name, shadow ? "MSysObjectsShadow" : "MSysObjects");
    table->objid = shadow ? CATALOG_SHADOW_OBJID : CATALOG_OBJID;
    table->root = shadow ? CATALOG_SHADOW_ROOT : CATALOG_ROOT;
    table->flags = JET_bitObjectSystem | JET_bitObjectTableFixedDDL;
    table->grbit = JET_bitTableCreateFixedDDL;
    table->density = 80;
    table->pages = shadow ? 9 : 20;
    table->space.cbStruct = sizeof(table->space);
    table->space.ulInitialDensity = 80;
    table->columns = schema_alloc(table, CATALOG_COLUMNS * sizeof(*table->columns));
    table->index_count = shadow ? 1 : 3;
    table->indexes = schema_alloc(table, table->index_count * sizeof(*table->indexes));
    if (!table->columns || !table->indexes || schema_use_object(table, table->objid, table->root) < 0)
    {
        schema_table_free(table);
        return JET_errOutOfMemory;
    }
    table->column_count = CATALOG_COLUMNS;
    for (unsigned i = 0; i < CATALOG_COLUMNS; i++)
        catalog_column(table, &table->columns[i], i, &offset);
    schema_divide_columns(table);
    table->fixed_end = offset;
    for (unsigned i = 0; i < table->index_count; i++)
    {
        if (catalog_index(table, &table->indexes[i], i, shadow) < 0)
        {
            schema_table_free(table);
            return JET_errOutOfMemory;
        }
    }
    table->primary = &table->indexes[0];
    *result = table;
    return JET_errSuccess;
}

/* ------------------------------------------------------------------- rows --- */

JET_ERR catalog_open(struct database *database, struct txn *txn, struct catalog_cursor *cursor)
{
    memset(cursor, 0, sizeof(*cursor));
    cursor->catalog = database->catalog;
    tree_cursor_init(&cursor->tree, cursor->catalog->records, txn);
    cursor->record = os_alloc(database->page_size);
    return cursor->record ? JET_errSuccess : JET_errOutOfMemory;
}

static void free_values(struct catalog_cursor *cursor)
{
    while (cursor->value_count)
        os_free(cursor->values[--cursor->value_count]);
}

void catalog_close(struct catalog_cursor *cursor)
{
    free_values(cursor);
    os_free(cursor->record);
    tree_cursor_close(&cursor->tree);
}

static JET_ERR row_value(struct catalog_cursor *cursor, struct record record, uint32_t id, struct record_value *value)
{
    const struct column *column = table_column_by_id(cursor->catalog, id);

    return record_column(cursor->catalog, record, column, 1, false, value);
}

/* A fixed column; *found (may be NULL: then it must be there) tells whether it is not NULL. */
static JET_ERR row_number(struct catalog_cursor *cursor, struct record record, uint32_t id, uint32_t *number,
                          bool *found)
{
    struct record_value value;
    JET_ERR err = row_value(cursor, record, id, &value);

    *number = 0;
    if (found)
        *found = false;
    if (err < 0)
        return err;
    if (value.null)
        return found ? JET_errSuccess : JET_errCatalogCorrupted;
    if (found)
        *found = true;
    memcpy(number, value.data, value.size < 4 ? value.size : 4);
    return JET_errSuccess;
}

static JET_ERR row_bytes(struct catalog_cursor *cursor, struct record record, uint32_t id, struct catalog_bytes *bytes)
{
    struct record_value value;
    uint32_t size;
    void *copy;
    JET_ERR err = row_value(cursor, record, id, &value);

    bytes->data = NULL;
    bytes->size = 0;
    if (err < 0 || value.null)
        return err;
    bytes->data = value.data;
    bytes->size = value.size;
    if (!value.separated && !value.compressed && !value.encrypted)
        return JET_errSuccess;

    err = record_read_value(cursor->catalog, cursor->tree.txn, &value, 0, NULL, 0, &size);
    if (err < 0)
        return err;
    if (size > SCHEMA_VALUE_MAX)
        return JET_errCatalogCorrupted;
    copy = os_alloc(size ? size : 1);
    if (!copy)
        return JET_errOutOfMemory;
    cursor->values[cursor->value_count++] = copy;
    bytes->data = copy;
    err = record_read_value(cursor->catalog, cursor->tree.txn, &value, 0, copy, size, &bytes->size);
    if (bytes->size > size)
        bytes->size = size;
    return err < 0 ? err : JET_errSuccess;
}

static JET_ERR row_decode(struct catalog_cursor *cursor, struct record record, struct catalog_row *row)
{
    const struct
    {
        uint32_t id;
        uint32_t *number;
    } numbers[] = {
        { MSO_TABLE, &row->table }, { MSO_TYPE, &row->type },   { MSO_ID, &row->id },       { MSO_PLACE, &row->place },
        { MSO_SPACE, &row->space }, { MSO_FLAGS, &row->flags }, { MSO_PAGES, &row->pages },
    };
    const struct
    {
        uint32_t id;
        struct catalog_bytes *bytes;
    } texts[] = {
        { MSO_NAME, &row->name },
        { MSO_STATS, &row->stats },
        { MSO_TEMPLATE, &row->template_or_callback },
        { MSO_DEFAULT, &row->default_value },
        { MSO_KEY_COLUMNS, &row->key_columns },
        { MSO_VAR_SEG_MAX, &row->var_seg_max },
        { MSO_CONDITIONS, &row->conditions },
        { MSO_TUPLE_LIMITS, &row->tuple_limits },
        { MSO_VERSION, &row->version },
        { MSO_SORT_ID, &row->sort_id },
        { MSO_CALLBACK_DATA, &row->callback_data },
        { MSO_CALLBACK_COLUMNS, &row->callback_columns },
        { MSO_SEPARATE_LV, &row->separate_lv },
        { MSO_SPACE_HINTS, &row->space_hints },
        { MSO_LV_SPACE_HINTS, &row->lv_space_hints },
        { MSO_LOCALE, &row->locale },
    };
    struct catalog_bytes time;
    bool found;
    JET_ERR err;

    memset(row, 0, sizeof(*row));
    free_values(cursor);
    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
    {
        err = row_number(cursor, record, numbers[i].id, numbers[i].number, NULL);
        if (err < 0)
            return err;
    }
    err = row_number(cursor, record, MSO_OFFSET, &row->offset, &found);
    if (err >= 0)
        err = row_number(cursor, record, MSO_LCMAP_FLAGS, &row->lcmap_flags, &row->has_lcmap_flags);
    if (err >= 0)
        err = row_number(cursor, record, MSO_KEY_MAX, &row->key_max, &found);
    if (err >= 0)
        err = row_number(cursor, record, MSO_LV_CHUNK_MAX, &row->lv_chunk_max, &found);
    if (err >= 0)
        err = row_bytes(cursor, record, MSO_LAST_SET_TIME, &time);
    if (err >= 0 && time.size == 8)
        row->last_set_time = le64(time.data);
    for (unsigned i = 0; err >= 0 && i < sizeof(texts) / sizeof(texts[0]); i++)
        err = row_bytes(cursor, record, texts[i].id, texts[i].bytes);
    return err;
}

/* Decodes the row under the cursor. */
static JET_ERR row_read(struct catalog_cursor *cursor, struct catalog_row *row)
{
    struct page_node node;
    struct record record = { cursor->record, 0 };
    JET_ERR err = tree_latch(&cursor->tree, &node);

    if (err < 0)
        return err;
    record.size = node.data_size;
    memcpy(cursor->record, node.data, node.data_size);
    tree_unlatch(&cursor->tree);
    err = row_decode(cursor, record, row);
    /* The API has no way to say what is wrong with a record of the catalog. */
    return err == JET_errDatabaseCorrupted ? JET_errCatalogCorrupted : err;
}

/* A long and a short as the primary key has them. */
static uint32_t key_put_long(uint8_t *key, uint32_t value)
{
    key[0] = 0x7f;
    key[1] = (value >> 24) ^ 0x80;
    key[2] = value >> 16;
    key[3] = value >> 8;
    key[4] = value;
    return 5;
}

static uint32_t key_put_short(uint8_t *key, uint32_t value)
{
    key[0] = 0x7f;
    key[1] = (value >> 8) ^ 0x80;
    key[2] = value;
    return 3;
}

JET_ERR catalog_seek(struct catalog_cursor *cursor, uint32_t table, uint32_t type, struct catalog_row *row)
{
    uint8_t key[8];
    uint32_t size = key_put_long(key, table);
    JET_ERR err;

    size += key_put_short(key + size, type);
    err = tree_seek(&cursor->tree, key, size, TREE_SEEK_GE);
    if (err == JET_errRecordNotFound)
        return JET_errNoCurrentRecord;
    return err < 0 ? err : row_read(cursor, row);
}

JET_ERR catalog_next(struct catalog_cursor *cursor, struct catalog_row *row)
{
    JET_ERR err = tree_move_next(&cursor->tree);

    return err < 0 ? err : row_read(cursor, row);
}

JET_ERR catalog_find(struct catalog_cursor *cursor, uint32_t table, uint32_t type, uint32_t id, struct catalog_row *row)
{
    uint8_t key[16];
    uint32_t size = key_put_long(key, table);
    JET_ERR err;

    size += key_put_short(key + size, type);
    size += key_put_long(key + size, id);
    err = tree_seek(&cursor->tree, key, size, TREE_SEEK_EQ);
    if (err == JET_errRecordNotFound)
        return JET_errObjectNotFound;
    return err < 0 ? err : row_read(cursor, row);
}

JET_ERR catalog_name(struct catalog_bytes bytes, char name[SCHEMA_NAME_SIZE])
{
    if (!bytes.size || bytes.size > CATALOG_NAME_MAX || memchr(bytes.data, 0, bytes.size))
        return JET_errCatalogCorrupted;
    memcpy(name, bytes.data, bytes.size);
    name[bytes.size] = 0;
    return JET_errSuccess;
}

static bool row_is_table(const struct catalog_row *row, const char *name)
{
    return row->type == CATALOG_TABLE && row->name.size == strlen(name) &&
           !schema_name_compare_size(name, (const char *)row->name.data, row->name.size);
}

/* By the RootObjects index, whose key is RootFlag (true), then the name in upper case. */
static JET_ERR find_by_index(struct catalog_cursor *cursor, const char *name, struct catalog_row *row)
{
    const struct table *catalog = cursor->catalog;
    uint8_t key[2 + 1 + SCHEMA_NAME_SIZE + 1] = { 0x7f, 0xff, 0x7f };
    uint8_t bookmark[16];
    uint32_t size = 3, bookmark_size = 0;
    struct tree_cursor tree;
    struct page_node node;
    JET_ERR err;

    for (const char *c = name; *c; c++)
        key[size++] = schema_upper(*c);
    key[size++] = 0;
    tree_cursor_init(&tree, catalog->indexes[2].tree, cursor->tree.txn);
    err = tree_seek(&tree, key, size, TREE_SEEK_EQ);
    if (err >= 0)
        err = tree_latch(&tree, &node);
    if (err >= 0)
    {
        if (node.data_size <= sizeof(bookmark))
        {
            bookmark_size = node.data_size;
            memcpy(bookmark, node.data, bookmark_size);
        }
        tree_unlatch(&tree);
    }
    tree_cursor_close(&tree);
    if (err < 0)
        return err;
    err = tree_seek(&cursor->tree, bookmark, bookmark_size, TREE_SEEK_EQ);
    if (err < 0)
        return err;
    err = row_read(cursor, row);
    return err < 0 || row_is_table(row, name) ? err : JET_errRecordNotFound;
}

JET_ERR catalog_find_table(struct catalog_cursor *cursor, const char *name, struct catalog_row *row)
{
    JET_ERR err = find_by_index(cursor, name, row);

    if (err >= 0 || err == JET_errOutOfMemory)
        return err;
    if (err == JET_errRecordNotFound)
        return JET_errObjectNotFound;

    /* The index is damaged: look at each table's row. */
    err = catalog_seek(cursor, 0, 0, row);
    while (err >= 0 && !row_is_table(row, name))
        err = catalog_next(cursor, row);
    return err == JET_errNoCurrentRecord ? JET_errObjectNotFound : err;
}
