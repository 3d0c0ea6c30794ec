/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * btree: trees of pages.
 *
 * Everything in a database is a B+ tree: a table's records, each secondary
 * index, the long values of a table, and the space of each of them.  A tree is
 * named by its root page (which moves only while nobody knows the tree, root_move.c)
 * and its object id.  Leaves are
 * linked both ways.  An inner node's key is greater than every key in the child it
 * points to and not greater than any in the next child; the last inner node of
 * a level has an empty key, which means infinity.
 *
 * A tree is unique (records, long values, space: a key appears once) or not
 * (secondary indexes: entries are ordered by key, then data, and the pair is
 * unique).  A bookmark is what finds an entry again whatever happened to the
 * pages: the key in a unique tree, key and data in the other kind.
 *
 * The way down uses optimistic reads of inner pages (cache_peek) and ends with a
 * latch on one leaf.  Sideways moves latch the neighbour before they let go of
 * the page at hand when going right; going left they let go first and check
 * that the neighbour still names the page as its right one.
 *
 * A cursor remembers where it stood as (page, version, line) and its bookmark.
 * Between calls it holds no latch and no pin.  If the page has the same version
 * when it comes back, the line is still right; else the bookmark is sought.
 *
 * Bad pages are errors to the caller (JET_errReadVerifyFailure,
 * JET_errDatabaseCorrupted, JET_errBadPageLink, JET_errBadParentPageLink); a
 * chain of pages is followed no further than the file has pages.
 */
#ifndef ESENT_BTREE_H
#define ESENT_BTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cache/cache.h"
#include "esent.h"
#include "format/format.h"

struct txn;

/* A tree that is in use.  Immutable after tree_init but for what an update of
 * the tree changes under its own latches. */
struct tree
{
    struct cache_file *file;
    uint32_t root; /* page number of the root (the FDP) */
    uint32_t objid;
    bool unique;
    uint32_t page_kind; /* PAGE_INDEX, PAGE_LONG_VALUE, PAGE_SPACE_TREE or 0: what its pages must be */
    _Atomic uint16_t spare; /* bytes that entries appended to the tree leave free on its last leaf */
};

/* Names a tree; reads nothing. */
void tree_init(struct tree *tree, struct cache_file *file, uint32_t root, uint32_t objid, bool unique,
               uint32_t page_kind);
/* Percent of a leaf that entries are appended up to, before the next leaf is begun; 100 after tree_init(). */
void tree_set_density(struct tree *tree, uint32_t percent);

/* Bytes of a key or of a bookmark that a cursor keeps without allocating. */
#define TREE_INLINE_BOOKMARK 128

enum tree_state
{
    TREE_NOWHERE, /* never placed, or lost */
    TREE_BEFORE_FIRST,
    TREE_AFTER_LAST,
    TREE_ON,     /* on the entry of the bookmark, which may have been deleted since */
    TREE_BEFORE, /* just before the entry of the bookmark, on nothing */
    TREE_AFTER,  /* just after it, on nothing */
};

/* How far moves are to look for an entry that is visible. */
struct tree_limit
{
    const uint8_t *key;
    uint32_t key_size;
    bool inclusive; /* entries with that very key are within */
};

struct tree_cursor
{
    const struct tree *tree;
    const struct tree_limit *limit; /* of the move being made; NULL: none, or it was passed by a hidden entry */
    struct txn *txn; /* whose snapshot decides what is visible; may be NULL: all that is not deleted */
    enum tree_state state;
    bool sequential;        /* a scan: read ahead along the parent */
    bool past_leaf;         /* the key last sought with TREE_SEEK_EQ was behind a visible entry that ends its leaf */
    struct cache_hint hint; /* where it stood, valid if the version still is */
    uint32_t pgno;
    uint32_t line;
    bool viewed;            /* view and node are of the page at that version, and of the entry at `line` */
    bool copied;            /* and the image is what the page has of the entry */
    bool plain;             /* and the entry, while `viewed`, is seen by all as it lies there */
    struct page_view view;
    struct page_node node;
    struct cache_page *latched; /* while between tree_latch and tree_unlatch, unless the entry was copied */
    int32_t run;                /* leaves passed in one direction without a seek between; < 0: to the left */
    uint32_t ahead;             /* leaves further on that were asked for and not reached yet */
    uint8_t *bookmark;          /* key, then data in a non-unique tree; one of bookmark_inline while that is enough */
    uint32_t bookmark_key_size;
    uint32_t bookmark_data_size;
    uint32_t bookmark_capacity;
    uint8_t *image; /* a copy of the entry's data, or older data where that is what the transaction sees */
    uint32_t image_capacity;
    uint8_t bookmark_inline[2][TREE_INLINE_BOOKMARK];
};

