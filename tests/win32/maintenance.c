/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Online defragmentation, scans, statistics: what they answer, what they do, who ends them. */
#include <stdatomic.h>

#include "support.h"

#define ROWS 20000u

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;
static JET_TABLEID table;
static JET_COLUMNID id, data;
static char path[512];

static void insert(unsigned from, unsigned count)
{
    static const char text[150] = "text";

    for (unsigned i = from; i < from + count; i++)
    {
        if ((i - from) % 1000 == 0)
            assert_ok(JetBeginTransaction(session));
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, id, &i, sizeof(i), 0, NULL));
        assert_ok(JetSetColumn(session, table, data, text, sizeof(text), 0, NULL));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
        if ((i - from) % 1000 == 999 || i + 1 == from + count)
            assert_ok(JetCommitTransaction(session, 0));
    }
}

static int start(void **state)
{
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypLong, 0, 0, 0, 0, 0, 0 };

    (void)state;
    instance = test_instance("maintenance", "on");
    session = test_session(instance);
    snprintf(path, sizeof(path), "%s", test_file("data.edb"));
    assert_ok(JetCreateDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetCreateTableA(session, dbid, "rows", 1, 80, &table));
    assert_ok(JetAddColumnA(session, table, "id", &def, NULL, 0, &id));
    def.coltyp = JET_coltypLongBinary;
    assert_ok(JetAddColumnA(session, table, "data", &def, NULL, 0, &data));
    assert_ok(JetCreateIndexA(session, table, "primary", JET_bitIndexPrimary, "+id\0", 5, 100));
    assert_ok(JetCreateIndexA(session, table, "by_data", 0, "+data\0", 7, 100));
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetOpenTableA(session, dbid, "rows", NULL, 0, 0, &table));
    insert(0, ROWS);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetTerm(instance));
    return 0;
}

static void statistics_of_indexes(void **state)
{
    JET_INDEXLIST list;
    JET_OBJECTINFO info;
    JET_ULONG number;

    (void)state;
    assert_err(JetComputeStats(session, JET_tableidNil), JET_errInvalidTableId);
    assert_ok(JetComputeStats(session, table));
    assert_ok(JetGetTableInfoA(session, table, &info, sizeof(info), JET_TblInfo));
    assert_int_equal(info.cRecord, ROWS);
    assert_true(info.cPage > 100);
    assert_ok(JetGetTableIndexInfoA(session, table, "by_data", &list, sizeof(list), JET_IdxInfo));
    assert_ok(JetMove(session, list.tableid, JET_MoveFirst, 0));
    assert_ok(JetRetrieveColumn(session, list.tableid, list.columnidcEntry, &number, sizeof(number), NULL, 0, NULL));
    assert_int_equal(number, ROWS);
    assert_ok(JetRetrieveColumn(session, list.tableid, list.columnidcKey, &number, sizeof(number), NULL, 0, NULL));
    assert_int_equal(number, 1);
    assert_ok(JetCloseTable(session, list.tableid));
}

static atomic_uint completed;

static JET_ERR JET_API on_completed(JET_SESID sesid, JET_DBID db, JET_TABLEID tableid, JET_CBTYP type, void *first,
                                    void *second, void *context, JET_API_PTR unused)
{
    (void)first, (void)second, (void)context, (void)unused;
    if (type == JET_cbtypOnlineDefragCompleted && sesid != session && db == dbid && tableid == JET_tableidNil)
        atomic_fetch_add(&completed, 1);
    return JET_errSuccess;
}

static void wait_completed(unsigned count)
{
    for (unsigned i = 0; i < 1000 && atomic_load(&completed) < count; i++)
        test_sleep(10);
    assert_int_equal(atomic_load(&completed), count);
}

static JET_ULONG pages_available(void)
{
    JET_ULONG pages[2];

    assert_ok(JetGetTableInfoA(session, table, pages, sizeof(pages), JET_TblInfoSpaceUsage));
    return pages[1];
}

