/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages put in place of a database's own: bad ones, and all of a copy that went another way. */
#include "support.h"

#define PAGE  4096u
#define ROWS  2000u
#define FILES 40u /* generations, at most */

static JET_TABLEID table;
static JET_COLUMNID id, data;

/* ------------------------------------------------------------------- files --- */

static void overwrite(const char *path, long offset, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "r+b");

    assert_non_null(file);
    fseek(file, offset, SEEK_SET);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static const char *log_of(const char *folder, unsigned generation)
{
    char name[40];

    snprintf(name, sizeof(name), "edb%05X.log", generation);
    return test_file_in(folder, name);
}

static unsigned current_generation(const char *folder)
{
    JET_LOGINFOMISC info;

    assert_ok(JetGetLogFileInfoA(test_file_in(folder, "edb.log"), &info, sizeof(info), JET_LogInfoMisc));
    return info.ulGeneration;
}

static JET_DBINFOMISC7 header_of(const char *path)
{
    JET_DBINFOMISC7 info;

    assert_ok(JetGetDatabaseFileInfoA(path, &info, sizeof(info), JET_DbInfoMisc));
    return info;
}

/* ------------------------------------------------------------------- rows --- */

static JET_INSTANCE unstarted(const char *folder)
{
    JET_INSTANCE instance = test_instance_unstarted(folder, "on");

    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramCircularLog, 0, NULL));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramAlternateDatabaseRecoveryPath, 0, test_folder(folder)));
    return instance;
}

static void put_rows(JET_SESID session, unsigned from, unsigned count, unsigned grbit, char letter)
{
    char text[100];

    memset(text, letter, sizeof(text));
    assert_ok(JetBeginTransaction(session));
    for (unsigned i = from; i < from + count; i++)
    {
        if (grbit == JET_prepReplace)
        {
            assert_ok(JetMakeKey(session, table, &i, sizeof(i), JET_bitNewKey));
            assert_ok(JetSeek(session, table, JET_bitSeekEQ));
        }
        assert_ok(JetPrepareUpdate(session, table, grbit));
        if (grbit == JET_prepInsert)
            assert_ok(JetSetColumn(session, table, id, &i, sizeof(i), 0, NULL));
        assert_ok(JetSetColumn(session, table, data, text, sizeof(text), 0, NULL));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(session, 0));
}

static void open_table(JET_SESID session, JET_DBID dbid)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def) };

    assert_ok(JetOpenTableA(session, dbid, "rows", NULL, 0, 0, &table));
    assert_ok(JetGetTableColumnInfoA(session, table, "id", &def, sizeof(def), JET_ColInfo));
    id = def.columnid;
    assert_ok(JetGetTableColumnInfoA(session, table, "data", &def, sizeof(def), JET_ColInfo));
    data = def.columnid;
}

static void make(JET_SESID session, const char *path)
{
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypLong, 0, 0, 0, 0, 0, 0 };
    JET_DBID dbid;

    assert_ok(JetCreateDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetCreateTableA(session, dbid, "rows", 1, 80, &table));
    assert_ok(JetAddColumnA(session, table, "id", &def, NULL, 0, &id));
    def.coltyp = JET_coltypBinary;
    assert_ok(JetAddColumnA(session, table, "data", &def, NULL, 0, &data));
    assert_ok(JetCreateIndexA(session, table, "primary", JET_bitIndexPrimary, "+id\0", 5, 100));
    assert_ok(JetCreateIndexA(session, table, "by_data", 0, "+data\0+id\0", 11, 100));
    put_rows(session, 0, ROWS, JET_prepInsert, 'a');
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetDetachDatabaseA(session, NULL));
}

/* The database is opened again, and some rows of it are changed. */
static void change(JET_SESID session, const char *path, unsigned from, unsigned count, char letter)
{
    JET_DBID dbid;

    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, 0));
    open_table(session, dbid);
    put_rows(session, from, count, JET_prepReplace, letter);
}

static char letter_of(JET_SESID session, unsigned row)
{
    char text[100];

    assert_ok(JetMakeKey(session, table, &row, sizeof(row), JET_bitNewKey));
    assert_ok(JetSeek(session, table, JET_bitSeekEQ));
    assert_ok(JetRetrieveColumn(session, table, data, text, sizeof(text), NULL, 0, NULL));
    return text[0];
}