void tree_cursor_init(struct tree_cursor *cursor, const struct tree *tree, struct txn *txn);
void tree_cursor_close(struct tree_cursor *cursor);
/* *to, which is not initialised before, becomes a cursor of the same place.  On
 * failure it is an initialised cursor that is nowhere. */
JET_ERR tree_cursor_copy(struct tree_cursor *to, const struct tree_cursor *from);

/* Moves.  JET_errNoCurrentRecord past either end (state then says which).
 * From TREE_BEFORE, next lands on the bookmark's entry or its successor; and so on.
 * On success the cursor is TREE_ON and its bookmark is saved; no latch is held. */
JET_ERR tree_move_first(struct tree_cursor *cursor);
JET_ERR tree_move_last(struct tree_cursor *cursor);
JET_ERR tree_move_next(struct tree_cursor *cursor);
JET_ERR tree_move_prev(struct tree_cursor *cursor);
/* To the next entry whose key differs from the present one's (JET_bitMoveKeyNE); only non-unique trees differ from the plain moves. */
JET_ERR tree_move_next_key(struct tree_cursor *cursor);
JET_ERR tree_move_prev_key(struct tree_cursor *cursor);

/* Whether no entry behind the cursor's has its key, as can be told cheaply: entries
 * that are deleted count, and what begins the next leaf may count that has not quite
 * the same key (JET_bitCheckUniqueness). */
bool tree_is_last_of_key(struct tree_cursor *cursor);

enum tree_seek_mode
{
    TREE_SEEK_EQ, /* first entry with that key, else JET_errRecordNotFound */
    TREE_SEEK_GE, /* first entry with key >= : success if equal, JET_wrnSeekNotEqual if greater */
    TREE_SEEK_GT, /* first entry with key > */
    TREE_SEEK_LE, /* last entry with key <= : the FIRST of equal ones when equal; JET_wrnSeekNotEqual if less */
    TREE_SEEK_LT, /* last entry with key < */
};

/* Seeks a key.  When nothing qualifies: JET_errRecordNotFound, and the cursor
 * is left TREE_BEFORE (EQ, GE, LT) or TREE_AFTER (GT, LE) the key, with the key
 * as its bookmark, so that a move goes on from where the key would be.  Where
 * TREE_SEEK_GT and TREE_SEEK_LT find something, that is JET_errSuccess. */
JET_ERR tree_seek(struct tree_cursor *cursor, const uint8_t *key, uint32_t key_size, enum tree_seek_mode mode);
/* After a seek that found nothing: whether its way down ended at nothing at all,
 * or at an entry that this transaction does not see.  `past`: of TREE_SEEK_GT, behind
 * all entries with the key. */
bool tree_missed_hidden(struct tree_cursor *cursor, bool past);
/* Goes to the entry with this bookmark: JET_errRecordDeleted if it is not there
 * (then the state is TREE_BEFORE the place where it would be). data/data_size are 0 in a unique tree. */
JET_ERR tree_goto_bookmark(struct tree_cursor *cursor, const uint8_t *key, uint32_t key_size, const uint8_t *data,
                           uint32_t data_size);

/* On the entry with this bookmark without looking for it: whether it is there will be seen when it is used. */
JET_ERR tree_place_at(struct tree_cursor *cursor, const uint8_t *key, uint32_t key_size, const uint8_t *data,
                      uint32_t data_size);

/* Shows the entry the cursor is on, in place under a latch, or a copy of it if it
 * is small and its page as it was: the node's pointers are good until
 * tree_unlatch.  JET_errNoCurrentRecord when on nothing, JET_errRecordDeleted when
 * it is gone. */
