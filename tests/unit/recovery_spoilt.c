/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Logs in which a record is not what it was, in segments whose checksums are right: recovery answers an
 * error that is documented of it, or finds nothing wrong; it neither dies nor hangs.  By chance, the same each
 * time; ESENT_SPOIL=N tries N places, ESENT_SPOIL_SEED=S begins elsewhere; ESENT_SPOIL_IMAGE=FOLDER
 * with db.edb and its logs, ESENT_SPOIL_LOG=NAME one of them: those are taken in place of what is made here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "format/log_file.h"
#include "format/log_record.h"
#include "own_folder.h"

#define DATABASE "spoilt/db.edb"
#define ROWS     60
#define RECORDS  20000u
#define TRIES    120u
#define KILOS    1024u

struct place
{
    uint32_t at, size; /* in the file */
    uint8_t type;
};

static const char *log_name = "edb.log";
static JET_API_PTR page_size = 4096, log_kilos = KILOS;
static struct place places[RECORDS];
static unsigned place_count, of_type[256];
static JET_INSTANCE instance;
static JET_SESID sesid;
static JET_DBID dbid;

static void must(JET_ERR err)
{
    assert_int_equal(err < 0 ? err : JET_errSuccess, JET_errSuccess);
}

static JET_ERR begin(void)
{
    must(JetCreateInstanceA(&instance, "spoilt"));
    must(JetSetSystemParameterA(&instance, 0, JET_paramSystemPath, 0, "spoilt/"));
    must(JetSetSystemParameterA(&instance, 0, JET_paramLogFilePath, 0, "spoilt/"));
    must(JetSetSystemParameterA(&instance, 0, JET_paramTempPath, 0, "spoilt/"));
    must(JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, KILOS, NULL));
    return JetInit(&instance);
}

/* ---------------------------------------------------------------------- the work --- */

static JET_COLUMNID column_of(JET_TABLEID table, const char *name)
{
    JET_COLUMNDEF definition;

    must(JetGetTableColumnInfoA(sesid, table, name, &definition, sizeof(definition), JET_ColInfo));
    return definition.columnid;
}

static JET_TABLEID make_table(const char *name)
{
    JET_COLUMNDEF number = { .cbStruct = sizeof(number), .coltyp = JET_coltypLong };
    JET_COLUMNDEF counter = { .cbStruct = sizeof(number),
                              .coltyp = JET_coltypLong,
                              .grbit = JET_bitColumnEscrowUpdate };
    JET_COLUMNDEF bytes = { .cbStruct = sizeof(bytes), .coltyp = JET_coltypLongBinary };
    int32_t zero = 0;
    JET_COLUMNID id;
    JET_TABLEID table;

    must(JetCreateTableA(sesid, dbid, name, 1, 80, &table));
    must(JetAddColumnA(sesid, table, "n", &number, NULL, 0, &id));
    must(JetAddColumnA(sesid, table, "c", &counter, &zero, sizeof(zero), &id));
    must(JetAddColumnA(sesid, table, "b", &bytes, NULL, 0, &id));
    must(JetCreateIndexA(sesid, table, "n", JET_bitIndexPrimary, "+n\0", 4, 80));
    return table;
}

static void put_row(JET_TABLEID table, int32_t n, unsigned size, JET_ULONG prepare)
{
    static char bytes[20000];

    for (unsigned i = 0; i < size; i++)
        bytes[i] = (char)(n * 31 + (int)i * 7 + (int)(i >> 5));
    must(JetPrepareUpdate(sesid, table, prepare));
    if (prepare == JET_prepInsert)
        must(JetSetColumn(sesid, table, column_of(table, "n"), &n, sizeof(n), 0, NULL));
    must(JetSetColumn(sesid, table, column_of(table, "b"), bytes, size, 0, NULL));
    must(JetUpdate(sesid, table, NULL, 0, NULL));
}

static void seek(JET_TABLEID table, int32_t n)
{
    must(JetMakeKey(sesid, table, &n, sizeof(n), JET_bitNewKey));
    must(JetSeek(sesid, table, JET_bitSeekEQ));
}

static void change_rows(JET_TABLEID table)
{
    int32_t one = 1;

    for (int32_t n = 0; n < ROWS; n += 3)
    {
        must(JetBeginTransaction(sesid));
        seek(table, n);
        put_row(table, n, n % 2 ? 300 : 9000, JET_prepReplace);
        must(JetEscrowUpdate(sesid, table, column_of(table, "c"), &one, sizeof(one), NULL, 0, NULL, 0));
        must(JetBeginTransaction(sesid));
        seek(table, n + 1);
        must(JetDelete(sesid, table));
        if (n % 2)
            must(JetCommitTransaction(sesid, 0));
        else
            must(JetRollback(sesid, 0));
        must(n % 5 ? JetCommitTransaction(sesid, JET_bitCommitLazyFlush) : JetRollback(sesid, 0));
    }
}

