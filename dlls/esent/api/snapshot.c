/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetOSSnapshot...: see snapshot.h. */
#include "api/events.h"
#include "api/snapshot.h"
#include "maintain/backup.h"

/* With the lock held.  JET_errOSSnapshotInvalidSnapId. */
static JET_ERR find(JET_OSSNAPID id, struct snapshot **snapshot)
{
    *snapshot = process.snapshots;
    while (*snapshot && ((*snapshot)->id != id || (*snapshot)->ending))
        *snapshot = (*snapshot)->next;
    return *snapshot ? JET_errSuccess : JET_errOSSnapshotInvalidSnapId;
}

/* --------------------------------------------------------------------- freeze --- */

static JET_ERR begin_all(struct snapshot *snapshot)
{
    struct instance *member;
    uint32_t at = 0;
    JET_ERR err = JET_errSuccess;

    while (err >= 0 && (member = snapshot_member(snapshot, &at)))
    {
        event_say(&member->events, EVENT_SNAPSHOT_FREEZES, (uint64_t)snapshot->id);
        err = backup_snapshot_begin(member->backup, snapshot->incremental, instance_settle, member);
    }
    return err;
}

/* Up to a member; NULL: all. */
static void thaw_all(const struct snapshot *snapshot, const struct instance *end)
{
    struct instance *member;
    uint32_t at = 0;

    while ((member = snapshot_member(snapshot, &at)) && member != end)
        backup_snapshot_thaw(member->backup, snapshot->incremental, snapshot->copy);
}

static JET_ERR freeze_all(struct snapshot *snapshot)
{
    struct instance *member;
    uint32_t at = 0;
    JET_ERR err = begin_all(snapshot);

    while (err >= 0 && (member = snapshot_member(snapshot, &at)))
    {
        err = backup_snapshot_freeze(member->backup, snapshot->incremental);
        if (err < 0)
            thaw_all(snapshot, member);
    }
    return err;
}

/* How the freeze went, for the event log. */
static void tell_held(const struct snapshot *snapshot, JET_ERR err)
{
    uint64_t id = snapshot->id;

    if (err == JET_errOSSnapshotTimeOut)
        event_say(&event_process, EVENT_SNAPSHOT_TIMED_OUT, id,
                  (uint64_t)param_number(NULL, JET_paramOSSnapshotTimeout));
    else if (err < 0)
        event_say(&event_process, EVENT_SNAPSHOT_FREEZE_FAILED, id, err);
    else
        event_say(&event_process, EVENT_SNAPSHOT_THAWED, id);
}

/* The thread that holds everything. */
static void hold(void *context)
{
    struct snapshot *snapshot = context;
    uint64_t end = os_clock_us() + (uint64_t)param_number(NULL, JET_paramOSSnapshotTimeout) * 1000, now;
    JET_ERR err;

    event_say(&event_process, EVENT_SNAPSHOT_FREEZES, (uint64_t)snapshot->id);
    err = freeze_all(snapshot);
    os_mutex_lock(&process.snapshot_lock);
    snapshot->frozen = err;
    snapshot->state = err < 0 ? SNAPSHOT_PREPARED : SNAPSHOT_FROZEN;
    os_condition_wake_all(&snapshot->changed);
    while (err >= 0 && !snapshot->thaw && (now = os_clock_us()) < end)
        os_condition_wait(&snapshot->changed, &process.snapshot_lock, (uint32_t)((end - now + 999) / 1000));
    os_mutex_unlock(&process.snapshot_lock);
    if (err >= 0)
        thaw_all(snapshot, NULL);
    os_mutex_lock(&process.snapshot_lock);
    if (err >= 0)
        snapshot->state = snapshot->thaw ? SNAPSHOT_THAWED : SNAPSHOT_TIMED_OUT;
    err = snapshot->state == SNAPSHOT_TIMED_OUT ? JET_errOSSnapshotTimeOut : err;
    os_mutex_unlock(&process.snapshot_lock);
    tell_held(snapshot, err);
    if (err < 0)
        snapshot_leave_all(snapshot);
}

