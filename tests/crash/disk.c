/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"
#include "os/os.h"

/* A write that has not been flushed. */
struct pending
{
    struct pending *older;
    uint64_t offset, file_size; /* of the file before it */
    size_t size;
    uint8_t bytes[]; /* before, after */
};

struct node
{
    struct node *next;
    WCHAR path[OS_PATH_MAX];
    struct pending *newest;
};

struct sim_file
{
    struct os_file file;
    struct os_file *real;
    struct node *node;
};

static struct os_file_ops table;
static size_t sector = DISK_SECTOR;
static const struct os_file_ops *real;

static struct
{
    pthread_mutex_t lock;
    struct node *nodes;
    uint64_t changes, calls;
    uint64_t crash_at, random; /* 0: no crash */
    void (*last)(void);
    int status;
    uint32_t whole; /* bytes that a database's pages have and are written whole; 0: by sectors */
    uint64_t fail_at;
    JET_ERR error;
    bool for_good, failed, paused;
} disk = { .lock = PTHREAD_MUTEX_INITIALIZER };

void disk_whole_pages(uint32_t size)
{
    disk.whole = size;
}

static atomic_bool crashing;

/* What another thread is told while the disk crashes is nothing: files are closed under its hands. */
static JET_ERR told(JET_ERR err)
{
    if (atomic_load(&crashing))
        pthread_mutex_lock(&disk.lock); /* until the process ends */
    return err;
}

