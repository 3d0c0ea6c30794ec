/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Updates by every way to prepare them: what each may do, what it answers, what is in the table after it. */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID session, other;
static JET_DBID dbid, other_dbid;
static JET_TABLEID table;
static JET_COLUMNID id, number, needed, version, count, data, tag;

static int start(void **state)
{
    const char *path = test_file("updates.edb");

    (void)state;
    instance = test_instance("updates", "off");
    session = test_session(instance);
    other = test_session(instance);
    assert_ok(JetCreateDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetOpenDatabaseA(other, path, NULL, &other_dbid, 0));
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
    static unsigned made;
    const int32_t zero = 0;
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypLong, 0, 0, 0, 0, 0, JET_bitColumnEscrowUpdate };
    char name[20];

    (void)state;
    snprintf(name, sizeof(name), "table%u", made++);
    assert_ok(JetCreateTableA(session, dbid, name, 1, 80, &table));
    id = test_column(session, table, "id", JET_coltypLong, 0);
    number = test_column(session, table, "number", JET_coltypLong, 0);
    needed = test_column(session, table, "needed", JET_coltypLong, JET_bitColumnNotNULL);
    version = test_column(session, table, "version", JET_coltypLong, JET_bitColumnVersion);
    assert_ok(JetAddColumnA(session, table, "count", &def, &zero, sizeof(zero), &count));
    data = test_column(session, table, "data", JET_coltypLongBinary, 0);
    tag = test_column(session, table, "tag", JET_coltypLong, JET_bitColumnTagged | JET_bitColumnMultiValued);
    assert_ok(JetCreateIndexA(session, table, "by id", JET_bitIndexPrimary, "+id\0", 5, 80));
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetOpenTableA(session, dbid, name, NULL, 0, JET_bitTableUpdatable, &table));
    return 0;
}

static int close_table(void **state)
{
    (void)state;
    assert_ok(JetCloseTable(session, table));
    return 0;
}

static void set(JET_COLUMNID column, int32_t value)
{
    assert_ok(JetSetColumn(session, table, column, &value, sizeof(value), 0, NULL));
}

static int32_t get_of(JET_SESID sesid, JET_TABLEID tableid, JET_COLUMNID column, JET_GRBIT grbit)
{
    int32_t value = -1;

    assert_ok(JetRetrieveColumn(sesid, tableid, column, &value, sizeof(value), NULL, grbit, NULL));
    return value;
}

static int32_t get(JET_COLUMNID column)
{
    return get_of(session, table, column, 0);
}

static void insert(int32_t key)
{
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    set(id, key);
    set(needed, 10 * key);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
}

static void go(int32_t key)
{
    assert_ok(JetMakeKey(session, table, &key, sizeof(key), JET_bitNewKey));
    assert_ok(JetSeek(session, table, JET_bitSeekEQ));
}

static void replace(JET_COLUMNID column, int32_t value)
{
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    set(column, value);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
}

static void versions_count_replaces(void **state)
{
    const int32_t one = 1, five = 5;
    JET_SETINFO next = { sizeof(next), 0, 2 };

    (void)state;
    insert(1);
    go(1);
    assert_int_equal(get(version), 0);
    replace(number, 1);
    assert_int_equal(get(version), 1);
    replace(number, 2);
    assert_int_equal(get(version), 2);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_err(JetSetColumn(session, table, version, &five, sizeof(five), 0, NULL), JET_errInvalidColumnType);
    assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    set(id, 2);
    set(needed, 1);
    set(version, five);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
    go(2);
    assert_int_equal(get(version), five);
    replace(number, 3);
    assert_int_equal(get(version), 6);
    /* An update that sets nothing is none; one that was refused a value is one. */
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_int_equal(get(version), 6);
    replace(tag, 1);
    assert_int_equal(get(version), 7);
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_err(JetSetColumn(session, table, tag, &one, sizeof(one), JET_bitSetUniqueMultiValues, &next),
               JET_errMultiValuedDuplicate);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_int_equal(get(version), 8);
    assert_ok(JetCommitTransaction(session, 0));
}

static void what_must_be_there(void **state)
{
    const int32_t one = 1;

    (void)state;
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    set(id, 1);
    assert_err(JetUpdate(session, table, NULL, 0, NULL), JET_errNullInvalid);
    set(needed, one);
    assert_err(JetSetColumn(session, table, needed, NULL, 0, 0, NULL), JET_errNullInvalid);
    assert_err(JetUpdate2(session, table, NULL, 0, NULL, JET_bitUpdateNoVersion), JET_errUpdateMustVersion);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_err(JetUpdate(session, table, NULL, 0, NULL), JET_errUpdateNotPrepared);
    assert_ok(JetCommitTransaction(session, 0));
}

