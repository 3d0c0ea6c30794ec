/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changing the bytes of one page.
 *
 * These functions know no trees, versions, log or latches: they keep header,
 * lines and tags in agreement (page_check_structure() holds before and after) and
 * leave dbtime and checksum alone.  The page is well formed and belongs to the
 * caller; `size` is that of the page.  A line is numbered as in page.h.
 *
 * Room is counted as Windows' engine counts it: `free bytes` is all that is not
 * header, line or tag, in one piece or not; new lines go to the end of the used
 * part, and when that reaches the tags the lines are moved together.
 */
#ifndef ESENT_FORMAT_PAGE_EDIT_H
#define ESENT_FORMAT_PAGE_EDIT_H

#include "format/page.h"

/* A node to be stored: a whole key, of which the page's prefix may serve for the start. */
struct page_new_node
{
    const uint8_t *key;
    uint32_t key_size;
    const uint8_t *data;
    uint32_t data_size;
    uint8_t flags;              /* NODE_*; NODE_COMPRESSED is set as it fits */
};

/* An empty page: no nodes, an empty external header. */
void page_format(uint8_t *data, uint32_t size, uint32_t pgno, uint32_t objid, uint32_t flags, uint64_t dbtime);

/* Fields of the header. */
void page_set_dbtime(uint8_t *data, uint64_t dbtime);
/* Of a large page; a small one does not say. */
void page_set_pgno(uint8_t *data, uint32_t size, uint32_t pgno);
void page_set_prev(uint8_t *data, uint32_t pgno);
void page_set_next(uint8_t *data, uint32_t pgno);
void page_set_page_flags(uint8_t *data, uint32_t flags);
/* Bytes that a rollback may want back; part of the free ones. */
void page_set_uncommitted_free(uint8_t *data, uint32_t bytes);

/* Bytes a node takes on this page, its tag included, with the page's prefix used. */
uint32_t page_node_cost(const struct page_view *view, uint32_t key_size, uint32_t shared, uint32_t data_size);
/* How much of the page's prefix a key begins with, if that saves anything; else 0. */
uint32_t page_shared_prefix(const struct page_view *view, const uint8_t *key, uint32_t key_size);
/* Bytes that may be used for new nodes: free, and not kept for a rollback. */
uint32_t page_room(const uint8_t *data);

/* Inserts a node before `line`; false when there are not enough free bytes, and nothing changed. */
bool page_insert(uint8_t *data, uint32_t size, unsigned line, const struct page_new_node *node);
/* Replaces a node's data; false when there are not enough free bytes. */
bool page_replace(uint8_t *data, uint32_t size, unsigned line, const uint8_t *node_data, uint32_t node_data_size);
void page_remove(uint8_t *data, uint32_t size, unsigned line, unsigned count);
/* Sets the flags of a node but NODE_COMPRESSED. */
void page_set_node_flags(uint8_t *data, uint32_t size, unsigned line, uint8_t flags);
/* Takes NODE_VERSIONED off all nodes: there are no versions. */
void page_forget_versions(uint8_t *data, uint32_t size);
/* Replaces the external header; false when there are not enough free bytes.
 * A prefix may only change on a page without compressed nodes. */
bool page_set_external(uint8_t *data, uint32_t size, const uint8_t *bytes, uint32_t count);
/* Moves the lines together, so that the free bytes are in one piece, and overwrites those with zeroes. */
void page_compact(uint8_t *data, uint32_t size);

#endif
