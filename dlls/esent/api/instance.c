/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Instances: made, found room for, ended.  JetInit is in init.c.
 */
#include "api/events.h"
#include "api/log_emit.h"
#include "maintain/backup.h"
#include "table/schema.h"

static bool same_name(const WCHAR *a, const WCHAR *b)
{
    return a && b ? os_text_compare(a, b) == 0 : a == b;
}

static JET_ERR instance_name_free(const WCHAR *name)
{
    uint32_t i;

    for (i = 0; i < INSTANCES_MAX; i++)
    {
        if (process.instances[i] && same_name(process.instances[i]->name, name))
            return JET_errInstanceNameInUse;
    }
    return JET_errSuccess;
}

static void instance_destroy(struct instance *instance)
{
    struct former_text *former;

    if (instance->handle)
        handle_free(instance->handle);
    instance_reseed_close(instance);
    log_consume_end(instance);
    background_free(instance);
    backup_free(instance->backup);
    txn_root_free(&instance->txn);
    param_set_free(&instance->params);
    while ((former = instance->former_texts))
    {
        instance->former_texts = former->next;
        os_free(former->text);
        os_free(former);
    }
    os_free(instance->name);
    os_free(instance->display_name);
    os_free(instance);
}

/* With the last instance goes the mode; what was set for the process stays. */
static void instance_forget(struct instance *instance)
{
    process.instances[instance->number] = NULL;
    if (--process.instance_count == 0)
        process.mode = PROCESS_NO_MODE;
}

static void clean_versions(void *context)
{
    struct instance *instance = context;

    while (version_clean(&instance->txn, UINT32_MAX))
        ;
}

JET_ERR instance_new(const WCHAR *name, const WCHAR *display_name, struct instance **created)
{
    uintptr_t most = param_number(NULL, JET_paramMaxInstances);
    struct instance *instance;
    uint32_t number;
    JET_ERR err;

    if (process.instance_count >= most || process.instance_count >= INSTANCES_MAX)
        return JET_errTooManyInstances;
    if ((err = instance_name_free(name)) < 0)
        return err;
    for (number = 0; process.instances[number]; number++)
        ;
    if (!(instance = os_alloc_zero(sizeof(*instance))))
        return JET_errOutOfMemory;
    instance->number = number;
    os_mutex_init(&instance->temporary.lock);
    os_mutex_init(&instance->reseed_lock);
    os_mutex_init(&instance->consume_lock);
    txn_root_init(&instance->txn);
    event_instance_new(instance);
    instance->txn.hooks = (struct version_hooks){ NULL, schema_undo, schema_expire, index_settle };
    if ((err = param_set_copy(&instance->params, &process.params)) < 0)
    {
        os_free(instance);
        return err;
    }
    /* Files keep a format that the machine they came from can read, unless the program says otherwise. */
    if (!process.params.value[JET_paramEngineFormatVersion].written)
        instance->params.value[JET_paramEngineFormatVersion].number = JET_efvExchange2016Cu1Rtm |
                                                                      JET_efvAllowHigherPersistedFormat;
    if ((name && name[0] && !(instance->name = os_text_duplicate(name))) ||
        (display_name && display_name[0] && !(instance->display_name = os_text_duplicate(display_name))))
        err = JET_errOutOfMemory;
    if (err >= 0)
        err = handle_new(HANDLE_INSTANCE, instance, NULL, &instance->handle);
    if (err < 0)
    {
        instance_destroy(instance);
        return err;
    }
    process.instances[number] = instance;
    process.instance_count++;
    *created = instance;
    return JET_errSuccess;
}

void instance_set_hooks(struct instance *instance)
{
    instance->hooks = (struct instance_hooks){ .context = instance,
                                               .clean_versions = clean_versions,
                                               .quiesce_cache = instance_log_quiesce,
                                               .stop_and_emit_log = instance_log_stop_and_emit };
}

void instance_free(struct instance *instance)
{
    process_lock();
    handle_free(instance->handle);
    instance->handle = 0;
    instance_forget(instance);
    process_unlock();
    while (atomic_load(&instance->calls))
        os_sleep(1);
    instance_destroy(instance);
}

static bool instance_is_idle(struct instance *instance)
{
    struct session *session;
    bool idle;

    os_mutex_lock(&instance->lock);
    idle = atomic_load(&instance->calls) == 0;
    for (session = instance->sessions; session && idle; session = session->next)
        idle = atomic_load(&session->lock) == session->handle && !session_owner_inside(session);
    os_mutex_unlock(&instance->lock);
    return idle;
}

void instance_wait_for_calls(struct instance *instance)
{
    uint32_t tries = 0;

    /* From here on, who enters sees the instance's state, or is seen. */
    os_fence_all();
    while (!instance_is_idle(instance))
    {
        if (tries++ < 100)
            os_thread_yield();
        else
            os_sleep(1);
    }
}

void instance_close_databases(struct instance *instance)
{
    uint32_t i;

    for (i = 0; i < DATABASES_MAX; i++)
        attachment_close(&instance->databases[i]);
    temp_store_close(&instance->temporary);
}

/* ---------------------------------------------------------- the functions --- */

/*
 * Makes an instance.  The first one puts the process into multi-instance mode.
 * JET_errRunningInOneInstanceMode, and as instance_new.
 */
