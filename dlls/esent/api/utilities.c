/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JetDBUtilities: what a tool does to a database file, or asks of it; and
 * JetRemoveLogfile.  Operations that print what is in a file are the tool's own
 * here (tools/esentutl): JET_errFeatureNotAvailable.
 */
#include <stdio.h>

#include "api/private.h"
#include "maintain/maintain.h"
#include "maintain/restore.h"

/* ---------------------------------------------------------------------- repair --- */

struct repair_status
{
    JET_SESID sesid;
    JET_PFNSTATUS status;
};

static JET_ERR tell(const struct repair_status *status, JET_SNT what, uint32_t done)
{
    JET_SNPROG progress = { sizeof(progress), done, 100 };

    return status->status ? status->status(status->sesid, JET_snpRepair, what, &progress) : JET_errSuccess;
}

static JET_ERR on_progress(void *context, uint64_t done, uint64_t total)
{
    return tell(context, JET_sntProgress, total ? (uint32_t)(done * 100 / total) : 100);
}

static JET_ERR repair(const JET_DBUTIL_W *what)
{
    struct repair_status status = { what->sesid, (JET_PFNSTATUS)what->pfnCallback };
    struct maintain_report report = { &status, NULL, on_progress };
    WCHAR full[OS_PATH_MAX], temporary[OS_PATH_MAX];
    struct database_header header;
    struct os_file_info info;
    JET_ERR err, told;
    bool open;

    err = path_of_file(what->szDatabase, full, &info);
    if (err < 0)
        return err;
    if (attachment_header(full, &header, &open))
        return JET_errFileAccessDenied;
    if (!os_text_copy(temporary, OS_PATH_MAX, full) || !os_text_append(temporary, OS_PATH_MAX, L".repair"))
        return JET_errInvalidPath;
    err = tell(&status, JET_sntBegin, 0);
    if (err < 0)
        return err;
    err = repair_if_needed(full, temporary, what->grbitOptions & JET_bitDBUtilOptionDontRepair, &report, &report, NULL);
    told = tell(&status, err < 0 ? JET_sntFail : JET_sntComplete, 100);
    return err >= 0 && told < 0 ? told : err;
}

/* ------------------------------------------------------------------ operations --- */

static JET_ERR defragment(const JET_DBUTIL_W *what)
{
    JET_ERR err = JetAttachDatabaseW(what->sesid, what->szDatabase, JET_bitDbReadOnly), detached;

    if (err != JET_errSuccess)
        return err;
    err = JetCompactW(what->sesid, what->szDatabase, what->szTable, (JET_PFNSTATUS)what->pfnCallback, NULL,
                      what->grbitOptions);
    detached = JetDetachDatabaseW(what->sesid, what->szDatabase);
    return err >= 0 && detached < 0 ? detached : err;
}

/* Of all that there is nothing for, what Windows' engine would see first. */
static JET_ERR look(JET_SESID sesid, const WCHAR *database)
{
    JET_ERR err = JetAttachDatabaseW(sesid, database, JET_bitDbReadOnly);

    if (err < 0)
        return err;
    (void)JetDetachDatabaseW(sesid, database);
    return JET_errFeatureNotAvailable;
}

static bool is_named(const WCHAR *database)
{
    return database && *database;
}

static JET_ERR check_names(const JET_DBUTIL_W *what)
{
    switch ((int)what->op)
    {
    case opDBUTILEDBDump:
    case opDBUTILDumpPageUsage:
    case opDBUTILChecksumLogFromMemory:
    case opDBUTILDumpSpaceCategory:
        return JET_errSuccess;
    case opDBUTILDumpRBSPages:
        return is_named(what->rbsOptions.szDatabase) ? JET_errSuccess : JET_errDatabaseInvalidName;
    case opDBUTILEstimateRootSpaceLeak:
        return what->szDatabase || what->dbid == JET_dbidNil ? JET_errInvalidParameter : JET_errSuccess;
    default:
        return is_named(what->szDatabase) ? JET_errSuccess : JET_errDatabaseInvalidName;
    }
}

static JET_ERR operate(JET_SESID sesid, const JET_DBUTIL_W *what)
{
    struct session *session;
    JET_ERR err = api_enter(sesid, 0, &session);

    if (err >= 0)
        err = api_leave(session, check_names(what));
    if (err < 0)
        return err;
    switch ((int)what->op)
    {
    case opDBUTILEDBRepair:
        return repair(what);
    case opDBUTILDBDefragment:
        return defragment(what);
    case opDBUTILDumpLogfileTrackNode:
        return JET_errSuccess;
    case opDBUTILConsistency:
    case opDBUTILDumpMetaData:
    case opDBUTILDumpSpace:
        return look(sesid, what->szDatabase);
    default:
        return JET_errFeatureNotAvailable;
    }
}

