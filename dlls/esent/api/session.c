/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sessions: begun, ended, lent from thread to thread; the cursors they hold.
 */
#include "api/events.h"
#include "api/private.h"
#include "table/table.h"
#include "table/update.h"

/* ------------------------------------------------------ beginning and end --- */

static struct session *session_take(void)
{
    struct session *session;

    os_mutex_lock(&process.free_lock);
    if ((session = process.free_sessions))
        process.free_sessions = session->next;
    os_mutex_unlock(&process.free_lock);
    return session ? session : os_alloc_zero(sizeof(*session));
}

static void session_clear(struct session *session)
{
    session->nested = 0;
    session->calls = session->owners = 0;
    session->caller = 0;
    atomic_store(&session->callback_thread, 0);
    session->context = 0;
    session->context_thread = 0;
    session->txn_context = 0;
    session->txn_uses_context = false;
    session->params = NULL;
    session->cursors = NULL;
    memset(session->opens, 0, sizeof(session->opens));
    session->prev = NULL;
}

static void session_give_back(struct session *session)
{
    os_mutex_lock(&process.free_lock);
    session->next = process.free_sessions;
    process.free_sessions = session;
    os_mutex_unlock(&process.free_lock);
}

JET_ERR session_new(struct instance *instance, struct session **created)
{
    struct session *session;
    JET_ERR err;

    if (!(session = session_take()))
        return JET_errOutOfMemory;
    session_clear(session);
    session->instance = instance;
    session->commit_default = (JET_GRBIT)param_number(instance, JET_paramCommitDefault);
    txn_init(&session->txn, &instance->txn);

    os_mutex_lock(&instance->lock);
    if (instance->session_count >= param_number(instance, JET_paramMaxSessions) + SESSIONS_OWN - SESSIONS_OWN_IN_USE)
        err = JET_errOutOfSessions;
    else if ((err = handle_new(HANDLE_SESSION, session, instance, &session->handle)) >= 0)
    {
        session->next = instance->sessions;
        if (session->next)
            session->next->prev = session;
        instance->sessions = session;
        instance->session_count++;
        atomic_store(&session->lock, session->handle);
    }
    os_mutex_unlock(&instance->lock);
    if (err < 0)
        session_give_back(session);
    else
        *created = session;
    return err;
}

void session_end(struct session *session)
{
    struct instance *instance = session->instance;
    uint32_t i;

    handle_free(session->handle);
    while (session->txn.level)
        session_rollback(session);
    session_close_cursors(session, JET_dbidNil, 0);
    txn_release(&session->txn);

    os_mutex_lock(&instance->lock);
    for (i = 0; i < DATABASES_MAX; i++)
    {
        struct attachment *attachment = &instance->databases[i];
        attachment->opens -= session->opens[i];
        if (attachment->exclusive == session)
            attachment->exclusive = NULL;
    }
    *(session->prev ? &session->prev->next : &instance->sessions) = session->next;
    if (session->next)
        session->next->prev = session->prev;
    instance->session_count--;
    os_mutex_unlock(&instance->lock);

    session_params_free(session);
    session->nested = 0;
    session_ownership_end(session);
    atomic_store_explicit(&session->lock, 0, memory_order_release);
    session_give_back(session);
}

static JET_ERR begin_session(struct instance *instance, JET_SESID *sesid)
{
    struct session *session;
    JET_ERR err;

    if (!sesid)
        return JET_errInvalidParameter;
    if ((err = session_new(instance, &session)) >= 0)
        *sesid = session->handle;
    return err;
}

/* User and password have never meant anything. */
JET_ERR JET_API JetBeginSessionW(JET_INSTANCE handle, JET_SESID *sesid, JET_PCWSTR user, JET_PCWSTR password)
{
    struct instance *instance;
    JET_ERR err;

    (void)user;
    (void)password;
    OS_TRACE("(%#zx, %p)\n", (size_t)handle, (void *)sesid);
    if ((err = api_enter_instance(handle, ENTER_RUNNING, &instance)) < 0)
        return err;
    return api_leave_instance(instance, begin_session(instance, sesid));
}

JET_ERR JET_API JetBeginSessionA(JET_INSTANCE handle, JET_SESID *sesid, JET_PCSTR user, JET_PCSTR password)
{
    (void)user;
    (void)password;
    return JetBeginSessionW(handle, sesid, NULL, NULL);
}

/* A session of the same instance; it inherits nothing else. */
JET_ERR JET_API JetDupSession(JET_SESID sesid, JET_SESID *duplicate)
{
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%#zx, %p)\n", (size_t)sesid, (void *)duplicate);
    if ((err = api_enter(sesid, 0, &session)) < 0)
        return err;
    return api_leave(session, begin_session(session->instance, duplicate));
}

/*
 * Rolls back, closes and forgets all of the session's.  JET_errSessionInUse while
 * a session context is set; JET_errSessionSharingViolation when another thread
 * began the transaction that is open.
 */
JET_ERR JET_API JetEndSession(JET_SESID sesid, JET_GRBIT grbit)
{
    struct session *session;
    JET_ERR err;

    (void)grbit;
    OS_TRACE("(%#zx, %#x)\n", (size_t)sesid, (unsigned)grbit);
    if ((err = api_enter(sesid, API_WHEN_STOPPED, &session)) < 0)
        return err;
    if (session->nested)
        return api_leave(session, JET_errSessionInUse);
    if (session->context)
        return api_leave(session, JET_errSessionInUse);
    if (session->txn.level && !session->txn_uses_context && session->txn_context != os_thread_id())
    {
        event_session_shared(session->handle);
        return api_leave(session, JET_errSessionSharingViolation);
    }
    session_end(session);
    return JET_errSuccess;
}