static void ways_to_prepare(void **state)
{
    const int32_t one = 1;

    (void)state;
    insert(1);
    go(1);
    assert_err(JetPrepareUpdate(session, table, 99), JET_errInvalidParameter);
    assert_err(JetPrepareUpdate(session, table, JET_prepCancel), JET_errUpdateNotPrepared);
    assert_err(JetPrepareUpdate(session, table, JET_prepReadOnlyCopy), JET_errNotInTransaction);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReadOnlyCopy));
    assert_err(JetPrepareUpdate(session, table, JET_prepReadOnlyCopy), JET_errAlreadyPrepared);
    assert_err(JetPrepareUpdate(session, table, JET_prepInsert), JET_errAlreadyPrepared);
    /* The copy stays with its record, wherever the cursor goes. */
    assert_int_equal(get(needed), 10);
    assert_err(JetSetColumn(session, table, number, &one, sizeof(one), 0, NULL), JET_errUpdateNotPrepared);
    assert_err(JetUpdate(session, table, NULL, 0, NULL), JET_errUpdateNotPrepared);
    assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
    assert_ok(JetCommitTransaction(session, 0));

    assert_ok(JetBeginTransaction2(session, JET_bitTransactionReadOnly));
    assert_err(JetPrepareUpdate(session, table, JET_prepInsert), JET_errTransReadOnly);
    assert_err(JetDelete(session, table), JET_errTransReadOnly);
    assert_ok(JetCommitTransaction(session, 0));
}

static void cursors_that_only_read(void **state)
{
    JET_TABLEID reading;
    const int32_t one = 1;

    (void)state;
    insert(1);
    assert_ok(JetOpenTableA(session, dbid, "MSysObjects", NULL, 0, JET_bitTableReadOnly, &reading));
    assert_ok(JetMove(session, reading, JET_MoveFirst, 0));
    assert_ok(JetBeginTransaction(session));
    assert_err(JetPrepareUpdate(session, reading, JET_prepReplace), JET_errPermissionDenied);
    assert_err(JetDelete(session, reading), JET_errPermissionDenied);
    assert_err(JetGetLock(session, reading, JET_bitWriteLock), JET_errPermissionDenied);
    assert_err(JetEscrowUpdate(session, reading, 1, (void *)&one, 4, NULL, 0, NULL, 0), JET_errPermissionDenied);
    assert_ok(JetGetLock(session, reading, JET_bitReadLock));
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetCloseTable(session, reading));
}

static void a_copy_of_a_record(void **state)
{
    char long_data[3000], found[3000];
    JET_ULONG actual, references = 0;

    (void)state;
    memset(long_data, 'x', sizeof(long_data));
    insert(1);
    go(1);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(JetSetColumn(session, table, data, long_data, sizeof(long_data), 0, NULL));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    /* A copy refers to the same long value. */
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsertCopy));
    set(id, 2);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
    go(2);
    assert_ok(JetRetrieveColumn(session, table, data, found, sizeof(found), &actual, 0, NULL));
    assert_int_equal(actual, sizeof(long_data));
    assert_memory_equal(found, long_data, sizeof(found));
    assert_err(JetRetrieveColumn(session, table, data, &references, sizeof(references), NULL,
                                 JET_bitRetrieveLongValueRefCount, NULL),
               JET_wrnSeparateLongValue);
    assert_int_equal(references, 2);
    assert_err(JetRetrieveColumn(session, table, data, &references, 2, NULL, JET_bitRetrieveLongValueRefCount, NULL),
               JET_errInvalidBufferSize);

    /* One that takes the place of the original. */
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsertCopyDeleteOriginal));
    assert_err(JetDelete(session, table), JET_errAlreadyPrepared);
    set(id, 3);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
    go(3);
    assert_int_equal(get(needed), 10);
    {
        const int32_t two = 2;
        assert_ok(JetMakeKey(session, table, &two, sizeof(two), JET_bitNewKey));
        assert_err(JetSeek(session, table, JET_bitSeekEQ), JET_errRecordNotFound);
    }
    /* The delete of a record takes a prepared update with it. */
    go(1);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(JetDelete(session, table));
    assert_err(JetUpdate(session, table, NULL, 0, NULL), JET_errUpdateNotPrepared);
    assert_ok(JetCommitTransaction(session, 0));
    go(3);
    assert_err(JetRetrieveColumn(session, table, data, &references, sizeof(references), NULL,
                                 JET_bitRetrieveLongValueRefCount, NULL),
               JET_wrnSeparateLongValue);
    assert_int_equal(references, 1);
}

