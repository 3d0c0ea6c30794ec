/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Search keys: each grbit of JetMakeKey over a small database, and for the
 * databases in ESENT_CORPUS, if that is set, that a key made of a record's
 * values is the key that its index has.
 */
#include "support.h"

#include "small_database.h"

#define KEY_ROOM 2002

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID database;
static char small_path[1024];

static void open_database(const char *path, const char *folder)
{
    JET_ULONG page_size = 4096;

    JetGetDatabaseFileInfoA(path, &page_size, sizeof(page_size), JET_DbInfoPageSize);
    assert_ok(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramDatabasePageSize, page_size, NULL));
    instance = test_instance_unstarted(folder, "off");
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramEnableIndexChecking, 0, NULL));
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    assert_true(JetAttachDatabaseA(session, path, JET_bitDbReadOnly) >= 0);
    assert_true(JetOpenDatabaseA(session, path, NULL, &database, JET_bitDbReadOnly) >= 0);
}

static void close_database(const char *path)
{
    assert_ok(JetCloseDatabase(session, database, 0));
    assert_ok(JetDetachDatabaseA(session, path));
    assert_ok(JetEndSession(session, 0));
    assert_ok(JetTerm(instance));
}

static int setup(void **state)
{
    static uint8_t image[SMALL_SIZE];
    JET_TABLEID *table = *state = malloc(sizeof(*table));

    small_database(image, JET_dbstateCleanShutdown);
    snprintf(small_path, sizeof(small_path), "%s", test_file("small.edb"));
    test_file_write(small_path, image, sizeof(image));
    open_database(small_path, "keys");
    assert_ok(JetOpenTableA(session, database, "people", NULL, 0, JET_bitTableReadOnly, table));
    return 0;
}

static int teardown(void **state)
{
    JET_TABLEID *table = *state;

    assert_ok(JetCloseTable(session, *table));
    free(table);
    close_database(small_path);
    return 0;
}

static void expect_key(JET_TABLEID table, const void *want, JET_ULONG want_size)
{
    unsigned char key[KEY_ROOM];
    JET_ULONG size = 0;

    assert_ok(JetRetrieveKey(session, table, key, sizeof(key), &size, JET_bitRetrieveCopy));
    assert_int_equal(size, want_size);
    assert_memory_equal(key, want, size);
}

static void test_states(void **state)
{
    JET_TABLEID table = *(JET_TABLEID *)*state;
    unsigned char key[8];
    JET_ULONG size = 0;
    int32_t id = 258;

    assert_err(JetRetrieveKey(session, table, key, sizeof(key), &size, JET_bitRetrieveCopy), JET_errKeyNotMade);
    assert_err(JetMakeKey(session, table, &id, sizeof(id), 0), JET_errKeyNotMade);
    assert_err(JetMakeKey(session, table, &id, 3, JET_bitNewKey), JET_errInvalidBufferSize);
    assert_ok(JetMakeKey(session, table, &id, sizeof(id), JET_bitNewKey));
    expect_key(table, "\x7f\x80\0\1\2", 5);
    assert_err(JetMakeKey(session, table, &id, sizeof(id), 0), JET_errKeyIsMade);
    /* a copy that is cut is no warning */
    assert_ok(JetRetrieveKey(session, table, key, 2, &size, JET_bitRetrieveCopy));
    assert_int_equal(size, 5);
    assert_ok(JetMakeKey(session, table, NULL, 0, JET_bitNewKey));
    expect_key(table, "\0", 1);
    assert_err(JetMakeKey(session, table, NULL, 0, JET_bitNewKey | JET_bitKeyDataZeroLength), JET_errInvalidBufferSize);
    assert_err(JetMakeKey(session, table, &id, sizeof(id), JET_bitNewKey | JET_bitPartialColumnEndLimit),
               JET_errInvalidGrbit);
    assert_err(JetMakeKey(session, table, &id, sizeof(id),
                          JET_bitNewKey | JET_bitFullColumnStartLimit | JET_bitFullColumnEndLimit),
               JET_errInvalidGrbit);
    assert_ok(JetMakeKey(session, table, "abc", 3, JET_bitNormalizedKey));
    expect_key(table, "abc", 3);
    assert_err(JetSeek(session, table, JET_bitSeekLE), JET_errRecordNotFound);
}

