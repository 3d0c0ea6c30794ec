/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Faults under the conformance programs.
 *
 * A program is linked in with every JetXxx it calls sent through calls.c, which
 * numbers the calls and knows what each answered.  A first run without faults
 * notes, after each call, what is committed in each database: a digest of all that
 * the API shows of its tables to a new session (state.c).  The same seed makes the
 * same calls, so what a faulted run must find after recovery is known from the
 * number of the call that was the first to answer otherwise: what was committed
 * before it, or after it.  Commits are durable here, also where a program would
 * have them lazy, and recovery is on, also where it would have it off.
 *
 * faults.c runs the program, in processes of its own, with one point after the other.
 * What they tell each other lies in shared memory.
 */
#ifndef TESTS_CRASH_CONFORMANCE_H
#define TESTS_CRASH_CONFORMANCE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "esent.h"

#define CALLS_MAX     300000
#define STATES_MAX    8000
#define DATABASES_MAX 6
#define LOGS_MAX      4
#define PATH_LENGTH   280

struct database
{
    char path[PATH_LENGTH];
    uint64_t digest;
};

/* Of each database that was seen, what was committed when it was last seen. */
struct state
{
    uint32_t count;
    struct database database[DATABASES_MAX];
};

/* What an instance has to be given to recover. */
struct logs
{
    char system_path[PATH_LENGTH], log_path[PATH_LENGTH], base[16];
    JET_API_PTR log_size, page_size, circular, legacy_names;
};

/* What a run does at the first call that answers otherwise than without the fault. */
enum manner
{
    GO_ON,         /* to the end of the program */
    KILLED,        /* the process ends; what it wrote is there */
    POWER_FAILURE, /* and of what was not flushed, something is */
    MANNERS
};

struct shared
{
    /* Of the run without faults. */
    uint32_t calls;
    struct
    {
        uint16_t function;
        JET_ERR err;
        uint32_t state; /* after it */
    } call[CALLS_MAX];
    uint32_t states;
    struct state state[STATES_MAX];
    uint64_t io_calls, allocations;

    /* Of this run. */
    enum manner manner;
    bool keep;           /* what is found is written to files, to be compared by eye */
    uint32_t kill_after; /* a call, 0: none */
    uint32_t departed;   /* the first call to answer otherwise, counted from 1; 0: none */
    JET_ERR departed_err;
    bool known;          /* accept says what must be there, one or the other */
    bool before_fault;   /* it departed, and not by the fault */
    bool ended, program_crashed, endless;
    char inside[60];     /* the function it is in */
    struct state accept[2];
    uint32_t logs;
    struct logs log[LOGS_MAX];
    bool bad;
    char complaint[2000];
};

extern struct shared *shared;

/* calls.c: runs the program's main.  With `note`, fills in shared->call. */
void calls_run(int argc, char **argv, bool note);
const char *call_name(uint16_t function);

/* A line about what is wrong, printed by the parent. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* state.c: brings the entries of databases that are attached up to date; false if
 * one cannot be read now. */
bool state_look(struct state *state);
/* Entries of `from` take the place of those of the same path. */
void state_merge(struct state *state, const struct state *from);
void state_forget(struct state *state, const char *path);

/* Where not NULL, what goes into digests is written there. */
extern FILE *state_text;

/* Digest of the tables of an open database; an error if it cannot be read. */
JET_ERR state_digest(JET_SESID session, JET_DBID database, uint64_t *digest);

/* Whether a call of this error is one that a fault may lead to; `disk_full`, `memory`: which. */
bool error_is_of_fault(JET_ERR err, bool disk_full, bool memory);

#endif
