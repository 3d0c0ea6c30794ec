/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Columns of the current record: JetRetrieveColumn, JetRetrieveColumns. */
#include "api/private.h"
#include "table/retrieve.h"

/*
 * One value of the current record (or of the prepared update) into pvData.
 * cbData and *pcbActual are bytes.  Source: documentation, and ErrIsamRetrieveColumn.
 */
JET_ERR JET_API JetRetrieveColumn(JET_SESID sesid, JET_TABLEID tableid, JET_COLUMNID columnid, void *pvData,
                                  JET_ULONG cbData, JET_ULONG *pcbActual, JET_GRBIT grbit, JET_RETINFO *pretinfo)
{
    struct session *session;
    struct cursor *cursor;
    struct retrieve_scope scope = { .latched = false };
    struct retrieval retrieval = {
        .columnid = columnid, .sequence = 1, .grbit = grbit, .data = pvData, .size = pvData ? cbData : 0,
    };
    JET_ERR err = api_enter_cursor(sesid, tableid, 0, &session, &cursor);

    if (err < 0)
        return err;
    if (pretinfo)
    {
        if (pretinfo->cbStruct < sizeof(*pretinfo))
            return api_leave(session, JET_errInvalidParameter);
        retrieval.sequence = pretinfo->itagSequence;
        retrieval.offset = pretinfo->ibLongValue;
    }
    if (os_unlikely(grbit & JET_bitRetrievePhysicalSize && !pcbActual))
        return api_leave(session, JET_errInvalidParameter);
    err = retrieve_column(cursor, &retrieval, &scope);
    retrieve_end(cursor, &scope);
    if (err >= 0)
    {
        if (pcbActual)
            *pcbActual = retrieval.actual;
        if (pretinfo)
        {
            pretinfo->columnidNextTagged = retrieval.columnid_found;
            if (grbit & JET_bitRetrieveTag)
                pretinfo->itagSequence = retrieval.sequence;
        }
    }
    return api_leave(session, err);
}

/* One element of JetRetrieveColumns; a negative answer ends the call. */
static JET_ERR retrieve_element(struct cursor *cursor, JET_RETRIEVECOLUMN *element, struct retrieve_scope *scope)
{
    struct retrieval retrieval = {
        .columnid = element->columnid, .sequence = element->itagSequence, .offset = element->ibLongValue,
        .grbit = element->grbit, .data = element->pvData, .size = element->pvData ? element->cbData : 0,
    };
    bool count = !element->itagSequence && !(element->grbit & JET_bitRetrieveFromIndex);
    JET_ERR err = count ? retrieve_count(cursor, &retrieval, scope) : retrieve_column(cursor, &retrieval, scope);

    if (err < 0)
        return err;
    element->err = err;
    element->cbActual = retrieval.actual;
    element->columnidNextTagged = retrieval.columnid_found;
    if (count || element->grbit & JET_bitRetrieveTag)
        element->itagSequence = retrieval.sequence;
    return err;
}

/*
 * Several values at one visit to the record; each element has an err of its
 * own, and JET_wrnBufferTruncated is answered if any has.
 */
JET_ERR JET_API JetRetrieveColumns(JET_SESID sesid, JET_TABLEID tableid, JET_RETRIEVECOLUMN *pretrievecolumn,
                                   JET_ULONG cretrievecolumn)
{
    struct session *session;
    struct cursor *cursor;
    struct retrieve_scope scope = { .latched = false };
    bool truncated = false;
    JET_ERR err = api_enter_cursor(sesid, tableid, 0, &session, &cursor);

    if (err < 0)
        return err;
    if (cretrievecolumn && !pretrievecolumn)
        return api_leave(session, JET_errInvalidParameter);
    for (JET_ULONG i = 0; i < cretrievecolumn && err >= 0; i++)
    {
        err = retrieve_element(cursor, &pretrievecolumn[i], &scope);
        truncated |= err == JET_wrnBufferTruncated;
    }
    retrieve_end(cursor, &scope);
    if (err >= 0)
        err = truncated ? JET_wrnBufferTruncated : JET_errSuccess;
    return api_leave(session, err);
}
