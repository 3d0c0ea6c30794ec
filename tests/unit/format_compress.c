/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compressed values: each codec against streams from other encoders, both ways,
 * at every output size, and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/compress_private.h"

/* Words with noise between them; the streams of xpress9 and xpress below were
 * made from 600 bytes of it, seed 1, by the published encoders. */
static void make_text(uint8_t *out, size_t size, uint32_t seed)
{
    static const char words[] = "page  node  tree  key   record column index value ";

    for (size_t i = 0; i < size;)
    {
        const char *word;

        seed = seed * 1664525 + 1013904223;
        word = words + (seed >> 29) * 6;
        for (unsigned c = 0; c < 6 && i < size; c++)
            out[i++] = word[c];
        if (seed >> 24 & 1 && i < size)
            out[i++] = seed >> 16;
    }
}

static void make_noise(uint8_t *out, size_t size, uint32_t seed)
{
    while (size--)
    {
        seed = seed * 1664525 + 1013904223;
        *out++ = seed >> 24;
    }
}

/* A copy of exactly size bytes, so that a sanitizer sees a step outside. */
static uint8_t *exact(const void *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    assert_non_null(copy);
    if (size)
        memcpy(copy, data, size);
    return copy;
}

/* Decodes value into out_size bytes: the start of data, and its whole size. */
static void check_decode_to(const uint8_t *value, size_t size, const uint8_t *data, size_t data_size, size_t out_size)
{
    uint8_t *in = exact(value, size), *out = malloc(out_size ? out_size : 1);
    size_t actual = 12345, wanted = out_size < data_size ? out_size : data_size;

    assert_non_null(out);
    assert_int_equal(compress_decode(in, size, out_size ? out : NULL, out_size, &actual),
                     out_size < data_size ? JET_wrnBufferTruncated : JET_errSuccess);
    assert_int_equal(actual, data_size);
    if (wanted)
        assert_memory_equal(out, data, wanted);
    free(in);
    free(out);
}

/* The same at every size of output, or a sample of them when there are many. */
static void check_decode(const uint8_t *value, size_t size, const uint8_t *data, size_t data_size)
{
    size_t actual, step = data_size / 700 + 1;

    assert_int_equal(compress_decode_size(value, size, &actual), JET_errSuccess);
    assert_int_equal(actual, data_size);
    for (size_t out_size = 0; out_size < data_size; out_size += step)
        check_decode_to(value, size, data, data_size, out_size);
    check_decode_to(value, size, data, data_size, data_size);
    check_decode_to(value, size, data, data_size, data_size + 1);
    check_decode_to(value, size, data, data_size, data_size + 100);
}

static JET_ERR decode_error(const uint8_t *value, size_t size, size_t out_size)
{
    uint8_t *in = exact(value, size), *out = malloc(out_size ? out_size : 1);
    size_t actual = 12345;
    JET_ERR err = compress_decode(in, size, out, out_size, &actual);

    if (err < JET_errSuccess)
        assert_int_equal(actual, 0);
    free(in);
    free(out);
    return err;
}

/* Every prefix and every changed bit of value: any answer, no step outside. */
static void check_damaged(const uint8_t *value, size_t size, size_t data_size)
{
    uint8_t *copy = exact(value, size);

    for (size_t i = 0; i < size; i++)
        decode_error(value, i, data_size);
    for (size_t bit = 8; bit < size * 8; bit++)
    {
        copy[bit / 8] ^= 1 << bit % 8;
        decode_error(copy, size, data_size);
        decode_error(copy, size, data_size / 2);
        copy[bit / 8] ^= 1 << bit % 8;
    }
    free(copy);
}

/* Compresses with one codec and checks the way back; returns the size. */
static size_t round_trip(size_t (*encode)(const uint8_t *, size_t, uint8_t *, size_t), const uint8_t *data, size_t size)
{
    uint8_t *in = exact(data, size), *out = malloc(size * 2 + 64);
    size_t used = encode(in, size, out, size * 2 + 64);

    if (used)
    {
        uint8_t *value = exact(out, used), *less = malloc(used);

        check_decode_to(value, used, data, size, size);
        check_decode_to(value, used, data, size, size / 2);
        check_decode_to(value, used, data, size, size + 50);
        /* With less room it is refused, or fits. */
        for (size_t room = used > 20 ? used - 20 : 0; room < used; room++)
            assert_true(encode(in, size, less, room) <= room);
        free(value);
        free(less);
    }
    free(in);
    free(out);
    return used;
}

static const size_t sizes[] = { 1,   2,    3,    4,    7,    8,    9,    10,   12,   13,    15,    16,    17,
                                31,  32,   33,   63,   64,   65,   100,  127,  128,  129,   255,   256,   257,
                                511, 1000, 1024, 2000, 4030, 8110, 8192, 8193, 8200, 16300, 32600, 65534, 65535 };
