/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bookmarks: JetGetBookmark, JetGotoBookmark and those of secondary indexes. */
#include "api/private.h"
#include "table/cursor.h"

/* Sizes in bytes.  JET_errBufferTooSmall: what fits is stored, and *pcbActual is the whole size. */
JET_ERR JET_API JetGetBookmark(JET_SESID sesid, JET_TABLEID tableid, void *pvBookmark, JET_ULONG cbMax,
                               JET_ULONG *pcbActual)
{
    struct session *session;
    struct cursor *cursor;
    uint32_t actual = 0;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_INSERTING, &session, &cursor);

    if (err < 0)
        return err;
    err = cursor_get_bookmark(cursor, pvBookmark, cbMax, &actual);
    if (pcbActual && (err >= 0 || err == JET_errBufferTooSmall))
        *pcbActual = actual;
    return api_leave(session, err);
}

/* JET_errInvalidBookmark, JET_errRecordDeleted; JET_errNoCurrentRecord if the record is not in the index in use. */
JET_ERR JET_API JetGotoBookmark(JET_SESID sesid, JET_TABLEID tableid, void *pvBookmark, JET_ULONG cbBookmark)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_INSERTING | API_NOT_CALLED, &session, &cursor);

    if (err < 0)
        return err;
    return api_leave(session, cursor_goto_bookmark(cursor, pvBookmark, cbBookmark));
}

/* Key of the entry and bookmark of its record.  JET_errNoCurrentIndex in primary order. */
JET_ERR JET_API JetGetSecondaryIndexBookmark(JET_SESID sesid, JET_TABLEID tableid, void *pvSecondaryKey,
                                             JET_ULONG cbSecondaryKeyMax, JET_ULONG *pcbSecondaryKeyActual,
                                             void *pvPrimaryBookmark, JET_ULONG cbPrimaryBookmarkMax,
                                             JET_ULONG *pcbPrimaryBookmarkActual, const JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    uint32_t key_size = 0, bookmark_size = 0;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY, &session, &cursor);

    (void)grbit;
    if (err < 0)
        return err;
    err = cursor_get_index_bookmark(cursor, pvSecondaryKey, cbSecondaryKeyMax, &key_size, pvPrimaryBookmark,
                                    cbPrimaryBookmarkMax, &bookmark_size);
    if (err >= 0 || err == JET_errBufferTooSmall)
    {
        if (pcbSecondaryKeyActual)
            *pcbSecondaryKeyActual = key_size;
        if (pcbPrimaryBookmarkActual)
            *pcbPrimaryBookmarkActual = bookmark_size;
    }
    return api_leave(session, err);
}

/* With JET_bitBookmarkPermitVirtualCurrency the cursor goes to where a deleted entry was. */
JET_ERR JET_API JetGotoSecondaryIndexBookmark(JET_SESID sesid, JET_TABLEID tableid, void *pvSecondaryKey,
                                              JET_ULONG cbSecondaryKey, void *pvPrimaryBookmark,
                                              JET_ULONG cbPrimaryBookmark, const JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY, &session, &cursor);

    if (err < 0)
        return err;
    return api_leave(session, cursor_goto_index_bookmark(cursor, pvSecondaryKey, cbSecondaryKey, pvPrimaryBookmark,
                                                         cbPrimaryBookmark, grbit));
}
