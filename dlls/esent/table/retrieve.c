/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A column's value to the caller.  Order of the checks: published engine, fldext.cxx. */
#include "table/retrieve.h"

#include "format/compress.h"
#include "table/key.h"

#define GRBIT_INTERNAL 0xf0000000u
#define GRBIT_FROM_INDEX (JET_bitRetrieveFromIndex | JET_bitRetrieveFromPrimaryBookmark)
#define GRBIT_LONG_ID (JET_bitRetrieveLongId | JET_bitRetrieveLongValueRefCount)

static bool update_prepared(const struct cursor *cursor)
{
    return cursor->update != NULL;
}

static JET_ERR scope_begin(struct cursor *cursor, struct retrieve_scope *scope)
{
    JET_ERR err;

    if (scope->latched)
        return JET_errSuccess;
    err = cursor_latch_record(cursor, &scope->record);
    scope->latched = err >= 0;
    return err;
}

void retrieve_end(struct cursor *cursor, struct retrieve_scope *scope)
{
    if (scope->latched)
        cursor_unlatch_record(cursor);
    scope->latched = false;
}

static JET_ERR find_column(const struct table *table, JET_COLUMNID id, const struct column **column)
{
    if (id & ~(COLUMNID_TEMPLATE | 0xffffu) || !COLUMNID_FID(id))
        return JET_errBadColumnId;
    *column = table_column_by_id(table, id);
    return *column && (*column)->type != JET_coltypNil ? JET_errSuccess : JET_errColumnNotFound;
}

/* Bits that do not go together, in the order in which Windows' engine finds them. */
static JET_ERR check_grbit(const struct cursor *cursor, const struct retrieval *retrieval)
{
    JET_GRBIT grbit = retrieval->grbit;

    if (grbit & GRBIT_INTERNAL)
        return JET_errInvalidGrbit;
    if (grbit & JET_bitRetrievePhysicalSize)
    {
        if (grbit & ~(JET_bitRetrievePhysicalSize | JET_bitRetrieveCopy))
            return JET_errInvalidGrbit;
        if (retrieval->size || retrieval->offset)
            return JET_errInvalidParameter;
    }
    if (grbit & JET_bitRetrieveTuple && !(grbit & JET_bitRetrieveFromIndex))
        return JET_errInvalidGrbit;
    if (grbit & JET_bitRetrieveAsRefIfNotInRecord && (update_prepared(cursor) || cursor->temp))
        return JET_errInvalidGrbit;
    return JET_errSuccess;
}

static JET_ERR copy_out(struct retrieval *retrieval, const void *data, uint32_t size)
{
    retrieval->actual = size;
    if (size && retrieval->size)
        memcpy(retrieval->data, data, size < retrieval->size ? size : retrieval->size);
    return size > retrieval->size ? JET_wrnBufferTruncated : JET_errSuccess;
}

/* ------------------------------------------------------------ from index --- */

/* The key of the place where the cursor is, or of the record as the index entry names it. */
static JET_ERR key_of_entry(struct cursor *cursor, bool bookmark, const uint8_t **key, uint32_t *size)
{
    const struct tree_cursor *tree = cursor->index ? &cursor->entries : &cursor->records;

    if (tree->state != TREE_ON)
        return JET_errNoCurrentRecord;
    *key = bookmark ? tree->bookmark + tree->bookmark_key_size : tree->bookmark;
    *size = bookmark ? tree->bookmark_data_size : tree->bookmark_key_size;
    return JET_errSuccess;
}

/* The itagSequence of the value that made this entry, found by making the record's keys again. */
static JET_ERR sequence_of_entry(struct cursor *cursor, const struct key_form *form, uint32_t at, uint32_t *sequence)
{
    struct key_iterator keys;
    struct record record;
    uint8_t key[KEY_LIMIT_MAX];
    uint32_t size;
    JET_ERR err = cursor_latch_record(cursor, &record);

    if (err < 0)
        return err;
    key_iterate(&keys, form, record, cursor->txn);
    for (;;)
    {
        uint32_t used[JET_ccolKeyMost];

        memcpy(used, keys.sequence, sizeof(used));
        err = key_next(&keys, key, &size);
        if (err < 0)
        {
            if (err == JET_errNoCurrentRecord)
                err = JET_errSecondaryIndexCorrupted;
            break;
        }
        if (!tree_compare_key(&cursor->entries, key, size))
        {
            *sequence = keys.used[at];
            break;
        }
    }
    cursor_unlatch_record(cursor);
    return err < 0 ? err : JET_errSuccess;
}

