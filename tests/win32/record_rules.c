/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a record makes of values: sizes, defaults, many values of a column, and what indexes refuse. */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;
static JET_TABLEID table;

static int start(void **state)
{
    (void)state;
    dbid = test_database("records", "off", &instance, &session);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetTerm(instance));
    return 0;
}

static int make_table(void **state)
{
    (void)state;
    table = test_table(session, dbid);
    return 0;
}

static int close_table(void **state)
{
    (void)state;
    assert_ok(JetCloseTable(session, table));
    return 0;
}

static JET_COLUMNID add(const char *name, JET_COLTYP type, JET_ULONG max, JET_GRBIT grbit, const void *value,
                        JET_ULONG size)
{
    JET_COLUMNDEF def = { sizeof(def), 0, type, 0, 0, 1252, 0, max, grbit };
    JET_COLUMNID id = 0;

    assert_ok(JetAddColumnA(session, table, name, &def, value, size, &id));
    return id;
}

static JET_ERR set_at(JET_COLUMNID column, const void *bytes, JET_ULONG size, JET_ULONG sequence, JET_GRBIT grbit)
{
    JET_SETINFO info = { sizeof(info), 0, sequence };

    return JetSetColumn(session, table, column, bytes, size, grbit, &info);
}

static JET_ERR set(JET_COLUMNID column, const void *bytes, JET_ULONG size)
{
    return set_at(column, bytes, size, 1, 0);
}

/* The bytes in the copy buffer, as many as `want` has, are `want`. */
static void assert_value(JET_COLUMNID column, JET_ULONG sequence, const char *want, JET_ULONG size)
{
    JET_RETINFO info = { sizeof(info), 0, sequence, 0 };
    char bytes[600];
    JET_ULONG actual = 0;

    assert_ok(JetRetrieveColumn(session, table, column, bytes, sizeof(bytes), &actual, JET_bitRetrieveCopy, &info));
    assert_int_equal(actual, size);
    assert_memory_equal(bytes, want, size);
}

static void assert_null_value(JET_COLUMNID column, JET_ULONG sequence)
{
    JET_RETINFO info = { sizeof(info), 0, sequence, 0 };
    char bytes[600];

    assert_err(JetRetrieveColumn(session, table, column, bytes, sizeof(bytes), NULL, JET_bitRetrieveCopy, &info),
               JET_wrnColumnNull);
}

static JET_ULONG values_of(JET_COLUMNID column)
{
    JET_RETRIEVECOLUMN ask = { .columnid = column, .grbit = JET_bitRetrieveCopy };

    assert_ok(JetRetrieveColumns(session, table, &ask, 1));
    return ask.itagSequence;
}

static void begin(void)
{
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
}

static void values_are_fitted(void **state)
{
    JET_COLUMNID text = add("text", JET_coltypText, 4, 0, NULL, 0);
    JET_COLUMNID binary = add("binary", JET_coltypBinary, 6, JET_bitColumnFixed, NULL, 0);
    JET_COLUMNID letters = add("letters", JET_coltypText, 6, JET_bitColumnFixed, NULL, 0);
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypText, 0, 0, 1200, 0, 8, JET_bitColumnFixed };
    JET_COLUMNID flag = add("flag", JET_coltypBit, 0, 0, NULL, 0);
    JET_COLUMNID flags = add("flags", JET_coltypBit, 0, JET_bitColumnTagged | JET_bitColumnMultiValued, NULL, 0);
    JET_COLUMNID wide, needed = add("needed", JET_coltypText, 0, JET_bitColumnNotNULL, NULL, 0);

    (void)state;
    assert_ok(JetAddColumnA(session, table, "wide", &def, NULL, 0, &wide));
    begin();
    assert_err(set(text, "abcdef", 6), JET_wrnColumnMaxTruncated);
    assert_value(text, 1, "abcd", 4);
    assert_ok(set(binary, "ab", 2));
    assert_value(binary, 1, "ab\0\0\0\0", 6);
    assert_err(set(binary, "abcdefg", 7), JET_errInvalidBufferSize);
    assert_ok(set(letters, "ab", 2));
    assert_value(letters, 1, "ab    ", 6);
    assert_ok(set(wide, "a\0", 2));
    assert_value(wide, 1, "a\0 \0 \0 \0", 8);
    assert_ok(set(flag, "\x02", 1));
    assert_value(flag, 1, "\xff", 1);
    assert_ok(set(flag, "\0", 1));
    assert_value(flag, 1, "\0", 1);
    assert_err(set(flag, "ab", 2), JET_errInvalidBufferSize);
    assert_ok(set(flags, "\x40", 1));
    assert_ok(set_at(flags, "\0", 1, 0, 0));
    assert_value(flags, 1, "\xff", 1);
    assert_value(flags, 2, "\0", 1);
    assert_err(set(needed, NULL, 0), JET_errNullInvalid);
    assert_err(JetUpdate(session, table, NULL, 0, NULL), JET_errNullInvalid);
    assert_ok(set_at(needed, "", 0, 1, JET_bitSetZeroLength));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetRollback(session, 0));
}

