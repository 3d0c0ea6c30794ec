/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /g and /k. */
#include <inttypes.h>

#include "esentutl.h"
#include "log/log.h"

struct check
{
    struct progress progress;
    FILE *report;
    uint64_t shown;
};

static JET_ERR on_progress(void *context, uint64_t done, uint64_t total)
{
    struct check *check = context;

    return progress_step(&check->progress, done, total);
}

static void on_finding(void *context, const struct finding *finding)
{
    struct check *check = context;

    /* a finding breaks the scale off */
    progress_end(&check->progress);
    check->shown++;
    printf("%s: ", finding->warning ? "WARNING" : "ERROR");
    if (*finding->table)
        printf("%s%s%s: ", finding->table, *finding->tree ? " " : "", finding->tree);
    if (finding->pgno)
        printf("page %u: ", (unsigned)finding->pgno);
    printf("%s\n", finding->text);
    if (check->report)
        fprintf(check->report, "%s: %s%s%s%spage %u: %s\r\n", finding->warning ? "WARNING" : "ERROR", finding->table,
                *finding->tree ? " " : "", finding->tree, *finding->table ? ": " : "", (unsigned)finding->pgno,
                finding->text);
}

/* Logs may have what the file does not have yet. */
static void tell_state(const struct options *options)
{
    JET_DBINFOMISC info;

    if (JetGetDatabaseFileInfoW(options->path, &info, sizeof(info), JET_DbInfoMisc) < 0 ||
        info.dbstate == JET_dbstateCleanShutdown)
        return;
    printf("\nThe database is not up-to-date. This operation may find that\n"
           "this database is corrupt because data from the log files has\n"
           "yet to be placed in the database.\n\n"
           "To ensure the database is up-to-date please use the 'Recovery' operation.\n\n");
}

/* The end of a check that found something. */
static void tell_corrupted(const struct options *options)
{
    const JET_LOGTIME *time;
    JET_DBINFOMISC info;

    printf("\nIntegrity check completed.  ");
    if (JetGetDatabaseFileInfoW(options->path, &info, sizeof(info), JET_DbInfoMisc) < 0 ||
        !info.bkinfoFullPrev.logtimeMark.bYear)
    {
        printf("Database is CORRUPTED!");
        return;
    }
    time = (const JET_LOGTIME *)&info.bkinfoFullPrev.logtimeMark;
    printf("\nDatabase is CORRUPTED, the last full backup of this database was on %02u/%02u/%04u %02u:%02u:%02u",
           time->bMonth, time->bDay, time->bYear + 1900, time->bHours, time->bMinutes, time->bSeconds);
}

JET_ERR mode_integrity(const struct options *options)
{
    struct check check = { 0 };
    struct maintain_report report = { &check, on_finding, on_progress };
    struct integrity_options how = { 0 };
    struct integrity_result result;
    JET_ERR err;

    printf(
        "Initiating INTEGRITY mode...\n        Database: %s\n  Temp. Database: %s\n\nChecking database integrity.\n\n",
        options->name, option_value(options, 't') ? path_text(option_value(options, 't')) : "TEMPINTEG.EDB");
    tell_state(options);
    check.report = report_open(options);
    if (options->verbose)
        how.findings_max = UINT32_MAX;
    how.no_records = option_flag(options, 'b');
    progress_start(&check.progress, "Scanning Status");
    err = integrity_check(options->path, &how, &report, &result);
    progress_end(&check.progress);
    if (result.findings + result.warnings > check.shown)
        printf("... and %" PRIu64 " more.\n", result.findings + result.warnings - check.shown);
    if (options->verbose)
        printf("\n%" PRIu64 " pages, %u tables, %u trees, %" PRIu64 " records, %" PRIu64 " index entries, %" PRIu64
               " long values\n%" PRIu64 " indexes were only counted\n",
               result.pages, (unsigned)result.tables, (unsigned)result.trees, result.records, result.entries,
               result.long_values, result.indexes_not_compared);
    if (result.findings)
    {
        tell_corrupted(options);
        printf("  (%" PRIu64 " errors, %" PRIu64 " warnings)\n", result.findings, result.warnings);
    }
    else if (err >= 0)
        printf("\nIntegrity check successful.%s\n", result.warnings ? "  There are warnings." : "");
    if (check.report)
    {
        fprintf(check.report, "\r\nIntegrity check %s\r\n",
                result.findings ? "completed. Database is CORRUPTED!"
                : err < 0       ? "not completed."
                                : "successful.");
        fclose(check.report);
    }
    return err;
}

static JET_ERR checksum_log(const struct options *options)
{
    struct log_header *header = os_alloc(sizeof(*header));
    JET_ERR err = header ? JET_errSuccess : JET_errOutOfMemory;

    printf("      Log File: %s\n\n", options->name);
    if (err >= 0)
        err = log_file_verify(options->path, header);
    if (err >= 0)
        printf("\nIntegrity check passed for log file: %s\n", options->name);
    os_free(header);
    return err;
}

static JET_ERR checksum_checkpoint(const struct options *options)
{
    struct checkpoint_header *checkpoint = os_alloc(sizeof(*checkpoint));
    JET_ERR err = checkpoint ? log_checkpoint_read(options->path, checkpoint) : JET_errOutOfMemory;

    printf(" Checkpoint File: %s\n", options->name);
    os_free(checkpoint);
    return err;
}

JET_ERR mode_checksum(const struct options *options)
{
    JET_ULONG type = 0;
    struct check check = { 0 };
    struct maintain_report report = { &check, on_finding, on_progress };
    struct checksum_result result;
    uint64_t seconds;
    JET_ERR err;

    printf("Initiating CHECKSUM mode...\n");
    if (log_set_named(options->path))
        return log_set_check(options, false);
    if (JetGetDatabaseFileInfoW(options->path, &type, sizeof(type), JET_DbInfoFileType) >= 0)
    {
        if (type == JET_filetypeLog)
            return checksum_log(options);
        if (type == JET_filetypeCheckpoint)
            return checksum_checkpoint(options);
    }
    if (flush_map_named(options->path))
        return flush_map_check(options);
    printf("        Database: %s\n", options->name);
    if (option_flag(options, 'e'))
        return JET_errSuccess;
    printf("\nFile: %s\n\n", options->name);
    progress_start(&check.progress, "Checksum Status");
    err = checksum_check(options->path, &report, &result);
    progress_end(&check.progress);
    if (!result.pages)
        return err;
    seconds = result.milliseconds / 1000 + 1;
    printf("\n%" PRIu64 " pages seen\n%" PRIu64 " bad checksums\n%" PRIu64 " correctable checksums\n%" PRIu64
           " uninitialized pages\n%" PRIu64 " wrong page numbers\n",
           result.pages, result.bad, result.correctable, result.uninitialized, result.wrong_number);
    printf("0x%" PRIx64 " highest dbtime (pgno 0x%x)\n\n", result.dbtime_max, (unsigned)result.dbtime_pgno);
    printf("%" PRIu64 " reads performed\n%" PRIu64 " MB read\n%" PRIu64 " seconds taken\n%" PRIu64 " MB/second\n",
           result.reads, result.bytes >> 20, seconds, (result.bytes >> 20) / seconds);
    printf("%" PRIu64 " milliseconds used\n%" PRIu64 " milliseconds per read\n%" PRIu64
           " milliseconds for the slowest read\n%" PRIu64 " milliseconds for the fastest read\n",
           result.milliseconds, result.reads ? result.milliseconds / result.reads : 0, result.slowest, result.fastest);
    return err;
}
