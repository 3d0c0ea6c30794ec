/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each tree of a database owns and has available. */
#include "maintain/private.h"

static int order_of(const struct integrity *check, uint32_t a, uint32_t b)
{
    const struct integrity_tree *left = &check->trees[a], *right = &check->trees[b];
    int order = 0;

    for (const char *x = left->name, *y = right->name;; x++, y++)
    {
        int p = *x >= 'a' && *x <= 'z' ? *x - 32 : *x, q = *y >= 'a' && *y <= 'z' ? *y - 32 : *y;

        order = p - q;
        if (order || !p)
            break;
    }
    if (left->type != right->type && (left->type == SPACE_LONG_VALUES || right->type == SPACE_LONG_VALUES))
        return left->type == SPACE_LONG_VALUES ? -1 : 1;
    return order;
}

static void sort_by_name(const struct integrity *check, uint32_t *numbers, uint32_t count)
{
    for (uint32_t gap = count / 2; gap; gap /= 2)
    {
        for (uint32_t i = gap; i < count; i++)
        {
            uint32_t number = numbers[i], at = i;

            for (; at >= gap && order_of(check, numbers[at - gap], number) > 0; at -= gap)
                numbers[at] = numbers[at - gap];
            numbers[at] = number;
        }
    }
}

static void count_tree(const struct integrity *check, const struct integrity_tree *tree, struct space_totals *totals)
{
    (void)check;
    totals->internal_trees += tree->space.internal_trees;
    totals->available += tree->space.available;
    totals->shelved += tree->space.shelved;
    switch (tree->type)
    {
    case SPACE_DATABASE:
        totals->owned = tree->space.owned;
        break;
    case SPACE_TABLE:
        totals->tables++;
        break;
    case SPACE_INDEX:
        totals->indexes++;
        break;
    case SPACE_LONG_VALUES:
        totals->long_value_trees++;
        break;
    }
}

static JET_ERR show(struct integrity *check, uint32_t number,
                    JET_ERR (*line)(void *context, const struct space_line *line), void *context)
{
    struct integrity_tree *tree = &check->trees[number];

    tree->space.type = tree->type;
    tree->space.table = check->trees[tree->table].name;
    tree->space.name = tree->name;
    tree->space.root = tree->root;
    tree->space.objid = tree->objid;
    return line(context, &tree->space);
}

static JET_ERR list(struct integrity *check, JET_ERR (*line)(void *context, const struct space_line *line),
                    void *context, struct space_totals *totals)
{
    uint32_t *tables = os_alloc((check->tree_count + (size_t)1) * 2 * sizeof(*tables));
    uint32_t *parts = tables + check->tree_count, table_count = 0;
    JET_ERR err;

    if (!tables)
        return JET_errOutOfMemory;
    totals->page_size = check->page_size;
    for (uint32_t i = 0; i < check->tree_count; i++)
    {
        count_tree(check, &check->trees[i], totals);
        if (check->trees[i].type == SPACE_TABLE)
            tables[table_count++] = i;
    }
    for (uint32_t pgno = 1; pgno <= check->pages; pgno++)
    {
        uint32_t owner = check->owner[pgno];

        if (owner)
            totals->last = pgno;
        if (owner < 2)
            continue;
        if (!totals->user_min)
            totals->user_min = pgno;
        totals->user_max = pgno;
    }
    err = show(check, 0, line, context);
    sort_by_name(check, tables, table_count);
    for (uint32_t i = 0; err >= 0 && i < table_count; i++)
    {
        uint32_t count = 0;

        err = show(check, tables[i], line, context);
        for (uint32_t child = tables[i] + 1; child < check->tree_count && check->trees[child].table == tables[i]; child++)
            parts[count++] = child;
        sort_by_name(check, parts, count);
        for (uint32_t child = 0; err >= 0 && child < count; child++)
            err = show(check, parts[child], line, context);
    }
    os_free(tables);
    return err;
}

JET_ERR space_dump(const WCHAR *path, JET_ERR (*line)(void *context, const struct space_line *line), void *context,
                   struct space_totals *totals)
{
    struct integrity *check = os_alloc_zero(sizeof(*check));
    JET_ERR err;

    memset(totals, 0, sizeof(*totals));
    if (!check)
        return JET_errOutOfMemory;
    err = integrity_open(check, path);
    if (err >= 0)
        err = integrity_open_database(check, path);
    if (err >= 0)
        err = integrity_catalog(check);
    for (uint32_t i = 0; err >= 0 && i < check->tree_count; i++)
        err = integrity_space(check, i);
    if (err >= 0)
        err = list(check, line, context, totals);
    if (check->database)
        database_close(check->database);
    integrity_close(check);
    os_free(check);
    return err < 0 ? err : JET_errSuccess;
}