static void defaults_come_and_go(void **state)
{
    const int32_t seven = 7, one = 1;
    JET_COLUMNID number = add("number", JET_coltypLong, 0, 0, &seven, 4);
    JET_COLUMNID first = add("first", JET_coltypText, 0, 0, "first", 5);
    JET_COLUMNID second = add("second", JET_coltypText, 0, 0, "second", 6);
    JET_COLUMNID tag = add("tag", JET_coltypLong, 0, JET_bitColumnTagged | JET_bitColumnMultiValued, &seven, 4);
    JET_COLUMNID note = add("note", JET_coltypLongText, 0, 0, "note", 4);

    (void)state;
    begin();
    assert_value(number, 1, (const char *)&seven, 4);
    assert_value(first, 1, "first", 5);
    assert_value(second, 1, "second", 6);
    assert_value(tag, 1, (const char *)&seven, 4);
    assert_value(note, 1, "note", 4);
    /* NULL against a default is something that is set; and can be taken back. */
    assert_ok(set(number, NULL, 0));
    assert_ok(set(first, NULL, 0));
    assert_ok(set(tag, NULL, 0));
    assert_ok(set(note, NULL, 0));
    assert_null_value(number, 1);
    assert_null_value(first, 1);
    assert_null_value(tag, 1);
    assert_null_value(note, 1);
    assert_value(second, 1, "second", 6);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_null_value(tag, 1);
    assert_ok(set_at(tag, NULL, 0, 1, JET_bitSetRevertToDefaultValue));
    assert_value(tag, 1, (const char *)&seven, 4);
    assert_ok(set_at(note, NULL, 0, 1, JET_bitSetRevertToDefaultValue));
    assert_value(note, 1, "note", 4);
    assert_ok(set(tag, &one, 4));
    assert_value(tag, 1, (const char *)&one, 4);
    assert_ok(set(tag, NULL, 0));
    assert_null_value(tag, 1);
    assert_ok(set(tag, &one, 4));
    assert_value(tag, 1, (const char *)&one, 4);
    /* Beside the default there is no second value, but it becomes one. */
    assert_ok(set_at(tag, &seven, 4, 2, 0));
    assert_int_equal(values_of(tag), 2);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetRollback(session, 0));
}

