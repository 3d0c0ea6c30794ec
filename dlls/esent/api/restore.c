/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JetRestore and JetExternalRestore: a backup set is brought to its place, and
 * the logs are replayed into it, those of the set and those after it that are
 * still there.  What is left are databases that were shut down cleanly, and a log
 * that goes on; no instance runs.
 *
 * Windows' engine replays the logs from where the set is.  Here they are put
 * beside the others first, and then it is recovery as in JetInit.
 */
#include <stdio.h>

#include "api/restore_target.h"
#include "maintain/backup.h"
#include "maintain/restore.h"

#define MAP_MAX 16

struct restore
{
    struct instance *instance;
    JET_PFNSTATUS status;
    struct log_names from, to; /* the logs of the set, and where they go */
    uint32_t first, last;
    JET_RSTMAP2_W map[MAP_MAX];
    WCHAR *paths[2 * MAP_MAX]; /* of the map, to be freed */
    uint32_t count;
};

static JET_ERR tell(const struct restore *restore, JET_SNT what, uint32_t done)
{
    JET_SNPROG progress = { sizeof(progress), done, 100 };

    return restore->status ? restore->status(JET_sesidNil, JET_snpRestore, what, &progress) : JET_errSuccess;
}

/* The database that the log knows as `logged` is at `path`. */
static JET_ERR add_map(struct restore *restore, const WCHAR *logged, const WCHAR *path)
{
    uint32_t i = restore->count;

    if (i == MAP_MAX)
        return JET_errTooManyAttachedDatabases;
    restore->paths[2 * i] = os_text_duplicate(logged);
    restore->paths[2 * i + 1] = os_text_duplicate(path);
    restore->count++;
    if (!restore->paths[2 * i] || !restore->paths[2 * i + 1])
        return JET_errOutOfMemory;
    restore->map[i].cbStruct = sizeof(restore->map[i]);
    restore->map[i].szDatabaseName = restore->paths[2 * i];
    restore->map[i].szNewDatabaseName = restore->paths[2 * i + 1];
    return JET_errSuccess;
}

static void free_map(struct restore *restore)
{
    for (uint32_t i = 0; i < 2 * restore->count; i++)
        os_free(restore->paths[i]);
}

/* ----------------------------------------------------------------------- files --- */

JET_ERR restore_log_names(const struct instance *instance, struct log_names *names)
{
    uintptr_t legacy = param_number(instance, JET_paramLegacyFileNames);
    JET_ERR err;

    memset(names, 0, sizeof(*names));
    err = os_full_path(param_text(instance, JET_paramLogFilePath), names->directory, OS_PATH_MAX);
    if (err >= 0)
        err = os_full_path(param_text(instance, JET_paramSystemPath), names->system_directory, OS_PATH_MAX);
    if (err < 0)
        return err;
    os_text_copy(names->base, LOG_NAME_MAX, param_text(instance, JET_paramBaseName));
    names->new_extensions = !(legacy & JET_bitESE98FileNames);
    names->long_numbers = !(legacy & JET_bitEightDotThreeSoftCompat);
    return JET_errSuccess;
}

static JET_ERR full_names(const struct instance *instance, const WCHAR *set, struct restore *restore)
{
    JET_ERR err = restore_log_names(instance, &restore->to);

    if (err < 0)
        return err;
    restore->from = restore->to;
    return set && set[0] ? os_full_path(set, restore->from.directory, OS_PATH_MAX) : JET_errSuccess;
}

/* Logs of another size, databases of other pages: the set says. */
static JET_ERR adopt_sizes(struct restore *restore)
{
    struct log_header header;
    JET_ERR err = restore_log_header(&restore->from, restore->first, &header);

    if (err < 0)
        return err;
    process_lock();
    if (!log_header_old(&header))
        param_set_plain(restore->instance, JET_paramLogFileSize, (uintptr_t)header.segments * LOG_SEGMENT_SIZE / 1024,
                        NULL);
    process_unlock();
    return JET_errSuccess;
}

