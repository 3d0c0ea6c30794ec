/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every level of the calls that tell of tables, indexes and databases; filters of moves; values that must differ. */
#include "support.h"

#define ROWS 40

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID database;
static JET_TABLEID table;
static JET_COLUMNID number, text, many, longs;
static char path[300];

static JET_ULONG fact(JET_ULONG level)
{
    JET_ULONG value = 0xeeeeeeee;

    assert_ok(JetGetTableInfoA(session, table, &value, sizeof(value), level));
    return value;
}

static void of_a_table(void **state)
{
    JET_OBJECTINFO info;
    JET_ULONG numbers[20], pages;
    char name[100];
    WCHAR wide[100];

    (void)state;
    assert_ok(JetGetTableInfoA(session, table, &info, sizeof(info), JET_TblInfo));
    assert_int_equal(info.objtyp, JET_objtypTable);
    assert_int_equal(info.cbStruct, sizeof(info));
    assert_err(JetGetTableInfoA(session, table, &info, sizeof(info) - 1, JET_TblInfo), JET_errBufferTooSmall);
    assert_ok(JetGetTableInfoA(session, table, name, sizeof(name), JET_TblInfoName));
    assert_string_equal(name, "rows");
    assert_err(JetGetTableInfoA(session, table, name, 4, JET_TblInfoName), JET_errBufferTooSmall);
    assert_ok(JetGetTableInfoW(session, table, wide, sizeof(wide), JET_TblInfoName));
    assert_true(test_wide_equal(wide, "rows"));
    assert_err(JetGetTableInfoW(session, table, wide, 9, JET_TblInfoName), JET_errBufferTooSmall);
    assert_ok(JetGetTableInfoA(session, table, name, sizeof(name), JET_TblInfoTemplateTableName));
    assert_string_equal(name, "");
    assert_err(JetGetTableInfoA(session, table, name, 10, JET_TblInfoTemplateTableName), JET_errBufferTooSmall);
    assert_int_equal(fact(JET_TblInfoDbid), database);
    assert_true(fact(JET_TblInfoObjectId) > 2);
    assert_true(fact(JET_TblInfoLVChunkMax) > 1000);
    pages = fact(JET_TblInfoSpaceOwned);
    assert_true(pages >= 1);
    assert_true(fact(JET_TblInfoSpaceAvailable) <= pages);
    assert_true(fact(JET_TblInfoSpaceOwnedLV) >= 1);
    (void)fact(JET_TblInfoSpaceAvailableLV);
    assert_err(JetGetTableInfoA(session, table, numbers, 2, JET_TblInfoSpaceOwned), JET_errInvalidParameter);
    assert_err(JetGetTableInfoA(session, table, numbers, 8, JET_TblInfoSpaceAvailable), JET_errInvalidBufferSize);
    assert_ok(JetGetTableInfoA(session, table, numbers, 8, JET_TblInfoSpaceAlloc));
    assert_int_equal(numbers[0], 8);
    assert_int_equal(numbers[1], 90);
    assert_err(JetGetTableInfoA(session, table, numbers, 4, JET_TblInfoSpaceAlloc), JET_errBufferTooSmall);
    assert_err(JetGetTableInfoA(session, table, numbers, 4, JET_TblInfoSpaceUsage), JET_errInvalidParameter);
    assert_err(JetGetTableInfoA(session, table, numbers, 16, JET_TblInfoSpaceUsage), JET_errBufferTooSmall);
    assert_ok(JetGetTableInfoA(session, table, numbers, 8, JET_TblInfoSpaceUsage));
    assert_int_equal(numbers[0], pages);
    assert_ok(JetGetTableInfoA(session, table, numbers, sizeof(numbers), JET_TblInfoSpaceUsage));
    /* The last page of the first extent, and how many it has. */
    assert_int_equal(numbers[0], pages);
    assert_true(numbers[2] > 1 && numbers[3] >= 1 && numbers[3] <= pages);
    assert_err(JetGetTableInfoA(session, table, numbers, 4, 99), JET_errFeatureNotAvailable);
    assert_err(JetGetTableInfoA(session, table, numbers, 8, JET_TblInfoRetrieveAndReserveAutoIncrement),
               JET_errInvalidOperation);
}

