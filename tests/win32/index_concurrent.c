/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Indexes that one session makes while another changes records: afterwards an index has what the records say. */
#include "support.h"

#define ROWS 4

static JET_INSTANCE instance;
static JET_SESID builder, writer;
static JET_DBID database, other;
static JET_TABLEID building, writing;
static JET_COLUMNID id_column, value_column;

static void put(JET_SESID session, JET_TABLEID table, unsigned long prepare, int32_t id, int32_t value)
{
    assert_ok(JetPrepareUpdate(session, table, prepare));
    if (prepare == JET_prepInsert)
        assert_ok(JetSetColumn(session, table, id_column, &id, sizeof(id), 0, NULL));
    assert_ok(JetSetColumn(session, table, value_column, &value, sizeof(value), 0, NULL));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
}

static void find(JET_SESID session, JET_TABLEID table, int32_t id)
{
    assert_ok(JetMakeKey(session, table, &id, sizeof(id), JET_bitNewKey));
    assert_ok(JetSeek(session, table, JET_bitSeekEQ));
}

/* Rows 0, 10, 20, ... with values 100 more, in a table both have open. */
static void make_table(void)
{
    static unsigned number;
    char name[32];
    JET_TABLEID table;

    snprintf(name, sizeof(name), "rows%u", number++);
    assert_ok(JetCreateTableA(builder, database, name, 1, 90, &table));
    id_column = test_column(builder, table, "id", JET_coltypLong, 0);
    value_column = test_column(builder, table, "value", JET_coltypLong, 0);
    assert_ok(JetCreateIndexA(builder, table, "id", JET_bitIndexPrimary, "+id\0", 5, 90));
    assert_ok(JetCloseTable(builder, table));
    assert_ok(JetOpenTableA(builder, database, name, NULL, 0, 0, &building));
    assert_ok(JetOpenTableA(writer, other, name, NULL, 0, 0, &writing));
    for (int32_t i = 0; i < ROWS; i++)
        put(builder, building, JET_prepInsert, i * 10, i * 10 + 100);
}

static void drop_table(void)
{
    assert_ok(JetCloseTable(builder, building));
    assert_ok(JetCloseTable(writer, writing));
}

/* One of each kind, and a value that goes from one record to another. */
static void change(void)
{
    put(writer, writing, JET_prepInsert, 5, 105);
    find(writer, writing, 10);
    put(writer, writing, JET_prepReplace, 10, 999);
    find(writer, writing, 20);
    assert_ok(JetDelete(writer, writing));
    put(writer, writing, JET_prepInsert, 25, 120);
    put(writer, writing, JET_prepInsert, 26, 126);
    find(writer, writing, 26);
    put(writer, writing, JET_prepReplace, 26, 127);
    put(writer, writing, JET_prepInsert, 27, 128);
    find(writer, writing, 27);
    assert_ok(JetDelete(writer, writing));
    /* and what is undone on its own */
    assert_ok(JetBeginTransaction(writer));
    put(writer, writing, JET_prepInsert, 28, 129);
    find(writer, writing, 5);
    put(writer, writing, JET_prepReplace, 5, 106);
    assert_ok(JetRollback(writer, 0));
}

/* The values of all records, in the order of an index; returns how many. */
static unsigned read_all(JET_SESID session, JET_TABLEID table, const char *index, int32_t *values)
{
    unsigned count = 0;
    JET_ERR err;

    assert_ok(JetSetCurrentIndexA(session, table, index));
    for (err = JetMove(session, table, JET_MoveFirst, 0); err >= 0; err = JetMove(session, table, JET_MoveNext, 0))
    {
        assert_true(count < 16);
        assert_ok(JetRetrieveColumn(session, table, value_column, &values[count++], sizeof(*values), NULL, 0, NULL));
    }
    assert_err(err, JET_errNoCurrentRecord);
    return count;
}

static int by_value(const void *a, const void *b)
{
    return *(const int32_t *)a - *(const int32_t *)b;
}

/* That an index tells of all records. */
static void check_index(JET_SESID session, JET_TABLEID table)
{
    int32_t records[16], entries[16];
    unsigned count = read_all(session, table, NULL, records);

    assert_int_equal(read_all(session, table, "value", entries), count);
    qsort(records, count, sizeof(*records), by_value);
    assert_memory_equal(records, entries, count * sizeof(*records));
}

static void check_count(JET_SESID session, JET_TABLEID table, unsigned expected)
{
    int32_t values[16];

    assert_int_equal(read_all(session, table, NULL, values), expected);
}

static void make_index(JET_GRBIT grbit)
{
    assert_ok(JetCreateIndexA(builder, building, "value", grbit, "+value\0", 8, 90));
}

