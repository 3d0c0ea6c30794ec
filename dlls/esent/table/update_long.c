/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Values of long types in a prepared update: in the record while they are
 * small, else in the tree of long values.  Follows ErrRECSetLongField and what is
 * around it in lv.cxx of the published engine.
 */
#include <string.h>

#include "format/compress.h"
#include "format/encrypt.h"
#include "os/os.h"
#include "table/update_private.h"

#define INTRINSIC_DEFAULT 1023u
#define ROOM_SIZE         1024u

/* What is to be done to a value. */
enum operation
{
    OP_NOTHING,
    OP_NULL,
    OP_EMPTY,
    OP_WRITE, /* all of it */
    OP_ZEROES,
    OP_APPEND,
    OP_RESIZE,
    OP_OVERWRITE,
    OP_OVERWRITE_END,
};

/* A value being set. */
struct long_set
{
    struct cursor *cursor;
    const struct column *column;
    const struct setting *setting;
    enum operation operation;
    uint32_t sequence;
    bool there; /* the column has a value of this sequence */
    bool separated;
    bool compress;
    struct long_value_id id;
    const uint8_t *old; /* the value in the record, expanded */
    uint32_t old_size;
    uint8_t *expanded; /* to be freed */
    uint8_t *opened;   /* and what an encrypted value is without that */
};

/* --------------------------------------------------------------- operation --- */

static JET_ERR choose_operation(const struct setting *setting, bool there, enum operation *operation)
{
    JET_GRBIT part = setting->grbit &
                     (JET_bitSetAppendLV | JET_bitSetOverwriteLV | JET_bitSetSizeLV | JET_bitSetZeroLength);
    bool empty = !setting->size;

    switch (part)
    {
    case JET_bitSetAppendLV:
        *operation = there ? empty ? OP_NOTHING : OP_APPEND : empty ? OP_EMPTY : OP_WRITE;
        return JET_errSuccess;
    case JET_bitSetOverwriteLV:
        if (!there && setting->offset)
            return JET_errColumnNoChunk;
        *operation = there ? empty ? OP_NOTHING : OP_OVERWRITE : empty ? OP_EMPTY : OP_WRITE;
        return JET_errSuccess;
    case JET_bitSetSizeLV:
        *operation = empty ? OP_NULL : there ? OP_RESIZE : OP_ZEROES;
        return JET_errSuccess;
    case JET_bitSetZeroLength:
        *operation = empty ? OP_EMPTY : OP_WRITE;
        return JET_errSuccess;
    case JET_bitSetSizeLV | JET_bitSetZeroLength:
        *operation = empty ? OP_EMPTY : there ? OP_RESIZE : OP_ZEROES;
        return JET_errSuccess;
    case JET_bitSetSizeLV | JET_bitSetOverwriteLV:
        if (!empty && !there && setting->offset)
            return JET_errColumnNoChunk;
        *operation = empty ? OP_NULL : there ? OP_OVERWRITE_END : OP_WRITE;
        return JET_errSuccess;
    default:
        *operation = empty ? OP_NULL : OP_WRITE;
        return JET_errSuccess;
    }
}

static bool wants_compression(const struct column *column, JET_GRBIT grbit)
{
    if (grbit & JET_bitSetCompressed)
        return true;
    return !(grbit & JET_bitSetUncompressed) && column->disk_flags & COLUMN_COMPRESSED;
}

/* A value of more bytes than this is not kept in the record. */
static uint32_t intrinsic_limit(const struct cursor *cursor, JET_GRBIT grbit)
{
    const struct table *table = cursor->table;
    uint32_t most = record_value_limit(table), id_size = long_value_id_size(table), limit;

    if (grbit & JET_bitSetSeparateLV)
        return id_size;
    if (grbit & JET_bitSetIntrinsicLV)
        return most;
    limit = table->separate_lv ? table->separate_lv : INTRINSIC_DEFAULT;
    if (limit < id_size)
        limit = id_size;
    return limit < most ? limit : most;
}

/* The size that the value will have. */
static uint64_t size_after(const struct long_set *set)
{
    uint64_t end = (uint64_t)set->setting->offset + set->setting->size;

    switch (set->operation)
    {
    case OP_APPEND:
        return (uint64_t)set->old_size + set->setting->size;
    case OP_OVERWRITE:
        return end > set->old_size ? end : set->old_size;
    case OP_OVERWRITE_END:
        return end;
    default:
        return set->setting->size;
    }
}

/* What a value of this size takes in the record, if it is not compressed. */
static uint64_t size_stored(const struct long_set *set, uint64_t size)
{
    return set->column->disk_flags & COLUMN_ENCRYPTED ? encrypt_size(size) : size;
}

