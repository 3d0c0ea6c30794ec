/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Streams of records; see stream.h.  Follows ErrIsamStreamRecords. */
#include "table/stream.h"

#include <string.h>

#include "format/bytes.h"
#include "os/os.h"
#include "table/column_reference.h"
#include "table/retrieve.h"

#define FORMAT              1
#define HEADER_SIZE         21u
#define HEADER_AT           5 /* where the reader is */
#define HEADER_RECORD       9
#define HEADER_COLUMN       13
#define HEADER_SEQUENCE     17
#define VALUE_HEADER        9u
#define VALUE_ODD           0x01u
#define VALUE_NOT_IN_RECORD 0x02u
#define VALUE_REFERENCE     0x04u
#define VALUE_NULL          0x08u
#define ALL_OF_FEW          100u /* a table of more columns tells only those that a record has */

struct stream
{
    struct cursor *cursor;
    const struct column **columns; /* wanted */
    uint32_t count;
    bool skip_absent;
    bool references;
    uint8_t *out;
    uint32_t size, used;
    uint32_t records;
    struct key_form primary; /* with a secondary index in use */
};

/* ----------------------------------------------------------------- values --- */

static bool lacks_key(const struct stream *stream, const struct column *column)
{
    return column->disk_flags & COLUMN_ENCRYPTED && !stream->cursor->encryption_key;
}

/* Room for a value of so many bytes: JET_errBufferTooSmall. */
static JET_ERR add_header(struct stream *stream, const struct column *column, uint32_t flags, uint32_t size,
                          uint8_t **bytes)
{
    uint8_t *at = stream->out + stream->used;

    if (stream->size - stream->used < VALUE_HEADER || stream->size - stream->used - VALUE_HEADER < size)
        return JET_errBufferTooSmall;
    at[0] = (uint8_t)(flags | (stream->records & 1 ? VALUE_ODD : 0));
    set_le32(at + 1, column->id);
    set_le32(at + 5, size);
    stream->used += VALUE_HEADER + size;
    *bytes = at + VALUE_HEADER;
    return JET_errSuccess;
}

static JET_ERR add_bytes(struct stream *stream, const struct column *column, uint32_t flags, const void *data,
                         uint32_t size)
{
    uint8_t *bytes;
    JET_ERR err = add_header(stream, column, flags, size, &bytes);

    if (err >= 0 && size)
        memcpy(bytes, data, size);
    return err;
}

/* ------------------------------------------------------------ from records --- */

static JET_ERR add_separated(struct stream *stream, const struct column *column, const struct record_value *value,
                             uint32_t sequence)
{
    const struct tree_cursor *records = &stream->cursor->records;
    uint8_t reference[COLUMN_REFERENCE_MAX];
    uint32_t size;
    JET_ERR err;

    if (!stream->references)
        return add_bytes(stream, column, VALUE_NOT_IN_RECORD, NULL, 0);
    err = column_reference_make(stream->cursor->table, records->bookmark, records->bookmark_key_size, column, sequence,
                                value->data, value->size, reference, &size);
    return err < 0 ? err : add_bytes(stream, column, VALUE_REFERENCE, reference, size);
}

static JET_ERR add_in_record(struct stream *stream, const struct column *column, const struct record_value *value)
{
    struct cursor *cursor = stream->cursor;
    uint8_t *bytes, number[8];
    uint32_t size = 0;
    JET_ERR err;

    if (column->fid < COLUMNID_VAR_FIRST && column->disk_flags & COLUMN_ESCROW && !value->is_default &&
        value->size <= sizeof(number))
    {
        memcpy(number, value->data, value->size);
        retrieve_without_others(cursor, column, number);
        return add_bytes(stream, column, 0, number, value->size);
    }
    if (!value->compressed)
        return add_bytes(stream, column, 0, value->data, value->size);
    err = record_read_value(cursor->table, cursor->txn, value, 0, NULL, 0, &size);
    if (err >= 0)
        err = add_header(stream, column, 0, size, &bytes);
    return err < 0 ? err : record_read_value(cursor->table, cursor->txn, value, 0, bytes, size, &size);
}

static JET_ERR add_value(struct stream *stream, const struct column *column, struct record_value *value,
                         uint32_t sequence)
{
    uint8_t *opened;
    JET_ERR err;

    if (lacks_key(stream, column))
        return JET_errColumnNoEncryptionKey;
    if (value->separated)
        return add_separated(stream, column, value, sequence);
    if (!value->encrypted)
        return add_in_record(stream, column, value);
    err = record_open_value(value, stream->cursor->encryption_key, &opened);
    if (err >= 0)
        err = add_in_record(stream, column, value);
    os_free(opened);
    return err;
}