/* A log with records of most types, that ends in a transaction. */
static void work(void)
{
    JET_TABLEID table, other;

    must(begin());
    must(JetBeginSessionA(instance, &sesid, NULL, NULL));
    must(JetCreateDatabaseA(sesid, DATABASE, NULL, &dbid, 0));
    table = make_table("t");
    other = make_table("u");
    must(JetTerm2(instance, JET_bitTermComplete));
    assert_int_equal(system("cp -r spoilt clean"), 0);
    must(begin());
    must(JetBeginSessionA(instance, &sesid, NULL, NULL));
    must(JetAttachDatabaseA(sesid, DATABASE, 0));
    must(JetOpenDatabaseA(sesid, DATABASE, NULL, &dbid, 0));
    must(JetOpenTableA(sesid, dbid, "t", NULL, 0, 0, &table));
    must(JetOpenTableA(sesid, dbid, "u", NULL, 0, 0, &other));
    for (int32_t n = 0; n < ROWS; n++)
    {
        must(JetBeginTransaction(sesid));
        put_row(table, n, 600, JET_prepInsert);
        put_row(other, ROWS - n, n % 9 ? 40 : 6000, JET_prepInsert);
        must(JetCommitTransaction(sesid, JET_bitCommitLazyFlush));
    }
    change_rows(table);
    must(JetCreateIndexA(sesid, table, "b", 0, "+b\0", 4, 80));
    for (int32_t n = 0; n < ROWS; n++)
    {
        must(JetMove(sesid, other, JET_MoveFirst, 0));
        must(JetDelete(sesid, other));
    }
    must(JetIdle(sesid, JET_bitIdleCompact));
    must(JetBeginTransaction(sesid));
    seek(table, 3);
    put_row(table, 3, 11000, JET_prepReplace);
    must(JetCommitTransaction(sesid, JET_bitWaitAllLevel0Commit));
    (void)JetTerm2(instance, JET_bitTermAbrupt | JET_bitTermDirty);
    /* The database as it was: all of the log is redone. */
    assert_int_equal(system("cp clean/db.edb clean/edb.chk spoilt && cp -r spoilt crashed"), 0);
}

/* ----------------------------------------------------------------------- spoiling --- */

static uint8_t *take(const char *name, size_t *size)
{
    FILE *file = fopen(name, "rb");
    struct stat about;
    uint8_t *bytes;

    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &about), 0);
    *size = (size_t)about.st_size;
    bytes = malloc(*size);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static void find_records(const uint8_t *log, size_t size)
{
    for (size_t segment = LOG_HEADER_SIZE; segment < size; segment += LOG_SEGMENT_SIZE)
        for (size_t at = segment + sizeof(struct log_segment); at < segment + LOG_SEGMENT_SIZE;)
        {
            uint64_t length = log_record_size(log + at, segment + LOG_SEGMENT_SIZE - at);

            if (!log[at] || !length || length > segment + LOG_SEGMENT_SIZE - at || place_count == RECORDS)
                break;
            places[place_count++] = (struct place){ (uint32_t)at, (uint32_t)length, log[at] };
            of_type[log[at]]++;
            at += (size_t)length;
        }
}

static uint32_t next(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15u;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((x ^ x >> 31) >> 16);
}

/* A record, rare types as often as common ones. */
static const struct place *choose(uint64_t *random)
{
    unsigned type;

    do
        type = next(random) % 256;
    while (!of_type[type]);
    for (unsigned nth = next(random) % of_type[type], i = 0;; i++)
        if (places[i].type == type && !nth--)
            return &places[i];
}

static void spoil(uint8_t *log, const struct place *place, uint64_t *random)
{
    static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xfe, 0xff };
    uint32_t width = 1u << next(random) % 4, head = place->size < 112 ? place->size : 112;
    /* Mostly what all records of the type have, which says what the rest is. */
    uint32_t within = next(random) % 5 ? head : place->size, offset = next(random) % within;
    uint8_t value = values[next(random) % sizeof(values)];

    if (next(random) % 8 == 0)
        log[place->at] = (uint8_t)(next(random) % 103);
    for (uint32_t i = 0; i < width && offset + i < place->size; i++)
        log[place->at + offset + i] = next(random) % 4 ? value : (uint8_t)next(random);
}

static bool is_documented(JET_ERR err)
{
    switch (err)
    {
    case JET_errSuccess:
    case JET_errLogCorrupted:
    case JET_errLogFileCorrupt:
    case JET_errBadLogVersion:
    case JET_errDbTimeTooOld:
    case JET_errDbTimeTooNew:
    case JET_errReadVerifyFailure:
    case JET_errRecoveryVerifyFailure:
    case JET_errAttachedDatabaseMismatch:
    case JET_errConsistentTimeMismatch:
    case JET_errRequiredLogFilesMissing:
    case JET_errBadParentPageLink:
    case JET_errRollbackError:
    case JET_errLogSequenceChecksumMismatch:
    case JET_errDatabaseCorrupted:
    case JET_errAccessDenied: /* to a file of another name */
    case JET_errDiskFull:     /* a page far away */
        return true;
    default:
        return false;
    }
}

