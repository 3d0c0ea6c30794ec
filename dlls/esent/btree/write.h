/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changing trees.
 *
 * A struct tree_store is what all trees of one database file share when they
 * are written: the file, the log (NULL: nothing is logged), the clock of changes
 * (dbtime), and the locks of structures and space.  A cache_file's `owner` is
 * its tree_store, or NULL if nothing is ever written to the file.
 *
 * Every change of a page goes through tree_apply() (change.c): it makes the
 * version, appends the log record, changes the bytes and stamps the page with a
 * new dbtime and the record's position.  tree_apply_pages() is the same for the
 * pages that a split or a merge changes together.
 *
 * An entry is changed under the exclusive latch of its leaf, which a descent
 * reaches as a reader does.  If the leaf has no room, the tree's structure has
 * to change: that is done by one thread at a time per tree, with pages taken
 * from space before any page is latched, and latches taken from the parent down
 * and from left to right.  A reader that was on its way sees that the parent
 * changed and starts over.  An inner page that has no room for one more child is
 * split first, from what its own parent has room for, so that a split never
 * holds more than one level and the one above it.  (Lehman and Yao's right links,
 * 1981, would let splits go without the parent's latch; ESE's pages keep no
 * high key, so a reader could not tell that it has to go right.)
 *
 * Deleting marks the entry; it leaves the page when no transaction can see it
 * any more, and a page that is left empty leaves the tree.  No leaf but the root
 * is ever empty: the last entry goes together with its page.
 *
 * A rollback finds room where it needs it: bytes that a transaction gave up on a
 * page stay reserved there (`uncommitted free` of the page) while it may want them
 * back, and if a split took them apart, undoing splits again.
 *
 * Space: see space.h.
 *
 * Lock order: the tree's structure; store->space (under which no other structure
 * is locked; the structure of space trees changes under it); then page latches;
 * then versions; then the log's buffer.  The structure locks are a few, chosen
 * by hash of the root page: a thread never holds two.
 */
#ifndef ESENT_BTREE_WRITE_H
#define ESENT_BTREE_WRITE_H

#include "btree/btree.h"
#include "btree/space.h"
#include "txn/txn.h"
#include "txn/version.h"

struct log;

#define TREE_STRUCTURE_LOCKS 64u
#define TREE_LAST_LEAVES     64u

/* Where redo begins for a change of a page that is not logged: it need not be redone. */
#define TREE_NOT_LOGGED (UINT64_MAX - 1)

struct tree_store
{
    struct cache_file *file;
    struct txn_root *txns;    /* whose versions entries have; NULL: none have */
    struct log *log;          /* NULL: recovery is off */
    uint8_t log_database;     /* this database's id in the log */
    uint32_t id;              /* unique among open databases, for versions */
    _Atomic uint64_t dbtime;  /* given out last */
    _Atomic uint32_t pages;   /* of the file */
    bool redoing;             /* its log is being replayed: what open changes need to be undone is not logged */
    bool trusting;            /* in redo: a page that the checksum's code put right is right */
    uint32_t extension_pages; /* JET_paramDbExtensionSize */
    uint32_t most_pages;      /* the file grows no further; 0: no limit */
    uint32_t shrink_to;       /* pages behind this one are not given to anybody; 0: all are.  Under `space`. */
    struct os_rwlock space;   /* which page belongs to which tree, and which are free */
    struct os_rwlock structure[TREE_STRUCTURE_LOCKS];
    /* The last leaves of trees to which entries were appended, by hash of the root: page << 32 | root. */
    _Atomic uint64_t last_leaf[TREE_LAST_LEAVES];
};

/* Prepares a store for a file that is open; nothing is read.  *file->owner becomes the store. */
void tree_store_init(struct tree_store *store, struct cache_file *file, struct txn_root *txns, struct log *log,
                     uint32_t id, uint64_t dbtime, uint32_t pages);

/*
 * ---- entries ----
 *
 * Where a transaction is given that is at level 1 or deeper, the change can be
 * rolled back and others see it when it has committed.  Without one (NULL, or at
 * level 0) it is done for good, and a deletion takes the entry off its page.
 *
 * Errors of all: JET_errDiskFull, JET_errOutOfDatabaseSpace, JET_errLogWriteFail, JET_errOutOfMemory,
 * JET_errVersionStoreOutOfMemory, JET_errRecordTooBig, and those of reading.
 */

