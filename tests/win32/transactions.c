/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions that change the same rows: conflicts, locks, escrow columns. */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID first, second;
static JET_TABLEID a, b;
static JET_COLUMNID id_column, count_column, text_column, long_column;

static void add_column(JET_TABLEID table, const char *name, JET_COLTYP type, JET_GRBIT grbit, const void *value,
                       JET_ULONG size, JET_COLUMNID *id)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition) };

    definition.coltyp = type;
    definition.grbit = grbit;
    definition.cp = type == JET_coltypText ? 1252 : 0;
    assert_ok(JetAddColumnA(first, table, name, &definition, value, size, id));
}

static void insert(JET_SESID session, JET_TABLEID table, int32_t id)
{
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetSetColumn(session, table, id_column, &id, sizeof(id), 0, NULL));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
}

static JET_ERR seek(JET_SESID session, JET_TABLEID table, int32_t id, JET_GRBIT grbit)
{
    assert_ok(JetMakeKey(session, table, &id, sizeof(id), JET_bitNewKey));
    return JetSeek(session, table, grbit);
}

static int32_t count_of(JET_SESID session, JET_TABLEID table)
{
    int32_t count = -1;

    assert_ok(JetRetrieveColumn(session, table, count_column, &count, sizeof(count), NULL, 0, NULL));
    return count;
}

static JET_ERR add(JET_SESID session, JET_TABLEID table, int32_t delta, int32_t *before, JET_GRBIT grbit)
{
    return JetEscrowUpdate(session, table, count_column, &delta, sizeof(delta), before, before ? sizeof(*before) : 0,
                           NULL, grbit);
}

static int setup(void **state)
{
    const int32_t zero = 0;
    JET_DBID database, other;
    JET_TABLEID table;

    (void)state;
    instance = test_instance("transactions", "on");
    first = test_session(instance);
    second = test_session(instance);
    assert_ok(JetCreateDatabaseA(first, test_file("transactions.edb"), NULL, &database, 0));
    assert_ok(JetCreateTableA(first, database, "rows", 1, 90, &table));
    add_column(table, "id", JET_coltypLong, JET_bitColumnNotNULL, NULL, 0, &id_column);
    add_column(table, "count", JET_coltypLong, JET_bitColumnEscrowUpdate, &zero, sizeof(zero), &count_column);
    add_column(table, "text", JET_coltypText, 0, NULL, 0, &text_column);
    add_column(table, "long", JET_coltypLongBinary, 0, NULL, 0, &long_column);
    assert_ok(JetCreateIndexA(first, table, "id", JET_bitIndexPrimary, "+id\0", 5, 90));
    assert_ok(JetCloseTable(first, table));
    assert_ok(JetOpenDatabaseA(second, test_file("transactions.edb"), NULL, &other, 0));
    assert_ok(JetOpenTableA(first, database, "rows", NULL, 0, 0, &a));
    assert_ok(JetOpenTableA(second, other, "rows", NULL, 0, 0, &b));
    for (int32_t i = 0; i < 5; i++)
        insert(first, a, i * 2);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_ok(JetEndSession(second, 0));
    assert_ok(JetEndSession(first, 0));
    assert_ok(JetTerm(instance));
    return 0;
}

static void begin_both(void)
{
    assert_ok(JetBeginTransaction(first));
    assert_ok(JetBeginTransaction(second));
}

static void roll_back_both(void)
{
    assert_ok(JetRollback(first, 0));
    assert_ok(JetRollback(second, 0));
}

