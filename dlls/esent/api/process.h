/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one root of all that is not constant: mode, global parameters, instances, handles. */
#ifndef ESENT_API_PROCESS_H
#define ESENT_API_PROCESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/handle.h"
#include "api/params.h"

struct attachment;
struct caller;
struct found_callback;
struct resource;
struct session;
struct snapshot;

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
    struct os_mutex snapshot_lock;      /* guards snapshots and the state of each; taken before lock (snapshot.c) */
    struct snapshot *snapshots;
    JET_OSSNAPID snapshot_last;         /* its id */
    struct os_mutex callback_lock;      /* guards additions to callbacks; a leaf */
    _Atomic(struct found_callback *) callbacks; /* by name; never given back (callback.c) */
    _Atomic uint32_t restores;          /* begun by JetExternalRestore */
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

#endif
