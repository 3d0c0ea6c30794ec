/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The schema changed: tables, columns and indexes, in transactions, under other sessions' eyes. */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID session, other;
static JET_DBID dbid, other_dbid;

static int start(void **state)
{
    const char *path = test_file("ddl.edb");

    (void)state;
    instance = test_instance("ddl", "off");
    session = test_session(instance);
    other = test_session(instance);
    assert_ok(JetCreateDatabaseA(session, path, NULL, &dbid, JET_bitDbOverwriteExisting));
    assert_ok(JetOpenDatabaseA(other, path, NULL, &other_dbid, 0));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetEndSession(other, 0));
    assert_ok(JetEndSession(session, 0));
    assert_ok(JetTerm(instance));
    return 0;
}

static JET_ERR add(JET_SESID sesid, JET_TABLEID table, const char *name, JET_COLTYP type, JET_GRBIT grbit,
                   JET_COLUMNID *id)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = type, .grbit = grbit };

    return JetAddColumnA(sesid, table, name, &definition, NULL, 0, id);
}

static JET_TABLEID make(const char *name)
{
    JET_TABLEID table;
    JET_COLUMNID id;

    assert_ok(JetCreateTableA(session, dbid, name, 1, 80, &table));
    assert_ok(add(session, table, "id", JET_coltypLong, 0, &id));
    assert_int_equal(id, 1);
    assert_ok(add(session, table, "name", JET_coltypText, 0, &id));
    assert_int_equal(id, 128);
    assert_ok(add(session, table, "note", JET_coltypLongText, 0, &id));
    assert_int_equal(id, 256);
    return table;
}

static JET_ERR column_known(JET_SESID sesid, JET_TABLEID table, const char *name)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition) };

    return JetGetTableColumnInfoA(sesid, table, name, &definition, sizeof(definition), JET_ColInfo);
}

static void insert(JET_TABLEID table, int id, const char *name)
{
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetSetColumn(session, table, 1, &id, 4, 0, NULL));
    assert_ok(JetSetColumn(session, table, 128, name, (JET_ULONG)strlen(name), 0, NULL));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
}

static void others_see_what_is_committed(void **state)
{
    JET_TABLEID table = make("t"), theirs, unseen;
    JET_COLUMNID id;

    (void)state;
    assert_err(JetOpenTableA(other, other_dbid, "t", NULL, 0, 0, &theirs), JET_errTableLocked);
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetOpenTableA(session, dbid, "T", NULL, 0, 0, &table));
    assert_ok(JetOpenTableA(other, other_dbid, "t", NULL, 0, 0, &theirs));
    assert_ok(JetBeginTransaction(other));
    assert_ok(JetBeginTransaction(session));
    assert_ok(add(session, table, "more", JET_coltypLong, 0, &id));
    assert_ok(column_known(session, table, "more"));
    assert_err(column_known(other, theirs, "more"), JET_errColumnNotFound);
    assert_ok(JetCreateIndexA(session, table, "by more", 0, "+more\0", 7, 80));
    assert_ok(JetSetCurrentIndexA(session, table, "by more"));
    assert_err(JetSetCurrentIndexA(other, theirs, "by more"), JET_errIndexNotFound);
    assert_ok(JetCommitTransaction(session, 0));
    assert_err(column_known(other, theirs, "more"), JET_errColumnNotFound);
    assert_ok(JetCommitTransaction(other, 0));
    assert_ok(column_known(other, theirs, "more"));
    assert_ok(JetSetCurrentIndexA(other, theirs, "by more"));
    assert_err(JetDeleteIndexA(session, table, "by more"), JET_errIndexInUse);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetCreateTableA(session, dbid, "unseen", 1, 80, &unseen));
    assert_err(JetOpenTableA(other, other_dbid, "unseen", NULL, 0, 0, &unseen), JET_errObjectNotFound);
    assert_ok(JetRollback(session, 0));
    assert_err(JetOpenTableA(session, dbid, "unseen", NULL, 0, 0, &unseen), JET_errObjectNotFound);
}

