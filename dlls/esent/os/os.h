/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The platform floor: everything the engine asks of the system it runs on.
 *
 * Above this header there is no windows.h and no POSIX.  The floor gives files,
 * memory, threads, locks, clocks, facts about the machine, text and locales,
 * debug output and loading of modules.  sync.c, path.c and trace.c are portable;
 * win32_*.c and posix_*.c hold what is not.
 *
 * Text is UTF-16 (WCHAR of esent.h) and, where no count is given, ends in NUL.
 * Paths are such text; '\\' and '/' both separate, on every platform.  Errors
 * are JET_ERR, as Windows' engine maps those of Windows.
 *
 * Files and memory go through tables of functions that a test may replace:
 * struct os_file_ops (os_replace_file_ops) and struct os_memory_ops
 * (os_replace_memory_ops).  A table that injects faults keeps the one it
 * replaced and calls it.  An open file keeps the table it was opened with.
 * Tables are replaced while no other thread is inside the floor.
 *
 * Locks of this floor order nothing and are leaves: no function here calls back
 * into a floor above while it holds one.  Mutexes and rwlocks are four and eight
 * bytes, valid when zero, not recursive and not fair; nothing has to be called
 * to destroy one.
 *
 * os_process is the floor's part of the process root.  What else is static
 * caches facts that can be found again: the machine, locales, tables of text.
 */

#ifndef ESENT_OS_OS_H
#define ESENT_OS_OS_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "esent.h"

#define OS_INFINITE 0xffffffffu

#ifdef _WIN32
#define OS_PATH_SEPARATOR ((WCHAR)'\\')
#else
#define OS_PATH_SEPARATOR ((WCHAR)'/')
#endif

/* Longest path, in characters with its NUL, that the floor hands out. */
#define OS_PATH_MAX 1024

#define os_likely(x) __builtin_expect(!!(x), 1)
#define os_unlikely(x) __builtin_expect(!!(x), 0)

#ifdef __MINGW32__
#define OS_PRINTF(fmt, first) __attribute__((format(gnu_printf, fmt, first)))
#else
#define OS_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#endif

/* The convention of functions that the system calls directly. */
#if defined(_WIN32) && defined(__i386__)
#define OS_CALLBACK __attribute__((stdcall))
#else
#define OS_CALLBACK
#endif

/* ---------------------------------------------------------------- files --- */

/* How a file is opened.  Without OS_OPEN_WRITE it is read-only. */
#define OS_OPEN_WRITE          0x0001u /* read and write */
#define OS_OPEN_CREATE         0x0002u /* must not exist: else JET_errFileAlreadyExists */
#define OS_OPEN_OVERWRITE      0x0004u /* created, or emptied if it exists */
#define OS_OPEN_ALWAYS         0x0008u /* created if it does not exist */
#define OS_OPEN_SHARE_READ     0x0010u /* others may have it open for reading */
#define OS_OPEN_SHARE_WRITE    0x0020u /* others may have it open for writing */
#define OS_OPEN_SHARE_DELETE   0x0040u /* others may delete or rename it */
#define OS_OPEN_WRITE_THROUGH  0x0100u /* a write is durable when it returns */
#define OS_OPEN_UNBUFFERED     0x0200u /* a hint, may be ignored: bypass the system's cache; offsets, lengths and
                                          buffers are then multiples of the sector */
#define OS_OPEN_SEQUENTIAL     0x0400u /* hints for the system's read-ahead */
#define OS_OPEN_RANDOM         0x0800u
#define OS_OPEN_DELETE_ON_CLOSE 0x1000u

/* As Windows' engine opens what it writes: for itself alone; and what it only
   reads: with others who only read. */
#define OS_OPEN_EXCLUSIVE_WRITE (OS_OPEN_WRITE)
#define OS_OPEN_READ_ONLY       (OS_OPEN_SHARE_READ)

struct os_io_part
{
    void *data;
    size_t size;
};

struct os_volume
{
    uint32_t sector_size;     /* bytes that the disk writes atomically, 512 if unknown */
    uint32_t cluster_size;    /* allocation unit */
    uint64_t bytes_total;
    uint64_t bytes_free;      /* to this user */
    bool seek_penalty;        /* a rotating disk, as far as is known */
    bool read_only;
};

struct os_file_info
{
    uint64_t size;
    uint64_t size_on_disk;    /* what is allocated: less than size for a sparse file; by path it may be size */
    uint64_t modified;        /* as os_time_now */
    bool directory;
    bool read_only;
};

struct os_find_entry
{
    WCHAR name[OS_PATH_MAX];  /* last component only */
    struct os_file_info info;
};

struct os_file_ops;
struct event_sink;

/* An open file.  Implementations put this first in their own struct. */
struct os_file
{
    const struct os_file_ops *ops;
    const WCHAR *path;        /* full path, owned by the implementation */
    uint32_t flags;           /* OS_OPEN_* given to open */
    _Atomic uint32_t writes;  /* that have returned, counted from 1 */
    _Atomic uint32_t flushed; /* so many of them are on the disk */
    const struct event_sink *events; /* who is told of what fails; NULL: nobody */
    const WCHAR *moved;       /* where it was moved to since it was opened, as whoever moved it says; NULL: nowhere */
    _Atomic uint32_t full_told; /* os_tick_ms when it was told of a full disk */
};

/* A search of a directory, opaque. */
struct os_find;

/*
 * The door to the file system.  Each function has the contract of the wrapper
 * of the same name below; `ops` is the table itself, so that a table that wraps
 * another can find its own data around it.
 */
