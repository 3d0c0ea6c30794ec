/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JetBackup: a whole backup into a directory.
 *
 * With JET_bitBackupAtomic the directory holds two: the files are put into
 * "temp", which becomes "new" when they are complete, and then "old" goes.  A
 * later backup makes "old" of "new" first.  Without it the directory must be empty,
 * but for the logs alone: then it must not hold such a pair.
 * Source: ErrBKBackup and what it calls.
 */
#include "api/private.h"
#include "maintain/backup.h"
#include "table/schema.h"

#define BUFFER_PAGES 256u

struct target
{
    WCHAR root[OS_PATH_MAX]; /* as the program named it, full */
    WCHAR path[OS_PATH_MAX]; /* where the files go */
};

static JET_ERR inside(const WCHAR *root, const WCHAR *name, WCHAR path[OS_PATH_MAX])
{
    return os_path_join(root, name, NULL, path, OS_PATH_MAX);
}

/* Calls visit for what is in a directory; one that is not there is empty. */
static JET_ERR each_file(const WCHAR *directory, JET_ERR (*visit)(const WCHAR *path, const WCHAR *name, void *context),
                         void *context)
{
    WCHAR path[OS_PATH_MAX];
    struct os_find_entry *entry = os_alloc(sizeof(*entry));
    struct os_find *find;
    JET_ERR err = entry ? inside(directory, L"*", path) : JET_errOutOfMemory;

    if (err >= 0 && (err = os_find_open(path, &find)) >= 0)
    {
        while ((err = os_find_next(find, entry)) >= 0)
            if (os_text_compare(entry->name, L".") && os_text_compare(entry->name, L".."))
                if ((err = inside(directory, entry->name, path)) < 0 || (err = visit(path, entry->name, context)) < 0)
                    break;
        os_find_close(find);
    }
    os_free(entry);
    return err == JET_errFileNotFound || err == JET_errInvalidPath ? JET_errSuccess : err;
}

static JET_ERR delete_file(const WCHAR *path, const WCHAR *name, void *context)
{
    (void)context;
    if (!os_text_compare_nocase(name, L"temp"))
        return JET_errSuccess;
    return os_file_delete(path) < 0 ? JET_errDeleteBackupFileFail : JET_errSuccess;
}

static JET_ERR not_empty(const WCHAR *path, const WCHAR *name, void *context)
{
    (void)path;
    (void)name;
    (void)context;
    return JET_errBackupDirectoryNotEmpty;
}

static JET_ERR not_atomic(const WCHAR *path, const WCHAR *name, void *context)
{
    (void)path;
    (void)context;
    return os_text_compare_nocase(name, L"new") && os_text_compare_nocase(name, L"old")
               ? JET_errSuccess
               : JET_errBackupDirectoryNotEmpty;
}

static JET_ERR remove_directory(const WCHAR *root, const WCHAR *name)
{
    WCHAR path[OS_PATH_MAX];
    JET_ERR err = inside(root, name, path);

    if (err < 0 || !os_directory_exists(path))
        return err;
    err = each_file(path, delete_file, NULL);
    if (err >= 0)
        err = os_directory_remove(path);
    return err == JET_errInvalidPath ? JET_errSuccess : err;
}

/* --------------------------------------------------------------- directories --- */

static JET_ERR move(const WCHAR *root, const WCHAR *from, const WCHAR *to)
{
    WCHAR source[OS_PATH_MAX], destination[OS_PATH_MAX];
    JET_ERR err = inside(root, from, source);

    if (err >= 0)
        err = inside(root, to, destination);
    return err < 0 ? err : os_file_move(source, destination, false);
}

static JET_ERR prepare_atomic(struct target *target, bool full)
{
    WCHAR path[OS_PATH_MAX];
    JET_ERR err = inside(target->root, L"new", path);

    if (err >= 0 && os_directory_exists(path) &&
        ((err = remove_directory(target->root, L"old")) < 0 || (err = move(target->root, L"new", L"old")) < 0))
        return err;
    if (!full)
        return inside(target->root, L"old", target->path);
    err = inside(target->root, L"temp", target->path);
    if (err >= 0 && os_directory_create(target->path) < 0)
        err = JET_errMakeBackupDirectoryFail;
    return err;
}

