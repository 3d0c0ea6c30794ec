/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Temporary tables as programs open them: as sorts, which Windows reads in a way
 * of its own, and as tables, which roll back, keep long values and outgrow memory.
 */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID session;
static JET_COLUMNID ids[4];

static JET_COLUMNDEF column(JET_COLTYP type, JET_GRBIT grbit)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = type, .grbit = grbit };

    return definition;
}

/* A key of four bytes and a value. */
static JET_TABLEID open_pair(JET_GRBIT grbit, JET_COLTYP value)
{
    JET_COLUMNDEF columns[2] = { column(JET_coltypLong, JET_bitColumnTTKey), column(value, 0) };
    JET_TABLEID table;

    assert_ok(JetOpenTempTable(session, columns, 2, grbit, &table, ids));
    return table;
}

static JET_ERR insert(JET_TABLEID table, int32_t key, const void *value, JET_ULONG size)
{
    JET_ERR err;

    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetSetColumn(session, table, ids[0], &key, sizeof(key), 0, NULL));
    if (value)
        assert_ok(JetSetColumn(session, table, ids[1], value, size, 0, NULL));
    err = JetUpdate(session, table, NULL, 0, NULL);
    if (err < 0)
        assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
    return err;
}

static int32_t key_of(JET_TABLEID table)
{
    int32_t key;

    assert_ok(JetRetrieveColumn(session, table, ids[0], &key, sizeof(key), NULL, 0, NULL));
    return key;
}

static void make_key(JET_TABLEID table, int32_t key)
{
    assert_ok(JetMakeKey(session, table, &key, sizeof(key), JET_bitNewKey));
}

static unsigned count_rows(JET_TABLEID table)
{
    unsigned rows = 0;
    JET_ERR err;

    for (err = JetMove(session, table, JET_MoveFirst, 0); err >= 0; err = JetMove(session, table, JET_MoveNext, 0))
        rows++;
    assert_err(err, JET_errNoCurrentRecord);
    return rows;
}

static void a_sort(void **state)
{
    JET_TABLEID table = open_pair(JET_bitTTScrollable, JET_coltypLong), duplicate;
    uint8_t key[16], mark[4];
    JET_ULONG size;
    int32_t value;

    (void)state;
    for (int32_t i = 9; i >= 0; i--)
        assert_ok(insert(table, i * 10, &i, sizeof(i)));
    assert_ok(insert(table, 50, NULL, 0));
    assert_err(JetRetrieveColumn(session, table, ids[0], &value, 4, NULL, 0, NULL), JET_errIllegalOperation);
    assert_err(JetDupCursor(session, table, &duplicate, 0), JET_errIllegalOperation);
    assert_ok(JetMove(session, table, 3, 0));
    assert_int_equal(key_of(table), 20);
    assert_err(JetPrepareUpdate(session, table, JET_prepInsert), JET_errIllegalOperation);
    assert_err(JetDelete(session, table), JET_errIllegalOperation);
    assert_err(JetSetCurrentIndexA(session, table, NULL), JET_errIllegalOperation);

    /* What is found is not told to be another, and what is not found is brought in. */
    make_key(table, 41);
    assert_ok(JetSeek(session, table, JET_bitSeekGE));
    assert_int_equal(key_of(table), 50);
    make_key(table, 41);
    assert_ok(JetSeek(session, table, JET_bitSeekLE));
    assert_int_equal(key_of(table), 40);
    make_key(table, 41);
    assert_err(JetSeek(session, table, JET_bitSeekEQ), JET_errRecordNotFound);
    assert_int_equal(key_of(table), 50);
    make_key(table, 1000);
    assert_err(JetSeek(session, table, JET_bitSeekGT), JET_errRecordNotFound);
    assert_int_equal(key_of(table), 90);

    /* A bookmark is the number of a row, whose columns are there after the next move. */
    assert_err(JetGetBookmark(session, table, mark, 3, &size), JET_errBufferTooSmall);
    assert_ok(JetGetBookmark(session, table, mark, sizeof(mark), &size));
    assert_int_equal(size, 4);
    assert_int_equal(mark[0], 9);
    mark[0] = 3;
    assert_ok(JetGotoBookmark(session, table, mark, 4));
    assert_int_equal(key_of(table), 90);
    assert_ok(JetMove(session, table, JET_MoveNext, 0));
    assert_int_equal(key_of(table), 40);
    mark[0] = 10;
    assert_err(JetGotoBookmark(session, table, mark, 4), JET_errInvalidBookmark);

    /* The key stays after the end, the record does not. */
    assert_err(JetMove(session, table, 100, 0), JET_errNoCurrentRecord);
    assert_err(JetRetrieveColumn(session, table, ids[0], &value, 4, NULL, 0, NULL), JET_errNoCurrentRecord);
    assert_ok(JetRetrieveKey(session, table, key, sizeof(key), &size, 0));
    assert_int_equal(size, 5);
    assert_int_equal(key[4], 90);

    make_key(table, 20);
    assert_ok(JetSeek(session, table, JET_bitSeekEQ));
    make_key(table, 40);
    assert_ok(JetSetIndexRange(session, table, JET_bitRangeUpperLimit | JET_bitRangeInclusive));
    assert_err(JetSetIndexRange(session, table, JET_bitRangeRemove), JET_errKeyNotMade);
    assert_ok(JetMove(session, table, 2, 0));
    assert_err(JetMove(session, table, 1, 0), JET_errNoCurrentRecord);
    assert_err(JetMove(session, table, 0, 0), JET_errNoCurrentRecord);

    assert_ok(JetDupCursor(session, table, &duplicate, 0));
    assert_int_equal(key_of(duplicate), 0);
    assert_ok(JetCloseTable(session, table));
    assert_int_equal(count_rows(duplicate), 10);
    assert_ok(JetCloseTable(session, duplicate));
}

