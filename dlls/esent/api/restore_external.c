/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetExternalRestore: a backup that the program has put back is replayed. */
#include <stdio.h>

#include "api/restore.h"
#include "api/restore_target.h"
#include "maintain/restore.h"

struct external
{
    const WCHAR *checkpoint, *logs, *backup_logs, *base;
    const JET_RSTMAP_W *map;
    JET_LONG count;
    uint32_t first, last;
    const WCHAR *target_name, *target_logs, *target_checkpoint; /* each may be NULL */
};

/* The later logs of the instance that was named are replayed as well. */
static JET_ERR copy_target_logs(const struct restore *restore, const struct restore_target *target)
{
    struct log_names *from;
    JET_ERR err;

    if (target->high <= restore->last)
        return JET_errSuccess;
    from = os_alloc(sizeof(*from));
    if (!from)
        return JET_errOutOfMemory;
    *from = restore->to;
    os_text_copy(from->directory, OS_PATH_MAX, target->logs);
    err = restore_copy_logs(from, restore->last + 1, target->high, &restore->to);
    os_free(from);
    return err;
}

static JET_ERR set_paths(struct instance *instance, const struct external *external)
{
    JET_ERR err = JET_errSuccess;

    process_lock();
    if (external->base && external->base[0])
        err = param_set_value(instance, NULL, JET_paramBaseName, 0, external->base);
    if (err >= 0 && external->logs && external->logs[0])
        err = param_set_value(instance, NULL, JET_paramLogFilePath, 0, external->logs);
    if (err >= 0 && external->checkpoint && external->checkpoint[0])
    {
        err = param_set_value(instance, NULL, JET_paramSystemPath, 0, external->checkpoint);
        if (err >= 0)
            err = param_set_value(instance, NULL, JET_paramTempPath, 0, external->checkpoint);
    }
    process_unlock();
    return err;
}

/* The databases are there already, under their new names. */
static JET_ERR prepare_databases(struct restore *restore, const struct external *external)
{
    JET_ERR err = JET_errSuccess;

    for (JET_LONG i = 0; err >= 0 && i < external->count; i++)
    {
        const WCHAR *path = external->map[i].szNewDatabaseName;

        if (!path || !path[0])
            path = external->map[i].szDatabaseName;
        if (!path)
            return JET_errInvalidParameter;
        err = restore_prepare(path);
        if (err >= 0)
            err = restore_add_map(restore, external->map[i].szDatabaseName, path);
    }
    return err;
}

static JET_ERR restore_external(struct instance *instance, const struct external *external,
                                const struct restore_target *target, JET_PFNSTATUS status)
{
    struct restore *restore = os_alloc_zero(sizeof(*restore));
    JET_ERR err = restore ? set_paths(instance, external) : JET_errOutOfMemory;

    if (err < 0)
    {
        os_free(restore);
        return err;
    }
    restore->instance = instance;
    restore->status = status;
    restore->first = external->first;
    restore->last = external->last;
    err = restore_tell(restore, JET_sntBegin, 0);
    if (err >= 0)
        err = restore_full_names(instance, external->backup_logs, restore);
    if (err >= 0 && !restore->first)
        err = log_range(&restore->from, &restore->first, &restore->last);
    if (err >= 0)
        err = restore_adopt_sizes(restore);
    if (err >= 0)
        err = prepare_databases(restore, external);
    if (err >= 0)
        err = copy_target_logs(restore, target);
    if (err >= 0)
        err = restore_replay(restore);
    err = restore_finish(restore, err);
    os_free(restore);
    return err == JET_errSuccess && target->high ? JET_wrnTargetInstanceRunning : err;
}

/* Where the log goes on: in the place of an instance that does not run, else where it was said. */
static JET_ERR find_target(struct external *what, struct restore_target *target)
{
    JET_ERR err;

    memset(target, 0, sizeof(*target));
    if (!what->target_name && !what->target_logs)
        return JET_errSuccess;
    err = restore_target_find(what->target_name, what->target_logs, what->base, target);
    if (err >= 0 && !target->running)
    {
        what->checkpoint = what->target_checkpoint;
        what->logs = what->target_logs;
    }
    return err;
}

