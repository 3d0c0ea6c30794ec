/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetGetIndexInfo, JetGetTableIndexInfo: one index of a table, or all. */
#include "api/info.h"
#include "api/private.h"
#include "table/temp.h"

#define COUNTRY_DEFAULT 1
/* JET_INDEXLIST grew by its last member. */
#define INDEX_LIST_MIN (sizeof(JET_INDEXLIST) - sizeof(JET_COLUMNID))

enum
{
    LIST_NAME,
    LIST_GRBIT,
    LIST_KEYS,
    LIST_ENTRIES,
    LIST_PAGES,
    LIST_COLUMN_COUNT,
    LIST_COLUMN,
    LIST_COLUMN_ID,
    LIST_COLUMN_TYPE,
    LIST_COUNTRY,
    LIST_LANGUAGE,
    LIST_CODE_PAGE,
    LIST_COLLATE,
    LIST_COLUMN_GRBIT,
    LIST_COLUMN_NAME,
    LIST_LCMAP_FLAGS,
    LIST_COLUMNS,
};

static const JET_COLUMNDEF list_columns[LIST_COLUMNS] = {
    [LIST_NAME] = { .coltyp = JET_coltypText, .grbit = JET_bitColumnTTKey },
    [LIST_GRBIT] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
    [LIST_KEYS] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
    [LIST_ENTRIES] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
    [LIST_PAGES] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
    [LIST_COLUMN_COUNT] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
    [LIST_COLUMN] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed | JET_bitColumnTTKey },
    [LIST_COLUMN_ID] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
    [LIST_COLUMN_TYPE] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
    [LIST_COUNTRY] = { .coltyp = JET_coltypShort, .grbit = JET_bitColumnFixed },
    [LIST_LANGUAGE] = { .coltyp = JET_coltypShort, .grbit = JET_bitColumnFixed },
    [LIST_CODE_PAGE] = { .coltyp = JET_coltypShort, .grbit = JET_bitColumnFixed },
    [LIST_COLLATE] = { .coltyp = JET_coltypShort, .grbit = JET_bitColumnFixed },
    [LIST_COLUMN_GRBIT] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
    [LIST_COLUMN_NAME] = { .coltyp = JET_coltypText },
    [LIST_LCMAP_FLAGS] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
};

/* -------------------------------------------------------------------- list --- */

static JET_ERR add_index_column(struct info_list *list, const struct table *table, const struct index *index,
                                uint32_t i, const struct column *column)
{
    const struct schema_stats *stats = index->primary ? &table->stats : &index->stats;
    JET_GRBIT direction = index->key[i].descending ? JET_bitKeyDescending : JET_bitKeyAscending;
    uint16_t country = COUNTRY_DEFAULT, language = (uint16_t)index->lcid, collate = 0;
    WCHAR name[NAME_SIZE], column_name[NAME_SIZE];
    const struct temp_value row[] = {
        info_list_name(list, LIST_NAME, index->name, name),
        { list->ids[LIST_GRBIT], &index->grbit, 4 },
        { list->ids[LIST_KEYS], &stats->keys, 4 },
        { list->ids[LIST_ENTRIES], &stats->records, 4 },
        { list->ids[LIST_PAGES], &stats->pages, 4 },
        { list->ids[LIST_COLUMN_COUNT], &index->key_columns, 4 },
        { list->ids[LIST_COLUMN], &i, 4 },
        { list->ids[LIST_COLUMN_ID], &index->key[i].columnid, 4 },
        { list->ids[LIST_COLUMN_TYPE], &column->type, 4 },
        { list->ids[LIST_COUNTRY], &country, 2 },
        { list->ids[LIST_LANGUAGE], &language, 2 },
        { list->ids[LIST_LCMAP_FLAGS], &index->lcmap_flags, 4 },
        { list->ids[LIST_CODE_PAGE], &column->code_page, 2 },
        { list->ids[LIST_COLLATE], &collate, 2 },
        { list->ids[LIST_COLUMN_GRBIT], &direction, 4 },
        info_list_name(list, LIST_COLUMN_NAME, column->name, column_name),
    };

    return temp_insert(list->cursor, row, sizeof(row) / sizeof(row[0]));
}

/* A row for each column of its key. */
static JET_ERR add_index(struct info_list *list, const struct table *table, const struct index *index, uint32_t *count)
{
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < index->key_columns; i++, ++*count)
    {
        const struct column *column = table_column_by_id(table, index->key[i].columnid);

        err = column ? add_index_column(list, table, index, i, column) : JET_errCatalogCorrupted;
    }
    return err;
}

