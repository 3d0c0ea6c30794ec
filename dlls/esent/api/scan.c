/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A look at all pages of a database in the background, begun and ended by JetDatabaseScan.
 * Order and kind of the errors follow the published source (scrub.cxx, dbscan.cxx).
 */
#include "api/background.h"

#define PASS_LEAST_MS 3600000u /* between passes that are repeated for ever */

static void scan(struct job *job)
{
    struct maintain_leave leave = job_leave(job);
    uint32_t pages, bad;
    JET_LONG seconds, seen;

    do
    {
        uint64_t began = os_clock_us();

        if (scan_database(job->database, job->pause_ms, &leave, &pages, &bad) < 0)
            return;
        seconds = (JET_LONG)((os_clock_us() - began) / 1000000);
        seen = (JET_LONG)pages;
        if (job_goes_on(job) && job->callback)
            (void)job->callback(job->sesid, job->dbid, JET_tableidNil, JET_cbtypScanCompleted, &seconds, &seen, NULL,
                                0);
        if (!job->passes_max)
            job_rest(job, PASS_LEAST_MS);
    } while (!job->passes_max && job_goes_on(job));
}

static const struct job_work scan_work = { scan, NULL };

static JET_ERR scan_by(struct session *session, struct attachment *attachment, const JET_ULONG *seconds,
                       uint32_t pause_ms, JET_CALLBACK callback, JET_GRBIT grbit)
{
    struct job *job;
    JET_ERR err;

    if (session->txn.level && session->txn.read_only)
        return JET_errTransReadOnly;
    if (attachment->database->read_only && !(grbit & JET_bitDatabaseScanBatchStop))
        return JET_errDatabaseFileReadOnly;
    err = job_lock(attachment, JOB_SCAN, &job);
    if (err < 0)
        return err;
    if (grbit & JET_bitDatabaseScanBatchStop)
        job_stop(job);
    else if (job->running)
        err = JET_errDatabaseAlreadyRunningMaintenance;
    else
    {
        job->passes_max = grbit & JET_bitDatabaseScanBatchStart ? 1 : 0;
        job_limit(job, seconds);
        job->pause_ms = pause_ms;
        job->callback = callback;
        job->sesid = session->handle;
        err = job_start(job, attachment->database, &scan_work);
    }
    job_unlock(job);
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