#define SIZE_COUNT (sizeof(sizes) / sizeof(sizes[0]))

/* All sorts of data, each size, through an encoder. */
static void check_encoder(size_t (*encode)(const uint8_t *, size_t, uint8_t *, size_t))
{
    uint8_t *data = malloc(65536);

    for (size_t i = 0; i < SIZE_COUNT; i++)
    {
        make_text(data, sizes[i], i);
        round_trip(encode, data, sizes[i]);
        make_noise(data, sizes[i], i);
        round_trip(encode, data, sizes[i]);
        for (size_t period = 1; period <= 40; period += period < 20 ? 1 : 7)
        {
            for (size_t k = 0; k < sizes[i]; k++)
                data[k] = k % period + 'a';
            if (round_trip(encode, data, sizes[i]) == 0)
                assert_true(sizes[i] < 200);
        }
        /* Matches of all lengths, at distances around the window's end. */
        make_noise(data, sizes[i], 7);
        for (size_t k = 0, length = 3; k + 8300 + length < sizes[i]; k += 8300, length = length * 3 / 2)
            memcpy(data + k + 8190 + length % 5, data + k, length);
        round_trip(encode, data, sizes[i]);
    }
    free(data);
}

static const uint8_t hello_ascii[] = { 0x0b, 0xc8, 0x32, 0x9b, 0xfd, 0x66, 0x81, 0xee, 0x6f, 0x39, 0x9b, 0x0c };
static const uint8_t hello_unicode[] = { 0x13, 0xc8, 0x32, 0x9b, 0xfd, 0x66, 0x81, 0xee, 0x6f, 0x39, 0x9b, 0x0c };

static void test_7bit(void **state)
{
    static const char ascii[] = "Hello, world";
    static const uint8_t unicode[] = "H\0e\0l\0l\0o\0,\0 \0w\0o\0r\0l\0d";
    uint8_t data[600], out[600];

    (void)state;
    check_decode(hello_ascii, sizeof(hello_ascii), (const uint8_t *)ascii, 12);
    check_decode(hello_unicode, sizeof(hello_unicode), unicode, 24);

    assert_int_equal(compress_7bit_encode((const uint8_t *)ascii, 12, COMPRESS_SCHEME_7BIT_ASCII, out, sizeof(out)),
                     sizeof(hello_ascii));
    assert_memory_equal(out, hello_ascii, sizeof(hello_ascii));
    assert_int_equal(compress_7bit_encode(unicode, 24, COMPRESS_SCHEME_7BIT_UNICODE, out, sizeof(out)),
                     sizeof(hello_unicode));
    assert_memory_equal(out, hello_unicode, sizeof(hello_unicode));
    assert_int_equal(compress_7bit_encode(unicode, 24, COMPRESS_SCHEME_7BIT_UNICODE, out, 11), 0);

    for (size_t size = 1; size < 300; size++)
    {
        size_t used;
        uint8_t *value;

        make_noise(data, size * 2, size);
        for (size_t i = 0; i < size; i++)
            data[i] &= 0x7f;
        value = exact(out, compress_7bit_size(COMPRESS_SCHEME_7BIT_ASCII, size));
        used = compress_7bit_encode(data, size, COMPRESS_SCHEME_7BIT_ASCII, value, 1 + (size * 7 + 7) / 8);
        assert_int_equal(used, 1 + (size * 7 + 7) / 8);
        for (size_t part = 0; part <= size; part++)
            check_decode_to(value, used, data, size, part);
        free(value);

        for (size_t i = 0; i < size; i++)
        {
            data[i * 2] = (i * 37 + size) & 0x7f;
            data[i * 2 + 1] = 0;
        }
        value = exact(out, compress_7bit_size(COMPRESS_SCHEME_7BIT_UNICODE, size * 2));
        used = compress_7bit_encode(data, size * 2, COMPRESS_SCHEME_7BIT_UNICODE, value, 1 + (size * 7 + 7) / 8);
        assert_int_equal(used, 1 + (size * 7 + 7) / 8);
        for (size_t part = 0; part <= size * 2; part++)
            check_decode_to(value, used, data, size * 2, part);
        free(value);
    }
}

static void test_7bit_scheme(void **state)
{
    uint8_t data[600] = { 0 };

    (void)state;
    assert_int_equal(compress_7bit_scheme(data, 0), 0);
    for (size_t size = 1; size < 600; size++)
    {
        for (size_t i = 0; i < size; i += i < size - 1 && i > 20 ? size - 1 - i : 1)
        {
            data[i] = 0x80;
            assert_int_equal(compress_7bit_scheme(data, size), 0);
            data[i] = 0x7f;
            assert_int_equal(compress_7bit_scheme(data, size),
                             size % 2 || i % 2 ? COMPRESS_SCHEME_7BIT_ASCII : COMPRESS_SCHEME_7BIT_UNICODE);
            data[i] = 0;
        }
    }
}

