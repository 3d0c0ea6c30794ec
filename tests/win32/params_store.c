/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JET_paramConfigStoreSpec: parameters that a key of the registry has.
 */
#include "support.h"

#ifdef _WIN32
#include <windows.h>
#endif

static JET_ERR set_store(JET_INSTANCE *inst, const char *spec)
{
    return JetSetSystemParameterA(inst, 0, JET_paramConfigStoreSpec, 0, spec);
}

static void store_is_named(void **state)
{
    JET_INSTANCE inst = test_instance_unstarted("store", "off");

    (void)state;
    assert_err(set_store(&inst, "nothing"), JET_errInvalidParameter);
    assert_err(set_store(&inst, "longname:x"), JET_errInvalidParameter);
    assert_err(set_store(&inst, "file:x"), JET_errFeatureNotAvailable);
    assert_err(set_store(&inst, "reg:HKCU\\a,b"), JET_errFeatureNotAvailable);
    assert_ok(set_store(&inst, ""));
    assert_ok(set_store(&inst, NULL));
    assert_ok(JetTerm(inst));
}

#ifdef _WIN32
#define STORE "Software\\esent tests\\store"

static void store_value(const char *beneath, const char *name, const char *value)
{
    HKEY key;

    assert_int_equal(RegCreateKeyExA(HKEY_CURRENT_USER, beneath, 0, NULL, 0, KEY_WRITE, NULL, &key, NULL), 0);
    assert_int_equal(RegSetValueExA(key, name, 0, REG_SZ, (const BYTE *)value, (DWORD)strlen(value) + 1), 0);
    RegCloseKey(key);
}

static bool store_has(const char *beneath, const char *name)
{
    bool has;
    HKEY key;

    if (RegOpenKeyExA(HKEY_CURRENT_USER, beneath, 0, KEY_READ, &key))
        return false;
    has = RegQueryValueExA(key, name, NULL, NULL, NULL, NULL) == 0;
    RegCloseKey(key);
    return has;
}

static void parameters_from_the_registry(void **state)
{
    static const char spec[] = "reg:HKCU\\" STORE;
    JET_INSTANCE inst = test_instance_unstarted("registry", "off");
    JET_API_PTR number = 0;
    char text[300];

    (void)state;
    assert_err(set_store(&inst, "reg:HKEY_USERS\\x"), JET_errInvalidObject);
    assert_err(set_store(&inst, "reg:HKCU\\"), JET_errInvalidParameter);
    RegDeleteKeyA(HKEY_CURRENT_USER, STORE "\\SysParamDefault");
    RegDeleteKeyA(HKEY_CURRENT_USER, STORE "\\SysParamOverride");
    RegDeleteKeyA(HKEY_CURRENT_USER, STORE);
    assert_err(set_store(&inst, spec), JET_errFileNotFound);

    store_value(STORE, "CsReadControl", "2");
    assert_err(set_store(&inst, spec), JET_errDisabledFunctionality);
    store_value(STORE, "CsReadControl", "0");
    assert_ok(set_store(&inst, spec));
    assert_false(store_has(STORE "\\SysParamOverride", "JET_paramLogFileSize"));

    store_value(STORE "\\SysParamDefault", "JET_paramLogFileSize", "0x200");
    store_value(STORE "\\SysParamDefault", "JET_paramBaseName", "reg");
    store_value(STORE "\\SysParamDefault", "JET_paramMaxCursors", "77");
    store_value(STORE "\\SysParamOverride", "JET_paramMaxCursors", "99");
    assert_ok(set_store(&inst, spec));
    assert_ok(JetGetSystemParameterA(inst, 0, JET_paramLogFileSize, &number, NULL, 0));
    assert_int_equal(number, 512);
    assert_ok(JetGetSystemParameterA(inst, 0, JET_paramBaseName, &number, text, sizeof(text)));
    assert_string_equal(text, "reg");
    assert_ok(JetGetSystemParameterA(inst, 0, JET_paramMaxCursors, &number, NULL, 0));
    assert_int_equal(number, 99);

    /* The program has its way with defaults only. */
    assert_ok(JetSetSystemParameterA(&inst, 0, JET_paramLogFileSize, 1024, NULL));
    assert_ok(JetSetSystemParameterA(&inst, 0, JET_paramMaxCursors, 50, NULL));
    assert_ok(JetGetSystemParameterA(inst, 0, JET_paramLogFileSize, &number, NULL, 0));
    assert_int_equal(number, 1024);
    assert_ok(JetGetSystemParameterA(inst, 0, JET_paramMaxCursors, &number, NULL, 0));
    assert_int_equal(number, 99);

    /* What is out of range there is the caller's error; what was looked for is shown when asked. */
    store_value(STORE, "CsPopulateControl", "1");
    store_value(STORE "\\SysParamDefault", "JET_paramLogFileSize", "1");
    assert_err(set_store(&inst, spec), JET_errInvalidParameter);
    assert_true(store_has(STORE "\\SysParamOverride", "JET_paramLogFileSize"));
    assert_ok(JetTerm(inst));
}
#else
static void parameters_from_the_registry(void **state)
{
    JET_INSTANCE inst = test_instance_unstarted("registry", "off");

    (void)state;
    assert_err(set_store(&inst, "reg:HKCU\\x"), JET_errFeatureNotAvailable);
    assert_ok(JetTerm(inst));
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(store_is_named),
        cmocka_unit_test(parameters_from_the_registry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
