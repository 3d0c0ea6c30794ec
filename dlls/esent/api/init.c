/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Starting the engine: the mode of the process, JetInit and its kin, folders.
 */
#include "api/events.h"
#include "api/init_map.h"
#include "log/log.h"

/* ------------------------------------------------------------------ modes --- */

/* A parameter array that must repeat what is in force already. */
static JET_ERR compare_params(JET_SETSYSPARAM_W *params, uint32_t count, JET_ULONG *done)
{
    bool named[PARAM_COUNT] = { false };
    uint32_t i, id;

    for (i = 0; i < count; i++)
    {
        bool same, unset;

        id = params[i].paramid;
        if (id >= PARAM_COUNT)
            return JET_errInvalidParameter;
        named[id] = true;
        unset = param_info[id].global && param_info[id].until == PARAM_START && !process.params.value[id].written;
        if (param_info[id].type >= PARAM_STRING)
            same = os_text_compare(param_text(NULL, id), params[i].sz ? params[i].sz : L"") == 0;
        else if (id == JET_paramConfiguration)
            same = (param_number(NULL, id) & ~(uintptr_t)JET_configDefault) == params[i].lParam;
        else
            same = param_number(NULL, id) == params[i].lParam;
        params[i].err = unset || !same ? JET_errSystemParameterConflict : JET_errSuccess;
        if (params[i].err < 0)
            return params[i].err;
        ++*done;
    }
    for (id = 0; id < PARAM_COUNT; id++)
    {
        if (param_info[id].global && param_info[id].until == PARAM_START && !named[id] &&
            process.params.value[id].written && !process.params.value[id].stored)
            return JET_errSystemParameterConflict;
    }
    return JET_errSystemParamsAlreadySet;
}

/*
 * Puts the process into multi-instance mode and sets global parameters.  `err`
 * of each entry that was tried is set, and *succeeded counts those that were.
 * In that mode already: JET_errSystemParamsAlreadySet when the parameters are
 * what is in force, JET_errSystemParameterConflict when not.
 */
JET_ERR JET_API JetEnableMultiInstanceW(JET_SETSYSPARAM_W *params, JET_ULONG count, JET_ULONG *succeeded)
{
    JET_ERR err = JET_errSuccess;
    JET_ULONG done = 0, i;

    OS_TRACE("(%p, %u, %p)\n", (void *)params, (unsigned)count, (void *)succeeded);
    process_lock();
    if (count && !params)
        err = JET_errInvalidParameter;
    else if (process.mode == PROCESS_SINGLE)
        err = JET_errRunningInOneInstanceMode;
    else if (process.mode == PROCESS_MULTI)
        err = compare_params(params, count, &done);
    else
    {
        for (i = 0; i < count && err >= 0; i++)
        {
            err = params[i].err = param_set_value(NULL, NULL, params[i].paramid, params[i].lParam, params[i].sz);
            if (err >= 0)
                done++;
        }
        if (err >= 0)
            process.mode = PROCESS_MULTI;
    }
    process_unlock();
    if (succeeded)
        *succeeded = done;
    return err;
}

JET_ERR JET_API JetEnableMultiInstanceA(JET_SETSYSPARAM_A *params, JET_ULONG count, JET_ULONG *succeeded)
{
    JET_SETSYSPARAM_W *wide = NULL;
    JET_ERR err = JET_errSuccess;
    WCHAR *text;
    JET_ULONG i;

    if ((params != NULL) != (count != 0))
        return JET_errInvalidParameter;
    if (count && !(wide = os_alloc_array(count, sizeof(*wide))))
        return JET_errOutOfMemory;
    for (i = 0; i < count && err >= 0; i++)
    {
        wide[i].paramid = params[i].paramid;
        wide[i].lParam = params[i].lParam;
        wide[i].err = params[i].err;
        err = string_from_a(params[i].sz, &text);
        wide[i].sz = text;
    }
    if (err >= 0)
    {
        err = JetEnableMultiInstanceW(wide, count, succeeded);
        for (i = 0; i < count; i++)
            params[i].err = wide[i].err;
    }
    for (i = 0; i < count; i++)
        os_free((WCHAR *)wide[i].sz);
    os_free(wide);
    return err;
}

/* ------------------------------------------------------------------ paths --- */

