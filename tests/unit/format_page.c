/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages: nodes of both formats, reserved tags, roots, and all that page_check() must refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "page_build.h"

static uint8_t page[PAGE_SIZE_MAX];
static const uint32_t sizes[] = { 2048, 4096, 8192, 16384, 32768 };

/* A leaf with the prefix "abc": "abc1", "abd", "b" (deleted). */
static void make_leaf(struct page_build *build, uint32_t size)
{
    build_start(build, page, size, PAGE_LEAF, 7, "abc", 3);
    build_node(build, 0, 3, "1", 1, "one", 3);
    build_node(build, NODE_VERSIONED, 2, "d", 1, "two", 3);
    build_node(build, NODE_DELETED, 0, "b", 1, "three", 5);
    build_finish(build, 20, 0, 0);
}

static void test_nodes(void **state)
{
    (void)state;
    for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
    {
        struct page_build build;
        struct page_check_result result;
        struct page_view view;
        struct page_node node;
        uint8_t key[16];

        make_leaf(&build, sizes[s]);
        assert_int_equal(page_check(page, sizes[s], 20, &result), JET_errSuccess);
        assert_int_equal(result.corrected, 0);
        assert_true(page_view(&view, page, sizes[s]));
        assert_int_equal(page_lines(&view), 3);
        assert_int_equal(page_check_order(&view), JET_errSuccess);

        assert_true(page_node(&view, 0, &node));
        assert_int_equal(node.flags, NODE_COMPRESSED);
        assert_int_equal(page_key_size(&node.key), 4);
        page_key_copy(&node.key, key);
        assert_memory_equal(key, "abc1", 4);
        assert_int_equal(node.data_size, 3);
        assert_memory_equal(node.data, "one", 3);

        assert_true(page_node(&view, 1, &node));
        assert_int_equal(node.flags, NODE_COMPRESSED | NODE_VERSIONED);
        page_key_copy(&node.key, key);
        assert_memory_equal(key, "abd", 3);

        assert_true(page_node(&view, 2, &node));
        assert_int_equal(node.flags, NODE_DELETED);
        assert_int_equal(node.key.prefix_size, 0);
        assert_memory_equal(node.data, "three", 5);
        assert_false(page_node(&view, 3, &node));
        assert_false(page_node(&view, 4000, &node));

        assert_int_equal(page_objid(page), 7);
        assert_int_equal(page_dbtime(page), 1020);
    }
}

static void test_compare(void **state)
{
    struct page_key key = { (const uint8_t *)"ab", (const uint8_t *)"cd", 2, 2 };

    (void)state;
    assert_true(page_key_compare(&key, (const uint8_t *)"abcd", 4) == 0);
    assert_true(page_key_compare(&key, (const uint8_t *)"abce", 4) < 0);
    assert_true(page_key_compare(&key, (const uint8_t *)"abcc", 4) > 0);
    assert_true(page_key_compare(&key, (const uint8_t *)"abc", 3) > 0);
    assert_true(page_key_compare(&key, (const uint8_t *)"abcde", 5) < 0);
    assert_true(page_key_compare(&key, (const uint8_t *)"a", 1) > 0);
    assert_true(page_key_compare(&key, (const uint8_t *)"ac", 2) < 0);
    assert_true(page_key_compare(&key, NULL, 0) > 0);
}

/* Later formats put more tags before the nodes and say so. */
static void test_reserved_tags(void **state)
{
    (void)state;
    for (uint32_t reserved = 0; reserved <= 7; reserved++)
    {
        struct page_build build;
        struct page_view view;
        struct page_node node;

        build_start(&build, page, 4096, PAGE_LEAF, 7, "", 0);
        build.reserved = reserved;
        for (uint32_t i = 1; i < reserved; i++)
            build_line(&build, "\x01later", 6, 0);
        build_node(&build, 0, 0, "key", 3, "data", 4);
        build_finish(&build, 20, 0, 0);
        assert_int_equal(page_check(page, 4096, 20, NULL), JET_errSuccess);
        assert_true(page_view(&view, page, 4096));
        assert_int_equal(page_lines(&view), 1);
        assert_true(page_node(&view, 0, &node));
        assert_memory_equal(node.data, "data", 4);
        assert_false(page_node(&view, 1, &node));
    }
}

