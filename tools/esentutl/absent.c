/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /mr, /mt, /mb: headers of revert snapshots, traces and block caches, of which this engine makes none and reads none. */
#include "esentutl.h"

static JET_ERR absent(const struct options *options, const char *label, int operation)
{
    JET_DBUTIL_W what = { .cbStruct = sizeof(what), .sesid = JET_sesidNil };

    printf("Initiating FILE DUMP mode...\n%17s: %s\n\n", label, options->name);
    if (!os_file_exists(options->path))
        return JET_errFileNotFound;
    what.op = operation;
    what.szDatabase = (WCHAR *)options->path;
    return JetDBUtilitiesW(&what);
}

JET_ERR mode_revert_snapshot(const struct options *options)
{
    return absent(options, "RBS file", opDBUTILDumpRBSHeader);
}

JET_ERR mode_trace(const struct options *options)
{
    return absent(options, "FTL file", opDBUTILDumpFTLHeader);
}

JET_ERR mode_block_cache(const struct options *options)
{
    return absent(options, "Cache file", opDBUTILDumpCacheFile);
}
