/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many writers and readers of a table and two indexes of it.
 *
 * Writers move amounts between accounts (two replaces in a transaction), make
 * accounts with nothing in them and delete such ones, change entries of an index
 * that is not unique along with them, commit or roll back.  Readers add up
 * all accounts in one transaction: the sum never changes.  Another thread cleans
 * versions, and one moves pages.  In the end the pages are walked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_build.h"

#define ACCOUNTS 400u
#define NUMBERS  4000u /* of accounts that come and go */
#define WRITERS  4
#define READERS  2
#define THREADS  (WRITERS + READERS + 2)

#ifdef CACHE_COPY_PEEKS
#define ROUNDS 1500u
#else
#define ROUNDS 20000u
#endif

static struct store_build build;
static struct tree records, names;
static _Atomic uint32_t wrong, conflicts, committed, moved;
static _Atomic bool stop;

struct worker
{
    uint32_t seed, number;
    struct txn txn;
    struct tree_cursor cursor, name;
};

static uint32_t random_below(struct worker *worker, uint32_t n)
{
    worker->seed = worker->seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(worker->seed >> 8) * n >> 24);
}

static void failed(int line, JET_ERR err)
{
    if (!atomic_fetch_add(&wrong, 1))
        printf("line %d: %d\n", line, (int)err);
}

#define EXPECT(condition, err)                                                                                         \
    do                                                                                                                 \
    {                                                                                                                  \
        if (!(condition))                                                                                              \
            failed(__LINE__, err);                                                                                     \
    } while (0)

/* Records: [number] -> amount and some filling. */
static uint32_t make_data(int64_t amount, uint32_t filling, uint8_t *data)
{
    memcpy(data, &amount, 8);
    memset(data + 8, 'f', filling);
    return 8 + filling;
}

static void make_key(uint32_t number, uint8_t *key)
{
    for (uint32_t i = 0; i < 4; i++)
        key[i] = (uint8_t)(number >> (24 - 8 * i));
}

/* Names: [what the amount ends in] [number]. */
static void make_name(int64_t amount, uint8_t *key)
{
    key[0] = 'n';
    key[1] = (uint8_t)('a' + (amount & 7));
}

/* Adds to an account, with its entry in the index.  The error that stops the transaction, or 0. */
static JET_ERR add(struct worker *worker, uint32_t number, int64_t add)
{
    uint8_t key[4], data[300], old_name[2], new_name[2];
    struct page_node node;
    int64_t amount;
    JET_ERR err;

    make_key(number, key);
    err = tree_seek(&worker->cursor, key, 4, TREE_SEEK_EQ);
    if (err < 0)
        return err;
    err = tree_latch(&worker->cursor, &node);
    if (err < 0)
        return err;
    memcpy(&amount, node.data, 8);
    tree_unlatch(&worker->cursor);
    err = tree_replace(&worker->cursor, data, make_data(amount + add, random_below(worker, 200), data));
    if (err < 0)
        return err;
    make_name(amount, old_name);
    make_name(amount + add, new_name);
    if (old_name[1] == new_name[1])
        return JET_errSuccess;
    err = tree_delete_entry(&names, &worker->txn, old_name, 2, key, 4);
    return err < 0 ? err : tree_insert(&names, &worker->txn, new_name, 2, key, 4, false);
}

static JET_ERR create_or_delete(struct worker *worker, uint32_t number)
{
    uint8_t key[4], data[300], name[2];
    JET_ERR err;

    make_key(ACCOUNTS + number, key);
    make_name(0, name);
    err = tree_seek(&worker->cursor, key, 4, TREE_SEEK_EQ);
    if (err == JET_errRecordNotFound)
    {
        err = tree_insert(&records, &worker->txn, key, 4, data, make_data(0, random_below(worker, 200), data), false);
        return err < 0 ? err : tree_insert(&names, &worker->txn, name, 2, key, 4, false);
    }
    if (err >= 0)
        err = tree_delete(&worker->cursor);
    return err < 0 ? err : tree_delete_entry(&names, &worker->txn, name, 2, key, 4);
}

static JET_ERR work(struct worker *worker)
{
    JET_ERR err = JET_errSuccess;

    if (random_below(worker, 2))
    {
        int64_t amount = 1 + random_below(worker, 50);
        uint32_t from = random_below(worker, ACCOUNTS), to = random_below(worker, ACCOUNTS);

        err = add(worker, from, -amount);
        return err < 0 ? err : add(worker, to, amount);
    }
    for (uint32_t i = random_below(worker, 8); err >= 0 && i; i--)
        err = create_or_delete(worker, random_below(worker, NUMBERS));
    return err;
}

static void writer(void *context)
{
    struct worker *worker = context;

    for (uint32_t round = 0; round < ROUNDS; round++)
    {
        JET_ERR err;

        EXPECT(txn_begin(&worker->txn, false, 0) >= 0, 0);
        err = work(worker);
        EXPECT(err >= 0 || err == JET_errWriteConflict || err == JET_errKeyDuplicate, err);
        if (err >= 0 && random_below(worker, 10))
        {
            EXPECT(txn_commit(&worker->txn) >= 0, 0);
            atomic_fetch_add(&committed, 1);
        }
        else
        {
            if (err < 0)
                atomic_fetch_add(&conflicts, 1);
            err = txn_rollback(&worker->txn);
            EXPECT(err >= 0, err);
        }
    }
}

