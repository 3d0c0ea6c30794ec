/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encrypted columns: values that only a cursor with the key can read, in records and out of them. */
#include "support.h"

#define KEY_SIZE 49u
#define LARGE    70000u

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID database;
static JET_TABLEID table;
static JET_COLUMNID number, secret, packed, plain;
static uint8_t key[KEY_SIZE], other_key[KEY_SIZE], large[LARGE], value[LARGE + 100];

static JET_ERR set_key(JET_TABLEID tableid, const void *bytes)
{
    return JetSetTableInfoA(session, tableid, bytes, bytes ? KEY_SIZE : 0, JET_TblInfoEncryptionKey);
}

static JET_ERR set_part(JET_COLUMNID column, const void *bytes, JET_ULONG size, JET_GRBIT grbit, JET_ULONG at)
{
    JET_SETINFO info = { sizeof(info), at, 1 };

    return JetSetColumn(session, table, column, bytes, size, grbit, &info);
}

static void seek(int32_t id)
{
    assert_ok(JetMakeKey(session, table, &id, sizeof(id), JET_bitNewKey));
    assert_ok(JetSeek(session, table, JET_bitSeekEQ));
}

static void insert(int32_t id, const void *bytes, JET_ULONG size)
{
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetSetColumn(session, table, number, &id, sizeof(id), 0, NULL));
    assert_ok(JetSetColumn(session, table, secret, bytes, size, 0, NULL));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
    seek(id);
}

static void assert_value(JET_COLUMNID column, const void *bytes, JET_ULONG size)
{
    JET_ULONG actual;

    assert_ok(JetRetrieveColumn(session, table, column, value, sizeof(value), &actual, 0, NULL));
    assert_int_equal(actual, size);
    assert_memory_equal(value, bytes, size);
}

static JET_ULONG stored_size(JET_COLUMNID column)
{
    JET_ULONG actual = 0;

    assert_ok(JetRetrieveColumn(session, table, column, NULL, 0, &actual, JET_bitRetrievePhysicalSize, NULL));
    return actual;
}

/* The bytes of an encrypted value: those and a checksum in whole blocks, the algorithm and the initial vector. */
static JET_ULONG encrypted(JET_ULONG size)
{
    return (size + 4) / 16 * 16 + 16 + 17;
}

static void the_key_of_a_cursor(void **state)
{
    uint8_t got[KEY_SIZE + 1] = { 0 };
    JET_TABLEID twin;

    (void)state;
    got[0] = 77;
    assert_ok(JetGetTableInfoA(session, table, got, 0, JET_TblInfoEncryptionKey));
    assert_int_equal(got[0], 77);
    assert_ok(set_key(table, key));
    assert_err(JetGetTableInfoA(session, table, got, KEY_SIZE - 1, JET_TblInfoEncryptionKey), JET_errBufferTooSmall);
    assert_ok(JetGetTableInfoW(session, table, got, KEY_SIZE, JET_TblInfoEncryptionKey));
    assert_memory_equal(got, key, KEY_SIZE);

    assert_ok(JetDupCursor(session, table, &twin, 0));
    memset(got, 0, sizeof(got));
    assert_ok(JetGetTableInfoA(session, twin, got, sizeof(got), JET_TblInfoEncryptionKey));
    assert_int_equal(got[0], 0);
    assert_ok(JetCloseTable(session, twin));

    /* What is no key is refused, and the cursor is left without any. */
    key[20] ^= 1;
    assert_err(set_key(table, key), JET_errInvalidParameter);
    key[20] ^= 1;
    assert_ok(JetGetTableInfoA(session, table, got, 0, JET_TblInfoEncryptionKey));
    assert_err(JetSetTableInfoA(session, table, key, 4, JET_TblInfoEncryptionKey), JET_errInvalidParameter);
    assert_ok(JetSetTableInfoW(session, table, key, KEY_SIZE, JET_TblInfoEncryptionKey));
    assert_ok(set_key(table, NULL));
    assert_ok(JetGetTableInfoA(session, table, got, 0, JET_TblInfoEncryptionKey));
    assert_err(JetSetTableInfoA(session, table, key, KEY_SIZE, JET_TblInfo), JET_errFeatureNotAvailable);
    assert_err(JetSetTableInfoA(session, 1, key, KEY_SIZE, JET_TblInfoEncryptionKey), JET_errInvalidTableId);
}

