/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The version store against a model: random transactions on a "page" of a few entries, and a full copy of what each
 * transaction must see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "txn/version.h"

#define KEYS     12
#define SESSIONS 6

struct entry
{
    bool there; /* on the page, deleted or not */
    bool deleted;
    int64_t value;
};

struct image
{
    bool present[KEYS];
    int64_t value[KEYS];
    bool touched[KEYS]; /* changed by this transaction, but for deltas */
};

static struct txn_root root;
static struct entry page[KEYS];
static struct image committed; /* the model */
static struct txn txns[SESSIONS];
static struct image seen[SESSIONS][TXN_LEVELS + 1]; /* seen[s][l]: before level l + 1 began */
static struct image now[SESSIONS];
static int64_t own[SESSIONS][KEYS]; /* deltas made by the open transaction */
static uint32_t seed;

static uint32_t rnd(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

static struct version_place place_of(const uint8_t *key)
{
    return (struct version_place){ .database = 1, .root = 9, .key = key, .key_size = 1 };
}

static JET_ERR undo(void *context, struct txn *txn, struct version *version)
{
    uint8_t key = version_key(version)[0];
    struct version_place place = place_of(&key);
    struct entry *entry = &page[key];

    (void)context;
    (void)txn;
    switch (version->op)
    {
    case VERSION_INSERT:
        version_unlink(&root, version);
        entry->deleted = true;
        if (version->image_size)
            memcpy(&entry->value, version_image(version), sizeof(entry->value));
        entry->there = version_any(&root, &place);
        break;
    case VERSION_DELETE:
        entry->deleted = false;
        break;
    case VERSION_REPLACE:
        memcpy(&entry->value, version_image(version), sizeof(entry->value));
        break;
    case VERSION_DELTA:
        entry->value -= version->delta;
        version_unlink(&root, version);
        break;
    default:
        break;
    }
    return JET_errSuccess;
}

static void expire(void *context, struct version *version)
{
    uint8_t key = version_key(version)[0];
    struct version_place place = place_of(&key);

    (void)context;
    if (version->op == VERSION_DELETE && page[key].deleted && !version_any(&root, &place))
        page[key] = (struct entry){ .there = false };
}

/* What a transaction sees, by the store. */
static bool look(struct txn *txn, uint8_t key, int64_t *value)
{
    struct version_place place = place_of(&key);
    struct version_view view;
    bool present;

    if (!page[key].there)
        return false;
    version_look(&root, txn, &place, page[key].deleted, 0, &view);
    present = view.present;
    *value = page[key].value;
    if (view.replaced)
        memcpy(value, view.image, sizeof(*value));
    *value -= view.delta;
    version_view_end(&view);
    return present;
}

static void compare(int s)
{
    for (uint8_t key = 0; key < KEYS; key++)
    {
        int64_t value = 0;
        bool present = look(&txns[s], key, &value);

        assert_int_equal(present, now[s].present[key]);
        if (present)
            assert_int_equal(value, now[s].value[key]);
    }
}

/* Whether the model allows a write: nobody else has an open change, nor committed one since this one began. */
static uint32_t changed_at[KEYS], began_at[SESSIONS], clock_now;
static uint32_t replaced_at[KEYS]; /* changed by other than a delta */

static bool allowed(int s, uint8_t key, bool delta)
{
    for (int other = 0; other < SESSIONS; other++)
        if (other != s && txns[other].level && (now[other].touched[key] || (own[other][key] && !delta)))
            return false;
    return (delta ? replaced_at : changed_at)[key] < began_at[s];
}

static void write_entry(int s)
{
    uint8_t key = (uint8_t)rnd(KEYS);
    struct version_place place = place_of(&key);
    struct version_change change = { .op = VERSION_INSERT };
    int64_t value = 1000 + rnd(1000), before = page[key].value;
    struct version *version;
    bool there = page[key].there;
    JET_ERR err;

    if (now[s].present[key])
        change.op = (enum version_op[]){ VERSION_DELETE, VERSION_REPLACE, VERSION_DELTA, VERSION_DELTA }[rnd(4)];
    /* The sums in this model are easiest if deltas are not mixed with other changes in one transaction. */
    if (change.op == VERSION_DELTA ? now[s].touched[key] : own[s][key] != 0)
        return;
    err = there ? version_check(&txns[s], &place, change.op) : JET_errSuccess;
    if (there)
        assert_int_equal(err, allowed(s, key, change.op == VERSION_DELTA) ? JET_errSuccess : JET_errWriteConflict);
    if (err < 0)
        return;
    if (change.op == VERSION_REPLACE || (change.op == VERSION_INSERT && there))
    {
        change.image = (const uint8_t *)&before;
        change.image_size = sizeof(before);
    }
    change.delta_size = 8;
    change.delta = change.op == VERSION_DELTA ? 1 + rnd(9) : 0;
    assert_int_equal(version_create(&txns[s], &place, &change, &version), JET_errSuccess);
    if (rnd(20) == 0)
    {
        version_cancel(&txns[s], version);
        return;
    }
    switch (change.op)
    {
    case VERSION_INSERT:
        page[key] = (struct entry){ true, false, value };
        now[s].present[key] = true;
        now[s].value[key] = value;
        break;
    case VERSION_DELETE:
        page[key].deleted = true;
        now[s].present[key] = false;
        break;
    case VERSION_REPLACE:
        page[key].value = value;
        now[s].value[key] = value;
        break;
    default:
        page[key].value += change.delta;
        now[s].value[key] += change.delta;
        own[s][key] += change.delta;
        return;
    }
    now[s].touched[key] = true;
}

static void end(int s, bool commit)
{
    uint32_t level = txns[s].level;

    if (!commit)
    {
        assert_int_equal(txn_rollback(&txns[s]), JET_errSuccess);
        now[s] = seen[s][level];
        if (level > 1)
            for (int key = 0; key < KEYS; key++)
                if (own[s][key]) /* deltas back to what they were */
                    own[s][key] = now[s].value[key] - seen[s][1].value[key];
        return;
    }
    if (level == 1)
    {
        clock_now++;
        for (int key = 0; key < KEYS; key++)
        {
            if (now[s].touched[key])
            {
                committed.present[key] = now[s].present[key];
                committed.value[key] = now[s].value[key];
                changed_at[key] = replaced_at[key] = clock_now;
            }
            else if (own[s][key])
            {
                committed.value[key] += own[s][key];
                changed_at[key] = clock_now;
            }
        }
    }
    assert_int_equal(txn_commit(&txns[s]), JET_errSuccess);
}

static void step(void)
{
    int s = (int)rnd(SESSIONS);

    if (!txns[s].level)
    {
        memset(own[s], 0, sizeof(own[s]));
        now[s] = committed;
        seen[s][1] = committed;
        began_at[s] = ++clock_now;
        assert_int_equal(txn_begin(&txns[s], false, 0), JET_errSuccess);
        return;
    }
    switch (rnd(10))
    {
    case 0:
        if (txns[s].level < TXN_LEVELS)
        {
            assert_int_equal(txn_begin(&txns[s], false, 0), JET_errSuccess);
            seen[s][txns[s].level] = now[s];
        }
        break;
    case 1:
        end(s, true);
        break;
    case 2:
        end(s, false);
        break;
    case 3:
        version_clean(&root, rnd(5));
        break;
    default:
        write_entry(s);
        break;
    }
}

static void random_histories_look_as_the_model_says(void **state)
{
    uint64_t count, bytes;

    (void)state;
    for (uint32_t history = 1; history <= 400; history++)
    {
        seed = history;
        clock_now = 0;
        memset(page, 0, sizeof(page));
        memset(&committed, 0, sizeof(committed));
        memset(changed_at, 0, sizeof(changed_at));
        memset(replaced_at, 0, sizeof(replaced_at));
        txn_root_init(&root);
        root.hooks = (struct version_hooks){ .undo = undo, .expire = expire };
        for (int s = 0; s < SESSIONS; s++)
            txn_init(&txns[s], &root);
        for (int i = 0; i < 300; i++)
        {
            step();
            for (int s = 0; s < SESSIONS; s++)
                if (txns[s].level)
                    compare(s);
        }
        for (int s = 0; s < SESSIONS; s++)
            while (txns[s].level)
                end(s, rnd(2));
        while (version_clean(&root, 3))
            ;
        version_usage(&root, &count, &bytes);
        assert_int_equal(count, 0);
        assert_int_equal(bytes, 0);
        for (int key = 0; key < KEYS; key++)
        {
            assert_int_equal(page[key].there && !page[key].deleted, committed.present[key]);
            if (committed.present[key])
                assert_int_equal(page[key].value, committed.value[key]);
            else
                assert_false(page[key].there);
        }
        txn_root_free(&root);
    }
}

static void a_large_transaction_rolls_back_and_leaves_nothing(void **state)
{
    uint64_t count, bytes;
    uint32_t i;

    (void)state;
    txn_root_init(&root);
    txn_init(&txns[0], &root);
    assert_int_equal(txn_begin(&txns[0], false, 0), JET_errSuccess);
    for (i = 0; i < 200000; i++)
    {
        struct version_place place = { .database = 1, .root = 3, .key = (const uint8_t *)&i, .key_size = sizeof(i) };
        struct version_change change = { .op = VERSION_INSERT };
        struct version *version;

        assert_int_equal(version_create(&txns[0], &place, &change, &version), JET_errSuccess);
    }
    assert_int_equal(txn_rollback(&txns[0]), JET_errSuccess);
    version_usage(&root, &count, &bytes);
    assert_int_equal(count, 0);
    assert_int_equal(bytes, 0);
    txn_root_free(&root);
}

static void the_callers_limit_is_an_error(void **state)
{
    struct version_place place = place_of((const uint8_t *)"k");
    struct version_change change = { .op = VERSION_INSERT };
    struct version *version;
    JET_ERR err = JET_errSuccess;

    (void)state;
    txn_root_init(&root);
    root.max_bytes = 65536;
    txn_init(&txns[0], &root);
    assert_int_equal(txn_begin(&txns[0], false, 0), JET_errSuccess);
    for (int i = 0; i < 10000 && err >= 0; i++)
        err = version_create(&txns[0], &place, &change, &version);
    assert_int_equal(err, JET_errVersionStoreOutOfMemory);
    assert_int_equal(txn_rollback(&txns[0]), JET_errSuccess);
    txn_root_free(&root);
}

/* Windows takes another bucket, and cleans. */
static void fill_bucket(void)
{
    for (int i = 0; i < 2; i++)
        version_allot(&root, 20000);
    version_clean_due(&root);
}

static void insert(struct txn *txn, uint8_t key)
{
    struct version_place place = place_of(&key);
    struct version_change change = { .op = VERSION_INSERT };
    struct version *version;

    assert_int_equal(version_create(txn, &place, &change, &version), JET_errSuccess);
}

static bool is_kept(uint8_t key)
{
    struct version_place place = place_of(&key), tree = place_of(NULL);
    bool kept = version_any(&root, &place);

    if (kept)
        assert_true(version_any_of_tree(&root, &tree));
    tree.root++;
    assert_false(version_any_of_tree(&root, &tree));
    return kept;
}

static void versions_are_cleaned_in_the_order_they_were_made(void **state)
{
    struct txn early, middle, late;

    (void)state;
    txn_root_init(&root);
    txn_init(&early, &root);
    txn_init(&middle, &root);
    txn_init(&late, &root);
    assert_int_equal(txn_begin(&early, false, 0), JET_errSuccess);
    insert(&early, 1);
    assert_int_equal(txn_begin(&middle, false, 0), JET_errSuccess);
    insert(&middle, 2);
    assert_int_equal(txn_commit(&middle), JET_errSuccess);
    assert_int_equal(txn_begin(&late, false, 0), JET_errSuccess);
    assert_int_equal(txn_commit(&early), JET_errSuccess);
    /* Nobody needs the second, but the first is needed and comes before it. */
    fill_bucket();
    assert_true(is_kept(1));
    assert_true(is_kept(2));
    /* JetIdle takes what it can get. */
    version_clean(&root, UINT32_MAX);
    assert_true(is_kept(1));
    assert_false(is_kept(2));
    assert_int_equal(txn_commit(&late), JET_errSuccess);
    fill_bucket();
    assert_false(is_kept(1));
    txn_root_free(&root);
}

/* Meanwhile somebody else fills a bucket. */
static void expire_while_others_write(void *context, struct version *version)
{
    (void)version;
    if (++*(uint32_t *)context % 100)
        return;
    version_allot(&root, 20000);
    version_allot(&root, 20000);
}

static void one_call_does_not_clean_for_all(void **state)
{
    uint32_t expired = 0, last, calls = 0;
    struct txn txn;

    (void)state;
    txn_root_init(&root);
    txn_init(&txn, &root);
    for (uint32_t i = 0; i < 5000; i++)
    {
        assert_int_equal(txn_begin(&txn, false, 0), JET_errSuccess);
        insert(&txn, 1);
        assert_int_equal(txn_commit(&txn), JET_errSuccess);
    }
    root.hooks.context = &expired;
    root.hooks.expire = expire_while_others_write;
    do
    {
        last = expired;
        version_clean_due(&root);
        calls++;
        assert_true(expired - last < 1000);
    } while (expired > last);
    assert_int_equal(expired, 5000);
    assert_true(calls > 5);
    /* Who writes alone cleans all that there is. */
    for (uint32_t i = 0; i < 2000; i++)
    {
        assert_int_equal(txn_begin(&txn, false, 0), JET_errSuccess);
        insert(&txn, 1);
        assert_int_equal(txn_commit(&txn), JET_errSuccess);
    }
    root.hooks.expire = NULL;
    fill_bucket();
    assert_false(is_kept(1));
    txn_root_free(&root);
}

static void a_lock_of_level_0_keeps_what_comes_after_it(void **state)
{
    uint8_t key = 3;
    struct version_place place = place_of(&key);
    struct txn holder, writer;

    (void)state;
    txn_root_init(&root);
    txn_init(&holder, &root);
    txn_init(&writer, &root);
    for (uint8_t i = 1; i < 3; i++)
    {
        if (i == 2)
            assert_int_equal(version_lock(&holder, &place, VERSION_LOCK, NULL), JET_errSuccess);
        assert_int_equal(txn_begin(&writer, false, 0), JET_errSuccess);
        insert(&writer, i);
        assert_int_equal(txn_commit(&writer), JET_errSuccess);
    }
    fill_bucket();
    assert_false(is_kept(1));
    assert_true(is_kept(2));
    txn_release(&holder);
    fill_bucket();
    assert_false(is_kept(2));
    txn_root_free(&root);
}

/* What Windows makes no version of takes nothing of a bucket, and an action as much as goes with it. */
static void actions_take_what_they_say(void **state)
{
    struct version_change change = { .op = VERSION_ACTION, .image = (const uint8_t *)"1234567890", .image_size = 10 };
    struct version_place place = { .database = 1 };
    struct version *version;
    struct txn txn;
    uint64_t mark;

    (void)state;
    txn_root_init(&root);
    txn_init(&txn, &root);
    assert_int_equal(txn_begin(&txn, false, 0), JET_errSuccess);
    mark = version_mark(&root);
    change.allot = VERSION_ALLOT_NONE;
    assert_int_equal(version_create(&txn, &place, &change, &version), JET_errSuccess);
    assert_int_equal(version_mark(&root), mark);
    change.allot = 16;
    assert_int_equal(version_create(&txn, &place, &change, &version), JET_errSuccess);
    assert_int_equal(version_mark(&root), mark + 160);
    assert_int_equal(txn_rollback(&txn), JET_errSuccess);
    txn_root_free(&root);
}

static JET_ERR refuse(void *context, struct txn *txn)
{
    (void)context;
    (void)txn;
    return JET_errOutOfMemory;
}

/* Nothing of a transaction is left open when it has been finished, as its memory goes. */
static void what_is_finished_is_over(void **state)
{
    struct txn txn;

    (void)state;
    txn_root_init(&root);
    root.hooks = (struct version_hooks){ .undo = undo };
    for (int i = 0; i < 3; i++)
    {
        txn_init(&txn, &root);
        assert_int_equal(txn_begin(&txn, false, 0), JET_errSuccess);
        insert(&txn, 1);
        root.hooks.settle = refuse;
        root.unseen = i == 2 ? (struct unseen_index *)&txn : NULL;
        assert_int_equal(txn_finish(&txn, i == 1 ? JET_errDiskFull : JET_errSuccess), i == 0   ? JET_errSuccess
                                                                                      : i == 1 ? JET_errDiskFull
                                                                                               : JET_errOutOfMemory);
        assert_int_equal(txn.level, 0);
        root.unseen = NULL;
        version_clean_all(&root);
        assert_false(is_kept(1));
    }
    txn_root_free(&root);
}

struct detacher
{
    struct os_thread *thread;
    JET_ERR err;
    bool started;
};

static void detach(void *context)
{
    struct detacher *detacher = context;

    detacher->err = version_drop_database(&root, 1);
}

/* What expires may have something else changed, as an index does its locale's count; another session detaches. */
static void expire_with_a_change(void *context, struct version *version)
{
    struct detacher *detacher = context;
    struct txn txn;

    (void)version;
    if (detacher->started)
        return;
    detacher->started = true;
    txn_init(&txn, &root);
    assert_int_equal(txn_begin(&txn, false, 0), JET_errSuccess);
    insert(&txn, 2);
    assert_int_equal(os_thread_create(&detacher->thread, detach, detacher, NULL), JET_errSuccess);
    os_sleep(20);
    assert_int_equal(txn_finish(&txn, JET_errSuccess), JET_errSuccess);
}

static void a_detach_waits_for_who_cleans(void **state)
{
    struct detacher detacher = { .err = 1 };
    struct txn txn;

    (void)state;
    txn_root_init(&root);
    txn_init(&txn, &root);
    assert_int_equal(txn_begin(&txn, false, 0), JET_errSuccess);
    insert(&txn, 1);
    assert_int_equal(txn_commit(&txn), JET_errSuccess);
    root.hooks = (struct version_hooks){ .context = &detacher, .undo = undo, .expire = expire_with_a_change };
    version_clean_all(&root);
    assert_true(detacher.started);
    os_thread_join(detacher.thread);
    assert_int_equal(detacher.err, JET_errSuccess);
    assert_false(is_kept(2));
    txn_root_free(&root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_are_cleaned_in_the_order_they_were_made),
        cmocka_unit_test(one_call_does_not_clean_for_all),
        cmocka_unit_test(a_lock_of_level_0_keeps_what_comes_after_it),
        cmocka_unit_test(actions_take_what_they_say),
        cmocka_unit_test(what_is_finished_is_over),
        cmocka_unit_test(a_detach_waits_for_who_cleans),
        cmocka_unit_test(random_histories_look_as_the_model_says),
        cmocka_unit_test(a_large_transaction_rolls_back_and_leaves_nothing),
        cmocka_unit_test(the_callers_limit_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
