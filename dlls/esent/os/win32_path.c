/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Paths, directories and volumes on Windows.
 */

#include "win32.h"
#include "retry.h"

static JET_ERR last_error(void)
{
    return os_win32_error(GetLastError());
}

JET_ERR os_win32_path_info(const struct os_file_ops *ops, const WCHAR *path, struct os_file_info *info)
{
    WIN32_FILE_ATTRIBUTE_DATA facts;

    (void)ops;
    if (!GetFileAttributesExW(path, GetFileExInfoStandard, &facts))
        return last_error();
    memset(info, 0, sizeof(*info));
    info->size = (uint64_t)facts.nFileSizeHigh << 32 | facts.nFileSizeLow;
    info->size_on_disk = info->size;
    info->modified = os_win32_filetime(&facts.ftLastWriteTime);
    info->directory = (facts.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    info->read_only = (facts.dwFileAttributes & FILE_ATTRIBUTE_READONLY) != 0;
    return JET_errSuccess;
}

JET_ERR os_win32_path_delete(const struct os_file_ops *ops, const WCHAR *path)
{
    uint64_t until = 0;
    JET_ERR err;

    (void)ops;
    do
        err = DeleteFileW(path) ? JET_errSuccess : last_error();
    while (os_file_try_again(err, &until));
    return err;
}

JET_ERR os_win32_path_move(const struct os_file_ops *ops, const WCHAR *from, const WCHAR *to, bool replace)
{
    DWORD flags = MOVEFILE_WRITE_THROUGH | (replace ? MOVEFILE_REPLACE_EXISTING : 0);
    uint64_t until = 0;
    JET_ERR err;

    (void)ops;
    do
        err = MoveFileExW(from, to, flags) ? JET_errSuccess : last_error();
    while (os_file_try_again(err, &until));
    return err;
}

JET_ERR os_win32_path_copy(const struct os_file_ops *ops, const WCHAR *from, const WCHAR *to, bool replace)
{
    (void)ops;
    return CopyFileW(from, to, !replace) ? JET_errSuccess : last_error();
}

JET_ERR os_win32_directory_create(const struct os_file_ops *ops, const WCHAR *path)
{
    (void)ops;
    return CreateDirectoryW(path, NULL) ? JET_errSuccess : last_error();
}

JET_ERR os_win32_directory_remove(const struct os_file_ops *ops, const WCHAR *path)
{
    (void)ops;
    return RemoveDirectoryW(path) ? JET_errSuccess : last_error();
}

JET_ERR os_win32_full_path(const struct os_file_ops *ops, const WCHAR *path, WCHAR *full, size_t cch)
{
    DWORD length;

    (void)ops;
    if (!*path)
        return JET_errInvalidPath;
    length = GetFullPathNameW(path, (DWORD)cch, full, NULL);
    if (!length)
        return last_error();
    return length < cch ? JET_errSuccess : JET_errInvalidPath;
}

/* Whether seeking costs time, if the driver says so. */
static bool seek_penalty_of(const WCHAR *root)
{
    WCHAR device[] = L"\\\\.\\X:";
    /* STORAGE_PROPERTY_QUERY and DEVICE_SEEK_PENALTY_DESCRIPTOR, which some headers have not */
    struct
    {
        DWORD property, type;
        BYTE more[4];
    } query = { .property = 7 /* seek penalty */ };
    struct
    {
        DWORD version, size;
        BOOLEAN penalty;
    } answer = { 0 };
    DWORD returned;
    HANDLE handle;
    bool penalty;

    if (root[1] != ':')
        return false;
    device[4] = root[0];
    handle = CreateFileW(device, 0, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    if (handle == INVALID_HANDLE_VALUE)
        return false;
    penalty = DeviceIoControl(handle, IOCTL_STORAGE_QUERY_PROPERTY, &query, sizeof(query), &answer, sizeof(answer),
                              &returned, NULL) &&
              answer.penalty;
    CloseHandle(handle);
    return penalty;
}

JET_ERR os_win32_volume(const struct os_file_ops *ops, const WCHAR *path, struct os_volume *volume)
{
    DWORD per_cluster, sector, free_clusters, clusters, flags = 0;
    ULARGE_INTEGER available, total;
    WCHAR root[OS_PATH_MAX];

    (void)ops;
    if (!GetVolumePathNameW(path, root, OS_PATH_MAX))
        return last_error();
    memset(volume, 0, sizeof(*volume));
    volume->sector_size = 512;
    volume->cluster_size = 4096;
    if (GetDiskFreeSpaceW(root, &per_cluster, &sector, &free_clusters, &clusters))
    {
        volume->sector_size = sector;
        volume->cluster_size = sector * per_cluster;
    }
    if (!GetDiskFreeSpaceExW(root, &available, &total, NULL))
        return last_error();
    volume->bytes_free = available.QuadPart;
    volume->bytes_total = total.QuadPart;
    volume->seek_penalty = seek_penalty_of(root);
    if (GetVolumeInformationW(root, NULL, 0, NULL, NULL, &flags, NULL, 0))
        volume->read_only = (flags & FILE_READ_ONLY_VOLUME) != 0;
    return JET_errSuccess;
}

/* ---- listing ---- */

struct os_find
{
    HANDLE handle;
    WIN32_FIND_DATAW data;
    bool ready; /* data holds an entry not handed out */
    WCHAR pattern[OS_PATH_MAX];
};

JET_ERR os_win32_find_open(const struct os_file_ops *ops, const WCHAR *pattern, struct os_find **out)
{
    struct os_find *find = os_alloc(sizeof(*find));
    size_t start = os_path_name_start(pattern);
    JET_ERR err;

    (void)ops;
    *out = NULL;
    if (!find)
        return JET_errOutOfMemory;
    if (!os_text_copy(find->pattern, OS_PATH_MAX, pattern + start))
    {
        os_free(find);
        return JET_errInvalidPath;
    }
    find->handle = FindFirstFileW(pattern, &find->data);
    find->ready = find->handle != INVALID_HANDLE_VALUE;
    if (!find->ready && (err = last_error()) != JET_errFileNotFound)
    {
        os_free(find);
        return err;
    }
    *out = find;
    return JET_errSuccess;
}

JET_ERR os_win32_find_next(const struct os_file_ops *ops, struct os_find *find, struct os_find_entry *entry)
{
    const WIN32_FIND_DATAW *data = &find->data;

    (void)ops;
    if (find->handle == INVALID_HANDLE_VALUE)
        return JET_errFileNotFound;
    for (;; find->ready = false)
    {
        if (!find->ready && !FindNextFileW(find->handle, &find->data))
            return last_error();
        /* Windows matches 8.3 names too: only what the pattern says. */
        if (os_text_compare(data->cFileName, L".") && os_text_compare(data->cFileName, L"..") &&
            os_path_match(find->pattern, data->cFileName))
            break;
    }
    find->ready = false;
    memset(&entry->info, 0, sizeof(entry->info));
    os_text_copy(entry->name, OS_PATH_MAX, data->cFileName);
    entry->info.size = (uint64_t)data->nFileSizeHigh << 32 | data->nFileSizeLow;
    entry->info.size_on_disk = entry->info.size;
    entry->info.modified = os_win32_filetime(&data->ftLastWriteTime);
    entry->info.directory = (data->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    entry->info.read_only = (data->dwFileAttributes & FILE_ATTRIBUTE_READONLY) != 0;
    return JET_errSuccess;
}

void os_win32_find_close(const struct os_file_ops *ops, struct os_find *find)
{
    (void)ops;
    if (find->handle != INVALID_HANDLE_VALUE)
        FindClose(find->handle);
    os_free(find);
}
