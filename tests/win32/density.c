/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How full leaves are: what is appended to a table or an index leaves of each what its density says. */
#include "support.h"

#define ROWS      4000u
#define DATA_SIZE 100u

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;
static JET_ULONG page_size;
static JET_COLUMNID id, data;

static int start(void **state)
{
    JET_API_PTR number = 0;

    (void)state;
    instance = test_instance("density", "off");
    session = test_session(instance);
    assert_ok(JetCreateDatabaseA(session, test_file("density.edb"), NULL, &dbid, 0));
    assert_ok(JetGetSystemParameterA(instance, session, JET_paramDatabasePageSize, &number, NULL, 0));
    page_size = (JET_ULONG)number;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetTerm(instance));
    return 0;
}

static void make_columns(JET_TABLEID table)
{
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypLong, 0, 0, 0, 0, 0, JET_bitColumnFixed };

    assert_ok(JetAddColumnA(session, table, "id", &def, NULL, 0, &id));
    def.coltyp = JET_coltypBinary;
    def.cbMax = DATA_SIZE;
    assert_ok(JetAddColumnA(session, table, "data", &def, NULL, 0, &data));
}

/* Rows whose ids are `first`, `first` + step ...; each has its id twice, so that two indexes differ. */
static void insert(JET_TABLEID table, int32_t first, int32_t step, unsigned count)
{
    uint8_t bytes[DATA_SIZE] = { 0 };

    assert_ok(JetBeginTransaction(session));
    for (unsigned i = 0; i < count; i++, first += step)
    {
        for (unsigned k = 0; k < 4; k++)
            bytes[k] = (uint8_t)((uint32_t)first >> (24 - 8 * k));
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, id, &first, sizeof(first), 0, NULL));
        assert_ok(JetSetColumn(session, table, data, bytes, sizeof(bytes), 0, NULL));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(session, 0));
}

static JET_ULONG table_leaves(JET_TABLEID table)
{
    JET_OBJECTINFO info;

    assert_ok(JetComputeStats(session, table));
    assert_ok(JetGetTableInfoA(session, table, &info, sizeof(info), JET_TblInfo));
    assert_int_equal(info.cRecord, ROWS);
    return info.cPage;
}

static JET_ULONG index_leaves(JET_TABLEID table, const char *name)
{
    JET_INDEXLIST list;
    JET_ULONG pages;

    assert_ok(JetComputeStats(session, table));
    assert_ok(JetGetTableIndexInfoA(session, table, name, &list, sizeof(list), JET_IdxInfo));
    assert_ok(JetMove(session, list.tableid, JET_MoveFirst, 0));
    assert_ok(JetRetrieveColumn(session, list.tableid, list.columnidcPage, &pages, sizeof(pages), NULL, 0, NULL));
    assert_ok(JetCloseTable(session, list.tableid));
    return pages;
}

/* `leaves` are what `full` ones become at that density, but for what an entry's size cuts off. */
static void assert_density(JET_ULONG leaves, JET_ULONG full, JET_ULONG density)
{
    double room = page_size - 44, spare = (100 - density) * page_size / 100, per_leaf = (double)ROWS / full;
    double most = per_leaf * (room - spare) / room + 1, least = most - 2;

    assert_in_range(leaves, (JET_ULONG)(ROWS / most), (JET_ULONG)(ROWS / least) + 1);
    /* and no two densities that are tried have leaves in common */
    if (density == 100)
        assert_int_equal(leaves, full);
    else
        assert_true(leaves > full + full / 10);
}

static JET_TABLEID filled_table(const char *name, JET_ULONG density, int32_t first, int32_t step)
{
    JET_TABLEID table;

    assert_ok(JetCreateTableA(session, dbid, name, 1, density, &table));
    make_columns(table);
    insert(table, first, step, ROWS);
    return table;
}

static void records_that_are_appended(void **state)
{
    static const JET_ULONG densities[] = { 100, 80, 50, 20, 0 };
    JET_ULONG full = 0;

    (void)state;
    for (unsigned i = 0; i < 5; i++)
    {
        char name[8] = { 't', (char)('0' + i) };
        JET_TABLEID table = filled_table(name, densities[i], 0, 1);
        JET_ULONG leaves = table_leaves(table), told[2];

        if (!i)
            full = leaves;
        assert_density(leaves, full, densities[i] ? densities[i] : 80);
        assert_ok(JetGetTableInfoA(session, table, told, sizeof(told), JET_TblInfoSpaceAlloc));
        assert_int_equal(told[1], densities[i] ? densities[i] : 80);
        assert_ok(JetCloseTable(session, table));
    }
}

