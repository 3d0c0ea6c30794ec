/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetEnumerateColumns.  What appears and with which codes: published engine, fldenum.cxx. */
#include "table/enumerate.h"

#include "table/column_reference.h"

#define ENUMERATE_ALL_BITS                                                                                             \
    (JET_bitEnumerateCopy | JET_bitEnumerateIgnoreDefault | JET_bitEnumerateLocal | JET_bitEnumeratePresenceOnly |     \
     JET_bitEnumerateTaggedOnly | JET_bitEnumerateCompressOutput | JET_bitEnumerateIgnoreUserDefinedDefault |          \
     JET_bitEnumerateInRecordOnly | JET_bitEnumerateAsRefIfNotInRecord)

void record_copy_free(struct record_copy *copy)
{
    os_free(copy->heap);
    copy->heap = NULL;
}

/* Numbers that others add to, in the copy of the record that is latched. */
static JET_ERR copy_without_others(struct cursor *cursor, struct record record, uint8_t *bytes)
{
    const struct table *table = cursor->table;

    for (uint32_t i = 0; i < table->fixed_count; i++)
    {
        const struct column *column = &table->fixed[i];
        struct record_value value;
        JET_ERR err;

        if (!(column->disk_flags & COLUMN_ESCROW) || column->type == JET_coltypNil)
            continue;
        err = record_column(table, record, column, 1, false, &value);
        if (err < 0)
            return err;
        if (!value.null && value.size == column->max_size)
            retrieve_without_others(cursor, column, bytes + (value.data - record.data));
    }
    return JET_errSuccess;
}

JET_ERR record_copy_current(struct cursor *cursor, bool copy_buffer, struct record_copy *copy)
{
    struct retrieve_scope scope = { .latched = false };
    uint8_t *to = copy->bytes;
    JET_ERR err = retrieve_begin(cursor, copy_buffer, &scope);

    copy->heap = NULL;
    if (err < 0)
        return err;
    if (scope.record.size > sizeof(copy->bytes))
        to = copy->heap = os_alloc(scope.record.size);
    if (to)
    {
        memcpy(to, scope.record.data, scope.record.size);
        copy->record.data = to;
        copy->record.size = scope.record.size;
        if (cursor->table->has_escrow)
            err = copy_without_others(cursor, copy->record, to);
    }
    retrieve_end(cursor, &scope);
    if (err < 0)
        record_copy_free(copy);
    return to ? err : JET_errOutOfMemory;
}

/* One call under way. */
struct enumerator
{
    struct cursor *cursor;
    const struct enumeration *how;
    struct record_copy copy;
    JET_ENUMCOLUMN *columns;
    uint32_t used; /* of them */
};

/* A column as it was found. */
struct found
{
    const struct column *column;
    bool from_default;
    bool tagged; /* in the record: `walk` has it */
    const struct record_tagged *walk;
    uint32_t values;
};

static void *allocate(const struct enumeration *how, uint64_t size)
{
    return size <= UINT32_MAX ? how->allocate(how->context, NULL, (JET_ULONG)size) : NULL;
}

static void release(const struct enumeration *how, void *memory)
{
    if (memory)
        how->allocate(how->context, memory, 0);
}

static void release_all(struct enumerator *at)
{
    for (uint32_t i = 0; i < at->used; i++)
    {
        JET_ENUMCOLUMN *column = &at->columns[i];

        if (column->err == JET_wrnColumnSingleValue)
        {
            release(at->how, column->pvData);
            continue;
        }
        for (uint32_t j = 0; j < column->cEnumColumnValue; j++)
            release(at->how, column->rgEnumColumnValue[j].pvData);
        release(at->how, column->rgEnumColumnValue);
    }
    release(at->how, at->columns);
    at->columns = NULL;
    at->used = 0;
}

/* ---------------------------------------------------------------- values --- */

static JET_ERR find_value(struct enumerator *at, const struct found *found, uint32_t sequence,
                          struct record_value *value)
{
    if (found->walk)
        return record_tagged_value(found->walk, sequence, value);
    return record_column(at->cursor->table, at->copy.record, found->column, sequence, found->from_default, value);
}

