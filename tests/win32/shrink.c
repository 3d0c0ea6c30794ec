/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Databases that become smaller as they are attached: what was at their end is lower, and all of it is there. */
#include "support.h"

#define ROWS  1500
#define VALUE 6000

static JET_INSTANCE instance;
static JET_SESID session;

struct columns
{
    JET_COLUMNID number, text, value;
};

static void columns_of(JET_TABLEID table, struct columns *columns)
{
    JET_COLUMNDEF def;

    assert_ok(JetGetTableColumnInfoA(session, table, "n", &def, sizeof(def), JET_ColInfo));
    columns->number = def.columnid;
    assert_ok(JetGetTableColumnInfoA(session, table, "t", &def, sizeof(def), JET_ColInfo));
    columns->text = def.columnid;
    assert_ok(JetGetTableColumnInfoA(session, table, "v", &def, sizeof(def), JET_ColInfo));
    columns->value = def.columnid;
}

static JET_TABLEID make_table(JET_DBID dbid, const char *name)
{
    JET_TABLEID table;

    assert_ok(JetCreateTableA(session, dbid, name, 1, 100, &table));
    test_column(session, table, "n", JET_coltypLong, JET_bitColumnFixed);
    test_column(session, table, "t", JET_coltypBinary, 0);
    test_column(session, table, "v", JET_coltypLongBinary, 0);
    assert_ok(JetCreateIndexA(session, table, "primary", JET_bitIndexPrimary, "+n\0", 4, 100));
    assert_ok(JetCreateIndexA(session, table, "text", 0, "+t\0", 4, 100));
    return table;
}

/* The text of a row, and its long value, if it has one. */
static unsigned text_of(int row, char letter, char *text)
{
    memset(text, letter, 200);
    snprintf(text, 200, "%05d", row * 7919 % ROWS);
    return 200;
}

static unsigned value_of(int row, char letter, char *value)
{
    memset(value, letter + row % 3, VALUE);
    return row % 9 ? 0 : VALUE;
}

static void fill(JET_TABLEID table, char letter, int from, int to)
{
    struct columns columns;
    char text[200], value[VALUE];

    columns_of(table, &columns);
    for (int row = from; row < to; row++)
    {
        unsigned size = value_of(row, letter, value);

        if (row % 100 == 0 || row == from)
            assert_ok(JetBeginTransaction(session));
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, columns.number, &row, sizeof(row), 0, NULL));
        assert_ok(JetSetColumn(session, table, columns.text, text, text_of(row, letter, text), 0, NULL));
        if (size)
            assert_ok(JetSetColumn(session, table, columns.value, value, size, 0, NULL));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
        if (row % 100 == 99 || row + 1 == to)
            assert_ok(JetCommitTransaction(session, JET_bitCommitLazyFlush));
    }
}

static void check(JET_DBID dbid, const char *name, char letter, int rows)
{
    char text[200], value[VALUE], want[VALUE];
    struct columns columns;
    JET_TABLEID table;
    JET_ULONG got;
    int row = 0, number;
    JET_ERR err;

    assert_ok(JetOpenTableA(session, dbid, name, NULL, 0, 0, &table));
    columns_of(table, &columns);
    for (err = JetMove(session, table, JET_MoveFirst, 0); err >= 0;
         err = JetMove(session, table, JET_MoveNext, 0), row++)
    {
        assert_ok(JetRetrieveColumn(session, table, columns.number, &number, sizeof(number), NULL, 0, NULL));
        assert_int_equal(number, row);
        text_of(row, letter, want);
        assert_ok(JetRetrieveColumn(session, table, columns.text, text, sizeof(text), NULL, 0, NULL));
        assert_memory_equal(text, want, sizeof(text));
        got = 0;
        err = JetRetrieveColumn(session, table, columns.value, value, sizeof(value), &got, 0, NULL);
        assert_int_equal(err, row % 9 ? JET_wrnColumnNull : JET_errSuccess);
        assert_int_equal(got, value_of(row, letter, want));
        assert_memory_equal(value, want, got);
    }
    assert_err(err, JET_errNoCurrentRecord);
    assert_int_equal(row, rows);
    assert_ok(JetSetCurrentIndexA(session, table, "text"));
    for (row = 0, err = JetMove(session, table, JET_MoveLast, 0); err >= 0;
         err = JetMove(session, table, JET_MovePrevious, 0), row++)
    {
        assert_ok(JetRetrieveColumn(session, table, columns.number, &number, sizeof(number), NULL, 0, NULL));
        text_of(number, letter, want);
        assert_ok(JetRetrieveColumn(session, table, columns.text, text, sizeof(text), NULL, 0, NULL));
        assert_memory_equal(text, want, sizeof(text));
    }
    assert_err(err, JET_errNoCurrentRecord);
    assert_int_equal(row, rows);
    assert_ok(JetCloseTable(session, table));
}

