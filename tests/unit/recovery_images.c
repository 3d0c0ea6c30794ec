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
#include "format/page.h"
#include "own_folder.h"

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

/* The last record in the only generation that ends the making of a database is none any more. */
static void forget_making(void)
{
    size_t size, found = 0;
    uint8_t *file = take("images/edb.log", &size);
    const struct log_header *header = (const struct log_header *)file;

    for (size_t segment = LOG_HEADER_SIZE; segment < size; segment += LOG_SEGMENT_SIZE)
        for (size_t at = segment + sizeof(struct log_segment); at < segment + LOG_SEGMENT_SIZE && file[at];)
        {
            if (file[at] == LOG_CREATE_DB_FINISH)
                found = at;
            at += log_record_size(file + at, segment + LOG_SEGMENT_SIZE - at);
        }
    assert_true(found != 0);
    file[found] = LOG_JET_OP; /* of the same size */
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

/* A database that was being made in the place of another, of which the log tells first. */
static void header_of_another(void **state)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = JET_coltypLong };

    (void)state;
    create(512);
    assert_int_equal(begin(512, 0), JET_errSuccess);
    open_table();
    insert(7);
    assert_int_equal(JetCloseDatabase(sesid, dbid, 0), JET_errSuccess);
    assert_int_equal(JetDetachDatabaseA(sesid, DATABASE), JET_errSuccess);
    assert_int_equal(JetCreateDatabaseA(sesid, DATABASE, NULL, &dbid, JET_bitDbOverwriteExisting), JET_errSuccess);
    assert_int_equal(JetCreateTableA(sesid, dbid, "t", 1, 80, &table), JET_errSuccess);
    assert_int_equal(JetAddColumnA(sesid, table, "v", &definition, NULL, 0, &column), JET_errSuccess);
    for (int32_t i = 0; i < 5; i++)
        insert(i);
    die();
    damage(DATABASE, 100, 4096 + 30);
    recovers_to(512, 5);
}

