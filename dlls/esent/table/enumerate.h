/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything of the record under a cursor at one call: JetEnumerateColumns,
 * JetRetrieveTaggedColumnList, JetGetRecordSize.
 *
 * Enumerating gives its answer in memory that the program's function allocates.
 * That function is never called with a page latched: it may take its time, or
 * wait for another thread.  So the record is copied first, and its values are
 * taken from the copy; separated ones are fetched from their tree on the way.
 * The program may not call the API with this session from there.
 *
 * The cost follows the columns that the record has and those that have a
 * default, not the columns of the table.
 */
#ifndef ESENT_TABLE_ENUMERATE_H
#define ESENT_TABLE_ENUMERATE_H

#include "table/retrieve.h"

/* How JetEnumerateColumns was called. */
struct enumeration
{
    uint32_t wanted_count;      /* 0: all columns */
    const JET_ENUMCOLUMNID *wanted;
    JET_ULONG *count;           /* answered */
    JET_ENUMCOLUMN **columns;   /* answered */
    JET_PFNREALLOC allocate;
    void *context;
    uint32_t most;              /* bytes of a separated long value */
    JET_GRBIT grbit;
};

/* Answers as JetEnumerateColumns documents.  On error nothing stays allocated,
 * except when a column that was asked for is not there: then the answer is whole,
 * and says which. */
JET_ERR enumerate_columns(struct cursor *cursor, const struct enumeration *how);

/* JetRetrieveTaggedColumnList: list may be NULL, to count; most is its room, in entries (0: no limit). */
JET_ERR enumerate_tagged(struct cursor *cursor, JET_RETRIEVEMULTIVALUECOUNT *list, uint32_t most, JET_COLUMNID first,
                         JET_GRBIT grbit, uint32_t *count);

/* JetGetRecordSize3, of which the caller has looked at grbit. */
JET_ERR enumerate_record_size(struct cursor *cursor, JET_GRBIT grbit, JET_RECSIZE3 *size);

/* A copy of a record, in the struct itself if it is small. */
struct record_copy
{
    struct record record;
    uint8_t *heap;
    uint8_t bytes[1024];
};

JET_ERR record_copy_current(struct cursor *cursor, bool copy_buffer, struct record_copy *copy);
void record_copy_free(struct record_copy *copy);

#endif
