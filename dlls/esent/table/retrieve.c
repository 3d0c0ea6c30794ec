/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A column's value to the caller.  Order of the checks: published engine, fldext.cxx. */
#include "format/bytes.h"
#include "format/compress.h"
#include "table/column_reference.h"
#include "table/record_plain.h"
#include "table/retrieve_private.h"
#include "table/update.h"

#define GRBIT_INTERNAL 0xf0000000u
/* What JetRetrieveColumn can tell besides. */
#define GRBIT_ABOUT_RECORD (JET_bitRetrievePageNumber | JET_bitRetrieveCopyIntrinsic)
#define GRBIT_LONG_ID      (JET_bitRetrieveLongId | JET_bitRetrieveLongValueRefCount)

/* Every other bit but these needs a closer look. */
#define GRBIT_USUAL (JET_bitRetrieveCopy | JET_bitRetrieveTag | JET_bitRetrieveNull | JET_bitRetrieveIgnoreDefault)
/* What can be told of an encrypted value without its key. */
#define GRBIT_WITHOUT_KEY (GRBIT_LONG_ID | JET_bitRetrievePhysicalSize)

JET_ERR retrieve_begin(struct cursor *cursor, bool copy, struct retrieve_scope *scope)
{
    const struct cursor_update *update = cursor->update;
    JET_ERR err;

    copy = update && (copy || update->kind == UPDATE_READ_ONLY);
    if (scope->latched)
    {
        if (os_likely(scope->copied == copy))
            return JET_errSuccess;
        retrieve_end(cursor, scope);
    }
    scope->copied = copy;
    if (os_unlikely(copy))
    {
        scope->record = (struct record){ update->record.data, update->record.size };
        scope->latched = true;
        return JET_errSuccess;
    }
    err = cursor_latch_record(cursor, &scope->record);
    scope->latched = err >= 0;
    return err;
}

void retrieve_end(struct cursor *cursor, struct retrieve_scope *scope)
{
    if (scope->latched && !scope->copied)
        cursor_unlatch_record(cursor);
    scope->latched = false;
}

JET_ERR retrieve_find_column(const struct table *table, JET_COLUMNID id, const struct column **column)
{
    *column = NULL;
    if (id & ~(COLUMNID_TEMPLATE | 0xffffu) || !COLUMNID_FID(id))
        return JET_errBadColumnId;
    *column = table_column_by_id(table, id);
    return *column ? JET_errSuccess : JET_errColumnNotFound;
}

/* Bits that do not go together, in the order in which Windows' engine finds them.  Takes away those that say nothing. */
static JET_ERR check_grbit(const struct cursor *cursor, struct retrieval *retrieval)
{
    JET_GRBIT grbit;

    if (retrieval->grbit & GRBIT_INTERNAL)
        return JET_errInvalidGrbit;
    if (cursor->update && cursor->update->kind == UPDATE_READ_ONLY)
        retrieval->grbit &= ~(JET_GRBIT)GRBIT_FROM_INDEX;
    grbit = retrieval->grbit;
    if (!retrieval->listed && grbit & GRBIT_ABOUT_RECORD)
        return JET_errSuccess;
    if (grbit & JET_bitRetrievePhysicalSize)
    {
        if (grbit & ~(JET_bitRetrievePhysicalSize | JET_bitRetrieveCopy))
            return JET_errInvalidGrbit;
        if (retrieval->sized)
            return JET_errInvalidParameter;
    }
    if (grbit & JET_bitRetrieveTuple && !(grbit & JET_bitRetrieveFromIndex) && !retrieval->listed)
        return JET_errInvalidGrbit;
    if (grbit & JET_bitRetrieveAsRefIfNotInRecord && (retrieve_update_prepared(cursor) || cursor_is_temporary(cursor)))
        return JET_errInvalidGrbit;
    if (retrieval->listed)
    {
        retrieval->grbit &= ~(JET_GRBIT)GRBIT_ABOUT_RECORD;
        if (cursor->temp)
            retrieval->grbit &= ~(JET_GRBIT)GRBIT_FROM_INDEX;
    }
    return JET_errSuccess;
}

/* Of a record that is being inserted nobody else knows. */
static bool others_may_add(const struct cursor *cursor)
{
    return !cursor->temp && cursor->txn && (!cursor->update || cursor->update->kind == UPDATE_REPLACE);
}

