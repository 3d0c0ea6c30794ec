/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each tree of a database owns and has available, and what tables there are. */
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

static void count_tree(const struct integrity_tree *tree, struct space_totals *totals)
{
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

/* The numbers of a table's trees: long values, then indexes by name.  Returns how many. */
static uint32_t list_parts(const struct integrity *check, uint32_t table, uint32_t *numbers)
{
    uint32_t count = 0;

    for (uint32_t i = table + 1; i < check->tree_count && check->trees[i].table == table; i++)
        numbers[count++] = i;
    sort_by_name(check, numbers, count);
    return count;
}

/* The numbers of the tables, by name.  Returns how many. */
static uint32_t list_tables(const struct integrity *check, uint32_t *numbers)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < check->tree_count; i++)
    {
        if (check->trees[i].type == SPACE_TABLE)
            numbers[count++] = i;
    }
    sort_by_name(check, numbers, count);
    return count;
}

static const struct space_line *describe(struct integrity *check, uint32_t number)
{
    struct integrity_tree *tree = &check->trees[number];

    tree->space.type = tree->type;
    tree->space.table = check->trees[tree->table].name;
    tree->space.name = tree->name;
    tree->space.root = tree->root;
    tree->space.objid = tree->objid;
    return &tree->space;
}

static void count_pages(const struct integrity *check, struct space_totals *totals)
{
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
}

static JET_ERR list(struct integrity *check, JET_ERR (*line)(void *context, const struct space_line *line),
                    void *context, struct space_totals *totals)
{
    uint32_t *tables = os_alloc((check->tree_count + (size_t)1) * 2 * sizeof(*tables));
    uint32_t *parts, table_count;
    JET_ERR err;

    if (!tables)
        return JET_errOutOfMemory;
    parts = tables + check->tree_count;
    totals->page_size = check->page_size;
    for (uint32_t i = 0; i < check->tree_count; i++)
        count_tree(&check->trees[i], totals);
    count_pages(check, totals);
    err = line(context, describe(check, 0));
    table_count = list_tables(check, tables);
    for (uint32_t i = 0; err >= 0 && i < table_count; i++)
    {
        uint32_t count = list_parts(check, tables[i], parts);

        err = line(context, describe(check, tables[i]));
        for (uint32_t k = 0; err >= 0 && k < count; k++)
            err = line(context, describe(check, parts[k]));
    }
    os_free(tables);
    return err;
}

/* Opens what both dumps need. */
static JET_ERR start(struct integrity *check, const WCHAR *path)
{
    JET_ERR err = integrity_open(check, path);

    if (err >= 0)
        err = integrity_open_database(check, path);
    return err < 0 ? err : integrity_catalog(check);
}

static void end(struct integrity *check)
{
    if (check->database)
        database_close(check->database);
    integrity_close(check);
    os_free(check);
}

JET_ERR space_dump(const WCHAR *path, JET_ERR (*line)(void *context, const struct space_line *line), void *context,
                   struct space_totals *totals)
{
    struct integrity *check = os_alloc_zero(sizeof(*check));
    JET_ERR err;

    memset(totals, 0, sizeof(*totals));
    if (!check)
        return JET_errOutOfMemory;
    err = start(check, path);
    for (uint32_t i = 0; err >= 0 && i < check->tree_count; i++)
        err = integrity_space(check, i);
    if (err >= 0)
        err = list(check, line, context, totals);
    end(check);
    return err < 0 ? err : JET_errSuccess;
}

static JET_ERR visit_table(struct integrity *check, uint32_t number, uint32_t *parts, struct space_line *lines,
                           JET_ERR (*visit)(void *context, const struct table *table, const struct space_line *trees,
                                            uint32_t count),
                           void *context)
{
    uint32_t count = list_parts(check, number, parts);
    struct table *table;
    JET_ERR err;

    lines[0] = *describe(check, number);
    for (uint32_t i = 0; i < count; i++)
        lines[i + 1] = *describe(check, parts[i]);
    err = table_open(check->database, NULL, check->trees[number].name, &table);
    if (err < 0)
        return err;
    err = visit(context, table, lines, count + 1);
    table_release(table);
    return err;
}

JET_ERR catalog_dump(const WCHAR *path,
                     JET_ERR (*visit)(void *context, const struct table *table, const struct space_line *trees,
                                      uint32_t count),
                     void *context)
{
    struct integrity *check = os_alloc_zero(sizeof(*check));
    struct space_line *lines = NULL;
    uint32_t *tables = NULL, count = 0;
    JET_ERR err;

    if (!check)
        return JET_errOutOfMemory;
    err = start(check, path);
    if (err >= 0)
    {
        tables = os_alloc((check->tree_count + (size_t)1) * 2 * sizeof(*tables));
        lines = os_alloc((check->tree_count + (size_t)1) * sizeof(*lines));
        if (!tables || !lines)
            err = JET_errOutOfMemory;
        else
            count = list_tables(check, tables);
    }
    for (uint32_t i = 0; err >= 0 && i < count; i++)
        err = visit_table(check, tables[i], tables + check->tree_count, lines, visit, context);
    os_free(tables);
    os_free(lines);
    end(check);
    return err < 0 ? err : JET_errSuccess;
}
