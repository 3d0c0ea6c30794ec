/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The streaming backup: the program asks what there is, reads it file by file,
 * and stores it where it likes; and the beginning and end of a surrogate backup,
 * which was made elsewhere.
 *
 * Each call has a form without an instance, for single-instance mode.  Order and
 * kind of the errors follow the published source (jetapi.cxx, backup.cxx).
 */
#include "api/private.h"
#include "maintain/backup.h"
#include "table/schema.h"

/* ---------------------------------------------------------------- instances --- */

JET_ERR instance_backup_start(struct instance *instance)
{
    struct backup_config config;

    memset(&config, 0, sizeof(config));
    config.log = instance_log(instance);
    config.registry = instance_registry(instance);
    config.names = instance_log_names(instance);
    config.events = &instance->events;
    config.page_size = (uint32_t)param_number(instance, JET_paramDatabasePageSize);
    config.circular = param_number(instance, JET_paramCircularLog);
    config.roll_at_end = param_number(instance, JET_paramAggressiveLogRollover);
    return backup_new(&config, &instance->backup);
}

void instance_settle(void *context)
{
    struct instance *instance = context;
    bool busy;

    do
    {
        busy = false;
        os_mutex_lock(&instance->lock);
        for (uint32_t i = 1; i < DATABASES_MAX; i++)
            busy |= instance->databases[i].path && instance->databases[i].busy;
        os_mutex_unlock(&instance->lock);
        if (busy)
            os_sleep(1);
    } while (busy);
}

static JET_ERR enter(JET_INSTANCE handle, struct instance **instance)
{
    return api_enter_instance(handle, ENTER_RUNNING, instance);
}

/* ------------------------------------------------------------------ lists --- */

/* Gives names as the W forms do: as many bytes as there is room for. */
static void give_wide(const struct backup_names *names, void *buffer, uint32_t room)
{
    if (buffer)
        memcpy(buffer, names->text, names->size < room ? names->size : room);
}

/* And as the A forms do: JET_errBufferTooSmall when they do not fit. */
static JET_ERR give_narrow(const struct backup_names *names, char *buffer, uint32_t room, JET_ULONG *actual)
{
    size_t count = names->size / sizeof(*names->text), needed = 0;
    JET_ERR err = os_text_from_wide(OS_CP_ACP, names->text, count, buffer, buffer ? room : 0, &needed, NULL);

    if (err == JET_errBufferTooSmall && !room)
        err = JET_errSuccess;
    if (err >= 0 && actual)
        *actual = (JET_ULONG)needed;
    return err;
}

static JET_ERR attach_info(JET_INSTANCE handle, void *buffer, uint32_t room, JET_ULONG *actual, bool wide)
{
    struct backup_names names;
    struct instance *instance;
    JET_ERR err = enter(handle, &instance);

    if (err < 0)
        return err;
    err = backup_databases(instance->backup, &names);
    if (err >= 0 && wide)
    {
        give_wide(&names, buffer, room);
        if (actual)
            *actual = (JET_ULONG)names.size;
    }
    else if (err >= 0)
        err = give_narrow(&names, buffer, room, actual);
    os_free(names.text);
    return api_leave_instance(instance, err);
}

static JET_ERR log_info(JET_INSTANCE handle, enum backup_logs which, void *buffer, uint32_t room, JET_ULONG *actual,
                        JET_ULONG *first, JET_ULONG *last, bool wide)
{
    struct backup_names names;
    struct instance *instance;
    JET_ERR err = enter(handle, &instance);

    if (err < 0)
        return err;
    err = backup_logs(instance->backup, which, false, &names, first, last);
    if (err >= 0 && wide)
    {
        give_wide(&names, buffer, room);
        if (actual)
            *actual = buffer && room < names.size ? room : (JET_ULONG)names.size;
    }
    else if (err >= 0)
        err = give_narrow(&names, buffer, room, actual);
    os_free(names.text);
    return api_leave_instance(instance, err);
}

