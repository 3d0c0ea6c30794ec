/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Calls in the order in which known kinds of programs make them: an importer that
 * reads another program's database, also one that was not shut down; a program
 * that writes paths in its own way; one that comes back after it was stopped.
 */
#ifdef _WIN32
#include <windows.h>
#endif
#include "support.h"

#define ROWS     300
#define PAGE     16384
#define URL_SIZE 300

/* How each test starts: page size and number of instances are for all of the process. */
static JET_INSTANCE instance_of(const char *name, const char *folder, const char *recovery, JET_API_PTR page_size)
{
    JET_INSTANCE instance = 0;

    /* Refused while another instance works, which has set the same. */
    JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramDatabasePageSize, page_size, NULL);
    assert_ok(JetCreateInstanceA(&instance, name));
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramSystemPath, 0, folder));
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramTempPath, 0, folder));
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramLogFilePath, 0, folder));
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramBaseName, 0, "hst"));
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramLogFileSize, 256, NULL));
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramRecovery, 0, recovery));
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramNoInformationEvent, 1, NULL));
    return instance;
}

/* A history of visits as browsers keep it, by a program that keeps it open. */
static void make_history(JET_SESID session, JET_DBID database)
{
    JET_COLUMNCREATE_A columns[] = {
        { .cbStruct = sizeof(*columns),
          .szColumnName = "EntryId",
          .coltyp = JET_coltypLongLong,
          .grbit = JET_bitColumnAutoincrement | JET_bitColumnFixed },
        { .cbStruct = sizeof(*columns), .szColumnName = "AccessedTime", .coltyp = JET_coltypLongLong },
        { .cbStruct = sizeof(*columns), .szColumnName = "IsDeleted", .coltyp = JET_coltypBit },
        { .cbStruct = sizeof(*columns), .szColumnName = "Guid", .coltyp = JET_coltypGUID },
        { .cbStruct = sizeof(*columns),
          .szColumnName = "Url",
          .coltyp = JET_coltypLongText,
          .cp = 1200,
          .grbit = JET_bitColumnTagged },
    };
    JET_INDEXCREATE_A indexes[] = {
        { .cbStruct = sizeof(*indexes),
          .szIndexName = "primary",
          .szKey = "+EntryId\0",
          .cbKey = 10,
          .grbit = JET_bitIndexPrimary,
          .ulDensity = 80 },
        { .cbStruct = sizeof(*indexes),
          .szIndexName = "ByTime",
          .szKey = "-AccessedTime\0",
          .cbKey = 15,
          .grbit = JET_bitIndexIgnoreAnyNull,
          .ulDensity = 80 },
        { .cbStruct = sizeof(*indexes),
          .szIndexName = "ByUrl",
          .szKey = "+Url\0",
          .cbKey = 6,
          .grbit = JET_bitIndexIgnoreAnyNull,
          .lcid = 1033,
          .ulDensity = 80 },
    };
    JET_TABLECREATE_A definition = {
        .cbStruct = sizeof(definition),
        .szTableName = "Container_1",
        .ulPages = 2,
        .ulDensity = 80,
        .rgcolumncreate = columns,
        .cColumns = 5,
        .rgindexcreate = indexes,
        .cIndexes = 3,
    };
    JET_TABLEID table;

    assert_ok(JetBeginTransaction(session));
    assert_ok(JetCreateTableColumnIndexA(session, database, &definition));
    table = definition.tableid;
    for (int i = 0; i < ROWS; i++)
    {
        char text[URL_SIZE];
        uint8_t guid[16] = { (uint8_t)i, 0, 0, 0, 0, 0, 0, 0, 0, 0, (uint8_t)(i >> 8) }, deleted = i % 5 ? 0 : 0xff;
        int64_t time = 131000000000000000 + i / 2;
        WCHAR *url;

        snprintf(text, sizeof(text), "https://example.org/%03d/%.*s", i * 7 % ROWS, i % 200,
                 "........................................................................................"
                 "........................................................................................"
                 "........................................................................................");
        url = test_wide(text);
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, columns[1].columnid, &time, sizeof(time), 0, NULL));
        assert_ok(JetSetColumn(session, table, columns[2].columnid, &deleted, sizeof(deleted), 0, NULL));
        assert_ok(JetSetColumn(session, table, columns[3].columnid, guid, sizeof(guid), 0, NULL));
        assert_ok(JetSetColumn(session, table, columns[4].columnid, url, (uint32_t)(strlen(text) + 1) * 2, 0, NULL));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetCloseTable(session, table));
}

