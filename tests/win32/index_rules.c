/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules of keys, indexes and long values that programs meet seldom; the answers are Windows'. */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;
static JET_TABLEID table;
static JET_COLUMNID id_column, number_column, text_column, binary_column, long_column, pair_column;

static void add_column(const char *name, JET_COLTYP type, JET_GRBIT grbit, JET_COLUMNID *id)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = type, .cp = 1252, .grbit = grbit };

    assert_ok(JetAddColumnA(session, table, name, &def, NULL, 0, id));
}

static void add_index(const char *name, const char *key, JET_ULONG size, JET_GRBIT grbit)
{
    assert_ok(JetCreateIndexA(session, table, name, grbit, key, size, 90));
}

/* A table that each test has of its own. */
static int make_table(void **state)
{
    static unsigned number;
    char name[20];

    (void)state;
    snprintf(name, sizeof(name), "t%u", number++);
    assert_ok(JetCreateTableA(session, dbid, name, 1, 90, &table));
    add_column("id", JET_coltypLong, 0, &id_column);
    add_column("number", JET_coltypLong, 0, &number_column);
    add_column("text", JET_coltypText, 0, &text_column);
    add_column("binary", JET_coltypBinary, 0, &binary_column);
    add_column("long", JET_coltypLongBinary, 0, &long_column);
    add_column("pair", JET_coltypBinary, JET_bitColumnTagged | JET_bitColumnMultiValued, &pair_column);
    add_index("primary", "+id\0", 5, JET_bitIndexPrimary);
    return 0;
}

static int close_table(void **state)
{
    (void)state;
    assert_ok(JetCloseTable(session, table));
    return 0;
}

static int start(void **state)
{
    (void)state;
    assert_ok(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramDatabasePageSize, 32768, NULL));
    instance = test_instance_unstarted("rules", "off");
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    assert_ok(JetCreateDatabaseA(session, test_file("rules.edb"), NULL, &dbid, 0));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetEndSession(session, 0));
    assert_ok(JetTerm(instance));
    return 0;
}

static void insert(int32_t id, int32_t number)
{
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetSetColumn(session, table, id_column, &id, sizeof(id), 0, NULL));
    assert_ok(JetSetColumn(session, table, number_column, &number, sizeof(number), 0, NULL));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
}

static int32_t current_id(void)
{
    int32_t id = -1;

    assert_ok(JetRetrieveColumn(session, table, id_column, &id, sizeof(id), NULL, 0, NULL));
    return id;
}

static void make_key(int32_t number, JET_GRBIT grbit)
{
    assert_ok(JetMakeKey(session, table, &number, sizeof(number), grbit));
}

/* --------------------------------------------------------------------- tests --- */

static void limits_are_told_by_a_warning(void **state)
{
    unsigned short most;

    (void)state;
    add_index("text", "+text\0", 7, 0);
    assert_ok(JetGetTableIndexInfoA(session, table, "text", &most, sizeof(most), JET_IdxInfoKeyMost));
    assert_int_equal(most, 255);
    assert_ok(JetBeginTransaction(session));
    assert_err(JetGetTableIndexInfoA(session, table, "text", &most, sizeof(most), JET_IdxInfoKeyMost),
               JET_wrnColumnNull);
    assert_int_equal(most, 255);
    /* what the columns of a primary index imply is in the catalog */
    assert_ok(JetGetTableIndexInfoA(session, table, "primary", &most, sizeof(most), JET_IdxInfoKeyMost));
    assert_int_equal(most, 5);
    assert_ok(JetGetTableIndexInfoA(session, table, "primary", &most, sizeof(most), JET_IdxInfoVarSegMac));
    assert_int_equal(most, 5);
    assert_ok(JetRollback(session, 0));
}

static void lcid_zero_names_no_locale(void **state)
{
    JET_UNICODEINDEX unicode = { 0, 0x400 };
    JET_INDEXCREATE_A create = { .cbStruct = sizeof(create),
                                 .szIndexName = (char *)"u",
                                 .szKey = (char *)"+text\0",
                                 .cbKey = 7,
                                 .grbit = JET_bitIndexUnicode,
                                 .pidxunicode = &unicode };

    (void)state;
    assert_err(JetCreateIndex2A(session, table, &create, 1), JET_errInvalidLanguageId);
}