static bool logging_on(const struct instance *instance)
{
    const WCHAR *recovery = param_text(instance, JET_paramRecovery);

    return os_text_compare_nocase(recovery, L"on") == 0 || recovery[0] == 0;
}

static bool temporary_database(const struct instance *instance)
{
    return param_number(instance, JET_paramMaxTemporaryTables) > 0;
}

/* Makes the folders absolute, and the temporary database a file in the system folder if it is only a name. */
static JET_ERR resolve_paths(struct instance *instance)
{
    WCHAR path[OS_PATH_MAX], full[OS_PATH_MAX];
    const WCHAR *temp;
    size_t length;
    JET_ERR err;

    param_set_plain(instance, JET_paramSystemPath, 0, param_text(instance, JET_paramSystemPath));
    temp = param_text(instance, JET_paramTempPath);
    if (os_path_name_start(temp) == 0)
    {
        if ((err = os_path_join(param_text(instance, JET_paramSystemPath), temp, NULL, path, OS_PATH_MAX)) < 0)
            return err;
    }
    else
        os_text_copy(path, OS_PATH_MAX, temp);
    if ((err = os_full_path(path, full, OS_PATH_MAX)) < 0)
        return err;
    length = os_text_length(path);
    if (length && os_path_is_separator(path[length - 1]) &&
        ((err = os_path_join(full, L"tmp", L".edb", path, OS_PATH_MAX)) < 0 ||
         (err = os_full_path(path, full, OS_PATH_MAX)) < 0))
        return err;
    if ((err = param_set_plain(instance, JET_paramTempPath, 0, full)) < 0)
        return err;
    param_set_plain(instance, JET_paramLogFilePath, 0, param_text(instance, JET_paramLogFilePath));
    return JET_errSuccess;
}

static bool same_path(const struct instance *a, const struct instance *b, uint32_t id)
{
    return os_path_same(param_text(a, id), param_text(b, id));
}

/* Two running instances have no files in common.  process.lock is held. */
static JET_ERR check_paths(const struct instance *instance)
{
    const struct instance *other;
    uint32_t i;

    for (i = 0; i < INSTANCES_MAX; i++)
    {
        other = process.instances[i];
        if (!other || other == instance ||
            !(atomic_load(&other->state) & (INSTANCE_INITIALIZED | INSTANCE_INITIALIZING)))
            continue;
        if (temporary_database(instance) && temporary_database(other) && same_path(instance, other, JET_paramTempPath))
            return JET_errTempPathInUse;
        if (!logging_on(instance) || !logging_on(other))
            continue;
        if (same_path(instance, other, JET_paramSystemPath))
            return JET_errSystemPathInUse;
        if (same_path(instance, other, JET_paramLogFilePath))
            return JET_errLogFilePathInUse;
    }
    return JET_errSuccess;
}

/* The folder is there, or is made when JET_paramCreatePathIfNotExist says so. */
static JET_ERR need_folder(struct instance *instance, const WCHAR *path, JET_ERR absent)
{
    if (os_directory_exists(path))
        return JET_errSuccess;
    if (param_number(instance, JET_paramCreatePathIfNotExist))
        return os_directory_create_all(path) < 0 ? JET_errInvalidPath : JET_errSuccess;
    return absent;
}

static JET_ERR check_folders(struct instance *instance)
{
    WCHAR folder[OS_PATH_MAX];
    JET_ERR err;

    if (logging_on(instance))
    {
        if ((err = need_folder(instance, param_text(instance, JET_paramLogFilePath), JET_errFileNotFound)) < 0 ||
            (err = need_folder(instance, param_text(instance, JET_paramSystemPath), JET_errInvalidPath)) < 0)
            return err;
    }
    if (temporary_database(instance))
    {
        if ((err = os_path_split(param_text(instance, JET_paramTempPath), folder, NULL, NULL)) < 0 ||
            (err = need_folder(instance, folder, JET_errInvalidPath)) < 0)
            return err;
    }
    return JET_errSuccess;
}