/* Answers from the key; *answered false: it must be read from the record after all. */
static JET_ERR from_index(struct cursor *cursor, struct retrieval *retrieval, bool *answered)
{
    JET_GRBIT grbit = retrieval->grbit;
    bool bookmark = grbit & JET_bitRetrieveFromPrimaryBookmark;
    const struct index *index;
    struct key_form form;
    const struct column *column;
    const uint8_t *key;
    uint8_t value[KEY_LIMIT_MAX];
    uint32_t key_size, size = 0, at;
    bool null = false, whole;
    JET_ERR err;

    *answered = true;
    if ((grbit & GRBIT_FROM_INDEX) == GRBIT_FROM_INDEX)
        return JET_errInvalidGrbit;
    if (retrieval->columnid & ~(COLUMNID_TEMPLATE | 0xffffu) || !COLUMNID_FID(retrieval->columnid))
        return JET_errBadColumnId;
    if (cursor->temp || (!cursor->index && !cursor->table->primary->key_columns))
    {
        retrieval->sequence = 1;
        *answered = false;
        return JET_errSuccess;
    }
    if (!cursor->index)
        bookmark = false;
    index = cursor->index && !bookmark ? cursor->index : cursor->table->primary;
    if (bookmark && !index->key_columns)
        return JET_errColumnNotFound;
    err = key_form_init(&form, cursor->table, index);
    if (err < 0)
        return err;
    for (at = 0; at < form.columns && form.column[at]->id != retrieval->columnid; at++)
        ;
    if (at == form.columns)
        return JET_errColumnNotFound;
    if (form.tuples && !at && !(grbit & JET_bitRetrieveTuple))
        return JET_errIndexTuplesCannotRetrieveFromIndex;
    column = form.column[at];
    err = key_of_entry(cursor, bookmark, &key, &key_size);
    if (err < 0)
        return err;
    whole = key_column(&form, key, key_size, at, value, &size, &null);
    if (whole)
    {
        uint32_t skip = column->type == JET_coltypLongBinary || column->type == JET_coltypLongText ? retrieval->offset : 0;

        if (skip > size)
            skip = size;
        err = null ? JET_wrnColumnNull : copy_out(retrieval, value + skip, size - skip);
        if (null)
            retrieval->actual = 0;
    }
    if (!whole || grbit & JET_bitRetrieveTag)
    {
        uint32_t sequence = 1;

        if (cursor->index && !bookmark && column->grbit & JET_bitColumnMultiValued && !null)
        {
            JET_ERR found = sequence_of_entry(cursor, &form, at, &sequence);
            if (found < 0)
                return found;
        }
        retrieval->sequence = sequence;
    }
    *answered = whole;
    return err;
}

/* ----------------------------------------------------------- from record --- */

/* Values that tagged columns have by default, for a scan of all of them. */
static bool has_scan_default(const struct column *column)
{
    return column->default_value || column->callback;
}

struct scan
{
    uint32_t wanted;            /* 0: count only */
    uint32_t seen;
    JET_GRBIT grbit;
    const struct column *column;
    uint32_t sequence;
    bool set_null;
};

/* Counts `values` of a column; true when the wanted one is among them. */
static bool scan_step(struct scan *scan, const struct column *column, uint32_t values)
{
    if (scan->wanted && scan->wanted <= scan->seen + values)
    {
        scan->column = column;
        scan->sequence = scan->wanted - scan->seen;
        scan->seen = scan->wanted;
        return true;
    }
    scan->seen += values;
    return false;
}

