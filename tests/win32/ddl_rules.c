/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tables, columns and indexes may be: each rule with its error, and that what is allowed comes about. */
#include "support.h"

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;
static JET_TABLEID table;

static int start(void **state)
{
    (void)state;
    dbid = test_database("rules", "off", &instance, &session);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_ok(JetTerm(instance));
    return 0;
}

static int make_table(void **state)
{
    (void)state;
    table = test_table(session, dbid);
    return 0;
}

static int close_table(void **state)
{
    (void)state;
    assert_ok(JetCloseTable(session, table));
    return 0;
}

static JET_COLUMNDEF info_of(JET_TABLEID which, const char *name)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def) };

    assert_ok(JetGetTableColumnInfoA(session, which, name, &def, sizeof(def), JET_ColInfo));
    return def;
}

/* ----------------------------------------------------------------- columns --- */

static JET_ERR add(JET_COLTYP type, JET_GRBIT grbit, JET_ULONG max, const void *value, JET_ULONG size)
{
    JET_COLUMNDEF def = { sizeof(def), 0, type, 0, 0, 0, 0, max, grbit };
    JET_COLUMNID id;
    static unsigned count;
    char name[20];

    snprintf(name, sizeof(name), "column%u", count++);
    return JetAddColumnA(session, table, name, &def, value, size, &id);
}

static JET_ERR add_plain(JET_COLTYP type, JET_GRBIT grbit)
{
    return add(type, grbit, 0, NULL, 0);
}

static void types_of_columns(void **state)
{
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypText, 0, 0, 65001, 0, 0, 0 };
    JET_COLUMNID id;

    (void)state;
    assert_err(add_plain(0, 0), JET_errInvalidColumnType);
    assert_err(add_plain(13, 0), JET_errInvalidColumnType);
    assert_err(add_plain(JET_coltypMax, 0), JET_errInvalidColumnType);
    assert_err(add_plain(0x10000, 0), JET_errInvalidColumnType);
    assert_ok(add_plain(0x10000 | JET_coltypLong, 0)); /* of 16 bits */
    assert_err(JetAddColumnA(session, table, "page", &def, NULL, 0, &id), JET_errInvalidCodePage);
    def.cp = 1200;
    assert_ok(JetAddColumnA(session, table, "page", &def, NULL, 0, &id));
    assert_int_equal(info_of(table, "page").cp, 1200);
    def.cbStruct--;
    assert_err(JetAddColumnA(session, table, "short", &def, NULL, 0, &id), JET_errInvalidParameter);
    assert_err(JetAddColumnA(session, table, "none", NULL, NULL, 0, &id), JET_errInvalidParameter);
    assert_err(add_plain(JET_coltypText, JET_bitColumnCompressed), JET_errColumnCannotBeCompressed);
    assert_err(add_plain(JET_coltypLong, JET_bitColumnEncrypted), JET_errColumnCannotBeEncrypted);
    assert_err(add_plain(JET_coltypLongBinary, JET_bitColumnEncrypted | JET_bitColumnMultiValued),
               JET_errColumnCannotBeEncrypted);
    assert_err(add(JET_coltypLongBinary, JET_bitColumnEncrypted, 0, "x", 1), JET_errColumnCannotBeEncrypted);
    assert_err(add_plain(JET_coltypLongText, JET_bitColumnFixed), JET_errInvalidGrbit);
    assert_err(add_plain(JET_coltypLong, JET_bitColumnFixed | JET_bitColumnTagged), JET_errInvalidGrbit);
    assert_err(add_plain(JET_coltypLong, JET_bitColumnMultiValued), JET_errMultiValuedColumnMustBeTagged);
    assert_ok(add_plain(JET_coltypLong, JET_bitColumnMultiValued | JET_bitColumnTagged));
}

static void sizes_of_columns(void **state)
{
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypText, 0, 0, 0, 0, 300, 0 };
    JET_COLUMNID id;

    (void)state;
    assert_err(JetAddColumnA(session, table, "wide", &def, NULL, 0, &id), JET_wrnColumnMaxTruncated);
    assert_int_equal(info_of(table, "wide").cbMax, 255);
    assert_err(add(JET_coltypLongBinary, 0, 0x80000000u, NULL, 0), JET_errInvalidParameter);
    assert_err(add(JET_coltypBinary, 0, 3, "abcd", 4), JET_errDefaultValueTooBig);
    assert_ok(add(JET_coltypBinary, 0, 3, "abc", 3));
    assert_err(add(JET_coltypLong, 0, 0, "abc", 3), JET_errInvalidBufferSize);
    /* Long columns have no limit of their own, but the catalog has. */
    {
        static const char value[300] = "";
        assert_err(add(JET_coltypLongBinary, 0, 0, value, 256), JET_errDefaultValueTooBig);
        assert_ok(add(JET_coltypLongBinary, 0, 0, value, 255));
    }
}

