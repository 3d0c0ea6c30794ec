/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Online defragmentation, begun and ended by JetDefragment: passes over all of a
 * database, or tables by name.  Order and kind of the errors follow the published source (old.cxx).
 */
#include <stdio.h>

#include "api/background.h"
#include "api/callback.h"

#define PASS_PAUSE_MS 1000u    /* between passes of which a number was asked for */
#define PASS_LEAST_MS 3600000u /* how long a pass takes at least that is repeated for ever */

/* ------------------------------------------------------------- passes over all --- */

static void print_date(uint64_t time, char text[40])
{
    struct os_time date;

    os_time_split(time, &date);
    snprintf(text, 40, "%02u/%02u/%04u", (unsigned)date.month, (unsigned)date.day, (unsigned)date.year);
}

static void tell_begun(const struct job *job, const struct defragment_pass *pass, const struct defragment_told *told)
{
    const struct event_sink *events = &job->instance->events;
    char date[40];

    if (!pass->resumed)
    {
        event_say(events, EVENT_DEFRAGMENT_BEGINS, job->database->path);
        return;
    }
    print_date(told->started, date);
    event_say(events, EVENT_DEFRAGMENT_GOES_ON, job->database->path, date, told->days);
}

static void tell_done(const struct job *job, const struct defragment_pass *pass, const struct defragment_told *told)
{
    char date[40];

    print_date(told->started, date);
    event_say(&job->instance->events, pass->resumed ? EVENT_DEFRAGMENT_REST_DONE : EVENT_DEFRAGMENT_DONE,
              job->database->path, told->freed, date, told->seconds, told->invocations, told->days, told->passes);
}

/* One pass, or the rest of one; *done: it came to its end. */
static JET_ERR one_pass(struct job *job, struct defragment_pass *pass, bool *done)
{
    struct maintain_leave leave = job_leave(job);
    struct defragment_told told;
    JET_ERR err = defragment_pass_begin(pass, &told);

    *done = false;
    if (err < 0)
        return err;
    tell_begun(job, pass, &told);
    /* ESE joins leaves of the trees of available extents then; here they stay as they are. */
    if (!pass->space_only)
        err = defragment_database(pass, &leave);
    if (err < 0 || !job_goes_on(job))
        return err;
    err = defragment_pass_complete(pass, &told);
    if (err < 0)
        return err;
    tell_done(job, pass, &told);
    *done = true;
    return JET_errSuccess;
}

/* The rest of a pass that was begun before is not one of those that were asked for. */
static JET_ERR passes(struct job *job, struct defragment_pass *pass, bool *completed)
{
    JET_ERR err = JET_errSuccess;

    while (job_goes_on(job))
    {
        uint64_t began = os_clock_us(), took;
        bool done;

        err = one_pass(job, pass, &done);
        if (!done)
            break;
        if (!pass->resumed && ++job->passes == job->passes_max)
        {
            *completed = true;
            break;
        }
        took = (os_clock_us() - began) / 1000;
        job_rest(job, job->passes_max || took >= PASS_LEAST_MS ? PASS_PAUSE_MS : PASS_LEAST_MS - took);
    }
    return err;
}

static JET_ERR all_passes(struct job *job, struct session *session)
{
    struct defragment_pass *pass = os_alloc(sizeof(*pass));
    const struct event_sink *events = &job->instance->events;
    bool completed = false;
    JET_ERR err = JET_errOutOfMemory;

    if (pass)
    {
        err = defragment_pass_open(pass, job->database, &session->txn, job->space_only);
        if (err >= 0)
            err = passes(job, pass, &completed);
        if (err >= 0 && !completed)
            event_say(events, EVENT_DEFRAGMENT_STOPPED, job->database->path);
        if (err >= 0)
            err = defragment_pass_note(pass);
    }
    if (err < 0)
        event_say(events, EVENT_DEFRAGMENT_FAILED, job->database->path, err);
    os_free(pass);
    return err;
}

static void defragment(struct job *job)
{
    struct session *session;
    JET_SESID sesid;

    if (session_new(job->instance, &session) < 0)
        return;
    sesid = session->handle;
    if (all_passes(job, session) >= 0 && job->callback)
        (void)job->callback(sesid, job->dbid, JET_tableidNil, JET_cbtypOnlineDefragCompleted, NULL, NULL, NULL, 0);
    (void)JetEndSession(sesid, 0);
}

