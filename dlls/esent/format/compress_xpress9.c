/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * XPRESS9, decoding only: LZ77 over a large window, Huffman coded.
 *
 * A value is the scheme byte, the crc32c of the data, and one block.  A block is
 * a header of eight 32-bit words (magic, size of the data in bytes, size of the
 * block in bits with its header, flags, zero, session, index, crc32c of the
 * seven words before) and a stream of bits, the lowest bit of a byte first:
 *
 *   recent distances   if the flags ask for them: one bit, whether the last item
 *                      was a match, then each as 5 bits n and n bits
 *   two code tables    of the 704 items and of the 256 long lengths
 *   items              until the data is complete
 *
 * Items below 256 are literals.  The others are matches, with the length in the
 * lower four bits (15: a long length follows) and the kind above.  The first
 * kinds take one of the recent distances, which moves to the front; right after
 * a match the front one itself is not among them.  Any later kind tells the
 * number of bits of a new distance, whose top bit is implied.
 *
 * Codes are canonical and written first bit first.  A table of code lengths is
 * itself coded; see read_lengths().
 *
 * Source: published engine, _xpress9.
 */
#include "format/compress_private.h"

#define VALUE_CRC_OFFSET 1
#define BLOCK_OFFSET 5
#define BLOCK_HEADER_SIZE 32
#define BLOCK_MAGIC 0x4e86d72a

#define ITEM_COUNT 704
#define LONG_COUNT 256
#define LENGTH_BITS 4
#define LENGTH_FULL 15
#define LONG_PLAIN 232      /* long lengths from here on are a number of bits */

#define MAX_CODE_BITS 27
#define FAST_BITS 10        /* codes up to this long are decoded by one lookup */
#define MAX_RECENT 4

/* A code table; sized for the larger alphabet. */
struct code
{
    uint16_t fast[1 << FAST_BITS];      /* symbol << 4 | bits; 0: a longer code */
    uint16_t symbols[ITEM_COUNT];       /* in order of their codes */
    uint16_t counts[MAX_CODE_BITS + 1]; /* symbols of each code length */
};

/* Bits from src on; zeros follow the end, and position() tells that they were
 * taken. */
struct bits
{
    const uint8_t *src, *end;
    uint64_t window;
    unsigned count;                     /* valid bits in window */
    size_t fetched;                     /* bits that have entered window */
};

struct block
{
    size_t data_size;                   /* bytes */
    size_t bit_size;                    /* of the stream, without the header */
    size_t table_bits;                  /* of it, before the items */
    unsigned window_log;
    unsigned recent_count;              /* 0, 2 or 4 */
    unsigned min_match;                 /* with a new distance */
    unsigned min_recent;                /* with a recent one */
    const uint8_t *stream;
};

struct decoder
{
    struct bits in;
    struct code items, lengths;
    uint32_t recent[MAX_RECENT];
    unsigned after_match;               /* 1 if the last item was a match, 0 if not */
};

static uint32_t crc32c(const uint8_t *data, size_t size)
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
static inline void refill(struct bits *in)
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
        if (in->src < in->end) in->window |= (uint64_t)*in->src++ << in->count;
}

static inline void skip_bits(struct bits *in, unsigned n)
{
    in->window >>= n;
    in->count -= n;
}

/* The next n <= 27 bits, of those made available. */
static inline uint32_t take_bits(struct bits *in, unsigned n)
{
    uint32_t value = in->window & (((uint64_t)1 << n) - 1);

    skip_bits(in, n);
    return value;
}

static uint32_t read_bits(struct bits *in, unsigned n)
{
    refill(in);
    return take_bits(in, n);
}

static size_t position(const struct bits *in)
{
    return in->fetched - in->count;
}

/* Prepares decoding of size symbols with these code lengths; false if they are
 * no complete code. */
static int make_code(struct code *code, const uint8_t *lengths, unsigned size)
{
    uint32_t next[MAX_CODE_BITS + 1], first = 0;
    uint64_t used = 0;
    unsigned total = 0, places[MAX_CODE_BITS + 1];

    memset(code->counts, 0, sizeof(code->counts));
    memset(code->fast, 0, sizeof(code->fast));
    for (unsigned i = 0; i < size; i++) code->counts[lengths[i]]++;
    code->counts[0] = 0;
    for (unsigned bits = 1; bits <= MAX_CODE_BITS; bits++)
    {
        places[bits] = total;
        total += code->counts[bits];
        used += (uint64_t)code->counts[bits] << (MAX_CODE_BITS - bits);
        next[bits] = first;
        first = (first + code->counts[bits]) << 1;
    }
    if (!total || (total > 1 && used != 1u << MAX_CODE_BITS)) return 0;

    for (unsigned i = 0; i < size; i++)
    {
        unsigned bits = lengths[i], reversed = 0;
        uint32_t value;

        if (!bits) continue;
        value = next[bits]++;
        code->symbols[places[bits]++] = i;
        if (bits > FAST_BITS) continue;
        for (unsigned b = 0; b < bits; b++) reversed |= (value >> b & 1) << (bits - 1 - b);
        for (; reversed < 1u << FAST_BITS; reversed += 1u << bits) code->fast[reversed] = i << 4 | bits;
    }

    /* A lone symbol: whatever the bits say, it is that. */
    if (total == 1)
    {
        unsigned bits = lengths[code->symbols[0]];

        if (bits > FAST_BITS) return 0;
        for (unsigned i = 0; i < 1u << FAST_BITS; i++) code->fast[i] = code->symbols[0] << 4 | bits;
    }
    return 1;
}

