/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetGetResourceParam, JetSetResourceParam and JetTestHook. */
#include "support.h"

static JET_API_PTR get(JET_INSTANCE instance, JET_RESOPER property, JET_RESID id)
{
    JET_API_PTR value = 0;

    assert_ok(JetGetResourceParam(instance, property, id, &value));
    return value;
}

static void before_any_instance(void **state)
{
    JET_API_PTR value;
    char tag[8] = "????";

    (void)state;
    assert_ok(JetGetResourceParam(0, JET_resoperTag, JET_residVERBUCKET, (JET_API_PTR *)(void *)tag));
    assert_memory_equal(tag, "VERB", 4);
    assert_int_equal(get(0, JET_resoperAlign, JET_residFCB), 32);
    assert_int_equal(get(0, JET_resoperChunkSize, JET_residFCB), 65536);
    assert_int_equal(get(0, JET_resoperChunkSize, JET_residVERBUCKET), 1024 * 1024);
    assert_int_equal(get(0, JET_resoperMaxUse, JET_residFUCB), INT32_MAX);
    assert_true(get(0, JET_resoperSize, JET_residPIB) > 0);
    assert_true(get(0, JET_resoperObjectsPerChunk, JET_residPIB) > 0);
    assert_int_equal(get(0, JET_resoperLookasideEntries, JET_residINST), 0);
    assert_err(JetGetResourceParam(0, JET_resoperCurrentUse, JET_residFCB, &value), JET_errNotInitialized);
    assert_err(JetGetResourceParam(0, JET_resoperMax, JET_residFCB, &value), JET_errInvalidParameter);
    assert_err(JetGetResourceParam(0, JET_resoperSize, JET_residNull, &value), JET_errInvalidParameter);
    assert_err(JetGetResourceParam(0, JET_resoperSize, JET_residMax, &value), JET_errInvalidParameter);
    assert_err(JetGetResourceParam(0, JET_resoperSize, JET_residFCB, NULL), JET_errInvalidParameter);
    assert_err(JetGetResourceParam(17, JET_resoperSize, JET_residFCB, &value), JET_errInvalidInstance);

    /* What is set is told again, if it makes sense. */
    assert_ok(JetSetResourceParam(0, JET_resoperAlign, JET_residFCB, 64));
    assert_int_equal(get(0, JET_resoperAlign, JET_residFCB), 64);
    assert_err(JetSetResourceParam(0, JET_resoperAlign, JET_residFCB, 48), JET_errInvalidParameter);
    assert_err(JetSetResourceParam(0, JET_resoperAlign, JET_residFCB, 65536), JET_errInvalidParameter);
    assert_int_equal(get(0, JET_resoperAlign, JET_residFCB), 64);
    assert_ok(JetSetResourceParam(0, JET_resoperChunkSize, JET_residFCB, 65537));
    assert_int_equal(get(0, JET_resoperChunkSize, JET_residFCB), 131072);
    assert_err(JetSetResourceParam(0, JET_resoperChunkSize, JET_residFCB, 0), JET_errInvalidParameter);
    assert_err(JetSetResourceParam(0, JET_resoperSize, JET_residFCB, 100), JET_errInvalidParameter);
    assert_err(JetSetResourceParam(0, JET_resoperTag, JET_residFCB, 0), JET_errInvalidParameter);
    assert_err(JetSetResourceParam(0, JET_resoperCurrentUse, JET_residFCB, 1), JET_errInvalidParameter);
    assert_ok(JetSetResourceParam(0, JET_resoperGuard, JET_residAll, 1));
    assert_int_equal(get(0, JET_resoperGuard, JET_residBOOKMARK), 1);
    assert_int_equal(get(0, JET_resoperGuard, JET_residPAGE), 0);
    assert_ok(JetSetResourceParam(0, JET_resoperGuard, JET_residAll, 0));
    for (unsigned i = JET_resoperAllocTopDown; i <= JET_resoperAllocFromHeap; i++)
    {
        assert_int_equal(get(0, (JET_RESOPER)i, JET_residTDB), 0);
        assert_ok(JetSetResourceParam(0, (JET_RESOPER)i, JET_residTDB, 1));
        assert_int_equal(get(0, (JET_RESOPER)i, JET_residTDB), 1);
        assert_ok(JetSetResourceParam(0, (JET_RESOPER)i, JET_residTDB, 0));
    }
    assert_ok(JetSetResourceParam(0, JET_resoperLookasideEntries, JET_residTDB, 16));
    assert_int_equal(get(0, JET_resoperLookasideEntries, JET_residTDB), 16);
    assert_err(JetSetResourceParam(0, JET_resoperLookasideEntries, JET_residTDB, 65537), JET_errInvalidParameter);
    assert_ok(JetSetResourceParam(0, JET_resoperRFOLOffset, JET_residTDB, 0));
    assert_err(JetSetResourceParam(0, JET_resoperRFOLOffset, JET_residTDB, 65536), JET_errInvalidParameter);
    assert_ok(JetSetResourceParam(0, JET_resoperMaxUse, JET_residSPLIT, 1000));
    assert_int_equal(get(0, JET_resoperMaxUse, JET_residSPLIT), 1000);

    /* Of all, or of none: the sizes of most cannot be set. */
    assert_err(JetSetResourceParam(0, JET_resoperAlign, JET_residAll, 24), JET_errInvalidParameter);
    assert_int_equal(get(0, JET_resoperAlign, JET_residFCB), 64);

    /* Some are system parameters. */
    assert_ok(JetSetResourceParam(0, JET_resoperMinUse, JET_residVERBUCKET, 10));
    assert_ok(JetGetSystemParameterA(0, 0, JET_paramGlobalMinVerPages, &value, NULL, 0));
    assert_int_equal(value, 10);
    assert_int_equal(get(0, JET_resoperMinUse, JET_residVERBUCKET), 10);
    assert_ok(JetSetResourceParam(0, JET_resoperSize, JET_residPAGE, 8192));
    assert_ok(JetGetSystemParameterA(0, 0, JET_paramDatabasePageSize, &value, NULL, 0));
    assert_int_equal(value, 8192);
    assert_ok(JetSetResourceParam(0, JET_resoperSize, JET_residPAGE, 4096));
}

