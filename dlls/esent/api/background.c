/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Work in the background that programs start and stop: JetDefragment and
 * JetDatabaseScan.
 *
 * There is a thread for each job of a database while it runs.  It ends when the
 * program says so, when its passes or its time are over, when the service stops,
 * and before the database is detached or the instance ends: who does these waits
 * for it.  Its callback runs on it.
 *
 * Order and kind of the errors follow the published source (old.cxx, scrub.cxx, dbscan.cxx).
 * `lock` of struct background guards all of it, and is not held while a job works.
 */
#include <stdio.h>

#include "api/callback.h"
#include "maintain/maintain.h"
#include "table/schema.h"

#define PASS_PAUSE_MS 1000u    /* between passes of which a number was asked for */
#define PASS_LEAST_MS 3600000u /* how long a pass takes at least that is repeated for ever */

enum job_kind
{
    JOB_DEFRAGMENT,
    JOB_TABLES, /* those that were named */
    JOB_SCAN,
    JOB_KINDS,
};

struct named_table
{
    struct named_table *next;
    char name[NAME_SIZE];
};

struct job
{
    struct background *background;
    enum job_kind kind;
    JET_DBID dbid;
    struct os_thread *thread;
    _Atomic uint32_t thread_id; /* of it, once it runs */
    bool running;               /* the thread has not ended */
    _Atomic bool stop;
    uint32_t passes, passes_max; /* 0: for ever */
    uint64_t began, until;       /* os_clock_us; 0: as long as it takes */
    bool space_only;             /* only the available extents of trees */
    struct named_table *tables;  /* of JOB_TABLES; the first is being worked at */
    uint32_t pause_ms;
    JET_CALLBACK callback;
    JET_SESID sesid; /* who started a scan */
};

struct background
{
    struct instance *instance;
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
    background->instance = instance;
    os_mutex_init(&background->lock);
    os_condition_init(&background->changed);
    for (uint32_t kind = 0; kind < JOB_KINDS; kind++)
        for (JET_DBID i = 0; i < DATABASES_MAX; i++)
        {
            background->jobs[kind][i].background = background;
            background->jobs[kind][i].kind = (enum job_kind)kind;
            background->jobs[kind][i].dbid = i;
        }
    if (atomic_compare_exchange_strong(&instance->background, &none, background))
        return background;
    os_free(background);
    return none;
}

/* ----------------------------------------------------------------- the thread --- */

static bool shall_go_on(void *context)
{
    struct job *job = context;

    return !atomic_load(&job->stop) && (!job->until || os_clock_us() < job->until);
}

/* Sleeps, unless it is told to stop. */
static void rest(void *context, uint64_t milliseconds)
{
    struct job *job = context;
    struct background *background = job->background;
    uint64_t end = os_clock_us() + milliseconds * 1000, now;

    if (job->until && job->until < end)
        end = job->until;
    os_mutex_lock(&background->lock);
    while (!atomic_load(&job->stop) && (now = os_clock_us()) < end)
        os_condition_wait(&background->changed, &background->lock, (uint32_t)((end - now + 999) / 1000));
    os_mutex_unlock(&background->lock);
}

/* A pass is over, for the event log.  One is never resumed, so each has one invocation. */
static void tell_pass(const struct job *job, const struct database *database, uint64_t began, uint32_t freed)
{
    uint64_t seconds = (os_clock_us() - began) / 1000000;
    struct os_time date;
    char text[40];

    os_time_split(os_time_now() - seconds * 10000000u, &date);
    snprintf(text, sizeof(text), "%02u/%02u/%04u", (unsigned)date.month, (unsigned)date.day, (unsigned)date.year);
    event_say(&job->background->instance->events, EVENT_DEFRAGMENT_DONE, database->path, (uint64_t)freed, text, seconds,
              (uint64_t)1, seconds / 86400, (uint64_t)job->passes + 1);
}

