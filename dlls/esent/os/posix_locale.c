/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Locales, case and sort keys natively, over the tables that Wine installs.
 * They are looked for once, in the directory that the environment variable
 * ESENT_NLS_DIR names, then in the one that was chosen at compile time, then
 * where Wine's packages have them.  Without them locales are known, but there
 * is no order of text: JET_errUnicodeNormalizationNotSupported.
 */

#define _GNU_SOURCE 1
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "nls_sort.h"

struct os_locale
{
    WCHAR name[20];
    uint32_t lcid;
    const struct nls_sort_id *sort; /* NULL without tables */
};

/* Written once, under the lock of the first call. */
static struct
{
    struct os_once once;
    bool sort_found, upper_found;
    struct nls_sort_tables sort;
    struct nls_casing upper; /* the file system's */
    struct nls_casing plain; /* of text, without regard to language */
    struct os_locale *locales;
} nls = { .once = OS_ONCE_INIT };

/* ---- tables ---- */

static const void *table_in(const char *directory, const char *name, size_t *size)
{
    char path[OS_NATIVE_PATH_MAX];
    int length = snprintf(path, sizeof(path), "%s/%s", directory, name);

    return length > 0 && (size_t)length < sizeof(path) ? os_posix_map_whole(path, size) : NULL;
}

static const void *table_in_opt(const char *name, size_t *size)
{
    const void *table = NULL;
    glob_t found;

    if (glob("/opt/wine*/share/wine/nls", 0, NULL, &found) == 0)
    {
        for (size_t i = 0; i < found.gl_pathc && !table; i++)
            table = table_in(found.gl_pathv[i], name, size);
        globfree(&found);
    }
    return table;
}

const void *os_nls_table(const char *name, size_t *size)
{
    static const char *const directories[] = {
#ifdef ESENT_NLS_DIR
        ESENT_NLS_DIR,
#endif
        "/usr/share/wine/nls",
        "/usr/local/share/wine/nls",
    };
    const char *chosen = getenv("ESENT_NLS_DIR");
    const void *table;

    if (chosen && *chosen)
        return table_in(chosen, name, size);
    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
    {
        if ((table = table_in(directories[i], name, size)))
            return table;
    }
    return table_in_opt(name, size);
}

/* Number n has the GUID n-57EE-1E5C-00B4-D0000BB1E11E. */
static const struct nls_sort_id *find_sort(uint32_t number)
{
    uint8_t guid[16] = { 0, 0, 0, 0, 0xee, 0x57, 0x5c, 0x1e, 0x00, 0xb4, 0xd0, 0x00, 0x0b, 0xb1, 0xe1, 0x1e };

    memcpy(guid, &number, sizeof(number));
    return nls_sort_find(&nls.sort, guid);
}

static void load(void *context)
{
    const void *table;
    size_t size = 0;

    (void)context;
    if ((table = os_nls_table("l_intl.nls", &size)))
        nls.upper_found = nls_case_open(table, size / 2, &nls.upper);
    if ((table = os_nls_table("sortdefault.nls", &size)))
        nls.sort_found = nls_sort_open(table, size, &nls.sort) &&
                         nls_case_open(nls.sort.casing, nls.sort.casing_count, &nls.plain);

    /* Not from os_alloc: lives on after a test that counts. */
    if (!(nls.locales = calloc(nls_locale_count, sizeof(*nls.locales))))
        return;
    for (size_t i = 0; i < nls_locale_count; i++)
    {
        struct os_locale *locale = &nls.locales[i];

        os_text_from_ascii(locale->name, sizeof(locale->name) / sizeof(WCHAR), nls_locales[i].name);
        locale->lcid = nls_locales[i].lcid;
        if (nls.sort_found && !(locale->sort = find_sort(nls_locales[i].sort)))
            locale->sort = find_sort(1);
    }
}

static void need_tables(void)
{
    os_once_run(&nls.once, load, NULL);
}

/* Of ASCII as text is upper-cased without tables. */
static WCHAR ascii_upper(WCHAR c)
{
    return c >= 'a' && c <= 'z' ? c - 32 : c;
}

