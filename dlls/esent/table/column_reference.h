/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Column references: what stands for a long value that is not in its record, so
 * that it can be read later without going to the record.  Programs may keep them.
 *
 * Format, as the published source has it, packed: version 1 of 1 byte, size of
 * the bookmark (2), of the column's name (1), itagSequence (4), id of the long
 * value (4, in version 2 of 8 bytes), the database's signature (12), bookmark,
 * name.  With the database's signature the id is believed, else it is stale.
 */
#ifndef ESENT_TABLE_COLUMN_REFERENCE_H
#define ESENT_TABLE_COLUMN_REFERENCE_H

#include "table/cursor.h"

#define COLUMN_REFERENCE_FIXED 28u      /* before the bookmark, in version 2 */
#define COLUMN_REFERENCE_MAX (COLUMN_REFERENCE_FIXED + KEY_MAX + SCHEMA_NAME_SIZE)

/* Of value `sequence` of the column, in the record that has this bookmark.  *size is at most COLUMN_REFERENCE_MAX. */
JET_ERR column_reference_make(const struct table *table, const uint8_t *bookmark, uint32_t bookmark_size,
                              const struct column *column, uint32_t sequence, const uint8_t *id, uint32_t id_size,
                              uint8_t *reference, uint32_t *size);

/* Reads the value from `offset` on, or with JET_bitRetrievePhysicalSize tells what it takes.
 * JET_errInvalidColumnReference, JET_errStaleColumnReference. */
JET_ERR column_reference_read(struct cursor *cursor, const void *reference, uint32_t size, uint32_t offset, void *out,
                              uint32_t out_size, uint32_t *actual, JET_GRBIT grbit);

/* Whether a reference is one, and of a value that may be there still. */
JET_ERR column_reference_check(const struct cursor *cursor, const void *reference, uint32_t size, bool *current);

#endif
