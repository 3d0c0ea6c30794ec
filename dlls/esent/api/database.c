/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Databases: JetAttachDatabase, JetOpenDatabase, JetCloseDatabase.
 *
 * Order and kind of the errors follow the published source (db.cxx, fmp.cxx).
 * A slot of the instance is taken (busy) before the file is touched, and seen
 * by others as attached from that moment on.
 */
#include "api/events.h"
#include "api/private.h"
#include "maintain/backup.h"
#include "maintain/maintain.h"
#include "table/index_check.h"
#include "table/schema.h"

/* ------------------------------------------------------------ attachments --- */

static bool same_path(const WCHAR *a, const WCHAR *b)
{
    if (OS_PATH_SEPARATOR == '\\')
        return !os_text_compare_nocase(a, b);
    return !os_text_compare(a, b);
}

/* The attachment of a file, of any instance; process.attach_lock is held. */
static struct attachment *find_attached(const WCHAR *path, const struct instance *instance)
{
    struct attachment *attachment = process.attached;

    while (attachment && (!same_path(attachment->path, path) || (instance && attachment->instance != instance)))
        attachment = attachment->next;
    return attachment;
}

JET_ERR attachment_take(struct instance *instance, const WCHAR *path, JET_GRBIT grbit, struct attachment **taken)
{
    struct attachment *attachment;
    JET_ERR err = JET_errSuccess;
    uint32_t i;

    *taken = NULL;
    os_mutex_lock(&process.attach_lock);
    attachment = find_attached(path, NULL);
    if (attachment)
    {
        err = attachment->instance == instance ? JET_wrnDatabaseAttached : JET_errDatabaseSharingViolation;
        goto done;
    }
    os_mutex_lock(&instance->lock);
    for (i = 1; i < DATABASES_MAX && instance->databases[i].path; i++)
        ;
    if (i == DATABASES_MAX)
        err = JET_errTooManyAttachedDatabases;
    else
    {
        attachment = &instance->databases[i];
        memset(attachment, 0, sizeof(*attachment));
        attachment->path = os_text_duplicate(path);
        if (!attachment->path)
            err = JET_errOutOfMemory;
    }
    if (err >= 0)
    {
        attachment->instance = instance;
        attachment->grbit = grbit;
        attachment->busy = true;
        attachment->next = process.attached;
        process.attached = attachment;
        *taken = attachment;
    }
    os_mutex_unlock(&instance->lock);

done:
    os_mutex_unlock(&process.attach_lock);
    return err;
}

JET_ERR attachment_close(struct attachment *attachment)
{
    struct instance *instance = attachment->instance;
    struct table_storage *storages;
    struct database *database;
    struct attachment **link;
    WCHAR *path;
    JET_ERR err;

    if (!attachment->path)
        return JET_errSuccess;
    os_mutex_lock(&instance->lock);
    attachment->busy = true;
    database = attachment->database;
    os_mutex_unlock(&instance->lock);
    background_stop(instance, (JET_DBID)(attachment - instance->databases));
    err = database_close(database);
    instance_log_check(instance);
    os_mutex_lock(&process.attach_lock);
    for (link = &process.attached; *link && *link != attachment; link = &(*link)->next)
        ;
    if (*link)
        *link = attachment->next;
    os_mutex_lock(&instance->lock);
    path = attachment->path;
    storages = attachment->storages;
    memset(attachment, 0, sizeof(*attachment));
    os_mutex_unlock(&instance->lock);
    os_mutex_unlock(&process.attach_lock);
    os_free(path);
    local_storage_free_tables(instance, storages);
    return err;
}

bool attachment_header(const WCHAR *path, struct database_header *header, bool *open)
{
    struct attachment *attachment;

    *open = false;
    os_mutex_lock(&process.attach_lock);
    attachment = find_attached(path, NULL);
    if (attachment)
    {
        /* attachment_close closes a database before it takes the lock, but is busy then. */
        os_mutex_lock(&attachment->instance->lock);
        if (attachment->database && !attachment->busy)
        {
            database_header(attachment->database, header);
            *open = true;
        }
        os_mutex_unlock(&attachment->instance->lock);
    }
    os_mutex_unlock(&process.attach_lock);
    return attachment != NULL;
}