/* ---------------------------------------------------------------- threads --- */

JET_ERR session_check_thread(const struct session *session)
{
    bool mine;

    if (session->txn_uses_context)
        mine = session->txn_context == session->context && session->context_thread == os_thread_id();
    else
        mine = session->txn_context == os_thread_id();
    if (!mine)
        event_session_shared(session->handle);
    return mine ? JET_errSuccess : JET_errSessionSharingViolation;
}

/*
 * Ties the session to this thread, so that a transaction begun under a context
 * may go on in whichever thread sets the same one.  JET_errInvalidParameter for
 * 0 and all ones, JET_errSessionContextAlreadySet.
 */
JET_ERR JET_API JetSetSessionContext(JET_SESID sesid, JET_API_PTR context)
{
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%#zx, %#zx)\n", (size_t)sesid, (size_t)context);
    if ((err = api_enter(sesid, 0, &session)) < 0)
        return err;
    if (context == 0 || context == ~(JET_API_PTR)0)
        err = JET_errInvalidParameter;
    else if (session->context)
        err = JET_errSessionContextAlreadySet;
    else
    {
        session->context = context;
        session->context_thread = os_thread_id();
    }
    return api_leave(session, err);
}

/* JET_errSessionContextNotSetByThisThread. */
JET_ERR JET_API JetResetSessionContext(JET_SESID sesid)
{
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%#zx)\n", (size_t)sesid);
    if ((err = api_enter(sesid, API_WHEN_STOPPED, &session)) < 0)
        return err;
    if (!session->context || session->context_thread != os_thread_id())
        return api_leave(session, JET_errSessionContextNotSetByThisThread);
    session->context = 0;
    session->context_thread = 0;
    return api_leave(session, JET_errSuccess);
}

/* ------------------------------------------------------------ its cursors --- */

JET_ERR session_reserve_cursor(struct session *session, JET_DBID dbid, struct open_cursor **reserved)
{
    struct open_cursor *open = os_alloc_zero(sizeof(*open));
    JET_ERR err;

    if (!open)
        return JET_errOutOfMemory;
    open->session = session;
    open->dbid = dbid;
    open->level = session->txn.level;
    open->ls = open->table_ls = JET_LSNil;
    if ((err = handle_new(HANDLE_CURSOR, open, session, &open->tableid)) < 0)
        os_free(open);
    else
        *reserved = open;
    return err;
}

void session_unreserve_cursor(struct open_cursor *open)
{
    handle_free(open->tableid);
    os_free(open);
}

JET_TABLEID session_put_cursor(struct open_cursor *open, struct cursor *cursor)
{
    struct session *session = open->session;

    open->cursor = cursor;
    open->next = session->cursors;
    if (open->next)
        open->next->prev = open;
    session->cursors = open;
    return open->tableid;
}

JET_ERR session_add_cursor(struct session *session, struct cursor *cursor, JET_DBID dbid, JET_TABLEID *tableid)
{
    struct open_cursor *open;
    JET_ERR err = session_reserve_cursor(session, dbid, &open);

    if (err >= 0)
        *tableid = session_put_cursor(open, cursor);
    return err;
}

struct open_cursor *session_find_cursor(struct session *session, JET_TABLEID tableid)
{
    return handle_object_of(tableid, HANDLE_CURSOR, session);
}

void session_retire_cursor(struct session *session, struct cursor *cursor, uint32_t level)
{
    cursor_retire(cursor, level);
    cursor->next_retired = session->retired;
    session->retired = cursor;
}

static JET_ERR close_open_cursor(struct session *session, struct open_cursor *open, bool rolled_back)
{
    uint32_t level = open->level;
    struct cursor *cursor = open->cursor;
    JET_LS ls = open->ls, table_ls = open->table_ls;
    JET_ERR err;

    handle_free(open->tableid);
    *(open->prev ? &open->prev->next : &session->cursors) = open->next;
    if (open->next)
        open->next->prev = open->prev;
    os_free(open);
    if (rolled_back && cursor->stay_level && cursor->stay_level < session->txn.level)
        rolled_back = false; /* what it goes on with is older */
    if (cursor_must_stay(cursor) && !rolled_back)
    {
        update_abandon(cursor);
        session_retire_cursor(session, cursor, level);
        err = JET_errSuccess;
    }
    else
        err = cursor_close(cursor);
    local_storage_free_cursor(session, ls, table_ls);
    return err;
}

JET_ERR session_close_cursor(struct session *session, JET_TABLEID tableid)
{
    struct open_cursor *open = session_find_cursor(session, tableid);

    return open ? close_open_cursor(session, open, false) : JET_errInvalidTableId;
}

void session_close_cursors(struct session *session, JET_DBID dbid, uint32_t from_level)
{
    struct open_cursor *open, *next;

    for (open = session->cursors; open; open = next)
    {
        next = open->next;
        if ((dbid == JET_dbidNil || open->dbid == dbid) && open->level >= from_level)
            close_open_cursor(session, open, from_level > 0);
    }
}

void session_close_retired(struct session *session, bool rolled_back)
{
    struct cursor **link = &session->retired;

    while (*link)
    {
        struct cursor *cursor = *link;

        if (session->txn.level && !(rolled_back && cursor->retired_level > session->txn.level))
        {
            if (cursor->retired_level > session->txn.level)
                cursor->retired_level = session->txn.level;
            link = &cursor->next_retired;
            continue;
        }
        *link = cursor->next_retired;
        cursor_close(cursor);
    }
}
