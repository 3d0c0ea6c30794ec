/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is wrong with a call is told in Windows' order: handles, then names, then bits, then the state; and what the
 * program's variables hold after that.
 */
#include "support.h"

#define UNTOUCHED 0x5a5a5a5au

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID database;
static JET_TABLEID table;
static JET_COLUMNID number, text, count;

static const WCHAR no_name[] = { 0x4e00, 0 }; /* which code page 1252 does not have */

/* On the first of the records 0, 1, 2. */
static void go_first(void)
{
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
}

static void go_nowhere(void)
{
    go_first();
    assert_err(JetMove(session, table, 100, 0), JET_errNoCurrentRecord);
}

static JET_TABLEID sort_of(JET_GRBIT grbit, JET_COLUMNID ids[2], unsigned rows)
{
    const JET_COLUMNDEF columns[2] = {
        { .cbStruct = sizeof(columns[0]), .coltyp = JET_coltypLong, .grbit = JET_bitColumnTTKey },
        { .cbStruct = sizeof(columns[0]), .coltyp = JET_coltypLong },
    };
    JET_TABLEID sort;

    assert_ok(JetOpenTempTable(session, columns, 2, grbit, &sort, ids));
    for (uint32_t i = 0; i < rows; i++)
    {
        assert_ok(JetPrepareUpdate(session, sort, JET_prepInsert));
        assert_ok(JetSetColumn(session, sort, ids[0], &i, sizeof(i), 0, NULL));
        assert_ok(JetUpdate(session, sort, NULL, 0, NULL));
    }
    return sort;
}

/* ---------------------------------------------------------------- handles --- */

/* A name that is none is told after a handle that is none, and before what only a look at the session tells. */
static void handles_before_names(void **state)
{
    JET_TABLEID opened;
    int32_t value = 1;

    (void)state;
    assert_err(JetOpenTableW(JET_sesidNil, database, no_name, NULL, 0, 0, &opened), JET_errInvalidSesid);
    assert_err(JetOpenTableW(session, JET_dbidNil, no_name, NULL, 0, 0, &opened), JET_errInvalidName);
    assert_err(JetRenameTableW(JET_sesidNil, database, no_name, no_name), JET_errInvalidSesid);
    assert_err(JetRenameTableW(session, JET_dbidNil, no_name, no_name), JET_errInvalidName);
    assert_err(JetRenameColumnW(JET_sesidNil, table, no_name, no_name, 0), JET_errInvalidSesid);
    assert_err(JetRenameColumnW(session, JET_tableidNil, no_name, no_name, 0), JET_errInvalidTableId);
    assert_err(JetSetColumnDefaultValueW(JET_sesidNil, database, no_name, no_name, &value, 4, 0), JET_errInvalidSesid);
    assert_err(JetSetColumnDefaultValueW(session, JET_dbidNil, no_name, no_name, &value, 4, 0), JET_errInvalidName);
    assert_err(JetSetCurrentIndexW(JET_sesidNil, table, no_name), JET_errInvalidSesid);
    assert_err(JetSetCurrentIndex2W(session, JET_tableidNil, no_name, 0xff), JET_errInvalidTableId);
    assert_err(JetSetCurrentIndex3W(session, table, no_name, 0xff, 1), JET_errInvalidName);
}

static void structs_after_handles(void **state)
{
    JET_UNICODEINDEX unicode = { 0x9999, 0 };
    JET_OPENTEMPORARYTABLE open = { .cbStruct = 1, .tableid = UNTOUCHED };
    JET_OPENTEMPORARYTABLE2 open2 = { .cbStruct = 1, .tableid = UNTOUCHED };
    JET_TABLEID sort = UNTOUCHED;

    (void)state;
    assert_err(JetOpenTemporaryTable(JET_sesidNil, &open), JET_errInvalidSesid);
    assert_err(JetOpenTemporaryTable2(JET_sesidNil, &open2), JET_errInvalidSesid);
    assert_err(JetOpenTemporaryTable(session, &open), JET_errInvalidParameter);
    assert_err(JetOpenTemporaryTable2(session, &open2), JET_errInvalidParameter);
    assert_err(JetOpenTempTable3(JET_sesidNil, NULL, 0, &unicode, 0, &sort, NULL), JET_errInvalidSesid);
    assert_err(JetOpenTempTable3(session, NULL, 0, &unicode, 0, &sort, NULL), JET_errInvalidLanguageId);
    assert_int_equal(sort, UNTOUCHED);
    assert_int_equal(open.tableid, UNTOUCHED);
    assert_int_equal(open2.tableid, UNTOUCHED);
}