static void of_a_database(void **state)
{
    static const struct
    {
        JET_ULONG level, want;
    } plain[] = {
        { JET_DbInfoCountry, 1 },     { JET_DbInfoLCID, 1033 },     { JET_DbInfoCp, 1252 },
        { JET_DbInfoCollate, 0 },     { JET_DbInfoOptions, 0 },     { JET_DbInfoTransactions, 7 },
        { JET_DbInfoPageSize, 4096 }, { JET_DbInfoVersion, 0x620 },
    };
    JET_ULONG value, owned;
    char name[300];
    WCHAR wide[300];
    JET_DBINFOMISC7 misc;

    (void)state;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
    {
        assert_ok(JetGetDatabaseInfoA(session, database, &value, sizeof(value), plain[i].level));
        assert_int_equal(value, plain[i].want);
        assert_true(JetGetDatabaseInfoA(session, database, &value, 3, plain[i].level) < 0);
    }
    assert_ok(JetGetDatabaseInfoA(session, database, name, sizeof(name), JET_DbInfoFilename));
    assert_string_equal(name, path);
    assert_err(JetGetDatabaseInfoA(session, database, NULL, 0, JET_DbInfoFilename), JET_errBufferTooSmall);
    assert_ok(JetGetDatabaseInfoW(session, database, wide, sizeof(wide), JET_DbInfoFilename));
    assert_true(test_wide_equal(wide, path));
    assert_ok(JetGetDatabaseInfoA(session, database, name, sizeof(name), JET_DbInfoConnect));
    assert_string_equal(name, "");
    assert_err(JetGetDatabaseInfoA(session, database, name, 0, JET_DbInfoConnect), JET_errBufferTooSmall);
    assert_ok(JetGetDatabaseInfoA(session, database, &owned, sizeof(owned), JET_DbInfoSpaceOwned));
    assert_ok(JetGetDatabaseInfoA(session, database, &value, sizeof(value), JET_DbInfoFilesize));
    assert_int_equal(value, owned + 2);
    assert_ok(JetGetDatabaseInfoA(session, database, &value, sizeof(value), JET_DbInfoFilesizeOnDisk));
    assert_true(value > 0 && value <= owned + 64);
    assert_err(JetGetDatabaseInfoA(session, database, NULL, 0, JET_DbInfoFilesize), JET_errInvalidParameter);
    assert_err(JetGetDatabaseInfoA(session, database, &value, 8, JET_DbInfoSpaceOwned), JET_errInvalidBufferSize);
    assert_ok(JetGetDatabaseInfoA(session, database, &value, sizeof(value), JET_DbInfoSpaceAvailable));
    assert_true(value < owned);
    assert_ok(JetGetDatabaseInfoA(session, database, &value, sizeof(value), JET_DbInfoSplitBuffers));
    assert_err(JetGetDatabaseInfoA(session, database, &value, 1, JET_DbInfoSplitBuffers), JET_errInvalidParameter);
    assert_err(JetGetDatabaseInfoA(session, database, &value, 4, JET_DbInfoIsam), JET_errFeatureNotAvailable);
    assert_err(JetGetDatabaseInfoA(session, database, &value, 4, 77), JET_errInvalidParameter);
    assert_ok(JetGetDatabaseInfoA(session, database, &misc, sizeof(misc), JET_DbInfoMisc));
    assert_int_equal(misc.cbPageSize, 4096);
    assert_int_equal(misc.ulVersion, 0x620);
    assert_err(JetGetDatabaseInfoA(session, database, &misc, 5, JET_DbInfoMisc), JET_errInvalidBufferSize);
}

