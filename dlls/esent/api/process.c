/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The root of all state of the process, its lock, its beginning and its end.
 */
#include "api/private.h"
#include "os/retry.h"

struct process process;

void process_prepare(void)
{
    if (!process.params_ready)
    {
        param_set_init(&process.params);
        (void)os_file_patience((uint32_t)process.params.value[JET_paramAccessDeniedRetryPeriod].number);
        process.sessions_owned = os_fence_all();
        process.params_ready = true;
    }
}

void process_lock(void)
{
    os_mutex_lock(&process.lock);
    process_prepare();
}

void process_unlock(void)
{
    os_mutex_unlock(&process.lock);
}

void api_process_attach(void)
{
    process_prepare();
}

/* A program that unloads the library without JetTerm loses its instances; the
 * memory of sessions and handles, which is kept until now, is given back. */
void api_process_detach(bool process_ends)
{
    struct session *session;
    struct caller *caller;
    uint32_t i;

    if (process_ends || process.instance_count)
        return;
    while ((session = process.free_sessions))
    {
        process.free_sessions = session->next;
        os_free(session);
    }
    while ((caller = process.callers))
    {
        process.callers = caller->next;
        os_free(caller);
    }
    for (i = 0; i < HANDLE_CHUNKS; i++)
        os_free(atomic_load(&process.handles.chunks[i]));
    if (process.params_ready)
        param_set_free(&process.params);
    memset(&process, 0, sizeof(process));
    os_work_end();
}