static void test_7bit_bad(void **state)
{
    uint8_t value[20] = { COMPRESS_SCHEME_7BIT_ASCII << 3 };

    (void)state;
    assert_int_equal(decode_error(value, 0, 10), JET_errDecompressionFailed);
    assert_int_equal(decode_error(value, 1, 10), JET_errDecompressionFailed);
    /* Of eight lengths of the last byte, one or two fit a number of characters. */
    for (size_t size = 2; size < 20; size++)
        for (unsigned last = 0; last < 8; last++)
        {
            size_t bits = (size - 2) * 8 + last + 1;

            value[0] = COMPRESS_SCHEME_7BIT_ASCII << 3 | last;
            assert_int_equal(decode_error(value, size, 50), bits % 7 ? JET_errDecompressionFailed : JET_errSuccess);
        }
}

/* The second example of MS-XCA 3.1, behind the engine's header. */
static const uint8_t xca_example[] = { 0x18, 0x2c, 0x01, 0xff, 0xff, 0xff, 0x1f, 0x61,
                                       0x62, 0x63, 0x17, 0x00, 0x0f, 0xff, 0x26, 0x01 };
static const uint8_t xpress_text[] = {
    0x18, 0x58, 0x02, 0x30, 0x00, 0x40, 0x00, 0x6e, 0x6f, 0x64, 0x65, 0x20, 0x20, 0x74, 0x72, 0x65, 0x28, 0x00,
    0x72, 0x65, 0x63, 0x6f, 0x72, 0x64, 0x16, 0x20, 0x63, 0x6f, 0x6c, 0x75, 0x6d, 0x70, 0x61, 0x67, 0x90, 0x00,
    0xc3, 0x00, 0x6e, 0x20, 0x69, 0x6e, 0xbb, 0x01, 0x35, 0x3a, 0x64, 0x65, 0xf3, 0x00, 0xbb, 0x00, 0x1b, 0x01,
    0xa5, 0xf3, 0x00, 0x6b, 0x65, 0x79, 0x88, 0x00, 0xf3, 0x00, 0x37, 0x5b, 0x01, 0x6e, 0xb2, 0x02, 0x78, 0x20,
    0x76, 0x61, 0x6c, 0x75, 0x18, 0x93, 0x00, 0x5b, 0x01, 0xae, 0xcb, 0x01, 0x63, 0x01, 0x2b, 0x01, 0x47, 0x93,
    0x02, 0x2b, 0x00, 0x7a, 0xab, 0xae, 0xaa, 0x2b, 0x01, 0xa2, 0xcb, 0x00, 0x3b, 0x63, 0x01, 0x0e, 0x6b, 0x01,
    0x38, 0x3b, 0x03, 0x1a, 0x13, 0x01, 0x50, 0xab, 0x02, 0x13, 0x03, 0x73, 0x01, 0x61, 0xcb, 0x00, 0x8a, 0x9b,
    0x00, 0xb5, 0x73, 0x01, 0x7a, 0xe3, 0x01, 0x63, 0x00, 0x53, 0xd3, 0x00, 0x2b, 0x00, 0xe3, 0x02, 0x5b, 0x00,
    0x2d, 0x33, 0x00, 0x99, 0xd6, 0xbe, 0xeb, 0xaa, 0x43, 0x02, 0xab, 0x43, 0x02, 0x4d, 0x0b, 0x01, 0xa8, 0xa3,
    0x00, 0xde, 0x13, 0x02, 0x63, 0x00, 0xa3, 0x02, 0x94, 0x1b, 0x04, 0x30, 0x73, 0x01, 0x03, 0x06, 0x43, 0x02,
    0x79, 0x33, 0x01, 0xd4, 0x07, 0xcb, 0x00, 0xfb, 0x01, 0x5b, 0x00, 0xf7, 0x93, 0x01, 0x2b, 0x01, 0x92, 0x2b,
    0x01, 0x44, 0x03, 0x01, 0x9b, 0x00, 0xb6, 0xdd, 0x56, 0x5d, 0xdd, 0x0b, 0x03, 0xcb, 0x00, 0x55, 0xa3, 0x02,
    0xd3, 0x01, 0x2b, 0x00, 0xdc, 0x93, 0x00, 0x5c, 0x03, 0x01, 0xc6, 0xd3, 0x01, 0x2b, 0x00, 0xab, 0x05, 0xf5,
    0x03, 0x01, 0x1a, 0x6b, 0x00, 0xcf, 0xd3, 0x00, 0x02, 0x33, 0x00, 0x13, 0x03, 0x61, 0x0b, 0x01, 0x03, 0x01,
    0x39, 0x33, 0x00, 0xab, 0x03, 0x2b, 0x00, 0xfb, 0x4b, 0x03, 0xff, 0xff, 0xa3, 0x5f, 0x60, 0x9b, 0x01, 0xe3,
    0xa3, 0x00, 0x9b, 0x01, 0xec, 0x05, 0xda, 0x03, 0x5b, 0x00, 0xbb, 0x00, 0x3b, 0x33, 0x00, 0x6b, 0x65, 0x79,
};