/* Reads the whole table through lists of its columns and by each of its indexes. */
static void read_history(JET_SESID session, const char *path)
{
    static const char *const indexes[] = { "primary", "ByTime", "ByUrl" };
    JET_COLUMNLIST list = { .cbStruct = sizeof(list) };
    JET_COLUMNID url = 0;
    JET_TABLEID table;
    JET_DBID database;
    JET_ERR err;
    int columns = 0;

    assert_ok(JetOpenDatabaseA(session, path, NULL, &database, JET_bitDbReadOnly));
    assert_err(JetOpenTableA(session, database, "Container_2", NULL, 0, JET_bitTableReadOnly, &table),
               JET_errObjectNotFound);
    assert_ok(JetOpenTableA(session, database, "container_1", NULL, 0, JET_bitTableReadOnly, &table));
    assert_ok(JetGetTableColumnInfoA(session, table, NULL, &list, sizeof(list), JET_ColInfoList));
    for (err = JetMove(session, list.tableid, JET_MoveFirst, 0); !err;
         err = JetMove(session, list.tableid, JET_MoveNext, 0))
    {
        JET_COLUMNBASE_A base = { .cbStruct = sizeof(base) };
        JET_COLUMNDEF definition = { .cbStruct = sizeof(definition) };
        JET_COLUMNID id;
        uint32_t type;
        char name[65];
        JET_RETRIEVECOLUMN asked[] = {
            { .columnid = list.columnidcolumnname, .pvData = name, .cbData = 64, .itagSequence = 1 },
            { .columnid = list.columnidcolumnid, .pvData = &id, .cbData = sizeof(id), .itagSequence = 1 },
            { .columnid = list.columnidcoltyp, .pvData = &type, .cbData = sizeof(type), .itagSequence = 1 },
        };

        assert_ok(JetRetrieveColumns(session, list.tableid, asked, 3));
        name[asked[0].cbActual] = 0;
        assert_ok(JetGetTableColumnInfoA(session, table, name, &base, sizeof(base), JET_ColInfoBase));
        assert_int_equal(base.columnid, id);
        assert_int_equal(base.coltyp, type);
        assert_string_equal(base.szBaseTableName, "Container_1");
        assert_string_equal(base.szBaseColumnName, name);
        assert_ok(
            JetGetColumnInfoA(session, database, "Container_1", name, &definition, sizeof(definition), JET_ColInfo));
        assert_int_equal(definition.columnid, id);
        if (!strcmp(name, "Url"))
            url = id;
        columns++;
    }
    assert_err(err, JET_errNoCurrentRecord);
    assert_int_equal(columns, 5);
    assert_ok(JetCloseTable(session, list.tableid));

    for (size_t i = 0; i < sizeof(indexes) / sizeof(*indexes); i++)
    {
        JET_ULONG counted;
        JET_ULONG size;
        int rows = 0, short_answers = 0;

        assert_ok(JetSetCurrentIndexA(session, table, indexes[i]));
        assert_ok(JetMove(session, table, JET_MoveFirst, 0));
        assert_ok(JetIndexRecordCount(session, table, &counted, 0));
        assert_int_equal(counted, ROWS);
        for (err = JET_errSuccess; !err; err = JetMove(session, table, JET_MoveNext, 0))
        {
            WCHAR text[URL_SIZE];

            /* The size first, then as much as fits, then all. */
            assert_err(JetRetrieveColumn(session, table, url, NULL, 0, &size, 0, NULL), JET_wrnBufferTruncated);
            assert_err(JetRetrieveColumn(session, table, url, text, 40, NULL, 0, NULL), JET_wrnBufferTruncated);
            assert_ok(JetRetrieveColumn(session, table, url, text, sizeof(text), &size, 0, NULL));
            assert_int_equal(text[0], 'h');
            assert_int_equal(text[size / 2 - 1], 0);
            short_answers += size < 100;
            rows++;
        }
        assert_err(err, JET_errNoCurrentRecord);
        assert_int_equal(rows, ROWS);
        assert_true(short_answers > 0 && short_answers < ROWS);
    }
    assert_err(JetPrepareUpdate(session, table, JET_prepInsert), JET_errPermissionDenied);
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCloseDatabase(session, database, 0));
}

