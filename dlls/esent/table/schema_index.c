/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Indexes and space hints, from their rows in the catalog. */

#include "format/bytes.h"
#include "table/schema_private.h"

/* Flags of a key column in the 4-byte form. */
enum
{
    SEGMENT_TEMPLATE = 0x80,
    SEGMENT_DESCENDING = 0x40,
    SEGMENT_MUST_BE_NULL = 0x20,
};

#define LCID_NONE 0u

/* ----------------------------------------------------------------- columns --- */

/* Whether a column of a derived table of an old template is inherited: told by its id. */
static bool old_inherited(const struct table *table, uint32_t fid)
{
    const struct table *from = table->template_table;

    if (!from)
        return false;
    if (fid >= COLUMNID_TAGGED_FIRST)
        return fid < table->tagged_first;
    if (fid >= COLUMNID_VAR_FIRST)
        return fid - COLUMNID_VAR_FIRST < from->variable_count;
    return fid <= from->fixed_count;
}

static void segment_read(const struct table *table, bool wide, bool condition, const uint8_t *data,
                         struct index_column *column)
{
    uint32_t fid;
    bool marked;

    memset(column, 0, sizeof(*column));
    if (wide)
    {
        fid = le16(data + 2);
        marked = data[0] & SEGMENT_TEMPLATE;
        column->descending = data[0] & SEGMENT_DESCENDING;
        column->must_be_null = data[0] & SEGMENT_MUST_BE_NULL;
    }
    else
    {
        int16_t number = (int16_t)le16(data);
        fid = number < 0 ? -number : number;
        marked = table->flags & JET_bitObjectTableTemplate || old_inherited(table, fid);
        column->descending = number < 0 && !condition;
        column->must_be_null = number < 0 && condition;
    }
    column->columnid = fid | (marked ? COLUMNID_TEMPLATE : 0);
}

static JET_ERR segments_read(const struct table *table, const struct index *index, struct catalog_bytes bytes,
                             bool condition, struct index_column *columns, uint32_t max, uint32_t *count)
{
    bool wide = index->disk_flags & INDEX_WIDE_COLUMNS;
    uint32_t size = wide ? 4 : 2;

    if (bytes.size % size || bytes.size / size > max)
        return JET_errCatalogCorrupted;
    *count = bytes.size / size;
    for (uint32_t i = 0; i < *count; i++)
        segment_read(table, wide, condition, bytes.data + i * size, &columns[i]);
    return JET_errSuccess;
}

/* ------------------------------------------------------------------ locale --- */

static enum sort_state sort_state(const struct index *index, const struct os_locale *locale)
{
    static const uint8_t zero[16];
    struct os_sort_version now;

    if (!(index->disk_flags & INDEX_LOCALIZED))
        return SORT_GOOD;
    if (!index->sort_version || !locale || os_locale_sort_version(locale, &now) < 0)
        return SORT_BAD;
    if (index->sort_version != ((uint64_t)now.version << 32 | now.defined))
        return SORT_OUTDATED;
    /* Before Windows 8 no sort id was recorded. */
    if (memcmp(index->sort_id, zero, 16) && memcmp(index->sort_id, now.sort_id, 16))
        return SORT_OUTDATED;
    return SORT_GOOD;
}

static JET_ERR load_locale(const struct catalog_row *row, struct index *index)
{
    const struct os_locale *locale = NULL;
    uint32_t characters = row->locale.size / 2;

    if (characters >= SCHEMA_LOCALE_SIZE)
        return JET_errCatalogCorrupted;
    if (characters)
        memcpy(index->locale, row->locale.data, characters * 2);
    index->lcid = row->pages;
    if (row->locale.data)
    {
        if (os_locale_find(index->locale, &locale) >= 0)
            index->lcid = os_locale_lcid(locale);
    }
    else if (index->lcid == LCID_NONE)
    {
        index->lcid = OS_LCID_INVARIANT;
        if (os_locale_find(index->locale, &locale) < 0)
            locale = NULL;
    }
    else if (os_locale_find_lcid(index->lcid, &locale) >= 0)
        os_text_copy(index->locale, SCHEMA_LOCALE_SIZE, os_locale_name(locale));
    if (!(index->disk_flags & INDEX_LOCALIZED))
        return JET_errSuccess;

    index->lcmap_flags = row->has_lcmap_flags ? row->lcmap_flags : SCHEMA_LCMAP_DEFAULT;
    if (row->version.size)
    {
        if (row->version.size != 8)
            return JET_errCatalogCorrupted;
        index->sort_version = le64(row->version.data);
        if (row->sort_id.size)
        {
            if (row->sort_id.size != 16)
                return JET_errCatalogCorrupted;
            memcpy(index->sort_id, row->sort_id.data, 16);
        }
    }
    index->sort_state = sort_state(index, locale);
    return JET_errSuccess;
}

/* ------------------------------------------------------------------- index --- */