static JET_ERR passes(struct job *job, struct session *session, struct database *database)
{
    const struct event_sink *events = &job->background->instance->events;
    struct maintain_leave leave = { job, shall_go_on, rest };
    JET_ERR err = JET_errSuccess;

    while (err >= 0 && shall_go_on(job))
    {
        uint64_t began = os_clock_us(), took;
        uint32_t freed = 0;

        event_say(events, EVENT_DEFRAGMENT_BEGINS, database->path);
        /* ESE joins leaves of the trees of available extents then; here they stay as they are. */
        if (!job->space_only)
            err = defragment_database(database, &session->txn, &leave, &freed);
        if (err < 0)
            event_say(events, EVENT_DEFRAGMENT_FAILED, database->path, err);
        else if (!shall_go_on(job))
            event_say(events, EVENT_DEFRAGMENT_STOPPED, database->path);
        else
            tell_pass(job, database, began, freed);
        if (err < 0 || !shall_go_on(job))
            break;
        job->passes++;
        if (job->passes == job->passes_max)
            break;
        took = (os_clock_us() - began) / 1000;
        rest(job, job->passes_max || took >= PASS_LEAST_MS ? PASS_PAUSE_MS : PASS_LEAST_MS - took);
    }
    return err;
}

static void defragment(struct job *job, struct database *database)
{
    struct session *session;
    JET_SESID sesid;

    if (session_new(job->background->instance, &session) < 0)
        return;
    sesid = session->handle;
    if (passes(job, session, database) >= 0 && job->callback)
        (void)job->callback(sesid, job->dbid, JET_tableidNil, JET_cbtypOnlineDefragCompleted, NULL, NULL, NULL, 0);
    (void)JetEndSession(sesid, 0);
}

/* With the lock held: the first one is done with. */
static void drop_table(struct job *job)
{
    struct named_table *table = job->tables;

    job->tables = table->next;
    os_free(table);
}

/* Tells who has registered for it what becomes of the table, JET_bitOld2... */
static void tell_action(const struct job *job, JET_SESID sesid, struct database *database, char *name, JET_GRBIT action)
{
    JET_TABLEID tableid = JET_tableidNil;
    struct session *session;
    struct cursor *cursor;
    struct table *table;

    if (api_enter(sesid, 0, &session) < 0)
        return;
    if (table_open(database, &session->txn, name, &table) < 0)
        table = NULL;
    else if (!callback_on(table) || cursor_open(table, &session->txn, 0, &cursor) < 0)
        table_release(table);
    else if (session_add_cursor(session, cursor, job->dbid, &tableid) < 0)
        cursor_close(cursor);
    else
        (void)callback_tell(session, tableid, cursor, JET_cbtypOld2Action, name, &action);
    (void)api_leave(session, JET_errSuccess);
    if (tableid != JET_tableidNil)
        (void)JetCloseTable(sesid, tableid);
}

static void defragment_named(struct job *job, struct session *session, struct database *database, char *name)
{
    struct maintain_leave leave = { job, shall_go_on, rest };
    uint32_t moved;
    JET_ERR err;

    tell_action(job, session->handle, database, name, JET_bitOld2Start);
    err = defragment_table(database, &session->txn, name, &leave, &moved);
    OS_TRACE("%s: %u leaves moved: %d\n", name, (unsigned)moved, (int)err);
    tell_action(job, session->handle, database, name, shall_go_on(job) ? JET_bitOld2End : JET_bitOld2Suspend);
}

/* The first of the tables that were named.  What was wrong with it is no matter of the others. */
static void defragment_first(struct job *job, struct database *database)
{
    struct session *session;

    if (shall_go_on(job) && session_new(job->background->instance, &session) >= 0)
    {
        defragment_named(job, session, database, job->tables->name);
        (void)JetEndSession(session->handle, 0);
    }
    os_mutex_lock(&job->background->lock);
    drop_table(job);
    os_mutex_unlock(&job->background->lock);
}

static void scan(struct job *job, struct database *database)
{
    struct maintain_leave leave = { job, shall_go_on, rest };
    uint32_t pages, bad;
    JET_LONG seconds, seen;

    do
    {
        uint64_t began = os_clock_us();

        if (scan_database(database, job->pause_ms, &leave, &pages, &bad) < 0)
            return;
        seconds = (JET_LONG)((os_clock_us() - began) / 1000000);
        seen = (JET_LONG)pages;
        if (shall_go_on(job) && job->callback)
            (void)job->callback(job->sesid, job->dbid, JET_tableidNil, JET_cbtypScanCompleted, &seconds, &seen, NULL,
                                0);
        if (!job->passes_max)
            rest(job, PASS_LEAST_MS);
    } while (!job->passes_max && shall_go_on(job));
}

static void work_once(struct job *job, struct database *database)
{
    if (!database)
        return;
    switch (job->kind)
    {
    case JOB_DEFRAGMENT:
        defragment(job, database);
        break;
    case JOB_TABLES:
        defragment_first(job, database);
        break;
    default:
        scan(job, database);
        break;
    }
}

