/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Streams of records, references to long values, and callbacks on tables. */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID database;
static JET_TABLEID table;
static JET_COLUMNID ids[4];
static uint8_t large[20000], buffer[65536], value[20000];

static JET_ERR insert(int32_t key, const char *name, const void *bytes, JET_ULONG size)
{
    JET_ERR err;

    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetSetColumn(session, table, ids[0], &key, sizeof(key), 0, NULL));
    if (name)
        assert_ok(JetSetColumn(session, table, ids[1], name, (JET_ULONG)strlen(name), 0, NULL));
    if (bytes)
        assert_ok(JetSetColumn(session, table, ids[2], bytes, size, 0, NULL));
    err = JetUpdate(session, table, NULL, 0, NULL);
    if (err < 0)
        assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
    return err;
}

struct got
{
    JET_ULONG record, sequence, at, size;
    JET_COLUMNID column;
};

static JET_ERR next(JET_ULONG size, struct got *got)
{
    return JetRetrieveColumnFromRecordStream(buffer, size, &got->record, &got->column, &got->sequence, &got->at,
                                             &got->size);
}

static int32_t number_at(const struct got *got)
{
    int32_t number;

    assert_int_equal(got->size, sizeof(number));
    memcpy(&number, buffer + got->at, sizeof(number));
    return number;
}

static void records_in_a_row(void **state)
{
    JET_ULONG actual, part;
    struct got got;

    (void)state;
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_err(JetStreamRecords(session, table, 0, NULL, buffer, sizeof(buffer), &actual, 0), JET_errInvalidGrbit);
    assert_err(JetStreamRecords(session, table, 3, NULL, buffer, sizeof(buffer), &actual, JET_bitStreamForward),
               JET_errInvalidParameter);
    assert_err(JetStreamRecords(session, table, 3, ids, buffer, 20, &actual, JET_bitStreamForward),
               JET_errBufferTooSmall);
    assert_err(JetStreamRecords(session, table, 3, ids, buffer, sizeof(buffer), &actual, JET_bitStreamForward),
               JET_wrnNoMoreRecords);
    for (uint32_t i = 0; i < 10; i++)
    {
        assert_ok(next(actual, &got));
        assert_int_equal(got.record, i);
        assert_int_equal(got.column, ids[0]);
        assert_int_equal(number_at(&got), i);
        if (i % 2)
        {
            assert_ok(next(actual, &got));
            assert_int_equal(got.size, 4);
            assert_memory_equal(buffer + got.at, "odd ", 4);
        }
        else
            assert_err(next(actual, &got), JET_wrnColumnNull);
        assert_err(next(actual, &got), i == 5 ? JET_wrnColumnNotInRecord : JET_wrnColumnNull);
        assert_int_equal(got.column, ids[2]);
        assert_int_equal(got.record, i);
    }
    assert_err(next(actual, &got), JET_wrnNoMoreRecords);

    /* In parts, each from where the last ended. */
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetStreamRecords(session, table, 1, ids, buffer, 21 + 3 * 13 + 5, &part, JET_bitStreamForward));
    assert_int_equal(part, 21 + 3 * 13);
    assert_ok(JetStreamRecords(session, table, 1, ids, buffer, 21 + 3 * 13 + 5, &part, JET_bitStreamForward));
    assert_ok(next(part, &got));
    assert_int_equal(number_at(&got), 3);

    /* Backward through a secondary index, whose key has one of the columns and the bookmark another. */
    assert_ok(JetSetCurrentIndexA(session, table, "names"));
    assert_ok(JetMove(session, table, JET_MoveLast, 0));
    assert_err(JetStreamRecords(session, table, 3, ids, buffer, sizeof(buffer), &actual, JET_bitStreamBackward),
               JET_wrnNoMoreRecords);
    assert_ok(next(actual, &got));
    assert_int_equal(number_at(&got), 9);
    assert_ok(next(actual, &got));
    assert_memory_equal(buffer + got.at, "odd ", 4);
    assert_err(next(actual, &got), JET_wrnColumnNotInRecord);
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
}

static void *JET_API reallocate(void *context, void *memory, JET_ULONG size)
{
    (void)context;
    if (size)
        return realloc(memory, size);
    free(memory);
    return NULL;
}

