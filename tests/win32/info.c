/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetGetObjectInfo, JetGetTableInfo, JetGetColumnInfo, JetGetIndexInfo and their kin, over a small database. */
#include "small_database.h"
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;

static int start(void **state)
{
    static uint8_t image[SMALL_SIZE];
    const char *path = test_file("info.edb");

    (void)state;
    small_database(image, JET_dbstateCleanShutdown);
    test_file_write(path, image, sizeof(image));
    instance = test_instance("info", "off");
    session = test_session(instance);
    assert_ok(JetAttachDatabaseA(session, path, JET_bitDbReadOnly));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, JET_bitDbReadOnly));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetTerm(instance));
    return 0;
}

static JET_TABLEID open_table(const char *name)
{
    JET_TABLEID table;

    assert_ok(JetOpenTableA(session, dbid, name, NULL, 0, JET_bitTableReadOnly, &table));
    return table;
}

static const char *text_of(JET_TABLEID list, JET_COLUMNID column)
{
    static char text[300];
    JET_ULONG size = 0;

    assert_true(JetRetrieveColumn(session, list, column, text, sizeof(text) - 1, &size, 0, NULL) >= 0);
    text[size] = 0;
    return text;
}

static uint32_t number_of(JET_TABLEID list, JET_COLUMNID column)
{
    uint32_t number = 0;
    JET_ULONG size;

    assert_true(JetRetrieveColumn(session, list, column, &number, sizeof(number), &size, 0, NULL) >= 0);
    return number;
}

static void tables_are_listed_by_name(void **state)
{
    static const char *const names[] = { "base", "heap", "kind", "people" };
    JET_OBJECTLIST list = { .cbStruct = sizeof(list) };
    JET_OBJECTINFO info;
    unsigned i;

    (void)state;
    assert_ok(
        JetGetObjectInfoA(session, dbid, JET_objtypTable, NULL, NULL, &list, sizeof(list), JET_ObjInfoListNoStats));
    assert_int_equal(list.cRecord, 4);
    for (i = 0; i < 4; i++)
    {
        assert_string_equal(text_of(list.tableid, list.columnidobjectname), names[i]);
        assert_string_equal(text_of(list.tableid, list.columnidcontainername), "Tables");
        assert_int_equal(number_of(list.tableid, list.columnidobjtyp), JET_objtypTable);
        assert_int_equal(number_of(list.tableid, list.columnidflags),
                         i == 0   ? JET_bitObjectTableTemplate | JET_bitObjectTableFixedDDL
                         : i == 2 ? JET_bitObjectTableDerived
                                  : 0);
        assert_err(JetMove(session, list.tableid, JET_MoveNext, 0), i < 3 ? JET_errSuccess : JET_errNoCurrentRecord);
    }
    assert_ok(JetCloseTable(session, list.tableid));

    assert_ok(JetGetObjectInfoA(session, dbid, JET_objtypTable, "TABLES", "kind", &info, sizeof(info), JET_ObjInfo));
    assert_int_equal(info.flags, JET_bitObjectTableDerived);
    assert_int_equal(info.grbit, JET_bitTableInfoBookmark | JET_bitTableInfoRollback);
    assert_err(JetGetObjectInfoA(session, dbid, JET_objtypTable, "Forms", "kind", &info, sizeof(info), JET_ObjInfo),
               JET_errObjectNotFound);
    assert_err(JetGetObjectInfoA(session, dbid, JET_objtypTable, NULL, "nobody", &info, sizeof(info), JET_ObjInfo),
               JET_errObjectNotFound);
    assert_err(JetGetObjectInfoA(session, dbid, JET_objtypTable, NULL, "a.b", &info, sizeof(info), JET_ObjInfo),
               JET_errInvalidName);
    assert_err(JetGetObjectInfoA(session, dbid, JET_objtypTable, NULL, "kind", &info, 4, JET_ObjInfo),
               JET_errBufferTooSmall);
    assert_err(
        JetGetObjectInfoA(session, dbid, JET_objtypTable, NULL, NULL, &list, sizeof(list), JET_ObjInfoSysTabCursor),
        JET_errFeatureNotAvailable);
    assert_err(JetGetObjectInfoA(session, dbid, JET_objtypTable, NULL, NULL, &list, sizeof(list), 99),
               JET_errInvalidParameter);
}

