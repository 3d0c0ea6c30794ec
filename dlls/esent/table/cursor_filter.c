/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JetSetCursorFilter: records that do not match are passed over in primary
 * order.  Values are compared as bytes: as they are for equality and bit masks,
 * normalized where order matters.  Follows ErrRECICheckCursorFilter.
 */
#include <string.h>

#include "os/os.h"
#include "table/cursor_private.h"
#include "table/retrieve.h"

struct filter_column
{
    const struct column *column;
    JET_RELOP relop;
    bool null;
    bool normalized;
    const uint8_t *data;
    uint32_t size;
};

struct cursor_filter
{
    uint32_t count;
    struct filter_column *columns; /* followed by their values */
};

void filter_free(struct cursor_filter *filter)
{
    if (!filter)
        return;
    os_free(filter->columns);
    os_free(filter);
}

void filter_follow(struct cursor *cursor)
{
    struct cursor_filter *filter = cursor->filter;

    if (!filter)
        return;
    for (uint32_t i = 0; i < filter->count; i++)
    {
        filter->columns[i].column = table_column_by_id(cursor->table, filter->columns[i].column->id);
        if (!filter->columns[i].column)
        {
            filter_free(filter);
            cursor->filter = NULL;
            return;
        }
    }
}

static bool is_bitmask(JET_RELOP relop)
{
    return relop == JET_relopBitmaskEqualsZero || relop == JET_relopBitmaskNotEqualsZero;
}

static JET_ERR check(const struct cursor *cursor, const JET_INDEX_COLUMN *filter, const struct column **found)
{
    const struct column *column;
    JET_COLTYP type;
    JET_ERR err;

    if ((filter->grbit & ~(JET_GRBIT)JET_bitZeroLength) || (!filter->cb && filter->pv) ||
        (filter->cb && (!filter->pv || filter->grbit == JET_bitZeroLength)))
        return JET_errInvalidParameter;
    err = retrieve_find_column(cursor->table, filter->columnid, found);
    if (err < 0)
        return err;
    column = *found;
    if (column->type == JET_coltypNil)
        return JET_errColumnNotFound;
    type = column->type;
    if (type == JET_coltypText || type == JET_coltypLongText || type == JET_coltypLongBinary ||
        (column->disk_flags & COLUMN_USER_DEFAULT))
        return JET_errFilteredMoveNotSupported;
    if ((filter->relop == JET_relopPrefixEquals || (filter->grbit & JET_bitZeroLength)) && type != JET_coltypBinary)
        return JET_errInvalidParameter;
    if (!filter->cb)
        return is_bitmask(filter->relop) || filter->relop == JET_relopPrefixEquals ? JET_errInvalidParameter
                                                                                   : JET_errSuccess;
    if (type != JET_coltypBinary && filter->cb != column_type_size(type))
        return JET_errInvalidParameter;
    if ((type == JET_coltypBit || type == JET_coltypGUID || type == JET_coltypBinary) && is_bitmask(filter->relop))
        return JET_errInvalidParameter;
    return JET_errSuccess;
}

static bool needs_order(JET_RELOP relop)
{
    return relop == JET_relopLessThanOrEqual || relop == JET_relopLessThan || relop == JET_relopGreaterThanOrEqual ||
           relop == JET_relopGreaterThan;
}

static JET_ERR build(struct cursor *cursor, const JET_INDEX_COLUMN *filters, uint32_t count,
                     struct cursor_filter *filter)
{
    size_t size = (size_t)count * sizeof(*filter->columns);
    uint8_t *values;

    for (uint32_t i = 0; i < count; i++)
        size += (size_t)filters[i].cb + 17;
    filter->columns = os_alloc_zero(size);
    if (!filter->columns)
        return JET_errOutOfMemory;
    values = (uint8_t *)(filter->columns + count);
    for (uint32_t i = 0; i < count; i++)
    {
        struct filter_column *to = &filter->columns[i];
        JET_ERR err = check(cursor, &filters[i], &to->column);
        if (err < 0)
            return err;
        to->relop = filters[i].relop;
        to->null = !filters[i].cb && !(filters[i].grbit & JET_bitZeroLength);
        to->size = filters[i].cb;
        to->data = values;
        if (to->size && to->column->type != JET_coltypBinary &&
            (to->column->type == JET_coltypBit || needs_order(to->relop)))
        {
            to->normalized = true;
            to->size = key_normalize_fixed(to->column->type, cursor->form.dotnet_guid, filters[i].pv, filters[i].cb,
                                           values);
        }
        else if (to->size)
            memcpy(values, filters[i].pv, to->size);
        values += to->size;
    }
    filter->count = count;
    return JET_errSuccess;
}

