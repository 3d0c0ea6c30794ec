/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Beginnings and ends of transactions in the log. */
#include "log/log.h"
#include "txn/version.h"

/* ---------------------------------------------------------- numbers --- */

static void raise_high(struct txn_log *log, uint32_t least)
{
    uint32_t high = atomic_load(&log->high);

    while (high < least && !atomic_compare_exchange_weak(&log->high, &high, least))
        ;
}

/* The lowest free number; they run out only with thousands of writers at a time, which wait. */
static uint16_t take_session(struct txn_log *log)
{
    for (;;)
    {
        for (uint32_t i = 0; i < TXN_LOG_SESSIONS / 64; i++)
        {
            uint64_t used = atomic_load_explicit(&log->used[i], memory_order_relaxed);

            while (~used)
            {
                uint32_t bit = (uint32_t)__builtin_ctzll(~used), number = i * 64 + bit;

                if (atomic_compare_exchange_weak(&log->used[i], &used, used | 1ull << bit))
                {
                    raise_high(log, number + 1);
                    return (uint16_t)number;
                }
            }
        }
        os_thread_yield();
    }
}

static void give_session(struct txn_log *log, uint16_t session)
{
    atomic_store(&log->start[session], 0);
    /* Numbers below are Windows' own sessions', met in its logs only. */
    if (session >= TXN_LOG_FIRST)
        atomic_fetch_and(&log->used[session / 64], ~(1ull << session % 64));
}

/* Logs the beginning of a transaction; *start is where.  Before it is known where, an earlier position counts. */
static JET_ERR append_begin0(struct txn_log *log, const struct log_begin *begin, uint64_t *start)
{
    struct log_part part = { begin, sizeof(*begin) };
    uint32_t number = begin->session;
    JET_ERR err;

    atomic_store(&log->start[number], 1);
    atomic_store(&log->start[number], log_tip(log->log));
    err = log_append(log->log, &part, 1, start);
    if (err >= 0)
        atomic_store(&log->start[number], *start);
    return err;
}

uint64_t txn_log_oldest(struct txn_root *root)
{
    struct txn_log *log = &root->log;
    uint64_t oldest = log_tip(log->log);

    for (uint32_t i = 0, high = atomic_load(&log->high); i < high; i++)
    {
        uint64_t start = atomic_load(&log->start[i]);

        /* Just about to find out. */
        while (start == 1)
        {
            os_thread_yield();
            start = atomic_load(&log->start[i]);
        }
        if (start && start < oldest)
            oldest = start;
    }
    return oldest;
}

/* ------------------------------------------------------ transactions --- */

void txn_log_begin_level(struct txn *txn)
{
    if (!txn->root->log.log || txn->read_only)
        return;
    if (!txn->logged.deferred)
        txn->logged.from = (uint8_t)txn->level;
    txn->logged.deferred++;
}

static void ending_lock(struct txn *txn)
{
    while (atomic_exchange_explicit(&txn->logged.ending, true, memory_order_acquire))
        os_thread_yield();
}

static void ending_unlock(struct txn *txn)
{
    atomic_store_explicit(&txn->logged.ending, false, memory_order_release);
}

static void first_of_all(struct txn_log *log)
{
    if (log->first && os_unlikely(!atomic_load_explicit(&log->first_begun, memory_order_relaxed)) &&
        !atomic_exchange(&log->first_begun, true))
        log->first(log->first_context);
}

JET_ERR txn_log_begin(struct txn *txn)
{
    struct txn_log *log = &txn->root->log;
    struct txn_logged *logged = &txn->logged;
    struct log_begin begin = { .type = LOG_BEGIN };
    JET_ERR err;

    if (os_likely(!logged->deferred))
        return JET_errSuccess;
    begin.level_from = logged->from & 0xf;
    begin.levels = logged->deferred & 0xf;
    if (logged->from)
    {
        struct log_part part = { &begin, offsetof(struct log_begin, transaction) };

        begin.session = logged->session;
        err = log_append(log->log, &part, 1, NULL);
    }
    else
    {
        uint16_t session;

        err = log_check(log->log);
        if (err < 0)
            return err;
        session = take_session(log);
        begin.type = LOG_BEGIN0;
        begin.session = session;
        begin.transaction = txn_log_time(txn->begin);
        err = append_begin0(log, &begin, &logged->start);
        if (err < 0)
            give_session(log, session);
        else
        {
            /* A version that has just been committed may still lead another thread here. */
            ending_lock(txn);
            logged->session = session;
            ending_unlock(txn);
            first_of_all(log);
        }
    }
    if (err >= 0)
        logged->deferred = 0;
    return err;
}

struct commit_record
{
    struct log_commit record;
    struct txn_root *root;
};

/* The record's time: later than that of all commits before it in the log. */
static void stamp_commit(void *context, uint64_t position)
{
    struct commit_record *commit = context;

    (void)position;
    os_mutex_lock(&commit->root->lock);
    commit->record.transaction = txn_log_time(commit->root->clock++);
    os_mutex_unlock(&commit->root->lock);
}

