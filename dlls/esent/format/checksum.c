/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checksums of pages and headers, and the correction of single bits. */

#include "format/checksum.h"

#include <string.h>

#include "format/bytes.h"
#include "format/page.h"

#define ROW_BYTES         16u
#define SMALL_PAGE_MAX    8192u
#define LARGE_BLOCK(size) ((size) > 16384u ? 8192u : 4096u)

/* Where checksums of the second and further blocks lie in a large page. */
#define MORE_CHECKSUMS PAGE_OFFSET_CHECKSUMS

/* The bit that says which kind of checksum a page has.  It cannot be corrected,
 * since it decides whether there is a code to correct it by. */
#define KIND_BIT (PAGE_OFFSET_FLAGS * 8u + 13u)

typedef uint64_t row __attribute__((vector_size(16)));
typedef uint64_t row_in_page __attribute__((vector_size(16), aligned(1), may_alias));

static inline uint32_t parity64(uint64_t bits)
{
    return (uint32_t)__builtin_parityll(bits);
}

static inline uint32_t parity_row(row bits)
{
    return parity64(bits[0] ^ bits[1]);
}

uint32_t checksum_header(const void *data, size_t size)
{
    const uint8_t *bytes = data;
    row sum = { 0, 0 };
    uint64_t both;
    size_t at;

    for (at = 0; at + 2 * ROW_BYTES <= size; at += 2 * ROW_BYTES)
        sum ^= *(const row_in_page *)(bytes + at) ^ *(const row_in_page *)(bytes + at + ROW_BYTES);
    both = sum[0] ^ sum[1];
    return (uint32_t)both ^ (uint32_t)(both >> 32) ^ le32(bytes) ^ CHECKSUM_SEED;
}

/* Eight rows: *sum is their XOR, and odd[k] gathers those whose number has bit
 * k set. */
static inline void fold_eight(const row r[8], row odd[3], row *sum)
{
    row r13 = r[1] ^ r[3], r57 = r[5] ^ r[7], r67 = r[6] ^ r[7], r45 = r[4] ^ r[5], r23 = r[2] ^ r[3];
    row high = r45 ^ r67;

    odd[0] ^= r13 ^ r57;
    odd[1] ^= r23 ^ r67;
    odd[2] ^= high;
    *sum = r[0] ^ r[1] ^ r23 ^ high;
}

/*
 * The parity of the rows whose number has a bit set is the parity of the XOR of
 * those rows.  Folding eight rows to one at a time makes the XORs of all bits
 * cost about as much as two passes.
 */
uint64_t checksum_block(const uint8_t *data, size_t size, uint32_t pgno, bool head)
{
    row first[64], second[8] = { { 0, 0 } }, rows[8];
    row low[3] = { { 0, 0 } }, middle[3] = { { 0, 0 } }, high[3] = { { 0, 0 } }, sum = { 0, 0 };
    size_t count = size / (8 * ROW_BYTES), i;
    uint32_t set = 0, words[4], folded, columns, correction, mask;

    if (count > 64)
        count = 64;
    for (i = 0; i < count; i++)
    {
        memcpy(rows, data + i * sizeof(rows), sizeof(rows));
        if (head && i == 0)
            rows[0][0] = 0;
        fold_eight(rows, low, &first[i]);
    }
    for (i = 0; i + 8 <= count; i += 8)
        fold_eight(first + i, middle, &second[i / 8]);
    count /= 8;
    for (i = 0; i < count; i++)
    {
        if (i & 1)
            high[0] ^= second[i];
        if (i & 2)
            high[1] ^= second[i];
        if (i & 4)
            high[2] ^= second[i];
        sum ^= second[i];
    }

    /* numbers of rows: bits 7 to 15 of a bit's number */
    for (i = 0; i < 3; i++)
        set |= parity_row(low[i]) << (7 + i) | parity_row(middle[i]) << (10 + i) | parity_row(high[i]) << (13 + i);
    if (parity_row(sum))
        set |= (~set & 0xff80u) << 16;
    else
        set |= (set & 0xff80u) << 16;

    /* which word of a row, bits 5 and 6, and which bit of a word */
    memcpy(words, &sum, sizeof(words));
    set |= parity64(words[0] ^ words[1]) << 22 | parity64(words[2] ^ words[3]) << 6;
    set |= parity64(words[0] ^ words[2]) << 21 | parity64(words[1] ^ words[3]) << 5;
    folded = words[0] ^ words[1] ^ words[2] ^ words[3];
    columns = parity64(folded & 0xaaaaaaaau) | parity64(folded & 0xccccccccu) << 1 |
              parity64(folded & 0xf0f0f0f0u) << 2 | parity64(folded & 0xff00ff00u) << 3 |
              parity64(folded & 0xffff0000u) << 4;
    columns |= (parity64(folded) ? ~columns & 0x1fu : columns) << 16;

    mask = (uint32_t)(((uint64_t)size << 19) - 1);
    correction = (set & 0xffe0ffe0u & mask) | columns;
    return (uint64_t)correction << 32 | (folded ^ pgno);
}