/* ----------------------------------------------------------- temporary tables --- */

static void ids_of_a_temporary_table(void **state)
{
    JET_UNICODEINDEX2 unicode = { NULL, 0 };
    JET_COLUMNDEF columns[130];
    JET_COLUMNID ids[130];
    JET_OPENTEMPORARYTABLE2 open = {
        .cbStruct = sizeof(open), .prgcolumndef = columns, .prgcolumnid = ids, .pidxunicode = &unicode
    };

    (void)state;
    for (unsigned i = 0; i < 130; i++)
    {
        columns[i] = (JET_COLUMNDEF){ .cbStruct = sizeof(columns[i]), .coltyp = JET_coltypLong };
        ids[i] = UNTOUCHED;
    }
    /* They are told before the columns are looked at. */
    columns[0].coltyp = JET_coltypText;
    columns[0].cp = 77;
    open.ccolumn = 2;
    assert_err(JetOpenTemporaryTable2(session, &open), JET_errInvalidCodePage);
    assert_int_equal(ids[0], 128);
    assert_int_equal(ids[1], 1);
    open.ccolumn = 130;
    assert_err(JetOpenTemporaryTable2(session, &open), JET_errTooManyColumns);
    assert_int_equal(ids[127], 127);
    assert_int_equal(ids[129], UNTOUCHED);

    columns[0].cp = 1200;
    columns[0].grbit = JET_bitColumnTTKey;
    open.ccolumn = 1;
    assert_err(JetOpenTemporaryTable2(session, &open), JET_errInvalidLanguageId);
    unicode.szLocaleName = test_wide("en-US");
    assert_ok(JetOpenTemporaryTable2(session, &open));
    assert_ok(JetCloseTable(session, open.tableid));
    assert_int_equal(unicode.dwMapFlags, 0x400); /* LCMAP_SORTKEY is added */
}

/* A sort asks whether it can be gone back in, then for the key; the bits are not looked at, as in a table. */
static void seeks_in_a_sort(void **state)
{
    JET_COLUMNID ids[2];
    JET_TABLEID sort;
    uint32_t value = 1;

    (void)state;
    sort = sort_of(0, ids, 2);
    assert_err(JetSeek(session, sort, 0), JET_errIllegalOperation);
    assert_ok(JetCloseTable(session, sort));
    sort = sort_of(JET_bitTTScrollable, ids, 2);
    assert_err(JetSeek(session, sort, 0), JET_errKeyNotMade);
    assert_ok(JetMakeKey(session, sort, &value, sizeof(value), JET_bitNewKey));
    assert_ok(JetSeek(session, sort, 0));
    assert_ok(JetRetrieveColumn(session, sort, ids[0], &value, sizeof(value), NULL, 0, NULL));
    assert_int_equal(value, 1);
    value = 7;
    assert_ok(JetMakeKey(session, sort, &value, sizeof(value), JET_bitNewKey));
    assert_int_equal(JetSeek(session, sort, JET_bitSeekGE | JET_bitSeekLE), 312); /* what is there is less */
    assert_ok(JetMakeKey(session, sort, NULL, 0, JET_bitNewKey));
    assert_int_equal(JetSeek(session, sort, 0), 313);
    assert_ok(JetCloseTable(session, sort));
    sort = sort_of(JET_bitTTScrollable, ids, 0);
    assert_err(JetSeek(session, sort, 0), JET_errRecordNotFound);
    assert_ok(JetCloseTable(session, sort));
    sort = sort_of(JET_bitTTUpdatable, ids, 2);
    assert_ok(JetMove(session, sort, JET_MoveFirst, 0));
    assert_err(JetSeek(session, sort, 0), JET_errInvalidParameter);
    assert_ok(JetCloseTable(session, sort));
}