static void where_the_record_went(void **state)
{
    uint8_t bookmark[20], again[20];
    JET_ULONG size = 0, size_again = 0;

    (void)state;
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    set(id, 7);
    set(needed, 7);
    assert_err(JetUpdate(session, table, bookmark, 1, &size), JET_errBufferTooSmall);
    assert_ok(JetUpdate(session, table, bookmark, sizeof(bookmark), &size));
    assert_int_equal(size, 5);
    assert_ok(JetGotoBookmark(session, table, bookmark, size));
    assert_int_equal(get(id), 7);
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    set(number, 8);
    assert_ok(JetUpdate(session, table, again, sizeof(again), &size_again));
    assert_int_equal(size_again, size);
    assert_memory_equal(again, bookmark, size);
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    set(id, 8);
    assert_err(JetUpdate(session, table, NULL, 0, NULL), JET_errRecordPrimaryChanged);
    assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
    assert_ok(JetCommitTransaction(session, 0));
}

static void a_replace_without_a_lock(void **state)
{
    JET_TABLEID theirs;
    const int32_t one = 1;
    char name[64];

    (void)state;
    insert(1);
    go(1);
    assert_ok(JetGetTableInfoA(session, table, name, sizeof(name), JET_TblInfoName));
    assert_ok(JetOpenTableA(other, other_dbid, name, NULL, 0, 0, &theirs));
    assert_ok(JetMove(other, theirs, JET_MoveFirst, 0));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplaceNoLock));
    assert_ok(JetBeginTransaction(other));
    assert_ok(JetPrepareUpdate(other, theirs, JET_prepReplace));
    assert_ok(JetSetColumn(other, theirs, number, &one, sizeof(one), 0, NULL));
    assert_ok(JetUpdate(other, theirs, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(other, 0));
    /* What it was prepared with is not what is there any more. */
    set(number, 2);
    assert_err(JetUpdate(session, table, NULL, 0, NULL), JET_errWriteConflict);
    assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
    assert_int_equal(get(number), 1);
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplaceNoLock));
    set(number, 2);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_int_equal(get_of(other, theirs, number, 0), 2);
    /* Locks. */
    assert_err(JetGetLock(session, table, JET_bitWriteLock), JET_errNotInTransaction);
    assert_ok(JetBeginTransaction(session));
    assert_err(JetGetLock(session, table, 0), JET_errInvalidGrbit);
    assert_ok(JetGetLock(session, table, JET_bitWriteLock));
    assert_ok(JetBeginTransaction(other));
    assert_err(JetGetLock(other, theirs, JET_bitWriteLock), JET_errWriteConflict);
    assert_err(JetPrepareUpdate(other, theirs, JET_prepReplace), JET_errWriteConflict);
    assert_ok(JetRollback(session, 0));
    assert_ok(JetRollback(other, 0));
    assert_ok(JetCloseTable(other, theirs));
}

static void *JET_API grow(void *context, void *memory, JET_ULONG size)
{
    (void)context;
    if (size || !memory)
        return realloc(memory, size ? size : 1);
    free(memory);
    return NULL;
}

/* The number as JetEnumerateColumns has it, and as JetStreamRecords has it of the first record. */
static int32_t enumerated(JET_SESID by, JET_TABLEID cursor, JET_COLUMNID column)
{
    JET_ENUMCOLUMNID ask = { .columnid = column };
    JET_ENUMCOLUMN *list = NULL;
    JET_ULONG columns = 0;
    int32_t value = 0;

    assert_ok(JetEnumerateColumns(by, cursor, 1, &ask, &columns, &list, grow, NULL, 100, 0));
    assert_int_equal(columns, 1);
    assert_int_equal(list->cEnumColumnValue, 1);
    assert_int_equal(list->rgEnumColumnValue->cbData, sizeof(value));
    memcpy(&value, list->rgEnumColumnValue->pvData, sizeof(value));
    grow(NULL, list->rgEnumColumnValue->pvData, 0);
    grow(NULL, list->rgEnumColumnValue, 0);
    grow(NULL, list, 0);
    return value;
}

