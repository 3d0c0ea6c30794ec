/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Backup and restore by the calls without an instance, of programs that have one only. */
#include "support.h"

#define PAGE 4096u

static _Alignas(4096) unsigned char buffer[16 * PAGE];
static char folder[300], path[320], set[300], copy[300], target[300];
static JET_LOGINFO_A logs_of_set;

static void prepare(const char *where)
{
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramSystemPath, 0, where));
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramLogFilePath, 0, where));
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramTempPath, 0, where));
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramRecovery, 0, "on"));
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramCircularLog, 0, NULL));
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramLogFileSize, 128, NULL));
}

static void insert(JET_SESID session, JET_DBID database, unsigned count)
{
    JET_TABLEID table;

    assert_ok(JetOpenTableA(session, database, "rows", NULL, 0, 0, &table));
    for (unsigned i = 0; i < count; i++)
    {
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    assert_ok(JetCloseTable(session, table));
}

static unsigned rows_in(const char *database_path)
{
    JET_INSTANCE instance = 0;
    JET_SESID session;
    JET_DBID database;
    JET_TABLEID table;
    unsigned count = 0;
    JET_ERR err;

    assert_ok(JetInit(&instance));
    assert_ok(JetBeginSessionA(instance, &session, NULL, NULL));
    assert_true(JetAttachDatabaseA(session, database_path, 0) >= 0);
    assert_ok(JetOpenDatabaseA(session, database_path, NULL, &database, 0));
    assert_ok(JetOpenTableA(session, database, "rows", NULL, 0, 0, &table));
    for (err = JetMove(session, table, JET_MoveFirst, 0); err >= 0; err = JetMove(session, table, JET_MoveNext, 0))
        count++;
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCloseDatabase(session, database, 0));
    assert_ok(JetDetachDatabaseA(session, database_path));
    assert_ok(JetTerm(instance));
    return count;
}

static void save(const char *from, const char *to)
{
    JET_ULONG low, high, actual;
    uint64_t done = 0, size;
    JET_HANDLE file;
    FILE *out = fopen(to, "wb");

    assert_non_null(out);
    assert_ok(JetOpenFileA(from, &file, &low, &high));
    size = (uint64_t)high << 32 | low;
    assert_true(size > 0);
    while (done < size)
    {
        assert_ok(JetReadFile(file, buffer, sizeof(buffer), &actual));
        assert_true(actual > 0);
        assert_int_equal(fwrite(buffer, 1, actual, out), actual);
        done += actual;
    }
    assert_int_equal(done, size);
    assert_ok(JetCloseFile(file));
    assert_err(JetReadFile(file, buffer, sizeof(buffer), &actual), JET_errInvalidParameter);
    fclose(out);
}

/* Before there is an instance, and in what order. */
static void out_of_order(void **state)
{
    JET_HANDLE file;
    JET_ULONG low, high, actual;
    char list[100];

    (void)state;
    assert_err(JetBeginExternalBackup(0), JET_errInvalidParameter);
    assert_err(JetGetAttachInfoA(list, sizeof(list), &actual), JET_errInvalidParameter);
    assert_err(JetOpenFileA("x", &file, &low, &high), JET_errInvalidParameter);
    assert_err(JetGetLogInfoA(list, sizeof(list), &actual), JET_errInvalidParameter);
    assert_err(JetTruncateLog(), JET_errInvalidParameter);
    assert_err(JetEndExternalBackup(), JET_errInvalidParameter);
}

