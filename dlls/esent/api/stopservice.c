/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JetStopService and its kin: the engine is told that it will end soon, and
 * gets ready for it while programs are turned away.
 *
 * Parts of the engine take part through instance.hooks, as they are when the call
 * comes in.  What one of these calls changes in an instance it changes under
 * process.lock, after everything that can fail; the hooks are called after that
 * without the lock.  A call that is inside on another thread goes on; nobody waits
 * for anybody.
 */
#include "api/private.h"
#include "maintain/backup.h"

#define STOP_ALL                  1u /* in instance.stopped: JET_bitStopServiceAll */
#define RESUMABLE                 (JET_bitStopServiceBackgroundUserTasks | JET_bitStopServiceQuiesceCaches)
#define KNOWN                     (RESUMABLE | JET_bitStopServiceStopAndEmitLog | JET_bitStopServiceResume)
#define QUIESCED_CHECKPOINT_DEPTH 16384 /* bytes of log */

static void call(void (*hook)(void *context), void *context)
{
    if (hook)
        hook(context);
}

static void call_with(void (*hook)(void *context, bool on), void *context, bool on)
{
    if (hook)
        hook(context, on);
}

/* Finds the instance and keeps it from ending; JetTerm waits, as for any call.
 * Unlike other calls this one is let in whatever the instance's state is: what may
 * be set in motion in that state is in `hooks` (NULL: not asked for). */
static JET_ERR hold(JET_INSTANCE handle, struct instance **instance, struct instance_hooks *hooks)
{
    JET_ERR err;

    if ((err = api_check_instance(handle)) < 0)
        return err;
    process_lock();
    if ((err = process_find_instance(handle, instance)) >= 0)
    {
        atomic_fetch_add(&(*instance)->calls, 1);
        if (hooks)
            *hooks = (*instance)->hooks;
    }
    process_unlock();
    return err;
}

/* The whole service stops: from here on calls are refused. */
static void stop_all(struct instance *instance, const struct instance_hooks *hooks, bool lower_depth)
{
    background_tell_stop(instance);
    call(hooks->clean_versions, hooks->context);
    if (lower_depth)
    {
        process_lock();
        param_set_plain(instance, JET_paramCheckpointDepthMax, QUIESCED_CHECKPOINT_DEPTH, NULL);
        process_unlock();
    }
    call_with(hooks->quiesce_cache, hooks->context, true);
    atomic_fetch_or(&instance->state, INSTANCE_STOPPED);
}

/*
 * Stops the service of an instance for good.  Online defragmentation ends,
 * version cleanup starts, the checkpoint depth goes down and dirty pages begin
 * to be written; then calls answer JET_errClientRequestToStopJetService, but
 * for those that clean up.  JET_errInvalidInstance, JET_errInvalidParameter:
 * nothing has changed.
 */
JET_ERR JET_API JetStopServiceInstance(JET_INSTANCE handle)
{
    struct instance_hooks hooks;
    struct instance *instance;
    JET_ERR err;

    OS_TRACE("(%#zx)\n", (size_t)handle);
    if ((err = hold(handle, &instance, &hooks)) < 0)
        return err;
    stop_all(instance, &hooks, true);
    return api_leave_instance(instance, JET_errSuccess);
}

/* Takes back what can be: the bits given, or all that was stopped. */
static JET_ERR resume(struct instance *instance, const struct instance_hooks *hooks, JET_GRBIT grbit)
{
    JET_ERR err = JET_errSuccess;

    grbit &= ~(JET_GRBIT)JET_bitStopServiceResume;
    process_lock();
    if (!grbit)
        grbit = instance->stopped;
    if (grbit & JET_bitStopServiceStopAndEmitLog)
        err = JET_errInvalidGrbit;
    else if (grbit & ~(JET_GRBIT)RESUMABLE)
        err = JET_errClientRequestToStopJetService;
    else
        instance->stopped &= ~grbit;
    process_unlock();
    if (err < 0)
        return err;
    if (grbit & JET_bitStopServiceQuiesceCaches)
        call_with(hooks->quiesce_cache, hooks->context, false);
    if (grbit & JET_bitStopServiceBackgroundUserTasks)
        call_with(hooks->pause_background, hooks->context, false);
    return JET_errSuccess;
}

static JET_ERR stop(struct instance *instance, const struct instance_hooks *hooks, JET_GRBIT grbit)
{
    if (grbit & JET_bitStopServiceStopAndEmitLog)
    {
        if (grbit != JET_bitStopServiceStopAndEmitLog)
            return JET_errInvalidGrbit;
        return hooks->stop_and_emit_log ? hooks->stop_and_emit_log(hooks->context) : JET_errSuccess;
    }
    process_lock();
    instance->stopped |= grbit == JET_bitStopServiceAll ? STOP_ALL | RESUMABLE : grbit;
    process_unlock();
    if (grbit == JET_bitStopServiceAll || grbit & JET_bitStopServiceBackgroundUserTasks)
        call_with(hooks->pause_background, hooks->context, true);
    if (grbit == JET_bitStopServiceAll)
    {
        stop_all(instance, hooks, false);
        return JET_errSuccess;
    }
    if (grbit & JET_bitStopServiceQuiesceCaches)
    {
        call(hooks->clean_versions, hooks->context);
        call_with(hooks->quiesce_cache, hooks->context, true);
    }
    return JET_errSuccess;
}

/*
 * Stops all of the service for good (JET_bitStopServiceAll), or parts of it,
 * which JET_bitStopServiceResume takes back.  JET_errInvalidGrbit for unknown
 * bits or a wrong combination; JET_errClientRequestToStopJetService for resuming
 * what was stopped for good by this function.
 */
JET_ERR JET_API JetStopServiceInstance2(JET_INSTANCE handle, const JET_GRBIT grbit)
{
    struct instance_hooks hooks;
    struct instance *instance;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x)\n", (size_t)handle, (unsigned)grbit);
    if ((err = hold(handle, &instance, &hooks)) < 0)
        return err;
    if (grbit & ~(JET_GRBIT)KNOWN)
        err = JET_errInvalidGrbit;
    else
        err = grbit & JET_bitStopServiceResume ? resume(instance, &hooks, grbit) : stop(instance, &hooks, grbit);
    return api_leave_instance(instance, err);
}

/* The one instance of single-instance mode.  JET_errInvalidParameter when there
 * is none, JET_errRunningInMultiInstanceMode in the other mode. */
JET_ERR JET_API JetStopService(void)
{
    JET_ERR err;

    OS_TRACE("()\n");
    if ((err = api_check_single_mode()) < 0)
        return err;
    return JetStopServiceInstance(JET_instanceNil);
}

/* Tells a backup that runs to give up; there may be none. */
JET_ERR JET_API JetStopBackupInstance(JET_INSTANCE handle)
{
    struct instance *instance;
    JET_ERR err;

    OS_TRACE("(%#zx)\n", (size_t)handle);
    if ((err = hold(handle, &instance, NULL)) < 0)
        return err;
    backup_stop(instance->backup);
    return api_leave_instance(instance, JET_errSuccess);
}

JET_ERR JET_API JetStopBackup(void)
{
    JET_ERR err;

    OS_TRACE("()\n");
    if ((err = api_check_single_mode()) < 0)
        return err;
    return JetStopBackupInstance(JET_instanceNil);
}