static void many_values(void **state)
{
    const JET_GRBIT grbit = JET_bitColumnTagged | JET_bitColumnMultiValued;
    JET_COLUMNID tag = add("tag", JET_coltypText, 0, grbit, NULL, 0);
    JET_COLUMNID note = add("note", JET_coltypLongBinary, 0, grbit, NULL, 0);
    char big[700];

    (void)state;
    memset(big, 'b', sizeof(big));
    begin();
    /* In the middle, at the ends; beyond the end is nothing. */
    for (unsigned i = 0; i < 5; i++)
        assert_ok(set_at(tag, &"abcde"[i], 1, 0, 0));
    assert_int_equal(values_of(tag), 5);
    assert_ok(set_at(tag, NULL, 0, 3, 0));
    assert_value(tag, 3, "d", 1);
    assert_ok(set_at(tag, NULL, 0, 1, 0));
    assert_value(tag, 1, "b", 1);
    assert_ok(set_at(tag, NULL, 0, 9, 0));
    assert_int_equal(values_of(tag), 3);
    assert_ok(set_at(tag, "longer than it was", 18, 2, 0));
    assert_value(tag, 2, "longer than it was", 18);
    assert_value(tag, 3, "e", 1);
    assert_ok(set_at(tag, NULL, 0, 3, 0));
    assert_ok(set_at(tag, NULL, 0, 3, 0));
    assert_int_equal(values_of(tag), 2);
    assert_ok(set_at(tag, NULL, 0, 1, 0));
    assert_value(tag, 1, "longer than it was", 18);
    assert_ok(set_at(tag, NULL, 0, 1, 0));
    assert_int_equal(values_of(tag), 0);
    /* None twice. */
    assert_ok(set_at(tag, "one", 3, 0, JET_bitSetUniqueMultiValues));
    assert_err(set_at(tag, "one", 3, 0, JET_bitSetUniqueMultiValues), JET_errMultiValuedDuplicate);
    assert_ok(set_at(tag, "two", 3, 0, JET_bitSetUniqueMultiValues));
    assert_ok(set_at(tag, "three", 5, 0, JET_bitSetUniqueMultiValues));
    assert_err(set_at(tag, "two", 3, 0, JET_bitSetUniqueMultiValues), JET_errMultiValuedDuplicate);
    assert_ok(set_at(tag, "two", 3, 2, JET_bitSetUniqueMultiValues));
    assert_ok(set_at(tag, "TWO", 3, 0, JET_bitSetUniqueMultiValues));
    assert_err(set_at(tag, "Three", 5, 0, JET_bitSetUniqueNormalizedMultiValues), JET_errMultiValuedDuplicate);
    assert_ok(set_at(tag, "four", 4, 0, JET_bitSetUniqueNormalizedMultiValues));
    assert_int_equal(values_of(tag), 5);
    /* Values of which some are outside of the record. */
    assert_ok(set_at(note, "x", 1, 0, 0));
    assert_ok(set_at(note, big, sizeof(big), 0, JET_bitSetSeparateLV));
    assert_ok(set_at(note, "z", 1, 0, 0));
    assert_ok(set_at(note, NULL, 0, 1, 0));
    assert_value(note, 2, "z", 1);
    assert_err(set_at(note, big, sizeof(big), 0, JET_bitSetUniqueMultiValues), JET_errMultiValuedDuplicate);
    assert_ok(set_at(note, NULL, 0, 2, 0));
    assert_int_equal(values_of(note), 1);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    {
        char found[700];
        JET_ULONG actual;
        assert_ok(JetRetrieveColumn(session, table, note, found, sizeof(found), &actual, 0, NULL));
        assert_int_equal(actual, sizeof(big));
        assert_memory_equal(found, big, sizeof(big));
    }
    assert_ok(JetRollback(session, 0));
}

static void records_get_full(void **state)
{
    JET_COLUMNID texts[20],
        tags = add("tags", JET_coltypBinary, 0, JET_bitColumnTagged | JET_bitColumnMultiValued, NULL, 0);
    char name[20], much[255];
    unsigned i, filled = 0;
    JET_ERR err = JET_errSuccess;

    (void)state;
    memset(much, 'm', sizeof(much));
    for (i = 0; i < 20; i++)
    {
        snprintf(name, sizeof(name), "text%u", i);
        texts[i] = add(name, JET_coltypText, 0, 0, NULL, 0);
    }
    begin();
    for (i = 0; i < 20 && err >= 0; i++)
    {
        err = set(texts[i], much, sizeof(much));
        filled += err >= 0;
    }
    assert_err(err, JET_errRecordTooBig);
    assert_int_equal(filled, 14); /* a page less a key of 255 bytes */
    assert_value(texts[13], 1, much, sizeof(much));
    assert_err(set_at(tags, much, 255, 0, 0), JET_errRecordTooBig);
    assert_ok(set_at(tags, much, 60, 0, 0));
    assert_err(set_at(tags, much, 255, 0, 0), JET_errRecordTooBig);
    assert_ok(set_at(tags, much, 20, 0, 0));
    assert_err(set_at(tags, much, 255, 0, 0), JET_errRecordTooBig);
    assert_err(set_at(tags, much, 255, 2, 0), JET_errRecordTooBig);
    assert_err(set_at(tags, much, 255, 1, 0), JET_errRecordTooBig);
    assert_int_equal(values_of(tags), 2);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetRollback(session, 0));
}