void retrieve_without_others(struct cursor *cursor, const struct column *column, uint8_t *number)
{
    int64_t others;

    if (!others_may_add(cursor))
        return;
    others = tree_others_delta(&cursor->records, column->fixed_offset);
    if (column->max_size == 4)
        set_le32(number, le32(number) - (uint32_t)others);
    else if (column->max_size == 8)
        set_le64(number, le64(number) - (uint64_t)others);
}

static JET_ERR without_others(struct cursor *cursor, struct retrieval *retrieval, const struct column *column)
{
    if (!others_may_add(cursor))
        return JET_errSuccess;
    if (retrieval->size < column->max_size)
        return JET_errInvalidBufferSize; /* and yet its size is told */
    retrieve_without_others(cursor, column, retrieval->data);
    return JET_errSuccess;
}

/* ----------------------------------------------------------- from record --- */

struct scan
{
    uint32_t wanted; /* 0: count only */
    uint32_t seen;
    JET_GRBIT grbit;
    const struct column *column;
    uint32_t sequence;
    bool set_null;
};

/* Counts `values` of a column; true when the wanted one is among them. */
static bool scan_step(struct scan *scan, const struct column *column, uint32_t values)
{
    if (scan->wanted && scan->wanted - scan->seen <= values)
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
    struct record_columns walk = { .with_computed = true };
    JET_ERR err;

    walk.with_defaults = !(scan->grbit & JET_bitRetrieveIgnoreDefault);
    while ((err = record_columns_next(table, record, &walk)) >= 0)
    {
        if (!walk.column)
            continue;
        if (walk.in_record && walk.tagged.null)
        {
            /* Such a one is there against a default only, and counts on demand. */
            if (scan->grbit & JET_bitRetrieveNull && scan_step(scan, walk.column, 1))
            {
                scan->set_null = true;
                return JET_errSuccess;
            }
        }
        else if (scan_step(scan, walk.column, walk.in_record ? walk.tagged.values : 1))
            return JET_errSuccess;
    }
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

static JET_ERR long_id(struct retrieval *retrieval, const uint8_t id[8], uint32_t id_size)
{
    uint32_t size = retrieval->size >= 8 ? 8 : 4;

    if (size < id_size || retrieval->size < size)
        return JET_errInvalidBufferSize;
    memcpy(retrieval->data, id, size);
    retrieval->actual = size;
    return JET_wrnSeparateLongValue;
}

static JET_ERR long_references(struct cursor *cursor, struct retrieval *retrieval, const uint8_t *id, uint32_t id_size)
{
    struct long_value info;
    JET_ERR err = long_value_info(cursor->table, cursor->txn, id, id_size, &info);

    if (err < 0)
        return err;
    if (info.references == UINT32_MAX)
        return JET_errRecordDeleted;
    if (retrieval->size < sizeof(info.references))
        return JET_errInvalidBufferSize;
    memcpy(retrieval->data, &info.references, sizeof(info.references));
    retrieval->actual = sizeof(info.references);
    return JET_wrnSeparateLongValue;
}

/* What stands for the value instead of it. */
static JET_ERR as_reference(struct cursor *cursor, struct retrieval *retrieval, const uint8_t *id, uint32_t id_size)
{
    const struct column *column = table_column_by_id(cursor->table, retrieval->columnid_found);
    uint8_t scratch[KEY_MAX], reference[COLUMN_REFERENCE_MAX];
    const uint8_t *bookmark;
    uint32_t size;
    JET_ERR err = cursor_bookmark(cursor, scratch, &bookmark, &size);

    if (err >= 0)
        err = column_reference_make(cursor->table, bookmark, size, column,
                                    retrieval->sequence ? retrieval->sequence : 1, id, id_size, reference, &size);
    if (err >= 0)
        err = retrieve_copy_out(retrieval, reference, size);
    return err == JET_errSuccess ? JET_wrnColumnReference : err;
}

static JET_ERR read_separated(struct cursor *cursor, struct retrieval *retrieval, const struct record_value *value,
                              struct retrieve_scope *scope)
{
    static const JET_GRBIT preread = JET_bitRetrievePrereadOnly | JET_bitRetrievePrereadMany;
    JET_GRBIT grbit = retrieval->grbit;
    uint32_t id_size = value->size;
    uint8_t id[8] = { 0 };

    if (id_size != 4 && id_size != 8)
        return JET_errLVCorrupted;
    memcpy(id, value->data, id_size);
    if (grbit & JET_bitRetrieveAsRefIfNotInRecord)
        return as_reference(cursor, retrieval, id, id_size);
    if (!retrieval->listed && grbit & preread && (grbit & ~preread || !(grbit & JET_bitRetrievePrereadOnly)))
        return JET_errInvalidGrbit;
    if (grbit & JET_bitRetrieveLongId)
        return long_id(retrieval, id, id_size);
    retrieve_end(cursor, scope);
    if (grbit & JET_bitRetrieveLongValueRefCount)
        return long_references(cursor, retrieval, id, id_size);
    if (grbit & JET_bitRetrievePrereadOnly)
        return JET_errSuccess;
    if (grbit & JET_bitRetrievePhysicalSize)
    {
        struct long_value_space space;
        JET_ERR err = long_value_space(cursor->table, cursor->txn, id, id_size, true, &space);

        retrieval->actual = (uint32_t)space.stored;
        return err;
    }
    return long_value_read(cursor->table, cursor->txn, id, id_size, cursor->encryption_key, retrieval->offset,
                           retrieval->data, retrieval->size, &retrieval->actual);
}

static bool is_long(const struct column *column)
{
    return column->type == JET_coltypLongBinary || column->type == JET_coltypLongText;
}

/* Whether a column cannot be looked into for want of a key. */
static inline bool lacks_key(const struct cursor *cursor, const struct column *column, JET_GRBIT grbit)
{
    return column->disk_flags & COLUMN_ENCRYPTED && !cursor->encryption_key && !(grbit & GRBIT_WITHOUT_KEY);
}

/* What is not simply bytes to copy. */
static JET_ERR read_found(struct cursor *cursor, struct retrieval *retrieval, const struct column *column,
                          struct record_value *value, struct retrieve_scope *scope)
{
    uint8_t *opened = NULL;
    JET_ERR err;

    retrieval->actual = 0;
    if (retrieval->grbit & GRBIT_LONG_ID && !value->separated)
        return JET_wrnColumnNull;
    retrieval->columnid_found = column->id;
    if (value->user_default)
    {
        retrieval->computed = column;
        retrieve_end(cursor, scope);
        return JET_errSuccess;
    }
    if (value->null)
        return JET_wrnColumnNull;
    if (value->separated)
        return read_separated(cursor, retrieval, value, scope);
    if (retrieval->grbit & JET_bitRetrievePhysicalSize)
    {
        retrieval->actual = value->size;
        return JET_errSuccess;
    }
    if (value->encrypted)
    {
        err = record_open_value(value, cursor->encryption_key, &opened);
        if (err < 0)
            return err;
    }
    /* Only values that can be long have an inside to start in. */
    err = record_read_value(cursor->table, cursor->txn, value, is_long(column) ? retrieval->offset : 0, retrieval->data,
                            retrieval->size, &retrieval->actual);
    os_free(opened);
    if (err >= 0 && column->fid < COLUMNID_VAR_FIRST && column->disk_flags & COLUMN_ESCROW)
    {
        JET_ERR escrow = without_others(cursor, retrieval, column);

        err = escrow < 0 ? escrow : err;
    }
    return err;
}

/* What is asked of the record itself: the page it is on, the room left in its copy buffer. */
static JET_ERR about_record(struct cursor *cursor, struct retrieval *retrieval)
{
    struct record record;
    uint32_t pgno; /* or that room */
    JET_ERR err;

    if (retrieval->grbit != JET_bitRetrievePageNumber && retrieval->grbit != JET_bitRetrieveCopyIntrinsic)
        return JET_errInvalidGrbit;
    if (cursor->temp)
        return JET_errInvalidTableId;
    retrieval->actual = sizeof(pgno);
    if (retrieval->size < sizeof(pgno))
        return JET_errBufferTooSmall;
    if (retrieval->grbit == JET_bitRetrieveCopyIntrinsic)
    {
        err = retrieve_room(cursor, retrieval->columnid, retrieval->sequence, &pgno);
        return err < 0 ? err : retrieve_copy_out(retrieval, &pgno, sizeof(pgno));
    }
    err = cursor_latch_record(cursor, &record);
    if (err < 0)
        return err;
    pgno = cursor->records.pgno;
    cursor_unlatch_record(cursor);
    return retrieve_copy_out(retrieval, &pgno, sizeof(pgno));
}

/* A value of a known column. */
static JET_ERR from_record(struct cursor *cursor, struct retrieval *retrieval, const struct column *column,
                           struct retrieve_scope *scope)
{
    struct record_value value;
    bool tagged = column->fid >= COLUMNID_TAGGED_FIRST;
    JET_ERR err;

    err = retrieve_begin(cursor, retrieval->grbit & JET_bitRetrieveCopy, scope);
    if (err < 0)
        return err;
    if (tagged && !retrieval->sequence)
        return JET_errBadItagSequence;
    err = record_column(cursor->table, scope->record, column, tagged ? retrieval->sequence : 1,
                        !tagged || !(retrieval->grbit & JET_bitRetrieveIgnoreDefault), &value);
    if (err < 0)
        return err;
    return read_found(cursor, retrieval, column, &value, scope);
}

/* A value found by its number among those of all tagged columns. */
static JET_ERR from_scan(struct cursor *cursor, struct retrieval *retrieval, struct retrieve_scope *scope)
{
    struct scan scan = { .wanted = retrieval->sequence, .grbit = retrieval->grbit };
    struct record_value value;
    JET_ERR err = retrieve_begin(cursor, retrieval->grbit & JET_bitRetrieveCopy, scope);

    if (err < 0)
        return err;
    if (!scan.wanted)
        return JET_errBadItagSequence;
    err = scan_tagged(cursor->table, scope->record, &scan);
    if (err < 0)
        return err;
    if (scan.column && lacks_key(cursor, scan.column, retrieval->grbit))
        return JET_errColumnNoEncryptionKey;
    if (!scan.column || scan.set_null)
    {
        retrieval->actual = 0;
        if (retrieval->grbit & GRBIT_LONG_ID)
            return JET_wrnColumnNull;
        retrieval->columnid_found = scan.column ? scan.column->id : 0;
        return scan.column ? JET_wrnColumnSetNull : JET_wrnColumnNull;
    }
    err = record_column(cursor->table, scope->record, scan.column, scan.sequence, true, &value);
    if (err < 0)
        return err;
    return read_found(cursor, retrieval, scan.column, &value, scope);
}

static __attribute__((noinline, cold)) JET_ERR retrieve_unusual(struct cursor *cursor, struct retrieval *retrieval,
                                                                struct retrieve_scope *scope)
{
    JET_ERR err = check_grbit(cursor, retrieval);
    JET_GRBIT grbit = retrieval->grbit;
    const struct column *column;
    bool answered;

    if (err < 0)
        return err;
    if (grbit & GRBIT_ABOUT_RECORD)
        return about_record(cursor, retrieval);
    if (grbit & GRBIT_FROM_INDEX)
    {
        retrieve_end(cursor, scope);
        err = retrieve_from_index(cursor, retrieval, &answered);
        if (err < 0 || answered)
            return err;
    }
    if (retrieval->listed && (err = retrieve_begin(cursor, grbit & JET_bitRetrieveCopy, scope)) < 0)
        return err;
    if (!retrieval->columnid)
        return from_scan(cursor, retrieval, scope);
    err = retrieve_find_column(cursor->table, retrieval->columnid, &column);
    if (err < 0)
        return err;
    if (lacks_key(cursor, column, grbit))
        return JET_errColumnNoEncryptionKey;
    return from_record(cursor, retrieval, column, scope);
}

/* Fixed columns without a search. */
static inline const struct column *quick_column(const struct table *table, JET_COLUMNID id)
{
    if (os_likely(id - COLUMNID_FIXED_FIRST < table->fixed_count))
    {
        const struct column *column = &table->fixed[id - COLUMNID_FIXED_FIRST];

        return os_likely(column->id == id && column->type != JET_coltypNil) ? column : NULL;
    }
    return table_column_by_id(table, id);
}

JET_ERR retrieve_column(struct cursor *cursor, struct retrieval *retrieval, struct retrieve_scope *scope)
{
    const struct column *column;
    struct record_value value;
    uint32_t skip, size;
    bool tagged;
    JET_ERR err;

    retrieval->computed = NULL;
    if (os_unlikely(retrieval->grbit & ~(JET_GRBIT)GRBIT_USUAL))
        return retrieve_unusual(cursor, retrieval, scope);
    column = quick_column(cursor->table, retrieval->columnid);
    if (os_unlikely(!column || column->disk_flags & COLUMN_ENCRYPTED))
        return retrieve_unusual(cursor, retrieval, scope);
    err = retrieve_begin(cursor, retrieval->grbit & JET_bitRetrieveCopy, scope);
    if (os_unlikely(err < 0))
        return err;
    tagged = column->fid >= COLUMNID_TAGGED_FIRST;
    if (os_unlikely(tagged && !retrieval->sequence))
        return JET_errBadItagSequence;
    err = record_column(cursor->table, scope->record, column, tagged ? retrieval->sequence : 1,
                        !tagged || !(retrieval->grbit & JET_bitRetrieveIgnoreDefault), &value);
    if (os_unlikely(err < 0))
        return err;
    if (os_unlikely(value.null | value.separated | value.compressed | value.encrypted))
        return read_found(cursor, retrieval, column, &value, scope);
    skip = is_long(column) ? retrieval->offset : 0;
    size = skip < value.size ? value.size - skip : 0;
    retrieval->columnid_found = column->id;
    retrieval->actual = size;
    if (os_unlikely(size > retrieval->size))
    {
        if (retrieval->size)
            memcpy(retrieval->data, value.data + skip, retrieval->size);
        err = JET_wrnBufferTruncated;
    }
    else if (size)
        bytes_copy(retrieval->data, value.data + skip, size);
    if (os_unlikely(column->disk_flags & COLUMN_ESCROW && !tagged))
    {
        JET_ERR escrow = without_others(cursor, retrieval, column);

        err = escrow < 0 ? escrow : err;
    }
    return err;
}

/* Whether columns can be had in place: what is then copied is to be believed if tree_peek_valid() says so. */
static inline bool plain_begin(const struct cursor *cursor, struct record_plain *plain)
{
    const struct tree_cursor *tree = &cursor->records;

    if (os_unlikely(cursor->update || cursor->temp || cursor->defer_first ||
                    (cursor->index && !cursor->record_current)))
        return false;
    return tree_peek(tree) && record_plain_begin(plain, tree->node.data, tree->node.data_size);
}

static inline __attribute__((always_inline)) bool plain_column(const struct table *table,
                                                               const struct record_plain *plain, JET_COLUMNID id,
                                                               void *data, uint32_t size, uint32_t *actual)
{
    const struct column *column;
    const uint8_t *value;
    uint32_t value_size;

    if (id - COLUMNID_FIXED_FIRST < table->fixed_count)
        column = &table->fixed[id - COLUMNID_FIXED_FIRST];
    else if (id - COLUMNID_VAR_FIRST < table->variable_count)
        column = &table->variable[id - COLUMNID_VAR_FIRST];
    else
        return false;
    if (os_unlikely(column->id != id || column->type == JET_coltypNil ||
                    column->disk_flags & (COLUMN_ENCRYPTED | COLUMN_ESCROW)) ||
        !record_plain_value(plain, column, &value, &value_size) || value_size > size)
        return false;
    bytes_copy(data, value, value_size);
    *actual = value_size;
    return true;
}

bool retrieve_plain(struct cursor *cursor, JET_COLUMNID id, void *data, uint32_t size, uint32_t *actual)
{
    struct record_plain plain;

    return plain_begin(cursor, &plain) && plain_column(cursor->table, &plain, id, data, size, actual) &&
           tree_peek_valid(&cursor->records);
}

uint32_t retrieve_plain_columns(struct cursor *cursor, JET_RETRIEVECOLUMN *columns, uint32_t count)
{
    struct record_plain plain;
    uint32_t i;

    if (!plain_begin(cursor, &plain))
        return 0;
    for (i = 0; i < count; i++)
    {
        JET_RETRIEVECOLUMN *column = &columns[i];
        uint32_t actual;

        if (column->grbit || column->itagSequence != 1 || column->ibLongValue || !column->pvData ||
            !plain_column(cursor->table, &plain, column->columnid, column->pvData, column->cbData, &actual))
            break;
        column->cbActual = actual;
        column->columnidNextTagged = column->columnid;
        column->err = JET_errSuccess;
    }
    return tree_peek_valid(&cursor->records) ? i : 0;
}

JET_ERR retrieve_check_list(const struct cursor *cursor)
{
    return cursor->temp && cursor->row_state != TREE_ON ? JET_errNoCurrentRecord : JET_errSuccess;
}

JET_ERR retrieve_count(struct cursor *cursor, struct retrieval *retrieval, struct retrieve_scope *scope)
{
    const struct column *column = NULL;
    struct record_value value;
    JET_ERR err;

    retrieval->computed = NULL;
    err = check_grbit(cursor, retrieval);
    if (err >= 0 && retrieval->grbit & GRBIT_FROM_INDEX)
        return retrieve_column(cursor, retrieval, scope);
    if (err >= 0)
        err = retrieve_begin(cursor, retrieval->grbit & JET_bitRetrieveCopy, scope);
    if (err >= 0 && retrieval->columnid)
        err = retrieve_find_column(cursor->table, retrieval->columnid, &column);
    if (err >= 0 && column && lacks_key(cursor, column, retrieval->grbit))
        err = JET_errColumnNoEncryptionKey;
    if (err < 0)
        return err;
    retrieval->columnid_found = retrieval->columnid;
    retrieval->actual = 0;
    if (!column)
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
