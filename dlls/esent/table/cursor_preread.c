/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetPrereadKeys and JetPrereadIndexRanges; see cursor.h.  Arguments are checked as the
 * reference does; what is then read is a hint to the cache. */
#include <stdlib.h>
#include <string.h>

#include "os/os.h"
#include "table/cursor_private.h"
#include "table/long_value_key.h"
#include "table/retrieve.h"

#define PREREAD_KEYS       256 /* at most, in one call */
#define PREREAD_VALUES     256 /* long values */
#define PREREAD_LONG_PAGES 256 /* of theirs */
#define VALUE_PAGES        16  /* of one of them, unless only its first is wanted */
#define RANGE_BITS                                                                                                     \
    (JET_bitPrereadForward | JET_bitPrereadBackward | JET_bitPrereadFirstPage | JET_bitPrereadNormalizedKey)

static uint32_t preread(struct cursor *cursor, const uint8_t *const *keys, const uint32_t *sizes, uint32_t count,
                        bool forward)
{
    if (cursor->temp)
        return count;
    return tree_preread(cursor_tree(cursor)->tree, keys, sizes, count, forward);
}

JET_ERR cursor_preread_keys(struct cursor *cursor, const void *const *keys, const JET_ULONG *sizes, int32_t count,
                            JET_LONG *considered, JET_GRBIT grbit)
{
    uint32_t key_max = cursor->form.columns ? cursor->form.key_max : 4;
    const uint8_t *pointers[PREREAD_KEYS];
    uint32_t lengths[PREREAD_KEYS], n;

    if (considered)
        *considered = 0;
    if (!keys || !sizes || count <= 0)
        return JET_errInvalidParameter;
    if (grbit != JET_bitPrereadForward && grbit != JET_bitPrereadBackward)
        return JET_errInvalidGrbit;
    for (int32_t i = 0; i < count; i++)
    {
        if (!keys[i])
            return JET_errInvalidParameter;
        if (!sizes[i] || sizes[i] > key_max)
            return JET_errInvalidBufferSize;
        if (i)
        {
            int order = key_compare(keys[i - 1], sizes[i - 1], keys[i], sizes[i]);
            if (grbit == JET_bitPrereadForward ? order > 0 : order < 0)
                return JET_errInvalidParameter;
        }
    }
    n = count < PREREAD_KEYS ? (uint32_t)count : PREREAD_KEYS;
    for (uint32_t i = 0; i < n; i++)
    {
        pointers[i] = keys[i];
        lengths[i] = sizes[i];
    }
    n = preread(cursor, pointers, lengths, n, grbit == JET_bitPrereadForward);
    if (considered)
        *considered = (JET_LONG)(n ? n : 1);
    return JET_errSuccess;
}

/* ---------------------------------------------------------------- ranges --- */

/* Makes the key of one end of a range: its columns, then a limit.  It is made as the cursor's own search key, as in
 * Windows: that stays, and is what an end without columns gets. */
static JET_ERR make_end(struct cursor *cursor, const JET_INDEX_COLUMN *columns, uint32_t count, bool start,
                        struct search_key *key)
{
    if (count && !columns)
        return JET_errInvalidParameter;
    for (uint32_t i = 0; i < count; i++)
    {
        bool last = i == count - 1;
        JET_GRBIT grbit = i ? 0 : JET_bitNewKey;
        JET_ERR err;

        if (columns[i].relop != JET_relopEquals && (!last || columns[i].relop != JET_relopPrefixEquals))
            return JET_errInvalidParameter;
        if ((columns[i].grbit & ~(JET_GRBIT)JET_bitZeroLength) ||
            (columns[i].grbit == JET_bitZeroLength && columns[i].cb))
            return JET_errInvalidParameter;
        if (columns[i].grbit & JET_bitZeroLength)
            grbit |= JET_bitKeyDataZeroLength;
        if (last && columns[i].relop == JET_relopPrefixEquals)
            grbit |= start ? JET_bitPartialColumnStartLimit : JET_bitPartialColumnEndLimit;
        else if (last)
            grbit |= start ? JET_bitFullColumnStartLimit : JET_bitFullColumnEndLimit;
        err = cursor_make_key(cursor, columns[i].pv, columns[i].cb, grbit);
        if (err < 0)
            return err;
    }
    if (!cursor->key.data || !cursor->key.size)
        return JET_errKeyNotMade;
    key->size = cursor->key.size;
    memcpy(key->data, cursor->key.data, key->size);
    return JET_errSuccess;
}

