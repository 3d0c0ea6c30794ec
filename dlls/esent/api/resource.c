/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JetGetResourceParam, JetSetResourceParam.
 *
 * Windows' engine allocates its objects through a manager a kind, whose
 * properties these calls show and, before the first JetInit, change; an instance
 * has a limit of its own for some kinds.  Here the heap does that work: what is
 * set is kept and told again, the limits that are system parameters as well are
 * those, and what is counted are our objects of the same purpose.
 *
 * Sources: cresmgr.cxx, and these functions in jetapi.cxx, of the published engine.
 */
#include "api/private.h"
#include "table/cursor.h"
#include "txn/version.h"

#define SECTION        65536u /* memory comes in such pieces */
#define SECTION_HEADER 16u
#define CHUNK_MAX      (16u * 1024 * 1024)
#define LOOKASIDE_MAX  0x10000u
#define BUCKET         32736u
#define UNLIMITED      INT32_MAX
#define BUCKETS_OWN    2u

struct resource
{
    char tag[JET_resTagSize + 1];
    uint32_t size; /* of an object */
    uint32_t align, chunk, lookaside, min, max, free_list_offset;
    bool guard, top_down, preserve, heap;
    bool unused; /* by no instance, so it never starts */
};

/* NAME: as in JET_resid; the sizes are our own and nobody's business. */
#define RESOURCE(name, of, bytes)                                                                                      \
    [JET_resid##name] = { .tag = of,                                                                                   \
                          .size = (bytes),                                                                             \
                          .align = 32,                                                                                 \
                          .chunk = SECTION,                                                                            \
                          .lookaside = 32,                                                                             \
                          .max = UNLIMITED,                                                                            \
                          .free_list_offset = sizeof(void *) }

static const struct resource first_resources[JET_residMax] = {
    RESOURCE(FCB, "FCB", sizeof(struct table)),
    RESOURCE(FUCB, "FUCB", sizeof(struct cursor)),
    RESOURCE(TDB, "TDB", sizeof(struct table)),
    RESOURCE(IDB, "IDB", sizeof(struct index)),
    RESOURCE(PIB, "PIB", sizeof(struct session)),
    RESOURCE(SCB, "SCB", 512),
    RESOURCE(VERBUCKET, "VERB", 16384 - 32),
    RESOURCE(PAGE, "PAGE", 4096),
    RESOURCE(SPLIT, "SPT", 256),
    RESOURCE(SPLITPATH, "SPTP", 256),
    RESOURCE(MERGE, "MRG", 256),
    RESOURCE(MERGEPATH, "MRGP", 256),
    RESOURCE(INST, "INST", 16384),
    RESOURCE(LOG, "LOG", 512),
    RESOURCE(KEY, "KEY", KEY_LIMIT_MAX),
    RESOURCE(BOOKMARK, "BM", KEY_MAX),
    RESOURCE(LRUKHIST, "HIST", 32),
    RESOURCE(RBSBuf, "RBS", 64),
    RESOURCE(Test, "TEST", 64),
};

/* With process.lock held. */
static JET_ERR prepare(void)
{
    struct resource *resources = process.resources;

    if (resources)
        return JET_errSuccess;
    process.resources = resources = os_alloc(sizeof(first_resources));
    if (!resources)
        return JET_errOutOfMemory;
    memcpy(resources, first_resources, sizeof(first_resources));
    resources[JET_residVERBUCKET].chunk = 1024 * 1024;
    resources[JET_residVERBUCKET].lookaside = 8;
    resources[JET_residVERBUCKET].min = 64;
    resources[JET_residPAGE].align = 4096;
    resources[JET_residPAGE].chunk = 256 * 1024;
    resources[JET_residPAGE].unused = true;
    resources[JET_residINST].lookaside = 0;
    resources[JET_residLOG].lookaside = 0;
    resources[JET_residLRUKHIST].align = sizeof(void *);
    resources[JET_residRBSBuf].unused = true;
    resources[JET_residTest].unused = true;
    return JET_errSuccess;
}

static struct resource *find_resource(JET_RESID id)
{
    return id > JET_residNull && id < JET_residMax ? &process.resources[id] : NULL;
}

static bool is_started(const struct resource *resource)
{
    return !resource->unused && atomic_load(&process.initialized);
}

static uint32_t objects_per_section(const struct resource *resource)
{
    uint64_t aligned = ((uint64_t)resource->size + resource->align - 1) / resource->align * resource->align;
    uint64_t section = SECTION - (resource->guard ? 4096 : 0);
    uint64_t header = resource->align > SECTION_HEADER ? resource->align : SECTION_HEADER;

    return header < section ? (uint32_t)((section - header) / aligned) : 0;
}

