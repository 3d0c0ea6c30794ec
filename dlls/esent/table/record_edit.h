/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changing a record's bytes: the copy buffer of an update, a column at a time.
 *
 * The layout is that of record.h.  A value is set in place: what lies behind it
 * moves, offsets are adjusted, nothing is allocated.  A call that fails leaves
 * the record's values as they were.
 *
 * Fixed columns come into being up to the one that is set, those between with
 * their default or NULL; so do the offsets of variable columns.  A tagged column
 * takes room only when it has a value, or is NULL against a default.  Its
 * values are kept, on small pages: one bare, or behind a header byte if its type
 * is a long one; two behind a byte with the size of the first; more, or several
 * of a long type, behind an array of offsets.  On large pages (16 KB and up) there
 * is always a header byte, and two values are stored as several are.
 *
 * Fixed and variable columns are in record_edit.c, values of tagged ones in
 * record_edit_tagged.c, over the entries that record_edit_entries.c moves about.
 *
 * A record that comes from a page must pass record_check() (record_check.c) before it
 * is changed here.  No locks; a buffer is used by one thread at a time.
 */
#ifndef ESENT_TABLE_RECORD_EDIT_H
#define ESENT_TABLE_RECORD_EDIT_H

#include "table/record.h"

struct record_buffer
{
    uint8_t *data;
    uint32_t size;
    uint32_t limit;             /* the record grows no further; `data` has as many bytes, or more */
};

/* The largest record of a table, and the largest value that is stored in one. */
uint32_t record_size_limit(const struct table *table);
/* If the table's keys had at most so many bytes. */
uint32_t record_size_limit_with_key(const struct table *table, uint32_t key_max);
uint32_t record_value_limit(const struct table *table);

/* Whether every offset in a record is sound.  JET_errDatabaseCorrupted. */
JET_ERR record_check(const struct table *table, struct record record);

/* Makes the record that an insert starts from: the defaults of fixed and
 * variable columns.  JET_errRecordTooBig. */
JET_ERR record_make_default(const struct table *table, struct record_buffer *buffer);

/* Whether a tagged column takes a value of this size: JET_errColumnTooBig, JET_errInvalidBufferSize,
 * JET_errColumnDoesNotFit. */
JET_ERR record_check_size(const struct table *table, const struct column *column, uint32_t size);

/* How a value is set. */
enum
{
    RECORD_SET_SEPARATED = 1,   /* the value is the id of a long value */
    RECORD_SET_COMPRESSED = 2,
    RECORD_SET_REVERT = 4,      /* NULL means back to the default */
    RECORD_SET_UNIQUE = 8,      /* no other value of the column may be the same (not for long types) */
    RECORD_SET_ENCRYPTED = 16,  /* its size has been checked; a column has one such value at most */
};

/*
 * Sets a column's value.  data NULL: to NULL; else size may be 0.  sequence
 * counts for tagged columns: 0 adds a value, 1.. names one, and one that is
 * not there adds it.
 *
 * JET_wrnColumnMaxTruncated: a variable column's value was cut.  Errors:
 * JET_errNullInvalid, JET_errInvalidBufferSize, JET_errColumnTooBig,
 * JET_errColumnDoesNotFit, JET_errRecordTooBig, JET_errMultiValuedDuplicate;
 * COMPRESS_ERR_NOT_COMPRESSED: at this place a value cannot be compressed.
 */
JET_ERR record_set(const struct table *table, struct record_buffer *buffer, const struct column *column,
                   uint32_t sequence, const void *data, uint32_t size, uint32_t flags);

/* Takes a tagged column out of a record, whatever it has; for those no longer in the schema. */
void record_remove_tagged(const struct table *table, struct record_buffer *buffer, uint32_t order);

#endif