JET_ERR JET_API JetCreateInstance2W(JET_INSTANCE *handle, JET_PCWSTR name, JET_PCWSTR display_name, JET_GRBIT grbit)
{
    enum process_mode mode;
    struct instance *instance;
    JET_ERR err;

    (void)grbit;
    OS_TRACE("(%p, %s, %s, %#x)\n", (void *)handle, OS_TRACE_W(name), OS_TRACE_W(display_name), (unsigned)grbit);
    if (!handle)
        return JET_errInvalidParameter;
    *handle = JET_instanceNil;
    process_lock();
    mode = process.mode;
    if (mode == PROCESS_SINGLE)
        err = JET_errRunningInOneInstanceMode;
    else
    {
        process.mode = PROCESS_MULTI;
        err = instance_new(name, display_name, &instance);
        if (err >= 0)
            *handle = instance->handle;
        else if (!process.instance_count)
            process.mode = PROCESS_NO_MODE;
    }
    process_unlock();
    return err;
}

JET_ERR JET_API JetCreateInstance2A(JET_INSTANCE *handle, JET_PCSTR name, JET_PCSTR display_name, JET_GRBIT grbit)
{
    WCHAR *wide_name = NULL, *wide_display = NULL;
    JET_ERR err;

    if ((err = string_from_a(name, &wide_name)) >= 0 && (err = string_from_a(display_name, &wide_display)) >= 0)
        err = JetCreateInstance2W(handle, wide_name, wide_display, grbit);
    os_free(wide_name);
    os_free(wide_display);
    return err;
}

JET_ERR JET_API JetCreateInstanceW(JET_INSTANCE *handle, JET_PCWSTR name)
{
    return JetCreateInstance2W(handle, name, NULL, 0);
}

JET_ERR JET_API JetCreateInstanceA(JET_INSTANCE *handle, JET_PCSTR name)
{
    return JetCreateInstance2A(handle, name, NULL, 0);
}

/* Marks an instance as ending, if it may be ended: process.lock is held. */
static JET_ERR term_begin(struct instance *instance)
{
    uint32_t state = atomic_load(&instance->state);

    if (state & INSTANCE_TERMINATING)
        return JET_errTermInProgress;
    if (state & INSTANCE_RESTORING)
        return JET_errRestoreInProgress;
    if (state & INSTANCE_INITIALIZING)
        return JET_errNotInitialized;
    atomic_fetch_or(&instance->state, INSTANCE_TERMINATING);
    if (state & INSTANCE_INITIALIZED)
        atomic_fetch_add(&process.terminating, 1);
    return JET_errSuccess;
}

static bool transactions_open(struct instance *instance)
{
    bool open;

    os_mutex_lock(&instance->txn.lock);
    open = instance->txn.open != 0;
    os_mutex_unlock(&instance->txn.lock);
    return open;
}

static void end_all_sessions(struct instance *instance)
{
    struct session *session;
    JET_SESID lock;

    for (;;)
    {
        os_mutex_lock(&instance->lock);
        session = instance->sessions;
        os_mutex_unlock(&instance->lock);
        if (!session)
            return;
        for (lock = session->handle; !atomic_compare_exchange_strong(&session->lock, &lock, SESSION_ENDING);
             lock = session->handle)
            os_thread_yield(); /* one who came and is being sent away */
        while (!session_disown(session))
            os_thread_yield();
        session_end(session);
    }
}

/* JetStopService and its kin still come in, but find nothing to set in motion. */
static void keep_out(struct instance *instance)
{
    process_lock();
    memset(&instance->hooks, 0, sizeof(instance->hooks));
    process_unlock();
    instance_wait_for_calls(instance);
}

/*
 * Ends an instance, when the calls that are inside have left.  Sessions still
 * open are ended; a transaction still open is JET_errTooManyActiveUsers, and the
 * instance goes on, unless JET_bitTermDirty.
 */
static JET_ERR term(JET_INSTANCE handle, JET_GRBIT grbit)
{
    uint64_t began = os_clock_us();
    struct instance *instance;
    bool initialized = false;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x)\n", (size_t)handle, (unsigned)grbit);
    if ((err = api_check_instance(handle)) < 0)
        return err;
    process_lock();
    if ((err = process_find_instance(handle, &instance)) >= 0)
    {
        initialized = atomic_load(&instance->state) & INSTANCE_INITIALIZED;
        err = term_begin(instance);
    }
    process_unlock();
    if (err < 0)
        return err;
    if (!initialized)
    {
        instance_free(instance);
        return JET_errSuccess;
    }

    instance_wait_for_calls(instance);
    if (grbit & (JET_bitTermStopBackup | JET_bitTermAbrupt | JET_bitTermDirty))
        instance_backup_stop(instance);
    /* Before transactions are looked for: what works behind the programs has some. */
    background_stop_all(instance);
    err = instance_backup_check(instance);
    if (err >= 0 && !(grbit & JET_bitTermDirty) && !(atomic_load(&instance->state) & INSTANCE_UNAVAILABLE) &&
        transactions_open(instance))
        err = JET_errTooManyActiveUsers;
    if (err < 0)
    {
        atomic_fetch_and(&instance->state, ~INSTANCE_TERMINATING);
        atomic_fetch_sub(&process.terminating, 1);
        return err;
    }
    event_stage(instance, STAGE_ENDS);
    keep_out(instance);
    end_all_sessions(instance);
    err = instance_log_stop(instance, grbit & JET_bitTermDirty, instance_close_databases);
    event_stopped(instance, began, grbit & JET_bitTermDirty, err);
    process_lock();
    atomic_fetch_and(&instance->state, ~INSTANCE_INITIALIZED);
    atomic_fetch_sub(&process.terminating, 1);
    atomic_fetch_sub(&process.initialized, 1);
    process_unlock();
    instance_free(instance);
    return grbit & JET_bitTermDirty ? JET_errDirtyShutdown : err;
}

JET_ERR JET_API JetTerm(JET_INSTANCE instance)
{
    return term(instance, JET_bitTermAbrupt);
}

JET_ERR JET_API JetTerm2(JET_INSTANCE instance, JET_GRBIT grbit)
{
    return term(instance, grbit);
}