JET_ERR cursor_set_filter(struct cursor *cursor, const JET_INDEX_COLUMN *filters, uint32_t count, JET_GRBIT grbit)
{
    struct cursor_filter *filter;
    JET_ERR err;

    filter_free(cursor->filter);
    cursor->filter = NULL;
    if (grbit)
        return JET_errInvalidGrbit;
    if (cursor->temp || cursor->index)
        return JET_errFilteredMoveNotSupported;
    if (!count)
        return JET_errSuccess;
    if (!filters)
        return JET_errInvalidParameter;
    filter = os_alloc_zero(sizeof(*filter));
    if (!filter)
        return JET_errOutOfMemory;
    err = build(cursor, filters, count, filter);
    if (err < 0)
    {
        filter_free(filter);
        return err;
    }
    cursor->filter = filter;
    return JET_errSuccess;
}

/* Whether any bit of the mask is set in the value. */
static bool any_bit(const uint8_t *data, const uint8_t *mask, uint32_t size)
{
    uint8_t bits = 0;

    for (uint32_t i = 0; i < size; i++)
        bits |= data[i] & mask[i];
    return bits != 0;
}

static bool match_value(const struct filter_column *filter, const uint8_t *data, uint32_t size)
{
    bool equal = size == filter->size && !key_compare(data, size, filter->data, filter->size);
    int order;

    switch (filter->relop)
    {
    case JET_relopEquals:
        return !filter->null && equal;
    case JET_relopNotEquals:
        return filter->null || !equal;
    case JET_relopPrefixEquals:
        return size >= filter->size && (!filter->size || !memcmp(data, filter->data, filter->size));
    case JET_relopBitmaskEqualsZero:
        return size != filter->size || !any_bit(data, filter->data, size);
    case JET_relopBitmaskNotEqualsZero:
        return size == filter->size && any_bit(data, filter->data, size);
    default:
        break;
    }
    order = key_compare(data, size, filter->data, filter->size);
    switch (filter->relop)
    {
    case JET_relopLessThanOrEqual:
        return !filter->null && order <= 0;
    case JET_relopLessThan:
        return order < 0;
    case JET_relopGreaterThanOrEqual:
        return order >= 0;
    case JET_relopGreaterThan:
        return filter->null || order > 0;
    default:
        return true;
    }
}

/* The column is NULL, which is less than everything. */
static bool match_null(const struct filter_column *filter)
{
    switch (filter->relop)
    {
    case JET_relopEquals:
    case JET_relopGreaterThanOrEqual:
        return filter->null;
    case JET_relopNotEquals:
    case JET_relopLessThan:
        return !filter->null;
    case JET_relopPrefixEquals:
    case JET_relopGreaterThan:
    case JET_relopBitmaskNotEqualsZero:
        return false;
    default:
        return true;
    }
}

static JET_ERR match_column(const struct cursor *cursor, struct record record, const struct filter_column *filter,
                            bool *match)
{
    struct record_value value;
    uint8_t normalized[17];
    JET_ERR err = record_column(cursor->table, record, filter->column, 1, true, &value);

    if (err < 0)
        return err;
    if (value.separated || value.compressed || value.encrypted || value.user_default)
        return JET_errFilteredMoveNotSupported;
    if (value.null)
    {
        *match = match_null(filter);
        return JET_errSuccess;
    }
    if (filter->normalized)
    {
        value.size = key_normalize_fixed(filter->column->type, cursor->form.dotnet_guid, value.data, value.size,
                                         normalized);
        value.data = normalized;
    }
    *match = match_value(filter, value.data, value.size);
    return JET_errSuccess;
}

JET_ERR filter_match(struct cursor *cursor, bool *match)
{
    const struct cursor_filter *filter = cursor->filter;
    struct record record;
    JET_ERR err;

    *match = true;
    if (!filter || cursor->index)
        return JET_errSuccess;
    err = cursor_latch_record(cursor, &record);
    if (err < 0)
        return err;
    for (uint32_t i = 0; err >= 0 && *match && i < filter->count; i++)
        err = match_column(cursor, record, &filter->columns[i], match);
    cursor_unlatch_record(cursor);
    return err;
}