static JET_ERR load_tuple_limits(const struct catalog_row *row, struct index *index)
{
    const uint8_t *data = row->tuple_limits.data;

    if (!row->tuple_limits.size)
        return JET_errSuccess;
    if (row->tuple_limits.size != 12 && row->tuple_limits.size != 20)
        return JET_errCatalogCorrupted;
    index->tuple_min = le32(data);
    index->tuple_max = le32(data + 4);
    index->tuple_to_index_max = le32(data + 8);
    index->tuple_step = 1;
    if (row->tuple_limits.size == 20)
    {
        index->tuple_step = le32(data + 12);
        index->tuple_start = le32(data + 16);
    }
    if (index->tuple_min < 2 || index->tuple_min > index->tuple_max || index->tuple_max > 255 || !index->tuple_step ||
        index->tuple_to_index_max > 0x7fff || index->tuple_step > 0x7fff || index->tuple_start > 0x7fff)
        return JET_errCatalogCorrupted;
    return JET_errSuccess;
}

static JET_ERR load_limits(const struct catalog_row *row, struct index *index)
{
    index->key_max = row->key_max ? row->key_max : KEY_MOST_OLD;
    index->var_seg_max = index->key_max;
    if (row->var_seg_max.size)
    {
        if (row->var_seg_max.size != 2)
            return JET_errCatalogCorrupted;
        index->var_seg_max = index->given_var_seg_max = le16(row->var_seg_max.data);
    }
    index->given_key_max = (uint16_t)row->key_max;
    if (index->key_max > KEY_MOST_EVER || !index->var_seg_max || index->var_seg_max > KEY_MOST_EVER)
        return JET_errCatalogCorrupted;
    return JET_errSuccess;
}

static JET_GRBIT index_grbit(const struct index *index)
{
    uint32_t flags = index->disk_flags;
    JET_GRBIT grbit = 0;

    grbit |= flags & INDEX_PRIMARY ? JET_bitIndexPrimary : 0;
    grbit |= flags & INDEX_UNIQUE ? JET_bitIndexUnique : 0;
    grbit |= index->tuple_min ? JET_bitIndexTuples : 0;
    grbit |= flags & INDEX_CROSS_PRODUCT ? JET_bitIndexCrossProduct : 0;
    grbit |= flags & INDEX_NESTED ? JET_bitIndexNestedTable : 0;
    grbit |= flags & INDEX_DOTNET_GUID ? JET_bitIndexDotNetGuid : 0;
    grbit |= flags & INDEX_DEFERRED ? JET_bitIndexDeferredPopulateCreate : 0;
    grbit |= flags & INDEX_NO_TRUNCATION ? JET_bitIndexDisallowTruncation : 0;
    if (flags & INDEX_NO_NULL)
        grbit |= JET_bitIndexDisallowNull;
    else
    {
        grbit |= flags & INDEX_ALLOW_ALL_NULLS ? 0 : JET_bitIndexIgnoreNull;
        grbit |= flags & INDEX_ALLOW_FIRST_NULL ? 0 : JET_bitIndexIgnoreFirstNull;
        grbit |= flags & INDEX_ALLOW_SOME_NULLS ? 0 : JET_bitIndexIgnoreAnyNull;
        grbit |= flags & INDEX_NULLS_HIGH ? JET_bitIndexSortNullsHigh : 0;
    }
    if (index->key_max > KEY_MOST_OLD)
        grbit |= JET_bitIndexKeyMost;
    return grbit;
}

/* What a derived index has of its own: its tree, and the order its text was put in. */
static JET_ERR load_derived(struct table *table, const struct catalog_row *row, const char *name, struct index *index)
{
    const struct index *from = table->template_table ? table_index_by_name(table->template_table, name) : NULL;

    if (!from)
        return JET_errCatalogCorrupted;
    *index = *from;
    index->from_template = true;
    if (from->disk_flags & INDEX_LOCALIZED)
    {
        index->sort_version = 0;
        memset(index->sort_id, 0, sizeof(index->sort_id));
        memset(index->locale, 0, sizeof(index->locale));
        return load_locale(row, index);
    }
    return JET_errSuccess;
}

/* The longest key that a column's values make; 0: as long as may be. */
static uint32_t column_key_max(const struct index *index, const struct column *column)
{
    bool limited = index->var_seg_max != index->key_max;
    uint32_t size = column_type_size(column->type);

    if (size)
        return 1 + size;
    if (column->type != JET_coltypBinary && column->type != JET_coltypLongBinary)
        return limited ? index->var_seg_max : 0;
    if (column->fid >= COLUMNID_VAR_FIRST)
        return limited ? index->var_seg_max : 0;
    size = 1 + column->max_size;
    return limited && size > index->var_seg_max ? index->var_seg_max : size;
}

/* Keys of a primary index are known to be shorter than allowed if its columns
 * say so: records may be longer then (FILEIMinimizePrimaryCbKeyMost). */
static void lessen_key_max(const struct table *table, struct index *index)
{
    uint32_t most = 0;

    for (uint32_t i = 0; i < index->key_columns; i++)
    {
        const struct column *column = table_column_by_id(table, index->key[i].columnid);
        uint32_t part = column ? column_key_max(index, column) : 0;

        if (!part)
            return;
        most += part;
    }
    if (most >= index->key_max)
        return;
    if (index->var_seg_max > most)
        index->var_seg_max = most;
    index->key_max = most;
}

