/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /mm: tables, columns and indexes. */
#include "esentutl.h"

JET_ERR mode_catalog(const struct options *options)
{
    (void)options;
    return JET_errFeatureNotAvailable;
}
