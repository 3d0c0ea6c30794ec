/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way into a call and out of it.  See private.h for the order of things.
 */
#include "api/events.h"
#include "api/private.h"
#include "table/cursor.h"

/* What the state of the instance has to say to a call on a session. */
static JET_ERR refusal(const struct instance *instance, uint32_t state, uint32_t flags)
{
    uint32_t terminating = atomic_load(&process.terminating);

    if (terminating && terminating >= process.initialized)
        return JET_errTermInProgress;
    if (state & INSTANCE_STOPPED && !(flags & API_WHEN_STOPPED))
        return JET_errClientRequestToStopJetService;
    if (state & INSTANCE_UNAVAILABLE)
        return instance->unavailable;
    if (state & INSTANCE_TERMINATING)
        return JET_errTermInProgress;
    return JET_errSuccess;
}

/* Someone is inside: a callback of the same thread may come in, others not.
 * The instance may be gone for all that the others know. */
static JET_ERR enter_busy(struct session *session, JET_SESID sesid, uint32_t flags, JET_SESID lock)
{
    JET_ERR err;

    if (lock == SESSION_ENDING)
        return JET_errTermInProgress;
    if (lock != SESSION_BUSY(sesid))
        return JET_errInvalidSesid;
    if (atomic_load(&session->callback_thread) != os_thread_id())
    {
        event_session_shared(sesid);
        return JET_errSessionSharingViolation;
    }
    err = refusal(session->instance, atomic_load(&session->instance->state), flags);
    if (err >= 0)
        session->nested++;
    return err;
}

/*
 * A thread that uses a session over and over comes to own it, and then enters
 * without an atomic exchange: it says that it is inside, and looks whether the
 * session is still its own and free.  Who else wants it takes the lock first,
 * takes the ownership away, has all threads pass a barrier, and looks whether the
 * owner is inside; so one of the two notices the other.
 *
 * Where a thread is inside is said in a place of its own, for it says so before
 * it knows that it may: in the session it could undo what the next owner says.
 */
#define CALLS_TO_OWN 8
#define OWNERS_MAX   32

static inline bool enter_own(struct session *session, JET_SESID sesid)
{
    struct caller *caller = atomic_load_explicit(&session->owner, memory_order_acquire);

    if (!caller || caller->token != os_thread_token() || atomic_load_explicit(&caller->inside, memory_order_relaxed))
        return false;
    atomic_store_explicit(&caller->inside, session, memory_order_release);
    atomic_signal_fence(memory_order_seq_cst);
    if (os_likely(atomic_load_explicit(&session->owner, memory_order_relaxed) == caller &&
                  atomic_load_explicit(&session->lock, memory_order_relaxed) == sesid))
        return true;
    atomic_store_explicit(&caller->inside, NULL, memory_order_release);
    return false;
}

static inline void leave_own(struct caller *caller)
{
    atomic_store_explicit(&caller->inside, NULL, memory_order_release);
}

/* The present thread, if it is in the session as its owner; else NULL. */
static inline struct caller *own_entry(struct session *session)
{
    struct caller *caller = atomic_load_explicit(&session->holder, memory_order_relaxed);

    if (!caller || caller->token != os_thread_token() ||
        atomic_load_explicit(&caller->inside, memory_order_relaxed) != session)
        return NULL;
    return caller;
}

/* The present thread among the callers; NULL: there is no memory. */
static struct caller *find_caller(uintptr_t token)
{
    struct caller *caller;

    os_mutex_lock(&process.free_lock);
    for (caller = process.callers; caller && caller->token != token; caller = caller->next)
        ;
    if (!caller && (caller = os_alloc_zero(sizeof(*caller))))
    {
        caller->token = token;
        caller->next = process.callers;
        process.callers = caller;
    }
    os_mutex_unlock(&process.free_lock);
    return caller;
}

/* With session->lock held, and no owner inside. */
static void consider_owner(struct session *session)
{
    uintptr_t thread = os_thread_token();
    struct caller *caller;

    if (session->caller != thread)
    {
        session->caller = thread;
        session->calls = 0;
    }
    else if (session->owners < OWNERS_MAX && ++session->calls >= CALLS_TO_OWN)
    {
        session->calls = 0;
        session->owners++;
        if (process.sessions_owned && (caller = find_caller(thread)))
        {
            atomic_store_explicit(&session->holder, caller, memory_order_release);
            atomic_store_explicit(&session->owner, caller, memory_order_release);
        }
    }
}

bool session_owner_inside(struct session *session)
{
    struct caller *caller = atomic_load_explicit(&session->holder, memory_order_acquire);

    return caller && atomic_load_explicit(&caller->inside, memory_order_acquire) == session;
}