/* Read locks go together; a writer meets them, also one that is committed meanwhile. */
static void test_locks(void **state)
{
    (void)state;
    assert_err(JetGetLock(first, a, JET_bitReadLock), JET_errNotInTransaction);
    begin_both();
    assert_ok(seek(first, a, 2, JET_bitSeekEQ));
    assert_ok(seek(second, b, 2, JET_bitSeekEQ));
    assert_err(JetGetLock(first, a, 0), JET_errInvalidGrbit);
    assert_err(JetGetLock(first, a, JET_bitReadLock | JET_bitWriteLock), JET_errInvalidGrbit);
    assert_ok(JetGetLock(first, a, JET_bitReadLock));
    assert_ok(JetGetLock(second, b, JET_bitReadLock));
    assert_err(JetGetLock(second, b, JET_bitWriteLock), JET_errWriteConflict);
    assert_err(JetDelete(first, a), JET_errWriteConflict);
    assert_err(add(first, a, 1, NULL, 0), JET_errWriteConflict);
    assert_ok(JetCommitTransaction(second, 0));
    assert_err(JetPrepareUpdate(first, a, JET_prepReplace), JET_errWriteConflict);
    assert_ok(JetRollback(first, 0));
}

/* A record that the transaction deleted can be locked, but not read; off every record nothing can. */
static void test_deleted(void **state)
{
    (void)state;
    begin_both();
    assert_ok(seek(first, a, 4, JET_bitSeekEQ));
    assert_ok(seek(second, b, 4, JET_bitSeekEQ));
    assert_ok(JetDelete(first, a));
    assert_ok(JetGetLock(first, a, JET_bitWriteLock));
    assert_err(JetPrepareUpdate(first, a, JET_prepReplace), JET_errRecordDeleted);
    assert_err(JetPrepareUpdate(second, b, JET_prepReplace), JET_errWriteConflict);
    assert_err(seek(first, a, 5, JET_bitSeekEQ), JET_errRecordNotFound);
    assert_err(JetGetLock(first, a, JET_bitReadLock), JET_errNoCurrentRecord);
    roll_back_both();
}

/* Each sees its own additions, and others' when they are committed before it began. */
static void test_escrow(void **state)
{
    int32_t before = -1;

    (void)state;
    begin_both();
    assert_ok(seek(first, a, 6, JET_bitSeekEQ));
    assert_ok(seek(second, b, 6, JET_bitSeekEQ));
    assert_ok(add(first, a, 5, &before, 0));
    assert_int_equal(before, 0);
    assert_int_equal(count_of(first, a), 5);
    assert_int_equal(count_of(second, b), 0);
    /* What it was tells what the others did, too. */
    assert_ok(add(second, b, 2, &before, 0));
    assert_int_equal(before, 5);
    assert_int_equal(count_of(second, b), 2);
    assert_err(JetDelete(first, a), JET_errWriteConflict);
    assert_ok(JetCommitTransaction(first, 0));
    assert_int_equal(count_of(second, b), 2);
    assert_ok(JetRollback(second, 0));
    assert_ok(seek(second, b, 6, JET_bitSeekEQ));
    assert_int_equal(count_of(second, b), 5);
    /* Without versions it is there for good. */
    assert_ok(JetBeginTransaction(first));
    assert_ok(seek(first, a, 6, JET_bitSeekEQ));
    assert_ok(add(first, a, 1, NULL, JET_bitEscrowNoRollback));
    assert_int_equal(count_of(second, b), 6);
    assert_ok(JetRollback(first, 0));
    assert_int_equal(count_of(second, b), 6);
}

/* Wherever the cursor went, it is the record last visited; a key that is not there is none. */
static void test_escrow_off_record(void **state)
{
    (void)state;
    assert_ok(JetBeginTransaction(first));
    assert_ok(seek(first, a, 8, JET_bitSeekEQ));
    assert_err(JetMove(first, a, JET_MoveNext, 0), JET_errNoCurrentRecord);
    assert_ok(add(first, a, 3, NULL, 0));
    assert_ok(seek(first, a, 8, JET_bitSeekEQ));
    assert_int_equal(count_of(first, a), 3);
    assert_err(seek(first, a, 7, JET_bitSeekEQ), JET_errRecordNotFound);
    assert_err(add(first, a, 3, NULL, 0), JET_errRecordDeleted);
    assert_ok(JetRollback(first, 0));
}

