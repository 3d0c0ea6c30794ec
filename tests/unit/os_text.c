/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The platform floor: text, code pages, locales and sort keys.  What needs the
 * tables that Wine installs is skipped where they are not.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "os/os.h"
#include "os_sort_vectors.h"

static const struct os_locale *locale_of(const char *name)
{
    const struct os_locale *locale;
    WCHAR wide[OS_LOCALE_NAME_MAX];

    os_text_from_ascii(wide, OS_LOCALE_NAME_MAX, name);
    assert_int_equal(os_locale_find(wide, &locale), JET_errSuccess);
    return locale;
}

static void need_order(void)
{
    struct os_sort_version version;

    if (os_locale_sort_version(locale_of("en-US"), &version) < 0)
        skip();
}

static void test_text(void **state)
{
    WCHAR text[8];

    (void)state;
    assert_int_equal(os_text_length(u"four"), 4);
    assert_true(os_text_compare(u"abc", u"abd") < 0);
    assert_true(os_text_compare(u"ab", u"abd") < 0);
    assert_true(os_text_compare(u"\xffff", u"a") > 0);
    assert_int_equal(os_text_compare_nocase(u"MiXed", u"mIxED"), 0);
    assert_true(os_text_copy(text, 8, u"1234567"));
    assert_false(os_text_copy(text, 8, u"12345678"));
    assert_int_equal(os_text_compare(text, u"1234567"), 0);
    assert_true(os_text_copy(text, 8, u"1234"));
    assert_true(os_text_append(text, 8, u"567"));
    assert_false(os_text_append(text, 8, u"8"));
}

static void check_wide(uint32_t code_page, const char *from, size_t cb, const WCHAR *expected, size_t cch)
{
    WCHAR to[64];
    size_t needed;

    assert_int_equal(os_text_to_wide(code_page, from, cb, to, 64, &needed), JET_errSuccess);
    assert_int_equal(needed, cch);
    assert_memory_equal(to, expected, cch * sizeof(WCHAR));
    assert_int_equal(os_text_to_wide(code_page, from, cb, NULL, 0, &needed), JET_errSuccess);
    assert_int_equal(needed, cch);
    assert_int_equal(os_text_to_wide(code_page, from, cb, to, cch - 1, &needed), JET_errBufferTooSmall);
    assert_int_equal(needed, cch);
}

static void test_code_pages(void **state)
{
    char bytes[64];
    size_t needed;
    bool replaced;

    (void)state;
    check_wide(OS_CP_UTF8, "a\xc3\xa9\xff\xf0\x9f\x98\x80\xe2\x82", 10, u"a\xe9\xfffd\xd83d\xde00\xfffd", 6);
    check_wide(OS_CP_UTF8, "x\0y", 3, u"x\0y", 3);
    assert_int_equal(os_text_from_wide(OS_CP_UTF8, u"\xd83d\xde00\xdc00", 3, bytes, 64, &needed, &replaced), 0);
    assert_int_equal(needed, 7);
    assert_memory_equal(bytes, "\xf0\x9f\x98\x80\xef\xbf\xbd", 7);
    assert_int_equal(os_text_to_wide(12345, "x", 1, NULL, 0, &needed), JET_errInvalidCodePage);
    assert_false(os_code_page_valid(12345));
    assert_true(os_code_page_valid(OS_CP_ACP));

    need_order();
    check_wide(OS_CP_1252, "A\x80\x9f\xe9", 4, u"A\x20ac\x178\xe9", 4);
    assert_int_equal(
        os_text_from_wide(OS_CP_1252, u"\x100\x3b1\x4e00\x2018\xff21\x2260", 6, bytes, 64, &needed, &replaced), 0);
    assert_int_equal(needed, 6);
    assert_memory_equal(bytes,
                        "Aa?\x91"
                        "A?",
                        6);
    assert_true(replaced);
    assert_int_equal(os_text_from_wide(OS_CP_1252, u"\x20ac?", 2, bytes, 1, &needed, &replaced), JET_errBufferTooSmall);
    assert_int_equal(needed, 2);
    assert_false(replaced);
    check_wide(932, "\x82\xa0\xb1", 3, u"\x3042\xff71", 2);
    assert_int_equal(os_text_from_wide(932, u"\x3042\xff71", 2, bytes, 64, &needed, &replaced), 0);
    assert_memory_equal(bytes, "\x82\xa0\xb1", 3);
    assert_false(replaced);
    assert_int_equal(os_text_upper(0xe9), 0xc9);
    assert_int_equal(os_text_upper(0x131), 0x131);
}

static void test_locales(void **state)
{
    const struct os_locale *locale, *again;
    struct os_sort_version version;

    (void)state;
    assert_int_equal(os_locale_find(u"EN-us", &locale), 0);
    assert_int_equal(os_locale_lcid(locale), OS_LCID_EN_US);
    assert_int_equal(os_text_compare(os_locale_name(locale), u"en-US"), 0);
    assert_int_equal(os_locale_find_lcid(OS_LCID_EN_US, &again), 0);
    assert_ptr_equal(locale, again);
    assert_int_equal(os_locale_find(u"", &locale), 0);
    assert_int_equal(os_locale_lcid(locale), OS_LCID_INVARIANT);
    assert_int_equal(os_locale_find_lcid(0x1040a, &locale), JET_errInvalidLanguageId);
    assert_int_equal(os_locale_find_lcid(0x40a, &locale), 0);
    assert_int_equal(os_text_compare(os_locale_name(locale), u"es-ES_tradnl"), 0);
    assert_int_equal(os_locale_find(u"xx-no-such", &locale), JET_errInvalidLanguageId);
    assert_null(locale);
    assert_int_equal(os_locale_find_lcid(0xdead, &locale), JET_errInvalidLanguageId);

    need_order();
    assert_int_equal(os_locale_sort_version(locale_of("sv-SE"), &version), 0);
    assert_int_equal(version.version, version.defined);
    assert_true(version.version >= 0x60000);
    assert_int_not_equal(version.sort_id[0], 0);
}

