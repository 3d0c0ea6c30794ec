/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of the platform floor share among themselves.
 */

#ifndef ESENT_OS_PRIVATE_H
#define ESENT_OS_PRIVATE_H

#include "os.h"

/* What a platform gives for debug output: the classes that are on, and a whole
   line (in UTF-8, with its end) written to where it goes. */
uint32_t os_platform_trace_classes(void);
void os_platform_trace_line(uint32_t class, const char *function, const char *line);

/* What OS_MAP_BYTEREV does: the bytes of each pair exchanged. */
void os_sort_key_reverse(uint8_t *key, size_t size);

#ifdef _WIN32

/* The JET_ERR for a Windows error code. */
JET_ERR os_win32_error(uint32_t code);

#else

/* The JET_ERR for an errno. */
JET_ERR os_posix_error(int code);

/* UTF-16 to the file system's bytes and back; bytes that are no UTF-8 become
   lone surrogates DC80 to DCFF, and those bytes again.  A backslash becomes a
   slash on the way out.  JET_errInvalidPath if it does not fit. */
JET_ERR os_posix_path(const WCHAR *path, char *native, size_t size);
JET_ERR os_posix_path_back(const char *native, WCHAR *path, size_t cch);

#define OS_NATIVE_PATH_MAX 4096

/* A whole file in memory, read-only and for ever; NULL if absent. */
const void *os_posix_map_whole(const char *path, size_t *size);

/* One of Wine's tables by file name, found in the directories that are searched
   for them; NULL if absent. */
const void *os_nls_table(const char *name, size_t *size);

#endif

#endif
