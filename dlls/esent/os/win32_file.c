/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files on Windows.  Handles are synchronous and each transfer carries its
 * offset, so a read is one system call and threads do not share a position.
 *
 * ReadFile and WriteFile with an offset report each transfer to a completion port
 * that might be bound to the handle, which under Wine asks another process; so the
 * system's own calls are used, which do that on demand only.
 */

#include <stdatomic.h>

#include "win32.h"
#include "retry.h"

#include <winternl.h>

/* Not more than this in one call: what every Windows takes. */
#define CALL_SIZE 0x10000000u

/* Parts are gathered in a buffer of this size rather than written one by one. */
#define GATHER_SIZE 0x40000u

struct win32_file
{
    struct os_file file;
    HANDLE handle;
    _Atomic(char *) buffer; /* for several parts; NULL: none yet, or it is in use */
};

static struct win32_file *win32_file(struct os_file *file)
{
    return (struct win32_file *)file;
}

JET_ERR os_win32_error(uint32_t code)
{
    switch (code)
    {
    case ERROR_SUCCESS:
        return JET_errSuccess;
    case ERROR_INVALID_PARAMETER:
    case ERROR_CALL_NOT_IMPLEMENTED:
    case ERROR_INVALID_ADDRESS:
    case ERROR_NOT_SUPPORTED:
        return JET_errInvalidParameter;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
        return JET_errDiskFull;
    case ERROR_HANDLE_EOF:
        return JET_errFileIOBeyondEOF;
    case ERROR_FILE_CORRUPT:
    case ERROR_DISK_CORRUPT:
        return JET_errFileSystemCorruption;
    case ERROR_NO_MORE_FILES:
    case ERROR_FILE_NOT_FOUND:
        return JET_errFileNotFound;
    case ERROR_PATH_NOT_FOUND:
    case ERROR_BAD_PATHNAME:
    case ERROR_INVALID_NAME:
    case ERROR_DIRECTORY:
    case ERROR_FILENAME_EXCED_RANGE:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
    case ERROR_INVALID_DRIVE:
        return JET_errInvalidPath;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
    case ERROR_WRITE_PROTECT:
    case ERROR_DIR_NOT_EMPTY:
    case ERROR_USER_MAPPED_FILE:
        return JET_errFileAccessDenied;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
        return JET_errFileAlreadyExists;
    case ERROR_TOO_MANY_OPEN_FILES:
        return JET_errOutOfFileHandles;
    case ERROR_INVALID_USER_BUFFER:
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_WORKING_SET_QUOTA:
    case ERROR_NO_SYSTEM_RESOURCES:
    case ERROR_COMMITMENT_LIMIT:
        return JET_errOutOfMemory;
    case ERROR_CRC:
        return JET_errDiskReadVerificationFailure;
    default:
        return JET_errDiskIO;
    }
}

static JET_ERR last_error(void)
{
    return os_win32_error(GetLastError());
}

/* ---- open and close ---- */

static HANDLE open_handle(const WCHAR *path, uint32_t flags)
{
    DWORD access = GENERIC_READ, share = 0, attributes = FILE_ATTRIBUTE_NORMAL, how = OPEN_EXISTING;

    if (flags & OS_OPEN_WRITE)
        access |= GENERIC_WRITE;
    if (flags & OS_OPEN_SHARE_READ)
        share |= FILE_SHARE_READ;
    if (flags & OS_OPEN_SHARE_WRITE)
        share |= FILE_SHARE_WRITE;
    if (flags & OS_OPEN_SHARE_DELETE)
        share |= FILE_SHARE_DELETE;
    if (flags & OS_OPEN_CREATE)
        how = CREATE_NEW;
    else if (flags & OS_OPEN_OVERWRITE)
        how = CREATE_ALWAYS;
    else if (flags & OS_OPEN_ALWAYS)
        how = OPEN_ALWAYS;
    if (flags & OS_OPEN_WRITE_THROUGH)
        attributes |= FILE_FLAG_WRITE_THROUGH;
    if (flags & OS_OPEN_UNBUFFERED)
        attributes |= FILE_FLAG_NO_BUFFERING;
    if (flags & OS_OPEN_SEQUENTIAL)
        attributes |= FILE_FLAG_SEQUENTIAL_SCAN;
    if (flags & OS_OPEN_RANDOM)
        attributes |= FILE_FLAG_RANDOM_ACCESS;
    if (flags & OS_OPEN_DELETE_ON_CLOSE)
    {
        attributes |= FILE_FLAG_DELETE_ON_CLOSE | FILE_ATTRIBUTE_TEMPORARY;
        access |= DELETE;
    }
    return CreateFileW(path, access, share, NULL, how, attributes, NULL);
}

