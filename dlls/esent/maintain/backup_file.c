/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of a backup, as they are read: databases by their pages, logs as they are. */
#include <stdio.h>
#include <string.h>

#include "maintain/backup_private.h"

#define HEADER_PAGES             2u
#define ALIGNMENT                4095u /* of buffers, as Windows' engine wants them */
#define READ_TRIES               17u   /* a page may be on its way to the disk just now */
#define READ_PAUSE_MS            100u
#define FORMAT_TELLS_GENERATIONS 160u /* update of the format from which trailers tell what is required */

/* --------------------------------------------------------------- closing --- */

void backup_drop_file(struct backup *backup)
{
    struct backup_file *file = &backup->file;

    os_free(file->header);
    log_reader_close(file->reader);
    os_file_close(file->file);
    memset(file, 0, sizeof(*file));
}

static uint32_t id_of(const struct backup_file *file)
{
    return file->database->store.log_database;
}

/* What the event log is told under which name. */
static const WCHAR *name_of(const struct backup_file *file)
{
    return file->database ? file->database->path : file->file ? file->file->path : NULL;
}

static void close_file(struct backup *backup)
{
    struct backup_file *file = &backup->file;

    if (file->offset != file->size)
        event_say(backup->config.events, backup->internal ? EVENT_COPY_FILE_UNREAD : EVENT_BACKUP_FILE_UNREAD,
                  name_of(file), file->offset, file->size);
    else
    {
        if (file->database)
        {
            backup->databases[id_of(file)].copied = true;
            event_say(backup->config.events, EVENT_BACKUP_FILE_DONE, name_of(file));
        }
        else if (file->generation >= backup->copy_first && file->generation < backup->copy_end)
            backup->copied += file->generation;
    }
    backup_drop_file(backup);
}

static bool is_open(const struct backup *backup, JET_HANDLE handle)
{
    return handle == 0 && backup->file.open;
}

JET_ERR backup_close(struct backup *backup, JET_HANDLE handle)
{
    JET_ERR err = JET_errSuccess;

    os_mutex_lock(&backup->lock);
    if (backup_progress(backup) != BACKUP_LOCAL)
        err = JET_errNoBackup;
    else if (!is_open(backup, handle))
        err = JET_errInvalidParameter;
    else
        close_file(backup);
    os_mutex_unlock(&backup->lock);
    return err;
}

/* --------------------------------------------------------------- opening --- */

JET_ERR backup_patch_path(const struct database *database, WCHAR path[OS_PATH_MAX])
{
    WCHAR directory[OS_PATH_MAX], name[OS_PATH_MAX];
    JET_ERR err = os_path_split(database->path, directory, name, NULL);

    return err < 0 ? err : os_path_join(directory, name, L".pat", path, OS_PATH_MAX);
}

static JET_ERR make_patch(const struct database *database)
{
    WCHAR path[OS_PATH_MAX];
    struct os_file *file;
    JET_ERR err = backup_patch_path(database, path);

    if (err >= 0)
        err = os_file_open(path, OS_OPEN_WRITE | OS_OPEN_OVERWRITE, &file);
    if (err >= 0)
        os_file_close(file);
    return err;
}

static struct database *find_database(const struct backup *backup, const WCHAR *path)
{
    for (uint32_t id = 0; id < DATABASE_REGISTRY; id++)
    {
        struct database *database = backup_database(backup, id);

        if (database && os_path_same(database->path, path))
            return database;
    }
    return NULL;
}

/* The header is taken before the size: what is required then is what redo needs for pages that come after. */
static JET_ERR take_header(struct backup *backup, struct database *database)
{
    struct backup_file *file = &backup->file;
    struct database_header *header;
    struct header_backup current = { backup->mark, backup->mark_time, backup->copy_first, 0 };

    file->header = os_alloc(database->page_size);
    if (!file->header)
        return JET_errOutOfMemory;
    header = (struct database_header *)file->header;
    os_mutex_lock(&database->header_lock);
    memcpy(file->header, database->header_page, database->page_size);
    memcpy(header, &database->header, sizeof(*header));
    os_mutex_unlock(&database->header_lock);
    header->current_backup = current;
    header->checksum = checksum_header(file->header, database->page_size);
    return JET_errSuccess;
}

static void tell_begin(const struct backup *backup)
{
    uint64_t size = backup->file.size, megabyte = 1024 * 1024;
    char text[32];

    if (size > megabyte)
        snprintf(text, sizeof(text), "%llu Mb", (unsigned long long)(size / megabyte));
    else
        snprintf(text, sizeof(text), "%llu Kb", (unsigned long long)(size / 1024));
    event_say(backup->config.events, EVENT_BACKUP_FILE_BEGINS, name_of(&backup->file), text);
}

