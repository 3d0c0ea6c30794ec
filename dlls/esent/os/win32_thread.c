/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Threads and waiting on Windows.
 */

#include <process.h>

#include "win32.h"

/*
 * Windows 8 and later wait on an address.  Before that, waiters sleep on one of
 * a few condition variables, chosen by address; a wake wakes all of them, and
 * each looks again.
 */
#define BUCKETS 64

typedef LONG(WINAPI *wait_function)(const void *address, const void *expected, SIZE_T size,
                                    const LARGE_INTEGER *timeout);
typedef void(WINAPI *wake_function)(const void *address);

static struct
{
    struct os_once once;
    wait_function wait;
    wake_function wake_one;
    wake_function wake_all;
    struct
    {
        SRWLOCK lock;
        CONDITION_VARIABLE condition;
    } buckets[BUCKETS];
} waiting;

static void find_wait(void *context)
{
    (void)context;
    waiting.wake_one = (wake_function)(void *)os_win32_find("ntdll.dll", "RtlWakeAddressSingle");
    waiting.wake_all = (wake_function)(void *)os_win32_find("ntdll.dll", "RtlWakeAddressAll");
    if (waiting.wake_one && waiting.wake_all)
        waiting.wait = (wait_function)(void *)os_win32_find("ntdll.dll", "RtlWaitOnAddress");
}

/* Its own rather than os_once_run, which waits by what is being found. */
static wait_function wait_on_address(void)
{
    uint32_t expected = 0;

    while (atomic_load_explicit(&waiting.once.state, memory_order_acquire) != 3)
    {
        if (atomic_compare_exchange_strong(&waiting.once.state, &expected, 1))
        {
            find_wait(NULL);
            atomic_store_explicit(&waiting.once.state, 3, memory_order_release);
        }
        else
        {
            expected = 0;
            SwitchToThread();
        }
    }
    return waiting.wait;
}

static unsigned bucket_of(const void *address)
{
    uintptr_t value = (uintptr_t)address >> 2;

    return (unsigned)((value ^ value >> 6 ^ value >> 12) % BUCKETS);
}

static bool wait_in_bucket(_Atomic uint32_t *address, uint32_t expected, uint32_t timeout_ms)
{
    unsigned i = bucket_of(address);
    bool woken = true;

    AcquireSRWLockExclusive(&waiting.buckets[i].lock);
    if (atomic_load(address) == expected)
        woken = SleepConditionVariableSRW(&waiting.buckets[i].condition, &waiting.buckets[i].lock, timeout_ms, 0);
    ReleaseSRWLockExclusive(&waiting.buckets[i].lock);
    return woken;
}

static void wake_bucket(const void *address)
{
    unsigned i = bucket_of(address);

    /* Through the lock: who is about to sleep has looked, or will. */
    AcquireSRWLockExclusive(&waiting.buckets[i].lock);
    ReleaseSRWLockExclusive(&waiting.buckets[i].lock);
    WakeAllConditionVariable(&waiting.buckets[i].condition);
}

bool os_wait(_Atomic uint32_t *address, uint32_t expected, uint32_t timeout_ms)
{
    wait_function wait = wait_on_address();
    LARGE_INTEGER timeout;

    if (!wait)
        return wait_in_bucket(address, expected, timeout_ms);
    timeout.QuadPart = -(int64_t)timeout_ms * 10000;
    return wait(address, &expected, sizeof(expected), timeout_ms == OS_INFINITE ? NULL : &timeout) !=
           0x102 /* STATUS_TIMEOUT */;
}

void os_wake_one(_Atomic uint32_t *address)
{
    if (wait_on_address())
        waiting.wake_one(address);
    else
        wake_bucket(address);
}

void os_wake_all(_Atomic uint32_t *address)
{
    if (wait_on_address())
        waiting.wake_all(address);
    else
        wake_bucket(address);
}

/* ---- threads ---- */

struct os_thread
{
    HANDLE handle;
    void (*function)(void *context);
    void *context;
};

/* Stacks of the engine's own threads need not be as large as the program's. */
#define STACK_SIZE 0x40000u

static DWORD WINAPI thread_main(void *argument)
{
    struct os_thread *thread = argument;

    thread->function(thread->context);
    return 0;
}