/* What follows from other parameters, unless the program has set it. */
static void derive_params(struct instance *instance)
{
    struct param_value *value = instance->params.value;

    if (!value[JET_paramCachedClosedTables].written)
    {
        uintptr_t quota = 2 * value[JET_paramMaxOpenTables].number + value[JET_paramMaxTemporaryTables].number +
                          2 * value[JET_paramCachedClosedTables].number;
        uintptr_t preferred = quota / 100 * 15 + quota % 100 * 15 / 100;
        param_set_plain(instance, JET_paramCachedClosedTables, preferred > 64 ? preferred : 64, NULL);
    }
    if (!value[JET_paramPreferredVerPages].written)
    {
        uintptr_t most = value[JET_paramMaxVerPages].number;
        param_set_plain(instance, JET_paramPreferredVerPages, most / 10 * 9 + most % 10 * 9 / 10, NULL);
    }
}

/* Versions are as many as memory holds, unless the program says how many.  Recovery, before, knows no limit. */
static void limit_versions(struct instance *instance)
{
    const struct param_value *most = &instance->params.value[JET_paramMaxVerPages];

    if (most->written)
        instance->txn.max_bytes = most->number * (uint64_t)param_number(instance, JET_paramVerPageSize);
}

JET_ERR instance_start(struct instance *instance, JET_GRBIT grbit)
{
    JET_CALLBACK callback;
    JET_ERR err;

    process_lock();
    if ((err = resolve_paths(instance)) >= 0 && (err = check_paths(instance)) >= 0)
        derive_params(instance);
    callback = (JET_CALLBACK)param_number(instance, JET_paramRuntimeCallback);
    process_unlock();
    if (err < 0)
        return err;
    if (callback && (err = callback(JET_sesidNil, JET_dbidNil, JET_tableidNil, JET_cbtypNull, NULL, NULL, NULL, 0)) < 0)
        return err;
    if ((err = check_folders(instance)) < 0)
        return err;
    /* Logs may go only if they are no more than a circle, and if no database needs them.  (ErrIsamInit) */
    if (param_number(instance, JET_paramCleanupMismatchedLogFiles) &&
        (!param_number(instance, JET_paramCircularLog) || grbit & JET_bitKeepDbAttachedAtEndOfRecovery))
        return JET_errInvalidSettings;
    if (logging_on(instance) && (err = instance_log_start(instance, grbit)) < 0)
        return err;
    if ((err = instance_backup_start(instance)) < 0)
        (void)instance_log_stop(instance, true, instance_close_databases);
    limit_versions(instance);
    return err;
}

/* ---------------------------------------------------------------- JetInit --- */

/* The instance to start: the one given, or a new one. */
static JET_ERR find_or_make(JET_INSTANCE *handle, const struct init_info *info, bool *made, struct instance **instance)
{
    *made = !handle || *handle == 0 || *handle == JET_instanceNil;
    if (*made && handle)
        *handle = JET_instanceNil;
    if (process.mode == PROCESS_MULTI && !handle)
        return JET_errRunningInMultiInstanceMode;
    if (process.mode == PROCESS_SINGLE && process.instance_count)
        return JET_errAlreadyInitialized;
    if (info && info->wrong)
        return JET_errInvalidParameter;
    if (process.mode == PROCESS_NO_MODE)
        process.mode = PROCESS_SINGLE;
    if (process.mode == PROCESS_SINGLE)
        *made = true;
    if (*made)
        return instance_new(NULL, NULL, instance);
    return process_find_instance(*handle, instance);
}

static JET_ERR start(struct instance *instance, const struct init_info *info, JET_GRBIT grbit)
{
    struct init_map map;
    JET_ERR err;

    if (!info)
        return instance_start(instance, grbit);
    err = init_map_make(info, &map);
    if (err < 0)
        return err;
    instance->restore_map = map.entries;
    instance->restore_map_count = map.count;
    instance->init_info = info;
    atomic_store(&instance->answers, (grbit & JET_bitExternalRecoveryControl) != 0);
    err = instance_start(instance, grbit);
    atomic_store(&instance->answers, false);
    atomic_store(&instance->replaying, 0);
    instance->restore_map = NULL;
    instance->restore_map_count = 0;
    instance->init_info = NULL;
    init_map_free(&map);
    return err;
}

/*
 * Starts an instance.  In single-instance mode, or with a handle of 0 or
 * JET_instanceNil, it is made first.  An instance that fails to start is gone,
 * and *handle is 0.
 */
