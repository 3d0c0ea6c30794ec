/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* There is no registry. */
#include "private.h"

JET_ERR os_registry_open(const WCHAR *path, struct os_registry **registry)
{
    (void)path, (void)registry;
    return JET_errFeatureNotAvailable;
}

void os_registry_close(struct os_registry *registry)
{
    (void)registry;
}

JET_ERR os_registry_read(struct os_registry *registry, const WCHAR *beneath, const WCHAR *name, WCHAR *text, size_t cch)
{
    (void)registry, (void)beneath, (void)name, (void)text, (void)cch;
    return JET_errFeatureNotAvailable;
}

void os_registry_write(struct os_registry *registry, const WCHAR *beneath, const WCHAR *name)
{
    (void)registry, (void)beneath, (void)name;
}
