/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A call to the file system fails, once, while a database is attached, made or
 * detached.  Before the log knows of it all is as it was; after that the instance is
 * unavailable.  Either way the next one recovers, and finds what was committed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/os.h"

#define FIRST  "first.edb"
#define SECOND "second.edb"

static const struct os_file_ops *real;
static struct os_file_ops failing;
static int left; /* calls until one fails; 0: none does */
static bool failed;

static bool fails(void)
{
    if (!left || --left)
        return false;
    failed = true;
    return true;
}

static JET_ERR failing_write(struct os_file *file, uint64_t offset, const void *data, size_t size)
{
    return fails() ? JET_errDiskIO : real->write(file, offset, data, size);
}

static JET_ERR failing_write_parts(struct os_file *file, uint64_t offset, const struct os_io_part *parts, size_t count)
{
    return fails() ? JET_errDiskIO : real->write_parts(file, offset, parts, count);
}

static JET_ERR failing_flush(struct os_file *file)
{
    return fails() ? JET_errDiskIO : real->flush(file);
}

static JET_ERR failing_set_size(struct os_file *file, uint64_t size)
{
    return fails() ? JET_errDiskIO : real->set_size(file, size);
}

static JET_ERR failing_open(const struct os_file_ops *ops, const WCHAR *path, uint32_t flags, struct os_file **file)
{
    JET_ERR err = real->open(real, path, flags, file);

    (void)ops;
    if (err >= 0)
        (*file)->ops = &failing;
    return err;
}

static void install(void)
{
    real = os_replace_file_ops(NULL);
    failing = *real;
    failing.open = failing_open;
    failing.write = failing_write;
    failing.write_parts = failing_write_parts;
    failing.flush = failing_flush;
    failing.set_size = failing_set_size;
    os_replace_file_ops(&failing);
}

static JET_INSTANCE start(JET_SESID *session)
{
    JET_INSTANCE instance = JET_instanceNil;

    assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, 64, NULL), JET_errSuccess);
    assert_int_equal(JetInit(&instance), JET_errSuccess);
    assert_int_equal(JetBeginSessionA(instance, session, NULL, NULL), JET_errSuccess);
    return instance;
}

/* A database with a table and a row, closed but attached. */
static void make_first(JET_SESID session)
{
    JET_TABLEID table;
    JET_DBID database;

    assert_int_equal(JetCreateDatabaseA(session, FIRST, NULL, &database, JET_bitDbOverwriteExisting), JET_errSuccess);
    assert_int_equal(JetBeginTransaction(session), JET_errSuccess);
    assert_int_equal(JetCreateTableA(session, database, "t", 0, 100, &table), JET_errSuccess);
    assert_int_equal(JetPrepareUpdate(session, table, JET_prepInsert), JET_errSuccess);
    assert_int_equal(JetUpdate(session, table, NULL, 0, NULL), JET_errSuccess);
    assert_int_equal(JetCommitTransaction(session, 0), JET_errSuccess);
    assert_int_equal(JetCloseDatabase(session, database, 0), JET_errSuccess);
}

static JET_ERR detach(JET_SESID session)
{
    return JetDetachDatabaseA(session, FIRST);
}

static JET_ERR attach(JET_SESID session)
{
    return JetAttachDatabaseA(session, FIRST, 0);
}

/* Where there was one before, of which the log tells. */
static JET_ERR create(JET_SESID session)
{
    JET_DBID database;
    JET_ERR err = JetCreateDatabaseA(session, SECOND, NULL, &database, 0);

    return err < 0 ? err : JetCloseDatabase(session, database, 0);
}

static void nothing(JET_SESID session)
{
    (void)session;
}

static void before_attach(JET_SESID session)
{
    assert_int_equal(JetDetachDatabaseA(session, FIRST), JET_errSuccess);
}

static void before_create(JET_SESID session)
{
    assert_int_equal(create(session), JET_errSuccess);
    assert_int_equal(JetDetachDatabaseA(session, SECOND), JET_errSuccess);
    assert_int_equal(unlink(SECOND), 0);
}

