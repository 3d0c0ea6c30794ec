/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Repair: the catalog, and table by table what it describes. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maintain/repair_private.h"

void repair_tell(struct repair *repair, enum finding_kind kind, uint32_t pgno, const char *format, ...)
{
    struct finding finding = { .kind = kind, .pgno = pgno, .table = repair->name, .tree = "" };
    char text[256];
    va_list arguments;

    if (!repair->report->finding)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    finding.text = text;
    repair->report->finding(repair->report->context, &finding);
}

/* ------------------------------------------------------------------------ file --- */

/* Both copies of the header are gone: a page size under which pages are right is the one. */
static JET_ERR guess_header(struct repair *repair, uint64_t size)
{
    uint8_t *page = os_alloc(HEADER_PAGE_MAX);
    struct database_header *header = &repair->header;

    if (!page)
        return JET_errOutOfMemory;
    for (uint32_t page_size = HEADER_PAGE_MIN; page_size <= HEADER_PAGE_MAX && !repair->page_size; page_size *= 2)
    {
        uint32_t good = 0;

        for (uint32_t pgno = 1; pgno < 64 && (pgno + 2ull) * page_size <= size; pgno++)
            if (os_file_read_at(repair->file, (pgno + 1ull) * page_size, page, page_size) >= 0 &&
                page_check(page, page_size, pgno, NULL) >= 0)
                good++;
        if (good >= 2)
            repair->page_size = page_size;
    }
    os_free(page);
    if (!repair->page_size)
        return JET_errDatabaseCorrupted;
    memset(header, 0, sizeof(*header));
    header->format = header->created_format = HEADER_FORMAT;
    header->update_major = header->created_update = 20;
    header->sort_version = UINT64_MAX;
    repair_tell(repair, FINDING_HEADER, 0, "neither copy of the header can be used; pages are of %u bytes",
                (unsigned)repair->page_size);
    return JET_errSuccess;
}

static JET_ERR open_file(struct repair *repair, const WCHAR *path)
{
    struct header_read read;
    uint64_t size;
    JET_ERR err = os_file_open(path, OS_OPEN_READ_ONLY, &repair->file);

    if (err >= 0)
        err = os_file_size(repair->file, &size);
    if (err < 0)
        return err;
    err = header_read(repair->file, &read);
    if (err >= 0 && header_check(&read.header) >= 0 && header_check_type(&read.header) >= 0)
    {
        repair->header = read.header;
        repair->page_size = read.page_size;
        if (!read.first_good || !read.second_good)
            repair_tell(repair, FINDING_HEADER, 0, "one copy of the header cannot be used");
    }
    else
        err = guess_header(repair, size);
    if (err < 0)
        return err;
    size /= repair->page_size;
    repair->pages = size > 2 ? (uint32_t)size - 2 : 0;
    repair->result.pages = repair->pages;
    repair->page = os_alloc(repair->page_size);
    repair->key = os_alloc(repair->page_size);
    return repair->page && repair->key ? JET_errSuccess : JET_errOutOfMemory;
}

static JET_ERR verify_page(struct cache_file *cache, uint32_t pgno, uint8_t *data)
{
    return page_check(data, cache->page_size, pgno, NULL);
}

/* --------------------------------------------------------------------- catalog --- */

static JET_ERR add_row(void *context, struct repair *repair, const uint8_t *key, uint32_t key_size, const uint8_t *data,
                       uint32_t data_size)
{
    struct catalog_bytes name;
    struct repair_row *row;

    (void)context;
    if (repair->row_count == repair->row_room)
    {
        uint32_t room = repair->row_room ? 2 * repair->row_room : 1024;
        struct repair_row *rows = os_realloc(repair->rows, (size_t)room * sizeof(*rows));

        if (!rows)
            return JET_errOutOfMemory;
        repair->rows = rows;
        repair->row_room = room;
    }
    row = &repair->rows[repair->row_count];
    if (!clone_row_read(data, data_size, &row->row) || catalog_record_name(data, data_size, &name) < 0)
        return JET_errSuccess;
    row->bytes = os_alloc((size_t)key_size + data_size);
    if (!row->bytes)
        return JET_errOutOfMemory;
    memcpy(row->bytes, key, key_size);
    memcpy(row->bytes + key_size, data, data_size);
    row->key_size = key_size;
    row->size = data_size;
    repair->row_count++;
    return JET_errSuccess;
}

static int by_key(const void *left, const void *right)
{
    const struct repair_row *a = left, *b = right;
    int order = memcmp(a->bytes, b->bytes, a->key_size < b->key_size ? a->key_size : b->key_size);

    return order ? order : a->key_size < b->key_size ? -1 : a->key_size > b->key_size;
}

