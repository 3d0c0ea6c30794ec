/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What programs that keep copies of a database use: facts of log files and of pages, whole pages read and put back. */
#include "support.h"

#define PAGE 4096u
#define ROWS 3000u
#define BAD  11u /* the page that is damaged: of the table */

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;
static char path[512];
static uint8_t head[10 * PAGE]; /* of the file, before it was attached again */

static void *aligned(uint32_t pages)
{
    static void *kept[16];
    static unsigned turn;
    uintptr_t at;

    free(kept[turn % 16]);
    kept[turn % 16] = malloc((pages + 1) * PAGE);
    assert_non_null(kept[turn % 16]);
    at = ((uintptr_t)kept[turn++ % 16] + PAGE - 1) / PAGE * PAGE;
    return (void *)at;
}

static void read_file(const char *name, long offset, void *data, size_t size)
{
    FILE *file = fopen(name, "rb");

    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    assert_int_equal(fread(data, 1, size, file), size);
    fclose(file);
}

static uint32_t word(const void *data, unsigned offset)
{
    uint32_t value;

    memcpy(&value, (const char *)data + offset, sizeof(value));
    return value;
}

static uint64_t word64(const void *data, unsigned offset)
{
    uint64_t value;

    memcpy(&value, (const char *)data + offset, sizeof(value));
    return value;
}

static void fill(JET_SESID sesid, JET_DBID db)
{
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypLong, 0, 0, 0, 0, 0, 0 };
    JET_COLUMNID id, data;
    JET_TABLEID table;
    char text[100];

    assert_ok(JetCreateTableA(sesid, db, "rows", 1, 80, &table));
    assert_ok(JetAddColumnA(sesid, table, "id", &def, NULL, 0, &id));
    def.coltyp = JET_coltypBinary;
    assert_ok(JetAddColumnA(sesid, table, "data", &def, NULL, 0, &data));
    assert_ok(JetCreateIndexA(sesid, table, "primary", JET_bitIndexPrimary, "+id\0", 5, 100));
    assert_ok(JetBeginTransaction(sesid));
    for (unsigned i = 0; i < ROWS; i++)
    {
        assert_ok(JetPrepareUpdate(sesid, table, JET_prepInsert));
        assert_ok(JetSetColumn(sesid, table, id, &i, sizeof(i), 0, NULL));
        memset(text, 'a' + i % 26, sizeof(text));
        assert_ok(JetSetColumn(sesid, table, data, text, sizeof(text), 0, NULL));
        assert_ok(JetUpdate(sesid, table, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(sesid, 0));
    assert_ok(JetCloseTable(sesid, table));
}

static int start(void **state)
{
    (void)state;
    instance = test_instance("replica", "on");
    session = test_session(instance);
    snprintf(path, sizeof(path), "%s", test_file("replica.edb"));
    assert_ok(JetCreateDatabaseA(session, path, NULL, &dbid, 0));
    fill(session, dbid);
    /* What the cache has goes to the file. */
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetDetachDatabaseA(session, path));
    read_file(path, 0, head, sizeof(head));
    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, 0));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetTerm(instance));
    return 0;
}

/* ------------------------------------------------------------------- facts --- */

