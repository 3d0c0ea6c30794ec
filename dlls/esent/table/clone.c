/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A database copied tree by tree. */
#include "table/clone.h"

#include "format/bytes.h"
#include "table/database_private.h"
#include "table/ddl_private.h"
#include "table/index_check.h"
#include "txn/version.h"

/* Where the fixed columns of MSysObjects that each row has lie in a record. */
#define ROW_TABLE      4
#define ROW_TYPE       8
#define ROW_ID         10
#define ROW_PLACE      CATALOG_ROW_PLACE
#define ROW_DENSITY    18
#define ROW_FLAGS      22
#define ROW_PAGES      26
#define ROW_FIXED_END  30
#define ROW_LAST_FIXED 7 /* so many columns are these */

#define LEAST_PAGES    30 /* of a database, for the catalog's trees */

bool clone_row_read(const uint8_t *record, uint32_t size, struct clone_row *row)
{
    if (size < ROW_FIXED_END || record[0] < ROW_LAST_FIXED)
        return false;
    row->table = le32(record + ROW_TABLE);
    row->type = le16(record + ROW_TYPE);
    row->id = le32(record + ROW_ID);
    row->place = le32(record + ROW_PLACE);
    row->density = le32(record + ROW_DENSITY);
    row->flags = le32(record + ROW_FLAGS);
    row->pages = le32(record + ROW_PAGES);
    return true;
}

void clone_row_set_place(uint8_t *record, uint32_t place)
{
    set_le32(record + ROW_PLACE, place);
}

JET_ERR clone_row_insert(struct database *to, const uint8_t *key, uint32_t key_size, const uint8_t *record,
                         uint32_t size, bool index)
{
    JET_ERR err = tree_insert(to->catalog->records, NULL, key, key_size, record, size, true);

    if (err >= 0)
        err = tree_insert(to->shadow->records, NULL, key, key_size, record, size, true);
    return err < 0 || !index ? err : catalog_insert_entries(to, key, key_size, record, size);
}

/* ----------------------------------------------------------------- the database --- */

JET_ERR clone_begin(const WCHAR *path, const struct database_header *like, const struct database_options *options,
                    struct database **to)
{
    struct database_options least = *options;
    struct database *database;
    JET_ERR err;

    *to = NULL;
    if (!least.initial_pages)
        least.initial_pages = options->page_size == HEADER_PAGE_MIN ? LEAST_PAGES + 1 : LEAST_PAGES;
    err = database_create_bare(path, &least, &database);
    if (err < 0)
        return err;
    database->header.format = database->header.created_format = like->format;
    database->header.update_major = database->header.created_update = like->update_major;
    database->header.update_minor = like->update_minor;
    database->header.engine_max = like->engine_max;
    database->header.sort_version = like->sort_version;
    memcpy(database->header.flags, like->flags, sizeof(like->flags));
    database->header.repair_count = database->header.repair_count_old = like->repair_count;
    database->header.repair_time = like->repair_time;
    database->header.reseed_count = database->header.reseed_count_old = like->reseed_count;
    database->header.reseed_time = like->reseed_time;
    database->header.patch_count = database->header.patch_count_old = like->patch_count;
    database->header.patch_time = like->patch_time;
    err = database_mark_dirty(database);
    if (err < 0)
    {
        database_abandon(database);
        os_file_delete(path);
        return err;
    }
    *to = database;
    return JET_errSuccess;
}

void clone_abandon(struct database *to)
{
    database_abandon(to);
}

JET_ERR clone_tree_create(struct database *to, const struct tree *parent, uint32_t objid, bool unique, uint32_t kind,
                          uint32_t pages, struct tree *tree)
{
    uint32_t root;
    JET_ERR err = tree_create(&to->store, parent, objid, unique, kind, pages ? pages : 1, &root);

    if (err >= 0)
        tree_init(tree, &to->cache, root, objid, unique, kind);
    return err;
}

JET_ERR clone_set_auto_increment(const struct tree *tree, uint64_t number)
{
    struct page_root_fields fields;
    struct cache_page *page;
    struct page_view view;
    uint8_t bytes[1 + sizeof(struct page_space_header) + 8] = { 3 };
    JET_ERR err = cache_latch(tree->file, tree->root, CACHE_SHARED, &page);

    if (err < 0)
        return err;
    err = page_view(&view, page->data, page->page_size) ? page_root_fields(&view, &fields) : JET_errDatabaseCorrupted;
    cache_unlatch(page, CACHE_SHARED);
    if (err < 0)
        return err;
    memcpy(bytes + 1, &fields.space, sizeof(fields.space));
    set_le64(bytes + 1 + sizeof(fields.space), number);
    return tree_set_root_header(tree, bytes, sizeof(bytes));
}

/* --------------------------------------------------------------------- repair --- */

JET_ERR clone_build_index(struct table *table, struct txn *txn, const struct index *index)
{
    uint32_t failed;
    JET_ERR err = index_build(table, txn, &index, 1, &failed);

    return err >= 0 && index->disk_flags & INDEX_LOCALIZED ? index_update_version(table, txn, index) : err;
}

