/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values read in every way: counted, from keys, by number, as what stands for them; keys made; places found again. */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;
static JET_TABLEID table;
static JET_COLUMNID id, small, name, text, words, number, data, fixed;

static int start(void **state)
{
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypText, 0, 0, 1252, 0, 6, JET_bitColumnFixed };

    (void)state;
    dbid = test_database("retrieve", "off", &instance, &session);
    assert_ok(JetCreateTableA(session, dbid, "rows", 1, 80, &table));
    id = test_column(session, table, "id", JET_coltypLong, 0);
    small = test_column(session, table, "small", JET_coltypShort, 0);
    assert_ok(JetAddColumnA(session, table, "fixed", &def, NULL, 0, &fixed));
    name = test_column(session, table, "name", JET_coltypBinary, 0);
    text = test_column(session, table, "text", JET_coltypText, 0);
    words = test_column(session, table, "words", JET_coltypLongText, JET_bitColumnTagged | JET_bitColumnMultiValued);
    number = test_column(session, table, "number", JET_coltypLong, JET_bitColumnTagged | JET_bitColumnMultiValued);
    data = test_column(session, table, "data", JET_coltypLongBinary, JET_bitColumnTagged);
    assert_ok(JetCreateIndexA(session, table, "by id", JET_bitIndexPrimary, "+id\0", 5, 80));
    assert_ok(JetCreateIndexA(session, table, "by number", 0, "+number\0", 9, 80));
    assert_ok(JetCreateIndexA(session, table, "by name", 0, "+text\0-small\0+name\0", 20, 80));
    assert_ok(JetCreateIndexA(session, table, "by small", JET_bitIndexUnique, "+small\0", 8, 80));
    assert_ok(JetCreateIndexA(session, table, "by fixed", 0, "+fixed\0", 8, 80));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetTerm(instance));
    return 0;
}

static void set(JET_COLUMNID column, const void *bytes, JET_ULONG size, JET_ULONG sequence, JET_GRBIT grbit)
{
    JET_SETINFO info = { sizeof(info), 0, sequence };

    assert_ok(JetSetColumn(session, table, column, bytes, size, grbit, &info));
}

/* Row `key`: three numbers, a long value outside of the record, words. */
static int insert_rows(void **state)
{
    char outside[2000];

    (void)state;
    memset(outside, 'o', sizeof(outside));
    assert_ok(JetBeginTransaction(session));
    for (int32_t key = 1; key <= 3; key++)
    {
        int16_t half = (int16_t)(-5 * key);

        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        set(id, &key, 4, 1, 0);
        set(small, &half, 2, 1, 0);
        set(name, "abcdefghijklm", (JET_ULONG)(9 + key), 1, 0);
        set(text, "text", 4, 1, 0);
        set(fixed, "fixed!", 6, 1, 0);
        for (int32_t i = 1; i <= 3; i++)
        {
            int32_t value = 10 * key + i;
            set(number, &value, 4, 0, 0);
        }
        set(words, "one", 3, 0, 0);
        set(words, "two", 3, 0, JET_bitSetSeparateLV);
        if (key != 2)
            set(data, outside, sizeof(outside), 1, JET_bitSetSeparateLV);
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(session, 0));
    return 0;
}

static int delete_rows(void **state)
{
    (void)state;
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
    assert_ok(JetBeginTransaction(session));
    while (JetMove(session, table, JET_MoveFirst, 0) >= 0)
        assert_ok(JetDelete(session, table));
    assert_ok(JetCommitTransaction(session, 0));
    return 0;
}

static JET_ERR get(JET_COLUMNID column, void *out, JET_ULONG size, JET_ULONG *actual, JET_GRBIT grbit,
                   JET_RETINFO *info)
{
    return JetRetrieveColumn(session, table, column, out, size, actual, grbit, info);
}

static JET_ULONG count_of(JET_COLUMNID column, JET_GRBIT grbit)
{
    JET_RETRIEVECOLUMN ask = { .columnid = column, .grbit = grbit };

    assert_ok(JetRetrieveColumns(session, table, &ask, 1));
    return ask.itagSequence;
}

