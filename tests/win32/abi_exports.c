/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * abi_exports.c - every exported name can be found at run time, and the names
 * that go together are one function.
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
#else
#include <dlfcn.h>
#endif
#undef JET_VERSION
#define JET_VERSION 0x0A01
#include "esent.h"

typedef struct
{
    const char *name;
    const char *suffix[3];
    int bytes;
} exported;

static const exported functions[] = {
#define FUNCTION(state, name, bytes)     { #name, { "" }, bytes },
#define FUNCTION_AW(state, name, bytes)  { #name, { "A", "W", "" }, bytes },
#define FUNCTION_A_W(state, name, bytes) { #name, { "A", "W" }, bytes },
#include "../../dlls/esent/api/functions.h"
};

static const char *const without_bytes[] = {
#define PLAIN(name) #name,
#include "../../dlls/esent/api/functions.h"
};

static const char *const beyond_windows_10[] = {
    "",
#define EXTRA(name) #name,
#include "../../dlls/esent/api/functions.h"
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#ifdef _WIN32
static HMODULE library;
static void *find(const char *name)
{
    return (void *)(uintptr_t)GetProcAddress(library, name);
}
#else
static void *find(const char *name)
{
    return dlsym(RTLD_DEFAULT, name);
}
#endif

static int setup(void **state)
{
    (void)state;
    /* a call, so that the library is linked in */
    JetFreeBuffer(NULL);
#ifdef _WIN32
    library = GetModuleHandleA("esent.dll");
    return library ? 0 : -1;
#else
    return 0;
#endif
}

static int listed(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        if (!strcmp(list[i], name))
            return 1;
    }
    return 0;
}

static void every_name_is_exported(void **state)
{
    size_t missing = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(functions); i++)
    {
        void *first = NULL;

        for (size_t k = 0; k < COUNT(functions[i].suffix) && functions[i].suffix[k]; k++)
        {
            char name[128];
            void *address;

            snprintf(name, sizeof(name), "%s%s", functions[i].name, functions[i].suffix[k]);
            address = find(name);
            if (!address)
            {
                print_error("%s is not exported\n", name);
                missing++;
            }
            if (k == 0)
                first = address;
            if (k == 2 && address != first)
            {
                print_error("%s is not the A form\n", name);
                missing++;
            }
#if defined(_WIN32) && defined(__i386__)
            if (k < 2 && !listed(name, without_bytes, COUNT(without_bytes)) &&
                !listed(name, beyond_windows_10, COUNT(beyond_windows_10)))
            {
                char decorated[160];

                snprintf(decorated, sizeof(decorated), "%s@%d", name, functions[i].bytes);
                if (find(decorated) != address)
                {
                    print_error("%s is not exported as %s\n", decorated, name);
                    missing++;
                }
            }
#endif
        }
    }
    assert_int_equal(missing, 0);
    assert_non_null(find("rgEDBGGlobals"));
}

static void nothing_else_is_found(void **state)
{
    (void)state;
    assert_null(find("JetAddColum"));
    assert_null(find("api_missing_4"));
    assert_false(listed("JetInit", without_bytes, COUNT(without_bytes)));
    assert_false(listed("JetInit", beyond_windows_10, COUNT(beyond_windows_10)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_is_exported),
        cmocka_unit_test(nothing_else_is_found),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
