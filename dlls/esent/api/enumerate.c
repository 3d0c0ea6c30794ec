/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A record as a whole: JetEnumerateColumns, JetRetrieveTaggedColumnList, JetGetRecordSize. */
#include "api/private.h"
#include "table/enumerate.h"

/*
 * Values of many columns of the current record, in memory from pfnRealloc, which
 * the program frees piece by piece.  cbDataMost is bytes of a separated long value.
 * Source: documentation, and ErrIsamEnumerateColumns.
 */
JET_ERR JET_API JetEnumerateColumns(JET_SESID sesid, JET_TABLEID tableid, JET_ULONG cEnumColumnId,
                                    JET_ENUMCOLUMNID *rgEnumColumnId, JET_ULONG *pcEnumColumn,
                                    JET_ENUMCOLUMN **prgEnumColumn, JET_PFNREALLOC pfnRealloc, void *pvReallocContext,
                                    JET_ULONG cbDataMost, JET_GRBIT grbit)
{
    struct enumeration how = {
        .wanted_count = cEnumColumnId,
        .wanted = rgEnumColumnId,
        .count = pcEnumColumn,
        .columns = prgEnumColumn,
        .allocate = pfnRealloc,
        .context = pvReallocContext,
        .most = cbDataMost,
        .grbit = grbit,
    };
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_INSERTING, &session, &cursor);

    if (err < 0)
        return err;
    return api_leave(session, enumerate_columns(cursor, &how));
}

/* Which tagged columns the current record has, and how many values of each: JET_RETRIEVEMULTIVALUECOUNT in pvData. */
JET_ERR JET_API JetRetrieveTaggedColumnList(JET_SESID sesid, JET_TABLEID tableid, JET_ULONG *pcColumns, void *pvData,
                                            JET_ULONG cbData, JET_COLUMNID columnidStart, JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    JET_RETRIEVEMULTIVALUECOUNT *list = pvData;
    uint32_t most = cbData / sizeof(*list), count = 0;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY, &session, &cursor);

    if (err < 0)
        return err;
    if (!pcColumns)
        return api_leave(session, JET_errInvalidParameter);
    err = enumerate_tagged(cursor, most ? list : NULL, most, columnidStart, grbit, &count);
    if (err != JET_errNoCurrentRecord && err != JET_errRecordDeleted)
        *pcColumns = count;
    return api_leave(session, err);
}

#define RECORD_SIZE_GRBITS                                                                                             \
    (JET_bitRecordSizeInCopyBuffer | JET_bitRecordSizeRunningTotal | JET_bitRecordSizeLocal |                          \
     JET_bitRecordSizeIntrinsicPhysicalOnly | JET_bitRecordSizeExtrinsicLogicalOnly)

/* The three versions of the struct begin alike. */
static JET_ERR record_size(JET_SESID sesid, JET_TABLEID tableid, void *result, size_t result_size, JET_GRBIT grbit)
{
    JET_RECSIZE3 size = { 0 };
    struct session *session;
    struct cursor *cursor;
    /* Bits that are none are found before it is looked what kind of cursor it is. */
    JET_ERR err = api_enter_cursor(sesid, tableid, grbit & ~(JET_GRBIT)RECORD_SIZE_GRBITS ? 0 : API_NOT_INSERTING,
                                   &session, &cursor);

    if (err < 0)
        return err;
    if (grbit & ~(JET_GRBIT)RECORD_SIZE_GRBITS)
        return api_leave(session, JET_errInvalidGrbit);
    if (result && grbit & JET_bitRecordSizeRunningTotal)
        memcpy(&size, result, result_size);
    err = enumerate_record_size(cursor, grbit, result ? &size : NULL);
    if (err >= 0)
        memcpy(result, &size, result_size);
    return api_leave(session, err);
}

/* Sizes in bytes of what the current record is made of, its long values included. */
JET_ERR JET_API JetGetRecordSize(JET_SESID sesid, JET_TABLEID tableid, JET_RECSIZE *precsize, const JET_GRBIT grbit)
{
    return record_size(sesid, tableid, precsize, sizeof(*precsize), grbit);
}

JET_ERR JET_API JetGetRecordSize2(JET_SESID sesid, JET_TABLEID tableid, JET_RECSIZE2 *precsize, const JET_GRBIT grbit)
{
    return record_size(sesid, tableid, precsize, sizeof(*precsize), grbit);
}

JET_ERR JET_API JetGetRecordSize3(JET_SESID sesid, JET_TABLEID tableid, JET_RECSIZE3 *precsize, const JET_GRBIT grbit)
{
    return record_size(sesid, tableid, precsize, sizeof(*precsize), grbit);
}
