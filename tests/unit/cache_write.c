/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changed pages: they reach the disk, sealed, after the log, and a failed write loses nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cache/cache.h"

#define PAGE  8192u
#define PAGES 1500u

static struct os_file *disk;
static struct cache_file file;
static uint64_t durable;
static JET_ERR log_error;

static JET_ERR flush_log(struct cache_file *of, uint64_t lgpos)
{
    (void)of;
    if (log_error >= 0 && lgpos > durable)
        durable = lgpos;
    return log_error;
}

static void seal(struct cache_file *of, uint32_t pgno, uint8_t *data)
{
    (void)of;
    memcpy(data, &pgno, sizeof(pgno));
    /* What is on disk is never newer than the log. */
    uint64_t lgpos;
    memcpy(&lgpos, data + 8, sizeof(lgpos));
    assert_true(lgpos != 0);
}

static int begin(void **state)
{
    (void)state;
    assert_int_equal(
        os_file_open(u"cache-write.tmp", OS_OPEN_WRITE | OS_OPEN_OVERWRITE | OS_OPEN_DELETE_ON_CLOSE, &disk),
        JET_errSuccess);
    assert_int_equal(os_file_set_size(disk, (uint64_t)(PAGES + 2) * PAGE), JET_errSuccess);
    cache_set_size(0, 0);
    cache_file_init(&file, disk, PAGE, false);
    file.seal = seal;
    file.flush_log = flush_log;
    durable = 0;
    log_error = JET_errSuccess;
    return 0;
}

static int end(void **state)
{
    (void)state;
    cache_file_purge(&file);
    assert_int_equal(file.dirty, 0);
    os_file_close(disk);
    cache_destroy();
    return 0;
}

static void change(uint32_t pgno, uint64_t lgpos, uint8_t fill)
{
    struct cache_page *page;

    assert_int_equal(cache_latch(&file, pgno, CACHE_EXCLUSIVE, &page), JET_errSuccess);
    cache_change(page);
    memset(page->data, fill, PAGE);
    memcpy(page->data + 8, &lgpos, sizeof(lgpos));
    cache_dirty(page, lgpos);
    cache_unlatch(page, CACHE_EXCLUSIVE);
}

static void expect_on_disk(uint32_t pgno, uint8_t fill)
{
    static uint8_t data[PAGE];
    uint32_t sealed;

    assert_int_equal(os_file_read_at(disk, (uint64_t)(pgno + 1) * PAGE, data, PAGE), JET_errSuccess);
    memcpy(&sealed, data, sizeof(sealed));
    assert_int_equal(data[PAGE - 1], fill);
    assert_int_equal(sealed, fill ? pgno : 0);
}

static void a_flush_writes_what_was_changed(void **state)
{
    (void)state;
    for (uint32_t pgno = 1; pgno <= 50; pgno++)
        change(pgno, 1000 + pgno, 7);
    assert_int_equal(file.dirty, 50);
    assert_int_equal(cache_oldest_change(&file), 1001);
    assert_int_equal(cache_write(&file, 1011), JET_errSuccess);
    assert_int_equal(file.dirty, 40);
    assert_int_equal(durable, 1010);
    expect_on_disk(10, 7);
    expect_on_disk(11, 0);
    assert_int_equal(cache_write(&file, UINT64_MAX), JET_errSuccess);
    assert_int_equal(file.dirty, 0);
    assert_int_equal(cache_oldest_change(&file), UINT64_MAX);
    for (uint32_t pgno = 1; pgno <= 50; pgno++)
        expect_on_disk(pgno, 7);
}

static void eviction_writes_first(void **state)
{
    (void)state;
    for (uint32_t pgno = 1; pgno <= PAGES; pgno++)
        change(pgno, pgno, 9);
    assert_true(file.writes > 0);
    /* Whatever was thrown out comes back as it was. */
    for (uint32_t pgno = 1; pgno <= PAGES; pgno++)
    {
        struct cache_page *page;

        assert_int_equal(cache_latch(&file, pgno, CACHE_SHARED, &page), JET_errSuccess);
        assert_int_equal(page->data[PAGE - 1], 9);
        cache_unlatch(page, CACHE_SHARED);
    }
    assert_int_equal(cache_write(&file, UINT64_MAX), JET_errSuccess);
    for (uint32_t pgno = 1; pgno <= PAGES; pgno++)
        expect_on_disk(pgno, 9);
}

static void a_failed_write_leaves_the_page_dirty(void **state)
{
    (void)state;
    change(5, 77, 3);
    log_error = JET_errLogWriteFail;
    assert_int_equal(cache_write(&file, UINT64_MAX), JET_errLogWriteFail);
    assert_int_equal(file.dirty, 1);
    assert_int_equal(cache_oldest_change(&file), 77);
    expect_on_disk(5, 0);
    log_error = JET_errSuccess;
    assert_int_equal(cache_write(&file, UINT64_MAX), JET_errSuccess);
    expect_on_disk(5, 3);
}

static void a_new_page_is_not_read(void **state)
{
    struct cache_page *page;
    uint64_t reads = file.reads, lgpos = 5;

    (void)state;
    for (int round = 0; round < 2; round++)
    {
        assert_int_equal(cache_latch_new(&file, 30, &page), JET_errSuccess);
        for (uint32_t i = 0; i < PAGE; i++)
            assert_int_equal(page->data[i], 0);
        memset(page->data, 1, PAGE);
        memcpy(page->data + 8, &lgpos, sizeof(lgpos));
        cache_dirty(page, lgpos);
        cache_unlatch(page, CACHE_EXCLUSIVE);
    }
    assert_int_equal(file.reads, reads);
}

static void all_pages_latched_by_the_asker_is_no_deadlock(void **state)
{
    static struct cache_page *pages[PAGES];

    (void)state;
    for (uint32_t i = 0; i < PAGES; i++)
    {
        uint64_t lgpos = 1 + i;
        assert_int_equal(cache_latch_new(&file, 1 + i, &pages[i]), JET_errSuccess);
        memcpy(pages[i]->data + 8, &lgpos, sizeof(lgpos));
        cache_dirty(pages[i], lgpos);
    }
    for (uint32_t i = 0; i < PAGES; i++)
        cache_unlatch(pages[i], CACHE_EXCLUSIVE);
    assert_int_equal(file.dirty, PAGES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_flush_writes_what_was_changed, begin, end),
        cmocka_unit_test_setup_teardown(eviction_writes_first, begin, end),
        cmocka_unit_test_setup_teardown(a_failed_write_leaves_the_page_dirty, begin, end),
        cmocka_unit_test_setup_teardown(a_new_page_is_not_read, begin, end),
        cmocka_unit_test_setup_teardown(all_pages_latched_by_the_asker_is_no_deadlock, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
