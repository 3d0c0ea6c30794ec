/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a log file may hold, told once more, apart from the engine: the fields of
 * each type of record, where they lie, how wide they are, what they may say, which
 * of them say how much data follows; and what one record has to say to another:
 * transactions, macros, the times of pages.  It includes nothing of the library.
 *
 * Facts: the published source (LR and its subclasses, and what writes them).
 */
#ifndef TESTS_LOG_LAYOUT_H
#define TESTS_LOG_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAYOUT_TYPES 102u
#define LAYOUT_SESSIONS 4096u
#define LAYOUT_DATABASES 7u
#define LAYOUT_PENDING 256u
#define LAYOUT_PAGES 65536u             /* whose times are remembered, of each database */

struct layout_session
{
    bool open;
    uint32_t begun;                     /* time */
    uint8_t level;
    bool macro;
    bool moves_root;                    /* the macro does */
    uint64_t macro_dbtime;
};

/* A page that a macro changes, which takes effect when it ends. */
struct layout_pending
{
    uint8_t dbid;
    uint16_t session;
    uint32_t pgno;
};

struct layout_log
{
    uint32_t page_size;
    uint32_t pages[LAYOUT_DATABASES];   /* size of each file at its largest; 0: not looked at */
    struct layout_session sessions[LAYOUT_SESSIONS];
    uint64_t *dbtimes[LAYOUT_DATABASES]; /* of pages, as the log has made them; 0: not known */
    struct layout_pending pending[LAYOUT_PENDING];
    unsigned pendings;
    uint64_t seen[LAYOUT_TYPES];
    uint64_t fields[LAYOUT_TYPES];      /* that the rules of the type look at */

    uint8_t *pieces;                    /* of a record that was cut */
    uint32_t pieces_size, pieces_total;

    /* Called for each record before it takes effect, if set. */
    void (*each)(void *context, const struct layout_log *log, const uint8_t *record, uint32_t size);
    void *context;

    char wrong[256];                    /* the first thing that is wrong, or "" */
};

struct layout_log *layout_new(uint32_t page_size);
void layout_free(struct layout_log *log);

/* The next generation of the log, in order: the bytes of its file.  False if something is wrong: log->wrong. */
bool layout_generation(struct layout_log *log, const uint8_t *file, size_t size, uint32_t generation);

/* Whether the record of that size may come next; if not, why, in `wrong` of that size. */
bool layout_judge(const struct layout_log *log, const uint8_t *record, uint32_t size, char *wrong, size_t wrong_size);

/* Makes one field after the other of a record wrong, in `copy`, as its rule would not have it: `at` is 0 at first.
 * False after the last.  `name` says which. */
bool layout_spoil(const struct layout_log *log, const uint8_t *record, uint32_t size, uint8_t *copy, unsigned *at,
                  const char **name);

const char *layout_name(uint8_t type);

#endif
