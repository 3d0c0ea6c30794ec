/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recovery, as a whole. */
#include "recovery/recovery.h"

JET_ERR recovery_run(const struct recovery_config *config, struct log **log)
{
    (void)config;
    *log = NULL;
    return JET_errFeatureNotAvailable;
}
