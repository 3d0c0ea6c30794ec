/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the Windows files of the platform floor share; the only place of the
 * floor, with them, that sees windows.h.
 */

#ifndef ESENT_OS_WIN32_H
#define ESENT_OS_WIN32_H

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#undef _WIN32_WINNT
#define _WIN32_WINNT 0x0600
#include <windows.h>
#include <winioctl.h>

#include "private.h"

JET_ERR os_win32_path_info(const struct os_file_ops *ops, const WCHAR *path, struct os_file_info *info);
JET_ERR os_win32_path_delete(const struct os_file_ops *ops, const WCHAR *path);
JET_ERR os_win32_path_move(const struct os_file_ops *ops, const WCHAR *from, const WCHAR *to, bool replace);
JET_ERR os_win32_path_copy(const struct os_file_ops *ops, const WCHAR *from, const WCHAR *to, bool replace);
JET_ERR os_win32_directory_create(const struct os_file_ops *ops, const WCHAR *path);
JET_ERR os_win32_directory_remove(const struct os_file_ops *ops, const WCHAR *path);
JET_ERR os_win32_full_path(const struct os_file_ops *ops, const WCHAR *path, WCHAR *full, size_t cch);
JET_ERR os_win32_volume(const struct os_file_ops *ops, const WCHAR *path, struct os_volume *volume);
JET_ERR os_win32_find_open(const struct os_file_ops *ops, const WCHAR *pattern, struct os_find **find);
JET_ERR os_win32_find_next(const struct os_file_ops *ops, struct os_find *find, struct os_find_entry *entry);
void os_win32_find_close(const struct os_file_ops *ops, struct os_find *find);

JET_ERR os_win32_handle_info(HANDLE handle, struct os_file_info *info);

static inline uint64_t os_win32_filetime(const FILETIME *time)
{
    return (uint64_t)time->dwHighDateTime << 32 | time->dwLowDateTime;
}

/* A function of a module that is loaded anyway; NULL if it is not there. */
static inline FARPROC os_win32_find(const char *module, const char *function)
{
    HMODULE handle = GetModuleHandleA(module);

    return handle ? GetProcAddress(handle, function) : NULL;
}

#endif
