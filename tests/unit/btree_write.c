/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Trees that are written, against a sorted array: inserts, replaces and deletes
 * at random and in order, splits at every place, on all page sizes; the whole
 * tree and all space is walked after each batch.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_build.h"

#define KEY_MAX  255u
#define DATA_MAX 2000u

struct row
{
    uint8_t key[KEY_MAX];
    uint32_t key_size;
    uint8_t data[DATA_MAX];
    uint32_t data_size;
};

static struct store_build build;
static struct tree tree;
static struct store_tree trees[8];
static uint32_t tree_count;
static struct row **model;
static uint32_t rows, capacity;
static uint32_t data_most;

static uint32_t seed = 1;

static uint32_t random_below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return n ? (uint32_t)((uint64_t)(seed >> 8) * n >> 24) : 0;
}

static int row_compare(const struct row *a, const struct row *b)
{
    uint32_t count = a->key_size < b->key_size ? a->key_size : b->key_size;
    int order = memcmp(a->key, b->key, count);

    if (order)
        return order;
    if (a->key_size != b->key_size)
        return a->key_size < b->key_size ? -1 : 1;
    if (tree.unique)
        return 0;
    count = a->data_size < b->data_size ? a->data_size : b->data_size;
    order = memcmp(a->data, b->data, count);
    if (order)
        return order;
    return a->data_size < b->data_size ? -1 : a->data_size > b->data_size;
}