static void forward_only(void **state)
{
    JET_COLUMNDEF text = column(JET_coltypLongText, 0);
    JET_TABLEID table;

    (void)state;
    for (unsigned unique = 0; unique < 2; unique++)
    {
        table = open_pair(JET_bitTTForwardOnly | (unique ? JET_bitTTUnique : 0), JET_coltypLong);
        for (int32_t i = 0; i < 20; i++)
            assert_ok(insert(table, i / 2, &i, sizeof(i)));
        assert_int_equal(count_rows(table), unique ? 10 : 20);
        assert_err(JetMove(session, table, JET_MovePrevious, 0), JET_errIllegalOperation);
        make_key(table, 3);
        assert_err(JetSeek(session, table, JET_bitSeekEQ), JET_errIllegalOperation);
        assert_ok(JetCloseTable(session, table));
    }
    assert_err(JetOpenTempTable(session, &text, 1, JET_bitTTForwardOnly | JET_bitTTScrollable, &table, ids),
               JET_errCannotMaterializeForwardOnlySort);
    assert_true(table == JET_tableidNil);
    assert_err(JetOpenTempTable(session, &text, 1, JET_bitTTForwardOnly, &table, ids),
               JET_errCannotMaterializeForwardOnlySort);
}

static void a_table(void **state)
{
    JET_TABLEID table = open_pair(JET_bitTTUpdatable | JET_bitTTIndexed | JET_bitTTForceMaterialization,
                                  JET_coltypLongBinary),
                duplicate;
    static uint8_t large[100000], back[100000];
    uint8_t mark[16];
    JET_ULONG size;

    (void)state;
    memset(large, 'x', sizeof(large));
    for (int32_t i = 0; i < 100; i++)
        assert_ok(insert(table, i, NULL, 0));
    assert_err(insert(table, 50, NULL, 0), JET_errKeyDuplicate);
    assert_ok(JetDupCursor(session, table, &duplicate, 0));

    assert_ok(JetBeginTransaction(session));
    assert_ok(insert(table, 200, large, sizeof(large)));
    make_key(table, 200);
    assert_ok(JetSeek(session, table, JET_bitSeekEQ));
    assert_ok(JetRetrieveColumn(session, table, ids[1], back, sizeof(back), &size, 0, NULL));
    assert_int_equal(size, sizeof(large));
    assert_memory_equal(back, large, sizeof(large));
    assert_ok(JetGetBookmark(session, table, mark, sizeof(mark), &size));
    assert_int_equal(size, 5);
    assert_ok(JetMove(session, duplicate, JET_MoveFirst, 0));
    assert_ok(JetDelete(session, duplicate));
    assert_ok(JetCloseTable(session, duplicate));
    assert_int_equal(count_rows(table), 100);
    assert_ok(JetRollback(session, 0));

    assert_int_equal(count_rows(table), 100);
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_int_equal(key_of(table), 0);
    assert_err(JetGotoBookmark(session, table, mark, size), JET_errRecordDeleted);
    assert_ok(JetCloseTable(session, table));
}