JET_ERR clone_forget_table(struct database *to, uint32_t objid, uint32_t root)
{
    JET_ERR err = catalog_delete_table(to, NULL, objid);

    return err < 0 ? err : tree_destroy(&to->store, NULL, root);
}

JET_ERR clone_forget_index(struct database *to, struct table *table, const struct index *index)
{
    JET_ERR err = catalog_delete(to, NULL, table->objid, CATALOG_INDEX, index->objid);

    return err < 0 ? err : tree_destroy(&to->store, table->records, index->tree->root);
}

JET_ERR clone_insert_objid(struct database *to, struct txn *txn, uint32_t objid, uint32_t table, uint32_t type)
{
    return catalog_insert_objid(to, txn, objid, table, type);
}

/* ----------------------------------------------------------------------- trees --- */

struct clone
{
    struct database *from, *to;
    const struct clone_report *report;
    uint8_t *buffer;           /* two pages: a key, and data */
    struct tree source, table; /* of the table at hand: its records, there and here */
    struct clone_table told;
    char name[SCHEMA_NAME_SIZE];
    bool any; /* there is a table at hand */
};

/* What the root of a tree says of it. */
static JET_ERR look_at_root(struct database *from, uint32_t root, uint32_t objid, struct tree *tree,
                            struct page_root_fields *fields)
{
    struct cache_page *page;
    struct page_view view;
    uint32_t flags;
    JET_ERR err = root ? cache_latch(&from->cache, root, CACHE_SHARED, &page) : JET_errDatabaseCorrupted;

    if (err < 0)
        return err;
    flags = page_flags(page->data);
    err = page_view(&view, page->data, page->page_size) ? page_root_fields(&view, fields) : JET_errDatabaseCorrupted;
    cache_unlatch(page, CACHE_SHARED);
    tree_init(tree, &from->cache, root, objid, !(flags & PAGE_NON_UNIQUE), flags & PAGE_KIND);
    return err;
}