/* With the lock held: waits until the thread is gone. */
static void join_thread(struct snapshot *snapshot)
{
    struct os_thread *thread = snapshot->thread;

    snapshot->thread = NULL;
    os_mutex_unlock(&process.snapshot_lock);
    if (thread)
        os_thread_join(thread);
    os_mutex_lock(&process.snapshot_lock);
}

static JET_ERR freeze(struct snapshot *snapshot)
{
    JET_ERR err;

    snapshot->state = SNAPSHOT_FREEZING;
    snapshot->thaw = false;
    err = os_thread_create(&snapshot->thread, hold, snapshot, "snapshot");
    if (err < 0)
    {
        snapshot->thread = NULL;
        snapshot->state = SNAPSHOT_PREPARED;
        return err;
    }
    while (snapshot->state == SNAPSHOT_FREEZING)
        os_condition_wait(&snapshot->changed, &process.snapshot_lock, OS_INFINITE);
    if (snapshot->frozen < 0)
        join_thread(snapshot);
    return snapshot->frozen;
}

/* ------------------------------------------------------------------------ end --- */

/* Takes it from the list, with the lock held. */
static void forget(struct snapshot *snapshot)
{
    struct snapshot **link;

    for (link = &process.snapshots; *link != snapshot; link = &(*link)->next)
        ;
    *link = snapshot->next;
}

static void save(struct snapshot *snapshot)
{
    struct instance *member;
    uint32_t at = 0;

    while ((member = snapshot_member(snapshot, &at)))
        backup_snapshot_save(member->backup, snapshot->incremental, snapshot->copy);
}

/* With the lock held: the thread is gone, the state is what it left. */
static void finish(struct snapshot *snapshot, bool success)
{
    snapshot->ending = true;
    join_thread(snapshot);
    if (success && snapshot->state != SNAPSHOT_PREPARED)
        save(snapshot);
    event_say(&event_process, success ? EVENT_SNAPSHOT_DONE : EVENT_SNAPSHOT_ABORTED, (uint64_t)snapshot->id);
    snapshot_leave_all(snapshot);
    forget(snapshot);
    os_free(snapshot);
}

/* With the lock held: lets go, and answers whether it was held until now. */
static JET_ERR thaw(struct snapshot *snapshot)
{
    snapshot->thaw = true;
    os_condition_wake_all(&snapshot->changed);
    join_thread(snapshot);
    return snapshot->state == SNAPSHOT_THAWED ? JET_errSuccess : JET_errOSSnapshotTimeOut;
}

/* ------------------------------------------------------------------ functions --- */

static bool instances_exist(void)
{
    bool exist;

    process_lock();
    exist = process.instance_count != 0;
    process_unlock();
    return exist;
}

/*
 * Begins a snapshot of all instances that run, or, with JET_bitExplicitPrepare,
 * of those that JetOSSnapshotPrepareInstance names.  Also
 * JET_bitIncrementalSnapshot, JET_bitCopySnapshot, JET_bitContinueAfterThaw.
 * JET_errInvalidGrbit, JET_errInvalidParameter, JET_errNotInitialized (there is no instance), JET_errOutOfMemory.
 */
