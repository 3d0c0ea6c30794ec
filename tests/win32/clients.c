/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What client libraries rely on and other tests do not come across: a table that
 * is made, filled and closed within one transaction and opened anew by several
 * cursors; facts that are told of records, instances and sessions; options of updates.
 */
#include "support.h"

#define SIDE 6

static JET_INSTANCE instance;
static JET_SESID session, other;
static JET_DBID database, other_database;
static JET_COLUMNID row_column, line_column, note_column;

static void insert(JET_TABLEID table, int32_t row, int32_t line)
{
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetSetColumn(session, table, row_column, &row, sizeof(row), 0, NULL));
    assert_ok(JetSetColumn(session, table, line_column, &line, sizeof(line), 0, NULL));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
}

static int setup(void **state)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = JET_coltypLong };
    JET_TABLEID table;

    (void)state;
    instance = test_instance("clients", "on");
    session = test_session(instance);
    other = test_session(instance);
    assert_ok(JetCreateDatabaseA(session, test_file("clients.edb"), NULL, &database, 0));
    assert_ok(JetOpenDatabaseA(other, test_file("clients.edb"), NULL, &other_database, 0));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetCreateTableA(session, database, "grid", 1, 90, &table));
    assert_ok(JetAddColumnA(session, table, "row", &definition, NULL, 0, &row_column));
    assert_ok(JetAddColumnA(session, table, "line", &definition, NULL, 0, &line_column));
    assert_ok(JetAddColumnA(session, table, "note", &definition, NULL, 0, &note_column));
    assert_ok(JetCreateIndexA(session, table, "place", JET_bitIndexPrimary, "+row\0+line\0", 12, 90));
    assert_ok(JetCreateIndexA(session, table, "by_row", 0, "+row\0", 6, 90));
    assert_ok(JetCreateIndexA(session, table, "by_line", 0, "+line\0", 7, 90));
    for (int32_t row = 0; row < SIDE; row++)
        for (int32_t line = 0; line < SIDE; line++)
            insert(table, row, line);
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCommitTransaction(session, JET_bitCommitLazyFlush));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_ok(JetEndSession(other, 0));
    assert_ok(JetEndSession(session, 0));
    assert_ok(JetTerm(instance));
    return 0;
}

static void set_range(JET_TABLEID table, const char *index, int32_t from, int32_t to)
{
    assert_ok(JetSetCurrentIndexA(session, table, index));
    assert_ok(JetMakeKey(session, table, &from, sizeof(from), JET_bitNewKey));
    assert_ok(JetSeek(session, table, JET_bitSeekGE));
    assert_ok(JetMakeKey(session, table, &to, sizeof(to), JET_bitNewKey));
    assert_ok(JetSetIndexRange(session, table, JET_bitRangeUpperLimit | JET_bitRangeInclusive));
}

static void ranges_of_two_cursors_intersect(void **state)
{
    JET_RECORDLIST list = { .cbStruct = sizeof(list) };
    JET_INDEXRANGE ranges[2];
    JET_TABLEID tables[2];

    (void)state;
    for (int i = 0; i < 2; i++)
    {
        assert_ok(JetOpenTableA(session, database, "grid", NULL, 0, 0, &tables[i]));
        ranges[i] = (JET_INDEXRANGE){ sizeof(ranges[i]), tables[i], JET_bitRecordInIndex };
    }
    set_range(tables[0], "by_row", 1, 3);
    set_range(tables[1], "by_line", 2, 3);
    assert_ok(JetIntersectIndexes(session, ranges, 2, &list, 0));
    assert_int_equal(list.cRecord, 6);
    assert_ok(JetCloseTable(session, list.tableid));

    assert_ok(JetSetCurrentIndexA(session, tables[1], "by_row"));
    assert_err(JetIntersectIndexes(session, ranges, 2, &list, 0), JET_errInvalidParameter);
    for (int i = 0; i < 2; i++)
        assert_ok(JetCloseTable(session, tables[i]));
}

