/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trees that the catalog names, and the catalog's copies. */
#include "maintain/private.h"
#include "table/catalog.h"

/* What a row says of a tree; other rows have no place. */
struct row
{
    uint32_t table, type, id, place, flags;
    char name[SCHEMA_NAME_SIZE];
};

static JET_ERR number_of(const struct table *table, struct record record, const char *name, uint32_t *number)
{
    const struct column *column = table_column_by_name(table, name);
    struct record_value value;
    JET_ERR err = column ? record_column(table, record, column, 1, false, &value) : JET_errCatalogCorrupted;

    *number = 0;
    if (err >= 0 && (value.null || value.size > sizeof(*number)))
        err = JET_errCatalogCorrupted;
    if (err >= 0)
        memcpy(number, value.data, value.size);
    return err;
}

static JET_ERR read_row(const struct table *catalog, const struct page_node *node, struct row *row)
{
    struct record record = { node->data, node->data_size };
    struct record_value name;
    JET_ERR err = number_of(catalog, record, "ObjidTable", &row->table);

    if (err >= 0)
        err = number_of(catalog, record, "Type", &row->type);
    if (err >= 0)
        err = number_of(catalog, record, "Id", &row->id);
    if (err >= 0)
        err = number_of(catalog, record, "ColtypOrPgnoFDP", &row->place);
    if (err >= 0)
        err = number_of(catalog, record, "Flags", &row->flags);
    if (err >= 0)
        err = record_column(catalog, record, table_column_by_name(catalog, "Name"), 1, false, &name);
    if (err >= 0 && (name.null || name.separated || name.size >= SCHEMA_NAME_SIZE))
        err = JET_errCatalogCorrupted;
    if (err < 0)
        return err;
    memcpy(row->name, name.data, name.size);
    row->name[name.size] = 0;
    return JET_errSuccess;
}

static struct integrity_tree *add_tree(struct integrity *check)
{
    struct integrity_tree *tree;

    if (check->tree_count == check->tree_capacity)
    {
        uint32_t capacity = check->tree_capacity ? 2 * check->tree_capacity : 64;
        struct integrity_tree *trees = os_alloc(capacity * sizeof(*trees));

        if (!trees)
            return NULL;
        if (check->tree_count)
            memcpy(trees, check->trees, check->tree_count * sizeof(*trees));
        os_free(check->trees);
        check->trees = trees;
        check->tree_capacity = capacity;
    }
    tree = &check->trees[check->tree_count++];
    memset(tree, 0, sizeof(*tree));
    return tree;
}

/* The table whose rows come now, INTEGRITY_NONE before the first. */
struct listing
{
    uint32_t table;
};

static JET_ERR visit_row(void *context, struct integrity *check, const struct page_node *node, uint32_t pgno)
{
    struct listing *listing = context;
    struct integrity_tree *tree;
    struct row row;
    JET_ERR err = read_row(check->database->catalog, node, &row);

    if (err < 0)
    {
        integrity_find(check, FINDING_CATALOG, pgno, "a row of the catalog cannot be read: error %d", (int)err);
        return JET_errSuccess;
    }
    if (row.type == CATALOG_TABLE)
    {
        tree = add_tree(check);
        if (!tree)
            return JET_errOutOfMemory;
        tree->type = SPACE_TABLE;
        tree->root = row.place;
        tree->objid = row.table;
        tree->table = listing->table = check->tree_count - 1;
        tree->flags = row.flags;
        strcpy(tree->name, row.name);
        if (row.id != row.table)
            integrity_find(check, FINDING_CATALOG, pgno, "the row of table %s has the id %u, not %u", row.name,
                           (unsigned)row.id, (unsigned)row.table);
        return JET_errSuccess;
    }
    if (row.type < CATALOG_TABLE || row.type > CATALOG_CALLBACK)
    {
        integrity_find(check, FINDING_CATALOG, pgno, "row %s is of no known type: %u", row.name, (unsigned)row.type);
        return JET_errSuccess;
    }
    if (listing->table == INTEGRITY_NONE || check->trees[listing->table].objid != row.table)
    {
        integrity_find(check, FINDING_CATALOG, pgno, "row %s (type %u) is of table %u, which is not there", row.name,
                       (unsigned)row.type, (unsigned)row.table);
        return JET_errSuccess;
    }
    if (row.type != CATALOG_INDEX && row.type != CATALOG_LONG_VALUE)
        return JET_errSuccess;
    if (row.type == CATALOG_INDEX && row.flags & INDEX_PRIMARY)
    {
        if (row.place != check->trees[listing->table].root)
            integrity_find(check, FINDING_CATALOG, pgno, "primary index %s is not at its table's root", row.name);
        return JET_errSuccess;
    }
    tree = add_tree(check);
    if (!tree)
        return JET_errOutOfMemory;
    tree->type = row.type == CATALOG_INDEX ? SPACE_INDEX : SPACE_LONG_VALUES;
    tree->root = row.place;
    tree->objid = row.id;
    tree->table = tree->parent = listing->table;
    tree->flags = row.flags;
    tree->kind = row.type == CATALOG_INDEX ? PAGE_INDEX : PAGE_LONG_VALUE;
    strcpy(tree->name, row.type == CATALOG_INDEX ? row.name : "[Long Values]");
    return JET_errSuccess;
}

