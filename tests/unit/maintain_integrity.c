/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The integrity check: a small database that is whole passes; each thing that can be wrong in it is found. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../win32/support/small_database.h"
#include "cache/cache.h"
#include "maintain/maintain.h"
#include "os/os.h"

/* The heap of this database has two leaves below its root. */
#define HEAP_LEFT  36u
#define HEAP_RIGHT 37u

static uint8_t image[SMALL_SIZE];

static uint8_t *page_at(uint32_t pgno)
{
    return image + (pgno + 1) * SMALL_PAGE;
}

static void fix(uint32_t pgno)
{
    small_put(page_at(pgno), small_checksum(page_at(pgno)), 4);
}

/* ------------------------------------------------- completing the database --- */

/* The catalog's own rows. */
static const struct small_object system_objects[] = {
    { .table = 2,
      .type = 1,
      .id = 2,
      .place = 4,
      .space = 80,
      .flags = 0x80000000,
      .pages = 20,
      .name = "MSysObjects" },
    { .table = 2, .type = 3, .id = 2, .place = 4, .space = 80, .flags = 0x10031, .name = "Id" },
    { .table = 2, .type = 3, .id = 4, .place = 7, .space = 80, .flags = 0x10011, .name = "Name" },
    { .table = 2, .type = 3, .id = 5, .place = 10, .space = 80, .flags = 0x10009, .name = "RootObjects" },
    { .table = 3,
      .type = 1,
      .id = 3,
      .place = 24,
      .space = 80,
      .flags = 0x80000000,
      .pages = 9,
      .name = "MSysObjectsShadow" },
    { .table = 3, .type = 3, .id = 3, .place = 24, .space = 80, .flags = 0x10031, .name = "Id" },
};

#define SYSTEM_OBJECTS (sizeof(system_objects) / sizeof(system_objects[0]))
#define OBJECTS        (SYSTEM_OBJECTS + SMALL_OBJECTS)

static const struct small_object *object_at(unsigned i)
{
    return i < SYSTEM_OBJECTS ? &system_objects[i] : &small_objects[i - SYSTEM_OBJECTS];
}

struct key
{
    uint8_t bytes[100];
    uint32_t size;
    const struct small_object *object;
};

static int key_order(const void *a, const void *b)
{
    const struct key *left = a, *right = b;
    uint32_t size = left->size < right->size ? left->size : right->size;
    int order = memcmp(left->bytes, right->bytes, size);

    return order ? order : (int)left->size - (int)right->size;
}

static void put_index(struct key *keys, unsigned count, uint32_t pgno, uint32_t objid)
{
    struct small_page page = small_root(image, pgno, objid, 0x40, true);
    uint8_t mark[16];

    qsort(keys, count, sizeof(*keys), key_order);
    for (unsigned i = 0; i < count; i++)
        small_node(&page, keys[i].bytes, keys[i].size, mark, small_object_key(keys[i].object, mark));
    small_finish(&page);
}

static void put_catalog(uint32_t pgno, uint32_t objid)
{
    struct small_page rows = small_root(image, pgno, objid, 0, true);
    struct small_record record;
    uint8_t key[16];

    for (unsigned i = 0; i < OBJECTS; i++)
    {
        small_object_record(object_at(i), &record);
        small_node(&rows, key, small_object_key(object_at(i), key), record.bytes, record.size);
    }
    small_finish(&rows);
}

static void put_catalog_indexes(void)
{
    static struct key names[OBJECTS], roots[OBJECTS];
    unsigned root_count = 0;

    for (unsigned i = 0; i < OBJECTS; i++)
    {
        const struct small_object *object = object_at(i);

        names[i].object = object;
        names[i].size = small_object_key(object, names[i].bytes) - 5;
        names[i].size += small_key_text(names[i].bytes + names[i].size, object->name);
        if (object->type != 1)
            continue;
        roots[root_count].object = object;
        roots[root_count].bytes[0] = 0x7f;
        roots[root_count].bytes[1] = 0xff;
        roots[root_count].size = 2 + small_key_text(roots[root_count].bytes + 2, object->name);
        root_count++;
    }
    put_index(names, OBJECTS, 7, 4);
    put_index(roots, root_count, 10, 5);
}

