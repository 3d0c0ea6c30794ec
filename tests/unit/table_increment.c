/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Autoincrement numbers of a table whose root says how far they are taken, as later formats have it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/private.h"
#include "btree/write.h"
#include "format/bytes.h"
#include "table/cursor.h"

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID database;
static JET_TABLEID rows;
static JET_COLUMNID number;

static void open_all(bool create)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypLong, .grbit = JET_bitColumnAutoincrement };

    instance = 0;
    assert_int_equal(JetCreateInstanceA(&instance, "increment"), 0);
    assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, 128, NULL), 0);
    assert_int_equal(JetInit(&instance), 0);
    assert_int_equal(JetBeginSessionA(instance, &session, NULL, NULL), 0);
    if (create)
    {
        assert_int_equal(JetCreateDatabaseA(session, "increment.edb", NULL, &database, 0), 0);
        assert_int_equal(JetCreateTableA(session, database, "rows", 1, 80, &rows), 0);
        assert_int_equal(JetAddColumnA(session, rows, "number", &def, NULL, 0, &number), 0);
        return;
    }
    assert_true(JetAttachDatabaseA(session, "increment.edb", 0) >= 0);
    assert_int_equal(JetOpenDatabaseA(session, "increment.edb", NULL, &database, 0), 0);
    assert_int_equal(JetOpenTableA(session, database, "rows", NULL, 0, 0, &rows), 0);
}

static const struct tree *tree_of_rows(void)
{
    struct open_cursor *open = handle_object(rows, HANDLE_CURSOR);

    return open->cursor->table->records;
}

static void root_fields(struct page_root_fields *fields)
{
    const struct tree *tree = tree_of_rows();
    struct cache_page *page;
    struct page_view view;

    assert_int_equal(cache_latch(tree->file, tree->root, CACHE_SHARED, &page), 0);
    assert_true(page_view(&view, page->data, page->page_size));
    assert_int_equal(page_root_fields(&view, fields), 0);
    cache_unlatch(page, CACHE_SHARED);
}

/* The root as a later engine would have it, numbers up to `taken` taken. */
static void keep_in_root(uint64_t taken)
{
    struct page_root_fields fields;
    uint8_t bytes[25] = { 3 };

    root_fields(&fields);
    memcpy(bytes + 1, &fields.space, sizeof(fields.space));
    set_le64(bytes + 17, taken);
    assert_int_equal(tree_set_root_header(tree_of_rows(), bytes, sizeof(bytes)), 0);
}

static int32_t insert(void)
{
    int32_t given = 0;

    assert_int_equal(JetPrepareUpdate(session, rows, JET_prepInsert), 0);
    assert_int_equal(JetRetrieveColumn(session, rows, number, &given, sizeof(given), NULL, JET_bitRetrieveCopy, NULL),
                     0);
    assert_int_equal(JetUpdate(session, rows, NULL, 0, NULL), 0);
    return given;
}

static uint64_t kept(void)
{
    struct page_root_fields fields;

    root_fields(&fields);
    assert_true(fields.has_auto_increment);
    assert_true(fields.has_space);
    return fields.auto_increment;
}

static void numbers_are_taken_in_the_root(void **state)
{
    int32_t reserved = 0;

    (void)state;
    open_all(true);
    assert_int_equal(JetGetTableInfoA(session, rows, &reserved, 4, JET_TblInfoRetrieveAndReserveAutoIncrement),
                     JET_errFeatureNotAvailable);
    assert_int_equal(JetGetTableInfoA(session, rows, &reserved, 8, JET_TblInfoRetrieveAndReserveAutoIncrement),
                     JET_errInvalidBufferSize);
    assert_int_equal(JetTerm(instance), 0);
    open_all(false);
    keep_in_root(500);
    assert_int_equal(insert(), 501);
    assert_int_equal(kept(), 502);
    assert_int_equal(insert(), 502);
    assert_int_equal(JetGetTableInfoA(session, rows, &reserved, 4, JET_TblInfoRetrieveAndReserveAutoIncrement), 0);
    assert_int_equal(reserved, 503);
    assert_int_equal(kept(), 506);
    for (int32_t i = 504; i < 3000; i++)
        assert_int_equal(insert(), i);
    /* Ahead, but by no more than a thousand. */
    assert_true(kept() >= 2999 && kept() < 4000);
}

/* What was taken is not given out again, whatever became of it: after a clean end and after a crash. */
static void no_number_comes_again(void **state)
{
    uint64_t before = kept();
    JET_ERR err;

    (void)state;
    for (err = JetMove(session, rows, JET_MoveFirst, 0); err >= 0; err = JetMove(session, rows, JET_MoveNext, 0))
        assert_int_equal(JetDelete(session, rows), 0);
    assert_int_equal(JetTerm(instance), 0);
    open_all(false);
    assert_int_equal(insert(), before + 1);
    before = kept();
    assert_int_equal(JetTerm2(instance, JET_bitTermDirty), JET_errDirtyShutdown);
    open_all(false);
    assert_int_equal(kept(), before);
    assert_int_equal(insert(), before + 1);
    assert_int_equal(JetTerm(instance), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_taken_in_the_root),
        cmocka_unit_test(no_number_comes_again),
    };
    char folder[] = "/tmp/esent-increment-XXXXXX";

    if (!mkdtemp(folder) || chdir(folder))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
