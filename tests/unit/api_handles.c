/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The handle table: what a handle finds, for how long, and what other bits find. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/private.h"

#define MANY 5000

static void finds_its_object(void **state)
{
    static JET_API_PTR handles[MANY];
    int owner, i;

    (void)state;
    for (i = 0; i < MANY; i++)
    {
        assert_int_equal(handle_new(HANDLE_CURSOR, &handles[i], &owner, &handles[i]), JET_errSuccess);
        assert_true(handles[i] != 0 && handles[i] != ~(JET_API_PTR)0);
    }
    for (i = 0; i < MANY; i++)
    {
        assert_ptr_equal(handle_object(handles[i], HANDLE_CURSOR), &handles[i]);
        assert_ptr_equal(handle_object_of(handles[i], HANDLE_CURSOR, &owner), &handles[i]);
        assert_null(handle_object_of(handles[i], HANDLE_CURSOR, &i));
        assert_null(handle_object(handles[i], HANDLE_SESSION));
    }
    for (i = 0; i < MANY; i++)
    {
        handle_free(handles[i]);
        handle_free(handles[i]); /* nothing left to free */
        assert_null(handle_object(handles[i], HANDLE_CURSOR));
    }
}

static void is_not_seen_again_soon(void **state)
{
    static JET_API_PTR old[MANY];
    JET_API_PTR handle;
    int i, j;

    (void)state;
    for (i = 0; i < MANY; i++)
    {
        assert_int_equal(handle_new(HANDLE_SESSION, &handle, NULL, &handle), JET_errSuccess);
        for (j = i > 300 ? i - 300 : 0; j < i; j++)
            assert_true(old[j] != handle);
        old[i] = handle;
        handle_free(handle);
    }
}

static void any_bits(void **state)
{
    JET_API_PTR handle, bits = 1;
    enum handle_type type;
    int i;

    (void)state;
    assert_int_equal(handle_new(HANDLE_FILE, &handle, NULL, &handle), JET_errSuccess);
    for (i = 0; i < 2000000; i++)
    {
        bits = bits * 6364136223846793005u + 1442695040888963407u;
        for (type = HANDLE_INSTANCE; type <= HANDLE_OTHER; type++)
        {
            JET_API_PTR tried = i % 3 ? bits >> (bits & 31) : handle ^ (JET_API_PTR)1 << (bits >> 58);
            if (tried != handle)
                assert_null(handle_object(tried, type));
        }
    }
    handle_free(handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_its_object),
        cmocka_unit_test(is_not_seen_again_soon),
        cmocka_unit_test(any_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
