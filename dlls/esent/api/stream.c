/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many records at once, and long values by reference: JetStreamRecords,
 * JetRetrieveColumnFromRecordStream, JetRetrieveColumnByReference, JetPrereadColumnsByReference. */
#include "api/private.h"
#include "table/column_reference.h"
#include "table/stream.h"

#define STREAM_GRBITS (JET_bitStreamForward | JET_bitStreamBackward | JET_bitStreamColumnReferences)

/*
 * Columns of the record at hand and those that follow, as many as fit into the
 * buffer; JetRetrieveColumnFromRecordStream takes them out.  JET_wrnNoMoreRecords;
 * JET_errInvalidParameter, JET_errInvalidGrbit (a direction must be given),
 * JET_errBufferTooSmall, JET_errCallbackFailed.
 */
JET_ERR JET_API JetStreamRecords(JET_SESID sesid, JET_TABLEID tableid, const JET_ULONG ccolumnid,
                                 const JET_COLUMNID *const rgcolumnid, void *const pvData, const JET_ULONG cbData,
                                 JET_ULONG *const pcbActual, const JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    JET_ULONG unwanted = 0;
    JET_ULONG *actual = pcbActual ? pcbActual : &unwanted;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY | API_NOT_CALLED, &session, &cursor);

    if (err < 0)
        return err;
    *actual = 0;
    if (!ccolumnid != !rgcolumnid || (cbData && !pvData) || (!pvData && !pcbActual))
        return api_leave(session, JET_errInvalidParameter);
    if (grbit & ~(JET_GRBIT)STREAM_GRBITS || !(grbit & JET_bitStreamForward) == !(grbit & JET_bitStreamBackward))
        return api_leave(session, JET_errInvalidGrbit);
    return api_leave(session, cursor_stream(cursor, rgcolumnid, ccolumnid, pvData, cbData, actual, grbit));
}

/* The next value of what JetStreamRecords made; cbData is what that answered. */
JET_ERR JET_API JetRetrieveColumnFromRecordStream(void *const pvData, const JET_ULONG cbData, JET_ULONG *const piRecord,
                                                  JET_COLUMNID *const pcolumnid, JET_ULONG *const pitagSequence,
                                                  JET_ULONG *const pibValue, JET_ULONG *const pcbValue)
{
    if (!pvData || !piRecord || !pcolumnid || !pitagSequence || !pibValue || !pcbValue)
        return JET_errInvalidParameter;
    return stream_next(pvData, cbData, piRecord, pcolumnid, pitagSequence, pibValue, pcbValue);
}

/*
 * The long value that a reference stands for, which a retrieval with
 * JET_bitRetrieveAsRefIfNotInRecord gave.  JET_errInvalidColumnReference,
 * JET_errStaleColumnReference, JET_errInvalidOperation (an update is prepared).
 */
JET_ERR JET_API JetRetrieveColumnByReference(const JET_SESID sesid, const JET_TABLEID tableid,
                                             const void *const pvReference, const JET_ULONG cbReference,
                                             const JET_ULONG ibData, void *const pvData, const JET_ULONG cbData,
                                             JET_ULONG *const pcbActual, const JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    uint32_t actual = 0;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY, &session, &cursor);

    if (err < 0)
        return err;
    if (pcbActual)
        *pcbActual = 0;
    if ((cbData && !pvData) || (!pvData && !pcbActual))
        return api_leave(session, JET_errInvalidParameter);
    if (grbit & JET_bitRetrievePhysicalSize && (ibData || pvData || cbData || !pcbActual))
        return api_leave(session, JET_errInvalidParameter);
    if (cursor->update)
        return api_leave(session, JET_errInvalidOperation);
    if (grbit & ~(JET_GRBIT)JET_bitRetrievePhysicalSize)
        return api_leave(session, JET_errInvalidGrbit);
    err = column_reference_read(cursor, pvReference, cbReference, ibData, pvData, cbData, &actual, grbit);
    if (err >= 0 && pcbActual)
        *pcbActual = actual;
    return api_leave(session, err);
}

/* Tells that these will be read.  *pcReferencesPreread: how many are worth it; long values are small trees'
 * entries that the cache reads ahead by itself. */
JET_ERR JET_API JetPrereadColumnsByReference(const JET_SESID sesid, const JET_TABLEID tableid,
                                             const void *const *const rgpvReferences,
                                             const JET_ULONG *const rgcbReferences, const JET_ULONG cReferences,
                                             const JET_ULONG cPageCacheMin, const JET_ULONG cPageCacheMax,
                                             JET_ULONG *const pcReferencesPreread, const JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    JET_ULONG count = 0;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY, &session, &cursor);

    if (err < 0)
        return err;
    if (pcReferencesPreread)
        *pcReferencesPreread = 0;
    if (!rgpvReferences || !rgcbReferences || cPageCacheMin > cPageCacheMax)
        return api_leave(session, JET_errInvalidParameter);
    if (cursor->update)
        return api_leave(session, JET_errInvalidOperation);
    if (grbit & ~(JET_GRBIT)JET_bitPrereadFirstPage)
        return api_leave(session, JET_errInvalidGrbit);
    for (JET_ULONG i = 0; err >= 0 && i < cReferences; i++)
    {
        bool current;

        err = column_reference_check(cursor, rgpvReferences[i], rgcbReferences[i], &current);
        count += err >= 0 && current;
    }
    if (err >= 0 && pcReferencesPreread && cPageCacheMax)
        *pcReferencesPreread = count;
    return api_leave(session, err);
}