static void reader(void *context)
{
    struct worker *worker = context;

    while (!atomic_load(&stop))
    {
        uint32_t count = 0, named = 0, last = 0;
        int64_t sum = 0;
        JET_ERR err;

        EXPECT(txn_begin(&worker->txn, true, 0) >= 0, 0);
        for (err = tree_move_first(&worker->cursor); err >= 0; err = tree_move_next(&worker->cursor))
        {
            struct page_node node;
            int64_t amount = 0;
            uint32_t number = be32(worker->cursor.bookmark);

            EXPECT(!count || number > last, 0);
            last = number;
            err = tree_latch(&worker->cursor, &node);
            EXPECT(err >= 0, err);
            if (err >= 0)
                memcpy(&amount, node.data, 8);
            tree_unlatch(&worker->cursor);
            sum += amount;
            count++;
        }
        EXPECT(err == JET_errNoCurrentRecord, err);
        EXPECT(sum == 100 * (int64_t)ACCOUNTS, (JET_ERR)sum);
        for (err = tree_move_last(&worker->name); err >= 0; err = tree_move_prev(&worker->name))
            named++;
        EXPECT(named == count, (JET_ERR)(named - count));
        EXPECT(txn_commit(&worker->txn) >= 0, 0);
    }
}

static void cleaner(void *context)
{
    struct worker *worker = context;

    while (!atomic_load(&stop))
    {
        version_clean(&build.txns, 1 + random_below(worker, 500));
        os_thread_yield();
    }
}

/* Leaves move to other places while all that goes on. */
static void mover(void *context)
{
    struct worker *worker = context;
    struct tree_cursor cursor;

    while (!atomic_load(&stop))
    {
        const struct tree *tree = random_below(worker, 3) ? &records : &names;
        struct tree_entry entry;
        uint8_t key[4];
        JET_ERR err;

        make_key(random_below(worker, 2) ? random_below(worker, ACCOUNTS) : ACCOUNTS + random_below(worker, NUMBERS),
                 key);
        if (tree == &names)
            make_name((int64_t)random_below(worker, 8), key);
        tree_cursor_init(&cursor, tree, NULL);
        err = tree_seek(&cursor, key, tree == &names ? 2 : 4, TREE_SEEK_GE);
        if (err >= 0)
        {
            entry = (struct tree_entry){ cursor.bookmark, cursor.bookmark + cursor.bookmark_key_size,
                                         cursor.bookmark_key_size, cursor.bookmark_data_size };
            err = tree_move_page(tree, &entry, cursor.pgno, random_below(worker, 2) ? cursor.pgno : 0, NULL);
            atomic_fetch_add(&moved, err >= 0);
        }
        EXPECT(err >= 0 || err == JET_errRecordNotFound, err);
        tree_cursor_close(&cursor);
        os_thread_yield();
    }
}

static void worker_init(struct worker *worker, uint32_t number)
{
    worker->seed = number * 7919 + 1;
    worker->number = number;
    txn_init(&worker->txn, &build.txns);
    tree_cursor_init(&worker->cursor, &records, &worker->txn);
    tree_cursor_init(&worker->name, &names, &worker->txn);
}

static void make_accounts(void)
{
    uint8_t key[4], data[300], name[2];

    make_name(100, name);
    for (uint32_t i = 0; i < ACCOUNTS; i++)
    {
        make_key(i, key);
        assert_int_equal(tree_insert(&records, NULL, key, 4, data, make_data(100, i % 200, data), false), 0);
        assert_int_equal(tree_insert(&names, NULL, name, 2, key, 4, false), 0);
    }
}

static void test_writers(void **state)
{
    static const WCHAR path[] = { 'b', 't', 'r', 'e', 'e', '_', 't', '.', 't', 'm', 'p', 0 };
    static struct worker worker[THREADS];
    struct os_thread *thread[THREADS];
    struct store_tree trees[2];
    uint32_t root;

    (void)state;
    store_open(&build, path, 4096, 64);
    assert_int_equal(tree_create(&build.store, NULL, 12, true, 0, 4, &root), 0);
    tree_init(&records, &build.file, root, 12, true, 0);
    trees[0] = (struct store_tree){ root, 1 };
    assert_int_equal(tree_create(&build.store, &records, 13, false, PAGE_INDEX, 1, &root), 0);
    tree_init(&names, &build.file, root, 13, false, PAGE_INDEX);
    trees[1] = (struct store_tree){ root, records.root };
    make_accounts();
    for (uint32_t i = 0; i < THREADS; i++)
    {
        worker_init(&worker[i], i);
        assert_int_equal(os_thread_create(&thread[i],
                                          i < WRITERS             ? writer
                                          : i < WRITERS + READERS ? reader
                                          : i == THREADS - 1      ? mover
                                                                  : cleaner,
                                          &worker[i], "test"),
                         0);
    }
    for (uint32_t i = 0; i < WRITERS; i++)
        os_thread_join(thread[i]);
    atomic_store(&stop, true);
    for (uint32_t i = WRITERS; i < THREADS; i++)
        os_thread_join(thread[i]);
    while (version_clean(&build.txns, UINT32_MAX))
        ;
    printf("%u committed, %u conflicts, %u pages, %u moved\n", committed, conflicts, build.store.pages, moved);
    assert_int_equal(wrong, 0);
    assert_true(moved > 100);
    assert_true(build.store.pages < 1000); /* all accounts at once fit in 200 */
    assert_int_equal(store_check(&build, trees, 2), 0);
    for (uint32_t i = 0; i < THREADS; i++)
    {
        tree_cursor_close(&worker[i].cursor);
        tree_cursor_close(&worker[i].name);
    }
    store_close(&build);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