static void defragmentation_is_started_and_ends(void **state)
{
    JET_ULONG passes = 1, seconds = 60, before;
    JET_ERR err;

    (void)state;
    assert_err(JetDefragmentA(session, JET_dbidNil, NULL, NULL, NULL, JET_bitDefragmentBatchStart),
               JET_errInvalidDatabaseId);
    assert_err(JetDefragmentA(session, dbid, NULL, NULL, NULL, 0), JET_errInvalidGrbit);
    assert_err(JetDefragmentA(session, dbid, NULL, &passes, &seconds, JET_bitDefragmentBatchStop),
               JET_wrnDefragNotRunning);
    assert_int_equal(passes, 0);
    assert_int_equal(seconds, 0);
    assert_err(JetDefragmentA(session, dbid, NULL, NULL, NULL, JET_bitDefragmentBTree), JET_errInvalidName);
    assert_err(JetDefragmentA(session, dbid, "absent", NULL, NULL, JET_bitDefragmentBTree), JET_errObjectNotFound);
    assert_ok(JetDefragmentA(session, dbid, "rows", NULL, NULL, JET_bitDefragmentBTree));
    assert_err(JetDefragment2A(session, dbid, "rows", NULL, NULL, on_completed, JET_bitDefragmentBTree),
               JET_errInvalidParameter);
    assert_err(JetDefragment3A(session, path, NULL, NULL, NULL, NULL, NULL, JET_bitDefragmentBatchStart),
               JET_errInvalidParameter);
    /* One of ten stays: what deleting does not join, this does. */
    assert_ok(JetBeginTransaction(session));
    for (unsigned i = 0; i < ROWS; i++)
    {
        if (i % 10 == 0)
            continue;
        assert_ok(JetMakeKey(session, table, &i, sizeof(i), JET_bitNewKey));
        assert_ok(JetSeek(session, table, JET_bitSeekEQ));
        assert_ok(JetDelete(session, table));
    }
    assert_ok(JetCommitTransaction(session, JET_bitCommitLazyFlush));
    before = pages_available();
    while (JetDefragmentA(session, dbid, NULL, NULL, NULL, JET_bitDefragmentBatchStop) == JET_errSuccess)
        ;
    passes = 1;
    seconds = 0;
    assert_ok(JetDefragment2A(session, dbid, NULL, &passes, &seconds, on_completed, JET_bitDefragmentBatchStart));
    wait_completed(1);
    assert_true(pages_available() >= before);
    passes = 0;
    /* The callback is told of the end a moment before it has come. */
    do
        err = JetDefragment2A(session, dbid, NULL, &passes, NULL, on_completed, JET_bitDefragmentBatchStart);
    while (err == JET_wrnDefragAlreadyRunning);
    assert_ok(err);
    assert_err(JetDefragment2A(session, dbid, NULL, NULL, NULL, NULL, JET_bitDefragmentBatchStart),
               JET_wrnDefragAlreadyRunning);
    test_sleep(50);
    assert_ok(JetDefragmentA(session, dbid, NULL, &passes, &seconds, JET_bitDefragmentBatchStop));
    wait_completed(2);
    assert_true(passes <= 1);
    assert_ok(JetMove(session, table, JET_MoveLast, 0));
}

static atomic_uint scanned;

static JET_ERR JET_API on_scanned(JET_SESID sesid, JET_DBID db, JET_TABLEID tableid, JET_CBTYP type, void *first,
                                  void *second, void *context, JET_API_PTR unused)
{
    (void)first, (void)context, (void)unused;
    if (type == JET_cbtypScanCompleted && sesid == session && db == dbid && tableid == JET_tableidNil)
        atomic_store(&scanned, *(JET_ULONG *)second);
    return JET_errSuccess;
}

static void a_scan_sees_all_pages(void **state)
{
    JET_ULONG seconds = 1;

    (void)state;
    assert_err(JetDatabaseScan(session, dbid, NULL, 0, NULL, 0), JET_errInvalidGrbit);
    assert_err(
        JetDatabaseScan(session, dbid, NULL, 0, NULL, JET_bitDatabaseScanBatchStart | JET_bitDatabaseScanBatchStop),
        JET_errInvalidGrbit);
    assert_err(JetDatabaseScan(session, dbid, &seconds, 0, NULL, JET_bitDatabaseScanBatchStartContinuous),
               JET_errInvalidParameter);
    assert_ok(JetDatabaseScan(session, dbid, NULL, 0, on_scanned, JET_bitDatabaseScanBatchStart));
    for (unsigned i = 0; i < 1000 && !atomic_load(&scanned); i++)
        test_sleep(10);
    assert_true(atomic_load(&scanned) > 200);
    assert_ok(JetDatabaseScan(session, dbid, NULL, 0, NULL, JET_bitDatabaseScanBatchStop));
    assert_ok(JetDatabaseScan(session, dbid, NULL, 0, NULL, JET_bitDatabaseScanBatchStartContinuous));
    assert_err(JetDatabaseScan(session, dbid, NULL, 0, NULL, JET_bitDatabaseScanBatchStart),
               JET_errDatabaseAlreadyRunningMaintenance);
    assert_ok(JetDatabaseScan(session, dbid, NULL, 0, NULL, JET_bitDatabaseScanBatchStop));
    /* However long it rests between two reads, it ends when it is told to; or this does not. */
    assert_ok(JetDatabaseScan(session, dbid, NULL, 0xffffffff, NULL, JET_bitDatabaseScanBatchStart));
    test_sleep(20);
    assert_ok(JetDatabaseScan(session, dbid, NULL, 0, NULL, JET_bitDatabaseScanBatchStop));
}

static void there_is_nothing_to_upgrade(void **state)
{
    (void)state;
    assert_err(JetUpgradeDatabaseA(session, path, NULL, 0), JET_wrnNyi);
    assert_err(JetUpgradeDatabaseA(JET_sesidNil, path, NULL, 0), JET_errInvalidSesid);
}

static void the_end_of_the_service_ends_it(void **state)
{
    JET_ULONG passes = 0;

    (void)state;
    atomic_store(&completed, 0);
    assert_ok(JetDefragment2A(session, dbid, NULL, &passes, NULL, on_completed, JET_bitDefragmentBatchStart));
    assert_ok(JetStopServiceInstance(instance));
    wait_completed(1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statistics_of_indexes),          cmocka_unit_test(defragmentation_is_started_and_ends),
        cmocka_unit_test(a_scan_sees_all_pages),          cmocka_unit_test(there_is_nothing_to_upgrade),
        cmocka_unit_test(the_end_of_the_service_ends_it),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
