/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In which order Windows finds what is wrong, where that is not what one would expect. */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID database;
static JET_TABLEID table;
static JET_COLUMNID number, text;

static void a_first_record_not_looked_for(void **state)
{
    uint8_t mark[16];
    JET_ULONG size;
    int32_t value;

    (void)state;
    assert_ok(JetSetCurrentIndexA(session, table, "texts"));
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
    assert_err(JetGetBookmark(session, table, mark, sizeof(mark), &size), JET_errNoCurrentRecord);
    /* From its key no column is told then, but the record is there. */
    assert_ok(JetRetrieveColumn(session, table, number, &value, 4, NULL, JET_bitRetrieveFromIndex, NULL));
    assert_ok(JetGetBookmark(session, table, mark, sizeof(mark), &size));
    assert_err(JetMove(session, table, 100, 0), JET_errNoCurrentRecord);
    assert_err(JetRetrieveColumn(session, table, text, &value, 4, NULL, JET_bitRetrieveFromIndex, NULL),
               JET_errNoCurrentRecord);
}

static void locks_by_key(void **state)
{
    JET_SESID other = test_session(instance);
    JET_TABLEID others;
    JET_DBID db;
    int32_t value = 2;

    (void)state;
    assert_ok(JetOpenDatabaseA(other, test_file("arguments.edb"), NULL, &db, 0));
    assert_ok(JetOpenTableA(other, db, "rows", NULL, 0, 0, &others));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetBeginTransaction(other));
    assert_err(JetGetLock(session, table, 0x4 | JET_bitWriteLock), JET_errKeyNotMade);
    assert_ok(JetMakeKey(session, table, &value, 4, JET_bitNewKey));
    assert_ok(JetGetLock(session, table, 0x4 | JET_bitWriteLock));
    assert_ok(JetMakeKey(other, others, &value, 4, JET_bitNewKey));
    assert_ok(JetSeek(other, others, JET_bitSeekEQ));
    assert_err(JetDelete(other, others), JET_errWriteConflict);
    assert_ok(JetRollback(other, 0));
    assert_ok(JetRollback(session, 0));
    assert_ok(JetEndSession(other, 0));
}

static void names_before_rights(void **state)
{
    const char *path = test_file("arguments.edb");
    JET_TABLEID closed, only;
    JET_INDEXRANGE ranges[2];
    JET_RECORDLIST list = { .cbStruct = sizeof(list) };
    JET_DBID db;
    int32_t value = 1;

    (void)state;
    assert_ok(JetOpenTableA(session, database, "rows", NULL, 0, 0, &closed));
    assert_ok(JetCloseTable(session, closed));
    for (unsigned i = 0; i < 2; i++)
        ranges[i] = (JET_INDEXRANGE){ sizeof(ranges[i]), closed, JET_bitRecordInIndex };
    assert_err(JetIntersectIndexes(session, ranges, 2, &list, 0), JET_errInvalidParameter);

    assert_ok(JetBeginTransaction2(session, JET_bitTransactionReadOnly));
    assert_err(JetDeleteTableA(session, database, ""), JET_errTransReadOnly);
    assert_ok(JetCommitTransaction(session, 0));

    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCloseDatabase(session, database, 0));
    assert_err(JetCloseDatabase(session, database, 0), JET_errInvalidDatabaseId);
    assert_ok(JetDetachDatabaseA(session, path));
    assert_err(JetAttachDatabaseA(session, test_file("nowhere/a.edb"), 0), JET_errFileNotFound);
    assert_err(JetAttachDatabaseA(session, ".", 0), JET_errFileAccessDenied);
    assert_err(JetDetachDatabaseA(session, "."), JET_errDatabaseNotFound);
    assert_ok(JetAttachDatabaseA(session, path, JET_bitDbReadOnly));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &db, JET_bitDbReadOnly));
    assert_err(JetDeleteTableA(session, db, "none"), JET_errObjectNotFound);
    assert_err(JetDeleteTableA(session, db, "rows"), JET_errPermissionDenied);
    assert_err(JetRenameTableA(session, db, "none", "other"), JET_errObjectNotFound);
    assert_err(JetRenameTableA(session, db, "rows", "other"), JET_errPermissionDenied);
    assert_err(JetSetColumnDefaultValueA(session, db, "rows", "none", &value, 4, 0), JET_errColumnNotFound);
    assert_ok(JetOpenTableA(session, db, "rows", NULL, 0, 0, &only));
    assert_err(JetRenameColumnA(session, only, "none", "other", 0), JET_errColumnNotFound);
    assert_err(JetRenameColumnA(session, only, "text", "other", 0), JET_errPermissionDenied);
    assert_ok(JetCloseTable(session, only));
}

