/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetGetTableInfo: what is known of an open table. */
#include "api/info.h"
#include "api/private.h"
#include "format/encrypt.h"
#include "table/temp.h"
#include "table/update.h"

/* ------------------------------------------------------------------- space --- */

static JET_ERR tree_pages(const struct tree *tree, void *result, uint32_t size, bool available)
{
    uint32_t owned = 0, free_pages = 0;
    JET_ERR err;

    if (size < sizeof(owned))
        return tree->root ? JET_errInvalidParameter : JET_errBufferTooSmall;
    if (!tree->root)
    {
        memcpy(result, &owned, sizeof(owned));
        return JET_errSuccess;
    }
    err = tree_space_info(tree, &owned, &free_pages);
    if (err < 0)
        return err;
    memset(result, 0, size);
    memcpy(result, available ? &free_pages : &owned, sizeof(owned));
    return JET_errSuccess;
}

JET_ERR info_space_available(const struct table *table, uint32_t *available)
{
    uint32_t owned, pages;
    JET_ERR err = tree_space_info(table->records, &owned, available);

    for (uint32_t i = 0; err >= 0 && i < table->index_count; i++)
    {
        if (table->indexes[i].primary)
            continue;
        err = tree_space_info(table->indexes[i].tree, &owned, &pages);
        *available += pages;
    }
    if (err >= 0 && table->long_values->root)
    {
        err = tree_space_info(table->long_values, &owned, &pages);
        *available += pages;
    }
    return err;
}

static JET_ERR space_available(const struct table *table, void *result, uint32_t size)
{
    uint32_t available;
    JET_ERR err;

    if (size != sizeof(available))
        return JET_errInvalidBufferSize;
    err = info_space_available(table, &available);
    if (err >= 0)
        memcpy(result, &available, sizeof(available));
    return err;
}

/* Pages owned and free; in a larger buffer also the extents they are in, the last
 * page and the length of each, and a pair of zeros behind either list. */
static JET_ERR space_usage(const struct table *table, void *result, uint32_t size)
{
    uint32_t pages[2], room, count;
    struct tree_extent *extents;
    JET_ERR err;

    if (size < sizeof(pages))
        return JET_errInvalidParameter;
    room = (size - sizeof(pages)) / sizeof(*extents);
    if (size > sizeof(pages) && room < 2)
        return JET_errBufferTooSmall;
    err = tree_space_info(table->records, &pages[0], &pages[1]);
    if (err < 0)
        return err;
    memset(result, 0, size);
    memcpy(result, pages, sizeof(pages));
    if (!room)
        return JET_errSuccess;
    extents = os_alloc_array(room, sizeof(*extents));
    if (!extents)
        return JET_errOutOfMemory;
    err = tree_space_extents(table->records, false, extents, room - 2, &count);
    if (err >= 0)
    {
        uint32_t used = count + 1;

        extents[count] = (struct tree_extent){ 0, 0 };
        err = tree_space_extents(table->records, true, extents + used, room - used - 1, &count);
        if (err >= 0)
            memcpy((uint8_t *)result + sizeof(pages), extents, (used + count) * sizeof(*extents));
    }
    os_free(extents);
    return err;
}

/* ------------------------------------------------------------------ levels --- */

/* Tables that the engine makes for itself in a database. */
static bool is_dynamic_system_table(const char *name)
{
    static const char *const names[] = {
        "MSysDefrag1",
        "MSysDefrag2",
        "MSysOLD2",
        "MSysUnicodeFixupVer1",
        "MSysUnicodeFixupVer2",
        "MSysScan1",
        "MSysObjids",
        "MSysDatabaseMaintenance",
        "MSysDeferredPopulateKeys",
        "MSysLocales",
        "MSysExtentPageCountCache",
    };

    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    {
        if (!strcasecmp(name, names[i]))
            return true;
    }
    return false;
}

static JET_ERR table_object_info(const struct cursor *cursor, JET_OBJECTINFO *info, uint32_t size)
{
    const struct table *table = cursor->table;
    char name[SCHEMA_NAME_SIZE];

    if (size < sizeof(*info))
        return JET_errBufferTooSmall;
    table_shown_name(table, name);
    memset(info, 0, sizeof(*info));
    info->cbStruct = sizeof(*info);
    info->objtyp = JET_objtypTable;
    if (table == table->database->catalog || table == table->database->shadow)
        info->flags |= JET_bitObjectSystem;
    else if (is_dynamic_system_table(name))
        info->flags |= JET_bitObjectSystemDynamic;
    info->flags |= table->flags & JET_bitObjectTableFixedDDL;
    if (table->flags & JET_bitObjectTableTemplate)
        info->flags |= JET_bitObjectTableTemplate | JET_bitObjectTableFixedDDL;
    else if (table->template_table)
        info->flags |= JET_bitObjectTableDerived;
    info->grbit = info_table_grbit(cursor->updatable);
    info->cRecord = table->stats.records;
    info->cPage = table->stats.pages;
    return JET_errSuccess;
}

