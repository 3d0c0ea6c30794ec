/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An instance: parameters of its own, sessions, attached databases, a log, and what
 * works for it behind the programs.
 */
#ifndef ESENT_API_INSTANCE_H
#define ESENT_API_INSTANCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/attachment.h"
#include "api/params.h"
#include "os/event.h"
#include "table/temp_store.h"
#include "txn/txn.h"

struct background;
struct backup;
struct init_info;
struct instance_log;
struct log;
struct log_names;
struct log_shadow;
struct reseed;
struct snapshot;

/* What JetStopService and its kin set in motion.  Each may be NULL, is called
 * without process.lock, from the thread that stops, and answers quickly. */
struct instance_hooks
{
    void *context;
    void (*pause_background)(void *context, bool pause);/* user tasks in the background */
    void (*clean_versions)(void *context);              /* version cleanup is started */
    void (*quiesce_cache)(void *context, bool quiesce); /* checkpoint depth down, dirty pages begin to be written; or back */
    JET_ERR (*stop_and_emit_log)(void *context);
};

/* Bits of instance.state; any makes api_enter look closer. */
#define INSTANCE_STOPPED      0x01u     /* JetStopService: most calls are refused */
#define INSTANCE_TERMINATING  0x02u
#define INSTANCE_UNAVAILABLE  0x04u     /* instance.unavailable says why */
#define INSTANCE_INITIALIZED  0x10u
#define INSTANCE_INITIALIZING 0x20u
#define INSTANCE_RESTORING    0x40u     /* besides: by JetRestoreInstance or JetExternalRestore */
#define INSTANCE_SLOW (INSTANCE_STOPPED | INSTANCE_TERMINATING | INSTANCE_UNAVAILABLE)

#define RESEEDS_MAX 7                   /* databases into which pages are put at a time */

struct instance
{
    _Atomic uint32_t state;             /* read by every call, written rarely */
    JET_ERR unavailable;
    char separate[120];                 /* what follows is written more often: another cache line */

    JET_INSTANCE handle;
    uint32_t number;                    /* 0.. in the process */
    WCHAR *name;                        /* may be NULL */
    WCHAR *display_name;
    struct param_set params;
    struct former_text *former_texts;
    struct os_mutex lock;
    _Atomic uint32_t calls;             /* instance calls inside (not session calls) */
    JET_GRBIT stopped;                  /* JET_bitStopService... in force, and 1 for all; process.lock */
    struct instance_hooks hooks;        /* from the end of JetInit until JetTerm ends the log; process.lock */
    struct txn_root txn;
    struct temp_store temporary;
    struct instance_log *log;           /* NULL: recovery is off, or it is not started */
    struct backup *backup;              /* from JetInit on */
    _Atomic(struct background *) background;    /* jobs of JetDefragment and JetDatabaseScan; background.h */
    struct snapshot *snapshot;          /* it is part of; by snapshot.c */
    uint64_t emit_number;               /* of what JET_paramEmitLogDataCallback is told next; 0: it was told nothing */
    bool emit_ended;
    struct os_mutex consume_lock;       /* guards consumed, across its I/O; taken alone */
    struct log_shadow *consumed;        /* what JetConsumeLogData writes; NULL: nothing */
    struct os_mutex reseed_lock;        /* guards reseeds, across their I/O; taken alone */
    struct reseed *reseeds[RESEEDS_MAX]; /* begun; by reseed.c */
    const JET_RSTMAP2_W *restore_map;   /* where recovery finds databases; NULL: where they were */
    uint32_t restore_map_count;
    uint32_t resource_max[JET_residVERBUCKET + 1]; /* set for it before JetInit, plus one; by resource.c */
    const struct init_info *init_info;  /* while JetInit3 or JetInit4 runs: who is told of recovery */
    _Atomic uint32_t replaying;         /* the generation of the log that is replayed, 0: none */
    _Atomic uint8_t stage;              /* enum event_stage */
    struct event_sink events;           /* where all that is below says what is for the system's event log */
    _Atomic bool answers;               /* while JetInit runs, too (JET_bitExternalRecoveryControl) */
    struct session *sessions;           /* guarded by lock */
    uint32_t session_count;
    struct attachment databases[DATABASES_MAX];
};

