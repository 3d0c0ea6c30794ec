/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a call commits for itself, outside of transactions, is there when the process ends right after it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/os.h"

#define DATABASE "commit.edb"

static JET_SESID session;
static JET_DBID database;
static JET_TABLEID table;
static JET_COLUMNID number, value;

static JET_INSTANCE start(void)
{
    JET_INSTANCE instance = JET_instanceNil;

    assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, 64, NULL), JET_errSuccess);
    assert_int_equal(JetInit(&instance), JET_errSuccess);
    assert_int_equal(JetBeginSessionA(instance, &session, NULL, NULL), JET_errSuccess);
    return instance;
}

/* One row, committed and durable. */
static void make(void)
{
    JET_COLUMNDEF integer = { .cbStruct = sizeof(integer), .coltyp = JET_coltypLong };
    JET_COLUMNDEF long_binary = { .cbStruct = sizeof(long_binary), .coltyp = JET_coltypLongBinary };

    start();
    assert_int_equal(JetCreateDatabaseA(session, DATABASE, NULL, &database, JET_bitDbOverwriteExisting),
                     JET_errSuccess);
    assert_int_equal(JetBeginTransaction(session), JET_errSuccess);
    assert_int_equal(JetCreateTableA(session, database, "t", 0, 100, &table), JET_errSuccess);
    assert_int_equal(JetAddColumnA(session, table, "number", &integer, NULL, 0, &number), JET_errSuccess);
    assert_int_equal(JetAddColumnA(session, table, "value", &long_binary, NULL, 0, &value), JET_errSuccess);
    assert_int_equal(JetPrepareUpdate(session, table, JET_prepInsert), JET_errSuccess);
    assert_int_equal(JetUpdate(session, table, NULL, 0, NULL), JET_errSuccess);
    assert_int_equal(JetMove(session, table, JET_MoveFirst, 0), JET_errSuccess);
    assert_int_equal(JetCommitTransaction(session, 0), JET_errSuccess);
}

static void insert(void)
{
    assert_int_equal(JetPrepareUpdate(session, table, JET_prepInsert), JET_errSuccess);
    assert_int_equal(JetUpdate(session, table, NULL, 0, NULL), JET_errSuccess);
}

static void replace(void)
{
    int32_t n = 7;

    assert_int_equal(JetPrepareUpdate(session, table, JET_prepReplace), JET_errSuccess);
    assert_int_equal(JetSetColumn(session, table, number, &n, 4, 0, NULL), JET_errSuccess);
    assert_int_equal(JetUpdate(session, table, NULL, 0, NULL), JET_errSuccess);
}

static void delete (void)
{
    assert_int_equal(JetDelete(session, table), JET_errSuccess);
}

static void add_column(void)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = JET_coltypLong };
    JET_COLUMNID id;

    assert_int_equal(JetAddColumnA(session, table, "another", &definition, NULL, 0, &id), JET_errSuccess);
}

static void add_index(void)
{
    assert_int_equal(JetCreateIndexA(session, table, "i", 0, "+number\0", 9, 100), JET_errSuccess);
}

static void add_table(void)
{
    JET_TABLEID other;

    assert_int_equal(JetCreateTableA(session, database, "other", 0, 100, &other), JET_errSuccess);
}

static void rename_column(void)
{
    JET_COLUMNID id;
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = JET_coltypLong };

    add_table();
    assert_int_equal(JetAddColumnA(session, table, "before", &definition, NULL, 0, &id), JET_errSuccess);
    assert_int_equal(JetRenameColumnA(session, table, "before", "after", 0), JET_errSuccess);
}

/* In a process that ends when the call has returned. */
static void committed_by(void (*change)(void))
{
    pid_t child = fork();
    int status;

    if (!child)
    {
        make();
        change();
        _exit(0);
    }
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
}

static JET_INSTANCE recover(void)
{
    JET_INSTANCE instance = start();

    assert_int_equal(JetAttachDatabaseA(session, DATABASE, 0), JET_errSuccess);
    assert_int_equal(JetOpenDatabaseA(session, DATABASE, NULL, &database, 0), JET_errSuccess);
    assert_int_equal(JetOpenTableA(session, database, "t", NULL, 0, 0, &table), JET_errSuccess);
    return instance;
}

static void end(JET_INSTANCE instance)
{
    assert_int_equal(JetTerm(instance), JET_errSuccess);
}

static int32_t value_of(const char *column)
{
    JET_COLUMNDEF definition;
    int32_t n = -1;

    assert_int_equal(JetGetTableColumnInfoA(session, table, column, &definition, sizeof(definition), JET_ColInfo),
                     JET_errSuccess);
    assert_int_equal(JetRetrieveColumn(session, table, definition.columnid, &n, 4, NULL, 0, NULL), JET_errSuccess);
    return n;
}

static void test_records(void **state)
{
    JET_INSTANCE instance;

    (void)state;
    committed_by(insert);
    instance = recover();
    assert_int_equal(JetMove(session, table, 1, 0), JET_errSuccess);
    end(instance);

    committed_by(replace);
    instance = recover();
    assert_int_equal(value_of("number"), 7);
    end(instance);

    committed_by(delete);
    instance = recover();
    assert_int_equal(JetMove(session, table, JET_MoveFirst, 0), JET_errNoCurrentRecord);
    end(instance);
}

static void test_schema(void **state)
{
    JET_COLUMNDEF definition;
    JET_TABLEID other;
    JET_INSTANCE instance;

    (void)state;
    committed_by(add_column);
    instance = recover();
    assert_int_equal(JetGetTableColumnInfoA(session, table, "another", &definition, sizeof(definition), JET_ColInfo),
                     JET_errSuccess);
    end(instance);

    committed_by(add_index);
    instance = recover();
    assert_int_equal(JetSetCurrentIndexA(session, table, "i"), JET_errSuccess);
    end(instance);

    committed_by(add_table);
    instance = recover();
    assert_int_equal(JetOpenTableA(session, database, "other", NULL, 0, 0, &other), JET_errSuccess);
    end(instance);

    committed_by(rename_column);
    instance = recover();
    assert_int_equal(JetGetTableColumnInfoA(session, table, "after", &definition, sizeof(definition), JET_ColInfo),
                     JET_errSuccess);
    end(instance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_schema),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