static JET_ERR append_context(struct txn_root *root, const struct txn_logged *logged, uint8_t flags)
{
    struct log_commit_context head = { LOG_COMMIT_CONTEXT,
                                       (uint32_t)(sizeof(head) - sizeof(struct log_ignored)) + logged->context_size,
                                       logged->session, flags };
    struct log_part parts[2] = { { &head, sizeof(head) }, { logged->context, logged->context_size } };

    return logged->context ? log_append(root->log.log, parts, 2, NULL) : JET_errSuccess;
}

static JET_ERR append_commit0(struct txn_root *root, uint16_t session, uint64_t *position)
{
    struct commit_record commit = { { LOG_COMMIT0, session, 0, 0 }, root };
    struct log_part part = { &commit.record, sizeof(commit.record) };

    return log_append_stamped(root->log.log, &part, 1, stamp_commit, &commit, position);
}

bool txn_log_foreign_begin(struct txn *txn)
{
    ending_lock(txn);
    if (txn->logged.session)
        return true;
    ending_unlock(txn);
    return false;
}

void txn_log_foreign_end(struct txn *txn)
{
    ending_unlock(txn);
}

static void logged_end(struct txn *txn)
{
    give_session(&txn->root->log, txn->logged.session);
    txn->logged.session = 0;
}

JET_ERR txn_log_commit_level(struct txn *txn, uint32_t outer)
{
    struct txn_logged *logged = &txn->logged;
    struct log_commit commit = { LOG_COMMIT, logged->session, (uint8_t)outer, 0 };
    struct log_part part = { &commit, offsetof(struct log_commit, transaction) };
    JET_ERR err = JET_errSuccess;

    if (!txn->root->log.log || txn->read_only)
        return JET_errSuccess;
    if (logged->deferred)
    {
        logged->deferred--;
        return JET_errSuccess;
    }
    if (outer)
        return log_append(txn->root->log.log, &part, 1, NULL);
    ending_lock(txn);
    if (logged->context_flags & LOG_COMMIT_CONTEXT_PRECOMMIT)
        err = append_context(txn->root, logged, (uint8_t)(logged->context_flags & ~LOG_COMMIT_CONTEXT_CALLBACK));
    if (err >= 0)
        err = append_commit0(txn->root, logged->session, &logged->commit);
    if (err >= 0)
    {
        if (version_befores(txn->root))
            txn_commits_add(&txn->root->log.commits, logged->start, logged->commit, log_durable(txn->root->log.log));
        /* What is said after the commit may be lost, the commit is not. */
        if (!(logged->context_flags & LOG_COMMIT_CONTEXT_PRECOMMIT))
            (void)append_context(txn->root, logged, logged->context_flags);
        logged_end(txn);
    }
    ending_unlock(txn);
    return err;
}

JET_ERR txn_log_rollback_level(struct txn *txn, uint32_t outer)
{
    struct txn_logged *logged = &txn->logged;
    struct log_rollback rollback = { LOG_ROLLBACK, logged->session, 1 };
    struct log_part part = { &rollback, sizeof(rollback) };
    JET_ERR err;

    if (!txn->root->log.log || txn->read_only)
        return JET_errSuccess;
    if (logged->deferred)
    {
        logged->deferred--;
        return JET_errSuccess;
    }
    ending_lock(txn);
    err = log_append(txn->root->log.log, &part, 1, NULL);
    if (!outer)
    {
        /* The commit that it was meant for does not come. */
        if (err >= 0)
            (void)append_context(txn->root, logged, (uint8_t)(logged->context_flags & ~LOG_COMMIT_CONTEXT_PRECOMMIT));
        logged_end(txn);
    }
    ending_unlock(txn);
    return err;
}

JET_ERR txn_log_adopt(struct txn *txn, uint16_t session, uint64_t start, uint32_t time)
{
    struct txn_log *log = &txn->root->log;

    if (session >= TXN_LOG_SESSIONS)
        return JET_errOutOfSessions;
    atomic_store(&log->start[session], start);
    atomic_fetch_or(&log->used[session / 64], 1ull << session % 64);
    raise_high(log, session + 1u);
    txn->logged.session = session;
    txn->logged.deferred = 0;
    txn->logged.start = start;
    txn->begin = time / 4;
    return JET_errSuccess;
}

/* ------------------------------------------------------------ system --- */

JET_ERR txn_system_begin(struct txn_root *root, struct txn_system *system)
{
    struct log_begin begin = { .type = LOG_BEGIN0, .levels = 1 };
    JET_ERR err;

    os_mutex_lock(&root->lock);
    system->time = begin.transaction = txn_log_time(root->clock++);
    os_mutex_unlock(&root->lock);
    begin.session = system->session = take_session(&root->log);
    err = append_begin0(&root->log, &begin, &system->start);
    if (err < 0)
        give_session(&root->log, system->session);
    return err;
}

JET_ERR txn_system_end(struct txn_root *root, struct txn_system *system)
{
    JET_ERR err = append_commit0(root, system->session, NULL);

    give_session(&root->log, system->session);
    return err;
}