/* ------------------------------------------------------------------ columns --- */

/* In a list of columns the record comes before the columns, alone the column does. */
static void records_before_columns(void **state)
{
    JET_RETRIEVECOLUMN element = { .columnid = 0x7777, .itagSequence = 1 };
    uint32_t value;

    (void)state;
    go_nowhere();
    assert_err(JetRetrieveColumn(session, table, 0x7777, &value, 4, NULL, 0, NULL), JET_errColumnNotFound);
    assert_err(JetRetrieveColumns(session, table, &element, 1), JET_errNoCurrentRecord);
    go_first();
    assert_err(JetRetrieveColumns(session, table, &element, 1), JET_errColumnNotFound);
    element.columnid = 0x10000001;
    assert_err(JetRetrieveColumns(session, table, &element, 1), JET_errBadColumnId);
}

static void lists_from_a_sort(void **state)
{
    JET_RETRIEVECOLUMN element = { .itagSequence = 1 };
    JET_COLUMNID ids[2];
    JET_TABLEID sort = sort_of(JET_bitTTScrollable, ids, 1);
    uint32_t value = UNTOUCHED;

    (void)state;
    assert_ok(JetMove(session, sort, JET_MoveFirst, 0));
    element.columnid = ids[0];
    element.pvData = &value;
    element.cbData = sizeof(value);
    element.grbit = JET_bitRetrieveFromIndex | JET_bitRetrieveFromPrimaryBookmark; /* say nothing here */
    assert_ok(JetRetrieveColumns(session, sort, &element, 1));
    assert_int_equal(value, 0);
    assert_ok(JetRetrieveColumns(session, sort, NULL, 0));
    assert_err(JetMove(session, sort, JET_MoveNext, 0), JET_errNoCurrentRecord);
    element.grbit = 0x80000000;
    assert_err(JetRetrieveColumns(session, sort, &element, 1), JET_errNoCurrentRecord);
    assert_err(JetRetrieveColumns(session, sort, NULL, 0), JET_errNoCurrentRecord);
    assert_ok(JetCloseTable(session, sort));
}

static void bits_of_a_list(void **state)
{
    uint32_t value = 0;
    JET_RETRIEVECOLUMN elements[2] = {
        { .columnid = number, .itagSequence = 1 },
        { .columnid = text, .itagSequence = 1, .grbit = JET_bitRetrievePhysicalSize },
    };

    (void)state;
    go_first();
    /* Whether there is a buffer is asked of the first element, whichever wants the size. */
    elements[1].pvData = &value;
    elements[1].cbData = sizeof(value);
    assert_ok(JetRetrieveColumns(session, table, elements, 2) < 0 ? JET_errInternalError : JET_errSuccess);
    elements[0].pvData = &value;
    elements[0].cbData = sizeof(value);
    elements[1].pvData = NULL;
    elements[1].cbData = 0;
    assert_err(JetRetrieveColumns(session, table, elements, 2), JET_errInvalidParameter);
    elements[1].grbit |= JET_bitRetrievePageNumber;
    elements[0].cbData = 0;
    assert_err(JetRetrieveColumns(session, table, elements, 2), JET_errInvalidGrbit);
    /* Tuples are an index's: alone that is told. */
    assert_err(JetRetrieveColumn(session, table, number, &value, 4, NULL, JET_bitRetrieveTuple, NULL),
               JET_errInvalidGrbit);
    elements[0].cbData = sizeof(value);
    elements[0].grbit = JET_bitRetrieveTuple;
    assert_ok(JetRetrieveColumns(session, table, elements, 1));
    /* What is not a long value apart says nothing of the next column. */
    elements[0].grbit = JET_bitRetrieveLongId;
    elements[0].columnidNextTagged = UNTOUCHED;
    assert_ok(JetRetrieveColumns(session, table, elements, 1));
    assert_int_equal(elements[0].err, JET_wrnColumnNull);
    assert_int_equal(elements[0].columnidNextTagged, UNTOUCHED);
}