static JET_ERR put_name(const char *name, void *result, uint32_t size, bool wide)
{
    WCHAR text[NAME_SIZE];
    uint32_t needed;

    if (!wide)
    {
        if (size <= strlen(name))
            return JET_errBufferTooSmall;
        strcpy(result, name);
        return JET_errSuccess;
    }
    name_to_w(name, text);
    needed = (os_text_length(text) + 1) * sizeof(WCHAR);
    if (size < needed)
        return JET_errBufferTooSmall;
    memcpy(result, text, needed);
    return JET_errSuccess;
}

static JET_ERR put_number(void *result, uint32_t size, uint32_t number)
{
    if (size < sizeof(number))
        return JET_errBufferTooSmall;
    memcpy(result, &number, sizeof(number));
    return JET_errSuccess;
}

static JET_ERR table_info(struct session *session, struct cursor *cursor, JET_TABLEID tableid, void *result,
                          uint32_t size, uint32_t level, bool wide)
{
    const struct table *table = cursor->table;
    char name[SCHEMA_NAME_SIZE] = "";

    switch (level)
    {
    case JET_TblInfo:
        return table_object_info(cursor, result, size);
    case JET_TblInfoName:
        table_shown_name(table, name);
        return put_name(name, result, size, wide);
    case JET_TblInfoTemplateTableName:
        if (size <= JET_cbNameMost)
            return JET_errBufferTooSmall;
        if (table->template_table)
            table_shown_name(table->template_table, name);
        return put_name(name, result, size, wide);
    case JET_TblInfoDbid:
        return put_number(result, size, session_find_cursor(session, tableid)->dbid);
    case JET_TblInfoSpaceAlloc:
    {
        const uint32_t numbers[2] = { table->pages, table->density };

        if (size < sizeof(numbers))
            return JET_errBufferTooSmall;
        memcpy(result, numbers, sizeof(numbers));
        return JET_errSuccess;
    }
    case JET_TblInfoSpaceUsage:
        return space_usage(table, result, size);
    case JET_TblInfoSpaceOwned:
        if (size < sizeof(uint32_t))
            return JET_errInvalidParameter;
        return tree_pages(table->records, result, size, false);
    case JET_TblInfoSpaceAvailable:
        return space_available(table, result, size);
    case JET_TblInfoSpaceOwnedLV:
        return tree_pages(table->long_values, result, size, false);
    case JET_TblInfoSpaceAvailableLV:
        return tree_pages(table->long_values, result, size, true);
    case JET_TblInfoLVChunkMax:
        return put_number(result, size, table->lv_chunk_max);
    case JET_TblInfoEncryptionKey:
        if (!cursor->encryption_key)
            return JET_errSuccess;
        if (size < ENCRYPT_KEY_SIZE)
            return JET_errBufferTooSmall;
        memcpy(result, cursor->encryption_key, ENCRYPT_KEY_SIZE);
        return JET_errSuccess;
    case JET_TblInfoRetrieveAndReserveAutoIncrement:
        return update_reserve_increment(cursor, result, size);
    case JET_TblInfoObjectId:
        return put_number(result, size, table->objid);
    default:
        return JET_errFeatureNotAvailable;
    }
}

/* Of a temporary table only the number of rows is told. */
static JET_ERR temp_info(const struct cursor *cursor, void *result, uint32_t size, uint32_t level)
{
    JET_OBJECTINFO *info = result;

    if (level != JET_TblInfo)
        return JET_errInvalidOperation;
    if (size < sizeof(*info))
        return JET_errInvalidParameter;
    memset(info, 0, sizeof(*info));
    info->cbStruct = sizeof(*info);
    info->objtyp = JET_objtypTable;
    info->cRecord = temp_count(cursor);
    return JET_errSuccess;
}

static JET_ERR get_table_info(JET_SESID sesid, JET_TABLEID tableid, void *result, uint32_t size, uint32_t level,
                              bool wide)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_INSERTING, &session, &cursor);

    OS_TRACE("(%#zx, %#zx, %p, %u, %u)\n", (size_t)sesid, (size_t)tableid, result, (unsigned)size, (unsigned)level);
    if (err < 0)
        return err;
    if (!result)
        size = 0;
    if (cursor_is_temporary(cursor))
        return api_leave(session, temp_info(cursor, result, size, level));
    return api_leave(session, table_info(session, cursor, tableid, result, size, level, wide));
}

/*
 * Facts of an open table; `size` in bytes.  JET_errBufferTooSmall,
 * JET_errInvalidBufferSize, JET_errInvalidOperation (of a temporary table),
 * JET_errFeatureNotAvailable (level).  Source: ErrIsamGetTableInfo.
 */
JET_ERR JET_API JetGetTableInfoA(JET_SESID sesid, JET_TABLEID tableid, void *result, JET_ULONG size, JET_ULONG level)
{
    return get_table_info(sesid, tableid, result, size, level, false);
}

JET_ERR JET_API JetGetTableInfoW(JET_SESID sesid, JET_TABLEID tableid, void *result, JET_ULONG size, JET_ULONG level)
{
    return get_table_info(sesid, tableid, result, size, level, true);
}
