/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of an integrity check: its header, a pass over all pages, and single ones. */
#include "format/checksum.h"
#include "maintain/private.h"

#define BLOCK_SIZE (1u << 20)

JET_ERR integrity_open(struct integrity *check, const WCHAR *path)
{
    struct header_read read;
    uint64_t size;
    JET_ERR err = os_file_open(path, OS_OPEN_READ_ONLY, &check->file);

    if (err >= 0)
        err = os_file_size(check->file, &size);
    if (err >= 0)
        err = header_read(check->file, &read);
    if (err == JET_errReadVerifyFailure)
    {
        integrity_find(check, FINDING_HEADER, 0, "neither copy of the database header is whole");
        return JET_errDatabaseCorrupted;
    }
    if (err >= 0)
        err = header_check(&read.header);
    if (err >= 0)
        err = header_check_type(&read.header);
    if (err >= 0)
        err = header_check_state(&read.header);
    if (err < 0)
        return err;
    check->header = read.header;
    check->page_size = read.page_size;
    if (!read.first_good || !read.second_good)
        integrity_find(check, FINDING_HEADER, 0, "the %s copy of the database header is damaged",
                       read.first_good ? "second" : "first");
    else if (read.copies_differ) /* as after a crash between the two writes; the first counts */
        integrity_warn(check, FINDING_HEADER, 0, "the two copies of the database header differ");
    if (size % check->page_size)
        integrity_find(check, FINDING_HEADER, 0, "the file does not end with a whole page");
    size /= check->page_size;
    if (size < 6 || size > UINT32_MAX / 2)
    {
        integrity_find(check, FINDING_HEADER, 0, "the file has %u pages, which is no size of a database",
                       (unsigned)size);
        return JET_errDatabaseCorrupted;
    }
    check->pages = (uint32_t)size - 2;
    check->result.pages = check->pages;
    check->total = 2 * (uint64_t)check->pages;
    check->state = os_alloc_zero(check->pages + (size_t)1);
    check->owner = os_alloc_zero((check->pages + (size_t)1) * sizeof(*check->owner));
    check->claim = os_alloc_zero((check->pages + (size_t)1) * sizeof(*check->claim));
    check->scratch = os_alloc(check->page_size);
    if (!check->state || !check->owner || !check->claim || !check->scratch)
        return JET_errOutOfMemory;
    return JET_errSuccess;
}

void integrity_close(struct integrity *check)
{
    os_free(check->state);
    os_free(check->owner);
    os_free(check->claim);
    os_free(check->scratch);
    os_free(check->trees);
    for (unsigned i = 0; i < INTEGRITY_DEPTH; i++)
        os_free(check->level[i]);
    os_file_close(check->file);
}

static uint64_t page_offset(const struct integrity *check, uint32_t pgno)
{
    return ((uint64_t)pgno + 1) * check->page_size;
}

static void check_page(struct integrity *check, uint32_t pgno, uint8_t *data)
{
    struct page_check_result result;
    JET_ERR err = page_check(data, check->page_size, pgno, &result);

    switch (err)
    {
    case JET_errPageNotInitialized:
        check->state[pgno] = PAGE_STATE_ZERO;
        return;
    case JET_errSuccess:
        check->state[pgno] = result.corrected ? PAGE_STATE_CORRECTED : PAGE_STATE_GOOD;
        if (page_dbtime(data) > check->header.dbtime)
            check->state[pgno] |= PAGE_STATE_LATE;
        return;
    case JET_errReadVerifyFailure:
        check->state[pgno] = PAGE_STATE_BAD_CHECKSUM;
        return;
    case JET_errReadPgnoVerifyFailure:
        check->state[pgno] = PAGE_STATE_BAD_NUMBER;
        return;
    default:
        check->state[pgno] = PAGE_STATE_BAD_LAYOUT;
        return;
    }
}

void integrity_report_pages(struct integrity *check, bool known)
{
    for (uint32_t pgno = 1; pgno <= check->pages; pgno++)
    {
        bool used = !known || (check->claim[pgno] & 3) == CLAIM_USED;
        void (*report)(struct integrity *, enum finding_kind, uint32_t, const char *, ...) = used ? integrity_find
                                                                                                  : integrity_warn;

        check->at = check->claim[pgno] ? (check->claim[pgno] >> 2) - 1 : 0;
        switch (integrity_state(check, pgno))
        {
        case PAGE_STATE_CORRECTED:
            integrity_warn(check, FINDING_PAGE, pgno, "one bit is wrong, which its checksum corrects");
            break;
        case PAGE_STATE_BAD_CHECKSUM:
            report(check, FINDING_PAGE, pgno, "its checksum is wrong");
            break;
        case PAGE_STATE_BAD_NUMBER:
            report(check, FINDING_PAGE, pgno, "it has the number of another page");
            break;
        case PAGE_STATE_BAD_LAYOUT:
            report(check, FINDING_PAGE, pgno, "its header, tags and nodes contradict each other");
            break;
        default:
            break;
        }
        if (used && check->state[pgno] & PAGE_STATE_LATE)
            integrity_find(check, FINDING_PAGE, pgno, "its dbtime is later than that of the database, 0x%llx",
                           (unsigned long long)check->header.dbtime);
    }
}

