/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * maintain: what is done to whole databases that nobody has open.
 *
 * Integrity (integrity*.c) reads a database without changing it and reports
 * everything that contradicts itself:
 *
 *   pages      checksums, numbers, layout of every page of the file
 *   trees      order, separators, links both ways, depth, flags, object ids
 *   space      every page is owned by one tree at each height of the hierarchy,
 *              and is used, set aside for a split, or available, exactly once
 *   catalog    MSysObjects against its shadow and MSysObjids; roots and ids unique
 *   records    layout; the key of a record is what its columns say
 *   indexes    the entries are the keys of the records, no more and no fewer
 *   values     long values whole, and referred to as often as they say
 *
 * Entries and keys are compared as sums of hashes over either side, so the check
 * is a scan of each tree and needs no memory for them; only when the sums differ
 * are the entries looked up one by one, to name the ones that are wrong.  Memory
 * is nine bytes a page of the file and a few pages for each level of a tree.
 *
 * Dumps (space_dump.c, ...) tell what is in a database for people to read: they
 * fill structs, and printing is the caller's.
 *
 * Findings and progress go to callbacks, on the thread that asked.  Nothing here
 * is shared between threads, so there are no locks.
 */
#ifndef ESENT_MAINTAIN_MAINTAIN_H
#define ESENT_MAINTAIN_MAINTAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "esent.h"

enum finding_kind
{
    FINDING_HEADER,
    FINDING_PAGE,
    FINDING_TREE,
    FINDING_SPACE,
    FINDING_CATALOG,
    FINDING_RECORD,
    FINDING_INDEX,
    FINDING_LONG_VALUE,
};

struct finding
{
    enum finding_kind kind;
    bool warning;      /* odd or wasteful, but no corruption */
    uint32_t pgno;     /* where; 0: nowhere in particular */
    const char *table; /* "" outside of tables */
    const char *tree;  /* the index, "[Long Values]", ...; "" for the records */
    const char *text;
};

/* Either function may be NULL. */
struct maintain_report
{
    void *context;
    void (*finding)(void *context, const struct finding *finding);
    /* An error ends the work and becomes its result. */
    JET_ERR (*progress)(void *context, uint64_t done, uint64_t total);
};

struct integrity_options
{
    bool no_records;       /* pages, trees and space only */
    uint32_t findings_max; /* reported one by one; 0: 1000 */
};

struct integrity_result
{
    uint64_t findings; /* warnings not counted */
    uint64_t warnings;
    uint64_t pages; /* of the file, without its header */
    uint64_t lost;  /* of them: owned, but neither used nor available; each run of them is a warning */
    uint32_t trees, tables;
    uint64_t records, entries, long_values;
    uint64_t kept_values;  /* long values that say that more columns refer to them than do: each is a warning */
    uint64_t indexes_not_compared; /* because text sorts differently here, or a callback computes a column */
};

/*
 * Checks a database file that was shut down cleanly.  *result (may be NULL) is
 * filled whatever comes of it.
 * Errors: JET_errDatabaseCorrupted if anything but warnings was found; those of
 * opening (JET_errFileNotFound, ...); of its state (JET_errDatabaseDirtyShutdown);
 * JET_errInvalidDatabaseVersion; JET_errOutOfMemory; the progress function's.
 */
JET_ERR integrity_check(const WCHAR *path, const struct integrity_options *options,
                        const struct maintain_report *report, struct integrity_result *result);

/* Pages seen by a pass over the whole file, its two headers included. */
struct checksum_result
{
    uint64_t pages, bad, correctable, uninitialized, wrong_number;
    uint64_t dbtime_max;
    uint32_t dbtime_pgno;
    uint64_t reads, bytes;
    uint64_t milliseconds, slowest, fastest;
};

/* Verifies the checksums of a file in whatever state.  JET_errReadVerifyFailure if any page is bad;
 * those of opening and reading, and the progress function's. */
JET_ERR checksum_check(const WCHAR *path, const struct maintain_report *report, struct checksum_result *result);