/* Windows' engine counts sessions of its own besides those of JET_paramMaxSessions.  What it does not use of them,
 * programs get: with the default of 16 many a program has had a session for each of its 50 threads. */
#define SESSIONS_OWN        69u
#define SESSIONS_OWN_IN_USE 4u  /* cleaning up, its callbacks, long values, backup: from JetInit on */

/* ---- its life (instance.c, init.c) ---- */

/* A new instance, named or not, in process.instances; process.lock is held.
 * JET_errTooManyInstances, JET_errInstanceNameInUse, JET_errOutOfMemory. */
JET_ERR instance_new(const WCHAR *name, const WCHAR *display_name, struct instance **instance);

/* What JetStopService and its kin may set in motion from here on.  process.lock is held. */
void instance_set_hooks(struct instance *instance);

/* Takes the instance out of the process, waits for calls in it, and frees it.
 * It must not be initialized.  process.lock is not held. */
void instance_free(struct instance *instance);

/* Closes what sessions left attached.  Nobody is inside. */
void instance_close_databases(struct instance *instance);

/* Of resource.c: how many of JET_paramMaxVerPages its versions take. */
uint32_t instance_version_buckets(const struct instance *instance);

/* Waits until no session of the instance, and no instance call, is inside. */
void instance_wait_for_calls(struct instance *instance);

/* Makes an instance ready for sessions, as JetInit does; its state is INITIALIZING. */
JET_ERR instance_start(struct instance *instance, JET_GRBIT grbit);

/* As JetGetInstanceInfo; `snapshot` not NULL: only of instances that are part of it.  process.lock is not held. */
JET_ERR instance_infos(JET_ULONG *count, JET_INSTANCE_INFO_W **infos, bool wide, const struct snapshot *snapshot);

/* ---- its log (instance_log.c); only where recovery is on ---- */

/* Begins the log, continues the one that is there, or has it replayed. */
JET_ERR instance_log_start(struct instance *instance, JET_GRBIT grbit);
/* Ends it, and closes the databases meanwhile, as `close_databases` does.  `dirty`: as if the process died now. */
JET_ERR instance_log_stop(struct instance *instance, bool dirty, void (*close_databases)(struct instance *instance));
/* After a database was made, attached or closed.  If that failed when the log had told of it already, the instance is
 * unavailable. */
void instance_log_check(struct instance *instance);
/* The log of an instance that has one, else NULL. */
struct log *instance_log(const struct instance *instance);
struct database_registry *instance_registry(const struct instance *instance);
const struct log_names *instance_log_names(const struct instance *instance);
/* The names that the parameters give the log, whether or not there is one. */
JET_ERR instance_make_log_names(const struct instance *instance, struct log_names *names);
/* For struct instance_hooks.  Flushes the log, tells that it ends, and lets nothing more be appended. */
JET_ERR instance_log_stop_and_emit(void *context);
/* The same.  Changed pages are written from now on as soon as can be, so that the end is short; or no more. */
void instance_log_quiesce(void *context, bool quiesce);

/* ---- its jobs (background.c) ---- */

/* Ends those of one database, and waits for that; tells all to end; ends all for good. */
void background_stop(struct instance *instance, JET_DBID dbid);
void background_tell_stop(struct instance *instance);
void background_stop_all(struct instance *instance);
void background_free(struct instance *instance);     /* when nobody can tell it to stop any more */

/* ---- its backups and snapshots (backup.c, snapshot_members.c), and databases that pages are put into (reseed.c) ---- */

/* What backups of an instance need; made by JetInit, after the log. */
JET_ERR instance_backup_start(struct instance *instance);
/* Waits until nobody attaches or detaches a database; `context` is an instance. */
void instance_settle(void *context);
/* Before an instance ends: JET_errBackupInProgress, JET_errSurrogateBackupInProgress; a snapshot that is only
 * prepared goes on without it. */
JET_ERR instance_backup_check(struct instance *instance);
/* Ends the backup that is in progress, or waits for the end of a snapshot. */
void instance_backup_stop(struct instance *instance);
/* Closes databases into which pages are put, as they are. */
void instance_reseed_close(struct instance *instance);

#endif
