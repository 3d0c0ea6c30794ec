/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every byte of the small database's page headers, external headers, tags,
 * nodes, records and catalog rows, set to several values, one at a time, with
 * the checksum put right; after each the program's calls that lead over the
 * page.  They may answer errors; what must not come is a crash, a hang or a read
 * out of bounds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "../fuzz/support/damage_walk.h"

static struct damage_base *small;
static unsigned executions;

static int group_setup(void **state)
{
    (void)state;
    damage_add_small();
    small = &damage_bases[0];
    return 0;
}

/* One byte becomes each of these: none of its bits, all of them, one more, its top bit the other way. */
static void damage_byte(const struct damage_page *page, uint32_t offset)
{
    uint8_t was = damage_page_clean(small, page->index)[offset];
    const uint8_t values[] = { 0, 0xff, (uint8_t)(was + 1), was ^ 0x80 };

    for (unsigned i = 0; i < sizeof(values); i++)
    {
        uint32_t vary = offset * 4 + i + page->index * 7919;

        if (values[i] == was || (i && values[i] == values[i - 1]))
            continue;
        damage_write(small, page->index)[offset] = values[i];
        damage_seal(small, true);
        damage_walk(small, page, offset, (0x5555u << (offset + i) % 2 & 0xffff) | DAMAGE_DO_ENUMERATE, vary & 0x7ff);
        damage_repair(small);
        executions++;
    }
}

/* Each page that has one of the kinds: what its tags name, or else its header and the tags. */
static void damage_pages(uint8_t kinds, bool lines)
{
    executions = 0;
    for (uint32_t i = 0; i < small->page_count; i++)
    {
        const struct damage_page *page = &small->pages[i];
        const uint8_t *bytes = damage_page_clean(small, page->index);
        struct page_view view;
        struct page_line line;

        if (!(page->kind & kinds))
            continue;
        damage_prepare(small, page);
        if (page->kind & DAMAGE_HEADER)
        {
            for (uint32_t offset = 4; offset < 700; offset++)
                damage_byte(page, offset);
            continue;
        }
        assert_true(page_view(&view, bytes, small->page_size));
        for (uint32_t offset = 8; !lines && offset < view.header_size; offset++)
            damage_byte(page, offset);
        for (uint32_t offset = small->page_size - view.tags * PAGE_TAG_SIZE; !lines && offset < small->page_size;
             offset++)
            damage_byte(page, offset);
        for (uint32_t tag = 0; lines && tag < view.tags; tag++)
        {
            assert_true(page_tag(&view, tag, &line));
            for (uint32_t k = 0; k < line.size; k++)
                damage_byte(page, (uint32_t)(line.data - bytes) + k);
        }
    }
    print_message("%u changes\n", executions);
    assert_true(executions > 1000);
}

/* Nothing damaged: the walk finds all, so that what follows is no test of nothing. */
static void test_sound(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < small->page_count; i++)
    {
        JET_DBID dbid;
        damage_prepare(small, &small->pages[i]);
        damage_walk(small, &small->pages[i], 60, DAMAGE_DO_ALL, i);
        assert_int_equal(damage_attach(small, true, &dbid), JET_errSuccess);
        damage_detach(small, dbid);
    }
    assert_true(small->page_count >= 12);
    assert_true(small->object_count >= 7);
    assert_int_equal(small->owner_count, 1);
}

static void test_database_header(void **state)
{
    (void)state;
    damage_pages(DAMAGE_HEADER, false);
}

static void test_page_headers_and_tags(void **state)
{
    (void)state;
    damage_pages(DAMAGE_LEAF, false);
}

static void test_catalog_rows(void **state)
{
    (void)state;
    damage_pages(DAMAGE_CATALOG, true);
}

static void test_records(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < small->page_count; i++)
    {
        /* The catalog has a test of its own. */
        if (small->pages[i].kind & DAMAGE_CATALOG)
            small->pages[i].kind &= (uint8_t)~DAMAGE_LEAF;
    }
    damage_pages(DAMAGE_LEAF, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound),
        cmocka_unit_test(test_database_header),
        cmocka_unit_test(test_page_headers_and_tags),
        cmocka_unit_test(test_catalog_rows),
        cmocka_unit_test(test_records),
    };

    return cmocka_run_group_tests(tests, group_setup, NULL);
}