struct os_file_ops
{
    JET_ERR (*open)(const struct os_file_ops *ops, const WCHAR *path, uint32_t flags, struct os_file **file);
    void (*close)(struct os_file *file);
    JET_ERR (*size)(struct os_file *file, uint64_t *size);
    JET_ERR (*set_size)(struct os_file *file, uint64_t size);
    JET_ERR (*read)(struct os_file *file, uint64_t offset, void *data, size_t size);
    JET_ERR (*write)(struct os_file *file, uint64_t offset, const void *data, size_t size);
    JET_ERR (*read_parts)(struct os_file *file, uint64_t offset, const struct os_io_part *parts, size_t count);
    JET_ERR (*write_parts)(struct os_file *file, uint64_t offset, const struct os_io_part *parts, size_t count);
    JET_ERR (*flush)(struct os_file *file);
    void (*prefetch)(struct os_file *file, uint64_t offset, uint64_t size);
    JET_ERR (*trim)(struct os_file *file, uint64_t offset, uint64_t size);
    JET_ERR (*info)(struct os_file *file, struct os_file_info *info);
    JET_ERR (*map)(struct os_file *file, uint64_t offset, size_t size, void **address);
    void (*unmap)(struct os_file *file, void *address, size_t size);

    JET_ERR (*path_info)(const struct os_file_ops *ops, const WCHAR *path, struct os_file_info *info);
    JET_ERR (*path_delete)(const struct os_file_ops *ops, const WCHAR *path);
    JET_ERR (*path_move)(const struct os_file_ops *ops, const WCHAR *from, const WCHAR *to, bool replace);
    JET_ERR (*path_copy)(const struct os_file_ops *ops, const WCHAR *from, const WCHAR *to, bool replace);
    JET_ERR (*directory_create)(const struct os_file_ops *ops, const WCHAR *path);
    JET_ERR (*directory_remove)(const struct os_file_ops *ops, const WCHAR *path);
    JET_ERR (*full_path)(const struct os_file_ops *ops, const WCHAR *path, WCHAR *full, size_t cch);
    JET_ERR (*volume)(const struct os_file_ops *ops, const WCHAR *path, struct os_volume *volume);
    JET_ERR (*find_open)(const struct os_file_ops *ops, const WCHAR *pattern, struct os_find **find);
    JET_ERR (*find_next)(const struct os_file_ops *ops, struct os_find *find, struct os_find_entry *entry);
    void (*find_close)(const struct os_file_ops *ops, struct os_find *find);
};

/* The platform's own table. */
extern const struct os_file_ops os_platform_file_ops;

/* --------------------------------------------------------------- memory --- */

/*
 * The heap and large regions.  realloc(NULL, n) allocates, free(NULL) does
 * nothing; each returns NULL when there is no memory.  Heap memory is aligned
 * to 16 bytes natively and on x86_64, to 8 on i686.
 */
struct os_memory_ops
{
    void *(*alloc)(const struct os_memory_ops *ops, size_t size);
    void *(*realloc)(const struct os_memory_ops *ops, void *memory, size_t size);
    void (*free)(const struct os_memory_ops *ops, void *memory);
    void *(*reserve)(const struct os_memory_ops *ops, size_t size);
    bool (*commit)(const struct os_memory_ops *ops, void *memory, size_t size);
    void (*decommit)(const struct os_memory_ops *ops, void *memory, size_t size);
    void (*release)(const struct os_memory_ops *ops, void *memory, size_t size);
};

extern const struct os_memory_ops os_platform_memory_ops;

/* ------------------------------------------------- the process-wide root --- */

/* Classes of debug output, with Wine's bits. */
#define OS_TRACE_FIXME 0x1u
#define OS_TRACE_ERR   0x2u
#define OS_TRACE_WARN  0x4u
#define OS_TRACE_TRACE 0x8u
#define OS_TRACE_UNKNOWN 0x80000000u /* not asked for yet */

struct os_process
{
    const struct os_file_ops *file_ops;
    const struct os_memory_ops *memory_ops;
    _Atomic uint32_t trace;              /* OS_TRACE_* that are on */
    /* For tests: natively, who gets what would go to the event log; NULL: nobody.  False: the log cannot be opened. */
    bool (*event_observer)(const WCHAR *source, uint32_t type, uint16_t category, uint32_t id,
                           const WCHAR *const *strings, uint32_t count);
};

extern struct os_process os_process;

/* Put another table in force (NULL: the platform's); returns the one it replaces. */
const struct os_file_ops *os_replace_file_ops(const struct os_file_ops *ops);
const struct os_memory_ops *os_replace_memory_ops(const struct os_memory_ops *ops);

/* ------------------------------------------------------- files, wrappers --- */

/*
 * Opens or creates a file.  Sharing is as Windows has it, also between
 * processes: an open that an earlier open does not share with, or that does not
 * share with an earlier one, is JET_errFileAccessDenied.  Natively that holds
 * among programs that use this floor.
 * Errors: JET_errFileNotFound, JET_errInvalidPath (a directory on the way is
 * absent), JET_errFileAccessDenied, JET_errFileAlreadyExists, JET_errDiskFull,
 * JET_errOutOfFileHandles, JET_errOutOfMemory, JET_errDiskIO.
 */
