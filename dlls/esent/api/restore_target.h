/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The instance for which a backup is restored elsewhere: its later logs are replayed too. */
#ifndef ESENT_API_RESTORE_TARGET_H
#define ESENT_API_RESTORE_TARGET_H

#include "api/private.h"

struct restore_target
{
    bool running;
    uint32_t high;           /* the last generation that is replayed; 0: none is */
    WCHAR logs[OS_PATH_MAX]; /* where they are */
};

/*
 * Finds the instance with this name, or with its logs here; what it has written
 * so far becomes whole generations.  *target says nothing if there is none of these logs.
 * JET_errBadRestoreTargetInstance: none of this name runs, or its logs have another base
 * name than `base` (NULL or empty: the default); those of entering it.
 */
JET_ERR restore_target_find(const WCHAR *name, const WCHAR *logs, const WCHAR *base, struct restore_target *target);

#endif
