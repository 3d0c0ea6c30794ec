/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text, locales and sort keys on Windows: the system's own.
 */

#include <limits.h>

#include "win32.h"

/* ---- code pages ---- */

uint32_t os_code_page_ansi(void)
{
    return GetACP();
}

bool os_code_page_valid(uint32_t code_page)
{
    return code_page == OS_CP_ACP || IsValidCodePage(code_page);
}

/* What one call of Windows takes. */
static bool count_valid(size_t count)
{
    return count <= INT_MAX;
}

static JET_ERR conversion_error(void)
{
    switch (GetLastError())
    {
    case ERROR_INSUFFICIENT_BUFFER:
        return JET_errBufferTooSmall;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
        return JET_errOutOfMemory;
    default:
        return JET_errInvalidCodePage;
    }
}

JET_ERR os_text_to_wide(uint32_t code_page, const char *from, size_t cb, WCHAR *to, size_t cch, size_t *needed)
{
    size_t ignored;
    int count;

    if (!needed)
        needed = &ignored;
    *needed = 0;
    if (!os_code_page_valid(code_page))
        return JET_errInvalidCodePage;
    if (!cb)
        return JET_errSuccess;
    if (!count_valid(cb))
        return JET_errOutOfMemory;
    if (!count_valid(cch))
        cch = INT_MAX;
    if (to && cch && (count = MultiByteToWideChar(code_page, 0, from, (int)cb, to, (int)cch)) > 0)
    {
        *needed = (size_t)count;
        return JET_errSuccess;
    }
    if ((count = MultiByteToWideChar(code_page, 0, from, (int)cb, NULL, 0)) <= 0)
        return conversion_error();
    *needed = (size_t)count;
    return to ? JET_errBufferTooSmall : JET_errSuccess;
}

JET_ERR os_text_from_wide(uint32_t code_page, const WCHAR *from, size_t cch, char *to, size_t cb, size_t *needed,
                          bool *replaced)
{
    BOOL defaulted = FALSE;
    BOOL *report = replaced && code_page != OS_CP_UTF8 && code_page != 65000 ? &defaulted : NULL;
    size_t ignored;
    int count;

    if (!needed)
        needed = &ignored;
    *needed = 0;
    if (replaced)
        *replaced = false;
    if (!os_code_page_valid(code_page))
        return JET_errInvalidCodePage;
    if (!cch)
        return JET_errSuccess;
    if (!count_valid(cch))
        return JET_errOutOfMemory;
    if (!count_valid(cb))
        cb = INT_MAX;
    if (to && cb && (count = WideCharToMultiByte(code_page, 0, from, (int)cch, to, (int)cb, NULL, report)) > 0)
    {
        *needed = (size_t)count;
        if (replaced)
            *replaced = defaulted != FALSE;
        return JET_errSuccess;
    }
    if ((count = WideCharToMultiByte(code_page, 0, from, (int)cch, NULL, 0, NULL, report)) <= 0)
        return conversion_error();
    *needed = (size_t)count;
    if (replaced)
        *replaced = defaulted != FALSE;
    return to ? JET_errBufferTooSmall : JET_errSuccess;
}

WCHAR os_text_upper(WCHAR c)
{
    WCHAR upper;

    if (c < 0x80)
        return c >= 'a' && c <= 'z' ? c - 32 : c;
    return LCMapStringW(OS_LCID_INVARIANT, LCMAP_UPPERCASE, &c, 1, &upper, 1) == 1 ? upper : c;
}

/* ---- locales ---- */

struct os_locale
{
    struct os_locale *next;
    uint32_t lcid;
    WCHAR name[OS_LOCALE_NAME_MAX];
};

/* Those asked for so far; only ever added to. */
static struct
{
    struct os_mutex lock;
    _Atomic(struct os_locale *) first;
} locales;

static const struct os_locale *known_locale(const WCHAR *name)
{
    struct os_locale *locale = atomic_load_explicit(&locales.first, memory_order_acquire);

    while (locale && os_text_compare_nocase(locale->name, name))
        locale = locale->next;
    return locale;
}

static JET_ERR add_locale(const WCHAR *name, const struct os_locale **out)
{
    struct os_locale *locale;
    JET_ERR err = JET_errSuccess;

    os_mutex_lock(&locales.lock);
    if (!(*out = known_locale(name)))
    {
        /* Not from os_alloc: lives on after a test that counts. */
        if ((locale = HeapAlloc(GetProcessHeap(), 0, sizeof(*locale))))
        {
            os_text_copy(locale->name, OS_LOCALE_NAME_MAX, name);
            locale->lcid = name[0] ? LocaleNameToLCID(name, 0) : OS_LCID_INVARIANT;
            locale->next = atomic_load_explicit(&locales.first, memory_order_relaxed);
            atomic_store_explicit(&locales.first, locale, memory_order_release);
            *out = locale;
        }
        else
        {
            err = JET_errOutOfMemory;
        }
    }
    os_mutex_unlock(&locales.lock);
    return err;
}