static void sizes_of_one(void **state)
{
    JET_ULONG actual = UNTOUCHED;
    uint16_t half;

    (void)state;
    go_first();
    assert_err(JetRetrieveColumn(session, table, text, NULL, 4, &actual, JET_bitRetrievePhysicalSize, NULL),
               JET_errInvalidParameter);
    assert_int_equal(actual, UNTOUCHED);
    assert_err(JetRetrieveColumn(session, table, count, &half, sizeof(half), &actual, 0, NULL),
               JET_errInvalidBufferSize);
    assert_int_equal(actual, 4);
}

/* A copy to be read is asked, not the index. */
static void index_of_a_copy(void **state)
{
    uint32_t value = UNTOUCHED;
    JET_RETRIEVECOLUMN element = {
        .columnid = count, .pvData = &value, .cbData = 4, .itagSequence = 1, .grbit = JET_bitRetrieveFromIndex
    };

    (void)state;
    assert_ok(JetBeginTransaction(session));
    go_first();
    assert_err(JetRetrieveColumn(session, table, count, &value, 4, NULL, JET_bitRetrieveFromIndex, NULL),
               JET_errColumnNotFound);
    assert_ok(JetPrepareUpdate(session, table, JET_prepReadOnlyCopy));
    assert_ok(JetRetrieveColumn(session, table, count, &value, 4, NULL, JET_bitRetrieveFromIndex, NULL));
    assert_int_equal(value, 7);
    value = UNTOUCHED;
    assert_ok(JetRetrieveColumns(session, table, &element, 1));
    assert_int_equal(value, 7);
    assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
    assert_ok(JetRollback(session, 0));
}

/* ------------------------------------------------------------------- cursors --- */

static void bits_of_an_index(void **state)
{
    JET_INDEX_COLUMN filter = { .columnid = number, .relop = JET_relopEquals };
    JET_COLUMNID ids[2];
    JET_TABLEID sort = sort_of(JET_bitTTScrollable, ids, 1);

    (void)state;
    assert_err(JetSetCurrentIndex2A(session, sort, NULL, 0x10), JET_errInvalidGrbit);
    assert_err(JetSetCurrentIndex2A(session, sort, NULL, 0), JET_errIllegalOperation);
    assert_ok(JetCloseTable(session, sort));
    go_first();
    assert_ok(JetSetCursorFilter(session, table, &filter, 1, 0));
    assert_err(JetSetCurrentIndex2A(session, table, "a!b", 0x10), JET_errInvalidGrbit);
    assert_err(JetSetCurrentIndexA(session, table, "a!b"), JET_errFilteredMoveNotSupported);
    /* An update that is prepared survives a move that is none. */
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_err(JetMove(session, table, 0, 0), JET_errFilteredMoveNotSupported);
    assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
    assert_ok(JetRollback(session, 0));
    filter.columnid = 0x10000001;
    assert_err(JetSetCursorFilter(session, table, &filter, 1, 0), JET_errBadColumnId);
    assert_ok(JetSetCursorFilter(session, table, NULL, 0, 0));
}

static void counts_that_fail(void **state)
{
    JET_ULONG records = UNTOUCHED;
    JET_UINT64 wide = UNTOUCHED;
    JET_COLUMNID ids[2];
    JET_TABLEID sort = sort_of(JET_bitTTScrollable, ids, 1);

    (void)state;
    assert_err(JetIndexRecordCount(session, JET_tableidNil, &records, 0), JET_errInvalidTableId);
    assert_err(JetIndexRecordCount2(JET_sesidNil, table, &wide, 0), JET_errInvalidSesid);
    assert_int_equal(records, UNTOUCHED);
    assert_int_equal(wide, UNTOUCHED);
    assert_err(JetIndexRecordCount(session, sort, &records, 0), JET_errIllegalOperation);
    assert_err(JetIndexRecordCount2(session, sort, &wide, 0), JET_errIllegalOperation);
    assert_int_equal(records, 0);
    assert_int_equal(wide, UNTOUCHED);
    assert_ok(JetCloseTable(session, sort));
    go_nowhere();
    assert_err(JetIndexRecordCount2(session, table, &wide, 0), JET_errNoCurrentRecord);
    assert_int_equal(wide, 0);
}