static void nothing_without_a_key(void **state)
{
    JET_RETRIEVECOLUMN column = { .columnid = secret, .itagSequence = 1 };
    JET_ENUMCOLUMN *columns;
    JET_ULONG count, actual;
    int32_t id = 1;

    (void)state;
    assert_ok(set_key(table, NULL));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetSetColumn(session, table, number, &id, sizeof(id), 0, NULL));
    assert_err(JetSetColumn(session, table, secret, "x", 1, 0, NULL), JET_errColumnNoEncryptionKey);
    assert_err(JetSetColumn(session, table, secret, NULL, 0, 0, NULL), JET_errColumnNoEncryptionKey);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
    seek(1);
    /* There is nothing, but that is not said. */
    assert_err(JetRetrieveColumn(session, table, secret, value, 1, &actual, 0, NULL), JET_errColumnNoEncryptionKey);
    assert_err(JetRetrieveColumns(session, table, &column, 1), JET_errColumnNoEncryptionKey);
    assert_err(JetRetrieveColumn(session, table, secret, NULL, 0, &actual, JET_bitRetrievePhysicalSize, NULL),
               JET_wrnColumnNull);

    assert_ok(set_key(table, key));
    insert(2, "something", 9);
    assert_ok(set_key(table, NULL));
    assert_err(JetRetrieveColumn(session, table, secret, value, 1, &actual, 0, NULL), JET_errColumnNoEncryptionKey);
    assert_int_equal(stored_size(secret), encrypted(9));
    assert_err(JetEnumerateColumns(session, table, 0, NULL, &count, &columns, NULL, NULL, UINT32_MAX, 0),
               JET_errInvalidParameter);
    assert_ok(set_key(table, other_key));
    assert_err(JetRetrieveColumn(session, table, secret, value, 10, &actual, 0, NULL), JET_errDecryptionFailed);
    assert_ok(set_key(table, key));
    assert_value(secret, "something", 9);
}

static void values_in_records(void **state)
{
    JET_RETINFO from = { .cbStruct = sizeof(from), .ibLongValue = 4, .itagSequence = 1 };
    JET_ULONG actual;
    uint8_t part[4];

    (void)state;
    assert_ok(set_key(table, key));
    insert(10, "in the record", 13);
    assert_value(secret, "in the record", 13);
    assert_int_equal(stored_size(secret), encrypted(13));
    assert_err(JetRetrieveColumn(session, table, secret, part, sizeof(part), &actual, 0, &from),
               JET_wrnBufferTruncated);
    assert_int_equal(actual, 9);
    assert_memory_equal(part, "he r", 4);

    /* Parts of it, and sizes. */
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(set_part(secret, " still", 6, JET_bitSetAppendLV, 0));
    assert_ok(set_part(secret, "IN", 2, JET_bitSetOverwriteLV, 0));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_value(secret, "IN the record still", 19);
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(set_part(secret, NULL, 6, JET_bitSetSizeLV, 0));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_value(secret, "IN the", 6);
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(set_part(secret, NULL, 0, JET_bitSetZeroLength, 0));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_value(secret, "", 0);
    assert_int_equal(stored_size(secret), 0);
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(set_part(secret, NULL, 0, 0, 0));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_err(JetRetrieveColumn(session, table, secret, value, 1, &actual, 0, NULL), JET_wrnColumnNull);
    assert_ok(JetCommitTransaction(session, 0));

    /* Two encryptions of the same are not the same: each begins with other random bits. */
    insert(11, "twice", 5);
    insert(12, "twice", 5);
    assert_value(secret, "twice", 5);
}

