/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * abi_messages.c - the DLL has the texts of what it tells the system's event log, as
 * event viewers and FormatMessage read them.  A native library has no such table.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#ifdef _WIN32
#include <windows.h>
#undef JET_VERSION
#define JET_VERSION 0x0A01
#include "esent.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OWN_STRINGS  3u
#define STRINGS      30u
#define TEXT_SIZE    2000

static const struct
{
    uint32_t number, strings;
} events[] = {
#define EVENT(number, name, type, category, level, operation, strings, text) { number, sizeof(strings) - 1 },
#include "../../dlls/esent/os/event_table.h"
};

static HMODULE library;

static int setup(void **state)
{
    (void)state;
    /* So that it is imported: it is what the loader found. */
    assert_non_null((void *)(uintptr_t)&JetInit);
    library = GetModuleHandleA("esent.dll");
    return library ? 0 : -1;
}

/* The text of a message with "<1>", "<2>", ... as its strings. */
static DWORD format(HMODULE module, DWORD number, DWORD language, char text[TEXT_SIZE])
{
    WCHAR names[STRINGS][8], wide[TEXT_SIZE];
    DWORD_PTR strings[STRINGS];
    DWORD length;

    for (size_t i = 0; i < STRINGS; i++)
    {
        swprintf(names[i], 8, L"<%u>", (unsigned)i + 1);
        strings[i] = (DWORD_PTR)names[i];
    }
    length = FormatMessageW(FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_ARGUMENT_ARRAY, module, number, language, wide,
                            TEXT_SIZE, (va_list *)strings);
    for (DWORD i = 0; i < length; i++)
        text[i] = (char)wide[i];
    text[length] = 0;
    return length;
}

static void check_text(DWORD number, const char *want)
{
    static const DWORD languages[] = { 0, MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US) };
    char text[TEXT_SIZE];

    for (size_t i = 0; i < COUNT(languages); i++)
    {
        assert_int_equal(format(library, number, languages[i], text), strlen(want));
        assert_string_equal(text, want);
    }
}

static void messages_have_their_texts(void **state)
{
    (void)state;
    check_text(102, "<1> (<2>) <3>Instance <4> starts, of engine <5>.<6>.<7>.<8>.\r\n");
    check_text(205, "<1> (<2>) <3>The backup is restored.\r\n");
    check_text(103, "<1> (<2>) <3>Instance <4> has stopped.\r\nLeft dirty: <6>\r\nTiming:<5>\r\n");
    check_text(474, "<1> (<2>) <3>Page <10> of file <4> (offset <5>, <6> bytes) is damaged: its checksum is <8> and "
                    "should be <9>. Reading it fails with error <7>. If it happens again, restore a backup; the disk "
                    "should be looked into.\r\n");
    check_text(2010, "<1> (<2>) <3>Snapshot <4> is for a differential backup.\r\n");
}

static void each_event_is_told_with_all_its_strings(void **state)
{
    static const char start[] = "<1> (<2>) <3>";
    char text[TEXT_SIZE], name[8];

    (void)state;
    for (size_t i = 0; i < COUNT(events); i++)
    {
        if (!format(library, events[i].number, 0, text))
            fail_msg("event %u has no text", (unsigned)events[i].number);
        assert_memory_equal(text, start, sizeof(start) - 1);
        for (unsigned k = OWN_STRINGS + 1; k <= STRINGS; k++)
        {
            snprintf(name, sizeof(name), "<%u>", k);
            if ((strstr(text, name) != NULL) != (k <= OWN_STRINGS + events[i].strings))
                fail_msg("event %u and its string %u: %s", (unsigned)events[i].number, k, text);
        }
    }
}

static void categories_have_names(void **state)
{
    (void)state;
    check_text(1, "General\r\n");
    check_text(3, "Logging/Recovery\r\n");
    check_text(10, "Online Defragmentation\r\n");
    check_text(16, "ShadowCopy\r\n");
}

/* As who shows events reads them, without running the DLL. */
static void messages_are_read_from_the_file(void **state)
{
    WCHAR path[MAX_PATH];
    char text[TEXT_SIZE];
    HMODULE file;

    (void)state;
    assert_true(GetModuleFileNameW(library, path, MAX_PATH) > 0);
    file = LoadLibraryExW(path, NULL, LOAD_LIBRARY_AS_DATAFILE);
    assert_non_null(file);
    assert_true(format(file, 301, 0, text) > 0);
    assert_string_equal(text, "<1> (<2>) <3>Log <4> was replayed. Its most frequent record was <6>, seen <7> "
                              "times.\r\nTiming:<5>\r\n");
    FreeLibrary(file);
}

static void other_numbers_have_no_text(void **state)
{
    char text[TEXT_SIZE];

    (void)state;
    assert_int_equal(format(library, 99, 0, text), 0);
    assert_int_equal(GetLastError(), ERROR_MR_MID_NOT_FOUND);
    assert_int_equal(format(library, 0x40000000 | 102, 0, text), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_have_their_texts),  cmocka_unit_test(each_event_is_told_with_all_its_strings),
        cmocka_unit_test(categories_have_names),      cmocka_unit_test(messages_are_read_from_the_file),
        cmocka_unit_test(other_numbers_have_no_text),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}

#else

static void there_is_no_message_table(void **state)
{
    (void)state;
    skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(there_is_no_message_table) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