static void of_an_index(void **state)
{
    JET_CONDITIONALCOLUMN_A condition;
    JET_SPACEHINTS hints;
    JET_INDEXCREATE_A *first;
    JET_INDEXCREATE2_A *second;
    JET_INDEXCREATE3_W *third;
    JET_INDEXID id, again;
    JET_ULONG value;
    uint16_t limit;
    uint8_t sort_id[16];
    WCHAR locale[90];
    static _Alignas(8) uint8_t room[2000];
    bool fits = false;

    (void)state;
    assert_ok(JetGetTableIndexInfoA(session, table, "texts", &value, 4, JET_IdxInfoSpaceAlloc));
    assert_int_equal(value, 80);
    assert_ok(JetGetTableIndexInfoA(session, table, NULL, &value, 4, JET_IdxInfoCount));
    assert_int_equal(value, 2);
    assert_ok(JetGetTableIndexInfoA(session, table, "texts", &value, 4, JET_IdxInfoLCID));
    assert_ok(JetGetTableIndexInfoA(session, table, "texts", &limit, 2, JET_IdxInfoLCID));
    assert_int_equal(limit, (uint16_t)value);
    assert_ok(JetGetTableIndexInfoA(session, table, "texts", locale, sizeof(locale), JET_IdxInfoLocaleName));
    assert_true(test_wide_equal(locale, "en-US"));
    assert_ok(JetGetTableIndexInfoA(session, table, "texts", &value, 4, JET_IdxInfoSortVersion));
    assert_ok(JetGetTableIndexInfoA(session, table, "texts", &value, 4, JET_IdxInfoDefinedSortVersion));
    assert_ok(JetGetTableIndexInfoA(session, table, "texts", sort_id, sizeof(sort_id), JET_IdxInfoSortId));
    assert_ok(JetGetTableIndexInfoA(session, table, "texts", &limit, 2, JET_IdxInfoVarSegMac));
    assert_int_equal(limit, 200);
    assert_ok(JetGetTableIndexInfoA(session, table, "texts", &limit, 2, JET_IdxInfoKeyMost));
    assert_int_equal(limit, JET_cbKeyMost_OLD);
    assert_ok(JetGetTableIndexInfoA(session, table, "texts", &value, 4, JET_IdxInfoSpaceOwned));
    assert_true(value >= 1);
    assert_ok(JetGetTableIndexInfoA(session, table, "texts", &value, 4, JET_IdxInfoSpaceAvailable));
    assert_ok(JetGetTableIndexInfoA(session, table, "texts", &id, sizeof(id), JET_IdxInfoIndexId));
    assert_ok(JetGetIndexInfoA(session, database, "rows", "texts", &again, sizeof(again), JET_IdxInfoIndexId));
    assert_memory_equal(&id, &again, sizeof(id));
    assert_ok(JetSetCurrentIndex2A(session, table, NULL, JET_bitMoveFirst));
    assert_ok(JetSetCurrentIndex4A(session, table, NULL, &id, JET_bitMoveFirst, 1));
    assert_ok(JetGetCurrentIndexA(session, table, (char *)room, sizeof(room)));
    assert_string_equal((char *)room, "texts");
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
    assert_err(JetGetTableIndexInfoA(session, table, "none", &value, 4, JET_IdxInfoSpaceAlloc), JET_errIndexNotFound);
    assert_err(JetGetTableIndexInfoA(session, table, "texts", &value, 1, JET_IdxInfoSpaceAlloc), JET_errBufferTooSmall);
    assert_err(JetGetTableIndexInfoA(session, table, "texts", &value, 4, JET_IdxInfoOLC), JET_errFeatureNotAvailable);
    assert_err(JetGetTableIndexInfoA(session, table, "texts", &value, 4, 77), JET_errInvalidParameter);

    /* As it could be made again. */
    assert_ok(JetGetTableIndexInfoA(session, table, "texts", room, sizeof(room), JET_IdxInfoCreateIndex));
    first = (JET_INDEXCREATE_A *)(void *)room;
    assert_string_equal(first->szIndexName, "texts");
    assert_memory_equal(first->szKey, "-text\0+number\0", 15);
    assert_int_equal(first->cbKey, 15);
    assert_int_equal(first->cConditionalColumn, 1);
    memcpy(&condition, first->rgconditionalcolumn, sizeof(condition)); /* behind text, wherever that ends */
    assert_string_equal(condition.szColumnName, "longs");
    assert_int_equal(condition.grbit, JET_bitIndexColumnMustBeNull);
    assert_ok(JetGetTableIndexInfoA(session, table, "texts", room, sizeof(room), JET_IdxInfoCreateIndex2));
    second = (JET_INDEXCREATE2_A *)(void *)room;
    memcpy(&hints, second->pSpacehints, sizeof(hints));
    assert_int_equal(hints.ulInitialDensity, 80);
    assert_ok(JetGetTableIndexInfoW(session, table, test_wide("texts"), room, sizeof(room), JET_IdxInfoCreateIndex3));
    third = (JET_INDEXCREATE3_W *)(void *)room;
    assert_true(test_wide_equal(third->szIndexName, "texts"));
    assert_int_equal(third->cbKey, 30);
    for (unsigned size = sizeof(*third); size < 400; size += 7)
    {
        JET_ERR err = JetGetTableIndexInfoW(session, table, test_wide("texts"), room, size, JET_IdxInfoCreateIndex3);

        if (err < 0)
        {
            assert_err(err, JET_errBufferTooSmall);
            assert_false(fits);
        }
        fits |= err >= 0;
    }
    assert_true(fits);
}

