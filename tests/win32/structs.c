/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of several versions and spellings: what each version's struct says arrives, and comes back. */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID database;

/* Two columns of either spelling. */
static JET_COLUMNCREATE_A narrow_columns[2];
static JET_COLUMNCREATE_W wide_columns[2];

static void fill_columns(void)
{
    for (unsigned i = 0; i < 2; i++)
    {
        const char *name = i ? "text" : "id";

        narrow_columns[i] = (JET_COLUMNCREATE_A){ .cbStruct = sizeof(JET_COLUMNCREATE_A),
                                                  .szColumnName = (char *)name,
                                                  .coltyp = i ? JET_coltypLongText : JET_coltypLong,
                                                  .cp = 1200 };
        wide_columns[i] = (JET_COLUMNCREATE_W){ .cbStruct = sizeof(JET_COLUMNCREATE_W),
                                                .szColumnName = test_wide(name),
                                                .coltyp = i ? JET_coltypLongText : JET_coltypLong,
                                                .cp = 1200 };
    }
}

/* What is there after all: two columns, an index in this locale, a space hint. */
static void assert_made(const char *name, const WCHAR *locale, JET_ULONG chunk)
{
    JET_TABLEID table;
    JET_COLUMNDEF def;
    JET_ULONG value;
    WCHAR found[90] = { 0 };

    assert_ok(JetOpenTableA(session, database, name, NULL, 0, 0, &table));
    assert_ok(JetGetTableColumnInfoA(session, table, "id", &def, sizeof(def), JET_ColInfo));
    assert_int_equal(def.coltyp, JET_coltypLong);
    assert_ok(JetGetTableColumnInfoA(session, table, "text", &def, sizeof(def), JET_ColInfo));
    assert_int_equal(def.coltyp, JET_coltypLongText);
    assert_ok(JetGetTableIndexInfoW(session, table, test_wide("texts"), found, sizeof(found), JET_IdxInfoLocaleName));
    assert_memory_equal(found, locale, 5 * sizeof(WCHAR));
    if (chunk)
    {
        assert_ok(JetGetTableInfoA(session, table, &value, sizeof(value), JET_TblInfoLVChunkMax));
        assert_int_equal(value, chunk);
    }
    assert_ok(JetCloseTable(session, table));
}

static void tables_3(void **state)
{
    JET_SPACEHINTS hints = { .cbStruct = sizeof(hints), .ulInitialDensity = 70 };
    JET_UNICODEINDEX german = { 0x0407, 0x00000401 };
    JET_INDEXCREATE2_A index = { .cbStruct = sizeof(index),
                                 .szIndexName = (char *)"texts",
                                 .szKey = (char *)"+text\0",
                                 .cbKey = 7,
                                 .grbit = JET_bitIndexUnicode,
                                 .pidxunicode = &german,
                                 .pSpacehints = &hints };
    JET_INDEXCREATE2_W wide_index = { .cbStruct = sizeof(wide_index),
                                      .szIndexName = test_wide("texts"),
                                      .szKey = test_wide("+text\0"),
                                      .cbKey = 7 * sizeof(WCHAR),
                                      .grbit = JET_bitIndexUnicode,
                                      .pidxunicode = &german,
                                      .pSpacehints = &hints };
    JET_TABLECREATE3_A create = { .cbStruct = sizeof(create),
                                  .szTableName = (char *)"three",
                                  .ulPages = 1,
                                  .rgcolumncreate = narrow_columns,
                                  .cColumns = 2,
                                  .rgindexcreate = &index,
                                  .cIndexes = 1,
                                  .pSeqSpacehints = &hints,
                                  .cbSeparateLV = 100 };
    JET_TABLECREATE3_W wide = { .cbStruct = sizeof(wide),
                                .szTableName = test_wide("wide3"),
                                .ulPages = 1,
                                .rgcolumncreate = wide_columns,
                                .cColumns = 2,
                                .rgindexcreate = &wide_index,
                                .cIndexes = 1 };
    WCHAR key[8] = { '+', 't', 'e', 'x', 't', 0, 0, 0 };

    (void)state;
    fill_columns();
    create.cbStruct--;
    assert_err(JetCreateTableColumnIndex3A(session, database, &create), JET_errInvalidParameter);
    create.cbStruct++;
    assert_ok(JetCreateTableColumnIndex3A(session, database, &create));
    assert_int_equal(create.cCreated, 4);
    assert_int_not_equal(narrow_columns[1].columnid, 0);
    assert_ok(JetCloseTable(session, create.tableid));
    assert_made("three", test_wide("de-DE"), 0);
    wide_index.szKey = key;
    wide_index.szIndexName = test_wide("texts");
    wide.szTableName = test_wide("wide3");
    fill_columns();
    assert_ok(JetCreateTableColumnIndex3W(session, database, &wide));
    assert_int_equal(wide.cCreated, 4);
    assert_ok(JetCloseTable(session, wide.tableid));
    assert_made("wide3", test_wide("de-DE"), 0);
}

