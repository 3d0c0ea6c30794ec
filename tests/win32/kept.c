/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JET_bitKeepDbAttachedAtEndOfRecovery: databases that recovery leaves attached, and what comes of them. */
#include "log_layout.h"
#include "support.h"

#define LOG_KB    128
#define REATTACH  72u
#define QUIT_KEEP 80u

static const char *folder;
static JET_INSTANCE instance;
static JET_SESID sesid;

static JET_ERR start(JET_GRBIT grbit)
{
    JET_ERR err;

    instance = test_instance_unstarted(folder, "on");
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramLogFileSize, LOG_KB, NULL));
    err = JetInit2(&instance, grbit);
    if (err >= 0)
        sesid = test_session(instance);
    return err;
}

static void die(void)
{
    (void)JetTerm2(instance, JET_bitTermAbrupt | JET_bitTermDirty);
}

static void end(void)
{
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
}

static JET_TABLEID open_table(const char *path, JET_COLUMNID *column)
{
    JET_COLUMNDEF definition;
    JET_TABLEID table;
    JET_DBID dbid;

    assert_ok(JetOpenDatabaseA(sesid, path, NULL, &dbid, 0));
    assert_ok(JetOpenTableA(sesid, dbid, "t", NULL, 0, 0, &table));
    assert_ok(JetGetTableColumnInfoA(sesid, table, "v", &definition, sizeof(definition), JET_ColInfo));
    *column = definition.columnid;
    return table;
}

/* A value of `size` bytes in a record of its own. */
static void insert_one(JET_TABLEID table, JET_COLUMNID column, unsigned size)
{
    static char value[4000];

    assert_true(size <= sizeof(value));
    memset(value, 'v', sizeof(value));
    assert_ok(JetPrepareUpdate(sesid, table, JET_prepInsert));
    assert_ok(JetSetColumn(sesid, table, column, value, size, 0, NULL));
    assert_ok(JetUpdate(sesid, table, NULL, 0, NULL));
}

static void insert(const char *path, unsigned count)
{
    JET_COLUMNID column;
    JET_TABLEID table = open_table(path, &column);

    for (unsigned i = 0; i < count; i++)
    {
        assert_ok(JetBeginTransaction(sesid));
        insert_one(table, column, 1000);
        assert_ok(JetCommitTransaction(sesid, 0));
    }
    assert_ok(JetCloseTable(sesid, table));
}

/* A record of a transaction that is never committed, in a log that is on disk. */
static void insert_open(const char *path)
{
    JET_COLUMNID column;
    JET_TABLEID table = open_table(path, &column);

    assert_ok(JetBeginTransaction(sesid));
    insert_one(table, column, 1000);
    assert_ok(JetCommitTransaction(sesid, JET_bitWaitAllLevel0Commit));
}

static void create(const char *path)
{
    JET_TABLEID table;
    JET_DBID dbid;

    assert_ok(JetCreateDatabaseA(sesid, path, NULL, &dbid, 0));
    assert_ok(JetCreateTableA(sesid, dbid, "t", 1, 80, &table));
    test_column(sesid, table, "v", JET_coltypLongBinary, 0);
    assert_ok(JetCloseTable(sesid, table));
}

static unsigned count(const char *path)
{
    JET_COLUMNID column;
    JET_TABLEID table = open_table(path, &column);
    unsigned found = 0;

    for (JET_ERR err = JetMove(sesid, table, JET_MoveFirst, 0); err >= 0; err = JetMove(sesid, table, 1, 0))
        found++;
    assert_ok(JetCloseTable(sesid, table));
    return found;
}

static JET_DBINFOMISC7 header_of(const char *path)
{
    JET_DBINFOMISC7 info;

    assert_ok(JetGetDatabaseFileInfoA(path, &info, sizeof(info), JET_DbInfoMisc));
    return info;
}

static bool reattached(const char *path)
{
    JET_DBINFOMISC7 info = header_of(path);

    return info.lgposLastReAttach.lGeneration != 0 && info.logtimeLastReAttach.bYear != 0;
}

/* What it was in the end, without being kept. */
static void holds(const char *path, unsigned records)
{
    assert_ok(start(0));
    assert_ok(JetAttachDatabaseA(sesid, path, 0));
    assert_int_equal(count(path), records);
    end();
    assert_int_equal(header_of(path).dbstate, JET_dbstateCleanShutdown);
}

/* Every record of the log is as it must be; how many there are of the two types. */
static void check_log(unsigned reattaches, unsigned quits)
{
    struct layout_log *log = layout_new(4096);
    char name[64];
    bool last = false;

    assert_non_null(log);
    for (uint32_t generation = 1; !last; generation++)
    {
        size_t size;
        uint8_t *bytes;

        snprintf(name, sizeof(name), "%s/edb%05X.log", folder, (unsigned)generation);
        last = !test_file_exists(test_file(name));
        if (last)
            snprintf(name, sizeof(name), "%s/edb.log", folder);
        bytes = test_file_read(test_file(name), &size);
        assert_non_null(bytes);
        if (!layout_generation(log, bytes, size, generation))
            fail_msg("%s", log->wrong);
        free(bytes);
    }
    assert_int_equal(log->seen[REATTACH], reattaches);
    assert_int_equal(log->seen[QUIT_KEEP], quits);
    layout_free(log);
}