/*
 * Inserts an entry.  JET_errKeyDuplicate if the key is there, also when another
 * transaction's insert or delete of it is not decided or was decided after this
 * one began; in a tree that is not unique JET_errMultiValuedIndexViolation if
 * the very entry is there.  `append`: keys come in ascending order.
 */
JET_ERR tree_insert(const struct tree *tree, struct txn *txn, const uint8_t *key, uint32_t key_size,
                    const uint8_t *data, uint32_t data_size, bool append);

/* Replaces the data of the entry that the cursor is on; of a unique tree only.
 * JET_errWriteConflict, JET_errRecordDeleted, JET_errNoCurrentRecord. */
JET_ERR tree_replace(struct tree_cursor *cursor, const uint8_t *data, uint32_t data_size);

/* Deletes it.  The cursor stays, on a deleted entry.  Errors as above. */
JET_ERR tree_delete(struct tree_cursor *cursor);

/* By bookmark, without a cursor: entries of secondary indexes.  JET_errRecordNotFound, JET_errWriteConflict. */
JET_ERR tree_delete_entry(const struct tree *tree, struct txn *txn, const uint8_t *key, uint32_t key_size,
                          const uint8_t *data, uint32_t data_size);

/* Adds to a 4- or 8-byte number at `offset` of the entry's data; commutes with
 * other transactions' deltas (escrow columns, reference counts).  *before (may be NULL)
 * is the number as this transaction saw it. */
JET_ERR tree_delta(struct tree_cursor *cursor, uint32_t offset, uint32_t size, int64_t delta, int64_t *before);

/* What other transactions, that this one does not see, added to the number at
 * `offset` of the entry the cursor has latched: to be taken off what is there. */
int64_t tree_others_delta(struct tree_cursor *cursor, uint32_t offset);

/*
 * The same for escrow columns, as Windows' engine does it: at the cursor's bookmark
 * wherever the cursor is, and although the entry may be marked deleted.
 * JET_errWriteConflict comes before JET_errRecordDeleted, which means that the entry
 * has left its page.  `versioned` false: it cannot be rolled back and is seen at
 * once.  *before is what the page had, others' changes included.
 */
JET_ERR tree_escrow(struct tree_cursor *cursor, uint32_t offset, uint32_t size, int64_t delta, bool versioned,
                    int64_t *before);

/* Locks the place of the cursor, which is on an entry, against other transactions (JetGetLock);
 * `read`: against their writing only.  The entry may be deleted.  JET_errWriteConflict. */
JET_ERR tree_lock(struct tree_cursor *cursor, bool read);
/* The same of a key that need not be there. */
JET_ERR tree_lock_key(const struct tree *tree, struct txn *txn, const uint8_t *key, uint32_t key_size, bool read);

/* Whether who changed or locked the place of the cursor last is another transaction, and still open. */
bool tree_is_others(struct tree_cursor *cursor);

/* Lets the leaf on which this entry is go, or go into its right neighbour, if there is little left on it; *freed is
 * how many pages went. */
JET_ERR tree_defragment(const struct tree *tree, const uint8_t *key, uint32_t key_size, const uint8_t *data,
                        uint32_t data_size, uint32_t *freed);

/*
 * Moves a page of the tree that is not its root, a leaf or not, to another place in the file; `near` is where
 * that is looked for first.  *moved_to (may be NULL) is its number then.  The entry is any that is on the page or
 * below it.  JET_errRecordNotFound: the page is not where the entry is, or is the root.  Errors of taking a page.
 */
struct tree_entry
{
    const uint8_t *key, *data;
    uint32_t key_size, data_size;
};
JET_ERR tree_move_page(const struct tree *tree, const struct tree_entry *entry, uint32_t pgno, uint32_t near,
                       uint32_t *moved_to);

/* The first entry on a page or below it; `bytes`, of two pages, is where its key and data are put.
 * JET_errRecordNotFound: there is none. */
JET_ERR tree_first_below(const struct tree *tree, uint32_t pgno, uint8_t *bytes, struct tree_entry *entry);
/* The leaves that the page above that of the entry names, from that one on, `room` at most, and the leaf behind them
 * (0: none).  None at all of a tree that is one leaf. */
