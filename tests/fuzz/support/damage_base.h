/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Databases that are damaged a page at a time.
 *
 * A base is a database file in memory.  It is attached once and stays so; after
 * a change to a page (damage_write) the page is sealed with a checksum that is
 * right, so that the change gets through, and leaves the cache (damage_seal).
 * damage_repair() takes all changes back.  Where what was loaded from a page may
 * last (schema, the header), the file is attached once more under another name.
 *
 * Which table or index a page belongs to is found once, from the catalog and
 * the object id in the page.
 *
 * Each page in the cache is an allocation of its own, so that a sanitizer sees
 * a read past its end.
 */
#ifndef TESTS_DAMAGE_BASE_H
#define TESTS_DAMAGE_BASE_H

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/private.h"
#include "cache/private.h"
#include "format/checksum.h"
#include "format/page.h"
#include "table/schema.h"
#include "../../win32/support/small_database.h"

#define DAMAGE_BASES        48
#define DAMAGE_PER_INSTANCE 12
#define DAMAGE_FILE_MAX     (26u << 20)
#define DAMAGE_CACHE_SIZE   (8u << 20) /* every detach looks at all of it */
#define DAMAGE_MANY_COLUMNS 80
#define DAMAGE_PAGES        8 /* changed at a time */

enum damage_kind
{
    DAMAGE_HEADER = 0x01, /* of the database */
    DAMAGE_CATALOG = 0x02,
    DAMAGE_ROOT = 0x04,
    DAMAGE_INNER = 0x08,
    DAMAGE_LEAF = 0x10,
    DAMAGE_INDEX = 0x20,
    DAMAGE_LONG_VALUE = 0x40,
    DAMAGE_SPACE = 0x80,
};

/* A table, or an index of one (name empty: its records). */
struct damage_object
{
    uint32_t objid, table_objid;
    uint32_t columns; /* of the table, if known */
    char table[65], index[65];
};

struct damage_page
{
    uint32_t index;  /* in the file; page number plus one */
    uint32_t object; /* among the base's; UINT32_MAX: none */
    uint8_t kind;
};

/* Which row has a long value. */
struct damage_owner
{
    uint32_t table_objid;
    uint8_t lid[8]; /* as in the tree's key */
    uint8_t lid_size;
    uint8_t bookmark_size;
    uint8_t bookmark[64];
    uint32_t sequence; /* among all values of tagged columns of the row */
    JET_COLUMNID column;
};

/* An open file: either name of a base. */
struct damage_file
{
    struct os_file file;
    struct damage_base *base;
};

struct damage_base
{
    struct damage_file files[2];
    WCHAR path[16], other_path[16];
    char name[16];
    uint8_t *image;
    size_t size;
    uint32_t page_size;
    JET_SESID session;
    JET_DBID dbid;
    struct cache_file *cache; /* of the lasting attachment */
    struct damage_object *objects;
    uint32_t object_count;
    bool slow; /* to list the tables of */
    struct damage_page *pages;
    uint32_t page_count;
    struct damage_owner *owners;
    uint32_t owner_count;
    uint32_t *owners_known; /* object ids of tables whose long values were looked up */
    uint32_t owners_known_count;
    uint32_t damaged[DAMAGE_PAGES];
    uint8_t *saved[DAMAGE_PAGES]; /* those pages as they were */
    uint32_t damaged_count;
};

static struct damage_base damage_bases[DAMAGE_BASES];
static uint32_t damage_base_count;
static struct os_file_ops damage_ops;
static const struct os_file_ops *damage_next_ops;

/* ---------------------------------------------------------------- files --- */

/* "/~f05", and once more "/~g05". */
static inline struct damage_base *damage_by_path(const WCHAR *path)
{
    if (os_text_length(path) != 5)
        return NULL;
    for (uint32_t i = 0; i < damage_base_count; i++)
    {
        if (!os_text_compare(path + 3, damage_bases[i].path + 3))
            return &damage_bases[i];
    }
    return NULL;
}

static inline bool damage_is_ours(const WCHAR *path)
{
    return path[0] == '/' && path[1] == '~';
}

static inline struct damage_base *damage_of(struct os_file *file)
{
    return ((struct damage_file *)file)->base;
}

static inline JET_ERR damage_open(const struct os_file_ops *ops, const WCHAR *path, uint32_t flags,
                                  struct os_file **file)
{
    struct damage_base *base = damage_is_ours(path) ? damage_by_path(path) : NULL;
    bool other;

