/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Offline defragmentation: what is in a database after it, what is told of it, what is refused. */
#include "support.h"

#define ROWS 3000u

static JET_INSTANCE instance;
static JET_SESID session;
static JET_COLUMNID id, text, blob, number;

static int start(void **state)
{
    (void)state;
    instance = test_instance_unstarted("compact", "off");
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramDbExtensionSize, 16, NULL));
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetEndSession(session, 0));
    assert_ok(JetTerm(instance));
    return 0;
}

static void make_columns(JET_TABLEID table)
{
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypLong, 0, 0, 0, 0, 0, JET_bitColumnAutoincrement };

    assert_ok(JetAddColumnA(session, table, "number", &def, NULL, 0, &number));
    def.grbit = 0;
    assert_ok(JetAddColumnA(session, table, "id", &def, NULL, 0, &id));
    def.coltyp = JET_coltypText;
    def.cp = 1252;
    assert_ok(JetAddColumnA(session, table, "text", &def, NULL, 0, &text));
    def.coltyp = JET_coltypLongBinary;
    assert_ok(JetAddColumnA(session, table, "blob", &def, NULL, 0, &blob));
    assert_ok(JetCreateIndexA(session, table, "primary", JET_bitIndexPrimary, "+id\0", 5, 100));
    assert_ok(JetCreateIndexA(session, table, "by_text", 0, "+text\0", 7, 100));
}

static void fill(JET_TABLEID table)
{
    static char big[20000];
    char name[32];

    memset(big, 'x', sizeof(big));
    for (unsigned i = 0; i < ROWS; i++)
    {
        assert_ok(JetBeginTransaction(session));
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, id, &i, sizeof(i), 0, NULL));
        snprintf(name, sizeof(name), "name %u", i * 7919 % ROWS);
        assert_ok(JetSetColumn(session, table, text, name, (JET_ULONG)strlen(name), 0, NULL));
        if (i % 50 == 0)
            assert_ok(JetSetColumn(session, table, blob, big, 5000 + i, 0, NULL));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
        assert_ok(JetCommitTransaction(session, 0));
    }
    /* Three of four go again. */
    for (unsigned i = 0; i < ROWS; i++)
    {
        if (i % 4 == 0)
            continue;
        assert_ok(JetMakeKey(session, table, &i, sizeof(i), JET_bitNewKey));
        assert_ok(JetSeek(session, table, JET_bitSeekEQ));
        assert_ok(JetDelete(session, table));
    }
}

static void check(const char *path)
{
    JET_ULONG size, count = 0, value;
    JET_TABLEID table;
    JET_DBID dbid;
    JET_ERR err;

    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetOpenTableA(session, dbid, "rows", NULL, 0, 0, &table));
    for (err = JetMove(session, table, JET_MoveFirst, 0); err >= 0; err = JetMove(session, table, JET_MoveNext, 0))
    {
        assert_ok(JetRetrieveColumn(session, table, id, &value, sizeof(value), NULL, 0, NULL));
        assert_int_equal(value, count * 4);
        err = JetRetrieveColumn(session, table, blob, NULL, 0, &size, 0, NULL);
        if (value % 50)
            assert_err(err, JET_wrnColumnNull);
        else
            assert_int_equal(size, 5000 + value);
        count++;
    }
    assert_int_equal(count, ROWS / 4);
    assert_ok(JetSetCurrentIndexA(session, table, "by_text"));
    for (count = 0, err = JetMove(session, table, JET_MoveFirst, 0); err >= 0; count++)
        err = JetMove(session, table, JET_MoveNext, 0);
    assert_int_equal(count, ROWS / 4);
    /* It can be written to, and the counter goes on. */
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    value = 1000000;
    assert_ok(JetSetColumn(session, table, id, &value, sizeof(value), 0, NULL));
    assert_ok(JetRetrieveColumn(session, table, number, &value, sizeof(value), NULL, JET_bitRetrieveCopy, NULL));
    assert_true(value >= ROWS - 3);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetRollback(session, 0));
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetDetachDatabaseA(session, path));
}

static struct
{
    unsigned begin, progress, complete, fail;
    JET_ULONG done;
    JET_ERR answer;
} told;

static JET_ERR JET_API status(JET_SESID sesid, JET_SNP snp, JET_SNT snt, void *data)
{
    const JET_SNPROG *progress = data;

    assert_int_equal(snp, JET_snpCompact);
    assert_true(sesid == session);
    assert_int_equal(progress->cbStruct, sizeof(*progress));
    assert_true(progress->cunitDone >= told.done || snt != JET_sntProgress);
    assert_true(progress->cunitDone <= progress->cunitTotal);
    told.done = progress->cunitDone;
    told.begin += snt == JET_sntBegin;
    told.progress += snt == JET_sntProgress;
    told.complete += snt == JET_sntComplete;
    told.fail += snt == JET_sntFail;
    return snt == JET_sntProgress ? told.answer : JET_errSuccess;
}

static long size_of(const char *name)
{
    FILE *file = fopen(name, "rb");
    long size;

    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    fclose(file);
    return size;
}

