/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory, clocks, facts of the machine, debug output and modules on Windows.
 */

#include "win32.h"

/* ---- memory ---- */

static void *heap_alloc(const struct os_memory_ops *ops, size_t size)
{
    (void)ops;
    return HeapAlloc(GetProcessHeap(), 0, size);
}

static void *heap_realloc(const struct os_memory_ops *ops, void *memory, size_t size)
{
    (void)ops;
    return memory ? HeapReAlloc(GetProcessHeap(), 0, memory, size) : HeapAlloc(GetProcessHeap(), 0, size);
}

static void heap_free(const struct os_memory_ops *ops, void *memory)
{
    (void)ops;
    if (memory)
        HeapFree(GetProcessHeap(), 0, memory);
}

static void *region_reserve(const struct os_memory_ops *ops, size_t size)
{
    (void)ops;
    return VirtualAlloc(NULL, size, MEM_RESERVE, PAGE_READWRITE);
}

static bool region_commit(const struct os_memory_ops *ops, void *memory, size_t size)
{
    (void)ops;
    return VirtualAlloc(memory, size, MEM_COMMIT, PAGE_READWRITE) != NULL;
}

static void region_decommit(const struct os_memory_ops *ops, void *memory, size_t size)
{
    (void)ops;
    VirtualFree(memory, size, MEM_DECOMMIT);
}

static void region_release(const struct os_memory_ops *ops, void *memory, size_t size)
{
    (void)ops, (void)size;
    VirtualFree(memory, 0, MEM_RELEASE);
}

const struct os_memory_ops os_platform_memory_ops = {
    .alloc = heap_alloc,
    .realloc = heap_realloc,
    .free = heap_free,
    .reserve = region_reserve,
    .commit = region_commit,
    .decommit = region_decommit,
    .release = region_release,
};

/* ---- clocks ---- */

uint64_t os_clock_us(void)
{
    static _Atomic int64_t frequency;
    LARGE_INTEGER now, per_second;
    int64_t rate = atomic_load_explicit(&frequency, memory_order_relaxed);

    if (!rate)
    {
        QueryPerformanceFrequency(&per_second);
        rate = per_second.QuadPart;
        atomic_store_explicit(&frequency, rate, memory_order_relaxed);
    }
    QueryPerformanceCounter(&now);
    return (uint64_t)(now.QuadPart / rate) * 1000000 + (uint64_t)(now.QuadPart % rate) * 1000000 / (uint64_t)rate;
}

uint32_t os_tick_ms(void)
{
    return GetTickCount();
}

uint64_t os_time_now(void)
{
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    return os_win32_filetime(&now);
}

void os_random_bytes(void *data, size_t size)
{
    typedef BOOLEAN(WINAPI * random_function)(void *data, ULONG size);
    static _Atomic uintptr_t found;
    random_function generate = (random_function)atomic_load(&found);
    LARGE_INTEGER now;
    char *to = data;

    if (!generate)
    {
        HMODULE module = LoadLibraryA("advapi32.dll");
        FARPROC function = module ? GetProcAddress(module, "SystemFunction036") : NULL; /* RtlGenRandom */

        generate = (random_function)(void *)function;
        atomic_store(&found, (uintptr_t)generate);
    }
    if (generate && generate(data, (ULONG)size))
        return;
    /* The clock is better than nothing. */
    QueryPerformanceCounter(&now);
    for (uint64_t seed = (uint64_t)now.QuadPart + os_time_now(); size; size--)
    {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        *to++ = (char)(seed >> 56);
    }
}

/* ---- the machine ---- */

static struct os_system system_facts;
static struct os_once system_once = OS_ONCE_INIT;

static void find_system(void *context)
{
    typedef LONG(WINAPI * version_function)(OSVERSIONINFOEXW * info);
    version_function version = (version_function)(void *)os_win32_find("ntdll.dll", "RtlGetVersion");
    OSVERSIONINFOEXW info = { .dwOSVersionInfoSize = sizeof(info) };
    MEMORYSTATUSEX memory = { .dwLength = sizeof(memory) };
    DWORD_PTR mine = 0, all;
    struct os_system *facts = context;
    SYSTEM_INFO system;

    GetSystemInfo(&system);
    facts->page_size = system.dwPageSize;
    GetProcessAffinityMask(GetCurrentProcess(), &mine, &all);
    for (; mine; mine &= mine - 1)
        facts->processors++;
    if (!facts->processors)
        facts->processors = system.dwNumberOfProcessors;
    if (GlobalMemoryStatusEx(&memory))
        facts->memory = memory.ullTotalPhys;
    if (version && version(&info) == 0)
    {
        facts->major = info.dwMajorVersion;
        facts->minor = info.dwMinorVersion;
        facts->build = info.dwBuildNumber;
        facts->service_pack = info.wServicePackMajor;
    }
    facts->process_id = GetCurrentProcessId();
}

const struct os_system *os_system(void)
{
    os_once_run(&system_once, find_system, &system_facts);
    return &system_facts;
}

uint64_t os_memory_available(void)
{
    MEMORYSTATUSEX memory = { .dwLength = sizeof(memory) };

    return GlobalMemoryStatusEx(&memory) ? memory.ullAvailPhys : 0;
}

