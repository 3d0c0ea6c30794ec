/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * recoveries - how long it takes to come back after a crash with so much of log that no
 * checkpoint has covered, beside SQLite with as much of WAL, if that is installed.
 *
 *   recoveries [MEGABYTES]     100 if it is not said; works in the current folder
 *
 * A process fills a table with rows of 100 bytes at random keys, ten to a transaction,
 * until the log is that large, and dies.  What it left is kept aside and recovered three times,
 * in turns; what is shown is the median.  Ours: JetInit, which leaves the database consistent.
 * SQLite's: opening and the first read, which goes through the WAL; and then the checkpoint
 * that puts it into the database, which is the state that ours is in.
 */
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "beside.h"

#define ROUNDS 3
#define BATCH  10

static unsigned long megabytes = 100;

static void shell(const char *command)
{
    if (system(command))
        exit(1);
}

static uint64_t random_next(void)
{
    static uint64_t state = 1;
    uint64_t x = state += 0x9e3779b97f4a7c15u;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    return x ^ x >> 31;
}

/* ---------------------------------------------------------------------- ours --- */

static JET_INSTANCE our_instance(void)
{
    JET_INSTANCE instance;

    must(JetCreateInstanceA(&instance, "recoveries"), "JetCreateInstance");
    must(JetSetSystemParameterA(&instance, 0, JET_paramSystemPath, 0, "recover.run/"), "JetSetSystemParameter");
    must(JetSetSystemParameterA(&instance, 0, JET_paramLogFilePath, 0, "recover.run/"), "JetSetSystemParameter");
    must(JetSetSystemParameterA(&instance, 0, JET_paramTempPath, 0, "recover.run/"), "JetSetSystemParameter");
    must(JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, 5120, NULL), "JetSetSystemParameter");
    must(JetSetSystemParameterA(&instance, 0, JET_paramCheckpointDepthMax, 1u << 30, NULL), "JetSetSystemParameter");
    must(JetInit(&instance), "JetInit");
    return instance;
}

/* Runs in a process of its own, and dies.  Says how many rows there are. */
static void our_work(int out)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypBinary };
    JET_COLUMNDEF key = { .cbStruct = sizeof(key), .coltyp = JET_coltypCurrency, .grbit = JET_bitColumnNotNULL };
    JET_COLUMNID column, id;
    JET_INSTANCE instance;
    JET_API_PTR generation;
    JET_TABLEID table;
    uint64_t rows = 0;
    JET_SESID sesid;
    JET_DBID dbid;
    char value[100];

    memset(value, 'x', sizeof(value));
    must(JetSetSystemParameterA(NULL, 0, JET_paramCacheSizeMin, 100000, NULL), "JetSetSystemParameter");
    instance = our_instance();
    must(JetBeginSessionA(instance, &sesid, NULL, NULL), "JetBeginSession");
    must(JetCreateDatabaseA(sesid, "recover.run/rows.edb", NULL, &dbid, 0), "JetCreateDatabase");
    must(JetCreateTableA(sesid, dbid, "t", 1, 100, &table), "JetCreateTable");
    must(JetAddColumnA(sesid, table, "k", &key, NULL, 0, &id), "JetAddColumn");
    must(JetAddColumnA(sesid, table, "v", &def, NULL, 0, &column), "JetAddColumn");
    must(JetCreateIndexA(sesid, table, "k", JET_bitIndexPrimary, "+k\0", 4, 100), "JetCreateIndex");
    do
    {
        must(JetBeginTransaction(sesid), "JetBeginTransaction");
        for (unsigned i = 0; i < BATCH; i++, rows++)
        {
            int64_t number = (int64_t)random_next();

            must(JetPrepareUpdate(sesid, table, JET_prepInsert), "JetPrepareUpdate");
            must(JetSetColumn(sesid, table, id, &number, sizeof(number), 0, NULL), "JetSetColumn");
            must(JetSetColumn(sesid, table, column, value, sizeof(value), 0, NULL), "JetSetColumn");
            must(JetUpdate(sesid, table, NULL, 0, NULL), "JetUpdate");
        }
        must(JetCommitTransaction(sesid, JET_bitCommitLazyFlush), "JetCommitTransaction");
        must(JetGetSystemParameterA(instance, 0, JET_paramRecoveryCurrentLogfile, &generation, NULL, 0), "generation");
    } while (generation * 5 < megabytes + 5);
    must(JetCommitTransaction(sesid, JET_bitWaitAllLevel0Commit), "JetCommitTransaction");
    if (write(out, &rows, sizeof(rows)) != sizeof(rows))
        _exit(1);
    _exit(0);
}

