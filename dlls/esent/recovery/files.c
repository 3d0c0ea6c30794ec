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

/* The file of a generation: under its number, else the current one, whatever that is. */
static JET_ERR open_generation(struct recovery *recovery, uint32_t generation, struct log_reader **reader)
{
    WCHAR path[OS_PATH_MAX];

    *reader = NULL;
    recovery->current = false;
    if (!file_of(recovery, LOG_FILE_GENERATION, generation, path))
    {
        if (!file_of(recovery, LOG_FILE_CURRENT, 0, path))
            return JET_errFileNotFound;
        recovery->current = true;
    }
    return log_reader_open(path, LOG_READ_SOFT, reader);
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

static JET_ERR check_header(const struct recovery *recovery, const struct log_header *header)
{
    if (log_header_page_size(header) != recovery->config->log->page_size)
        return JET_errPageSizeMismatch;
    return same_signature(&header->signature, &recovery->signature) ? JET_errSuccess : JET_errBadLogSignature;
}

/* ------------------------------------------------------------------- start --- */

/* The log's own checkpoint, if there is one and it can be read. */
static bool read_checkpoint(struct recovery *recovery)
{
    WCHAR path[OS_PATH_MAX];

    return path_of(recovery, LOG_FILE_CHECKPOINT, 0, path) >= 0 &&
           log_checkpoint_read(path, &recovery->checkpoint) >= 0 &&
           same_signature(&recovery->checkpoint.signature, &recovery->signature);
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
        return err;
    recovery->signature = last.signature;
    recovery->last = (uint32_t)last.generation > high ? (uint32_t)last.generation : high;
    checkpoint = read_checkpoint(recovery);
    if (checkpoint)
        generation = (uint32_t)recovery->checkpoint.checkpoint.generation;
    else
        generation = low ? low : (uint32_t)last.generation;
    err = open_generation(recovery, generation, &recovery->reader);
    if (err == JET_errFileNotFound)
        return checkpoint ? JET_errMissingLogFile : JET_errMissingPreviousLogFile;
    if (err >= 0)
        err = check_header(recovery, &recovery->reader->header);
    if (err < 0)
        return err;
    if ((uint32_t)recovery->reader->header.generation != generation)
        return recovery->current ? JET_errMissingLogFile : JET_errLogGenerationMismatch;
    recovery->first = recovery->generation = generation;
    recovery->start = log_position(generation, recovery->reader->header.header_segments, 0);
    *list = recovery->reader->header.attach;
    if (checkpoint && recovery->checkpoint.flags & CHECKPOINT_ATTACHMENTS)
    {
        recovery->start = log_position_of(&recovery->checkpoint.checkpoint);
        *list = recovery->checkpoint.attach;
        log_reader_seek(recovery->reader, recovery->start);
    }
    recovery->position = recovery->start;
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

/* How the generations of the databases compare with the last one that there is. */
static JET_ERR check_generations(const struct recovery *recovery, uint32_t last)
{
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; i < REDO_DATABASES; i++)
    {
        const struct redo_database *database = &recovery->databases[i];
        const struct database_header *header;

        if (database->attach != REDO_ATTACH_NOW)
            continue;
        header = &database->database->header;
        if (header->generation_max_required > (int32_t)last)
            return JET_errRequiredLogFilesMissing;
        if (header->generation_max_committed > (int32_t)last)
            err = JET_errCommittedLogFilesMissing;
    }
    return err;
}

static bool may_lose(const struct recovery *recovery)
{
    return recovery->config->grbit & JET_bitReplayIgnoreLostLogs;
}

/* Generation `bad` cannot be replayed: whether those before it are enough, if the program lets the rest go. */
static JET_ERR without_the_rest(struct recovery *recovery, uint32_t bad, JET_ERR reason)
{
    JET_ERR err = check_generations(recovery, bad - 1);
    bool may = may_lose(recovery) && recovery->config->delete_out_of_range;
    WCHAR path[OS_PATH_MAX];

    if (err == JET_errRequiredLogFilesMissing || (err >= 0 && !may))
        return reason;
    if (!may)
        return reason == JET_errInvalidLogSequence ? JET_errCommittedLogFilesMissing : JET_errCommittedLogFileCorrupt;
    for (uint32_t generation = bad; generation <= recovery->last; generation++)
        if (file_of(recovery, LOG_FILE_GENERATION, generation, path))
            os_file_delete(path);
    if (file_of(recovery, LOG_FILE_CURRENT, 0, path))
        os_file_delete(path);
    recovery->lost = true;
    recovery->current = false;
    return JET_wrnNoMoreRecords;
}

/* There is no file for the next generation: whether that is the end. */
static JET_ERR no_next(struct recovery *recovery, uint32_t generation)
{
    uint32_t low, high;
    WCHAR path[OS_PATH_MAX];
    JET_ERR err = log_range(&recovery->config->log->names, &low, &high);

    if (err < 0)
        return err;
    if (!high || high > generation)
        return JET_errMissingLogFile;
    if (may_lose(recovery))
    {
        err = check_generations(recovery, generation - 1);
        if (err < 0 && err != JET_errCommittedLogFilesMissing)
            return err;
        recovery->lost = err < 0;
        return JET_wrnNoMoreRecords;
    }
    /* The next file is made before the current one is moved away. */
    return file_of(recovery, LOG_FILE_NEXT, 0, path) ? JET_wrnNoMoreRecords : JET_errMissingLogFile;
}

/* Opens the next generation.  JET_wrnNoMoreRecords: there is none, and that is right. */
static JET_ERR next_generation(struct recovery *recovery)
{
    struct log_reader *before = recovery->reader, *next;
    uint32_t generation = recovery->generation + 1;
    bool was_current = recovery->current;
    JET_ERR err;

    if (was_current)
        return JET_wrnNoMoreRecords;
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
        return without_the_rest(recovery, generation, err);
    if (err < 0)
        return err;
    if (!continues(before, &next->header))
        err = without_the_rest(recovery, generation, JET_errInvalidLogSequence);
    if (!err)
        err = check_header(recovery, &next->header);
    if (!err && checksum_differs(before, &next->header))
        err = JET_errLogSequenceChecksumMismatch;
    if (err)
    {
        log_reader_close(next);
        return err;
    }
    log_reader_close(before);
    recovery->reader = next;
    recovery->generation = generation;
    return redo_databases_generation(recovery);
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