static void ranges_of_indexes(void **state)
{
    JET_RECORDLIST list = { .cbStruct = sizeof(list), .tableid = UNTOUCHED, .cRecord = UNTOUCHED };
    JET_INDEXRANGE ranges[2];
    JET_TABLEID others[2];

    (void)state;
    for (unsigned i = 0; i < 2; i++)
    {
        assert_ok(JetDupCursor(session, table, &others[i], 0));
        assert_ok(JetSetCurrentIndexA(session, others[i], "texts"));
        ranges[i] = (JET_INDEXRANGE){ sizeof(ranges[i]), others[i], JET_bitRecordInIndex };
    }
    /* Each is compared with all others before the next one is looked at. */
    ranges[1].grbit = 77;
    assert_err(JetIntersectIndexes(session, ranges, 2, &list, 0), JET_errInvalidParameter);
    assert_ok(JetSetCurrentIndexA(session, others[0], "others"));
    assert_err(JetIntersectIndexes(session, ranges, 2, &list, 0), JET_errInvalidGrbit);
    assert_int_equal(list.tableid, UNTOUCHED);
    assert_int_equal(list.cRecord, UNTOUCHED);
    for (unsigned i = 0; i < 2; i++)
        assert_ok(JetCloseTable(session, others[i]));
}

static JET_ERR JET_API never(JET_SESID s, JET_DBID d, JET_TABLEID t, JET_CBTYP c, void *a, void *b, void *x,
                             JET_API_PTR u)
{
    (void)s, (void)d, (void)t, (void)c, (void)a, (void)b, (void)x, (void)u;
    return JET_errSuccess;
}

/* What needs a level of its own finds none left. */
static void levels_left(void **state)
{
    JET_HANDLE id = UNTOUCHED;

    (void)state;
    go_first();
    for (unsigned i = 0; i < 7; i++)
        assert_ok(JetBeginTransaction(session));
    assert_err(JetBeginTransaction(session), JET_errTransTooDeep);
    assert_ok(JetRegisterCallback(session, table, JET_cbtypAfterDelete, never, NULL, &id));
    assert_ok(JetUnregisterCallback(session, table, JET_cbtypAfterDelete, id));
    assert_ok(JetRollback(session, JET_bitRollbackAll));
}

static void tables_to_read_ahead(void **state)
{
    JET_PCWSTR names[1];

    (void)state;
    names[0] = test_wide("rows");
    assert_err(JetPrereadTablesW(session, database, names, -1, 0), JET_errInvalidParameter);
    assert_err(JetPrereadTablesW(session, database, names, 11, 1), JET_errInvalidGrbit);
    assert_ok(JetPrereadTablesW(session, database, names, 1, 0));
}

/* Reading ranges ahead makes the cursor's own key. */
static void key_of_ranges(void **state)
{
    int32_t zero = 0, one = 1, value = -1;
    JET_INDEX_COLUMN start = { .columnid = number, .relop = JET_relopEquals, .pv = &one, .cb = sizeof(one) };
    JET_INDEX_RANGE ranges[2] = { { .rgStartColumns = &start, .cStartColumns = 1 }, { 0 } };

    (void)state;
    go_first();
    assert_ok(JetMakeKey(session, table, &zero, sizeof(zero), JET_bitNewKey));
    assert_ok(JetPrereadIndexRanges(session, table, ranges, 1, NULL, NULL, 0, JET_bitPrereadForward));
    assert_ok(JetSeek(session, table, JET_bitSeekGE) < 0 ? JET_errInternalError : JET_errSuccess);
    assert_ok(JetRetrieveColumn(session, table, number, &value, sizeof(value), NULL, 0, NULL));
    assert_int_equal(value, 1);
    /* What has no columns gets the key that is there. */
    assert_ok(JetPrereadIndexRanges(session, table, ranges + 1, 1, NULL, NULL, 0, JET_bitPrereadForward));
}

