/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * System parameters: defaults, ranges, scope, moment and type of each of them
 * from the table of Windows' parameters, then the ones with ways of their own.
 */
#include "support.h"

enum kind
{
    NORMAL,
    IGNORED,
    READONLY,
    CUSTOM,
    ILLEGAL
};
enum type
{
    Integer,
    Boolean,
    Grbit,
    BlockSize,
    Pointer,
    UserDefined,
    None,
    String,
    Folder,
    Path
};
enum scope
{
    global,
    instance
};
enum moment
{
    any_time,
    before_init,
    before_start,
    never
};

struct parameter
{
    JET_ULONG id;
    const char *name;
    enum kind kind;
    enum type type;
    enum scope scope;
    enum moment moment;
    JET_API_PTR low, high, number;
    const char *text;
};

#define MOST (~(JET_API_PTR)0)
#define NUMBER(id, name, kind, type, scope, moment, low, high, value)                                                  \
    { id, name, kind, type, scope, moment, (JET_API_PTR)(low), (JET_API_PTR)(high), (JET_API_PTR)(value), NULL },
#define TEXT(id, name, kind, type, scope, moment, low, high, value)                                                    \
    { id, name, kind, type, scope, moment, (JET_API_PTR)(low), (JET_API_PTR)(high), 0, value },
static const struct parameter parameters[] = {
#include "abi/params.h"
};
#define COUNT (sizeof(parameters) / sizeof(parameters[0]))

/* Text to stand where the default is a path that depends on the folder. */
static bool is_text(const struct parameter *p)
{
    return p->type >= String;
}

static bool is_plain(const struct parameter *p)
{
    return (p->kind == NORMAL || p->kind == IGNORED) && p->id != JET_paramEnableAdvanced;
}

static void all_are_listed(void **state)
{
    JET_API_PTR number;
    char text[300];
    size_t i;

    (void)state;
    assert_int_equal(COUNT, 222);
    for (i = 0; i < COUNT; i++)
        assert_int_equal(parameters[i].id, i);
    assert_err(JetGetSystemParameterA(0, 0, 222, &number, text, sizeof(text)), JET_errInvalidParameter);
    assert_err(JetSetSystemParameterA(NULL, 0, 222, 1, NULL), JET_errInvalidParameter);
    assert_err(JetSetSystemParameterA(NULL, 0, 0xffffffff, 1, NULL), JET_errInvalidParameter);
}

static void defaults(void **state)
{
    const struct parameter *p;
    JET_API_PTR number;
    char text[300];
    WCHAR wide[300];
    unsigned wrong = 0;

    (void)state;
    for (p = parameters; p < parameters + COUNT; p++)
    {
        JET_ERR err;
        if (p->kind == CUSTOM && (p->type == UserDefined || p->low > p->number || is_text(p)))
            continue;
        number = 12345;
        strcpy(text, "as it was");
        err = JetGetSystemParameterA(0, 0, p->id, &number, text, sizeof(text));
        if (p->kind == ILLEGAL)
            wrong += err != JET_errInvalidParameter;
        else if (p->id == JET_paramPrintFunction || p->id == JET_paramTransactionLevel ||
                 p->id == JET_paramRecoveryCurrentLogfile || p->id == JET_paramCacheSize || p->id == JET_paramKeyMost ||
                 p->id == JET_paramRecordSizeMost || p->id == JET_paramEngineFormatVersion)
            continue;
        else if (err != JET_errSuccess)
            wrong++;
        else if (is_text(p))
        {
            wrong += strcmp(text, p->text) != 0 || number != 12345;
            assert_ok(JetGetSystemParameterW(0, 0, p->id, NULL, wide, sizeof(wide)));
            wrong += !test_wide_equal(wide, p->text);
            assert_err(JetGetSystemParameterA(0, 0, p->id, &number, NULL, 0), JET_errInvalidParameter);
        }
        else
        {
            wrong += p->id == JET_paramCommitDefault ? (JET_GRBIT)number != 0 : number != p->number;
            assert_err(JetGetSystemParameterA(0, 0, p->id, NULL, text, sizeof(text)), JET_errInvalidParameter);
        }
        if (wrong)
            fail_msg("%s: err %d number %#llx text %s", p->name, (int)err, (unsigned long long)number, text);
    }
}

/* A value that differs from the default, within the range. */
static JET_API_PTR another(const struct parameter *p)
{
    if (p->type == BlockSize)
        return p->number * 2 <= p->high ? p->number * 2 : p->number / 2;
    return p->number < p->high ? p->number + 1 : p->low;
}

