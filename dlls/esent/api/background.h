/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Work in the background on a database: the jobs that programs start and stop
 * with JetDefragment (defragment.c) and JetDatabaseScan (scan.c).
 *
 * A database has one job of each kind, and the job a thread while it runs.  That
 * ends when the program says so, when its passes or its time are over, when the
 * service stops, and before the database is detached or the instance ends: who
 * does these waits for it (private.h).  A job's callback runs on its thread.
 *
 * One lock guards all jobs of an instance; it is not held while a job works.
 */
#ifndef ESENT_API_BACKGROUND_H
#define ESENT_API_BACKGROUND_H

#include "api/private.h"
#include "maintain/maintain.h"

enum job_kind
{
    JOB_DEFRAGMENT,             /* all of a database */
    JOB_TABLES,                 /* those that were named */
    JOB_SCAN,
    JOB_KINDS,
};

struct job;

/* What a job does. */
struct job_work
{
    /* On the job's thread. */
    void (*round)(struct job *job);
    /* Whether there is another round; asked with the lock held.  NULL: there is one only. */
    bool (*again)(struct job *job);
};

struct job
{
    struct background *background;
    struct instance *instance;
    JET_DBID dbid;
    struct database *database;  /* once it was started */
    const struct job_work *work;
    struct os_thread *thread;
    _Atomic uint32_t thread_id; /* of it, while it works */
    bool running;               /* the thread has not ended */
    _Atomic bool stop;
    uint64_t began;             /* os_clock_us */

    uint64_t until;             /* the same; 0: as long as it takes */

    /* What its work is to do, set before it starts, and has done. */
    uint32_t passes_max;        /* 0: for ever */
    uint32_t passes;
    JET_CALLBACK callback;
    bool space_only;            /* JOB_DEFRAGMENT: only the available extents of trees */
    struct named_table *tables; /* JOB_TABLES: the first is being worked at */
    uint32_t pause_ms;          /* JOB_SCAN: between reads */
    JET_SESID sesid;            /* JOB_SCAN: who started it */
};

/* An attached database's job, with the lock held until job_unlock: JET_errOutOfMemory. */
JET_ERR job_lock(struct attachment *attachment, enum job_kind kind, struct job **job);
void job_unlock(struct job *job);

/* With the lock held, before it starts: how long it may take; NULL or 0: as long as it takes. */
void job_limit(struct job *job, const JET_ULONG *seconds);
/* With the lock held: begins one that is not running; ends one, and waits for that. */
JET_ERR job_start(struct job *job, struct database *database, const struct job_work *work);
void job_stop(struct job *job);
/* Whether it runs for others than itself: a callback of the job finds it ending. */
bool job_is_stoppable(const struct job *job);

/* For its work: whether that shall go on; sleeps, or less if it shall not; both, as `maintain` asks for them. */
bool job_goes_on(const struct job *job);
void job_rest(struct job *job, uint64_t milliseconds);
struct maintain_leave job_leave(struct job *job);

#endif