/* ----------------------------------------------------------------- databases --- */

static void sizes_of_databases(void **state)
{
    JET_SESID other = test_session(instance);
    JET_ULONG pages = 0, now = 0;
    JET_API_PTR before;

    (void)state;
    /* Of a database that this session has not opened, too. */
    assert_ok(JetSetMaxDatabaseSize(other, database, 0, 0));
    assert_err(JetGetMaxDatabaseSize(other, database, &pages, 0), JET_errInvalidDatabaseId);
    assert_err(JetSetMaxDatabaseSize(other, 0, 0, 0), JET_errInvalidDatabaseId);
    assert_err(JetSetMaxDatabaseSize(other, JET_dbidNil, 0, 0), JET_errInvalidDatabaseId);
    assert_err(JetSetMaxDatabaseSize(other, 6, 0, 0), JET_errInvalidDatabaseId);
    assert_ok(JetEndSession(other, 0));

    assert_ok(JetResizeDatabase(session, database, 1, &now, JET_bitResizeDatabaseOnlyGrow));
    assert_err(JetResizeDatabase(session, database, 1, &pages, 0), JET_errFeatureNotAvailable);
    assert_int_equal(pages, now); /* what it has, although nothing came of it */
    assert_err(JetResizeDatabase(session, database, 0x80000000, &pages, 0), JET_errFeatureNotAvailable);
    assert_ok(JetResizeDatabase(session, database, 0x80000000, &pages, JET_bitResizeDatabaseOnlyGrow));
    assert_int_equal(pages, now);
    assert_ok(JetGetSystemParameterA(0, 0, JET_paramEnableViewCache, &before, NULL, 0));
    assert_int_equal(before, 0);
}

static void too_long_a_default(void **state)
{
    static const uint8_t bytes[4096];

    (void)state;
    assert_err(JetSetColumnDefaultValueA(session, database, "none", "text", bytes, 3791, 0), JET_errObjectNotFound);
    assert_err(JetSetColumnDefaultValueA(session, database, "none", "text", bytes, 3792, 0), JET_errDefaultValueTooBig);
    assert_err(JetSetColumnDefaultValueA(session, database, "none", "a!b", bytes, 3792, 0), JET_errInvalidName);
    assert_err(JetSetColumnDefaultValueA(session, database, "none", "text", bytes, 0, 0), JET_errNullInvalid);
}

/* ------------------------------------------------------------------ sessions --- */

static void contexts_of_commits(void **state)
{
    JET_ULONG value = 1;

    (void)state;
    assert_ok(JetSetSessionParameter(session, JET_sesparamCommitGenericContext, "abc", 3));
    assert_ok(JetSetSessionParameter(session, JET_sesparamCommitContextNeedPreCommitCallback, &value, sizeof(value)));
    assert_ok(JetSetSessionParameter(session, JET_sesparamCommitContextContainsCustomerData, &value, sizeof(value)));
    assert_ok(JetSetSessionParameter(session, JET_sesparamCommitGenericContext, NULL, 0));
    assert_ok(JetGetSessionParameter(session, JET_sesparamCommitContextContainsCustomerData, &value, 4, NULL));
    assert_int_equal(value, 1);
    assert_ok(JetGetSessionParameter(session, JET_sesparamCommitContextNeedPreCommitCallback, &value, 4, NULL));
    assert_int_equal(value, 0); /* goes with the context */
    assert_ok(JetSetSessionParameter(session, JET_sesparamCommitContextContainsCustomerData, &value, sizeof(value)));
}

/* -------------------------------------------------------- beside this instance --- */