/* name empty: all indexes. */
static JET_ERR index_list(struct session *session, const struct table *table, const char *name, void *result,
                          uint32_t size, bool wide)
{
    const struct index *only = name[0] ? table_index_by_name(table, name) : NULL;
    JET_INDEXLIST answer = { 0 };
    struct info_list list;
    uint32_t count = 0;
    JET_ERR err = info_list_begin(&list, session, wide, list_columns, LIST_COLUMNS);

    if (err < 0)
        return err;
    /* Windows finds no row of the catalog for one that is unseen. */
    if (name[0] ? !only : table->object && table_has_unseen_index(table))
        err = JET_errIndexNotFound;
    for (uint32_t n = 0; err >= 0 && n < table->index_count; n++)
        if (!only || &table->indexes[n] == only)
            err = add_index(&list, table, &table->indexes[n], &count);
    if (err < 0)
    {
        info_list_abandon(&list);
        return err;
    }
    err = info_list_end(&list, &answer.tableid);
    if (err < 0)
        return err;
    answer.cbStruct = size < sizeof(answer) ? INDEX_LIST_MIN : sizeof(answer);
    answer.cRecord = count;
    answer.columnidindexname = list.ids[LIST_NAME];
    answer.columnidgrbitIndex = list.ids[LIST_GRBIT];
    answer.columnidcKey = list.ids[LIST_KEYS];
    answer.columnidcEntry = list.ids[LIST_ENTRIES];
    answer.columnidcPage = list.ids[LIST_PAGES];
    answer.columnidcColumn = list.ids[LIST_COLUMN_COUNT];
    answer.columnidiColumn = list.ids[LIST_COLUMN];
    answer.columnidcolumnid = list.ids[LIST_COLUMN_ID];
    answer.columnidcoltyp = list.ids[LIST_COLUMN_TYPE];
    answer.columnidCountry = list.ids[LIST_COUNTRY];
    answer.columnidLangid = list.ids[LIST_LANGUAGE];
    answer.columnidCp = list.ids[LIST_CODE_PAGE];
    answer.columnidCollate = list.ids[LIST_COLLATE];
    answer.columnidgrbitColumn = list.ids[LIST_COLUMN_GRBIT];
    answer.columnidcolumnname = list.ids[LIST_COLUMN_NAME];
    answer.columnidLCMapFlags = list.ids[LIST_LCMAP_FLAGS];
    memcpy(result, &answer, answer.cbStruct);
    return JET_errSuccess;
}

/* ------------------------------------------------------------------ levels --- */

static JET_ERR put(void *result, const void *value, uint32_t size)
{
    memcpy(result, value, size);
    return JET_errSuccess;
}

/* Pages of the index itself: of the primary one less what the other trees of
 * the table take.  An index that is not there is no error, and leaves the answer as it was. */
static JET_ERR space(const struct table *table, const struct index *index, void *result, uint32_t size, bool available)
{
    uint32_t owned, pages, other, unused;
    JET_ERR err;

    if (!index)
        return JET_errSuccess;
    if (!available && size != sizeof(pages))
        return JET_errInvalidBufferSize;
    memset(result, 0, size);
    err = tree_space_info(index->tree, &owned, &pages);
    if (err >= 0 && !available)
    {
        pages = owned;
        for (uint32_t i = 0; err >= 0 && index->primary && i < table->index_count; i++)
        {
            if (table->indexes[i].primary)
                continue;
            err = tree_space_info(table->indexes[i].tree, &other, &unused);
            pages -= other;
        }
        if (err >= 0 && index->primary && table->long_values->root)
        {
            err = tree_space_info(table->long_values, &other, &unused);
            pages -= other;
        }
    }
    return err < 0 ? err : put(result, &pages, sizeof(pages));
}

static uint32_t count_indexes(const struct table *table)
{
    uint32_t count = 1; /* the order of the records counts, with an index or without */

    for (uint32_t i = 0; i < table->index_count; i++)
        count += !table->indexes[i].primary;
    return count;
}

/* A limit as the catalog has it, or the one that is meant when it has none.
 * Within a transaction of the caller's that is told by a warning, as Windows does. */
static JET_ERR limit(const struct session *session, uint32_t given, uint32_t or_else, void *result)
{
    uint16_t number = (uint16_t)(given ? given : or_else ? or_else : JET_cbKeyMost_OLD);

    put(result, &number, sizeof(number));
    return !given && !or_else && session->txn.level ? JET_wrnColumnNull : JET_errSuccess;
}

