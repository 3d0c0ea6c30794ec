/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Indexes over text whose order is of an unknown version: what attaching and opening say. */
#include "small_database.h"
#include "support.h"

#define INDEX_LOCALIZED 0x400u

static uint8_t image[SMALL_SIZE];
static JET_INSTANCE instance;
static JET_SESID session;

/* Marks an index in both catalogs as one over Unicode text, which then has no version. */
static void localize(uint32_t table, uint32_t index)
{
    static const uint32_t catalogs[] = { 4, 24 };
    uint8_t wanted[10];

    small_put(wanted, table, 4);
    small_put(wanted + 4, 3, 2);
    small_put(wanted + 6, index, 4);
    for (unsigned c = 0; c < 2; c++)
    {
        uint8_t *page = image + (catalogs[c] + 1) * SMALL_PAGE;
        for (unsigned i = 40; i + 22 < SMALL_PAGE; i++)
        {
            if (!memcmp(page + i, wanted, sizeof(wanted)))
                small_put(page + i + 18, small_get(page + i + 18, 4) | INDEX_LOCALIZED, 4);
        }
        small_put(page, small_checksum(page), 4);
    }
}

static const char *make_database(const char *name, uint32_t table, uint32_t index)
{
    const char *path = test_file(name);

    small_database(image, JET_dbstateCleanShutdown);
    localize(table, index);
    test_file_write(path, image, sizeof(image));
    return path;
}

static void start(const char *name, JET_API_PTR checking, JET_API_PTR cleanup)
{
    instance = test_instance_unstarted(name, "off");
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramEnableIndexChecking, checking, NULL));
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramEnableIndexCleanup, cleanup, NULL));
    assert_ok(JetInit(&instance));
    session = test_session(instance);
}

static void stop(void)
{
    assert_ok(JetEndSession(session, 0));
    assert_ok(JetTerm(instance));
}

static JET_ERR open_named(const char *path, const char *name, JET_GRBIT attach, JET_GRBIT grbit)
{
    JET_TABLEID table;
    JET_DBID dbid;
    JET_ERR err;

    assert_ok(JetAttachDatabaseA(session, path, attach));
    assert_true(JetOpenDatabaseA(session, path, NULL, &dbid, attach & JET_bitDbReadOnly) >= 0);
    err = JetOpenTableA(session, dbid, name, NULL, 0, grbit, &table);
    if (err >= 0)
        assert_ok(JetCloseTable(session, table));
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetDetachDatabaseA(session, path));
    return err;
}

static JET_ERR open_table(const char *path, JET_GRBIT attach, JET_GRBIT grbit)
{
    return open_named(path, "people", attach, grbit);
}

static void attaching_to_write_looks(void **state)
{
    const char *secondary = make_database("a.edb", 10, 11), *primary = make_database("b.edb", 10, 10);

    (void)state;
    start("look", JET_IndexCheckingOn, 0);
    assert_err(JetAttachDatabaseA(session, secondary, 0), JET_errSecondaryIndexCorrupted);
    assert_err(JetAttachDatabaseA(session, primary, 0), JET_errPrimaryIndexCorrupted);
    assert_err(JetAttachDatabaseA(session, primary, JET_bitDbDeleteCorruptIndexes), JET_errPrimaryIndexCorrupted);
    assert_err(open_table(secondary, JET_bitDbReadOnly, 0), JET_errSuccess);
    assert_err(open_table(primary, JET_bitDbReadOnly, JET_bitTableReadOnly), JET_errSuccess);
    stop();
}

static bool has_index(const char *path, const char *name)
{
    JET_TABLEID table;
    JET_DBID dbid;
    JET_ERR err;

    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetOpenTableA(session, dbid, "people", NULL, 0, 0, &table));
    err = JetSetCurrentIndexA(session, table, name);
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCloseDatabase(session, dbid, 0));
    return err == JET_errSuccess;
}

