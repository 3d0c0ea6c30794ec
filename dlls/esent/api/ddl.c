/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changing the schema: JetCreateTable, JetCreateTableColumnIndex,
 * JetDeleteTable, JetRenameTable, JetAddColumn, JetDeleteColumn,
 * JetRenameColumn, JetSetColumnDefaultValue, JetCreateIndex, JetDeleteIndex.
 *
 * What each one answers is in table/ddl.h; here are handles, versions of structs
 * and spellings.
 */
#include "api/ddl_convert.h"

/* ------------------------------------------------------------------ tables --- */

/* Makes a table and gives its cursor a handle. */
static JET_ERR create_table(struct session *session, struct attachment *attachment, JET_DBID dbid,
                            JET_TABLECREATE5_A *create)
{
    struct ddl_defaults defaults;
    struct open_cursor *open;
    struct cursor *cursor;
    JET_ERR err;

    ddl_defaults_of(session->instance, &defaults);
    err = session_reserve_cursor(session, dbid, &open);
    if (err < 0)
        return err;
    err = ddl_create_table(attachment->database, &session->txn, &defaults, create, &cursor);
    if (err >= 0 && !(create->grbit & JET_bitTableCreateImmutableStructure))
    {
        create->tableid = session_put_cursor(open, cursor);
        return JET_errSuccess;
    }
    if (err >= 0)
        cursor_close(cursor);
    session_unreserve_cursor(open);
    return err;
}

JET_ERR JET_API JetCreateTableA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR name, JET_ULONG pages, JET_ULONG density,
                                JET_TABLEID *tableid)
{
    JET_TABLECREATE5_A create = { .cbStruct = sizeof(create),
                                  .szTableName = (char *)name,
                                  .ulPages = pages,
                                  .ulDensity = density,
                                  .tableid = JET_tableidNil };
    struct session *session;
    struct attachment *attachment;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x, %p, %u, %u, %p)\n", (size_t)sesid, (unsigned)dbid, (const void *)name, (unsigned)pages,
             (unsigned)density, (void *)tableid);
    err = api_enter_database(sesid, dbid, 0, &session, &attachment);
    if (err < 0)
        return err;
    if (!tableid)
        return api_leave(session, JET_errInvalidParameter);
    err = create_table(session, attachment, dbid, &create);
    *tableid = create.tableid;
    return api_leave_committed(session, err, false);
}

JET_ERR JET_API JetCreateTableW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR wide, JET_ULONG pages, JET_ULONG density,
                                JET_TABLEID *tableid)
{
    char buffer[NAME_SIZE];
    const char *name;
    JET_ERR err = name_from_w(wide, buffer, &name);

    return err < 0 ? api_check_session(sesid, err) : JetCreateTableA(sesid, dbid, name, pages, density, tableid);
}

/* The oldest struct says so even if nothing was tried. */
static void note_no_table(struct ddl_version version, void *given)
{
    JET_TABLECREATE_A *create = given;

    if (version.table == 1 && create && !(create->grbit & JET_bitTableCreateImmutableStructure))
        create->tableid = JET_tableidNil;
}

/* Windows makes the newest struct of the others, before it looks at the database. */
static JET_ERR create_any(JET_SESID sesid, JET_DBID dbid, struct ddl_version version, void *given)
{
    bool newest = version.table == 5 && (!version.wide || !given);
    struct ddl_memory memory = { NULL };
    JET_TABLECREATE5_A *create = NULL;
    struct session *session;
    struct attachment *attachment;
    JET_ERR err = api_check_session(sesid, JET_errSuccess);

    OS_TRACE("(%#zx, %#x, %p) version %u\n", (size_t)sesid, (unsigned)dbid, given, version.table);
    if (err < 0)
        return err;
    if (!newest)
        err = ddl_convert_table(&memory, version, given, &create);
    if (err >= 0)
        err = api_enter_database(sesid, dbid, 0, &session, &attachment);
    if (err < 0)
    {
        note_no_table(version, given);
        ddl_free(&memory);
        return err;
    }
    if (newest)
        err = ddl_convert_table(&memory, version, given, &create);
    if (err >= 0)
    {
        err = create_table(session, attachment, dbid, create);
        ddl_return_table(version, given, create);
    }
    ddl_free(&memory);
    return api_leave_committed(session, err, false);
}