static JET_ERR file_open(const struct os_file_ops *ops, const WCHAR *path, uint32_t flags, struct os_file **out)
{
    WCHAR full[OS_PATH_MAX];
    struct win32_file *file;
    uint64_t until = 0;
    size_t path_size;
    JET_ERR err;

    *out = NULL;
    if ((err = ops->full_path(ops, path, full, OS_PATH_MAX)) < 0)
        return err;
    path_size = (os_text_length(full) + 1) * sizeof(WCHAR);
    if (!(file = os_alloc(sizeof(*file) + path_size)))
        return JET_errOutOfMemory;
    do
        err = (file->handle = open_handle(full, flags)) == INVALID_HANDLE_VALUE ? last_error() : JET_errSuccess;
    while (os_file_try_again(err, &until));
    if (err < 0)
    {
        os_free(file);
        return err;
    }
    atomic_init(&file->buffer, NULL);
    file->file.ops = ops;
    file->file.path = memcpy(file + 1, full, path_size);
    file->file.flags = flags;
    *out = &file->file;
    return JET_errSuccess;
}

static void file_close(struct os_file *base)
{
    CloseHandle(win32_file(base)->handle);
    if (atomic_load(&win32_file(base)->buffer))
        VirtualFree(atomic_load(&win32_file(base)->buffer), 0, MEM_RELEASE);
    os_free(base);
}

/* ---- size ---- */

static JET_ERR file_size(struct os_file *base, uint64_t *size)
{
    LARGE_INTEGER value;

    if (!GetFileSizeEx(win32_file(base)->handle, &value))
        return last_error();
    *size = (uint64_t)value.QuadPart;
    return JET_errSuccess;
}

static JET_ERR file_set_size(struct os_file *base, uint64_t size)
{
    FILE_END_OF_FILE_INFO info;

    if (size > INT64_MAX)
        return JET_errDiskFull;
    info.EndOfFile.QuadPart = (int64_t)size;
    return SetFileInformationByHandle(win32_file(base)->handle, FileEndOfFileInfo, &info, sizeof(info)) ? JET_errSuccess
                                                                                                        : last_error();
}

/* ---- reading and writing ---- */

#ifndef STATUS_END_OF_FILE
#define STATUS_END_OF_FILE ((NTSTATUS)0xc0000011)
#endif

/* NtReadFile, NtWriteFile. */
typedef NTSTATUS(NTAPI *transfer_call)(HANDLE file, HANDLE event, void *apc, void *apc_context, IO_STATUS_BLOCK *io,
                                       void *data, ULONG size, LARGE_INTEGER *offset, ULONG *key);
typedef ULONG(NTAPI *error_call)(NTSTATUS status);

static const char *const transfer_names[2] = { "NtReadFile", "NtWriteFile" };

/* One transfer; *count is 0 at the end of the file. */
static JET_ERR transfer(struct os_file *base, bool write, void *data, ULONG size, uint64_t offset, size_t *count)
{
    static _Atomic(transfer_call) calls[2];
    static _Atomic(error_call) errors;
    transfer_call call = atomic_load_explicit(&calls[write], memory_order_acquire);
    HANDLE file = win32_file(base)->handle;
    LARGE_INTEGER at = { .QuadPart = (int64_t)offset };
    IO_STATUS_BLOCK io = { .Information = 0 };
    NTSTATUS status;

    if (os_unlikely(!call))
    {
        HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");

        call = (transfer_call)(void *)GetProcAddress(ntdll, transfer_names[write]);
        atomic_store(&errors, (error_call)(void *)GetProcAddress(ntdll, "RtlNtStatusToDosError"));
        if (!call || !atomic_load(&errors))
            return JET_errInternalError;
        atomic_store_explicit(&calls[write], call, memory_order_release);
    }
    status = call(file, NULL, NULL, NULL, &io, data, size, &at, NULL);
    if (status == STATUS_PENDING)
    {
        WaitForSingleObject(file, INFINITE);
        status = io.Status;
    }
    *count = io.Information;
    if (status >= 0)
        return JET_errSuccess;
    *count = 0;
    return status == STATUS_END_OF_FILE && !write ? JET_errSuccess : os_win32_error(atomic_load(&errors)(status));
}

