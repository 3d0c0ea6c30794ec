/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * 16-bit text without a locale, and the calendar.
 */

#include "private.h"

size_t os_text_length(const WCHAR *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    return length;
}

size_t os_text_length_max(const WCHAR *text, size_t max)
{
    size_t length = 0;

    while (length < max && text[length])
        length++;
    return length;
}

int os_text_compare(const WCHAR *a, const WCHAR *b)
{
    while (*a && *a == *b)
    {
        a++;
        b++;
    }
    return (int)(uint16_t)*a - (int)(uint16_t)*b;
}

static int fold(WCHAR c)
{
    return c >= 'a' && c <= 'z' ? c - 32 : (uint16_t)c;
}

int os_text_compare_nocase(const WCHAR *a, const WCHAR *b)
{
    while (*a && fold(*a) == fold(*b))
    {
        a++;
        b++;
    }
    return fold(*a) - fold(*b);
}

bool os_text_copy(WCHAR *to, size_t cch, const WCHAR *from)
{
    size_t i;

    if (!cch)
        return false;
    for (i = 0; i < cch - 1 && from[i]; i++)
        to[i] = from[i];
    to[i] = 0;
    return !from[i];
}

bool os_text_append(WCHAR *to, size_t cch, const WCHAR *from)
{
    size_t length = os_text_length_max(to, cch);

    return length < cch && os_text_copy(to + length, cch - length, from);
}

bool os_text_from_ascii(WCHAR *to, size_t cch, const char *from)
{
    size_t i;

    if (!cch)
        return false;
    for (i = 0; i < cch - 1 && from[i]; i++)
        to[i] = (unsigned char)from[i];
    to[i] = 0;
    return !from[i];
}

WCHAR *os_text_duplicate(const WCHAR *text)
{
    size_t size = (os_text_length(text) + 1) * sizeof(WCHAR);
    WCHAR *copy = os_alloc(size);

    return copy ? memcpy(copy, text, size) : NULL;
}

/* ---- calendar: days are counted in years that begin in March ---- */

#define UNITS_PER_MS 10000ull
#define MS_PER_DAY   86400000ull
#define DAYS_TO_1601 584694ull /* from 0000-03-01 to 1601-01-01 */

static uint64_t days_of(unsigned year, unsigned month, unsigned day)
{
    unsigned y = month <= 2 ? year - 1 : year;
    unsigned m = month <= 2 ? month + 9 : month - 3;

    return (uint64_t)y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
}

void os_time_split(uint64_t time, struct os_time *split)
{
    uint64_t ms = time / UNITS_PER_MS;
    uint64_t days = ms / MS_PER_DAY + DAYS_TO_1601;
    uint32_t left = (uint32_t)(ms % MS_PER_DAY);
    unsigned era = (unsigned)(days / 146097);
    unsigned doe = (unsigned)(days % 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned m = (5 * doy + 2) / 153;

    split->month = (uint8_t)(m < 10 ? m + 3 : m - 9);
    split->day = (uint8_t)(doy - (153 * m + 2) / 5 + 1);
    split->year = (uint16_t)(era * 400 + yoe + (split->month <= 2));
    split->millisecond = (uint16_t)(left % 1000);
    left /= 1000;
    split->second = (uint8_t)(left % 60);
    split->minute = (uint8_t)(left / 60 % 60);
    split->hour = (uint8_t)(left / 3600);
}

uint64_t os_time_join(const struct os_time *split)
{
    static const uint8_t month_days[12] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = split->year % 4 == 0 && (split->year % 100 != 0 || split->year % 400 == 0);
    uint64_t ms;

    if (split->year < 1601 || split->month < 1 || split->month > 12 || split->day < 1 ||
        split->day > month_days[split->month - 1] || (split->month == 2 && split->day == 29 && !leap) ||
        split->hour > 23 || split->minute > 59 || split->second > 59 || split->millisecond > 999)
        return 0;
    ms = (days_of(split->year, split->month, split->day) - DAYS_TO_1601) * MS_PER_DAY;
    ms += ((split->hour * 60u + split->minute) * 60u + split->second) * 1000ull + split->millisecond;
    return ms * UNITS_PER_MS;
}

/* ---- flags of sort keys ---- */

bool os_sort_flags_valid(uint32_t flags)
{
    const uint32_t known = OS_MAP_SORTKEY | OS_MAP_BYTEREV | OS_NORM_IGNORECASE | OS_NORM_IGNORENONSPACE |
                           OS_NORM_IGNORESYMBOLS | OS_SORT_DIGITSASNUMBERS | OS_LINGUISTIC_IGNORECASE |
                           OS_LINGUISTIC_IGNOREDIACRITIC | OS_SORT_STRINGSORT | OS_NORM_IGNOREKANATYPE |
                           OS_NORM_IGNOREWIDTH | OS_NORM_LINGUISTIC_CASING;

    return flags & OS_MAP_SORTKEY && !(flags & ~known);
}

void os_sort_key_reverse(uint8_t *key, size_t size)
{
    for (size_t i = 0; i + 1 < size; i += 2)
    {
        uint8_t byte = key[i];

        key[i] = key[i + 1];
        key[i + 1] = byte;
    }
}