/* A value that is in the record, or a default: all of it. */
static JET_ERR store_value(struct enumerator *at, struct record_value *value, void **data, JET_ULONG *size)
{
    struct table *table = at->cursor->table;
    uint8_t *opened = NULL;
    uint32_t actual;
    JET_ERR err = JET_errSuccess;

    if (value->encrypted)
        err = record_open_value(value, at->cursor->encryption_key, &opened);
    actual = value->size;
    if (err >= 0 && value->compressed)
        err = record_read_value(table, at->cursor->txn, value, 0, NULL, 0, &actual);
    if (err < 0)
        goto done;
    *data = allocate(at->how, actual);
    if (*data)
    {
        *size = actual;
        err = record_read_value(table, at->cursor->txn, value, 0, *data, actual, NULL);
    }
    else
        err = JET_errOutOfMemory;
done:
    os_free(opened);
    return err < 0 ? err : JET_errSuccess;
}

/* A long value from its tree, up to the limit. */
static JET_ERR store_separated(struct enumerator *at, const struct record_value *value, JET_ENUMCOLUMNVALUE *result)
{
    struct table *table = at->cursor->table;
    struct txn *txn = at->cursor->txn;
    struct long_value info;
    uint32_t size;
    JET_ERR err = long_value_info(table, txn, value->data, value->size, &info);

    if (err < 0 || !info.size)
        return err;
    info.key = at->cursor->encryption_key;
    size = info.size < at->how->most ? info.size : at->how->most;
    result->pvData = allocate(at->how, size);
    if (!result->pvData)
        return JET_errOutOfMemory;
    err = long_value_read_part(table, txn, value->data, value->size, &info, 0, result->pvData, size, NULL);
    if (err < 0)
        return err;
    result->cbData = size;
    if (size < info.size)
        result->err = JET_wrnColumnTruncated;
    return JET_errSuccess;
}

/* What stands for a long value. */
static JET_ERR store_reference(struct enumerator *at, const struct column *column, const struct record_value *value,
                               JET_ENUMCOLUMNVALUE *result)
{
    uint8_t scratch[KEY_MAX], reference[COLUMN_REFERENCE_MAX];
    const uint8_t *bookmark;
    uint32_t size;
    JET_ERR err = cursor_bookmark(at->cursor, scratch, &bookmark, &size);

    if (err >= 0)
        err = column_reference_make(at->cursor->table, bookmark, size, column, result->itagSequence, value->data,
                                    value->size, reference, &size);
    if (err < 0)
        return err;
    result->pvData = allocate(at->how, size);
    if (!result->pvData)
        return JET_errOutOfMemory;
    memcpy(result->pvData, reference, size);
    result->cbData = size;
    result->err = JET_wrnColumnReference;
    return JET_errSuccess;
}

static JET_ERR enumerate_value(struct enumerator *at, const struct found *found, JET_ENUMCOLUMNVALUE *result)
{
    struct record_value value;
    JET_ERR err = find_value(at, found, result->itagSequence, &value);

    if (err < 0)
        return err;
    if (value.null)
    {
        result->err = JET_wrnColumnNull;
        return JET_errSuccess;
    }
    if (!value.separated)
        return store_value(at, &value, &result->pvData, &result->cbData);
    if (at->how->grbit & JET_bitEnumerateInRecordOnly)
    {
        result->err = JET_wrnColumnNotInRecord;
        return JET_errSuccess;
    }
    if (at->how->grbit & JET_bitEnumerateAsRefIfNotInRecord)
        return store_reference(at, found->column, &value, result);
    return store_separated(at, &value, result);
}

/* What a value asked for by its number is, when it need not be looked at. */
static JET_ERR without_value(struct enumerator *at, const struct found *found, uint32_t sequence)
{
    if (!sequence)
        return JET_wrnColumnSkipped;
    if (sequence > found->values)
    {
        if (!found->column && at->how->grbit & JET_bitEnumerateIgnoreDefault)
            return JET_wrnColumnDefault;
        return JET_wrnColumnNull;
    }
    return at->how->grbit & JET_bitEnumeratePresenceOnly ? JET_wrnColumnPresent : JET_errSuccess;
}

