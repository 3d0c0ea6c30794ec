/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetGetColumnInfo, JetGetTableColumnInfo: one column of a table, or all. */
#include "api/info.h"
#include "api/private.h"
#include "table/temp.h"

#define COUNTRY_DEFAULT  1
#define LANGUAGE_DEFAULT 0x0409
#define LEVEL_MASK       0x0fffffffu
#define GRBIT_MASK       0xf0000000u

/* What is asked for. */
struct column_question
{
    const struct table *table;
    bool updatable;   /* the cursor through which it is asked */
    const char *name; /* NULL or empty: by id */
    const JET_COLUMNID *id;
    uint32_t level;
    bool wide;
};

static JET_GRBIT shown_grbit(const struct column_question *question, const struct column *column)
{
    return column->grbit | (question->updatable ? JET_bitColumnUpdatable : 0);
}

/* By name, or by id: the template's own columns go by either spelling of the id. */
static JET_ERR find_column(const struct column_question *question, const struct column **column)
{
    const struct table *table = question->table;
    char checked[NAME_SIZE];
    JET_ERR err;

    *column = NULL;
    if (question->name && question->name[0])
    {
        err = name_check(question->name, checked);
        if (err < 0)
            return err;
        *column = table_column_by_name(table, checked);
    }
    else if (question->id)
    {
        *column = table_column_by_id(table, *question->id);
        if (!*column && table->flags & JET_bitObjectTableTemplate)
            *column = table_column_by_id(table, *question->id | COLUMNID_TEMPLATE);
    }
    return *column ? JET_errSuccess : JET_errColumnNotFound;
}

static JET_ERR column_definition(const struct column_question *question, JET_COLUMNDEF *definition)
{
    const struct column *column;
    JET_ERR err = find_column(question, &column);

    if (err < 0)
        return err;
    memset(definition, 0, sizeof(*definition));
    definition->cbStruct = sizeof(*definition);
    definition->columnid = question->name && question->name[0] ? column->id : *question->id;
    definition->coltyp = column->type;
    definition->wCountry = COUNTRY_DEFAULT;
    definition->langid = LANGUAGE_DEFAULT;
    definition->cp = column->code_page;
    definition->cbMax = column->max_size;
    definition->grbit = shown_grbit(question, column);
    return JET_errSuccess;
}

static JET_ERR column_base(const struct column_question *question, void *result)
{
    JET_COLUMNDEF definition;
    char table_name[SCHEMA_NAME_SIZE];
    const struct column *column;
    JET_ERR err = column_definition(question, &definition);

    if (err < 0)
        return err;
    find_column(question, &column);

#define FILL(base)                                                                                                     \
    do                                                                                                                 \
    {                                                                                                                  \
        (base)->columnid = definition.columnid;                                                                        \
        (base)->coltyp = definition.coltyp;                                                                            \
        (base)->wCountry = definition.wCountry;                                                                        \
        (base)->langid = definition.langid;                                                                            \
        (base)->cp = definition.cp;                                                                                    \
        (base)->wFiller = 0;                                                                                           \
        (base)->cbMax = definition.cbMax;                                                                              \
        (base)->grbit = definition.grbit;                                                                              \
    } while (0)

    table_shown_name(question->table, table_name);
    if (question->wide)
    {
        JET_COLUMNBASE_W *base = result;
        WCHAR text[NAME_SIZE];

        base->cbStruct = sizeof(*base);
        FILL(base);
        name_to_w(table_name, text);
        os_text_copy(base->szBaseTableName, sizeof(base->szBaseTableName) / sizeof(WCHAR), text);
        name_to_w(column->name, text);
        os_text_copy(base->szBaseColumnName, sizeof(base->szBaseColumnName) / sizeof(WCHAR), text);
    }
    else
    {
        JET_COLUMNBASE_A *base = result;

        base->cbStruct = sizeof(*base);
        FILL(base);
        strcpy(base->szBaseTableName, table_name);
        strcpy(base->szBaseColumnName, column->name);
    }
    return JET_errSuccess;
}

/* -------------------------------------------------------------------- list --- */