static void facts_of_a_table(void **state)
{
    JET_TABLEID kind = open_table("kind"), people = open_table("people");
    JET_OBJECTINFO info;
    uint32_t numbers[2];
    WCHAR wide[100];
    char name[100];

    (void)state;
    assert_ok(JetGetTableInfoA(session, kind, name, sizeof(name), JET_TblInfoName));
    assert_string_equal(name, "kind");
    assert_ok(JetGetTableInfoW(session, kind, wide, sizeof(wide), JET_TblInfoName));
    assert_true(test_wide_equal(wide, "kind"));
    assert_err(JetGetTableInfoA(session, kind, name, 4, JET_TblInfoName), JET_errBufferTooSmall);
    assert_ok(JetGetTableInfoA(session, kind, name, sizeof(name), JET_TblInfoTemplateTableName));
    assert_string_equal(name, "base");
    assert_ok(JetGetTableInfoA(session, people, name, sizeof(name), JET_TblInfoTemplateTableName));
    assert_string_equal(name, "");
    assert_err(JetGetTableInfoA(session, people, name, 64, JET_TblInfoTemplateTableName), JET_errBufferTooSmall);
    assert_ok(JetGetTableInfoA(session, people, numbers, 4, JET_TblInfoDbid));
    assert_int_equal(numbers[0], dbid);
    assert_ok(JetGetTableInfoA(session, people, numbers, 8, JET_TblInfoSpaceAlloc));
    assert_int_equal(numbers[0], 1);
    assert_int_equal(numbers[1], 80);
    assert_ok(JetGetTableInfoA(session, people, numbers, 4, JET_TblInfoSpaceOwned));
    assert_int_equal(numbers[0], 1);
    assert_ok(JetGetTableInfoA(session, people, &info, sizeof(info), JET_TblInfo));
    assert_int_equal(info.objtyp, JET_objtypTable);
    assert_int_equal(info.flags, 0);
    assert_err(JetGetTableInfoA(session, people, numbers, 4, JET_TblInfoRvt), JET_errFeatureNotAvailable);
    assert_ok(JetCloseTable(session, kind));
    assert_ok(JetCloseTable(session, people));
}

static void one_column(void **state)
{
    JET_TABLEID people = open_table("people");
    JET_COLUMNDEF definition;
    JET_COLUMNBASE_A base;
    JET_COLUMNBASE_W wide;
    JET_COLUMNID id = 257;

    (void)state;
    assert_ok(JetGetTableColumnInfoA(session, people, "NAME", &definition, sizeof(definition), JET_ColInfo));
    assert_int_equal(definition.columnid, 128);
    assert_int_equal(definition.coltyp, JET_coltypText);
    assert_int_equal(definition.cp, 1252);
    assert_int_equal(definition.cbMax, 64);
    assert_int_equal(definition.grbit, 0);
    assert_int_equal(definition.langid, 1033);
    assert_ok(JetGetTableColumnInfoA(session, people, (const char *)&id, &definition, sizeof(definition),
                                     JET_ColInfoByColid));
    assert_int_equal(definition.coltyp, JET_coltypLongText);
    assert_ok(JetGetColumnInfoA(session, dbid, "kind", "note", &definition, sizeof(definition), JET_ColInfo));
    assert_int_equal(definition.columnid, 0x80000000u | 256);
    assert_ok(JetGetColumnInfoA(session, dbid, "kind", "note", &base, sizeof(base), JET_ColInfoBase));
    assert_string_equal(base.szBaseTableName, "kind");
    assert_string_equal(base.szBaseColumnName, "note");
    assert_ok(
        JetGetColumnInfoW(session, dbid, test_wide("kind"), test_wide("note"), &wide, sizeof(wide), JET_ColInfoBase));
    assert_true(test_wide_equal(wide.szBaseColumnName, "note"));
    assert_err(JetGetTableColumnInfoA(session, people, "nothing", &definition, sizeof(definition), JET_ColInfo),
               JET_errColumnNotFound);
    assert_err(JetGetTableColumnInfoA(session, people, NULL, &definition, sizeof(definition), JET_ColInfo),
               JET_errColumnNotFound);
    assert_err(JetGetTableColumnInfoA(session, people, "na!me", &definition, sizeof(definition), JET_ColInfo),
               JET_errInvalidName);
    assert_err(JetGetTableColumnInfoA(session, people, "name", &definition, 4, JET_ColInfo), JET_errBufferTooSmall);
    assert_err(
        JetGetTableColumnInfoA(session, people, "name", &definition, sizeof(definition), JET_ColInfoSysTabCursor),
        JET_errFeatureNotAvailable);
    assert_ok(JetCloseTable(session, people));
}

