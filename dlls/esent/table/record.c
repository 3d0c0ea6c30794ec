/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding columns in a record.  Layouts: published engine, rec.hxx and tagfld.hxx. */
#include "table/record.h"

#include "table/record_layout.h"

/* Where the parts of a record are; each within its bytes. */
struct parts
{
    uint32_t last_fixed, last_variable;
    uint32_t null_bits;
    uint32_t offsets;
    uint32_t variable;
    uint32_t tagged;
};

static JET_ERR record_parts(struct record record, struct parts *parts)
{
    uint32_t end_of_fixed, bitmap, variables;

    if (record.size < RECORD_MIN_SIZE)
        return JET_errDatabaseCorrupted;
    parts->last_fixed = record.data[0];
    parts->last_variable = record.data[1];
    if (parts->last_fixed >= COLUMNID_VAR_FIRST)
        return JET_errDatabaseCorrupted;
    end_of_fixed = le16(record.data + 2);
    bitmap = (parts->last_fixed + 7) / 8;
    variables = parts->last_variable < COLUMNID_VAR_FIRST ? 0 : parts->last_variable - COLUMNID_VAR_FIRST + 1;
    if (end_of_fixed < RECORD_MIN_SIZE + bitmap || end_of_fixed + variables * 2 > record.size)
        return JET_errDatabaseCorrupted;
    parts->null_bits = end_of_fixed - bitmap;
    parts->offsets = end_of_fixed;
    parts->variable = end_of_fixed + variables * 2;
    parts->tagged = parts->variable;
    if (variables)
        parts->tagged += le16(record.data + parts->variable - 2) & VARIABLE_OFFSET;
    return parts->tagged <= record.size ? JET_errSuccess : JET_errDatabaseCorrupted;
}

static void value_null(struct record_value *value)
{
    *value = (struct record_value){ .null = true };
}

static void value_default(const struct column *column, uint32_t sequence, bool with_default, struct record_value *value)
{
    value_null(value);
    value->is_default = true;
    if (!with_default || sequence != 1)
        return;
    if (column->callback)
    {
        value->user_default = true;
        return;
    }
    if (!column->default_value)
        return;
    value->null = false;
    value->data = column->default_value;
    value->size = column->default_size;
    value->sequence = 1;
}

static inline void value_found(struct record_value *value, const uint8_t *data, uint32_t size)
{
    *value = (struct record_value){ .data = data, .size = size, .sequence = 1, .count = 1 };
}

/* The commonest of all; looks at no more of the record than it needs. */
static JET_ERR fixed_column(struct record record, const struct column *column, uint32_t sequence, bool with_default,
                            struct record_value *value)
{
    unsigned bit = column->fid - COLUMNID_FIXED_FIRST;
    uint32_t last, null_bits, bitmap;

    if (os_unlikely(record.size < RECORD_MIN_SIZE))
        return JET_errDatabaseCorrupted;
    last = record.data[0];
    if (column->fid > last)
    {
        value_default(column, sequence, with_default, value);
        return JET_errSuccess;
    }
    bitmap = (last + 7) / 8;
    null_bits = le16(record.data + 2);
    if (os_unlikely(null_bits > record.size || null_bits < RECORD_MIN_SIZE + bitmap))
        return JET_errDatabaseCorrupted;
    null_bits -= bitmap;
    if (record.data[null_bits + bit / 8] & 1u << bit % 8)
    {
        value_null(value);
        return JET_errSuccess;
    }
    if (os_unlikely(column->fixed_offset < RECORD_MIN_SIZE || column->fixed_offset + column->max_size > null_bits))
        return JET_errDatabaseCorrupted;
    value_found(value, record.data + column->fixed_offset, column->max_size);
    return JET_errSuccess;
}

