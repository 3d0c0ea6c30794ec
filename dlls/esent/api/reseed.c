/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JetBeginDatabaseIncrementalReseed, JetPatchDatabasePages,
 * JetEndDatabaseIncrementalReseed: pages of another copy put into a database
 * that is not attached.  The instance lends its parameters; it need not be started,
 * and the next JetInit replays the logs that were named.
 */
#include "api/private.h"
#include "maintain/reseed.h"

#define PGNO_MOST       0x7fefffffu
#define GENERATION_MOST 0x7fffffffu

/* The one that has this name, among those begun; NULL: there is none.  With the lock held. */
static struct reseed **find(struct instance *instance, const WCHAR *path)
{
    for (uint32_t i = 0; i < RESEEDS_MAX; i++)
        if (instance->reseeds[i] && os_text_compare(reseed_path(instance->reseeds[i]), path) == 0)
            return &instance->reseeds[i];
    return NULL;
}

static bool any(const struct instance *instance)
{
    for (uint32_t i = 0; i < RESEEDS_MAX; i++)
        if (instance->reseeds[i])
            return true;
    return false;
}

/* The same as a call on one that was begun sees it. */
static JET_ERR find_begun(struct instance *instance, const WCHAR *path, struct reseed ***reseed)
{
    if (any(instance) && !path)
        return JET_errInvalidParameter;
    *reseed = any(instance) ? find(instance, path) : NULL;
    return *reseed ? JET_errSuccess : JET_errDatabaseInvalidIncrementalReseed;
}

void instance_reseed_close(struct instance *instance)
{
    os_mutex_lock(&instance->reseed_lock);
    for (uint32_t i = 0; i < RESEEDS_MAX; i++)
    {
        reseed_close(instance->reseeds[i]);
        instance->reseeds[i] = NULL;
    }
    os_mutex_unlock(&instance->reseed_lock);
}

/* ------------------------------------------------------------------- begin --- */

static JET_ERR begin(struct instance *instance, const WCHAR *path, JET_GRBIT grbit)
{
    struct reseed *reseed;
    uint32_t slot;
    JET_ERR err;

    if (!path || !path[0])
        return JET_errInvalidParameter;
    for (slot = 0; slot < RESEEDS_MAX && instance->reseeds[slot]; slot++)
        ;
    if (slot == RESEEDS_MAX)
        return JET_errTooManyAttachedDatabases;
    if (find(instance, path))
        return JET_errFileAccessDenied;
    err = reseed_open(path, (uint32_t)param_number(instance, JET_paramDatabasePageSize), &reseed);
    if (err < 0)
        return err;
    if (grbit & ~(JET_GRBIT)JET_bitBeginDatabaseIncrementalReseedPatchRBS)
        err = JET_errInvalidGrbit;
    if (err >= 0)
        err = reseed_begin(reseed);
    if (err < 0)
        reseed_close(reseed);
    else
        instance->reseeds[slot] = reseed;
    return err;
}

/*
 * Begins to put pages into a database that was not shut down cleanly.  From now on
 * to the end nobody can attach it.  There are no revert snapshots that
 * JET_bitBeginDatabaseIncrementalReseedPatchRBS could speak of.
 * JET_errInvalidParameter, JET_errInvalidGrbit, JET_errTooManyAttachedDatabases,
 * and as reseed_open() and reseed_begin().
 */
JET_ERR JET_API JetBeginDatabaseIncrementalReseedW(JET_INSTANCE handle, JET_PCWSTR path, JET_GRBIT grbit)
{
    struct instance *instance;
    JET_ERR err;

    OS_TRACE("(%#zx, %s, %#x)\n", (size_t)handle, OS_TRACE_W(path), (unsigned)grbit);
    err = api_enter_instance(handle, ENTER_ANY, &instance);
    if (err < 0)
        return err;
    os_mutex_lock(&instance->reseed_lock);
    err = begin(instance, path, grbit);
    os_mutex_unlock(&instance->reseed_lock);
    return api_leave_instance(instance, err);
}

JET_ERR JET_API JetBeginDatabaseIncrementalReseedA(JET_INSTANCE handle, JET_PCSTR path, JET_GRBIT grbit)
{
    WCHAR *wide;
    JET_ERR err = api_check_instance(handle);

    if (err >= 0)
        err = string_from_a(path, &wide);
    if (err < 0)
        return err;
    err = JetBeginDatabaseIncrementalReseedW(handle, wide, grbit);
    os_free(wide);
    return err;
}

/* ------------------------------------------------------------------- pages --- */

static JET_ERR patch(struct instance *instance, const WCHAR *path, uint32_t first, uint32_t count, const void *pages,
                     uint32_t size, JET_GRBIT grbit)
{
    const bool cut_off = grbit & JET_bitTestUninitShrunkPageImage;
    struct reseed **reseed;
    JET_ERR err = find_begun(instance, path, &reseed);

    if (err < 0)
        return err;
    if (!first || count > INT32_MAX || (uint64_t)first + count > PGNO_MOST || (size && !pages))
        return JET_errInvalidParameter;
    if (!cut_off && size < (uint64_t)count * param_number(instance, JET_paramDatabasePageSize))
        return JET_errInvalidParameter;
    if (grbit & ~(JET_GRBIT)(JET_bitTestUninitShrunkPageImage | JET_bitPatchingCorruptPage))
        return JET_errInvalidGrbit;
    if (!count)
        return JET_errSuccess;
    err = reseed_patch(*reseed, first, count, cut_off ? NULL : pages,
                       (uint32_t)param_number(instance, JET_paramDbExtensionSize));
    if (err >= 0 && grbit & JET_bitPatchingCorruptPage)
        event_say(&instance->events, EVENT_PAGES_PATCHED, first, first + count - 1, path);
    return err;
}

