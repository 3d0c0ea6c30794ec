/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sorts: their schema, and rows that come in; see temp.h. */
#include "table/temp.h"

#include <string.h>

#include "format/bytes.h"
#include "os/os.h"
#include "table/cursor_private.h"
#include "table/record_edit.h"
#include "txn/version.h"

#define CHUNK_SIZE    65536u
#define MEMORY_MOST   (32u << 20) /* of a sort, in bytes */
#define DEFAULT_LCID  OS_LCID_EN_US
#define HEADER_SIZE   4       /* of a record */
#define COLTYP_SLV    13u     /* what streaming values had; nothing is told of it any more */
#define RECORD_MAX    0x7fffu /* what 15-bit offsets reach */
#define MAP_UPPERCASE 0x200u  /* LCMAP_UPPERCASE: of a later format than is written */
#define SORT_FLAGS    (OS_MAP_SORTKEY | OS_NORM_IGNORECASE | OS_NORM_IGNOREKANATYPE | OS_NORM_IGNOREWIDTH)

/* Header byte of a tagged column's data, as record.c reads it. */
#define TAGGED_LONG_VALUE   0x01u
#define TAGGED_MULTI_VALUES 0x08u

/* Memory of rows: given back all at once. */
struct temp_chunk
{
    struct temp_chunk *next;
    size_t size, used;
    _Alignas(8) uint8_t bytes[];
};

static void *chunk_alloc(struct temp_table *temp, size_t size)
{
    struct temp_chunk *chunk = temp->chunks;

    size = (size + 7) & ~(size_t)7;
    if (!chunk || chunk->size - chunk->used < size)
    {
        size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
        chunk = os_alloc(sizeof(*chunk) + room);
        if (!chunk)
            return NULL;
        chunk->size = room;
        chunk->used = 0;
        chunk->next = temp->chunks;
        temp->chunks = chunk;
        temp->chunk_bytes += room;
    }
    chunk->used += size;
    return chunk->bytes + chunk->used - size;
}

void temp_drop_chunks(struct temp_table *temp)
{
    while (temp->chunks)
    {
        struct temp_chunk *next = temp->chunks->next;
        os_free(temp->chunks);
        temp->chunks = next;
    }
    temp->chunk_bytes = 0;
}

/* --------------------------------------------------------------- schema --- */

enum column_kind
{
    KIND_FIXED,
    KIND_VARIABLE,
    KIND_TAGGED,
};

static bool is_long(JET_COLTYP type)
{
    return type == JET_coltypLongText || type == JET_coltypLongBinary;
}

static enum column_kind kind_of(const JET_COLUMNDEF *definition)
{
    if ((definition->grbit & JET_bitColumnTagged) || is_long(definition->coltyp))
        return KIND_TAGGED;
    if (column_type_size(definition->coltyp) || (definition->grbit & JET_bitColumnFixed))
        return KIND_FIXED;
    return KIND_VARIABLE;
}

static JET_ERR check_definition(const JET_COLUMNDEF *definition)
{
    JET_COLTYP type = definition->coltyp;

    if (type == JET_coltypText || type == JET_coltypLongText)
    {
        if (definition->cp && definition->cp != OS_CP_1252 && definition->cp != OS_CP_UNICODE)
            return JET_errInvalidCodePage;
        return JET_errSuccess;
    }
    if (type == JET_coltypBinary || type == JET_coltypLongBinary || column_type_size(type))
        return JET_errSuccess;
    /* Nothing is left of that type but that it is let through where it says how it is stored. */
    if (type == COLTYP_SLV && definition->grbit & (JET_bitColumnTagged | JET_bitColumnFixed))
        return JET_errSuccess;
    return JET_errInvalidColumnType;
}

static void set_column(struct temp_table *temp, struct column *column, const JET_COLUMNDEF *definition, uint32_t fid)
{
    JET_COLTYP type = definition->coltyp;

    column->id = column->fid = (uint16_t)fid;
    column->type = type;
    column->grbit = definition->grbit;
    if (type == JET_coltypText || type == JET_coltypLongText)
        column->code_page = definition->cp == OS_CP_UNICODE ? OS_CP_UNICODE : OS_CP_1252;
    column->max_size = column_type_size(type);
    if (!column->max_size)
    {
        column->max_size = definition->cbMax;
        if (!is_long(type) && (!column->max_size || column->max_size > JET_cbColumnMost))
            column->max_size = JET_cbColumnMost;
    }
    /* Of a program's definition Windows forgets that, as it does what must not be NULL. */
    if (definition->grbit & JET_bitColumnMultiValued && !temp->table.database)
        column->disk_flags |= COLUMN_MULTIVALUED;
    if (fid < COLUMNID_VAR_FIRST)
    {
        column->fixed_offset = (uint16_t)temp->fixed_size;
        temp->fixed_size += column->max_size;
    }
}

