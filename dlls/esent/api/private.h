/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the chapters of the API share.
 *
 * Objects.  The process has one root (struct process): the mode, the global
 * parameters, the instances, the handles.  An instance has parameters of its
 * own, sessions and attached databases; a session has a transaction, cursors
 * and opened databases.
 *
 * Handles.  JET_INSTANCE, JET_SESID and JET_TABLEID are values of the handle
 * table, never pointers, so any bits that a program passes are an error and not
 * a crash.  JET_DBID is a slot of the instance's attached databases.
 *
 * A call on a session or cursor reads so:
 *
 *     struct session *session;
 *     struct cursor *cursor;
 *     JET_ERR err = api_enter_cursor(sesid, tableid, 0, &session, &cursor);
 *     if (err < 0)
 *         return err;
 *     err = ... ;
 *     return api_leave(session, err);
 *
 * Between the two the session belongs to this thread: its `lock` is taken by an
 * atomic compare and exchange, a second thread gets
 * JET_errSessionSharingViolation, and JetTerm waits for it to be free.  The lock
 * is taken before the look at the instance's state, and the one who changes the
 * state looks at the locks after: so either the call sees the state or the
 * stopper sees the call.  Nothing that threads of different sessions share is
 * written on this path.
 *
 * A session's memory is used again for sessions only, never given back while
 * the library is loaded: that makes the look at a session that another thread
 * ends at this moment harmless.
 *
 * Lock order: process.lock, instance.lock, session.lock, then what
 * the floors below take.  process.lock is never waited for inside a session.
 */
#ifndef ESENT_API_PRIVATE_H
#define ESENT_API_PRIVATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/api.h"
#include "esent.h"
#include "os/event.h"
#include "os/os.h"
#include "table/temp_store.h"
#include "txn/txn.h"

struct cursor;
struct database;
struct database_header;
struct database_registry;
struct background;
struct backup;
struct instance_log;
struct log;
struct log_names;
struct log_shadow;
struct init_info;
struct reseed;
struct snapshot;
struct resource;

/* -------------------------------------------------------------- handles --- */

enum handle_type
{
    HANDLE_NONE,
    HANDLE_INSTANCE,
    HANDLE_SESSION,
    HANDLE_CURSOR,
    HANDLE_SNAPSHOT,
    HANDLE_FILE,            /* of a backup */
    HANDLE_OTHER,
};

/* A slot of the table.  `handle` is 0 while free; both are read without a lock. */
struct handle_slot
{
    _Atomic uintptr_t handle;
    _Atomic(void *) object;
    _Atomic(void *) owner;
    uint32_t next_free;
    uint32_t generation;
};

#define HANDLE_SLOT_BITS 20
#define HANDLE_TYPE_BITS 3
#define HANDLE_CHUNK_BITS 10
#define HANDLE_CHUNK (1u << HANDLE_CHUNK_BITS)
#define HANDLE_CHUNKS 1024              /* a million handles */
#define HANDLE_FREE_KEPT 64             /* so many are free before the first is used again */

struct handle_table
{
    struct os_mutex lock;               /* guards allocation and freeing */
    uint32_t used;                      /* slots ever used */
    uint32_t free_first, free_last;     /* the oldest freed is used first */
    uint32_t free_count;
    _Atomic(struct handle_slot *) chunks[HANDLE_CHUNKS];
};

/* A new handle: never 0, never all ones, not seen lately.  `owner` is what
 * handle_object_of asks for.  JET_errOutOfMemory. */
JET_ERR handle_new(enum handle_type type, void *object, void *owner, JET_API_PTR *handle);
void handle_free(uintptr_t handle);

/* ----------------------------------------------------------- parameters --- */

#define PARAM_COUNT 222

struct param_value
{
    _Atomic uintptr_t number;           /* numbers, flags, pointers; threads of the engine read it beside who sets it */
    WCHAR *text;                        /* strings, from the heap; NULL: the default */
    bool written;                       /* by the program, not by default */
    bool overridden;                    /* by the same, and that was told */
    bool stored;                        /* by what JET_paramConfigStoreSpec names */
};

struct param_set
{
    struct param_value value[PARAM_COUNT];
    uint32_t config;                    /* JET_config... in force */
};

/* ------------------------------------------------------------- instance --- */

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
#define DATABASES_MAX 16                /* slots: 0 is the temporary database, of which ids 1.. are attached files */