/* ----------------------------------------------------------------- indexes --- */

static void what_indexes_refuse(void **state)
{
    JET_COLUMNID number = add("number", JET_coltypLong, 0, 0, NULL, 0);
    JET_COLUMNID text = add("text", JET_coltypLongText, 0, 0, NULL, 0);
    JET_COLUMNID tag = add("tag", JET_coltypLong, 0, JET_bitColumnTagged, NULL, 0);
    const int32_t one = 1;
    char much[400];
    JET_ULONG count;

    (void)state;
    memset(much, 'm', sizeof(much));
    assert_ok(JetCreateIndexA(session, table, "no nulls", JET_bitIndexDisallowNull, "+number\0", 9, 80));
    assert_ok(JetCreateIndexA(session, table, "whole", JET_bitIndexDisallowTruncation, "+text\0", 7, 80));
    begin();
    assert_err(JetUpdate(session, table, NULL, 0, NULL), JET_errNullKeyDisallowed);
    assert_ok(set(number, &one, 4));
    assert_ok(set(text, much, sizeof(much)));
    assert_err(JetUpdate(session, table, NULL, 0, NULL), JET_errKeyTruncated);
    assert_ok(set(text, much, 50));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(set(number, NULL, 0));
    assert_err(JetUpdate(session, table, NULL, 0, NULL), JET_errNullKeyDisallowed);
    assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
    /* A change of the condition alone changes the index. */
    {
        JET_CONDITIONALCOLUMN_A condition = { sizeof(condition), (char *)"tag", JET_bitIndexColumnMustBeNull };
        JET_INDEXCREATE3_A create;

        memset(&create, 0, sizeof(create));
        create.cbStruct = sizeof(create);
        create.szIndexName = (char *)"conditional";
        create.szKey = (char *)"+number\0";
        create.cbKey = 9;
        create.ulDensity = 80;
        create.rgconditionalcolumn = &condition;
        create.cConditionalColumn = 1;
        assert_ok(JetRollback(session, 0));
        assert_ok(JetCreateIndex4A(session, table, &create, 1));
    }
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(set(tag, &one, 4));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetSetCurrentIndexA(session, table, "conditional"));
    assert_err(JetMove(session, table, JET_MoveFirst, 0), JET_errNoCurrentRecord);
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(set(tag, NULL, 0));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetSetCurrentIndexA(session, table, "conditional"));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetIndexRecordCount(session, table, &count, 0));
    assert_int_equal(count, 1);
    assert_ok(JetRollback(session, 0));
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
}