#define CREATE_TABLE(suffix, number, table_version, index_version)                                                     \
    JET_ERR JET_API JetCreateTableColumnIndex##suffix##A(JET_SESID sesid, JET_DBID dbid,                               \
                                                         JET_TABLECREATE##number##_A *create)                          \
    {                                                                                                                  \
        return create_any(sesid, dbid, (struct ddl_version){ table_version, index_version, false }, create);           \
    }                                                                                                                  \
    JET_ERR JET_API JetCreateTableColumnIndex##suffix##W(JET_SESID sesid, JET_DBID dbid,                               \
                                                         JET_TABLECREATE##number##_W *create)                          \
    {                                                                                                                  \
        return create_any(sesid, dbid, (struct ddl_version){ table_version, index_version, true }, create);            \
    }

/*
 * Makes a table with its columns and indexes; the tableid has it alone.  `err`
 * of each part, the columns' ids and cCreated are set, unless the struct must
 * not be written to (JET_bitTableCreateImmutableStructure).
 */
CREATE_TABLE(, , 1, 1)
CREATE_TABLE(2, 2, 2, 1)
CREATE_TABLE(3, 3, 3, 2)
CREATE_TABLE(4, 4, 4, 3)
CREATE_TABLE(5, 5, 5, 3)

JET_ERR JET_API JetDeleteTableA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR name)
{
    struct session *session;
    struct attachment *attachment;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x, %p)\n", (size_t)sesid, (unsigned)dbid, (const void *)name);
    err = api_enter_database(sesid, dbid, 0, &session, &attachment);
    if (err < 0)
        return err;
    return api_leave_committed(session, ddl_delete_table(attachment->database, &session->txn, name), false);
}

JET_ERR JET_API JetDeleteTableW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR wide)
{
    char buffer[NAME_SIZE];
    const char *name;
    JET_ERR err = name_from_w(wide, buffer, &name);

    return err < 0 ? api_check_session(sesid, err) : JetDeleteTableA(sesid, dbid, name);
}

JET_ERR JET_API JetRenameTableA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR name, JET_PCSTR new_name)
{
    struct session *session;
    struct attachment *attachment;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x, %p, %p)\n", (size_t)sesid, (unsigned)dbid, (const void *)name, (const void *)new_name);
    err = api_enter_database(sesid, dbid, 0, &session, &attachment);
    if (err < 0)
        return err;
    return api_leave_committed(session, ddl_rename_table(attachment->database, &session->txn, name, new_name), false);
}

JET_ERR JET_API JetRenameTableW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR wide, JET_PCWSTR new_wide)
{
    char buffer[NAME_SIZE], new_buffer[NAME_SIZE];
    const char *name, *new_name;
    JET_ERR err = name_from_w(wide, buffer, &name);

    if (err >= 0)
        err = name_from_w(new_wide, new_buffer, &new_name);
    return err < 0 ? api_check_session(sesid, err) : JetRenameTableA(sesid, dbid, name, new_name);
}

/* ----------------------------------------------------------------- columns --- */

JET_ERR JET_API JetAddColumnA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR name, const JET_COLUMNDEF *definition,
                              const void *value, JET_ULONG size, JET_COLUMNID *columnid)
{
    struct ddl_defaults defaults;
    struct session *session;
    struct cursor *cursor;
    JET_ERR err;

    OS_TRACE("(%#zx, %#zx, %p, %p, %p, %u, %p)\n", (size_t)sesid, (size_t)tableid, (const void *)name,
             (const void *)definition, value, (unsigned)size, (void *)columnid);
    err = api_enter_cursor(sesid, tableid, 0, &session, &cursor);
    if (err < 0)
        return err;
    ddl_defaults_of(session->instance, &defaults);
    err = ddl_add_column(cursor, name, definition, value, size, defaults.resolve_default, columnid);
    return api_leave_committed(session, err, false);
}

