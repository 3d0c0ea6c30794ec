/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /p: makes a whole database of what there is of a damaged one, and puts it in its place. */
#include <inttypes.h>

#include "esentutl.h"

static JET_ERR on_progress(void *context, uint64_t done, uint64_t total)
{
    return progress_step(context, done, total);
}

/* The scale is what the context begins with. */
struct repairing
{
    struct progress progress;
    FILE *report;
};

static void on_finding(void *context, const struct finding *finding)
{
    struct repairing *repairing = context;

    progress_end(&repairing->progress);
    if (repairing->report)
        fprintf(repairing->report, "ERROR: %s%spage %u: %s\r\n", finding->table, *finding->table ? ": " : "",
                (unsigned)finding->pgno, finding->text);
    printf("LOST: ");
    if (*finding->table)
        printf("%s: ", finding->table);
    if (finding->pgno)
        printf("page %u: ", (unsigned)finding->pgno);
    printf("%s\n", finding->text);
}

static void tell(const struct repair_result *result)
{
    printf("\n%u of %u pages could not be used.\n", (unsigned)result->bad_pages, (unsigned)result->pages);
    printf("%u tables, %u damaged, %u lost.\n", (unsigned)result->tables, (unsigned)result->tables_damaged,
           (unsigned)result->tables_lost);
    printf("%" PRIu64 " records of damaged tables were found; %" PRIu64 " could not be used.\n", result->records,
           result->records_lost);
    printf("%" PRIu64 " long values were not whole; %" PRIu64 " columns lost them.\n", result->values_lost,
           result->columns_lost);
    printf("%u indexes were built anew, %u are lost.\n", (unsigned)result->indexes_rebuilt,
           (unsigned)result->indexes_lost);
}

JET_ERR mode_repair(const struct options *options)
{
    struct repairing repairing = { 0 };
    struct maintain_report report = { &repairing, on_finding, on_progress };
    const WCHAR *temporary = option_value(options, 't');
    struct repair_result result = { 0 };
    WCHAR path[OS_PATH_MAX];
    char name[64];
    JET_ERR err;

    /* Nobody is asked whether to go on after it. */
    if (option_flag(options, 'g'))
        return mode_integrity(options);
    if (!temporary)
    {
        snprintf(name, sizeof(name), "TEMPREPAIR%u.EDB", (unsigned)os_thread_id());
        if (!os_text_from_ascii(path, OS_PATH_MAX, name))
            return JET_errInvalidPath;
        temporary = path;
        (void)os_file_delete(temporary);
    }
    printf("Initiating REPAIR mode...\n        Database: %s\n  Temp. Database: %s\n\n", options->name,
           path_text(temporary));
    repairing.report = report_open(options);
    progress_start(&repairing.progress, "Scanning Status");
    err = repair_database(options->path, temporary, &report, &result);
    progress_end(&repairing.progress);
    if (repairing.report)
        fclose(repairing.report);
    if (result.pages)
        tell(&result);
    if (err < 0)
        return err;
    err = os_file_move(temporary, options->path, true);
    if (err < 0)
        return err;
    printf("\nRepair completed. Database corruption has been repaired!\n\nNote:\n"
           "  It is recommended that you immediately perform a full backup\n"
           "  of this database. If you restore a backup made before the\n"
           "  repair, the database will be rolled back to the state\n"
           "  it was in at the time of that backup.\n");
    return result.bad_pages || result.tables_lost || result.tables_damaged ? JET_wrnDatabaseRepaired : JET_errSuccess;
}