static double our_recovery(void)
{
    double begin = now(), end;
    JET_INSTANCE instance = our_instance();

    end = now();
    must(JetTerm2(instance, JET_bitTermComplete), "JetTerm");
    return end - begin;
}

/* -------------------------------------------------------------------- SQLite's --- */

static void sqlite_must(sqlite3 *db, const char *sql)
{
    if (sqlite_exec(db, sql, NULL, NULL, NULL))
    {
        printf("sqlite: %s failed\n", sql);
        exit(1);
    }
}

static void sqlite_work(int out)
{
    sqlite3 *db = NULL;
    struct stat wal;
    uint64_t rows = 0;
    char sql[160];

    if (sqlite_open("recover.run/rows.sqlite", &db))
        _exit(1);
    sqlite_must(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0;"
                    "CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB)");
    do
    {
        sqlite_must(db, "BEGIN");
        for (unsigned i = 0; i < BATCH; i++, rows++)
        {
            snprintf(sql, sizeof(sql), "INSERT OR IGNORE INTO t VALUES (%lld, zeroblob(100))",
                     (long long)(int64_t)random_next());
            sqlite_must(db, sql);
        }
        sqlite_must(db, "COMMIT");
    } while (stat("recover.run/rows.sqlite-wal", &wal) || (unsigned long)wal.st_size >> 20 < megabytes);
    if (write(out, &rows, sizeof(rows)) != sizeof(rows))
        _exit(1);
    _exit(0);
}

/* The second time is that of the checkpoint. */
static double sqlite_recovery(double *checkpoint)
{
    double begin = now(), end;
    sqlite3 *db = NULL;

    if (sqlite_open("recover.run/rows.sqlite", &db))
        exit(1);
    sqlite_must(db, "SELECT count(*) FROM (SELECT k FROM t LIMIT 1)");
    end = now();
    sqlite_must(db, "PRAGMA wal_checkpoint(TRUNCATE)");
    *checkpoint = now() - end;
    sqlite_close(db);
    return end - begin;
}

/* ------------------------------------------------------------------------ both --- */

static uint64_t make(void (*work)(int out), const char *keep)
{
    uint64_t rows = 0;
    int status, ends[2];
    char command[80];
    pid_t child;

    shell("rm -rf recover.run && mkdir recover.run");
    fflush(stdout);
    if (pipe(ends) || (child = fork()) < 0)
        exit(1);
    if (!child)
        work(ends[1]);
    close(ends[1]);
    if (read(ends[0], &rows, sizeof(rows)) != sizeof(rows) || waitpid(child, &status, 0) != child || status)
        exit(1);
    close(ends[0]);
    snprintf(command, sizeof(command), "rm -rf %s && cp -r recover.run %s", keep, keep);
    shell(command);
    return rows;
}

static void again(const char *keep)
{
    char command[80];

    snprintf(command, sizeof(command), "rm -rf recover.run && cp -r %s recover.run && sync", keep);
    shell(command);
}

int main(int argc, char **argv)
{
    double ours[ROUNDS], read[ROUNDS], checkpoint[ROUNDS];
    bool beside = sqlite_load();
    uint64_t rows, their_rows = 0;

    if (argc > 1)
        megabytes = strtoul(argv[1], NULL, 10);
    rows = make(our_work, "recover.esent");
    if (beside)
        their_rows = make(sqlite_work, "recover.sqlite");
    for (unsigned round = 0; round < ROUNDS; round++)
    {
        again("recover.esent");
        ours[round] = our_recovery();
        if (!beside)
            continue;
        again("recover.sqlite");
        read[round] = sqlite_recovery(&checkpoint[round]);
    }
    printf("recovery of %lu MB of log: esent %.2f s (%llu rows)", megabytes, median(ours, ROUNDS),
           (unsigned long long)rows);
    if (beside)
        printf("; sqlite %.2f s to read the WAL and %.2f s to checkpoint it (%llu rows)", median(read, ROUNDS),
               median(checkpoint, ROUNDS), (unsigned long long)their_rows);
    printf("\n");
    shell("rm -rf recover.run recover.esent recover.sqlite");
    return 0;
}