/*
 * Writes pages pgnoStart.. into a database whose reseed was begun, under the same
 * name.  JET_bitPatchingCorruptPage only says why; JET_bitTestUninitShrunkPageImage
 * writes pages that say they were cut off.
 * JET_errDatabaseInvalidIncrementalReseed (not begun), JET_errInvalidParameter,
 * JET_errInvalidGrbit, JET_errReadVerifyFailure and the like (a page is not good).
 */
JET_ERR JET_API JetPatchDatabasePagesW(JET_INSTANCE handle, JET_PCWSTR path, JET_ULONG first, JET_ULONG count,
                                       const void *pages, JET_ULONG size, JET_GRBIT grbit)
{
    struct instance *instance;
    JET_ERR err;

    OS_TRACE("(%#zx, %s, %u, %u, %p, %u, %#x)\n", (size_t)handle, OS_TRACE_W(path), (unsigned)first, (unsigned)count,
             pages, (unsigned)size, (unsigned)grbit);
    err = api_enter_instance(handle, ENTER_ANY, &instance);
    if (err < 0)
        return err;
    os_mutex_lock(&instance->reseed_lock);
    err = patch(instance, path, first, count, pages, size, grbit);
    os_mutex_unlock(&instance->reseed_lock);
    return api_leave_instance(instance, err);
}

JET_ERR JET_API JetPatchDatabasePagesA(JET_INSTANCE handle, JET_PCSTR path, JET_ULONG first, JET_ULONG count,
                                       const void *pages, JET_ULONG size, JET_GRBIT grbit)
{
    WCHAR *wide;
    JET_ERR err = api_check_instance(handle);

    if (err >= 0)
        err = string_from_a(path, &wide);
    if (err < 0)
        return err;
    err = JetPatchDatabasePagesW(handle, wide, first, count, pages, size, grbit);
    os_free(wide);
    return err;
}

/* --------------------------------------------------------------------- end --- */

static bool logs_make_sense(const struct reseed_logs *logs)
{
    return logs->min >= 1 && logs->max < GENERATION_MOST && logs->min <= logs->max &&
           (!logs->diverged || logs->min <= logs->diverged) && logs->diverged <= logs->max;
}

static JET_ERR end(struct instance *instance, const WCHAR *path, const struct reseed_logs *logs, JET_GRBIT grbit)
{
    struct log_names names;
    struct reseed **reseed;
    JET_ERR err = find_begun(instance, path, &reseed);

    if (err < 0)
        return err;
    if (grbit == JET_bitEndDatabaseIncrementalReseedCancel)
    {
        if (logs->min || logs->diverged || logs->max)
            return JET_errInvalidParameter;
    }
    else
    {
        if (!logs_make_sense(logs))
            return JET_errInvalidParameter;
        if (grbit)
            return JET_errInvalidGrbit;
        err = instance_make_log_names(instance, &names);
        if (err >= 0)
            err = reseed_end(*reseed, &names, logs);
        if (err < 0)
            return err;
    }
    reseed_close(*reseed);
    *reseed = NULL;
    return JET_errSuccess;
}

/*
 * Ends it: generations genMinRequired to genMaxRequired of the instance's log
 * will be replayed; genFirstDivergedLog is the first that differs from what the
 * database had before, 0 if only bad pages were replaced.  With
 * JET_bitEndDatabaseIncrementalReseedCancel, and no generations, it is given up: the
 * database stays as it is, for another begin.
 * JET_errDatabaseInvalidIncrementalReseed (not begun), JET_errInvalidParameter,
 * JET_errInvalidGrbit, and as reseed_end(); after an error it may be called again.
 */
JET_ERR JET_API JetEndDatabaseIncrementalReseedW(JET_INSTANCE handle, JET_PCWSTR path, JET_ULONG min,
                                                 JET_ULONG diverged, JET_ULONG max, JET_GRBIT grbit)
{
    const struct reseed_logs logs = { min, diverged, max };
    struct instance *instance;
    JET_ERR err;

    OS_TRACE("(%#zx, %s, %u, %u, %u, %#x)\n", (size_t)handle, OS_TRACE_W(path), (unsigned)min, (unsigned)diverged,
             (unsigned)max, (unsigned)grbit);
    err = api_enter_instance(handle, ENTER_ANY, &instance);
    if (err < 0)
        return err;
    os_mutex_lock(&instance->reseed_lock);
    err = end(instance, path, &logs, grbit);
    os_mutex_unlock(&instance->reseed_lock);
    return api_leave_instance(instance, err);
}

JET_ERR JET_API JetEndDatabaseIncrementalReseedA(JET_INSTANCE handle, JET_PCSTR path, JET_ULONG min, JET_ULONG diverged,
                                                 JET_ULONG max, JET_GRBIT grbit)
{
    WCHAR *wide;
    JET_ERR err = api_check_instance(handle);

    if (err >= 0)
        err = string_from_a(path, &wide);
    if (err < 0)
        return err;
    err = JetEndDatabaseIncrementalReseedW(handle, wide, min, diverged, max, grbit);
    os_free(wide);
    return err;
}
