/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log of one instance, told as it is written, and written again by another. */
#include "support.h"

#define ROWS 3000u
#define TOLD 4000u

static JET_INSTANCE here, there;
static unsigned told, firsts, lasts, completes;
static JET_UINT64 numbers[TOLD];
static JET_ERR consumed; /* the first error of the other side */

static JET_ERR JET_API on_data(JET_INSTANCE instance, JET_EMITDATACTX *what, void *data, JET_ULONG size, void *context)
{
    JET_ERR err;

    assert_ptr_equal(context, &told);
    assert_true(instance == here);
    assert_int_equal(what->cbStruct, sizeof(*what));
    assert_int_equal(what->dwVersion, 1);
    assert_int_equal(what->cbLogData, size);
    assert_int_equal(what->lgposLogData.ib, 0);
    firsts += what->grbitOperationalFlags == JET_bitShadowLogEmitFirstCall;
    lasts += what->grbitOperationalFlags == JET_bitShadowLogEmitLastCall;
    completes += what->grbitOperationalFlags == JET_bitShadowLogEmitLogComplete;
    if (told < TOLD)
        numbers[told] = what->qwSequenceNum;
    told++;
    if (!there)
        return JET_errSuccess;
    err = JetConsumeLogData(there, what, data, size, 0);
    if (err != JET_errSuccess && consumed == JET_errSuccess)
        consumed = err;
    return JET_errSuccess;
}

static JET_INSTANCE emitting(const char *folder)
{
    JET_INSTANCE instance = test_instance_unstarted(folder, "on");

    told = firsts = lasts = completes = 0;
    consumed = JET_errSuccess;
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramCircularLog, 0, NULL));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramEmitLogDataCallback, (JET_API_PTR)on_data, NULL));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramEmitLogDataCallbackCtx, (JET_API_PTR)&told, NULL));
    here = instance;
    assert_ok(JetInit(&instance));
    return instance;
}

static JET_TABLEID make(JET_SESID session, const char *path, JET_COLUMNID *id)
{
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypLong, 0, 0, 0, 0, 0, 0 };
    JET_TABLEID table;
    JET_DBID dbid;

    assert_ok(JetCreateDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetCreateTableA(session, dbid, "rows", 1, 80, &table));
    assert_ok(JetAddColumnA(session, table, "id", &def, NULL, 0, id));
    return table;
}

static JET_ERR insert(JET_SESID session, JET_TABLEID table, JET_COLUMNID id, unsigned count)
{
    JET_ERR err;

    assert_ok(JetBeginTransaction(session));
    for (unsigned i = 0; i < count; i++)
    {
        err = JetPrepareUpdate(session, table, JET_prepInsert);
        if (err >= 0)
            err = JetSetColumn(session, table, id, &i, sizeof(i), 0, NULL);
        if (err >= 0)
            err = JetUpdate(session, table, NULL, 0, NULL);
        if (err < 0)
            return err;
    }
    return JetCommitTransaction(session, 0);
}

