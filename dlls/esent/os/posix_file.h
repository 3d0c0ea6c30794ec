/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two halves of the POSIX file table: posix_file.c has open files,
 * posix_path.c paths, directories and the table itself.
 */

#ifndef ESENT_OS_POSIX_FILE_H
#define ESENT_OS_POSIX_FILE_H

#include <sys/stat.h>

#include "private.h"

#define OS_SECONDS_1601_TO_1970 11644473600ull

JET_ERR os_posix_file_open(const struct os_file_ops *ops, const WCHAR *path, uint32_t flags, struct os_file **file);
void os_posix_file_close(struct os_file *file);
JET_ERR os_posix_file_size(struct os_file *file, uint64_t *size);
JET_ERR os_posix_file_set_size(struct os_file *file, uint64_t size);
JET_ERR os_posix_file_read(struct os_file *file, uint64_t offset, void *data, size_t size);
JET_ERR os_posix_file_write(struct os_file *file, uint64_t offset, const void *data, size_t size);
JET_ERR os_posix_file_read_parts(struct os_file *file, uint64_t offset, const struct os_io_part *parts, size_t count);
JET_ERR os_posix_file_write_parts(struct os_file *file, uint64_t offset, const struct os_io_part *parts, size_t count);
JET_ERR os_posix_file_flush(struct os_file *file);
void os_posix_file_prefetch(struct os_file *file, uint64_t offset, uint64_t size);
JET_ERR os_posix_file_trim(struct os_file *file, uint64_t offset, uint64_t size);
JET_ERR os_posix_file_info(struct os_file *file, struct os_file_info *info);
JET_ERR os_posix_file_map(struct os_file *file, uint64_t offset, size_t size, void **address);
void os_posix_file_unmap(struct os_file *file, void *address, size_t size);

JET_ERR os_posix_full_path(const struct os_file_ops *ops, const WCHAR *path, WCHAR *full, size_t cch);

/* JET_errFileAccessDenied while someone has the file open who denies that. */
JET_ERR os_posix_may_delete(const char *native);
bool os_posix_parent_exists(const char *native);
void os_posix_sync_parent(const char *native);
void os_posix_stat_info(const struct stat *st, struct os_file_info *info);

#endif
