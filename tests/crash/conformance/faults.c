/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Faults under a conformance program (conformance.h): one call to the file system in
 * turn fails, or all from that one on, with JET_errDiskIO or JET_errDiskFull; one
 * allocation in turn, or all from it on.  The last kind has no fault: the process is
 * killed after one call in turn.
 *
 * At every point: nothing crashes or hangs in the library, and no error is answered
 * that is not documented for the fault; the next process, without faults, recovers;
 * what was committed is there; and each database passes the integrity check.
 *
 *   PROGRAM [POINTS [SEED [STEPS]]]     how many points of each kind, one at random in
 *                                       each of so many parts; 0: all
 *                                       ESENT_FAULTS, ESENT_SEED, ESENT_STEPS
 *   PROGRAM --one KIND POINT MANNER SEED STEPS
 */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#endif

#include "../disk.h"
#include "conformance.h"
#include "maintain/maintain.h"

enum medium
{
    DISK,
    MEMORY,
    KILL,
};

static const struct kind
{
    const char *name;
    enum medium medium;
    bool for_good;
    JET_ERR error;
} kinds[] = {
    { "an error, once", DISK, false, JET_errDiskIO },
    { "errors from there on", DISK, true, JET_errDiskIO },
    { "a full disk, once", DISK, false, JET_errDiskFull },
    { "a full disk from there on", DISK, true, JET_errDiskFull },
    { "no memory, once", MEMORY, false, JET_errOutOfMemory },
    { "no memory from there on", MEMORY, true, JET_errOutOfMemory },
    { "killed", KILL, false, JET_errSuccess },
};

#define KINDS    (sizeof(kinds) / sizeof(kinds[0]))
#define SECONDS  25u /* a run may take; it takes one or two */
#define ASAN_END 99

struct shared *shared;
bool call_is_of_program(void);

static char folder[200], seed_text[24], steps_text[24], program[24];
static const struct kind *kind;
static uint64_t point;
static bool leaks;

void complain(const char *format, ...)
{
    size_t used = strlen(shared->complaint);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(shared->complaint + used, sizeof(shared->complaint) - used, format, arguments);
    va_end(arguments);
    shared->bad = true;
}

bool error_is_of_fault(JET_ERR err, bool disk_full, bool memory)
{
    switch (err)
    {
    case JET_errInstanceUnavailable:
    case JET_errRollbackError:
    case JET_errOutOfMemory: /* a read that fails may leave no page to use */
    case JET_errOutOfBuffers:
    case JET_errLogWriteFail: /* a new generation takes memory, too */
        return true;
    case JET_errDiskIO:
    case JET_errDiskReadVerificationFailure:
        return !memory;
    case JET_errDiskFull:
    case JET_errLogDiskFull:
    case JET_errInstanceUnavailableDueToFatalLogDiskFull:
        return disk_full;
    case JET_errVersionStoreOutOfMemory:
    case JET_errOutOfCursors:
    case JET_errOutOfSessions:
    case JET_errOutOfThreads:
        return memory;
    default:
        return false;
    }
}

/* ---------------------------------------------------------------- a process --- */

/* A program that takes no notice of errors may fall over them itself. */
static void note_crash(void)
{
    shared->program_crashed = call_is_of_program();
}

#ifdef __SANITIZE_ADDRESS__
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:sweep_realloc\nleak:enumerate_requested\n";
}
#else
static void on_crash(int number)
{
    note_crash();
    signal(number, SIG_DFL);
    raise(number);
}
#endif

static void on_alarm(int number)
{
    (void)number;
    if (call_is_of_program())
    {
        shared->endless = true;
        _exit(0);
    }
    shared->bad = true; /* printf-like functions are not for here */
    raise(SIGABRT);
}

static void prepare_child(void)
{
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_set_death_callback(note_crash);
#else
    signal(SIGSEGV, on_crash);
    signal(SIGBUS, on_crash);
    signal(SIGFPE, on_crash);
    signal(SIGABRT, on_crash);
#endif
    signal(SIGALRM, on_alarm);
    alarm(SECONDS);
}

static void run_program(bool noting)
{
    char *arguments[] = { program, seed_text, steps_text, folder, NULL };

    /* Databases go from log to log here, and a torn page is made anew only from a log that has seen it made. */
    disk_set_sector(8192);
    disk_install();
    memory_install();
    if (kind && kind->medium == MEMORY)
        memory_fail_at(point, kind->for_good);
    else if (kind && kind->medium == DISK)
        disk_fail_at(point, kind->error, kind->for_good);
    calls_run(4, arguments, noting);
    if (!kind)
    {
        shared->io_calls = disk_calls();
        shared->allocations = memory_calls();
    }
    disk_pause(true);
    memory_pause(true);
}