    if (!damage_is_ours(path))
        return damage_next_ops->open(damage_next_ops, path, flags, file);
    if (!base)
        return JET_errFileNotFound;
    other = path[2] != base->path[2];
    base->files[other].base = base;
    base->files[other].file.ops = ops;
    base->files[other].file.path = other ? base->other_path : base->path;
    base->files[other].file.flags = flags;
    *file = &base->files[other].file;
    return JET_errSuccess;
}

static inline void damage_close(struct os_file *file)
{
    (void)file;
}

static inline JET_ERR damage_size(struct os_file *file, uint64_t *size)
{
    *size = damage_of(file)->size;
    return JET_errSuccess;
}

static inline JET_ERR damage_read(struct os_file *file, uint64_t offset, void *data, size_t size)
{
    const struct damage_base *base = damage_of(file);

    if (offset > base->size || base->size - offset < size)
        return JET_errFileIOBeyondEOF;
    memcpy(data, base->image + offset, size);
    return JET_errSuccess;
}

static inline JET_ERR damage_read_parts(struct os_file *file, uint64_t offset, const struct os_io_part *parts,
                                        size_t count)
{
    JET_ERR err = JET_errSuccess;

    for (size_t i = 0; err >= 0 && i < count; offset += parts[i++].size)
        err = damage_read(file, offset, parts[i].data, parts[i].size);
    return err;
}

static inline void damage_prefetch(struct os_file *file, uint64_t offset, uint64_t size)
{
    (void)file, (void)offset, (void)size;
}

static inline JET_ERR damage_info_of(const struct damage_base *base, struct os_file_info *info)
{
    memset(info, 0, sizeof(*info));
    info->size = info->size_on_disk = base->size;
    return JET_errSuccess;
}

static inline JET_ERR damage_info(struct os_file *file, struct os_file_info *info)
{
    return damage_info_of(damage_of(file), info);
}

static inline JET_ERR damage_path_info(const struct os_file_ops *ops, const WCHAR *path, struct os_file_info *info)
{
    struct damage_base *base = damage_is_ours(path) ? damage_by_path(path) : NULL;

    (void)ops;
    if (!damage_is_ours(path))
        return damage_next_ops->path_info(damage_next_ops, path, info);
    if (base)
        return damage_info_of(base, info);
    memset(info, 0, sizeof(*info));
    info->directory = true;
    /* "/~0/": an instance's folder */
    return os_text_length(path) <= 4 ? JET_errSuccess : JET_errFileNotFound;
}

static inline JET_ERR damage_full_path(const struct os_file_ops *ops, const WCHAR *path, WCHAR *full, size_t cch)
{
    (void)ops;
    if (!damage_is_ours(path))
        return damage_next_ops->full_path(damage_next_ops, path, full, cch);
    return os_text_copy(full, cch, path) ? JET_errSuccess : JET_errInvalidPath;
}

/* ---------------------------------------------------------------- cache --- */

/* Frames whose pages are allocations of their own; enough that the cache never makes others. */
static inline void damage_guard_cache(uint32_t page_size)
{
    uint32_t count = DAMAGE_CACHE_SIZE / CACHE_SHARDS / page_size + 8;

    for (uint32_t i = 0; i < CACHE_SHARDS; i++)
    {
        struct cache_shard *shard = &cache.shard[i];
        struct cache_chunk *chunk = cache_chunk_add(shard, count);

        for (uint32_t k = 0; k < count; k++)
            cache_frame_put(shard, &chunk->frame[k], page_size, malloc(page_size));
    }
}

/* The file as the cache knows it. */
static inline struct cache_file *damage_cache_file(const struct damage_base *base)
{
    const struct attachment *attachment = process.attached;

    while (attachment && os_text_compare(attachment->path, base->path))
        attachment = attachment->next;
    return attachment ? &attachment->database->cache : NULL;
}

/* A page leaves the cache.  Nobody may have it latched. */
static inline void damage_forget(struct damage_base *base, uint32_t index)
{
    struct cache_page *page;
    uint32_t pgno = index - 1;

    if (index < 2 || !cache_contains(base->cache, pgno))
        return;
    if (!cache_try_latch(base->cache, pgno, CACHE_EXCLUSIVE, &page))
    {
        fprintf(stderr, "page %u is latched after all calls are over\n", (unsigned)pgno);
        abort();
    }
    os_mutex_lock(&cache.shard[page->shard].mutex);
    cache_version_open(page);
    cache_table_remove(&cache.shard[page->shard], page, cache_hash(base->cache->id, pgno));
    cache_queue_leave(&cache.shard[page->shard], page);
    cache_frame_give(&cache.shard[page->shard], page);
    os_mutex_unlock(&cache.shard[page->shard].mutex);
}

