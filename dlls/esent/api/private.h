/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the chapters of the API share: its objects, and the way into a call.
 *
 * Objects.  The process has one root (process.h): the mode, the global
 * parameters (params.h), the instances, the handles (handle.h).  An instance
 * (instance.h) has parameters of its own, sessions and attached databases
 * (attachment.h); a session (session.h) has a transaction, cursors and opened
 * databases.
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

#include "api/api.h"
#include "api/instance.h"
#include "api/process.h"
#include "api/session.h"
#include "api/text.h"

struct cursor;

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

#endif
