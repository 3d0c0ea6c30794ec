/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Code pages natively: UTF-8, and those whose tables (c_*.nls) Wine installs.
 *
 * Such a file has a header of 13 units (1 the code page, 2 the bytes of its
 * longest character, 3 and 4 the default characters), the distance to the second
 * table, then UTF-16 for each byte.  A code page of two bytes has, for each lead
 * byte, the place of 256 more.  The second table has the bytes of each of the
 * 65536 units, one or two.
 */

#define _GNU_SOURCE 1
#include <stdio.h>

#include "private.h"

#define ANSI 1252u

struct code_page
{
    uint32_t number;
    bool two_bytes;
    uint16_t default_bytes;
    const uint16_t *wide;  /* by byte */
    const uint16_t *leads; /* two bytes: place of the trail bytes' table in `leads`, or 0 */
    const uint8_t *bytes;  /* by unit */
    const uint16_t *words; /* the same for two bytes */
    size_t lead_units;
    struct code_page *next;
};

static struct
{
    struct os_mutex lock;
    _Atomic(struct code_page *) first; /* only ever added to */
} pages;

#define HEADER_UNITS 13

static bool parse(const uint16_t *table, size_t units, struct code_page *page)
{
    size_t second, leads;

    if (units < HEADER_UNITS + 1 + 256 + 2 || table[0] != HEADER_UNITS || table[1] != page->number)
        return false;
    page->two_bytes = table[2] == 2;
    page->default_bytes = table[3];
    page->wide = table + HEADER_UNITS + 1;
    second = HEADER_UNITS + 1 + (size_t)table[HEADER_UNITS];
    if (second + (page->two_bytes ? 65536 : 32768) > units)
        return false;
    page->bytes = (const uint8_t *)(table + second);
    page->words = table + second;
    leads = HEADER_UNITS + 1 + 256 + (table[HEADER_UNITS + 1 + 256] ? 257 : 1);
    if (page->two_bytes)
    {
        leads++;
        if (leads + 256 > second)
            return false;
        page->leads = table + leads;
        page->lead_units = second - leads;
    }
    return true;
}

static const struct code_page *find_page(uint32_t number)
{
    struct code_page *page, parsed = { .number = number };
    const void *table;
    char name[32];
    size_t size = 0;

    for (page = atomic_load_explicit(&pages.first, memory_order_acquire); page; page = page->next)
    {
        if (page->number == number)
            return page;
    }
    if (number < 37 || number > 0xffff)
        return NULL;
    snprintf(name, sizeof(name), "c_%03u.nls", number);
    if (!(table = os_nls_table(name, &size)) || !parse(table, size / 2, &parsed))
        return NULL;
    if (!(page = os_platform_memory_ops.alloc(&os_platform_memory_ops, sizeof(*page))))
        return NULL;
    *page = parsed;
    os_mutex_lock(&pages.lock);
    page->next = atomic_load_explicit(&pages.first, memory_order_relaxed);
    atomic_store_explicit(&pages.first, page, memory_order_release);
    os_mutex_unlock(&pages.lock);
    return page;
}

uint32_t os_code_page_ansi(void)
{
    return ANSI;
}

bool os_code_page_valid(uint32_t code_page)
{
    if (code_page == OS_CP_ACP)
        code_page = ANSI;
    return code_page == OS_CP_UTF8 || code_page == ANSI || find_page(code_page);
}

/* ---- output that may not fit ---- */

struct output
{
    void *to;
    size_t capacity, used;
};

static void put_wide(struct output *out, uint32_t c)
{
    if (out->to && out->used < out->capacity)
        ((WCHAR *)out->to)[out->used] = (WCHAR)c;
    out->used++;
}

static void put_byte(struct output *out, uint32_t byte)
{
    if (out->to && out->used < out->capacity)
        ((char *)out->to)[out->used] = (char)byte;
    out->used++;
}

static JET_ERR finish(const struct output *out, size_t *needed)
{
    if (needed)
        *needed = out->used;
    return out->to && out->used > out->capacity ? JET_errBufferTooSmall : JET_errSuccess;
}

/* ---- to UTF-16 ---- */

/* Of ill-formed bytes the longest start of a character is one U+FFFD. */
static void utf8_to_wide(const uint8_t *from, size_t cb, struct output *out)
{
    for (size_t i = 0; i < cb;)
    {
        uint8_t first = from[i++];
        unsigned more = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
        uint32_t c = first;
        uint8_t low = 0x80, high = 0xbf;

        if (!more)
        {
            put_wide(out, c);
            continue;
        }
        if (first < 0xc2 || first > 0xf4)
        {
            put_wide(out, 0xfffd);
            continue;
        }
        if (first == 0xe0)
            low = 0xa0;
        else if (first == 0xed)
            high = 0x9f;
        else if (first == 0xf0)
            low = 0x90;
        else if (first == 0xf4)
            high = 0x8f;
        c &= 0x3fu >> more;
        while (more && i < cb && from[i] >= low && from[i] <= high)
        {
            c = c << 6 | (from[i++] & 0x3f);
            low = 0x80;
            high = 0xbf;
            more--;
        }
        if (more)
        {
            put_wide(out, 0xfffd);
        }
        else if (c < 0x10000)
        {
            put_wide(out, c);
        }
        else
        {
            put_wide(out, 0xd7c0 + (c >> 10));
            put_wide(out, 0xdc00 | (c & 0x3ff));
        }
    }
}

