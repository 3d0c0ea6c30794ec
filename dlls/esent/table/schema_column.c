/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Columns of a table, from their rows in the catalog. */

#include "format/bytes.h"
#include "table/schema_private.h"

uint32_t column_type_size(JET_COLTYP type)
{
    switch (type)
    {
    case JET_coltypBit:
    case JET_coltypUnsignedByte:
        return 1;
    case JET_coltypShort:
    case JET_coltypUnsignedShort:
        return 2;
    case JET_coltypLong:
    case JET_coltypUnsignedLong:
    case JET_coltypIEEESingle:
        return 4;
    case JET_coltypCurrency:
    case JET_coltypIEEEDouble:
    case JET_coltypDateTime:
    case JET_coltypLongLong:
    case JET_coltypUnsignedLongLong:
        return 8;
    case JET_coltypGUID:
        return 16;
    default:
        return 0;
    }
}

/* The grbit that the info calls show, JET_bitColumnUpdatable apart. */
static JET_GRBIT column_grbit(const struct column *column)
{
    static const struct
    {
        uint16_t flag;
        JET_GRBIT grbit;
    } map[] = {
        { COLUMN_NOT_NULL, JET_bitColumnNotNULL },
        { COLUMN_AUTOINCREMENT, JET_bitColumnAutoincrement },
        { COLUMN_VERSION, JET_bitColumnVersion },
        { COLUMN_MULTIVALUED, JET_bitColumnMultiValued },
        { COLUMN_ESCROW, JET_bitColumnEscrowUpdate },
        { COLUMN_FINALIZE, JET_bitColumnFinalize },
        { COLUMN_DELETE_ON_ZERO, JET_bitColumnDeleteOnZero },
        { COLUMN_USER_DEFAULT, JET_bitColumnUserDefinedDefault },
        { COLUMN_COMPRESSED, JET_bitColumnCompressed },
        { COLUMN_ENCRYPTED, JET_bitColumnEncrypted },
        { COLUMN_PLACEHOLDER, JET_bitColumnRenameConvertToPrimaryIndexPlaceholder },
    };
    JET_GRBIT grbit = 0;

    if (column->fid < COLUMNID_VAR_FIRST)
        grbit = JET_bitColumnFixed;
    else if (column->fid >= COLUMNID_TAGGED_FIRST)
        grbit = JET_bitColumnTagged;
    for (unsigned i = 0; i < sizeof(map) / sizeof(map[0]); i++)
    {
        if (column->disk_flags & map[i].flag)
            grbit |= map[i].grbit;
    }
    return grbit;
}

/* A default computed by a callback. */
static JET_ERR load_callback(struct table *table, const struct catalog_row *row, struct column *column)
{
    const uint8_t *name, *names;
    JET_ERR err;

    if (row->template_or_callback.size > 255)
        return JET_errCatalogCorrupted;
    err = schema_copy(table, row->template_or_callback, &name);
    if (err < 0)
        return err;
    column->callback = (const char *)name;
    column->has_callback = true;
    table->has_callbacks = true;
    if (row->callback_data.size)
    {
        err = schema_copy(table, row->callback_data, &column->callback_data);
        if (err < 0)
            return err;
        column->callback_data_size = row->callback_data.size;
    }
    if (row->callback_columns.size)
    {
        err = schema_copy(table, row->callback_columns, &names);
        if (err < 0)
            return err;
        column->callback_columns = (const char *)names;
        column->callback_columns_size = row->callback_columns.size;
    }
    return JET_errSuccess;
}

/* A default as the records would hold it: text and binary of fixed size are filled up. */
static JET_ERR load_default(struct table *table, const struct catalog_row *row, struct column *column)
{
    struct catalog_bytes value = row->default_value;
    uint32_t size = value.size;
    uint8_t *copy;

    if (!size)
        return JET_errCatalogCorrupted;
    if (column->type == JET_coltypNil)
        return JET_errSuccess;
    if (column->fid < COLUMNID_VAR_FIRST)
    {
        if (column_type_size(column->type) && size != column_type_size(column->type))
            return JET_errCatalogCorrupted;
        if (size > column->max_size)
            return JET_errCatalogCorrupted;
        size = column->max_size;
    }
    /* JetSetColumnDefaultValue may have left a longer one. */
    else if (column->fid < COLUMNID_TAGGED_FIRST && column->max_size && size > column->max_size)
        size = value.size = column->max_size;
    copy = schema_alloc(table, size);
    if (!copy)
        return JET_errOutOfMemory;
    memcpy(copy, value.data, value.size);
    if (column->type == JET_coltypText)
    {
        bool wide = column->code_page == 1200;
        for (uint32_t i = value.size; i < size; i++)
            copy[i] = wide && (i - value.size) % 2 ? 0 : ' ';
    }
    column->default_value = copy;
    column->default_size = size;
    return JET_errSuccess;
}