/* Expands a compressed value of the record. */
JET_ERR update_long_expand(const struct record_value *value, uint8_t **expanded, uint32_t *size)
{
    size_t actual;
    JET_ERR err = compress_decode_size(value->data, value->size, &actual);

    if (err < 0)
        return err;
    *expanded = os_alloc(actual ? actual : 1);
    if (!*expanded)
        return JET_errOutOfMemory;
    err = compress_decode(value->data, value->size, *expanded, actual, &actual);
    if (err < 0)
        return err;
    *size = (uint32_t)actual; /* last: it may be the size of the compressed value itself */
    return JET_errSuccess;
}

JET_ERR update_long_id(const struct record_value *value, struct long_value_id *id)
{
    if (value->size > sizeof(id->bytes))
        return JET_errLVCorrupted;
    memcpy(id->bytes, value->data, value->size);
    id->size = value->size;
    return JET_errSuccess;
}

/* What the column has now. */
static JET_ERR find_old(struct long_set *set)
{
    struct record_value value;
    JET_ERR err;

    if (!set->sequence)
        return JET_errSuccess;
    /* A default counts: appending appends to it. */
    err = record_column(set->cursor->table, update_record(set->cursor->update), set->column, set->sequence, true,
                        &value);
    if (err < 0 || value.null)
        return err;
    if (value.encrypted)
        err = record_open_value(&value, set->cursor->encryption_key, &set->opened);
    if (err < 0)
        return err;
    set->there = true;
    set->separated = value.separated;
    if (value.separated)
        return update_long_id(&value, &set->id);
    if (value.compressed)
    {
        err = update_long_expand(&value, &set->expanded, &set->old_size);
        set->old = set->expanded;
        return err;
    }
    set->old = value.data;
    set->old_size = value.size;
    return JET_errSuccess;
}

/* ---------------------------------------------------------------- in the record --- */

static JET_ERR put(struct long_set *set, const void *data, uint32_t size, uint32_t flags)
{
    if (set->setting->grbit & JET_bitSetRevertToDefaultValue && !data)
        flags |= RECORD_SET_REVERT;
    return record_set(set->cursor->table, &set->cursor->update->record, set->column, set->sequence, data, size, flags);
}

static JET_ERR put_id(struct long_set *set)
{
    return put(set, set->id.bytes, set->id.size, RECORD_SET_SEPARATED);
}

/* Makes the new value, of `size` bytes, in out. */
static void compose(const struct long_set *set, uint8_t *out, uint32_t size)
{
    uint32_t at = 0, from = set->setting->size;

    switch (set->operation)
    {
    case OP_APPEND:
        at = set->old_size;
        break;
    case OP_OVERWRITE:
    case OP_OVERWRITE_END:
        at = set->setting->offset;
        break;
    case OP_RESIZE:
        at = set->old_size < size ? set->old_size : size;
        from = 0;
        break;
    case OP_ZEROES:
        from = 0;
        break;
    default:
        break;
    }
    if (at)
        memcpy(out, set->old, at);
    if (from)
        memcpy(out + at, set->setting->data, from);
    else
        memset(out + at, 0, size - at);
    if (set->operation == OP_OVERWRITE && at + from < size)
        memcpy(out + at + from, set->old + at + from, size - at - from);
}

/* The key, if the column is encrypted; else NULL. */
const uint8_t *update_long_key(const struct cursor *cursor, const struct column *column)
{
    return column->disk_flags & COLUMN_ENCRYPTED ? cursor->encryption_key : NULL;
}

static JET_ERR put_encrypted(struct long_set *set, const uint8_t *data, uint32_t size, uint32_t flags)
{
    uint8_t *out = os_alloc(encrypt_size(size));
    JET_ERR err;

    if (!out)
        return JET_errOutOfMemory;
    encrypt_value(set->cursor->encryption_key, data, size, out);
    err = put(set, out, (uint32_t)encrypt_size(size), flags | RECORD_SET_ENCRYPTED);
    os_free(out);
    return err;
}

/* Compressed, if that is wanted, possible here and worth it; else as it is. */
static JET_ERR put_value(struct long_set *set, const uint8_t *data, uint32_t size)
{
    uint8_t room[ROOM_SIZE], *out = room;
    uint32_t actual = 0;
    bool encrypted = update_long_key(set->cursor, set->column);
    JET_ERR err = COMPRESS_ERR_NOT_COMPRESSED;

    if (set->compress && set->sequence < 2)
    {
        if (size > sizeof(room))
            out = os_alloc(size);
        if (out)
            actual = long_value_compress(data, size, out);
        /* Not smaller than the id of a long value: a record must not hold more than it could without. */
        if (actual >= long_value_id_size(set->cursor->table))
            err = encrypted ? put_encrypted(set, out, actual, RECORD_SET_COMPRESSED)
                            : put(set, out, actual, RECORD_SET_COMPRESSED);
        if (out != room)
            os_free(out);
        if (err >= 0 || (encrypted && err != COMPRESS_ERR_NOT_COMPRESSED))
            return err;
    }
    return encrypted ? put_encrypted(set, data, size, 0) : put(set, data, size, 0);
}