static void one_value_only(void **state)
{
    JET_SETINFO new_value = { sizeof(new_value), 0, 0 }, second = { sizeof(second), 0, 2 };

    (void)state;
    assert_ok(set_key(table, key));
    insert(20, "first", 5);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_err(JetSetColumn(session, table, secret, "second", 6, 0, &second), JET_errEncryptionBadItag);
    assert_err(JetSetColumn(session, table, secret, "second", 6, 0, &new_value), JET_errEncryptionBadItag);
    assert_ok(JetSetColumn(session, table, secret, NULL, 0, 0, NULL));
    assert_ok(JetSetColumn(session, table, secret, "again", 5, 0, &new_value));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
    assert_value(secret, "again", 5);
}

/* Compressed first: text takes less than it would, and can be read back. */
static void compressed_values(void **state)
{
    char text[800];

    (void)state;
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = "the quick brown fox "[i % 20];
    assert_ok(set_key(table, key));
    insert(30, "x", 1);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(JetSetColumn(session, table, packed, text, sizeof(text), 0, NULL));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_value(packed, text, sizeof(text));
    assert_true(stored_size(packed) < sizeof(text));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(set_part(packed, text, 400, JET_bitSetAppendLV, 0));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetRetrieveColumn(session, table, packed, value, sizeof(value), NULL, 0, NULL));
    assert_memory_equal(value, text, sizeof(text));
    assert_memory_equal(value + sizeof(text), text, 400);
    assert_true(stored_size(packed) < 1200);
    assert_ok(JetCommitTransaction(session, 0));
}

static void long_values(void **state)
{
    JET_RETINFO from = { .cbStruct = sizeof(from), .ibLongValue = 30000, .itagSequence = 1 };
    uint8_t part[100];
    JET_ULONG actual;

    (void)state;
    assert_ok(set_key(table, key));
    insert(40, large, LARGE);
    assert_value(secret, large, LARGE);
    assert_true(stored_size(secret) > LARGE);
    assert_err(JetRetrieveColumn(session, table, secret, part, sizeof(part), &actual, 0, &from),
               JET_wrnBufferTruncated);
    assert_int_equal(actual, LARGE - 30000);
    assert_memory_equal(part, large + 30000, sizeof(part));
    assert_ok(set_key(table, other_key));
    assert_err(JetRetrieveColumn(session, table, secret, value, sizeof(value), &actual, 0, NULL),
               JET_errDecryptionFailed);
    assert_ok(set_key(table, NULL));
    assert_err(JetRetrieveColumn(session, table, secret, value, 1, &actual, 0, NULL), JET_errColumnNoEncryptionKey);
    assert_err(JetRetrieveColumn(session, table, secret, &actual, sizeof(actual), NULL, JET_bitRetrieveLongId, NULL),
               JET_wrnSeparateLongValue);
    assert_ok(set_key(table, key));

    /* Changed in place, at its end and in the middle, made smaller and larger. */
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(set_part(secret, "overwritten", 11, JET_bitSetOverwriteLV, 30000));
    assert_ok(set_part(secret, "appended", 8, JET_bitSetAppendLV, 0));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetRetrieveColumn(session, table, secret, value, sizeof(value), &actual, 0, NULL));
    assert_int_equal(actual, LARGE + 8);
    assert_memory_equal(value, large, 30000);
    assert_memory_equal(value + 30000, "overwritten", 11);
    assert_memory_equal(value + 30011, large + 30011, LARGE - 30011);
    assert_memory_equal(value + LARGE, "appended", 8);
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(set_part(secret, NULL, 20000, JET_bitSetSizeLV, 0));
    assert_ok(set_part(secret, NULL, 40000, JET_bitSetSizeLV, 0));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetRetrieveColumn(session, table, secret, value, sizeof(value), &actual, 0, NULL));
    assert_int_equal(actual, 40000);
    assert_memory_equal(value, large, 20000);
    assert_int_equal(value[20000] | value[39999], 0);
    assert_ok(JetRollback(session, 0));
    assert_value(secret, large, LARGE);
}

