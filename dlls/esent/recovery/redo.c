/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each record in its turn. */
#include "recovery/private.h"

/* ----------------------------------------------------------------- the instance --- */

/* An instance began, or ended: nothing is open after that. */
static JET_ERR end_of_instance(struct recovery *recovery)
{
    uint64_t position = recovery->shutdown ? recovery->shutdown : recovery->position;
    JET_ERR err = JET_errSuccess;

    redo_end_sessions(recovery);
    err = redo_close_databases(recovery, position);
    recovery->after_end = true;
    recovery->shutdown = 0;
    return err;
}

/* --------------------------------------------------------------------- sessions --- */

static JET_ERR tell_context(struct recovery *recovery, const void *data, uint32_t size, uint32_t why)
{
    struct recovery_event event = { .what = JET_sntCommitCtx, .data = data, .size = size, .why = why };

    return recovery_ask(recovery, &event);
}

/* A commit of which the program wants to hear gets its context by a record before it. */
static JET_ERR commit(struct recovery *recovery, struct redo_session *session, const struct log_commit *record)
{
    uint8_t *context = record->level_to || !session->txn.level ? NULL : session->context;
    JET_ERR err = JET_errSuccess;

    if (context)
    {
        session->context = NULL;
        err = tell_context(recovery, context, session->context_size, RECOVERY_CONTEXT_BEFORE);
    }
    if (err >= 0)
        err = redo_commit(session, record->level_to);
    if (err >= 0 && context)
        err = tell_context(recovery, context, session->context_size, RECOVERY_CONTEXT_AFTER);
    os_free(context);
    return err;
}

static JET_ERR commit_context(struct recovery *recovery, const struct log_read_record *record)
{
    const struct log_commit_context *context = (const struct log_commit_context *)record->data;
    const uint8_t *data = (const uint8_t *)(context + 1);
    struct redo_session *session;
    uint32_t size;
    JET_ERR err;

    if (record->size < sizeof(*context))
        return JET_errSuccess; /* of a log from before there were flags */
    size = record->size - (uint32_t)sizeof(*context);
    if (!(context->flags & LOG_COMMIT_CONTEXT_PRECOMMIT))
        return context->flags & LOG_COMMIT_CONTEXT_CALLBACK ? tell_context(recovery, data, size, RECOVERY_CONTEXT_ALONE)
                                                            : JET_errSuccess;
    err = redo_session(recovery, context->session, &session);
    if (err < 0 || !session->begun)
        return err;
    os_free(session->context);
    session->context = os_alloc(size ? size : 1);
    if (!session->context)
        return JET_errOutOfMemory;
    memcpy(session->context, data, size);
    session->context_size = size;
    return JET_errSuccess;
}

static JET_ERR macro_commit(struct recovery *recovery, struct redo_session *session, struct redo_macro *macro)
{
    switch (macro->size ? macro->records[0] : LOG_NOP)
    {
    case LOG_SPLIT:
    case LOG_SPLIT2:
        return redo_split(recovery, session, macro);
    case LOG_MERGE:
    case LOG_MERGE2:
        return redo_merge(recovery, session, macro);
    case LOG_ROOT_PAGE_MOVE:
        return redo_root_move(recovery, session, macro);
    case LOG_NOP:
        return JET_errSuccess;
    default:
        return JET_errLogCorrupted;
    }
}

static JET_ERR macro_end(struct recovery *recovery, struct redo_session *session, const struct log_macro *record)
{
    struct redo_macro *macro = redo_macro_find(session, record->dbtime);
    JET_ERR err = JET_errSuccess;

    if (!macro)
        return JET_errSuccess;
    if (record->type == LOG_MACRO_COMMIT && session->begun)
        err = macro_commit(recovery, session, macro);
    redo_macro_end(session, macro);
    return err;
}

/* The session of a record, which is the two bytes behind the type in all that have one. */
static JET_ERR session_of(struct recovery *recovery, const struct log_read_record *record,
                          struct redo_session **session)
{
    uint16_t number;

