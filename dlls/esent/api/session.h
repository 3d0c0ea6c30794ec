/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A session: whose it is, its transaction, and the cursors and databases that it has open. */
#ifndef ESENT_API_SESSION_H
#define ESENT_API_SESSION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/attachment.h"
#include "txn/txn.h"

struct cursor;
struct instance;
struct session_param;

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

/* ---- its life (session.c, transaction.c) ---- */

/* A new session of the instance.  JET_errOutOfSessions, JET_errOutOfMemory. */
JET_ERR session_new(struct instance *instance, struct session **session);
/* Ends a session, which is entered and stays so: transaction rolled back,
 * cursors and databases closed, handle gone.  Do not leave it after. */
void session_end(struct session *session);
/* Undoes the innermost level: cursors opened in it are closed. */
JET_ERR session_rollback(struct session *session);

/* ---- whose it is (enter.c) ---- */

/* With session->lock held by the caller: takes the session from the thread that owns it; false while that is inside. */
bool session_disown(struct session *session);
/* Whether the thread that owns it, or did, is inside. */
bool session_owner_inside(struct session *session);
/* At its end, which is the owner's or nobody's: it belongs to none any more. */
void session_ownership_end(struct session *session);

/* ---- its cursors (session.c) ---- */

/* Gives a new cursor its handle.  On error the caller still owns the cursor. */
JET_ERR session_add_cursor(struct session *session, struct cursor *cursor, JET_DBID dbid, JET_TABLEID *tableid);
/* The same in two steps, for where it must not fail in the end: room and a handle, then what they are for, or nothing. */
JET_ERR session_reserve_cursor(struct session *session, JET_DBID dbid, struct open_cursor **reserved);
JET_TABLEID session_put_cursor(struct open_cursor *open, struct cursor *cursor);
void session_unreserve_cursor(struct open_cursor *open);

/* What is known of a cursor of the session; NULL: not one of its own. */
struct open_cursor *session_find_cursor(struct session *session, JET_TABLEID tableid);

/* Closes one or all: handle gone, cursor_close called.  dbid JET_dbidNil: of every database. */
JET_ERR session_close_cursor(struct session *session, JET_TABLEID tableid);
void session_close_cursors(struct session *session, JET_DBID dbid, uint32_t from_level);

/* A cursor that no program has a handle of any more waits for the end of the transaction. */
void session_retire_cursor(struct session *session, struct cursor *cursor, uint32_t level);
/* The transaction is at this level now, by a commit or a rollback: closes retired cursors. */
void session_close_retired(struct session *session, bool rolled_back);

/* Tells the program that the numbers which JetSetLS hung on a cursor, or on the tables of a database, are free
 * (local_storage.c). */
void local_storage_free_cursor(struct session *session, JET_LS cursor_ls, JET_LS table_ls);
void local_storage_free_tables(struct instance *instance, struct table_storage *storage);

/* ---- what the program sets of it (sesparam.c) ---- */

void session_params_free(struct session *session);
/* What the program says of commits goes with the one that comes; redo of it tells the program, with `call`. */
void session_commit_context(struct session *session, bool call);

#endif
