/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JET_SETDBPARAM of a database that is attached or created. */
#include "api/private.h"

/* Each is there once for all; what is given twice counts as given last. */
#define PARAMETER_FIRST JET_dbparamDbSizeMaxPages
#define PARAMETER_LAST  JET_dbparamFlight_SelfAllocSpBufReservationEnabled
#define PARAMETERS      (PARAMETER_LAST - PARAMETER_FIRST + 1)
#define AT(id)          ((id)-PARAMETER_FIRST)

#define PRIORITY_MOST   1000u
#define PRIORITY_NONE   0xffffu /* as if none was given */

/* Who creates a database has no use for these, and does not look at them. */
static bool is_for_attaching(uint32_t id)
{
    switch (id)
    {
    case JET_dbparamShrinkDatabaseOptions:
    case JET_dbparamShrinkDatabaseTimeQuota:
    case JET_dbparamShrinkDatabaseSizeLimit:
    case JET_dbparamLeakReclaimerEnabled:
    case JET_dbparamLeakReclaimerTimeQuota:
        return true;
    default:
        return false;
    }
}

static JET_ERR check_parameters(const uint32_t values[PARAMETERS], uint32_t given)
{
    const JET_GRBIT shrink = JET_bitShrinkDatabaseEofOnAttach | JET_bitShrinkDatabaseFullCategorizationOnAttach |
                             JET_bitShrinkDatabaseDontMoveRootsOnAttach |
                             JET_bitShrinkDatabaseDontTruncateLeakedPagesOnAttach |
                             JET_bitShrinkDatabaseDontTruncateIndeterminatePagesOnAttach;
    const int32_t quota_max = 7 * 24 * 60 * 60 * 1000;
    const uint32_t priority = values[AT(JET_dbparamCachePriority)];

    if (given & 1u << AT(JET_dbparamCachePriority) && priority != PRIORITY_NONE && priority > PRIORITY_MOST)
        return JET_errInvalidParameter;
    if (values[AT(JET_dbparamShrinkDatabaseOptions)] & ~shrink)
        return JET_errInvalidGrbit;
    if ((int32_t)values[AT(JET_dbparamShrinkDatabaseTimeQuota)] > quota_max ||
        (int32_t)values[AT(JET_dbparamLeakReclaimerTimeQuota)] > quota_max ||
        (int32_t)values[AT(JET_dbparamShrinkDatabaseSizeLimit)] < 0)
        return JET_errInvalidParameter;
    return JET_errSuccess;
}

JET_ERR attachment_parameters(const JET_SETDBPARAM *parameters, uint32_t count, bool creating,
                              struct attachment_parameters *read)
{
    uint32_t values[PARAMETERS] = { 0 }, given = 0;
    JET_ERR err;

    *read = (struct attachment_parameters){ .shrink_milliseconds = -1, .reclaim_milliseconds = -1 };
    if (count && !parameters)
        return JET_errInvalidParameter;
    for (uint32_t i = 0; i < count; i++)
    {
        uint32_t id = parameters[i].dbparamid;

        if (id < PARAMETER_FIRST || id > PARAMETER_LAST)
            return JET_errInvalidDbparamId;
        if (creating && is_for_attaching(id))
            continue;
        if (parameters[i].cbParam != sizeof(values[0]) || !parameters[i].pvParam)
            return JET_errInvalidBufferSize;
        memcpy(&values[AT(id)], parameters[i].pvParam, sizeof(values[0]));
        given |= 1u << AT(id);
    }
    err = check_parameters(values, given);
    read->pages_max = values[AT(JET_dbparamDbSizeMaxPages)];
    read->shrink = values[AT(JET_dbparamShrinkDatabaseOptions)];
    read->reclaims = values[AT(JET_dbparamLeakReclaimerEnabled)];
    if (given & 1u << AT(JET_dbparamLeakReclaimerTimeQuota))
        read->reclaim_milliseconds = (int32_t)values[AT(JET_dbparamLeakReclaimerTimeQuota)];
    if (given & 1u << AT(JET_dbparamShrinkDatabaseTimeQuota))
        read->shrink_milliseconds = (int32_t)values[AT(JET_dbparamShrinkDatabaseTimeQuota)];
    read->shrink_pages_least = values[AT(JET_dbparamShrinkDatabaseSizeLimit)];
    return err;
}