static JET_ERR put_intrinsic(struct long_set *set, uint32_t size)
{
    uint8_t room[ROOM_SIZE], *value = room;
    JET_ERR err;

    if ((set->operation == OP_OVERWRITE || set->operation == OP_OVERWRITE_END) && set->setting->offset > set->old_size)
        return JET_errColumnNoChunk;
    if (set->column->max_size && size > set->column->max_size)
        return JET_errColumnTooBig;
    if (set->operation == OP_WRITE)
        return put_value(set, set->setting->data, size);
    if (size > sizeof(room))
        value = os_alloc(size);
    if (!value)
        return JET_errOutOfMemory;
    compose(set, value, size);
    err = put_value(set, value, size);
    if (value != room)
        os_free(value);
    return err;
}

/* --------------------------------------------------------------- out of the record --- */

/* Whether an index's keys are made of this column, so that its old values must stay readable for a while. */
static bool is_indexed(const struct table *table, const struct column *column)
{
    for (uint32_t i = 0; i < table->index_count; i++)
        for (uint32_t k = 0; k < table->indexes[i].key_columns; k++)
            if (table->indexes[i].key[k].columnid == column->id)
                return true;
    return false;
}

/* What is behind this is in no key, or as good as. */
#define KEY_REACH (256u * 1024u)

static JET_ERR change_separated(struct long_set *set)
{
    static const enum long_value_operation operations[] = {
        [OP_APPEND] = LONG_VALUE_APPEND,
        [OP_RESIZE] = LONG_VALUE_RESIZE,
        [OP_OVERWRITE] = LONG_VALUE_OVERWRITE,
        [OP_OVERWRITE_END] = LONG_VALUE_OVERWRITE_END,
    };
    struct cursor *cursor = set->cursor;
    struct cursor_update *update = cursor->update;
    struct long_value_id before = set->id;
    struct long_value_change change = {
        .operation = operations[set->operation],
        .data = set->setting->data,
        .size = set->setting->size,
        .offset = set->setting->offset,
        .size_max = set->column->max_size,
        .compress = set->compress,
        .key = update_long_key(cursor, set->column),
    };
    JET_ERR err;

    change.copy = update->kind == UPDATE_COPY_DELETE;
    if (update->kind == UPDATE_REPLACE && is_indexed(cursor->table, set->column))
    {
        struct long_value info;

        err = long_value_info(cursor->table, cursor->txn, set->id.bytes, set->id.size, &info);
        if (err < 0)
            return err;
        change.copy |= info.size < KEY_REACH || (set->operation != OP_APPEND && change.offset < KEY_REACH);
    }
    err = long_value_change(cursor->table, cursor->txn, &set->id, &change);
    if (err >= 0 && memcmp(&before, &set->id, sizeof(before)))
        err = put_id(set);
    return err;
}

/* A reference is given up by an update: nobody else may be changing the record. */
static JET_ERR give_up(struct cursor *cursor, const struct long_value_id *id)
{
    if (cursor->update && cursor->update->kind == UPDATE_REPLACE && !cursor->update->locked)
    {
        JET_ERR err = tree_lock(&cursor->records, false);

        if (err == JET_errWriteConflict)
            return err;
    }
    return long_value_dereference(cursor->table, cursor->txn, id);
}

/* The value, which was in the record or is new, goes out of it. */
static JET_ERR separate_new(struct long_set *set, uint32_t size)
{
    const struct setting *setting = set->setting;
    struct table *table = set->cursor->table;
    const uint8_t *key = update_long_key(set->cursor, set->column);
    uint8_t *whole;
    JET_ERR err;

    if (set->operation == OP_WRITE || set->operation == OP_ZEROES)
        err = long_value_create(table, set->cursor->txn, set->operation == OP_WRITE ? setting->data : NULL, size,
                                set->compress, key, &set->id);
    else
    {
        if ((set->operation == OP_OVERWRITE || set->operation == OP_OVERWRITE_END) && setting->offset > set->old_size)
            return JET_errColumnNoChunk;
        whole = os_alloc(size);
        if (!whole)
            return JET_errOutOfMemory;
        compose(set, whole, size);
        err = long_value_create(table, set->cursor->txn, whole, size, set->compress, key, &set->id);
        os_free(whole);
    }
    return err < 0 ? err : put_id(set);
}

/* Windows' engine first makes a long value of what there is, and where the original
 * will go it copies that once more, which fails for one that is empty. */
