/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * table_record_long.c - long values read from a tree made by hand: both sizes of
 * ids, chunks raw and compressed, all offsets and rooms; and damaged ones.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "table/record.h"
#include "tree_build.h"

#define CHUNK        16
#define WIDE         0x8000000000000000ull
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct tree_build build;
static struct table table;

/* Seven bits of each character, so that 16 of them are 15 bytes with the scheme. */
static const char seven[] = "sixteen letters!";
static const char text[] = "sixteen letters!\xff not so these \xff end";

static struct entry *add(uint64_t id, bool chunk, uint32_t offset, const void *data, uint32_t size)
{
    struct entry *entry = &build.entries[build.count++];
    uint32_t width = id & WIDE ? 8 : 4;

    *entry = (struct entry){ .key_size = width + (chunk ? 4 : 0), .data_size = size };
    for (uint32_t i = 0; i < width; i++)
        entry->key[i] = (uint8_t)(id >> (8 * (width - 1 - i)));
    for (uint32_t i = 0; chunk && i < 4; i++)
        entry->key[width + i] = (uint8_t)(offset >> (24 - 8 * i));
    assert_true(size <= sizeof(entry->data));
    memcpy(entry->data, data, size);
    return entry;
}

static void add_root(uint64_t id, uint32_t references, uint32_t size)
{
    uint8_t root[8];

    set_le32(root, references);
    set_le32(root + 4, size);
    add(id, false, 0, root, 8);
}

static void add_value(uint64_t id, const char *data, uint32_t size, bool compress)
{
    add_root(id, 1, size);
    for (uint32_t at = 0; at < size; at += CHUNK)
    {
        uint32_t part = size - at < CHUNK ? size - at : CHUNK;
        uint8_t packed[CHUNK];
        size_t packed_size;

        if (compress && !at)
        {
            assert_int_equal(
                compress_encode((const uint8_t *)data, part, COMPRESS_7BIT, packed, sizeof(packed), &packed_size), 0);
            add(id, true, at, packed, (uint32_t)packed_size);
        }
        else
            add(id, true, at, data + at, part);
    }
}

static int make_tree(void **state)
{
    uint8_t root[9] = { 1, 0, 0, 0, 4, 0, 0, 0, 1 };

    (void)state;
    build = (struct tree_build){
        .page_size = 4096, .kind = PAGE_LONG_VALUE, .unique = true, .per_leaf = 3, .per_inner = 3
    };
    build.entries = calloc(64, sizeof(struct entry));
    add_value(1, "", 0, false);
    add_value(2, seven, 16, false);
    add_value(3, text, sizeof(text), true);
    add_root(4, UINT32_MAX, 4);
    add(4, true, 0, "abcd", 4);
    add_root(6, 1, 40); /* without its second chunk */
    add(6, true, 0, seven, 16);
    add(6, true, 32, "12345678", 8);
    add_root(7, 1, 20); /* the last chunk is too long */
    add(7, true, 0, seven, 16);
    add(7, true, 16, "12345678", 8);
    add(8, false, 0, root, 7); /* a root of no known size */
    add(9, false, 0, root, 9); /* encrypted */
    add(9, true, 0, "abcd", 4);
    add_root(10, 1, 0x80000000); /* longer than any may be */
    add_root(11, 1, 16);         /* a chunk that is short, but not compressed */
    add(11, true, 0, "\xf8zzzz", 5);
    add_root(12, 1, 32); /* no chunk at all, and the next value's are not its own */
    add_value(13, seven, 16, true);
    add_value(WIDE | 0x0102030405ull, text, sizeof(text), true);
    add_value(WIDE | 0x0102030406ull, seven, 16, true);
    tree_build_open(&build, u"table-record-long.tmp");
    table = (struct table){ .long_values = &build.tree, .lv_chunk_max = CHUNK };
    return 0;
}

static int free_tree(void **state)
{
    (void)state;
    tree_build_close(&build);
    return 0;
}

