/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Transactions of a session. */
#include "api/private.h"
#include "txn/version.h"
#include "log/log.h"
#include "table/update.h"

#define COMMIT_GRBITS                                                                                                  \
    (JET_bitCommitLazyFlush | JET_bitWaitLastLevel0Commit | JET_bitWaitAllLevel0Commit | JET_bitForceNewLog |          \
     JET_bitCommitRedoCallback)
#define ROLLBACK_GRBITS (JET_bitRollbackAll | JET_bitRollbackRedoCallback)

/* Whose the transaction is: the session context's if one is set, else this thread's. */
static void take_transaction(struct session *session)
{
    session->txn_uses_context = session->context != 0;
    session->txn_context = session->context ? session->context : os_thread_id();
}

static JET_ERR begin(JET_SESID sesid, int64_t id, JET_GRBIT grbit)
{
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%#zx, %lld, %#x)\n", (size_t)sesid, (long long)id, (unsigned)grbit);
    if ((err = api_enter(sesid, 0, &session)) < 0)
        return err;
    if (session->txn.level >= TXN_LEVELS)
        return api_leave(session, JET_errTransTooDeep);
    if (session->txn.level == 0)
        take_transaction(session);
    if ((err = session_check_thread(session)) >= 0)
        err = txn_begin(&session->txn, (grbit & JET_bitTransactionReadOnly) != 0, id);
    return api_leave(session, err);
}

/*
 * Begins a transaction, or a level of one, seven deep: JET_errTransTooDeep.
 * JET_bitTransactionReadOnly counts for the outermost level, other bits are
 * without effect.  JET_errSessionSharingViolation when another thread has one open.
 */
JET_ERR JET_API JetBeginTransaction(JET_SESID sesid)
{
    return begin(sesid, 0, 0);
}

JET_ERR JET_API JetBeginTransaction2(JET_SESID sesid, JET_GRBIT grbit)
{
    return begin(sesid, 0, grbit);
}

JET_ERR JET_API JetBeginTransaction3(JET_SESID sesid, JET_INT64 id, JET_GRBIT grbit)
{
    return begin(sesid, id, grbit);
}

/* A cursor opened in a level that is committed belongs to the level outside. */
static void keep_cursors(struct session *session)
{
    struct open_cursor *open;

    for (open = session->cursors; open; open = open->next)
    {
        if (open->level > session->txn.level)
            open->level = session->txn.level;
        update_level_committed(open->cursor, session->txn.level);
        cursor_note_level(open->cursor, session->txn.level, false);
    }
}

/* All that was logged becomes durable; that it was asked for is in the log, too.  (ErrLGForceWriteLog) */
static JET_ERR flush_all(struct log *log)
{
    struct log_session record = { LOG_FORCE_WRITE, TXN_LOG_FIRST };
    struct log_part part = { &record, sizeof(record) };
    uint64_t position;
    JET_ERR err = log_append(log, &part, 1, &position);

    return err < 0 ? err : log_flush(log, position);
}

/* The last commit of the session, or all there were, become durable; or a new log is begun. */
static JET_ERR wait_for_commits(struct session *session, JET_GRBIT grbit)
{
    struct log *log = instance_log(session->instance);
    uint64_t commit = session->txn.logged.commit;

    if (!log)
        return JET_errSuccess;
    if (grbit & JET_bitForceNewLog)
        return log_roll(log, TXN_LOG_FIRST, "JET_bitForceNewLog", NULL);
    if (grbit & JET_bitWaitAllLevel0Commit)
        return flush_all(log);
    return commit ? log_flush(log, commit) : JET_errSuccess;
}

/* The commit that was logged last is on disk when this returns, unless it is lazy. */
static JET_ERR make_durable(struct session *session, bool lazy, uint32_t durable_ms)
{
    struct log *log = instance_log(session->instance);

    if (!log)
        return JET_errSuccess;
    if (!lazy)
        return log_flush(log, session->txn.logged.commit);
    if (durable_ms)
        log_flush_later(log, session->txn.logged.commit, durable_ms);
    return JET_errSuccess;
}

/* The name of the commit that was logged last: the log, and the last byte of its record.  (ErrDIRCommitTransaction) */
static void name_commit(const struct session *session, JET_COMMIT_ID *id)
{
    uint64_t position = session->txn.logged.commit;
    uint32_t byte = log_position_byte(position) + (uint32_t)sizeof(struct log_commit) - 1;

    memcpy(&id->signLog, log_signature(instance_log(session->instance)), sizeof(id->signLog));
    id->commitId = (JET_INT64)log_position(log_position_generation(position),
                                           log_position_segment(position) + byte / LOG_SEGMENT_SIZE,
                                           byte % LOG_SEGMENT_SIZE);
}

