/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Local storage: a number of the program's that hangs on a cursor or on a
 * table, JetSetLS and JetGetLS.  When the cursor is closed, or the table's
 * database detached, JET_paramRuntimeCallback is told, so the program can free what
 * the number stands for.
 *
 * Source: callback.cxx, fucb.hxx, fcb.hxx.
 */
#include "api/private.h"
#include "table/cursor.h"

struct table_storage
{
    struct table_storage *next; /* in the attachment; guarded by instance.lock */
    uint32_t objid;
    JET_LS ls;
};

static JET_CALLBACK runtime_callback(const struct instance *instance)
{
    return (JET_CALLBACK)param_number(instance, JET_paramRuntimeCallback);
}

static void tell_freed(const struct instance *instance, JET_CBTYP type, JET_LS ls)
{
    JET_CALLBACK callback = runtime_callback(instance);

    if (callback && ls != JET_LSNil)
        callback(JET_sesidNil, JET_dbidNil, JET_tableidNil, type, (void *)ls, NULL, NULL, 0);
}

void local_storage_free_cursor(struct session *session, JET_LS cursor_ls, JET_LS table_ls)
{
    if (os_likely(cursor_ls == JET_LSNil && table_ls == JET_LSNil))
        return;
    api_callback_begin(session);
    tell_freed(session->instance, JET_cbtypFreeCursorLS, cursor_ls);
    tell_freed(session->instance, JET_cbtypFreeTableLS, table_ls);
    api_callback_end(session);
}

void local_storage_free_tables(struct instance *instance, struct table_storage *storage)
{
    while (storage)
    {
        struct table_storage *next = storage->next;

        tell_freed(instance, JET_cbtypFreeTableLS, storage->ls);
        os_free(storage);
        storage = next;
    }
}

/* Where the number of the cursor, or of its table, is; NULL: the table has none.
 * That of a temporary table lives with the cursor. */
static JET_LS *find_storage(struct session *session, struct open_cursor *open, JET_GRBIT grbit)
{
    struct table_storage *storage;

    if (!(grbit & JET_bitLSTable))
        return &open->ls;
    if (cursor_is_temporary(open->cursor))
        return &open->table_ls;
    storage = session->instance->databases[open->dbid].storages;
    while (storage && storage->objid != open->cursor->table->objid)
        storage = storage->next;
    return storage ? &storage->ls : NULL;
}

static JET_ERR add_storage(struct session *session, const struct open_cursor *open, JET_LS ls)
{
    struct attachment *attachment = &session->instance->databases[open->dbid];
    struct table_storage *storage = os_alloc(sizeof(*storage));

    if (!storage)
        return JET_errOutOfMemory;
    storage->objid = open->cursor->table->objid;
    storage->ls = ls;
    storage->next = attachment->storages;
    attachment->storages = storage;
    return JET_errSuccess;
}

/*
 * Sets the number of the cursor or, with JET_bitLSTable, of its table; with
 * JET_bitLSReset takes it away.  JET_errLSCallbackNotSpecified,
 * JET_errLSAlreadySet, JET_errInvalidGrbit.
 */
JET_ERR JET_API JetSetLS(JET_SESID sesid, JET_TABLEID tableid, JET_LS ls, JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    JET_LS *place;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_INSERTING, &session, &cursor);

    if (err < 0)
        return err;
    if (!runtime_callback(session->instance))
        return api_leave(session, JET_errLSCallbackNotSpecified);
    if (grbit & JET_bitLSTable && grbit & JET_bitLSCursor)
        return api_leave(session, JET_errInvalidGrbit);
    if (grbit & JET_bitLSReset)
        ls = JET_LSNil;
    os_mutex_lock(&session->instance->lock);
    place = find_storage(session, session_find_cursor(session, tableid), grbit);
    if (!place)
        err = ls == JET_LSNil ? JET_errSuccess : add_storage(session, session_find_cursor(session, tableid), ls);
    else if (*place != JET_LSNil && ls != JET_LSNil)
        err = JET_errLSAlreadySet;
    else
        *place = ls;
    os_mutex_unlock(&session->instance->lock);
    return api_leave(session, err);
}

/* The number, which JET_bitLSReset takes away.  JET_errLSNotSet, JET_errInvalidGrbit. */
JET_ERR JET_API JetGetLS(JET_SESID sesid, JET_TABLEID tableid, JET_LS *pls, JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    JET_LS *place;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_INSERTING, &session, &cursor);

    if (err < 0)
        return err;
    if (!pls)
        return api_leave(session, JET_errInvalidParameter);
    if (grbit & JET_bitLSTable && grbit & JET_bitLSCursor)
        return api_leave(session, JET_errInvalidGrbit);
    os_mutex_lock(&session->instance->lock);
    place = find_storage(session, session_find_cursor(session, tableid), grbit);
    *pls = place ? *place : JET_LSNil;
    if (place && grbit & JET_bitLSReset)
        *place = JET_LSNil;
    os_mutex_unlock(&session->instance->lock);
    /* a cursor's may be reset without being there, a table's not */
    if (*pls == JET_LSNil && (grbit & JET_bitLSTable || !(grbit & JET_bitLSReset)))
        err = JET_errLSNotSet;
    return api_leave(session, err);
}