enum
{
    LIST_ORDER,
    LIST_NAME,
    LIST_ID,
    LIST_TYPE,
    LIST_COUNTRY,
    LIST_LANGUAGE,
    LIST_CODE_PAGE,
    LIST_COLLATE,
    LIST_SIZE,
    LIST_GRBIT,
    LIST_DEFAULT,
    LIST_TABLE_NAME,
    LIST_COLUMN_NAME,
    LIST_COLUMNS,
};

static const JET_COLUMNDEF list_columns[LIST_COLUMNS] = {
    [LIST_ORDER] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed | JET_bitColumnTTKey },
    [LIST_NAME] = { .coltyp = JET_coltypText, .grbit = JET_bitColumnTTKey },
    [LIST_ID] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
    [LIST_TYPE] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
    [LIST_COUNTRY] = { .coltyp = JET_coltypShort, .grbit = JET_bitColumnFixed },
    [LIST_LANGUAGE] = { .coltyp = JET_coltypShort, .grbit = JET_bitColumnFixed },
    [LIST_CODE_PAGE] = { .coltyp = JET_coltypShort, .grbit = JET_bitColumnFixed },
    [LIST_COLLATE] = { .coltyp = JET_coltypShort, .grbit = JET_bitColumnFixed },
    [LIST_SIZE] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
    [LIST_GRBIT] = { .coltyp = JET_coltypLong, .grbit = JET_bitColumnFixed },
    [LIST_DEFAULT] = { .coltyp = JET_coltypLongBinary },
    [LIST_TABLE_NAME] = { .coltyp = JET_coltypText },
    [LIST_COLUMN_NAME] = { .coltyp = JET_coltypText },
};

/* A compact list keeps the columns' own order: no keys. */
static void compact_columns(JET_COLUMNDEF columns[LIST_COLUMNS])
{
    for (unsigned i = 0; i < LIST_COLUMNS; i++)
    {
        columns[i] = list_columns[i];
        columns[i].grbit &= ~JET_bitColumnTTKey;
    }
    columns[LIST_DEFAULT].coltyp = JET_coltypBinary;
}

/*
 * A default that a callback computes is shown as a JET_USERDEFINEDDEFAULT with
 * its strings behind it; the pointers in it are offsets from its start.
 */
static uint32_t pack_user_default(const struct column *column, uint8_t *buffer, uint32_t size)
{
    JET_USERDEFINEDDEFAULT_A info = { 0 };
    uint32_t name_size = strlen(column->callback) + 1;
    uint64_t total = sizeof(info) + (uint64_t)name_size + column->callback_data_size + column->callback_columns_size;
    uint8_t *at = buffer + sizeof(info);

    if (total > size)
        return 0;
    info.szCallback = (char *)(uintptr_t)sizeof(info);
    memcpy(at, column->callback, name_size);
    at += name_size;
    if (column->callback_data_size)
    {
        info.pbUserData = (unsigned char *)(uintptr_t)(at - buffer);
        info.cbUserData = column->callback_data_size;
        memcpy(at, column->callback_data, column->callback_data_size);
        at += column->callback_data_size;
    }
    if (column->callback_columns_size)
    {
        info.szDependantColumns = (char *)(uintptr_t)(at - buffer);
        memcpy(at, column->callback_columns, column->callback_columns_size);
    }
    memcpy(buffer, &info, sizeof(info));
    return (uint32_t)total;
}

