/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The log of one instance, told as it is written and written again by another:
 * JET_paramEmitLogDataCallback, JetConsumeLogData.
 *
 * All is told by whoever writes the log at the moment, one after the other, before
 * it is in the file; so what another instance has may be more than what this one finds
 * after a crash, never less than what was durable.
 */
#include "api/log_emit.h"
#include "log/shadow.h"

#define EMIT_VERSION 1u
#define EMIT_LAST    0xfffffffffffffff0ull /* number of what is told at the end */

/* ------------------------------------------------------------------ emitting --- */

bool log_emit_wanted(const struct instance *instance)
{
    return param_number(instance, JET_paramEmitLogDataCallback) != 0;
}

/* What the program answers changes nothing. */
static void tell(struct instance *instance, JET_GRBIT signal, uint64_t number, uint32_t generation, uint64_t offset,
                 const void *data, size_t size)
{
    JET_PFNEMITLOGDATA callback = (JET_PFNEMITLOGDATA)param_number(instance, JET_paramEmitLogDataCallback);
    struct header_time now;
    JET_EMITDATACTX what;

    if (!callback)
        return;
    memset(&what, 0, sizeof(what));
    what.cbStruct = sizeof(what);
    what.dwVersion = EMIT_VERSION;
    what.qwSequenceNum = number;
    what.grbitOperationalFlags = signal;
    log_time_set(&now, os_time_now());
    memcpy(&what.logtimeEmit, &now, sizeof(now));
    what.lgposLogData.lGeneration = (JET_LONG)generation;
    what.lgposLogData.isec = (uint16_t)(offset / LOG_SEGMENT_SIZE);
    what.lgposLogData.ib = (uint16_t)(offset % LOG_SEGMENT_SIZE);
    what.cbLogData = (JET_ULONG)size;
    (void)callback(instance->handle, &what, (void *)data, (JET_ULONG)size,
                   (void *)param_number(instance, JET_paramEmitLogDataCallbackCtx));
}

void log_emit_begin(struct instance *instance)
{
    tell(instance, JET_bitShadowLogEmitFirstCall, 0, 0, 0, NULL, 0);
    instance->emit_number = 1;
    instance->emit_ended = false;
}

void log_emit_end(struct instance *instance)
{
    if (!instance->emit_number || instance->emit_ended)
        return;
    instance->emit_ended = true;
    tell(instance, JET_bitShadowLogEmitLastCall, EMIT_LAST, 0, 0, NULL, 0);
}

void log_emit_data(struct instance *instance, uint32_t generation, uint64_t offset, const void *data, size_t size)
{
    tell(instance, size ? JET_bitShadowLogEmitDataBuffers : JET_bitShadowLogEmitLogComplete, instance->emit_number++,
         generation, offset, data, size);
}

/* ----------------------------------------------------------------- consuming --- */

void log_consume_end(struct instance *instance)
{
    os_mutex_lock(&instance->consume_lock);
    if (instance->consumed)
        log_shadow_end(instance->consumed);
    os_free(instance->consumed);
    instance->consumed = NULL;
    os_mutex_unlock(&instance->consume_lock);
}

static JET_ERR start(struct instance *instance)
{
    struct log_shadow *shadow;
    JET_ERR err;

    if (instance->consumed)
        return JET_errSuccess;
    shadow = os_alloc_zero(sizeof(*shadow));
    if (!shadow)
        return JET_errOutOfMemory;
    shadow->file_size = (uint32_t)param_number(instance, JET_paramLogFileSize) * 1024;
    err = instance_make_log_names(instance, &shadow->names);
    if (err < 0)
        os_free(shadow);
    else
        instance->consumed = shadow;
    return err;
}

static JET_ERR take_data(struct instance *instance, const JET_EMITDATACTX *what, const void *data, uint32_t size)
{
    JET_ERR err = start(instance);

    if (err < 0)
        return err;
    if (what->lgposLogData.ib || !data || !size)
        return JET_errInvalidParameter;
    return log_shadow_data(instance->consumed, what->qwSequenceNum, (uint32_t)what->lgposLogData.lGeneration,
                           what->lgposLogData.isec, data, size);
}

static JET_ERR take(struct instance *instance, const JET_EMITDATACTX *what, const void *data, uint32_t size)
{
    JET_GRBIT signal = what->grbitOperationalFlags;
    JET_ERR err = JET_errSuccess;

    if (what->dwVersion != EMIT_VERSION)
        return JET_errInvalidParameter;
    switch (signal)
    {
    case JET_bitShadowLogEmitFirstCall:
        err = start(instance);
        if (err >= 0)
            log_shadow_begin(instance->consumed);
        return err;
    case JET_bitShadowLogEmitLastCall:
        if (instance->consumed)
            log_shadow_end(instance->consumed);
        os_free(instance->consumed);
        instance->consumed = NULL;
        return JET_errSuccess;
    case JET_bitShadowLogEmitDataBuffers:
        return take_data(instance, what, data, size);
    case JET_bitShadowLogEmitLogComplete:
        return instance->consumed ? log_shadow_complete(instance->consumed, what->qwSequenceNum,
                                                        (uint32_t)what->lgposLogData.lGeneration)
                                  : JET_errInvalidLogDataSequence;
    default:
        return JET_errInvalidGrbit;
    }
}

/*
 * Writes what another instance told of its log into files beside the log of this
 * one, which runs: generations with the extension .jsl.
 * JET_errInvalidParameter (no context, its size, its version, data), JET_errInvalidGrbit (any, or an
 * unknown signal), JET_errInvalidLogDataSequence, JET_errLogSectorSizeMismatch;
 * JET_wrnPreviousLogFileIncomplete.  Source: ErrLGShadowLogAddData.
 */
JET_ERR JET_API JetConsumeLogData(JET_INSTANCE handle, JET_EMITDATACTX *what, void *data, JET_ULONG size,
                                  JET_GRBIT grbit)
{
    struct instance *instance;
    JET_ERR err;

    OS_TRACE("(%#zx, %p, %p, %u, %#x)\n", (size_t)handle, (void *)what, data, (unsigned)size, (unsigned)grbit);
    err = api_check_instance(handle);
    if (err < 0)
        return err;
    if (!what)
        return JET_errInvalidParameter;
    if (grbit)
        return JET_errInvalidGrbit;
    if (what->cbStruct != sizeof(*what))
        return JET_errInvalidParameter;
    err = api_enter_instance(handle, ENTER_RUNNING, &instance);
    if (err < 0)
        return err;
    os_mutex_lock(&instance->consume_lock);
    err = take(instance, what, data, size);
    os_mutex_unlock(&instance->consume_lock);
    return api_leave_instance(instance, err);
}
