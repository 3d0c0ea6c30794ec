/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzzes a whole database: opened from memory and walked through every floor -
 * header, catalog, trees, records, long values, keys, cursors.  Whatever the
 * bytes are, calls answer errors.
 *
 * Input.  The first byte: bits 0-5 choose a database (the small one of
 * small_database.h, then those of the folder ESENT_CORPUS, modulo their number),
 * 0x40 leaves checksums as they are, else those of changed pages are put right,
 * so that the damage is seen by what lies above them; 0x80: the rest is the file.
 * Then changes, six bytes each: page (2), offset in it (2), what to do (1:
 * 0 set, 1 xor, 2 add, 3 set the word), value.  Pages are counted from the
 * start of the file, modulo what there are, and offsets modulo the page size.
 *
 * Walks are bounded: so many tables, rows, bytes.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/cache.h"
#include "format/checksum.h"
#include "table/retrieve.h"
#include "table/table.h"
#include "../win32/support/small_database.h"

#define BASES_MAX       64
#define CHANGES_MAX     64
#define TABLES_MAX      24
#define ROWS_MAX        24
#define VALUES_MAX      4
#define CORPUS_FILE_MAX (2u << 20)

/* ---------------------------------------------------------------- file --- */

/* The one file there is. */
struct memory_file
{
    struct os_file base;
    const uint8_t *data;
    size_t size;
};

static struct memory_file memory_file;

static JET_ERR memory_open(const struct os_file_ops *ops, const WCHAR *path, uint32_t flags, struct os_file **file)
{
    memory_file.base.ops = ops;
    memory_file.base.path = path;
    memory_file.base.flags = flags;
    *file = &memory_file.base;
    return JET_errSuccess;
}

static void memory_close(struct os_file *file)
{
    (void)file;
}

static JET_ERR memory_size(struct os_file *file, uint64_t *size)
{
    (void)file;
    *size = memory_file.size;
    return JET_errSuccess;
}

static JET_ERR memory_read(struct os_file *file, uint64_t offset, void *data, size_t size)
{
    (void)file;
    if (offset > memory_file.size || memory_file.size - offset < size)
        return JET_errFileIOBeyondEOF;
    memcpy(data, memory_file.data + offset, size);
    return JET_errSuccess;
}

static JET_ERR memory_read_parts(struct os_file *file, uint64_t offset, const struct os_io_part *parts, size_t count)
{
    JET_ERR err = JET_errSuccess;

    for (size_t i = 0; err >= 0 && i < count; offset += parts[i++].size)
        err = memory_read(file, offset, parts[i].data, parts[i].size);
    return err;
}

static void memory_prefetch(struct os_file *file, uint64_t offset, uint64_t size)
{
    (void)file, (void)offset, (void)size;
}

static JET_ERR memory_info(struct os_file *file, struct os_file_info *info)
{
    (void)file;
    memset(info, 0, sizeof(*info));
    info->size = info->size_on_disk = memory_file.size;
    return JET_errSuccess;
}

static const struct os_file_ops memory_ops = {
    .open = memory_open,
    .close = memory_close,
    .size = memory_size,
    .read = memory_read,
    .read_parts = memory_read_parts,
    .prefetch = memory_prefetch,
    .info = memory_info,
};

/* --------------------------------------------------------------- bases --- */

struct base
{
    uint8_t *data;
    size_t size;
    uint32_t page_size;
};

static struct base bases[BASES_MAX];
static unsigned base_count;
static uint8_t *image;                /* what is walked: a base with the changes of one input */
static const struct base *image_base; /* the base it is a copy of */

static void add_base(uint8_t *data, size_t size)
{
    uint32_t page_size = size > 240 ? (uint32_t)small_get(data + 236, 4) : 0;

    if (base_count == BASES_MAX || (page_size & (page_size - 1)) || page_size < 2048 || page_size > 32768)
    {
        free(data);
        return;
    }
    bases[base_count].data = data;
    bases[base_count].size = size;
    bases[base_count++].page_size = page_size;
}

static void add_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data;
    long size;

    if (!file)
        return;
    if (!fseek(file, 0, SEEK_END) && (size = ftell(file)) > 8192 && (unsigned long)size <= CORPUS_FILE_MAX &&
        (data = malloc((size_t)size)) != NULL)
    {
        rewind(file);
        if (fread(data, 1, (size_t)size, file) == (size_t)size)
            add_base(data, (size_t)size);
        else
            free(data);
    }
    fclose(file);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void prepare(void)
{
    const char *folder = getenv("ESENT_CORPUS");
    struct dirent **entries;
    uint8_t *small = malloc(SMALL_SIZE);
    char path[4096];
    int count;

    small_database(small, 3);
    add_base(small, SMALL_SIZE);
    count = folder ? scandir(folder, &entries, NULL, by_name) : 0;
    for (int i = 0; i < count; i++)
    {
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            add_file(path);
        free(entries[i]);
    }
    if (count > 0)
        free(entries);
    image = malloc(CORPUS_FILE_MAX > SMALL_SIZE ? CORPUS_FILE_MAX : SMALL_SIZE);
    os_replace_file_ops(&memory_ops);
    cache_set_size(1u << 20, 16u << 20);
}

/* ------------------------------------------------------------- changes --- */

static void put_checksum_right(uint8_t *page, uint32_t size, uint32_t index)
{
    if (index < 2)
        small_put(page, checksum_header(page, size), 4);
    else
        checksum_page_set(page, size, index - 1);
}

