/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All values of long types of a record: they leave it, and get references more or less.  See update_long.c. */
#include <string.h>

#include "os/os.h"
#include "table/update_private.h"

/* One value of a column out of the record. */
static JET_ERR separate_value(struct cursor *cursor, const struct column *column, uint32_t sequence,
                              struct record_value *value, bool compress)
{
    uint8_t *expanded = NULL, *opened = NULL;
    struct long_value_id id;
    JET_ERR err = JET_errSuccess;

    if (value->encrypted)
        err = record_open_value(value, cursor->encryption_key, &opened);
    if (err >= 0 && value->compressed)
    {
        err = update_long_expand(value, &expanded, &value->size);
        value->data = expanded;
    }
    if (err >= 0)
        err = long_value_create(cursor->table, cursor->txn, value->data, value->size, compress,
                                update_long_key(cursor, column), &id);
    os_free(expanded);
    os_free(opened);
    if (err < 0)
        return err;
    return record_set(cursor->table, &cursor->update->record, column, sequence, id.bytes, id.size,
                      RECORD_SET_SEPARATED);
}

static JET_ERR separate_values(struct cursor *cursor, uint32_t threshold)
{
    struct table *table = cursor->table;
    struct cursor_update *update = cursor->update;
    struct record_tagged walk = { 0 };
    JET_ERR err;

    while ((err = record_tagged_next(table, update_record(update), &walk)) >= 0)
    {
        if (!walk.column || !walk.is_long || walk.null)
            continue;
        for (uint32_t i = 1; err >= 0 && i <= walk.values; i++)
        {
            struct record_value value;
            bool compressed;

            err = record_column(table, update_record(update), walk.column, i, false, &value);
            if (i == 1)
                compressed = value.compressed;
            if (err >= 0 && !value.separated && value.size > threshold)
                err = separate_value(cursor, walk.column, i, &value, compressed);
        }
        if (err < 0)
            return err;
    }
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

JET_ERR update_separate(struct cursor *cursor, uint32_t threshold)
{
    struct cursor_update *update = cursor->update;
    struct txn *txn = cursor->txn;
    struct record_room before;
    uint32_t number;
    JET_ERR err, end;

    if (!txn || !txn->level)
        return JET_errNotInTransaction;
    err = record_room_fill(&before, update_record(update));
    if (err < 0)
        return err;
    err = txn_begin_inner(txn);
    if (err >= 0)
    {
        number = update_long_begin(cursor);
        err = separate_values(cursor, threshold);
        update_long_end(cursor, number);
        end = err < 0 ? txn_rollback(txn) : txn_commit(txn);
        if (err >= 0 && end < 0)
            err = end;
    }
    if (err < 0)
    {
        memcpy(update->bytes, before.record.data, before.record.size);
        update->record.size = before.record.size;
    }
    record_room_free(&before);
    return err;
}

/* Calls visit for each long value that a record refers to. */
static JET_ERR each_separated(struct cursor *cursor, struct record record,
                              JET_ERR (*visit)(struct cursor *cursor, const struct record_tagged *walk,
                                               uint32_t sequence, struct long_value_id *id))
{
    struct record_tagged walk = { 0 };
    JET_ERR err;

    while ((err = record_tagged_next(cursor->table, record, &walk)) >= 0)
    {
        if (!walk.is_long || walk.null)
            continue;
        for (uint32_t i = 1; i <= walk.values; i++)
        {
            struct record_value value;
            struct long_value_id id;

            err = record_tagged_value(&walk, i, &value);
            if (err >= 0 && value.separated)
            {
                err = update_long_id(&value, &id);
                if (err >= 0)
                    err = visit(cursor, &walk, i, &id);
            }
            if (err < 0)
                return err;
        }
    }
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

static JET_ERR reference(struct cursor *cursor, const struct record_tagged *walk, uint32_t sequence,
                         struct long_value_id *id)
{
    struct long_value_id before = *id;
    JET_ERR err;

    if (!walk->column)
        return JET_errSuccess;
    err = long_value_reference(cursor->table, cursor->txn, id);
    if (err < 0 || !memcmp(&before, id, sizeof(before)))
        return err;
    return record_set(cursor->table, &cursor->update->record, walk->column, sequence, id->bytes, id->size,
                      RECORD_SET_SEPARATED);
}

static bool refers(struct cursor *cursor, struct record record)
{
    struct record_tagged walk = { 0 };

    while (record_tagged_next(cursor->table, record, &walk) >= 0)
    {
        for (uint32_t i = 1; walk.is_long && !walk.null && i <= walk.values; i++)
        {
            struct record_value value;

            if (record_tagged_value(&walk, i, &value) >= 0 && value.separated)
                return true;
        }
    }
    return false;
}

JET_ERR update_reference_all(struct cursor *cursor)
{
    struct txn *txn = cursor->txn;
    uint32_t before;
    JET_ERR err, end;

    /* Windows' engine asks for a transaction whatever is in the record. */
    if (cursor->temp)
        return JET_errSuccess;
    if (!txn->level)
        return JET_errNotInTransaction;
    if (!refers(cursor, update_record(cursor->update)))
        return JET_errSuccess;
    err = txn_begin_inner(txn);
    if (err < 0)
        return err;
    before = update_long_begin(cursor);
    err = each_separated(cursor, update_record(cursor->update), reference);
    update_long_end(cursor, before);
    end = err < 0 ? txn_rollback(txn) : txn_commit(txn);
    return err < 0 || end >= 0 ? err : end;
}

static JET_ERR dereference(struct cursor *cursor, const struct record_tagged *walk, uint32_t sequence,
                           struct long_value_id *id)
{
    (void)walk;
    (void)sequence;
    return long_value_dereference(cursor->table, cursor->txn, id);
}

JET_ERR update_dereference_all(struct cursor *cursor, struct record record)
{
    return each_separated(cursor, record, dereference);
}