/* A lock that its session took outside of transactions hides no conflict while it rests between two. */
static void test_resting_lock(void **state)
{
    (void)state;
    assert_ok(JetBeginTransaction(second));
    assert_ok(seek(second, b, 2, JET_bitSeekEQ));
    assert_ok(seek(first, a, 2, JET_bitSeekEQ));
    assert_ok(JetPrepareUpdate(first, a, JET_prepReplace));
    assert_ok(JetSetColumn(first, a, text_column, "changed", 7, 0, NULL));
    assert_ok(JetUpdate(first, a, NULL, 0, NULL));
    assert_ok(JetPrepareUpdate(first, a, JET_prepInsertCopyDeleteOriginal));
    assert_ok(JetPrepareUpdate(first, a, JET_prepCancel));
    assert_ok(JetBeginTransaction(first));
    assert_ok(JetRollback(first, 0));
    assert_err(JetPrepareUpdate(second, b, JET_prepReplace), JET_errWriteConflict);
    assert_ok(JetRollback(second, 0));
}

static void set_long(uint8_t byte)
{
    uint8_t value[3000];

    memset(value, byte, sizeof(value));
    assert_ok(JetSetColumn(first, a, long_column, value, sizeof(value), JET_bitSetSeparateLV, NULL));
}

static JET_ULONG pages_owned(void)
{
    JET_ULONG pages = 0;

    assert_ok(JetGetTableInfoA(first, a, &pages, sizeof(pages), JET_TblInfoSpaceOwned));
    return pages;
}

