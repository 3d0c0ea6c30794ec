/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Transactions over one tree, in one thread: several sessions at a time insert,
 * replace, delete, add and roll back, in levels; what each sees is compared with
 * a model that keeps a copy of everything for each session and level.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_build.h"

#define KEYS     150u
#define SESSIONS 4u
#define LEVELS   4u
#define DATA_MAX 700u

/* What a key has: 0 nothing, else the number that its data is made of. */
struct state
{
    uint32_t value[KEYS];
};

struct session
{
    struct txn txn;
    uint64_t begin;
    struct state view[LEVELS + 1]; /* at each level; [0]: at begin */
    bool touched[KEYS];
    uint8_t touched_at[KEYS]; /* the level that first did */
};

static struct store_build build;
static struct tree tree;
static struct state committed;
static uint64_t clock_now, committed_at[KEYS];
static struct session session[SESSIONS];
static uint32_t seed = 1;

static uint32_t random_below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 8) * n >> 24);
}

static uint32_t make_key(uint32_t key, uint8_t *bytes)
{
    uint32_t size = 6 + key % 30;

    memset(bytes, 'k', size);
    bytes[3] = (uint8_t)(key >> 8);
    bytes[4] = (uint8_t)key;
    return size;
}

static uint32_t make_data(uint32_t value, uint8_t *bytes)
{
    uint32_t size = 4 + (value % 5 ? value % 60 : value * 37 % DATA_MAX);

    memset(bytes, (int)value, size);
    set_le32(bytes, value);
    return size;
}

static struct state *view_of(struct session *s)
{
    return s->txn.level ? &s->view[s->txn.level] : &committed;
}

/* Whether another session's change to the key stands in the way. */
static bool conflicts(const struct session *s, uint32_t key)
{
    for (uint32_t i = 0; i < SESSIONS; i++)
        if (&session[i] != s && session[i].txn.level && session[i].touched[key])
            return true;
    return committed_at[key] > s->begin;
}

static void touch(struct session *s, uint32_t key)
{
    if (s->touched[key])
        return;
    s->touched[key] = true;
    s->touched_at[key] = (uint8_t)s->txn.level;
}

static void check_view(struct session *s)
{
    struct tree_cursor cursor;
    struct page_node node;
    uint8_t bytes[DATA_MAX + 4];
    uint32_t count = 0;
    JET_ERR err;

    for (uint32_t key = 0; key < KEYS; key++)
        count += view_of(s)->value[key] != 0;
    tree_cursor_init(&cursor, &tree, &s->txn);
    for (err = tree_move_first(&cursor); err >= 0; err = tree_move_next(&cursor))
    {
        uint32_t key = (uint32_t)cursor.bookmark[3] << 8 | cursor.bookmark[4];

        assert_true(key < KEYS && count);
        count--;
        assert_int_equal(tree_latch(&cursor, &node), 0);
        assert_int_equal(node.data_size, make_data(view_of(s)->value[key], bytes));
        assert_memory_equal(node.data, bytes, node.data_size);
        tree_unlatch(&cursor);
    }
    assert_int_equal(err, JET_errNoCurrentRecord);
    assert_int_equal(count, 0);
    tree_cursor_close(&cursor);
}

static void step_insert(struct session *s, uint32_t key)
{
    uint8_t name[64], data[DATA_MAX + 4];
    uint32_t value = 1 + random_below(100000), size = make_data(value, data), name_size = make_key(key, name);
    JET_ERR err = tree_insert(&tree, &s->txn, name, name_size, data, size, false);

    if (view_of(s)->value[key] || conflicts(s, key))
        assert_int_equal(err, JET_errKeyDuplicate);
    else
    {
        assert_int_equal(err, 0);
        view_of(s)->value[key] = value;
        touch(s, key);
    }
}

static void step_change(struct session *s, uint32_t key, bool delete)
{
    uint8_t name[64], data[DATA_MAX + 4];
    uint32_t value = 1 + random_below(100000), size = make_data(value, data), name_size = make_key(key, name);
    struct tree_cursor cursor;
    JET_ERR err;

    tree_cursor_init(&cursor, &tree, &s->txn);
    err = tree_goto_bookmark(&cursor, name, name_size, NULL, 0);
    if (!view_of(s)->value[key])
        assert_int_equal(err, JET_errRecordDeleted);
    else
    {
        assert_int_equal(err, 0);
        err = delete ? tree_delete(&cursor) : tree_replace(&cursor, data, size);
        assert_int_equal(err, conflicts(s, key) ? JET_errWriteConflict : JET_errSuccess);
        if (err >= 0)
        {
            view_of(s)->value[key] = delete ? 0 : value;
            touch(s, key);
        }
    }
    tree_cursor_close(&cursor);
}

