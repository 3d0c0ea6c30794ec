/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetIntersectIndexes: records that are in the ranges of several indexes; see cursor.h. */
#include <stdlib.h>
#include <string.h>

#include "os/os.h"
#include "table/cursor_private.h"

#define INTERSECT_MAX 64

/* Bookmarks one after the other, each behind its size. */
struct marks
{
    uint8_t *bytes;
    size_t used, capacity;
    size_t *offsets;
    uint32_t count, offsets_capacity;
};

static uint32_t mark_size(const uint8_t *mark)
{
    return (uint32_t)mark[0] | (uint32_t)mark[1] << 8;
}

static int compare_marks(const uint8_t *a, const uint8_t *b)
{
    return key_compare(a + 2, mark_size(a), b + 2, mark_size(b));
}

static bool reserve(struct marks *marks, uint32_t size)
{
    if (marks->used + size + 2 > marks->capacity)
    {
        size_t capacity = marks->capacity ? marks->capacity * 2 : 65536;
        uint8_t *bytes = os_realloc(marks->bytes, capacity);
        if (!bytes)
            return false;
        marks->bytes = bytes;
        marks->capacity = capacity;
    }
    if (marks->count == marks->offsets_capacity)
    {
        uint32_t capacity = marks->offsets_capacity ? marks->offsets_capacity * 2 : 1024;
        size_t *offsets = os_realloc(marks->offsets, capacity * sizeof(*offsets));
        if (!offsets)
            return false;
        marks->offsets = offsets;
        marks->offsets_capacity = capacity;
    }
    return true;
}

/* A stable order is not needed: equal marks are the same. */
static void sift(const struct marks *marks, uint32_t from, uint32_t end)
{
    size_t *offsets = marks->offsets;

    for (uint32_t child; (child = 2 * from + 1) < end; from = child)
    {
        size_t swap;
        if (child + 1 < end && compare_marks(marks->bytes + offsets[child], marks->bytes + offsets[child + 1]) < 0)
            child++;
        if (compare_marks(marks->bytes + offsets[from], marks->bytes + offsets[child]) >= 0)
            return;
        swap = offsets[from];
        offsets[from] = offsets[child];
        offsets[child] = swap;
    }
}

/* Heap sort, since the comparison needs the bytes, then equal ones are dropped. */
static void sort_marks(struct marks *marks)
{
    uint32_t kept = 0;

    for (uint32_t i = marks->count / 2; i-- > 0;)
        sift(marks, i, marks->count);
    for (uint32_t end = marks->count; end > 1;)
    {
        size_t swap = marks->offsets[0];
        marks->offsets[0] = marks->offsets[--end];
        marks->offsets[end] = swap;
        sift(marks, 0, end);
    }
    for (uint32_t i = 1; i < marks->count; i++)
    {
        if (compare_marks(marks->bytes + marks->offsets[kept], marks->bytes + marks->offsets[i]))
            marks->offsets[++kept] = marks->offsets[i];
    }
    if (marks->count)
        marks->count = kept + 1;
}

static JET_ERR add_mark(struct cursor *cursor, struct marks *marks)
{
    uint8_t scratch[KEY_MAX];
    const uint8_t *bookmark;
    uint32_t size;
    JET_ERR err = cursor_bookmark(cursor, scratch, &bookmark, &size);

    if (err < 0)
        return err;
    if (!reserve(marks, size))
        return JET_errOutOfMemory;
    marks->offsets[marks->count++] = marks->used;
    marks->bytes[marks->used] = (uint8_t)size;
    marks->bytes[marks->used + 1] = (uint8_t)(size >> 8);
    memcpy(marks->bytes + marks->used + 2, bookmark, size);
    marks->used += size + 2;
    return JET_errSuccess;
}

/* Bookmarks from the cursor's place to the end of its range.  The cursor is moved there. */
static JET_ERR collect(struct cursor *cursor, struct marks *marks)
{
    JET_ERR err = cursor_refresh(cursor);

    if (err >= 0 && place_state(cursor) != TREE_ON)
        err = JET_errNoCurrentRecord;
    if (err < 0)
        return err;
    while (err >= 0)
    {
        err = add_mark(cursor, marks);
        if (err >= 0)
            err = cursor_step(cursor, true, false);
    }
    if (err != JET_errNoCurrentRecord)
        return err;
    sort_marks(marks);
    return JET_errSuccess;
}

static bool contains(const struct marks *marks, const uint8_t *mark)
{
    uint32_t low = 0, high = marks->count;

    while (low < high)
    {
        uint32_t middle = low + (high - low) / 2;
        int order = compare_marks(marks->bytes + marks->offsets[middle], mark);
        if (!order)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static JET_ERR make_list(struct cursor *cursor, const struct marks *all, uint32_t count, struct cursor **list,
                         JET_COLUMNID *columnid, uint32_t *records)
{
    /* a long value, as a bookmark may have more than the 255 bytes of a short one */
    JET_COLUMNDEF column = { .cbStruct = sizeof(column), .coltyp = JET_coltypLongBinary, .grbit = JET_bitColumnTTKey };
    struct temp_options options = { .grbit = JET_bitTTUnique | JET_bitTTScrollable, .key_max = KEY_MAX };
    JET_ERR err = temp_create(cursor->txn, &column, 1, &options, columnid, list);

    for (uint32_t i = 0; err >= 0 && i < all[0].count; i++)
    {
        const uint8_t *mark = all[0].bytes + all[0].offsets[i];
        struct temp_value value = { *columnid, mark + 2, mark_size(mark) };
        bool everywhere = true;

        for (uint32_t k = 1; everywhere && k < count; k++)
            everywhere = contains(&all[k], mark);
        if (everywhere)
            err = temp_insert(*list, &value, 1);
    }
    if (err >= 0)
        err = temp_finish(*list);
    if (err >= 0)
        *records = temp_count(*list);
    else if (*list)
    {
        cursor_close(*list);
        *list = NULL;
    }
    return err;
}

bool cursor_can_intersect(const struct cursor *cursor, const struct cursor *other)
{
    /* States of one table share its trees. */
    return cursor->index && other->index && cursor->table->records == other->table->records &&
           cursor->index->tree != other->index->tree;
}

JET_ERR cursor_intersect(struct cursor *const *cursors, uint32_t count, struct cursor **list, JET_COLUMNID *columnid,
                         uint32_t *records)
{
    struct marks *all;
    JET_ERR err = JET_errSuccess;

    *list = NULL;
    *records = 0;
    if (!count || count > INTERSECT_MAX)
        return JET_errInvalidParameter;
    all = os_alloc_array(count, sizeof(*all));
    if (!all)
        return JET_errOutOfMemory;
    for (uint32_t i = 0; err >= 0 && i < count; i++)
        err = collect(cursors[i], &all[i]);
    if (err >= 0)
        err = make_list(cursors[0], all, count, list, columnid, records);
    for (uint32_t i = 0; i < count; i++)
    {
        os_free(all[i].bytes);
        os_free(all[i].offsets);
    }
    os_free(all);
    return err;
}
