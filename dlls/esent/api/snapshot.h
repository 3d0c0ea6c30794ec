/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Snapshots: the instances hold still while somebody else copies their disks.
 *
 *     Prepare -> Freeze -> Thaw [-> TruncateLog, any number of times -> End]
 *
 * The part in brackets only with JET_bitContinueAfterThaw; else Thaw ends it.  A
 * thread holds log and databases while frozen; it lets go when told, or by itself
 * after JET_paramOSSnapshotTimeout milliseconds: Thaw then answers
 * JET_errOSSnapshotTimeOut, and the snapshot is worth nothing.
 *
 * Locks: process.snapshot_lock guards the list and the state of each; it comes before
 * process.lock, under which instances join.  Neither is held while anything is
 * frozen or the thread is waited for.
 *
 * Source: io.cxx (its states and their order), jetapi.cxx.
 */
#ifndef ESENT_API_SNAPSHOT_H
#define ESENT_API_SNAPSHOT_H

#include "api/private.h"

enum snapshot_state
{
    SNAPSHOT_PREPARED,
    SNAPSHOT_FREEZING,
    SNAPSHOT_FROZEN,
    SNAPSHOT_TIMED_OUT,
    SNAPSHOT_THAWED, /* logs may be truncated */
    SNAPSHOT_TRUNCATED,
};

struct snapshot
{
    struct snapshot *next;
    JET_OSSNAPID id;
    enum snapshot_state state;
    bool incremental, copy, go_on;
    bool all; /* no instance was named: all there are */
    struct os_thread *thread;
    struct os_condition changed;
    bool thaw;
    bool ending;    /* nobody finds it any more */
    JET_ERR frozen; /* what came of the freeze */
};

/* ---- the instances that are part of one (snapshot_members.c) ---- */

/* The next one from *at on, which begins at 0; NULL: there is none.  Each stays until it is let go. */
struct instance *snapshot_member(const struct snapshot *snapshot, uint32_t *at);
/* With process.lock held: one more, that is in no other. */
void snapshot_join(struct snapshot *snapshot, struct instance *instance);
/* All that run and are in no other. */
void snapshot_join_all(struct snapshot *snapshot);
/* All are let go. */
void snapshot_leave_all(struct snapshot *snapshot);

#endif