static void log_file_facts(void **state)
{
    char name[600], header[PAGE];
    JET_LOGINFOMISC3 third;
    JET_LOGINFOMISC2 second;
    JET_LOGINFOMISC info;

    (void)state;
    snprintf(name, sizeof(name), "%sedb.log", test_folder("replica"));
    read_file(name, 0, header, sizeof(header));
    memset(&info, 0xa5, sizeof(info));
    assert_ok(JetGetLogFileInfoA(name, &info, sizeof(info), JET_LogInfoMisc));
    assert_int_equal(info.ulGeneration, word(header, 4));
    assert_int_equal(info.cbSectorSize, 4096);
    assert_int_equal(info.cbHeader, 1);
    assert_int_equal(info.cbFile, word(header, 12) & 0xffff);
    assert_int_equal(info.cbDatabasePageSize, PAGE);
    assert_memory_equal(&info.logtimeCreate, header + 16, 8);
    assert_memory_equal(&info.logtimePreviousGeneration, header + 24, 8);
    assert_int_equal(info.ulVersionMajor, 8);
    assert_int_equal(info.ulVersionMinor, 4000);
    assert_int_equal(info.ulVersionUpdate, word(header, 40));
    assert_memory_equal(&info.signLog, header + 44, 28);
    assert_ok(JetGetLogFileInfoA(name, &second, sizeof(second), JET_LogInfoMisc2));
    assert_memory_equal(&second, &info, sizeof(info));
    assert_ok(JetGetLogFileInfoW(test_wide(name), &third, sizeof(third), JET_LogInfoMisc3));
    assert_memory_equal(&third.lgposCheckpoint, &second.lgposCheckpoint, sizeof(second.lgposCheckpoint));
    assert_int_equal(third.ulVersionUpdateMajor, info.ulVersionUpdate);
    assert_int_equal(third.ulVersionMinorDeprecated, 4000);

    assert_err(JetGetLogFileInfoA(name, &info, sizeof(info), 3), JET_errInvalidParameter);
    assert_err(JetGetLogFileInfoA(name, &info, sizeof(info) - 1, JET_LogInfoMisc), JET_errInvalidBufferSize);
    assert_err(JetGetLogFileInfoA(name, &second, sizeof(second), JET_LogInfoMisc), JET_errInvalidBufferSize);
    assert_err(JetGetLogFileInfoA(test_file("absent.log"), &info, sizeof(info), 9), JET_errFileNotFound);
    test_file_write(test_file("short.log"), header, 100);
    assert_err(JetGetLogFileInfoA(test_file("short.log"), &info, sizeof(info), JET_LogInfoMisc),
               JET_errFileIOBeyondEOF);
    /* The size of the file is not looked at; what is in the header is. */
    test_file_write(test_file("header.log"), header, sizeof(header));
    assert_ok(JetGetLogFileInfoA(test_file("header.log"), &info, sizeof(info), JET_LogInfoMisc));
    header[60] ^= 1;
    test_file_write(test_file("bad.log"), header, sizeof(header));
    assert_err(JetGetLogFileInfoA(test_file("bad.log"), &info, sizeof(info), JET_LogInfoMisc), JET_errLogFileCorrupt);
}

static void page_facts(void **state)
{
    uint8_t *pages = aligned(4), *again = aligned(4);
    JET_PAGEINFO infos[4];
    JET_PAGEINFO2 infos2[4];
    JET_ULONG actual = 1;

    (void)state;
    assert_ok(JetGetDatabasePages(session, dbid, BAD, 3, pages, 3 * PAGE, &actual, 0));
    assert_int_equal(actual, 3 * PAGE);
    memset(pages + 3 * PAGE, 0, PAGE);
    memset(infos, 0xa5, sizeof(infos));
    for (unsigned i = 0; i < 4; i++)
        infos[i].pgno = BAD + i;
    assert_ok(JetGetPageInfo(pages, 4 * PAGE, infos, sizeof(infos), 0, JET_PageInfo));
    for (unsigned i = 0; i < 3; i++)
    {
        assert_int_equal(infos[i].pgno, BAD + i);
        assert_int_equal(infos[i].fPageIsInitialized, 1);
        assert_int_equal(infos[i].fCorrectableError, 0);
        assert_true(infos[i].checksumActual == word64(pages, i * PAGE));
        assert_true(infos[i].checksumExpected == infos[i].checksumActual);
        assert_true(infos[i].dbtime == word64(pages, i * PAGE + 8));
        assert_true(infos[i].structureChecksum != 0);
        assert_true(infos[i].flags == 0);
    }
    assert_int_equal(infos[3].fPageIsInitialized, 0);
    assert_true(infos[3].dbtime == 0xfffffffffffffffeull && infos[3].structureChecksum == 0);

    /* One wrong bit is put right, two are not; the same page has the same structure whatever lies in its free bytes. */
    memcpy(again, pages, 4 * PAGE);
    again[PAGE + 200] ^= 0x10;
    again[2 * PAGE + 200] ^= 0x11;
    for (unsigned i = 0; i < 4; i++)
        infos2[i].pageInfo.pgno = BAD + i;
    assert_err(
        JetGetPageInfo2(again, 4 * PAGE, infos2, sizeof(infos2), JET_bitPageInfoNoStructureChecksum, JET_PageInfo2),
        JET_errReadVerifyFailure);
    assert_int_equal(infos2[1].pageInfo.fCorrectableError, 1);
    assert_memory_equal(again + PAGE, pages + PAGE, PAGE);
    assert_true(infos2[1].pageInfo.dbtime == infos[1].dbtime && infos2[1].pageInfo.structureChecksum == 0);
    assert_true(infos2[2].pageInfo.checksumActual != infos2[2].pageInfo.checksumExpected);
    assert_true(infos2[2].pageInfo.dbtime == 0xfffffffffffffffeull);
    assert_true(infos2[0].rgChecksumActual[0] == 0 && infos2[0].rgChecksumExpected[2] == 0);
    infos[0].pgno = BAD + 5;
    assert_err(JetGetPageInfo(pages, PAGE, infos, sizeof(infos[0]), 0, JET_PageInfo), JET_errReadVerifyFailure);

    /* A header is page 0. */
    memcpy(pages, head, PAGE);
    infos[0].pgno = 0;
    assert_ok(JetGetPageInfo(pages, PAGE, infos, sizeof(infos[0]), 0, JET_PageInfo));
    assert_true(infos[0].checksumActual == word(pages, 0));
    assert_true(infos[0].dbtime == word64(pages, 16));
    assert_true(infos[0].structureChecksum == infos[0].checksumActual);

    assert_err(JetGetPageInfo(pages, PAGE, infos, sizeof(infos[0]), 0, JET_PageInfo2), JET_errInvalidParameter);
    assert_err(JetGetPageInfo2(pages, PAGE, infos, sizeof(infos[0]), 0, 2), JET_errInvalidParameter);
    assert_err(JetGetPageInfo2(NULL, PAGE, infos, sizeof(infos[0]), 0, JET_PageInfo), JET_errInvalidParameter);
    assert_err(JetGetPageInfo2(pages, 0, infos, sizeof(infos[0]), 0, JET_PageInfo), JET_errInvalidParameter);
    assert_err(JetGetPageInfo2(pages, PAGE, infos, sizeof(infos[0]), 2, JET_PageInfo), JET_errInvalidGrbit);
    assert_err(JetGetPageInfo2(pages, PAGE - 1, infos, sizeof(infos[0]), 0, JET_PageInfo), JET_errInvalidParameter);
    assert_err(JetGetPageInfo2(pages, PAGE, infos, sizeof(infos[0]) - 1, 0, JET_PageInfo), JET_errInvalidParameter);
    assert_err(JetGetPageInfo2(pages, PAGE, infos, 2 * sizeof(infos[0]), 0, JET_PageInfo), JET_errInvalidParameter);
    assert_err(JetGetPageInfo2(pages + 8, PAGE, infos, sizeof(infos[0]), 0, JET_PageInfo), JET_errInvalidParameter);
}