/* The values into an array of their own.  want NULL: all of them. */
static JET_ERR enumerate_values(struct enumerator *at, const struct found *found, const JET_ENUMCOLUMNID *want,
                                JET_ENUMCOLUMN *result)
{
    uint32_t count = want && want->ctagSequence ? want->ctagSequence : found->values;
    uint64_t size = (uint64_t)count * sizeof(*result->rgEnumColumnValue);
    JET_ENUMCOLUMNVALUE *values = allocate(at->how, size);

    if (!values)
        return JET_errOutOfMemory;
    memset(values, 0, size);
    result->rgEnumColumnValue = values;
    result->cEnumColumnValue = count;
    for (uint32_t i = 0; i < count; i++)
    {
        JET_ERR err;

        values[i].itagSequence = want && want->ctagSequence ? want->rgtagSequence[i] : i + 1;
        values[i].err = without_value(at, found, values[i].itagSequence);
        if (values[i].err)
            continue;
        err = enumerate_value(at, found, &values[i]);
        if (err < 0)
            return err;
    }
    return JET_errSuccess;
}

/* One value into the column's own struct, if it is one that needs no warning. */
static JET_ERR enumerate_single(struct enumerator *at, const struct found *found, JET_ENUMCOLUMN *result, bool *done)
{
    struct record_value value;
    JET_ERR err = find_value(at, found, 1, &value);

    *done = false;
    if (err < 0 || value.separated || value.null)
        return err;
    *done = true;
    result->err = JET_wrnColumnSingleValue;
    return store_value(at, &value, &result->pvData, &result->cbData);
}

/* Fills an element.  found->column is NULL for a column that has neither value nor default. */
static JET_ERR enumerate_column(struct enumerator *at, const struct column *column, const struct found *found,
                                const JET_ENUMCOLUMNID *want, JET_ENUMCOLUMN *result)
{
    JET_GRBIT grbit = at->how->grbit;
    bool all = !want || !want->ctagSequence;
    JET_ERR err;

    if (all && !found->column && grbit & JET_bitEnumerateIgnoreDefault)
        result->err = JET_wrnColumnDefault;
    else if (all && !found->values)
        result->err = JET_wrnColumnNull;
    else if (all && grbit & JET_bitEnumeratePresenceOnly)
        result->err = JET_wrnColumnPresent;
    else if (column->disk_flags & COLUMN_ENCRYPTED && !at->cursor->encryption_key)
        result->err = JET_errColumnNoEncryptionKey;
    if (result->err)
        return JET_errSuccess;
    if (all && found->values == 1 && grbit & JET_bitEnumerateCompressOutput && !(column->disk_flags & COLUMN_ENCRYPTED))
    {
        bool done;

        err = enumerate_single(at, found, result, &done);
        if (err < 0 || done)
            return err;
    }
    return enumerate_values(at, found, want, result);
}

/* ------------------------------------------------------------ all columns --- */

static JET_ERR add_column(struct enumerator *at, JET_COLUMNID id, const struct found *found)
{
    JET_ENUMCOLUMN *result = &at->columns[at->used++];

    memset(result, 0, sizeof(*result));
    result->columnid = id;
    return enumerate_column(at, found->column, found, NULL, result);
}

/* Fixed or variable columns, the table's `count` of them from `columns` on, up to the record's last one; then up to the
 * last one that has a default, where those that have none are NULL. */
static JET_ERR add_plain(struct enumerator *at, const struct column *columns, uint32_t count, uint32_t last,
                         uint32_t last_default, bool inherited)
{
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; i < count && err >= 0; i++)
    {
        const struct column *column = &columns[i];
        struct found found = { .column = column, .from_default = column->fid > last };
        struct record_value value;

        if (column->fid > last && column->fid > last_default)
            break;
        if (column->type == JET_coltypNil || !!(column->id & COLUMNID_TEMPLATE) != inherited)
            continue;
        err = find_value(at, &found, 1, &value);
        if (err < 0)
            break;
        found.values = !value.null;
        err = add_column(at, column->id, &found);
    }
    return err;
}

