/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /mk and /ml: checkpoint and log files. */
#include "esentutl.h"

JET_ERR mode_checkpoint(const struct options *options)
{
    (void)options;
    return JET_errFeatureNotAvailable;
}

JET_ERR mode_log(const struct options *options)
{
    (void)options;
    return JET_errFeatureNotAvailable;
}