static JET_ERR load_place(struct table *table, const struct catalog_row *row, struct column *column)
{
    if (column->fid >= COLUMNID_VAR_FIRST)
        return JET_errSuccess;
    if (column_type_size(column->type))
        column->max_size = column_type_size(column->type);
    if (!column->max_size || column->max_size > 255 || row->offset < SCHEMA_FIXED_START ||
        row->offset + column->max_size > table->database->page_size)
        return JET_errCatalogCorrupted;
    column->fixed_offset = row->offset;
    return JET_errSuccess;
}

/* The name that Windows has in memory. */
static JET_ERR load_kept_name(struct table *table, struct column *column)
{
    const char *kept = table->object ? schema_kept_name(table->object, column->id) : NULL;
    struct catalog_bytes name = { (const uint8_t *)column->name, (uint32_t)strlen(column->name) };
    const uint8_t *copy;
    JET_ERR err;

    if (os_likely(!kept) || !schema_name_compare(kept, column->name))
        return JET_errSuccess;
    err = schema_copy(table, name, &copy);
    if (err < 0)
        return err;
    column->row_name = (const char *)copy;
    column->unreachable = schema_is_fresh(table->object, column->id);
    strcpy(column->name, kept);
    return JET_errSuccess;
}

JET_ERR schema_add_column(struct table *table, const struct catalog_row *row, struct schema_columns *columns)
{
    struct column *column;
    JET_ERR err;

    if (columns->count == columns->capacity)
    {
        uint32_t capacity = columns->capacity ? columns->capacity * 2 : 16;
        struct column *list = os_realloc(columns->list, capacity * sizeof(*list));

        if (!list)
            return JET_errOutOfMemory;
        columns->list = list;
        columns->capacity = capacity;
    }
    if (!row->id || row->id > 0xffff || row->place > JET_coltypUnsignedLongLong)
        return JET_errCatalogCorrupted;
    if (columns->count && columns->list[columns->count - 1].fid >= row->id)
        return JET_errCatalogCorrupted;

    column = &columns->list[columns->count];
    memset(column, 0, sizeof(*column));
    column->fid = row->id;
    column->id = row->id;
    if (table->flags & JET_bitObjectTableTemplate)
        column->id |= COLUMNID_TEMPLATE;
    err = catalog_name(row->name, column->name);
    if (err >= 0)
        err = load_kept_name(table, column);
    if (err < 0)
        return err;
    column->type = row->place;
    column->code_page = row->pages;
    column->max_size = row->space;
    column->disk_flags = row->flags;
    column->grbit = column_grbit(column);
    err = load_place(table, row, column);
    if (err < 0)
        return err;
    if (table->flags & JET_bitObjectTableTemplate && !(column->disk_flags & COLUMN_MARKED_TEMPLATE))
        table->old_template = true;
    if (column->disk_flags & COLUMN_USER_DEFAULT)
        err = load_callback(table, row, column);
    else if (column->disk_flags & COLUMN_DEFAULT)
        err = load_default(table, row, column);
    if (err >= 0)
        columns->count++;
    return err;
}

/* A place without a column. */
static void fill_gap(struct column *column, uint16_t fid, JET_COLUMNID mark)
{
    column->fid = fid;
    column->id = fid | mark;
    column->type = JET_coltypNil;
}

/* Copies the inherited columns of one kind. */
static uint32_t inherit(struct table *table, struct column *to, const struct column *from, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
    {
        to[i] = from[i];
        to[i].from_template = true;
        to[i].marked_inherited = from[i].fid >= COLUMNID_TAGGED_FIRST &&
                                 (!table->old_template || from[i].fid >= table->tagged_first);
    }
    return count;
}

/* The columns of one dense kind, `first` to `end` - 1, behind those inherited. */
static JET_ERR place_dense(struct table *table, struct column *to, uint32_t *count, const struct schema_columns *own,
                           uint32_t *next, uint16_t first, uint16_t end)
{
    JET_COLUMNID mark = table->flags & JET_bitObjectTableTemplate ? COLUMNID_TEMPLATE : 0;

    for (; *next < own->count && own->list[*next].fid < end; ++*next)
    {
        const struct column *column = &own->list[*next];
        if (column->fid < first + *count)
            return JET_errDerivedColumnCorruption;
        while (first + *count < column->fid)
        {
            fill_gap(&to[*count], first + *count, mark);
            ++*count;
        }
        to[(*count)++] = *column;
    }
    return JET_errSuccess;
}

