/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JetSetSystemParameter and JetGetSystemParameter: whose parameter is meant.
 *
 * Before a mode is fixed: the process'.  In single-instance mode the instance's,
 * or the process' for a global parameter.  In multi-instance mode the one of the
 * session, else of the instance given, else the process'.
 */
#include "api/private.h"

/* process.lock is held.  *instance stays NULL for the process' parameters. */
static JET_ERR find_owner(JET_INSTANCE handle, JET_SESID sesid, uint32_t id, struct instance **instance,
                          struct session **session)
{
    bool session_given = sesid && sesid != JET_sesidNil;
    uint32_t state;

    *instance = NULL;
    *session = NULL;
    if (process.mode == PROCESS_SINGLE)
    {
        if (id < PARAM_COUNT && !param_info[id].global)
            process_find_instance(handle, instance);
        if (*instance && session_given)
            *session = handle_object(sesid, HANDLE_SESSION);
        /* Where there is but one instance, no other parameter asks for the session. */
        if (*instance && session_given && !*session && id == JET_paramCommitDefault)
            return JET_errInvalidSesid;
    }
    else if (process.mode == PROCESS_MULTI)
    {
        if (session_given)
        {
            if (!(*session = handle_object(sesid, HANDLE_SESSION)))
                return JET_errInvalidSesid;
            *instance = (*session)->instance;
        }
        else if (handle && handle != JET_instanceNil)
        {
            if (!(*instance = handle_object(handle, HANDLE_INSTANCE)))
                return JET_errInvalidInstance;
        }
    }
    if (!*instance)
        return JET_errSuccess;
    state = atomic_load(&(*instance)->state);
    if (state & INSTANCE_TERMINATING)
        return JET_errTermInProgress;
    if (state & INSTANCE_RESTORING)
        return JET_errRestoreInProgress;
    return state & INSTANCE_INITIALIZING && !atomic_load(&(*instance)->answers) ? JET_errInitInProgress
                                                                                : JET_errSuccess;
}

JET_ERR JET_API JetSetSystemParameterW(JET_INSTANCE *handle, JET_SESID sesid, JET_ULONG id, JET_API_PTR number,
                                       JET_PCWSTR text)
{
    struct instance *instance;
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%p, %#zx, %u, %#zx, %s)\n", (void *)handle, (size_t)sesid, (unsigned)id, (size_t)number,
             OS_TRACE_W(text));
    process_lock();
    err = find_owner(handle ? *handle : 0, sesid, id, &instance, &session);
    if (err >= 0)
        err = param_set_value(instance, session, id, number, text);
    process_unlock();
    return err;
}

JET_ERR JET_API JetSetSystemParameterA(JET_INSTANCE *handle, JET_SESID sesid, JET_ULONG id, JET_API_PTR number,
                                       JET_PCSTR text)
{
    WCHAR *wide;
    JET_ERR err;

    if ((err = string_from_a(text, &wide)) < 0)
        return err;
    err = JetSetSystemParameterW(handle, sesid, id, number, wide);
    os_free(wide);
    return err;
}

/* `size` counts bytes, of either kind of text. */
JET_ERR JET_API JetGetSystemParameterW(JET_INSTANCE handle, JET_SESID sesid, JET_ULONG id, JET_API_PTR *number,
                                       JET_PWSTR text, JET_ULONG size)
{
    struct instance *instance;
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%#zx, %#zx, %u, %p, %p, %u)\n", (size_t)handle, (size_t)sesid, (unsigned)id, (void *)number,
             (void *)text, (unsigned)size);
    process_lock();
    err = find_owner(handle, sesid, id, &instance, &session);
    if (err >= 0)
        err = param_get_value(instance, session, id, number, text, size);
    process_unlock();
    return err;
}

JET_ERR JET_API JetGetSystemParameterA(JET_INSTANCE handle, JET_SESID sesid, JET_ULONG id, JET_API_PTR *number,
                                       JET_PSTR text, JET_ULONG size)
{
    WCHAR *wide;
    JET_ERR err, converted;

    if (!text || !size)
        return JetGetSystemParameterW(handle, sesid, id, number, NULL, size);
    if (size > 0x10000)
        size = 0x10000;
    if (!(wide = os_alloc_array(size, sizeof(*wide))))
        return JET_errOutOfMemory;
    err = JetGetSystemParameterW(handle, sesid, id, number, wide, size * (JET_ULONG)sizeof(*wide));
    if (err >= 0 && (converted = string_to_a(wide, text, size)) < 0)
        err = converted;
    os_free(wide);
    return err;
}