/* A copy of a record shares the value; it needs no key until it changes what it got. */
static void copies(void **state)
{
    int32_t id = 51;

    (void)state;
    assert_ok(set_key(table, key));
    insert(50, large, LARGE);
    assert_ok(set_key(table, NULL));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsertCopy));
    assert_ok(JetSetColumn(session, table, number, &id, sizeof(id), 0, NULL));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
    seek(51);
    assert_ok(set_key(table, key));
    assert_value(secret, large, LARGE);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    assert_ok(set_part(secret, "!", 1, JET_bitSetOverwriteLV, 69000));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetRetrieveColumn(session, table, secret, value, sizeof(value), NULL, 0, NULL));
    assert_int_equal(value[69000], '!');
    assert_memory_equal(value, large, 69000);
    seek(50);
    assert_value(secret, large, LARGE);
    seek(51);
    assert_ok(JetDelete(session, table));
    seek(50);
    assert_value(secret, large, LARGE);
}

/* A record that grows too large gives its values away, encrypted as they were. */
static void a_full_record(void **state)
{
    JET_SETINFO next = { sizeof(next), 0, 0 };
    JET_ULONG id;
    JET_ERR err = JET_errSuccess;

    (void)state;
    assert_ok(set_key(table, key));
    insert(60, large, 900);
    assert_int_equal(stored_size(secret), encrypted(900));
    assert_err(JetRetrieveColumn(session, table, secret, &id, sizeof(id), NULL, JET_bitRetrieveLongId, NULL),
               JET_wrnColumnNull);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepReplace));
    while (err >= 0)
        err = JetSetColumn(session, table, plain, large, 240, 0, &next);
    assert_err(err, JET_errRecordTooBig);
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
    assert_err(JetRetrieveColumn(session, table, secret, &id, sizeof(id), NULL, JET_bitRetrieveLongId, NULL),
               JET_wrnSeparateLongValue);
    assert_value(secret, large, 900);
}

static void *JET_API reallocate(void *context, void *memory, JET_ULONG size)
{
    (void)context;
    if (size)
        return realloc(memory, size);
    free(memory);
    return NULL;
}

static void enumerated(int32_t id, JET_GRBIT grbit, JET_ERR want_err, const void *bytes, JET_ULONG size)
{
    JET_ENUMCOLUMNID want = { .columnid = secret };
    JET_ENUMCOLUMN *columns;
    JET_ULONG count;

    seek(id);
    assert_ok(JetEnumerateColumns(session, table, 1, &want, &count, &columns, reallocate, NULL, UINT32_MAX, grbit));
    assert_int_equal(count, 1);
    assert_int_equal(columns[0].err, want_err);
    if (want_err >= 0)
    {
        /* Never the short form. */
        assert_int_equal(columns[0].cEnumColumnValue, 1);
        assert_int_equal(columns[0].rgEnumColumnValue[0].cbData, size);
        assert_memory_equal(columns[0].rgEnumColumnValue[0].pvData, bytes, size);
        free(columns[0].rgEnumColumnValue[0].pvData);
        free(columns[0].rgEnumColumnValue);
    }
    free(columns);
}

