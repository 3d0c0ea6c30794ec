/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetConvertDDL: what it changes in the catalog of a table that is there. */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID database;

static JET_ERR convert(JET_OPDDLCONV kind, const void *how, size_t size)
{
    return JetConvertDDLA(session, database, kind, (void *)how, (JET_ULONG)size);
}

static JET_TABLEID open_table(const char *name)
{
    JET_TABLEID table;

    assert_ok(JetOpenTableA(session, database, name, NULL, 0, 0, &table));
    return table;
}

/* A table of two numbers and a text, with an index over one of the numbers. */
static void make_table(const char *name)
{
    JET_COLUMNCREATE_A columns[] = {
        { .cbStruct = sizeof(*columns), .szColumnName = (char *)"id", .coltyp = JET_coltypLong },
        { .cbStruct = sizeof(*columns), .szColumnName = (char *)"other", .coltyp = JET_coltypLong },
        { .cbStruct = sizeof(*columns),
          .szColumnName = (char *)"text",
          .coltyp = JET_coltypText,
          .cbMax = 20,
          .cp = 1252 },
    };
    JET_INDEXCREATE_A indexes[] = {
        { .cbStruct = sizeof(*indexes),
          .szIndexName = (char *)"first",
          .szKey = (char *)"+id\0",
          .cbKey = 5,
          .grbit = JET_bitIndexPrimary,
          .ulDensity = 90 },
        { .cbStruct = sizeof(*indexes),
          .szIndexName = (char *)"second",
          .szKey = (char *)"+other\0",
          .cbKey = 8,
          .ulDensity = 90 },
    };
    JET_TABLECREATE_A create = { .cbStruct = sizeof(create),
                                 .szTableName = (char *)name,
                                 .ulPages = 1,
                                 .ulDensity = 90,
                                 .rgcolumncreate = columns,
                                 .cColumns = 3,
                                 .rgindexcreate = indexes,
                                 .cIndexes = 2 };

    assert_ok(JetCreateTableColumnIndexA(session, database, &create));
    assert_ok(JetCloseTable(session, create.tableid));
}

static void insert(JET_TABLEID table, int32_t id, const char *text)
{
    JET_COLUMNDEF def;

    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetGetTableColumnInfoA(session, table, "id", &def, sizeof(def), JET_ColInfo));
    assert_ok(JetSetColumn(session, table, def.columnid, &id, sizeof(id), 0, NULL));
    assert_ok(JetGetTableColumnInfoA(session, table, "other", &def, sizeof(def), JET_ColInfo));
    assert_ok(JetSetColumn(session, table, def.columnid, &id, sizeof(id), 0, NULL));
    assert_ok(JetGetTableColumnInfoA(session, table, "text", &def, sizeof(def), JET_ColInfo));
    if (text)
        assert_ok(JetSetColumn(session, table, def.columnid, text, (JET_ULONG)strlen(text), 0, NULL));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
}

static unsigned count_in(JET_TABLEID table, const char *index)
{
    JET_ULONG count = 0;

    assert_ok(JetSetCurrentIndexA(session, table, index));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetIndexRecordCount(session, table, &count, 0));
    return count;
}

static void arguments(void **state)
{
    JET_DDLADDCALLBACK_A callback = { (char *)"nowhere", (char *)"a!b", JET_cbtypBeforeDelete };

    (void)state;
    assert_err(convert(opDDLConvNull, &callback, sizeof(callback)), JET_errInvalidParameter);
    assert_err(convert(opDDLConvMax, &callback, sizeof(callback)), JET_errInvalidParameter);
    assert_err(convert(opDDLConvAddCallback, NULL, sizeof(callback)), JET_errInvalidParameter);
    assert_err(convert(opDDLConvAddCallback, &callback, sizeof(callback) - 1), JET_errInvalidParameter);
    assert_err(convert(opDDLConvAddCallback, &callback, sizeof(callback)), JET_errObjectNotFound);
    callback.szTable = (char *)"rows";
    callback.szCallback = NULL;
    assert_err(convert(opDDLConvAddCallback, &callback, sizeof(callback)), JET_errInvalidParameter);
}