JET_ERR tree_latch(struct tree_cursor *cursor, struct page_node *node);
void tree_unlatch(struct tree_cursor *cursor);

/*
 * The entry in place without any latch, of whatever size: true with its bytes in
 * cursor->node.data and data_size if its page is what it was when the cursor was
 * placed, and the transaction sees just that.  What is then read there, each byte
 * once, is to be believed only if tree_peek_valid() answers true afterwards.
 */
bool tree_peek_flagged(const struct tree_cursor *cursor);
static inline bool tree_peek(const struct tree_cursor *cursor)
{
#ifdef CACHE_COPY_PEEKS
    (void)cursor;
    return false;
#else
    return cursor->state == TREE_ON && cursor->viewed && cache_peek_valid(cursor->hint.page, cursor->hint.version) &&
           (cursor->plain || tree_peek_flagged(cursor));
#endif
}

static inline bool tree_peek_valid(const struct tree_cursor *cursor)
{
    return cache_peek_valid(cursor->hint.page, cursor->hint.version);
}

/* One lookup without a cursor's bookkeeping: latches the leaf holding the
 * entry with exactly this key (unique trees) and shows it.  JET_errRecordNotFound.
 * The way to long values and from an index entry to its record. */
JET_ERR tree_find(const struct tree *tree, struct txn *txn, const uint8_t *key, uint32_t key_size,
                  struct cache_page **page, struct page_node *node);

/* Compares the key of the entry that the cursor is on, as memcmp, without a latch. */
int tree_compare_key(const struct tree_cursor *cursor, const uint8_t *key, uint32_t key_size);

/* Estimated position of the cursor's entry, or of the place of its bookmark, as
 * (entries before it, entries), from the share of children passed at each level;
 * and the way back.  tree_position() cuts to 32 bits as JET_RECPOS does.
 * JET_errNoCurrentRecord when the cursor is nowhere or at an end;
 * JET_errRecordNotFound when there is no entry to go to. */
JET_ERR tree_position(struct tree_cursor *cursor, uint32_t *before, uint32_t *total);
JET_ERR tree_position64(struct tree_cursor *cursor, uint64_t *before, uint64_t *total);
JET_ERR tree_goto_position(struct tree_cursor *cursor, uint32_t before, uint32_t total);
JET_ERR tree_goto_position64(struct tree_cursor *cursor, uint64_t before, uint64_t total);

/* Starts reads of the leaves that hold these keys. Returns how many were considered. */
uint32_t tree_preread(const struct tree *tree, const uint8_t *const *keys, const uint32_t *sizes, uint32_t count,
                      bool forward);

/* The same of the leaves between two keys, the first of them at `start`, as many as one page above them names. */
struct tree_range_end
{
    const uint8_t *key;
    uint32_t size;
};
void tree_preread_range(const struct tree *tree, const struct tree_range_end *start, const struct tree_range_end *end,
                        bool forward);

/* What a tree's root says about its space: pages it owns, and those of them that
 * are free, from the space header or, where the tree has more than one extent, its
 * two space trees. */
JET_ERR tree_space_info(const struct tree *tree, uint32_t *owned_pages, uint32_t *available_pages);

/* The key of the last entry there is, be it deleted or of another transaction; *size 0: there is none.
 * JET_errInvalidBufferSize: it has more than `room` bytes. */
JET_ERR tree_last_key(const struct tree *tree, uint8_t *key, uint32_t room, uint32_t *size);

/* Whether there is no entry at all, be it deleted or of another transaction. */
JET_ERR tree_is_bare(const struct tree *tree, bool *bare);

/* The extents behind those sums, in the order of the space trees; those beyond `max`
 * are left out.  `available`: free ones, else owned ones. */
struct tree_extent
{
    uint32_t last;              /* page */
    uint32_t pages;
};

static inline uint32_t tree_extent_first(const struct tree_extent *extent)
{
    return extent->last - extent->pages + 1;
}

JET_ERR tree_space_extents(const struct tree *tree, bool available, struct tree_extent *extents, uint32_t max,
                           uint32_t *count);

#endif
