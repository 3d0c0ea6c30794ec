/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Passes over whole files: checksums, space, the smaller copy, what repair makes of a file without headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "format/log_file.h"
#include "maintain/maintain.h"
#include "maintain/restore.h"
#include "os/os.h"

#define PAGE  8192u
#define ROWS  2000u
#define KEPT  300u /* of them; the others are deleted again */
#define VALUE 3000u

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;
static JET_COLUMNID id, data, next;

static void open_instance(void)
{
    assert_int_equal(JetCreateInstanceA(&instance, "files"), JET_errSuccess);
    JetSetSystemParameterA(&instance, 0, JET_paramRecovery, 0, "off");
    assert_int_equal(JetInit(&instance), JET_errSuccess);
    assert_int_equal(JetBeginSessionA(instance, &session, NULL, NULL), JET_errSuccess);
}

static void close_instance(void)
{
    assert_int_equal(JetTerm(instance), JET_errSuccess);
}

static JET_COLUMNID add(JET_TABLEID table, const char *name, JET_COLTYP type, JET_GRBIT grbit)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = type, .grbit = grbit };
    JET_COLUMNID column;

    assert_int_equal(JetAddColumnA(session, table, name, &def, NULL, 0, &column), JET_errSuccess);
    return column;
}

static void fill(uint8_t *value, uint32_t key)
{
    for (uint32_t i = 0; i < VALUE; i++)
        value[i] = (uint8_t)(key * 31 + i * i);
}

/* A table with an index, long values and numbers, of which most is deleted again. */
static int make(void **state)
{
    JET_TABLEID table;
    uint8_t value[VALUE];

    (void)state;
    unlink("files.edb");
    unlink("copy.edb");
    JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, PAGE, NULL);
    open_instance();
    assert_int_equal(JetCreateDatabaseA(session, "files.edb", NULL, &dbid, 0), JET_errSuccess);
    assert_int_equal(JetCreateTableA(session, dbid, "rows", 1, 90, &table), JET_errSuccess);
    id = add(table, "id", JET_coltypLong, 0);
    data = add(table, "data", JET_coltypLongBinary, 0);
    next = add(table, "next", JET_coltypLong, JET_bitColumnAutoincrement);
    assert_int_equal(JetCreateIndexA(session, table, "by id", JET_bitIndexPrimary, "+id\0", 5, 90), JET_errSuccess);
    assert_int_equal(JetCreateIndexA(session, table, "by next", JET_bitIndexUnique, "-next\0", 7, 90), JET_errSuccess);
    assert_int_equal(JetBeginTransaction(session), JET_errSuccess);
    for (uint32_t i = 0; i < ROWS; i++)
    {
        fill(value, i);
        JetPrepareUpdate(session, table, JET_prepInsert);
        JetSetColumn(session, table, id, &i, sizeof(i), 0, NULL);
        JetSetColumn(session, table, data, value, VALUE, 0, NULL);
        assert_int_equal(JetUpdate(session, table, NULL, 0, NULL), JET_errSuccess);
    }
    JetCommitTransaction(session, 0);
    JetBeginTransaction(session);
    for (uint32_t i = KEPT; i < ROWS; i++)
    {
        JetMakeKey(session, table, &i, sizeof(i), JET_bitNewKey);
        assert_int_equal(JetSeek(session, table, JET_bitSeekEQ), JET_errSuccess);
        assert_int_equal(JetDelete(session, table), JET_errSuccess);
    }
    JetCommitTransaction(session, 0);
    close_instance();
    return 0;
}

