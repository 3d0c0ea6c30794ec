/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Online defragmentation keeps its place in a table of the database, MSysDefrag2: its
 * columns, what is in them when a pass ends or is ended, and where the next one goes on.
 */
#include <stdatomic.h>

#include "support.h"

#define ROWS 6000u

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;
static JET_TABLEID table;
static JET_COLUMNID id;
static JET_ULONG objid;

static void start_instance(void)
{
    instance = test_instance("defragment", "on");
    session = test_session(instance);
}

static void open_table(void)
{
    assert_ok(JetOpenTableA(session, dbid, "rows", NULL, 0, 0, &table));
    assert_ok(JetGetTableInfoA(session, table, &objid, sizeof(objid), JET_TblInfoObjectId));
}

static int start(void **state)
{
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypLong, 0, 0, 0, 0, 0, 0 };
    static char text[500];
    JET_COLUMNID data;

    (void)state;
    start_instance();
    assert_ok(JetCreateDatabaseA(session, test_file("defragment.edb"), NULL, &dbid, 0));
    assert_ok(JetCreateTableA(session, dbid, "rows", 1, 100, &table));
    assert_ok(JetAddColumnA(session, table, "id", &def, NULL, 0, &id));
    def.coltyp = JET_coltypLongBinary;
    assert_ok(JetAddColumnA(session, table, "data", &def, NULL, 0, &data));
    assert_ok(JetCreateIndexA(session, table, "primary", JET_bitIndexPrimary, "+id\0", 5, 100));
    assert_ok(JetBeginTransaction(session));
    for (unsigned i = 0; i < ROWS; i++)
    {
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, id, &i, sizeof(i), 0, NULL));
        assert_ok(JetSetColumn(session, table, data, text, sizeof(text), 0, NULL));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(session, JET_bitCommitLazyFlush));
    assert_ok(JetCloseTable(session, table));
    open_table();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetTerm(instance));
    return 0;
}

static atomic_uint completed;

static JET_ERR JET_API on_completed(JET_SESID sesid, JET_DBID db, JET_TABLEID tableid, JET_CBTYP type, void *first,
                                    void *second, void *context, JET_API_PTR unused)
{
    (void)sesid, (void)db, (void)tableid, (void)first, (void)second, (void)context, (void)unused;
    if (type == JET_cbtypOnlineDefragCompleted)
        atomic_fetch_add(&completed, 1);
    return JET_errSuccess;
}

static void begin(JET_ULONG passes)
{
    assert_ok(JetDefragment2A(session, dbid, NULL, &passes, NULL, on_completed, JET_bitDefragmentBatchStart));
}

static void wait_completed(unsigned count)
{
    for (unsigned i = 0; i < 3000 && atomic_load(&completed) < count; i++)
        test_sleep(10);
    assert_int_equal(atomic_load(&completed), count);
}

/* ---------------------------------------------------------------- the row --- */

static JET_COLUMNID column(JET_TABLEID place, const char *name)
{
    JET_COLUMNDEF def;

    assert_ok(JetGetTableColumnInfoA(session, place, name, &def, sizeof(def), JET_ColInfo));
    return def.columnid;
}

struct place
{
    JET_ULONG objid, key_size;
    uint16_t status; /* 0: NULL */
    uint8_t key[100];
    int64_t invocations, visited, passes, all_invocations, all_visited;
};

static JET_ULONG get(JET_TABLEID place, const char *name, void *data, JET_ULONG size)
{
    JET_ULONG actual = 0;

    assert_true(JetRetrieveColumn(session, place, column(place, name), data, size, &actual, 0, NULL) >= 0);
    return actual;
}

/* As one transaction saw it. */
static void look(struct place *at)
{
    JET_TABLEID place;

    memset(at, 0, sizeof(*at));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetOpenTableA(session, dbid, "MSysDefrag2", NULL, 0, JET_bitTableReadOnly, &place));
    assert_int_equal(get(place, "ObjidFDP", &at->objid, sizeof(at->objid)), sizeof(at->objid));
    (void)get(place, "Status", &at->status, sizeof(at->status));
    at->key_size = get(place, "CurrentKey", at->key, sizeof(at->key));
    (void)get(place, "PassInvocations", &at->invocations, sizeof(at->invocations));
    (void)get(place, "PassPagesVisited", &at->visited, sizeof(at->visited));
    (void)get(place, "TotalPasses", &at->passes, sizeof(at->passes));
    (void)get(place, "TotalInvocations", &at->all_invocations, sizeof(at->all_invocations));
    (void)get(place, "TotalPagesVisited", &at->all_visited, sizeof(at->all_visited));
    assert_int_equal(JetMove(session, place, JET_MoveNext, 0), JET_errNoCurrentRecord);
    assert_ok(JetCloseTable(session, place));
    assert_ok(JetCommitTransaction(session, 0));
}

