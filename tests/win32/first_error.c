/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Of several things that are wrong with a call, the one that Windows finds first
 * is told; and what is left in the caller's memory then.
 */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID session, other, ended;
static JET_DBID database;
static JET_TABLEID table, others, closed;

/* A letter that code page 1252 does not have. */
static const WCHAR unspellable[] = { 'n', 0x0416, 0 };
static const WCHAR spellable[] = { 't', 'a', 'b', 'l', 'e', 0 };

/* ---------------------------------------------- names of the W functions --- */

struct handles
{
    JET_SESID sesid;
    JET_TABLEID tableid;
    JET_DBID dbid;
};

static JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = JET_coltypLong };
static uint8_t room[4096];

#define CURSOR_CALL(name, ...)                                                                                         \
    static JET_ERR call_##name(const struct handles *h)                                                                \
    {                                                                                                                  \
        return name(h->sesid, h->tableid, __VA_ARGS__);                                                                \
    }
#define DATABASE_CALL(name, ...)                                                                                       \
    static JET_ERR call_##name(const struct handles *h)                                                                \
    {                                                                                                                  \
        return name(h->sesid, h->dbid, __VA_ARGS__);                                                                   \
    }

CURSOR_CALL(JetAddColumnW, unspellable, &definition, NULL, 0, NULL)
CURSOR_CALL(JetDeleteColumnW, unspellable)
CURSOR_CALL(JetDeleteColumn2W, unspellable, 0)
CURSOR_CALL(JetDeleteIndexW, unspellable)
CURSOR_CALL(JetRenameColumnW, unspellable, spellable, 0)
CURSOR_CALL(JetGetTableColumnInfoW, unspellable, room, sizeof(room), JET_ColInfo)
CURSOR_CALL(JetGetTableIndexInfoW, unspellable, room, sizeof(room), JET_IdxInfo)
CURSOR_CALL(JetSetCurrentIndexW, unspellable)
DATABASE_CALL(JetCreateTableW, unspellable, 1, 80, NULL)
DATABASE_CALL(JetDeleteTableW, unspellable)
DATABASE_CALL(JetRenameTableW, spellable, unspellable)
DATABASE_CALL(JetSetColumnDefaultValueW, spellable, unspellable, NULL, 0, 0)
DATABASE_CALL(JetOpenTableW, unspellable, NULL, 0, 0, NULL)
DATABASE_CALL(JetGetColumnInfoW, unspellable, NULL, room, sizeof(room), JET_ColInfo)
DATABASE_CALL(JetGetIndexInfoW, spellable, unspellable, room, sizeof(room), JET_IdxInfo)
DATABASE_CALL(JetGetObjectInfoW, JET_objtypTable, NULL, unspellable, room, sizeof(room), JET_ObjInfo)
DATABASE_CALL(JetDefragmentW, unspellable, NULL, NULL, 0)

static JET_ERR call_JetCreateIndexW(const struct handles *h)
{
    static const WCHAR key[] = { '+', 'a', 0, 0 };

    return JetCreateIndexW(h->sesid, h->tableid, unspellable, 0, key, sizeof(key), 80);
}

static JET_ERR call_JetCreateTableColumnIndex5W(const struct handles *h)
{
    JET_TABLECREATE5_W create = { .cbStruct = sizeof(create), .szTableName = (WCHAR *)unspellable, .tableid = 7 };
    JET_ERR err = JetCreateTableColumnIndex5W(h->sesid, h->dbid, &create);

    assert_int_equal(create.tableid, 7);
    return err;
}

static JET_ERR call_JetConvertDDLW(const struct handles *h)
{
    JET_DDLINDEXDENSITY_W density = { (WCHAR *)unspellable, NULL, 80 };

    return JetConvertDDLW(h->sesid, h->dbid, opDDLConvChangeIndexDensity, &density, sizeof(density));
}

