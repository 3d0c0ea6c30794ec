/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recovery, as a whole. */
#include "recovery/private.h"

#define SCRATCH_PAGES 8u

JET_ERR recovery_ask(struct recovery *recovery, struct recovery_event *event)
{
    for (uint32_t i = 0; i < REDO_DATABASES; i++)
        if (recovery->databases[i].attach == REDO_ATTACH_NOW)
            event->databases[event->database_count++] = &recovery->databases[i].database->header;
    return recovery->config->control ? recovery->config->control(recovery->config->context, event) : event->normal;
}

/*
 * JET_errRecoveredWithoutUndo where the program wants no more than redo; where there is nothing to undo
 * that is no difference.
 */
static JET_ERR ask_undo(struct recovery *recovery)
{
    struct recovery_event event = { .what = JET_sntBeginUndo };
    JET_ERR err = recovery_ask(recovery, &event);

    if (err == JET_errRecoveredWithoutUndo)
        recovery->stopped = !recovery->after_end;
    return err < 0 && err != JET_errRecoveredWithoutUndo ? err : JET_errSuccess;
}

/* Source: ErrLGRRedo. */
static JET_ERR redo(struct recovery *recovery)
{
    const uint8_t *list;
    JET_ERR err = redo_files_start(recovery, &list);

    if (err < 0)
        return err;
    err = redo_attach_list(recovery, list);
    if (err >= 0)
        err = redo_records(recovery);
    if (err == JET_errRecoveredWithoutUndo)
    {
        recovery->stopped = true;
        return JET_errSuccess;
    }
    if (err >= 0)
        err = ask_undo(recovery);
    if (err >= 0)
        err = redo_files_check(recovery);
    return err < 0 ? err : redo_databases_check(recovery);
}

JET_ERR recovery_run(const struct recovery_config *config, struct log **log)
{
    struct recovery *recovery = os_alloc_zero(sizeof(*recovery));
    JET_ERR err = JET_errOutOfMemory;

    *log = NULL;
    if (!recovery)
        return JET_errOutOfMemory;
    recovery->config = config;
    recovery->sessions = os_alloc_zero(65536 * sizeof(*recovery->sessions));
    recovery->scratch = os_alloc(SCRATCH_PAGES * PAGE_SIZE_MAX);
    if (recovery->sessions && recovery->scratch)
        err = redo(recovery);
    if (err >= 0 && recovery->stopped)
    {
        recovery_stop(recovery);
        err = JET_errRecoveredWithoutUndo;
    }
    if (err >= 0)
        err = recovery_undo(recovery, log);
    if (err >= 0 && recovery->lost)
        err = JET_wrnCommittedLogFilesLost;
    if (recovery->sessions)
        redo_end_sessions(recovery);
    redo_abandon_databases(recovery);
    log_reader_close(recovery->reader);
    os_free(recovery->scratch);
    os_free(recovery->sessions);
    os_free(recovery);
    return err;
}
