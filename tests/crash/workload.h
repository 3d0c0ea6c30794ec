/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A random workload, and a model of what it committed.
 *
 * Each of a few workers has a table of its own and two sessions that take turns
 * there, with nested transactions, rollbacks, lazy and durable commits, long
 * values and secondary indexes; it also makes and deletes small tables.  All that
 * follows from the seed, but for what the workers do to each other's timing.
 *
 * With two databases, workers have the one or the other, and detach and attach it while
 * the others go on; it becomes smaller then, or a third is made, changed, detached,
 * deleted and made again.  What a crash left may be gone on with, in another life.
 *
 * A worker's states are numbered by its commits.  After a crash it must be in one
 * of those from the last that was durable to the last that was asked for.
 */
#ifndef TESTS_CRASH_WORKLOAD_H
#define TESTS_CRASH_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "esent.h"

#define WORKERS 3
#define ROWS    40
#define EXTRAS  4

/* Seeds from here on are of two databases; those below are what they were before there were these. */
#define PLURAL_SEEDS (1ull << 32)

struct settings
{
    uint64_t seed;
    uint32_t page_size, log_kb, cache_pages, workers, steps, checkpoint_kb;
    uint32_t databases, lives; /* lives: how often it crashes and goes on */
    bool circular, threads;
    bool moves_roots;
    bool shrinks; /* instead of the third database: databases become smaller as they are attached */
    bool keep; /* recovery leaves databases attached */
    bool faults; /* calls may fail: what can go on goes on */
};

struct workload_row
{
    int32_t there, code, name, amount;
    uint32_t blob_size, blob_seed;
};

struct workload_state
{
    struct workload_row row[ROWS];
    uint8_t extra[EXTRAS]; /* rows that the small table has, and one; 0: there is none */
};

/* Chosen by the seed. */
void settings_choose(struct settings *settings, uint64_t seed);
/* Parameters that are the process's, then an instance in `folder`. */
JET_ERR workload_init(const struct settings *settings, const char *folder, JET_INSTANCE *instance);

/* Creates the database and the tables, and commits them; after that a crash loses no table. */
JET_ERR workload_create(const struct settings *settings, JET_INSTANCE instance);
/* Goes on until it is done, or until what fails cannot be undone; an error ends a worker. */
JET_ERR workload_run(const struct settings *settings, JET_INSTANCE instance);

/* The same after a crash, from what workload_verify has found. */
JET_ERR workload_go_on(const struct settings *settings, JET_INSTANCE instance, uint32_t life);
/* Attaches what there is, after recovery. */
void workload_attach(const struct settings *settings, JET_INSTANCE instance);

/* Rolls back what is open, so that the instance can end. */
void workload_end(void);

/* What may be there after a crash now, to a file, and from it. */
void workload_save(const char *path);
bool workload_load(const char *path);

/* Opens the database and compares: NULL if it is as it may be, else what is wrong. */
const char *workload_verify(const struct settings *settings, JET_INSTANCE instance, const char *folder);

/* Deletes a file, as a program does. */
extern JET_ERR (*workload_delete)(const char *path);
/* Told of each error of a step; may be NULL. */
extern void (*workload_error)(JET_ERR err);
#define FILES 3 /* the databases, and the one that is made again and again */
extern char workload_database[FILES][1024];
/* Whether workload_verify found it; without it, that was right. */
extern bool workload_attached[FILES];
/* Whether workload_create was done. */
extern bool workload_created;

#endif