static void escrow_columns(void **state)
{
    const int32_t zero = 0;
    const int64_t wide = 0;
    const JET_GRBIT escrow = JET_bitColumnEscrowUpdate;
    JET_TABLEID shared;
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypLong, 0, 0, 0, 0, 0, JET_bitColumnEscrowUpdate };
    JET_COLUMNID id;

    (void)state;
    assert_err(add(JET_coltypShort, escrow, 0, &zero, 2), JET_errInvalidGrbit);
    assert_err(add(JET_coltypLong, escrow | JET_bitColumnTagged, 0, &zero, 4), JET_errCannotBeTagged);
    assert_err(add(JET_coltypLong, escrow | JET_bitColumnVersion, 0, &zero, 4), JET_errInvalidGrbit);
    assert_err(add(JET_coltypLong, escrow | JET_bitColumnAutoincrement, 0, &zero, 4), JET_errInvalidGrbit);
    assert_err(add(JET_coltypLong, escrow, 0, NULL, 0), JET_errInvalidGrbit);
    assert_err(add(JET_coltypLongLong, escrow, 0, &wide, 8), JET_errEngineFormatVersionParamTooLowForRequestedFeature);
    assert_err(add(JET_coltypLong, escrow | JET_bitColumnFinalize | JET_bitColumnDeleteOnZero, 0, &zero, 4),
               JET_errInvalidGrbit);
    assert_err(add(JET_coltypLong, JET_bitColumnFinalize, 0, &zero, 4), JET_errInvalidGrbit);
    assert_err(add(JET_coltypLong, JET_bitColumnDeleteOnZero, 0, &zero, 4), JET_errInvalidGrbit);
    assert_ok(add(JET_coltypLong, escrow | JET_bitColumnFinalize, 0, &zero, 4));
    assert_ok(add(JET_coltypLong, escrow | JET_bitColumnDeleteOnZero, 0, &zero, 4));
    def.grbit |= JET_bitColumnDeleteOnZero;
    assert_ok(JetAddColumnA(session, table, "count", &def, &zero, 4, &id));
    assert_int_equal(info_of(table, "count").grbit & (JET_bitColumnEscrowUpdate | JET_bitColumnDeleteOnZero),
                     def.grbit);
    /* Where there are records the column would not be in them. */
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
    assert_err(add(JET_coltypLong, escrow, 0, &zero, 4), JET_errTableNotEmpty);
    /* One that others may have open is not to get counters. */
    assert_ok(JetCreateTableA(session, dbid, "shared", 1, 80, &shared));
    assert_ok(JetCloseTable(session, shared));
    assert_ok(JetOpenTableA(session, dbid, "shared", NULL, 0, 0, &shared));
    def.grbit = escrow;
    assert_err(JetAddColumnA(session, shared, "count", &def, &zero, 4, &id), JET_errExclusiveTableLockRequired);
    def.grbit = JET_bitColumnAutoincrement;
    assert_err(JetAddColumnA(session, shared, "next", &def, NULL, 0, &id), JET_errExclusiveTableLockRequired);
    def.grbit = JET_bitColumnVersion;
    assert_ok(JetAddColumnA(session, shared, "version", &def, NULL, 0, &id));
    assert_ok(JetCloseTable(session, shared));
}

static void counting_columns(void **state)
{
    (void)state;
    assert_err(add_plain(JET_coltypShort, JET_bitColumnAutoincrement), JET_errInvalidGrbit);
    assert_err(add_plain(JET_coltypLongLong, JET_bitColumnVersion), JET_errInvalidGrbit);
    assert_err(add_plain(JET_coltypLong, JET_bitColumnVersion | JET_bitColumnTagged), JET_errCannotBeTagged);
    assert_err(add_plain(JET_coltypLong, JET_bitColumnAutoincrement | JET_bitColumnTagged), JET_errCannotBeTagged);
    assert_err(add_plain(JET_coltypLong, JET_bitColumnAutoincrement | JET_bitColumnVersion), JET_errInvalidGrbit);
    assert_ok(add_plain(JET_coltypLong, JET_bitColumnVersion));
    assert_err(add_plain(JET_coltypLong, JET_bitColumnVersion), JET_errColumnRedundant);
    assert_ok(add_plain(JET_coltypCurrency, JET_bitColumnAutoincrement));
    assert_err(add_plain(JET_coltypLong, JET_bitColumnAutoincrement), JET_errColumnRedundant);
}

static void computed_columns(void **state)
{
    JET_USERDEFINEDDEFAULT_A computed = { (char *)"nowhere!nothing", (unsigned char *)"data", 4, NULL };
    const JET_GRBIT grbit = JET_bitColumnUserDefinedDefault | JET_bitColumnTagged;
    static const JET_GRBIT others[] = { JET_bitColumnNotNULL, JET_bitColumnUpdatable, JET_bitColumnMaybeNull };
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypLong, 0, 0, 0, 0, 0, grbit };
    JET_COLUMNID id;

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        assert_err(add(JET_coltypLong, grbit | others[i], 0, &computed, sizeof(computed)), JET_errInvalidGrbit);
    assert_err(add(JET_coltypLong, JET_bitColumnUserDefinedDefault, 0, &computed, sizeof(computed)),
               JET_errInvalidGrbit);
    assert_err(add(JET_coltypLong, grbit, 0, &computed, sizeof(computed) - 1), JET_errInvalidParameter);
    assert_ok(JetAddColumnA(session, table, "computed", &def, &computed, sizeof(computed), &id));
    assert_int_equal(info_of(table, "computed").grbit & JET_bitColumnUserDefinedDefault,
                     JET_bitColumnUserDefinedDefault);
}

