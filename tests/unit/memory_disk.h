/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A disk in memory that can lose what was not flushed: a table of file functions.
 *
 * disk_install() puts it in force.  What is written is seen by who reads, but only
 * what a flush covered is sure to be there after disk_crash(): of the other
 * writes each is there, or is not, or only some of its sectors are, as the seed says.  A
 * database's pages are kept or lost whole.  Names of files and their sizes are never lost.
 * disk_stop_after(n) lets so many more changes pass and then has every one fail, as if the
 * machine had stopped; disk_crash() ends that.
 */
#ifndef TESTS_UNIT_MEMORY_DISK_H
#define TESTS_UNIT_MEMORY_DISK_H

#include <stdio.h>
#include <stdlib.h>

#include "os/os.h"

#define DISK_FILES 2048
#define DISK_SECTOR 512u

struct disk_write
{
    struct disk_write *next;
    uint64_t offset;
    size_t size;
    uint8_t data[];
};

struct disk_file
{
    WCHAR path[OS_PATH_MAX];
    bool there;
    uint8_t *now, *safe;    /* both of `size` bytes */
    uint64_t size, room;
    struct disk_write *first, **last; /* since the last flush */
};

struct disk_handle
{
    struct os_file base;
    struct disk_file *file;
};

struct os_find
{
    WCHAR pattern[OS_PATH_MAX];
    unsigned next;
};

static struct
{
    struct os_file_ops ops;
    struct os_mutex lock;
    struct disk_file files[DISK_FILES];
    int64_t left;   /* changes that still pass; < 0: any number */
    bool stopped;
    uint64_t changes, flushes;
} disk;

/* Under the lock: whether a change may be made. */
static bool disk_passes(void)
{
    disk.changes++;
    if (disk.left > 0 && !--disk.left)
        disk.stopped = true;
    return !disk.stopped;
}

static struct disk_file *disk_find(const WCHAR *path)
{
    for (unsigned i = 0; i < DISK_FILES; i++)
        if (disk.files[i].there && !os_text_compare_nocase(disk.files[i].path, path))
            return &disk.files[i];
    return NULL;
}

static void disk_forget_writes(struct disk_file *file)
{
    while (file->first)
    {
        struct disk_write *next = file->first->next;

        free(file->first);
        file->first = next;
    }
    file->last = &file->first;
}

static void disk_resize(struct disk_file *file, uint64_t size)
{
    if (size > file->room)
    {
        file->room = size * 2;
        file->now = realloc(file->now, (size_t)file->room);
        file->safe = realloc(file->safe, (size_t)file->room);
    }
    if (size > file->size)
    {
        memset(file->now + file->size, 0, (size_t)(size - file->size));
        memset(file->safe + file->size, 0, (size_t)(size - file->size));
    }
    file->size = size;
}

static JET_ERR disk_open(const struct os_file_ops *ops, const WCHAR *path, uint32_t flags, struct os_file **result)
{
    WCHAR full[OS_PATH_MAX];
    struct disk_handle *handle;
    struct disk_file *file;
    JET_ERR err = os_platform_file_ops.full_path(&os_platform_file_ops, path, full, OS_PATH_MAX);

    *result = NULL;
    if (err < 0)
        return err;
    os_mutex_lock(&disk.lock);
    file = disk_find(full);
    if (!file && !(flags & (OS_OPEN_CREATE | OS_OPEN_OVERWRITE | OS_OPEN_ALWAYS)))
        err = JET_errFileNotFound;
    else if (file && flags & OS_OPEN_CREATE)
        err = JET_errFileAlreadyExists;
    else if ((!file || flags & OS_OPEN_OVERWRITE) && !disk_passes())
        err = JET_errDiskIO;
    if (err >= 0 && !file)
    {
        for (file = disk.files; file->there; file++)
            ;
        memset(file, 0, sizeof(*file));
        file->there = true;
        file->last = &file->first;
        os_text_copy(file->path, OS_PATH_MAX, full);
    }
    if (err >= 0 && flags & OS_OPEN_OVERWRITE)
    {
        disk_forget_writes(file);
        disk_resize(file, 0);
    }
    os_mutex_unlock(&disk.lock);
    if (err < 0)
        return err;
    handle = calloc(1, sizeof(*handle));
    handle->base.ops = ops;
    handle->base.path = file->path;
    handle->base.flags = flags;
    handle->file = file;
    *result = &handle->base;
    return JET_errSuccess;
}