/* ----------------------------------------------------------------- in use --- */

static uint32_t count_cursors(const struct instance *instance)
{
    uint32_t count = 0, used;

    os_mutex_lock(&process.handles.lock);
    used = process.handles.used;
    for (uint32_t i = 0; i < used; i++)
    {
        const struct handle_slot *chunk = atomic_load(&process.handles.chunks[i / HANDLE_CHUNK]);
        const struct handle_slot *slot = &chunk[i % HANDLE_CHUNK];
        uintptr_t handle = atomic_load(&slot->handle);
        const struct session *session = atomic_load(&slot->owner);

        if (handle && (handle >> HANDLE_SLOT_BITS & ((1u << HANDLE_TYPE_BITS) - 1)) == HANDLE_CURSOR && session &&
            session->instance == instance)
            count++;
    }
    os_mutex_unlock(&process.handles.lock);
    return count;
}

uint32_t instance_version_buckets(const struct instance *instance)
{
    return (uint32_t)((atomic_load(&instance->txn.bytes) + BUCKET - 1) / BUCKET);
}

static uint32_t count_of(struct instance *instance, JET_RESID id)
{
    uint32_t count = 0;

    switch (id)
    {
    case JET_residPIB:
        os_mutex_lock(&instance->lock);
        count = instance->session_count;
        os_mutex_unlock(&instance->lock);
        return count;
    case JET_residFUCB:
        return count_cursors(instance);
    case JET_residVERBUCKET:
        return instance_version_buckets(instance);
    case JET_residINST:
        return 1;
    case JET_residLOG:
        return instance->log != NULL;
    default:
        return 0;
    }
}

static uint32_t count_all(JET_RESID id)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < INSTANCES_MAX; i++)
    {
        struct instance *instance = process.instances[i];

        if (instance && atomic_load(&instance->state) & INSTANCE_INITIALIZED)
            count += count_of(instance, id);
    }
    return count;
}

/* -------------------------------------------------------------------- get --- */

static JET_ERR get_global(JET_RESID id, JET_RESOPER property, JET_API_PTR *result)
{
    const struct resource *resource = find_resource(id);

    if (!result || !resource)
        return JET_errInvalidParameter;
    if (property == JET_resoperTag)
    {
        memcpy(result, resource->tag, JET_resTagSize);
        return JET_errSuccess;
    }
    *result = 0;
    switch (property)
    {
    case JET_resoperSize:
        *result = resource->size;
        return JET_errSuccess;
    case JET_resoperAlign:
        *result = resource->align;
        return JET_errSuccess;
    case JET_resoperMinUse:
        *result = resource->min;
        return JET_errSuccess;
    case JET_resoperMaxUse:
        *result = resource->max;
        return JET_errSuccess;
    case JET_resoperCurrentUse:
        if (!is_started(resource))
            return JET_errNotInitialized;
        *result = count_all(id);
        return JET_errSuccess;
    case JET_resoperChunkSize:
        *result = resource->chunk;
        return JET_errSuccess;
    case JET_resoperLookasideEntries:
        *result = resource->lookaside;
        return JET_errSuccess;
    case JET_resoperRFOLOffset:
        *result = resource->free_list_offset;
        return JET_errSuccess;
    case JET_resoperObjectsPerChunk:
        *result = (JET_API_PTR)objects_per_section(resource) * (resource->chunk / SECTION);
        return JET_errSuccess;
    case JET_resoperGuard:
        *result = resource->guard;
        return JET_errSuccess;
    case JET_resoperAllocTopDown:
        *result = resource->top_down;
        return JET_errSuccess;
    case JET_resoperPreserveFreed:
        *result = resource->preserve;
        return JET_errSuccess;
    case JET_resoperAllocFromHeap:
        *result = resource->heap;
        return JET_errSuccess;
    case JET_resoperRCIList: /* none: there are no chunks */
        return JET_errSuccess;
    case JET_resoperSectionHeader:
        *result = is_started(resource) ? resource->align > SECTION_HEADER ? resource->align : SECTION_HEADER : 0;
        return JET_errSuccess;
    default:
        return JET_errInvalidParameter;
    }
}