JET_ERR tree_read_leaves(const struct tree *tree, const struct tree_entry *entry, uint32_t *leaves, uint32_t room,
                         uint32_t *count, uint32_t *next);
/* Lets the tree have that many available pages that follow each other; *first is the first of them.
 * JET_errRecordNotFound: it is too small for that.  Errors of taking a page. */
JET_ERR tree_make_run(const struct tree *tree, uint32_t pages, uint32_t *first);

/*
 * Takes the next `count` numbers of those that a tree's root keeps: the first is *before + 1.
 * JET_wrnColumnNull: this root keeps none, as in databases of formats before 1568.30.
 */
JET_ERR tree_reserve_numbers(const struct tree *tree, uint32_t count, uint64_t *before);
/* Replaces the external header of a tree's root (auto-increment). */
JET_ERR tree_set_root_header(const struct tree *tree, const uint8_t *bytes, uint32_t size);

/*
 * ---- one change of one page, and of several: what the log tells of, and redo applies ----
 */

enum tree_change_kind
{
    TREE_CHANGE_INSERT,   /* a new node, before `line` */
    TREE_CHANGE_REVIVE,   /* the deleted node at `line` lives again, with this data */
    TREE_CHANGE_REPLACE,  /* its data */
    TREE_CHANGE_DELETE,   /* it is marked deleted */
    TREE_CHANGE_UNDELETE, /* and no longer */
    TREE_CHANGE_DELTA,    /* `delta` is added to the number of `delta_size` bytes at `offset` of its data */
    TREE_CHANGE_LOCK,     /* nothing, but nobody else may change it */
    TREE_CHANGE_REMOVE,   /* it leaves the page */
    TREE_CHANGE_EXTERNAL, /* the external header becomes `data` */
};

/* A change of one page, which is latched exclusively. */
struct tree_change
{
    enum tree_change_kind kind;
    const struct tree *tree;
    struct txn *txn;        /* makes a version; NULL: nobody may see what was before, and it is not undone */
    struct version *undoes; /* or this is the undoing of that one */
    bool undoes_data;       /* of its data only: it stays in its chain */
    struct cache_page *page;
    uint32_t line;
    const uint8_t *key; /* of the node */
    uint32_t key_size;
    const uint8_t *data; /* the new one; in a tree that is not unique the node's, whatever the change */
    uint32_t data_size;
    uint32_t offset, delta_size;
    int64_t delta;
    bool read_lock;         /* of a lock */
};

/* One of several pages that a change of structure changes together, in two ways:
 * all of its bytes (`image`, of the page's size), or links and one node only. */
struct tree_page_change
{
    struct cache_page *page; /* latched exclusively; NULL: there is none */
    const uint8_t *image;
    bool set_prev, set_next;
    uint32_t prev, next;
};

enum tree_restructure_kind
{
    TREE_SPLIT_ROOT,  /* vertically: what the root had goes to a new page */
    TREE_SPLIT_RIGHT, /* the upper part of a page goes to a new page on its right */
    TREE_MERGE_RIGHT, /* all of a page goes to its right neighbour */
    TREE_MERGE_EMPTY, /* a page, or a chain of pages with one child each, that has nothing left */
    TREE_FORMAT,      /* new pages of their own: roots */
    TREE_PAGE_MOVE,   /* all of a page goes to a new one */
    TREE_ROOT_MOVE,   /* the same of a root and of those of its space */
};

#define TREE_RESTRUCTURE_PAGES 128
#define TREE_DEPTH_MOST 32

/* What the record of a split says beyond the pages' images. */
struct tree_split_facts
{
    struct cache_page *page, *fresh, *right, *parent; /* the last two may be NULL */
    uint8_t type, operation;                          /* LOG_SPLIT_... */
    uint16_t operation_line, split_line, lines;       /* with what is inserted */
    uint16_t parent_line;
    int32_t prefix_line_old, prefix_line_new;         /* whose keys are prefixes, counted on their pages; -1: none */
    const uint8_t *prefix_old, *prefix_new;           /* of the page, before and after */
    uint32_t prefix_old_size, prefix_new_size;
    const uint8_t *separator;
    uint32_t separator_size;
    uint32_t page_flags, fresh_flags;
    uint32_t uncommitted_old, uncommitted_new;
};

/* One page on the way from the highest that changes to the leaf. */
struct tree_merge_level
{
    struct cache_page *page;
    uint16_t line;    /* of the child */
    uint8_t flags;    /* LOG_MERGE_... */
};