/* What is told of the base name. */
static void base_name(JET_INSTANCE handle, WCHAR name[JET_BASE_NAME_LENGTH + 1])
{
    struct instance *instance;

    name[0] = 0;
    if (enter(handle, &instance) < 0)
        return;
    os_text_copy(name, JET_BASE_NAME_LENGTH + 1, param_text(instance, JET_paramBaseName));
    (void)api_leave_instance(instance, JET_errSuccess);
}

/* ------------------------------------------------------------------- begin --- */

/*
 * Begins a full backup, or one of the logs only (JET_bitBackupIncremental).
 * JET_errLoggingDisabled, JET_errInvalidGrbit, JET_errBackupInProgress,
 * JET_errSurrogateBackupInProgress, JET_errInvalidBackup (incremental with
 * circular logging), JET_errMissingFullBackup, JET_errLogWriteFail,
 * JET_errLogDiskFull.
 */
JET_ERR JET_API JetBeginExternalBackupInstance(JET_INSTANCE handle, JET_GRBIT grbit)
{
    struct instance *instance;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x)\n", (size_t)handle, (unsigned)grbit);
    if ((err = enter(handle, &instance)) < 0)
        return err;
    return api_leave_instance(instance, backup_begin(instance->backup, grbit, 0, 0, instance_settle, instance));
}

JET_ERR JET_API JetBeginExternalBackup(JET_GRBIT grbit)
{
    JET_ERR err = api_check_single_mode();

    return err < 0 ? err : JetBeginExternalBackupInstance(JET_instanceNil, grbit);
}

/* Notes that a replica of these logs is being backed up.  Also JET_errInvalidParameter: there are no such logs. */
JET_ERR JET_API JetBeginSurrogateBackup(JET_INSTANCE handle, JET_ULONG first, JET_ULONG last, JET_GRBIT grbit)
{
    struct instance *instance;
    struct log *log;
    JET_ERR err;

    OS_TRACE("(%#zx, %u, %u, %#x)\n", (size_t)handle, (unsigned)first, (unsigned)last, (unsigned)grbit);
    if ((err = enter(handle, &instance)) < 0)
        return err;
    log = instance_log(instance);
    if (first > last || (log && log_generation(log) < last))
        err = JET_errInvalidParameter;
    else
        err = backup_begin(instance->backup, grbit | JET_bitBackupSurrogate, first, last, instance_settle, instance);
    return api_leave_instance(instance, err);
}

/* ------------------------------------------------------------ what there is --- */

/* The paths of the databases.  JET_errNoBackup, JET_errInvalidBackupSequence
 * (incremental), JET_errBackupAbortByServer; of the A form JET_errBufferTooSmall. */
JET_ERR JET_API JetGetAttachInfoInstanceA(JET_INSTANCE handle, JET_PSTR databases, JET_ULONG room, JET_ULONG *actual)
{
    OS_TRACE("(%#zx, %p, %u, %p)\n", (size_t)handle, (void *)databases, (unsigned)room, (void *)actual);
    return attach_info(handle, databases, room, actual, false);
}

JET_ERR JET_API JetGetAttachInfoInstanceW(JET_INSTANCE handle, JET_PWSTR databases, JET_ULONG room, JET_ULONG *actual)
{
    OS_TRACE("(%#zx, %p, %u, %p)\n", (size_t)handle, (void *)databases, (unsigned)room, (void *)actual);
    return attach_info(handle, databases, room, actual, true);
}

JET_ERR JET_API JetGetAttachInfoA(JET_PSTR databases, JET_ULONG room, JET_ULONG *actual)
{
    JET_ERR err = api_check_single_mode();

    return err < 0 ? err : JetGetAttachInfoInstanceA(JET_instanceNil, databases, room, actual);
}

JET_ERR JET_API JetGetAttachInfoW(JET_PWSTR databases, JET_ULONG room, JET_ULONG *actual)
{
    JET_ERR err = api_check_single_mode();

    return err < 0 ? err : JetGetAttachInfoInstanceW(JET_instanceNil, databases, room, actual);
}