static void other_ways_to_read(void **state)
{
    JET_RECSIZE3 size = { 0 };
    uint8_t reference[300], *stream = value;
    JET_ULONG reference_size, actual, record, sequence, at, bytes;
    JET_COLUMNID column;

    (void)state;
    assert_ok(set_key(table, key));
    insert(70, "short", 5);
    insert(71, large, LARGE);
    enumerated(70, JET_bitEnumerateCompressOutput, JET_errSuccess, "short", 5);
    enumerated(71, 0, JET_errSuccess, large, LARGE);
    assert_err(JetRetrieveColumn(session, table, secret, reference, sizeof(reference), &reference_size,
                                 JET_bitRetrieveAsRefIfNotInRecord, NULL),
               JET_wrnColumnReference);
    assert_ok(
        JetRetrieveColumnByReference(session, table, reference, reference_size, 0, value, sizeof(value), &actual, 0));
    assert_int_equal(actual, LARGE);
    assert_memory_equal(value, large, LARGE);
    seek(70);
    assert_ok(JetGetRecordSize3(session, table, &size, 0));
    assert_int_equal(size.cbIntrinsicLongValueData, 5);
    assert_int_equal(size.cbIntrinsicLongValueDataCompressed, encrypted(5));
    assert_err(JetStreamRecords(session, table, 1, &secret, stream, 100, &actual, JET_bitStreamForward),
               JET_wrnNoMoreRecords);
    assert_ok(JetRetrieveColumnFromRecordStream(stream, actual, &record, &column, &sequence, &at, &bytes));
    assert_int_equal(bytes, 5);
    assert_memory_equal(stream + at, "short", 5);

    assert_ok(set_key(table, NULL));
    enumerated(70, 0, JET_errColumnNoEncryptionKey, NULL, 0);
    assert_err(JetStreamRecords(session, table, 1, &secret, stream, 100, &actual, JET_bitStreamForward),
               JET_errColumnNoEncryptionKey);
    assert_err(JetStreamRecords(session, table, 0, NULL, stream, 100, &actual, JET_bitStreamForward),
               JET_errColumnNoEncryptionKey);
    assert_err(JetGetRecordSize3(session, table, &size, 0), JET_errColumnNoEncryptionKey);
    assert_ok(JetGetRecordSize3(session, table, &size, JET_bitRecordSizeIntrinsicPhysicalOnly));
    assert_err(JetRetrieveColumnByReference(session, table, reference, reference_size, 0, value, 5, &actual, 0),
               JET_errColumnNoEncryptionKey);
    assert_ok(JetRetrieveColumnByReference(session, table, reference, reference_size, 0, NULL, 0, &actual,
                                           JET_bitRetrievePhysicalSize));
    assert_true(actual > LARGE);
    assert_ok(set_key(table, key));
}

static void what_cannot_be_encrypted(void **state)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypLong, .grbit = JET_bitColumnEncrypted };
    JET_COLUMNDEF temp = { .cbStruct = sizeof(temp), .coltyp = JET_coltypLong, .grbit = JET_bitColumnTTKey };
    JET_COLUMNID id;
    JET_TABLEID rows;

    (void)state;
    assert_err(JetAddColumnA(session, table, "fixed", &def, NULL, 0, &id), JET_errColumnCannotBeEncrypted);
    def.coltyp = JET_coltypLongBinary;
    def.grbit |= JET_bitColumnMultiValued | JET_bitColumnTagged;
    assert_err(JetAddColumnA(session, table, "many", &def, NULL, 0, &id), JET_errColumnCannotBeEncrypted);
    def.grbit = JET_bitColumnEncrypted;
    assert_err(JetAddColumnA(session, table, "default", &def, "x", 1, &id), JET_errColumnCannotBeEncrypted);
    assert_err(JetCreateIndexA(session, table, "secrets", 0, "+secret\0", 9, 80), JET_errCannotIndexOnEncryptedColumn);
    assert_ok(JetOpenTempTable(session, &temp, 1, JET_bitTTUpdatable | JET_bitTTIndexed, &rows, &id));
    assert_err(set_key(rows, key), JET_errIllegalOperation);
    assert_ok(JetCloseTable(session, rows));
}

