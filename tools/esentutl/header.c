/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /mh: the header of a database. */
#include <inttypes.h>

#include "../log_text.h"
#include "esentutl.h"
#include "format/checksum.h"
#include "format/header.h"

static void print_position(const struct header_position *position)
{
    printf("(0x%X,%X,%X)", (unsigned)position->generation, position->sector, position->byte);
}

static void print_time(const char *label, const struct header_time *time)
{
    printf("%s: ", label);
    log_text_time(stdout, time);
    printf("\n");
}

static void print_moment(const char *label, const struct header_position *position, const struct header_time *time)
{
    printf("%s: ", label);
    print_position(position);
    printf("  ");
    log_text_time(stdout, time);
    printf("\n");
}

static void print_backup(const char *title, const struct header_backup *backup)
{
    printf("\n%s:\n        Log Gen: %u-%u (0x%x-0x%x)\n           Mark: ", title, backup->generation_low,
           backup->generation_high, backup->generation_low, backup->generation_high);
    print_position(&backup->mark);
    printf("\n");
    print_time("           Mark", &backup->mark_time);
}

static void print_events(const char *label, uint32_t count, const char *time_label, const struct header_time *time)
{
    if (!count)
        printf("%s: none\n", label);
    else
    {
        printf("%s: found (%u)\n", label, count);
        if (time_label)
            print_time(time_label, time);
    }
}

static bool same_position(const struct header_position *a, const struct header_position *b)
{
    return a->generation == b->generation && a->sector == b->sector && a->byte == b->byte;
}

static void print_identity(const struct database_header *header, uint32_t actual)
{
    printf("Checksum Information:\nExpected Checksum: 0x%08x\n  Actual Checksum: 0x%08x\n\nFields:\n", actual,
           header->checksum);
    printf("        File Type: %s\n         Checksum: 0x%x\n   Format ulMagic: 0x%x\n   Engine ulMagic: 0x%x\n",
           header->file_type <= HEADER_FILE_DATABASE    ? "Database"
           : header->file_type == HEADER_FILE_TEMPORARY ? "Temporary Database"
                                                        : "Unknown",
           header->checksum, header->magic, HEADER_MAGIC);
    printf(" Format ulVersion: 0x%x,%u,%u  (attached by %u)\n Engine ulVersion: 0x%x\nCreated ulVersion: 0x%x,%u\n",
           header->format, header->update_major, header->update_minor, header->engine_max, HEADER_FORMAT,
           header->created_format, header->created_update);
    print_signature("     DB Signature", &header->signature);
    printf("         cbDbPage: %u\n", header_page_size(header));
}

static void print_state(const struct database_header *header)
{
    printf("           dbtime: %" PRIu64 " (0x%" PRIx64 ")\n            State: %s\n", header->dbtime, header->dbtime,
           header_state_name(header->state));
    printf("     Log Required: %d-%d (0x%x-0x%x) [Min. Req. Pre-Redo: %d (0x%x)]\n", header->generation_min_required,
           header->generation_max_required, (unsigned)header->generation_min_required,
           (unsigned)header->generation_max_required, header->generation_min_required_before_redo,
           (unsigned)header->generation_min_required_before_redo);
    print_time("Gen. Max. Req. Creation Time", &header->generation_max_required_time);
    printf("    Log Committed: 0-%d (0x0-0x%x)\n", header->generation_max_committed,
           (unsigned)header->generation_max_committed);
    print_time("Gen. Max. Com. Creation Time", &header->generation_max_time);
    printf("   Log Consistent: %d (0x%x) [Pre-Redo: %d (0x%x)]\n   Log Recovering: %d (0x%x)\n",
           header->generation_min_consistent, (unsigned)header->generation_min_consistent,
           header->generation_min_consistent_before_redo, (unsigned)header->generation_min_consistent_before_redo,
           header->generation_recovering, (unsigned)header->generation_recovering);
    printf("         Shadowed: %s\n       Last Objid: %u\n     Scrub Dbtime: %" PRIu64 " (0x%" PRIx64 ")\n",
           header->flags[0] & HEADER_FLAG_SHADOW_OFF ? "No" : "Yes", header->last_objid, header->scrub_dbtime,
           header->scrub_dbtime);
    print_time("       Scrub Date", &header->scrub_time);
    printf("     Repair Count: %u\n", header->repair_count);
    print_time("      Repair Date", &header->repair_time);
    printf(" Old Repair Count: %u\n", header->repair_count_old);
    print_moment("  Last Consistent", &header->consistent, &header->consistent_time);
    print_moment("      Last Attach", &header->attach, &header->attach_time);
    print_moment("      Last Detach", &header->detach, &header->detach_time);
    print_moment("    Last ReAttach", &header->reattach, &header->reattach_time);
    printf("             Dbid: %u\n", header->dbid);
    print_signature("    Log Signature", &header->log_signature);
    printf("       OS Version: (%u.%u.%u SP %d NLS %x.%x)\n", header->os_major, header->os_minor, header->os_build,
           header->os_service_pack, (unsigned)(header->sort_version >> 32), (unsigned)header->sort_version);
}