static bool has_new_checksum(const uint8_t *data)
{
    return le32(data + PAGE_OFFSET_FLAGS) & PAGE_NEW_CHECKSUM;
}

void checksum_page(const uint8_t *data, size_t size, uint32_t pgno, struct page_checksum *checksum)
{
    size_t block = size > SMALL_PAGE_MAX ? LARGE_BLOCK(size) : size;
    size_t at;

    checksum->count = 0;
    if (!has_new_checksum(data))
    {
        checksum->block[checksum->count++] = (uint64_t)pgno << 32 | checksum_header(data, size);
        return;
    }
    for (at = 0; at < size && checksum->count < CHECKSUM_BLOCKS; at += block)
        checksum->block[checksum->count++] = checksum_block(data + at, block, pgno, at == 0);
}

void checksum_page_stored(const uint8_t *data, size_t size, struct page_checksum *checksum)
{
    uint32_t i;

    checksum->block[0] = le64(data);
    checksum->count = size > SMALL_PAGE_MAX && has_new_checksum(data) ? CHECKSUM_BLOCKS : 1;
    for (i = 1; i < checksum->count; i++)
        checksum->block[i] = le64(data + MORE_CHECKSUMS + (i - 1) * 8);
}

/* The number of the one bit of a block that explains the difference, if one does. */
static bool flipped_bit(size_t size, uint64_t stored, uint64_t actual, uint32_t *bit)
{
    uint64_t difference = stored ^ actual;
    uint32_t code = (uint32_t)(difference >> 32), words = (uint32_t)difference;
    uint32_t mask = (uint32_t)(size * 8 - 1);

    if ((((code >> 16) ^ code) & mask) != mask || !words || (words & (words - 1)))
        return false;
    *bit = code & 0xffff;
    return *bit < size * 8;
}

static JET_ERR correct(uint8_t *data, size_t size, struct page_checksum *stored, const struct page_checksum *actual,
                       uint32_t *corrected, uint32_t *first_bit)
{
    size_t block = size / stored->count;
    uint32_t bits[CHECKSUM_BLOCKS], turned = 0, i;

    for (i = 0; i < stored->count; i++)
    {
        uint32_t bit;

        if (stored->block[i] == actual->block[i])
            continue;
        if (!flipped_bit(block, stored->block[i], actual->block[i], &bit) || (i == 0 && bit == KIND_BIT))
            return JET_errReadVerifyFailure;
        bits[turned++] = (uint32_t)(i * block * 8) + bit;
        /* the bit may be one of another block's checksum */
        if (i == 0 && stored->count > 1 && bit >= MORE_CHECKSUMS * 8 && bit < (MORE_CHECKSUMS + 24) * 8)
        {
            bit -= MORE_CHECKSUMS * 8;
            stored->block[1 + bit / 64] ^= (uint64_t)1 << bit % 64;
        }
    }
    for (i = 0; i < turned; i++)
        data[bits[i] / 8] ^= (uint8_t)(1u << bits[i] % 8);
    if (corrected)
        *corrected = turned;
    if (first_bit)
        *first_bit = bits[0];
    return JET_errSuccess;
}

static bool equal(const struct page_checksum *a, const struct page_checksum *b)
{
    return a->count == b->count && !memcmp(a->block, b->block, a->count * sizeof(a->block[0]));
}

JET_ERR checksum_page_verify(uint8_t *data, size_t size, uint32_t pgno, uint32_t *corrected, uint32_t *bit)
{
    struct page_checksum stored, actual;
    JET_ERR err;

    if (corrected)
        *corrected = 0;
    if (!le64(data) && checksum_is_zero(data, size))
        return JET_errPageNotInitialized;
    checksum_page_stored(data, size, &stored);
    checksum_page(data, size, pgno, &actual);
    if (equal(&stored, &actual))
        return JET_errSuccess;
    if (!has_new_checksum(data))
        return JET_errReadVerifyFailure;
    err = correct(data, size, &stored, &actual, corrected, bit);
    if (err)
        return err;
    checksum_page_stored(data, size, &stored);
    checksum_page(data, size, pgno, &actual);
    return equal(&stored, &actual) ? JET_errSuccess : JET_errReadVerifyFailure;
}

void checksum_page_set(uint8_t *data, size_t size, uint32_t pgno)
{
    struct page_checksum checksum;
    uint32_t i;

    set_le32(data + PAGE_OFFSET_FLAGS, le32(data + PAGE_OFFSET_FLAGS) | PAGE_NEW_CHECKSUM);
    checksum_page(data, size, pgno, &checksum);
    if (checksum.count > 1)
    {
        for (i = 1; i < checksum.count; i++)
            set_le64(data + MORE_CHECKSUMS + (i - 1) * 8, checksum.block[i]);
        checksum.block[0] = checksum_block(data, LARGE_BLOCK(size), pgno, true);
    }
    set_le64(data, checksum.block[0]);
}

bool checksum_is_zero(const uint8_t *data, size_t size)
{
    return !size || (!data[0] && !memcmp(data, data + 1, size - 1));
}
