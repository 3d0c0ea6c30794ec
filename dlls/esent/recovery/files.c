/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The generations of a log, one after the other. */
#include "recovery/private.h"

#define SEGMENT_CHECKSUM_MINOR 13u /* since then a header has the checksum of the generation before */

static JET_ERR path_of(const struct recovery *recovery, enum log_file_kind kind, uint32_t generation, WCHAR *path)
{
    return log_path(&recovery->config->log->names, kind, generation, path, OS_PATH_MAX);
}

static bool file_of(const struct recovery *recovery, enum log_file_kind kind, uint32_t generation, WCHAR *path)
{
    return path_of(recovery, kind, generation, path) >= 0 && os_file_exists(path);
}

/* ------------------------------------------------------------------ opening --- */

static JET_ERR ask_open(struct recovery *recovery, const WCHAR *path, uint32_t generation, bool current)
{
    struct recovery_event event = {
        .what = JET_sntOpenLog, .generation = generation, .current = current, .why = JET_OpenLogForRedo, .path = path
    };

    return recovery_ask(recovery, &event);
}

/* A file, unless the program does not want it.  JET_errFileNotFound. */
static JET_ERR open_file(struct recovery *recovery, enum log_file_kind kind, uint32_t generation,
                         struct log_reader **reader)
{
    WCHAR path[OS_PATH_MAX];
    JET_ERR err = path_of(recovery, kind, generation, path);

    recovery->current = kind == LOG_FILE_CURRENT;
    if (err >= 0)
        err = ask_open(recovery, path, generation, recovery->current);
    if (err < 0)
        return err;
    if (!os_file_exists(path))
        return JET_errFileNotFound;
    err = log_reader_open(path, LOG_READ_SOFT, reader);
    if (err < 0)
        redo_tell_open(recovery, path, err);
    return err;
}

/* The file of a generation: under its number, else the current one, whatever that is. */
static JET_ERR open_generation(struct recovery *recovery, uint32_t generation, struct log_reader **reader)
{
    JET_ERR err;

    *reader = NULL;
    err = open_file(recovery, LOG_FILE_GENERATION, generation, reader);
    return err == JET_errFileNotFound ? open_file(recovery, LOG_FILE_CURRENT, generation, reader) : err;
}

static JET_ERR header_of(const WCHAR *path, struct log_header *header)
{
    struct os_file *file;
    JET_ERR err = os_file_open(path, OS_OPEN_READ_ONLY | OS_OPEN_SHARE_WRITE | OS_OPEN_SHARE_DELETE, &file);

    if (err < 0)
        return err;
    err = log_header_read(file, header);
    os_file_close(file);
    return err;
}

static bool same_signature(const struct header_signature *a, const struct header_signature *b)
{
    return !memcmp(a, b, sizeof(*a));
}

static uint64_t size_of(const struct log_header *header)
{
    return (uint64_t)header->segments * header->segment_size;
}

/* Source: ErrLGReadFileHdr, ErrLGVerifyFileSize. */
static JET_ERR check_header(const struct recovery *recovery, const struct log_header *header)
{
    if (!same_signature(&header->signature, &recovery->signature))
        return JET_errBadLogSignature;
    if (log_header_page_size(header) != recovery->config->log->page_size)
        return JET_errPageSizeMismatch;
    return size_of(header) == recovery->file_size ? JET_errSuccess : JET_errLogFileSizeMismatch;
}

/* ------------------------------------------------------------------- start --- */

/* The log's own checkpoint, if there is one and it can be read, and the program wants it to be used. */
static bool read_checkpoint(struct recovery *recovery)
{
    struct recovery_event event = { .what = JET_sntOpenCheckpoint };
    WCHAR path[OS_PATH_MAX];

    if (path_of(recovery, LOG_FILE_CHECKPOINT, 0, path) < 0)
        return false;
    if (recovery_ask(recovery, &event) < 0)
    {
        (void)os_file_delete(path);
        return false;
    }
    return log_checkpoint_read(path, &recovery->checkpoint) >= 0 &&
           same_signature(&recovery->checkpoint.signature, &recovery->signature);
}

/*
 * The generation from which the databases of the map must be replayed; 0 if that cannot be told.
 * Source: LoadCheckpointGenerationFromRstmap.
 */
