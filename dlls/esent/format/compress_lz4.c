/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * LZ4, in its public block format, behind a 16-bit size of the data.
 *
 * A block is sequences: a token (literal count in the upper half, match length
 * less four in the lower, 15 continued by bytes until one is below 255), the
 * literals, and a 16-bit distance.  The last sequence ends with its literals.
 * The format asks that a block's last five bytes are literals and that no match
 * begins in its last twelve.
 */
#include "format/compress_private.h"

#define HEADER_SIZE  3

#define MIN_MATCH    4
#define LENGTH_FULL  15
#define END_LITERALS 5
#define END_NO_MATCH 12

/* Continues a length whose half of the token was full; false if the input ends. */
static int read_length(const uint8_t **src, const uint8_t *end, size_t *length)
{
    uint8_t byte;

    do
    {
        if (*src == end)
            return 0;
        byte = *(*src)++;
        *length += byte;
    } while (byte == 255);
    return 1;
}

/* Expands block into exactly wanted bytes; whole: they are all there is, and
 * the block must end there. */
static JET_ERR expand(const uint8_t *block, size_t size, uint8_t *out, size_t wanted, int whole)
{
    const uint8_t *src = block, *end = block + size;
    uint8_t *dst = out, *stop = out + wanted;

    for (;;)
    {
        size_t length, distance;
        unsigned token;

        if (src == end)
            return JET_errDecompressionFailed;
        token = *src++;

        length = token >> 4;
        if (length == LENGTH_FULL && !read_length(&src, end, &length))
            return JET_errDecompressionFailed;
        if (length <= 16 && end - src >= 16 && stop - dst >= 16)
            memcpy(dst, src, 16);
        else
        {
            if (length > (size_t)(stop - dst))
            {
                if (whole)
                    return JET_errDecompressionFailed;
                length = stop - dst;
            }
            if (length > (size_t)(end - src))
                return JET_errDecompressionFailed;
            memcpy(dst, src, length);
        }
        src += length;
        dst += length;
        if (dst == stop && (!whole || src == end))
            return JET_errSuccess;

        if (end - src < 2)
            return JET_errDecompressionFailed;
        distance = le16(src);
        src += 2;
        if (!distance || distance > (size_t)(dst - out))
            return JET_errDecompressionFailed;

        length = token & 15;
        if (length == LENGTH_FULL && !read_length(&src, end, &length))
            return JET_errDecompressionFailed;
        length += MIN_MATCH;
        if (length > (size_t)(stop - dst))
        {
            if (whole)
                return JET_errDecompressionFailed;
            length = stop - dst;
        }
        compress_copy_match(dst, distance, length, stop - dst);
        dst += length;
        if (dst == stop && !whole)
            return JET_errSuccess;
    }
}

JET_ERR compress_lz4_decode(const uint8_t *data, size_t size, uint8_t *out, size_t out_size, size_t *actual)
{
    size_t full, wanted;
    JET_ERR err;

    *actual = 0;
    if (size < HEADER_SIZE)
        return JET_errDecompressionFailed;
    full = le16(data + 1);
    wanted = full < out_size ? full : out_size;
    err = expand(data + HEADER_SIZE, size - HEADER_SIZE, out, wanted, wanted == full);
    if (err < JET_errSuccess)
        return err;
    *actual = full;
    return wanted < full ? JET_wrnBufferTruncated : JET_errSuccess;
}

/*
 * The encoder: the newest position of each hash is the only candidate, and the
 * search gets coarser the longer it finds nothing.
 */
#define HASH_BITS  12
#define SKIP_SHIFT 6

static inline unsigned hash_at(const uint8_t *p)
{
    return le32(p) * 0x9e3779b1u >> (32 - HASH_BITS);
}

/* Bytes that a length takes beyond its half of the token. */
static size_t length_bytes(size_t length)
{
    return length < LENGTH_FULL ? 0 : (length - LENGTH_FULL) / 255 + 1;
}

static uint8_t *write_length(uint8_t *dst, size_t length)
{
    if (length < LENGTH_FULL)
        return dst;
    for (length -= LENGTH_FULL; length >= 255; length -= 255)
        *dst++ = 255;
    *dst++ = length;
    return dst;
}

/* Writes a sequence; distance 0 is the last, without a match.  NULL if it does
 * not fit. */
static uint8_t *write_sequence(uint8_t *dst, const uint8_t *end, const uint8_t *literals, size_t count, size_t distance,
                               size_t length)
{
    size_t rest = distance ? length - MIN_MATCH : 0;
    size_t need = 1 + count + length_bytes(count) + (distance ? 2 + length_bytes(rest) : 0);

    if (need > (size_t)(end - dst))
        return NULL;
    *dst++ = (count < LENGTH_FULL ? count : LENGTH_FULL) << 4 | (rest < LENGTH_FULL ? rest : LENGTH_FULL);
    dst = write_length(dst, count);
    memcpy(dst, literals, count);
    dst += count;
    if (!distance)
        return dst;
    set_le16(dst, distance);
    return write_length(dst + 2, rest);
}

size_t compress_lz4_encode(const uint8_t *data, size_t size, uint8_t *out, size_t out_size)
{
    uint16_t newest[1 << HASH_BITS] = { 0 };
    const uint8_t *end = out + out_size, *match_end;
    uint8_t *dst = out + HEADER_SIZE;
    size_t pos = 1, literals = 0, misses = 0, stop;

    if (!size || size > COMPRESS_MAX_SIZE || out_size < HEADER_SIZE)
        return 0;
    out[0] = COMPRESS_SCHEME_LZ4 << 3;
    set_le16(out + 1, size);

    stop = size > END_NO_MATCH ? size - END_NO_MATCH : 0; /* a match begins at or before */
    match_end = data + size - (size > END_LITERALS ? END_LITERALS : 0);

    while (pos <= stop)
    {
        uint16_t *head = &newest[hash_at(data + pos)];
        size_t candidate = *head, length;

        *head = pos;
        if (le32(data + candidate) != le32(data + pos))
        {
            pos += 1 + (misses++ >> SKIP_SHIFT);
            continue;
        }
        misses = 0;
        length = MIN_MATCH + compress_match_length(data + candidate + MIN_MATCH, data + pos + MIN_MATCH, match_end);
        while (pos > literals && candidate && data[pos - 1] == data[candidate - 1])
        {
            pos--;
            candidate--;
            length++;
        }
        dst = write_sequence(dst, end, data + literals, pos - literals, pos - candidate, length);
        if (!dst)
            return 0;
        pos += length;
        literals = pos;
        if (pos <= stop)
            newest[hash_at(data + pos - 2)] = pos - 2;
    }

    dst = write_sequence(dst, end, data + literals, size - literals, 0, 0);
    return dst ? (size_t)(dst - out) : 0;
}
