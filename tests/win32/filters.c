/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetSetCursorFilter: which rows a cursor on the records sees, by every comparison. */
#include "support.h"

#define ROWS 6u

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;
static JET_TABLEID table;
static JET_COLUMNID id, number, bits, name, text;

/* NULL is less than everything. */
static const struct
{
    bool null;
    int32_t number;
    const char *name;
} rows[ROWS] = {
    { false, -5, "ab" }, { true, 0, NULL },   { false, 0, "" },
    { false, 7, "abc" }, { false, 300, "b" }, { true, 0, "a" },
};

static int start(void **state)
{
    (void)state;
    dbid = test_database("filters", "off", &instance, &session);
    assert_ok(JetCreateTableA(session, dbid, "rows", 1, 80, &table));
    id = test_column(session, table, "id", JET_coltypLong, 0);
    number = test_column(session, table, "number", JET_coltypLong, 0);
    bits = test_column(session, table, "bits", JET_coltypUnsignedByte, JET_bitColumnTagged);
    name = test_column(session, table, "name", JET_coltypBinary, 0);
    text = test_column(session, table, "text", JET_coltypText, 0);
    assert_ok(JetCreateIndexA(session, table, "by id", JET_bitIndexPrimary, "+id\0", 5, 80));
    assert_ok(JetCreateIndexA(session, table, "by number", 0, "+number\0", 9, 80));
    assert_ok(JetBeginTransaction(session));
    for (uint32_t i = 0; i < ROWS; i++)
    {
        uint8_t low = (uint8_t)rows[i].number;

        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, id, &i, sizeof(i), 0, NULL));
        if (!rows[i].null)
        {
            assert_ok(JetSetColumn(session, table, number, &rows[i].number, 4, 0, NULL));
            assert_ok(JetSetColumn(session, table, bits, &low, 1, 0, NULL));
        }
        if (rows[i].name)
            assert_ok(JetSetColumn(session, table, name, rows[i].name, (JET_ULONG)strlen(rows[i].name),
                                   rows[i].name[0] ? 0 : JET_bitSetZeroLength, NULL));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(session, 0));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetTerm(instance));
    return 0;
}

/* The rows that the cursor visits, a bit each; the same in both directions. */
static unsigned visited(void)
{
    unsigned seen = 0, back = 0;
    uint32_t i;
    JET_ERR err;

    for (err = JetMove(session, table, JET_MoveFirst, 0); err >= 0; err = JetMove(session, table, JET_MoveNext, 0))
    {
        assert_ok(JetRetrieveColumn(session, table, id, &i, sizeof(i), NULL, 0, NULL));
        seen |= 1u << i;
    }
    assert_err(err, JET_errNoCurrentRecord);
    for (err = JetMove(session, table, JET_MoveLast, 0); err >= 0; err = JetMove(session, table, JET_MovePrevious, 0))
    {
        assert_ok(JetRetrieveColumn(session, table, id, &i, sizeof(i), NULL, 0, NULL));
        back |= 1u << i;
    }
    assert_err(err, JET_errNoCurrentRecord);
    assert_int_equal(seen, back);
    return seen;
}

static unsigned filtered(JET_COLUMNID column, JET_RELOP relop, const void *value, JET_ULONG size, JET_GRBIT grbit)
{
    JET_INDEX_COLUMN filter = { column, relop, (void *)value, size, grbit };

    assert_ok(JetSetCursorFilter(session, table, &filter, 1, 0));
    return visited();
}

static bool holds(JET_RELOP relop, int order)
{
    switch (relop)
    {
    case JET_relopEquals:
        return order == 0;
    case JET_relopNotEquals:
        return order != 0;
    case JET_relopLessThanOrEqual:
        return order <= 0;
    case JET_relopLessThan:
        return order < 0;
    case JET_relopGreaterThanOrEqual:
        return order >= 0;
    default:
        return order > 0;
    }
}

static const JET_RELOP comparisons[] = { JET_relopEquals,   JET_relopNotEquals,          JET_relopLessThanOrEqual,
                                         JET_relopLessThan, JET_relopGreaterThanOrEqual, JET_relopGreaterThan };