static JET_ERR commit_level(struct session *session, JET_GRBIT grbit, uint32_t durable_ms, JET_COMMIT_ID *id)
{
    const JET_GRBIT alone = JET_bitForceNewLog | JET_bitWaitAllLevel0Commit | JET_bitWaitLastLevel0Commit;
    uint64_t before;
    JET_ERR err;

    if (grbit & ~(JET_GRBIT)COMMIT_GRBITS)
        return JET_errInvalidGrbit;
    if (grbit & alone)
        return grbit & (grbit - 1) ? JET_errInvalidGrbit : wait_for_commits(session, grbit);
    if (session->txn.level == 0)
        return JET_errNotInTransaction;
    if (durable_ms && !((grbit | session->commit_default) & JET_bitCommitLazyFlush))
        return JET_errInvalidParameter;
    if ((err = session_check_thread(session)) < 0)
        return err;
    before = session->txn.logged.commit;
    if (os_unlikely(session->params != NULL))
        session_commit_context(session, grbit & JET_bitCommitRedoCallback);
    err = txn_commit(&session->txn);
    session->txn.logged.context = NULL;
    if (err >= 0)
    {
        keep_cursors(session);
        session_close_retired(session, false);
    }
    if (err >= 0 && !session->txn.level && session->txn.logged.commit != before)
    {
        if (id)
            name_commit(session, id);
        err = make_durable(session, (grbit | session->commit_default) & JET_bitCommitLazyFlush, durable_ms);
    }
    if (!session->txn.level)
    {
        session->commit_answered = session->txn.logged.commit;
        version_clean_due(&session->instance->txn);
    }
    return err;
}

/* Source: the ErrDIRCommitTransaction of ErrRECUpdate, ErrFILECreateTable and the others, which wait as a program's own. */
JET_ERR api_leave_committed(struct session *session, JET_ERR err, bool lazy)
{
    uint64_t commit = session->txn.logged.commit;
    JET_ERR durable = JET_errSuccess;

    if (session->commit_answered != commit && !session->txn.level && !session->nested)
    {
        session->commit_answered = commit;
        durable = make_durable(session, lazy || session->commit_default & JET_bitCommitLazyFlush, 0);
    }
    return api_leave(session, err >= 0 && durable < 0 ? durable : err);
}

/*
 * Commits the innermost level.  Three bits wait for earlier commits or start a
 * new log instead, stand alone and need no transaction.  `durable_ms` needs a
 * lazy commit: JET_errInvalidParameter.  *id is the place of a commit to level 0
 * in its log, and stays as it is where nothing was logged; JET_paramDurableCommitCallback
 * hears of a greater one when the commit is durable.
 */
JET_ERR JET_API JetCommitTransaction2(JET_SESID sesid, JET_GRBIT grbit, JET_ULONG durable_ms, JET_COMMIT_ID *id)
{
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x, %u, %p)\n", (size_t)sesid, (unsigned)grbit, (unsigned)durable_ms, (void *)id);
    if ((err = api_enter(sesid, 0, &session)) < 0)
        return err;
    err = commit_level(session, grbit, durable_ms, id);
    return api_leave(session, err);
}

JET_ERR JET_API JetCommitTransaction(JET_SESID sesid, JET_GRBIT grbit)
{
    return JetCommitTransaction2(sesid, grbit, 0, NULL);
}

JET_ERR session_rollback(struct session *session)
{
    JET_ERR err;

    session_close_cursors(session, JET_dbidNil, session->txn.level);
    for (struct open_cursor *open = session->cursors; open; open = open->next)
        update_level_lost(open->cursor, session->txn.level);
    err = txn_rollback(&session->txn);
    for (struct open_cursor *open = session->cursors; open; open = open->next)
        cursor_note_level(open->cursor, session->txn.level, true);
    session_close_retired(session, true);
    return err;
}

/* Undoes the innermost level, or all with JET_bitRollbackAll. */
JET_ERR JET_API JetRollback(JET_SESID sesid, JET_GRBIT grbit)
{
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x)\n", (size_t)sesid, (unsigned)grbit);
    if ((err = api_enter(sesid, API_WHEN_STOPPED, &session)) < 0)
        return err;
    if (grbit & ~(JET_GRBIT)ROLLBACK_GRBITS)
        return api_leave(session, JET_errInvalidGrbit);
    if (session->txn.level == 0)
        return api_leave(session, JET_errNotInTransaction);
    if ((err = session_check_thread(session)) < 0)
        return api_leave(session, err);
    if (os_unlikely(session->params != NULL))
        session_commit_context(session, grbit & JET_bitRollbackRedoCallback);
    do
        err = session_rollback(session);
    while (err >= 0 && grbit & JET_bitRollbackAll && session->txn.level);
    session->txn.logged.context = NULL;
    return api_leave(session, err);
}

/* Two-phase commit, which Windows' engine gave up as well. */
JET_ERR JET_API JetPrepareToCommitTransaction(JET_SESID sesid, const void *data, JET_ULONG size, JET_GRBIT grbit)
{
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%#zx, %p, %u, %#x)\n", (size_t)sesid, data, (unsigned)size, (unsigned)grbit);
    if ((err = api_enter(sesid, 0, &session)) < 0)
        return err;
    return api_leave(session, JET_errFeatureNotAvailable);
}
