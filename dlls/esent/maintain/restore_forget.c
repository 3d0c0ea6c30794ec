/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A database made to do without its last log. */
#include <string.h>

#include "log/reader.h"
#include "maintain/restore.h"

static JET_ERR read_log(const WCHAR *path, struct log_header *header)
{
    struct os_file *file;
    JET_ERR err = os_file_open(path, OS_OPEN_READ_ONLY, &file);

    if (err < 0)
        return err;
    err = log_header_read(file, header);
    os_file_close(file);
    return err;
}

void restore_forget_backups(struct database_header *header, uint32_t generation,
                            bool (*gone)(const struct header_backup *backup, uint32_t generation))
{
    static const struct
    {
        size_t backup, type;
    } fields[] = {
        { offsetof(struct database_header, full_backup), offsetof(struct database_header, full_backup_type) },
        { offsetof(struct database_header, incremental_backup),
          offsetof(struct database_header, incremental_backup_type) },
        { offsetof(struct database_header, copy_backup), offsetof(struct database_header, copy_backup_type) },
        { offsetof(struct database_header, differential_backup),
          offsetof(struct database_header, differential_backup_type) },
    };

    for (unsigned i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
    {
        struct header_backup *backup = (struct header_backup *)((char *)header + fields[i].backup);

        if (!gone(backup, generation))
            continue;
        memset(backup, 0, sizeof(*backup));
        memset((char *)header + fields[i].type, 0, sizeof(uint32_t));
    }
}

/* A backup that ended in what is forgotten was none. */
static bool ended_in(const struct header_backup *backup, uint32_t generation)
{
    return backup->mark.generation == (int32_t)generation;
}

static void forget(struct database_header *header, uint32_t generation)
{
    restore_forget_backups(header, generation, ended_in);
    header->generation_max_committed = (int32_t)generation - 1;
    header->generation_recovering = 0;
    memset(&header->generation_max_time, 0, sizeof(header->generation_max_time));
}

static JET_ERR forget_log(struct os_file *file, const WCHAR *path)
{
    struct header_read read;
    struct log_header log;
    uint8_t *page;
    JET_ERR err = header_read(file, &read);

    if (err >= 0)
        err = read_log(path, &log);
    if (err < 0)
        return err;
    if (read.header.state != JET_dbstateDirtyShutdown ||
        memcmp(&read.header.log_signature, &log.signature, sizeof(log.signature)) != 0)
        return JET_errInvalidParameter;
    if (log.generation > read.header.generation_max_committed)
        return JET_errSuccess;
    if (log.generation < read.header.generation_max_committed || log.generation <= read.header.generation_max_required)
        return JET_errInvalidParameter;
    page = os_alloc(read.page_size);
    if (!page)
        return JET_errOutOfMemory;
    forget(&read.header, (uint32_t)log.generation);
    err = restore_write_header(file, &read, page);
    os_free(page);
    return err;
}

JET_ERR restore_forget_log(const WCHAR *database, const WCHAR *log)
{
    struct os_file *file;
    JET_ERR err = os_file_open(database, OS_OPEN_EXCLUSIVE_WRITE, &file);

    if (err < 0)
        return err;
    err = forget_log(file, log);
    os_file_close(file);
    return err < 0 ? err : JET_errSuccess;
}