static JET_ERR file_read(struct os_file *base, uint64_t offset, void *data, size_t size)
{
    char *to = data;

    if (offset > INT64_MAX || size > INT64_MAX - offset)
        return JET_errFileIOBeyondEOF;
    while (size)
    {
        ULONG part = size < CALL_SIZE ? (ULONG)size : CALL_SIZE;
        size_t count;
        JET_ERR err = transfer(base, false, to, part, offset, &count);

        if (err < 0)
            return err;
        if (!count)
            return JET_errFileIOBeyondEOF;
        to += count;
        offset += count;
        size -= count;
    }
    return JET_errSuccess;
}

static JET_ERR file_write(struct os_file *base, uint64_t offset, const void *data, size_t size)
{
    const char *from = data;

    if (offset > INT64_MAX || size > INT64_MAX - offset)
        return JET_errDiskFull;
    while (size)
    {
        ULONG part = size < CALL_SIZE ? (ULONG)size : CALL_SIZE;
        size_t count;
        JET_ERR err = transfer(base, true, (void *)(uintptr_t)from, part, offset, &count);

        if (err < 0)
            return err;
        if (!count)
            return JET_errDiskFull;
        from += count;
        offset += count;
        size -= count;
    }
    return JET_errSuccess;
}

/* The file keeps one buffer; who comes while it is in use has another for the time. */
static char *buffer_take(struct os_file *base)
{
    char *buffer = atomic_exchange_explicit(&win32_file(base)->buffer, NULL, memory_order_acquire);

    return buffer ? buffer : VirtualAlloc(NULL, GATHER_SIZE, MEM_COMMIT, PAGE_READWRITE);
}

static void buffer_give(struct os_file *base, char *buffer)
{
    if (buffer)
        buffer = atomic_exchange_explicit(&win32_file(base)->buffer, buffer, memory_order_acq_rel);
    if (buffer)
        VirtualFree(buffer, 0, MEM_RELEASE);
}

/* How many parts from here fit the buffer together. */
static size_t batch_of(const struct os_io_part *parts, size_t count, size_t *size)
{
    size_t batch = 0;

    *size = 0;
    while (batch < count && parts[batch].size <= GATHER_SIZE - *size)
        *size += parts[batch++].size;
    return batch;
}

/* A system call under Wine costs more than a copy of a few pages: several parts
   go through a buffer at once.  Without memory for it, one by one. */
static JET_ERR file_read_parts(struct os_file *base, uint64_t offset, const struct os_io_part *parts, size_t count)
{
    char *buffer = count > 1 ? buffer_take(base) : NULL;
    JET_ERR err = JET_errSuccess;

    while (count && err >= 0)
    {
        size_t size, batch = buffer ? batch_of(parts, count, &size) : 0;

        if (batch < 2)
        {
            err = file_read(base, offset, parts->data, parts->size);
            batch = 1;
            size = parts->size;
        }
        else if ((err = file_read(base, offset, buffer, size)) >= 0)
        {
            const char *from = buffer;

            for (size_t i = 0; i < batch; i++)
            {
                memcpy(parts[i].data, from, parts[i].size);
                from += parts[i].size;
            }
        }
        offset += size;
        parts += batch;
        count -= batch;
    }
    buffer_give(base, buffer);
    return err;
}

