/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Items under Huffman codes, for XPRESS9 and XPRESS10.
 */
#include "format/compress_huffman.h"

#define LENGTH_BITS 4
#define LENGTH_FULL 15
#define LONG_PLAIN  232 /* long lengths from here on are a number of bits */

uint32_t compress_crc32c(const uint8_t *data, size_t size)
{
    static const uint32_t table[16] = {
        0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
        0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
    };
    uint32_t crc = 0xffffffff;

    while (size--)
    {
        crc ^= *data++;
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

/* Makes at least 56 bits available. */
static inline void refill(struct huffman_bits *in)
{
    if (in->end - in->src >= 8)
    {
        unsigned bytes = (63 - in->count) / 8;

        in->window |= le64(in->src) << in->count;
        in->src += bytes;
        in->count += bytes * 8;
        in->fetched += bytes * 8;
        return;
    }
    for (; in->count < 56; in->count += 8, in->fetched += 8)
        if (in->src < in->end)
            in->window |= (uint64_t)*in->src++ << in->count;
}

static inline void skip_bits(struct huffman_bits *in, unsigned n)
{
    in->window >>= n;
    in->count -= n;
}

/* The next n <= 27 bits, of those made available. */
static inline uint32_t take_bits(struct huffman_bits *in, unsigned n)
{
    uint32_t value = in->window & (((uint64_t)1 << n) - 1);

    skip_bits(in, n);
    return value;
}

void compress_huffman_start(struct huffman_bits *in, const uint8_t *src, size_t size)
{
    memset(in, 0, sizeof(*in));
    in->src = src;
    in->end = src + size;
}

uint32_t compress_huffman_bits(struct huffman_bits *in, unsigned count)
{
    refill(in);
    return take_bits(in, count);
}

size_t compress_huffman_position(const struct huffman_bits *in)
{
    return in->fetched - in->count;
}

/* Prepares decoding of size symbols with these code lengths; false if they are
 * no complete code. */
static int make_code(struct huffman_code *code, const uint8_t *lengths, unsigned size)
{
    uint32_t next[HUFFMAN_MAX_BITS + 1], first = 0;
    uint64_t used = 0;
    unsigned total = 0, places[HUFFMAN_MAX_BITS + 1];

    memset(code->counts, 0, sizeof(code->counts));
    memset(code->fast, 0, sizeof(code->fast));
    for (unsigned i = 0; i < size; i++)
        code->counts[lengths[i]]++;
    code->counts[0] = 0;
    for (unsigned bits = 1; bits <= HUFFMAN_MAX_BITS; bits++)
    {
        places[bits] = total;
        total += code->counts[bits];
        used += (uint64_t)code->counts[bits] << (HUFFMAN_MAX_BITS - bits);
        next[bits] = first;
        first = (first + code->counts[bits]) << 1;
    }
    if (!total || (total > 1 && used != 1u << HUFFMAN_MAX_BITS))
        return 0;

    for (unsigned i = 0; i < size; i++)
    {
        unsigned bits = lengths[i], reversed = 0;
        uint32_t value;

        if (!bits)
            continue;
        value = next[bits]++;
        code->symbols[places[bits]++] = i;
        if (bits > HUFFMAN_FAST_BITS)
            continue;
        for (unsigned b = 0; b < bits; b++)
            reversed |= (value >> b & 1) << (bits - 1 - b);
        for (; reversed < 1u << HUFFMAN_FAST_BITS; reversed += 1u << bits)
            code->fast[reversed] = i << 4 | bits;
    }

    /* A lone symbol: whatever the bits say, it is that. */
    if (total == 1)
    {
        unsigned bits = lengths[code->symbols[0]];

        if (bits > HUFFMAN_FAST_BITS)
            return 0;
        for (unsigned i = 0; i < 1u << HUFFMAN_FAST_BITS; i++)
            code->fast[i] = code->symbols[0] << 4 | bits;
    }
    return 1;
}

/* A code longer than HUFFMAN_FAST_BITS; the code is complete, so one matches. */
static unsigned take_long_symbol(struct huffman_bits *in, const struct huffman_code *code)
{
    uint32_t value = 0, first = 0;
    unsigned place = 0;

    for (unsigned bits = 1; bits <= HUFFMAN_MAX_BITS; bits++)
    {
        value |= in->window >> (bits - 1) & 1;
        if (value - first < code->counts[bits])
        {
            skip_bits(in, bits);
            return code->symbols[place + value - first];
        }
        place += code->counts[bits];
        first = (first + code->counts[bits]) << 1;
        value <<= 1;
    }
    return 0;
}

/* The next symbol, from at least HUFFMAN_MAX_BITS available bits. */
static inline unsigned take_symbol(struct huffman_bits *in, const struct huffman_code *code)
{
    unsigned entry = code->fast[in->window & ((1 << HUFFMAN_FAST_BITS) - 1)];

    if (!entry)
        return take_long_symbol(in, code);
    skip_bits(in, entry & 15);
    return entry >> 4;
}

/* Symbols of a coded table of lengths beyond the lengths themselves. */
enum
{
    LENGTHS_ZERO_ROW = HUFFMAN_MAX_BITS + 1, /* zeros up to the end of a row */
    LENGTHS_ZEROS,                           /* five zeros or more */
    LENGTHS_SAME,                            /* the last length that was not zero */
    LENGTHS_ABOVE,                           /* that of the row before */
    LENGTHS_ABOVE_NEXT,                      /* that plus one */
    LENGTHS_SYMBOLS
};

#define LENGTHS_ROW       16
#define LENGTHS_MIN_ZEROS 5

/* The lengths of the code that a table of lengths is written in: each is that
 * before it, or one of the eight others. */
static int read_lengths_code(struct huffman_bits *in, struct huffman_code *code)
{
    uint8_t lengths[LENGTHS_SYMBOLS];
    unsigned last = 4;

    for (unsigned i = 0; i < LENGTHS_SYMBOLS; i++)
    {
        if (compress_huffman_bits(in, 1))
        {
            unsigned other = compress_huffman_bits(in, 3);

            last = other < last ? other : other + 1;
        }
        lengths[i] = last;
    }
    return make_code(code, lengths, LENGTHS_SYMBOLS);
}

/* Zeros told by LENGTHS_ZEROS; 0 if they are more than room. */
static unsigned read_zeros(struct huffman_bits *in, unsigned room)
{
    unsigned more = compress_huffman_bits(in, 2), count = LENGTHS_MIN_ZEROS + more;

    if (more == 3)
        do
        {
            more = compress_huffman_bits(in, 3);
            count += more;
        } while (more == 7 && count <= room);
    return count <= room ? count : 0;
}

int compress_huffman_flat(struct huffman_code *code, unsigned size)
{
    uint8_t lengths[HUFFMAN_ITEMS];
    unsigned bits = 31 - __builtin_clz(size), shorter = (2u << bits) - size;

    for (unsigned i = 0; i < size; i++)
        lengths[i] = i < shorter ? bits : bits + 1;
    return make_code(code, lengths, size);
}

int compress_huffman_read(struct huffman_bits *in, struct huffman_code *code, unsigned size)
{
    uint8_t lengths[HUFFMAN_ITEMS];
    unsigned i = 0, last = 8;

    if (!read_lengths_code(in, code))
        return 0;
    while (i < size)
    {
        unsigned symbol, count = 1, length = 0;

        refill(in);
        symbol = take_symbol(in, code);
        if (symbol <= HUFFMAN_MAX_BITS)
            length = symbol;
        else if (symbol == LENGTHS_ZERO_ROW)
        {
            count = LENGTHS_ROW - i % LENGTHS_ROW;
            if (count > size - i)
                count = size - i;
        }
        else if (symbol == LENGTHS_ZEROS)
        {
            if (!(count = read_zeros(in, size - i)))
                return 0;
        }
        else if (symbol == LENGTHS_SAME)
            length = last;
        else
        {
            if (i < LENGTHS_ROW)
                return 0;
            length = lengths[i - LENGTHS_ROW] + (symbol == LENGTHS_ABOVE_NEXT);
            if (!length || length > HUFFMAN_MAX_BITS)
                return 0;
        }
        if (length)
            last = length;
        memset(lengths + i, length, count);
        i += count;
    }
    return make_code(code, lengths, size);
}

/* Distance and least length of a match of this kind; distance 0 if there is no
 * such match. */
static inline size_t match_distance(struct huffman_decoder *d, unsigned kind, unsigned *least)
{
    size_t distance;
    unsigned i;

    if (kind < d->recent_count)
    {
        i = d->skip_newest ? kind + d->after_match : kind;
        if (i >= d->recent_count)
            return 0;
        *least = d->min_recent;
        distance = d->recent[i];
    }
    else
    {
        i = HUFFMAN_RECENT - 1;
        *least = d->min_match;
        kind -= d->recent_count;
        distance = (size_t)take_bits(&d->in, kind) + ((size_t)1 << kind);
    }
    for (; i; i--)
        d->recent[i] = d->recent[i - 1];
    d->recent[0] = distance;
    return distance;
}

int compress_huffman_expand(struct huffman_decoder *d, const uint8_t *out, uint8_t **dst_at, uint8_t *stop,
                            size_t bit_end, int exact)
{
    uint8_t *dst = *dst_at;

    while (dst < stop && compress_huffman_position(&d->in) < bit_end)
    {
        size_t length, distance;
        unsigned item, least;

        refill(&d->in);
        item = take_symbol(&d->in, &d->items);
        if (item < 256)
        {
            *dst++ = item;
            d->after_match = 0;
            continue;
        }

        item -= 256;
        length = item & ((1 << LENGTH_BITS) - 1);
        if (length == LENGTH_FULL)
        {
            unsigned symbol;

            refill(&d->in);
            symbol = take_symbol(&d->in, &d->lengths);
            if (symbol < LONG_PLAIN)
                length += symbol;
            else
                length += take_bits(&d->in, symbol - LONG_PLAIN) + (1u << (symbol - LONG_PLAIN)) + LONG_PLAIN - 1;
        }

        refill(&d->in);
        distance = match_distance(d, item >> LENGTH_BITS, &least);
        if (!distance || distance > (size_t)(dst - out))
            return 0;
        length += least;
        if (length > (size_t)(stop - dst))
        {
            if (exact)
                return 0;
            length = stop - dst;
        }
        compress_copy_match(dst, distance, length, stop - dst);
        dst += length;
        d->after_match = 1;
    }
    *dst_at = dst;
    return 1;
}
