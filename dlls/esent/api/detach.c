/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetDetachDatabase: one database, or all. */
#include "api/events.h"
#include "api/private.h"
#include "maintain/backup.h"

/* Detaches what attachment_lock found; instance->lock is held, and let go. */
static JET_ERR detach_locked(struct instance *instance, struct attachment *attachment)
{
    uint64_t began = os_clock_us();
    WCHAR path[OS_PATH_MAX];
    JET_ERR err = backup_check_none(instance->backup);

    if (err >= 0 && attachment->opens)
        err = JET_errDatabaseInUse;
    if (err < 0)
    {
        os_mutex_unlock(&instance->lock);
        return err;
    }
    attachment->busy = true;
    os_text_copy(path, OS_PATH_MAX, attachment->path);
    os_mutex_unlock(&instance->lock);
    err = database_release(attachment->database);
    if (err >= 0)
        err = database_settle(attachment->database);
    if (err < 0)
    {
        os_mutex_lock(&instance->lock);
        attachment->busy = false;
        os_mutex_unlock(&instance->lock);
        return err;
    }
    err = attachment_close(attachment);
    if (err >= 0)
        event_database(instance, EVENT_DATABASE_DETACHED, (uint32_t)(attachment - instance->databases), path, NULL,
                       began);
    return err;
}

static JET_ERR detach_all(struct instance *instance)
{
    for (uint32_t i = 1; i < DATABASES_MAX; i++)
    {
        struct attachment *attachment = &instance->databases[i];
        JET_ERR err;

        os_mutex_lock(&instance->lock);
        while (attachment->path && attachment->busy)
        {
            os_mutex_unlock(&instance->lock);
            os_sleep(1);
            os_mutex_lock(&instance->lock);
        }
        if (!attachment->path)
        {
            os_mutex_unlock(&instance->lock);
            continue;
        }
        err = detach_locked(instance, attachment);
        if (err < 0)
            return err;
    }
    return JET_errSuccess;
}

static JET_ERR detach(struct session *session, const WCHAR *path, JET_GRBIT grbit)
{
    struct instance *instance = session->instance;
    struct attachment *attachment;
    struct os_file_info info;
    WCHAR full[OS_PATH_MAX];
    JET_ERR err;

    if (grbit & JET_bitForceDetach)
        return JET_errForceDetachNotAllowed;
    if (session->txn.level)
        return JET_errInTransaction;
    if (!path || !path[0])
        return detach_all(instance);
    err = path_of_file(path, full, &info);
    if (err == JET_errFileNotFound || err == JET_errInvalidPath || err == JET_errFileAccessDenied)
        err = os_text_copy(full, OS_PATH_MAX, path) ? JET_errSuccess : JET_errDatabaseNotFound;
    else if (err >= 0)
        err = backup_check_none(instance->backup);
    if (err >= 0)
        err = attachment_lock(instance, full, &attachment);
    if (err < 0)
        return err;
    return detach_locked(instance, attachment);
}

/*
 * Detaches a database, or all (filename NULL or empty), that no session has
 * open.  JET_errDatabaseInUse, JET_errDatabaseNotFound, JET_errInTransaction,
 * JET_errForceDetachNotAllowed.
 */
JET_ERR JET_API JetDetachDatabase2W(JET_SESID sesid, JET_PCWSTR filename, JET_GRBIT grbit)
{
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%#zx, %s, %#x)\n", (size_t)sesid, OS_TRACE_W(filename), (unsigned)grbit);
    err = api_enter(sesid, API_WHEN_STOPPED, &session);
    if (err < 0)
        return err;
    return api_leave(session, detach(session, filename, grbit));
}

JET_ERR JET_API JetDetachDatabase2A(JET_SESID sesid, JET_PCSTR filename, JET_GRBIT grbit)
{
    WCHAR *wide;
    JET_ERR err = string_from_a(filename, &wide);

    if (err >= 0)
        err = JetDetachDatabase2W(sesid, wide, grbit);
    os_free(wide);
    return err;
}

JET_ERR JET_API JetDetachDatabaseW(JET_SESID sesid, JET_PCWSTR filename)
{
    return JetDetachDatabase2W(sesid, filename, 0);
}

JET_ERR JET_API JetDetachDatabaseA(JET_SESID sesid, JET_PCSTR filename)
{
    return JetDetachDatabase2A(sesid, filename, 0);
}