JET_ERR JET_API JetOSSnapshotPrepare(JET_OSSNAPID *id, const JET_GRBIT grbit)
{
    const JET_GRBIT known = JET_bitIncrementalSnapshot | JET_bitCopySnapshot | JET_bitContinueAfterThaw |
                            JET_bitExplicitPrepare;
    struct snapshot *snapshot;

    OS_TRACE("(%p, %#x)\n", (void *)id, (unsigned)grbit);
    if (grbit & ~known)
        return JET_errInvalidGrbit;
    if (!id)
        return JET_errInvalidParameter;
    if (!instances_exist())
        return JET_errNotInitialized;
    snapshot = os_alloc_zero(sizeof(*snapshot));
    if (!snapshot)
        return JET_errOutOfMemory;
    snapshot->incremental = grbit & JET_bitIncrementalSnapshot;
    snapshot->copy = grbit & JET_bitCopySnapshot;
    snapshot->go_on = grbit & JET_bitContinueAfterThaw;
    snapshot->all = !(grbit & JET_bitExplicitPrepare);
    os_condition_init(&snapshot->changed);
    os_mutex_lock(&process.snapshot_lock);
    *id = snapshot->id = ++process.snapshot_last;
    snapshot->next = process.snapshots;
    process.snapshots = snapshot;
    event_say(&event_process,
              snapshot->incremental ? (snapshot->copy ? EVENT_SNAPSHOT_DIFFERENCE : EVENT_SNAPSHOT_INCREMENT)
              : snapshot->copy      ? EVENT_SNAPSHOT_COPY
                                    : EVENT_SNAPSHOT_FULL,
              (uint64_t)snapshot->id);
    if (snapshot->all)
        snapshot_join_all(snapshot);
    os_mutex_unlock(&process.snapshot_lock);
    return JET_errSuccess;
}

static JET_ERR add(struct snapshot *snapshot, struct instance *instance)
{
    JET_ERR err = JET_errSuccess;

    if (snapshot->state != SNAPSHOT_PREPARED)
        return JET_errOSSnapshotInvalidSequence;
    process_lock();
    if (instance->snapshot || backup_progress(instance->backup) != BACKUP_NONE)
        err = JET_errOSSnapshotNotAllowed;
    else
        snapshot_join(snapshot, instance);
    process_unlock();
    return err;
}

/* Adds an instance.  JET_errInvalidGrbit, JET_errOSSnapshotInvalidSnapId,
 * JET_errOSSnapshotInvalidSequence, JET_errOSSnapshotNotAllowed: it is being backed up. */
JET_ERR JET_API JetOSSnapshotPrepareInstance(JET_OSSNAPID id, JET_INSTANCE handle, const JET_GRBIT grbit)
{
    struct snapshot *snapshot;
    struct instance *instance;
    JET_ERR err;

    OS_TRACE("(%#zx, %#zx, %#x)\n", (size_t)id, (size_t)handle, (unsigned)grbit);
    if ((err = api_enter_instance(handle, ENTER_RUNNING, &instance)) < 0)
        return err;
    if (grbit)
        return api_leave_instance(instance, JET_errInvalidGrbit);
    os_mutex_lock(&process.snapshot_lock);
    err = find(id, &snapshot);
    if (err >= 0)
        err = add(snapshot, instance);
    os_mutex_unlock(&process.snapshot_lock);
    return api_leave_instance(instance, err);
}

/* In the A form nothing is written unless it succeeds; so in freeze_info. */
static JET_ERR freeze_snapshot(JET_OSSNAPID id, JET_ULONG *count, JET_INSTANCE_INFO_W **infos, JET_GRBIT grbit,
                               bool wide)
{
    struct snapshot *snapshot;
    JET_ERR err;

    OS_TRACE("(%#zx, %p, %p, %#x)\n", (size_t)id, (void *)count, (void *)infos, (unsigned)grbit);
    if (!wide && (!count || !infos))
        return JET_errInvalidParameter;
    if (grbit)
        return JET_errInvalidGrbit;
    if (!count || !infos)
        return JET_errInvalidParameter;
    if (wide)
    {
        *count = 0;
        *infos = NULL;
    }
    os_mutex_lock(&process.snapshot_lock);
    err = find(id, &snapshot);
    if (err >= 0 && snapshot->state != SNAPSHOT_PREPARED)
        err = JET_errOSSnapshotInvalidSequence;
    if (err >= 0)
        err = freeze(snapshot);
    if (err >= 0)
    {
        err = instance_infos(count, infos, wide, snapshot);
        if (err < 0)
        {
            (void)thaw(snapshot);
            if (!snapshot->go_on)
                finish(snapshot, false);
        }
    }
    os_mutex_unlock(&process.snapshot_lock);
    return err;
}

