/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetGetObjectInfo: the tables of a database. */
#include "api/info.h"
#include "api/private.h"
#include "table/temp.h"

#define CONTAINER "Tables"

enum
{
    OBJECT_CONTAINER,
    OBJECT_NAME,
    OBJECT_TYPE,
    OBJECT_CREATED,
    OBJECT_UPDATED,
    OBJECT_RECORDS,
    OBJECT_PAGES,
    OBJECT_GRBIT,
    OBJECT_FLAGS,
    OBJECT_COLUMNS,
};

static const JET_COLUMNDEF object_columns[OBJECT_COLUMNS] = {
    [OBJECT_CONTAINER] = { .coltyp = JET_coltypText, .grbit = JET_bitColumnTTKey },
    [OBJECT_NAME] = { .coltyp = JET_coltypText, .grbit = JET_bitColumnTTKey },
    [OBJECT_TYPE] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
    [OBJECT_CREATED] = { .coltyp = JET_coltypDateTime, .grbit = JET_bitColumnFixed },
    [OBJECT_UPDATED] = { .coltyp = JET_coltypDateTime, .grbit = JET_bitColumnFixed },
    [OBJECT_RECORDS] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
    [OBJECT_PAGES] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
    [OBJECT_GRBIT] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
    [OBJECT_FLAGS] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
};

/* Counts of a table, which is opened for that. */
static JET_ERR object_stats(struct database *database, struct txn *txn, const char *name, struct schema_stats *stats)
{
    struct table *table;
    JET_ERR err = table_open(database, txn, name, &table);

    if (err < 0)
        return err;
    *stats = table->stats;
    table_release(table);
    return JET_errSuccess;
}

/* -------------------------------------------------------------- one object --- */

static JET_ERR object_info(struct database *database, struct txn *txn, const char *name, bool with_stats,
                           JET_OBJECTINFO *info)
{
    struct table *table;
    JET_ERR err = table_open(database, txn, name, &table);

    if (err < 0)
        return err;
    memset(info, 0, sizeof(*info));
    info->cbStruct = sizeof(*info);
    info->objtyp = JET_objtypTable;
    info->grbit = info_table_grbit(!database->read_only);
    info->flags = table->flags;
    if (with_stats)
    {
        info->cRecord = table->stats.records;
        info->cPage = table->stats.pages;
    }
    table_release(table);
    return JET_errSuccess;
}

/* -------------------------------------------------------------------- list --- */

struct object_list
{
    struct info_list list;
    struct database *database;
    struct txn *txn;
    bool with_stats;
    uint32_t count;
};

static JET_ERR add_object(void *context, const char *name, uint32_t objid, uint32_t flags)
{
    struct object_list *objects = context;
    struct info_list *list = &objects->list;
    JET_OBJTYP type = JET_objtypTable;
    JET_GRBIT grbit = info_table_grbit(!objects->database->read_only);
    struct schema_stats stats = { 0 };
    WCHAR container[NAME_SIZE], wide[NAME_SIZE];
    const struct temp_value row[] = {
        info_list_name(list, OBJECT_CONTAINER, CONTAINER, container),
        info_list_name(list, OBJECT_NAME, name, wide),
        { list->ids[OBJECT_TYPE], &type, sizeof(type) },
        { list->ids[OBJECT_FLAGS], &flags, sizeof(flags) },
        { list->ids[OBJECT_RECORDS], &stats.records, sizeof(stats.records) },
        { list->ids[OBJECT_PAGES], &stats.pages, sizeof(stats.pages) },
        { list->ids[OBJECT_GRBIT], &grbit, sizeof(grbit) },
    };
    JET_ERR err = JET_errSuccess;

    (void)objid;
    if (objects->with_stats)
        err = object_stats(objects->database, objects->txn, name, &stats);
    if (err < 0)
        return err;
    objects->count++;
    return temp_insert(list->cursor, row, sizeof(row) / sizeof(row[0]));
}

static JET_ERR object_list(struct session *session, struct database *database, JET_OBJTYP type, bool with_stats,
                           bool wide, JET_OBJECTLIST *result)
{
    struct object_list objects = { .database = database, .txn = &session->txn, .with_stats = with_stats };
    struct info_list *list = &objects.list;
    JET_TABLEID tableid;
    JET_ERR err = info_list_begin(list, session, wide, object_columns, OBJECT_COLUMNS);

    if (err < 0)
        return err;
    if (type == JET_objtypNil || type == JET_objtypTable)
        err = database_each_table(database, &session->txn, add_object, &objects);
    if (err < 0)
    {
        info_list_abandon(list);
        return err;
    }
    err = info_list_end(list, &tableid);
    if (err < 0)
        return err;
    memset(result, 0, sizeof(*result));
    result->cbStruct = sizeof(*result);
    result->tableid = tableid;
    result->cRecord = objects.count;
    result->columnidcontainername = list->ids[OBJECT_CONTAINER];
    result->columnidobjectname = list->ids[OBJECT_NAME];
    result->columnidobjtyp = list->ids[OBJECT_TYPE];
    result->columnidgrbit = list->ids[OBJECT_GRBIT];
    result->columnidflags = list->ids[OBJECT_FLAGS];
    result->columnidcRecord = list->ids[OBJECT_RECORDS];
    result->columnidcPage = list->ids[OBJECT_PAGES];
    return JET_errSuccess;
}

