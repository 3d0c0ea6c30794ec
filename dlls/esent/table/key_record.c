/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys of records, for the writer of indexes and for going to a record in one; see key.h. */
#include <string.h>

#include "os/os.h"
#include "table/key_private.h"

static bool is_long(JET_COLTYP type)
{
    return type == JET_coltypLongText || type == JET_coltypLongBinary;
}

/* Whether the conditions of the index let the record in. */
static JET_ERR check_conditions(const struct key_form *form, struct record record, bool *in)
{
    const struct index *index = form->index;

    *in = true;
    for (uint32_t i = 0; i < index->conditions && *in; i++)
    {
        const struct column *column = table_column_by_id(form->table, index->condition[i].columnid);
        struct record_value value;
        JET_ERR err;

        if (!column)
            return JET_errDatabaseCorrupted;
        err = record_column(form->table, record, column, 1, true, &value);
        if (err < 0)
            return err;
        *in = value.null == index->condition[i].must_be_null;
    }
    return JET_errSuccess;
}

/* Where the bytes to normalize are: the record's, or read into a buffer. */
struct source
{
    uint8_t stack[KEY_STACK];
    uint8_t *heap;
    const uint8_t *data;
    uint32_t size;
};

/* At most `most` bytes of a value from `offset` on. */
static JET_ERR read_value(const struct key_form *form, struct txn *txn, const struct record_value *value,
                          uint32_t offset, uint32_t most, struct source *source)
{
    uint8_t *buffer = source->stack;
    uint32_t actual = 0;
    JET_ERR err;

    if (!value->separated && !value->compressed && !value->encrypted)
    {
        uint32_t skip = offset < value->size ? offset : value->size;
        source->data = value->data + skip;
        source->size = value->size - skip;
        if (source->size > most)
            source->size = most;
        return JET_errSuccess;
    }
    if (most > sizeof(source->stack))
    {
        os_free(source->heap);
        source->heap = os_alloc(most);
        if (!source->heap)
            return JET_errOutOfMemory;
        buffer = source->heap;
    }
    err = record_read_value(form->table, txn, value, offset, buffer, most, &actual);
    if (err < 0)
        return err;
    source->data = buffer;
    source->size = actual < most ? actual : most;
    return JET_errSuccess;
}

/* Cuts *source to the tuple that begins at its start; false if there is none. */
static bool cut_tuple(const struct key_form *form, const struct column *column, struct source *source)
{
    uint32_t unit = column->code_page == OS_CP_UNICODE ? 2 : 1;

    if (source->size > form->index->tuple_max * unit)
        source->size = form->index->tuple_max * unit;
    return source->size >= form->index->tuple_min * unit;
}

struct build
{
    const struct key_form *form;
    struct record record;
    struct txn *txn;
    uint32_t tuple;
    uint8_t *out;
    uint32_t size;
    bool truncated;
    bool all_null, first_null, some_null, all_out_of_values;
    bool later; /* of other than the first values of some column */
};

/* Whether this column gives an index of nested tables a reason for one more key.  Windows' engine lets one
 * of a single value do so again and again, and does not come to an end. */
static bool still_has_values(const struct build *build, const struct column *column, uint32_t sequence, bool null)
{
    if (column->fid < COLUMNID_TAGGED_FIRST)
        return false;
    return column->disk_flags & COLUMN_MULTIVALUED ? sequence == 1 || !null : !build->later;
}

/* Normalizes column i, which is not NULL, at the end of the key.
 * More and more of a long value is read until the key is full: there is no
 * telling how many characters a sort key of some length needs. */