static void a_new_default(void **state)
{
    const int32_t seven = 7;
    static const char letters[5000] = "letters";
    JET_COLUMNID id, tag;
    JET_TABLEID again;
    int32_t found;
    char bytes[300];
    JET_ULONG actual;
    JET_SESID other = test_session(instance);
    JET_DBID other_dbid;

    (void)state;
    assert_ok(JetOpenDatabaseA(other, test_file("rules.edb"), NULL, &other_dbid, 0));
    assert_ok(JetCreateTableA(session, dbid, "defaults", 1, 80, &again));
    id = test_column(session, again, "number", JET_coltypLong, 0);
    tag = test_column(session, again, "tag", JET_coltypLongBinary, 0);
    (void)test_column(session, again, "key", JET_coltypLong, 0);
    assert_ok(JetCreateIndexA(session, again, "by key", 0, "+key\0", 6, 80));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, again, JET_prepInsert));
    assert_ok(JetUpdate(session, again, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetCloseTable(session, again));

    assert_err(JetSetColumnDefaultValueA(session, dbid, "defaults", "number", NULL, 4, 0), JET_errNullInvalid);
    assert_err(JetSetColumnDefaultValueA(session, dbid, "defaults", "number", &seven, 0, 0), JET_errNullInvalid);
    assert_err(JetSetColumnDefaultValueA(session, dbid, "defaults", "", &seven, 4, 0), JET_errInvalidName);
    assert_err(JetSetColumnDefaultValueA(session, dbid, "nothing", "number", &seven, 4, 0), JET_errObjectNotFound);
    assert_err(JetSetColumnDefaultValueA(session, dbid, "defaults", "nothing", &seven, 4, 0), JET_errColumnNotFound);
    assert_err(JetSetColumnDefaultValueA(session, dbid, "defaults", "key", &seven, 4, 0), JET_errColumnInUse);
    assert_err(JetSetColumnDefaultValueA(session, dbid, "defaults", "tag", letters, 256, 0), JET_errDefaultValueTooBig);
    assert_ok(JetSetColumnDefaultValueA(session, dbid, "defaults", "number", &seven, 4, 0));
    assert_ok(JetSetColumnDefaultValueW(session, dbid, test_wide("defaults"), test_wide("tag"), letters, 7, 0));
    /* A fixed column that was there is NULL in the record; a tagged one is not in it. */
    assert_ok(JetOpenTableA(session, dbid, "defaults", NULL, 0, 0, &again));
    assert_ok(JetMove(session, again, JET_MoveFirst, 0));
    assert_ok(JetRetrieveColumn(session, again, tag, bytes, sizeof(bytes), &actual, 0, NULL));
    assert_int_equal(actual, 7);
    assert_memory_equal(bytes, letters, 7);
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, again, JET_prepInsert));
    assert_ok(JetRetrieveColumn(session, again, id, &found, sizeof(found), NULL, JET_bitRetrieveCopy, NULL));
    assert_int_equal(found, 7);
    assert_ok(JetRollback(session, 0));
    assert_err(JetSetColumnDefaultValueA(other, other_dbid, "defaults", "number", &seven, 4, 0), JET_errTableInUse);
    assert_ok(JetSetColumnDefaultValueA(session, dbid, "defaults", "number", &seven, 4, 0));
    assert_ok(JetCloseTable(session, again));
    assert_ok(JetEndSession(other, 0));
}

static void columns_renamed(void **state)
{
    JET_COLUMNID flag, id;

    (void)state;
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCreateTableA(session, dbid, "renaming", 1, 80, &table));
    flag = test_column(session, table, "flag", JET_coltypBit, 0);
    id = test_column(session, table, "id", JET_coltypLong, 0);
    assert_ok(JetCreateIndexA(session, table, "both", JET_bitIndexPrimary, "+flag\0+id\0", 11, 80));
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetOpenTableA(session, dbid, "renaming", NULL, 0, JET_bitTableDenyRead, &table));
    assert_err(JetRenameColumnA(session, table, NULL, "other", 0), JET_errInvalidParameter);
    assert_err(JetRenameColumnA(session, table, "id", NULL, 0), JET_errInvalidParameter);
    assert_err(JetRenameColumnA(session, table, "id", "", 0), JET_errInvalidName);
    assert_err(JetRenameColumnA(session, table, "nothing", "other", 0), JET_errColumnNotFound);
    assert_ok(JetBeginTransaction(session));
    assert_err(JetRenameColumnA(session, table, "id", "other", 0), JET_errInTransaction);
    assert_ok(JetRollback(session, 0));
    assert_ok(JetBeginTransaction2(session, JET_bitTransactionReadOnly));
    assert_err(JetRenameColumnA(session, table, "id", "other", 0), JET_errTransReadOnly);
    assert_ok(JetRollback(session, 0));
    assert_err(JetRenameColumnA(session, table, "id", "flag", 0), JET_errKeyDuplicate);
    assert_err(JetRenameColumnA(session, table, "id", "place", JET_bitColumnRenameConvertToPrimaryIndexPlaceholder),
               JET_errInvalidPlaceholderColumn);
    assert_ok(JetRenameColumnW(session, table, test_wide("id"), test_wide("number"), 0));
    assert_int_equal(info_of(table, "number").columnid, id);
    assert_ok(JetRenameColumnA(session, table, "flag", "place", JET_bitColumnRenameConvertToPrimaryIndexPlaceholder));
    assert_int_equal(info_of(table, "place").columnid, flag);
    assert_err(JetDeleteColumnW(session, table, test_wide("number")), JET_errColumnInUse);
}

/* ----------------------------------------------------------------- indexes --- */

static JET_INDEXCREATE3_A index_of(const char *name, const char *key, JET_ULONG size, JET_GRBIT grbit)
{
    JET_INDEXCREATE3_A create;

    memset(&create, 0, sizeof(create));
    create.cbStruct = sizeof(create);
    create.szIndexName = (char *)name;
    create.szKey = (char *)key;
    create.cbKey = size;
    create.grbit = grbit;
    create.ulDensity = 80;
    return create;
}

static JET_ERR make_index(JET_INDEXCREATE3_A create)
{
    return JetCreateIndex4A(session, table, &create, 1);
}