static void try_number(const struct parameter *p, JET_INSTANCE *inst, bool late)
{
    JET_INSTANCE handle = inst ? *inst : 0;
    JET_API_PTR value = another(p), old = 0, number = 0;
    JET_ERR want = late ? JET_errAlreadyInitialized : JET_errSuccess;

    assert_ok(JetGetSystemParameterA(handle, 0, p->id, &old, NULL, 0));
    if (late && old == value)
        value = p->number;
    assert_ok(JetSetSystemParameterA(inst, 0, p->id, old, NULL)); /* as it is: always */
    if (value == old)
        return;
    if (JetSetSystemParameterA(inst, 0, p->id, value, NULL) != want)
        fail_msg("%s: not %d", p->name, (int)want);
    if (late)
        return;
    assert_ok(JetGetSystemParameterW(handle, 0, p->id, &number, NULL, 0));
    if (number != (p->type == Boolean ? value != 0 : value))
        fail_msg("%s: not kept", p->name);
    if (p->high != MOST)
        assert_err(JetSetSystemParameterA(inst, 0, p->id, p->high + 1, NULL), JET_errInvalidParameter);
    if (p->low)
        assert_err(JetSetSystemParameterA(inst, 0, p->id, p->low - 1, NULL), JET_errInvalidParameter);
    assert_ok(JetSetSystemParameterA(inst, 0, p->id, old, NULL));
}

static void try_text(const struct parameter *p, JET_INSTANCE *inst, bool late)
{
    JET_INSTANCE handle = inst ? *inst : 0;
    char old[600], text[600], longer[700];
    size_t length = p->low > 3 ? p->low : p->high < 3 ? p->high : 3;

    assert_ok(JetGetSystemParameterA(handle, 0, p->id, NULL, old, sizeof(old)));
    memcpy(text, "abcdefgh", 9);
    text[length] = 0;
    assert_err(JetSetSystemParameterA(inst, 0, p->id, 0, text), late ? JET_errAlreadyInitialized
                                                                : p->high < 3 && p->type != String
                                                                    ? JET_errInvalidParameter
                                                                    : JET_errSuccess);
    if (late || p->high < 3)
        return;
    assert_ok(JetGetSystemParameterA(handle, 0, p->id, NULL, text, sizeof(text)));
    if (p->type == Folder)
        assert_string_equal(text, test_folder("abc"));
    else
        assert_string_equal(text, length == 3 ? "abc" : text);
    memset(longer, 'x', p->high + 1);
    longer[p->high + 1] = 0;
    assert_err(JetSetSystemParameterA(inst, 0, p->id, 0, longer), JET_errInvalidParameter);
    assert_ok(JetSetSystemParameterW(inst, 0, p->id, 0, test_wide(old)));
}

/* Each parameter that is only a value, at a moment when the process has no
 * instance, when it has one that is not started, and when that runs. */
static void try_all(JET_INSTANCE *inst, enum moment now)
{
    const struct parameter *p;

    for (p = parameters; p < parameters + COUNT; p++)
    {
        bool late = (p->moment == before_start && now != before_start) ||
                    (p->moment == before_init && now == any_time && p->scope == instance);
        if (p->kind == READONLY || p->kind == ILLEGAL)
            assert_err(JetSetSystemParameterA(inst, 0, p->id, 1, "text"), JET_errInvalidParameter);
        else if (is_plain(p) && is_text(p))
            try_text(p, inst, late);
        else if (is_plain(p) && p->type != Pointer && p->id != JET_paramMaxInstances && p->id != JET_paramAssertAction)
            try_number(p, inst, late);
    }
}

static void set_before_the_first_instance(void **state)
{
    (void)state;
    try_all(NULL, before_start);
}

static void set_before_the_instance_starts(void **state)
{
    JET_INSTANCE inst = test_instance_unstarted("unstarted", "off");

    (void)state;
    try_all(&inst, before_init);
    assert_ok(JetTerm(inst));
}

static void set_while_it_runs(void **state)
{
    JET_INSTANCE inst = test_instance("running", "off");

    (void)state;
    try_all(&inst, any_time);
    assert_ok(JetTerm(inst));
}

