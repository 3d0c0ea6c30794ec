/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files that change trees share: the description of a change and the
 * door it goes through, making room by splits, taking pages out by merges, and
 * space.  See write.h for the whole.
 */
#ifndef ESENT_BTREE_WRITE_PRIVATE_H
#define ESENT_BTREE_WRITE_PRIVATE_H

#include "btree/private.h"
#include "btree/write.h"

/* Flags that pages of one level share. */
#define TREE_LEVEL_FLAGS (PAGE_LEAF | PAGE_PARENT_OF_LEAF | PAGE_KIND | PAGE_NON_UNIQUE)

static inline struct tree_store *tree_store_of(const struct tree *tree)
{
    return tree->file->owner;
}

/* Whether any entry of the tree's database can have versions now. */
static inline bool tree_has_versions(const struct tree *tree)
{
    const struct tree_store *store = tree_store_of(tree);

    return store && store->txns && atomic_load_explicit(&store->txns->versions, memory_order_acquire);
}

/* ------------------------------------------------------------- change.c --- */

/*
 * The door: version, log record, bytes, dbtime and log position.  The caller
 * knows that the page has room.  JET_errWriteConflict, JET_errVersionStoreOutOfMemory,
 * JET_errOutOfMemory, or the log's error; then nothing happened.
 */
JET_ERR tree_apply(const struct tree_change *change);

/* The same door for several pages.  The log's error; then nothing happened. */
JET_ERR tree_apply_pages(const struct tree_restructure *restructure);

/* Logs the before images of open versions of a page whose nodes are about to move to another. */
JET_ERR tree_log_undo_info(const struct tree *tree, const struct cache_page *page);

/* What names the versions of an entry. */
static inline struct version_place tree_place(const struct tree *tree, const uint8_t *key, uint32_t key_size,
                                              const uint8_t *data, uint32_t data_size)
{
    struct version_place place = { tree_store_of(tree)->id, tree->root, key, key_size, NULL, 0, tree->objid };

    if (!tree->unique)
    {
        place.data = data;
        place.data_size = data_size;
    }
    return place;
}

/* The transaction if its changes make versions, else NULL. */
static inline struct txn *txn_versioning(struct txn *txn)
{
    return txn && txn->level ? txn : NULL;
}

/* --------------------------------------------------------------- leaf.c --- */

/* A target that is an entry of the tree: its place. */
static inline struct tree_target entry_target(const struct tree *tree, const uint8_t *key, uint32_t key_size,
                                              const uint8_t *data, uint32_t data_size)
{
    struct tree_target target = { .aim = TREE_AIM_LOWER, .key = key, .key_size = key_size };

    if (!tree->unique)
    {
        target.data = data;
        target.data_size = data_size;
    }
    return target;
}

/* The entry at the leaf's line, if it is the target's; *found if it is there, deleted or not. */
JET_ERR leaf_entry(const struct tree_leaf *leaf, const struct tree_target *target, struct page_node *node, bool *found);

/* Latches exclusively the leaf where the target is or would be; finds the line,
 * and whether the entry is there (marked deleted or not). */
JET_ERR leaf_latch_exclusive(const struct tree *tree, const struct tree_target *target, struct tree_leaf *leaf,
                             struct page_node *node, bool *found);

/* Whether no version of the node, whose page is latched, is left. */
bool node_unversioned(const struct tree *tree, const struct page_node *node);
/* Bytes that a rollback may want for the node beyond those it has. */
uint32_t node_reserved(const struct tree *tree, const struct page_node *node);
/* The same for all nodes of a page, no more than are free on it. */
uint32_t page_reserved(const struct tree *tree, const struct page_view *view);
/* Whether the node at the leaf's line can have `need` bytes more. */
bool leaf_can_grow(const struct tree *tree, struct tree_leaf *leaf, uint32_t need);
/* Whether a leaf, latched exclusively, has `need` bytes more; makes the room by
 * taking off deleted nodes that nobody sees.  Lines may move: *line is kept right. */
bool leaf_has_room(const struct tree *tree, struct tree_leaf *leaf, uint32_t need);
/* The same for an entry of `need` bytes that is inserted at the leaf's line: behind all
 * others of the tree it takes no room that the density of the tree wants left (FBTIAppend). */
bool leaf_takes(const struct tree *tree, struct tree_leaf *leaf, uint32_t need);

/* Takes the target's node off its leaf, which is unlatched; a leaf that would be
 * left without nodes leaves the tree.  `undoes`: that is the undoing of an insert. */
JET_ERR leaf_take_off(const struct tree *tree, struct tree_leaf *leaf, const struct tree_target *target,
                      struct version *undoes);

/* -------------------------------------------------------------- split.c --- */

/* What needs the room. */
struct tree_pending
{
    const struct tree_target *target; /* the entry */
    struct txn *txn;
    const uint8_t *data; /* of an insert; NULL: an entry of the leaf is to grow */
    uint32_t data_size;
    uint32_t grow; /* bytes */
    bool append;
};

/* Changes the tree so that the leaf of an entry has room, and inserts it if that
 * is part of the change: JET_errSuccess.  TREE_RETRY: the structure changed, or
 * did not need to; try again. */
JET_ERR tree_make_room(const struct tree *tree, const struct tree_pending *pending);

/* Moves all that the root has to a new page. */
JET_ERR tree_split_root(const struct tree *tree);

/* ---------------------------------------------------------- structure.c --- */

/* The pages from the root to the leaf of a target.  The tree's structure is locked. */
struct tree_path
{
    uint32_t depth;
    struct
    {
        uint32_t pgno;
        uint32_t line; /* that leads on; of the leaf 0 */
        uint32_t lines;
    } level[TREE_DEPTH];
};

JET_ERR tree_path_find(const struct tree *tree, const struct tree_target *target, struct tree_path *path);

void tree_structure_lock(const struct tree *tree);
void tree_structure_unlock(const struct tree *tree);

/* -------------------------------------------------------------- merge.c --- */

/* Looks whether the leaf of an entry can leave the tree or be merged with its right neighbour. */
JET_ERR tree_tidy(const struct tree *tree, const struct tree_target *target);

/* --------------------------------------------------------- page_move.c --- */

/* tree_move_page() by who has locked the tree's structure, or the space if it is one of space; the old page is
 * empty, and the caller's to give back. */
JET_ERR page_move(const struct tree *tree, const struct tree_target *target, uint32_t pgno, uint32_t near,
                  uint32_t *moved_to);

/* -------------------------------------------------------------- space --- */

/* A page for the tree's own use, and back. */
JET_ERR tree_page_take(const struct tree *tree, uint32_t near, uint32_t *pgno);
void tree_page_give(const struct tree *tree, uint32_t pgno);
/* Whether tree_page_give() can take a page now: space trees cannot always. */
bool tree_page_give_possible(const struct tree *tree, uint32_t pgno);

/* The tree whose root is this page, as the page says. */
JET_ERR tree_at(struct tree_store *store, uint32_t root, struct tree *tree);

/* Of space_buffer.c: a page for a space tree from its split buffer. */
JET_ERR space_buffer_take(const struct tree *tree, uint32_t *pgno);
bool space_buffer_give(const struct tree *tree, uint32_t pgno, bool only_ask);

/* The owner's lock is store->space for all below. */
JET_ERR space_take_extent(struct tree_store *store, const struct tree *owner, uint32_t want, uint32_t least,
                          uint32_t *first, uint32_t *count);
JET_ERR space_give_extent(struct tree_store *store, const struct tree *owner, uint32_t first, uint32_t count);

#endif