struct session;
struct session_param;
struct open_cursor;
struct table_storage;

/* A parameter's text that was replaced while the instance ran: kept, as somebody may be reading it. */
struct former_text
{
    struct former_text *next;
    WCHAR *text;
};

/* An attached database.  Guarded by instance.lock, but for `database`, which
 * does not change while the session that asks has it open, and for `path`, which
 * changes with process.attach_lock held, too. */
struct attachment
{
    struct instance *instance;
    struct attachment *next;            /* in process.attached */
    WCHAR *path;                        /* full path; NULL: the slot is free */
    struct database *database;
    JET_GRBIT grbit;                    /* of the attach */
    uint32_t opens;                     /* by all sessions */
    struct session *exclusive;          /* who has it open alone */
    bool busy;                          /* being attached or detached */
    struct table_storage *storages;     /* JetSetLS on its tables */
};

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

/* Of instance_log.c: after a database was made, attached or closed.  If that failed when the log had told of it
 * already, the instance is unavailable. */
void instance_log_check(struct instance *instance);
/* The log of an instance that has one, else NULL. */
struct log *instance_log(const struct instance *instance);
struct database_registry *instance_registry(const struct instance *instance);
const struct log_names *instance_log_names(const struct instance *instance);
/* The names that the parameters give the log, whether or not there is one. */
JET_ERR instance_make_log_names(const struct instance *instance, struct log_names *names);

/* Ends the jobs in the background of one database, and waits for that; tells all to end; ends all for good. */
void background_stop(struct instance *instance, JET_DBID dbid);
void background_tell_stop(struct instance *instance);
void background_stop_all(struct instance *instance);
void background_free(struct instance *instance);     /* when nobody can tell it to stop any more */

/* Closes databases into which pages are put, as they are. */
void instance_reseed_close(struct instance *instance);

/* What backups of an instance need; made by JetInit, after the log. */
JET_ERR instance_backup_start(struct instance *instance);
/* Waits until nobody attaches or detaches a database; `context` is an instance. */
void instance_settle(void *context);
/* Before an instance ends: JET_errBackupInProgress, JET_errSurrogateBackupInProgress; a snapshot that is only
 * prepared goes on without it. */
JET_ERR instance_backup_check(struct instance *instance);
/* Ends the backup that is in progress, or waits for the end of a snapshot. */
void instance_backup_stop(struct instance *instance);

/* Flushes the log, tells that it ends, and lets nothing more be appended.  For struct instance_hooks. */
JET_ERR instance_log_stop_and_emit(void *context);
/* Changed pages are written from now on as soon as can be, so that the end is short; or no more. */
void instance_log_quiesce(void *context, bool quiesce);

/* Begins the log, continues the one that is there, or has it replayed. */
JET_ERR instance_log_start(struct instance *instance, JET_GRBIT grbit);

/* Ends it, and closes the databases meanwhile, as `close_databases` does.  `dirty`: as if the process died now. */
JET_ERR instance_log_stop(struct instance *instance, bool dirty, void (*close_databases)(struct instance *instance));

/* -------------------------------------------------------------- process --- */

enum process_mode
{
    PROCESS_NO_MODE,
    PROCESS_SINGLE,
    PROCESS_MULTI,
};

#define INSTANCES_MAX 1024

struct process
{
    struct os_mutex lock;               /* guards all but the atomics and the handles */
    enum process_mode mode;
    struct param_set params;            /* global ones, and what instances start with */
    struct instance *instances[INSTANCES_MAX];
    uint32_t instance_count;            /* allocated */
    _Atomic uint32_t initialized;       /* instances between JetInit and JetTerm */
    _Atomic uint32_t terminating;       /* instances in JetTerm */
    struct os_mutex free_lock;          /* guards free_sessions and callers; a leaf */
    struct session *free_sessions;
    struct caller *callers;             /* under free_lock */
    struct os_mutex attach_lock;        /* guards attached; taken before instance.lock, after process.lock */
    struct attachment *attached;        /* databases of all instances */
    struct resource *resources;         /* JetSetResourceParam; NULL until asked for; by resource.c */
    bool params_ready;
    bool sessions_owned;                /* sessions can belong to threads: there is os_fence_all */
    struct handle_table handles;
};

extern struct process process;

