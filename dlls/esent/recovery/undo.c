/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The end of recovery: what is open is rolled back through the door that every change
 * goes through, so the log has it; then databases and log are closed as when an
 * instance ends.
 */
#include "recovery/private.h"

static JET_ERR append(struct log *log, const void *record, size_t size, uint64_t *position)
{
    struct log_part part = { record, size };

    return log_append(log, &part, 1, position);
}

static JET_ERR append_flushed(struct log *log, const void *record, size_t size, uint64_t *position)
{
    JET_ERR err = append(log, record, size, position);

    return err < 0 ? err : log_flush(log, *position);
}

/* The transaction gets back the number, the time and the versions that the log has of it. */
static JET_ERR adopt(struct redo_session *session)
{
    struct txn *txn = &session->txn;
    uint32_t depth = txn->level;
    bool any = false;
    JET_ERR err;

    for (uint32_t level = 0; level < REDO_LEVELS; level++)
        any = any || session->newest[level];
    if (!any)
        return JET_errSuccess;
    err = txn_log_adopt(txn, session->number, session->start, session->time);
    if (err < 0)
        return err;
    for (uint32_t level = 1; level <= depth; level++)
    {
        txn->level = level;
        version_redo_adopt(txn, version_redo_sort(session->newest[level]));
        session->newest[level] = session->oldest[level] = NULL;
    }
    return JET_errSuccess;
}

static JET_ERR roll_back(struct redo_session *session)
{
    JET_ERR err = JET_errSuccess;

    while (err >= 0 && session->txn.redone && session->txn.level)
        err = txn_rollback(&session->txn);
    return err;
}

static JET_ERR roll_back_all(struct recovery *recovery)
{
    JET_ERR err = JET_errSuccess;

    /* All numbers are taken before the first little transaction looks for one. */
    for (uint32_t i = 0; err >= 0 && i < 65536; i++)
        if (recovery->sessions[i] && recovery->sessions[i]->txn.level)
            err = adopt(recovery->sessions[i]);
    for (uint32_t i = 0; err >= 0 && i < 65536; i++)
        if (recovery->sessions[i])
            err = roll_back(recovery->sessions[i]);
    return err;
}

static JET_ERR begin_undo(struct log *log, uint64_t *position)
{
    struct log_recovery_undo undo;

    memset(&undo, 0, sizeof(undo));
    undo.type = LOG_RECOVERY_UNDO2;
    log_time_set(&undo.time, os_time_now());
    return append_flushed(log, &undo, sizeof(undo), position);
}

static JET_ERR append_quit(struct recovery *recovery, struct log *log, uint8_t type, uint64_t undo, uint64_t *position)
{
    struct log_term quit;

    memset(&quit, 0, sizeof(quit));
    quit.type = type;
    log_position_store(&quit.from, undo);
    log_position_store(&quit.redo_from, recovery->start);
    log_time_set(&quit.time, os_time_now());
    return append_flushed(log, &quit, sizeof(quit), position);
}

static JET_ERR end_log(struct recovery *recovery, struct log *log, uint64_t undo)
{
    uint64_t position;
    JET_ERR err = append_quit(recovery, log, LOG_RECOVERY_QUIT2, undo, &position);

    /* If that fails, the next start replays to the same end. */
    if (err >= 0)
        (void)log_checkpoint_end(log, position);
    return err;
}

/* Says that macros that are not complete never will be. */
static JET_ERR abort_macros(struct recovery *recovery, struct log *log)
{
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < 65536; i++)
    {
        struct redo_session *session = recovery->sessions[i];

        for (struct redo_macro *macro = session ? session->macros : NULL; err >= 0 && macro; macro = macro->next)
        {
            struct log_macro abort = { LOG_MACRO_ABORT, session->number, macro->dbtime };

            err = append(log, &abort, sizeof(abort), NULL);
        }
    }
    redo_end_macros(recovery);
    return err;
}

static void log_from_now_on(struct recovery *recovery, struct log *log)
{
    recovery->config->txns->log.log = log;
    recovery->config->registry->log = log;
    for (uint32_t i = 0; i < REDO_DATABASES; i++)
        if (recovery->databases[i].attach == REDO_ATTACH_NOW)
            database_redo_log(recovery->databases[i].database, log);
}