static void pages_of_the_file(void **state)
{
    uint8_t *pages = aligned(8);
    JET_PAGEINFO info = { 0 };
    JET_ULONG actual, size;

    (void)state;
    assert_ok(JetGetDatabasePages(session, dbid, 1, 8, pages, 8 * PAGE, &actual, 0));
    assert_memory_equal(pages, head + 2 * PAGE, 8 * PAGE);
    assert_ok(JetGetDatabasePages(session, dbid, 1, 0, NULL, 0, &actual, 0));
    assert_int_equal(actual, 0);

    /* Behind the end. */
    assert_ok(JetGetDatabaseInfoA(session, dbid, &size, sizeof(size), JET_DbInfoFilesize));
    assert_ok(JetGetDatabasePages(session, dbid, size - 2, 2, pages, 2 * PAGE, &actual, 0));
    assert_int_equal(actual, 2 * PAGE);
    info.pgno = size - 1;
    assert_ok(JetGetPageInfo(pages + PAGE, PAGE, &info, sizeof(info), 0, JET_PageInfo));
    assert_true(info.dbtime == 0xfffffffffffffffdull);

    assert_err(JetGetDatabasePages(session, dbid + 1, 1, 1, pages, PAGE, &actual, 0), JET_errInvalidDatabaseId);
    assert_err(JetGetDatabasePages(session, dbid, 0, 1, pages, PAGE, &actual, 0), JET_errInvalidParameter);
    assert_err(JetGetDatabasePages(session, dbid, 1, 0x80000000, pages, PAGE, &actual, 0), JET_errInvalidParameter);
    assert_err(JetGetDatabasePages(session, dbid, 0x7fefffff, 1, pages, PAGE, &actual, 0), JET_errInvalidParameter);
    assert_err(JetGetDatabasePages(session, dbid, 1, 1, pages + 512, PAGE, &actual, 0), JET_errInvalidParameter);
    assert_err(JetGetDatabasePages(session, dbid, 1, 1, NULL, PAGE, &actual, 0), JET_errInvalidParameter);
    assert_err(JetGetDatabasePages(session, dbid, 1, 2, pages, 2 * PAGE - 1, &actual, 0), JET_errBufferTooSmall);
    assert_err(JetGetDatabasePages(session, dbid, 1, 1, pages, PAGE, NULL, 0), JET_errInvalidParameter);
    assert_err(JetGetDatabasePages(session, dbid, 1, 1, pages, PAGE, &actual, 1), JET_errInvalidGrbit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_file_facts),
        cmocka_unit_test(page_facts),
        cmocka_unit_test(pages_of_the_file),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
