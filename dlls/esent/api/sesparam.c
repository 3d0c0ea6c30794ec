/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parameters of a session.  All but two are only kept for the program, which
 * labels its work with them.
 */
#include "api/private.h"
#include "format/log_record.h"

#define FIRST               JET_sesparamCommitDefault
#define COUNT               (JET_sesparamMaxValueInvalid - JET_sesparamCommitDefault)
#define CONTEXT_MOST        30000 /* bytes of a commit context */
#define DESCRIPTION_MOST    31    /* bytes of a description without its NUL */
#define CACHE_PRIORITY_MOST 1000
#define NO_USER             0x80000000u /* of an operation, when the program has named none */

struct session_param
{
    uint32_t size[COUNT];
    uint8_t *data[COUNT];
};

enum shape
{
    FIXED_SIZE,
    ANY_SIZE,
    DESCRIPTION
};

struct sesparam_info
{
    enum shape shape;
    bool exact;    /* get wants a buffer of just that size */
    uint32_t size; /* of FIXED_SIZE */
};

static const struct sesparam_info infos[COUNT] = {
    [JET_sesparamCommitDefault - FIRST] = { FIXED_SIZE, true, sizeof(JET_GRBIT) },
    [JET_sesparamCommitGenericContext - FIRST] = { ANY_SIZE, false, 0 },
    [JET_sesparamTransactionLevel - FIRST] = { FIXED_SIZE, true, sizeof(JET_LONG) },
    [JET_sesparamOperationContext - FIRST] = { FIXED_SIZE, false, sizeof(JET_OPERATIONCONTEXT) },
    [JET_sesparamCorrelationID - FIRST] = { FIXED_SIZE, false, 4 },
    [JET_sesparamCachePriority - FIRST] = { FIXED_SIZE, false, 4 },
    [JET_sesparamClientComponentDesc - FIRST] = { DESCRIPTION, false, 0 },
    [JET_sesparamClientActionDesc - FIRST] = { DESCRIPTION, false, 0 },
    [JET_sesparamClientActionContextDesc - FIRST] = { DESCRIPTION, false, 0 },
    [JET_sesparamClientActivityId - FIRST] = { FIXED_SIZE, false, 16 },
    [JET_sesparamIOSessTraceFlags - FIRST] = { FIXED_SIZE, false, 4 },
    [JET_sesparamIOPriority - FIRST] = { FIXED_SIZE, true, sizeof(JET_GRBIT) },
    [JET_sesparamCommitContextContainsCustomerData - FIRST] = { FIXED_SIZE, false, 4 },
    [JET_sesparamCommitContextNeedPreCommitCallback - FIRST] = { FIXED_SIZE, false, 4 },
};

void session_params_free(struct session *session)
{
    uint32_t i;

    for (i = 0; session->params && i < COUNT; i++)
        os_free(session->params->data[i]);
    os_free(session->params);
    session->params = NULL;
}

static JET_ERR keep(struct session *session, uint32_t index, const void *data, uint32_t size)
{
    struct session_param *params = session->params;
    uint8_t *copy = NULL;

    if (!params && !(params = session->params = os_alloc_zero(sizeof(*params))))
        return JET_errOutOfMemory;
    if (size && !(copy = os_alloc(size)))
        return JET_errOutOfMemory;
    if (size)
        memcpy(copy, data, size);
    os_free(params->data[index]);
    params->data[index] = copy;
    params->size[index] = size;
    return JET_errSuccess;
}

/* As much of a description as there is room for, and a sign that there was more. */
static JET_ERR keep_cut(struct session *session, uint32_t index, const char *text)
{
    char cut[DESCRIPTION_MOST];
    JET_ERR err;

    memcpy(cut, text, sizeof(cut) - 3);
    memset(cut + sizeof(cut) - 3, '.', 3);
    err = keep(session, index, cut, sizeof(cut));
    return err < 0 ? err : JET_wrnBufferTruncated;
}

static bool is_set(const struct session_param *params, uint32_t id)
{
    uint32_t value = 0;

    if (params->size[id - FIRST] == sizeof(value))
        memcpy(&value, params->data[id - FIRST], sizeof(value));
    return value;
}

void session_commit_context(struct session *session, bool call)
{
    const struct session_param *params = session->params;
    struct txn_logged *logged = &session->txn.logged;
    uint32_t size = params ? params->size[JET_sesparamCommitGenericContext - FIRST] : 0;

    logged->context = size ? params->data[JET_sesparamCommitGenericContext - FIRST] : NULL;
    logged->context_size = size;
    logged->context_flags = 0;
    if (!size)
        return;
    if (is_set(params, JET_sesparamCommitContextContainsCustomerData))
        logged->context_flags |= LOG_COMMIT_CONTEXT_CUSTOMER_DATA;
    if (is_set(params, JET_sesparamCommitContextNeedPreCommitCallback))
        logged->context_flags |= LOG_COMMIT_CONTEXT_PRECOMMIT;
    if (call)
        logged->context_flags |= LOG_COMMIT_CONTEXT_CALLBACK;
}

