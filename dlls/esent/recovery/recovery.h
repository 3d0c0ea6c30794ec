/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * recovery: redo and undo of logs.
 *
 * JetInit calls recovery_run() when the log in its directory was not closed: it
 * replays what is there into the databases the log names, rolls back what was
 * never committed, and leaves databases and log as a clean shutdown leaves them,
 * with the log open to go on.
 */
#ifndef ESENT_RECOVERY_RECOVERY_H
#define ESENT_RECOVERY_RECOVERY_H

#include "log/log.h"
#include "table/table.h"
#include "txn/txn.h"

/* Where a run is; recovery asks between records whether it shall go on. */
struct recovery_config
{
    const struct log_config *log;       /* names, sizes, parameters; its callbacks are the instance's */
    JET_GRBIT grbit;                    /* of JetInit: JET_bitReplay... */
    const JET_RSTMAP2_W *map;           /* where databases are now; NULL: where they were */
    uint32_t map_count;
    const WCHAR *database_path;         /* JET_paramAlternateDatabaseRecoveryPath; NULL or empty: none */
    void *context;
};

/*
 * Replays the log of an instance.  Answers JET_errSuccess when it was replayed and
 * its databases are consistent and closed; then *log is the log, resumed, with the
 * record LOG_RECOVERY_QUIT2 as its last, and the checkpoint at its end.
 * Without a log file there is nothing to be done and *log is NULL.
 * Errors: those documented of JetInit.
 */
JET_ERR recovery_run(const struct recovery_config *config, struct log **log);

#endif