WCHAR os_text_upper(WCHAR c)
{
    need_tables();
    return nls.upper_found ? (WCHAR)nls_upper(&nls.upper, (uint16_t)c) : ascii_upper(c);
}

/* ---- locales ---- */

static int compare_name(const WCHAR *name, const char *entry)
{
    for (; *name || *entry; name++, entry++)
    {
        int difference = (int)(uint16_t)ascii_upper(*name) - (int)ascii_upper((unsigned char)*entry);

        if (difference)
            return difference;
    }
    return 0;
}

JET_ERR os_locale_find(const WCHAR *name, const struct os_locale **out)
{
    size_t low = 0, high = nls_locale_count;

    *out = NULL;
    need_tables();
    if (!nls.locales)
        return JET_errOutOfMemory;
    while (low < high)
    {
        size_t middle = (low + high) / 2;
        int difference = compare_name(name, nls_locales[middle].name);

        if (!difference)
        {
            *out = &nls.locales[middle];
            return JET_errSuccess;
        }
        if (difference < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return JET_errInvalidLanguageId;
}

JET_ERR os_locale_find_lcid(uint32_t lcid, const struct os_locale **out)
{
    size_t low = 0, high = nls_lcid_count;

    *out = NULL;
    need_tables();
    if (!nls.locales)
        return JET_errOutOfMemory;
    while (low < high)
    {
        size_t middle = (low + high) / 2;

        if (nls_lcids[middle].lcid == lcid)
        {
            *out = &nls.locales[nls_lcids[middle].locale];
            return JET_errSuccess;
        }
        if (lcid < nls_lcids[middle].lcid)
            high = middle;
        else
            low = middle + 1;
    }
    return JET_errInvalidLanguageId;
}

const WCHAR *os_locale_name(const struct os_locale *locale)
{
    return locale->name;
}

uint32_t os_locale_lcid(const struct os_locale *locale)
{
    return locale->lcid;
}

JET_ERR os_locale_sort_version(const struct os_locale *locale, struct os_sort_version *version)
{
    if (!locale->sort)
        return JET_errUnicodeNormalizationNotSupported;
    version->version = nls.sort.version;
    version->defined = nls.sort.version;
    memcpy(version->sort_id, locale->sort->guid, sizeof(version->sort_id));
    return JET_errSuccess;
}

/* ---- keys ---- */

static JET_ERR map_case(const struct os_locale *locale, uint32_t flags, const WCHAR *text, size_t cch, uint8_t *to,
                        size_t cb, size_t *needed)
{
    struct nls_casing casing = nls.plain;

    if (flags & OS_MAP_LINGUISTIC_CASING && locale->sort->casing < nls.sort.casing_count &&
        !nls_case_open(nls.sort.casing + locale->sort->casing, nls.sort.casing_count - locale->sort->casing, &casing))
        casing = nls.plain;
    for (size_t i = 0; i < cch; i++)
    {
        uint16_t c = (uint16_t)text[i];

        c = flags & OS_MAP_UPPERCASE ? nls_upper(&casing, c) : nls_lower(&casing, c);
        if (2 * i < cb)
            to[2 * i] = (uint8_t)c;
        if (2 * i + 1 < cb)
            to[2 * i + 1] = (uint8_t)(c >> 8);
    }
    *needed = cch * 2;
    return JET_errSuccess;
}

JET_ERR os_sort_key(const struct os_locale *locale, uint32_t flags, const WCHAR *text, size_t cch, void *key, size_t cb,
                    size_t *needed)
{
    JET_ERR err;

    *needed = 0;
    if (!locale->sort)
        return JET_errUnicodeNormalizationNotSupported;
    if (!(flags & OS_MAP_SORTKEY) && flags & (OS_MAP_UPPERCASE | OS_MAP_LOWERCASE))
        return map_case(locale, flags, text, cch, key, cb, needed);
    if (!(flags & OS_MAP_SORTKEY) || !os_sort_flags_valid(flags))
        return JET_errInvalidLCMapStringFlags;
    err = nls_sort_key(&nls.sort, locale->sort, flags, text, cch, key, cb, needed);
    if (err >= 0 && flags & OS_MAP_BYTEREV)
        os_sort_key_reverse(key, *needed < cb ? *needed : cb);
    return err;
}