static void of_an_instance(void **state)
{
    JET_INSTANCE instance = test_instance_unstarted("resources", "on");
    JET_API_PTR value, before;
    JET_SESID session;
    JET_DBID database;
    JET_TABLEID table, other;

    (void)state;
    assert_err(JetGetResourceParam(instance, JET_resoperCurrentUse, JET_residPIB, &value), JET_errNotInitialized);
    assert_int_equal(get(instance, JET_resoperMaxUse, JET_residFCB), INT32_MAX);
    assert_ok(JetSetResourceParam(instance, JET_resoperMaxUse, JET_residFCB, 500));
    assert_int_equal(get(instance, JET_resoperMaxUse, JET_residFCB), 500);
    assert_ok(JetSetResourceParam(instance, JET_resoperMaxUse, JET_residFUCB, 321));
    assert_ok(JetGetSystemParameterA(instance, 0, JET_paramMaxCursors, &value, NULL, 0));
    assert_int_equal(value, 321);

    /* While advanced parameters are not to be set, nothing is. */
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramEnableAdvanced, 0, NULL));
    assert_ok(JetSetResourceParam(instance, JET_resoperMaxUse, JET_residFUCB, 322));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramEnableAdvanced, 1, NULL));
    assert_ok(JetGetSystemParameterA(instance, 0, JET_paramMaxCursors, &value, NULL, 0));
    assert_int_equal(value, 321);

    assert_ok(JetInit(&instance));
    assert_err(JetSetResourceParam(instance, JET_resoperMaxUse, JET_residFCB, 500), JET_errAlreadyInitialized);
    assert_err(JetSetResourceParam(0, JET_resoperAlign, JET_residFCB, 32), JET_errAlreadyInitialized);
    assert_err(JetSetResourceParam(0, JET_resoperSize, JET_residPAGE, 8192), JET_errAlreadyInitialized);
    assert_int_equal(get(instance, JET_resoperMaxUse, JET_residFUCB), 321);
    before = get(instance, JET_resoperCurrentUse, JET_residPIB);
    session = test_session(instance);
    assert_int_equal(get(instance, JET_resoperCurrentUse, JET_residPIB), before + 1);
    assert_ok(JetGetSystemParameterA(instance, 0, JET_paramMaxSessions, &value, NULL, 0));
    assert_int_equal(get(instance, JET_resoperMaxUse, JET_residPIB), value + 69);
    assert_ok(JetCreateDatabaseA(session, test_file("resources.edb"), NULL, &database, 0));
    assert_ok(JetCreateTableA(session, database, "rows", 1, 80, &table));
    before = get(instance, JET_resoperCurrentUse, JET_residFUCB);
    assert_ok(JetDupCursor(session, table, &other, 0));
    assert_int_equal(get(instance, JET_resoperCurrentUse, JET_residFUCB), before + 1);
    assert_ok(JetCloseTable(session, other));
    assert_int_equal(get(instance, JET_resoperCurrentUse, JET_residFUCB), before);
    assert_int_equal(get(0, JET_resoperCurrentUse, JET_residINST), 1);
    assert_int_equal(get(0, JET_resoperCurrentUse, JET_residLOG), 1);
    assert_ok(JetTerm(instance));
}