static JET_ERR file_write_parts(struct os_file *base, uint64_t offset, const struct os_io_part *parts, size_t count)
{
    char *buffer = count > 1 ? buffer_take(base) : NULL;
    JET_ERR err = JET_errSuccess;

    while (count && err >= 0)
    {
        size_t size, batch = buffer ? batch_of(parts, count, &size) : 0;

        if (batch < 2)
        {
            err = file_write(base, offset, parts->data, parts->size);
            batch = 1;
            size = parts->size;
        }
        else
        {
            char *to = buffer;

            for (size_t i = 0; i < batch; i++)
            {
                memcpy(to, parts[i].data, parts[i].size);
                to += parts[i].size;
            }
            err = file_write(base, offset, buffer, size);
        }
        offset += size;
        parts += batch;
        count -= batch;
    }
    buffer_give(base, buffer);
    return err;
}

static JET_ERR file_flush(struct os_file *base)
{
    if (!(base->flags & OS_OPEN_WRITE))
        return JET_errSuccess;
    return FlushFileBuffers(win32_file(base)->handle) ? JET_errSuccess : last_error();
}

static void file_prefetch(struct os_file *base, uint64_t offset, uint64_t size)
{
    (void)base, (void)offset, (void)size;
}

static JET_ERR file_trim(struct os_file *base, uint64_t offset, uint64_t size)
{
    /* FILE_ZERO_DATA_INFORMATION, which Wine's headers have not */
    struct
    {
        int64_t from, to;
    } range = { (int64_t)offset, (int64_t)(offset + size) };
    HANDLE handle = win32_file(base)->handle;
    DWORD returned;

    if (DeviceIoControl(handle, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &returned, NULL) &&
        DeviceIoControl(handle, FSCTL_SET_ZERO_DATA, &range, sizeof(range), NULL, 0, &returned, NULL))
        return JET_errSuccess;
    return GetLastError() == ERROR_ACCESS_DENIED ? JET_errFileAccessDenied : JET_errUnloadableOSFunctionality;
}

JET_ERR os_win32_handle_info(HANDLE handle, struct os_file_info *info)
{
    BY_HANDLE_FILE_INFORMATION facts;
    FILE_STANDARD_INFO standard;

    if (!GetFileInformationByHandle(handle, &facts))
        return last_error();
    info->size = (uint64_t)facts.nFileSizeHigh << 32 | facts.nFileSizeLow;
    info->size_on_disk = info->size;
    if (GetFileInformationByHandleEx(handle, FileStandardInfo, &standard, sizeof(standard)))
        info->size_on_disk = (uint64_t)standard.AllocationSize.QuadPart;
    info->modified = os_win32_filetime(&facts.ftLastWriteTime);
    info->directory = (facts.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    info->read_only = (facts.dwFileAttributes & FILE_ATTRIBUTE_READONLY) != 0;
    return JET_errSuccess;
}

static JET_ERR file_info(struct os_file *base, struct os_file_info *info)
{
    return os_win32_handle_info(win32_file(base)->handle, info);
}

static JET_ERR file_map(struct os_file *base, uint64_t offset, size_t size, void **address)
{
    HANDLE mapping = CreateFileMappingW(win32_file(base)->handle, NULL, PAGE_READONLY, 0, 0, NULL);
    JET_ERR err = JET_errSuccess;

    if (!mapping)
        return last_error();
    *address = MapViewOfFile(mapping, FILE_MAP_READ, (DWORD)(offset >> 32), (DWORD)offset, size);
    if (!*address)
        err = last_error();
    CloseHandle(mapping);
    return err;
}

static void file_unmap(struct os_file *base, void *address, size_t size)
{
    (void)base, (void)size;
    UnmapViewOfFile(address);
}

const struct os_file_ops os_platform_file_ops = {
    .open = file_open,
    .close = file_close,
    .size = file_size,
    .set_size = file_set_size,
    .read = file_read,
    .write = file_write,
    .read_parts = file_read_parts,
    .write_parts = file_write_parts,
    .flush = file_flush,
    .prefetch = file_prefetch,
    .trim = file_trim,
    .info = file_info,
    .map = file_map,
    .unmap = file_unmap,
    .path_info = os_win32_path_info,
    .path_delete = os_win32_path_delete,
    .path_move = os_win32_path_move,
    .path_copy = os_win32_path_copy,
    .directory_create = os_win32_directory_create,
    .directory_remove = os_win32_directory_remove,
    .full_path = os_win32_full_path,
    .volume = os_win32_volume,
    .find_open = os_win32_find_open,
    .find_next = os_win32_find_next,
    .find_close = os_win32_find_close,
};