static void work(void *context)
{
    struct job *job = context;
    struct background *background = job->background;
    struct database *database = background->instance->databases[job->dbid].database;
    bool again;

    atomic_store(&job->thread_id, os_thread_id());
    do
    {
        work_once(job, database);
        os_mutex_lock(&background->lock);
        /* More may have been named meanwhile; from now on that begins another thread. */
        again = database && job->tables && shall_go_on(job);
        while (job->tables && !again)
            drop_table(job);
        if (again)
            os_mutex_unlock(&background->lock);
    } while (again);
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

/* With the lock held: `job` has what it needs. */
static JET_ERR start(struct job *job)
{
    JET_ERR err;

    clear(job);
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

/* With the lock held: stops it and waits. */
static void stop(struct job *job)
{
    atomic_store(&job->stop, true);
    os_condition_wake_all(&job->background->changed);
    while (job->running)
        os_condition_wait(&job->background->changed, &job->background->lock, OS_INFINITE);
    clear(job);
}

void background_stop(struct instance *instance, JET_DBID dbid)
{
    struct background *background = atomic_load(&instance->background);

    if (!background)
        return;
    os_mutex_lock(&background->lock);
    for (uint32_t kind = 0; kind < JOB_KINDS; kind++)
        stop(&background->jobs[kind][dbid]);
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

/* ---------------------------------------------------------------- JetDefragment --- */

static struct job *job_of(struct instance *instance, enum job_kind kind, JET_DBID dbid)
{
    struct background *background = background_of(instance);

    return background ? &background->jobs[kind][dbid] : NULL;
}

static JET_ERR begin_passes(struct job *job, const JET_ULONG *count, const JET_ULONG *seconds, JET_CALLBACK callback,
                            bool space_only)
{
    if (job->running)
        return JET_wrnDefragAlreadyRunning;
    job->passes_max = count ? *count : 0;
    job->until = seconds && *seconds ? os_clock_us() + *seconds * 1000000ull : 0;
    job->callback = callback;
    job->space_only = space_only;
    return start(job);
}

static JET_ERR end_passes(struct job *job, JET_ULONG *count, JET_ULONG *seconds)
{
    /* A callback of the job finds it ending. */
    if (!job->running || atomic_load(&job->stop) || atomic_load(&job->thread_id) == os_thread_id())
        return JET_wrnDefragNotRunning;
    stop(job);
    if (count)
        *count = job->passes;
    if (seconds)
        *seconds = (JET_ULONG)((os_clock_us() - job->began) / 1000000);
    return JET_errSuccess;
}

/* Passes over all of a database, begun or ended. */
static JET_ERR defragment_all(struct session *session, struct attachment *attachment, JET_ULONG *count,
                              JET_ULONG *seconds, JET_CALLBACK callback, JET_GRBIT grbit)
{
    uintptr_t level = param_number(session->instance, JET_paramEnableOnlineDefrag), trees;
    bool space_only;
    struct job *job;
    JET_ERR err;

    if (grbit & JET_bitDefragmentBatchStop)
    {
        if (count)
            *count = 0;
        if (seconds)
            *seconds = 0;
    }
    trees = level & JET_OnlineDefragAllOBSOLETE ? JET_OnlineDefragDatabases | JET_OnlineDefragSpaceTrees
                                                : level & (JET_OnlineDefragDatabases | JET_OnlineDefragSpaceTrees);
    space_only = trees && (grbit & JET_bitDefragmentAvailSpaceTreesOnly || !(trees & JET_OnlineDefragDatabases));
    /* There are no partial merges. */
    grbit &= ~(JET_GRBIT)(JET_bitDefragmentAvailSpaceTreesOnly | JET_bitDefragmentNoPartialMerges);
    if (!level)
        return JET_errSuccess;
    if (attachment->database->read_only)
        return JET_errDatabaseFileReadOnly;
    if (grbit != JET_bitDefragmentBatchStart && grbit != JET_bitDefragmentBatchStop)
        return JET_errInvalidGrbit;
    job = job_of(session->instance, JOB_DEFRAGMENT, (JET_DBID)(attachment - session->instance->databases));
    if (!job)
        return JET_errOutOfMemory;
    os_mutex_lock(&job->background->lock);
    err = grbit == JET_bitDefragmentBatchStop ? end_passes(job, count, seconds)
          : job->running || trees             ? begin_passes(job, count, seconds, callback, space_only)
                                              : JET_errSuccess;
    os_mutex_unlock(&job->background->lock);
    return err == JET_wrnDefragNotRunning && !trees ? JET_errSuccess : err;
}

/* With the lock held: it is among the tables to be done. */
static JET_ERR add_table(struct job *job, const char *name)
{
    struct named_table **link = &job->tables, *table;

    for (; *link; link = &(*link)->next)
        if (!strcmp((*link)->name, name))
            return JET_errSuccess;
    table = os_alloc_zero(sizeof(*table));
    if (!table)
        return JET_errOutOfMemory;
    strcpy(table->name, name);
    *link = table;
    if (job->running)
        return JET_errSuccess;
    job->until = 0;
    return start(job);
}

/*
 * One table, by name, in the background.  ESE does several at once, and remembers in a table of the database what
 * it did not come to; here that is forgotten as the database is detached.
 */
static JET_ERR defragment_one(struct session *session, struct attachment *attachment, const char *name)
{
    struct job *job;
    struct table *table;
    char checked[NAME_SIZE];
    JET_ERR err;

    if (attachment->database->read_only)
        return JET_errDatabaseFileReadOnly;
    err = name_check(name, checked);
    if (err < 0)
        return err;
    err = table_open(attachment->database, &session->txn, checked, &table);
    if (err < 0)
        return err;
    table_release(table);
    job = job_of(session->instance, JOB_TABLES, (JET_DBID)(attachment - session->instance->databases));
    if (!job)
        return JET_errOutOfMemory;
    os_mutex_lock(&job->background->lock);
    err = add_table(job, checked);
    if (err < 0)
        while (job->tables && !job->running)
            drop_table(job);
    os_mutex_unlock(&job->background->lock);
    return err;
}

static JET_ERR defragment_by(struct session *session, struct attachment *attachment, const char *table,
                             JET_ULONG *count, JET_ULONG *seconds, JET_CALLBACK callback, JET_GRBIT grbit)
{
    if (session->txn.level && session->txn.read_only)
        return JET_errTransReadOnly;
    if (grbit & JET_bitDefragmentBTreeBatch)
    {
        if (count || seconds)
            return JET_errInvalidParameter;
        if ((grbit & ~(JET_GRBIT)JET_bitDefragmentBTreeBatch) != JET_bitDefragmentBatchStart)
            return JET_errInvalidGrbit;
        /* Nothing is remembered of tables that were named before, so there are none to go on with. */
        return callback || table ? JET_errInvalidParameter : JET_errSuccess;
    }
    if (!(grbit & JET_bitDefragmentBTree))
        return defragment_all(session, attachment, count, seconds, callback, grbit);
    if (count)
        *count = 0;
    if (seconds)
        *seconds = 0;
    if (grbit & ~(JET_GRBIT)JET_bitDefragmentBTree)
        return JET_errInvalidGrbit;
    if (callback)
        return JET_errInvalidParameter;
    return table ? defragment_one(session, attachment, table) : JET_errInvalidName;
}

/*
 * Begins or ends online defragmentation.  `count` and `seconds` (each may be NULL,
 * or 0) limit it, and at the end are how many passes were made and how long it took.
 * JET_bitDefragmentBTree: of one table.  The callback is told
 * JET_cbtypOnlineDefragCompleted.  JET_wrnDefragAlreadyRunning,
 * JET_wrnDefragNotRunning, JET_errInvalidDatabaseId, JET_errDatabaseFileReadOnly,
 * JET_errTransReadOnly, JET_errInvalidGrbit, JET_errInvalidName, JET_errObjectNotFound.
 */
JET_ERR JET_API JetDefragment2A(JET_SESID sesid, JET_DBID dbid, JET_PCSTR table, JET_ULONG *count, JET_ULONG *seconds,
                                JET_CALLBACK callback, JET_GRBIT grbit)
{
    struct session *session;
    struct attachment *attachment;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x, %s, %p, %p, %#x)\n", (size_t)sesid, (unsigned)dbid, table ? table : "NULL", (void *)count,
             (void *)seconds, (unsigned)grbit);
    err = api_enter_database(sesid, dbid, 0, &session, &attachment);
    if (err < 0)
        return err;
    return api_leave(session, defragment_by(session, attachment, table, count, seconds, callback, grbit));
}

JET_ERR JET_API JetDefragment2W(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR table, JET_ULONG *count, JET_ULONG *seconds,
                                JET_CALLBACK callback, JET_GRBIT grbit)
{
    char buffer[NAME_SIZE];
    const char *name;
    JET_ERR err = name_from_w(table, buffer, &name);

    return err < 0 ? api_check_session(sesid, err)
                   : JetDefragment2A(sesid, dbid, name, count, seconds, callback, grbit);
}

JET_ERR JET_API JetDefragmentA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR table, JET_ULONG *count, JET_ULONG *seconds,
                               JET_GRBIT grbit)
{
    return JetDefragment2A(sesid, dbid, table, count, seconds, NULL, grbit);
}

JET_ERR JET_API JetDefragmentW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR table, JET_ULONG *count, JET_ULONG *seconds,
                               JET_GRBIT grbit)
{
    return JetDefragment2W(sesid, dbid, table, count, seconds, NULL, grbit);
}