/* The space header of a root. */
static void put_space(uint32_t pgno, uint32_t pages, uint32_t parent, uint32_t available)
{
    uint8_t *space = page_at(pgno) + 40;

    small_put(space, pages, 4);
    small_put(space + 4, parent, 4);
    small_put(space + 12, available, 4);
    fix(pgno);
}

struct extent
{
    uint32_t last, count;
};

static void put_extents(uint32_t pgno, const struct extent *extents, unsigned count)
{
    struct small_page page = small_root(image, pgno, 1, 0x20, true);

    memset(page.page + 40, 0, 16);
    for (unsigned i = 0; i < count; i++)
    {
        uint8_t key[4], data[4];

        for (unsigned k = 0; k < 4; k++)
            key[k] = (uint8_t)(extents[i].last >> (24 - 8 * k));
        small_put(data, extents[i].count, 4);
        small_node(&page, key, 4, data, 4);
    }
    small_finish(&page);
}

static void put_free(uint32_t count_after_shadow)
{
    const struct extent available[] = { { 23, 13 }, { 29, count_after_shadow }, { 40, 3 } };

    put_extents(3, available, 3);
}

static void put_heap_leaf(uint32_t pgno, uint32_t row, uint32_t prev, uint32_t next)
{
    static const uint8_t fixed[] = { 4 };
    struct small_page page = small_root(image, pgno, 15, 0, true);
    uint8_t key[4] = { 0, 0, 0, (uint8_t)row }, number[4];
    const struct small_value value = { 1, number, 4 };
    struct small_record record;

    page.end = page.tags = 0;
    memset(page.page + 40, 0, 16);
    small_line(&page, "", 0);
    small_put(page.page + 16, prev, 4);
    small_put(page.page + 20, next, 4);
    small_put(page.page + 36, 0x0002 | 0x0800, 4);
    small_put(number, 100 + row, 4);
    small_encode(&record, fixed, 1, &value, 1);
    small_node(&page, key, 4, record.bytes, record.size);
    small_finish(&page);
}

static void put_heap_root(uint32_t separator, uint32_t left, uint32_t right)
{
    struct small_page page = small_root(image, SMALL_HEAP, 15, 0, true);
    uint8_t key[4] = { 0, 0, 0, (uint8_t)separator }, child[4];

    small_put(page.page + 36, 0x0001 | 0x0004 | 0x0800, 4);
    small_put(child, left, 4);
    small_node(&page, key, 4, child, 4);
    small_put(child, right, 4);
    small_node(&page, "", 0, child, 4);
    small_finish(&page);
    put_space(SMALL_HEAP, 3, 1, 0);
}

static void put_names(const char *const *names, const uint8_t *ids, unsigned count)
{
    struct small_page page = small_root(image, SMALL_PEOPLE_NAMES, 11, 0x40, false);
    uint8_t key[32], mark[8];

    for (unsigned i = 0; i < count; i++)
        small_node(&page, key, small_key_text(key, names[i]), mark, small_key_long(mark, ids[i]));
    small_finish(&page);
    put_space(SMALL_PEOPLE_NAMES, 1, SMALL_PEOPLE, 0);
}

static void put_value(uint8_t id, uint32_t references, uint32_t size, uint32_t chunk_size)
{
    struct small_page page = small_root(image, SMALL_PEOPLE_VALUES, 12, 0x80, true);
    uint8_t key[8] = { 0, 0, 0, id }, root[8], chunk[300] = { 1 };

    small_put(root, references, 4);
    small_put(root + 4, size, 4);
    small_node(&page, key, 4, root, 8);
    if (chunk_size)
        small_node(&page, key, 8, chunk, chunk_size);
    small_finish(&page);
    put_space(SMALL_PEOPLE_VALUES, 1, SMALL_PEOPLE, 0);
}