/* The id of an index is good for all cursors of the table, also for those that know an older state of it. */
static void ids_of_indexes_are_shared(void **state)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = JET_coltypLong };
    JET_INDEXID id = { .cbStruct = sizeof(id) }, primary = { .cbStruct = sizeof(primary) };
    JET_TABLEID before, after;
    JET_COLUMNID column;

    (void)state;
    assert_ok(JetOpenTableA(session, database, "grid", NULL, 0, 0, &before));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetAddColumnA(session, before, "more", &definition, NULL, 0, &column));
    assert_ok(JetGetTableIndexInfoA(session, before, "by_row", &id, sizeof(id), JET_IdxInfoIndexId));
    assert_ok(JetGetTableIndexInfoA(session, before, "place", &primary, sizeof(primary), JET_IdxInfoIndexId));
    assert_ok(JetCommitTransaction(session, JET_bitCommitLazyFlush));
    assert_ok(JetOpenTableA(session, database, "grid", NULL, 0, 0, &after));
    assert_ok(JetSetCurrentIndex4A(session, after, "by_row", &id, 0, 1));
    assert_ok(JetSetCurrentIndex4A(session, after, NULL, &primary, 0, 1));
    assert_ok(JetCloseTable(session, before));
    assert_ok(JetCloseTable(session, after));
}

static void a_record_that_another_changes_is_told(void **state)
{
    JET_TABLEID mine, theirs;
    int32_t value = 7;

    (void)state;
    assert_ok(JetOpenTableA(session, database, "grid", NULL, 0, 0, &mine));
    assert_ok(JetOpenTableA(other, other_database, "grid", NULL, 0, 0, &theirs));
    assert_err(JetGetCursorInfo(session, mine, NULL, 4, 0), JET_errInvalidParameter);
    assert_ok(JetMove(session, mine, JET_MoveFirst, 0));
    assert_ok(JetMove(other, theirs, JET_MoveFirst, 0));
    assert_ok(JetGetCursorInfo(session, mine, NULL, 0, 0));

    assert_ok(JetBeginTransaction(other));
    assert_ok(JetPrepareUpdate(other, theirs, JET_prepReplace));
    assert_ok(JetSetColumn(other, theirs, note_column, &value, sizeof(value), 0, NULL));
    assert_ok(JetUpdate(other, theirs, NULL, 0, NULL));
    assert_err(JetGetCursorInfo(session, mine, NULL, 0, 0), JET_errWriteConflict);
    assert_ok(JetGetCursorInfo(other, theirs, NULL, 0, 0));
    assert_ok(JetMove(session, mine, JET_MoveNext, 0));
    assert_ok(JetGetCursorInfo(session, mine, NULL, 0, 0));
    assert_ok(JetMove(session, mine, JET_MovePrevious, 0));
    assert_ok(JetCommitTransaction(other, JET_bitCommitLazyFlush));
    assert_ok(JetGetCursorInfo(session, mine, NULL, 0, 0));
    assert_err(JetMove(session, mine, JET_MovePrevious, 0), JET_errNoCurrentRecord);
    assert_err(JetGetCursorInfo(session, mine, NULL, 0, 0), JET_errNoCurrentRecord);
    assert_ok(JetCloseTable(session, mine));
    assert_ok(JetCloseTable(other, theirs));
}