/* A code longer than FAST_BITS; the code is complete, so one matches. */
static unsigned take_long_symbol(struct bits *in, const struct code *code)
{
    uint32_t value = 0, first = 0;
    unsigned place = 0;

    for (unsigned bits = 1; bits <= MAX_CODE_BITS; bits++)
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

/* The next symbol, from at least MAX_CODE_BITS available bits. */
static inline unsigned take_symbol(struct bits *in, const struct code *code)
{
    unsigned entry = code->fast[in->window & ((1 << FAST_BITS) - 1)];

    if (!entry) return take_long_symbol(in, code);
    skip_bits(in, entry & 15);
    return entry >> 4;
}

/* Symbols of a coded table of lengths beyond the lengths themselves. */
enum
{
    LENGTHS_ZERO_ROW = MAX_CODE_BITS + 1, /* zeros up to the end of a row */
    LENGTHS_ZEROS,                        /* five zeros or more, inside a row */
    LENGTHS_SAME,                         /* the last length that was not zero */
    LENGTHS_ABOVE,                        /* that of the row before */
    LENGTHS_ABOVE_NEXT,                   /* that plus one */
    LENGTHS_SYMBOLS
};

#define LENGTHS_ROW 16
#define LENGTHS_MIN_ZEROS 5
#define LENGTHS_CODE_BITS 8

/* The lengths of the code that a table of lengths is written in: each is that
 * before it, or one of the eight others. */
static int read_lengths_code(struct bits *in, struct code *code)
{
    uint8_t lengths[LENGTHS_SYMBOLS];
    unsigned last = 4;

    for (unsigned i = 0; i < LENGTHS_SYMBOLS; i++)
    {
        if (read_bits(in, 1))
        {
            unsigned other = read_bits(in, 3);

            last = other < last ? other : other + 1;
        }
        lengths[i] = last;
    }
    return make_code(code, lengths, LENGTHS_SYMBOLS);
}

/* Zeros told by LENGTHS_ZEROS at index; 0 if they leave the row. */
static unsigned read_zeros(struct bits *in, unsigned index)
{
    unsigned more = read_bits(in, 2), count = LENGTHS_MIN_ZEROS + more, room = LENGTHS_ROW - index % LENGTHS_ROW;

    if (more == 3)
        do
        {
            more = read_bits(in, 3);
            count += more;
        } while (more == 7 && count < LENGTHS_ROW);
    return count < room ? count : 0;
}

/* Reads the code of size symbols, a multiple of LENGTHS_ROW; false if bad. */
static int read_code(struct bits *in, struct code *code, unsigned size)
{
    uint8_t lengths[ITEM_COUNT];
    unsigned i = 0, last = 8, kind = read_bits(in, 3);

    if (kind > 1) return 0;
    if (kind == 0)
    {
        /* As if no table: codes of equal length, or nearly. */
        unsigned bits = 31 - __builtin_clz(size), shorter = (2u << bits) - size;

        for (; i < size; i++) lengths[i] = i < shorter ? bits : bits + 1;
        return make_code(code, lengths, size);
    }

    if (!read_lengths_code(in, code)) return 0;
    while (i < size)
    {
        unsigned symbol, count = 1, length;

        refill(in);
        symbol = take_symbol(in, code);
        length = 0;
        if (symbol <= MAX_CODE_BITS) length = symbol;
        else if (symbol == LENGTHS_ZERO_ROW) count = LENGTHS_ROW - i % LENGTHS_ROW;
        else if (symbol == LENGTHS_ZEROS)
        {
            if (!(count = read_zeros(in, i))) return 0;
        }
        else if (symbol == LENGTHS_SAME) length = last;
        else
        {
            if (i < LENGTHS_ROW) return 0;
            length = lengths[i - LENGTHS_ROW] + (symbol == LENGTHS_ABOVE_NEXT);
            if (!length || length > MAX_CODE_BITS) return 0;
        }
        if (length) last = length;
        memset(lengths + i, length, count);
        i += count;
    }
    return make_code(code, lengths, size);
}

static int read_recent(struct decoder *d, const struct block *block)
{
    if (!block->recent_count) return 1;
    d->after_match = read_bits(&d->in, 1);
    for (unsigned i = 0; i < block->recent_count; i++)
    {
        unsigned bits = read_bits(&d->in, 5);

        if (bits >= block->window_log) return 0;
        d->recent[i] = read_bits(&d->in, bits) + (1u << bits);
    }
    return 1;
}

/* Distance and least length of a match of this kind; distance 0 if there is no
 * such match. */
static inline size_t match_distance(struct decoder *d, const struct block *block, unsigned kind, unsigned *least)
{
    size_t distance;
    unsigned i;

    if (kind < block->recent_count)
    {
        i = kind + d->after_match;
        if (i >= block->recent_count) return 0;
        *least = block->min_recent;
        distance = d->recent[i];
    }
    else
    {
        i = MAX_RECENT - 1;
        *least = block->min_match;
        kind -= block->recent_count;
        distance = (size_t)take_bits(&d->in, kind) + ((size_t)1 << kind);
    }
    for (; i; i--) d->recent[i] = d->recent[i - 1];
    d->recent[0] = distance;
    return distance;
}

/* Expands the items into wanted bytes; whole: no item may tell of more. */
static int expand(struct decoder *d, const struct block *block, uint8_t *out, size_t wanted, int whole)
{
    uint8_t *dst = out, *stop = out + wanted;

    while (dst < stop)
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
        distance = match_distance(d, block, item >> LENGTH_BITS, &least);
        if (!distance || distance > (size_t)(dst - out)) return 0;
        length += least;
        if (length > (size_t)(stop - dst))
        {
            if (whole) return 0;
            length = stop - dst;
        }
        compress_copy_match(dst, distance, length, stop - dst);
        dst += length;
        d->after_match = 1;
    }
    return 1;
}