static void test_roots(void **state)
{
    struct page_space_header space = { 20, 1, PAGE_SPACE_NON_UNIQUE, 0xfffe };
    struct page_split_buffer buffer;
    struct page_root_fields fields;
    struct page_build build;
    struct page_view view;
    struct page_node node;
    uint8_t external[25];

    (void)state;
    build_start(&build, page, 4096, PAGE_ROOT | PAGE_LEAF, 7, &space, sizeof(space));
    build_finish(&build, 20, 0, 0);
    assert_int_equal(page_check(page, 4096, 20, NULL), JET_errSuccess);
    assert_true(page_view(&view, page, 4096));
    assert_int_equal(page_lines(&view), 0);
    assert_int_equal(view.prefix_size, 0);
    assert_int_equal(page_root_fields(&view, &fields), JET_errSuccess);
    assert_true(fields.has_space && !fields.has_auto_increment);
    assert_int_equal(fields.space.primary_pages, 20);
    assert_int_equal(fields.space.available, 0xfffe);
    assert_false(page_split_buffer(&view, &buffer));

    external[0] = 3;
    memcpy(external + 1, &space, sizeof(space));
    set_le64(external + 17, 0x123456789a);
    build_start(&build, page, 4096, PAGE_ROOT | PAGE_LEAF, 7, external, sizeof(external));
    build_finish(&build, 20, 0, 0);
    assert_true(page_view(&view, page, 4096));
    assert_int_equal(page_root_fields(&view, &fields), JET_errSuccess);
    assert_true(fields.has_space && fields.has_auto_increment);
    assert_true(fields.auto_increment == 0x123456789a);
    assert_int_equal(fields.space.parent, 1);

    /* a byte short */
    build_start(&build, page, 4096, PAGE_ROOT | PAGE_LEAF, 7, external, sizeof(external) - 1);
    build_finish(&build, 20, 0, 0);
    assert_true(page_view(&view, page, 4096));
    assert_int_equal(page_root_fields(&view, &fields), JET_errDatabaseCorrupted);

    /* the root of a space tree: the prefix follows the split buffer */
    memset(external, 0, sizeof(external));
    set_le32(external, 100);
    set_le32(external + 4, 5);
    memcpy(external + 16, "\x04pool", 5);
    build_start(&build, page, 4096, PAGE_ROOT | PAGE_LEAF | PAGE_SPACE_TREE, 7, external, 21);
    build_node(&build, 0, 5, "\x09", 1, "\x14\0\0\0", 4);
    build_finish(&build, 20, 0, 0);
    assert_int_equal(page_check(page, 4096, 20, NULL), JET_errSuccess);
    assert_true(page_view(&view, page, 4096));
    assert_true(page_split_buffer(&view, &buffer));
    assert_int_equal(buffer.run[0].last, 100);
    assert_int_equal(buffer.run[0].count, 5);
    assert_true(page_node(&view, 0, &node));
    assert_memory_equal(node.key.prefix, "\x04pool", 5);
    assert_int_equal(page_root_fields(&view, &fields), JET_errDatabaseCorrupted);
}

static void test_empty_pages(void **state)
{
    struct page_build build;
    struct page_view view;

    (void)state;
    build_start(&build, page, 4096, PAGE_PRE_INIT, 7, "", 0);
    build.tags = 0;
    build_finish(&build, 20, 0, 0);
    assert_int_equal(page_check(page, 4096, 20, NULL), JET_errSuccess);
    assert_true(page_view(&view, page, 4096));
    assert_int_equal(page_lines(&view), 0);
    build_start(&build, page, 4096, PAGE_LEAF, 7, "", 0);
    build.tags = 0;
    build_finish(&build, 20, 0, 0);
    assert_int_equal(page_check(page, 4096, 20, NULL), JET_errDatabaseCorrupted);
}