static void values_are_counted(void **state)
{
    JET_RETRIEVECOLUMN ask = { .columnid = number, .grbit = 0x80000000u };
    (void)state;
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_int_equal(count_of(number, 0), 3);
    assert_int_equal(count_of(words, 0), 2);
    assert_int_equal(count_of(data, 0), 1);
    assert_int_equal(count_of(id, 0), 1);
    assert_int_equal(count_of(0, 0), 6);
    assert_ok(JetMove(session, table, JET_MoveNext, 0));
    assert_int_equal(count_of(data, 0), 0);
    assert_int_equal(count_of(0, 0), 5);
    assert_err(JetRetrieveColumns(session, table, &ask, 1), JET_errInvalidGrbit);
    assert_err(JetRetrieveColumns(session, table, NULL, 1), JET_errInvalidParameter);
    ask.grbit = 0;
    ask.columnid = 77;
    assert_err(JetRetrieveColumns(session, table, &ask, 1), JET_errColumnNotFound);
    ask.columnid = 0x10001;
    assert_err(JetRetrieveColumns(session, table, &ask, 1), JET_errBadColumnId);
    /* In the copy buffer, before it is a record. */
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_int_equal(count_of(id, JET_bitRetrieveCopy), 0);
    assert_int_equal(count_of(number, JET_bitRetrieveCopy), 0);
    set(number, "abcd", 4, 0, 0);
    assert_int_equal(count_of(number, JET_bitRetrieveCopy), 1);
    assert_ok(JetRollback(session, 0));
}

static void several_at_once(void **state)
{
    int32_t key = 0, value = 0;
    int16_t half = 0;
    char bytes[20], letters[3];
    JET_RETRIEVECOLUMN ask[] = {
        { .columnid = id, .pvData = &key, .cbData = 4, .itagSequence = 1 },
        { .columnid = small, .pvData = &half, .cbData = 2, .itagSequence = 1 },
        { .columnid = name, .pvData = bytes, .cbData = 20, .itagSequence = 1 },
        { .columnid = number, .pvData = &value, .cbData = 4, .itagSequence = 3 },
        { .columnid = words, .pvData = letters, .cbData = 2, .itagSequence = 2, .ibLongValue = 1 },
        { .columnid = number, .pvData = &value, .cbData = 4, .itagSequence = 4 },
        { .columnid = 0, .pvData = &value, .cbData = 4, .itagSequence = 5 },
    };

    (void)state;
    assert_ok(JetMove(session, table, JET_MoveLast, 0));
    assert_ok(JetRetrieveColumns(session, table, ask, 3));
    assert_int_equal(key, 3);
    assert_int_equal(half, -15);
    assert_int_equal(ask[2].cbActual, 12);
    assert_memory_equal(bytes, "abcdefghijkl", 12);
    assert_int_equal(ask[1].columnidNextTagged, small);
    assert_ok(JetRetrieveColumns(session, table, ask, 7));
    assert_int_equal(value, 33);
    assert_memory_equal(letters, "wo", 2);
    assert_int_equal(ask[4].cbActual, 2);
    assert_int_equal(ask[5].err, JET_wrnColumnNull);
    assert_int_equal(ask[6].columnidNextTagged, number);
    assert_int_equal(ask[6].err, JET_errSuccess);
}

