/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the door (change.c) writes to the log.
 *
 * A change is logged between change_session_begin() and change_session_end(), as
 * part of the transaction that makes it or, if none does, of a little one of its
 * own; the pages are marked as dirty before the end, so that redo never begins
 * behind the beginning of a transaction that changed a page which is not on disk.
 *
 * Several pages: records between LOG_MACRO_BEGIN and LOG_MACRO_COMMIT.
 *
 * A version's before image is not in the record of the change, since redo finds
 * it on the page.  When the page goes to disk first it does not any more: then,
 * and when a node is about to move to another page, the image of each open
 * version is logged (LOG_UNDO_INFO).
 */
#ifndef ESENT_BTREE_CHANGE_LOG_H
#define ESENT_BTREE_CHANGE_LOG_H

#include "btree/write_private.h"
#include "log/log.h"

struct change_session
{
    struct txn *txn; /* NULL: a little transaction */
    struct txn_system system;
    struct txn_root *root; /* NULL: nothing is logged */
    uint16_t number;
    uint8_t level;
    uint32_t time;
    uint64_t start; /* where redo begins */
};

JET_ERR change_session_begin(struct tree_store *store, struct txn *txn, struct change_session *session);
void change_session_end(struct change_session *session);

/* One page.  *lgpos is the record's position. */
JET_ERR change_log(const struct change_session *session, const struct tree_change *change,
                   const struct version *version, const struct page_node *old, uint64_t dbtime, uint64_t *lgpos);

/* Several: restructure_log.c. */
JET_ERR restructure_log(const struct change_session *session, const struct tree_restructure *restructure,
                        const struct version *version, uint64_t dbtime, uint64_t *lgpos);

/* The record of an insertion; `dbtime_before` is LOG_DBTIME_NONE when it is part of a split. */
JET_ERR change_log_insert(const struct change_session *session, const struct tree_change *change, uint32_t rceid,
                          uint32_t pgno, uint64_t dbtime, uint64_t dbtime_before, uint64_t *lgpos);

/* The part that all records of pages begin with. */
void change_log_page(const struct change_session *session, const struct tree *tree, uint8_t type, uint32_t pgno,
                     uint64_t dbtime, uint64_t dbtime_before, struct log_page *page);

#endif