/* Each row once, from a copy of the catalog that is whole, or from what there is of both. */
static JET_ERR gather_rows(struct repair *repair)
{
    static const struct copy
    {
        uint32_t root, objid;
        const char *name;
    } copies[] = { { CATALOG_ROOT, CATALOG_OBJID, "MSysObjects" },
                   { CATALOG_SHADOW_ROOT, CATALOG_SHADOW_OBJID, "MSysObjectsShadow" } };
    const struct copy *whole_one = NULL;
    uint32_t kept = 0;
    struct tree tree;
    JET_ERR err = JET_errSuccess;
    bool whole;

    for (size_t i = 0; i < 2; i++)
    {
        if (!repair_whole(repair, copies[i].root, copies[i].objid, &tree))
            repair_tell(repair, FINDING_CATALOG, 0, "%s is not whole", copies[i].name);
        else if (!whole_one)
            whole_one = &copies[i];
    }
    for (size_t i = 0; err >= 0 && i < 2; i++)
        if (!whole_one || whole_one == &copies[i])
            err = repair_each(repair, copies[i].root, copies[i].objid, 0, add_row, NULL, &whole);
    if (err < 0)
        return err;
    if (!repair->row_count)
        return JET_errDatabaseCorrupted;
    qsort(repair->rows, repair->row_count, sizeof(*repair->rows), by_key);
    for (uint32_t i = 0; i < repair->row_count; i++)
    {
        if (kept && !by_key(&repair->rows[kept - 1], &repair->rows[i]))
            os_free(repair->rows[i].bytes);
        else
            repair->rows[kept++] = repair->rows[i];
    }
    repair->row_count = kept;
    return JET_errSuccess;
}

static const uint8_t *record_of(const struct repair_row *row)
{
    return row->bytes + row->key_size;
}

static JET_ERR insert_row(struct repair *repair, struct repair_row *row, uint32_t place)
{
    clone_row_set_place(row->bytes + row->key_size, place);
    return clone_row_insert(repair->to, row->bytes, row->key_size, record_of(row), row->size, true);
}

/* ---------------------------------------------------------------------- tables --- */

/* What is known of a table while it is made. */
struct making
{
    uint32_t first, end; /* its rows */
    const struct clone_row *row;
    struct tree records, values;
    uint64_t count;
    bool whole; /* its records were */
    bool values_whole;
    bool catalog; /* it is MSysObjects or its shadow */
    bool objids;  /* or MSysObjids, which is filled at the end */
};

static uint32_t catalog_place(uint32_t objid)
{
    return objid == CATALOG_OBJID          ? CATALOG_ROOT
           : objid == CATALOG_SHADOW_OBJID ? CATALOG_SHADOW_ROOT
           : objid == CATALOG_NAME_OBJID   ? CATALOG_NAME_ROOT
           : objid == CATALOG_ROOTS_OBJID  ? CATALOG_ROOTS_ROOT
                                           : 0;
}

/* The tree of a row that has one; *place is its root. */
static JET_ERR make_tree(struct repair *repair, struct making *making, const struct clone_row *row, uint32_t *place)
{
    uint64_t count;
    struct tree tree;
    JET_ERR err;

    *place = row->place;
    if (row->type == CATALOG_COLUMN || row->type == CATALOG_CALLBACK)
        return JET_errSuccess;
    if (making->catalog && catalog_place(row->id))
    {
        *place = catalog_place(row->id);
        return JET_errSuccess;
    }
    if (row->type == CATALOG_INDEX && row->id == row->table)
    {
        *place = making->records.root;
        return JET_errSuccess;
    }
    if (row->type == CATALOG_INDEX)
    {
        err = clone_tree_create(repair->to, &making->records, row->id, row->flags & INDEX_UNIQUE, PAGE_INDEX, 1, &tree);
        *place = tree.root;
        return err;
    }
    if (row->type == CATALOG_LONG_VALUE)
    {
        err = clone_tree_create(repair->to, &making->records, row->id, true, PAGE_LONG_VALUE, row->pages,
                                &making->values);
        *place = making->values.root;
        return err < 0 ? err
                       : repair_copy(repair, row->place, row->id, PAGE_LONG_VALUE, &making->values, &count,
                                     &making->values_whole);
    }
    err = clone_tree_create(repair->to, NULL, row->id, true, 0, row->pages, &making->records);
    *place = making->records.root;
    if (err < 0 || making->objids)
        return err;
    tree_set_density(&making->records, row->density);
    return repair_copy(repair, row->place, row->id, 0, &making->records, &making->count, &making->whole);
}

/* Where the index's tree was. */
static uint32_t old_root(const struct repair *repair, const struct making *making, uint32_t objid)
{
    for (uint32_t i = making->first; i < making->end; i++)
        if (repair->rows[i].row.type == CATALOG_INDEX && repair->rows[i].row.id == objid)
            return repair->rows[i].row.place;
    return 0;
}