/* The scan->wanted'th value of all tagged columns, by id; inherited columns first.  scan->column NULL: there is none. */
static JET_ERR scan_tagged(const struct table *table, struct record record, struct scan *scan)
{
    for (uint32_t i = 0; i < table->tagged_count; i++)
    {
        const struct column *column = &table->tagged[i];
        struct record_value value;
        JET_ERR err;

        if (column->type == JET_coltypNil)
            continue;
        err = record_column(table, record, column, 1, false, &value);
        if (err < 0)
            return err;
        if (value.is_default)
        {
            if (!(scan->grbit & JET_bitRetrieveIgnoreDefault) && has_scan_default(column) && scan_step(scan, column, 1))
                return JET_errSuccess;
        }
        else if (!value.count)
        {
            if (scan->grbit & JET_bitRetrieveNull && scan_step(scan, column, 1))
            {
                scan->set_null = true;
                return JET_errSuccess;
            }
        }
        else if (scan_step(scan, column, value.count))
            return JET_errSuccess;
    }
    return JET_errSuccess;
}

static JET_ERR read_separated(struct cursor *cursor, struct retrieval *retrieval, const struct record_value *value,
                              struct retrieve_scope *scope)
{
    uint8_t id[8];
    struct long_value info;
    JET_ERR err;

    if (value->size != 4 && value->size != 8)
        return JET_errLVCorrupted;
    memcpy(id, value->data, value->size);
    memset(id + value->size, 0, sizeof(id) - value->size);
    if (retrieval->grbit & JET_bitRetrieveLongId)
    {
        uint32_t size = retrieval->size >= 8 ? 8 : 4;

        if (size < value->size || retrieval->size < size)
            return JET_errInvalidBufferSize;
        memcpy(retrieval->data, id, size);
        retrieval->actual = size;
        return JET_wrnSeparateLongValue;
    }
    retrieve_end(cursor, scope);
    if (retrieval->grbit & JET_bitRetrieveLongValueRefCount)
    {
        err = long_value_info(cursor->table, cursor->txn, id, value->size, &info);
        if (err < 0)
            return err;
        if (retrieval->size < sizeof(info.references))
            return JET_errInvalidBufferSize;
        memcpy(retrieval->data, &info.references, sizeof(info.references));
        retrieval->actual = sizeof(info.references);
        return JET_wrnSeparateLongValue;
    }
    if (retrieval->grbit & JET_bitRetrievePhysicalSize)
    {
        uint64_t size;

        err = long_value_physical_size(cursor->table, cursor->txn, id, value->size, &size);
        retrieval->actual = (uint32_t)size;
        return err;
    }
    if (retrieval->grbit & (JET_bitRetrievePrereadOnly | JET_bitRetrievePrereadMany))
    {
        if (retrieval->grbit & ~(JET_bitRetrievePrereadOnly | JET_bitRetrievePrereadMany) ||
            !(retrieval->grbit & JET_bitRetrievePrereadOnly))
            return JET_errInvalidGrbit;
        return JET_errSuccess;
    }
    if (retrieval->grbit & JET_bitRetrieveAsRefIfNotInRecord)
        return JET_errFeatureNotAvailable;
    return long_value_read(cursor->table, cursor->txn, id, value->size, retrieval->offset, retrieval->data,
                           retrieval->size, &retrieval->actual);
}

static JET_ERR read_found(struct cursor *cursor, struct retrieval *retrieval, const struct column *column,
                          struct record_value *value, struct retrieve_scope *scope)
{
    /* Only values that can be long have an inside to start in. */
    bool is_long = column->type == JET_coltypLongBinary || column->type == JET_coltypLongText;
    uint32_t offset = is_long ? retrieval->offset : 0;

    retrieval->actual = 0;
    if (retrieval->grbit & GRBIT_LONG_ID && !value->separated)
        return JET_wrnColumnNull;
    if (value->user_default)
        return JET_errFeatureNotAvailable;
    if (value->null)
        return JET_wrnColumnNull;
    if (value->separated)
        return read_separated(cursor, retrieval, value, scope);
    if (retrieval->grbit & JET_bitRetrievePhysicalSize)
    {
        retrieval->actual = value->size;
        return JET_errSuccess;
    }
    return record_read_value(cursor->table, cursor->txn, value, offset, retrieval->data, retrieval->size,
                             &retrieval->actual);
}