static JET_ERR add_column(struct info_list *list, const struct column_question *question, const struct column *column,
                          JET_GRBIT flags)
{
    uint16_t country = COUNTRY_DEFAULT, language = LANGUAGE_DEFAULT, collate = 0;
    JET_GRBIT grbit = shown_grbit(question, column);
    WCHAR name[NAME_SIZE], table_name[NAME_SIZE];
    uint8_t packed[JET_cbCallbackDataAllMost];
    struct temp_value row[LIST_COLUMNS + 1];
    char shown_name[SCHEMA_NAME_SIZE];
    uint32_t count = 0;

    table_shown_name(question->table, shown_name);
    if (flags & JET_ColInfoGrbitSortByColumnid)
        row[count++] = (struct temp_value){ list->ids[LIST_ORDER], &column->id, 4 };
    row[count++] = info_list_name(list, LIST_NAME, column->name, name);
    row[count++] = (struct temp_value){ list->ids[LIST_ID], &column->id, 4 };
    if (flags & JET_ColInfoGrbitMinimalInfo)
        return temp_insert(list->cursor, row, count);

    row[count++] = (struct temp_value){ list->ids[LIST_TYPE], &column->type, 4 };
    row[count++] = (struct temp_value){ list->ids[LIST_COUNTRY], &country, 2 };
    row[count++] = (struct temp_value){ list->ids[LIST_LANGUAGE], &language, 2 };
    row[count++] = (struct temp_value){ list->ids[LIST_CODE_PAGE], &column->code_page, 2 };
    row[count++] = (struct temp_value){ list->ids[LIST_SIZE], &column->max_size, 4 };
    row[count++] = (struct temp_value){ list->ids[LIST_GRBIT], &grbit, 4 };
    row[count++] = (struct temp_value){ list->ids[LIST_COLLATE], &collate, 2 };
    if (column->callback)
    {
        uint32_t size = pack_user_default(column, packed, sizeof(packed));
        if (size)
            row[count++] = (struct temp_value){ list->ids[LIST_DEFAULT], packed, size };
    }
    else if (column->default_value)
        row[count++] = (struct temp_value){ list->ids[LIST_DEFAULT], column->default_value, column->default_size };
    row[count++] = info_list_name(list, LIST_TABLE_NAME, shown_name, table_name);
    row[count] = row[flags & JET_ColInfoGrbitSortByColumnid ? 1 : 0];
    row[count++].id = list->ids[LIST_COLUMN_NAME];
    return temp_insert(list->cursor, row, count);
}

/* Those that are of the template, or those that are not. */
static JET_ERR add_columns(struct info_list *list, const struct column_question *question, JET_GRBIT flags,
                           bool from_template, uint32_t *count)
{
    const struct table *table = question->table;

    for (uint32_t i = 0; i < table->column_count; i++)
    {
        const struct column *column = &table->columns[i];
        JET_ERR err;

        if (column->type == JET_coltypNil || column->from_template != from_template)
            continue;
        if (flags & JET_ColInfoGrbitCompacting && column->disk_flags & COLUMN_PLACEHOLDER)
            continue;
        err = add_column(list, question, column, flags);
        if (err < 0)
            return err;
        ++*count;
    }
    return JET_errSuccess;
}

static JET_ERR column_list(struct session *session, const struct column_question *question, JET_GRBIT flags,
                           JET_COLUMNLIST *result)
{
    JET_COLUMNDEF compact[LIST_COLUMNS];
    struct info_list list;
    JET_TABLEID tableid;
    uint32_t count = 0;
    JET_ERR err;

    compact_columns(compact);
    err = info_list_begin(&list, session, question->wide, flags & JET_ColInfoGrbitCompacting ? compact : list_columns,
                          LIST_COLUMNS);
    if (err < 0)
        return err;
    /* Inherited columns of every kind come before the table's own. */
    if (!(flags & (JET_ColInfoGrbitNonDerivedColumnsOnly | JET_ColInfoGrbitCompacting)))
        err = add_columns(&list, question, flags, true, &count);
    if (err >= 0)
        err = add_columns(&list, question, flags, false, &count);
    if (err < 0)
    {
        info_list_abandon(&list);
        return err;
    }
    err = info_list_end(&list, &tableid);
    if (err < 0)
        return err;
    memset(result, 0, sizeof(*result));
    result->cbStruct = sizeof(*result);
    result->tableid = tableid;
    result->cRecord = count;
    result->columnidPresentationOrder = list.ids[LIST_ORDER];
    result->columnidcolumnname = list.ids[LIST_NAME];
    result->columnidcolumnid = list.ids[LIST_ID];
    result->columnidcoltyp = list.ids[LIST_TYPE];
    result->columnidCountry = list.ids[LIST_COUNTRY];
    result->columnidLangid = list.ids[LIST_LANGUAGE];
    result->columnidCp = list.ids[LIST_CODE_PAGE];
    result->columnidCollate = list.ids[LIST_COLLATE];
    result->columnidcbMax = list.ids[LIST_SIZE];
    result->columnidgrbit = list.ids[LIST_GRBIT];
    result->columnidDefault = list.ids[LIST_DEFAULT];
    result->columnidBaseTableName = list.ids[LIST_TABLE_NAME];
    result->columnidBaseColumnName = list.ids[LIST_COLUMN_NAME];
    result->columnidDefinitionName = list.ids[LIST_NAME];
    return JET_errSuccess;
}

