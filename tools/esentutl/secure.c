/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /z: what the engine has for deleted data in a database that nobody uses; with /t, for pages that are free. */
#include "esentutl.h"

static JET_ERR operate(JET_INSTANCE instance, const struct options *options)
{
    JET_DBUTIL_W what = { .cbStruct = sizeof(what),
                          .op = option_flag(options, 't') ? opDBUTILDBTrim : opDBUTILEDBScrub };
    JET_SESID sesid;
    JET_ERR err = JetBeginSessionW(instance, &sesid, NULL, NULL);

    if (err < 0)
        return err;
    what.sesid = sesid;
    what.szDatabase = (WCHAR *)options->path;
    err = JetDBUtilitiesW(&what);
    (void)JetEndSession(sesid, 0);
    return err;
}

static JET_ERR run(const struct options *options, JET_API_PTR page_size)
{
    static const WCHAR name[] = { 'e', 's', 'e', 'n', 't', 'u', 't', 'l', 0 }, off[] = { 'o', 'f', 'f', 0 };
    JET_INSTANCE instance;
    JET_ERR err = JetSetSystemParameterW(NULL, 0, JET_paramDatabasePageSize, page_size, NULL);

    if (err >= 0)
        err = JetCreateInstanceW(&instance, name);
    if (err < 0)
        return err;
    err = JetSetSystemParameterW(&instance, 0, JET_paramRecovery, 0, off);
    if (err >= 0)
        err = JetSetSystemParameterW(&instance, 0, JET_paramMaxTemporaryTables, 0, NULL);
    if (err >= 0)
        err = JetInit(&instance);
    if (err < 0)
        return err;
    err = operate(instance, options);
    (void)JetTerm2(instance, JET_bitTermComplete);
    return err;
}

JET_ERR mode_secure(const struct options *options)
{
    JET_ULONG size = 0;
    JET_ERR err = JetGetDatabaseFileInfoW(options->path, &size, sizeof(size), JET_DbInfoPageSize);

    printf("Initiating SECURE mode...\n        Database: %s\n", options->name);
    if (err < 0)
        return err;
    err = run(options, size);
    if (err < 0)
        return err;
    printf("Warning:\n  You MUST delete the logfiles for this database\n");
    return err;
}