static void copy_if_there(const char *name)
{
    if (test_file_exists(test_file_in("browser", name)))
        test_file_copy(test_file_in("browser", name), test_file_in("dirty", name));
}

/* The program whose database it is makes it, and does not shut it down at first. */
static int setup(void **state)
{
    JET_INSTANCE instance = instance_of("browser", test_folder("browser"), "on", PAGE);
    JET_SESID session;
    JET_DBID database;

    (void)state;
    assert_ok(JetInit(&instance));
    assert_ok(JetBeginSessionA(instance, &session, NULL, NULL));
    assert_ok(JetCreateDatabaseA(session, test_file_in("browser", "history.dat"), NULL, &database, 0));
    make_history(session, database);
    assert_ok(JetCloseDatabase(session, database, 0));
    assert_ok(JetEndSession(session, 0));
    assert_err(JetTerm2(instance, JET_bitTermDirty), JET_errDirtyShutdown);
    test_folder("dirty");
    copy_if_there("history.dat");
    copy_if_there("hst.chk");
    copy_if_there("hst.log");
    for (int i = 1; i < 40; i++)
    {
        char name[40];
        snprintf(name, sizeof(name), "hst%05X.log", i);
        copy_if_there(name);
    }
    instance = instance_of("browser", test_folder("browser"), "on", PAGE);
    assert_ok(JetInit(&instance));
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
    test_folder("clean");
    test_file_copy(test_file_in("browser", "history.dat"), test_file_in("clean", "history.dat"));
    return 0;
}

static void an_importer_reads_another_programs_database(void **state)
{
    const char *path = test_file_in("clean", "history.dat");
    JET_INSTANCE instance = 0;
    JET_ULONG page_size = 0;
    JET_API_PTR code = (JET_API_PTR)JET_errDatabaseDirtyShutdown;
    JET_DBINFOMISC misc;
    JET_SESID session;
    JET_DBID database;
    char text[300];

    (void)state;
    assert_ok(JetGetDatabaseFileInfoA(path, &page_size, sizeof(page_size), JET_DbInfoPageSize));
    assert_int_equal(page_size, PAGE);
    assert_ok(JetGetDatabaseFileInfoA(path, &misc, sizeof(misc), JET_DbInfoMisc));
    assert_int_equal(misc.dbstate, JET_dbstateCleanShutdown);
    assert_ok(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramDatabasePageSize, page_size, NULL));
    assert_ok(JetCreateInstanceA(&instance, "importer"));
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramRecovery, 0, "Off"));
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramTempPath, 0, test_folder("importer")));
    assert_ok(JetInit(&instance));
    assert_ok(JetBeginSessionA(instance, &session, NULL, NULL));
    assert_err(JetOpenDatabaseA(session, path, NULL, &database, JET_bitDbReadOnly), JET_errDatabaseNotFound);
    assert_ok(JetAttachDatabase2A(session, path, 0, JET_bitDbReadOnly));
    assert_err(JetAttachDatabaseA(session, path, JET_bitDbReadOnly), JET_wrnDatabaseAttached);
    /* The documentation has JET_wrnFileOpenReadOnly here, which the reference keeps to itself. */
    assert_ok(JetOpenDatabaseA(session, path, NULL, &database, 0));
    assert_ok(JetCloseDatabase(session, database, 0));
    read_history(session, path);
    assert_ok(JetGetSystemParameterA(instance, session, JET_paramErrorToString, &code, text, sizeof(text)));
    assert_non_null(strstr(text, "JET_errDatabaseDirtyShutdown"));
    assert_ok(JetDetachDatabaseA(session, path));
    assert_err(JetAttachDatabaseA(session, test_file_in("dirty", "history.dat"), JET_bitDbReadOnly),
               JET_errDatabaseDirtyShutdown);
    assert_err(JetAttachDatabaseA(session, test_file_in("dirty", "history.dat"), 0), JET_errDatabaseDirtyShutdown);
    assert_err(JetAttachDatabaseA(session, test_file_in("dirty", "absent.dat"), 0), JET_errFileNotFound);
    /* Closed with the session. */
    assert_ok(JetEndSession(session, JET_bitForceSessionClosed));
    assert_ok(JetTerm(instance));
}

