/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * abi.c - esent.h against the tables of Windows' ABI: every constant's value,
 * every structure's size and alignment, every field's place.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>
#undef JET_VERSION
#define JET_VERSION 0x0A01
#include "esent.h"

#define PICK(on64, on32) (sizeof(void *) == 8 ? (on64) : (on32))
#define COUNT(array)     (sizeof(array) / sizeof((array)[0]))

typedef struct
{
    const char *name;
    int64_t have, want;
} expectation;

static void compare(const expectation *table, size_t count)
{
    size_t wrong = 0;

    for (size_t i = 0; i < count; i++)
    {
        if (table[i].have == table[i].want)
            continue;
        print_error("%s is %lld, not %lld\n", table[i].name, (long long)table[i].have, (long long)table[i].want);
        wrong++;
    }
    assert_int_equal(wrong, 0);
    assert_true(count > 0);
}

#define CONSTANT(name, on64, on32, since, public) { #name, (int64_t)(name), PICK(on64, on32) },
#define TEXT(name, value)
static const expectation constants[] = {
#include "../abi/constants.h"
};
#undef CONSTANT
#undef TEXT

static void constants_have_their_values(void **state)
{
    (void)state;
    compare(constants, COUNT(constants));
}

static void check_text(const WCHAR *text, const char *want)
{
    size_t i;

    for (i = 0; text[i] && want[i]; i++)
        assert_int_equal(text[i], want[i]);
    assert_int_equal(text[i], want[i]);
}

static void texts_have_their_values(void **state)
{
    (void)state;
#define CONSTANT(name, on64, on32, since, public)
#define TEXT(name, value) check_text(name, value);
#include "../abi/constants.h"
#undef CONSTANT
#undef TEXT
}

#define ALIGN_OF(type)                                                                                                 \
    offsetof(                                                                                                          \
        struct {                                                                                                       \
            char c;                                                                                                    \
            type value;                                                                                                \
        },                                                                                                             \
        value)
#define STRUCT(type, size64, align64, size32, align32)                                                                 \
    { "size of " #type, sizeof(type), PICK(size64, size32) },                                                          \
        { "alignment of " #type, ALIGN_OF(type), PICK(align64, align32) },
#define FIELD(type, field, offset64, size64, offset32, size32)                                                         \
    { "offset of " #type "." #field, offsetof(type, field), PICK(offset64, offset32) },                                \
        { "size of " #type "." #field, sizeof(((type *)0)->field), PICK(size64, size32) },
#define BITS(type, field, width)
static const expectation layouts[] = {
#include "../abi/structs.h"
};
#undef STRUCT
#undef FIELD
#undef BITS

static void structures_have_their_layout(void **state)
{
    (void)state;
    compare(layouts, COUNT(layouts));
}

static void bit_fields_have_their_width(void **state)
{
    (void)state;
#define STRUCT(type, size64, align64, size32, align32)
#define FIELD(type, field, offset64, size64, offset32, size32)
#define BITS(type, field, width)                                                                                       \
    {                                                                                                                  \
        type value;                                                                                                    \
        memset(&value, 0xff, sizeof(value));                                                                           \
        if (value.field != (1u << (width)) - 1)                                                                        \
            fail_msg("%s.%s is not %d bits wide", #type, #field, width);                                               \
    }
#include "../abi/structs.h"
#undef STRUCT
#undef FIELD
#undef BITS
}

/* Where the bits are, for the fields that files hold. */
static void bits_of_a_log_time(void **state)
{
    JET_LOGTIME time;
    JET_BKLOGTIME backup;

    (void)state;
    memset(&time, 0, sizeof(time));
    time.fTimeIsUTC = 1;
    time.bMillisecondsLow = 0x55;
    time.bMillisecondsHigh = 5;
    assert_int_equal((unsigned char)time.bFiller1, 0xab);
    assert_int_equal((unsigned char)time.bFiller2, 0x0a);

    memset(&backup, 0, sizeof(backup));
    backup.fOSSnapshot = 1;
    backup.bMillisecondsHigh = 2;
    assert_int_equal((unsigned char)backup.bFiller2, 0x05);
}

static void base_types_have_their_width(void **state)
{
    (void)state;
    assert_int_equal(sizeof(JET_LONG), 4);
    assert_int_equal(sizeof(JET_ULONG), 4);
    assert_int_equal(sizeof(JET_INT64), 8);
    assert_int_equal(sizeof(JET_UINT64), 8);
    assert_int_equal(sizeof(WCHAR), 2);
    assert_int_equal(sizeof(JET_ERR), 4);
    assert_int_equal(sizeof(JET_GRBIT), 4);
    assert_int_equal(sizeof(JET_DBID), 4);
    assert_int_equal(sizeof(JET_COLUMNID), 4);
    assert_int_equal(sizeof(JET_DATESERIAL), 8);
    assert_int_equal(sizeof(JET_API_PTR), sizeof(void *));
    assert_int_equal(sizeof(JET_SESID), sizeof(void *));
    assert_int_equal(sizeof(JET_TABLEID), sizeof(void *));
    assert_int_equal(sizeof(JET_INSTANCE), sizeof(void *));
    assert_int_equal(sizeof(JET_HANDLE), sizeof(void *));
    assert_int_equal(sizeof(JET_LS), sizeof(void *));
    assert_int_equal(sizeof(JET_OSSNAPID), sizeof(void *));
    assert_true((JET_ERR)-1 < 0);
    assert_true((JET_GRBIT)-1 > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base_types_have_their_width), cmocka_unit_test(constants_have_their_values),
        cmocka_unit_test(texts_have_their_values),     cmocka_unit_test(structures_have_their_layout),
        cmocka_unit_test(bit_fields_have_their_width), cmocka_unit_test(bits_of_a_log_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
