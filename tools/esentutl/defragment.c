/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /d: writes a database anew, then puts the new file in the place of the old one. */
#include <stdlib.h>

#include "esentutl.h"

static JET_ERR on_progress(void *context, uint64_t done, uint64_t total)
{
    return progress_step(context, done, total);
}

/* The name of the file to be written: the one that was given, or one beside nothing else. */
static const WCHAR *temporary_path(const struct options *options, WCHAR path[OS_PATH_MAX])
{
    char name[64];

    if (option_value(options, 't'))
        return option_value(options, 't');
    snprintf(name, sizeof(name), "TEMPDFRG%u.EDB", (unsigned)os_thread_id());
    return os_text_from_ascii(path, OS_PATH_MAX, name) ? path : NULL;
}

/* The old file goes away, or to its backup, and the new one gets its name. */
static JET_ERR instate(const struct options *options, const WCHAR *temporary)
{
    const WCHAR *backup = option_value(options, 'b');
    JET_ERR err = JET_errSuccess;

    if (backup)
    {
        printf("\nMoving '%s' to '%s'...", options->name, path_text(backup));
        err = os_file_move(options->path, backup, false);
        if (err >= 0)
            printf(" DONE!");
    }
    if (err < 0)
        return err;
    printf("\nMoving '%s' to '%s'...", path_text(temporary), options->name);
    err = os_file_move(temporary, options->path, true);
    if (err >= 0)
        printf(" DONE!\n");
    return err;
}

JET_ERR mode_defragment(const struct options *options)
{
    struct progress progress = { 0 };
    struct maintain_report report = { &progress, NULL, on_progress };
    WCHAR name[OS_PATH_MAX];
    const WCHAR *temporary = temporary_path(options, name);
    JET_ERR err;

    if (!temporary)
        return JET_errInvalidPath;
    printf("Initiating DEFRAGMENTATION mode...\n            Database: %s\n", options->name);
    /* What an earlier run left. */
    if (!option_flag(options, 'p') && !option_value(options, 't'))
        (void)os_file_delete(temporary);
    progress_start(&progress, "Defragmentation Status");
    err = compact_database(options->path, temporary, &report);
    progress_end(&progress);
    if (err < 0)
        return err;
    if (option_flag(options, 'p'))
        printf("\nThe new database is %s.\n", path_text(temporary));
    else
        err = instate(options, temporary);
    if (err < 0)
        return err;
    printf("\nNote:\n  It is recommended that you immediately perform a full backup\n"
           "  of this database. If you restore a backup made before the\n"
           "  defragmentation, the database will be rolled back to the state\n"
           "  it was in at the time of that backup.\n");
    return JET_errSuccess;
}