#define CALL(name, cursor)                                                                                             \
    {                                                                                                                  \
#name, call_##name, cursor                                                                                     \
    }
static const struct
{
    const char *name;
    JET_ERR (*call)(const struct handles *handles);
    bool cursor; /* by a cursor's handle, not by a database's */
} calls[] = {
    CALL(JetAddColumnW, true),
    CALL(JetDeleteColumnW, true),
    CALL(JetDeleteColumn2W, true),
    CALL(JetDeleteIndexW, true),
    CALL(JetRenameColumnW, true),
    CALL(JetGetTableColumnInfoW, true),
    CALL(JetGetTableIndexInfoW, true),
    CALL(JetSetCurrentIndexW, true),
    CALL(JetCreateIndexW, true),
    CALL(JetCreateTableW, false),
    CALL(JetDeleteTableW, false),
    CALL(JetRenameTableW, false),
    CALL(JetSetColumnDefaultValueW, false),
    CALL(JetOpenTableW, false),
    CALL(JetGetColumnInfoW, false),
    CALL(JetGetIndexInfoW, false),
    CALL(JetGetObjectInfoW, false),
    CALL(JetDefragmentW, false),
    CALL(JetCreateTableColumnIndex5W, false),
    CALL(JetConvertDDLW, false),
};

static void handles_before_names_before_databases(void **state)
{
    const struct handles none = { JET_sesidNil, table, database }, gone = { ended, table, database };
    const struct handles no_table = { session, closed, database }, foreign = { session, others, database };
    const struct handles no_database = { session, table, JET_dbidNil }, good = { session, table, database };

    (void)state;
    for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
    {
        test_answer(calls[i].call(&none), JET_errInvalidSesid, calls[i].name, "no session", 0);
        test_answer(calls[i].call(&gone), JET_errInvalidSesid, calls[i].name, "ended session", 0);
        test_answer(calls[i].call(&no_table), calls[i].cursor ? JET_errInvalidTableId : JET_errInvalidName,
                    calls[i].name, "closed table", 0);
        test_answer(calls[i].call(&foreign), calls[i].cursor ? JET_errSesidTableIdMismatch : JET_errInvalidName,
                    calls[i].name, "another session's table", 0);
        test_answer(calls[i].call(&no_database), JET_errInvalidName, calls[i].name, "no database", 0);
        test_answer(calls[i].call(&good), JET_errInvalidName, calls[i].name, "good handles", 0);
    }
}

static void handles_before_sizes(void **state)
{
    (void)state;
    assert_err(JetGetTableColumnInfoW(ended, table, NULL, room, 4, JET_ColInfoBase), JET_errInvalidSesid);
    assert_err(JetGetTableColumnInfoW(session, closed, NULL, NULL, 0, JET_ColInfoBase), JET_errInvalidTableId);
    assert_err(JetGetTableColumnInfoW(session, table, NULL, room, 4, JET_ColInfoBase), JET_errBufferTooSmall);
    assert_err(JetGetColumnInfoW(ended, database, spellable, NULL, room, 4, JET_ColInfoBase), JET_errInvalidSesid);
    assert_err(JetGetColumnInfoW(session, JET_dbidNil, spellable, NULL, room, 4, JET_ColInfoBase),
               JET_errBufferTooSmall);
    assert_err(JetGetColumnInfoW(session, JET_dbidNil, unspellable, NULL, room, 4, JET_ColInfoBase),
               JET_errInvalidName);
    assert_err(JetGetColumnInfoA(session, JET_dbidNil, "table", NULL, room, 4, JET_ColInfoBase),
               JET_errInvalidDatabaseId);
}

/* ------------------------------------------------- structs of new tables --- */

