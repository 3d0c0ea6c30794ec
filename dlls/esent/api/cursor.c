/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cursors: JetOpenTable, JetDupCursor, JetCloseTable, JetMove and what is asked of a cursor as such. */
#include "api/callback.h"
#include "api/private.h"
#include "table/cursor.h"

static JET_ERR check_open_grbit(JET_GRBIT grbit)
{
    if (grbit & (JET_bitTableDelete | JET_bitTableCreate))
        return JET_errInvalidGrbit;
    if (grbit & JET_bitTablePermitDDL)
        return grbit & JET_bitTableDenyRead ? JET_errSuccess : JET_errInvalidGrbit;
    if ((grbit & JET_bitTableDenyRead) && (grbit & JET_bitTableReadOnly))
        return JET_errInvalidGrbit;
    return JET_errSuccess;
}

static JET_ERR open_table(struct session *session, struct attachment *attachment, JET_DBID dbid, const char *given,
                          JET_GRBIT grbit, JET_TABLEID *tableid)
{
    char name[NAME_SIZE];
    struct table *table;
    struct cursor *cursor;
    JET_ERR err, added;

    *tableid = JET_tableidNil;
    err = check_open_grbit(grbit);
    if (err < 0)
        return err;
    err = name_check(given, name);
    if (err < 0)
        return err;
    err = table_open(attachment->database, &session->txn, name, &table);
    if (err < 0)
        return err;
    err = callback_resolve(session->instance, table);
    if (err >= 0)
        err = cursor_open(table, &session->txn, grbit, &cursor);
    if (err < 0)
    {
        table_release(table);
        return err;
    }
    added = session_add_cursor(session, cursor, dbid, tableid);
    if (added < 0)
    {
        cursor_close(cursor);
        return added;
    }
    return err;
}

/*
 * Opens a cursor on a table; pvParameters is unused, as it is in Windows.
 * Errors: JET_errInvalidDatabaseId, JET_errInvalidName, JET_errObjectNotFound,
 * JET_errInvalidGrbit, JET_errTableLocked, JET_errTableInUse.
 */
JET_ERR JET_API JetOpenTableA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, const void *pvParameters,
                              JET_ULONG cbParameters, JET_GRBIT grbit, JET_TABLEID *ptableid)
{
    struct session *session;
    struct attachment *attachment;
    JET_ERR err = api_enter_database(sesid, dbid, 0, &session, &attachment);

    (void)pvParameters;
    (void)cbParameters;
    if (err < 0)
        return err;
    if (!ptableid || !attachment->database)
        return api_leave(session, ptableid ? JET_errInvalidDatabaseId : JET_errInvalidParameter);
    return api_leave(session, open_table(session, attachment, dbid, szTableName, grbit, ptableid));
}

JET_ERR JET_API JetOpenTableW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, const void *pvParameters,
                              JET_ULONG cbParameters, JET_GRBIT grbit, JET_TABLEID *ptableid)
{
    char buffer[NAME_SIZE];
    const char *name;
    JET_ERR err = name_from_w(szTableName, buffer, &name);

    if (err < 0)
        return api_check_session(sesid, err);
    return JetOpenTableA(sesid, dbid, name, pvParameters, cbParameters, grbit, ptableid);
}

/* Another cursor on the same table, in primary order and on its first record.  grbit is unused. */
JET_ERR JET_API JetDupCursor(JET_SESID sesid, JET_TABLEID tableid, JET_TABLEID *ptableid, JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor, *duplicate;
    const struct open_cursor *open;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_INSERTING, &session, &cursor);

    (void)grbit;
    if (err < 0)
        return err;
    open = session_find_cursor(session, tableid);
    if (!ptableid || !open)
        return api_leave(session, ptableid ? JET_errInvalidTableId : JET_errInvalidParameter);
    *ptableid = JET_tableidNil;
    err = cursor_duplicate(cursor, &duplicate);
    if (err < 0)
        return api_leave(session, err);
    err = session_add_cursor(session, duplicate, open->dbid, ptableid);
    if (err < 0)
        cursor_close(duplicate);
    return api_leave(session, err);
}

JET_ERR JET_API JetCloseTable(JET_SESID sesid, JET_TABLEID tableid)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_WHEN_STOPPED | API_NOT_CALLED, &session, &cursor);

    if (err < 0)
        return err;
    return api_leave(session, session_close_cursor(session, tableid));
}

/*
 * Moves to the first, last, or a record cRow further on; 0 tells whether
 * there is one.  JET_errNoCurrentRecord, JET_errRecordDeleted.
 */
JET_ERR JET_API JetMove(JET_SESID sesid, JET_TABLEID tableid, JET_LONG cRow, JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_CALLED, &session, &cursor);

    if (os_unlikely(err < 0))
        return err;
    return api_leave(session, cursor_move(cursor, (int32_t)cRow, grbit));
}

/* Whether another session is changing the record; only level 0 with no buffer is defined. */
JET_ERR JET_API JetGetCursorInfo(JET_SESID sesid, JET_TABLEID tableid, void *pvResult, JET_ULONG cbMax,
                                 JET_ULONG InfoLevel)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_INSERTING | API_NOT_SORT, &session, &cursor);

    (void)pvResult;
    if (err < 0)
        return err;
    return api_leave(session, cbMax || InfoLevel ? JET_errInvalidParameter : cursor_info(cursor));
}

static JET_ERR set_sequential(JET_SESID sesid, JET_TABLEID tableid, bool sequential)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY, &session, &cursor);

    if (err < 0)
        return err;
    cursor_set_sequential(cursor, sequential);
    return api_leave(session, JET_errSuccess);
}

/* Tells that the cursor will scan: pages are read ahead.  grbit: the direction, a hint. */
JET_ERR JET_API JetSetTableSequential(JET_SESID sesid, JET_TABLEID tableid, JET_GRBIT grbit)
{
    (void)grbit;
    return set_sequential(sesid, tableid, true);
}

JET_ERR JET_API JetResetTableSequential(JET_SESID sesid, JET_TABLEID tableid, JET_GRBIT grbit)
{
    (void)grbit;
    return set_sequential(sesid, tableid, false);
}
