/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Databases and tables as the catalog has them: opening, inheritance, what damage answers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "cache/cache.h"
#include "table/table.h"
#include "../win32/support/small_database.h"

static uint8_t image[SMALL_SIZE];

static const WCHAR *write_image(size_t size)
{
    static const WCHAR path[] = u"small.edb";
    FILE *file = fopen("small.edb", "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(image, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    return path;
}

static JET_ERR open_size(size_t size, uint32_t page_size, struct database **database)
{
    const struct database_options options = {
        .read_only = true,
        .ignore_page_size = !page_size,
        .page_size = page_size,
    };
    return database_open(write_image(size), &options, database);
}

static JET_ERR open_image(struct database **database)
{
    return open_size(SMALL_SIZE, 0, database);
}

static void fix(uint32_t index)
{
    uint8_t *page = image + index * SMALL_PAGE;

    small_put(page, small_checksum(page), 4);
}

static int fresh(void **state)
{
    (void)state;
    small_database(image, JET_dbstateCleanShutdown);
    return 0;
}

/* ------------------------------------------------------------------ schema --- */

static void people_has_its_columns_and_indexes(void **state)
{
    struct database *database;
    struct table *people, *again;
    const struct column *column;

    (void)state;
    assert_int_equal(open_image(&database), JET_errSuccess);
    assert_int_equal(database->page_size, SMALL_PAGE);
    assert_int_equal(table_open(database, NULL, "PEOPLE", &people), JET_errSuccess);
    assert_string_equal(people->name, "people");
    assert_int_equal(people->column_count, 6);
    assert_int_equal(people->fixed_count, 3);
    column = table_column_by_name(people, "Rank");
    assert_non_null(column);
    assert_int_equal(column->id, 3);
    assert_int_equal(column->fixed_offset, 16);
    assert_int_equal(column->default_size, 2);
    assert_int_equal(column->default_value[0], 7);
    assert_null(table_column_by_id(people, 4));
    assert_null(table_column_by_id(people, 3 | COLUMNID_TEMPLATE));
    assert_int_equal(table_column_by_id(people, 257)->grbit, JET_bitColumnTagged | JET_bitColumnMultiValued);
    assert_int_equal(people->index_count, 2);
    assert_true(people->indexes[0].primary);
    assert_string_equal(people->indexes[1].name, "by_name");
    assert_false(people->indexes[1].tree->unique);
    assert_int_equal(people->long_values->root, SMALL_PEOPLE_VALUES);

    assert_int_equal(table_open(database, NULL, "people", &again), JET_errSuccess);
    assert_ptr_equal(people, again);
    assert_int_equal(database_close(database), JET_errDatabaseInUse);
    table_release(people);
    table_release(again);
    assert_int_equal(table_open(database, NULL, "nobody", &people), JET_errObjectNotFound);
    assert_int_equal(database_close(database), JET_errSuccess);
}

static void a_derived_table_has_its_templates_columns_first(void **state)
{
    struct database *database;
    struct table *kind, *base;

    (void)state;
    assert_int_equal(open_image(&database), JET_errSuccess);
    assert_int_equal(table_open(database, NULL, "kind", &kind), JET_errSuccess);
    assert_int_equal(kind->column_count, 3);
    assert_int_equal(kind->fixed[0].id, 1 | COLUMNID_TEMPLATE);
    assert_true(kind->fixed[0].from_template);
    assert_int_equal(kind->variable[0].id, 128);
    assert_false(kind->variable[0].from_template);
    assert_int_equal(kind->tagged[0].id, 256 | COLUMNID_TEMPLATE);
    assert_true(kind->tagged[0].marked_inherited);
    assert_null(table_column_by_id(kind, 1));
    assert_non_null(table_column_by_id(kind, 1 | COLUMNID_TEMPLATE));
    assert_int_equal(kind->primary->tree->root, SMALL_KIND);
    assert_int_equal(kind->primary->key[0].columnid, 1 | COLUMNID_TEMPLATE);

    assert_int_equal(table_open(database, NULL, "base", &base), JET_errSuccess);
    assert_ptr_equal(kind->template_table, base);
    assert_false(base->fixed[0].from_template);
    assert_int_equal(base->fixed[0].id, 1 | COLUMNID_TEMPLATE);
    table_release(base);
    table_release(kind);
    assert_int_equal(database_close(database), JET_errSuccess);
}

static void a_table_without_primary_index_has_a_nameless_order(void **state)
{
    struct database *database;
    struct table *heap;

    (void)state;
    assert_int_equal(open_image(&database), JET_errSuccess);
    assert_int_equal(table_open(database, NULL, "heap", &heap), JET_errSuccess);
    assert_int_equal(heap->index_count, 0);
    assert_non_null(heap->primary);
    assert_int_equal(heap->primary->key_columns, 0);
    assert_int_equal(heap->primary->tree->root, SMALL_HEAP);
    table_release(heap);
    assert_int_equal(database_close(database), JET_errSuccess);
}

static JET_ERR count_table(void *context, const char *name, uint32_t objid, uint32_t flags)
{
    char *names = context;

    (void)objid, (void)flags;
    strcat(strcat(names, name), " ");
    return JET_errSuccess;
}

static void tables_are_told_in_catalog_order(void **state)
{
    struct database *database;
    char names[200] = "";

    (void)state;
    assert_int_equal(open_image(&database), JET_errSuccess);
    assert_int_equal(database_each_table(database, NULL, count_table, names), JET_errSuccess);
    assert_string_equal(names, "people base kind heap ");
    assert_int_equal(database_close(database), JET_errSuccess);
}

static void a_lost_name_index_does_not_hide_tables(void **state)
{
    struct database *database;
    struct table *table;

    (void)state;
    memset(image + 11 * SMALL_PAGE, 0xee, SMALL_PAGE);
    assert_int_equal(open_image(&database), JET_errSuccess);
    assert_int_equal(table_open(database, NULL, "heap", &table), JET_errSuccess);
    table_release(table);
    assert_int_equal(table_open(database, NULL, "nobody", &table), JET_errObjectNotFound);
    assert_int_equal(database_close(database), JET_errSuccess);
}

/* ------------------------------------------------------------------ header --- */

static void states_that_need_recovery_are_refused(void **state)
{
    static const struct
    {
        uint32_t state;
        JET_ERR err;
    } cases[] = {
        { JET_dbstateJustCreated, JET_errDatabaseDirtyShutdown },
        { JET_dbstateDirtyShutdown, JET_errDatabaseDirtyShutdown },
        { JET_dbstateDirtyAndPatchedShutdown, JET_errDatabaseDirtyShutdown },
        { JET_dbstateBeingConverted, JET_errDatabaseIncompleteUpgrade },
        { JET_dbstateIncrementalReseedInProgress, JET_errDatabaseIncompleteIncrementalReseed },
        { JET_dbstateRevertInProgress, JET_errDatabaseIncompleteRevert },
    };
    struct database *database;

    (void)state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    {
        small_database(image, cases[i].state);
        assert_int_equal(open_image(&database), cases[i].err);
    }
    /* A copy of a backup that was not recovered. */
    small_database(image, JET_dbstateDirtyShutdown);
    small_put(image + 184 + 16, 5, 4);
    fix(0);
    assert_int_equal(open_image(&database), JET_errSoftRecoveryOnBackupDatabase);
}

static void either_copy_of_the_header_will_do(void **state)
{
    struct database *database;

    (void)state;
    image[100] ^= 1;
    assert_int_equal(open_image(&database), JET_errSuccess);
    assert_int_equal(database_close(database), JET_errSuccess);
    small_database(image, JET_dbstateCleanShutdown);
    image[SMALL_PAGE + 100] ^= 1;
    assert_int_equal(open_image(&database), JET_errSuccess);
    assert_int_equal(database_close(database), JET_errSuccess);
    image[100] ^= 1;
    assert_int_equal(open_image(&database), JET_errDatabaseCorrupted);
}

static void other_files_are_told_apart(void **state)
{
    struct database *database;

    (void)state;
    assert_int_equal(open_size(SMALL_SIZE, 8192, &database), JET_errPageSizeMismatch);
    assert_int_equal(open_size(SMALL_SIZE, 4096, &database), JET_errSuccess);
    assert_int_equal(database_close(database), JET_errSuccess);
    assert_int_equal(open_size(0, 0, &database), JET_errDatabaseCorrupted);
    assert_int_equal(open_size(1000, 0, &database), JET_errDatabaseCorrupted);

    small_put(image + 8, 0x623, 4);
    fix(0);
    assert_int_equal(open_image(&database), JET_errInvalidDatabaseVersion);
    fresh(NULL);
    small_put(image + 232, 600, 4); /* an update that is not known yet */
    fix(0);
    assert_int_equal(open_image(&database), JET_errSuccess);
    assert_int_equal(database_close(database), JET_errSuccess);
    fresh(NULL);
    small_put(image + 667, 4, 4); /* a checkpoint */
    fix(0);
    assert_int_equal(open_image(&database), JET_errDatabaseCorrupted);
}

/* ------------------------------------------------------------------ damage --- */

/* Each byte of the catalog's page turned over, the checksum right: an error or not, but never worse. */
static void damaged_catalogs_answer_errors(void **state)
{
    static const char *const names[] = { "people", "base", "kind", "heap" };
    struct database *database;
    struct table *table;

    (void)state;
    for (unsigned at = 8; at < SMALL_PAGE; at++)
    {
        uint8_t *page = image + 5 * SMALL_PAGE;
        if (!page[at] && at > 100 && at % 16)
            continue;
        page[at] ^= 1u << at % 8 | 0x10;
        fix(5);
        if (open_image(&database) >= 0)
        {
            for (unsigned i = 0; i < 4; i++)
            {
                if (table_open(database, NULL, names[i], &table) >= 0)
                    table_release(table);
            }
            assert_int_equal(database_close(database), JET_errSuccess);
        }
        page[at] ^= 1u << at % 8 | 0x10;
    }
}

static int finish(void **state)
{
    (void)state;
    unlink("small.edb");
    cache_destroy();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(people_has_its_columns_and_indexes, fresh),
        cmocka_unit_test_setup(a_derived_table_has_its_templates_columns_first, fresh),
        cmocka_unit_test_setup(a_table_without_primary_index_has_a_nameless_order, fresh),
        cmocka_unit_test_setup(tables_are_told_in_catalog_order, fresh),
        cmocka_unit_test_setup(a_lost_name_index_does_not_hide_tables, fresh),
        cmocka_unit_test_setup(states_that_need_recovery_are_refused, fresh),
        cmocka_unit_test_setup(either_copy_of_the_header_will_do, fresh),
        cmocka_unit_test_setup(other_files_are_told_apart, fresh),
        cmocka_unit_test_setup(damaged_catalogs_answer_errors, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, finish);
}