static void tables_4_and_5(void **state)
{
    JET_UNICODEINDEX2 french = { test_wide("fr-FR"), 0x00000401 };
    WCHAR key[7] = { '+', 't', 'e', 'x', 't', 0, 0 };
    JET_INDEXCREATE3_A index = { .cbStruct = sizeof(index),
                                 .szIndexName = (char *)"texts",
                                 .szKey = (char *)"+text\0",
                                 .cbKey = 7,
                                 .grbit = JET_bitIndexUnicode,
                                 .pidxunicode = &french };
    JET_INDEXCREATE3_W wide_index = { .cbStruct = sizeof(wide_index),
                                      .szIndexName = test_wide("texts"),
                                      .szKey = key,
                                      .cbKey = sizeof(key),
                                      .grbit = JET_bitIndexUnicode,
                                      .pidxunicode = &french };
    JET_TABLECREATE4_A four = { .cbStruct = sizeof(four),
                                .szTableName = (char *)"four",
                                .ulPages = 1,
                                .rgcolumncreate = narrow_columns,
                                .cColumns = 2,
                                .rgindexcreate = &index,
                                .cIndexes = 1 };
    JET_TABLECREATE4_W four_wide = { .cbStruct = sizeof(four_wide),
                                     .ulPages = 1,
                                     .rgcolumncreate = wide_columns,
                                     .cColumns = 2,
                                     .rgindexcreate = &wide_index,
                                     .cIndexes = 1 };
    JET_TABLECREATE5_A five = { .cbStruct = sizeof(five),
                                .szTableName = (char *)"five",
                                .ulPages = 1,
                                .rgcolumncreate = narrow_columns,
                                .cColumns = 2,
                                .rgindexcreate = &index,
                                .cIndexes = 1,
                                .cbLVChunkMax = 1000 };
    JET_TABLECREATE5_W five_wide = { .cbStruct = sizeof(five_wide),
                                     .ulPages = 1,
                                     .rgcolumncreate = wide_columns,
                                     .cColumns = 2,
                                     .rgindexcreate = &wide_index,
                                     .cIndexes = 1,
                                     .cbLVChunkMax = 2000 };

    (void)state;
    fill_columns();
    assert_ok(JetCreateTableColumnIndex4A(session, database, &four));
    assert_int_equal(four.cCreated, 4);
    assert_ok(JetCloseTable(session, four.tableid));
    assert_made("four", test_wide("fr-FR"), 0);
    four_wide.szTableName = test_wide("wide4");
    wide_index.szIndexName = test_wide("texts");
    french.szLocaleName = test_wide("fr-FR");
    fill_columns();
    assert_ok(JetCreateTableColumnIndex4W(session, database, &four_wide));
    assert_ok(JetCloseTable(session, four_wide.tableid));
    assert_made("wide4", test_wide("fr-FR"), 0);
    five.cbStruct--;
    assert_err(JetCreateTableColumnIndex5A(session, database, &five), JET_errInvalidParameter);
    five.cbStruct++;
    french.szLocaleName = test_wide("fr-FR");
    assert_ok(JetCreateTableColumnIndex5A(session, database, &five));
    assert_ok(JetCloseTable(session, five.tableid));
    assert_made("five", test_wide("fr-FR"), 1000);
    five_wide.szTableName = test_wide("wide5");
    wide_index.szIndexName = test_wide("texts");
    french.szLocaleName = test_wide("fr-FR");
    fill_columns();
    assert_ok(JetCreateTableColumnIndex5W(session, database, &five_wide));
    assert_ok(JetCloseTable(session, five_wide.tableid));
    assert_made("wide5", test_wide("fr-FR"), 2000);
    /* What is wrong is said where it is, and nothing is left. */
    five.szTableName = (char *)"six";
    index.szKey = (char *)"+none\0";
    assert_err(JetCreateTableColumnIndex5A(session, database, &five), JET_errColumnNotFound);
    assert_int_equal(index.err, JET_errColumnNotFound);
    assert_err(JetOpenTableA(session, database, "six", NULL, 0, 0, &five.tableid), JET_errObjectNotFound);
}