/* Ids are told before the columns are looked at. */
static JET_ERR number_columns(const JET_COLUMNDEF *columns, uint32_t count, uint32_t counts[3], JET_COLUMNID *ids)
{
    static const uint32_t first[3] = { COLUMNID_FIXED_FIRST, COLUMNID_VAR_FIRST, COLUMNID_TAGGED_FIRST };
    static const uint32_t most[3] = { 127, 128, JET_ccolMost };

    for (uint32_t i = 0; i < count; i++)
    {
        enum column_kind kind = kind_of(&columns[i]);

        ids[i] = first[kind] + counts[kind]++;
        if (counts[kind] > most[kind])
            return JET_errTooManyColumns;
    }
    return JET_errSuccess;
}

static JET_ERR create_columns(struct temp_table *temp, const JET_COLUMNDEF *columns, uint32_t count, JET_COLUMNID *ids)
{
    struct table *table = &temp->table;
    uint32_t counts[3] = { 0 };
    struct column *kinds[3];
    JET_ERR err = number_columns(columns, count, counts, ids);

    for (uint32_t i = 0; i < count && err >= 0; i++)
        err = check_definition(&columns[i]);
    if (err < 0)
        return err;
    table->columns = os_alloc_array(count ? count : 1, sizeof(*table->columns));
    if (!table->columns)
        return JET_errOutOfMemory;
    kinds[0] = table->fixed = table->columns;
    kinds[1] = table->variable = table->fixed + counts[0];
    kinds[2] = table->tagged = table->variable + counts[1];
    table->fixed_count = counts[0];
    table->variable_count = counts[1];
    table->tagged_count = counts[2];
    table->column_count = count;
    table->tagged_first = COLUMNID_TAGGED_FIRST;
    table->large_pages = !table->database || table->database->page_size > 8192;
    temp->fixed_size = HEADER_SIZE;
    for (uint32_t i = 0; i < count; i++)
        set_column(temp, kinds[kind_of(&columns[i])]++, &columns[i], ids[i]);
    table->fixed_end = (uint16_t)temp->fixed_size;
    return JET_errSuccess;
}

static void temp_free(struct temp_table *temp)
{
    if (temp->sorts)
        atomic_fetch_sub(temp->sorts, 1);
    if (temp->spool)
        table_release(temp->spool);
    temp_drop_chunks(temp);
    os_free(temp->rows);
    os_free(temp->scratch);
    os_free(temp->table.columns);
    os_free(temp);
}

void temp_release(struct temp_table *temp)
{
    if (!--temp->references)
        temp_free(temp);
}

/* The order of Unicode text in the key. */
static JET_ERR set_locale(struct index *index, const struct temp_options *options)
{
    const struct os_locale *locale;

    index->lcid = DEFAULT_LCID;
    index->lcmap_flags = options->lcmap_flags ? options->lcmap_flags : SORT_FLAGS;
    if (options->unicode && !options->unicode->szLocaleName)
        return JET_errInvalidLanguageId;
    if (!options->locale)
        return JET_errSuccess;
    index->lcmap_flags = options->lcmap_flags | OS_MAP_SORTKEY;
    if (!os_text_copy(index->locale, SCHEMA_LOCALE_SIZE, options->locale) || os_locale_find(index->locale, &locale) < 0)
        return JET_errInvalidLanguageId;
    index->lcid = 0;
    if (options->unicode && options->lcmap_flags != MAP_UPPERCASE)
        options->unicode->dwMapFlags = index->lcmap_flags;
    if (index->lcmap_flags & MAP_UPPERCASE)
        return JET_errEngineFormatVersionParamTooLowForRequestedFeature;
    return os_sort_flags_valid(index->lcmap_flags) ? JET_errSuccess : JET_errInvalidLCMapStringFlags;
}

