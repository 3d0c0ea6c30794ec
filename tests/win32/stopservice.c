/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JetStopService, JetStopServiceInstance, JetStopServiceInstance2: who may be
 * stopped when, what goes on after, what can be taken back, and threads that are
 * inside meanwhile.
 */
#include "support.h"

#define ALL    JET_bitStopServiceAll
#define TASKS  JET_bitStopServiceBackgroundUserTasks
#define CACHES JET_bitStopServiceQuiesceCaches
#define RESUME JET_bitStopServiceResume

/* JetStopService works on the one instance of single-instance mode only. */
static void which_mode(void **state)
{
    JET_INSTANCE instance = 0;
    JET_SESID session;

    (void)state;
    assert_err(JetStopService(), JET_errInvalidParameter); /* before a mode is fixed */
    assert_err(JetStopServiceInstance(0), JET_errInvalidParameter);
    assert_err(JetStopServiceInstance(99), JET_errInvalidInstance);
    instance = test_instance_unstarted("multi", "off");
    assert_err(JetStopService(), JET_errRunningInMultiInstanceMode);
    assert_err(JetStopServiceInstance(JET_instanceNil), JET_errInvalidParameter);
    assert_ok(JetTerm(instance));

    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramRecovery, 0, "off"));
    instance = 0;
    assert_ok(JetInit(&instance));
    assert_ok(JetBeginSessionA(instance, &session, NULL, NULL));
    assert_ok(JetStopService());
    assert_ok(JetStopService()); /* the second time */
    assert_err(JetBeginTransaction(session), JET_errClientRequestToStopJetService);
    assert_ok(JetTerm(instance));
    assert_err(JetStopService(), JET_errInvalidParameter); /* after the end */
    assert_err(JetStopServiceInstance(instance), JET_errInvalidInstance);
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramRecovery, 0, "on"));
}

/* The calls that clean up go on, the rest is refused. */
static void what_goes_on(void **state)
{
    JET_INSTANCE instance = test_instance("stopped", "off");
    JET_SESID session = test_session(instance), other = test_session(instance), third;
    const JET_ERR refused = JET_errClientRequestToStopJetService;
    JET_API_PTR depth = 0;
    JET_SESSIONINFO info;
    JET_ULONG number;
    JET_DBID dbid;
    JET_TABLEID table;

    (void)state;
    assert_ok(JetSetSessionContext(other, 3));
    assert_ok(JetBeginTransaction(other));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramCheckpointDepthMax, 400000, NULL));
    assert_ok(JetStopServiceInstance(instance));

    assert_ok(JetGetSystemParameterA(instance, 0, JET_paramCheckpointDepthMax, &depth, NULL, 0));
    assert_int_equal(depth, 16384); /* driven down */
    assert_err(JetBeginTransaction(session), refused);
    assert_err(JetCommitTransaction(session, 0), refused);
    assert_err(JetBeginSessionA(instance, &third, NULL, NULL), refused);
    assert_err(JetDupSession(session, &third), refused);
    assert_err(JetGetVersion(session, &number), refused);
    assert_err(JetIdle(session, 0), refused);
    assert_err(JetSetSessionContext(session, 4), refused);
    assert_err(JetGetSessionParameter(session, JET_sesparamCommitDefault, &number, 4, NULL), refused);
    assert_err(JetGetInstanceMiscInfo(instance, &info, 0, 0), refused);
    assert_err(JetAttachDatabaseA(session, "none.edb", 0), refused);
    assert_err(JetOpenDatabaseA(session, "none.edb", NULL, &dbid, 0), refused);
    assert_err(JetOpenTableA(session, 1, "none", NULL, 0, 0, &table), refused);

    assert_ok(JetGetSessionInfo(session, &info, sizeof(info), 0));
    assert_int_equal(info.ulTrxLevel, 1);
    assert_err(JetDetachDatabaseA(session, "none.edb"), JET_errInTransaction);
    assert_ok(JetRollback(session, 0));
    assert_err(JetRollback(session, 0), JET_errNotInTransaction);
    assert_err(JetCloseTable(session, 77), JET_errInvalidTableId);
    assert_err(JetCloseDatabase(session, 9, 0), JET_errInvalidDatabaseId);
    assert_err(JetDetachDatabaseA(session, "none.edb"), JET_errDatabaseNotFound);
    assert_ok(JetRollback(other, JET_bitRollbackAll));
    assert_ok(JetResetSessionContext(other));
    assert_ok(JetEndSession(other, 0));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramCheckpointDepthMax, 200000, NULL));
    assert_ok(JetEndSession(session, 0));
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
}

