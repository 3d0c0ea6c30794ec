/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * New databases, and the size of a database's file: JetCreateDatabase,
 * JetGrowDatabase, JetResizeDatabase, JetSetDatabaseSize, JetSetMaxDatabaseSize.
 *
 * Order and kind of the errors follow the published source (db.cxx).
 */
#include "api/events.h"
#include "api/private.h"
#include "table/schema.h"

#define SIZE_LEAST   32u /* pages, as JetSetDatabaseSize takes them */
#define HEADER_PAGES 2u

/* ----------------------------------------------------------------- create --- */

/* The full path of a file to be made, with its folder if the program wants that. */
static JET_ERR new_path(const struct instance *instance, const WCHAR *path, WCHAR full[OS_PATH_MAX])
{
    WCHAR folder[OS_PATH_MAX], name[OS_PATH_MAX], extension[OS_PATH_MAX];
    JET_ERR err = os_full_path(path, full, OS_PATH_MAX);

    if (err >= 0 && param_number(instance, JET_paramCreatePathIfNotExist))
    {
        err = os_path_split(full, folder, name, extension);
        if (err >= 0)
            err = os_directory_create_all(folder);
    }
    return err == JET_errInvalidPath ? JET_errDatabaseInvalidPath : err;
}

/* Whether there is room for the name: nothing, or a file to be replaced. */
static JET_ERR check_place(const WCHAR *full, JET_GRBIT grbit)
{
    struct os_file_info info;
    JET_ERR err = os_path_info(full, &info);

    if (err == JET_errFileNotFound)
        return JET_errSuccess;
    if (err == JET_errInvalidPath)
        return JET_errDatabaseInvalidPath;
    if (err < 0)
        return err;
    return grbit & JET_bitDbOverwriteExisting ? JET_errSuccess : JET_errDatabaseDuplicate;
}

static JET_ERR make(struct session *session, struct attachment *attachment, const WCHAR *full, uint32_t pages_max)
{
    struct instance *instance = session->instance;
    struct database_options options;
    struct database *database;
    JET_ERR err = check_place(full, attachment->grbit);

    if (err < 0)
        return err;
    if (param_number(instance, JET_paramEngineFormatVersion) == JET_efvUsePersistedFormat)
        return JET_errInvalidOperation;
    attachment_options(attachment, &options);
    options.pages_max = pages_max;
    err = database_create(full, &options, &session->txn, &database);
    if (err < 0)
        return err;
    os_mutex_lock(&instance->lock);
    attachment->database = database;
    attachment->busy = false;
    attachment->opens = 1;
    session->opens[attachment - instance->databases] = 1;
    os_mutex_unlock(&instance->lock);
    return JET_errSuccess;
}

static JET_ERR create(struct session *session, const WCHAR *path, JET_DBID *dbid, const JET_SETDBPARAM *parameters,
                      uint32_t count, JET_GRBIT grbit)
{
    struct instance *instance = session->instance;
    struct attachment *attachment;
    uint64_t began = os_clock_us();
    WCHAR full[OS_PATH_MAX];
    struct attachment_parameters read;
    JET_ERR err = attachment_parameters(parameters, count, true, &read);

    if (err < 0)
        return err;
    if (session->txn.level)
        return JET_errInTransaction;
    if (grbit & JET_bitDbVersioningOff && !(grbit & JET_bitDbRecoveryOff))
        return JET_errCannotDisableVersioning;
    if (!path || !path[0])
        return JET_errDatabaseInvalidPath;
    err = new_path(instance, path, full);
    if (err < 0)
        return err;
    err = attachment_take(instance, full, grbit & ~(JET_GRBIT)(JET_bitDbReadOnly | JET_bitDbExclusive), &attachment);
    if (err == JET_wrnDatabaseAttached)
        return JET_errDatabaseDuplicate;
    if (err < 0)
        return err;
    err = make(session, attachment, full, read.pages_max);
    if (err < 0)
        attachment_close(attachment);
    else
    {
        *dbid = attachment - instance->databases;
        event_database(instance, EVENT_DATABASE_CREATED, *dbid, full, &attachment->database->header, began);
    }
    return err;
}