/* Writes a database that was shut down cleanly into a new file, without what is free in it.
 * JET_errDatabaseDuplicate (there is such a file), JET_errDatabaseDirtyShutdown, those of opening, reading and
 * writing, and the progress function's; then there is no new file. */
JET_ERR compact_database(const WCHAR *from, const WCHAR *to, const struct maintain_report *report);

struct repair_result
{
    uint32_t pages, bad_pages;              /* of the file; those that could not be read */
    uint32_t tables, tables_damaged, tables_lost;
    uint64_t records;                       /* of damaged tables: those that were found */
    uint64_t records_lost;                  /* known to have been there, and not decodable */
    uint64_t values_lost;                   /* long values that were not whole */
    uint64_t columns_lost;                  /* columns of records that referred to them */
    uint32_t indexes_rebuilt, indexes_lost;
};

/*
 * Makes a database of what can be read of a damaged one, in a new file: trees
 * that are whole are copied, of others the leaves are sought in all of the file;
 * the catalog is put together from both of its copies; long values that are not
 * whole go, and so do references to them; indexes are filled anew.  What is lost
 * is told as findings.  *result (may be NULL) is filled whatever comes of it.
 * JET_errDatabaseCorrupted: there is nothing of a database in the file; those of
 * opening, reading, writing, and the progress function's; then there is no new file.
 */
JET_ERR repair_database(const WCHAR *from, const WCHAR *to, const struct maintain_report *report,
                        struct repair_result *result);

/*
 * Checks a database and, if it is not whole or was not shut down cleanly, puts in
 * its place what repair_database makes of it, in `temporary` meanwhile.
 * JET_wrnDatabaseRepaired: it was; JET_errDatabaseCorrupted: it should be, and only_check.
 */
JET_ERR repair_if_needed(const WCHAR *path, const WCHAR *temporary, bool only_check,
                         const struct maintain_report *checking, const struct maintain_report *report,
                         struct repair_result *result);

struct database;
struct txn;

/* Work on a database that is in use is asked between pages whether it shall go on. */
struct maintain_leave
{
    void *context;
    bool (*go_on)(void *context);
    /* Sleeps, or less if it shall not go on; NULL: there is no pause. */
    void (*rest)(void *context, uint64_t milliseconds);
};

static inline bool maintain_goes_on(const struct maintain_leave *leave)
{
    return !leave->go_on || leave->go_on(leave->context);
}

/* What of a table is being worked at; the numbers are those of MSysDefrag2. */
enum defragment_kind
{
    DEFRAGMENT_NOTHING,
    DEFRAGMENT_RECORDS = 1,
    DEFRAGMENT_LONG_VALUES = 2,
    DEFRAGMENT_INDEXES = 4,
};

#define DEFRAGMENT_KEY_MOST 1023 /* bytes that stay in a row */

/* A pass over a database, and how far it is (defragment_pass.c). */
struct defragment_pass
{
    struct database *database;
    struct txn *txn;
    bool space_only;    /* nothing but space is worked at, so no place is kept */
    bool resumed;       /* it was begun before */
    uint32_t objid;     /* the table that is next, or worked at; the catalog: none was yet */
    uint16_t kind;      /* enum defragment_kind */
    uint32_t key_size;  /* 0: from its end */
    uint8_t key[DEFRAGMENT_KEY_MOST];
    uint32_t visited, freed;    /* pages, since that was noted last, */
    uint64_t since;             /* at this os_time_now */
};

/* What can be told of a pass. */
struct defragment_told
{
    uint64_t started;   /* os_time_now */
    uint64_t seconds, days, invocations, freed;
    uint64_t passes;    /* since the database was created */
};

/* Finds out where to go on.  The transaction is at level 0. */
JET_ERR defragment_pass_open(struct defragment_pass *pass, struct database *database, struct txn *txn,
                             bool space_only);
/* Begins a pass, or goes on with one. */
JET_ERR defragment_pass_begin(struct defragment_pass *pass, struct defragment_told *told);
/* Goes through what is left of the tables, as long as it shall: leaves that have little left are joined, empty ones
 * given back.  Tables that others have alone are left out. */
