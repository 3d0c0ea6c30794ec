/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every JetXxx of the program goes through call_JetXxx here: the build has renamed
 * what the program asks the linker for.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../disk.h"
#include "conformance.h"
#include "os/os.h"
#include "os/retry.h"

int conformance_main(int argc, char **argv);

static struct
{
    bool noting, in_harness;
    bool moved; /* something may have been committed since it was last looked at */
    uint32_t calls;
    char made[PATH_LENGTH]; /* the database that was made last, or was to be */
    struct state state;
    FILE *list;
    pthread_t main;
    jmp_buf end;
    int depth;
} run;

enum
{
#define FUNCTION(state, name, bytes)     F_##name,
#define FUNCTION_AW(state, name, bytes)  F_##name, F_##name##A, F_##name##W,
#define FUNCTION_A_W(state, name, bytes) F_##name##A, F_##name##W,
#include "api/functions.h"
    FUNCTIONS
};

static const char *const names[] = {
#define FUNCTION(state, name, bytes)     #name,
#define FUNCTION_AW(state, name, bytes)  #name, #name "A", #name "W",
#define FUNCTION_A_W(state, name, bytes) #name "A", #name "W",
#include "api/functions.h"
};

const char *call_name(uint16_t function)
{
    return names[function];
}

static void pause_faults(bool paused)
{
    run.in_harness = paused;
    disk_pause(paused);
    memory_pause(paused);
}

/* ----------------------------------------------------------- what is kept --- */

void call_forget_file(const char *path)
{
    state_forget(&run.state, path);
    for (int i = 0; i < 2; i++)
        state_forget(&shared->accept[i], path);
}

/* Not while the engine has it open, as on Windows, and without waiting for that. */
int call_delete_file(const char *path)
{
    uint32_t patience = os_file_patience(0);
    WCHAR wide[OS_PATH_MAX];
    JET_ERR err;

    os_text_from_ascii(wide, OS_PATH_MAX, path);
    pause_faults(true);
    err = os_file_delete(wide);
    pause_faults(false);
    (void)os_file_patience(patience);
    if (err >= 0)
        call_forget_file(path);
    return err >= 0;
}

static bool starts(const char *name, const char *with)
{
    return !strncmp(name, with, strlen(with));
}

/* Calls after which the same is committed as before. */
static bool only_reads(const char *name)
{
    static const char *const reading[] = {
        "JetRetrieve",         "JetMove",          "JetSeek",      "JetMakeKey",          "JetGet",
        "JetSetColumn",        "JetPrepareUpdate", "JetGoto",      "JetBeginTransaction", "JetSetCurrentIndex",
        "JetIndexRecordCount", "JetSetIndexRange", "JetEnumerate", "JetOpenTable",        "JetCloseTable",
        "JetDupCursor",        "JetSetSystem",     "JetOpenTemp",  "JetPreread"
    };

    if (starts(name, "JetSetColumnDefault"))
        return false;
    for (size_t i = 0; i < sizeof(reading) / sizeof(reading[0]); i++)
        if (starts(name, reading[i]))
            return true;
    return false;
}

static void keep_logs(JET_INSTANCE instance)
{
    struct logs logs;
    JET_API_PTR none;

    memset(&logs, 0, sizeof(logs));
    if (JetGetSystemParameterA(instance, 0, JET_paramSystemPath, &none, logs.system_path, PATH_LENGTH) < 0 ||
        JetGetSystemParameterA(instance, 0, JET_paramLogFilePath, &none, logs.log_path, PATH_LENGTH) < 0 ||
        JetGetSystemParameterA(instance, 0, JET_paramBaseName, &none, logs.base, sizeof(logs.base)) < 0 ||
        JetGetSystemParameterA(instance, 0, JET_paramLogFileSize, &logs.log_size, NULL, 0) < 0 ||
        JetGetSystemParameterA(instance, 0, JET_paramCircularLog, &logs.circular, NULL, 0) < 0 ||
        JetGetSystemParameterA(instance, 0, JET_paramLegacyFileNames, &logs.legacy_names, NULL, 0) < 0 ||
        JetGetSystemParameterA(instance, 0, JET_paramDatabasePageSize, &logs.page_size, NULL, 0) < 0)
        return;
    for (uint32_t i = 0; i < shared->logs; i++)
        if (!strcmp(shared->log[i].log_path, logs.log_path) && !strcmp(shared->log[i].base, logs.base))
            return;
    if (shared->logs < LOGS_MAX)
        shared->log[shared->logs++] = logs;
}

/* After the fault: what is committed now in what is attached must be there, if it can be known. */
static void settle(void)
{
    struct state now = { 0 };

    if (state_look(&now))
    {
        state_merge(&run.state, &now);
        state_merge(&shared->accept[0], &now);
        state_merge(&shared->accept[1], &now);
        run.moved = false;
    }
    else if (run.moved)
        shared->known = false;
}

