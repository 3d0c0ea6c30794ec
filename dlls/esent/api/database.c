/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetOpenDatabase, JetCloseDatabase.  Order and kind of the errors follow the published source (db.cxx, fmp.cxx). */
#include "api/private.h"
#include "table/schema.h"

/* Whether the session has one open that is not this one. */
static bool other_open(const struct session *session, JET_DBID dbid)
{
    for (uint32_t i = 1; i < DATABASES_MAX; i++)
    {
        if (i != dbid && session->opens[i])
            return true;
    }
    return false;
}

static JET_ERR open_locked(struct session *session, struct attachment *attachment, JET_GRBIT grbit)
{
    JET_DBID dbid = (JET_DBID)(attachment - session->instance->databases);
    JET_ERR err = JET_errSuccess;

    if (param_number(session->instance, JET_paramOneDatabasePerSession) && other_open(session, dbid))
        return JET_errOneDatabasePerSession;
    if (attachment_is_kept(attachment))
        return JET_errDatabaseAttachedForRecovery;
    if (attachment->exclusive && attachment->exclusive != session)
        return JET_errDatabaseLocked;
    if (grbit & JET_bitDbExclusive)
    {
        if (attachment->opens)
            return JET_errDatabaseInUse;
        attachment->exclusive = session;
    }
    if (session->opens[dbid] == UINT16_MAX)
        return JET_errTooManyOpenDatabases;
    return err;
}

/* The file of temporary tables, once there is one, is known, but not a program's to open. */
static JET_ERR not_attached(struct instance *instance, const WCHAR *path, JET_GRBIT grbit)
{
    struct temp_store *store = &instance->temporary;
    bool temporary;

    os_mutex_lock(&store->lock);
    temporary = store->database && os_path_same(store->database->path, path);
    os_mutex_unlock(&store->lock);
    if (!temporary)
        return JET_errDatabaseNotFound;
    return grbit & JET_bitDbExclusive ? JET_errDatabaseInUse : JET_errInvalidDatabase;
}

JET_ERR session_open_database(struct session *session, const WCHAR *path, JET_DBID *dbid, JET_GRBIT grbit)
{
    struct instance *instance = session->instance;
    struct attachment *attachment;
    WCHAR full[OS_PATH_MAX];
    JET_ERR err;

    if (!path || !path[0])
        return JET_errDatabaseInvalidPath;
    err = attachment_lock(instance, path, &attachment);
    if (err == JET_errDatabaseNotFound)
    {
        err = os_full_path(path, full, OS_PATH_MAX);
        if (err >= 0)
            err = attachment_lock(instance, full, &attachment);
        if (err == JET_errDatabaseNotFound)
            err = not_attached(instance, full, grbit);
    }
    if (err < 0)
        return err;
    err = open_locked(session, attachment, grbit);
    if (err >= 0)
    {
        *dbid = attachment - instance->databases;
        attachment->opens++;
        session->opens[*dbid]++;
    }
    os_mutex_unlock(&instance->lock);
    return err;
}

/*
 * Opens an attached database for the session.  `connect` has no meaning.
 * JET_errDatabaseNotFound (not attached), JET_errDatabaseAttachedForRecovery (by nobody but recovery),
 * JET_errDatabaseLocked, JET_errDatabaseInUse (exclusively, while it is open),
 * JET_errOneDatabasePerSession.
 */
JET_ERR JET_API JetOpenDatabaseW(JET_SESID sesid, JET_PCWSTR filename, JET_PCWSTR connect, JET_DBID *dbid,
                                 JET_GRBIT grbit)
{
    struct session *session;
    JET_ERR err;

    (void)connect;
    OS_TRACE("(%#zx, %s, %p, %#x)\n", (size_t)sesid, OS_TRACE_W(filename), (void *)dbid, (unsigned)grbit);
    err = api_enter(sesid, 0, &session);
    if (err < 0)
        return err;
    if (!dbid)
        return api_leave(session, JET_errInvalidParameter);
    *dbid = JET_dbidNil;
    return api_leave(session, session_open_database(session, filename, dbid, grbit));
}

JET_ERR JET_API JetOpenDatabaseA(JET_SESID sesid, JET_PCSTR filename, JET_PCSTR connect, JET_DBID *dbid,
                                 JET_GRBIT grbit)
{
    WCHAR *wide;
    JET_ERR err = string_from_a(filename, &wide);

    (void)connect;
    if (err >= 0)
        err = JetOpenDatabaseW(sesid, wide, NULL, dbid, grbit);
    os_free(wide);
    return err;
}

void session_close_database(struct session *session, JET_DBID dbid)
{
    struct attachment *attachment = &session->instance->databases[dbid];

    if (session->opens[dbid] == 1)
        session_close_cursors(session, dbid, 0);
    os_mutex_lock(&session->instance->lock);
    session->opens[dbid]--;
    attachment->opens--;
    if (attachment->exclusive == session)
        attachment->exclusive = NULL;
    os_mutex_unlock(&session->instance->lock);
}

/*
 * Undoes one open; with the last of the session its cursors on the database
 * are closed.  JET_errInvalidDatabaseId.
 */
JET_ERR JET_API JetCloseDatabase(JET_SESID sesid, JET_DBID dbid, JET_GRBIT grbit)
{
    struct session *session;
    JET_ERR err;

    (void)grbit;
    OS_TRACE("(%#zx, %#x, %#x)\n", (size_t)sesid, (unsigned)dbid, (unsigned)grbit);
    err = api_enter(sesid, API_WHEN_STOPPED, &session);
    if (err < 0)
        return err;
    if (!dbid || dbid >= DATABASES_MAX || !session->instance->databases[dbid].path)
        return api_leave(session, JET_errInvalidDatabaseId);
    if (!session->opens[dbid])
        return api_leave(session, JET_errInvalidDatabaseId);
    session_close_database(session, dbid);
    return api_leave(session, JET_errSuccess);
}