/*
 * The paths of the logs to copy.  The first time it ends the phase of databases:
 * JET_errInvalidBackupSequence while a file is open.
 */
JET_ERR JET_API JetGetLogInfoInstance2A(JET_INSTANCE handle, JET_PSTR logs, JET_ULONG room, JET_ULONG *actual,
                                        JET_LOGINFO_A *info)
{
    WCHAR base[JET_BASE_NAME_LENGTH + 1];
    JET_ULONG first, last;
    JET_ERR err;

    OS_TRACE("(%#zx, %p, %u, %p, %p)\n", (size_t)handle, (void *)logs, (unsigned)room, (void *)actual, (void *)info);
    if (info && info->cbSize != sizeof(*info))
    {
        err = api_check_instance(handle);
        return err < 0 ? err : JET_errInvalidParameter;
    }
    err = log_info(handle, BACKUP_LOGS_COPY, logs, room, actual, &first, &last, false);
    if (err < 0 || !info)
        return err;
    base_name(handle, base);
    info->ulGenLow = first;
    info->ulGenHigh = last;
    return string_to_a(base, info->szBaseName, sizeof(info->szBaseName));
}

JET_ERR JET_API JetGetLogInfoInstance2W(JET_INSTANCE handle, JET_PWSTR logs, JET_ULONG room, JET_ULONG *actual,
                                        JET_LOGINFO_W *info)
{
    JET_ULONG first, last;
    JET_ERR err;

    OS_TRACE("(%#zx, %p, %u, %p, %p)\n", (size_t)handle, (void *)logs, (unsigned)room, (void *)actual, (void *)info);
    err = log_info(handle, BACKUP_LOGS_COPY, logs, room, actual, &first, &last, true);
    if (err < 0 || !info)
        return err;
    base_name(handle, info->szBaseName);
    info->ulGenLow = first;
    info->ulGenHigh = last;
    return err;
}

JET_ERR JET_API JetGetLogInfoInstanceA(JET_INSTANCE handle, JET_PSTR logs, JET_ULONG room, JET_ULONG *actual)
{
    return JetGetLogInfoInstance2A(handle, logs, room, actual, NULL);
}

JET_ERR JET_API JetGetLogInfoInstanceW(JET_INSTANCE handle, JET_PWSTR logs, JET_ULONG room, JET_ULONG *actual)
{
    return JetGetLogInfoInstance2W(handle, logs, room, actual, NULL);
}

JET_ERR JET_API JetGetLogInfoA(JET_PSTR logs, JET_ULONG room, JET_ULONG *actual)
{
    JET_ERR err = api_check_single_mode();

    return err < 0 ? err : JetGetLogInfoInstanceA(JET_instanceNil, logs, room, actual);
}

JET_ERR JET_API JetGetLogInfoW(JET_PWSTR logs, JET_ULONG room, JET_ULONG *actual)
{
    JET_ERR err = api_check_single_mode();

    return err < 0 ? err : JetGetLogInfoInstanceW(JET_instanceNil, logs, room, actual);
}

/* The same of the logs that JetTruncateLog would delete. */
JET_ERR JET_API JetGetTruncateLogInfoInstanceA(JET_INSTANCE handle, JET_PSTR logs, JET_ULONG room, JET_ULONG *actual)
{
    OS_TRACE("(%#zx, %p, %u, %p)\n", (size_t)handle, (void *)logs, (unsigned)room, (void *)actual);
    return log_info(handle, BACKUP_LOGS_TRUNCATE, logs, room, actual, NULL, NULL, false);
}

JET_ERR JET_API JetGetTruncateLogInfoInstanceW(JET_INSTANCE handle, JET_PWSTR logs, JET_ULONG room, JET_ULONG *actual)
{
    OS_TRACE("(%#zx, %p, %u, %p)\n", (size_t)handle, (void *)logs, (unsigned)room, (void *)actual);
    return log_info(handle, BACKUP_LOGS_TRUNCATE, logs, room, actual, NULL, NULL, true);
}

