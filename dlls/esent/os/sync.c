/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Mutexes, rwlocks, condition variables, events, semaphores and one-time
 * initialisation on top of os_wait and os_wake.  The uncontended paths are
 * inline in os.h.
 */

#include "os.h"

/* How long to spin before sleeping: about the cost of a sleep and a wake. */
#define SPINS 100

/* Turns a timeout into a deadline, and a deadline into what is left of it. */
static uint64_t deadline_of(uint32_t timeout_ms)
{
    return timeout_ms == OS_INFINITE ? UINT64_MAX : os_clock_us() + (uint64_t)timeout_ms * 1000;
}

static uint32_t time_left(uint64_t deadline)
{
    uint64_t now, left;

    if (deadline == UINT64_MAX)
        return OS_INFINITE;
    now = os_clock_us();
    if (now >= deadline)
        return 0;
    left = (deadline - now + 999) / 1000;
    return left < OS_INFINITE ? (uint32_t)left : OS_INFINITE - 1;
}

/* ---- mutex ---- */

void os_mutex_lock_slow(struct os_mutex *mutex)
{
    for (int i = 0; i < SPINS; i++)
    {
        if (atomic_load_explicit(&mutex->state, memory_order_relaxed) == 2)
            break;
        if (os_mutex_try_lock(mutex))
            return;
        os_pause();
    }
    /* Taking it as 2 may cause one wake too many, never one too few. */
    while (atomic_exchange_explicit(&mutex->state, 2, memory_order_acquire) != 0)
        os_wait(&mutex->state, 2, OS_INFINITE);
}

/* ---- rwlock ----
 *
 * `state` holds the count of readers (all ones for a writer) and two bits that
 * say that readers or writers sleep.  Readers sleep on `state`, writers on
 * `writers`, so that the one to unlock can wake one writer only.
 */

void os_rwlock_lock_read_slow(struct os_rwlock *lock)
{
    int spins = SPINS;

    for (;;)
    {
        uint32_t state = atomic_load_explicit(&lock->state, memory_order_relaxed);

        if (!(state & (OS_RWLOCK_READERS_WAIT | OS_RWLOCK_WRITERS_WAIT)) && state < OS_RWLOCK_COUNT - 1)
        {
            if (atomic_compare_exchange_weak_explicit(&lock->state, &state, state + 1, memory_order_acquire,
                                                      memory_order_relaxed))
                return;
            continue;
        }
        if (state == OS_RWLOCK_COUNT && spins > 0)
        {
            spins--;
            os_pause();
            continue;
        }
        if (!(state & OS_RWLOCK_READERS_WAIT))
        {
            if (!atomic_compare_exchange_weak_explicit(&lock->state, &state, state | OS_RWLOCK_READERS_WAIT,
                                                       memory_order_relaxed, memory_order_relaxed))
                continue;
            state |= OS_RWLOCK_READERS_WAIT;
        }
        os_wait(&lock->state, state, OS_INFINITE);
    }
}

void os_rwlock_lock_write_slow(struct os_rwlock *lock)
{
    uint32_t others_wait = 0;
    int spins = SPINS;

    for (;;)
    {
        uint32_t state = atomic_load_explicit(&lock->state, memory_order_relaxed);
        uint32_t sequence;

        if (!(state & OS_RWLOCK_COUNT))
        {
            /* A writer that slept cannot know whether it was the last: keep the bit. */
            if (atomic_compare_exchange_weak_explicit(&lock->state, &state, state | OS_RWLOCK_COUNT | others_wait,
                                                      memory_order_acquire, memory_order_relaxed))
                return;
            continue;
        }
        if (!(state & OS_RWLOCK_WRITERS_WAIT))
        {
            if (spins > 0)
            {
                spins--;
                os_pause();
                continue;
            }
            if (!atomic_compare_exchange_weak_explicit(&lock->state, &state, state | OS_RWLOCK_WRITERS_WAIT,
                                                       memory_order_relaxed, memory_order_relaxed))
                continue;
        }
        others_wait = OS_RWLOCK_WRITERS_WAIT;
        sequence = atomic_load_explicit(&lock->writers, memory_order_acquire);
        state = atomic_load_explicit(&lock->state, memory_order_relaxed);
        if ((state & OS_RWLOCK_COUNT) && (state & OS_RWLOCK_WRITERS_WAIT))
            os_wait(&lock->writers, sequence, OS_INFINITE);
    }
}

/* Called by the last to unlock, with the state it left: no holder, someone waits. */
void os_rwlock_wake(struct os_rwlock *lock, uint32_t state)
{
    for (;;)
    {
        if (state & OS_RWLOCK_COUNT)
            return; /* somebody has it again, who will wake */
        if (state & OS_RWLOCK_WRITERS_WAIT)
        {
            if (!atomic_compare_exchange_strong_explicit(&lock->state, &state, state & ~OS_RWLOCK_WRITERS_WAIT,
                                                         memory_order_relaxed, memory_order_relaxed))
                continue;
            /* If there are readers too, the writer woken sees their bit when it
               unlocks.  It may have gone already (the bit outlives its
               writers), so the readers are let go as well. */
            atomic_fetch_add_explicit(&lock->writers, 1, memory_order_release);
            os_wake_one(&lock->writers);
            state &= ~OS_RWLOCK_WRITERS_WAIT;
            if (!(state & OS_RWLOCK_READERS_WAIT))
                return;
            continue;
        }
        if (state & OS_RWLOCK_READERS_WAIT)
        {
            if (!atomic_compare_exchange_strong_explicit(&lock->state, &state, state & ~OS_RWLOCK_READERS_WAIT,
                                                         memory_order_relaxed, memory_order_relaxed))
                continue;
            os_wake_all(&lock->state);
        }
        return;
    }
}

