/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions, their threads and contexts, their parameters; transaction levels. */
#include "support.h"

static JET_INSTANCE instance;

static int start(void **state)
{
    (void)state;
    instance = test_instance("sessions", "off");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return JetTerm(instance) != JET_errSuccess;
}

static void beginning_and_end(void **state)
{
    JET_SESID session, twin = JET_sesidNil;

    (void)state;
    assert_ok(JetBeginSessionW(instance, &session, test_wide("user"), test_wide("password")));
    assert_ok(JetDupSession(session, &twin));
    assert_true(twin != session && twin != JET_sesidNil);
    assert_ok(JetEndSession(session, 0));
    assert_err(JetEndSession(session, 0), JET_errInvalidSesid);
    assert_err(JetDupSession(session, &twin), JET_errInvalidSesid);
    assert_ok(JetEndSession(twin, 0));
    assert_err(JetBeginSessionA(instance, NULL, NULL, NULL), JET_errInvalidParameter);
}

static void a_stale_handle_stays_stale(void **state)
{
    JET_SESID old, session = 0;
    unsigned i;

    (void)state;
    old = test_session(instance);
    assert_ok(JetEndSession(old, 0));
    for (i = 0; i < 1000; i++)
    {
        session = test_session(instance);
        assert_true(session != old);
        assert_err(JetBeginTransaction(old), JET_errInvalidSesid);
        assert_ok(JetEndSession(session, 0));
    }
}

static void any_bits_are_an_error(void **state)
{
    JET_API_PTR bits = 1, i;
    JET_SESID session = test_session(instance);

    (void)state;
    assert_err(JetBeginTransaction(0), JET_errInvalidSesid);
    assert_err(JetBeginTransaction(JET_sesidNil), JET_errInvalidSesid);
    assert_err(JetBeginTransaction(instance), JET_errInvalidSesid);
    assert_err(JetBeginTransaction((JET_SESID)(uintptr_t)&bits), JET_errInvalidSesid);
    for (i = 0; i < sizeof(bits) * 8; i++)
        assert_err(JetBeginTransaction(session ^ bits << i), JET_errInvalidSesid);
    for (i = 0; i < 100000; i++)
    {
        bits = bits * 6364136223846793005u + 1442695040888963407u;
        if (bits != session && bits >> 7 != session)
            assert_err(JetBeginTransaction(bits ^ bits >> 7), JET_errInvalidSesid);
    }
    assert_ok(JetEndSession(session, 0));
}

static void only_so_many(void **state)
{
    JET_SESID session[128];
    JET_API_PTR most;
    unsigned i, n;

    (void)state;
    assert_ok(JetGetSystemParameterA(instance, 0, JET_paramMaxSessions, &most, NULL, 0));
    most += 65; /* what Windows' engine keeps for itself and does not use */
    assert_true(most < 128);
    for (n = 0; n < most; n++)
        session[n] = test_session(instance);
    assert_err(JetBeginSessionA(instance, &session[n], NULL, NULL), JET_errOutOfSessions);
    assert_err(JetDupSession(session[0], &session[n]), JET_errOutOfSessions);
    for (i = 0; i < n; i++)
        assert_ok(JetEndSession(session[i], 0));
}

static JET_LONG level(JET_SESID session)
{
    JET_LONG value = -1;
    JET_ULONG size = 0;

    assert_ok(JetGetSessionParameter(session, JET_sesparamTransactionLevel, &value, sizeof(value), &size));
    assert_int_equal(size, sizeof(value));
    return value;
}