static JET_ERR create_index(struct temp_table *temp, const JET_COLUMNDEF *columns, uint32_t count,
                            const JET_COLUMNID *ids, const struct temp_options *options)
{
    struct index *index = &temp->primary;
    JET_ERR err = JET_errSuccess;

    index->primary = true;
    index->disk_flags = INDEX_PRIMARY | INDEX_UNIQUE | INDEX_ALLOW_ALL_NULLS | INDEX_ALLOW_FIRST_NULL |
                        INDEX_ALLOW_SOME_NULLS;
    if (temp->grbit & JET_bitTTSortNullsHigh)
        index->disk_flags |= INDEX_NULLS_HIGH;
    if (temp->grbit & JET_bitTTDotNetGuid)
        index->disk_flags |= INDEX_DOTNET_GUID;
    index->key_max = options->key_max ? options->key_max : JET_cbKeyMostMin;
    index->var_seg_max = options->var_seg_max ? options->var_seg_max : index->key_max;
    for (uint32_t i = 0; i < count && index->key_columns < JET_ccolKeyMost; i++)
    {
        if (!(columns[i].grbit & JET_bitColumnTTKey))
            continue;
        index->key[index->key_columns].columnid = ids[i];
        index->key[index->key_columns].descending = (columns[i].grbit & JET_bitColumnTTDescending) != 0;
        index->key_columns++;
    }
    temp->table.primary = index;
    temp->table.indexes = index;
    temp->table.index_count = index->key_columns ? 1 : 0;
    if (index->key_columns)
        err = set_locale(index, options);
    if (err >= 0 && temp->fixed_size > record_size_limit(&temp->table))
        err = index->key_columns ? JET_errRecordTooBig : JET_errDatabaseCorrupted;
    return err < 0 ? err : key_form_init(&temp->form, &temp->table, index);
}

static JET_ERR check_options(const struct temp_options *options)
{
    uint32_t most = options->database ? key_page_most(options->database->page_size) : KEY_MAX;

    if ((options->key_max && options->key_max < JET_cbKeyMostMin) || options->key_max > most ||
        options->var_seg_max > (options->key_max ? options->key_max : JET_cbKeyMostMin))
        return JET_errInvalidParameter;
    return JET_errSuccess;
}

/* Whether it cannot be a sort: without a key there is nothing to be sorted by, and long values have no place. */
static bool needs_table(const struct temp_table *temp)
{
    const struct table *table = &temp->table;

    if (!temp->form.columns || temp->grbit & JET_bitTTForceMaterialization)
        return true;
    for (uint32_t i = 0; i < table->tagged_count && !(temp->grbit & JET_bitTTIntrinsicLVsOnly); i++)
    {
        if (is_long(table->tagged[i].type))
            return true;
    }
    return false;
}

static struct cursor *make_cursor(struct temp_table *temp, struct txn *txn)
{
    struct cursor *cursor = os_alloc_zero(sizeof(*cursor));

    if (!cursor)
        return NULL;
    cursor->txn = txn;
    cursor->table = &temp->table;
    cursor->temp = temp;
    cursor->form = temp->form;
    cursor->updatable = true;
    cursor->refused = CURSOR_TABLES_ONLY | CURSOR_NOT_INSERTING;
    cursor->row = -1;
    cursor->row_state = TREE_BEFORE_FIRST;
    temp->references = 1;
    return cursor;
}

JET_ERR temp_create(struct txn *txn, const JET_COLUMNDEF *columns, uint32_t count, const struct temp_options *options,
                    JET_COLUMNID *ids, struct cursor **created)
{
    static const struct temp_options scrollable = { .grbit = JET_bitTTScrollable };
    struct temp_table *temp;
    struct cursor *cursor;
    JET_ERR err;

    *created = NULL;
    if (!options)
        options = &scrollable;
    err = check_options(options);
    if (err < 0)
        return err;
    temp = os_alloc_zero(sizeof(*temp));
    if (!temp)
        return JET_errOutOfMemory;
    temp->grbit = options->grbit;
    temp->table.database = options->database;
    temp->table.intrinsic_only = true;
    temp->sorts = options->sorts;
    if (temp->sorts)
        atomic_fetch_add(temp->sorts, 1);
    err = create_columns(temp, columns, count, ids);
    if (err >= 0)
        err = create_index(temp, columns, count, ids, options);
    cursor = err < 0 ? NULL : make_cursor(temp, txn);
    if (!cursor)
    {
        temp_free(temp);
        return err < 0 ? err : JET_errOutOfMemory;
    }
    temp->counted = !temp->table.database && txn && needs_table(temp);
    if (temp->counted)
        version_allot(txn->root, 0);
    if (temp->table.database && needs_table(temp))
    {
        err = temp->grbit & JET_bitTTForwardOnly ? JET_errCannotMaterializeForwardOnlySort
                                                 : temp_materialize(cursor, temp->form.columns > 0);
        if (err < 0)
        {
            cursor_close(cursor);
            return err;
        }
    }
    *created = cursor;
    return JET_errSuccess;
}

