/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attaching, opening, closing, detaching; what is known of databases and files. */
#include "small_database.h"
#include "support.h"

static uint8_t image[SMALL_SIZE];
static JET_INSTANCE instance;
static JET_SESID session;

/* A fresh file; the name is good for a while, as test_file's are. */
static const char *make_database(const char *name, uint32_t state)
{
    const char *path = test_file(name);

    small_database(image, state);
    test_file_write(path, image, sizeof(image));
    return path;
}

static int start(void **state)
{
    (void)state;
    instance = test_instance("database", "off");
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

static void attach_open_close_detach(void **state)
{
    const char *path = make_database("a.edb", JET_dbstateCleanShutdown);
    JET_DBID dbid = 0, second;

    (void)state;
    assert_err(JetOpenDatabaseA(session, path, NULL, &dbid, 0), JET_errDatabaseNotFound);
    assert_int_equal(dbid, JET_dbidNil);
    assert_ok(JetAttachDatabaseA(session, path, JET_bitDbReadOnly));
    assert_err(JetAttachDatabaseA(session, path, JET_bitDbReadOnly), JET_wrnDatabaseAttached);
    assert_err(JetOpenDatabaseA(session, path, NULL, &dbid, 0), JET_errSuccess);
    assert_ok(JetOpenDatabaseA(session, path, NULL, &second, JET_bitDbReadOnly));
    assert_int_equal(dbid, second);
    assert_err(JetDetachDatabaseA(session, path), JET_errDatabaseInUse);
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_err(JetDetachDatabaseA(session, path), JET_errDatabaseInUse);
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_err(JetCloseDatabase(session, dbid, 0), JET_errInvalidDatabaseId);
    assert_ok(JetDetachDatabaseA(session, path));
    assert_err(JetDetachDatabaseA(session, path), JET_errDatabaseNotFound);
    assert_err(JetCloseDatabase(session, dbid, 0), JET_errInvalidDatabaseId);
    assert_err(JetCloseDatabase(session, 12345, 0), JET_errInvalidDatabaseId);
}

static void all_are_detached_without_a_name(void **state)
{
    const char *first = make_database("b.edb", JET_dbstateCleanShutdown);
    const char *second = make_database("c.edb", JET_dbstateCleanShutdown);

    (void)state;
    assert_ok(JetAttachDatabaseA(session, first, JET_bitDbReadOnly));
    assert_ok(JetAttachDatabase2W(session, test_wide(second), 100, JET_bitDbReadOnly));
    assert_ok(JetDetachDatabaseA(session, NULL));
    assert_err(JetDetachDatabaseA(session, first), JET_errDatabaseNotFound);
    assert_err(JetDetachDatabaseA(session, second), JET_errDatabaseNotFound);
}

static void wrong_arguments_of_attach(void **state)
{
    const char *path = make_database("d.edb", JET_dbstateCleanShutdown);
    JET_ULONG number = 0;
    JET_SETDBPARAM parameter = { JET_dbparamDbSizeMaxPages, &number, sizeof(number) };

    (void)state;
    assert_err(JetAttachDatabaseA(session, NULL, 0), JET_errDatabaseInvalidPath);
    assert_err(JetAttachDatabaseA(session, "", 0), JET_errDatabaseInvalidPath);
    assert_err(JetAttachDatabaseA(session, test_file("absent.edb"), 0), JET_errFileNotFound);
    assert_err(JetAttachDatabaseA(session, path, JET_bitDbVersioningOff), JET_errCannotDisableVersioning);
    assert_err(JetAttachDatabaseA(session, path, JET_bitDbReadOnly | JET_bitDbDeleteUnicodeIndexes),
               JET_errInvalidGrbit);
    assert_err(JetAttachDatabase3A(session, path, NULL, 1, 0), JET_errInvalidParameter);
    parameter.dbparamid = 1;
    assert_err(JetAttachDatabase3A(session, path, &parameter, 1, 0), JET_errInvalidDbparamId);
    parameter.dbparamid = JET_dbparamDbSizeMaxPages;
    parameter.cbParam = 3;
    assert_err(JetAttachDatabase3A(session, path, &parameter, 1, 0), JET_errInvalidBufferSize);
    assert_err(JetDetachDatabase2A(session, path, JET_bitForceDetach), JET_errForceDetachNotAllowed);
    assert_ok(JetBeginTransaction(session));
    assert_err(JetAttachDatabaseA(session, path, JET_bitDbReadOnly), JET_errInTransaction);
    assert_err(JetDetachDatabaseA(session, path), JET_errInTransaction);
    assert_ok(JetRollback(session, 0));
}

static void files_that_are_no_clean_databases(void **state)
{
    const char *path = make_database("e.edb", JET_dbstateDirtyShutdown);

    (void)state;
    assert_err(JetAttachDatabaseA(session, path, JET_bitDbReadOnly), JET_errDatabaseDirtyShutdown);
    assert_err(JetAttachDatabaseA(session, path, 0), JET_errDatabaseDirtyShutdown);
    test_file_write(path, "no database", 11);
    assert_err(JetAttachDatabaseA(session, path, JET_bitDbReadOnly), JET_errDatabaseCorrupted);
    memset(image, 0, sizeof(image));
    test_file_write(path, image, sizeof(image));
    assert_err(JetAttachDatabaseA(session, path, JET_bitDbReadOnly), JET_errDatabaseCorrupted);
}

static void exclusive_open(void **state)
{
    const char *path = make_database("f.edb", JET_dbstateCleanShutdown);
    JET_SESID other = test_session(instance);
    JET_DBID dbid, second;

    (void)state;
    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, JET_bitDbExclusive));
    assert_err(JetOpenDatabaseA(other, path, NULL, &second, 0), JET_errDatabaseLocked);
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetOpenDatabaseA(other, path, NULL, &second, 0));
    assert_err(JetOpenDatabaseA(session, path, NULL, &dbid, JET_bitDbExclusive), JET_errDatabaseInUse);
    assert_ok(JetEndSession(other, 0));
    assert_ok(JetDetachDatabaseA(session, path));
}

