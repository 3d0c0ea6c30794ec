/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handles that are none, in every function that takes one: the error names the kind, and nothing was done. */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;
static JET_TABLEID table;

static int start(void **state)
{
    (void)state;
    dbid = test_database("handles", "on", &instance, &session);
    assert_ok(JetCreateTableA(session, dbid, "rows", 1, 80, &table));
    (void)test_column(session, table, "id", JET_coltypLong, 0);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetTerm(instance));
    return 0;
}

#define NO_SESSION(call)  assert_err(call, JET_errInvalidSesid)
#define NO_TABLE(call)    assert_err(call, JET_errInvalidTableId)
#define NO_INSTANCE(call) assert_err(call, JET_errInvalidInstance)
#define NO_DATABASE(call) assert_err(call, JET_errInvalidDatabaseId)

static const JET_SESID nobody = JET_sesidNil;
static uint8_t bytes[400];
static JET_ULONG size;
static const char *const nowhere = "nowhere.edb";

static void no_session_for_databases(void **state)
{
    JET_TABLEID made;
    JET_DBID opened;
    JET_OBJECTLIST list = { .cbStruct = sizeof(list) };

    (void)state;
    NO_SESSION(JetBeginTransaction(nobody));
    NO_SESSION(JetBeginTransaction2(nobody, 0));
    NO_SESSION(JetBeginTransaction3(nobody, 1, 0));
    NO_SESSION(JetCommitTransaction(nobody, 0));
    NO_SESSION(JetCommitTransaction2(nobody, 0, 0, NULL));
    NO_SESSION(JetPrepareToCommitTransaction(nobody, bytes, 1, 0));
    NO_SESSION(JetRollback(nobody, 0));
    NO_SESSION(JetEndSession(nobody, 0));
    NO_SESSION(JetDupSession(nobody, &(JET_SESID){ 0 }));
    NO_SESSION(JetSetSessionContext(nobody, 1));
    NO_SESSION(JetResetSessionContext(nobody));
    NO_SESSION(JetSetSessionParameter(nobody, JET_sesparamCommitDefault, bytes, 4));
    NO_SESSION(JetGetSessionParameter(nobody, JET_sesparamCommitDefault, bytes, 4, &size));
    NO_SESSION(JetGetSessionInfo(nobody, bytes, sizeof(bytes), 0));
    NO_SESSION(JetGetVersion(nobody, &size));
    NO_SESSION(JetIdle(nobody, 0));
    NO_SESSION(JetGetCounter(nobody, 0, (JET_LONG *)bytes));
    NO_SESSION(JetCreateDatabaseA(nobody, nowhere, NULL, &opened, 0));
    NO_SESSION(JetCreateDatabaseW(nobody, test_wide(nowhere), NULL, &opened, 0));
    NO_SESSION(JetCreateDatabase2A(nobody, nowhere, 0, &opened, 0));
    NO_SESSION(JetCreateDatabase2W(nobody, test_wide(nowhere), 0, &opened, 0));
    NO_SESSION(JetCreateDatabase3A(nobody, nowhere, &opened, NULL, 0, 0));
    NO_SESSION(JetCreateDatabase3W(nobody, test_wide(nowhere), &opened, NULL, 0, 0));
    NO_SESSION(JetAttachDatabaseA(nobody, nowhere, 0));
    NO_SESSION(JetAttachDatabase2A(nobody, nowhere, 0, 0));
    NO_SESSION(JetAttachDatabase3W(nobody, test_wide(nowhere), NULL, 0, 0));
    NO_SESSION(JetDetachDatabaseA(nobody, nowhere));
    NO_SESSION(JetDetachDatabase2W(nobody, test_wide(nowhere), 0));
    NO_SESSION(JetOpenDatabaseA(nobody, nowhere, NULL, &opened, 0));
    NO_SESSION(JetCloseDatabase(nobody, dbid, 0));
    NO_SESSION(JetGrowDatabase(nobody, dbid, 100, &size));
    NO_SESSION(JetResizeDatabase(nobody, dbid, 100, &size, 0));
    NO_SESSION(JetSetDatabaseSizeA(nobody, nowhere, 256, &size));
    NO_SESSION(JetSetDatabaseSizeW(nobody, test_wide(nowhere), 256, &size));
    NO_SESSION(JetSetMaxDatabaseSize(nobody, dbid, 0, 0));
    NO_SESSION(JetGetMaxDatabaseSize(nobody, dbid, &size, 0));
    NO_SESSION(JetCompactA(nobody, nowhere, "other.edb", NULL, NULL, 0));
    NO_SESSION(JetCompactW(nobody, test_wide(nowhere), test_wide("other.edb"), NULL, NULL, 0));
    NO_SESSION(JetDefragmentA(nobody, dbid, NULL, NULL, NULL, JET_bitDefragmentBatchStart));
    NO_SESSION(JetDatabaseScan(nobody, dbid, NULL, 0, NULL, JET_bitDatabaseScanBatchStart));
    NO_SESSION(JetOnlinePatchDatabasePage(nobody, dbid, 1, bytes, 4, bytes, 4096, 0));
    NO_SESSION(JetUpgradeDatabaseA(nobody, nowhere, NULL, 0));
    NO_SESSION(JetConvertDDLA(nobody, dbid, opDDLConvNull, bytes, 4));
    NO_SESSION(JetGetDatabaseInfoA(nobody, dbid, bytes, sizeof(bytes), JET_DbInfoFilesize));
    NO_SESSION(JetGetDatabaseInfoW(nobody, dbid, bytes, sizeof(bytes), JET_DbInfoFilesize));
    NO_SESSION(JetGetObjectInfoA(nobody, dbid, JET_objtypTable, NULL, NULL, &list, sizeof(list), JET_ObjInfoList));
    NO_SESSION(JetGetObjectInfoW(nobody, dbid, JET_objtypTable, NULL, NULL, &list, sizeof(list), JET_ObjInfoList));
    NO_SESSION(JetGetColumnInfoA(nobody, dbid, "rows", "id", bytes, sizeof(JET_COLUMNDEF), JET_ColInfo));
    NO_SESSION(
        JetGetColumnInfoW(nobody, dbid, test_wide("rows"), test_wide("id"), bytes, sizeof(JET_COLUMNDEF), JET_ColInfo));
    NO_SESSION(JetGetIndexInfoA(nobody, dbid, "rows", NULL, bytes, sizeof(JET_INDEXLIST), JET_IdxInfo));
    NO_SESSION(JetGetIndexInfoW(nobody, dbid, test_wide("rows"), NULL, bytes, sizeof(JET_INDEXLIST), JET_IdxInfo));
    NO_SESSION(JetOpenTableA(nobody, dbid, "rows", NULL, 0, 0, &made));
    NO_SESSION(JetOpenTableW(nobody, dbid, test_wide("rows"), NULL, 0, 0, &made));
    NO_SESSION(JetCreateTableA(nobody, dbid, "new", 1, 80, &made));
    NO_SESSION(JetCreateTableW(nobody, dbid, test_wide("new"), 1, 80, &made));
    NO_SESSION(JetDeleteTableA(nobody, dbid, "rows"));
    NO_SESSION(JetDeleteTableW(nobody, dbid, test_wide("rows")));
    NO_SESSION(JetRenameTableA(nobody, dbid, "rows", "other"));
    NO_SESSION(JetRenameTableW(nobody, dbid, test_wide("rows"), test_wide("other")));
    NO_SESSION(JetSetColumnDefaultValueA(nobody, dbid, "rows", "id", bytes, 4, 0));
    NO_SESSION(JetSetColumnDefaultValueW(nobody, dbid, test_wide("rows"), test_wide("id"), bytes, 4, 0));
}