static uint32_t generation_of_map(const struct recovery *recovery)
{
    const struct recovery_config *config = recovery->config;
    uint32_t lowest = UINT32_MAX;

    if (!(config->grbit & JET_bitReplayInferCheckpointFromRstmapDbs))
        return 0;
    for (uint32_t i = 0; i < config->map_count; i++)
    {
        const JET_RSTMAP2_W *entry = &config->map[i];
        const WCHAR *path = entry->szNewDatabaseName ? entry->szNewDatabaseName : entry->szDatabaseName;
        struct database_header header;
        uint32_t needed;

        if (!path || database_redo_header(path, &header) < 0)
        {
            if (entry->grbit & JET_bitRestoreMapIgnoreWhenMissing)
                continue;
            return 0;
        }
        needed = header.state == JET_dbstateCleanShutdown ? (uint32_t)header.consistent.generation
                                                          : (uint32_t)header.generation_min_required;
        if (needed < lowest)
            lowest = needed;
    }
    return lowest == UINT32_MAX ? 0 : lowest;
}

/* Where redo begins without a checkpoint. */
static uint32_t first_generation(const struct recovery *recovery, uint32_t low, const struct log_header *last)
{
    uint32_t generation = generation_of_map(recovery);

    if (!generation)
        generation = low;
    return generation ? generation : (uint32_t)last->generation;
}

static void now_at(struct recovery *recovery, uint32_t generation)
{
    recovery->generation = generation;
    recovery->began = os_clock_us();
    memset(recovery->seen, 0, sizeof(recovery->seen));
    if (recovery->config->generation)
        atomic_store(recovery->config->generation, generation);
}

static bool stops(const struct recovery *recovery)
{
    return recovery->config->stop != LOG_POSITION_MAX;
}

bool redo_files_stop(const struct recovery *recovery, uint64_t position)
{
    uint64_t stop = recovery->config->stop;

    return stop & 0xffffffffu && stop < position;
}

JET_ERR redo_files_start(struct recovery *recovery, const uint8_t **list)
{
    uint32_t low, high, generation;
    WCHAR path[OS_PATH_MAX];
    struct log_header last;
    bool has_current, checkpoint;
    JET_ERR err = log_range(&recovery->config->log->names, &low, &high);

    if (err < 0)
        return err;
    has_current = file_of(recovery, LOG_FILE_CURRENT, 0, path);
    if (!has_current && !file_of(recovery, LOG_FILE_GENERATION, high, path))
        return JET_errMissingLogFile;
    err = header_of(path, &last);
    if (err < 0)
    {
        redo_tell_open(recovery, path, err);
        return err;
    }
    recovery->signature = last.signature;
    recovery->file_size = size_of(&last);
    recovery->last = (uint32_t)last.generation > high ? (uint32_t)last.generation : high;
    checkpoint = !recovery->config->from_first && read_checkpoint(recovery);
    if (checkpoint)
        generation = (uint32_t)recovery->checkpoint.checkpoint.generation;
    else
        generation = first_generation(recovery, low, &last);
    err = open_generation(recovery, generation, &recovery->reader);
    if (err == JET_errFileNotFound)
        return checkpoint ? JET_errMissingLogFile : JET_errMissingPreviousLogFile;
    if (err >= 0)
        err = check_header(recovery, &recovery->reader->header);
    if (err < 0)
        return err;
    if ((uint32_t)recovery->reader->header.generation != generation)
        return recovery->current ? JET_errMissingLogFile : JET_errLogGenerationMismatch;
    if (generation > log_position_generation(recovery->config->stop))
        return JET_errRecoveredWithoutUndo;
    recovery->first = generation;
    now_at(recovery, generation);
    recovery->start = log_position(generation, recovery->reader->header.header_segments, 0);
    *list = recovery->reader->header.attach;
    if (checkpoint && recovery->checkpoint.flags & CHECKPOINT_ATTACHMENTS)
    {
        recovery->start = log_position_of(&recovery->checkpoint.checkpoint);
        *list = recovery->checkpoint.attach;
        log_reader_seek(recovery->reader, recovery->start);
    }
    recovery->position = recovery->start;
    if (redo_files_stop(recovery, recovery->start))
        return JET_errRecoveredWithoutUndo;
    return redo_databases_generation(recovery);
}

/* -------------------------------------------------------------------- next --- */