/* An instance starts with what the process has, and keeps its own from then on. */
static void scope(void **state)
{
    JET_INSTANCE one, two;
    JET_API_PTR number;

    (void)state;
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramMaxCursors, 111, NULL));
    one = test_instance_unstarted("one", "off");
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramMaxCursors, 222, NULL));
    two = test_instance_unstarted("two", "off");
    assert_ok(JetGetSystemParameterA(one, 0, JET_paramMaxCursors, &number, NULL, 0));
    assert_int_equal(number, 111);
    assert_ok(JetGetSystemParameterA(two, 0, JET_paramMaxCursors, &number, NULL, 0));
    assert_int_equal(number, 222);
    assert_ok(JetSetSystemParameterA(&one, 0, JET_paramMaxCursors, 333, NULL));
    assert_ok(JetGetSystemParameterA(two, 0, JET_paramMaxCursors, &number, NULL, 0));
    assert_int_equal(number, 222);
    assert_ok(JetSetSystemParameterA(&one, 0, JET_paramStartFlushThreshold, 5, NULL)); /* global by nature */
    assert_ok(JetGetSystemParameterA(two, 0, JET_paramStartFlushThreshold, &number, NULL, 0));
    assert_int_equal(number, 5);
    assert_ok(JetTerm(one));
    assert_ok(JetTerm(two));
    assert_err(JetGetSystemParameterA(two, 0, JET_paramMaxCursors, &number, NULL, 0),
               JET_errSuccess); /* no mode: global */
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramMaxCursors, 1024, NULL));
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramStartFlushThreshold, 20000000, NULL));
}

static void bad_owners(void **state)
{
    JET_INSTANCE inst = test_instance_unstarted("owner", "off"), bad = inst ^ 1;
    JET_API_PTR number;

    (void)state;
    assert_err(JetSetSystemParameterA(&bad, 0, JET_paramMaxCursors, 5, NULL), JET_errInvalidInstance);
    assert_err(JetGetSystemParameterA(bad, 0, JET_paramMaxCursors, &number, NULL, 0), JET_errInvalidInstance);
    assert_err(JetSetSystemParameterA(&inst, 4, JET_paramMaxCursors, 5, NULL), JET_errInvalidSesid);
    assert_err(JetGetSystemParameterA(inst, 4, JET_paramMaxCursors, &number, NULL, 0), JET_errInvalidSesid);
    assert_ok(JetTerm(inst));
}

static void of_a_session(void **state)
{
    JET_INSTANCE inst = test_instance("session", "off");
    JET_SESID session = test_session(inst);
    JET_API_PTR number = 0;

    (void)state;
    assert_err(JetGetSystemParameterA(inst, 0, JET_paramTransactionLevel, &number, NULL, 0), JET_errInvalidParameter);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetGetSystemParameterA(0, session, JET_paramTransactionLevel, &number, NULL, 0));
    assert_int_equal(number, 1);
    assert_ok(JetSetSystemParameterA(NULL, session, JET_paramCommitDefault, JET_bitCommitLazyFlush, NULL));
    number = 0;
    assert_ok(JetGetSystemParameterA(0, session, JET_paramCommitDefault, &number, NULL, 0));
    assert_int_equal((JET_GRBIT)number, JET_bitCommitLazyFlush);
    number = 77;
    assert_ok(JetGetSystemParameterA(inst, 0, JET_paramCommitDefault, &number, NULL, 0));
    assert_int_equal((JET_GRBIT)number, 0);
    assert_err(JetSetSystemParameterA(NULL, session, JET_paramCommitDefault, 0x1000, NULL), JET_errInvalidParameter);
    assert_ok(JetRollback(session, 0));
    assert_ok(JetTerm(inst));
}

static void sizes_of_buffers(void **state)
{
    char text[8] = "0123456";
    WCHAR wide[8];

    (void)state;
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramEventSource, 0, "source"));
    assert_err(JetGetSystemParameterA(0, 0, JET_paramEventSource, NULL, text, 6), JET_errBufferTooSmall);
    assert_ok(JetGetSystemParameterA(0, 0, JET_paramEventSource, NULL, text, 7));
    assert_string_equal(text, "source");
    assert_err(JetGetSystemParameterW(0, 0, JET_paramEventSource, NULL, wide, 12), JET_errBufferTooSmall);
    assert_ok(JetGetSystemParameterW(0, 0, JET_paramEventSource, NULL, wide, 14));
    assert_true(test_wide_equal(wide, "source"));
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramEventSource, 0, NULL)); /* nothing is the empty text */
    assert_ok(JetGetSystemParameterA(0, 0, JET_paramEventSource, NULL, text, 7));
    assert_string_equal(text, "");
}