static void no_session_for_tables(void **state)
{
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypLong, 0, 0, 0, 0, 0, 0 };
    JET_TABLEID made;
    JET_COLUMNID id = 1;
    JET_RECPOS place = { sizeof(place), 0, 0, 0 };
    JET_RETRIEVECOLUMN ask = { .columnid = 1, .itagSequence = 1 };
    JET_SETCOLUMN change = { .columnid = 1 };
    JET_ENUMCOLUMN *columns = NULL;
    JET_RECSIZE3 record;
    JET_API_PTR local = 0;
    JET_HANDLE callback = 0;

    (void)state;
    NO_SESSION(JetCloseTable(nobody, table));
    NO_SESSION(JetDupCursor(nobody, table, &made, 0));
    NO_SESSION(JetAddColumnA(nobody, table, "new", &def, NULL, 0, &id));
    NO_SESSION(JetAddColumnW(nobody, table, test_wide("new"), &def, NULL, 0, &id));
    NO_SESSION(JetDeleteColumnA(nobody, table, "id"));
    NO_SESSION(JetDeleteColumn2A(nobody, table, "id", 0));
    NO_SESSION(JetRenameColumnA(nobody, table, "id", "new", 0));
    NO_SESSION(JetCreateIndexA(nobody, table, "new", 0, "+id\0", 5, 80));
    NO_SESSION(JetDeleteIndexA(nobody, table, "new"));
    NO_SESSION(JetGetTableInfoA(nobody, table, bytes, sizeof(bytes), JET_TblInfoName));
    NO_SESSION(JetGetTableColumnInfoA(nobody, table, "id", &def, sizeof(def), JET_ColInfo));
    NO_SESSION(JetGetTableIndexInfoA(nobody, table, NULL, bytes, sizeof(JET_INDEXLIST), JET_IdxInfo));
    NO_SESSION(JetSetTableSequential(nobody, table, 0));
    NO_SESSION(JetResetTableSequential(nobody, table, 0));
    NO_SESSION(JetSetCurrentIndexA(nobody, table, NULL));
    NO_SESSION(JetSetCurrentIndexW(nobody, table, NULL));
    NO_SESSION(JetGetCurrentIndexA(nobody, table, (char *)bytes, sizeof(bytes)));
    NO_SESSION(JetGetCurrentIndexW(nobody, table, (WCHAR *)bytes, sizeof(bytes)));
    NO_SESSION(JetMove(nobody, table, JET_MoveFirst, 0));
    NO_SESSION(JetMakeKey(nobody, table, bytes, 4, JET_bitNewKey));
    NO_SESSION(JetSeek(nobody, table, JET_bitSeekEQ));
    NO_SESSION(JetRetrieveKey(nobody, table, bytes, sizeof(bytes), &size, 0));
    NO_SESSION(JetSetIndexRange(nobody, table, 0));
    NO_SESSION(JetGetBookmark(nobody, table, bytes, sizeof(bytes), &size));
    NO_SESSION(JetGotoBookmark(nobody, table, bytes, 4));
    NO_SESSION(JetGetSecondaryIndexBookmark(nobody, table, bytes, 4, &size, bytes, 4, &size, 0));
    NO_SESSION(JetGotoSecondaryIndexBookmark(nobody, table, bytes, 4, bytes, 4, 0));
    NO_SESSION(JetGetRecordPosition(nobody, table, &place, sizeof(place)));
    NO_SESSION(JetGotoPosition(nobody, table, &place));
    NO_SESSION(JetIndexRecordCount(nobody, table, &size, 0));
    NO_SESSION(JetIntersectIndexes(nobody, NULL, 0, NULL, 0));
    NO_SESSION(JetComputeStats(nobody, table));
    NO_SESSION(JetSetCursorFilter(nobody, table, NULL, 0, 0));
    NO_SESSION(JetPrereadKeys(nobody, table, NULL, NULL, 0, NULL, 0));
    NO_SESSION(JetPrereadIndexRanges(nobody, table, NULL, 0, NULL, NULL, 0, 0));
    NO_SESSION(JetPrereadIndexRange(nobody, table, NULL, 0, 0, 0, NULL));
    NO_SESSION(JetPrepareUpdate(nobody, table, JET_prepInsert));
    NO_SESSION(JetUpdate(nobody, table, NULL, 0, NULL));
    NO_SESSION(JetUpdate2(nobody, table, NULL, 0, NULL, 0));
    NO_SESSION(JetDelete(nobody, table));
    NO_SESSION(JetGetLock(nobody, table, JET_bitReadLock));
    NO_SESSION(JetEscrowUpdate(nobody, table, 1, bytes, 4, NULL, 0, NULL, 0));
    NO_SESSION(JetSetColumn(nobody, table, 1, bytes, 4, 0, NULL));
    NO_SESSION(JetSetColumns(nobody, table, &change, 1));
    NO_SESSION(JetRetrieveColumn(nobody, table, 1, bytes, 4, NULL, 0, NULL));
    NO_SESSION(JetRetrieveColumns(nobody, table, &ask, 1));
    NO_SESSION(JetEnumerateColumns(nobody, table, 0, NULL, &size, &columns, NULL, NULL, 0, 0));
    NO_SESSION(JetGetRecordSize3(nobody, table, &record, 0));
    NO_SESSION(JetStreamRecords(nobody, table, 0, NULL, bytes, sizeof(bytes), &size, 0));
    NO_SESSION(JetRetrieveColumnByReference(nobody, table, bytes, 4, 0, bytes, 4, &size, 0));
    NO_SESSION(JetPrereadColumnsByReference(nobody, table, NULL, NULL, 0, 0, 0, NULL, 0));
    NO_SESSION(JetSetLS(nobody, table, 1, 0));
    NO_SESSION(JetGetLS(nobody, table, &local, 0));
    NO_SESSION(JetRegisterCallback(nobody, table, JET_cbtypBeforeInsert, NULL, NULL, &callback));
    NO_SESSION(JetUnregisterCallback(nobody, table, JET_cbtypBeforeInsert, 0));
}

