/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetGetDatabaseInfo, JetGetDatabaseFileInfo: what is known of a database and of its file. */
#include "api/private.h"
#include "table/schema.h"

#define COUNTRY_DEFAULT       1
#define DB_INFO_SPACE_SHELVED 22 /* a level without a name */
#define LEVELS_MAX            7  /* deepest transaction, as JET_DbInfoTransactions has it */

/* -------------------------------------------------- of an open database --- */

static JET_ERR put_long(void *result, uint32_t size, uint32_t value)
{
    if (size != sizeof(value))
        return JET_errInvalidBufferSize;
    memcpy(result, &value, sizeof(value));
    return JET_errSuccess;
}

/* Pages that the root of all space owns, or has free. */
static JET_ERR database_space(struct database *database, void *result, uint32_t size, bool available)
{
    struct tree tree;
    uint32_t owned, free_pages;
    JET_ERR err;

    if (size < sizeof(uint32_t))
        return JET_errInvalidParameter;
    tree_init(&tree, &database->cache, 1, 1, true, 0);
    err = tree_space_info(&tree, &owned, &free_pages);
    if (err < 0)
        return err;
    memset(result, 0, size);
    memcpy(result, available ? &free_pages : &owned, sizeof(uint32_t));
    return JET_errSuccess;
}

static JET_ERR database_file_pages(struct database *database, void *result, bool on_disk)
{
    uint32_t pages;
    uint64_t size;
    JET_ERR err = on_disk ? database_disk_pages(database, &pages) : os_file_size(database->file, &size);

    if (err < 0)
        return err;
    if (!on_disk)
        pages = (uint32_t)(size / database->page_size);
    memcpy(result, &pages, sizeof(pages));
    return JET_errSuccess;
}

static JET_ERR database_info(const struct session *session, const struct attachment *attachment, void *result,
                             uint32_t size, uint32_t level)
{
    struct database *database = attachment->database;
    struct database_header header;

    switch (level & ~JET_DbInfoUseCachedResult)
    {
    case JET_DbInfoFilename:
        if (size < (os_text_length(attachment->path) + 1) * sizeof(WCHAR))
            return JET_errBufferTooSmall;
        memcpy(result, attachment->path, (os_text_length(attachment->path) + 1) * sizeof(WCHAR));
        return JET_errSuccess;
    case JET_DbInfoConnect:
        if (!size)
            return JET_errBufferTooSmall;
        *(char *)result = 0;
        return JET_errSuccess;
    case JET_DbInfoCountry:
        return put_long(result, size, COUNTRY_DEFAULT);
    case JET_DbInfoLCID:
        return put_long(result, size, OS_LCID_EN_US);
    case JET_DbInfoCp:
        return put_long(result, size, 1252);
    case JET_DbInfoCollate:
        return put_long(result, size, 0);
    case JET_DbInfoOptions:
        return put_long(result, size, attachment->exclusive == session ? JET_bitDbExclusive : 0);
    case JET_DbInfoTransactions:
        return put_long(result, size, LEVELS_MAX);
    case JET_DbInfoVersion:
        return put_long(result, size, HEADER_FORMAT);
    case JET_DbInfoIsam:
        return JET_errFeatureNotAvailable;
    case JET_DbInfoMisc:
        database_header(database, &header);
        return header_describe(&header, result, size) ? JET_errSuccess : JET_errInvalidBufferSize;
    case JET_DbInfoPageSize:
        return put_long(result, size, database->page_size) < 0 ? JET_errBufferTooSmall : JET_errSuccess;
    case JET_DbInfoFilesize:
        return database_file_pages(database, result, false);
    case JET_DbInfoFilesizeOnDisk:
        return database_file_pages(database, result, true);
    case JET_DbInfoSpaceOwned:
        return size == sizeof(uint32_t) ? database_space(database, result, size, false) : JET_errInvalidBufferSize;
    case JET_DbInfoSpaceAvailable:
        return database_space(database, result, size, true);
    case DB_INFO_SPACE_SHELVED:
    case JET_DbInfoSplitBuffers:
        /* Neither pages that are kept back nor what is in split buffers is counted. */
        level &= ~JET_DbInfoUseCachedResult;
        if (size < sizeof(uint32_t))
            return level == DB_INFO_SPACE_SHELVED ? JET_errInvalidBufferSize : JET_errInvalidParameter;
        memset(result, 0, level == DB_INFO_SPACE_SHELVED ? sizeof(uint32_t) : size);
        return JET_errSuccess;
    default:
        return JET_errInvalidParameter;
    }
}