static JET_ERR add_column(struct stream *stream, struct record record, const struct column *column)
{
    uint32_t count = 1;

    for (uint32_t sequence = 1; sequence <= count; sequence++)
    {
        struct record_value value;
        JET_ERR err = record_column(stream->cursor->table, record, column, sequence, true, &value);

        if (err < 0)
            return err;
        if (value.null)
            return stream->skip_absent && value.is_default ? JET_errSuccess
                                                           : add_bytes(stream, column, VALUE_NULL, NULL, 0);
        err = add_value(stream, column, &value, sequence);
        if (err < 0)
            return err;
        count = value.count;
    }
    return JET_errSuccess;
}

static JET_ERR add_record(struct stream *stream)
{
    struct record record;
    JET_ERR err = cursor_latch_record(stream->cursor, &record);

    if (err < 0)
        return err;
    for (uint32_t i = 0; err >= 0 && i < stream->count; i++)
        err = add_column(stream, record, stream->columns[i]);
    cursor_unlatch_record(stream->cursor);
    return err;
}

/* --------------------------------------------------------- from an index --- */

static bool find_in(const struct key_form *form, const struct column *column, uint32_t *at)
{
    for (*at = 0; *at < form->columns; ++*at)
    {
        if (form->column[*at]->id == column->id)
            return key_column_possible(form, *at);
    }
    return false;
}

static JET_ERR add_key_column(struct stream *stream, const struct column *column, const uint8_t *key, uint32_t key_size,
                              const uint8_t *bookmark, uint32_t bookmark_size)
{
    const struct key_form *form = &stream->cursor->form;
    uint8_t value[KEY_LIMIT_MAX];
    uint32_t at, size = 0;
    bool null = false, whole = false;

    if (find_in(form, column, &at))
        whole = key_column(form, key, key_size, at, value, &size, &null);
    if (!whole && find_in(&stream->primary, column, &at))
        whole = key_column(&stream->primary, bookmark, bookmark_size, at, value, &size, &null);
    if (!whole)
        return add_bytes(stream, column, VALUE_NOT_IN_RECORD, NULL, 0);
    return null ? add_bytes(stream, column, VALUE_NULL, NULL, 0) : add_bytes(stream, column, 0, value, size);
}

static JET_ERR add_entry(struct stream *stream)
{
    struct cursor *cursor = stream->cursor;
    uint8_t scratch[KEY_MAX];
    const uint8_t *key, *bookmark;
    uint32_t key_size, bookmark_size;
    JET_ERR err = cursor_key(cursor, &key, &key_size);

    if (err >= 0)
        err = cursor_bookmark(cursor, scratch, &bookmark, &bookmark_size);
    for (uint32_t i = 0; err >= 0 && i < stream->count; i++)
        err = add_key_column(stream, stream->columns[i], key, key_size, bookmark, bookmark_size);
    return err;
}

/* ---------------------------------------------------------------- columns --- */

static JET_ERR take_given(struct stream *stream, const JET_COLUMNID *columns, uint32_t count)
{
    stream->columns = os_alloc_array(count, sizeof(*stream->columns));
    if (!stream->columns)
        return JET_errOutOfMemory;
    for (uint32_t i = 0; i < count; i++)
    {
        JET_ERR err = retrieve_find_column(stream->cursor->table, columns[i], &stream->columns[i]);

        if (err >= 0 && lacks_key(stream, stream->columns[i]))
            err = JET_errColumnNoEncryptionKey;
        if (err < 0)
            return err;
    }
    stream->count = count;
    return JET_errSuccess;
}

static JET_ERR take_keys(struct stream *stream)
{
    const struct key_form *form = &stream->cursor->form, *primary = &stream->primary;

    stream->columns = os_alloc_array(form->columns + primary->columns + 1, sizeof(*stream->columns));
    if (!stream->columns)
        return JET_errOutOfMemory;
    for (uint32_t i = 0; i < form->columns; i++)
        stream->columns[stream->count++] = form->column[i];
    for (uint32_t i = 0; i < primary->columns; i++)
        stream->columns[stream->count++] = primary->column[i];
    return JET_errSuccess;
}

/* The table's own columns before those of its template. */
static JET_ERR take_all(struct stream *stream)
{
    const struct table *table = stream->cursor->table;

    stream->columns = os_alloc_array(table->column_count + 1, sizeof(*stream->columns));
    if (!stream->columns)
        return JET_errOutOfMemory;
    for (unsigned inherited = 0; inherited < 2; inherited++)
    {
        for (uint32_t i = 0; i < table->column_count; i++)
        {
            const struct column *column = &table->columns[i];

            if (column->type != JET_coltypNil && column->from_template == inherited)
                stream->columns[stream->count++] = column;
        }
    }
    stream->skip_absent = table->column_count >= ALL_OF_FEW;
    for (uint32_t i = 0; !stream->skip_absent && i < stream->count; i++)
    {
        if (lacks_key(stream, stream->columns[i]))
            return JET_errColumnNoEncryptionKey;
    }
    return JET_errSuccess;
}

