/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Databases that recovery leaves attached: with JET_bitKeepDbAttachedAtEndOfRecovery a program that takes over goes
 * on with pages that are in memory already.  Each must be attached once more before it can be opened, and is not
 * seen by backups before; one that nobody attaches is closed by JetDetachDatabase or JetTerm as any other.
 */
#include "api/events.h"
#include "api/private.h"
#include "maintain/backup.h"
#include "table/database_log.h"
#include "table/index_check.h"
#include "table/schema.h"

JET_ERR attachments_adopt(struct instance *instance, struct database_registry *registry)
{
    WCHAR *paths[DATABASE_REGISTRY] = { NULL };
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < DATABASE_REGISTRY; i++)
    {
        if (!registry->open[i])
            continue;
        paths[i] = os_text_duplicate(registry->open[i]->path);
        err = !i || i >= DATABASES_MAX ? JET_errTooManyAttachedDatabases : paths[i] ? err : JET_errOutOfMemory;
    }
    os_mutex_lock(&process.attach_lock);
    os_mutex_lock(&instance->lock);
    for (uint32_t i = 1; err >= 0 && i < DATABASES_MAX; i++)
    {
        struct attachment *attachment = &instance->databases[i];

        if (!paths[i])
            continue;
        memset(attachment, 0, sizeof(*attachment));
        attachment->instance = instance;
        attachment->path = paths[i];
        attachment->database = registry->open[i];
        attachment->next = process.attached;
        process.attached = attachment;
    }
    os_mutex_unlock(&instance->lock);
    os_mutex_unlock(&process.attach_lock);
    for (uint32_t i = 0; err < 0 && i < DATABASE_REGISTRY; i++)
        os_free(paths[i]);
    return err;
}

bool attachment_is_kept(const struct attachment *attachment)
{
    return attachment->database && attachment->database->kept;
}

JET_ERR attachment_attach_kept(struct session *session, const WCHAR *path, uint32_t pages_max, JET_GRBIT grbit)
{
    struct instance *instance = session->instance;
    struct database_options options;
    struct attachment *attachment;
    uint64_t began = os_clock_us();
    JET_ERR err = backup_check_none(instance->backup);

    if (err >= 0)
        err = attachment_lock(instance, path, &attachment);
    if (err < 0)
        return err == JET_errDatabaseNotFound ? JET_wrnDatabaseAttached : err;
    if (!attachment_is_kept(attachment))
    {
        os_mutex_unlock(&instance->lock);
        return JET_wrnDatabaseAttached;
    }
    attachment->busy = true;
    attachment->grbit = grbit & ~(JET_GRBIT)(JET_bitDbReadOnly | JET_bitDbRecoveryOff);
    os_mutex_unlock(&instance->lock);
    attachment_options(attachment, &options);
    options.pages_max = pages_max;
    err = database_reattach(attachment->database, &options);
    if (err >= 0 && attachment_checks_indexes(instance, attachment->grbit))
        err = database_check_indexes(attachment->database, &session->txn, attachment->grbit);
    if (err < 0)
    {
        (void)attachment_close(attachment);
        return err;
    }
    os_mutex_lock(&instance->lock);
    attachment->busy = false;
    os_mutex_unlock(&instance->lock);
    event_database(instance, EVENT_DATABASE_ATTACHED, (uint32_t)(attachment - instance->databases), path,
                   &attachment->database->header, began);
    return JET_errSuccess;
}
