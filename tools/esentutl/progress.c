/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scale of progress, as Windows' utility draws it, if the output is a terminal. */
#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

#include "esentutl.h"

#define SCALE 51

static bool is_terminal(void)
{
#ifdef _WIN32
    return _isatty(_fileno(stdout));
#else
    return isatty(STDOUT_FILENO);
#endif
}

void progress_start(struct progress *progress, const char *title)
{
    progress->shown = is_terminal();
    progress->dots = 0;
    if (!progress->shown)
        return;
    printf("                     %s (%% complete)\n\n"
           "          0    10   20   30   40   50   60   70   80   90  100\n"
           "          |----|----|----|----|----|----|----|----|----|----|\n"
           "          ",
           title);
    fflush(stdout);
}

JET_ERR progress_step(struct progress *progress, uint64_t done, uint64_t total)
{
    unsigned dots = total ? (unsigned)(done * SCALE / total) : SCALE;

    if (!progress->shown || dots <= progress->dots)
        return JET_errSuccess;
    while (progress->dots < dots && progress->dots < SCALE)
    {
        putchar('.');
        progress->dots++;
    }
    fflush(stdout);
    return JET_errSuccess;
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        printf("\n\n");
    progress->shown = false;
}
