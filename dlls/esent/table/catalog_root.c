/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the catalog has to do with a root that moves. */
#include "btree/space.h"
#include "table/catalog.h"
#include "table/database_private.h"

/* What names the root. */
struct naming
{
    struct database *database;
    uint32_t root;
    struct tree_root_names names;
    uint8_t keys[TREE_ROOT_ROWS / 2][CATALOG_ROW_KEY_SIZE];
    uint32_t *children;
    uint32_t room;
};

static JET_ERR add_child(struct naming *naming, uint32_t root)
{
    if (naming->names.child_count == naming->room)
    {
        uint32_t room = naming->room ? 2 * naming->room : 16;
        uint32_t *children = os_realloc(naming->children, room * sizeof(*children));

        if (!children)
            return JET_errOutOfMemory;
        naming->children = children;
        naming->room = room;
    }
    naming->children[naming->names.child_count++] = root;
    return JET_errSuccess;
}

/* A table's root is named by its row and that of its primary index, in each of the two copies of the catalog. */
static JET_ERR add_row(struct naming *naming, const struct catalog_row *row)
{
    const struct table *tables[2] = { naming->database->catalog, naming->database->shadow };
    uint32_t at = naming->names.row_count / 2;

    if (naming->names.row_count == TREE_ROOT_ROWS)
        return JET_errCatalogCorrupted;
    catalog_row_key(naming->keys[at], row->table, row->type, row->id);
    for (uint32_t i = 0; i < 2; i++)
        naming->names.rows[naming->names.row_count++] = (struct tree_root_row){ tables[i]->records, naming->keys[at],
                                                                                CATALOG_ROW_KEY_SIZE,
                                                                                CATALOG_ROW_PLACE };
    return JET_errSuccess;
}

/* ESE changes one copy of the catalog, then the other. */
static void order_rows(struct tree_root_names *names)
{
    struct tree_root_row second = names->rows[1];

    if (names->row_count < TREE_ROOT_ROWS)
        return;
    names->rows[1] = names->rows[2];
    names->rows[2] = second;
}

static JET_ERR find_names(struct naming *naming, struct txn *txn, uint32_t table)
{
    struct catalog_cursor cursor;
    struct catalog_row row;
    uint32_t table_root = 0;
    JET_ERR err = catalog_open(naming->database, txn, &cursor);

    if (err >= 0)
        err = catalog_seek(&cursor, table, 0, &row);
    while (err >= 0 && row.table == table)
    {
        bool has_root = row.type == CATALOG_TABLE || row.type == CATALOG_INDEX || row.type == CATALOG_LONG_VALUE;

        if (row.type == CATALOG_TABLE)
            table_root = row.place;
        if (has_root && row.place == naming->root)
            err = add_row(naming, &row);
        else if (has_root && naming->root == table_root)
            err = add_child(naming, row.place);
        if (err >= 0)
            err = catalog_next(&cursor, &row);
    }
    catalog_close(&cursor);
    if (err < 0 && err != JET_errNoCurrentRecord)
        return err;
    return naming->names.row_count ? JET_errSuccess : JET_errCatalogCorrupted;
}

JET_ERR catalog_move_root(struct database *database, struct txn *txn, uint32_t table, uint32_t root, uint32_t *moved_to)
{
    struct naming naming = { .database = database, .root = root };
    struct tree *values = database->catalog->long_values;
    JET_ERR err = find_names(&naming, txn, table);

    *moved_to = root;
    order_rows(&naming.names);
    naming.names.children = naming.children;
    if (err >= 0)
        err = database_mark_dirty(database);
    if (err >= 0)
        err = tree_store_move_root(&database->store, root, &naming.names, moved_to);
    /* Of the catalog itself only its long values may lie anywhere. */
    if (values && values->root == root)
        values->root = *moved_to;
    os_free(naming.children);
    return err;
}