/* What was set for an update before the level in which it ended goes with that level. */
static void test_update_ends_deeper(void **state)
{
    uint8_t got = 0;

    (void)state;
    assert_ok(seek(first, a, 8, JET_bitSeekEQ));
    assert_ok(JetBeginTransaction(first));
    assert_ok(JetPrepareUpdate(first, a, JET_prepReplace));
    set_long('a');
    assert_ok(JetUpdate(first, a, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(first, 0));
    for (int32_t i = 0; i < 40; i++)
    {
        assert_ok(JetBeginTransaction(first));
        assert_ok(seek(first, a, 8, JET_bitSeekEQ));
        assert_ok(JetPrepareUpdate(first, a, JET_prepReplace));
        set_long('b');
        assert_ok(JetBeginTransaction(first));
        if (i % 4 == 0)
        {
            assert_ok(JetBeginTransaction(first));
            assert_ok(JetUpdate(first, a, NULL, 0, NULL));
            assert_ok(JetCommitTransaction(first, 0));
        }
        else
            assert_ok(JetUpdate(first, a, NULL, 0, NULL));
        assert_ok(JetRollback(first, 0));
        assert_ok(seek(first, a, 8, JET_bitSeekEQ));
        assert_err(JetRetrieveColumn(first, a, long_column, &got, 1, NULL, 0, NULL), JET_wrnBufferTruncated);
        assert_int_equal(got, 'a');
        assert_ok(JetPrepareUpdate(first, a, JET_prepInsert));
        assert_ok(JetSetColumn(first, a, id_column, &(int32_t){ 100 + i }, 4, 0, NULL));
        set_long('c');
        assert_ok(JetBeginTransaction(first));
        assert_ok(JetUpdate(first, a, NULL, 0, NULL));
        assert_ok(JetRollback(first, 0));
        assert_ok(JetCommitTransaction(first, 0));
    }
    assert_true(pages_owned() < 20);
    /* What is committed with it stays. */
    assert_ok(JetBeginTransaction(first));
    assert_ok(seek(first, a, 8, JET_bitSeekEQ));
    assert_ok(JetPrepareUpdate(first, a, JET_prepReplace));
    set_long('d');
    assert_ok(JetBeginTransaction(first));
    assert_ok(JetUpdate(first, a, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(first, 0));
    assert_ok(JetBeginTransaction(first));
    assert_ok(JetRollback(first, 0));
    assert_ok(JetCommitTransaction(first, 0));
    assert_ok(seek(first, a, 8, JET_bitSeekEQ));
    assert_err(JetRetrieveColumn(first, a, long_column, &got, 1, NULL, 0, NULL), JET_wrnBufferTruncated);
    assert_int_equal(got, 'd');
}

/* -------------------------------------------------------------- numbers of values --- */

static JET_TABLEID open_numbers(JET_SESID session, JET_COLUMNID *column)
{
    JET_COLUMNDEF definition;
    JET_TABLEID table;
    JET_DBID database;

    assert_ok(JetOpenDatabaseA(session, test_file("numbers.edb"), NULL, &database, 0));
    assert_ok(JetOpenTableA(session, database, "rows", NULL, 0, 0, &table));
    assert_ok(JetGetTableColumnInfoA(session, table, "value", &definition, sizeof(definition), JET_ColInfo));
    *column = definition.columnid;
    return table;
}

static void insert_value(JET_SESID session, JET_TABLEID table, JET_COLUMNID column)
{
    static char value[9000];

    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetSetColumn(session, table, column, value, sizeof(value), 0, NULL));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
}

/* A new row and its long value have numbers that no other has or had, though the last ones are deleted: by somebody
 * who may take that back, or behind the back of a transaction that still sees them. */
static void test_numbers(void **state)
{
    const char *path = test_file("numbers.edb");
    JET_TABLEID ours, theirs;
    JET_COLUMNID column;
    JET_DBID database;

    (void)state;
    assert_ok(JetCreateDatabaseA(first, path, NULL, &database, 0));
    assert_ok(JetCreateTableA(first, database, "rows", 1, 90, &ours));
    column = test_column(first, ours, "value", JET_coltypLongBinary, 0);
    assert_ok(JetBeginTransaction(first));
    for (int i = 0; i < 3; i++)
        insert_value(first, ours, column);
    assert_ok(JetCommitTransaction(first, 0));
    assert_ok(JetCloseTable(first, ours));
    assert_ok(JetCloseDatabase(first, database, 0));
    for (int round = 0; round < 2; round++)
    {
        /* Nobody remembers the numbers. */
        assert_ok(JetDetachDatabaseA(first, path));
        assert_ok(JetAttachDatabaseA(first, path, 0));
        ours = open_numbers(first, &column);
        theirs = open_numbers(second, &column);
        assert_ok(JetBeginTransaction(first));
        assert_ok(JetMove(first, ours, JET_MoveLast, 0));
        assert_ok(JetBeginTransaction(second));
        assert_ok(JetMove(second, theirs, JET_MoveLast, 0));
        assert_ok(JetDelete(second, theirs));
        if (round)
            assert_ok(JetCommitTransaction(second, 0));
        insert_value(first, ours, column);
        assert_ok(JetCommitTransaction(first, 0));
        if (!round)
            assert_ok(JetRollback(second, 0));
        assert_ok(JetMove(first, ours, JET_MoveFirst, 0));
        for (int i = 1; i < 4; i++)
            assert_ok(JetMove(first, ours, JET_MoveNext, 0));
        assert_err(JetMove(first, ours, JET_MoveNext, 0), JET_errNoCurrentRecord);
        assert_ok(JetEndSession(second, 0));
        second = test_session(instance);
        assert_ok(JetCloseTable(first, ours));
        assert_ok(JetOpenDatabaseA(first, path, NULL, &database, 0));
        assert_ok(JetCloseDatabase(first, database, 0));
        assert_ok(JetCloseDatabase(first, database, 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_locks),        cmocka_unit_test(test_deleted),
        cmocka_unit_test(test_escrow),       cmocka_unit_test(test_escrow_off_record),
        cmocka_unit_test(test_resting_lock), cmocka_unit_test(test_update_ends_deeper),
        cmocka_unit_test(test_numbers),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