/* ------------------------------------------------------------ in a table --- */

static JET_TABLEID rows;
static JET_COLUMNID number, name;

static void make_rows(void)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypLong };

    assert_ok(JetCreateTableA(session, database, "rows", 1, 80, &rows));
    assert_ok(JetAddColumnA(session, rows, "number", &def, NULL, 0, &number));
    def.coltyp = JET_coltypText;
    def.cp = 1200;
    assert_ok(JetAddColumnA(session, rows, "name", &def, NULL, 0, &name));
    assert_ok(JetCreateIndexA(session, rows, "numbers", JET_bitIndexPrimary, "+number\0", 9, 80));
}

static void columns_at_once(void **state)
{
    int32_t one = 1, key;
    JET_SETCOLUMN values[2] = { { .columnid = 0, .pvData = &one, .cbData = sizeof(one) },
                                { .pvData = "x\0y", .cbData = 4, .itagSequence = 1 } };
    uint8_t bookmark[10];
    JET_ULONG size;

    (void)state;
    make_rows();
    values[0].columnid = number;
    values[1].columnid = name;
    assert_err(JetSetColumns(session, rows, values, 2), JET_errUpdateNotPrepared);
    for (one = 0; one < 50; one++)
    {
        assert_ok(JetPrepareUpdate(session, rows, JET_prepInsert));
        if (!one)
        {
            assert_err(JetSetColumns(session, rows, NULL, 2), JET_errInvalidParameter);
            values[1].columnid = 4711;
            assert_err(JetSetColumns(session, rows, values, 2), JET_errColumnNotFound);
            assert_int_equal(values[0].err, JET_errSuccess);
            /* Only of what succeeded something is said in the struct. */
            assert_int_equal(values[1].err, JET_errSuccess);
            values[1].columnid = name;
        }
        assert_ok(JetSetColumns(session, rows, values, 2));
        if (one == 7)
        {
            assert_ok(
                JetUpdate2(session, rows, bookmark, sizeof(bookmark), &size, JET_bitUpdateCheckESE97Compatibility));
        }
        else
            assert_ok(JetUpdate2(session, rows, NULL, 0, NULL, 0));
    }
    assert_int_equal(size, 5);
    assert_ok(JetGotoBookmark(session, rows, bookmark, size));
    assert_ok(JetRetrieveColumn(session, rows, number, &key, sizeof(key), NULL, 0, NULL));
    assert_int_equal(key, 7);
}