/* Roots and object ids are used once; the latter up to what the header says. */
static JET_ERR check_unique(struct integrity *check)
{
    uint32_t buckets = 1, mask, *table;

    while (buckets < 4 * check->tree_count)
        buckets *= 2;
    mask = buckets - 1;
    table = os_alloc_zero(2 * (size_t)buckets * sizeof(*table));
    if (!table)
        return JET_errOutOfMemory;
    for (uint32_t i = 0; i < check->tree_count; i++)
    {
        const struct integrity_tree *tree = &check->trees[i];
        uint32_t slot;

        check->at = i;
        for (slot = tree->root * 2654435761u & mask; table[slot]; slot = (slot + 1) & mask)
        {
            if (check->trees[table[slot] - 1].root == tree->root)
                integrity_find(check, FINDING_CATALOG, tree->root, "its root is that of %s, too",
                               check->trees[table[slot] - 1].name);
        }
        table[slot] = i + 1;
        for (slot = tree->objid * 2654435761u & mask; table[buckets + slot]; slot = (slot + 1) & mask)
        {
            if (check->trees[table[buckets + slot] - 1].objid == tree->objid)
                integrity_find(check, FINDING_CATALOG, tree->root, "its object id %u is that of %s, too",
                               (unsigned)tree->objid, check->trees[table[buckets + slot] - 1].name);
        }
        table[buckets + slot] = i + 1;
        if (tree->objid > check->header.last_objid)
            integrity_find(check, FINDING_CATALOG, tree->root, "its object id %u is above the last one, %u",
                           (unsigned)tree->objid, (unsigned)check->header.last_objid);
    }
    os_free(table);
    return JET_errSuccess;
}

JET_ERR integrity_catalog(struct integrity *check)
{
    struct listing listing = { INTEGRITY_NONE };
    struct integrity_walk walk = { CATALOG_ROOT, CATALOG_OBJID, 0, INTEGRITY_NONE, true, visit_row, &listing };
    struct integrity_tree *root = add_tree(check);
    JET_ERR err;

    if (!root)
        return JET_errOutOfMemory;
    root->type = SPACE_DATABASE;
    root->root = root->objid = 1;
    err = integrity_walk(check, &walk, NULL);
    if (err >= 0)
        err = check_unique(check);
    check->result.trees = check->tree_count;
    return err;
}

/* -------------------------------------------------------------- copies --- */

struct copies
{
    struct integrity_sum rows;
    struct integrity_sum objects; /* (id, table, type) of what has a tree */
    const struct table *table;
    const struct tree *other; /* where rows are looked for */
    const char *name;         /* and what that is called */
    uint8_t *key;
};

static void sum_object(struct integrity_sum *sum, uint32_t id, uint32_t table, uint32_t type)
{
    uint32_t parts[3] = { id, table, type };

    integrity_sum_add(sum, parts, sizeof(parts), "", 0);
}

static JET_ERR visit_copy(void *context, struct integrity *check, const struct page_node *node, uint32_t pgno)
{
    struct copies *copies = context;
    struct row row;

    (void)pgno;
    page_key_copy(&node->key, check->scratch);
    integrity_sum_add(&copies->rows, check->scratch, page_key_size(&node->key), node->data, node->data_size);
    if (copies->table && read_row(copies->table, node, &row) >= 0 &&
        (row.type == CATALOG_TABLE || row.type == CATALOG_LONG_VALUE ||
         (row.type == CATALOG_INDEX && !(row.flags & INDEX_PRIMARY))))
        sum_object(&copies->objects, row.id, row.table, row.type);
    return JET_errSuccess;
}

static JET_ERR visit_compare(void *context, struct integrity *check, const struct page_node *node, uint32_t pgno)
{
    const struct copies *copies = context;
    struct cache_page *page;
    struct page_node other;
    struct row row;
    JET_ERR err;

    if (read_row(check->database->catalog, node, &row) < 0)
        strcpy(row.name, "?");
    page_key_copy(&node->key, check->scratch);
    err = tree_find(copies->other, NULL, check->scratch, page_key_size(&node->key), &page, &other);
    if (err < 0)
    {
        integrity_find(check, FINDING_CATALOG, pgno, "row %s is not in %s: error %d", row.name, copies->name, (int)err);
        return JET_errSuccess;
    }
    if (other.data_size != node->data_size || memcmp(other.data, node->data, node->data_size))
        integrity_find(check, FINDING_CATALOG, pgno, "row %s differs from that in %s", row.name, copies->name);
    cache_unlatch(page, CACHE_SHARED);
    return JET_errSuccess;
}

