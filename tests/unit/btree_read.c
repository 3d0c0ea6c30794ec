/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trees: every move and seek compared with a sorted list, and trees that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tree_build.h"

static struct tree_build build;
static uint32_t seen[20000], seen_count; /* indexes of the entries that are not deleted */

static int compare_bytes(const uint8_t *a, uint32_t a_size, const uint8_t *b, uint32_t b_size)
{
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);

    return order ? order : (int)a_size - (int)b_size;
}

static int key_of(uint32_t i, const uint8_t *key, uint32_t size)
{
    return compare_bytes(build.entries[seen[i]].key, build.entries[seen[i]].key_size, key, size);
}

static void list_seen(void)
{
    seen_count = 0;
    for (uint32_t i = 0; i < build.count; i++)
        if (!build.entries[i].deleted)
            seen[seen_count++] = i;
}

/* Entries "t" + four bytes of number, in steps of two; long ones every hundredth; `dups` of each key. */
static void make(uint32_t count, uint32_t dups, uint32_t page_size, uint32_t per_leaf, uint32_t per_inner,
                 unsigned deleted)
{
    memset(&build, 0, sizeof(build));
    build.page_size = page_size;
    build.per_leaf = per_leaf;
    build.per_inner = per_inner;
    build.unique = !dups;
    build.kind = dups ? PAGE_INDEX : 0;
    build.prefix = 3;
    build.entries = calloc(count ? count : 1, sizeof(struct entry));
    build.count = count;
    for (uint32_t i = 0; i < count; i++)
    {
        struct entry *entry = &build.entries[i];
        uint32_t number = dups ? i / dups : i;

        entry->key[0] = 't';
        set_be32(entry->key + 1, number * 2 + 2);
        entry->key_size = number % 100 == 99 ? 180 : 5;
        set_be32(entry->data, i);
        entry->data_size = 4;
        entry->deleted = deleted && i % deleted == deleted - 1;
    }
    list_seen();
    tree_build_open(&build, u"btree-read.tmp");
}

static void on(const struct tree_cursor *cursor, uint32_t i)
{
    const struct entry *entry = &build.entries[seen[i]];

    assert_true(i < seen_count);
    assert_int_equal(cursor->state, TREE_ON);
    assert_int_equal(cursor->bookmark_key_size, entry->key_size);
    assert_memory_equal(cursor->bookmark, entry->key, entry->key_size);
    if (!build.unique)
    {
        assert_int_equal(cursor->bookmark_data_size, entry->data_size);
        assert_memory_equal(cursor->bookmark + entry->key_size, entry->data, entry->data_size);
    }
}

static void check_walk(bool sequential, bool forget)
{
    struct tree_cursor cursor;
    uint32_t i = 0;
    JET_ERR err;

    tree_cursor_init(&cursor, &build.tree, NULL);
    assert_int_equal(tree_move_next(&cursor), JET_errNoCurrentRecord);
    cursor.sequential = sequential;
    for (err = tree_move_first(&cursor); err >= 0; err = tree_move_next(&cursor), i++)
    {
        struct page_node node;

        on(&cursor, i);
        assert_int_equal(tree_latch(&cursor, &node), JET_errSuccess);
        assert_memory_equal(node.data, build.entries[seen[i]].data, 4);
        tree_unlatch(&cursor);
        if (forget)
            cursor.viewed = false, cursor.hint.page = NULL;
    }
    assert_int_equal(err, JET_errNoCurrentRecord);
    assert_int_equal(i, seen_count);
    if (seen_count)
    {
        assert_int_equal(cursor.state, TREE_AFTER_LAST);
        assert_int_equal(tree_move_next(&cursor), JET_errNoCurrentRecord);
        assert_int_equal(tree_move_prev(&cursor), JET_errSuccess);
        on(&cursor, seen_count - 1);
    }
    for (err = tree_move_last(&cursor); err >= 0; err = tree_move_prev(&cursor))
    {
        on(&cursor, --i);
        if (forget)
            cursor.viewed = false, cursor.hint.page = NULL;
    }
    assert_int_equal(err, JET_errNoCurrentRecord);
    assert_int_equal(i, 0);
    if (seen_count)
    {
        assert_int_equal(cursor.state, TREE_BEFORE_FIRST);
        assert_int_equal(tree_move_prev(&cursor), JET_errNoCurrentRecord);
        assert_int_equal(tree_move_next(&cursor), JET_errSuccess);
        on(&cursor, 0);
    }
    tree_cursor_close(&cursor);
}

