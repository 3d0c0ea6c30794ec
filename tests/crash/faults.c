/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Faults: in a workload (workload.h) from JetInit to JetTerm, one call to the file
 * system in turn fails, or all from that one on, with JET_errDiskIO or
 * JET_errDiskFull; and one allocation in turn, or all from it on.  Every error is one
 * that is documented for such a fault, nothing crashes or hangs, and what had been
 * committed is there when the next process, without faults, has recovered.
 *
 * The same for recovery: what a crash of the workload left is recovered by a JetInit
 * in which one call fails, and then by one without faults.
 *
 *   faults [POINTS [SEED]]      how many points of each kind, evenly spread; 0: all
 *                               ESENT_FAULTS, ESENT_SEED
 *   faults --one KIND POINT SEED            and --recovery KIND POINT SEED
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disk.h"
#include "workload.h"

static const struct kind
{
    const char *name;
    bool memory, for_good;
    JET_ERR error;
} kinds[] = {
    { "an error, once", false, false, JET_errDiskIO },
    { "errors from there on", false, true, JET_errDiskIO },
    { "a full disk, once", false, false, JET_errDiskFull },
    { "a full disk from there on", false, true, JET_errDiskFull },
    { "no memory, once", true, false, JET_errOutOfMemory },
    { "no memory from there on", true, true, JET_errOutOfMemory },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

enum
{
    ENDED = 0,
    FAILED = 1,
    CRASHED = 77,
};

static char folder[300], model[400], image[300];
static struct settings settings;
static const struct kind *kind;
static uint64_t point;
static int bad;

static void complain(const char *what, int err)
{
    printf("%s, point %llu, seed %llu: %s: %d\n", kind ? kind->name : "no fault", (unsigned long long)point,
           (unsigned long long)settings.seed, what, err);
    fflush(stdout);
}

/* What a program must be ready for. */
static bool is_documented(JET_ERR err)
{
    switch (err)
    {
    case JET_errDiskIO:
    case JET_errDiskReadVerificationFailure:
    case JET_errLogWriteFail:
    case JET_errInstanceUnavailable:
    case JET_errRollbackError:
    case JET_errOutOfMemory:
    case JET_errOutOfBuffers:
        return true;
    case JET_errDiskFull:
    case JET_errLogDiskFull:
    case JET_errInstanceUnavailableDueToFatalLogDiskFull:
        return kind->error == JET_errDiskFull;
    case JET_errVersionStoreOutOfMemory:
    case JET_errOutOfCursors:
    case JET_errOutOfSessions:
        return kind->error == JET_errOutOfMemory;
    default:
        return false;
    }
}

static void save(void)
{
    workload_save(model);
}

static void count_calls(void)
{
    unsigned long long calls[2] = { disk_calls(), memory_calls() };
    FILE *file = fopen(model, "wb");

    fwrite(calls, sizeof(calls), 1, file);
    fclose(file);
}

static void install(void)
{
    disk_install();
    memory_install();
    if (kind && kind->memory)
        memory_fail_at(point, kind->for_good);
    else if (kind)
        disk_fail_at(point, kind->error, kind->for_good);
}

static void note_error(JET_ERR err)
{
    if (is_documented(err))
        return;
    complain("an error that is not documented for it", err);
    bad = 1;
}

static int work(void)
{
    JET_INSTANCE instance = JET_instanceNil;
    JET_ERR err;

    install();
    workload_error = note_error;
    err = workload_init(&settings, folder, &instance);
    if (err < 0 && kind)
        note_error(err);
    if (err >= 0)
    {
        err = workload_create(&settings, instance);
        if (err >= 0)
            err = workload_run(&settings, instance);
        if (err < 0 && kind)
            note_error(err);
        workload_save(model);
        workload_end();
        err = JetTerm(instance);
        if (err < 0 && kind)
            note_error(err);
    }
    else
        workload_save(model);
    if (!kind)
    {
        count_calls();
        if (err < 0)
            complain("fails", err);
        return err < 0;
    }
    return bad;
}

/* The workload, until a crash. */
static int crash(void)
{
    JET_INSTANCE instance = JET_instanceNil;

    disk_install();
    if (workload_init(&settings, folder, &instance) < 0 || workload_create(&settings, instance) < 0)
        return FAILED;
    disk_crash_at(100 + settings.seed * 37 % 400, settings.seed, save, CRASHED);
    (void)workload_run(&settings, instance);
    disk_crash(settings.seed, save, CRASHED);
}

/* What the crash left is recovered. */
static int recover(void)
{
    JET_INSTANCE instance = JET_instanceNil;
    JET_ERR err;

    install();
    err = workload_init(&settings, folder, &instance);
    if (err >= 0)
        err = JetTerm(instance);
    if (!kind)
        count_calls();
    if (err < 0)
        note_error(err);
    return bad;
}

static int verify(void)
{
    JET_INSTANCE instance;
    const char *what;
    JET_ERR err;

    if (!workload_load(model))
        return 1;
    if ((err = workload_init(&settings, folder, &instance)) < 0)
    {
        complain("JetInit after it", err);
        return 1;
    }
    if ((what = workload_verify(&settings, instance, folder)))
    {
        complain(what, 0);
        return 1;
    }
    if ((err = JetTerm(instance)) < 0)
        complain("JetTerm after it", err);
    return err < 0;
}

static int in_process(int (*function)(void))
{
    int status;
    pid_t child = fork();

    if (!child)
    {
        alarm(60);
        _exit(function());
    }
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        complain("killed by signal", WTERMSIG(status));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static bool shell(const char *format, const char *a, const char *b)
{
    char command[900];

    snprintf(command, sizeof(command), format, a, b);
    if (!system(command))
        return true;
    printf("%s: does not work\n", command);
    return false;
}

/* An empty folder, or one as after the crash. */
static bool begin(bool recovery)
{
    if (!shell("rm -rf %s", folder, NULL))
        return false;
    return recovery ? shell("cp -r %s %s", image, folder) : mkdir(folder, 0777) == 0;
}

static bool one(bool recovery, bool keep)
{
    bool well = begin(recovery);

    well = well && !in_process(recovery ? recover : work);
    well = !in_process(verify) && well;
    if (!keep)
        shell("rm -rf %s", folder, NULL);
    return well;
}

static bool make_image(void)
{
    settings.steps = 900;
    return begin(false) && in_process(crash) == CRASHED && shell("rm -rf %s", image, NULL) &&
           shell("cp -r %s %s", folder, image);
}

/* Without faults: how many calls of each kind there are. */
static bool count(bool recovery, unsigned long long calls[2])
{
    FILE *file;
    bool well;

    kind = NULL;
    if (!begin(recovery) || in_process(recovery ? recover : work) || !(file = fopen(model, "rb")))
        return false;
    well = fread(calls, sizeof(*calls), 2, file) == 2;
    fclose(file);
    return well;
}

/* Every kind of fault at so many points; answers how many failed, and adds up how many there were. */
static unsigned long all_kinds(bool recovery, unsigned long points, unsigned long *tried)
{
    unsigned long long calls[2] = { 0 };
    unsigned long failed = 0;

    if (!count(recovery, calls))
        return 1;
    for (unsigned k = 0; k < KINDS; k++)
    {
        unsigned long long most = calls[kinds[k].memory], step = points && points < most ? most / points : 1;

        kind = &kinds[k];
        for (point = 1 + (points ? settings.seed % step : 0); point <= most; point += step, ++*tried)
            failed += !one(recovery, false);
        printf("%s%s: %llu calls\n", recovery ? "in recovery, " : "", kind->name, most);
    }
    return failed;
}

int main(int argc, char **argv)
{
    const char *points_text = argc > 1 ? argv[1] : getenv("ESENT_FAULTS");
    const char *seed_text = argc > 4 ? argv[4] : argc > 2 ? argv[2] : getenv("ESENT_SEED");
    unsigned long points = points_text ? strtoul(points_text, NULL, 0) : 25, failed = 0, tried = 0;
    bool recovery = argc > 4 && !strcmp(argv[1], "--recovery");

    setvbuf(stdout, NULL, _IOLBF, 0);
    settings_choose(&settings, seed_text ? strtoull(seed_text, NULL, 0) : 1);
    settings.workers = 1;
    settings.threads = false;
    settings.steps = 150;
    settings.log_kb = 64;
    settings.cache_pages = 32;
    settings.page_size = 4096;
    settings.faults = true;
    snprintf(folder, sizeof(folder), "faults.%u/", (unsigned)getpid());
    snprintf(model, sizeof(model), "%smodel", folder);
    snprintf(image, sizeof(image), "faults.%u.image/", (unsigned)getpid());
    if (recovery || (argc > 4 && !strcmp(argv[1], "--one")))
    {
        if (recovery && !make_image())
            return 1;
        kind = &kinds[strtoul(argv[2], NULL, 0) % KINDS];
        point = strtoull(argv[3], NULL, 0);
        return !one(recovery, true);
    }
    printf("[ RUN      ] faults\n");
    failed = all_kinds(false, points, &tried);
    kind = NULL;
    failed += make_image() ? all_kinds(true, points, &tried) : 1;
    shell("rm -rf %s %s", folder, image);
    printf("%lu points tried, %lu failed\n", tried, failed);
    printf("[  %s ] faults\n", failed ? "FAILED" : "     OK");
    return failed != 0;
}
