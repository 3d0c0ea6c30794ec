/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which commits a page waits for: never fewer than it must, and no more while they are few. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "txn/commits.h"

#define MANY 5000u

static struct txn_commits commits;
static struct txn_commit all[MANY];
static uint32_t count;

static void add(uint64_t start, uint64_t commit, uint64_t durable)
{
    txn_commits_add(&commits, start, commit, durable);
    all[count++] = (struct txn_commit){ start, commit };
}

/* The last commit of who began before. */
static uint64_t must(uint64_t lgpos)
{
    uint64_t need = 0;

    for (uint32_t i = 0; i < count; i++)
        if (all[i].start <= lgpos && all[i].commit > need)
            need = all[i].commit;
    return need;
}

static int begin(void **state)
{
    (void)state;
    memset(&commits, 0, sizeof(commits));
    count = 0;
    return 0;
}

static void none(void **state)
{
    (void)state;
    assert_int_equal(txn_commits_need(&commits, UINT64_MAX), 0);
    add(100, 200, 0);
    assert_int_equal(txn_commits_need(&commits, 0), 0);
    assert_int_equal(txn_commits_need(&commits, 99), 0);
    assert_int_equal(txn_commits_need(&commits, 100), 200);
    assert_int_equal(txn_commits_need(&commits, 1000), 200);
}

static void overlapping(void **state)
{
    (void)state;
    add(100, 200, 0);
    add(150, 300, 0);
    add(310, 350, 0);
    assert_int_equal(txn_commits_need(&commits, 120), 200);
    assert_int_equal(txn_commits_need(&commits, 160), 300);
    assert_int_equal(txn_commits_need(&commits, 320), 350);
    /* One that was open all the time. */
    add(50, 400, 0);
    assert_int_equal(txn_commits_need(&commits, 60), 400);
    assert_int_equal(txn_commits_need(&commits, 320), 400);
}

/* Two threads tell of their commits in the other order than that of the log. */
static void out_of_order(void **state)
{
    (void)state;
    add(100, 220, 0);
    add(90, 210, 0);
    assert_true(txn_commits_need(&commits, 95) >= 210);
    assert_int_equal(txn_commits_need(&commits, 100), 220);
    add(110, 205, 0);
    assert_int_equal(txn_commits_need(&commits, 110), 220);
}

static void durable_ones_go(void **state)
{
    (void)state;
    for (uint32_t i = 1; i < MANY; i++)
        add(i * 10, i * 10 + 5, i * 10 - 50);
    /* The last are still known one by one. */
    for (uint32_t i = MANY - 5; i < MANY; i++)
        assert_int_equal(txn_commits_need(&commits, i * 10), i * 10 + 5);
}

static void at_random(void **state)
{
    uint64_t seed = 1, now = 1000, start[8];

    (void)state;
    for (uint32_t i = 0; i < 8; i++)
        start[i] = now++;
    for (uint32_t i = 0; i < MANY; i++)
    {
        uint32_t who;

        seed = seed * 6364136223846793005ull + 1442695040888963407ull;
        who = (uint32_t)(seed >> 33) % 8;
        now += 1 + (seed >> 40) % 50;
        add(start[who], now, 0);
        now++;
        start[who] = now++;
        if (i % 50)
            continue;
        for (uint64_t lgpos = 990; lgpos < now; lgpos += 1 + now / 100)
            assert_true(txn_commits_need(&commits, lgpos) >= must(lgpos));
        assert_int_equal(txn_commits_need(&commits, now), must(now));
    }
    assert_true(commits.count <= TXN_COMMITS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(none, begin),         cmocka_unit_test_setup(overlapping, begin),
        cmocka_unit_test_setup(out_of_order, begin), cmocka_unit_test_setup(durable_ones_go, begin),
        cmocka_unit_test_setup(at_random, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
