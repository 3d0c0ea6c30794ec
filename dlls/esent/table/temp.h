/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Temporary tables behind a struct cursor.
 *
 * What a program opens with JetOpenTempTable, and what the calls that answer a
 * list give it (JET_COLUMNLIST, JET_INDEXLIST, JET_OBJECTLIST, JET_RECORDLIST).
 * A row is a record in the same bytes as those of a database, so the columns
 * of a temporary table are read by the same code; its key is normalized as an
 * index's would be, so seeks and ranges are those of any cursor.
 *
 * There are two kinds, and a cursor may go from one to the other.  A sort
 * (cursor->temp) has its rows in memory, and what that has no room for in a tree that
 * nobody else sees (temp_spool.c).  They are appended as they come and put
 * in order by temp_finish(), or by the first move or seek; equal ones are dropped
 * then, unless the sort is only read forward and not unique.  What comes after
 * is reading.  A table (table_is_temporary) is a tree in the temporary database,
 * with versions and long values as any other: that is a sort that cannot be one
 * from the start, for want of a key, for long values, or because equal keys are
 * to be errors at once, and one that at the end of inserts is to be changed, or
 * is too large to go back and forth in.  Which calls each allows, cursor->refused
 * says.
 * A sort's row is in chunks of memory that live as long as the sort.
 *
 * To make a list:
 *
 *     JET_COLUMNDEF columns[] = { { .coltyp = JET_coltypText, .cp = 1252, .grbit = JET_bitColumnTTKey }, ... };
 *     JET_COLUMNID ids[ARRAY];
 *     struct cursor *cursor;
 *     err = temp_create(txn, columns, ARRAY, NULL, ids, &cursor);
 *     struct temp_value row[] = { { ids[0], name, strlen(name) }, { ids[1], &objid, 4 } };
 *     err = temp_insert(cursor, row, 2);
 *     err = temp_finish(cursor);        (stands on the first row, if there is one)
 *     ... cursor_close(cursor) when the program closes it
 *
 * Used by one thread at a time, as its cursor is.  No locks.
 */
#ifndef ESENT_TABLE_TEMP_H
#define ESENT_TABLE_TEMP_H

#include "table/cursor.h"
#include "table/schema.h"

/* What JET_OPENTEMPORARYTABLE2 says besides the columns. */
struct temp_options
{
    struct database *database;  /* the temporary one; NULL: it stays a sort whatever comes */
    JET_GRBIT grbit;            /* JET_bitTT... */
    const WCHAR *locale;        /* order of Unicode text; NULL: US English */
    uint32_t lcmap_flags;       /* without a locale 0: the default */
    JET_UNICODEINDEX2 *unicode; /* the program's: its flags are completed, its name must be there; may be NULL */
    uint32_t key_max;           /* 0: 255 */
    uint32_t var_seg_max;       /* 0: key_max */
    _Atomic uint32_t *sorts;    /* counts it while it is a sort; NULL: it is not counted */
};

/* A column's value for temp_insert.  An instance of a multi-valued column is
 * given by naming the column again. */
struct temp_value
{
    JET_COLUMNID id;
    const void *data;           /* NULL: the column is NULL */
    uint32_t size;              /* 0 with data: zero length */
};

/*
 * Creates an empty temporary table.  ids[i] becomes the id of columns[i]: fixed
 * ones from 1, variable ones from 128, tagged ones from 256, each kind in the
 * order given.  txn may be NULL.
 * options may be NULL: scrollable, not indexed.
 * Errors: JET_errInvalidColumnType, JET_errInvalidCodePage,
 * JET_errInvalidParameter, JET_errTooManyColumns, JET_errInvalidLanguageId,
 * JET_errInvalidLCMapStringFlags, JET_errRecordTooBig,
 * JET_errCannotMaterializeForwardOnlySort, JET_errOutOfMemory, and those of the
 * temporary database.
 */
JET_ERR temp_create(struct txn *txn, const JET_COLUMNDEF *columns, uint32_t count, const struct temp_options *options,
                    JET_COLUMNID *ids, struct cursor **cursor);

/* Appends a row.  JET_errColumnNotFound, JET_errColumnTooBig,
 * JET_errInvalidBufferSize (a fixed column of another size),
 * JET_errOutOfMemory. */
JET_ERR temp_insert(struct cursor *cursor, const struct temp_value *values, uint32_t count);

/* Ends the inserts: orders the rows, drops duplicates, and goes to the first
 * row.  JET_errSuccess also when there is none. */
JET_ERR temp_finish(struct cursor *cursor);

/* Rows in the table; after temp_finish what is left of them. */
uint32_t temp_count(const struct cursor *cursor);

#endif