/* The database of the set whose patch file has this name. */
static JET_ERR find_copy(const WCHAR *directory, const WCHAR *base, WCHAR path[OS_PATH_MAX])
{
    WCHAR pattern[OS_PATH_MAX], extension[OS_PATH_MAX];
    struct os_find_entry *entry = os_alloc(sizeof(*entry));
    struct os_find *find;
    JET_ERR err = entry ? os_path_join(directory, base, L".*", pattern, OS_PATH_MAX) : JET_errOutOfMemory;

    if (err >= 0 && (err = os_find_open(pattern, &find)) >= 0)
    {
        while ((err = os_find_next(find, entry)) >= 0)
            if (os_path_split(entry->name, NULL, NULL, extension) >= 0 && os_text_compare_nocase(extension, L".pat"))
            {
                err = os_path_join(directory, entry->name, NULL, path, OS_PATH_MAX);
                break;
            }
        os_find_close(find);
    }
    os_free(entry);
    return err;
}

/* Brings one database of the set to its place. */
static JET_ERR place_database(struct restore *restore, const WCHAR *base, const WCHAR *destination)
{
    WCHAR copy[OS_PATH_MAX], logged[OS_PATH_MAX], path[OS_PATH_MAX], name[OS_PATH_MAX], extension[OS_PATH_MAX];
    struct header_read header;
    JET_ERR err = find_copy(restore->from.directory, base, copy);

    if (err >= 0)
        err = restore_database_header(copy, &header);
    if (err >= 0)
        err = restore_logged_path(&restore->from, restore->first, restore->last, &header.header.signature, logged);
    if (err < 0)
        return err;
    os_text_copy(path, OS_PATH_MAX, logged);
    if (destination && destination[0])
    {
        err = os_path_split(copy, NULL, name, extension);
        if (err >= 0)
            err = os_path_join(destination, name, extension, path, OS_PATH_MAX);
    }
    if (err >= 0)
        err = restore_copy(copy, path);
    if (err >= 0)
        err = restore_prepare(path);
    return err < 0 ? err : add_map(restore, logged, path);
}

/* There is a patch file for each database. */
static JET_ERR place_databases(struct restore *restore, const WCHAR *destination)
{
    WCHAR pattern[OS_PATH_MAX], base[OS_PATH_MAX], full[OS_PATH_MAX];
    struct os_find_entry *entry = os_alloc(sizeof(*entry));
    struct os_find *find;
    uint32_t count = 0;
    JET_ERR err = entry ? os_path_join(restore->from.directory, L"*", L".pat", pattern, OS_PATH_MAX)
                        : JET_errOutOfMemory;

    if (err >= 0 && destination && destination[0])
        err = os_full_path(destination, full, OS_PATH_MAX);
    if (err >= 0 && (err = os_find_open(pattern, &find)) >= 0)
    {
        while ((err = os_find_next(find, entry)) >= 0)
        {
            count++;
            err = os_path_split(entry->name, NULL, base, NULL);
            if (err >= 0)
                err = place_database(restore, base, destination && destination[0] ? full : NULL);
            if (err < 0)
                break;
        }
        os_find_close(find);
    }
    os_free(entry);
    if (!count && (err >= 0 || err == JET_errFileNotFound))
        return JET_errPatchFileMissing;
    return err == JET_errFileNotFound && count == restore->count ? JET_errSuccess : err;
}

/* ------------------------------------------------------------------- replaying --- */