/* ------------------------------------------------------------------- files --- */

static JET_ERR open_file(JET_INSTANCE handle, const WCHAR *name, uint64_t offset, JET_HANDLE *file, JET_ULONG *low,
                         JET_ULONG *high)
{
    struct instance *instance;
    uint64_t size;
    JET_ERR err = enter(handle, &instance);

    if (err < 0)
        return err;
    if (!file || !low || !high)
        return api_leave_instance(instance, JET_errInvalidParameter);
    err = backup_open(instance->backup, name, offset, false, file, &size);
    if (err >= 0)
    {
        *low = (JET_ULONG)size;
        *high = (JET_ULONG)(size >> 32);
    }
    return api_leave_instance(instance, err);
}

/*
 * Opens a database or a log for JetReadFile, one at a time (JET_errOutOfMemory);
 * its size is what there is to read.  JET_errNoBackup,
 * JET_errBackupAbortByServer, JET_errInvalidParameter, JET_errDatabaseNotFound,
 * JET_errInvalidBackupSequence, JET_errMissingFileToBackup; the last two of a log end the backup.
 */
JET_ERR JET_API JetOpenFileInstanceA(JET_INSTANCE handle, JET_PCSTR name, JET_HANDLE *file, JET_ULONG *low,
                                     JET_ULONG *high)
{
    return JetOpenFileSectionInstanceA(handle, (JET_PSTR)name, file, 0, 0, 0, low, (JET_LONG *)high);
}

JET_ERR JET_API JetOpenFileInstanceW(JET_INSTANCE handle, JET_PCWSTR name, JET_HANDLE *file, JET_ULONG *low,
                                     JET_ULONG *high)
{
    return JetOpenFileSectionInstanceW(handle, (JET_PWSTR)name, file, 0, 0, 0, low, (JET_LONG *)high);
}

JET_ERR JET_API JetOpenFileA(JET_PCSTR name, JET_HANDLE *file, JET_ULONG *low, JET_ULONG *high)
{
    JET_ERR err = api_check_single_mode();

    return err < 0 ? err : JetOpenFileInstanceA(JET_instanceNil, name, file, low, high);
}

JET_ERR JET_API JetOpenFileW(JET_PCWSTR name, JET_HANDLE *file, JET_ULONG *low, JET_ULONG *high)
{
    JET_ERR err = api_check_single_mode();

    return err < 0 ? err : JetOpenFileInstanceW(JET_instanceNil, name, file, low, high);
}

/* The same from an offset on: 0, or that of a page but the first.  JET_wrnNyi for one of several sections. */
JET_ERR JET_API JetOpenFileSectionInstanceA(JET_INSTANCE handle, JET_PSTR name, JET_HANDLE *file, JET_LONG section,
                                            JET_LONG sections, JET_UINT64 offset, JET_ULONG *low, JET_LONG *high)
{
    WCHAR *wide;
    JET_ERR err;

    if (sections > 1)
        return JET_wrnNyi;
    err = api_check_instance(handle);
    if (err >= 0)
        err = string_from_a(name, &wide);
    if (err < 0)
        return err;
    err = JetOpenFileSectionInstanceW(handle, wide, file, section, sections, offset, low, high);
    os_free(wide);
    return err;
}

JET_ERR JET_API JetOpenFileSectionInstanceW(JET_INSTANCE handle, JET_PWSTR name, JET_HANDLE *file, JET_LONG section,
                                            JET_LONG sections, JET_UINT64 offset, JET_ULONG *low, JET_LONG *high)
{
    (void)section;
    OS_TRACE("(%#zx, %s, %p, %d, %d, %#llx, %p, %p)\n", (size_t)handle, OS_TRACE_W(name), (void *)file, (int)section,
             (int)sections, (unsigned long long)offset, (void *)low, (void *)high);
    if (sections > 1)
        return JET_wrnNyi;
    return open_file(handle, name, offset, file, low, (JET_ULONG *)high);
}

