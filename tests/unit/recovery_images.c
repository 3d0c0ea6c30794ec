/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a crash left, changed by hand: a log with records of which this engine writes none, headers, checkpoints and
 * generations that are damaged, missing, or too many.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "format/header.h"
#include "format/log_file.h"
#include "format/log_record.h"

#define DATABASE "images/db.edb"
#define CONTEXT  18u /* with it the record of a context is as long as one that ends a recovery */

static JET_INSTANCE instance;
static JET_SESID sesid;
static JET_DBID dbid;
static JET_TABLEID table;
static JET_COLUMNID column;

static JET_ERR begin(JET_ULONG kilobytes, JET_GRBIT grbit)
{
    assert_int_equal(JetCreateInstanceA(&instance, "images"), JET_errSuccess);
    JetSetSystemParameterA(&instance, 0, JET_paramSystemPath, 0, "images/");
    JetSetSystemParameterA(&instance, 0, JET_paramLogFilePath, 0, "images/");
    JetSetSystemParameterA(&instance, 0, JET_paramTempPath, 0, "images/");
    JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, kilobytes, NULL);
    return JetInit2(&instance, grbit);
}

static void open_table(void)
{
    JET_COLUMNDEF definition;

    assert_int_equal(JetBeginSessionA(instance, &sesid, NULL, NULL), JET_errSuccess);
    assert_int_equal(JetAttachDatabaseA(sesid, DATABASE, 0), JET_errSuccess);
    assert_int_equal(JetOpenDatabaseA(sesid, DATABASE, NULL, &dbid, 0), JET_errSuccess);
    assert_int_equal(JetOpenTableA(sesid, dbid, "t", NULL, 0, 0, &table), JET_errSuccess);
    JetGetTableColumnInfoA(sesid, table, "v", &definition, sizeof(definition), JET_ColInfo);
    column = definition.columnid;
}

static void insert(int32_t value)
{
    assert_int_equal(JetBeginTransaction(sesid), JET_errSuccess);
    assert_int_equal(JetPrepareUpdate(sesid, table, JET_prepInsert), JET_errSuccess);
    assert_int_equal(JetSetColumn(sesid, table, column, &value, sizeof(value), 0, NULL), JET_errSuccess);
    assert_int_equal(JetUpdate(sesid, table, NULL, 0, NULL), JET_errSuccess);
    assert_int_equal(JetCommitTransaction(sesid, 0), JET_errSuccess);
}

static void create(JET_ULONG kilobytes)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = JET_coltypLong };

    assert_int_equal(system("rm -rf images && mkdir images"), 0);
    assert_int_equal(begin(kilobytes, 0), JET_errSuccess);
    assert_int_equal(JetBeginSessionA(instance, &sesid, NULL, NULL), JET_errSuccess);
    assert_int_equal(JetCreateDatabaseA(sesid, DATABASE, NULL, &dbid, 0), JET_errSuccess);
    assert_int_equal(JetCreateTableA(sesid, dbid, "t", 1, 80, &table), JET_errSuccess);
    assert_int_equal(JetAddColumnA(sesid, table, "v", &definition, NULL, 0, &column), JET_errSuccess);
    assert_int_equal(JetCloseTable(sesid, table), JET_errSuccess);
    assert_int_equal(JetTerm2(instance, JET_bitTermComplete), JET_errSuccess);
}

static void die(void)
{
    (void)JetTerm2(instance, JET_bitTermAbrupt | JET_bitTermDirty);
}

/* It recovers, and has the rows from 0 on. */
static void recovers_to(JET_ULONG kilobytes, int32_t rows)
{
    int32_t value, count = 0;
    JET_ERR err;

    assert_int_equal(begin(kilobytes, 0), JET_errSuccess);
    open_table();
    for (err = JetMove(sesid, table, JET_MoveFirst, 0); err >= 0; err = JetMove(sesid, table, JET_MoveNext, 0))
    {
        JetRetrieveColumn(sesid, table, column, &value, sizeof(value), NULL, 0, NULL);
        assert_int_equal(value, count++);
    }
    assert_int_equal(count, rows);
    assert_int_equal(JetTerm2(instance, JET_bitTermComplete), JET_errSuccess);
}

static void fails(JET_ULONG kilobytes, JET_GRBIT grbit, JET_ERR want)
{
    assert_int_equal(begin(kilobytes, grbit), want);
}

/* ---------------------------------------------------------------------- files --- */