static void disk_close(struct os_file *file)
{
    free(file);
}

static struct disk_file *disk_file(struct os_file *file)
{
    return ((struct disk_handle *)file)->file;
}

static JET_ERR disk_size(struct os_file *file, uint64_t *size)
{
    os_mutex_lock(&disk.lock);
    *size = disk_file(file)->size;
    os_mutex_unlock(&disk.lock);
    return JET_errSuccess;
}

static JET_ERR disk_set_size(struct os_file *file, uint64_t size)
{
    JET_ERR err = JET_errDiskIO;

    os_mutex_lock(&disk.lock);
    if (disk_passes())
    {
        disk_resize(disk_file(file), size);
        err = JET_errSuccess;
    }
    os_mutex_unlock(&disk.lock);
    return err;
}

static JET_ERR disk_read(struct os_file *file, uint64_t offset, void *data, size_t size)
{
    struct disk_file *from = disk_file(file);
    JET_ERR err = JET_errFileIOBeyondEOF;

    os_mutex_lock(&disk.lock);
    if (offset + size <= from->size)
    {
        memcpy(data, from->now + offset, size);
        err = JET_errSuccess;
    }
    os_mutex_unlock(&disk.lock);
    return err;
}

static JET_ERR disk_write(struct os_file *file, uint64_t offset, const void *data, size_t size)
{
    struct disk_file *to = disk_file(file);
    struct disk_write *write;
    JET_ERR err = JET_errDiskIO;

    os_mutex_lock(&disk.lock);
    if (disk_passes())
    {
        if (offset + size > to->size)
            disk_resize(to, offset + size);
        memcpy(to->now + offset, data, size);
        write = malloc(sizeof(*write) + size);
        write->next = NULL;
        write->offset = offset;
        write->size = size;
        memcpy(write->data, data, size);
        *to->last = write;
        to->last = &write->next;
        err = JET_errSuccess;
    }
    os_mutex_unlock(&disk.lock);
    return err;
}

static JET_ERR disk_read_parts(struct os_file *file, uint64_t offset, const struct os_io_part *parts, size_t count)
{
    JET_ERR err = JET_errSuccess;

    for (size_t i = 0; err >= 0 && i < count; offset += parts[i++].size)
        err = disk_read(file, offset, parts[i].data, parts[i].size);
    return err;
}

static JET_ERR disk_write_parts(struct os_file *file, uint64_t offset, const struct os_io_part *parts, size_t count)
{
    JET_ERR err = JET_errSuccess;

    for (size_t i = 0; err >= 0 && i < count; offset += parts[i++].size)
        err = disk_write(file, offset, parts[i].data, parts[i].size);
    return err;
}

static void disk_apply(struct disk_file *file, const struct disk_write *write, size_t from, size_t size)
{
    if (write->offset + from + size <= file->size)
        memcpy(file->safe + write->offset + from, write->data + from, size);
}

static JET_ERR disk_flush(struct os_file *file)
{
    struct disk_file *of = disk_file(file);
    JET_ERR err = JET_errDiskIO;

    os_mutex_lock(&disk.lock);
    if (disk_passes())
    {
        for (struct disk_write *write = of->first; write; write = write->next)
            disk_apply(of, write, 0, write->size);
        disk_forget_writes(of);
        disk.flushes++;
        err = JET_errSuccess;
    }
    os_mutex_unlock(&disk.lock);
    return err;
}

static void disk_prefetch(struct os_file *file, uint64_t offset, uint64_t size)
{
    (void)file;
    (void)offset;
    (void)size;
}

static JET_ERR disk_trim(struct os_file *file, uint64_t offset, uint64_t size)
{
    (void)file;
    (void)offset;
    (void)size;
    return JET_errSuccess;
}

