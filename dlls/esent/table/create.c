/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A new database: its header, its root space, and the engine's own tables, at
 * the pages and with the object ids that they have in every database.
 *
 * Order and content follow the published source (ErrDBCreateDatabase,
 * ErrCATCreate, ErrCATCreateMSObjids, kvpstore.cxx) and databases it made.
 */

#include "format/bytes.h"
#include "table/catalog.h"
#include "table/database_private.h"
#include "table/key.h"
#include "table/record.h"
#include "table/schema_private.h"
#include "txn/version.h"

#define FIRST_DBTIME        64
#define CATALOG_PAGES       20
#define CATALOG_INDEX_PAGES 3
#define OBJIDS_DENSITY      100
#define LOCALES_DENSITY     92
#define SYSTEM_DYNAMIC      0x08000000u /* a table of the engine's that is not at a known place */
#define WRITTEN_UPDATE      20          /* what engines since Windows 8 read and write */

/* ------------------------------------------------------------------ header --- */

static uint32_t shadow_pages(uint32_t page_size)
{
    return page_size == 2048 ? 6 : 5;
}

/* As many as the engine's own tables take, and one extension, but 256 with the headers at most. */
static uint32_t default_pages(const struct database_options *options)
{
    uint32_t least = options->page_size == 2048 ? 31 : 30;
    uint32_t rest = 256 - 2 - least;

    return least + (options->extension_pages < rest ? options->extension_pages : rest);
}

JET_ERR database_make_header(struct database *database, const struct database_options *options)
{
    struct database_header *header = &database->header;

    database->page_size = options->page_size;
    database->header_page = os_alloc_zero(options->page_size);
    if (!database->header_page)
        return JET_errOutOfMemory;
    header->magic = HEADER_MAGIC;
    header->format = header->created_format = HEADER_FORMAT;
    header->update_major = header->created_update = WRITTEN_UPDATE;
    header->attributes = HEADER_ATTRIBUTES;
    header->dbtime = FIRST_DBTIME;
    header->state = JET_dbstateJustCreated;
    header->dbid = options->log_database;
    header->page_size = options->page_size;
    header->file_type = HEADER_FILE_DATABASE;
    header->os_major = os_system()->major;
    header->os_minor = os_system()->minor;
    header->os_build = os_system()->build;
    header->os_service_pack = (int32_t)os_system()->service_pack;
    header->sort_version = UINT64_MAX;
    if (options->grbit & JET_bitDbShadowingOff)
        header->flags[0] |= HEADER_FLAG_SHADOW_OFF;
    database_new_signature(&header->signature);
    database_time_now(&header->attach_time);
    return JET_errSuccess;
}

static JET_ERR make_file(struct database *database, const struct database_options *options)
{
    uint32_t pages = options->initial_pages ? options->initial_pages : default_pages(options);
    uint32_t mode = options->grbit & JET_bitDbOverwriteExisting ? OS_OPEN_OVERWRITE : OS_OPEN_CREATE;
    JET_ERR err = event_file_open(options->events, database->path, OS_OPEN_EXCLUSIVE_WRITE | OS_OPEN_RANDOM | mode,
                                  &database->file);

    if (err < 0)
        return err == JET_errFileAlreadyExists ? JET_errDatabaseDuplicate : err;
    err = database_write_header(database);
    if (err >= 0)
        err = os_file_set_size(database->file, (uint64_t)(pages + 2) * database->page_size);
    if (err >= 0)
        err = database_start(database, options);
    if (err >= 0 && database->store.log)
        err = database_log_create(database);
    if (err >= 0 && database->store.log)
        err = tree_store_log_size(&database->store);
    return err < 0 ? err : tree_create_root(&database->store, pages);
}

/* ----------------------------------------------------------------- catalog --- */

/* A tree whose root must be at a certain page. */
static JET_ERR tree_at_page(struct database *database, const struct tree *parent, const struct tree *tree,
                            uint32_t pages)
{
    uint32_t root;
    JET_ERR err = tree_create(&database->store, parent, tree->objid, true, tree->page_kind | TREE_SPACE_TREES, pages,
                              &root);

    return err >= 0 && root != tree->root ? JET_errInternalError : err;
}

