/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* New databases: what they are, what is refused, their size, and that they can be attached again. */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID session;

static int start(void **state)
{
    (void)state;
    instance = test_instance("createdb", "off");
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

static JET_DBINFOMISC4 header_of(const char *path)
{
    JET_DBINFOMISC4 misc;

    assert_ok(JetGetDatabaseFileInfoA(path, &misc, sizeof(misc), JET_DbInfoMisc));
    return misc;
}

static void a_new_database_is_open_and_clean_when_detached(void **state)
{
    const char *path = test_file("new.edb");
    JET_DBINFOMISC4 misc;
    JET_DBID dbid = 0, again;

    (void)state;
    assert_ok(JetCreateDatabaseA(session, path, NULL, &dbid, 0));
    assert_int_not_equal(dbid, 0);
    assert_ok(JetOpenDatabaseA(session, path, NULL, &again, 0));
    assert_int_equal(again, dbid);
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_err(JetDetachDatabaseA(session, path), JET_errDatabaseInUse);
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetDetachDatabaseA(session, path));
    misc = header_of(path);
    assert_int_equal(misc.dbstate, JET_dbstateCleanShutdown);
    assert_int_equal(misc.ulVersion, 0x620);
    assert_int_equal(misc.ulUpdate, 20);
    assert_int_equal(misc.cbPageSize, 4096);
    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetDetachDatabaseA(session, path));
}

static void what_is_there_is_not_overwritten(void **state)
{
    const char *path = test_file("twice.edb");
    JET_DBINFOMISC4 first, second;
    JET_DBID dbid = 0;

    (void)state;
    assert_ok(JetCreateDatabaseA(session, path, NULL, &dbid, 0));
    assert_err(JetCreateDatabaseA(session, path, NULL, &dbid, 0), JET_errDatabaseDuplicate);
    assert_err(JetCreateDatabaseA(session, path, NULL, &dbid, JET_bitDbOverwriteExisting), JET_errDatabaseDuplicate);
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetDetachDatabaseA(session, path));
    first = header_of(path);
    assert_err(JetCreateDatabaseA(session, path, NULL, &dbid, 0), JET_errDatabaseDuplicate);
    assert_ok(JetCreateDatabaseA(session, path, NULL, &dbid, JET_bitDbOverwriteExisting));
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetDetachDatabaseA(session, path));
    second = header_of(path);
    assert_int_not_equal(memcmp(&first.signDb, &second.signDb, sizeof(first.signDb)), 0);
}

static void what_is_refused(void **state)
{
    JET_ULONG pages = 100;
    JET_SETDBPARAM unknown = { 1, &pages, sizeof(pages) }, small = { JET_dbparamDbSizeMaxPages, &pages, 2 };
    const char *path = test_file("refused.edb");
    JET_DBID dbid = 0;

    (void)state;
    assert_err(JetCreateDatabaseA(session, NULL, NULL, &dbid, 0), JET_errDatabaseInvalidPath);
    assert_err(JetCreateDatabaseA(session, "", NULL, &dbid, 0), JET_errDatabaseInvalidPath);
    assert_err(JetCreateDatabase3A(session, path, &dbid, NULL, 1, 0), JET_errInvalidParameter);
    assert_err(JetCreateDatabase3A(session, path, &dbid, &unknown, 1, 0), JET_errInvalidDbparamId);
    assert_err(JetCreateDatabase3A(session, path, &dbid, &small, 1, 0), JET_errInvalidBufferSize);
    assert_ok(JetBeginTransaction(session));
    assert_err(JetCreateDatabaseA(session, path, NULL, &dbid, 0), JET_errInTransaction);
    assert_ok(JetRollback(session, 0));
    assert_int_equal(dbid, 0);
}

static void a_file_grows(void **state)
{
    const char *path = test_file("size.edb");
    JET_ULONG real = 0, most = 0;
    JET_DBID dbid = 0;

    (void)state;
    assert_ok(JetCreateDatabase2A(session, path, 5000, &dbid, 0));
    assert_ok(JetGetMaxDatabaseSize(session, dbid, &most, 0));
    assert_int_equal(most, 5000);
    assert_ok(JetSetMaxDatabaseSize(session, dbid, 6000, 0));
    assert_ok(JetGetMaxDatabaseSize(session, dbid, &most, 0));
    assert_int_equal(most, 6000);
    assert_ok(JetGrowDatabase(session, dbid, 1000, &real));
    assert_true(real >= 1000);
    assert_ok(JetGrowDatabase(session, dbid, 10, &most));
    assert_int_equal(most, real);
    assert_err(JetResizeDatabase(session, dbid, 10, &most, 0), JET_errFeatureNotAvailable);
    assert_err(JetResizeDatabase(session, dbid, 10, &most, 0x80), JET_errInvalidGrbit);
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetDetachDatabaseA(session, path));
    assert_err(JetSetDatabaseSizeA(session, path, 10, &real), JET_errInvalidParameter);
    assert_ok(JetSetDatabaseSizeA(session, path, 3000, &real));
    assert_int_equal(real, 3000);
    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetDetachDatabaseA(session, path));
}