/* --------------------------------------------------------------- functions --- */

static bool is_by_id(uint32_t level)
{
    return (level & LEVEL_MASK) == JET_ColInfoByColid || (level & LEVEL_MASK) == JET_ColInfoBaseByColid;
}

static bool is_base(uint32_t level)
{
    return (level & LEVEL_MASK) == JET_ColInfoBase || (level & LEVEL_MASK) == JET_ColInfoBaseByColid;
}

/* Bytes the level's struct takes; or why there is none. */
static JET_ERR check_level(uint32_t level, bool wide, void *result, uint32_t size)
{
    uint32_t needed;

    switch (level & LEVEL_MASK)
    {
    case JET_ColInfo:
    case JET_ColInfoByColid:
        needed = sizeof(JET_COLUMNDEF);
        break;
    case JET_ColInfoList:
    case JET_ColInfoListCompact:
    case JET_ColInfoListSortColumnid:
        needed = sizeof(JET_COLUMNLIST);
        break;
    case JET_ColInfoBase:
    case JET_ColInfoBaseByColid:
        needed = wide ? sizeof(JET_COLUMNBASE_W) : sizeof(JET_COLUMNBASE_A);
        break;
    case JET_ColInfoSysTabCursor:
        return JET_errFeatureNotAvailable;
    default:
        return JET_errInvalidParameter;
    }
    return result && size >= needed ? JET_errSuccess : JET_errBufferTooSmall;
}

/* What the W functions say of the base levels before anything else. */
static JET_ERR check_wide_base(uint32_t level, void *result, uint32_t size)
{
    if (!is_base(level))
        return JET_errSuccess;
    if (!result)
        return JET_errInvalidParameter;
    return size < sizeof(JET_COLUMNBASE_W) ? JET_errBufferTooSmall : JET_errSuccess;
}

static JET_ERR answer(struct session *session, const struct column_question *question, void *result)
{
    JET_GRBIT flags = question->level & GRBIT_MASK;
    char checked[NAME_SIZE];
    JET_ERR err;

    if (question->name && question->name[0])
    {
        err = name_check(question->name, checked);
        if (err < 0)
            return err;
    }
    switch (question->level & LEVEL_MASK)
    {
    case JET_ColInfo:
    case JET_ColInfoByColid:
        return column_definition(question, result);
    case JET_ColInfoBase:
    case JET_ColInfoBaseByColid:
        return column_base(question, result);
    case JET_ColInfoListSortColumnid:
        return column_list(session, question, flags | JET_ColInfoGrbitSortByColumnid, result);
    case JET_ColInfoListCompact:
        return column_list(session, question, flags | JET_ColInfoGrbitCompacting, result);
    default:
        return column_list(session, question, flags, result);
    }
}

static JET_ERR table_column_info(JET_SESID sesid, JET_TABLEID tableid, const char *name, const JET_COLUMNID *id,
                                 void *result, uint32_t size, uint32_t level, bool wide)
{
    struct column_question question = { .name = name, .id = id, .level = level, .wide = wide };
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, 0, &session, &cursor);

    OS_TRACE("(%#zx, %#zx, %s, %p, %u, %#x)\n", (size_t)sesid, (size_t)tableid, name ? name : "(null)", result,
             (unsigned)size, (unsigned)level);
    if (err < 0)
        return err;
    err = check_level(level, wide, result, size);
    if (err < 0)
        return api_leave(session, err);
    if (cursor_is_temporary(cursor))
        return api_leave(session, JET_errIllegalOperation);
    question.table = cursor->table;
    question.updatable = cursor->updatable;
    return api_leave(session, answer(session, &question, result));
}

