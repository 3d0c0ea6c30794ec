/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random changes of a page against a list in memory; the page's own check holds after each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "format/page_edit.h"

#define NODES_MAX 1000

struct model_node
{
    uint8_t key[40];
    uint32_t key_size;
    uint8_t data[600];
    uint32_t data_size;
    uint8_t flags;
};

static struct model_node model[NODES_MAX];
static unsigned count;
static uint32_t seed;

static uint32_t rnd(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

static void fill(uint8_t *bytes, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(1 + rnd(3));
}

static void agree(const uint8_t *data, uint32_t size)
{
    struct page_view view;

    assert_int_equal(page_check_structure(data, size), JET_errSuccess);
    assert_true(page_view(&view, data, size));
    assert_int_equal(page_lines(&view), count);
    for (unsigned i = 0; i < count; i++)
    {
        struct page_node node;

        assert_true(page_node(&view, i, &node));
        assert_int_equal(page_key_compare(&node.key, model[i].key, model[i].key_size), 0);
        assert_int_equal(node.data_size, model[i].data_size);
        assert_memory_equal(node.data, model[i].data, model[i].data_size);
        assert_int_equal(node.flags & ~NODE_COMPRESSED, model[i].flags);
    }
}

static void step(uint8_t *data, uint32_t size)
{
    unsigned line = rnd(count + 1), n;
    struct model_node node = { .flags = (uint8_t)rnd(4) };
    uint32_t before = page_free_bytes(data);

    switch (rnd(5))
    {
    case 0:
    case 1:
        node.key_size = 1 + rnd(sizeof(node.key));
        fill(node.key, node.key_size);
        node.data_size = 1 + rnd(rnd(8) ? 60 : sizeof(node.data));
        fill(node.data, node.data_size);
        if (count < NODES_MAX &&
            page_insert(data, size, line,
                        &(struct page_new_node){ node.key, node.key_size, node.data, node.data_size, node.flags }))
        {
            memmove(&model[line + 1], &model[line], (count - line) * sizeof(node));
            model[line] = node;
            count++;
        }
        else
            assert_int_equal(page_free_bytes(data), before);
        break;
    case 2:
        if (line == count)
            break;
        node.data_size = 1 + rnd(sizeof(node.data));
        fill(node.data, node.data_size);
        if (page_replace(data, size, line, node.data, node.data_size))
        {
            memcpy(model[line].data, node.data, node.data_size);
            model[line].data_size = node.data_size;
        }
        else
            assert_true(node.data_size - model[line].data_size > before);
        break;
    case 3:
        n = rnd(3);
        if (line + n > count)
            break;
        page_remove(data, size, line, n);
        memmove(&model[line], &model[line + n], (count - line - n) * sizeof(node));
        count -= n;
        break;
    default:
        if (line == count)
            break;
        page_set_node_flags(data, size, line, node.flags);
        model[line].flags = node.flags;
        break;
    }
}

static void random_changes(uint32_t size)
{
    uint8_t *data = malloc(size), prefix[12];

    assert_non_null(data);
    for (uint32_t round = 0; round < 12; round++)
    {
        seed = round * 77 + size;
        count = 0;
        page_format(data, size, 5, 7, PAGE_LEAF, 1);
        fill(prefix, sizeof(prefix));
        assert_true(page_set_external(data, size, prefix, rnd(sizeof(prefix))));
        for (int i = 0; i < 600; i++)
        {
            step(data, size);
            if (i % 16 == 0)
                agree(data, size);
        }
        page_compact(data, size);
        agree(data, size);
    }
    free(data);
}

static void small_pages(void **state)
{
    (void)state;
    random_changes(4096);
    random_changes(8192);
}

static void large_pages(void **state)
{
    (void)state;
    random_changes(16384);
    random_changes(32768);
}

static void a_page_can_be_filled_to_the_last_byte(void **state)
{
    static uint8_t data[4096];
    uint8_t key[2], value[100] = { 1 };

    (void)state;
    page_format(data, sizeof(data), 5, 7, PAGE_LEAF, 1);
    for (count = 0;; count++)
    {
        uint32_t left = page_free_bytes(data), most = left - PAGE_TAG_SIZE - 4;

        key[0] = (uint8_t)(count >> 8);
        key[1] = (uint8_t)count;
        if (left <= PAGE_TAG_SIZE + 4)
            break;
        assert_true(page_insert(data, sizeof(data), count,
                                &(struct page_new_node){ key, 2, value, most < 100 ? most : 100, 0 }));
    }
    assert_int_equal(page_check_structure(data, sizeof(data)), JET_errSuccess);
    page_remove(data, sizeof(data), 0, count);
    assert_int_equal(page_free_bytes(data), 4096 - 40 - 4);
    assert_int_equal(page_free_offset(data), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_pages),
        cmocka_unit_test(large_pages),
        cmocka_unit_test(a_page_can_be_filled_to_the_last_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
