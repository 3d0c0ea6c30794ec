/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetAttachDatabase.  Order and kind of the errors follow the published source (db.cxx, fmp.cxx). */
#include "api/events.h"
#include "api/private.h"
#include "maintain/backup.h"
#include "maintain/maintain.h"
#include "table/index_check.h"
#include "table/schema.h"

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
