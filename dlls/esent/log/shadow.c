/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Emitted log data, written again. */

#include "log/shadow.h"

#include <string.h>

#define HEADER_LEAST 512u /* bytes of a header in which its sector size is */

void log_shadow_begin(struct log_shadow *shadow)
{
    shadow->begun = true;
}

void log_shadow_end(struct log_shadow *shadow)
{
    os_file_close(shadow->file);
    shadow->file = NULL;
}

/* The generation that is open will never be complete. */
static JET_ERR give_up(struct log_shadow *shadow)
{
    WCHAR path[OS_PATH_MAX];
    JET_ERR err;

    log_shadow_end(shadow);
    err = log_path(&shadow->names, LOG_FILE_SHADOW, shadow->generation, path, OS_PATH_MAX);
    return err < 0 ? err : os_file_delete(path);
}

static JET_ERR check_header(const void *data, size_t size)
{
    struct log_header header;

    if (size < HEADER_LEAST || !data)
        return JET_errInvalidParameter;
    memcpy(&header, data, HEADER_LEAST);
    return header.segment_size && header.segment_size != LOG_SEGMENT_SIZE ? JET_errLogSectorSizeMismatch
                                                                          : JET_errSuccess;
}

/* A new file, or that of a generation that is met in its middle. */
static JET_ERR open_file(struct log_shadow *shadow, uint32_t generation, bool middle)
{
    WCHAR path[OS_PATH_MAX];
    JET_ERR err = log_path(&shadow->names, LOG_FILE_SHADOW, generation, path, OS_PATH_MAX);

    if (err < 0)
        return err;
    err = os_file_open(path, OS_OPEN_WRITE | OS_OPEN_SHARE_READ | (middle ? 0 : OS_OPEN_OVERWRITE), &shadow->file);
    if (err < 0)
    {
        shadow->file = NULL;
        return middle && err == JET_errFileNotFound ? JET_errInvalidLogDataSequence : err;
    }
    return middle ? JET_errSuccess : os_file_set_size(shadow->file, shadow->file_size);
}

static JET_ERR start_generation(struct log_shadow *shadow, uint64_t sequence, uint32_t generation, bool middle,
                                const void *data, size_t size)
{
    JET_ERR err = JET_errSuccess, warning = JET_errSuccess;

    if (shadow->file)
    {
        err = give_up(shadow);
        warning = JET_wrnPreviousLogFileIncomplete;
    }
    if (err >= 0 && !middle)
        err = check_header(data, size);
    if (err >= 0 && !sequence)
        err = JET_errInvalidParameter;
    if (err < 0)
        return err;
    shadow->sequence = sequence - 1;
    err = open_file(shadow, generation, middle);
    return err < 0 ? err : warning;
}

static JET_ERR write_data(struct log_shadow *shadow, uint32_t generation, uint32_t segment, const void *data,
                          size_t size)
{
    uint64_t offset = (uint64_t)segment * LOG_SEGMENT_SIZE;
    JET_ERR err;

    if (!shadow->file || offset + size > shadow->file_size)
        return JET_errInvalidLogDataSequence;
    err = os_file_write_at(shadow->file, offset, data, size);
    if (err < 0)
        return err;
    shadow->generation = generation;
    shadow->segment = segment + (uint32_t)(size / LOG_SEGMENT_SIZE);
    shadow->sequence++;
    return JET_errSuccess;
}

/* The one or two segments that were last may come again, with more in them. */
static bool follows(const struct log_shadow *shadow, uint64_t sequence, uint32_t generation, uint32_t segment)
{
    return sequence == shadow->sequence + 1 && generation == shadow->generation &&
           (segment == shadow->segment || segment + 1 == shadow->segment || segment + 2 == shadow->segment);
}

JET_ERR log_shadow_data(struct log_shadow *shadow, uint64_t sequence, uint32_t generation, uint32_t segment,
                        const void *data, size_t size)
{
    bool begins = !segment && generation != shadow->generation;
    bool middle = shadow->begun && segment && !shadow->file;
    JET_ERR warning = JET_errSuccess, err;

    shadow->begun = false;
    if (begins || middle)
        warning = start_generation(shadow, sequence, generation, middle, data, size);
    else if (!follows(shadow, sequence, generation, segment))
        warning = JET_errInvalidLogDataSequence;
    if (warning < 0)
        return warning;
    err = write_data(shadow, generation, segment, data, size);
    return err < 0 ? err : warning;
}

JET_ERR log_shadow_complete(struct log_shadow *shadow, uint64_t sequence, uint32_t generation)
{
    shadow->begun = false;
    if (sequence != shadow->sequence + 1 || generation != shadow->generation || !shadow->file)
        return JET_errInvalidLogDataSequence;
    log_shadow_end(shadow);
    return JET_errSuccess;
}