static int note_run(void)
{
    run_program(true);
    return 0;
}

static int count_run(void)
{
    run_program(false);
    return 0;
}

static int faulted_run(void)
{
    run_program(false);
#ifdef __SANITIZE_ADDRESS__
    if (leaks)
    {
        JET_INSTANCE_INFO_A *info = NULL;
        JET_ULONG count = 1;

        /* What an instance has is no leak while it has not ended. */
        if (JetGetInstanceInfoA(&count, &info) >= 0 && !count && __lsan_do_recoverable_leak_check())
            complain("memory leaks\n");
    }
#endif
    return 0;
}

/* In a child, whose end is looked at. */
static bool in_process(int (*function)(void))
{
    int status;
    pid_t child;

    fflush(NULL);
    shared->program_crashed = false;
    child = fork();
    if (!child)
    {
        if (chdir(folder))
            _exit(1);
        prepare_child();
        _exit(function());
    }
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && !WEXITSTATUS(status))
        return true;
    if (shared->program_crashed)
        return true;
    if (WIFSIGNALED(status))
        complain("killed by signal %d in %s\n", WTERMSIG(status), shared->inside);
    else
        complain("exit status %d in %s\n", WEXITSTATUS(status), shared->inside);
    return false;
}

/* ------------------------------------------------------------- what is left --- */

static JET_ERR restart(const struct logs *logs)
{
    JET_INSTANCE instance = JET_instanceNil;
    JET_ERR err;

    JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, logs->page_size, NULL);
    if ((err = JetCreateInstanceA(&instance, "restart")) < 0)
        return err;
    JetSetSystemParameterA(&instance, 0, JET_paramSystemPath, 0, logs->system_path);
    JetSetSystemParameterA(&instance, 0, JET_paramTempPath, 0, logs->system_path);
    JetSetSystemParameterA(&instance, 0, JET_paramLogFilePath, 0, logs->log_path);
    JetSetSystemParameterA(&instance, 0, JET_paramBaseName, 0, logs->base);
    JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, logs->log_size, NULL);
    JetSetSystemParameterA(&instance, 0, JET_paramCircularLog, logs->circular, NULL);
    JetSetSystemParameterA(&instance, 0, JET_paramLegacyFileNames, logs->legacy_names, NULL);
    if ((err = JetInit(&instance)) < 0)
    {
        JetTerm(instance);
        return err;
    }
    return JetTerm(instance);
}

static JET_ERR digest_of(const char *path, uint64_t *digest)
{
    JET_INSTANCE instance = JET_instanceNil;
    JET_SESID session;
    JET_ULONG page_size = 0;
    JET_DBID database;
    JET_ERR err = JetGetDatabaseFileInfoA(path, &page_size, sizeof(page_size), JET_DbInfoPageSize);

    if (err < 0)
        return err;
    JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, page_size, NULL);
    if ((err = JetCreateInstanceA(&instance, "look")) < 0)
        return err;
    JetSetSystemParameterA(&instance, 0, JET_paramRecovery, 0, "off");
    JetSetSystemParameterA(&instance, 0, JET_paramTempPath, 0, folder);
    if ((err = JetInit(&instance)) >= 0 && (err = JetBeginSessionA(instance, &session, NULL, NULL)) >= 0 &&
        (err = JetAttachDatabaseA(session, path, JET_bitDbReadOnly)) >= 0 &&
        (err = JetOpenDatabaseA(session, path, NULL, &database, JET_bitDbReadOnly)) >= 0)
    {
        if (shared->keep && (state_text = fopen("../now", "a")))
            fprintf(state_text, "\n\n%s\n", strrchr(path, '/'));
        err = state_digest(session, database, digest);
        if (state_text)
            fclose(state_text);
        state_text = NULL;
    }
    JetTerm(instance);
    return err;
}

/* All that must be there is what it was. */
static bool is_as(const struct state *state, char *what, size_t size)
{
    for (uint32_t i = 0; i < state->count; i++)
    {
        const struct database *one = &state->database[i];
        uint64_t digest = 0;
        JET_ERR err;

        if (!one->digest)
            continue;
        err = digest_of(one->path, &digest);
        if (err < 0)
            snprintf(what, size, "%s cannot be read: %d", one->path, (int)err);
        else if (digest != one->digest)
            snprintf(what, size, "%s is not as it was", one->path);
        else
            continue;
        return false;
    }
    return true;
}