/* Recovers, looks at the rows, closes everything, and has the file checked. */
static void check(JET_INSTANCE instance, const char *path, unsigned from, unsigned count, char letter)
{
    JET_DBUTIL_A check = { .cbStruct = sizeof(check), .op = opDBUTILEDBRepair };
    JET_SESID session;
    JET_ULONG rows;
    JET_DBID dbid;

    assert_ok(JetInit(&instance));
    session = test_session(instance);
    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, 0));
    open_table(session, dbid);
    assert_ok(JetIndexRecordCount(session, table, &rows, 0));
    assert_int_equal(rows, ROWS);
    for (unsigned i = 0; i < ROWS; i++)
        assert_int_equal(letter_of(session, i), i >= from && i < from + count ? letter : 'a');
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetDetachDatabaseA(session, NULL));
    check.szDatabase = (char *)path;
    check.sesid = session;
    check.grbitOptions = JET_bitDBUtilOptionDontRepair;
    assert_ok(JetDBUtilitiesA(&check));
    assert_ok(JetTerm(instance));
}

/* ------------------------------------------------------------------- tests --- */

static void bad_pages_are_replaced(void **state)
{
    static const char zeroes[600];
    JET_INSTANCE instance = unstarted("bad");
    char path[600], other[600];
    unsigned last;
    uint8_t *file;
    JET_SESID session;
    size_t size;

    (void)state;
    snprintf(path, sizeof(path), "%s", test_file_in("bad", "bad.edb"));
    snprintf(other, sizeof(other), "%s", test_file_in("bad", "other.edb"));
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    make(session, path);
    instance = (assert_ok(JetTerm(instance)), unstarted("bad"));
    assert_err(JetBeginDatabaseIncrementalReseedA(instance, path, 0), JET_errDatabaseInvalidIncrementalReseed);
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    change(session, path, 100, ROWS - 200, 'b');
    assert_err(JetTerm2(instance, JET_bitTermDirty), JET_errDirtyShutdown);
    last = current_generation("bad");
    assert_true(last > 3);

    /* Some of its pages do not survive. */
    file = test_file_read(path, &size);
    for (unsigned pgno = 10; pgno < 60; pgno += 7)
        overwrite(path, (long)(pgno + 1) * PAGE + 100, zeroes, sizeof(zeroes));

    instance = unstarted("bad");
    assert_err(JetPatchDatabasePagesA(instance, path, 1, 1, file, PAGE, 0), JET_errDatabaseInvalidIncrementalReseed);
    assert_err(JetEndDatabaseIncrementalReseedA(instance, path, 1, 0, last, 0),
               JET_errDatabaseInvalidIncrementalReseed);
    assert_err(JetBeginDatabaseIncrementalReseedA(instance, NULL, 0), JET_errInvalidParameter);
    assert_err(JetBeginDatabaseIncrementalReseedA(instance, "", 0), JET_errInvalidParameter);
    assert_err(JetBeginDatabaseIncrementalReseedA(instance, other, 8), JET_errFileNotFound);
    assert_err(JetBeginDatabaseIncrementalReseedA(instance, path, 8), JET_errInvalidGrbit);
    assert_err(JetBeginDatabaseIncrementalReseedA(instance, test_file_in("bad", "edb.log"), 0),
               JET_errDatabaseCorrupted);
    assert_int_equal(header_of(path).dbstate, JET_dbstateDirtyShutdown);
    assert_ok(JetBeginDatabaseIncrementalReseedA(instance, path, 0));
    assert_err(JetBeginDatabaseIncrementalReseedW(instance, test_wide(path), 0), JET_errFileAccessDenied);

    assert_err(JetPatchDatabasePagesA(instance, other, 1, 1, file, PAGE, 0), JET_errDatabaseInvalidIncrementalReseed);
    assert_err(JetPatchDatabasePagesA(instance, NULL, 1, 1, file, PAGE, 0), JET_errInvalidParameter);
    assert_err(JetPatchDatabasePagesA(instance, path, 0, 1, file, PAGE, 0), JET_errInvalidParameter);
    assert_err(JetPatchDatabasePagesA(instance, path, 1, 0x80000000, file, PAGE, 0), JET_errInvalidParameter);
    assert_err(JetPatchDatabasePagesA(instance, path, 1, 2, file, PAGE, 0), JET_errInvalidParameter);
    assert_err(JetPatchDatabasePagesA(instance, path, 1, 1, NULL, PAGE, 0), JET_errInvalidParameter);
    assert_err(JetPatchDatabasePagesA(instance, path, 1, 1, file, PAGE, 4), JET_errInvalidGrbit);
    assert_err(JetPatchDatabasePagesA(instance, path, 3, 1, file + 2 * PAGE, PAGE, 0), JET_errReadVerifyFailure);
    file[12 * PAGE + 50] ^= 1;
    assert_err(JetPatchDatabasePagesA(instance, path, 11, 1, file + 12 * PAGE, PAGE, 0), JET_errReadVerifyFailure);
    file[12 * PAGE + 50] ^= 1;
    assert_ok(JetPatchDatabasePagesA(instance, path, 1, 0, NULL, 0, 0));
    for (unsigned pgno = 10; pgno < 60; pgno += 7)
        assert_ok(JetPatchDatabasePagesA(instance, path, pgno, 1, file + (pgno + 1) * PAGE, PAGE,
                                         pgno == 10 ? JET_bitPatchingCorruptPage : 0));

    /* Left alone in between, nobody can use it but who goes on with it. */
    assert_err(JetEndDatabaseIncrementalReseedA(instance, path, 0, 0, 1, JET_bitEndDatabaseIncrementalReseedCancel),
               JET_errInvalidParameter);
    assert_ok(JetEndDatabaseIncrementalReseedA(instance, path, 0, 0, 0, JET_bitEndDatabaseIncrementalReseedCancel));
    assert_int_equal(header_of(path).dbstate, JET_dbstateIncrementalReseedInProgress);
    assert_int_equal(header_of(path).ulIncrementalReseedCount, 1);
    assert_int_equal(header_of(path).ulPagePatchCount, 8);
    assert_ok(JetBeginDatabaseIncrementalReseedA(instance, path, JET_bitBeginDatabaseIncrementalReseedPatchRBS));

    assert_err(JetEndDatabaseIncrementalReseedA(instance, path, 0, 0, last, 0), JET_errInvalidParameter);
    assert_err(JetEndDatabaseIncrementalReseedA(instance, path, 2, 0, 1, 0), JET_errInvalidParameter);
    assert_err(JetEndDatabaseIncrementalReseedA(instance, path, 2, 1, 3, 0), JET_errInvalidParameter);
    assert_err(JetEndDatabaseIncrementalReseedA(instance, path, 1, last + 1, last, 0), JET_errInvalidParameter);
    assert_err(JetEndDatabaseIncrementalReseedA(instance, path, 1, 0, 0x7fffffff, 0), JET_errInvalidParameter);
    assert_err(JetEndDatabaseIncrementalReseedA(instance, path, 1, 0, last, 2), JET_errInvalidGrbit);
    assert_err(JetEndDatabaseIncrementalReseedA(instance, path, 1, 0, last + 1, 0), JET_errLogFileCorrupt);
    assert_ok(JetEndDatabaseIncrementalReseedA(instance, path, last, 0, last, 0));
    assert_int_equal(header_of(path).dbstate, JET_dbstateDirtyAndPatchedShutdown);
    assert_int_equal(header_of(path).genMaxRequired, last);
    assert_err(JetEndDatabaseIncrementalReseedA(instance, path, 1, 0, last, 0),
               JET_errDatabaseInvalidIncrementalReseed);
    check(instance, path, 100, ROWS - 200, 'b');
    assert_int_equal(header_of(path).ulPagePatchCount, 8);
    free(file);
}

