/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys, seeks and ranges: JetMakeKey, JetSeek, JetSetIndexRange, JetRetrieveKey, JetSetCursorFilter. */
#include "api/private.h"
#include "table/cursor.h"

/*
 * Adds a column's value to the search key; cbData in bytes.
 * Errors: JET_errNoCurrentIndex, JET_errKeyNotMade, JET_errKeyIsMade,
 * JET_errInvalidBufferSize, JET_errInvalidGrbit, JET_errInvalidParameter,
 * JET_errIndexTuplesKeyTooSmall.
 */
JET_ERR JET_API JetMakeKey(JET_SESID sesid, JET_TABLEID tableid, const void *pvData, JET_ULONG cbData, JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_CALLED, &session, &cursor);

    if (os_unlikely(err < 0))
        return err;
    return api_leave(session, cursor_make_key(cursor, pvData, cbData, grbit));
}

/*
 * Goes to the record that the key says.  JET_errRecordNotFound,
 * JET_wrnSeekNotEqual, JET_wrnUniqueKey, JET_errKeyNotMade.
 */
JET_ERR JET_API JetSeek(JET_SESID sesid, JET_TABLEID tableid, JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_CALLED, &session, &cursor);

    if (os_unlikely(err < 0))
        return err;
    return api_leave(session, cursor_seek(cursor, grbit));
}

/* The key of the current record, or with JET_bitRetrieveCopy the search key. */
JET_ERR JET_API JetRetrieveKey(JET_SESID sesid, JET_TABLEID tableid, void *pvKey, JET_ULONG cbMax, JET_ULONG *pcbActual,
                               JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    uint32_t actual = 0;
    JET_ERR err = api_enter_cursor(sesid, tableid, 0, &session, &cursor);

    if (err < 0)
        return err;
    err = cursor_retrieve_key(cursor, pvKey, cbMax, &actual, grbit);
    if (err >= 0 && pcbActual)
        *pcbActual = actual;
    return api_leave(session, err);
}

/* Makes the search key the limit of moves.  JET_errNoCurrentRecord: the cursor is beyond it already. */
JET_ERR JET_API JetSetIndexRange(JET_SESID sesid, JET_TABLEID tableid, JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_INSERTING | API_NOT_CALLED, &session, &cursor);

    if (err < 0)
        return err;
    return api_leave(session, cursor_set_range(cursor, grbit));
}

/* Conditions that records must meet for moves in primary order to stop at them. */
JET_ERR JET_API JetSetCursorFilter(JET_SESID sesid, JET_TABLEID tableid, JET_INDEX_COLUMN *rgColumnFilters,
                                   JET_ULONG cColumnFilters, JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY, &session, &cursor);

    if (err < 0)
        return err;
    return api_leave(session, cursor_set_filter(cursor, rgColumnFilters, cColumnFilters, grbit));
}