/*
 * Makes a new database, attached and opened.  JET_errDatabaseDuplicate if the
 * file is there (unless JET_bitDbOverwriteExisting) or attached;
 * JET_errDatabaseInvalidPath, JET_errInTransaction,
 * JET_errCannotDisableVersioning, JET_errFileAccessDenied, JET_errDiskFull,
 * JET_errTooManyAttachedDatabases, ...  Source: ErrIsamCreateDatabase.
 */
JET_ERR JET_API JetCreateDatabase3W(JET_SESID sesid, JET_PCWSTR filename, JET_DBID *dbid, JET_SETDBPARAM *parameters,
                                    JET_ULONG count, JET_GRBIT grbit)
{
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%#zx, %s, %p, %p, %u, %#x)\n", (size_t)sesid, OS_TRACE_W(filename), (void *)dbid, (void *)parameters,
             (unsigned)count, (unsigned)grbit);
    err = api_enter(sesid, 0, &session);
    if (err < 0)
        return err;
    if (!dbid)
        return api_leave(session, JET_errInvalidParameter);
    return api_leave(session, create(session, filename, dbid, parameters, count, grbit));
}

JET_ERR JET_API JetCreateDatabase3A(JET_SESID sesid, JET_PCSTR filename, JET_DBID *dbid, JET_SETDBPARAM *parameters,
                                    JET_ULONG count, JET_GRBIT grbit)
{
    WCHAR *wide;
    JET_ERR err = string_from_a(filename, &wide);

    if (err >= 0)
        err = JetCreateDatabase3W(sesid, wide, dbid, parameters, count, grbit);
    os_free(wide);
    return err;
}

JET_ERR JET_API JetCreateDatabase2W(JET_SESID sesid, JET_PCWSTR filename, const JET_ULONG pages_max, JET_DBID *dbid,
                                    JET_GRBIT grbit)
{
    JET_ULONG pages = pages_max;
    JET_SETDBPARAM parameter = { JET_dbparamDbSizeMaxPages, &pages, sizeof(pages) };

    return JetCreateDatabase3W(sesid, filename, dbid, &parameter, 1, grbit);
}

JET_ERR JET_API JetCreateDatabase2A(JET_SESID sesid, JET_PCSTR filename, const JET_ULONG pages_max, JET_DBID *dbid,
                                    JET_GRBIT grbit)
{
    JET_ULONG pages = pages_max;
    JET_SETDBPARAM parameter = { JET_dbparamDbSizeMaxPages, &pages, sizeof(pages) };

    return JetCreateDatabase3A(sesid, filename, dbid, &parameter, 1, grbit);
}

/* `connect` has no meaning. */
JET_ERR JET_API JetCreateDatabaseW(JET_SESID sesid, JET_PCWSTR filename, JET_PCWSTR connect, JET_DBID *dbid,
                                   JET_GRBIT grbit)
{
    (void)connect;
    return JetCreateDatabase3W(sesid, filename, dbid, NULL, 0, grbit);
}

JET_ERR JET_API JetCreateDatabaseA(JET_SESID sesid, JET_PCSTR filename, JET_PCSTR connect, JET_DBID *dbid,
                                   JET_GRBIT grbit)
{
    (void)connect;
    return JetCreateDatabase3A(sesid, filename, dbid, NULL, 0, grbit);
}

/* ------------------------------------------------------------------- size --- */