JET_ERR defragment_database(struct defragment_pass *pass, const struct maintain_leave *leave);
/* It came to the end of them. */
JET_ERR defragment_pass_complete(struct defragment_pass *pass, struct defragment_told *told);
/* Notes how far it is. */
JET_ERR defragment_pass_note(struct defragment_pass *pass);
/* The same of one table, whose leaves are then moved to where they follow each other; *moved is how many were.
 * JET_errObjectNotFound, JET_errTableLocked. */
JET_ERR defragment_table(struct database *database, struct txn *txn, const char *name,
                         const struct maintain_leave *leave, uint32_t *moved);

/*
 * Makes the file shorter from its end: pages in use there are moved to lower ones that are free, as far as that goes.
 * Nobody else has the database open.  That nothing could be done is no error.
 */
struct shrink_options
{
    JET_GRBIT grbit;      /* JET_bitShrinkDatabase...OnAttach */
    int32_t milliseconds; /* after which nothing new is begun; < 0: no limit */
    uint32_t pages_least; /* of the file, its header included, at which to stop */
    bool move_roots;
};

struct shrink_result
{
    uint32_t cut, moved; /* pages */
    uint32_t found;      /* pages that trees had lost, and have again */
};

JET_ERR shrink_database(struct database *database, struct txn *txn, const struct shrink_options *options,
                        struct shrink_result *result);

/*
 * Finds pages again that the root space has lost, *found of them; nobody else has the database open.
 * `milliseconds` is after what nothing new is begun; < 0: no limit.  JET_errDatabaseInUse, JET_errSPOwnExtCorrupted.
 */
JET_ERR reclaim_database(struct database *database, struct txn *txn, int32_t milliseconds, uint32_t *found);

/* Reads all pages of the file that have been written, and checks them; *pages is how many.  Bad ones are counted in
 * *bad and do not end it. */
JET_ERR scan_database(struct database *database, uint32_t pause_ms, const struct maintain_leave *leave,
                      uint32_t *pages, uint32_t *bad);

/*
 * Pages [first, first + count) of a database that is in use, as they are in its
 * file, which may be older than what the cache has of them; behind the end of
 * the file there are pages that say they were cut off.  A single wrong bit is put right.
 * JET_errReadVerifyFailure and the like; what reading answers.
 */
JET_ERR database_read_pages(struct database *database, uint32_t first, uint32_t count, uint8_t *data);

enum space_tree_type
{
    SPACE_DATABASE,
    SPACE_TABLE,
    SPACE_INDEX,
    SPACE_LONG_VALUES,
};

/* What one tree has. */
struct space_line
{
    enum space_tree_type type;
    const char *table, *name;
    uint32_t root, objid;
    uint32_t primary;                    /* pages of the first extent, by the space header */
    uint32_t owned, available, reserved; /* pages; reserved ones are set aside for splits of space trees */
    uint32_t shelved;
    uint32_t owned_extents, available_extents;
    uint32_t internal_trees; /* of space: 0 or 2 */
    uint32_t owned_root;     /* 0: one extent only */
    bool has_auto_increment;
    uint64_t auto_increment;
};

struct space_totals
{
    uint32_t page_size;
    uint32_t tables, internal_trees, long_value_trees, indexes;
    uint64_t owned, available, shelved;
    uint32_t user_min, user_max; /* lowest and highest page that is not available */
    uint32_t last;               /* of the last owned extent */
};

struct table;

/* Calls visit() for each table by name, with its trees (of each: type, name, root and object id):
 * itself, its long values, its indexes by name.  Errors as integrity_check. */
JET_ERR catalog_dump(const WCHAR *path,
                     JET_ERR (*visit)(void *context, const struct table *table, const struct space_line *trees,
                                      uint32_t count),
                     void *context);

/* Calls line() for the database, then for each table by name, its long values and its
 * indexes by name.  Errors as integrity_check. */
JET_ERR space_dump(const WCHAR *path, JET_ERR (*line)(void *context, const struct space_line *line), void *context,
                   struct space_totals *totals);

#endif