/* ---------------------------------------------------------- open, close --- */

static inline void damage_detach(struct damage_base *base, JET_DBID dbid)
{
    JET_ERR err = JetCloseDatabase(base->session, dbid, 0);

    if (err >= 0)
        err = JetDetachDatabaseW(base->session, base->other_path);
    if (err >= 0)
        return;
    fprintf(stderr, "detaching answers %d: something was left open\n", (int)err);
    abort();
}

/* Attaches and opens the file, or the same file once more under its other name;
 * the error if the image is too bad for it. */
static inline JET_ERR damage_attach(struct damage_base *base, bool other, JET_DBID *dbid)
{
    const WCHAR *path = other ? base->other_path : base->path;
    JET_ERR err;

    process.params.value[JET_paramDatabasePageSize].number = base->page_size;
    err = JetAttachDatabaseW(base->session, path, JET_bitDbReadOnly);
    if (err < 0)
        return err;
    err = JetOpenDatabaseW(base->session, path, NULL, dbid, JET_bitDbReadOnly);
    if (err < 0)
        JetDetachDatabaseW(base->session, path);
    return err;
}

/* -------------------------------------------------------------- changes --- */

static inline uint8_t *damage_page_image(struct damage_base *base, uint32_t index)
{
    return base->image + (size_t)index * base->page_size;
}

/* As it was, while it is damaged. */
static inline const uint8_t *damage_page_clean(const struct damage_base *base, uint32_t index)
{
    for (uint32_t i = 0; i < base->damaged_count; i++)
    {
        if (base->damaged[i] == index)
            return base->saved[i];
    }
    return base->image + (size_t)index * base->page_size;
}

/* The page's bytes, which may be changed until damage_seal(); NULL: too many pages. */
static inline uint8_t *damage_write(struct damage_base *base, uint32_t index)
{
    uint32_t i = 0;

    while (i < base->damaged_count && base->damaged[i] != index)
        i++;
    if (i == DAMAGE_PAGES)
        return NULL;
    if (i == base->damaged_count)
    {
        if (!base->saved[i])
            base->saved[i] = malloc(base->page_size);
        memcpy(base->saved[i], damage_page_image(base, index), base->page_size);
        base->damaged[base->damaged_count++] = index;
    }
    return damage_page_image(base, index);
}

/* Puts right the checksums of the pages changed, and drops them from the cache. */
static inline void damage_seal(struct damage_base *base, bool checksums)
{
    for (uint32_t i = 0; i < base->damaged_count; i++)
    {
        uint32_t index = base->damaged[i];
        uint8_t *page = damage_page_image(base, index);
        struct page_checksum checksum;

        if (checksums && index < 2)
            small_put(page, checksum_header(page, base->page_size), 4);
        else if (checksums && page_flags(page) & PAGE_NEW_CHECKSUM)
            checksum_page_set(page, base->page_size, index - 1);
        else if (checksums)
        {
            checksum_page(page, base->page_size, index - 1, &checksum);
            small_put(page, checksum.block[0], 8);
        }
        damage_forget(base, index);
    }
}

/* Everything as it was. */
static inline void damage_repair(struct damage_base *base)
{
    for (uint32_t i = 0; i < base->damaged_count; i++)
    {
        uint32_t index = base->damaged[i];
        memcpy(damage_page_image(base, index), base->saved[i], base->page_size);
        damage_forget(base, index);
    }
    base->damaged_count = 0;
}

/* ------------------------------------------------------------------ map --- */

static inline uint32_t damage_get(JET_SESID session, JET_TABLEID table, JET_COLUMNID column, void *data, uint32_t size)
{
    JET_ULONG actual = 0;
    JET_ERR err = JetRetrieveColumn(session, table, column, data, size, &actual, 0, NULL);

    return err < 0 || err == JET_wrnColumnNull ? 0 : actual;
}

static inline struct damage_object *damage_add_object(struct damage_base *base, uint32_t objid, uint32_t table_objid,
                                                      const char *table, const char *index)
{
    struct damage_object *object;

    if (!(base->object_count & (base->object_count + 1)) || !base->objects)
        base->objects = realloc(base->objects, (base->object_count + 1) * 2 * sizeof(*base->objects));
    object = &base->objects[base->object_count++];
    memset(object, 0, sizeof(*object));
    object->objid = objid;
    object->table_objid = table_objid;
    snprintf(object->table, sizeof(object->table), "%s", table);
    snprintf(object->index, sizeof(object->index), "%s", index);
    return object;
}