/* How many records a filter lets through. */
static unsigned passes(JET_COLUMNID column, JET_RELOP relop, const void *value, JET_ULONG size)
{
    JET_INDEX_COLUMN filter = { .columnid = column, .relop = relop, .pv = (void *)value, .cb = size };
    unsigned count = 0;
    JET_ERR err;

    assert_ok(JetSetCursorFilter(session, table, &filter, 1, 0));
    for (err = JetMove(session, table, JET_MoveFirst, 0); err >= 0; err = JetMove(session, table, JET_MoveNext, 0))
        count++;
    assert_err(err, JET_errNoCurrentRecord);
    assert_ok(JetSetCursorFilter(session, table, NULL, 0, 0));
    return count;
}

static void filters(void **state)
{
    int32_t ten = 10, bits = 3;

    (void)state;
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
    assert_int_equal(passes(number, JET_relopEquals, &ten, 4), 1);
    assert_int_equal(passes(number, JET_relopNotEquals, &ten, 4), ROWS - 1);
    assert_int_equal(passes(number, JET_relopLessThan, &ten, 4), 10);
    assert_int_equal(passes(number, JET_relopLessThanOrEqual, &ten, 4), 11);
    assert_int_equal(passes(number, JET_relopGreaterThan, &ten, 4), ROWS - 11);
    assert_int_equal(passes(number, JET_relopGreaterThanOrEqual, &ten, 4), ROWS - 10);
    assert_int_equal(passes(number, JET_relopBitmaskEqualsZero, &bits, 4), ROWS / 4);
    assert_int_equal(passes(number, JET_relopBitmaskNotEqualsZero, &bits, 4), ROWS - ROWS / 4);
}

static JET_ERR set_many(const char *value, JET_GRBIT grbit, JET_ULONG sequence)
{
    JET_SETINFO info = { sizeof(info), 0, sequence };

    return JetSetColumn(session, table, many, value, (JET_ULONG)strlen(value), grbit, &info);
}

static void values_that_differ(void **state)
{
    static char large[5000];
    JET_SETINFO next = { sizeof(next), 0, 0 };

    (void)state;
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetMove(session, table, JET_MoveLast, 0));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(set_many("one", JET_bitSetUniqueMultiValues, 0));
    assert_ok(set_many("two", JET_bitSetUniqueMultiValues, 0));
    assert_err(set_many("one", JET_bitSetUniqueMultiValues, 0), JET_errMultiValuedDuplicate);
    assert_err(set_many("one", JET_bitSetUniqueMultiValues, 2), JET_errMultiValuedDuplicate);
    assert_ok(set_many("one", JET_bitSetUniqueMultiValues, 1));
    /* As an index sees them, letters of either case are the same. */
    assert_ok(set_many("ONE", JET_bitSetUniqueMultiValues, 0));
    assert_err(set_many("TWO", JET_bitSetUniqueNormalizedMultiValues, 0), JET_errMultiValuedDuplicate);
    assert_err(set_many("x", JET_bitSetUniqueMultiValues | JET_bitSetAppendLV, 0), JET_errInvalidGrbit);
    /* What is too large is so first, even if all that is compared is the same. */
    memset(large, 'm', 300);
    assert_ok(JetSetColumn(session, table, many, large, 255, 0, &next));
    assert_err(JetSetColumn(session, table, many, large, 300, JET_bitSetUniqueNormalizedMultiValues, &next),
               JET_errColumnTooBig);
    /* In the tree of long values too. */
    memset(large, 'l', sizeof(large));
    assert_ok(JetSetColumn(session, table, longs, large, sizeof(large), 0, &next));
    assert_err(JetSetColumn(session, table, longs, large, sizeof(large), JET_bitSetUniqueMultiValues, &next),
               JET_errMultiValuedDuplicate);
    assert_ok(JetSetColumn(session, table, longs, large, sizeof(large) - 1, JET_bitSetUniqueMultiValues, &next));
    assert_err(
        JetSetColumn(session, table, longs, large, sizeof(large) - 2, JET_bitSetUniqueNormalizedMultiValues, &next),
        JET_errMultiValuedDuplicateAfterTruncation);
    assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
    assert_ok(JetRollback(session, 0));
}