/* The limit of an instance, which JetInit makes of its parameters. */
static uintptr_t limit_of(struct instance *instance, JET_RESID id)
{
    uintptr_t limit;

    if (!(atomic_load(&instance->state) & INSTANCE_INITIALIZED))
        return instance->resource_max[id] ? instance->resource_max[id] - 1 : UNLIMITED;
    switch (id)
    {
    case JET_residPIB:
        limit = param_number(instance, JET_paramMaxSessions) + SESSIONS_OWN;
        break;
    case JET_residFUCB:
        limit = param_number(instance, JET_paramMaxCursors);
        break;
    case JET_residSCB:
        limit = param_number(instance, JET_paramMaxTemporaryTables);
        break;
    case JET_residVERBUCKET:
        limit = param_number(instance, JET_paramMaxVerPages) + BUCKETS_OWN;
        break;
    default:
        limit = 2 * param_number(instance, JET_paramMaxOpenTables) +
                param_number(instance, JET_paramMaxTemporaryTables) +
                2 * param_number(instance, JET_paramCachedClosedTables);
    }
    return limit < UNLIMITED ? limit : UNLIMITED;
}

static bool has_limit(JET_RESID id)
{
    return id > JET_residNull && id <= JET_residVERBUCKET;
}

static JET_ERR get_of_instance(struct instance *instance, JET_RESID id, JET_RESOPER property, JET_API_PTR *result)
{
    if (!result)
        return JET_errInvalidParameter;
    if (!has_limit(id))
        return get_global(id, property, result);
    *result = 0;
    if (property == JET_resoperMaxUse)
    {
        *result = limit_of(instance, id);
        return JET_errSuccess;
    }
    if (!(atomic_load(&instance->state) & INSTANCE_INITIALIZED))
        return JET_errNotInitialized;
    *result = count_of(instance, id);
    return JET_errSuccess;
}

/* The instance meant, or NULL: the process. */
static struct instance *find(JET_INSTANCE handle)
{
    struct instance *instance;

    return process_find_instance(handle, &instance) < 0 ? NULL : instance;
}

static JET_ERR get(JET_INSTANCE handle, JET_RESID id, JET_RESOPER property, JET_API_PTR *result)
{
    struct instance *instance = find(handle);

    if (instance && (property == JET_resoperMaxUse || property == JET_resoperCurrentUse))
        return get_of_instance(instance, id, property, result);
    return get_global(id, property, result);
}

/*
 * A property of a kind of objects, of the process or (most, and in use) of an instance; of a tag its four letters.
 * JET_errInvalidInstance, JET_errInvalidParameter; JET_errNotInitialized: nothing is counted before JetInit.
 * Source: JetGetResourceParamEx.
 */
JET_ERR JET_API JetGetResourceParam(JET_INSTANCE handle, JET_RESOPER property, JET_RESID id, JET_API_PTR *result)
{
    JET_ERR err = api_check_instance(handle);

    OS_TRACE("(%#zx, %d, %d, %p)\n", (size_t)handle, (int)property, (int)id, (void *)result);
    if (err < 0)
        return err;
    process_lock();
    err = prepare();
    if (err >= 0)
        err = get(handle, id, property, result);
    process_unlock();
    return err;
}

/* -------------------------------------------------------------------- set --- */

static JET_ERR set_align(struct resource *resource, JET_API_PTR value)
{
    uint32_t before = resource->align;

    if (value < sizeof(void *) || value > SECTION || value & (value - 1))
        return JET_errInvalidParameter;
    resource->align = (uint32_t)value;
    if (objects_per_section(resource))
        return JET_errSuccess;
    resource->align = before;
    return JET_errInvalidParameter;
}

static JET_ERR set_guard(struct resource *resource, bool guard)
{
    bool before = resource->guard;

    resource->guard = guard;
    if (objects_per_section(resource))
        return JET_errSuccess;
    resource->guard = before;
    return JET_errInvalidParameter;
}

static JET_ERR set_number(uint32_t *number, JET_API_PTR value, JET_API_PTR most)
{
    if (value > most)
        return JET_errInvalidParameter;
    *number = (uint32_t)value;
    return JET_errSuccess;
}

static JET_ERR set_global(JET_RESID id, JET_RESOPER property, JET_API_PTR value)
{
    struct resource *resource = find_resource(id);

    if (!resource || property == JET_resoperTag || (property == JET_resoperSize && id != JET_residVERBUCKET))
        return JET_errInvalidParameter;
    if (is_started(resource))
        return JET_errAlreadyInitialized;
    switch (property)
    {
    case JET_resoperAlign:
        return set_align(resource, value);
    case JET_resoperMinUse:
        return set_number(&resource->min, value, INT32_MAX);
    case JET_resoperMaxUse:
        return set_number(&resource->max, value, UNLIMITED);
    case JET_resoperChunkSize:
        if (!value || value > CHUNK_MAX)
            return JET_errInvalidParameter;
        resource->chunk = (uint32_t)(value + SECTION - 1) / SECTION * SECTION;
        return JET_errSuccess;
    case JET_resoperLookasideEntries:
        return set_number(&resource->lookaside, value, LOOKASIDE_MAX);
    case JET_resoperRFOLOffset:
        return set_number(&resource->free_list_offset, value, SECTION - SECTION_HEADER - sizeof(void *));
    case JET_resoperGuard:
        return set_guard(resource, value != 0);
    case JET_resoperAllocTopDown:
        resource->top_down = value != 0;
        return JET_errSuccess;
    case JET_resoperPreserveFreed:
        resource->preserve = value != 0;
        return JET_errSuccess;
    case JET_resoperAllocFromHeap:
        resource->heap = value != 0;
        return JET_errSuccess;
    default:
        return JET_errInvalidParameter;
    }
}