/* Of streaming files, which there are no more. */
JET_ERR JET_API JetDefragment3A(JET_SESID sesid, JET_PCSTR database, JET_PCSTR table, JET_ULONG *count,
                                JET_ULONG *seconds, JET_CALLBACK callback, void *context, JET_GRBIT grbit)
{
    (void)sesid, (void)database, (void)table, (void)count, (void)seconds, (void)callback, (void)context, (void)grbit;
    return JET_errInvalidParameter;
}

JET_ERR JET_API JetDefragment3W(JET_SESID sesid, JET_PCWSTR database, JET_PCWSTR table, JET_ULONG *count,
                                JET_ULONG *seconds, JET_CALLBACK callback, void *context, JET_GRBIT grbit)
{
    (void)sesid, (void)database, (void)table, (void)count, (void)seconds, (void)callback, (void)context, (void)grbit;
    return JET_errInvalidParameter;
}

/* -------------------------------------------------------------- JetDatabaseScan --- */

static JET_ERR scan_by(struct session *session, struct attachment *attachment, const JET_ULONG *seconds,
                       uint32_t pause_ms, JET_CALLBACK callback, JET_GRBIT grbit)
{
    struct job *job;
    JET_ERR err = JET_errSuccess;

    if (session->txn.level && session->txn.read_only)
        return JET_errTransReadOnly;
    if (attachment->database->read_only && !(grbit & JET_bitDatabaseScanBatchStop))
        return JET_errDatabaseFileReadOnly;
    job = job_of(session->instance, JOB_SCAN, (JET_DBID)(attachment - session->instance->databases));
    if (!job)
        return JET_errOutOfMemory;
    os_mutex_lock(&job->background->lock);
    if (grbit & JET_bitDatabaseScanBatchStop)
        stop(job);
    else if (job->running)
        err = JET_errDatabaseAlreadyRunningMaintenance;
    else
    {
        job->passes_max = grbit & JET_bitDatabaseScanBatchStart ? 1 : 0;
        job->until = seconds && *seconds ? os_clock_us() + *seconds * 1000000ull : 0;
        job->pause_ms = pause_ms;
        job->callback = callback;
        job->sesid = session->handle;
        err = start(job);
    }
    os_mutex_unlock(&job->background->lock);
    return err;
}