/* ----------------------------------------------------------------- rows --- */

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

/* The value given for a column, the `nth` of several; NULL: none. */
static const struct temp_value *find_value(const struct temp_value *values, uint32_t count, JET_COLUMNID id,
                                           uint32_t nth)
{
    for (uint32_t i = 0; i < count; i++)
    {
        if (values[i].id == id && values[i].data && !nth--)
            return &values[i];
    }
    return NULL;
}

static JET_ERR check_values(const struct temp_table *temp, const struct temp_value *values, uint32_t count)
{
    const struct table *table = &temp->table;

    for (uint32_t i = 0; i < count; i++)
    {
        const struct column *column = table_column_by_id(table, values[i].id);
        if (!column)
            return JET_errColumnNotFound;
        if (!values[i].data)
            continue;
        if (column_type_size(column->type) || column->fid < COLUMNID_VAR_FIRST)
        {
            if (values[i].size != column->max_size)
                return JET_errInvalidBufferSize;
        }
        else if (column->max_size && values[i].size > column->max_size)
            return JET_errColumnTooBig;
    }
    return JET_errSuccess;
}

static JET_ERR reserve_scratch(struct temp_table *temp, const struct temp_value *values, uint32_t count)
{
    uint64_t size = temp->fixed_size + 16 + 2u * temp->table.variable_count + 5u * temp->table.tagged_count;
    uint8_t *scratch;

    for (uint32_t i = 0; i < count; i++)
        size += (uint64_t)values[i].size + 2;
    if (size > RECORD_MAX)
        return JET_errRecordTooBig;
    if (size <= temp->scratch_size)
        return JET_errSuccess;
    scratch = os_realloc(temp->scratch, (size_t)size * 2);
    if (!scratch)
        return JET_errOutOfMemory;
    temp->scratch = scratch;
    temp->scratch_size = (uint32_t)size * 2;
    return JET_errSuccess;
}

/* Fixed columns and their NULL bits; answers where they end. */
static uint32_t put_fixed(const struct temp_table *temp, const struct temp_value *values, uint32_t count, uint8_t *out)
{
    const struct table *table = &temp->table;
    uint32_t bitmap = (table->fixed_count + 7) / 8;

    memset(out, 0, temp->fixed_size + bitmap);
    for (uint32_t i = 0; i < table->fixed_count; i++)
    {
        const struct column *column = &table->fixed[i];
        const struct temp_value *value = find_value(values, count, column->id, 0);
        if (value)
            memcpy(out + column->fixed_offset, value->data, value->size);
        else
            out[temp->fixed_size + i / 8] |= (uint8_t)(1u << i % 8);
    }
    out[0] = (uint8_t)table->fixed_count;
    out[1] = (uint8_t)(COLUMNID_VAR_FIRST - 1 + table->variable_count);
    put16(out + 2, temp->fixed_size + bitmap);
    return temp->fixed_size + bitmap;
}

static uint32_t put_variable(const struct temp_table *temp, const struct temp_value *values, uint32_t count,
                             uint8_t *out)
{
    const struct table *table = &temp->table;
    uint8_t *data = out + 2 * table->variable_count;
    uint32_t end = 0;

    for (uint32_t i = 0; i < table->variable_count; i++)
    {
        const struct temp_value *value = find_value(values, count, table->variable[i].id, 0);
        if (value)
        {
            memcpy(data + end, value->data, value->size);
            end += value->size;
        }
        put16(out + 2 * i, value ? end : end | 0x8000u);
    }
    return 2 * table->variable_count + end;
}

/* The data of one tagged column, its header byte first. */
static uint32_t put_instances(const struct column *column, const struct temp_value *values, uint32_t count,
                              uint8_t *out)
{
    uint32_t n = 0, at;
    const struct temp_value *value;

    while (find_value(values, count, column->id, n))
        n++;
    out[0] = is_long(column->type) ? TAGGED_LONG_VALUE : 0;
    if (n > 1)
        out[0] |= TAGGED_MULTI_VALUES;
    at = n > 1 ? 2 * n : 0;
    for (uint32_t i = 0; i < n; i++)
    {
        value = find_value(values, count, column->id, i);
        if (n > 1)
            put16(out + 1 + 2 * i, at);
        memcpy(out + 1 + at, value->data, value->size);
        at += value->size;
    }
    return 1 + at;
}