    if (record->type == LOG_ROOT_PAGE_MOVE)
        number = le16(record->data + offsetof(struct log_root_page_move, session));
    else
        number = le16(record->data + offsetof(struct log_session, session));
    return redo_session(recovery, number, session);
}

/* The dbtime of a record that may be part of a macro. */
static uint64_t dbtime_of(const struct log_read_record *record)
{
    switch (record->type)
    {
    case LOG_ROOT_PAGE_MOVE:
        return le64(record->data + offsetof(struct log_root_page_move, dbtime));
    case LOG_NEW_PAGE:
        return le64(record->data + offsetof(struct log_new_page, dbtime));
    default:
        return le64(record->data + offsetof(struct log_page, dbtime));
    }
}

/* ------------------------------------------------------------------------- pages --- */

/* A record that waits for the end of its macro, which may not come: its dbtime was given out nevertheless. */
static JET_ERR keep_record(struct recovery *recovery, struct redo_macro *macro, const struct log_read_record *record)
{
    const struct log_page *page = (const struct log_page *)record->data;
    struct redo_database *database;

    database = record->type == LOG_ROOT_PAGE_MOVE ? NULL : redo_database(recovery, page->dbid);
    if (database)
        database_redo_counters(database->database, macro->dbtime, 0);
    return redo_macro_add(macro, record);
}

static JET_ERR page_record(struct recovery *recovery, const struct log_read_record *record)
{
    const void *data = record->data;
    struct redo_session *session;
    struct redo_macro *macro;
    JET_ERR err = session_of(recovery, record, &session);

    if (err < 0)
        return err;
    recovery->since = session->start;
    macro = record->type == LOG_UNDO_INFO ? NULL : redo_macro_find(session, dbtime_of(record));
    if (macro)
        return keep_record(recovery, macro, record);
    switch (record->type)
    {
    case LOG_CREATE_MULTIPLE_FDP:
        return redo_create_multiple(recovery, session, data);
    case LOG_CREATE_SINGLE_FDP:
        return redo_create_single(recovery, session, data);
    case LOG_CONVERT_FDP2:
        return redo_convert(recovery, session, data);
    case LOG_SCRUB:
        return redo_scrub(recovery, session, data);
    case LOG_NEW_PAGE:
        return redo_new_page(recovery, session, data);
    case LOG_PAGE_MOVE:
        return redo_page_move(recovery, session, data);
    case LOG_SPLIT:
    case LOG_SPLIT2:
    case LOG_MERGE:
    case LOG_MERGE2:
    case LOG_ROOT_PAGE_MOVE:
        /* Part of a macro whose beginning was not met. */
        return session->begun ? JET_errLogCorrupted : JET_errSuccess;
    default:
        return redo_node(recovery, session, data);
    }
}

/* ---------------------------------------------------------------- transactions --- */

static JET_ERR session_record(struct recovery *recovery, const struct log_read_record *record)
{
    struct redo_session *session;
    JET_ERR err = session_of(recovery, record, &session);

    if (err < 0)
        return err;
    recovery->since = session->start;
    switch (record->type)
    {
    case LOG_BEGIN:
    case LOG_BEGIN0:
    case LOG_BEGIN_DT:
        return redo_begin(recovery, session, (const struct log_begin *)record->data);
    case LOG_COMMIT:
    case LOG_COMMIT0:
        return commit(recovery, session, (const struct log_commit *)record->data);
    case LOG_ROLLBACK:
        return redo_rollback(session, ((const struct log_rollback *)record->data)->levels);
    case LOG_REFRESH:
        redo_refresh(session, (const struct log_refresh *)record->data);
        return JET_errSuccess;
    case LOG_MACRO_BEGIN:
        return redo_macro_begin(session, ((const struct log_macro *)record->data)->dbtime);
    default:
        return macro_end(recovery, session, (const struct log_macro *)record->data);
    }
}

/* -------------------------------------------------------------------- databases --- */