uint64_t os_memory_resident(void)
{
    struct
    {
        DWORD size, faults;
        SIZE_T peak_working_set, working_set, others[6];
    } counters = { .size = sizeof(counters) };
    typedef BOOL(WINAPI * counters_function)(HANDLE process, void *counters, DWORD size);
    counters_function get = (counters_function)(void *)os_win32_find("kernel32.dll", "K32GetProcessMemoryInfo");

    return get && get(GetCurrentProcess(), &counters, sizeof(counters)) ? counters.working_set : 0;
}

void os_computer_name(WCHAR *name, size_t cch)
{
    WCHAR whole[256];
    DWORD length = 256;

    if (!GetComputerNameW(whole, &length))
        whole[0] = 0;
    os_text_copy(name, cch, whole);
}

void os_program_path(WCHAR *path, size_t cch)
{
    DWORD length = GetModuleFileNameW(NULL, path, (DWORD)cch);

    if (cch && (!length || length >= cch))
        path[0] = 0;
}

/* ---- debug output: Wine's channel, from a DLL that is not part of Wine ---- */

struct wine_channel
{
    unsigned char flags;
    char name[15];
};

typedef unsigned char(CDECL *flags_function)(struct wine_channel *channel);
typedef int(CDECL *header_function)(int class, struct wine_channel *channel, const char *function);
typedef int(CDECL *output_function)(const char *text);

static struct
{
    struct wine_channel channel;
    header_function header;
    output_function output;
} wine_debug = { .channel = { 0xff, "esent" } };

uint32_t os_platform_trace_classes(void)
{
    flags_function get_flags = (flags_function)(void *)os_win32_find("ntdll.dll", "__wine_dbg_get_channel_flags");

    wine_debug.header = (header_function)(void *)os_win32_find("ntdll.dll", "__wine_dbg_header");
    wine_debug.output = (output_function)(void *)os_win32_find("ntdll.dll", "__wine_dbg_output");
    if (!get_flags || !wine_debug.header || !wine_debug.output)
        return 0;
    return get_flags(&wine_debug.channel) & 15;
}

void os_platform_trace_line(uint32_t class, const char *function, const char *line)
{
    if (wine_debug.header(__builtin_ctz(class | 8), &wine_debug.channel, function) >= 0)
        wine_debug.output(line);
}

/* ---- event log and modules ---- */

typedef HANDLE(WINAPI *register_function)(const WCHAR *server, const WCHAR *source);
typedef BOOL(WINAPI *report_function)(HANDLE log, WORD type, WORD category, DWORD id, void *sid, WORD count, DWORD size,
                                      const WCHAR *const *strings, const void *data);
typedef BOOL(WINAPI *deregister_function)(HANDLE log);

/* The log last reported to stays open: programs have one source. */
static struct
{
    SRWLOCK lock;
    register_function open;
    report_function report;
    deregister_function close;
    HANDLE log;
    WCHAR source[260];
} event_log = { .lock = SRWLOCK_INIT };

static bool event_log_open(const WCHAR *source)
{
    HMODULE module;

    if (!event_log.open)
    {
        module = LoadLibraryA("advapi32.dll");
        if (!module)
            return false;
        event_log.report = (report_function)(void *)GetProcAddress(module, "ReportEventW");
        event_log.close = (deregister_function)(void *)GetProcAddress(module, "DeregisterEventSource");
        event_log.open = (register_function)(void *)GetProcAddress(module, "RegisterEventSourceW");
    }
    if (!event_log.open || !event_log.report || !event_log.close)
        return false;
    if (event_log.log && !lstrcmpW(event_log.source, source))
        return true;
    if (event_log.log)
        event_log.close(event_log.log);
    event_log.log = event_log.open(NULL, source);
    return event_log.log && os_text_copy(event_log.source, sizeof(event_log.source) / sizeof(WCHAR), source);
}

bool os_event_report(const WCHAR *source, enum os_event_type type, uint16_t category, uint32_t id,
                     const WCHAR *const *strings, uint32_t count)
{
    bool opened;

    AcquireSRWLockExclusive(&event_log.lock);
    opened = event_log_open(source);
    if (opened)
        event_log.report(event_log.log, (WORD)type, category, id, NULL, (WORD)count, 0, strings, NULL);
    ReleaseSRWLockExclusive(&event_log.lock);
    return opened;
}

uint32_t os_last_error(WCHAR text[OS_ERROR_TEXT])
{
    DWORD code = GetLastError();

    if (!FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK,
                        NULL, code, 0, text, OS_ERROR_TEXT, NULL))
        text[0] = 0;
    return code;
}

JET_ERR os_module_symbol(const WCHAR *module, const char *function, struct os_module **handle, void (**symbol)(void))
{
    HMODULE library = LoadLibraryW(module);
    FARPROC found;

    *handle = NULL;
    *symbol = NULL;
    if (!library)
        return JET_errCallbackNotResolved;
    if (!(found = GetProcAddress(library, function)))
    {
        FreeLibrary(library);
        return JET_errCallbackNotResolved;
    }
    *symbol = (void (*)(void))found;
    *handle = (struct os_module *)library;
    return JET_errSuccess;
}

void os_module_release(struct os_module *handle)
{
    if (handle)
        FreeLibrary((HMODULE)handle);
}