/* The same reference, from JetEnumerateColumns. */
static void assert_enumerated(const void *reference, JET_ULONG size)
{
    JET_ENUMCOLUMNID want = { .columnid = ids[2] };
    JET_ENUMCOLUMN *columns;
    JET_ULONG count;

    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetMove(session, table, 5, 0));
    assert_ok(JetEnumerateColumns(session, table, 1, &want, &count, &columns, reallocate, NULL, 10,
                                  JET_bitEnumerateAsRefIfNotInRecord | JET_bitEnumerateCompressOutput));
    assert_int_equal(columns[0].cEnumColumnValue, 1);
    assert_int_equal(columns[0].rgEnumColumnValue[0].err, JET_wrnColumnReference);
    assert_int_equal(columns[0].rgEnumColumnValue[0].cbData, size);
    assert_memory_equal(columns[0].rgEnumColumnValue[0].pvData, reference, size);
    free(columns[0].rgEnumColumnValue[0].pvData);
    free(columns[0].rgEnumColumnValue);
    free(columns);
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_err(JetEnumerateColumns(session, table, 1, &want, &count, &columns, reallocate, NULL, 10,
                                   JET_bitEnumerateAsRefIfNotInRecord),
               JET_errInvalidGrbit);
    assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
}

static void references(void **state)
{
    uint8_t reference[300];
    JET_ULONG size, actual, count;
    struct got got;
    const void *list[1] = { reference };

    (void)state;
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetMove(session, table, 5, 0));
    assert_err(JetRetrieveColumn(session, table, ids[2], reference, sizeof(reference), &size,
                                 JET_bitRetrieveAsRefIfNotInRecord, NULL),
               JET_wrnColumnReference);
    assert_int_equal(size, 24 + 5 + strlen("bytes"));
    assert_ok(JetRetrieveColumnByReference(session, table, reference, size, 0, value, sizeof(value), &actual, 0));
    assert_int_equal(actual, sizeof(large));
    assert_memory_equal(value, large, sizeof(large));
    assert_err(JetRetrieveColumnByReference(session, table, reference, size, 19990, value, 5, &actual, 0),
               JET_wrnBufferTruncated);
    assert_int_equal(actual, 10);
    assert_err(JetRetrieveColumnByReference(session, table, reference, size - 1, 0, value, 5, &actual, 0),
               JET_errInvalidColumnReference);
    assert_ok(JetPrereadColumnsByReference(session, table, list, &size, 1, 0, 100, &count, 0));
    assert_int_equal(count, 1);
    assert_err(JetStreamRecords(session, table, 1, &ids[2], buffer, sizeof(buffer), &actual,
                                JET_bitStreamForward | JET_bitStreamColumnReferences),
               JET_wrnNoMoreRecords);
    assert_err(next(actual, &got), JET_wrnColumnReference);
    assert_int_equal(got.size, size);
    assert_memory_equal(buffer + got.at, reference, size);
    assert_enumerated(reference, size);
    reference[15] ^= 1; /* of another database */
    assert_err(JetRetrieveColumnByReference(session, table, reference, size, 0, value, 5, &actual, 0),
               JET_errStaleColumnReference);
}

/* -------------------------------------------------------------- callbacks --- */

static unsigned told[8];
static JET_ERR answer;

static JET_ERR JET_API on_change(JET_SESID sesid, JET_DBID dbid, JET_TABLEID tableid, JET_CBTYP type, void *one,
                                 void *two, void *context, JET_API_PTR unused)
{
    int32_t key = -1;

    (void)one;
    (void)two;
    (void)unused;
    assert_true(sesid == session && dbid == database && tableid == table);
    assert_ptr_equal(context, told);
    told[0] += type == JET_cbtypBeforeInsert;
    told[1] += type == JET_cbtypAfterInsert;
    told[2] += type == JET_cbtypBeforeReplace;
    told[3] += type == JET_cbtypAfterReplace;
    told[4] += type == JET_cbtypBeforeDelete;
    told[5] += type == JET_cbtypAfterDelete;
    assert_err(JetMove(sesid, tableid, JET_MoveFirst, 0), JET_errIllegalOperation);
    if (type == JET_cbtypBeforeInsert)
    {
        assert_ok(JetRetrieveColumn(sesid, tableid, ids[0], &key, sizeof(key), NULL, JET_bitRetrieveCopy, NULL));
        assert_int_equal(key, 100);
    }
    return answer;
}