static void test_xpress(void **state)
{
    uint8_t data[600];

    (void)state;
    for (size_t i = 0; i < 300; i++)
        data[i] = "abc"[i % 3];
    check_decode(xca_example, sizeof(xca_example), data, 300);
    check_damaged(xca_example, sizeof(xca_example), 300);
    make_text(data, sizeof(data), 1);
    check_decode(xpress_text, sizeof(xpress_text), data, sizeof(data));
    check_damaged(xpress_text, sizeof(xpress_text), sizeof(data));
    check_encoder(compress_xpress_encode);
}

static void test_xpress_bad(void **state)
{
    uint8_t value[64];

    (void)state;
    memcpy(value, xca_example, sizeof(xca_example));
    /* No flag of an end after the last match. */
    value[6] = 0x1f & ~0x08;
    assert_int_equal(decode_error(value, sizeof(xca_example), 300), JET_errDecompressionFailed);
    assert_int_equal(decode_error(value, sizeof(xca_example), 299), JET_wrnBufferTruncated);
    value[6] = 0x1f;
    /* A match from before the data, and one past its end. */
    value[10] = 0x1f;
    assert_int_equal(decode_error(value, sizeof(xca_example), 300), JET_errDecompressionFailed);
    value[10] = 0x17;
    value[1] = 0x2b;
    assert_int_equal(decode_error(value, sizeof(xca_example), 300), JET_errDecompressionFailed);
    value[1] = 0x2c;
    /* A long length that should have been short. */
    value[14] = 0x14;
    value[15] = 0x01;
    assert_int_equal(decode_error(value, sizeof(xca_example), 300), JET_errDecompressionFailed);
    /* Streams as long as the data, or shorter than any. */
    memset(value, 0, sizeof(value));
    value[0] = COMPRESS_SCHEME_XPRESS << 3;
    value[1] = 20;
    assert_int_equal(decode_error(value, 23, 20), JET_errDecompressionFailed);
    assert_int_equal(decode_error(value, 10, 20), JET_errDecompressionFailed);
    for (size_t size = 0; size < 3; size++)
        assert_int_equal(decode_error(value, size, 0), JET_errDecompressionFailed);
}

static void test_lz4(void **state)
{
    /* One literal, a match of 15 + 4 + 2 bytes, five literals. */
    static const uint8_t value[] = { 0x38, 27, 0, 0x1f, 'a', 1, 0, 2, 0x50, 'b', 'c', 'd', 'e', 'f' };
    static const uint8_t extra[] = { 0x38, 5, 0, 0x50, 'b', 'c', 'd', 'e', 'f', 0 };
    static const uint8_t zero[] = { 0x38, 9, 0, 0x10, 'a', 0, 0, 0x50, 'b', 'c', 'd', 'e', 'f' };

    (void)state;
    check_decode(value, sizeof(value), (const uint8_t *)"aaaaaaaaaaaaaaaaaaaaaabcdef", 27);
    check_damaged(value, sizeof(value), 27);
    assert_int_equal(decode_error(extra, sizeof(extra), 5), JET_errDecompressionFailed);
    assert_int_equal(decode_error(extra, sizeof(extra) - 1, 5), JET_errSuccess);
    assert_int_equal(decode_error(zero, sizeof(zero), 9), JET_errDecompressionFailed);
    check_encoder(compress_lz4_encode);
}