static void end(JET_SESID session, bool commit)
{
    assert_ok(commit ? JetCommitTransaction(session, 0) : JetRollback(session, 0));
}

enum
{
    BUILDER_COMMITS = 1,
    WRITER_COMMITS = 2,
    WRITER_ENDS_FIRST = 4,
    CHANGE_AFTER = 8,
    UNIQUE = 16,
    CASES = 32
};

static void run_case(unsigned how)
{
    make_table();
    assert_ok(JetBeginTransaction(builder));
    assert_ok(JetBeginTransaction(writer));
    if (!(how & CHANGE_AFTER))
        change();
    make_index(how & UNIQUE ? JET_bitIndexUnique : 0);
    check_count(builder, building, ROWS);
    check_index(builder, building);
    if (how & CHANGE_AFTER)
        change();
    check_index(builder, building);
    if (how & WRITER_ENDS_FIRST)
    {
        end(writer, how & WRITER_COMMITS);
        check_count(builder, building, ROWS);
        check_index(builder, building);
        end(builder, how & BUILDER_COMMITS);
    }
    else
    {
        end(builder, how & BUILDER_COMMITS);
        end(writer, how & WRITER_COMMITS);
    }
    if (!(how & BUILDER_COMMITS))
    {
        assert_err(JetSetCurrentIndexA(builder, building, "value"), JET_errIndexNotFound);
        make_index(how & UNIQUE ? JET_bitIndexUnique : 0);
    }
    check_count(writer, writing, how & WRITER_COMMITS ? ROWS + 2 : ROWS);
    check_index(writer, writing);
    check_index(builder, building);
    drop_table();
}

static void test_every_order(void **state)
{
    (void)state;
    for (unsigned how = 0; how < CASES; how++)
        run_case(how);
}

/* What is committed when the index is made, but not seen by its maker. */
static void test_committed_before(void **state)
{
    (void)state;
    for (unsigned how = 0; how < 2; how++)
    {
        make_table();
        assert_ok(JetBeginTransaction(builder));
        put(builder, building, JET_prepInsert, 1, 101);
        assert_ok(JetBeginTransaction(writer));
        change();
        end(writer, true);
        assert_ok(JetBeginTransaction(writer));
        find(writer, writing, 5);
        put(writer, writing, JET_prepReplace, 5, 107);
        end(writer, true);
        assert_ok(JetBeginTransaction(writer));
        make_index(how ? JET_bitIndexUnique : 0);
        put(writer, writing, JET_prepReplace, 5, 108);
        check_count(builder, building, ROWS + 1);
        check_index(builder, building);
        end(writer, true);
        check_index(builder, building);
        end(builder, true);
        check_count(builder, building, ROWS + 3);
        check_index(builder, building);
        drop_table();
    }
}

/* A change outside of any transaction, while the index is not committed. */
static void test_without_transaction(void **state)
{
    (void)state;
    make_table();
    assert_ok(JetBeginTransaction(builder));
    make_index(JET_bitIndexUnique);
    put(writer, writing, JET_prepInsert, 1, 101);
    find(writer, writing, 20);
    assert_ok(JetDelete(writer, writing));
    check_count(builder, building, ROWS);
    check_index(builder, building);
    end(builder, true);
    check_count(builder, building, ROWS);
    check_index(builder, building);
    drop_table();
}

/* No two committed records have one key of a unique index. */
static void test_unique(void **state)
{
    (void)state;
    make_table();
    assert_ok(JetBeginTransaction(builder));
    assert_ok(JetBeginTransaction(writer));
    make_index(JET_bitIndexUnique);
    put(builder, building, JET_prepInsert, 1, 101);
    end(builder, true);
    assert_ok(JetPrepareUpdate(writer, writing, JET_prepInsert));
    assert_ok(JetRollback(writer, 0));
    assert_ok(JetBeginTransaction(writer));
    assert_ok(JetPrepareUpdate(writer, writing, JET_prepInsert));
    assert_ok(JetSetColumn(writer, writing, id_column, &(int32_t){ 2 }, 4, 0, NULL));
    assert_ok(JetSetColumn(writer, writing, value_column, &(int32_t){ 101 }, 4, 0, NULL));
    assert_err(JetUpdate(writer, writing, NULL, 0, NULL), JET_errKeyDuplicate);
    assert_ok(JetRollback(writer, 0));
    check_count(writer, writing, ROWS + 1);
    check_index(writer, writing);
    drop_table();

    /* committed by another, and by the maker's snapshot not seen */
    make_table();
    assert_ok(JetBeginTransaction(builder));
    put(writer, writing, JET_prepInsert, 1, 100);
    assert_err(JetCreateIndexA(builder, building, "value", JET_bitIndexUnique, "+value\0", 8, 90), JET_errKeyDuplicate);
    end(builder, true);
    check_count(builder, building, ROWS + 1);
    drop_table();
}