void schema_least_key_max(const struct table *table, const uint8_t *segments, uint32_t columns, uint32_t *key_max,
                          uint32_t *var_seg_max)
{
    struct index index = { .disk_flags = INDEX_WIDE_COLUMNS, .key_max = *key_max, .var_seg_max = *var_seg_max };

    if (segments_read(table, &index, (struct catalog_bytes){ segments, columns * 4 }, false, index.key, JET_ccolKeyMost,
                      &index.key_columns) < 0)
        return;
    lessen_key_max(table, &index);
    *key_max = index.key_max;
    *var_seg_max = index.var_seg_max;
}

static JET_ERR load_own(struct table *table, const struct catalog_row *row, struct index *index)
{
    JET_ERR err;

    index->disk_flags = row->flags;
    index->primary = row->flags & INDEX_PRIMARY;
    index->density = row->space;
    err = schema_load_space(table, row, NULL, &index->space);
    if (err >= 0)
        err = load_locale(row, index);
    if (err >= 0)
        err = load_limits(row, index);
    if (err >= 0)
        err = segments_read(table, index, row->key_columns, false, index->key, JET_ccolKeyMost, &index->key_columns);
    if (err >= 0)
        err = segments_read(table, index, row->conditions, true, index->condition,
                            sizeof(index->condition) / sizeof(index->condition[0]), &index->conditions);
    if (err >= 0)
        err = load_tuple_limits(row, index);
    if (err >= 0 && !index->key_columns)
        err = JET_errCatalogCorrupted;
    index->grbit = index_grbit(index);
    if (err >= 0 && index->primary)
        lessen_key_max(table, index);
    return err;
}

JET_ERR schema_load_index(struct table *table, const struct catalog_row *row, struct index *index)
{
    char name[SCHEMA_NAME_SIZE];
    JET_ERR err = catalog_name(row->name, name);

    if (err < 0)
        return err;
    if (row->flags & INDEX_DERIVED)
        err = load_derived(table, row, name, index);
    else
        err = load_own(table, row, index);
    if (err < 0)
        return err;
    strcpy(index->name, name);
    index->objid = row->id;
    for (const struct made_index *made = table->object->made; made; made = made->next)
        if (made->objid == index->objid && !(index->disk_flags & INDEX_LOCALIZED))
            index->lcmap_flags = made->lcmap_flags;
    schema_load_stats(row, &index->stats);
    if (index->primary)
    {
        index->tree = table->records;
        return JET_errSuccess;
    }
    index->tree = schema_tree(table->object, row->place, row->id);
    if (!index->tree)
        return JET_errOutOfMemory;
    if (!index->tree->root)
        tree_init(index->tree, &table->database->cache, row->place, row->id, index->disk_flags & INDEX_UNIQUE,
                  PAGE_INDEX);
    return JET_errSuccess;
}

/* ------------------------------------------------------------- space hints --- */

#define SPACE_VERSION   1
#define DENSITY_DEFAULT 80

/* The numbers behind the version byte fill the struct from `first` on. */
static JET_ERR space_unpack(struct catalog_bytes bytes, uint32_t *first, uint32_t max)
{
    if (!bytes.size || bytes.data[0] != SPACE_VERSION || (bytes.size - 1) % 4 || (bytes.size - 1) / 4 > max)
        return JET_errCatalogCorrupted;
    for (uint32_t i = 0; i < (bytes.size - 1) / 4; i++)
        first[i] = le32(bytes.data + 1 + i * 4);
    return JET_errSuccess;
}

JET_ERR schema_load_space(const struct table *table, const struct catalog_row *row, const JET_SPACEHINTS *inherited,
                          JET_SPACEHINTS *space)
{
    uint32_t numbers[sizeof(JET_SPACEHINTS) / 4] = { 0 };
    uint32_t skip = row->type == CATALOG_TABLE ? 3 : 2;
    JET_ERR err;

    if (!row->space_hints.size && inherited)
    {
        *space = *inherited;
        return JET_errSuccess;
    }
    memset(space, 0, sizeof(*space));
    numbers[0] = sizeof(*space);
    numbers[1] = row->space;
    if (row->type == CATALOG_TABLE)
        numbers[2] = row->pages * table->database->page_size;
    if (row->space_hints.size)
    {
        err = space_unpack(row->space_hints, numbers + skip, sizeof(numbers) / 4 - skip);
        if (err < 0)
            return err;
    }
    memcpy(space, numbers, sizeof(*space));
    return JET_errSuccess;
}

JET_ERR schema_load_lv_space(const struct catalog_row *row, JET_SPACEHINTS *space)
{
    uint32_t numbers[sizeof(JET_SPACEHINTS) / 4] = { sizeof(*space) };
    JET_ERR err;

    memset(space, 0, sizeof(*space));
    if (!row->lv_space_hints.size)
        return JET_errSuccess;
    err = space_unpack(row->lv_space_hints, numbers + 1, sizeof(numbers) / 4 - 1);
    if (err >= 0)
        memcpy(space, numbers, sizeof(*space));
    return err;
}
