/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef ESENT_API_INSTANCE_RECOVER_H
#define ESENT_API_INSTANCE_RECOVER_H

#include "api/private.h"
#include "recovery/recovery.h"

/*
 * Replays the log of those names, with the map, the callbacks and the place to stop at that JetInit was given.
 * The log goes on as `log`, which may be there after an error too: the caller closes it.
 * Errors: those of recovery_run.
 */
JET_ERR instance_recover(struct instance *instance, const struct log_config *config,
                         struct database_registry *registry, JET_GRBIT grbit, struct log **log);

#endif