/* Offsets of fixed columns must ascend; gaps get one that is at least harmless. */
static JET_ERR check_offsets(struct table *table)
{
    uint32_t end = SCHEMA_FIXED_START;

    for (uint32_t i = 0; i < table->fixed_count; i++)
    {
        struct column *column = &table->fixed[i];
        if (!column->fixed_offset)
            column->fixed_offset = end;
        if (column->fixed_offset < end)
            return JET_errCatalogCorrupted;
        end = column->fixed_offset + (column->max_size ? column->max_size : 1);
    }
    table->fixed_end = end;
    return JET_errSuccess;
}

static bool has_default(const struct column *column)
{
    return column->type != JET_coltypNil && (column->default_value || column->callback);
}

/* Notes the columns with defaults, so that a walk of a record need not look at all columns for them. */
static JET_ERR note_defaults(struct table *table)
{
    const struct column **next;

    for (uint32_t i = 0; i < table->column_count; i++)
    {
        const struct column *column = &table->columns[i];

        if (!has_default(column))
            continue;
        if (column->callback)
            table->user_defaults = true;
        if (column->fid < COLUMNID_VAR_FIRST)
            table->fixed_default_last = (uint8_t)column->fid;
        else if (column->fid < COLUMNID_TAGGED_FIRST)
            table->variable_default_last = (uint8_t)column->fid;
        else
            table->tagged_default_count++;
    }
    if (!table->tagged_default_count)
        return JET_errSuccess;
    table->tagged_defaults = next = schema_alloc(table, table->tagged_default_count * sizeof(*next));
    if (!next)
        return JET_errOutOfMemory;
    for (int marked = 1; marked >= 0; marked--)
    {
        for (uint32_t i = 0; i < table->tagged_count; i++)
        {
            if (has_default(&table->tagged[i]) && table->tagged[i].marked_inherited == marked)
                *next++ = &table->tagged[i];
        }
    }
    return JET_errSuccess;
}

/* Of a template of old engines, the derived tables' own tagged columns follow its last. */
static uint16_t first_own_tagged(const struct table *template_table)
{
    uint16_t first = COLUMNID_TAGGED_FIRST;

    for (uint32_t i = 0; i < template_table->tagged_count; i++)
    {
        const struct column *column = &template_table->tagged[i];
        if (!(column->disk_flags & COLUMN_MARKED_TEMPLATE) && column->fid >= first)
            first = column->fid + 1;
    }
    return first;
}

/* How many columns there are with the inherited ones and the gaps. */
static size_t count_columns(const struct table *from, const struct schema_columns *own)
{
    uint32_t fixed = from ? from->fixed_count : 0;
    uint32_t variable = from ? from->variable_count : 0;
    uint32_t tagged = from ? from->tagged_count : 0;

    for (uint32_t i = 0; i < own->count; i++)
    {
        uint32_t fid = own->list[i].fid;
        if (fid >= COLUMNID_TAGGED_FIRST)
            tagged++;
        else if (fid >= COLUMNID_VAR_FIRST && fid - COLUMNID_VAR_FIRST >= variable)
            variable = fid - COLUMNID_VAR_FIRST + 1;
        else if (fid < COLUMNID_VAR_FIRST && fid > fixed)
            fixed = fid;
    }
    return (size_t)fixed + variable + tagged;
}

JET_ERR schema_finish_columns(struct table *table, struct schema_columns *own)
{
    const struct table *from = table->template_table;
    uint32_t next = 0, fixed = 0, variable = 0, tagged = 0;
    struct column *columns;
    JET_ERR err;

    columns = schema_alloc(table, count_columns(from, own) * sizeof(*columns));
    if (!columns)
        return JET_errOutOfMemory;
    if (from)
    {
        table->tagged_first = first_own_tagged(from);
        fixed = inherit(table, columns, from->fixed, from->fixed_count);
    }
    err = place_dense(table, columns, &fixed, own, &next, COLUMNID_FIXED_FIRST, COLUMNID_VAR_FIRST);
    if (err < 0)
        return err;
    table->fixed = columns;
    table->fixed_count = fixed;
    columns += fixed;
    if (from)
        variable = inherit(table, columns, from->variable, from->variable_count);
    err = place_dense(table, columns, &variable, own, &next, COLUMNID_VAR_FIRST, COLUMNID_TAGGED_FIRST);
    if (err < 0)
        return err;
    columns += variable;
    if (from)
        tagged = inherit(table, columns, from->tagged, from->tagged_count);
    for (; next < own->count; next++)
    {
        if (own->list[next].fid < table->tagged_first)
            return JET_errDerivedColumnCorruption;
        columns[tagged++] = own->list[next];
    }
    table->columns = table->fixed;
    table->column_count = fixed + variable + tagged;
    schema_divide_columns(table);
    err = check_offsets(table);
    return err < 0 ? err : note_defaults(table);
}