static inline JET_ERR os_file_open(const WCHAR *path, uint32_t flags, struct os_file **file)
{
    JET_ERR err = os_process.file_ops->open(os_process.file_ops, path, flags, file);

    if (err >= 0)
    {
        atomic_init(&(*file)->writes, 1);
        atomic_init(&(*file)->flushed, 0);
        atomic_init(&(*file)->full_told, 0);
        (*file)->events = NULL;
        (*file)->moved = NULL;
    }
    return err;
}

enum os_file_failure
{
    OS_FILE_READ,
    OS_FILE_WRITE,
    OS_FILE_FLUSH,
};

/* Tells file->events what the wrappers below met, which began at os_tick_ms. */
void os_file_failed(struct os_file *file, enum os_file_failure what, uint64_t offset, size_t size, JET_ERR err,
                    uint32_t began);

static inline JET_ERR os_file_answer(struct os_file *file, enum os_file_failure what, uint64_t offset, size_t size,
                                     JET_ERR err, uint32_t began)
{
    if (os_unlikely(err < 0) && file->events)
        os_file_failed(file, what, offset, size, err, began);
    return err;
}

size_t os_io_parts_size(const struct os_io_part *parts, size_t count);
uint32_t os_tick_ms(void);

/* Closes a file; NULL is allowed.  What was written is not flushed. */
static inline void os_file_close(struct os_file *file)
{
    if (file)
        file->ops->close(file);
}

static inline JET_ERR os_file_size(struct os_file *file, uint64_t *size)
{
    return file->ops->size(file, size);
}

/* Grows the file with zeroes, really allocated where the file system can, or
   cuts it.  JET_errDiskFull leaves the size as it was. */
static inline JET_ERR os_file_set_size(struct os_file *file, uint64_t size)
{
    uint32_t began = os_tick_ms();
    JET_ERR err = file->ops->set_size(file, size);

    atomic_fetch_add_explicit(&file->writes, 1, memory_order_release);
    return os_file_answer(file, OS_FILE_WRITE, size, 0, err, began);
}

/* Reads exactly `size` bytes at `offset`, in bytes.  JET_errFileIOBeyondEOF if
   the file ends before; the buffer is then undefined. */
static inline JET_ERR os_file_read_at(struct os_file *file, uint64_t offset, void *data, size_t size)
{
    uint32_t began = os_tick_ms();

    return os_file_answer(file, OS_FILE_READ, offset, size, file->ops->read(file, offset, data, size), began);
}

/* Writes exactly `size` bytes at `offset`; the file grows if need be. */
static inline JET_ERR os_file_write_at(struct os_file *file, uint64_t offset, const void *data, size_t size)
{
    uint32_t began = os_tick_ms();
    JET_ERR err = file->ops->write(file, offset, data, size);

    atomic_fetch_add_explicit(&file->writes, 1, memory_order_release);
    return os_file_answer(file, OS_FILE_WRITE, offset, size, err, began);
}

/* The same, into or from several buffers that follow each other in the file. */
static inline JET_ERR os_file_read_parts(struct os_file *file, uint64_t offset, const struct os_io_part *parts,
                                         size_t count)
{
    uint32_t began = os_tick_ms();
    JET_ERR err = file->ops->read_parts(file, offset, parts, count);

    return os_likely(err >= 0)
               ? err
               : os_file_answer(file, OS_FILE_READ, offset, os_io_parts_size(parts, count), err, began);
}

static inline JET_ERR os_file_write_parts(struct os_file *file, uint64_t offset, const struct os_io_part *parts,
                                          size_t count)
{
    uint32_t began = os_tick_ms();
    JET_ERR err = file->ops->write_parts(file, offset, parts, count);

    atomic_fetch_add_explicit(&file->writes, 1, memory_order_release);
    return os_likely(err >= 0)
               ? err
               : os_file_answer(file, OS_FILE_WRITE, offset, os_io_parts_size(parts, count), err, began);
}

/* All that was written before is on the disk when this returns.  The system is
   not asked again when nothing was written since it was; the first time it is. */
static inline JET_ERR os_file_flush(struct os_file *file)
{
    uint32_t writes = atomic_load_explicit(&file->writes, memory_order_acquire), began;
    JET_ERR err;

    if (atomic_load_explicit(&file->flushed, memory_order_acquire) == writes)
        return JET_errSuccess;
    began = os_tick_ms();
    err = file->ops->flush(file);
    if (err >= 0)
        atomic_store_explicit(&file->flushed, writes, memory_order_release);
    return os_file_answer(file, OS_FILE_FLUSH, 0, 0, err, began);
}

/* A hint that this range will be read soon.  Never blocks for the disk. */
static inline void os_file_prefetch(struct os_file *file, uint64_t offset, uint64_t size)
{
    file->ops->prefetch(file, offset, size);
}

/* Gives a range back to the file system; it reads as zeroes.
   JET_errUnloadableOSFunctionality where that is not possible: nothing changed. */
static inline JET_ERR os_file_trim(struct os_file *file, uint64_t offset, uint64_t size)
{
    JET_ERR err = file->ops->trim(file, offset, size);

    atomic_fetch_add_explicit(&file->writes, 1, memory_order_release);
    return err;
}

static inline JET_ERR os_file_info(struct os_file *file, struct os_file_info *info)
{
    return file->ops->info(file, info);
}

/* Maps a range for reading; `offset` is a multiple of 64 KB.  What lies beyond
   the end of the file must not be touched. */
static inline JET_ERR os_file_map(struct os_file *file, uint64_t offset, size_t size, void **address)
{
    return file->ops->map(file, offset, size, address);
}