static void what_does_not_go_together(void **state)
{
    uint8_t out[8];
    JET_ULONG actual;
    JET_RETINFO none = { sizeof(none), 0, 0, 0 };

    (void)state;
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_err(get(id, out, 8, NULL, JET_bitRetrievePhysicalSize | JET_bitRetrieveFromIndex, NULL),
               JET_errInvalidGrbit);
    assert_err(get(id, NULL, 0, NULL, JET_bitRetrievePhysicalSize, NULL), JET_errInvalidParameter);
    assert_err(get(id, out, 8, &actual, JET_bitRetrievePhysicalSize, NULL), JET_errInvalidParameter);
    assert_err(get(id, out, 8, NULL, JET_bitRetrieveTuple, NULL), JET_errInvalidGrbit);
    assert_err(get(id, out, 8, NULL, JET_bitRetrieveFromIndex | JET_bitRetrieveFromPrimaryBookmark, NULL),
               JET_errInvalidGrbit);
    assert_err(get(0, out, 8, NULL, JET_bitRetrieveFromIndex, NULL), JET_errBadColumnId);
    assert_err(get(name, out, 8, NULL, JET_bitRetrieveFromIndex, NULL), JET_errColumnNotFound);
    assert_err(get(number, out, 8, NULL, 0, &none), JET_errBadItagSequence);
    assert_err(get(0, out, 8, NULL, 0, &none), JET_errBadItagSequence);
    assert_err(get(data, out, 8, NULL, JET_bitRetrievePrereadMany, NULL), JET_errInvalidGrbit);
    assert_err(get(data, out, 8, NULL, JET_bitRetrievePrereadOnly | JET_bitRetrieveLongId, NULL), JET_errInvalidGrbit);
    assert_ok(get(data, NULL, 0, NULL, JET_bitRetrievePrereadOnly, NULL));
    assert_ok(get(data, NULL, 0, &actual, JET_bitRetrievePhysicalSize, NULL));
    assert_int_equal(actual, 2000);
}

static void about_the_record(void **state)
{
    uint32_t first = 0, room = 0, after = 0;
    uint64_t ids[2] = { 0 };
    JET_ULONG actual;

    (void)state;
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(get(0, &first, sizeof(first), &actual, JET_bitRetrievePageNumber, NULL));
    assert_true(first > 1 && actual == sizeof(first));
    assert_err(get(0, &first, 2, NULL, JET_bitRetrievePageNumber, NULL), JET_errBufferTooSmall);
    assert_err(get(0, &first, 4, NULL, JET_bitRetrievePageNumber | JET_bitRetrieveCopy, NULL), JET_errInvalidGrbit);
    assert_err(get(data, &ids[0], 8, &actual, JET_bitRetrieveLongId, NULL), JET_wrnSeparateLongValue);
    assert_ok(JetMove(session, table, JET_MoveLast, 0));
    assert_err(get(data, &ids[1], 8, &actual, JET_bitRetrieveLongId, NULL), JET_wrnSeparateLongValue);
    assert_true(ids[0] && ids[1] > ids[0]);
    assert_err(get(data, &ids[1], 2, &actual, JET_bitRetrieveLongId, NULL), JET_errInvalidBufferSize);
    /* How much more fits in. */
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(get(data, &room, sizeof(room), NULL, JET_bitRetrieveCopyIntrinsic, NULL));
    set(data, "0123456789", 10, 1, 0);
    assert_ok(get(words, &after, sizeof(after), NULL, JET_bitRetrieveCopyIntrinsic, NULL));
    assert_true(room > 2000 && room < 4096);
    assert_in_range(room - after, 10, 20);
    assert_ok(JetRollback(session, 0));
}

static void from_keys(void **state)
{
    int32_t value = 0, key = 0;
    int16_t half = 0;
    char bytes[20];
    JET_ULONG actual;
    JET_RETINFO info = { sizeof(info), 0, 1, 0 };

    (void)state;
    assert_ok(JetSetCurrentIndexA(session, table, "by number"));
    for (int32_t i = 0; i < 9; i++)
    {
        assert_ok(JetMove(session, table, i ? JET_MoveNext : JET_MoveFirst, 0));
        assert_ok(get(number, &value, 4, NULL, JET_bitRetrieveFromIndex | JET_bitRetrieveTag, &info));
        assert_int_equal(value, 10 * (i / 3 + 1) + i % 3 + 1);
        assert_int_equal(info.itagSequence, i % 3 + 1);
        assert_ok(get(id, &key, 4, NULL, JET_bitRetrieveFromPrimaryBookmark, NULL));
        assert_int_equal(key, i / 3 + 1);
    }
    assert_err(get(id, &key, 4, NULL, JET_bitRetrieveFromIndex, NULL), JET_errColumnNotFound);
    /* What comes after text: the text itself is not in the key as it was. */
    assert_ok(JetSetCurrentIndexA(session, table, "by name"));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(get(small, &half, 2, NULL, JET_bitRetrieveFromIndex, NULL));
    assert_int_equal(half, -5);
    assert_ok(get(name, bytes, sizeof(bytes), &actual, JET_bitRetrieveFromIndex, NULL));
    assert_int_equal(actual, 10);
    assert_memory_equal(bytes, "abcdefghij", 10);
    assert_ok(get(text, bytes, sizeof(bytes), &actual, JET_bitRetrieveFromIndex, NULL));
    assert_int_equal(actual, 4);
    assert_memory_equal(bytes, "text", 4);
    /* NULL and what is empty. */
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    key = 9;
    set(id, &key, 4, 1, 0);
    set(name, "", 0, 1, JET_bitSetZeroLength);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_err(get(small, &half, 2, &actual, JET_bitRetrieveFromIndex, NULL), JET_wrnColumnNull);
    assert_int_equal(actual, 0);
    assert_ok(get(name, bytes, sizeof(bytes), &actual, JET_bitRetrieveFromIndex, NULL));
    assert_int_equal(actual, 0);
    assert_ok(JetRollback(session, 0));
}

