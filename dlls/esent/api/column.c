/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Columns of the current record: JetRetrieveColumn, JetRetrieveColumns. */
#include "api/callback.h"
#include "api/private.h"
#include "table/retrieve.h"

/* ------------------------------------------------------ computed defaults --- */

/* The program's function gives the default: *actual is the size of its buffer going in, of the value coming out. */
static __attribute__((noinline, cold)) JET_ERR computed_default(struct session *session, JET_TABLEID tableid,
                                                                struct retrieval *retrieval)
{
    const struct column *column = retrieval->computed;
    const struct open_cursor *open = session_find_cursor(session, tableid);
    JET_SESID sesid = session->handle;
    JET_ULONG actual = retrieval->size;
    JET_CALLBACK callback;
    JET_ERR err;

    if (!open || !param_number(session->instance, JET_paramEnablePersistedCallbacks))
        return JET_errCallbackFailed;
    err = callback_find(column->callback, &callback);
    if (err < 0)
        return err;
    api_callback_begin(session);
    err = callback(sesid, open->dbid, tableid, JET_cbtypUserDefinedDefaultValue, retrieval->data, &actual,
                   (void *)column->callback_data, column->id);
    api_callback_end(session);
    retrieval->actual = actual;
    return err == JET_errSuccess && actual > retrieval->size ? JET_wrnBufferTruncated : err;
}

/* ------------------------------------------------------------------ calls --- */

static JET_ERR check_retinfo(const JET_RETINFO *info, struct retrieval *retrieval)
{
    if (info->cbStruct < sizeof(*info))
        return JET_errInvalidParameter;
    retrieval->sequence = info->itagSequence;
    retrieval->offset = info->ibLongValue;
    retrieval->columnid_found = info->columnidNextTagged;
    return JET_errSuccess;
}

/* What JetRetrieveColumn does where the column cannot simply be copied. */
static __attribute__((noinline)) JET_ERR retrieve_one(struct session *session, JET_TABLEID tableid,
                                                      struct cursor *cursor, JET_COLUMNID columnid, void *pvData,
                                                      JET_ULONG cbData, JET_ULONG *pcbActual, JET_GRBIT grbit,
                                                      JET_RETINFO *pretinfo)
{
    struct retrieve_scope scope;
    struct retrieval retrieval;
    JET_ERR err;

    scope.latched = false;
    retrieval.columnid = columnid;
    retrieval.sequence = 1;
    retrieval.offset = 0;
    retrieval.grbit = grbit;
    retrieval.data = pvData;
    retrieval.size = pvData ? cbData : 0;
    retrieval.listed = false;
    retrieval.actual = 0;
    if (pretinfo)
    {
        err = check_retinfo(pretinfo, &retrieval);
        if (os_unlikely(err < 0))
            return err;
    }
    retrieval.sized = cbData || !pcbActual || retrieval.offset;
    err = retrieve_column(cursor, &retrieval, &scope);
    retrieve_end(cursor, &scope);
    if (os_unlikely(retrieval.computed && err >= 0))
        err = computed_default(session, tableid, &retrieval);
    if (os_likely(err >= 0) || err == JET_errBufferTooSmall || (err == JET_errInvalidBufferSize && retrieval.actual))
    {
        if (pcbActual)
            *pcbActual = retrieval.actual;
        if (pretinfo && err != JET_errInvalidBufferSize)
        {
            pretinfo->columnidNextTagged = retrieval.columnid_found;
            if (grbit & JET_bitRetrieveTag)
                pretinfo->itagSequence = retrieval.sequence;
        }
    }
    return err;
}

/*
 * One value of the current record (or of the prepared update) into pvData.
 * cbData and *pcbActual are bytes.  Source: documentation, and ErrIsamRetrieveColumn.
 */
JET_ERR JET_API JetRetrieveColumn(JET_SESID sesid, JET_TABLEID tableid, JET_COLUMNID columnid, void *pvData,
                                  JET_ULONG cbData, JET_ULONG *pcbActual, JET_GRBIT grbit, JET_RETINFO *pretinfo)
{
    struct session *session;
    struct cursor *cursor;
    uint32_t actual;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_INSERTING, &session, &cursor);

    if (os_unlikely(err < 0))
        return err;
    if (os_likely(!grbit && !pretinfo && pvData) && retrieve_plain(cursor, columnid, pvData, cbData, &actual))
    {
        if (pcbActual)
            *pcbActual = actual;
        return api_leave(session, JET_errSuccess);
    }
    return api_leave(session,
                     retrieve_one(session, tableid, cursor, columnid, pvData, cbData, pcbActual, grbit, pretinfo));
}

/* One element of JetRetrieveColumns; a negative answer ends the call.  Whether one may ask for a physical size, the first
 * element's buffer tells. */
static __attribute__((noinline)) JET_ERR retrieve_element(struct session *session, JET_TABLEID tableid,
                                                          struct cursor *cursor, const JET_RETRIEVECOLUMN *first,
                                                          JET_RETRIEVECOLUMN *element, struct retrieve_scope *scope)
{
    struct retrieval retrieval = {
        .columnid = element->columnid,
        .sequence = element->itagSequence,
        .offset = element->ibLongValue,
        .grbit = element->grbit,
        .data = element->pvData,
        .size = element->pvData ? element->cbData : 0,
        .sized = first->cbData || first->ibLongValue,
        .listed = true,
        .columnid_found = element->columnidNextTagged,
    };
    JET_ERR err = element->itagSequence ? retrieve_column(cursor, &retrieval, scope)
                                        : retrieve_count(cursor, &retrieval, scope);

    if (err >= 0 && retrieval.computed)
        err = computed_default(session, tableid, &retrieval);
    if (err == JET_errInvalidBufferSize && retrieval.actual)
    {
        element->cbActual = retrieval.actual;
        element->err = JET_wrnBufferTruncated;
    }
    if (err < 0)
        return err;
    element->err = err;
    element->cbActual = retrieval.actual;
    element->columnidNextTagged = retrieval.columnid_found;
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
    JET_ULONG i;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_INSERTING, &session, &cursor);

    if (err < 0)
        return err;
    if (cretrievecolumn && !pretrievecolumn)
        return api_leave(session, JET_errInvalidParameter);
    i = retrieve_plain_columns(cursor, pretrievecolumn, cretrievecolumn);
    err = retrieve_check_list(cursor);
    if (os_likely(i == cretrievecolumn))
        return api_leave(session, err);
    for (; i < cretrievecolumn && err >= 0; i++)
    {
        err = retrieve_element(session, tableid, cursor, pretrievecolumn, &pretrievecolumn[i], &scope);
        truncated |= err == JET_wrnBufferTruncated;
    }
    retrieve_end(cursor, &scope);
    if (err >= 0)
        err = truncated ? JET_wrnBufferTruncated : JET_errSuccess;
    return api_leave(session, err);
}