static const uint8_t text_recent_4[] = {
    0x28, 0x22, 0x02, 0x25, 0x02, 0x2a, 0xd7, 0x86, 0x4e, 0x58, 0x02, 0x00, 0x00, 0xf2, 0x08, 0x00, 0x00, 0x1b, 0x40,
    0x06, 0x00, 0x00, 0x00, 0x00, 0x00, 0x3b, 0x79, 0xf1, 0xb5, 0x00, 0x00, 0x00, 0x00, 0xa1, 0x91, 0x74, 0xe3, 0x00,
    0x00, 0x00, 0x60, 0xc7, 0x9e, 0x09, 0x53, 0x04, 0x08, 0xb8, 0x70, 0x62, 0xca, 0x14, 0x01, 0x02, 0x4e, 0x4c, 0x19,
    0xb3, 0xe7, 0xc4, 0x04, 0x1a, 0x02, 0xc6, 0xec, 0xd9, 0x70, 0x65, 0xcb, 0x81, 0x21, 0x73, 0xa6, 0x8d, 0x24, 0x3b,
    0x04, 0x2c, 0xd9, 0x31, 0x61, 0xda, 0xd0, 0x37, 0x84, 0x2d, 0x11, 0xa5, 0x49, 0x58, 0x33, 0xe5, 0x89, 0xa0, 0x15,
    0x8f, 0xbd, 0x25, 0xd6, 0xd1, 0xc5, 0x03, 0x01, 0x37, 0x86, 0x6c, 0xb8, 0xc2, 0x68, 0x68, 0xa2, 0xa8, 0x43, 0xd0,
    0xa2, 0x4e, 0xd0, 0x42, 0x6b, 0xc9, 0x10, 0xe7, 0xc0, 0xb0, 0x83, 0xa9, 0x8b, 0x58, 0x51, 0x43, 0x8a, 0x1b, 0x41,
    0x02, 0x36, 0x5c, 0xd9, 0x82, 0x6b, 0xc9, 0xe1, 0xe8, 0x08, 0x85, 0xd5, 0xd2, 0xa0, 0xc0, 0xae, 0x43, 0xab, 0xa3,
    0xb1, 0xa5, 0xc7, 0x30, 0x8a, 0xa8, 0x86, 0x48, 0x6b, 0x12, 0x5e, 0x11, 0x5a, 0xe8, 0x35, 0x95, 0x72, 0x96, 0x8a,
    0xec, 0xa8, 0xab, 0x89, 0x68, 0x2b, 0x5a, 0x66, 0x47, 0x89, 0xea, 0x20, 0x64, 0x11, 0xb4, 0x28, 0x54, 0x34, 0x54,
    0xf6, 0x3a, 0x1a, 0xa2, 0x74, 0x54, 0x49, 0xe9, 0x89, 0x80, 0xa1, 0xa5, 0xd7, 0x53, 0xb0, 0xa3, 0x84, 0x67, 0x90,
    0x9e, 0xf7, 0x0d, 0x69, 0x47, 0x40, 0x4d, 0xf4, 0x3e, 0x70, 0x56, 0x8b, 0x46, 0x52, 0x10, 0x22, 0x5d, 0x84, 0xda,
    0x06, 0x16, 0x09, 0x4c, 0xb5, 0xa3, 0x2a, 0x48, 0x45, 0xda, 0x69, 0x68, 0xe8, 0x24, 0x31, 0xc6, 0xba, 0xc5, 0x9d,
    0xa4, 0x27, 0x9b, 0xd7, 0x96, 0x02, 0xac, 0x9a, 0x6c, 0x3e, 0x0a, 0xa0, 0x2e, 0x46, 0x86, 0x43, 0x1c, 0xe0, 0x1c,
    0x02, 0xb3, 0x22, 0x7d, 0x73, 0x88, 0xcc, 0xa0, 0x25, 0xea, 0xb8, 0xa1, 0x0a, 0x32, 0xc6, 0x85, 0x9a, 0xd8, 0x10,
    0xe2, 0xae, 0x68, 0xd6, 0x4c, 0x79, 0x02,
};
static const uint8_t text_recent_2[] = {
    0x28, 0x22, 0x02, 0x25, 0x02, 0x2a, 0xd7, 0x86, 0x4e, 0x58, 0x02, 0x00, 0x00, 0x8c, 0x08, 0x00, 0x00, 0x11, 0x40,
    0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0xcc, 0xdc, 0xb3, 0x16, 0x00, 0x00, 0x00, 0x00, 0xad, 0x1d, 0x92, 0x56, 0x00,
    0x00, 0xd8, 0xb1, 0x67, 0xc2, 0x14, 0x01, 0x02, 0x2e, 0x9c, 0x98, 0x16, 0x20, 0x27, 0xa6, 0x8c, 0xd9, 0x73, 0x62,
    0x02, 0x0d, 0x01, 0x63, 0xf6, 0x6c, 0xb8, 0xb2, 0xe5, 0xc0, 0x90, 0x79, 0x65, 0xc9, 0x0e, 0x01, 0x4b, 0x76, 0x4c,
    0x98, 0x56, 0xfc, 0x15, 0x63, 0xcd, 0x44, 0x69, 0xc5, 0xcf, 0x9a, 0x29, 0xcf, 0x0a, 0x24, 0x30, 0xf6, 0x9a, 0x19,
    0xbb, 0x86, 0x2e, 0x1e, 0x08, 0xb8, 0x31, 0x64, 0xc3, 0x15, 0x46, 0xc5, 0x53, 0x33, 0x53, 0x57, 0xb3, 0xae, 0xb9,
    0xd5, 0x6c, 0x88, 0x37, 0x3c, 0x35, 0x19, 0x2b, 0xaa, 0x58, 0x71, 0xd7, 0xdc, 0xc0, 0xd5, 0xec, 0x70, 0x34, 0x8c,
    0xc2, 0xaa, 0x79, 0x50, 0x68, 0xd8, 0x6a, 0x78, 0xac, 0xf9, 0x31, 0x8c, 0x2c, 0xaa, 0x62, 0xd2, 0x5a, 0xf3, 0xe3,
    0x55, 0x73, 0x2f, 0xb9, 0x94, 0x2b, 0xde, 0x82, 0x6d, 0xb8, 0x2b, 0x99, 0x68, 0x0b, 0x5e, 0x66, 0xc3, 0x89, 0xea,
    0xc0, 0x64, 0x6b, 0x16, 0x2a, 0x2a, 0x2e, 0x7b, 0x0d, 0x0f, 0x25, 0xb7, 0xe1, 0x4a, 0x4a, 0xcb, 0x04, 0x0c, 0x35,
    0xbf, 0x96, 0x83, 0x0d, 0x27, 0x3c, 0x03, 0xb7, 0xb2, 0xaf, 0x58, 0x1b, 0x06, 0x4a, 0xa6, 0xf7, 0x4e, 0xb2, 0x6a,
    0x32, 0x92, 0x02, 0x13, 0x69, 0x32, 0xd4, 0xd6, 0x89, 0x48, 0x20, 0xaa, 0x0d, 0x57, 0x81, 0x0b, 0xd6, 0x4e, 0xc5,
    0x43, 0xa7, 0xe6, 0x60, 0xac, 0xe6, 0x5d, 0xb0, 0x2d, 0xdb, 0xbc, 0xd6, 0x1c, 0x60, 0x95, 0x6c, 0xf3, 0x91, 0x01,
    0x35, 0x39, 0x32, 0xec, 0xf2, 0x00, 0x67, 0x97, 0x98, 0x05, 0xeb, 0x3b, 0x32, 0x83, 0x9a, 0xa9, 0xe3, 0x8a, 0x2b,
    0x70, 0x9f, 0x17, 0x4a, 0x66, 0xc5, 0x88, 0xbb, 0xe0, 0x59, 0x33, 0xe5, 0x09,
};
static const uint8_t text_recent_0[] = {
    0x28, 0x22, 0x02, 0x25, 0x02, 0x2a, 0xd7, 0x86, 0x4e, 0x58, 0x02, 0x00, 0x00, 0x8d, 0x08, 0x00, 0x00, 0x73, 0x42,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x66, 0xe5, 0xf1, 0x63, 0x00, 0x00, 0x00, 0x00, 0xfe, 0xad, 0x62, 0x04, 0xa9,
    0xd0, 0x3a, 0x05, 0x00, 0x00, 0xe6, 0x6a, 0xc1, 0xde, 0xcb, 0x2b, 0x22, 0x9f, 0x9b, 0x6b, 0x57, 0x45, 0x02, 0x04,
    0x1d, 0x19, 0x44, 0x57, 0x36, 0xbc, 0xf3, 0xb0, 0x44, 0xb3, 0xd3, 0xcb, 0xf0, 0x7d, 0x4b, 0xb3, 0xde, 0x4a, 0x88,
    0x00, 0x12, 0x82, 0x20, 0x08, 0xf2, 0x28, 0xaf, 0x6e, 0x74, 0x33, 0x12, 0xc8, 0x23, 0x02, 0x52, 0x83, 0x47, 0x20,
    0x97, 0xfe, 0xb0, 0x42, 0x3f, 0xe1, 0xfd, 0x8e, 0x11, 0x68, 0x05, 0x18, 0x80, 0xbc, 0xf3, 0xa9, 0xaa, 0xaa, 0xaa,
    0xaa, 0xb0, 0x1d, 0x53, 0x0a, 0x31, 0x74, 0xe5, 0x43, 0x57, 0xb6, 0x1d, 0xd7, 0x4c, 0x89, 0xb6, 0x63, 0x79, 0xfd,
    0x81, 0xd1, 0x79, 0xa7, 0x2d, 0xba, 0xb6, 0x29, 0xe9, 0x09, 0x41, 0x56, 0xf4, 0x3d, 0xe9, 0x3f, 0x85, 0x3e, 0x0f,
    0x66, 0x7f, 0xaf, 0xb1, 0x18, 0x19, 0x96, 0x97, 0xa6, 0x01, 0xdb, 0x42, 0xa3, 0xc1, 0x54, 0x78, 0x0a, 0xe2, 0x25,
    0x69, 0x09, 0x2d, 0x09, 0x57, 0x60, 0x34, 0x83, 0x51, 0x63, 0x8b, 0x47, 0x3c, 0x83, 0x74, 0x4a, 0xb4, 0xc3, 0x9b,
    0xa0, 0xeb, 0xd6, 0x69, 0x95, 0xdc, 0x69, 0x66, 0xd5, 0x0b, 0x4e, 0x36, 0x9c, 0x54, 0x21, 0xd6, 0x54, 0x67, 0x1e,
    0x74, 0xb9, 0x9a, 0x87, 0x84, 0x1c, 0x5e, 0x18, 0xe4, 0xc4, 0xc7, 0xf9, 0xed, 0x49, 0x19, 0xd0, 0xbc, 0x45, 0x59,
    0x1f, 0x33, 0x83, 0x29, 0x07, 0xe1, 0x3e, 0x12, 0x79, 0x69, 0x83, 0xab, 0x18, 0xe5, 0x44, 0xd3, 0x44, 0x38, 0x60,
    0x2b, 0x43, 0xdb, 0x15, 0x21, 0xa3, 0x7d, 0xa4, 0x4d, 0x04, 0xa3, 0x11, 0x1f, 0x14, 0x63, 0x4c, 0xe5, 0x9d, 0xd5,
    0x16, 0xe8, 0x85, 0x0a, 0xf4, 0x7f, 0x41, 0x93, 0xb0, 0xa4, 0xee, 0x49, 0x1f,
};
static const uint8_t run[] = {
    0x28, 0x66, 0x8d, 0x98, 0xbc, 0x2a, 0xd7, 0x86, 0x4e, 0x30, 0x75, 0x00, 0x00, 0x4c, 0x01, 0x00,
    0x00, 0x1b, 0xe0, 0x06, 0x00, 0x00, 0x00, 0x00, 0x00, 0x34, 0x4b, 0x43, 0x89, 0x00, 0x00, 0x00,
    0x00, 0x4a, 0x65, 0x8b, 0x81, 0x00, 0x00, 0x00, 0x60, 0xc8, 0x30, 0xfc, 0x9b, 0x0d, 0x0d,
};