/*
 * Begins or ends a look at all pages of a database.  `seconds` (may be NULL, or 0)
 * is its limit, `pause_ms` a pause between reads; the callback is told
 * JET_cbtypScanCompleted with the seconds and pages of the pass.
 * JET_errInvalidGrbit, JET_errInvalidParameter (any of these for a continuous
 * one), JET_errDatabaseAlreadyRunningMaintenance, JET_errDatabaseFileReadOnly.
 */
JET_ERR JET_API JetDatabaseScan(JET_SESID sesid, JET_DBID dbid, JET_ULONG *seconds, JET_ULONG pause_ms,
                                JET_CALLBACK callback, JET_GRBIT grbit)
{
    bool once = grbit & JET_bitDatabaseScanBatchStart, ever = grbit & JET_bitDatabaseScanBatchStartContinuous;
    bool ends = grbit & JET_bitDatabaseScanBatchStop;
    struct session *session;
    struct attachment *attachment;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x, %p, %u, %#x)\n", (size_t)sesid, (unsigned)dbid, (void *)seconds, (unsigned)pause_ms,
             (unsigned)grbit);
    err = api_enter_database(sesid, dbid, 0, &session, &attachment);
    if (err < 0)
        return err;
    if (once + ever + ends != 1)
        return api_leave(session, JET_errInvalidGrbit);
    if (ever && ((seconds && *seconds) || pause_ms || callback))
        return api_leave(session, JET_errInvalidParameter);
    return api_leave(session, scan_by(session, attachment, seconds, pause_ms, callback, grbit));
}