static void apply(const struct base *base, const uint8_t *changes, size_t count, bool keep_checksums, uint32_t *touched)
{
    uint32_t pages = (uint32_t)(base->size / base->page_size);

    for (size_t i = 0; i < count; i++, changes += 6)
    {
        uint32_t index = small_get(changes, 2) % pages;
        uint32_t offset = small_get(changes + 2, 2) % base->page_size;
        uint8_t *at = image + (size_t)index * base->page_size + offset;

        touched[i] = index;
        switch (changes[4] & 3)
        {
        case 0:
            *at = changes[5];
            break;
        case 1:
            *at ^= changes[5];
            break;
        case 2:
            *at = (uint8_t)(*at + changes[5]);
            break;
        default:
            if (offset + 1 < base->page_size)
                small_put(at, changes[5] * 0x0101u, 2);
        }
    }
    for (size_t i = 0; !keep_checksums && i < count; i++)
        put_checksum_right(image + (size_t)touched[i] * base->page_size, base->page_size, touched[i]);
}

/* ---------------------------------------------------------------- walk --- */

static void walk_values(struct cursor *cursor)
{
    struct retrieve_scope scope = { .latched = false };
    const struct table *table = cursor->table;
    uint8_t value[600];

    for (uint32_t i = 0; i < table->column_count && i < 64; i++)
    {
        for (uint32_t sequence = 1; sequence <= VALUES_MAX; sequence++)
        {
            struct retrieval retrieval = {
                .columnid = table->columns[i].id,
                .sequence = sequence,
                .data = value,
                .size = sizeof(value),
            };
            JET_ERR err = retrieve_column(cursor, &retrieval, &scope);

            if (err < 0 || err == JET_wrnColumnNull)
                break;
        }
    }
    retrieve_end(cursor, &scope);
}

static void walk_rows(struct cursor *cursor, bool values)
{
    uint8_t key[2100], bookmark[2100], more[2100];
    uint32_t size, bookmark_size;
    uint64_t before, total;
    unsigned rows = 0;

    for (JET_ERR err = cursor_move(cursor, JET_MoveFirst, 0); err >= 0 && rows < ROWS_MAX;
         err = cursor_move(cursor, JET_MoveNext, 0), rows++)
    {
        if (values)
            walk_values(cursor);
        cursor_retrieve_key(cursor, key, sizeof(key), &size, 0);
        if (cursor_get_bookmark(cursor, bookmark, sizeof(bookmark), &bookmark_size) >= 0 && rows % 8 == 3)
        {
            cursor_get_index_bookmark(cursor, more, sizeof(more), &size, key, sizeof(key), &size);
            cursor_goto_bookmark(cursor, bookmark, bookmark_size);
        }
    }
    cursor_move(cursor, JET_MoveLast, 0);
    cursor_move(cursor, JET_MovePrevious, 0);
    cursor_get_position(cursor, &before, &total);
}

static void walk_table(struct database *database, const char *name, bool values)
{
    struct cursor *cursor;
    struct table *table;
    uint32_t owned, available;
    uint64_t count;

    if (table_open(database, NULL, name, &table) < 0)
        return;
    if (cursor_open(table, NULL, JET_bitTableReadOnly, &cursor) < 0)
    {
        table_release(table);
        return;
    }
    tree_space_info(table->records, &owned, &available);
    walk_rows(cursor, values);
    for (uint32_t i = 0; i < table->index_count && i < 16; i++)
    {
        if (cursor_set_index(cursor, table->indexes[i].name, 0, 0) < 0)
            continue;
        walk_rows(cursor, i % 4 == 1);
        if (cursor_move(cursor, JET_MoveFirst, 0) >= 0)
            cursor_count(cursor, 100, &count);
        cursor_make_key(cursor, "\1\0\0\0", 4, JET_bitNewKey);
        cursor_seek(cursor, JET_bitSeekGE);
    }
    cursor_close(cursor);
}

struct names
{
    char name[TABLES_MAX][SCHEMA_NAME_SIZE];
    unsigned count;
};

static JET_ERR note_name(void *context, const char *name, uint32_t objid, uint32_t flags)
{
    struct names *names = context;

    (void)objid, (void)flags;
    strcpy(names->name[names->count++], name);
    return names->count < TABLES_MAX ? JET_errSuccess : JET_errNoCurrentRecord;
}

static void walk(void)
{
    static const WCHAR path[] = { 'x', 0 };
    const struct database_options options = { .read_only = true, .ignore_page_size = true };
    struct names names = { .count = 0 };
    struct database *database;

    if (database_open(path, &options, &database) < 0)
        return;
    database_each_table(database, NULL, note_name, &names);
    for (unsigned i = 0; i < names.count; i++)
        walk_table(database, names.name[i], true);
    /* In case the catalog does not get so far any more. */
    walk_table(database, "people", true);
    walk_table(database, "MSysObjects", true);
    walk_table(database, "MSysObjectsShadow", false);
    if (database_close(database) < 0)
        abort();
}

/* ---------------------------------------------------------------- entry --- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t touched[CHANGES_MAX];
    const struct base *base;
    size_t changes;

    if (!base_count)
        prepare();
    if (!size)
        return 0;
    if (data[0] & 0x80)
    {
        memory_file.data = data + 1;
        memory_file.size = size - 1;
        walk();
        return 0;
    }
    base = &bases[(data[0] & 0x3f) % base_count];
    changes = (size - 1) / 6;
    if (changes > CHANGES_MAX)
        changes = CHANGES_MAX;
    if (base != image_base)
        memcpy(image, base->data, base->size);
    image_base = base;
    apply(base, data + 1, changes, data[0] & 0x40, touched);
    memory_file.data = image;
    memory_file.size = base->size;
    walk();
    for (size_t i = 0; i < changes; i++)
        memcpy(image + (size_t)touched[i] * base->page_size, base->data + (size_t)touched[i] * base->page_size,
               base->page_size);
    return 0;
}