static JET_ERR disk_info(struct os_file *file, struct os_file_info *info)
{
    memset(info, 0, sizeof(*info));
    return disk_size(file, &info->size);
}

static JET_ERR disk_map(struct os_file *file, uint64_t offset, size_t size, void **address)
{
    (void)file;
    (void)offset;
    (void)size;
    *address = NULL;
    return JET_errFeatureNotAvailable;
}

static void disk_unmap(struct os_file *file, void *address, size_t size)
{
    (void)file;
    (void)address;
    (void)size;
}

static JET_ERR disk_path_info(const struct os_file_ops *ops, const WCHAR *path, struct os_file_info *info)
{
    WCHAR full[OS_PATH_MAX];
    struct disk_file *file;
    JET_ERR err = os_platform_file_ops.full_path(&os_platform_file_ops, path, full, OS_PATH_MAX);

    (void)ops;
    if (err < 0)
        return err;
    memset(info, 0, sizeof(*info));
    os_mutex_lock(&disk.lock);
    file = disk_find(full);
    if (file)
    {
        info->size = info->size_on_disk = file->size;
    }
    os_mutex_unlock(&disk.lock);
    if (file)
        return JET_errSuccess;
    /* Folders are those that there really are. */
    err = os_platform_file_ops.path_info(&os_platform_file_ops, path, info);
    return err >= 0 && !info->directory ? JET_errFileNotFound : err;
}

static JET_ERR disk_path_delete(const struct os_file_ops *ops, const WCHAR *path)
{
    WCHAR full[OS_PATH_MAX];
    struct disk_file *file;
    JET_ERR err = os_platform_file_ops.full_path(&os_platform_file_ops, path, full, OS_PATH_MAX);

    (void)ops;
    if (err < 0)
        return err;
    os_mutex_lock(&disk.lock);
    file = disk_find(full);
    if (!file)
        err = JET_errFileNotFound;
    else if (!disk_passes())
        err = JET_errDiskIO;
    else
    {
        disk_forget_writes(file);
        file->there = false;
        free(file->now);
        free(file->safe);
        file->now = file->safe = NULL;
    }
    os_mutex_unlock(&disk.lock);
    return err;
}

static JET_ERR disk_path_move(const struct os_file_ops *ops, const WCHAR *from, const WCHAR *to, bool replace)
{
    WCHAR source[OS_PATH_MAX], target[OS_PATH_MAX];
    struct disk_file *file, *other;
    JET_ERR err = os_platform_file_ops.full_path(&os_platform_file_ops, from, source, OS_PATH_MAX);

    if (err >= 0)
        err = os_platform_file_ops.full_path(&os_platform_file_ops, to, target, OS_PATH_MAX);
    if (err < 0)
        return err;
    if (replace)
        (void)disk_path_delete(ops, target);
    os_mutex_lock(&disk.lock);
    file = disk_find(source);
    other = disk_find(target);
    if (!file)
        err = JET_errFileNotFound;
    else if (other)
        err = JET_errFileAlreadyExists;
    else if (!disk_passes())
        err = JET_errDiskIO;
    else
        os_text_copy(file->path, OS_PATH_MAX, target);
    os_mutex_unlock(&disk.lock);
    return err;
}

static JET_ERR disk_find_open(const struct os_file_ops *ops, const WCHAR *pattern, struct os_find **find)
{
    JET_ERR err;

    (void)ops;
    *find = calloc(1, sizeof(**find));
    err = os_platform_file_ops.full_path(&os_platform_file_ops, pattern, (*find)->pattern, OS_PATH_MAX);
    if (err >= 0)
        return JET_errSuccess;
    free(*find);
    *find = NULL;
    return err;
}