/* Freezes.  *infos is what JetGetInstanceInfo gives of the instances.  JET_errOSSnapshotNotAllowed, ... */
JET_ERR JET_API JetOSSnapshotFreezeW(const JET_OSSNAPID id, JET_ULONG *count, JET_INSTANCE_INFO_W **infos,
                                     const JET_GRBIT grbit)
{
    return freeze_snapshot(id, count, infos, grbit, true);
}

JET_ERR JET_API JetOSSnapshotFreezeA(const JET_OSSNAPID id, JET_ULONG *count, JET_INSTANCE_INFO_A **infos,
                                     const JET_GRBIT grbit)
{
    return freeze_snapshot(id, count, (JET_INSTANCE_INFO_W **)infos, grbit, false);
}

static JET_ERR freeze_info(JET_OSSNAPID id, JET_ULONG *count, JET_INSTANCE_INFO_W **infos, JET_GRBIT grbit, bool wide)
{
    struct snapshot *snapshot;
    JET_ERR err;

    OS_TRACE("(%#zx, %p, %p, %#x)\n", (size_t)id, (void *)count, (void *)infos, (unsigned)grbit);
    if (grbit)
        return JET_errInvalidGrbit;
    if (wide)
    {
        if (!count || !infos)
            return JET_errInvalidParameter;
        *count = 0;
        *infos = NULL;
    }
    os_mutex_lock(&process.snapshot_lock);
    err = find(id, &snapshot);
    if (err >= 0)
        err = instance_infos(count, infos, wide, snapshot);
    os_mutex_unlock(&process.snapshot_lock);
    return err;
}

/* The same list again, as long as the snapshot is there. */
JET_ERR JET_API JetOSSnapshotGetFreezeInfoW(const JET_OSSNAPID id, JET_ULONG *count, JET_INSTANCE_INFO_W **infos,
                                            const JET_GRBIT grbit)
{
    return freeze_info(id, count, infos, grbit, true);
}

JET_ERR JET_API JetOSSnapshotGetFreezeInfoA(const JET_OSSNAPID id, JET_ULONG *count, JET_INSTANCE_INFO_A **infos,
                                            const JET_GRBIT grbit)
{
    return freeze_info(id, count, (JET_INSTANCE_INFO_W **)infos, grbit, false);
}

/* Lets go, and ends the snapshot unless it was prepared to go on.
 * JET_errOSSnapshotTimeOut: it has let go by itself meanwhile. */
JET_ERR JET_API JetOSSnapshotThaw(const JET_OSSNAPID id, const JET_GRBIT grbit)
{
    struct snapshot *snapshot;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x)\n", (size_t)id, (unsigned)grbit);
    if (grbit)
        return JET_errInvalidGrbit;
    os_mutex_lock(&process.snapshot_lock);
    err = find(id, &snapshot);
    if (err >= 0 && snapshot->state != SNAPSHOT_FROZEN && snapshot->state != SNAPSHOT_TIMED_OUT)
        err = JET_errOSSnapshotInvalidSequence;
    if (err >= 0)
    {
        err = thaw(snapshot);
        if (!snapshot->go_on)
            finish(snapshot, err >= 0);
    }
    os_mutex_unlock(&process.snapshot_lock);
    return err;
}

static JET_ERR truncate(struct snapshot *snapshot, const struct instance *only, JET_GRBIT grbit)
{
    struct instance *member;
    uint32_t at = 0;
    bool found = !only;
    JET_ERR err = JET_errSuccess, now;

    if ((snapshot->state != SNAPSHOT_THAWED && snapshot->state != SNAPSHOT_TRUNCATED) || snapshot->copy)
        return JET_errOSSnapshotInvalidSequence;
    while ((member = snapshot_member(snapshot, &at)))
    {
        if (only && member != only)
            continue;
        found = true;
        now = backup_snapshot_truncate(member->backup, grbit & JET_bitAllDatabasesSnapshot);
        err = err < 0 ? err : now;
    }
    if (!found)
        return JET_wrnNyi;
    if (err >= 0)
        snapshot->state = SNAPSHOT_TRUNCATED;
    return err;
}