/* The one that a session may have open it may open again. */
static void one_database_of_a_session(void **state)
{
    JET_INSTANCE other = test_instance_unstarted("one", "off");
    JET_DBID first, again, second;
    JET_SESID mine;

    (void)state;
    assert_ok(JetSetSystemParameterA(&other, 0, JET_paramOneDatabasePerSession, 1, NULL));
    assert_ok(JetInit(&other));
    mine = test_session(other);
    assert_ok(JetCreateDatabaseA(mine, test_file("first.edb"), NULL, &first, 0));
    assert_ok(JetOpenDatabaseA(mine, test_file("first.edb"), NULL, &again, 0));
    assert_int_equal(again, first);
    assert_ok(JetCloseDatabase(mine, first, 0));
    assert_ok(JetCloseDatabase(mine, first, 0));
    assert_ok(JetCreateDatabaseA(mine, test_file("second.edb"), NULL, &second, 0));
    assert_err(JetOpenDatabaseA(mine, test_file("first.edb"), NULL, &first, 0), JET_errOneDatabasePerSession);
    assert_int_equal(first, JET_dbidNil);
    assert_ok(JetTerm(other));
}

static void file_of_temporary_tables(void **state)
{
    JET_COLUMNID ids[2];
    JET_TABLEID sort = sort_of(JET_bitTTUpdatable, ids, 1);
    char path[600];
    JET_DBID opened = 1;

    (void)state;
    assert_ok(JetGetSystemParameterA(instance, 0, JET_paramTempPath, NULL, path, sizeof(path)));
    assert_err(JetOpenDatabaseA(session, path, NULL, &opened, 0), JET_errInvalidDatabase);
    assert_int_equal(opened, JET_dbidNil);
    assert_err(JetOpenDatabaseA(session, test_file("other.edb"), NULL, &opened, 0), JET_errDatabaseNotFound);
    assert_ok(JetCloseTable(session, sort));
}

/* Only the newest struct, which the engine works with itself, is looked at after the mode. */
static void structs_of_init(void **state)
{
    JET_RSTINFO2_W newest = { .cbStruct = 1 };
    JET_RSTINFO2_A narrow = { .cbStruct = 1 };
    JET_RSTINFO_W older = { .cbStruct = 1 };
    JET_INSTANCE none = 0;

    (void)state;
    assert_err(JetInit4W(NULL, &newest, 0), JET_errRunningInMultiInstanceMode);
    assert_err(JetInit4A(NULL, &narrow, 0), JET_errInvalidParameter);
    assert_err(JetInit3W(NULL, &older, 0), JET_errInvalidParameter);
    assert_err(JetInit4A(&none, &narrow, 0), JET_errInvalidParameter);
    assert_true(none == 0);
    assert_err(JetInit4W(&none, &newest, 0), JET_errInvalidParameter);
    assert_true(none == JET_instanceNil);
}