/* ---- condition ---- */

bool os_condition_wait(struct os_condition *condition, struct os_mutex *mutex, uint32_t timeout_ms)
{
    uint32_t sequence;
    bool woken;

    /* Who wakes counts first and then looks for waiters, so one of the two notices the other. */
    atomic_fetch_add(&condition->waiters, 1);
    sequence = atomic_load(&condition->sequence);
    os_mutex_unlock(mutex);
    woken = os_wait(&condition->sequence, sequence, timeout_ms);
    atomic_fetch_sub_explicit(&condition->waiters, 1, memory_order_relaxed);
    os_mutex_lock(mutex);
    return woken;
}

void os_condition_wake_one(struct os_condition *condition)
{
    atomic_fetch_add(&condition->sequence, 1);
    if (atomic_load(&condition->waiters))
        os_wake_one(&condition->sequence);
}

void os_condition_wake_all(struct os_condition *condition)
{
    atomic_fetch_add(&condition->sequence, 1);
    if (atomic_load(&condition->waiters))
        os_wake_all(&condition->sequence);
}

/* ---- event ---- */

void os_event_init(struct os_event *event, bool manual, bool set)
{
    atomic_init(&event->state, set);
    event->manual = manual;
}

void os_event_set(struct os_event *event)
{
    if (atomic_exchange_explicit(&event->state, 1, memory_order_release) == 1)
        return;
    if (event->manual)
        os_wake_all(&event->state);
    else
        os_wake_one(&event->state);
}

void os_event_reset(struct os_event *event)
{
    atomic_store_explicit(&event->state, 0, memory_order_relaxed);
}

bool os_event_wait(struct os_event *event, uint32_t timeout_ms)
{
    uint64_t deadline = 0;

    for (;;)
    {
        uint32_t set = 1, left;

        if (event->manual)
            set = atomic_load_explicit(&event->state, memory_order_acquire);
        else if (!atomic_compare_exchange_strong_explicit(&event->state, &set, 0, memory_order_acquire,
                                                          memory_order_relaxed))
            set = 0;
        if (set)
            return true;
        if (!deadline)
            deadline = deadline_of(timeout_ms);
        if (!(left = time_left(deadline)))
            return false;
        os_wait(&event->state, 0, left);
    }
}

/* ---- semaphore ---- */

void os_semaphore_init(struct os_semaphore *semaphore, uint32_t count)
{
    atomic_init(&semaphore->count, count);
    atomic_init(&semaphore->waiters, 0);
}

void os_semaphore_release(struct os_semaphore *semaphore, uint32_t count)
{
    /* Sequentially consistent with the waiter's own count and check. */
    atomic_fetch_add(&semaphore->count, count);
    if (!atomic_load(&semaphore->waiters))
        return;
    if (count == 1)
        os_wake_one(&semaphore->count);
    else
        os_wake_all(&semaphore->count);
}

bool os_semaphore_acquire(struct os_semaphore *semaphore, uint32_t timeout_ms)
{
    uint32_t count = atomic_load(&semaphore->count);
    uint64_t deadline = 0;
    bool waiting = false, acquired = false;

    for (;;)
    {
        uint32_t left;

        while (count && !acquired)
            acquired = atomic_compare_exchange_weak(&semaphore->count, &count, count - 1);
        if (acquired)
            break;
        if (!waiting)
        {
            atomic_fetch_add(&semaphore->waiters, 1);
            waiting = true;
            deadline = deadline_of(timeout_ms);
        }
        else
        {
            if (!(left = time_left(deadline)))
                break;
            os_wait(&semaphore->count, 0, left);
        }
        count = atomic_load(&semaphore->count);
    }
    if (waiting)
        atomic_fetch_sub(&semaphore->waiters, 1);
    return acquired;
}

/* ---- once ---- */

void os_once_slow(struct os_once *once, void (*function)(void *context), void *context)
{
    uint32_t state = 0;

    if (atomic_compare_exchange_strong_explicit(&once->state, &state, 1, memory_order_acquire, memory_order_acquire))
    {
        function(context);
        if (atomic_exchange_explicit(&once->state, 3, memory_order_release) == 2)
            os_wake_all(&once->state);
        return;
    }
    while (state != 3)
    {
        if (state == 1)
        {
            if (!atomic_compare_exchange_strong_explicit(&once->state, &state, 2, memory_order_acquire,
                                                         memory_order_acquire))
                continue;
        }
        os_wait(&once->state, 2, OS_INFINITE);
        state = atomic_load_explicit(&once->state, memory_order_acquire);
    }
}