/* Both folders have the same database until one goes on by itself. */
static void copy_that_diverged(void **state)
{
    JET_INSTANCE active = unstarted("active"), passive;
    char mine[600], theirs[600];
    unsigned parted, last;
    JET_DBINFOMISC7 info;
    JET_SESID session;
    uint8_t *file;
    size_t size;

    (void)state;
    snprintf(mine, sizeof(mine), "%s", test_file_in("active", "data.edb"));
    snprintf(theirs, sizeof(theirs), "%s", test_file_in("passive", "data.edb"));
    assert_ok(JetInit(&active));
    session = test_session(active);
    make(session, mine);
    change(session, mine, 0, ROWS, 'a');
    assert_err(JetTerm2(active, JET_bitTermDirty), JET_errDirtyShutdown);
    parted = current_generation("active");
    test_file_copy(mine, theirs);
    test_file_copy(test_file_in("active", "edb.chk"), test_file_in("passive", "edb.chk"));
    test_file_copy(test_file_in("active", "edb.log"), test_file_in("passive", "edb.log"));
    for (unsigned i = 1; i < parted; i++)
        test_file_copy(log_of("active", i), log_of("passive", i));

    passive = unstarted("passive");
    assert_ok(JetInit(&passive));
    session = test_session(passive);
    change(session, theirs, 0, 700, 'p');
    assert_err(JetTerm2(passive, JET_bitTermDirty), JET_errDirtyShutdown);

    active = unstarted("active");
    assert_ok(JetInit(&active));
    session = test_session(active);
    change(session, mine, 500, 900, 'c');
    assert_err(JetTerm2(active, JET_bitTermDirty), JET_errDirtyShutdown);
    last = current_generation("active");
    info = header_of(mine);

    passive = unstarted("passive");
    assert_ok(JetBeginDatabaseIncrementalReseedA(passive, theirs, 0));
    file = test_file_read(mine, &size);
    for (size_t pgno = 1; (pgno + 2) * PAGE <= size; pgno += 16)
    {
        size_t count = size / PAGE - 1 - pgno < 16 ? size / PAGE - 1 - pgno : 16;

        assert_ok(JetPatchDatabasePagesA(passive, theirs, (JET_ULONG)pgno, (JET_ULONG)count, file + (pgno + 1) * PAGE,
                                         (JET_ULONG)(count * PAGE), 0));
    }
    free(file);
    /* Their logs in place of its own. */
    for (unsigned i = parted; i < FILES; i++)
        remove(log_of("passive", i));
    remove(test_file_in("passive", "edb.log"));
    remove(test_file_in("passive", "edbtmp.log"));
    assert_err(JetEndDatabaseIncrementalReseedA(passive, theirs, info.genMinRequired, parted, last, 0),
               JET_errLogFileCorrupt);
    for (unsigned i = parted; i < last; i++)
        test_file_copy(log_of("active", i), log_of("passive", i));
    test_file_copy(test_file_in("active", "edb.log"), test_file_in("passive", "edb.log"));
    assert_ok(JetEndDatabaseIncrementalReseedA(passive, theirs, info.genMinRequired, parted, last, 0));
    check(passive, theirs, 500, 900, 'c');
    check(unstarted("active"), mine, 500, 900, 'c');
}