static void log_arrives(void **state)
{
    JET_INSTANCE third;
    JET_COLUMNID id;
    JET_TABLEID table;
    JET_SESID session;
    JET_ULONG rows;
    JET_DBID dbid;
    unsigned last;

    (void)state;
    there = 0;
    there = test_instance("there", "on");
    emitting("here");
    session = test_session(here);
    table = make(session, test_file_in("here", "data.edb"), &id);
    for (unsigned i = 0; i < 5; i++)
        assert_ok(insert(session, table, id, ROWS / 5));
    assert_ok(JetTerm2(here, JET_bitTermComplete));
    assert_ok(consumed);
    assert_int_equal(firsts, 1);
    assert_int_equal(lasts, 1);
    assert_true(completes >= 2);
    assert_true(numbers[0] == 0 && numbers[told - 1] == 0xfffffffffffffff0ull);
    for (unsigned i = 1; i < told - 1 && i < TOLD; i++)
        assert_true(numbers[i] == i);
    assert_ok(JetTerm(there));
    there = 0;

    /* The same bytes; and databases can be made of them. */
    last = completes + 1;
    for (unsigned i = 1; i <= last; i++)
    {
        char mine[40], theirs[40];
        size_t size, copied;
        uint8_t *bytes, *copy;

        snprintf(mine, sizeof(mine), "edb%05X.log", i);
        snprintf(theirs, sizeof(theirs), "edb%05X.jsl", i);
        bytes = test_file_read(test_file_in("here", i == last ? "edb.log" : mine), &size);
        copy = test_file_read(test_file_in("there", theirs), &copied);
        assert_non_null(bytes);
        assert_non_null(copy);
        assert_int_equal(size, copied);
        assert_memory_equal(bytes, copy, size);
        test_file_write(test_file_in("third", i == last ? "edb.log" : mine), copy, copied);
        free(bytes);
        free(copy);
    }
    third = test_instance_unstarted("third", "on");
    assert_ok(JetSetSystemParameterA(&third, 0, JET_paramCircularLog, 0, NULL));
    assert_ok(JetSetSystemParameterA(&third, 0, JET_paramAlternateDatabaseRecoveryPath, 0, test_folder("third")));
    assert_ok(JetInit(&third));
    session = test_session(third);
    assert_ok(JetAttachDatabaseA(session, test_file_in("third", "data.edb"), 0));
    assert_ok(JetOpenDatabaseA(session, test_file_in("third", "data.edb"), NULL, &dbid, 0));
    assert_ok(JetOpenTableA(session, dbid, "rows", NULL, 0, 0, &table));
    assert_ok(JetIndexRecordCount(session, table, &rows, 0));
    assert_int_equal(rows, ROWS);
    assert_ok(JetTerm(third));
}

/* ---- what arrives otherwise than it should ---- */

static JET_ERR send(JET_GRBIT signal, JET_UINT64 number, unsigned generation, unsigned segment, void *data,
                    JET_ULONG size)
{
    JET_EMITDATACTX what = { sizeof(what), 1, 0, 0, { 0 }, { 0 }, 0 };

    what.qwSequenceNum = number;
    what.grbitOperationalFlags = signal;
    what.lgposLogData.lGeneration = (JET_LONG)generation;
    what.lgposLogData.isec = (unsigned short)segment;
    what.cbLogData = size;
    return JetConsumeLogData(there, &what, data, size, 0);
}