/* What is a system parameter too is set as that. */
static JET_ERR set_for_process(JET_RESID id, JET_RESOPER property, JET_API_PTR value)
{
    uint32_t param;
    JET_ERR err;

    if (id == JET_residPAGE && property == JET_resoperSize)
        param = JET_paramDatabasePageSize;
    else if (id == JET_residVERBUCKET && property == JET_resoperSize)
        param = JET_paramVerPageSize;
    else if (id == JET_residVERBUCKET && property == JET_resoperMinUse)
        param = JET_paramGlobalMinVerPages;
    else
        return set_global(id, property, value);
    err = param_set_value(NULL, NULL, param, value, NULL);
    if (err >= 0 && property == JET_resoperMinUse)
        find_resource(id)->min = (uint32_t)value;
    else if (err >= 0 && id == JET_residVERBUCKET)
        find_resource(id)->size = (uint32_t)value - 2 * SECTION_HEADER;
    return err;
}

static JET_ERR set_limit(struct instance *instance, JET_RESID id, JET_API_PTR value)
{
    switch (id)
    {
    case JET_residSCB:
        return param_set_value(instance, NULL, JET_paramMaxTemporaryTables, value, NULL);
    case JET_residFUCB:
        return param_set_value(instance, NULL, JET_paramMaxCursors, value, NULL);
    case JET_residPIB:
        return param_set_value(instance, NULL, JET_paramMaxSessions, value - SESSIONS_OWN, NULL);
    case JET_residVERBUCKET:
        return param_set_value(instance, NULL, JET_paramMaxVerPages, value - BUCKETS_OWN, NULL);
    default:
        break;
    }
    if (!has_limit(id))
        return set_global(id, JET_resoperMaxUse, value);
    if (atomic_load(&instance->state) & INSTANCE_INITIALIZED)
        return JET_errAlreadyInitialized;
    if (value > UNLIMITED)
        return JET_errInvalidParameter;
    instance->resource_max[id] = (uint32_t)value + 1;
    return JET_errSuccess;
}

static JET_ERR set(JET_INSTANCE handle, JET_RESID id, JET_RESOPER property, JET_API_PTR value)
{
    struct instance *instance = find(handle);

    if (!param_number(instance, JET_paramEnableAdvanced))
        return JET_errSuccess;
    if (instance && property == JET_resoperMaxUse)
        return set_limit(instance, id, value);
    return set_for_process(id, property, value);
}

/* All of them, or none. */
static JET_ERR set_all(JET_INSTANCE handle, JET_RESOPER property, JET_API_PTR value)
{
    JET_API_PTR before[JET_residMax];
    JET_RESID id;
    JET_ERR err = JET_errSuccess;

    for (id = JET_residNull + 1; err >= 0 && id < JET_residMax; id++)
    {
        if (id == JET_residPAGE)
            continue;
        err = get(handle, id, property, &before[id]);
        if (err >= 0)
            err = set(handle, id, property, value);
    }
    if (err >= 0)
        return err;
    for (id--; --id > JET_residNull;)
    {
        if (id != JET_residPAGE)
            (void)set(handle, id, property, before[id]);
    }
    return err;
}

/*
 * Sets a property, for the process before the first JetInit, or for an instance how many objects it may have;
 * JET_residAll: of all kinds.  Does nothing while JET_paramEnableAdvanced is off.  JET_errInvalidInstance,
 * JET_errInvalidParameter, JET_errAlreadyInitialized.  Source: JetSetResourceParamEx.
 */
JET_ERR JET_API JetSetResourceParam(JET_INSTANCE handle, JET_RESOPER property, JET_RESID id, JET_API_PTR value)
{
    JET_ERR err = api_check_instance(handle);

    OS_TRACE("(%#zx, %d, %d, %#zx)\n", (size_t)handle, (int)property, (int)id, (size_t)value);
    if (err < 0)
        return err;
    process_lock();
    err = prepare();
    if (err >= 0)
        err = id == JET_residAll ? set_all(handle, property, value) : set(handle, id, property, value);
    process_unlock();
    return err;
}