static JET_ERR visit_objid(void *context, struct integrity *check, const struct page_node *node, uint32_t pgno)
{
    struct copies *copies = context;
    struct record record = { node->data, node->data_size };
    uint32_t id, table, type;
    JET_ERR err = number_of(copies->table, record, "objid", &id);

    if (err >= 0)
        err = number_of(copies->table, record, "objidTable", &table);
    if (err >= 0)
        err = number_of(copies->table, record, "type", &type);
    if (err < 0)
        integrity_find(check, FINDING_CATALOG, pgno, "a row of MSysObjids cannot be read: error %d", (int)err);
    else
        sum_object(&copies->objects, id, table, type);
    return JET_errSuccess;
}

static uint32_t find_table(const struct integrity *check, const char *name)
{
    for (uint32_t i = 1; i < check->tree_count; i++)
    {
        if (check->trees[i].type == SPACE_TABLE && !strcmp(check->trees[i].name, name))
            return i;
    }
    return INTEGRITY_NONE;
}

/* The rows, one by one, of the one tree in the other. */
static JET_ERR compare_rows(struct integrity *check, uint32_t number, const struct tree *other, const char *name)
{
    const struct integrity_tree *tree = &check->trees[number];
    struct copies copies = { .other = other, .name = name };
    struct integrity_walk walk = { tree->root, tree->objid, 0, number, true, visit_compare, &copies };

    check->at = number;
    return integrity_walk(check, &walk, NULL);
}

static JET_ERR check_objids(struct integrity *check, const struct integrity_sum *objects)
{
    uint32_t number = find_table(check, "MSysObjids");
    struct copies copies = { .name = "" };
    struct integrity_walk walk = { 0, 0, 0, number, true, visit_objid, &copies };
    struct table *table;
    JET_ERR err;

    /* engines before Windows 8 have none */
    if (number == INTEGRITY_NONE)
        return JET_errSuccess;
    check->at = number;
    err = table_open(check->database, NULL, "MSysObjids", &table);
    if (err < 0)
    {
        integrity_find(check, FINDING_CATALOG, 0, "MSysObjids cannot be opened: error %d", (int)err);
        return err == JET_errOutOfMemory ? err : JET_errSuccess;
    }
    copies.table = table;
    walk.root = check->trees[number].root;
    walk.objid = check->trees[number].objid;
    err = integrity_walk(check, &walk, NULL);
    table_release(table);
    if (err >= 0 && !integrity_sum_equal(&copies.objects, objects))
        integrity_find(check, FINDING_CATALOG, 0, "its %llu rows are not the %llu objects of the catalog",
                       (unsigned long long)copies.objects.count, (unsigned long long)objects->count);
    return err;
}

JET_ERR integrity_catalog_copies(struct integrity *check)
{
    struct copies catalog = { .table = check->database->catalog }, shadow = { .table = NULL };
    struct integrity_walk walk = { CATALOG_ROOT, CATALOG_OBJID, 0, INTEGRITY_NONE, true, visit_copy, &catalog };
    uint32_t number = find_table(check, "MSysObjects"), copy = find_table(check, "MSysObjectsShadow");
    struct tree tree;
    JET_ERR err;

    check->at = 0;
    if (number == INTEGRITY_NONE || copy == INTEGRITY_NONE)
    {
        integrity_find(check, FINDING_CATALOG, 0, "the catalog does not describe itself and its shadow");
        return JET_errSuccess;
    }
    err = integrity_walk(check, &walk, NULL);
    walk.root = CATALOG_SHADOW_ROOT;
    walk.objid = CATALOG_SHADOW_OBJID;
    walk.context = &shadow;
    if (err >= 0)
        err = integrity_walk(check, &walk, NULL);
    if (err >= 0 && !integrity_sum_equal(&catalog.rows, &shadow.rows))
    {
        tree_init(&tree, &check->database->cache, CATALOG_SHADOW_ROOT, CATALOG_SHADOW_OBJID, true, 0);
        err = compare_rows(check, number, &tree, "the shadow");
        tree_init(&tree, &check->database->cache, CATALOG_ROOT, CATALOG_OBJID, true, 0);
        if (err >= 0)
            err = compare_rows(check, copy, &tree, "the catalog");
    }
    return err < 0 ? err : check_objids(check, &catalog.objects);
}
