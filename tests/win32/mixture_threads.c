/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The histories of mixture.c on several threads at once, each with its tables, its
 * sessions and its model, in one database, whose leaves are joined meanwhile: what
 * is everybody's (pages, space, catalog, versions, log) is nobody's concern.
 *
 * ESENT_MIXTURES is how many each thread has (default 2), ESENT_SEED and ESENT_STEPS
 * as there (default 1 and 200).
 */
#include "mixture_steps.h"

#define THREADS 4

static void step_beside(const char *name)
{
    JET_ERR err = JetDefragmentA(h.writer, h.dbid, NULL, NULL, NULL, JET_bitDefragmentBatchStart);

    (void)name;
    if (err != JET_wrnDefragAlreadyRunning)
        expect("defragment", err, JET_errSuccess);
}

static void one_history(uint64_t seed, int steps)
{
    model_begin(seed);
    h.writer = test_session(instance);
    expect("open", JetOpenDatabaseA(h.writer, path, NULL, &h.dbid, 0), JET_errSuccess);
    play(seed, steps, step_beside, NULL);
    if (seed % 2)
    {
        expect("close", JetCloseTable(h.writer, h.table), JET_errSuccess);
        expect("close", JetCloseTable(h.reader, h.read_table), JET_errSuccess);
        expect("delete table", JetDeleteTableA(h.writer, h.dbid, h.table_name), JET_errSuccess);
    }
    close_all();
    model_end();
}

static void histories_of_thread(void *context)
{
    uint64_t seed = setting("ESENT_SEED", 1) + *(const unsigned *)context;

    for (unsigned long i = 0; i < setting("ESENT_MIXTURES", 2); i++)
        one_history(seed + i * THREADS, (int)setting("ESENT_STEPS", 200));
}

static void together(const char *name, const char *recovery, uint32_t page_size)
{
    struct test_thread *threads[THREADS];
    unsigned numbers[THREADS];
    JET_SESID session;
    JET_DBID dbid;

    tracing = setting("ESENT_TRACE", 0);
    large_pages = page_size > 8192;
    assert_ok(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramDatabasePageSize, page_size, NULL));
    dbid = test_database(name, recovery, &instance, &session);
    snprintf(path, sizeof(path), "%s.edb", test_file(name));
    for (unsigned i = 0; i < THREADS; i++)
    {
        numbers[i] = i;
        threads[i] = test_thread_start(histories_of_thread, &numbers[i]);
    }
    for (unsigned i = 0; i < THREADS; i++)
        test_thread_join(threads[i]);
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetEndSession(session, 0));
    assert_ok(JetTerm(instance));
}

static void without_a_log(void **state)
{
    (void)state;
    together("threads_plain", "off", 8192);
}

static void with_a_log(void **state)
{
    (void)state;
    together("threads_logged", "on", 16384);
}

static void from_a_small_cache(void **state)
{
    (void)state;
    assert_ok(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramCacheSizeMin, 64, NULL));
    assert_ok(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramCacheSizeMax, 64, NULL));
    together("threads_evicted", "on", 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_log),
        cmocka_unit_test(with_a_log),
        cmocka_unit_test(from_a_small_cache),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