static void numbers_are_compared(void **state)
{
    static const int32_t others[] = { -6, -5, 0, 7, 300, 301 };

    (void)state;
    for (unsigned c = 0; c < 6; c++)
    {
        unsigned want = 0;

        for (unsigned k = 0; k < 6; k++)
        {
            want = 0;
            for (unsigned i = 0; i < ROWS; i++)
            {
                int order = rows[i].null ? -1 : (rows[i].number > others[k]) - (rows[i].number < others[k]);
                want |= (unsigned)holds(comparisons[c], order) << i;
            }
            assert_int_equal(filtered(number, comparisons[c], &others[k], 4, 0), want);
        }
        want = 0;
        for (unsigned i = 0; i < ROWS; i++)
            want |= (unsigned)holds(comparisons[c], rows[i].null ? 0 : 1) << i;
        assert_int_equal(filtered(number, comparisons[c], NULL, 0, 0), want);
    }
}

static int compare_names(const char *a, const char *b)
{
    return !a || !b ? !!a - !!b : strcmp(a, b);
}

static void binary_is_compared(void **state)
{
    static const char *const others[] = { NULL, "", "a", "ab", "abd", "c" };

    (void)state;
    for (unsigned c = 0; c < 6; c++)
    {
        for (unsigned k = 0; k < 6; k++)
        {
            const char *other = others[k];
            unsigned want = 0;

            for (unsigned i = 0; i < ROWS; i++)
                want |= (unsigned)holds(comparisons[c], compare_names(rows[i].name, other)) << i;
            assert_int_equal(filtered(name, comparisons[c], other && *other ? other : NULL,
                                      other ? (JET_ULONG)strlen(other) : 0, other && !*other ? JET_bitZeroLength : 0),
                             want);
        }
    }
    assert_int_equal(filtered(name, JET_relopPrefixEquals, "ab", 2, 0), 1u << 0 | 1u << 3);
    assert_int_equal(filtered(name, JET_relopPrefixEquals, "b", 1, 0), 1u << 4);
    assert_int_equal(filtered(name, JET_relopPrefixEquals, "abcd", 4, 0), 0);
}

static void bits_are_looked_at(void **state)
{
    const int32_t mask = 6;
    const uint8_t small_mask = 8;

    (void)state;
    /* -5 has all bits but 0x4; 300 is 0x12c. */
    assert_int_equal(filtered(number, JET_relopBitmaskNotEqualsZero, &mask, 4, 0), 1u << 0 | 1u << 3 | 1u << 4);
    assert_int_equal(filtered(number, JET_relopBitmaskEqualsZero, &mask, 4, 0), 1u << 1 | 1u << 2 | 1u << 5);
    assert_int_equal(filtered(bits, JET_relopBitmaskNotEqualsZero, &small_mask, 1, 0), 1u << 0 | 1u << 4);
    assert_int_equal(filtered(bits, JET_relopBitmaskEqualsZero, &small_mask, 1, 0), 0x3fu & ~(1u << 0 | 1u << 4));
}

static void all_must_hold(void **state)
{
    const int32_t low = 0;
    JET_INDEX_COLUMN both[] = { { number, JET_relopGreaterThanOrEqual, (void *)&low, 4, 0 },
                                { name, JET_relopPrefixEquals, (void *)"a", 1, 0 } };

    (void)state;
    assert_ok(JetSetCursorFilter(session, table, both, 2, 0));
    assert_int_equal(visited(), 1u << 3);
    assert_ok(JetSetCursorFilter(session, table, NULL, 0, 0));
    assert_int_equal(visited(), 0x3f);
}

static JET_ERR seek(uint32_t key, JET_GRBIT grbit)
{
    assert_ok(JetMakeKey(session, table, &key, sizeof(key), JET_bitNewKey));
    return JetSeek(session, table, grbit);
}

static uint32_t current(void)
{
    uint32_t i;

    assert_ok(JetRetrieveColumn(session, table, id, &i, sizeof(i), NULL, 0, NULL));
    return i;
}