static void a_callback_of_a_table(void **state)
{
    JET_DDLADDCALLBACK_A callback = { (char *)"called", (char *)"nowhere!nothing", JET_cbtypBeforeDelete };
    JET_DDLADDCALLBACK_W wide = { test_wide("called"), test_wide("nowhere!more"), JET_cbtypBeforeDelete };
    JET_DDLCALLBACKDLL_A module = { (char *)"NOWHERE", (char *)"somewhere" };
    JET_DDLCALLBACKDLL_W wide_module = { test_wide("elsewhere"), test_wide("nowhere") };
    char longer[260];
    JET_TABLEID table;

    (void)state;
    make_table("called");
    table = open_table("called");
    insert(table, 1, NULL);
    insert(table, 2, NULL);
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetDelete(session, table));
    assert_ok(JetCloseTable(session, table));
    assert_ok(convert(opDDLConvAddCallback, &callback, sizeof(callback)));
    assert_err(convert(opDDLConvAddCallback, &callback, sizeof(callback)), JET_errKeyDuplicate);
    assert_err(JetConvertDDLW(session, database, opDDLConvAddCallback, &wide, sizeof(wide)), JET_errKeyDuplicate);
    table = open_table("called");
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_err(JetDelete(session, table), JET_errCallbackFailed);
    assert_ok(JetCloseTable(session, table));

    /* Its module: one of another name is left alone, and a name that gets too long is refused. */
    memset(longer, 'x', sizeof(longer));
    longer[250] = 0;
    assert_ok(convert(opDDLConvChangeCallbackDLL, &module, sizeof(module)));
    module.szNewDLL = longer;
    assert_ok(convert(opDDLConvChangeCallbackDLL, &module, sizeof(module)));
    module.szOldDLL = (char *)"somewhere";
    assert_err(convert(opDDLConvChangeCallbackDLL, &module, sizeof(module)), JET_errInvalidParameter);
    longer[9] = 0;
    memcpy(longer, "elsewhere", 9);
    assert_ok(convert(opDDLConvChangeCallbackDLL, &module, sizeof(module)));
    assert_ok(JetConvertDDLW(session, database, opDDLConvChangeCallbackDLL, &wide_module, sizeof(wide_module)));
    module.szNewDLL = NULL;
    assert_err(convert(opDDLConvChangeCallbackDLL, &module, sizeof(module)), JET_errInvalidParameter);
    /* What has no module cannot lose it. */
    module.szOldDLL = (char *)"";
    module.szNewDLL = (char *)"any";
    assert_err(convert(opDDLConvChangeCallbackDLL, &module, sizeof(module)), JET_errInvalidParameter);
}

static void conditions_of_indexes(void **state)
{
    JET_CONDITIONALCOLUMN_A condition = { sizeof(condition), (char *)"text", JET_bitIndexColumnMustBeNonNull };
    JET_CONDITIONALCOLUMN_W wide_condition = { sizeof(wide_condition), test_wide("text"),
                                               JET_bitIndexColumnMustBeNonNull };
    JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES_A how = { (char *)"conditional", &condition, 1 };
    JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES_W wide = { test_wide("conditional"), &wide_condition, 1 };
    JET_TABLEID table;

    (void)state;
    make_table("conditional");
    table = open_table("conditional");
    insert(table, 1, NULL);
    assert_int_equal(count_in(table, "second"), 1);
    assert_ok(JetCloseTable(session, table));
    condition.grbit = 0;
    assert_err(convert(opDDLConvAddConditionalColumnsToAllIndexes, &how, sizeof(how)), JET_errInvalidGrbit);
    condition.grbit = JET_bitIndexColumnMustBeNonNull;
    condition.cbStruct--;
    assert_err(convert(opDDLConvAddConditionalColumnsToAllIndexes, &how, sizeof(how)), JET_errIndexInvalidDef);
    condition.cbStruct++;
    condition.szColumnName = (char *)"missing";
    assert_err(convert(opDDLConvAddConditionalColumnsToAllIndexes, &how, sizeof(how)), JET_errColumnNotFound);
    condition.szColumnName = (char *)"text";
    assert_ok(convert(opDDLConvAddConditionalColumnsToAllIndexes, &how, sizeof(how)));
    /* A condition that is there already changes nothing, nor does it fail. */
    assert_ok(JetConvertDDLW(session, database, opDDLConvAddConditionalColumnsToAllIndexes, &wide, sizeof(wide)));
    wide_condition.cbStruct++;
    assert_err(JetConvertDDLW(session, database, opDDLConvAddConditionalColumnsToAllIndexes, &wide, sizeof(wide)),
               JET_errInvalidParameter);

    /* The entries that are there stay; of new records only some get one. */
    table = open_table("conditional");
    insert(table, 2, NULL);
    insert(table, 3, "yes");
    assert_int_equal(count_in(table, "second"), 2);
    assert_int_equal(count_in(table, "first"), 3);
    assert_ok(JetCloseTable(session, table));
}

