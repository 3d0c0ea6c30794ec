/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * XPRESS10, decoding only: the format XP10 of the Open Compute Project's
 * "Project Zipline Compression Specification", made for hardware.
 *
 * A value is the scheme byte, a 16-bit size of the data, the data's crc32c, a
 * crc64 of the frame, and the frame: 32 bits of magic, 16 of flags (the other 16
 * in the specification are there only if the flags say so, and never), blocks,
 * one bit after the other, and at the next byte a checksum of the data.
 * A block starts with 32 bits: its size in bits with these, whether it is
 * compressed, whether recent distances are written, whether it is the last.
 * What follows is bytes, or
 *
 *   recent distances   four, each as 5 bits n and n bits
 *   two codes          of items and of long lengths: 2 bits for the kind, and
 *                      perhaps a table
 *   items              until the block ends
 *
 * Both alphabets depend on the window.  Recent distances outlive their block,
 * and are none at first.  Predefined prefixes are not used for values.
 *
 * Like the engine, this takes the crc32c's word for the data and does not look
 * at the others.
 */
#include "format/compress_huffman.h"

#define VALUE_SIZE_OFFSET 1
#define VALUE_CRC_OFFSET  3
#define FRAME_OFFSET      15
#define FRAME_HEADER_SIZE 6
#define FRAME_MAGIC       0xc039e510

#define BLOCK_HEADER_BITS 32
#define RECENT_ITEMS      (256 + HUFFMAN_RECENT * 16)
#define PLAIN_LONGS       232

/* What a block's first 32 bits say. */
struct block
{
    size_t end; /* position in the stream of bits */
    int compressed, recent, last;
};

/* Kinds of a code. */
enum
{
    CODE_FLAT = 0,
    CODE_PREDEFINED = 1,
    CODE_TABLE = 2,
};

static int read_code(struct huffman_bits *in, struct huffman_code *code, unsigned size)
{
    switch (compress_huffman_bits(in, 2))
    {
    case CODE_FLAT:
        return compress_huffman_flat(code, size);
    case CODE_TABLE:
        return compress_huffman_read(in, code, size);
    default:
        return 0;
    }
}

static int read_recent(struct huffman_decoder *d, unsigned window_log)
{
    for (unsigned i = 0; i < HUFFMAN_RECENT; i++)
    {
        unsigned bits = compress_huffman_bits(&d->in, 5);

        if (bits >= window_log)
            return 0;
        d->recent[i] = compress_huffman_bits(&d->in, bits) + (1u << bits);
    }
    return 1;
}

static int read_block(struct huffman_bits *in, size_t frame_end, struct block *block)
{
    size_t start = compress_huffman_position(in), size;

    size = compress_huffman_bits(in, 16);
    size |= (size_t)compress_huffman_bits(in, 12) << 16;
    if (compress_huffman_bits(in, 1))
        return 0;
    block->compressed = compress_huffman_bits(in, 1);
    block->recent = compress_huffman_bits(in, 1);
    block->last = compress_huffman_bits(in, 1);
    block->end = start + size;
    return size > BLOCK_HEADER_BITS && block->end <= frame_end;
}

/* Expands frame, without its header, into out up to stop; exact: all the data,
 * which ends there. */
static int expand(struct huffman_decoder *d, size_t frame_end, unsigned window_log, uint8_t *out, uint8_t *stop,
                  int exact)
{
    uint8_t *dst = out;
    struct block block;

    do
    {
        if (!read_block(&d->in, frame_end, &block))
            return 0;
        if (block.compressed)
        {
            if (block.recent && !read_recent(d, window_log))
                return 0;
            if (!read_code(&d->in, &d->items, RECENT_ITEMS + window_log * 16))
                return 0;
            if (!read_code(&d->in, &d->lengths, PLAIN_LONGS + window_log))
                return 0;
            if (!compress_huffman_expand(d, out, &dst, stop, block.end, exact))
                return 0;
        }
        else
        {
            while (dst < stop && compress_huffman_position(&d->in) < block.end)
                *dst++ = compress_huffman_bits(&d->in, 8);
        }
        if (compress_huffman_position(&d->in) > block.end)
            return 0;
        if (!exact && dst == stop)
            return 1;
        if (compress_huffman_position(&d->in) != block.end)
            return 0;
    } while (!block.last);
    return dst == stop;
}

JET_ERR compress_xpress10_decode(const uint8_t *data, size_t size, uint8_t *out, size_t out_size, size_t *actual)
{
    static const uint8_t window_logs[8] = { 12, 13, 14, 16, 18, 20, 22, 24 };
    const uint8_t *frame = data + FRAME_OFFSET;
    struct huffman_decoder d;
    size_t full, wanted, left;
    unsigned flags;

    *actual = 0;
    if (size < FRAME_OFFSET + FRAME_HEADER_SIZE)
        return JET_errDecompressionFailed;
    full = le16(data + VALUE_SIZE_OFFSET);
    wanted = full < out_size ? full : out_size;
    left = size - FRAME_OFFSET - FRAME_HEADER_SIZE;
    flags = le16(frame + 4);
    if (le32(frame) != FRAME_MAGIC || flags >> 15 || flags >> 12 & 3)
        return JET_errDecompressionFailed;
    /* A prefix given by the caller, or one of the predefined. */
    if ((flags >> 4 & 3) == 1 || ((flags >> 4 & 3) > 1 && flags >> 6 & 63))
        return JET_errDecompressionFailed;
    if (left > SIZE_MAX / 8)
        return JET_errDecompressionFailed;

    compress_huffman_start(&d.in, frame + FRAME_HEADER_SIZE, left);
    d.recent_count = HUFFMAN_RECENT;
    d.min_match = d.min_recent = 3 + (flags >> 3 & 1);
    d.skip_newest = 0;
    d.after_match = 0;
    memset(d.recent, 0, sizeof(d.recent));
    if (!expand(&d, left * 8, window_logs[flags & 7], out, out + wanted, wanted == full))
        return JET_errDecompressionFailed;

    if (wanted == full && compress_crc32c(out, full) != le32(data + VALUE_CRC_OFFSET))
        return JET_errCompressionIntegrityCheckFailed;
    *actual = full;
    return wanted < full ? JET_wrnBufferTruncated : JET_errSuccess;
}