/* An operation that needs no session of the caller's has one of its own. */
static JET_ERR operate_alone(const JET_DBUTIL_W *what)
{
    WCHAR name[64], off[8];
    JET_INSTANCE instance;
    JET_SESID sesid;
    char text[64];
    JET_ERR err;

    snprintf(text, sizeof(text), "JetDBUtilities - %u", (unsigned)os_thread_id());
    (void)os_text_from_ascii(name, 64, text);
    (void)os_text_from_ascii(off, 8, "off");
    err = JetCreateInstanceW(&instance, name);
    if (err < 0)
        return err;
    (void)JetSetSystemParameterW(&instance, 0, JET_paramRecovery, 0, off);
    (void)JetSetSystemParameterW(&instance, 0, JET_paramMaxTemporaryTables, 0, NULL);
    (void)JetSetSystemParameterW(&instance, 0, JET_paramNoInformationEvent, 1, NULL);
    err = JetInit(&instance);
    if (err < 0)
        return err;
    err = JetBeginSessionW(instance, &sesid, NULL, NULL);
    if (err >= 0)
        err = operate(sesid, what);
    (void)JetTerm2(instance, err < 0 ? JET_bitTermAbrupt : JET_bitTermComplete);
    return err;
}

static JET_ERR finish_backup(const WCHAR *database)
{
    struct os_file_info info;
    WCHAR full[OS_PATH_MAX];
    JET_ERR err = is_named(database) ? path_of_file(database, full, &info) : JET_errDatabaseInvalidName;

    return err < 0 ? err : restore_prepare(full);
}

/*
 * Repair (JET_wrnDatabaseRepaired; with JET_bitDBUtilOptionDontRepair a check only),
 * defragmentation into the file szTable, and the header of a copied database.
 * JET_errInvalidParameter, JET_errInvalidSesid, JET_errDatabaseInvalidName,
 * JET_errDatabaseCorrupted, JET_errFileAccessDenied, JET_errFeatureNotAvailable (all
 * other operations), and those of JetAttachDatabase and JetCompact.
 */
JET_ERR JET_API JetDBUtilitiesW(JET_DBUTIL_W *what)
{
    OS_TRACE("(%p)\n", (void *)what);
    if (!what || what->cbStruct != sizeof(*what))
        return JET_errInvalidParameter;
    switch ((int)what->op)
    {
    case opDBUTILUpdateDBHeaderFromTrailer:
        return finish_backup(what->szDatabase);
    case opDBUTILEDBDump:
    case opDBUTILEDBRepair:
    case opDBUTILEDBScrub:
    case opDBUTILDBDefragment:
    case opDBUTILDBTrim:
    case opDBUTILDumpPageUsage:
        return operate(what->sesid, what);
    default:
        return what->sesid && what->sesid != JET_sesidNil ? operate(what->sesid, what) : operate_alone(what);
    }
}

JET_ERR JET_API JetDBUtilitiesA(JET_DBUTIL_A *what)
{
    JET_DBUTIL_W wide;
    WCHAR *database = NULL, *table = NULL;
    JET_ERR err = JET_errSuccess;

    if (!what || what->cbStruct != sizeof(*what))
        return JET_errInvalidParameter;
    /* The structs are the same but for what their texts are made of. */
    memcpy(&wide, what, sizeof(wide));
    switch ((int)what->op)
    {
    case opDBUTILChecksumLogFromMemory:
    case opDBUTILDumpSpaceCategory:
        break;
    case opDBUTILDumpRBSPages:
        err = string_from_a(what->rbsOptions.szDatabase, &database);
        wide.rbsOptions.szDatabase = database;
        break;
    default:
        err = string_from_a(what->szDatabase, &database);
        wide.szDatabase = database;
        if (err >= 0)
            err = string_from_a(what->szTable, &table);
        wide.szTable = table;
        break;
    }
    if (err >= 0)
        err = JetDBUtilitiesW(&wide);
    os_free(database);
    os_free(table);
    return err;
}

/* ------------------------------------------------------------------------ logs --- */

/*
 * Makes a database that was not shut down cleanly do without its last log, which
 * it must not need.  Success also for a log after those that it knows of.
 * JET_errInvalidParameter; JET_errFileNotFound, JET_errFileAccessDenied and the like.
 */
JET_ERR JET_API JetRemoveLogfileW(JET_PCWSTR database, JET_PCWSTR log, JET_GRBIT grbit)
{
    OS_TRACE("(%s, %s, %#x)\n", OS_TRACE_W(database), OS_TRACE_W(log), (unsigned)grbit);
    if (grbit || !is_named(database) || !is_named(log))
        return JET_errInvalidParameter;
    return restore_forget_log(database, log);
}

JET_ERR JET_API JetRemoveLogfileA(JET_PCSTR database, JET_PCSTR log, JET_GRBIT grbit)
{
    WCHAR *database_wide, *log_wide = NULL;
    JET_ERR err = string_from_a(database, &database_wide);

    if (err >= 0)
        err = string_from_a(log, &log_wide);
    if (err >= 0)
        err = JetRemoveLogfileW(database_wide, log_wide, grbit);
    os_free(database_wide);
    os_free(log_wide);
    return err;
}
