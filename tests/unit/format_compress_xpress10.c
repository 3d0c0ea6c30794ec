/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XPRESS10 values, which are built here bit by bit after the specification. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/compress_huffman.h"

#define HEADER    15
#define MIN_MATCH 4

/* A value being built, and the data it should expand to. */
struct built
{
    uint8_t value[2000], data[2000];
    size_t bits, block, size;
};

static void put(struct built *b, uint32_t value, unsigned count)
{
    for (; count--; value >>= 1, b->bits++)
        b->value[HEADER + b->bits / 8] |= (value & 1) << b->bits % 8;
}

/* A code: its first bit is the highest. */
static void put_code(struct built *b, uint32_t value, unsigned count)
{
    while (count--)
        put(b, value >> count & 1, 1);
}

/* Items and long lengths without tables, at a window of 64 KB. */
static void put_item(struct built *b, unsigned item)
{
    if (item < 448)
        put_code(b, item, 9);
    else
        put_code(b, item + 448, 10);
}

static void put_long(struct built *b, unsigned symbol)
{
    if (symbol < 8)
        put_code(b, symbol, 7);
    else
        put_code(b, symbol + 8, 8);
}

static void literals(struct built *b, const char *text)
{
    for (; *text; text++)
    {
        put_item(b, (uint8_t)*text);
        b->data[b->size++] = *text;
    }
}

static void repeat(struct built *b, size_t distance, size_t length)
{
    for (; length--; b->size++)
        b->data[b->size] = b->data[b->size - distance];
}

static void begin(struct built *b, uint16_t flags)
{
    memset(b, 0, sizeof(*b));
    put(b, 0xc039e510, 32);
    put(b, flags, 16);
}

static void begin_block(struct built *b, int compressed, int recent, int last)
{
    b->block = b->bits;
    put(b, 0, 29);
    put(b, compressed, 1);
    put(b, recent, 1);
    put(b, last, 1);
}

static void end_block(struct built *b)
{
    size_t end = b->bits;

    b->bits = b->block;
    put(b, end - b->block, 28);
    b->bits = end;
}

/* Adds the headers and gives the size of the value. */
static size_t finish(struct built *b)
{
    uint32_t crc = compress_crc32c(b->data, b->size);

    b->bits = (b->bits + 7) / 8 * 8;
    put(b, 0, 32);
    put(b, 0, 32);
    b->value[0] = COMPRESS_SCHEME_XPRESS10 << 3;
    set_le16(b->value + 1, b->size);
    set_le32(b->value + 3, crc);
    return HEADER + b->bits / 8;
}

static JET_ERR decode(const struct built *b, size_t size, size_t out_size)
{
    uint8_t *value = malloc(size), *out = malloc(out_size ? out_size : 1);
    size_t actual;
    JET_ERR err;

    memcpy(value, b->value, size);
    err = compress_decode(value, size, out, out_size, &actual);
    if (err < JET_errSuccess)
        assert_int_equal(actual, 0);
    else
    {
        assert_int_equal(actual, b->size);
        assert_int_equal(err, out_size < b->size ? JET_wrnBufferTruncated : JET_errSuccess);
    }
    if (err >= JET_errSuccess && size == HEADER + b->bits / 8)
        assert_memory_equal(out, b->data, out_size < b->size ? out_size : b->size);
    free(value);
    free(out);
    return err;
}

static void check(struct built *b)
{
    size_t size = finish(b), actual;

    assert_int_equal(compress_decode_size(b->value, size, &actual), JET_errSuccess);
    assert_int_equal(actual, b->size);
    for (size_t out_size = 0; out_size < b->size + 40; out_size++)
        assert_true(decode(b, size, out_size) >= 0);

    b->value[3] ^= 1;
    assert_int_equal(decode(b, size, b->size), JET_errCompressionIntegrityCheckFailed);
    b->value[3] ^= 1;

    /* Damaged: any answer, no step outside.  The data's checksum tells. */
    for (size_t cut = 0; cut < size; cut++)
        decode(b, cut, b->size);
    for (size_t bit = 24; bit < size * 8; bit++)
    {
        uint8_t *out = malloc(b->size);

        b->value[bit / 8] ^= 1 << bit % 8;
        if (compress_decode(b->value, size, out, b->size, &actual) == JET_errSuccess)
            assert_memory_equal(out, b->data, b->size);
        compress_decode(b->value, size, out, b->size / 2, &actual);
        b->value[bit / 8] ^= 1 << bit % 8;
        free(out);
    }
}