/* Levels that tell one thing of one index. */
static JET_ERR index_fact(const struct session *session, const struct table *table, const struct index *index,
                          void *result, uint32_t size, uint32_t level)
{
    uint32_t number = 0;

    if (level == JET_IdxInfoSortVersion || level == JET_IdxInfoDefinedSortVersion)
        put(result, &number, sizeof(number)); /* also if there is no such index */
    if (!index)
        return JET_errIndexNotFound;
    switch (level)
    {
    case JET_IdxInfoSpaceAlloc:
        return put(result, &index->density, sizeof(index->density));
    case JET_IdxInfoLCID:
        return put(result, &index->lcid, size < sizeof(index->lcid) ? sizeof(uint16_t) : sizeof(index->lcid));
    case JET_IdxInfoLocaleName:
        os_text_copy(result, size / sizeof(WCHAR), index->locale);
        return JET_errSuccess;
    case JET_IdxInfoSortVersion:
        number = index->sort_version >> 32;
        return put(result, &number, sizeof(number));
    case JET_IdxInfoDefinedSortVersion:
        number = (uint32_t)index->sort_version;
        return put(result, &number, sizeof(number));
    case JET_IdxInfoSortId:
        return put(result, index->sort_id, sizeof(index->sort_id));
    case JET_IdxInfoVarSegMac:
        return limit(session, index->given_var_seg_max, index->given_key_max, result);
    case JET_IdxInfoKeyMost:
        return limit(session, index->given_key_max, 0, result);
    case JET_IdxInfoIndexId:
        cursor_index_id(table, index, result);
        return JET_errSuccess;
    default:
        return JET_errInvalidParameter;
    }
}

static JET_ERR answer(struct session *session, const struct table *table, const char *name, void *result, uint32_t size,
                      uint32_t level, bool wide)
{
    const struct index *index = NULL;
    char checked[NAME_SIZE] = "";
    uint32_t count;

    if (name && name[0])
    {
        JET_ERR err = name_check(name, checked);
        if (err < 0)
            return err;
        index = table_index_by_name(table, checked);
    }
    switch (level)
    {
    case JET_IdxInfo:
    case JET_IdxInfoList:
        return index_list(session, table, checked, result, size, wide);
    case JET_IdxInfoCount:
        count = count_indexes(table);
        return put(result, &count, sizeof(count));
    case JET_IdxInfoSpaceOwned:
    case JET_IdxInfoSpaceAvailable:
        return space(table, index, result, size, level == JET_IdxInfoSpaceAvailable);
    case JET_IdxInfoCreateIndex:
    case JET_IdxInfoCreateIndex2:
    case JET_IdxInfoCreateIndex3:
        if (!checked[0] && table->index_count && table->indexes[0].primary)
            index = table->primary;
        return index ? info_index_create(table, index, result, size, level, wide) : JET_errIndexNotFound;
    default:
        return index_fact(session, table, index, result, size, level);
    }
}

/* Whether the level is one, and its answer fits. */
static JET_ERR check_level(uint32_t level, const void *result, uint32_t size)
{
    uint32_t needed;

    switch (level)
    {
    case JET_IdxInfo:
    case JET_IdxInfoList:
        needed = INDEX_LIST_MIN;
        break;
    case JET_IdxInfoSpaceOwned:
    case JET_IdxInfoSpaceAvailable:
    case JET_IdxInfoSpaceAlloc:
    case JET_IdxInfoCount:
    case JET_IdxInfoSortVersion:
    case JET_IdxInfoDefinedSortVersion:
        needed = sizeof(uint32_t);
        break;
    case JET_IdxInfoLCID:
    case JET_IdxInfoVarSegMac:
    case JET_IdxInfoKeyMost:
        needed = sizeof(uint16_t);
        break;
    case JET_IdxInfoLocaleName:
        needed = SCHEMA_LOCALE_SIZE * sizeof(WCHAR);
        break;
    case JET_IdxInfoSortId:
        needed = 16;
        break;
    case JET_IdxInfoIndexId:
        needed = sizeof(JET_INDEXID);
        break;
    case JET_IdxInfoCreateIndex:
        needed = sizeof(JET_INDEXCREATE_A);
        break;
    case JET_IdxInfoCreateIndex2:
        needed = sizeof(JET_INDEXCREATE2_A);
        break;
    case JET_IdxInfoCreateIndex3:
        needed = sizeof(JET_INDEXCREATE3_A);
        break;
    case JET_IdxInfoSysTabCursor:
    case JET_IdxInfoOLC:
    case JET_IdxInfoResetOLC:
        return JET_errFeatureNotAvailable;
    default:
        return JET_errInvalidParameter;
    }
    return result && size >= needed ? JET_errSuccess : JET_errBufferTooSmall;
}