JET_ERR attachment_lock(struct instance *instance, const WCHAR *path, struct attachment **attachment)
{
    for (;;)
    {
        os_mutex_lock(&process.attach_lock);
        *attachment = find_attached(path, instance);
        if (*attachment)
            os_mutex_lock(&instance->lock);
        os_mutex_unlock(&process.attach_lock);
        if (!*attachment)
            return JET_errDatabaseNotFound;
        if (!(*attachment)->busy)
            return JET_errSuccess;
        os_mutex_unlock(&instance->lock);
        os_sleep(1);
    }
}

/* ----------------------------------------------------------------- attach --- */

JET_ERR path_of_file(const WCHAR *path, WCHAR full[OS_PATH_MAX], struct os_file_info *info)
{
    JET_ERR err = os_full_path(path, full, OS_PATH_MAX);

    if (err < 0)
        return err;
    err = os_path_info(full, info);
    /* Where there is no folder there is no file. */
    if (err == JET_errInvalidPath)
        return JET_errFileNotFound;
    return err >= 0 && info->directory ? JET_errFileAccessDenied : err;
}

void attachment_options(const struct attachment *attachment, struct database_options *options)
{
    struct instance *instance = attachment->instance;

    memset(options, 0, sizeof(*options));
    options->read_only = attachment->grbit & JET_bitDbReadOnly;
    options->grbit = attachment->grbit;
    options->page_size = param_number(instance, JET_paramDatabasePageSize);
    options->index_checking = param_number(instance, JET_paramEnableIndexChecking);
    options->engine_format = param_number(instance, JET_paramEngineFormatVersion);
    options->extension_pages = param_number(instance, JET_paramDbExtensionSize);
    options->heals = param_number(instance, JET_paramEnableExternalAutoHealing);
    options->request_timeout = (uint32_t)param_number(instance, JET_paramPatchRequestTimeout);
    options->txns = &instance->txn;
    options->log_database = attachment - instance->databases;
    options->events = &instance->events;
    if (!options->read_only && !(attachment->grbit & JET_bitDbRecoveryOff))
    {
        options->log = instance_log(instance);
        options->registry = instance_registry(instance);
    }
}

bool attachment_checks_indexes(const struct instance *instance, JET_GRBIT grbit)
{
    if (grbit & JET_bitDbReadOnly)
        return false;
    return grbit & JET_bitDbDeleteUnicodeIndexes || param_number(instance, JET_paramEnableIndexCleanup) ||
           param_number(instance, JET_paramEnableIndexChecking) == JET_IndexCheckingOn;
}

/*
 * The log's record of it is known to engines since JET_efvRootPageMove, so it is not written where an older one may
 * have to read it: only if a newer one began the log, or the program says that it needs no older one.
 */
static bool may_move_roots(const struct instance *instance, const struct database *database, JET_GRBIT grbit)
{
    struct log_header header;

    if (grbit & JET_bitShrinkDatabaseDontMoveRootsOnAttach)
        return false;
    if (!database->store.log || (param_number(instance, JET_paramEngineFormatVersion) & 0xffff) >= JET_efvRootPageMove)
        return true;
    log_current_header(database->store.log, &header);
    return header.update_major >= LOG_UPDATE_MAJOR_ROOT_MOVE;
}

/*
 * The database becomes smaller before anybody has it open.  What keeps it from that is no matter of attaching, unless
 * the database is damaged.  ESE does this only where the database's format is 1568.80 or newer; what comes of it is
 * a database of any format.
 */
static JET_ERR shrink(struct session *session, struct database *database, const struct attachment_parameters *read)
{
    struct shrink_options options = { read->shrink, read->shrink_milliseconds, read->shrink_pages_least,
                                      may_move_roots(session->instance, database, read->shrink) };
    struct shrink_result result;
    JET_ERRCAT category;
    JET_ERR err = shrink_database(database, &session->txn, &options, &result);

    OS_TRACE("%u pages cut off, %u moved, %u found: %d\n", (unsigned)result.cut, (unsigned)result.moved,
             (unsigned)result.found, (int)err);
    if (err >= 0 || err == JET_errReadVerifyFailure || err == JET_errPageNotInitialized ||
        err == JET_errReadLostFlushVerifyFailure || err == JET_errDiskReadVerificationFailure)
        return JET_errSuccess;
    return error_category(err, &category) && category == JET_errcatCorruption ? err : JET_errSuccess;
}

