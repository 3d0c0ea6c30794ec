/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading leaves before they are reached.
 *
 * The page above the leaves names the next ones, so they are asked for together.
 * A cursor that is told it will scan does so from the start; any other after it
 * went from leaf to leaf in one direction a few times, with a growing window.
 *
 * A cursor in a range, when it comes to another leaf of it, has the others read, many at
 * once, and when it comes to the last, after others, what follows: there the move ends that
 * ends the range.  (These are the pages that FUCBSetIndexRange and ErrBTIPreread lead to.)
 */
#include "btree/private.h"

#define WINDOW_BYTES (256u << 10)
#define WINDOW_MAX   32u
#define WINDOW_MIN   8u
#define RUN_OF_SCAN  2   /* leaves passed before a scan is believed in */
#define PREREAD_MAX  64u /* leaves asked for at once by keys */

/* Asks for pages in ascending order of numbers, adjacent ones together. */
static void read_sorted(struct cache_file *file, const uint32_t *pgnos, uint32_t count)
{
    uint32_t first, next;

    for (first = 0; first < count; first = next)
    {
        uint32_t last = pgnos[first];

        for (next = first + 1; next < count && (pgnos[next] == last || pgnos[next] == last + 1); next++)
            last = pgnos[next];
        cache_read_ahead(file, pgnos[first], last - pgnos[first] + 1);
    }
}

static void sort(uint32_t *pgnos, uint32_t count)
{
    uint32_t i, j;

    for (i = 1; i < count; i++)
    {
        uint32_t pgno = pgnos[i];

        for (j = i; j && pgnos[j - 1] > pgno; j--)
            pgnos[j] = pgnos[j - 1];
        pgnos[j] = pgno;
    }
}

static uint32_t window(const struct tree_cursor *cursor, int step)
{
    uint32_t most = WINDOW_BYTES / cursor->tree->file->page_size;
    int32_t run = cursor->run * step;

    if (most > WINDOW_MAX)
        most = WINDOW_MAX;
    if (most < WINDOW_MIN)
        most = WINDOW_MIN;
    if (cursor->sequential)
        return most;
    if (run < RUN_OF_SCAN)
        return 0;
    return run < 2 * RUN_OF_SCAN + (int32_t)WINDOW_MIN ? WINDOW_MIN / 2 : most;
}

/* Whether the next leaf is in memory, so that there is time until one is not: what is asked for is waited for. */
static bool next_is_there(const struct tree_cursor *cursor, int step)
{
    uint32_t pgno;

    if (!cursor->viewed)
        return false;
    pgno = step > 0 ? page_next(cursor->view.data) : page_prev(cursor->view.data);
    return cache_peek_valid(cursor->hint.page, cursor->hint.version) && pgno &&
           cache_contains(cursor->tree->file, pgno);
}

void tree_read_ahead(struct tree_cursor *cursor, int step)
{
    uint32_t pgnos[WINDOW_MAX + 1], count;
    struct tree_target target;

    if (cursor->ahead || cursor->limit)
        return;
    count = window(cursor, step);
    if (!count || next_is_there(cursor, step))
        return;
    cursor_target(cursor, TREE_AIM_LOWER, &target);
    count = tree_leaves(cursor->tree, &target, step, pgnos, count + 1);
    if (count < 2)
        return;
    count--; /* the first is the one the cursor is on */
    cursor->ahead = count;
    sort(pgnos + 1, count);
    read_sorted(cursor->tree->file, pgnos + 1, count);
}

/* The numbers of leaves from the target on, as tree_leaves(), up to the one where the key `to` is or would be. */
static uint32_t leaves_between(const struct tree *tree, const struct tree_target *from, const struct tree_target *to,
                               int step, uint32_t *pgnos, uint32_t most)
{
    uint32_t last = 0, count, i = 0;

    if (!tree_leaves(tree, to, 1, &last, 1))
        return 0;
    count = tree_leaves(tree, from, step, pgnos, most);
    while (i < count && pgnos[i++] != last)
        ;
    return i;
}

/* Those that are not in memory. */
static void read_missing(struct cache_file *file, uint32_t *pgnos, uint32_t count)
{
    uint32_t missing = 0;

    for (uint32_t i = 0; i < count; i++)
    {
        uint32_t pgno = pgnos[i];

        if (!cache_contains(file, pgno))
            pgnos[missing++] = pgno;
    }
    sort(pgnos, missing);
    read_sorted(file, pgnos, missing);
}

void tree_read_range(struct tree_cursor *cursor, int step, uint32_t next)
{
    const struct tree_limit *limit = cursor->limit;
    struct tree_target to = { .aim = TREE_AIM_LOWER, .key = limit->key, .key_size = limit->key_size }, from;
    struct cache_file *file = cursor->tree->file;
    uint32_t pgnos[WINDOW_MAX + 1], count;

    if (cursor->ahead || !next || cache_contains(file, next))
        return;
    if (tree_compare_key(cursor, limit->key, limit->key_size) * step > 0)
        return;
    cursor_target(cursor, TREE_AIM_LOWER, &from);
    count = leaves_between(cursor->tree, &from, &to, step, pgnos, WINDOW_MAX + 1);
    if (count > 1)
        read_missing(file, pgnos + 1, count - 1);
    else if (cursor->run * step > 1)
        cache_read_ahead(file, next, 1);
    cursor->ahead = count > 1 ? count - 1 : 0;
}

uint32_t tree_preread(const struct tree *tree, const uint8_t *const *keys, const uint32_t *sizes, uint32_t count,
                      bool forward)
{
    uint32_t pgnos[PREREAD_MAX], pages = 0, i;

    (void)forward;
    for (i = 0; i < count && pages < PREREAD_MAX; i++)
    {
        struct tree_target target = { .aim = TREE_AIM_LOWER, .key = keys[i], .key_size = sizes[i] };
        uint32_t pgno;

        if (!tree_leaves(tree, &target, 1, &pgno, 1) || (pages && pgnos[pages - 1] == pgno))
            continue;
        if (!cache_contains(tree->file, pgno))
            pgnos[pages++] = pgno;
    }
    sort(pgnos, pages);
    read_sorted(tree->file, pgnos, pages);
    return i;
}

void tree_preread_range(const struct tree *tree, const struct tree_range_end *start, const struct tree_range_end *end,
                        bool forward)
{
    struct tree_target from = { .aim = TREE_AIM_LOWER, .key = start->key, .key_size = start->size };
    struct tree_target to = { .aim = TREE_AIM_LOWER, .key = end->key, .key_size = end->size };
    uint32_t pgnos[PREREAD_MAX], count = leaves_between(tree, &from, &to, forward ? 1 : -1, pgnos, PREREAD_MAX);

    read_missing(tree->file, pgnos, count);
}