/* Older structs are made the newest before the database is looked at; that is taken as it is. */
static void structs_before_databases(void **state)
{
    static JET_INDEXCREATE_A index = { .cbStruct = 5 };
    JET_TABLECREATE_A create = {
        .cbStruct = sizeof(create), .szTableName = "new", .rgindexcreate = &index, .cIndexes = 1, .tableid = 7
    };
    JET_TABLECREATE2_A create2 = {
        .cbStruct = sizeof(create2), .szTableName = "new", .rgindexcreate = &index, .cIndexes = 1, .tableid = 7
    };
    JET_TABLECREATE4_A create4 = { .cbStruct = 5, .szTableName = "new", .tableid = 7 };
    JET_TABLECREATE5_A create5 = { .cbStruct = 5, .szTableName = "new", .tableid = 7 };

    (void)state;
    assert_err(JetCreateTableColumnIndexA(ended, database, &create), JET_errInvalidSesid);
    assert_int_equal(create.tableid, 7);
    assert_err(JetCreateTableColumnIndexA(session, JET_dbidNil, &create), JET_errInvalidParameter);
    assert_int_equal(create.tableid, JET_tableidNil);
    create.tableid = 7;
    create.cIndexes = 0;
    assert_err(JetCreateTableColumnIndexA(session, JET_dbidNil, &create), JET_errInvalidDatabaseId);
    assert_int_equal(create.tableid, JET_tableidNil);
    assert_err(JetCreateTableColumnIndex2A(session, JET_dbidNil, &create2), JET_errInvalidParameter);
    assert_int_equal(create2.tableid, 7);
    create2.cIndexes = 0;
    assert_err(JetCreateTableColumnIndex2A(session, JET_dbidNil, &create2), JET_errInvalidDatabaseId);
    assert_int_equal(create2.tableid, 7);
    assert_err(JetCreateTableColumnIndex4A(session, JET_dbidNil, &create4), JET_errInvalidParameter);
    assert_err(JetCreateTableColumnIndex5A(session, JET_dbidNil, &create5), JET_errInvalidDatabaseId);
    assert_err(JetCreateTableColumnIndex5A(session, JET_dbidNil, NULL), JET_errInvalidDatabaseId);
    assert_err(JetCreateTableColumnIndex5A(session, database, NULL), JET_errInvalidParameter);
    assert_err(JetCreateTableColumnIndex5A(session, database, &create5), JET_errInvalidParameter);
    assert_int_equal(create5.tableid, 7);
}

/* What is refused before anything is begun leaves tableid alone. */
static void no_table_after_an_error(void **state)
{
    static JET_COLUMNCREATE_A column = { .cbStruct = sizeof(column), .szColumnName = "a", .coltyp = 99 };
    JET_TABLECREATE2_A create = { .cbStruct = sizeof(create), .szTableName = "a!b", .tableid = 7, .cCreated = 5 };
    JET_TABLEID created = 7;

    (void)state;
    create.grbit = JET_bitTableCreateSystemTable;
    assert_err(JetCreateTableColumnIndex2A(session, database, &create), JET_errInvalidGrbit);
    assert_int_equal(create.tableid, 7);
    assert_int_equal(create.cCreated, 5);
    create.grbit = 0;
    assert_err(JetCreateTableColumnIndex2A(session, database, &create), JET_errInvalidName);
    assert_int_equal(create.tableid, 7);
    assert_int_equal(create.cCreated, 0);
    create.szTableName = "new";
    create.rgcolumncreate = &column;
    create.cColumns = 1;
    assert_err(JetCreateTableColumnIndex2A(session, database, &create), JET_errInvalidColumnType);
    assert_int_equal(create.tableid, JET_tableidNil);
    assert_int_equal(create.cCreated, 1);
    assert_err(column.err, JET_errInvalidColumnType);

    assert_err(JetCreateTableA(session, JET_dbidNil, "a!b", 1, 80, &created), JET_errInvalidDatabaseId);
    assert_int_equal(created, 7);
    assert_err(JetCreateTableA(session, database, "a!b", 1, 80, &created), JET_errInvalidName);
    assert_int_equal(created, JET_tableidNil);
}

