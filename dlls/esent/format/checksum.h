/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checksums of pages and of headers.
 *
 * The oldest is 32 bits: the XOR of all words of the block but the first, which
 * holds it, and of a seed.  Headers of databases, of logs and of checkpoints
 * have it to this day.  A page of the legacy kind (to Windows Server 2003) has
 * that in its first word and its own page number in the second.
 *
 * A page with PAGE_NEW_CHECKSUM has 64 bits: the XOR of its words, without the
 * first two, mixed with the page number, and an error-correcting code that
 * tells which single bit of the block has flipped.  The code sees the block as
 * rows of 128 bits: it holds for every bit of a bit's number the parity of the
 * bits whose number has that bit set, and the parity of those where it is clear.
 * A flipped bit turns over exactly one of each pair.
 *
 * A page above 8 KB is four blocks (of 4 KB in a page of 16 KB, of 8 KB in one
 * of 32 KB), each with a checksum of its own; those of the last three lie in the
 * large page header and so are covered by that of the first.
 *
 * Facts: the published source's checksum library.
 */
#ifndef ESENT_FORMAT_CHECKSUM_H
#define ESENT_FORMAT_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esent.h"

#define CHECKSUM_SEED   0x89abcdefu
#define CHECKSUM_BLOCKS 4 /* checksums of a page, at most */

/* The checksums of one page; `count` is 1 for a small page. */
struct page_checksum
{
    uint64_t block[CHECKSUM_BLOCKS];
    uint32_t count;
};

/* The 32-bit checksum of a block whose first word is the place for it.
 * `size` is a multiple of 32. */
uint32_t checksum_header(const void *data, size_t size);

/* One block of 1 to 8 KB with error correction; the first eight bytes are left
 * out if it is the head of a page.  The error-correcting code is the high half. */
uint64_t checksum_block(const uint8_t *data, size_t size, uint32_t pgno, bool head);

/* What the page's checksums are, by the kind that its flags name, and what they
 * should be.  The page is not changed. */
void checksum_page(const uint8_t *data, size_t size, uint32_t pgno, struct page_checksum *checksum);
void checksum_page_stored(const uint8_t *data, size_t size, struct page_checksum *checksum);

/*
 * Verifies a page just read and, if its checksum tells that a single bit of a
 * block has flipped, turns that bit back.  *corrected (may be NULL) is set to the
 * number of bits turned back, *bit (may be NULL) to the place of the first, in bits.
 * JET_errPageNotInitialized: the page is all zeros.
 * JET_errReadVerifyFailure: the checksum is wrong beyond repair.
 */
JET_ERR checksum_page_verify(uint8_t *data, size_t size, uint32_t pgno, uint32_t *corrected, uint32_t *bit);

/* Stores the checksums of a page about to be written, of the new kind. */
void checksum_page_set(uint8_t *data, size_t size, uint32_t pgno);

/* Whether every byte is zero. */
bool checksum_is_zero(const uint8_t *data, size_t size);

#endif