static int32_t streamed(JET_SESID by, JET_TABLEID cursor, JET_COLUMNID column)
{
    uint8_t stream[200];
    JET_ULONG size = 0, value_size = 0, record, sequence, at = 0;
    int32_t value = 0;

    assert_ok(JetMove(by, cursor, JET_MoveFirst, 0));
    assert_err(JetStreamRecords(by, cursor, 1, &column, stream, sizeof(stream), &size, JET_bitStreamForward),
               JET_wrnNoMoreRecords);
    assert_ok(JetMove(by, cursor, JET_MoveFirst, 0));
    assert_ok(JetRetrieveColumnFromRecordStream(stream, size, &record, &column, &sequence, &at, &value_size));
    assert_int_equal(value_size, sizeof(value));
    memcpy(&value, stream + at, sizeof(value));
    return value;
}

static void numbers_that_many_add_to(void **state)
{
    JET_TABLEID theirs;
    char name[64];
    int32_t delta = 5, old = -1;
    int64_t wide = 1;
    JET_ULONG actual = 0;

    (void)state;
    insert(1);
    go(1);
    assert_ok(JetGetTableInfoA(session, table, name, sizeof(name), JET_TblInfoName));
    assert_ok(JetOpenTableA(other, other_dbid, name, NULL, 0, 0, &theirs));
    assert_ok(JetMove(other, theirs, JET_MoveFirst, 0));
    assert_err(JetEscrowUpdate(session, table, count, &delta, 4, NULL, 0, NULL, 0), JET_errNotInTransaction);
    assert_ok(JetBeginTransaction(session));
    assert_err(JetEscrowUpdate(session, table, 99, &delta, 4, NULL, 0, NULL, 0), JET_errColumnNotFound);
    assert_err(JetEscrowUpdate(session, table, count, &wide, 8, NULL, 0, NULL, 0), JET_errInvalidBufferSize);
    assert_err(JetEscrowUpdate(session, table, count, &delta, 4, &old, 3, NULL, 0), JET_errInvalidBufferSize);
    assert_err(JetEscrowUpdate(session, table, number, &delta, 4, NULL, 0, NULL, 0), JET_errInvalidOperation);
    assert_err(JetEscrowUpdate(session, table, tag, &delta, 4, NULL, 0, NULL, 0), JET_errInvalidOperation);
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_err(JetEscrowUpdate(session, table, count, &delta, 4, NULL, 0, NULL, 0), JET_errAlreadyPrepared);
    assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
    assert_ok(JetRollback(session, 0));

    /* Each sees what it added itself. */
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetBeginTransaction(other));
    assert_ok(JetEscrowUpdate(session, table, count, &delta, 4, &old, 4, &actual, 0));
    assert_int_equal(old, 0);
    assert_int_equal(actual, 4);
    delta = 100;
    assert_ok(JetEscrowUpdate(other, theirs, count, &delta, 4, &old, 4, NULL, 0));
    assert_int_equal(get(count), 5);
    assert_int_equal(get_of(other, theirs, count, 0), 100);
    assert_int_equal(enumerated(session, table, count), 5);
    assert_int_equal(enumerated(other, theirs, count), 100);
    assert_int_equal(streamed(session, table, count), 5);
    assert_int_equal(streamed(other, theirs, count), 100);
    assert_ok(JetMove(other, theirs, JET_MoveFirst, 0));
    {
        int16_t little;
        go(1);
        assert_err(JetRetrieveColumn(session, table, count, &little, 2, NULL, 0, NULL), JET_errInvalidBufferSize);
    }
    assert_ok(JetRollback(session, 0));
    assert_ok(JetCommitTransaction(other, 0));
    go(1);
    assert_int_equal(get(count), 100);
    /* What is not to be rolled back is not. */
    delta = -1;
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetEscrowUpdate(session, table, count, &delta, 4, NULL, 0, NULL, JET_bitEscrowNoRollback));
    assert_ok(JetRollback(session, 0));
    assert_int_equal(get(count), 99);
    assert_ok(JetCloseTable(other, theirs));
}

/* ------------------------------------------------------------- long values --- */

static JET_ERR set_part(JET_ULONG offset, const void *bytes, JET_ULONG size, JET_GRBIT grbit)
{
    JET_SETINFO info = { sizeof(info), offset, 1 };

    return JetSetColumn(session, table, data, bytes, size, grbit, &info);
}

