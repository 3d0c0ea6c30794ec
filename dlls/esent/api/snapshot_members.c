/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The instances that are part of a snapshot. */
#include "api/snapshot.h"
#include "maintain/backup.h"

static bool running(const struct instance *instance)
{
    return instance &&
           (atomic_load(&instance->state) & (INSTANCE_INITIALIZED | INSTANCE_TERMINATING)) == INSTANCE_INITIALIZED;
}

struct instance *snapshot_member(const struct snapshot *snapshot, uint32_t *at)
{
    struct instance *member = NULL;

    process_lock();
    for (; *at < INSTANCES_MAX && !member; ++*at)
        if (process.instances[*at] && process.instances[*at]->snapshot == snapshot)
            member = process.instances[*at];
    process_unlock();
    return member;
}

void snapshot_join(struct snapshot *snapshot, struct instance *instance)
{
    instance->snapshot = snapshot;
    backup_snapshot_prepare(instance->backup, snapshot->incremental);
}

void snapshot_join_all(struct snapshot *snapshot)
{
    process_lock();
    for (uint32_t i = 0; i < INSTANCES_MAX; i++)
        if (running(process.instances[i]) && !process.instances[i]->snapshot)
            snapshot_join(snapshot, process.instances[i]);
    process_unlock();
}

/* JetTerm, which waits for this, goes on from the moment an instance is no member any more. */
static void leave(struct snapshot *snapshot, struct instance *instance)
{
    backup_snapshot_end(instance->backup, snapshot->incremental);
    process_lock();
    instance->snapshot = NULL;
    process_unlock();
}

void snapshot_leave_all(struct snapshot *snapshot)
{
    struct instance *member;
    uint32_t at = 0;

    while ((member = snapshot_member(snapshot, &at)))
        leave(snapshot, member);
}

JET_ERR instance_backup_check(struct instance *instance)
{
    JET_ERR err = backup_check_none(instance->backup);

    os_mutex_lock(&process.snapshot_lock);
    process_lock();
    if (err >= 0 && instance->snapshot && instance->snapshot->state != SNAPSHOT_PREPARED)
        err = JET_errBackupInProgress;
    if (err >= 0)
        instance->snapshot = NULL;
    process_unlock();
    os_mutex_unlock(&process.snapshot_lock);
    return err;
}

void instance_backup_stop(struct instance *instance)
{
    bool member;

    for (;;)
    {
        process_lock();
        member = instance->snapshot != NULL;
        process_unlock();
        if (!member)
            break;
        os_sleep(2);
    }
    (void)backup_end(instance->backup, JET_errBackupAbortByServer, 0);
}
