/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keys made from the records of real databases must be those of their indexes:
 * for every table of every database in ESENT_CORPUS (a directory of plain
 * files), the entries of each index are the keys of its records, with the
 * record's bookmark.  Skipped when ESENT_CORPUS is not set.
 *
 *   table_key_corpus [FILE...]      also checks these files, and prints what it found
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "table/table.h"

struct entry
{
    uint32_t key_size, mark_size;
    uint8_t *bytes;
};

struct entries
{
    struct entry *list;
    size_t count, capacity;
};

struct totals
{
    unsigned indexes, entries, wrong, outdated, skipped;
};

static void entries_add(struct entries *entries, const uint8_t *key, uint32_t key_size, const uint8_t *mark,
                        uint32_t mark_size)
{
    struct entry *entry;

    if (entries->count == entries->capacity)
    {
        entries->capacity = entries->capacity ? entries->capacity * 2 : 256;
        entries->list = realloc(entries->list, entries->capacity * sizeof(*entries->list));
        assert_non_null(entries->list);
    }
    entry = &entries->list[entries->count++];
    entry->key_size = key_size;
    entry->mark_size = mark_size;
    entry->bytes = malloc((size_t)key_size + mark_size + 1);
    assert_non_null(entry->bytes);
    memcpy(entry->bytes, key, key_size);
    memcpy(entry->bytes + key_size, mark, mark_size);
}

static void entries_free(struct entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        free(entries->list[i].bytes);
    free(entries->list);
    memset(entries, 0, sizeof(*entries));
}

static int compare_bytes(const uint8_t *a, uint32_t a_size, const uint8_t *b, uint32_t b_size)
{
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    return order ? order : (a_size > b_size) - (a_size < b_size);
}

static int compare_entries(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    int order = compare_bytes(a->bytes, a->key_size, b->bytes, b->key_size);
    return order ? order : compare_bytes(a->bytes + a->key_size, a->mark_size, b->bytes + b->key_size, b->mark_size);
}

/* Sorted, and each once: equal multi-values have one entry. */
static void entries_finish(struct entries *entries)
{
    size_t kept = 0;

    if (!entries->count)
        return;
    qsort(entries->list, entries->count, sizeof(*entries->list), compare_entries);
    for (size_t i = 1; i < entries->count; i++)
    {
        if (!compare_entries(&entries->list[kept], &entries->list[i]))
            free(entries->list[i].bytes);
        else
            entries->list[++kept] = entries->list[i];
    }
    entries->count = kept + 1;
}