static void levels(void **state)
{
    JET_SESID session = test_session(instance);
    JET_COMMIT_ID id;
    int i;

    (void)state;
    assert_int_equal(level(session), 0);
    assert_err(JetRollback(session, 0), JET_errNotInTransaction);
    assert_err(JetCommitTransaction(session, 0), JET_errNotInTransaction);
    for (i = 1; i <= 7; i++)
    {
        assert_ok(JetBeginTransaction(session));
        assert_int_equal(level(session), i);
    }
    assert_err(JetBeginTransaction3(session, 1, 0), JET_errTransTooDeep);
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetRollback(session, 0));
    assert_int_equal(level(session), 5);
    assert_err(JetRollback(session, 0x10), JET_errInvalidGrbit);
    assert_ok(JetRollback(session, JET_bitRollbackAll));
    assert_int_equal(level(session), 0);

    assert_ok(JetBeginTransaction2(session, JET_bitTransactionReadOnly | 0x100)); /* other bits are nothing */
    assert_err(JetCommitTransaction(session, 0x10000), JET_errInvalidGrbit);
    assert_err(JetCommitTransaction2(session, 0, 10, &id), JET_errInvalidParameter);
    assert_ok(JetCommitTransaction2(session, JET_bitCommitLazyFlush, 10, &id));
    assert_ok(JetCommitTransaction(session, JET_bitWaitLastLevel0Commit));
    assert_ok(JetCommitTransaction(session, JET_bitWaitAllLevel0Commit));
    assert_err(JetCommitTransaction(session, JET_bitWaitAllLevel0Commit | JET_bitCommitLazyFlush), JET_errInvalidGrbit);
    assert_err(JetPrepareToCommitTransaction(session, NULL, 0, 0), JET_errFeatureNotAvailable);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetEndSession(session, 0)); /* rolls back */
}

struct job
{
    JET_SESID session;
    JET_ERR err[6];
};

static void use_from_elsewhere(void *context)
{
    struct job *job = context;

    job->err[0] = JetBeginTransaction(job->session);
    job->err[1] = JetCommitTransaction(job->session, 0);
    job->err[2] = JetRollback(job->session, 0);
    job->err[3] = JetEndSession(job->session, 0);
    job->err[4] = JetResetSessionContext(job->session);
    job->err[5] = JetGetVersion(job->session, &(JET_ULONG){ 0 });
}

static void a_transaction_has_its_thread(void **state)
{
    struct job job = { test_session(instance), { 0 } };
    unsigned i;

    (void)state;
    assert_ok(JetBeginTransaction(job.session));
    test_elsewhere(use_from_elsewhere, &job);
    for (i = 0; i < 4; i++)
        assert_int_equal(job.err[i], JET_errSessionSharingViolation);
    assert_int_equal(job.err[4], JET_errSessionContextNotSetByThisThread);
    assert_int_equal(job.err[5], JET_errSuccess); /* not about the transaction */
    assert_ok(JetCommitTransaction(job.session, 0));
    test_elsewhere(use_from_elsewhere, &job); /* free again */
    assert_int_equal(job.err[0], JET_errSuccess);
    assert_int_equal(job.err[1], JET_errSuccess);
    assert_int_equal(job.err[3], JET_errSuccess);
    assert_err(JetEndSession(job.session, 0), JET_errInvalidSesid);
}

static void take_over(void *context)
{
    struct job *job = context;

    job->err[0] = JetSetSessionContext(job->session, 7); /* not the one it was begun under */
    job->err[1] = JetBeginTransaction(job->session);
    job->err[2] = JetResetSessionContext(job->session);
    job->err[3] = JetSetSessionContext(job->session, 9);
    job->err[4] = JetCommitTransaction(job->session, 0);
    job->err[5] = JetResetSessionContext(job->session);
}

static void a_context_goes_from_thread_to_thread(void **state)
{
    struct job job = { test_session(instance), { 0 } };

    (void)state;
    assert_err(JetSetSessionContext(job.session, 0), JET_errInvalidParameter);
    assert_err(JetSetSessionContext(job.session, ~(JET_API_PTR)0), JET_errInvalidParameter);
    assert_err(JetResetSessionContext(job.session), JET_errSessionContextNotSetByThisThread);
    assert_ok(JetSetSessionContext(job.session, 9));
    assert_err(JetSetSessionContext(job.session, 9), JET_errSessionContextAlreadySet);
    assert_ok(JetBeginTransaction(job.session));
    test_elsewhere(use_from_elsewhere, &job);
    assert_int_equal(job.err[0], JET_errSessionSharingViolation);
    assert_int_equal(job.err[3], JET_errSessionInUse);
    assert_ok(JetResetSessionContext(job.session));
    assert_err(JetRollback(job.session, 0), JET_errSessionSharingViolation);
    test_elsewhere(take_over, &job);
    assert_int_equal(job.err[0], JET_errSuccess);
    assert_int_equal(job.err[1], JET_errSessionSharingViolation);
    assert_int_equal(job.err[2], JET_errSuccess);
    assert_int_equal(job.err[3], JET_errSuccess);
    assert_int_equal(job.err[4], JET_errSuccess);
    assert_int_equal(job.err[5], JET_errSuccess);
    assert_err(JetRollback(job.session, 0), JET_errNotInTransaction);
    assert_ok(JetSetSessionContext(job.session, 1));
    assert_err(JetEndSession(job.session, 0), JET_errSessionInUse);
    assert_ok(JetResetSessionContext(job.session));
    assert_ok(JetEndSession(job.session, 0));
}