/* What JetIdle tells of versions. */
static void idle_with_versions(void **state)
{
    JET_INSTANCE other = test_instance_unstarted("idle", "off");
    const JET_COLUMNDEF column = { .cbStruct = sizeof(column), .coltyp = JET_coltypLongBinary };
    static const uint8_t bytes[3000];
    JET_TABLEID idle_table;
    JET_COLUMNID columnid;
    JET_SESID mine, watching;
    JET_DBID dbid;

    (void)state;
    assert_ok(JetSetSystemParameterA(&other, 0, JET_paramMaxVerPages, 100, NULL));
    assert_ok(JetSetSystemParameterA(&other, 0, JET_paramPreferredVerPages, 5, NULL));
    assert_ok(JetInit(&other));
    mine = test_session(other);
    watching = test_session(other);
    assert_ok(JetCreateDatabaseA(mine, test_file("idle.edb"), NULL, &dbid, 0));
    assert_ok(JetCreateTableA(mine, dbid, "rows", 1, 80, &idle_table));
    assert_ok(JetAddColumnA(mine, idle_table, "bytes", &column, NULL, 0, &columnid));
    assert_ok(JetPrepareUpdate(mine, idle_table, JET_prepInsert));
    assert_ok(JetUpdate(mine, idle_table, NULL, 0, NULL));
    assert_ok(JetMove(mine, idle_table, JET_MoveFirst, 0));
    assert_ok(JetBeginTransaction(mine));
    for (unsigned i = 0; i < 100; i++)
    {
        assert_ok(JetBeginTransaction(mine));
        assert_ok(JetPrepareUpdate(mine, idle_table, JET_prepReplace));
        assert_ok(JetSetColumn(mine, idle_table, columnid, bytes, 1000 + i, JET_bitSetIntrinsicLV, NULL));
        assert_ok(JetUpdate(mine, idle_table, NULL, 0, NULL));
        assert_ok(JetCommitTransaction(mine, 0));
    }
    assert_err(JetIdle(watching, JET_bitIdleStatus), JET_wrnIdleFull);
    assert_err(JetIdle(watching, JET_bitIdleWaitForAsyncActivity), JET_wrnRemainingVersions);
    assert_err(JetIdle(watching, JET_bitIdleCompactAsync), JET_errInvalidGrbit);
    assert_err(JetIdle(watching, JET_bitIdleCompact | JET_bitIdleCompactAsync), JET_wrnNoIdleActivity);
    assert_ok(JetCommitTransaction(mine, 0));
    assert_err(JetIdle(mine, 0), JET_wrnNoIdleActivity);
    assert_ok(JetTerm(other));
}

static int start(void **state)
{
    static const char by_number[] = "+number\0", by_text[] = "+text\0", by_other[] = "+other\0";
    JET_COLUMNDEF escrow = { .cbStruct = sizeof(escrow), .coltyp = JET_coltypLong, .grbit = JET_bitColumnEscrowUpdate };
    int32_t seven = 7;

    (void)state;
    database = test_database("order", "off", &instance, &session);
    assert_ok(JetCreateTableA(session, database, "rows", 1, 80, &table));
    number = test_column(session, table, "number", JET_coltypLong, 0);
    text = test_column(session, table, "text", JET_coltypLongText, 0);
    test_column(session, table, "other", JET_coltypLong, 0);
    assert_ok(JetAddColumnA(session, table, "count", &escrow, &seven, sizeof(seven), &count));
    assert_ok(JetCreateIndexA(session, table, "numbers", JET_bitIndexPrimary, by_number, sizeof(by_number), 80));
    assert_ok(JetCreateIndexA(session, table, "texts", 0, by_text, sizeof(by_text), 80));
    assert_ok(JetCreateIndexA(session, table, "others", 0, by_other, sizeof(by_other), 80));
    assert_ok(JetBeginTransaction(session));
    for (int32_t i = 0; i < 3; i++)
    {
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, number, &i, sizeof(i), 0, NULL));
        assert_ok(JetSetColumn(session, table, text, "a\0b", 4, 0, NULL));
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
        cmocka_unit_test(handles_before_names),
        cmocka_unit_test(structs_after_handles),
        cmocka_unit_test(ids_of_a_temporary_table),
        cmocka_unit_test(seeks_in_a_sort),
        cmocka_unit_test(records_before_columns),
        cmocka_unit_test(lists_from_a_sort),
        cmocka_unit_test(bits_of_a_list),
        cmocka_unit_test(sizes_of_one),
        cmocka_unit_test(index_of_a_copy),
        cmocka_unit_test(bits_of_an_index),
        cmocka_unit_test(counts_that_fail),
        cmocka_unit_test(ranges_of_indexes),
        cmocka_unit_test(levels_left),
        cmocka_unit_test(tables_to_read_ahead),
        cmocka_unit_test(key_of_ranges),
        cmocka_unit_test(sizes_of_databases),
        cmocka_unit_test(too_long_a_default),
        cmocka_unit_test(contexts_of_commits),
        cmocka_unit_test(one_database_of_a_session),
        cmocka_unit_test(structs_of_init),
        cmocka_unit_test(file_of_temporary_tables),
        cmocka_unit_test(idle_with_versions),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
