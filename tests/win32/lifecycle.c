/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Instances: the two modes, JetInit and JetTerm in each state, folders, handles. */
#include "support.h"

static void nothing_runs_at_first(void **state)
{
    JET_SESID session;
    JET_INSTANCE_INFO_W *info = (JET_INSTANCE_INFO_W *)1;
    JET_ULONG count = 7;

    (void)state;
    assert_err(JetTerm(0), JET_errInvalidParameter);
    assert_err(JetTerm(JET_instanceNil), JET_errInvalidParameter);
    assert_err(JetTerm(12345), JET_errInvalidInstance);
    assert_err(JetBeginSessionA(0, &session, NULL, NULL), JET_errInvalidParameter);
    assert_err(JetBeginSessionA(77, &session, NULL, NULL), JET_errInvalidInstance);
    assert_ok(JetGetInstanceInfoW(&count, &info));
    assert_int_equal(count, 0);
    assert_null(info);
}

static void set_folders(JET_INSTANCE *instance)
{
    const char *folder = test_folder("single");

    assert_ok(JetSetSystemParameterA(instance, 0, JET_paramSystemPath, 0, folder));
    assert_ok(JetSetSystemParameterA(instance, 0, JET_paramLogFilePath, 0, folder));
    assert_ok(JetSetSystemParameterA(instance, 0, JET_paramTempPath, 0, folder));
}

static void single_instance_mode(void **state)
{
    JET_INSTANCE instance = 0, other = 5;
    JET_SETSYSPARAM_A set = { JET_paramMaxInstances, 4, NULL, 0 };
    JET_API_PTR number;
    JET_SESID session;
    JET_ULONG done = 9;

    (void)state;
    set_folders(NULL);
    assert_ok(JetInit(NULL));
    assert_err(JetInit(NULL), JET_errAlreadyInitialized);
    assert_err(JetInit(&instance), JET_errAlreadyInitialized);
    assert_err(JetCreateInstanceA(&other, "other"), JET_errRunningInOneInstanceMode);
    assert_true(other == JET_instanceNil);
    assert_err(JetEnableMultiInstanceA(&set, 1, &done), JET_errRunningInOneInstanceMode);
    assert_int_equal(done, 0);
    assert_ok(JetBeginSessionA(0, &session, NULL, NULL)); /* whatever the handle */
    assert_ok(JetEndSession(session, 0));
    /* The session matters to one parameter alone. */
    assert_ok(JetSetSystemParameterA(NULL, session, JET_paramRuntimeCallback, 0, NULL));
    assert_ok(JetGetSystemParameterA(0, session, JET_paramMaxSessions, &number, NULL, 0));
    assert_err(JetGetSystemParameterA(0, session, JET_paramCommitDefault, &number, NULL, 0), JET_errInvalidSesid);
    assert_ok(JetBeginSessionW(JET_instanceNil, &session, NULL, NULL));
    assert_ok(JetTerm(0));
    assert_err(JetTerm(0), JET_errInvalidParameter);
    assert_err(JetEndSession(session, 0), JET_errInvalidSesid);

    instance = 0; /* again, with a handle */
    assert_ok(JetInit2(&instance, 0));
    assert_true(instance != 0 && instance != JET_instanceNil);
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
    assert_err(JetTerm(instance), JET_errInvalidInstance);
}

static void multi_instance_mode(void **state)
{
    JET_INSTANCE first, second, none = JET_instanceNil;
    JET_SESID session;

    (void)state;
    first = test_instance_unstarted("first", "on");
    assert_err(JetInit(NULL), JET_errRunningInMultiInstanceMode);
    assert_err(JetBeginSessionA(first, &session, NULL, NULL), JET_errNotInitialized);
    assert_err(JetCreateInstanceA(&none, "first"), JET_errInstanceNameInUse);
    assert_true(none == JET_instanceNil);
    assert_err(JetCreateInstanceW(NULL, NULL), JET_errInvalidParameter);
    assert_ok(JetInit(&first));
    assert_err(JetInit(&first), JET_errAlreadyInitialized);
    second = test_instance("second", "off");
    assert_true(first != second);
    assert_err(JetBeginSessionA(JET_instanceNil, &session, NULL, NULL), JET_errInvalidParameter);
    session = test_session(second);
    assert_ok(JetTerm(first));
    assert_err(JetTerm(first), JET_errInvalidInstance);
    assert_err(JetInit(&first), JET_errInvalidParameter);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetRollback(session, 0));
    assert_ok(JetTerm2(second, JET_bitTermAbrupt));
}

