/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of errors: names, meanings, classes. */
#include "api/private.h"

struct error_info
{
    JET_ERR err;
    uint32_t category;
    const char *name;
    const char *meaning;
};

static const struct error_info errors[] = {
#define E(value, name, category, meaning) { value, JET_errcat##category, #name, meaning },
#include "api/errors_table.h"
#undef E
};

static const struct error_info *error_find(JET_ERR err)
{
    size_t low = 0, high = sizeof(errors) / sizeof(errors[0]), middle;

    while (low < high)
    {
        middle = low + (high - low) / 2;
        if (errors[middle].err == err)
            return &errors[middle];
        if (errors[middle].err < err)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool error_describe(JET_ERR err, const char **name, const char **meaning)
{
    const struct error_info *info = error_find(err);

    /* Names that only the engine itself uses are not told. */
    if (!info || strncmp(info->name, "JET_", 4))
        return false;
    *name = info->name;
    *meaning = info->meaning;
    return true;
}

bool error_category(JET_ERR err, JET_ERRCAT *category)
{
    const struct error_info *info = error_find(err);

    if (!info)
        return false;
    *category = (JET_ERRCAT)info->category;
    return true;
}

/* The class above a class; Unknown above the highest ones. */
static JET_ERRCAT category_above(JET_ERRCAT category)
{
    switch (category)
    {
    case JET_errcatMemory:
    case JET_errcatQuota:
    case JET_errcatDisk:
        return JET_errcatResource;
    case JET_errcatFatal:
    case JET_errcatIO:
    case JET_errcatResource:
        return JET_errcatOperation;
    case JET_errcatCorruption:
    case JET_errcatInconsistent:
    case JET_errcatFragmentation:
        return JET_errcatData;
    case JET_errcatUsage:
    case JET_errcatState:
    case JET_errcatObsolete:
        return JET_errcatApi;
    case JET_errcatOperation:
    case JET_errcatData:
    case JET_errcatApi:
        return JET_errcatError;
    default:
        return JET_errcatUnknown;
    }
}

static void fill_hierarchy(JET_ERRCAT category, unsigned char *hierarchy)
{
    uint32_t depth = 0;
    JET_ERRCAT up;

    for (up = category; up != JET_errcatUnknown; up = category_above(up))
        depth++;
    memset(hierarchy, 0, 8);
    for (up = category; depth; up = category_above(up))
        hierarchy[--depth] = (unsigned char)up;
}

/*
 * Tells the class of the error that `context` points to, and the classes above
 * it, the widest first.  JET_errInvalidParameter for an unknown error, level or
 * bits, JET_errInvalidBufferSize.
 */
JET_ERR JET_API JetGetErrorInfoW(void *context, void *result, JET_ULONG size, JET_ULONG level, JET_GRBIT grbit)
{
    JET_ERRINFOBASIC_W *info = result;
    JET_ERRCAT category;
    JET_ERR err;

    OS_TRACE("(%p, %p, %u, %u, %#x)\n", context, result, (unsigned)size, (unsigned)level, (unsigned)grbit);
    if (level != JET_ErrorInfoSpecificErr || !context || grbit)
        return JET_errInvalidParameter;
    if (size < sizeof(*info) || !info)
        return JET_errInvalidBufferSize;
    memcpy(&err, context, sizeof(err));
    info->cbStruct = sizeof(*info);
    info->errValue = err;
    if (!error_category(err, &category))
        return JET_errInvalidParameter;
    info->errcatMostSpecific = category;
    fill_hierarchy(category, info->rgCategoricalHierarchy);
    info->lSourceLine = 0;
    info->rgszSourceFile[0] = 0;
    return JET_errSuccess;
}