/* Closed, opened again, made compact: what was written is there, for those who have the key. */
static void after_all(void **state)
{
    JET_TABLEID again;
    JET_ULONG actual;
    char from[260], to[260];

    (void)state;
    snprintf(from, sizeof(from), "%s", test_file("encryption.edb"));
    snprintf(to, sizeof(to), "%s", test_file("compact.edb"));
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCloseDatabase(session, database, 0));
    assert_ok(JetDetachDatabaseA(session, from));
    assert_ok(JetAttachDatabaseA(session, from, JET_bitDbReadOnly));
    assert_ok(JetCompactA(session, from, to, NULL, NULL, 0));
    assert_ok(JetDetachDatabaseA(session, from));
    for (unsigned i = 0; i < 2; i++)
    {
        const char *path = i ? to : from;

        assert_ok(JetAttachDatabaseA(session, path, 0));
        assert_ok(JetOpenDatabaseA(session, path, NULL, &database, 0));
        assert_ok(JetOpenTableA(session, database, "rows", NULL, 0, 0, &again));
        table = again;
        assert_ok(set_key(table, key));
        seek(50);
        assert_value(secret, large, LARGE);
        seek(60);
        assert_value(secret, large, 900);
        assert_ok(set_key(table, other_key));
        assert_err(JetRetrieveColumn(session, table, secret, value, sizeof(value), &actual, 0, NULL),
                   JET_errDecryptionFailed);
        assert_ok(JetCloseTable(session, table));
        assert_ok(JetCloseDatabase(session, database, 0));
        assert_ok(JetDetachDatabaseA(session, path));
    }
}

static int start(void **state)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypLong };
    uint32_t random = 1;
    JET_ULONG size;

    (void)state;
    for (size_t i = 0; i < sizeof(large); i++)
    {
        random = random * 1103515245u + 12345u;
        large[i] = (uint8_t)(random >> 16);
    }
    /* On pages of 8 KB and less there is no room for a whole chunk that is encrypted and cannot be compressed. */
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, 16384, NULL));
    instance = test_instance_unstarted("encryption", "on");
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    assert_ok(JetCreateEncryptionKey(JET_EncryptionAlgorithmAes256, key, sizeof(key), &size));
    assert_int_equal(size, KEY_SIZE);
    assert_ok(JetCreateEncryptionKey(JET_EncryptionAlgorithmAes256, other_key, sizeof(other_key), &size));
    assert_ok(JetCreateDatabaseA(session, test_file("encryption.edb"), NULL, &database, 0));
    assert_ok(JetCreateTableA(session, database, "rows", 1, 80, &table));
    assert_ok(JetAddColumnA(session, table, "number", &def, NULL, 0, &number));
    def.coltyp = JET_coltypLongBinary;
    def.grbit = JET_bitColumnEncrypted;
    assert_ok(JetAddColumnA(session, table, "secret", &def, NULL, 0, &secret));
    def.grbit = JET_bitColumnEncrypted | JET_bitColumnCompressed;
    assert_ok(JetAddColumnA(session, table, "packed", &def, NULL, 0, &packed));
    def.coltyp = JET_coltypBinary;
    def.cbMax = 255;
    def.grbit = JET_bitColumnTagged | JET_bitColumnMultiValued;
    assert_ok(JetAddColumnA(session, table, "plain", &def, NULL, 0, &plain));
    assert_ok(JetCreateIndexA(session, table, "numbers", JET_bitIndexPrimary, "+number\0", 9, 80));
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
        cmocka_unit_test(the_key_of_a_cursor),
        cmocka_unit_test(nothing_without_a_key),
        cmocka_unit_test(values_in_records),
        cmocka_unit_test(one_value_only),
        cmocka_unit_test(compressed_values),
        cmocka_unit_test(long_values),
        cmocka_unit_test(copies),
        cmocka_unit_test(a_full_record),
        cmocka_unit_test(other_ways_to_read),
        cmocka_unit_test(what_cannot_be_encrypted),
        cmocka_unit_test(after_all),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