static void name_thread(HANDLE handle, const char *name)
{
    typedef HRESULT(WINAPI * describe_function)(HANDLE handle, const WCHAR *name);
    describe_function describe = (describe_function)(void *)os_win32_find("kernelbase.dll", "SetThreadDescription");
    WCHAR wide[64];

    if (!describe || !name)
        return;
    os_text_from_ascii(wide, 64, name);
    describe(handle, wide);
}

JET_ERR os_thread_create(struct os_thread **out, void (*function)(void *context), void *context, const char *name)
{
    struct os_thread *thread = os_alloc(sizeof(*thread));

    *out = NULL;
    if (!thread)
        return JET_errOutOfMemory;
    thread->function = function;
    thread->context = context;
    thread->handle = CreateThread(NULL, STACK_SIZE, thread_main, thread, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    if (!thread->handle)
    {
        os_free(thread);
        return JET_errOutOfThreads;
    }
    name_thread(thread->handle, name);
    *out = thread;
    return JET_errSuccess;
}

void os_thread_join(struct os_thread *thread)
{
    WaitForSingleObject(thread->handle, INFINITE);
    CloseHandle(thread->handle);
    os_free(thread);
}

uint32_t os_thread_id(void)
{
    return GetCurrentThreadId();
}

/* Older Wine's FlushProcessWriteBuffers does nothing.  There, taking a page's
 * protection down does it: the processors that run the process are interrupted
 * to forget the page. */
static bool fence_by_page(void)
{
    volatile char *page = VirtualAlloc(NULL, 1, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    DWORD before;
    bool done;

    if (!page)
        return false;
    *page = 1;
    done = VirtualProtect((void *)page, 1, PAGE_READONLY, &before);
    VirtualFree((void *)page, 0, MEM_RELEASE);
    return done;
}

bool os_fence_all(void)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");

    FlushProcessWriteBuffers();
    if (!ntdll || !GetProcAddress(ntdll, "wine_get_version"))
        return true;
    while (!fence_by_page())
        Sleep(1);
    return true;
}

void os_thread_yield(void)
{
    SwitchToThread();
}

void os_sleep(uint32_t milliseconds)
{
    Sleep(milliseconds);
}

/* Fiber-local storage, for it has destructors. */
JET_ERR os_tls_create(struct os_tls *tls, os_tls_destructor destructor)
{
    DWORD key = FlsAlloc(destructor);

    if (key == FLS_OUT_OF_INDEXES)
        return JET_errOutOfMemory;
    tls->key = key;
    return JET_errSuccess;
}

void os_tls_destroy(struct os_tls *tls)
{
    FlsFree((DWORD)tls->key);
}

void *os_tls_get(const struct os_tls *tls)
{
    return FlsGetValue((DWORD)tls->key);
}

JET_ERR os_tls_set(const struct os_tls *tls, void *value)
{
    return FlsSetValue((DWORD)tls->key, value) ? JET_errSuccess : JET_errOutOfMemory;
}

static void CALLBACK work_free(void *work)
{
    HeapFree(GetProcessHeap(), 0, work);
}

/* One more than the slot's number; 0: there is none yet. */
static _Atomic DWORD work_slot;

static DWORD work_find_slot(void)
{
    DWORD slot = atomic_load_explicit(&work_slot, memory_order_acquire), none = 0;

    if (os_likely(slot))
        return slot - 1;
    slot = FlsAlloc(work_free);
    if (slot == FLS_OUT_OF_INDEXES || atomic_compare_exchange_strong(&work_slot, &none, slot + 1))
        return slot;
    FlsFree(slot);
    return none - 1;
}

struct os_work *os_work(void)
{
    static struct os_work nobodys;
    DWORD slot = work_find_slot();
    struct os_work *work = slot == FLS_OUT_OF_INDEXES ? &nobodys : FlsGetValue(slot);

    if (os_likely(work != NULL))
        return work;
    work = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*work));
    if (work && FlsSetValue(slot, work))
        return work;
    if (work)
        HeapFree(GetProcessHeap(), 0, work);
    return &nobodys;
}

void os_work_end(void)
{
    DWORD slot = atomic_exchange(&work_slot, 0);

    if (slot)
        FlsFree(slot - 1);
}