/* In a process of its own.  Exit status: 0, nothing was left to fail; 1, it was as it must be; 2, not. */
static int fault(void (*prepare)(JET_SESID), JET_ERR (*act)(JET_SESID), int nth)
{
    JET_SESID session, other;
    JET_INSTANCE instance;
    JET_ERR err, again;

    install();
    instance = start(&session);
    make_first(session);
    prepare(session);
    left = nth;
    err = act(session);
    left = 0;
    if (!failed)
        return err < 0 ? 2 : 0;
    if (err >= 0)
        return 1;
    again = JetBeginSessionA(instance, &other, NULL, NULL);
    if (again == JET_errInstanceUnavailable)
        return 1;
    /* All is as it was: it can be done now. */
    return again < 0 || act(session) < 0 ? 2 : 1;
}

static bool one(void (*prepare)(JET_SESID), JET_ERR (*act)(JET_SESID), int nth)
{
    JET_INSTANCE instance;
    JET_SESID session;
    JET_TABLEID table;
    JET_DBID database;
    JET_ERR err;
    pid_t child = fork();
    int status;

    if (!child)
        _exit(fault(prepare, act, nth));
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) > 1)
        fail_msg("call %d", nth);
    instance = start(&session);
    err = JetAttachDatabaseA(session, FIRST, 0);
    if (err < 0)
        fail_msg("call %d: %d", nth, (int)err);
    assert_int_equal(JetOpenDatabaseA(session, FIRST, NULL, &database, 0), JET_errSuccess);
    assert_int_equal(JetOpenTableA(session, database, "t", NULL, 0, 0, &table), JET_errSuccess);
    assert_int_equal(JetMove(session, table, JET_MoveFirst, 0), JET_errSuccess);
    assert_int_equal(JetTerm(instance), JET_errSuccess);
    unlink(SECOND);
    return WEXITSTATUS(status) == 1;
}

static void each(void (*prepare)(JET_SESID), JET_ERR (*act)(JET_SESID))
{
    int nth = 1;

    while (one(prepare, act, nth))
        nth++;
    assert_true(nth > 4);
}

static void test_detach(void **state)
{
    (void)state;
    each(nothing, detach);
}

static void test_attach(void **state)
{
    (void)state;
    each(before_attach, attach);
}

static void test_create(void **state)
{
    (void)state;
    each(before_create, create);
}

/* A detachment that got as far as the first copy of the header, in a log that is recovered. */
static void test_second_header(void **state)
{
    static uint8_t first[4096], second[4096];
    JET_SESID session;
    JET_INSTANCE instance;
    pid_t child = fork();
    FILE *file;
    int status;

    (void)state;
    if (!child)
    {
        start(&session);
        make_first(session);
        before_attach(session);
        _exit(0);
    }
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
    file = fopen(FIRST, "r+b");
    assert_non_null(file);
    fseek(file, 4096 + 600, SEEK_SET);
    assert_int_equal(fwrite("torn", 1, 4, file), 4);
    fclose(file);
    instance = start(&session);
    assert_int_equal(JetTerm(instance), JET_errSuccess);
    file = fopen(FIRST, "rb");
    assert_non_null(file);
    assert_int_equal(fread(first, 1, 4096, file), 4096);
    assert_int_equal(fread(second, 1, 4096, file), 4096);
    fclose(file);
    assert_memory_equal(first, second, 4096);
}

static void *no_memory(const struct os_memory_ops *ops, size_t size)
{
    (void)ops;
    (void)size;
    return NULL;
}

/* An open that fails for want of memory leaves no file behind. */
static void test_no_file(void **state)
{
    struct os_memory_ops none = *os_replace_memory_ops(NULL);
    struct os_file *file;

    (void)state;
    none.alloc = no_memory;
    os_replace_memory_ops(&none);
    assert_int_equal(os_file_open(u"left.edb", OS_OPEN_CREATE | OS_OPEN_WRITE, &file), JET_errOutOfMemory);
    os_replace_memory_ops(NULL);
    assert_false(os_file_exists(u"left.edb"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detach),        cmocka_unit_test(test_attach),  cmocka_unit_test(test_create),
        cmocka_unit_test(test_second_header), cmocka_unit_test(test_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
