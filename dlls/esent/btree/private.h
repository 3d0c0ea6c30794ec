/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of the tree share: targets of a descent, the leaf it ends on,
 * and moving from leaf to leaf.
 *
 * A struct tree_leaf is a latched page with a line, which may lie one past
 * either end of the page: -1 or the number of lines.  leaf_settle_next() and
 * leaf_settle_prev() turn such a place into that of an entry that can be seen.
 *
 * Functions that may have to give up a latch and find that the tree changed
 * meanwhile answer TREE_RETRY, with nothing latched; the caller starts over from
 * what it knows, at most TREE_RETRIES times.
 */
#ifndef ESENT_BTREE_PRIVATE_H
#define ESENT_BTREE_PRIVATE_H

#include "btree/btree.h"

#define TREE_RETRY   ((JET_ERR)1)
#define TREE_RETRIES 1000
/* A move met a hidden entry beyond its limit. */
#define TREE_PAST_LIMIT ((JET_ERR)2)
/* Deeper is a cycle: an inner page has at least two children but at the right edge. */
#define TREE_DEPTH 40
/* Descents without latches before one with them. */
#ifdef CACHE_COPY_PEEKS
#    define TREE_OPTIMISTIC_TRIES 0
#else
#    define TREE_OPTIMISTIC_TRIES 5
#endif

enum tree_aim
{
    TREE_AIM_FIRST,    /* line 0 of the first leaf */
    TREE_AIM_LAST,     /* the last line of the last leaf */
    TREE_AIM_LOWER,    /* the first entry not less than the bookmark */
    TREE_AIM_UPPER,    /* the first entry greater than it */
    TREE_AIM_PAST_KEY, /* the same by a key that entries have and that begins no other key */
    TREE_AIM_FRACTION, /* that share of the way from first to last */
};

/* A bookmark without data, in a tree that is not unique, is before all entries of its key. */
struct tree_target
{
    enum tree_aim aim;
    const uint8_t *key;
    uint32_t key_size;
    const uint8_t *data;
    uint32_t data_size;
    double fraction;
};

/* Where a descent without latches is: at a page that may be changing. */
struct tree_step
{
    struct cache_page *page;
    uint32_t version;
    uint32_t pgno;
    struct page_view view;
    uint32_t line;
};

struct tree_leaf
{
    struct cache_page *page; /* latched */
    struct page_view view;
    int32_t line;
    enum cache_latch_mode mode;
};

/* search.c */

/* Goes to the leaf where the target is, or would be.  LOWER and UPPER may give
 * a line one past the end of the page.  An empty tree gives a leaf without lines. */
JET_ERR tree_descend(const struct tree *tree, const struct tree_target *target, struct tree_leaf *leaf);

/* As tree_descend, for LOWER and UPPER, to a leaf that is not latched: what is read of it is to be believed
 * if cache_peek_valid() says so afterwards.  False if that did not work out, and where the line would be
 * one past the end. */
bool tree_descend_peek(const struct tree *tree, const struct tree_target *target, struct tree_step *at);

/* The same for TREE_AIM_UPPER with a bookmark without data, too: there entries of
 * one key may fill many leaves. */
JET_ERR tree_descend_past(const struct tree *tree, const struct tree_target *target, struct tree_leaf *leaf);

/* As tree_descend, adding up what share of children is passed on the way. */
JET_ERR tree_descend_counting(const struct tree *tree, const struct tree_target *target, struct tree_leaf *leaf,
                              uint64_t *before, uint64_t *total);

/* As tree_descend, with the leaf latched exclusively. */
JET_ERR tree_descend_exclusive(const struct tree *tree, const struct tree_target *target, struct tree_leaf *leaf);

/* The line of an inner page, latched or under a locked structure, that leads to the target, and the page there. */
JET_ERR tree_child(const struct tree *tree, const struct page_view *view, const struct tree_target *target,
                   uint32_t pgno, uint32_t *line, uint32_t *child);

/* The numbers of leaves from the target on, to the right or (step -1) to the left, as
 * far as the page above them tells: `count` at most, the target's own first.
 * Returns how many; 0 as well if something is wrong. */
uint32_t tree_leaves(const struct tree *tree, const struct tree_target *target, int step, uint32_t *pgnos,
                     uint32_t count);

/* Whether a page that is latched is a leaf of this tree, and has lines unless it is the root. */
bool tree_leaf_check(const struct tree *tree, struct tree_leaf *leaf);

/* search_page.c */

/* On a leaf: the first line that is not less than the target (`past`: greater).
 * False when the page is bad.  It may be changing, in both. */
bool leaf_search(const struct page_view *view, const struct tree_target *target, bool past, int32_t *line);

/* The line of an inner page, which has some, that leads to the target: one with a key. */
bool inner_search_key(const struct page_view *view, const struct tree_target *target, uint32_t *line);

/* move_leaf.c */

/* To the neighbouring leaf: its first or its last line.  JET_errNoCurrentRecord
 * if there is none, and then the leaf stays; else on failure nothing is latched. */