/* After a seek that found nothing: the moves go on from where the key would be. */
static void check_miss(struct tree_cursor *cursor, const uint8_t *key, uint32_t size, enum tree_seek_mode mode,
                       uint32_t next, uint32_t prev)
{
    assert_int_equal(tree_seek(cursor, key, size, mode), JET_errRecordNotFound);
    if (next < seen_count)
    {
        assert_int_equal(tree_move_next(cursor), JET_errSuccess);
        on(cursor, next);
    }
    else
        assert_int_equal(tree_move_next(cursor), JET_errNoCurrentRecord);
    assert_int_equal(tree_seek(cursor, key, size, mode), JET_errRecordNotFound);
    if (prev < seen_count)
    {
        assert_int_equal(tree_move_prev(cursor), JET_errSuccess);
        on(cursor, prev);
    }
    else
        assert_int_equal(tree_move_prev(cursor), JET_errNoCurrentRecord);
}

static void check_seek(struct tree_cursor *cursor, const uint8_t *key, uint32_t size)
{
    uint32_t lower = 0, upper, high = seen_count, none = UINT32_MAX;

    while (lower < high)
    {
        uint32_t middle = (lower + high) / 2;
        if (key_of(middle, key, size) < 0)
            lower = middle + 1;
        else
            high = middle;
    }
    for (upper = lower; upper < seen_count && !key_of(upper, key, size); upper++)
        ;
    if (upper > lower)
    {
        assert_int_equal(tree_seek(cursor, key, size, TREE_SEEK_EQ), JET_errSuccess);
        on(cursor, lower);
        assert_int_equal(tree_seek(cursor, key, size, TREE_SEEK_GE), JET_errSuccess);
        on(cursor, lower);
        assert_int_equal(tree_seek(cursor, key, size, TREE_SEEK_LE), JET_errSuccess);
        on(cursor, lower);
        if (upper < seen_count)
        {
            assert_int_equal(tree_move_next_key(cursor), JET_errSuccess);
            on(cursor, upper);
            assert_int_equal(tree_move_prev_key(cursor), JET_errSuccess);
            on(cursor, upper - 1);
        }
    }
    else
    {
        check_miss(cursor, key, size, TREE_SEEK_EQ, lower, lower - 1);
        if (lower < seen_count)
        {
            assert_int_equal(tree_seek(cursor, key, size, TREE_SEEK_GE), JET_wrnSeekNotEqual);
            on(cursor, lower);
        }
        else
            check_miss(cursor, key, size, TREE_SEEK_GE, none, lower - 1);
        if (lower)
        {
            assert_int_equal(tree_seek(cursor, key, size, TREE_SEEK_LE), JET_wrnSeekNotEqual);
            on(cursor, lower - 1);
        }
        else
            check_miss(cursor, key, size, TREE_SEEK_LE, 0, none);
    }
    if (upper < seen_count)
    {
        assert_int_equal(tree_seek(cursor, key, size, TREE_SEEK_GT), JET_errSuccess);
        on(cursor, upper);
    }
    else
        check_miss(cursor, key, size, TREE_SEEK_GT, none, upper - 1);
    if (lower)
    {
        assert_int_equal(tree_seek(cursor, key, size, TREE_SEEK_LT), JET_errSuccess);
        on(cursor, lower - 1);
    }
    else
        check_miss(cursor, key, size, TREE_SEEK_LT, 0, none);
}

static void check_seeks(uint32_t numbers)
{
    struct tree_cursor cursor;
    uint8_t key[180] = { 't' };

    tree_cursor_init(&cursor, &build.tree, NULL);
    for (uint32_t number = 0; number <= numbers * 2 + 3; number++)
    {
        set_be32(key + 1, number);
        check_seek(&cursor, key, 5);
        if (number % 200 == 0)
            check_seek(&cursor, key, 180);
        if (number % 10 == 0)
            check_seek(&cursor, key, 4);
    }
    check_seek(&cursor, key, 0);
    check_seek(&cursor, key, 1);
    check_seek(&cursor, (const uint8_t *)"u", 1);
    check_seek(&cursor, (const uint8_t *)"s", 1);
    tree_cursor_close(&cursor);
}

