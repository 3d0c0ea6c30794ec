/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of generations that a log does not have yet: of a time that was taken back. */
#include "log/log.h"

static JET_ERR header_of(const WCHAR *path, struct log_header *header)
{
    struct os_file *file;
    JET_ERR err = os_file_open(path, OS_OPEN_READ_ONLY | OS_OPEN_SHARE_READ, &file);

    if (err < 0)
        return err;
    err = log_header_read_alone(file, header);
    os_file_close(file);
    return err;
}

JET_ERR log_delete_behind(const struct log_names *names)
{
    struct log_header current, other;
    WCHAR path[OS_PATH_MAX];
    uint32_t low, high;
    JET_ERR err = log_path(names, LOG_FILE_CURRENT, 0, path, OS_PATH_MAX);

    /* What is wrong with the current file is found out by those who go on with it. */
    if (err < 0 || header_of(path, &current) < 0)
        return err;
    err = log_range(names, &low, &high);
    for (uint32_t generation = (uint32_t)current.generation; err >= 0 && generation <= high; generation++)
    {
        err = log_path(names, LOG_FILE_GENERATION, generation, path, OS_PATH_MAX);
        if (err < 0 || !os_file_exists(path))
            continue;
        err = header_of(path, &other);
        if (err >= 0 && memcmp(&other.signature, &current.signature, sizeof(other.signature)))
            err = JET_errBadLogSignature;
        if (err >= 0)
            err = os_file_delete(path);
    }
    return err;
}
