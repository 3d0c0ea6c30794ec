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

/* A backup that ended in what is forgotten was none. */
static void forget_backup(struct header_backup *backup, uint32_t *type, int32_t generation)
{
    if (backup->mark.generation != generation)
        return;
    memset(backup, 0, sizeof(*backup));
    *type = 0;
}

static void forget(struct database_header *header, int32_t generation)
{
    uint32_t types[] = { header->full_backup_type, header->incremental_backup_type, header->copy_backup_type,
                         header->differential_backup_type };
    struct header_backup backups[] = { header->full_backup, header->incremental_backup, header->copy_backup,
                                       header->differential_backup };

    for (unsigned i = 0; i < 4; i++)
        forget_backup(&backups[i], &types[i], generation);
    header->full_backup = backups[0];
    header->full_backup_type = types[0];
    header->incremental_backup = backups[1];
    header->incremental_backup_type = types[1];
    header->copy_backup = backups[2];
    header->copy_backup_type = types[2];
    header->differential_backup = backups[3];
    header->differential_backup_type = types[3];
    header->generation_max_committed = generation - 1;
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
    forget(&read.header, log.generation);
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