static JET_ERR variable_column(struct record record, const struct parts *parts, const struct column *column,
                               uint32_t sequence, bool with_default, struct record_value *value)
{
    const uint8_t *offsets = record.data + parts->offsets;
    unsigned at = column->fid - COLUMNID_VAR_FIRST;
    uint32_t start, end;

    if (column->fid > parts->last_variable)
    {
        value_default(column, sequence, with_default, value);
        return JET_errSuccess;
    }
    end = le16(offsets + at * 2);
    if (end & VARIABLE_NULL)
    {
        value_null(value);
        return JET_errSuccess;
    }
    start = at ? le16(offsets + at * 2 - 2) & VARIABLE_OFFSET : 0;
    if (start > end || end > parts->tagged - parts->variable)
        return JET_errDatabaseCorrupted;
    value_found(value, record.data + parts->variable + start, end - start);
    return JET_errSuccess;
}

/* ---------------------------------------------------------------- tagged --- */

/* The array of tagged columns and the bytes behind it. */
struct tagged_array
{
    const uint8_t *data;
    uint32_t size;
    uint32_t count;
    uint32_t offset_mask;
    bool large;
};

static JET_ERR tagged_array(const struct table *table, struct record record, const struct parts *parts,
                            struct tagged_array *array)
{
    uint32_t first;

    array->data = record.data + parts->tagged;
    array->size = record.size - parts->tagged;
    array->large = table->large_pages;
    array->offset_mask = array->large ? TAGGED_OFFSET_LARGE : TAGGED_OFFSET_SMALL;
    array->count = 0;
    if (!array->size)
        return JET_errSuccess;
    if (array->size < TAGGED_ENTRY_SIZE)
        return JET_errDatabaseCorrupted;
    /* The data of the first column begins where the array ends. */
    first = le16(array->data + 2) & array->offset_mask;
    if (first < TAGGED_ENTRY_SIZE || first % TAGGED_ENTRY_SIZE || first > array->size)
        return JET_errDatabaseCorrupted;
    array->count = first / TAGGED_ENTRY_SIZE;
    return JET_errSuccess;
}

/* The data of an entry, its header byte apart (0 if it has none). */
static JET_ERR tagged_data(const struct tagged_array *array, uint32_t at, uint8_t *header, const uint8_t **data,
                           uint32_t *size)
{
    const uint8_t *entry = array->data + at * TAGGED_ENTRY_SIZE;
    uint32_t word = le16(entry + 2);
    uint32_t start = word & array->offset_mask;
    uint32_t end = at + 1 < array->count ? le16(entry + TAGGED_ENTRY_SIZE + 2) & array->offset_mask : array->size;

    if (start > end || end > array->size || start < array->count * TAGGED_ENTRY_SIZE)
        return JET_errDatabaseCorrupted;
    *data = array->data + start;
    *size = end - start;
    *header = 0;
    if (!array->large && word & TAGGED_NULL_SMALL)
        *header = TAGGED_NULL;
    else if (array->large || word & TAGGED_EXTENDED_SMALL)
    {
        if (!*size)
            return JET_errDatabaseCorrupted;
        *header = **data;
        ++*data;
        --*size;
    }
    return JET_errSuccess;
}

/* Both values lie behind a byte that is the size of the first. */
static JET_ERR two_values(const uint8_t *data, uint32_t size, uint32_t sequence, struct record_value *value)
{
    if (!size || data[0] > size - 1)
        return JET_errDatabaseCorrupted;
    if (sequence == 1)
        value_found(value, data + 1, data[0]);
    else if (sequence == 2)
        value_found(value, data + 1 + data[0], size - 1 - data[0]);
    else
        value_null(value);
    value->count = 2;
    return JET_errSuccess;
}

static JET_ERR many_values(const uint8_t *data, uint32_t size, uint8_t header, uint32_t sequence,
                           struct record_value *value)
{
    uint32_t count, start, end;