static JET_ERR choose_columns(struct stream *stream, const JET_COLUMNID *columns, uint32_t count)
{
    struct cursor *cursor = stream->cursor;
    JET_ERR err;

    if (!cursor->index && cursor->table->user_defaults)
        return JET_errCallbackFailed;
    if (cursor->index)
    {
        err = key_form_init(&stream->primary, cursor->table, cursor->table->primary);
        if (err < 0)
            return err;
    }
    if (columns)
        return take_given(stream, columns, count);
    return cursor->index ? take_keys(stream) : take_all(stream);
}

/* ----------------------------------------------------------------- stream --- */

static JET_ERR begin(struct stream *stream)
{
    if (stream->size < HEADER_SIZE)
        return JET_errBufferTooSmall;
    stream->out[0] = FORMAT;
    set_le32(stream->out + 1, HEADER_SIZE);
    set_le32(stream->out + HEADER_AT, HEADER_SIZE);
    set_le32(stream->out + HEADER_RECORD, UINT32_MAX);
    set_le32(stream->out + HEADER_COLUMN, 0);
    set_le32(stream->out + HEADER_SEQUENCE, 1);
    stream->used = HEADER_SIZE;
    return JET_errSuccess;
}

static JET_ERR run(struct stream *stream, bool forward, JET_ULONG *actual)
{
    struct cursor *cursor = stream->cursor;
    int32_t step = forward ? JET_MoveNext : JET_MovePrevious;
    JET_ERR err = cursor_move(cursor, -step, 0);

    if (err < 0 && err != JET_errNoCurrentRecord)
        return err;
    for (;;)
    {
        err = cursor_move(cursor, step, 0);
        if (err == JET_errNoCurrentRecord)
            return JET_wrnNoMoreRecords;
        if (err >= 0)
            err = cursor->index ? add_entry(stream) : add_record(stream);
        if (err == JET_errBufferTooSmall)
            return JET_errSuccess;
        if (err < 0)
            return err;
        stream->records++;
        *actual = stream->used;
    }
}

JET_ERR cursor_stream(struct cursor *cursor, const JET_COLUMNID *columns, uint32_t count, void *out, uint32_t out_size,
                      JET_ULONG *actual, JET_GRBIT grbit)
{
    struct stream stream = {
        .cursor = cursor, .out = out, .size = out_size, .references = (grbit & JET_bitStreamColumnReferences) != 0
    };
    bool own = !cursor->txn->level;
    JET_ERR err = own ? txn_begin(cursor->txn, true, 0) : JET_errSuccess;

    if (err < 0)
        return err;
    err = choose_columns(&stream, columns, count);
    if (err >= 0)
        err = begin(&stream);
    if (err >= 0)
    {
        *actual = stream.used;
        err = run(&stream, (grbit & JET_bitStreamForward) != 0, actual);
    }
    os_free(stream.columns);
    if (own)
        txn_commit(cursor->txn);
    return err;
}

JET_ERR stream_next(void *stream, uint32_t size, JET_ULONG *record, JET_COLUMNID *column, JET_ULONG *sequence,
                    JET_ULONG *at, JET_ULONG *value_size)
{
    uint8_t *header = stream;
    const uint8_t *value;
    uint32_t read, bytes;
    bool fresh, same;

    if (size < HEADER_SIZE || header[0] != FORMAT || le32(header + 1) != HEADER_SIZE)
        return JET_errInvalidParameter;
    read = le32(header + HEADER_AT);
    if (read < HEADER_SIZE || read > size)
        return JET_errInvalidParameter;
    if (read == size)
        return JET_wrnNoMoreRecords;
    value = header + read;
    if (size - read < VALUE_HEADER || size - read - VALUE_HEADER < le32(value + 5))
        return JET_errInvalidParameter;
    bytes = le32(value + 5);
    fresh = (value[0] & VALUE_ODD) != (le32(header + HEADER_RECORD) & 1);
    same = !fresh && le32(header + HEADER_COLUMN) == le32(value + 1);
    set_le32(header + HEADER_RECORD, le32(header + HEADER_RECORD) + fresh);
    set_le32(header + HEADER_SEQUENCE, same ? le32(header + HEADER_SEQUENCE) + 1 : 1);
    set_le32(header + HEADER_COLUMN, le32(value + 1));
    set_le32(header + HEADER_AT, read + VALUE_HEADER + bytes);
    *record = le32(header + HEADER_RECORD);
    *column = le32(header + HEADER_COLUMN);
    *sequence = le32(header + HEADER_SEQUENCE);
    *at = read + VALUE_HEADER;
    *value_size = bytes;
    if (value[0] & VALUE_NULL)
        return JET_wrnColumnNull;
    if (value[0] & VALUE_REFERENCE)
        return JET_wrnColumnReference;
    return value[0] & VALUE_NOT_IN_RECORD ? JET_wrnColumnNotInRecord : JET_errSuccess;
}