static bool cannot_separate(const struct long_set *set)
{
    return set->cursor->update->kind == UPDATE_COPY_DELETE && !set->old_size &&
           (set->operation == OP_ZEROES || set->operation == OP_RESIZE ||
            (set->operation == OP_OVERWRITE && !set->setting->offset));
}

/* ------------------------------------------------------------------------ set --- */

static JET_ERR set_value(struct long_set *set, uint32_t threshold)
{
    struct cursor *cursor = set->cursor;
    uint32_t limit = intrinsic_limit(cursor, set->setting->grbit);
    bool whole = set->operation <= OP_ZEROES;
    uint64_t size, physical;
    JET_ERR err = JET_errSuccess;

    if (set->operation == OP_NOTHING)
        return JET_errSuccess;
    if (set->separated && whole)
    {
        err = give_up(cursor, &set->id);
        set->separated = false;
    }
    if (err < 0)
        return err;
    if (set->operation == OP_NULL)
        return put(set, NULL, 0, 0);
    if (set->operation == OP_EMPTY)
        return put(set, "", 0, 0);
    if (set->separated)
        return change_separated(set);
    size = size_after(set);
    if (size > JET_cbLVColumnMost)
        return JET_errColumnTooBig;
    physical = size_stored(set, size);
    if (physical <= limit)
    {
        err = put_intrinsic(set, (uint32_t)size);
        if (err != JET_errRecordTooBig || physical <= (threshold ? threshold : long_value_id_size(cursor->table)))
            return err;
    }
    if (set->column->max_size && size > set->column->max_size)
        return JET_errColumnTooBig;
    if (cannot_separate(set))
        return JET_errRecordNotFound;
    return separate_new(set, (uint32_t)size);
}

uint32_t update_long_begin(struct cursor *cursor)
{
    uint32_t before = cursor->txn->update;

    if (!cursor->update->number)
        cursor->update->number = txn_new_update(cursor->txn);
    cursor->txn->update = cursor->update->number;
    return before;
}

void update_long_end(struct cursor *cursor, uint32_t before)
{
    cursor->txn->update = before;
}

/* Whether the operation stays within the record, so that there is nothing to be undone if it fails. */
static bool is_plain(const struct long_set *set)
{
    uint64_t size = size_stored(set, size_after(set));

    return !set->separated && (set->operation <= OP_EMPTY || size <= INTRINSIC_DEFAULT) &&
           size <= intrinsic_limit(set->cursor, set->setting->grbit) &&
           set->cursor->update->record.size + size + 16 < set->cursor->update->record.limit;
}

/* In a level of its own, which is rolled back if it fails. */
static JET_ERR set_in_level(struct long_set *set, uint32_t threshold)
{
    struct txn *txn = set->cursor->txn;
    uint32_t before;
    JET_ERR err = txn_begin_inner(txn), end;

    if (err < 0)
        return err;
    before = update_long_begin(set->cursor);
    err = set_value(set, threshold);
    update_long_end(set->cursor, before);
    end = err < 0 ? txn_rollback(txn) : txn_commit(txn);
    return err < 0 || end >= 0 ? err : end;
}

/* An encrypted column has one value at most. */
static JET_ERR check_only_value(const struct long_set *set)
{
    struct record_value value;
    JET_ERR err;

    if (set->sequence > 1)
        return JET_errEncryptionBadItag;
    if (set->sequence)
        return JET_errSuccess;
    err = record_column(set->cursor->table, update_record(set->cursor->update), set->column, 1, false, &value);
    return err >= 0 && !value.null ? JET_errEncryptionBadItag : err;
}

JET_ERR update_set_long(struct cursor *cursor, const struct column *column, const struct setting *setting,
                        uint32_t threshold)
{
    struct long_set set = {
        .cursor = cursor,
        .column = column,
        .setting = setting,
        .sequence = setting->sequence,
        .compress = wants_compression(column, setting->grbit),
    };
    JET_ERR err;

    if (!cursor->txn->level)
        return JET_errNotInTransaction;
    update_note_set(cursor->update, column);
    err = column->disk_flags & COLUMN_ENCRYPTED ? check_only_value(&set) : JET_errSuccess;
    if (err >= 0)
        err = find_old(&set);
    if (err >= 0)
        err = choose_operation(setting, set.there, &set.operation);
    if (err >= 0 && setting->grbit & JET_bitSetContiguousLV && (set.there || set.operation != OP_WRITE || set.compress))
        err = JET_errInvalidParameter;
    if (err >= 0)
        err = is_plain(&set) ? set_value(&set, threshold) : set_in_level(&set, threshold);
    os_free(set.expanded);
    os_free(set.opened);
    return err;
}
