/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the codecs of compress.h share: their entry points, one pair a scheme,
 * for compress.c and for tests; and the copying of a repeated string, which is
 * where every LZ77 decoder spends its time.
 *
 * Decoders take the value with its header byte and behave as compress_decode(),
 * with out_size > 0.  Encoders write the value with its header and return its
 * size, 0 if it would exceed out_size.
 */
#ifndef ESENT_FORMAT_COMPRESS_PRIVATE_H
#define ESENT_FORMAT_COMPRESS_PRIVATE_H

#include <string.h>

#include "format/bytes.h"
#include "format/compress.h"

JET_ERR compress_7bit_decode_size(const uint8_t *data, size_t size, size_t *actual);
JET_ERR compress_7bit_decode(const uint8_t *data, size_t size, uint8_t *out, size_t out_size, size_t *actual);
size_t compress_7bit_encode(const uint8_t *data, size_t size, unsigned scheme, uint8_t *out, size_t out_size);

/* The 7-bit scheme that fits all of data, preferring Unicode; 0 if none. */
unsigned compress_7bit_scheme(const uint8_t *data, size_t size);

/* Size of size bytes of data in that scheme, header included. */
size_t compress_7bit_size(unsigned scheme, size_t size);

JET_ERR compress_xpress_decode(const uint8_t *data, size_t size, uint8_t *out, size_t out_size, size_t *actual);
size_t compress_xpress_encode(const uint8_t *data, size_t size, uint8_t *out, size_t out_size);

JET_ERR compress_lz4_decode(const uint8_t *data, size_t size, uint8_t *out, size_t out_size, size_t *actual);
size_t compress_lz4_encode(const uint8_t *data, size_t size, uint8_t *out, size_t out_size);

JET_ERR compress_xpress9_decode_size(const uint8_t *data, size_t size, size_t *actual);
JET_ERR compress_xpress9_decode(const uint8_t *data, size_t size, uint8_t *out, size_t out_size, size_t *actual);

JET_ERR compress_xpress10_decode(const uint8_t *data, size_t size, uint8_t *out, size_t out_size, size_t *actual);

/*
 * Copies length bytes to dst from distance bytes before it, which may overlap
 * it and then repeats.  1 <= distance <= bytes already written; length <= room,
 * the bytes writable at dst.  Writes in words: up to room, not beyond.
 */
static inline void compress_copy_match(uint8_t *dst, size_t distance, size_t length, size_t room)
{
    /* The least multiple of a short distance that is at least a word. */
    static const uint8_t far_enough[8] = {0, 8, 8, 9, 8, 10, 12, 14};
    const uint8_t *src = dst - distance;
    uint8_t *end = dst + length;

    if (length >= 64)
    {
        /* Each piece repeats what is there already, so the pieces double. */
        while (length)
        {
            size_t piece = distance < length ? distance : length;

            memcpy(dst, src, piece);
            dst += piece;
            distance += piece;
            length -= piece;
        }
        return;
    }
    if (room - length < 16)
    {
        while (dst < end) *dst++ = *src++;
        return;
    }
    if (distance < 8)
    {
        for (unsigned i = 0; i < 8; i++) dst[i] = src[i];
        if (length <= 8) return;
        dst += 8;
        src = dst - far_enough[distance];
    }
    do
    {
        memcpy(dst, src, 8);
        dst += 8;
        src += 8;
    } while (dst < end);
}

/* Length of the common start of a and b, where b follows a in one buffer that
 * ends at end. */
static inline size_t compress_match_length(const uint8_t *a, const uint8_t *b, const uint8_t *end)
{
    const uint8_t *start = b;

    for (; end - b >= 8; a += 8, b += 8)
    {
        uint64_t difference = le64(a) ^ le64(b);

        if (difference) return b - start + __builtin_ctzll(difference) / 8;
    }
    while (b < end && *a == *b) a++, b++;
    return b - start;
}

#endif