static void no_table(void **state)
{
    JET_TABLEID gone;
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypLong, 0, 0, 0, 0, 0, 0 };
    JET_COLUMNID id;
    JET_RETRIEVECOLUMN ask = { .columnid = 1, .itagSequence = 1 };
    JET_ENUMCOLUMN *columns = NULL;

    (void)state;
    assert_ok(JetDupCursor(session, table, &gone, 0));
    assert_ok(JetCloseTable(session, gone));
    NO_TABLE(JetCloseTable(session, gone));
    NO_TABLE(JetDupCursor(session, gone, &gone, 0));
    NO_TABLE(JetAddColumnA(session, gone, "new", &def, NULL, 0, &id));
    NO_TABLE(JetDeleteColumnA(session, gone, "id"));
    NO_TABLE(JetRenameColumnA(session, gone, "id", "new", 0));
    NO_TABLE(JetCreateIndexA(session, gone, "new", 0, "+id\0", 5, 80));
    NO_TABLE(JetDeleteIndexA(session, gone, "new"));
    NO_TABLE(JetSetCurrentIndexA(session, gone, NULL));
    NO_TABLE(JetMove(session, gone, JET_MoveFirst, 0));
    NO_TABLE(JetMakeKey(session, gone, bytes, 4, JET_bitNewKey));
    NO_TABLE(JetSeek(session, gone, JET_bitSeekEQ));
    NO_TABLE(JetGetBookmark(session, gone, bytes, sizeof(bytes), &size));
    NO_TABLE(JetGotoBookmark(session, gone, bytes, 4));
    NO_TABLE(JetIndexRecordCount(session, gone, &size, 0));
    NO_TABLE(JetPrepareUpdate(session, gone, JET_prepInsert));
    NO_TABLE(JetUpdate(session, gone, NULL, 0, NULL));
    NO_TABLE(JetDelete(session, gone));
    NO_TABLE(JetSetColumn(session, gone, 1, bytes, 4, 0, NULL));
    NO_TABLE(JetRetrieveColumn(session, gone, 1, bytes, 4, NULL, 0, NULL));
    NO_TABLE(JetRetrieveColumns(session, gone, &ask, 1));
    NO_TABLE(JetEnumerateColumns(session, gone, 0, NULL, &size, &columns, NULL, NULL, 0, 0));
    NO_TABLE(JetStreamRecords(session, gone, 0, NULL, bytes, sizeof(bytes), &size, 0));
    /* A cursor is its session's. */
    {
        JET_SESID other = test_session(instance);
        assert_err(JetMove(other, table, JET_MoveFirst, 0), JET_errSesidTableIdMismatch);
        assert_ok(JetEndSession(other, 0));
    }
}