/* False: what went wrong keeps the database from becoming smaller, not from being attached. */
static bool reclaim(struct session *session, struct database *database, const struct attachment_parameters *read)
{
    uint32_t found;
    JET_ERR err = reclaim_database(database, &session->txn, read->reclaim_milliseconds, &found);

    OS_TRACE("%u pages found: %d\n", (unsigned)found, (int)err);
    return err >= 0;
}

/* What can be told before there is a slot for it. */
static JET_ERR check_attach(const struct session *session, const WCHAR *path, JET_GRBIT grbit, WCHAR full[OS_PATH_MAX])
{
    struct os_file_info info;
    JET_ERR err;

    if (session->txn.level)
        return JET_errInTransaction;
    if (grbit & JET_bitDbVersioningOff)
        return JET_errCannotDisableVersioning;
    if (!path || !path[0])
        return JET_errDatabaseInvalidPath;
    if (grbit & JET_bitDbDeleteUnicodeIndexes && grbit & JET_bitDbReadOnly)
        return JET_errInvalidGrbit;
    err = path_of_file(path, full, &info);
    if (err < 0)
        return err == JET_errInvalidPath ? JET_errDatabaseInvalidPath : err;
    if (info.read_only && !(grbit & JET_bitDbReadOnly))
        return JET_errDatabaseFileReadOnly;
    return backup_check_none(session->instance->backup);
}

/* What is done to a database that was opened, before a program sees it. */
static JET_ERR make_ready(struct session *session, struct database *database,
                          const struct attachment_parameters *parameters, JET_GRBIT grbit)
{
    JET_ERR err = JET_errSuccess;

    if (attachment_checks_indexes(session->instance, grbit))
        err = database_check_indexes(database, &session->txn, grbit);
    if (err >= 0 && (!parameters->reclaims || reclaim(session, database, parameters)) &&
        parameters->shrink & JET_bitShrinkDatabaseEofOnAttach)
        err = shrink(session, database, parameters);
    return err;
}

static JET_ERR attach(struct session *session, const WCHAR *path, const JET_SETDBPARAM *parameters, uint32_t count,
                      JET_GRBIT grbit)
{
    struct instance *instance = session->instance;
    struct database_options options;
    struct attachment *attachment;
    struct database *database;
    WCHAR full[OS_PATH_MAX];
    uint64_t began = os_clock_us();
    struct attachment_parameters read;
    JET_ERR err = attachment_parameters(parameters, count, false, &read);

    if (err >= 0)
        err = check_attach(session, path, grbit, full);
    if (err < 0)
        return err;
    err = attachment_take(instance, full, grbit, &attachment);
    if (err == JET_wrnDatabaseAttached)
        return attachment_attach_kept(session, full, read.pages_max, grbit);
    if (err != JET_errSuccess)
        return err;
    /* Once more: one that begins from here on waits until this is done. */
    err = backup_check_none(instance->backup);
    if (err >= 0)
    {
        attachment_options(attachment, &options);
        options.pages_max = read.pages_max;
        err = database_open(full, &options, &database);
    }
    if (err < 0)
    {
        attachment_close(attachment);
        return err;
    }
    err = make_ready(session, database, &read, grbit);
    os_mutex_lock(&instance->lock);
    attachment->database = database;
    attachment->busy = err < 0;
    os_mutex_unlock(&instance->lock);
    if (err < 0)
        attachment_close(attachment);
    else
        event_database(instance, EVENT_DATABASE_ATTACHED, (uint32_t)(attachment - instance->databases), full,
                       &database->header, began);
    return err;
}

/*
 * Attaches a database file that exists to the instance of the session.
 * JET_wrnDatabaseAttached if it is; JET_errDatabaseSharingViolation when
 * another instance has it, JET_errDatabaseFileReadOnly, JET_errPageSizeMismatch,
 * JET_errDatabaseDirtyShutdown, JET_errInvalidDatabaseVersion,
 * JET_errDatabaseCorrupted, JET_errFileNotFound, JET_errInTransaction, ...
 * Source: ErrIsamAttachDatabase.
 */