/* What was kept is there, by either index; the next number follows the highest. */
static void assert_rows(const char *path)
{
    uint8_t value[VALUE], found[VALUE];
    JET_TABLEID table;
    uint32_t key, count = 0;
    int32_t number;
    JET_ULONG actual;
    JET_ERR err;

    open_instance();
    assert_int_equal(JetAttachDatabaseA(session, path, 0), JET_errSuccess);
    assert_int_equal(JetOpenDatabaseA(session, path, NULL, &dbid, 0), JET_errSuccess);
    assert_int_equal(JetOpenTableA(session, dbid, "rows", NULL, 0, 0, &table), JET_errSuccess);
    assert_int_equal(JetSetCurrentIndexA(session, table, "by next"), JET_errSuccess);
    for (err = JetMove(session, table, JET_MoveFirst, 0); err >= 0; err = JetMove(session, table, JET_MoveNext, 0))
    {
        assert_int_equal(JetRetrieveColumn(session, table, id, &key, 4, NULL, 0, NULL), JET_errSuccess);
        assert_int_equal(JetRetrieveColumn(session, table, data, found, VALUE, &actual, 0, NULL), JET_errSuccess);
        fill(value, key);
        assert_int_equal(actual, VALUE);
        assert_memory_equal(found, value, VALUE);
        assert_int_equal(key, KEPT - 1 - count);
        count++;
    }
    assert_int_equal(count, KEPT);
    assert_int_equal(JetBeginTransaction(session), JET_errSuccess);
    assert_int_equal(JetPrepareUpdate(session, table, JET_prepInsert), JET_errSuccess);
    JetRetrieveColumn(session, table, next, &number, 4, NULL, JET_bitRetrieveCopy, NULL);
    assert_int_equal(number, KEPT + 1);
    JetRollback(session, 0);
    close_instance();
}

static long size_of(const char *path)
{
    FILE *file = fopen(path, "rb");
    long size;

    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    fclose(file);
    return size;
}

static void damage(const char *path, long offset, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "r+b");

    assert_non_null(file);
    fseek(file, offset, SEEK_SET);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

/* --------------------------------------------------------------- checksums --- */

static unsigned findings;
static uint32_t found_pgno;
static uint64_t last_done, last_total;
static JET_ERR answer;

static void on_finding(void *context, const struct finding *finding)
{
    (void)context;
    findings++;
    found_pgno = finding->pgno;
}

static JET_ERR on_progress(void *context, uint64_t done, uint64_t total)
{
    (void)context;
    assert_true(done >= last_done && done <= total);
    last_done = done;
    last_total = total;
    return answer;
}

static const struct maintain_report report = { .finding = on_finding, .progress = on_progress };

static void start_again(void)
{
    findings = 0;
    found_pgno = 0;
    last_done = last_total = 0;
    answer = JET_errSuccess;
}

static void checksums(void **state)
{
    struct checksum_result result;
    uint64_t pages = (uint64_t)size_of("files.edb") / PAGE;

    (void)state;
    start_again();
    assert_int_equal(checksum_check(L"files.edb", &report, &result), JET_errSuccess);
    assert_int_equal(result.pages, pages);
    assert_int_equal(result.bytes, pages * PAGE);
    assert_int_equal(last_done, pages);
    assert_int_equal(last_total, pages);
    assert_true(result.dbtime_max && result.dbtime_pgno && result.slowest >= result.fastest);
    assert_true(!result.bad && !result.correctable && !result.wrong_number);
    /* Several bits cannot be put right. */
    start_again();
    damage("files.edb", 20 * PAGE + 100, "\xa5\x5a\xa5\x5a", 4);
    assert_int_equal(checksum_check(L"files.edb", &report, &result), JET_errReadVerifyFailure);
    assert_int_equal(result.bad, 1);
    assert_int_equal(findings, 1);
    assert_int_equal(found_pgno, 19);
    /* A header that is not whole counts as one. */
    damage("files.edb", PAGE + 100, "\xa5\x5a\xa5\x5a", 4);
    assert_int_equal(checksum_check(L"files.edb", NULL, &result), JET_errReadVerifyFailure);
    assert_int_equal(result.bad, 2);
    start_again();
    answer = JET_errOutOfMemory;
    assert_int_equal(checksum_check(L"files.edb", &report, &result), JET_errOutOfMemory);
    assert_int_equal(checksum_check(L"none.edb", &report, &result), JET_errFileNotFound);
}

/* ------------------------------------------------------------------- space --- */

static struct space_line lines[64];
static char names[64][32];
static unsigned line_count;

static JET_ERR on_line(void *context, const struct space_line *line)
{
    (void)context;
    assert_true(line_count < 64);
    snprintf(names[line_count], sizeof(names[0]), "%s", line->name ? line->name : "");
    lines[line_count++] = *line;
    return answer;
}

static const struct space_line *line_of(const char *name)
{
    for (unsigned i = 0; i < line_count; i++)
        if (!strcmp(names[i], name))
            return &lines[i];
    fail_msg("%s is not told of", name);
    return NULL;
}

