/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Paths, directories and volumes on POSIX, and the table of file functions.
 */

#define _GNU_SOURCE 1
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "posix_file.h"
#include "retry.h"

/* ---- names ---- */

static size_t utf8_put(uint32_t c, unsigned char *to)
{
    if (c < 0x80)
    {
        to[0] = (unsigned char)c;
        return 1;
    }
    if (c < 0x800)
    {
        to[0] = (unsigned char)(0xc0 | c >> 6);
        to[1] = (unsigned char)(0x80 | (c & 63));
        return 2;
    }
    if (c < 0x10000)
    {
        to[0] = (unsigned char)(0xe0 | c >> 12);
        to[1] = (unsigned char)(0x80 | (c >> 6 & 63));
        to[2] = (unsigned char)(0x80 | (c & 63));
        return 3;
    }
    to[0] = (unsigned char)(0xf0 | c >> 18);
    to[1] = (unsigned char)(0x80 | (c >> 12 & 63));
    to[2] = (unsigned char)(0x80 | (c >> 6 & 63));
    to[3] = (unsigned char)(0x80 | (c & 63));
    return 4;
}

JET_ERR os_posix_path(const WCHAR *path, char *native, size_t size)
{
    size_t used = 0;

    if (!*path)
        return JET_errInvalidPath;
    while (*path)
    {
        unsigned char bytes[4];
        uint32_t c = (uint16_t)*path++;
        size_t count = 1;

        if (c == '\\')
            c = '/';
        if (c >= 0xd800 && c < 0xdc00 && ((uint16_t)*path & 0xfc00) == 0xdc00)
            c = 0x10000 + ((c & 0x3ff) << 10 | ((uint16_t)*path++ & 0x3ff));
        if (c >= 0xdc80 && c <= 0xdcff)
            bytes[0] = (unsigned char)c; /* a byte that was no UTF-8 */
        else
            count = utf8_put(c, bytes);
        if (used + count >= size)
            return JET_errInvalidPath;
        memcpy(native + used, bytes, count);
        used += count;
    }
    native[used] = 0;
    return JET_errSuccess;
}

/* One character of UTF-8; a byte that starts none as a lone surrogate. */
static uint32_t utf8_get(const unsigned char **text)
{
    static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *s = *text;
    unsigned count = *s < 0x80 ? 1 : *s >= 0xf0 && *s < 0xf8 ? 4 : *s >= 0xe0 ? 3 : 2;
    uint32_t c = count == 1 ? *s : *s & (0x7fu >> count);

    *text = s + 1;
    if (count == 1)
        return c;
    if (*s < 0xc0 || *s >= 0xf8)
        return 0xdc00u | *s;
    for (unsigned i = 1; i < count; i++)
    {
        if ((s[i] & 0xc0) != 0x80)
            return 0xdc00u | *s;
        c = c << 6 | (s[i] & 63);
    }
    if (c < least[count] || c > 0x10ffff || (c >= 0xdc80 && c <= 0xdcff))
        return 0xdc00u | *s;
    *text = s + count;
    return c;
}

JET_ERR os_posix_path_back(const char *native, WCHAR *path, size_t cch)
{
    const unsigned char *text = (const unsigned char *)native;
    size_t used = 0;

    while (*text)
    {
        uint32_t c = utf8_get(&text);
        size_t count = c >= 0x10000 ? 2 : 1;

        if (used + count >= cch)
            return JET_errInvalidPath;
        if (count == 2)
        {
            path[used++] = (WCHAR)(0xd7c0 + (c >> 10));
            c = 0xdc00 | (c & 0x3ff);
        }
        path[used++] = (WCHAR)c;
    }
    if (used >= cch)
        return JET_errInvalidPath;
    path[used] = 0;
    return JET_errSuccess;
}

