/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory, clocks, facts of the machine, debug output and modules on POSIX.
 */

#define _GNU_SOURCE 1
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "posix_file.h"

/* ---- memory ---- */

#define REGION 65536u

static void *heap_alloc(const struct os_memory_ops *ops, size_t size)
{
    (void)ops;
    return malloc(size ? size : 1);
}

static void *heap_realloc(const struct os_memory_ops *ops, void *memory, size_t size)
{
    (void)ops;
    return realloc(memory, size ? size : 1);
}

static void heap_free(const struct os_memory_ops *ops, void *memory)
{
    (void)ops;
    free(memory);
}

static void *region_reserve(const struct os_memory_ops *ops, size_t size)
{
    size_t whole = size + REGION;
    uintptr_t start, aligned;
    void *memory;

    (void)ops;
    if (!size || whole < size)
        return NULL;
    memory = mmap(NULL, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    start = (uintptr_t)memory;
    aligned = (start + REGION - 1) & ~(uintptr_t)(REGION - 1);
    if (aligned != start)
        munmap(memory, aligned - start);
    if (start + whole != aligned + size)
        munmap((void *)(aligned + size), start + whole - aligned - size);
    return (void *)aligned;
}

static bool region_commit(const struct os_memory_ops *ops, void *memory, size_t size)
{
    (void)ops;
    return mprotect(memory, size, PROT_READ | PROT_WRITE) == 0;
}

static void region_decommit(const struct os_memory_ops *ops, void *memory, size_t size)
{
    (void)ops;
    /* A new mapping in its place: zeroed when it is committed again. */
    mmap(memory, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

static void region_release(const struct os_memory_ops *ops, void *memory, size_t size)
{
    (void)ops;
    munmap(memory, size);
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
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint32_t os_tick_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (uint32_t)((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
}

uint64_t os_time_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return ((uint64_t)now.tv_sec + OS_SECONDS_1601_TO_1970) * 10000000 + (uint64_t)now.tv_nsec / 100;
}

void os_random_bytes(void *data, size_t size)
{
    char *to = data;

    while (size)
    {
        ssize_t count = getrandom(to, size, 0);

        if (count < 0)
        {
            if (errno == EINTR)
                continue;
            /* No such call in this kernel: the clock is better than nothing. */
            for (uint64_t seed = os_clock_us(); size; size--, seed = seed * 6364136223846793005u + 1442695040888963407u)
                *to++ = (char)(seed >> 56);
            return;
        }
        to += count;
        size -= (size_t)count;
    }
}

/* ---- the machine ---- */

/* What stands in headers for the Windows that wrote them; the one that Wine
   stands in for by default. */
#define WINDOWS_MAJOR 10
#define WINDOWS_MINOR 0
#define WINDOWS_BUILD 19043

static struct os_system system_facts;
static struct os_once system_once = OS_ONCE_INIT;

static void find_system(void *context)
{
    struct os_system *facts = context;
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof(set), &set) == 0)
        facts->processors = (uint32_t)CPU_COUNT(&set);
    if (!facts->processors)
        facts->processors = 1;
    facts->page_size = (uint32_t)sysconf(_SC_PAGESIZE);
    facts->memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * facts->page_size;
    facts->major = WINDOWS_MAJOR;
    facts->minor = WINDOWS_MINOR;
    facts->build = WINDOWS_BUILD;
    facts->process_id = (uint32_t)getpid();
}

const struct os_system *os_system(void)
{
    os_once_run(&system_once, find_system, &system_facts);
    return &system_facts;
}

/* A number behind a word in one of the files of /proc. */
static uint64_t proc_value(const char *path, const char *word)
{
    char text[4096];
    ssize_t count;
    char *found;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return 0;
    count = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (count <= 0)
        return 0;
    text[count] = 0;
    found = strstr(text, word);
    return found ? strtoull(found + strlen(word), NULL, 10) : 0;
}

uint64_t os_memory_available(void)
{
    uint64_t kilobytes = proc_value("/proc/meminfo", "MemAvailable:");

    return kilobytes ? kilobytes * 1024 : (uint64_t)sysconf(_SC_AVPHYS_PAGES) * os_system()->page_size;
}

uint64_t os_memory_resident(void)
{
    return proc_value("/proc/self/status", "VmRSS:") * 1024;
}

void os_computer_name(WCHAR *name, size_t cch)
{
    char native[256] = { 0 };

    if (!cch)
        return;
    if (gethostname(native, sizeof(native) - 1) < 0)
        native[0] = 0;
    native[strcspn(native, ".")] = 0;
    os_text_from_ascii(name, cch, native);
    for (; *name; name++)
        *name = os_text_upper(*name);
}

void os_program_path(WCHAR *path, size_t cch)
{
    char native[OS_NATIVE_PATH_MAX];
    ssize_t count = readlink("/proc/self/exe", native, sizeof(native) - 1);

    if (!cch)
        return;
    native[count > 0 ? count : 0] = 0;
    if (os_posix_path_back(native, path, cch) < 0)
        path[0] = 0;
}

/* ---- debug output ---- */

static uint32_t class_of(const char *word, size_t length)
{
    static const struct
    {
        const char *name;
        uint32_t class;
    } names[] = {
        { "fixme", OS_TRACE_FIXME },
        { "err", OS_TRACE_ERR },
        { "warn", OS_TRACE_WARN },
        { "trace", OS_TRACE_TRACE },
        { "all", 15 },
        { "1", 15 },
        { "esent", 15 },
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    {
        if (strlen(names[i].name) == length && !memcmp(names[i].name, word, length))
            return names[i].class;
    }
    return 0;
}

uint32_t os_platform_trace_classes(void)
{
    const char *list = getenv("ESENT_DEBUG");
    uint32_t classes = 0;

    while (list && *list)
    {
        size_t length = strcspn(list, ",");
        bool off = *list == '-', sign = off || *list == '+';
        uint32_t class = class_of(list + sign, length - sign);

        classes = off ? classes & ~class : classes | class;
        list += length;
        list += *list == ',';
    }
    return classes;
}

void os_platform_trace_line(uint32_t class, const char *function, const char *line)
{
    static const char *const names[] = { "fixme", "err", "warn", "trace" };
    char text[1200];
    int count = snprintf(text, sizeof(text), "%04x:%s:esent:%s %s", os_thread_id(), names[__builtin_ctz(class | 8)],
                         function, line);

    if (count > 0 && write(2, text, (size_t)count < sizeof(text) ? (size_t)count : sizeof(text) - 1) < 0)
        return;
}

/* ---- event log and modules ---- */

bool os_event_report(const WCHAR *source, enum os_event_type type, uint16_t category, uint32_t id,
                     const WCHAR *const *strings, uint32_t count)
{
    return !os_process.event_observer || os_process.event_observer(source, type, category, id, strings, count);
}

uint32_t os_last_error(WCHAR text[OS_ERROR_TEXT])
{
    int code = errno;
    char buffer[OS_ERROR_TEXT];
    const char *said = strerror_r(code, buffer, sizeof(buffer));

    if (!os_text_from_ascii(text, OS_ERROR_TEXT, said))
        text[0] = 0;
    return (uint32_t)code;
}

JET_ERR os_module_symbol(const WCHAR *module, const char *function, struct os_module **handle, void (**symbol)(void))
{
    char native[OS_NATIVE_PATH_MAX];
    void *library, *found;

    *handle = NULL;
    *symbol = NULL;
    if (os_posix_path(module, native, sizeof(native)) < 0 || !(library = dlopen(native, RTLD_NOW | RTLD_LOCAL)))
        return JET_errCallbackNotResolved;
    if (!(found = dlsym(library, function)))
    {
        dlclose(library);
        return JET_errCallbackNotResolved;
    }
    memcpy(symbol, &found, sizeof(found));
    *handle = library;
    return JET_errSuccess;
}

void os_module_release(struct os_module *handle)
{
    if (handle)
        dlclose(handle);
}