static void space(void **state)
{
    struct space_totals totals;
    const struct space_line *line;
    uint64_t available = 0;

    (void)state;
    start_again();
    line_count = 0;
    assert_int_equal(space_dump(L"files.edb", on_line, NULL, &totals), JET_errSuccess);
    assert_int_equal(totals.page_size, PAGE);
    assert_int_equal(lines[0].type, SPACE_DATABASE);
    assert_int_equal(lines[0].owned, size_of("files.edb") / PAGE - 2);
    assert_int_equal(totals.owned, lines[0].owned);
    for (unsigned i = 0; i < line_count; i++)
    {
        assert_true(lines[i].available <= lines[i].owned && lines[i].owned <= lines[0].owned);
        assert_true(lines[i].internal_trees == 0 || lines[i].internal_trees == 2);
        available += lines[i].available;
    }
    assert_int_equal(totals.available, available);
    line = line_of("rows");
    assert_int_equal(line->type, SPACE_TABLE);
    assert_false(line->has_auto_increment); /* which came with a later format */
    /* The trees of a table are within it. */
    assert_true(line->owned >= line_of("by next")->owned);
    assert_int_equal(line_of("by next")->type, SPACE_INDEX);
    assert_true(totals.tables >= 2 && totals.indexes >= 1 && totals.long_value_trees >= 1);
    assert_true(totals.user_min < totals.user_max && totals.last == lines[0].owned);
    answer = JET_errOutOfMemory;
    line_count = 0;
    assert_int_equal(space_dump(L"files.edb", on_line, NULL, &totals), JET_errOutOfMemory);
    assert_int_equal(space_dump(L"none.edb", on_line, NULL, &totals), JET_errFileNotFound);
}

/* -------------------------------------------------------------------- copy --- */

static void a_smaller_copy(void **state)
{
    struct integrity_result result;

    (void)state;
    start_again();
    assert_int_equal(compact_database(L"files.edb", L"copy.edb", &report), JET_errSuccess);
    assert_true(last_done);
    start_again();
    assert_true(size_of("copy.edb") < size_of("files.edb") / 2);
    assert_int_equal(integrity_check(L"copy.edb", NULL, &report, &result), JET_errSuccess);
    assert_int_equal(findings, 0);
    assert_int_equal(compact_database(L"files.edb", L"copy.edb", &report), JET_errDatabaseDuplicate);
    assert_rows("copy.edb");
    /* One who does not go on leaves nothing. */
    start_again();
    unlink("copy.edb");
    answer = JET_errTermInProgress;
    assert_int_equal(compact_database(L"files.edb", L"copy.edb", &report), JET_errTermInProgress);
    assert_int_not_equal(access("copy.edb", F_OK), 0);
    assert_int_equal(compact_database(L"none.edb", L"copy.edb", &report), JET_errFileNotFound);
}

/* ------------------------------------------------------------------ repair --- */

static void without_headers(void **state)
{
    struct repair_result repaired;
    struct integrity_result result;
    uint8_t nothing[2 * PAGE] = { 0 };

    (void)state;
    start_again();
    damage("files.edb", 0, nothing, sizeof(nothing));
    assert_int_equal(repair_database(L"files.edb", L"copy.edb", &report, &repaired), JET_errSuccess);
    assert_true(findings >= 1);
    assert_int_equal(repaired.tables_lost, 0);
    assert_int_equal(repaired.values_lost, 0);
    start_again();
    assert_int_equal(integrity_check(L"copy.edb", NULL, &report, &result), JET_errSuccess);
    assert_int_equal(findings, 0);
    assert_rows("copy.edb");
}

static void nothing_of_a_database(void **state)
{
    struct repair_result repaired;
    FILE *file = fopen("files.edb", "wb");

    (void)state;
    for (unsigned i = 0; i < 40 * PAGE; i++)
        fputc((int)(i * 7 % 251), file);
    fclose(file);
    start_again();
    assert_int_equal(repair_database(L"files.edb", L"copy.edb", &report, &repaired), JET_errDatabaseCorrupted);
    assert_int_not_equal(access("copy.edb", F_OK), 0);
}

/* The first catalog's pages are gone: the second has it all. */
static void one_catalog(void **state)
{
    struct repair_result repaired;
    struct integrity_result result;
    uint8_t nonsense[PAGE];

    (void)state;
    start_again();
    memset(nonsense, 0x5a, sizeof(nonsense));
    damage("files.edb", 5 * PAGE, nonsense, sizeof(nonsense));
    assert_int_equal(repair_database(L"files.edb", L"copy.edb", &report, &repaired), JET_errSuccess);
    assert_true(repaired.bad_pages >= 1);
    assert_int_equal(repaired.tables_lost, 0);
    assert_int_equal(findings, 2); /* the page, and the catalog that it was of */
    start_again();
    assert_int_equal(integrity_check(L"copy.edb", NULL, &report, &result), JET_errSuccess);
    assert_rows("copy.edb");
}