static JET_ERR make_catalog_trees(struct database *database)
{
    const struct table *catalog = database->catalog, *shadow = database->shadow;
    JET_ERR err = tree_at_page(database, NULL, catalog->records, CATALOG_PAGES);

    if (err >= 0)
        err = tree_at_page(database, NULL, shadow->records, shadow_pages(database->page_size));
    for (unsigned i = 1; err >= 0 && i < catalog->index_count; i++)
        err = tree_at_page(database, catalog->records, catalog->indexes[i].tree, CATALOG_INDEX_PAGES);
    atomic_store(&database->last_objid, CATALOG_ROOTS_OBJID);
    return err;
}

static struct catalog_bytes text(const char *name)
{
    return (struct catalog_bytes){ (const uint8_t *)name, (uint32_t)strlen(name) };
}

static JET_ERR insert_columns(struct database *database, struct txn *txn, const struct table *table)
{
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < table->column_count; i++)
    {
        const struct column *column = &table->columns[i];
        struct catalog_row row = { .table = table->objid,
                                   .type = CATALOG_COLUMN,
                                   .id = column->fid,
                                   .place = column->type,
                                   .space = column->max_size,
                                   .flags = column->disk_flags,
                                   .pages = column->code_page,
                                   .name = text(column->name) };

        /* All rows of the catalog's own columns say the same place. */
        if (column->fid < COLUMNID_VAR_FIRST)
            row.offset = SCHEMA_FIXED_START;
        err = catalog_insert(database, txn, &row);
    }
    return err;
}

static JET_ERR insert_indexes(struct database *database, struct txn *txn, const struct table *table)
{
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < table->index_count; i++)
    {
        const struct index *index = &table->indexes[i];
        struct catalog_row row = { .table = table->objid,
                                   .type = CATALOG_INDEX,
                                   .id = index->objid,
                                   .place = index->tree->root,
                                   .space = index->density,
                                   .flags = index->disk_flags | INDEX_WIDE_COLUMNS,
                                   .lcmap_flags = index->lcmap_flags,
                                   .has_lcmap_flags = true,
                                   .name = text(index->name) };
        uint8_t keys[12] = { 0 };

        for (uint32_t k = 0; k < index->key_columns; k++)
            set_le16(keys + 4 * k + 2, (uint16_t)COLUMNID_FID(index->key[k].columnid));
        row.key_columns = (struct catalog_bytes){ keys, index->key_columns * 4 };
        row.locale = (struct catalog_bytes){ (const uint8_t *)index->locale,
                                             (uint32_t)os_text_length(index->locale) * 2 };
        err = catalog_insert(database, txn, &row);
    }
    return err;
}

static JET_ERR make_catalog(struct database *database, struct txn *txn)
{
    const struct table *tables[2] = { database->catalog, database->shadow };
    JET_ERR err = make_catalog_trees(database);

    for (unsigned i = 0; err >= 0 && i < 2; i++)
    {
        struct catalog_row row = { .table = tables[i]->objid,
                                   .type = CATALOG_TABLE,
                                   .id = tables[i]->objid,
                                   .place = tables[i]->root,
                                   .space = tables[i]->density,
                                   .flags = tables[i]->flags,
                                   .name = text(tables[i]->name) };

        row.pages = i ? shadow_pages(database->page_size) : CATALOG_PAGES;
        err = catalog_insert(database, txn, &row);
        if (err >= 0)
            err = insert_columns(database, txn, tables[i]);
    }
    for (unsigned i = 0; err >= 0 && i < 2; i++)
        err = insert_indexes(database, txn, tables[i]);
    return err;
}

/* ----------------------------------------------------- MSysObjids, MSysLocales --- */

struct system_column
{
    const char *name;
    uint16_t id;
    uint8_t type;
    uint16_t max_size, flags, offset;
    const char *default_value;
};

struct system_table
{
    const char *name, *index;
    uint32_t density, flags, index_flags;
    uint16_t key;
    const struct system_column *columns;
    uint32_t count;
};

static const struct system_column objids_columns[] = {
    { "objid", 256, JET_coltypLong, 4, 0, 0, NULL },
    { "objidTable", 257, JET_coltypLong, 4, 0, 0, NULL },
    { "type", 258, JET_coltypShort, 2, 0, 0, NULL },
};

