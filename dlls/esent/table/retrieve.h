/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Columns of the record under a cursor: JetRetrieveColumn, JetRetrieveColumns,
 * JetRetrieveTaggedColumnList, JetEnumerateColumns, JetGetRecordSize.
 *
 * A value comes from one of four places: the record on its page, the copy
 * buffer of a prepared update, the key of the index entry (if the caller allows
 * it), or the schema's default.  Bytes go from there to the caller's buffer in
 * one copy, with the page latched; a separated long value is read after the
 * record's page has been let go.
 */
#ifndef ESENT_TABLE_RETRIEVE_H
#define ESENT_TABLE_RETRIEVE_H

#include "table/cursor.h"

/* A column asked for and what became of it; the fields of JET_RETRIEVECOLUMN. */
struct retrieval
{
    JET_COLUMNID columnid;      /* 0: the `sequence`th value among all tagged columns */
    uint32_t sequence;          /* itagSequence; 0: count the values (where the call allows it) */
    uint32_t offset;            /* ibLongValue */
    JET_GRBIT grbit;
    void *data;
    uint32_t size;
    bool sized;                 /* a buffer or an offset was given, which JET_bitRetrievePhysicalSize has no use for */
    bool listed;                /* one of several: of which fewer bits are looked at, and the record before the column */
    uint32_t actual;            /* answered: size of the value from offset on */
    JET_COLUMNID columnid_found;    /* answered: columnidNextTagged */
    const struct column *computed;  /* answered: a callback knows this column's default; NULL: all is done */
};

/* Latches the record for the retrievals that follow, until retrieve_end. */
struct retrieve_scope
{
    struct record record;
    bool latched;
    bool copied;                /* while `latched`: it is the copy buffer */
};

/* Begins a scope, unless it is begun: the record on its page, or with `copy` the copy buffer if an update is
 * prepared.  JET_errNoCurrentRecord, JET_errRecordDeleted. */
JET_ERR retrieve_begin(struct cursor *cursor, bool copy, struct retrieve_scope *scope);
void retrieve_end(struct cursor *cursor, struct retrieve_scope *scope);

/* The commonest retrieval, with little ado: the first value of a fixed or variable column, whole, with no grbit.
 * False where retrieve_column must be asked; *data may then have been written to. */
bool retrieve_plain(struct cursor *cursor, JET_COLUMNID id, void *data, uint32_t size, uint32_t *actual);
/* The same of the first columns of a list, which are answered as JetRetrieveColumns documents; returns how many. */
uint32_t retrieve_plain_columns(struct cursor *cursor, JET_RETRIEVECOLUMN *columns, uint32_t count);

/* One value.  Answers as JetRetrieveColumn documents.  The scope is begun when
 * a record is needed, and ended where another tree must be read, so that several
 * calls can share one latch. */
JET_ERR retrieve_column(struct cursor *cursor, struct retrieval *retrieval, struct retrieve_scope *scope);

/* Whether a list can be begun: a sort must be on a row whatever is asked for.  JET_errNoCurrentRecord. */
JET_ERR retrieve_check_list(const struct cursor *cursor);

/* For one of a list whose sequence is 0: the number of values that retrieval->columnid has (0: all tagged columns
 * together), into retrieval->sequence; or what retrieve_column answers if the index is asked. */
JET_ERR retrieve_count(struct cursor *cursor, struct retrieval *retrieval, struct retrieve_scope *scope);

/* A number that others add to, as it is in the record: less what they did that this transaction does not see.  With the
 * record latched. */
void retrieve_without_others(struct cursor *cursor, const struct column *column, uint8_t *number);

/* The column with this id: JET_errBadColumnId, JET_errColumnNotFound. */
JET_ERR retrieve_find_column(const struct table *table, JET_COLUMNID id, const struct column **column);

/* Whether the record must be read from the copy buffer: asked for, and there is one. */
static inline bool retrieve_update_prepared(const struct cursor *cursor)
{
    return cursor->update != NULL;
}

/* The bytes that a value of the column may have, in the update that is prepared, without leaving the record (retrieve_room.c).
 * JET_errUpdateNotPrepared, JET_errBadColumnId, JET_errColumnNotFound. */
JET_ERR retrieve_room(const struct cursor *cursor, JET_COLUMNID id, uint32_t sequence, uint32_t *size);

#endif