static int fresh(void **state)
{
    static const struct extent all = { SMALL_PAGES, SMALL_PAGES };

    (void)state;
    small_database(image, JET_dbstateCleanShutdown);
    put_catalog(4, 2);
    put_catalog(24, 3);
    put_catalog_indexes();
    put_extents(2, &all, 1);
    put_free(5);
    put_heap_root(2, HEAP_LEFT, HEAP_RIGHT);
    put_heap_leaf(HEAP_LEFT, 1, 0, HEAP_RIGHT);
    put_heap_leaf(HEAP_RIGHT, 2, HEAP_LEFT, 0);
    put_space(1, 1, 0, 2);
    small_put(page_at(1) + 48, 1, 4);
    fix(1);
    put_space(4, 7, 1, 0x1b); /* 4 to 10, of which 7 and 10 are its indexes */
    put_space(7, 1, 4, 0);
    put_space(10, 1, 4, 0);
    put_space(24, 1, 1, 0);
    put_space(SMALL_PEOPLE, 3, 1, 0);
    put_space(SMALL_PEOPLE_NAMES, 1, SMALL_PEOPLE, 0);
    put_space(SMALL_PEOPLE_VALUES, 1, SMALL_PEOPLE, 0);
    return 0;
}

/* --------------------------------------------------------------- checking --- */

struct found
{
    char text[8192];
    size_t size;
    uint32_t kinds;
};

static void on_finding(void *context, const struct finding *finding)
{
    struct found *found = context;
    int size = snprintf(found->text + found->size, sizeof(found->text) - found->size, "%s %s %u: %s\n", finding->table,
                        finding->tree, (unsigned)finding->pgno, finding->text);

    if (size > 0 && found->size + (size_t)size < sizeof(found->text))
        found->size += (size_t)size;
    if (!finding->warning)
        found->kinds |= 1u << finding->kind;
}

static JET_ERR check_path(const WCHAR *path, struct found *found, struct integrity_result *result)
{
    const struct maintain_report report = { found, on_finding, NULL };

    memset(found, 0, sizeof(*found));
    return integrity_check(path, NULL, &report, result);
}