static JET_ERR grow(struct session *session, struct database *database, uint32_t now, uint32_t target)
{
    uint32_t extension = param_number(session->instance, JET_paramDbExtensionSize);
    /* Each piece is an extent of its own, as Windows' engine has it. */
    uint32_t piece = extension ? extension : target - now;
    JET_ERR err = JET_errSuccess;

    if (database->read_only)
        return JET_errPermissionDenied;
    if (param_number(session->instance, JET_paramEnableViewCache))
        return JET_errFeatureNotAvailable;
    for (; err >= 0 && now < target; now += piece)
        err = tree_store_grow(&database->store, piece);
    return err;
}

/* What is past the largest positive number counts as negative. */
static JET_ERR resize(struct session *session, struct database *database, int32_t target, JET_ULONG *actual,
                      JET_GRBIT grbit)
{
    const JET_GRBIT both = JET_bitResizeDatabaseOnlyGrow | JET_bitResizeDatabaseOnlyShrink;
    uintptr_t shrink = param_number(session->instance, JET_paramEnableShrinkDatabase);
    bool trimmed = false;
    uint32_t pages;
    int32_t now;
    JET_ERR err = JET_errSuccess;

    *actual = 0;
    if (grbit & ~both || (grbit & both) == both)
        return JET_errInvalidGrbit;
    now = (int32_t)(atomic_load(&database->store.pages) + HEADER_PAGES);
    *actual = (JET_ULONG)now;
    if (target < now && !(grbit & JET_bitResizeDatabaseOnlyGrow))
    {
        err = shrink & JET_bitShrinkDatabaseOn ? database_trim(database) : JET_errFeatureNotAvailable;
        trimmed = err >= 0;
    }
    else if (target > now && !(grbit & JET_bitResizeDatabaseOnlyShrink))
        err = grow(session, database, (uint32_t)now, (uint32_t)target);
    if (err >= 0)
        err = trimmed ? database_disk_pages(database, &pages) : database_pages(database, &pages);
    if (err >= 0)
        *actual = pages + (trimmed ? 0 : HEADER_PAGES);
    return err;
}

/*
 * Makes the file as long as `target` pages, the header's included; *actual (may
 * be NULL) is what came of it, or what there is if nothing did.  Growing goes by JET_paramDbExtensionSize.  To make
 * it shorter is to let the disk keep nothing of the pages that are free, if
 * JET_paramEnableShrinkDatabase allows that: *actual is what the disk keeps.
 * JET_errFeatureNotAvailable: it does not.  JET_errInvalidGrbit, JET_errDiskFull.
 */
JET_ERR JET_API JetResizeDatabase(JET_SESID sesid, JET_DBID dbid, JET_ULONG target, JET_ULONG *actual,
                                  const JET_GRBIT grbit)
{
    struct session *session;
    struct attachment *attachment;
    JET_ULONG ignored;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x, %u, %p, %#x)\n", (size_t)sesid, (unsigned)dbid, (unsigned)target, (void *)actual,
             (unsigned)grbit);
    err = api_enter_database(sesid, dbid, 0, &session, &attachment);
    if (err < 0)
        return err;
    return api_leave(session,
                     resize(session, attachment->database, (int32_t)target, actual ? actual : &ignored, grbit));
}

JET_ERR JET_API JetGrowDatabase(JET_SESID sesid, JET_DBID dbid, JET_ULONG pages, JET_ULONG *real)
{
    return JetResizeDatabase(sesid, dbid, pages, real, JET_bitResizeDatabaseOnlyGrow);
}

static JET_ERR set_file_size(struct os_file *file, uint32_t page_size, uint32_t pages, JET_ULONG *real)
{
    struct header_read read;
    uint64_t size;
    JET_ERR err = header_read(file, &read);

    if (err < 0)
        return err;
    if (read.header.state == JET_dbstateIncrementalReseedInProgress)
        return JET_errDatabaseIncompleteIncrementalReseed;
    if (read.header.state == JET_dbstateRevertInProgress)
        return JET_errDatabaseIncompleteRevert;
    if (read.header.state != JET_dbstateCleanShutdown)
        return JET_errDatabaseInconsistent;
    if (read.page_size != page_size)
        return JET_errPageSizeMismatch;
    err = os_file_size(file, &size);
    if (err < 0)
        return err;
    *real = (JET_ULONG)(size / page_size - HEADER_PAGES);
    if (*real >= pages)
        return JET_errSuccess;
    *real = pages;
    err = os_file_set_size(file, (uint64_t)page_size * (pages + HEADER_PAGES));
    return err < 0 ? err : os_file_flush(file);
}