/* Closed by the rollback of the transaction in which it was opened, or after changes in one that goes on. */
static void tables_come_and_go(void **state)
{
    static uint8_t large[10000];
    JET_SESID other = test_session(instance);
    JET_TABLEID table;

    (void)state;
    assert_ok(JetBeginTransaction(other));
    for (unsigned round = 0; round < 40; round++)
    {
        assert_ok(JetBeginTransaction(session));
        table = open_pair(JET_bitTTUpdatable | JET_bitTTIndexed, JET_coltypLongBinary);
        for (int32_t i = 0; i < 50; i++)
            assert_ok(insert(table, i, large, sizeof(large)));
        assert_ok(JetMove(session, table, JET_MoveLast, 0));
        assert_ok(JetDelete(session, table));
        if (round % 3 == 0)
            assert_ok(JetCloseTable(session, table));
        if (round % 2)
            assert_ok(JetCommitTransaction(session, 0));
        else
        {
            assert_ok(JetRollback(session, 0));
            assert_err(JetCloseTable(session, table), JET_errInvalidTableId);
        }
        if (round % 6 == 5 || round % 6 == 1)
            assert_ok(JetCloseTable(session, table));
    }
    assert_ok(JetCommitTransaction(other, 0));
    assert_ok(JetEndSession(other, 0));
}

/* A sort that has become too large to go back and forth in is a table. */
static void too_large_a_sort(void **state)
{
    JET_TABLEID table;
    uint8_t mark[16];
    JET_ULONG size;

    (void)state;
    for (unsigned large = 0; large < 2; large++)
    {
        int32_t rows = large ? 20000 : 1000;

        table = open_pair(JET_bitTTIndexed, JET_coltypLong);
        for (int32_t i = 0; i < rows; i++)
            assert_ok(insert(table, i * 7919 % rows, &i, sizeof(i)));
        assert_int_equal(count_rows(table), rows);
        assert_ok(JetMove(session, table, JET_MoveLast, 0));
        assert_int_equal(key_of(table), rows - 1);
        assert_ok(JetGetBookmark(session, table, mark, sizeof(mark), &size));
        assert_int_equal(size, large ? 5 : 4);
        assert_err(JetDelete(session, table), large ? JET_errSuccess : JET_errIllegalOperation);
        assert_ok(JetCloseTable(session, table));
    }
}

static void without_a_key(void **state)
{
    JET_COLUMNDEF columns[2] = { column(JET_coltypLong, 0), column(JET_coltypLong, 0) };
    JET_TABLEID table;
    int32_t key = 3;

    (void)state;
    assert_ok(JetOpenTempTable(session, columns, 2, JET_bitTTScrollable, &table, ids));
    for (int32_t i = 0; i < 10; i++)
        assert_ok(insert(table, 9 - i, NULL, 0));
    assert_int_equal(count_rows(table), 10);
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_int_equal(key_of(table), 9);
    assert_err(JetMakeKey(session, table, &key, sizeof(key), JET_bitNewKey), JET_errNoCurrentIndex);
    assert_ok(JetCloseTable(session, table));
}

static void long_values_that_stay(void **state)
{
    JET_TABLEID table = open_pair(JET_bitTTIntrinsicLVsOnly, JET_coltypLongBinary);
    static uint8_t value[2000];
    int32_t key = 1;

    (void)state;
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetSetColumn(session, table, ids[0], &key, sizeof(key), 0, NULL));
    assert_err(JetSetColumn(session, table, ids[1], value, 100, 0, NULL), JET_errNotInTransaction);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetSetColumn(session, table, ids[1], value, 1000, 0, NULL));
    assert_err(JetSetColumn(session, table, ids[1], value, 2000, 0, NULL), JET_errCannotSeparateIntrinsicLV);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
    assert_int_equal(count_rows(table), 1);
    assert_ok(JetCloseTable(session, table));
}