JET_ERR JET_API JetAddColumnW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR wide, const JET_COLUMNDEF *definition,
                              const void *value, JET_ULONG size, JET_COLUMNID *columnid)
{
    char buffer[NAME_SIZE];
    const char *name;
    JET_ERR err = name_from_w(wide, buffer, &name);

    return err < 0 ? api_check_cursor(sesid, tableid, err)
                   : JetAddColumnA(sesid, tableid, name, definition, value, size, columnid);
}

JET_ERR JET_API JetDeleteColumn2A(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR name, const JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err;

    OS_TRACE("(%#zx, %#zx, %p, %#x)\n", (size_t)sesid, (size_t)tableid, (const void *)name, (unsigned)grbit);
    err = api_enter_cursor(sesid, tableid, 0, &session, &cursor);
    if (err < 0)
        return err;
    return api_leave_committed(session, ddl_delete_column(cursor, name, grbit), false);
}

JET_ERR JET_API JetDeleteColumn2W(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR wide, const JET_GRBIT grbit)
{
    char buffer[NAME_SIZE];
    const char *name;
    JET_ERR err = name_from_w(wide, buffer, &name);

    return err < 0 ? api_check_cursor(sesid, tableid, err) : JetDeleteColumn2A(sesid, tableid, name, grbit);
}

JET_ERR JET_API JetDeleteColumnA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR name)
{
    return JetDeleteColumn2A(sesid, tableid, name, 0);
}

JET_ERR JET_API JetDeleteColumnW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR name)
{
    return JetDeleteColumn2W(sesid, tableid, name, 0);
}

JET_ERR JET_API JetRenameColumnA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR name, JET_PCSTR new_name,
                                 JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err;

    OS_TRACE("(%#zx, %#zx, %p, %p, %#x)\n", (size_t)sesid, (size_t)tableid, (const void *)name, (const void *)new_name,
             (unsigned)grbit);
    err = api_enter_cursor(sesid, tableid, 0, &session, &cursor);
    if (err < 0)
        return err;
    return api_leave_committed(session, ddl_rename_column(cursor, name, new_name, grbit), false);
}

JET_ERR JET_API JetRenameColumnW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR wide, JET_PCWSTR new_wide,
                                 JET_GRBIT grbit)
{
    char buffer[NAME_SIZE], new_buffer[NAME_SIZE];
    const char *name, *new_name;
    JET_ERR err = name_from_w(wide, buffer, &name);

    if (err >= 0)
        err = name_from_w(new_wide, new_buffer, &new_name);
    return err < 0 ? api_check_cursor(sesid, tableid, err) : JetRenameColumnA(sesid, tableid, name, new_name, grbit);
}

JET_ERR JET_API JetSetColumnDefaultValueA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR table, JET_PCSTR column,
                                          const void *value, const JET_ULONG size, const JET_GRBIT grbit)
{
    struct session *session;
    struct attachment *attachment;
    JET_ERR err;

    (void)grbit;
    OS_TRACE("(%#zx, %#x, %p, %p, %p, %u, %#x)\n", (size_t)sesid, (unsigned)dbid, (const void *)table,
             (const void *)column, value, (unsigned)size, (unsigned)grbit);
    err = api_enter_database(sesid, dbid, 0, &session, &attachment);
    if (err < 0)
        return err;
    return api_leave_committed(session,
                               ddl_set_default(attachment->database, &session->txn, table, column, value, size), false);
}

JET_ERR JET_API JetSetColumnDefaultValueW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR table, JET_PCWSTR column,
                                          const void *value, const JET_ULONG size, const JET_GRBIT grbit)
{
    char table_buffer[NAME_SIZE], column_buffer[NAME_SIZE];
    const char *table_name, *column_name;
    JET_ERR err = name_from_w(table, table_buffer, &table_name);

    if (err >= 0)
        err = name_from_w(column, column_buffer, &column_name);
    return err < 0 ? api_check_session(sesid, err)
                   : JetSetColumnDefaultValueA(sesid, dbid, table_name, column_name, value, size, grbit);
}

/* ----------------------------------------------------------------- indexes --- */