/* Databases whose files are made anew are what they were no longer. */
static void before(uint16_t function, const uintptr_t *a)
{
    const char *name = names[function];

    if (starts(name, "JetInit"))
        keep_logs(a[0] ? *(JET_INSTANCE *)a[0] : JET_instanceNil);
    else if (starts(name, "JetCreateDatabase") && a[1] && name[strlen(name) - 1] != 'W')
    {
        snprintf(run.made, sizeof(run.made), "%s", (const char *)a[1]);
        call_forget_file(run.made);
    }
    else if ((starts(name, "JetTerm") || starts(name, "JetDetach")) && shared->departed)
        settle();
}

/* -------------------------------------------------- beside the run that was --- */

static void note(uint16_t function, JET_ERR err)
{
    uint32_t i = run.calls - 1, last = shared->states - 1;

    if (i >= CALLS_MAX)
        return;
    if (!only_reads(names[function]))
    {
        if (!state_look(&run.state))
            complain("call %u, %s: what is committed cannot be read\n", run.calls, names[function]);
        if (memcmp(&run.state, &shared->state[last], sizeof(run.state)) && shared->states < STATES_MAX)
            shared->state[last = shared->states++] = run.state;
    }
    shared->call[i].function = function;
    shared->call[i].err = err;
    shared->call[i].state = last;
    shared->calls = run.calls;
}

static void __attribute__((noreturn)) leave(void)
{
    struct state now = { 0 };

    if (shared->keep && (state_text = fopen("../then", "w")))
    {
        state_look(&now);
        fclose(state_text);
    }
    shared->ended = true;
    if (shared->manner == POWER_FAILURE)
        disk_crash(run.calls, NULL, 0);
    _exit(0);
}

/* One of two: what was committed before this call, or what was to be after it. */
static void accept_around(uint32_t number, bool after_only)
{
    const struct state *then = &shared->state[shared->call[number - 1].state];

    shared->accept[1] = *then;
    shared->accept[0] = after_only || number < 2 ? *then : shared->state[shared->call[number - 2].state];
    shared->known = true;
}

static bool same(const struct state *a, const struct state *b)
{
    for (uint32_t i = 0; i < a->count; i++)
        for (uint32_t k = 0; k < b->count; k++)
            if (!strcmp(a->database[i].path, b->database[k].path) && a->database[i].digest != b->database[k].digest &&
                a->database[i].digest && b->database[k].digest)
                return false;
    return true;
}

static bool has_failed(void)
{
    return disk_has_failed() || memory_has_failed();
}

static void departs(uint16_t function, JET_ERR err)
{
    struct state *state = &run.state;
    bool known;

    shared->departed = run.calls;
    shared->departed_err = err;
    shared->before_fault = !has_failed();
    if (shared->before_fault || run.calls > shared->calls)
        return;
    accept_around(run.calls, false);
    if (starts(names[function], "JetCreateDatabase") && err < 0)
        call_forget_file(run.made);
    *state = shared->accept[0];
    if (shared->manner != GO_ON)
        leave();
    if (shared->keep)
        state_text = fopen("../then", "w");
    known = state_look(state);
    if (state_text)
        fclose(state_text);
    state_text = NULL;
    if (!known)
        return; /* the instance is unavailable */
    if (!same(state, &shared->accept[0]) && !same(state, &shared->accept[1]))
        complain("call %u, %s, answered %d: what is committed is neither what was before nor what was to be after it\n",
                 run.calls, names[function], (int)err);
    shared->accept[0] = shared->accept[1] = *state;
}

static void compare(uint16_t function, JET_ERR err)
{
    bool same_call = run.calls <= shared->calls && shared->call[run.calls - 1].function == function &&
                     shared->call[run.calls - 1].err == err;

    if (!shared->departed && !same_call)
        departs(function, err);
    else if (shared->departed && err >= 0 && !only_reads(names[function]))
        run.moved = true;
    if (shared->kill_after == run.calls && !shared->departed)
    {
        accept_around(run.calls, true);
        leave();
    }
    /* A program that ignores errors may go round for ever. */
    if (run.calls > 2 * shared->calls + 2000)
    {
        shared->endless = true;
        _exit(0);
    }
}

static bool is_corruption(JET_ERR err)
{
    switch (err)
    {
    case JET_errInternalError:
    case JET_errDatabaseCorrupted:
    case JET_errReadVerifyFailure:
    case JET_errPageNotInitialized:
    case JET_errDiskReadVerificationFailure:
    case JET_errBadPageLink:
    case JET_errBadParentPageLink:
    case JET_errDbTimeCorrupted:
    case JET_errDbTimeTooOld:
    case JET_errDbTimeTooNew:
    case JET_errCatalogCorrupted:
    case JET_errLVCorrupted:
    case JET_errSPAvailExtCorrupted:
    case JET_errSPOwnExtCorrupted:
    case JET_errLogFileCorrupt:
    case JET_errLogCorrupted:
    case JET_errSecondaryIndexCorrupted:
    case JET_errPrimaryIndexCorrupted:
        return true;
    default:
        return false;
    }
}

/* Also without a fault, if perhaps elsewhere: of files that are none, say. */
static bool is_usual(uint16_t function, JET_ERR err)
{
    for (uint32_t i = 0; i < shared->calls; i++)
        if (shared->call[i].function == function && shared->call[i].err == err)
            return true;
    return false;
}