static void check_xpress9(const uint8_t *value, size_t size, const uint8_t *data, size_t data_size)
{
    uint8_t *copy = exact(value, size);

    check_decode(value, size, data, data_size);
    check_damaged(value, size, data_size);
    /* The checksum of the data is only of use when all of it is there. */
    copy[1] ^= 1;
    assert_int_equal(decode_error(copy, size, data_size), JET_errCompressionIntegrityCheckFailed);
    assert_int_equal(decode_error(copy, size, data_size - 1), JET_wrnBufferTruncated);
    copy[1] ^= 1;
    /* That of the header always. */
    for (size_t i = 5; i < 37; i++)
    {
        copy[i] ^= 0x10;
        assert_int_equal(decode_error(copy, size, 0), JET_errDecompressionFailed);
        assert_int_equal(decode_error(copy, size, data_size), JET_errDecompressionFailed);
        copy[i] ^= 0x10;
    }
    free(copy);
}

static void test_xpress9(void **state)
{
    uint8_t *data = malloc(30000);

    (void)state;
    make_text(data, 600, 1);
    check_xpress9(text_recent_4, sizeof(text_recent_4), data, 600);
    check_xpress9(text_recent_2, sizeof(text_recent_2), data, 600);
    check_xpress9(text_recent_0, sizeof(text_recent_0), data, 600);
    memset(data, 'a', 30000);
    check_xpress9(run, sizeof(run), data, 30000);
    free(data);
}

