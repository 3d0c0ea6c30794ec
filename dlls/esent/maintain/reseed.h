/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reseed: a copy of a database that went another way than the others is made to
 * follow them again, by putting pages of theirs in place of its own.
 *
 * A database that was not shut down cleanly is begun: its header says from then
 * on that it is neither its old self nor the new one, and nobody can attach it.
 * Pages are written over its own, in any order.  In the end logs are named that
 * lead from the oldest page in it to where the others are, the header and the checkpoint
 * say that these must be replayed, and recovery makes a whole database of it.
 *
 * The file is open for this alone from begin to end.  Nothing here is shared
 * between threads: who has the struct uses it from one at a time.
 *
 * Source: io.cxx (ErrIsamBeginDatabaseIncrementalReseed and what follows).
 */
#ifndef ESENT_MAINTAIN_RESEED_H
#define ESENT_MAINTAIN_RESEED_H

#include "log/log.h"

struct reseed;

/*
 * Opens a file.  JET_errFileNotFound, JET_errFileAccessDenied (it is in use),
 * JET_errDatabaseCorrupted (no header), JET_errPageSizeMismatch.
 */
JET_ERR reseed_open(const WCHAR *path, uint32_t page_size, struct reseed **reseed);

/*
 * Says in its header that it is begun; nothing is done if it says so already.
 * JET_errDatabaseCorrupted (another file), JET_errInvalidDatabaseVersion,
 * JET_errDatabaseInvalidIncrementalReseed (its state), those of writing.
 */
JET_ERR reseed_begin(struct reseed *reseed);

/* Closes it as it is; NULL is none. */
void reseed_close(struct reseed *reseed);

/* The path as it was given. */
const WCHAR *reseed_path(const struct reseed *reseed);

/*
 * Writes pages [first, first + count), which may lie behind the end of the file:
 * it then grows to a multiple of `extension` pages.  pages NULL: such as were cut off.
 * JET_errReadVerifyFailure and the like: one of them is not good; nothing was written then.
 */
JET_ERR reseed_patch(struct reseed *reseed, uint32_t first, uint32_t count, const uint8_t *pages, uint32_t extension);

/* Generations that must be replayed, and the first of those that the copy had otherwise (0: none). */
struct reseed_logs
{
    uint32_t min, diverged, max;
};

/*
 * Completes it: the logs are looked at, checkpoint and header written, the file is
 * on disk.  After an error it goes on as before, and reseed_close() is the caller's in any case.
 * JET_errLogFileCorrupt (one is missing, or has another number), JET_errBadLogSignature,
 * JET_errInvalidLogSequence, JET_errNoAttachmentsFailedIncrementalReseed and
 * JET_errDatabaseFailedIncrementalReseed (no log has the database attached in time, or
 * they are not its own), JET_errInvalidParameter (there are no logs at all),
 * JET_errFileInvalidType and JET_errBadCheckpointSignature (of the checkpoint file).
 */
JET_ERR reseed_end(struct reseed *reseed, const struct log_names *names, const struct reseed_logs *logs);

#endif