static void expect_columns(JET_COLUMNLIST *list, const char *const *names, unsigned count)
{
    unsigned i;

    assert_int_equal(list->cRecord, count);
    for (i = 0; i < count; i++)
    {
        assert_string_equal(text_of(list->tableid, list->columnidcolumnname), names[i]);
        assert_err(JetMove(session, list->tableid, JET_MoveNext, 0),
                   i + 1 < count ? JET_errSuccess : JET_errNoCurrentRecord);
    }
    assert_ok(JetCloseTable(session, list->tableid));
}

static void lists_of_columns(void **state)
{
    static const char *const by_name[] = { "born", "id", "name", "photo", "rank", "tags" };
    static const char *const by_id[] = { "id", "born", "rank", "name", "photo", "tags" };
    static const char *const own[] = { "extra" };
    static const char *const all[] = { "extra", "key", "note" };
    JET_TABLEID people = open_table("people"), kind = open_table("kind");
    JET_COLUMNLIST list = { .cbStruct = sizeof(list) };
    uint16_t value = 0;
    JET_ULONG size;

    (void)state;
    assert_ok(JetGetTableColumnInfoA(session, people, NULL, &list, sizeof(list), JET_ColInfoList));
    assert_ok(JetMove(session, list.tableid, 4, 0));
    assert_string_equal(text_of(list.tableid, list.columnidBaseTableName), "people");
    assert_ok(JetRetrieveColumn(session, list.tableid, list.columnidDefault, &value, 2, &size, 0, NULL));
    assert_int_equal(size, 2);
    assert_int_equal(value, 7);
    assert_int_equal(number_of(list.tableid, list.columnidcbMax), 2);
    assert_ok(JetMove(session, list.tableid, JET_MoveFirst, 0));
    expect_columns(&list, by_name, 6);
    assert_ok(JetGetTableColumnInfoA(session, people, NULL, &list, sizeof(list), JET_ColInfoListSortColumnid));
    expect_columns(&list, by_id, 6);
    assert_ok(JetGetTableColumnInfoA(session, people, NULL, &list, sizeof(list),
                                     JET_ColInfoList | JET_ColInfoGrbitMinimalInfo));
    expect_columns(&list, by_name, 6);
    assert_ok(JetGetTableColumnInfoA(session, people, NULL, &list, sizeof(list), JET_ColInfoListCompact));
    expect_columns(&list, by_id, 6);
    assert_ok(JetGetTableColumnInfoA(session, kind, NULL, &list, sizeof(list), JET_ColInfoList));
    expect_columns(&list, all, 3);
    assert_ok(JetGetTableColumnInfoA(session, kind, NULL, &list, sizeof(list),
                                     JET_ColInfoList | JET_ColInfoGrbitNonDerivedColumnsOnly));
    expect_columns(&list, own, 1);
    assert_ok(JetCloseTable(session, people));
    assert_ok(JetCloseTable(session, kind));
}

static void lists_of_indexes(void **state)
{
    JET_TABLEID people = open_table("people");
    JET_INDEXLIST list = { .cbStruct = sizeof(list) };

    (void)state;
    assert_ok(JetGetTableIndexInfoA(session, people, NULL, &list, sizeof(list), JET_IdxInfoList));
    assert_int_equal(list.cRecord, 2);
    assert_string_equal(text_of(list.tableid, list.columnidindexname), "by_name");
    assert_string_equal(text_of(list.tableid, list.columnidcolumnname), "name");
    assert_int_equal(number_of(list.tableid, list.columnidgrbitIndex), 0);
    assert_ok(JetMove(session, list.tableid, JET_MoveNext, 0));
    assert_string_equal(text_of(list.tableid, list.columnidindexname), "id");
    assert_int_equal(number_of(list.tableid, list.columnidgrbitIndex), JET_bitIndexPrimary | JET_bitIndexUnique);
    assert_int_equal(number_of(list.tableid, list.columnidcColumn), 1);
    assert_int_equal(number_of(list.tableid, list.columnidcolumnid), 1);
    assert_ok(JetCloseTable(session, list.tableid));
    assert_ok(JetGetIndexInfoA(session, dbid, "people", "by_name", &list, sizeof(list), JET_IdxInfo));
    assert_int_equal(list.cRecord, 1);
    assert_ok(JetCloseTable(session, list.tableid));
    assert_err(JetGetIndexInfoA(session, dbid, "people", "by_age", &list, sizeof(list), JET_IdxInfo),
               JET_errIndexNotFound);
    assert_err(JetGetIndexInfoA(session, dbid, "people", NULL, &list, 8, JET_IdxInfo), JET_errBufferTooSmall);
    assert_ok(JetCloseTable(session, people));
}