static void bits_of_indexes(void **state)
{
    JET_INDEXCREATE3_A create;
    JET_UNICODEINDEX2 unicode = { (WCHAR *)L"xx-nowhere", 0 };
    char many[JET_ccolKeyMost * 3 + 10];
    const int32_t zero = 0;
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypLong, 0, 0, 0, 0, 0, JET_bitColumnEscrowUpdate };
    JET_COLUMNID id;

    (void)state;
    assert_ok(JetAddColumnA(session, table, "count", &def, &zero, 4, &id));
    (void)test_column(session, table, "a", JET_coltypLong, 0);
    (void)test_column(session, table, "m", JET_coltypLong, JET_bitColumnTagged | JET_bitColumnMultiValued);
    def.grbit = 0;
    assert_ok(JetAddColumnA(session, table, "d", &def, &zero, 4, &id));
    assert_err(make_index(index_of("i", "+a\0", 4, JET_bitIndexPrimary | JET_bitIndexIgnoreNull)), JET_errInvalidGrbit);
    assert_err(make_index(index_of("i", "+a\0", 4, JET_bitIndexCrossProduct | JET_bitIndexNestedTable)),
               JET_errInvalidGrbit);
    assert_err(make_index(index_of("i", "+a\0", 4, JET_bitIndexEmpty)), JET_errInvalidGrbit);
    assert_err(make_index(index_of("i", "+d\0", 4, JET_bitIndexEmpty | JET_bitIndexIgnoreAnyNull)),
               JET_errIndexInvalidDef);
    assert_err(make_index(index_of("i", "+a\0", 4, JET_bitIndexTupleLimits)), JET_errIndexInvalidDef);
    assert_err(make_index(index_of("i", "+count\0", 8, 0)), JET_errCannotIndex);
    assert_err(make_index(index_of("i", "+m\0", 4, JET_bitIndexPrimary)), JET_errIndexInvalidDef);
    assert_err(make_index(index_of("i", "+nothing\0", 10, 0)), JET_errColumnNotFound);
    assert_err(make_index(index_of("", "+a\0", 4, 0)), JET_errInvalidName);
    /* The key and how it ends. */
    assert_err(make_index(index_of("i", NULL, 4, 0)), JET_errInvalidParameter);
    assert_err(make_index(index_of("i", "+a\0", 0, 0)), JET_errInvalidParameter);
    assert_err(make_index(index_of("i", "a\0", 3, 0)), JET_errIndexInvalidDef);
    assert_err(make_index(index_of("i", "+a\0", 3, 0)), JET_errIndexInvalidDef);
    assert_err(make_index(index_of("i", "+a\0\0\0", 6, 0)), JET_errIndexInvalidDef);
    for (unsigned i = 0; i <= JET_ccolKeyMost; i++)
        memcpy(many + 3 * i, "+a", 3);
    many[3 * (JET_ccolKeyMost + 1)] = 0;
    assert_err(make_index(index_of("i", many, 3 * (JET_ccolKeyMost + 1) + 1, 0)), JET_errIndexInvalidDef);
    /* How long keys get. */
    create = index_of("i", "+a\0", 4, JET_bitIndexKeyMost);
    create.cbKeyMost = JET_cbKeyMostMin - 1;
    assert_err(make_index(create), JET_errIndexInvalidDef);
    create.cbKeyMost = JET_cbKeyMost32KBytePage + 1;
    assert_err(make_index(create), JET_errIndexInvalidDef);
    create.cbKeyMost = JET_cbKeyMostMin;
    create.cbVarSegMac = JET_cbKeyMostMin + 1;
    assert_err(make_index(create), JET_errIndexInvalidDef);
    /* A language. */
    create = index_of("i", "+a\0", 4, JET_bitIndexUnicode);
    assert_err(make_index(create), JET_errInvalidParameter);
    create.pidxunicode = &unicode;
    assert_err(make_index(create), JET_errInvalidLanguageId);
    create.grbit = 0;
    assert_err(make_index(create), JET_errInvalidParameter);
    create = index_of("i", "+a\0", 4, 0);
    create.cbStruct--;
    assert_err(make_index(create), JET_errInvalidParameter);
    assert_err(JetSetCurrentIndexA(session, table, "i"), JET_errIndexNotFound);
    assert_ok(make_index(index_of("p", "+a\0", 4, JET_bitIndexPrimary | JET_bitIndexDisallowNull)));
    assert_err(make_index(index_of("q", "+d\0", 4, JET_bitIndexPrimary)), JET_errIndexHasPrimary);
    assert_err(JetDeleteIndexA(session, table, "p"), JET_errIndexMustStay);
    assert_err(JetDeleteIndexW(session, table, test_wide("q")), JET_errIndexNotFound);
}

