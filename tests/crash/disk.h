/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A disk that crashes and fails, as a table of functions of the os floor over the
 * platform's own files.
 *
 * What is written is seen at once, but lies on the disk for certain only after a
 * flush.  At a crash each file is put back to what it was at its last flush, and
 * of what was written since some arrives: nothing, all, all up to a write that is
 * torn at a sector, or any sectors of any writes.  Sizes that were set, names,
 * renames and deletions are a file system's own affair and durable at once; a file
 * that grew by being written may be as long as it was.
 *
 * Thread-safe.  One disk a process.
 */
#ifndef TESTS_CRASH_DISK_H
#define TESTS_CRASH_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esent.h"

#define DISK_SECTOR 512u

void disk_install(void);
/* What is written whole or not at all: DISK_SECTOR, unless it is said before. */
void disk_set_sector(size_t size);

/*
 * Pages of this size of a database, but for those of its header, are written whole or not at all: what Windows'
 * engine asks of a disk, and this one where the log does not go back to the first generation.  0: by sectors.
 */
void disk_whole_pages(uint32_t size);

/* Writes, flushes, and changes of sizes and names so far; calls of every kind. */
uint64_t disk_changes(void);
uint64_t disk_calls(void);

/* The nth change from now on (1: the next) is the last: what has not arrived is
 * lost as `seed` says, `last` is called and the process ends with `status`. */
void disk_crash_at(uint64_t nth, uint64_t seed, void (*last)(void), int status);
/* The same now. */
void disk_crash(uint64_t seed, void (*last)(void), int status) __attribute__((noreturn));

/* The nth call from now on fails with this error, or all from the nth on; 0: none.
 * JET_errDiskFull is an answer only of calls that need room. */
void disk_fail_at(uint64_t nth, JET_ERR err, bool for_good);
/* Whether the fault has happened. */
bool disk_has_failed(void);
/* Calls are neither counted nor do they fail, for a while. */
void disk_pause(bool paused);

/* The nth allocation from now on fails, or all from the nth on; 0: none. */
void memory_install(void);
uint64_t memory_calls(void);
void memory_fail_at(uint64_t nth, bool for_good);
bool memory_has_failed(void);
void memory_pause(bool paused);

#endif