static JET_ULONG pages_of(JET_DBID dbid)
{
    JET_ULONG pages;

    assert_ok(JetGetDatabaseInfoA(session, dbid, &pages, sizeof(pages), JET_DbInfoFilesize));
    return pages;
}

static void attach(const char *path, JET_GRBIT options, JET_ULONG least, JET_DBID *dbid)
{
    JET_SETDBPARAM parameters[2] = { { JET_dbparamShrinkDatabaseOptions, &options, sizeof(options) },
                                     { JET_dbparamShrinkDatabaseSizeLimit, &least, sizeof(least) } };

    assert_ok(JetAttachDatabase3A(session, path, parameters, 2, 0));
    assert_ok(JetOpenDatabaseA(session, path, NULL, dbid, 0));
}

/* A database whose lower half is free: the table that stays was there first, and filled last. */
static void half_free(const char *path, JET_DBID *dbid)
{
    JET_TABLEID stays, goes;

    assert_ok(JetCreateDatabaseA(session, path, NULL, dbid, JET_bitDbOverwriteExisting));
    stays = make_table(*dbid, "stays");
    goes = make_table(*dbid, "goes");
    fill(stays, 'a', 0, 50);
    fill(goes, 'k', 0, ROWS);
    fill(stays, 'a', 50, ROWS);
    assert_ok(JetCloseTable(session, goes));
    assert_ok(JetDeleteTableA(session, *dbid, "goes"));
    assert_ok(JetCloseTable(session, stays));
    (void)JetIdle(session, 0);
}

static void detach(const char *path, JET_DBID dbid)
{
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetDetachDatabaseA(session, path));
}

static void becomes_smaller(const char *recovery)
{
    JET_ULONG before, after;
    JET_TABLEID table;
    char path[600];
    JET_DBID dbid;

    instance = test_instance("shrink", recovery);
    session = test_session(instance);
    snprintf(path, sizeof(path), "%s", test_file("shrink.edb"));
    half_free(path, &dbid);
    before = pages_of(dbid);
    detach(path, dbid);

    /* Who does not ask keeps it as it is; there is a size at which to stop. */
    attach(path, 0, 0, &dbid);
    assert_int_equal(pages_of(dbid), before);
    detach(path, dbid);
    attach(path, JET_bitShrinkDatabaseEofOnAttach, before - before / 10, &dbid);
    after = pages_of(dbid);
    assert_true(after < before);
    assert_true(after > before / 2 + before / 5);
    check(dbid, "stays", 'a', ROWS);
    detach(path, dbid);

    attach(path, JET_bitShrinkDatabaseEofOnAttach, 0, &dbid);
    after = pages_of(dbid);
    assert_true(after < before / 2 + before / 8);
    check(dbid, "stays", 'a', ROWS);

    /* It grows again, and is as good as any. */
    table = make_table(dbid, "more");
    fill(table, 'p', 0, ROWS);
    assert_ok(JetCloseTable(session, table));
    check(dbid, "more", 'p', ROWS);
    check(dbid, "stays", 'a', ROWS);
    assert_true(pages_of(dbid) > after);
    detach(path, dbid);
    assert_ok(JetTerm(instance));

    instance = test_instance("shrink", recovery);
    session = test_session(instance);
    attach(path, 0, 0, &dbid);
    check(dbid, "more", 'p', ROWS);
    check(dbid, "stays", 'a', ROWS);
    assert_ok(JetTerm(instance));
}