/* The newest indexes are looked at after the columns, unless the struct must stay as it is. */
static void columns_before_the_newest_indexes(void **state)
{
    static JET_COLUMNCREATE_A column = { .cbStruct = sizeof(column), .szColumnName = "a", .coltyp = 99 };
    static JET_INDEXCREATE_A old = { .cbStruct = 5 };
    static JET_INDEXCREATE3_A index = { .cbStruct = 5 };
    JET_TABLECREATE2_A create2 = { .cbStruct = sizeof(create2),
                                   .szTableName = "new",
                                   .rgcolumncreate = &column,
                                   .cColumns = 1,
                                   .rgindexcreate = &old,
                                   .cIndexes = 1 };
    JET_TABLECREATE4_A create4 = { .cbStruct = sizeof(create4),
                                   .szTableName = "new",
                                   .rgcolumncreate = &column,
                                   .cColumns = 1,
                                   .rgindexcreate = &index,
                                   .cIndexes = 1 };

    (void)state;
    assert_err(JetCreateTableColumnIndex2A(session, database, &create2), JET_errInvalidParameter);
    assert_err(JetCreateTableColumnIndex4A(session, database, &create4), JET_errInvalidColumnType);
    create4.grbit = JET_bitTableCreateImmutableStructure;
    assert_err(JetCreateTableColumnIndex4A(session, database, &create4), JET_errInvalidParameter);
}

/* A function that computes a default is looked for when all else is known to be right. */
static void functions_after_columns(void **state)
{
    static JET_USERDEFINEDDEFAULT_A computed = { .szCallback = "nowhere!none" };
    static JET_COLUMNCREATE_A columns[] = {
        { .cbStruct = sizeof(columns[0]),
          .szColumnName = "a",
          .coltyp = JET_coltypLong,
          .grbit = JET_bitColumnTagged | JET_bitColumnUserDefinedDefault,
          .pvDefault = &computed,
          .cbDefault = sizeof(computed) },
        { .cbStruct = sizeof(columns[0]), .szColumnName = "b", .coltyp = 99 },
    };
    JET_COLUMNDEF given = { .cbStruct = sizeof(given), .coltyp = 99 };
    JET_TABLECREATE2_A create = {
        .cbStruct = sizeof(create), .szTableName = "new", .rgcolumncreate = columns, .cColumns = 2, .tableid = 7
    };
    JET_COLUMNID id = 7;
    JET_ERR missing;

    (void)state;
    given.grbit = JET_bitColumnTagged | JET_bitColumnUserDefinedDefault;
    assert_err(JetAddColumnA(session, table, "computed", &given, &computed, sizeof(computed), &id),
               JET_errInvalidColumnType);
    given.coltyp = JET_coltypLong;
    assert_err(JetAddColumnA(session, table, "a!b", &given, &computed, sizeof(computed), &id), JET_errInvalidName);
    assert_err(JetAddColumnA(session, table, "number", &given, &computed, sizeof(computed), &id),
               JET_errColumnDuplicate);
    assert_int_equal(id, 7);
    missing = JetAddColumnA(session, table, "computed", &given, &computed, sizeof(computed), &id);
    assert_true(missing < 0 && missing != JET_errInvalidParameter);
    assert_int_not_equal(id, 7);

    assert_err(JetCreateTableColumnIndex2A(session, database, &create), missing);
    assert_err(columns[0].err, missing);
    assert_int_equal(create.cCreated, 1);
    assert_int_equal(create.tableid, JET_tableidNil);
    columns[0].coltyp = 99;
    assert_err(JetCreateTableColumnIndex2A(session, database, &create), JET_errInvalidColumnType);
    columns[0].coltyp = JET_coltypLong;
    create.cColumns = 0;
    create.szCallback = "nowhere!none";
    assert_err(JetCreateTableColumnIndex2A(session, database, &create), JET_errInvalidParameter);
    create.cbtyp = JET_cbtypAfterInsert;
    assert_err(JetCreateTableColumnIndex2A(session, database, &create), missing);
}