static inline void os_file_unmap(struct os_file *file, void *address, size_t size)
{
    file->ops->unmap(file, address, size);
}

static inline const WCHAR *os_file_path(const struct os_file *file)
{
    return file->path;
}

/* Facts of a file or directory by its path; JET_errFileNotFound, JET_errInvalidPath. */
static inline JET_ERR os_path_info(const WCHAR *path, struct os_file_info *info)
{
    return os_process.file_ops->path_info(os_process.file_ops, path, info);
}

/* Whether a file that is no directory has this path. */
static inline bool os_file_exists(const WCHAR *path)
{
    struct os_file_info info;
    return os_path_info(path, &info) >= 0 && !info.directory;
}

static inline bool os_directory_exists(const WCHAR *path)
{
    struct os_file_info info;
    return os_path_info(path, &info) >= 0 && info.directory;
}

/* Deletes a file.  JET_errFileNotFound; JET_errFileAccessDenied while someone
   has it open without OS_OPEN_SHARE_DELETE. */
static inline JET_ERR os_file_delete(const WCHAR *path)
{
    return os_process.file_ops->path_delete(os_process.file_ops, path);
}

/* Renames within a volume, durably.  JET_errFileAlreadyExists unless `replace`. */
static inline JET_ERR os_file_move(const WCHAR *from, const WCHAR *to, bool replace)
{
    return os_process.file_ops->path_move(os_process.file_ops, from, to, replace);
}

static inline JET_ERR os_file_copy(const WCHAR *from, const WCHAR *to, bool replace)
{
    return os_process.file_ops->path_copy(os_process.file_ops, from, to, replace);
}

/* Creates one directory, not its parents (os_directory_create_all does). */
static inline JET_ERR os_directory_create(const WCHAR *path)
{
    return os_process.file_ops->directory_create(os_process.file_ops, path);
}

/* Removes an empty directory. */
static inline JET_ERR os_directory_remove(const WCHAR *path)
{
    return os_process.file_ops->directory_remove(os_process.file_ops, path);
}

/* The absolute path without "." and "..", in the platform's spelling.  The file
   need not exist.  JET_errInvalidPath if it does not fit in `cch` characters. */
static inline JET_ERR os_full_path(const WCHAR *path, WCHAR *full, size_t cch)
{
    return os_process.file_ops->full_path(os_process.file_ops, path, full, cch);
}

/* Facts of the volume that holds `path` or, if it is absent, its directory. */
static inline JET_ERR os_volume(const WCHAR *path, struct os_volume *volume)
{
    return os_process.file_ops->volume(os_process.file_ops, path, volume);
}

/*
 * Lists a directory.  The last component of `pattern` may have '*' and '?',
 * compared without regard to the case of ASCII letters.  os_find_next answers
 * JET_errFileNotFound when there is no further entry; "." and ".." are left
 * out; the order is the file system's.
 */
static inline JET_ERR os_find_open(const WCHAR *pattern, struct os_find **find)
{
    return os_process.file_ops->find_open(os_process.file_ops, pattern, find);
}

static inline JET_ERR os_find_next(struct os_find *find, struct os_find_entry *entry)
{
    return os_process.file_ops->find_next(os_process.file_ops, find, entry);
}

static inline void os_find_close(struct os_find *find)
{
    if (find)
        os_process.file_ops->find_close(os_process.file_ops, find);
}

/* ------------------------------------------------------ paths as text ----- */

static inline bool os_path_is_separator(WCHAR c)
{
    return c == '\\' || c == '/';
}

/* Index of the first character of the last component; its length if the path
   ends in a separator. */
size_t os_path_name_start(const WCHAR *path);

/*
 * Splits a path into directory (with its separator), base name and extension
 * (with its dot).  Each output may be NULL; each has room for OS_PATH_MAX.
 * JET_errInvalidPath if a part is too long.
 */
JET_ERR os_path_split(const WCHAR *path, WCHAR *directory, WCHAR *name, WCHAR *extension);

/* directory + separator (if it lacks one) + name + extension (may be NULL).
   JET_errInvalidPath if it does not fit in `cch`. */
JET_ERR os_path_join(const WCHAR *directory, const WCHAR *name, const WCHAR *extension, WCHAR *path, size_t cch);

/* Whether the path depends on no current directory: "C:\x" or "\\server\x" on Windows, "/x" natively. */
bool os_path_is_absolute(const WCHAR *path);

/* Whether two full paths are the same; case counts natively, and on Windows does not. */
bool os_path_same(const WCHAR *a, const WCHAR *b);

/* Creates a directory and those above it; one that exists is no error. */
JET_ERR os_directory_create_all(const WCHAR *path);

/* Whether a name matches a pattern of '*' and '?', ASCII case ignored. */
bool os_path_match(const WCHAR *pattern, const WCHAR *name);

/* ------------------------------------------------------ memory, wrappers --- */

static inline void *os_alloc(size_t size)
{
    return os_process.memory_ops->alloc(os_process.memory_ops, size);
}

static inline void *os_alloc_zero(size_t size)
{
    void *memory = os_alloc(size);
    if (memory)
        memset(memory, 0, size);
    return memory;
}

/* `count` elements of `size` bytes, zeroed; NULL also if the product overflows. */
static inline void *os_alloc_array(size_t count, size_t size)
{
    size_t total;
    return __builtin_mul_overflow(count, size, &total) ? NULL : os_alloc_zero(total);
}

