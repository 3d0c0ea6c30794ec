/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Recovery that ends without undo, to go on when there is more of the log.
 *
 * Changed pages are written, but for those with changes that could not be undone any
 * more by the next run; the checkpoint is moved to where that run must begin: before the
 * transactions that are open, and those that changed a page that is not on disk.  What
 * fails of it costs time only: the next run begins earlier.
 */
#include "recovery/private.h"

/* Writes a database.  false: redo of it must begin where it did. */
static bool write_database(struct redo_database *database, uint64_t *oldest)
{
    uint64_t first;

    switch (database->attach)
    {
    case REDO_ATTACH_NONE:
        return true;
    case REDO_ATTACH_NOW:
        if (database->gone.count || database->old.count || database_redo_write(database->database, &first) < 0)
            return false;
        if (database->database->header.state == JET_dbstateJustCreated && database->position < first)
            first = database->position;
        if (first < *oldest)
            *oldest = first;
        return true;
    default:
        /* What is missing may come; then it needs all that there was. */
        return false;
    }
}

static uint64_t oldest_transaction(const struct recovery *recovery, uint64_t oldest)
{
    for (uint32_t i = 0; i < 65536; i++)
    {
        const struct redo_session *session = recovery->sessions[i];

        if (session && session->begun && session->txn.level && session->start < oldest)
            oldest = session->start;
    }
    return oldest;
}

/* The checkpoint, with the databases that are attached there. */
static JET_ERR write_checkpoint(struct recovery *recovery, uint64_t position)
{
    struct checkpoint_header *checkpoint = &recovery->checkpoint;
    WCHAR path[OS_PATH_MAX];
    JET_ERR err = log_path(&recovery->config->log->names, LOG_FILE_CHECKPOINT, 0, path, OS_PATH_MAX);

    if (err < 0)
        return err;
    for (uint32_t i = 0; i < REDO_DATABASES; i++)
        if (recovery->databases[i].attach == REDO_ATTACH_NOW)
            database_redo_register(recovery->databases[i].database, recovery->config->registry);
    checkpoint->signature = recovery->signature;
    checkpoint->parameters = recovery->config->log->parameters;
    log_position_store(&checkpoint->checkpoint, position);
    log_position_store(&checkpoint->consistency, position);
    database_log_attachments(recovery->config->registry, position, checkpoint->attach);
    checkpoint->flags |= CHECKPOINT_ATTACHMENTS;
    return log_checkpoint_write(path, checkpoint);
}

static JET_ERR move_checkpoint(struct recovery *recovery, uint64_t position)
{
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < REDO_DATABASES; i++)
        if (recovery->databases[i].attach == REDO_ATTACH_NOW)
            err = database_redo_required(recovery->databases[i].database, log_position_generation(position));
    return err < 0 ? err : write_checkpoint(recovery, position);
}

/* Generations that the next run does not need. */
static void truncate_logs(const struct recovery *recovery, uint32_t needed)
{
    const struct log_names *names = &recovery->config->log->names;
    uint32_t low, high;
    WCHAR path[OS_PATH_MAX];
    JET_ERR err = log_range(names, &low, &high);

    for (; err >= 0 && low && low < needed && low <= high; low++)
    {
        err = log_path(names, LOG_FILE_GENERATION, low, path, OS_PATH_MAX);
        if (err >= 0)
            err = os_file_delete(path);
        if (err == JET_errFileNotFound)
            err = JET_errSuccess;
    }
}

void recovery_stop(struct recovery *recovery)
{
    uint64_t oldest = recovery->position;
    bool moves = true;

    for (uint32_t i = 0; i < REDO_DATABASES; i++)
        if (!write_database(&recovery->databases[i], &oldest))
            moves = false;
    oldest = oldest_transaction(recovery, oldest);
    if (!moves || oldest <= recovery->start || move_checkpoint(recovery, oldest) < 0)
        oldest = recovery->start;
    if (recovery->config->grbit & JET_bitTruncateLogsAfterRecovery)
        truncate_logs(recovery, log_position_generation(oldest));
}