/* Many keys of one record: an index of what a long value has in it, of many values. */
static void many_keys(void **state)
{
    JET_COLUMNID words = add("words", JET_coltypLongText, 0, JET_bitColumnTagged | JET_bitColumnMultiValued, NULL, 0);
    char word[200];
    JET_ULONG count;

    (void)state;
    assert_ok(JetCreateIndexA(session, table, "words", JET_bitIndexIgnoreNull, "+words\0", 8, 80));
    begin();
    for (unsigned i = 0; i < 40; i++)
    {
        memset(word, 'a' + (int)(i % 26), sizeof(word));
        snprintf(word, sizeof(word), "%02u", i);
        word[2] = 'x';
        assert_ok(set_at(words, word, i % 2 ? sizeof(word) : 3, 0, i % 4 == 1 ? JET_bitSetSeparateLV : 0));
    }
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetSetCurrentIndexA(session, table, "words"));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetIndexRecordCount(session, table, &count, 0));
    assert_int_equal(count, 40);
    assert_ok(JetMakeKey(session, table, "07x", 3, JET_bitNewKey));
    assert_err(JetSeek(session, table, JET_bitSeekGE), JET_wrnSeekNotEqual);
    memset(word, 'h', sizeof(word));
    memcpy(word, "07x", 3);
    assert_ok(JetMakeKey(session, table, word, sizeof(word), JET_bitNewKey));
    assert_ok(JetSeek(session, table, JET_bitSeekEQ));
    /* All of them change at once. */
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    for (unsigned i = 40; i > 1; i--)
        assert_ok(set_at(words, NULL, 0, i, 0));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetSetCurrentIndexA(session, table, "words"));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetIndexRecordCount(session, table, &count, 0));
    assert_int_equal(count, 1);
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
}

static void numbers_in_order(void **state)
{
    static const double values[] = { 1.5, -2.25, 0, -1e300, 1e300, -0.5 },
                        sorted[] = { -1e300, -2.25, -0.5, 0, 1.5, 1e300 };
    JET_COLUMNID wide = add("wide", JET_coltypIEEEDouble, 0, 0, NULL, 0);
    JET_COLUMNID narrow = add("narrow", JET_coltypIEEESingle, 0, 0, NULL, 0);
    double found;

    (void)state;
    assert_ok(JetCreateIndexA(session, table, "wide", 0, "+wide\0", 7, 80));
    assert_ok(JetCreateIndexA(session, table, "narrow", 0, "-narrow\0", 9, 80));
    assert_ok(JetBeginTransaction(session));
    for (unsigned i = 0; i < 6; i++)
    {
        float single = i == 3 ? -1e30f : i == 4 ? 1e30f : (float)values[i];

        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(set(wide, &values[i], 8));
        assert_ok(set(narrow, &single, 4));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(session, 0));
    for (unsigned down = 0; down < 2; down++)
    {
        assert_ok(JetSetCurrentIndexA(session, table, down ? "narrow" : "wide"));
        for (unsigned i = 0; i < 6; i++)
        {
            assert_ok(JetMove(session, table, i ? JET_MoveNext : JET_MoveFirst, 0));
            assert_ok(JetRetrieveColumn(session, table, wide, &found, 8, NULL, 0, NULL));
            assert_true(found == sorted[down ? 5 - i : i]);
        }
    }
    assert_ok(JetRetrieveColumn(session, table, narrow, &(float){ 0 }, 4, NULL, JET_bitRetrieveFromIndex, NULL));
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
}

/* A table that has records already gets numbers for them. */
static void numbers_for_what_is_there(void **state)
{
    JET_COLUMNID name = add("name", JET_coltypText, 0, 0, NULL, 0), number;
    int32_t found;

    (void)state;
    assert_ok(JetBeginTransaction(session));
    for (unsigned i = 0; i < 5; i++)
    {
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(set(name, &"abcde"[i], 1));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(session, 0));
    number = add("number", JET_coltypLong, 0, JET_bitColumnAutoincrement, NULL, 0);
    for (int32_t i = 1; i <= 5; i++)
    {
        assert_ok(JetMove(session, table, i > 1 ? JET_MoveNext : JET_MoveFirst, 0));
        assert_ok(JetRetrieveColumn(session, table, number, &found, 4, NULL, 0, NULL));
        assert_int_equal(found, i);
    }
    begin();
    assert_err(set(number, &found, 4), JET_errInvalidColumnType);
    assert_ok(JetRetrieveColumn(session, table, number, &found, 4, NULL, JET_bitRetrieveCopy, NULL));
    assert_true(found > 5);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    /* The number of a copy is its own, unless it takes the place of the original. */
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsertCopy));
    assert_ok(JetRetrieveColumn(session, table, number, &found, 4, NULL, JET_bitRetrieveCopy, NULL));
    assert_true(found > 6);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsertCopyReplaceOriginal));
    assert_ok(JetRetrieveColumn(session, table, number, &found, 4, NULL, JET_bitRetrieveCopy, NULL));
    assert_int_equal(found, 1);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetRollback(session, 0));
    /* One that the program gives must be one that was given out. */
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsertMustSetAutoIncrement));
    assert_err(JetUpdate(session, table, NULL, 0, NULL), JET_errAutoIncrementNotSet);
    found = 0;
    assert_err(set(number, &found, 4), JET_errInvalidParameter);
    found = 1000000;
    assert_err(set(number, &found, 4), JET_errSetAutoIncrementTooHigh);
    found = 3;
    assert_ok(set(number, &found, 4));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetRollback(session, 0));
}