static uint64_t random_next(void)
{
    uint64_t x = disk.random += 0x9e3779b97f4a7c15u;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static uint64_t below(uint64_t n)
{
    return n ? random_next() % n : 0;
}

/* -------------------------------------------------------------------- crash --- */

static bool same_path(const WCHAR *a, const WCHAR *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

static struct node *node_of(const WCHAR *path)
{
    struct node *node;

    for (node = disk.nodes; node && !same_path(node->path, path); node = node->next)
        ;
    if (!node)
    {
        node = calloc(1, sizeof(*node));
        for (size_t i = 0; path[i]; i++)
            node->path[i] = path[i];
        node->next = disk.nodes;
        disk.nodes = node;
    }
    return node;
}

static void settle(struct node *node)
{
    while (node->newest)
    {
        struct pending *older = node->newest->older;

        free(node->newest);
        node->newest = older;
    }
}

enum loss
{
    LOST,
    KEPT,
    TORN,      /* all up to one, of which the first sectors */
    REORDERED, /* any sectors of any */
    LOSSES
};

static void put(struct os_file *file, uint64_t offset, const uint8_t *bytes, size_t size)
{
    if (size)
        real->write(file, offset, bytes, size);
}

/* How much of a file is written whole, there. */
static size_t unit_at(const struct node *node, uint64_t offset)
{
    static const char end[] = ".edb";
    size_t length = 0;

    while (node->path[length])
        length++;
    if (!disk.whole || offset < 2ull * disk.whole || length < sizeof(end) - 1)
        return sector;
    for (size_t i = 0; i < sizeof(end) - 1; i++)
        if (node->path[length - sizeof(end) + 1 + i] != (WCHAR)end[i])
            return sector;
    return disk.whole;
}

/* From `done` to the end of what is written whole. */
static size_t next_part(const struct node *node, const struct pending *write, size_t done)
{
    size_t unit = unit_at(node, write->offset + done), part = unit - (write->offset + done) % unit;

    return part < write->size - done ? part : write->size - done;
}

static void put_any(struct os_file *file, const struct node *node, const struct pending *write)
{
    uint64_t kind = below(4);
    size_t part;

    for (size_t done = 0; done < write->size; done += part)
    {
        part = next_part(node, write, done);
        if (kind == 1 || (kind > 1 && below(2)))
            put(file, write->offset + done, write->bytes + write->size + done, part);
    }
}

static void put_first(struct os_file *file, const struct node *node, const struct pending *write)
{
    size_t most = (write->size + sector - 1) / sector, upto = (size_t)below(most + 1) * sector, size = 0;

    while (size < write->size && size + next_part(node, write, size) <= upto)
        size += next_part(node, write, size);
    put(file, write->offset, write->bytes + write->size, size);
}

static void crash_file(struct node *node)
{
    enum loss loss = (enum loss)below(LOSSES);
    struct pending *write, *oldest = NULL;
    uint64_t count = 0, torn, i = 0, longest;
    struct os_file *file;

    if (!node->newest || real->open(real, node->path, OS_OPEN_WRITE | OS_OPEN_SHARE_READ | OS_OPEN_SHARE_WRITE, &file))
        return;
    real->size(file, &longest);
    /* Back to the last flush, turning the list round. */
    for (write = node->newest; write;)
    {
        struct pending *older = write->older;

        if (write->offset < write->file_size)
        {
            uint64_t had = write->file_size - write->offset;
            put(file, write->offset, write->bytes, had < write->size ? (size_t)had : write->size);
        }
        real->set_size(file, write->file_size);
        write->older = oldest;
        oldest = write;
        write = older;
        count++;
    }
    if (below(2))
        real->set_size(file, longest);
    torn = below(count);
    for (write = oldest; write; write = write->older, i++)
    {
        if (loss == KEPT || (loss == TORN && i < torn))
            put(file, write->offset, write->bytes + write->size, write->size);
        else if (loss == TORN && i == torn)
            put_first(file, node, write);
        else if (loss == REORDERED)
            put_any(file, node, write);
    }
    real->close(file);
}

static void __attribute__((noreturn)) crash_now(void)
{
    atomic_store(&crashing, true);
    /* Files are open with sharing that keeps everyone else out; their locks go with the descriptors. */
    for (int fd = 3; fd < 256; fd++)
        close(fd);
    for (struct node *node = disk.nodes; node; node = node->next)
        crash_file(node);
    if (disk.last)
        disk.last();
    _exit(disk.status);
}

void disk_crash_at(uint64_t nth, uint64_t seed, void (*last)(void), int status)
{
    pthread_mutex_lock(&disk.lock);
    disk.crash_at = disk.changes + nth;
    disk.random = seed;
    disk.last = last;
    disk.status = status;
    pthread_mutex_unlock(&disk.lock);
}

void disk_crash(uint64_t seed, void (*last)(void), int status)
{
    pthread_mutex_lock(&disk.lock);
    disk.random = seed;
    disk.last = last;
    disk.status = status;
    crash_now();
}

uint64_t disk_changes(void)
{
    return disk.changes;
}

uint64_t disk_calls(void)
{
    return disk.calls;
}

/* ------------------------------------------------------------------- faults --- */

void disk_fail_at(uint64_t nth, JET_ERR err, bool for_good)
{
    pthread_mutex_lock(&disk.lock);
    disk.fail_at = nth ? disk.calls + nth : 0;
    disk.error = err;
    disk.for_good = for_good;
    disk.failed = false;
    pthread_mutex_unlock(&disk.lock);
}

bool disk_has_failed(void)
{
    return disk.failed;
}

void disk_pause(bool paused)
{
    pthread_mutex_lock(&disk.lock);
    disk.paused = paused;
    pthread_mutex_unlock(&disk.lock);
}

/* The lock is held.  Counts a call. */
static JET_ERR fault(bool needs_room)
{
    if (disk.paused)
        return JET_errSuccess;
    disk.calls++;
    if (!disk.fail_at || disk.calls < disk.fail_at || (disk.failed && !disk.for_good))
        return JET_errSuccess;
    if (disk.error == JET_errDiskFull && !needs_room)
        return JET_errSuccess; /* the next that needs some */
    disk.failed = true;
    return disk.error;
}

static JET_ERR fault_alone(bool needs_room)
{
    JET_ERR err;

    pthread_mutex_lock(&disk.lock);
    err = fault(needs_room);
    pthread_mutex_unlock(&disk.lock);
    return err;
}

/* A call that changes the disk; the lock is held. */
static void changes(void)
{
    if (++disk.changes == disk.crash_at)
        crash_now();
}

/* -------------------------------------------------------------------- files --- */

static struct sim_file *sim(struct os_file *file)
{
    return (struct sim_file *)file;
}

static JET_ERR sim_open(const struct os_file_ops *ops, const WCHAR *path, uint32_t flags, struct os_file **file)
{
    bool makes = (flags & (OS_OPEN_CREATE | OS_OPEN_OVERWRITE | OS_OPEN_ALWAYS)) != 0;
    struct sim_file *own;
    JET_ERR err;

    (void)ops;
    *file = NULL;
    pthread_mutex_lock(&disk.lock);
    err = fault(makes);
    if (makes)
        changes();
    own = calloc(1, sizeof(*own));
    if (err >= 0)
        err = real->open(real, path, flags, &own->real);
    if (err >= 0)
    {
        own->file.ops = &table;
        own->file.path = own->real->path;
        own->file.flags = flags;
        own->node = node_of(own->file.path);
        if (flags & OS_OPEN_OVERWRITE)
            settle(own->node);
        *file = &own->file;
    }
    else
        free(own);
    pthread_mutex_unlock(&disk.lock);
    return err;
}

static void sim_close(struct os_file *file)
{
    pthread_mutex_lock(&disk.lock);
    real->close(sim(file)->real);
    free(file);
    pthread_mutex_unlock(&disk.lock);
}

static JET_ERR sim_size(struct os_file *file, uint64_t *size)
{
    return told(real->size(sim(file)->real, size));
}

static JET_ERR sim_set_size(struct os_file *file, uint64_t size)
{
    struct node *node = sim(file)->node;
    JET_ERR err;

    pthread_mutex_lock(&disk.lock);
    err = fault(true);
    changes();
    if (err >= 0)
        err = real->set_size(sim(file)->real, size);
    /* What was written before is no longer told apart from the new size; it stays. */
    if (err >= 0)
        for (struct pending *write = node->newest; write; write = write->older)
            write->file_size = size;
    pthread_mutex_unlock(&disk.lock);
    return err;
}

static JET_ERR sim_read(struct os_file *file, uint64_t offset, void *data, size_t size)
{
    JET_ERR err = fault_alone(false);

    return err < 0 ? err : told(real->read(sim(file)->real, offset, data, size));
}

static JET_ERR sim_read_parts(struct os_file *file, uint64_t offset, const struct os_io_part *parts, size_t count)
{
    JET_ERR err = fault_alone(false);

    return err < 0 ? err : told(real->read_parts(sim(file)->real, offset, parts, count));
}

/* The lock is held. */
static JET_ERR write_through(struct sim_file *own, uint64_t offset, const void *data, size_t size)
{
    struct pending *write = malloc(sizeof(*write) + 2 * size);
    uint64_t had;
    JET_ERR err = real->size(own->real, &write->file_size);

    write->offset = offset;
    write->size = size;
    had = offset < write->file_size ? write->file_size - offset : 0;
    memset(write->bytes, 0, size);
    if (err >= 0 && had)
        err = real->read(own->real, offset, write->bytes, had < size ? (size_t)had : size);
    memcpy(write->bytes + size, data, size);
    if (err >= 0)
        err = real->write(own->real, offset, data, size);
    write->older = own->node->newest;
    own->node->newest = write;
    changes();
    if (own->file.flags & OS_OPEN_WRITE_THROUGH)
    {
        own->node->newest = write->older;
        free(write);
    }
    return err;
}

/* A write that fails may have arrived in part. */
static JET_ERR write_failed(struct sim_file *own, uint64_t offset, const void *data, size_t size, JET_ERR err)
{
    if (size >= 2 * sector && err == JET_errDiskIO)
        write_through(own, offset, data, size / 2 / sector * sector);
    return err;
}

static JET_ERR sim_write(struct os_file *file, uint64_t offset, const void *data, size_t size)
{
    JET_ERR err;

    pthread_mutex_lock(&disk.lock);
    err = fault(true);
    err = err < 0 ? write_failed(sim(file), offset, data, size, err) : write_through(sim(file), offset, data, size);
    pthread_mutex_unlock(&disk.lock);
    return err;
}

static JET_ERR sim_write_parts(struct os_file *file, uint64_t offset, const struct os_io_part *parts, size_t count)
{
    size_t size = 0, at = 0;
    uint8_t *bytes;
    JET_ERR err;

    for (size_t i = 0; i < count; i++)
        size += parts[i].size;
    bytes = malloc(size);
    for (size_t i = 0; i < count; i++)
    {
        memcpy(bytes + at, parts[i].data, parts[i].size);
        at += parts[i].size;
    }
    err = sim_write(file, offset, bytes, size);
    free(bytes);
    return err;
}

static JET_ERR sim_flush(struct os_file *file)
{
    JET_ERR err;

    pthread_mutex_lock(&disk.lock);
    err = fault(false);
    changes();
    if (err >= 0)
        settle(sim(file)->node);
    pthread_mutex_unlock(&disk.lock);
    return err;
}

static void sim_prefetch(struct os_file *file, uint64_t offset, uint64_t size)
{
    real->prefetch(sim(file)->real, offset, size);
}

/* Like zeroes that are written, which may get lost. */
static JET_ERR sim_trim(struct os_file *file, uint64_t offset, uint64_t size)
{
    uint8_t *nothing = calloc(1, size);
    JET_ERR err = sim_write(file, offset, nothing, size);

    free(nothing);
    return err;
}

static JET_ERR sim_info(struct os_file *file, struct os_file_info *info)
{
    return told(real->info(sim(file)->real, info));
}

static JET_ERR sim_map(struct os_file *file, uint64_t offset, size_t size, void **address)
{
    return real->map(sim(file)->real, offset, size, address);
}

static void sim_unmap(struct os_file *file, void *address, size_t size)
{
    real->unmap(sim(file)->real, address, size);
}

/* -------------------------------------------------------------------- paths --- */

static JET_ERR sim_path_info(const struct os_file_ops *ops, const WCHAR *path, struct os_file_info *info)
{
    (void)ops;
    return real->path_info(real, path, info);
}

static JET_ERR sim_path_delete(const struct os_file_ops *ops, const WCHAR *path)
{
    WCHAR full[OS_PATH_MAX];
    JET_ERR err;

    (void)ops;
    pthread_mutex_lock(&disk.lock);
    err = fault(false);
    changes();
    if (err >= 0)
        err = real->full_path(real, path, full, OS_PATH_MAX);
    if (err >= 0)
        err = real->path_delete(real, path);
    if (err >= 0)
        settle(node_of(full));
    pthread_mutex_unlock(&disk.lock);
    return err;
}

static JET_ERR sim_path_move(const struct os_file_ops *ops, const WCHAR *from, const WCHAR *to, bool replace)
{
    WCHAR full_from[OS_PATH_MAX], full_to[OS_PATH_MAX];
    JET_ERR err;

    (void)ops;
    pthread_mutex_lock(&disk.lock);
    err = fault(false);
    changes();
    if (err >= 0)
        err = real->full_path(real, from, full_from, OS_PATH_MAX);
    if (err >= 0)
        err = real->full_path(real, to, full_to, OS_PATH_MAX);
    if (err >= 0)
        err = real->path_move(real, from, to, replace);
    if (err >= 0)
    {
        struct node *node = node_of(full_from), *other = node_of(full_to);

        /* Open files go on with the node they have. */
        settle(other);
        memcpy(other->path, full_from, sizeof(full_from));
        memcpy(node->path, full_to, sizeof(full_to));
    }
    pthread_mutex_unlock(&disk.lock);
    return err;
}

static JET_ERR sim_path_copy(const struct os_file_ops *ops, const WCHAR *from, const WCHAR *to, bool replace)
{
    JET_ERR err = fault_alone(true);

    (void)ops;
    return err < 0 ? err : real->path_copy(real, from, to, replace);
}

static JET_ERR sim_directory_create(const struct os_file_ops *ops, const WCHAR *path)
{
    (void)ops;
    return real->directory_create(real, path);
}

static JET_ERR sim_directory_remove(const struct os_file_ops *ops, const WCHAR *path)
{
    (void)ops;
    return real->directory_remove(real, path);
}

static JET_ERR sim_full_path(const struct os_file_ops *ops, const WCHAR *path, WCHAR *full, size_t cch)
{
    (void)ops;
    return real->full_path(real, path, full, cch);
}

static JET_ERR sim_volume(const struct os_file_ops *ops, const WCHAR *path, struct os_volume *volume)
{
    (void)ops;
    return real->volume(real, path, volume);
}

static JET_ERR sim_find_open(const struct os_file_ops *ops, const WCHAR *pattern, struct os_find **find)
{
    (void)ops;
    return real->find_open(real, pattern, find);
}

static JET_ERR sim_find_next(const struct os_file_ops *ops, struct os_find *find, struct os_find_entry *entry)
{
    (void)ops;
    return real->find_next(real, find, entry);
}

static void sim_find_close(const struct os_file_ops *ops, struct os_find *find)
{
    (void)ops;
    real->find_close(real, find);
}

static struct os_file_ops table = {
    sim_open,
    sim_close,
    sim_size,
    sim_set_size,
    sim_read,
    sim_write,
    sim_read_parts,
    sim_write_parts,
    sim_flush,
    sim_prefetch,
    sim_trim,
    sim_info,
    sim_map,
    sim_unmap,
    sim_path_info,
    sim_path_delete,
    sim_path_move,
    sim_path_copy,
    sim_directory_create,
    sim_directory_remove,
    sim_full_path,
    sim_volume,
    sim_find_open,
    sim_find_next,
    sim_find_close,
};

void disk_set_sector(size_t size)
{
    sector = size;
}

void disk_install(void)
{
    real = os_replace_file_ops(&table);
}

/* ------------------------------------------------------------------- memory --- */

static struct os_memory_ops memory;
static const struct os_memory_ops *real_memory;
static _Atomic uint64_t allocations, memory_fails;
static _Atomic bool memory_for_good, memory_failed, memory_paused;

static bool no_memory(void)
{
    uint64_t nth, at = memory_fails;

    if (memory_paused)
        return false;
    nth = ++allocations;
    if (!at || (memory_for_good ? nth < at : nth != at))
        return false;
    memory_failed = true;
    return true;
}

static void *sim_alloc(const struct os_memory_ops *ops, size_t size)
{
    (void)ops;
    return no_memory() ? NULL : real_memory->alloc(real_memory, size);
}

static void *sim_realloc(const struct os_memory_ops *ops, void *old, size_t size)
{
    (void)ops;
    return no_memory() ? NULL : real_memory->realloc(real_memory, old, size);
}

static bool sim_commit(const struct os_memory_ops *ops, void *at, size_t size)
{
    (void)ops;
    return !no_memory() && real_memory->commit(real_memory, at, size);
}

void memory_install(void)
{
    real_memory = os_replace_memory_ops(&memory);
    memory = *real_memory;
    memory.alloc = sim_alloc;
    memory.realloc = sim_realloc;
    memory.commit = sim_commit;
}

uint64_t memory_calls(void)
{
    return allocations;
}

void memory_fail_at(uint64_t nth, bool for_good)
{
    memory_for_good = for_good;
    memory_fails = nth ? allocations + nth : 0;
}

bool memory_has_failed(void)
{
    return memory_failed;
}

void memory_pause(bool paused)
{
    memory_paused = paused;
}