static void with_a_log(void **state)
{
    (void)state;
    becomes_smaller("on");
}

static void without_a_log(void **state)
{
    (void)state;
    becomes_smaller("off");
}

/* The log tells of pages that are cut off, and of what became of them. */
static void is_recovered(void **state)
{
    JET_ULONG after;
    char path[600];
    JET_DBID dbid;

    (void)state;
    instance = test_instance("shrunk", "on");
    session = test_session(instance);
    snprintf(path, sizeof(path), "%s", test_file("shrunk.edb"));
    half_free(path, &dbid);
    detach(path, dbid);
    attach(path, JET_bitShrinkDatabaseEofOnAttach, 0, &dbid);
    after = pages_of(dbid);
    assert_err(JetTerm2(instance, JET_bitTermDirty), JET_errDirtyShutdown);

    instance = test_instance_unstarted("shrunk", "on");
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, 0));
    assert_int_equal(pages_of(dbid), after);
    check(dbid, "stays", 'a', ROWS);
    assert_ok(JetTerm(instance));
}

/* What is on disk in pages that were cut off and taken into use again stays. */
static void grown_again_is_recovered(void **state)
{
    JET_TABLEID table;
    JET_ULONG small;
    char path[600];
    JET_DBID dbid;

    (void)state;
    instance = test_instance_unstarted("regrown", "on");
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, 16384, NULL));
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    snprintf(path, sizeof(path), "%s", test_file("regrown.edb"));
    half_free(path, &dbid);
    detach(path, dbid);
    attach(path, JET_bitShrinkDatabaseEofOnAttach, 0, &dbid);
    small = pages_of(dbid);
    table = make_table(dbid, "more");
    fill(table, 'p', 0, ROWS);
    assert_true(pages_of(dbid) > small);
    assert_ok(JetStopServiceInstance2(instance, JET_bitStopServiceQuiesceCaches));
    test_sleep(1000);
    assert_err(JetTerm2(instance, JET_bitTermDirty), JET_errDirtyShutdown);
    remove(test_file("regrown/edb.chk"));

    instance = test_instance_unstarted("regrown", "on");
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, 16384, NULL));
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, 0));
    check(dbid, "more", 'p', ROWS);
    check(dbid, "stays", 'a', ROWS);
    assert_ok(JetTerm(instance));
}

#define PAGES 5000

/* Rows of a page each of two tables in turn: every extent has a neighbour of the other table's. */
static void fill_pages(JET_TABLEID tables[2], JET_COLUMNID column, int count)
{
    char value[3500];

    memset(value, 'x', sizeof(value));
    for (int i = 0; i < count; i++)
    {
        if (i % 250 == 0)
            assert_ok(JetBeginTransaction(session));
        for (int k = 0; k < 2; k++)
        {
            memcpy(value, &i, sizeof(i));
            assert_ok(JetPrepareUpdate(session, tables[k], JET_prepInsert));
            assert_ok(JetSetColumn(session, tables[k], column, value, sizeof(value), JET_bitSetIntrinsicLV, NULL));
            assert_ok(JetUpdate(session, tables[k], NULL, 0, NULL));
        }
        if (i % 250 == 249)
            assert_ok(JetCommitTransaction(session, JET_bitCommitLazyFlush));
    }
}