/* What is in the copy buffer; -1: NULL. */
static int whole(uint8_t *found, JET_ULONG room)
{
    JET_ULONG actual = 0;
    JET_ERR err = JetRetrieveColumn(session, table, data, found, room, &actual, JET_bitRetrieveCopy, NULL);

    if (err == JET_wrnColumnNull)
        return -1;
    assert_ok(err);
    return (int)actual;
}

static void parts_of_values(JET_GRBIT where)
{
    uint8_t found[10000];

    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_err(set_part(1, "a", 1, where | JET_bitSetOverwriteLV), JET_errColumnNoChunk);
    assert_err(set_part(1, "a", 1, where | JET_bitSetOverwriteLV | JET_bitSetSizeLV), JET_errColumnNoChunk);
    assert_int_equal(whole(found, sizeof(found)), -1);
    assert_ok(set_part(0, NULL, 20, where | JET_bitSetSizeLV));
    assert_int_equal(whole(found, sizeof(found)), 20);
    assert_true(!found[0] && !found[19]);
    assert_ok(set_part(0, NULL, 0, where | JET_bitSetSizeLV));
    assert_int_equal(whole(found, sizeof(found)), -1);
    assert_ok(set_part(0, "hello, world", 12, where | JET_bitSetAppendLV));
    assert_ok(set_part(7, "there", 5, where | JET_bitSetOverwriteLV));
    assert_int_equal(whole(found, sizeof(found)), 12);
    assert_memory_equal(found, "hello, there", 12);
    assert_ok(set_part(0, "", 0, where | JET_bitSetAppendLV));
    assert_ok(set_part(0, "", 0, where | JET_bitSetOverwriteLV));
    assert_int_equal(whole(found, sizeof(found)), 12);
    assert_ok(set_part(5, "!", 1, where | JET_bitSetOverwriteLV | JET_bitSetSizeLV));
    assert_int_equal(whole(found, sizeof(found)), 6);
    assert_memory_equal(found, "hello!", 6);
    assert_err(set_part(7, "a", 1, where | JET_bitSetOverwriteLV), JET_errColumnNoChunk);
    assert_ok(set_part(0, NULL, 9, where | JET_bitSetSizeLV | JET_bitSetZeroLength));
    assert_int_equal(whole(found, sizeof(found)), 9);
    assert_memory_equal(found, "hello!\0\0\0", 9);
    assert_ok(set_part(0, NULL, 4, where | JET_bitSetSizeLV));
    assert_int_equal(whole(found, sizeof(found)), 4);
    assert_memory_equal(found, "hell", 4);
    assert_ok(set_part(0, NULL, 0, where | JET_bitSetSizeLV | JET_bitSetZeroLength));
    assert_int_equal(whole(found, sizeof(found)), 0);
    assert_ok(set_part(0, NULL, 0, where | JET_bitSetSizeLV | JET_bitSetOverwriteLV));
    assert_int_equal(whole(found, sizeof(found)), -1);
    assert_ok(set_part(0, "abc", 3, where | JET_bitSetSizeLV | JET_bitSetOverwriteLV));
    assert_int_equal(whole(found, sizeof(found)), 3);
    /* Over the border of a chunk, and back. */
    memset(found, 'z', sizeof(found));
    assert_ok(set_part(3, found, 9000, where | JET_bitSetOverwriteLV));
    assert_ok(set_part(9003, "end", 3, where | JET_bitSetOverwriteLV));
    memset(found, 0, sizeof(found));
    assert_int_equal(whole(found, sizeof(found)), 9006);
    assert_memory_equal(found, "abczz", 5);
    assert_memory_equal(found + 9001, "zzend", 5);
    assert_ok(set_part(0, NULL, 4000, where | JET_bitSetSizeLV));
    assert_int_equal(whole(found, sizeof(found)), 4000);
    assert_ok(set_part(0, NULL, 9000, where | JET_bitSetSizeLV));
    assert_int_equal(whole(found, sizeof(found)), 9000);
    assert_true(found[3999] == 'z' && !found[4000] && !found[8999]);
    assert_ok(JetRollback(session, 0));
}

static void parts_in_the_record(void **state)
{
    (void)state;
    parts_of_values(0);
}

static void parts_outside_of_it(void **state)
{
    (void)state;
    parts_of_values(JET_bitSetSeparateLV);
}