static JET_ERR open_database(struct backup *backup, struct database *database, uint64_t offset, bool with_patch)
{
    struct backup_file *file = &backup->file;
    uint32_t size = database->page_size;
    JET_ERR err;

    if (!backup->full || backup->phase != BACKUP_DATABASES)
        return JET_errInvalidBackupSequence;
    err = with_patch ? make_patch(database) : JET_errSuccess;
    if (err >= 0)
        err = take_header(backup, database);
    if (err < 0)
        return err;
    file->database = database;
    file->pages = atomic_load(&database->store.pages);
    file->page = offset ? (uint32_t)(offset / size) - HEADER_PAGES + 1 : 1;
    file->size = ((uint64_t)file->pages + HEADER_PAGES + 1) * size;
    if (file->page > file->pages + 1)
        file->page = file->pages + 1;
    file->offset = offset;
    backup->databases[id_of(file)].in_session = true;
    backup->databases[id_of(file)].copied = false;
    tell_begin(backup);
    return JET_errSuccess;
}

static JET_ERR open_other(struct backup *backup, const WCHAR *path)
{
    struct backup_file *file = &backup->file;
    WCHAR extension[OS_PATH_MAX];
    JET_ERR err;

    if (backup->phase == BACKUP_DATABASES)
        return JET_errDatabaseNotFound;
    err = os_path_split(path, NULL, NULL, extension);
    if (err < 0)
        return err;
    err = os_file_open(path, OS_OPEN_SHARE_READ | OS_OPEN_SHARE_WRITE | OS_OPEN_SHARE_DELETE, &file->file);
    if (err == JET_errFileNotFound)
    {
        event_say(backup->config.events, EVENT_BACKUP_FILE_MISSING, path);
        return JET_errMissingFileToBackup;
    }
    if (err < 0)
        return err;
    err = os_file_size(file->file, &file->size);
    if (err < 0 || !os_text_compare_nocase(extension, L".pat"))
        return err;
    file->generation = log_name_generation(backup->config.names, path, NULL);
    err = log_reader_open_file(file->file, LOG_READ_SOFT, &file->reader);
    return err == JET_errLogFileCorrupt ? JET_errLogReadVerifyFailure : err;
}

/* What follows an error in a file: a backup goes on without a database, but not without a log. */
static void give_up_file(struct backup *backup, const struct database *database, JET_ERR err)
{
    if (backup->phase != BACKUP_DATABASES)
        (void)backup_end_locked(backup, err, 0);
    else
    {
        if (database)
        {
            event_say(backup->config.events, EVENT_BACKUP_DATABASE_LEFT, err, database->path);
            backup->databases[database->store.log_database].in_session = false;
        }
        backup_drop_file(backup);
    }
}

JET_ERR backup_open(struct backup *backup, const WCHAR *path, uint64_t offset, bool with_patch, JET_HANDLE *handle,
                    uint64_t *size)
{
    uint32_t page_size = backup->config.page_size;
    struct database *database;
    WCHAR full[OS_PATH_MAX];
    JET_ERR err;

    os_mutex_lock(&backup->lock);
    err = backup_check(backup);
    if (err < 0)
        goto done;
    err = JET_errInvalidParameter;
    if (!path || !path[0] || offset % page_size || (offset && offset < 3ull * page_size))
        goto done;
    err = JET_errOutOfMemory;
    if (backup->file.open)
        goto done;
    err = os_full_path(path, full, OS_PATH_MAX);
    if (err < 0)
        goto done;
    backup->file.open = true;
    database = find_database(backup, full);
    err = database ? open_database(backup, database, offset, with_patch) : open_other(backup, full);
    if (err >= 0)
    {
        *handle = 0;
        *size = backup->file.size;
        err = JET_errSuccess;
    }
    else
        give_up_file(backup, database, err);

done:
    os_mutex_unlock(&backup->lock);
    return err;
}

/* --------------------------------------------------------------- reading --- */

/* The pages are good, or were never used. */
static JET_ERR check_pages(uint8_t *data, uint32_t size, uint32_t pgno, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
    {
        JET_ERR err = page_check(data + (size_t)i * size, size, pgno + i, NULL);

        if (err < 0 && err != JET_errPageNotInitialized)
            return err;
    }
    return JET_errSuccess;
}