static void conditions_of_indexes(void **state)
{
    JET_CONDITIONALCOLUMN_A conditions[JET_ccolKeyMost + 1];
    JET_INDEXCREATE3_A create = index_of("i", "+a\0", 4, 0);
    const int32_t values[] = { 1, 2, 3 };
    JET_COLUMNID a, b;
    JET_ULONG count;

    (void)state;
    a = test_column(session, table, "a", JET_coltypLong, 0);
    b = test_column(session, table, "b", JET_coltypLong, JET_bitColumnTagged);
    for (unsigned i = 0; i <= JET_ccolKeyMost; i++)
        conditions[i] = (JET_CONDITIONALCOLUMN_A){ sizeof(conditions[i]), (char *)"b", JET_bitIndexColumnMustBeNull };
    create.rgconditionalcolumn = conditions;
    create.cConditionalColumn = JET_ccolKeyMost + 1;
    assert_err(make_index(create), JET_errIndexInvalidDef);
    create.cConditionalColumn = 1;
    conditions[0].grbit = JET_bitIndexColumnMustBeNull | JET_bitIndexColumnMustBeNonNull;
    assert_err(make_index(create), JET_errInvalidGrbit);
    conditions[0].grbit = 0;
    assert_err(make_index(create), JET_errInvalidGrbit);
    conditions[0].grbit = JET_bitIndexColumnMustBeNonNull;
    conditions[0].cbStruct++;
    assert_err(make_index(create), JET_errIndexInvalidDef);
    conditions[0].cbStruct--;
    conditions[0].szColumnName = (char *)"nothing";
    assert_err(make_index(create), JET_errColumnNotFound);
    conditions[0].szColumnName = (char *)"b";
    create.grbit = JET_bitIndexPrimary;
    assert_err(make_index(create), JET_errIndexInvalidDef);
    create.grbit = 0;
    assert_ok(make_index(create));
    create.szIndexName = (char *)"other";
    conditions[0].grbit = JET_bitIndexColumnMustBeNull;
    assert_ok(make_index(create));
    assert_ok(JetBeginTransaction(session));
    for (unsigned i = 0; i < 3; i++)
    {
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, a, &values[i], 4, 0, NULL));
        if (i)
            assert_ok(JetSetColumn(session, table, b, &values[i], 4, 0, NULL));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetSetCurrentIndexA(session, table, "i"));
    assert_ok(JetIndexRecordCount(session, table, &count, 0));
    assert_int_equal(count, 2);
    assert_ok(JetSetCurrentIndexA(session, table, "other"));
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetIndexRecordCount(session, table, &count, 0));
    assert_int_equal(count, 1);
}

static JET_ERR tuples(JET_ULONG min, JET_ULONG max, JET_ULONG most, JET_ULONG step, JET_ULONG begin, JET_GRBIT grbit)
{
    JET_TUPLELIMITS limits = { min, max, most, step, begin };
    JET_INDEXCREATE3_A create = index_of("tuples", "+text\0", 7, JET_bitIndexTuples | JET_bitIndexTupleLimits | grbit);

    create.ptuplelimits = &limits;
    return make_index(create);
}

static void tuples_of_text(void **state)
{
    JET_INDEXCREATE3_A create = index_of("tuples", "+text\0", 7, JET_bitIndexTuples);
    JET_COLUMNID text;
    JET_ULONG count;

    (void)state;
    text = test_column(session, table, "text", JET_coltypText, 0);
    (void)test_column(session, table, "number", JET_coltypLong, 0);
    assert_err(tuples(0, 0, 0, 0, 0, JET_bitIndexPrimary), JET_errIndexTuplesSecondaryIndexOnly);
    assert_err(tuples(0, 0, 0, 0, 0, JET_bitIndexUnique), JET_errIndexTuplesNonUniqueOnly);
    create.cbVarSegMac = 20;
    assert_err(make_index(create), JET_errIndexTuplesVarSegMacNotAllowed);
    create = index_of("tuples", "+number\0", 9, JET_bitIndexTuples);
    assert_err(make_index(create), JET_errIndexTuplesTextBinaryColumnsOnly);
    assert_err(tuples(0x10000, 0, 0, 0, 0, 0), JET_errIndexTuplesInvalidLimits);
    assert_err(tuples(0, 0x10000, 0, 0, 0, 0), JET_errIndexTuplesInvalidLimits);
    assert_err(tuples(0, 0, 0x10000, 0, 0, 0), JET_errIndexTuplesInvalidLimits);
    assert_err(tuples(0, 0, 0, 0x10000, 0, 0), JET_errIndexTuplesInvalidLimits);
    assert_err(tuples(0, 0, 0, 0, 0x10000, 0), JET_errIndexTuplesInvalidLimits);
    assert_err(tuples(1, 0, 0, 0, 0, 0), JET_errIndexTuplesInvalidLimits);
    assert_err(tuples(0, 256, 0, 0, 0, 0), JET_errIndexTuplesInvalidLimits);
    assert_err(tuples(9, 8, 0, 0, 0, 0), JET_errIndexTuplesInvalidLimits);
    assert_ok(tuples(0, 0, 0, 0, UINT32_MAX, 0));
    assert_ok(JetBeginTransaction(session));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetSetColumn(session, table, text, "a\0b\0c\0d\0e\0", 10, 0, NULL));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetSetCurrentIndexA(session, table, "tuples"));
    assert_ok(JetIndexRecordCount(session, table, &count, 0));
    assert_int_equal(count, 3);
    /* A key of two letters is too short to be found by; one that is too long is cut to ten. */
    assert_err(JetMakeKey(session, table, "a\0b\0", 4, JET_bitNewKey), JET_errIndexTuplesKeyTooSmall);
    assert_ok(JetMakeKey(session, table, "b\0c\0d\0", 6, JET_bitNewKey | JET_bitPartialColumnEndLimit));
    assert_ok(JetMakeKey(session, table, "c\0d\0e\0", 6, JET_bitNewKey));
    assert_ok(JetSeek(session, table, JET_bitSeekEQ));
}