static JET_ERR prepare(struct instance *instance, struct target *target, JET_GRBIT grbit)
{
    bool full = !(grbit & JET_bitBackupIncremental);
    JET_ERR err = JET_errSuccess;

    os_text_copy(target->path, OS_PATH_MAX, target->root);
    if (param_number(instance, JET_paramCreatePathIfNotExist))
        err = os_directory_create_all(target->root);
    if (err >= 0)
        err = remove_directory(target->root, L"temp");
    if (err < 0)
        return err;
    if (grbit & JET_bitBackupAtomic)
        return prepare_atomic(target, full);
    return each_file(target->root, full ? not_empty : not_atomic, NULL);
}

static JET_ERR promote(struct target *target, JET_GRBIT grbit)
{
    JET_ERR err;

    if (grbit & JET_bitBackupIncremental || !(grbit & JET_bitBackupAtomic))
        return JET_errSuccess;
    err = move(target->root, L"temp", L"new");
    if (err < 0 && err != JET_errFileNotFound)
        return err;
    return remove_directory(target->root, L"old");
}

/* ------------------------------------------------------------------- copying --- */

static JET_ERR write_all(struct backup *backup, JET_HANDLE handle, uint64_t size, struct os_file *to, void *buffer,
                         uint32_t room)
{
    uint64_t offset = 0;
    JET_ULONG read;
    JET_ERR err = JET_errSuccess;

    while (err >= 0 && offset < size)
    {
        err = backup_read(backup, handle, buffer, room, &read);
        if (err >= 0)
            err = os_file_write_at(to, offset, buffer, read);
        offset += read;
    }
    return err < 0 ? err : os_file_flush(to);
}

static JET_ERR copy_file(struct instance *instance, const WCHAR *path, const struct target *target, bool full,
                         bool overwrite)
{
    uint32_t room = BUFFER_PAGES * (uint32_t)param_number(instance, JET_paramDatabasePageSize);
    WCHAR name[OS_PATH_MAX], extension[OS_PATH_MAX], destination[OS_PATH_MAX];
    struct os_file *to = NULL;
    JET_HANDLE handle;
    uint64_t size;
    void *buffer;
    JET_ERR err = backup_open(instance->backup, path, 0, full, &handle, &size);

    if (err < 0)
        return err;
    buffer = os_page_alloc(room);
    err = buffer ? os_path_split(path, NULL, name, extension) : JET_errOutOfMemory;
    if (err >= 0)
        err = os_path_join(target->path, name, extension, destination, OS_PATH_MAX);
    if (err >= 0)
        err = os_file_open(destination, OS_OPEN_WRITE | (overwrite ? OS_OPEN_OVERWRITE : OS_OPEN_CREATE), &to);
    if (err >= 0)
        err = write_all(instance->backup, handle, size, to, buffer, room);
    os_file_close(to);
    os_page_free(buffer, room);
    (void)backup_close(instance->backup, handle);
    return err;
}

/* `names` is freed. */
static JET_ERR copy_all(struct instance *instance, struct backup_names *names, const struct target *target, bool full,
                        bool overwrite)
{
    const WCHAR *name = names->text;
    JET_ERR err = JET_errSuccess;

    while (err >= 0 && name && *name)
    {
        err = copy_file(instance, name, target, full, overwrite);
        name += os_text_length(name) + 1;
    }
    os_free(names->text);
    return err;
}

static void tell(JET_PFNSTATUS status, JET_SNT what, uint32_t done)
{
    JET_SNPROG progress = { sizeof(progress), done, 100 };

    if (status)
        (void)status(JET_sesidNil, JET_snpBackup, what, &progress);
}