/* A crash with `records` committed in a database, and one that is not. */
static void crash(const char *path, unsigned records)
{
    assert_ok(start(0));
    create(path);
    insert(path, records);
    insert_open(path);
    die();
}

static JET_ULONG backed_up(void)
{
    JET_ULONG size = 0;

    assert_ok(JetBeginExternalBackupInstance(instance, 0));
    assert_ok(JetGetAttachInfoInstanceA(instance, NULL, 0, &size));
    assert_ok(JetEndExternalBackupInstance(instance));
    return size;
}

static unsigned listed(void)
{
    JET_INSTANCE_INFO_A *infos;
    JET_ULONG instances;
    unsigned databases;

    assert_ok(JetGetInstanceInfoA(&instances, &infos));
    assert_int_equal(instances, 1);
    databases = (unsigned)infos->cDatabases;
    assert_ok(JetFreeBuffer((char *)infos));
    return databases;
}

/* ----------------------------------------------------------------- attaching --- */

static void attaches(void **state)
{
    const char *path = test_file_kept("attaches.edb");
    JET_DBID dbid;

    (void)state;
    folder = "attaches";
    crash(path, 20);
    assert_ok(start(JET_bitKeepDbAttachedAtEndOfRecovery));
    /* it is there, but for nobody */
    assert_err(JetOpenDatabaseA(sesid, path, NULL, &dbid, 0), JET_errDatabaseAttachedForRecovery);
    assert_int_equal(dbid, JET_dbidNil);
    assert_err(JetCreateDatabaseA(sesid, path, NULL, &dbid, 0), JET_errDatabaseDuplicate);
    assert_int_equal(listed(), 1);
    assert_int_equal(backed_up(), 1); /* the list that is empty */
    assert_ok(JetBeginExternalBackupInstance(instance, 0));
    assert_err(JetAttachDatabaseA(sesid, path, 0), JET_errBackupInProgress);
    assert_ok(JetEndExternalBackupInstance(instance));
    assert_ok(JetAttachDatabaseA(sesid, path, 0));
    assert_true(reattached(path));
    assert_int_equal(header_of(path).dbstate, JET_dbstateDirtyShutdown);
    assert_err(JetAttachDatabaseA(sesid, path, 0), JET_wrnDatabaseAttached);
    assert_true(backed_up() > 1);
    assert_int_equal(count(path), 20);
    insert(path, 5);
    end();
    assert_int_equal(header_of(path).dbstate, JET_dbstateCleanShutdown);
    check_log(1, 1);
    /* an ordinary attachment forgets it */
    assert_ok(start(0));
    assert_ok(JetAttachDatabaseA(sesid, path, 0));
    assert_false(reattached(path));
    assert_int_equal(count(path), 25);
    end();
}

/* Nobody attaches it: it is closed when the instance ends, or when it is detached. */
static void closes(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 3; round++)
    {
        static const char *const folders[] = { "closes0", "closes1", "closes2" };
        char name[32];
        const char *path;

        folder = folders[round];
        snprintf(name, sizeof(name), "%s.edb", folder);
        path = test_file_kept(name);
        crash(path, 20);
        assert_ok(start(JET_bitKeepDbAttachedAtEndOfRecovery));
        if (round)
        {
            assert_ok(JetDetachDatabaseA(sesid, round == 1 ? path : NULL));
            assert_int_equal(header_of(path).dbstate, JET_dbstateCleanShutdown);
            assert_int_equal(listed(), 0);
        }
        if (round == 2)
            die();
        else
            end();
        holds(path, 20);
        check_log(0, 1);
    }
}

/* Without a crash there is nothing to keep. */
static void nothing(void **state)
{
    const char *path = test_file_kept("nothing.edb");
    JET_DBID dbid;

    (void)state;
    folder = "nothing";
    assert_ok(start(0));
    create(path);
    end();
    assert_ok(start(JET_bitKeepDbAttachedAtEndOfRecovery));
    assert_err(JetOpenDatabaseA(sesid, path, NULL, &dbid, 0), JET_errDatabaseNotFound);
    assert_int_equal(listed(), 0);
    die();
    /* redo has something to do, but no database */
    remove(test_file("nothing/edb.chk"));
    assert_ok(start(JET_bitKeepDbAttachedAtEndOfRecovery));
    assert_int_equal(listed(), 0);
    end();
    check_log(0, 1);
    holds(path, 0);
}

/* ------------------------------------------------------------------- crashes --- */

/* Takes the segments off the end of the log that begin with the record of a new instance. */
static void forget_instance(void)
{
    char name[64];
    size_t size;
    uint8_t *bytes;
    unsigned forgotten = 0;

    snprintf(name, sizeof(name), "%s/edb.log", folder);
    bytes = test_file_read(test_file(name), &size);
    assert_non_null(bytes);
    for (size_t at = size - 4096; at >= 4096 && (!bytes[at + 40] || bytes[at + 40] == 49); at -= 4096)
    {
        forgotten += bytes[at + 40] == 49;
        memset(bytes + at, 0, 4096);
    }
    assert_int_equal(forgotten, 1);
    test_file_write(test_file(name), bytes, size);
    free(bytes);
}