static void page_to_wide(const struct code_page *page, const uint8_t *from, size_t cb, struct output *out)
{
    for (size_t i = 0; i < cb; i++)
    {
        size_t place = page->two_bytes ? page->leads[from[i]] : 0;

        if (place && i + 1 < cb && place + from[i + 1] < page->lead_units)
            put_wide(out, page->leads[place + from[++i]]);
        else
            put_wide(out, page->wide[from[i]]);
    }
}

JET_ERR os_text_to_wide(uint32_t code_page, const char *from, size_t cb, WCHAR *to, size_t cch, size_t *needed)
{
    struct output out = { to, cch, 0 };
    const struct code_page *page;

    if (code_page == OS_CP_ACP)
        code_page = ANSI;
    if (code_page == OS_CP_UTF8)
    {
        utf8_to_wide((const uint8_t *)from, cb, &out);
    }
    else if ((page = find_page(code_page)))
    {
        page_to_wide(page, (const uint8_t *)from, cb, &out);
    }
    else if (code_page == ANSI)
    {
        for (size_t i = 0; i < cb; i++)
            put_wide(&out, (uint8_t)from[i]);
    }
    else
    {
        return JET_errInvalidCodePage;
    }
    return finish(&out, needed);
}

/* ---- from UTF-16 ---- */

static void wide_to_utf8(const WCHAR *from, size_t cch, struct output *out, bool *replaced)
{
    for (size_t i = 0; i < cch; i++)
    {
        uint32_t c = (uint16_t)from[i];

        if (c >= 0xd800 && c < 0xdc00 && i + 1 < cch && ((uint16_t)from[i + 1] & 0xfc00) == 0xdc00)
        {
            c = 0x10000 + ((c & 0x3ff) << 10 | ((uint16_t)from[++i] & 0x3ff));
        }
        else if ((c & 0xf800) == 0xd800)
        {
            c = 0xfffd;
            *replaced = true;
        }
        if (c < 0x80)
        {
            put_byte(out, c);
            continue;
        }
        if (c < 0x800)
        {
            put_byte(out, 0xc0 | c >> 6);
        }
        else
        {
            if (c < 0x10000)
            {
                put_byte(out, 0xe0 | c >> 12);
            }
            else
            {
                put_byte(out, 0xf0 | c >> 18);
                put_byte(out, 0x80 | (c >> 12 & 0x3f));
            }
            put_byte(out, 0x80 | (c >> 6 & 0x3f));
        }
        put_byte(out, 0x80 | (c & 0x3f));
    }
}

/* Like Windows', the tables hold a likeness for characters that a code page
   lacks; only the default character says that one was replaced. */
static void wide_to_page(const struct code_page *page, const WCHAR *from, size_t cch, struct output *out,
                         bool *replaced)
{
    for (size_t i = 0; i < cch; i++)
    {
        uint16_t c = (uint16_t)from[i];
        uint16_t bytes = page->two_bytes ? page->words[c] : page->bytes[c];

        if (bytes == page->default_bytes && c != page->wide[page->default_bytes & 0xff])
            *replaced = true;
        if (bytes >> 8)
            put_byte(out, bytes >> 8);
        put_byte(out, bytes & 0xff);
    }
}

JET_ERR os_text_from_wide(uint32_t code_page, const WCHAR *from, size_t cch, char *to, size_t cb, size_t *needed,
                          bool *replaced)
{
    struct output out = { to, cb, 0 };
    const struct code_page *page;
    bool ignored = false;

    if (!replaced)
        replaced = &ignored;
    *replaced = false;
    if (code_page == OS_CP_ACP)
        code_page = ANSI;
    if (code_page == OS_CP_UTF8)
    {
        wide_to_utf8(from, cch, &out, replaced);
    }
    else if ((page = find_page(code_page)))
    {
        wide_to_page(page, from, cch, &out, replaced);
    }
    else if (code_page == ANSI)
    {
        for (size_t i = 0; i < cch; i++)
        {
            bool fits = (uint16_t)from[i] < 0x100;

            put_byte(&out, fits ? (uint16_t)from[i] : '?');
            *replaced |= !fits;
        }
    }
    else
    {
        return JET_errInvalidCodePage;
    }
    return finish(&out, needed);
}