static void a_file_belongs_to_one_instance(void **state)
{
    const char *path = make_database("g.edb", JET_dbstateCleanShutdown);
    JET_INSTANCE other = test_instance("other", "off");
    JET_SESID there = test_session(other);

    (void)state;
    assert_ok(JetAttachDatabaseA(session, path, JET_bitDbReadOnly));
    assert_err(JetAttachDatabaseA(there, path, JET_bitDbReadOnly), JET_errDatabaseSharingViolation);
    assert_err(JetDetachDatabaseA(there, path), JET_errDatabaseNotFound);
    assert_ok(JetDetachDatabaseA(session, path));
    assert_ok(JetAttachDatabaseA(there, path, JET_bitDbReadOnly));
    assert_ok(JetTerm(other));
    assert_ok(JetAttachDatabaseA(session, path, JET_bitDbReadOnly));
    assert_ok(JetDetachDatabaseA(session, path));
}

/* The file's bytes, which are as many as a small database has. */
static const uint8_t *read_file(const char *path)
{
    static uint8_t bytes[SMALL_SIZE + 1];
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, sizeof(bytes), file), SMALL_SIZE);
    fclose(file);
    return bytes;
}

static void reading_leaves_the_file_alone(void **state)
{
    const char *path = make_database("h.edb", JET_dbstateCleanShutdown);
    JET_TABLEID table;
    JET_DBID dbid;

    (void)state;
    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetOpenTableA(session, dbid, "people", NULL, 0, 0, &table));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetDetachDatabaseA(session, path));
    small_database(image, JET_dbstateCleanShutdown);
    /* the header has new times */
    assert_memory_equal(image + 2 * SMALL_PAGE, read_file(path) + 2 * SMALL_PAGE, SMALL_SIZE - 2 * SMALL_PAGE);
}

static void one_whole_copy_of_the_header_is_enough(void **state)
{
    const char *path = test_file("j.edb");

    (void)state;
    for (unsigned copy = 0; copy < 2; copy++)
    {
        small_database(image, JET_dbstateCleanShutdown);
        image[copy * SMALL_PAGE + 300] ^= 1;
        test_file_write(path, image, sizeof(image));
        assert_ok(JetAttachDatabaseA(session, path, JET_bitDbReadOnly));
        assert_ok(JetDetachDatabaseA(session, path));
        assert_memory_equal(read_file(path), image, SMALL_SIZE);
        assert_ok(JetAttachDatabaseA(session, path, 0));
        assert_ok(JetDetachDatabaseA(session, path));
        assert_memory_equal(read_file(path), read_file(path) + SMALL_PAGE, SMALL_PAGE);
        assert_int_equal(read_file(path)[300], 0);
    }
}

