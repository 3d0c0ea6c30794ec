/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JetGetInstanceInfo: the instances and what they have attached, in one block
 * of memory that JetFreeBuffer frees: the structures, the arrays of pointers,
 * the strings.
 */
#include "api/private.h"
#include "log/log.h"

/* A block of memory being filled: first counted, with base NULL, then for real. */
struct packer
{
    uint8_t *base;
    size_t arrays, texts; /* offsets of the next free byte */
    bool wide;
    const struct snapshot *snapshot; /* only of its instances; NULL: of all */
};

static void *pack_array(struct packer *packer, size_t count)
{
    size_t at = packer->arrays;

    packer->arrays += count * sizeof(void *);
    return packer->base && count ? packer->base + at : NULL;
}

static JET_ERR pack_text(struct packer *packer, const WCHAR *text, void **packed)
{
    size_t length = os_text_length(text), size = (length + 1) * sizeof(*text);
    JET_ERR err = JET_errSuccess;

    if (!packer->wide)
    {
        if (length && (err = os_text_from_wide(OS_CP_ACP, text, length, NULL, 0, &size, NULL)) < 0 &&
            err != JET_errBufferTooSmall)
            return err;
        size = (length ? size : 0) + 1;
    }
    *packed = packer->base ? packer->base + packer->texts : NULL;
    packer->texts += size;
    if (!packer->base)
        return JET_errSuccess;
    if (packer->wide)
        memcpy(*packed, text, size);
    else
        return string_to_a(text, *packed, size);
    return JET_errSuccess;
}

/* Databases that log are listed; those of an instance without recovery are not. */
static bool listed(const struct instance *instance, const struct attachment *attachment)
{
    return attachment->path && !attachment->busy && !(attachment->grbit & JET_bitDbReadOnly) &&
           os_text_compare_nocase(param_text(instance, JET_paramRecovery), L"off") != 0;
}

static JET_ERR pack_instance(struct packer *packer, struct instance *instance, JET_INSTANCE_INFO_W *info)
{
    uint32_t i, count = 0, at = 0;
    WCHAR **files, **display, **unused;
    JET_ERR err = JET_errSuccess;
    void *packed = NULL;

    if (instance->name && (err = pack_text(packer, instance->name, &packed)) < 0)
        return err;
    os_mutex_lock(&instance->lock);
    for (i = 1; i < DATABASES_MAX; i++)
        count += listed(instance, &instance->databases[i]);
    files = pack_array(packer, count);
    display = pack_array(packer, count);
    unused = pack_array(packer, count);
    if (info)
    {
        info->hInstanceId = instance->handle;
        info->szInstanceName = packed;
        info->cDatabases = count;
        info->szDatabaseFileName = files;
        info->szDatabaseDisplayName = display;
        info->szDatabaseSLVFileName_Obsolete = unused;
    }
    for (i = 1; i < DATABASES_MAX && err >= 0; i++)
    {
        if (!listed(instance, &instance->databases[i]))
            continue;
        err = pack_text(packer, instance->databases[i].path, &packed);
        if (files)
            files[at++] = packed;
    }
    os_mutex_unlock(&instance->lock);
    return err;
}

static bool wanted(const struct packer *packer, const struct instance *instance)
{
    return instance && (!packer->snapshot || instance->snapshot == packer->snapshot);
}

static JET_ERR pack_all(struct packer *packer, uint32_t *count)
{
    JET_INSTANCE_INFO_W *infos = (JET_INSTANCE_INFO_W *)packer->base;
    JET_ERR err = JET_errSuccess;
    uint32_t i;

    *count = 0;
    for (i = 0; i < INSTANCES_MAX && err >= 0; i++)
    {
        if (wanted(packer, process.instances[i]))
        {
            err = pack_instance(packer, process.instances[i], infos ? &infos[*count] : NULL);
            ++*count;
        }
    }
    return err;
}