static JET_ERR shut_down(struct recovery *recovery, struct log *log, uint64_t undo)
{
    struct log_jet_op mark = { .type = LOG_SHUTDOWN_MARK };
    uint64_t position;
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < REDO_DATABASES; i++)
        if (recovery->databases[i].attach == REDO_ATTACH_NOW)
            err = database_redo_flush(recovery->databases[i].database);
    if (err >= 0)
        err = append_flushed(log, &mark, 1, &position);
    if (err >= 0)
        err = redo_close_databases(recovery, position);
    return err < 0 ? err : end_log(recovery, log, undo);
}

/* The databases go over to the instance; nothing of them needs to be written, and the checkpoint stays. */
static JET_ERR hand_over(struct recovery *recovery)
{
    JET_ERR err = redo_keep_databases(recovery);

    for (uint32_t i = 0; err >= 0 && i < REDO_DATABASES; i++)
        if (recovery->databases[i].attach == REDO_ATTACH_NOW)
            err = database_redo_keep(recovery->databases[i].database);
    if (err < 0)
        return err;
    for (uint32_t i = 0; i < REDO_DATABASES; i++)
        recovery->databases[i].database = NULL;
    return JET_errSuccess;
}

static JET_ERR leave_attached(struct recovery *recovery, struct log *log, uint64_t undo)
{
    uint64_t position;
    JET_ERR err = append_quit(recovery, log, LOG_RECOVERY_QUIT_KEEP, undo, &position);

    return err < 0 ? err : hand_over(recovery);
}

/* The log ends where an earlier recovery left the databases attached: they stay so.  Source: ErrLGRRedo. */
static bool is_kept(const struct recovery *recovery)
{
    return recovery->kept && recovery->after_end;
}

/* One that was about to be closed may be clean where the log was taken from. */
static bool must_keep(const struct recovery *recovery)
{
    return is_kept(recovery) ||
           (recovery->config->grbit & JET_bitKeepDbAttachedAtEndOfRecovery && !recovery->last_is_shutdown);
}

static JET_ERR undo_logged(struct recovery *recovery, struct log *log)
{
    uint64_t undo;
    JET_ERR err = begin_undo(log, &undo);

    if (err < 0)
        return err;
    log_from_now_on(recovery, log);
    err = abort_macros(recovery, log);
    if (err >= 0)
        err = roll_back_all(recovery);
    redo_end_sessions(recovery);
    if (err < 0)
        return err;
    return must_keep(recovery) ? leave_attached(recovery, log, undo) : shut_down(recovery, log, undo);
}

/* What could not be undone is left to the next run: nothing is taken off the pages of databases that go now. */
static void forget_versions(struct recovery *recovery)
{
    struct txn_root *txns = recovery->config->txns;
    void (*expire)(void *context, struct version *version) = txns->hooks.expire;

    redo_end_sessions(recovery);
    txns->hooks.expire = NULL;
    version_clean_all(txns);
    txns->hooks.expire = expire;
}

JET_ERR recovery_undo(struct recovery *recovery, struct log **result)
{
    struct log *log = NULL;
    bool ended = recovery->ended != 0;
    JET_ERR err;

    for (uint32_t i = 0; i < REDO_DATABASES; i++)
        if (recovery->databases[i].attach == REDO_ATTACH_NOW)
            database_redo_register(recovery->databases[i].database, recovery->config->registry);
    redo_databases_leave(recovery);
    err = log_resume(recovery->config->log, recovery->reader, &log);
    if (err < 0)
        return err;
    if (ended)
        (void)log_checkpoint_end(log, recovery->ended);
    else if (is_kept(recovery) && recovery->reader->close != LOG_POSITION_NONE)
    {
        log_from_now_on(recovery, log);
        err = hand_over(recovery);
    }
    else
        err = undo_logged(recovery, log);
    recovery->config->txns->log.log = NULL;
    if (err >= 0 && recovery->config->grbit & JET_bitTruncateLogsAfterRecovery)
        (void)log_truncate(log, log_generation(log));
    if (err < 0)
    {
        forget_versions(recovery);
        redo_abandon_databases(recovery);
        log_close(log, true);
        log = NULL;
    }
    *result = log;
    return err;
}
