/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two instances have no files in common; natively a path of another case is another path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "esent.h"

static JET_ERR start(const char *name, const char *folder, JET_INSTANCE *instance)
{
    assert_int_equal(JetCreateInstanceA(instance, name), JET_errSuccess);
    assert_int_equal(JetSetSystemParameterA(instance, 0, JET_paramCreatePathIfNotExist, 1, NULL), JET_errSuccess);
    assert_int_equal(JetSetSystemParameterA(instance, 0, JET_paramLogFileSize, 64, NULL), JET_errSuccess);
    assert_int_equal(JetSetSystemParameterA(instance, 0, JET_paramSystemPath, 0, folder), JET_errSuccess);
    assert_int_equal(JetSetSystemParameterA(instance, 0, JET_paramLogFilePath, 0, folder), JET_errSuccess);
    assert_int_equal(JetSetSystemParameterA(instance, 0, JET_paramTempPath, 0, folder), JET_errSuccess);
    return JetInit(instance);
}

static void test_case_counts(void **state)
{
    JET_INSTANCE first, second, third;

    (void)state;
    assert_int_equal(start("first", "there/", &first), JET_errSuccess);
    assert_int_equal(start("second", "There/", &second), JET_errSuccess);
    assert_int_equal(start("third", "there/", &third), JET_errTempPathInUse);
    assert_int_equal(JetTerm(second), JET_errSuccess);
    assert_int_equal(JetTerm(first), JET_errSuccess);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