static void the_engine_s_format_bounds_what_is_written(void **state)
{
    const char *path = test_file("k.edb");
    JET_INSTANCE old = test_instance_unstarted("format", "off");
    JET_API_PTR format = JET_efvWindows10Rtm;
    JET_SESID there;

    (void)state;
    small_database(image, JET_dbstateCleanShutdown);
    small_put(image + 232, 40, 4); /* update */
    small_put(image, small_checksum(image), 4);
    memcpy(image + SMALL_PAGE, image, SMALL_PAGE);
    test_file_write(path, image, sizeof(image));
    assert_ok(JetSetSystemParameterA(&old, JET_sesidNil, JET_paramEngineFormatVersion, format, NULL));
    assert_ok(JetInit(&old));
    there = test_session(old);
    assert_err(JetAttachDatabaseA(there, path, 0), JET_errEngineFormatVersionSpecifiedTooLowForDatabaseVersion);
    assert_ok(JetAttachDatabaseA(there, path, JET_bitDbReadOnly));
    assert_ok(JetDetachDatabaseA(there, path));
    format |= JET_efvAllowHigherPersistedFormat;
    assert_ok(JetSetSystemParameterA(&old, JET_sesidNil, JET_paramEngineFormatVersion, format, NULL));
    assert_ok(JetAttachDatabaseA(there, path, 0));
    assert_ok(JetDetachDatabaseA(there, path));
    assert_ok(JetTerm(old));
}

static void info_of_an_open_database(void **state)
{
    const char *path = make_database("i.edb", JET_dbstateCleanShutdown);
    JET_DBINFOMISC7 misc;
    JET_ULONG number = 0;
    char name[600];
    JET_DBID dbid;

    (void)state;
    assert_ok(JetAttachDatabaseA(session, path, JET_bitDbReadOnly));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, JET_bitDbReadOnly));
    assert_ok(JetGetDatabaseInfoA(session, dbid, &number, sizeof(number), JET_DbInfoPageSize));
    assert_int_equal(number, 4096);
    assert_err(JetGetDatabaseInfoA(session, dbid, &number, 2, JET_DbInfoPageSize), JET_errBufferTooSmall);
    assert_ok(JetGetDatabaseInfoA(session, dbid, &number, sizeof(number), JET_DbInfoFilesize));
    assert_int_equal(number, SMALL_PAGES + 2);
    assert_ok(JetGetDatabaseInfoA(session, dbid, &number, sizeof(number), JET_DbInfoVersion));
    assert_int_equal(number, 0x620);
    assert_ok(JetGetDatabaseInfoA(session, dbid, &number, sizeof(number), JET_DbInfoCp));
    assert_int_equal(number, 1252);
    assert_ok(JetGetDatabaseInfoA(session, dbid, &number, sizeof(number), JET_DbInfoLCID));
    assert_int_equal(number, 1033);
    assert_err(JetGetDatabaseInfoA(session, dbid, &number, 3, JET_DbInfoCp), JET_errInvalidBufferSize);
    assert_ok(JetGetDatabaseInfoA(session, dbid, name, sizeof(name), JET_DbInfoFilename));
    assert_string_equal(name, path);
    assert_err(JetGetDatabaseInfoA(session, dbid, name, 3, JET_DbInfoFilename), JET_errBufferTooSmall);
    assert_err(JetGetDatabaseInfoW(session, dbid, name, 3, JET_DbInfoFilename), JET_errBufferTooSmall);
    assert_ok(JetGetDatabaseInfoA(session, dbid, &misc, sizeof(misc), JET_DbInfoMisc));
    assert_int_equal(misc.ulVersion, 0x620);
    assert_int_equal(misc.ulUpdate, 20);
    assert_int_equal(misc.dwBuildNumber, 18362);
    assert_int_equal(misc.signDb.ulRandom, 4711);
    assert_int_equal(misc.dbstate, JET_dbstateCleanShutdown);
    assert_err(JetGetDatabaseInfoA(session, dbid, &misc, 7, JET_DbInfoMisc), JET_errInvalidBufferSize);
    assert_err(JetGetDatabaseInfoA(session, dbid, &number, sizeof(number), 1000), JET_errInvalidParameter);
    assert_err(JetGetDatabaseInfoA(session, dbid, &number, sizeof(number), JET_DbInfoIsam), JET_errFeatureNotAvailable);
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_err(JetGetDatabaseInfoA(session, dbid, &number, sizeof(number), JET_DbInfoPageSize),
               JET_errInvalidDatabaseId);
    assert_ok(JetDetachDatabaseA(session, path));
}

