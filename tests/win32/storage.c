/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What hangs on cursors (JetSetLS), and what a cursor on a list refuses. */
#include "small_database.h"
#include "support.h"

static uint8_t image[SMALL_SIZE];
static unsigned freed_cursors, freed_tables;
static uintptr_t freed_sum;

static JET_ERR JET_API runtime(JET_SESID sesid, JET_DBID dbid, JET_TABLEID tableid, JET_CBTYP type, void *one,
                               void *two, void *context, JET_API_PTR unused)
{
    (void)dbid;
    (void)two;
    (void)context;
    (void)unused;
    if (type == JET_cbtypFreeCursorLS)
        freed_cursors++;
    else if (type == JET_cbtypFreeTableLS)
        freed_tables++;
    else
        return JET_errSuccess;
    assert_true(sesid == JET_sesidNil && tableid == JET_tableidNil);
    freed_sum += (uintptr_t)one;
    return JET_errSuccess;
}

static const char *make_database(void)
{
    const char *path = test_file("a.edb");

    small_database(image, JET_dbstateCleanShutdown);
    test_file_write(path, image, sizeof(image));
    return path;
}

static void numbers_of_cursors_and_tables(void **state)
{
    const char *path = make_database();
    JET_INSTANCE instance = test_instance_unstarted("with", "off");
    JET_TABLEID first, second;
    JET_SESID session;
    JET_DBID dbid;
    JET_LS ls = 7;

    (void)state;
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramRuntimeCallback, (JET_API_PTR)runtime, NULL));
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetOpenTableA(session, dbid, "people", NULL, 0, 0, &first));
    assert_err(JetGetLS(session, first, &ls, 0), JET_errLSNotSet);
    assert_true(ls == JET_LSNil);
    assert_ok(JetGetLS(session, first, &ls, JET_bitLSReset));
    assert_err(JetGetLS(session, first, &ls, JET_bitLSTable | JET_bitLSReset), JET_errLSNotSet);
    assert_ok(JetSetLS(session, first, 100, JET_bitLSCursor));
    assert_err(JetSetLS(session, first, 101, 0), JET_errLSAlreadySet);
    assert_err(JetSetLS(session, first, 101, JET_bitLSCursor | JET_bitLSTable), JET_errInvalidGrbit);
    assert_err(JetGetLS(session, first, &ls, JET_bitLSCursor | JET_bitLSTable), JET_errInvalidGrbit);
    assert_ok(JetSetLS(session, first, 200, JET_bitLSTable));

    assert_ok(JetDupCursor(session, first, &second, 0));
    assert_err(JetGetLS(session, second, &ls, 0), JET_errLSNotSet);
    assert_ok(JetGetLS(session, second, &ls, JET_bitLSTable));
    assert_int_equal(ls, 200);
    assert_err(JetSetLS(session, second, 201, JET_bitLSTable), JET_errLSAlreadySet);
    assert_ok(JetSetLS(session, second, 300, 0));
    assert_ok(JetSetLS(session, second, 0, JET_bitLSReset));
    assert_ok(JetSetLS(session, second, 400, 0));
    assert_ok(JetGetLS(session, second, &ls, JET_bitLSReset));
    assert_int_equal(ls, 400);

    assert_ok(JetCloseTable(session, second));
    assert_int_equal(freed_cursors, 0);
    assert_ok(JetCloseTable(session, first));
    assert_int_equal(freed_cursors, 1);
    assert_int_equal(freed_sum, 100);
    assert_ok(JetTerm2(instance, JET_bitTermAbrupt));
    assert_int_equal(freed_tables, 1);
    assert_int_equal(freed_sum, 300);
}

static void without_a_callback(void **state)
{
    const char *path = make_database();
    JET_INSTANCE instance = test_instance("without", "off");
    JET_SESID session = test_session(instance);
    JET_TABLEID table;
    JET_DBID dbid;
    JET_LS ls;

    (void)state;
    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetOpenTableA(session, dbid, "people", NULL, 0, 0, &table));
    assert_err(JetSetLS(session, table, 1, JET_bitLSCursor | JET_bitLSTable), JET_errLSCallbackNotSpecified);
    assert_err(JetGetLS(session, table, &ls, 0), JET_errLSNotSet);
    assert_ok(JetTerm(instance));
}

