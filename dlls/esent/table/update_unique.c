/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a value of a multi-valued column is there already: as bytes, or as an index would see it. */
#include <string.h>

#include "os/os.h"
#include "table/update_private.h"

#define NORMAL_MAX JET_cbKeyMostMin /* so much of a value counts, for long */
#define PART       4096u

/* A value as a key without a place in an index. */
struct normal
{
    uint8_t bytes[NORMAL_MAX + 1];
    uint32_t size;
    bool truncated;
};

static JET_ERR normalize(const struct key_form *form, const uint8_t *data, uint32_t size, struct normal *normal)
{
    normal->size = 0;
    normal->truncated = false;
    if (size > NORMAL_MAX)
        size = NORMAL_MAX;
    if (!size)
        return JET_errSuccess;
    return key_normalize(form, 0, data, size, NORMAL_MAX, normal->bytes, &normal->size, &normal->truncated, NULL);
}

static void index_of(const struct column *column, struct index *index)
{
    memset(index, 0, sizeof(*index));
    index->key_columns = 1;
    index->key[0].columnid = column->id;
    index->key_max = index->var_seg_max = NORMAL_MAX;
    index->lcid = OS_LCID_EN_US;
    index->lcmap_flags = OS_MAP_SORTKEY | OS_NORM_IGNORECASE | OS_NORM_IGNOREKANATYPE | OS_NORM_IGNOREWIDTH;
}

/* Reads a value of the record, wherever it is. */
static JET_ERR read_value(struct cursor *cursor, const struct record_value *value, uint32_t at, void *out,
                          uint32_t size, uint32_t *actual)
{
    if (value->separated)
        return long_value_read(cursor->table, cursor->txn, value->data, value->size, cursor->encryption_key, at, out,
                               size, actual);
    return record_read_value(cursor->table, cursor->txn, value, at, out, size, actual);
}

/* Compares a value of the record, wherever it is, with bytes. */
static JET_ERR same_bytes(struct cursor *cursor, const struct record_value *value, const uint8_t *data, uint32_t size,
                          bool *same)
{
    uint8_t part[PART];
    uint32_t actual, at = 0;
    JET_ERR err;

    *same = false;
    if (!value->separated && !value->compressed)
    {
        *same = value->size == size && (!size || !memcmp(value->data, data, size));
        return JET_errSuccess;
    }
    do
    {
        uint32_t want = size - at < PART ? size - at : PART;

        err = read_value(cursor, value, at, part, want, &actual);
        if (err < 0)
            return err;
        if (actual != size - at || (want && memcmp(part, data + at, want)))
            return JET_errSuccess;
        at += want;
    } while (at < size);
    *same = true;
    return JET_errSuccess;
}

static JET_ERR same_normal(struct cursor *cursor, const struct key_form *form, const struct record_value *value,
                           const struct normal *normal, bool *same, bool *truncated)
{
    uint8_t bytes[NORMAL_MAX];
    struct normal other;
    uint32_t actual;
    JET_ERR err = read_value(cursor, value, 0, bytes, sizeof(bytes), &actual);

    *same = false;
    if (err < 0)
        return err;
    err = normalize(form, bytes, actual < sizeof(bytes) ? actual : (uint32_t)sizeof(bytes), &other);
    if (err < 0)
        return err;
    *same = other.size == normal->size && !memcmp(other.bytes, normal->bytes, other.size);
    *truncated = other.truncated || normal->truncated;
    return JET_errSuccess;
}

/* On large pages Windows' engine takes the header of a single short value, the byte before it, for part of it. */
static void take_header(const struct table *table, const struct column *column, struct record_value *value)
{
    if (!table->large_pages || column_is_long(column) || value->count != 1)
        return;
    value->data--;
    value->size++;
}

JET_ERR update_check_unique(struct cursor *cursor, const struct column *column, uint32_t sequence, const void *data,
                            uint32_t size, bool normalized)
{
    struct normal normal;
    struct key_form form;
    struct index index;
    JET_ERR err = JET_errSuccess;

    if (normalized)
    {
        index_of(column, &index);
        err = key_form_init(&form, cursor->table, &index);
        if (err >= 0)
            err = normalize(&form, data, size, &normal);
    }
    for (uint32_t i = 1; err >= 0; i++)
    {
        struct record_value value;
        bool same = false, truncated = false;
        uint8_t *opened = NULL;

        err = record_column(cursor->table, update_record(cursor->update), column, i, false, &value);
        if (err < 0 || value.null)
            break;
        if (i == sequence)
            continue;
        take_header(cursor->table, column, &value);
        if (value.encrypted)
            err = record_open_value(&value, cursor->encryption_key, &opened);
        if (err < 0)
            break;
        if (normalized)
            err = same_normal(cursor, &form, &value, &normal, &same, &truncated);
        else
            err = same_bytes(cursor, &value, data, size, &same);
        os_free(opened);
        if (err >= 0 && same)
            return truncated ? JET_errMultiValuedDuplicateAfterTruncation : JET_errMultiValuedDuplicate;
    }
    return err < 0 ? err : JET_errSuccess;
}
