/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * As much of windows.h as the conformance programs need to be compiled natively,
 * for tests/crash/conformance.  The build has replaced in their text what a header
 * cannot: `long long` and the l of formats, since `long` is 32 bits wide here.
 */
#ifndef CONFORMANCE_WINDOWS_H
#define CONFORMANCE_WINDOWS_H

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

typedef wchar_t WCHAR;
typedef uint32_t DWORD;
typedef void *HANDLE;
typedef void *HMODULE;
typedef int BOOL;

#define WINAPI
#define FALSE                   0
#define TRUE                    1
#define MAX_PATH                260
#define INFINITE                0xffffffffu
#define INVALID_HANDLE_VALUE    ((HANDLE)(intptr_t)-1)
#define GENERIC_WRITE           1
#define CREATE_ALWAYS           2
#define FILE_ATTRIBUTE_READONLY 1
#define FILE_ATTRIBUTE_NORMAL   0x80
#define LCMAP_LOWERCASE         0x00000100
#define LCMAP_UPPERCASE         0x00000200
#define LCMAP_SORTKEY           0x00000400
#define LCMAP_BYTEREV           0x00000800
#define NORM_IGNORECASE         0x00000001
#define NORM_IGNORENONSPACE     0x00000002
#define NORM_IGNORESYMBOLS      0x00000004
#define LINGUISTIC_IGNORECASE   0x00000010
#define LINGUISTIC_IGNOREDIACRITIC 0x00000020
#define SORT_STRINGSORT         0x00001000
#define NORM_IGNOREKANATYPE     0x00010000
#define NORM_IGNOREWIDTH        0x00020000
#define NORM_LINGUISTIC_CASING  0x08000000

#define _stricmp                strcasecmp
#define _strnicmp               strncasecmp

/* The harness: calls.c. */
void *call_named(const char *name);
void call_forget_file(const char *path);
int call_delete_file(const char *path);
void call_exit(int status) __attribute__((noreturn));
#define exit(status) call_exit(status)

/* A path of a program with the separators that the system has. */
static inline const char *shim_path(const char *path, char *to)
{
    size_t i;

    for (i = 0; path[i] && i < PATH_MAX - 1; i++)
        to[i] = path[i] == '\\' ? '/' : path[i];
    to[i] = 0;
    return to;
}

static inline char *_strupr(char *text)
{
    for (char *p = text; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    return text;
}

static inline HANDLE CreateFileA(const char *path, DWORD access, DWORD share, void *security, DWORD how,
                                 DWORD attributes, HANDLE like)
{
    char own[PATH_MAX];

    (void)access, (void)share, (void)security, (void)how, (void)attributes, (void)like;
    call_forget_file(path);
    return (HANDLE)(intptr_t)open(shim_path(path, own), O_RDWR | O_CREAT | O_TRUNC, 0666);
}

static inline BOOL WriteFile(HANDLE file, const void *data, DWORD size, DWORD *done, void *overlapped)
{
    ssize_t written = write((int)(intptr_t)file, data, size);

    (void)overlapped;
    *done = (DWORD)written;
    return written >= 0;
}

/* What a handle of CreateThread is; a file's is a small number. */
struct shim_thread
{
    pthread_t thread;
    DWORD (*function)(void *);
    void *context;
};

static inline void *shim_thread_start(void *context)
{
    struct shim_thread *thread = context;

    thread->function(thread->context);
    return NULL;
}

static inline HANDLE CreateThread(void *security, size_t stack, DWORD (*function)(void *), void *context, DWORD flags,
                                  DWORD *id)
{
    struct shim_thread *thread = malloc(sizeof(*thread));

    (void)security, (void)stack, (void)flags, (void)id;
    thread->function = function;
    thread->context = context;
    pthread_create(&thread->thread, NULL, shim_thread_start, thread);
    return thread;
}

static inline DWORD WaitForSingleObject(HANDLE handle, DWORD milliseconds)
{
    (void)milliseconds;
    pthread_join(((struct shim_thread *)handle)->thread, NULL);
    return 0;
}

static inline BOOL CloseHandle(HANDLE handle)
{
    if ((uintptr_t)handle < 65536)
        return close((int)(intptr_t)handle) == 0;
    free(handle);
    return TRUE;
}

static inline void Sleep(DWORD milliseconds)
{
    usleep(milliseconds * 1000);
}

static inline DWORD GetFullPathNameA(const char *path, DWORD size, char *full, char **name)
{
    char own[PATH_MAX], found[PATH_MAX];

    (void)name;
    snprintf(full, size, "%s", realpath(shim_path(path, own), found) ? found : path);
    return (DWORD)strlen(full);
}

static inline BOOL CreateDirectoryA(const char *path, void *security)
{
    char own[PATH_MAX];

    (void)security;
    return mkdir(shim_path(path, own), 0777) == 0;
}

static inline DWORD GetFileAttributesA(const char *path)
{
    char own[PATH_MAX];
    struct stat info;

    return stat(shim_path(path, own), &info) ? 0xffffffffu : FILE_ATTRIBUTE_NORMAL;
}

static inline BOOL SetFileAttributesA(const char *path, DWORD attributes)
{
    char own[PATH_MAX];

    return chmod(shim_path(path, own), attributes & FILE_ATTRIBUTE_READONLY ? 0444 : 0666) == 0;
}

static inline BOOL DeleteFileA(const char *path)
{
    return call_delete_file(path);
}

static inline BOOL CopyFileA(const char *from, const char *to, BOOL fail)
{
    char own[PATH_MAX], block[65536];
    FILE *in = fopen(shim_path(from, own), "rb"), *out;
    size_t size;

    (void)fail;
    call_forget_file(to);
    if (!in)
        return FALSE;
    out = fopen(shim_path(to, own), "wb");
    while (out && (size = fread(block, 1, sizeof(block), in)) > 0)
        fwrite(block, 1, size, out);
    fclose(in);
    return out && fclose(out) == 0;
}

#define GetModuleHandleA(name)       ((HMODULE)0)
#define GetProcAddress(module, name) call_named(name)
#define GetCurrentThreadId()         ((DWORD)1)

/* What they print does not matter here. */
#define vprintf(format, arguments)   ((void)(format), (void)(arguments), 0)
#define printf(...)                  shim_print(__VA_ARGS__)
static inline int shim_print(const char *format, ...)
{
    (void)format;
    return 0;
}

#include "esent.h"

#define long int

#endif
