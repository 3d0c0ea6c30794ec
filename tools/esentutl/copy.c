/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /y: copies a file, whatever is in it. */
#include <inttypes.h>
#include <stdlib.h>

#include "esentutl.h"

#define CHUNK  (1u << 20)
#define SECTOR 512u

/* Reads what can be read; the rest becomes zeroes. */
static uint64_t read_around(struct os_file *from, uint64_t offset, uint8_t *data, size_t size)
{
    uint64_t lost = 0;

    for (size_t at = 0; at < size; at += SECTOR)
    {
        size_t part = size - at < SECTOR ? size - at : SECTOR;

        if (os_file_read_at(from, offset + at, data + at, part) >= 0)
            continue;
        memset(data + at, 0, part);
        lost += part;
    }
    return lost;
}

static JET_ERR copy(struct os_file *from, struct os_file *to, bool ignore, struct progress *progress)
{
    uint8_t *data = malloc(CHUNK);
    uint64_t size, lost = 0;
    JET_ERR err = data ? os_file_size(from, &size) : JET_errOutOfMemory;

    for (uint64_t offset = 0; err >= 0 && offset < size; offset += CHUNK)
    {
        size_t part = size - offset < CHUNK ? (size_t)(size - offset) : CHUNK;

        err = os_file_read_at(from, offset, data, part);
        if (err < 0 && ignore)
        {
            lost += read_around(from, offset, data, part);
            err = JET_errSuccess;
        }
        if (err >= 0)
            err = os_file_write_at(to, offset, data, part);
        progress_step(progress, offset + part, size);
    }
    free(data);
    if (err >= 0)
        err = os_file_flush(to);
    progress_end(progress);
    if (err >= 0)
        printf("\tTotal bytes read\t\t= 0x%" PRIx64 " (%" PRIu64 ")\n\tTotal bytes written\t\t= 0x%" PRIx64 " (%" PRIu64
               ")\n",
               size - lost, size - lost, size, size);
    if (lost)
        printf("\tBytes that could not be read\t= 0x%" PRIx64 " (%" PRIu64 ")\n", lost, lost);
    return err;
}

JET_ERR mode_copy(const struct options *options)
{
    WCHAR name[OS_PATH_MAX], extension[OS_PATH_MAX], path[OS_PATH_MAX];
    const WCHAR *target = option_value(options, 'd');
    struct progress progress = { 0 };
    struct os_file *from, *to;
    JET_ERR err;

    /* By default a file of the same name, where we are. */
    if (!target)
    {
        err = os_path_split(options->path, NULL, name, extension);
        if (err < 0)
            return err;
        os_text_copy(path, OS_PATH_MAX, name);
        os_text_copy(path + os_text_length(path), OS_PATH_MAX - os_text_length(path), extension);
        target = path;
    }
    printf("Initiating COPY FILE mode...\n     Source File: %s\nDestination File: %s\n\n", options->name,
           path_text(target));
    err = os_file_open(options->path, OS_OPEN_SHARE_READ | OS_OPEN_SHARE_WRITE | OS_OPEN_SEQUENTIAL, &from);
    if (err < 0)
        return err;
    err = os_file_open(target, OS_OPEN_WRITE | OS_OPEN_CREATE, &to);
    if (err >= 0)
    {
        progress_start(&progress, "Copy Progress");
        err = copy(from, to, option_flag(options, 'i'), &progress);
        os_file_close(to);
        if (err < 0)
            (void)os_file_delete(target);
    }
    os_file_close(from);
    return err;
}