static void streamed(void **state)
{
    static char list[65536];
    static WCHAR wide[4096];
    JET_INSTANCE instance = 0;
    JET_SESID session;
    JET_DBID database;
    JET_TABLEID table;
    JET_HANDLE file;
    JET_ULONG actual, low, high, first = 0xffffffff, last = 0;
    char to[900];

    (void)state;
    prepare(folder);
    assert_ok(JetInit(&instance));
    assert_ok(JetBeginSessionA(instance, &session, NULL, NULL));
    assert_ok(JetCreateDatabaseA(session, path, NULL, &database, 0));
    assert_ok(JetCreateTableA(session, database, "rows", 1, 80, &table));
    assert_ok(JetCloseTable(session, table));
    insert(session, database, 3000);

    assert_err(JetGetLogInfoA(list, sizeof(list), &actual), JET_errNoBackup);
    assert_ok(JetBeginExternalBackup(0));
    assert_err(JetBeginExternalBackup(0), JET_errBackupInProgress);
    assert_err(JetGetAttachInfoA(list, 3, &actual), JET_errBufferTooSmall);
    assert_ok(JetGetAttachInfoA(list, sizeof(list), &actual));
    assert_int_equal(actual, strlen(path) + 2);
    assert_memory_equal(list, path, strlen(path) + 1);
    assert_ok(JetGetAttachInfoW(wide, sizeof(wide), &actual));
    assert_int_equal(actual, (strlen(path) + 2) * sizeof(WCHAR));
    assert_err(JetOpenFileA("nothing.edb", &file, &low, &high), JET_errDatabaseNotFound);
    snprintf(to, sizeof(to), "%sback.edb", set);
    save(list, to);
    insert(session, database, 10);
    assert_ok(JetGetLogInfoW(wide, sizeof(wide), &actual));
    assert_ok(JetGetLogInfoA(list, sizeof(list), &actual));
    for (const char *log = list; *log; log += strlen(log) + 1)
    {
        const char *name = test_file_name(log);
        unsigned generation = (unsigned)strtoul(name + 3, NULL, 16);

        snprintf(to, sizeof(to), "%s%.60s", set, name);
        save(log, to);
        if (generation < first)
            first = generation;
        if (generation > last)
            last = generation;
    }
    assert_true(first <= last);
    assert_ok(JetTruncateLog());
    assert_ok(JetEndExternalBackup());
    assert_err(JetEndExternalBackup(), JET_errNoBackup);
    logs_of_set = (JET_LOGINFO_A){ sizeof(logs_of_set), first, last, "edb" };
    insert(session, database, 100);
    assert_ok(JetBackupA(copy, 0, NULL));
    insert(session, database, 1000);
    assert_ok(JetCloseDatabase(session, database, 0));
    assert_ok(JetTerm(instance));
}

static void restored(void **state)
{
    char name[320];

    (void)state;
    /* Elsewhere: what the backup had. */
    prepare(target);
    assert_ok(JetRestore2A(copy, target, NULL));
    snprintf(name, sizeof(name), "%sdata.edb", target);
    assert_int_equal(rows_in(name), 3110);
    /* Where it was: with what the logs there have besides. */
    prepare(folder);
    assert_int_equal(remove(path), 0);
    assert_ok(JetRestoreA(copy, NULL));
    assert_int_equal(rows_in(path), 4110);
}

static void restored_from_a_stream(void **state)
{
    char from[320], to[300];
    JET_RSTMAP_A map = { path, from };
    JET_LOGINFO_A info = logs_of_set;

    (void)state;
    snprintf(from, sizeof(from), "%sback.edb", set);
    snprintf(to, sizeof(to), "%s", test_folder("target2"));
    info.cbSize--;
    assert_err(JetExternalRestore2A(to, to, &map, 1, set, &info, NULL, NULL, NULL, NULL), JET_errInvalidParameter);
    info.cbSize++;
    assert_err(JetExternalRestore2A(to, to, &map, 1, set, &info, NULL, to, NULL, NULL), JET_errInvalidParameter);
    assert_err(JetExternalRestore2A(to, to, &map, 1, set, &info, (char *)"none", NULL, NULL, NULL),
               JET_errBadRestoreTargetInstance);
    assert_ok(JetExternalRestore2A(to, to, &map, 1, set, &info, NULL, NULL, NULL, NULL));
    prepare(to);
    assert_int_equal(rows_in(from), 3010);
}

static void told_first(void **state)
{
    JET_RSTMAP_A map = { path, path };
    JET_INSTANCE instance = 0;

    (void)state;
    assert_err(JetExternalRestoreA(folder, folder, &map, 0, set, 1, 1, NULL), JET_errInvalidParameter);
    assert_err(JetExternalRestoreA(folder, folder, NULL, 1, set, 1, 1, NULL), JET_errInvalidParameter);
    prepare(folder);
    assert_ok(JetInit(&instance));
    assert_err(JetExternalRestoreA(folder, folder, NULL, 1, set, 1, 1, NULL), JET_errInvalidParameter);
    assert_err(JetExternalRestoreA(folder, folder, &map, 1, set, 2, 1, NULL), JET_errRunningInOneInstanceMode);
    assert_err(JetExternalRestoreW(NULL, NULL, NULL, 1, NULL, 1, 1, NULL), JET_errRunningInOneInstanceMode);
    assert_ok(JetTerm(instance));
}

static int start(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "%s", test_folder("source"));
    snprintf(path, sizeof(path), "%.290sdata.edb", folder);
    snprintf(set, sizeof(set), "%s", test_folder("set"));
    snprintf(copy, sizeof(copy), "%s", test_folder("copy"));
    snprintf(target, sizeof(target), "%s", test_folder("target"));
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out_of_order),           cmocka_unit_test(streamed),   cmocka_unit_test(restored),
        cmocka_unit_test(restored_from_a_stream), cmocka_unit_test(told_first),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