static void hidden_entry_ends_range(void **state)
{
    (void)state;
    insert(1, 1);
    insert(2, 2);
    assert_ok(JetBeginTransaction(session));
    make_key(1, JET_bitNewKey);
    assert_ok(JetSeek(session, table, JET_bitSeekEQ));
    assert_ok(JetDelete(session, table));
    make_key(2, JET_bitNewKey);
    assert_ok(JetSeek(session, table, JET_bitSeekEQ));
    make_key(2, JET_bitNewKey);
    assert_ok(JetSetIndexRange(session, table, JET_bitRangeInclusive));
    assert_err(JetMove(session, table, JET_MovePrevious, 0), JET_errNoCurrentRecord);
    assert_err(JetSetIndexRange(session, table, JET_bitRangeRemove), JET_errInvalidOperation);
    assert_ok(JetRollback(session, 0));
}

static void record_stays_when_its_entry_is_left(void **state)
{
    (void)state;
    add_index("number", "+number\0", 9, 0);
    insert(1, 10);
    insert(2, 20);
    assert_ok(JetSetCurrentIndexA(session, table, "number"));
    make_key(20, JET_bitNewKey);
    assert_ok(JetSeek(session, table, JET_bitSeekEQ));
    make_key(10, JET_bitNewKey);
    assert_err(JetSetIndexRange(session, table, JET_bitRangeInclusive | JET_bitRangeUpperLimit),
               JET_errNoCurrentRecord);
    assert_err(JetMove(session, table, 0, 0), JET_errNoCurrentRecord);
    assert_int_equal(current_id(), 2);
    assert_ok(JetSetCurrentIndex2A(session, table, NULL, JET_bitNoMove));
    assert_int_equal(current_id(), 2);
}

static void greater_than_whole_key(void **state)
{
    static const uint8_t prefix[] = { 0x7f, 0x80 };

    (void)state;
    add_index("number", "+number\0", 9, 0);
    insert(1, 5);
    insert(2, 0x00100000);
    assert_ok(JetSetCurrentIndexA(session, table, "number"));
    /* all that the key begins is passed: only an entry above 7f 80 ff would do */
    assert_ok(JetMakeKey(session, table, prefix, sizeof(prefix), JET_bitNewKey | JET_bitNormalizedKey));
    assert_err(JetSeek(session, table, JET_bitSeekGT), JET_errRecordNotFound);
    insert(3, 0x7f000000);
    assert_ok(JetMakeKey(session, table, prefix, sizeof(prefix), JET_bitNewKey | JET_bitNormalizedKey));
    assert_ok(JetSeek(session, table, JET_bitSeekGT));
    assert_int_equal(current_id(), 3);
}

static void equal_seek_behind_the_last_entry(void **state)
{
    (void)state;
    add_index("number", "+number\0", 9, 0);
    insert(1, 5);
    assert_ok(JetSetCurrentIndexA(session, table, "number"));
    make_key(7, JET_bitNewKey);
    assert_err(JetSeek(session, table, JET_bitSeekEQ), JET_errRecordNotFound);
    make_key(6, JET_bitNewKey);
    assert_err(JetSetIndexRange(session, table, 0), JET_errNoCurrentRecord);
    make_key(3, JET_bitNewKey);
    assert_err(JetSeek(session, table, JET_bitSeekEQ), JET_errRecordNotFound);
    assert_ok(JetMove(session, table, JET_MoveNext, 0));
    assert_int_equal(current_id(), 1);
}

