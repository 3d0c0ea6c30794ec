/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The search in a page, beside one that looks at each line in turn. */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#include "btree/private.h"
#include "page_build.h"

#define LINES_MAX 60
#define ENTRY_MAX 400

struct entry
{
    uint8_t key[ENTRY_MAX];
    uint32_t key_size;
    uint8_t data[8];
    uint32_t data_size;
};

static uint64_t state = 1;

static uint32_t rnd(uint32_t n)
{
    state += 0x9e3779b97f4a7c15ull;
    uint64_t x = (state ^ state >> 30) * 0xbf58476d1ce4e5b9ull;
    return (uint32_t)((x ^ x >> 32) % n);
}

/* Few letters, and mostly the same ones at the start, so that keys share and differ everywhere. */
static void make_entry(struct entry *entry, uint32_t longest)
{
    static const uint8_t letters[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
    uint32_t alike = rnd(20);

    entry->key_size = rnd(longest + 1);
    for (uint32_t i = 0; i < entry->key_size; i++)
        entry->key[i] = i < alike ? 0x7f : letters[rnd(sizeof(letters))];
    entry->data_size = 1 + rnd(4);
    for (uint32_t i = 0; i < entry->data_size; i++)
        entry->data[i] = letters[rnd(sizeof(letters))];
}

static int bytes_order(const uint8_t *a, uint32_t a_size, const uint8_t *b, uint32_t b_size)
{
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);

    return order ? order : (int)a_size - (int)b_size;
}

static int by_key_and_data(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = bytes_order(x->key, x->key_size, y->key, y->key_size);

    return order ? order : bytes_order(x->data, x->data_size, y->data, y->data_size);
}

static uint32_t build(uint8_t *page, uint32_t size, struct entry *entries, uint32_t count, uint32_t longest,
                      struct page_view *view)
{
    struct page_build build;
    uint32_t prefix_size, i;
    const uint8_t *prefix;

    for (i = 0; i < count; i++)
        make_entry(&entries[i], longest);
    qsort(entries, count, sizeof(*entries), by_key_and_data);
    prefix = entries[rnd(count)].key;
    prefix_size = rnd(2) ? rnd(longest / 2 + 1) : 0;
    build_start(&build, page, size, PAGE_LEAF, 7, prefix, prefix_size);
    for (i = 0; i < count; i++)
    {
        uint32_t shared = 0;

        if (build_room(&build) < entries[i].key_size + entries[i].data_size + 16)
            break;
        while (shared < prefix_size && shared < entries[i].key_size && prefix[shared] == entries[i].key[shared])
            shared++;
        if (shared < 3)
            shared = 0;
        build_node(&build, rnd(2) ? NODE_VERSIONED : 0, shared, entries[i].key + shared, entries[i].key_size - shared,
                   entries[i].data, entries[i].data_size);
    }
    build_finish(&build, 5, 4, 6);
    assert_true(page_view(view, page, size));
    assert_int_equal(page_lines(view), i);
    return i;
}

static int32_t look(const struct entry *entries, uint32_t count, const struct entry *sought, bool data, bool past)
{
    uint32_t i;

    for (i = 0; i < count; i++)
    {
        int order = bytes_order(entries[i].key, entries[i].key_size, sought->key, sought->key_size);

        if (!order && data)
            order = bytes_order(entries[i].data, entries[i].data_size, sought->data, sought->data_size);
        if (order > 0 || (!order && !past))
            break;
    }
    return (int32_t)i;
}

/* The child: the first separator greater than key and data in one piece, or that does not begin with the key. */
static uint32_t look_inner(const struct entry *entries, uint32_t count, const struct entry *sought, bool data,
                           bool past_key)
{
    uint8_t whole[ENTRY_MAX + 8];
    uint32_t size = sought->key_size, i;

    memcpy(whole, sought->key, size);
    if (data && !past_key)
    {
        memcpy(whole + size, sought->data, sought->data_size);
        size += sought->data_size;
    }
    for (i = 0; i + 1 < count; i++)
    {
        bool begins = entries[i].key_size >= size && !memcmp(entries[i].key, whole, size);

        if (past_key && begins)
            continue;
        if (bytes_order(entries[i].key, entries[i].key_size, whole, size) > 0)
            break;
    }
    return i;
}

static void searches_agree(void **context)
{
    static const uint32_t sizes[] = { 4096, 8192, 32768 };
    static const uint32_t longest[] = { 3, 12, 30, 380 };
    struct entry *entries = malloc(LINES_MAX * sizeof(*entries));
    uint32_t round;

    (void)context;
    for (round = 0; round < 600; round++)
    {
        uint32_t size = sizes[rnd(3)], most = longest[rnd(4)], count, i;
        uint8_t *page = malloc(size);
        struct page_view view;

        count = build(page, size, entries, 1 + rnd(LINES_MAX), most, &view);
        for (i = 0; i < 60; i++)
        {
            struct entry sought;
            bool data = rnd(2), past = rnd(2), past_key = rnd(4) == 0;
            struct tree_target target = { .aim = past ? TREE_AIM_UPPER : TREE_AIM_LOWER };
            int32_t line;
            uint32_t child;

            if (rnd(2))
                sought = entries[rnd(count)];
            else
                make_entry(&sought, most);
            if (!rnd(4))
                sought.key_size = rnd(sought.key_size + 1);
            /* a copy of just that size: nothing beyond it may be read */
            uint8_t *key = malloc(sought.key_size + 1);
            memcpy(key, sought.key, sought.key_size);
            target.key = realloc(key, sought.key_size ? sought.key_size : 1);
            target.key_size = sought.key_size;
            target.data = sought.data;
            target.data_size = data ? sought.data_size : 0;
            assert_true(leaf_search(&view, &target, past, &line));
            assert_int_equal(line, look(entries, count, &sought, data, past));
            if (past_key)
            {
                target.aim = TREE_AIM_PAST_KEY;
                target.data_size = 0;
            }
            assert_true(inner_search_key(&view, &target, &child));
            assert_int_equal(child, look_inner(entries, count, &sought, data, past_key));
            free((void *)target.key);
        }
        free(page);
    }
    free(entries);
}

/* Whatever the page says: a line of it, or that it is bad, and nothing is read outside. */
static void lies_are_survived(void **context)
{
    struct entry *entries = malloc(LINES_MAX * sizeof(*entries));
    uint32_t round, bad = 0;

    (void)context;
    for (round = 0; round < 3000; round++)
    {
        uint32_t size = round % 3 ? 4096 : 32768, count, i;
        struct tree_target target = { .aim = TREE_AIM_LOWER };
        uint8_t *page = malloc(size);
        struct page_view view;
        int32_t line;
        uint32_t child;

        count = build(page, size, entries, 1 + rnd(LINES_MAX), 30, &view);
        for (i = rnd(40); i; i--)
        {
            uint32_t at = rnd(2) ? size - 1 - rnd(PAGE_TAG_SIZE * (count + 1)) : PAGE_HEADER_SIZE + rnd(size - 40);
            page[at] = (uint8_t)rnd(256);
        }
        target.key = entries[rnd(count)].key;
        target.key_size = rnd(30);
        if (!page_view(&view, page, size) || !page_lines(&view) || !leaf_search(&view, &target, rnd(2), &line))
            bad++;
        else
            assert_in_range(line, 0, page_lines(&view));
        if (page_view(&view, page, size) && page_lines(&view) && inner_search_key(&view, &target, &child))
            assert_in_range(child, 0, page_lines(&view) - 1);
        free(page);
    }
    assert_true(bad > 50);
    free(entries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(searches_agree),
        cmocka_unit_test(lies_are_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