bool session_disown(struct session *session)
{
    struct caller *owner = atomic_load_explicit(&session->owner, memory_order_relaxed);

    if (owner && owner->token != os_thread_token())
    {
        atomic_store(&session->owner, NULL);
        os_fence_all();
    }
    return !session_owner_inside(session);
}

void session_ownership_end(struct session *session)
{
    struct caller *caller = own_entry(session);
    JET_SESID lock = session->handle;

    /* Who has the lock now will see that the owner is inside, and give it back. */
    while (caller && !atomic_compare_exchange_strong(&session->lock, &lock, SESSION_BUSY(session->handle)))
    {
        lock = session->handle;
        os_thread_yield();
    }
    atomic_store_explicit(&session->owner, NULL, memory_order_relaxed);
    atomic_store_explicit(&session->holder, NULL, memory_order_relaxed);
    if (caller)
        leave_own(caller);
}

static __attribute__((noinline)) JET_ERR enter_shared(struct session *session, JET_SESID sesid, uint32_t flags)
{
    JET_SESID lock = sesid;
    JET_ERR err;

    if (!atomic_compare_exchange_strong(&session->lock, &lock, SESSION_BUSY(sesid)))
        return enter_busy(session, sesid, flags, lock);
    if (!session_disown(session))
    {
        atomic_store_explicit(&session->lock, sesid, memory_order_release);
        return enter_busy(session, sesid, flags, SESSION_BUSY(sesid));
    }
    err = refusal(session->instance, atomic_load(&session->instance->state), flags);
    if (err < 0)
        atomic_store_explicit(&session->lock, sesid, memory_order_release);
    else
        consider_owner(session);
    return err;
}

static inline JET_ERR enter(JET_SESID sesid, uint32_t flags, struct session **entered)
{
    struct session *session = handle_object(sesid, HANDLE_SESSION);
    JET_ERR err;

    if (os_unlikely(!session))
        return JET_errInvalidSesid;
    *entered = session;
    if (os_unlikely(!enter_own(session, sesid)))
        return enter_shared(session, sesid, flags);
    if (os_likely(!(atomic_load_explicit(&session->instance->state, memory_order_acquire) & INSTANCE_SLOW)))
        return JET_errSuccess;
    err = refusal(session->instance, atomic_load(&session->instance->state), flags);
    if (err < 0)
        leave_own(own_entry(session));
    return err;
}

JET_ERR api_enter(JET_SESID sesid, uint32_t flags, struct session **entered)
{
    return enter(sesid, flags, entered);
}

JET_ERR api_leave(struct session *session, JET_ERR err)
{
    struct caller *caller;

    if (os_unlikely(session->nested))
        session->nested--;
    else if (os_likely((caller = own_entry(session)) != NULL))
        leave_own(caller);
    else
        atomic_store_explicit(&session->lock, session->handle, memory_order_release);
    return err;
}

JET_ERR api_check_session(JET_SESID sesid, JET_ERR err)
{
    return handle_object(sesid, HANDLE_SESSION) ? err : JET_errInvalidSesid;
}

JET_ERR api_check_cursor(JET_SESID sesid, JET_TABLEID tableid, JET_ERR err)
{
    struct session *session = handle_object(sesid, HANDLE_SESSION);

    if (!session)
        return JET_errInvalidSesid;
    if (!handle_object(tableid, HANDLE_CURSOR))
        return JET_errInvalidTableId;
    if (!handle_object_of(tableid, HANDLE_CURSOR, session))
        return JET_errSesidTableIdMismatch;
    return err;
}

/* The cursor, which is of the session that was entered, and for this call. */
static inline JET_ERR admit_cursor(struct session *session, struct cursor *use, uint32_t flags, struct cursor **cursor)
{
    JET_ERR err;

    if (os_unlikely(flags & use->refused))
        return api_leave(session, JET_errIllegalOperation);
    *cursor = use;
    err = cursor_follow(use);
    if (os_likely(err >= 0) || flags & API_WHEN_STOPPED) /* closing must be possible in any case */
        return JET_errSuccess;
    return api_leave(session, err);
}

static __attribute__((noinline)) JET_ERR enter_cursor(JET_SESID sesid, JET_TABLEID tableid, uint32_t flags,
                                                      struct session **session, struct cursor **cursor)
{
    struct open_cursor *open;
    JET_ERR err = enter(sesid, flags, session);

    if (os_unlikely(err < 0))
        return api_check_cursor(sesid, tableid, err);
    open = handle_object_of(tableid, HANDLE_CURSOR, *session);
    if (os_unlikely(!open))
        return api_leave(*session, api_check_cursor(sesid, tableid, JET_errInvalidTableId));
    return admit_cursor(*session, open->cursor, flags, cursor);
}