static uint8_t *take(const char *name, size_t *size)
{
    FILE *file = fopen(name, "rb");
    struct stat about;
    uint8_t *bytes;

    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &about), 0);
    *size = (size_t)about.st_size;
    bytes = malloc(*size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static void put(const char *name, uint8_t *bytes, size_t size)
{
    FILE *file = fopen(name, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
    free(bytes);
}

static void damage(const char *name, size_t at, size_t size)
{
    size_t all;
    uint8_t *bytes = take(name, &all);

    assert_true(at + size <= all);
    for (size_t i = at; i < at + size; i++)
        bytes[i] ^= 0x5a;
    put(name, bytes, all);
}

/* The last context in the only generation becomes the end of a recovery that kept its databases. */
static void quit_and_keep(void)
{
    size_t size, found = 0;
    uint8_t *file = take("images/edb.log", &size);
    const struct log_header *header = (const struct log_header *)file;

    for (size_t at = LOG_HEADER_SIZE; at + sizeof(struct log_commit_context) < size; at++)
    {
        const struct log_commit_context *context = (const struct log_commit_context *)(file + at);

        if (context->type == LOG_COMMIT_CONTEXT && le32(&context->size) == 3 + CONTEXT &&
            !memcmp(context + 1, "the end of a start", CONTEXT))
            found = at;
    }
    assert_true(found != 0);
    memset(file + found, 0, sizeof(struct log_term));
    file[found] = LOG_RECOVERY_QUIT_KEEP;
    found /= LOG_SEGMENT_SIZE;
    (void)log_segment_seal(file + found * LOG_SEGMENT_SIZE, (uint32_t)header->generation, (uint32_t)found,
                           (uint32_t)found);
    put("images/edb.log", file, size);
}

/* ---------------------------------------------------------------------- tests --- */

/* No record says that they are attached again: they stayed so. */
static void databases_that_were_kept(void **state)
{
    (void)state;
    create(512);
    assert_int_equal(begin(512, 0), JET_errSuccess);
    open_table();
    insert(0);
    assert_int_equal(JetSetSessionParameter(sesid, JET_sesparamCommitGenericContext, "the end of a start", CONTEXT),
                     JET_errSuccess);
    insert(1);
    assert_int_equal(JetSetSessionParameter(sesid, JET_sesparamCommitGenericContext, NULL, 0), JET_errSuccess);
    insert(2);
    insert(3);
    die();
    quit_and_keep();
    recovers_to(512, 4);
}

static void crash_with(JET_ULONG kilobytes, int32_t rows)
{
    create(kilobytes);
    assert_int_equal(begin(kilobytes, 0), JET_errSuccess);
    open_table();
    for (int32_t i = 0; i < rows; i++)
    {
        insert(i);
        if (i % 10 == 9)
            assert_int_equal(JetCommitTransaction(sesid, JET_bitForceNewLog), JET_errSuccess);
    }
    die();
}

/* One copy is enough; of a database that the log does not make itself there must be one. */
static void headers_of_databases(void **state)
{
    (void)state;
    crash_with(128, 5);
    damage(DATABASE, 100, 30);
    recovers_to(128, 5);
    crash_with(128, 5);
    damage(DATABASE, 4096 + 100, 30);
    recovers_to(128, 5);
    crash_with(128, 5);
    damage(DATABASE, 100, 4096 + 30);
    fails(128, 0, JET_errReadVerifyFailure);
    assert_int_equal(unlink(DATABASE), 0);
    fails(128, 0, JET_errAttachedDatabaseMismatch);
    assert_int_equal(begin(128, JET_bitReplayIgnoreMissingDB), JET_errSuccess);
    assert_int_equal(JetTerm2(instance, JET_bitTermComplete), JET_errSuccess);
}

/* Without a checkpoint redo begins with the first generation. */
static void checkpoints(void **state)
{
    (void)state;
    crash_with(128, 25);
    assert_int_equal(unlink("images/edb.chk"), 0);
    recovers_to(128, 25);
    crash_with(128, 25);
    damage("images/edb.chk", 0, 4096);
    recovers_to(128, 25);
    crash_with(128, 25);
    damage("images/edb.chk", 0, 8192);
    recovers_to(128, 25);
    crash_with(128, 25);
    assert_int_equal(truncate("images/edb.chk", 0), 0);
    recovers_to(128, 25);
}

static void generations(void **state)
{
    (void)state;
    /* One that is needed. */
    crash_with(128, 35);
    assert_int_equal(rename("images/edb00003.log", "images/away"), 0);
    fails(128, 0, JET_errInvalidLogSequence);
    assert_int_equal(rename("images/away", "images/edb00003.log"), 0);
    recovers_to(128, 35);
    /* The current one has its number for a name, and the next is there, or is not. */
    crash_with(128, 35);
    assert_int_equal(rename("images/edb.log", "images/edb00004.log"), 0);
    assert_int_equal(rename("images/edbtmp.log", "images/away"), 0);
    fails(128, 0, JET_errMissingLogFile);
    assert_int_equal(rename("images/away", "images/edbtmp.log"), 0);
    recovers_to(128, 35);
    /* The current one is there twice. */
    crash_with(128, 35);
    assert_int_equal(system("cp images/edb.log images/edb00004.log"), 0);
    fails(128, 0, JET_errInvalidLogSequence);
    assert_int_equal(unlink("images/edb00004.log"), 0);
    recovers_to(128, 35);
    /* One that is damaged. */
    crash_with(128, 35);
    damage("images/edb00003.log", 4096 + 64, 10);
    fails(128, 0, JET_errLogFileCorrupt);
    damage("images/edb00003.log", 4096 + 64, 10);
    damage("images/edb00003.log", 64, 10);
    fails(128, 0, JET_errLogFileCorrupt);
    damage("images/edb00003.log", 64, 10);
    recovers_to(128, 35);
}

/* Of this log, but behind its end: they are in the way of nobody, and go if the program says so. */
static void generations_too_many(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 3; round++)
    {
        size_t size;
        uint8_t *file;

        crash_with(128, 25);
        file = take("images/edb00002.log", &size);
        ((struct log_header *)file)->generation = 6;
        if (round == 2)
            ((struct log_header *)file)->signature.random ^= 1;
        log_header_seal((struct log_header *)file);
        put("images/edb00006.log", file, size);
        assert_int_equal(JetCreateInstanceA(&instance, "images"), JET_errSuccess);
        JetSetSystemParameterA(&instance, 0, JET_paramSystemPath, 0, "images/");
        JetSetSystemParameterA(&instance, 0, JET_paramLogFilePath, 0, "images/");
        JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, 128, NULL);
        JetSetSystemParameterA(&instance, 0, JET_paramDeleteOutOfRangeLogs, round > 0, NULL);
        assert_int_equal(JetInit(&instance), round == 2 ? JET_errBadLogSignature : JET_errSuccess);
        if (round < 2)
            assert_int_equal(JetTerm2(instance, JET_bitTermComplete), JET_errSuccess);
        assert_int_equal(access("images/edb00006.log", F_OK), round == 1 ? -1 : 0);
        assert_int_equal(unlink("images/edb00006.log"), round == 1 ? -1 : 0);
        recovers_to(128, 25);
    }
}