static void on_finding(void *context, const struct finding *finding)
{
    (void)context;
    if (!finding->warning)
        complain("page %u, table %s, %s: %s\n", (unsigned)finding->pgno, finding->table, finding->tree, finding->text);
}

static void check_file(const char *path)
{
    struct maintain_report report = { .finding = on_finding };
    struct integrity_result result = { 0 };
    JET_DBINFOMISC info;
    WCHAR wide[PATH_LENGTH];
    size_t i = 0;
    JET_ERR err;

    if (JetGetDatabaseFileInfoA(path, &info, sizeof(info), JET_DbInfoMisc) < 0 ||
        info.dbstate != JET_dbstateCleanShutdown)
        return;
    for (; path[i]; i++)
        wide[i] = (WCHAR)path[i];
    wide[i] = 0;
    err = integrity_check(wide, NULL, &report, &result);
    if (err < 0)
        complain("%s: the integrity check answers %d, with %llu findings\n", path, (int)err,
                 (unsigned long long)result.findings);
}

static void check_files(const char *path)
{
    DIR *directory = opendir(path);
    struct dirent *entry;

    while (directory && (entry = readdir(directory)))
    {
        size_t length = strlen(entry->d_name);
        char name[PATH_LENGTH];
        struct stat info;

        snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        if (entry->d_name[0] == '.' || stat(name, &info))
            continue;
        if (S_ISDIR(info.st_mode))
            check_files(name);
        else if (length > 4 && !strcmp(entry->d_name + length - 4, ".edb") && strncmp(entry->d_name, "tmp", 3))
            check_file(name);
    }
    if (directory)
        closedir(directory);
}

/* A program that goes on with another log may have made there a database of the name that this log knows. */
static bool is_taken(JET_ERR err)
{
    return err == JET_errAttachedDatabaseMismatch && shared->logs > 1 && shared->manner == GO_ON;
}

static int verify(void)
{
    char what[2][400];
    JET_ERR err;

    for (uint32_t i = 0; i < shared->logs; i++)
        if ((err = restart(&shared->log[i])) < 0 && !is_taken(err))
            complain("the restart in %s answers %d\n", shared->log[i].log_path, (int)err);
    if (shared->known && !is_as(&shared->accept[0], what[0], sizeof(what[0])) &&
        !is_as(&shared->accept[1], what[1], sizeof(what[1])))
        complain("%s\n", what[1]);
    check_files(folder);
    return 0;
}

/* --------------------------------------------------------------- the points --- */

static struct
{
    unsigned long tried, departed, compared, crashed, endless, failed;
} sum;

static void begin(enum manner manner)
{
    char command[300];

    snprintf(command, sizeof(command), "rm -rf %s", folder);
    if (system(command) || mkdir(folder, 0777))
        exit(1);
    shared->manner = manner;
    shared->kill_after = kind && kind->medium == KILL ? (uint32_t)point : 0;
    shared->departed = 0;
    shared->known = shared->before_fault = shared->ended = shared->endless = shared->bad = false;
    shared->logs = 0;
    shared->complaint[0] = 0;
    memset(shared->accept, 0, sizeof(shared->accept));
}

static void check_error(void)
{
    JET_ERR err = shared->departed_err;
    uint32_t i = shared->departed - 1;

    if (err < 0 && !error_is_of_fault(err, kind->error == JET_errDiskFull, kind->medium == MEMORY) && i < shared->calls)
        complain("call %u, %s, answered %d, not %d: an error that is not documented for the fault\n", i + 1,
                 call_name(shared->call[i].function), (int)err, (int)shared->call[i].err);
}

static bool one(enum manner manner)
{
    begin(manner);
    if (!in_process(faulted_run) || shared->program_crashed || shared->endless)
        shared->known = false;
    sum.crashed += shared->program_crashed;
    sum.endless += shared->endless;
    if (shared->departed && !shared->before_fault)
        check_error();
    if (shared->before_fault)
    {
        complain("call %u, %s, answered %d, not %d, without a fault\n", shared->departed,
                 call_name(shared->call[shared->departed - 1].function), (int)shared->departed_err,
                 (int)shared->call[shared->departed - 1].err);
        shared->known = false;
    }
    in_process(verify);
    sum.tried++;
    sum.departed += shared->departed != 0;
    sum.compared += shared->known;
    if (!shared->bad)
        return true;
    sum.failed++;
    printf("--one %u %llu %u %s %s (%s): call %u, %s, answered %d\n%s", (unsigned)(kind - kinds),
           (unsigned long long)point, (unsigned)manner, seed_text, steps_text, kind->name, shared->departed,
           shared->departed ? call_name(shared->call[shared->departed - 1].function) : "none",
           (int)shared->departed_err, shared->complaint);
    return false;
}