/* On failure nothing has changed. */
static void failure_changes_nothing(void **state)
{
    JET_INSTANCE instance = test_instance("failed", "off");
    JET_SESID session = test_session(instance);
    JET_API_PTR depth = 0, before = 0;

    (void)state;
    assert_ok(JetGetSystemParameterA(instance, 0, JET_paramCheckpointDepthMax, &before, NULL, 0));
    assert_err(JetStopService(), JET_errRunningInMultiInstanceMode);
    assert_err(JetStopServiceInstance(instance ^ 1), JET_errInvalidInstance);
    assert_err(JetStopServiceInstance2(instance, 1), JET_errInvalidGrbit);
    assert_err(JetStopServiceInstance2(instance, 0x10), JET_errInvalidGrbit);
    assert_err(JetStopServiceInstance2(instance, JET_bitStopServiceStopAndEmitLog | TASKS), JET_errInvalidGrbit);
    assert_ok(JetGetSystemParameterA(instance, 0, JET_paramCheckpointDepthMax, &depth, NULL, 0));
    assert_int_equal(depth, before);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetRollback(session, 0));
    assert_ok(JetTerm(instance));
}

/* Background tasks and caches can be had back; the whole stop cannot. */
static void what_can_be_resumed(void **state)
{
    JET_INSTANCE instance = test_instance_unstarted("resumed", "off");
    JET_SESID session;

    (void)state;
    assert_ok(JetStopServiceInstance2(instance, TASKS)); /* also before JetInit */
    assert_ok(JetStopServiceInstance2(instance, RESUME));
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    assert_ok(JetStopServiceInstance2(instance, TASKS));
    assert_ok(JetStopServiceInstance2(instance, CACHES));
    assert_ok(JetStopServiceInstance2(instance, TASKS | CACHES));
    assert_ok(JetBeginTransaction(session)); /* calls go on */
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetStopServiceInstance2(instance, RESUME | CACHES));
    assert_ok(JetStopServiceInstance2(instance, RESUME | TASKS));
    assert_ok(JetStopServiceInstance2(instance, RESUME)); /* nothing left */
    assert_err(JetStopServiceInstance2(instance, RESUME | JET_bitStopServiceStopAndEmitLog), JET_errInvalidGrbit);
    assert_ok(JetStopServiceInstance2(instance, ALL));
    assert_err(JetBeginTransaction(session), JET_errClientRequestToStopJetService);
    assert_err(JetStopServiceInstance2(instance, RESUME), JET_errClientRequestToStopJetService);
    assert_ok(JetStopServiceInstance2(instance, RESUME | TASKS)); /* a part, for what it is worth */
    assert_ok(JetStopServiceInstance2(instance, RESUME | CACHES));
    assert_err(JetStopServiceInstance2(instance, RESUME), JET_errClientRequestToStopJetService);
    assert_err(JetBeginTransaction(session), JET_errClientRequestToStopJetService);
    assert_ok(JetTerm(instance));
}

/* One instance is stopped, its neighbour works. */
static void the_neighbour_goes_on(void **state)
{
    JET_INSTANCE instance = test_instance("here", "off"), other = test_instance("there", "off");
    JET_SESID session = test_session(other);

    (void)state;
    assert_ok(JetStopServiceInstance(instance));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetTerm(instance));
    assert_ok(JetTerm(other));
}

struct worker
{
    JET_SESID session;
    _Atomic int rounds, wrong, refused;
};

/* Transactions until told to stop; every answer is success or the documented one. */
static void work(void *context)
{
    struct worker *worker = context;
    JET_ERR err;

    while (!worker->refused && !worker->wrong)
    {
        err = JetBeginTransaction(worker->session);
        if (err == JET_errSuccess)
        {
            worker->rounds++;
            err = JetCommitTransaction(worker->session, 0);
        }
        if (err == JET_errClientRequestToStopJetService)
            worker->refused = 1;
        else if (err != JET_errSuccess)
            worker->wrong = err;
    }
    err = JetRollback(worker->session, 0);
    if (err != JET_errSuccess && err != JET_errNotInTransaction)
        worker->wrong = err;
    if ((err = JetEndSession(worker->session, 0)) != JET_errSuccess)
        worker->wrong = err;
}

