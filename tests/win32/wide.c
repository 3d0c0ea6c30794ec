/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Functions in their W spelling: they do what the A spelling does, and say so in 16-bit text. */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;

static int start(void **state)
{
    (void)state;
    instance = test_instance("wide", "on");
    session = test_session(instance);
    assert_ok(JetCreateDatabaseW(session, test_wide(test_file("wide.edb")), NULL, &dbid, 0));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetTerm(instance));
    return 0;
}

static void databases(void **state)
{
    const char *path = test_file("second.edb");
    JET_ULONG pages = 0;
    JET_DBID second;
    WCHAR name[300];

    (void)state;
    assert_ok(JetCreateDatabase2W(session, test_wide(path), 500, &second, 0));
    assert_ok(JetGetMaxDatabaseSize(session, second, &pages, 0));
    assert_int_equal(pages, 500);
    assert_err(JetGetMaxDatabaseSize(session, second, NULL, 0), JET_errInvalidParameter);
    assert_ok(JetGetDatabaseInfoW(session, second, name, sizeof(name), JET_DbInfoFilename));
    assert_true(test_wide_equal(name, path));
    assert_ok(JetCloseDatabase(session, second, 0));
    assert_ok(JetDetachDatabaseW(session, test_wide(path)));
    /* The limit is the attachment's. */
    assert_ok(JetAttachDatabase2A(session, path, 700, 0));
    assert_ok(JetOpenDatabaseW(session, test_wide(path), NULL, &second, 0));
    assert_ok(JetGetMaxDatabaseSize(session, second, &pages, 0));
    assert_int_equal(pages, 700);
    assert_ok(JetCloseDatabase(session, second, 0));
    assert_ok(JetDetachDatabase2W(session, test_wide(path), 0));
    assert_err(JetDetachDatabase2W(session, test_wide(path), 0), JET_errDatabaseNotFound);
    assert_err(JetCreateDatabaseW(session, test_wide(path), NULL, &second, 0), JET_errDatabaseDuplicate);
    assert_ok(JetSetDatabaseSizeW(session, test_wide(path), 600, &pages));
    assert_true(pages >= 600);
    assert_err(JetSetDatabaseSizeW(session, test_wide(""), 600, &pages), JET_errDatabaseInvalidPath);
}

static JET_ERR attach_with(JET_ULONG parameter, JET_ULONG value)
{
    const char *path = test_file("third.edb");
    JET_SETDBPARAM list = { parameter, &value, sizeof(value) };
    JET_ERR err = JetAttachDatabase3W(session, test_wide(path), &list, 1, 0);

    if (err >= 0)
        assert_ok(JetDetachDatabaseA(session, path));
    return err;
}

static void parameters_of_databases(void **state)
{
    const char *path = test_file("third.edb");
    JET_ULONG pages = 300;
    JET_SETDBPARAM list = { JET_dbparamDbSizeMaxPages, &pages, sizeof(pages) - 1 };
    JET_DBID third;

    (void)state;
    assert_ok(JetCreateDatabase3W(session, test_wide(path), &third, NULL, 0, 0));
    assert_ok(JetCloseDatabase(session, third, 0));
    assert_ok(JetDetachDatabaseA(session, path));
    assert_err(JetAttachDatabase3W(session, test_wide(path), NULL, 1, 0), JET_errInvalidParameter);
    assert_err(JetAttachDatabase3W(session, test_wide(path), &list, 1, 0), JET_errInvalidBufferSize);
    list.pvParam = NULL;
    list.cbParam = sizeof(pages);
    assert_err(JetAttachDatabase3W(session, test_wide(path), &list, 1, 0), JET_errInvalidBufferSize);
    assert_err(attach_with(0, 0), JET_errInvalidDbparamId);
    assert_err(attach_with(99, 0), JET_errInvalidDbparamId);
    assert_err(attach_with(JET_dbparamCachePriority, 1001), JET_errInvalidParameter);
    assert_ok(attach_with(JET_dbparamCachePriority, 1000));
    assert_err(attach_with(JET_dbparamShrinkDatabaseOptions, 0x80000000u), JET_errInvalidGrbit);
    assert_ok(attach_with(JET_dbparamShrinkDatabaseOptions, JET_bitShrinkDatabaseEofOnAttach));
    assert_err(attach_with(JET_dbparamShrinkDatabaseTimeQuota, 7 * 24 * 60 * 60 * 1000 + 1), JET_errInvalidParameter);
    assert_ok(attach_with(JET_dbparamShrinkDatabaseTimeQuota, (JET_ULONG)-1));
    assert_err(attach_with(JET_dbparamLeakReclaimerTimeQuota, 7 * 24 * 60 * 60 * 1000 + 1), JET_errInvalidParameter);
    assert_err(attach_with(JET_dbparamShrinkDatabaseSizeLimit, 0x80000000u), JET_errInvalidParameter);
    assert_ok(attach_with(JET_dbparamShrinkDatabaseSizeLimit, 100));
}

