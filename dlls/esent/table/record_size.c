/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a record takes and which tagged columns it has.  What counts as what: published engine, fldenum.cxx, fldext.cxx. */
#include "table/enumerate.h"

#include "table/update.h"

#define NODE_OVERHEAD   6 /* a tag of the page and the size of the key */
#define TAGGED_OVERHEAD 4 /* an entry of the array */
#define OLDER_LID_SIZE  4 /* of a separated value, in the format before this one */
#define HEADER_OVERHEAD 1 /* counted where it tells of a long value or of several */

struct measure
{
    struct cursor *cursor;
    JET_GRBIT grbit;
    uint32_t key_size; /* of the record */
    JET_RECSIZE3 *size;
};

/* The tree's part of a separated value. */
static JET_ERR measure_separated(struct measure *measure, const struct record_value *value)
{
    JET_RECSIZE3 *size = measure->size;
    struct long_value_space space;
    JET_ERR err;

    size->cbOverhead += value->size;
    size->cLongValues++;
    if (measure->grbit & JET_bitRecordSizeLocal)
        return JET_errSuccess;
    err = long_value_space(measure->cursor->table, measure->cursor->txn, value->data, value->size,
                           !(measure->grbit & JET_bitRecordSizeExtrinsicLogicalOnly), &space);
    if (err < 0)
        return err;
    size->cbLongValueData += space.size;
    size->cbLongValueDataCompressed += space.stored;
    size->cbLongValueOverhead += NODE_OVERHEAD + value->size + space.root_size;
    /* Windows' engine takes the key of the record for that of the chunk. */
    size->cbLongValueOverhead += (uint64_t)space.chunks * (NODE_OVERHEAD + measure->key_size);
    return JET_errSuccess;
}

/* A value in the record. */
static JET_ERR measure_intrinsic(struct measure *measure, struct record_value *value, bool is_long)
{
    const struct cursor *cursor = measure->cursor;
    JET_RECSIZE3 *size = measure->size;
    uint32_t stored = value->size, expanded = stored;

    if ((value->compressed || value->encrypted) && !(measure->grbit & JET_bitRecordSizeIntrinsicPhysicalOnly))
    {
        uint8_t *opened = NULL;
        JET_ERR err = value->encrypted ? record_open_value(value, cursor->encryption_key, &opened) : JET_errSuccess;

        if (err >= 0)
            err = record_read_value(cursor->table, cursor->txn, value, 0, NULL, 0, &expanded);
        os_free(opened);
        if (err < 0)
            return err;
    }
    size->cbData += expanded;
    size->cbDataCompressed += stored;
    if (is_long)
    {
        size->cbIntrinsicLongValueData += expanded;
        size->cbIntrinsicLongValueDataCompressed += stored;
        size->cIntrinsicLongValues++;
    }
    return JET_errSuccess;
}

static JET_ERR measure_tagged(struct measure *measure, const struct record_tagged *tagged)
{
    JET_RECSIZE3 *size = measure->size;

    size->cTaggedColumns++;
    size->cbOverhead += TAGGED_OVERHEAD;
    if (tagged->null)
        return JET_errSuccess;
    if (tagged->is_long || tagged->two_values || tagged->many_values)
        size->cbOverhead += HEADER_OVERHEAD;
    if (tagged->two_values)
        size->cbOverhead += 1;
    if (tagged->many_values)
        size->cbOverhead += 2 * tagged->values;
    size->cMultiValues += tagged->values - 1;
    for (uint32_t i = 1; i <= tagged->values; i++)
    {
        struct record_value value;
        JET_ERR err = record_tagged_value(tagged, i, &value);

        if (err < 0)
            return err;
        err = value.separated ? measure_separated(measure, &value)
                              : measure_intrinsic(measure, &value, tagged->is_long);
        if (err < 0)
            return err;
    }
    return JET_errSuccess;
}

/* What an insert is preparing has no key yet.  Windows says the same of the current
 * record then, unless it reads no long values. */
static bool key_is_known(const struct cursor *cursor, JET_GRBIT grbit)
{
    if (!cursor->update || cursor->update->kind == UPDATE_REPLACE || cursor->temp)
        return true;
    return (grbit & (JET_bitRecordSizeInCopyBuffer | JET_bitRecordSizeLocal)) == JET_bitRecordSizeLocal;
}