/* So many extents that what tells of them are trees of several levels, whose pages have to leave, too. */
static void of_many_extents(void **state)
{
    JET_TABLEID tables[2], table;
    JET_ULONG before, after;
    JET_COLUMNID column;
    char path[600];
    JET_DBID dbid;
    int row = 0, number;
    JET_ERR err;

    (void)state;
    instance = test_instance_unstarted("extents", "off");
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramDbExtensionSize, 16, NULL));
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    snprintf(path, sizeof(path), "%s", test_file("extents.edb"));
    assert_ok(JetCreateDatabaseA(session, path, NULL, &dbid, 0));
    for (int k = 0; k < 2; k++)
    {
        assert_ok(JetCreateTableA(session, dbid, k ? "stays" : "goes", 1, 100, &tables[k]));
        column = test_column(session, tables[k], "v", JET_coltypLongBinary, 0);
    }
    fill_pages(tables, column, PAGES);
    assert_ok(JetCloseTable(session, tables[0]));
    assert_ok(JetCloseTable(session, tables[1]));
    assert_ok(JetDeleteTableA(session, dbid, "goes"));
    (void)JetIdle(session, 0);
    before = pages_of(dbid);
    assert_true(before > 2 * PAGES);
    detach(path, dbid);

    attach(path, JET_bitShrinkDatabaseEofOnAttach, 0, &dbid);
    after = pages_of(dbid);
    assert_true(after < PAGES + PAGES / 10);
    assert_ok(JetOpenTableA(session, dbid, "stays", NULL, 0, 0, &table));
    for (err = JetMove(session, table, JET_MoveFirst, 0); err >= 0;
         err = JetMove(session, table, JET_MoveNext, 0), row++)
    {
        assert_int_equal(JetRetrieveColumn(session, table, column, &number, sizeof(number), NULL, 0, NULL),
                         JET_wrnBufferTruncated);
        assert_int_equal(number, row);
    }
    assert_int_equal(row, PAGES);
    assert_ok(JetTerm(instance));
}

/* ---------------------------------------------------------------- roots --- */

#define LATE 12 /* tables of which some are small */

static JET_INSTANCE format_instance(const char *name, const char *recovery, JET_ULONG format)
{
    JET_INSTANCE made = test_instance_unstarted(name, recovery);

    assert_ok(JetSetSystemParameterA(&made, 0, JET_paramDbExtensionSize, 16, NULL));
    assert_ok(JetSetSystemParameterA(&made, 0, JET_paramCircularLog, 0, NULL));
    if (format)
        assert_ok(JetSetSystemParameterA(&made, 0, JET_paramEngineFormatVersion, format, NULL));
    assert_ok(JetInit(&made));
    return made;
}

static int late_rows(int table)
{
    return table % 3 ? 5 * table : ROWS / 10;
}

/* All that stays was made last, so even the roots lie behind what is free. */
static void roots_at_the_end(const char *path, JET_DBID *dbid)
{
    JET_TABLEID table, goes;
    char name[24];

    assert_ok(JetCreateDatabaseA(session, path, NULL, dbid, JET_bitDbOverwriteExisting));
    goes = make_table(*dbid, "goes");
    fill(goes, 'k', 0, ROWS);
    for (int i = 0; i < LATE; i++)
    {
        snprintf(name, sizeof(name), "late%d", i);
        table = make_table(*dbid, name);
        fill(table, (char)('a' + i), 0, late_rows(i));
        assert_ok(JetCloseTable(session, table));
    }
    assert_ok(JetCloseTable(session, goes));
    assert_ok(JetDeleteTableA(session, *dbid, "goes"));
    (void)JetIdle(session, 0);
}

static void check_late(JET_DBID dbid)
{
    char name[24];

    for (int i = 0; i < LATE; i++)
    {
        snprintf(name, sizeof(name), "late%d", i);
        check(dbid, name, (char)('a' + i), late_rows(i));
    }
}