static void check_bookmarks(void)
{
    struct tree_cursor cursor, copy;
    uint64_t before, total;
    double share = 0;

    tree_cursor_init(&cursor, &build.tree, NULL);
    for (uint32_t i = 0; i < build.count; i++)
    {
        const struct entry *entry = &build.entries[i];
        uint32_t next = 0;
        JET_ERR err;

        while (next < seen_count && seen[next] < i)
            next++;
        err = tree_goto_bookmark(&cursor, entry->key, entry->key_size, entry->data, entry->data_size);
        assert_int_equal(err, entry->deleted ? JET_errRecordDeleted : JET_errSuccess);
        assert_int_equal(cursor.state, entry->deleted ? TREE_BEFORE : TREE_ON);
        assert_int_equal(tree_position64(&cursor, &before, &total), JET_errSuccess);
        assert_true(before < total && (double)before / (double)total >= share - 1e-9);
        share = (double)before / (double)total;
        assert_int_equal(tree_cursor_copy(&copy, &cursor), JET_errSuccess);
        err = tree_move_prev(&copy);
        if (next)
            on(&copy, next - 1);
        else
            assert_int_equal(err, JET_errNoCurrentRecord);
        tree_cursor_close(&copy);
        err = tree_move_next(&cursor);
        if (!entry->deleted)
            next++;
        if (next < seen_count)
            on(&cursor, next);
        else
            assert_int_equal(err, JET_errNoCurrentRecord);
        if (build.unique)
        {
            struct cache_page *page;
            struct page_node node;

            err = tree_find(&build.tree, NULL, entry->key, entry->key_size, &page, &node);
            assert_int_equal(err, entry->deleted ? JET_errRecordNotFound : JET_errSuccess);
            if (err >= 0)
            {
                assert_memory_equal(node.data, entry->data, 4);
                cache_unlatch(page, CACHE_SHARED);
            }
        }
    }
    tree_cursor_close(&cursor);
}

static void check_positions(void)
{
    struct tree_cursor cursor;
    uint32_t before, total;

    tree_cursor_init(&cursor, &build.tree, NULL);
    assert_int_equal(tree_position(&cursor, &before, &total), JET_errNoCurrentRecord);
    if (!seen_count)
    {
        assert_int_equal(tree_goto_position(&cursor, 1, 2), JET_errRecordNotFound);
        tree_cursor_close(&cursor);
        return;
    }
    assert_int_equal(tree_goto_position(&cursor, 0, 100), JET_errSuccess);
    on(&cursor, 0);
    assert_int_equal(tree_goto_position(&cursor, 100, 100), JET_errSuccess);
    on(&cursor, seen_count - 1);
    for (uint32_t i = 0; i < 100; i++)
    {
        assert_int_equal(tree_goto_position(&cursor, i, 100), JET_errSuccess);
        assert_int_equal(tree_position(&cursor, &before, &total), JET_errSuccess);
        if (build.count > 500)
            assert_true((double)before / total > i / 100.0 - 0.05 && (double)before / total < i / 100.0 + 0.05);
    }
    tree_cursor_close(&cursor);
}

static void check_all(uint32_t numbers)
{
    uint32_t owned, available;

    check_walk(false, false);
    check_walk(true, false);
    check_walk(false, true);
    cache_file_purge(&build.file);
    check_walk(true, true);
    check_seeks(numbers);
    check_bookmarks();
    check_positions();
    assert_int_equal(tree_space_info(&build.tree, &owned, &available), JET_errSuccess);
    assert_int_equal(owned, 20);
    assert_int_equal(available, 4);
    tree_build_close(&build);
}

static void test_empty(void **state)
{
    (void)state;
    make(0, 0, 4096, 10, 10, 0);
    check_all(2);
    make(5, 0, 4096, 10, 10, 1);
    check_all(5);
}

static void test_one_page(void **state)
{
    (void)state;
    make(9, 0, 4096, 10, 10, 0);
    check_all(9);
    make(9, 0, 32768, 10, 10, 3);
    check_all(9);
}

static void test_unique(void **state)
{
    (void)state;
    make(1000, 0, 4096, 7, 5, 0);
    assert_true(build.levels >= 4);
    check_all(1000);
    make(700, 0, 16384, 9, 4, 3);
    check_all(700);
}

static void test_all_deleted(void **state)
{
    (void)state;
    make(300, 0, 4096, 7, 5, 1);
    check_all(300);
}

static void test_non_unique(void **state)
{
    (void)state;
    make(900, 3, 4096, 7, 5, 0);
    check_all(300);
    make(900, 3, 8192, 6, 5, 4);
    check_all(300);
    make(900, 90, 4096, 5, 3, 7);
    check_all(10);
}

static void test_preread(void **state)
{
    const uint8_t *keys[50];
    uint32_t sizes[50];
    uint64_t reads;

    (void)state;
    make(2000, 0, 4096, 7, 50, 0);
    for (uint32_t i = 0; i < 50; i++)
    {
        keys[i] = build.entries[i * 20].key;
        sizes[i] = build.entries[i * 20].key_size;
    }
    assert_int_equal(tree_preread(&build.tree, keys, sizes, 50, true), 50);
    reads = atomic_load(&build.file.reads);
    for (uint32_t i = 0; i < 50; i++)
    {
        struct cache_page *page;
        struct page_node node;
        assert_int_equal(tree_find(&build.tree, NULL, keys[i], sizes[i], &page, &node), JET_errSuccess);
        cache_unlatch(page, CACHE_SHARED);
    }
    assert_true(atomic_load(&build.file.reads) == reads);
    tree_build_close(&build);
}

