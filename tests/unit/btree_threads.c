/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Readers of a tree while another thread changes its pages: entries with odd
 * numbers come and go, those with even numbers must be met by every scan, in
 * order, and by every seek.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tree_build.h"

#define ENTRIES 600u
#define READERS 3

static struct tree_build build;
static _Atomic bool stop;
static _Atomic uint32_t wrong;

/* Turns over the deletion of odd entries of one leaf; touches an inner page now and then. */
static void change(uint32_t pgno)
{
    struct cache_page *page;
    struct page_view view = { .data = NULL };

    if (cache_latch(&build.file, pgno, CACHE_EXCLUSIVE, &page) < 0)
    {
        atomic_fetch_add(&wrong, 1);
        return;
    }
    cache_change(page);
    if (!page_view(&view, page->data, page->page_size))
        atomic_fetch_add(&wrong, 1);
    for (unsigned line = 0; page_flags(page->data) & PAGE_LEAF && line < page_lines(&view); line++)
    {
        struct page_node node = { .data = page->data };
        if (!page_node(&view, line, &node))
            atomic_fetch_add(&wrong, 1);
        if (le32(node.data) >> 24 & 1)
        {
            uint8_t *tag = page->data + page->page_size - PAGE_TAG_SIZE * (line + view.reserved + 1);
            set_le16(tag + 2, le16(tag + 2) ^ (NODE_DELETED << 13));
        }
    }
    cache_unlatch(page, CACHE_EXCLUSIVE);
}

static void writer(void *context)
{
    (void)context;
    while (!atomic_load(&stop))
        change(TREE_ROOT + os_random32() % (build.pages - TREE_ROOT + 1));
}

static bool is_even(const struct tree_cursor *cursor, uint32_t *number)
{
    *number = be32(cursor->bookmark + 1);
    return !(*number & 1);
}

static void scan(struct tree_cursor *cursor, bool forward)
{
    uint32_t next = forward ? 0 : ENTRIES - 2, number;
    bool first = true;
    uint32_t last = 0;
    JET_ERR err;

    for (err = forward ? tree_move_first(cursor) : tree_move_last(cursor); err >= 0;
         err = forward ? tree_move_next(cursor) : tree_move_prev(cursor))
    {
        bool even = is_even(cursor, &number);
        if (!first && (forward ? number <= last : number >= last))
            atomic_fetch_add(&wrong, 1);
        first = false;
        last = number;
        if (!even)
            continue;
        if (number != next)
            atomic_fetch_add(&wrong, 1);
        next = forward ? number + 2 : number - 2;
    }
    if (err != JET_errNoCurrentRecord || next != (forward ? ENTRIES : (uint32_t)-2))
        atomic_fetch_add(&wrong, 1);
}

static void reader(void *context)
{
    struct tree_cursor cursor;
    uint8_t key[5] = { 't' };

    tree_cursor_init(&cursor, &build.tree, NULL);
    cursor.sequential = context != NULL;
    for (int round = 0; round < 30; round++)
    {
        scan(&cursor, true);
        scan(&cursor, false);
        for (uint32_t i = 0; i < 200; i++)
        {
            uint32_t number = os_random32() % ENTRIES & ~1u, found;
            struct page_node node;
            struct cache_page *page;

            set_be32(key + 1, number);
            if (tree_seek(&cursor, key, 5, TREE_SEEK_EQ) != JET_errSuccess ||
                tree_latch(&cursor, &node) != JET_errSuccess || be32(node.data) != number)
                atomic_fetch_add(&wrong, 1);
            tree_unlatch(&cursor);
            if (tree_find(&build.tree, NULL, key, 5, &page, &node) != JET_errSuccess)
                atomic_fetch_add(&wrong, 1);
            else
                cache_unlatch(page, CACHE_SHARED);
            set_be32(key + 1, number + 1);
            if (tree_seek(&cursor, key, 5, TREE_SEEK_GT) >= 0 && (is_even(&cursor, &found), found != number + 2))
                atomic_fetch_add(&wrong, 1);
            if (tree_seek(&cursor, key, 5, TREE_SEEK_LT) < 0 || (is_even(&cursor, &found), found != number))
                atomic_fetch_add(&wrong, 1);
        }
    }
    tree_cursor_close(&cursor);
}

static void test_readers(void **state)
{
    struct os_thread *readers[READERS], *writers[2];

    (void)state;
    build.page_size = 4096;
    build.per_leaf = 6;
    build.per_inner = 5;
    build.unique = true;
    build.prefix = 3;
    build.count = ENTRIES;
    build.entries = calloc(ENTRIES, sizeof(struct entry));
    for (uint32_t i = 0; i < ENTRIES; i++)
    {
        struct entry *entry = &build.entries[i];
        entry->key[0] = 't';
        set_be32(entry->key + 1, i);
        entry->key_size = 5;
        set_be32(entry->data, i);
        entry->data_size = 4;
    }
    tree_build_open(&build, u"btree-threads.tmp");
    for (int i = 0; i < 2; i++)
        assert_int_equal(os_thread_create(&writers[i], writer, NULL, "writer"), JET_errSuccess);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(os_thread_create(&readers[i], reader, i ? &build : NULL, "reader"), JET_errSuccess);
    for (int i = 0; i < READERS; i++)
        os_thread_join(readers[i]);
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++)
        os_thread_join(writers[i]);
    assert_int_equal(atomic_load(&wrong), 0);
    tree_build_close(&build);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_readers) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
