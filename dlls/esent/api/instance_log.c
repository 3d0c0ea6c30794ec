/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log of an instance: what JetInit asks of it, and begins, and what JetTerm ends. */
#include "api/instance_log_private.h"
#include "api/log_emit.h"
#include "table/database_redo.h"
#include "table/schema.h"
#include "txn/version.h"

#define KILOBYTE      1024u
#define ENGINE_FORMAT 9600u /* told where the program leaves it open */

struct log *instance_log(const struct instance *instance)
{
    return instance->log ? instance->log->log : NULL;
}

struct database_registry *instance_registry(const struct instance *instance)
{
    return instance->log ? &instance->log->registry : NULL;
}

const struct log_names *instance_log_names(const struct instance *instance)
{
    return instance->log ? &instance->log->config.names : NULL;
}

/* -------------------------------------------------------------- callbacks --- */

/* Tells the program that commits before `position` are durable, or that no more will be. */
static void tell_durable(const struct instance_log *own, uint64_t position, JET_ERR err)
{
    JET_PFNDURABLECOMMITCALLBACK callback = (JET_PFNDURABLECOMMITCALLBACK)param_number(own->instance,
                                                                                       JET_paramDurableCommitCallback);
    JET_COMMIT_ID id = { .commitId = (JET_INT64)position };

    if (!callback || !atomic_load(&own->started))
        return;
    memcpy(&id.signLog, log_signature(own->log), sizeof(id.signLog));
    (void)callback(own->instance->handle, &id, err < 0 ? JET_bitDurableCommitCallbackLogUnavailable : 0);
}

/* A log that is down ends all work of the instance. */
static void end_work(struct instance *instance, JET_ERR err)
{
    if (atomic_load(&instance->state) & INSTANCE_UNAVAILABLE)
        return;
    instance->unavailable = err == JET_errLogDiskFull || err == JET_errDiskFull
                                ? JET_errInstanceUnavailableDueToFatalLogDiskFull
                                : JET_errInstanceUnavailable;
    atomic_fetch_or(&instance->state, INSTANCE_UNAVAILABLE);
}

/* Source: SetInstanceUnavailable where ErrDBCreateDatabase, ErrIsamAttachDatabase and ErrIsamDetachDatabase fail. */
void instance_log_check(struct instance *instance)
{
    JET_ERR err = instance->log ? atomic_load(&instance->log->registry.failed) : JET_errSuccess;

    if (err < 0)
        end_work(instance, err);
}

static void log_is_durable(void *context, uint64_t position, JET_ERR err)
{
    struct instance_log *own = (struct instance_log *)((char *)context - offsetof(struct instance_log, registry));

    if (err < 0)
        end_work(own->instance, err);
    else if (atomic_load(&own->started) && log_position_generation(position) != own->first_generation)
        checkpoint_wanted(own);
    tell_durable(own, position, err);
}

static void emit(void *context, uint32_t generation, uint64_t offset, const void *data, size_t size)
{
    struct instance_log *own = (struct instance_log *)((char *)context - offsetof(struct instance_log, registry));

    log_emit_data(own->instance, generation, offset, data, size);
}

JET_ERR instance_log_stop_and_emit(void *context)
{
    struct instance *instance = context;
    JET_ERR err;

    if (!instance->log)
        return JET_errSuccess;
    err = log_stop(instance->log->log);
    if (err >= 0)
        log_emit_end(instance);
    return err;
}

/* ------------------------------------------------------------------ config --- */

static void narrow(const WCHAR *text, char *to, size_t size)
{
    size_t i;

    for (i = 0; text[i] && i + 1 < size; i++)
        to[i] = text[i] < 0x80 ? (char)text[i] : '?';
    to[i] = 0;
}