static void no_database(void **state)
{
    JET_TABLEID made;

    (void)state;
    NO_DATABASE(JetOpenTableA(session, JET_dbidNil, "rows", NULL, 0, 0, &made));
    NO_DATABASE(JetCreateTableA(session, JET_dbidNil, "new", 1, 80, &made));
    NO_DATABASE(JetDeleteTableA(session, JET_dbidNil, "rows"));
    NO_DATABASE(JetRenameTableA(session, JET_dbidNil, "rows", "other"));
    NO_DATABASE(JetCloseDatabase(session, JET_dbidNil, 0));
    NO_DATABASE(JetGrowDatabase(session, JET_dbidNil, 100, &size));
    NO_DATABASE(JetResizeDatabase(session, JET_dbidNil, 100, &size, 0));
    NO_DATABASE(JetSetMaxDatabaseSize(session, JET_dbidNil, 0, 0));
    NO_DATABASE(JetGetMaxDatabaseSize(session, JET_dbidNil, &size, 0));
    NO_DATABASE(JetConvertDDLA(session, JET_dbidNil, opDDLConvNull, bytes, 4));
    NO_DATABASE(JetGetColumnInfoA(session, JET_dbidNil, "rows", "id", bytes, sizeof(JET_COLUMNDEF), JET_ColInfo));
    NO_DATABASE(JetSetColumnDefaultValueA(session, JET_dbidNil, "rows", "id", bytes, 4, 0));
}

