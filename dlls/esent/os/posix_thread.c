/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Threads and waiting on POSIX: pthreads and Linux' futex.
 */

#define _GNU_SOURCE 1
#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "private.h"

bool os_wait(_Atomic uint32_t *address, uint32_t expected, uint32_t timeout_ms)
{
    struct timespec time = { .tv_sec = timeout_ms / 1000, .tv_nsec = (long)(timeout_ms % 1000) * 1000000 };
    struct timespec *timeout = timeout_ms == OS_INFINITE ? NULL : &time;

    if (syscall(SYS_futex, address, FUTEX_WAIT_PRIVATE, expected, timeout, NULL, 0) == 0)
        return true;
    return errno != ETIMEDOUT;
}

void os_wake_one(_Atomic uint32_t *address)
{
    syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

void os_wake_all(_Atomic uint32_t *address)
{
    syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, 0x7fffffff, NULL, NULL, 0);
}

struct os_thread
{
    pthread_t thread;
    void (*function)(void *context);
    void *context;
    char name[16];
};

static void *thread_main(void *argument)
{
    struct os_thread *thread = argument;

    if (thread->name[0])
        pthread_setname_np(pthread_self(), thread->name);
    thread->function(thread->context);
    return NULL;
}

JET_ERR os_thread_create(struct os_thread **out, void (*function)(void *context), void *context, const char *name)
{
    struct os_thread *thread = os_alloc_zero(sizeof(*thread));

    *out = NULL;
    if (!thread)
        return JET_errOutOfMemory;
    thread->function = function;
    thread->context = context;
    for (size_t i = 0; name && name[i] && i < sizeof(thread->name) - 1; i++)
        thread->name[i] = name[i];
    if (pthread_create(&thread->thread, NULL, thread_main, thread))
    {
        os_free(thread);
        return JET_errOutOfThreads;
    }
    *out = thread;
    return JET_errSuccess;
}

void os_thread_join(struct os_thread *thread)
{
    pthread_join(thread->thread, NULL);
    os_free(thread);
}

uint32_t os_thread_id(void)
{
    static __thread uint32_t id;

    if (os_unlikely(!id))
        id = (uint32_t)syscall(SYS_gettid);
    return id;
}

#ifdef __NR_membarrier
/* Registering is no more than a question when it was done before. */
bool os_fence_all(void)
{
    return !syscall(__NR_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) &&
           !syscall(__NR_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
}
#else
bool os_fence_all(void)
{
    return false;
}
#endif

void os_thread_yield(void)
{
    sched_yield();
}

void os_sleep(uint32_t milliseconds)
{
    struct timespec time = { .tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000 };

    while (nanosleep(&time, &time) < 0 && errno == EINTR)
        ;
}

_Static_assert(sizeof(pthread_key_t) <= sizeof(uintptr_t), "a key fits");

JET_ERR os_tls_create(struct os_tls *tls, os_tls_destructor destructor)
{
    pthread_key_t key;

    if (pthread_key_create(&key, destructor))
        return JET_errOutOfMemory;
    tls->key = key;
    return JET_errSuccess;
}

void os_tls_destroy(struct os_tls *tls)
{
    pthread_key_delete((pthread_key_t)tls->key);
}

void *os_tls_get(const struct os_tls *tls)
{
    return pthread_getspecific((pthread_key_t)tls->key);
}

JET_ERR os_tls_set(const struct os_tls *tls, void *value)
{
    return pthread_setspecific((pthread_key_t)tls->key, value) ? JET_errOutOfMemory : JET_errSuccess;
}

struct os_work *os_work(void)
{
    static __thread struct os_work work;

    return &work;
}

void os_work_end(void)
{
}