/* The slot of a handle that is alive, else NULL. */
static inline struct handle_slot *handle_slot(uintptr_t handle, enum handle_type type)
{
    struct handle_slot *slot;

    if ((handle >> HANDLE_SLOT_BITS & ((1u << HANDLE_TYPE_BITS) - 1)) != (uintptr_t)type)
        return NULL;
    slot = atomic_load_explicit(&process.handles.chunks[handle >> HANDLE_CHUNK_BITS & (HANDLE_CHUNKS - 1)],
                                memory_order_acquire);
    if (!slot)
        return NULL;
    slot += handle & (HANDLE_CHUNK - 1);
    return atomic_load_explicit(&slot->handle, memory_order_acquire) == handle ? slot : NULL;
}

/* The object, or NULL if these bits are no live handle of that type. */
static inline void *handle_object(uintptr_t handle, enum handle_type type)
{
    struct handle_slot *slot = handle_slot(handle, type);

    return slot ? atomic_load_explicit(&slot->object, memory_order_relaxed) : NULL;
}

/* The object if, besides, it belongs to that owner. */
static inline void *handle_object_of(uintptr_t handle, enum handle_type type, const void *owner)
{
    struct handle_slot *slot = handle_slot(handle, type);

    if (!slot || atomic_load_explicit(&slot->owner, memory_order_relaxed) != owner)
        return NULL;
    return atomic_load_explicit(&slot->object, memory_order_relaxed);
}

/* The global parameters have their defaults after this.  process.lock is held. */
void process_prepare(void);
void process_lock(void);                /* and prepare */
void process_unlock(void);

/* The instance meant by a handle, process.lock held: JET_errInvalidParameter. */
JET_ERR process_find_instance(JET_INSTANCE handle, struct instance **instance);

/* -------------------------------------------------------------- session --- */

/* What session.lock is while a call is inside; no handle has such a value. */
#define SESSION_BUSY(handle) (~(handle))
#define SESSION_ENDING ((JET_SESID)1)   /* JetTerm has it */

/* A thread that owns sessions, or did.  Lives as long as the process; a thread
 * that comes to have the token of one that ended takes its place. */
struct caller
{
    uintptr_t token;                    /* os_thread_token */
    _Atomic(struct session *) inside;   /* which it has entered as its owner; written by this thread alone */
    struct caller *next;
    uintptr_t apart[5];                 /* callers are in different cache lines */
};

struct session
{
    /* The session's handle while it is free to be entered, else one of the
     * above; 0: not in use.  A stale handle never matches it, not even when the
     * memory is a new session's. */
    _Atomic JET_SESID lock;
    /* The thread to which the session belongs, having called with it several
     * times; it enters by its own `inside` alone.  NULL: none. */
    _Atomic(struct caller *) owner;
    /* To which it belonged last: only that one may be inside as its owner. */
    _Atomic(struct caller *) holder;
    uint8_t calls;                      /* calls of the same thread in a row, while it has no owner */
    uint8_t owners;                     /* how often it had one: a session that goes round is not given away again */
    uintptr_t caller;                   /* who made those calls */
    uint32_t nested;                    /* calls made by a callback of the call that is inside */
    JET_SESID handle;
    struct instance *instance;
    _Atomic uint32_t callback_thread;   /* thread that is in a program's callback; 0: none */
    uintptr_t context;                  /* JetSetSessionContext; 0: none */
    uint32_t context_thread;            /* thread that set it */
    uintptr_t txn_context;              /* whose the open transaction is: the context, or a thread */
    bool txn_uses_context;
    JET_GRBIT commit_default;           /* JET_sesparamCommitDefault */
    uint64_t commit_answered;           /* the last commit to level 0, in the log, that a call has answered for */
    struct txn txn;
    struct open_cursor *cursors;        /* all it has open */
    struct cursor *retired;             /* closed, but not before the transaction ends */
    uint16_t opens[DATABASES_MAX];      /* how often it has each database open */
    struct session *next, *prev;        /* in instance.sessions; next: in process.free_sessions */
    struct session_param *params;       /* what the program set, by sesparam.c */
};

/* A cursor that a session has open. */
struct open_cursor
{
    struct cursor *cursor;
    struct session *session;
    JET_TABLEID tableid;
    JET_DBID dbid;
    uint32_t level;                     /* of the transaction in which it was opened */
    JET_LS ls;                          /* JetSetLS; JET_LSNil: none */
    JET_LS table_ls;                    /* the same of a temporary table */
    struct open_cursor *next, *prev;
};