/* Several can be restored at a time. */
static void name_instance(WCHAR name[16])
{
    char text[16];

    snprintf(text, sizeof(text), "Restore%04u", (unsigned)(atomic_fetch_add(&process.restores, 1) + 1) % 10000);
    os_text_from_ascii(name, 16, text);
}

static JET_ERR external(struct external *what, JET_PFNSTATUS status)
{
    struct restore_target *target;
    struct instance *instance;
    WCHAR name[16];
    bool made;
    JET_ERR err;

    process_lock();
    err = process.mode == PROCESS_SINGLE ? JET_errRunningInOneInstanceMode : JET_errSuccess;
    process_unlock();
    if (err < 0)
        return err;
    if (what->count < 0 || (what->count && !what->map) || what->first > what->last)
        return JET_errInvalidParameter;
    target = os_alloc(sizeof(*target));
    if (!target)
        return JET_errOutOfMemory;
    name_instance(name);
    err = find_target(what, target);
    if (err >= 0)
        err = restore_take_instance(JET_instanceNil, name, &made, &instance);
    if (err >= 0)
    {
        err = restore_external(instance, what, target, status);
        restore_give_instance(instance, true);
    }
    os_free(target);
    return err;
}

/*
 * Replays a backup that the program has put back: databases where `map` says, the
 * logs `first` to `last` of it in `backup_logs`; later ones are taken from `logs`.
 * JET_errRunningInOneInstanceMode, JET_errInvalidParameter, JET_errMissingLogFile, those of recovery.
 */
JET_ERR JET_API JetExternalRestoreW(JET_PWSTR checkpoint, JET_PWSTR logs, JET_RSTMAP_W *map, JET_LONG count,
                                    JET_PWSTR backup_logs, JET_LONG first, JET_LONG last, JET_PFNSTATUS status)
{
    struct external what = { checkpoint,      logs,           backup_logs, NULL, map, count,
                             (uint32_t)first, (uint32_t)last, NULL,        NULL, NULL };

    OS_TRACE("(%s, %s, %p, %d, %s, %d, %d)\n", OS_TRACE_W(checkpoint), OS_TRACE_W(logs), (void *)map, (int)count,
             OS_TRACE_W(backup_logs), (int)first, (int)last);
    return external(&what, status);
}

/*
 * The same with the base name of the logs, and the instance that goes on from there: by name, or by where it has
 * its logs and checkpoint.  If it runs, its logs since the backup are replayed too, but not changed
 * (JET_wrnTargetInstanceRunning); if not, its place is taken.  JET_errBadRestoreTargetInstance.
 */
JET_ERR JET_API JetExternalRestore2W(JET_PWSTR checkpoint, JET_PWSTR logs, JET_RSTMAP_W *map, JET_LONG count,
                                     JET_PWSTR backup_logs, JET_LOGINFO_W *info, JET_PWSTR target_name,
                                     JET_PWSTR target_logs, JET_PWSTR target_checkpoint, JET_PFNSTATUS status)
{
    struct external what = { checkpoint,  logs,        backup_logs,      NULL, map, count, 0, 0,
                             target_name, target_logs, target_checkpoint };

    OS_TRACE("(%s, %s, %p, %d, %s, %p)\n", OS_TRACE_W(checkpoint), OS_TRACE_W(logs), (void *)map, (int)count,
             OS_TRACE_W(backup_logs), (void *)info);
    if (!info || info->cbSize != sizeof(*info))
        return JET_errInvalidParameter;
    if (!target_logs != !target_checkpoint || (target_name && target_logs))
        return JET_errInvalidParameter;
    what.first = info->ulGenLow;
    what.last = info->ulGenHigh;
    what.base = info->szBaseName;
    return external(&what, status);
}

/* ------------------------------------------------------------------- A to W --- */

static void free_wide_map(JET_RSTMAP_W *map, JET_LONG count)
{
    for (JET_LONG i = 0; map && i < count; i++)
    {
        os_free(map[i].szDatabaseName);
        os_free(map[i].szNewDatabaseName);
    }
    os_free(map);
}