static void log_parameters(struct instance *instance, struct log_parameters *parameters)
{
    memset(parameters, 0, sizeof(*parameters));
    narrow(param_text(instance, JET_paramSystemPath), parameters->system_path, sizeof(parameters->system_path));
    narrow(param_text(instance, JET_paramLogFilePath), parameters->log_path, sizeof(parameters->log_path));
    parameters->flags = param_number(instance, JET_paramCircularLog) ? LOG_PARAMETERS_CIRCULAR : 0;
    parameters->sessions = (uint32_t)param_number(instance, JET_paramMaxSessions);
    parameters->open_tables = (uint32_t)param_number(instance, JET_paramMaxOpenTables);
    parameters->version_pages = (uint32_t)param_number(instance, JET_paramMaxVerPages);
    parameters->cursors = (uint32_t)param_number(instance, JET_paramMaxCursors);
    parameters->log_buffers = (uint32_t)param_number(instance, JET_paramLogBuffers);
    parameters->log_segments = (uint32_t)(param_number(instance, JET_paramLogFileSize) * KILOBYTE / LOG_SEGMENT_SIZE);
    parameters->cache_size = (uint32_t)param_number(NULL, JET_paramCacheSizeMax);
}

JET_ERR instance_make_log_names(const struct instance *instance, struct log_names *names)
{
    uintptr_t legacy = param_number(instance, JET_paramLegacyFileNames);
    JET_ERR err;

    memset(names, 0, sizeof(*names));
    err = os_full_path(param_text(instance, JET_paramLogFilePath), names->directory, OS_PATH_MAX);
    if (err >= 0)
        err = os_full_path(param_text(instance, JET_paramSystemPath), names->system_directory, OS_PATH_MAX);
    if (err < 0)
        return err;
    os_text_copy(names->base, LOG_NAME_MAX, param_text(instance, JET_paramBaseName));
    names->new_extensions = !(legacy & JET_bitESE98FileNames);
    names->long_numbers = !(legacy & JET_bitEightDotThreeSoftCompat);
    return JET_errSuccess;
}

static JET_ERR make_config(struct instance_log *own)
{
    struct instance *instance = own->instance;
    struct log_config *config = &own->config;
    uint32_t format = (uint32_t)param_number(instance, JET_paramEngineFormatVersion);
    JET_ERR err = instance_make_log_names(instance, &config->names);

    if (err < 0)
        return err;
    config->file_size = (uint32_t)(param_number(instance, JET_paramLogFileSize) * KILOBYTE);
    config->buffer_size = (uint32_t)(param_number(instance, JET_paramLogBuffers) * LOG_SEGMENT_SIZE);
    if (config->buffer_size > config->file_size)
        config->buffer_size = config->file_size;
    config->page_size = (uint32_t)param_number(instance, JET_paramDatabasePageSize);
    config->circular = param_number(instance, JET_paramCircularLog);
    config->create_ahead = param_number(instance, JET_paramLogFileCreateAsynch);
    config->engine_format = format & 0x80000000u || format < ENGINE_FORMAT / 2 ? ENGINE_FORMAT : format & 0xffffu;
    config->depth_max = (uint32_t)param_number(instance, JET_paramCheckpointTooDeep);
    log_parameters(instance, &config->parameters);
    config->events = &instance->events;
    config->context = &own->registry;
    config->attachments = database_log_attachments;
    config->generation = database_log_generation;
    config->durable = log_is_durable;
    config->emit = log_emit_wanted(instance) ? emit : NULL;
    return JET_errSuccess;
}

/* ------------------------------------------------------------------- start --- */

static JET_ERR append_init(struct instance_log *own, uint64_t *position)
{
    struct log_init init;
    struct log_part part = { &init, sizeof(init) };
    JET_ERR err = log_check(own->log);

    memset(&init, 0, sizeof(init));
    init.type = LOG_INIT2;
    init.parameters = own->config.parameters;
    log_time_set(&init.time, os_time_now());
    return err < 0 ? err : log_append(own->log, &part, 1, position);
}

