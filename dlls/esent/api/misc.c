/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small calls about the engine, a session or the calling thread. */
#include "api/private.h"

/* Windows 10.0.10240: major and minor version, build, service pack. */
#define VERSION (10u << 28 | 0u << 24 | 10240u << 8)

JET_ERR JET_API JetGetVersion(JET_SESID sesid, JET_ULONG *version)
{
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%#zx, %p)\n", (size_t)sesid, (void *)version);
    if ((err = api_enter(sesid, 0, &session)) < 0)
        return err;
    if (!version)
        return api_leave(session, JET_errInvalidParameter);
    *version = VERSION;
    return api_leave(session, JET_errSuccess);
}

/* More than 60 of a hundred of the versions that there should be at most. */
static bool versions_abound(const struct instance *instance)
{
    return instance_version_buckets(instance) * (uint64_t)5 >
           param_number(instance, JET_paramPreferredVerPages) * (uint64_t)3;
}

static JET_ERR idle(struct session *session, JET_GRBIT grbit)
{
    const struct instance *instance = session->instance;
    const struct instance_hooks *hooks = &instance->hooks;
    JET_ERR warning = JET_errSuccess;

    if (grbit & JET_bitIdleStatus)
        warning = versions_abound(instance) ? JET_wrnIdleFull : JET_errSuccess;
    else if (!grbit || grbit & JET_bitIdleCompact)
    {
        if (hooks->clean_versions)
            hooks->clean_versions(hooks->context);
        warning = JET_wrnNoIdleActivity;
    }
    else if (grbit & JET_bitIdleCompactAsync)
        return JET_errInvalidGrbit;
    else if (grbit & JET_bitIdleWaitForAsyncActivity && instance_version_buckets(instance))
        warning = JET_wrnRemainingVersions;
    if (grbit & JET_bitIdleFlushBuffers)
        return JET_errInvalidGrbit;
    return warning;
}

/* Cleans up versions now (0 or JET_bitIdleCompact), or tells how things stand: JET_wrnIdleFull, JET_wrnRemainingVersions. */
JET_ERR JET_API JetIdle(JET_SESID sesid, JET_GRBIT grbit)
{
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x)\n", (size_t)sesid, (unsigned)grbit);
    if ((err = api_enter(sesid, 0, &session)) < 0)
        return err;
    return api_leave(session, idle(session, grbit));
}

static JET_ERR session_info(const struct session *session, void *result, uint32_t room, uint32_t level)
{
    JET_SESSIONINFO *info = result;

    if (level != JET_SessionInfo)
        return JET_errInvalidParameter;
    if (room < sizeof(*info))
        return JET_errBufferTooSmall;
    if (!info)
        return JET_errInvalidParameter;
    info->ulTrxBegin0 = session->txn.level ? (JET_ULONG)session->txn.begin : 0xffffffffu;
    info->ulTrxLevel = session->txn.level;
    info->ulProcid = (JET_ULONG)session->handle;
    info->ulFlags = 0;
    info->ulTrxContext = session->txn_context;
    return JET_errSuccess;
}

JET_ERR JET_API JetGetSessionInfo(JET_SESID sesid, void *result, const JET_ULONG room, const JET_ULONG level)
{
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%#zx, %p, %u, %u)\n", (size_t)sesid, result, (unsigned)room, (unsigned)level);
    if ((err = api_enter(sesid, API_WHEN_STOPPED, &session)) < 0)
        return err;
    return api_leave(session, session_info(session, result, room, level));
}

/*
 * What the calling thread has done since it was started; a version of the
 * structure, told by its size.  The waits of long values are not told apart.
 * JET_errBufferTooSmall, JET_errInvalidParameter.
 */
JET_ERR JET_API JetGetThreadStats(void *result, JET_ULONG room)
{
    const struct os_work *work = os_work();
    struct JET_THREADSTATS3 stats = {
        .cPageReferenced = work->pages_referenced,
        .cPageRead = work->pages_read,
        .cPagePreread = work->pages_preread,
        .cPageDirtied = work->pages_dirtied,
        .cPageRedirtied = work->pages_redirtied,
        .cLogRecord = work->log_records,
        .cbLogRecord = work->log_bytes,
        .cusecPageCacheMiss = work->miss_us,
        .cPageCacheMiss = work->misses,
        .cSeparatedLongValueRead = work->long_values,
    };
    JET_ULONG size = room < sizeof(stats) ? room : (JET_ULONG)sizeof(stats);

    OS_TRACE("(%p, %u)\n", result, (unsigned)room);
    if (room < sizeof(struct JET_THREADSTATS))
        return JET_errBufferTooSmall;
    if (!result)
        return JET_errInvalidParameter;
    stats.cbStruct = size;
    memcpy(result, &stats, size);
    return JET_errSuccess;
}

/* Counters that Windows' engine gave up. */
JET_ERR JET_API JetGetCounter(JET_SESID sesid, JET_LONG type, JET_LONG *value)
{
    struct session *session;
    JET_ERR err;

    (void)type;
    (void)value;
    if ((err = api_enter(sesid, 0, &session)) < 0)
        return err;
    return api_leave(session, JET_errFeatureNotAvailable);
}

JET_ERR JET_API JetResetCounter(JET_SESID sesid, JET_LONG type)
{
    return JetGetCounter(sesid, type, NULL);
}