static JET_ERR disk_find_next(const struct os_file_ops *ops, struct os_find *find, struct os_find_entry *entry)
{
    size_t start = os_path_name_start(find->pattern);

    (void)ops;
    for (; find->next < DISK_FILES; find->next++)
    {
        struct disk_file *file = &disk.files[find->next];
        size_t name = file->there ? os_path_name_start(file->path) : 0;

        if (!file->there || name != start || memcmp(file->path, find->pattern, start * sizeof(WCHAR)) ||
            !os_path_match(find->pattern + start, file->path + name))
            continue;
        memset(entry, 0, sizeof(*entry));
        os_text_copy(entry->name, OS_PATH_MAX, file->path + name);
        entry->info.size = file->size;
        find->next++;
        return JET_errSuccess;
    }
    return JET_errFileNotFound;
}

static void disk_find_close(const struct os_file_ops *ops, struct os_find *find)
{
    (void)ops;
    free(find);
}

static inline void disk_install(void)
{
    disk.ops = os_platform_file_ops;
    disk.ops.open = disk_open;
    disk.ops.close = disk_close;
    disk.ops.size = disk_size;
    disk.ops.set_size = disk_set_size;
    disk.ops.read = disk_read;
    disk.ops.write = disk_write;
    disk.ops.read_parts = disk_read_parts;
    disk.ops.write_parts = disk_write_parts;
    disk.ops.flush = disk_flush;
    disk.ops.prefetch = disk_prefetch;
    disk.ops.trim = disk_trim;
    disk.ops.info = disk_info;
    disk.ops.map = disk_map;
    disk.ops.unmap = disk_unmap;
    disk.ops.path_info = disk_path_info;
    disk.ops.path_delete = disk_path_delete;
    disk.ops.path_move = disk_path_move;
    disk.ops.find_open = disk_find_open;
    disk.ops.find_next = disk_find_next;
    disk.ops.find_close = disk_find_close;
    disk.left = -1;
    os_replace_file_ops(&disk.ops);
}

/* All files go. */
static inline void disk_clean(void)
{
    for (unsigned i = 0; i < DISK_FILES; i++)
    {
        disk_forget_writes(&disk.files[i]);
        free(disk.files[i].now);
        free(disk.files[i].safe);
        memset(&disk.files[i], 0, sizeof(disk.files[i]));
    }
    disk.left = -1;
    disk.stopped = false;
}

static inline void disk_stop_after(int64_t changes)
{
    disk.left = changes;
}

static uint32_t disk_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Writes all files to a folder that there is, for a look at what went wrong. */
static inline void disk_save(const char *folder)
{
    for (unsigned i = 0; i < DISK_FILES; i++)
    {
        struct disk_file *file = &disk.files[i];
        size_t start = file->there ? os_path_name_start(file->path) : 0, n;
        char path[1024];
        FILE *to;

        if (!file->there)
            continue;
        n = (size_t)snprintf(path, sizeof(path), "%s/", folder);
        for (; file->path[start] && n + 1 < sizeof(path); start++)
            path[n++] = (char)file->path[start];
        path[n] = 0;
        to = fopen(path, "wb");
        if (!to)
            continue;
        if (file->size)
            fwrite(file->now, 1, (size_t)file->size, to);
        fclose(to);
    }
}

/* `page` is the size of a database's pages; other files lose sectors. */
static inline void disk_crash(uint32_t seed, uint32_t page)
{
    static const WCHAR database[] = { '.', 'e', 'd', 'b', 0 };
    uint32_t lost = disk_random(&seed) % 4; /* of four */

    for (unsigned i = 0; i < DISK_FILES; i++)
    {
        struct disk_file *file = &disk.files[i];
        size_t length = file->there ? os_text_length(file->path) : 0;
        size_t unit = length > 4 && !os_text_compare_nocase(file->path + length - 4, database) ? page : DISK_SECTOR;

        if (!file->there)
            continue;
        for (struct disk_write *write = file->first; write; write = write->next)
            for (size_t at = 0; at < write->size; at += unit)
                if (disk_random(&seed) % 4 >= lost)
                    disk_apply(file, write, at, write->size - at < unit ? write->size - at : unit);
        disk_forget_writes(file);
        if (file->size)
            memcpy(file->now, file->safe, (size_t)file->size);
    }
    disk.left = -1;
    disk.stopped = false;
}

#endif
