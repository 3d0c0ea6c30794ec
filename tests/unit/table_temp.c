/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Temporary tables: ids, rows of every kind, order, duplicates, moves and seeks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "table/table.h"
#include "table/temp.h"
#include "txn/version.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static struct cursor *create(const JET_COLUMNDEF *columns, uint32_t count, JET_GRBIT grbit, JET_COLUMNID *ids)
{
    struct temp_options options = { .grbit = grbit };
    struct cursor *cursor;

    assert_int_equal(temp_create(NULL, columns, count, &options, ids, &cursor), JET_errSuccess);
    return cursor;
}

/* One value of the current row. */
static void expect(struct cursor *cursor, JET_COLUMNID id, uint32_t sequence, const void *want, uint32_t size)
{
    const struct column *column = table_column_by_id(cursor->table, id);
    struct record_value value;
    struct record record;

    assert_non_null(column);
    assert_int_equal(cursor_latch_record(cursor, &record), JET_errSuccess);
    assert_int_equal(record_column(cursor->table, record, column, sequence, true, &value), JET_errSuccess);
    assert_int_equal(value.null, want == NULL);
    if (want)
    {
        assert_int_equal(value.size, size);
        assert_memory_equal(value.data, want, size);
    }
    cursor_unlatch_record(cursor);
}

static void test_values(void **state)
{
    static const JET_COLUMNDEF columns[] = {
        { .coltyp = JET_coltypText, .cp = 1252 },
        { .coltyp = JET_coltypLong },
        { .coltyp = JET_coltypLongBinary },
        { .coltyp = JET_coltypBinary },
        { .coltyp = JET_coltypUnsignedByte },
        { .coltyp = JET_coltypLong, .grbit = JET_bitColumnTagged | JET_bitColumnMultiValued },
        { .coltyp = JET_coltypBinary, .cbMax = 3, .grbit = JET_bitColumnFixed },
    };
    static const JET_COLUMNID want[] = { 128, 1, 256, 129, 2, 257, 3 };
    JET_COLUMNID ids[ARRAY_SIZE(columns)];
    struct cursor *cursor = create(columns, ARRAY_SIZE(columns), JET_bitTTScrollable, ids);
    uint32_t numbers[3] = { 5, 6, 7 };
    uint8_t *big = calloc(1, 9000), byte = 9;
    struct temp_value full[] = {
        { ids[0], "abc", 3 }, { ids[1], &numbers[0], 4 }, { ids[2], big, 9000 },      { ids[3], "", 0 },
        { ids[4], &byte, 1 }, { ids[5], &numbers[1], 4 }, { ids[5], &numbers[2], 4 }, { ids[6], "xyz", 3 },
    };
    struct temp_value wrong[] = { { ids[1], &numbers[0], 3 }, { 777, "", 0 }, { ids[0], big, 256 } };

    (void)state;
    assert_memory_equal(ids, want, sizeof(want));
    assert_int_equal(temp_insert(cursor, full, ARRAY_SIZE(full)), JET_errSuccess);
    assert_int_equal(temp_insert(cursor, NULL, 0), JET_errSuccess);
    assert_int_equal(temp_insert(cursor, &wrong[0], 1), JET_errInvalidBufferSize);
    assert_int_equal(temp_insert(cursor, &wrong[1], 1), JET_errColumnNotFound);
    assert_int_equal(temp_insert(cursor, &wrong[2], 1), JET_errColumnTooBig);
    assert_int_equal(temp_finish(cursor), JET_errSuccess);
    assert_int_equal(temp_count(cursor), 2);
    expect(cursor, ids[0], 1, "abc", 3);
    expect(cursor, ids[1], 1, &numbers[0], 4);
    expect(cursor, ids[2], 1, big, 9000);
    expect(cursor, ids[3], 1, "", 0);
    expect(cursor, ids[4], 1, &byte, 1);
    expect(cursor, ids[5], 1, &numbers[1], 4);
    expect(cursor, ids[5], 2, &numbers[2], 4);
    expect(cursor, ids[5], 3, NULL, 0);
    expect(cursor, ids[6], 1, "xyz", 3);
    assert_int_equal(cursor_move(cursor, 1, 0), JET_errSuccess);
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
        expect(cursor, ids[i], 1, NULL, 0);
    assert_int_equal(cursor_move(cursor, 1, 0), JET_errNoCurrentRecord);
    free(big);
    cursor_close(cursor);
}

