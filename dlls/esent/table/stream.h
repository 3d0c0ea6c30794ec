/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JetStreamRecords: columns of many records into one buffer, and out of it.
 *
 * Format, as the published source has it, packed: a header of 21 bytes (format 1,
 * its size, then what the reader notes: where it is, record, column, sequence);
 * then for each value a byte of flags (whose lowest bit is that of the record's
 * number), the column's id, the size, the bytes.
 */
#ifndef ESENT_TABLE_STREAM_H
#define ESENT_TABLE_STREAM_H

#include "table/cursor.h"

/*
 * From the cursor's record on, in the direction of grbit, as many records as fit;
 * the cursor is then on the first that is not in the buffer.  columns NULL: all, or
 * in a secondary index those of its key and of the bookmark.
 * JET_wrnNoMoreRecords at the end; JET_errBufferTooSmall, JET_errColumnNotFound,
 * JET_errCallbackFailed (some default is computed).
 */
JET_ERR cursor_stream(struct cursor *cursor, const JET_COLUMNID *columns, uint32_t count, void *out, uint32_t out_size,
                      JET_ULONG *actual, JET_GRBIT grbit);

/* The next value in a buffer; *at is where its bytes begin.  JET_wrnNoMoreRecords, JET_wrnColumnNull,
 * JET_wrnColumnNotInRecord, JET_wrnColumnReference, JET_errInvalidParameter. */
JET_ERR stream_next(void *stream, uint32_t size, JET_ULONG *record, JET_COLUMNID *column, JET_ULONG *sequence,
                    JET_ULONG *at, JET_ULONG *value_size);

#endif