static JET_ERR append_value(struct build *build, uint32_t i, const struct record_value *value, bool *no_tuple)
{
    const struct key_form *form = build->form;
    const struct column *column = form->column[i];
    uint32_t available = form->key_max - build->size, most = form->key_max, size = 1;
    uint32_t unit = column->code_page == OS_CP_UNICODE ? 2 : 1;
    uint8_t *out = build->out + build->size;
    bool truncated = false, tuple = form->tuples && i == 0;
    struct source source;
    JET_ERR err;

    source.heap = NULL;
    for (;; most *= 2)
    {
        uint32_t offset = tuple ? build->tuple * unit : 0;

        if (tuple && !is_long(column->type))
        {
            /* a short value is cut before its tuples are counted, a long one after */
            err = read_value(form, build->txn, value, 0, most, &source);
            if (err < 0)
                goto done;
            if (offset > source.size)
                offset = source.size;
            source.data += offset;
            source.size -= offset;
        }
        else
        {
            err = read_value(form, build->txn, value, offset, most, &source);
            if (err < 0)
                goto done;
        }
        if (tuple && !cut_tuple(form, column, &source))
        {
            *no_tuple = true;
            goto done;
        }
        build->all_null = false;
        if (!source.size)
        {
            key_normalize_null(form, column->type, true, out);
            size = 1;
        }
        else
        {
            err = key_normalize(form, i, source.data, source.size, available, out, &size, &truncated, NULL);
            if (err < 0)
                goto done;
        }
        if (source.size != most || size >= available || size >= form->var_seg_max ||
            form->key_max == JET_cbKeyMostMin || most > UINT32_MAX / 4)
            break;
    }
    if (truncated)
        build->truncated = true;
    if (form->descending[i])
        key_complement(out, size);
    build->size += size;

done:
    os_free(source.heap);
    return err;
}

static JET_ERR append_column(struct build *build, uint32_t i, uint32_t sequence, enum key_outcome *outcome)
{
    const struct key_form *form = build->form;
    const struct column *column = form->column[i];
    struct record_value value;
    bool no_tuple = false;
    JET_ERR err;

    err = record_column(form->table, build->record, column, sequence, true, &value);
    if (err < 0)
        return err;
    if (still_has_values(build, column, sequence, value.null))
        build->all_out_of_values = false;
    if (value.null && sequence > 1 && (!form->nested || (form->tuples && i == 0)))
    {
        *outcome = KEY_OUT_OF_VALUES;
        return JET_errSuccess;
    }
    if (value.null)
    {
        if (i == 0)
            build->first_null = true;
        build->some_null = true;
    }
    if (build->truncated || build->size == form->key_max)
    {
        build->truncated = true;
        return form->no_truncation ? JET_errKeyTruncated : JET_errSuccess;
    }
    if (value.null)
    {
        if (form->tuples && i == 0)
        {
            *outcome = KEY_OUT_OF_TUPLES;
            return JET_errSuccess;
        }
        key_normalize_null(form, column->type, false, build->out + build->size);
        if (form->descending[i])
            build->out[build->size] ^= 0xff;
        build->size++;
        return JET_errSuccess;
    }
    err = append_value(build, i, &value, &no_tuple);
    if (err >= 0 && no_tuple)
        *outcome = KEY_OUT_OF_TUPLES;
    if (err >= 0 && build->truncated && form->no_truncation)
        return JET_errKeyTruncated;
    return err;
}

JET_ERR key_from_record(const struct key_form *form, struct record record, struct txn *txn,
                        const uint32_t sequence[JET_ccolKeyMost], uint32_t tuple, uint8_t *out, uint32_t *size,
                        enum key_outcome *outcome, uint32_t *rollover)
{
    struct build build = { .form = form,
                           .record = record,
                           .txn = txn,
                           .tuple = tuple,
                           .out = out,
                           .all_null = true,
                           .all_out_of_values = true };
    bool in;
    JET_ERR err;

    *size = 0;
    *outcome = KEY_MADE;
    err = check_conditions(form, record, &in);
    if (err < 0)
        return err;
    if (!in)
    {
        *outcome = KEY_NOT_IN_INDEX;
        return JET_errSuccess;
    }
    for (uint32_t i = 0; i < form->columns && form->nested; i++)
        build.later |= sequence[i] > 1;
    for (uint32_t i = 0; i < form->columns; i++)
    {
        err = append_column(&build, i, sequence[i], outcome);
        if (err < 0)
            return err;
        if (*outcome == KEY_OUT_OF_VALUES && rollover)
            *rollover = i;
        if (*outcome != KEY_MADE)
            return JET_errSuccess;
    }
    /* A record always has its primary key. */
    if (form->nested && build.all_out_of_values && !(form->index->disk_flags & INDEX_PRIMARY))
    {
        *outcome = KEY_OUT_OF_VALUES;
        if (rollover)
            *rollover = 0;
        return JET_errSuccess;
    }
    *size = build.size;
    if (build.all_null && !build.truncated)
        *outcome = KEY_ALL_NULL;
    else if (build.first_null)
        *outcome = KEY_FIRST_NULL;
    else if (build.some_null)
        *outcome = KEY_SOME_NULL;
    return JET_errSuccess;
}

