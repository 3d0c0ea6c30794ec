/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The jobs in the background: their threads, begun, ended and waited for. */
#include "api/background.h"

struct background
{
    struct os_mutex lock;
    struct os_condition changed;
    struct job jobs[JOB_KINDS][DATABASES_MAX];
};

/* Made by who needs it first, and by one of several that do at once. */
static struct background *background_of(struct instance *instance)
{
    struct background *background = atomic_load(&instance->background), *none = NULL;

    if (background)
        return background;
    background = os_alloc_zero(sizeof(*background));
    if (!background)
        return NULL;
    os_mutex_init(&background->lock);
    os_condition_init(&background->changed);
    for (uint32_t kind = 0; kind < JOB_KINDS; kind++)
        for (JET_DBID i = 0; i < DATABASES_MAX; i++)
        {
            background->jobs[kind][i].background = background;
            background->jobs[kind][i].instance = instance;
            background->jobs[kind][i].dbid = i;
        }
    if (atomic_compare_exchange_strong(&instance->background, &none, background))
        return background;
    os_free(background);
    return none;
}

JET_ERR job_lock(struct attachment *attachment, enum job_kind kind, struct job **job)
{
    struct background *background = background_of(attachment->instance);

    if (!background)
        return JET_errOutOfMemory;
    os_mutex_lock(&background->lock);
    *job = &background->jobs[kind][attachment - attachment->instance->databases];
    return JET_errSuccess;
}

void job_unlock(struct job *job)
{
    os_mutex_unlock(&job->background->lock);
}

/* ----------------------------------------------------------------- the thread --- */

bool job_goes_on(const struct job *job)
{
    return !atomic_load(&job->stop) && (!job->until || os_clock_us() < job->until);
}

void job_rest(struct job *job, uint64_t milliseconds)
{
    struct background *background = job->background;
    uint64_t end = os_clock_us() + milliseconds * 1000, now;

    if (job->until && job->until < end)
        end = job->until;
    os_mutex_lock(&background->lock);
    while (!atomic_load(&job->stop) && (now = os_clock_us()) < end)
        os_condition_wait(&background->changed, &background->lock, (uint32_t)((end - now + 999) / 1000));
    os_mutex_unlock(&background->lock);
}

static bool leave_go_on(void *context)
{
    return job_goes_on(context);
}

static void leave_rest(void *context, uint64_t milliseconds)
{
    job_rest(context, milliseconds);
}

struct maintain_leave job_leave(struct job *job)
{
    return (struct maintain_leave){ job, leave_go_on, leave_rest };
}

static void work(void *context)
{
    struct job *job = context;
    struct background *background = job->background;

    atomic_store(&job->thread_id, os_thread_id());
    for (;;)
    {
        job->work->round(job);
        os_mutex_lock(&background->lock);
        /* What comes up after this begins another thread. */
        if (!job->work->again || !job->work->again(job))
            break;
        os_mutex_unlock(&background->lock);
    }
    atomic_store(&job->thread_id, 0);
    job->running = false;
    os_condition_wake_all(&background->changed);
    os_mutex_unlock(&background->lock);
}

/* With the lock held: joins a thread that has ended. */
static void clear(struct job *job)
{
    if (job->thread && !job->running)
    {
        os_thread_join(job->thread);
        job->thread = NULL;
    }
}

void job_limit(struct job *job, const JET_ULONG *seconds)
{
    job->until = seconds && *seconds ? os_clock_us() + *seconds * 1000000ull : 0;
}

JET_ERR job_start(struct job *job, struct database *database, const struct job_work *work_of)
{
    JET_ERR err;

    clear(job);
    job->database = database;
    job->work = work_of;
    atomic_store(&job->stop, false);
    job->passes = 0;
    job->began = os_clock_us();
    job->running = true;
    err = os_thread_create(&job->thread, work, job, "maintenance");
    if (err < 0)
    {
        job->thread = NULL;
        job->running = false;
    }
    return err;
}

void job_stop(struct job *job)
{
    atomic_store(&job->stop, true);
    os_condition_wake_all(&job->background->changed);
    while (job->running)
        os_condition_wait(&job->background->changed, &job->background->lock, OS_INFINITE);
    clear(job);
}

bool job_is_stoppable(const struct job *job)
{
    return job->running && !atomic_load(&job->stop) && atomic_load(&job->thread_id) != os_thread_id();
}

/* ----------------------------------------------------------------- all of them --- */

void background_stop(struct instance *instance, JET_DBID dbid)
{
    struct background *background = atomic_load(&instance->background);

    if (!background)
        return;
    os_mutex_lock(&background->lock);
    for (uint32_t kind = 0; kind < JOB_KINDS; kind++)
        job_stop(&background->jobs[kind][dbid]);
    os_mutex_unlock(&background->lock);
}

void background_tell_stop(struct instance *instance)
{
    struct background *background = atomic_load(&instance->background);

    if (!background)
        return;
    os_mutex_lock(&background->lock);
    for (uint32_t kind = 0; kind < JOB_KINDS; kind++)
        for (uint32_t i = 0; i < DATABASES_MAX; i++)
            atomic_store(&background->jobs[kind][i].stop, true);
    os_condition_wake_all(&background->changed);
    os_mutex_unlock(&background->lock);
}

void background_stop_all(struct instance *instance)
{
    for (uint32_t i = 0; i < DATABASES_MAX; i++)
        background_stop(instance, i);
}

void background_free(struct instance *instance)
{
    os_free(atomic_load(&instance->background));
}