    if (size < 2)
        return JET_errDatabaseCorrupted;
    start = le16(data) & MULTI_VALUE_OFFSET;
    count = start / 2;
    if (!count || start % 2 || start > size)
        return JET_errDatabaseCorrupted;
    if (sequence > count)
    {
        value_null(value);
        value->count = count;
        return JET_errSuccess;
    }
    start = le16(data + (sequence - 1) * 2);
    end = sequence < count ? le16(data + sequence * 2) & MULTI_VALUE_OFFSET : size;
    if ((start & MULTI_VALUE_OFFSET) > end || end > size || (start & MULTI_VALUE_OFFSET) < count * 2)
        return JET_errDatabaseCorrupted;
    value_found(value, data + (start & MULTI_VALUE_OFFSET), end - (start & MULTI_VALUE_OFFSET));
    value->separated = start & MULTI_VALUE_SEPARATED;
    /* Only the first of many is ever compressed. */
    value->compressed = header & TAGGED_COMPRESSED && sequence == 1;
    value->count = count;
    return JET_errSuccess;
}

/* One value of a tagged column whose header byte and data are known. */
static JET_ERR tagged_value(uint8_t header, const uint8_t *data, uint32_t size, uint32_t sequence,
                            struct record_value *value)
{
    JET_ERR err = JET_errSuccess;

    if (header & TAGGED_NULL || !sequence)
    {
        value_null(value);
        return JET_errSuccess;
    }
    if (header & TAGGED_TWO_VALUES)
        err = two_values(data, size, sequence, value);
    else if (header & TAGGED_MULTI_VALUES)
        err = many_values(data, size, header, sequence, value);
    else if (sequence == 1)
    {
        value_found(value, data, size);
        value->separated = header & TAGGED_SEPARATED;
        value->compressed = header & TAGGED_COMPRESSED;
    }
    else
    {
        value_null(value);
        value->count = 1;
    }
    value->encrypted = header & TAGGED_ENCRYPTED;
    value->sequence = sequence;
    return err;
}

static JET_ERR tagged_column(const struct table *table, struct record record, const struct parts *parts,
                             const struct column *column, uint32_t sequence, bool with_default,
                             struct record_value *value)
{
    struct tagged_array array;
    const uint8_t *data;
    uint32_t at, size;
    uint8_t header;
    JET_ERR err = tagged_array(table, record, parts, &array);

    if (err < 0)
        return err;
    if (!tagged_find(array.data, array.count, record_tagged_order(column), &at))
    {
        value_default(column, sequence, with_default, value);
        return JET_errSuccess;
    }
    err = tagged_data(&array, at, &header, &data, &size);
    if (err < 0)
        return err;
    return tagged_value(header, data, size, sequence, value);
}

JET_ERR record_column(const struct table *table, struct record record, const struct column *column, uint32_t sequence,
                      bool with_default, struct record_value *value)
{
    struct parts parts;
    JET_ERR err;

    if (os_unlikely(column->type == JET_coltypNil))
        err = JET_errColumnNotFound;
    else if (os_likely(column->fid < COLUMNID_VAR_FIRST))
        err = fixed_column(record, column, sequence, with_default, value);
    else
    {
        err = record_parts(record, &parts);
        if (err >= 0 && column->fid < COLUMNID_TAGGED_FIRST)
            err = variable_column(record, &parts, column, sequence, with_default, value);
        else if (err >= 0)
            err = tagged_column(table, record, &parts, column, sequence, with_default, value);
    }
    if (os_unlikely(err < 0))
        value_null(value);
    return err;
}

JET_ERR record_summary(struct record record, struct record_summary *summary)
{
    struct parts parts;
    JET_ERR err = record_parts(record, &parts);

    *summary = (struct record_summary){ 0 };
    if (err < 0)
        return err;
    summary->last_fixed = parts.last_fixed;
    summary->last_variable = parts.last_variable < COLUMNID_VAR_FIRST ? 0 : parts.last_variable;
    summary->fixed_size = parts.null_bits - RECORD_MIN_SIZE;
    summary->null_bits_size = parts.offsets - parts.null_bits;
    summary->offsets_size = parts.variable - parts.offsets;
    summary->variable_size = parts.tagged - parts.variable;
    return JET_errSuccess;
}

JET_ERR record_tagged_count(const struct table *table, struct record record, uint32_t *count)
{
    struct parts parts;
    struct tagged_array array = { .count = 0 };
    JET_ERR err = record_parts(record, &parts);

    if (err >= 0)
        err = tagged_array(table, record, &parts, &array);
    *count = array.count;
    return err;
}