static void value_of_a_tuple(void **state)
{
    static const char value[] = "abcdef";
    JET_RETINFO info = { .cbStruct = sizeof(info), .itagSequence = 1 };
    uint8_t got[20];
    JET_ULONG size;
    int32_t id = 1;

    (void)state;
    add_index("tuples", "+binary\0", 9, JET_bitIndexTuples);
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetSetColumn(session, table, id_column, &id, sizeof(id), 0, NULL));
    assert_ok(JetSetColumn(session, table, binary_column, value, 6, 0, NULL));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetSetCurrentIndexA(session, table, "tuples"));
    assert_ok(JetMove(session, table, JET_MoveLast, 0));
    assert_err(
        JetRetrieveColumn(session, table, binary_column, got, sizeof(got), &size, JET_bitRetrieveFromIndex, &info),
        JET_errIndexTuplesCannotRetrieveFromIndex);
    assert_ok(JetRetrieveColumn(session, table, binary_column, got, sizeof(got), &size,
                                JET_bitRetrieveFromIndex | JET_bitRetrieveTuple, &info));
    assert_int_equal(size, 3);
    assert_memory_equal(got, "def", 3);
}

static void no_tag_zero(void **state)
{
    JET_RETINFO info = { .cbStruct = sizeof(info), .itagSequence = 0 };
    uint8_t got[20];
    JET_ULONG size;

    (void)state;
    insert(1, 1);
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_err(JetRetrieveColumn(session, table, long_column, got, sizeof(got), &size, 0, &info),
               JET_errBadItagSequence);
    assert_ok(JetRetrieveColumn(session, table, id_column, got, sizeof(got), &size, 0, &info));
}

static void insert_has_no_key_size(void **state)
{
    JET_RECSIZE before = { 0 }, now = { 0 };

    (void)state;
    insert(1, 1);
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetGetRecordSize(session, table, &before, 0));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsertCopy));
    assert_ok(JetGetRecordSize(session, table, &now, JET_bitRecordSizeInCopyBuffer));
    assert_int_equal(before.cbOverhead - now.cbOverhead, 5);
    assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
    assert_ok(JetRollback(session, 0));
}

static void zeroes_where_the_original_goes(void **state)
{
    JET_SETINFO info = { .cbStruct = sizeof(info), .itagSequence = 1 };

    (void)state;
    insert(1, 1);
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsertCopyDeleteOriginal));
    assert_err(JetSetColumn(session, table, long_column, NULL, 3000, JET_bitSetSizeLV, &info), JET_errRecordNotFound);
    assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(JetSetColumn(session, table, long_column, NULL, 3000, JET_bitSetSizeLV, &info));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetRollback(session, 0));
}

static void copies_outside_of_transactions(void **state)
{
    (void)state;
    insert(1, 1);
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsertCopyReplaceOriginal));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_err(JetMove(session, table, JET_MoveNext, 0), JET_errNoCurrentRecord);
}

static void uniqueness_on_large_pages(void **state)
{
    JET_SETINFO info = { .cbStruct = sizeof(info) };

    (void)state;
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetSetColumn(session, table, pair_column, "abc", 3, 0, &info));
    /* one value is compared together with the byte before it */
    assert_ok(JetSetColumn(session, table, pair_column, "abc", 3, JET_bitSetUniqueNormalizedMultiValues, &info));
    assert_err(JetSetColumn(session, table, pair_column, "abc", 3, JET_bitSetUniqueNormalizedMultiValues, &info),
               JET_errMultiValuedDuplicate);
    assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
}

static void rollback_and_the_index_in_use(void **state)
{
    char name[JET_cbNameMost + 1];
    JET_TABLEID other;

    (void)state;
    add_index("number", "+number\0", 9, 0);
    /* set within what is rolled back, the index is left */
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetSetCurrentIndexA(session, table, "number"));
    assert_ok(JetRollback(session, 0));
    assert_ok(JetGetCurrentIndexA(session, table, name, sizeof(name)));
    assert_string_equal(name, "primary");
    /* but for one that the transaction around had changed before */
    insert(1, 1);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetSetCurrentIndexA(session, table, "number"));
    assert_ok(JetRollback(session, 0));
    assert_ok(JetGetCurrentIndexA(session, table, name, sizeof(name)));
    assert_string_equal(name, "number");
    assert_ok(JetRollback(session, 0));
    assert_ok(JetGetCurrentIndexA(session, table, name, sizeof(name)));
    assert_string_equal(name, "primary");
    /* by whichever cursor of the session */
    assert_ok(JetDupCursor(session, table, &other, 0));
    assert_ok(JetBeginTransaction(session));
    insert(2, 2);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetSetCurrentIndexA(session, other, "number"));
    assert_ok(JetRollback(session, 0));
    assert_ok(JetGetCurrentIndexA(session, other, name, sizeof(name)));
    assert_string_equal(name, "number");
    assert_ok(JetRollback(session, 0));
    assert_ok(JetGetCurrentIndexA(session, other, name, sizeof(name)));
    assert_string_equal(name, "primary");
    assert_ok(JetCloseTable(session, other));
}

