/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The platform floor: threads, locks, clocks and the machine.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "os/os.h"

#define THREADS 8
#define ROUNDS  20000

static struct
{
    struct os_mutex mutex;
    struct os_rwlock rwlock;
    struct os_condition condition;
    struct os_semaphore semaphore;
    struct os_event event;
    struct os_once once;
    uint64_t counter, mirror;
    uint32_t turn;
    _Atomic uint32_t inside;
    _Atomic uint32_t errors;
    _Atomic uint32_t runs;
} shared;

static void run_threads(void (*function)(void *context))
{
    struct os_thread *threads[THREADS];

    for (uintptr_t i = 0; i < THREADS; i++)
        assert_int_equal(os_thread_create(&threads[i], function, (void *)i, "test"), JET_errSuccess);
    for (int i = 0; i < THREADS; i++)
        os_thread_join(threads[i]);
}

static void count_locked(void *context)
{
    (void)context;
    for (int i = 0; i < ROUNDS; i++)
    {
        os_mutex_lock(&shared.mutex);
        shared.counter++;
        os_mutex_unlock(&shared.mutex);
    }
}

static void test_mutex(void **state)
{
    (void)state;
    memset(&shared, 0, sizeof(shared));
    run_threads(count_locked);
    assert_int_equal(shared.counter, THREADS * ROUNDS);
    assert_true(os_mutex_try_lock(&shared.mutex));
    assert_false(os_mutex_try_lock(&shared.mutex));
    os_mutex_unlock(&shared.mutex);
}

static void read_and_write(void *context)
{
    uint32_t random = (uint32_t)(uintptr_t)context + 1;

    for (int i = 0; i < ROUNDS / 2; i++)
    {
        random = random * 1664525 + 1013904223;
        if (random >> 29 == 0)
        {
            os_rwlock_lock_write(&shared.rwlock);
            shared.counter++;
            if (random >> 24 & 1)
                os_thread_yield();
            shared.mirror++;
            os_rwlock_unlock_write(&shared.rwlock);
            atomic_fetch_add(&shared.runs, 1);
        }
        else
        {
            os_rwlock_lock_read(&shared.rwlock);
            if (shared.counter != shared.mirror)
                atomic_fetch_add(&shared.errors, 1);
            os_rwlock_unlock_read(&shared.rwlock);
        }
    }
}

static void test_rwlock(void **state)
{
    (void)state;
    memset(&shared, 0, sizeof(shared));
    run_threads(read_and_write);
    assert_int_equal(shared.errors, 0);
    assert_int_equal(shared.counter, shared.runs);
    assert_int_equal(shared.rwlock.state, 0);
    assert_true(os_rwlock_try_lock_read(&shared.rwlock));
    assert_true(os_rwlock_try_lock_read(&shared.rwlock));
    assert_false(os_rwlock_try_lock_write(&shared.rwlock));
    os_rwlock_unlock_read(&shared.rwlock);
    os_rwlock_unlock_read(&shared.rwlock);
    assert_true(os_rwlock_try_lock_write(&shared.rwlock));
    assert_false(os_rwlock_try_lock_read(&shared.rwlock));
    os_rwlock_unlock_write(&shared.rwlock);
}

static void take_turns(void *context)
{
    uint32_t mine = (uint32_t)(uintptr_t)context;

    for (int i = 0; i < 200; i++)
    {
        os_mutex_lock(&shared.mutex);
        while (shared.turn % THREADS != mine)
            os_condition_wait(&shared.condition, &shared.mutex, OS_INFINITE);
        shared.turn++;
        os_condition_wake_all(&shared.condition);
        os_mutex_unlock(&shared.mutex);
    }
}

static void test_condition(void **state)
{
    uint64_t start = os_clock_us();

    (void)state;
    memset(&shared, 0, sizeof(shared));
    run_threads(take_turns);
    assert_int_equal(shared.turn, THREADS * 200);
    os_mutex_lock(&shared.mutex);
    start = os_clock_us();
    while (os_condition_wait(&shared.condition, &shared.mutex, 20))
        ;
    assert_true(os_clock_us() - start >= 19000);
    os_mutex_unlock(&shared.mutex);
}

static void bounded(void *context)
{
    (void)context;
    for (int i = 0; i < 2000; i++)
    {
        if (!os_semaphore_acquire(&shared.semaphore, OS_INFINITE))
            atomic_fetch_add(&shared.errors, 1);
        if (atomic_fetch_add(&shared.inside, 1) >= 3)
            atomic_fetch_add(&shared.errors, 1);
        atomic_fetch_sub(&shared.inside, 1);
        os_semaphore_release(&shared.semaphore, 1);
    }
}

static void test_semaphore(void **state)
{
    (void)state;
    memset(&shared, 0, sizeof(shared));
    os_semaphore_init(&shared.semaphore, 3);
    run_threads(bounded);
    assert_int_equal(shared.errors, 0);
    assert_int_equal(shared.semaphore.count, 3);
    for (int i = 0; i < 3; i++)
        assert_true(os_semaphore_acquire(&shared.semaphore, 0));
    assert_false(os_semaphore_acquire(&shared.semaphore, 0));
    assert_false(os_semaphore_acquire(&shared.semaphore, 10));
    assert_int_equal(shared.semaphore.waiters, 0);
}

