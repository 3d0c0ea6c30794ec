/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JetTracing and JetConfigureProcessForCrashDump.  What is traced here goes to
 * Wine's debug channel and crash dumps are left whole, so these check what they are
 * given and change nothing.
 *
 * Source: JetTracingEx, JetConfigureProcessForCrashDumpEx.
 */
#include "api/private.h"

static const char *const tag_names[JET_tracetagMax] = {
    "",
    "Information",
    "Errors",
    "Asserts",
    "API",
    "InitTerm",
    "BufferManager",
    "BufferManagerHashedLatches",
    "IO",
    "Memory",
    "VersionStore",
    "VersionStoreOOM",
    "VersionCleanup",
    "Catalog",
    "DDLRead",
    "DDLWrite",
    "DMLRead",
    "DMLWrite",
    "DMLConflicts",
    "Instances",
    "Databases",
    "Sessions",
    "Cursors",
    "CursorNavigation",
    "CursorPageRefs",
    "Btree",
    "Space",
    "FCBs",
    "Transactions",
    "Logging",
    "Recovery",
    "Backup",
    "Restore",
    "OLD",
    "Eventlog",
    "BufferManagerMaintTasks",
    "SpaceManagement",
    "SpaceInternal",
    "IOQueue",
    "DiskVolumeManagement",
    "Callbacks",
    "IOProblems",
    "Upgrade",
    "RecoveryValidation",
    "BufferManagerBufferCacheState",
    "BufferManagerBufferDirtyState",
    "TimerQueue",
    "SortPerf",
    "OLDRegistration",
    "OLDWork",
    "SysInitTerm",
    "VersionAndStagingChecks",
    "File",
    "FlushFileBuffers",
    "CheckpointUpdate",
    "Diagnostics",
    "BlockCache",
    "RBS",
    "RBSCleaner",
    "BlockCacheOperations",
};

static void register_tag(JET_PFNTRACEREGISTER callback, JET_TRACETAG tag)
{
    JET_API_PTR data = 0;

    callback(tag, tag_names[tag], &data);
}

/* ul is what the operation needs: a flag, a callback, a filter.  JET_errInvalidParameter. */
JET_ERR JET_API JetTracing(const JET_TRACEOP traceop, const JET_TRACETAG tracetag, const JET_API_PTR ul)
{
    bool tag_valid = tracetag > JET_tracetagNull && tracetag < JET_tracetagMax;

    OS_TRACE("(%u, %u, %#zx)\n", (unsigned)traceop, (unsigned)tracetag, (size_t)ul);
    switch ((int)traceop)
    {
    case JET_traceopSetGlobal:
    case JET_traceopSetAllTags:
    case JET_traceopSetMessagePrefix:
    case JET_traceopSetEmitCallback:
    case JET_traceopSetThreadidFilter:
    case JET_traceopSetDbidFilter:
        return JET_errSuccess;
    case JET_traceopSetTag:
        return tag_valid ? JET_errSuccess : JET_errInvalidParameter;
    case JET_traceopRegisterTag:
        if (!ul || !tag_valid)
            return JET_errInvalidParameter;
        register_tag((JET_PFNTRACEREGISTER)ul, tracetag);
        return JET_errSuccess;
    case JET_traceopRegisterAllTags:
        if (!ul)
            return JET_errInvalidParameter;
        for (uint32_t tag = JET_tracetagNull + 1; tag < JET_tracetagMax; tag++)
            register_tag((JET_PFNTRACEREGISTER)ul, (JET_TRACETAG)tag);
        return JET_errSuccess;
    default:
        return JET_errInvalidParameter;
    }
}

/* Which parts of the cache a crash dump need not have.  JET_errInvalidGrbit. */
JET_ERR JET_API JetConfigureProcessForCrashDump(const JET_GRBIT grbit)
{
    const JET_GRBIT known = JET_bitDumpMinimum | JET_bitDumpMaximum | JET_bitDumpCacheMinimum |
                            JET_bitDumpCacheMaximum | JET_bitDumpCacheIncludeDirtyPages |
                            JET_bitDumpCacheIncludeCachedPages | JET_bitDumpCacheIncludeCorruptedPages |
                            JET_bitDumpCacheNoDecommit | JET_bitDumpUnitTest;

    OS_TRACE("(%#x)\n", (unsigned)grbit);
    return !grbit || grbit & ~known ? JET_errInvalidGrbit : JET_errSuccess;
}