#define TRIM_ROWS 400

/* Rows of most of a page. */
static void fill_table(JET_SESID of, JET_DBID dbid, const char *name, char letter)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypLongBinary };
    char value[3000];
    JET_COLUMNID column;
    JET_TABLEID table;

    memset(value, letter, sizeof(value));
    assert_ok(JetCreateTableA(of, dbid, name, 1, 100, &table));
    assert_ok(JetAddColumnA(of, table, "v", &def, NULL, 0, &column));
    assert_ok(JetBeginTransaction(of));
    for (unsigned i = 0; i < TRIM_ROWS; i++)
    {
        assert_ok(JetPrepareUpdate(of, table, JET_prepInsert));
        assert_ok(JetSetColumn(of, table, column, value, sizeof(value), 0, NULL));
        assert_ok(JetUpdate(of, table, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(of, 0));
    assert_ok(JetCloseTable(of, table));
}

static void check_table(JET_SESID of, JET_DBID dbid, const char *name, char letter)
{
    char value[3000];
    JET_TABLEID table;
    JET_COLUMNDEF def;
    unsigned rows = 0;
    JET_ERR err;

    assert_ok(JetOpenTableA(of, dbid, name, NULL, 0, 0, &table));
    assert_ok(JetGetTableColumnInfoA(of, table, "v", &def, sizeof(def), JET_ColInfo));
    for (err = JetMove(of, table, JET_MoveFirst, 0); err >= 0; err = JetMove(of, table, JET_MoveNext, 0), rows++)
    {
        assert_ok(JetRetrieveColumn(of, table, def.columnid, value, sizeof(value), NULL, 0, NULL));
        assert_int_equal(value[0], letter);
        assert_int_equal(value[sizeof(value) - 1], letter);
    }
    assert_err(err, JET_errNoCurrentRecord);
    assert_int_equal(rows, TRIM_ROWS);
    assert_ok(JetCloseTable(of, table));
}

/* The disk keeps nothing of free pages, which the log's older records still tell of. */
static void a_file_is_trimmed(void **state)
{
    JET_INSTANCE own = test_instance_unstarted("trimmed", "on");
    JET_ULONG pages, kept, on_disk;
    char path[600];
    JET_SESID sesid;
    JET_DBID dbid;

    (void)state;
    snprintf(path, sizeof(path), "%s", test_file("trimmed.edb"));
    assert_ok(JetSetSystemParameterA(&own, 0, JET_paramEnableShrinkDatabase, JET_bitShrinkDatabaseOn, NULL));
    assert_ok(JetInit(&own));
    sesid = test_session(own);
    assert_ok(JetCreateDatabaseA(sesid, path, NULL, &dbid, 0));
    assert_ok(JetResizeDatabase(sesid, dbid, 1, &pages, JET_bitResizeDatabaseOnlyGrow));
    assert_ok(JetGrowDatabase(sesid, dbid, pages + 1000, &pages));
    fill_table(sesid, dbid, "old", 'o');
    assert_ok(JetDeleteTableA(sesid, dbid, "old"));
    assert_int_equal(JetIdle(sesid, 0), JET_wrnNoIdleActivity);
    assert_ok(JetResizeDatabase(sesid, dbid, 0, &kept, 0));
    assert_ok(JetGetDatabaseInfoA(sesid, dbid, &on_disk, sizeof(on_disk), JET_DbInfoFilesizeOnDisk));
    assert_int_equal(kept, on_disk);
    assert_true(kept <= pages);
    assert_ok(JetGetDatabaseInfoA(sesid, dbid, &on_disk, sizeof(on_disk), JET_DbInfoFilesize));
    assert_int_equal(on_disk, pages);
    fill_table(sesid, dbid, "new", 'n');
    check_table(sesid, dbid, "new", 'n');
    assert_ok(JetResizeDatabase(sesid, dbid, 0, &kept, JET_bitResizeDatabaseOnlyShrink));
    assert_err(JetTerm2(own, JET_bitTermDirty), JET_errDirtyShutdown);

    own = test_instance_unstarted("trimmed", "on");
    assert_ok(JetInit(&own));
    sesid = test_session(own);
    assert_ok(JetAttachDatabaseA(sesid, path, 0));
    assert_ok(JetOpenDatabaseA(sesid, path, NULL, &dbid, 0));
    check_table(sesid, dbid, "new", 'n');
    fill_table(sesid, dbid, "more", 'm');
    check_table(sesid, dbid, "more", 'm');
    assert_ok(JetTerm(own));
}

/* The generations of the checkpoint and of the log. */
static JET_CHECKPOINTINFO generations(JET_INSTANCE of)
{
    JET_CHECKPOINTINFO info;

    assert_ok(JetGetInstanceMiscInfo(of, &info, sizeof(info), JET_InstanceMiscInfoCheckpoint));
    return info;
}

/*
 * Pages that a transaction took, filled and gave back with its rollback are trimmed, and the
 * checkpoint is behind its beginning but before its end: redo makes the pages, as others took
 * them for it, does nothing of what it did to them, and meets what others cleaned up there.
 */
static void trimmed_after_a_rollback(void **state)
{
    JET_INSTANCE own = test_instance_unstarted("rolledback", "on");
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypLongBinary };
    JET_ULONG pages, begin;
    JET_TABLEID table;
    JET_COLUMNID column;
    JET_SESID sesid, other;
    char path[600], value[3000] = "v";
    JET_DBID dbid, dbid_of_other;

    (void)state;
    snprintf(path, sizeof(path), "%s", test_file("rolledback.edb"));
    assert_ok(JetSetSystemParameterA(&own, 0, JET_paramEnableShrinkDatabase, JET_bitShrinkDatabaseOn, NULL));
    assert_ok(JetInit(&own));
    sesid = test_session(own);
    other = test_session(own);
    assert_ok(JetCreateDatabaseA(sesid, path, NULL, &dbid, 0));
    assert_ok(JetOpenDatabaseA(other, path, NULL, &dbid_of_other, 0));
    assert_ok(JetGrowDatabase(sesid, dbid, 1000, &pages));
    fill_table(sesid, dbid, "new", 'n');
    assert_ok(JetBeginTransaction(sesid));
    assert_ok(JetOpenTableA(sesid, dbid, "new", NULL, 0, 0, &table));
    assert_ok(JetGetTableColumnInfoA(sesid, table, "v", &def, sizeof(def), JET_ColInfo));
    for (unsigned i = 0; i < TRIM_ROWS; i++)
    {
        assert_ok(JetPrepareUpdate(sesid, table, JET_prepInsert));
        assert_ok(JetSetColumn(sesid, table, def.columnid, value, sizeof(value), 0, NULL));
        assert_ok(JetUpdate(sesid, table, NULL, 0, NULL));
    }
    assert_ok(JetBeginTransaction(other));
    begin = generations(own).genMax;
    assert_ok(JetOpenTableA(other, dbid_of_other, "new", NULL, 0, 0, &table));
    assert_ok(JetMove(other, table, JET_MoveFirst, 0));
    assert_ok(JetDelete(other, table));
    assert_ok(JetCreateTableA(sesid, dbid, "gone", 64, 100, &table));
    def.cbStruct = sizeof(def);
    assert_ok(JetAddColumnA(sesid, table, "v", &def, NULL, 0, &column));
    for (unsigned i = 0; i < TRIM_ROWS; i++)
    {
        assert_ok(JetPrepareUpdate(sesid, table, JET_prepInsert));
        assert_ok(JetSetColumn(sesid, table, column, value, 10, 0, NULL));
        assert_ok(JetUpdate(sesid, table, NULL, 0, NULL));
    }
    assert_ok(JetRollback(sesid, JET_bitRollbackAll));
    assert_ok(JetResizeDatabase(sesid, dbid, 0, &pages, JET_bitResizeDatabaseOnlyShrink));
    assert_ok(JetStopServiceInstance2(own, JET_bitStopServiceQuiesceCaches));
    for (unsigned i = 0; i < 200 && generations(own).genMin < begin; i++)
        test_sleep(50);
    assert_true(generations(own).genMin >= begin);
    assert_err(JetTerm2(own, JET_bitTermDirty), JET_errDirtyShutdown);

    own = test_instance_unstarted("rolledback", "on");
    assert_ok(JetInit(&own));
    sesid = test_session(own);
    assert_ok(JetAttachDatabaseA(sesid, path, 0));
    assert_ok(JetOpenDatabaseA(sesid, path, NULL, &dbid, 0));
    check_table(sesid, dbid, "new", 'n');
    assert_ok(JetTerm(own));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_database_is_open_and_clean_when_detached, start, stop),
        cmocka_unit_test_setup_teardown(what_is_there_is_not_overwritten, start, stop),
        cmocka_unit_test_setup_teardown(what_is_refused, start, stop),
        cmocka_unit_test_setup_teardown(a_file_grows, start, stop),
        cmocka_unit_test(a_file_is_trimmed),
        cmocka_unit_test(trimmed_after_a_rollback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