static JET_ERR encode(const uint8_t *data, size_t size, unsigned flags, size_t room, unsigned *scheme, size_t *used)
{
    uint8_t *in = exact(data, size), *out = malloc(room ? room : 1);
    JET_ERR err = compress_encode(in, size, flags, out, room, used);

    *scheme = 0;
    if (err == JET_errSuccess)
    {
        *scheme = out[0] >> 3;
        assert_true(*used < size && *used <= room);
        check_decode_to(out, *used, data, size, size);
    }
    else
    {
        assert_int_equal(err, COMPRESS_ERR_NOT_COMPRESSED);
        assert_int_equal(*used, 0);
    }
    free(in);
    free(out);
    return err;
}

static void test_choice(void **state)
{
    const unsigned all = COMPRESS_7BIT | COMPRESS_XPRESS;
    uint8_t data[4000];
    unsigned scheme;
    size_t used;

    (void)state;
    /* Text so short that the header takes what seven bits save. */
    assert_int_equal(encode((const uint8_t *)"1234567890123456", 15, COMPRESS_7BIT, 20, &scheme, &used),
                     COMPRESS_ERR_NOT_COMPRESSED);
    assert_int_equal(encode((const uint8_t *)"1234567890123456", 16, COMPRESS_7BIT, 20, &scheme, &used),
                     JET_errSuccess);
    assert_int_equal(scheme, COMPRESS_SCHEME_7BIT_ASCII);
    assert_int_equal(used, 15);
    assert_int_equal(encode((const uint8_t *)"1\0002\000", 4, COMPRESS_7BIT, 20, &scheme, &used), JET_errSuccess);
    assert_int_equal(scheme, COMPRESS_SCHEME_7BIT_UNICODE);
    assert_int_equal(encode((const uint8_t *)"1\000", 2, COMPRESS_7BIT, 20, &scheme, &used),
                     COMPRESS_ERR_NOT_COMPRESSED);
    assert_int_equal(encode((const uint8_t *)"1234567890123456", 16, COMPRESS_7BIT, 14, &scheme, &used),
                     COMPRESS_ERR_NOT_COMPRESSED);
    assert_int_equal(encode(data, 0, all, 20, &scheme, &used), COMPRESS_ERR_NOT_COMPRESSED);

    /* Text that repeats: by repetition.  Text that does not: by bits. */
    memset(data, 'x', 2000);
    assert_int_equal(encode(data, 2000, all, 2000, &scheme, &used), JET_errSuccess);
    assert_int_equal(scheme, COMPRESS_SCHEME_XPRESS);
    assert_int_equal(encode(data, 2000, COMPRESS_7BIT, 2000, &scheme, &used), JET_errSuccess);
    assert_int_equal(scheme, COMPRESS_SCHEME_7BIT_ASCII);
    assert_int_equal(encode(data, 2000, all | COMPRESS_LZ4, 2000, &scheme, &used), JET_errSuccess);
    assert_int_equal(scheme, COMPRESS_SCHEME_LZ4);
    make_noise(data, 2000, 3);
    assert_int_equal(encode(data, 2000, all | COMPRESS_LZ4, 2000, &scheme, &used), COMPRESS_ERR_NOT_COMPRESSED);
    for (size_t i = 0; i < 2000; i++)
        data[i] &= 0x7f;
    assert_int_equal(encode(data, 2000, all | COMPRESS_LZ4, 2000, &scheme, &used), JET_errSuccess);
    assert_int_equal(scheme, COMPRESS_SCHEME_7BIT_ASCII);
    assert_int_equal(encode(data, 2000, COMPRESS_XPRESS, 2000, &scheme, &used), COMPRESS_ERR_NOT_COMPRESSED);

    /* Unicode that repeats a little, where bits win over repetition. */
    for (size_t i = 0; i < 2000; i += 2)
        data[i + 1] = 0;
    memset(data, 'x', 60);
    for (size_t i = 0; i < 60; i += 2)
        data[i + 1] = 0;
    assert_int_equal(encode(data, 2000, COMPRESS_XPRESS, 2000, &scheme, &used), JET_errSuccess);
    assert_true(used > compress_7bit_size(COMPRESS_SCHEME_7BIT_UNICODE, 2000));
    assert_int_equal(encode(data, 2000, all, 2000, &scheme, &used), JET_errSuccess);
    assert_int_equal(scheme, COMPRESS_SCHEME_7BIT_UNICODE);
}