static inline void damage_map_objects(struct damage_base *base)
{
    char table[65] = "", name[65];
    JET_TABLEID tableid;
    uint32_t objid, id;
    uint16_t type;

    damage_add_object(base, 2, 2, "MSysObjects", "");
    damage_add_object(base, 3, 3, "MSysObjectsShadow", "");
    if (JetOpenTableA(base->session, base->dbid, "MSysObjects", NULL, 0, JET_bitTableReadOnly, &tableid) < 0)
        return;
    for (JET_ERR err = JetMove(base->session, tableid, JET_MoveFirst, 0); err >= 0;
         err = JetMove(base->session, tableid, JET_MoveNext, 0))
    {
        memset(name, 0, sizeof(name));
        if (damage_get(base->session, tableid, 1, &objid, 4) != 4 ||
            damage_get(base->session, tableid, 2, &type, 2) != 2 || damage_get(base->session, tableid, 3, &id, 4) != 4)
            continue;
        if (type == 2)
        {
            struct damage_object *object = &base->objects[base->object_count - 1];
            base->slow |= ++object->columns > DAMAGE_MANY_COLUMNS || base->object_count > 60;
            continue;
        }
        damage_get(base->session, tableid, 128, name, sizeof(name) - 1);
        if (type == 1)
            strcpy(table, name);
        if (type == 1 && objid > 3)
            damage_add_object(base, objid, objid, table, "");
        if (type == 3 && id != objid)
            damage_add_object(base, id, objid, table, name);
        if (type == 4)
            damage_add_object(base, id, objid, table, "");
    }
    JetCloseTable(base->session, tableid);
}

static inline uint32_t damage_object_of(const struct damage_base *base, uint32_t objid)
{
    uint32_t i = 0;

    while (i < base->object_count && base->objects[i].objid != objid)
        i++;
    return i < base->object_count ? i : UINT32_MAX;
}

static inline void damage_map_pages(struct damage_base *base)
{
    uint32_t count = (uint32_t)(base->size / base->page_size);

    base->pages = calloc(count, sizeof(*base->pages));
    for (uint32_t index = 0; index < count; index++)
    {
        struct damage_page page = { index, UINT32_MAX, 0 };
        const uint8_t *bytes = damage_page_clean(base, index);
        uint32_t flags = page_flags(bytes), objid = page_objid(bytes);

        if (index >= 2 && (flags & (PAGE_EMPTY | PAGE_PRE_INIT) || !objid))
            continue;
        page.object = damage_object_of(base, objid);
        if (index < 2)
        {
            page.kind = DAMAGE_HEADER;
            page.object = UINT32_MAX;
        }
        else
        {
            if (page.object == UINT32_MAX && objid != 1 && objid > 8)
                continue; /* of a table that was deleted */
            if (page.object != UINT32_MAX && base->objects[page.object].table_objid == 2)
                page.kind |= DAMAGE_CATALOG;
            page.kind |= flags & PAGE_ROOT ? DAMAGE_ROOT : 0;
            page.kind |= flags & PAGE_LEAF ? DAMAGE_LEAF : DAMAGE_INNER;
            page.kind |= flags & PAGE_INDEX ? DAMAGE_INDEX : 0;
            page.kind |= flags & PAGE_LONG_VALUE ? DAMAGE_LONG_VALUE : 0;
            page.kind |= flags & PAGE_SPACE_TREE ? DAMAGE_SPACE : 0;
            if (objid == 4 || objid == 5)
                page.kind |= DAMAGE_CATALOG;
        }
        base->pages[base->page_count++] = page;
    }
}

/* The nth page, from there the first that has one of these kinds; 0: any. */
static inline const struct damage_page *damage_choose(const struct damage_base *base, uint32_t nth, uint8_t kinds)
{
    for (uint32_t i = 0; i < base->page_count; i++)
    {
        const struct damage_page *page = &base->pages[(nth + i) % base->page_count];
        if (!kinds || page->kind & kinds)
            return page;
    }
    return &base->pages[nth % base->page_count];
}

/* ---------------------------------------------------------------- bases --- */

