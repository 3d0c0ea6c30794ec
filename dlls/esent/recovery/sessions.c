/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions and transactions of the log that is replayed. */
#include "recovery/private.h"

JET_ERR redo_session(struct recovery *recovery, uint16_t number, struct redo_session **result)
{
    struct redo_session *session = recovery->sessions[number];

    *result = session;
    if (session)
        return JET_errSuccess;
    session = os_alloc_zero(sizeof(*session));
    if (!session)
        return JET_errOutOfMemory;
    session->number = number;
    txn_init(&session->txn, recovery->config->txns);
    recovery->sessions[number] = session;
    recovery->session_count++;
    *result = session;
    return JET_errSuccess;
}

/* ------------------------------------------------------------ transactions --- */

static void see_time(struct txn_root *root, uint32_t time)
{
    os_mutex_lock(&root->lock);
    if (root->clock <= time / 4)
        root->clock = (uint64_t)time / 4 + 1;
    os_mutex_unlock(&root->lock);
}

static void drop_level(struct redo_session *session, uint32_t level)
{
    version_redo_forget(session->txn.root, session->newest[level]);
    session->newest[level] = session->oldest[level] = NULL;
}

/* The transaction ends, whichever way; its versions are forgotten. */
static void end_transaction(struct redo_session *session)
{
    for (uint32_t level = 0; level < REDO_LEVELS; level++)
        drop_level(session, level);
    if (session->txn.level)
    {
        session->txn.level = 1;
        /* Nothing of it is to be logged, even if there is a log already. */
        session->txn.logged.deferred = 1;
        (void)txn_commit(&session->txn);
        session->txn.logged.deferred = 0;
    }
}

JET_ERR redo_begin(struct recovery *recovery, struct redo_session *session, const struct log_begin *record)
{
    uint32_t from = record->level_from, to = from + record->levels;

    if (to == from)
        return JET_errLogCorrupted;
    if (!session->begun && from)
        return JET_errSuccess;
    if (!from)
    {
        end_transaction(session);
        session->begun = true;
        session->start = recovery->position;
        session->time = record->transaction;
        see_time(session->txn.root, record->transaction);
        (void)txn_begin(&session->txn, false, 0);
    }
    if (session->txn.level)
        session->txn.level = to < REDO_LEVELS ? to : REDO_LEVELS - 1;
    return JET_errSuccess;
}

void redo_refresh(struct redo_session *session, const struct log_refresh *record)
{
    if (!session->begun)
        return;
    if (!session->txn.level)
        (void)txn_begin(&session->txn, false, 0);
    session->txn.level = 1;
    session->time = record->transaction;
}

JET_ERR redo_commit(struct redo_session *session, uint32_t to)
{
    uint32_t level = session->txn.level;

    if (!session->begun || !level)
        return JET_errSuccess;
    if (!to)
    {
        end_transaction(session);
        return JET_errSuccess;
    }
    for (; level > to; level--)
    {
        if (session->newest[level])
        {
            session->oldest[level]->txn_older = session->newest[level - 1];
            session->newest[level - 1] = session->newest[level];
            if (!session->oldest[level - 1])
                session->oldest[level - 1] = session->oldest[level];
        }
        session->newest[level] = session->oldest[level] = NULL;
    }
    session->txn.level = level;
    return JET_errSuccess;
}

/* What there was to be undone has been, by records of its own. */
JET_ERR redo_rollback(struct redo_session *session, uint32_t levels)
{
    if (!session->begun)
        return JET_errSuccess;
    for (; levels && session->txn.level; levels--)
    {
        if (session->txn.level == 1)
        {
            end_transaction(session);
            break;
        }
        drop_level(session, session->txn.level);
        session->txn.level--;
    }
    return JET_errSuccess;
}

void redo_end_sessions(struct recovery *recovery)
{
    for (uint32_t i = 0; recovery->session_count && i < 65536; i++)
    {
        struct redo_session *session = recovery->sessions[i];

        if (!session)
            continue;
        end_transaction(session);
        while (session->macros)
            redo_macro_end(session, session->macros);
        os_free(session->context);
        os_free(session);
        recovery->sessions[i] = NULL;
        recovery->session_count--;
    }
}

/* ----------------------------------------------------------------- versions --- */

JET_ERR redo_version(struct recovery *recovery, struct redo_session *session, const struct tree_change *change,
                     uint32_t level, const uint8_t *image, uint32_t image_size, uint32_t rceid, bool in_log)
{
    struct version *version;
    JET_ERR err;

    if (!session->txn.level || change->tree->page_kind & PAGE_SPACE_TREE)
        return JET_errSuccess;
    if (!level || level > session->txn.level)
        level = session->txn.level;
    err = tree_redo_version(change, image, image_size, rceid, &version);
    if (err < 0 || !version)
        return err;
    atomic_init(&version->undo_lgpos, in_log ? recovery->position : 0);
    version->txn_older = session->newest[level];
    session->newest[level] = version;
    if (!session->oldest[level])
        session->oldest[level] = version;
    return JET_errSuccess;
}

/* ------------------------------------------------------------------- macros --- */

JET_ERR redo_macro_begin(struct redo_session *session, uint64_t dbtime)
{
    struct redo_macro *macro = os_alloc_zero(sizeof(*macro));

    if (!macro)
        return JET_errOutOfMemory;
    macro->dbtime = dbtime;
    macro->next = session->macros;
    session->macros = macro;
    return JET_errSuccess;
}

struct redo_macro *redo_macro_find(struct redo_session *session, uint64_t dbtime)
{
    struct redo_macro *macro = session->macros;

    while (macro && macro->dbtime != dbtime)
        macro = macro->next;
    return macro;
}

JET_ERR redo_macro_add(struct redo_macro *macro, const struct log_read_record *record)
{
    if (macro->size + record->size > macro->room)
    {
        size_t room = (macro->size + record->size) * 2;
        uint8_t *larger = os_realloc(macro->records, room);

        if (!larger)
            return JET_errOutOfMemory;
        macro->records = larger;
        macro->room = room;
    }
    memcpy(macro->records + macro->size, record->data, record->size);
    macro->size += record->size;
    macro->position = record->position;
    macro->count++;
    return JET_errSuccess;
}

void redo_macro_end(struct redo_session *session, struct redo_macro *macro)
{
    struct redo_macro **link = &session->macros;

    while (*link != macro)
        link = &(*link)->next;
    *link = macro->next;
    os_free(macro->records);
    os_free(macro);
}

void redo_end_macros(struct recovery *recovery)
{
    for (uint32_t i = 0; i < 65536; i++)
        while (recovery->sessions[i] && recovery->sessions[i]->macros)
            redo_macro_end(recovery->sessions[i], recovery->sessions[i]->macros);
}
