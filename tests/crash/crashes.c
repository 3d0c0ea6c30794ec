/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Crashes: a random workload ends at a random write, flush, or change of a file's
 * name or size, on a disk that loses, keeps, tears or reorders what was not
 * flushed (disk.h); then recovery, every tenth of which crashes itself, a walk of
 * everything compared with what was committed, and the check of `esentutl /g`.
 *
 *   crashes [COUNT [SEED]]      in the current folder; ESENT_CRASHES, ESENT_SEED
 *   crashes --again SEED [LIFE] from crash.SEED/before: the last recovery, or that life after the first
 *   crashes --verify SEED       from crash.SEED, in this process
 *   crashes --live SEED LIFE    the same of that life
 *
 * Every third round is of two databases (a seed of PLURAL_SEEDS and more): they are detached and attached
 * meanwhile, and after a crash the work goes on, to crash again, up to four times.
 *
 * Each step is a process of its own.  What a failed round left stays in crash.SEED,
 * the database and log before recovery in crash.SEED/before.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disk.h"
#include "maintain/maintain.h"
#include "os/os.h"
#include "workload.h"

enum
{
    ENDED = 0,
    FAILED = 1,
    CRASHED = 77,
};

#ifdef __SANITIZE_ADDRESS__
#define COUNT 60
#else
#define COUNT 300
#endif

static char folder[500], model[600];