static int read_header(const uint8_t *data, size_t size, struct block *block)
{
    const uint8_t *head = data + BLOCK_OFFSET;
    uint32_t flags, bit_size;

    if (size < BLOCK_OFFSET + BLOCK_HEADER_SIZE) return 0;
    if (le32(head) != BLOCK_MAGIC || le32(head + 28) != crc32c(head, 28)) return 0;
    /* A value is one block, the first of its session. */
    if (le32(head + 16) || le32(head + 24)) return 0;

    block->data_size = le32(head + 4);
    bit_size = le32(head + 8);
    flags = le32(head + 12);
    block->table_bits = flags & 0x1fff;
    block->window_log = (flags >> 13 & 7) + 16;
    block->recent_count = (flags >> 16 & 3) * 2;
    block->min_match = (flags >> 18 & 1) + 3;
    block->min_recent = (flags >> 19 & 1) + 2;
    if (flags >> 20 || block->recent_count > MAX_RECENT) return 0;

    if (bit_size <= BLOCK_HEADER_SIZE * 8 + block->table_bits) return 0;
    if ((bit_size - 1) / 8 + 1 > size - BLOCK_OFFSET) return 0;
    block->bit_size = bit_size - BLOCK_HEADER_SIZE * 8;
    block->stream = head + BLOCK_HEADER_SIZE;
    return 1;
}

JET_ERR compress_xpress9_decode_size(const uint8_t *data, size_t size, size_t *actual)
{
    struct block block;

    *actual = 0;
    if (!read_header(data, size, &block)) return JET_errDecompressionFailed;
    *actual = block.data_size;
    return JET_errSuccess;
}

JET_ERR compress_xpress9_decode(const uint8_t *data, size_t size, uint8_t *out, size_t out_size, size_t *actual)
{
    struct decoder d;
    struct block block;
    size_t wanted;
    int whole;

    *actual = 0;
    if (!read_header(data, size, &block)) return JET_errDecompressionFailed;
    whole = block.data_size <= out_size;
    wanted = whole ? block.data_size : out_size;

    memset(&d.in, 0, sizeof(d.in));
    d.in.src = block.stream;
    d.in.end = block.stream + (block.bit_size - 1) / 8 + 1;
    d.after_match = 0;
    if (!read_recent(&d, &block)) return JET_errDecompressionFailed;
    if (!read_code(&d.in, &d.items, ITEM_COUNT)) return JET_errDecompressionFailed;
    if (!read_code(&d.in, &d.lengths, LONG_COUNT)) return JET_errDecompressionFailed;
    if (position(&d.in) != block.table_bits) return JET_errDecompressionFailed;

    if (!expand(&d, &block, out, wanted, whole)) return JET_errDecompressionFailed;
    if (whole ? position(&d.in) != block.bit_size : position(&d.in) > block.bit_size)
        return JET_errDecompressionFailed;

    if (whole && crc32c(out, wanted) != le32(data + VALUE_CRC_OFFSET)) return JET_errCompressionIntegrityCheckFailed;
    *actual = block.data_size;
    return whole ? JET_errSuccess : JET_wrnBufferTruncated;
}