static JET_ERR make_index(struct repair *repair, const struct making *making, struct table *table,
                          const struct index *index, uint32_t old_place)
{
    uint64_t count;
    struct tree old;
    bool whole;
    JET_ERR err;

    if (making->whole && making->values_whole && repair_whole(repair, old_place, index->objid, &old))
        return repair_copy(repair, old_place, index->objid, PAGE_INDEX, index->tree, &count, &whole);
    err = clone_build_index(table, &repair->txn, index);
    if (err >= 0)
    {
        repair->result.indexes_rebuilt++;
        repair_tell(repair, FINDING_INDEX, 0, "index %s was built anew", index->name);
        return err;
    }
    if (err == JET_errOutOfMemory || err == JET_errDiskFull)
        return err;
    repair->result.indexes_lost++;
    repair_tell(repair, FINDING_INDEX, 0, "index %s is lost: error %d", index->name, (int)err);
    return clone_forget_index(repair->to, table, index);
}

/* The table is there with its records: the rest follows. */
static JET_ERR finish_table(struct repair *repair, struct making *making)
{
    struct table *table;
    JET_ERR err = table_open(repair->to, &repair->txn, repair->name, &table);

    if (err == JET_errOutOfMemory)
        return err;
    if (err < 0)
    {
        repair->result.tables_lost++;
        repair_tell(repair, FINDING_CATALOG, 0, "the table is lost: what describes it cannot be used, error %d",
                    (int)err);
        return clone_forget_table(repair->to, making->row->table, making->records.root);
    }
    if (!making->whole || !making->values_whole)
    {
        uint64_t columns = repair->result.columns_lost, values = repair->result.values_lost;

        repair->result.tables_damaged++;
        repair->result.records += making->count;
        err = repair_values(repair, table, &making->values);
        repair_tell(
            repair, FINDING_RECORD, 0,
            "damaged; %llu records were found, %llu long values were not whole, %llu columns are lost with them",
            (unsigned long long)making->count, (unsigned long long)(repair->result.values_lost - values),
            (unsigned long long)(repair->result.columns_lost - columns));
    }
    for (uint32_t i = 0; err >= 0 && i < table->index_count; i++)
        if (table->indexes[i].tree != table->records)
            err = make_index(repair, making, table, &table->indexes[i],
                             old_root(repair, making, table->indexes[i].objid));
    table_release(table);
    return err;
}

static JET_ERR make_table(struct repair *repair, struct making *making)
{
    uint32_t place;
    JET_ERR err = JET_errSuccess;

    making->whole = making->values_whole = true;
    for (uint32_t i = making->first; err >= 0 && i < making->end; i++)
    {
        err = make_tree(repair, making, &repair->rows[i].row, &place);
        if (err >= 0)
            err = insert_row(repair, &repair->rows[i], place);
    }
    return err < 0 || making->catalog ? err : finish_table(repair, making);
}

static JET_ERR make_tables(struct repair *repair)
{
    JET_ERR err = JET_errSuccess;

    for (uint32_t first = 0, end; err >= 0 && first < repair->row_count; first = end)
    {
        const struct clone_row *row = &repair->rows[first].row;
        struct making making = { .first = first, .row = row };
        struct catalog_bytes name;

        for (end = first; end < repair->row_count && repair->rows[end].row.table == row->table; end++)
            ;
        making.end = end;
        repair->name[0] = 0;
        if (row->type != CATALOG_TABLE ||
            catalog_record_name(record_of(&repair->rows[first]), repair->rows[first].size, &name) < 0 ||
            catalog_name(name, repair->name) < 0)
        {
            repair->result.tables_lost++;
            repair_tell(repair, FINDING_CATALOG, 0, "the table with the object id %u is lost: its row is not there",
                        (unsigned)row->table);
            continue;
        }
        making.catalog = row->table == CATALOG_OBJID || row->table == CATALOG_SHADOW_OBJID;
        making.objids = !strcmp(repair->name, "MSysObjids");
        repair->result.tables++;
        err = make_table(repair, &making);
        if (err >= 0 && repair->report->progress)
            err = repair->report->progress(repair->report->context,
                                           repair->pages + (uint64_t)repair->pages * end / repair->row_count,
                                           2ull * repair->pages);
    }
    repair->name[0] = 0;
    return err;
}

/* --------------------------------------------------------------------- the end --- */

static bool has_object_id(const struct clone_row *row)
{
    return row->type == CATALOG_TABLE || row->type == CATALOG_LONG_VALUE ||
           (row->type == CATALOG_INDEX && row->id != row->table);
}

