/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Temporary tables: their schema, rows and order; see temp.h. */
#include "table/temp.h"

#include <stdlib.h>
#include <string.h>

#include "os/os.h"
#include "table/cursor_private.h"

#define CHUNK_SIZE 65536u
#define DEFAULT_LCID OS_LCID_EN_US
#define HEADER_SIZE 4               /* of a record */
#define RECORD_MAX 0x7fffu          /* what 15-bit offsets reach */

/* Header byte of a tagged column's data, as record.c reads it. */
#define TAGGED_LONG_VALUE 0x01u
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
    }
    chunk->used += size;
    return chunk->bytes + chunk->used - size;
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
    if (key_fixed_size(definition->coltyp) || (definition->grbit & JET_bitColumnFixed))
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
    if (type == JET_coltypBinary || type == JET_coltypLongBinary || key_fixed_size(type))
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
    column->max_size = key_fixed_size(type);
    if (!column->max_size)
    {
        column->max_size = definition->cbMax;
        if (!is_long(type) && (!column->max_size || column->max_size > JET_cbColumnMost))
            column->max_size = JET_cbColumnMost;
    }
    if (definition->grbit & JET_bitColumnNotNULL)
        column->disk_flags |= COLUMN_NOT_NULL;
    if (definition->grbit & JET_bitColumnMultiValued)
        column->disk_flags |= COLUMN_MULTIVALUED;
    if (fid < COLUMNID_VAR_FIRST)
    {
        column->fixed_offset = (uint16_t)temp->fixed_size;
        temp->fixed_size += column->max_size;
    }
}

static JET_ERR create_columns(struct temp_table *temp, const JET_COLUMNDEF *columns, uint32_t count, JET_COLUMNID *ids)
{
    static const uint32_t first[3] = { COLUMNID_FIXED_FIRST, COLUMNID_VAR_FIRST, COLUMNID_TAGGED_FIRST };
    static const uint32_t most[3] = { 127, 128, JET_ccolMost };
    struct table *table = &temp->table;
    uint32_t counts[3] = { 0 }, used[3] = { 0 };
    struct column *kinds[3];

    for (uint32_t i = 0; i < count; i++)
    {
        JET_ERR err = check_definition(&columns[i]);
        if (err < 0)
            return err;
        if (++counts[kind_of(&columns[i])] > most[kind_of(&columns[i])])
            return JET_errTooManyColumns;
    }
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
    table->large_pages = true;
    temp->fixed_size = HEADER_SIZE;
    for (uint32_t i = 0; i < count; i++)
    {
        enum column_kind kind = kind_of(&columns[i]);
        ids[i] = first[kind] + used[kind];
        set_column(temp, kinds[kind] + used[kind]++, &columns[i], ids[i]);
        if (temp->fixed_size > RECORD_MAX / 2)
            return JET_errRecordTooBig;
    }
    table->fixed_end = (uint16_t)temp->fixed_size;
    return JET_errSuccess;
}

static JET_ERR create_index(struct temp_table *temp, const JET_COLUMNDEF *columns, uint32_t count,
                            const JET_COLUMNID *ids, const struct temp_options *options)
{
    struct index *index = &temp->primary;

    index->primary = true;
    index->disk_flags = INDEX_PRIMARY | INDEX_UNIQUE | INDEX_ALLOW_ALL_NULLS | INDEX_ALLOW_FIRST_NULL
                        | INDEX_ALLOW_SOME_NULLS;
    if (temp->grbit & JET_bitTTSortNullsHigh)
        index->disk_flags |= INDEX_NULLS_HIGH;
    if (temp->grbit & JET_bitTTDotNetGuid)
        index->disk_flags |= INDEX_DOTNET_GUID;
    index->key_max = options->key_max ? options->key_max : JET_cbKeyMostMin;
    index->var_seg_max = options->var_seg_max ? options->var_seg_max : index->key_max;
    index->lcid = options->lcid ? options->lcid : DEFAULT_LCID;
    index->lcmap_flags = options->lcmap_flags;
    if (options->locale)
    {
        os_text_copy(index->locale, SCHEMA_LOCALE_SIZE, options->locale);
        index->lcid = index->locale[0] ? index->lcid : 0;
    }
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
    return key_form_init(&temp->form, &temp->table, index);
}