static void assert_nowhere(const struct place *at)
{
    assert_int_equal(at->objid, 2);
    assert_int_equal(at->status, 0);
    assert_int_equal(at->key_size, 0);
}

/* --------------------------------------------------------------- the tests --- */

static void the_first_pass_makes_the_table(void **state)
{
    static const struct
    {
        const char *name;
        JET_COLTYP type;
        JET_GRBIT grbit;
    } columns[] = {
        { "ObjidFDP", JET_coltypLong, JET_bitColumnFixed | JET_bitColumnNotNULL },
        { "Status", JET_coltypShort, JET_bitColumnFixed },
        { "PassStartDateTime", JET_coltypLongLong, JET_bitColumnFixed },
        { "PassElapsedSeconds", JET_coltypLongLong, JET_bitColumnFixed },
        { "PassInvocations", JET_coltypLongLong, JET_bitColumnFixed },
        { "PassPagesVisited", JET_coltypLongLong, JET_bitColumnFixed },
        { "PassPagesFreed", JET_coltypLongLong, JET_bitColumnFixed },
        { "PassPartialMerges", JET_coltypLongLong, JET_bitColumnFixed },
        { "TotalPasses", JET_coltypLongLong, JET_bitColumnFixed },
        { "TotalElapsedSeconds", JET_coltypLongLong, JET_bitColumnFixed },
        { "TotalInvocations", JET_coltypLongLong, JET_bitColumnFixed },
        { "TotalDefragDays", JET_coltypLongLong, JET_bitColumnFixed },
        { "TotalPagesVisited", JET_coltypLongLong, JET_bitColumnFixed },
        { "TotalPagesFreed", JET_coltypLongLong, JET_bitColumnFixed },
        { "TotalPartialMerges", JET_coltypLongLong, JET_bitColumnFixed },
        { "CurrentKey", JET_coltypLongBinary, JET_bitColumnTagged },
    };
    JET_OBJECTINFO info;
    JET_COLUMNDEF def;
    JET_TABLEID place;
    struct place at;

    (void)state;
    assert_err(JetOpenTableA(session, dbid, "MSysDefrag2", NULL, 0, 0, &place), JET_errObjectNotFound);
    atomic_store(&completed, 0);
    begin(1);
    wait_completed(1);
    assert_ok(JetGetObjectInfoA(session, dbid, JET_objtypTable, NULL, "MSysDefrag2", &info, sizeof(info),
                                JET_ObjInfoNoStats));
    assert_int_equal(info.flags & JET_bitObjectSystemDynamic, JET_bitObjectSystemDynamic);
    assert_true(info.flags & JET_bitObjectTableFixedDDL);
    assert_ok(JetOpenTableA(session, dbid, "MSysDefrag2", NULL, 0, 0, &place));
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
    {
        assert_ok(JetGetTableColumnInfoA(session, place, columns[i].name, &def, sizeof(def), JET_ColInfo));
        assert_int_equal(def.columnid, columns[i].grbit & JET_bitColumnTagged ? 256 : i + 1);
        assert_int_equal(def.coltyp, columns[i].type);
        assert_int_equal(def.grbit & (columns[i].grbit | JET_bitColumnFixed), columns[i].grbit);
    }
    assert_ok(JetCloseTable(session, place));
    look(&at);
    assert_nowhere(&at);
    assert_int_equal(at.invocations, 1);
    assert_int_equal(at.passes, 1);
    assert_int_equal(at.all_invocations, 1);
    assert_true(at.visited > 500);
    assert_int_equal(at.all_visited, at.visited);
}