static void arguments(void **state)
{
    JET_COLUMNDEF columns[2] = { column(JET_coltypLong, JET_bitColumnTTKey), column(JET_coltypText, 0) };
    JET_UNICODEINDEX unicode = { 0x9999, 0 };
    JET_OPENTEMPORARYTABLE open = {
        .cbStruct = sizeof(open), .prgcolumndef = columns, .ccolumn = 2, .prgcolumnid = ids
    };
    JET_INSTANCE none;
    JET_SESID no_session;
    JET_TABLEID table;

    (void)state;
    assert_err(JetOpenTempTable(JET_sesidNil, columns, 2, 0, &table, ids), JET_errInvalidSesid);
    assert_err(JetOpenTempTable3(session, columns, 2, &unicode, 0, &table, ids), JET_errInvalidLanguageId);
    open.cbKeyMost = 10;
    assert_err(JetOpenTemporaryTable(session, &open), JET_errInvalidParameter);
    open.cbKeyMost = 300;
    open.cbVarSegMac = 301;
    assert_err(JetOpenTemporaryTable(session, &open), JET_errInvalidParameter);
    open.cbVarSegMac = 300;
    assert_ok(JetOpenTemporaryTable(session, &open));
    assert_ok(JetCloseTable(session, open.tableid));
    open.cbStruct--;
    assert_err(JetOpenTemporaryTable(session, &open), JET_errInvalidParameter);
    columns[1].cp = 77;
    assert_err(JetOpenTempTable(session, columns, 2, 0, &table, ids), JET_errInvalidCodePage);
    columns[1].coltyp = 77;
    assert_err(JetOpenTempTable(session, columns, 2, 0, &table, ids), JET_errInvalidColumnType);

    none = test_instance_unstarted("none", "off");
    assert_ok(JetSetSystemParameterA(&none, JET_sesidNil, JET_paramMaxTemporaryTables, 0, NULL));
    assert_ok(JetInit(&none));
    no_session = test_session(none);
    assert_err(JetOpenTempTable(no_session, columns, 1, 0, &table, ids), JET_errTooManySorts);
    assert_ok(JetTerm(none));
}

/* JET_paramMaxTemporaryTables counts sorts, until they are closed or have become tables. */
static void so_many_sorts(void **state)
{
    JET_INSTANCE few = test_instance_unstarted("few", "off");
    JET_COLUMNDEF columns[1] = { column(JET_coltypLong, JET_bitColumnTTKey) };
    JET_TABLEID tables[4];
    JET_SESID of_few;

    (void)state;
    assert_ok(JetSetSystemParameterA(&few, JET_sesidNil, JET_paramMaxTemporaryTables, 3, NULL));
    assert_ok(JetInit(&few));
    of_few = test_session(few);
    for (unsigned i = 0; i < 3; i++)
        assert_ok(JetOpenTempTable(of_few, columns, 1, JET_bitTTScrollable, &tables[i], ids));
    assert_err(JetOpenTempTable(of_few, columns, 1, JET_bitTTScrollable, &tables[3], ids), JET_errTooManySorts);
    assert_ok(JetCloseTable(of_few, tables[0]));
    assert_ok(JetOpenTempTable(of_few, columns, 1, JET_bitTTForceMaterialization, &tables[0], ids));
    assert_ok(JetOpenTempTable(of_few, columns, 1, JET_bitTTUpdatable, &tables[3], ids));
    assert_err(JetOpenTempTable(of_few, columns, 1, 0, &tables[1], ids), JET_errTooManySorts);
    assert_ok(JetTerm(few));
}

/* The order of text by the number of a locale, and with the largest keys given; what comes out is in that order. */
static void other_ways_to_open(void **state)
{
    static const char *words[] = { "cote", "Cote", "azure", "zebra" };
    static const unsigned order[] = { 2, 0, 3 };
    JET_COLUMNDEF columns[1] = { column(JET_coltypText, JET_bitColumnTTKey) };
    JET_UNICODEINDEX2 locale = { test_wide("en-US"), 0x00000401 };
    JET_OPENTEMPORARYTABLE2 open = { .cbStruct = sizeof(open),
                                     .prgcolumndef = columns,
                                     .ccolumn = 1,
                                     .pidxunicode = &locale,
                                     .grbit = JET_bitTTUnique | JET_bitTTScrollable,
                                     .prgcolumnid = ids,
                                     .cbKeyMost = 300,
                                     .cbVarSegMac = 300 };

    (void)state;
    columns[0].cp = 1200;
    assert_err(JetOpenTempTable2(session, columns, 1, 0x9999, JET_bitTTUnique, &open.tableid, ids),
               JET_errInvalidLanguageId);
    open.cbStruct--;
    assert_err(JetOpenTemporaryTable2(session, &open), JET_errInvalidParameter);
    open.cbStruct++;
    for (unsigned way = 0; way < 2; way++)
    {
        if (way)
            assert_ok(JetOpenTemporaryTable2(session, &open));
        else
            assert_ok(JetOpenTempTable2(session, columns, 1, 1033, JET_bitTTUnique | JET_bitTTScrollable, &open.tableid,
                                        ids));
        for (unsigned i = 0; i < 4; i++)
        {
            const WCHAR *word = test_wide(words[i]);

            assert_ok(JetPrepareUpdate(session, open.tableid, JET_prepInsert));
            assert_ok(JetSetColumn(session, open.tableid, ids[0], word, (JET_ULONG)strlen(words[i]) * 2, 0, NULL));
            assert_ok(JetUpdate(session, open.tableid, NULL, 0, NULL));
        }
        /* Of two that differ in case alone the first stays. */
        assert_int_equal(count_rows(open.tableid), 3);
        assert_ok(JetMove(session, open.tableid, JET_MoveFirst, 0));
        for (unsigned i = 0; i < 3; i++)
        {
            WCHAR got[10] = { 0 };

            assert_ok(JetRetrieveColumn(session, open.tableid, ids[0], got, sizeof(got), NULL, 0, NULL));
            assert_true(test_wide_equal(got, words[order[i]]));
            assert_err(JetMove(session, open.tableid, JET_MoveNext, 0), i == 2 ? JET_errNoCurrentRecord : 0);
        }
        assert_ok(JetCloseTable(session, open.tableid));
    }
}

