/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Space: which page belongs to which tree.
 *
 * Page 1 is the root of the database's own space; all pages of the file are its.
 * A tree takes extents (runs of pages) from its parent: a table from page 1, an
 * index and the long values of a table from the table.  So what a tree owns is
 * its own, or its children's, or free.
 *
 * A small tree has one extent, which begins with its root, and a bit for each
 * of the next 32 pages says whether it is free (the space header, in the root's
 * external header).  When that is used up it gets a second extent and two trees
 * of its own at the start of it: the owned extents, and on the next page the
 * available ones.  Their entries are [number of the last page, big-endian] ->
 * number of pages.  Available extents within one owned extent are kept merged, and
 * an owned extent that is wholly available goes back to the parent.
 *
 * A space tree that has to split cannot take the page from itself.  Its root
 * has a split buffer, two runs of pages that are set aside for that; it is
 * filled before a change that might need it (space_buffer.c).
 *
 * All changes of space in one database are made under store->space.  Page
 * latches are held for one page's change only.  What is lost when the process
 * dies between two of them is a page that nobody owns, never one that two own.
 */
#ifndef ESENT_BTREE_SPACE_H
#define ESENT_BTREE_SPACE_H

#include "btree/btree.h"

struct tree_store;
struct txn;

/* ---- trees ---- */

/* Makes the database's root space in a file of `pages` pages: pages 1 to 3. */
JET_ERR tree_create_root(struct tree_store *store, uint32_t pages);

/* Creates an empty tree whose space comes from `parent`'s (NULL: the database's
 * root space); `pages` are its own from the start.  *root is its root page.
 * Not versioned: who rolls back calls tree_destroy().  With TREE_SPACE_TREES in
 * page_kind it has trees of space from the start, which small trees get later. */
#define TREE_SPACE_TREES 0x80000000u
JET_ERR tree_create(struct tree_store *store, const struct tree *parent, uint32_t objid, bool unique,
                    uint32_t page_kind, uint32_t pages, uint32_t *root);

/* Gives back the space of a tree and of all it contains.  Nobody may use it any more. */
JET_ERR tree_destroy(struct tree_store *store, const struct tree *parent, uint32_t root);

/* Makes the file `pages` longer at least, and those available to the root space (JetGrowDatabase). */
JET_ERR tree_store_grow(struct tree_store *store, uint32_t pages);

/*
 * Gives the disk back what the root space has available; the file stays as long, with nothing there.
 * Of each part the log tells first, then `before` is called.  Where the file system cannot, nothing happens.
 */
JET_ERR tree_store_trim(struct tree_store *store, JET_ERR (*before)(void *context), void *context);

/* Logs how long the file is. */
JET_ERR tree_store_log_size(struct tree_store *store);

/*
 * ---- shrinking: the file becomes shorter from its end (maintain/shrink.c says in which order) ----
 *
 * Nobody else has the database open.
 */

/* There is no free page before those that are to be cut off.  Programs do not see it. */
#define SPACE_NONE_LOW ((JET_ERR)-355)

/* The last extent that the root space owns. */
JET_ERR tree_store_last_extent(struct tree_store *store, struct tree_extent *extent);
/* The first extent, of those that the tree with this root owns, whose last page is `pgno` or behind it.
 * *parent: the root of the tree that it came from.  JET_errRecordNotFound. */
JET_ERR tree_store_owned(struct tree_store *store, uint32_t root, uint32_t pgno, struct tree_extent *extent,
                         uint32_t *parent);
/* From now on pages behind `last` are given to nobody; 0: all are again. */
void tree_store_shrink_to(struct tree_store *store, uint32_t last);

enum space_vacated
{
    SPACE_VACATED_FREE,      /* the page is free; nothing happened */
    SPACE_VACATED_CHANGED,   /* something did: who has it now is to be found out again */
    SPACE_VACATED_MOVED,     /* the same, and what was on the page is elsewhere */
    SPACE_VACATED_NOT_OWNED, /* this is not, or no longer, the tree that it belongs to */
    SPACE_VACATED_ROOT,      /* it is a root, or is in the one extent of a small tree, which begins with it */
    SPACE_VACATED_LOST,      /* the tree owns it, and neither uses it nor has it available */
};

/* Makes a page free that belongs to the tree with this root, and to none of those that have their space from it.
 * SPACE_NONE_LOW. */
JET_ERR tree_store_vacate(struct tree_store *store, uint32_t root, uint32_t pgno, enum space_vacated *vacated);
/* A lost page becomes available to that tree. */
JET_ERR tree_store_find_lost(struct tree_store *store, uint32_t root, uint32_t pgno);

/* A row of the catalog that says, `offset` bytes into its data, where a root is. */
struct tree_root_row
{
    const struct tree *tree;
    const uint8_t *key;
    uint32_t key_size, offset;
};

#define TREE_ROOT_ROWS 4u

/* Who names a root. */
struct tree_root_names
{
    struct tree_root_row rows[TREE_ROOT_ROWS];
    uint32_t row_count;
    const uint32_t *children; /* roots of the trees that have their space from it */
    uint32_t child_count;
};

/*
 * Moves the root of a tree and those of its space, which it gets if it is small; *moved_to is where the root is
 * now, also on an error.  Nobody knows the tree, and no version of the database is left.  ESE does the same
 * (dbshrink.cxx) where the log's format has a record of it.  SPACE_NONE_LOW.
 * JET_wrnShrinkNotPossible: more name it than can be changed at once.
 */
JET_ERR tree_store_move_root(struct tree_store *store, uint32_t root, const struct tree_root_names *names,
                             uint32_t *moved_to);

/*
 * Cuts off the root space's last extent, which was told by tree_store_last_extent(), and what of the file is behind
 * it.  The log tells it first, then `before` is called.  JET_wrnShrinkNotPossible: not all of it is available.
 */
JET_ERR tree_store_cut(struct tree_store *store, const struct tree_extent *last, JET_ERR (*before)(void *context),
                       void *context);

/* ---- checks (esentutl /g) ---- */

enum space_use
{
    SPACE_UNKNOWN, /* owned by nobody who was looked at */
    SPACE_OWNED,   /* and neither used nor free: lost if it stays so */
    SPACE_AVAILABLE,
    SPACE_BUFFER, /* of a split buffer */
    SPACE_USED,
};

/* What is known of each page; index is the page number. */
struct space_map
{
    uint32_t pages;
    uint8_t *use;    /* enum space_use */
    uint32_t *owner; /* root of the innermost tree that owns it */
    uint32_t wrong;  /* contradictions found */
    uint32_t where;  /* page of the first one */
    const char *what;
};

JET_ERR space_map_init(struct space_map *map, uint32_t pages);
void space_map_free(struct space_map *map);
/*
 * Walks all of a tree: order of entries, links, separators, depth; and its
 * space, marking what it owns, uses and has available.  Parents before children:
 * first page 1 with `parent` 0.  Nobody changes it meanwhile.  What is wrong is
 * counted in the map; the error is one of reading.
 */
JET_ERR space_map_tree(struct space_map *map, struct cache_file *file, uint32_t root, uint32_t parent);
/* After all trees: pages that somebody owns and nobody uses.  *lost is how many. */
void space_map_finish(struct space_map *map, uint32_t *lost);

#endif