static void explain_pages(struct recovery *recovery, uint8_t dbid, uint32_t first, uint32_t count)
{
    struct redo_database *database = redo_database(recovery, dbid);

    if (database)
        redo_explain(database, first, count);
}

static JET_ERR set_version(struct recovery *recovery, const struct log_set_db_version *record)
{
    struct redo_database *database = redo_database(recovery, record->dbid);
    struct database_header *header;

    if (!database)
        return JET_errSuccess;
    header = &database->database->header;
    if (record->update_major > header->update_major)
        header->update_major = record->update_major;
    if (record->update_minor > header->update_minor)
        header->update_minor = record->update_minor;
    return JET_errSuccess;
}

static JET_ERR database_record(struct recovery *recovery, const struct log_read_record *record)
{
    const void *data = record->data;

    switch (record->type)
    {
    case LOG_CREATE_DB:
        return redo_create_database(recovery, data);
    case LOG_CREATE_DB_FINISH:
        return redo_create_finish(recovery, ((const struct log_create_db_finish *)data)->dbid);
    case LOG_ATTACH_DB:
        return redo_attach_database(recovery, data);
    case LOG_REATTACH_DB:
        return redo_reattach_database(recovery, ((const struct log_reattach_db *)data)->dbid);
    case LOG_DETACH_DB:
        return redo_detach_database(recovery, ((const struct log_detach_db *)data)->dbid);
    case LOG_EXTEND_DB:
        return redo_extend(recovery, data);
    case LOG_SHRINK_DB:
    case LOG_SHRINK_DB2:
    case LOG_SHRINK_DB3:
        return redo_shrink(recovery, data);
    case LOG_TRIM_DB:
        explain_pages(recovery, ((const struct log_trim_db *)data)->dbid,
                      ((const struct log_trim_db *)data)->first_page, ((const struct log_trim_db *)data)->pages);
        return JET_errSuccess;
    case LOG_EXTENT_FREED:
    case LOG_EXTENT_FREED2:
        explain_pages(recovery, ((const struct log_extent_freed *)data)->dbid,
                      ((const struct log_extent_freed *)data)->first_page,
                      ((const struct log_extent_freed *)data)->pages);
        return JET_errSuccess;
    default:
        return set_version(recovery, data);
    }
}

/* ------------------------------------------------------------------------- all --- */

static JET_ERR record_of_instance(struct recovery *recovery, const struct log_read_record *record)
{
    JET_ERR err = JET_errSuccess;

    /* Nothing is open, but the databases are, and as dirty as before: what begins next goes on with them. */
    if (record->type == LOG_RECOVERY_QUIT_KEEP)
    {
        if (!recovery->after_end)
        {
            redo_end_sessions(recovery);
            recovery->shutdown = 0;
            recovery->kept = true;
        }
        recovery->after_end = true;
        recovery->ended = recovery->kept ? 0 : record->position;
        return redo_keep_databases(recovery);
    }
    if (!recovery->after_end)
        err = end_of_instance(recovery);
    recovery->after_end = record->type != LOG_INIT && record->type != LOG_INIT2;
    recovery->kept = false;
    recovery->ended = recovery->after_end ? record->position : 0;
    return err;
}