/* What the program does, and how many points there are. */
static bool measure(void)
{
    kind = NULL;
    begin(GO_ON);
    if (!in_process(note_run) || !shared->ended || shared->bad || shared->calls >= CALLS_MAX)
        complain("the program does not run to its end\n");
    else
    {
        begin(GO_ON);
        in_process(count_run);
        if (shared->departed)
            complain("call %u, %s, answered %d, not %d, the second time\n", shared->departed,
                     call_name(shared->call[shared->departed - 1].function), (int)shared->departed_err,
                     (int)shared->call[shared->departed - 1].err);
        else
            in_process(verify);
    }
    printf("%s", shared->complaint);
    return !shared->bad;
}

static uint64_t points_of(const struct kind *one)
{
    return one->medium == DISK ? shared->io_calls : one->medium == MEMORY ? shared->allocations : shared->calls;
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static void all_kinds(uint64_t points, uint64_t seed)
{
    for (unsigned k = 0; k < KINDS; k++)
    {
        uint64_t most = points_of(&kinds[k]), parts = points && points < most ? points : most;
        unsigned long failed = sum.failed, compared = sum.compared, departed = sum.departed;

        for (uint64_t i = 0; i < parts; i++)
        {
            uint64_t from = most * i / parts, to = most * (i + 1) / parts;

            kind = &kinds[k];
            point = 1 + from + mix(seed * 1000003 + k * 7919 + i + 1) % (to - from);
            one((enum manner)(mix(seed + 31 * k + 7 * i) % MANNERS));
        }
        printf("%s: %llu of %llu points; %lu answered otherwise, %lu compared, %lu failed\n", kinds[k].name,
               (unsigned long long)parts, (unsigned long long)most, sum.departed - departed, sum.compared - compared,
               sum.failed - failed);
    }
}

static const char *argument(int argc, char **argv, int i, const char *variable, const char *otherwise)
{
    const char *text = argc > i ? argv[i] : getenv(variable);

    return text ? text : otherwise;
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    bool only = argc > 6 && !strcmp(argv[1], "--one");

    setvbuf(stdout, NULL, _IOLBF, 0);
    snprintf(program, sizeof(program), "%s", slash ? slash + 1 : argv[0]);
    snprintf(seed_text, sizeof(seed_text), "%s", only ? argv[5] : argument(argc, argv, 2, "ESENT_SEED", "1"));
    snprintf(steps_text, sizeof(steps_text), "%s",
             only ? argv[6] : argument(argc, argv, 3, "ESENT_STEPS", strcmp(program, "apitemp") ? "40" : "5"));
    if (!getcwd(folder, sizeof(folder) - 40))
        return 1;
    snprintf(folder + strlen(folder), 40, "/%s.%u", program, (unsigned)getpid());
    leaks = !getenv("ESENT_NO_LEAKS");
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    printf("[ RUN      ] faults under %s\n", program);
    if (!measure())
        sum.failed = 1;
    else if (only)
    {
        kind = &kinds[strtoul(argv[2], NULL, 0) % KINDS];
        point = strtoull(argv[3], NULL, 0);
        shared->keep = true;
        remove("now");
        one((enum manner)(strtoul(argv[4], NULL, 0) % MANNERS));
    }
    else
        all_kinds(strtoull(argument(argc, argv, 1, "ESENT_FAULTS", "4"), NULL, 0), strtoull(seed_text, NULL, 0));
    printf("%s, seed %s, %s steps: %lu points tried; %lu answered otherwise, %lu compared with what was committed, "
           "%lu ended by the program's own fault, %lu without an end; %lu failed\n",
           program, seed_text, steps_text, sum.tried, sum.departed, sum.compared, sum.crashed, sum.endless, sum.failed);
    if (!only)
    {
        char command[300];

        snprintf(command, sizeof(command), "rm -rf %s", folder);
        if (system(command))
            return 1;
    }
    printf("[  %s ] faults under %s\n", sum.failed ? "FAILED" : "     OK", program);
    return sum.failed != 0;
}
