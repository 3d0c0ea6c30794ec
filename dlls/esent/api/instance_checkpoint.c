/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The thread that moves the checkpoint of an instance on, and cleans up behind the last writers. */
#include "api/instance_log_private.h"
#include "txn/version.h"

#define CHECKPOINT_MS 250u
#define IDLE_CHECKS   20u /* that found no new version before the old ones are cleaned up unasked */

/* What the last writers left, when no more come: the file is not to keep deleted entries for long. */
static void clean_idle(struct txn_root *root, uint64_t *mark, uint32_t *checks)
{
    uint64_t now = version_mark(root);

    *checks = now == *mark ? *checks + 1 : 0;
    *mark = now;
    if (*checks == IDLE_CHECKS)
    {
        *checks = 0;
        version_clean(root, UINT32_MAX);
    }
}

static void checkpoint_thread(void *context)
{
    struct instance_log *own = context;
    uint64_t last = 0, mark = 0;
    uint32_t checks = 0;
    bool quiet = false;

    os_mutex_lock(&own->lock);
    while (!own->stop)
    {
        if (quiet == own->quiet)
            os_condition_wait(&own->wake, &own->lock, CHECKPOINT_MS);
        if (own->stop)
            break;
        if (quiet != own->quiet)
            last = 0;
        quiet = own->quiet;
        os_mutex_unlock(&own->lock);
        clean_idle(&own->instance->txn, &mark, &checks);
        if (!log_down(own->log) && log_tip(own->log) != last)
        {
            last = log_tip(own->log);
            (void)database_log_checkpoint(&own->registry, &own->instance->txn,
                                          quiet ? DATABASE_LOG_ALL
                                                : param_number(own->instance, JET_paramCheckpointDepthMax));
        }
        os_mutex_lock(&own->lock);
    }
    os_mutex_unlock(&own->lock);
}

/* Without the thread the checkpoint stays behind, and recovery takes longer.  `lock` is held. */
static void start_thread(struct instance_log *own)
{
    if (!own->stop && !own->thread && os_thread_create(&own->thread, checkpoint_thread, own, "checkpoint") < 0)
        own->thread = NULL;
}

void checkpoint_wanted(void *context)
{
    struct instance_log *own = context;

    os_mutex_lock(&own->lock);
    start_thread(own);
    os_mutex_unlock(&own->lock);
}

void instance_log_quiesce(void *context, bool quiesce)
{
    struct instance *instance = context;
    struct instance_log *own = instance->log;

    if (!own)
        return;
    os_mutex_lock(&own->lock);
    own->quiet = quiesce;
    start_thread(own);
    os_condition_wake_all(&own->wake);
    os_mutex_unlock(&own->lock);
}

void checkpoint_stop(struct instance_log *own)
{
    struct os_thread *thread;

    os_mutex_lock(&own->lock);
    own->stop = true;
    thread = own->thread;
    own->thread = NULL;
    os_condition_wake_all(&own->wake);
    os_mutex_unlock(&own->lock);
    if (thread)
        os_thread_join(thread);
}
