/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * commits - durable commits a second, from 1, 4 and 16 threads at a time, beside
 * SQLite's (WAL, synchronous=FULL), if that is installed.
 *
 *   commits [SECONDS]     for each figure, 2 if it is not said; works in the current folder
 *
 * Each thread has a session, or a connection, and a table of its own; a commit is one row
 * of 100 bytes.  The two take turns, so that what else the machine does meets both alike.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "beside.h"

#define THREADS 16
#define ROUNDS  3

static _Atomic bool over;
static _Atomic unsigned long done;
static double seconds = 2;

/* Commits a second of so many threads. */
static double rate(unsigned threads, void *(*function)(void *number))
{
    pthread_t thread[THREADS];
    double begin;

    atomic_store(&over, false);
    atomic_store(&done, 0);
    begin = now();
    for (unsigned i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, function, (void *)(size_t)i))
            exit(1);
    usleep((useconds_t)(seconds * 1e6));
    atomic_store(&over, true);
    for (unsigned i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    return (double)atomic_load(&done) / (now() - begin);
}

/* ---------------------------------------------------------------------- ours --- */

static JET_INSTANCE instance;

static void *our_thread(void *number)
{
    char name[16], value[100];
    JET_COLUMNDEF def;
    JET_TABLEID table;
    JET_SESID sesid;
    JET_DBID dbid;

    snprintf(name, sizeof(name), "t%u", (unsigned)(size_t)number);
    memset(value, 'x', sizeof(value));
    must(JetBeginSessionA(instance, &sesid, NULL, NULL), "JetBeginSession");
    must(JetOpenDatabaseA(sesid, "commits.edb", NULL, &dbid, 0), "JetOpenDatabase");
    must(JetOpenTableA(sesid, dbid, name, NULL, 0, 0, &table), "JetOpenTable");
    must(JetGetTableColumnInfoA(sesid, table, "v", &def, sizeof(def), JET_ColInfo), "JetGetTableColumnInfo");
    while (!atomic_load(&over))
    {
        must(JetBeginTransaction(sesid), "JetBeginTransaction");
        must(JetPrepareUpdate(sesid, table, JET_prepInsert), "JetPrepareUpdate");
        must(JetSetColumn(sesid, table, def.columnid, value, sizeof(value), 0, NULL), "JetSetColumn");
        must(JetUpdate(sesid, table, NULL, 0, NULL), "JetUpdate");
        must(JetCommitTransaction(sesid, 0), "JetCommitTransaction");
        atomic_fetch_add(&done, 1);
    }
    must(JetEndSession(sesid, 0), "JetEndSession");
    return NULL;
}

static void our_start(void)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypBinary };
    JET_COLUMNID column;
    JET_TABLEID table;
    JET_SESID sesid;
    JET_DBID dbid;
    char name[16];

    must(JetCreateInstanceA(&instance, "commits"), "JetCreateInstance");
    must(JetSetSystemParameterA(&instance, 0, JET_paramCircularLog, 1, NULL), "JetSetSystemParameter");
    must(JetSetSystemParameterA(&instance, 0, JET_paramMaxSessions, 2 * THREADS, NULL), "JetSetSystemParameter");
    must(JetInit(&instance), "JetInit");
    must(JetBeginSessionA(instance, &sesid, NULL, NULL), "JetBeginSession");
    must(JetCreateDatabaseA(sesid, "commits.edb", NULL, &dbid, JET_bitDbOverwriteExisting), "JetCreateDatabase");
    for (unsigned i = 0; i < THREADS; i++)
    {
        snprintf(name, sizeof(name), "t%u", i);
        must(JetCreateTableA(sesid, dbid, name, 1, 100, &table), "JetCreateTable");
        must(JetAddColumnA(sesid, table, "v", &def, NULL, 0, &column), "JetAddColumn");
        must(JetCloseTable(sesid, table), "JetCloseTable");
    }
}

/* -------------------------------------------------------------------- SQLite's --- */

static sqlite3 *sqlite_begin(void)
{
    sqlite3 *db = NULL;

    if (sqlite_open("commits.sqlite", &db))
        exit(1);
    sqlite_busy_timeout(db, 10000);
    if (sqlite_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", NULL, NULL, NULL))
        exit(1);
    return db;
}

static void *sqlite_thread(void *number)
{
    sqlite3 *db = sqlite_begin();
    char sql[160];

    snprintf(sql, sizeof(sql), "BEGIN IMMEDIATE; INSERT INTO t%u VALUES (zeroblob(100)); COMMIT",
             (unsigned)(size_t)number);
    while (!atomic_load(&over))
        if (!sqlite_exec(db, sql, NULL, NULL, NULL))
            atomic_fetch_add(&done, 1);
        else
            (void)sqlite_exec(db, "ROLLBACK", NULL, NULL, NULL);
    sqlite_close(db);
    return NULL;
}

static void sqlite_start(void)
{
    sqlite3 *db = sqlite_begin();
    char sql[60];

    for (unsigned i = 0; i < THREADS; i++)
    {
        snprintf(sql, sizeof(sql), "CREATE TABLE IF NOT EXISTS t%u (v BLOB)", i);
        if (sqlite_exec(db, sql, NULL, NULL, NULL))
            exit(1);
    }
    sqlite_close(db);
}

/* ------------------------------------------------------------------------ both --- */

int main(int argc, char **argv)
{
    static const unsigned counts[] = { 1, 4, THREADS };
    bool beside = sqlite_load();

    if (argc > 1)
        seconds = atof(argv[1]);
    our_start();
    if (beside)
        sqlite_start();
    printf("threads %12s %12s %8s\n", "esent", "sqlite", "ratio");
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
    {
        double ours[ROUNDS], theirs[ROUNDS] = { 0 }, our, their;

        for (unsigned round = 0; round < ROUNDS; round++)
        {
            ours[round] = rate(counts[i], our_thread);
            if (beside)
                theirs[round] = rate(counts[i], sqlite_thread);
        }
        our = median(ours, ROUNDS);
        their = median(theirs, ROUNDS);
        printf("%7u %12.0f %12.0f %8.2f\n", counts[i], our, their, beside ? our / their : 0);
        fflush(stdout);
    }
    must(JetTerm(instance), "JetTerm");
    return 0;
}
