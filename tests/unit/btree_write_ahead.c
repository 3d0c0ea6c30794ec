/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What of the log must be on disk before a page is: what changed it, what undoes what is open
 * on it, the commits of what is not open any more; and nothing else.
 */
#include "cache/private.h"
#include "log_support.h"
#include "store_build.h"

static struct store_build build;
static struct log_config config;
static struct log *log_of_all;
static struct tree one, two; /* of a page each */
static uint64_t waited;      /* what the last page waited for */

static JET_ERR flush_log(struct cache_file *file, uint64_t lgpos)
{
    (void)file;
    waited = lgpos;
    return log_flush(log_of_all, lgpos);
}

static void make(struct tree *tree, uint32_t objid)
{
    uint8_t data[8] = "before";
    uint32_t root;

    assert_int_equal(tree_create(&build.store, NULL, objid, true, 0, 1, &root), 0);
    tree_init(tree, &build.file, root, objid, true, 0);
    assert_int_equal(tree_insert(tree, NULL, (const uint8_t *)"k", 1, data, sizeof(data), false), 0);
}

static int begin(void **state)
{
    (void)state;
    log_clean();
    log_config_init(&config);
    store_open(&build, u"write-ahead.tmp", 4096, 64);
    assert_int_equal(log_create(&config, &log_of_all), JET_errSuccess);
    build.txns.log.log = build.store.log = log_of_all;
    build.file.leaving = tree_page_leaving;
    build.file.flush_log = flush_log;
    make(&one, 12);
    make(&two, 13);
    assert_int_equal(cache_write(&build.file, UINT64_MAX), 0);
    assert_int_equal(log_flush_all(log_of_all), 0);
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_close(&build);
    assert_int_equal(log_close(log_of_all, true), 0);
    return 0;
}

static void replace(const struct tree *tree, struct txn *txn, const char *text)
{
    struct tree_cursor cursor;
    uint8_t data[8] = { 0 };

    memcpy(data, text, strlen(text));
    tree_cursor_init(&cursor, tree, txn);
    assert_int_equal(tree_goto_bookmark(&cursor, (const uint8_t *)"k", 1, NULL, 0), 0);
    assert_int_equal(tree_replace(&cursor, data, sizeof(data)), 0);
    tree_cursor_close(&cursor);
}

static void write_page(const struct tree *tree)
{
    struct cache_page *page;
    bool written;

    assert_int_equal(cache_latch(&build.file, tree->root, CACHE_SHARED, &page), 0);
    cache_unlatch(page, CACHE_SHARED);
    waited = 0;
    assert_int_equal(cache_page_write(page, &written), 0);
    assert_true(written);
}

/* Begins, changes, has that on disk, and commits, which need not be there yet. */
static uint64_t commit_lazily(const struct tree *tree, struct txn *txn)
{
    assert_int_equal(txn_begin(txn, false, 0), 0);
    replace(tree, txn, "after");
    assert_int_equal(log_flush_all(log_of_all), 0);
    assert_int_equal(txn_commit(txn), 0);
    assert_true(log_durable(log_of_all) <= txn->logged.commit);
    return txn->logged.commit;
}

static void a_page_waits_for_its_commit(void **state)
{
    struct txn txn;
    uint64_t commit;

    (void)state;
    txn_init(&txn, &build.txns);
    commit = commit_lazily(&one, &txn);
    write_page(&one);
    assert_int_equal(waited, commit);
    assert_true(log_durable(log_of_all) > commit);
}

static void also_when_the_versions_are_gone(void **state)
{
    struct txn txn;
    uint64_t commit;

    (void)state;
    txn_init(&txn, &build.txns);
    commit = commit_lazily(&one, &txn);
    assert_int_equal(version_clean(&build.txns, UINT32_MAX), 1);
    write_page(&one);
    assert_int_equal(waited, commit);
}

static void not_for_later_ones(void **state)
{
    struct txn txn, other;
    uint64_t commit, later;

    (void)state;
    txn_init(&txn, &build.txns);
    txn_init(&other, &build.txns);
    commit = commit_lazily(&one, &txn);
    assert_int_equal(log_flush_all(log_of_all), 0);
    assert_int_equal(txn_begin(&other, false, 0), 0);
    replace(&two, &other, "after");
    assert_int_equal(txn_commit(&other), 0);
    later = other.logged.commit;
    write_page(&one);
    assert_true(waited <= commit);
    assert_true(log_durable(log_of_all) <= later);
    write_page(&two);
    assert_int_equal(waited, later);
}

static void for_what_undoes_open_changes(void **state)
{
    struct txn txn;
    uint64_t tip;

    (void)state;
    txn_init(&txn, &build.txns);
    assert_int_equal(txn_begin(&txn, false, 0), 0);
    replace(&one, &txn, "after");
    assert_int_equal(log_flush_all(log_of_all), 0);
    tip = log_tip(log_of_all);
    write_page(&one);
    assert_true(waited >= tip);
    assert_true(log_durable(log_of_all) > waited);
    /* It is there, and the commit need not be. */
    assert_int_equal(txn_commit(&txn), 0);
    assert_true(log_durable(log_of_all) <= txn.logged.commit);
}

/* What undoes a change is logged, and the page is not written with it: the next time it waits all the same. */
static void for_what_was_logged_before(void **state)
{
    struct cache_page *page;
    uint64_t undo, again;
    struct txn txn;

    (void)state;
    txn_init(&txn, &build.txns);
    assert_int_equal(txn_begin(&txn, false, 0), 0);
    replace(&one, &txn, "after");
    assert_int_equal(log_flush_all(log_of_all), 0);
    assert_int_equal(cache_latch(&build.file, one.root, CACHE_SHARED, &page), 0);
    assert_int_equal(tree_page_leaving(&build.file, page, &undo), 0);
    assert_int_equal(tree_page_leaving(&build.file, page, &again), 0);
    cache_unlatch(page, CACHE_SHARED);
    assert_true(undo >= log_durable(log_of_all));
    assert_int_equal(again, undo);
    assert_int_equal(txn_rollback(&txn), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_page_waits_for_its_commit, begin, end),
        cmocka_unit_test_setup_teardown(also_when_the_versions_are_gone, begin, end),
        cmocka_unit_test_setup_teardown(not_for_later_ones, begin, end),
        cmocka_unit_test_setup_teardown(for_what_undoes_open_changes, begin, end),
        cmocka_unit_test_setup_teardown(for_what_was_logged_before, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