static void insert_number(struct cursor *cursor, JET_COLUMNID id, int32_t number)
{
    struct temp_value value = { id, &number, sizeof(number) };

    assert_int_equal(temp_insert(cursor, &value, 1), JET_errSuccess);
}

static void expect_number(struct cursor *cursor, JET_COLUMNID id, int32_t number)
{
    expect(cursor, id, 1, &number, sizeof(number));
}

static void test_order(void **state)
{
    static const JET_COLUMNDEF columns[2][1] = {
        { { .coltyp = JET_coltypLong, .grbit = JET_bitColumnTTKey } },
        { { .coltyp = JET_coltypLong, .grbit = JET_bitColumnTTKey | JET_bitColumnTTDescending } },
    };

    (void)state;
    for (int down = 0; down < 2; down++)
    {
        JET_COLUMNID id;
        struct cursor *cursor = create(columns[down], 1, JET_bitTTUnique | JET_bitTTScrollable, &id), *other;

        for (int32_t i = 0; i < 3000; i++)
            insert_number(cursor, id, i * 7919 % 1000 - 500);
        assert_int_equal(temp_finish(cursor), JET_errSuccess);
        assert_int_equal(temp_count(cursor), 1000);
        for (int32_t i = 0; i < 1000; i++)
        {
            expect_number(cursor, id, down ? 499 - i : i - 500);
            assert_int_equal(cursor_move(cursor, 1, 0), i < 999 ? JET_errSuccess : JET_errNoCurrentRecord);
        }
        /* rows outlive the cursor that made them */
        assert_int_equal(cursor_duplicate(cursor, &other), JET_errSuccess);
        cursor_close(cursor);
        assert_int_equal(cursor_move(other, (int32_t)JET_MoveLast, 0), JET_errSuccess);
        expect_number(other, id, down ? -500 : 499);
        cursor_close(other);
    }
}

static void test_seeks(void **state)
{
    static const JET_COLUMNDEF column = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnTTKey };
    static const struct
    {
        int32_t key;
        JET_GRBIT grbit;
        JET_ERR err;
        int32_t found;
    } seeks[] = {
        { 10, JET_bitSeekEQ, JET_errSuccess, 10 },      { 11, JET_bitSeekEQ, JET_errRecordNotFound, 0 },
        { 11, JET_bitSeekGE, JET_errSuccess, 20 },      { 20, JET_bitSeekGT, JET_errSuccess, 30 },
        { 11, JET_bitSeekLE, JET_errSuccess, 10 },      { 20, JET_bitSeekLT, JET_errSuccess, 10 },
        { 0, JET_bitSeekLT, JET_errRecordNotFound, 0 }, { 30, JET_bitSeekGT, JET_errRecordNotFound, 0 },
    };
    struct cursor *cursor;
    JET_COLUMNID id;
    int32_t key = 20;

    (void)state;
    cursor = create(&column, 1, JET_bitTTIndexed, &id);
    for (int32_t i = 3; i >= 0; i--)
        insert_number(cursor, id, i * 10);
    assert_int_equal(temp_finish(cursor), JET_errSuccess);
    for (size_t i = 0; i < ARRAY_SIZE(seeks); i++)
    {
        assert_int_equal(cursor_make_key(cursor, &seeks[i].key, 4, JET_bitNewKey), JET_errSuccess);
        assert_int_equal(cursor_seek(cursor, seeks[i].grbit), seeks[i].err);
        if (seeks[i].err >= 0)
            expect_number(cursor, id, seeks[i].found);
    }
    assert_int_equal(cursor_move(cursor, (int32_t)JET_MoveFirst, 0), JET_errSuccess);
    assert_int_equal(cursor_make_key(cursor, &key, 4, JET_bitNewKey), JET_errSuccess);
    assert_int_equal(cursor_set_range(cursor, JET_bitRangeUpperLimit), JET_errSuccess);
    cursor_close(cursor);
}

