/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * readscale - how reading one table scales with threads.
 *
 *   readscale DATABASE TABLE [SECONDS [THREADS]]
 *
 * For 1, 2, ... THREADS (4) threads, each with a session and a cursor of its
 * own: every thread reads all rows of the table, in order, over and over, each
 * row's columns by JetRetrieveColumn, for SECONDS (3).  Prints the rows per
 * second of all threads together and their ratio to one thread's.
 *
 * Exit: 0, 1 a call failed, 2 usage.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#else
#include <pthread.h>
#include <time.h>
#include <unistd.h>
#endif

#include "esent.h"

#define THREADS_MAX 64
#define COLUMNS_MAX 64

static JET_INSTANCE instance;
static char database_path[1024];
static const char *table_name;
static volatile bool stop;

struct reader
{
    uint64_t rows;
    JET_ERR err;
};

#ifdef _WIN32
typedef HANDLE thread;
#define THREAD_FUNCTION static DWORD WINAPI

static void thread_start(thread *t, LPTHREAD_START_ROUTINE function, void *context)
{
    *t = CreateThread(NULL, 0, function, context, 0, NULL);
}

static void thread_join(thread t)
{
    WaitForSingleObject(t, INFINITE);
    CloseHandle(t);
}

static double seconds_now(void)
{
    LARGE_INTEGER now, frequency;

    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&frequency);
    return (double)now.QuadPart / (double)frequency.QuadPart;
}

static void sleep_seconds(double seconds)
{
    Sleep((DWORD)(seconds * 1000));
}
#else
typedef pthread_t thread;
#define THREAD_FUNCTION static void *

static void thread_start(thread *t, void *(*function)(void *), void *context)
{
    pthread_create(t, NULL, function, context);
}

static void thread_join(thread t)
{
    pthread_join(t, NULL);
}

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void sleep_seconds(double seconds)
{
    usleep((useconds_t)(seconds * 1e6));
}
#endif

static JET_ERR columns_find(JET_SESID session, JET_TABLEID table, JET_COLUMNID *columns, unsigned *count)
{
    JET_COLUMNLIST list = { .cbStruct = sizeof(list) };
    JET_ERR err = JetGetTableColumnInfoA(session, table, NULL, &list, sizeof(list), JET_ColInfoList);

    *count = 0;
    if (err < 0)
        return err;
    for (err = JetMove(session, list.tableid, JET_MoveFirst, 0); err >= 0 && *count < COLUMNS_MAX;
         err = JetMove(session, list.tableid, JET_MoveNext, 0))
        JetRetrieveColumn(session, list.tableid, list.columnidcolumnid, &columns[(*count)++], sizeof(*columns), NULL, 0,
                          NULL);
    return JetCloseTable(session, list.tableid);
}

static JET_ERR table_read(JET_SESID session, JET_TABLEID table, const JET_COLUMNID *columns, unsigned count,
                          uint64_t *rows)
{
    char value[256];
    JET_ULONG size;
    JET_ERR err;

    for (err = JetMove(session, table, JET_MoveFirst, 0); err >= 0 && !stop;
         err = JetMove(session, table, JET_MoveNext, 0))
    {
        for (unsigned i = 0; i < count; i++)
        {
            err = JetRetrieveColumn(session, table, columns[i], value, sizeof(value), &size, 0, NULL);
            if (err < 0)
                return err;
        }
        ++*rows;
    }
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

THREAD_FUNCTION read_all(void *context)
{
    struct reader *reader = context;
    JET_COLUMNID columns[COLUMNS_MAX];
    unsigned count;
    JET_SESID session;
    JET_TABLEID table;
    JET_DBID database;
    uint64_t rows = 0;
    JET_ERR err = JetBeginSessionA(instance, &session, NULL, NULL);

    if (err >= 0)
        err = JetOpenDatabaseA(session, database_path, NULL, &database, JET_bitDbReadOnly);
    if (err >= 0)
        err = JetOpenTableA(session, database, table_name, NULL, 0, JET_bitTableReadOnly, &table);
    if (err >= 0)
        err = columns_find(session, table, columns, &count);
    while (err >= 0 && !stop)
        err = table_read(session, table, columns, count, &rows);
    JetEndSession(session, 0);
    reader->rows = rows;
    reader->err = err;
    return 0;
}

static double run(unsigned threads, double seconds)
{
    static struct reader readers[THREADS_MAX];
    thread handles[THREADS_MAX];
    uint64_t rows = 0;
    double begin, end;

    stop = false;
    begin = seconds_now();
    for (unsigned i = 0; i < threads; i++)
        thread_start(&handles[i], read_all, &readers[i]);
    sleep_seconds(seconds);
    stop = true;
    for (unsigned i = 0; i < threads; i++)
        thread_join(handles[i]);
    end = seconds_now();
    for (unsigned i = 0; i < threads; i++)
    {
        if (readers[i].err < 0)
        {
            fprintf(stderr, "readscale: error %ld\n", (long)readers[i].err);
            exit(1);
        }
        rows += readers[i].rows;
    }
    return (double)rows / (end - begin);
}

static void must(JET_ERR err, const char *what)
{
    if (err >= 0)
        return;
    fprintf(stderr, "readscale: %s: error %ld\n", what, (long)err);
    exit(1);
}

int main(int argc, char **argv)
{
    double seconds = argc > 3 ? atof(argv[3]) : 3, one = 0;
    unsigned threads = argc > 4 ? (unsigned)atoi(argv[4]) : 4;
    uint32_t page_size;
    JET_SESID session;

    if (argc < 3 || !threads || threads > THREADS_MAX || strlen(argv[1]) >= sizeof(database_path))
    {
        fprintf(stderr, "usage: readscale DATABASE TABLE [SECONDS [THREADS]]\n");
        return 2;
    }
    strcpy(database_path, argv[1]);
    table_name = argv[2];
    must(JetGetDatabaseFileInfoA(database_path, &page_size, sizeof(page_size), JET_DbInfoPageSize), "page size");
    JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramDatabasePageSize, page_size, NULL);
    must(JetCreateInstanceA(&instance, "readscale"), "JetCreateInstance");
    JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramRecovery, 0, "off");
    JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramEnableIndexChecking, 0, NULL);
    must(JetInit(&instance), "JetInit");
    must(JetBeginSessionA(instance, &session, NULL, NULL), "JetBeginSession");
    must(JetAttachDatabaseA(session, database_path, JET_bitDbReadOnly), "JetAttachDatabase");
    for (unsigned n = 1; n <= threads; n *= 2)
    {
        double rate = run(n, seconds);

        if (n == 1)
            one = rate;
        printf("%u threads: %.0f rows/s, %.2f times one thread\n", n, rate, rate / one);
    }
    must(JetTerm(instance), "JetTerm");
    return 0;
}
