/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Backup sets, made ready for recovery. */
#include "maintain/restore.h"

#include <string.h>

#include "maintain/backup_private.h"

#define CHUNK (1u << 20)

JET_ERR restore_copy(const WCHAR *from, const WCHAR *to)
{
    uint8_t *data = os_alloc(CHUNK);
    struct os_file *source, *target;
    uint64_t size;
    JET_ERR err = data ? os_file_open(from, OS_OPEN_SHARE_READ | OS_OPEN_SHARE_WRITE | OS_OPEN_SHARE_DELETE, &source)
                       : JET_errOutOfMemory;

    if (err < 0)
    {
        os_free(data);
        return err;
    }
    err = os_file_size(source, &size);
    if (err >= 0)
        err = os_file_open(to, OS_OPEN_WRITE | OS_OPEN_OVERWRITE, &target);
    if (err >= 0)
    {
        for (uint64_t offset = 0; err >= 0 && offset < size; offset += CHUNK)
        {
            size_t part = size - offset < CHUNK ? (size_t)(size - offset) : CHUNK;

            err = os_file_read_at(source, offset, data, part);
            if (err >= 0)
                err = os_file_write_at(target, offset, data, part);
        }
        if (err >= 0)
            err = os_file_flush(target);
        os_file_close(target);
    }
    os_file_close(source);
    os_free(data);
    return err < 0 ? err : JET_errSuccess;
}

/* ------------------------------------------------------------------- databases --- */

JET_ERR restore_database_header(const WCHAR *path, struct header_read *header)
{
    struct os_file *file;
    JET_ERR err = os_file_open(path, OS_OPEN_READ_ONLY, &file);

    if (err < 0)
        return err;
    err = header_read(file, header);
    os_file_close(file);
    return err;
}

/* The page behind the last, if it is one that a backup put there. */
static bool read_trailer(struct os_file *file, const struct header_read *read, uint64_t size, uint8_t *page)
{
    const struct backup_trailer *trailer = (const struct backup_trailer *)page;

    return size > read->page_size && size % read->page_size == 0 &&
           os_file_read_at(file, size - read->page_size, page, read->page_size) >= 0 &&
           le32(page) == checksum_header(page, read->page_size) &&
           !memcmp(&trailer->signature, &read->header.signature, sizeof(trailer->signature));
}

/* What the copy needs is in its trailer, which was written last.  Source: ErrDBIUpdateHeaderFromTrailer. */
static void require_logs(struct database_header *header, const struct backup_trailer *trailer)
{
    int32_t high = (int32_t)trailer->backup.generation_high;
    int32_t required = trailer->generation_max_required ? (int32_t)trailer->generation_max_required : high;
    int32_t committed = trailer->generation_max_committed ? (int32_t)trailer->generation_max_committed : high;

    if (required >= header->generation_max_required)
    {
        header->generation_max_required = required;
        header->generation_max_required_time = trailer->generation_max_required_time;
    }
    if (committed >= header->generation_max_committed)
    {
        header->generation_max_committed = committed;
        header->generation_max_time = trailer->generation_max_committed_time;
    }
}

JET_ERR restore_write_header(struct os_file *file, const struct header_read *read, uint8_t *page)
{
    struct database_header *header = (struct database_header *)page;
    JET_ERR err = os_file_read_at(file, read->first_good ? 0 : read->page_size, page, read->page_size);

    memcpy(header, &read->header, sizeof(*header));
    header->checksum = checksum_header(page, read->page_size);
    for (unsigned copy = 0; err >= 0 && copy < 2; copy++)
        err = os_file_write_at(file, (uint64_t)copy * read->page_size, page, read->page_size);
    return err < 0 ? err : os_file_flush(file);
}

static JET_ERR prepare(struct os_file *file, struct header_read *read, uint8_t *page)
{
    const struct backup_trailer *trailer = (const struct backup_trailer *)page;
    struct database_header *header = &read->header;
    uint64_t size;
    JET_ERR err = os_file_size(file, &size);

    if (err < 0)
        return err;
    if (!header->current_backup.generation_low || header->current_backup.generation_high)
        return JET_errSuccess;
    if (read_trailer(file, read, size, page))
    {
        require_logs(header, trailer);
        err = os_file_set_size(file, size - read->page_size);
        if (err < 0)
            return err;
    }
    memset(&header->current_backup, 0, sizeof(header->current_backup));
    return restore_write_header(file, read, page);
}

JET_ERR restore_prepare(const WCHAR *path)
{
    struct header_read read;
    struct os_file *file;
    uint8_t *page;
    JET_ERR err = os_file_open(path, OS_OPEN_EXCLUSIVE_WRITE, &file);

    if (err < 0)
        return err;
    err = header_read(file, &read);
    if (err >= 0)
        err = header_check_type(&read.header);
    page = err < 0 ? NULL : os_alloc(read.page_size);
    if (err >= 0)
        err = page ? prepare(file, &read, page) : JET_errOutOfMemory;
    os_free(page);
    os_file_close(file);
    return err < 0 ? err : JET_errSuccess;
}