static JET_ERR check_image(struct found *found, struct integrity_result *result)
{
    FILE *file = fopen("integrity.edb", "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(image, 1, SMALL_SIZE, file), SMALL_SIZE);
    assert_int_equal(fclose(file), 0);
    return check_path(u"integrity.edb", found, result);
}

/* The database is corrupt, by a finding of this kind that says this. */
static void expect(enum finding_kind kind, const char *text)
{
    struct integrity_result result;
    struct found found;
    JET_ERR err = check_image(&found, &result);

    if (err != JET_errDatabaseCorrupted || !(found.kinds & 1u << kind) || !strstr(found.text, text))
        print_message("%s", found.text);
    assert_int_equal(err, JET_errDatabaseCorrupted);
    assert_true(found.kinds & 1u << kind);
    assert_non_null(strstr(found.text, text));
}

static void a_whole_database_passes(void **state)
{
    struct integrity_result result;
    struct found found;
    JET_ERR err = check_image(&found, &result);

    (void)state;
    if (err < 0 || result.warnings)
        print_message("%s", found.text);
    assert_int_equal(err, JET_errSuccess);
    assert_int_equal(result.findings, 0);
    assert_int_equal(result.warnings, 0);
    assert_int_equal(result.pages, SMALL_PAGES);
    assert_int_equal(result.tables, 6);
    assert_int_equal(result.long_values, 1);
    assert_int_equal(result.records, 2 * OBJECTS + 3 + 1 + 2);
    assert_int_equal(result.entries, OBJECTS + 6 + 3);
}

static void a_checksum(void **state)
{
    (void)state;
    page_at(HEAP_LEFT)[2000] ^= 0x55;
    page_at(HEAP_LEFT)[2001] ^= 0x0f;
    expect(FINDING_PAGE, "checksum");
    fresh(NULL);
    memset(page_at(HEAP_LEFT), 0, SMALL_PAGE);
    expect(FINDING_TREE, "blank");
    fresh(NULL);
    small_put(page_at(HEAP_LEFT) + 8, 21, 8);
    fix(HEAP_LEFT);
    expect(FINDING_PAGE, "dbtime");
}

static void the_header(void **state)
{
    struct integrity_result result;
    struct found found;

    (void)state;
    /* As after a crash between the writes of the two. */
    small_put(image + 16, 19, 8);
    small_put(image, small_checksum(image), 4);
    assert_int_equal(JET_errSuccess, check_image(&found, &result));
    assert_int_equal(result.warnings, 1);
    assert_non_null(strstr(found.text, "differ"));
    fresh(NULL);
    image[SMALL_PAGE + 100] ^= 1;
    expect(FINDING_HEADER, "second copy");
}

static void structure(void **state)
{
    (void)state;
    put_heap_root(1, HEAP_LEFT, HEAP_RIGHT);
    expect(FINDING_TREE, "belongs on a page to the right");
    fresh(NULL);
    put_heap_root(3, HEAP_LEFT, HEAP_RIGHT);
    expect(FINDING_TREE, "belongs on a page to the left");
    fresh(NULL);
    put_heap_leaf(HEAP_RIGHT, 2, 0, 0);
    expect(FINDING_TREE, "left neighbour");
    fresh(NULL);
    put_heap_leaf(HEAP_LEFT, 1, 0, 0);
    expect(FINDING_TREE, "right neighbour");
    fresh(NULL);
    put_heap_leaf(HEAP_RIGHT, 2, HEAP_LEFT, 38);
    expect(FINDING_TREE, "last page of its level");
    fresh(NULL);
    small_put(page_at(HEAP_LEFT) + 24, 14, 4);
    fix(HEAP_LEFT);
    expect(FINDING_TREE, "object 14");
    fresh(NULL);
    small_put(page_at(HEAP_LEFT) + 36, 0x0842, 4);
    fix(HEAP_LEFT);
    expect(FINDING_TREE, "flags");
    fresh(NULL);
    put_names((const char *const[]){ "Ada", "Grace", "Barbara" }, (const uint8_t[]){ 1, 2, 3 }, 3);
    expect(FINDING_TREE, "order");
}

/* Pages that lead back do not keep the check busy. */
static void cycles(void **state)
{
    (void)state;
    put_heap_root(2, SMALL_HEAP, HEAP_RIGHT);
    expect(FINDING_SPACE, "already");
    fresh(NULL);
    put_heap_root(2, HEAP_LEFT, HEAP_LEFT);
    expect(FINDING_SPACE, "already");
    fresh(NULL);
    put_heap_root(2, HEAP_LEFT, 4711);
    expect(FINDING_TREE, "no page 4711");
    fresh(NULL);
    put_heap_root(2, HEAP_LEFT, SMALL_KIND);
    expect(FINDING_SPACE, "kind has it for use already");
}

static void space(void **state)
{
    static const struct extent part = { SMALL_PAGES, SMALL_PAGES - 1 }, twice[] = { { 35, 35 }, { 40, 6 } };

    (void)state;
    struct integrity_result result;
    struct found found;

    put_free(4);
    assert_int_equal(JET_errSuccess, check_image(&found, &result));
    assert_int_equal(result.warnings, 1);
    assert_int_equal(result.lost, 1);
    assert_non_null(strstr(found.text, "lost"));
    fresh(NULL);
    put_free(6);
    expect(FINDING_SPACE, "24: it is claimed");
    fresh(NULL);
    put_space(SMALL_HEAP, 3, 1, 1);
    expect(FINDING_SPACE, "36: it is claimed");
    fresh(NULL);
    put_space(SMALL_HEAP, 2, 1, 0);
    expect(FINDING_SPACE, "the database itself owns it");
    fresh(NULL);
    put_space(SMALL_KIND, 2, 1, 0);
    expect(FINDING_SPACE, "kind owns it");
    fresh(NULL);
    put_space(SMALL_PEOPLE_NAMES, 1, 1, 0);
    expect(FINDING_SPACE, "its space is from");
    fresh(NULL);
    put_space(SMALL_PEOPLE, 2, 1, 0);
    expect(FINDING_SPACE, "the database itself owns it");
    fresh(NULL);
    put_extents(2, &part, 1);
    expect(FINDING_SPACE, "nobody owns it");
    fresh(NULL);
    put_extents(2, twice, 2);
    expect(FINDING_SPACE, "in two of the extents");
    fresh(NULL);
    put_extents(2, &(const struct extent){ SMALL_PAGES + 9, SMALL_PAGES + 9 }, 1);
    expect(FINDING_SPACE, "there is no extent");
}

static void indexes(void **state)
{
    (void)state;
    put_names((const char *const[]){ "Ada", "Grace" }, (const uint8_t[]){ 1, 2 }, 2);
    expect(FINDING_INDEX, "an entry is missing");
    fresh(NULL);
    put_names((const char *const[]){ "Ada", "Barbara", "Grace", "Hedy" }, (const uint8_t[]){ 1, 3, 2, 1 }, 4);
    expect(FINDING_INDEX, "a record that does not have the key");
    fresh(NULL);
    put_names((const char *const[]){ "Ada", "Barbara", "Grace", "Hedy" }, (const uint8_t[]){ 1, 3, 2, 9 }, 4);
    expect(FINDING_INDEX, "a record that is not there");
    fresh(NULL);
    put_names((const char *const[]){ "Ada", "Barbara", "Grace" }, (const uint8_t[]){ 1, 2, 3 }, 3);
    expect(FINDING_INDEX, "an entry is missing");
}

static void records(void **state)
{
    uint8_t *leaf = page_at(HEAP_LEFT), *people = page_at(SMALL_PEOPLE);

    (void)state;
    small_put(leaf + 40 + 6 + 2, 4000, 2); /* the end of its fixed columns */
    fix(HEAP_LEFT);
    expect(FINDING_RECORD, "cannot be decoded");
    fresh(NULL);
    small_put(people + 40 + 16 + 2 + 5 + 4, 8, 4); /* the first record's id */
    fix(SMALL_PEOPLE);
    expect(FINDING_RECORD, "key is not what its columns say");
}

static void long_values(void **state)
{
    struct integrity_result result;
    struct found found;

    (void)state;
    put_value(1, 2, 300, 300);
    assert_int_equal(check_image(&found, &result), JET_errSuccess);
    assert_int_equal(result.kept_values, 1);
    assert_non_null(strstr(found.text, "long value 1 says 2 columns refer to it, and 1 do"));
    fresh(NULL);
    put_value(2, 1, 300, 300);
    expect(FINDING_LONG_VALUE, "long value 1, which is not there");
    fresh(NULL);
    put_value(1, 1, 300, 0);
    expect(FINDING_LONG_VALUE, "chunks up to 0 only");
    fresh(NULL);
    put_value(1, 1, 299, 300);
    expect(FINDING_LONG_VALUE, "does not hold");
}

static void the_catalog(void **state)
{
    uint8_t *shadow = page_at(24), *catalog = page_at(4);

    (void)state;
    shadow[40 + 16 + 2 + 13 + 4 + 2 + 4 + 4 + 4 + 4] ^= 1; /* Flags of the first row's */
    fix(24);
    expect(FINDING_CATALOG, "differs from that in the shadow");
    fresh(NULL);
    for (unsigned at = 40; at + 4 < SMALL_PAGE; at++)
    {
        if (!memcmp(catalog + at, "heap", 4))
            memcpy(catalog + at, "help", 4);
    }
    fix(4);
    expect(FINDING_INDEX, "an entry is missing");
    fresh(NULL);
    memset(page_at(4), 0xee, SMALL_PAGE);
    expect(FINDING_CATALOG, "cannot be opened");
}

static void a_dirty_database_is_not_checked(void **state)
{
    struct integrity_result result;
    struct found found;

    (void)state;
    small_header(image, JET_dbstateDirtyShutdown);
    assert_int_equal(check_image(&found, &result), JET_errDatabaseDirtyShutdown);
    assert_int_equal(result.findings, 0);
}

/* Whatever the bytes are: an answer. */
static void nonsense(void **state)
{
    static const uint8_t pages[] = { 1, 2, 3, 4, 7, 10, 24, 30, 31, 32, 33, 34, 35, 36, 37 };
    uint32_t seed = 12345, corrupt = 0;

    (void)state;
    for (unsigned round = 0; round < 300; round++)
    {
        struct integrity_result result;
        struct found found;
        JET_ERR err;

        fresh(NULL);
        for (unsigned i = 0; i < 1 + round % 3; i++)
        {
            uint32_t pgno, at;

            seed = seed * 1664525 + 1013904223;
            pgno = pages[(seed >> 8) % sizeof(pages)];
            seed = seed * 1664525 + 1013904223;
            at = round % 2 ? (seed >> 8) % 700 : SMALL_PAGE - 1 - (seed >> 8) % 120;
            page_at(pgno)[at] = (uint8_t)(seed >> 3);
            small_put(page_at(pgno) + 4, pgno, 4);
            fix(pgno);
        }
        err = check_image(&found, &result);
        corrupt += err < 0;
    }
    assert_true(corrupt > 100);
}

/* Databases that Windows made; one was repaired and has lost pages since. */
static void real_databases_pass(void **state)
{
    const char *corpus = getenv("ESENT_CORPUS");
    static const char *const names[] = {
        "dissect-large.edb",
        "dissect-index.edb",
        "dissect-multi.edb",
        "dissect-SRUDB.dat",
        "dsinternals-adamntds.dit",
        "dsinternals-ntds.dit",
        "goese-SRUDB.dat",
        "windows-search-win10-clean.d/Windows.edb",
        "vfsforgit-persistentdict.d/PersistentDictionary.edb",
        "xbimess-OneWall.xBIM",
        "eseparser-decompress_test2.edb",
    };

    (void)state;
    if (!corpus || !*corpus)
        skip();
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    {
        struct integrity_result result;
        struct found found;
        char path[1024];
        WCHAR wide[1024];
        JET_ERR err;

        snprintf(path, sizeof(path), "%s/%s", corpus, names[i]);
        if (!os_text_from_ascii(wide, 1024, path) || !os_file_exists(wide))
            continue;
        err = check_path(wide, &found, &result);
        if (err < 0)
            print_message("%s: %d\n%s", names[i], (int)err, found.text);
        assert_int_equal(err, JET_errSuccess);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_whole_database_passes, fresh),
        cmocka_unit_test_setup(a_checksum, fresh),
        cmocka_unit_test_setup(the_header, fresh),
        cmocka_unit_test_setup(structure, fresh),
        cmocka_unit_test_setup(cycles, fresh),
        cmocka_unit_test_setup(space, fresh),
        cmocka_unit_test_setup(indexes, fresh),
        cmocka_unit_test_setup(records, fresh),
        cmocka_unit_test_setup(long_values, fresh),
        cmocka_unit_test_setup(the_catalog, fresh),
        cmocka_unit_test_setup(a_dirty_database_is_not_checked, fresh),
        cmocka_unit_test_setup(nonsense, fresh),
        cmocka_unit_test_setup(real_databases_pass, fresh),
    };
    int failed;

    cache_set_size(0, (uint64_t)32 << 20);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove("integrity.edb");
    cache_destroy();
    return failed;
}
