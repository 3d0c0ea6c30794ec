/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which leaves online defragmentation moves: those between runs that are long enough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "maintain/private.h"

#define MANY 200u

static uint32_t leaves[MANY], count;

static void run(uint32_t first, uint32_t length, int32_t step)
{
    for (uint32_t i = 0; i < length; i++)
        leaves[count++] = first + i * (uint32_t)step;
}

static void expect(uint32_t after, uint32_t from, uint32_t to)
{
    uint32_t begin = after, end = 0;

    assert_true(defragment_find_range(leaves, count, &begin, &end));
    assert_int_equal(begin, from);
    assert_int_equal(end, to);
}

static void expect_none(uint32_t after)
{
    uint32_t begin = after, end = 0;

    assert_false(defragment_find_range(leaves, count, &begin, &end));
}

static void runs_are_left(void **state)
{
    (void)state;
    count = 0;
    expect_none(0);
    run(100, 40, 1);
    expect_none(0);
    run(900, 16, -1);
    expect_none(0);
    /* What is between them is worth it only if it is longer than a run. */
    run(5, 16, 3);
    run(2000, 16, 1);
    expect_none(0);
}

static void the_rest_is_moved(void **state)
{
    (void)state;
    count = 0;
    run(10, 17, 2);
    expect(0, 0, 17);
    run(500, 20, 1);
    expect(0, 0, 17);
    expect_none(17);
    run(1000, 10, 1);
    run(1100, 10, 1);
    expect(17, 37, 57);
    expect_none(57);
    run(3000, 16, 1);
    expect(17, 37, 57);
    expect_none(57);
}

static void too_few_are_left(void **state)
{
    (void)state;
    count = 0;
    run(10, 16, 2);
    expect_none(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_are_left),
        cmocka_unit_test(the_rest_is_moved),
        cmocka_unit_test(too_few_are_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
