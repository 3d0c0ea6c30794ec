/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * recovery: redo and undo of logs.
 *
 * JetInit calls recovery_run() when the log in its directory was not closed, or its
 * checkpoint is not at the end: it replays what is there into the databases the log
 * names, rolls back what was never committed, and leaves databases and log as a
 * clean shutdown leaves them, with the log open to go on.
 *
 * It may itself be stopped at any point, any number of times.  Redo writes nothing
 * to the log and leaves the checkpoint alone, so the next run does the same again, and
 * pages that got to the disk meanwhile are recognized by their dbtime; one with changes
 * of a transaction that is still open does not get there before undo has begun,
 * unless the log has what it takes to undo them.  Undo is logged: the next run
 * redoes what of it got into the log, and goes on from there.
 *
 * How to drive it in a test: recovery takes all files through the tables of functions
 * in os.h.  A simulator that counts, loses, tears or reorders writes replaces those,
 * runs a workload through the API until it fails or is told to stop, ends the process
 * or abandons the instance (JetTerm2 with JET_bitTermDirty writes nothing more), puts
 * the surviving bytes in place, and calls JetInit.  What JetCommitTransaction answered
 * with success, without a lazy flag, before the crash must be there; what was in a transaction
 * that nobody asked to commit must not; of one whose commit was never answered all or nothing.
 * A write of a database page is not expected to be torn within the page: as in Windows'
 * engine a page that fails its checksum is JET_errReadVerifyFailure, unless the log, from its first
 * generation on, makes all of it anew.  Torn and lost writes of log files, checkpoints and headers are expected.
 */
#ifndef ESENT_RECOVERY_RECOVERY_H
#define ESENT_RECOVERY_RECOVERY_H

#include "log/log.h"
#include "table/table.h"
#include "txn/txn.h"

struct database_header;
struct database_registry;

/* A moment when the program has a say: what JetInit4's callback is told with JET_snpRecoveryControl. */
struct recovery_event
{
    JET_SNT what;                       /* JET_sntOpenLog ... */
    JET_ERR normal;                     /* the answer, unless somebody knows better */
    uint32_t generation;                /* of a log that is opened, or is missing */
    bool current;                       /* whose file has no number */
    uint32_t why;                       /* JET_OpenLogFor..., JET_MissingLog...; which JET_sntCommitCtx; the number
                                           of the message that JET_sntNotificationEvent would be about */
    const WCHAR *path;                  /* of the log, or of the database */
    const void *data;                   /* of JET_sntCommitCtx */
    uint32_t size;
    const struct database_header *databases[16]; /* that are being replayed into */
    uint32_t database_count;
};

/* JET_sntNotificationEvent: messages about recovery, as the system's event log numbers them. */
#define RECOVERY_MESSAGE_REPLAYED 301u  /* one file of the log */
#define RECOVERY_MESSAGE_DONE 302u

/* JET_sntCommitCtx: before a commit, after it, or where its record lies. */
#define RECOVERY_CONTEXT_ALONE 1u
#define RECOVERY_CONTEXT_BEFORE 2u
#define RECOVERY_CONTEXT_AFTER 3u

struct recovery_config
{
    const struct log_config *log;       /* names, sizes, parameters; its callbacks are the instance's */
    struct txn_root *txns;              /* of the instance, with its hooks; nobody uses it */
    struct database_registry *registry; /* what the callbacks know of databases; empty */
    JET_GRBIT grbit;                    /* of JetInit: JET_bitReplay... */
    const JET_RSTMAP2_W *map;           /* where databases are now; NULL: where they were */
    uint32_t map_count;
    const WCHAR *database_path;         /* JET_paramAlternateDatabaseRecoveryPath; NULL or empty: none */
    uint32_t extension_pages;           /* JET_paramDbExtensionSize */
    bool from_first;                    /* redo begins with the first generation there is, whatever the checkpoint says */
    bool trust_corrected;               /* a page that its checksum put right is right, not torn by the crash */
    bool delete_out_of_range;           /* JET_paramDeleteOldLogs and kin: generations that do not fit may go */

    uint64_t stop;                      /* redo ends behind the record there, or with the generation if it has no
                                           segment and byte; LOG_POSITION_MAX: at the end of the log */

    _Atomic uint32_t *generation;       /* is set to the one that is replayed */
    bool *header_bad;                   /* is set: both copies of a header are damaged, which is no torn write */
    void *context;
    /* What is to be done: event->normal, or something else.  NULL: event->normal. */
    JET_ERR (*control)(void *context, const struct recovery_event *event);
    /* Redo is at so many of so many generations; an error ends it, with that error.  NULL: nobody asks. */
    JET_ERR (*progress)(void *context, uint32_t done, uint32_t total);
    /* Another copy of the database could not read this page, and asked for it in `log`; `page` is sealed, as it was
     * there.  NULL: nobody asks. */
    void (*page_wanted)(void *context, struct database *database, uint32_t pgno, uint64_t dbtime, const uint8_t *page,
                        const WCHAR *log);
    /* A page of this one cannot be read; what comes of that comes after it. */
    void (*page_bad)(void *context, struct database *database, uint32_t pgno);
};

/*
 * Replays the log of an instance.  Answers JET_errSuccess when it was replayed and
 * its databases are consistent and closed; then *log is the log, resumed, closed by
 * its last record, with the checkpoint there.  JET_wrnCommittedLogFilesLost: the same, but
 * generations at the end are lost (JET_bitReplayIgnoreLostLogs).
 * JET_errRecoveredWithoutUndo: it went as far as it was to go, and the next run goes on from there;
 * databases are as dirty as before.
 * Other errors: those documented of JetInit.
 */
JET_ERR recovery_run(const struct recovery_config *config, struct log **log);

#endif