static void test_other_schemes(void **state)
{
    uint8_t value[40] = { 0 }, out[40];
    size_t actual;

    (void)state;
    for (unsigned scheme = 0; scheme < 32; scheme++)
    {
        if (scheme >= COMPRESS_SCHEME_7BIT_ASCII && scheme <= COMPRESS_SCHEME_LZ4)
            continue;
        value[0] = scheme << 3;
        assert_int_equal(decode_error(value, sizeof(value), 40), JET_errDecompressionFailed);
        assert_int_equal(decode_error(value, sizeof(value), 0), JET_errDecompressionFailed);
    }

    compress_scrub(value, sizeof(value), 'L');
    assert_int_equal(value[39], 'L');
    actual = 1;
    assert_int_equal(compress_decode(value, sizeof(value), out, sizeof(out), &actual), COMPRESS_WRN_SCRUBBED);
    assert_int_equal(actual, 0);
    assert_int_equal(compress_decode(value, 1, NULL, 0, &actual), COMPRESS_WRN_SCRUBBED);
    assert_int_equal(compress_decode_size(value, sizeof(value), &actual), COMPRESS_WRN_SCRUBBED);

    memset(value, 0, sizeof(value));
    value[0] = COMPRESS_SCHEME_XPRESS10 << 3;
    value[2] = 1;
    assert_int_equal(compress_decode_size(value, sizeof(value), &actual), JET_errSuccess);
    assert_int_equal(actual, 256);
    assert_int_equal(compress_decode(value, sizeof(value), NULL, 0, &actual), JET_wrnBufferTruncated);
    assert_int_equal(actual, 256);
    assert_int_equal(decode_error(value, sizeof(value), 40), JET_errDecompressionFailed);
    assert_int_equal(decode_error(value, 14, 0), JET_errDecompressionFailed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_7bit),    cmocka_unit_test(test_7bit_scheme), cmocka_unit_test(test_7bit_bad),
        cmocka_unit_test(test_xpress),  cmocka_unit_test(test_xpress_bad),  cmocka_unit_test(test_lz4),
        cmocka_unit_test(test_xpress9), cmocka_unit_test(test_choice),      cmocka_unit_test(test_other_schemes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
