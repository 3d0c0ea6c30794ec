/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changing trees.
 *
 * A struct tree_store is what all trees of one database file share when they
 * are written: the file, the log (NULL: nothing is logged), the clock of changes
 * (dbtime), and the lock of the database's root space.  A cache_file's `owner`
 * is its tree_store.
 *
 * Every change of a page goes through tree_apply() (change.c): it makes the
 * version, appends the log record, changes the bytes and stamps the page with a
 * new dbtime and the record's position.  Redo enters below the first two steps.
 *
 * An entry is changed under the exclusive latch of its leaf, which a descent
 * reaches as a reader does.  If the leaf has no room, the tree's structure has
 * to change: that is done by one thread at a time per tree (tree->structure),
 * with pages taken from space before any page is latched, and latches taken
 * from the parent down and from left to right.  A reader that was on its way
 * sees that the parent changed and starts over.
 *
 * Deleting marks the entry; it leaves the page when no transaction can see it
 * any more (tree_remove_deleted), and a page that is left empty leaves the tree.
 *
 * Lock order: tree->structure of a table's tree, of its space trees, of the
 * database's root space; then page latches; then versions, then the log's buffer.
 */
#ifndef ESENT_BTREE_WRITE_H
#define ESENT_BTREE_WRITE_H

#include "btree/btree.h"
#include "txn/txn.h"

struct log;

struct tree_store
{
    struct cache_file *file;
    struct log *log;                    /* NULL: recovery is off */
    uint8_t log_database;               /* this database's id in the log */
    uint32_t id;                        /* unique among open databases, for versions */
    _Atomic uint64_t dbtime;            /* given out last */
    _Atomic uint32_t pages;             /* of the file */
    uint32_t extension_pages;           /* JET_paramDbExtensionSize */
    struct os_rwlock space;             /* the root space trees (root page 1) */
};

/* ---- entries ---- */

/*
 * Inserts an entry.  JET_errKeyDuplicate if it is there and visible or being
 * inserted by an open transaction (then JET_errWriteConflict), JET_errWriteConflict
 * if another transaction deleted it after this one began, JET_errDiskFull,
 * JET_errLogWriteFail, JET_errOutOfMemory, JET_errVersionStoreOutOfMemory.
 * `append`: keys come in ascending order (splits leave the left page full).
 */
JET_ERR tree_insert(struct tree *tree, struct txn *txn, const uint8_t *key, uint32_t key_size, const uint8_t *data,
                    uint32_t data_size, bool append);

/* Replaces the data of the entry that the cursor is on.  JET_errWriteConflict, JET_errRecordDeleted. */
JET_ERR tree_replace(struct tree_cursor *cursor, const uint8_t *data, uint32_t data_size);

/* Deletes it.  The cursor stays, on a deleted entry. */
JET_ERR tree_delete(struct tree_cursor *cursor);

/* By bookmark, without a cursor: entries of secondary indexes. */
JET_ERR tree_delete_entry(struct tree *tree, struct txn *txn, const uint8_t *key, uint32_t key_size,
                          const uint8_t *data, uint32_t data_size);

/* Adds to a 4- or 8-byte number at `offset` of the entry's data; commutes with
 * other transactions' deltas (escrow columns, reference counts).  *before is the
 * number as this transaction saw it. */
JET_ERR tree_delta(struct tree_cursor *cursor, uint32_t offset, uint32_t size, int64_t delta, int64_t *before);

/* Write-locks the entry that the cursor is on against other transactions (JetGetLock). */
JET_ERR tree_lock(struct tree_cursor *cursor);

/* ---- trees ---- */

/* Creates an empty tree whose space comes from `parent`'s (NULL: the database's
 * root space); `pages` are its own from the start.  *root is its root page. */
JET_ERR tree_create(struct tree_store *store, struct txn *txn, const struct tree *parent, uint32_t objid, bool unique,
                    uint32_t page_kind, uint32_t pages, uint32_t *root);

/* Gives back the space of a tree and of all it contains.  Nobody may use it any more. */
JET_ERR tree_destroy(struct tree_store *store, const struct tree *parent, uint32_t root);

/* Takes out a deleted entry whose versions are gone; called by version cleanup. */
JET_ERR tree_remove_deleted(struct tree *tree, const uint8_t *key, uint32_t key_size, const uint8_t *data,
                            uint32_t data_size);

#endif