static void a_seek_finds_what_matches(void **state)
{
    (void)state;
    assert_int_equal(filtered(number, JET_relopEquals, NULL, 0, 0), 1u << 1 | 1u << 5);
    assert_ok(seek(1, JET_bitSeekEQ));
    assert_err(seek(2, JET_bitSeekEQ), JET_errRecordNotFound);
    assert_ok(seek(1, JET_bitSeekGE));
    assert_int_equal(current(), 1);
    assert_err(seek(2, JET_bitSeekGE), JET_wrnSeekNotEqual);
    assert_int_equal(current(), 5);
    assert_ok(seek(1, JET_bitSeekGT));
    assert_int_equal(current(), 5);
    assert_err(seek(4, JET_bitSeekLE), JET_wrnSeekNotEqual);
    assert_int_equal(current(), 1);
    assert_ok(seek(5, JET_bitSeekLT));
    assert_int_equal(current(), 1);
    assert_err(seek(1, JET_bitSeekLT), JET_errRecordNotFound);
    assert_err(seek(6, JET_bitSeekGE), JET_errRecordNotFound);
    assert_ok(JetSetCursorFilter(session, table, NULL, 0, 0));
}

static JET_ERR set(JET_COLUMNID column, JET_RELOP relop, const void *value, JET_ULONG size, JET_GRBIT grbit)
{
    JET_INDEX_COLUMN filter = { column, relop, (void *)value, size, grbit };

    return JetSetCursorFilter(session, table, &filter, 1, 0);
}

static void what_cannot_be_asked(void **state)
{
    const int32_t value = 1;
    JET_INDEX_COLUMN filter = { number, JET_relopEquals, (void *)&value, 4, 0 };

    (void)state;
    assert_err(JetSetCursorFilter(session, table, &filter, 1, 1), JET_errInvalidGrbit);
    assert_err(set(number, JET_relopEquals, &value, 4, 2), JET_errInvalidParameter);
    assert_err(set(number, JET_relopEquals, &value, 0, 0), JET_errInvalidParameter);
    assert_err(set(number, JET_relopEquals, NULL, 4, 0), JET_errInvalidParameter);
    assert_err(set(name, JET_relopEquals, "a", 1, JET_bitZeroLength), JET_errInvalidParameter);
    assert_err(set(77, JET_relopEquals, &value, 4, 0), JET_errColumnNotFound);
    assert_err(set(text, JET_relopEquals, "a", 1, 0), JET_errFilteredMoveNotSupported);
    assert_err(set(number, JET_relopPrefixEquals, &value, 4, 0), JET_errInvalidParameter);
    assert_err(set(number, JET_relopEquals, NULL, 0, JET_bitZeroLength), JET_errInvalidParameter);
    assert_err(set(number, JET_relopEquals, &value, 2, 0), JET_errInvalidParameter);
    assert_err(set(number, JET_relopBitmaskEqualsZero, NULL, 0, 0), JET_errInvalidParameter);
    assert_err(set(number, JET_relopBitmaskNotEqualsZero, NULL, 0, 0), JET_errInvalidParameter);
    assert_err(set(name, JET_relopPrefixEquals, NULL, 0, 0), JET_errInvalidParameter);
    assert_err(set(name, JET_relopBitmaskEqualsZero, "abcd", 4, 0), JET_errInvalidParameter);
    /* What failed has taken the filter away; a secondary index has none. */
    assert_int_equal(visited(), 0x3f);
    assert_ok(JetSetCurrentIndexA(session, table, "by number"));
    assert_err(set(number, JET_relopEquals, &value, 4, 0), JET_errFilteredMoveNotSupported);
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
}

static void the_schema_changes_beneath(void **state)
{
    const int32_t low = 0;

    (void)state;
    assert_ok(set(number, JET_relopGreaterThan, &low, 4, 0));
    (void)test_column(session, table, "more", JET_coltypLong, 0);
    assert_int_equal(visited(), 1u << 3 | 1u << 4);
    assert_ok(JetDeleteColumnA(session, table, "more"));
    assert_int_equal(visited(), 1u << 3 | 1u << 4);
    assert_ok(JetSetCursorFilter(session, table, NULL, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_compared),       cmocka_unit_test(binary_is_compared),
        cmocka_unit_test(bits_are_looked_at),         cmocka_unit_test(all_must_hold),
        cmocka_unit_test(a_seek_finds_what_matches),  cmocka_unit_test(what_cannot_be_asked),
        cmocka_unit_test(the_schema_changes_beneath),
    };

    return cmocka_run_group_tests_name("filters", tests, start, stop);
}