/* Tagged columns of the record and by default, those of a template or those of the table's own. */
static JET_ERR add_tagged(struct enumerator *at, struct record_columns *walk, bool *pending, bool inherited)
{
    struct table *table = at->cursor->table;
    JET_ERR err = JET_errSuccess;

    for (;;)
    {
        struct found found = { .column = NULL };

        if (!*pending)
            err = record_columns_next(table, at->copy.record, walk);
        if (err < 0)
            return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
        *pending = false;
        if (!walk->column)
            continue;
        if (inherited && !(walk->column->id & COLUMNID_TEMPLATE))
        {
            *pending = true;
            return JET_errSuccess;
        }
        found.column = walk->column;
        found.from_default = !walk->in_record;
        found.walk = walk->in_record ? &walk->tagged : NULL;
        found.values = walk->in_record ? walk->tagged.values : 1;
        err = add_column(at, walk->column->id, &found);
        if (err < 0)
            return err;
    }
}

/* No fewer than there will be. */
static JET_ERR count_columns(struct enumerator *at, const struct record_summary *summary, bool defaults,
                             uint64_t *count)
{
    const struct table *table = at->cursor->table;
    uint32_t tagged;
    JET_ERR err = record_tagged_count(table, at->copy.record, &tagged);

    *count = tagged;
    if (defaults)
        *count += table->tagged_default_count;
    if (at->how->grbit & JET_bitEnumerateTaggedOnly)
        return err;
    *count += summary->last_fixed;
    if (summary->last_variable)
        *count += summary->last_variable - COLUMNID_VAR_FIRST + 1;
    if (defaults)
        *count += table->fixed_default_last;
    if (defaults && table->variable_default_last)
        *count += table->variable_default_last - COLUMNID_VAR_FIRST + 1;
    return err;
}

static JET_ERR enumerate_all(struct enumerator *at)
{
    struct table *table = at->cursor->table;
    bool defaults = !(at->how->grbit & JET_bitEnumerateIgnoreDefault);
    bool plain = !(at->how->grbit & JET_bitEnumerateTaggedOnly);
    struct record_columns walk = { .with_defaults = defaults };
    struct record_summary summary;
    bool pending = false;
    int inherited;
    uint64_t count;
    JET_ERR err = record_summary(at->copy.record, &summary);

    if (err >= 0)
        err = count_columns(at, &summary, defaults, &count);
    if (err < 0)
        return err;
    at->columns = allocate(at->how, count * sizeof(*at->columns));
    if (!at->columns)
        return JET_errOutOfMemory;
    /* In the order of ids, of which those of a template are less than any other. */
    inherited = table->template_table || table->flags & JET_bitObjectTableTemplate;
    for (; inherited >= 0 && err >= 0; inherited--)
    {
        if (plain)
        {
            err = add_plain(at, table->fixed, table->fixed_count, summary.last_fixed,
                            defaults ? table->fixed_default_last : 0, inherited);
            if (err >= 0)
                err = add_plain(at, table->variable, table->variable_count, summary.last_variable,
                                defaults ? table->variable_default_last : 0, inherited);
        }
        if (err >= 0)
            err = add_tagged(at, &walk, &pending, inherited);
    }
    return err;
}

/* ------------------------------------------------------ requested columns --- */

/* The column in the record, or its default. */
static JET_ERR find_requested(struct enumerator *at, const struct column *column, struct found *found)
{
    bool defaults = !(at->how->grbit & JET_bitEnumerateIgnoreDefault);
    struct record_value value;
    JET_ERR err = record_column(at->cursor->table, at->copy.record, column, 1, defaults, &value);

    *found = (struct found){ .column = column, .from_default = value.is_default };
    if (err < 0)
        return err;
    if (!value.is_default)
        found->values = column->fid >= COLUMNID_TAGGED_FIRST ? value.count : !value.null;
    else if (!value.null)
        found->values = 1;
    else
        found->column = NULL;
    return JET_errSuccess;
}