/* The same rows from the last to the first, and such that come between others. */
static void records_that_are_not(void **state)
{
    JET_TABLEID table[2];

    (void)state;
    for (unsigned i = 0; i < 2; i++)
    {
        assert_ok(JetCreateTableA(session, dbid, i ? "back20" : "back100", 1, i ? 20 : 100, &table[i]));
        make_columns(table[i]);
        assert_ok(JetCreateIndexA(session, table[i], "primary", JET_bitIndexPrimary, "+id\0", 5, i ? 20 : 100));
        insert(table[i], 9999999, 1, 1);
        insert(table[i], 0, 2, 60);
        insert(table[i], 8000000, -1, ROWS / 2 - 61);
        insert(table[i], 119, 2, ROWS / 2);
    }
    assert_in_range(table_leaves(table[1]), table_leaves(table[0]), table_leaves(table[0]) + 4);
    assert_ok(JetCloseTable(session, table[0]));
    assert_ok(JetCloseTable(session, table[1]));
}

static void the_primary_index_decides(void **state)
{
    JET_ULONG full, leaves;
    JET_TABLEID table;

    (void)state;
    assert_ok(JetCreateTableA(session, dbid, "primary100", 1, 20, &table));
    make_columns(table);
    assert_ok(JetCreateIndexA(session, table, "primary", JET_bitIndexPrimary, "+id\0", 5, 100));
    insert(table, 0, 1, ROWS);
    full = table_leaves(table);
    assert_ok(JetCloseTable(session, table));

    assert_ok(JetCreateTableA(session, dbid, "primary50", 1, 20, &table));
    make_columns(table);
    assert_ok(JetCreateIndexA(session, table, "primary", JET_bitIndexPrimary, "+id\0", 5, 50));
    insert(table, 0, 1, ROWS);
    leaves = table_leaves(table);
    assert_ok(JetCloseTable(session, table));
    assert_density(leaves, full, 50);
}

/* Entries that come in order one by one, and all at once; the density is the table's if none is given. */
static void secondary_indexes(void **state)
{
    static const JET_ULONG densities[] = { 100, 80, 50, 20, 0 };
    JET_ULONG before[5], after[5];
    JET_TABLEID table;
    char name[8] = "index?";

    (void)state;
    assert_ok(JetCreateTableA(session, dbid, "before", 1, 90, &table));
    make_columns(table);
    for (unsigned i = 0; i < 5; i++)
    {
        name[5] = (char)('0' + i);
        assert_ok(JetCreateIndexA(session, table, name, 0, "+data\0", 7, densities[i]));
    }
    insert(table, 0, 1, ROWS);
    for (unsigned i = 0; i < 5; i++)
    {
        name[5] = (char)('0' + i);
        before[i] = index_leaves(table, name);
    }
    assert_ok(JetCloseTable(session, table));
    table = filled_table("after", 50, 0, 1);
    for (unsigned i = 0; i < 5; i++)
    {
        name[5] = (char)('0' + i);
        assert_ok(JetCreateIndexA(session, table, name, 0, "+data\0", 7, densities[i]));
        after[i] = index_leaves(table, name);
    }
    assert_ok(JetCloseTable(session, table));
    for (unsigned i = 0; i < 4; i++)
    {
        assert_density(before[i], before[0], densities[i]);
        assert_density(after[i], after[0], densities[i]);
    }
    assert_density(before[4], before[0], 80);
    assert_density(after[4], after[0], 80);
}