/* Appends the components of `path` to `full`, which holds an absolute one. */
static JET_ERR add_components(const WCHAR *path, WCHAR *full, size_t cch)
{
    size_t length = os_text_length(full);

    while (*path)
    {
        size_t count = 0;

        while (os_path_is_separator(*path))
            path++;
        while (path[count] && !os_path_is_separator(path[count]))
            count++;
        if (count == 2 && path[0] == '.' && path[1] == '.')
        {
            while (length > 1 && full[--length] != '/')
                ;
            full[length ? length : 1] = 0;
        }
        else if (count && !(count == 1 && path[0] == '.'))
        {
            if (length > 1 || full[0] != '/')
                full[length++] = '/';
            if (length + count >= cch)
                return JET_errInvalidPath;
            memcpy(full + length, path, count * sizeof(WCHAR));
            length += count;
            full[length] = 0;
        }
        path += count;
    }
    return JET_errSuccess;
}

JET_ERR os_posix_full_path(const struct os_file_ops *ops, const WCHAR *path, WCHAR *full, size_t cch)
{
    char current[OS_NATIVE_PATH_MAX];
    bool trailing = *path && os_path_is_separator(path[os_text_length(path) - 1]);
    size_t length;
    JET_ERR err;

    (void)ops;
    if (!*path || cch < 3)
        return JET_errInvalidPath;
    full[0] = '/';
    full[1] = 0;
    if (!os_path_is_separator(*path))
    {
        if (!getcwd(current, sizeof(current)))
            return os_posix_error(errno);
        if ((err = os_posix_path_back(current, full, cch)) < 0)
            return err;
    }
    if ((err = add_components(path, full, cch - 1)) < 0)
        return err;
    length = os_text_length(full);
    if (trailing && full[length - 1] != '/')
    {
        full[length] = '/';
        full[length + 1] = 0;
    }
    return JET_errSuccess;
}

/* The directory part of a native path; "." if it has none. */
static void parent_of(const char *native, char *parent)
{
    size_t length = strlen(native);

    while (length > 1 && native[length - 1] == '/')
        length--;
    while (length && native[length - 1] != '/')
        length--;
    if (!length)
    {
        strcpy(parent, ".");
        return;
    }
    memcpy(parent, native, length);
    parent[length] = 0;
}

bool os_posix_parent_exists(const char *native)
{
    char parent[OS_NATIVE_PATH_MAX];
    struct stat st;

    parent_of(native, parent);
    return stat(parent, &st) == 0 && S_ISDIR(st.st_mode);
}