static JET_ERR check_columns(const struct cursor *cursor, const JET_COLUMNID *columns, uint32_t count)
{
    if (count && cursor->index)
        return JET_errInvalidPreread;
    if (count && !columns)
        return JET_errInvalidParameter;
    for (uint32_t i = 0; i < count; i++)
    {
        const struct column *column;
        if (COLUMNID_FID(columns[i]) < COLUMNID_TAGGED_FIRST)
            return JET_errMustBeSeparateLongValue;
        column = table_column_by_id(cursor->table, columns[i]);
        if (!column || (column->type != JET_coltypLongText && column->type != JET_coltypLongBinary))
            return JET_errMustBeSeparateLongValue;
    }
    return JET_errSuccess;
}

/* Both ends of a range that is given in keys; the second may be absent.  They stay where the program has them. */
static JET_ERR take_keys(const JET_INDEX_RANGE *range, struct search_key ends[2])
{
    if ((range->cStartColumns != 1 && range->cEndColumns > 1) || !range->rgStartColumns)
        return JET_errInvalidParameter;
    ends[0].data = range->rgStartColumns[0].pv;
    ends[0].size = range->rgStartColumns[0].cb;
    ends[1].size = 0;
    if (range->cEndColumns != 1)
        return JET_errSuccess;
    if (!range->rgEndColumns)
        return JET_errInvalidParameter;
    ends[1].data = range->rgEndColumns[0].pv;
    ends[1].size = range->rgEndColumns[0].cb;
    return JET_errSuccess;
}

/* Both ends of every range; range i has keys 2 i and 2 i + 1. */
static JET_ERR make_keys(struct cursor *cursor, const JET_INDEX_RANGE *ranges, uint32_t count, JET_GRBIT grbit,
                         struct search_key *keys, bool *only_starts)
{
    bool forward = grbit & JET_bitPrereadForward, given = grbit & JET_bitPrereadNormalizedKey;

    *only_starts = true;
    for (uint32_t i = 0; i < count; i++)
    {
        const JET_INDEX_RANGE *range = &ranges[i];
        struct search_key *ends = &keys[2 * i];
        JET_ERR err;

        if (given)
            err = take_keys(range, ends);
        else
        {
            err = make_end(cursor, range->rgStartColumns, range->cStartColumns, forward, &ends[0]);
            if (err >= 0)
                err = make_end(cursor, range->rgEndColumns, range->cEndColumns, !forward, &ends[1]);
        }
        if (err < 0)
            return err;
        if (given ? range->cEndColumns == 1 : range->cEndColumns != 0)
            *only_starts = false;
    }
    return JET_errSuccess;
}

static int compare(const struct search_key *a, const struct search_key *b)
{
    return key_compare(a->data, a->size, b->data, b->size);
}

/* Whether a range and one of those before it have more than an end in common; range i has keys 2 i and 2 i + 1. */
static bool overlaps(const struct search_key *keys, uint32_t i, bool only_starts, bool forward)
{
    const struct search_key *start = &keys[2 * i], *end = only_starts ? start : start + 1;

    for (uint32_t k = 0; k < i; k++)
    {
        const struct search_key *other = &keys[2 * k], *other_end = only_starts ? other : other + 1;
        int order = compare(start, other_end), end_order = compare(end, other);

        if (forward ? (order < 0) != (end_order < 0) : (order > 0) != (end_order > 0))
            return true;
    }
    return false;
}

