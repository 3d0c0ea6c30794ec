/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads that change records while another makes, gives up and deletes an index of them again and again. */
#include "support.h"

#include <stdatomic.h>

#define WRITERS 3
#define ROWS    60 /* of each writer */
#define ROUNDS  30
#define MOST    (WRITERS * ROWS)

static JET_INSTANCE instance;
static JET_COLUMNID id_column, value_column;
static const char *path;
static atomic_bool finished;

struct writer
{
    JET_SESID session;
    JET_TABLEID table;
    uint32_t random;
    int32_t number;
};

static uint32_t below(struct writer *w, uint32_t n)
{
    w->random = w->random * 1664525u + 1013904223u;
    return (w->random >> 8) % n;
}

static void come(struct writer *w)
{
    JET_DBID database;

    w->session = test_session(instance);
    assert_ok(JetOpenDatabaseA(w->session, path, NULL, &database, 0));
    assert_ok(JetOpenTableA(w->session, database, "rows", NULL, 0, 0, &w->table));
}

/* A row of its own, so no other writer is met: it is made, changed, or deleted. */
static void change(struct writer *w)
{
    int32_t id = w->number * ROWS + (int32_t)below(w, ROWS), value = (int32_t)below(w, 50);
    bool there;

    assert_ok(JetMakeKey(w->session, w->table, &id, sizeof(id), JET_bitNewKey));
    there = JetSeek(w->session, w->table, JET_bitSeekEQ) >= 0;
    if (there && !below(w, 2))
    {
        assert_ok(JetDelete(w->session, w->table));
        return;
    }
    assert_ok(JetPrepareUpdate(w->session, w->table, there ? JET_prepReplace : JET_prepInsert));
    if (!there)
        assert_ok(JetSetColumn(w->session, w->table, id_column, &id, sizeof(id), 0, NULL));
    assert_ok(JetSetColumn(w->session, w->table, value_column, &value, sizeof(value), 0, NULL));
    assert_ok(JetUpdate(w->session, w->table, NULL, 0, NULL));
}

static void work(void *context)
{
    struct writer *w = context;

    come(w);
    while (!atomic_load(&finished))
    {
        uint32_t changes = 1 + below(w, 6);

        assert_ok(JetBeginTransaction(w->session));
        while (changes--)
            change(w);
        if (below(w, 3))
            assert_ok(JetCommitTransaction(w->session, JET_bitCommitLazyFlush));
        else
            assert_ok(JetRollback(w->session, 0));
    }
    assert_ok(JetEndSession(w->session, 0));
}

/* The values of all records by an index, counted. */
static unsigned count_values(struct writer *w, const char *index, unsigned *counts)
{
    unsigned rows = 0;
    JET_ERR err;

    memset(counts, 0, 50 * sizeof(*counts));
    assert_ok(JetSetCurrentIndexA(w->session, w->table, index));
    for (err = JetMove(w->session, w->table, JET_MoveFirst, 0); err >= 0;
         err = JetMove(w->session, w->table, JET_MoveNext, 0))
    {
        int32_t value = 0;

        assert_ok(JetRetrieveColumn(w->session, w->table, value_column, &value, sizeof(value), NULL, 0, NULL));
        assert_in_range(value, 0, 49);
        counts[value]++;
        rows++;
    }
    assert_err(err, JET_errNoCurrentRecord);
    return rows;
}

static void check(struct writer *w)
{
    unsigned records[50], entries[50], rows = count_values(w, NULL, records);

    assert_int_equal(count_values(w, "value", entries), rows);
    assert_memory_equal(records, entries, sizeof(records));
    assert_ok(JetSetCurrentIndexA(w->session, w->table, NULL));
}

static void test_threads(void **state)
{
    static struct writer writer[WRITERS + 1]; /* the last one is this thread */
    struct test_thread *thread[WRITERS];
    struct writer *self = &writer[WRITERS];

    (void)state;
    for (int32_t i = 0; i < WRITERS; i++)
    {
        writer[i].number = i;
        writer[i].random = (uint32_t)i + 1;
        thread[i] = test_thread_start(work, &writer[i]);
    }
    self->random = 77;
    come(self);
    for (unsigned i = 0; i < ROUNDS; i++)
    {
        bool commits = below(self, 3);

        assert_ok(JetBeginTransaction(self->session));
        assert_ok(JetCreateIndexA(self->session, self->table, "value", 0, "+value\0", 8, 90));
        check(self);
        assert_ok(commits ? JetCommitTransaction(self->session, 0) : JetRollback(self->session, 0));
        if (!commits)
            continue;
        for (unsigned k = 0; k < 3; k++)
        {
            assert_ok(JetBeginTransaction(self->session));
            check(self);
            assert_ok(JetCommitTransaction(self->session, 0));
        }
        if (i + 1 < ROUNDS)
            assert_ok(JetDeleteIndexA(self->session, self->table, "value"));
    }
    atomic_store(&finished, true);
    for (unsigned i = 0; i < WRITERS; i++)
        test_thread_join(thread[i]);
    assert_ok(JetEndSession(self->session, 0));
}

static int setup(void **state)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = JET_coltypLong };
    JET_SESID session;
    JET_TABLEID table;
    JET_DBID database;

    (void)state;
    instance = test_instance("index_writers", "on");
    session = test_session(instance);
    path = strdup(test_file("index_writers.edb"));
    assert_ok(JetCreateDatabaseA(session, path, NULL, &database, 0));
    assert_ok(JetCreateTableA(session, database, "rows", 1, 90, &table));
    assert_ok(JetAddColumnA(session, table, "id", &definition, NULL, 0, &id_column));
    assert_ok(JetAddColumnA(session, table, "value", &definition, NULL, 0, &value_column));
    assert_ok(JetCreateIndexA(session, table, "id", JET_bitIndexPrimary, "+id\0", 5, 90));
    assert_ok(JetEndSession(session, 0));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_ok(JetTerm(instance));
    free((void *)path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_threads) };

    return cmocka_run_group_tests(tests, setup, teardown);
}