/* Text limits: what begins with a prefix lies between its start and its end limit. */
static void test_limits(void **state)
{
    static const JET_GRBIT starts[] = { JET_bitPartialColumnStartLimit, 0 };
    static const JET_GRBIT ends[] = { JET_bitPartialColumnEndLimit, JET_bitSubStrLimit };
    JET_TABLEID table = *(JET_TABLEID *)*state;
    unsigned char key[300];
    JET_ULONG size;

    assert_ok(JetSetCurrentIndexA(session, table, "by_name"));
    for (int i = 0; i < 2; i++)
    {
        assert_ok(JetMakeKey(session, table, "bar", 3, JET_bitNewKey | starts[i]));
        assert_err(JetSeek(session, table, JET_bitSeekGE), JET_wrnSeekNotEqual);
        assert_ok(JetMakeKey(session, table, "bar", 3, JET_bitNewKey | ends[i]));
        assert_ok(JetRetrieveKey(session, table, key, sizeof(key), &size, JET_bitRetrieveCopy));
        assert_int_equal(size, 256);
        assert_memory_equal(key,
                            "\x7f"
                            "BAR\xff\xff",
                            6);
        assert_ok(JetSetIndexRange(session, table, JET_bitRangeUpperLimit));
        assert_ok(JetMove(session, table, 0, 0));
        assert_err(JetMove(session, table, 1, 0), JET_errNoCurrentRecord);
        assert_ok(JetMakeKey(session, table, "bar", 3, JET_bitNewKey | ends[i]));
        assert_err(JetMakeKey(session, table, "bar", 3, 0), JET_errKeyIsMade);
    }
    /* after all NULLs, before all values */
    assert_ok(JetMakeKey(session, table, NULL, 0, JET_bitNewKey | JET_bitFullColumnEndLimit));
    assert_err(JetSeek(session, table, JET_bitSeekGE), JET_wrnSeekNotEqual);
    assert_ok(JetMakeKey(session, table, NULL, 0, JET_bitNewKey | JET_bitFullColumnStartLimit));
    expect_key(table, "\0", 1);
    assert_ok(JetMakeKey(session, table, NULL, 0, JET_bitNewKey | JET_bitKeyDataZeroLength));
    expect_key(table, "\x40", 1);
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
}

/* ---------------------------------------------------------------- corpus --- */

struct key_column
{
    JET_COLUMNID id;
    JET_ULONG type, code_page, grbit;
};

static JET_ULONG list_number(JET_TABLEID list, JET_COLUMNID id)
{
    JET_ULONG value = 0, size = 0;

    assert_true(JetRetrieveColumn(session, list, id, &value, sizeof(value), &size, 0, NULL) >= 0);
    return value;
}

/* Makes the key of the current entry from its record's values; false if it cannot be said what they are. */
static bool make_key(JET_TABLEID table, const struct key_column *columns, JET_ULONG count)
{
    static unsigned char value[70000];

    for (JET_ULONG i = 0; i < count; i++)
    {
        JET_GRBIT grbit = i ? 0 : JET_bitNewKey;
        JET_ULONG size = 0;
        JET_ERR err = JetRetrieveColumn(session, table, columns[i].id, value, sizeof(value), &size, 0, NULL);

        assert_true(err >= 0);
        if (err == JET_wrnBufferTruncated)
            return false;
        if (err == JET_wrnColumnNull)
            assert_ok(JetMakeKey(session, table, NULL, 0, grbit));
        else
            assert_ok(JetMakeKey(session, table, value, size, grbit | (size ? 0 : JET_bitKeyDataZeroLength)));
    }
    return true;
}

static unsigned check_index(JET_TABLEID table, const WCHAR *name, const struct key_column *columns, JET_ULONG count,
                            bool unicode)
{
    unsigned checked = 0;
    JET_ERR err;

    for (JET_ULONG i = 0; i < count; i++)
    {
        if (columns[i].grbit & JET_bitColumnMultiValued || (!unicode && columns[i].code_page == 1200))
            return 0;
    }
    assert_ok(JetSetCurrentIndexW(session, table, name));
    for (err = JetMove(session, table, JET_MoveFirst, 0); err >= 0 && checked < 300;
         err = JetMove(session, table, JET_MoveNext, 0))
    {
        unsigned char key[KEY_ROOM], made[KEY_ROOM];
        JET_ULONG size = 0, made_size = 0;

        assert_ok(JetRetrieveKey(session, table, key, sizeof(key), &size, 0));
        if (!make_key(table, columns, count))
            continue;
        assert_ok(JetRetrieveKey(session, table, made, sizeof(made), &made_size, JET_bitRetrieveCopy));
        assert_int_equal(made_size, size);
        assert_memory_equal(made, key, size);
        checked++;
    }
    return checked;
}