/* --------------------------------------------------------------- functions --- */

static JET_ERR dispatch(struct session *session, struct database *database, JET_OBJTYP type, const char *container,
                        const char *name, void *result, uint32_t level, bool wide)
{
    char checked[NAME_SIZE] = "";
    JET_ERR err;

    if (container && container[0])
    {
        err = name_check(container, checked);
        if (err < 0)
            return err;
        if (strcasecmp(checked, CONTAINER))
            return JET_errObjectNotFound;
        checked[0] = 0;
    }
    if (name && name[0])
    {
        err = name_check(name, checked);
        if (err < 0)
            return err;
    }
    if (level == JET_ObjInfo || level == JET_ObjInfoNoStats)
        return object_info(database, &session->txn, checked, level == JET_ObjInfo, result);
    return object_list(session, database, type, level == JET_ObjInfoList, wide, result);
}

static JET_ERR get_object_info(JET_SESID sesid, JET_DBID dbid, JET_OBJTYP type, const char *container, const char *name,
                               void *result, uint32_t size, uint32_t level, bool wide)
{
    struct session *session;
    struct attachment *attachment;
    uint32_t needed;
    JET_ERR err = api_enter_database(sesid, dbid, 0, &session, &attachment);

    if (err < 0)
        return err;
    switch (level)
    {
    case JET_ObjInfo:
    case JET_ObjInfoNoStats:
        needed = sizeof(JET_OBJECTINFO);
        break;
    case JET_ObjInfoList:
    case JET_ObjInfoListNoStats:
        needed = sizeof(JET_OBJECTLIST);
        break;
    case JET_ObjInfoSysTabCursor:
    case JET_ObjInfoSysTabReadOnly:
    case JET_ObjInfoListACM:
    case JET_ObjInfoRulesLoaded:
        return api_leave(session, JET_errFeatureNotAvailable);
    default:
        return api_leave(session, JET_errInvalidParameter);
    }
    if (!result || size < needed)
        return api_leave(session, JET_errBufferTooSmall);
    return api_leave(session, dispatch(session, attachment->database, type, container, name, result, level, wide));
}

/*
 * One table (JET_ObjInfo, JET_ObjInfoNoStats: JET_OBJECTINFO) or all of them
 * (JET_ObjInfoList, JET_ObjInfoListNoStats: JET_OBJECTLIST) of a database.
 * JET_errObjectNotFound, JET_errInvalidName, JET_errBufferTooSmall,
 * JET_errFeatureNotAvailable and JET_errInvalidParameter (levels).
 */
JET_ERR JET_API JetGetObjectInfoA(JET_SESID sesid, JET_DBID dbid, JET_OBJTYP type, JET_PCSTR container, JET_PCSTR name,
                                  void *result, JET_ULONG size, JET_ULONG level)
{
    OS_TRACE("(%#zx, %#x, %u, %s, %s, %p, %u, %u)\n", (size_t)sesid, (unsigned)dbid, (unsigned)type,
             container ? container : "(null)", name ? name : "(null)", result, (unsigned)size, (unsigned)level);
    return get_object_info(sesid, dbid, type, container, name, result, size, level, false);
}

JET_ERR JET_API JetGetObjectInfoW(JET_SESID sesid, JET_DBID dbid, JET_OBJTYP type, JET_PCWSTR container,
                                  JET_PCWSTR name, void *result, JET_ULONG size, JET_ULONG level)
{
    char container_buffer[NAME_SIZE], name_buffer[NAME_SIZE];
    const char *container_a, *name_a;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x, %u, %s, %s, %p, %u, %u)\n", (size_t)sesid, (unsigned)dbid, (unsigned)type,
             OS_TRACE_W(container), OS_TRACE_W(name), result, (unsigned)size, (unsigned)level);
    err = name_from_w(container, container_buffer, &container_a);
    if (err >= 0)
        err = name_from_w(name, name_buffer, &name_a);
    if (err < 0)
        return api_check_session(sesid, err);
    return get_object_info(sesid, dbid, type, container_a, name_a, result, size, level, true);
}