static void several_at_once(void **state)
{
    JET_INDEXCREATE3_A creates[3];
    JET_SPACEHINTS hints = { sizeof(hints), 80, 0, 0, 0, 0, 0, 0 };
    const int32_t values[] = { 3, 1, 2 };
    JET_COLUMNID a, b;
    JET_ULONG count;
    int32_t found;

    (void)state;
    a = test_column(session, table, "a", JET_coltypLong, 0);
    b = test_column(session, table, "b", JET_coltypLong, 0);
    assert_ok(JetBeginTransaction(session));
    for (unsigned i = 0; i < 3; i++)
    {
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, a, &values[i], 4, 0, NULL));
        if (i)
            assert_ok(JetSetColumn(session, table, b, &values[i], 4, 0, NULL));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    creates[0] = index_of("by a", "+a\0", 4, JET_bitIndexUnique);
    creates[1] = index_of("by b", "-b\0", 4, JET_bitIndexIgnoreNull);
    creates[2] = index_of("by both", "+a\0+b\0", 7, 0);
    creates[1].pSpacehints = creates[0].pSpacehints = &hints;
    assert_err(JetCreateIndex4A(session, table, creates, 3), JET_errInTransaction);
    assert_ok(JetCommitTransaction(session, 0));
    creates[2].grbit = JET_bitIndexPrimary;
    assert_err(JetCreateIndex4A(session, table, creates, 3), JET_errInvalidGrbit);
    creates[2].grbit = 0;
    creates[2].cbStruct--;
    assert_err(JetCreateIndex4A(session, table, creates, 3), JET_errInvalidParameter);
    creates[2].cbStruct++;
    creates[2].szIndexName = (char *)"by a";
    assert_err(JetCreateIndex4A(session, table, creates, 3), JET_errIndexDuplicate);
    assert_err(JetSetCurrentIndexA(session, table, "by a"), JET_errIndexNotFound);
    creates[2].szIndexName = (char *)"by both";
    assert_ok(JetCreateIndex4A(session, table, creates, 3));
    assert_ok(JetSetCurrentIndexA(session, table, "by b"));
    assert_ok(JetIndexRecordCount(session, table, &count, 0));
    assert_int_equal(count, 2);
    assert_ok(JetMove(session, table, JET_MoveFirst, 0));
    assert_ok(JetRetrieveColumn(session, table, b, &found, sizeof(found), NULL, 0, NULL));
    assert_int_equal(found, 2);
    assert_ok(JetSetCurrentIndexA(session, table, "by a"));
    for (int32_t i = 1; i <= 3; i++)
    {
        assert_ok(JetMove(session, table, i == 1 ? JET_MoveFirst : JET_MoveNext, 0));
        assert_ok(JetRetrieveColumn(session, table, a, &found, sizeof(found), NULL, 0, NULL));
        assert_int_equal(found, i);
    }
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
}

/* ------------------------------------------------------------------- space --- */

static JET_ERR hinted(JET_SPACEHINTS hints)
{
    JET_INDEXCREATE3_A create = index_of("hinted", "+a\0", 4, 0);
    JET_ERR err;

    create.pSpacehints = &hints;
    err = make_index(create);
    if (err >= 0)
        assert_ok(JetDeleteIndexA(session, table, "hinted"));
    return err;
}

#define HINTS(...) ((JET_SPACEHINTS){ .cbStruct = sizeof(JET_SPACEHINTS), __VA_ARGS__ })

static void hints_of_space(void **state)
{
    JET_TABLECREATE5_A create;
    JET_SPACEHINTS hints = HINTS(.ulInitialDensity = 70, .cbInitial = 5000, .ulGrowth = 150, .cbMinExtent = 4096,
                                 .cbMaxExtent = 65536);
    JET_INDEXCREATE3_A kept = index_of("kept", "+a\0", 4, 0);
    uint8_t room[2000];
    const JET_INDEXCREATE3_A *found = (const JET_INDEXCREATE3_A *)room;
    JET_ULONG space[2];

    (void)state;
    (void)test_column(session, table, "a", JET_coltypLong, 0);
    assert_err(hinted((JET_SPACEHINTS){ .cbStruct = 1 }), JET_errInvalidParameter);
    assert_err(hinted(HINTS(.ulInitialDensity = 19)), JET_errDensityInvalid);
    assert_err(hinted(HINTS(.ulInitialDensity = 101)), JET_errDensityInvalid);
    assert_err(hinted(HINTS(.ulMaintDensity = 19)), JET_errDensityInvalid);
    assert_err(hinted(HINTS(.grbit = 0x80000000)), JET_errInvalidGrbit);
    assert_err(hinted(HINTS(.grbit = JET_bitRetrieveHintTableScanForward | JET_bitRetrieveHintTableScanBackward)),
               JET_errSpaceHintsInvalid);
    assert_err(hinted(HINTS(.ulGrowth = 99)), JET_errSpaceHintsInvalid);
    assert_err(hinted(HINTS(.ulGrowth = 50000)), JET_errSpaceHintsInvalid);
    assert_err(hinted(HINTS(.cbMinExtent = 100u << 20, .cbMaxExtent = 100u << 20)), JET_errSpaceHintsInvalid);
    assert_err(hinted(HINTS(.cbMinExtent = 65536, .cbMaxExtent = 32768)), JET_errSpaceHintsInvalid);
    /* Extents of one page that are to become larger, but do not grow. */
    assert_err(hinted(HINTS(.cbMinExtent = 4096, .cbMaxExtent = 65536)), JET_errSpaceHintsInvalid);
    assert_ok(hinted(HINTS(.ulGrowth = 100, .cbMinExtent = 4096, .cbMaxExtent = 65536)));
    assert_ok(hinted(HINTS(.cbMinExtent = 32768, .cbMaxExtent = 32768)));

    /* What is not whole pages becomes so, and is remembered. */
    kept.pSpacehints = &hints;
    assert_ok(make_index(kept));
    memset(room, 0, sizeof(room));
    assert_ok(JetGetTableIndexInfoA(session, table, "kept", room, sizeof(room), JET_IdxInfoCreateIndex3));
    assert_int_equal(found->pSpacehints->ulInitialDensity, 70);
    assert_int_equal(found->pSpacehints->cbInitial, 8192);
    assert_int_equal(found->pSpacehints->ulGrowth, 150);
    assert_int_equal(found->pSpacehints->cbMinExtent, 4096);
    assert_int_equal(found->pSpacehints->cbMaxExtent, 65536);
    memset(&create, 0, sizeof(create));
    create.cbStruct = sizeof(create);
    create.szTableName = (char *)"spacious";
    create.pSeqSpacehints = &hints;
    create.pLVSpacehints = &hints;
    create.cbLVChunkMax = 1u << 20;
    assert_err(JetCreateTableColumnIndex5A(session, dbid, &create), JET_errInvalidLVChunkSize);
    create.cbLVChunkMax = 0;
    assert_ok(JetCreateTableColumnIndex5A(session, dbid, &create));
    assert_ok(JetCloseTable(session, create.tableid));
    assert_ok(JetOpenTableA(session, dbid, "spacious", NULL, 0, 0, &create.tableid));
    assert_ok(JetGetTableInfoA(session, create.tableid, space, sizeof(space), JET_TblInfoSpaceAlloc));
    assert_int_equal(space[0], 2);
    assert_int_equal(space[1], 70);
    assert_ok(JetCloseTable(session, create.tableid));
}

