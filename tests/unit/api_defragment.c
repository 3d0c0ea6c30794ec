/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pass of online defragmentation that ends somewhere, and goes on from there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/private.h"
#include "maintain/maintain.h"
#include "own_folder.h"
#include "table/catalog.h"

#define ROWS     8000u
#define ROW_SIZE 400u

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;
static uint32_t rows_objid;
static struct session *entered;
static struct attachment *attachment;

static void assert_ok(JET_ERR err)
{
    assert_int_equal(err, JET_errSuccess);
}

static int start(void **state)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypLong };
    static uint8_t bytes[ROW_SIZE];
    JET_COLUMNID id, data;
    JET_TABLEID table;

    (void)state;
    assert_ok(JetCreateInstanceA(&instance, "defragment"));
    assert_ok(JetInit(&instance));
    assert_ok(JetBeginSessionA(instance, &session, NULL, NULL));
    assert_ok(JetCreateDatabaseA(session, "defragment.edb", NULL, &dbid, 0));
    assert_ok(JetCreateTableA(session, dbid, "rows", 1, 100, &table));
    assert_ok(JetAddColumnA(session, table, "id", &def, NULL, 0, &id));
    def.coltyp = JET_coltypLongBinary;
    assert_ok(JetAddColumnA(session, table, "data", &def, NULL, 0, &data));
    assert_ok(JetCreateIndexA(session, table, "primary", JET_bitIndexPrimary, "+id\0", 5, 100));
    assert_ok(JetBeginTransaction(session));
    for (uint32_t i = 0; i < ROWS; i++)
    {
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, id, &i, sizeof(i), 0, NULL));
        assert_ok(JetSetColumn(session, table, data, bytes, sizeof(bytes), 0, NULL));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(session, JET_bitCommitLazyFlush));
    assert_ok(JetGetTableInfoA(session, table, &rows_objid, sizeof(rows_objid), JET_TblInfoObjectId));
    assert_ok(JetCloseTable(session, table));
    assert_ok(api_enter_database(session, dbid, 0, &entered, &attachment));
    (void)api_leave(entered, JET_errSuccess);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetTerm(instance));
    return 0;
}

/* A leave that lasts for so many questions. */
static bool counts(void *context)
{
    uint32_t *left = context;

    return *left && --*left;
}

static JET_ERR work(struct defragment_pass *pass, uint32_t most)
{
    struct maintain_leave leave = { &most, counts, NULL };

    return defragment_database(pass, &leave);
}

static void open_pass(struct defragment_pass *pass)
{
    assert_ok(defragment_pass_open(pass, attachment->database, &entered->txn, false));
}

/* A column of the row; NULL: 0 bytes. */
static uint32_t read_row(const char *name, void *data, uint32_t size)
{
    JET_COLUMNDEF def;
    JET_TABLEID table;
    JET_ULONG actual = 0;

    assert_ok(JetOpenTableA(session, dbid, "MSysDefrag2", NULL, 0, JET_bitTableReadOnly, &table));
    assert_ok(JetGetTableColumnInfoA(session, table, name, &def, sizeof(def), JET_ColInfo));
    assert_true(JetRetrieveColumn(session, table, def.columnid, data, size, &actual, 0, NULL) >= 0);
    assert_int_equal(JetMove(session, table, JET_MoveNext, 0), JET_errNoCurrentRecord);
    assert_ok(JetCloseTable(session, table));
    return actual;
}

static int64_t number(const char *name)
{
    int64_t value = -1;

    assert_int_equal(read_row(name, &value, sizeof(value)), sizeof(value));
    return value;
}

static void check_at_none(void)
{
    uint8_t bytes[4];
    uint32_t objid;

    assert_int_equal(read_row("ObjidFDP", &objid, sizeof(objid)), sizeof(objid));
    assert_int_equal(objid, CATALOG_OBJID);
    assert_int_equal(read_row("Status", bytes, sizeof(bytes)), 0);
    assert_int_equal(read_row("CurrentKey", bytes, sizeof(bytes)), 0);
}

