/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What native benchmarks share that measure this engine beside SQLite, if that is installed. */
#ifndef TOOLS_BESIDE_H
#define TOOLS_BESIDE_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "esent.h"

static inline void must(JET_ERR err, const char *what)
{
    if (err >= 0)
        return;
    printf("%s: error %d\n", what, (int)err);
    exit(1);
}

/* In seconds. */
static inline double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* Of an odd number of figures, which it puts in order. */
static inline double median(double *figures, unsigned count)
{
    qsort(figures, count, sizeof(*figures), by_value);
    return figures[count / 2];
}

typedef struct sqlite3 sqlite3;

static int (*sqlite_open)(const char *name, sqlite3 **db);
static int (*sqlite_close)(sqlite3 *db);
static int (*sqlite_exec)(sqlite3 *db, const char *sql, int (*callback)(void *, int, char **, char **), void *context,
                          char **error);
static int (*sqlite_busy_timeout)(sqlite3 *db, int milliseconds);

/* Whether it is there. */
static inline bool sqlite_load(void)
{
    void *library = dlopen("libsqlite3.so.0", RTLD_NOW);

    if (!library)
        return false;
    *(void **)&sqlite_open = dlsym(library, "sqlite3_open");
    *(void **)&sqlite_close = dlsym(library, "sqlite3_close");
    *(void **)&sqlite_exec = dlsym(library, "sqlite3_exec");
    *(void **)&sqlite_busy_timeout = dlsym(library, "sqlite3_busy_timeout");
    return sqlite_open && sqlite_close && sqlite_exec && sqlite_busy_timeout;
}

#endif