/* ------------------------------------------------------------------- online --- */

static struct
{
    unsigned requests;
    JET_ULONG pgno;
    JET_ULONG state;
    uint8_t token[48], page[PAGE];
} told;

static JET_ERR JET_API on_recovery(JET_SNP snp, JET_SNT snt, void *data, void *context)
{
    const JET_SNPATCHREQUEST *request = data;

    assert_ptr_equal(context, &told);
    if (snp != JET_snpExternalAutoHealing)
        return JET_errSuccess;
    assert_int_equal(snt, JET_sntPagePatchRequest);
    assert_int_equal(request->cbStruct, sizeof(*request));
    assert_int_equal(request->cbToken, sizeof(told.token));
    assert_int_equal(request->cbData, PAGE);
    memcpy(told.token, request->pvToken, sizeof(told.token));
    memcpy(told.page, request->pvData, PAGE);
    told.pgno = request->pageNumber;
    told.state = request->dbinfomisc.dbstate;
    told.requests++;
    return JET_errSuccess;
}

static JET_INSTANCE healing(const char *folder)
{
    JET_INSTANCE instance = unstarted(folder);

    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramEnableExternalAutoHealing, 1, NULL));
    return instance;
}

/* Replays what there is of the log on the other side, and hears of the page. */
static void replay(const char *folder)
{
    JET_RSTINFO2_A info = { .cbStruct = sizeof(info), .pfnCallback = on_recovery, .pvCallbackContext = &told };
    JET_INSTANCE instance = healing(folder);

    memset(&told, 0, sizeof(told));
    assert_true(JetInit4A(&instance, &info, JET_bitReplayIgnoreLostLogs) >= 0);
    assert_ok(JetTerm(instance));
}

