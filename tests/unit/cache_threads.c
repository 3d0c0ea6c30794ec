/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page cache under several threads, for race detectors: too small a cache, readers, a writer, peeks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cache/cache.h"

#define PAGE    32768u
#define PAGES   400u
#define THREADS 6
#define ROUNDS  4000

static struct os_file *disk;
static struct cache_file file;
static _Atomic unsigned wrong;

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static bool page_is(const uint8_t *data, uint32_t pgno)
{
    uint32_t first, last;

    memcpy(&first, data, 4);
    memcpy(&last, data + PAGE - 4, 4);
    return first == pgno && last == pgno;
}

static void reader(void *context)
{
    uint32_t seed = (uint32_t)(uintptr_t)context;

    for (int i = 0; i < ROUNDS; i++)
    {
        uint32_t pgno = 1 + next(&seed) % PAGES, version;
        struct cache_page *page;

        switch (next(&seed) % 4)
        {
        case 0:
            for (int tries = 0; tries < 100; tries++)
            {
                bool good;
                if (cache_peek(&file, pgno, &page, &version) < 0)
                    wrong++;
                good = page_is(page->data, pgno);
                if (cache_peek_valid(page, version))
                {
                    wrong += !good;
                    break;
                }
            }
            break;
        case 1:
            cache_read_ahead(&file, pgno, 1 + next(&seed) % 8);
            break;
        case 2:
            if (cache_latch(&file, pgno, CACHE_EXCLUSIVE, &page) < 0 || !page_is(page->data, pgno))
                wrong++;
            cache_unlatch(page, CACHE_EXCLUSIVE);
            break;
        default:
            if (cache_latch(&file, pgno, CACHE_SHARED, &page) < 0 || !page_is(page->data, pgno))
                wrong++;
            cache_unlatch(page, CACHE_SHARED);
        }
    }
}

static void many_threads_see_the_right_pages(void **state)
{
    static uint8_t data[PAGE];
    struct os_thread *threads[THREADS];

    (void)state;
    assert_int_equal(
        os_file_open(u"cache-threads.tmp", OS_OPEN_WRITE | OS_OPEN_OVERWRITE | OS_OPEN_DELETE_ON_CLOSE, &disk),
        JET_errSuccess);
    for (uint32_t pgno = 1; pgno <= PAGES; pgno++)
    {
        memcpy(data, &pgno, 4);
        memcpy(data + PAGE - 4, &pgno, 4);
        assert_int_equal(os_file_write_at(disk, (uint64_t)(pgno + 1) * PAGE, data, PAGE), JET_errSuccess);
    }
    cache_set_size(0, 0);
    cache_file_init(&file, disk, PAGE, true);
    for (uintptr_t i = 0; i < THREADS; i++)
        assert_int_equal(os_thread_create(&threads[i], reader, (void *)(i + 1), "reader"), JET_errSuccess);
    for (int i = 0; i < THREADS; i++)
        os_thread_join(threads[i]);
    assert_int_equal(wrong, 0);
    cache_file_purge(&file);
    os_file_close(disk);
    cache_destroy();
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(many_threads_see_the_right_pages) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