/* ------------------------------------------------- entering and leaving --- */

/* With session->lock held by the caller: takes the session from the thread that owns it; false while that is inside. */
bool session_disown(struct session *session);
/* Whether the thread that owns it, or did, is inside. */
bool session_owner_inside(struct session *session);
/* At its end, which is the owner's or nobody's: it belongs to none any more. */
void session_ownership_end(struct session *session);

/* Flags of the enter functions. */
#define API_WHEN_STOPPED 1u             /* allowed after JetStopService */
#define API_TABLES_ONLY 2u              /* not with a cursor on a temporary table: as enum cursor_refusal, like the next */
#define API_NOT_SORT 4u                 /* not while a sort is read */
#define API_NOT_INSERTING 8u            /* not before it is read */
#define API_NOT_CALLED 16u              /* not by a callback that is told of a change by this cursor */

/*
 * Enters a session.  JET_errInvalidSesid, JET_errClientRequestToStopJetService,
 * JET_errTermInProgress, JET_errSessionSharingViolation, or why the instance
 * is not available.  On error there is nothing to leave.
 */
JET_ERR api_enter(JET_SESID sesid, uint32_t flags, struct session **session);

/* Also the cursor: JET_errInvalidTableId, JET_errSesidTableIdMismatch, JET_errIllegalOperation. */
JET_ERR api_enter_cursor(JET_SESID sesid, JET_TABLEID tableid, uint32_t flags, struct session **session,
                         struct cursor **cursor);

/* Also a database that this session has open: JET_errInvalidDatabaseId. */
JET_ERR api_enter_database(JET_SESID sesid, JET_DBID dbid, uint32_t flags, struct session **session,
                           struct attachment **attachment);

/* `err`, but what is wrong with the handles if something is: for what is looked at before a call enters, as Windows'
 * engine looks at handles before anything else. */
JET_ERR api_check_session(JET_SESID sesid, JET_ERR err);
JET_ERR api_check_cursor(JET_SESID sesid, JET_TABLEID tableid, JET_ERR err);

/* Leaves; answers err, for `return api_leave(session, err);`. */
JET_ERR api_leave(struct session *session, JET_ERR err);
/* The same for a call that, outside of a transaction, has one of its own: what that committed is on disk, unless `lazy`
   or the session's commits are.  Errors of writing the log as well. */
JET_ERR api_leave_committed(struct session *session, JET_ERR err, bool lazy);

/* Between these a program's callback runs, which may call the API with this session. */
void api_callback_begin(struct session *session);
void api_callback_end(struct session *session);

/* Whether this thread may go on with the session's open transaction: it began
 * it, or has set the session context that was in force then.
 * JET_errSessionSharingViolation. */
JET_ERR session_check_thread(const struct session *session);

enum instance_entry
{
    ENTER_RUNNING,          /* only between JetInit and JetTerm, not when stopped */
    ENTER_ANY,              /* also before JetInit, and when stopped: parameters */
};

/* Validates: 0 and all ones pass (single-instance mode).  JET_errInvalidInstance. */
JET_ERR api_check_instance(JET_INSTANCE handle);

/*
 * Finds the instance meant by a handle (in single-instance mode the one there
 * is, whatever the handle) and enters it: JetTerm then waits.
 * JET_errInvalidInstance for dead handles, JET_errInvalidParameter when there is
 * none, and as api_enter; JET_errNotInitialized before JetInit.
 */
JET_ERR api_enter_instance(JET_INSTANCE handle, enum instance_entry entry, struct instance **instance);
JET_ERR api_leave_instance(struct instance *instance, JET_ERR err);

/* For calls without an instance argument, of single-instance mode (JetStopBackup, JetReadFile, ...):
 * JET_errInvalidParameter before any mode, JET_errRunningInMultiInstanceMode. */
JET_ERR api_check_single_mode(void);

/* ------------------------------------------------------------ instances --- */

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
/* Takes a free slot, which stays busy, for a file that is not attached anywhere.
 * JET_wrnDatabaseAttached, JET_errDatabaseSharingViolation, JET_errTooManyAttachedDatabases. */