/* An index that is being made keeps its columns, and a column that is being deleted gets no index. */
static void test_columns(void **state)
{
    (void)state;
    make_table();
    assert_ok(JetBeginTransaction(builder));
    assert_ok(JetBeginTransaction(writer));
    make_index(0);
    assert_err(JetDeleteColumnA(writer, writing, "value"), JET_errWriteConflict);
    end(builder, true);
    assert_err(JetDeleteColumnA(writer, writing, "value"), JET_errWriteConflict);
    end(writer, true);
    assert_err(JetDeleteColumnA(writer, writing, "value"), JET_errColumnInUse);
    check_index(writer, writing);
    assert_ok(JetSetCurrentIndexA(writer, writing, NULL));
    assert_ok(JetSetCurrentIndexA(builder, building, NULL));

    assert_ok(JetBeginTransaction(builder));
    assert_ok(JetDeleteIndexA(builder, building, "value"));
    assert_err(JetDeleteColumnA(writer, writing, "value"), JET_errColumnInUse);
    assert_ok(JetDeleteColumnA(builder, building, "value"));
    assert_ok(JetRollback(builder, 0));
    check_index(writer, writing);
    drop_table();

    make_table();
    assert_ok(JetBeginTransaction(builder));
    assert_ok(JetDeleteColumnA(builder, building, "value"));
    assert_ok(JetBeginTransaction(writer));
    assert_err(JetCreateIndexA(writer, writing, "value", 0, "+value\0", 8, 90), JET_errWriteConflict);
    assert_err(JetCreateIndexA(writer, writing, "both", 0, "+id\0+value\0", 12, 90), JET_errWriteConflict);
    assert_ok(JetRollback(builder, 0));
    assert_ok(JetCreateIndexA(writer, writing, "value", 0, "+value\0", 8, 90));
    end(writer, true);
    check_index(writer, writing);
    drop_table();
}

/* Of a table without one: who does not see that it has a primary index adds no records. */
static void test_primary(void **state)
{
    JET_TABLEID table;

    (void)state;
    assert_ok(JetCreateTableA(builder, database, "heap", 1, 90, &table));
    id_column = test_column(builder, table, "id", JET_coltypLong, 0);
    value_column = test_column(builder, table, "value", JET_coltypLong, 0);
    assert_ok(JetCloseTable(builder, table));
    assert_ok(JetOpenTableA(builder, database, "heap", NULL, 0, 0, &building));
    assert_ok(JetOpenTableA(writer, other, "heap", NULL, 0, 0, &writing));
    /* undone, it is in nobody's way */
    assert_ok(JetBeginTransaction(builder));
    assert_ok(JetCreateIndexA(builder, building, "id", JET_bitIndexPrimary, "+id\0", 5, 90));
    assert_ok(JetRollback(builder, 0));
    put(writer, writing, JET_prepInsert, 1, 1);
    assert_err(JetCreateIndexA(builder, building, "id", JET_bitIndexPrimary, "+id\0", 5, 90), JET_errTableNotEmpty);
    put(writer, writing, JET_prepInsert, 2, 2);
    assert_ok(JetMove(writer, writing, JET_MoveFirst, 0));
    assert_ok(JetDelete(writer, writing));
    assert_ok(JetMove(writer, writing, JET_MoveFirst, 0));
    assert_ok(JetDelete(writer, writing));
    assert_ok(JetDeleteColumnA(writer, writing, "id"));
    assert_ok(JetCloseTable(writer, writing));
    assert_ok(JetCloseTable(builder, building));

    assert_ok(JetCreateTableA(builder, database, "heap2", 1, 90, &table));
    id_column = test_column(builder, table, "id", JET_coltypLong, 0);
    value_column = test_column(builder, table, "value", JET_coltypLong, 0);
    assert_ok(JetCloseTable(builder, table));
    assert_ok(JetOpenTableA(builder, database, "heap2", NULL, 0, 0, &building));
    assert_ok(JetOpenTableA(writer, other, "heap2", NULL, 0, 0, &writing));
    assert_ok(JetBeginTransaction(writer));
    assert_ok(JetCreateIndexA(builder, building, "id", JET_bitIndexPrimary, "+id\0", 5, 90));
    assert_ok(JetPrepareUpdate(writer, writing, JET_prepInsert));
    assert_err(JetUpdate(writer, writing, NULL, 0, NULL), JET_errWriteConflict);
    assert_ok(JetPrepareUpdate(writer, writing, JET_prepCancel));
    end(writer, true);
    put(writer, writing, JET_prepInsert, 7, 7);
    put(builder, building, JET_prepInsert, 5, 5);
    put(writer, writing, JET_prepInsert, 3, 3);
    check_count(builder, building, 3);
    drop_table();
}