static void a_database_is_smaller_and_the_same(void **state)
{
    char from[512], to[512];
    JET_CONVERT_A convert = { NULL, { 0 } };
    JET_TABLEID table;
    JET_DBID dbid;

    (void)state;
    snprintf(from, sizeof(from), "%s", test_file("from.edb"));
    snprintf(to, sizeof(to), "%s", test_file("to.edb"));
    assert_ok(JetCreateDatabaseA(session, from, NULL, &dbid, 0));
    assert_ok(JetCreateTableA(session, dbid, "rows", 1, 80, &table));
    make_columns(table);
    fill(table);
    assert_ok(JetCloseTable(session, table));

    assert_err(JetCompactA(session, from, to, NULL, &convert, 0), JET_errFeatureNotAvailable);
    assert_err(JetCompactA(session, from, to, NULL, NULL, 0), JET_errDatabaseInUse);
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_err(JetCompactA(session, to, from, NULL, NULL, 0), JET_errDatabaseNotFound);
    assert_err(JetCompactA(session, from, from, NULL, NULL, 0), JET_errDatabaseDuplicate);
    assert_err(JetCompactA(session, from, "", NULL, NULL, 0), JET_errDatabaseInvalidPath);
    assert_ok(JetBeginTransaction(session));
    assert_err(JetCompactA(session, from, to, NULL, NULL, 0), JET_errInTransaction);
    assert_ok(JetRollback(session, 0));

    told.answer = JET_errOutOfMemory;
    assert_err(JetCompactA(session, from, to, status, NULL, 0), JET_errOutOfMemory);
    assert_int_equal(told.fail, 1);
    assert_false(test_file_exists(to));
    memset(&told, 0, sizeof(told));
    assert_ok(JetCompactA(session, from, to, status, NULL, JET_bitCompactStats));
    assert_int_equal(told.begin, 1);
    assert_true(told.progress >= 2);
    assert_int_equal(told.complete, 1);
    assert_int_equal(told.fail, 0);
    assert_true(size_of("DFRGINFO.TXT") > 100);
    assert_err(JetCompactA(session, from, to, NULL, NULL, 0), JET_errDatabaseDuplicate);
    assert_ok(JetDetachDatabaseA(session, from));
    assert_true(size_of(to) < size_of(from));
    check(to);
    check(from);
}

static unsigned repairs;

static JET_ERR JET_API repair_status(JET_SESID sesid, JET_SNP snp, JET_SNT snt, void *data)
{
    (void)data;
    assert_true(sesid == session);
    assert_int_equal(snp, JET_snpRepair);
    repairs += snt == JET_sntComplete;
    return JET_errSuccess;
}

static void what_tools_ask_for(void **state)
{
    JET_DBUTIL_A what = { .cbStruct = sizeof(what), .sesid = session, .op = opDBUTILEDBRepair };
    char from[512], again[512], noise[4096];
    FILE *file;

    (void)state;
    snprintf(from, sizeof(from), "%s", test_file("to.edb"));
    snprintf(again, sizeof(again), "%s", test_file("again.edb"));
    what.cbStruct--;
    assert_err(JetDBUtilitiesA(&what), JET_errInvalidParameter);
    what.cbStruct++;
    assert_err(JetDBUtilitiesA(&what), JET_errDatabaseInvalidName);
    what.szDatabase = again;
    assert_err(JetDBUtilitiesA(&what), JET_errFileNotFound);
    what.szDatabase = from;
    what.sesid = 0;
    assert_err(JetDBUtilitiesA(&what), JET_errInvalidSesid);
    what.op = opDBUTILDumpSpace;
    assert_err(JetDBUtilitiesA(&what), JET_errFeatureNotAvailable);
    what.sesid = session;
    what.op = opDBUTILDBDefragment;
    what.szTable = again;
    assert_ok(JetDBUtilitiesA(&what));
    check(again);

    what.op = opDBUTILEDBRepair;
    what.szTable = NULL;
    what.pfnCallback = (void *)repair_status;
    assert_ok(JetDBUtilitiesA(&what));
    assert_int_equal(repairs, 1);
    assert_ok(JetAttachDatabaseA(session, from, JET_bitDbReadOnly));
    assert_err(JetDBUtilitiesA(&what), JET_errFileAccessDenied);
    assert_ok(JetDetachDatabaseA(session, from));
    memset(noise, 0xa5, sizeof(noise));
    file = fopen(from, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (size_of(from) / 8192) * 4096, SEEK_SET), 0);
    assert_int_equal(fwrite(noise, sizeof(noise), 1, file), 1);
    fclose(file);
    what.grbitOptions = JET_bitDBUtilOptionDontRepair;
    assert_err(JetDBUtilitiesA(&what), JET_errDatabaseCorrupted);
    what.grbitOptions = 0;
    assert_err(JetDBUtilitiesA(&what), JET_wrnDatabaseRepaired);
    what.grbitOptions = JET_bitDBUtilOptionDontRepair;
    assert_ok(JetDBUtilitiesA(&what));

    assert_err(JetRemoveLogfileA(from, "x.log", 1), JET_errInvalidParameter);
    assert_err(JetRemoveLogfileA(from, NULL, 0), JET_errInvalidParameter);
    assert_err(JetRemoveLogfileA(test_file("none.edb"), "x.log", 0), JET_errFileNotFound);
    assert_err(JetRemoveLogfileA(from, test_file("none.log"), 0), JET_errFileNotFound);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_database_is_smaller_and_the_same),
        cmocka_unit_test(what_tools_ask_for),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
