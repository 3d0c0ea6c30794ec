/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commit ids, and the callback that tells which commits are durable; waiting for commits that were lazy. */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID sesid;
static JET_TABLEID table;
static JET_COLUMNID column;

/* What the callback heard last; it is called by threads of the engine. */
static volatile JET_INT64 heard;
static volatile JET_INSTANCE heard_of;
static volatile JET_GRBIT heard_bits;
static JET_SIGNATURE heard_log;

static JET_ERR JET_API on_durable(JET_INSTANCE of, JET_COMMIT_ID *id, JET_GRBIT grbit)
{
    heard_log = id->signLog;
    heard_of = of;
    heard_bits = grbit;
    heard = id->commitId;
    return JET_errSuccess;
}

static int start(void **state)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypLong };
    JET_DBID dbid;

    (void)state;
    instance = test_instance_unstarted("commits", "on");
    assert_ok(
        JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramDurableCommitCallback, (JET_API_PTR)on_durable, NULL));
    assert_ok(JetInit(&instance));
    assert_err(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramDurableCommitCallback, 0, NULL),
               JET_errAlreadyInitialized);
    sesid = test_session(instance);
    assert_ok(JetCreateDatabaseA(sesid, test_file("commits.edb"), NULL, &dbid, 0));
    assert_ok(JetCreateTableA(sesid, dbid, "t", 1, 80, &table));
    assert_ok(JetAddColumnA(sesid, table, "n", &def, NULL, 0, &column));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return JetTerm(instance) != JET_errSuccess;
}

static void insert(JET_LONG value)
{
    assert_ok(JetPrepareUpdate(sesid, table, JET_prepInsert));
    assert_ok(JetSetColumn(sesid, table, column, &value, sizeof(value), 0, NULL));
    assert_ok(JetUpdate(sesid, table, NULL, 0, NULL));
}

static JET_COMMIT_ID commit(JET_GRBIT grbit, JET_ULONG milliseconds)
{
    JET_COMMIT_ID id;

    memset(&id, 0, sizeof(id));
    assert_ok(JetBeginTransaction(sesid));
    insert(1);
    assert_ok(JetCommitTransaction2(sesid, grbit, milliseconds, &id));
    return id;
}

static void ids_rise(void **state)
{
    JET_COMMIT_ID before = commit(0, 0), id;

    (void)state;
    assert_true(before.commitId > 0);
    assert_true(heard > before.commitId);
    assert_true(heard_of == instance && !heard_bits);
    assert_memory_equal(&heard_log, &before.signLog, sizeof(heard_log));
    for (unsigned i = 0; i < 2000; i++, before = id)
    {
        id = commit(i % 50 ? JET_bitCommitLazyFlush : 0, 0);
        assert_memory_equal(&id.signLog, &before.signLog, sizeof(id.signLog));
        assert_true(id.commitId > before.commitId);
        if (i % 50 == 0)
            assert_true(heard > id.commitId);
    }
}

static void nothing_logged_nothing_named(void **state)
{
    JET_COMMIT_ID id;

    (void)state;
    memset(&id, 0x5a, sizeof(id));
    assert_ok(JetBeginTransaction(sesid));
    assert_ok(JetCommitTransaction2(sesid, 0, 0, &id));
    assert_true(id.commitId == 0x5a5a5a5a5a5a5a5a);
    /* only the outermost level is a commit */
    assert_ok(JetBeginTransaction(sesid));
    assert_ok(JetBeginTransaction(sesid));
    insert(2);
    assert_ok(JetCommitTransaction2(sesid, 0, 0, &id));
    assert_true(id.commitId == 0x5a5a5a5a5a5a5a5a);
    assert_ok(JetCommitTransaction2(sesid, 0, 0, &id));
    assert_true(id.commitId != 0x5a5a5a5a5a5a5a5a);
    /* those that wait commit nothing */
    memset(&id, 0x5a, sizeof(id));
    assert_ok(JetCommitTransaction2(sesid, JET_bitWaitAllLevel0Commit, 0, &id));
    assert_ok(JetCommitTransaction2(sesid, JET_bitWaitLastLevel0Commit, 0, &id));
    assert_ok(JetCommitTransaction2(sesid, JET_bitForceNewLog, 0, &id));
    assert_true(id.commitId == 0x5a5a5a5a5a5a5a5a);
}

static void lazy_ones_are_waited_for(void **state)
{
    JET_COMMIT_ID id = commit(JET_bitCommitLazyFlush, 0);
    JET_SESID other;

    (void)state;
    assert_ok(JetCommitTransaction(sesid, JET_bitWaitLastLevel0Commit));
    assert_true(heard > id.commitId);
    id = commit(JET_bitCommitLazyFlush, 0);
    other = test_session(instance);
    assert_ok(JetCommitTransaction(other, JET_bitWaitLastLevel0Commit)); /* it has none */
    assert_ok(JetCommitTransaction(other, JET_bitWaitAllLevel0Commit));
    assert_true(heard > id.commitId);
    /* in a transaction as well */
    id = commit(JET_bitCommitLazyFlush, 0);
    assert_ok(JetBeginTransaction(sesid));
    assert_ok(JetCommitTransaction(sesid, JET_bitWaitLastLevel0Commit));
    assert_true(heard > id.commitId);
    assert_err(JetCommitTransaction(sesid, JET_bitWaitLastLevel0Commit | JET_bitWaitAllLevel0Commit),
               JET_errInvalidGrbit);
    assert_err(JetCommitTransaction(sesid, JET_bitForceNewLog | JET_bitCommitLazyFlush), JET_errInvalidGrbit);
    assert_ok(JetRollback(sesid, 0));
    assert_ok(JetEndSession(other, 0));
}

static void durable_in_time(void **state)
{
    JET_COMMIT_ID id = commit(JET_bitCommitLazyFlush, 20);
    JET_GRBIT lazy = JET_bitCommitLazyFlush, none = 0;

    (void)state;
    for (unsigned i = 0; heard <= id.commitId && i < 500; i++)
        test_sleep(10);
    assert_true(heard > id.commitId);
    assert_ok(JetBeginTransaction(sesid));
    insert(3);
    assert_err(JetCommitTransaction2(sesid, 0, 20, &id), JET_errInvalidParameter);
    /* where the session's commits are lazy it need not be said */
    assert_ok(JetSetSessionParameter(sesid, JET_sesparamCommitDefault, &lazy, sizeof(lazy)));
    assert_ok(JetCommitTransaction2(sesid, 0, 20, &id));
    assert_ok(JetSetSessionParameter(sesid, JET_sesparamCommitDefault, &none, sizeof(none)));
    for (unsigned i = 0; heard <= id.commitId && i < 500; i++)
        test_sleep(10);
    assert_true(heard > id.commitId);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_rise),
        cmocka_unit_test(nothing_logged_nothing_named),
        cmocka_unit_test(lazy_ones_are_waited_for),
        cmocka_unit_test(durable_in_time),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
