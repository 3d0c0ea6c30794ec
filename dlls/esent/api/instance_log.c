/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The log of an instance: begun or continued by JetInit, ended by JetTerm, and
 * the thread that moves its checkpoint on.
 */
#include "api/init_map.h"
#include "api/instance_recover.h"
#include "api/log_emit.h"
#include "table/database_log.h"
#include "table/database_redo.h"
#include "table/schema.h"
#include "txn/version.h"

#define CHECKPOINT_MS 250u
#define IDLE_CHECKS   20u /* that found no new version before the old ones are cleaned up unasked */
#define KILOBYTE      1024u
#define ENGINE_FORMAT 9600u /* told where the program leaves it open */

struct instance_log
{
    struct instance *instance;
    struct log *log;
    struct log_config config;
    struct database_registry registry;
    struct os_mutex lock; /* guards what follows, to `quiet` */
    struct os_condition wake;
    struct os_thread *thread; /* once something was changed */
    bool stop;
    bool quiet;                /* the instance is about to end: what is changed is written soon */
    bool goes_on;              /* the log was there before */
    uint32_t first_generation; /* that was current at the start */
    _Atomic bool started;      /* `log` is there to stay: from here on the program hears of commits */
};

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

static void want_checkpoints(void *context);

static void log_is_durable(void *context, uint64_t position, JET_ERR err)
{
    struct instance_log *own = (struct instance_log *)((char *)context - offsetof(struct instance_log, registry));

    if (err < 0)
        end_work(own->instance, err);
    else if (atomic_load(&own->started) && log_position_generation(position) != own->first_generation)
        want_checkpoints(own);
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

static bool wants_new_extensions(const struct instance *instance)
{
    return !(param_number(instance, JET_paramLegacyFileNames) & JET_bitESE98FileNames);
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

/* -------------------------------------------------------------- checkpoint --- */

/* What the last writers left, when no more come: the file is not to keep deleted entries for long. */
static void clean_idle(struct txn_root *root, uint64_t *mark, uint32_t *checks)
{
    uint64_t now = version_mark(root);

    *checks = now == *mark ? *checks + 1 : 0;
    *mark = now;
    if (*checks == IDLE_CHECKS)
    {
        *checks = 0;
        version_clean(root, UINT32_MAX);
    }
}

static void checkpoint_thread(void *context)
{
    struct instance_log *own = context;
    uint64_t last = 0, mark = 0;
    uint32_t checks = 0;
    bool quiet = false;

    os_mutex_lock(&own->lock);
    while (!own->stop)
    {
        if (quiet == own->quiet)
            os_condition_wait(&own->wake, &own->lock, CHECKPOINT_MS);
        if (own->stop)
            break;
        if (quiet != own->quiet)
            last = 0;
        quiet = own->quiet;
        os_mutex_unlock(&own->lock);
        clean_idle(&own->instance->txn, &mark, &checks);
        if (!log_down(own->log) && log_tip(own->log) != last)
        {
            last = log_tip(own->log);
            (void)database_log_checkpoint(&own->registry, &own->instance->txn,
                                          quiet ? DATABASE_LOG_ALL
                                                : param_number(own->instance, JET_paramCheckpointDepthMax));
        }
        os_mutex_lock(&own->lock);
    }
    os_mutex_unlock(&own->lock);
}

/* Without the thread the checkpoint stays behind, and recovery takes longer.  `lock` is held. */
static void start_thread(struct instance_log *own)
{
    if (!own->stop && !own->thread && os_thread_create(&own->thread, checkpoint_thread, own, "checkpoint") < 0)
        own->thread = NULL;
}

/* There is something that a checkpoint may leave behind. */
static void want_checkpoints(void *context)
{
    struct instance_log *own = context;

    os_mutex_lock(&own->lock);
    start_thread(own);
    os_mutex_unlock(&own->lock);
}

void instance_log_quiesce(void *context, bool quiesce)
{
    struct instance *instance = context;
    struct instance_log *own = instance->log;

    if (!own)
        return;
    os_mutex_lock(&own->lock);
    own->quiet = quiesce;
    start_thread(own);
    os_condition_wake_all(&own->wake);
    os_mutex_unlock(&own->lock);
}

static void stop_thread(struct instance_log *own)
{
    struct os_thread *thread;

    os_mutex_lock(&own->lock);
    own->stop = true;
    thread = own->thread;
    own->thread = NULL;
    os_condition_wake_all(&own->wake);
    os_mutex_unlock(&own->lock);
    if (thread)
        os_thread_join(thread);
}

/* ------------------------------------------------------------------- start --- */

/* A place to stop at is of some generation, and no log is deleted for being behind it. */
static JET_ERR check_stop(const struct instance *instance)
{
    uint64_t stop = init_stop(instance);

    if (stop == LOG_POSITION_MAX)
        return JET_errSuccess;
    return !log_position_generation(stop) || param_number(instance, JET_paramDeleteOldLogs) ||
                   param_number(instance, JET_paramDeleteOutOfRangeLogs)
               ? JET_errInvalidParameter
               : JET_errSuccess;
}

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

static bool read_checkpoint(const struct instance_log *own, struct checkpoint_header *checkpoint)
{
    WCHAR path[OS_PATH_MAX];

    return log_path(&own->config.names, LOG_FILE_CHECKPOINT, 0, path, OS_PATH_MAX) >= 0 &&
           log_checkpoint_read(path, checkpoint) >= 0;
}

/* Whether the checkpoint is where the log was closed: then nothing needs to be replayed. */
static bool checkpoint_at(const struct checkpoint_header *checkpoint, const struct log_reader *reader)
{
    return !memcmp(&checkpoint->signature, &reader->header.signature, sizeof(checkpoint->signature)) &&
           log_position_of(&checkpoint->checkpoint) == reader->close && !reader->close_keeps;
}

/* Continues the log that is there, or recovers from it. */
static JET_ERR continue_log(struct instance_log *own, const WCHAR *path, JET_GRBIT grbit)
{
    struct checkpoint_header checkpoint;
    struct log_reader *reader = NULL;
    bool known = read_checkpoint(own, &checkpoint), closed;
    JET_ERR err = JET_errSuccess;

    closed = known &&
             log_reader_open_closed(path, &checkpoint.signature, log_position_of(&checkpoint.checkpoint), &reader);
    if (!closed)
        err = log_reader_open(path, LOG_READ_SOFT, &reader);
    if (err < 0)
        return err == JET_errLogFileCorrupt
                   ? instance_recover(own->instance, &own->config, &own->registry, grbit, &own->log)
                   : err;
    if (log_header_page_size(&reader->header) != own->config.page_size)
    {
        log_reader_close(reader);
        return JET_errPageSizeMismatch;
    }
    closed = closed || (known && reader->close != LOG_POSITION_NONE && checkpoint_at(&checkpoint, reader));
    if (!closed)
    {
        log_reader_close(reader);
        return instance_recover(own->instance, &own->config, &own->registry, grbit, &own->log);
    }
    err = log_resume(&own->config, reader, &own->log);
    log_reader_close(reader);
    return err;
}

static void delete_file(const struct instance_log *own, enum log_file_kind kind, uint32_t generation)
{
    WCHAR path[OS_PATH_MAX];

    if (log_path(&own->config.names, kind, generation, path, OS_PATH_MAX) >= 0)
        (void)os_file_delete(path);
}

/* All of the log's files go, whose databases are consistent; a new log begins. */
static JET_ERR begin_anew(struct instance_log *own, bool new_extensions)
{
    bool switched = own->config.names.new_extensions != new_extensions;
    uint32_t low, high, last = log_generation(own->log);
    JET_ERR err = log_close(own->log, false);

    own->log = NULL;
    own->goes_on = false;
    if (err >= 0)
        err = log_range(&own->config.names, &low, &high);
    if (err < 0)
        return err;
    for (uint32_t generation = low; generation && generation <= high; generation++)
        delete_file(own, LOG_FILE_GENERATION, generation);
    delete_file(own, LOG_FILE_CURRENT, 0);
    delete_file(own, LOG_FILE_NEXT, 0);
    delete_file(own, LOG_FILE_CHECKPOINT, 0);
    if (switched)
    {
        own->config.names.new_extensions = new_extensions;
        delete_file(own, LOG_FILE_CHECKPOINT, 0);
        own->config.first_generation = last + 1;
    }
    return log_create(&own->config, &own->log);
}

/* Whether recovery has left a database attached. */
static bool any_kept(const struct instance_log *own)
{
    for (uint32_t i = 0; i < DATABASE_REGISTRY; i++)
        if (own->registry.open[i])
            return true;
    return false;
}

/*
 * Files of another size than the program asks for: that of the log is taken if it did not ask; else
 * the log begins anew if JET_paramCleanupMismatchedLogFiles allows it.  Of another extension: it is
 * kept, but that a circular log begins anew where it ended.  (ErrLGMoveToRunningState)  A log that databases
 * need stays as it is.
 */
static JET_ERR fit(struct instance_log *own)
{
    uint32_t size = log_file_segments(own->log) * LOG_SEGMENT_SIZE;
    bool asked = own->instance->params.value[JET_paramLogFileSize].written;
    bool extensions = own->config.names.new_extensions, wanted = wants_new_extensions(own->instance);
    JET_ERR err;

    if (own->config.circular && !any_kept(own))
        extensions = wanted;
    if (!asked)
        own->config.file_size = size;
    if (size == own->config.file_size)
        return extensions == own->config.names.new_extensions ? JET_errSuccess : begin_anew(own, extensions);
    if (any_kept(own))
        return JET_errLogFileSizeMismatch;
    if (param_number(own->instance, JET_paramCleanupMismatchedLogFiles))
        return begin_anew(own, extensions);
    err = log_close(own->log, false);
    own->log = NULL;
    return err < 0 ? err : JET_errLogFileSizeMismatchDatabasesConsistent;
}

/* There is no file of the current log, nor of any if generation is 0: whether JetInit goes on. */
static JET_ERR ask_missing(struct instance_log *own, JET_GRBIT grbit, const WCHAR *path, uint32_t generation)
{
    struct recovery_event event = { .what = JET_sntMissingLog,
                                    .path = path,
                                    .generation = generation,
                                    .current = generation != 0,
                                    .why = generation ? JET_MissingLogContinueToRedo
                                                      : JET_MissingLogCreateNewLogStream };
    WCHAR next[OS_PATH_MAX];

    /* The next file is made before the current one is moved away. */
    if (generation && (log_path(&own->config.names, LOG_FILE_NEXT, 0, next, OS_PATH_MAX) < 0 || !os_file_exists(next)))
        event.normal = JET_errMissingLogFile;
    return init_control(own->instance, grbit, &event);
}

/* The log is there, and the databases are consistent: whether it is to be used. */
static JET_ERR ask_do(struct instance_log *own, JET_GRBIT grbit, const WCHAR *path)
{
    struct recovery_event event = { .what = JET_sntOpenLog, .path = path, .current = true, .why = JET_OpenLogForDo };

    return init_control(own->instance, grbit, &event);
}

static JET_ERR open_log(struct instance_log *own, JET_GRBIT grbit)
{
    WCHAR path[OS_PATH_MAX];
    uint32_t low, high;
    JET_ERR err = log_find_extension(&own->config.names);

    if (err >= 0)
        err = log_path(&own->config.names, LOG_FILE_CURRENT, 0, path, OS_PATH_MAX);
    if (err < 0)
        return err;
    own->goes_on = os_file_exists(path);
    if (own->goes_on && param_number(own->instance, JET_paramDeleteOutOfRangeLogs) &&
        !(grbit & JET_bitReplayIgnoreLostLogs))
        err = log_delete_behind(&own->config.names);
    if (err < 0)
        return err;
    if (own->goes_on)
        err = continue_log(own, path, grbit);
    else
    {
        err = log_range(&own->config.names, &low, &high);
        if (err >= 0)
            err = ask_missing(own, grbit, path, high ? high + 1 : 0);
        if (err < 0)
            return err;
        if (!high)
            return log_create(&own->config, &own->log);
        own->goes_on = true;
        err = instance_recover(own->instance, &own->config, &own->registry, grbit, &own->log);
    }
    if (err >= 0)
    {
        JET_ERR allowed = ask_do(own, grbit, path);

        err = allowed < 0 ? allowed : err;
    }
    return err;
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
        err = check_stop(instance);
    if (err >= 0)
        err = open_log(own, grbit);
    if (err >= 0)
        err = fit(own);
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
    instance->txn.log.first = want_checkpoints;
    atomic_store(&own->started, true);
    /*
     * Where others ended the log the checkpoint knows no databases, and redo would begin with the
     * file: with databases that have been attached to other logs since.
     */
    if (any_kept(own))
        want_checkpoints(own);
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
    stop_thread(own);
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