static unsigned count_entries(JET_TABLEID of, const char *index)
{
    unsigned count = 0;
    JET_ERR err;

    assert_ok(JetSetCurrentIndexA(session, of, index));
    for (err = JetMove(session, of, JET_MoveFirst, 0); err >= 0; err = JetMove(session, of, JET_MoveNext, 0))
        count++;
    assert_err(err, JET_errNoCurrentRecord);
    return count;
}

/* Tuples are of the first column; what follows it is the first value of each. */
static void tuples_and_other_columns(void **state)
{
    static const struct
    {
        const char *text;
        JET_ULONG values;
        unsigned entries;
    } rows[] = { { "ab", 2, 0 }, { "abcd", 0, 2 }, { "abcd", 2, 2 }, { "abc", 1, 1 }, { "", 1, 0 } };
    JET_SETINFO info = { .cbStruct = sizeof(info) };
    unsigned expected = 0;

    (void)state;
    add_index("tuples", "+text\0+pair\0", 13, JET_bitIndexTuples);
    for (int32_t i = 0; i < 5; i++)
    {
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, id_column, &i, sizeof(i), 0, NULL));
        assert_ok(JetSetColumn(session, table, text_column, rows[i].text, (JET_ULONG)strlen(rows[i].text), 0, NULL));
        for (JET_ULONG value = 0; value < rows[i].values; value++)
            assert_ok(JetSetColumn(session, table, pair_column, &value, sizeof(value), 0, &info));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
        expected += rows[i].entries;
        assert_int_equal(count_entries(table, "tuples"), expected);
    }
    add_index("later", "+text\0+pair\0", 13, JET_bitIndexTuples);
    assert_int_equal(count_entries(table, "later"), expected);
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
    while (JetMove(session, table, JET_MoveFirst, 0) >= 0)
        assert_ok(JetDelete(session, table));
    assert_int_equal(count_entries(table, "tuples"), 0);
    assert_int_equal(count_entries(table, "later"), 0);
}

/* Each value of the first column has its tuples with each of the other; one that is too short has none. */
static void tuples_and_cross_products(void **state)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def),
                          .coltyp = JET_coltypBinary,
                          .grbit = JET_bitColumnTagged | JET_bitColumnMultiValued };
    JET_SETINFO info = { .cbStruct = sizeof(info) };
    JET_COLUMNID first;
    int32_t id = 1;

    (void)state;
    assert_ok(JetAddColumnA(session, table, "first", &def, NULL, 0, &first));
    add_index("cross", "+first\0+pair\0", 14, JET_bitIndexTuples | JET_bitIndexCrossProduct);
    add_index("nested", "+first\0+pair\0", 14, JET_bitIndexTuples | JET_bitIndexNestedTable);
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetSetColumn(session, table, id_column, &id, sizeof(id), 0, NULL));
    assert_ok(JetSetColumn(session, table, first, "xy", 2, 0, &info));
    assert_ok(JetSetColumn(session, table, first, "abcd", 4, 0, &info));
    assert_ok(JetSetColumn(session, table, pair_column, "1", 1, 0, &info));
    assert_ok(JetSetColumn(session, table, pair_column, "2", 1, 0, &info));
    assert_ok(JetSetColumn(session, table, pair_column, "3", 1, 0, &info));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_int_equal(count_entries(table, "cross"), 6);
    assert_int_equal(count_entries(table, "nested"), 2);
}