/* Of a template's index, and of hints that JetCreateTableColumnIndex takes. */
static void derived_tables_and_hints(void **state)
{
    JET_SPACEHINTS hints = { sizeof(hints), 50, 0, 0, 0, 0, 0, 0 }, all = { sizeof(all), 100, 0, 0, 0, 0, 0, 0 };
    JET_COLUMNCREATE_A columns[] = {
        { sizeof(columns[0]), (char *)"id", JET_coltypLong, 0, JET_bitColumnFixed, NULL, 0, 0, 0, 0 },
        { sizeof(columns[0]), (char *)"data", JET_coltypBinary, DATA_SIZE, JET_bitColumnFixed, NULL, 0, 0, 0, 0 },
    };
    JET_INDEXCREATE2_A indexes[] = {
        { .cbStruct = sizeof(indexes[0]),
          .szIndexName = (char *)"primary",
          .szKey = (char *)"+id\0",
          .cbKey = 5,
          .grbit = JET_bitIndexPrimary,
          .pSpacehints = &hints },
        { .cbStruct = sizeof(indexes[0]),
          .szIndexName = (char *)"full",
          .szKey = (char *)"+data\0",
          .cbKey = 7,
          .ulDensity = 20,
          .pSpacehints = &all },
        { .cbStruct = sizeof(indexes[0]),
          .szIndexName = (char *)"loose",
          .szKey = (char *)"+data\0+id\0",
          .cbKey = 11,
          .pSpacehints = &hints },
    };
    JET_TABLECREATE3_A create = { .cbStruct = sizeof(create),
                                  .szTableName = (char *)"template",
                                  .ulPages = 1,
                                  .ulDensity = 100,
                                  .rgcolumncreate = columns,
                                  .cColumns = 2,
                                  .rgindexcreate = indexes,
                                  .cIndexes = 3,
                                  .grbit = JET_bitTableCreateTemplateTable };
    JET_TABLECREATE3_A derive = { .cbStruct = sizeof(derive),
                                  .szTableName = (char *)"derived",
                                  .ulPages = 1,
                                  .szTemplateTableName = (char *)"template",
                                  .ulDensity = 100 };
    JET_ULONG full, loose;

    (void)state;
    assert_ok(JetCreateTableColumnIndex3A(session, dbid, &create));
    assert_ok(JetCloseTable(session, create.tableid));
    assert_ok(JetCreateTableColumnIndex3A(session, dbid, &derive));
    id = columns[0].columnid;
    data = columns[1].columnid;
    insert(derive.tableid, 0, 1, ROWS);
    full = index_leaves(derive.tableid, "full");
    loose = index_leaves(derive.tableid, "loose");
    /* whose keys are longer by their second column */
    assert_in_range(loose, 2 * full - full / 50, 2 * full + full / 8);
    /* A table without hints of its own has the template's; its records are as large as the entries, or nearly. */
    assert_in_range(table_leaves(derive.tableid), loose - loose / 8, loose + loose / 8);
    assert_ok(JetCloseTable(session, derive.tableid));
}

/* An offline defragmentation fills the leaves up to the density again. */
static void a_copy_is_as_full(void **state)
{
    JET_DBID copy;
    JET_TABLEID table;
    JET_ULONG full;

    (void)state;
    table = filled_table("random100", 100, 0, 1);
    full = table_leaves(table);
    assert_ok(JetCloseTable(session, table));
    table = filled_table("random50", 50, 0, 1);
    assert_density(table_leaves(table), full, 50);
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetDetachDatabaseA(session, test_file("density.edb")));
    assert_ok(JetAttachDatabaseA(session, test_file("density.edb"), JET_bitDbReadOnly));
    assert_ok(JetCompactA(session, test_file("density.edb"), test_file("copy.edb"), NULL, NULL, 0));
    assert_ok(JetDetachDatabaseA(session, test_file("density.edb")));
    assert_ok(JetAttachDatabaseA(session, test_file("copy.edb"), 0));
    assert_ok(JetOpenDatabaseA(session, test_file("copy.edb"), NULL, &copy, 0));
    assert_ok(JetOpenTableA(session, copy, "random50", NULL, 0, 0, &table));
    assert_density(table_leaves(table), full, 50);
    assert_ok(JetCloseTable(session, table));
    /* and what is added later is so, too */
    assert_ok(JetOpenTableA(session, copy, "random100", NULL, 0, 0, &table));
    assert_int_equal(table_leaves(table), full);
    assert_ok(JetCloseTable(session, table));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_that_are_appended), cmocka_unit_test(records_that_are_not),
        cmocka_unit_test(the_primary_index_decides), cmocka_unit_test(secondary_indexes),
        cmocka_unit_test(derived_tables_and_hints),  cmocka_unit_test(a_copy_is_as_full),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