static size_t unhex(const char *text, int digits, void *out)
{
    size_t count = 0;

    for (; *text; text += digits, count++)
    {
        char one[5] = { 0 };
        unsigned value;

        memcpy(one, text, (size_t)digits);
        value = (unsigned)strtoul(one, NULL, 16);
        if (digits == 4)
            ((WCHAR *)out)[count] = (WCHAR)value;
        else
            ((uint8_t *)out)[count] = (uint8_t)value;
    }
    return count;
}

static void test_sort_keys(void **state)
{
    uint8_t key[1024], expected[1024];
    struct os_sort_version version;
    WCHAR text[64];

    (void)state;
    need_order();
    assert_int_equal(os_locale_sort_version(locale_of("en-US"), &version), 0);
    if (version.version != 0x60305)
        skip();
    for (size_t i = 0; i < sizeof(sort_vectors) / sizeof(sort_vectors[0]); i++)
    {
        const struct sort_vector *vector = &sort_vectors[i];
        size_t cch = unhex(vector->text, 4, text), size = unhex(vector->key, 2, expected), needed, cut = size / 2;

        memset(key, 0xcc, sizeof(key));
        assert_int_equal(os_sort_key(locale_of(vector->locale), vector->flags, text, cch, key, sizeof(key), &needed),
                         JET_errSuccess);
        if (needed != size || memcmp(key, expected, size))
            fail_msg("%s %x %s: not %s", vector->locale, vector->flags, vector->text, vector->key);

        /* A buffer that is too small gets the beginning and no more. */
        if (vector->flags & OS_MAP_BYTEREV)
            cut &= ~(size_t)1;
        memset(key, 0xcc, sizeof(key));
        assert_int_equal(os_sort_key(locale_of(vector->locale), vector->flags, text, cch, key, cut, &needed), 0);
        assert_int_equal(needed, size);
        assert_memory_equal(key, expected, cut);
        assert_int_equal(key[cut], 0xcc);
    }
}

static void test_sort_limits(void **state)
{
    const struct os_locale *locale = locale_of("en-US");
    static WCHAR text[20000];
    static uint8_t key[400000];
    WCHAR upper[4];
    size_t needed;

    (void)state;
    need_order();
    assert_int_equal(os_sort_key(locale, OS_MAP_SORTKEY, u"", 0, key, sizeof(key), &needed), 0);
    assert_int_equal(needed, 5);
    assert_memory_equal(key, "\1\1\1\1\0", 5);
    assert_int_equal(os_sort_key(locale, OS_MAP_SORTKEY, u"", 0, NULL, 0, &needed), 0);
    assert_int_equal(os_sort_key(locale, 0, u"x", 1, key, 10, &needed), JET_errInvalidLCMapStringFlags);
    assert_int_equal(os_sort_key(locale, OS_MAP_SORTKEY | 0x80000000u, u"x", 1, key, 10, &needed),
                     JET_errInvalidLCMapStringFlags);
    for (int i = 0; i < 20000; i++)
        text[i] = (WCHAR)(i % 3 ? 0x30a2 + i % 50 : 0xc1);
    text[19999] = '-';
    assert_int_equal(os_sort_key(locale, OS_MAP_SORTKEY, text, 20000, key, sizeof(key), &needed), 0);
    assert_in_range(needed, 60000, sizeof(key));

    assert_int_equal(os_sort_key(locale, OS_MAP_UPPERCASE, u"a\xe9i", 3, upper, 6, &needed), 0);
    assert_int_equal(needed, 6);
    assert_memory_equal(upper, u"A\xc9I", 6);
    assert_int_equal(
        os_sort_key(locale_of("tr-TR"), OS_MAP_UPPERCASE | OS_MAP_LINGUISTIC_CASING, u"i", 1, upper, 2, &needed), 0);
    assert_int_equal(upper[0], 0x130);
}

static void test_trace(void **state)
{
    WCHAR text[400];

    (void)state;
    assert_string_equal(OS_TRACE_W(u"a\"\\\xe9"), "L\"a\\\"\\\\\\x00e9\"");
    assert_string_equal(OS_TRACE_W(NULL), "(null)");
    for (int i = 0; i < 399; i++)
        text[i] = 0xffff;
    text[399] = 0;
    assert_true(strlen(OS_TRACE_W(text)) < 300);
    OS_TRACE("not shown %d\n", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),      cmocka_unit_test(test_code_pages),  cmocka_unit_test(test_locales),
        cmocka_unit_test(test_sort_keys), cmocka_unit_test(test_sort_limits), cmocka_unit_test(test_trace),
    };

    return cmocka_run_group_tests_name("os_text", tests, NULL, NULL);
}