static void test_blocks(void **state)
{
    struct built b;

    (void)state;
    begin(&b, 0x000b);
    begin_block(&b, 1, 0, 0);
    put(&b, 0, 2);
    put(&b, 0, 2);
    literals(&b, "abcde");
    put_item(&b, 256 + (4 + 2) * 16 + 3); /* distance of three bits, the top one implied */
    put(&b, 1, 2);
    repeat(&b, 5, MIN_MATCH + 3);
    literals(&b, "f");
    put_item(&b, 256 + (4 + 3) * 16);
    put(&b, 2, 3);
    repeat(&b, 10, MIN_MATCH);
    put_item(&b, 256 + 1 * 16 + 15); /* the distance before the newest */
    put_long(&b, 7);
    repeat(&b, 5, MIN_MATCH + 15 + 7);
    put_item(&b, 256 + 15); /* the newest, though a match was just before */
    put_long(&b, 235);
    put(&b, 5, 3);
    repeat(&b, 5, MIN_MATCH + 15 + 231 + 8 + 5);
    end_block(&b);

    begin_block(&b, 0, 0, 0);
    put(&b, 'x', 8);
    put(&b, 'y', 8);
    memcpy(b.data + b.size, "xy", 2);
    b.size += 2;
    end_block(&b);

    /* Recent distances that outlive their block, then such as are written. */
    begin_block(&b, 1, 0, 0);
    put(&b, 0, 2);
    put(&b, 0, 2);
    put_item(&b, 256 + 1 * 16 + 14);
    repeat(&b, 10, MIN_MATCH + 14);
    end_block(&b);

    begin_block(&b, 1, 1, 1);
    for (unsigned i = 0; i < 4; i++)
    {
        put(&b, i + 3, 5);
        put(&b, i, i + 3);
    }
    put(&b, 0, 2);
    put(&b, 0, 2);
    put_item(&b, 256 + 3 * 16);
    repeat(&b, 64 + 3, MIN_MATCH);
    put_item(&b, 256 + 3 * 16 + 1);
    repeat(&b, 32 + 2, MIN_MATCH + 1);
    end_block(&b);
    check(&b);
}

/* Lengths of the code that the tables below are written in: 28 (zeros to the
 * end of a row) has one bit, 0 and 1 have two. */
static void put_table_code(struct built *b)
{
    unsigned last = 4;

    put(b, 2, 2);
    for (unsigned i = 0; i < 33; i++)
    {
        unsigned length = i == 28 ? 1 : i < 2 ? 2 : 0;

        put(b, length != last, 1);
        if (length != last)
            put(b, length > last ? length - 1 : length, 3);
        last = length;
    }
}

static void test_tables(void **state)
{
    struct built b;

    (void)state;
    begin(&b, 0x000b);
    begin_block(&b, 1, 0, 1);
    /* Of 576 items 97 and 335 have one bit each. */
    put_table_code(&b);
    for (unsigned row = 0; row < 576 / 16; row++)
    {
        if (row == 97 / 16)
        {
            put_code(&b, 2, 2);
            put_code(&b, 3, 2);
        }
        if (row == 335 / 16)
        {
            for (unsigned i = 0; i < 15; i++)
                put_code(&b, 2, 2);
            put_code(&b, 3, 2);
        }
        else
            put_code(&b, 0, 1);
    }
    /* Of 248 long lengths the first two; the last row is half a row. */
    put_table_code(&b);
    put_code(&b, 3, 2);
    put_code(&b, 3, 2);
    for (unsigned row = 0; row < 16; row++)
        put_code(&b, 0, 1);
    /* 'a', and twice itself again. */
    put_code(&b, 0, 1);
    b.data[b.size++] = 'a';
    put_code(&b, 1, 1);
    put_code(&b, 0, 1);
    repeat(&b, 1, MIN_MATCH + 15);
    put_code(&b, 1, 1);
    put_code(&b, 1, 1);
    repeat(&b, 1, MIN_MATCH + 16);
    end_block(&b);
    check(&b);
}

static void test_bad(void **state)
{
    static const uint16_t bad_flags[] = { 0x801b, 0x100b, 0x001b, 0x006b, 0x00eb };
    static const uint16_t good_flags[] = { 0x000b, 0x400b, 0x002b, 0x0fcb };
    struct built b;
    size_t size;

    (void)state;
    for (unsigned i = 0; i < sizeof(bad_flags) / sizeof(bad_flags[0]); i++)
    {
        begin(&b, bad_flags[i]);
        begin_block(&b, 0, 0, 1);
        put(&b, b.data[b.size++] = 'a', 8);
        end_block(&b);
        size = finish(&b);
        assert_int_equal(decode(&b, size, 1), JET_errDecompressionFailed);
    }
    for (unsigned i = 0; i < sizeof(good_flags) / sizeof(good_flags[0]); i++)
    {
        begin(&b, good_flags[i]);
        begin_block(&b, 0, 0, 1);
        put(&b, b.data[b.size++] = 'a', 8);
        end_block(&b);
        check(&b);
    }

    /* A recent distance when there is none yet. */
    begin(&b, 0x000b);
    begin_block(&b, 1, 0, 1);
    put(&b, 0, 2);
    put(&b, 0, 2);
    literals(&b, "abcd");
    put_item(&b, 256);
    repeat(&b, 4, MIN_MATCH);
    end_block(&b);
    size = finish(&b);
    assert_int_equal(decode(&b, size, b.size), JET_errDecompressionFailed);

    /* More data than told, and less. */
    begin(&b, 0x000b);
    begin_block(&b, 1, 0, 1);
    put(&b, 0, 2);
    put(&b, 0, 2);
    literals(&b, "abcd");
    end_block(&b);
    size = finish(&b);
    for (unsigned told = 0; told < 10; told++)
    {
        if (told == 4)
            continue;
        b.value[1] = told;
        if (told)
            assert_int_equal(decode(&b, size, told), JET_errDecompressionFailed);
        assert_int_equal(decode(&b, size, 20), JET_errDecompressionFailed);
    }

    /* A predefined code. */
    begin(&b, 0x000b);
    begin_block(&b, 1, 0, 1);
    put(&b, 1, 2);
    put(&b, 0, 2);
    literals(&b, "abcd");
    end_block(&b);
    size = finish(&b);
    assert_int_equal(decode(&b, size, 4), JET_errDecompressionFailed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_bad),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