static const struct job_work passes_work = { defragment, NULL };

static JET_ERR begin_passes(struct job *job, struct database *database, const JET_ULONG *count,
                            const JET_ULONG *seconds, JET_CALLBACK callback, bool space_only)
{
    if (job->running)
        return JET_wrnDefragAlreadyRunning;
    job->passes_max = count ? *count : 0;
    job_limit(job, seconds);
    job->callback = callback;
    job->space_only = space_only;
    return job_start(job, database, &passes_work);
}

static JET_ERR end_passes(struct job *job, JET_ULONG *count, JET_ULONG *seconds)
{
    if (!job_is_stoppable(job))
        return JET_wrnDefragNotRunning;
    job_stop(job);
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
    err = job_lock(attachment, JOB_DEFRAGMENT, &job);
    if (err < 0)
        return err;
    if (grbit == JET_bitDefragmentBatchStop)
        err = end_passes(job, count, seconds);
    else if (job->running || trees)
        err = begin_passes(job, attachment->database, count, seconds, callback, space_only);
    job_unlock(job);
    return err == JET_wrnDefragNotRunning && !trees ? JET_errSuccess : err;
}

/* ---------------------------------------------------------------- tables by name --- */

struct named_table
{
    struct named_table *next;
    char name[NAME_SIZE];
};

/* With the lock held: the first one is done with. */
static void drop_table(struct job *job)
{
    struct named_table *table = job->tables;

    job->tables = table->next;
    os_free(table);
}

/* Tells who has registered for it what becomes of the table, JET_bitOld2... */
static void tell_action(const struct job *job, JET_SESID sesid, char *name, JET_GRBIT action)
{
    JET_TABLEID tableid = JET_tableidNil;
    struct session *session;
    struct cursor *cursor;
    struct table *table;

    if (api_enter(sesid, 0, &session) < 0)
        return;
    if (table_open(job->database, &session->txn, name, &table) >= 0)
    {
        if (!callback_on(table) || cursor_open(table, &session->txn, 0, &cursor) < 0)
            table_release(table);
        else if (session_add_cursor(session, cursor, job->dbid, &tableid) < 0)
            cursor_close(cursor);
        else
            (void)callback_tell(session, tableid, cursor, JET_cbtypOld2Action, name, &action);
    }
    (void)api_leave(session, JET_errSuccess);
    if (tableid != JET_tableidNil)
        (void)JetCloseTable(sesid, tableid);
}

static void defragment_named(struct job *job, struct session *session, char *name)
{
    struct maintain_leave leave = job_leave(job);
    uint32_t moved;
    JET_ERR err;

    tell_action(job, session->handle, name, JET_bitOld2Start);
    err = defragment_table(job->database, &session->txn, name, &leave, &moved);
    OS_TRACE("%s: %u leaves moved: %d\n", name, (unsigned)moved, (int)err);
    tell_action(job, session->handle, name, job_goes_on(job) ? JET_bitOld2End : JET_bitOld2Suspend);
}

/* The first of the tables that were named.  What was wrong with it is no matter of the others. */
static void defragment_first(struct job *job)
{
    struct session *session;

    if (job_goes_on(job) && session_new(job->instance, &session) >= 0)
    {
        defragment_named(job, session, job->tables->name);
        (void)JetEndSession(session->handle, 0);
    }
}

/* The first is done with; more may have been named meanwhile. */
static bool next_table(struct job *job)
{
    do
        drop_table(job);
    while (job->tables && !job_goes_on(job));
    return job->tables;
}

static const struct job_work tables_work = { defragment_first, next_table };

/* With the lock held: it is among the tables to be done. */
static JET_ERR add_table(struct job *job, struct database *database, const char *name)
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
    job_limit(job, NULL);
    return job_start(job, database, &tables_work);
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
    err = job_lock(attachment, JOB_TABLES, &job);
    if (err < 0)
        return err;
    err = add_table(job, attachment->database, checked);
    while (job->tables && !job->running)
        drop_table(job);
    job_unlock(job);
    return err;
}

/* ---------------------------------------------------------------- JetDefragment --- */

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