static void enabling_many_instances(void **state)
{
    JET_SETSYSPARAM_W set[] = { { JET_paramMaxInstances, 20, NULL, 1 },
                                { JET_paramMaxInstances, 0, NULL, 1 },
                                { JET_paramMaxSessions, 5, NULL, 1 } };
    JET_INSTANCE instance;
    JET_API_PTR value = 0;
    JET_ULONG done = 9;

    (void)state;
    assert_err(JetEnableMultiInstanceW(NULL, 1, &done), JET_errInvalidParameter);
    assert_err(JetEnableMultiInstanceW(set, 3, &done), JET_errInvalidParameter);
    assert_int_equal(done, 1);
    assert_int_equal(set[0].err, JET_errSuccess);
    assert_int_equal(set[1].err, JET_errInvalidParameter);
    assert_int_equal(set[2].err, 1); /* not tried */
    assert_ok(JetEnableMultiInstanceW(set, 1, &done));
    assert_int_equal(done, 1);
    assert_err(JetEnableMultiInstanceW(set, 1, &done), JET_errSystemParamsAlreadySet);
    set[0].lParam = 21;
    assert_err(JetEnableMultiInstanceW(set, 1, &done), JET_errSystemParameterConflict);
    assert_int_equal(set[0].err, JET_errSystemParameterConflict);
    assert_err(JetEnableMultiInstanceW(NULL, 0, NULL), JET_errSystemParameterConflict);
    assert_ok(JetCreateInstanceW(&instance, test_wide("only")));
    assert_ok(JetGetSystemParameterW(instance, 0, JET_paramMaxInstances, &value, NULL, 0));
    assert_int_equal(value, 20);
    assert_ok(JetTerm(instance)); /* never started */
    assert_err(JetTerm(instance), JET_errInvalidInstance);
}

static void instances_run_out(void **state)
{
    JET_INSTANCE instances[40];
    char name[16];
    JET_API_PTR most = 3;
    unsigned i;

    (void)state;
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramMaxInstances, most, NULL));
    for (i = 0; i < most; i++)
    {
        snprintf(name, sizeof(name), "i%u", i);
        assert_ok(JetCreateInstance2A(&instances[i], name, "shown", 0));
    }
    assert_err(JetCreateInstanceA(&instances[i], "one more"), JET_errTooManyInstances);
    assert_err(JetSetSystemParameterA(NULL, 0, JET_paramMaxInstances, 30, NULL), JET_errAlreadyInitialized);
    for (i = 0; i < most; i++)
        assert_ok(JetTerm(instances[i]));
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramMaxInstances, 16, NULL));
}

static void folders(void **state)
{
    JET_INSTANCE instance = test_instance_unstarted("folders", "on");
    char deep[1024];

    (void)state;
    snprintf(deep, sizeof(deep), "%sdeep/er/", test_folder("folders"));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramLogFilePath, 0, deep));
    assert_err(JetInit(&instance), JET_errFileNotFound);
    assert_int_equal(instance, 0); /* gone */

    instance = test_instance_unstarted("folders", "on");
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramLogFilePath, 0, deep));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramSystemPath, 0, deep));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramTempPath, 0, deep));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramCreatePathIfNotExist, 1, NULL));
    assert_ok(JetInit(&instance));
    assert_ok(JetTerm(instance));
}