JET_ERR attachment_take(struct instance *instance, const WCHAR *path, JET_GRBIT grbit, struct attachment **taken);
/* What the parameters of the instance say about opening its file. */
struct database_options;
void attachment_options(const struct attachment *attachment, struct database_options *options);
/* The parameters of JetAttachDatabase3 and JetCreateDatabase3. */
struct attachment_parameters
{
    uint32_t pages_max;
    JET_GRBIT shrink;
    int32_t shrink_milliseconds; /* < 0: as long as it takes */
    bool reclaims;               /* JET_dbparamLeakReclaimerEnabled */
    int32_t reclaim_milliseconds;
    uint32_t shrink_pages_least;
};
/* JET_errInvalidDbparamId, JET_errInvalidBufferSize, JET_errInvalidParameter, JET_errInvalidGrbit. */
JET_ERR attachment_parameters(const JET_SETDBPARAM *parameters, uint32_t count, bool creating,
                              struct attachment_parameters *read);
/* Closes an attached database that nobody has open, and frees the slot.  No lock is held. */
JET_ERR attachment_close(struct attachment *attachment);
/* The attachment with this path, with instance->lock held on success, when nobody is attaching or detaching it.
 * JET_errDatabaseNotFound. */
JET_ERR attachment_lock(struct instance *instance, const WCHAR *path, struct attachment **attachment);
/* Of attach_kept.c: databases that recovery left attached (JET_bitKeepDbAttachedAtEndOfRecovery).  All become the
 * instance's, or none. */
JET_ERR attachments_adopt(struct instance *instance, struct database_registry *registry);
/* Whether it is one that a program must attach before it can open it. */
bool attachment_is_kept(const struct attachment *attachment);
/* Attaches one, for a program; JET_wrnDatabaseAttached if it is none, or no more.  On an error it is detached. */
JET_ERR attachment_attach_kept(struct session *session, const WCHAR *path, uint32_t pages_max, JET_GRBIT grbit);
/* Whether indexes over text are to be looked at when a database is attached. */
bool attachment_checks_indexes(const struct instance *instance, JET_GRBIT grbit);
struct database_header;
/* Whether any instance has this file attached.  *header becomes its header;
 * *open is false while it is only being attached: then the header was left alone. */
bool attachment_header(const WCHAR *path, struct database_header *header, bool *open);
/* As JetGetInstanceInfo; `snapshot` not NULL: only of instances that are part of it.  process.lock is not held. */
JET_ERR instance_infos(JET_ULONG *count, JET_INSTANCE_INFO_W **infos, bool wide, const struct snapshot *snapshot);
/* As JetOpenDatabase and JetCloseDatabase. */
JET_ERR session_open_database(struct session *session, const WCHAR *path, JET_DBID *dbid, JET_GRBIT grbit);
void session_close_database(struct session *session, JET_DBID dbid);
/* The full path of a file that must be there: JET_errFileNotFound, JET_errInvalidPath. */
JET_ERR path_of_file(const WCHAR *path, WCHAR full[OS_PATH_MAX], struct os_file_info *info);

/* Of resource.c: how many of JET_paramMaxVerPages its versions take. */
uint32_t instance_version_buckets(const struct instance *instance);

/* Waits until no session of the instance, and no instance call, is inside. */
void instance_wait_for_calls(struct instance *instance);

/* Makes an instance ready for sessions, as JetInit does; its state is INITIALIZING. */
JET_ERR instance_start(struct instance *instance, JET_GRBIT grbit);

/* ------------------------------------------------- cursors of a session --- */

/* Gives a new cursor its handle.  On error the caller still owns the cursor. */
JET_ERR session_add_cursor(struct session *session, struct cursor *cursor, JET_DBID dbid, JET_TABLEID *tableid);
/* The same in two steps, for where it must not fail in the end: room and a handle, then what they are for, or nothing. */
JET_ERR session_reserve_cursor(struct session *session, JET_DBID dbid, struct open_cursor **reserved);
JET_TABLEID session_put_cursor(struct open_cursor *open, struct cursor *cursor);
void session_unreserve_cursor(struct open_cursor *open);

/* Closes one or all: handle gone, cursor_close called.  dbid JET_dbidNil: of every database. */
JET_ERR session_close_cursor(struct session *session, JET_TABLEID tableid);
void session_close_cursors(struct session *session, JET_DBID dbid, uint32_t from_level);