/* The structures of both forms have the same layout. */
JET_ERR instance_infos(JET_ULONG *count, JET_INSTANCE_INFO_W **infos, bool wide, const struct snapshot *snapshot)
{
    struct packer packer = { .wide = wide, .snapshot = snapshot };
    uint32_t found;
    size_t arrays, texts;
    JET_ERR err;

    if (!count || !infos)
        return JET_errInvalidParameter;
    process_lock();
    *count = 0;
    *infos = NULL;
    err = pack_all(&packer, &found);
    if (err >= 0 && (found || !wide)) /* the A form gives a buffer even for none */
    {
        arrays = found * sizeof(**infos);
        texts = arrays + packer.arrays;
        packer.base = os_alloc_zero(texts + packer.texts + 1024); /* a database may be attached meanwhile */
        if (packer.base)
        {
            packer.arrays = arrays;
            packer.texts = texts;
            err = pack_all(&packer, &found);
            *count = found;
            *infos = (JET_INSTANCE_INFO_W *)packer.base;
        }
        else
            err = JET_errOutOfMemory;
    }
    process_unlock();
    return err;
}

JET_ERR JET_API JetGetInstanceInfoW(JET_ULONG *count, JET_INSTANCE_INFO_W **infos)
{
    OS_TRACE("(%p, %p)\n", (void *)count, (void *)infos);
    return instance_infos(count, infos, true, NULL);
}

JET_ERR JET_API JetGetInstanceInfoA(JET_ULONG *count, JET_INSTANCE_INFO_A **infos)
{
    OS_TRACE("(%p, %p)\n", (void *)count, (void *)infos);
    return instance_infos(count, (JET_INSTANCE_INFO_W **)infos, false, NULL);
}

/* Frees what JetGetInstanceInfo and its kin gave out; NULL is allowed. */
JET_ERR JET_API JetFreeBuffer(char *buffer)
{
    OS_TRACE("(%p)\n", (void *)buffer);
    os_free(buffer);
    return JET_errSuccess;
}

static void checkpoint_info(struct log *log, JET_CHECKPOINTINFO *info)
{
    struct log_header header;

    log_current_header(log, &header);
    info->genMin = log_position_generation(log_checkpoint(log));
    info->genMax = header.generation;
    memcpy(&info->logtimeGenMaxCreate, &header.created, sizeof(info->logtimeGenMaxCreate));
}

/* What the log has; zeroes if there is none.  There are no revert snapshots: of these nothing is told. */
static JET_ERR misc_info(const struct instance *instance, void *result, uint32_t room, uint32_t level)
{
    struct log *log = instance_log(instance);
    uint32_t size;

    switch (level)
    {
    case JET_InstanceMiscInfoLogSignature:
        size = sizeof(JET_SIGNATURE);
        break;
    case JET_InstanceMiscInfoCheckpoint:
        size = sizeof(JET_CHECKPOINTINFO);
        break;
    case JET_InstanceMiscInfoRBS:
        size = sizeof(JET_RBSINFOMISC);
        break;
    default:
        return JET_errInvalidParameter;
    }
    if (room < size)
        return JET_errBufferTooSmall;
    if (!result)
        return JET_errInvalidParameter;
    if (level == JET_InstanceMiscInfoRBS)
        return JET_errSuccess;
    memset(result, 0, size);
    if (log && level == JET_InstanceMiscInfoLogSignature)
        memcpy(result, log_signature(log), size);
    else if (log)
        checkpoint_info(log, result);
    return JET_errSuccess;
}

/*
 * JET_InstanceMiscInfo...: the signature of the log, what is between checkpoint and the log written now.
 * Errors: JET_errInvalidParameter, JET_errBufferTooSmall.  Source: JetGetInstanceMiscInfoEx.
 */
JET_ERR JET_API JetGetInstanceMiscInfo(JET_INSTANCE handle, void *result, JET_ULONG room, JET_ULONG level)
{
    struct instance *instance;
    JET_ERR err;

    OS_TRACE("(%#zx, %p, %u, %u)\n", (size_t)handle, result, (unsigned)room, (unsigned)level);
    if ((err = api_enter_instance(handle, ENTER_RUNNING, &instance)) < 0)
        return err;
    return api_leave_instance(instance, misc_info(instance, result, room, level));
}