static void info_of_a_file(void **state)
{
    const char *path = make_database("j.edb", JET_dbstateDirtyShutdown);
    JET_DBINFOUPGRADE upgrade;
    JET_DBINFOMISC misc;
    JET_ULONG number = 0;
    uint64_t size = 0;

    (void)state;
    assert_ok(JetGetDatabaseFileInfoA(path, &number, sizeof(number), JET_DbInfoPageSize));
    assert_int_equal(number, 4096);
    assert_ok(JetGetDatabaseFileInfoW(test_wide(path), &size, sizeof(size), JET_DbInfoFilesize));
    assert_int_equal(size, SMALL_SIZE);
    assert_err(JetGetDatabaseFileInfoA(path, &size, 4, JET_DbInfoFilesize), JET_errInvalidBufferSize);
    assert_ok(JetGetDatabaseFileInfoA(path, &misc, sizeof(misc), JET_DbInfoMisc));
    assert_int_equal(misc.dbstate, JET_dbstateDirtyShutdown);
    assert_ok(JetGetDatabaseFileInfoA(path, &number, sizeof(number), JET_DbInfoFileType));
    assert_int_equal(number, JET_filetypeDatabase);
    number = 5;
    assert_ok(JetGetDatabaseFileInfoA(path, &number, sizeof(number), JET_DbInfoDBInUse));
    assert_int_equal(number, 0);
    memset(&upgrade, 0, sizeof(upgrade));
    upgrade.cbStruct = sizeof(upgrade);
    assert_ok(JetGetDatabaseFileInfoA(path, &upgrade, sizeof(upgrade), JET_DbInfoUpgrade));
    assert_int_equal(upgrade.fAlreadyUpgraded, 1);
    assert_int_equal(upgrade.cbFilesizeLow, SMALL_SIZE);
    assert_err(JetGetDatabaseFileInfoA(path, &number, sizeof(number), 777), JET_errInvalidParameter);
    assert_err(JetGetDatabaseFileInfoA(test_file("absent.edb"), &number, sizeof(number), JET_DbInfoPageSize),
               JET_errFileNotFound);
    test_file_write(path, "nothing", 7);
    assert_err(JetGetDatabaseFileInfoA(path, &number, sizeof(number), JET_DbInfoPageSize), JET_errReadVerifyFailure);

    path = make_database("j.edb", JET_dbstateCleanShutdown);
    assert_ok(JetAttachDatabaseA(session, path, JET_bitDbReadOnly));
    assert_ok(JetGetDatabaseFileInfoA(path, &number, sizeof(number), JET_DbInfoDBInUse));
    assert_int_equal(number, 1);
    assert_ok(JetDetachDatabaseA(session, path));
}

static void info_of_a_folder(void **state)
{
    const char *folder = test_folder("folder");
    const char *const names[] = { NULL, "", ".", folder };
    JET_DBINFOUPGRADE upgrade;
    JET_DBINFOMISC misc;
    JET_ULONG number;
    uint64_t size;
    char slash[400];

    (void)state;
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    {
        size = 9;
        assert_ok(JetGetDatabaseFileInfoA(names[i], &size, sizeof(size), JET_DbInfoFilesize));
        assert_int_equal(size, 0);
        assert_ok(JetGetDatabaseFileInfoA(names[i], &size, sizeof(size), JET_DbInfoFilesizeOnDisk));
        assert_err(JetGetDatabaseFileInfoA(names[i], &size, 4, JET_DbInfoFilesize), JET_errInvalidBufferSize);
        number = 9;
        assert_ok(JetGetDatabaseFileInfoA(names[i], &number, sizeof(number), JET_DbInfoDBInUse));
        assert_int_equal(number, 0);
        memset(&upgrade, 9, sizeof(upgrade));
        upgrade.cbStruct = sizeof(upgrade);
        assert_ok(JetGetDatabaseFileInfoA(names[i], &upgrade, sizeof(upgrade), JET_DbInfoUpgrade));
        assert_int_equal(upgrade.fAlreadyUpgraded | upgrade.fUpgradable, 0);
        assert_err(JetGetDatabaseFileInfoA(names[i], &misc, 3, JET_DbInfoMisc), JET_errInvalidBufferSize);
        assert_err(JetGetDatabaseFileInfoA(names[i], &misc, sizeof(misc), JET_DbInfoMisc), JET_errFileAccessDenied);
        assert_err(JetGetDatabaseFileInfoA(names[i], &number, sizeof(number), 0), JET_errInvalidParameter);
    }
    assert_err(JetGetDatabaseFileInfoW(NULL, &number, sizeof(number), 0), JET_errInvalidParameter);
    snprintf(slash, sizeof(slash), "%s/", make_database("j.edb", JET_dbstateCleanShutdown));
    assert_err(JetGetDatabaseFileInfoA(slash, &size, sizeof(size), JET_DbInfoFilesize), JET_errInvalidPath);
}

