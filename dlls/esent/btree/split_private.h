/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A split under way.  split.c decides what is split and holds what both kinds share,
 * split_root.c and split_right.c do it, split_choose.c says where a page is split
 * and what its halves look like.
 */
#ifndef ESENT_BTREE_SPLIT_PRIVATE_H
#define ESENT_BTREE_SPLIT_PRIVATE_H

#include "btree/write_private.h"

/* -------------------------------------------------------- split_choose.c --- */

/* A line of the page that is split, as it will be: nodes are in key order, the pending one among them. */
struct split_line
{
    struct page_node node;
    uint32_t key_size;
    uint32_t cost;   /* bytes it takes with the prefix that the page has now */
    uint32_t common; /* of its key with that of the line before */
};

/* The longest common start of two keys. */
uint32_t key_common(const struct page_key *a, const struct page_key *b);
/* Fills in a line; `prior` is the one before it or NULL. */
void split_line_set(struct split_line *line, const struct page_view *view, const struct page_node *node,
                    const struct split_line *prior);
/* The lines of a page; the caller frees them, and there is room for one more.  NULL: no memory, or a bad page. */
struct split_line *split_lines(const struct page_view *view, uint32_t *count);
/* The first line that goes to the right page so that both have about the same; 0 if there is no way. */
uint32_t split_choose_line(const struct split_line *lines, uint32_t count, uint32_t room);
/* Builds a page of these lines in `image`, with the prefix that serves them best;
 * `old` is the page they come from.  `scratch` has room for a page;
 * *prefix_line is the line whose key the prefix is, -1: there is none.  False if they do not fit. */
bool split_build(uint8_t *image, const struct page_view *old, uint32_t pgno, uint32_t flags,
                 const struct split_line *lines, uint32_t count, uint8_t *scratch, int32_t *prefix_line);
/* The shortest key that is greater than the left line and not greater than the right one. */
uint32_t split_separator(const struct tree *tree, const struct split_line *left, const struct split_line *right,
                         uint8_t *separator);

/* --------------------------------------------------------------- split.c --- */

struct split
{
    const struct tree *tree;
    const struct tree_pending *pending;
    struct tree_path path;
    uint32_t spare;    /* a page of the tree's that nobody uses yet */
    uint8_t *image[3]; /* of the page, the new one, the parent */
    uint8_t *scratch;
    uint8_t *separator; /* room for two pages' worth */
};

/* Whether the leaf still has no room for what is pending: JET_errSuccess; TREE_RETRY if it has. */
JET_ERR split_needed(struct split *split, struct tree_leaf *leaf);
/* What a rollback may want on a page of these lines; `from` is the page they come from. */
void split_keep_reserved(const struct split *split, uint8_t *image, const uint8_t *from,
                         const struct split_line *lines, uint32_t count);
/* Puts the pending node among the lines of a leaf: its line is `at`. */
void split_add_pending(const struct split *split, const struct page_view *view, struct split_line *lines,
                       uint32_t *count, uint32_t at);
void split_drop_pending(struct split_line *lines, uint32_t *count, uint32_t at);
/* The insertion at line `at` as part of the change of pages. */
void split_pending_change(const struct split *split, uint32_t at, struct tree_change *insert);

/* ---------------------------------------- split_root.c, split_right.c --- */

/* What they answer: JET_errSuccess, what is pending was inserted as well; TREE_RETRY, it was not. */

/* All that the root has goes to split->spare below it. */
JET_ERR split_root(struct split *split);

/* The page at this level of the path, not the root, gets split->spare as its right neighbour.
 * SPLIT_PARENT_FULL: nothing happened, since the page above it has to be split first. */
#define SPLIT_PARENT_FULL ((JET_ERR)2)
JET_ERR split_right(struct split *split, uint32_t level);

#endif
