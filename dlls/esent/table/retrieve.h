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
    uint32_t actual;            /* answered: size of the value from offset on */
    JET_COLUMNID columnid_found;    /* answered: columnidNextTagged */
};

/* Latches the record for the retrievals that follow, until retrieve_end.  `copy`: the copy buffer if there is one. */
struct retrieve_scope
{
    struct record record;
    bool latched;
};

/* One value.  Answers as JetRetrieveColumn documents.  The scope is begun when
 * a record is needed, and ended where another tree must be read, so that several
 * calls can share one latch. */
JET_ERR retrieve_column(struct cursor *cursor, struct retrieval *retrieval, struct retrieve_scope *scope);
void retrieve_end(struct cursor *cursor, struct retrieve_scope *scope);

/* Number of values that retrieval->columnid has (0: all tagged columns together), into retrieval->sequence. */
JET_ERR retrieve_count(struct cursor *cursor, struct retrieval *retrieval, struct retrieve_scope *scope);

#endif