static JET_ERR create_converted(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE3_A *creates, uint32_t count)
{
    struct ddl_defaults defaults;
    struct session *session;
    struct cursor *cursor, *left = NULL;
    bool lazy = true;
    JET_ERR err = api_enter_cursor(sesid, tableid, 0, &session, &cursor);

    if (err < 0)
        return err;
    ddl_defaults_of(session->instance, &defaults);
    for (uint32_t i = 0; i < count && lazy; i++)
        lazy = (creates[i].grbit & JET_bitIndexLazyFlush) != 0;
    err = ddl_create_indexes(cursor, &defaults, creates, count, &left);
    if (left)
        session_retire_cursor(session, left, session->txn.level);
    return api_leave_committed(session, err, lazy);
}

static JET_ERR create_indexes(JET_SESID sesid, JET_TABLEID tableid, struct ddl_version version, void *given,
                              uint32_t count)
{
    struct ddl_memory memory = { NULL };
    JET_INDEXCREATE3_A *creates;
    JET_ERR err = api_check_cursor(sesid, tableid, JET_errSuccess);

    OS_TRACE("(%#zx, %#zx, %p, %u) version %u\n", (size_t)sesid, (size_t)tableid, given, (unsigned)count,
             version.index);
    if (err < 0)
        return err;
    err = ddl_convert_indexes(&memory, version, given, count, &creates);
    if (err >= 0)
    {
        err = create_converted(sesid, tableid, creates, count);
        ddl_return_indexes(version, given, count, creates);
    }
    ddl_free(&memory);
    return err;
}

#define CREATE_INDEX(suffix, number, version)                                                                          \
    JET_ERR JET_API JetCreateIndex##suffix##A(JET_SESID sesid, JET_TABLEID tableid,                                    \
                                              JET_INDEXCREATE##number##_A *create, JET_ULONG count)                    \
    {                                                                                                                  \
        return create_indexes(sesid, tableid, (struct ddl_version){ 0, version, false }, create, count);               \
    }                                                                                                                  \
    JET_ERR JET_API JetCreateIndex##suffix##W(JET_SESID sesid, JET_TABLEID tableid,                                    \
                                              JET_INDEXCREATE##number##_W *create, JET_ULONG count)                    \
    {                                                                                                                  \
        return create_indexes(sesid, tableid, (struct ddl_version){ 0, version, true }, create, count);                \
    }

/* Makes one index, or, outside of a transaction on a table that the session has alone, several at once. */
CREATE_INDEX(2, , 1)
CREATE_INDEX(3, 2, 2)
CREATE_INDEX(4, 3, 3)

JET_ERR JET_API JetCreateIndexA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR name, JET_GRBIT grbit, const char *key,
                                JET_ULONG key_size, JET_ULONG density)
{
    JET_SPACEHINTS space = { .cbStruct = sizeof(space), .ulInitialDensity = density };
    JET_INDEXCREATE2_A create = { .cbStruct = sizeof(create),
                                  .szIndexName = (char *)name,
                                  .szKey = (char *)key,
                                  .cbKey = key_size,
                                  .grbit = grbit,
                                  .cbKeyMost = JET_cbKeyMost_OLD,
                                  .pSpacehints = &space };

    return JetCreateIndex3A(sesid, tableid, &create, 1);
}

JET_ERR JET_API JetCreateIndexW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR name, JET_GRBIT grbit,
                                const WCHAR *key, JET_ULONG key_size, JET_ULONG density)
{
    JET_INDEXCREATE_W create = { .cbStruct = sizeof(create),
                                 .szIndexName = (WCHAR *)name,
                                 .szKey = (WCHAR *)key,
                                 .cbKey = key_size,
                                 .grbit = grbit,
                                 .ulDensity = density,
                                 .cbKeyMost = JET_cbKeyMost_OLD };

    return JetCreateIndex2W(sesid, tableid, &create, 1);
}

JET_ERR JET_API JetDeleteIndexA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR name)
{
    struct session *session;
    struct cursor *cursor, *left;
    JET_ERR err;

    OS_TRACE("(%#zx, %#zx, %p)\n", (size_t)sesid, (size_t)tableid, (const void *)name);
    err = api_enter_cursor(sesid, tableid, 0, &session, &cursor);
    if (err < 0)
        return err;
    err = ddl_delete_index(cursor, name, &left);
    if (left)
        session_retire_cursor(session, left, session->txn.level);
    return api_leave_committed(session, err, false);
}