/* Tells the program that the numbers which JetSetLS hung on a cursor, or on the tables of a database, are free. */
void local_storage_free_cursor(struct session *session, JET_LS cursor_ls, JET_LS table_ls);
void local_storage_free_tables(struct instance *instance, struct table_storage *storage);

/* A cursor that no program has a handle of any more waits for the end of the transaction. */
void session_retire_cursor(struct session *session, struct cursor *cursor, uint32_t level);
/* The transaction is at this level now, by a commit or a rollback: closes retired cursors. */
void session_close_retired(struct session *session, bool rolled_back);

/* Frees what sesparam.c keeps of a session. */
void session_params_free(struct session *session);
/* What the program says of commits goes with the one that comes; redo of it tells the program, with `call`. */
void session_commit_context(struct session *session, bool call);

/* What is known of a cursor of the session; NULL: not one of its own. */
struct open_cursor *session_find_cursor(struct session *session, JET_TABLEID tableid);

/* A new session of the instance.  JET_errOutOfSessions, JET_errOutOfMemory. */
JET_ERR session_new(struct instance *instance, struct session **session);

/* Ends a session, which is entered and stays so: transaction rolled back,
 * cursors and databases closed, handle gone.  Do not leave it after. */
void session_end(struct session *session);

/* Undoes the innermost level: cursors opened in it are closed. */
JET_ERR session_rollback(struct session *session);

/* ---------------------------------------------------------- parameters --- */

enum param_kind { PARAM_USED, PARAM_UNUSED, PARAM_FIXED, PARAM_CUSTOM, PARAM_ILLEGAL };
enum param_type { PARAM_INTEGER, PARAM_BOOLEAN, PARAM_GRBIT, PARAM_BLOCK, PARAM_POINTER, PARAM_SPECIAL,
                  PARAM_STRING, PARAM_FOLDER, PARAM_PATH };
enum param_until { PARAM_EVER, PARAM_INIT, PARAM_START, PARAM_NEVER };

/* What is known of a parameter; see params_table.h. */
struct param_info
{
    const char *name;
    uint8_t kind, type, until;
    bool global, advanced;
    uintptr_t low, high;
    uintptr_t value, small_value;
    const WCHAR *text;                  /* default of a string */
};

extern const struct param_info param_info[PARAM_COUNT];

/* Values in force.  `instance` NULL: the global ones.  Cheap; no lock is needed. */
uintptr_t param_number(const struct instance *instance, uint32_t id);
const WCHAR *param_text(const struct instance *instance, uint32_t id);  /* never NULL */

/* All of these with process.lock held, or while nobody else knows the set. */
void param_set_init(struct param_set *set);
JET_ERR param_set_copy(struct param_set *to, const struct param_set *from);
void param_set_free(struct param_set *set);
struct param_value *param_slot(struct instance *instance, uint32_t id);

/* Sets and gets as JetSetSystemParameter and JetGetSystemParameter do.  `number`
 * of get and text's size in bytes may be absent as there. */
JET_ERR param_set_value(struct instance *instance, struct session *session, uint32_t id, uintptr_t number,
                        const WCHAR *text);
JET_ERR param_get_value(struct instance *instance, struct session *session, uint32_t id, JET_API_PTR *number,
                        WCHAR *text, size_t size);
/* Back to a value as if never set. */
JET_ERR param_reset(struct instance *instance, uint32_t id, uintptr_t number);
/* Of a number that floors below keep for themselves: they are told. */
void param_take_effect(uint32_t id, uintptr_t number);
/* The plain ways, for params_custom.c. */
JET_ERR param_set_plain(struct instance *instance, uint32_t id, uintptr_t number, const WCHAR *text);
JET_ERR param_get_plain(struct instance *instance, uint32_t id, JET_API_PTR *number, WCHAR *text, size_t size);
JET_ERR param_set_custom(struct instance *instance, struct session *session, uint32_t id, uintptr_t number,
                         const WCHAR *text);
JET_ERR param_get_custom(struct instance *instance, struct session *session, uint32_t id, JET_API_PTR *number,
                         WCHAR *text, size_t size);
/* JET_paramConfigStoreSpec: takes what the store has; what it says in place of what the program sets. */
JET_ERR param_store_set(struct instance *instance, struct session *session, const WCHAR *text);
void param_store_override(struct instance *instance, uint32_t id, uintptr_t *number);
/* JET_paramConfiguration: many parameters at once. */
JET_ERR param_set_configuration(struct instance *instance, uintptr_t configuration);