bool instance_log_keeps_any(const struct instance_log *own)
{
    for (uint32_t i = 0; i < DATABASE_REGISTRY; i++)
        if (own->registry.open[i])
            return true;
    return false;
}

JET_ERR instance_log_start(struct instance *instance, JET_GRBIT grbit)
{
    struct instance_log *own = os_alloc_zero(sizeof(*own));
    uint64_t position;
    JET_ERR err;

    if (!own)
        return JET_errOutOfMemory;
    own->instance = instance;
    os_mutex_init(&own->lock);
    os_mutex_init(&own->registry.lock);
    os_condition_init(&own->wake);
    err = make_config(own);
    if (err >= 0 && own->config.emit)
        log_emit_begin(instance);
    if (err >= 0)
        err = instance_log_open(own, grbit);
    if (err >= 0)
        err = append_init(own, &position);
    if (err >= 0)
        err = attachments_adopt(instance, &own->registry);
    if (err < 0)
    {
        if (own->log)
            log_close(own->log, true);
        for (uint32_t i = 0; i < DATABASE_REGISTRY; i++)
            if (own->registry.open[i])
                database_redo_abandon(own->registry.open[i]);
        log_emit_end(instance);
        os_free(own);
        return err;
    }
    own->registry.log = own->log;
    instance->txn.log.log = own->log;
    instance->log = own;
    own->first_generation = log_generation(own->log);
    instance->txn.log.first_context = own;
    instance->txn.log.first = checkpoint_wanted;
    atomic_store(&own->started, true);
    /*
     * Where others ended the log the checkpoint knows no databases, and redo would begin with the
     * file: with databases that have been attached to other logs since.
     */
    if (instance_log_keeps_any(own))
        checkpoint_wanted(own);
    else if (own->goes_on && !log_checkpoint_whole(own->log) && log_flush(own->log, position) >= 0)
        (void)log_checkpoint_update(own->log, position, position);
    return JET_errSuccess;
}

/* --------------------------------------------------------------------- end --- */

static JET_ERR append_term(struct instance_log *own, uint64_t shutdown, uint64_t *position)
{
    struct log_term term;
    struct log_part part = { &term, sizeof(term) };
    JET_ERR err;

    memset(&term, 0, sizeof(term));
    term.type = LOG_TERM2;
    log_position_store(&term.from, shutdown);
    log_position_store(&term.redo_from, shutdown);
    log_time_set(&term.time, os_time_now());
    err = log_append(own->log, &part, 1, position);
    return err < 0 ? err : log_flush(own->log, *position);
}

JET_ERR instance_log_stop(struct instance *instance, bool dirty, void (*close_databases)(struct instance *instance))
{
    struct instance_log *own = instance->log;
    uint64_t shutdown = 0, position = 0;
    JET_ERR err = JET_errSuccess, now;

    if (!own)
    {
        close_databases(instance);
        return JET_errSuccess;
    }
    checkpoint_stop(own);
    if (log_down(own->log))
        err = JET_errLogWriteFail;
    else if (!dirty)
        err = database_log_shutdown(&own->registry, &instance->txn, &shutdown);
    if (dirty || err < 0)
    {
        /* Versions belong to databases, which go now. */
        while (version_clean(&instance->txn, UINT32_MAX))
            ;
        database_log_abandon(&own->registry);
    }
    close_databases(instance);
    if (!dirty && err >= 0)
        err = atomic_load(&own->registry.failed);
    if (!dirty && err >= 0)
        err = append_term(own, shutdown, &position);
    if (!dirty && err >= 0)
        (void)log_checkpoint_end(own->log, position);
    now = log_close(own->log, false);
    log_emit_end(instance);
    instance->txn.log.log = NULL;
    instance->txn.log.first = NULL;
    atomic_store(&instance->txn.log.first_begun, false);
    instance->log = NULL;
    os_free(own);
    return err < 0 ? err : now;
}