/* What is started must not contradict itself. */
static void settings(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 4; round++)
    {
        assert_int_equal(system("rm -rf images && mkdir images"), 0);
        assert_int_equal(JetCreateInstanceA(&instance, "images"), JET_errSuccess);
        JetSetSystemParameterA(&instance, 0, JET_paramSystemPath, 0, "images/");
        JetSetSystemParameterA(&instance, 0, JET_paramLogFilePath, 0, "images/");
        JetSetSystemParameterA(&instance, 0, JET_paramTempPath, 0, "images/");
        JetSetSystemParameterA(&instance, 0, JET_paramCleanupMismatchedLogFiles, 1, NULL);
        JetSetSystemParameterA(&instance, 0, JET_paramCircularLog, round != 0, NULL);
        if (round == 3)
            JetSetSystemParameterA(&instance, 0, JET_paramRecovery, 0, "off");
        assert_int_equal(JetInit2(&instance, round == 1 ? JET_bitKeepDbAttachedAtEndOfRecovery : 0),
                         round < 2 ? JET_errInvalidSettings : JET_errSuccess);
        if (round >= 2)
            assert_int_equal(JetTerm2(instance, JET_bitTermComplete), JET_errSuccess);
    }
}

static int set_up(void **state)
{
    static char folder[] = "/tmp/recovery_images.XXXXXX";

    (void)state;
    return mkdtemp(folder) && !chdir(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    char folder[4096], command[4200];

    (void)state;
    if (!getcwd(folder, sizeof(folder)) || !strstr(folder, "recovery_images."))
        return -1;
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return chdir("/") || system(command) ? -1 : 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(databases_that_were_kept),
        cmocka_unit_test(headers_of_databases),
        cmocka_unit_test(checkpoints),
        cmocka_unit_test(generations),
        cmocka_unit_test(generations_too_many),
        cmocka_unit_test(settings),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