static inline void *os_realloc(void *memory, size_t size)
{
    return os_process.memory_ops->realloc(os_process.memory_ops, memory, size);
}

static inline void os_free(void *memory)
{
    os_process.memory_ops->free(os_process.memory_ops, memory);
}

/* Clears what is about to be freed and must not stay in memory. */
static inline void os_clear_secret(void *memory, size_t size)
{
    memset(memory, 0, size);
    __asm__ __volatile__("" : : "r"(memory) : "memory");
}

/* Address space without memory, aligned to 64 KB at least.  Sizes here are
   multiples of 64 KB; commit and decommit take any multiple of the page size. */
static inline void *os_page_reserve(size_t size)
{
    return os_process.memory_ops->reserve(os_process.memory_ops, size);
}

/* Backs reserved pages with zeroed memory; false when there is none. */
static inline bool os_page_commit(void *memory, size_t size)
{
    return os_process.memory_ops->commit(os_process.memory_ops, memory, size);
}

static inline void os_page_decommit(void *memory, size_t size)
{
    os_process.memory_ops->decommit(os_process.memory_ops, memory, size);
}

static inline void os_page_release(void *memory, size_t size)
{
    if (memory)
        os_process.memory_ops->release(os_process.memory_ops, memory, size);
}

/* Zeroed memory in whole 64 KB units, aligned so; os_page_free takes the same size. */
void *os_page_alloc(size_t size);
void os_page_free(void *memory, size_t size);

/* -------------------------------------------------------- waiting, locks --- */

/*
 * Sleeps while *address == expected, until a wake of that address or the
 * timeout in milliseconds; false means it timed out.  It may return early.
 * What every lock here and the latches of the cache are made of.
 */
bool os_wait(_Atomic uint32_t *address, uint32_t expected, uint32_t timeout_ms);
void os_wake_one(_Atomic uint32_t *address);
void os_wake_all(_Atomic uint32_t *address);