static void callbacks(void **state)
{
    const JET_CBTYP all = JET_cbtypBeforeInsert | JET_cbtypAfterInsert | JET_cbtypBeforeReplace |
                          JET_cbtypAfterReplace | JET_cbtypBeforeDelete | JET_cbtypAfterDelete;
    JET_HANDLE id;

    (void)state;
    assert_err(JetRegisterCallback(session, table, JET_cbtypNull, on_change, NULL, &id), JET_errInvalidParameter);
    assert_err(JetRegisterCallback(session, table, all, NULL, NULL, &id), JET_errInvalidParameter);
    assert_ok(JetRegisterCallback(session, table, all, on_change, told, &id));
    answer = JET_errCallbackFailed;
    assert_err(insert(100, NULL, NULL, 0), JET_errCallbackFailed);
    answer = JET_errSuccess;
    assert_ok(insert(100, NULL, NULL, 0));
    assert_ok(JetMove(session, table, JET_MoveLast, 0));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetDelete(session, table));
    assert_ok(JetUnregisterCallback(session, table, all, id));
    assert_ok(insert(100, NULL, NULL, 0));
    assert_int_equal(told[0], 2);
    for (unsigned i = 1; i < 6; i++)
        assert_int_equal(told[i], 1);
    assert_err(JetUnregisterCallback(session, table, all, 1), JET_errInvalidParameter);
}

/* Callbacks that the table's creator named are not called unless the instance allows it. */
static void named_callbacks(void **state)
{
    JET_TABLECREATE2_A create = { .cbStruct = sizeof(create),
                                  .szTableName = (char *)"named",
                                  .szCallback = (char *)"nowhere!nothing",
                                  .cbtyp = JET_cbtypBeforeDelete };
    JET_TABLEID named;

    (void)state;
    assert_ok(JetCreateTableColumnIndex2A(session, database, &create));
    named = create.tableid;
    assert_ok(JetPrepareUpdate(session, named, JET_prepInsert));
    assert_ok(JetUpdate(session, named, NULL, 0, NULL));
    assert_ok(JetMove(session, named, JET_MoveFirst, 0));
    assert_err(JetDelete(session, named), JET_errCallbackFailed);
    assert_ok(
        JetGetRecordPosition(session, named, &(JET_RECPOS){ .cbStruct = sizeof(JET_RECPOS) }, sizeof(JET_RECPOS)));
    assert_ok(JetCloseTable(session, named));
}

static int start(void **state)
{
    static const char key[] = "+number\0", name[] = "+name\0";
    JET_COLUMNDEF number = { .cbStruct = sizeof(number), .coltyp = JET_coltypLong };
    JET_COLUMNDEF text = { .cbStruct = sizeof(text), .coltyp = JET_coltypBinary };
    JET_COLUMNDEF bytes = { .cbStruct = sizeof(bytes), .coltyp = JET_coltypLongBinary };

    (void)state;
    instance = test_instance("stream", "off");
    session = test_session(instance);
    assert_ok(JetCreateDatabaseA(session, test_file("stream.edb"), NULL, &database, 0));
    assert_ok(JetCreateTableA(session, database, "rows", 1, 80, &table));
    assert_ok(JetAddColumnA(session, table, "number", &number, NULL, 0, &ids[0]));
    assert_ok(JetAddColumnA(session, table, "name", &text, NULL, 0, &ids[1]));
    assert_ok(JetAddColumnA(session, table, "bytes", &bytes, NULL, 0, &ids[2]));
    assert_ok(JetCreateIndexA(session, table, "numbers", JET_bitIndexPrimary, key, sizeof(key), 80));
    assert_ok(JetCreateIndexA(session, table, "names", JET_bitIndexIgnoreNull, name, sizeof(name), 80));
    for (size_t i = 0; i < sizeof(large); i++)
        large[i] = (uint8_t)(i * 31 + i / 256);
    assert_ok(JetBeginTransaction(session));
    for (int32_t i = 0; i < 10; i++)
        assert_ok(insert(i, i % 2 ? "odd " : NULL, i == 5 ? large : NULL, sizeof(large)));
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
        cmocka_unit_test(records_in_a_row),
        cmocka_unit_test(references),
        cmocka_unit_test(callbacks),
        cmocka_unit_test(named_callbacks),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