/* --------------------------------------------------------- a log that is forgotten --- */

static struct log_header log_header_of(const char *path)
{
    struct log_header header;
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    assert_int_equal(fread(&header, 1, sizeof(header), file), sizeof(header));
    fclose(file);
    return header;
}

static struct database_header header_of(void)
{
    struct header_read read;

    assert_int_equal(restore_database_header(L"files.edb", &read), JET_errSuccess);
    return read.header;
}

static void set_header(const struct database_header *header)
{
    static uint8_t page[PAGE];
    struct header_read read;
    struct os_file *file;

    assert_int_equal(restore_database_header(L"files.edb", &read), JET_errSuccess);
    read.header = *header;
    assert_int_equal(os_file_open(L"files.edb", OS_OPEN_EXCLUSIVE_WRITE, &file), JET_errSuccess);
    assert_int_equal(restore_write_header(file, &read, page), JET_errSuccess);
    os_file_close(file);
}

/* JetRemoveLogfile: only the last log, only if the database can do without it; backups that ended in it were none. */
static void a_log_that_is_forgotten(void **state)
{
    struct database_header header = header_of(), after;
    struct log_header log;

    (void)state;
    unlink("edb.log");
    unlink("edb.chk");
    assert_int_equal(JetCreateInstanceA(&instance, "logs"), JET_errSuccess);
    assert_int_equal(JetInit(&instance), JET_errSuccess);
    assert_int_equal(JetTerm(instance), JET_errSuccess);
    log = log_header_of("edb.log");

    header.log_signature = log.signature;
    header.generation_max_committed = log.generation;
    header.generation_max_required = log.generation - 1;
    header.full_backup.mark.generation = log.generation - 1;
    header.full_backup_type = header.copy_backup_type = 1;
    header.copy_backup.mark.generation = log.generation;
    /* Nothing is to be forgotten by one that was shut down. */
    set_header(&header);
    assert_int_equal(restore_forget_log(L"files.edb", L"edb.log"), JET_errInvalidParameter);
    header.state = JET_dbstateDirtyShutdown;
    header.log_signature.random ^= 1;
    set_header(&header);
    assert_int_equal(restore_forget_log(L"files.edb", L"edb.log"), JET_errInvalidParameter);
    header.log_signature.random ^= 1;
    header.generation_max_required++;
    set_header(&header);
    assert_int_equal(restore_forget_log(L"files.edb", L"edb.log"), JET_errInvalidParameter);
    header.generation_max_required--;
    header.generation_max_committed++;
    set_header(&header);
    assert_int_equal(restore_forget_log(L"files.edb", L"edb.log"), JET_errInvalidParameter);
    header.generation_max_committed -= 2;
    set_header(&header);
    assert_int_equal(restore_forget_log(L"files.edb", L"edb.log"), JET_errSuccess);
    after = header_of();
    assert_int_equal(after.copy_backup.mark.generation, log.generation);
    header.generation_max_committed++;
    set_header(&header);
    assert_int_equal(restore_forget_log(L"files.edb", L"edb.log"), JET_errSuccess);
    after = header_of();
    assert_int_equal(after.generation_max_committed, log.generation - 1);
    assert_int_equal(after.generation_max_required, log.generation - 1);
    assert_int_equal(after.full_backup_type, 1);
    assert_int_equal(after.copy_backup.mark.generation, 0);
    assert_int_equal(after.copy_backup_type, 0);
    assert_int_equal(after.state, JET_dbstateDirtyShutdown);
    assert_int_equal(restore_forget_log(L"files.edb", L"none.log"), JET_errFileNotFound);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(checksums, make),
        cmocka_unit_test_setup(space, make),
        cmocka_unit_test_setup(a_smaller_copy, make),
        cmocka_unit_test_setup(without_headers, make),
        cmocka_unit_test_setup(nothing_of_a_database, make),
        cmocka_unit_test_setup(one_catalog, make),
        cmocka_unit_test_setup(a_log_that_is_forgotten, make),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
