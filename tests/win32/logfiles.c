/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What JetInit makes of log files: of another size, of an instance that was not ended, replayed and gone. */
#include "support.h"

static JET_ERR start(const char *folder, uint32_t kilobytes, bool cleanup, JET_INSTANCE *instance)
{
    *instance = test_instance_unstarted(folder, "on");
    if (kilobytes)
        assert_ok(JetSetSystemParameterA(instance, JET_sesidNil, JET_paramLogFileSize, kilobytes, NULL));
    assert_ok(JetSetSystemParameterA(instance, JET_sesidNil, JET_paramCleanupMismatchedLogFiles, cleanup, NULL));
    return JetInit(instance);
}

static void make_database(JET_INSTANCE instance, const char *path)
{
    JET_SESID sesid = test_session(instance);
    JET_TABLEID table;
    JET_DBID dbid;

    assert_ok(JetCreateDatabaseA(sesid, path, NULL, &dbid, 0));
    assert_ok(JetCreateTableA(sesid, dbid, "t", 1, 80, &table));
    assert_ok(JetCloseTable(sesid, table));
}

static bool has_table(JET_INSTANCE instance, const char *path)
{
    JET_SESID sesid = test_session(instance);
    JET_TABLEID table;
    JET_DBID dbid;

    assert_ok(JetAttachDatabaseA(sesid, path, 0));
    assert_ok(JetOpenDatabaseA(sesid, path, NULL, &dbid, 0));
    return JetOpenTableA(sesid, dbid, "t", NULL, 0, 0, &table) == JET_errSuccess;
}

static void sizes(void **state)
{
    JET_INSTANCE instance;

    (void)state;
    assert_ok(start("sizes", 128, false, &instance));
    make_database(instance, test_file("sizes.edb"));
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
    assert_err(start("sizes", 256, false, &instance), JET_errLogFileSizeMismatchDatabasesConsistent);
    assert_ok(start("sizes", 128, false, &instance));
    assert_true(has_table(instance, test_file("sizes.edb")));
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
    assert_ok(start("sizes", 256, true, &instance));
    assert_true(has_table(instance, test_file("sizes.edb")));
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
}

/* The size is looked at when the databases are consistent, so after the log was replayed. */
static void size_after_recovery(void **state)
{
    JET_INSTANCE instance;

    (void)state;
    assert_ok(start("dirty", 128, false, &instance));
    make_database(instance, test_file("dirty.edb"));
    (void)JetTerm2(instance, JET_bitTermAbrupt | JET_bitTermDirty);
    assert_err(start("dirty", 256, false, &instance), JET_errLogFileSizeMismatchDatabasesConsistent);
    assert_ok(start("dirty", 256, true, &instance));
    assert_true(has_table(instance, test_file("dirty.edb")));
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
}

/* An instance that takes up a log of either extension; it does not end. */
static JET_INSTANCE begin(const char *folder, JET_ULONG legacy, bool circular)
{
    JET_INSTANCE instance = test_instance_unstarted(folder, "on");

    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramLogFileSize, 128, NULL));
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramLegacyFileNames, legacy, NULL));
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramCircularLog, circular, NULL));
    assert_ok(JetInit(&instance));
    return instance;
}

static JET_API_PTR generation_of(JET_INSTANCE instance)
{
    JET_API_PTR generation = 0;

    assert_ok(JetGetSystemParameterA(instance, JET_sesidNil, JET_paramRecoveryCurrentLogfile, &generation, NULL, 0));
    return generation;
}

static void die(JET_INSTANCE instance)
{
    (void)JetTerm2(instance, JET_bitTermAbrupt | JET_bitTermDirty);
}

/* The extension of the log that is there is kept, but for a circular log: that goes on with the one asked for. */
static void extensions(void **state)
{
    const JET_ULONG old = JET_bitESE98FileNames | JET_bitEightDotThreeSoftCompat, new = JET_bitEightDotThreeSoftCompat;
    JET_INSTANCE instance = begin("names", old, false);
    JET_SESID sesid;
    JET_API_PTR generation;

    (void)state;
    make_database(instance, test_file("names.edb"));
    assert_ok(JetCommitTransaction(test_session(instance), JET_bitForceNewLog));
    die(instance);
    instance = begin("names", new, false);
    assert_true(has_table(instance, test_file("names.edb")));
    assert_true(test_file_exists(test_file("names/edb.log")) && test_file_exists(test_file("names/edb.chk")));
    assert_false(test_file_exists(test_file("names/edb.jtx")) || test_file_exists(test_file("names/edb.jcp")));
    generation = generation_of(instance);
    assert_true(generation > 1);
    die(instance);
    instance = begin("names", new, true);
    assert_int_equal(generation_of(instance), generation + 1);
    assert_true(has_table(instance, test_file("names.edb")));
    assert_true(test_file_exists(test_file("names/edb.jtx")) && test_file_exists(test_file("names/edb.jcp")));
    assert_false(test_file_exists(test_file("names/edb.log")) || test_file_exists(test_file("names/edb.chk")) ||
                 test_file_exists(test_file("names/edb00001.log")));
    die(instance);
    instance = begin("names", new, true);
    sesid = test_session(instance);
    assert_true(has_table(instance, test_file("names.edb")));
    assert_ok(JetCommitTransaction(sesid, JET_bitForceNewLog));
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
    /* and back */
    instance = begin("names", old, true);
    assert_true(has_table(instance, test_file("names.edb")));
    assert_true(test_file_exists(test_file("names/edb.log")));
    assert_false(test_file_exists(test_file("names/edb.jtx")) || test_file_exists(test_file("names/edb.jcp")));
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes),
        cmocka_unit_test(size_after_recovery),
        cmocka_unit_test(extensions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
