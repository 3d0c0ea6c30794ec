/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What recovery has to say for the system's event log.  Source: the callers of UtilReportEvent in LOG. */
#include <stdio.h>

#include "recovery/private.h"

static const WCHAR *folder_of(const struct recovery *recovery)
{
    return recovery->config->log->names.directory;
}

static const WCHAR *file_of(const struct recovery *recovery, enum log_file_kind kind, uint32_t generation, WCHAR *path)
{
    if (log_path(&recovery->config->log->names, kind, generation, path, OS_PATH_MAX) < 0)
        path[0] = 0;
    return path;
}

/* Under its number if there is such a file, else the current one. */
static const WCHAR *generation_file(const struct recovery *recovery, uint32_t generation, WCHAR *path)
{
    if (!os_file_exists(file_of(recovery, LOG_FILE_GENERATION, generation, path)))
        file_of(recovery, LOG_FILE_CURRENT, 0, path);
    return path;
}

/* ---------------------------------------------------------------- log files --- */

void redo_tell_open(const struct recovery *recovery, const WCHAR *path, JET_ERR err)
{
    switch (err)
    {
    case JET_errBadLogVersion:
        event_say(redo_events(recovery), EVENT_LOG_VERSION_BAD, path);
        break;
    case JET_errFileNotFound:
    case JET_errFileAccessDenied:
    case JET_errInvalidPath:
    case JET_errOutOfMemory:
        event_say(redo_events(recovery), EVENT_LOG_OPEN_FAILED, path, err);
        break;
    default:
        event_say(redo_events(recovery), EVENT_LOG_HEADER_BAD, path, err);
        break;
    }
}

static bool is_frame(unsigned type)
{
    return type == LOG_BEGIN || type == LOG_COMMIT || type == LOG_BEGIN0 || type == LOG_COMMIT0;
}

void redo_tell_replayed(const struct recovery *recovery)
{
    WCHAR path[OS_PATH_MAX];
    unsigned most = 0;

    for (unsigned type = 0; type < 256; type++)
        if (!is_frame(type) && recovery->seen[type] > recovery->seen[most])
            most = type;
    file_of(recovery, recovery->current ? LOG_FILE_CURRENT : LOG_FILE_GENERATION, recovery->generation, path);
    event_say(redo_events(recovery), EVENT_REDO_FILE_DONE, path, os_clock_us() - recovery->began,
              log_record_name((uint8_t)most), (uint64_t)recovery->seen[most]);
}

void redo_tell_bad(const struct recovery *recovery, uint32_t bad, JET_ERR reason, JET_ERR answer)
{
    bool corrupt = reason != JET_errInvalidLogSequence;
    WCHAR path[OS_PATH_MAX], before[OS_PATH_MAX];
    const WCHAR *folder = folder_of(recovery);

    generation_file(recovery, bad, path);
    if (answer == reason)
    {
        if (!corrupt)
            event_say(redo_events(recovery), EVENT_RECOVERY_REQUIRED_BAD, path, reason);
    }
    else if (answer < 0 && corrupt)
        event_say(redo_events(recovery), EVENT_RECOVERY_COMMITTED_BAD, path, reason, folder);
    else if (answer < 0)
        event_say(redo_events(recovery), EVENT_RECOVERY_OUT_OF_ORDER,
                  file_of(recovery, LOG_FILE_GENERATION, bad - 1, before), (int32_t)(bad - 1), path, (int32_t)bad,
                  folder);
    else if (corrupt)
        event_say(redo_events(recovery), EVENT_RECOVERY_BAD_REMOVED, (uint64_t)(bad - 1), path, (uint64_t)bad, reason,
                  folder);
}

void redo_tell_removed(const struct recovery *recovery, uint32_t first, uint32_t last)
{
    if (last > first)
        event_say(redo_events(recovery), EVENT_RECOVERY_LOGS_REMOVED, (int32_t)(last - first + 1), (uint64_t)first,
                  (uint64_t)last, (uint64_t)(first - 1), folder_of(recovery));
}

void redo_tell_gap(const struct recovery *recovery, uint32_t generation, uint32_t highest)
{
    event_say(redo_events(recovery), EVENT_RECOVERY_GAP, (uint64_t)generation, (uint64_t)highest);
}

