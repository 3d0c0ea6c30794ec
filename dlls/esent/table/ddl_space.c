/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Space hints: what is a sensible one, how the catalog keeps them, and those of a new table.  Follows ErrCATCheckJetSpaceHints. */

#include "format/bytes.h"
#include "table/ddl_private.h"

#define DENSITY_LEAST   20u
#define DENSITY_MOST    100u
#define DENSITY_DEFAULT 80u
#define EXTENT_LIMIT    (100u << 20) /* bytes; an extent is smaller */
#define GROWTH_LIMIT    50000u       /* percent */
#define SPACE_VERSION   1

static bool round_up(uint32_t page_size, JET_ULONG *bytes, bool correct)
{
    uint64_t rounded = ((uint64_t)*bytes + page_size - 1) / page_size * page_size;

    if (rounded == *bytes)
        return true;
    if (!correct)
        return false;
    *bytes = (JET_ULONG)rounded;
    return true;
}

/* The size of the extent after one of `previous` pages. */
static uint32_t next_extent(uint32_t previous, uint32_t growth, uint32_t min, uint32_t max)
{
    uint32_t next = previous;

    if (max && min == max)
        return max;
    if (growth)
    {
        uint64_t grown = (uint64_t)previous * growth / 100;
        next = grown > previous + 1 ? (uint32_t)grown : previous + 1;
    }
    if (min && next < min)
        next = min;
    if (max && next > max)
        next = max;
    return next;
}

uint32_t space_hints_pages(const JET_SPACEHINTS *hints, uint32_t page_size)
{
    uint32_t pages = hints->cbInitial / page_size;

    return pages ? pages : 1;
}

JET_ERR space_hints_check(uint32_t page_size, JET_SPACEHINTS *hints, bool correct)
{
    const JET_GRBIT known = JET_bitSpaceHintsUtilizeParentSpace | JET_bitCreateHintAppendSequential |
                            JET_bitCreateHintHotpointSequential | JET_bitRetrieveHintReserve1 |
                            JET_bitRetrieveHintTableScanForward | JET_bitRetrieveHintTableScanBackward |
                            JET_bitRetrieveHintReserve2 | JET_bitRetrieveHintReserve3 |
                            JET_bitDeleteHintTableSequential | JET_bitSpaceHintsUtilizeExactExtents;
    const JET_GRBIT both_scans = JET_bitRetrieveHintTableScanForward | JET_bitRetrieveHintTableScanBackward;
    uint32_t min, max, initial;

    if (hints->cbStruct != sizeof(*hints))
        return JET_errInvalidParameter;
    if (!round_up(page_size, &hints->cbInitial, correct) || !round_up(page_size, &hints->cbMinExtent, correct) ||
        !round_up(page_size, &hints->cbMaxExtent, correct))
        return JET_errSpaceHintsInvalid;
    if (hints->cbInitial == page_size && correct)
        hints->cbInitial = 0;
    if (!hints->ulInitialDensity)
    {
        if (!correct)
            return JET_errSpaceHintsInvalid;
        hints->ulInitialDensity = DENSITY_DEFAULT;
    }
    if (hints->ulInitialDensity < DENSITY_LEAST || hints->ulInitialDensity > DENSITY_MOST)
        return JET_errDensityInvalid;
    if (hints->ulMaintDensity && (hints->ulMaintDensity < DENSITY_LEAST || hints->ulMaintDensity > DENSITY_MOST))
        return JET_errDensityInvalid;
    if (hints->grbit & ~known)
        return JET_errInvalidGrbit;
    if ((hints->grbit & both_scans) == both_scans)
        return JET_errSpaceHintsInvalid;
    if (hints->ulGrowth && (hints->ulGrowth < 100 || hints->ulGrowth >= GROWTH_LIMIT))
        return JET_errSpaceHintsInvalid;
    if (hints->cbMinExtent >= EXTENT_LIMIT || hints->cbMaxExtent >= EXTENT_LIMIT ||
        hints->cbMinExtent > hints->cbMaxExtent)
        return JET_errSpaceHintsInvalid;
    /* Between two sizes there must be a way from one to the other. */
    min = hints->cbMinExtent / page_size;
    max = hints->cbMaxExtent / page_size;
    initial = space_hints_pages(hints, page_size);
    if (min != max && max != next_extent(initial, hints->ulGrowth, min, max) &&
        min == next_extent(min, hints->ulGrowth, min, max))
        return JET_errSpaceHintsInvalid;
    return JET_errSuccess;
}