/* Where a row is, or would be. */
static uint32_t model_find(const struct row *row, bool *found)
{
    uint32_t low = 0, high = rows;

    while (low < high)
    {
        uint32_t middle = (low + high) / 2;

        if (row_compare(model[middle], row) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < rows && !row_compare(model[low], row);
    return low;
}

static void model_insert(const struct row *row)
{
    bool found;
    uint32_t at = model_find(row, &found);

    assert_false(found);
    if (rows == capacity)
    {
        capacity = capacity * 2 + 64;
        model = realloc(model, capacity * sizeof(*model));
        assert_non_null(model);
    }
    memmove(&model[at + 1], &model[at], (rows - at) * sizeof(*model));
    model[at] = malloc(sizeof(*row));
    memcpy(model[at], row, sizeof(*row));
    rows++;
}

static void model_delete(uint32_t at)
{
    free(model[at]);
    rows--;
    memmove(&model[at], &model[at + 1], (rows - at) * sizeof(*model));
}

static void model_clear(void)
{
    while (rows)
        model_delete(rows - 1);
    free(model);
    model = NULL;
    capacity = 0;
}

/* Keys of bytes without zero, ended by one, so that none begins another. */
static void random_row(struct row *row)
{
    uint32_t size = 1 + random_below(random_below(8) ? 12 : KEY_MAX - 2), shared = random_below(3);

    for (uint32_t i = 0; i < size; i++)
        row->key[i] = (uint8_t)(1 + (i < shared * 4 ? random_below(2) : random_below(255)));
    row->key[size] = 0;
    row->key_size = size + 1;
    row->data_size = 1 + random_below(random_below(6) ? 40 : data_most);
    for (uint32_t i = 0; i < row->data_size; i++)
        row->data[i] = (uint8_t)random_below(tree.unique ? 256 : 3);
    if (!tree.unique && random_below(2))
    {
        row->key_size = 2;
        row->key[0] = (uint8_t)(1 + random_below(3));
        row->key[1] = 0;
    }
}

static void check_all(void)
{
    struct tree_cursor cursor;
    struct page_node node;
    uint32_t i = 0;
    JET_ERR err;

    assert_int_equal(store_check(&build, trees, tree_count), 0);
    tree_cursor_init(&cursor, &tree, NULL);
    for (err = tree_move_first(&cursor); err >= 0; err = tree_move_next(&cursor), i++)
    {
        assert_true(i < rows);
        assert_int_equal(tree_compare_key(&cursor, model[i]->key, model[i]->key_size), 0);
        assert_int_equal(tree_latch(&cursor, &node), 0);
        assert_int_equal(node.data_size, model[i]->data_size);
        assert_memory_equal(node.data, model[i]->data, node.data_size);
        tree_unlatch(&cursor);
    }
    assert_int_equal(err, JET_errNoCurrentRecord);
    assert_int_equal(i, rows);
    for (err = tree_move_last(&cursor); err >= 0; err = tree_move_prev(&cursor))
        i--;
    assert_int_equal(i, 0);
    tree_cursor_close(&cursor);
}

static void open_tree(uint32_t page_size, bool unique, uint32_t kind, uint32_t pages)
{
    static const WCHAR path[] = { 'b', 't', 'r', 'e', 'e', '_', 'w', '.', 't', 'm', 'p', 0 };
    uint32_t root;

    store_open(&build, path, page_size, 64);
    assert_int_equal(tree_create(&build.store, NULL, 12, unique, kind, pages, &root), 0);
    tree_init(&tree, &build.file, root, 12, unique, kind);
    trees[0] = (struct store_tree){ root, 1 };
    tree_count = 1;
    data_most = page_size / 4 < DATA_MAX ? page_size / 4 : DATA_MAX;
    check_all();
}

static void close_tree(void)
{
    model_clear();
    store_close(&build);
}

static void insert(struct row *row, struct txn *txn, bool append)
{
    bool found;
    JET_ERR err;

    model_find(row, &found);
    err = tree_insert(&tree, txn, row->key, row->key_size, row->data, row->data_size, append);
    assert_int_equal(err, !found        ? JET_errSuccess
                          : tree.unique ? JET_errKeyDuplicate
                                        : JET_errMultiValuedIndexViolation);
    if (!found)
        model_insert(row);
}

static void go_to(struct tree_cursor *cursor, const struct row *row)
{
    assert_int_equal(tree_goto_bookmark(cursor, row->key, row->key_size, row->data, row->data_size), 0);
}

static void random_steps(struct txn *txn, uint32_t steps, uint32_t inserts)
{
    struct tree_cursor cursor;
    struct row row;

    tree_cursor_init(&cursor, &tree, txn);
    for (uint32_t i = 0; i < steps; i++)
    {
        uint32_t at = random_below(rows);

        if (!rows || random_below(100) < inserts)
        {
            random_row(&row);
            insert(&row, txn, false);
        }
        else if (tree.unique && random_below(2))
        {
            go_to(&cursor, model[at]);
            random_row(&row);
            assert_int_equal(tree_replace(&cursor, row.data, row.data_size), 0);
            memcpy(model[at]->data, row.data, row.data_size);
            model[at]->data_size = row.data_size;
        }
        else if (random_below(2))
        {
            go_to(&cursor, model[at]);
            assert_int_equal(tree_delete(&cursor), 0);
            model_delete(at);
        }
        else
        {
            assert_int_equal(tree_delete_entry(&tree, txn, model[at]->key, model[at]->key_size, model[at]->data,
                                               model[at]->data_size),
                             0);
            model_delete(at);
        }
    }
    tree_cursor_close(&cursor);
}

static void random_tree(uint32_t page_size, bool unique, uint32_t kind)
{
    open_tree(page_size, unique, kind, 1 + random_below(40));
    for (uint32_t round = 0; round < 4; round++)
    {
        for (uint32_t batch = 0; batch < 4; batch++)
        {
            random_steps(NULL, 300, 75);
            check_all();
        }
        for (uint32_t batch = 0; batch < 4; batch++)
        {
            random_steps(NULL, 300, round == 3 ? 0 : 25);
            check_all();
        }
    }
    while (rows)
        random_steps(NULL, 1, 0);
    check_all();
    close_tree();
}

static void test_random(void **state)
{
    (void)state;
    for (uint32_t page_size = 2048; page_size <= 32768; page_size *= 2)
    {
        seed = page_size;
        random_tree(page_size, true, 0);
        random_tree(page_size, false, PAGE_INDEX);
    }
}

static void number_row(struct row *row, uint32_t number, uint32_t data_size)
{
    memset(row, 0, sizeof(*row));
    row->key_size = 5;
    row->key[0] = 0x7f;
    for (uint32_t i = 0; i < 4; i++)
        row->key[1 + i] = (uint8_t)(number >> (24 - 8 * i));
    row->data_size = data_size;
    memset(row->data, (int)number, data_size);
}

/* Ascending keys leave full pages; so do ascending keys in the middle. */
static void test_append(void **state)
{
    uint32_t owned, available;
    struct row row;

    (void)state;
    open_tree(4096, true, 0, 1);
    for (uint32_t i = 0; i < 5000; i++)
    {
        number_row(&row, i, 50);
        insert(&row, NULL, false);
    }
    check_all();
    assert_int_equal(tree_space_info(&tree, &owned, &available), 0);
    /* a node takes 4 + 2 + 5 + 50 bytes at most */
    assert_true(owned - available <= 5000 * 61 / 4040 + 8);
    close_tree();

    open_tree(4096, true, 0, 1);
    for (uint32_t i = 0; i < 200; i++)
    {
        number_row(&row, i < 100 ? i : 100000 + i, 50);
        insert(&row, NULL, false);
    }
    for (uint32_t i = 100; i < 5000; i++)
    {
        number_row(&row, i, 50);
        insert(&row, NULL, false);
    }
    check_all();
    assert_int_equal(tree_space_info(&tree, &owned, &available), 0);
    assert_true(owned - available <= 5100 * 61 / 4040 + 16);
    close_tree();

    open_tree(4096, true, 0, 1);
    for (uint32_t i = 5000; i--;)
    {
        number_row(&row, i, 50);
        insert(&row, NULL, false);
    }
    check_all();
    close_tree();
}

/* The lines of each leaf from the first on, as many as there is room for; how many leaves there are. */
static uint32_t leaf_counts(const struct tree *of, uint32_t *lines, uint32_t room)
{
    uint32_t pgno = of->root, leaves = 0;

    while (pgno)
    {
        struct cache_page *page;
        struct page_view view;
        struct page_node node;

        assert_int_equal(cache_latch(of->file, pgno, CACHE_SHARED, &page), 0);
        assert_true(page_view(&view, page->data, page->page_size));
        if (view.flags & PAGE_LEAF)
        {
            if (leaves++ < room)
                lines[leaves - 1] = page_lines(&view);
            pgno = page_next(page->data);
        }
        else
        {
            assert_true(page_node(&view, 0, &node));
            pgno = le32(node.data);
        }
        cache_unlatch(page, CACHE_SHARED);
    }
    return leaves;
}

/* Rows from `first` on, `count` of them. */
static void insert_numbers(uint32_t first, uint32_t count, uint32_t size)
{
    struct row row;

    for (uint32_t i = 0; i < count; i++)
    {
        number_row(&row, first + i, size);
        insert(&row, NULL, false);
    }
}

/* What is appended leaves room on each leaf as the density says; the first leaf, which was the root, has
 * one entry more if it can.  What comes between other entries may have all of it. */
static void append_densely(uint32_t page_size, uint32_t size, uint32_t density)
{
    uint32_t head = page_size > 8192 ? 80 : 40, spare = (100 - density) * page_size / 100;
    /* a tag, the size of the key and the key; the tag of the header */
    uint32_t cost = 4 + 2 + 5 + size, at_end = (page_size - head - 4 - spare) / cost;
    uint32_t count = 6 * (page_size - head) / cost, lines[8], leaves, after[8], first;

    /* The root, which has the space's header as well, is left with what it had and one more, if there is a page for that. */
    first = (page_size - head - 4 - spare - 17) / cost + 1;
    if (page_size - head - 4 < spare + 17 || first * cost > page_size - head - 4)
        first--;
    if (!at_end)
        at_end = first = 1;
    open_tree(page_size, true, 0, 1);
    tree_set_density(&tree, density);
    insert_numbers(0, count, size);
    insert_numbers(1000000, count, size);
    check_all();
    leaves = leaf_counts(&tree, lines, 8);
    /* the first leaf shares its keys' starts */
    assert_in_range(lines[0], first, first + first / 20);
    assert_int_equal(lines[1], at_end);
    assert_int_equal(lines[3], at_end);
    assert_int_equal(leaves, 1 + (2 * count - lines[0] + at_end - 1) / at_end);
    if (spare > 2 * cost)
    {
        /* behind all that came first */
        insert_numbers(count, 1, size);
        assert_int_equal(leaf_counts(&tree, after, 8), leaves);
        assert_memory_equal(lines, after, 6 * sizeof(lines[0]));
    }
    close_tree();
}

static void test_density(void **state)
{
    static const uint32_t densities[] = { 20, 50, 80, 99, 100 };

    (void)state;
    for (uint32_t i = 0; i < sizeof(densities) / sizeof(densities[0]); i++)
    {
        append_densely(4096, 50, densities[i]);
        append_densely(4096, 1500, densities[i]);
        append_densely(32768, 50, densities[i]);
        append_densely(32768, 1500, densities[i]);
    }
}

/* A page that splits at each line in turn, for nodes of each of a few sizes. */
static void test_every_place(void **state)
{
    static const uint32_t sizes[] = { 1, 100, 900, 1900 };
    struct row row;

    (void)state;
    for (uint32_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
        for (uint32_t place = 0; place <= 20; place++)
        {
            open_tree(2048, true, 0, 1);
            for (uint32_t i = 0; i < 20; i++)
            {
                number_row(&row, i * 1000, 90);
                insert(&row, NULL, false);
            }
            number_row(&row, place * 1000 - 500, sizes[s]);
            insert(&row, NULL, false);
            check_all();
            for (uint32_t i = 0; i < 5; i++)
            {
                number_row(&row, place * 1000 - 400 + i, sizes[s]);
                insert(&row, NULL, false);
            }
            check_all();
            close_tree();
        }
}

/* A tree that is filled and emptied over and over has the same pages. */
static void test_fill_and_empty(void **state)
{
    uint32_t pages = 0;
    struct row row;

    (void)state;
    open_tree(4096, true, 0, 1);
    for (uint32_t round = 0; round < 6; round++)
    {
        for (uint32_t i = 0; i < 4000; i++)
        {
            number_row(&row, round & 1 ? i : i * 7919 % 4001, 60);
            insert(&row, NULL, false);
        }
        check_all();
        for (uint32_t i = 0; i < 4000; i++)
        {
            uint32_t at = round % 3 == 0 ? 0 : round % 3 == 1 ? rows - 1 : random_below(rows);

            assert_int_equal(tree_delete_entry(&tree, NULL, model[at]->key, model[at]->key_size, NULL, 0), 0);
            model_delete(at);
        }
        check_all();
        if (round == 1)
            pages = build.store.pages;
    }
    assert_int_equal(build.store.pages, pages);
    close_tree();
}

/* Many trees in one another's space; destroyed ones leave nothing behind. */
static void test_trees(void **state)
{
    struct tree index[3];
    uint32_t root, owned, available;
    struct row row;

    (void)state;
    open_tree(2048, true, 0, 2);
    for (uint32_t i = 0; i < 3; i++)
    {
        assert_int_equal(tree_create(&build.store, &tree, 20 + i, i != 1, i == 2 ? PAGE_LONG_VALUE : PAGE_INDEX,
                                     i == 2 ? 40 : 1, &root),
                         0);
        tree_init(&index[i], &build.file, root, 20 + i, i != 1, i == 2 ? PAGE_LONG_VALUE : PAGE_INDEX);
        trees[tree_count++] = (struct store_tree){ root, tree.root };
        check_all();
    }
    for (uint32_t i = 0; i < 1500; i++)
    {
        number_row(&row, i * 7919 % 100003, 20);
        insert(&row, NULL, false);
        for (uint32_t t = 0; t < 3; t++)
            assert_true(tree_insert(&index[t], NULL, row.key, row.key_size, (const uint8_t *)&i, 4, false) >= 0);
        if (i % 300 == 0)
            check_all();
    }
    check_all();
    for (uint32_t i = 0; i < 3; i++)
    {
        assert_int_equal(tree_destroy(&build.store, &tree, index[i].root), 0);
        tree_count = 1;
        for (uint32_t t = i + 1; t < 3; t++)
            trees[tree_count++] = (struct store_tree){ index[t].root, tree.root };
        check_all();
    }
    assert_int_equal(tree_destroy(&build.store, NULL, tree.root), 0);
    tree_count = 0;
    assert_int_equal(store_check(&build, trees, 0), 0);
    tree_init(&tree, &build.file, 1, 1, true, 0);
    assert_int_equal(tree_space_info(&tree, &owned, &available), 0);
    assert_int_equal(owned, build.store.pages);
    /* what is not available is the root space itself */
    assert_true(owned - available < 30);
    close_tree();
}

/* Two trees whose ends grow and go in turn, so that one gets the pages that the other had last. */
static void test_ends(void **state)
{
    uint32_t root, other = 0;
    struct tree index;
    struct row row;

    (void)state;
    open_tree(2048, true, 0, 1);
    assert_int_equal(tree_create(&build.store, &tree, 20, true, PAGE_INDEX, 1, &root), 0);
    tree_init(&index, &build.file, root, 20, true, PAGE_INDEX);
    trees[tree_count++] = (struct store_tree){ root, tree.root };
    for (uint32_t round = 0; round < 60; round++)
    {
        for (uint32_t i = 0; i < 200; i++)
        {
            number_row(&row, rows, 60);
            insert(&row, NULL, false);
        }
        for (uint32_t i = random_below(280); i && other; i--)
        {
            number_row(&row, --other, 60);
            assert_int_equal(tree_delete_entry(&index, NULL, row.key, row.key_size, NULL, 0), 0);
        }
        check_all();
        for (uint32_t i = 0; i < 200; i++)
        {
            number_row(&row, other++, 60);
            assert_int_equal(tree_insert(&index, NULL, row.key, row.key_size, row.data, row.data_size, false), 0);
        }
        for (uint32_t i = random_below(280); i && rows; i--)
        {
            assert_int_equal(tree_delete_entry(&tree, NULL, model[rows - 1]->key, model[rows - 1]->key_size, NULL, 0),
                             0);
            model_delete(rows - 1);
        }
        check_all();
    }
    close_tree();
}

/* A file that may not grow: what does not fit is refused, and nothing else is touched. */
static void test_full(void **state)
{
    struct row row;
    uint32_t refused = 0;

    (void)state;
    seed = 5;
    open_tree(2048, true, 0, 1);
    build.store.most_pages = 66;
    for (uint32_t round = 0; round < 3; round++)
    {
        for (uint32_t i = 0; i < 1500; i++)
        {
            bool found;
            JET_ERR err;

            random_row(&row);
            model_find(&row, &found);
            err = tree_insert(&tree, NULL, row.key, row.key_size, row.data, row.data_size, false);
            if (err == JET_errOutOfDatabaseSpace)
                refused++;
            else
                assert_int_equal(err, found ? JET_errKeyDuplicate : JET_errSuccess);
            if (!err)
                model_insert(&row);
        }
        check_all();
        for (uint32_t i = rows / 2; i; i--)
        {
            uint32_t at = random_below(rows);

            assert_int_equal(tree_delete_entry(&tree, NULL, model[at]->key, model[at]->key_size, NULL, 0), 0);
            model_delete(at);
        }
        check_all();
    }
    assert_true(refused > 100);
    assert_true(build.store.pages <= 66);
    close_tree();
}

static struct os_memory_ops failing_ops;
static uint32_t until_failure;

static void *failing_alloc(const struct os_memory_ops *ops, size_t size)
{
    (void)ops;
    if (until_failure && !--until_failure)
        return NULL;
    return os_platform_memory_ops.alloc(&os_platform_memory_ops, size);
}

/* Memory that runs out at each point: an insert succeeds or did not happen. */
static void test_no_memory(void **state)
{
    const struct os_memory_ops *before;
    struct row row;

    (void)state;
    seed = 6;
    open_tree(2048, true, 0, 1);
    failing_ops = os_platform_memory_ops;
    failing_ops.alloc = failing_alloc;
    before = os_replace_memory_ops(&failing_ops);
    for (uint32_t i = 0; i < 600; i++)
    {
        JET_ERR err = JET_errOutOfMemory;

        number_row(&row, i * 7919 % 1009, 100 + i % 300);
        for (uint32_t at = 1; err == JET_errOutOfMemory; at++)
        {
            until_failure = at;
            err = tree_insert(&tree, NULL, row.key, row.key_size, row.data, row.data_size, false);
            until_failure = 0;
        }
        assert_int_equal(err, 0);
        model_insert(&row);
    }
    check_all();
    while (rows)
    {
        JET_ERR err;

        until_failure = 1 + random_below(6);
        err = tree_delete_entry(&tree, NULL, model[0]->key, model[0]->key_size, NULL, 0);
        until_failure = 0;
        if (err >= 0)
            model_delete(0);
        else
            assert_int_equal(err, JET_errOutOfMemory);
    }
    os_replace_memory_ops(before);
    close_tree();
}

/* The same entries in the file, read again from disk. */
static void test_on_disk(void **state)
{
    (void)state;
    seed = 99;
    open_tree(8192, true, 0, 1);
    random_steps(NULL, 3000, 80);
    assert_int_equal(cache_write(&build.file, UINT64_MAX), 0);
    cache_file_purge(&build.file);
    check_all();
    random_steps(NULL, 1000, 50);
    assert_int_equal(cache_write(&build.file, UINT64_MAX), 0);
    cache_file_purge(&build.file);
    check_all();
    close_tree();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_append),    cmocka_unit_test(test_density),        cmocka_unit_test(test_every_place),
        cmocka_unit_test(test_random),    cmocka_unit_test(test_fill_and_empty), cmocka_unit_test(test_trees),
        cmocka_unit_test(test_ends),      cmocka_unit_test(test_on_disk),        cmocka_unit_test(test_full),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