static void a_copy_that_was_not_shut_down_is_recovered_by_its_log(void **state)
{
    const char *path = test_file_in("dirty", "history.dat");
    JET_INSTANCE instance = instance_of("importer", test_folder("dirty"), "On", PAGE);
    JET_DBINFOMISC misc;
    JET_SESID session;

    (void)state;
    assert_ok(JetGetDatabaseFileInfoA(path, &misc, sizeof(misc), JET_DbInfoMisc));
    assert_int_equal(misc.dbstate, JET_dbstateDirtyShutdown);
    /* The log names the database where it was made, which is there, and newer than the log. */
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramAlternateDatabaseRecoveryPath, 0,
                                     test_folder("dirty")));
    assert_ok(JetInit(&instance));
    assert_ok(JetBeginSessionA(instance, &session, NULL, NULL));
    assert_ok(JetAttachDatabaseA(session, path, JET_bitDbReadOnly));
    read_history(session, path);
    assert_ok(JetEndSession(session, 0));
    assert_ok(JetTerm(instance));
    assert_ok(JetGetDatabaseFileInfoA(path, &misc, sizeof(misc), JET_DbInfoMisc));
    assert_int_equal(misc.dbstate, JET_dbstateCleanShutdown);
}

/* Each way to write a folder gives the same files; a path without separator at its end is one, too. */
static void paths_are_what_programs_write(void **state)
{
#ifdef _WIN32
    static const char *const ways[] = { "ways",     "ways\\",           ".\\ways\\", "ways/",
                                        "ways\\\\", "ways\\..\\ways\\", "full",      "long" };
#else
    static const char *const ways[] = { "ways", "ways/", "./ways/", "ways//", "ways/../ways/", "full" };
#endif
    char folder[1040], database_path[1200];

    (void)state;
    test_folder("ways");
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
    {
        JET_INSTANCE instance;
        JET_SESID session;
        JET_DBID database;
        char answer[1200];
        bool full = !strcmp(ways[i], "full") || !strcmp(ways[i], "long");

        snprintf(folder, sizeof(folder), "%s", ways[i]);
        if (!strcmp(ways[i], "full"))
            snprintf(folder, sizeof(folder), "%s", test_folder("ways"));
        if (!strcmp(ways[i], "long"))
            snprintf(folder, sizeof(folder), "\\\\?\\%s", test_folder("ways"));
        instance = instance_of("ways", folder, "on", PAGE);
        snprintf(database_path, sizeof(database_path), "%s%sways.edb", folder,
                 folder[strlen(folder) - 1] == '\\' || folder[strlen(folder) - 1] == '/' ? "" : "/");
        assert_ok(JetInit(&instance));
        assert_ok(JetGetSystemParameterA(instance, JET_sesidNil, JET_paramSystemPath, NULL, answer, sizeof(answer)));
        assert_string_equal(answer, full ? folder : test_folder("ways"));
        assert_true(test_file_exists(test_file_in("ways", "hst.log")));
        assert_ok(JetBeginSessionA(instance, &session, NULL, NULL));
        if (!i)
        {
            assert_ok(JetCreateDatabaseA(session, database_path, NULL, &database, 0));
            assert_ok(JetCloseDatabase(session, database, 0));
        }
        assert_err(JetAttachDatabaseA(session, database_path, 0), i ? JET_errSuccess : JET_wrnDatabaseAttached);
        /* A name is compared as it is completed. */
        snprintf(answer, sizeof(answer), "%sways.edb", full ? folder : test_folder("ways"));
        assert_err(JetAttachDatabaseA(session, answer, 0), JET_wrnDatabaseAttached);
        assert_ok(JetOpenDatabaseA(session, answer, NULL, &database, 0));
        assert_ok(JetGetDatabaseInfoA(session, database, database_path, sizeof(database_path), JET_DbInfoFilename));
        assert_string_equal(database_path, answer);
        assert_ok(JetCloseDatabase(session, database, 0));
        assert_ok(JetDetachDatabaseA(session, NULL));
        assert_ok(JetEndSession(session, 0));
        assert_ok(JetTerm(instance));
        assert_true(test_file_exists(test_file_in("ways", "ways.edb")));
    }
}

