/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Compressed values: which scheme, and the choice of one when storing.
 */
#include "format/compress_private.h"

/* Offset of the 16-bit size, and sizes of the headers that have one. */
#define SIZE_OFFSET          1
#define SHORT_HEADER_SIZE    3
#define XPRESS10_HEADER_SIZE 15

static JET_ERR header_size(const uint8_t *data, size_t size, size_t header, size_t *actual)
{
    if (size < header)
        return JET_errDecompressionFailed;
    *actual = le16(data + SIZE_OFFSET);
    return JET_errSuccess;
}

JET_ERR compress_decode_size(const uint8_t *data, size_t size, size_t *actual)
{
    *actual = 0;
    if (!size)
        return JET_errDecompressionFailed;
    switch (data[0] >> 3)
    {
    case COMPRESS_SCHEME_7BIT_ASCII:
    case COMPRESS_SCHEME_7BIT_UNICODE:
        return compress_7bit_decode_size(data, size, actual);
    case COMPRESS_SCHEME_XPRESS:
    case COMPRESS_SCHEME_LZ4:
        return header_size(data, size, SHORT_HEADER_SIZE, actual);
    case COMPRESS_SCHEME_SCRUB:
        return COMPRESS_WRN_SCRUBBED;
    case COMPRESS_SCHEME_XPRESS9:
        return compress_xpress9_decode_size(data, size, actual);
    case COMPRESS_SCHEME_XPRESS10:
        return header_size(data, size, XPRESS10_HEADER_SIZE, actual);
    default:
        return JET_errDecompressionFailed;
    }
}

JET_ERR compress_decode(const uint8_t *data, size_t size, uint8_t *out, size_t out_size, size_t *actual)
{
    JET_ERR err;

    if (!out_size)
    {
        err = compress_decode_size(data, size, actual);
        return err == JET_errSuccess && *actual ? JET_wrnBufferTruncated : err;
    }

    *actual = 0;
    if (!size)
        return JET_errDecompressionFailed;
    switch (data[0] >> 3)
    {
    case COMPRESS_SCHEME_7BIT_ASCII:
    case COMPRESS_SCHEME_7BIT_UNICODE:
        err = compress_7bit_decode(data, size, out, out_size, actual);
        break;
    case COMPRESS_SCHEME_XPRESS:
        err = compress_xpress_decode(data, size, out, out_size, actual);
        break;
    case COMPRESS_SCHEME_SCRUB:
        err = COMPRESS_WRN_SCRUBBED;
        break;
    case COMPRESS_SCHEME_XPRESS9:
        err = compress_xpress9_decode(data, size, out, out_size, actual);
        break;
    case COMPRESS_SCHEME_XPRESS10:
        err = compress_xpress10_decode(data, size, out, out_size, actual);
        break;
    case COMPRESS_SCHEME_LZ4:
        err = compress_lz4_decode(data, size, out, out_size, actual);
        break;
    default:
        err = JET_errDecompressionFailed;
        break;
    }
    if (err < JET_errSuccess)
        *actual = 0;
    return err;
}

JET_ERR compress_encode(const uint8_t *data, size_t size, unsigned flags, uint8_t *out, size_t out_size, size_t *actual)
{
    size_t room = out_size < size ? out_size : size - 1, used = 0;
    unsigned scheme;

    *actual = 0;
    if (!size)
        return COMPRESS_ERR_NOT_COMPRESSED;

    if (flags & COMPRESS_LZ4)
        used = compress_lz4_encode(data, size, out, room);
    if (!used && (flags & COMPRESS_XPRESS))
        used = compress_xpress_encode(data, size, out, room);

    /* 7-bit text cannot beat the others and is not tried against them. */
    if ((flags & COMPRESS_7BIT) && (!used || used > compress_7bit_size(COMPRESS_SCHEME_7BIT_UNICODE, size)))
    {
        scheme = compress_7bit_scheme(data, size);
        if (scheme == COMPRESS_SCHEME_7BIT_UNICODE || (scheme && !used))
        {
            size_t packed = compress_7bit_encode(data, size, scheme, out, room);

            if (packed)
                used = packed;
        }
    }

    if (!used)
        return COMPRESS_ERR_NOT_COMPRESSED;
    *actual = used;
    return JET_errSuccess;
}

void compress_scrub(uint8_t *data, size_t size, uint8_t fill)
{
    data[0] = COMPRESS_SCHEME_SCRUB << 3;
    memset(data + 1, fill, size - 1);
}