/* What is asked of the record itself: the page it is on, the room left in its copy buffer. */
static JET_ERR about_record(struct cursor *cursor, struct retrieval *retrieval)
{
    struct record record;
    uint32_t pgno;
    JET_ERR err;

    if (retrieval->grbit != JET_bitRetrievePageNumber && retrieval->grbit != JET_bitRetrieveCopyIntrinsic)
        return JET_errInvalidGrbit;
    if (cursor->temp)
        return JET_errInvalidTableId;
    if (retrieval->size < sizeof(pgno))
        return JET_errBufferTooSmall;
    if (retrieval->grbit == JET_bitRetrieveCopyIntrinsic)
        return update_prepared(cursor) ? JET_errFeatureNotAvailable : JET_errUpdateNotPrepared;
    err = cursor_latch_record(cursor, &record);
    if (err < 0)
        return err;
    pgno = cursor->records.pgno;
    cursor_unlatch_record(cursor);
    return copy_out(retrieval, &pgno, sizeof(pgno));
}

JET_ERR retrieve_column(struct cursor *cursor, struct retrieval *retrieval, struct retrieve_scope *scope)
{
    const struct column *column = NULL;
    struct record_value value;
    JET_ERR err = check_grbit(cursor, retrieval);

    retrieval->columnid_found = retrieval->columnid;
    if (err < 0)
        return err;
    if (os_unlikely(retrieval->grbit & (JET_bitRetrievePageNumber | JET_bitRetrieveCopyIntrinsic)))
        return about_record(cursor, retrieval);
    if (os_unlikely(retrieval->grbit & GRBIT_FROM_INDEX))
    {
        bool answered;

        retrieve_end(cursor, scope);
        err = from_index(cursor, retrieval, &answered);
        if (err < 0 || answered)
            return err;
    }
    if (retrieval->columnid)
    {
        err = find_column(cursor->table, retrieval->columnid, &column);
        if (err < 0)
            return err;
    }
    err = scope_begin(cursor, scope);
    if (err < 0)
        return err;
    if (!column)
    {
        struct scan scan = { .wanted = retrieval->sequence, .grbit = retrieval->grbit };

        if (!scan.wanted)
            return JET_errBadItagSequence;
        err = scan_tagged(cursor->table, scope->record, &scan);
        if (err < 0)
            return err;
        retrieval->actual = 0;
        retrieval->columnid_found = scan.column ? scan.column->id : 0;
        if (!scan.column)
            return JET_wrnColumnNull;
        if (scan.set_null)
            return JET_wrnColumnSetNull;
        column = scan.column;
        err = record_column(cursor->table, scope->record, column, scan.sequence, true, &value);
    }
    else
    {
        err = record_column(cursor->table, scope->record, column,
                            column->fid < COLUMNID_TAGGED_FIRST ? 1 : retrieval->sequence,
                            !(retrieval->grbit & JET_bitRetrieveIgnoreDefault) || column->fid < COLUMNID_TAGGED_FIRST,
                            &value);
    }
    if (err < 0)
        return err;
    return read_found(cursor, retrieval, column, &value, scope);
}

JET_ERR retrieve_count(struct cursor *cursor, struct retrieval *retrieval, struct retrieve_scope *scope)
{
    const struct column *column = NULL;
    struct record_value value;
    JET_ERR err = check_grbit(cursor, retrieval);

    retrieval->columnid_found = retrieval->columnid;
    retrieval->actual = 0;
    if (err >= 0 && retrieval->columnid)
        err = find_column(cursor->table, retrieval->columnid, &column);
    if (err >= 0)
        err = scope_begin(cursor, scope);
    if (err < 0)
        return err;
    if (!retrieval->columnid)
    {
        struct scan scan = { .grbit = retrieval->grbit };

        err = scan_tagged(cursor->table, scope->record, &scan);
        retrieval->sequence = scan.seen;
        return err;
    }
    err = record_column(cursor->table, scope->record, column, 1, true, &value);
    if (err < 0)
        return err;
    if (column->fid >= COLUMNID_TAGGED_FIRST)
        retrieval->sequence = value.is_default ? !value.null || value.user_default : value.count;
    else
        retrieval->sequence = !value.null;
    return JET_errSuccess;
}