/* -------------------------------------------------------------------- keys --- */

static void keys_made(void **state)
{
    const int16_t half = -10;
    uint8_t key[300], long_key[400] = { 0 };
    JET_ULONG actual;
    int32_t found;

    (void)state;
    assert_err(JetMakeKey(session, table, &half, 2, 0), JET_errKeyNotMade);
    assert_ok(JetSetCurrentIndexA(session, table, "by small"));
    assert_err(JetMakeKey(session, table, &half, 1, JET_bitNewKey), JET_errInvalidBufferSize);
    assert_err(JetMakeKey(session, table, NULL, 0, JET_bitNewKey | JET_bitKeyDataZeroLength), JET_errInvalidBufferSize);
    assert_err(JetMakeKey(session, table, &half, 2, JET_bitNewKey | JET_bitPartialColumnStartLimit),
               JET_errInvalidGrbit);
    assert_err(
        JetMakeKey(session, table, &half, 2, JET_bitNewKey | JET_bitFullColumnStartLimit | JET_bitFullColumnEndLimit),
        JET_errInvalidGrbit);
    assert_ok(JetMakeKey(session, table, &half, 2, JET_bitNewKey));
    assert_err(JetMakeKey(session, table, &half, 2, 0), JET_errKeyIsMade);
    assert_ok(JetRetrieveKey(session, table, key, sizeof(key), &actual, JET_bitRetrieveCopy));
    assert_int_equal(actual, 3);
    assert_ok(JetSeek(session, table, JET_bitSeekEQ));
    /* The same from elsewhere. */
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetMakeKey(session, table, key, actual, JET_bitNormalizedKey));
    assert_ok(JetSeek(session, table, JET_bitSeekEQ));
    assert_ok(get(id, &found, 4, NULL, 0, NULL));
    assert_int_equal(found, 2);
    assert_err(JetMakeKey(session, table, long_key, 300, JET_bitNormalizedKey), JET_errInvalidParameter);
    /* Text of fixed size is filled up with spaces. */
    assert_ok(JetSetCurrentIndexA(session, table, "by fixed"));
    assert_ok(JetMakeKey(session, table, "fixed", 5, JET_bitNewKey));
    assert_err(JetSeek(session, table, JET_bitSeekGE), JET_wrnSeekNotEqual);
    assert_ok(JetMakeKey(session, table, "fixed!", 6, JET_bitNewKey));
    assert_ok(JetSeek(session, table, JET_bitSeekEQ));
    assert_err(JetMakeKey(session, table, "fixed!!", 7, JET_bitNewKey), JET_errInvalidBufferSize);
    assert_ok(JetMakeKey(session, table, "fix", 3, JET_bitNewKey));
    assert_ok(JetRetrieveKey(session, table, key, sizeof(key), &actual, JET_bitRetrieveCopy));
    assert_ok(JetMakeKey(session, table, "fix   ", 6, JET_bitNewKey));
    {
        uint8_t filled[300];
        JET_ULONG filled_size;
        assert_ok(JetRetrieveKey(session, table, filled, sizeof(filled), &filled_size, JET_bitRetrieveCopy));
        assert_int_equal(filled_size, actual);
        assert_memory_equal(filled, key, actual);
    }
}

/* ------------------------------------------------------------------ places --- */

