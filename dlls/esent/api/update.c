/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records changed: JetPrepareUpdate, JetUpdate, JetDelete, JetEscrowUpdate, JetGetLock. */
#include "api/callback.h"
#include "table/update.h"

/*
 * Begins an update, or gives one up (JET_prepCancel).
 * Errors: JET_errAlreadyPrepared, JET_errUpdateNotPrepared,
 * JET_errPermissionDenied, JET_errTransReadOnly, JET_errNotInTransaction,
 * JET_errNoCurrentRecord, JET_errRecordDeleted, JET_errWriteConflict,
 * JET_errInvalidParameter.
 */
JET_ERR JET_API JetPrepareUpdate(JET_SESID sesid, JET_TABLEID tableid, JET_ULONG prep)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_SORT | API_NOT_CALLED, &session, &cursor);

    if (os_unlikely(err < 0))
        return err;
    err = update_prepare(cursor, prep);
    if (err >= 0 && cursor->update && cursor->update->locked)
        cursor_wrote(cursor, err);
    version_clean_due(&session->instance->txn);
    return api_leave(session, err);
}

/* What the program wants to be told of before the update, and after it. */
static void events_of(const struct cursor *cursor, JET_CBTYP *before, JET_CBTYP *after)
{
    bool replaces = cursor->update && cursor->update->kind == UPDATE_REPLACE;

    *before = replaces ? JET_cbtypBeforeReplace : JET_cbtypBeforeInsert;
    *after = replaces ? JET_cbtypAfterReplace : JET_cbtypAfterInsert;
}

static JET_ERR finish_told(struct session *session, JET_TABLEID tableid, struct cursor *cursor, void *bookmark,
                           JET_ULONG size, uint32_t *actual, JET_GRBIT grbit)
{
    JET_CBTYP before, after;
    JET_ERR err, told;

    if (!cursor->update || cursor->update->kind == UPDATE_READ_ONLY)
        return JET_errUpdateNotPrepared;
    events_of(cursor, &before, &after);
    err = callback_call(session, tableid, cursor, before);
    if (err >= 0)
        err = update_finish(cursor, bookmark, size, actual, grbit);
    if (err < 0)
        return err;
    told = callback_call(session, tableid, cursor, after);
    return told < 0 ? told : err;
}

static JET_ERR finish(JET_SESID sesid, JET_TABLEID tableid, void *bookmark, JET_ULONG size, JET_ULONG *actual,
                      JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    uint32_t got = 0;
    bool inserts;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_SORT | API_NOT_CALLED, &session, &cursor);

    if (os_unlikely(err < 0))
        return err;
    if (actual)
        got = *actual;
    inserts = cursor->update && (cursor->update->kind == UPDATE_INSERT || cursor->update->kind == UPDATE_INSERT_COPY);
    if (os_unlikely(callback_any(cursor)))
        err = finish_told(session, tableid, cursor, bookmark, size, actual ? &got : NULL, grbit);
    else
        err = update_finish(cursor, bookmark, size, actual ? &got : NULL, grbit);
    err = inserts ? cursor_inserted(cursor, err) : cursor_wrote(cursor, err);
    if (actual)
        *actual = got;
    version_clean_due(&session->instance->txn);
    return api_leave_committed(session, err, false);
}

/*
 * Puts the prepared record where it belongs, and gives its bookmark, of at
 * most cbBookmark bytes, in pvBookmark (may be NULL).
 * Errors: JET_errUpdateNotPrepared, JET_errKeyDuplicate, JET_errNullInvalid,
 * JET_errNullKeyDisallowed, JET_errRecordPrimaryChanged, JET_errWriteConflict,
 * JET_errBufferTooSmall.  After an error the update is still prepared.
 */
JET_ERR JET_API JetUpdate(JET_SESID sesid, JET_TABLEID tableid, void *pvBookmark, JET_ULONG cbBookmark,
                          JET_ULONG *pcbActual)
{
    return finish(sesid, tableid, pvBookmark, cbBookmark, pcbActual, 0);
}

JET_ERR JET_API JetUpdate2(JET_SESID sesid, JET_TABLEID tableid, void *pvBookmark, JET_ULONG cbBookmark,
                           JET_ULONG *pcbActual, const JET_GRBIT grbit)
{
    return finish(sesid, tableid, pvBookmark, cbBookmark, pcbActual, grbit);
}

/* Deletes the current record; the cursor stays where it was.  JET_errNoCurrentRecord, JET_errWriteConflict. */
JET_ERR JET_API JetDelete(JET_SESID sesid, JET_TABLEID tableid)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_INSERTING | API_NOT_SORT | API_NOT_CALLED, &session,
                                   &cursor);

    if (os_unlikely(err < 0))
        return err;
    if (os_unlikely(callback_any(cursor)) && (err = update_delete_check(cursor)) >= 0)
        err = callback_call(session, tableid, cursor, JET_cbtypBeforeDelete);
    if (err >= 0)
        err = cursor_wrote(cursor, update_delete(cursor));
    if (err >= 0 && os_unlikely(callback_any(cursor)))
        err = callback_call(session, tableid, cursor, JET_cbtypAfterDelete);
    version_clean_due(&session->instance->txn);
    return api_leave_committed(session, err, false);
}

/* Adds to an escrow column; other transactions may do so at the same time.  cbMax is 4 or 8. */
JET_ERR JET_API JetEscrowUpdate(JET_SESID sesid, JET_TABLEID tableid, JET_COLUMNID columnid, void *pv, JET_ULONG cbMax,
                                void *pvOld, JET_ULONG cbOldMax, JET_ULONG *pcbOldActual, JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    uint32_t old_size;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_SORT | API_NOT_CALLED, &session, &cursor);

    if (os_unlikely(err < 0))
        return err;
    err = cursor_wrote(cursor, update_escrow(cursor, columnid, pv, cbMax, pvOld, cbOldMax, &old_size, grbit));
    if (err >= 0 && pcbOldActual)
        *pcbOldActual = old_size;
    version_clean_due(&session->instance->txn);
    return api_leave_committed(session, err, false);
}

/* Locks the current record against writers, or asks whether it could be. */
JET_ERR JET_API JetGetLock(JET_SESID sesid, JET_TABLEID tableid, JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY | API_NOT_CALLED, &session, &cursor);

    if (os_unlikely(err < 0))
        return err;
    return api_leave(session, cursor_wrote(cursor, update_lock(cursor, grbit)));
}