static JET_ERR copy_entries(struct clone *clone, const struct tree *from, const struct tree *to, uint64_t *count,
                            uint64_t *bytes)
{
    uint8_t *key = clone->buffer, *data = clone->buffer + clone->from->page_size;
    struct tree_cursor cursor;
    JET_ERR err;

    tree_cursor_init(&cursor, from, NULL);
    cursor.sequential = true;
    for (err = tree_move_first(&cursor); err >= 0; err = tree_move_next(&cursor))
    {
        struct page_node node;
        uint32_t key_size, data_size;

        err = tree_latch(&cursor, &node);
        if (err < 0)
            break;
        key_size = page_key_size(&node.key);
        data_size = node.data_size;
        if (key_size > clone->from->page_size)
        {
            tree_unlatch(&cursor);
            err = JET_errDatabaseCorrupted;
            break;
        }
        page_key_copy(&node.key, key);
        memcpy(data, node.data, data_size);
        tree_unlatch(&cursor);
        err = tree_insert(to, NULL, key, key_size, data, data_size, true);
        if (err < 0)
            break;
        ++*count;
        *bytes += data_size;
    }
    tree_cursor_close(&cursor);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

/* A tree that is not the catalog's: made, and filled. */
static JET_ERR copy_tree(struct clone *clone, const struct clone_row *row, struct tree *tree)
{
    bool table = row->type == CATALOG_TABLE;
    struct page_root_fields fields;
    uint64_t count = 0, bytes = 0;
    struct tree source;
    JET_ERR err = look_at_root(clone->from, row->place, row->id, &source, &fields);

    if (err < 0)
        return err;
    err = clone_tree_create(clone->to, table ? NULL : &clone->table, row->id, source.unique, source.page_kind,
                            row->type == CATALOG_INDEX ? 1 : row->pages, tree);
    if (err >= 0)
        tree_set_density(tree, row->density);
    if (err >= 0 && fields.has_auto_increment)
        err = clone_set_auto_increment(tree, fields.auto_increment);
    if (err >= 0)
        err = copy_entries(clone, &source, tree, &count, &bytes);
    if (err < 0)
        return err;
    if (table)
    {
        clone->source = source;
        clone->told.records = count;
        clone->told.record_bytes = bytes;
    }
    else if (row->type == CATALOG_LONG_VALUE)
        clone->told.value_bytes += bytes;
    return JET_errSuccess;
}

/* --------------------------------------------------------------------- catalog --- */

/* The catalog's own trees lie where they lie in any database. */
static uint32_t catalog_root(uint32_t objid)
{
    switch (objid)
    {
    case CATALOG_OBJID:
        return CATALOG_ROOT;
    case CATALOG_SHADOW_OBJID:
        return CATALOG_SHADOW_ROOT;
    case CATALOG_NAME_OBJID:
        return CATALOG_NAME_ROOT;
    case CATALOG_ROOTS_OBJID:
        return CATALOG_ROOTS_ROOT;
    default:
        return 0;
    }
}

static bool of_catalog(const struct clone_row *row)
{
    return row->table == CATALOG_OBJID || row->table == CATALOG_SHADOW_OBJID;
}

static JET_ERR finish_table(struct clone *clone)
{
    JET_ERR err = JET_errSuccess;

    if (clone->any && clone->report && clone->report->table)
    {
        /* What cannot be told of its space does not keep it from being copied. */
        if (tree_space_info(&clone->source, &clone->told.pages_owned, &clone->told.pages_available) < 0)
            clone->told.pages_owned = 1;
        clone->told.name = clone->name;
        err = clone->report->table(clone->report->context, &clone->told);
    }
    clone->any = false;
    memset(&clone->told, 0, sizeof(clone->told));
    return err;
}

static void count_row(struct clone *clone, const struct clone_row *row)
{
    if (row->type == CATALOG_COLUMN && row->id < COLUMNID_TAGGED_FIRST)
        clone->told.columns_single++;
    else if (row->type == CATALOG_COLUMN)
        clone->told.columns_tagged++;
    else if (row->type == CATALOG_INDEX && row->id != row->table)
        clone->told.indexes++;
}

/* Where what the row describes is now; what it has is copied. */
static JET_ERR copy_object(struct clone *clone, const struct clone_row *row, uint32_t *place)
{
    struct tree tree;
    JET_ERR err = JET_errSuccess;

    *place = row->place;
    if (row->type == CATALOG_COLUMN || row->type == CATALOG_CALLBACK)
        return JET_errSuccess;
    if (of_catalog(row) && catalog_root(row->id))
    {
        *place = catalog_root(row->id);
        if (row->type == CATALOG_TABLE)
            clone->table = *(row->id == CATALOG_OBJID ? clone->to->catalog : clone->to->shadow)->records;
        return JET_errSuccess;
    }
    if (row->type == CATALOG_INDEX && row->id == row->table)
    {
        *place = clone->table.root;
        return JET_errSuccess;
    }
    err = copy_tree(clone, row, &tree);
    *place = tree.root;
    if (err >= 0 && row->type == CATALOG_TABLE)
    {
        clone->table = tree;
        clone->any = true;
    }
    return err;
}

/* The row that the cursor is on, and what it describes. */
static JET_ERR copy_row(struct clone *clone, struct tree_cursor *cursor)
{
    uint8_t *record = os_alloc(2 * (size_t)clone->from->page_size), *key = record + clone->from->page_size;
    struct catalog_bytes name;
    struct page_node node;
    struct clone_row row;
    uint32_t key_size = 0, size = 0, place;
    JET_ERR err = record ? tree_latch(cursor, &node) : JET_errOutOfMemory;

    if (err < 0)
    {
        os_free(record);
        return err;
    }
    key_size = page_key_size(&node.key);
    size = node.data_size;
    if (key_size <= clone->from->page_size)
        page_key_copy(&node.key, key);
    memcpy(record, node.data, size);
    tree_unlatch(cursor);
    err = key_size <= clone->from->page_size && clone_row_read(record, size, &row) ? JET_errSuccess
                                                                                   : JET_errCatalogCorrupted;
    if (err >= 0 && row.type == CATALOG_TABLE)
    {
        err = finish_table(clone);
        if (err >= 0)
            err = catalog_record_name(record, size, &name);
        if (err >= 0)
            err = catalog_name(name, clone->name);
    }
    if (err >= 0)
        err = copy_object(clone, &row, &place);
    if (err >= 0)
    {
        count_row(clone, &row);
        if (place != row.place)
            clone_row_set_place(record, place);
        err = clone_row_insert(clone->to, key, key_size, record, size, false);
    }
    os_free(record);
    return err;
}

static JET_ERR copy_all(struct clone *clone)
{
    uint64_t count = 0, bytes = 0;
    struct tree_cursor cursor;
    JET_ERR err;

    tree_cursor_init(&cursor, clone->from->catalog->records, NULL);
    for (err = tree_move_first(&cursor); err >= 0; err = tree_move_next(&cursor))
    {
        err = copy_row(clone, &cursor);
        if (err < 0)
            break;
    }
    tree_cursor_close(&cursor);
    if (err == JET_errNoCurrentRecord)
        err = finish_table(clone);
    for (uint32_t i = 1; err >= 0 && i < clone->from->catalog->index_count; i++)
        err = copy_entries(clone, clone->from->catalog->indexes[i].tree, clone->to->catalog->indexes[i].tree, &count,
                           &bytes);
    return err;
}

JET_ERR database_clone(struct database *from, const WCHAR *path, const struct database_options *options,
                       const struct clone_report *report, struct database **to)
{
    struct clone clone = { .from = from, .report = report };
    JET_ERR err;

    *to = NULL;
    clone.buffer = os_alloc(2 * (size_t)from->page_size);
    if (!clone.buffer)
        return JET_errOutOfMemory;
    err = clone_begin(path, &from->header, options, &clone.to);
    if (err < 0)
    {
        os_free(clone.buffer);
        return err;
    }
    err = copy_all(&clone);
    os_free(clone.buffer);
    if (err < 0)
    {
        database_abandon(clone.to);
        os_file_delete(path);
        return err;
    }
    atomic_store(&clone.to->last_objid, atomic_load(&from->last_objid));
    *to = clone.to;
    return JET_errSuccess;
}