/* Whether each range goes forward, or each backward, and no two overlap.  Who asks how far it went must have them in
 * order; else nobody need. */
static JET_ERR check_order(const struct search_key *keys, uint32_t count, bool only_starts, bool forward, bool in_order)
{
    for (uint32_t i = 0; i < count; i++)
    {
        const struct search_key *start = &keys[2 * i], *end = only_starts ? start : start + 1;
        int order = compare(start, end);

        if (forward ? order > 0 : order < 0)
            return JET_errInvalidParameter;
        if (!in_order)
        {
            if (overlaps(keys, i, only_starts, forward))
                return JET_errInvalidParameter;
        }
        else if (i)
        {
            order = compare(only_starts ? start - 2 : start - 1, start);
            if (forward ? order > 0 : order < 0)
                return JET_errInvalidParameter;
        }
    }
    return JET_errSuccess;
}

/* ----------------------------------------------------------- long values --- */

struct long_list
{
    struct long_key keys[PREREAD_VALUES];
    uint32_t count;
};

/* Those of the columns' values in the record that are not kept in it. */
static JET_ERR list_record(struct cursor *walk, const JET_COLUMNID *columns, uint32_t count, struct long_list *list)
{
    struct retrieve_scope scope = { .latched = false };
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; i < count && err >= 0; i++)
    {
        uint8_t id[LONG_VALUE_ID_MAX] = { 0 };
        struct retrieval retrieval = {
            .columnid = columns[i], .grbit = JET_bitRetrieveLongId, .data = id, .size = sizeof(id)
        };

        while (list->count < PREREAD_VALUES)
        {
            retrieval.sequence++;
            err = retrieve_column(walk, &retrieval, &scope);
            if (err != JET_wrnSeparateLongValue)
                break;
            err = long_key(id, id[7] & 0x80 ? 8 : 4, &list->keys[list->count++]);
            if (err < 0)
                break;
        }
    }
    retrieve_end(walk, &scope);
    return err;
}

static JET_ERR to_key(struct cursor *walk, const struct search_key *key)
{
    return cursor_make_key(walk, key->data, key->size, JET_bitNewKey | JET_bitNormalizedKey);
}