/* Name and meaning of an error, for JET_paramErrorToString; class of it. */
bool error_describe(JET_ERR err, const char **name, const char **meaning);
bool error_category(JET_ERR err, JET_ERRCAT *category);

/* -------------------------------------------------------------- strings --- */

/* A wide copy of a text in the system's code page, from the heap (os_free);
 * NULL gives NULL.  JET_errOutOfMemory. */
JET_ERR string_from_a(const char *text, WCHAR **wide);

/* Into a buffer of cb bytes, always with a NUL.  JET_errBufferTooSmall when cut. */
JET_ERR string_to_a(const WCHAR *wide, char *text, size_t cb);

/* Copies a wide text into size bytes, always with a NUL.  JET_errBufferTooSmall when cut. */
JET_ERR string_copy_w(WCHAR *to, size_t size, const WCHAR *from);

/* ---------------------------------------------------------------- names --- */

#define NAME_SIZE (JET_cbNameMost + 2)  /* one more than fits, so that name_check sees what is too long */

/* A name of the W functions in code page 1252; *result is `name`, or NULL for
 * NULL.  JET_errInvalidName if it has no such spelling. */
JET_ERR name_from_w(const WCHAR *wide, char name[NAME_SIZE], const char **result);
void name_to_w(const char *name, WCHAR wide[NAME_SIZE]);

/* Whether something may be called so; trailing blanks are cut.  JET_errInvalidName. */
JET_ERR name_check(const char *name, char checked[NAME_SIZE]);

/* ---- messages to the system's event log (events.c) ---- */

/* What an instance is at, as the messages show it. */
enum event_stage
{
    STAGE_NO_INSTANCE = 'G',
    STAGE_PREPARES = 'P',
    STAGE_REDOES = 'R',
    STAGE_UNDOES = 'U',
    STAGE_RUNS = 'D',
    STAGE_ENDS = 'T',
};

/* Of what is no matter of one instance. */
extern const struct event_sink event_process;

void event_instance_new(struct instance *instance);
void event_stage(struct instance *instance, enum event_stage stage);
/* Before there is more to say: which version is about to start it. */
void event_starts(const struct instance *instance);
/* began_us: os_clock_us() when what is reported began. */
void event_started(const struct instance *instance, uint64_t began_us);
void event_stopped(const struct instance *instance, uint64_t began_us, bool dirty, JET_ERR err);
/* Another thread is inside of the session. */
void event_session_shared(JET_SESID sesid);
/* EVENT_DATABASE_CREATED and its like; header may be NULL. */
void event_database(const struct instance *instance, enum event event, uint32_t dbid, const WCHAR *path,
                    const struct database_header *header, uint64_t began_us);

/* ---------------------------------------------------------------- lists --- */

struct temp_value;

/* A temporary table that answers a list, while it is made. */
struct info_list
{
    struct session *session;
    struct cursor *cursor;
    JET_COLUMNID ids[16];
    bool wide;                          /* texts are UTF-16 */
};

/* Begins a list.  Text columns of `columns` get the code page that goes with `wide`. */
JET_ERR info_list_begin(struct info_list *list, struct session *session, bool wide, const JET_COLUMNDEF *columns,
                        uint32_t count);
/* Puts it in order and gives it a handle. */
JET_ERR info_list_end(struct info_list *list, JET_TABLEID *tableid);
/* After an error. */
void info_list_abandon(struct info_list *list);
/* A name as the value of column `i`; `buffer` holds it until it is inserted. */
struct temp_value info_list_name(const struct info_list *list, unsigned i, const char *name, WCHAR buffer[NAME_SIZE]);
/* JET_bitTableInfoBookmark and its like, of what is opened so. */
JET_GRBIT info_table_grbit(bool updatable);
struct table;
struct index;
/* Fills a buffer with the JET_INDEXCREATE of an index, as JET_IdxInfoCreateIndex... has it.  JET_errBufferTooSmall. */
JET_ERR info_index_create(const struct table *table, const struct index *index, void *result, uint32_t size,
                          uint32_t level, bool wide);
/* Free pages of a table, its indexes and its long values. */
JET_ERR info_space_available(const struct table *table, uint32_t *available);

#endif