static const struct system_column locales_columns[] = {
    { "Type", 1, JET_coltypUnsignedByte, 1, COLUMN_NOT_NULL, 4, NULL },
    { "iValue", 2, JET_coltypLong, 4, COLUMN_ESCROW | COLUMN_DEFAULT, 5, "\0\0\0\0" },
    { "Key", 128, JET_coltypBinary, 255, 0, 0, NULL },
};

#define ANY_NULLS (INDEX_ALLOW_ALL_NULLS | INDEX_ALLOW_FIRST_NULL | INDEX_ALLOW_SOME_NULLS)

static const struct system_table objids_table = {
    DATABASE_OBJIDS,
    "primary",
    OBJIDS_DENSITY,
    JET_bitObjectSystem | JET_bitObjectTableFixedDDL | SYSTEM_DYNAMIC,
    INDEX_UNIQUE | INDEX_PRIMARY | ANY_NULLS | INDEX_WIDE_COLUMNS,
    256,
    objids_columns,
    3,
};

static const struct system_table locales_table = {
    DATABASE_LOCALES,
    "KeyPrimary",
    LOCALES_DENSITY,
    JET_bitObjectSystem | SYSTEM_DYNAMIC,
    INDEX_UNIQUE | INDEX_PRIMARY | INDEX_NO_TRUNCATION | ANY_NULLS | INDEX_WIDE_COLUMNS,
    128,
    locales_columns,
    3,
};

static JET_ERR make_system_table(struct database *database, struct txn *txn, const struct system_table *system)
{
    uint32_t objid = database_new_objid(database), root;
    struct catalog_row row;
    uint8_t key[4] = { 0, 0, (uint8_t)system->key, (uint8_t)(system->key >> 8) };
    static const WCHAR locale[] = { 'e', 'n', '-', 'U', 'S' };
    JET_ERR err = tree_create(&database->store, NULL, objid, true, 0, 1, &root);

    if (err < 0)
        return err;
    row = (struct catalog_row){ .table = objid,
                                .type = CATALOG_TABLE,
                                .id = objid,
                                .place = root,
                                .space = system->density,
                                .flags = system->flags,
                                .name = text(system->name) };
    err = catalog_insert(database, txn, &row);
    for (uint32_t i = 0; err >= 0 && i < system->count; i++)
    {
        const struct system_column *column = &system->columns[i];

        row = (struct catalog_row){ .table = objid,
                                    .type = CATALOG_COLUMN,
                                    .id = column->id,
                                    .place = column->type,
                                    .space = column->max_size,
                                    .flags = column->flags,
                                    .offset = column->offset,
                                    .name = text(column->name) };
        if (column->default_value)
            row.default_value = (struct catalog_bytes){ (const uint8_t *)column->default_value, column->max_size };
        err = catalog_insert(database, txn, &row);
    }
    if (err < 0)
        return err;
    version_allot(txn->root, 0); /* of the table, and of its space */
    version_allot(txn->root, SCHEMA_BUCKET_SPACE);
    row = (struct catalog_row){ .table = objid,
                                .type = CATALOG_INDEX,
                                .id = objid,
                                .place = root,
                                .space = system->density,
                                .flags = system->index_flags,
                                .has_lcmap_flags = true,
                                .lcmap_flags = SCHEMA_LCMAP_DEFAULT,
                                .name = text(system->index),
                                .key_columns = { key, sizeof(key) },
                                .locale = { (const uint8_t *)locale, sizeof(locale) } };
    return catalog_insert(database, txn, &row);
}

/* MSysObjids has the ids of all objects that there are until now, its own included. */
static JET_ERR fill_objids(struct database *database, struct txn *txn)
{
    static const uint32_t objects[][3] = {
        { CATALOG_OBJID, CATALOG_OBJID, CATALOG_TABLE },
        { CATALOG_NAME_OBJID, CATALOG_OBJID, CATALOG_INDEX },
        { CATALOG_ROOTS_OBJID, CATALOG_OBJID, CATALOG_INDEX },
        { CATALOG_SHADOW_OBJID, CATALOG_SHADOW_OBJID, CATALOG_TABLE },
        { 6, 6, CATALOG_TABLE },
    };
    JET_ERR err = JET_errSuccess;

    for (unsigned i = 0; err >= 0 && i < sizeof(objects) / sizeof(objects[0]); i++)
    {
        err = catalog_insert_objid(database, txn, objects[i][0], objects[i][1], objects[i][2]);
        /* Windows inserts the primary index of a table as well, and finds the table's id taken. */
        if (objects[i][2] == CATALOG_TABLE)
            catalog_allot_objid(txn);
    }
    database->has_objids = err >= 0;
    return err;
}