JET_ERR JET_API JetAttachDatabase3W(JET_SESID sesid, JET_PCWSTR filename, JET_SETDBPARAM *parameters, JET_ULONG count,
                                    JET_GRBIT grbit)
{
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%#zx, %s, %p, %u, %#x)\n", (size_t)sesid, OS_TRACE_W(filename), (void *)parameters, (unsigned)count,
             (unsigned)grbit);
    err = api_enter(sesid, 0, &session);
    if (err < 0)
        return err;
    return api_leave(session, attach(session, filename, parameters, count, grbit));
}

JET_ERR JET_API JetAttachDatabase3A(JET_SESID sesid, JET_PCSTR filename, JET_SETDBPARAM *parameters, JET_ULONG count,
                                    JET_GRBIT grbit)
{
    WCHAR *wide;
    JET_ERR err = string_from_a(filename, &wide);

    if (err >= 0)
        err = JetAttachDatabase3W(sesid, wide, parameters, count, grbit);
    os_free(wide);
    return err;
}

JET_ERR JET_API JetAttachDatabase2W(JET_SESID sesid, JET_PCWSTR filename, const JET_ULONG pages_max, JET_GRBIT grbit)
{
    JET_ULONG pages = pages_max;
    JET_SETDBPARAM parameter = { JET_dbparamDbSizeMaxPages, &pages, sizeof(pages) };

    return JetAttachDatabase3W(sesid, filename, &parameter, 1, grbit);
}

JET_ERR JET_API JetAttachDatabase2A(JET_SESID sesid, JET_PCSTR filename, const JET_ULONG pages_max, JET_GRBIT grbit)
{
    JET_ULONG pages = pages_max;
    JET_SETDBPARAM parameter = { JET_dbparamDbSizeMaxPages, &pages, sizeof(pages) };

    return JetAttachDatabase3A(sesid, filename, &parameter, 1, grbit);
}

JET_ERR JET_API JetAttachDatabaseW(JET_SESID sesid, JET_PCWSTR filename, JET_GRBIT grbit)
{
    return JetAttachDatabase3W(sesid, filename, NULL, 0, grbit);
}

JET_ERR JET_API JetAttachDatabaseA(JET_SESID sesid, JET_PCSTR filename, JET_GRBIT grbit)
{
    return JetAttachDatabase3A(sesid, filename, NULL, 0, grbit);
}

/* --------------------------------------------------------- open and close --- */

/* Whether the session has one open that is not this one. */
static bool other_open(const struct session *session, JET_DBID dbid)
{
    for (uint32_t i = 1; i < DATABASES_MAX; i++)
    {
        if (i != dbid && session->opens[i])
            return true;
    }
    return false;
}

static JET_ERR open_locked(struct session *session, struct attachment *attachment, JET_GRBIT grbit)
{
    JET_DBID dbid = (JET_DBID)(attachment - session->instance->databases);
    JET_ERR err = JET_errSuccess;

    if (param_number(session->instance, JET_paramOneDatabasePerSession) && other_open(session, dbid))
        return JET_errOneDatabasePerSession;
    if (attachment_is_kept(attachment))
        return JET_errDatabaseAttachedForRecovery;
    if (attachment->exclusive && attachment->exclusive != session)
        return JET_errDatabaseLocked;
    if (grbit & JET_bitDbExclusive)
    {
        if (attachment->opens)
            return JET_errDatabaseInUse;
        attachment->exclusive = session;
    }
    if (session->opens[dbid] == UINT16_MAX)
        return JET_errTooManyOpenDatabases;
    return err;
}

/* The file of temporary tables, once there is one, is known, but not a program's to open. */
static JET_ERR not_attached(struct instance *instance, const WCHAR *path, JET_GRBIT grbit)
{
    struct temp_store *store = &instance->temporary;
    bool temporary;

    os_mutex_lock(&store->lock);
    temporary = store->database && same_path(store->database->path, path);
    os_mutex_unlock(&store->lock);
    if (!temporary)
        return JET_errDatabaseNotFound;
    return grbit & JET_bitDbExclusive ? JET_errDatabaseInUse : JET_errInvalidDatabase;
}