static unsigned check_table(const WCHAR *name, bool unicode)
{
    JET_INDEXLIST list = { .cbStruct = sizeof(list) };
    struct key_column columns[16];
    JET_TABLEID table;
    unsigned checked = 0;
    JET_ERR err;

    assert_true(JetOpenTableW(session, database, name, NULL, 0, JET_bitTableReadOnly, &table) >= 0);
    assert_ok(JetGetTableIndexInfoW(session, table, NULL, &list, sizeof(list), JET_IdxInfoList));
    for (err = JetMove(session, list.tableid, JET_MoveFirst, 0); err >= 0;
         err = JetMove(session, list.tableid, JET_MoveNext, 0))
    {
        JET_ULONG at = list_number(list.tableid, list.columnidiColumn);
        JET_ULONG count = list_number(list.tableid, list.columnidcColumn);
        JET_COLUMNDEF definition = { .cbStruct = sizeof(definition) };
        WCHAR index[65] = { 0 };
        JET_ULONG size = 0;

        assert_true(at < 16);
        columns[at].id = list_number(list.tableid, list.columnidcolumnid);
        assert_ok(JetGetTableColumnInfoA(session, table, (const char *)&columns[at].id, &definition, sizeof(definition),
                                         JET_ColInfoByColid));
        columns[at].type = definition.coltyp;
        columns[at].code_page = definition.cp;
        columns[at].grbit = definition.grbit;
        if (at + 1 < count || list_number(list.tableid, list.columnidgrbitIndex) & JET_bitIndexTuples)
            continue;
        assert_ok(
            JetRetrieveColumn(session, list.tableid, list.columnidindexname, index, sizeof(index) - 2, &size, 0, NULL));
        checked += check_index(table, index, columns, count, unicode);
    }
    assert_ok(JetCloseTable(session, list.tableid));
    assert_ok(JetCloseTable(session, table));
    return checked;
}

static void test_corpus(void **state)
{
    /* where text was put in an order that is no longer in force, keys of text are left out */
    static const struct
    {
        const char *name;
        bool unicode;
    } files[] = {
        { "dissect-index.edb", false }, { "dissect-SRUDB.dat", true },    { "dsinternals-adamntds.dit", false },
        { "goese-SRUDB.dat", true },    { "xbimess-OneWall.xBIM", true }, { "dissect-Current.mdb", true },
    };
    const char *corpus = getenv("ESENT_CORPUS");
    unsigned checked = 0;

    (void)state;
    if (!corpus)
        skip();
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
    {
        JET_OBJECTLIST list = { .cbStruct = sizeof(list) };
        char path[1024], folder[32];
        JET_ERR err;

        snprintf(path, sizeof(path), "%s/%s", corpus, files[i].name);
        if (!test_file_exists(path))
            continue;
        snprintf(folder, sizeof(folder), "corpus%u", (unsigned)i);
        open_database(path, folder);
        assert_ok(JetGetObjectInfoW(session, database, JET_objtypTable, NULL, NULL, &list, sizeof(list),
                                    JET_ObjInfoListNoStats));
        for (err = JetMove(session, list.tableid, JET_MoveFirst, 0); err >= 0;
             err = JetMove(session, list.tableid, JET_MoveNext, 0))
        {
            WCHAR name[65] = { 0 };
            JET_ULONG size;

            assert_ok(JetRetrieveColumn(session, list.tableid, list.columnidobjectname, name, sizeof(name) - 2, &size,
                                        0, NULL));
            checked += check_table(name, files[i].unicode);
        }
        assert_ok(JetCloseTable(session, list.tableid));
        close_database(path);
    }
    print_message("%u keys\n", checked);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_states), cmocka_unit_test(test_limits) };
    const struct CMUnitTest corpus[] = { cmocka_unit_test(test_corpus) };
    int failed = cmocka_run_group_tests(tests, setup, teardown);

    return failed + cmocka_run_group_tests(corpus, NULL, NULL);
}