/* By its cursor's handle a session is found that the thread owns, in most calls; it is the one
 * that is meant if it has the right handle, and the cursor still lives once it is entered. */
JET_ERR api_enter_cursor(JET_SESID sesid, JET_TABLEID tableid, uint32_t flags, struct session **session,
                         struct cursor **cursor)
{
    struct handle_slot *slot = handle_slot(tableid, HANDLE_CURSOR);
    struct session *owner = slot ? atomic_load_explicit(&slot->owner, memory_order_relaxed) : NULL;
    struct open_cursor *open;

    if (os_unlikely(!owner || !enter_own(owner, sesid)))
        return enter_cursor(sesid, tableid, flags, session, cursor);
    open = atomic_load_explicit(&slot->object, memory_order_relaxed);
    if (os_unlikely(atomic_load_explicit(&slot->handle, memory_order_relaxed) != tableid ||
                    atomic_load_explicit(&slot->owner, memory_order_relaxed) != owner ||
                    atomic_load_explicit(&owner->instance->state, memory_order_acquire) & INSTANCE_SLOW))
    {
        leave_own(own_entry(owner));
        return enter_cursor(sesid, tableid, flags, session, cursor);
    }
    *session = owner;
    return admit_cursor(owner, open->cursor, flags, cursor);
}

JET_ERR api_enter_database(JET_SESID sesid, JET_DBID dbid, uint32_t flags, struct session **session,
                           struct attachment **attachment)
{
    JET_ERR err = api_enter(sesid, flags, session);

    if (err < 0)
        return err;
    if (dbid >= DATABASES_MAX || !(*session)->opens[dbid])
        return api_leave(*session, JET_errInvalidDatabaseId);
    *attachment = &(*session)->instance->databases[dbid];
    return JET_errSuccess;
}

void api_callback_begin(struct session *session)
{
    atomic_store(&session->callback_thread, os_thread_id());
}

void api_callback_end(struct session *session)
{
    atomic_store(&session->callback_thread, 0);
}

/* ------------------------------------------------------------ instances --- */

JET_ERR api_check_instance(JET_INSTANCE handle)
{
    if (handle == 0 || handle == JET_instanceNil || handle_object(handle, HANDLE_INSTANCE))
        return JET_errSuccess;
    return JET_errInvalidInstance;
}

/* The instance that is meant, with process.lock held. */
JET_ERR process_find_instance(JET_INSTANCE handle, struct instance **found)
{
    uint32_t i;

    *found = NULL;
    if (process.mode == PROCESS_MULTI)
    {
        if (handle != 0 && handle != JET_instanceNil)
            *found = handle_object(handle, HANDLE_INSTANCE);
    }
    else if (process.mode == PROCESS_SINGLE)
    {
        for (i = 0; i < INSTANCES_MAX && !*found; i++)
            *found = process.instances[i];
    }
    return *found ? JET_errSuccess : JET_errInvalidParameter;
}

static JET_ERR instance_admits(const struct instance *instance, enum instance_entry entry)
{
    uint32_t state = atomic_load(&instance->state);

    if (entry == ENTER_RUNNING)
    {
        if (state & INSTANCE_STOPPED)
            return JET_errClientRequestToStopJetService;
        if (state & INSTANCE_UNAVAILABLE)
            return instance->unavailable;
    }
    if (state & INSTANCE_TERMINATING)
        return JET_errTermInProgress;
    if (state & INSTANCE_RESTORING)
        return JET_errRestoreInProgress;
    if (state & INSTANCE_INITIALIZING)
        return entry == ENTER_ANY ? JET_errInitInProgress : JET_errNotInitialized;
    if (entry == ENTER_RUNNING && !(state & INSTANCE_INITIALIZED))
        return JET_errNotInitialized;
    return JET_errSuccess;
}

JET_ERR api_enter_instance(JET_INSTANCE handle, enum instance_entry entry, struct instance **instance)
{
    JET_ERR err = api_check_instance(handle);

    if (err < 0)
        return err;
    process_lock();
    err = process_find_instance(handle, instance);
    if (err >= 0)
        err = instance_admits(*instance, entry);
    if (err >= 0)
        atomic_fetch_add(&(*instance)->calls, 1);
    process_unlock();
    return err;
}

JET_ERR api_leave_instance(struct instance *instance, JET_ERR err)
{
    atomic_fetch_sub(&instance->calls, 1);
    return err;
}

JET_ERR api_check_single_mode(void)
{
    enum process_mode mode;

    process_lock();
    mode = process.mode;
    process_unlock();
    if (mode == PROCESS_SINGLE)
        return JET_errSuccess;
    return mode == PROCESS_MULTI ? JET_errRunningInMultiInstanceMode : JET_errInvalidParameter;
}