static void print_history(const struct database_header *header)
{
    print_backup("Previous Full Backup", &header->full_backup);
    print_backup("Previous Incremental Backup", &header->incremental_backup);
    print_backup("Previous Copy Backup", &header->copy_backup);
    print_backup("Previous Differential Backup", &header->differential_backup);
    print_backup("Current Full Backup", &header->current_backup);
    print_backup("Current Shadow copy backup", &header->snapshot_backup);
    printf("\n     cpgUpgrade55Format: %d\n    cpgUpgradeFreePages: %d\ncpgUpgradeSpaceMapPages: %d\n",
           header->upgrade_pages[0], header->upgrade_pages[1], header->upgrade_pages[2]);
    printf("\n      Last Resize: ");
    print_position(&header->resize);
    printf("  %s\n\n",
           same_position(&header->resize, &header->attach)       ? "(Matches \"Last Attach\", no subsequent resize)"
           : same_position(&header->resize, &header->consistent) ? "(Matches \"Last Consistent\", no subsequent resize)"
                                                                 : "");
    printf("     Extend Count: %u\n", header->extend_count);
    print_time("      Extend Date", &header->extend_time);
    printf("\n     Shrink Count: %u\n", header->shrink_count);
    print_time("      Shrink Date", &header->shrink_time);
    printf("\n       Trim Count: %u\n\n", header->trim_count);
}

static void print_health(const struct database_header *header)
{
    print_events("       ECC Fix Success Count", header->ecc_fix_success, "   Last ECC Fix Success Date",
                 &header->ecc_fix_success_time);
    print_events("   Old ECC Fix Success Count", header->ecc_fix_success_old, NULL, NULL);
    print_events("         ECC Fix Error Count", header->ecc_fix_fail, "     Last ECC Fix Error Date",
                 &header->ecc_fix_fail_time);
    print_events("     Old ECC Fix Error Count", header->ecc_fix_fail_old, NULL, NULL);
    print_events("    Bad Checksum Error Count", header->bad_checksum, "Last Bad Checksum Error Date",
                 &header->bad_checksum_time);
    print_events("Old bad Checksum Error Count", header->bad_checksum_old, NULL, NULL);
    printf("\n");
    print_time("  Last Database Maintenance Finish Date", &header->scan_finish_time);
    print_time("Current Database Maintenance Start Date", &header->scan_start_time);
    printf("      Highest Continuous Database Maintenance Page: %u\n      Highest Database Maintenance Page: %u\n\n",
           header->scan_continuous_page, header->scan_highest_page);
    print_signature("  Database Header Flush Signature", &header->header_flush);
    print_signature(" Flush Map Header Flush Signature", &header->flush_map_flush);
    print_signature("       RBS Header Flush Signature", &header->revert_flush);
}

/* The checksum that the header's page should have. */
static JET_ERR read_checksum(struct os_file *file, const struct header_read *read, uint32_t *checksum)
{
    uint8_t *page = os_alloc(read->page_size);
    JET_ERR err;

    if (!page)
        return JET_errOutOfMemory;
    err = os_file_read_at(file, read->first_good ? 0 : read->page_size, page, read->page_size);
    if (err >= 0)
        *checksum = checksum_header(page, read->page_size);
    os_free(page);
    return err;
}

JET_ERR mode_header(const struct options *options)
{
    struct os_file *file = NULL;
    struct header_read read;
    uint32_t checksum = 0;
    JET_ERR err;

    printf("Initiating FILE DUMP mode...\n         Database: %s\n\n", options->name);
    err = os_file_open(options->path, OS_OPEN_READ_ONLY | OS_OPEN_SHARE_WRITE, &file);
    if (err >= 0)
        err = header_read(file, &read);
    if (err >= 0)
        err = read_checksum(file, &read, &checksum);
    os_file_close(file);
    if (err < 0)
        return err;
    if (!read.first_good || !read.second_good)
        printf("WARNING: the %s copy of the header is damaged.\n", read.first_good ? "second" : "first");
    else if (read.copies_differ)
        printf("WARNING: the two copies of the header differ.\n");
    printf("DATABASE HEADER:\n");
    print_identity(&read.header, checksum);
    print_state(&read.header);
    print_history(&read.header);
    print_health(&read.header);
    return JET_errSuccess;
}
