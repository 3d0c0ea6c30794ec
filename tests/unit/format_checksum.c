/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checksums: against the definition, bit by bit, and every correction they promise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "page_build.h"

static const uint32_t sizes[] = { 2048, 4096, 8192, 16384, 32768 };

static uint32_t random_state = 12345;

static uint32_t random32(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return random_state >> 8 ^ random_state << 13;
}

static uint8_t *random_page(uint32_t size, uint32_t pgno)
{
    static uint8_t page[PAGE_SIZE_MAX];

    for (uint32_t i = 0; i < size; i++)
        page[i] = (uint8_t)random32();
    if (page_size_is_large(size))
        set_le32(page + PAGE_OFFSET_PGNO, pgno);
    checksum_page_set(page, size, pgno);
    return page;
}

/* The definition: parities over the numbers of all bits that are set. */
static uint64_t slow_block(const uint8_t *data, uint32_t size, uint32_t pgno, bool head)
{
    uint32_t low = 0, high = 0, words = 0;

    for (uint32_t bit = head ? 64 : 0; bit < size * 8; bit++)
    {
        if (!(data[bit / 8] >> bit % 8 & 1))
            continue;
        low ^= bit;
        high ^= ~bit & (size * 8 - 1);
        words ^= 1u << bit % 32;
    }
    return (uint64_t)(low | high << 16) << 32 | (words ^ pgno);
}

static void test_definition(void **state)
{
    (void)state;
    for (uint32_t block = 2048; block <= 8192; block *= 2)
    {
        for (int i = 0; i < 4; i++)
        {
            uint8_t *page = random_page(block, 7);
            assert_true(checksum_block(page, block, 99 + i, i & 1) == slow_block(page, block, 99 + i, i & 1));
        }
    }
}

static void test_header(void **state)
{
    uint32_t words[1024], expected = CHECKSUM_SEED;

    (void)state;
    for (unsigned i = 0; i < 1024; i++)
    {
        words[i] = random32();
        if (i)
            expected ^= words[i];
    }
    assert_int_equal(checksum_header(words, sizeof(words)), expected);
    expected ^= words[1023];
    words[1023] = 0;
    assert_int_equal(checksum_header(words, sizeof(words)), expected);
}

static void test_verify(void **state)
{
    (void)state;
    for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
    {
        uint8_t *page = random_page(sizes[s], 4711);
        uint32_t corrected = 1;

        assert_int_equal(checksum_page_verify(page, sizes[s], 4711, &corrected, NULL), JET_errSuccess);
        assert_int_equal(corrected, 0);
        assert_int_equal(checksum_page_verify(page, sizes[s], 4709, NULL, NULL), JET_errReadVerifyFailure);
        memset(page, 0, sizes[s]);
        assert_int_equal(checksum_page_verify(page, sizes[s], 4711, NULL, NULL), JET_errPageNotInitialized);
        page[sizes[s] - 1] = 1;
        assert_int_equal(checksum_page_verify(page, sizes[s], 4711, NULL, NULL), JET_errReadVerifyFailure);
    }
}

static void test_legacy(void **state)
{
    uint8_t *page = random_page(4096, 5);

    (void)state;
    set_le32(page + PAGE_OFFSET_FLAGS, le32(page + PAGE_OFFSET_FLAGS) & ~(uint32_t)PAGE_NEW_CHECKSUM);
    set_le32(page + 4, 5);
    set_le32(page, checksum_header(page, 4096));
    assert_int_equal(checksum_page_verify(page, 4096, 5, NULL, NULL), JET_errSuccess);
    assert_int_equal(checksum_page_verify(page, 4096, 6, NULL, NULL), JET_errReadVerifyFailure);
    page[100] ^= 1;
    assert_int_equal(checksum_page_verify(page, 4096, 5, NULL, NULL), JET_errReadVerifyFailure);
}

/* Every single bit but those of the first checksum itself and the one that names the kind. */
static void test_single_bits(void **state)
{
    static uint8_t copy[PAGE_SIZE_MAX];

    (void)state;
    for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
    {
        uint32_t size = sizes[s], step = size > 8192 ? 37 : 11;
        uint8_t *page = random_page(size, 123);

        memcpy(copy, page, size);
        for (uint32_t bit = 0; bit < size * 8; bit += bit < 700 ? 1 : step)
        {
            uint32_t corrected = 0, found = 0;
            JET_ERR err;

            page[bit / 8] ^= (uint8_t)(1u << bit % 8);
            err = checksum_page_verify(page, size, 123, &corrected, &found);
            if (bit < 64 || bit == PAGE_OFFSET_FLAGS * 8 + 13)
            {
                assert_int_equal(err, JET_errReadVerifyFailure);
                memcpy(page, copy, size);
            }
            else
            {
                assert_int_equal(err, JET_errSuccess);
                assert_int_equal(corrected, 1);
                assert_int_equal(found, bit);
                assert_memory_equal(page, copy, size);
            }
        }
    }
}

static void test_two_bits(void **state)
{
    static uint8_t copy[PAGE_SIZE_MAX];

    (void)state;
    for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
    {
        uint32_t size = sizes[s], block = size > 16384 ? 8192 : size > 8192 ? 4096 : size;
        uint8_t *page = random_page(size, 123);

        memcpy(copy, page, size);
        for (int i = 0; i < 500; i++)
        {
            uint32_t a = 64 + random32() % (block * 8 - 64), b = 64 + random32() % (block * 8 - 64);

            if (a == b)
                continue;
            page[a / 8] ^= (uint8_t)(1u << a % 8);
            page[b / 8] ^= (uint8_t)(1u << b % 8);
            assert_int_equal(checksum_page_verify(page, size, 123, NULL, NULL), JET_errReadVerifyFailure);
            memcpy(page, copy, size);
        }
        /* one in each of two blocks is turned back */
        if (block < size)
        {
            uint32_t corrected = 0;

            page[500] ^= 4;
            page[block + 700] ^= 8;
            assert_int_equal(checksum_page_verify(page, size, 123, &corrected, NULL), JET_errSuccess);
            assert_int_equal(corrected, 2);
            assert_memory_equal(page, copy, size);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definition), cmocka_unit_test(test_header),      cmocka_unit_test(test_verify),
        cmocka_unit_test(test_legacy),     cmocka_unit_test(test_single_bits), cmocka_unit_test(test_two_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
