/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log that an instance finds as it begins: continued, recovered from, or made. */
#include "api/init_map.h"
#include "api/instance_log_private.h"
#include "api/instance_recover.h"

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

/*
 * Files of another size than the program asks for: that of the log is taken if it did not ask; else
 * the log begins anew if JET_paramCleanupMismatchedLogFiles allows it.  Of another extension: it is
 * kept, but that a circular log begins anew where it ended.  (ErrLGMoveToRunningState)  A log that databases
 * need stays as it is.  wanted: the extension that the program asks for is a new one.
 */
static JET_ERR fit(struct instance_log *own, bool wanted)
{
    uint32_t size = log_file_segments(own->log) * LOG_SEGMENT_SIZE;
    bool asked = own->instance->params.value[JET_paramLogFileSize].written;
    bool extensions = own->config.names.new_extensions;
    JET_ERR err;

    if (own->config.circular && !instance_log_keeps_any(own))
        extensions = wanted;
    if (!asked)
        own->config.file_size = size;
    if (size == own->config.file_size)
        return extensions == own->config.names.new_extensions ? JET_errSuccess : begin_anew(own, extensions);
    if (instance_log_keeps_any(own))
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

/* There is no file of the current log: those before it are recovered from, or a new one is made. */
static JET_ERR without_current(struct instance_log *own, const WCHAR *path, JET_GRBIT grbit, bool *made)
{
    uint32_t low, high;
    JET_ERR err = log_range(&own->config.names, &low, &high);

    if (err >= 0)
        err = ask_missing(own, grbit, path, high ? high + 1 : 0);
    if (err < 0)
        return err;
    *made = !high;
    if (*made)
        return log_create(&own->config, &own->log);
    own->goes_on = true;
    return instance_recover(own->instance, &own->config, &own->registry, grbit, &own->log);
}

static JET_ERR open_log(struct instance_log *own, JET_GRBIT grbit)
{
    WCHAR path[OS_PATH_MAX];
    bool made = false;
    JET_ERR err = log_find_extension(&own->config.names), allowed;

    if (err >= 0)
        err = log_path(&own->config.names, LOG_FILE_CURRENT, 0, path, OS_PATH_MAX);
    if (err < 0)
        return err;
    own->goes_on = os_file_exists(path);
    if (own->goes_on && param_number(own->instance, JET_paramDeleteOutOfRangeLogs) &&
        !(grbit & JET_bitReplayIgnoreLostLogs))
        err = log_delete_behind(&own->config.names);
    if (err >= 0)
        err = own->goes_on ? continue_log(own, path, grbit) : without_current(own, path, grbit, &made);
    if (err < 0 || made)
        return err;
    allowed = ask_do(own, grbit, path);
    return allowed < 0 ? allowed : err;
}

JET_ERR instance_log_open(struct instance_log *own, JET_GRBIT grbit)
{
    bool wanted = own->config.names.new_extensions;
    JET_ERR err = check_stop(own->instance);

    if (err >= 0)
        err = open_log(own, grbit);
    return err < 0 ? err : fit(own, wanted);
}