void redo_tell_checksum(const struct recovery *recovery, uint32_t generation, uint64_t expected, uint64_t actual)
{
    WCHAR path[OS_PATH_MAX];

    event_say(redo_events(recovery), EVENT_RECOVERY_CHECKSUM_DIFFERS, generation_file(recovery, generation, path),
              expected, actual);
}

/* ---------------------------------------------------------------- databases --- */

void redo_tell_short(const struct recovery *recovery, const struct redo_database *database, JET_ERR err, uint32_t last,
                     bool accepted)
{
    const struct database_header *header = &database->database->header;
    int32_t committed = (int32_t)header->generation_max_committed, low = (int32_t)header->generation_min_required;
    int32_t required = (int32_t)header->generation_max_required;
    WCHAR first[OS_PATH_MAX], end[OS_PATH_MAX], there[OS_PATH_MAX];

    file_of(recovery, LOG_FILE_GENERATION, last, there);
    if (err == JET_errRequiredLogFilesMissing)
        event_say(
            redo_events(recovery), EVENT_RECOVERY_HIGH_MISSING, database->path, low, required, (int32_t)last,
            file_of(recovery, LOG_FILE_GENERATION, (uint32_t)low, first),
            file_of(recovery, required == committed ? LOG_FILE_CURRENT : LOG_FILE_GENERATION, (uint32_t)required, end),
            there);
    else if (accepted)
        event_say(redo_events(recovery), EVENT_RECOVERY_COMMITTED_LOST, database->path, committed - (int32_t)last,
                  (int32_t)last, committed, (int32_t)last, folder_of(recovery));
    else
        event_say(redo_events(recovery), EVENT_RECOVERY_COMMITTED_MISSING, database->path, low, committed, there,
                  (int32_t)last + 1, folder_of(recovery));
}

static void describe_time(const struct header_time *time, WCHAR *to, size_t room)
{
    char text[64];
    unsigned milliseconds = time->milliseconds_low + time->milliseconds_high * 128u;
    size_t i;

    snprintf(text, sizeof(text), " %02u/%02u/%04u %02u:%02u:%02u.%03u ", time->month, time->day, time->year + 1900u,
             time->hour, time->minute, time->second, milliseconds);
    for (i = 0; text[i] && i + 1 < room; i++)
        to[i] = (WCHAR)text[i];
    to[i] = 0;
}

void redo_tell_course(const struct recovery *recovery, const struct redo_database *database,
                      const struct header_time *created)
{
    WCHAR path[OS_PATH_MAX], wanted[64], found[64];

    describe_time(created, wanted, 64);
    describe_time(&recovery->reader->header.created, found, 64);
    event_say(redo_events(recovery), EVENT_RECOVERY_OTHER_COURSE, database->path,
              file_of(recovery, recovery->current ? LOG_FILE_CURRENT : LOG_FILE_GENERATION, recovery->generation, path),
              wanted, found);
}

void redo_tell_attach(const struct recovery *recovery, const struct redo_database *database,
                      const struct database_header *header, JET_ERR err)
{
    const struct event_sink *events = redo_events(recovery);

    switch (err)
    {
    case JET_errFileNotFound:
    case JET_errInvalidPath:
    case JET_errFileAccessDenied:
        break;
    case JET_errConsistentTimeMismatch:
        event_say(events, EVENT_RECOVERY_TIME_WRONG, err, database->path);
        break;
    case JET_errAttachedDatabaseMismatch:
        event_say(events, EVENT_RECOVERY_DATABASE_WRONG, err, database->path);
        break;
    case JET_errSoftRecoveryOnBackupDatabase:
        event_say(events, EVENT_RECOVERY_OF_BACKUP, database->path);
        break;
    case JET_errRequiredLogFilesMissing:
        event_say(events, EVENT_RECOVERY_LOW_MISSING, database->path, (int32_t)header->generation_min_required,
                  (int32_t)(header->generation_max_committed ? header->generation_max_committed
                                                             : header->generation_max_required),
                  (int32_t)recovery->generation);
        break;
    default:
        if (!header)
            event_say(events, EVENT_RECOVERY_HEADER_UNREAD, database->path, err);
        break;
    }
}