/* ------------------------------------------------------------------ create --- */

/* One step, in a transaction of its own. */
static JET_ERR step(struct database *database, struct txn *txn, JET_ERR (*make)(struct database *, struct txn *))
{
    JET_ERR err = txn_begin(txn, false, 0);

    if (err < 0)
        return err;
    err = make(database, txn);
    if (err >= 0)
        return txn_commit(txn);
    txn_rollback(txn);
    return err;
}

static JET_ERR make_objids(struct database *database, struct txn *txn)
{
    return make_system_table(database, txn, &objids_table);
}

static JET_ERR make_locales(struct database *database, struct txn *txn)
{
    static const struct
    {
        const char *name;
        uint32_t value;
        uint8_t type;
    } entries[] = {
        { ".Schema\\External\\Major", 1, LOCALES_NUMBER },  { ".Schema\\External\\Minor", 0, LOCALES_NUMBER },
        { ".Schema\\External\\Update", 0, LOCALES_NUMBER }, { ".Schema\\Internal\\Major", 1, LOCALES_NUMBER },
        { ".Schema\\Internal\\Minor", 0, LOCALES_NUMBER },  { ".Schema\\Internal\\Update", 0, LOCALES_NUMBER },
        { "MSysLocalesConsistent", 1, LOCALES_COUNT },
    };
    JET_ERR err = make_system_table(database, txn, &locales_table);

    for (unsigned i = 0; err >= 0 && i < sizeof(entries) / sizeof(entries[0]); i++)
    {
        WCHAR name[64];

        os_text_from_ascii(name, 64, entries[i].name);
        err = locales_insert(database, txn, name, entries[i].type, entries[i].value);
    }
    database->has_locales = err >= 0;
    return err;
}

/* A new database with its file and nothing in it; whatever comes of it goes to finish().  *made: there is a file that
 * was not there. */
static JET_ERR begin(const WCHAR *path, const struct database_options *options, struct database **database, bool *made)
{
    JET_ERR err = database_new(path, options, database);

    *made = false;
    if (err >= 0)
        err = database_make_header(*database, options);
    if (err >= 0)
    {
        err = make_file(*database, options);
        *made = (*database)->file != NULL;
    }
    return err;
}

/* After an error the database is gone, and its file if that was made. */
static JET_ERR finish(struct database *database, const WCHAR *path, bool made, JET_ERR err, struct database **result)
{
    *result = err < 0 ? NULL : database;
    if (err >= 0)
        return JET_errSuccess;
    database_abandon(database);
    if (made)
        os_file_delete(path);
    return err;
}

JET_ERR database_create_temporary(const WCHAR *path, const struct database_options *options, struct database **result)
{
    struct database *database;
    bool made;
    JET_ERR err = begin(path, options, &database, &made);

    /* What the catalog would have is not given out. */
    if (err >= 0)
        atomic_store(&database->last_objid, CATALOG_ROOTS_OBJID);
    return finish(database, path, false, err, result);
}

JET_ERR database_create_bare(const WCHAR *path, const struct database_options *options, struct database **result)
{
    struct database *database;
    bool made;
    JET_ERR err = begin(path, options, &database, &made);

    if (err >= 0)
        err = make_catalog_trees(database);
    return finish(database, path, made, err, result);
}

JET_ERR database_create(const WCHAR *path, const struct database_options *options, struct txn *txn,
                        struct database **result)
{
    struct database *database;
    bool made;
    JET_ERR err = begin(path, options, &database, &made);

    if (err >= 0)
        err = step(database, txn, make_catalog);
    if (err >= 0)
        err = step(database, txn, make_objids);
    if (err >= 0)
        err = step(database, txn, fill_objids);
    if (err >= 0)
        err = step(database, txn, make_locales);
    if (err >= 0)
        err = database_flush(database);
    if (err >= 0 && database->store.log)
        err = database_log_create_finish(database);
    if (err >= 0)
        err = database_mark_dirty(database);
    if (err < 0 && database)
    {
        if (atomic_load(&database->attach_position))
            database_log_failed(database, err);
        if (database->txns)
            version_clean_all(database->txns);
    }
    return finish(database, path, made, err, result);
}
