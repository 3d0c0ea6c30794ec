/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /g and /k. */
#include <inttypes.h>

#include "esentutl.h"
#include "log/log.h"

struct check
{
    struct progress progress;
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
}

JET_ERR mode_integrity(const struct options *options)
{
    struct check check = { 0 };
    struct maintain_report report = { &check, on_finding, on_progress };
    struct integrity_options how = { 0 };
    struct integrity_result result;
    JET_ERR err;

    printf("Integrity mode\n        Database: %s\n\n", options->name);
    if (options->verbose)
        how.findings_max = UINT32_MAX;
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
        printf("\nIntegrity check completed.  Database is CORRUPTED!  (%" PRIu64 " errors, %" PRIu64 " warnings)\n",
               result.findings, result.warnings);
    else if (err >= 0)
        printf("\nIntegrity check successful.%s\n", result.warnings ? "  There are warnings." : "");
    return err;
}

static JET_ERR checksum_log(const struct options *options)
{
    struct log_read_record record;
    struct log_reader *reader;
    uint64_t records = 0;
    JET_ERR err;

    printf("Checksum mode\n        Log file: %s\n\n", options->name);
    err = log_reader_open(options->path, LOG_READ_SOFT, &reader);
    if (err < 0)
        return err;
    while ((err = log_reader_next(reader, &record)) == JET_errSuccess)
        records++;
    log_reader_close(reader);
    printf("%" PRIu64 " records\n", records);
    return err < 0 ? err : JET_errSuccess;
}

static JET_ERR checksum_checkpoint(const struct options *options)
{
    struct checkpoint_header *checkpoint = os_alloc(sizeof(*checkpoint));
    JET_ERR err = checkpoint ? log_checkpoint_read(options->path, checkpoint) : JET_errOutOfMemory;

    printf("Checksum mode\n        Checkpoint file: %s\n", options->name);
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

    if (JetGetDatabaseFileInfoW(options->path, &type, sizeof(type), JET_DbInfoFileType) >= 0)
    {
        if (type == JET_filetypeLog)
            return checksum_log(options);
        if (type == JET_filetypeCheckpoint)
            return checksum_checkpoint(options);
    }
    printf("Checksum mode\n        Database: %s\n\nFile: %s\n\n", options->name, options->name);
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