static void no_instance(void **state)
{
    JET_INSTANCE gone = test_instance("gone", "off");
    JET_HANDLE file = 0;
    JET_ULONG high, low;
    JET_SESID made;

    (void)state;
    assert_ok(JetTerm(gone));
    NO_INSTANCE(JetTerm(gone));
    NO_INSTANCE(JetTerm2(gone, 0));
    NO_INSTANCE(JetStopServiceInstance(gone));
    NO_INSTANCE(JetStopServiceInstance2(gone, JET_bitStopServiceAll));
    NO_INSTANCE(JetBeginSessionA(gone, &made, NULL, NULL));
    NO_INSTANCE(JetBeginSessionW(gone, &made, NULL, NULL));
    NO_INSTANCE(JetBackupInstanceA(gone, nowhere, 0, NULL));
    NO_INSTANCE(JetBackupInstanceW(gone, test_wide(nowhere), 0, NULL));
    NO_INSTANCE(JetBeginExternalBackupInstance(gone, 0));
    NO_INSTANCE(JetBeginSurrogateBackup(gone, 0, 0, 0));
    NO_INSTANCE(JetEndSurrogateBackup(gone, 0));
    NO_INSTANCE(JetGetAttachInfoInstanceA(gone, (char *)bytes, sizeof(bytes), &size));
    NO_INSTANCE(JetGetLogInfoInstanceA(gone, (char *)bytes, sizeof(bytes), &size));
    NO_INSTANCE(JetGetTruncateLogInfoInstanceA(gone, (char *)bytes, sizeof(bytes), &size));
    NO_INSTANCE(JetOpenFileInstanceA(gone, nowhere, &file, &low, &high));
    NO_INSTANCE(JetOpenFileSectionInstanceA(gone, (char *)nowhere, &file, 0, 1, 0, &low, (JET_LONG *)&high));
    NO_INSTANCE(JetReadFileInstance(gone, file, bytes, sizeof(bytes), &size));
    NO_INSTANCE(JetCloseFileInstance(gone, file));
    NO_INSTANCE(JetTruncateLogInstance(gone));
    NO_INSTANCE(JetEndExternalBackupInstance(gone));
    NO_INSTANCE(JetEndExternalBackupInstance2(gone, JET_bitBackupEndNormal));
    NO_INSTANCE(JetRestoreInstanceA(gone, nowhere, NULL, NULL));
    NO_INSTANCE(JetRestoreInstanceW(gone, test_wide(nowhere), NULL, NULL));
    NO_INSTANCE(JetGetResourceParam(gone, JET_resoperMaxUse, JET_residPIB, (JET_API_PTR *)bytes));
    NO_INSTANCE(JetSetResourceParam(gone, JET_resoperMaxUse, JET_residPIB, 10));
    NO_INSTANCE(JetBeginDatabaseIncrementalReseedA(gone, nowhere, 0));
    NO_INSTANCE(JetEndDatabaseIncrementalReseedA(gone, nowhere, 1, 1, 0, 0));
    NO_INSTANCE(JetPatchDatabasePagesA(gone, nowhere, 1, 1, bytes, 4096, 0));
    NO_INSTANCE(JetConsumeLogData(gone, NULL, bytes, 4, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_session_for_databases),
        cmocka_unit_test(no_session_for_tables),
        cmocka_unit_test(no_table),
        cmocka_unit_test(no_database),
        cmocka_unit_test(no_instance),
    };

    return cmocka_run_group_tests_name("handles", tests, start, stop);
}