JET_ERR leaf_step_right(const struct tree *tree, struct tree_leaf *leaf);
JET_ERR leaf_step_left(const struct tree *tree, struct tree_leaf *leaf);

/* From the leaf's line on, that line included, to the first entry that the
 * transaction sees.  On failure nothing is latched.  TREE_PAST_LIMIT, if there is one. */
JET_ERR leaf_settle_next(const struct tree *tree, struct txn *txn, const struct tree_limit *limit,
                         struct tree_leaf *leaf, struct page_node *node);
JET_ERR leaf_settle_prev(const struct tree *tree, struct txn *txn, const struct tree_limit *limit,
                         struct tree_leaf *leaf, struct page_node *node);

/* read_ahead.c */

/* A cursor in a range, whose moves have a limit, came to another leaf: reads the rest of the range.  `next`: the neighbour. */
void tree_read_range(struct tree_cursor *cursor, int step, uint32_t next);
/* A cursor leaves its leaf, in direction `step`, with nothing latched: reads what will come next. */
void tree_read_ahead(struct tree_cursor *cursor, int step);

/* cursor.c */

/* Of the entry that is latched and marked as versioned: what the transaction sees.  JET_errRecordDeleted. */
JET_ERR cursor_show(struct tree_cursor *cursor, struct page_node *node);
/* Puts the cursor on the entry and unlatches the leaf. */
JET_ERR cursor_place(struct tree_cursor *cursor, struct tree_leaf *leaf, const struct page_node *node);
/* Puts the cursor at a bookmark where there may be no entry. */
JET_ERR cursor_place_at(struct tree_cursor *cursor, enum tree_state state, const uint8_t *key, uint32_t key_size,
                        const uint8_t *data, uint32_t data_size);
/* Room for a bookmark of that size; the old one is kept. */
JET_ERR cursor_reserve(struct tree_cursor *cursor, uint32_t size);
JET_ERR cursor_reserve_image(struct tree_cursor *cursor, uint32_t size);
/* A target made of the cursor's bookmark. */
void cursor_target(const struct tree_cursor *cursor, enum tree_aim aim, struct tree_target *target);

/* The cursor is on a line of this latched leaf: where that is.  `node`: the entry there. */
static inline void cursor_note_leaf(struct tree_cursor *cursor, const struct tree_leaf *leaf,
                                    const struct page_node *node)
{
    cursor->hint.page = leaf->page;
    cursor->hint.version = cache_page_version(leaf->page);
    cursor->pgno = atomic_load_explicit(&leaf->page->pgno, memory_order_relaxed);
    cursor->line = (uint32_t)leaf->line;
    cursor->view = leaf->view;
    cursor->node = *node;
    cursor->viewed = true;
    cursor->copied = false;
    cursor->plain = !(node->flags & (NODE_DELETED | NODE_VERSIONED));
}

static inline void leaf_unlatch(struct tree_leaf *leaf)
{
    if (leaf->page)
        cache_unlatch(leaf->page, leaf->mode);
    leaf->page = NULL;
}

/* visible.c */

/* Whether the transaction sees an entry that is marked as versioned. */
bool node_versions_visible(const struct tree *tree, struct txn *txn, const struct page_node *node);
bool entry_versions_visible(const struct tree *tree, struct txn *txn, const uint8_t *key, uint32_t key_size,
                            const uint8_t *data, uint32_t data_size, uint8_t flags);
/* The same, and node->data becomes what it sees; that is good while the page is latched. */
bool node_versions_show(const struct tree *tree, struct txn *txn, struct page_node *node);

/* Whether the transaction sees an entry.  The one place where the versions of a
 * NODE_VERSIONED entry decide; without versions, what is on the page does. */
/* Whether an entry that is not visible has to stay on its page for somebody, as against one
 * that goes when there is time. */
bool node_is_kept(const struct tree *tree, const struct page_node *node);

static inline bool node_visible(const struct tree *tree, struct txn *txn, const struct page_node *node)
{
    if (os_unlikely(node->flags & NODE_VERSIONED))
        return node_versions_visible(tree, txn, node);
    return !(node->flags & NODE_DELETED);
}

static inline bool node_show(const struct tree *tree, struct txn *txn, struct page_node *node)
{
    if (os_unlikely(node->flags & NODE_VERSIONED))
        return node_versions_show(tree, txn, node);
    return !(node->flags & NODE_DELETED);
}

/* Whether a page with these flags can belong to the tree. */
static inline bool tree_kind_fits(const struct tree *tree, uint32_t flags)
{
    if (tree->page_kind & PAGE_SPACE_TREE)
        return flags & PAGE_SPACE_TREE;
    return (flags & PAGE_KIND) == tree->page_kind;
}

static inline int32_t leaf_lines(const struct tree_leaf *leaf)
{
    return (int32_t)page_lines(&leaf->view);
}

/* What the caller of a tree learns when a link leads out of the file. */
static inline JET_ERR tree_read_error(JET_ERR err)
{
    return err == JET_errFileIOBeyondEOF ? JET_errDatabaseCorrupted : err;
}

#endif