static JET_ERR count(JET_SESID session, JET_ULONG *rows)
{
    JET_ERR err = JetMove(session, table, JET_MoveFirst, 0);

    for (*rows = 0; err >= 0; err = JetMove(session, table, JET_MoveNext, 0))
        ++*rows;
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

/* A page of the table's records: a leaf that is no index's, and has neighbours. */
static JET_ULONG page_of_records(const char *path)
{
    size_t size;
    uint8_t *file = test_file_read(path, &size);
    JET_ULONG found = 0;

    for (JET_ULONG pgno = 1; !found && (pgno + 2) * PAGE <= size; pgno++)
    {
        const uint8_t *page = file + (pgno + 1) * PAGE;
        bool leaf = (page[36] & 0xe3) == 0x02, middle = (page[16] || page[17]) && (page[20] || page[21]);

        for (unsigned i = 40; leaf && middle && !found && i < PAGE - 100; i++)
            if (!memcmp(page + i, "aaaaaaaaaaaaaaaa", 16))
                found = pgno;
    }
    free(file);
    assert_int_not_equal(found, 0);
    return found;
}

static void page_is_asked_for(void **state)
{
    JET_INSTANCE instance = healing("here");
    char path[600], other[600];
    static const char zeroes[600];
    uint8_t token[48];
    JET_SESID session;
    JET_ULONG rows, bad;
    unsigned last;
    JET_DBID dbid;

    (void)state;
    snprintf(path, sizeof(path), "%s", test_file_in("here", "data.edb"));
    snprintf(other, sizeof(other), "%s", test_file_in("there", "data.edb"));
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    make(session, path);
    test_file_copy(path, other);
    bad = page_of_records(path);
    overwrite(path, (long)(bad + 1) * PAGE + 100, zeroes, sizeof(zeroes));
    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, 0));
    open_table(session, dbid);
    assert_err(count(session, &rows), JET_errReadVerifyFailure);
    assert_err(count(session, &rows), JET_errReadVerifyFailure); /* not asked for twice */
    last = current_generation("here");
    for (unsigned i = 1; i < last; i++)
        test_file_copy(log_of("here", i), log_of("there", i));
    replay("there");
    assert_int_equal(told.requests, 1);
    assert_int_equal(told.pgno, bad);
    assert_int_equal(told.state, JET_dbstateDirtyShutdown);

    memcpy(token, told.token, sizeof(token));
    assert_err(JetOnlinePatchDatabasePage(session, dbid, bad, token, 48, told.page, PAGE, 2),
               JET_errDisabledFunctionality);
    assert_err(JetOnlinePatchDatabasePage(session, dbid, 0, token, 48, told.page, PAGE, 0), JET_errInvalidParameter);
    assert_err(JetOnlinePatchDatabasePage(session, dbid, bad, NULL, 48, told.page, PAGE, 0), JET_errInvalidParameter);
    assert_err(JetOnlinePatchDatabasePage(session, dbid, bad, token, 47, told.page, PAGE, 0), JET_errInvalidParameter);
    assert_err(JetOnlinePatchDatabasePage(session, dbid, bad, token, 48, NULL, PAGE, 0), JET_errInvalidParameter);
    assert_err(JetOnlinePatchDatabasePage(session, dbid, bad, token, 48, told.page, PAGE - 1, 0),
               JET_errInvalidBufferSize);
    assert_ok(JetOnlinePatchDatabasePage(session, dbid, bad + 1, token, 48, told.page, PAGE, 0)); /* nobody asked */
    token[8]++;
    assert_err(JetOnlinePatchDatabasePage(session, dbid, bad, token, 48, told.page, PAGE, 0), JET_errInvalidParameter);
    token[8]--;
    token[16]++;
    assert_err(JetOnlinePatchDatabasePage(session, dbid, bad, token, 48, told.page, PAGE, 0), JET_errBadLogSignature);
    token[16]--;
    told.page[300] ^= 1;
    assert_err(JetOnlinePatchDatabasePage(session, dbid, bad, token, 48, told.page, PAGE, 0), JET_errReadVerifyFailure);
    told.page[300] ^= 1;
    assert_err(count(session, &rows), JET_errReadVerifyFailure);
    assert_ok(JetOnlinePatchDatabasePage(session, dbid, bad, token, 48, told.page, PAGE, 0));
    assert_ok(count(session, &rows));
    assert_int_equal(rows, ROWS);
    assert_ok(JetOnlinePatchDatabasePage(session, dbid, bad, token, 48, told.page, PAGE, 0));
    assert_ok(JetTerm2(instance, JET_bitTermAbrupt));
    check(unstarted("here"), path, 0, 0, 'a');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_is_asked_for),
        cmocka_unit_test(bad_pages_are_replaced),
        cmocka_unit_test(copy_that_diverged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