static uint32_t put_tagged(const struct temp_table *temp, const struct temp_value *values, uint32_t count, uint8_t *out)
{
    const struct table *table = &temp->table;
    uint32_t present = 0, at, entry = 0;

    for (uint32_t i = 0; i < table->tagged_count; i++)
        present += find_value(values, count, table->tagged[i].id, 0) != NULL;
    at = 4 * present;
    for (uint32_t i = 0; i < table->tagged_count; i++)
    {
        const struct column *column = &table->tagged[i];
        if (!find_value(values, count, column->id, 0))
            continue;
        put16(out + entry, column->fid);
        put16(out + entry + 2, at);
        entry += 4;
        at += put_instances(column, values, count, out + at);
    }
    return at;
}

static JET_ERR grow_rows(struct temp_table *temp)
{
    uint32_t capacity = temp->capacity ? temp->capacity * 2 : 64;
    struct temp_row **rows;

    if (temp->count < temp->capacity)
        return JET_errSuccess;
    rows = os_realloc(temp->rows, capacity * sizeof(*rows));
    if (!rows)
        return JET_errOutOfMemory;
    temp->rows = rows;
    temp->capacity = capacity;
    return JET_errSuccess;
}

static JET_ERR new_row(struct cursor *cursor, struct record record, struct temp_row **made)
{
    static const uint32_t first[JET_ccolKeyMost] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
    struct temp_table *temp = cursor->temp;
    uint8_t key[KEY_MAX + 1];
    uint32_t key_size = 4;
    enum key_outcome outcome;
    struct temp_row *row;
    JET_ERR err;

    if (temp->form.columns)
    {
        err = key_from_record(&temp->form, record, cursor->txn, first, 0, key, &key_size, &outcome, NULL);
        if (err < 0)
            return err;
    }
    else
        set_be32(key, temp->inserted + 1);
    row = chunk_alloc(temp, sizeof(*row) + key_size + record.size);
    if (!row)
        return JET_errOutOfMemory;
    row->number = temp->inserted++;
    row->key_size = key_size;
    row->record_size = record.size;
    memcpy(row->bytes, key, key_size);
    memcpy(row->bytes + key_size, record.data, record.size);
    *made = row;
    return JET_errSuccess;
}

/*
 * A list that Windows makes a table takes room for versions there, and cleanup goes
 * by that room.  The one more with the first row is not in the published source:
 * what was recorded of cleanup asks for it.
 */
static void count_version(struct txn_root *root, const struct temp_row *row)
{
    if (!row->number)
        version_allot(root, 0);
    version_allot(root, row->key_size);
}

JET_ERR temp_add_record(struct cursor *cursor, struct record record)
{
    struct temp_table *temp = cursor->temp;
    struct temp_row *row;
    JET_ERR err = JET_errSuccess;

    if (temp->chunk_bytes >= MEMORY_MOST && temp_can_spool(temp))
        err = temp_spool(temp);
    if (err >= 0)
        err = grow_rows(temp);
    if (err >= 0)
        err = new_row(cursor, record, &row);
    if (err < 0)
        return err;
    temp_note_size(temp, row);
    temp->rows[temp->count++] = row;
    if (temp->counted)
        count_version(cursor->txn->root, row);
    return JET_errSuccess;
}

JET_ERR temp_insert(struct cursor *cursor, const struct temp_value *values, uint32_t count)
{
    struct temp_table *temp = cursor->temp;
    uint32_t size;
    JET_ERR err;

    err = check_values(temp, values, count);
    if (err < 0)
        return err;
    err = reserve_scratch(temp, values, count);
    if (err < 0)
        return err;
    size = put_fixed(temp, values, count, temp->scratch);
    size += put_variable(temp, values, count, temp->scratch + size);
    size += put_tagged(temp, values, count, temp->scratch + size);
    return temp_add_record(cursor, (struct record){ temp->scratch, size });
}

uint32_t temp_count(const struct cursor *cursor)
{
    return cursor->temp ? cursor->temp->count : cursor->table->stats.records;
}