/* A place in the middle of the table, as another engine may have left it. */
static void leave_off_in_the_middle(void)
{
    unsigned middle = ROWS / 2;
    uint16_t status = 1;
    JET_TABLEID place;
    uint8_t key[100];
    JET_ULONG size;

    assert_ok(JetMakeKey(session, table, &middle, sizeof(middle), JET_bitNewKey));
    assert_ok(JetRetrieveKey(session, table, key, sizeof(key), &size, JET_bitRetrieveCopy));
    assert_ok(JetOpenTableA(session, dbid, "MSysDefrag2", NULL, 0, 0, &place));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, place, JET_prepReplace));
    assert_ok(JetSetColumn(session, place, column(place, "ObjidFDP"), &objid, sizeof(objid), 0, NULL));
    assert_ok(JetSetColumn(session, place, column(place, "Status"), &status, sizeof(status), 0, NULL));
    assert_ok(JetSetColumn(session, place, column(place, "CurrentKey"), key, size, 0, NULL));
    assert_ok(JetUpdate(session, place, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetCloseTable(session, place));
}

static void another_ones_pass_goes_on(void **state)
{
    struct place before, at;
    int64_t whole, half;

    (void)state;
    look(&before);
    whole = before.visited;
    leave_off_in_the_middle();
    atomic_store(&completed, 0);
    /* What is left of it, and then the pass that was asked for. */
    begin(1);
    do
    {
        test_sleep(1);
        look(&at);
    } while (at.passes == before.passes);
    assert_int_equal(at.passes, before.passes + 1);
    half = at.all_visited - before.all_visited;
    assert_true(half > whole / 3 && half < whole * 2 / 3);
    assert_int_equal(at.invocations, 2);
    wait_completed(1);
    look(&at);
    assert_nowhere(&at);
    assert_int_equal(at.passes, before.passes + 2);
    assert_int_equal(at.invocations, 1);
    assert_int_equal(at.visited, whole);
    assert_int_equal(at.all_visited, before.all_visited + half + whole);
}

/* Goes on from the middle, and has begun when this returns. */
static void begin_in_the_middle(struct place *before)
{
    struct place at;

    leave_off_in_the_middle();
    look(before);
    begin(0);
    do
        look(&at);
    while (at.all_invocations == before->all_invocations);
}

/* It came to the end of its pass, or it is further to the left. */
static void check_went_on(const struct place *before)
{
    struct place at;

    look(&at);
    assert_int_equal(at.all_invocations, before->all_invocations + 1);
    if (at.passes > before->passes)
        return;
    assert_int_equal(at.invocations, before->invocations + 1);
    assert_true(at.objid >= before->objid);
    if (at.objid > before->objid || at.status != before->status)
        return;
    assert_int_equal(at.key_size, before->key_size);
    assert_true(memcmp(at.key, before->key, at.key_size) <= 0);
}

static void start_again(void)
{
    assert_ok(JetTerm(instance));
    start_instance();
    assert_ok(JetAttachDatabaseA(session, test_file("defragment.edb"), 0));
    assert_ok(JetOpenDatabaseA(session, test_file("defragment.edb"), NULL, &dbid, 0));
    open_table();
}

/* However it ends, its place is noted. */
static void an_end_notes_the_place(void **state)
{
    struct place before;
    JET_ULONG passes;

    (void)state;
    begin_in_the_middle(&before);
    assert_ok(JetDefragmentA(session, dbid, NULL, &passes, NULL, JET_bitDefragmentBatchStop));
    check_went_on(&before);
    begin_in_the_middle(&before);
    start_again();
    check_went_on(&before);
    begin_in_the_middle(&before);
    assert_ok(JetStopServiceInstance(instance));
    start_again();
    check_went_on(&before);
}

/* Space alone has no place: one in the tables stays. */
static void a_pass_over_space_leaves_the_place_alone(void **state)
{
    struct place before, at;
    JET_ULONG passes = 1;

    (void)state;
    leave_off_in_the_middle();
    look(&before);
    atomic_store(&completed, 0);
    assert_ok(JetDefragment2A(session, dbid, NULL, &passes, NULL, on_completed,
                              JET_bitDefragmentBatchStart | JET_bitDefragmentAvailSpaceTreesOnly));
    wait_completed(1);
    look(&at);
    assert_int_equal(at.objid, before.objid);
    assert_int_equal(at.status, before.status);
    assert_int_equal(at.key_size, before.key_size);
    assert_memory_equal(at.key, before.key, at.key_size);
    assert_int_equal(at.all_visited, before.all_visited);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_pass_makes_the_table),
        cmocka_unit_test(another_ones_pass_goes_on),
        cmocka_unit_test(a_pass_over_space_leaves_the_place_alone),
        cmocka_unit_test(an_end_notes_the_place),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
