/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What XPRESS9 and XPRESS10 have in common: LZ77 items under two Huffman codes,
 * one of items and one of long lengths.  The two differ in their headers, in the
 * sizes of the alphabets, and in what a recent distance is.
 *
 * Items below 256 are literals.  The others are matches, with the length in the
 * lower four bits (15: a long length follows) and the kind above.  The first
 * kinds take one of the recent distances, which moves to the front.  Any later
 * kind tells the number of bits of a new distance, whose top bit is implied.
 *
 * All is one stream of bits, the lowest of a byte first.  Codes are canonical
 * and written first bit first.  A table of code lengths is itself coded; see
 * read_lengths_code() and compress_huffman_read().
 */
#ifndef ESENT_FORMAT_COMPRESS_HUFFMAN_H
#define ESENT_FORMAT_COMPRESS_HUFFMAN_H

#include "format/compress_private.h"

#define HUFFMAN_ITEMS 704   /* items at most */
#define HUFFMAN_LONGS 256   /* long lengths at most */
#define HUFFMAN_MAX_BITS 27
#define HUFFMAN_FAST_BITS 10 /* codes up to this long are decoded by one lookup */
#define HUFFMAN_RECENT 4    /* recent distances at most */

/* A code table; sized for the larger alphabet. */
struct huffman_code
{
    uint16_t fast[1 << HUFFMAN_FAST_BITS];  /* symbol << 4 | bits; 0: a longer code */
    uint16_t symbols[HUFFMAN_ITEMS];        /* in order of their codes */
    uint16_t counts[HUFFMAN_MAX_BITS + 1];  /* symbols of each code length */
};

/* Bits from src on; zeros follow the end, and compress_huffman_position() tells
 * that they were taken. */
struct huffman_bits
{
    const uint8_t *src, *end;
    uint64_t window;
    unsigned count;                         /* valid bits in window */
    size_t fetched;                         /* bits that have entered window */
};

struct huffman_decoder
{
    struct huffman_bits in;
    struct huffman_code items, lengths;
    unsigned min_match;                     /* of a match with a new distance, in bytes */
    unsigned min_recent;                    /* and with a recent one */
    unsigned recent_count;                  /* kinds that are recent distances */
    uint32_t recent[HUFFMAN_RECENT];        /* newest first; 0: none */
    int skip_newest;                        /* right after a match, the newest has no kind */
    unsigned after_match;                   /* 1 if the last item was a match, 0 if not */
};

/* Begins reading size bytes at src. */
void compress_huffman_start(struct huffman_bits *in, const uint8_t *src, size_t size);

/* The next count <= 27 bits. */
uint32_t compress_huffman_bits(struct huffman_bits *in, unsigned count);

/* Bits taken so far; more than there were if reading went past the end. */
size_t compress_huffman_position(const struct huffman_bits *in);

/* The code of size symbols that needs no table: equal lengths, or nearly. */
int compress_huffman_flat(struct huffman_code *code, unsigned size);

/* Reads a table of code lengths.  Both: false if there is no such code. */
int compress_huffman_read(struct huffman_bits *in, struct huffman_code *code, unsigned size);

/*
 * Expands items into *dst on, until stop is reached or the position bit_end;
 * matches reach back to out.  exact: no match may tell of more than stop holds,
 * else it is cut there.  Moves *dst; false if the items are bad.
 */
int compress_huffman_expand(struct huffman_decoder *d, const uint8_t *out, uint8_t **dst, uint8_t *stop,
                            size_t bit_end, int exact);

/* The checksum that both formats keep of the data. */
uint32_t compress_crc32c(const uint8_t *data, size_t size);

#endif