static void indexes_3_and_4(void **state)
{
    JET_SPACEHINTS hints = { .cbStruct = sizeof(hints), .ulInitialDensity = 60 };
    WCHAR wide_key[7] = { '-', 'n', 'a', 'm', 'e', 0, 0 };
    JET_UNICODEINDEX swedish = { 0x041d, 0x00000401 };
    JET_UNICODEINDEX2 dutch = { test_wide("nl-NL"), 0x00000401 };
    JET_INDEXCREATE2_A third = { .cbStruct = sizeof(third),
                                 .szIndexName = (char *)"third",
                                 .szKey = (char *)"+name\0",
                                 .cbKey = 7,
                                 .grbit = JET_bitIndexUnicode,
                                 .pidxunicode = &swedish,
                                 .pSpacehints = &hints };
    JET_INDEXCREATE2_W third_wide = { .cbStruct = sizeof(third_wide),
                                      .szIndexName = test_wide("third_w"),
                                      .szKey = wide_key,
                                      .cbKey = sizeof(wide_key),
                                      .ulDensity = 90 };
    JET_INDEXCREATE3_A fourth = { .cbStruct = sizeof(fourth),
                                  .szIndexName = (char *)"fourth",
                                  .szKey = (char *)"+name\0",
                                  .cbKey = 7,
                                  .grbit = JET_bitIndexUnicode,
                                  .pidxunicode = &dutch };
    JET_INDEXCREATE3_W fourth_wide = { .cbStruct = sizeof(fourth_wide),
                                       .szIndexName = test_wide("fourth_w"),
                                       .szKey = wide_key,
                                       .cbKey = sizeof(wide_key),
                                       .ulDensity = 90 };
    static const char *names[] = { "third", "third_w", "fourth", "fourth_w" };
    WCHAR locale[90];
    JET_ULONG count;

    (void)state;
    third.cbStruct--;
    assert_err(JetCreateIndex3A(session, rows, &third, 1), JET_errInvalidParameter);
    third.cbStruct++;
    assert_ok(JetCreateIndex3A(session, rows, &third, 1));
    assert_err(JetCreateIndex3A(session, rows, &third, 1), JET_errIndexDuplicate);
    third_wide.szIndexName = test_wide("third_w");
    assert_ok(JetCreateIndex3W(session, rows, &third_wide, 1));
    dutch.szLocaleName = test_wide("nl-NL");
    assert_ok(JetCreateIndex4A(session, rows, &fourth, 1));
    fourth_wide.szIndexName = test_wide("fourth_w");
    assert_ok(JetCreateIndex4W(session, rows, &fourth_wide, 1));
    for (unsigned i = 0; i < 4; i++)
    {
        if (i % 2)
            assert_ok(JetSetCurrentIndex3W(session, rows, test_wide(names[i]), JET_bitMoveFirst, 1));
        else
            assert_ok(JetSetCurrentIndex3A(session, rows, names[i], JET_bitMoveFirst, 1));
        assert_ok(JetIndexRecordCount(session, rows, &count, 0));
        assert_int_equal(count, 50);
    }
    assert_ok(JetGetTableIndexInfoA(session, rows, "third", locale, sizeof(locale), JET_IdxInfoLocaleName));
    assert_true(test_wide_equal(locale, "sv-SE"));
    assert_ok(JetGetTableIndexInfoA(session, rows, "fourth", locale, sizeof(locale), JET_IdxInfoLocaleName));
    assert_true(test_wide_equal(locale, "nl-NL"));
    assert_ok(JetGetTableIndexInfoA(session, rows, "third", &count, sizeof(count), JET_IdxInfoSpaceAlloc));
    assert_int_equal(count, 60);
    assert_err(JetSetCurrentIndex3A(session, rows, "none", JET_bitMoveFirst, 1), JET_errIndexNotFound);
    assert_err(JetSetCurrentIndex3A(session, rows, "third", 0x80000000, 1), JET_errInvalidGrbit);
    /* On the same record as before. */
    assert_ok(JetMove(session, rows, JET_MoveLast, 0));
    assert_ok(JetSetCurrentIndex3A(session, rows, NULL, JET_bitNoMove, 1));
    assert_ok(JetGetCursorInfo(session, rows, &locale, 0, 0));
}

static JET_INDEX_COLUMN bound(int32_t *value)
{
    JET_INDEX_COLUMN column = { .columnid = number, .relop = JET_relopEquals, .pv = value, .cb = sizeof(*value) };

    return column;
}

static void prereading(void **state)
{
    int32_t low[2] = { 5, 20 }, high[2] = { 10, 30 };
    JET_INDEX_COLUMN starts[2] = { bound(&low[0]), bound(&low[1]) }, ends[2] = { bound(&high[0]), bound(&high[1]) };
    JET_INDEX_RANGE ranges[2] = { { &starts[0], 1, &ends[0], 1 }, { &starts[1], 1, &ends[1], 1 } };
    JET_ULONG read = 77, pages = 77;

    (void)state;
    assert_ok(JetSetCurrentIndexA(session, rows, NULL));
    assert_ok(JetPrereadIndexRanges(session, rows, ranges, 2, &read, NULL, 0, JET_bitPrereadForward));
    assert_int_equal(read, 2);
    assert_err(JetPrereadIndexRanges(session, rows, ranges, 2, &read, &name, 1, JET_bitPrereadForward),
               JET_errMustBeSeparateLongValue);
    assert_err(JetPrereadIndexRanges(session, rows, ranges, 2, &read, NULL, 0, 0), JET_errInvalidGrbit);
    assert_err(JetPrereadIndexRanges(session, rows, NULL, 2, &read, NULL, 0, JET_bitPrereadForward),
               JET_errInvalidParameter);
    /* Backward they would have to descend. */
    assert_err(JetPrereadIndexRanges(session, rows, ranges, 2, &read, NULL, 0, JET_bitPrereadBackward),
               JET_errInvalidParameter);
    assert_ok(JetPrereadIndexRange(session, rows, &ranges[0], 0, 100, JET_bitPrereadForward, &pages));
    assert_true(pages <= 100);
    assert_err(JetPrereadIndexRange(session, rows, &ranges[0], 10, 1, JET_bitPrereadForward, &pages),
               JET_errInvalidParameter);
    assert_err(JetPrereadIndexRange(session, rows, &ranges[0], 0, 1, 0, &pages), JET_errInvalidGrbit);
    assert_err(JetPrereadIndexRange(session, rows, NULL, 0, 1, JET_bitPrereadForward, &pages), JET_errInvalidParameter);
}

