/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Leaves come to lie one behind the other in the file, in the order of their keys.
 *
 * Of the leaves below one page those are moved that are between runs long enough to
 * be left as they are; each such range goes to pages that follow each other.  What
 * counts as long, and that runs may go backwards, is ESE's rule (FBTICpgFragmentedRange).
 */
#include "maintain/private.h"

#define RUN_LEAST 16u  /* leaves that follow each other and are left where they are */
#define RUN_MOST  256u /* pages that are looked for at once */

struct ordering
{
    const struct tree *tree;
    const struct maintain_leave *leave;
    uint32_t *leaves, room;
    uint8_t *bytes; /* of an entry */
    struct tree_entry entry;
    uint32_t moved;
};

/* The end of the run that begins there. */
static uint32_t run_end(const uint32_t *leaves, uint32_t count, uint32_t at)
{
    for (at++; at < count; at++)
        if (leaves[at] != leaves[at - 1] + 1 && leaves[at] + 1 != leaves[at - 1])
            break;
    return at;
}

bool defragment_find_range(const uint32_t *leaves, uint32_t count, uint32_t *from, uint32_t *to)
{
    bool open = false;

    for (uint32_t at = *from, end; at < count; at = end)
    {
        end = run_end(leaves, count, at);
        *to = end - at >= RUN_LEAST ? at : count;
        if (open && (end - at >= RUN_LEAST || end == count) && *to - *from > RUN_LEAST)
            return true;
        if (end - at >= RUN_LEAST)
            open = false;
        else if (!open)
        {
            open = true;
            *from = at;
        }
    }
    return false;
}

static JET_ERR move_range(struct ordering *ordering, const uint32_t *leaves, uint32_t count)
{
    uint32_t near = 0;
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < count && maintain_goes_on(ordering->leave); i++)
    {
        if (i % RUN_MOST == 0)
            err = tree_make_run(ordering->tree, count - i < RUN_MOST ? count - i : RUN_MOST, &near);
        if (err >= 0)
            err = tree_first_below(ordering->tree, leaves[i], ordering->bytes, &ordering->entry);
        if (err >= 0)
            err = tree_move_page(ordering->tree, &ordering->entry, leaves[i], near, &near);
        if (err >= 0)
        {
            near++;
            ordering->moved++;
        }
        else if (err == JET_errRecordNotFound && near)
            err = JET_errSuccess; /* it is gone, or it is another's by now */
    }
    return err;
}

static JET_ERR order_below(struct ordering *ordering, uint32_t count)
{
    uint32_t from = 0, to = 0;
    JET_ERR err = JET_errSuccess;

    while (err >= 0 && maintain_goes_on(ordering->leave) && defragment_find_range(ordering->leaves, count, &from, &to))
    {
        err = move_range(ordering, ordering->leaves + from, to - from);
        from = to;
    }
    return err;
}

static JET_ERR order(struct ordering *ordering, struct txn *txn)
{
    struct tree_cursor cursor;
    uint32_t count = 1, next = 0;
    JET_ERR err;

    tree_cursor_init(&cursor, ordering->tree, txn);
    err = tree_move_first(&cursor);
    ordering->entry = (struct tree_entry){ cursor.bookmark, cursor.bookmark + cursor.bookmark_key_size,
                                           cursor.bookmark_key_size, cursor.bookmark_data_size };
    while (err >= 0 && count && maintain_goes_on(ordering->leave))
    {
        err = tree_read_leaves(ordering->tree, &ordering->entry, ordering->leaves, ordering->room, &count, &next);
        if (err >= 0)
            err = order_below(ordering, count);
        if (err < 0 || !next)
            break;
        err = tree_first_below(ordering->tree, next, ordering->bytes, &ordering->entry);
    }
    tree_cursor_close(&cursor);
    return err == JET_errNoCurrentRecord || err == JET_errRecordNotFound ? JET_errSuccess : err;
}

JET_ERR defragment_order(const struct tree *tree, struct txn *txn, const struct maintain_leave *leave, uint32_t *moved)
{
    uint32_t size = tree->file->page_size;
    struct ordering ordering = { .tree = tree, .leave = leave, .room = size / 8 };
    JET_ERR err = JET_errOutOfMemory;

    ordering.leaves = os_alloc_array(ordering.room, sizeof(*ordering.leaves));
    ordering.bytes = os_alloc((size_t)2 * size);
    if (ordering.leaves && ordering.bytes)
        err = order(&ordering, txn);
    os_free(ordering.leaves);
    os_free(ordering.bytes);
    *moved = ordering.moved;
    return err;
}