static inline JET_SESID damage_session(uint32_t number)
{
    char name[16], folder[16];
    JET_INSTANCE instance;
    JET_SESID session;

    snprintf(name, sizeof(name), "i%u", (unsigned)number);
    snprintf(folder, sizeof(folder), "/~%u/", (unsigned)number);
    if (JetCreateInstanceA(&instance, name) < 0 ||
        JetSetSystemParameterA(&instance, 0, JET_paramSystemPath, 0, folder) < 0 ||
        JetSetSystemParameterA(&instance, 0, JET_paramLogFilePath, 0, folder) < 0 ||
        JetSetSystemParameterA(&instance, 0, JET_paramTempPath, 0, folder) < 0 ||
        JetSetSystemParameterA(&instance, 0, JET_paramMaxTemporaryTables, 0, NULL) < 0 ||
        JetSetSystemParameterA(&instance, 0, JET_paramRecovery, 0, "off") < 0 || JetInit(&instance) < 0 ||
        JetBeginSessionA(instance, &session, NULL, NULL) < 0)
    {
        fprintf(stderr, "no instance\n");
        abort();
    }
    return session;
}

/* What was not shut down cleanly is said to have been: whatever its pages hold, no call may crash. */
static inline void damage_make_clean(uint8_t *data, size_t size, uint32_t page_size)
{
    for (uint32_t copy = 0; copy < 2 && size >= page_size * 2; copy++, data += page_size)
    {
        small_put(data + 52, JET_dbstateCleanShutdown, 4);
        small_put(data, checksum_header(data, page_size), 4);
    }
}

/* Takes over `data`.  Not every file is a database that can be attached. */
static inline bool damage_add(uint8_t *data, size_t size)
{
    static JET_SESID session;
    static uint32_t guarded;
    struct damage_base *base = &damage_bases[damage_base_count];
    uint32_t page_size = size > 240 ? small_get(data + 236, 4) : 0;

    if (damage_base_count == DAMAGE_BASES || page_size & (page_size - 1) || page_size < 2048 || page_size > 32768)
    {
        free(data);
        return false;
    }
    if (!session)
    {
        memcpy(&damage_ops, os_process.file_ops, sizeof(damage_ops));
        damage_ops.open = damage_open;
        damage_ops.close = damage_close;
        damage_ops.size = damage_size;
        damage_ops.read = damage_read;
        damage_ops.read_parts = damage_read_parts;
        damage_ops.prefetch = damage_prefetch;
        damage_ops.info = damage_info;
        damage_ops.path_info = damage_path_info;
        damage_ops.full_path = damage_full_path;
        damage_next_ops = os_replace_file_ops(&damage_ops);
    }
    if (!session || damage_base_count % DAMAGE_PER_INSTANCE == 0)
        session = damage_session(damage_base_count / DAMAGE_PER_INSTANCE);
    if (!damage_base_count)
        cache_set_size(1u << 20, DAMAGE_CACHE_SIZE);
    if (!(guarded & page_size))
        damage_guard_cache(page_size);
    guarded |= page_size;
    damage_make_clean(data, size, page_size);
    memset(base, 0, sizeof(*base));
    snprintf(base->name, sizeof(base->name), "/~f%02u", (unsigned)damage_base_count);
    for (unsigned i = 0; i < 5; i++)
        base->path[i] = base->other_path[i] = (WCHAR)base->name[i];
    base->other_path[2] = 'g';
    base->page_size = page_size;
    base->size = size / page_size * page_size;
    base->session = session;
    base->image = data;
    damage_base_count++;
    if (damage_attach(base, false, &base->dbid) < 0)
    {
        free(base->image);
        damage_base_count--;
        return false;
    }
    base->cache = damage_cache_file(base);
    damage_map_objects(base);
    damage_map_pages(base);
    return true;
}

static inline void damage_add_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = NULL;
    long size;

    if (!file)
        return;
    if (!fseek(file, 0, SEEK_END) && (size = ftell(file)) > 16384 && (unsigned long)size <= DAMAGE_FILE_MAX &&
        (data = malloc((size_t)size)) != NULL)
    {
        rewind(file);
        if (fread(data, 1, (size_t)size, file) != (size_t)size || small_get(data + 4, 4) != 0x89abcdef)
            free(data);
        else
            damage_add(data, (size_t)size);
    }
    fclose(file);
}

static inline int damage_by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* All databases in a folder and those in it. */
static inline void damage_add_folder(const char *folder, unsigned depth)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, damage_by_name);

    for (int i = 0; i < count; i++)
    {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
        {
            if (entries[i]->d_type != DT_DIR)
                damage_add_file(path);
            else if (depth)
                damage_add_folder(path, depth - 1);
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

static inline void damage_add_small(void)
{
    uint8_t *data = malloc(SMALL_SIZE);

    small_database(data, 3);
    if (!damage_add(data, SMALL_SIZE))
    {
        fprintf(stderr, "the small database cannot be attached\n");
        abort();
    }
}

#endif