static void refused(struct page_build *build, JET_ERR expected)
{
    checksum_page_set(page, build->size, 20);
    assert_int_equal(page_check(page, build->size, 20, NULL), expected);
    make_leaf(build, build->size);
}

static void test_refused(void **state)
{
    (void)state;
    for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
    {
        struct page_build build;
        uint8_t *tag, *node;
        uint32_t size = sizes[s], header = page_header_size(size);

        make_leaf(&build, size);
        tag = page + size - PAGE_TAG_SIZE * 2;
        node = page + header + 3;
        if (page_size_is_large(size))
        {
            set_le32(page + PAGE_OFFSET_PGNO, 21);
            refused(&build, JET_errReadPgnoVerifyFailure);
        }
        set_le16(tag, le16(tag) + 1); /* overlaps the next */
        refused(&build, JET_errDatabaseCorrupted);
        set_le16(tag, 0);
        refused(&build, JET_errDatabaseCorrupted);
        set_le16(tag, 0x1fff);
        refused(&build, JET_errDatabaseCorrupted);
        set_le16(tag + 2, le16(tag + 2) | 0x1ff0);
        refused(&build, JET_errDatabaseCorrupted);
        set_le16(page + 34, 0xfff);
        refused(&build, JET_errDatabaseCorrupted);
        set_le16(page + 34, 0x5004); /* more reserved tags than tags */
        refused(&build, JET_errDatabaseCorrupted);
        set_le16(page + 32, le16(page + 32) - 1);
        refused(&build, JET_errDatabaseCorrupted);
        set_le16(page + 28, le16(page + 28) + 1);
        refused(&build, JET_errDatabaseCorrupted);
        set_le16(page + 30, le16(page + 28) + 1);
        refused(&build, JET_errDatabaseCorrupted);
        node[0]++; /* more prefix than there is */
        refused(&build, JET_errDatabaseCorrupted);
        node[2] += 5; /* a key beyond its node */
        refused(&build, JET_errDatabaseCorrupted);
        node[2] += 3; /* no data left */
        refused(&build, JET_errDatabaseCorrupted);
        set_le32(page + PAGE_OFFSET_FLAGS, le32(page + PAGE_OFFSET_FLAGS) | PAGE_LONG_VALUE | PAGE_INDEX);
        refused(&build, JET_errDatabaseCorrupted);
        set_le32(page + PAGE_OFFSET_FLAGS, le32(page + PAGE_OFFSET_FLAGS) | PAGE_REPAIRED);
        refused(&build, JET_errDatabaseCorrupted);
        assert_int_equal(page_check(page, size, 20, NULL), JET_errSuccess);
    }
}

/* Whatever bytes: nothing is read outside the page (the sanitizers watch). */
static void test_garbage(void **state)
{
    uint32_t seed = 1;

    (void)state;
    for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
    {
        uint32_t size = sizes[s];
        uint8_t *bytes = malloc(size);

        for (int round = 0; round < 300; round++)
        {
            struct page_view view;
            unsigned sum = 0;

            for (uint32_t i = 0; i < size; i++)
            {
                seed = seed * 1103515245 + 12345;
                bytes[i] = (uint8_t)(seed >> 16) & (round % 3 ? 0xff : 0x0f);
            }
            if (round & 1)
                set_le16(bytes + 34, seed >> 8 & 0xff);
            if (!page_view(&view, bytes, size))
                continue;
            for (unsigned line = 0; line < page_lines(&view); line++)
            {
                struct page_node node;
                uint8_t key[2 * PAGE_SIZE_MAX];

                if (!page_node(&view, line, &node))
                    continue;
                page_key_copy(&node.key, key);
                for (unsigned i = 0; i < node.data_size; i++)
                    sum += node.data[i];
            }
            assert_true(sum != 0xffffffff);
        }
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nodes),   cmocka_unit_test(test_compare),     cmocka_unit_test(test_reserved_tags),
        cmocka_unit_test(test_roots),   cmocka_unit_test(test_empty_pages), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_garbage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
