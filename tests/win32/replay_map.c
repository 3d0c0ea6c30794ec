/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which file recovery takes for a database: what the map of JetInit3 says, and what the file says of itself. */
#include "support.h"

#define LOG_KB 128

static const char *folder;

static JET_INSTANCE prepare(void)
{
    JET_INSTANCE instance = test_instance_unstarted(folder, "on");

    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramLogFileSize, LOG_KB, NULL));
    return instance;
}

static JET_INSTANCE start(void)
{
    JET_INSTANCE instance = prepare();

    assert_ok(JetInit(&instance));
    return instance;
}

static void die(JET_INSTANCE instance)
{
    (void)JetTerm2(instance, JET_bitTermAbrupt | JET_bitTermDirty);
}

static void end(JET_INSTANCE instance)
{
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
}

static void insert(JET_SESID session, JET_TABLEID table, unsigned count)
{
    static const char filler[2000];

    while (count--)
    {
        assert_ok(JetBeginTransaction(session));
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, 256, filler, sizeof(filler), 0, NULL));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
        assert_ok(JetCommitTransaction(session, 0));
    }
}

/* A database with so many rows, which stays open. */
static void create(JET_SESID session, const char *path, unsigned rows)
{
    JET_TABLEID table;
    JET_DBID dbid;

    assert_ok(JetCreateDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetCreateTableA(session, dbid, "t", 1, 80, &table));
    assert_int_equal(test_column(session, table, "v", JET_coltypLongBinary, 0), 256);
    insert(session, table, rows);
}

static void add(JET_SESID session, const char *path, unsigned rows)
{
    JET_TABLEID table;
    JET_DBID dbid;

    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetOpenTableA(session, dbid, "t", NULL, 0, 0, &table));
    insert(session, table, rows);
}

static unsigned count(JET_INSTANCE instance, const char *path)
{
    JET_SESID session = test_session(instance);
    JET_TABLEID table;
    JET_DBID dbid;
    unsigned rows = 0;

    assert_ok(JetAttachDatabaseA(session, path, JET_bitDbReadOnly));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, JET_bitDbReadOnly));
    assert_ok(JetOpenTableA(session, dbid, "t", NULL, 0, 0, &table));
    for (JET_ERR err = JetMove(session, table, JET_MoveFirst, 0); err >= 0; err = JetMove(session, table, 1, 0))
        rows++;
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetDetachDatabaseA(session, path));
    return rows;
}

static JET_ERR start_with(JET_RSTMAP2_A *map, JET_LONG entries, JET_GRBIT grbit, JET_INSTANCE *instance)
{
    JET_RSTINFO2_A info = { .cbStruct = sizeof(info), .rgrstmap = map, .crstmap = entries };

    *instance = prepare();
    return JetInit4A(instance, &info, grbit);
}

static char *in_folder(const char *name)
{
    return test_file_kept(test_file_name(test_file(name)));
}

static char *log_file(const char *name)
{
    char path[80];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return test_file_kept(path);
}

static JET_ULONG state_of(const char *path)
{
    JET_DBINFOMISC7 info;

    assert_ok(JetGetDatabaseFileInfoA(path, &info, sizeof(info), JET_DbInfoMisc));
    return info.dbstate;
}

/* The bytes of both copies of a header. */
static void damage(const char *path)
{
    size_t size;
    uint8_t *file = test_file_read(path, &size);

    assert_true(size > 8192);
    file[100] ^= 1;
    file[4096 + 100] ^= 1;
    test_file_write(path, file, size);
    free(file);
}

/* --------------------------------------------------------------------- the map --- */

/* A database is known by its signature, whatever the map calls it. */
static void known_by_its_signature(void **state)
{
    char *path = in_folder("known.edb"), *moved = in_folder("known.moved");
    JET_RSTMAP2_A map = { .cbStruct = sizeof(map),
                          .szDatabaseName = in_folder("unknown.edb"),
                          .szNewDatabaseName = moved };
    JET_INSTANCE instance;

    (void)state;
    folder = "known";
    for (unsigned round = 0; round < 3; round++)
    {
        remove(path);
        test_folder(folder);
        remove(log_file("edb.log"));
        remove(log_file("edb.chk"));
        instance = start();
        create(test_session(instance), path, 5);
        die(instance);
        remove(moved);
        assert_int_equal(rename(path, moved), 0);
        if (round == 1)
            map.szDatabaseName = NULL;
        if (round == 2)
        {
            /* without the list of a header: the record that makes it says which it is */
            map.szDatabaseName = in_folder("unknown.edb");
            remove(log_file("edb.chk"));
        }
        assert_ok(start_with(&map, 1, 0, &instance));
        assert_int_equal(count(instance, moved), 5);
        assert_false(test_file_exists(path));
        end(instance);
        assert_int_equal(state_of(moved), JET_dbstateCleanShutdown);
    }
}