static JET_ERR copy(struct instance *instance, struct target *target, JET_GRBIT grbit, JET_PFNSTATUS status)
{
    bool full = !(grbit & JET_bitBackupIncremental);
    struct backup_names names;
    JET_ERR err = prepare(instance, target, grbit);

    if (err >= 0 && full)
    {
        tell(status, JET_sntBegin, 0);
        err = backup_databases(instance->backup, &names);
        if (err >= 0)
            err = copy_all(instance, &names, target, true, false);
    }
    if (err >= 0)
        err = backup_logs(instance->backup, BACKUP_LOGS_COPY, full, &names, NULL, NULL);
    if (err >= 0)
        err = copy_all(instance, &names, target, false, true);
    if (err >= 0)
        err = promote(target, grbit);
    if (err >= 0)
        err = backup_truncate(instance->backup);
    return err;
}

static JET_ERR backup_to(struct instance *instance, const WCHAR *path, JET_GRBIT grbit, JET_PFNSTATUS status)
{
    JET_GRBIT kind = grbit & JET_bitBackupIncremental;
    struct target target;
    bool named = path && path[0];
    JET_ERR err, end, found = JET_errSuccess;

    err = backup_begin(instance->backup, kind, 0, 0, instance_settle, instance);
    if (err < 0)
        return err;
    if (named)
        err = found = os_full_path(path, target.root, OS_PATH_MAX);
    if (err >= 0)
        err = named ? copy(instance, &target, grbit, status) : backup_only_truncate(instance->backup);
    if (err >= 0 && named && !kind)
        tell(status, JET_sntComplete, 100);
    end = backup_end(instance->backup, err < 0 ? err : JET_errSuccess, 0);
    if (named && found >= 0)
        (void)remove_directory(target.root, L"temp");
    return err < 0 ? err : end;
}

/*
 * Copies databases and logs into a directory while the instance works, and
 * deletes logs that are not needed any more; only that, if `path` is NULL or
 * empty.  grbit: JET_bitBackupIncremental (logs only), JET_bitBackupAtomic.
 * JET_errLoggingDisabled, JET_errInvalidBackup, JET_errBackupInProgress,
 * JET_errMissingFullBackup, JET_errBackupDirectoryNotEmpty,
 * JET_errMakeBackupDirectoryFail, JET_errInvalidPath, JET_errBackupAbortByServer, those of files.
 */
JET_ERR JET_API JetBackupInstanceW(JET_INSTANCE handle, JET_PCWSTR path, JET_GRBIT grbit, JET_PFNSTATUS status)
{
    struct instance *instance;
    JET_ERR err;

    OS_TRACE("(%#zx, %s, %#x)\n", (size_t)handle, OS_TRACE_W(path), (unsigned)grbit);
    if ((err = api_enter_instance(handle, ENTER_RUNNING, &instance)) < 0)
        return err;
    return api_leave_instance(instance, backup_to(instance, path, grbit, status));
}

JET_ERR JET_API JetBackupInstanceA(JET_INSTANCE handle, JET_PCSTR path, JET_GRBIT grbit, JET_PFNSTATUS status)
{
    WCHAR *wide;
    JET_ERR err = api_check_instance(handle);

    if (err < 0 || (err = string_from_a(path, &wide)) < 0)
        return err;
    err = JetBackupInstanceW(handle, wide, grbit, status);
    os_free(wide);
    return err;
}

JET_ERR JET_API JetBackupA(JET_PCSTR path, JET_GRBIT grbit, JET_PFNSTATUS status)
{
    JET_ERR err = api_check_single_mode();

    return err < 0 ? err : JetBackupInstanceA(JET_instanceNil, path, grbit, status);
}

JET_ERR JET_API JetBackupW(JET_PCWSTR path, JET_GRBIT grbit, JET_PFNSTATUS status)
{
    JET_ERR err = api_check_single_mode();

    return err < 0 ? err : JetBackupInstanceW(JET_instanceNil, path, grbit, status);
}