static void sequence_is_kept(void **state)
{
    const JET_GRBIT data = JET_bitShadowLogEmitDataBuffers, complete = JET_bitShadowLogEmitLogComplete;
    JET_EMITDATACTX what = { sizeof(what), 1, 0, JET_bitShadowLogEmitFirstCall, { 0 }, { 0 }, 0 };
    static uint8_t bytes[5 * 4096], header[4096];
    uint8_t *copy;
    size_t size;

    (void)state;
    there = test_instance("strict", "on");
    memset(bytes, 0x5a, sizeof(bytes));
    assert_err(JetConsumeLogData(there, NULL, NULL, 0, 0), JET_errInvalidParameter);
    assert_err(JetConsumeLogData(there, &what, NULL, 0, 1), JET_errInvalidGrbit);
    what.cbStruct--;
    assert_err(JetConsumeLogData(there, &what, NULL, 0, 0), JET_errInvalidParameter);
    what.cbStruct++;
    what.dwVersion = 2;
    assert_err(JetConsumeLogData(there, &what, NULL, 0, 0), JET_errInvalidParameter);
    assert_err(send(0, 0, 0, 0, NULL, 0), JET_errInvalidGrbit);
    assert_err(send(JET_bitShadowLogEmitCancel, 0, 0, 0, NULL, 0), JET_errInvalidGrbit);
    assert_err(send(data | complete, 1, 1, 0, bytes, 4096), JET_errInvalidGrbit);
    assert_err(send(complete, 1, 1, 0, NULL, 0), JET_errInvalidLogDataSequence);
    assert_ok(send(JET_bitShadowLogEmitFirstCall, 0, 0, 0, NULL, 0));
    assert_err(send(data, 7, 3, 2, bytes, 4096), JET_errInvalidLogDataSequence); /* its file is not there */
    assert_err(send(data, 7, 3, 2, bytes, 4096), JET_errInvalidLogDataSequence);
    assert_err(send(data, 7, 3, 0, bytes, 256), JET_errInvalidParameter);
    assert_err(send(data, 7, 3, 0, bytes, 4096), JET_errLogSectorSizeMismatch);
    assert_err(send(data, 0, 3, 0, header, 4096), JET_errInvalidParameter);
    assert_ok(send(data, 7, 3, 0, header, 4096));
    assert_err(send(data, 9, 3, 1, bytes, 4096), JET_errInvalidLogDataSequence);
    assert_err(send(data, 8, 3, 2, bytes, 4096), JET_errInvalidLogDataSequence);
    assert_ok(send(data, 8, 3, 1, bytes, 2 * 4096));
    bytes[4096] = 0x11;
    assert_ok(send(data, 9, 3, 2, bytes + 4096, 4096)); /* written over */
    assert_err(send(data, 10, 3, 3, bytes, 0), JET_errInvalidParameter);
    assert_err(send(complete, 11, 3, 0, NULL, 0), JET_errInvalidLogDataSequence);
    assert_ok(send(complete, 10, 3, 0, NULL, 0));
    copy = test_file_read(test_file_in("strict", "edb00003.jsl"), &size);
    assert_non_null(copy);
    assert_int_equal(size, 128 * 1024);
    assert_memory_equal(copy + 4096, bytes, 2 * 4096);
    free(copy);

    /* One that is not completed goes. */
    assert_ok(send(data, 11, 4, 0, header, 4096));
    assert_ok(send(data, 12, 4, 1, bytes, 4096));
    assert_err(send(data, 20, 6, 0, header, 4096), JET_wrnPreviousLogFileIncomplete);
    assert_false(test_file_exists(test_file_in("strict", "edb00004.jsl")));
    assert_true(test_file_exists(test_file_in("strict", "edb00006.jsl")));
    assert_err(send(data, 21, 6, 31, bytes, 2 * 4096), JET_errInvalidLogDataSequence);

    /* The other side began again in the middle of one that is there. */
    assert_ok(send(JET_bitShadowLogEmitLastCall, 0xfffffffffffffff0ull, 0, 0, NULL, 0));
    assert_ok(send(JET_bitShadowLogEmitFirstCall, 0, 0, 0, NULL, 0));
    assert_ok(send(data, 1, 6, 1, bytes, 4096));
    assert_ok(send(data, 2, 6, 2, bytes, 4096));
    assert_ok(JetTerm(there));
    assert_err(JetConsumeLogData(there, &what, NULL, 0, 0), JET_errInvalidInstance);
    there = 0;
}

static void log_is_stopped(void **state)
{
    JET_COLUMNID id;
    JET_TABLEID table;
    JET_SESID session;
    JET_ULONG rows;
    unsigned before;

    (void)state;
    emitting("stopped");
    session = test_session(here);
    table = make(session, test_file_in("stopped", "data.edb"), &id);
    assert_ok(insert(session, table, id, 10));
    assert_int_equal(lasts, 0);
    assert_ok(JetStopServiceInstance2(here, JET_bitStopServiceStopAndEmitLog));
    assert_int_equal(lasts, 1);
    before = told;
    assert_err(insert(session, table, id, 1), JET_errLogWriteFail);
    assert_ok(JetRollback(session, 0));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetIndexRecordCount(session, table, &rows, 0));
    assert_int_equal(rows, 10);
    assert_ok(JetStopServiceInstance2(here, JET_bitStopServiceStopAndEmitLog));
    assert_err(JetTerm2(here, JET_bitTermAbrupt), JET_errLogWriteFail);
    assert_int_equal(told, before);
    assert_int_equal(lasts, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_arrives),
        cmocka_unit_test(sequence_is_kept),
        cmocka_unit_test(log_is_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