/* As a record has it. */
static uint32_t id_bytes(uint64_t id, uint8_t bytes[8])
{
    uint32_t size = id & WIDE ? 8 : 4;

    for (uint32_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(id >> (8 * i));
    return size;
}

static JET_ERR read_value(uint64_t id, uint32_t offset, void *out, uint32_t room, uint32_t *actual)
{
    uint8_t bytes[8];
    uint32_t size = id_bytes(id, bytes);

    return long_value_read(&table, NULL, bytes, size, NULL, offset, out, room, actual);
}

static void check_value(uint64_t id, const char *data, uint32_t size)
{
    struct long_value_space space;
    struct long_value info;
    uint8_t bytes[8];
    uint32_t id_size = id_bytes(id, bytes), actual;

    for (uint32_t offset = 0; offset < size + 20; offset++)
    {
        for (uint32_t room = 0; room < size + 20; room++)
        {
            uint32_t rest = offset < size ? size - offset : 0;
            uint8_t *out = malloc(room ? room : 1); /* exactly, for the sanitizer */

            assert_int_equal(read_value(id, offset, out, room, &actual), rest > room ? JET_wrnBufferTruncated : 0);
            assert_int_equal(actual, rest);
            if (rest)
                assert_memory_equal(out, data + offset, rest < room ? rest : room);
            free(out);
        }
    }
    assert_int_equal(read_value(id, UINT32_MAX, NULL, 0, &actual), 0);
    assert_int_equal(actual, 0);
    assert_int_equal(long_value_info(&table, NULL, bytes, id_size, &info), 0);
    assert_int_equal(info.size, size);
    assert_int_equal(info.references, 1);
    assert_int_equal(long_value_space(&table, NULL, bytes, id_size, true, &space), 0);
    assert_int_equal(space.size, size);
    assert_int_equal(space.chunks, (size + CHUNK - 1) / CHUNK);
    assert_int_equal(space.root_size, 8);
    assert_true(space.stored <= size && space.stored + 1 >= size);
    assert_int_equal(long_value_space(&table, NULL, bytes, id_size, false, &space), 0);
    assert_int_equal(space.stored, size);
    assert_int_equal(space.chunks, 0);
}

static void whole_values(void **state)
{
    (void)state;
    check_value(1, "", 0);
    check_value(2, seven, 16);
    check_value(3, text, sizeof(text));
    check_value(13, seven, 16);
    check_value(WIDE | 0x0102030405ull, text, sizeof(text));
    check_value(WIDE | 0x0102030406ull, seven, 16);
}

static void damaged_values(void **state)
{
    static const struct
    {
        uint64_t id;
        JET_ERR err;
    } values[] = {
        { 0, JET_errLVCorrupted },
        { 4, JET_errInternalError },
        { 5, JET_errLVCorrupted },
        { 6, JET_errLVCorrupted },
        { 7, JET_errLVCorrupted },
        { 8, JET_errLVCorrupted },
        { 9, JET_errColumnNoEncryptionKey },
        { 10, JET_errLVCorrupted },
        { 11, JET_errDecompressionFailed },
        { 12, JET_errLVCorrupted },
        { 14, JET_errLVCorrupted },
        { WIDE | 1, JET_errLVCorrupted },
        { WIDE | 0x0102030407ull, JET_errLVCorrupted },
    };
    static const uint8_t odd[8] = { 3 }, wide[4] = { 3, 0, 0, 0x80 };
    uint8_t out[64];

    (void)state;
    for (unsigned i = 0; i < COUNT(values); i++)
        assert_int_equal(read_value(values[i].id, 0, out, sizeof(out), NULL), values[i].err);
    /* Ids whose top bit does not go with their size, or of another size. */
    assert_int_equal(long_value_read(&table, NULL, odd, 8, NULL, 0, out, 8, NULL), JET_errLVCorrupted);
    assert_int_equal(long_value_read(&table, NULL, odd, 5, NULL, 0, out, 8, NULL), JET_errLVCorrupted);
    assert_int_equal(long_value_read(&table, NULL, odd, 0, NULL, 0, out, 8, NULL), JET_errLVCorrupted);
    assert_int_equal(long_value_read(&table, NULL, wide, 4, NULL, 0, out, 8, NULL), JET_errLVCorrupted);
    /* The damage is told only by who comes there. */
    assert_int_equal(read_value(6, 0, out, 16, NULL), JET_wrnBufferTruncated);
    assert_memory_equal(out, seven, 16);
    assert_int_equal(read_value(6, 33, out, 16, NULL), 0);
    assert_memory_equal(out, "2345678", 7);
    assert_int_equal(read_value(6, 16, out, 1, NULL), JET_errLVCorrupted);
}

static void no_tree(void **state)
{
    static const uint8_t id[4] = { 2 };
    struct table without = { .lv_chunk_max = CHUNK };
    struct long_value_space space;
    struct long_value info;

    (void)state;
    assert_int_equal(long_value_info(&without, NULL, id, 4, &info), JET_errLVCorrupted);
    assert_int_equal(long_value_space(&without, NULL, id, 4, true, &space), JET_errLVCorrupted);
    without = table;
    without.lv_chunk_max = 0;
    assert_int_equal(long_value_read(&without, NULL, id, 4, NULL, 0, &info, 4, NULL), JET_errLVCorrupted);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_values),
        cmocka_unit_test(damaged_values),
        cmocka_unit_test(no_tree),
    };

    return cmocka_run_group_tests(tests, make_tree, free_tree);
}