static JET_ERR replay(struct restore *restore)
{
    struct instance *instance = restore->instance;
    WCHAR path[OS_PATH_MAX];
    JET_ERR err = restore_copy_logs(&restore->from, restore->first, restore->last, &restore->to);

    if (err >= 0)
        err = log_path(&restore->to, LOG_FILE_CHECKPOINT, 0, path, OS_PATH_MAX);
    if (err < 0)
        return err;
    (void)os_file_delete(path);
    instance->restore_map = restore->map;
    instance->restore_map_count = restore->count;
    err = instance_start(instance,
                         JET_bitReplayMissingMapEntryDB | JET_bitReplayIgnoreMissingDB | JET_bitReplayIgnoreLostLogs);
    instance->restore_map = NULL;
    instance->restore_map_count = 0;
    if (err < 0)
        return err;
    err = instance_log_stop(instance, false, instance_close_databases);
    backup_free(instance->backup);
    instance->backup = NULL;
    return err < 0 ? err : JET_errSuccess;
}

/* ------------------------------------------------------------------- instances --- */

/* The instance to be used, marked as being initialized; a new one if the handle is none. */
static JET_ERR take_instance(JET_INSTANCE handle, const WCHAR *name, bool *made, struct instance **instance)
{
    JET_ERR err;

    process_lock();
    *made = handle == 0 || handle == JET_instanceNil;
    if (*made && process.mode == PROCESS_SINGLE)
        err = JET_errAlreadyInitialized;
    else if (*made)
    {
        process.mode = PROCESS_MULTI;
        err = instance_new(name, NULL, instance);
        if (err < 0 && !process.instance_count)
            process.mode = PROCESS_NO_MODE;
    }
    else
        err = process_find_instance(handle, instance);
    if (err >= 0 && atomic_load(&(*instance)->state) & (INSTANCE_INITIALIZED | INSTANCE_INITIALIZING))
        err = JET_errAlreadyInitialized;
    else if (err >= 0)
        atomic_fetch_or(&(*instance)->state, INSTANCE_INITIALIZING);
    process_unlock();
    return err;
}

static void give_instance(struct instance *instance, bool made)
{
    process_lock();
    atomic_fetch_and(&instance->state, ~INSTANCE_INITIALIZING);
    process_unlock();
    if (made)
        instance_free(instance);
}

static JET_ERR finish(struct restore *restore, JET_ERR err)
{
    JET_ERR told = tell(restore, err < 0 ? JET_sntFail : JET_sntComplete, err < 0 ? 0 : 100);

    free_map(restore);
    return err < 0 ? err : told;
}

/* ------------------------------------------------------------------ JetRestore --- */

static JET_ERR restore_set(struct instance *instance, const WCHAR *source, const WCHAR *destination,
                           JET_PFNSTATUS status)
{
    struct restore *restore = os_alloc_zero(sizeof(*restore));
    JET_ERR err;

    if (!restore)
        return JET_errOutOfMemory;
    restore->instance = instance;
    restore->status = status;
    err = tell(restore, JET_sntBegin, 0);
    if (err >= 0)
        err = full_names(instance, source, restore);
    if (err >= 0)
        err = log_range(&restore->from, &restore->first, &restore->last);
    if (err >= 0 && !restore->first)
        err = JET_errMissingLogFile;
    if (err >= 0)
        err = adopt_sizes(restore);
    if (err >= 0)
        err = place_databases(restore, destination);
    if (err >= 0)
        err = replay(restore);
    err = finish(restore, err);
    os_free(restore);
    return err;
}

/*
 * Restores what JetBackup left in `source`: each database to where it was, or into
 * the folder `destination`.  The instance does not run, and has the paths where
 * its logs are.  JET_errAlreadyInitialized, JET_errInvalidPath,
 * JET_errPatchFileMissing, JET_errMissingLogFile, and those of recovery.
 */
JET_ERR JET_API JetRestoreInstanceW(JET_INSTANCE handle, JET_PCWSTR source, JET_PCWSTR destination,
                                    JET_PFNSTATUS status)
{
    struct instance *instance;
    bool made;
    JET_ERR err;

    OS_TRACE("(%#zx, %s, %s)\n", (size_t)handle, OS_TRACE_W(source), OS_TRACE_W(destination));
    if ((err = api_check_instance(handle)) < 0 ||
        (err = take_instance(handle, L"Restore Instance", &made, &instance)) < 0)
        return err;
    err = source && source[0] ? restore_set(instance, source, destination, status) : JET_errInvalidPath;
    give_instance(instance, made);
    return err;
}

