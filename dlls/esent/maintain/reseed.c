/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The begin of a reseed, and pages. */

#include <string.h>

#include "format/checksum.h"
#include "format/page_edit.h"
#include "maintain/reseed_private.h"
#include "maintain/restore.h"

#define HEADER_PAGES  2u
#define DBTIME_SHRUNK 0xfffffffffffffffdull

const WCHAR *reseed_path(const struct reseed *reseed)
{
    return reseed->path;
}

void reseed_close(struct reseed *reseed)
{
    if (!reseed)
        return;
    if (reseed->file)
        os_file_close(reseed->file);
    os_free(reseed->page);
    os_free(reseed->path);
    os_free(reseed);
}

JET_ERR reseed_write_header(struct reseed *reseed)
{
    struct database_header *header = &reseed->read.header;
    JET_ERR err;

    memset(&header->header_flush, 0, sizeof(header->header_flush));
    header->header_flush.random = os_random32();
    log_time_set(&header->header_flush.created, os_time_now());
    memset(&header->flush_map_flush, 0, sizeof(header->flush_map_flush));
    memset(&header->revert_flush, 0, sizeof(header->revert_flush));
    err = restore_write_header(reseed->file, &reseed->read, reseed->page);
    if (err >= 0)
        reseed->read.first_good = reseed->read.second_good = true;
    return err;
}

/* ------------------------------------------------------------------- begin --- */

static JET_ERR check_header(const struct database_header *header)
{
    if (header->file_type != HEADER_FILE_DATABASE)
        return JET_errDatabaseCorrupted;
    return header_check(header);
}

static JET_ERR open_file(struct reseed *reseed, const WCHAR *path, uint32_t page_size)
{
    JET_ERR err = os_file_open(path, OS_OPEN_EXCLUSIVE_WRITE, &reseed->file);

    if (err < 0)
    {
        reseed->file = NULL;
        return err;
    }
    err = header_read(reseed->file, &reseed->read);
    if (err == JET_errReadVerifyFailure || err == JET_errFileIOBeyondEOF)
        return JET_errDatabaseCorrupted;
    if (err < 0)
        return err;
    if (reseed->read.page_size != page_size)
        return JET_errPageSizeMismatch;
    reseed->page = os_alloc(page_size);
    return reseed->page ? JET_errSuccess : JET_errOutOfMemory;
}

JET_ERR reseed_open(const WCHAR *path, uint32_t page_size, struct reseed **result)
{
    struct reseed *reseed = os_alloc_zero(sizeof(*reseed));
    JET_ERR err;

    if (!reseed)
        return JET_errOutOfMemory;
    reseed->path = os_text_duplicate(path);
    err = reseed->path ? open_file(reseed, path, page_size) : JET_errOutOfMemory;
    if (err < 0)
        reseed_close(reseed);
    else
        *result = reseed;
    return err < 0 ? err : JET_errSuccess;
}

JET_ERR reseed_begin(struct reseed *reseed)
{
    struct database_header *header = &reseed->read.header;
    JET_ERR err = check_header(header);

    if (err < 0)
        return err;
    switch (header->state)
    {
    case JET_dbstateDirtyShutdown:
    case JET_dbstateDirtyAndPatchedShutdown:
        break;
    case JET_dbstateIncrementalReseedInProgress:
        return JET_errSuccess;
    default:
        return JET_errDatabaseInvalidIncrementalReseed;
    }
    header->state = JET_dbstateIncrementalReseedInProgress;
    header->generation_min_required_before_redo = header->generation_min_consistent_before_redo = 0;
    header->reseed_count++;
    log_time_set(&header->reseed_time, os_time_now());
    return reseed_write_header(reseed);
}

/* ------------------------------------------------------------------- pages --- */

/* What comes from a good copy has no wrong bits: one that would have to be put right was damaged on its way. */
static JET_ERR check_pages(const uint8_t *pages, uint32_t size, uint32_t first, uint32_t count)
{
    uint8_t *copy = os_alloc(size);
    JET_ERR err = copy ? JET_errSuccess : JET_errOutOfMemory;

    for (uint32_t i = 0; err >= 0 && i < count; i++)
    {
        struct page_check_result result = { 0 };

        memcpy(copy, pages + (size_t)i * size, size);
        err = page_check(copy, size, first + i, &result);
        if (err == JET_errPageNotInitialized)
            err = JET_errSuccess;
        else if (err >= 0 && result.corrected)
            err = JET_errReadVerifyFailure;
    }
    os_free(copy);
    return err;
}

static JET_ERR grow(struct reseed *reseed, uint64_t pages, uint32_t extension)
{
    uint64_t size, step = (uint64_t)(extension ? extension : 1) * reseed->read.page_size;
    uint64_t needed = pages * reseed->read.page_size;
    JET_ERR err = os_file_size(reseed->file, &size);

    if (err < 0 || needed <= size)
        return err;
    return os_file_set_size(reseed->file, (needed + step - 1) / step * step);
}

static uint8_t *cut_off_pages(uint32_t size, uint32_t first, uint32_t count)
{
    uint8_t *pages = os_alloc_array(count, size);

    for (uint32_t i = 0; pages && i < count; i++)
    {
        page_format(pages + (size_t)i * size, size, first + i, 0, PAGE_NEW_RECORD, DBTIME_SHRUNK);
        checksum_page_set(pages + (size_t)i * size, size, first + i);
    }
    return pages;
}

JET_ERR reseed_patch(struct reseed *reseed, uint32_t first, uint32_t count, const uint8_t *pages, uint32_t extension)
{
    struct database_header *header = &reseed->read.header;
    uint32_t size = reseed->read.page_size;
    uint8_t *made = NULL;
    JET_ERR err;

    if (!pages)
        pages = made = cut_off_pages(size, first, count);
    if (!pages)
        return JET_errOutOfMemory;
    err = check_pages(pages, size, first, count);
    if (err >= 0)
        err = grow(reseed, (uint64_t)HEADER_PAGES + first - 1 + count, extension);
    if (err >= 0)
    {
        /* The header first: no page is there of which it does not tell. */
        header->patch_count += count;
        log_time_set(&header->patch_time, os_time_now());
        err = reseed_write_header(reseed);
    }
    if (err >= 0)
        err = os_file_write_at(reseed->file, (uint64_t)(first + 1) * size, pages, (size_t)count * size);
    os_free(made);
    return err < 0 ? err : JET_errSuccess;
}
