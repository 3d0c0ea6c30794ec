/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetGetPageInfo, JetGetPageInfo2: what pages that the program holds in memory say of themselves. */
#include "api/private.h"
#include "format/checksum.h"
#include "format/header.h"
#include "format/page.h"

#define DBTIME_NONE  0xfffffffffffffffeull
#define LARGEST_PGNO 0xffffffffu

/* The checksums as the page has them, and as they should be. */
struct sums
{
    struct page_checksum stored, actual;
};

static void put_sums(const struct sums *sums, JET_PAGEINFO *info, JET_PAGEINFO2 *info2)
{
    info->checksumExpected = sums->stored.block[0];
    info->checksumActual = sums->actual.block[0];
    for (uint32_t i = 1; info2 && i < CHECKSUM_BLOCKS; i++)
    {
        info2->rgChecksumExpected[i - 1] = i < sums->stored.count ? sums->stored.block[i] : 0;
        info2->rgChecksumActual[i - 1] = i < sums->actual.count ? sums->actual.block[i] : 0;
    }
}

/* The copy of the header at the end of a backup's file has no place, and nothing that a page would have. */
static bool is_header(const uint8_t *data, uint32_t pgno)
{
    return !pgno || pgno == LARGEST_PGNO ||
           (!le32(data + 4) && !le32(data + 8) && !le32(data + 12) && !le32(data + 24));
}

static JET_ERR describe_header(const uint8_t *data, uint32_t size, bool content, JET_PAGEINFO *info,
                               JET_PAGEINFO2 *info2)
{
    const struct sums sums = { { { le32(data) }, 1 }, { { checksum_header(data, size) }, 1 } };

    put_sums(&sums, info, info2);
    if (sums.stored.block[0] != sums.actual.block[0])
        return JET_errReadVerifyFailure;
    info->dbtime = le64(data + offsetof(struct database_header, dbtime));
    info->structureChecksum = content ? info->checksumActual : 0;
    return JET_errSuccess;
}

static JET_ERR describe_page(uint8_t *data, uint32_t size, bool content, JET_PAGEINFO *info, JET_PAGEINFO2 *info2)
{
    uint32_t corrected = 0;
    struct sums sums;
    JET_ERR err = checksum_page_verify(data, size, info->pgno, &corrected, NULL);

    checksum_page_stored(data, size, &sums.stored);
    checksum_page(data, size, info->pgno, &sums.actual);
    put_sums(&sums, info, info2);
    info->fCorrectableError = corrected != 0;
    if (err < 0)
        return err;
    info->dbtime = page_dbtime(data);
    info->structureChecksum = content ? page_content_sum(data, size) : 0;
    return JET_errSuccess;
}

static JET_ERR describe(uint8_t *data, uint32_t size, bool content, JET_PAGEINFO *info, JET_PAGEINFO2 *info2)
{
    info->fPageIsInitialized = !checksum_is_zero(data, size);
    info->fCorrectableError = 0;
    info->checksumActual = info->checksumExpected = info->structureChecksum = info->flags = 0;
    info->dbtime = DBTIME_NONE;
    if (info2)
    {
        memset(info2->rgChecksumActual, 0, sizeof(info2->rgChecksumActual));
        memset(info2->rgChecksumExpected, 0, sizeof(info2->rgChecksumExpected));
    }
    if (!info->fPageIsInitialized)
        return JET_errSuccess;
    return is_header(data, info->pgno) ? describe_header(data, size, content, info, info2)
                                       : describe_page(data, size, content, info, info2);
}

/*
 * Fills a JET_PAGEINFO (JET_PageInfo) or a JET_PAGEINFO2 (JET_PageInfo2) for each
 * of the pages; the program has put their numbers there, 0 for a header.  The
 * pages are as large as JET_paramDatabasePageSize says, and aligned to that.  A bit that
 * is wrong is put right in the program's memory.  JET_bitPageInfoNoStructureChecksum
 * leaves structureChecksum 0.
 * JET_errInvalidParameter (level, sizes, alignment), JET_errInvalidGrbit;
 * JET_errReadVerifyFailure: of one page at least, and all are filled.  Source: JetGetPageInfoEx.
 */
JET_ERR JET_API JetGetPageInfo2(void *const pages, JET_ULONG pages_size, void *const infos, JET_ULONG infos_size,
                                JET_GRBIT grbit, JET_ULONG level)
{
    JET_ULONG size = level == JET_PageInfo2 ? sizeof(JET_PAGEINFO2) : sizeof(JET_PAGEINFO);
    uint32_t page_size = (uint32_t)param_number(NULL, JET_paramDatabasePageSize), count;
    JET_ERR err = JET_errSuccess;

    OS_TRACE("(%p, %u, %p, %u, %#x, %u)\n", pages, (unsigned)pages_size, infos, (unsigned)infos_size, (unsigned)grbit,
             (unsigned)level);
    if (level != JET_PageInfo && level != JET_PageInfo2)
        return JET_errInvalidParameter;
    if (!pages || !pages_size || !infos || !infos_size)
        return JET_errInvalidParameter;
    if (grbit & ~(JET_GRBIT)JET_bitPageInfoNoStructureChecksum)
        return JET_errInvalidGrbit;
    count = pages_size / page_size;
    if (pages_size % page_size || infos_size % size || infos_size / size != count || (uintptr_t)pages % page_size)
        return JET_errInvalidParameter;
    for (uint32_t i = 0; i < count; i++)
    {
        /* A JET_PAGEINFO2 begins with a JET_PAGEINFO. */
        JET_PAGEINFO *info = (JET_PAGEINFO *)(void *)((char *)infos + (size_t)i * size);
        JET_ERR now = describe((uint8_t *)pages + (size_t)i * page_size, page_size,
                               !(grbit & JET_bitPageInfoNoStructureChecksum), info,
                               level == JET_PageInfo2 ? (JET_PAGEINFO2 *)(void *)info : NULL);

        if (now < 0)
            err = now;
    }
    return err;
}

/* The same for JET_PageInfo alone. */
JET_ERR JET_API JetGetPageInfo(void *const pages, JET_ULONG pages_size, JET_PAGEINFO *infos, JET_ULONG infos_size,
                               JET_GRBIT grbit, JET_ULONG level)
{
    if (level != JET_PageInfo)
        return JET_errInvalidParameter;
    return JetGetPageInfo2(pages, pages_size, infos, infos_size, grbit, JET_PageInfo);
}
