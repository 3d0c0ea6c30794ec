/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetGetErrorInfo and JET_paramErrorToString. */
#include "support.h"

static void check(JET_ERR err, JET_ERRCAT category, const unsigned char *hierarchy)
{
    JET_ERRINFOBASIC_W info;

    memset(&info, 0xee, sizeof(info));
    assert_ok(JetGetErrorInfoW(&err, &info, sizeof(info), JET_ErrorInfoSpecificErr, 0));
    assert_int_equal(info.cbStruct, sizeof(info));
    assert_int_equal(info.errValue, err);
    assert_int_equal(info.errcatMostSpecific, category);
    assert_memory_equal(info.rgCategoricalHierarchy, hierarchy, 8);
    assert_int_equal(info.lSourceLine, 0);
    assert_int_equal(info.rgszSourceFile[0], 0);
}

static void classes(void **state)
{
    static const unsigned char memory[8] = { JET_errcatError, JET_errcatOperation, JET_errcatResource,
                                             JET_errcatMemory };
    static const unsigned char corrupt[8] = { JET_errcatError, JET_errcatData, JET_errcatCorruption };
    static const unsigned char usage[8] = { JET_errcatError, JET_errcatApi, JET_errcatUsage };
    static const unsigned char none[8] = { 0 };
    static const unsigned char status[8] = { JET_errcatError, JET_errcatApi, JET_errcatState };

    (void)state;
    check(JET_errOutOfMemory, JET_errcatMemory, memory);
    check(JET_errReadVerifyFailure, JET_errcatCorruption, corrupt);
    check(JET_errInvalidParameter, JET_errcatUsage, usage);
    check(JET_errSuccess, JET_errcatState, status);
    check(JET_wrnTableEmpty, JET_errcatUnknown, none);
}

static void what_is_refused(void **state)
{
    JET_ERRINFOBASIC_W info;
    JET_ERR err = JET_errOutOfMemory, unknown = -31000;

    (void)state;
    assert_err(JetGetErrorInfoW(NULL, &info, sizeof(info), JET_ErrorInfoSpecificErr, 0), JET_errInvalidParameter);
    assert_err(JetGetErrorInfoW(&err, &info, sizeof(info), 0, 0), JET_errInvalidParameter);
    assert_err(JetGetErrorInfoW(&err, &info, sizeof(info), JET_ErrorInfoSpecificErr, 1), JET_errInvalidParameter);
    assert_err(JetGetErrorInfoW(&err, &info, sizeof(info) - 1, JET_ErrorInfoSpecificErr, 0), JET_errInvalidBufferSize);
    assert_err(JetGetErrorInfoW(&unknown, &info, sizeof(info), JET_ErrorInfoSpecificErr, 0), JET_errInvalidParameter);
}

static void text_of(JET_ERR err, char *text, JET_ULONG size, JET_ERR want)
{
    JET_API_PTR number = (JET_API_PTR)(intptr_t)err;

    assert_err(JetGetSystemParameterA(0, 0, JET_paramErrorToString, &number, text, size), want);
}

static void texts(void **state)
{
    JET_API_PTR number = (JET_API_PTR)(intptr_t)JET_errWriteConflict;
    char text[300] = "";
    WCHAR wide[300];

    (void)state;
    text_of(JET_errOutOfMemory, text, sizeof(text), JET_errSuccess);
    assert_memory_equal(text, "JET_errOutOfMemory, ", 20);
    assert_true(strlen(text) > 25);
    text_of(-31000, text, sizeof(text), JET_errSuccess);
    assert_string_equal(text, "Unknown Error, Unknown Error");
    text_of(JET_errOutOfMemory, text, 8, JET_errBufferTooSmall);
    assert_err(JetGetSystemParameterA(0, 0, JET_paramErrorToString, NULL, text, sizeof(text)), JET_errInvalidParameter);
    assert_err(JetGetSystemParameterA(0, 0, JET_paramErrorToString, &number, NULL, 0), JET_errInvalidParameter);
    assert_ok(JetGetSystemParameterW(0, 0, JET_paramErrorToString, &number, wide, sizeof(wide)));
    wide[20] = 0;
    assert_true(test_wide_equal(wide, "JET_errWriteConflict"));
    assert_err(JetSetSystemParameterA(NULL, 0, JET_paramErrorToString, 1, "x"), JET_errInvalidParameter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
