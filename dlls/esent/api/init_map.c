/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What JetInit3 and JetInit4 are told: where databases are now, and who wants to know of recovery. */
#include "api/init_map.h"

#include "maintain/restore.h"

#define MAP_MAX 14
#define GRBITS_ALL                                                                                                     \
    (JET_bitRestoreMapIgnoreWhenMissing | JET_bitRestoreMapFailWhenMissing | JET_bitRestoreMapOverwriteOnCreate)

/*
 * A file that is there must be a database, unless the map lets it be missing or be made anew.  JET_errDatabaseCorrupted,
 * or what opening it answered.  Source: ErrRstmapSoftCheckDBFiles.
 */
static JET_ERR check_file(const WCHAR *path, JET_GRBIT grbit)
{
    struct header_read header;
    JET_ERR err;

    if (grbit & (JET_bitRestoreMapIgnoreWhenMissing | JET_bitRestoreMapOverwriteOnCreate) || !os_file_exists(path))
        return JET_errSuccess;
    err = restore_database_header(path, &header);
    return err == JET_errReadVerifyFailure ? JET_errDatabaseCorrupted : err < 0 ? err : JET_errSuccess;
}

static JET_ERR full_or_as_it_is(const WCHAR *name, WCHAR **path)
{
    WCHAR full[OS_PATH_MAX];

    *path = os_text_duplicate(os_full_path(name, full, OS_PATH_MAX) < 0 ? name : full);
    return *path ? JET_errSuccess : JET_errOutOfMemory;
}

static JET_ERR add(struct init_map *map, const WCHAR *logged, const WCHAR *path, JET_GRBIT grbit)
{
    JET_RSTMAP2_W *entry = &map->entries[map->count];

    entry->cbStruct = sizeof(*entry);
    entry->szDatabaseName = os_text_duplicate(logged);
    entry->szNewDatabaseName = os_text_duplicate(path);
    entry->grbit = grbit;
    map->count++;
    return entry->szDatabaseName && entry->szNewDatabaseName ? JET_errSuccess : JET_errOutOfMemory;
}

/* An entry, with its names as those of this system; without a name recovery knows the database by its signature. */
static JET_ERR add_entry(struct init_map *map, const WCHAR *name, const WCHAR *new_name, JET_GRBIT grbit)
{
    WCHAR *path, *logged = NULL;
    JET_ERR err;

    if (!new_name)
        return JET_errDatabaseInvalidName;
    if (grbit & ~(JET_GRBIT)GRBITS_ALL)
        return JET_errInvalidGrbit;
    if (!new_name[0])
        return JET_errDatabaseInvalidName;
    err = full_or_as_it_is(new_name, &path);
    if (err < 0)
        return err;
    if (name && name[0])
    {
        /* A log of another system has paths of that one. */
        err = add(map, name, path, grbit);
        if (err >= 0)
            err = full_or_as_it_is(name, &logged);
    }
    if (err >= 0)
        err = add(map, logged ? logged : path, path, grbit);
    if (err >= 0)
        err = check_file(path, grbit);
    os_free(logged);
    os_free(path);
    return err;
}

static JET_ERR add_any(struct init_map *map, const struct init_info *info, uint32_t index)
{
    const JET_RSTMAP2_A *second = (const JET_RSTMAP2_A *)info->map + index;
    const JET_RSTMAP_A *first = (const JET_RSTMAP_A *)info->map + index;
    char *name = info->second ? second->szDatabaseName : first->szDatabaseName;
    char *new_name = info->second ? second->szNewDatabaseName : first->szNewDatabaseName;
    JET_GRBIT grbit = info->second ? second->grbit : 0;
    WCHAR *wide = NULL, *new_wide = NULL;
    JET_ERR err;

    if (info->second && (second->cbStruct != sizeof(*second) || (!second->rgsetdbparam && second->csetdbparam)))
        return JET_errInvalidParameter;
    if (info->wide)
        return add_entry(map, (const WCHAR *)(void *)name, (const WCHAR *)(void *)new_name, grbit);
    err = string_from_a(name, &wide);
    if (err >= 0)
        err = string_from_a(new_name, &new_wide);
    if (err >= 0)
        err = add_entry(map, wide, new_wide, grbit);
    os_free(wide);
    os_free(new_wide);
    return err;
}

void init_map_free(struct init_map *map)
{
    for (uint32_t i = 0; i < map->count; i++)
    {
        os_free(map->entries[i].szDatabaseName);
        os_free(map->entries[i].szNewDatabaseName);
    }
    os_free(map->entries);
    memset(map, 0, sizeof(*map));
}

JET_ERR init_map_make(const struct init_info *info, struct init_map *map)
{
    JET_ERR err = JET_errSuccess;

    memset(map, 0, sizeof(*map));
    if (info->count < 0 || info->count > MAP_MAX)
        return JET_errInvalidParameter;
    if (!info->count)
        return JET_errSuccess;
    map->entries = os_alloc_array(2 * (size_t)info->count, sizeof(*map->entries));
    if (!map->entries)
        return JET_errOutOfMemory;
    memset(map->entries, 0, 2 * (size_t)info->count * sizeof(*map->entries));
    for (uint32_t i = 0; err >= 0 && i < (uint32_t)info->count; i++)
        err = add_any(map, info, i);
    if (err < 0)
        init_map_free(map);
    return err;
}

void init_tell_page(const struct init_info *info, JET_SNT what, void *data)
{
    if (info && info->status)
        (void)info->status(JET_sesidNil, JET_snpExternalAutoHealing, what, data);
    if (info && info->callback)
        (void)info->callback(JET_snpExternalAutoHealing, what, data, info->context);
}

void init_tell(const struct init_info *info, JET_SNT what, uint32_t done, uint32_t total)
{
    JET_SNPROG progress = { sizeof(progress), done, total };

    if (info && info->status)
        (void)info->status(JET_sesidNil, JET_snpRestore, what, &progress);
    if (info && info->callback)
        (void)info->callback(JET_snpRestore, what, &progress, info->context);
}