static void page_size(void **state)
{
    static const struct
    {
        JET_API_PTR page, key, chunk;
    } sizes[] = { { 4096, 1000, 4014 }, { 8192, 2000, 8110 }, { 16384, 2000, 4050 }, { 32768, 2000, 8150 } };
    JET_API_PTR number;
    size_t i;

    (void)state;
    assert_err(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, 3000, NULL), JET_errInvalidParameter);
    assert_err(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, 5000, NULL), JET_errInvalidParameter);
    assert_err(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, 65536, NULL), JET_errInvalidParameter);
    for (i = sizeof(sizes) / sizeof(sizes[0]); i-- > 0;)
    {
        assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, sizes[i].page, NULL));
        assert_ok(JetGetSystemParameterA(0, 0, JET_paramKeyMost, &number, NULL, 0));
        assert_int_equal(number, sizes[i].key);
        assert_ok(JetGetSystemParameterA(0, 0, JET_paramLVChunkSizeMost, &number, NULL, 0));
        assert_int_equal(number, sizes[i].chunk);
        assert_ok(JetGetSystemParameterA(0, 0, JET_paramRecordSizeMost, &number, NULL, 0));
        assert_true(number < sizes[i].page && number > sizes[i].page - 100);
    }
}

static void advanced(void **state)
{
    JET_API_PTR number = 0;

    (void)state;
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramEnableAdvanced, 0, NULL));
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramMaxSessions, 99999999, NULL)); /* ignored, not looked at */
    assert_ok(JetGetSystemParameterA(0, 0, JET_paramMaxSessions, &number, NULL, 0));
    assert_int_equal(number, 16);
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramLogFileSize, 1024, NULL)); /* no such parameter */
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramEnableAdvanced, 1, NULL));
    assert_err(JetSetSystemParameterA(NULL, 0, JET_paramMaxSessions, 99999999, NULL), JET_errInvalidParameter);
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramLogFileSize, 5120, NULL));
}

static void configurations(void **state)
{
    JET_API_PTR number = 0;
    JET_INSTANCE inst;

    (void)state;
    assert_err(JetSetSystemParameterA(NULL, 0, JET_paramConfiguration, 0x800, NULL), JET_errInvalidParameter);
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramConfiguration, 0, NULL)); /* the small one */
    assert_ok(JetGetSystemParameterA(0, 0, JET_paramConfiguration, &number, NULL, 0));
    assert_int_equal(number, 0);
    assert_ok(JetGetSystemParameterA(0, 0, JET_paramLogFileSize, &number, NULL, 0));
    assert_int_equal(number, 64);
    assert_ok(JetGetSystemParameterA(0, 0, JET_paramMaxCursors, &number, NULL, 0));
    assert_int_equal(number, 2147483647);
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramConfiguration, JET_configDefault, NULL));
    assert_ok(JetGetSystemParameterA(0, 0, JET_paramLogFileSize, &number, NULL, 0));
    assert_int_equal(number, 5120);
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramConfiguration, JET_configMediumDiskFootprint, NULL));
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramConfiguration, JET_configRunSilent, NULL));
    assert_ok(JetGetSystemParameterA(0, 0, JET_paramConfiguration, &number, NULL, 0));
    assert_int_equal(number, JET_configDefault | JET_configMediumDiskFootprint | JET_configRunSilent);
    assert_ok(JetGetSystemParameterA(0, 0, JET_paramLogFileSize, &number, NULL, 0));
    assert_int_equal(number, 512);
    assert_ok(JetGetSystemParameterA(0, 0, JET_paramNoInformationEvent, &number, NULL, 0));
    assert_int_equal(number, 1);
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramConfiguration, JET_configDefault, NULL));
    inst = test_instance_unstarted("configured", "off");
    assert_ok(JetSetSystemParameterA(&inst, 0, JET_paramConfiguration, JET_configRemoveQuotas, NULL));
    assert_ok(JetGetSystemParameterA(inst, 0, JET_paramMaxSessions, &number, NULL, 0));
    assert_int_equal(number, 30000);
    assert_err(JetSetSystemParameterA(NULL, 0, JET_paramConfiguration, 1, NULL), JET_errAlreadyInitialized);
    assert_ok(JetTerm(inst));
}

