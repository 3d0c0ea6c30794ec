/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the file of a database is that the log names: the path may be of another machine. */
#include "recovery/private.h"

void redo_path_read(const uint8_t *bytes, size_t size, bool wide, WCHAR path[OS_PATH_MAX])
{
    size_t width = wide ? 2 : 1, count = size / width, i;

    for (i = 0; i < count && i + 1 < OS_PATH_MAX; i++)
    {
        path[i] = wide ? le16(bytes + i * 2) : bytes[i];
        if (!path[i])
            break;
    }
    path[i] = 0;
}

/* Whether an entry of the map is for that database: it names it, or its file is it.  Source:
 * ErrReplaceRstMapEntryBySignature. */
static bool is_for(const JET_RSTMAP2_W *entry, const WCHAR *logged, const struct header_signature *signature)
{
    const WCHAR *path = entry->szNewDatabaseName ? entry->szNewDatabaseName : entry->szDatabaseName;
    struct database_header header;

    if (entry->szDatabaseName && !os_text_compare_nocase(entry->szDatabaseName, logged))
        return true;
    return path && database_redo_header(path, &header) >= 0 &&
           !memcmp(&header.signature, signature, sizeof(*signature));
}

static bool ends_with_separator(const WCHAR *path)
{
    size_t length = os_text_length(path);

    return length && os_path_is_separator(path[length - 1]);
}

JET_ERR redo_path_find(const struct recovery *recovery, const WCHAR *logged, const struct header_signature *signature,
                       struct redo_database *database)
{
    const struct recovery_config *config = recovery->config;

    for (uint32_t i = 0; i < config->map_count; i++)
    {
        const JET_RSTMAP2_W *entry = &config->map[i];

        if (!is_for(entry, logged, signature))
            continue;
        database->ignore_missing = entry->grbit & JET_bitRestoreMapIgnoreWhenMissing;
        database->overwrite = entry->grbit & JET_bitRestoreMapOverwriteOnCreate;
        return os_full_path(entry->szNewDatabaseName ? entry->szNewDatabaseName : logged, database->path, OS_PATH_MAX);
    }
    if (config->map_count && !(config->grbit & JET_bitReplayMissingMapEntryDB))
        database->attach = REDO_ATTACH_SKIPPED;
    if (config->database_path && config->database_path[0])
    {
        WCHAR name[OS_PATH_MAX];
        size_t start = 0;

        /* The path is of the machine where the log was written. */
        for (size_t i = 0; logged[i]; i++)
            if (logged[i] == '\\' || logged[i] == '/' || logged[i] == ':')
                start = i + 1;
        if (!os_text_copy(name, OS_PATH_MAX, config->database_path) ||
            (!ends_with_separator(name) && !os_text_append(name, OS_PATH_MAX, L"\\")) ||
            !os_text_append(name, OS_PATH_MAX, logged + start))
            return JET_errInvalidPath;
        return os_full_path(name, database->path, OS_PATH_MAX);
    }
    return os_text_copy(database->path, OS_PATH_MAX, logged) ? JET_errSuccess : JET_errInvalidPath;
}