static void after(uint16_t function, JET_ERR err)
{
    if (run.noting)
        note(function, err);
    else if (shared->calls)
        compare(function, err);
    if (is_corruption(err) && has_failed() && !is_usual(function, err))
        complain("call %u, %s, answered %d\n", run.calls, names[function], (int)err);
}

/* ------------------------------------------------------------- the wrappers --- */

/* Where a program would have a commit lazy or recovery off, it is not. */
static void change(uint16_t function, uintptr_t *a)
{
    switch (function)
    {
    case F_JetCommitTransaction:
    case F_JetCommitTransaction2:
        a[1] &= ~(uintptr_t)(JET_bitCommitLazyFlush | 2);
        break;
    case F_JetSetSystemParameterA:
        if ((JET_ULONG)a[2] == JET_paramCommitDefault)
            a[3] = 0;
        if ((JET_ULONG)a[2] == JET_paramRecovery && a[4] && !strcmp((const char *)a[4], "off"))
            a[4] = (uintptr_t) "on";
        break;
    case F_JetSetSessionParameter:
        if ((JET_ULONG)a[1] == JET_sesparamCommitDefault && a[2] && (JET_ULONG)a[3] == 4)
            *(JET_ULONG *)a[2] = 0;
        break;
    }
}

typedef JET_ERR any_function(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t,
                             uintptr_t, uintptr_t, uintptr_t, uintptr_t);

static JET_ERR call(uint16_t function, any_function *real, uintptr_t *a)
{
    bool nested = run.depth > 0 || run.in_harness;
    JET_ERR err;

    if (nested) /* from a callback */
        return real(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11]);
    change(function, a);
    pause_faults(true);
    before(function, a);
    pause_faults(false);
    run.depth++;
    snprintf(shared->inside, sizeof(shared->inside), "%s, call %u", names[function], run.calls + 1);
    err = real(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11]);
    shared->inside[0] = 0;
    run.depth--;
    run.calls++;
    if (shared->keep && (run.list || (run.list = fopen("../calls", "w"))))
    {
        fprintf(run.list, "%u %s %d%s\n", run.calls, names[function], (int)err, has_failed() ? " *" : "");
        fflush(run.list);
    }
    pause_faults(true);
    after(function, err);
    pause_faults(false);
    return err;
}

/* Whatever a function takes, it is numbers and pointers, and no more than twelve; what
 * is passed beyond what there is is not looked at. */
#define WRAP(wrapper, function, name)                                                                                  \
    any_function wrapper;                                                                                              \
    JET_ERR wrapper(uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d, uintptr_t e, uintptr_t f, uintptr_t g,         \
                    uintptr_t h, uintptr_t i, uintptr_t j, uintptr_t k, uintptr_t l)                                   \
    {                                                                                                                  \
        extern any_function wrapper##_real __asm__(name);                                                              \
        return call(function, wrapper##_real, (uintptr_t[]){ a, b, c, d, e, f, g, h, i, j, k, l });                    \
    }

#define FUNCTION(state, name, bytes) WRAP(call_##name, F_##name, #name)
#define FUNCTION_A_W(state, name, bytes)                                                                               \
    WRAP(call_##name##A, F_##name##A, #name "A")                                                                       \
    WRAP(call_##name##W, F_##name##W, #name "W")
#define FUNCTION_AW(state, name, bytes)                                                                                \
    WRAP(call_##name, F_##name, #name)                                                                                 \
    WRAP(call_##name##A, F_##name##A, #name "A")                                                                       \
    WRAP(call_##name##W, F_##name##W, #name "W")
#include "api/functions.h"

void call_exit(int status)
{
    (void)status;
    longjmp(run.end, 1);
}

void *call_named(const char *name)
{
    static any_function *const wrapped[] = {
#define FUNCTION(state, name, bytes)     call_##name,
#define FUNCTION_AW(state, name, bytes)  call_##name, call_##name##A, call_##name##W,
#define FUNCTION_A_W(state, name, bytes) call_##name##A, call_##name##W,
#include "api/functions.h"
    };

    for (size_t i = 0; i < FUNCTIONS; i++)
        if (!strcmp(names[i], name))
            return wrapped[i];
    return NULL;
}

/* ------------------------------------------------------------------- a run --- */

bool call_is_of_program(void)
{
    return pthread_equal(pthread_self(), run.main) && !run.depth && !run.in_harness;
}

void calls_run(int argc, char **argv, bool noting)
{
    run.main = pthread_self();
    run.noting = noting;
    if (noting)
        shared->states = 1;
    if (!setjmp(run.end))
        conformance_main(argc, argv);
    if (!noting && !shared->departed && shared->calls)
    {
        if (run.calls != shared->calls)
            complain("%u calls without a fault, %u now\n", shared->calls, run.calls);
        accept_around(shared->calls, true);
    }
    else if (shared->departed)
    {
        pause_faults(true);
        settle();
        pause_faults(false);
    }
    shared->ended = true;
}
