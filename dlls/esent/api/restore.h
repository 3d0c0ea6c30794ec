/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JetRestore and JetExternalRestore: a backup set is brought to its place, and
 * the logs are replayed into it, those of the set and those after it that are
 * still there.  What is left are databases that were shut down cleanly, and a log
 * that goes on; no instance runs.
 *
 * Windows' engine replays the logs from where the set is.  Here they are put
 * beside the others first, and then it is recovery as in JetInit.
 */
#ifndef ESENT_API_RESTORE_H
#define ESENT_API_RESTORE_H

#include "api/private.h"
#include "log/log.h"

#define RESTORE_MAP_MAX 16

struct restore
{
    struct instance *instance;
    JET_PFNSTATUS status;
    struct log_names from, to;                  /* the logs of the set, and where they go */
    uint32_t first, last;
    JET_RSTMAP2_W map[RESTORE_MAP_MAX];
    WCHAR *paths[2 * RESTORE_MAP_MAX];          /* of the map, to be freed */
    uint32_t count;
};

/* The instance to be used, marked as being initialized; a new one if the handle is none.
 * JET_errAlreadyInitialized, JET_errInvalidInstance. */
JET_ERR restore_take_instance(JET_INSTANCE handle, const WCHAR *name, bool *made, struct instance **instance);
void restore_give_instance(struct instance *instance, bool made);

/* Tells the program how far it is, in percent; the answer is the program's. */
JET_ERR restore_tell(const struct restore *restore, JET_SNT what, uint32_t done);
/* The names of the logs, of the set in the folder `set`: NULL or empty: where the others are. */
JET_ERR restore_full_names(const struct instance *instance, const WCHAR *set, struct restore *restore);
/* Logs of another size: the set says. */
JET_ERR restore_adopt_sizes(struct restore *restore);
/* The database that the log knows as `logged` is at `path`. */
JET_ERR restore_add_map(struct restore *restore, const WCHAR *logged, const WCHAR *path);
/* The logs of the set and those after it, into the databases of the map. */
JET_ERR restore_replay(struct restore *restore);
/* Tells the end, and frees the map.  `err` is what became of it. */
JET_ERR restore_finish(struct restore *restore, JET_ERR err);

#endif