/* Two databases of the log cannot be in one file. */
static void two_in_one_file(void **state)
{
    char *paths[2] = { in_folder("both0.edb"), in_folder("both1.edb") };
    JET_RSTMAP2_A map[2] = { { .cbStruct = sizeof(map[0]) }, { .cbStruct = sizeof(map[0]) } };
    JET_INSTANCE instance;
    JET_SESID session;

    (void)state;
    folder = "both";
    instance = start();
    session = test_session(instance);
    create(session, paths[0], 3);
    create(session, paths[1], 4);
    die(instance);
    for (unsigned i = 0; i < 2; i++)
    {
        map[i].szDatabaseName = paths[i];
        map[i].szNewDatabaseName = paths[0];
    }
    assert_err(start_with(map, 2, 0, &instance), JET_errDatabaseDuplicate);
    map[1].szNewDatabaseName = paths[1];
    assert_ok(start_with(map, 2, 0, &instance));
    assert_int_equal(count(instance, paths[0]), 3);
    assert_int_equal(count(instance, paths[1]), 4);
    end(instance);
}

/* A file of the map that is no database is told of at once, unless it may be missing. */
static void damaged_file(void **state)
{
    char *path = in_folder("spoilt.edb"), *none = in_folder("none.edb");
    JET_RSTMAP2_A map = { .cbStruct = sizeof(map), .szDatabaseName = path, .szNewDatabaseName = path };
    JET_INSTANCE instance;

    (void)state;
    folder = "spoilt";
    end(start());
    instance = start();
    create(test_session(instance), path, 3);
    die(instance);
    damage(path);
    assert_err(start_with(&map, 1, 0, &instance), JET_errDatabaseCorrupted);
    /* one of which the log knows nothing, too */
    test_file_copy(path, none);
    map.szDatabaseName = map.szNewDatabaseName = none;
    assert_err(start_with(&map, 1, JET_bitReplayMissingMapEntryDB, &instance), JET_errDatabaseCorrupted);
    map.szDatabaseName = map.szNewDatabaseName = path;
    map.grbit = JET_bitRestoreMapIgnoreWhenMissing;
    assert_ok(start_with(&map, 1, 0, &instance));
    end(instance);
}

/* Another database where the log makes one: it stays, unless the map gives it up. */
static void overwritten(void **state)
{
    char *path = in_folder("over.edb"), *kept = in_folder("over.kept");
    JET_RSTMAP2_A map = { .cbStruct = sizeof(map), .szDatabaseName = path, .szNewDatabaseName = path };
    JET_INSTANCE instance;

    (void)state;
    folder = "other_log";
    instance = start();
    create(test_session(instance), path, 1);
    end(instance);
    assert_int_equal(rename(path, kept), 0);
    folder = "over";
    instance = start();
    create(test_session(instance), path, 6);
    die(instance);
    remove(log_file("edb.chk"));
    test_file_copy(kept, path);
    assert_err(start_with(&map, 1, 0, &instance), JET_errAttachedDatabaseMismatch);
    map.grbit = JET_bitRestoreMapFailWhenMissing;
    assert_err(start_with(&map, 1, 0, &instance), JET_errAttachedDatabaseMismatch);
    map.grbit = JET_bitRestoreMapOverwriteOnCreate;
    assert_ok(start_with(&map, 1, 0, &instance));
    assert_int_equal(count(instance, path), 6);
    end(instance);
}

/* -------------------------------------------------------------------- the file --- */