/* Makes the file of a database that is not attached as long as that many pages. */
JET_ERR JET_API JetSetDatabaseSizeW(JET_SESID sesid, JET_PCWSTR filename, JET_ULONG pages, JET_ULONG *real)
{
    struct session *session;
    struct os_file *file;
    WCHAR full[OS_PATH_MAX];
    JET_ERR err;

    OS_TRACE("(%#zx, %s, %u, %p)\n", (size_t)sesid, OS_TRACE_W(filename), (unsigned)pages, (void *)real);
    err = api_enter(sesid, 0, &session);
    if (err < 0)
        return err;
    if (!filename || !filename[0])
        return api_leave(session, JET_errDatabaseInvalidPath);
    if (pages < SIZE_LEAST || !real)
        return api_leave(session, JET_errInvalidParameter);
    err = os_full_path(filename, full, OS_PATH_MAX);
    if (err >= 0)
        err = os_file_open(full, OS_OPEN_EXCLUSIVE_WRITE, &file);
    if (err < 0)
        return api_leave(session, err);
    err = set_file_size(file, param_number(session->instance, JET_paramDatabasePageSize), pages, real);
    os_file_close(file);
    return api_leave(session, err);
}

JET_ERR JET_API JetSetDatabaseSizeA(JET_SESID sesid, JET_PCSTR filename, JET_ULONG pages, JET_ULONG *real)
{
    WCHAR *wide;
    JET_ERR err = string_from_a(filename, &wide);

    if (err >= 0)
        err = JetSetDatabaseSizeW(sesid, wide, pages, real);
    os_free(wide);
    return err;
}

/* How large the file may become; 0: as large as it likes.  The session need not have opened it. */
JET_ERR JET_API JetSetMaxDatabaseSize(JET_SESID sesid, JET_DBID dbid, JET_ULONG pages, JET_GRBIT grbit)
{
    struct session *session;
    struct attachment *attachment;
    struct instance *instance;
    bool attached;
    JET_ERR err;

    (void)grbit;
    OS_TRACE("(%#zx, %#x, %u, %#x)\n", (size_t)sesid, (unsigned)dbid, (unsigned)pages, (unsigned)grbit);
    err = api_enter(sesid, 0, &session);
    if (err < 0)
        return err;
    if (!dbid || dbid >= DATABASES_MAX)
        return api_leave(session, JET_errInvalidDatabaseId);
    instance = session->instance;
    attachment = &instance->databases[dbid];
    os_mutex_lock(&instance->lock);
    attached = attachment->path && attachment->database && !attachment->busy;
    if (attached)
        attachment->database->store.most_pages = pages;
    os_mutex_unlock(&instance->lock);
    return api_leave(session, attached ? JET_errSuccess : JET_errInvalidDatabaseId);
}

JET_ERR JET_API JetGetMaxDatabaseSize(JET_SESID sesid, JET_DBID dbid, JET_ULONG *pages, JET_GRBIT grbit)
{
    struct session *session;
    struct attachment *attachment;
    JET_ERR err;

    (void)grbit;
    OS_TRACE("(%#zx, %#x, %p, %#x)\n", (size_t)sesid, (unsigned)dbid, (void *)pages, (unsigned)grbit);
    err = api_enter_database(sesid, dbid, 0, &session, &attachment);
    if (err < 0)
        return err;
    if (!pages)
        return api_leave(session, JET_errInvalidParameter);
    *pages = attachment->database->store.most_pages;
    return api_leave(session, JET_errSuccess);
}