/* ------------------------------------------------------------------ tables --- */

static JET_ERR create_table(const char *name, JET_COLUMNCREATE_A *columns, JET_ULONG count, JET_INDEXCREATE3_A *indexes,
                            JET_ULONG index_count, const char *from, JET_GRBIT grbit, JET_ULONG *created)
{
    JET_TABLECREATE5_A create;
    JET_ERR err;

    memset(&create, 0, sizeof(create));
    create.cbStruct = sizeof(create);
    create.szTableName = (char *)name;
    create.szTemplateTableName = (char *)from;
    create.rgcolumncreate = columns;
    create.cColumns = count;
    create.rgindexcreate = indexes;
    create.cIndexes = index_count;
    create.grbit = grbit;
    err = JetCreateTableColumnIndex5A(session, dbid, &create);
    if (created)
        *created = create.cCreated;
    if (err >= 0)
        assert_ok(JetCloseTable(session, create.tableid));
    return err;
}

static void tables_with_all(void **state)
{
    JET_COLUMNCREATE_A columns[2];
    JET_INDEXCREATE3_A indexes[2] = { index_of("one", "+a\0", 4, JET_bitIndexPrimary),
                                      index_of("two", "+b\0", 4, JET_bitIndexPrimary) };
    JET_ULONG created;

    (void)state;
    memset(columns, 0, sizeof(columns));
    for (unsigned i = 0; i < 2; i++)
    {
        columns[i].cbStruct = sizeof(columns[i]);
        columns[i].szColumnName = (char *)(i ? "b" : "a");
        columns[i].coltyp = JET_coltypLong;
    }
    assert_err(create_table("all", NULL, 1, NULL, 0, NULL, 0, NULL), JET_errInvalidParameter);
    assert_err(create_table("all", columns, 2, NULL, 1, NULL, 0, NULL), JET_errInvalidCreateIndex);
    columns[1].cbStruct--;
    assert_err(create_table("all", columns, 2, NULL, 0, NULL, 0, &created), JET_errInvalidParameter);
    columns[1].cbStruct++;
    columns[1].coltyp = 99;
    assert_err(create_table("all", columns, 2, NULL, 0, NULL, 0, &created), JET_errInvalidColumnType);
    assert_int_equal(columns[1].err, JET_errInvalidColumnType);
    assert_int_equal(created, 2);
    columns[1].coltyp = JET_coltypLong;
    columns[1].pvDefault = (void *)"ab";
    columns[1].cbDefault = 2;
    assert_err(create_table("all", columns, 2, NULL, 0, NULL, 0, &created), JET_errInvalidBufferSize);
    columns[1].cbDefault = 0;
    assert_err(create_table("all", columns, 2, indexes, 2, NULL, 0, &created), JET_errIndexHasPrimary);
    assert_int_equal(indexes[1].err, JET_errIndexHasPrimary);
    indexes[1].cbStruct--;
    assert_err(create_table("all", columns, 2, indexes, 2, NULL, 0, &created), JET_errInvalidCreateIndex);
    indexes[1].cbStruct++;
    assert_err(create_table("all", columns, 2, indexes, 1, NULL, JET_bitTableCreateSystemTable, NULL),
               JET_errInvalidGrbit);
    assert_err(
        create_table("all", columns, 2, indexes, 1, NULL, JET_bitTableCreateNoFixedVarColumnsInDerivedTables, NULL),
        JET_errInvalidGrbit);
    assert_err(create_table("all", columns, 2, indexes, 1, "all", JET_bitTableCreateTemplateTable, NULL),
               JET_errCannotNestDDL);
    assert_err(create_table("all", columns, 2, indexes, 1, "nothing", 0, NULL), JET_errObjectNotFound);
    assert_ok(JetBeginTransaction2(session, JET_bitTransactionReadOnly));
    assert_err(create_table("all", columns, 2, indexes, 1, NULL, 0, NULL), JET_errTransReadOnly);
    assert_ok(JetRollback(session, 0));
    assert_ok(create_table("all", columns, 2, indexes, 1, NULL, 0, &created));
    assert_int_equal(created, 4);
    assert_err(create_table("more", columns, 0, NULL, 0, "all", 0, NULL), JET_errDDLNotInheritable);
    assert_err(create_table("ALL", columns, 2, indexes, 1, NULL, 0, NULL), JET_errTableDuplicate);
}