static void two_instances_share_nothing(void **state)
{
    JET_INSTANCE one = test_instance("one", "on"), two = test_instance_unstarted("two", "on");
    const char *folder = test_folder("one");

    (void)state;
    assert_ok(JetSetSystemParameterA(&two, 0, JET_paramTempPath, 0, folder));
    assert_err(JetInit(&two), JET_errTempPathInUse);
    two = test_instance_unstarted("two", "on");
    assert_ok(JetSetSystemParameterA(&two, 0, JET_paramSystemPath, 0, folder));
    assert_err(JetInit(&two), JET_errSystemPathInUse);
    two = test_instance_unstarted("two", "on");
    assert_ok(JetSetSystemParameterA(&two, 0, JET_paramLogFilePath, 0, folder));
    assert_err(JetInit(&two), JET_errLogFilePathInUse);
    assert_ok(JetTerm(one));
}

static void an_open_transaction_keeps_the_instance(void **state)
{
    JET_INSTANCE instance = test_instance("busy", "off");
    JET_SESID session = test_session(instance), idle = test_session(instance);

    (void)state;
    assert_ok(JetBeginTransaction(session));
    assert_err(JetTerm(instance), JET_errTooManyActiveUsers);
    assert_err(JetTerm2(instance, JET_bitTermComplete), JET_errTooManyActiveUsers);
    assert_ok(JetBeginTransaction(session)); /* it goes on */
    assert_ok(JetRollback(session, JET_bitRollbackAll));
    assert_ok(JetTerm2(instance, JET_bitTermStopBackup));
    assert_err(JetBeginTransaction(idle), JET_errInvalidSesid);

    instance = test_instance("busy", "off");
    session = test_session(instance);
    assert_ok(JetBeginTransaction(session));
    assert_err(JetTerm2(instance, JET_bitTermDirty), JET_errDirtyShutdown);
    assert_err(JetTerm(instance), JET_errInvalidInstance);
    assert_err(JetRollback(session, 0), JET_errInvalidSesid);
}

static void structures_of_init(void **state)
{
    JET_INSTANCE instance = test_instance_unstarted("init3", "off");
    JET_RSTINFO_A info = { 0 };
    JET_RSTINFO2_W info2 = { 0 };

    (void)state;
    info.cbStruct = 3;
    assert_err(JetInit3A(&instance, &info, 0), JET_errInvalidParameter);
    info.cbStruct = sizeof(info);
    info.crstmap = 1;
    assert_err(JetInit3A(&instance, &info, 0), JET_errInvalidParameter);
    info2.cbStruct = sizeof(info2) - 1;
    assert_err(JetInit4W(&instance, &info2, 0), JET_errInvalidParameter);
    info2.cbStruct = sizeof(info2);
    assert_ok(JetInit4W(&instance, &info2, 0));
    assert_ok(JetTerm(instance));
}

static void what_runs(void **state)
{
    JET_INSTANCE instance = test_instance("shown", "off");
    JET_INSTANCE_INFO_W *wide;
    JET_INSTANCE_INFO_A *info;
    JET_ULONG count;

    (void)state;
    assert_err(JetGetInstanceInfoA(NULL, &info), JET_errInvalidParameter);
    assert_ok(JetGetInstanceInfoA(&count, &info));
    assert_int_equal(count, 1);
    assert_true(info->hInstanceId == instance);
    assert_string_equal(info->szInstanceName, "shown");
    assert_int_equal(info->cDatabases, 0);
    assert_ok(JetFreeBuffer((char *)info));
    assert_ok(JetGetInstanceInfoW(&count, &wide));
    assert_int_equal(count, 1);
    assert_true(test_wide_equal(wide->szInstanceName, "shown"));
    assert_ok(JetFreeBuffer((char *)wide));
    assert_ok(JetFreeBuffer(NULL));
    assert_ok(JetTerm(instance));
}

struct race
{
    JET_INSTANCE instance;
    JET_SESID session;
    _Atomic int rounds, bad;
    _Atomic bool stop;
};