uint32_t space_hints_pack(const JET_SPACEHINTS *hints, uint32_t skip, uint8_t bytes[SPACE_HINTS_SIZE])
{
    uint32_t numbers[sizeof(*hints) / 4], count = sizeof(*hints) / 4;

    memcpy(numbers, hints, sizeof(*hints));
    while (count > skip && !numbers[count - 1])
        count--;
    if (count == skip)
        return 0;
    bytes[0] = SPACE_VERSION;
    for (uint32_t i = skip; i < count; i++)
        set_le32(bytes + 1 + 4 * (i - skip), numbers[i]);
    return 1 + 4 * (count - skip);
}

/* Of the indexes of a new table: how many pages they start with, and the primary one. */
static JET_ERR pages_of_indexes(uint32_t page_size, const JET_TABLECREATE5_A *create, uint64_t *pages,
                                const JET_INDEXCREATE3_A **primary)
{
    *pages = 0;
    *primary = NULL;
    for (uint32_t i = 0; create->rgindexcreate && i < create->cIndexes; i++)
    {
        const JET_INDEXCREATE3_A *index = &create->rgindexcreate[i];

        if (index->pSpacehints)
        {
            JET_SPACEHINTS hints = *index->pSpacehints;
            JET_ERR err = space_hints_check(page_size, &hints, true);

            if (err < 0)
                return err;
            *pages += space_hints_pages(&hints, page_size);
        }
        else
            ++*pages;
        if (index->grbit & JET_bitIndexPrimary)
            *primary = index;
    }
    return JET_errSuccess;
}

/* The hints given for the records of a new table, or what stands in for them. */
static JET_SPACEHINTS hints_of_records(const JET_TABLECREATE5_A *create, const JET_INDEXCREATE3_A *primary)
{
    const JET_SPACEHINTS *given = primary ? primary->pSpacehints : create->pSeqSpacehints;
    JET_SPACEHINTS hints = { .cbStruct = sizeof(hints) };

    if (given)
        return *given;
    if (primary && primary->ulDensity)
        hints.ulInitialDensity = primary->ulDensity;
    else
        hints.ulInitialDensity = create->ulDensity ? create->ulDensity : DENSITY_DEFAULT;
    return hints;
}

JET_ERR space_hints_of_table(uint32_t page_size, const JET_TABLECREATE5_A *create, JET_SPACEHINTS *space)
{
    const JET_INDEXCREATE3_A *primary;
    uint64_t pages;
    JET_ERR err = pages_of_indexes(page_size, create, &pages, &primary);

    if (err < 0)
        return err;
    if (primary && create->pSeqSpacehints)
        return JET_errSpaceHintsInvalid;
    *space = hints_of_records(create, primary);
    err = space_hints_check(page_size, space, true);
    if (err >= 0 && create->pLVSpacehints)
    {
        JET_SPACEHINTS hints = *create->pLVSpacehints;

        err = space_hints_check(page_size, &hints, true);
    }
    if (err < 0)
        return err;
    if (!primary)
        pages += space_hints_pages(space, page_size);
    if (create->ulPages > pages)
        pages = create->ulPages;
    if (pages * page_size > space->cbInitial)
        space->cbInitial = (JET_ULONG)(pages * page_size);
    if (space->cbInitial == page_size)
        space->cbInitial = 0;
    return JET_errSuccess;
}