/* What was being made when a recovery left databases attached is not one of them. */
static void making_that_was_cut_off(void **state)
{
    uint8_t *other;
    size_t size;

    (void)state;
    create(512);
    assert_int_equal(begin(512, 0), JET_errSuccess);
    open_table();
    insert(0);
    assert_int_equal(JetCreateDatabaseA(sesid, "images/other.edb", NULL, &dbid, 0), JET_errSuccess);
    die();
    forget_making();
    assert_int_equal(begin(512, JET_bitKeepDbAttachedAtEndOfRecovery), JET_errSuccess);
    die();
    /* Another file is there when it is replayed once more. */
    other = take(DATABASE, &size);
    put("images/other.edb", other, size);
    recovers_to(512, 1);
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

/* A header says what is wrong with a generation before anything behind it is looked at. */
static void generations_of_others(void **state)
{
    uint8_t *file;
    size_t size;

    (void)state;
    /* of another log, with the number of one of this */
    crash_with(128, 35);
    assert_int_equal(system("rm -rf others && mv images others"), 0);
    crash_with(128, 35);
    assert_int_equal(rename("images/edb00003.log", "images/away"), 0);
    assert_int_equal(system("cp others/edb00003.log images/"), 0);
    fails(128, 0, JET_errBadLogSignature);
    fails(128, JET_bitReplayIgnoreLostLogs, JET_errBadLogSignature);
    assert_int_equal(access("images/edb.log", F_OK), 0);
    /* all but the current one are */
    assert_int_equal(rename("images/away", "images/edb00003.log"), 0);
    assert_int_equal(rename("images/edb.log", "images/away"), 0);
    assert_int_equal(system("cp others/edb.log images/"), 0);
    fails(128, 0, JET_errBadLogSignature);
    assert_int_equal(rename("images/away", "images/edb.log"), 0);
    /* the checkpoint is: then there is none */
    assert_int_equal(system("cp others/edb.chk images/ && rm -rf others"), 0);
    recovers_to(128, 35);
    /* a number in a name that the header does not have, and damage behind it */
    crash_with(128, 35);
    assert_int_equal(system("cp images/edb00003.log images/away && cp images/edb00002.log images/edb00003.log"), 0);
    damage("images/edb00003.log", 4096 + 64, 10);
    fails(128, 0, JET_errInvalidLogSequence);
    assert_int_equal(rename("images/away", "images/edb00003.log"), 0);
    recovers_to(128, 35);
    /* a header that is none, though nothing from there on is needed */
    crash_with(128, 35);
    damage("images/edb.log", 64, 10);
    fails(128, 0, JET_errLogFileCorrupt);
    damage("images/edb.log", 64, 10);
    /* cut off, and of another size than the others */
    assert_int_equal(truncate("images/edb00003.log", 64 * 1024), 0);
    fails(128, 0, JET_errLogFileSizeMismatch);
    file = take("images/edb00003.log", &size);
    ((struct log_header *)file)->segments /= 2;
    log_header_seal((struct log_header *)file);
    put("images/edb00003.log", file, size);
    fails(128, 0, JET_errLogFileSizeMismatch);
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

/* ---------------------------------------------------------------------- moves --- */

#define PAGE       4096u
#define SCRUB_DATA 1u   /* struct log_scrub: what is done with a node */
#define HEAD       512u /* of a page with few rows: its header and nodes, and its tags */
#define TAIL       64u

static uint32_t page_of_record(void)
{
    uint32_t pgno = 0;

    assert_int_equal(JetRetrieveColumn(sesid, table, 0, &pgno, sizeof(pgno), NULL, JET_bitRetrievePageNumber, NULL),
                     JET_errSuccess);
    return pgno;
}

static uint8_t *page_at(uint8_t *file, uint32_t pgno)
{
    return file + (size_t)(pgno + 1) * PAGE;
}

/* Rows until the table has a second leaf, with few of them: how many there are. */
static int32_t fill_a_leaf(uint32_t *left, uint32_t *right)
{
    int32_t rows = 0;

    do
    {
        insert(rows++);
        assert_int_equal(JetMove(sesid, table, JET_MoveFirst, 0), JET_errSuccess);
        *left = page_of_record();
        assert_int_equal(JetMove(sesid, table, JET_MoveLast, 0), JET_errSuccess);
        *right = page_of_record();
    } while (*left == *right);
    insert(rows++);
    return rows;
}

/* The move of the leaf `pgno` behind `left`, as the record says it: from the database as it was closed. */
static void describe_move(uint8_t *file, uint32_t left, uint32_t pgno, uint32_t to, uint8_t *record)
{
    struct log_page_move move = { .page = { .type = LOG_PAGE_MOVE, .dbid = 1, .pgno = pgno, .level = 0 },
                                  .new_page = to,
                                  .left_page = left,
                                  .head_size = HEAD,
                                  .tail_size = TAIL };
    const uint8_t *leaf = page_at(file, pgno);
    struct page_view view;

    for (uint32_t i = 1; i < to; i++)
    {
        uint8_t *page = page_at(file, i);

        if (page_objid(page) != page_objid(leaf) || !(page_flags(page) & PAGE_ROOT) ||
            page_flags(page) & (PAGE_LEAF | PAGE_SPACE_TREE))
            continue;
        assert_true(page_view(&view, page, PAGE));
        move.root = move.parent_page = i;
        move.parent_line = (int32_t)page_lines(&view) - 1;
        move.parent_dbtime_before = page_dbtime(page);
    }
    assert_true(move.root != 0);
    move.objid = page_objid(leaf);
    move.page.dbtime_before = page_dbtime(leaf);
    move.left_dbtime_before = page_dbtime(page_at(file, left));
    move.page.dbtime = page_dbtime(leaf) + 100000;
    memcpy(record, &move, sizeof(move));
    memcpy(record + sizeof(move), leaf, HEAD);
    memcpy(record + sizeof(move) + HEAD, leaf + PAGE - TAIL, TAIL);
}

/* The context of that size becomes the record, of the same session. */
static void in_place_of_context(const uint8_t *record, uint32_t record_size, uint32_t context, bool has_session)
{
    size_t size, found = 0;
    uint8_t *file = take("images/edb.log", &size);
    const struct log_header *header = (const struct log_header *)file;
    uint16_t session;

    for (size_t at = LOG_HEADER_SIZE; at + record_size < size; at++)
    {
        const struct log_commit_context *one = (const struct log_commit_context *)(file + at);

        if (one->type == LOG_COMMIT_CONTEXT && le32(&one->size) == 3 + context && !memcmp(one + 1, "move!", 5))
            found = at;
    }
    assert_true(found != 0 && found / LOG_SEGMENT_SIZE == (found + record_size) / LOG_SEGMENT_SIZE);
    session = ((const struct log_commit_context *)(file + found))->session;
    memcpy(file + found, record, record_size);
    if (has_session)
        memcpy(file + found + offsetof(struct log_page, session), &session, sizeof(session));
    found /= LOG_SEGMENT_SIZE;
    (void)log_segment_seal(file + found * LOG_SEGMENT_SIZE, (uint32_t)header->generation, (uint32_t)found,
                           (uint32_t)found);
    put("images/edb.log", file, size);
}

/* The database as it was closed gets a log that ends in the record. */
static void crash_with_record(const uint8_t *record, uint32_t record_size, bool has_session)
{
    uint8_t context[2048] = "move!";
    const uint32_t size = record_size - (uint32_t)sizeof(struct log_commit_context);
    JET_TABLEID own;

    assert_int_equal(begin(512, 0), JET_errSuccess);
    open_table();
    assert_int_equal(JetCreateTableA(sesid, dbid, "other", 1, 80, &own), JET_errSuccess);
    assert_int_equal(JetSetSessionParameter(sesid, JET_sesparamCommitGenericContext, context, size), JET_errSuccess);
    assert_int_equal(JetBeginTransaction(sesid), JET_errSuccess);
    assert_int_equal(JetPrepareUpdate(sesid, own, JET_prepInsert), JET_errSuccess);
    assert_int_equal(JetUpdate(sesid, own, NULL, 0, NULL), JET_errSuccess);
    assert_int_equal(JetCommitTransaction(sesid, 0), JET_errSuccess);
    die();
    in_place_of_context(record, record_size, size, has_session);
}

/* A table of two leaves in a database that is closed: its file. */
static uint8_t *two_leaves(int32_t *rows, uint32_t *left, uint32_t *right, size_t *size)
{
    create(512);
    assert_int_equal(begin(512, 0), JET_errSuccess);
    open_table();
    *rows = fill_a_leaf(left, right);
    assert_int_equal(JetTerm2(instance, JET_bitTermComplete), JET_errSuccess);
    return take(DATABASE, size);
}

/* Recovers, and gives the file then. */
static uint8_t *recovered(size_t *size)
{
    assert_int_equal(begin(512, 0), JET_errSuccess);
    assert_int_equal(JetTerm2(instance, JET_bitTermComplete), JET_errSuccess);
    return take(DATABASE, size);
}

/* A leaf at another place: its parent and its neighbour know, and nothing is where it was. */
static void a_page_that_moves(void **state)
{
    uint8_t record[sizeof(struct log_page_move) + HEAD + TAIL], *file;
    uint32_t left, right, to;
    int32_t rows, value;
    size_t size;

    (void)state;
    for (unsigned round = 0; round < 2; round++)
    {
        file = two_leaves(&rows, &left, &right, &size);
        to = (uint32_t)(size / PAGE) - 4;
        describe_move(file, left, right, to, record);
        free(file);
        if (round) /* nodes that are beyond the page */
            memset(record + sizeof(record) - 8, 0xff, 8);
        crash_with_record(record, sizeof(record), true);
        if (round)
        {
            fails(512, 0, JET_errLogCorrupted);
            continue;
        }
        assert_int_equal(begin(512, 0), JET_errSuccess);
        open_table();
        assert_int_equal(JetMove(sesid, table, JET_MoveLast, 0), JET_errSuccess);
        assert_int_equal(page_of_record(), to);
        for (int32_t i = rows; i--; (void)JetMove(sesid, table, JET_MovePrevious, 0))
        {
            JetRetrieveColumn(sesid, table, column, &value, sizeof(value), NULL, 0, NULL);
            assert_int_equal(value, i);
        }
        assert_int_equal(JetTerm2(instance, JET_bitTermComplete), JET_errSuccess);
        recovers_to(512, rows);
        file = take(DATABASE, &size);
        assert_int_equal(page_next(page_at(file, left)), to);
        assert_true(page_flags(page_at(file, right)) & PAGE_EMPTY);
        free(file);
    }
}

/* The tree's root, which has leaves below it. */
static uint32_t root_above(uint8_t *file, size_t size, uint32_t leaf)
{
    for (uint32_t i = 1; (i + 2) * (size_t)PAGE <= size; i++)
        if (page_objid(page_at(file, i)) == page_objid(page_at(file, leaf)) &&
            page_flags(page_at(file, i)) & PAGE_ROOT && !(page_flags(page_at(file, i)) & (PAGE_LEAF | PAGE_SPACE_TREE)))
            return i;
    fail();
    return 0;
}

/* All of a tree goes at once. */
static void a_tree_that_is_emptied(void **state)
{
    struct
    {
        struct log_empty_tree tree;
        struct log_empty_page pages[2];
    } __attribute__((packed)) record = { .tree = { .node = { .page = { .type = LOG_EMPTY_TREE, .dbid = 1 } } } };
    uint32_t left, right, root;
    uint8_t *file;
    int32_t rows;
    size_t size;

    (void)state;
    file = two_leaves(&rows, &left, &right, &size);
    root = root_above(file, size, left);
    record.tree.node.page.pgno = record.tree.node.root = root;
    record.tree.node.objid = page_objid(page_at(file, root));
    record.tree.node.page.dbtime_before = page_dbtime(page_at(file, root));
    record.tree.node.page.dbtime = page_dbtime(page_at(file, right)) + 100000;
    record.tree.pages_size = sizeof(record.pages);
    for (unsigned i = 0; i < 2; i++)
    {
        record.pages[i].pgno = i ? right : left;
        record.pages[i].dbtime_before = page_dbtime(page_at(file, i ? right : left));
    }
    free(file);
    crash_with_record((const uint8_t *)&record, sizeof(record), true);
    recovers_to(512, 0);
    file = take(DATABASE, &size);
    assert_true(page_flags(page_at(file, root)) & PAGE_LEAF);
    assert_true(page_flags(page_at(file, left)) & PAGE_EMPTY);
    assert_true(page_flags(page_at(file, right)) & PAGE_EMPTY);
    free(file);
    assert_int_equal(begin(512, 0), JET_errSuccess);
    open_table();
    insert(0);
    assert_int_equal(JetTerm2(instance, JET_bitTermComplete), JET_errSuccess);
    recovers_to(512, 1);
}

/* What was deleted is written over; a page that is not used yet is made. */
static void pages_scrubbed_and_made(void **state)
{
    struct
    {
        struct log_scrub scrub;
        uint8_t operations[2];
    } __attribute__((packed))
    scrub = { .scrub = { .node = { .page = { .type = LOG_SCRUB, .dbid = 1 } }, .operations = 2, .data_size = 2 } };
    struct log_new_page new_page = { .type = LOG_NEW_PAGE, .dbid = 1, .objid = 77 };
    struct page_view view;
    struct page_node node;
    uint32_t left, right;
    uint8_t *file;
    int32_t rows;
    size_t size;

    (void)state;
    for (unsigned round = 0; round < 2; round++)
    {
        file = two_leaves(&rows, &left, &right, &size);
        scrub.scrub.node.page.pgno = right;
        scrub.scrub.node.objid = page_objid(page_at(file, right));
        scrub.scrub.node.page.dbtime_before = page_dbtime(page_at(file, right));
        scrub.scrub.node.page.dbtime = page_dbtime(page_at(file, right)) + 100000;
        scrub.operations[1] = SCRUB_DATA;
        scrub.scrub.flags = round;
        free(file);
        crash_with_record((const uint8_t *)&scrub, sizeof(scrub), true);
        file = recovered(&size);
        assert_true(page_view(&view, page_at(file, right), PAGE));
        assert_true(page_flags(page_at(file, right)) & PAGE_SCRUBBED);
        assert_int_equal(page_dbtime(page_at(file, right)), scrub.scrub.node.page.dbtime);
        if (round)
            assert_int_equal(page_lines(&view), 0);
        else
        {
            assert_true(page_node(&view, 1, &node));
            for (uint32_t i = 0; i < node.data_size; i++)
                assert_int_equal(node.data[i], 'D');
            assert_true(page_node(&view, 0, &node));
            assert_int_not_equal(node.data[0], 'D');
        }
        free(file);
    }
    file = two_leaves(&rows, &left, &right, &size);
    new_page.pgno = (uint32_t)(size / PAGE) - 4;
    new_page.dbtime = page_dbtime(page_at(file, right)) + 100000;
    free(file);
    crash_with_record((const uint8_t *)&new_page, sizeof(new_page), true);
    file = recovered(&size);
    assert_int_equal(page_objid(page_at(file, new_page.pgno)), 77);
    assert_true(page_flags(page_at(file, new_page.pgno)) & PAGE_PRE_INIT);
    assert_int_equal(page_dbtime(page_at(file, new_page.pgno)), new_page.dbtime);
    free(file);
}

#define FILLED 64u /* with a filling behind the record */

/* A record of that type that speaks of pages far behind those in use, or of nothing that redo has to do. */
static void describe_harmless(uint8_t type, uint8_t record[FILLED])
{
    const uint32_t page = 200, pages = 3;
    uint64_t size;

    memset(record, 0, FILLED);
    record[0] = type;
    size = log_record_size(record, FILLED);
    switch (type)
    {
    case LOG_SCAN_CHECK:
    case LOG_REATTACH_DB:
    case LOG_FREE_FDP:
    case LOG_MACRO_INFO:
    case LOG_MACRO_INFO2:
        /* Its size, then the database and a page. */
        set_le32(record + 1, FILLED - 5);
        record[5] = 1;
        set_le32(record + 6, page);
        return;
    default:
        record[1] = 1;
        if (size >= 10)
        {
            set_le32(record + 2, page);
            set_le32(record + 6, pages);
        }
    }
    assert_in_range(size, 1, FILLED - 5);
    record[size] = LOG_NOP2;
    set_le32(record + size + 1, FILLED - 5 - (uint32_t)size);
}

/* Of the file's end, of free pages, for who reads logs: rows stay what they are. */
static void records_of_no_rows(void **state)
{
    static const uint8_t types[] = {
        LOG_SHRINK_DB,     LOG_SHRINK_DB2,  LOG_SHRINK_DB3,       LOG_TRIM_DB,    LOG_EXTENT_FREED,
        LOG_EXTENT_FREED2, LOG_SCAN_CHECK,  LOG_SCAN_CHECK2,      LOG_MACRO_INFO, LOG_MACRO_INFO2,
        LOG_FREE_FDP,      LOG_REATTACH_DB, LOG_SIGNAL_ATTACH_DB,
    };
    uint8_t record[FILLED], *file;
    uint32_t left, right;
    int32_t rows;
    size_t size, after;

    (void)state;
    for (unsigned i = 0; i < sizeof(types); i++)
    {
        free(two_leaves(&rows, &left, &right, &size));
        describe_harmless(types[i], record);
        crash_with_record(record, sizeof(record), false);
        recovers_to(512, rows);
        file = take(DATABASE, &after);
        assert_int_equal(after, size); /* what the root's space owns */
        free(file);
    }
}

static int set_up(void **state)
{
    (void)state;
    return own_folder_enter("recovery_images") ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return own_folder_leave("recovery_images") ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(databases_that_were_kept),
        cmocka_unit_test(headers_of_databases),
        cmocka_unit_test(header_of_another),
        cmocka_unit_test(making_that_was_cut_off),
        cmocka_unit_test(checkpoints),
        cmocka_unit_test(generations),
        cmocka_unit_test(generations_of_others),
        cmocka_unit_test(generations_too_many),
        cmocka_unit_test(settings),
        cmocka_unit_test(a_page_that_moves),
        cmocka_unit_test(a_tree_that_is_emptied),
        cmocka_unit_test(pages_scrubbed_and_made),
        cmocka_unit_test(records_of_no_rows),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