/*
 * Facts of a database that the session has open; cbMax in bytes, for
 * JET_DbInfoFilename of 16-bit text with its NUL.
 * JET_errInvalidDatabaseId, JET_errInvalidBufferSize, JET_errBufferTooSmall,
 * JET_errInvalidParameter (level).  Source: ErrIsamGetDatabaseInfo.
 */
JET_ERR JET_API JetGetDatabaseInfoW(JET_SESID sesid, JET_DBID dbid, void *result, JET_ULONG size, JET_ULONG level)
{
    struct session *session;
    struct attachment *attachment;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x, %p, %u, %#x)\n", (size_t)sesid, (unsigned)dbid, result, (unsigned)size, (unsigned)level);
    err = api_enter_database(sesid, dbid, 0, &session, &attachment);
    if (err < 0)
        return err;
    if (!result)
        size = 0;
    if (!result && (level == JET_DbInfoFilesize || level == JET_DbInfoFilesizeOnDisk))
        return api_leave(session, JET_errInvalidParameter);
    return api_leave(session, database_info(session, attachment, result, size, level));
}

JET_ERR JET_API JetGetDatabaseInfoA(JET_SESID sesid, JET_DBID dbid, void *result, JET_ULONG size, JET_ULONG level)
{
    WCHAR path[OS_PATH_MAX];
    JET_ERR err;

    if (level != JET_DbInfoFilename)
        return JetGetDatabaseInfoW(sesid, dbid, result, size, level);
    err = JetGetDatabaseInfoW(sesid, dbid, path, sizeof(path), level);
    if (err < 0)
        return err;
    if (!result || os_text_length(path) >= size)
        return JET_errBufferTooSmall;
    return string_to_a(path, result, size);
}

/* ------------------------------------------------------------- of a file --- */

/* The header of an attached database as it is in memory, else as it is in the file. */
static JET_ERR file_header(const WCHAR *path, struct header_read *read)
{
    struct os_file *file;
    bool open;
    JET_ERR err;

    if (attachment_header(path, &read->header, &open) && open)
    {
        read->page_size = header_page_size(&read->header);
        return JET_errSuccess;
    }
    err = os_file_open(path, OS_OPEN_READ_ONLY | OS_OPEN_SHARE_WRITE, &file);
    if (err < 0)
        return err;
    err = header_read(file, read);
    os_file_close(file);
    return err;
}

/* What a database of an old format would take; there is nothing that upgrades one. */
static JET_ERR upgrade_info(const WCHAR *path, const struct os_file_info *file, JET_DBINFOUPGRADE *info, uint32_t size)
{
    struct header_read read;
    uint64_t needed = file->size * 10 >> 6; /* about 15 percent */

    if (size != sizeof(*info))
        return JET_errInvalidBufferSize;
    if (info->cbStruct != sizeof(*info))
        return JET_errInvalidParameter;
    memset(info, 0, sizeof(*info));
    info->cbStruct = sizeof(*info);
    info->cbFilesizeLow = file->size;
    info->cbFilesizeHigh = file->size >> 32;
    info->csecToUpgrade = file->size * 3600 >> 30; /* a GB an hour */
    info->cbFreeSpaceRequiredLow = needed;
    info->cbFreeSpaceRequiredHigh = needed >> 32;
    if (file->directory || file_header(path, &read) < 0 || read.header.magic != HEADER_MAGIC)
        return JET_errSuccess;
    if (read.header.format == HEADER_FORMAT)
    {
        info->fAlreadyUpgraded = 1;
        if (read.header.state == JET_dbstateBeingConverted)
            return JET_errDatabaseIncompleteUpgrade;
    }
    else if (read.header.format == 0x500 || read.header.format == 0x550)
        info->fUpgradable = 1;
    return JET_errSuccess;
}