static void the_log_of_an_instance_is_told(void **state)
{
    JET_SIGNATURE signature, nothing = { 0 };
    JET_CHECKPOINTINFO checkpoint;

    (void)state;
    assert_ok(JetGetInstanceMiscInfo(instance, &signature, sizeof(signature), JET_InstanceMiscInfoLogSignature));
    assert_memory_not_equal(&signature, &nothing, sizeof(signature));
    assert_ok(JetGetInstanceMiscInfo(instance, &checkpoint, sizeof(checkpoint), JET_InstanceMiscInfoCheckpoint));
    assert_int_equal(checkpoint.genMax, 1);
    assert_int_equal(checkpoint.genMin, 1);
    assert_true(checkpoint.logtimeGenMaxCreate.bYear > 100);
    assert_err(JetGetInstanceMiscInfo(instance, &checkpoint, sizeof(checkpoint) - 1, JET_InstanceMiscInfoCheckpoint),
               JET_errBufferTooSmall);
    assert_err(JetGetInstanceMiscInfo(instance, &checkpoint, sizeof(checkpoint), 9), JET_errInvalidParameter);
}

static void nobody_works_until_it_is_said(void **state)
{
    JET_OPERATIONCONTEXT context = { 0, 1, 1, 1, 1 }, mine = { 0x42, 2, 3, 4, 5 };

    (void)state;
    assert_ok(JetGetSessionParameter(session, JET_sesparamOperationContext, &context, sizeof(context), NULL));
    assert_int_equal(context.ulUserID, 0x80000000u);
    assert_int_equal(context.nOperationID | context.nOperationType | context.nClientType | context.fFlags, 0);
    assert_ok(JetSetSessionParameter(session, JET_sesparamOperationContext, &mine, sizeof(mine)));
    assert_ok(JetGetSessionParameter(session, JET_sesparamOperationContext, &context, sizeof(context), NULL));
    assert_memory_equal(&context, &mine, sizeof(mine));
}

static struct JET_THREADSTATS2 thread_stats(void)
{
    struct JET_THREADSTATS2 stats = { 0 };

    assert_ok(JetGetThreadStats(&stats, sizeof(stats)));
    assert_int_equal(stats.cbStruct, sizeof(stats));
    return stats;
}

static void the_work_of_a_thread_is_counted(void **state)
{
    struct JET_THREADSTATS2 before, after;
    struct JET_THREADSTATS old;
    JET_TABLEID table;
    int32_t value = 3;

    (void)state;
    assert_err(JetGetThreadStats(&old, sizeof(old) - 1), JET_errBufferTooSmall);
    assert_ok(JetGetThreadStats(&old, sizeof(old)));
    assert_int_equal(old.cbStruct, sizeof(old));
    assert_ok(JetOpenTableA(session, database, "grid", NULL, 0, 0, &table));
    before = thread_stats();
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    after = thread_stats();
    assert_true(after.cPageReferenced > before.cPageReferenced);
    assert_int_equal(after.cLogRecord, before.cLogRecord);
    assert_int_equal(after.cPageDirtied + after.cPageRedirtied, before.cPageDirtied + before.cPageRedirtied);

    before = after;
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(JetSetColumn(session, table, note_column, &value, sizeof(value), 0, NULL));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    after = thread_stats();
    assert_true(after.cPageDirtied + after.cPageRedirtied > before.cPageDirtied + before.cPageRedirtied);
    assert_true(after.cLogRecord > before.cLogRecord);
    assert_true(after.cbLogRecord - before.cbLogRecord > after.cLogRecord - before.cLogRecord);
    assert_ok(JetCloseTable(session, table));

    /* Pages that are not in memory are read. */
    assert_ok(JetCloseDatabase(other, other_database, 0));
    assert_ok(JetCloseDatabase(session, database, 0));
    assert_ok(JetDetachDatabaseA(session, test_file("clients.edb")));
    before = thread_stats();
    assert_ok(JetAttachDatabaseA(session, test_file("clients.edb"), 0));
    assert_ok(JetOpenDatabaseA(session, test_file("clients.edb"), NULL, &database, 0));
    assert_ok(JetOpenDatabaseA(other, test_file("clients.edb"), NULL, &other_database, 0));
    after = thread_stats();
    assert_true(after.cPageRead + after.cPagePreread > before.cPageRead + before.cPagePreread);
}

