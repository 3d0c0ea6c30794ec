/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Compression of column values, as it is stored.
 *
 * A value of a compressed column (a long text or long binary kept in the
 * record), or one chunk of a separated long value, may be stored compressed.
 * Such a value starts with one byte, whose upper five bits name the scheme:
 *
 *   1  7-bit text      every byte < 0x80, packed in 7 bits
 *   2  7-bit Unicode   every 16-bit character < 0x80, packed in 7 bits
 *   3  XPRESS          plain LZ77 (MS-XCA 2.4): size:16, then the stream
 *   4  scrub           no data: what was here was overwritten on deletion
 *   5  XPRESS9         LZ77 and Huffman: crc32c of the data, then one block
 *   6  XPRESS10        the same for hardware: size:16, crc32c:32, crc64:64, frame
 *   7  LZ4             size:16, then an LZ4 block
 *
 * The two 7-bit schemes keep in the lower three bits of that byte the number of
 * bits used in the last byte, less one, which is how the length is found.  The
 * others leave them zero.  XPRESS is what every Windows writes; LZ4 is allowed
 * by newer database formats; XPRESS9 and XPRESS10 are read only, and come from
 * servers.
 *
 * Whether a value is compressed at all is not told here: of a column it is a
 * flag in the record, of a chunk that it is shorter than the chunk should be.
 * Therefore a compressed value is always smaller than its data; an encoder that
 * cannot get there says so and the data is stored as it is.
 *
 * Everything here is a function of its arguments: no state, no allocation, no
 * locks.  The compressed bytes come from disk and are not trusted; whatever
 * they hold, no function reads outside of them or writes outside of the output
 * it was given, and all return in time linear in the two sizes.  That holds even
 * if the bytes change while they are decoded, as those of a page that is read
 * optimistically may; only the answer is then worth nothing.  Stack use is below
 * 40 KB.
 */
#ifndef ESENT_FORMAT_COMPRESS_H
#define ESENT_FORMAT_COMPRESS_H

#include <stddef.h>
#include <stdint.h>

#include "esent.h"

/* Scheme: the first byte of a compressed value, shifted right by three. */
enum
{
    COMPRESS_SCHEME_7BIT_ASCII = 1,
    COMPRESS_SCHEME_7BIT_UNICODE = 2,
    COMPRESS_SCHEME_XPRESS = 3,
    COMPRESS_SCHEME_SCRUB = 4,
    COMPRESS_SCHEME_XPRESS9 = 5,
    COMPRESS_SCHEME_XPRESS10 = 6,
    COMPRESS_SCHEME_LZ4 = 7,
};

/* What compress_encode() may use. */
enum
{
    COMPRESS_7BIT = 0x1,
    COMPRESS_XPRESS = 0x2,
    COMPRESS_LZ4 = 0x4,
};

/* Values shorter than JET_paramMinDataForXpress, whose default this is, are
 * given to compress_encode() without COMPRESS_XPRESS and COMPRESS_LZ4. */
#define COMPRESS_MIN_SIZE 1024

/* Longest data that a header with a 16-bit size can tell of; a chunk of a long
 * value is always shorter, as it fits a page. */
#define COMPRESS_MAX_SIZE 65535

/* Answers that stay inside the engine; the numbers are Windows' own. */
#define COMPRESS_ERR_NOT_COMPRESSED ((JET_ERR)-418)
#define COMPRESS_WRN_SCRUBBED ((JET_ERR)420)

/*
 * Expands a compressed value.
 *
 * data, size: the value with its scheme byte, in bytes.  out, out_size: where
 * the data goes; fewer bytes than it has is allowed, zero too (out may then be
 * NULL).  *actual: size of the whole data in bytes, whatever out_size is; 0
 * with every error.
 *
 *   JET_errSuccess          all of it is in out
 *   JET_wrnBufferTruncated  out is full, and *actual > out_size
 *   COMPRESS_WRN_SCRUBBED   nothing is there any more; *actual is 0
 *   JET_errDecompressionFailed              not a value that an engine wrote
 *   JET_errCompressionIntegrityCheckFailed  expands, but to other data
 *
 * Checksums (XPRESS9, XPRESS10) can be verified only when all data is asked for.  Bytes
 * of out past the data, or of a failed call, are undefined.
 *
 * Source: published engine, compression.cxx.
 */
JET_ERR compress_decode(const uint8_t *data, size_t size, uint8_t *out, size_t out_size, size_t *actual);

/* Size in bytes of the data in a compressed value, from its header alone; no
 * promise that the rest expands.  JET_errSuccess, COMPRESS_WRN_SCRUBBED with
 * *actual 0, or JET_errDecompressionFailed. */
JET_ERR compress_decode_size(const uint8_t *data, size_t size, size_t *actual);

/*
 * Compresses data with the scheme that the engine would choose among those that
 * flags allow: LZ4, or else XPRESS, whichever first makes the value smaller
 * than the data; but 7-bit Unicode when that is smaller still; and 7-bit text
 * or Unicode when neither helped.  Any saving will do.
 *
 * out, out_size: where the value goes, bytes; size bytes are always enough.
 * *actual: size of the value, < size.  COMPRESS_ERR_NOT_COMPRESSED, and *actual
 * 0, when no scheme makes it smaller than the data and fits out_size.
 *
 * Source: published engine, compression.cxx.
 */
JET_ERR compress_encode(const uint8_t *data, size_t size, unsigned flags, uint8_t *out, size_t out_size,
                        size_t *actual);

/* Overwrites a stored value of size bytes, > 0, with one of scheme 4: fill
 * is repeated after the scheme byte ('L' or 'l', as the engine's two scrubbers
 * have it). */
void compress_scrub(uint8_t *data, size_t size, uint8_t fill);

#endif