/* Windows takes any well-formed name for a locale; only for those it knows it
   has a version of the order of text. */
static bool sort_version(const WCHAR *name, struct os_sort_version *version)
{
    NLSVERSIONINFOEX info;

    memset(&info, 0, sizeof(info));
    info.dwNLSVersionInfoSize = sizeof(info);
    if (!GetNLSVersionEx(COMPARE_STRING, name, &info))
        return false;
    version->version = info.dwNLSVersion;
    version->defined = info.dwDefinedVersion;
    memcpy(version->sort_id, &info.guidCustomVersion, sizeof(version->sort_id));
    return true;
}

JET_ERR os_locale_find(const WCHAR *name, const struct os_locale **out)
{
    struct os_sort_version version;
    WCHAR own[OS_LOCALE_NAME_MAX];

    if ((*out = known_locale(name)))
        return JET_errSuccess;
    if (os_text_length_max(name, OS_LOCALE_NAME_MAX) == OS_LOCALE_NAME_MAX || !IsValidLocaleName(name) ||
        !sort_version(name, &version))
        return JET_errInvalidLanguageId;
    /* In the system's spelling. */
    if (name[0] && GetLocaleInfoEx(name, LOCALE_SNAME, own, OS_LOCALE_NAME_MAX) > 0)
        name = own;
    return add_locale(name, out);
}

JET_ERR os_locale_find_lcid(uint32_t lcid, const struct os_locale **out)
{
    WCHAR name[OS_LOCALE_NAME_MAX];

    *out = NULL;
    if (!LCIDToLocaleName(lcid, name, OS_LOCALE_NAME_MAX, 0))
        return JET_errInvalidLanguageId;
    return os_locale_find(name, out);
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
    return sort_version(locale->name, version) ? JET_errSuccess : JET_errUnicodeNormalizationNotSupported;
}

/* ---- keys ---- */

static const uint8_t empty_key[] = { 1, 1, 1, 1, 0 };

static JET_ERR map_error(void)
{
    switch (GetLastError())
    {
    case ERROR_INVALID_FLAGS:
    case ERROR_INVALID_PARAMETER:
        return JET_errInvalidLCMapStringFlags;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
        return JET_errOutOfMemory;
    default:
        return JET_errUnicodeNormalizationNotSupported;
    }
}

/* One call; the result is in bytes.  0 if it failed or did not fit. */
static size_t map_text(const struct os_locale *locale, uint32_t flags, const WCHAR *text, size_t cch, void *to,
                       size_t cb)
{
    bool key = (flags & OS_MAP_SORTKEY) != 0;
    int count = LCMapStringEx(locale->name, flags, text, (int)cch, to, (int)(key ? cb : cb / 2), NULL, NULL, 0);

    return count <= 0 ? 0 : key ? (size_t)count : (size_t)count * 2;
}

JET_ERR os_sort_key(const struct os_locale *locale, uint32_t flags, const WCHAR *text, size_t cch, void *key, size_t cb,
                    size_t *needed)
{
    JET_ERR err = JET_errSuccess;
    void *whole;

    *needed = 0;
    if (flags & OS_MAP_SORTKEY && !os_sort_flags_valid(flags))
        return JET_errInvalidLCMapStringFlags;
    if (!cch)
    {
        /* Windows refuses an empty text. */
        if (flags & OS_MAP_SORTKEY)
        {
            *needed = sizeof(empty_key);
            memcpy(key, empty_key, cb < sizeof(empty_key) ? cb : sizeof(empty_key));
            if (flags & OS_MAP_BYTEREV)
                os_sort_key_reverse(key, cb < sizeof(empty_key) ? cb : sizeof(empty_key));
        }
        return JET_errSuccess;
    }
    if (!count_valid(cch))
        return JET_errOutOfMemory;
    if (cb > 1 && count_valid(cb) && (*needed = map_text(locale, flags, text, cch, key, cb)))
        return JET_errSuccess;
    if (cb > 1 && GetLastError() != ERROR_INSUFFICIENT_BUFFER)
        return map_error();

    /* Too long for the caller's buffer: he gets the beginning. */
    if (!(*needed = map_text(locale, flags, text, cch, NULL, 0)))
        return map_error();
    if (!cb)
        return JET_errSuccess;
    if (!(whole = os_alloc(*needed)))
        return JET_errOutOfMemory;
    if (map_text(locale, flags, text, cch, whole, *needed))
        memcpy(key, whole, cb < *needed ? cb : *needed);
    else
        err = map_error();
    os_free(whole);
    return err;
}