/* The index of records is of what is in their columns, multi-valued or not. */
static void nested_primary_index(void **state)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypLong };
    JET_COLUMNID id, number;
    JET_TABLEID nested;
    uint8_t bookmark[20];
    JET_ULONG size;

    (void)state;
    assert_ok(JetCreateTableA(session, dbid, "nested", 1, 90, &nested));
    assert_ok(JetAddColumnA(session, nested, "id", &def, NULL, 0, &id));
    assert_ok(JetAddColumnA(session, nested, "number", &def, NULL, 0, &number));
    assert_ok(JetCreateIndexA(session, nested, "id", JET_bitIndexPrimary | JET_bitIndexNestedTable, "+id\0", 5, 90));
    assert_ok(JetCreateIndexA(session, nested, "number", 0, "+number\0", 9, 90));
    for (int32_t i = 1; i <= 3; i++)
    {
        assert_ok(JetPrepareUpdate(session, nested, JET_prepInsert));
        assert_ok(JetSetColumn(session, nested, id, &i, sizeof(i), 0, NULL));
        assert_ok(JetSetColumn(session, nested, number, &i, sizeof(i), 0, NULL));
        assert_ok(JetUpdate(session, nested, bookmark, sizeof(bookmark), &size));
        assert_int_equal(size, 5);
        assert_ok(JetGotoBookmark(session, nested, bookmark, size));
    }
    assert_int_equal(count_entries(nested, "number"), 3);
    assert_int_equal(count_entries(nested, "id"), 3);
    assert_ok(JetCloseTable(session, nested));
}

/* Beside a column of many values one of a single value, or of none, is in each of their keys, and ends with them. */
static void nested_and_single_values(void **state)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypShort, .grbit = JET_bitColumnTagged };
    JET_SETINFO next = { sizeof(next), 0, 0 };
    JET_COLUMNID one, many;
    JET_TABLEID nested;
    int16_t value = 5;

    (void)state;
    assert_ok(JetCreateTableA(session, dbid, "single", 1, 90, &nested));
    assert_ok(JetAddColumnA(session, nested, "one", &def, NULL, 0, &one));
    def.grbit |= JET_bitColumnMultiValued;
    assert_ok(JetAddColumnA(session, nested, "many", &def, NULL, 0, &many));
    assert_ok(JetCreateIndexA(session, nested, "before", JET_bitIndexNestedTable, "-one\0+many\0", 12, 90));
    for (unsigned i = 0; i < 4; i++)
    {
        assert_ok(JetPrepareUpdate(session, nested, JET_prepInsert));
        if (i)
            assert_ok(JetSetColumn(session, nested, one, &value, sizeof(value), 0, NULL));
        for (int16_t k = 0; k < (int16_t)i; k++)
            assert_ok(JetSetColumn(session, nested, many, &k, sizeof(k), 0, &next));
        assert_ok(JetUpdate(session, nested, NULL, 0, NULL));
    }
    assert_ok(JetCreateIndexA(session, nested, "after", JET_bitIndexNestedTable, "+many\0+one\0", 12, 90));
    assert_ok(JetCreateIndexA(session, nested, "alone", JET_bitIndexNestedTable, "+one\0", 6, 90));
    assert_int_equal(count_entries(nested, "before"), 1 + 1 + 2 + 3);
    assert_int_equal(count_entries(nested, "after"), 1 + 1 + 2 + 3);
    assert_int_equal(count_entries(nested, "alone"), 4);
    assert_ok(JetCloseTable(session, nested));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_table, close_table)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(limits_are_told_by_a_warning),
        TEST(lcid_zero_names_no_locale),
        TEST(hidden_entry_ends_range),
        TEST(record_stays_when_its_entry_is_left),
        TEST(greater_than_whole_key),
        TEST(equal_seek_behind_the_last_entry),
        TEST(value_of_a_tuple),
        TEST(tuples_and_other_columns),
        TEST(tuples_and_cross_products),
        TEST(nested_primary_index),
        TEST(nested_and_single_values),
        TEST(no_tag_zero),
        TEST(insert_has_no_key_size),
        TEST(zeroes_where_the_original_goes),
        TEST(copies_outside_of_transactions),
        TEST(uniqueness_on_large_pages),
        TEST(rollback_and_the_index_in_use),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