/* ------------------------------------------------------------------------ logs --- */

static JET_ERR open_log(const struct log_names *names, uint32_t generation, struct log_reader **reader)
{
    WCHAR path[OS_PATH_MAX];
    JET_ERR err = log_path(names, LOG_FILE_GENERATION, generation, path, OS_PATH_MAX);

    return err < 0 ? err : log_reader_open(path, LOG_READ_HARD_RESTORE, reader);
}

JET_ERR restore_log_header(const struct log_names *names, uint32_t generation, struct log_header *header)
{
    struct log_reader *reader;
    JET_ERR err = open_log(names, generation, &reader);

    if (err < 0)
        return err == JET_errFileNotFound ? JET_errMissingLogFile : err;
    *header = reader->header;
    log_reader_close(reader);
    return JET_errSuccess;
}

static bool same(const struct header_signature *a, const struct header_signature *b)
{
    return !memcmp(a, b, sizeof(*a));
}

static bool path_in_list(const struct log_header *header, const struct header_signature *signature,
                         WCHAR path[OS_PATH_MAX])
{
    const struct log_attach *entry;
    size_t offset = 0;

    while ((entry = log_attach_next(header->attach, &offset)))
    {
        struct header_signature found = entry->signature;

        if (!same(&found, signature))
            continue;
        log_attach_path(entry, path, OS_PATH_MAX);
        return true;
    }
    return false;
}

/* A path behind a record, in 8 or 16 bits. */
static void copy_path(const uint8_t *bytes, size_t size, bool wide, WCHAR path[OS_PATH_MAX])
{
    size_t width = wide ? 2 : 1, i;

    for (i = 0; i < size / width && i + 1 < OS_PATH_MAX; i++)
    {
        path[i] = wide ? le16(bytes + i * 2) : bytes[i];
        if (!path[i])
            break;
    }
    path[i] = 0;
}

static bool path_in_record(const struct log_read_record *record, const struct header_signature *signature,
                           WCHAR path[OS_PATH_MAX])
{
    struct header_signature found;

    if (record->type == LOG_ATTACH_DB && record->size > sizeof(struct log_attach_db))
    {
        const struct log_attach_db *attach = (const struct log_attach_db *)record->data;

        found = attach->signature;
        copy_path(record->data + sizeof(*attach), record->size - sizeof(*attach), attach->flags & LOG_ATTACH_DB_UNICODE,
                  path);
        return same(&found, signature);
    }
    if (record->type == LOG_CREATE_DB && record->size > sizeof(struct log_create_db) + 4)
    {
        const struct log_create_db *create = (const struct log_create_db *)record->data;
        size_t skip = sizeof(*create) + (create->flags & LOG_CREATE_DB_VERSION ? 4 : 0);

        found = create->signature;
        copy_path(record->data + skip, record->size - skip, create->flags & LOG_CREATE_DB_UNICODE, path);
        return same(&found, signature);
    }
    return false;
}

JET_ERR restore_logged_path(const struct log_names *names, uint32_t first, uint32_t last,
                            const struct header_signature *signature, WCHAR path[OS_PATH_MAX])
{
    struct log_read_record record;
    bool found = false;
    JET_ERR err = JET_errSuccess;

    for (uint32_t generation = first; err >= 0 && !found && generation <= last; generation++)
    {
        struct log_reader *reader;

        err = open_log(names, generation, &reader);
        if (err < 0)
            return err == JET_errFileNotFound ? JET_errMissingLogFile : err;
        found = path_in_list(&reader->header, signature, path);
        while (!found && (err = log_reader_next(reader, &record)) == JET_errSuccess)
            found = path_in_record(&record, signature, path);
        log_reader_close(reader);
    }
    return found ? JET_errSuccess : err < 0 ? err : JET_errFileNotFound;
}

JET_ERR restore_copy_logs(const struct log_names *from, uint32_t first, uint32_t last, const struct log_names *to)
{
    WCHAR source[OS_PATH_MAX], target[OS_PATH_MAX];
    JET_ERR err = JET_errSuccess;

    for (uint32_t generation = first; err >= 0 && generation <= last; generation++)
    {
        err = log_path(from, LOG_FILE_GENERATION, generation, source, OS_PATH_MAX);
        if (err >= 0)
            err = log_path(to, LOG_FILE_GENERATION, generation, target, OS_PATH_MAX);
        if (err < 0 || os_file_exists(target))
            continue;
        err = restore_copy(source, target);
    }
    return err == JET_errFileNotFound ? JET_errMissingLogFile : err;
}