static void values_that_have_a_limit(void **state)
{
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypLongBinary, 0, 0, 0, 0, 100, 0 };
    JET_COLUMNID limited;
    uint8_t bytes[101] = { 0 };
    JET_SETINFO end = { sizeof(end), 99, 1 };

    (void)state;
    assert_ok(JetAddColumnA(session, table, "limited", &def, NULL, 0, &limited));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_err(JetSetColumn(session, table, limited, bytes, 101, 0, NULL), JET_errColumnTooBig);
    assert_err(JetSetColumn(session, table, limited, bytes, 101, JET_bitSetSeparateLV, NULL), JET_errColumnTooBig);
    assert_ok(JetSetColumn(session, table, limited, bytes, 100, 0, NULL));
    assert_err(JetSetColumn(session, table, limited, bytes, 2, JET_bitSetOverwriteLV, &end), JET_errColumnTooBig);
    assert_ok(JetSetColumn(session, table, limited, bytes, 1, JET_bitSetOverwriteLV, &end));
    assert_err(JetSetColumn(session, table, limited, bytes, 1, JET_bitSetAppendLV, NULL), JET_errColumnTooBig);
    assert_err(JetSetColumn(session, table, limited, bytes, 1, JET_bitSetContiguousLV, NULL), JET_errInvalidGrbit);
    assert_err(JetSetColumn(session, table, limited, bytes, 1, JET_bitSetContiguousLV | JET_bitSetSeparateLV, NULL),
               JET_errInvalidBufferSize);
    assert_err(JetSetColumn(session, table, limited, bytes, 1, JET_bitSetAppendLV | JET_bitSetUniqueMultiValues, NULL),
               JET_errInvalidGrbit);
    assert_err(JetSetColumn(session, table, limited, bytes, 1, 0x80000000u, NULL), JET_errInvalidGrbit);
    assert_ok(JetRollback(session, 0));
}

/* A record becomes too large: what it holds compressed leaves it, and is what was given. */
static void compressed_values_leave_a_full_record(void **state)
{
    static uint8_t text[2][900], found[900], bulk[500];
    JET_COLUMNID squeezed[2], other_data;
    JET_ULONG actual;

    (void)state;
    /* Seven bits a byte, and bytes that repeat: each scheme of compression. */
    for (unsigned i = 0; i < sizeof(text[0]); i++)
    {
        text[0][i] = (uint8_t)('!' + (i * i + i / 7) % 90);
        text[1][i] = (uint8_t)(i % 300 < 150 ? i * i * 31 + i / 3 : 0xf0);
    }
    squeezed[0] = test_column(session, table, "squeezed", JET_coltypLongBinary, JET_bitColumnCompressed);
    squeezed[1] = test_column(session, table, "squeezed too", JET_coltypLongBinary, JET_bitColumnCompressed);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    for (int i = 0; i < 2; i++)
        assert_ok(JetSetColumn(session, table, squeezed[i], text[i], sizeof(text[i]), JET_bitSetIntrinsicLV, NULL));
    for (int i = 0; i < 12; i++)
    {
        char name[20];

        snprintf(name, sizeof(name), "more%d", i);
        other_data = test_column(session, table, name, JET_coltypLongBinary, 0);
        memset(bulk, i, sizeof(bulk));
        assert_ok(JetSetColumn(session, table, other_data, bulk, sizeof(bulk), JET_bitSetIntrinsicLV, NULL));
        for (int k = 0; k < 2; k++)
        {
            assert_ok(JetRetrieveColumn(session, table, squeezed[k], found, sizeof(found), &actual, JET_bitRetrieveCopy,
                                        NULL));
            assert_int_equal(actual, sizeof(found));
            assert_memory_equal(found, text[k], sizeof(found));
        }
    }
    assert_ok(JetRollback(session, 0));
}

#define ON_TABLE(function) cmocka_unit_test_setup_teardown(function, make_table, close_table)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_TABLE(versions_count_replaces),  ON_TABLE(what_must_be_there),
        ON_TABLE(ways_to_prepare),          ON_TABLE(cursors_that_only_read),
        ON_TABLE(a_copy_of_a_record),       ON_TABLE(where_the_record_went),
        ON_TABLE(a_replace_without_a_lock), ON_TABLE(numbers_that_many_add_to),
        ON_TABLE(parts_in_the_record),      ON_TABLE(parts_outside_of_it),
        ON_TABLE(values_that_have_a_limit), ON_TABLE(compressed_values_leave_a_full_record),
    };

    return cmocka_run_group_tests_name("updates", tests, start, stop);
}
