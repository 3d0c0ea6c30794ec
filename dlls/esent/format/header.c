/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The header of a database file: layout, checksum, finding it, and what it says. */

#include <string.h>

#include "format/checksum.h"
#include "format/header.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "headers are used in place");
_Static_assert(sizeof(struct header_time) == 8, "header_time");
_Static_assert(sizeof(struct header_position) == 8, "header_position");
_Static_assert(sizeof(struct header_signature) == 28, "header_signature");
_Static_assert(sizeof(struct header_backup) == 24, "header_backup");

#define REQUIRED_TIME_MAJOR 150u
#define REQUIRED_TIME_MINOR 320u

#define HEADER_AT(field, offset)                                                                                       \
    _Static_assert(offsetof(struct database_header, field) == (offset), "offset of " #field)

HEADER_AT(format, 8);
HEADER_AT(dbtime, 16);
HEADER_AT(signature, 24);
HEADER_AT(state, 52);
HEADER_AT(consistent, 56);
HEADER_AT(attach_time, 72);
HEADER_AT(detach_time, 88);
HEADER_AT(dbid, 104);
HEADER_AT(log_signature, 108);
HEADER_AT(full_backup, 136);
HEADER_AT(incremental_backup, 160);
HEADER_AT(current_backup, 184);
HEADER_AT(flags, 208);
HEADER_AT(last_objid, 212);
HEADER_AT(os_major, 216);
HEADER_AT(update_major, 232);
HEADER_AT(page_size, 236);
HEADER_AT(repair_count, 240);
HEADER_AT(scrub_dbtime, 280);
HEADER_AT(generation_min_required, 296);
HEADER_AT(generation_max_required, 300);
HEADER_AT(snapshot_backup, 316);
HEADER_AT(created_format, 340);
HEADER_AT(generation_max_time, 348);
HEADER_AT(full_backup_type, 356);
HEADER_AT(repair_count_old, 364);
HEADER_AT(ecc_fix_success, 368);
HEADER_AT(bad_checksum, 400);
HEADER_AT(generation_max_committed, 416);
HEADER_AT(copy_backup, 420);
HEADER_AT(copy_backup_type, 468);
HEADER_AT(reseed_count, 476);
HEADER_AT(sort_version, 508);
HEADER_AT(scan_finish_time, 516);
HEADER_AT(generation_recovering, 536);
HEADER_AT(extend_count, 540);
HEADER_AT(reattach_time, 564);
HEADER_AT(trim_count, 580);
HEADER_AT(header_flush, 584);
HEADER_AT(generation_min_consistent, 640);
HEADER_AT(update_minor, 644);
HEADER_AT(scan_highest_page, 652);
HEADER_AT(file_type, 667);
HEADER_AT(generation_max_required_time, 672);
HEADER_AT(revert_flush, 688);
HEADER_AT(before_revert, 740);
_Static_assert(sizeof(struct database_header) == 748, "size of database_header");

uint32_t header_page_size(const struct database_header *header)
{
    uint32_t size = header->page_size ? header->page_size : 4096;
    if (size < HEADER_PAGE_MIN || size > HEADER_PAGE_MAX || (size & (size - 1)))
        return 0;
    return size;
}

/* Whether `page` is a whole copy of a header in pages of `size`. */
static bool header_copy_good(const uint8_t *page, uint32_t size)
{
    struct database_header header;

    memcpy(&header, page, sizeof(header));
    return header.checksum == checksum_header(page, size) && header_page_size(&header) == size;
}

JET_ERR header_read(struct os_file *file, struct header_read *read)
{
    uint64_t file_size;
    uint32_t have;
    uint32_t first = 0, second = 0;
    uint8_t *bytes = NULL;
    JET_ERR err;

    memset(read, 0, sizeof(*read));
    err = os_file_size(file, &file_size);
    if (err < 0)
        return err;
    have = file_size < 2 * HEADER_PAGE_MAX ? (uint32_t)file_size : 2 * HEADER_PAGE_MAX;
    if (have < HEADER_PAGE_MIN)
        return JET_errReadVerifyFailure;
    bytes = os_alloc(have);
    if (!bytes)
        return JET_errOutOfMemory;
    err = os_file_read_at(file, 0, bytes, have);
    if (err < 0)
        goto done;

    /* The largest size that fits wins, should a file be whole under two. */
    for (uint32_t size = HEADER_PAGE_MIN; size <= HEADER_PAGE_MAX; size *= 2)
    {
        if (have >= size && header_copy_good(bytes, size))
            first = size;
        if (have >= 2 * size && header_copy_good(bytes + size, size))
            second = size;
    }
    if (!first && !second)
    {
        err = JET_errReadVerifyFailure;
        goto done;
    }
    read->page_size = first ? first : second;
    read->first_good = first != 0;
    read->second_good = second != 0 && (!first || second == first);
    read->copies_differ = read->first_good && read->second_good && memcmp(bytes, bytes + first, first);
    memcpy(&read->header, first ? bytes : bytes + second, sizeof(read->header));
    err = JET_errSuccess;

done:
    os_free(bytes);
    return err;
}

JET_ERR header_repair(struct os_file *file, const struct header_read *read)
{
    uint32_t size = read->page_size;
    uint8_t *page;
    JET_ERR err;

    if (read->first_good && read->second_good)
        return JET_errSuccess;
    page = os_alloc(size);
    if (!page)
        return JET_errOutOfMemory;
    err = os_file_read_at(file, read->first_good ? 0 : size, page, size);
    if (err >= 0)
        err = os_file_write_at(file, read->first_good ? size : 0, page, size);
    if (err >= 0)
        err = os_file_flush(file);
    os_free(page);
    return err;
}

JET_ERR header_check_engine_format(const struct database_header *header, uint32_t format)
{
    /* The versions of the engine that brought an update, and which: sysver.cxx. */
    static const struct
    {
        uint16_t format, update;
    } updates[] = {
        { JET_efvExtHdrRootFieldAutoIncStorageReleased, 30 },
        { JET_efvXpress9Compression, 40 },
        { JET_efvUppercaseTextNormalization, 50 },
        { JET_efvEscrow64, 60 },
        { JET_efvLid64, 70 },
        { JET_efvShrinkEof, 80 },
        { JET_efvLogNewPage, 90 },
        { JET_efvRootPageMove, 100 },
        { JET_efvLgposLastResize, 110 },
        { JET_efvShelvedPages, 120 },
        { JET_efvShelvedPagesRevert, 130 },
        { JET_efvShelvedPages2, 140 },
        { JET_efvLogtimeGenMaxRequired, 150 },
        { JET_efvVariableDbHdrSignatureSnapshot, 160 },
        { JET_efvXpress10Compression, 170 },
        { JET_efvRevertSnapshot, 180 },
        { JET_efvApplyRevertSnapshot, 190 },
        { JET_efvExtentPageCountCache, 200 },
        { JET_efvLz4Compression, 210 },
        { JET_efvRBSNonRevertableTableDeletes, 230 },
        { JET_efvKVPStoreV2, 250 },
        { JET_efvIndexDeferredPopulate, 260 },
        { JET_efvReservedTags, 270 },
        { JET_efvRBSTooSoonDeletes, 280 },
        { JET_efvOptionallyUniqueIndices, 290 },
    };
    uint32_t update = 20;

    if (format == JET_efvUseEngineDefault || format == JET_efvUsePersistedFormat ||
        (format & JET_efvAllowHigherPersistedFormat) == JET_efvAllowHigherPersistedFormat)
        return JET_errSuccess;
    for (uint32_t i = 0; i < sizeof(updates) / sizeof(updates[0]) && updates[i].format <= format; i++)
        update = updates[i].update;
    return header->update_major > update ? JET_errEngineFormatVersionSpecifiedTooLowForDatabaseVersion : JET_errSuccess;
}

JET_ERR header_check(const struct database_header *header)
{
    /* Updates above those known only add bits that are masked where they occur, so they pass. */
    if (header->magic != HEADER_MAGIC || header->format != HEADER_FORMAT)
        return JET_errInvalidDatabaseVersion;
    /* Before that update large pages held long values in other chunks. */
    if (header->page_size > 8192 && header->update_major < HEADER_UPDATE_LARGE_PAGES)
        return JET_errInvalidDatabaseVersion;
    return JET_errSuccess;
}

JET_ERR header_check_type(const struct database_header *header)
{
    if (header->attributes != HEADER_ATTRIBUTES)
        return JET_errDatabaseCorrupted;
    if (header->file_type && header->file_type != HEADER_FILE_DATABASE && header->file_type != HEADER_FILE_TEMPORARY)
        return JET_errDatabaseCorrupted;
    return JET_errSuccess;
}

JET_ERR header_check_state(const struct database_header *header)
{
    switch (header->state)
    {
    case JET_dbstateCleanShutdown:
        return JET_errSuccess;
    case JET_dbstateBeingConverted:
        return JET_errDatabaseIncompleteUpgrade;
    case JET_dbstateIncrementalReseedInProgress:
        return JET_errDatabaseIncompleteIncrementalReseed;
    case JET_dbstateRevertInProgress:
        return JET_errDatabaseIncompleteRevert;
    default:
        if (header->current_backup.generation_low)
            return JET_errSoftRecoveryOnBackupDatabase;
        return JET_errDatabaseDirtyShutdown;
    }
}

/* Copies one of the file's structs to the API's of the same bytes. */
#define COPY(to, from)                                                                                                 \
    do                                                                                                                 \
    {                                                                                                                  \
        _Static_assert(sizeof(to) == sizeof(from), "same bytes");                                                      \
        memcpy(&(to), &(from), sizeof(to));                                                                            \
    } while (0)

#define BACKUP_OS_SNAPSHOT 1

static void describe_backup(JET_BKINFO *info, const struct header_backup *backup, uint32_t type)
{
    struct header_backup copy = *backup;

    copy.mark_time.os_snapshot = type == BACKUP_OS_SNAPSHOT;
    COPY(*info, copy);
}

/* Since this update of the format a header has the time of the last generation that is required, not only of the last
 * that is committed. */
static bool has_required_time(const struct database_header *header)
{
    return header->update_major > REQUIRED_TIME_MAJOR ||
           (header->update_major == REQUIRED_TIME_MAJOR && header->update_minor >= REQUIRED_TIME_MINOR);
}

void header_require_generation(struct database_header *header, uint32_t generation, const struct header_time *created)
{
    if (header->generation_max_required < (int32_t)generation)
    {
        header->generation_max_required = (int32_t)generation;
        if (has_required_time(header))
            header->generation_max_required_time = *created;
        else
            memset(&header->generation_max_required_time, 0, sizeof(header->generation_max_required_time));
    }
    if (header->generation_max_committed <= (int32_t)generation)
    {
        header->generation_max_committed = (int32_t)generation;
        header->generation_max_time = *created;
    }
}

const struct header_time *header_required_time(const struct database_header *header)
{
    static const struct header_time none;

    if (has_required_time(header) && memcmp(&header->generation_max_required_time, &none, sizeof(none)))
        return &header->generation_max_required_time;
    return header->generation_max_committed == header->generation_max_required &&
                   memcmp(&header->generation_max_time, &none, sizeof(none))
               ? &header->generation_max_time
               : NULL;
}

bool header_describe(const struct database_header *header, void *misc, uint32_t size)
{
    JET_DBINFOMISC7 info;

    if (size != sizeof(JET_DBINFOMISC) && size != sizeof(JET_DBINFOMISC2) && size != sizeof(JET_DBINFOMISC3) &&
        size != sizeof(JET_DBINFOMISC4) && size != sizeof(JET_DBINFOMISC5) && size != sizeof(JET_DBINFOMISC6) &&
        size != sizeof(JET_DBINFOMISC7))
        return false;
    memset(&info, 0, sizeof(info));
    info.ulVersion = header->format;
    info.dbstate = header->state;
    COPY(info.signDb, header->signature);
    COPY(info.lgposConsistent, header->consistent);
    COPY(info.logtimeConsistent, header->consistent_time);
    COPY(info.logtimeAttach, header->attach_time);
    COPY(info.lgposAttach, header->attach);
    COPY(info.logtimeDetach, header->detach_time);
    COPY(info.lgposDetach, header->detach);
    COPY(info.signLog, header->log_signature);
    describe_backup(&info.bkinfoFullPrev, &header->full_backup, header->full_backup_type);
    describe_backup(&info.bkinfoIncPrev, &header->incremental_backup, header->incremental_backup_type);
    COPY(info.bkinfoFullCur, header->current_backup);
    info.fShadowingDisabled = header->flags[0] & HEADER_FLAG_SHADOW_OFF;
    info.fUpgradeDb = 0;
    info.dwMajorVersion = header->os_major;
    info.dwMinorVersion = header->os_minor;
    info.dwBuildNumber = header->os_build;
    info.lSPNumber = header->os_service_pack;
    info.ulUpdate = header->update_major;
    info.cbPageSize = header->page_size ? header->page_size : 4096;
    info.genMinRequired = header->generation_min_required;
    info.genMaxRequired = header->generation_max_required;
    COPY(info.logtimeGenMaxCreate, header->generation_max_time);
    info.ulRepairCount = header->repair_count;
    COPY(info.logtimeRepair, header->repair_time);
    info.ulRepairCountOld = header->repair_count_old;
    info.ulECCFixSuccess = header->ecc_fix_success;
    COPY(info.logtimeECCFixSuccess, header->ecc_fix_success_time);
    info.ulECCFixSuccessOld = header->ecc_fix_success_old;
    info.ulECCFixFail = header->ecc_fix_fail;
    COPY(info.logtimeECCFixFail, header->ecc_fix_fail_time);
    info.ulECCFixFailOld = header->ecc_fix_fail_old;
    info.ulBadChecksum = header->bad_checksum;
    COPY(info.logtimeBadChecksum, header->bad_checksum_time);
    info.ulBadChecksumOld = header->bad_checksum_old;
    info.genCommitted = header->generation_max_committed;
    describe_backup(&info.bkinfoCopyPrev, &header->copy_backup, header->copy_backup_type);
    describe_backup(&info.bkinfoDiffPrev, &header->differential_backup, header->differential_backup_type);
    info.ulIncrementalReseedCount = header->reseed_count;
    COPY(info.logtimeIncrementalReseed, header->reseed_time);
    info.ulIncrementalReseedCountOld = header->reseed_count_old;
    info.ulPagePatchCount = header->patch_count;
    COPY(info.logtimePagePatch, header->patch_time);
    info.ulPagePatchCountOld = header->patch_count_old;
    COPY(info.logtimeChecksumPrev, header->scan_finish_time);
    COPY(info.logtimeChecksumStart, header->scan_start_time);
    info.cpgDatabaseChecked = header->scan_continuous_page ? header->scan_continuous_page - 1 : 0;
    COPY(info.logtimeLastReAttach, header->reattach_time);
    COPY(info.lgposLastReAttach, header->reattach);
    memcpy(misc, &info, size);
    return true;
}

const char *header_state_name(uint32_t state)
{
    switch (state)
    {
    case JET_dbstateJustCreated:
        return "Just Created";
    case JET_dbstateDirtyShutdown:
        return "Dirty Shutdown";
    case JET_dbstateCleanShutdown:
        return "Clean Shutdown";
    case JET_dbstateBeingConverted:
        return "Being Converted";
    case JET_dbstateForceDetach:
        return "Force Detach";
    case JET_dbstateIncrementalReseedInProgress:
        return "Incremental Reseed In Progress";
    case JET_dbstateDirtyAndPatchedShutdown:
        return "Dirty and Patched Shutdown";
    case JET_dbstateRevertInProgress:
        return "Revert In Progress";
    default:
        return "Unknown";
    }
}