static JET_ERR measure_record(struct measure *measure, struct record record, bool with_key)
{
    JET_RECSIZE3 *size = measure->size;
    struct record_tagged tagged = { 0 };
    struct record_summary summary;
    JET_ERR err = record_summary(record, &summary);

    if (err < 0)
        return err;
    size->cbOverhead += NODE_OVERHEAD + RECORD_MIN_SIZE;
    if (with_key)
    {
        size->cbOverhead += measure->key_size;
        size->cbKey += measure->key_size;
    }
    size->cbOverhead += summary.null_bits_size + summary.offsets_size;
    size->cbData += summary.fixed_size + summary.variable_size;
    size->cbDataCompressed += summary.fixed_size + summary.variable_size;
    size->cNonTaggedColumns += summary.last_fixed;
    if (summary.last_variable)
        size->cNonTaggedColumns += summary.last_variable - COLUMNID_VAR_FIRST + 1;
    while ((err = record_tagged_next(measure->cursor->table, record, &tagged)) >= 0)
    {
        err = measure_tagged(measure, &tagged);
        if (err < 0)
            return err;
    }
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

JET_ERR enumerate_record_size(struct cursor *cursor, JET_GRBIT grbit, JET_RECSIZE3 *size)
{
    struct measure measure = { .cursor = cursor, .grbit = grbit };
    struct record_copy copy;
    uint8_t scratch[KEY_MAX];
    const uint8_t *key;
    JET_RECSIZE3 result = { 0 };
    JET_ERR err;

    if (!size)
        return JET_errInvalidParameter;
    if (grbit & JET_bitRecordSizeRunningTotal)
        result = *size;
    measure.size = &result;
    err = record_copy_current(cursor, grbit & JET_bitRecordSizeInCopyBuffer, &copy);
    if (err < 0)
        return err;
    if (cursor_bookmark(cursor, scratch, &key, &measure.key_size) < 0)
        measure.key_size = 0;
    err = measure_record(&measure, copy.record, key_is_known(cursor, grbit));
    record_copy_free(&copy);
    if (err >= 0)
        *size = result;
    return err;
}

/* ----------------------------------------------------------- older format --- */

/* Values that can be separated had a byte of flags, and could leave the record for their id. */
static JET_ERR add_older_values(const struct record_tagged *tagged, uint32_t *size)
{
    for (uint32_t i = 1; i <= tagged->values; i++)
    {
        struct record_value value;
        JET_ERR err = record_tagged_value(tagged, i, &value);

        if (err < 0)
            return err;
        *size += TAGGED_OVERHEAD;
        if (tagged->is_long)
            *size += HEADER_OVERHEAD + (value.size < OLDER_LID_SIZE ? value.size : OLDER_LID_SIZE);
        else
            *size += value.size;
    }
    return JET_errSuccess;
}

JET_ERR record_check_older_format(const struct table *table, struct record record)
{
    uint32_t most = record_size_limit_with_key(table, JET_cbKeyMost), size;
    struct record_tagged tagged = { 0 };
    struct record_summary summary;
    JET_ERR err = record_summary(record, &summary);

    if (err < 0)
        return err;
    size = RECORD_MIN_SIZE + summary.fixed_size + summary.null_bits_size + summary.offsets_size + summary.variable_size;
    while ((err = record_tagged_next(table, record, &tagged)) >= 0)
    {
        if (!tagged.column) /* its room would be used anew */
            continue;
        if (tagged.null)
            size += TAGGED_OVERHEAD;
        else
            err = add_older_values(&tagged, &size);
        if (err < 0)
            return err;
        if (size > most)
            return JET_errRecordTooBigForBackwardCompatibility;
    }
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

/* ------------------------------------------------------------------- list --- */

/* Where a list that starts with this column begins. */
static uint32_t first_order(const struct table *table, JET_COLUMNID id)
{
    uint32_t fid = COLUMNID_FID(id);
    struct column column = { .fid = (uint16_t)fid };

    if (fid < COLUMNID_TAGGED_FIRST)
        return 0;
    column.marked_inherited = id & COLUMNID_TEMPLATE && table->template_table &&
                              (!table->old_template || fid >= table->tagged_first);
    return record_tagged_order(&column);
}

JET_ERR enumerate_tagged(struct cursor *cursor, JET_RETRIEVEMULTIVALUECOUNT *list, uint32_t most, JET_COLUMNID first,
                         JET_GRBIT grbit, uint32_t *count)
{
    struct retrieve_scope scope = { .latched = false };
    struct record_columns walk = { .with_defaults = !(grbit & JET_bitRetrieveIgnoreDefault) };
    const struct table *table = cursor->table;
    uint32_t order = first_order(table, first), entries = 0;
    JET_ERR err = retrieve_begin(cursor, grbit & JET_bitRetrieveCopy, &scope);

    *count = 0;
    if (err < 0)
        return err;
    while ((!most || entries < most) && (err = record_columns_next(table, scope.record, &walk)) >= 0)
    {
        const struct column *column = walk.column;

        if (!column || (walk.in_record ? walk.tagged.order : record_tagged_order(column)) < order)
            continue;
        if (list)
        {
            JET_RETRIEVEMULTIVALUECOUNT *entry = &list[entries];

            memset(entry, 0, sizeof(*entry));
            entry->columnid = column->id;
            entry->cMultiValues = walk.in_record ? (uint16_t)walk.tagged.values : 1;
            entry->fLongValue = walk.in_record
                                    ? walk.tagged.is_long
                                    : column->type == JET_coltypLongText || column->type == JET_coltypLongBinary;
            entry->fNullOverride = walk.in_record && walk.tagged.null;
            entry->fDerived = column->from_template;
        }
        entries++;
    }
    retrieve_end(cursor, &scope);
    if (err < 0 && err != JET_errNoCurrentRecord)
        return err;
    *count = entries;
    return JET_errSuccess;
}