/* ------------------------------------------------------------ trees that lie --- */

enum lie
{
    NEXT_SELF,
    NEXT_BACK,
    PREV_WRONG,
    OTHER_TREE,
    OTHER_KIND,
    NOT_A_LEAF,
    CHILD_ROOT,
    CHILD_ZERO,
    CHILD_OUTSIDE,
    CHILD_OTHER,
    BLANK,
    FLIPPED_BITS,
    LIES,
};

static void tell(enum lie lie, uint32_t pgno)
{
    static uint8_t page[PAGE_SIZE_MAX];
    struct page_view view;
    struct page_node node;

    tree_build_read(&build, pgno, page);
    assert_true(page_view(&view, page, build.page_size));
    assert_true(page_node(&view, page_lines(&view) / 2, &node));
    switch (lie)
    {
    case NEXT_SELF:
        set_le32(page + 20, pgno);
        break;
    case NEXT_BACK:
        set_le32(page + 20, pgno - 3);
        break;
    case PREV_WRONG:
        set_le32(page + 16, pgno + 5);
        break;
    case OTHER_TREE:
        set_le32(page + 24, TREE_OBJID + 1);
        break;
    case OTHER_KIND:
        set_le32(page + 36, le32(page + 36) ^ PAGE_LONG_VALUE);
        break;
    case NOT_A_LEAF:
        set_le32(page + 36, le32(page + 36) ^ PAGE_LEAF);
        break;
    case CHILD_ROOT:
        set_le32((uint8_t *)node.data, TREE_ROOT);
        break;
    case CHILD_ZERO:
        set_le32((uint8_t *)node.data, 0);
        break;
    case CHILD_OUTSIDE:
        set_le32((uint8_t *)node.data, 0x7ffffff0);
        break;
    case CHILD_OTHER:
        set_le32((uint8_t *)node.data, le32(node.data) + 1);
        break;
    default:
        break;
    }
    checksum_page_set(page, build.page_size, pgno);
    if (lie == BLANK)
        memset(page, 0, build.page_size);
    if (lie == FLIPPED_BITS)
        page[200] ^= 3;
    tree_build_write(&build, pgno, page);
    cache_file_purge(&build.file);
}

/* Whatever is wrong, every call comes back, and none reads outside a page. */
static void stumble(bool expect_error)
{
    struct tree_cursor cursor;
    uint32_t steps = 0, errors = 0, found = 0;
    uint8_t key[5] = { 't' };
    JET_ERR err;

    tree_cursor_init(&cursor, &build.tree, NULL);
    for (int direction = 0; direction < 2; direction++)
    {
        steps = 0;
        for (err = direction ? tree_move_last(&cursor) : tree_move_first(&cursor); err >= 0;
             err = direction ? tree_move_prev(&cursor) : tree_move_next(&cursor))
            assert_true(++steps <= build.count);
        errors += err != JET_errNoCurrentRecord;
    }
    for (uint32_t number = 0; number <= build.count * 2; number++)
    {
        set_be32(key + 1, number);
        for (enum tree_seek_mode mode = TREE_SEEK_EQ; mode <= TREE_SEEK_LT; mode++)
        {
            err = tree_seek(&cursor, key, 5, mode);
            errors += err < 0 && err != JET_errRecordNotFound;
            found += err >= 0;
        }
    }
    tree_goto_position(&cursor, 1, 2);
    tree_cursor_close(&cursor);
    assert_true(!expect_error || errors > 0);
    (void)found;
}

static void test_lies(void **state)
{
    (void)state;
    for (enum lie lie = 0; lie < LIES; lie++)
    {
        bool of_inner = lie == CHILD_ROOT || lie == CHILD_ZERO || lie == CHILD_OUTSIDE || lie == CHILD_OTHER;

        make(200, 0, 4096, 7, 5, 0);
        if (of_inner)
        {
            tell(lie, build.pages);
            stumble(true);
            tree_build_close(&build);
            make(200, 0, 4096, 7, 5, 0);
            tell(lie, TREE_ROOT);
        }
        else
            tell(lie, TREE_ROOT + 10);
        stumble(true);
        tree_build_close(&build);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),       cmocka_unit_test(test_one_page),   cmocka_unit_test(test_unique),
        cmocka_unit_test(test_all_deleted), cmocka_unit_test(test_non_unique), cmocka_unit_test(test_preread),
        cmocka_unit_test(test_lies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
