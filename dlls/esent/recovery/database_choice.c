/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether the file there is for a database is the one the log means, at the right moment.
 *
 * It may be as of an earlier or a later moment than the log is at, or belong to
 * another database of that name; whether it is replayed into follows from its
 * signature and the positions in its header, as in the published source
 * (ErrLGRICheckRedoAttachDb, ErrLGRICheckRedoCreateDb).  If it is not, it may be
 * when a later record attaches it; at the end of the log it must have been.
 */
#include "recovery/private.h"

static bool same(const struct header_signature *a, const struct header_signature *b)
{
    return !memcmp(a, b, sizeof(*a));
}

/* The file is at the right moment: whether it can be used now. */
static JET_ERR attach_now(struct recovery *recovery, const struct database_header *header, enum redo_attach *attach)
{
    struct recovery_event backup = { .what = JET_sntSignalErrorCondition,
                                     .normal = JET_errSoftRecoveryOnBackupDatabase };

    if (header->generation_min_required && header->generation_min_required < (int32_t)recovery->generation &&
        header->state != JET_dbstateDirtyAndPatchedShutdown)
        return JET_errRequiredLogFilesMissing;
    /* A copy by a backup, of which nothing has been restored. */
    if (header->current_backup.generation_low && !header->current_backup.generation_high &&
        recovery_ask(recovery, &backup) < 0)
        return JET_errSoftRecoveryOnBackupDatabase;
    *attach = REDO_ATTACH_NOW;
    return JET_errSuccess;
}

static JET_ERR check_attach(struct recovery *recovery, const struct redo_database *database,
                            const struct database_header *header, const struct redo_logged_attach *logged,
                            enum redo_attach *attach)
{
    bool same_database = same(&header->signature, logged->signature);
    bool same_log = same(&header->log_signature, &recovery->signature);
    bool same_logged = same(&header->log_signature, logged->log_signature);
    uint64_t consistent = log_position_of(&header->consistent), attached = log_position_of(&header->attach);
    bool ignore = database->ignore_missing;

    *attach = REDO_ATTACH_DEFERRED;
    if (!same_log)
    {
        if (!same_logged)
            return JET_errSuccess;
        /* It has not been attached to this log yet: the header is as the record says it was. */
        if (consistent == logged->consistent || !logged->consistent)
            return same_database ? attach_now(recovery, header, attach) : JET_errSuccess;
        return same_database && !ignore ? JET_errConsistentTimeMismatch : JET_errSuccess;
    }
    if (!same_logged || consistent == logged->consistent || !consistent)
    {
        if (!same_database)
            return JET_errSuccess;
        if (attached == logged->position || (attached < logged->position && logged->record && same_logged))
            return attach_now(recovery, header, attach);
        return attached < logged->position && !ignore ? JET_errAttachedDatabaseMismatch : JET_errSuccess;
    }
    if (consistent > logged->consistent && (!logged->record || consistent > recovery->position))
    {
        *attach = REDO_ATTACH_FUTURE;
        return JET_errSuccess;
    }
    return same_database && !ignore ? JET_errConsistentTimeMismatch : JET_errSuccess;
}

/* A file that cannot be read may be one that is deleted later. */
static JET_ERR not_there(JET_ERR err, struct redo_database *database, enum redo_attach *attach)
{
    *attach = REDO_ATTACH_DEFERRED;
    switch (err)
    {
    case JET_errReadVerifyFailure:
        /* Perhaps another database was being made in its place. */
        database->unreadable = true;
        return JET_errSuccess;
    case JET_errFileAccessDenied:
        *attach = REDO_ATTACH_DENIED;
        return JET_errSuccess;
    case JET_errFileNotFound:
    case JET_errInvalidPath:
        return JET_errSuccess;
    default:
        return database->ignore_missing ? JET_errSuccess : err;
    }
}

JET_ERR redo_choose_attach(struct recovery *recovery, struct redo_database *database,
                           const struct redo_logged_attach *logged, enum redo_attach *attach)
{
    struct database_header header;
    JET_ERR err = database_redo_header(database->path, &header);

    if (err < 0)
    {
        redo_tell_attach(recovery, database, NULL, err);
        return not_there(err, database, attach);
    }
    *attach = REDO_ATTACH_DEFERRED;
    switch (header.state)
    {
    case JET_dbstateJustCreated:
        return JET_errSuccess;
    case JET_dbstateCleanShutdown:
    case JET_dbstateDirtyShutdown:
    case JET_dbstateDirtyAndPatchedShutdown:
        break;
    default:
        err = header_check_state(&header);
        return database->ignore_missing ? JET_errSuccess : err < 0 ? err : JET_errDatabaseCorrupted;
    }
    err = check_attach(recovery, database, &header, logged, attach);
    if (err == JET_errRequiredLogFilesMissing && database->ignore_missing)
        err = JET_errSuccess;
    if (err < 0)
        redo_tell_attach(recovery, database, &header, err);
    return err;
}

/* ------------------------------------------------------------------- creating --- */

static bool is_detached(const struct recovery *recovery, const struct header_signature *signature)
{
    for (const struct redo_detached *one = recovery->detached; one; one = one->next)
        if (same(&one->signature, signature))
            return true;
    return false;
}

JET_ERR redo_choose_create(struct recovery *recovery, struct redo_database *database,
                           const struct header_signature *signature, enum redo_attach *attach, bool *create)
{
    struct database_header header;
    uint64_t attached;
    JET_ERR err = database_redo_header(database->path, &header);

    *attach = REDO_ATTACH_DEFERRED;
    *create = err == JET_errFileNotFound || err == JET_errReadVerifyFailure;
    if (*create)
        return JET_errSuccess;
    if (err < 0)
        return not_there(err, database, attach);
    switch (header.state)
    {
    case JET_dbstateCleanShutdown:
    case JET_dbstateDirtyShutdown:
    case JET_dbstateDirtyAndPatchedShutdown:
        break;
    case JET_dbstateIncrementalReseedInProgress:
    case JET_dbstateRevertInProgress:
        return database->ignore_missing ? JET_errSuccess : header_check_state(&header);
    default:
        *create = true;
        return JET_errSuccess;
    }
    if (!same(&header.log_signature, &recovery->signature))
    {
        *create = database->overwrite;
        return JET_errSuccess;
    }
    attached = log_position_of(&header.attach);
    if (attached != recovery->position || !same(&header.signature, signature))
    {
        /* What the same log has made, then detached, and now replaces: made anew by this recovery because there was
           no file, or put there from elsewhere.  Windows takes it for a mismatch. */
        *create = attached < recovery->position && (database->overwrite || (header.state == JET_dbstateCleanShutdown &&
                                                                            is_detached(recovery, &header.signature)));
        return JET_errSuccess;
    }
    if (recovery->position <= log_position_of(&header.consistent))
    {
        *attach = REDO_ATTACH_FUTURE;
        return JET_errSuccess;
    }
    return attach_now(recovery, &header, attach);
}

JET_ERR redo_note_detached(struct recovery *recovery, const struct redo_database *database)
{
    struct redo_detached *one;

    if (database->attach != REDO_ATTACH_NOW && database->attach != REDO_ATTACH_FUTURE)
        return JET_errSuccess;
    if (!(one = os_alloc(sizeof(*one))))
        return JET_errOutOfMemory;
    one->signature = database->signature;
    one->next = recovery->detached;
    recovery->detached = one;
    return JET_errSuccess;
}
