/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Databases that are attached.  A slot of the instance is taken (busy) before the
 * file is touched, and seen by others as attached from that moment on.
 */
#include "api/private.h"
#include "table/schema.h"

/* The attachment of a file, of any instance; process.attach_lock is held. */
static struct attachment *find_attached(const WCHAR *path, const struct instance *instance)
{
    struct attachment *attachment = process.attached;

    while (attachment && (!os_path_same(attachment->path, path) || (instance && attachment->instance != instance)))
        attachment = attachment->next;
    return attachment;
}

JET_ERR attachment_take(struct instance *instance, const WCHAR *path, JET_GRBIT grbit, struct attachment **taken)
{
    struct attachment *attachment;
    JET_ERR err = JET_errSuccess;
    uint32_t i;

    *taken = NULL;
    os_mutex_lock(&process.attach_lock);
    attachment = find_attached(path, NULL);
    if (attachment)
    {
        err = attachment->instance == instance ? JET_wrnDatabaseAttached : JET_errDatabaseSharingViolation;
        goto done;
    }
    os_mutex_lock(&instance->lock);
    for (i = 1; i < DATABASES_MAX && instance->databases[i].path; i++)
        ;
    if (i == DATABASES_MAX)
        err = JET_errTooManyAttachedDatabases;
    else
    {
        attachment = &instance->databases[i];
        memset(attachment, 0, sizeof(*attachment));
        attachment->path = os_text_duplicate(path);
        if (!attachment->path)
            err = JET_errOutOfMemory;
    }
    if (err >= 0)
    {
        attachment->instance = instance;
        attachment->grbit = grbit;
        attachment->busy = true;
        attachment->next = process.attached;
        process.attached = attachment;
        *taken = attachment;
    }
    os_mutex_unlock(&instance->lock);

done:
    os_mutex_unlock(&process.attach_lock);
    return err;
}

JET_ERR attachment_close(struct attachment *attachment)
{
    struct instance *instance = attachment->instance;
    struct table_storage *storages;
    struct database *database;
    struct attachment **link;
    WCHAR *path;
    JET_ERR err;

    if (!attachment->path)
        return JET_errSuccess;
    os_mutex_lock(&instance->lock);
    attachment->busy = true;
    database = attachment->database;
    os_mutex_unlock(&instance->lock);
    background_stop(instance, (JET_DBID)(attachment - instance->databases));
    err = database_close(database);
    instance_log_check(instance);
    os_mutex_lock(&process.attach_lock);
    for (link = &process.attached; *link && *link != attachment; link = &(*link)->next)
        ;
    if (*link)
        *link = attachment->next;
    os_mutex_lock(&instance->lock);
    path = attachment->path;
    storages = attachment->storages;
    memset(attachment, 0, sizeof(*attachment));
    os_mutex_unlock(&instance->lock);
    os_mutex_unlock(&process.attach_lock);
    os_free(path);
    local_storage_free_tables(instance, storages);
    return err;
}

bool attachment_header(const WCHAR *path, struct database_header *header, bool *open)
{
    struct attachment *attachment;

    *open = false;
    os_mutex_lock(&process.attach_lock);
    attachment = find_attached(path, NULL);
    if (attachment)
    {
        /* attachment_close closes a database before it takes the lock, but is busy then. */
        os_mutex_lock(&attachment->instance->lock);
        if (attachment->database && !attachment->busy)
        {
            database_header(attachment->database, header);
            *open = true;
        }
        os_mutex_unlock(&attachment->instance->lock);
    }
    os_mutex_unlock(&process.attach_lock);
    return attachment != NULL;
}

JET_ERR attachment_lock(struct instance *instance, const WCHAR *path, struct attachment **attachment)
{
    for (;;)
    {
        os_mutex_lock(&process.attach_lock);
        *attachment = find_attached(path, instance);
        if (*attachment)
            os_mutex_lock(&instance->lock);
        os_mutex_unlock(&process.attach_lock);
        if (!*attachment)
            return JET_errDatabaseNotFound;
        if (!(*attachment)->busy)
            return JET_errSuccess;
        os_mutex_unlock(&instance->lock);
        os_sleep(1);
    }
}

JET_ERR path_of_file(const WCHAR *path, WCHAR full[OS_PATH_MAX], struct os_file_info *info)
{
    JET_ERR err = os_full_path(path, full, OS_PATH_MAX);

    if (err < 0)
        return err;
    err = os_path_info(full, info);
    /* Where there is no folder there is no file. */
    if (err == JET_errInvalidPath)
        return JET_errFileNotFound;
    return err >= 0 && info->directory ? JET_errFileAccessDenied : err;
}

void attachment_options(const struct attachment *attachment, struct database_options *options)
{
    struct instance *instance = attachment->instance;

    memset(options, 0, sizeof(*options));
    options->read_only = attachment->grbit & JET_bitDbReadOnly;
    options->grbit = attachment->grbit;
    options->page_size = param_number(instance, JET_paramDatabasePageSize);
    options->index_checking = param_number(instance, JET_paramEnableIndexChecking);
    options->engine_format = param_number(instance, JET_paramEngineFormatVersion);
    options->extension_pages = param_number(instance, JET_paramDbExtensionSize);
    options->heals = param_number(instance, JET_paramEnableExternalAutoHealing);
    options->request_timeout = (uint32_t)param_number(instance, JET_paramPatchRequestTimeout);
    options->txns = &instance->txn;
    options->log_database = attachment - instance->databases;
    options->events = &instance->events;
    if (!options->read_only && !(attachment->grbit & JET_bitDbRecoveryOff))
    {
        options->log = instance_log(instance);
        options->registry = instance_registry(instance);
    }
}

bool attachment_checks_indexes(const struct instance *instance, JET_GRBIT grbit)
{
    if (grbit & JET_bitDbReadOnly)
        return false;
    return grbit & JET_bitDbDeleteUnicodeIndexes || param_number(instance, JET_paramEnableIndexCleanup) ||
           param_number(instance, JET_paramEnableIndexChecking) == JET_IndexCheckingOn;
}