static void a_rollback_takes_it_all_back(void **state)
{
    JET_TABLEID table = make("back"), again;
    JET_COLUMNID id;

    (void)state;
    insert(table, 1, "one");
    assert_ok(JetBeginTransaction(session));
    assert_ok(add(session, table, "gone", JET_coltypLong, 0, &id));
    assert_ok(JetCreateIndexA(session, table, "names", JET_bitIndexUnique, "+name\0", 7, 80));
    assert_ok(JetDeleteColumnA(session, table, "note"));
    assert_err(column_known(session, table, "note"), JET_errColumnNotFound);
    assert_ok(JetRollback(session, 0));
    assert_err(column_known(session, table, "gone"), JET_errColumnNotFound);
    assert_ok(column_known(session, table, "note"));
    assert_err(JetSetCurrentIndexA(session, table, "names"), JET_errIndexNotFound);
    assert_ok(JetCloseTable(session, table));

    assert_ok(JetBeginTransaction(session));
    assert_ok(JetDeleteTableA(session, dbid, "back"));
    assert_err(JetOpenTableA(session, dbid, "back", NULL, 0, 0, &again), JET_errObjectNotFound);
    assert_err(JetOpenTableA(other, other_dbid, "back", NULL, 0, 0, &again), JET_errTableLocked);
    assert_ok(JetRollback(session, 0));
    assert_ok(JetOpenTableA(other, other_dbid, "back", NULL, 0, 0, &again));
    assert_ok(JetMove(other, again, JET_MoveFirst, 0));
    assert_err(JetDeleteTableA(session, dbid, "back"), JET_errTableInUse);
    assert_ok(JetCloseTable(other, again));
    assert_ok(JetDeleteTableA(session, dbid, "back"));
    assert_err(JetOpenTableA(other, other_dbid, "back", NULL, 0, 0, &again), JET_errObjectNotFound);
}

static void an_index_is_filled(void **state)
{
    JET_TABLEID table = make("full");
    JET_ULONG count = 0;
    char name[16];

    (void)state;
    for (int i = 0; i < 500; i++)
    {
        snprintf(name, sizeof(name), "name %03d", i * 7 % 500);
        insert(table, i, name);
    }
    assert_ok(JetCreateIndexA(session, table, "names", JET_bitIndexUnique, "-name\0+id\0", 11, 80));
    assert_ok(JetSetCurrentIndexA(session, table, "names"));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetIndexRecordCount(session, table, &count, 0));
    assert_int_equal(count, 500);
    assert_ok(JetMakeKey(session, table, "name 123", 8, JET_bitNewKey));
    assert_ok(JetMakeKey(session, table, "", 0, 0));
    insert(table, 1000, "name 007");
    assert_err(JetCreateIndexA(session, table, "again", JET_bitIndexUnique, "+name\0", 7, 80), JET_errKeyDuplicate);
    assert_err(JetCreateIndexA(session, table, "names", 0, "+name\0", 7, 80), JET_errIndexDuplicate);
    assert_err(JetCreateIndexA(session, table, "primary", JET_bitIndexPrimary, "+id\0", 5, 80), JET_errTableNotEmpty);
    assert_err(JetDeleteColumnA(session, table, "name"), JET_errColumnInUse);
}

static void a_derived_table(void **state)
{
    JET_COLUMNCREATE_A base_columns[2] = {
        { .cbStruct = sizeof(base_columns[0]), .szColumnName = "id", .coltyp = JET_coltypLong },
        { .cbStruct = sizeof(base_columns[0]), .szColumnName = "text", .coltyp = JET_coltypLongText },
    };
    JET_COLUMNCREATE_A own = { .cbStruct = sizeof(own), .szColumnName = "own", .coltyp = JET_coltypLong };
    JET_INDEXCREATE_A index = { .cbStruct = sizeof(index),
                                .szIndexName = "primary",
                                .szKey = "+id\0",
                                .cbKey = 5,
                                .grbit = JET_bitIndexPrimary,
                                .ulDensity = 80 };
    JET_TABLECREATE_A base = { .cbStruct = sizeof(base),
                               .szTableName = "base",
                               .ulPages = 1,
                               .ulDensity = 80,
                               .rgcolumncreate = base_columns,
                               .cColumns = 2,
                               .rgindexcreate = &index,
                               .cIndexes = 1,
                               .grbit = JET_bitTableCreateTemplateTable };
    JET_TABLECREATE_A derived = { .cbStruct = sizeof(derived),
                                  .szTableName = "derived",
                                  .szTemplateTableName = "base",
                                  .ulPages = 1,
                                  .ulDensity = 80,
                                  .rgcolumncreate = &own,
                                  .cColumns = 1 };

    (void)state;
    assert_ok(JetCreateTableColumnIndexA(session, dbid, &base));
    assert_int_equal(base.cCreated, 4);
    assert_int_equal(base_columns[0].columnid, 0x80000001);
    assert_ok(JetCloseTable(session, base.tableid));
    assert_ok(JetCreateTableColumnIndexA(session, dbid, &derived));
    assert_int_equal(own.columnid, 2);
    assert_ok(column_known(session, derived.tableid, "text"));
    assert_ok(JetSetCurrentIndexA(session, derived.tableid, "primary"));
    assert_err(JetDeleteColumnA(session, derived.tableid, "text"), JET_errFixedInheritedDDL);
    assert_err(JetDeleteIndexA(session, derived.tableid, "primary"), JET_errFixedInheritedDDL);
    assert_ok(JetCloseTable(session, derived.tableid));
    assert_err(JetDeleteTableA(session, dbid, "base"), JET_errCannotDeleteTemplateTable);
    derived.szTableName = "grandchild";
    derived.szTemplateTableName = "derived";
    assert_err(JetCreateTableColumnIndexA(session, dbid, &derived), JET_errDDLNotInheritable);
}