/* What the index has. */
static JET_ERR read_entries(struct cursor *cursor, struct entries *entries)
{
    JET_ERR err = cursor_move(cursor, (int32_t)JET_MoveFirst, 0);

    for (; err >= 0; err = cursor_move(cursor, 1, 0))
    {
        uint8_t scratch[KEY_MAX];
        const uint8_t *key, *mark;
        uint32_t key_size, mark_size;

        err = cursor_key(cursor, &key, &key_size);
        if (err >= 0)
            err = cursor_bookmark(cursor, scratch, &mark, &mark_size);
        if (err < 0)
            return err;
        entries_add(entries, key, key_size, mark, mark_size);
    }
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

/* What it should have. */
static JET_ERR make_entries(struct cursor *cursor, const struct key_form *form, struct entries *entries)
{
    JET_ERR err = cursor_move(cursor, (int32_t)JET_MoveFirst, 0);

    for (; err >= 0; err = cursor_move(cursor, 1, 0))
    {
        uint8_t key[KEY_MAX], scratch[KEY_MAX];
        const uint8_t *mark;
        uint32_t key_size, mark_size;
        struct key_iterator keys;
        struct record record;

        err = cursor_bookmark(cursor, scratch, &mark, &mark_size);
        if (err >= 0)
            err = cursor_latch_record(cursor, &record);
        if (err < 0)
            return err;
        key_iterate(&keys, form, record, NULL);
        while ((err = key_next(&keys, key, &key_size)) >= 0)
            entries_add(entries, key, key_size, mark, mark_size);
        cursor_unlatch_record(cursor);
        if (err != JET_errNoCurrentRecord)
            return err;
    }
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

static void show(const char *what, const struct entry *entry)
{
    fprintf(stderr, "    %s ", what);
    for (uint32_t i = 0; entry && i < entry->key_size; i++)
        fprintf(stderr, "%02x", entry->bytes[i]);
    fprintf(stderr, " / ");
    for (uint32_t i = 0; entry && i < entry->mark_size; i++)
        fprintf(stderr, "%02x", entry->bytes[entry->key_size + i]);
    fprintf(stderr, "\n");
}

static void check_index(struct database *database, const char *name, const struct index *index, struct totals *totals)
{
    struct entries found = { 0 }, made = { 0 };
    struct cursor *primary = NULL, *secondary = NULL;
    struct table *table;
    struct key_form form;
    size_t at = 0;
    JET_ERR err;

    assert_int_equal(table_open(database, NULL, name, &table), JET_errSuccess);
    assert_true(cursor_open(table, NULL, JET_bitTableReadOnly, &primary) >= 0);
    assert_true(cursor_duplicate(primary, &secondary) >= 0);
    assert_true(key_form_init(&form, table, index) >= 0);
    if (form.locale_error < 0)
    {
        totals->skipped++;
        goto done;
    }
    err = cursor_set_index(secondary, index->name, 0, 1);
    if (err >= 0)
        err = read_entries(secondary, &found);
    if (err >= 0)
        err = make_entries(primary, &form, &made);
    if (err < 0)
    {
        fprintf(stderr, "  %s.%s: error %d\n", name, index->name, (int)err);
        totals->wrong++;
        goto done;
    }
    entries_finish(&found);
    entries_finish(&made);
    totals->indexes++;
    totals->entries += (unsigned)found.count;
    while (at < found.count && at < made.count && !compare_entries(&found.list[at], &made.list[at]))
        at++;
    if ((at < found.count || at < made.count) && index->sort_state != SORT_GOOD)
        totals->outdated++; /* the order of text has changed since */
    else if (at < found.count || at < made.count)
    {
        totals->wrong++;
        fprintf(stderr, "  %s.%s: entry %zu of %zu, made %zu\n", name, index->name, at, found.count, made.count);
        show("found", at < found.count ? &found.list[at] : NULL);
        show("made ", at < made.count ? &made.list[at] : NULL);
    }

done:
    entries_free(&found);
    entries_free(&made);
    cursor_close(secondary);
    cursor_close(primary);
}

struct names
{
    char (*list)[SCHEMA_NAME_SIZE];
    size_t count;
};

static JET_ERR collect_name(void *context, const char *name, uint32_t objid, uint32_t flags)
{
    struct names *names = context;

    (void)objid;
    (void)flags;
    names->list = realloc(names->list, (names->count + 1) * sizeof(*names->list));
    assert_non_null(names->list);
    strcpy(names->list[names->count++], name);
    return JET_errSuccess;
}

static void check_database(const char *file, struct totals *totals)
{
    struct database_options options = { .read_only = true, .ignore_page_size = true };
    struct database *database;
    struct names names = { 0 };
    WCHAR path[OS_PATH_MAX];

    assert_true(os_text_from_ascii(path, OS_PATH_MAX, file));
    if (database_open(path, &options, &database) < 0)
        return; /* dirty, or no database */
    assert_true(database_each_table(database, NULL, collect_name, &names) >= 0);
    for (size_t i = 0; i < names.count; i++)
    {
        struct table *table;

        assert_int_equal(table_open(database, NULL, names.list[i], &table), JET_errSuccess);
        for (uint32_t k = 0; k < table->index_count; k++)
            check_index(database, names.list[i], &table->indexes[k], totals);
        table_release(table);
    }
    free(names.list);
    assert_true(database_close(database) >= 0);
}

static void test_corpus(void **state)
{
    const char *directory = getenv("ESENT_CORPUS");
    struct totals totals = { 0 };
    WCHAR pattern[OS_PATH_MAX];
    struct os_find *find;
    struct os_find_entry entry;

    (void)state;
    if (!directory)
        skip();
    assert_true(os_text_from_ascii(pattern, OS_PATH_MAX, directory));
    assert_true(os_text_append(pattern, OS_PATH_MAX, (const WCHAR[]){ '/', '*', 0 }));
    assert_true(os_find_open(pattern, &find) >= 0);
    while (os_find_next(find, &entry) >= 0)
    {
        char file[OS_PATH_MAX];
        size_t n = (size_t)snprintf(file, sizeof(file), "%s/", directory);

        for (size_t i = 0; n + 1 < sizeof(file) && (file[n] = (char)entry.name[i]); i++)
            n++;
        if (!entry.info.directory && entry.info.size < 32u << 20)
            check_database(file, &totals);
    }
    os_find_close(find);
    print_message("%u indexes, %u entries, %u of an older order of text, %u skipped for want of one\n", totals.indexes,
                  totals.entries, totals.outdated, totals.skipped);
    assert_int_equal(totals.wrong, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_corpus) };
    struct totals totals = { 0 };

    if (argc < 2)
        return cmocka_run_group_tests(tests, NULL, NULL);
    for (int i = 1; i < argc; i++)
        check_database(argv[i], &totals);
    printf("%u indexes, %u entries, %u of an older order of text, %u skipped, %u wrong\n", totals.indexes,
           totals.entries, totals.outdated, totals.skipped, totals.wrong);
    return totals.wrong != 0;
}