static bool continues(const struct log_reader *before, const struct log_header *header)
{
    return (uint32_t)header->generation == (uint32_t)before->header.generation + 1 &&
           !memcmp(&header->created_before, &before->header.created, sizeof(header->created_before));
}

/* Whether the header must have the checksum of the generation before, and has another one. */
static bool checksum_differs(const struct log_reader *before, const struct log_header *header)
{
    return header->major == LOG_VERSION && header->minor == LOG_VERSION_MINOR &&
           header->update_minor >= SEGMENT_CHECKSUM_MINOR && header->checksum_before != before->checksum;
}

static bool may_lose(const struct recovery *recovery)
{
    return recovery->config->grbit & JET_bitReplayIgnoreLostLogs;
}

/* How the generations of the databases compare with the last one that there is. */
static JET_ERR check_generations(const struct recovery *recovery, uint32_t last)
{
    const struct redo_database *lacking = NULL;
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; i < REDO_DATABASES; i++)
    {
        const struct redo_database *database = &recovery->databases[i];
        const struct database_header *header;

        if (database->attach != REDO_ATTACH_NOW)
            continue;
        header = &database->database->header;
        if (header->generation_max_required > (int32_t)last)
        {
            redo_tell_short(recovery, database, JET_errRequiredLogFilesMissing, last, false);
            return JET_errRequiredLogFilesMissing;
        }
        if (header->generation_max_committed <= (int32_t)last)
            continue;
        err = JET_errCommittedLogFilesMissing;
        lacking = database;
    }
    if (lacking && !recovery->lost)
        redo_tell_short(recovery, lacking, err, last, may_lose(recovery));
    return err;
}

/* Generation `bad` cannot be replayed: whether those before it are enough, if the program lets the rest go. */
static JET_ERR without_the_rest(struct recovery *recovery, uint32_t bad, JET_ERR reason)
{
    JET_ERR err = check_generations(recovery, bad - 1);
    bool may = may_lose(recovery) && recovery->config->delete_out_of_range;
    WCHAR path[OS_PATH_MAX];

    if (err == JET_errRequiredLogFilesMissing || (err >= 0 && !may))
        err = reason;
    else if (!may)
        err = reason == JET_errInvalidLogSequence ? JET_errCommittedLogFilesMissing : JET_errCommittedLogFileCorrupt;
    else
        err = JET_errSuccess;
    redo_tell_bad(recovery, bad, reason, err);
    if (err < 0)
        return err;
    for (uint32_t generation = bad; generation <= recovery->last; generation++)
        if (file_of(recovery, LOG_FILE_GENERATION, generation, path))
            os_file_delete(path);
    if (file_of(recovery, LOG_FILE_CURRENT, 0, path))
        os_file_delete(path);
    redo_tell_removed(recovery, bad, recovery->last);
    recovery->lost = true;
    recovery->current = false;
    return JET_wrnNoMoreRecords;
}

/* The file of the log that was written last is not there: whether recovery goes on without. */
static JET_ERR ask_missing(struct recovery *recovery, uint32_t generation)
{
    struct recovery_event event = {
        .what = JET_sntMissingLog, .generation = generation, .current = true, .why = JET_MissingLogContinueToUndo
    };
    WCHAR path[OS_PATH_MAX];

    /* The next file is made before the current one is moved away. */
    event.normal = file_of(recovery, LOG_FILE_NEXT, 0, path) ? JET_errSuccess : JET_errMissingLogFile;
    event.path = path_of(recovery, LOG_FILE_CURRENT, 0, path) < 0 ? NULL : path;
    return recovery_ask(recovery, &event);
}

/* There is no file for the next generation: whether that is the end. */
static JET_ERR no_next(struct recovery *recovery, uint32_t generation)
{
    uint32_t low, high;
    JET_ERR err = log_range(&recovery->config->log->names, &low, &high);

    if (err < 0)
        return err;
    if (!high || high > generation)
        redo_tell_gap(recovery, generation, high);
    if (stops(recovery) || !high || high > generation)
        return JET_errMissingLogFile;
    if (may_lose(recovery))
    {
        err = check_generations(recovery, generation - 1);
        if (err < 0 && err != JET_errCommittedLogFilesMissing)
            return err;
        recovery->lost = err < 0;
    }
    err = ask_missing(recovery, generation);
    return err < 0 ? err : JET_wrnNoMoreRecords;
}