/* A call in flight finishes or gets the error; no thread hangs; the end works after. */
static void threads_inside(void **state)
{
    struct worker worker[4];
    struct test_thread *thread[4];
    unsigned i, round;

    (void)state;
    for (round = 0; round < 20; round++)
    {
        JET_INSTANCE instance = test_instance("inside", "off");
        for (i = 0; i < 4; i++)
        {
            worker[i].rounds = worker[i].wrong = worker[i].refused = 0;
            worker[i].session = test_session(instance);
            thread[i] = test_thread_start(work, &worker[i]);
        }
        test_sleep(1);
        assert_ok(round % 2 ? JetStopServiceInstance(instance) : JetStopServiceInstance2(instance, ALL));
        for (i = 0; i < 4; i++)
        {
            test_thread_join(thread[i]);
            assert_int_equal(worker[i].wrong, 0);
            assert_int_equal(worker[i].refused, 1);
        }
        assert_ok(JetTerm(instance));
    }
}

static void stop_many_times(void *context)
{
    JET_INSTANCE instance = *(JET_INSTANCE *)context;
    unsigned i;

    for (i = 0; i < 200; i++)
    {
        JetStopServiceInstance2(instance, i % 2 ? TASKS : CACHES);
        JetStopServiceInstance2(instance, RESUME);
    }
    JetStopServiceInstance(instance);
}

/* Stopped from many sides at once, and started and ended at that moment: what is set in motion is
 * there, or left alone. */
static void stopping_and_ending(void **state)
{
    struct test_thread *thread[3];
    JET_INSTANCE instance;
    unsigned i, round;
    JET_ERR err;

    (void)state;
    for (round = 0; round < 20; round++)
    {
        instance = test_instance_unstarted("many", round % 2 ? "on" : "off");
        for (i = 0; i < 3; i++)
            thread[i] = test_thread_start(stop_many_times, &instance);
        assert_ok(JetInit(&instance));
        test_sleep(round % 3);
        err = JetTerm(instance);
        for (i = 0; i < 3; i++)
            test_thread_join(thread[i]);
        assert_int_equal(err, JET_errSuccess);
    }
}

/* A backup may be told to stop whether or not there is one. */
static void backups(void **state)
{
    JET_INSTANCE instance;

    (void)state;
    assert_err(JetStopBackup(), JET_errInvalidParameter);
    instance = test_instance("backup", "off");
    assert_err(JetStopBackup(), JET_errRunningInMultiInstanceMode);
    assert_ok(JetStopBackupInstance(instance));
    assert_ok(JetStopServiceInstance(instance));
    assert_ok(JetStopBackupInstance(instance));
    assert_ok(JetTerm(instance));
    assert_err(JetStopBackupInstance(instance), JET_errInvalidInstance);
}

static JET_ULONG first_needed(const char *path)
{
    JET_DBINFOMISC7 info;

    assert_ok(JetGetDatabaseFileInfoA(path, &info, sizeof(info), JET_DbInfoMisc));
    return info.genMinRequired;
}

/* What was changed gets to the disk, however much of the log may lie between, so that the end is short. */
static void changes_are_written(void **state)
{
    JET_INSTANCE instance = test_instance_unstarted("quiet", "on");
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypLongBinary };
    char path[600], value[2000] = "";
    JET_COLUMNID column;
    JET_TABLEID table;
    JET_SESID session;
    JET_ULONG before;
    JET_DBID dbid;

    (void)state;
    strcpy(path, test_file("quiet.edb"));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, 128, NULL));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramCheckpointDepthMax, 100 << 20, NULL));
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    assert_ok(JetCreateDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetCreateTableA(session, dbid, "t", 1, 80, &table));
    assert_ok(JetAddColumnA(session, table, "v", &def, NULL, 0, &column));
    for (unsigned i = 0; i < 300; i++)
    {
        assert_ok(JetBeginTransaction(session));
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, column, value, sizeof(value), 0, NULL));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
        assert_ok(JetCommitTransaction(session, JET_bitCommitLazyFlush));
    }
    test_sleep(600);
    before = first_needed(path);
    assert_true(before <= 2);
    assert_ok(JetStopServiceInstance2(instance, CACHES));
    for (unsigned i = 0; first_needed(path) < before + 3 && i < 500; i++)
        test_sleep(10);
    assert_true(first_needed(path) >= before + 3);
    assert_ok(JetStopServiceInstance2(instance, RESUME | CACHES));
    assert_ok(JetTerm(instance));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(which_mode),
        cmocka_unit_test(what_goes_on),
        cmocka_unit_test(failure_changes_nothing),
        cmocka_unit_test(what_can_be_resumed),
        cmocka_unit_test(the_neighbour_goes_on),
        cmocka_unit_test(threads_inside),
        cmocka_unit_test(stopping_and_ending),
        cmocka_unit_test(changes_are_written),
        cmocka_unit_test(backups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