static void special_ones(void **state)
{
    JET_UNICODEINDEX unicode = { 0, 0 };
    JET_API_PTR number = 0;
    JET_INSTANCE inst;

    (void)state;
    assert_err(JetGetSystemParameterA(0, 0, JET_paramUnicodeIndexDefault, (JET_API_PTR *)&unicode, NULL, 4),
               JET_errBufferTooSmall);
    assert_ok(
        JetGetSystemParameterA(0, 0, JET_paramUnicodeIndexDefault, (JET_API_PTR *)&unicode, NULL, sizeof(unicode)));
    assert_int_equal(unicode.lcid, 0x409);
    assert_int_equal(unicode.dwMapFlags, 0x30401);
    unicode.dwMapFlags = 1;
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramUnicodeIndexDefault, (JET_API_PTR)(uintptr_t)&unicode, NULL));
    assert_int_equal(unicode.dwMapFlags, 0x401); /* a sort key it is in any case */
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramUnicodeIndexDefault, 0, NULL));

    assert_err(JetSetSystemParameterA(NULL, 0, JET_paramEngineFormatVersion, 5, NULL),
               JET_errEngineFormatVersionNoLongerSupportedTooLow);
    assert_err(JetSetSystemParameterA(NULL, 0, JET_paramEngineFormatVersion, 100000, NULL),
               JET_errEngineFormatVersionNotYetImplementedTooHigh);
    assert_err(JetSetSystemParameterA(NULL, 0, JET_paramEngineFormatVersion, JET_efvExchange2016Rtm + 1, NULL),
               JET_errEngineFormatVersionNoLongerSupportedTooLow);
    assert_ok(JetGetSystemParameterA(0, 0, JET_paramEngineFormatVersion, &number, NULL, 0));
    assert_int_equal(number, JET_efvOptionallyUniqueIndices);
    inst = test_instance_unstarted("format", "off");
    assert_ok(JetGetSystemParameterA(inst, 0, JET_paramEngineFormatVersion, &number, NULL, 0));
    assert_int_equal(number, JET_efvExchange2016Cu1Rtm | JET_efvAllowHigherPersistedFormat);
    assert_ok(JetSetSystemParameterA(&inst, 0, JET_paramEngineFormatVersion, JET_efvUsePersistedFormat, NULL));
    assert_ok(JetSetSystemParameterA(&inst, 0, JET_paramEngineFormatVersion, JET_efvLid64, NULL));
    assert_err(JetSetSystemParameterA(&inst, 0, JET_paramEnableShrinkDatabase, JET_bitShrinkDatabaseRealtime, NULL),
               JET_errInvalidGrbit);
    assert_ok(JetSetSystemParameterA(&inst, 0, JET_paramEnableShrinkDatabase, JET_bitShrinkDatabaseOn, NULL));
    assert_ok(JetTerm(inst));
}

static JET_ERR set_order(JET_INSTANCE *inst, JET_UNICODEINDEX *unicode)
{
    return JetSetSystemParameterA(inst, 0, JET_paramUnicodeIndexDefault, (JET_API_PTR)(uintptr_t)unicode, NULL);
}

/* What is wrong with an order of text, in an instance and before any: its flags are completed once they are looked at. */
static void order_of_text(void **state)
{
    JET_UNICODEINDEX unicode = { 0x9999, 1 };
    JET_INSTANCE inst;

    (void)state;
    assert_err(set_order(NULL, &unicode), JET_errInvalidParameter);
    assert_int_equal(unicode.dwMapFlags, 1);
    inst = test_instance("order", "off");
    assert_err(set_order(&inst, &unicode), JET_errInvalidParameter);
    assert_int_equal(unicode.dwMapFlags, 0x401);
    unicode = (JET_UNICODEINDEX){ 0x407, 0x200 }; /* upper case alone is of a later format */
    assert_err(set_order(&inst, &unicode), JET_errInvalidParameter);
    assert_int_equal(unicode.dwMapFlags, 0x200);
    unicode.dwMapFlags = 0x1; /* at any time */
    assert_ok(set_order(&inst, &unicode));
    assert_ok(
        JetGetSystemParameterA(inst, 0, JET_paramUnicodeIndexDefault, (JET_API_PTR *)&unicode, NULL, sizeof(unicode)));
    assert_int_equal(unicode.lcid, 0x407);
    assert_int_equal(unicode.dwMapFlags, 0x401);
    assert_ok(JetTerm(inst));
}

static void too_long_a_text(void **state)
{
    char *text = calloc(10002, 1);
    JET_INSTANCE inst = test_instance_unstarted("long", "off");

    (void)state;
    assert_non_null(text);
    memset(text, 'a', 10001);
    assert_err(JetSetSystemParameterA(&inst, 0, JET_paramConfigStoreSpec, 0, text), JET_errInvalidParameter);
    free(text);
    assert_ok(JetTerm(inst));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_listed),
        cmocka_unit_test(defaults),
        cmocka_unit_test(set_before_the_first_instance),
        cmocka_unit_test(set_before_the_instance_starts),
        cmocka_unit_test(set_while_it_runs),
        cmocka_unit_test(scope),
        cmocka_unit_test(bad_owners),
        cmocka_unit_test(of_a_session),
        cmocka_unit_test(sizes_of_buffers),
        cmocka_unit_test(page_size),
        cmocka_unit_test(advanced),
        cmocka_unit_test(configurations),
        cmocka_unit_test(special_ones),
        cmocka_unit_test(order_of_text),
        cmocka_unit_test(too_long_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
