/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JET_paramMaxVerPages: what a transaction may change at most, if the program says so. */
#include "support.h"

#define ROWS  1000u
#define VALUE 1000u

static JET_INSTANCE instance;
static JET_SESID sesid;
static JET_TABLEID table;
static JET_COLUMNID value;

static int start(void **state)
{
    static const char *const names[] = { "one", "many", "reader" };
    static unsigned number;
    const char *name = names[number++];
    JET_DBID dbid;

    (void)state;
    instance = test_instance_unstarted(name, "off");
    /* of 32 KB */
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramMaxVerPages, 64, NULL));
    assert_ok(JetInit(&instance));
    sesid = test_session(instance);
    assert_ok(JetCreateDatabaseA(sesid, test_file_in(name, "limit.edb"), NULL, &dbid, 0));
    table = test_table(sesid, dbid);
    value = test_column(sesid, table, "v", JET_coltypLongBinary, 0);
    for (unsigned i = 0; i < ROWS; i++)
    {
        assert_ok(JetPrepareUpdate(sesid, table, JET_prepInsert));
        assert_ok(JetUpdate(sesid, table, NULL, 0, NULL));
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    assert_ok(JetTerm2(instance, JET_bitTermAbrupt));
    return 0;
}

/* The next record, of which is kept what it was.  The first comes after the last. */
static JET_ERR change_next(void)
{
    static uint8_t bytes[VALUE];
    JET_ERR err = JetMove(sesid, table, JET_MoveNext, 0);

    if (err == JET_errNoCurrentRecord)
        assert_ok(JetMove(sesid, table, JET_MoveFirst, 0));
    else
        assert_ok(err);
    memset(bytes, bytes[0] + 1, sizeof(bytes));
    assert_ok(JetPrepareUpdate(sesid, table, JET_prepReplaceNoLock));
    assert_ok(JetSetColumn(sesid, table, value, bytes, sizeof(bytes), JET_bitSetIntrinsicLV, NULL));
    err = JetUpdate(sesid, table, NULL, 0, NULL);
    if (err < 0)
        assert_ok(JetPrepareUpdate(sesid, table, JET_prepCancel));
    return err;
}

/* In a transaction of its own. */
static JET_ERR change_alone(void)
{
    JET_ERR err;

    assert_ok(JetBeginTransaction(sesid));
    err = change_next();
    if (err < 0)
        assert_ok(JetRollback(sesid, 0));
    else
        assert_ok(JetCommitTransaction(sesid, 0));
    return err;
}

static void one_transaction(void **state)
{
    JET_ERR err = JET_errSuccess;
    unsigned changes;

    (void)state;
    assert_ok(JetBeginTransaction(sesid));
    for (changes = 0; err >= 0 && changes < 10 * ROWS; changes++)
        err = change_next();
    assert_int_equal(err, JET_errVersionStoreOutOfMemory);
    /* 2 MB; the first of each record keep little. */
    assert_in_range(changes, ROWS + 1400, ROWS + 2200);
    assert_ok(JetRollback(sesid, 0));
    /* It was a matter of that transaction alone. */
    assert_ok(change_alone());
}

/* Many that are short change as much as they like. */
static void many_transactions(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 10 * ROWS; i++)
        assert_ok(change_alone());
}

/* One that only reads keeps what others change meanwhile. */
static void one_that_reads(void **state)
{
    JET_SESID reader = test_session(instance);
    JET_ERR err = JET_errSuccess;

    (void)state;
    assert_ok(JetBeginTransaction(reader));
    for (unsigned i = 0; err >= 0 && i < 10 * ROWS; i++)
        err = change_alone();
    assert_int_equal(err, JET_errVersionStoreOutOfMemory);
    assert_ok(JetCommitTransaction(reader, 0));
    assert_ok(change_alone());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_transaction, start, end),
        cmocka_unit_test_setup_teardown(many_transactions, start, end),
        cmocka_unit_test_setup_teardown(one_that_reads, start, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