/* A size without data, which long values take, gives others nothing to read. */
static void a_size_alone(void **state)
{
    JET_SETINFO next = { sizeof(next), 0, 0 };
    JET_ULONG actual = 1;
    char value[100];

    (void)state;
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetMove(session, table, JET_MoveLast, 0));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(JetSetColumn(session, table, number, NULL, 4, JET_bitSetSizeLV, NULL));
    assert_ok(JetSetColumn(session, table, text, NULL, 40, JET_bitSetSizeLV, NULL));
    assert_ok(JetSetColumn(session, table, many, NULL, 40, JET_bitSetSizeLV, &next));
    assert_err(JetSetColumn(session, table, number, NULL, 2000, JET_bitSetSizeLV, NULL), JET_errInvalidBufferSize);
    assert_err(JetSetColumn(session, table, many, NULL, 256, JET_bitSetSizeLV, &next), JET_errColumnTooBig);
    assert_int_equal(
        JetRetrieveColumn(session, table, number, value, sizeof(value), &actual, JET_bitRetrieveCopy, NULL),
        JET_wrnColumnNull);
    assert_ok(JetRetrieveColumn(session, table, text, value, sizeof(value), &actual, JET_bitRetrieveCopy, NULL));
    assert_int_equal(actual, 0);
    assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
    assert_ok(JetRollback(session, 0));
}

static int start(void **state)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypLong };
    JET_CONDITIONALCOLUMN_A condition = { sizeof(condition), (char *)"longs", JET_bitIndexColumnMustBeNull };
    JET_INDEXCREATE_A index = { .cbStruct = sizeof(index),
                                .szIndexName = (char *)"texts",
                                .szKey = (char *)"-text\0+number\0",
                                .cbKey = 15,
                                .ulDensity = 80,
                                .cbVarSegMac = 200,
                                .rgconditionalcolumn = &condition,
                                .cConditionalColumn = 1 };
    static char large[5000];

    (void)state;
    instance = test_instance("levels", "off");
    session = test_session(instance);
    snprintf(path, sizeof(path), "%s", test_file("levels.edb"));
    assert_ok(JetCreateDatabaseA(session, path, NULL, &database, 0));
    assert_ok(JetCreateTableA(session, database, "rows", 8, 90, &table));
    assert_ok(JetAddColumnA(session, table, "number", &def, NULL, 0, &number));
    def.coltyp = JET_coltypText;
    def.cp = 1200;
    assert_ok(JetAddColumnA(session, table, "text", &def, NULL, 0, &text));
    def.cp = 1252;
    def.grbit = JET_bitColumnTagged | JET_bitColumnMultiValued;
    assert_ok(JetAddColumnA(session, table, "many", &def, NULL, 0, &many));
    def.coltyp = JET_coltypLongText;
    assert_ok(JetAddColumnA(session, table, "longs", &def, NULL, 0, &longs));
    assert_ok(JetCreateIndexA(session, table, "numbers", JET_bitIndexPrimary, "+number\0", 9, 90));
    assert_ok(JetCreateIndex2A(session, table, &index, 1));
    assert_ok(JetBeginTransaction(session));
    for (int32_t i = 0; i < ROWS; i++)
    {
        const char *word = i % 2 ? "odd" : "even";

        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, number, &i, sizeof(i), 0, NULL));
        assert_ok(JetSetColumn(session, table, text, test_wide(word), (JET_ULONG)strlen(word) * 2, 0, NULL));
        if (i == 5)
            assert_ok(JetSetColumn(session, table, longs, large, sizeof(large), 0, NULL));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_table), cmocka_unit_test(of_a_database),      cmocka_unit_test(of_an_index),
        cmocka_unit_test(filters),    cmocka_unit_test(values_that_differ), cmocka_unit_test(a_size_alone),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