JET_ERR integrity_read_file(struct integrity *check)
{
    uint32_t most = BLOCK_SIZE / check->page_size;
    uint8_t *block = os_alloc(BLOCK_SIZE);
    JET_ERR err = JET_errSuccess;

    if (!block)
        return JET_errOutOfMemory;
    for (uint32_t pgno = 1; err >= 0 && pgno <= check->pages;)
    {
        uint32_t count = check->pages - pgno + 1 < most ? check->pages - pgno + 1 : most;

        err = os_file_read_at(check->file, page_offset(check, pgno), block, (size_t)count * check->page_size);
        for (uint32_t i = 0; i < count; i++)
        {
            if (err >= 0)
                check_page(check, pgno + i, block + (size_t)i * check->page_size);
            else
                check->state[pgno + i] = PAGE_STATE_UNREAD;
        }
        if (err < 0)
        {
            /* the pages that can be read are found when somebody wants them */
            integrity_find(check, FINDING_PAGE, pgno, "%u pages from here on cannot be read: error %d", (unsigned)count,
                           (int)err);
            err = JET_errSuccess;
        }
        pgno += count;
        err = integrity_progress(check, count);
    }
    os_free(block);
    return err;
}

bool integrity_read_page(struct integrity *check, uint32_t pgno, uint8_t *data)
{
    if (!pgno || pgno > check->pages || integrity_state(check, pgno) >= PAGE_STATE_ZERO)
        return false;
    if (os_file_read_at(check->file, page_offset(check, pgno), data, check->page_size) < 0)
        return false;
    if (integrity_state(check, pgno) != PAGE_STATE_GOOD && page_check(data, check->page_size, pgno, NULL) < 0)
        return false;
    return true;
}

/* ------------------------------------------------------------- /k --- */

JET_ERR checksum_check(const WCHAR *path, const struct maintain_report *report, struct checksum_result *result)
{
    struct os_file *file = NULL;
    struct header_read read;
    uint8_t *block = NULL;
    uint64_t size, pages;
    uint32_t begin = os_tick_ms();
    uint32_t page_size;
    JET_ERR err;

    memset(result, 0, sizeof(*result));
    err = os_file_open(path, OS_OPEN_READ_ONLY, &file);
    if (err >= 0)
        err = os_file_size(file, &size);
    if (err >= 0)
        err = header_read(file, &read);
    if (err < 0)
        goto done;
    page_size = read.page_size;
    pages = size / page_size;
    result->slowest = 0;
    result->fastest = UINT64_MAX;
    result->bad = (read.first_good ? 0 : 1) + (read.second_good ? 0 : 1);
    block = os_alloc(BLOCK_SIZE);
    if (!block)
    {
        err = JET_errOutOfMemory;
        goto done;
    }
    for (uint64_t at = 0; at < pages;)
    {
        uint32_t count = BLOCK_SIZE / page_size;
        uint32_t before = os_tick_ms(), took;

        if (count > pages - at)
            count = (uint32_t)(pages - at);
        err = os_file_read_at(file, at * page_size, block, (size_t)count * page_size);
        if (err < 0)
            goto done;
        took = os_tick_ms() - before;
        if (took > result->slowest)
            result->slowest = took;
        if (took < result->fastest)
            result->fastest = took;
        result->reads++;
        result->bytes += (uint64_t)count * page_size;
        for (uint32_t i = 0; i < count; i++)
        {
            uint8_t *data = block + (size_t)i * page_size;
            uint32_t pgno = (uint32_t)(at + i - 1), corrected;

            result->pages++;
            if (at + i < 2)
                continue;
            err = checksum_page_verify(data, page_size, pgno, &corrected, NULL);
            if (err == JET_errPageNotInitialized)
            {
                result->uninitialized++;
                continue;
            }
            if (err < 0)
            {
                struct finding finding = { FINDING_PAGE, false, pgno, "", "", "its checksum is wrong" };

                result->bad++;
                if (report && report->finding)
                    report->finding(report->context, &finding);
                continue;
            }
            if (corrected)
                result->correctable++;
            if (page_size_is_large(page_size) && le32(data + PAGE_OFFSET_PGNO) != pgno)
                result->wrong_number++;
            if (page_dbtime(data) > result->dbtime_max)
            {
                result->dbtime_max = page_dbtime(data);
                result->dbtime_pgno = pgno;
            }
        }
        at += count;
        err = report && report->progress ? report->progress(report->context, at, pages) : JET_errSuccess;
        if (err < 0)
            goto done;
    }
    err = result->bad || result->wrong_number ? JET_errReadVerifyFailure : JET_errSuccess;

done:
    result->milliseconds = (uint32_t)(os_tick_ms() - begin);
    if (result->fastest == UINT64_MAX)
        result->fastest = 0;
    os_free(block);
    os_file_close(file);
    return err < 0 ? err : JET_errSuccess;
}