static JET_ERR redo_record(struct recovery *recovery, const struct log_read_record *record)
{
    switch (record->type)
    {
    case LOG_INIT:
    case LOG_INIT2:
    case LOG_TERM:
    case LOG_TERM2:
    case LOG_RECOVERY_QUIT:
    case LOG_RECOVERY_QUIT2:
    case LOG_RECOVERY_QUIT_KEEP:
        return record_of_instance(recovery, record);
    case LOG_BEGIN:
    case LOG_BEGIN0:
    case LOG_BEGIN_DT:
    case LOG_COMMIT:
    case LOG_COMMIT0:
    case LOG_ROLLBACK:
    case LOG_REFRESH:
    case LOG_MACRO_BEGIN:
    case LOG_MACRO_COMMIT:
    case LOG_MACRO_ABORT:
        return session_record(recovery, record);
    case LOG_CREATE_DB:
    case LOG_CREATE_DB_FINISH:
    case LOG_ATTACH_DB:
    case LOG_REATTACH_DB:
    case LOG_DETACH_DB:
    case LOG_EXTEND_DB:
    case LOG_SHRINK_DB:
    case LOG_SHRINK_DB2:
    case LOG_SHRINK_DB3:
    case LOG_TRIM_DB:
    case LOG_EXTENT_FREED:
    case LOG_EXTENT_FREED2:
    case LOG_SET_DB_VERSION:
        return database_record(recovery, record);
    case LOG_INSERT:
    case LOG_FLAG_INSERT:
    case LOG_FLAG_INSERT_REPLACE:
    case LOG_FLAG_DELETE:
    case LOG_REPLACE:
    case LOG_REPLACE_DIFF:
    case LOG_DELETE:
    case LOG_UNDO_INFO:
    case LOG_DELTA:
    case LOG_DELTA64:
    case LOG_SET_EXTERNAL_HEADER:
    case LOG_UNDO:
    case LOG_EMPTY_TREE:
    case LOG_CREATE_MULTIPLE_FDP:
    case LOG_CREATE_SINGLE_FDP:
    case LOG_CONVERT_FDP2:
    case LOG_SPLIT:
    case LOG_SPLIT2:
    case LOG_MERGE:
    case LOG_MERGE2:
    case LOG_SCRUB:
    case LOG_PAGE_MOVE:
    case LOG_NEW_PAGE:
    case LOG_ROOT_PAGE_MOVE:
        return page_record(recovery, record);
    case LOG_PAGE_PATCH_REQUEST:
        return redo_page_request(recovery, (const struct log_page_patch_request *)record->data);
    case LOG_COMMIT_CONTEXT:
        return commit_context(recovery, record);
    case LOG_CONVERT_FDP:
        return JET_errBadLogVersion;
    default:
        /* For people, or of no consequence for what is in a database. */
        return JET_errSuccess;
    }
}

/* Records that do not count when it is asked what the last one was. */
static bool is_filling(uint8_t type)
{
    switch (type)
    {
    case LOG_NOP:
    case LOG_NOP2:
    case LOG_CHECKSUM:
    case LOG_TRACE:
    case LOG_JET_OP:
    case LOG_FORCE_WRITE:
    case LOG_FORCE_ROLLOVER:
    case LOG_RECOVERY_UNDO:
    case LOG_RECOVERY_UNDO2:
    case LOG_FULL_BACKUP:
    case LOG_INCREMENTAL_BACKUP:
    case LOG_BACKUP:
    case LOG_BACKUP2:
        return true;
    default:
        return false;
    }
}

JET_ERR redo_records(struct recovery *recovery)
{
    struct log_read_record record;
    JET_ERR err;

    while (!(err = redo_files_next(recovery, &record)))
    {
        recovery->position = record.position;
        if (redo_files_stop(recovery, record.position))
            return JET_errRecoveredWithoutUndo;
        if (record.type == LOG_SHUTDOWN_MARK)
        {
            recovery->shutdown = record.position;
            recovery->last_is_shutdown = true;
            continue;
        }
        /* What was incomplete when an earlier recovery began to undo stays so. */
        if (record.type == LOG_RECOVERY_UNDO || record.type == LOG_RECOVERY_UNDO2)
            redo_end_macros(recovery);
        if (is_filling(record.type))
        {
            if (record.type != LOG_NOP && record.type != LOG_NOP2 && record.type != LOG_CHECKSUM)
                recovery->ended = 0;
            continue;
        }
        recovery->last_is_shutdown = false;
        recovery->ended = 0;
        err = redo_record(recovery, &record);
        if (err < 0)
        {
            OS_ERR("redo of record %u at %#llx: error %d\n", record.type, (unsigned long long)record.position,
                   (int)err);
            return err;
        }
    }
    return err < 0 ? err : JET_errSuccess;
}
