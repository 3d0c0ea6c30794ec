/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Online defragmentation of one table: its leaves come to lie in the order of their keys, whatever goes on meanwhile. */
#include <stdatomic.h>

#include "support.h"

#define ROWS 12000
#define SIZE 700

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;
static JET_TABLEID table;
static JET_COLUMNID id, data;
static char path[600];

/* What a page of the file says of itself, by the format. */
enum
{
    AT_NEXT = 20,
    AT_OBJID = 24,
    AT_FLAGS = 36,
    IS_ROOT = 1,
    IS_LEAF = 2,
    IS_NO_RECORDS = 8 | 32 | 64 | 128, /* empty, of space, of an index, of long values */
};

static unsigned mixed(unsigned i)
{
    return i * 7919u % ROWS;
}

static void put(unsigned number, char letter)
{
    char text[SIZE];

    memset(text, letter, sizeof(text));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetSetColumn(session, table, id, &number, sizeof(number), 0, NULL));
    assert_ok(JetSetColumn(session, table, data, text, sizeof(text), JET_bitSetIntrinsicLV, NULL));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
}

static void open_rows(void)
{
    JET_COLUMNDEF def;

    assert_ok(JetOpenTableA(session, dbid, "rows", NULL, 0, 0, &table));
    assert_ok(JetGetTableColumnInfoA(session, table, "id", &def, sizeof(def), JET_ColInfo));
    id = def.columnid;
    assert_ok(JetGetTableColumnInfoA(session, table, "data", &def, sizeof(def), JET_ColInfo));
    data = def.columnid;
}

/* Rows in an order that lets each leaf be split after its neighbours. */
static void scattered(const char *name)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypLong };
    JET_COLUMNID column;

    instance = test_instance(name, "on");
    session = test_session(instance);
    snprintf(path, sizeof(path), "%s.edb", test_file(name));
    assert_ok(JetCreateDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetCreateTableA(session, dbid, "rows", 1, 100, &table));
    assert_ok(JetAddColumnA(session, table, "id", &def, NULL, 0, &column));
    def.coltyp = JET_coltypLongBinary;
    assert_ok(JetAddColumnA(session, table, "data", &def, NULL, 0, &column));
    assert_ok(JetCreateIndexA(session, table, "primary", JET_bitIndexPrimary, "+id\0", 5, 100));
    assert_ok(JetCloseTable(session, table));
    open_rows();
    for (unsigned i = 0; i < ROWS; i++)
    {
        if (i % 1000 == 0)
            assert_ok(JetBeginTransaction(session));
        put(mixed(i), 'a');
        if (i % 1000 == 999)
            assert_ok(JetCommitTransaction(session, JET_bitCommitLazyFlush));
    }
}

static uint32_t number_at(const uint8_t *page, unsigned at)
{
    return page[at] | page[at + 1] << 8 | page[at + 2] << 16 | (uint32_t)page[at + 3] << 24;
}

/* Leaves of the table that is largest, and how many of them are not followed by the one that is next. */
static void count_leaves(unsigned *leaves, unsigned *broken)
{
    JET_API_PTR size;
    FILE *file = fopen(path, "rb");
    uint32_t objids[4000] = { 0 }, best = 0;
    uint8_t *page;

    assert_non_null(file);
    assert_ok(JetGetSystemParameterA(instance, session, JET_paramDatabasePageSize, &size, NULL, 0));
    page = malloc(size);
    assert_non_null(page);
    for (int pass = 0; pass < 2; pass++)
    {
        *leaves = *broken = 0;
        fseek(file, 2L * (long)size, SEEK_SET);
        for (uint32_t pgno = 1; fread(page, 1, size, file) == size; pgno++)
        {
            uint32_t flags = number_at(page, AT_FLAGS), objid = number_at(page, AT_OBJID) % 4000;
            uint32_t next = number_at(page, AT_NEXT);

            if (!(flags & IS_LEAF) || flags & (IS_NO_RECORDS | IS_ROOT))
                continue;
            if (!pass && ++objids[objid] > objids[best])
                best = objid;
            if (!pass || objid != best)
                continue;
            ++*leaves;
            *broken += next && next != pgno + 1 && next + 1 != pgno;
        }
    }
    free(page);
    fclose(file);
}

static void leave(void)
{
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetDetachDatabaseA(session, path));
}

static void come(void)
{
    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, 0));
    open_rows();
}

static atomic_uint begun, ended;

static JET_ERR JET_API on_action(JET_SESID sesid, JET_DBID db, JET_TABLEID tableid, JET_CBTYP type, void *first,
                                 void *second, void *context, JET_API_PTR unused)
{
    JET_GRBIT action = *(JET_GRBIT *)second;

    (void)sesid, (void)db, (void)tableid, (void)unused;
    if (type != JET_cbtypOld2Action || context != &begun || strcmp(first, "rows"))
        return JET_errSuccess;
    if (action == JET_bitOld2Start)
        atomic_fetch_add(&begun, 1);
    if (action == JET_bitOld2End)
        atomic_fetch_add(&ended, 1);
    return JET_errSuccess;
}