/* --------------------------------------------------------- informations --- */

static void sizes_of_what_is_told_of_indexes(void **state)
{
    uint32_t numbers[3] = { 7, 7, 7 };

    (void)state;
    assert_err(JetGetTableIndexInfoA(session, table, "numbers", numbers, 8, JET_IdxInfoSpaceOwned),
               JET_errInvalidBufferSize);
    assert_ok(JetGetTableIndexInfoA(session, table, "none", numbers, 8, JET_IdxInfoSpaceOwned));
    assert_int_equal(numbers[0], 7);
    assert_ok(JetGetTableIndexInfoA(session, table, "numbers", numbers, 8, JET_IdxInfoSpaceAvailable));
    assert_int_equal(numbers[1], 0);
    assert_int_equal(numbers[2], 7);
    numbers[0] = 7;
    assert_err(JetGetTableIndexInfoA(session, table, "none", numbers, 8, JET_IdxInfoSortVersion), JET_errIndexNotFound);
    assert_int_equal(numbers[0], 0);
    numbers[0] = 7;
    assert_err(JetGetTableIndexInfoA(session, table, "none", numbers, 8, JET_IdxInfoSpaceAlloc), JET_errIndexNotFound);
    assert_int_equal(numbers[0], 7);

    /* Only what is looked up in the catalog goes by the name as it is given. */
    assert_ok(JetGetIndexInfoA(session, database, "table ", "numbers", numbers, 4, JET_IdxInfoCount));
    assert_err(JetGetIndexInfoA(session, database, "table ", "numbers", numbers, 4, JET_IdxInfoSpaceAlloc),
               JET_errObjectNotFound);
    assert_ok(JetGetIndexInfoA(session, database, "table", "numbers ", numbers, 4, JET_IdxInfoSpaceAlloc));
}

static void sizes_of_what_is_told_of_databases(void **state)
{
    uint32_t numbers[2] = { 7, 7 };
    char path[1024];
    size_t length;

    (void)state;
    assert_ok(JetGetDatabaseInfoA(session, database, path, sizeof(path), JET_DbInfoFilename));
    length = strlen(path);
    memset(path, 'x', sizeof(path));
    assert_err(JetGetDatabaseInfoA(session, database, path, length, JET_DbInfoFilename), JET_errBufferTooSmall);
    assert_int_equal(path[0], 'x');
    assert_ok(JetGetDatabaseInfoA(session, database, path, length + 1, JET_DbInfoFilename));
    assert_ok(JetGetDatabaseInfoA(session, database, numbers, 8, JET_DbInfoSplitBuffers));
    assert_int_equal(numbers[1], 0);
    assert_err(JetGetDatabaseInfoA(session, database, numbers, 1, 22 | JET_DbInfoUseCachedResult),
               JET_errInvalidBufferSize);
}

/* Bits that are none are found before it is looked what a cursor may do. */
static void bits_of_record_sizes(void **state)
{
    JET_COLUMNDEF column = { .cbStruct = sizeof(column), .coltyp = JET_coltypLong, .grbit = JET_bitColumnTTKey };
    JET_COLUMNID id;
    JET_RECSIZE size;
    JET_TABLEID sort;

    (void)state;
    assert_ok(JetOpenTempTable(session, &column, 1, 0, &sort, &id));
    assert_err(JetGetRecordSize(session, sort, &size, 0x100), JET_errInvalidGrbit);
    assert_err(JetGetRecordSize(session, sort, &size, 0), JET_errIllegalOperation);
    assert_ok(JetCloseTable(session, sort));
}

/* ------------------------------------------------------------- databases --- */