/* ----------------------------------------------------------------- schema --- */

static void everything_at_once(void **state)
{
    WCHAR key[] = { '+', 'a', 0, 0 };
    JET_CONDITIONALCOLUMN_W condition = { sizeof(condition), test_wide("b"), JET_bitIndexColumnMustBeNull };
    JET_COLUMNCREATE_W columns[2];
    JET_INDEXCREATE3_W index;
    JET_TABLECREATE5_W create;
    JET_COLUMNDEF by_name = { sizeof(by_name), 0, 0, 0, 0, 0, 0, 0, 0 }, by_id = by_name;
    JET_COLUMNBASE_W base = { .cbStruct = sizeof(base) };
    JET_COLUMNBASE_A base_a = { .cbStruct = sizeof(base_a) };
    JET_COLUMNLIST list = { .cbStruct = sizeof(list) };
    JET_INDEXLIST indexes = { .cbStruct = sizeof(indexes) };
    JET_COLUMNID gone = 77;
    JET_ULONG count;

    (void)state;
    memset(columns, 0, sizeof(columns));
    for (unsigned i = 0; i < 2; i++)
    {
        columns[i].cbStruct = sizeof(columns[i]);
        columns[i].szColumnName = test_wide(i ? "b" : "a");
        columns[i].coltyp = JET_coltypLong;
        columns[i].grbit = i ? JET_bitColumnTagged : 0;
    }
    memset(&index, 0, sizeof(index));
    index.cbStruct = sizeof(index);
    index.szIndexName = test_wide("by a");
    index.szKey = key;
    index.cbKey = sizeof(key);
    index.rgconditionalcolumn = &condition;
    index.cConditionalColumn = 1;
    memset(&create, 0, sizeof(create));
    create.cbStruct = sizeof(create);
    create.szTableName = test_wide("both");
    create.rgcolumncreate = columns;
    create.cColumns = 2;
    create.cIndexes = 1;
    assert_err(JetCreateTableColumnIndex5W(session, dbid, NULL), JET_errInvalidParameter);
    assert_err(JetCreateTableColumnIndex5W(session, dbid, &create), JET_errInvalidParameter);
    create.rgindexcreate = &index;
    index.rgconditionalcolumn = NULL;
    assert_err(JetCreateTableColumnIndex5W(session, dbid, &create), JET_errInvalidParameter);
    index.rgconditionalcolumn = &condition;
    condition.szColumnName = test_wide("none");
    assert_err(JetCreateTableColumnIndex5W(session, dbid, &create), JET_errColumnNotFound);
    condition.szColumnName = test_wide("b");
    index.cbKey -= 2;
    assert_err(JetCreateTableColumnIndex5W(session, dbid, &create), JET_errIndexInvalidDef);
    index.cbKey += 2;
    columns[1].cbStruct--;
    assert_err(JetCreateTableColumnIndex5W(session, dbid, &create), JET_errInvalidParameter);
    columns[1].cbStruct++;
    assert_ok(JetCreateTableColumnIndex5W(session, dbid, &create));
    assert_int_equal(create.cCreated, 4);
    assert_true(columns[0].columnid && columns[1].columnid > columns[0].columnid);

    /* The condition holds. */
    assert_ok(JetBeginTransaction(session));
    for (int32_t i = 0; i < 2; i++)
    {
        assert_ok(JetPrepareUpdate(session, create.tableid, JET_prepInsert));
        assert_ok(JetSetColumn(session, create.tableid, columns[0].columnid, &i, 4, 0, NULL));
        if (i)
            assert_ok(JetSetColumn(session, create.tableid, columns[1].columnid, &i, 4, 0, NULL));
        assert_ok(JetUpdate(session, create.tableid, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetSetCurrentIndexW(session, create.tableid, test_wide("by a")));
    assert_ok(JetMove(session, create.tableid, JET_MoveFirst, 0));
    assert_ok(JetIndexRecordCount(session, create.tableid, &count, 0));
    assert_int_equal(count, 1);

    /* What is told of it. */
    assert_ok(JetGetTableColumnInfoW(session, create.tableid, test_wide("b"), &by_name, sizeof(by_name), JET_ColInfo));
    assert_int_equal(by_name.columnid, columns[1].columnid);
    assert_ok(JetGetTableColumnInfoW(session, create.tableid, (WCHAR *)&columns[1].columnid, &by_id, sizeof(by_id),
                                     JET_ColInfoByColid));
    assert_memory_equal(&by_name, &by_id, sizeof(by_id));
    assert_ok(JetGetColumnInfoW(session, dbid, test_wide("both"), test_wide("b"), &by_id, sizeof(by_id), JET_ColInfo));
    assert_int_equal(by_id.columnid, by_name.columnid);
    assert_ok(JetGetColumnInfoW(session, dbid, test_wide("both"), (WCHAR *)&columns[0].columnid, &by_id, sizeof(by_id),
                                JET_ColInfoByColid));
    assert_int_equal(by_id.columnid, columns[0].columnid);
    assert_ok(JetGetColumnInfoA(session, dbid, "both", (char *)&columns[0].columnid, &by_id, sizeof(by_id),
                                JET_ColInfoByColid));
    assert_int_equal(by_id.coltyp, JET_coltypLong);
    assert_err(JetGetColumnInfoA(session, dbid, "both", (char *)&gone, &by_id, sizeof(by_id), JET_ColInfoByColid),
               JET_errColumnNotFound);
    assert_err(JetGetColumnInfoA(session, dbid, NULL, "b", &by_id, sizeof(by_id), JET_ColInfo),
               JET_errInvalidParameter);
    assert_err(JetGetColumnInfoA(session, dbid, "both", "b", &by_id, sizeof(by_id), 99), JET_errInvalidParameter);
    assert_err(JetGetTableColumnInfoA(session, create.tableid, "b", &by_id, sizeof(by_id), JET_ColInfoSysTabCursor),
               JET_errFeatureNotAvailable);
    assert_err(JetGetTableColumnInfoA(session, create.tableid, "b", &by_id, sizeof(by_id) - 1, JET_ColInfo),
               JET_errBufferTooSmall);
    assert_ok(JetGetTableColumnInfoW(session, create.tableid, test_wide("b"), &base, sizeof(base), JET_ColInfoBase));
    assert_true(test_wide_equal(base.szBaseTableName, "both") && test_wide_equal(base.szBaseColumnName, "b"));
    assert_ok(JetGetTableColumnInfoA(session, create.tableid, "b", &base_a, sizeof(base_a), JET_ColInfoBase));
    assert_string_equal(base_a.szBaseTableName, "both");
    assert_err(JetGetTableColumnInfoW(session, create.tableid, test_wide("b"), NULL, 0, JET_ColInfoBase),
               JET_errInvalidParameter);
    assert_err(JetGetTableColumnInfoW(session, create.tableid, test_wide("b"), &base, 10, JET_ColInfoBase),
               JET_errBufferTooSmall);
    assert_ok(JetGetColumnInfoW(session, dbid, test_wide("both"), NULL, &list, sizeof(list), JET_ColInfoList));
    assert_int_equal(list.cRecord, 2);
    assert_ok(JetCloseTable(session, list.tableid));
    assert_ok(
        JetGetIndexInfoW(session, dbid, test_wide("both"), test_wide("by a"), &indexes, sizeof(indexes), JET_IdxInfo));
    assert_int_equal(indexes.cRecord, 1);
    assert_ok(JetCloseTable(session, indexes.tableid));
    assert_err(
        JetGetIndexInfoW(session, dbid, test_wide("both"), test_wide("none"), &indexes, sizeof(indexes), JET_IdxInfo),
        JET_errIndexNotFound);
    assert_err(JetGetIndexInfoW(session, dbid, test_wide("both"), test_wide("by a"), &indexes, sizeof(indexes), 99),
               JET_errInvalidParameter);
    assert_ok(JetCloseTable(session, create.tableid));
}

/* A column whose default is computed: a list tells of how, in one piece. */
static void a_computed_default(void **state)
{
    JET_USERDEFINEDDEFAULT_A computed = { (char *)"module!function", (unsigned char *)"data", 4, (char *)"a\0b\0" };
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypLong,
                          0,           0, 0,
                          0,           0, JET_bitColumnUserDefinedDefault | JET_bitColumnTagged };
    JET_COLUMNLIST list = { .cbStruct = sizeof(list) };
    uint8_t found[300];
    JET_USERDEFINEDDEFAULT_A told;
    JET_TABLEID table;
    JET_COLUMNID id;
    JET_ULONG actual;
    int32_t value;

    (void)state;
    assert_ok(JetCreateTableA(session, dbid, "computed", 1, 80, &table));
    (void)test_column(session, table, "a", JET_coltypLong, 0);
    (void)test_column(session, table, "b", JET_coltypLong, 0);
    assert_ok(JetAddColumnA(session, table, "sum", &def, &computed, sizeof(computed), &id));
    assert_ok(JetGetTableColumnInfoA(session, table, NULL, &list, sizeof(list), JET_ColInfoList));
    assert_int_equal(list.cRecord, 3);
    assert_ok(JetMove(session, list.tableid, JET_MoveLast, 0));
    assert_ok(JetRetrieveColumn(session, list.tableid, list.columnidDefault, found, sizeof(found), &actual, 0, NULL));
    memcpy(&told, found, sizeof(told));
    assert_string_equal((char *)found + (uintptr_t)told.szCallback, "module!function");
    assert_int_equal(told.cbUserData, 4);
    assert_memory_equal(found + (uintptr_t)told.pbUserData, "data", 4);
    assert_null(told.szDependantColumns); /* which are not kept */
    assert_ok(JetCloseTable(session, list.tableid));
    /* Nobody is to be called while JET_paramEnablePersistedCallbacks is off. */
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_err(JetRetrieveColumn(session, table, id, &value, sizeof(value), NULL, 0, NULL), JET_errCallbackFailed);
    assert_err(JetRetrieveColumn(session, table, id, &value, sizeof(value), NULL, JET_bitRetrieveIgnoreDefault, NULL),
               JET_wrnColumnNull);
    assert_ok(JetRollback(session, 0));
    assert_ok(JetCloseTable(session, table));
}

/* ------------------------------------------------------------- maintenance --- */

static void defragmentation(void **state)
{
    JET_ULONG passes = 1, seconds = 1;
    JET_TABLEID table;

    (void)state;
    assert_ok(JetCreateTableA(session, dbid, "dense", 1, 80, &table));
    assert_ok(JetCloseTable(session, table));
    assert_err(
        JetDefragmentW(session, dbid, NULL, &passes, NULL, JET_bitDefragmentBTreeBatch | JET_bitDefragmentBatchStart),
        JET_errInvalidParameter);
    assert_err(
        JetDefragmentW(session, dbid, NULL, NULL, NULL, JET_bitDefragmentBTreeBatch | JET_bitDefragmentBatchStop),
        JET_errInvalidGrbit);
    assert_err(JetDefragmentW(session, dbid, NULL, NULL, NULL, JET_bitDefragmentBTree | JET_bitDefragmentBatchStart),
               JET_errInvalidGrbit);
    assert_err(JetDefragmentW(session, dbid, NULL, &passes, &seconds, JET_bitDefragmentBTree), JET_errInvalidName);
    assert_true(!passes && !seconds);
    assert_err(JetDefragment2W(session, dbid, test_wide("none"), NULL, NULL, NULL, JET_bitDefragmentBTree),
               JET_errObjectNotFound);
    assert_ok(JetDefragment2W(session, dbid, test_wide("dense"), NULL, NULL, NULL, JET_bitDefragmentBTree));
    assert_err(JetDefragment3W(session, test_wide("a"), NULL, NULL, NULL, NULL, NULL, 0), JET_errInvalidParameter);
    assert_ok(JetBeginTransaction2(session, JET_bitTransactionReadOnly));
    assert_err(JetDefragmentW(session, dbid, NULL, NULL, NULL, JET_bitDefragmentBatchStart), JET_errTransReadOnly);
    assert_err(JetDatabaseScan(session, dbid, NULL, 0, NULL, JET_bitDatabaseScanBatchStart), JET_errTransReadOnly);
    assert_ok(JetRollback(session, 0));
}

static void snapshots(void **state)
{
    JET_OSSNAPID id;
    JET_INSTANCE_INFO_W *infos = (JET_INSTANCE_INFO_W *)&infos;
    JET_ULONG count = 77;

    (void)state;
    assert_err(JetOSSnapshotGetFreezeInfoW(77, &count, &infos, 0), JET_errOSSnapshotInvalidSnapId);
    assert_int_equal(count, 0);
    assert_null(infos);
    count = 77;
    assert_err(JetOSSnapshotFreezeW(77, &count, &infos, 0), JET_errOSSnapshotInvalidSnapId);
    assert_int_equal(count, 0);
    assert_ok(JetOSSnapshotPrepare(&id, JET_bitExplicitPrepare));
    assert_err(JetOSSnapshotPrepareInstance(id, instance, 1), JET_errInvalidGrbit);
    assert_ok(JetOSSnapshotPrepareInstance(id, instance, 0));
    assert_err(JetOSSnapshotFreezeW(id, NULL, &infos, 0), JET_errInvalidParameter);
    assert_ok(JetOSSnapshotFreezeW(id, &count, &infos, 0));
    assert_int_equal(count, 1);
    assert_true(test_wide_equal(infos[0].szInstanceName, "wide"));
    assert_int_equal(infos[0].cDatabases, 1);
    assert_ok(JetFreeBuffer((char *)infos));
    assert_err(JetOSSnapshotPrepareInstance(id, instance, 0), JET_errOSSnapshotInvalidSequence);
    assert_err(JetOSSnapshotGetFreezeInfoW(id, &count, &infos, 1), JET_errInvalidGrbit);
    assert_err(JetOSSnapshotGetFreezeInfoW(id, NULL, &infos, 0), JET_errInvalidParameter);
    assert_ok(JetOSSnapshotGetFreezeInfoW(id, &count, &infos, 0));
    assert_int_equal(count, 1);
    assert_ok(JetFreeBuffer((char *)infos));
    assert_err(JetBeginExternalBackupInstance(instance, 0), JET_errBackupInProgress);
    assert_err(JetOSSnapshotThaw(id, 1), JET_errInvalidGrbit);
    assert_ok(JetOSSnapshotThaw(id, 0));
    /* One that was to be gone on with ends by itself no more. */
    assert_err(JetOSSnapshotEnd(id, 0), JET_errOSSnapshotInvalidSnapId);
    assert_ok(JetOSSnapshotPrepare(&id, 0));
    assert_err(JetOSSnapshotEnd(id, 0x80), JET_errInvalidGrbit);
    assert_ok(JetOSSnapshotEnd(id, JET_bitAbortSnapshot));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(databases),          cmocka_unit_test(parameters_of_databases),
        cmocka_unit_test(everything_at_once), cmocka_unit_test(a_computed_default),
        cmocka_unit_test(defragmentation),    cmocka_unit_test(snapshots),
    };

    return cmocka_run_group_tests_name("wide", tests, start, stop);
}