static void step_end(struct session *s, bool commit)
{
    uint32_t level = s->txn.level;

    if (commit)
    {
        assert_int_equal(txn_commit(&s->txn), 0);
        if (level > 1)
            s->view[level - 1] = s->view[level];
        for (uint32_t key = 0; key < KEYS; key++)
        {
            if (!s->touched[key])
                continue;
            if (level > 1 && s->touched_at[key] == level)
                s->touched_at[key]--;
            if (level > 1)
                continue;
            committed.value[key] = s->view[1].value[key];
            committed_at[key] = clock_now;
        }
    }
    else
    {
        assert_int_equal(txn_rollback(&s->txn), 0);
        for (uint32_t key = 0; key < KEYS; key++)
            if (s->touched_at[key] == level)
                s->touched[key] = false;
    }
    if (level == 1)
        memset(s->touched, 0, sizeof(s->touched));
    clock_now++;
}

static void step(struct session *s)
{
    uint32_t level = s->txn.level, what = random_below(100);

    if (!level || (what < 3 && level < LEVELS))
    {
        if (!level)
            s->begin = clock_now++;
        s->view[level + 1] = *view_of(s);
        assert_int_equal(txn_begin(&s->txn, false, 0), 0);
    }
    else if (what < 8)
        step_end(s, what < 6);
    else if (what < 50)
        step_insert(s, random_below(KEYS));
    else if (what < 95)
        step_change(s, random_below(KEYS), what >= 75);
    else
        check_view(s);
}

static void history(uint32_t page_size)
{
    static const WCHAR path[] = { 'b', 't', 'r', 'e', 'e', '_', 'v', '.', 't', 'm', 'p', 0 };
    struct store_tree trees[1];
    uint32_t root;

    store_open(&build, path, page_size, 64);
    assert_int_equal(tree_create(&build.store, NULL, 12, true, 0, 1, &root), 0);
    tree_init(&tree, &build.file, root, 12, true, 0);
    trees[0] = (struct store_tree){ root, 1 };
    memset(&committed, 0, sizeof(committed));
    memset(committed_at, 0, sizeof(committed_at));
    memset(session, 0, sizeof(session));
    clock_now = 1;
    for (uint32_t i = 0; i < SESSIONS; i++)
        txn_init(&session[i].txn, &build.txns);
    for (uint32_t i = 0; i < 3000; i++)
    {
        step(&session[random_below(SESSIONS)]);
        if (i % 50 == 0)
            version_clean(&build.txns, random_below(40));
        if (i % 500 == 0)
            assert_int_equal(store_check(&build, trees, 1), 0);
    }
    for (uint32_t i = 0; i < SESSIONS; i++)
    {
        while (session[i].txn.level)
            step_end(&session[i], i & 1);
        check_view(&session[i]);
    }
    while (version_clean(&build.txns, UINT32_MAX))
        ;
    check_view(&session[0]);
    assert_int_equal(store_check(&build, trees, 1), 0);
    store_close(&build);
}

static void test_histories(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 20; round++)
    {
        seed = 1000 + round;
        history(2048u << round % 3);
    }
}