static void parameters_of_databases(void **state)
{
    JET_ULONG much = 5000, none = 0xffff, bits = 0x100, quota = 0x7fffffff, pages = 0;
    JET_SETDBPARAM priority = { JET_dbparamCachePriority, &much, 4 };
    JET_SETDBPARAM both[] = { { JET_dbparamShrinkDatabaseOptions, &bits, 4 }, priority };
    JET_SETDBPARAM twice[] = { priority, { JET_dbparamCachePriority, &none, 4 } };
    JET_SETDBPARAM short_options = { JET_dbparamShrinkDatabaseOptions, &bits, 1 };
    JET_SETDBPARAM times[] = { { JET_dbparamShrinkDatabaseTimeQuota, &quota, 4 },
                               { JET_dbparamDbSizeMaxPages, &pages, 2 } };
    JET_DBID created;

    (void)state;
    /* In the order of their numbers, whatever theirs is; and the last one counts. */
    assert_err(JetAttachDatabase3A(session, test_file("none.edb"), both, 2, 0), JET_errInvalidParameter);
    assert_err(JetAttachDatabase3A(session, test_file("none.edb"), both, 1, 0), JET_errInvalidGrbit);
    assert_err(JetAttachDatabase3A(session, test_file("none.edb"), twice, 2, 0), JET_errFileNotFound);
    assert_err(JetAttachDatabase3A(session, test_file("none.edb"), &short_options, 1, 0), JET_errInvalidBufferSize);
    assert_err(JetAttachDatabase3A(session, test_file("none.edb"), times, 2, 0), JET_errInvalidBufferSize);
    assert_err(JetAttachDatabase3A(session, test_file("none.edb"), times, 1, 0), JET_errInvalidParameter);
    /* A database that is made is not shrunk. */
    assert_err(JetCreateDatabase3A(session, "", &created, &short_options, 1, 0), JET_errDatabaseInvalidPath);
    assert_err(JetCreateDatabase3A(session, "", &created, times, 1, 0), JET_errDatabaseInvalidPath);
    assert_err(JetCreateDatabase3A(session, "", &created, &priority, 1, 0), JET_errInvalidParameter);
}

static void read_only_transactions(void **state)
{
    JET_DDLINDEXDENSITY_A density = { "none", NULL, 80 };

    (void)state;
    assert_ok(JetBeginTransaction2(session, JET_bitTransactionReadOnly));
    assert_err(JetConvertDDLA(session, JET_dbidNil, opDDLConvChangeIndexDensity, &density, sizeof(density)),
               JET_errInvalidDatabaseId);
    assert_err(JetConvertDDLA(session, database, opDDLConvNull, NULL, 0), JET_errTransReadOnly);
    assert_err(JetConvertDDLW(session, database, opDDLConvNull, NULL, 0), JET_errTransReadOnly);
    assert_err(JetConvertDDLW(session, database, opDDLConvChangeIndexDensity, &density, 4), JET_errInvalidParameter);
    assert_ok(JetCommitTransaction(session, 0));
    assert_err(JetConvertDDLA(session, database, opDDLConvNull, NULL, 0), JET_errInvalidParameter);
}

/* ------------------------------------------------------------- callbacks --- */

static unsigned told;

static JET_ERR JET_API tell(JET_SESID sesid, JET_DBID dbid, JET_TABLEID tableid, JET_CBTYP type, void *a, void *b,
                            void *context, JET_API_PTR unused)
{
    (void)sesid, (void)dbid, (void)tableid, (void)type, (void)a, (void)b, (void)context, (void)unused;
    told++;
    return JET_errSuccess;
}

