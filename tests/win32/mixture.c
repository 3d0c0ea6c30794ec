/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random histories of one table with what programs rarely have together: columns
 * of all storages with and without defaults, many values, compression, escrow and
 * version columns; indexes of many values, of their cross product, by position,
 * conditional, of pieces of text, truncated, unique; templates; copies of records;
 * columns and indexes that come and go; snapshots and changes beside the writer; and between the steps the
 * database is closed, recovered, compacted, backed up and restored.  A model says
 * what must be there: rows in memory, and keys made by the rules in the
 * documentation, not by the engine's code.
 *
 * ESENT_MIXTURES is how many (default 6), ESENT_SEED the first one's seed (default
 * 1), ESENT_STEPS their length (default 400); ESENT_TRACE=1 prints each step.
 */
#include "mixture_steps.h"

static const char *logging;

/* ------------------------------------------------------- what is around them --- */

static void start_again(const char *name, bool restore, const char *copy)
{
    instance = test_instance_unstarted(name, logging);
    expect("keep the logs", JetSetSystemParameterA(&instance, 0, JET_paramCircularLog, 0, NULL), JET_errSuccess);
    if (restore)
    {
        expect("restore", JetRestoreInstanceA(instance, copy, NULL, NULL), JET_errSuccess);
        expect("term", JetTerm(instance), JET_errSuccess);
        instance = test_instance_unstarted(name, logging);
        expect("keep the logs", JetSetSystemParameterA(&instance, 0, JET_paramCircularLog, 0, NULL), JET_errSuccess);
    }
    expect("init", JetInit(&instance), JET_errSuccess);
}

static void step_around(const char *name)
{
    static unsigned copies;
    char copy[1024], to[1024];
    bool logged = !strcmp(logging, "on");
    unsigned what = below(logged ? 5 : 3);

    trace("%d: around %u\n", h.step, what);
    switch (what)
    {
    case 0:
        close_all();
        expect("term", JetTerm(instance), JET_errSuccess);
        start_again(name, false, NULL);
        break;
    case 1:
        close_all();
        snprintf(to, sizeof(to), "%s", test_file("compact.edb"));
        remove(to);
        h.writer = test_session(instance);
        expect("detach", JetDetachDatabaseA(h.writer, NULL), JET_errSuccess);
        expect("attach", JetAttachDatabaseA(h.writer, path, JET_bitDbReadOnly), JET_errSuccess);
        expect("compact", JetCompactA(h.writer, path, to, NULL, NULL, 0), JET_errSuccess);
        expect("detach", JetDetachDatabaseA(h.writer, NULL), JET_errSuccess);
        expect("end", JetEndSession(h.writer, 0), JET_errSuccess);
        remove(path);
        test_file_copy(to, path);
        break;
    case 2:
    {
        JET_ERR err = JetDefragmentA(h.writer, h.dbid, h.table_name, NULL, NULL, JET_bitDefragmentBatchStart);

        if (err != JET_wrnDefragAlreadyRunning)
            expect("defragment", err, JET_errSuccess);
        return;
    }
    case 3:
        /* What was committed lazily is there too: it is written as the log ends. */
        while (h.level)
            commit();
        h.reading = false;
        JetTerm2(instance, JET_bitTermDirty);
        start_again(name, false, NULL);
        break;
    default:
        snprintf(copy, sizeof(copy), "%s", test_folder((snprintf(to, sizeof(to), "copy%u", copies++), to)));
        expect("back up", JetBackupInstanceA(instance, copy, 0, NULL), JET_errSuccess);
        for (int i = 0; i < 20; i++)
            step_update();
        close_all();
        expect("term", JetTerm(instance), JET_errSuccess);
        start_again(name, true, copy);
        break;
    }
    open_all();
    check_all();
}

static void mixture(uint64_t seed, int steps, const char *name)
{
    model_begin(seed);
    large_pages = seed % 4 >= 2;
    expect("page size", JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramDatabasePageSize, 4096u << seed % 4, NULL),
           JET_errSuccess);
    start_again(name, false, NULL);
    snprintf(path, sizeof(path), "%s.edb", test_file(name));
    h.writer = test_session(instance);
    expect("create", JetCreateDatabaseA(h.writer, path, NULL, &h.dbid, 0), JET_errSuccess);
    play(seed, steps, step_around, name);
    close_all();
    expect("term", JetTerm(instance), JET_errSuccess);
    model_end();
}

static void mixtures(const char *prefix, const char *recovery)
{
    unsigned long count = setting("ESENT_MIXTURES", 6), seed = setting("ESENT_SEED", 1);
    int steps = (int)setting("ESENT_STEPS", 400);
    char name[40];

    logging = recovery;
    tracing = setting("ESENT_TRACE", 0);
    for (unsigned long i = 0; i < count; i++)
    {
        snprintf(name, sizeof(name), "%s%lu", prefix, seed + i);
        mixture(seed + i, steps, name);
    }
}

static void equal_answers(void **state)
{
    (void)state;
    mixtures("plain", "off");
}

static void equal_answers_when_logged(void **state)
{
    (void)state;
    mixtures("logged", "on");
}

/* Pages leave memory and come back. */
static void equal_answers_from_a_small_cache(void **state)
{
    (void)state;
    assert_ok(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramCacheSizeMin, 32, NULL));
    assert_ok(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramCacheSizeMax, 32, NULL));
    mixtures("evicted", "on");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_answers),
        cmocka_unit_test(equal_answers_when_logged),
        cmocka_unit_test(equal_answers_from_a_small_cache),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
