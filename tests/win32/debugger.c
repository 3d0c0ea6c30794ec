/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the DLL exports for a debugger: there is no extension, and that is said. */
#include "support.h"

/* Of the debugger's own headers. */
#define NOT_IMPLEMENTED ((JET_LONG)0x80004001)

JET_LONG JET_API DebugExtensionInitialize(JET_ULONG *version, JET_ULONG *flags);
void JET_API DebugExtensionNotify(JET_ULONG notify, JET_UINT64 argument);
void JET_API DebugExtensionUninitialize(void);
JET_LONG JET_API ese(void *client, const char *arguments);

static void no_extension(void **state)
{
    JET_ULONG version = 7, flags = 8;

    (void)state;
    assert_int_equal(DebugExtensionInitialize(&version, &flags), NOT_IMPLEMENTED);
    assert_int_equal(version, 7);
    assert_int_equal(flags, 8);
    assert_int_equal(ese(NULL, "help"), NOT_IMPLEMENTED);
    /* A debugger may tell and end what was never begun. */
    DebugExtensionNotify(1, 0x123456789ull);
    DebugExtensionUninitialize();
    assert_int_equal(DebugExtensionInitialize(NULL, NULL), NOT_IMPLEMENTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_extension),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
