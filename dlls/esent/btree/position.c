/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where an entry is among all, estimated from one descent: as if every page of a
 * level had as many lines as the one that is passed there.  The arithmetic is
 * that of the published source (ErrBTGetPosition, ErrBTDown with a fraction), so
 * that the same tree gives the same numbers.
 */
#include "btree/private.h"

JET_ERR tree_position64(struct tree_cursor *cursor, uint64_t *before, uint64_t *total)
{
    struct tree_target target;
    struct tree_leaf leaf;
    JET_ERR err;

    if (cursor->state != TREE_ON && cursor->state != TREE_BEFORE && cursor->state != TREE_AFTER)
        return JET_errNoCurrentRecord;
    tree_unlatch(cursor);
    cursor_target(cursor, TREE_AIM_LOWER, &target);
    err = tree_descend_counting(cursor->tree, &target, &leaf, before, total);
    if (err >= 0)
        leaf_unlatch(&leaf);
    return err;
}

JET_ERR tree_position(struct tree_cursor *cursor, uint32_t *before, uint32_t *total)
{
    uint64_t before64 = 0, total64 = 0;
    JET_ERR err = tree_position64(cursor, &before64, &total64);

    *before = (uint32_t)before64;
    *total = (uint32_t)total64;
    return err;
}

JET_ERR tree_goto_position64(struct tree_cursor *cursor, uint64_t before, uint64_t total)
{
    struct tree_target target = { .aim = TREE_AIM_FRACTION };
    struct tree_leaf leaf;
    struct page_node node;
    bool forward = true;
    JET_ERR err = TREE_RETRY;
    int tries;

    tree_unlatch(cursor);
    cursor->run = 0;
    cursor->ahead = 0;
    target.fraction = total ? (double)before / (double)total : 0.0;
    for (tries = 0; err == TREE_RETRY && tries < TREE_RETRIES; tries++)
    {
        err = tree_descend(cursor->tree, &target, &leaf);
        if (err < 0)
            return err;
        err = forward ? leaf_settle_next(cursor->tree, cursor->txn, NULL, &leaf, &node)
                      : leaf_settle_prev(cursor->tree, cursor->txn, NULL, &leaf, &node);
        if (err == JET_errNoCurrentRecord && forward)
        {
            forward = false;
            err = TREE_RETRY;
        }
    }
    if (err == JET_errNoCurrentRecord)
        err = JET_errRecordNotFound;
    if (err)
        return err < 0 ? err : JET_errBadPageLink;
    return cursor_place(cursor, &leaf, &node);
}

JET_ERR tree_goto_position(struct tree_cursor *cursor, uint32_t before, uint32_t total)
{
    return tree_goto_position64(cursor, before, total);
}