static JET_ERR list_range(struct cursor *walk, const struct search_key *low, const struct search_key *high,
                          const JET_COLUMNID *columns, uint32_t count, struct long_list *list)
{
    JET_ERR err = to_key(walk, low);

    if (err >= 0)
        err = cursor_seek(walk, JET_bitSeekGE);
    if (err >= 0)
        err = to_key(walk, high);
    if (err >= 0)
        err = cursor_set_range(walk, JET_bitRangeUpperLimit | JET_bitRangeInclusive);
    while (err >= 0 && list->count < PREREAD_VALUES)
    {
        err = list_record(walk, columns, count, list);
        if (err >= 0)
            err = cursor_move(walk, JET_MoveNext, 0);
    }
    return err == JET_errRecordNotFound || err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

static int by_key(const void *a, const void *b)
{
    const struct long_key *first = a, *second = b;

    return memcmp(first->bytes, second->bytes, LONG_VALUE_ID_MAX);
}

/* Reads the beginnings of the listed values, in the order in which they lie. */
static void read_long_values(const struct table *table, struct long_list *list, bool first_page)
{
    uint32_t page_size = table->long_values->file->page_size, chunk = table->lv_chunk_max;
    uint32_t begun = os_work()->pages_preread;
    uint32_t size = (first_page ? page_size : VALUE_PAGES * page_size) / chunk * chunk;

    qsort(list->keys, list->count, sizeof(*list->keys), by_key);
    for (uint32_t i = 0; i < list->count && os_work()->pages_preread - begun < PREREAD_LONG_PAGES; i++)
    {
        struct long_key *key = &list->keys[i];

        long_key_offset(key, size - chunk);
        tree_preread_range(table->long_values, &(struct tree_range_end){ key->bytes, key->id_size },
                           &(struct tree_range_end){ key->bytes, key->id_size + LONG_VALUE_OFFSET_SIZE }, true);
    }
}

/* Of the records in the ranges. */
static JET_ERR preread_long_values(const struct cursor *cursor, const struct search_key *keys, uint32_t count,
                                   bool only_starts, const JET_COLUMNID *columns, uint32_t column_count,
                                   JET_GRBIT grbit)
{
    bool forward = (grbit & JET_bitPrereadForward) != 0;
    const struct table *table = cursor->table;
    struct long_list *list;
    struct cursor *walk;
    JET_ERR err;

    if (!table->long_values || !table->lv_chunk_max || table->lv_chunk_max > table->long_values->file->page_size)
        return JET_errSuccess;
    err = cursor_duplicate(cursor, &walk);
    if (err < 0)
        return err;
    list = os_alloc(sizeof(*list));
    err = list ? JET_errSuccess : JET_errOutOfMemory;
    if (list)
        memset(list, 0, sizeof(*list));
    for (uint32_t i = 0; i < count && err >= 0 && list->count < PREREAD_VALUES; i++)
    {
        const struct search_key *start = &keys[2 * i], *end = only_starts ? start : start + 1;

        err = list_range(walk, forward ? start : end, forward ? end : start, columns, column_count, list);
    }
    if (err >= 0)
        read_long_values(table, list, grbit & JET_bitPrereadFirstPage);
    os_free(list);
    cursor_close(walk);
    return err;
}

/* --------------------------------------------------------------- the call --- */

JET_ERR cursor_preread_ranges(struct cursor *cursor, const JET_INDEX_RANGE *ranges, uint32_t count,
                              JET_ULONG *considered, const JET_COLUMNID *columns, uint32_t column_count,
                              JET_GRBIT grbit)
{
    bool forward = grbit & JET_bitPrereadForward, only_starts;
    struct search_key *keys;
    uint8_t *bytes = NULL;
    uint32_t n = 0;
    JET_ERR err;

    if (!ranges && count)
        return JET_errInvalidParameter;
    keys = os_alloc_array(2 * (size_t)count + 1, sizeof(*keys));
    if (keys)
        bytes = os_alloc_array(2 * (size_t)count + 1, KEY_LIMIT_MAX + 1);
    if (!bytes)
    {
        os_free(keys);
        return JET_errOutOfMemory;
    }
    for (size_t i = 0; i < 2 * (size_t)count; i++)
        keys[i].data = bytes + i * (KEY_LIMIT_MAX + 1);
    err = make_keys(cursor, ranges, count, grbit, keys, &only_starts);
    if (err < 0)
        goto done;
    err = JET_errInvalidGrbit;
    if (!(grbit & (JET_bitPrereadForward | JET_bitPrereadBackward)) || (grbit & ~(JET_GRBIT)RANGE_BITS))
        goto done;
    err = check_columns(cursor, columns, column_count);
    if (err < 0)
        goto done;
    err = check_order(keys, count, only_starts, forward, considered != NULL);
    if (err < 0)
        goto done;
    for (; n < count && n < PREREAD_KEYS; n++)
    {
        const struct search_key *first = &keys[2 * n], *last = only_starts ? first : first + 1;

        if (!cursor->temp)
            tree_preread_range(cursor_tree(cursor)->tree, &(struct tree_range_end){ first->data, first->size },
                               &(struct tree_range_end){ last->data, last->size }, forward);
    }
    if (column_count && !cursor->temp)
        err = preread_long_values(cursor, keys, n, only_starts, columns, column_count, grbit);
    if (err >= 0 && considered)
        *considered = n;

done:
    os_free(bytes);
    os_free(keys);
    return err;
}