/* Tells the processor that this is a spin loop. */
static inline void os_pause(void)
{
#if defined(__i386__) || defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

struct os_mutex
{
    _Atomic uint32_t state;              /* 0 free, 1 held, 2 held and waited for */
};

#define OS_MUTEX_INIT { 0 }

static inline void os_mutex_init(struct os_mutex *mutex)
{
    atomic_init(&mutex->state, 0);
}

void os_mutex_lock_slow(struct os_mutex *mutex);

static inline bool os_mutex_try_lock(struct os_mutex *mutex)
{
    uint32_t expected = 0;
    return atomic_compare_exchange_strong_explicit(&mutex->state, &expected, 1, memory_order_acquire,
                                                   memory_order_relaxed);
}

static inline void os_mutex_lock(struct os_mutex *mutex)
{
    if (os_unlikely(!os_mutex_try_lock(mutex)))
        os_mutex_lock_slow(mutex);
}

static inline void os_mutex_unlock(struct os_mutex *mutex)
{
    if (os_unlikely(atomic_exchange_explicit(&mutex->state, 0, memory_order_release) == 2))
        os_wake_one(&mutex->state);
}

/* Many readers or one writer; waiting writers go before new readers. */
struct os_rwlock
{
    _Atomic uint32_t state;
    _Atomic uint32_t writers;            /* counts wakes of writers, to wait on */
};

#define OS_RWLOCK_INIT { 0, 0 }
#define OS_RWLOCK_COUNT 0x3fffffffu      /* readers; all ones: a writer has it */
#define OS_RWLOCK_READERS_WAIT 0x40000000u
#define OS_RWLOCK_WRITERS_WAIT 0x80000000u

static inline void os_rwlock_init(struct os_rwlock *lock)
{
    atomic_init(&lock->state, 0);
    atomic_init(&lock->writers, 0);
}

void os_rwlock_lock_read_slow(struct os_rwlock *lock);
void os_rwlock_lock_write_slow(struct os_rwlock *lock);
void os_rwlock_wake(struct os_rwlock *lock, uint32_t state);

static inline bool os_rwlock_try_lock_read(struct os_rwlock *lock)
{
    uint32_t state = atomic_load_explicit(&lock->state, memory_order_relaxed);
    while (state < OS_RWLOCK_COUNT - 1)
    {
        if (atomic_compare_exchange_weak_explicit(&lock->state, &state, state + 1, memory_order_acquire,
                                                  memory_order_relaxed))
            return true;
    }
    return false;
}

static inline void os_rwlock_lock_read(struct os_rwlock *lock)
{
    if (os_unlikely(!os_rwlock_try_lock_read(lock)))
        os_rwlock_lock_read_slow(lock);
}

static inline void os_rwlock_unlock_read(struct os_rwlock *lock)
{
    uint32_t state = atomic_fetch_sub_explicit(&lock->state, 1, memory_order_release) - 1;
    if (os_unlikely(state & OS_RWLOCK_WRITERS_WAIT && !(state & OS_RWLOCK_COUNT)))
        os_rwlock_wake(lock, state);
}

static inline bool os_rwlock_try_lock_write(struct os_rwlock *lock)
{
    uint32_t state = atomic_load_explicit(&lock->state, memory_order_relaxed);
    while (!(state & OS_RWLOCK_COUNT))
    {
        if (atomic_compare_exchange_weak_explicit(&lock->state, &state, state | OS_RWLOCK_COUNT,
                                                  memory_order_acquire, memory_order_relaxed))
            return true;
    }
    return false;
}

static inline void os_rwlock_lock_write(struct os_rwlock *lock)
{
    uint32_t expected = 0;
    if (os_unlikely(!atomic_compare_exchange_strong_explicit(&lock->state, &expected, OS_RWLOCK_COUNT,
                                                             memory_order_acquire, memory_order_relaxed)))
        os_rwlock_lock_write_slow(lock);
}

static inline void os_rwlock_unlock_write(struct os_rwlock *lock)
{
    uint32_t state = atomic_fetch_sub_explicit(&lock->state, OS_RWLOCK_COUNT, memory_order_release) - OS_RWLOCK_COUNT;
    if (os_unlikely(state))
        os_rwlock_wake(lock, state);
}

struct os_condition
{
    _Atomic uint32_t sequence;
    _Atomic uint32_t waiters;   /* nobody is woken where nobody waits: that takes a system call */
};

static inline void os_condition_init(struct os_condition *condition)
{
    atomic_init(&condition->sequence, 0);
    atomic_init(&condition->waiters, 0);
}

/* Gives up the mutex while it waits and has it again when it returns.  May wake
   without cause; false when the milliseconds are over. */
bool os_condition_wait(struct os_condition *condition, struct os_mutex *mutex, uint32_t timeout_ms);
void os_condition_wake_one(struct os_condition *condition);
void os_condition_wake_all(struct os_condition *condition);

/* Auto reset: a set lets one wait through.  Manual reset: all, until reset. */
struct os_event
{
    _Atomic uint32_t state;
    bool manual;
};

void os_event_init(struct os_event *event, bool manual, bool set);
void os_event_set(struct os_event *event);
void os_event_reset(struct os_event *event);
bool os_event_wait(struct os_event *event, uint32_t timeout_ms);

struct os_semaphore
{
    _Atomic uint32_t count;
    _Atomic uint32_t waiters;
};

void os_semaphore_init(struct os_semaphore *semaphore, uint32_t count);
void os_semaphore_release(struct os_semaphore *semaphore, uint32_t count);
bool os_semaphore_acquire(struct os_semaphore *semaphore, uint32_t timeout_ms);

struct os_once
{
    _Atomic uint32_t state;              /* 0 not run, 1 or 2 runs (2 waited for), 3 done */
};

#define OS_ONCE_INIT { 0 }

void os_once_slow(struct os_once *once, void (*function)(void *context), void *context);

/* Runs the function once in the life of `once`; who comes meanwhile waits. */
static inline void os_once_run(struct os_once *once, void (*function)(void *context), void *context)
{
    if (os_unlikely(atomic_load_explicit(&once->state, memory_order_acquire) != 3))
        os_once_slow(once, function, context);
}

/* --------------------------------------------------------------- threads --- */

struct os_thread;

/* Starts a thread.  `name` is for debuggers and may be NULL.
   JET_errOutOfThreads, JET_errOutOfMemory. */
JET_ERR os_thread_create(struct os_thread **thread, void (*function)(void *context), void *context, const char *name);

/* Waits for its end and frees it. */
void os_thread_join(struct os_thread *thread);

/* Never 0; the system's number of the running thread. */
uint32_t os_thread_id(void);
void os_thread_yield(void);

/* Never 0; tells running threads of the process apart, at the price of a load. */
static inline uintptr_t os_thread_token(void)
{
    uintptr_t token;

#if defined(_WIN32) && defined(__x86_64__)
    __asm__("movq %%gs:0x30, %0" : "=r"(token));
#elif defined(_WIN32) && defined(__i386__)
    __asm__("movl %%fs:0x18, %0" : "=r"(token));
#elif defined(__x86_64__)
    __asm__("movq %%fs:0, %0" : "=r"(token));
#elif defined(__i386__)
    __asm__("movl %%gs:0, %0" : "=r"(token));
#else
    token = (uintptr_t)__builtin_thread_pointer();
#endif
    return token;
}

/* A full barrier in every running thread of the process, so that a frequent way
   needs none where it meets a rare one: the frequent one stores, then loads (in
   that order to the compiler), and the rare one stores, calls this, and loads.
   False where there is no such thing; which answer it is does not change. */
bool os_fence_all(void);
void os_sleep(uint32_t milliseconds);

/* One pointer a thread.  The destructor (may be NULL) is called for a value
   that is not NULL when its thread ends, and on Windows by os_tls_destroy for
   every thread. */
struct os_tls
{
    uintptr_t key;
};

typedef void (OS_CALLBACK *os_tls_destructor)(void *value);

JET_ERR os_tls_create(struct os_tls *tls, os_tls_destructor destructor);
void os_tls_destroy(struct os_tls *tls);
void *os_tls_get(const struct os_tls *tls);
JET_ERR os_tls_set(const struct os_tls *tls, void *value);

/* What a thread has had done, since it came, for JetGetThreadStats.  Counted by the floors that do it. */
struct os_work
{
    uint32_t pages_referenced;
    uint32_t pages_read, pages_preread;     /* asked for and waited for; before they were asked for */
    uint32_t pages_dirtied, pages_redirtied;
    uint32_t log_records, log_bytes;
    uint32_t misses;                        /* waits for pages, and how long */
    uint64_t miss_us;
    uint32_t long_values;                   /* read, of those that are apart from their records */
};

/* The calling thread's; never NULL. */
struct os_work *os_work(void);

/* Forgets that of all threads, before the library is unloaded. */
void os_work_end(void);

/* ---------------------------------------------------------------- clocks --- */

/* Monotonic, in microseconds from an arbitrary start. */
uint64_t os_clock_us(void);

/* Monotonic milliseconds, wrapping, as GetTickCount. */
uint32_t os_tick_ms(void);

/* UTC in units of 100 ns since 1601, as a FILETIME. */
uint64_t os_time_now(void);

struct os_time
{
    uint16_t year;                       /* 2024 */
    uint8_t month;                       /* 1 to 12 */
    uint8_t day;
    uint8_t hour;
    uint8_t minute;
    uint8_t second;
    uint16_t millisecond;
};

/* Between the two, proleptic Gregorian; a broken-down time out of range gives 0. */
void os_time_split(uint64_t time, struct os_time *split);
uint64_t os_time_join(const struct os_time *split);

uint32_t os_random32(void);
uint64_t os_random64(void);
void os_random_bytes(void *data, size_t size);

/* ----------------------------------------------------------- the machine --- */

struct os_system
{
    uint32_t processors;                 /* that this process may use */
    uint32_t page_size;                  /* of memory */
    uint64_t memory;                     /* physical, bytes */
    uint32_t major, minor, build;        /* of Windows; natively of the one that is stood in for */
    uint32_t service_pack;
    uint32_t process_id;
};

/* Facts that do not change, found on first use. */
const struct os_system *os_system(void);

/* Physical memory that is free or easily freed now, bytes. */
uint64_t os_memory_available(void);

/* Bytes of this process in physical memory now. */
uint64_t os_memory_resident(void);

/* The machine's name, cut to fit, and always with a NUL. */
void os_computer_name(WCHAR *name, size_t cch);

/* The path of the program that runs; empty if not known. */
void os_program_path(WCHAR *path, size_t cch);

/* -------------------------------------------------------------- registry --- */

/*
 * A key of Windows' registry by its whole path ("HKLM\\SOFTWARE\\...").  The error
 * is Windows' as a JET_ERR, JET_errFileNotFound if there is none;
 * JET_errInvalidObject: no key that paths begin with; JET_errFeatureNotAvailable
 * where there is no registry.
 */
struct os_registry;
JET_ERR os_registry_open(const WCHAR *path, struct os_registry **registry);
void os_registry_close(struct os_registry *registry);

/* Text of a value of the key, or of one beneath it (L"": itself).  JET_wrnColumnNull if it is absent or
   empty, JET_errRecordTooBig if it does not fit. */
JET_ERR os_registry_read(struct os_registry *registry, const WCHAR *beneath, const WCHAR *name, WCHAR *text, size_t cch);

/* Makes the value, empty, if the program may. */
void os_registry_write(struct os_registry *registry, const WCHAR *beneath, const WCHAR *name);

/* ------------------------------------------------------------------ text --- */

/* What <wchar.h> has, for 16-bit text on every platform. */
size_t os_text_length(const WCHAR *text);
size_t os_text_length_max(const WCHAR *text, size_t max);
int os_text_compare(const WCHAR *a, const WCHAR *b);

/* By code unit, ASCII letters without regard to case. */
int os_text_compare_nocase(const WCHAR *a, const WCHAR *b);

/* Copy and append, cut to fit in `cch` and always with a NUL; false if cut. */
bool os_text_copy(WCHAR *to, size_t cch, const WCHAR *from);
bool os_text_append(WCHAR *to, size_t cch, const WCHAR *from);
bool os_text_from_ascii(WCHAR *to, size_t cch, const char *from);

/* A heap copy, or NULL. */
WCHAR *os_text_duplicate(const WCHAR *text);

#define OS_CP_ACP     0u                 /* the system's ANSI code page */
#define OS_CP_1252    1252u
#define OS_CP_UNICODE 1200u
#define OS_CP_UTF8    65001u

/* The number behind OS_CP_ACP. */
uint32_t os_code_page_ansi(void);
bool os_code_page_valid(uint32_t code_page);

/*
 * Converts between a code page and UTF-16.  Counts are of bytes and characters,
 * no NUL is looked for or added; *needed (may be NULL) is set to the count of
 * the whole result, also when it does not fit: JET_errBufferTooSmall.  With
 * to == NULL only the count is wanted.  What has no counterpart becomes the
 * default character, and *replaced (may be NULL) is set, which Windows does not
 * tell of UTF-8.
 * Errors: JET_errInvalidCodePage.
 */
JET_ERR os_text_to_wide(uint32_t code_page, const char *from, size_t cb, WCHAR *to, size_t cch, size_t *needed);
JET_ERR os_text_from_wide(uint32_t code_page, const WCHAR *from, size_t cch, char *to, size_t cb, size_t *needed,
                          bool *replaced);

/* Upper case by code unit, as the file system does it, of no locale. */
WCHAR os_text_upper(WCHAR c);

/* --------------------------------------------------------------- locales --- */

#define OS_LCID_INVARIANT 0x007fu
#define OS_LCID_EN_US     0x0409u
#define OS_LOCALE_NAME_MAX 85            /* characters with the NUL */

/* Flags of os_sort_key, with LCMapString's values. */
#define OS_MAP_LOWERCASE          0x00000100u
#define OS_MAP_UPPERCASE          0x00000200u
#define OS_MAP_SORTKEY            0x00000400u
#define OS_MAP_BYTEREV            0x00000800u
#define OS_MAP_LINGUISTIC_CASING  0x01000000u /* with OS_MAP_UPPERCASE and OS_MAP_LOWERCASE */
#define OS_NORM_IGNORECASE        0x00000001u
#define OS_NORM_IGNORENONSPACE    0x00000002u
#define OS_NORM_IGNORESYMBOLS     0x00000004u
#define OS_SORT_DIGITSASNUMBERS   0x00000008u
#define OS_LINGUISTIC_IGNORECASE  0x00000010u
#define OS_LINGUISTIC_IGNOREDIACRITIC 0x00000020u
#define OS_SORT_STRINGSORT        0x00001000u
#define OS_NORM_IGNOREKANATYPE    0x00010000u
#define OS_NORM_IGNOREWIDTH       0x00020000u
#define OS_NORM_LINGUISTIC_CASING 0x08000000u

/* A locale that was found; lives as long as the process, freely shared. */
struct os_locale;

/* The version of the order of text, as GetNLSVersionEx gives it. */
struct os_sort_version
{
    uint32_t version;                    /* dwNLSVersion */
    uint32_t defined;                    /* dwDefinedVersion */
    uint8_t sort_id[16];                 /* guidCustomVersion, as it lies in memory on Windows */
};

/*
 * Finds a locale by name ("" is the invariant one; case does not matter) or by
 * LCID.  JET_errInvalidLanguageId if there is none.
 */
JET_ERR os_locale_find(const WCHAR *name, const struct os_locale **locale);
JET_ERR os_locale_find_lcid(uint32_t lcid, const struct os_locale **locale);

/* Name and LCID of a locale; 0x1000 is the LCID of one that has only a name. */
const WCHAR *os_locale_name(const struct os_locale *locale);
uint32_t os_locale_lcid(const struct os_locale *locale);

/* JET_errUnicodeNormalizationNotSupported where the system has no tables of text
   order. */
JET_ERR os_locale_sort_version(const struct os_locale *locale, struct os_sort_version *version);

/*
 * The sort key of a text: keys compare as bytes in the order of the locale.
 * `cch` counts characters, NULs among them are text; 0 gives the key of the
 * empty text.  At most `cb` bytes are stored, and they are a prefix of the key:
 * *needed is the length of the whole key, larger than cb if it was cut.
 * With OS_MAP_UPPERCASE or OS_MAP_LOWERCASE instead of OS_MAP_SORTKEY it is the
 * mapped text, in bytes.
 * Errors: JET_errInvalidLCMapStringFlags, JET_errOutOfMemory,
 * JET_errUnicodeNormalizationNotSupported.
 */
JET_ERR os_sort_key(const struct os_locale *locale, uint32_t flags, const WCHAR *text, size_t cch, void *key,
                    size_t cb, size_t *needed);

/* Whether LCMapString takes these flags for a sort key. */
bool os_sort_flags_valid(uint32_t flags);

/* ---------------------------------------------------------- debug output --- */

/*
 * Wine's debug channel "esent" where there is one (WINEDEBUG=+esent); natively
 * the environment ESENT_DEBUG, a list like "+trace,-fixme" or "all" or "1".
 * Fixme and err are on by default under Wine, nothing is natively.
 */
uint32_t os_trace_find(void);
void os_trace_write(uint32_t class, const char *function, const char *format, ...) OS_PRINTF(3, 4);

static inline bool os_trace_on(uint32_t class)
{
    uint32_t on = atomic_load_explicit(&os_process.trace, memory_order_relaxed);
    if (os_unlikely(on & OS_TRACE_UNKNOWN))
        on = os_trace_find();
    return (on & class) != 0;
}

#define os_trace_class(class, ...) \
    do { \
        if (os_unlikely(os_trace_on(class))) \
            os_trace_write(class, __func__, __VA_ARGS__); \
    } while (0)

/* Each takes a printf format; the line's end is part of it. */
#define OS_TRACE(...) os_trace_class(OS_TRACE_TRACE, __VA_ARGS__)
#define OS_WARN(...)  os_trace_class(OS_TRACE_WARN, __VA_ARGS__)
#define OS_ERR(...)   os_trace_class(OS_TRACE_ERR, __VA_ARGS__)
#define OS_FIXME(...) os_trace_class(OS_TRACE_FIXME, __VA_ARGS__)

/* Text as L"..." for a trace, in the caller's buffer, which it returns. */
struct os_trace_text
{
    char text[300];
};

const char *os_trace_wide(const WCHAR *text, struct os_trace_text *buffer);

/* Use: OS_TRACE("path %s\n", OS_TRACE_W(path)); */
#define OS_TRACE_W(text) os_trace_wide(text, &(struct os_trace_text){ { 0 } })

/* ------------------------------------------------- event log and modules --- */

enum os_event_type
{
    OS_EVENT_ERROR = 1,
    OS_EVENT_WARNING = 2,
    OS_EVENT_INFORMATION = 4,
};

/* Reports to the system's event log under `source`; natively to os_process.event_observer alone.  False: the
 * log cannot be opened. */
bool os_event_report(const WCHAR *source, enum os_event_type type, uint16_t category, uint32_t id,
                     const WCHAR *const *strings, uint32_t count);

/* The error that the system gave this thread last, and what it says of it. */
#define OS_ERROR_TEXT 256u

uint32_t os_last_error(WCHAR text[OS_ERROR_TEXT]);

/*
 * Loads a module and finds a function in it.  The module stays until
 * os_module_release.  JET_errCallbackNotResolved if either is absent.
 */
struct os_module;

JET_ERR os_module_symbol(const WCHAR *module, const char *function, struct os_module **handle, void (**symbol)(void));
void os_module_release(struct os_module *handle);

#endif
