/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetRestore: the backup set that JetBackup left is brought to its place and replayed. */
#include "api/restore.h"
#include "maintain/restore.h"

/* The database of the set whose patch file has this name. */
static JET_ERR find_copy(const WCHAR *directory, const WCHAR *base, WCHAR path[OS_PATH_MAX])
{
    WCHAR pattern[OS_PATH_MAX], name[OS_PATH_MAX], extension[OS_PATH_MAX];
    struct os_find_entry *entry = os_alloc(sizeof(*entry));
    struct os_find *find;
    JET_ERR err = entry ? os_path_join(directory, base, L"*", pattern, OS_PATH_MAX) : JET_errOutOfMemory;

    if (err >= 0 && (err = os_find_open(pattern, &find)) >= 0)
    {
        while ((err = os_find_next(find, entry)) >= 0)
            if (os_path_split(entry->name, NULL, name, extension) >= 0 && !os_text_compare_nocase(name, base) &&
                os_text_compare_nocase(extension, L".pat"))
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
    return err < 0 ? err : restore_add_map(restore, logged, path);
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

/* ------------------------------------------------------------------ JetRestore --- */

/* The logs of the set; one that JetBackup made with JET_bitBackupAtomic is in a folder of that which it was given. */
static JET_ERR find_set(struct restore *restore)
{
    static const WCHAR *const folders[] = { L"new", L"old" };
    WCHAR given[OS_PATH_MAX];
    JET_ERR err = log_range(&restore->from, &restore->first, &restore->last);

    os_text_copy(given, OS_PATH_MAX, restore->from.directory);
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && err >= 0 && !restore->first; i++)
    {
        err = os_path_join(given, folders[i], NULL, restore->from.directory, OS_PATH_MAX);
        if (err >= 0)
            err = log_range(&restore->from, &restore->first, &restore->last);
        if (err == JET_errFileNotFound || err == JET_errInvalidPath)
            err = JET_errSuccess; /* there is no such folder */
    }
    return err >= 0 && !restore->first ? JET_errFileNotFound : err;
}

static JET_ERR restore_set(struct instance *instance, const WCHAR *source, const WCHAR *destination,
                           JET_PFNSTATUS status)
{
    struct restore *restore = os_alloc_zero(sizeof(*restore));
    JET_ERR err;

    if (!restore)
        return JET_errOutOfMemory;
    restore->instance = instance;
    restore->status = status;
    err = restore_tell(restore, JET_sntBegin, 0);
    if (err >= 0)
        err = restore_full_names(instance, source, restore);
    if (err >= 0)
        err = find_set(restore);
    if (err >= 0)
        err = restore_adopt_sizes(restore);
    if (err >= 0)
        err = place_databases(restore, destination);
    if (err >= 0)
        err = restore_replay(restore);
    err = restore_finish(restore, err);
    os_free(restore);
    return err;
}

/*
 * Restores what JetBackup left in `source`: each database to where it was, or into
 * the folder `destination`.  The instance does not run, and has the paths where
 * its logs are.  JET_errAlreadyInitialized, JET_errInvalidPath,
 * JET_errPatchFileMissing, JET_errFileNotFound if there are no logs, and those of recovery.
 */
JET_ERR JET_API JetRestoreInstanceW(JET_INSTANCE handle, JET_PCWSTR source, JET_PCWSTR destination,
                                    JET_PFNSTATUS status)
{
    struct instance *instance;
    bool made;
    JET_ERR err;

    OS_TRACE("(%#zx, %s, %s)\n", (size_t)handle, OS_TRACE_W(source), OS_TRACE_W(destination));
    if ((err = api_check_instance(handle)) < 0 ||
        (err = restore_take_instance(handle, L"Restore Instance", &made, &instance)) < 0)
        return err;
    err = source && source[0] ? restore_set(instance, source, destination, status) : JET_errInvalidPath;
    restore_give_instance(instance, made);
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