static void templates(void **state)
{
    JET_COLUMNCREATE_A column;
    JET_INDEXCREATE3_A indexes[2] = { index_of("one", "+a\0", 4, JET_bitIndexPrimary), index_of("two", "-a\0", 4, 0) };
    JET_TABLEID kind;
    JET_COLUMNID id, own;
    const int32_t values[] = { 1, 2 };
    int32_t found;

    (void)state;
    memset(&column, 0, sizeof(column));
    column.cbStruct = sizeof(column);
    column.szColumnName = (char *)"a";
    column.coltyp = JET_coltypLong;
    assert_ok(create_table("base", &column, 1, indexes, 2, NULL, JET_bitTableCreateTemplateTable, NULL));
    assert_ok(create_table("kind", NULL, 0, NULL, 0, "base", 0, NULL));
    assert_err(create_table("same", &column, 1, NULL, 0, "base", 0, NULL), JET_errColumnDuplicate);
    assert_ok(JetOpenTableA(session, dbid, "base", NULL, 0, 0, &kind));
    assert_err(JetDeleteColumnA(session, kind, "a"), JET_errFixedDDL);
    assert_err(JetDeleteIndexA(session, kind, "two"), JET_errFixedDDL);
    assert_err(JetCreateIndexA(session, kind, "three", 0, "+a\0", 4, 80), JET_errFixedDDL);
    assert_ok(JetCloseTable(session, kind));
    assert_err(JetRenameTableA(session, dbid, "base", "other"), JET_errFixedDDL);
    assert_err(JetDeleteTableA(session, dbid, "base"), JET_errCannotDeleteTemplateTable);
    assert_ok(JetOpenTableA(session, dbid, "kind", NULL, 0, 0, &kind));
    assert_err(JetDeleteColumnA(session, kind, "a"), JET_errFixedInheritedDDL);
    assert_err(JetDeleteIndexA(session, kind, "two"), JET_errFixedInheritedDDL);
    id = info_of(kind, "a").columnid;
    own = test_column(session, kind, "own", JET_coltypLong, 0);
    assert_ok(JetBeginTransaction(session));
    for (unsigned i = 0; i < 2; i++)
    {
        assert_ok(JetPrepareUpdate(session, kind, JET_prepInsert));
        assert_ok(JetSetColumn(session, kind, id, &values[i], 4, 0, NULL));
        assert_ok(JetSetColumn(session, kind, own, &values[1 - i], 4, 0, NULL));
        assert_ok(JetUpdate(session, kind, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(session, 0));
    assert_ok(JetSetCurrentIndexA(session, kind, "two"));
    assert_ok(JetMove(session, kind, JET_MoveFirst, 0));
    assert_ok(JetRetrieveColumn(session, kind, own, &found, sizeof(found), NULL, 0, NULL));
    assert_int_equal(found, 1);
    assert_ok(JetCloseTable(session, kind));
}

/* All of it in 16-bit names. */
static void wide_names(void **state)
{
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypLong, 0, 0, 0, 0, 0, 0 };
    JET_TABLEID wide;
    JET_COLUMNID id;
    WCHAR key[] = { '+', 'i', 'd', 0, 0 };

    (void)state;
    assert_ok(JetCreateTableW(session, dbid, test_wide("wide"), 1, 80, &wide));
    assert_ok(JetAddColumnW(session, wide, test_wide("id"), &def, NULL, 0, &id));
    assert_int_equal(info_of(wide, "id").columnid, id);
    assert_ok(JetAddColumnW(session, wide, test_wide("gone"), &def, NULL, 0, &id));
    assert_ok(JetCreateIndexW(session, wide, test_wide("by id"), 0, key, sizeof(key), 80));
    assert_ok(JetSetCurrentIndexA(session, wide, "by id"));
    assert_ok(JetSetCurrentIndexA(session, wide, NULL));
    assert_ok(JetDeleteIndexW(session, wide, test_wide("by id")));
    assert_err(JetSetCurrentIndexA(session, wide, "by id"), JET_errIndexNotFound);
    assert_ok(JetDeleteColumnW(session, wide, test_wide("gone")));
    assert_err(JetGetTableColumnInfoA(session, wide, "gone", &def, sizeof(def), JET_ColInfo), JET_errColumnNotFound);
    assert_ok(JetCloseTable(session, wide));
    assert_ok(JetRenameTableW(session, dbid, test_wide("wide"), test_wide("wider")));
    assert_err(JetOpenTableA(session, dbid, "wide", NULL, 0, 0, &wide), JET_errObjectNotFound);
    assert_ok(JetOpenTableA(session, dbid, "wider", NULL, 0, 0, &wide));
    assert_ok(JetCloseTable(session, wide));
    assert_ok(JetDeleteTableW(session, dbid, test_wide("wider")));
    assert_err(JetOpenTableA(session, dbid, "wider", NULL, 0, 0, &wide), JET_errObjectNotFound);
    assert_err(JetDeleteTableW(session, dbid, test_wide("MSysObjects")), JET_errCannotDeleteSystemTable);
    assert_err(JetRenameTableA(session, dbid, NULL, "x"), JET_errInvalidParameter);
    assert_err(JetCreateTableA(session, dbid, "none", 1, 80, NULL), JET_errInvalidParameter);
}

#define ON_TABLE(function) cmocka_unit_test_setup_teardown(function, make_table, close_table)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_TABLE(types_of_columns),        ON_TABLE(sizes_of_columns),  ON_TABLE(escrow_columns),
        ON_TABLE(counting_columns),        ON_TABLE(computed_columns),  ON_TABLE(a_new_default),
        ON_TABLE(columns_renamed),         ON_TABLE(bits_of_indexes),   ON_TABLE(conditions_of_indexes),
        ON_TABLE(tuples_of_text),          ON_TABLE(several_at_once),   ON_TABLE(hints_of_space),
        cmocka_unit_test(tables_with_all), cmocka_unit_test(templates), cmocka_unit_test(wide_names),
    };

    return cmocka_run_group_tests_name("ddl rules", tests, start, stop);
}