/* Nothing is replayed into a database of which pages are being replaced, and it is not made anew. */
static void half_reseeded(void **state)
{
    char *path = in_folder("half.edb"), *was = in_folder("half.was");
    uint8_t *before, *after;
    size_t size, same;
    JET_INSTANCE instance;

    (void)state;
    folder = "half";
    instance = start();
    create(test_session(instance), path, 6);
    die(instance);
    instance = prepare();
    assert_ok(JetBeginDatabaseIncrementalReseedA(instance, path, 0));
    assert_ok(JetTerm(instance));
    test_file_copy(path, was);
    folder = "half_again";
    test_folder(folder);
    test_file_copy(test_file("half/edb.log"), log_file("edb.log"));
    test_file_copy(test_file("half/edb.chk"), log_file("edb.chk"));
    for (unsigned round = 0; round < 2; round++)
    {
        instance = prepare();
        assert_err(JetInit(&instance), JET_errDatabaseIncompleteIncrementalReseed);
        before = test_file_read(was, &size);
        after = test_file_read(path, &same);
        assert_int_equal(size, same);
        assert_memory_equal(before, after, size);
        free(before);
        free(after);
        /* then the record that made it is replayed */
        remove(log_file("edb.chk"));
    }
}

static void take_logs(const char *from, const char *to)
{
    static const char *const names[] = { "edb.log", "edb.chk", "edbtmp.log" };

    test_folder(to);
    for (unsigned i = 0; i < 12; i++)
    {
        char name[16], a[80], b[80];

        if (i < 3)
            snprintf(name, sizeof(name), "%s", names[i]);
        else
            snprintf(name, sizeof(name), "edb%05X.log", i - 2);
        snprintf(a, sizeof(a), "%s/%s", from, name);
        snprintf(b, sizeof(b), "%s/%s", to, name);
        remove(test_file(b));
        if (test_file_exists(test_file(a)))
            test_file_copy(test_file(a), test_file(b));
    }
}

static unsigned generation_of(const char *path)
{
    JET_DBINFOMISC7 info;

    assert_ok(JetGetDatabaseFileInfoA(path, &info, sizeof(info), JET_DbInfoMisc));
    return info.genMaxRequired;
}

/* The log went on twice from one place: the generation that a database needs is not the one there is. */
static void generation_of_another_course(void **state)
{
    char *path = in_folder("course.edb"), *clean = in_folder("course.clean"), *first = in_folder("course.first");
    JET_INSTANCE instance;

    (void)state;
    folder = "course";
    instance = start();
    create(test_session(instance), path, 1);
    end(instance);
    test_file_copy(path, clean);
    take_logs("course", "course_clean");
    instance = start();
    add(test_session(instance), path, 90);
    die(instance);
    assert_true(generation_of(path) >= 2);
    test_file_copy(path, first);
    take_logs("course", "course_first");
    /* the other course, up to the same generation */
    take_logs("course_clean", "course");
    test_file_copy(clean, path);
    test_sleep(20);
    instance = start();
    add(test_session(instance), path, 90);
    die(instance);
    assert_int_equal(generation_of(path), generation_of(first));
    test_file_copy(first, path);
    instance = prepare();
    assert_err(JetInit(&instance), JET_errRequiredLogFilesMissing);
    assert_int_equal(state_of(path), JET_dbstateDirtyShutdown);
    /* the first one has it */
    take_logs("course_first", "course");
    instance = prepare();
    assert_ok(JetInit(&instance));
    assert_int_equal(count(instance, path), 91);
    end(instance);
}

/* A checkpoint, a file that was to be the next, and those kept for a full disk are no log: a new one begins. */
static void what_is_no_log(void **state)
{
    static const char *const left[] = { "edb.chk", "edbtmp.log", "edbres00001.jrs", "edbres00002.jrs" };
    char *path = in_folder("left.edb"), *other = in_folder("left.other");
    JET_INSTANCE instance;
    char from[80];

    (void)state;
    folder = "left_from";
    instance = start();
    create(test_session(instance), path, 60);
    die(instance);
    folder = "left";
    test_folder(folder);
    for (unsigned i = 0; i < 4; i++)
    {
        snprintf(from, sizeof(from), "left_from/%s", left[i]);
        if (test_file_exists(test_file(from)))
            test_file_copy(test_file(from), log_file(left[i]));
    }
    assert_true(test_file_exists(log_file("edb.chk")));
    instance = start();
    assert_err(JetAttachDatabaseA(test_session(instance), path, 0), JET_errDatabaseDirtyShutdown);
    create(test_session(instance), other, 3);
    die(instance);
    instance = start();
    assert_int_equal(count(instance, other), 3);
    end(instance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_by_its_signature), cmocka_unit_test(two_in_one_file),
        cmocka_unit_test(damaged_file),           cmocka_unit_test(overwritten),
        cmocka_unit_test(half_reseeded),          cmocka_unit_test(generation_of_another_course),
        cmocka_unit_test(what_is_no_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