static void places_in_an_index(void **state)
{
    uint8_t key[50], bookmark[50];
    JET_ULONG key_size, size;
    int32_t found;

    (void)state;
    assert_err(
        JetGetSecondaryIndexBookmark(session, table, key, sizeof(key), &key_size, bookmark, sizeof(bookmark), &size, 0),
        JET_errNoCurrentIndex);
    assert_err(JetGotoSecondaryIndexBookmark(session, table, key, 3, bookmark, 5, 0), JET_errNoCurrentIndex);
    assert_ok(JetSetCurrentIndexA(session, table, "by number"));
    assert_ok(JetMove(session, table, JET_MoveLast, 0));
    assert_err(JetGetSecondaryIndexBookmark(session, table, key, 2, &key_size, bookmark, sizeof(bookmark), &size, 0),
               JET_errBufferTooSmall);
    assert_int_equal(key_size, 5);
    assert_ok(JetGetSecondaryIndexBookmark(session, table, key, sizeof(key), &key_size, bookmark, sizeof(bookmark),
                                           &size, 0));
    assert_int_equal(size, 5);
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_err(JetGotoSecondaryIndexBookmark(session, table, NULL, key_size, bookmark, size, 0),
               JET_errInvalidBookmark);
    assert_err(JetGotoSecondaryIndexBookmark(session, table, key, 0, bookmark, size, 0), JET_errInvalidBookmark);
    assert_err(JetGotoSecondaryIndexBookmark(session, table, key, key_size, NULL, 0, 0), JET_errInvalidBookmark);
    assert_ok(JetGotoSecondaryIndexBookmark(session, table, key, key_size, bookmark, size, 0));
    assert_ok(get(number, &found, 4, NULL, JET_bitRetrieveFromIndex, NULL));
    assert_int_equal(found, 33);
    /* No such entry: the cursor stays, or is where it would be. */
    key[key_size - 1]--;
    bookmark[size - 1]--;
    assert_err(JetGotoSecondaryIndexBookmark(session, table, key, key_size, bookmark, size, 0), JET_errRecordDeleted);
    assert_ok(get(number, &found, 4, NULL, JET_bitRetrieveFromIndex, NULL));
    assert_int_equal(found, 33);
    assert_err(JetGotoSecondaryIndexBookmark(session, table, key, key_size, bookmark, size,
                                             JET_bitBookmarkPermitVirtualCurrency),
               JET_errRecordDeleted);
    assert_ok(JetMove(session, table, JET_MoveNext, 0));
    assert_ok(get(number, &found, 4, NULL, JET_bitRetrieveFromIndex, NULL));
    assert_int_equal(found, 32);
    /* A unique index tells by the bookmark that the key is another record's now. */
    assert_ok(JetSetCurrentIndexA(session, table, "by small"));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetGetSecondaryIndexBookmark(session, table, key, sizeof(key), &key_size, bookmark, sizeof(bookmark),
                                           &size, 0));
    assert_ok(JetGotoSecondaryIndexBookmark(session, table, key, key_size, NULL, 0, 0));
    assert_ok(JetGotoSecondaryIndexBookmark(session, table, key, key_size, bookmark, size, 0));
    bookmark[size - 1]--;
    assert_err(JetGotoSecondaryIndexBookmark(session, table, key, key_size, bookmark, size, 0), JET_errRecordDeleted);
}

static void places_of_records(void **state)
{
    uint8_t bookmark[50], much[4000] = { 1 };
    JET_ULONG size;
    int32_t found;

    (void)state;
    assert_ok(JetMove(session, table, JET_MoveLast, 0));
    assert_ok(JetGetBookmark(session, table, bookmark, sizeof(bookmark), &size));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_err(JetGotoBookmark(session, table, NULL, 5), JET_errInvalidBookmark);
    assert_err(JetGotoBookmark(session, table, bookmark, 0), JET_errInvalidBookmark);
    assert_err(JetGotoBookmark(session, table, much, sizeof(much)), JET_errRecordDeleted);
    bookmark[size - 1]++;
    assert_err(JetGotoBookmark(session, table, bookmark, size), JET_errRecordDeleted);
    bookmark[size - 1]--;
    /* Where an index has several entries of the record the first value's is taken. */
    assert_ok(JetSetCurrentIndexA(session, table, "by number"));
    assert_ok(JetGotoBookmark(session, table, bookmark, size));
    assert_ok(get(number, &found, 4, NULL, JET_bitRetrieveFromIndex, NULL));
    assert_int_equal(found, 31);
}