/* A value of 32 bits, checked where it means something. */
static JET_ERR check_number(uint32_t id, uint32_t value)
{
    const uint32_t priority_bits = JET_IOPriorityLow | JET_IOPriorityUserClassIdMask | JET_IOPriorityMarkAsMaintenance;

    if (id == JET_sesparamCachePriority && value > CACHE_PRIORITY_MOST)
        return JET_errInvalidParameter;
    if (id == JET_sesparamIOPriority && value & ~priority_bits)
        return JET_errInvalidGrbit;
    return JET_errSuccess;
}

static JET_ERR set(struct session *session, uint32_t id, const void *data, uint32_t size)
{
    const struct sesparam_info *info = &infos[id - FIRST];
    uint32_t number = 0;
    JET_ERR err;

    if (id == JET_sesparamTransactionLevel)
        return JET_errFeatureNotAvailable;
    switch (info->shape)
    {
    case ANY_SIZE:
        if (size > CONTEXT_MOST)
        {
            keep(session, id - FIRST, NULL, 0);
            return JET_errInvalidBufferSize;
        }
        break;
    case DESCRIPTION:
        if (size > DESCRIPTION_MOST)
            return keep_cut(session, id - FIRST, data);
        break;
    case FIXED_SIZE:
        if (size != info->size)
            return JET_errInvalidBufferSize;
        if (size == sizeof(number))
        {
            memcpy(&number, data, sizeof(number));
            if ((err = check_number(id, number)) < 0)
                return err;
        }
        break;
    }
    if (id == JET_sesparamCommitDefault)
    {
        session->commit_default = number;
        return JET_errSuccess;
    }
    if (id == JET_sesparamCommitContextContainsCustomerData || id == JET_sesparamCommitContextNeedPreCommitCallback)
    {
        number = number != 0;
        data = &number;
    }
    /* The callback is of the context, and goes with it. */
    if (id == JET_sesparamCommitGenericContext && !size)
        keep(session, JET_sesparamCommitContextNeedPreCommitCallback - FIRST, NULL, 0);
    return keep(session, id - FIRST, data, size);
}

/* The value as it is; descriptions end in a NUL. */
static const void *value_of(struct session *session, uint32_t id, uint32_t *size, uint8_t *room)
{
    const struct sesparam_info *info = &infos[id - FIRST];
    uint32_t number, kept = session->params ? session->params->size[id - FIRST] : 0;
    const uint8_t *data = kept ? session->params->data[id - FIRST] : room;

    memset(room, 0, 16);
    *size = kept;
    if (id == JET_sesparamCommitDefault || id == JET_sesparamTransactionLevel)
    {
        number = id == JET_sesparamCommitDefault ? session->commit_default : session->txn.level;
        memcpy(room, &number, sizeof(number));
        *size = sizeof(number);
        return room;
    }
    if (info->shape == FIXED_SIZE && !kept)
    {
        if (id == JET_sesparamCachePriority)
        {
            number = (uint32_t)param_number(session->instance, JET_paramCachePriority);
            memcpy(room, &number, sizeof(number));
        }
        else if (id == JET_sesparamOperationContext)
            ((JET_OPERATIONCONTEXT *)room)->ulUserID = NO_USER;
        *size = info->size;
    }
    if (info->shape == DESCRIPTION)
        *size = kept ? (uint32_t)strnlen((const char *)data, kept) + 1 : 1;
    return data;
}

static JET_ERR get(struct session *session, uint32_t id, void *data, uint32_t room, JET_ULONG *actual)
{
    const struct sesparam_info *info = &infos[id - FIRST];
    uint8_t scratch[16];
    const void *value;
    uint32_t size;

    value = value_of(session, id, &size, scratch);
    if (actual)
        *actual = size;
    if (!data)
        return JET_errSuccess;
    if (info->exact ? room != size : room < size)
        return info->shape == FIXED_SIZE ? JET_errInvalidBufferSize : JET_errBufferTooSmall;
    memcpy(data, value, info->shape == DESCRIPTION ? size - 1 : size);
    if (info->shape == DESCRIPTION)
        ((char *)data)[size - 1] = 0;
    return JET_errSuccess;
}

static bool known(uint32_t id)
{
    return id >= FIRST && id < FIRST + COUNT;
}

JET_ERR JET_API JetSetSessionParameter(JET_SESID sesid, JET_ULONG id, void *data, JET_ULONG size)
{
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x, %p, %u)\n", (size_t)sesid, (unsigned)id, data, (unsigned)size);
    if ((err = api_enter(sesid, 0, &session)) < 0)
        return err;
    if (!data && size)
        err = JET_errInvalidParameter;
    else
        err = known(id) ? set(session, id, data, size) : JET_errInvalidSesparamId;
    return api_leave(session, err);
}

JET_ERR JET_API JetGetSessionParameter(JET_SESID sesid, JET_ULONG id, void *data, JET_ULONG room, JET_ULONG *actual)
{
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x, %p, %u, %p)\n", (size_t)sesid, (unsigned)id, data, (unsigned)room, (void *)actual);
    if ((err = api_enter(sesid, 0, &session)) < 0)
        return err;
    if (!data && !actual)
        err = JET_errInvalidParameter;
    else
        err = known(id) ? get(session, id, data, room, actual) : JET_errInvalidSesparamId;
    return api_leave(session, err);
}