/* A store fills a table before anybody sees it, and says so. */
static void rows_of_a_new_table_need_no_versions(void **state)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = JET_coltypLong };
    JET_COLUMNID column;
    JET_TABLEID table;

    (void)state;
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetCreateTableA(session, database, "bulk", 1, 90, &table));
    assert_ok(JetAddColumnA(session, table, "value", &definition, NULL, 0, &column));
    for (int32_t i = 0; i < 3; i++)
    {
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, column, &i, sizeof(i), 0, NULL));
        assert_ok(JetUpdate2(session, table, NULL, 0, NULL, JET_bitUpdateNoVersion));
    }
    assert_ok(JetMove(session, table, JET_MoveLast, 0));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_err(JetUpdate2(session, table, NULL, 0, NULL, JET_bitUpdateNoVersion), JET_errUpdateMustVersion);
    assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetMove(session, table, 2, 0));
    assert_err(JetMove(session, table, JET_MoveNext, 0), JET_errNoCurrentRecord);

    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_err(JetUpdate2(session, table, NULL, 0, NULL, JET_bitUpdateNoVersion), JET_errUpdateMustVersion);
    assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
    assert_ok(JetRollback(session, 0));
    assert_ok(JetCloseTable(session, table));
}

/* Each value of a column took an entry of 4 bytes in the format before this one. */
static void records_that_an_older_engine_could_not_hold(void **state)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition),
                                 .coltyp = JET_coltypBinary,
                                 .cbMax = 4,
                                 .grbit = JET_bitColumnTagged | JET_bitColumnMultiValued };
    JET_API_PTR most;
    JET_COLUMNID column;
    JET_TABLEID table;

    (void)state;
    assert_ok(JetGetSystemParameterA(instance, 0, JET_paramRecordSizeMost, &most, NULL, 0));
    assert_ok(JetCreateTableA(session, database, "tags", 1, 90, &table));
    assert_ok(JetAddColumnA(session, table, "tags", &definition, NULL, 0, &column));
    for (unsigned part = 4; part <= 8; part += 4) /* tenths of a record */
    {
        assert_ok(JetBeginTransaction(session));
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        for (JET_ULONG i = 1; i <= most * part / 10 / 6; i++)
        {
            JET_SETINFO place = { sizeof(place), 0, i };

            assert_ok(JetSetColumn(session, table, column, "abcd", 4, 0, &place));
        }
        if (part == 4)
            assert_ok(JetUpdate2(session, table, NULL, 0, NULL, JET_bitUpdateCheckESE97Compatibility));
        else
        {
            assert_err(JetUpdate2(session, table, NULL, 0, NULL, JET_bitUpdateCheckESE97Compatibility),
                       JET_errRecordTooBigForBackwardCompatibility);
            assert_ok(JetUpdate(session, table, NULL, 0, NULL));
        }
        assert_ok(JetCommitTransaction(session, 0));
    }
    assert_ok(JetCloseTable(session, table));
}