/* Adds rows to its only table, and takes them off again. */
static void come_and_go(JET_SESID sesid, JET_TABLEID table, JET_COLUMNID id, bool keep)
{
    for (int i = 0; i < 50; i++)
    {
        assert_ok(JetPrepareUpdate(sesid, table, JET_prepInsert));
        assert_ok(JetSetColumn(sesid, table, id, &i, sizeof(i), 0, NULL));
        assert_ok(JetUpdate(sesid, table, NULL, 0, NULL));
    }
    for (JET_ERR err = keep ? JET_errNoCurrentRecord : JetMove(sesid, table, JET_MoveFirst, 0); err >= 0;
         err = JetMove(sesid, table, JET_MoveNext, 0))
        assert_ok(JetDelete(sesid, table));
}

static JET_TABLEID make_table(const char *name, JET_DBID *dbid, JET_COLUMNID *id)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = JET_coltypLong };
    JET_TABLEID table;

    assert_ok(JetCreateDatabaseA(session, test_file(name), NULL, dbid, JET_bitDbOverwriteExisting));
    assert_ok(JetCreateTableA(session, *dbid, "t", 1, 90, &table));
    assert_ok(JetAddColumnA(session, table, "id", &definition, NULL, 0, id));
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetOpenTableA(session, *dbid, "t", NULL, 0, 0, &table));
    return table;
}

/* A database goes while an older transaction, which has to do with another, is open: its versions go with it. */
static void versions_go_with_their_database(void **state)
{
    JET_SESID other = test_session(instance);
    JET_COLUMNID id, id_here;
    JET_TABLEID here, there, theirs;
    JET_DBID stays, goes, opened;
    char path[260];

    (void)state;
    here = make_table("stays.edb", &stays, &id_here);
    there = make_table("goes.edb", &goes, &id);
    strcpy(path, test_file("goes.edb"));
    assert_ok(JetOpenDatabaseA(other, test_file("stays.edb"), NULL, &opened, 0));
    assert_ok(JetOpenTableA(other, opened, "t", NULL, 0, 0, &theirs));
    assert_ok(JetBeginTransaction(other));
    come_and_go(other, theirs, id_here, true);
    come_and_go(session, there, id, false);
    come_and_go(session, here, id_here, false);
    assert_ok(JetCloseTable(session, there));
    assert_ok(JetCloseDatabase(session, goes, 0));
    assert_ok(JetDetachDatabaseA(session, path));
    assert_ok(JetCommitTransaction(other, 0));
    assert_true(JetIdle(session, JET_bitIdleCompact) >= 0);

    /* One that is being changed stays. */
    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetOpenDatabaseA(other, path, NULL, &goes, 0));
    assert_ok(JetOpenTableA(other, goes, "t", NULL, 0, 0, &there));
    assert_err(JetMove(other, there, JET_MoveFirst, 0), JET_errNoCurrentRecord);
    assert_ok(JetBeginTransaction(other));
    come_and_go(other, there, id, true);
    assert_ok(JetCloseTable(other, there));
    assert_ok(JetCloseDatabase(other, goes, 0));
    assert_err(JetDetachDatabaseA(session, path), JET_errDatabaseInUse);
    assert_ok(JetCommitTransaction(other, 0));
    assert_ok(JetDetachDatabaseA(session, path));
    assert_ok(JetEndSession(other, 0));
    assert_ok(JetCloseTable(session, here));
    assert_ok(JetCloseDatabase(session, stays, 0));
    assert_ok(JetDetachDatabaseA(session, test_file("stays.edb")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attach_open_close_detach),
        cmocka_unit_test(all_are_detached_without_a_name),
        cmocka_unit_test(wrong_arguments_of_attach),
        cmocka_unit_test(files_that_are_no_clean_databases),
        cmocka_unit_test(exclusive_open),
        cmocka_unit_test(versions_go_with_their_database),
        cmocka_unit_test(a_file_belongs_to_one_instance),
        cmocka_unit_test(reading_leaves_the_file_alone),
        cmocka_unit_test(one_whole_copy_of_the_header_is_enough),
        cmocka_unit_test(the_engine_s_format_bounds_what_is_written),
        cmocka_unit_test(info_of_an_open_database),
        cmocka_unit_test(info_of_a_file),
        cmocka_unit_test(info_of_a_folder),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