/* Two transactions add to one number; each sees its own. */
static void test_delta(void **state)
{
    static const WCHAR path[] = { 'b', 't', 'r', 'e', 'e', '_', 'd', '.', 't', 'm', 'p', 0 };
    uint8_t data[8] = { 100 };
    struct tree_cursor a, b;
    struct txn first, second;
    uint32_t root;
    int64_t before;

    (void)state;
    store_open(&build, path, 4096, 64);
    assert_int_equal(tree_create(&build.store, NULL, 12, true, 0, 1, &root), 0);
    tree_init(&tree, &build.file, root, 12, true, 0);
    txn_init(&first, &build.txns);
    txn_init(&second, &build.txns);
    tree_cursor_init(&a, &tree, &first);
    tree_cursor_init(&b, &tree, &second);
    assert_int_equal(tree_insert(&tree, NULL, (const uint8_t *)"n", 1, data, 8, false), 0);
    assert_int_equal(txn_begin(&first, false, 0), 0);
    assert_int_equal(txn_begin(&second, false, 0), 0);
    assert_int_equal(tree_goto_bookmark(&a, (const uint8_t *)"n", 1, NULL, 0), 0);
    assert_int_equal(tree_goto_bookmark(&b, (const uint8_t *)"n", 1, NULL, 0), 0);
    assert_int_equal(tree_delta(&a, 0, 8, 5, &before), 0);
    assert_int_equal(before, 100);
    assert_int_equal(tree_delta(&b, 0, 8, -30, &before), 0);
    assert_int_equal(before, 100);
    assert_int_equal(tree_delta(&a, 0, 8, 1, &before), 0);
    assert_int_equal(before, 105);
    assert_int_equal(tree_replace(&a, data, 8), JET_errWriteConflict);
    assert_int_equal(tree_delete(&b), JET_errWriteConflict);
    assert_int_equal(txn_rollback(&second), 0);
    assert_int_equal(tree_delta(&a, 0, 8, 1, &before), 0);
    assert_int_equal(before, 106);
    assert_int_equal(txn_commit(&first), 0);
    assert_int_equal(tree_delta(&a, 0, 4, 0, &before), 0);
    assert_int_equal(before, 107);
    assert_int_equal(tree_delta(&a, 5, 4, 0, &before), JET_errInvalidParameter);
    assert_int_equal(txn_begin(&first, false, 0), 0);
    assert_int_equal(txn_begin(&second, false, 0), 0);
    assert_int_equal(tree_lock(&a, false), 0);
    assert_int_equal(tree_delete(&b), JET_errWriteConflict);
    assert_int_equal(tree_lock(&b, true), JET_errWriteConflict);
    assert_int_equal(txn_commit(&first), 0);
    /* A lock that was committed after one began counts as a change. */
    assert_int_equal(tree_delete(&b), JET_errWriteConflict);
    assert_int_equal(txn_commit(&second), 0);
    /* Read locks go together, and keep others from writing. */
    assert_int_equal(txn_begin(&first, false, 0), 0);
    assert_int_equal(txn_begin(&second, false, 0), 0);
    assert_int_equal(tree_lock(&a, true), 0);
    assert_int_equal(tree_lock(&b, true), 0);
    assert_int_equal(tree_delete(&b), JET_errWriteConflict);
    assert_int_equal(tree_delta(&b, 0, 8, 1, NULL), JET_errWriteConflict);
    assert_int_equal(txn_rollback(&second), 0);
    assert_int_equal(tree_delete(&a), 0);
    assert_int_equal(txn_rollback(&first), 0);
    tree_cursor_close(&a);
    tree_cursor_close(&b);
    store_close(&build);
}

/* Places are locked, whether something is there or not. */
static void test_locks(void **state)
{
    static const uint8_t data[8] = { 1 };
    static const WCHAR path[] = { 'b', 't', 'r', 'e', 'e', '_', 'l', '.', 't', 'm', 'p', 0 };
    const uint8_t *key = (const uint8_t *)"k";
    struct txn first, second;
    struct tree_cursor a;
    uint32_t root;

    (void)state;
    store_open(&build, path, 4096, 64);
    assert_int_equal(tree_create(&build.store, NULL, 12, true, 0, 1, &root), 0);
    tree_init(&tree, &build.file, root, 12, true, 0);
    txn_init(&first, &build.txns);
    txn_init(&second, &build.txns);
    tree_cursor_init(&a, &tree, &first);
    assert_int_equal(txn_begin(&first, false, 0), 0);
    assert_int_equal(txn_begin(&second, false, 0), 0);
    assert_int_equal(tree_lock_key(&tree, &first, key, 1, true), 0);
    assert_int_equal(tree_insert(&tree, &second, key, 1, data, 8, false), JET_errKeyDuplicate);
    assert_int_equal(txn_rollback(&first), 0);
    assert_int_equal(tree_insert(&tree, &second, key, 1, data, 8, false), 0);
    assert_int_equal(txn_commit(&second), 0);
    /* At level 0 it stays, but for the time between a rollback and the next transaction. */
    assert_int_equal(tree_goto_bookmark(&a, key, 1, NULL, 0), 0);
    assert_int_equal(tree_lock(&a, false), 0);
    assert_int_equal(txn_begin(&second, false, 0), 0);
    assert_int_equal(tree_delete_entry(&tree, &second, key, 1, NULL, 0), JET_errWriteConflict);
    assert_int_equal(txn_begin(&first, false, 0), 0);
    assert_int_equal(txn_rollback(&first), 0);
    assert_int_equal(tree_delete_entry(&tree, &second, key, 1, NULL, 0), 0);
    assert_int_equal(txn_rollback(&second), 0);
    assert_int_equal(txn_begin(&first, false, 0), 0);
    assert_int_equal(txn_begin(&second, false, 0), 0);
    assert_int_equal(tree_delete_entry(&tree, &second, key, 1, NULL, 0), JET_errWriteConflict);
    assert_int_equal(txn_rollback(&second), 0);
    assert_int_equal(txn_commit(&first), 0);
    txn_release(&first);
    assert_int_equal(txn_begin(&second, false, 0), 0);
    assert_int_equal(tree_delete_entry(&tree, &second, key, 1, NULL, 0), 0);
    assert_int_equal(txn_commit(&second), 0);
    tree_cursor_close(&a);
    store_close(&build);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_histories),
        cmocka_unit_test(test_delta),
        cmocka_unit_test(test_locks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
