/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page cache: what it returns, what it keeps, what it does with bad pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cache/cache.h"

#define PAGE  4096u
#define PAGES 2000u

static struct os_file *disk;
static struct cache_file file;
static unsigned failures_left;

static JET_ERR verify(struct cache_file *of, uint32_t pgno, uint8_t *data)
{
    uint32_t stored;

    (void)of;
    memcpy(&stored, data, sizeof(stored));
    if (failures_left)
    {
        failures_left--;
        return JET_errReadVerifyFailure;
    }
    return stored == pgno ? JET_errSuccess : JET_errReadVerifyFailure;
}

static int make_file(void **state)
{
    static uint8_t page[PAGE];

    (void)state;
    assert_int_equal(
        os_file_open(u"cache-test.tmp", OS_OPEN_WRITE | OS_OPEN_OVERWRITE | OS_OPEN_DELETE_ON_CLOSE, &disk),
        JET_errSuccess);
    for (uint32_t pgno = 1; pgno <= PAGES; pgno++)
    {
        uint32_t stored = pgno == 666 ? 0 : pgno;
        memset(page, (int)pgno, sizeof(page));
        memcpy(page, &stored, sizeof(stored));
        assert_int_equal(os_file_write_at(disk, (uint64_t)(pgno + 1) * PAGE, page, PAGE), JET_errSuccess);
    }
    cache_set_size(0, 0);
    cache_file_init(&file, disk, PAGE, true);
    file.verify = verify;
    return 0;
}

static int drop_file(void **state)
{
    (void)state;
    cache_file_purge(&file);
    assert_int_equal(cache_size(), 0);
    os_file_close(disk);
    cache_destroy();
    return 0;
}

static void touch(uint32_t pgno)
{
    struct cache_page *page;

    assert_int_equal(cache_latch(&file, pgno, CACHE_SHARED, &page), JET_errSuccess);
    assert_int_equal(page->data[100], (uint8_t)pgno);
    cache_unlatch(page, CACHE_SHARED);
}

static void pages_are_read_once_while_they_fit(void **state)
{
    uint64_t before = file.reads;

    (void)state;
    for (int round = 0; round < 3; round++)
        for (uint32_t pgno = 1; pgno <= 100; pgno++)
            touch(pgno);
    assert_int_equal(file.reads - before, 100);
}

static void size_is_kept_within_the_maximum(void **state)
{
    (void)state;
    for (uint32_t pgno = 1; pgno <= PAGES; pgno++)
        if (pgno != 666)
            touch(pgno);
    /* The least that a shard may hold, sixteen times. */
    assert_true(cache_size() <= 16 * 8 * 32768);
}

static void a_scan_leaves_the_working_set(void **state)
{
    uint64_t before;

    (void)state;
    /* A hundred pages asked for often, then one pass over all others. */
    for (int round = 0; round < 4; round++)
        for (uint32_t pgno = 1; pgno <= 100; pgno++)
            touch(pgno);
    for (uint32_t pgno = 101; pgno <= PAGES; pgno++)
        if (pgno != 666)
            touch(pgno);
    before = file.reads;
    for (uint32_t pgno = 1; pgno <= 100; pgno++)
        touch(pgno);
    assert_true(file.reads - before <= 10);
}

static void a_bad_page_is_an_error_every_time(void **state)
{
    struct cache_page *page;

    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(cache_latch(&file, 666, CACHE_SHARED, &page), JET_errReadVerifyFailure);
    assert_false(cache_contains(&file, 666));
    cache_read_ahead(&file, 660, 12);
    assert_false(cache_contains(&file, 666));
    assert_true(cache_contains(&file, 660) && cache_contains(&file, 671));
    assert_int_equal(cache_latch(&file, 666, CACHE_SHARED, &page), JET_errReadVerifyFailure);
}