/* Where there was a log before, and sessions that committed to it. */
static void a_table_is_made_without_a_log_after_others_with_one(void **state)
{
    for (int i = 0; i < 3; i++)
    {
        JET_INSTANCE instance = instance_of("maker", test_folder("maker"), i % 2 ? "off" : "on", PAGE);
        JET_SESID session;
        JET_DBID database;
        JET_TABLEID table;

        (void)state;
        assert_ok(JetInit(&instance));
        assert_ok(JetBeginSessionA(instance, &session, NULL, NULL));
        assert_ok(JetCreateDatabaseA(session,
                                     test_file_in("maker", i % 2 ? "off.edb"
                                                           : i   ? "2.edb"
                                                                 : "0.edb"),
                                     NULL, &database, 0));
        assert_ok(JetCreateTableA(session, database, "table", 1, 90, &table));
        test_column(session, table, "column", JET_coltypLong, 0);
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
        assert_ok(JetMove(session, table, JET_MoveFirst, 0));
        assert_ok(JetDelete(session, table));
        assert_ok(JetCloseTable(session, table));
        assert_ok(JetCloseDatabase(session, database, 0));
        assert_ok(JetEndSession(session, 0));
        assert_ok(JetTerm(instance));
    }
}

#ifdef _WIN32
static void let_go(void *handle)
{
    test_sleep(300);
    CloseHandle((HANDLE)handle);
}

/* Another program, such as one that looks for viruses, holds the file for a moment. */
static void a_file_that_is_held_for_a_moment_is_waited_for(void **state)
{
    const char *path = test_file_in("clean", "history.dat");
    JET_INSTANCE instance = instance_of("patient", test_folder("patient"), "off", PAGE);
    struct test_thread *thread;
    JET_SESID session;
    HANDLE handle;

    (void)state;
    assert_ok(JetInit(&instance));
    assert_ok(JetBeginSessionA(instance, &session, NULL, NULL));
    handle = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    assert_ptr_not_equal(handle, INVALID_HANDLE_VALUE);
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramAccessDeniedRetryPeriod, 0, NULL));
    assert_err(JetAttachDatabaseA(session, path, 0), JET_errFileAccessDenied);
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramAccessDeniedRetryPeriod, 10000, NULL));
    thread = test_thread_start(let_go, handle);
    assert_ok(JetAttachDatabaseA(session, path, 0));
    test_thread_join(thread);
    assert_ok(JetDetachDatabaseA(session, path));
    assert_ok(JetEndSession(session, 0));
    assert_ok(JetTerm(instance));
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_importer_reads_another_programs_database),
        cmocka_unit_test(a_copy_that_was_not_shut_down_is_recovered_by_its_log),
        cmocka_unit_test(paths_are_what_programs_write),
        cmocka_unit_test(a_table_is_made_without_a_log_after_others_with_one),
#ifdef _WIN32
        cmocka_unit_test(a_file_that_is_held_for_a_moment_is_waited_for),
#endif
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