struct crowd
{
    JET_SESID session;
    _Atomic int done, shared, wrong;
};

static void hammer(void *context)
{
    struct crowd *crowd = context;
    JET_ULONG version;
    JET_ERR err;
    int i;

    for (i = 0; i < 20000; i++)
    {
        err = JetGetVersion(crowd->session, &version);
        if (err == JET_errSessionSharingViolation)
            crowd->shared++;
        else if (err != JET_errSuccess)
            crowd->wrong++;
    }
}

/* Two threads in one session: each call succeeds or says so, nothing else. */
static void two_threads_in_one_session(void **state)
{
    struct crowd crowd[2] = { { .session = test_session(instance) } };
    struct test_thread *thread;

    (void)state;
    crowd[1].session = crowd[0].session;
    thread = test_thread_start(hammer, &crowd[0]);
    hammer(&crowd[1]);
    test_thread_join(thread);
    assert_int_equal(crowd[0].wrong + crowd[1].wrong, 0);
    assert_ok(JetEndSession(crowd[0].session, 0));
}

static void parameters(void **state)
{
    JET_SESID session = test_session(instance);
    JET_OPERATIONCONTEXT context = { 5, 1, 2, 3, 4 }, got;
    JET_GRBIT grbit = JET_bitCommitLazyFlush, back = 0;
    JET_ULONG size = 0, number = 2000;
    char text[64] = "";

    (void)state;
    assert_err(JetGetSessionParameter(session, JET_sesparamCommitDefault, NULL, 0, NULL), JET_errInvalidParameter);
    assert_err(JetSetSessionParameter(session, JET_sesparamCommitDefault, NULL, 4), JET_errInvalidParameter);
    assert_err(JetSetSessionParameter(session, JET_sesparamCommitDefault, &grbit, 2), JET_errInvalidBufferSize);
    assert_ok(JetSetSessionParameter(session, JET_sesparamCommitDefault, &grbit, sizeof(grbit)));
    assert_ok(JetGetSessionParameter(session, JET_sesparamCommitDefault, &back, sizeof(back), &size));
    assert_int_equal(back, grbit);
    assert_int_equal(size, sizeof(grbit));
    assert_err(JetGetSessionParameter(session, JET_sesparamCommitDefault, text, 8, &size), JET_errInvalidBufferSize);
    assert_err(JetGetSessionParameter(session, 1, &back, 4, &size), JET_errInvalidSesparamId);
    assert_err(JetSetSessionParameter(session, JET_sesparamMaxValueInvalid, &back, 4), JET_errInvalidSesparamId);
    assert_err(JetSetSessionParameter(session, JET_sesparamTransactionLevel, &back, 4), JET_errFeatureNotAvailable);
    assert_ok(JetSetSessionParameter(session, JET_sesparamOperationContext, &context, sizeof(context)));
    assert_ok(JetGetSessionParameter(session, JET_sesparamOperationContext, &got, sizeof(got), NULL));
    assert_memory_equal(&got, &context, sizeof(got));
    assert_err(JetSetSessionParameter(session, JET_sesparamCachePriority, &number, 4), JET_errInvalidParameter);
    assert_ok(JetGetSessionParameter(session, JET_sesparamCachePriority, &number, 4, &size));
    assert_int_equal(number, 100);
    assert_ok(JetSetSessionParameter(session, JET_sesparamClientActionDesc, "copying", 7));
    assert_err(JetGetSessionParameter(session, JET_sesparamClientActionDesc, text, 7, &size), JET_errBufferTooSmall);
    assert_int_equal(size, 8);
    assert_ok(JetGetSessionParameter(session, JET_sesparamClientActionDesc, text, sizeof(text), &size));
    assert_string_equal(text, "copying");
    /* What is too long is cut, and said to be. */
    assert_ok(JetSetSessionParameter(session, JET_sesparamClientActionDesc, "0123456789012345678901234567890", 31));
    assert_ok(JetGetSessionParameter(session, JET_sesparamClientActionDesc, text, sizeof(text), &size));
    assert_string_equal(text, "0123456789012345678901234567890");
    assert_err(JetSetSessionParameter(session, JET_sesparamClientActionDesc, "01234567890123456789012345678901", 32),
               JET_wrnBufferTruncated);
    assert_ok(JetGetSessionParameter(session, JET_sesparamClientActionDesc, text, sizeof(text), &size));
    assert_string_equal(text, "0123456789012345678901234567...");
    assert_int_equal(size, 32);
    assert_ok(JetEndSession(session, 0));
}

