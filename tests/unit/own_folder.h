/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A folder of a test program's own: it works there, and takes it away. */
#ifndef TESTS_OWN_FOLDER_H
#define TESTS_OWN_FOLDER_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline bool own_folder_enter(const char *name)
{
    char folder[256];

    snprintf(folder, sizeof(folder), "/tmp/%s.XXXXXX", name);
    return mkdtemp(folder) && !chdir(folder);
}

/* Takes away the folder that it stands in, if that is one of that name. */
static inline bool own_folder_leave(const char *name)
{
    char folder[4096], command[4200], own[256];

    snprintf(own, sizeof(own), "/%s.", name);
    if (!getcwd(folder, sizeof(folder)) || !strstr(folder, own))
        return false;
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return !chdir("/") && !system(command);
}

#endif