/* --------------------------------------------------------------- functions --- */

static JET_ERR table_index_info(JET_SESID sesid, JET_TABLEID tableid, const char *name, void *result, uint32_t size,
                                uint32_t level, bool wide)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, 0, &session, &cursor);

    OS_TRACE("(%#zx, %#zx, %s, %p, %u, %u)\n", (size_t)sesid, (size_t)tableid, name ? name : "(null)", result,
             (unsigned)size, (unsigned)level);
    if (err < 0)
        return err;
    err = check_level(level, result, size);
    if (err >= 0 && cursor_is_temporary(cursor))
        err = JET_errIllegalOperation;
    if (err >= 0)
        err = answer(session, cursor->table, name, result, size, level, wide);
    return api_leave(session, err);
}

/*
 * An index of an open table, or all of them (name NULL or empty).
 * JET_errIndexNotFound, JET_errInvalidName, JET_errBufferTooSmall,
 * JET_errInvalidParameter and JET_errFeatureNotAvailable (levels).
 * Source: ErrIsamGetTableIndexInfo.
 */
JET_ERR JET_API JetGetTableIndexInfoA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR name, void *result,
                                      JET_ULONG size, JET_ULONG level)
{
    return table_index_info(sesid, tableid, name, result, size, level, false);
}

JET_ERR JET_API JetGetTableIndexInfoW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR name, void *result,
                                      JET_ULONG size, JET_ULONG level)
{
    char buffer[NAME_SIZE];
    const char *name_a;
    JET_ERR err = name_from_w(name, buffer, &name_a);

    return err < 0 ? api_check_cursor(sesid, tableid, err)
                   : table_index_info(sesid, tableid, name_a, result, size, level, true);
}

/* Of what only the catalog has to say Windows looks there for the table, by the name as it was given. */
static bool is_of_catalog(uint32_t level)
{
    switch (level)
    {
    case JET_IdxInfoSpaceAlloc:
    case JET_IdxInfoLCID:
    case JET_IdxInfoLocaleName:
    case JET_IdxInfoSortVersion:
    case JET_IdxInfoDefinedSortVersion:
    case JET_IdxInfoSortId:
    case JET_IdxInfoVarSegMac:
    case JET_IdxInfoKeyMost:
        return true;
    default:
        return false;
    }
}

static JET_ERR index_info(JET_SESID sesid, JET_DBID dbid, const char *table_name, const char *name, void *result,
                          uint32_t size, uint32_t level, bool wide)
{
    struct session *session;
    struct attachment *attachment;
    struct table *table;
    char checked[NAME_SIZE];
    JET_ERR err = api_enter_database(sesid, dbid, 0, &session, &attachment);

    OS_TRACE("(%#zx, %#x, %s, %s, %p, %u, %u)\n", (size_t)sesid, (unsigned)dbid, table_name ? table_name : "(null)",
             name ? name : "(null)", result, (unsigned)size, (unsigned)level);
    if (err < 0)
        return err;
    err = check_level(level, result, size);
    if (err >= 0)
        err = name_check(table_name, checked);
    if (err >= 0 && is_of_catalog(level) && strcmp(table_name, checked) != 0)
        err = JET_errObjectNotFound;
    if (err >= 0)
        err = table_open(attachment->database, &session->txn, checked, &table);
    if (err < 0)
        return api_leave(session, err);
    err = answer(session, table, name, result, size, level, wide);
    table_release(table);
    return api_leave(session, err);
}

/* The same of a table that is named. */
JET_ERR JET_API JetGetIndexInfoA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR table_name, JET_PCSTR name, void *result,
                                 JET_ULONG size, JET_ULONG level)
{
    return index_info(sesid, dbid, table_name, name, result, size, level, false);
}

JET_ERR JET_API JetGetIndexInfoW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR table_name, JET_PCWSTR name, void *result,
                                 JET_ULONG size, JET_ULONG level)
{
    char table_buffer[NAME_SIZE], buffer[NAME_SIZE];
    const char *table_a, *name_a;
    JET_ERR err = name_from_w(table_name, table_buffer, &table_a);

    if (err >= 0)
        err = name_from_w(name, buffer, &name_a);
    return err < 0 ? api_check_session(sesid, err)
                   : index_info(sesid, dbid, table_a, name_a, result, size, level, true);
}
