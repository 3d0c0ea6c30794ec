/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The thread of checkpoints starts with the first change that is logged, or when it is asked to
 * make haste, whichever comes first; it ends with the instance.  Threads that come with a first
 * change at a time, one that asks for haste and takes it back, and an end that follows at once:
 * what was committed is there each time.
 */
#include <stdatomic.h>

#include "support.h"

#define THREADS 3
#ifdef __SANITIZE_THREAD__
#define ROUNDS 12
#else
#define ROUNDS 25
#endif

static JET_INSTANCE instance;
static char path[1024];
static atomic_int waiting;

struct worker
{
    struct test_thread *thread;
    JET_SESID session;
    JET_TABLEID table;
    JET_COLUMNID column;
};

/* All go on at once. */
static void meet(int count)
{
    atomic_fetch_add(&waiting, 1);
    while (atomic_load(&waiting) < count)
        ;
}

static void insert(const struct worker *worker)
{
    JET_LONG value = 1;

    assert_ok(JetPrepareUpdate(worker->session, worker->table, JET_prepInsert));
    assert_ok(JetSetColumn(worker->session, worker->table, worker->column, &value, sizeof(value), 0, NULL));
    assert_ok(JetUpdate(worker->session, worker->table, NULL, 0, NULL));
}

static void write_first(void *context)
{
    struct worker *worker = context;

    meet(THREADS + 1);
    assert_ok(JetBeginTransaction(worker->session));
    insert(worker);
    assert_ok(JetCommitTransaction(worker->session, JET_bitCommitLazyFlush));
    insert(worker);
}

static void hurry(void *context)
{
    (void)context;
    meet(THREADS + 1);
    assert_ok(JetStopServiceInstance2(instance, JET_bitStopServiceQuiesceCaches));
    assert_ok(JetStopServiceInstance2(instance, JET_bitStopServiceQuiesceCaches | JET_bitStopServiceResume));
}

static void start(void)
{
    instance = test_instance_unstarted("checkpoint", "on");
    assert_ok(JetInit(&instance));
}

static void make(void)
{
    JET_SESID session;
    JET_TABLEID table;
    JET_DBID dbid;

    start();
    strcpy(path, test_file_in("checkpoint", "rows.edb"));
    session = test_session(instance);
    assert_ok(JetCreateDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetCreateTableA(session, dbid, "rows", 1, 80, &table));
    test_column(session, table, "value", JET_coltypLong, 0);
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
}

static void open_worker(struct worker *worker)
{
    JET_COLUMNDEF definition;
    JET_DBID dbid;

    worker->session = test_session(instance);
    assert_ok(JetOpenDatabaseA(worker->session, path, NULL, &dbid, 0));
    assert_ok(JetOpenTableA(worker->session, dbid, "rows", NULL, 0, 0, &worker->table));
    assert_ok(
        JetGetTableColumnInfoA(worker->session, worker->table, "value", &definition, sizeof(definition), JET_ColInfo));
    worker->column = definition.columnid;
}

static void begins_and_ends(void **state)
{
    struct worker worker[THREADS];
    struct test_thread *other;
    JET_SESID session;
    JET_ULONG rows;

    (void)state;
    make();
    for (unsigned round = 0; round <= ROUNDS; round++)
    {
        start();
        session = test_session(instance);
        assert_ok(JetAttachDatabaseA(session, path, 0));
        for (unsigned i = 0; i < THREADS; i++)
            open_worker(&worker[i]);
        rows = 0;
        if (round)
        {
            assert_ok(JetMove(worker[0].session, worker[0].table, JET_MoveFirst, 0));
            assert_ok(JetIndexRecordCount(worker[0].session, worker[0].table, &rows, UINT32_MAX));
        }
        assert_int_equal(rows, round * THREADS * 2);
        atomic_store(&waiting, 0);
        for (unsigned i = 0; i < THREADS; i++)
            worker[i].thread = test_thread_start(write_first, &worker[i]);
        other = test_thread_start(hurry, NULL);
        for (unsigned i = 0; i < THREADS; i++)
            test_thread_join(worker[i].thread);
        test_thread_join(other);
        /* Recovery, as likely as not. */
        assert_ok(JetTerm2(instance, JET_bitTermAbrupt));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_and_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