/* Reads on.  `data` lies at a multiple of 4096; `size` is of whole pages, more than two at the beginning. */
JET_ERR JET_API JetReadFileInstance(JET_INSTANCE handle, JET_HANDLE file, void *data, JET_ULONG size, JET_ULONG *actual)
{
    struct instance *instance;
    JET_ERR err;

    OS_TRACE("(%#zx, %#zx, %p, %u, %p)\n", (size_t)handle, (size_t)file, data, (unsigned)size, (void *)actual);
    if ((err = enter(handle, &instance)) < 0)
        return err;
    return api_leave_instance(instance, backup_read(instance->backup, file, data, size, actual));
}

JET_ERR JET_API JetReadFile(JET_HANDLE file, void *data, JET_ULONG size, JET_ULONG *actual)
{
    JET_ERR err = api_check_single_mode();

    return err < 0 ? err : JetReadFileInstance(JET_instanceNil, file, data, size, actual);
}

JET_ERR JET_API JetCloseFileInstance(JET_INSTANCE handle, JET_HANDLE file)
{
    struct instance *instance;
    JET_ERR err;

    OS_TRACE("(%#zx, %#zx)\n", (size_t)handle, (size_t)file);
    if ((err = enter(handle, &instance)) < 0)
        return err;
    return api_leave_instance(instance, backup_close(instance->backup, file));
}

JET_ERR JET_API JetCloseFile(JET_HANDLE file)
{
    JET_ERR err = api_check_single_mode();

    return err < 0 ? err : JetCloseFileInstance(JET_instanceNil, file);
}

/* --------------------------------------------------------------------- end --- */

/* Deletes logs that the checkpoint has passed.  JET_errLogFileNotCopied: not all were read to their ends. */
JET_ERR JET_API JetTruncateLogInstance(JET_INSTANCE handle)
{
    struct instance *instance;
    JET_ERR err;

    OS_TRACE("(%#zx)\n", (size_t)handle);
    if ((err = enter(handle, &instance)) < 0)
        return err;
    return api_leave_instance(instance, backup_truncate(instance->backup));
}

JET_ERR JET_API JetTruncateLog(void)
{
    JET_ERR err = api_check_single_mode();

    return err < 0 ? err : JetTruncateLogInstance(JET_instanceNil);
}

/*
 * Ends a backup, as one that succeeded (JET_bitBackupEndNormal) or not
 * (JET_bitBackupEndAbort); with JET_bitBackupTruncateDone the program cares for
 * the logs.  One that has not come to the logs counts as aborted.
 * JET_errInvalidParameter: neither or both; JET_errNoBackup.
 */
JET_ERR JET_API JetEndExternalBackupInstance2(JET_INSTANCE handle, JET_GRBIT grbit)
{
    struct instance *instance;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x)\n", (size_t)handle, (unsigned)grbit);
    if ((err = enter(handle, &instance)) < 0)
        return err;
    return api_leave_instance(instance, backup_finish(instance->backup, grbit));
}

JET_ERR JET_API JetEndExternalBackupInstance(JET_INSTANCE handle)
{
    return JetEndExternalBackupInstance2(handle, JET_bitBackupEndNormal);
}

JET_ERR JET_API JetEndExternalBackup(void)
{
    JET_ERR err = api_check_single_mode();

    return err < 0 ? err : JetEndExternalBackupInstance(JET_instanceNil);
}

JET_ERR JET_API JetEndSurrogateBackup(JET_INSTANCE handle, JET_GRBIT grbit)
{
    struct instance *instance;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x)\n", (size_t)handle, (unsigned)grbit);
    if ((err = enter(handle, &instance)) < 0)
        return err;
    return api_leave_instance(instance, backup_finish(instance->backup, grbit | JET_bitBackupSurrogate));
}