static void a_range_is_read_before_its_records_are_asked_for(void **state)
{
    int32_t value = 2;
    JET_INDEX_COLUMN start = { row_column, JET_relopEquals, &value, sizeof(value), 0 };
    JET_INDEX_RANGE range = { &start, 1, NULL, 0 }, ranges[2];
    int32_t numbers[6] = { 1, 2, 3, 4, 5, 6 };
    JET_INDEX_COLUMN at[6];
    JET_TABLEID table;
    JET_ULONG read = 0;

    (void)state;
    assert_ok(JetOpenTableA(session, database, "grid", NULL, 0, 0, &table));
    range.cStartColumns = 0;
    assert_err(JetPrereadIndexRanges(session, table, &range, 1, &read, NULL, 0, JET_bitPrereadForward),
               JET_errKeyNotMade);
    range.cStartColumns = 1;
    assert_ok(JetPrereadIndexRanges(session, table, &range, 1, &read, NULL, 0, JET_bitPrereadForward));
    assert_int_equal(read, 1);

    /* Several must be in order if it is to be told how many were read, and must not overlap. */
    for (int i = 0; i < 6; i++)
        at[i] = (JET_INDEX_COLUMN){ row_column, JET_relopEquals, &numbers[i], sizeof(numbers[i]), 0 };
    ranges[0] = (JET_INDEX_RANGE){ &at[3], 1, &at[4], 1 };
    ranges[1] = (JET_INDEX_RANGE){ &at[0], 1, &at[1], 1 };
    assert_err(JetPrereadIndexRanges(session, table, ranges, 2, &read, NULL, 0, JET_bitPrereadForward),
               JET_errInvalidParameter);
    assert_ok(JetPrereadIndexRanges(session, table, ranges, 2, NULL, NULL, 0, JET_bitPrereadForward));
    ranges[1].rgEndColumns = &at[3];
    assert_err(JetPrereadIndexRanges(session, table, ranges, 2, NULL, NULL, 0, JET_bitPrereadForward),
               JET_errInvalidParameter);
    ranges[1] = (JET_INDEX_RANGE){ &at[5], 1, &at[1], 1 };
    assert_err(JetPrereadIndexRanges(session, table, ranges, 2, NULL, NULL, 0, JET_bitPrereadForward),
               JET_errInvalidParameter);
    ranges[0] = (JET_INDEX_RANGE){ &at[1], 1, &at[0], 1 };
    ranges[1] = (JET_INDEX_RANGE){ &at[4], 1, &at[2], 1 };
    assert_ok(JetPrereadIndexRanges(session, table, ranges, 2, NULL, NULL, 0, JET_bitPrereadBackward));
    ranges[1].rgEndColumns = &at[0];
    assert_err(JetPrereadIndexRanges(session, table, ranges, 2, NULL, NULL, 0, JET_bitPrereadBackward),
               JET_errInvalidParameter);
    assert_ok(JetCloseTable(session, table));
}

