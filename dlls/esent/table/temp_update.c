/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rows of a temporary table that a program inserts, replaces and deletes.
 *
 * A table that is only sorted takes rows as they come and drops equal ones when
 * it is put in order, which the first move does.  One that can be updated or is
 * indexed is always in order, and an equal key is an error at once.
 */
#include <string.h>

#include "os/os.h"
#include "table/update_private.h"

static bool is_table(const struct temp_table *temp)
{
    return temp->grbit & (JET_bitTTUpdatable | JET_bitTTIndexed | JET_bitTTForceMaterialization);
}

/* The first row that is not less than this one, by key and then by number. */
static uint32_t place_of(const struct temp_table *temp, const struct temp_row *row, bool *equal)
{
    uint32_t low = 0, high = temp->count;

    *equal = false;
    while (low < high)
    {
        uint32_t middle = low + (high - low) / 2;
        const struct temp_row *other = temp->rows[middle];
        int order = key_compare(other->bytes, other->key_size, row->bytes, row->key_size);

        if (!order)
            *equal = true;
        if (order < 0 || (!order && other->number < row->number))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static JET_ERR give_bookmark(const struct temp_row *row, void *bookmark, uint32_t most, uint32_t *actual)
{
    if (bookmark && row->key_size > most)
        return JET_errBufferTooSmall;
    if (actual)
        *actual = row->key_size;
    if (bookmark)
        memcpy(bookmark, row->bytes, row->key_size);
    return JET_errSuccess;
}

JET_ERR temp_update_insert(struct cursor *cursor, struct record record, void *bookmark, uint32_t bookmark_max,
                           uint32_t *actual)
{
    struct temp_table *temp = cursor->temp;
    struct temp_row *row;
    uint32_t at;
    bool equal;
    JET_ERR err = temp_new_row(cursor, record, &row);

    if (err >= 0)
        err = give_bookmark(row, bookmark, bookmark_max, actual);
    if (err < 0)
        return err;
    if (!is_table(temp))
        return temp_add_row(temp, row);
    temp_order(temp);
    at = place_of(temp, row, &equal);
    if (equal)
        return JET_errKeyDuplicate;
    err = temp_add_row(temp, row);
    if (err < 0)
        return err;
    memmove(&temp->rows[at + 1], &temp->rows[at], (temp->count - 1 - at) * sizeof(*temp->rows));
    temp->rows[at] = row;
    temp->finished = true;
    if (cursor->row_state != TREE_NOWHERE && cursor->row >= at)
        cursor->row++;
    return JET_errSuccess;
}

JET_ERR temp_update_replace(struct cursor *cursor, struct record record)
{
    struct temp_table *temp = cursor->temp;
    const struct temp_row *old;
    struct temp_row *row;
    JET_ERR err = temp_current(cursor, &old);

    if (err < 0)
        return err;
    err = temp_new_row(cursor, record, &row);
    if (err < 0)
        return err;
    if (!temp->form.columns)
    {
        memcpy(row->bytes, old->bytes, row->key_size);
        temp->inserted--;
    }
    row->number = old->number;
    if (key_compare(old->bytes, old->key_size, row->bytes, row->key_size))
        return JET_errRecordPrimaryChanged;
    temp->rows[cursor->row] = row;
    return JET_errSuccess;
}

JET_ERR temp_update_delete(struct cursor *cursor)
{
    struct temp_table *temp = cursor->temp;
    const struct temp_row *row;
    JET_ERR err = cursor_refresh(cursor);

    if (err >= 0)
        err = temp_current(cursor, &row);
    if (err < 0)
        return err;
    memmove(&temp->rows[cursor->row], &temp->rows[cursor->row + 1],
            (--temp->count - cursor->row) * sizeof(*temp->rows));
    /* Between its neighbours: the next move forward is to the row that took its place. */
    cursor->row_state = TREE_BEFORE;
    return JET_errSuccess;
}