static void positions_are_fractions(void **state)
{
    JET_RECPOS place = { sizeof(place), 0, 0, 0 };
    JET_ULONG count;
    JET_UINT64 wide;
    int32_t found;
    JET_INDEX_COLUMN filter = { id, JET_relopEquals, &found, 4, 0 };

    (void)state;
    assert_ok(JetSetCurrentIndexA(session, table, "by number"));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetMove(session, table, 4, 0));
    assert_ok(JetGetRecordPosition(session, table, &place, sizeof(place)));
    assert_int_equal(place.centriesTotal, 9);
    assert_int_equal(place.centriesLT, 4);
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetGotoPosition(session, table, &place));
    assert_ok(get(number, &found, 4, NULL, JET_bitRetrieveFromIndex, NULL));
    assert_int_equal(found, 22);
    place.cbStruct--;
    assert_err(JetGotoPosition(session, table, &place), JET_errInvalidParameter);
    assert_err(JetGotoPosition(session, table, NULL), JET_errInvalidParameter);
    assert_err(JetIndexRecordCount(session, table, NULL, 0), JET_errInvalidParameter);
    assert_err(JetIndexRecordCount2(session, table, NULL, 0), JET_errInvalidParameter);
    assert_ok(JetIndexRecordCount(session, table, &count, 3));
    assert_int_equal(count, 3);
    assert_ok(JetIndexRecordCount2(session, table, &wide, 0));
    assert_int_equal(wide, 5);
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
    assert_ok(JetSetCursorFilter(session, table, &filter, 1, 0));
    assert_err(JetGetRecordPosition(session, table, &place, sizeof(place)), JET_errFilteredMoveNotSupported);
    place.cbStruct = sizeof(place);
    assert_err(JetGotoPosition(session, table, &place), JET_errFilteredMoveNotSupported);
    assert_ok(JetSetCursorFilter(session, table, NULL, 0, 0));
}

static void records_in_all_indexes(void **state)
{
    JET_INDEXRANGE ranges[2] = { { sizeof(ranges[0]), table, JET_bitRecordInIndex },
                                 { sizeof(ranges[0]), 0, JET_bitRecordInIndex } };
    JET_RECORDLIST list = { .cbStruct = sizeof(list) };
    const int32_t low = 12, high = 22;
    const int16_t half = -10;

    (void)state;
    assert_err(JetIntersectIndexes(session, ranges, 0, &list, 0), JET_errInvalidParameter);
    assert_err(JetIntersectIndexes(session, ranges, 1, &list, 0), JET_errInvalidParameter);
    assert_ok(JetSetCurrentIndexA(session, table, "by number"));
    assert_ok(JetMakeKey(session, table, &low, 4, JET_bitNewKey));
    assert_ok(JetSeek(session, table, JET_bitSeekEQ));
    assert_ok(JetMakeKey(session, table, &high, 4, JET_bitNewKey));
    assert_ok(JetSetIndexRange(session, table, JET_bitRangeUpperLimit | JET_bitRangeInclusive));
    assert_ok(JetDupCursor(session, table, &ranges[1].tableid, 0));
    assert_ok(JetSetCurrentIndexA(session, ranges[1].tableid, "by small"));
    assert_ok(JetMakeKey(session, ranges[1].tableid, &half, 2, JET_bitNewKey));
    assert_ok(JetSeek(session, ranges[1].tableid, JET_bitSeekGE));
    assert_ok(JetMakeKey(session, ranges[1].tableid, &half, 2, JET_bitNewKey));
    assert_ok(JetSetIndexRange(session, ranges[1].tableid, JET_bitRangeUpperLimit | JET_bitRangeInclusive));
    ranges[1].cbStruct--;
    assert_err(JetIntersectIndexes(session, ranges, 2, &list, 0), JET_errInvalidParameter);
    ranges[1].cbStruct++;
    ranges[1].grbit = 0;
    assert_err(JetIntersectIndexes(session, ranges, 2, &list, 0), JET_errInvalidGrbit);
    ranges[1].grbit = JET_bitRecordInIndex;
    assert_ok(JetIntersectIndexes(session, ranges, 2, &list, 0));
    assert_int_equal(list.cRecord, 1);
    {
        uint8_t bookmark[50];
        JET_ULONG size;
        int32_t found;

        assert_ok(JetMove(session, list.tableid, JET_MoveFirst, 0));
        assert_ok(JetRetrieveColumn(session, list.tableid, list.columnidBookmark, bookmark, sizeof(bookmark), &size, 0,
                                    NULL));
        assert_ok(JetGotoBookmark(session, table, bookmark, size));
        assert_ok(get(id, &found, 4, NULL, 0, NULL));
        assert_int_equal(found, 2);
    }
    assert_ok(JetCloseTable(session, list.tableid));
    assert_ok(JetCloseTable(session, ranges[1].tableid));
}