/* Who takes the context away need not be asked whether it may be committed. */
static void commit_contexts(void **state)
{
    JET_SESID session = test_session(instance);
    JET_ULONG number = 1, customer = 1;
    char big[30001] = "";

    (void)state;
    assert_ok(JetSetSessionParameter(session, JET_sesparamCommitGenericContext, big, 5));
    assert_ok(JetSetSessionParameter(session, JET_sesparamCommitContextNeedPreCommitCallback, &number, 4));
    assert_ok(JetSetSessionParameter(session, JET_sesparamCommitContextContainsCustomerData, &customer, 4));
    assert_err(JetSetSessionParameter(session, JET_sesparamCommitGenericContext, big, sizeof(big)),
               JET_errInvalidBufferSize);
    assert_ok(JetGetSessionParameter(session, JET_sesparamCommitContextNeedPreCommitCallback, &number, 4, NULL));
    assert_int_equal(number, 1);
    assert_ok(JetSetSessionParameter(session, JET_sesparamCommitGenericContext, NULL, 0));
    assert_ok(JetGetSessionParameter(session, JET_sesparamCommitContextNeedPreCommitCallback, &number, 4, NULL));
    assert_int_equal(number, 0);
    assert_ok(JetGetSessionParameter(session, JET_sesparamCommitContextContainsCustomerData, &customer, 4, NULL));
    assert_int_equal(customer, 1);
    assert_ok(JetEndSession(session, 0));
}

static void small_calls(void **state)
{
    JET_SESID session = test_session(instance);
    struct JET_THREADSTATS stats;
    JET_SESSIONINFO info;
    JET_ULONG version = 0;
    JET_LONG count;

    (void)state;
    assert_ok(JetGetVersion(session, &version));
    assert_int_equal((version & 0xffffff) >> 8, 10240); /* as managed clients read it */
    assert_int_equal(version >> 28, 10);
    assert_err(JetIdle(session, 0), JET_wrnNoIdleActivity);
    assert_err(JetIdle(session, JET_bitIdleCompact), JET_wrnNoIdleActivity);
    assert_ok(JetIdle(session, JET_bitIdleStatus));
    assert_err(JetIdle(session, JET_bitIdleFlushBuffers), JET_errInvalidGrbit);
    assert_err(JetGetSessionInfo(session, &info, 0, 0), JET_errBufferTooSmall);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetGetSessionInfo(session, &info, sizeof(info), 0));
    assert_int_equal(info.ulTrxLevel, 1);
    assert_ok(JetRollback(session, 0));
    assert_err(JetGetSessionInfo(session, &info, sizeof(info), 5), JET_errInvalidParameter);
    assert_err(JetGetThreadStats(&stats, 4), JET_errBufferTooSmall);
    assert_ok(JetGetThreadStats(&stats, sizeof(stats)));
    assert_int_equal(stats.cbStruct, sizeof(stats));
    assert_err(JetGetCounter(session, 0, &count), JET_errFeatureNotAvailable);
    assert_err(JetResetCounter(session, 0), JET_errFeatureNotAvailable);
    assert_ok(JetEndSession(session, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(beginning_and_end),
        cmocka_unit_test(a_stale_handle_stays_stale),
        cmocka_unit_test(any_bits_are_an_error),
        cmocka_unit_test(only_so_many),
        cmocka_unit_test(levels),
        cmocka_unit_test(a_transaction_has_its_thread),
        cmocka_unit_test(a_context_goes_from_thread_to_thread),
        cmocka_unit_test(two_threads_in_one_session),
        cmocka_unit_test(parameters),
        cmocka_unit_test(commit_contexts),
        cmocka_unit_test(small_calls),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