void os_posix_sync_parent(const char *native)
{
    char parent[OS_NATIVE_PATH_MAX];
    int fd;

    parent_of(native, parent);
    if ((fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        return;
    fsync(fd);
    close(fd);
}

static JET_ERR path_error(int code, const char *native)
{
    if (code == ENOENT && !os_posix_parent_exists(native))
        return JET_errInvalidPath;
    return os_posix_error(code);
}

/* ---- functions of the table ---- */

static JET_ERR path_info(const struct os_file_ops *ops, const WCHAR *path, struct os_file_info *info)
{
    char native[OS_NATIVE_PATH_MAX];
    struct stat st;
    JET_ERR err;

    (void)ops;
    if ((err = os_posix_path(path, native, sizeof(native))) < 0)
        return err;
    if (stat(native, &st) < 0)
        return path_error(errno, native);
    os_posix_stat_info(&st, info);
    return JET_errSuccess;
}

static JET_ERR path_delete(const struct os_file_ops *ops, const WCHAR *path)
{
    char native[OS_NATIVE_PATH_MAX];
    uint64_t until = 0;
    JET_ERR err;

    (void)ops;
    if ((err = os_posix_path(path, native, sizeof(native))) < 0)
        return err;
    do
        err = os_posix_may_delete(native);
    while (os_file_try_again(err, &until));
    if (err < 0)
        return err == JET_errFileNotFound ? path_error(ENOENT, native) : err;
    return unlink(native) < 0 ? path_error(errno, native) : JET_errSuccess;
}

static int move_native(const char *from, const char *to, bool replace)
{
    if (replace)
        return rename(from, to);
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    /* A file system without that flag. */
    if (access(to, F_OK) == 0)
    {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

static JET_ERR path_move(const struct os_file_ops *ops, const WCHAR *from, const WCHAR *to, bool replace)
{
    char native_from[OS_NATIVE_PATH_MAX], native_to[OS_NATIVE_PATH_MAX];
    uint64_t until = 0;
    JET_ERR err;

    (void)ops;
    if ((err = os_posix_path(from, native_from, sizeof(native_from))) < 0 ||
        (err = os_posix_path(to, native_to, sizeof(native_to))) < 0)
        return err;
    do
        err = os_posix_may_delete(native_from);
    while (os_file_try_again(err, &until));
    if (err < 0)
        return err == JET_errFileNotFound ? path_error(ENOENT, native_from) : err;
    if (replace && os_posix_may_delete(native_to) == JET_errFileAccessDenied)
        return JET_errFileAccessDenied;
    if (move_native(native_from, native_to, replace) < 0)
        return errno == ENOENT ? path_error(ENOENT, native_to) : os_posix_error(errno);
    os_posix_sync_parent(native_to);
    return JET_errSuccess;
}

#define COPY_SIZE 0x40000u

static JET_ERR path_copy(const struct os_file_ops *ops, const WCHAR *from, const WCHAR *to, bool replace)
{
    struct os_file *source = NULL, *target = NULL;
    uint64_t size, offset = 0;
    char *buffer = NULL;
    JET_ERR err;

    if ((err = ops->open(ops, from, OS_OPEN_SHARE_READ | OS_OPEN_SHARE_WRITE | OS_OPEN_SEQUENTIAL, &source)) < 0 ||
        (err = source->ops->size(source, &size)) < 0)
        goto done;
    if ((err = ops->open(ops, to, OS_OPEN_WRITE | (replace ? OS_OPEN_OVERWRITE : OS_OPEN_CREATE), &target)) < 0)
        goto done;
    if (!(buffer = os_alloc(COPY_SIZE)))
    {
        err = JET_errOutOfMemory;
        goto done;
    }
    while (offset < size)
    {
        size_t part = size - offset < COPY_SIZE ? (size_t)(size - offset) : COPY_SIZE;

        if ((err = source->ops->read(source, offset, buffer, part)) < 0 ||
            (err = target->ops->write(target, offset, buffer, part)) < 0)
            goto done;
        offset += part;
    }
    err = target->ops->flush(target);

done:
    os_free(buffer);
    os_file_close(source);
    if (target)
    {
        os_file_close(target);
        if (err < 0)
            ops->path_delete(ops, to);
    }
    return err;
}

static JET_ERR directory_create(const struct os_file_ops *ops, const WCHAR *path)
{
    char native[OS_NATIVE_PATH_MAX];
    JET_ERR err;

    (void)ops;
    if ((err = os_posix_path(path, native, sizeof(native))) < 0)
        return err;
    if (mkdir(native, 0777) < 0)
        return path_error(errno, native);
    os_posix_sync_parent(native);
    return JET_errSuccess;
}

static JET_ERR directory_remove(const struct os_file_ops *ops, const WCHAR *path)
{
    char native[OS_NATIVE_PATH_MAX];
    JET_ERR err;

    (void)ops;
    if ((err = os_posix_path(path, native, sizeof(native))) < 0)
        return err;
    return rmdir(native) < 0 ? path_error(errno, native) : JET_errSuccess;
}

/* A number from the disk's queue in sysfs; for a partition it is its parent's. */
static uint32_t queue_value(dev_t device, const char *name, uint32_t otherwise)
{
    static const char *const formats[] = { "/sys/dev/block/%u:%u/queue/%s", "/sys/dev/block/%u:%u/../queue/%s" };

    for (size_t i = 0; i < 2; i++)
    {
        char path[128], text[32] = { 0 };
        ssize_t count;
        int fd;

        snprintf(path, sizeof(path), formats[i], major(device), minor(device), name);
        if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
            continue;
        count = read(fd, text, sizeof(text) - 1);
        close(fd);
        if (count > 0)
            return (uint32_t)strtoul(text, NULL, 10);
    }
    return otherwise;
}

static JET_ERR volume(const struct os_file_ops *ops, const WCHAR *path, struct os_volume *volume)
{
    char native[OS_NATIVE_PATH_MAX], parent[OS_NATIVE_PATH_MAX];
    const char *where = native;
    struct statvfs fs;
    struct stat st;
    JET_ERR err;

    (void)ops;
    if ((err = os_posix_path(path, native, sizeof(native))) < 0)
        return err;
    if (stat(native, &st) < 0)
    {
        parent_of(native, parent);
        where = parent;
        if (stat(parent, &st) < 0)
            return JET_errInvalidPath;
    }
    if (statvfs(where, &fs) < 0)
        return os_posix_error(errno);
    volume->sector_size = queue_value(st.st_dev, "logical_block_size", 512);
    volume->cluster_size = (uint32_t)fs.f_frsize;
    volume->bytes_total = (uint64_t)fs.f_blocks * fs.f_frsize;
    volume->bytes_free = (uint64_t)fs.f_bavail * fs.f_frsize;
    volume->seek_penalty = queue_value(st.st_dev, "rotational", 0) != 0;
    volume->read_only = (fs.f_flag & ST_RDONLY) != 0;
    return JET_errSuccess;
}

/* ---- listing ---- */

struct os_find
{
    DIR *directory;
    WCHAR pattern[OS_PATH_MAX];
};

static JET_ERR find_open(const struct os_file_ops *ops, const WCHAR *pattern, struct os_find **out)
{
    size_t start = os_path_name_start(pattern);
    char native[OS_NATIVE_PATH_MAX] = ".";
    WCHAR directory[OS_PATH_MAX];
    struct os_find *find;
    JET_ERR err;

    (void)ops;
    *out = NULL;
    if (start >= OS_PATH_MAX)
        return JET_errInvalidPath;
    memcpy(directory, pattern, start * sizeof(WCHAR));
    directory[start] = 0;
    if (start && (err = os_posix_path(directory, native, sizeof(native))) < 0)
        return err;
    if (!(find = os_alloc(sizeof(*find))))
        return JET_errOutOfMemory;
    if (!os_text_copy(find->pattern, OS_PATH_MAX, pattern + start))
    {
        os_free(find);
        return JET_errInvalidPath;
    }
    if (!(find->directory = opendir(native)))
    {
        err = errno == ENOENT ? JET_errInvalidPath : os_posix_error(errno);
        os_free(find);
        return err;
    }
    *out = find;
    return JET_errSuccess;
}

static JET_ERR find_next(const struct os_file_ops *ops, struct os_find *find, struct os_find_entry *entry)
{
    struct dirent *next;

    (void)ops;
    while ((errno = 0, next = readdir(find->directory)))
    {
        struct stat st;

        if (!strcmp(next->d_name, ".") || !strcmp(next->d_name, "..") ||
            os_posix_path_back(next->d_name, entry->name, OS_PATH_MAX) < 0 ||
            !os_path_match(find->pattern, entry->name))
            continue;
        if (fstatat(dirfd(find->directory), next->d_name, &st, 0) < 0)
            continue; /* gone meanwhile, or a dangling link */
        os_posix_stat_info(&st, &entry->info);
        return JET_errSuccess;
    }
    return errno ? os_posix_error(errno) : JET_errFileNotFound;
}

static void find_close(const struct os_file_ops *ops, struct os_find *find)
{
    (void)ops;
    closedir(find->directory);
    os_free(find);
}

const struct os_file_ops os_platform_file_ops = {
    .open = os_posix_file_open,
    .close = os_posix_file_close,
    .size = os_posix_file_size,
    .set_size = os_posix_file_set_size,
    .read = os_posix_file_read,
    .write = os_posix_file_write,
    .read_parts = os_posix_file_read_parts,
    .write_parts = os_posix_file_write_parts,
    .flush = os_posix_file_flush,
    .prefetch = os_posix_file_prefetch,
    .trim = os_posix_file_trim,
    .info = os_posix_file_info,
    .map = os_posix_file_map,
    .unmap = os_posix_file_unmap,
    .path_info = path_info,
    .path_delete = path_delete,
    .path_move = path_move,
    .path_copy = path_copy,
    .directory_create = directory_create,
    .directory_remove = directory_remove,
    .full_path = os_posix_full_path,
    .volume = volume,
    .find_open = find_open,
    .find_next = find_next,
    .find_close = find_close,
};

/* ---- tables of text ---- */

const void *os_posix_map_whole(const char *path, size_t *size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *memory = NULL;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
    {
        memory = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (memory == MAP_FAILED)
            memory = NULL;
        *size = (size_t)st.st_size;
    }
    close(fd);
    return memory;
}