/* A file of the log was replayed, or is about to be and none has been told of yet: the answer says about messages. */
static bool tell_replayed(struct recovery *recovery)
{
    struct recovery_event event = { .what = JET_sntNotificationEvent, .why = RECOVERY_MESSAGE_REPLAYED };

    if (recovery_ask(recovery, &event) < 0)
        return false;
    recovery->told_replayed = true;
    return true;
}

/* A database may need a generation of this number that is not this one.  JET_errRequiredLogFilesMissing. */
static JET_ERR check_course(const struct recovery *recovery)
{
    for (uint32_t i = 0; !may_lose(recovery) && i < REDO_DATABASES; i++)
    {
        const struct redo_database *database = &recovery->databases[i];
        const struct header_time *created;

        if (database->attach != REDO_ATTACH_NOW ||
            database->database->header.generation_max_required != (int32_t)recovery->generation)
            continue;
        created = header_required_time(&database->database->header);
        if (!created || !memcmp(created, &recovery->reader->header.created, sizeof(*created)))
            continue;
        redo_tell_course(recovery, database, created);
        return JET_errRequiredLogFilesMissing;
    }
    return JET_errSuccess;
}

/* What is behind the header of the next generation is damaged; the header comes first all the same. */
static JET_ERR next_is_damaged(struct recovery *recovery, uint32_t generation)
{
    struct log_header header;
    WCHAR path[OS_PATH_MAX];
    JET_ERR err = path_of(recovery, recovery->current ? LOG_FILE_CURRENT : LOG_FILE_GENERATION, generation, path);

    if (err >= 0)
        err = header_of(path, &header);
    if (err >= 0)
        err = check_header(recovery, &header);
    if (err < 0)
        return err;
    return without_the_rest(recovery, generation,
                            continues(recovery->reader, &header) ? JET_errLogFileCorrupt : JET_errInvalidLogSequence);
}

/* Opens the next generation.  JET_wrnNoMoreRecords: there is none, and that is right. */
static JET_ERR next_generation(struct recovery *recovery)
{
    struct log_reader *before = recovery->reader, *next;
    uint32_t generation = recovery->generation + 1;
    bool was_current = recovery->current;
    JET_ERR err;

    if (tell_replayed(recovery))
        redo_tell_replayed(recovery);
    if (recovery->generation == log_position_generation(recovery->config->stop))
        return JET_errRecoveredWithoutUndo;
    if (was_current)
    {
        err = check_course(recovery);
        return err < 0 ? err : JET_wrnNoMoreRecords;
    }
    if (recovery->config->progress)
    {
        err = recovery->config->progress(recovery->config->context, generation - recovery->first,
                                         recovery->last - recovery->first + 1);
        if (err < 0)
            return err;
    }
    err = open_generation(recovery, generation, &next);
    if (err == JET_errFileNotFound)
    {
        recovery->current = false;
        return no_next(recovery, generation);
    }
    if (err == JET_errLogFileCorrupt)
        return next_is_damaged(recovery, generation);
    if (err < 0)
        return err;
    if (!recovery->told_replayed)
        (void)tell_replayed(recovery);
    err = check_header(recovery, &next->header);
    if (!err && !continues(before, &next->header))
        err = without_the_rest(recovery, generation, JET_errInvalidLogSequence);
    if (!err && checksum_differs(before, &next->header))
    {
        err = JET_errLogSequenceChecksumMismatch;
        redo_tell_checksum(recovery, generation, before->checksum, next->header.checksum_before);
    }
    if (err)
    {
        log_reader_close(next);
        return err;
    }
    log_reader_close(before);
    recovery->reader = next;
    now_at(recovery, generation);
    err = check_course(recovery);
    return err < 0 ? err : redo_databases_generation(recovery);
}

JET_ERR redo_files_next(struct recovery *recovery, struct log_read_record *record)
{
    JET_ERR err;

    while ((err = log_reader_next(recovery->reader, record)) == JET_wrnNoMoreRecords)
    {
        err = next_generation(recovery);
        if (err)
            return err;
    }
    if (err >= 0)
        recovery->seen[record->type]++;
    return err;
}

JET_ERR redo_files_check(struct recovery *recovery)
{
    JET_ERR err = check_generations(recovery, recovery->generation);

    if (err == JET_errCommittedLogFilesMissing && may_lose(recovery))
    {
        recovery->lost = true;
        return JET_errSuccess;
    }
    return err;
}