JET_ERR JET_API JetDeleteIndexW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR wide)
{
    char buffer[NAME_SIZE];
    const char *name;
    JET_ERR err = name_from_w(wide, buffer, &name);

    return err < 0 ? api_check_cursor(sesid, tableid, err) : JetDeleteIndexA(sesid, tableid, name);
}

/* ----------------------------------------------------------------- upgrades --- */

/* What a kind of change takes, of which every version begins with its names. */
union conversion
{
    JET_DDLCHANGECOLUMN_A column;
    JET_DDLMAXCOLUMNSIZE_A size;
    JET_DDLADDCOLUMNCALLBACK_A column_callback;
    JET_DDLINDEXDENSITY_A density;
    JET_DDLADDCALLBACK_A callback;
    JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES_A conditions;
    JET_DDLCALLBACKDLL_A module;
    char *names[3];
};

static const struct
{
    uint32_t size, names;
} conversions[opDDLConvMax] = {
    [opDDLConvChangeColumn] = { sizeof(JET_DDLCHANGECOLUMN_A), 2 },
    [opDDLConvAddColumnCallback] = { sizeof(JET_DDLADDCOLUMNCALLBACK_A), 3 },
    [opDDLConvIncreaseMaxColumnSize] = { sizeof(JET_DDLMAXCOLUMNSIZE_A), 2 },
    [opDDLConvChangeIndexDensity] = { sizeof(JET_DDLINDEXDENSITY_A), 2 },
    [opDDLConvAddCallback] = { sizeof(JET_DDLADDCALLBACK_A), 2 },
    [opDDLConvAddConditionalColumnsToAllIndexes] = { sizeof(JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES_A), 1 },
    [opDDLConvChangeCallbackDLL] = { sizeof(JET_DDLCALLBACKDLL_A), 2 },
};

static JET_ERR convert_locked(struct session *session, struct database *database, JET_OPDDLCONV kind,
                              const union conversion *how)
{
    struct txn *txn = &session->txn;

    switch (kind)
    {
    case opDDLConvChangeColumn:
        return ddl_alter_column(database, txn, how->column.szTable, how->column.szColumn, how->column.coltypNew,
                                how->column.grbitNew);
    case opDDLConvIncreaseMaxColumnSize:
        return ddl_alter_column_size(database, txn, how->size.szTable, how->size.szColumn, how->size.cbMax);
    case opDDLConvAddColumnCallback:
        return ddl_alter_column_callback(database, txn, how->column_callback.szTable, how->column_callback.szColumn,
                                         how->column_callback.szCallback, how->column_callback.pvCallbackData,
                                         how->column_callback.cbCallbackData);
    case opDDLConvChangeIndexDensity:
        return ddl_alter_density(database, txn, how->density.szTable, how->density.szIndex, how->density.ulDensity);
    case opDDLConvAddCallback:
        return ddl_alter_callback(database, txn, how->callback.szTable, how->callback.szCallback, how->callback.cbtyp);
    case opDDLConvAddConditionalColumnsToAllIndexes:
        return ddl_alter_conditions(database, txn, how->conditions.szTable, how->conditions.rgconditionalcolumn,
                                    how->conditions.cConditionalColumn);
    case opDDLConvChangeCallbackDLL:
        return ddl_alter_callback_module(database, txn, how->module.szOldDLL, how->module.szNewDLL);
    default:
        return JET_errInvalidParameter;
    }
}