static JET_ERR read_pages(struct backup_file *file, uint8_t *data, uint32_t count)
{
    uint32_t size = file->database->page_size;
    JET_ERR err = JET_errSuccess;

    for (uint32_t tries = 0; tries < READ_TRIES; tries++)
    {
        err = os_file_read_at(file->database->file, ((uint64_t)file->page + HEADER_PAGES - 1) * size, data,
                              (size_t)count * size);
        if (err >= 0)
            err = check_pages(data, size, file->page, count);
        if (err >= 0)
            return JET_errSuccess;
        os_sleep((tries + 1) * READ_PAUSE_MS / 10);
    }
    return err;
}

static void make_trailer(struct backup *backup, uint8_t *page)
{
    struct backup_trailer *trailer = (struct backup_trailer *)page;
    struct database *database = backup->file.database;
    const struct database_header *header = &database->header;
    struct header_backup *told = &backup->databases[id_of(&backup->file)].trailer;

    memset(page, 0, database->page_size);
    os_mutex_lock(&database->header_lock);
    if (header->update_major >= FORMAT_TELLS_GENERATIONS)
    {
        trailer->generation_min_required = (uint32_t)header->generation_min_required;
        trailer->generation_max_required = (uint32_t)header->generation_max_required;
        trailer->generation_max_committed = (uint32_t)header->generation_max_committed;
        trailer->generation_max_required_time = header->generation_max_required_time;
        trailer->generation_max_committed_time = header->generation_max_time;
    }
    trailer->signature = header->signature;
    trailer->log_signature = header->log_signature;
    os_mutex_unlock(&database->header_lock);
    told->mark = backup->mark;
    told->mark_time = backup->mark_time;
    told->generation_low = backup->copy_first;
    told->generation_high = log_generation(backup->config.log);
    if (trailer->generation_max_committed > told->generation_high)
        told->generation_high = trailer->generation_max_committed;
    trailer->backup = *told;
    set_le32(page, checksum_header(page, database->page_size));
    backup->file.trailer_given = true;
}

static JET_ERR read_database(struct backup *backup, uint8_t *data, uint32_t room, uint32_t *actual)
{
    struct backup_file *file = &backup->file;
    uint32_t size = file->database->page_size, count = room / size, at = 0, left = file->pages + 1 - file->page;
    JET_ERR err;

    if (!file->offset)
    {
        memcpy(data, file->header, size);
        memcpy(data + size, file->header, size);
        at = HEADER_PAGES;
    }
    if (left > count - at)
        left = count - at;
    if (left)
    {
        err = read_pages(file, data + (size_t)at * size, left);
        if (err < 0)
            return err;
        file->page += left;
        at += left;
    }
    if (at < count && !file->trailer_given)
    {
        make_trailer(backup, data + (size_t)at++ * size);
        if (backup->config.roll_at_end)
            (void)log_roll(backup->config.log, 0, "backup", NULL);
    }
    *actual = at * size;
    file->offset += *actual;
    return JET_errSuccess;
}

static JET_ERR read_other(struct backup_file *file, uint8_t *data, uint32_t room, uint32_t *actual)
{
    uint64_t left = file->size - file->offset;
    uint32_t size = left < room ? (uint32_t)left : room;
    JET_ERR err = size ? os_file_read_at(file->file, file->offset, data, size) : JET_errSuccess;

    if (err < 0)
        return err;
    file->offset += size;
    *actual = size;
    return JET_errSuccess;
}

static bool room_is_right(const struct backup *backup, uint32_t room)
{
    const struct backup_file *file = &backup->file;
    uint32_t count = room / backup->config.page_size;

    if (room % backup->config.page_size)
        return false;
    if (!file->database)
        return count >= HEADER_PAGES || file->offset;
    return count && (count > HEADER_PAGES || file->offset);
}

JET_ERR backup_read(struct backup *backup, JET_HANDLE handle, void *data, uint32_t size, JET_ULONG *actual)
{
    struct backup_file *file = &backup->file;
    uint32_t read = 0;
    JET_ERR err;

    os_mutex_lock(&backup->lock);
    err = backup_check(backup);
    if (err < 0)
        goto done;
    err = JET_errInvalidParameter;
    if (!data || (uintptr_t)data & ALIGNMENT || !is_open(backup, handle) || !room_is_right(backup, size))
        goto done;
    err = file->database ? read_database(backup, data, size, &read) : read_other(file, data, size, &read);
    if (actual)
        *actual = read;
    if (err < 0 && backup->phase != BACKUP_DATABASES)
        event_say(backup->config.events, EVENT_BACKUP_READ_FAILED, err, name_of(file));
    if (err < 0)
        give_up_file(backup, file->database, err);

done:
    os_mutex_unlock(&backup->lock);
    return err;
}