static void begin_ordering(void)
{
    JET_HANDLE handle;

    atomic_store(&begun, 0);
    atomic_store(&ended, 0);
    assert_ok(JetRegisterCallback(session, table, JET_cbtypOld2Action, on_action, &begun, &handle));
    assert_ok(JetDefragmentA(session, dbid, "rows", NULL, NULL, JET_bitDefragmentBTree));
}

static void await_end(void)
{
    for (int i = 0; i < 3000 && !atomic_load(&ended); i++)
        test_sleep(10);
    assert_int_equal(atomic_load(&begun), 1);
    assert_int_equal(atomic_load(&ended), 1);
}

static void check_rows(unsigned step)
{
    unsigned number, want = 0;
    char text[SIZE];
    JET_ERR err;

    for (err = JetMove(session, table, JET_MoveFirst, 0); err >= 0; err = JetMove(session, table, JET_MoveNext, 0))
    {
        assert_ok(JetRetrieveColumn(session, table, id, &number, sizeof(number), NULL, 0, NULL));
        assert_int_equal(number, want);
        assert_ok(JetRetrieveColumn(session, table, data, text, sizeof(text), NULL, 0, NULL));
        assert_int_equal(text[0], text[SIZE - 1]);
        want += step;
    }
    assert_err(err, JET_errNoCurrentRecord);
    assert_true(want >= ROWS && want < ROWS + step);
    for (number = 0; number < ROWS; number += 97 * step)
    {
        assert_ok(JetMakeKey(session, table, &number, sizeof(number), JET_bitNewKey));
        assert_ok(JetSeek(session, table, JET_bitSeekEQ));
    }
}

static void leaves_come_into_order(void **state)
{
    unsigned leaves, broken, now_leaves, now_broken;

    (void)state;
    scattered("order");
    leave();
    count_leaves(&leaves, &broken);
    assert_true(leaves > ROWS / 10 && broken > leaves / 2);
    come();
    begin_ordering();
    await_end();
    check_rows(1);
    leave();
    count_leaves(&now_leaves, &now_broken);
    assert_true(now_leaves <= leaves);
    assert_true(now_broken < broken / 20);
    /* Once they do, nothing moves. */
    come();
    begin_ordering();
    await_end();
    leave();
    count_leaves(&leaves, &broken);
    assert_int_equal(leaves, now_leaves);
    assert_int_equal(broken, now_broken);
    assert_ok(JetTerm(instance));
}

/* Rows come and go, and are read, while it works. */
static void others_go_on(void **state)
{
    unsigned round = 0, number;

    (void)state;
    scattered("others");
    begin_ordering();
    for (; !atomic_load(&ended) || round < 300; round++)
    {
        assert_ok(JetBeginTransaction(session));
        for (unsigned i = 0; i < 10; i++)
        {
            number = mixed(round * 10 + i) * 3 % ROWS;
            assert_ok(JetMakeKey(session, table, &number, sizeof(number), JET_bitNewKey));
            assert_ok(JetSeek(session, table, JET_bitSeekEQ));
            assert_ok(JetDelete(session, table));
            put(number, 'b');
        }
        assert_ok(round % 3 ? JetCommitTransaction(session, JET_bitCommitLazyFlush) : JetRollback(session, 0));
        assert_true(round < 100000);
    }
    await_end();
    check_rows(1);
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
}

/* It ends with the table, the attachment, or the service. */
static void it_is_stopped(void **state)
{
    JET_ERR err = JET_errSuccess;

    (void)state;
    scattered("stopped");
    begin_ordering();
    leave();
    come();
    check_rows(1);
    begin_ordering();
    assert_ok(JetCloseTable(session, table));
    /* While somebody is told of it a cursor is open. */
    for (int i = 0; i < 1000 && (err = JetDeleteTableA(session, dbid, "rows")) == JET_errTableInUse; i++)
        test_sleep(1);
    assert_ok(err);
    assert_err(JetDefragmentA(session, dbid, "rows", NULL, NULL, JET_bitDefragmentBTree), JET_errObjectNotFound);
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetTerm2(instance, JET_bitTermComplete));

    scattered("service");
    begin_ordering();
    assert_ok(JetStopServiceInstance(instance));
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
    instance = test_instance("service", "on");
    session = test_session(instance);
    come();
    check_rows(1);
    assert_ok(JetTerm(instance));

    /* Its transactions are none that an instance waits for, whatever it is at. */
    for (int i = 0; i < 20; i++)
    {
        instance = test_instance("service", "on");
        session = test_session(instance);
        come();
        begin_ordering();
        test_sleep((unsigned)i % 4);
        assert_ok(JetTerm2(instance, JET_bitTermComplete));
    }
}

/* What it has done is in the log, in whatever order the pages were written. */
static void it_is_recovered(void **state)
{
    (void)state;
    scattered("again");
    begin_ordering();
    for (int i = 0; i < 200 && !atomic_load(&begun); i++)
        test_sleep(1);
    test_sleep(30);
    assert_err(JetTerm2(instance, JET_bitTermDirty), JET_errDirtyShutdown);
    instance = test_instance("again", "on");
    session = test_session(instance);
    come();
    check_rows(1);
    begin_ordering();
    await_end();
    check_rows(1);
    assert_ok(JetTerm(instance));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_come_into_order),
        cmocka_unit_test(others_go_on),
        cmocka_unit_test(it_is_stopped),
        cmocka_unit_test(it_is_recovered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