JET_ERR temp_create(struct txn *txn, const JET_COLUMNDEF *columns, uint32_t count, const struct temp_options *options,
                    JET_COLUMNID *ids, struct cursor **created)
{
    static const struct temp_options scrollable = { .grbit = JET_bitTTScrollable };
    struct temp_table *temp;
    struct cursor *cursor = NULL;
    JET_ERR err;

    *created = NULL;
    if (!options)
        options = &scrollable;
    if ((options->key_max && options->key_max < JET_cbKeyMostMin) || options->key_max > KEY_MAX
        || options->var_seg_max > (options->key_max ? options->key_max : JET_cbKeyMostMin))
        return JET_errInvalidParameter;
    temp = os_alloc_zero(sizeof(*temp));
    if (!temp)
        return JET_errOutOfMemory;
    temp->grbit = options->grbit;
    err = create_columns(temp, columns, count, ids);
    if (err < 0)
        goto done;
    err = create_index(temp, columns, count, ids, options);
    if (err < 0)
        goto done;
    cursor = os_alloc_zero(sizeof(*cursor));
    if (!cursor)
    {
        err = JET_errOutOfMemory;
        goto done;
    }
    cursor->txn = txn;
    cursor->table = &temp->table;
    cursor->temp = temp;
    cursor->form = temp->form;
    cursor->updatable = (options->grbit & JET_bitTTUpdatable) != 0;
    cursor_defer_first(cursor);
    temp->references = 1;
    *created = cursor;

done:
    if (err < 0)
        temp_free(temp);
    return err;
}