/* They move, unless the program forbids it or the log must do for engines that have no record of it. */
static void roots_move(const char *recovery, JET_ULONG format, bool moved)
{
    JET_ULONG before, after;
    JET_TABLEID table;
    char path[600];
    JET_DBID dbid;

    instance = format_instance("roots", recovery, format);
    session = test_session(instance);
    snprintf(path, sizeof(path), "%s", test_file("roots.edb"));
    roots_at_the_end(path, &dbid);
    before = pages_of(dbid);
    detach(path, dbid);
    attach(path, JET_bitShrinkDatabaseEofOnAttach | JET_bitShrinkDatabaseDontMoveRootsOnAttach, 0, &dbid);
    assert_true(pages_of(dbid) > before / 2);
    check_late(dbid);
    detach(path, dbid);
    attach(path, JET_bitShrinkDatabaseEofOnAttach, 0, &dbid);
    after = pages_of(dbid);
    if (moved)
        assert_true(after < before / 2);
    else
        assert_true(after > before / 2);
    check_late(dbid);

    /* Where they are now everything goes on. */
    assert_ok(JetOpenTableA(session, dbid, "late1", NULL, 0, 0, &table));
    fill(table, 'b', late_rows(1), ROWS);
    assert_ok(JetCloseTable(session, table));
    check(dbid, "late1", 'b', ROWS);
    assert_ok(JetOpenTableA(session, dbid, "late2", NULL, 0, 0, &table));
    test_column(session, table, "more", JET_coltypLong, 0);
    assert_ok(JetCreateIndexA(session, table, "more", 0, "+more\0", 7, 100));
    assert_ok(JetDeleteIndexA(session, table, "text"));
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetDeleteTableA(session, dbid, "late2"));
    assert_err(JetTerm2(instance, JET_bitTermComplete), JET_errSuccess);

    instance = format_instance("roots", recovery, format);
    session = test_session(instance);
    attach(path, 0, 0, &dbid);
    check(dbid, "late0", 'a', late_rows(0));
    check(dbid, "late1", 'b', ROWS);
    assert_ok(JetTerm(instance));
}

static void roots_move_with_a_log(void **state)
{
    (void)state;
    roots_move("on", JET_efvRootPageMove, true);
}

static void roots_move_without_a_log(void **state)
{
    (void)state;
    roots_move("off", 0, true);
}

static void roots_stay_for_old_engines(void **state)
{
    (void)state;
    roots_move("on", 0, false);
}

/* From the log alone, on the file as it was before. */
static void roots_are_recovered(void **state)
{
    char path[600], kept[600];
    JET_ULONG after;
    JET_DBID dbid;

    (void)state;
    instance = format_instance("rooted", "on", JET_efvRootPageMove);
    session = test_session(instance);
    snprintf(path, sizeof(path), "%s", test_file("rooted.edb"));
    snprintf(kept, sizeof(kept), "%s", test_file("rooted.before"));
    roots_at_the_end(path, &dbid);
    detach(path, dbid);
    test_file_copy(path, kept);
    attach(path, JET_bitShrinkDatabaseEofOnAttach, 0, &dbid);
    after = pages_of(dbid);
    check_late(dbid);
    assert_err(JetTerm2(instance, JET_bitTermDirty), JET_errDirtyShutdown);

    test_file_copy(kept, path);
    remove(test_file_in("rooted", "edb.chk"));
    instance = format_instance("rooted", "on", JET_efvRootPageMove);
    session = test_session(instance);
    assert_ok(JetAttachDatabaseA(session, path, 0));
    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, 0));
    assert_int_equal(pages_of(dbid), after);
    check_late(dbid);
    assert_ok(JetTerm(instance));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_a_log),
        cmocka_unit_test(without_a_log),
        cmocka_unit_test(is_recovered),
        cmocka_unit_test(grown_again_is_recovered),
        cmocka_unit_test(of_many_extents),
        cmocka_unit_test(roots_move_with_a_log),
        cmocka_unit_test(roots_move_without_a_log),
        cmocka_unit_test(roots_stay_for_old_engines),
        cmocka_unit_test(roots_are_recovered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
