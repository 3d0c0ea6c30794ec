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
 * Right after a match, the newest recent distance has no kind, as it would only
 * have made that match longer.
 *
 * Source: published engine, _xpress9.
 */
#include "format/compress_huffman.h"

#define VALUE_CRC_OFFSET  1
#define BLOCK_OFFSET      5
#define BLOCK_HEADER_SIZE 32
#define BLOCK_MAGIC       0x4e86d72a

struct block
{
    size_t data_size;  /* bytes */
    size_t bit_size;   /* of the stream, without the header */
    size_t table_bits; /* of it, before the items */
    uint32_t flags;
    const uint8_t *stream;
};

static unsigned window_log(const struct block *block)
{
    return (block->flags >> 13 & 7) + 16;
}

static unsigned recent_count(const struct block *block)
{
    return (block->flags >> 16 & 3) * 2;
}

static int read_recent(struct huffman_decoder *d, const struct block *block)
{
    if (!d->recent_count)
        return 1;
    d->after_match = compress_huffman_bits(&d->in, 1);
    for (unsigned i = 0; i < d->recent_count; i++)
    {
        unsigned bits = compress_huffman_bits(&d->in, 5);

        if (bits >= window_log(block))
            return 0;
        d->recent[i] = compress_huffman_bits(&d->in, bits) + (1u << bits);
    }
    return 1;
}

static int read_code(struct huffman_bits *in, struct huffman_code *code, unsigned size)
{
    switch (compress_huffman_bits(in, 3))
    {
    case 0:
        return compress_huffman_flat(code, size);
    case 1:
        return compress_huffman_read(in, code, size);
    default:
        return 0;
    }
}

static int read_header(const uint8_t *data, size_t size, struct block *block)
{
    const uint8_t *head = data + BLOCK_OFFSET;
    uint32_t bit_size;

    if (size < BLOCK_OFFSET + BLOCK_HEADER_SIZE)
        return 0;
    if (le32(head) != BLOCK_MAGIC || le32(head + 28) != compress_crc32c(head, 28))
        return 0;
    /* A value is one block, the first of its session. */
    if (le32(head + 16) || le32(head + 24))
        return 0;

    block->data_size = le32(head + 4);
    bit_size = le32(head + 8);
    block->flags = le32(head + 12);
    block->table_bits = block->flags & 0x1fff;
    if (block->flags >> 20 || recent_count(block) > HUFFMAN_RECENT)
        return 0;

    if (bit_size <= BLOCK_HEADER_SIZE * 8 + block->table_bits)
        return 0;
    if ((bit_size - 1) / 8 + 1 > size - BLOCK_OFFSET)
        return 0;
    block->bit_size = bit_size - BLOCK_HEADER_SIZE * 8;
    block->stream = head + BLOCK_HEADER_SIZE;
    return 1;
}

JET_ERR compress_xpress9_decode_size(const uint8_t *data, size_t size, size_t *actual)
{
    struct block block;

    *actual = 0;
    if (!read_header(data, size, &block))
        return JET_errDecompressionFailed;
    *actual = block.data_size;
    return JET_errSuccess;
}

JET_ERR compress_xpress9_decode(const uint8_t *data, size_t size, uint8_t *out, size_t out_size, size_t *actual)
{
    struct huffman_decoder d;
    struct block block;
    uint8_t *dst = out, *stop;
    size_t position;
    int whole;

    *actual = 0;
    if (!read_header(data, size, &block))
        return JET_errDecompressionFailed;
    whole = block.data_size <= out_size;
    stop = out + (whole ? block.data_size : out_size);

    compress_huffman_start(&d.in, block.stream, (block.bit_size - 1) / 8 + 1);
    d.recent_count = recent_count(&block);
    d.min_match = (block.flags >> 18 & 1) + 3;
    d.min_recent = (block.flags >> 19 & 1) + 2;
    d.skip_newest = 1;
    d.after_match = 0;
    memset(d.recent, 0, sizeof(d.recent));
    if (!read_recent(&d, &block))
        return JET_errDecompressionFailed;
    if (!read_code(&d.in, &d.items, HUFFMAN_ITEMS))
        return JET_errDecompressionFailed;
    if (!read_code(&d.in, &d.lengths, HUFFMAN_LONGS))
        return JET_errDecompressionFailed;
    if (compress_huffman_position(&d.in) != block.table_bits)
        return JET_errDecompressionFailed;

    if (!compress_huffman_expand(&d, out, &dst, stop, block.bit_size, whole))
        return JET_errDecompressionFailed;
    position = compress_huffman_position(&d.in);
    if (dst != stop || (whole ? position != block.bit_size : position > block.bit_size))
        return JET_errDecompressionFailed;

    if (whole && compress_crc32c(out, block.data_size) != le32(data + VALUE_CRC_OFFSET))
        return JET_errCompressionIntegrityCheckFailed;
    *actual = block.data_size;
    return whole ? JET_errSuccess : JET_wrnBufferTruncated;
}