static JET_ERR init(JET_INSTANCE *handle, const struct init_info *info, JET_GRBIT grbit)
{
    uint64_t began = os_clock_us();
    struct instance *instance;
    uint32_t state;
    bool made;
    JET_ERR err;

    OS_TRACE("(%p, %#x)\n", (void *)handle, (unsigned)grbit);
    process_lock();
    err = find_or_make(handle, info, &made, &instance);
    if (err >= 0)
    {
        state = atomic_load(&instance->state);
        if (state & (INSTANCE_INITIALIZED | INSTANCE_INITIALIZING))
            err = JET_errAlreadyInitialized;
        else if (state & INSTANCE_TERMINATING)
            err = JET_errTermInProgress;
        else
            atomic_fetch_or(&instance->state, INSTANCE_INITIALIZING);
    }
    else if (!process.instance_count)
        process.mode = PROCESS_NO_MODE;
    process_unlock();
    if (err < 0)
        return err;

    event_starts(instance);
    err = start(instance, info, grbit);
    if (err >= 0)
    {
        event_stage(instance, STAGE_RUNS);
        event_started(instance, began);
    }

    process_lock();
    if (err >= 0)
    {
        instance_set_hooks(instance);
        atomic_fetch_or(&instance->state, INSTANCE_INITIALIZED);
        atomic_fetch_add(&process.initialized, 1);
    }
    atomic_fetch_and(&instance->state, ~INSTANCE_INITIALIZING);
    process_unlock();
    if (err < 0)
    {
        instance_free(instance);
        if (handle)
            *handle = 0;
        return err;
    }
    if (made && handle)
        *handle = instance->handle;
    return err;
}

JET_ERR JET_API JetInit(JET_INSTANCE *instance)
{
    return init(instance, NULL, JET_bitReplayMissingMapEntryDB);
}

JET_ERR JET_API JetInit2(JET_INSTANCE *instance, JET_GRBIT grbit)
{
    return init(instance, NULL, grbit | JET_bitReplayMissingMapEntryDB);
}

/* Where recovery is to stop; nothing, or the greatest: at the end. */
static uint64_t stop_of(const JET_LGPOS *position)
{
    uint64_t stop;

    memcpy(&stop, position, sizeof(stop));
    return stop ? stop : LOG_POSITION_MAX;
}

/* All versions of the structures are alike, but for what the map is made of and whom they tell. */
static JET_ERR init_with(JET_INSTANCE *instance, const void *given, bool second, bool wide, JET_GRBIT grbit)
{
    struct init_info info = { .second = second, .wide = wide };
    JET_RSTINFO2_W as_second;
    JET_RSTINFO_W as_first;

    if (!given)
        return init(instance, NULL, grbit);
    if (second)
    {
        memcpy(&as_second, given, sizeof(as_second));
        info.map = as_second.rgrstmap;
        info.count = as_second.crstmap;
        info.callback = as_second.pfnCallback;
        info.context = as_second.pvCallbackContext;
        info.stop = stop_of(&as_second.lgposStop);
    }
    else
    {
        memcpy(&as_first, given, sizeof(as_first));
        info.map = as_first.rgrstmap;
        info.count = as_first.crstmap;
        info.status = as_first.pfnStatus;
        info.stop = stop_of(&as_first.lgposStop);
    }
    info.wrong = *(const JET_ULONG *)given != (second ? sizeof(as_second) : sizeof(as_first)) ||
                 (info.map != NULL) != (info.count != 0);
    /* The others are made into the newest first, which is looked at after the mode. */
    if (info.wrong && !(second && wide))
        return JET_errInvalidParameter;
    return init(instance, &info, grbit);
}

JET_ERR JET_API JetInit3A(JET_INSTANCE *instance, JET_RSTINFO_A *info, JET_GRBIT grbit)
{
    return init_with(instance, info, false, false, grbit);
}

JET_ERR JET_API JetInit3W(JET_INSTANCE *instance, JET_RSTINFO_W *info, JET_GRBIT grbit)
{
    return init_with(instance, info, false, true, grbit);
}

JET_ERR JET_API JetInit4A(JET_INSTANCE *instance, JET_RSTINFO2_A *info, JET_GRBIT grbit)
{
    return init_with(instance, info, true, false, grbit);
}

JET_ERR JET_API JetInit4W(JET_INSTANCE *instance, JET_RSTINFO2_W *info, JET_GRBIT grbit)
{
    return init_with(instance, info, true, true, grbit);
}