void temp_free(struct temp_table *temp)
{
    while (temp->chunks)
    {
        struct temp_chunk *next = temp->chunks->next;
        os_free(temp->chunks);
        temp->chunks = next;
    }
    os_free(temp->rows);
    os_free(temp->scratch);
    os_free(temp->table.columns);
    os_free(temp);
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
        if (key_fixed_size(column->type) || column->fid < COLUMNID_VAR_FIRST)
        {
            if (values[i].size != column->max_size)
                return JET_errInvalidBufferSize;
        }
        else if (column->max_size && values[i].size > column->max_size)
            return JET_errColumnTooBig;
    }
    for (uint32_t i = 0; i < table->column_count; i++)
    {
        if ((table->columns[i].disk_flags & COLUMN_NOT_NULL) && !find_value(values, count, table->columns[i].id, 0))
            return JET_errNullInvalid;
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

static uint32_t put_tagged(const struct temp_table *temp, const struct temp_value *values, uint32_t count,
                           uint8_t *out)
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

static void number_key(uint32_t number, uint8_t key[4])
{
    for (unsigned i = 0; i < 4; i++)
        key[i] = (uint8_t)(number >> (24 - 8 * i));
}

JET_ERR temp_new_row(struct cursor *cursor, struct record record, struct temp_row **made)
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
        number_key(temp->inserted + 1, key);
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

JET_ERR temp_add_row(struct temp_table *temp, struct temp_row *row)
{
    JET_ERR err = grow_rows(temp);

    if (err < 0)
        return err;
    temp->rows[temp->count++] = row;
    temp->finished = false;
    return JET_errSuccess;
}

JET_ERR temp_insert(struct cursor *cursor, const struct temp_value *values, uint32_t count)
{
    struct temp_table *temp = cursor->temp;
    struct temp_row *row;
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
    err = temp_new_row(cursor, (struct record){ temp->scratch, size }, &row);
    return err < 0 ? err : temp_add_row(temp, row);
}

static int compare_rows(const void *a, const void *b)
{
    const struct temp_row *x = *(struct temp_row *const *)a, *y = *(struct temp_row *const *)b;
    int order = key_compare(x->bytes, x->key_size, y->bytes, y->key_size);

    return order ? order : (x->number > y->number) - (x->number < y->number);
}

void temp_order(struct temp_table *temp)
{
    uint32_t kept = 0;

    if (temp->finished)
        return;
    temp->finished = true;
    if (!temp->count)
        return;
    qsort(temp->rows, temp->count, sizeof(*temp->rows), compare_rows);
    if (!(temp->grbit & (JET_bitTTUnique | JET_bitTTIndexed)))
        return;
    for (uint32_t i = 1; i < temp->count; i++)
    {
        const struct temp_row *last = temp->rows[kept], *row = temp->rows[i];
        if (key_compare(last->bytes, last->key_size, row->bytes, row->key_size))
            temp->rows[++kept] = temp->rows[i];
    }
    temp->count = kept + 1;
}

JET_ERR temp_finish(struct cursor *cursor)
{
    temp_order(cursor->temp);
    cursor_defer_first(cursor);
    return JET_errSuccess;
}

uint32_t temp_count(const struct cursor *cursor)
{
    return cursor->temp->count;
}

/* ---------------------------------------------------------------- moves --- */

static JET_ERR land(struct cursor *cursor, uint32_t row)
{
    cursor->row = row;
    cursor->row_state = TREE_ON;
    return JET_errSuccess;
}

static JET_ERR leave(struct cursor *cursor, enum tree_state state)
{
    cursor->row_state = state;
    return JET_errNoCurrentRecord;
}

JET_ERR temp_move_end(struct cursor *cursor, bool last)
{
    temp_order(cursor->temp);
    if (!cursor->temp->count)
        return leave(cursor, last ? TREE_AFTER_LAST : TREE_BEFORE_FIRST);
    return land(cursor, last ? cursor->temp->count - 1 : 0);
}

JET_ERR temp_move(struct cursor *cursor, bool forward, bool other_key)
{
    const struct temp_table *temp = cursor->temp;
    enum tree_state state = cursor->row_state;
    const struct temp_row *from = state == TREE_ON && cursor->row < temp->count ? temp->rows[cursor->row] : NULL;

    temp_order(cursor->temp);
    for (;;)
    {
        const struct temp_row *row;

        state = cursor->row_state;
        if (state == (forward ? TREE_BEFORE_FIRST : TREE_AFTER_LAST))
            return temp_move_end(cursor, !forward);
        if (state == (forward ? TREE_AFTER_LAST : TREE_BEFORE_FIRST))
            return JET_errNoCurrentRecord;
        if (forward)
        {
            uint32_t next = cursor->row + (state == TREE_ON);
            if (next >= temp->count)
                return leave(cursor, TREE_AFTER_LAST);
            land(cursor, next);
        }
        else
        {
            if (!cursor->row)
                return leave(cursor, TREE_BEFORE_FIRST);
            land(cursor, cursor->row - 1);
        }
        row = temp->rows[cursor->row];
        if (!other_key || !from || key_compare(row->bytes, row->key_size, from->bytes, from->key_size))
            return JET_errSuccess;
    }
}

/* The first row whose key is not less than (`after`: is greater than) this one. */
static uint32_t find_row(const struct temp_table *temp, const uint8_t *key, uint32_t size, bool after)
{
    uint32_t low = 0, high = temp->count;

    while (low < high)
    {
        uint32_t middle = low + (high - low) / 2;
        int order = key_compare(temp->rows[middle]->bytes, temp->rows[middle]->key_size, key, size);
        if (order < 0 || (after && !order))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

JET_ERR temp_seek(struct cursor *cursor, const uint8_t *key, uint32_t size, enum tree_seek_mode mode)
{
    struct temp_table *temp = cursor->temp;
    uint32_t at, after;
    bool equal;

    temp_order(temp);
    at = find_row(temp, key, size, false);
    after = find_row(temp, key, size, true);
    equal = after > at;
    if (mode == TREE_SEEK_GT)
        at = after;
    if (equal && mode != TREE_SEEK_GT && mode != TREE_SEEK_LT)
        return land(cursor, at);
    if (mode == TREE_SEEK_LE || mode == TREE_SEEK_LT)
    {
        if (at)
        {
            land(cursor, at - 1);
            return mode == TREE_SEEK_LE ? JET_wrnSeekNotEqual : JET_errSuccess;
        }
    }
    else if (mode != TREE_SEEK_EQ && at < temp->count)
    {
        land(cursor, at);
        return mode == TREE_SEEK_GE ? JET_wrnSeekNotEqual : JET_errSuccess;
    }
    cursor->row = at;
    cursor->row_state = TREE_BEFORE;
    return JET_errRecordNotFound;
}

JET_ERR temp_current(const struct cursor *cursor, const struct temp_row **row)
{
    if (cursor->row_state != TREE_ON || cursor->row >= cursor->temp->count)
        return JET_errNoCurrentRecord;
    *row = cursor->temp->rows[cursor->row];
    return JET_errSuccess;
}