/* Until the session is gone; only answers that make sense. */
static void keep_calling(void *context)
{
    struct race *race = context;
    JET_ERR err;

    while (!race->stop)
    {
        err = JetGetVersion(race->session, &(JET_ULONG){ 0 });
        if (err == JET_errInvalidSesid)
            break;
        if (err != JET_errSuccess && err != JET_errTermInProgress)
            race->bad = err;
        race->rounds++;
    }
}

static void ending_under_load(void **state)
{
    static struct race race[3];
    struct test_thread *thread[3];
    unsigned i, round;

    (void)state;
    for (round = 0; round < 20; round++)
    {
        JET_INSTANCE instance = test_instance("load", "off");
        for (i = 0; i < 3; i++)
        {
            race[i].instance = instance;
            race[i].session = test_session(instance);
            thread[i] = test_thread_start(keep_calling, &race[i]);
        }
        test_sleep(2);
        assert_ok(JetTerm(instance));
        for (i = 0; i < 3; i++)
        {
            race[i].stop = true;
            test_thread_join(thread[i]);
            assert_int_equal(race[i].bad, 0);
            race[i].stop = false;
        }
    }
}

/* A log knows the size of its pages, even if it was closed and nothing is replayed. */
static void page_size_of_a_closed_log(void **state)
{
    JET_INSTANCE instance = test_instance_unstarted("sizes", "on"), other;

    (void)state;
    assert_ok(JetInit(&instance));
    assert_ok(JetTerm(instance));
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, 8192, NULL));
    other = test_instance_unstarted("sizes2", "on");
    assert_ok(JetSetSystemParameterA(&other, 0, JET_paramLogFilePath, 0, test_folder("sizes")));
    assert_ok(JetSetSystemParameterA(&other, 0, JET_paramSystemPath, 0, test_folder("sizes")));
    assert_err(JetInit(&other), JET_errPageSizeMismatch);
    JetTerm(other);
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, 4096, NULL));
}

static JET_INSTANCE started(const char *name)
{
    JET_INSTANCE instance = test_instance_unstarted(name, "on");

    assert_ok(JetInit(&instance));
    return instance;
}

/* Attaches and detaches a database in an instance of its own. */
static void visit(const char *name, bool create)
{
    JET_INSTANCE instance = started(name);
    JET_SESID session = test_session(instance);
    JET_DBID database;

    if (create)
        assert_ok(JetCreateDatabaseA(session, test_file("visited.edb"), NULL, &database, 0));
    else
    {
        assert_ok(JetAttachDatabaseA(session, test_file("visited.edb"), 0));
        assert_ok(JetOpenDatabaseA(session, test_file("visited.edb"), NULL, &database, 0));
    }
    assert_ok(JetCloseDatabase(session, database, 0));
    assert_ok(JetDetachDatabaseA(session, test_file("visited.edb")));
    assert_ok(JetTerm(instance));
}

/* What happened before a log was closed is not replayed when it ends abruptly later. */
static void a_database_of_two_logs(void **state)
{
    JET_INSTANCE instance;

    (void)state;
    visit("one", true);
    visit("other", false);
    visit("one", false);
    visit("other", false);
    for (unsigned i = 0; i < 3; i++) /* continued first, then recovered */
    {
        instance = started("one");
        assert_err(JetTerm2(instance, JET_bitTermDirty), JET_errDirtyShutdown);
    }
    instance = started("one");
    assert_ok(JetTerm(instance));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_runs_at_first),
        cmocka_unit_test(single_instance_mode),
        cmocka_unit_test(multi_instance_mode),
        cmocka_unit_test(instances_run_out),
        cmocka_unit_test(folders),
        cmocka_unit_test(two_instances_share_nothing),
        cmocka_unit_test(an_open_transaction_keeps_the_instance),
        cmocka_unit_test(structures_of_init),
        cmocka_unit_test(what_runs),
        cmocka_unit_test(ending_under_load),
        cmocka_unit_test(enabling_many_instances),
        cmocka_unit_test(page_size_of_a_closed_log),
        cmocka_unit_test(a_database_of_two_logs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