static void preread_ahead(void **state)
{
    const int32_t one = 1, two = 2;
    JET_INDEX_COLUMN low = { id, JET_relopEquals, (void *)&one, 4, 0 },
                     high = { id, JET_relopEquals, (void *)&two, 4, 0 };
    JET_INDEX_RANGE range = { &low, 1, &high, 1 };
    const void *keys[2];
    JET_ULONG sizes[2] = { 5, 5 }, read = 0;
    uint8_t key[5];
    JET_LONG done = 0;
    JET_COLUMNID columns[] = { data };

    (void)state;
    assert_ok(JetMakeKey(session, table, &two, 4, JET_bitNewKey));
    assert_ok(JetRetrieveKey(session, table, key, sizeof(key), NULL, JET_bitRetrieveCopy));
    keys[0] = key;
    keys[1] = NULL;
    assert_err(JetPrereadKeys(session, table, keys, sizes, 0, &done, JET_bitPrereadForward), JET_errInvalidParameter);
    assert_err(JetPrereadKeys(session, table, keys, sizes, 2, &done, JET_bitPrereadForward), JET_errInvalidParameter);
    sizes[0] = 0;
    assert_err(JetPrereadKeys(session, table, keys, sizes, 1, &done, JET_bitPrereadForward), JET_errInvalidBufferSize);
    sizes[0] = 5;
    assert_ok(JetPrereadKeys(session, table, keys, sizes, 1, &done, JET_bitPrereadForward));
    assert_int_equal(done, 1);
    assert_ok(JetPrereadIndexRanges(session, table, &range, 1, &read, columns, 1, JET_bitPrereadForward));
    assert_int_equal(read, 1);
    low.relop = JET_relopLessThan;
    assert_err(JetPrereadIndexRanges(session, table, &range, 1, &read, NULL, 0, JET_bitPrereadForward),
               JET_errInvalidParameter);
    low.relop = JET_relopEquals;
    columns[0] = id;
    assert_err(JetPrereadIndexRanges(session, table, &range, 1, &read, columns, 1, JET_bitPrereadForward),
               JET_errMustBeSeparateLongValue);
    assert_ok(JetSetCurrentIndexA(session, table, "by small"));
    columns[0] = data;
    low.cb = high.cb = 2;
    low.columnid = high.columnid = small;
    assert_err(JetPrereadIndexRanges(session, table, &range, 1, &read, columns, 1, JET_bitPrereadForward),
               JET_errInvalidPreread);
}

#define ON_ROWS(function) cmocka_unit_test_setup_teardown(function, insert_rows, delete_rows)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_ROWS(values_are_counted),     ON_ROWS(several_at_once),   ON_ROWS(what_does_not_go_together),
        ON_ROWS(about_the_record),       ON_ROWS(from_keys),         ON_ROWS(keys_made),
        ON_ROWS(places_in_an_index),     ON_ROWS(places_of_records), ON_ROWS(positions_are_fractions),
        ON_ROWS(records_in_all_indexes), ON_ROWS(preread_ahead),
    };

    return cmocka_run_group_tests_name("retrieve", tests, start, stop);
}
