/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of space share.  All of it under store->space, held exclusively. */
#ifndef ESENT_BTREE_SPACE_PRIVATE_H
#define ESENT_BTREE_SPACE_PRIVATE_H

#include "btree/write_private.h"

/* Pages after the root that the bits of a single extent tell of. */
#define SPACE_BITS 32u

struct extent
{
    uint32_t last, count;
};

static inline uint32_t extent_first(const struct extent *extent)
{
    return extent->last - extent->count + 1;
}

static inline bool extent_has(const struct extent *extent, uint32_t pgno)
{
    return pgno <= extent->last && extent->last - pgno < extent->count;
}

/* A tree whose space is looked at. */
struct owner
{
    struct tree_store *store;
    struct tree tree;
    struct page_space_header header;
    uint32_t depth_class;         /* of the tree itself: 0 its root is a leaf or has few children */
    struct tree owned, available; /* where the tree has several extents */
};

static inline bool owner_is_multiple(const struct owner *owner)
{
    return owner->header.flags & PAGE_SPACE_MULTIPLE;
}

/* The last page that may be given to anybody: those behind it are to be cut off. */
static inline uint32_t space_last_to_give(const struct tree_store *store)
{
    return store->shrink_to ? store->shrink_to : UINT32_MAX;
}

/* space_extent.c */

JET_ERR owner_open(struct tree_store *store, uint32_t root, struct owner *owner);
/* Writes owner->header. */
JET_ERR owner_set_header(struct owner *owner);

/* The first extent whose last page is >= pgno.  JET_errRecordNotFound. */
JET_ERR extent_find(const struct tree *space, uint32_t pgno, struct extent *extent);
/* The last one whose last page is < pgno. */
JET_ERR extent_find_before(const struct tree *space, uint32_t pgno, struct extent *extent);
/* The first one, from `near` on and then from the start, of `count` pages at least. */
JET_ERR extent_find_large(const struct tree *space, uint32_t near, uint32_t count, struct extent *extent);
/* The last one of the owned ones. */
JET_ERR extent_find_last(const struct tree *space, struct extent *extent);
JET_ERR extent_put(const struct tree *space, const struct extent *extent);
JET_ERR extent_set_count(const struct tree *space, uint32_t last, uint32_t count);
JET_ERR extent_drop(const struct tree *space, uint32_t last);
/* Takes `count` pages off the start of an available extent. */
JET_ERR extent_cut(const struct owner *owner, const struct extent *from, uint32_t count);

/* space_buffer.c */

/* Fills the split buffers for what one change of space may need.  *header of the owner may change. */
JET_ERR space_reserve(struct owner *owner);
/* Replaces what the split buffers have of pages that may not be given; *any: there was something. */
JET_ERR space_buffers_lower(struct owner *owner, bool *any);
/* Whether a page is in one of the split buffers. */
JET_ERR space_buffers_have(const struct owner *owner, uint32_t pgno, bool *have);

/* space_alloc.c */

/* Makes the file longer.  *extent is what came. */
JET_ERR space_grow_file(struct tree_store *store, uint32_t pages, struct extent *extent);
/* From the parent's space or, for the root space, from the file: owned by nobody yet. */
JET_ERR space_from_parent(struct owner *owner, uint32_t want, uint32_t least, struct extent *extent);
/* What came from there could not be entered: it goes back, as far as that can be done. */
void space_back_to_parent(struct owner *owner, const struct extent *extent);
/* Adds pages to the available ones, merging within the owned extent. */
JET_ERR space_add_available(struct owner *owner, const struct extent *extent);
/* If the owned extent around a page is wholly available, it is the parent's again. */
JET_ERR space_release(struct owner *owner, uint32_t pgno);

/* space_create.c */

/* The owner's second extent, and trees of space to hold it. */
JET_ERR space_convert(struct owner *owner, uint32_t want);

#endif
