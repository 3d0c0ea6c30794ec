/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the two ways to restore have in common. */
#include "api/restore.h"
#include "maintain/backup.h"
#include "maintain/restore.h"

JET_ERR restore_tell(const struct restore *restore, JET_SNT what, uint32_t done)
{
    JET_SNPROG progress = { sizeof(progress), done, 100 };

    return restore->status ? restore->status(JET_sesidNil, JET_snpRestore, what, &progress) : JET_errSuccess;
}

JET_ERR restore_add_map(struct restore *restore, const WCHAR *logged, const WCHAR *path)
{
    uint32_t i = restore->count;

    if (i == RESTORE_MAP_MAX)
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

JET_ERR restore_full_names(const struct instance *instance, const WCHAR *set, struct restore *restore)
{
    JET_ERR err = instance_make_log_names(instance, &restore->to);

    if (err < 0)
        return err;
    restore->from = restore->to;
    return set && set[0] ? os_full_path(set, restore->from.directory, OS_PATH_MAX) : JET_errSuccess;
}

JET_ERR restore_adopt_sizes(struct restore *restore)
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

JET_ERR restore_replay(struct restore *restore)
{
    JET_ERR err;

    event_say(&restore->instance->events, EVENT_RESTORE_BEGINS, restore->from.directory, restore->to.directory);
    err = replay(restore);
    event_say(&restore->instance->events, EVENT_RESTORE_ENDED);
    return err;
}

/* ------------------------------------------------------------------- instances --- */

JET_ERR restore_take_instance(JET_INSTANCE handle, const WCHAR *name, bool *made, struct instance **instance)
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
        atomic_fetch_or(&(*instance)->state, INSTANCE_INITIALIZING | INSTANCE_RESTORING);
    process_unlock();
    return err;
}

void restore_give_instance(struct instance *instance, bool made)
{
    process_lock();
    atomic_fetch_and(&instance->state, ~(INSTANCE_INITIALIZING | INSTANCE_RESTORING));
    process_unlock();
    if (made)
        instance_free(instance);
}

JET_ERR restore_finish(struct restore *restore, JET_ERR err)
{
    JET_ERR told = restore_tell(restore, err < 0 ? JET_sntFail : JET_sntComplete, err < 0 ? 0 : 100);

    free_map(restore);
    return err < 0 ? err : told;
}
