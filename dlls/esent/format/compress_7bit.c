/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two 7-bit schemes.
 *
 * After the header byte the characters follow as one stream of bits: the first
 * character in the lowest seven bits of the first byte, and so on upward.  Eight
 * characters fill seven bytes exactly, so both directions work in such groups
 * and finish with single characters.
 */
#include "format/compress_private.h"

#define GROUP_CHARS 8
#define GROUP_BYTES 7

/* Eight 7-bit characters, from 56 bits in a row to one a byte. */
static inline uint64_t spread_group(uint64_t x)
{
    x = (x & 0x000000000fffffff) | (x & 0x00fffffff0000000) << 4;
    x = (x & 0x00003fff00003fff) | (x & 0x0fffc0000fffc000) << 2;
    x = (x & 0x007f007f007f007f) | (x & 0x3f803f803f803f80) << 1;
    return x;
}

/* The reverse; the top bit of each byte must be clear. */
static inline uint64_t pack_group(uint64_t x)
{
    x = (x & 0x007f007f007f007f) | (x & 0x7f007f007f007f00) >> 1;
    x = (x & 0x00003fff00003fff) | (x & 0x3fff00003fff0000) >> 2;
    x = (x & 0x000000000fffffff) | (x & 0x0fffffff00000000) >> 4;
    return x;
}

/* Four characters in the low bytes of x, to one in each 16 bits. */
static inline uint64_t widen(uint64_t x)
{
    x = (x & 0x000000000000ffff) | (x & 0x00000000ffff0000) << 16;
    x = (x & 0x000000ff000000ff) | (x & 0x0000ff000000ff00) << 8;
    return x;
}

/* The reverse of widen(). */
static inline uint64_t narrow(uint64_t x)
{
    x = (x & 0x000000ff000000ff) | (x & 0x00ff000000ff0000) >> 8;
    x = (x & 0x000000000000ffff) | (x & 0x0000ffff00000000) >> 16;
    return x;
}

static inline uint8_t char_at(const uint8_t *bits, size_t size, size_t index)
{
    size_t bit = index * 7, byte = bit / 8;
    unsigned pair = bits[byte];

    if (byte + 1 < size)
        pair |= (unsigned)bits[byte + 1] << 8;
    return pair >> (bit % 8) & 0x7f;
}

static size_t bytes_per_char(unsigned scheme)
{
    return scheme == COMPRESS_SCHEME_7BIT_UNICODE ? 2 : 1;
}

/* Size of the data of a value that begins with this header byte. */
static JET_ERR data_size(uint8_t header, size_t size, size_t *actual)
{
    size_t bits;

    *actual = 0;
    if (size < 2 || size - 2 > SIZE_MAX / 8 - 8)
        return JET_errDecompressionFailed;
    bits = (size - 2) * 8 + (header & 7) + 1;
    if (bits % 7)
        return JET_errDecompressionFailed;
    *actual = bits / 7 * bytes_per_char(header >> 3);
    return JET_errSuccess;
}

JET_ERR compress_7bit_decode_size(const uint8_t *data, size_t size, size_t *actual)
{
    *actual = 0;
    return size ? data_size(data[0], size, actual) : JET_errDecompressionFailed;
}

static void decode_ascii(const uint8_t *bits, size_t size, uint8_t *out, size_t out_size)
{
    size_t i = 0;

    /* A group is read as eight bytes of which one is not used. */
    for (; out_size - i >= GROUP_CHARS && size - i / GROUP_CHARS * GROUP_BYTES >= 8; i += GROUP_CHARS)
        set_le64(out + i, spread_group(le64(bits + i / GROUP_CHARS * GROUP_BYTES)));
    for (; i < out_size; i++)
        out[i] = char_at(bits, size, i);
}

static void decode_unicode(const uint8_t *bits, size_t size, uint8_t *out, size_t out_size)
{
    size_t chars = out_size / 2, i = 0;

    for (; chars - i >= GROUP_CHARS && size - i / GROUP_CHARS * GROUP_BYTES >= 8; i += GROUP_CHARS)
    {
        uint64_t group = spread_group(le64(bits + i / GROUP_CHARS * GROUP_BYTES));

        set_le64(out + i * 2, widen(group & 0xffffffff));
        set_le64(out + i * 2 + 8, widen(group >> 32));
    }
    for (; i < chars; i++)
    {
        out[i * 2] = char_at(bits, size, i);
        out[i * 2 + 1] = 0;
    }
    if (out_size & 1)
        out[i * 2] = char_at(bits, size, i);
}

JET_ERR compress_7bit_decode(const uint8_t *data, size_t size, uint8_t *out, size_t out_size, size_t *actual)
{
    size_t wanted;
    uint8_t header;
    JET_ERR err;

    *actual = 0;
    if (!size)
        return JET_errDecompressionFailed;
    header = data[0]; /* read once: see compress.h of data that changes */
    if ((err = data_size(header, size, actual)) < JET_errSuccess)
        return err;
    wanted = *actual < out_size ? *actual : out_size;
    if (header >> 3 == COMPRESS_SCHEME_7BIT_UNICODE)
        decode_unicode(data + 1, size - 1, out, wanted);
    else
        decode_ascii(data + 1, size - 1, out, wanted);
    return wanted < *actual ? JET_wrnBufferTruncated : JET_errSuccess;
}

unsigned compress_7bit_scheme(const uint8_t *data, size_t size)
{
    const uint64_t odd_bytes = 0xff00ff00ff00ff00, top_bits = 0x8080808080808080;
    unsigned scheme = size % 2 ? COMPRESS_SCHEME_7BIT_ASCII : COMPRESS_SCHEME_7BIT_UNICODE;
    uint64_t used = 0;
    size_t i = 0;

    if (!size)
        return 0;
    while (i < size)
    {
        /* Look at the answer now and then: most binary data fails at once. */
        size_t end = size - i > 256 ? i + 256 : size;

        for (; end - i >= 8; i += 8)
            used |= le64(data + i);
        for (; i < end; i++)
            used |= (uint64_t)data[i] << i % 8 * 8;
        if (used & top_bits)
            return 0;
        if (used & odd_bytes)
            scheme = COMPRESS_SCHEME_7BIT_ASCII;
    }
    return scheme;
}

size_t compress_7bit_size(unsigned scheme, size_t size)
{
    size_t chars = size / bytes_per_char(scheme);

    return 1 + chars - chars / 8;
}

size_t compress_7bit_encode(const uint8_t *data, size_t size, unsigned scheme, uint8_t *out, size_t out_size)
{
    size_t step = bytes_per_char(scheme), chars = size / step, i = 0, need = compress_7bit_size(scheme, size);
    uint8_t *dst = out + 1;
    uint64_t bits = 0;
    unsigned count = 0;

    if (!chars || need > out_size)
        return 0;
    out[0] = scheme << 3 | ((chars * 7 - 1) & 7);

    /* As in decoding, a group touches one byte more than it fills. */
    for (; chars - i >= GROUP_CHARS && out + need - dst >= 8; i += GROUP_CHARS, dst += GROUP_BYTES)
    {
        const uint8_t *src = data + i * step;

        set_le64(dst, pack_group(step == 1 ? le64(src) : narrow(le64(src)) | narrow(le64(src + 8)) << 32));
    }
    for (; i < chars; i++)
    {
        bits |= (uint64_t)(data[i * step] & 0x7f) << count;
        for (count += 7; count >= 8; count -= 8, bits >>= 8)
            *dst++ = bits;
    }
    if (count)
        *dst = bits;
    return need;
}
