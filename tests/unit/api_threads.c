/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions come and go, instances are stopped and ended, calls are made, all at once; for race detectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/private.h"

#define THREADS 5

static JET_INSTANCE instance;
static _Atomic JET_SESID shared;
static _Atomic int wrong, quit;

static void expect(JET_ERR err, bool foreign)
{
    switch (err)
    {
    case JET_errSuccess:
    case JET_errInvalidSesid:
    case JET_errInvalidInstance:
    case JET_errInvalidParameter:
    case JET_errTermInProgress:
    case JET_errNotInitialized:
    case JET_errClientRequestToStopJetService:
        return;
    case JET_errSessionSharingViolation:
    case JET_errNotInTransaction:
    case JET_errTransTooDeep:
        if (foreign)
            return;
        break;
    }
    atomic_store(&wrong, err);
}

static void work(void *context)
{
    JET_SESID sesid;
    JET_ERR err;
    JET_API_PTR number;

    (void)context;
    while (!atomic_load(&quit))
    {
        err = JetBeginSessionA(instance, &sesid, NULL, NULL);
        expect(err, false);
        if (err < 0)
            continue;
        expect(JetBeginTransaction(sesid), false);
        atomic_store(&shared, sesid);
        expect(JetGetSystemParameterA(instance, 0, JET_paramMaxSessions, &number, NULL, 0), false);
        expect(JetRollback(sesid, 0), true);
        do
            expect(err = JetEndSession(sesid, 0), true);
        while (err == JET_errSessionSharingViolation || err == JET_errTermInProgress);
    }
}

/* Uses sessions that are another thread's, alive or not. */
static void disturb(void *context)
{
    JET_ULONG version;

    (void)context;
    while (!atomic_load(&quit))
        expect(JetGetVersion(atomic_load(&shared), &version), true);
}

static void all_at_once(void **state)
{
    struct os_thread *thread[THREADS];
    JET_ERR err;
    int i, round;

    (void)state;
    assert_int_equal(JetSetSystemParameterA(NULL, 0, JET_paramRecovery, 0, "off"), JET_errSuccess);
    assert_int_equal(JetSetSystemParameterA(NULL, 0, JET_paramMaxSessions, 1000, NULL), JET_errSuccess);
    for (round = 0; round < 30; round++)
    {
        assert_int_equal(JetCreateInstanceA(&instance, "threads"), JET_errSuccess);
        assert_int_equal(JetInit(&instance), JET_errSuccess);
        atomic_store(&quit, 0);
        for (i = 0; i < THREADS; i++)
            assert_int_equal(os_thread_create(&thread[i], i ? work : disturb, NULL, NULL), JET_errSuccess);
        os_sleep(3);
        if (round % 2)
            assert_int_equal(JetStopServiceInstance(instance), JET_errSuccess);
        while ((err = JetTerm2(instance, 0)) == JET_errTooManyActiveUsers)
            os_sleep(1);
        assert_int_equal(err, JET_errSuccess);
        atomic_store(&quit, 1);
        for (i = 0; i < THREADS; i++)
            os_thread_join(thread[i]);
        assert_int_equal(atomic_load(&wrong), 0);
    }
}

/* A session goes from owner to owner while others try it; whoever leaves gives back what he took. */
static void use(void *context)
{
    JET_ULONG version;
    int i;

    (void)context;
    while (!atomic_load(&quit))
        for (i = 0; i < 20; i++)
            expect(JetGetVersion(atomic_load(&shared), &version), true);
}

static void owners_change(void **state)
{
    struct os_thread *thread[3];
    JET_ULONG version;
    JET_SESID sesid;
    int i, round;

    (void)state;
    assert_int_equal(JetCreateInstanceA(&instance, "owners"), JET_errSuccess);
    assert_int_equal(JetInit(&instance), JET_errSuccess);
    atomic_store(&quit, 0);
    assert_int_equal(JetBeginSessionA(instance, &sesid, NULL, NULL), JET_errSuccess);
    atomic_store(&shared, sesid);
    for (i = 0; i < 3; i++)
        assert_int_equal(os_thread_create(&thread[i], use, NULL, NULL), JET_errSuccess);
    for (round = 0; round < 300; round++)
    {
        atomic_store(&shared, sesid);
        os_sleep(1);
        /* Alone with the session again, all can be done with it. */
        atomic_store(&shared, 0);
        os_sleep(1);
        for (i = 0; JetGetVersion(sesid, &version) == JET_errSessionSharingViolation; i++)
        {
            assert_true(i < 5000);
            os_sleep(1);
        }
        while (JetEndSession(sesid, 0) == JET_errSessionSharingViolation)
            os_sleep(1);
        assert_int_equal(JetBeginSessionA(instance, &sesid, NULL, NULL), JET_errSuccess);
    }
    atomic_store(&quit, 1);
    for (i = 0; i < 3; i++)
        os_thread_join(thread[i]);
    assert_int_equal(JetTerm(instance), JET_errSuccess);
    assert_int_equal(atomic_load(&wrong), 0);
}

/* Has the checkpoint move as often as can be. */
static void checkpoints(void *context)
{
    (void)context;
    while (!atomic_load(&quit))
    {
        expect(JetStopServiceInstance2(instance, JET_bitStopServiceQuiesceCaches), false);
        os_sleep(1);
        expect(JetStopServiceInstance2(instance, JET_bitStopServiceQuiesceCaches | JET_bitStopServiceResume), false);
    }
}

static void databases_come_and_go_under_checkpoints(void **state)
{
    struct os_thread *thread;
    JET_SESID sesid;
    JET_DBID dbid;

    (void)state;
    assert_int_equal(JetCreateInstanceA(&instance, "checkpoints"), JET_errSuccess);
    assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramRecovery, 0, "on"), JET_errSuccess);
    assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramLogFilePath, 0, "checkpoints/"), JET_errSuccess);
    assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramSystemPath, 0, "checkpoints/"), JET_errSuccess);
    assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramCreatePathIfNotExist, 1, NULL), JET_errSuccess);
    assert_int_equal(JetInit(&instance), JET_errSuccess);
    assert_int_equal(JetBeginSessionA(instance, &sesid, NULL, NULL), JET_errSuccess);
    atomic_store(&quit, 0);
    assert_int_equal(os_thread_create(&thread, checkpoints, NULL, NULL), JET_errSuccess);
    for (int round = 0; round < 20; round++)
    {
        assert_int_equal(JetCreateDatabaseA(sesid, "checkpoints.edb", NULL, &dbid, JET_bitDbOverwriteExisting),
                         JET_errSuccess);
        assert_int_equal(JetCloseDatabase(sesid, dbid, 0), JET_errSuccess);
        assert_int_equal(JetDetachDatabaseA(sesid, "checkpoints.edb"), JET_errSuccess);
    }
    atomic_store(&quit, 1);
    os_thread_join(thread);
    assert_int_equal(JetTerm(instance), JET_errSuccess);
    assert_int_equal(atomic_load(&wrong), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_at_once),
        cmocka_unit_test(owners_change),
        cmocka_unit_test(databases_come_and_go_under_checkpoints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