/* Makes the names of the W struct 8-bit ones. */
static JET_ERR conversion_from_w(struct ddl_memory *memory, JET_OPDDLCONV kind, union conversion *how)
{
    JET_CONDITIONALCOLUMN_A *columns;
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < conversions[kind].names; i++)
        err = ddl_text_from_w(memory, (const WCHAR *)(void *)how->names[i], &how->names[i]);
    if (err < 0 || kind != opDDLConvAddConditionalColumnsToAllIndexes || !how->conditions.rgconditionalcolumn)
        return err;
    if (how->conditions.cConditionalColumn > JET_ccolKeyMost)
        return JET_errInvalidParameter;
    columns = ddl_alloc(memory, how->conditions.cConditionalColumn * sizeof(*columns));
    if (!columns)
        return JET_errOutOfMemory;
    memcpy(columns, how->conditions.rgconditionalcolumn, how->conditions.cConditionalColumn * sizeof(*columns));
    how->conditions.rgconditionalcolumn = columns;
    for (uint32_t i = 0; err >= 0 && i < how->conditions.cConditionalColumn; i++)
    {
        if (columns[i].cbStruct != sizeof(columns[i]))
            return JET_errInvalidParameter;
        err = ddl_text_from_w(memory, (const WCHAR *)(void *)columns[i].szColumnName, &columns[i].szColumnName);
    }
    return err;
}

static JET_ERR convert(JET_SESID sesid, JET_DBID dbid, JET_OPDDLCONV kind, const void *data, JET_ULONG size, bool wide)
{
    bool known = (uint32_t)kind < opDDLConvMax && conversions[kind].size;
    bool fits = known && data && size == conversions[kind].size;
    struct ddl_memory memory = { NULL };
    struct session *session;
    struct attachment *attachment;
    union conversion how;
    JET_ERR err = api_check_session(sesid, JET_errSuccess);

    OS_TRACE("(%#zx, %#x, %d, %p, %u)\n", (size_t)sesid, (unsigned)dbid, (int)kind, data, (unsigned)size);
    if (err < 0)
        return err;
    memset(&how, 0, sizeof(how));
    if (fits)
        memcpy(&how, data, size);
    if (wide && known)
        err = fits ? conversion_from_w(&memory, kind, &how) : JET_errInvalidParameter;
    if (err >= 0 && (err = api_enter_database(sesid, dbid, 0, &session, &attachment)) >= 0)
    {
        if (session->txn.level && session->txn.read_only)
            err = JET_errTransReadOnly;
        else
            err = fits ? convert_locked(session, attachment->database, kind, &how) : JET_errInvalidParameter;
        err = api_leave_committed(session, err, false);
    }
    ddl_free(&memory);
    return err;
}

/*
 * Changes the catalog, for upgrades: a column, its largest size or its callback, the density of an index, the callback
 * of a table, conditions of its indexes, the module of all callbacks.  JET_errInvalidParameter (kind, size), and those
 * of ddl.h.  Source: JetConvertDDLEx.
 */
JET_ERR JET_API JetConvertDDLA(JET_SESID sesid, JET_DBID dbid, JET_OPDDLCONV kind, void *data, JET_ULONG size)
{
    return convert(sesid, dbid, kind, data, size, false);
}

JET_ERR JET_API JetConvertDDLW(JET_SESID sesid, JET_DBID dbid, JET_OPDDLCONV kind, void *data, JET_ULONG size)
{
    return convert(sesid, dbid, kind, data, size, true);
}

/* ------------------------------------------------------------------- facts --- */

/* Counts what the information calls then tell.  JET_errPermissionDenied, JET_errTransReadOnly. */
JET_ERR JET_API JetComputeStats(JET_SESID sesid, JET_TABLEID tableid)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err;

    OS_TRACE("(%#zx, %#zx)\n", (size_t)sesid, (size_t)tableid);
    err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY | API_NOT_CALLED, &session, &cursor);
    return err < 0 ? err : api_leave(session, ddl_compute_stats(cursor));
}

/* No engine since that of Windows NT has upgraded anything. */
JET_ERR JET_API JetUpgradeDatabaseW(JET_SESID sesid, JET_PCWSTR path, JET_PCWSTR unused, const JET_GRBIT grbit)
{
    struct session *session;
    JET_ERR err = api_enter(sesid, 0, &session);

    (void)path;
    (void)unused;
    (void)grbit;
    return err < 0 ? err : api_leave(session, JET_wrnNyi);
}

JET_ERR JET_API JetUpgradeDatabaseA(JET_SESID sesid, JET_PCSTR path, JET_PCSTR unused, const JET_GRBIT grbit)
{
    (void)path;
    (void)unused;
    return JetUpgradeDatabaseW(sesid, NULL, NULL, grbit);
}