static JET_ERR truncate_log(JET_OSSNAPID id, const struct instance *only, JET_GRBIT grbit)
{
    struct snapshot *snapshot;
    JET_ERR err;

    if (grbit & ~(JET_GRBIT)JET_bitAllDatabasesSnapshot)
        return JET_errInvalidGrbit;
    os_mutex_lock(&process.snapshot_lock);
    err = find(id, &snapshot);
    if (err >= 0)
        err = truncate(snapshot, only, grbit);
    os_mutex_unlock(&process.snapshot_lock);
    return err;
}

/* Deletes logs that are not needed any more, if JET_bitAllDatabasesSnapshot says that all databases
 * were copied.  JET_errOSSnapshotInvalidSequence, also for a copy. */
JET_ERR JET_API JetOSSnapshotTruncateLog(const JET_OSSNAPID id, const JET_GRBIT grbit)
{
    OS_TRACE("(%#zx, %#x)\n", (size_t)id, (unsigned)grbit);
    return truncate_log(id, NULL, grbit);
}

/* The same of one instance; -1 if it is no part of the snapshot. */
JET_ERR JET_API JetOSSnapshotTruncateLogInstance(const JET_OSSNAPID id, JET_INSTANCE handle, const JET_GRBIT grbit)
{
    struct instance *instance;
    JET_ERR err;

    OS_TRACE("(%#zx, %#zx, %#x)\n", (size_t)id, (size_t)handle, (unsigned)grbit);
    if ((err = api_enter_instance(handle, ENTER_RUNNING, &instance)) < 0)
        return err;
    return api_leave_instance(instance, truncate_log(id, instance, grbit));
}

/* Aborts in any state; ends well what is only prepared, or is thawed. */
static JET_ERR end(struct snapshot *snapshot, bool abort)
{
    if (!abort && (snapshot->state == SNAPSHOT_FROZEN || snapshot->state == SNAPSHOT_TIMED_OUT))
        return JET_errOSSnapshotInvalidSequence;
    /* One that would have ended with the thaw does so even now. */
    if (snapshot->state == SNAPSHOT_FROZEN && thaw(snapshot) >= 0 && !snapshot->go_on)
        abort = false;
    finish(snapshot, !abort);
    return JET_errSuccess;
}

static JET_ERR end_snapshot(JET_OSSNAPID id, bool abort)
{
    struct snapshot *snapshot;
    JET_ERR err;

    os_mutex_lock(&process.snapshot_lock);
    err = find(id, &snapshot);
    if (err >= 0)
        err = end(snapshot, abort);
    os_mutex_unlock(&process.snapshot_lock);
    return err;
}

/* Ends a snapshot that went on after the thaw; JET_bitAbortSnapshot: it is worth nothing. */
JET_ERR JET_API JetOSSnapshotEnd(const JET_OSSNAPID id, const JET_GRBIT grbit)
{
    OS_TRACE("(%#zx, %#x)\n", (size_t)id, (unsigned)grbit);
    if (grbit & ~(JET_GRBIT)JET_bitAbortSnapshot)
        return JET_errInvalidGrbit;
    return end_snapshot(id, grbit & JET_bitAbortSnapshot);
}

JET_ERR JET_API JetOSSnapshotAbort(const JET_OSSNAPID id, const JET_GRBIT grbit)
{
    OS_TRACE("(%#zx, %#x)\n", (size_t)id, (unsigned)grbit);
    return grbit ? JET_errInvalidGrbit : end_snapshot(id, true);
}