static JET_ERR enumerate_requested(struct enumerator *at)
{
    const struct enumeration *how = at->how;
    uint64_t size = (uint64_t)how->wanted_count * sizeof(*at->columns);
    JET_ERR first = JET_errSuccess;

    at->columns = allocate(how, size);
    if (!at->columns)
        return JET_errOutOfMemory;
    memset(at->columns, 0, size);
    at->used = how->wanted_count;
    for (uint32_t i = 0; i < how->wanted_count; i++)
    {
        JET_ENUMCOLUMN *result = &at->columns[i];
        const struct column *column;
        struct found found;
        JET_ERR err;

        result->columnid = how->wanted[i].columnid;
        if (!result->columnid)
        {
            result->err = JET_wrnColumnSkipped;
            continue;
        }
        result->err = retrieve_find_column(at->cursor->table, result->columnid, &column);
        if (result->err >= 0)
        {
            err = find_requested(at, column, &found);
            if (err >= 0)
                err = enumerate_column(at, column, &found, &how->wanted[i], result);
            if (err < 0)
                return err;
        }
        else if (!first)
            first = result->err;
    }
    if (!first)
        return JET_errSuccess;
    /* The answer stays, and of it the first error is told. */
    for (uint32_t i = 0; i < at->used; i++)
    {
        if (at->columns[i].err < 0)
        {
            first = at->columns[i].err;
            break;
        }
    }
    *how->count = at->used;
    *how->columns = at->columns;
    at->columns = NULL;
    at->used = 0;
    return first;
}

/* --------------------------------------------------------------- the call --- */

static JET_ERR check_arguments(const struct cursor *cursor, const struct enumeration *how)
{
    JET_GRBIT grbit = how->grbit;

    if (how->count)
        *how->count = 0;
    if (how->columns)
        *how->columns = NULL;
    if (!how->count || !how->columns || !how->allocate)
        return JET_errInvalidParameter;
    if (grbit & ~ENUMERATE_ALL_BITS || grbit & JET_bitEnumerateLocal)
        return JET_errInvalidGrbit;
    if (how->wanted_count && grbit & JET_bitEnumerateTaggedOnly)
        return JET_errInvalidGrbit;
    if (cursor->table->user_defaults &&
        !(grbit & (JET_bitEnumerateIgnoreDefault | JET_bitEnumerateIgnoreUserDefinedDefault)))
        return JET_errCallbackFailed;
    if (grbit & JET_bitEnumerateInRecordOnly && grbit & JET_bitEnumerateAsRefIfNotInRecord)
        return JET_errInvalidGrbit;
    if (how->wanted_count && !how->wanted)
        return JET_errInvalidParameter;
    for (uint32_t i = 0; i < how->wanted_count; i++)
    {
        if (how->wanted[i].ctagSequence && !how->wanted[i].rgtagSequence)
            return JET_errInvalidParameter;
    }
    return JET_errSuccess;
}

JET_ERR enumerate_columns(struct cursor *cursor, const struct enumeration *how)
{
    struct enumerator at;
    JET_ERR err = check_arguments(cursor, how);

    if (err < 0)
        return err;
    at.cursor = cursor;
    at.how = how;
    at.columns = NULL;
    at.used = 0;
    err = record_copy_current(cursor, how->grbit & JET_bitEnumerateCopy, &at.copy);
    if (err < 0)
        return err;
    if (how->grbit & JET_bitEnumerateAsRefIfNotInRecord &&
        (retrieve_update_prepared(cursor) || cursor_is_temporary(cursor)))
        err = JET_errInvalidGrbit;
    else
        err = how->wanted_count ? enumerate_requested(&at) : enumerate_all(&at);
    record_copy_free(&at.copy);
    if (err < 0)
    {
        release_all(&at);
        return err;
    }
    *how->count = at.used;
    *how->columns = at.columns;
    return JET_errSuccess;
}