/* The pages that a call reads before they are asked for, of a table that is in memory but for its long values. */
static void long_values_are_read_before_they_are_asked_for(void **state)
{
    static uint8_t bytes[3000];
    int32_t low = 3, high = 7, everything = 19;
    JET_COLUMNID key_column, value_column, columns[2];
    JET_INDEX_COLUMN start, end;
    JET_INDEX_RANGE range = { &start, 1, &end, 1 };
    struct JET_THREADSTATS2 before, after;
    JET_TABLEID table;
    JET_ULONG read = 0;

    (void)state;
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetCreateTableA(session, database, "letters", 1, 90, &table));
    key_column = test_column(session, table, "key", JET_coltypLong, 0);
    value_column = test_column(session, table, "value", JET_coltypLongBinary, JET_bitColumnTagged);
    assert_ok(JetCreateIndexA(session, table, "key", JET_bitIndexPrimary, "+key\0", 6, 90));
    for (int32_t key = 0; key < 20; key++)
    {
        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = (uint8_t)(i * (uint32_t)(key + 3) >> 3 ^ i * i >> 5); /* not to be made small */
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, key_column, &key, sizeof(key), 0, NULL));
        assert_ok(JetSetColumn(session, table, value_column, bytes, sizeof(bytes), JET_bitSetSeparateLV, NULL));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCloseDatabase(other, other_database, 0));
    assert_ok(JetCloseDatabase(session, database, 0));
    assert_ok(JetDetachDatabaseA(session, test_file("clients.edb")));
    assert_ok(JetAttachDatabaseA(session, test_file("clients.edb"), JET_bitDbPurgeCacheOnAttach));
    assert_ok(JetOpenDatabaseA(session, test_file("clients.edb"), NULL, &database, 0));
    assert_ok(JetOpenDatabaseA(other, test_file("clients.edb"), NULL, &other_database, 0));

    assert_ok(JetOpenTableA(session, database, "letters", NULL, 0, 0, &table));
    for (int32_t rows = 0; rows < 20; rows++)
        assert_ok(JetMove(session, table, rows ? JET_MoveNext : JET_MoveFirst, 0));
    start = (JET_INDEX_COLUMN){ key_column, JET_relopEquals, &low, sizeof(low), 0 };
    end = (JET_INDEX_COLUMN){ key_column, JET_relopEquals, &high, sizeof(high), 0 };
    columns[0] = key_column;
    assert_err(JetPrereadIndexRanges(session, table, &range, 1, &read, columns, 1, JET_bitPrereadForward),
               JET_errMustBeSeparateLongValue);
    columns[0] = value_column;
    before = thread_stats();
    assert_ok(JetPrereadIndexRanges(session, table, &range, 1, &read, columns, 1,
                                    JET_bitPrereadForward | JET_bitPrereadFirstPage));
    after = thread_stats();
    assert_int_equal(read, 1);
    /* A page holds one of them. */
    assert_in_range(after.cPagePreread - before.cPagePreread, 5, 6);
    before = after;
    assert_ok(JetPrereadIndexRanges(session, table, &range, 1, &read, columns, 1, JET_bitPrereadForward));
    after = thread_stats();
    assert_int_equal(after.cPagePreread, before.cPagePreread);

    /* Backwards a range begins with its last record. */
    start.pv = &everything;
    end.pv = &high;
    before = after;
    assert_ok(JetPrereadIndexRanges(session, table, &range, 1, &read, columns, 1, JET_bitPrereadBackward));
    after = thread_stats();
    assert_in_range(after.cPagePreread - before.cPagePreread, 12, 13);
    before = after;
    for (int32_t rows = 19; rows > 7; rows--)
    {
        assert_ok(JetRetrieveColumn(session, table, value_column, bytes, sizeof(bytes), NULL, 0, NULL));
        assert_ok(JetMove(session, table, JET_MovePrevious, 0));
    }
    after = thread_stats();
    assert_int_equal(after.cPageRead, before.cPageRead);
    assert_ok(JetCloseTable(session, table));
}

/* Closes the database and opens it again, with nothing of it in memory. */
static void forget_pages(void)
{
    assert_ok(JetCloseDatabase(other, other_database, 0));
    assert_ok(JetCloseDatabase(session, database, 0));
    assert_ok(JetDetachDatabaseA(session, test_file("clients.edb")));
    assert_ok(JetAttachDatabaseA(session, test_file("clients.edb"), JET_bitDbPurgeCacheOnAttach));
    assert_ok(JetOpenDatabaseA(session, test_file("clients.edb"), NULL, &database, 0));
    assert_ok(JetOpenDatabaseA(other, test_file("clients.edb"), NULL, &other_database, 0));
}

/* Moves from `from` to the end of the range that ends with `to`: what was read on the way. */
static struct JET_THREADSTATS2 walk_range(JET_TABLEID table, int32_t from, int32_t to)
{
    bool forward = from < to;
    struct JET_THREADSTATS2 before, after;
    JET_ERR err = JET_errSuccess;
    int32_t count = 0;

    assert_ok(JetMakeKey(session, table, &from, sizeof(from), JET_bitNewKey));
    assert_ok(JetSeek(session, table, JET_bitSeekEQ));
    assert_ok(JetMakeKey(session, table, &to, sizeof(to), JET_bitNewKey));
    assert_ok(JetSetIndexRange(session, table, JET_bitRangeInclusive | (forward ? JET_bitRangeUpperLimit : 0)));
    before = thread_stats();
    for (; err >= 0; count++)
        err = JetMove(session, table, forward ? JET_MoveNext : JET_MovePrevious, 0);
    after = thread_stats();
    assert_err(err, JET_errNoCurrentRecord);
    assert_int_equal(count, (forward ? to - from : from - to) + 1);
    after.cPageRead -= before.cPageRead;
    after.cPagePreread -= before.cPagePreread;
    return after;
}