static void facts_of_an_index(void **state)
{
    uint32_t number = 0;
    uint16_t small = 0;
    WCHAR locale[100];
    union
    {
        JET_INDEXCREATE3_A create;
        char bytes[2000];
    } answer;

    (void)state;
    assert_ok(JetGetIndexInfoA(session, dbid, "people", "by_name", &number, 4, JET_IdxInfoSpaceAlloc));
    assert_int_equal(number, 80);
    assert_ok(JetGetIndexInfoA(session, dbid, "people", "by_name", &small, 2, JET_IdxInfoKeyMost));
    assert_int_equal(small, 255);
    assert_ok(JetGetIndexInfoA(session, dbid, "people", "by_name", &small, 2, JET_IdxInfoVarSegMac));
    assert_int_equal(small, 255);
    assert_ok(JetGetIndexInfoA(session, dbid, "people", NULL, &number, 4, JET_IdxInfoCount));
    assert_int_equal(number, 2);
    assert_ok(JetGetIndexInfoA(session, dbid, "heap", NULL, &number, 4, JET_IdxInfoCount));
    assert_int_equal(number, 1);
    assert_ok(JetGetIndexInfoA(session, dbid, "people", "id", &number, 4, JET_IdxInfoLCID));
    assert_int_equal(number, 0x7f);
    assert_ok(JetGetIndexInfoA(session, dbid, "people", "id", locale, sizeof(locale), JET_IdxInfoLocaleName));
    assert_true(test_wide_equal(locale, ""));
    assert_err(JetGetIndexInfoA(session, dbid, "people", "no", &number, 4, JET_IdxInfoSpaceAlloc),
               JET_errIndexNotFound);
    assert_err(JetGetIndexInfoA(session, dbid, "people", "id", &number, 4, JET_IdxInfoOLC), JET_errFeatureNotAvailable);

    assert_ok(JetGetIndexInfoA(session, dbid, "people", "by_name", &answer, sizeof(answer), JET_IdxInfoCreateIndex3));
    assert_int_equal(answer.create.cbStruct, sizeof(answer.create));
    assert_string_equal(answer.create.szIndexName, "by_name");
    assert_memory_equal(answer.create.szKey, "+name\0", 7);
    assert_int_equal(answer.create.cbKey, 7);
    assert_int_equal(answer.create.grbit, JET_bitIndexUnicode);
    assert_int_equal(answer.create.ulDensity, 80);
    assert_int_equal(answer.create.cbVarSegMac, 255);
    assert_int_equal(answer.create.cbKeyMost, 255);
    assert_err(JetGetIndexInfoA(session, dbid, "people", "by_name", &answer, sizeof(answer.create) + 20,
                                JET_IdxInfoCreateIndex3),
               JET_errBufferTooSmall);
}

static void temporary_tables_tell_little(void **state)
{
    JET_OBJECTLIST list = { .cbStruct = sizeof(list) };
    JET_COLUMNDEF definition;
    JET_OBJECTINFO info;
    char name[100];

    (void)state;
    assert_ok(JetGetObjectInfoA(session, dbid, JET_objtypTable, NULL, NULL, &list, sizeof(list), JET_ObjInfoList));
    assert_ok(JetGetTableInfoA(session, list.tableid, &info, sizeof(info), JET_TblInfo));
    assert_int_equal(info.cRecord, 4);
    assert_err(JetGetTableInfoA(session, list.tableid, name, sizeof(name), JET_TblInfoName), JET_errInvalidOperation);
    assert_err(JetGetTableColumnInfoA(session, list.tableid, "x", &definition, sizeof(definition), JET_ColInfo),
               JET_errIllegalOperation);
    assert_ok(JetCloseTable(session, list.tableid));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_listed_by_name),
        cmocka_unit_test(facts_of_a_table),
        cmocka_unit_test(one_column),
        cmocka_unit_test(lists_of_columns),
        cmocka_unit_test(lists_of_indexes),
        cmocka_unit_test(facts_of_an_index),
        cmocka_unit_test(temporary_tables_tell_little),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