static void a_pass_goes_on_where_it_was(void **state)
{
    struct defragment_pass pass;
    struct defragment_told told;
    uint32_t objid, first, all;
    uint16_t kind;
    uint8_t key[100];

    (void)state;
    open_pass(&pass);
    assert_int_equal(pass.objid, CATALOG_OBJID);
    check_at_none();
    assert_ok(defragment_pass_begin(&pass, &told));
    assert_false(pass.resumed);
    assert_ok(work(&pass, 500));
    assert_ok(defragment_pass_note(&pass));
    first = (uint32_t)number("PassPagesVisited");
    assert_in_range(first, 300, 500);
    assert_int_equal(read_row("ObjidFDP", &objid, sizeof(objid)), sizeof(objid));
    assert_int_equal(objid, rows_objid);
    assert_int_equal(read_row("Status", &kind, sizeof(kind)), sizeof(kind));
    assert_int_equal(kind, DEFRAGMENT_RECORDS);
    assert_int_equal(read_row("CurrentKey", key, sizeof(key)), pass.key_size);
    assert_int_equal(pass.key_size, 5);
    assert_memory_equal(key, pass.key, pass.key_size);

    open_pass(&pass);
    assert_int_equal(pass.objid, rows_objid);
    assert_int_equal(pass.key_size, 5);
    assert_memory_equal(key, pass.key, pass.key_size);
    assert_ok(defragment_pass_begin(&pass, &told));
    assert_true(pass.resumed);
    assert_int_equal(told.invocations, 2);
    assert_ok(work(&pass, 1000000));
    assert_ok(defragment_pass_complete(&pass, &told));
    assert_int_equal(told.passes, 1);
    check_at_none();
    assert_int_equal(number("PassInvocations"), 2);
    assert_int_equal(number("TotalInvocations"), 2);
    all = (uint32_t)number("PassPagesVisited");

    /* As many as one that is not interrupted, but for the leaf where it was. */
    open_pass(&pass);
    assert_ok(defragment_pass_begin(&pass, &told));
    assert_false(pass.resumed);
    assert_int_equal(told.invocations, 1);
    assert_ok(work(&pass, 1000000));
    assert_ok(defragment_pass_complete(&pass, &told));
    assert_int_equal(told.passes, 2);
    assert_in_range(all - (uint32_t)number("PassPagesVisited"), 0, 1);
    assert_true(all > first + 300);
    assert_int_equal(number("TotalPagesVisited"), all + (uint32_t)number("PassPagesVisited"));
}

/* It is noted on the way, too: who is killed loses little. */
static void the_place_is_noted_on_the_way(void **state)
{
    struct defragment_pass pass;
    struct defragment_told told;
    uint32_t objid;

    (void)state;
    open_pass(&pass);
    assert_ok(defragment_pass_begin(&pass, &told));
    assert_ok(work(&pass, 700));
    assert_int_equal(read_row("ObjidFDP", &objid, sizeof(objid)), sizeof(objid));
    assert_int_equal(objid, rows_objid);
    assert_in_range(number("PassPagesVisited"), 501, 600);
}

static void what_is_not_there_any_more_is_passed_over(void **state)
{
    struct defragment_pass pass;
    struct defragment_told told;
    uint32_t objid;

    (void)state;
    open_pass(&pass);
    assert_int_equal(pass.objid, rows_objid);
    assert_ok(JetDeleteTableA(session, dbid, "rows"));
    assert_ok(defragment_pass_begin(&pass, &told));
    assert_true(pass.resumed);
    assert_ok(work(&pass, 1000000));
    assert_ok(defragment_pass_complete(&pass, &told));
    assert_int_equal(read_row("ObjidFDP", &objid, sizeof(objid)), sizeof(objid));
    assert_int_equal(objid, CATALOG_OBJID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_goes_on_where_it_was),
        cmocka_unit_test(the_place_is_noted_on_the_way),
        cmocka_unit_test(what_is_not_there_any_more_is_passed_over),
    };

    int failed;

    if (!own_folder_enter("api_defragment"))
        return 1;
    failed = cmocka_run_group_tests(tests, start, stop);
    own_folder_leave("api_defragment");
    return failed;
}