/*
 * A column of an open table by name or id, or all of them.
 * JET_errColumnNotFound, JET_errInvalidName, JET_errBufferTooSmall,
 * JET_errInvalidParameter and JET_errFeatureNotAvailable (levels).
 * Source: ErrIsamGetTableColumnInfo.
 */
JET_ERR JET_API JetGetTableColumnInfoA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR name, void *result,
                                       JET_ULONG size, JET_ULONG level)
{
    if (is_by_id(level))
        return table_column_info(sesid, tableid, NULL, (const JET_COLUMNID *)name, result, size, level, false);
    return table_column_info(sesid, tableid, name, NULL, result, size, level, false);
}

JET_ERR JET_API JetGetTableColumnInfoW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR name, void *result,
                                       JET_ULONG size, JET_ULONG level)
{
    char buffer[NAME_SIZE];
    const char *name_a;
    JET_ERR err = check_wide_base(level, result, size);

    if (err < 0)
        return api_check_cursor(sesid, tableid, err);
    if (is_by_id(level))
        return table_column_info(sesid, tableid, NULL, (const JET_COLUMNID *)name, result, size, level, true);
    err = name_from_w(name, buffer, &name_a);
    if (err < 0)
        return api_check_cursor(sesid, tableid, err);
    return table_column_info(sesid, tableid, name_a, NULL, result, size, level, true);
}

static JET_ERR column_info(JET_SESID sesid, JET_DBID dbid, const char *table_name, const char *name,
                           const JET_COLUMNID *id, void *result, uint32_t size, uint32_t level, bool wide)
{
    struct column_question question = { .name = name, .id = id, .level = level, .wide = wide };
    struct session *session;
    struct attachment *attachment;
    struct table *table;
    char checked[NAME_SIZE];
    JET_ERR err = api_enter_database(sesid, dbid, 0, &session, &attachment);

    OS_TRACE("(%#zx, %#x, %s, %s, %p, %u, %#x)\n", (size_t)sesid, (unsigned)dbid, table_name ? table_name : "(null)",
             name ? name : "(null)", result, (unsigned)size, (unsigned)level);
    if (err < 0)
        return err;
    err = check_level(level, wide, result, size);
    if (err >= 0 && !table_name)
        err = JET_errInvalidParameter;
    if (err >= 0)
        err = name_check(table_name, checked);
    if (err >= 0)
        err = table_open(attachment->database, &session->txn, checked, &table);
    if (err < 0)
        return api_leave(session, err);
    question.table = table;
    err = answer(session, &question, result);
    table_release(table);
    return api_leave(session, err);
}

/* The same of a table that is named. */
JET_ERR JET_API JetGetColumnInfoA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR table_name, JET_PCSTR name, void *result,
                                  JET_ULONG size, JET_ULONG level)
{
    if (is_by_id(level))
        return column_info(sesid, dbid, table_name, NULL, (const JET_COLUMNID *)name, result, size, level, false);
    return column_info(sesid, dbid, table_name, name, NULL, result, size, level, false);
}

JET_ERR JET_API JetGetColumnInfoW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR table_name, JET_PCWSTR name, void *result,
                                  JET_ULONG size, JET_ULONG level)
{
    char table_buffer[NAME_SIZE], buffer[NAME_SIZE];
    const char *table_a, *name_a;
    JET_ERR err = name_from_w(table_name, table_buffer, &table_a);

    if (err >= 0)
        err = check_wide_base(level, result, size);
    if (err < 0)
        return api_check_session(sesid, err);
    if (is_by_id(level))
        return column_info(sesid, dbid, table_a, NULL, (const JET_COLUMNID *)name, result, size, level, true);
    err = name_from_w(name, buffer, &name_a);
    if (err < 0)
        return api_check_session(sesid, err);
    return column_info(sesid, dbid, table_a, name_a, NULL, result, size, level, true);
}