struct tree_merge_facts
{
    struct tree_merge_level level[TREE_DEPTH_MOST];
    uint32_t levels;
    struct cache_page *left, *right;
    uint8_t type; /* LOG_MERGE_... */
    uint32_t size, uncommitted;
    const uint8_t *separator;
    uint32_t separator_size;
};

/* New roots. */
struct tree_format_facts
{
    uint32_t parent, pages, page_flags;
    bool multiple, converts;
    uint32_t available;                       /* bits, of a tree that gets trees of space */
    uint32_t second_first, second_pages;      /* its second extent */
};

/* A page that moves. */
struct tree_move_facts
{
    struct cache_page *page, *fresh, *left, *right, *parent; /* the neighbours may be NULL */
    const uint8_t *image;                                    /* of the page, its free bytes in one piece */
    int32_t parent_line;
    uint32_t root_flags;                                     /* LOG_PAGE_MOVE_..., of a root */
};

/* Roots that move: what they were is in the record of each. */
struct tree_root_facts
{
    struct tree_move_facts move[3];
    const struct tree_change *changes; /* of pages that name the root: each is in the image of its page, too */
    uint32_t change_count;
};

/* A change of several pages: all of it or nothing is in the log. */
struct tree_restructure
{
    enum tree_restructure_kind kind;
    const struct tree *tree;
    struct tree_page_change page[TREE_RESTRUCTURE_PAGES];
    uint32_t pages;
    const struct tree_change *insert; /* that is part of it, or NULL: its version is made; the images have it */
    struct txn *txn;                  /* whose records it is among; NULL: nobody's */
    union
    {
        struct tree_split_facts split;
        struct tree_merge_facts merge;
        struct tree_format_facts format;
        struct tree_move_facts move;
        struct tree_root_facts roots;
    };
};

void tree_restructure_add(struct tree_restructure *restructure, struct cache_page *page, const uint8_t *image);
void tree_restructure_link(struct tree_restructure *restructure, struct cache_page *page, bool next, uint32_t pgno);

/*
 * Redo of a change that a record tells of: nothing is logged and no version made, the
 * page gets the record's dbtime and position; `first` is where its transaction began.  With a txn the node is marked as
 * versioned.  The page is latched exclusively and is known to need the change; that
 * the record fits it is checked here.  TREE_CHANGE_REPLACE and _REVIVE need no key,
 * an INSERT's is whole.  `undoes` is what a LOG_UNDO undoes: it stays in its chain.
 * JET_errDatabaseCorrupted: the page has no such line, or no room.
 */
JET_ERR tree_redo(const struct tree_change *change, uint64_t dbtime, uint64_t lgpos, uint64_t first);

/*
 * Makes the version of a change by change->txn (see version_redo); `image` is the data
 * before, of a replacement.  An entry that is inserted anew where a deleted one
 * lies gets two, as in the log: its insertion and, where data changed, its replacement.
 */
JET_ERR tree_redo_version(const struct tree_change *change, const uint8_t *image, uint32_t image_size, uint32_t rceid,
                          struct version **version);
/* The version of the entry with that name; NULL: none. */
struct version *tree_redo_find(const struct tree_change *change, uint32_t rceid);

/* ---- for the version store ---- */

/* Undoes what a version tells of, of a transaction that rolls back; takes the
 * version out of its chain.  Its owner is a tree_store.  JET_errSuccess if there
 * is nothing of a tree to be undone. */
JET_ERR tree_undo(struct txn *txn, struct version *version);

/* Before a page of a tree_store's file is written: logs what it takes to undo open changes on it.
 * *lgpos: the log must be durable up to there as well, to undo those, or to know that others are committed;
 * 0: it need not.  JET_wrnRemainingVersions: while redo goes on it must stay, as what is needed to undo what
 * is on it is known from the page alone. */
JET_ERR tree_page_leaving(struct cache_file *file, struct cache_page *page, uint64_t *lgpos);

/* A version that is out of its chain is dropped: a deleted entry without versions leaves its page. */
void tree_expire(struct version *version);

/* Takes out a deleted entry whose versions are gone. */
JET_ERR tree_remove_deleted(const struct tree *tree, const uint8_t *key, uint32_t key_size, const uint8_t *data,
                            uint32_t data_size);

#endif