/* ------------------------------------------------------------------ hooks --- */

static void refused_and_ignored(void **state)
{
    static const TESTHOOK_OP refused[] = { opTestHookUnitTests, opTestHookUnitTests2, opTestHookCacheQuery };
    static const TESTHOOK_OP ignored[] = { opTestHookSetNegativeTesting, opTestHookResetNegativeTesting,
                                           opTestHookThrowError, opTestHookThrowAssert };
    JET_TESTHOOKTESTINJECTION fault = { sizeof(fault), 1, 0, JET_TestInjectFault, 100, 0 };
    JET_TESTHOOKTRACETESTMARKER marker = { sizeof(marker), "here", 5 };
    JET_ULONG tick[2] = { 0, 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_err(JetTestHook(refused[i], tick), JET_errDisabledFunctionality);
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        assert_ok(JetTestHook(ignored[i], tick));
    assert_err(JetTestHook((TESTHOOK_OP)26, tick), JET_errInvalidParameter);
    assert_err(JetTestHook(opTestHookTestInjection, NULL), JET_errInvalidParameter);
    assert_err(JetTestHook(opTestHookTestInjection, &fault), JET_errTestInjectionNotSupported);
    fault.ulID = 53984;
    assert_err(JetTestHook(opTestHookTestInjection, &fault), JET_errInvalidParameter);
    fault.grbit = JET_bitInjectionProbabilityPct;
    fault.ulProbability = 5;
    assert_ok(JetTestHook(opTestHookTestInjection, &fault));
    fault.cbStruct--;
    assert_err(JetTestHook(opTestHookTestInjection, &fault), JET_errInvalidParameter);
    assert_ok(JetTestHook(opTestHookTraceTestMarker, &marker));
    assert_ok(JetTestHook(opTestHookTraceTestMarker, (void *)17));
    marker.cbStruct = 1;
    assert_err(JetTestHook(opTestHookTraceTestMarker, &marker), JET_errInvalidParameter);
    assert_ok(JetTestHook(opTestHookGetEngineTickNow, &tick[0]));
    do
    {
        test_sleep(10);
        assert_ok(JetTestHook(opTestHookGetEngineTickNow, &tick[1]));
    } while (tick[1] == tick[0]);
    assert_true(tick[1] - tick[0] < 0x80000000u);
}

/* A page, a header and a log of a real database. */
static void inside(void **state)
{
    JET_INSTANCE instance = test_instance("hooks", "on");
    JET_SESID session = test_session(instance);
    JET_DBID database;
    JET_TABLEID table;
    JET_TESTHOOKCORRUPT damage = { .cbStruct = sizeof(damage) };
    JET_TESTHOOKALTERDBFILEHDR header = { .ibField = JET_ibfieldDbFileHdrUpdateMinor, .cbField = 4 };
    JET_ULONG more = 7;
    int64_t tip[2], depth;
    uint64_t pgno = 0;
    char path[260];

    (void)state;
    snprintf(path, sizeof(path), "%s", test_file("hooks.edb"));
    assert_ok(JetCreateDatabaseA(session, path, NULL, &database, 0));
    assert_ok(JetCreateTableA(session, database, "rows", 1, 80, &table));
    memcpy(&pgno, &table, sizeof(table));
    assert_ok(JetTestHook(opTestHookGetTablePgnoFDP, &pgno));
    assert_true(pgno > 1 && pgno < 1000);
    memcpy(&tip[0], &instance, sizeof(instance));
    assert_ok(JetTestHook(opTestHookGetLogTip, &tip[0]));
    for (unsigned i = 0; i < 10; i++)
    {
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    memcpy(&tip[1], &instance, sizeof(instance));
    assert_ok(JetTestHook(opTestHookGetLogTip, &tip[1]));
    assert_true(tip[1] > tip[0]);
    memcpy(&depth, &instance, sizeof(instance));
    assert_ok(JetTestHook(opTestHookGetCheckpointDepth, &depth));
    assert_true(depth > 0 && depth < 100 * 1024 * 1024);
    depth = 17;
    assert_err(JetTestHook(opTestHookGetCheckpointDepth, &depth), JET_errInvalidInstance);
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCloseDatabase(session, database, 0));
    assert_ok(JetDetachDatabaseA(session, path));

    header.szDatabase = test_wide(path);
    header.pbField = (char *)&more;
    header.grbit = JET_bitAlterDbFileHdrAddField;
    assert_ok(JetTestHook(opTestHookAlterDatabaseFileHeader, &header));
    header.cbField = 3;
    assert_err(JetTestHook(opTestHookAlterDatabaseFileHeader, &header), JET_errInvalidParameter);
    assert_ok(JetAttachDatabaseA(session, path, JET_bitDbReadOnly));
    assert_ok(JetDetachDatabaseA(session, path));

    /* Damage that its checksum does not show, then one that it does. */
    damage.grbit = JET_bitTestHookCorruptDatabaseFile | JET_bitTestHookCorruptPageDbtimeDelta;
    damage.CorruptDatabaseFile.wszDatabaseFilePath = test_wide(path);
    damage.CorruptDatabaseFile.pgnoTarget = (JET_INT64)pgno;
    damage.CorruptDatabaseFile.iSubTarget = 1;
    assert_ok(JetTestHook(opTestHookCorrupt, &damage));
    assert_ok(JetAttachDatabaseA(session, path, JET_bitDbReadOnly));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &database, JET_bitDbReadOnly));
    assert_ok(JetOpenTableA(session, database, "rows", NULL, 0, JET_bitTableReadOnly, &table));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCloseDatabase(session, database, 0));
    assert_ok(JetDetachDatabaseA(session, path));
    damage.grbit = JET_bitTestHookCorruptDatabaseFile | JET_bitTestHookCorruptPageDbtimeDelta |
                   JET_bitTestHookCorruptLeaveChecksum;
    damage.CorruptDatabaseFile.iSubTarget = 0x123456;
    assert_ok(JetTestHook(opTestHookCorrupt, &damage));
    assert_ok(JetAttachDatabaseA(session, path, JET_bitDbReadOnly));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &database, JET_bitDbReadOnly));
    assert_ok(JetOpenTableA(session, database, "rows", NULL, 0, JET_bitTableReadOnly, &table));
    assert_err(JetMove(session, table, JET_MoveFirst, 0), JET_errReadVerifyFailure);
    assert_ok(JetTerm2(instance, JET_bitTermAbrupt));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_any_instance),
        cmocka_unit_test(of_an_instance),
        cmocka_unit_test(refused_and_ignored),
        cmocka_unit_test(inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
