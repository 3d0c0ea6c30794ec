/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The instance whose logs follow those of a backup.  Source: JetExternalRestoreEx,
 * ErrINSTPrepareTargetInstance.
 */
#include "api/restore_target.h"
#include "log/log.h"

/* With process.lock held: NULL if none of this name, or with its logs there, runs. */
static struct instance *find(const WCHAR *name, const WCHAR *logs)
{
    WCHAR full[OS_PATH_MAX], own[OS_PATH_MAX];

    if (!name && os_full_path(logs, full, OS_PATH_MAX) < 0)
        return NULL;
    for (uint32_t i = 0; i < INSTANCES_MAX; i++)
    {
        struct instance *instance = process.instances[i];

        if (!instance || !(atomic_load(&instance->state) & INSTANCE_INITIALIZED))
            continue;
        if (name ? instance->name && !os_text_compare(instance->name, name)
                 : os_full_path(param_text(instance, JET_paramLogFilePath), own, OS_PATH_MAX) >= 0 &&
                       !os_text_compare_nocase(own, full))
            return instance;
    }
    return NULL;
}

/* All that was logged before is in generations of their own, which stay as they are. */
static JET_ERR end_generation(struct instance *instance, struct restore_target *target)
{
    const WCHAR *path = param_text(instance, JET_paramLogFilePath), *name = instance->name ? instance->name : L"";
    size_t path_size = (os_text_length(path) + 1) * sizeof(WCHAR);
    size_t name_size = (os_text_length(name) + 1) * sizeof(WCHAR);
    struct log_external_restore head = { .type = LOG_EXTERNAL_RESTORE2 };
    struct log_part parts[3] = { { &head, sizeof(head) }, { path, path_size }, { name, name_size } };
    uint64_t position;
    JET_ERR err;

    head.size = (uint16_t)(path_size + name_size);
    err = os_full_path(path, target->logs, OS_PATH_MAX);
    if (err >= 0)
        err = log_append_rolled(instance_log(instance), parts, 3, &position);
    if (err >= 0)
        target->high = log_position_generation(position) - 1;
    return err < 0 ? err : JET_errSuccess;
}

static JET_ERR prepare(struct instance *instance, const WCHAR *base, struct restore_target *target)
{
    if (!base || !base[0])
        base = param_text(NULL, JET_paramBaseName);
    if (os_text_compare_nocase(param_text(instance, JET_paramBaseName), base) != 0)
        return JET_errBadRestoreTargetInstance;
    target->running = true;
    /* Circular logs have gaps. */
    if (param_number(instance, JET_paramCircularLog) || !instance_log(instance))
        return JET_errSuccess;
    return end_generation(instance, target);
}

JET_ERR restore_target_find(const WCHAR *name, const WCHAR *logs, const WCHAR *base, struct restore_target *target)
{
    struct instance *instance;
    JET_INSTANCE handle = 0;
    JET_ERR err;

    memset(target, 0, sizeof(*target));
    process_lock();
    instance = find(name, logs);
    if (instance)
        handle = instance->handle;
    process_unlock();
    if (!instance)
        return name ? JET_errBadRestoreTargetInstance : JET_errSuccess;
    err = api_enter_instance(handle, ENTER_RUNNING, &instance);
    if (err < 0)
        return err;
    return api_leave_instance(instance, prepare(instance, base, target));
}
