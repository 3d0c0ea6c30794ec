/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Functions that only ever answer one thing on Windows; and keys of encrypted columns. */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID session;

static int start(void **state)
{
    (void)state;
    instance = test_instance("refused", "off");
    session = test_session(instance);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetEndSession(session, 0));
    assert_ok(JetTerm(instance));
    return 0;
}

static void streaming_files_are_no_more(void **state)
{
    JET_DBID dbid = 77;

    (void)state;
    assert_err(JetCreateDatabaseWithStreamingA(session, "a.edb", "a.stm", NULL, 0, &dbid, 0),
               JET_errFeatureNotAvailable);
    assert_err(JetCreateDatabaseWithStreamingW(session, test_wide("a.edb"), test_wide("a.stm"), NULL, 0, &dbid, 0),
               JET_errFeatureNotAvailable);
    assert_err(JetAttachDatabaseWithStreamingA(session, "a.edb", "a.stm", NULL, 0, 0), JET_errFeatureNotAvailable);
    assert_err(JetAttachDatabaseWithStreamingW(session, NULL, NULL, NULL, 0, 0), JET_errFeatureNotAvailable);
    assert_int_equal(dbid, 77);
    assert_false(test_file_exists("a.edb"));
}

static void snapshots_of_old_were_never_there(void **state)
{
    char none[] = "";
    JET_INSTANCE_INFO_A *info = NULL;
    JET_ULONG count = 0;

    (void)state;
    assert_err(JetSnapshotStartA(instance, none, 0), JET_wrnNyi);
    assert_err(JetSnapshotStartW(0, NULL, 0), JET_wrnNyi);
    assert_err(JetSnapshotStop(instance, 0), JET_wrnNyi);
    /* The instance is none the worse for it. */
    assert_ok(JetGetInstanceInfoA(&count, &info));
    assert_int_equal(count, 1);
    assert_ok(JetFreeBuffer((char *)info));
}

static void keys_of_encrypted_columns(void **state)
{
    uint8_t key[64], other[64];
    JET_ULONG size = 0;

    (void)state;
    assert_err(JetCreateEncryptionKey(0, key, sizeof(key), &size), JET_errInvalidParameter);
    assert_err(JetCreateEncryptionKey(2, key, sizeof(key), &size), JET_errInvalidParameter);
    assert_err(JetCreateEncryptionKey(JET_EncryptionAlgorithmAes256, NULL, 0, &size), JET_errBufferTooSmall);
    assert_int_equal(size, 49);
    memset(key, 0xee, sizeof(key));
    assert_err(JetCreateEncryptionKey(JET_EncryptionAlgorithmAes256, key, size - 1, &size), JET_errBufferTooSmall);
    assert_int_equal(key[0], 0xee);
    assert_ok(JetCreateEncryptionKey(JET_EncryptionAlgorithmAes256, key, sizeof(key), &size));
    assert_int_equal(size, 49);
    assert_int_equal(key[0], JET_EncryptionAlgorithmAes256);
    assert_int_equal(key[size], 0xee);
    assert_ok(JetCreateEncryptionKey(JET_EncryptionAlgorithmAes256, other, sizeof(other), &size));
    assert_memory_not_equal(key, other, size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streaming_files_are_no_more),
        cmocka_unit_test(snapshots_of_old_were_never_there),
        cmocka_unit_test(keys_of_encrypted_columns),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