static void test_empty(void **state)
{
    static const JET_COLUMNDEF column = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnTTKey };
    static const JET_COLUMNDEF bad[] = { { .coltyp = 0 }, { .coltyp = 19 }, { .coltyp = JET_coltypText, .cp = 77 } };
    struct cursor *cursor;
    struct record record;
    JET_COLUMNID id;

    (void)state;
    cursor = create(&column, 1, JET_bitTTUnique | JET_bitTTScrollable, &id);
    assert_int_equal(temp_finish(cursor), JET_errSuccess);
    assert_int_equal(cursor_move(cursor, 0, 0), JET_errNoCurrentRecord);
    assert_int_equal(cursor_move(cursor, 1, 0), JET_errNoCurrentRecord);
    assert_int_equal(cursor_move(cursor, (int32_t)JET_MoveFirst, 0), JET_errNoCurrentRecord);
    assert_int_equal(cursor_move(cursor, (int32_t)JET_MoveLast, 0), JET_errNoCurrentRecord);
    assert_int_equal(cursor_latch_record(cursor, &record), JET_errNoCurrentRecord);
    assert_int_equal(cursor_make_key(cursor, &id, 4, JET_bitNewKey), JET_errSuccess);
    assert_int_equal(cursor_seek(cursor, JET_bitSeekGE), JET_errRecordNotFound);
    cursor_close(cursor);
    assert_int_equal(temp_create(NULL, &bad[0], 1, NULL, &id, &cursor), JET_errInvalidColumnType);
    assert_int_equal(temp_create(NULL, &bad[1], 1, NULL, &id, &cursor), JET_errInvalidColumnType);
    assert_int_equal(temp_create(NULL, &bad[2], 1, NULL, &id, &cursor), JET_errInvalidCodePage);
}

/* Lists take room for versions where Windows has tables for them: with a long value, or without a key. */
static void test_room_for_versions(void **state)
{
    static const JET_COLUMNDEF sorts[] = { { .coltyp = JET_coltypLong, .grbit = JET_bitColumnTTKey } };
    static const JET_COLUMNDEF tables[] = {
        { .coltyp = JET_coltypLong, .grbit = JET_bitColumnTTKey },
        { .coltyp = JET_coltypLongBinary },
    };
    struct txn_root root;
    struct txn txn;
    struct cursor *cursor;
    JET_COLUMNID ids[2];
    uint64_t before;
    uint32_t value = 7;

    (void)state;
    txn_root_init(&root);
    txn_init(&txn, &root);
    before = version_mark(&root);
    assert_int_equal(temp_create(&txn, sorts, 1, NULL, ids, &cursor), JET_errSuccess);
    assert_int_equal(temp_insert(cursor, &(struct temp_value){ ids[0], &value, 4 }, 1), JET_errSuccess);
    assert_int_equal(version_mark(&root), before);
    cursor_close(cursor);

    assert_int_equal(temp_create(&txn, tables, 2, NULL, ids, &cursor), JET_errSuccess);
    assert_int_equal(version_mark(&root) - before, 144);
    assert_int_equal(temp_insert(cursor, &(struct temp_value){ ids[0], &value, 4 }, 1), JET_errSuccess);
    assert_int_equal(version_mark(&root) - before, 144 + 144 + (144 + 8));
    assert_int_equal(temp_insert(cursor, &(struct temp_value){ ids[0], &value, 4 }, 1), JET_errSuccess);
    assert_int_equal(version_mark(&root) - before, 144 + 144 + 2 * (144 + 8));
    cursor_close(cursor);
    txn_root_free(&root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_seeks),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_room_for_versions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