#define MANY 600

/* What a database looks like to who reads all of it. */
static void check_database(const char *path)
{
    JET_DBUTIL_A what = { .cbStruct = sizeof(what), .op = opDBUTILEDBRepair };

    what.sesid = builder;
    what.szDatabase = (char *)path;
    what.grbitOptions = JET_bitDBUtilOptionDontRepair;
    assert_ok(JetDBUtilitiesA(&what));
}

static void add(int32_t first, int32_t count)
{
    assert_ok(JetBeginTransaction(builder));
    for (int32_t i = first; i < first + count; i++)
        put(builder, building, JET_prepInsert, i, i);
    assert_ok(JetCommitTransaction(builder, JET_bitCommitLazyFlush));
}

/* All rows of the table, by the writer. */
static void delete_all(void)
{
    for (JET_ERR err = JetMove(writer, writing, JET_MoveFirst, 0); err == JET_errSuccess;
         err = JetMove(writer, writing, JET_MoveNext, 0))
        assert_ok(JetDelete(writer, writing));
}

/*
 * An index goes while changes of its entries still wait for somebody who does not see them: the writer's, who commits
 * when the index is not sure yet, or after it was deleted.  Its pages are another's by then, and nothing is taken off them.
 */
static void test_gone_before_its_changes(void **state)
{
    JET_SESID old = test_session(instance);
    JET_ULONG count;
    char path[512];

    (void)state;
    snprintf(path, sizeof(path), "%s", test_file("gone.edb"));
    for (unsigned deleted = 0; deleted < 2; deleted++)
    {
        JET_DBID kept_database = database, kept_other = other;

        assert_ok(JetCreateDatabaseA(builder, path, NULL, &database, JET_bitDbOverwriteExisting));
        assert_ok(JetOpenDatabaseA(writer, path, NULL, &other, 0));
        make_table();
        add(1000, MANY);
        if (deleted)
            assert_ok(JetCreateIndexA(builder, building, "gone", 0, "+value\0", 8, 90));
        assert_ok(JetBeginTransaction(old));
        assert_ok(JetBeginTransaction(writer));
        if (!deleted)
            assert_ok(JetBeginTransaction(builder));
        if (deleted)
            assert_ok(JetDeleteIndexA(builder, building, "gone"));
        else
            assert_ok(JetCreateIndexA(builder, building, "gone", 0, "+value\0", 8, 90));
        delete_all();
        assert_ok(JetCommitTransaction(writer, 0));
        if (!deleted)
            assert_ok(JetRollback(builder, 0));
        /* The table takes the pages again. */
        add(2000, 4 * MANY);
        assert_ok(JetCommitTransaction(old, 0));
        JetIdle(builder, JET_bitIdleCompact);
        add(5000, MANY);
        assert_ok(JetMove(builder, building, JET_MoveFirst, 0));
        assert_ok(JetIndexRecordCount(builder, building, &count, 0));
        assert_int_equal(count, 5 * MANY);
        drop_table();
        assert_ok(JetCloseDatabase(writer, other, 0));
        assert_ok(JetCloseDatabase(builder, database, 0));
        assert_ok(JetDetachDatabaseA(builder, path));
        check_database(path);
        database = kept_database;
        other = kept_other;
    }
    assert_ok(JetEndSession(old, 0));
}

static int setup(void **state)
{
    (void)state;
    instance = test_instance("index_concurrent", "on");
    builder = test_session(instance);
    writer = test_session(instance);
    assert_ok(JetCreateDatabaseA(builder, test_file("index_concurrent.edb"), NULL, &database, 0));
    assert_ok(JetOpenDatabaseA(writer, test_file("index_concurrent.edb"), NULL, &other, 0));
    return 0;
}

/* Nothing that was kept for an index keeps the database from being closed. */
static int teardown(void **state)
{
    JET_DBINFOMISC info;

    (void)state;
    assert_ok(JetEndSession(writer, 0));
    assert_ok(JetEndSession(builder, 0));
    assert_ok(JetTerm(instance));
    assert_ok(JetGetDatabaseFileInfoA(test_file("index_concurrent.edb"), &info, sizeof(info), JET_DbInfoMisc));
    assert_int_equal(info.dbstate, JET_dbstateCleanShutdown);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_order),
        cmocka_unit_test(test_committed_before),
        cmocka_unit_test(test_without_transaction),
        cmocka_unit_test(test_unique),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_primary),
        cmocka_unit_test(test_gone_before_its_changes),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
