/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log under many threads, for race detectors: appenders, flushers, waiters on a timer, rolls; then all is read back. */
#include "log_support.h"

#define APPENDERS 12
#define RECORDS   1500

static struct log_config config;
static struct log *log_of_all;
static _Atomic unsigned wrong;
static _Atomic uint64_t stamps;
static uint64_t last_stamp;

struct appender
{
    struct os_thread *thread;
    uint32_t number;
    struct history history;
};

/* Under the log's lock: rises with the position, whoever appends. */
static void stamp(void *context, uint64_t position)
{
    struct log_commit *commit = context;

    if (position <= last_stamp)
        wrong++;
    last_stamp = position;
    commit->transaction = (uint32_t)++stamps;
}

static void append_commit(struct appender *me)
{
    struct log_commit commit = { LOG_COMMIT0, (uint16_t)me->number, 0, 0 };
    struct log_part part = { &commit, sizeof(commit) };
    uint64_t position;

    if (log_append_stamped(log_of_all, &part, 1, stamp, &commit, &position) < 0)
    {
        wrong++;
        return;
    }
    history_add(&me->history, position, &commit, sizeof(commit));
    if (log_flush(log_of_all, position) < 0 || log_durable(log_of_all) <= position)
        wrong++;
}

static void run(void *context)
{
    struct appender *me = context;
    uint8_t *data = os_alloc(40000);
    uint32_t seed = me->number * 77 + 1, i;

    for (i = 0; i < RECORDS; i++)
    {
        uint32_t size = record_make(data, record_size(&seed), &seed);
        struct log_part parts[2] = { { data, size / 2 }, { data + size / 2, size - size / 2 } };
        uint64_t position, before = log_durable(log_of_all);

        if (log_append(log_of_all, parts, 2, &position) < 0 || position < before)
            wrong++;
        history_add(&me->history, position, data, size);
        switch (random_next(&seed) % 32)
        {
        case 0:
        case 1:
        case 2:
            append_commit(me);
            break;
        case 3:
            log_flush_later(log_of_all, position, random_next(&seed) % 20);
            break;
        case 4:
            if (log_flush_all(log_of_all) < 0)
                wrong++;
            break;
        case 5:
            if (log_tip(log_of_all) <= position || log_check(log_of_all) < 0)
                wrong++;
            break;
        default:
            break;
        }
        if (i % 500 == 499 && log_checkpoint_update(log_of_all, position, position) < 0)
            wrong++;
    }
    os_free(data);
}

static int by_position(const void *a, const void *b)
{
    const struct kept *left = a, *right = b;
    return left->position < right->position ? -1 : left->position > right->position;
}

static void run_all(bool create_ahead, uint32_t buffer_size)
{
    struct appender *appenders = os_alloc_array(APPENDERS, sizeof(*appenders));
    struct history all = { NULL, 0, 0 };
    size_t at = 0;
    uint32_t i, k;

    log_clean();
    log_config_init(&config);
    config.create_ahead = create_ahead;
    config.buffer_size = buffer_size;
    last_stamp = 0;
    assert_int_equal(log_create(&config, &log_of_all), JET_errSuccess);
    for (i = 0; i < APPENDERS; i++)
    {
        appenders[i].number = i;
        assert_int_equal(os_thread_create(&appenders[i].thread, run, &appenders[i], "appender"), JET_errSuccess);
    }
    for (i = 0; i < 5; i++)
    {
        os_sleep(20);
        assert_int_equal(log_roll(log_of_all, 0, "roll", NULL), JET_errSuccess);
    }
    for (i = 0; i < APPENDERS; i++)
        os_thread_join(appenders[i].thread);
    assert_int_equal(log_close(log_of_all, false), JET_errSuccess);
    assert_int_equal(wrong, 0);
    for (i = 0; i < APPENDERS; i++)
    {
        for (k = 0; k < appenders[i].history.count; k++)
        {
            struct kept *kept = &appenders[i].history.records[k];
            history_add(&all, kept->position, kept->data, kept->size);
        }
        history_free(&appenders[i].history);
    }
    qsort(all.records, all.count, sizeof(*all.records), by_position);
    assert_int_equal(log_compare(&config.names, &all, &at), JET_errSuccess);
    assert_int_equal(at, all.count);
    history_free(&all);
    os_free(appenders);
    log_clean();
    os_directory_remove(LOG_DIRECTORY);
}

static void test_small_ring(void **state)
{
    (void)state;
    run_all(false, 0);
}

static void test_create_ahead(void **state)
{
    (void)state;
    run_all(true, 1 << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_ring),
        cmocka_unit_test(test_create_ahead),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