static bool misc_size(uint32_t size)
{
    return size == sizeof(JET_DBINFOMISC) || size == sizeof(JET_DBINFOMISC2) || size == sizeof(JET_DBINFOMISC3) ||
           size == sizeof(JET_DBINFOMISC4) || size == sizeof(JET_DBINFOMISC5) || size == sizeof(JET_DBINFOMISC6) ||
           size == sizeof(JET_DBINFOMISC7);
}

static JET_ERR header_info(const WCHAR *path, const struct os_file_info *file, void *result, uint32_t size,
                           uint32_t level)
{
    struct header_read read;
    uint32_t type;
    JET_ERR err;

    if (level == JET_DbInfoMisc ? !misc_size(size) : size != sizeof(uint32_t))
        return JET_errInvalidBufferSize;
    err = file->directory ? JET_errFileAccessDenied : file_header(path, &read);
    if (err < 0)
        return err;
    switch (level)
    {
    case JET_DbInfoMisc:
        if (read.header.file_type != HEADER_FILE_DATABASE)
            return JET_errFileInvalidType;
        header_describe(&read.header, result, size);
        return JET_errSuccess;
    case JET_DbInfoPageSize:
        return put_long(result, size, read.page_size);
    default:
        type = read.header.file_type;
        return put_long(result, size, type < JET_filetypeMax ? type : JET_filetypeUnknown);
    }
}

/* As a search for the name finds it: a folder too, of size 0, and no name is the current one. */
static JET_ERR find_file(const WCHAR *path, WCHAR full[OS_PATH_MAX], struct os_file_info *info)
{
    static const WCHAR here[] = { '.', 0 };
    bool folder = false;
    size_t length;
    JET_ERR err = os_full_path(path && path[0] ? path : here, full, OS_PATH_MAX);

    if (err < 0)
        return err;
    length = os_text_length(full);
    if (length > 1 && os_path_is_separator(full[length - 1]))
    {
        folder = true;
        if (full[length - 2] != ':')
            full[length - 1] = 0;
    }
    err = os_path_info(full, info);
    if (err < 0)
        return err == JET_errInvalidPath ? JET_errFileNotFound : err;
    if (info->directory)
        info->size = 0;
    return folder && !info->directory ? JET_errInvalidPath : JET_errSuccess;
}

static JET_ERR file_info(const WCHAR *path, void *result, uint32_t size, uint32_t level)
{
    struct database_header header;
    struct os_file_info info;
    WCHAR full[OS_PATH_MAX];
    bool open;
    JET_ERR err = find_file(path, full, &info);

    if (err < 0)
        return err;
    switch (level)
    {
    case JET_DbInfoFilesize:
    case JET_DbInfoFilesizeOnDisk: /* a directory tells but one size */
        if (size != sizeof(uint64_t))
            return JET_errInvalidBufferSize;
        memcpy(result, &info.size, sizeof(uint64_t));
        return JET_errSuccess;
    case JET_DbInfoUpgrade:
        return upgrade_info(full, &info, result, size);
    case JET_DbInfoMisc:
    case JET_DbInfoPageSize:
    case JET_DbInfoFileType:
        return header_info(full, &info, result, size, level);
    case JET_DbInfoDBInUse:
        return put_long(result, size, attachment_header(full, &header, &open));
    default:
        return JET_errInvalidParameter;
    }
}

/*
 * Facts of a database file, attached or not, without a session.  No name is the current folder.
 * JET_errFileNotFound, JET_errInvalidPath, JET_errInvalidBufferSize,
 * JET_errReadVerifyFailure (no header), JET_errFileInvalidType,
 * JET_errInvalidParameter (level).  Source: JetGetDatabaseFileInfoEx.
 */
JET_ERR JET_API JetGetDatabaseFileInfoW(JET_PCWSTR filename, void *result, JET_ULONG size, JET_ULONG level)
{
    OS_TRACE("(%s, %p, %u, %#x)\n", OS_TRACE_W(filename), result, (unsigned)size, (unsigned)level);
    return file_info(filename, result, result ? size : 0, level);
}

JET_ERR JET_API JetGetDatabaseFileInfoA(JET_PCSTR filename, void *result, JET_ULONG size, JET_ULONG level)
{
    WCHAR *wide;
    JET_ERR err = string_from_a(filename, &wide);

    if (err >= 0)
        err = JetGetDatabaseFileInfoW(wide, result, size, level);
    os_free(wide);
    return err;
}