static void columns_and_density(void **state)
{
    JET_DDLMAXCOLUMNSIZE_A size = { (char *)"sizes", (char *)"text", 40 };
    JET_DDLMAXCOLUMNSIZE_W wide_size = { test_wide("sizes"), test_wide("text"), 50 };
    JET_DDLCHANGECOLUMN_A column = { (char *)"sizes", (char *)"other", JET_coltypUnsignedLong, 0 };
    JET_DDLINDEXDENSITY_W density = { test_wide("sizes"), test_wide("second"), 50 };
    JET_DDLADDCOLUMNCALLBACK_A callback = { (char *)"sizes", (char *)"absent", (char *)"a!b", NULL, 0 };
    JET_COLUMNDEF def;
    JET_TABLEID table;
    JET_ULONG found;

    (void)state;
    make_table("sizes");
    assert_ok(convert(opDDLConvIncreaseMaxColumnSize, &size, sizeof(size)));
    size.cbMax = 30;
    assert_err(convert(opDDLConvIncreaseMaxColumnSize, &size, sizeof(size)), JET_errInvalidParameter);
    assert_ok(JetConvertDDLW(session, database, opDDLConvIncreaseMaxColumnSize, &wide_size, sizeof(wide_size)));
    assert_ok(convert(opDDLConvChangeColumn, &column, sizeof(column)));
    assert_ok(JetConvertDDLW(session, database, opDDLConvChangeIndexDensity, &density, sizeof(density)));
    assert_err(convert(opDDLConvAddColumnCallback, &callback, sizeof(callback)), JET_errColumnNotFound);
    table = open_table("sizes");
    assert_ok(JetGetTableColumnInfoA(session, table, "text", &def, sizeof(def), JET_ColInfo));
    assert_int_equal(def.cbMax, 50);
    assert_ok(JetGetTableColumnInfoA(session, table, "other", &def, sizeof(def), JET_ColInfo));
    assert_int_equal(def.coltyp, JET_coltypUnsignedLong);
    assert_ok(JetGetTableIndexInfoA(session, table, "second", &found, sizeof(found), JET_IdxInfoSpaceAlloc));
    assert_int_equal(found, 50);
    assert_ok(JetCloseTable(session, table));
}

#ifdef _WIN32
#define REAL_FUNCTION "kernel32!GetTickCount"
#else
#define REAL_FUNCTION "libc.so.6!abs"
#endif

/* Where callbacks of the catalog are allowed, they are found as a table is made or opened, or that fails. */
static void callbacks_are_found_early(void **state)
{
    JET_INSTANCE allowing = test_instance_unstarted("allowing", "off");
    JET_TABLECREATE2_A create = { .cbStruct = sizeof(create),
                                  .szTableName = (char *)"told",
                                  .szCallback = (char *)"nowhere!nothing",
                                  .cbtyp = JET_cbtypBeforeDelete };
    JET_USERDEFINEDDEFAULT_A computed = { (char *)"nowhere!nothing", NULL, 0, NULL };
    JET_COLUMNDEF def = { .cbStruct = sizeof(def),
                          .coltyp = JET_coltypLong,
                          .grbit = JET_bitColumnUserDefinedDefault | JET_bitColumnTagged };
    JET_DDLCALLBACKDLL_A module = { (char *)"libc", (char *)"nowhere" };
    JET_SESID own;
    JET_DBID dbid;
    JET_TABLEID table;
    JET_COLUMNID id;

    (void)state;
    if (strncmp(REAL_FUNCTION, "libc", 4))
        module.szOldDLL = (char *)"kernel32";
    assert_ok(JetSetSystemParameterA(&allowing, 0, JET_paramEnablePersistedCallbacks, 1, NULL));
    assert_ok(JetInit(&allowing));
    own = test_session(allowing);
    assert_ok(JetCreateDatabaseA(own, test_file("allowing.edb"), NULL, &dbid, 0));
    assert_err(JetCreateTableColumnIndex2A(own, dbid, &create), JET_errCallbackNotResolved);
    assert_err(JetOpenTableA(own, dbid, "told", NULL, 0, 0, &table), JET_errObjectNotFound);
    create.szCallback = (char *)REAL_FUNCTION;
    assert_ok(JetCreateTableColumnIndex2A(own, dbid, &create));
    assert_err(JetAddColumnA(own, create.tableid, "computed", &def, &computed, sizeof(computed), &id),
               JET_errCallbackNotResolved);
    assert_ok(JetCloseTable(own, create.tableid));
    assert_ok(JetOpenTableA(own, dbid, "told", NULL, 0, 0, &table));
    assert_ok(JetCloseTable(own, table));
    assert_ok(JetConvertDDLA(own, dbid, opDDLConvChangeCallbackDLL, &module, sizeof(module)));
    assert_err(JetOpenTableA(own, dbid, "told", NULL, 0, 0, &table), JET_errCallbackNotResolved);
    assert_ok(JetTerm(allowing));
}

static int start(void **state)
{
    (void)state;
    instance = test_instance("convert", "off");
    session = test_session(instance);
    assert_ok(JetCreateDatabaseA(session, test_file("convert.edb"), NULL, &database, 0));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetTerm(instance));
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments),
        cmocka_unit_test(a_callback_of_a_table),
        cmocka_unit_test(conditions_of_indexes),
        cmocka_unit_test(columns_and_density),
        cmocka_unit_test(callbacks_are_found_early),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
