/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of an instance's log share. */
#ifndef ESENT_API_INSTANCE_LOG_PRIVATE_H
#define ESENT_API_INSTANCE_LOG_PRIVATE_H

#include "api/private.h"
#include "table/database_log.h"

struct instance_log
{
    struct instance *instance;
    struct log *log;
    struct log_config config;
    struct database_registry registry;
    bool goes_on;               /* the log was there before */
    uint32_t first_generation;  /* that was current at the start */
    _Atomic bool started;       /* `log` is there to stay: from here on the program hears of commits */
    struct os_mutex lock;       /* guards what follows */
    struct os_condition wake;
    struct os_thread *thread;   /* once something was changed */
    bool stop;
    bool quiet;                 /* the instance is about to end: what is changed is written soon */
};

/* Whether recovery has left a database attached. */
bool instance_log_keeps_any(const struct instance_log *own);

/* ---- the log that is there, or a new one (instance_log_open.c) ---- */

/* Finds the log that own->config describes: continues it, recovers from it, or makes one; own->log is it then,
 * of the size and extension that the program asks for.  JET_errLogFileSizeMismatch..., what recovery answers. */
JET_ERR instance_log_open(struct instance_log *own, JET_GRBIT grbit);

/* ---- the thread that moves the checkpoint on (instance_checkpoint.c) ---- */

/* There is something that a checkpoint may leave behind: the thread begins if it has not.  context: own. */
void checkpoint_wanted(void *context);
/* Ends it for good, and waits for that. */
void checkpoint_stop(struct instance_log *own);

#endif