static void a_read_that_fails_once_is_tried_again(void **state)
{
    struct cache_page *page;

    (void)state;
    cache_file_purge(&file);
    failures_left = 1;
    touch(7);
    cache_file_purge(&file);
    failures_left = 2;
    assert_int_equal(cache_latch(&file, 7, CACHE_SHARED, &page), JET_errReadVerifyFailure);
    touch(7);
}

static void beyond_the_file_is_an_error(void **state)
{
    struct cache_page *page;
    uint64_t before = file.reads;

    (void)state;
    assert_int_equal(cache_latch(&file, PAGES + 1, CACHE_SHARED, &page), JET_errFileIOBeyondEOF);
    assert_int_equal(file.reads - before, 1); /* nothing there is no failure that may pass */
    cache_read_ahead(&file, PAGES - 2, 10);
    touch(PAGES);
}

static void a_hint_finds_its_page_and_never_another(void **state)
{
    struct cache_page *page;
    struct cache_hint hint;

    (void)state;
    assert_int_equal(cache_latch(&file, 5, CACHE_SHARED, &page), JET_errSuccess);
    hint = (struct cache_hint){ page, cache_page_version(page) };
    cache_unlatch(page, CACHE_SHARED);
    assert_int_equal(cache_latch_hint(&file, 5, CACHE_SHARED, &hint, &page), JET_errSuccess);
    assert_ptr_equal(page, hint.page);
    assert_int_equal(cache_page_version(page), hint.version);
    cache_unlatch(page, CACHE_SHARED);
    assert_int_equal(cache_latch_hint(&file, 6, CACHE_SHARED, &hint, &page), JET_errSuccess);
    assert_int_equal(page->data[100], 6);
    cache_unlatch(page, CACHE_SHARED);
    cache_file_purge(&file);
    assert_int_equal(cache_latch_hint(&file, 5, CACHE_SHARED, &hint, &page), JET_errSuccess);
    assert_int_equal(page->data[100], 5);
    assert_true(page != hint.page || cache_page_version(page) != hint.version);
    cache_unlatch(page, CACHE_SHARED);
}

static void a_peek_is_invalid_once_its_frame_was_used_again(void **state)
{
    struct cache_page *page;
    uint32_t version;

    (void)state;
    assert_int_equal(cache_peek(&file, 9, &page, &version), JET_errSuccess);
    assert_int_equal(page->data[100], 9);
    assert_true(cache_peek_valid(page, version));
    cache_file_purge(&file);
    for (uint32_t pgno = 700; pgno <= PAGES; pgno++)
        touch(pgno);
    assert_false(cache_peek_valid(page, version));
}

static void an_exclusive_latch_keeps_others_out(void **state)
{
    struct cache_page *page, *second;

    (void)state;
    assert_int_equal(cache_latch(&file, 3, CACHE_EXCLUSIVE, &page), JET_errSuccess);
    assert_false(cache_try_latch(&file, 3, CACHE_SHARED, &second));
    cache_unlatch(page, CACHE_EXCLUSIVE);
    assert_true(cache_try_latch(&file, 3, CACHE_SHARED, &second));
    assert_false(cache_try_latch(&file, 3, CACHE_EXCLUSIVE, &page));
    cache_unlatch(second, CACHE_SHARED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_read_once_while_they_fit),
        cmocka_unit_test(size_is_kept_within_the_maximum),
        cmocka_unit_test(a_scan_leaves_the_working_set),
        cmocka_unit_test(a_bad_page_is_an_error_every_time),
        cmocka_unit_test(a_read_that_fails_once_is_tried_again),
        cmocka_unit_test(beyond_the_file_is_an_error),
        cmocka_unit_test(a_hint_finds_its_page_and_never_another),
        cmocka_unit_test(a_peek_is_invalid_once_its_frame_was_used_again),
        cmocka_unit_test(an_exclusive_latch_keeps_others_out),
    };
    return cmocka_run_group_tests(tests, make_file, drop_file);
}