static uint64_t mix(uint64_t seed, uint64_t what)
{
    uint64_t x = seed * 0x9e3779b97f4a7c15u + what;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static void save(void)
{
    workload_save(model);
}

static void complain(uint64_t seed, const char *what, int err)
{
    printf("seed %llu: %s: %d\n", (unsigned long long)seed, what, err);
    fflush(stdout);
}

/* ------------------------------------------------------------------- rounds --- */

/* A number whose size is as likely to be small as large. */
static uint64_t crash_point(uint64_t random)
{
    uint64_t most = 8u << mix(random, 1) % 9;

    return 1 + mix(random, 2) % most;
}

static void widen(const char *text, uint16_t wide[1100])
{
    size_t i;

    for (i = 0; text[i]; i++)
        wide[i] = (unsigned char)text[i];
    wide[i] = 0;
}

static JET_ERR delete_file(const char *path)
{
    uint16_t wide[1100];

    widen(path, wide);
    return os_file_delete((const WCHAR *)wide);
}

/* The log makes all of a page only where it has the database from its creation on, never detached. */
static uint32_t whole_pages(const struct settings *s)
{
    return s->circular || s->databases > 1 ? s->page_size : 0;
}

/* From what the life before left, with the crash anywhere from recovery on. */
static int live_on(const struct settings *s, uint32_t life)
{
    JET_INSTANCE instance;
    const char *what;
    JET_ERR err;

    if (!workload_load(model))
        return FAILED;
    if (!workload_created)
        return CRASHED;
    disk_install();
    disk_whole_pages(whole_pages(s));
    disk_crash_at(crash_point(mix(s->seed, 10 + life * 4)) * 2, mix(s->seed, 11 + life * 4), save, CRASHED);
    if ((err = workload_init(s, folder, &instance)) < 0)
    {
        complain(s->seed, "JetInit of another life", err);
        return FAILED;
    }
    if ((what = workload_verify(s, instance, folder)))
    {
        complain(s->seed, what, (int)life);
        return FAILED;
    }
    if ((err = workload_go_on(s, instance, life)) < 0)
    {
        complain(s->seed, "another life fails", err);
        return FAILED;
    }
    disk_crash(mix(s->seed, 11 + life * 4), save, CRASHED);
}

static int work(const struct settings *s)
{
    bool from_start = mix(s->seed, 3) % 8 == 0;
    JET_INSTANCE instance;
    JET_ERR err;

    disk_install();
    disk_whole_pages(whole_pages(s));
    if (from_start)
        disk_crash_at(crash_point(mix(s->seed, 4)), mix(s->seed, 5), save, CRASHED);
    err = workload_init(s, folder, &instance);
    if (err >= 0)
        err = workload_create(s, instance);
    if (err >= 0 && !from_start)
        disk_crash_at(crash_point(mix(s->seed, 4)), mix(s->seed, 5), save, CRASHED);
    if (err >= 0)
        err = workload_run(s, instance);
    if (err < 0)
    {
        complain(s->seed, "the workload fails", err);
        return FAILED;
    }
    if (mix(s->seed, 6) % 4)
        disk_crash(mix(s->seed, 5), save, CRASHED);
    /* As it ends. */
    workload_end();
    JetTerm(instance);
    save();
    return ENDED;
}

/* Recovery, on a disk that crashes if `again`. */
static int recover(const struct settings *s, bool again)
{
    JET_INSTANCE instance;
    JET_ERR err;

    if (again)
    {
        disk_install();
        disk_whole_pages(whole_pages(s));
        disk_crash_at(crash_point(mix(s->seed, 7)), mix(s->seed, 8), NULL, CRASHED);
    }
    err = workload_init(s, folder, &instance);
    if (err < 0)
    {
        complain(s->seed, again ? "JetInit on a disk that is to crash" : "JetInit", err);
        return FAILED;
    }
    if (s->keep)
        workload_attach(s, instance);
    if (again)
        disk_crash(mix(s->seed, 8), NULL, CRASHED);
    return ENDED;
}

static void print_finding(void *context, const struct finding *finding)
{
    const struct settings *s = context;

    if (!finding->warning || (finding->kind == FINDING_LONG_VALUE && strstr(finding->text, "says")))
        printf("seed %llu: page %u, %s %s: %s\n", (unsigned long long)s->seed, (unsigned)finding->pgno, finding->table,
               finding->tree, finding->text);
}

static int check_file(const struct settings *s, const char *file)
{
    struct maintain_report report = { .context = (void *)(uintptr_t)s, .finding = print_finding };
    struct integrity_options options = { .findings_max = 10 };
    struct integrity_result result;
    uint16_t path[1100];
    JET_ERR err;

    widen(file, path);
    err = integrity_check((const WCHAR *)path, &options, &report, &result);
    if (err < 0 || result.findings || result.kept_values)
    {
        complain(s->seed, file, err);
        return FAILED;
    }
    if (result.lost)
        printf("seed %llu: %u pages lost\n", (unsigned long long)s->seed, (unsigned)result.lost);
    return ENDED;
}

/* One that was never made whole is there to be made again. */
static int check(const struct settings *s)
{
    int status = ENDED;

    for (uint32_t i = 0; i < FILES && status == ENDED; i++)
        if (workload_attached[i])
            status = check_file(s, workload_database[i]);
    return status;
}

static int verify(const struct settings *s)
{
    JET_INSTANCE instance;
    const char *what;
    JET_ERR err;

    if (!workload_load(model))
    {
        complain(s->seed, "no model", 0);
        return FAILED;
    }
    if ((err = workload_init(s, folder, &instance)) < 0)
    {
        complain(s->seed, "JetInit", err);
        return FAILED;
    }
    if ((what = workload_verify(s, instance, folder)))
    {
        complain(s->seed, what, 0);
        if (JetTerm(instance) >= 0)
            check(s); /* may say more */
        return FAILED;
    }
    if ((err = JetTerm(instance)) < 0)
    {
        complain(s->seed, "JetTerm", err);
        return FAILED;
    }
    return check(s);
}

static int in_process(int (*function)(const struct settings *s, bool again), const struct settings *s, bool again)
{
    int status;
    pid_t child = fork();

    if (!child)
    {
        alarm(120);
        _exit(function(s, again));
    }
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        complain(s->seed, "killed by signal", WTERMSIG(status));
    return WIFEXITED(status) ? WEXITSTATUS(status) : FAILED;
}

static int do_work(const struct settings *s, bool again)
{
    (void)again;
    return work(s);
}

static uint32_t next_life, again_life;

static int do_live_on(const struct settings *s, bool again)
{
    (void)again;
    return live_on(s, next_life);
}

static int do_verify(const struct settings *s, bool again)
{
    (void)again;
    return verify(s);
}

static void shell(const char *format, const char *a)
{
    char command[2000];

    snprintf(command, sizeof(command), format, a, a, a);
    if (system(command))
        printf("%s failed\n", command);
}

static void place(uint64_t seed)
{
    snprintf(folder, sizeof(folder), "crash.%llu/", (unsigned long long)seed);
    snprintf(model, sizeof(model), "%smodel", folder);
}

static void keep_before(void)
{
    shell("rm -rf %sbefore; mkdir %sbefore", folder);
    shell("find %s -maxdepth 1 -type f -exec cp {} %sbefore \\;", folder);
}

static bool one_round(uint64_t seed, bool again)
{
    struct settings s;
    int status = CRASHED;

    settings_choose(&s, seed);
    place(seed);
    mkdir(folder, 0777);
    if (again)
        shell("find %s -maxdepth 1 -type f -delete && cp %sbefore/* %s", folder);
    if (again && again_life)
    {
        next_life = again_life;
        return in_process(do_live_on, &s, false) != FAILED;
    }
    if (again)
        next_life = s.lives;
    else
    {
        status = in_process(do_work, &s, false);
        for (next_life = 1; status == CRASHED && next_life < s.lives; next_life++)
        {
            keep_before();
            status = in_process(do_live_on, &s, false);
        }
        if (status != FAILED)
            keep_before();
    }
    if (status != FAILED && seed % 10 == 0)
        for (int i = 0; i < 3 && (status = in_process(recover, &s, true)) == CRASHED; i++)
            s.seed += 1000000007; /* another point */
    s.seed = seed;
    if (status != FAILED)
        status = in_process(do_verify, &s, false);
    if (status != ENDED)
    {
        printf("seed %llu: pages of %u, logs of %u KB%s, %u workers%s, %u databases%s, life %u of %u\n",
               (unsigned long long)seed, s.page_size, s.log_kb, s.circular ? " circular" : "", s.workers,
               s.threads ? " in threads" : "", s.databases, s.keep ? " kept" : "", next_life, s.lives);
        return false;
    }
    if (!again)
        shell("rm -rf %s", folder);
    return true;
}

/* A page was on the disk before the lazy commit of what changed it. */
static const uint64_t once_lost[] = { 5841 };

int main(int argc, char **argv)
{
    struct settings settings;

    if (argc > 2 && !strcmp(argv[1], "--verify"))
    {
        settings_choose(&settings, strtoull(argv[2], NULL, 0));
        place(settings.seed);
        return verify(&settings);
    }
    workload_delete = delete_file;
    if (argc > 3 && !strcmp(argv[1], "--live"))
    {
        settings_choose(&settings, strtoull(argv[2], NULL, 0));
        place(settings.seed);
        return live_on(&settings, (uint32_t)strtoul(argv[3], NULL, 0));
    }
    if (argc > 2 && !strcmp(argv[1], "--again"))
    {
        again_life = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 0) : 0;
        return !one_round(strtoull(argv[2], NULL, 0), true);
    }
    const char *count_text = argc > 1 ? argv[1] : getenv("ESENT_CRASHES");
    const char *seed_text = argc > 2 ? argv[2] : getenv("ESENT_SEED");
    unsigned long count = count_text ? strtoul(count_text, NULL, 0) : COUNT, lost = 0;
    uint64_t seed = seed_text ? strtoull(seed_text, NULL, 0) : 1;

    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("[ RUN      ] crashes\n");
    for (unsigned long i = 0; i < count; i++)
        lost += !one_round(i % 3 == 2 && seed < PLURAL_SEEDS ? PLURAL_SEEDS + seed + i : seed + i, false);
    for (unsigned long i = 0; i < sizeof(once_lost) / sizeof(once_lost[0]); i++, count++)
        lost += !one_round(once_lost[i], false);
    printf("%lu crashes, %lu failed\n", count, lost);
    printf("[  %s ] crashes\n", lost ? "FAILED" : "     OK");
    return lost != 0;
}
