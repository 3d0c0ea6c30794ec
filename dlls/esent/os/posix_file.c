/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Open files on POSIX.  Paths and directories are in posix_path.c.
 *
 * Windows' sharing is kept by open file description locks on five bytes far
 * behind any data.  Who opens a file puts a shared lock on a byte for each kind
 * of access it has and one for each kind it denies to others; then it looks
 * whether anyone else has a lock on the opposite of one of its own.  Two that
 * open at once may both see each other: each then steps back and tries again.
 * Locks live as long as the description, and hold between threads as well as
 * processes.  A file system without locks has no sharing rules.
 */

#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "posix_file.h"
#include "retry.h"

#define LOCK_BASE 0x7fffffffffff0000ll

enum lock_byte
{
    LOCK_READS,
    LOCK_WRITES,
    LOCK_DENIES_READ,
    LOCK_DENIES_WRITE,
    LOCK_DENIES_DELETE,
    LOCK_COUNT
};

#define OPEN_TRIES 3

struct posix_file
{
    struct os_file file;
    int fd;
    bool directory_dirty; /* its directory entry may not be on disk yet */
    char *native;
};

static struct posix_file *posix_file(struct os_file *file)
{
    return (struct posix_file *)file;
}

JET_ERR os_posix_error(int code)
{
    switch (code)
    {
    case 0:
        return JET_errSuccess;
    case ENOENT:
        return JET_errFileNotFound;
    case ENOTDIR:
    case ENAMETOOLONG:
    case ELOOP:
        return JET_errInvalidPath;
    case EACCES:
    case EPERM:
    case EROFS:
    case EBUSY:
    case ETXTBSY:
    case EISDIR:
    case ENOTEMPTY:
    case EAGAIN:
        return JET_errFileAccessDenied;
    case EEXIST:
        return JET_errFileAlreadyExists;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return JET_errDiskFull;
    case EMFILE:
    case ENFILE:
        return JET_errOutOfFileHandles;
    case ENOMEM:
    case ENOBUFS:
        return JET_errOutOfMemory;
    case EBADMSG:
        return JET_errDiskReadVerificationFailure;
    case EUCLEAN:
        return JET_errFileSystemCorruption;
    case EINVAL:
    case ENOSYS:
    case EOPNOTSUPP:
        return JET_errInvalidParameter;
    default:
        return JET_errDiskIO;
    }
}

/* ---- sharing ---- */

static int lock_bytes(int fd, int command, int type, int first, int count)
{
    struct flock lock = { .l_type = (short)type, .l_whence = SEEK_SET, .l_start = LOCK_BASE + first, .l_len = count };

    if (fcntl(fd, command, &lock) < 0)
        return -1;
    return lock.l_type;
}

/* Whether others have a lock among these bytes. */
static bool others_have(int fd, int first, int count)
{
    int type = lock_bytes(fd, F_OFD_GETLK, F_WRLCK, first, count);

    return type >= 0 && type != F_UNLCK;
}

/* Runs of set bits, lowest first: what is asked for mostly is one or two. */
static bool next_run(unsigned *mask, int *first, int *count)
{
    if (!*mask)
        return false;
    *first = __builtin_ctz(*mask);
    *count = __builtin_ctz(~(*mask >> *first));
    *mask &= ~(((1u << *count) - 1) << *first);
    return true;
}

static JET_ERR share_once(int fd, unsigned mine, unsigned opposite)
{
    unsigned mask = mine;
    int first, count;

    while (next_run(&mask, &first, &count))
    {
        if (lock_bytes(fd, F_OFD_SETLK, F_RDLCK, first, count) < 0)
            return errno == EAGAIN || errno == EACCES ? JET_errFileAccessDenied : JET_errSuccess;
    }
    mask = opposite;
    while (next_run(&mask, &first, &count))
    {
        if (others_have(fd, first, count))
            return JET_errFileAccessDenied;
    }
    return JET_errSuccess;
}