JET_ERR JET_API JetRestoreInstanceA(JET_INSTANCE handle, JET_PCSTR source, JET_PCSTR destination, JET_PFNSTATUS status)
{
    WCHAR *from = NULL, *to = NULL;
    JET_ERR err = api_check_instance(handle);

    if (err >= 0 && (err = string_from_a(source, &from)) >= 0)
        err = string_from_a(destination, &to);
    if (err >= 0)
        err = JetRestoreInstanceW(handle, from, to, status);
    os_free(from);
    os_free(to);
    return err;
}

static JET_ERR check_single(void)
{
    enum process_mode mode;

    process_lock();
    mode = process.mode;
    process_unlock();
    return mode == PROCESS_MULTI ? JET_errRunningInMultiInstanceMode : JET_errSuccess;
}

JET_ERR JET_API JetRestore2W(JET_PCWSTR source, JET_PCWSTR destination, JET_PFNSTATUS status)
{
    JET_ERR err = check_single();

    return err < 0 ? err : JetRestoreInstanceW(JET_instanceNil, source, destination, status);
}

JET_ERR JET_API JetRestore2A(JET_PCSTR source, JET_PCSTR destination, JET_PFNSTATUS status)
{
    JET_ERR err = check_single();

    return err < 0 ? err : JetRestoreInstanceA(JET_instanceNil, source, destination, status);
}

JET_ERR JET_API JetRestoreW(JET_PCWSTR source, JET_PFNSTATUS status)
{
    return JetRestore2W(source, NULL, status);
}

JET_ERR JET_API JetRestoreA(JET_PCSTR source, JET_PFNSTATUS status)
{
    return JetRestore2A(source, NULL, status);
}

/* ---------------------------------------------------------- JetExternalRestore --- */

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
            err = add_map(restore, external->map[i].szDatabaseName, path);
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
    err = tell(restore, JET_sntBegin, 0);
    if (err >= 0)
        err = full_names(instance, external->backup_logs, restore);
    if (err >= 0 && !restore->first)
        err = log_range(&restore->from, &restore->first, &restore->last);
    if (err >= 0)
        err = adopt_sizes(restore);
    if (err >= 0)
        err = prepare_databases(restore, external);
    if (err >= 0)
        err = copy_target_logs(restore, target);
    if (err >= 0)
        err = replay(restore);
    err = finish(restore, err);
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
    static _Atomic uint32_t last;
    char text[16];

    snprintf(text, sizeof(text), "Restore%04u", (unsigned)(atomic_fetch_add(&last, 1) + 1) % 10000);
    os_text_from_ascii(name, 16, text);
}

static JET_ERR external(struct external *what, JET_PFNSTATUS status)
{
    struct restore_target *target;
    struct instance *instance;
    WCHAR name[16];
    bool made;
    JET_ERR err;

    if (what->count < 0 || (what->count && !what->map) || what->first > what->last)
        return JET_errInvalidParameter;
    process_lock();
    err = process.mode == PROCESS_SINGLE ? JET_errRunningInOneInstanceMode : JET_errSuccess;
    process_unlock();
    if (err < 0)
        return err;
    target = os_alloc(sizeof(*target));
    if (!target)
        return JET_errOutOfMemory;
    name_instance(name);
    err = find_target(what, target);
    if (err >= 0)
        err = take_instance(JET_instanceNil, name, &made, &instance);
    if (err >= 0)
    {
        err = restore_external(instance, what, target, status);
        give_instance(instance, true);
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
    if (count < 0 || (count && !map))
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
    if ((err = string_from_a(checkpoint, &wide->checkpoint)) >= 0 && (err = string_from_a(logs, &wide->logs)) >= 0 &&
        (err = string_from_a(backup_logs, &wide->backup_logs)) >= 0)
        err = wide_map(map, count, &wide->map);
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