/* Recovers in a process of its own: what it answers, and how the process ended. */
static int recover(JET_ERR *err)
{
    int pipes[2], status;
    pid_t child;

    assert_int_equal(pipe(pipes), 0);
    fflush(stdout);
    child = fork();
    if (!child)
    {
        JET_ERR answer;

        alarm(20);
        if (JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, page_size, NULL) < 0 ||
            JetCreateInstanceA(&instance, "spoilt") < 0)
            _exit(3);
        if (getenv("ESENT_SPOIL_IMAGE"))
            JetSetSystemParameterA(&instance, 0, JET_paramAlternateDatabaseRecoveryPath, 0, "spoilt/");
        JetSetSystemParameterA(&instance, 0, JET_paramSystemPath, 0, "spoilt/");
        JetSetSystemParameterA(&instance, 0, JET_paramLogFilePath, 0, "spoilt/");
        JetSetSystemParameterA(&instance, 0, JET_paramTempPath, 0, "spoilt/");
        JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, log_kilos, NULL);
        answer = JetInit(&instance);
        if (write(pipes[1], &answer, sizeof(answer)) != sizeof(answer))
            _exit(3);
        if (answer >= 0)
            (void)JetTerm2(instance, JET_bitTermComplete);
        _exit(0);
    }
    close(pipes[1]);
    if (read(pipes[0], err, sizeof(*err)) != sizeof(*err))
        *err = JET_errInternalError;
    close(pipes[0]);
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static void take_image(void)
{
    char command[2000], name[100];
    uint8_t *log;
    size_t size;

    snprintf(command, sizeof(command), "cp -r '%s' crashed", getenv("ESENT_SPOIL_IMAGE"));
    assert_int_equal(system(command), 0);
    if (getenv("ESENT_SPOIL_LOG"))
        log_name = getenv("ESENT_SPOIL_LOG");
    snprintf(name, sizeof(name), "crashed/%s", log_name);
    log = take(name, &size);
    page_size = log_header_page_size((const struct log_header *)log);
    log_kilos = size / 1024;
    free(log);
}

static void spoilt_records(void **state)
{
    const char *tries_text = getenv("ESENT_SPOIL"), *seed_text = getenv("ESENT_SPOIL_SEED");
    unsigned long tries = tries_text ? strtoul(tries_text, NULL, 0) : TRIES, bad = 0, refused = 0;
    uint64_t seed = seed_text ? strtoull(seed_text, NULL, 0) : 100;
    unsigned types = 0;
    char name[100];
    size_t size;
    uint8_t *log;

    (void)state;
    if (getenv("ESENT_SPOIL_IMAGE"))
        take_image();
    else
        work();
    snprintf(name, sizeof(name), "crashed/%s", log_name);
    log = take(name, &size);
    find_records(log, size);
    for (unsigned type = 0; type < 256; type++)
        types += of_type[type] != 0;
    print_message("%u records of %u types\n", place_count, types);
    assert_true(types >= 25 || getenv("ESENT_SPOIL_IMAGE"));
    for (unsigned long i = 0; i < tries; i++)
    {
        uint64_t random = seed + i;
        const struct place *place = choose(&random);
        uint32_t segment = place->at / LOG_SEGMENT_SIZE;
        uint8_t *spoilt = malloc(size);
        JET_ERR err;
        FILE *file;
        int how;

        assert_non_null(spoilt);
        memcpy(spoilt, log, size);
        spoil(spoilt, place, &random);
        (void)log_segment_seal(spoilt + (size_t)segment * LOG_SEGMENT_SIZE,
                               (uint32_t)((const struct log_header *)log)->generation, segment, segment);
        assert_int_equal(system("rm -rf spoilt && cp -r crashed spoilt"), 0);
        snprintf(name, sizeof(name), "spoilt/%s", log_name);
        file = fopen(name, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(spoilt, 1, size, file), size);
        fclose(file);
        free(spoilt);
        how = recover(&err);
        refused += err < 0;
        if (how || !is_documented(err))
        {
            print_error("seed %llu: %s at %#x: error %d, status %d\n", (unsigned long long)(seed + i),
                        log_record_name(place->type), place->at, (int)err, how);
            bad++;
        }
    }
    free(log);
    print_message("%lu spoilt, %lu refused\n", tries, refused);
    assert_int_equal(bad, 0);
}

static int set_up(void **state)
{
    (void)state;
    return own_folder_enter("recovery_spoilt") && !mkdir("spoilt", 0777) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return own_folder_leave("recovery_spoilt") ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spoilt_records),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