static void a_list_is_a_sort(void **state)
{
    const char *path = make_database();
    JET_INSTANCE instance = test_instance("list", "off");
    JET_SESID session = test_session(instance);
    JET_COLUMNLIST list = { .cbStruct = sizeof(list) };
    JET_INDEX_COLUMN filter = { 0 };
    JET_TABLEID duplicate;
    JET_RECPOS position = { .cbStruct = sizeof(position), .centriesTotal = 10 };
    JET_RECSIZE size = { 0 };
    JET_ULONG count, bookmark = 77;
    const JET_ULONG key_size = 1;
    const void *key = "a";
    JET_LONG read;
    JET_DBID dbid;
    char name[100];

    (void)state;
    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetGetColumnInfoA(session, dbid, "people", NULL, &list, sizeof(list), JET_ColInfoList));
    assert_ok(JetMove(session, list.tableid, 2, 0));
    assert_ok(JetGetBookmark(session, list.tableid, &bookmark, sizeof(bookmark), &count));
    assert_int_equal(bookmark, 2);
    assert_int_equal(count, 4);
    assert_err(JetGetBookmark(session, list.tableid, &bookmark, 3, &count), JET_errBufferTooSmall);
    bookmark = 1;
    assert_ok(JetGotoBookmark(session, list.tableid, &bookmark, sizeof(bookmark)));
    assert_ok(JetGetRecordSize(session, list.tableid, &size, 0));
    assert_ok(JetDupCursor(session, list.tableid, &duplicate, 0));
    assert_ok(JetCloseTable(session, duplicate));

    assert_err(JetIndexRecordCount(session, list.tableid, &count, 0), JET_errIllegalOperation);
    assert_err(JetGetRecordPosition(session, list.tableid, &position, sizeof(position)), JET_errIllegalOperation);
    assert_err(JetGotoPosition(session, list.tableid, &position), JET_errIllegalOperation);
    assert_err(JetGetCursorInfo(session, list.tableid, NULL, 0, 0), JET_errIllegalOperation);
    assert_err(JetGetCurrentIndexA(session, list.tableid, name, sizeof(name)), JET_errIllegalOperation);
    assert_err(JetSetCurrentIndexA(session, list.tableid, NULL), JET_errIllegalOperation);
    assert_err(JetSetCursorFilter(session, list.tableid, &filter, 1, 0), JET_errIllegalOperation);
    assert_err(JetPrereadKeys(session, list.tableid, &key, &key_size, 1, &read, JET_bitPrereadForward),
               JET_errIllegalOperation);
    assert_err(JetSetTableSequential(session, list.tableid, 0), JET_errIllegalOperation);
    assert_err(JetResetTableSequential(session, list.tableid, 0), JET_errIllegalOperation);
    assert_err(JetRetrieveTaggedColumnList(session, list.tableid, &count, NULL, 0, 0, 0), JET_errIllegalOperation);
    assert_err(
        JetGetSecondaryIndexBookmark(session, list.tableid, name, sizeof(name), &count, name, sizeof(name), &count, 0),
        JET_errIllegalOperation);
    assert_ok(JetTerm(instance));
}

static void tables_are_read_ahead(void **state)
{
    static const WCHAR no_name[] = { 'x', 0x4e00, 0 };
    const char *path = make_database();
    JET_INSTANCE instance = test_instance("ahead", "off");
    JET_SESID session = test_session(instance);
    JET_PCWSTR names[11] = { test_wide("people"), test_wide("heap"), test_wide("absent") };
    JET_TABLEID table;
    JET_DBID dbid;

    (void)state;
    assert_ok(JetAttachDatabaseA(session, path, JET_bitDbReadOnly));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, JET_bitDbReadOnly));
    assert_ok(JetPrereadTablesW(session, dbid, names, 3, 0));
    assert_err(JetPrereadTablesW(session, dbid, names, 3, 1), JET_errInvalidGrbit);
    assert_err(JetPrereadTablesW(session, dbid, names, 11, 0), JET_errInvalidParameter);
    assert_err(JetPrereadTablesW(session, dbid + 1, names, 1, 0), JET_errInvalidDatabaseId);
    names[0] = no_name;
    assert_err(JetPrereadTablesW(session, dbid, names, 1, 0), JET_errInvalidName);
    assert_err(JetOpenTableW(session, dbid, no_name, NULL, 0, 0, &table), JET_errInvalidName);
    assert_ok(JetTerm(instance));
}

static unsigned tags;

static void JET_API register_tag(JET_TRACETAG tag, JET_PCSTR description, JET_API_PTR *data)
{
    assert_int_equal(tag, tags + 1);
    assert_true(strlen(description) > 1);
    *data = tag;
    tags++;
}

static void tracing(void **state)
{
    (void)state;
    assert_ok(JetTracing(JET_traceopSetGlobal, JET_tracetagNull, 0));
    assert_err(JetTracing(JET_traceopSetTag, JET_tracetagNull, 1), JET_errInvalidParameter);
    assert_ok(JetTracing(JET_traceopSetTag, JET_tracetagAPI, 0));
    assert_err(JetTracing(JET_traceopNull, JET_tracetagAPI, 0), JET_errInvalidParameter);
    assert_err(JetTracing(JET_traceopRegisterAllTags, JET_tracetagNull, 0), JET_errInvalidParameter);
    assert_ok(JetTracing(JET_traceopRegisterAllTags, JET_tracetagNull, (JET_API_PTR)register_tag));
    assert_int_equal(tags, JET_tracetagMax - 1);
    assert_err(JetConfigureProcessForCrashDump(0), JET_errInvalidGrbit);
    assert_err(JetConfigureProcessForCrashDump(0x100), JET_errInvalidGrbit);
    assert_ok(JetConfigureProcessForCrashDump(JET_bitDumpMinimum));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_cursors_and_tables),
        cmocka_unit_test(without_a_callback),
        cmocka_unit_test(a_list_is_a_sort),
        cmocka_unit_test(tables_are_read_ahead),
        cmocka_unit_test(tracing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