static void names_and_definitions(void **state)
{
    JET_TABLEID table = make("names"), none;
    JET_COLUMNID id;

    (void)state;
    assert_err(JetCreateTableA(session, dbid, "a.b", 1, 80, &none), JET_errInvalidName);
    assert_err(JetCreateTableA(session, dbid, "names", 1, 80, &none), JET_errTableDuplicate);
    assert_err(JetCreateTableA(session, dbid, "dense", 1, 101, &none), JET_errDensityInvalid);
    assert_err(add(session, table, "ID", JET_coltypLong, 0, &id), JET_errColumnDuplicate);
    assert_err(add(session, table, "x", 99, 0, &id), JET_errInvalidColumnType);
    assert_err(add(session, table, "x", JET_coltypLong, JET_bitColumnMultiValued, &id),
               JET_errMultiValuedColumnMustBeTagged);
    assert_err(JetCreateIndexA(session, table, "x", 0, "id\0", 4, 80), JET_errIndexInvalidDef);
    assert_err(JetCreateIndexA(session, table, "x", 0, "+nothing\0", 10, 80), JET_errColumnNotFound);
    assert_ok(JetRenameColumnA(session, table, "note", "remark", 0));
    assert_ok(column_known(session, table, "remark"));
    assert_ok(JetRenameTableA(session, dbid, "names", "other names"));
    assert_ok(JetCloseTable(session, table));
    assert_err(JetOpenTableA(session, dbid, "names", NULL, 0, 0, &table), JET_errObjectNotFound);
    assert_ok(JetOpenTableA(session, dbid, "Other Names", NULL, 0, 0, &table));
}

static void the_schema_outlives_the_instance(void **state)
{
    const char *path = test_file("ddl.edb");
    JET_TABLEID table = make("kept");

    insert(table, 1, "one");
    insert(table, 2, "two");
    assert_ok(JetCreateIndexA(session, table, "names", 0, "+name\0", 7, 80));
    assert_ok(JetCloseTable(session, table));
    stop(state);
    instance = test_instance("ddl", "off");
    session = test_session(instance);
    other = test_session(instance);
    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetOpenTableA(session, dbid, "kept", NULL, 0, 0, &table));
    assert_ok(JetSetCurrentIndexA(session, table, "names"));
    assert_ok(JetMove(session, table, JET_MoveLast, 0));
    assert_ok(JetMove(session, table, JET_MovePrevious, 0));
    assert_err(JetMove(session, table, JET_MovePrevious, 0), JET_errNoCurrentRecord);
}

/* Whether the list of columns names it. */
static bool is_listed(JET_SESID sesid, JET_TABLEID table, const char *name)
{
    JET_COLUMNLIST list = { .cbStruct = sizeof(list) };
    bool found = false;

    assert_ok(JetGetTableColumnInfoA(sesid, table, NULL, &list, sizeof(list), JET_ColInfoList));
    for (JET_ERR err = JetMove(sesid, list.tableid, JET_MoveFirst, 0); err >= 0 && !found;
         err = JetMove(sesid, list.tableid, JET_MoveNext, 0))
    {
        char shown[80] = "";

        assert_ok(JetRetrieveColumn(sesid, list.tableid, list.columnidcolumnname, shown, 70, NULL, 0, NULL));
        found = !strcmp(shown, name);
    }
    assert_ok(JetCloseTable(sesid, list.tableid));
    return found;
}

/* A column that was added where others may be and is renamed at once: the catalog has the new name, memory the old one
 * until the instance ends, and by that nobody finds the column before Windows has forgotten that it was added. */
static void a_fresh_column_keeps_its_name_in_memory(void **state)
{
    JET_TABLEID table = make("fresh");
    JET_COLUMNID id;

    (void)state;
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetOpenTableA(session, dbid, "fresh", NULL, 0, 0, &table));
    assert_ok(add(session, table, "Old", JET_coltypLong, 0, &id));
    assert_err(JetRenameColumnA(session, table, "old", "new", 0), JET_errColumnNotFound);
    assert_true(is_listed(session, table, "Old"));
    assert_false(is_listed(session, table, "new"));
    assert_err(column_known(session, table, "Old"), JET_errColumnNotFound);
    assert_err(JetRenameColumnA(session, table, "Old", "other", 0), JET_errColumnNotFound);
    assert_err(JetCreateIndexA(session, table, "i", 0, "+Old\0", 6, 80), JET_errColumnNotFound);
    assert_ok(JetCreateIndexA(session, table, "i", 0, "+new\0", 6, 80));
    assert_ok(JetDeleteIndexA(session, table, "i"));
    assert_ok(JetIdle(session, JET_bitIdleCompact) < 0 ? JET_errInternalError : JET_errSuccess);
    assert_ok(column_known(session, table, "Old"));
    assert_err(column_known(session, table, "new"), JET_errColumnNotFound);
    assert_ok(JetRenameColumnA(session, table, "Old", "last", 0));
    assert_true(is_listed(session, table, "last"));
    assert_false(is_listed(session, table, "Old"));
}