bool key_outcome_indexed(const struct index *index, enum key_outcome outcome)
{
    switch (outcome)
    {
    case KEY_MADE:
        return true;
    case KEY_SOME_NULL:
        return (index->disk_flags & INDEX_ALLOW_SOME_NULLS) != 0;
    case KEY_FIRST_NULL:
        return (index->disk_flags & INDEX_ALLOW_FIRST_NULL) != 0;
    case KEY_ALL_NULL:
        return (index->disk_flags & INDEX_ALLOW_ALL_NULLS) != 0;
    default:
        return false;
    }
}

void key_iterate(struct key_iterator *iterator, const struct key_form *form, struct record record, struct txn *txn)
{
    memset(iterator, 0, sizeof(*iterator));
    iterator->form = form;
    iterator->record = record;
    iterator->txn = txn;
    iterator->last_multi = -1;
    iterator->tuple = form->index->tuple_start;
    for (uint32_t i = 0; i < JET_ccolKeyMost; i++)
        iterator->sequence[i] = 1;
    for (uint32_t i = 0; i < form->columns; i++)
    {
        const struct column *column = form->column[i];
        if (column->fid < COLUMNID_TAGGED_FIRST || !(column->disk_flags & COLUMN_MULTIVALUED))
            continue;
        iterator->multi_valued[i] = true;
        iterator->last_multi = (int)i;
        /* only the first one counts, unless the index says otherwise */
        if (!form->cross_product && !form->nested)
            break;
    }
}

void key_iterate_at(struct key_iterator *iterator, uint32_t sequence)
{
    for (uint32_t i = 0; sequence > 1 && i < iterator->form->columns; i++)
    {
        if (iterator->multi_valued[i])
        {
            iterator->sequence[i] = sequence;
            break;
        }
    }
}

/* On to the next combination of values. */
static void advance(struct key_iterator *iterator, bool out_of_values, uint32_t rollover)
{
    int i;

    iterator->tuple = iterator->form->index->tuple_start;
    if (iterator->last_multi < 0)
    {
        iterator->done = true;
        return;
    }
    if (!out_of_values)
    {
        if (iterator->form->nested)
        {
            for (i = 0; i <= iterator->last_multi; i++)
                iterator->sequence[i] += iterator->multi_valued[i];
        }
        else
            iterator->sequence[iterator->last_multi]++;
        return;
    }
    for (i = (int)rollover - 1; i >= 0 && !iterator->multi_valued[i]; i--)
        ;
    if (i < 0)
    {
        iterator->done = true;
        return;
    }
    iterator->sequence[i]++;
    for (i = (int)rollover; i <= iterator->last_multi; i++)
        iterator->sequence[i] = 1;
}

JET_ERR key_next(struct key_iterator *iterator, uint8_t *out, uint32_t *size)
{
    const struct key_form *form = iterator->form;
    const struct index *index = form->index;

    while (!iterator->done)
    {
        enum key_outcome outcome;
        uint32_t rollover = 0;
        bool indexed;
        JET_ERR err;

        memcpy(iterator->used, iterator->sequence, sizeof(iterator->used));
        iterator->used_tuple = iterator->tuple;
        err = key_from_record(form, iterator->record, iterator->txn, iterator->sequence, iterator->tuple, out, size,
                              &outcome, &rollover);
        if (err < 0)
            return err;
        if (outcome == KEY_NOT_IN_INDEX || (outcome == KEY_OUT_OF_TUPLES && !iterator->multi_valued[0]))
        {
            iterator->done = true;
            break;
        }
        if (outcome == KEY_OUT_OF_TUPLES && form->cross_product && iterator->tuple == index->tuple_start)
        {
            /* Nor with any other values in the columns that follow. */
            advance(iterator, true, 1);
            continue;
        }
        indexed = key_outcome_indexed(index, outcome);
        iterator->tuple += index->tuple_step;
        if (!form->tuples || !indexed || !index->tuple_step ||
            (iterator->tuple - index->tuple_start) / index->tuple_step >= index->tuple_to_index_max)
            advance(iterator, outcome == KEY_OUT_OF_VALUES, rollover);
        if (indexed)
            return JET_errSuccess;
    }
    *size = 0;
    return JET_errNoCurrentRecord;
}