/* A range that goes on in a second leaf is read whole then, and the leaf behind it when the last is come to. */
static void the_rest_of_a_range_is_read_at_once(void **state)
{
    static uint8_t bytes[250];
    struct JET_THREADSTATS2 stats;
    JET_OBJECTINFO info;
    JET_COLUMNID key_column, value_column;
    JET_TABLEID table;
    int32_t each;

    (void)state;
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetCreateTableA(session, database, "ranges", 1, 100, &table));
    key_column = test_column(session, table, "key", JET_coltypLong, 0);
    value_column = test_column(session, table, "value", JET_coltypBinary, JET_bitColumnFixed);
    assert_ok(JetCreateIndexA(session, table, "key", JET_bitIndexPrimary, "+key\0", 6, 20));
    for (int32_t key = 0; key < 100; key++)
    {
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, key_column, &key, sizeof(key), 0, NULL));
        assert_ok(JetSetColumn(session, table, value_column, bytes, sizeof(bytes), 0, NULL));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetComputeStats(session, table));
    assert_ok(JetGetTableInfoA(session, table, &info, sizeof(info), JET_TblInfo));
    assert_ok(JetCloseTable(session, table));
    /* The first leaf has one more than the others. */
    each = (100 - 1) / ((int32_t)info.cPage - 1);
    assert_in_range(info.cPage, 10, 60);
    assert_int_equal(info.cPage, (100 - 1 + each - 1) / each);

    /* From the third entry of the fourth leaf to the middle of the eighth. */
    forget_pages();
    assert_ok(JetOpenTableA(session, database, "ranges", NULL, 0, 0, &table));
    stats = walk_range(table, 1 + 4 * each - 1, 1 + 7 * each);
    assert_int_equal(stats.cPageRead, 1);
    assert_int_equal(stats.cPagePreread, 4);
    stats = walk_range(table, 1 + 4 * each - 1, 1 + 7 * each);
    assert_int_equal(stats.cPageRead + stats.cPagePreread, 0);
    assert_ok(JetCloseTable(session, table));

    forget_pages();
    assert_ok(JetOpenTableA(session, database, "ranges", NULL, 0, 0, &table));
    stats = walk_range(table, 1 + 7 * each, 1 + 4 * each - 1);
    assert_int_equal(stats.cPageRead, 1);
    assert_int_equal(stats.cPagePreread, 4);
    assert_ok(JetCloseTable(session, table));

    /* One that stays on its leaf reads nothing ahead; one to the end of the table nothing behind it. */
    forget_pages();
    assert_ok(JetOpenTableA(session, database, "ranges", NULL, 0, 0, &table));
    stats = walk_range(table, 1 + 5 * each, 1 + 5 * each + 1);
    assert_int_equal(stats.cPagePreread, 0);
    stats = walk_range(table, 1 + 8 * each, 99);
    assert_int_equal(stats.cPageRead, 1);
    assert_int_equal(stats.cPagePreread, info.cPage - 10);
    assert_ok(JetCloseTable(session, table));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_of_two_cursors_intersect),
        cmocka_unit_test(ids_of_indexes_are_shared),
        cmocka_unit_test(a_record_that_another_changes_is_told),
        cmocka_unit_test(the_log_of_an_instance_is_told),
        cmocka_unit_test(nobody_works_until_it_is_said),
        cmocka_unit_test(rows_of_a_new_table_need_no_versions),
        cmocka_unit_test(records_that_an_older_engine_could_not_hold),
        cmocka_unit_test(the_rest_of_a_range_is_read_at_once),
        cmocka_unit_test(a_range_is_read_before_its_records_are_asked_for),
        cmocka_unit_test(long_values_are_read_before_they_are_asked_for),
        cmocka_unit_test(the_work_of_a_thread_is_counted),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