static void counts_and_conversions(void **state)
{
    JET_OBJECTINFO info = { .cbStruct = sizeof(info) };
    JET_DDLMAXCOLUMNSIZE_A size = { "rows", "bytes", 100 };
    JET_DDLINDEXDENSITY_A density = { "rows", "texts", 10 };
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = JET_coltypBinary, .cbMax = 50 };
    JET_COLUMNID bytes;

    (void)state;
    assert_ok(JetComputeStats(session, table));
    assert_ok(JetGetObjectInfoA(session, database, JET_objtypTable, NULL, "rows", &info, sizeof(info), JET_ObjInfo));
    assert_int_equal(info.cRecord, 5);
    assert_int_equal(info.cPage, 1);

    assert_ok(JetAddColumnA(session, table, "bytes", &definition, NULL, 0, &bytes));
    assert_err(JetConvertDDLA(session, database, opDDLConvNull, &size, sizeof(size)), JET_errInvalidParameter);
    assert_err(JetConvertDDLA(session, database, opDDLConvIncreaseMaxColumnSize, &size, 4), JET_errInvalidParameter);
    assert_ok(JetConvertDDLA(session, database, opDDLConvIncreaseMaxColumnSize, &size, sizeof(size)));
    assert_ok(JetGetTableColumnInfoA(session, table, "bytes", &definition, sizeof(definition), JET_ColInfo));
    assert_int_equal(definition.cbMax, 100);
    size.cbMax = 60;
    assert_err(JetConvertDDLA(session, database, opDDLConvIncreaseMaxColumnSize, &size, sizeof(size)),
               JET_errInvalidParameter);
    size.szColumn = "none";
    assert_err(JetConvertDDLA(session, database, opDDLConvIncreaseMaxColumnSize, &size, sizeof(size)),
               JET_errColumnNotFound);
    assert_err(JetConvertDDLA(session, database, opDDLConvChangeIndexDensity, &density, sizeof(density)),
               JET_errDensityInvalid);
    density.ulDensity = 30;
    assert_ok(JetConvertDDLA(session, database, opDDLConvChangeIndexDensity, &density, sizeof(density)));
    assert_err(JetUpgradeDatabaseA(session, "a", NULL, 0), JET_wrnNyi);
}

/* Nothing where the number of things says something, and keys longer than any. */
static void numbers_of_nothing(void **state)
{
    static const WCHAR wide_key[] = { '+', 't', 'e', 'x', 't', 0, 0 };
    JET_INDEX_COLUMN column = { .columnid = number, .relop = JET_relopEquals };
    JET_INDEX_RANGE range = { .rgStartColumns = &column, .cStartColumns = 1 }, nothing = { .cStartColumns = 1 };
    JET_ULONG count;

    (void)state;
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
    assert_err(JetPrereadIndexRanges(session, table, &nothing, 1, &count, NULL, 0, JET_bitPrereadForward),
               JET_errInvalidParameter);
    assert_err(JetPrereadIndexRanges(session, table, &range, 1, &count, NULL, 1, JET_bitPrereadForward),
               JET_errInvalidParameter);
    range.cEndColumns = 1;
    assert_err(JetPrereadIndexRanges(session, table, &range, 1, &count, NULL, 0,
                                     JET_bitPrereadForward | JET_bitPrereadNormalizedKey),
               JET_errInvalidParameter);
    assert_err(JetCreateIndexA(session, table, "long", 0, "+text\0", 0x80000000, 80), JET_errIndexInvalidDef);
    assert_err(JetCreateIndexW(session, table, test_wide("long"), 0, wide_key, 0xfffffffe, 80), JET_errIndexInvalidDef);
}

static int start(void **state)
{
    static const char key[] = "+number\0", name[] = "+text\0";
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = JET_coltypLong };

    (void)state;
    instance = test_instance("arguments", "off");
    session = test_session(instance);
    assert_ok(JetCreateDatabaseA(session, test_file("arguments.edb"), NULL, &database, 0));
    assert_ok(JetCreateTableA(session, database, "rows", 1, 80, &table));
    assert_ok(JetAddColumnA(session, table, "number", &definition, NULL, 0, &number));
    assert_ok(JetAddColumnA(session, table, "text", &definition, NULL, 0, &text));
    assert_ok(JetCreateIndexA(session, table, "numbers", JET_bitIndexPrimary, key, sizeof(key), 80));
    assert_ok(JetCreateIndexA(session, table, "texts", 0, name, sizeof(name), 80));
    for (int32_t i = 0; i < 5; i++)
    {
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, number, &i, sizeof(i), 0, NULL));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetOpenTableA(session, database, "rows", NULL, 0, 0, &table));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetTerm(instance));
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_record_not_looked_for), cmocka_unit_test(locks_by_key),
        cmocka_unit_test(counts_and_conversions),        cmocka_unit_test(numbers_of_nothing),
        cmocka_unit_test(names_before_rights),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