#define MANY_ROWS 42000
#define MANY_KEYS 30000

/* In order of their keys; of equal ones the first, or all as they came. */
static void check_large(JET_TABLEID table, bool equal)
{
    int32_t number, before = 0;
    uint8_t value[1000];
    int32_t next = 0;
    unsigned rows = 0;
    JET_ERR err;

    for (err = JetMove(session, table, JET_MoveFirst, 0); err >= 0;
         err = JetMove(session, table, JET_MoveNext, 0), rows++)
    {
        assert_ok(JetRetrieveColumn(session, table, ids[1], value, sizeof(value), NULL, 0, NULL));
        memcpy(&number, value, sizeof(number));
        assert_int_equal(value[sizeof(value) - 1], (uint8_t)number);
        if (number < MANY_KEYS)
            assert_int_equal(key_of(table), next++);
        else
        {
            assert_true(equal);
            assert_int_equal(number, before + MANY_KEYS);
            assert_int_equal(key_of(table), next - 1);
        }
        before = number;
    }
    assert_err(err, JET_errNoCurrentRecord);
    assert_int_equal(next, MANY_KEYS);
    assert_int_equal(rows, equal ? MANY_ROWS : MANY_KEYS);
}

/* More than is kept in memory. */
static void sorts_that_are_large(void **state)
{
    static const JET_GRBIT kinds[] = {
        JET_bitTTForwardOnly, JET_bitTTUnique | JET_bitTTForwardOnly, 0, JET_bitTTScrollable,
        JET_bitTTIndexed,     JET_bitTTUpdatable | JET_bitTTUnique
    };
    uint8_t value[1000];

    (void)state;
    for (unsigned kind = 0; kind < sizeof(kinds) / sizeof(*kinds); kind++)
    {
        JET_TABLEID table = open_pair(kinds[kind] | JET_bitTTIntrinsicLVsOnly, JET_coltypLongBinary);

        assert_ok(JetBeginTransaction(session));
        for (int32_t i = 0; i < MANY_ROWS; i++)
        {
            memcpy(value, &i, sizeof(i));
            memset(value + sizeof(i), (uint8_t)i, sizeof(value) - sizeof(i));
            assert_ok(insert(table, i * 7919 % MANY_KEYS, value, sizeof(value)));
        }
        assert_ok(JetCommitTransaction(session, 0));
        check_large(table, !kind);
        if (kind != 2 && kind < 3)
            check_large(table, !kind); /* from the first row again */
        if (kind < 3)
        {
            assert_ok(JetMove(session, table, JET_MoveLast, 0));
            assert_int_equal(key_of(table), MANY_KEYS - 1);
        }
        if (kind == 4)
        {
            make_key(table, 777);
            assert_ok(JetSeek(session, table, JET_bitSeekEQ));
            assert_int_equal(key_of(table), 777);
        }
        assert_ok(JetCloseTable(session, table));
    }
}

static int start(void **state)
{
    (void)state;
    instance = test_instance("temporary", "off");
    session = test_session(instance);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetTerm(instance));
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sort),
        cmocka_unit_test(forward_only),
        cmocka_unit_test(a_table),
        cmocka_unit_test(tables_come_and_go),
        cmocka_unit_test(too_large_a_sort),
        cmocka_unit_test(sorts_that_are_large),
        cmocka_unit_test(without_a_key),
        cmocka_unit_test(long_values_that_stay),
        cmocka_unit_test(arguments),
        cmocka_unit_test(so_many_sorts),
        cmocka_unit_test(other_ways_to_open),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