JET_ERR session_open_database(struct session *session, const WCHAR *path, JET_DBID *dbid, JET_GRBIT grbit)
{
    struct instance *instance = session->instance;
    struct attachment *attachment;
    WCHAR full[OS_PATH_MAX];
    JET_ERR err;

    if (!path || !path[0])
        return JET_errDatabaseInvalidPath;
    err = attachment_lock(instance, path, &attachment);
    if (err == JET_errDatabaseNotFound)
    {
        err = os_full_path(path, full, OS_PATH_MAX);
        if (err >= 0)
            err = attachment_lock(instance, full, &attachment);
        if (err == JET_errDatabaseNotFound)
            err = not_attached(instance, full, grbit);
    }
    if (err < 0)
        return err;
    err = open_locked(session, attachment, grbit);
    if (err >= 0)
    {
        *dbid = attachment - instance->databases;
        attachment->opens++;
        session->opens[*dbid]++;
    }
    os_mutex_unlock(&instance->lock);
    return err;
}

/*
 * Opens an attached database for the session.  `connect` has no meaning.
 * JET_errDatabaseNotFound (not attached), JET_errDatabaseAttachedForRecovery (by nobody but recovery),
 * JET_errDatabaseLocked, JET_errDatabaseInUse (exclusively, while it is open),
 * JET_errOneDatabasePerSession.
 */
JET_ERR JET_API JetOpenDatabaseW(JET_SESID sesid, JET_PCWSTR filename, JET_PCWSTR connect, JET_DBID *dbid,
                                 JET_GRBIT grbit)
{
    struct session *session;
    JET_ERR err;

    (void)connect;
    OS_TRACE("(%#zx, %s, %p, %#x)\n", (size_t)sesid, OS_TRACE_W(filename), (void *)dbid, (unsigned)grbit);
    err = api_enter(sesid, 0, &session);
    if (err < 0)
        return err;
    if (!dbid)
        return api_leave(session, JET_errInvalidParameter);
    *dbid = JET_dbidNil;
    return api_leave(session, session_open_database(session, filename, dbid, grbit));
}

JET_ERR JET_API JetOpenDatabaseA(JET_SESID sesid, JET_PCSTR filename, JET_PCSTR connect, JET_DBID *dbid,
                                 JET_GRBIT grbit)
{
    WCHAR *wide;
    JET_ERR err = string_from_a(filename, &wide);

    (void)connect;
    if (err >= 0)
        err = JetOpenDatabaseW(sesid, wide, NULL, dbid, grbit);
    os_free(wide);
    return err;
}

void session_close_database(struct session *session, JET_DBID dbid)
{
    struct attachment *attachment = &session->instance->databases[dbid];

    if (session->opens[dbid] == 1)
        session_close_cursors(session, dbid, 0);
    os_mutex_lock(&session->instance->lock);
    session->opens[dbid]--;
    attachment->opens--;
    if (attachment->exclusive == session)
        attachment->exclusive = NULL;
    os_mutex_unlock(&session->instance->lock);
}

/*
 * Undoes one open; with the last of the session its cursors on the database
 * are closed.  JET_errInvalidDatabaseId.
 */
JET_ERR JET_API JetCloseDatabase(JET_SESID sesid, JET_DBID dbid, JET_GRBIT grbit)
{
    struct session *session;
    JET_ERR err;

    (void)grbit;
    OS_TRACE("(%#zx, %#x, %#x)\n", (size_t)sesid, (unsigned)dbid, (unsigned)grbit);
    err = api_enter(sesid, API_WHEN_STOPPED, &session);
    if (err < 0)
        return err;
    if (!dbid || dbid >= DATABASES_MAX || !session->instance->databases[dbid].path)
        return api_leave(session, JET_errInvalidDatabaseId);
    if (!session->opens[dbid])
        return api_leave(session, JET_errInvalidDatabaseId);
    session_close_database(session, dbid);
    return api_leave(session, JET_errSuccess);
}