/* MSysObjids says what the catalog does. */
static JET_ERR fill_objids(struct repair *repair, uint32_t *highest)
{
    struct clone_row *rows = NULL;
    uint32_t count = 0, room = 0;
    struct tree_cursor cursor;
    struct table *objids;
    struct page_node node;
    struct clone_row row;
    JET_ERR err = table_open(repair->to, &repair->txn, "MSysObjids", &objids);
    bool wanted = err >= 0;

    if (wanted)
        table_release(objids);
    tree_cursor_init(&cursor, repair->to->catalog->records, NULL);
    for (err = tree_move_first(&cursor); err >= 0; err = tree_move_next(&cursor))
    {
        err = tree_latch(&cursor, &node);
        if (err < 0)
            break;
        if (!clone_row_read(node.data, node.data_size, &row))
            row.type = 0;
        tree_unlatch(&cursor);
        if (!has_object_id(&row))
            continue;
        if (row.id > *highest)
            *highest = row.id;
        if (count == room)
        {
            struct clone_row *more = os_realloc(rows, (room = room ? 2 * room : 256) * sizeof(*rows));

            if (!more)
            {
                err = JET_errOutOfMemory;
                break;
            }
            rows = more;
        }
        rows[count++] = row;
    }
    tree_cursor_close(&cursor);
    if (err == JET_errNoCurrentRecord)
        err = JET_errSuccess;
    for (uint32_t i = 0; err >= 0 && wanted && i < count; i++)
        err = clone_insert_objid(repair->to, &repair->txn, rows[i].id, rows[i].table, rows[i].type);
    os_free(rows);
    return err;
}

static JET_ERR make_database(struct repair *repair, const WCHAR *to)
{
    struct database_options options = { .page_size = repair->page_size, .txns = repair->txns, .log_database = 1 };
    uint32_t highest = repair->header.last_objid;
    JET_ERR err;

    options.extension_pages = repair->pages / 100 > 16 ? repair->pages / 100 : 16;
    err = clone_begin(to, &repair->header, &options, &repair->to);
    if (err < 0)
        return err;
    err = make_tables(repair);
    if (err >= 0)
        err = fill_objids(repair, &highest);
    if (err >= 0)
    {
        atomic_store(&repair->to->last_objid, highest);
        repair->to->header.repair_count++;
        log_time_set(&repair->to->header.repair_time, os_time_now());
        err = database_close(repair->to);
    }
    else
    {
        version_clean(repair->txns, UINT32_MAX);
        clone_abandon(repair->to);
        os_file_delete(to);
    }
    return err;
}

JET_ERR repair_database(const WCHAR *from, const WCHAR *to, const struct maintain_report *report,
                        struct repair_result *result)
{
    struct repair *repair = os_alloc_zero(sizeof(*repair));
    JET_ERR err;

    if (!repair)
        return JET_errOutOfMemory;
    repair->report = report;
    repair->txns = os_alloc_zero(sizeof(*repair->txns));
    err = repair->txns ? open_file(repair, from) : JET_errOutOfMemory;
    if (err >= 0)
    {
        txn_root_init(repair->txns);
        repair->txns->hooks = (struct version_hooks){ NULL, schema_undo, schema_expire, NULL };
        txn_init(&repair->txn, repair->txns);
        cache_file_init(&repair->cache, repair->file, repair->page_size, true);
        repair->cache.verify = verify_page;
        err = repair_scan(repair);
        if (err >= 0)
            err = gather_rows(repair);
        if (err >= 0)
            err = make_database(repair, to);
        cache_file_purge(&repair->cache);
        txn_root_free(repair->txns);
    }
    if (result)
        *result = repair->result;
    for (uint32_t i = 0; i < repair->row_count; i++)
        os_free(repair->rows[i].bytes);
    os_free(repair->rows);
    os_free(repair->leaves);
    os_free(repair->page);
    os_free(repair->key);
    os_file_close(repair->file);
    os_free(repair->txns);
    os_free(repair);
    return err < 0 ? err : JET_errSuccess;
}

JET_ERR repair_if_needed(const WCHAR *path, const WCHAR *temporary, bool only_check,
                         const struct maintain_report *checking, const struct maintain_report *report,
                         struct repair_result *result)
{
    JET_ERR err = integrity_check(path, NULL, checking, NULL);

    switch (err)
    {
    case JET_errDatabaseCorrupted:
    case JET_errDatabaseDirtyShutdown:
    case JET_errReadVerifyFailure:
        break;
    default:
        return err;
    }
    if (only_check)
        return JET_errDatabaseCorrupted;
    (void)os_file_delete(temporary);
    err = repair_database(path, temporary, report, result);
    if (err >= 0)
        err = os_file_move(temporary, path, true);
    return err < 0 ? err : JET_wrnDatabaseRepaired;
}