static JET_ULONG room_for(JET_COLUMNID column)
{
    JET_ULONG room = 0, actual;

    assert_ok(
        JetRetrieveColumn(session, rows, column, &room, sizeof(room), &actual, JET_bitRetrieveCopyIntrinsic, NULL));
    assert_int_equal(actual, sizeof(room));
    return room;
}

/* How much more the record that is prepared has room for. */
static void room_in_a_record(void **state)
{
    static char text[4000];
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypLongBinary };
    JET_COLUMNID large;
    JET_ULONG before, value;

    (void)state;
    assert_ok(JetAddColumnA(session, rows, "large", &def, NULL, 0, &large));
    assert_ok(JetMove(session, rows, JET_MoveFirst, 0));
    assert_err(
        JetRetrieveColumn(session, rows, number, &value, sizeof(value), NULL, JET_bitRetrieveCopyIntrinsic, NULL),
        JET_errUpdateNotPrepared);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, rows, JET_prepInsert));
    assert_err(JetRetrieveColumn(session, rows, number, &value, 3, NULL, JET_bitRetrieveCopyIntrinsic, NULL),
               JET_errBufferTooSmall);
    assert_err(JetRetrieveColumn(session, rows, 4711, &value, 4, NULL, JET_bitRetrieveCopyIntrinsic, NULL),
               JET_errColumnNotFound);
    assert_int_equal(room_for(number), 4);
    before = room_for(large);
    assert_true(before > 3000 && before < 4000);
    assert_ok(JetSetColumn(session, rows, large, text, 100, JET_bitSetIntrinsicLV, NULL));
    assert_int_equal(room_for(large), before + 4 - 100 - 5);
    assert_int_equal(room_for(name), before + 5 - 100 - 5 - 2);
    assert_ok(JetSetColumn(session, rows, large, NULL, 0, 0, NULL));
    /* A value of that size fills it, and nothing else has a place. */
    assert_int_equal(room_for(large), before);
    assert_ok(JetSetColumn(session, rows, large, text, before, JET_bitSetIntrinsicLV, NULL));
    assert_err(JetRetrieveColumn(session, rows, large, &value, sizeof(value), NULL,
                                 JET_bitRetrieveLongId | JET_bitRetrieveCopy, NULL),
               JET_wrnColumnNull);
    assert_int_equal(room_for(name), 0);
    assert_ok(JetPrepareUpdate(session, rows, JET_prepCancel));
    assert_ok(JetRollback(session, 0));
}

static void columns_that_go(void **state)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypLong };
    JET_COLUMNID extra;

    (void)state;
    assert_ok(JetAddColumnA(session, rows, "extra", &def, NULL, 0, &extra));
    assert_err(JetDeleteColumn2A(session, rows, "absent", 0), JET_errColumnNotFound);
    assert_err(JetDeleteColumn2A(session, rows, "name", 0), JET_errColumnInUse);
    assert_ok(JetDeleteColumn2W(session, rows, test_wide("extra"), JET_bitDeleteColumnIgnoreTemplateColumns));
    assert_err(JetGetTableColumnInfoA(session, rows, "extra", &def, sizeof(def), JET_ColInfo), JET_errColumnNotFound);
    assert_ok(JetCloseTable(session, rows));
}

static int start(void **state)
{
    (void)state;
    instance = test_instance("structs", "off");
    session = test_session(instance);
    assert_ok(JetCreateDatabaseA(session, test_file("structs.edb"), NULL, &database, 0));
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
        cmocka_unit_test(tables_3),        cmocka_unit_test(tables_4_and_5), cmocka_unit_test(columns_at_once),
        cmocka_unit_test(indexes_3_and_4), cmocka_unit_test(prereading),     cmocka_unit_test(room_in_a_record),
        cmocka_unit_test(columns_that_go),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