static JET_ERR share(int fd, uint32_t flags)
{
    unsigned mine = 1u << LOCK_READS, opposite = 1u << LOCK_DENIES_READ;
    JET_ERR err;

    if (flags & OS_OPEN_WRITE)
    {
        mine |= 1u << LOCK_WRITES;
        opposite |= 1u << LOCK_DENIES_WRITE;
    }
    if (!(flags & OS_OPEN_SHARE_READ))
    {
        mine |= 1u << LOCK_DENIES_READ;
        opposite |= 1u << LOCK_READS;
    }
    if (!(flags & OS_OPEN_SHARE_WRITE))
    {
        mine |= 1u << LOCK_DENIES_WRITE;
        opposite |= 1u << LOCK_WRITES;
    }
    if (!(flags & OS_OPEN_SHARE_DELETE))
        mine |= 1u << LOCK_DENIES_DELETE;

    for (int i = 0; (err = share_once(fd, mine, opposite)) < 0 && i < OPEN_TRIES - 1; i++)
    {
        lock_bytes(fd, F_OFD_SETLK, F_UNLCK, 0, LOCK_COUNT);
        os_sleep(1 + os_random32() % 3);
    }
    return err;
}

JET_ERR os_posix_may_delete(const char *native)
{
    int fd = open(native, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool denied;

    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? os_posix_error(errno) : JET_errSuccess;
    denied = others_have(fd, LOCK_DENIES_DELETE, 1);
    close(fd);
    return denied ? JET_errFileAccessDenied : JET_errSuccess;
}

/* ---- open and close ---- */

static JET_ERR open_error(int code, const char *native)
{
    /* Windows tells a missing file from a missing directory. */
    if (code == ENOENT && !os_posix_parent_exists(native))
        return JET_errInvalidPath;
    return os_posix_error(code);
}

static JET_ERR open_native(const char *native, uint32_t flags, int *fd)
{
    int mode = O_CLOEXEC | O_NOCTTY;
    struct stat st;
    JET_ERR err;

    mode |= flags & OS_OPEN_WRITE ? O_RDWR : O_RDONLY;
    if (flags & OS_OPEN_CREATE)
        mode |= O_CREAT | O_EXCL;
    else if (flags & (OS_OPEN_OVERWRITE | OS_OPEN_ALWAYS))
        mode |= O_CREAT;
    if (flags & OS_OPEN_WRITE_THROUGH)
        mode |= O_DSYNC;

    if ((*fd = open(native, mode, 0666)) < 0)
        return open_error(errno, native);
    if (fstat(*fd, &st) < 0)
        err = os_posix_error(errno);
    else if (S_ISDIR(st.st_mode))
        err = JET_errFileAccessDenied;
    else if ((err = share(*fd, flags)) >= 0 && flags & OS_OPEN_OVERWRITE && st.st_size && ftruncate(*fd, 0) < 0)
        err = os_posix_error(errno);
    if (err < 0)
    {
        close(*fd);
        return err;
    }
    if (flags & (OS_OPEN_SEQUENTIAL | OS_OPEN_RANDOM))
        posix_fadvise(*fd, 0, 0, flags & OS_OPEN_RANDOM ? POSIX_FADV_RANDOM : POSIX_FADV_SEQUENTIAL);
    return JET_errSuccess;
}

JET_ERR os_posix_file_open(const struct os_file_ops *ops, const WCHAR *path, uint32_t flags, struct os_file **out)
{
    WCHAR full[OS_PATH_MAX];
    char native[OS_NATIVE_PATH_MAX];
    struct posix_file *file;
    size_t path_size, native_size;
    uint64_t until = 0;
    JET_ERR err;
    int fd;

    *out = NULL;
    if ((err = os_posix_full_path(ops, path, full, OS_PATH_MAX)) < 0)
        return err;
    if ((err = os_posix_path(full, native, sizeof(native))) < 0)
        return err;
    path_size = (os_text_length(full) + 1) * sizeof(WCHAR);
    native_size = strlen(native) + 1;
    /* Before there is a file, which would stay behind. */
    if (!(file = os_alloc(sizeof(*file) + path_size + native_size)))
        return JET_errOutOfMemory;
    do
        err = open_native(native, flags, &fd);
    while (os_file_try_again(err, &until));
    if (err < 0)
    {
        os_free(file);
        return err;
    }
    file->file.ops = ops;
    file->file.path = memcpy(file + 1, full, path_size);
    file->file.flags = flags;
    file->native = memcpy((char *)(file + 1) + path_size, native, native_size);
    file->fd = fd;
    file->directory_dirty = (flags & (OS_OPEN_CREATE | OS_OPEN_OVERWRITE | OS_OPEN_ALWAYS)) != 0;
    *out = &file->file;
    return JET_errSuccess;
}

void os_posix_file_close(struct os_file *base)
{
    struct posix_file *file = posix_file(base);

    if (base->flags & OS_OPEN_DELETE_ON_CLOSE)
        unlink(file->native);
    close(file->fd);
    os_free(file);
}

/* ---- size ---- */

JET_ERR os_posix_file_size(struct os_file *base, uint64_t *size)
{
    struct stat st;

    if (fstat(posix_file(base)->fd, &st) < 0)
        return os_posix_error(errno);
    *size = (uint64_t)st.st_size;
    return JET_errSuccess;
}

JET_ERR os_posix_file_set_size(struct os_file *base, uint64_t size)
{
    int fd = posix_file(base)->fd;
    struct stat st;
    int code;

    if (size > (uint64_t)LOCK_BASE)
        return JET_errDiskFull;
    if (fstat(fd, &st) < 0)
        return os_posix_error(errno);
    if (size > (uint64_t)st.st_size)
    {
        do
            code = fallocate(fd, 0, st.st_size, (off_t)(size - (uint64_t)st.st_size)) < 0 ? errno : 0;
        while (code == EINTR);
        if (!code)
            return JET_errSuccess;
        if (code != EOPNOTSUPP && code != ENOSYS)
        {
            if (ftruncate(fd, st.st_size) < 0)
                return JET_errDiskIO;
            return os_posix_error(code);
        }
    }
    return ftruncate(fd, (off_t)size) < 0 ? os_posix_error(errno) : JET_errSuccess;
}

/* ---- reading and writing ---- */

static bool range_valid(uint64_t offset, uint64_t size)
{
    return offset <= (uint64_t)LOCK_BASE && size <= (uint64_t)LOCK_BASE - offset;
}

JET_ERR os_posix_file_read(struct os_file *base, uint64_t offset, void *data, size_t size)
{
    int fd = posix_file(base)->fd;
    char *to = data;

    if (!range_valid(offset, size))
        return JET_errFileIOBeyondEOF;
    while (size)
    {
        ssize_t count = pread(fd, to, size, (off_t)offset);

        if (count < 0)
        {
            if (errno == EINTR)
                continue;
            return os_posix_error(errno);
        }
        if (!count)
            return JET_errFileIOBeyondEOF;
        to += count;
        offset += (uint64_t)count;
        size -= (size_t)count;
    }
    return JET_errSuccess;
}

JET_ERR os_posix_file_write(struct os_file *base, uint64_t offset, const void *data, size_t size)
{
    int fd = posix_file(base)->fd;
    const char *from = data;

    if (!range_valid(offset, size))
        return JET_errDiskFull;
    while (size)
    {
        ssize_t count = pwrite(fd, from, size, (off_t)offset);

        if (count < 0)
        {
            if (errno == EINTR)
                continue;
            return errno == EBADF ? JET_errFileAccessDenied : os_posix_error(errno);
        }
        from += count;
        offset += (uint64_t)count;
        size -= (size_t)count;
    }
    return JET_errSuccess;
}

#define PARTS_AT_ONCE 64

typedef ssize_t (*vector_function)(int fd, const struct iovec *vector, int count, off_t offset);
typedef JET_ERR (*plain_function)(struct os_file *file, uint64_t offset, void *data, size_t size);

static JET_ERR plain_write(struct os_file *file, uint64_t offset, void *data, size_t size)
{
    return os_posix_file_write(file, offset, data, size);
}

/* Each batch by one call; what a short count leaves, part by part. */
static JET_ERR move_parts(struct os_file *base, uint64_t offset, const struct os_io_part *parts, size_t count,
                          vector_function vector_move, plain_function plain_move)
{
    struct iovec vector[PARTS_AT_ONCE];

    while (count)
    {
        size_t batch = count < PARTS_AT_ONCE ? count : PARTS_AT_ONCE;
        ssize_t moved;

        for (size_t i = 0; i < batch; i++)
        {
            vector[i].iov_base = parts[i].data;
            vector[i].iov_len = parts[i].size;
        }
        moved = offset <= (uint64_t)LOCK_BASE ? vector_move(posix_file(base)->fd, vector, (int)batch, (off_t)offset)
                                              : 0;
        if (moved < 0)
            moved = 0; /* the plain call meets the error again, and tells it */
        for (size_t i = 0; i < batch; i++)
        {
            size_t done = (size_t)moved < parts[i].size ? (size_t)moved : parts[i].size;

            if (done < parts[i].size)
            {
                JET_ERR err = plain_move(base, offset + done, (char *)parts[i].data + done, parts[i].size - done);
                if (err < 0)
                    return err;
            }
            moved -= (ssize_t)done;
            offset += parts[i].size;
        }
        parts += batch;
        count -= batch;
    }
    return JET_errSuccess;
}

JET_ERR os_posix_file_read_parts(struct os_file *base, uint64_t offset, const struct os_io_part *parts, size_t count)
{
    return move_parts(base, offset, parts, count, preadv, os_posix_file_read);
}

JET_ERR os_posix_file_write_parts(struct os_file *base, uint64_t offset, const struct os_io_part *parts, size_t count)
{
    return move_parts(base, offset, parts, count, pwritev, plain_write);
}

JET_ERR os_posix_file_flush(struct os_file *base)
{
    struct posix_file *file = posix_file(base);

    if (fdatasync(file->fd) < 0 && errno != EINVAL && errno != EROFS)
        return os_posix_error(errno);
    if (file->directory_dirty)
    {
        file->directory_dirty = false;
        os_posix_sync_parent(file->native);
    }
    return JET_errSuccess;
}

void os_posix_file_prefetch(struct os_file *base, uint64_t offset, uint64_t size)
{
    if (range_valid(offset, size))
        posix_fadvise(posix_file(base)->fd, (off_t)offset, (off_t)size, POSIX_FADV_WILLNEED);
}

JET_ERR os_posix_file_trim(struct os_file *base, uint64_t offset, uint64_t size)
{
    int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;

    if (!range_valid(offset, size))
        return JET_errInvalidParameter;
    if (!size || fallocate(posix_file(base)->fd, mode, (off_t)offset, (off_t)size) == 0)
        return JET_errSuccess;
    if (errno == EOPNOTSUPP || errno == ENOSYS)
        return JET_errUnloadableOSFunctionality;
    return errno == EBADF ? JET_errFileAccessDenied : os_posix_error(errno);
}

void os_posix_stat_info(const struct stat *st, struct os_file_info *info)
{
    uint64_t block = (uint64_t)st->st_blksize, whole = ((uint64_t)st->st_size + block - 1) / block * block;

    info->size = (uint64_t)st->st_size;
    /* Blocks of the file system's own, which it counts to the file, are none of its contents. */
    info->size_on_disk = (uint64_t)st->st_blocks * 512;
    if (info->size_on_disk > whole)
        info->size_on_disk = whole;
    info->modified = ((uint64_t)st->st_mtim.tv_sec + OS_SECONDS_1601_TO_1970) * 10000000u +
                     (uint64_t)st->st_mtim.tv_nsec / 100;
    info->directory = S_ISDIR(st->st_mode);
    info->read_only = !(st->st_mode & (S_IWUSR | S_IWGRP | S_IWOTH));
}

JET_ERR os_posix_file_info(struct os_file *base, struct os_file_info *info)
{
    struct stat st;

    if (fstat(posix_file(base)->fd, &st) < 0)
        return os_posix_error(errno);
    os_posix_stat_info(&st, info);
    return JET_errSuccess;
}

JET_ERR os_posix_file_map(struct os_file *base, uint64_t offset, size_t size, void **address)
{
    void *memory;

    if (!size || !range_valid(offset, size))
        return JET_errInvalidParameter;
    memory = mmap(NULL, size, PROT_READ, MAP_SHARED, posix_file(base)->fd, (off_t)offset);
    if (memory == MAP_FAILED)
        return os_posix_error(errno);
    *address = memory;
    return JET_errSuccess;
}

void os_posix_file_unmap(struct os_file *base, void *address, size_t size)
{
    (void)base;
    munmap(address, size);
}