static JET_ERR wide_map(const JET_RSTMAP_A *map, JET_LONG count, JET_RSTMAP_W **wide)
{
    JET_ERR err = JET_errSuccess;

    *wide = NULL;
    if (count < 0 || !count != !map)
        return JET_errInvalidParameter;
    if (!count)
        return JET_errSuccess;
    *wide = os_alloc_array((size_t)count, sizeof(**wide));
    if (!*wide)
        return JET_errOutOfMemory;
    for (JET_LONG i = 0; err >= 0 && i < count; i++)
    {
        err = string_from_a(map[i].szDatabaseName, &(*wide)[i].szDatabaseName);
        if (err >= 0)
            err = string_from_a(map[i].szNewDatabaseName, &(*wide)[i].szNewDatabaseName);
    }
    return err;
}

struct wide_paths
{
    WCHAR *checkpoint, *logs, *backup_logs, *name, *target_logs, *target_checkpoint;
    JET_RSTMAP_W *map;
    JET_LONG count;
};

static JET_ERR widen(struct wide_paths *wide, JET_PCSTR checkpoint, JET_PCSTR logs, JET_PCSTR backup_logs,
                     const JET_RSTMAP_A *map, JET_LONG count)
{
    JET_ERR err;

    memset(wide, 0, sizeof(*wide));
    wide->count = count;
    if ((err = wide_map(map, count, &wide->map)) >= 0 && (err = string_from_a(checkpoint, &wide->checkpoint)) >= 0 &&
        (err = string_from_a(logs, &wide->logs)) >= 0)
        err = string_from_a(backup_logs, &wide->backup_logs);
    return err;
}

static void free_wide(struct wide_paths *wide)
{
    os_free(wide->checkpoint);
    os_free(wide->logs);
    os_free(wide->backup_logs);
    os_free(wide->name);
    os_free(wide->target_logs);
    os_free(wide->target_checkpoint);
    free_wide_map(wide->map, wide->count);
}

JET_ERR JET_API JetExternalRestoreA(JET_PSTR checkpoint, JET_PSTR logs, JET_RSTMAP_A *map, JET_LONG count,
                                    JET_PSTR backup_logs, JET_LONG first, JET_LONG last, JET_PFNSTATUS status)
{
    struct wide_paths wide;
    JET_ERR err = widen(&wide, checkpoint, logs, backup_logs, map, count);

    if (err >= 0)
        err = JetExternalRestoreW(wide.checkpoint, wide.logs, wide.map, count, wide.backup_logs, first, last, status);
    free_wide(&wide);
    return err;
}

JET_ERR JET_API JetExternalRestore2A(JET_PSTR checkpoint, JET_PSTR logs, JET_RSTMAP_A *map, JET_LONG count,
                                     JET_PSTR backup_logs, JET_LOGINFO_A *info, JET_PSTR target_name,
                                     JET_PSTR target_logs, JET_PSTR target_checkpoint, JET_PFNSTATUS status)
{
    JET_LOGINFO_W wide_info = { sizeof(wide_info), 0, 0, { 0 } };
    struct wide_paths wide;
    JET_ERR err;

    if (!info || info->cbSize != sizeof(*info))
        return JET_errInvalidParameter;
    wide_info.ulGenLow = info->ulGenLow;
    wide_info.ulGenHigh = info->ulGenHigh;
    for (unsigned i = 0; i < JET_BASE_NAME_LENGTH; i++)
        wide_info.szBaseName[i] = (unsigned char)info->szBaseName[i];
    err = widen(&wide, checkpoint, logs, backup_logs, map, count);
    if (err >= 0 && (err = string_from_a(target_name, &wide.name)) >= 0 &&
        (err = string_from_a(target_logs, &wide.target_logs)) >= 0)
        err = string_from_a(target_checkpoint, &wide.target_checkpoint);
    if (err >= 0)
        err = JetExternalRestore2W(wide.checkpoint, wide.logs, wide.map, count, wide.backup_logs, &wide_info, wide.name,
                                   wide.target_logs, wide.target_checkpoint, status);
    free_wide(&wide);
    return err;
}
