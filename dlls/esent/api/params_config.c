/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JET_paramConfiguration: sets of parameters for a purpose.
 *
 * JET_configDefault puts all back to their defaults; the other bits add up, one
 * set on top of another.  0 is the old "small" configuration, which has its own
 * column of defaults.
 */
#include "api/private.h"
#include "os/retry.h"

enum unit
{
    AS_IS,
    BYTES,
    PERCENT_OF_CACHE
};

struct config_value
{
    uint32_t id;
    uint32_t value;
    enum unit unit;
};

static const struct config_value low_disk[] = {
    { JET_paramDbExtensionSize, 16, AS_IS },
    { JET_paramPageTempDBMin, 14, AS_IS },
    { JET_paramCircularLog, 1, AS_IS },
    { JET_paramLogFileSize, 64, AS_IS },
    { JET_paramCheckpointDepthMax, 512 * 1024, AS_IS },
};

static const struct config_value medium_disk[] = {
    { JET_paramDbExtensionSize, 512 * 1024, BYTES },
    { JET_paramPageTempDBMin, 30, AS_IS },
    { JET_paramCircularLog, 1, AS_IS },
    { JET_paramLogFileSize, 512, AS_IS },
    { JET_paramCheckpointDepthMax, 4 * 1024 * 1024, AS_IS },
};

static const struct config_value medium_memory[] = {
    { JET_paramMaxInstances, 1, AS_IS },
    { JET_paramLogBuffers, 512, AS_IS },
    { JET_paramPageHintCacheSize, 64, AS_IS },
    { JET_paramEnableFileCache, 1, AS_IS },
    { JET_paramEnableViewCache, 1, AS_IS },
    { JET_paramCacheSizeMin, 128 * 1024, BYTES },
    { JET_paramCacheSizeMax, 5 * 1024 * 1024, BYTES },
    { JET_paramStartFlushThreshold, 2, PERCENT_OF_CACHE },
    { JET_paramStopFlushThreshold, 3, PERCENT_OF_CACHE },
    { JET_paramLRUKHistoryMax, 1000, AS_IS },
    { JET_paramGlobalMinVerPages, 1, AS_IS },
    { JET_paramVerPageSize, 8192, AS_IS },
    { JET_paramOutstandingIOMax, 48, AS_IS },
};

static const struct config_value ssd[] = {
    { JET_paramMaxCoalesceReadSize, 256 * 1024, AS_IS },
    { JET_paramMaxCoalesceWriteSize, 256 * 1024, AS_IS },
    { JET_paramMaxCoalesceWriteGapSize, 0, AS_IS },
    { JET_paramOutstandingIOMax, 16, AS_IS },
    { JET_paramPrereadIOMax, 5, AS_IS },
};

static const struct config_value no_quotas[] = {
    { JET_paramMaxOpenTables, 2147483647, AS_IS },     { JET_paramMaxCursors, 2147483647, AS_IS },
    { JET_paramMaxVerPages, 2147483647, AS_IS },       { JET_paramMaxTemporaryTables, 2147483647, AS_IS },
    { JET_paramPreferredVerPages, 2147483647, AS_IS }, { JET_paramMaxSessions, 30000, AS_IS },
};

static const struct config_value silent[] = {
    { JET_paramNoInformationEvent, 1, AS_IS },
    { JET_paramEventLoggingLevel, 0, AS_IS },
    { JET_paramDisablePerfmon, 1, AS_IS },
};

#define SET(values) values, sizeof(values) / sizeof(values[0])

/* A global parameter changes only when the process is configured. */
static void reset(struct instance *instance, uint32_t id, uintptr_t value)
{
    if (id == JET_paramConfiguration || (instance && param_info[id].global))
        return;
    param_reset(instance, id, value);
    param_take_effect(id, value);
}

static void apply(struct instance *instance, const struct config_value *values, size_t count)
{
    uintptr_t page = param_number(NULL, JET_paramDatabasePageSize);
    uintptr_t cache = param_number(NULL, JET_paramCacheSizeMax);
    uintptr_t value;
    size_t i;

    for (i = 0; i < count; i++)
    {
        value = values[i].value;
        if (values[i].unit == BYTES)
            value /= page;
        else if (values[i].unit == PERCENT_OF_CACHE)
        {
            uintptr_t least = values[i].id == JET_paramStartFlushThreshold ? 1 : 2;
            value = cache <= 100 && cache * value / 100 < least ? least
                                                                : cache / 100 * value + cache % 100 * value / 100;
        }
        if (values[i].id == JET_paramLogFileSize && page == 32768 && value == 64)
            value = 128; /* a log of 64 KB is too small for such pages */
        reset(instance, values[i].id, value);
    }
}

static void reset_all(struct instance *instance, bool small_values, bool only_different)
{
    uint32_t id;

    for (id = 0; id < PARAM_COUNT; id++)
    {
        const struct param_info *info = &param_info[id];
        if (!only_different || info->value != info->small_value)
            reset(instance, id, small_values ? info->small_value : info->value);
    }
}

JET_ERR param_set_configuration(struct instance *instance, uintptr_t configuration)
{
    struct param_set *set = instance ? &instance->params : &process.params;
    struct param_value *value = &set->value[JET_paramConfiguration];
    uint32_t bits = (uint32_t)configuration;

    if (instance ? (atomic_load(&instance->state) & INSTANCE_INITIALIZED) != 0 : process.mode != PROCESS_NO_MODE)
        return JET_errAlreadyInitialized;
    if (configuration & ~(uintptr_t)JET_configMask)
        return JET_errInvalidParameter;
    if (bits == 0)
    {
        set->config = JET_configDefault | JET_configLowDiskFootprint | JET_configLowMemory | JET_configRemoveQuotas;
        value->number = 0;
        value->written = true;
        reset_all(instance, true, false);
        apply(instance, SET(no_quotas));
        return JET_errSuccess;
    }
    if (bits & JET_configDefault)
        set->config = JET_configDefault;
    set->config |= bits;
    value->number = set->config;
    value->written = true;

    if (bits & JET_configDefault)
        reset_all(instance, false, false);
    if (bits & JET_configLowDiskFootprint)
        apply(instance, SET(low_disk));
    if (bits & JET_configMediumDiskFootprint)
        apply(instance, SET(medium_disk));
    if (bits & JET_configLowMemory)
        reset_all(instance, true, true);
    if (bits & JET_configDynamicMediumMemory)
        apply(instance, SET(medium_memory));
    if (bits & JET_configSSDProfileIO)
        apply(instance, SET(ssd));
    if (bits & JET_configRemoveQuotas)
        apply(instance, SET(no_quotas));
    if (bits & JET_configRunSilent)
        apply(instance, SET(silent));
    return JET_errSuccess;
}