static void wait_event(void *context)
{
    (void)context;
    if (os_event_wait(&shared.event, 20000))
        atomic_fetch_add(&shared.runs, 1);
}

static void test_event(void **state)
{
    struct os_thread *threads[THREADS];

    (void)state;
    memset(&shared, 0, sizeof(shared));
    os_event_init(&shared.event, false, true);
    assert_true(os_event_wait(&shared.event, 0));
    assert_false(os_event_wait(&shared.event, 0));
    assert_false(os_event_wait(&shared.event, 5));
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(os_thread_create(&threads[i], wait_event, NULL, NULL), JET_errSuccess);
    for (uint32_t i = 1; i <= THREADS; i++)
    {
        os_event_set(&shared.event);
        while (atomic_load(&shared.runs) < i)
            os_thread_yield();
        assert_int_equal(shared.runs, i);
    }
    for (int i = 0; i < THREADS; i++)
        os_thread_join(threads[i]);

    os_event_init(&shared.event, true, false);
    shared.runs = 0;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(os_thread_create(&threads[i], wait_event, NULL, NULL), JET_errSuccess);
    os_event_set(&shared.event);
    for (int i = 0; i < THREADS; i++)
        os_thread_join(threads[i]);
    assert_int_equal(shared.runs, THREADS);
    assert_true(os_event_wait(&shared.event, 0));
    os_event_reset(&shared.event);
    assert_false(os_event_wait(&shared.event, 0));
}

static void once_body(void *context)
{
    os_sleep(10);
    (*(int *)context)++;
}

static void call_once(void *context)
{
    static int runs;

    (void)context;
    os_once_run(&shared.once, once_body, &runs);
    if (runs != 1)
        atomic_fetch_add(&shared.errors, 1);
}

static void test_once(void **state)
{
    (void)state;
    memset(&shared, 0, sizeof(shared));
    run_threads(call_once);
    assert_int_equal(shared.errors, 0);
}

static _Atomic uint32_t destroyed;

static void OS_CALLBACK destroy_value(void *value)
{
    atomic_fetch_add(&destroyed, (uint32_t)(uintptr_t)value);
}

static struct os_tls tls;

static void use_tls(void *context)
{
    if (os_tls_get(&tls) || os_tls_set(&tls, (char *)context + 1) < 0 || os_tls_get(&tls) != (char *)context + 1 ||
        !os_thread_id())
        atomic_fetch_add(&shared.errors, 1);
}

static void test_tls(void **state)
{
    (void)state;
    memset(&shared, 0, sizeof(shared));
    assert_int_equal(os_tls_create(&tls, destroy_value), 0);
    run_threads(use_tls);
    assert_int_equal(shared.errors, 0);
    assert_int_equal(destroyed, THREADS * (THREADS + 1) / 2);
    os_tls_destroy(&tls);
}

static void test_clocks(void **state)
{
    struct os_time split = { 2024, 2, 29, 12, 34, 56, 789 }, back;
    uint64_t time = os_time_join(&split), before = os_clock_us();

    (void)state;
    assert_int_equal(time, 133536836967890000ull);
    os_time_split(time, &back);
    assert_int_equal(os_time_join(&back), time);
    assert_int_equal(back.millisecond, 789);
    for (uint64_t day = 0; day < 300000; day += 7)
    {
        os_time_split(day * 864000000000ull, &back);
        assert_int_equal(os_time_join(&back), day * 864000000000ull);
    }
    split.year = 2023;
    assert_int_equal(os_time_join(&split), 0);
    split.month = 13;
    assert_int_equal(os_time_join(&split), 0);
    os_time_split(0, &back);
    assert_int_equal(back.year, 1601);
    assert_int_equal(back.month, 1);
    assert_int_equal(back.day, 1);
    os_time_split(os_time_now(), &back);
    assert_in_range(back.year, 2024, 2100);
    os_sleep(2);
    assert_true(os_clock_us() - before >= 2000);
    assert_int_not_equal(os_random64(), os_random64());
}

static void test_machine(void **state)
{
    const struct os_system *system = os_system();
    WCHAR name[20];

    (void)state;
    assert_true(system->processors >= 1 && system->page_size >= 4096 && system->memory > 0 && system->process_id);
    assert_true(os_memory_available() <= system->memory);
    assert_true(os_memory_resident() > 0);
    os_computer_name(name, 20);
    assert_true(os_text_length_max(name, 20) < 20);
    os_computer_name(name, 1);
    assert_int_equal(name[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mutex),     cmocka_unit_test(test_rwlock), cmocka_unit_test(test_condition),
        cmocka_unit_test(test_semaphore), cmocka_unit_test(test_event),  cmocka_unit_test(test_once),
        cmocka_unit_test(test_tls),       cmocka_unit_test(test_clocks), cmocka_unit_test(test_machine),
    };

    return cmocka_run_group_tests_name("os_threads", tests, NULL, NULL);
}