uint32_t record_tagged_order(const struct column *column)
{
    return column->marked_inherited ? column->fid : column->fid | TAGGED_ORDER_OWN;
}

/* The columns of a template, its own or those of a table derived from it, have the template bit in their ids. */
static bool is_inherited(const struct table *table, uint32_t order)
{
    if (!(order & TAGGED_ORDER_OWN) || table->flags & JET_bitObjectTableTemplate)
        return true;
    return table->old_template && table->template_table && (order & 0xffffu) < table->tagged_first;
}

/* Records have columns that follow one another more often than not. */
static const struct column *next_column(const struct table *table, const struct column *before, JET_COLUMNID id)
{
    const struct column *next = before ? before + 1 : table->tagged;

    if (next < table->tagged + table->tagged_count && next->id == id && next->type != JET_coltypNil)
        return next;
    return table_column_by_id(table, id);
}

JET_ERR record_tagged_next(const struct table *table, struct record record, struct record_tagged *walk)
{
    struct parts parts;
    struct tagged_array array;
    struct record_value first;
    uint32_t order;
    JET_ERR err = record_parts(record, &parts);

    if (err >= 0)
        err = tagged_array(table, record, &parts, &array);
    if (err < 0)
        return err;
    if (walk->at >= array.count)
        return JET_errNoCurrentRecord;
    err = tagged_data(&array, walk->at, &walk->header, &walk->data, &walk->size);
    if (err < 0)
        return err;
    order = tagged_order(array.data + walk->at * TAGGED_ENTRY_SIZE);
    if ((order & 0xffffu) < COLUMNID_TAGGED_FIRST || (walk->at && order <= walk->order))
        return JET_errDatabaseCorrupted;
    walk->at++;
    walk->order = order;
    walk->marked_inherited = !(order & TAGGED_ORDER_OWN);
    walk->inherited = is_inherited(table, order);
    walk->id = (order & 0xffffu) | (walk->inherited ? COLUMNID_TEMPLATE : 0);
    walk->column = next_column(table, walk->column, walk->id);
    walk->null = walk->header & TAGGED_NULL;
    walk->is_long = walk->header & TAGGED_LONG_VALUE;
    walk->two_values = !walk->null && walk->header & TAGGED_TWO_VALUES;
    walk->many_values = !walk->null && !walk->two_values && walk->header & TAGGED_MULTI_VALUES;
    err = record_tagged_value(walk, 1, &first);
    walk->values = first.count;
    return err;
}

JET_ERR record_tagged_value(const struct record_tagged *walk, uint32_t sequence, struct record_value *value)
{
    JET_ERR err = tagged_value(walk->header, walk->data, walk->size, sequence, value);

    if (err < 0)
        value_null(value);
    return err;
}

static const struct column *next_default(const struct table *table, struct record_columns *walk)
{
    while (walk->with_defaults && walk->next_default < table->tagged_default_count)
    {
        const struct column *column = table->tagged_defaults[walk->next_default];

        if (!column->callback || walk->with_computed)
            return column;
        walk->next_default++;
    }
    return NULL;
}

JET_ERR record_columns_next(const struct table *table, struct record record, struct record_columns *walk)
{
    const struct column *column;

    if (!walk->ahead && !walk->ended)
    {
        JET_ERR err = record_tagged_next(table, record, &walk->tagged);

        if (err < 0 && err != JET_errNoCurrentRecord)
            return err;
        walk->ahead = err >= 0;
        walk->ended = err < 0;
    }
    column = next_default(table, walk);
    if (walk->ended && !column)
        return JET_errNoCurrentRecord;
    walk->in_record = !column || (!walk->ended && walk->tagged.order <= record_tagged_order(column));
    if (column && (!walk->in_record || walk->tagged.order == record_tagged_order(column)))
        walk->next_default++;
    walk->column = walk->in_record ? walk->tagged.column : column;
    if (walk->in_record)
        walk->ahead = false;
    return JET_errSuccess;
}