static void a_derived_table_sees_its_template_renamed(void **state)
{
    JET_COLUMNCREATE_A column = { .cbStruct = sizeof(column), .szColumnName = (char *)"c", .coltyp = JET_coltypLong };
    JET_TABLECREATE_A base = { .cbStruct = sizeof(base),
                               .szTableName = (char *)"base",
                               .rgcolumncreate = &column,
                               .cColumns = 1,
                               .grbit = JET_bitTableCreateTemplateTable };
    JET_TABLECREATE_A derived = { .cbStruct = sizeof(derived),
                                  .szTableName = (char *)"derived",
                                  .szTemplateTableName = (char *)"base" };
    JET_TABLEID theirs;

    (void)state;
    assert_ok(JetCreateTableColumnIndexA(session, dbid, &base));
    assert_ok(JetCloseTable(session, base.tableid));
    assert_ok(JetCreateTableColumnIndexA(session, dbid, &derived));
    assert_ok(JetCloseTable(session, derived.tableid));
    assert_ok(JetOpenTableA(session, dbid, "base", NULL, 0, 0, &base.tableid));
    assert_ok(JetOpenTableA(other, other_dbid, "derived", NULL, 0, 0, &theirs));
    assert_ok(column_known(other, theirs, "c"));
    assert_ok(JetIdle(session, JET_bitIdleCompact) < 0 ? JET_errInternalError : JET_errSuccess);
    assert_ok(JetRenameColumnA(session, base.tableid, "c", "d", 0));
    assert_ok(column_known(other, theirs, "d"));
    assert_err(column_known(other, theirs, "c"), JET_errColumnNotFound);
}

/* What fails is met where Windows meets it: in the catalog's rows. */
static void failures_in_the_catalog(void **state)
{
    JET_TABLEID table = make("met"), other_cursor;

    (void)state;
    assert_ok(JetCreateIndexA(session, table, "i", 0, "+id\0", 5, 80));
    assert_ok(JetSetCurrentIndexA(session, table, "i"));
    assert_err(JetDeleteIndexA(session, table, "i"), JET_errIndexInUse);
    assert_err(JetDeleteColumnA(session, table, "id"), JET_errColumnInUse);
    assert_ok(column_known(session, table, "id"));
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
    /* A cursor that was closed is in no index, also before its transaction ends. */
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetOpenTableA(session, dbid, "met", NULL, 0, 0, &other_cursor));
    assert_ok(JetSetCurrentIndexA(session, other_cursor, "i"));
    assert_ok(JetPrepareUpdate(session, other_cursor, JET_prepInsert));
    assert_ok(JetUpdate(session, other_cursor, NULL, 0, NULL));
    assert_ok(JetCloseTable(session, other_cursor));
    assert_ok(JetDeleteIndexA(session, table, "i"));
    assert_ok(JetRollback(session, 0));
    assert_ok(JetDeleteIndexA(session, table, "i"));
    assert_ok(JetDeleteColumnA(session, table, "id"));
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetDeleteTableA(session, dbid, "met"));
    assert_err(JetRenameTableA(other, other_dbid, "met", "new"), JET_errWriteConflict);
    assert_ok(JetRollback(session, 0));
    assert_ok(JetRenameTableA(other, other_dbid, "met", "new"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(others_see_what_is_committed, start, stop),
        cmocka_unit_test_setup_teardown(a_rollback_takes_it_all_back, start, stop),
        cmocka_unit_test_setup_teardown(an_index_is_filled, start, stop),
        cmocka_unit_test_setup_teardown(a_derived_table, start, stop),
        cmocka_unit_test_setup_teardown(names_and_definitions, start, stop),
        cmocka_unit_test_setup_teardown(a_fresh_column_keeps_its_name_in_memory, start, stop),
        cmocka_unit_test_setup_teardown(a_derived_table_sees_its_template_renamed, start, stop),
        cmocka_unit_test_setup_teardown(failures_in_the_catalog, start, stop),
        cmocka_unit_test_setup_teardown(the_schema_outlives_the_instance, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