static void ranges_of_keys(void **state)
{
    JET_COLUMNID id = add("id", JET_coltypLong, 0, 0, NULL, 0);
    int32_t found, key;

    (void)state;
    assert_ok(JetCreateIndexA(session, table, "by id", JET_bitIndexPrimary, "+id\0", 5, 80));
    assert_ok(JetBeginTransaction(session));
    for (int32_t i = 0; i < 10; i++)
    {
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(set(id, &i, 4));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(session, 0));
    assert_err(JetSetIndexRange(session, table, JET_bitRangeUpperLimit), JET_errKeyNotMade);
    assert_err(JetSetIndexRange(session, table, JET_bitRangeRemove), JET_errInvalidOperation);
    key = 3;
    assert_ok(JetMakeKey(session, table, &key, 4, JET_bitNewKey));
    assert_ok(JetSeek(session, table, JET_bitSeekEQ | JET_bitSetIndexRange));
    assert_err(JetMove(session, table, JET_MoveNext, 0), JET_errNoCurrentRecord);
    assert_ok(JetMakeKey(session, table, &key, 4, JET_bitNewKey));
    assert_ok(JetSeek(session, table, JET_bitSeekEQ));
    key = 6;
    assert_ok(JetMakeKey(session, table, &key, 4, JET_bitNewKey));
    assert_ok(JetSetIndexRange(session, table, JET_bitRangeUpperLimit));
    assert_ok(JetMove(session, table, 2, 0));
    assert_ok(JetRetrieveColumn(session, table, id, &found, 4, NULL, 0, NULL));
    assert_int_equal(found, 5);
    assert_ok(JetSetIndexRange(session, table, JET_bitRangeRemove));
    assert_ok(JetMove(session, table, JET_MoveNext, 0));
    assert_ok(JetRetrieveColumn(session, table, id, &found, 4, NULL, 0, NULL));
    assert_int_equal(found, 6);
    /* For a moment only: whether there is anything in it. */
    key = 6;
    assert_ok(JetMakeKey(session, table, &key, 4, JET_bitNewKey));
    assert_err(JetSetIndexRange(session, table, JET_bitRangeUpperLimit | JET_bitRangeInstantDuration),
               JET_errNoCurrentRecord);
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetMakeKey(session, table, &key, 4, JET_bitNewKey));
    assert_ok(JetSetIndexRange(session, table, JET_bitRangeUpperLimit | JET_bitRangeInstantDuration));
    assert_ok(JetMove(session, table, 9, 0));
    assert_ok(JetSetTableSequential(session, table, 0));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetMove(session, table, 9, 0));
    assert_ok(JetResetTableSequential(session, table, 0));
}

#define ON_TABLE(function) cmocka_unit_test_setup_teardown(function, make_table, close_table)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_TABLE(values_are_fitted), ON_TABLE(defaults_come_and_go),      ON_TABLE(many_values),
        ON_TABLE(records_get_full),  ON_TABLE(what_indexes_refuse),       ON_TABLE(many_keys),
        ON_TABLE(numbers_in_order),  ON_TABLE(numbers_for_what_is_there), ON_TABLE(ranges_of_keys),
    };

    return cmocka_run_group_tests_name("records", tests, start, stop);
}
