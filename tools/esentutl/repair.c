/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /p: checks a database, and puts a whole one of what there is of it in its place if it is damaged. */
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

/* What is wrong is for the report, what is lost by it for everybody. */
static void on_wrong(void *context, const struct finding *finding)
{
    struct repairing *repairing = context;

    if (repairing->report)
        fprintf(repairing->report, "%s: %s%spage %u: %s\r\n", finding->warning ? "WARNING" : "ERROR", finding->table,
                *finding->table ? ": " : "", (unsigned)finding->pgno, finding->text);
}

static void on_lost(void *context, const struct finding *finding)
{
    struct repairing *repairing = context;

    progress_end(&repairing->progress);
    on_wrong(context, finding);
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
    struct maintain_report checking = { &repairing, on_wrong, on_progress };
    struct maintain_report report = { &repairing, on_lost, on_progress };
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
    }
    printf("Initiating REPAIR mode...\n        Database: %s\n  Temp. Database: %s\n\n", options->name,
           path_text(temporary));
    repairing.report = report_open(options);
    progress_start(&repairing.progress, "Scanning Status");
    err = repair_if_needed(options->path, temporary, false, &checking, &report, &result);
    progress_end(&repairing.progress);
    if (repairing.report)
        fclose(repairing.report);
    if (result.pages)
        tell(&result);
    if (err == JET_errSuccess)
        printf("\nIntegrity check successful.\n");
    if (err != JET_wrnDatabaseRepaired)
        return err;
    printf("\nRepair completed. Database corruption has been repaired!\n\nNote:\n"
           "  It is recommended that you immediately perform a full backup\n"
           "  of this database. If you restore a backup made before the\n"
           "  repair, the database will be rolled back to the state\n"
           "  it was in at the time of that backup.\n");
    return err;
}