/* What is out of date goes, if the program says so: the order of its text is not known. */
static void attaching_deletes(void **state)
{
    static const char *recovery[] = { "gone1.edb", "gone2.edb" };

    (void)state;
    start("gone", JET_IndexCheckingOn, 0);
    for (unsigned all = 0; all < 2; all++)
    {
        const char *path = make_database(recovery[all], 10, 11);

        assert_err(
            JetAttachDatabaseA(session, path, all ? JET_bitDbDeleteUnicodeIndexes : JET_bitDbDeleteCorruptIndexes),
            all ? JET_errSuccess : JET_wrnCorruptIndexDeleted);
        assert_false(has_index(path, "by_name"));
        assert_ok(JetDetachDatabaseA(session, path));
        assert_ok(JetAttachDatabaseA(session, path, JET_bitDbDeleteCorruptIndexes));
        assert_ok(JetDetachDatabaseA(session, path));
    }
    assert_err(JetAttachDatabaseA(session, make_database("gone3.edb", 10, 10), JET_bitDbDeleteUnicodeIndexes),
               JET_errIndexMustStay);
    stop();
}

static void cleanup_looks_too(void **state)
{
    const char *secondary = make_database("c.edb", 10, 11);

    (void)state;
    start("cleanup", JET_IndexCheckingOff, 1);
    assert_err(JetAttachDatabaseA(session, secondary, 0), JET_errSecondaryIndexCorrupted);
    assert_err(open_table(secondary, JET_bitDbReadOnly, 0), JET_errSuccess);
    stop();
}

static void nobody_looks(void **state)
{
    const char *primary = make_database("d.edb", 10, 10);

    (void)state;
    start("off", JET_IndexCheckingOff, 0);
    assert_err(open_table(primary, 0, 0), JET_errSuccess);
    stop();
}

static void opening_a_table_looks(void **state)
{
    const char *secondary = make_database("e.edb", 10, 11), *primary = make_database("f.edb", 10, 10);

    (void)state;
    start("defer", JET_IndexCheckingDeferToOpenTable, 0);
    assert_err(open_table(secondary, 0, 0), JET_errSecondaryIndexCorrupted);
    assert_err(open_table(secondary, 0, JET_bitTableAllowOutOfDate), JET_errSecondaryIndexCorrupted);
    assert_err(open_table(secondary, 0, JET_bitTableReadOnly), JET_wrnSecondaryIndexOutOfDate);
    assert_err(open_table(primary, JET_bitDbReadOnly, 0), JET_errPrimaryIndexCorrupted);
    assert_err(open_table(primary, 0, JET_bitTableReadOnly), JET_wrnPrimaryIndexOutOfDate);
    stop();
}

static void an_empty_index_gets_the_version_of_today(void **state)
{
    const char *path = make_database("g.edb", 13, 13);

    (void)state;
    start("before", JET_IndexCheckingDeferToOpenTable, 0);
    assert_err(open_named(path, "base", JET_bitDbReadOnly, 0), JET_errPrimaryIndexCorrupted);
    stop();
    start("empty", JET_IndexCheckingOn, 1);
    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetDetachDatabaseA(session, path));
    stop();
    start("after", JET_IndexCheckingDeferToOpenTable, 0);
    assert_err(open_named(path, "base", JET_bitDbReadOnly, 0), JET_errSuccess);
    assert_err(open_named(path, "people", 0, 0), JET_errSuccess);
    stop();
}

static void without_text_there_is_nothing_to_say(void **state)
{
    const char *path = test_file("h.edb");

    (void)state;
    small_database(image, JET_dbstateCleanShutdown);
    test_file_write(path, image, sizeof(image));
    start("none", JET_IndexCheckingOn, 1);
    assert_err(open_table(path, 0, 0), JET_errSuccess);
    assert_err(open_table(path, JET_bitDbDeleteCorruptIndexes, 0), JET_errSuccess);
    assert_err(open_table(path, JET_bitDbDeleteUnicodeIndexes, 0), JET_errSuccess);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attaching_to_write_looks),
        cmocka_unit_test(attaching_deletes),
        cmocka_unit_test(cleanup_looks_too),
        cmocka_unit_test(nobody_looks),
        cmocka_unit_test(opening_a_table_looks),
        cmocka_unit_test(an_empty_index_gets_the_version_of_today),
        cmocka_unit_test(without_text_there_is_nothing_to_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