/* A crash as soon as it was kept: where nothing came behind, it still is, however the next one starts. */
static void crashes_at_once(void **state)
{
    const char *path = test_file_kept("at_once.edb");
    JET_DBID dbid;

    (void)state;
    folder = "at_once";
    crash(path, 20);
    for (unsigned round = 0; round < 5; round++)
    {
        assert_ok(start(round % 2 ? 0 : JET_bitKeepDbAttachedAtEndOfRecovery));
        assert_err(JetOpenDatabaseA(sesid, path, NULL, &dbid, 0), JET_errDatabaseAttachedForRecovery);
        die();
        if (round < 4)
            forget_instance();
    }
    check_log(0, 1);
    /* the instance is there, and has forgotten what the one before was asked */
    assert_ok(start(0));
    assert_err(JetOpenDatabaseA(sesid, path, NULL, &dbid, 0), JET_errDatabaseNotFound);
    assert_ok(JetAttachDatabaseA(sesid, path, 0));
    assert_int_equal(count(path), 20);
    insert(path, 1);
    die();
    assert_ok(start(JET_bitKeepDbAttachedAtEndOfRecovery));
    die();
    assert_ok(start(JET_bitKeepDbAttachedAtEndOfRecovery));
    end();
    holds(path, 21);
    check_log(0, 3);
}

static void crashes_when_attached(void **state)
{
    const char *path = test_file_kept("attached.edb");

    (void)state;
    folder = "attached";
    crash(path, 20);
    for (unsigned round = 0; round < 4; round++)
    {
        assert_ok(start(JET_bitKeepDbAttachedAtEndOfRecovery));
        assert_ok(JetAttachDatabaseA(sesid, path, 0));
        assert_int_equal(count(path), 20 + 50 * round);
        insert(path, 50);
        insert_open(path);
        die();
    }
    holds(path, 220);
    check_log(4, 4);
}

/* The log goes on for generations while one of two is not attached, and another comes. */
static void others(void **state)
{
    const char *first = test_file_kept("first.edb"), *second = test_file_kept("second.edb"),
               *third = test_file_kept("third.edb");
    JET_DBID dbid;

    (void)state;
    folder = "others";
    assert_ok(start(0));
    create(first);
    create(second);
    insert(first, 30);
    insert(second, 40);
    insert_open(second);
    die();
    assert_ok(start(JET_bitKeepDbAttachedAtEndOfRecovery));
    assert_int_equal(listed(), 2);
    assert_ok(JetAttachDatabaseA(sesid, second, 0));
    create(third);
    insert(second, 400);
    insert(third, 400);
    assert_err(JetOpenDatabaseA(sesid, first, NULL, &dbid, 0), JET_errDatabaseAttachedForRecovery);
    insert_open(third);
    die();
    assert_ok(start(JET_bitKeepDbAttachedAtEndOfRecovery));
    assert_int_equal(listed(), 3);
    assert_ok(JetDetachDatabaseA(sesid, second));
    assert_ok(JetAttachDatabaseA(sesid, first, 0));
    assert_int_equal(count(first), 30);
    insert(first, 10);
    die();
    holds(first, 40);
    holds(second, 440);
    holds(third, 400);
    check_log(2, 2);
}

/* A log that does not fit, and files that are not there. */
static void refuses(void **state)
{
    const char *path = test_file_kept("refuses.edb"), *other = test_file_kept("elsewhere.edb");

    (void)state;
    folder = "refuses";
    assert_ok(start(0));
    create(path);
    end();
    assert_ok(start(0));
    assert_ok(JetAttachDatabaseA(sesid, path, 0));
    insert(path, 20);
    insert_open(path);
    die();
    instance = test_instance_unstarted(folder, "on");
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramLogFileSize, 2 * LOG_KB, NULL));
    assert_err(JetInit2(&instance, JET_bitKeepDbAttachedAtEndOfRecovery), JET_errLogFileSizeMismatch);
    assert_int_equal(header_of(path).dbstate, JET_dbstateDirtyShutdown);
    assert_int_equal(rename(path, other), 0);
    assert_err(start(JET_bitKeepDbAttachedAtEndOfRecovery), JET_errAttachedDatabaseMismatch);
    assert_ok(start(JET_bitKeepDbAttachedAtEndOfRecovery | JET_bitReplayIgnoreMissingDB));
    assert_int_equal(listed(), 0);
    die();
    assert_int_equal(rename(other, path), 0);
    holds(path, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attaches),
        cmocka_unit_test(closes),
        cmocka_unit_test(nothing),
        cmocka_unit_test(crashes_at_once),
        cmocka_unit_test(crashes_when_attached),
        cmocka_unit_test(others),
        cmocka_unit_test(refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