/* The program is not told of a change that it may not make. */
static void callbacks_after_rights(void **state)
{
    JET_TABLEID reader;
    JET_HANDLE callback;

    (void)state;
    assert_ok(JetOpenTableA(session, database, "table", NULL, 0, JET_bitTableReadOnly, &reader));
    assert_ok(JetRegisterCallback(session, reader, JET_cbtypBeforeDelete, tell, NULL, &callback));
    assert_ok(JetMove(session, reader, JET_MoveFirst, 0));
    assert_err(JetDelete(session, reader), JET_errPermissionDenied);
    assert_int_equal(told, 0);
    assert_ok(JetUnregisterCallback(session, reader, JET_cbtypBeforeDelete, callback));
    assert_ok(JetCloseTable(session, reader));

    assert_ok(JetRegisterCallback(session, table, JET_cbtypBeforeDelete, tell, NULL, &callback));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsertCopyDeleteOriginal));
    assert_err(JetDelete(session, table), JET_errAlreadyPrepared);
    assert_int_equal(told, 0);
    assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
    assert_ok(JetDelete(session, table));
    assert_int_equal(told, 1);
    assert_ok(JetRollback(session, 0));
    assert_ok(JetUnregisterCallback(session, table, JET_cbtypBeforeDelete, callback));
}

/* ------------------------------------------------------- defragmentation --- */

static void defragmentation_that_is_switched_off(void **state)
{
    JET_ULONG passes = 1;

    (void)state;
    assert_err(JetDefragmentA(session, database, NULL, NULL, NULL, JET_bitDefragmentBatchStop),
               JET_wrnDefragNotRunning);
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramEnableOnlineDefrag, JET_OnlineDefragStreamingFiles, NULL));
    assert_ok(JetDefragmentA(session, database, NULL, NULL, NULL, JET_bitDefragmentBatchStop));
    assert_ok(JetDefragmentA(session, database, NULL, &passes, NULL, JET_bitDefragmentBatchStart));
    assert_ok(JetDefragmentA(session, database, NULL, NULL, NULL, JET_bitDefragmentBatchStop));
    assert_err(JetDefragmentA(session, database, NULL, NULL, NULL, JET_bitDefragmentBatchStart | 0x1000),
               JET_errInvalidGrbit);
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramEnableOnlineDefrag, JET_OnlineDefragAll, NULL));
}

/* -------------------------------------------------------------- the file --- */

static int start(void **state)
{
    int32_t value = 1;
    JET_COLUMNID number;
    JET_DBID dbid;

    (void)state;
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramEnablePersistedCallbacks, 1, NULL));
    database = test_database("first", "off", &instance, &session);
    other = test_session(instance);
    ended = test_session(instance);
    assert_ok(JetEndSession(ended, 0));
    assert_ok(JetCreateTableA(session, database, "table", 1, 80, &table));
    number = test_column(session, table, "number", JET_coltypLong, 0);
    assert_ok(JetCreateIndexA(session, table, "numbers", 0, "+number\0", 9, 80));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetSetColumn(session, table, number, &value, sizeof(value), 0, NULL));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetOpenTableA(session, database, "table", NULL, 0, 0, &table));
    assert_ok(JetOpenTableA(session, database, "table", NULL, 0, 0, &closed));
    assert_ok(JetCloseTable(session, closed));
    assert_ok(JetOpenDatabaseA(other, test_file("first.edb"), NULL, &dbid, 0));
    assert_ok(JetOpenTableA(other, dbid, "table", NULL, 0, 0, &others));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetTerm(instance));
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handles_before_names_before_databases),
        cmocka_unit_test(handles_before_sizes),
        cmocka_unit_test(structs_before_databases),
        cmocka_unit_test(no_table_after_an_error),
        cmocka_unit_test(columns_before_the_newest_indexes),
        cmocka_unit_test(functions_after_columns),
        cmocka_unit_test(sizes_of_what_is_told_of_indexes),
        cmocka_unit_test(sizes_of_what_is_told_of_databases),
        cmocka_unit_test(bits_of_record_sizes),
        cmocka_unit_test(parameters_of_databases),
        cmocka_unit_test(read_only_transactions),
        cmocka_unit_test(callbacks_after_rights),
        cmocka_unit_test(defragmentation_that_is_switched_off),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
