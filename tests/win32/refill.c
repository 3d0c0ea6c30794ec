/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A table that is filled and emptied over and over: the file stops growing after
 * the second round, whether rows leave in the order they came in or at random.
 *
 * ESENT_ROUNDS (default 6) rounds of ESENT_ROWS (default 2000) rows.
 */
#include "support.h"

#define BATCH 500

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID database;
static JET_TABLEID table;
static JET_COLUMNID c_id, c_text, c_note;

static unsigned long setting(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);

    return text && *text ? strtoul(text, NULL, 0) : otherwise;
}

static uint32_t mix(uint32_t x)
{
    x = (x ^ x >> 16) * 0x45d9f3bu;
    x = (x ^ x >> 16) * 0x45d9f3bu;
    return x ^ x >> 16;
}

#define INDEX(name, key, bits)                                                                                         \
    {                                                                                                                  \
        .cbStruct = sizeof(JET_INDEXCREATE_A), .szIndexName = (char *)(name), .szKey = (char *)(key),                  \
        .cbKey = sizeof(key), .grbit = (bits)                                                                          \
    }

static void create(const char *name)
{
    JET_COLUMNCREATE_A columns[] = {
        { .cbStruct = sizeof(columns[0]), .szColumnName = (char *)"id", .coltyp = JET_coltypLong },
        { .cbStruct = sizeof(columns[0]), .szColumnName = (char *)"text", .coltyp = JET_coltypText, .cp = 1252 },
        { .cbStruct = sizeof(columns[0]), .szColumnName = (char *)"note", .coltyp = JET_coltypLongBinary },
    };
    JET_INDEXCREATE_A indexes[] = {
        INDEX("id", "+id\0", JET_bitIndexPrimary),
        INDEX("text", "+text\0", 0),
    };
    JET_TABLECREATE_A made = { .cbStruct = sizeof(made), .szTableName = (char *)name, .ulPages = 1 };

    made.rgcolumncreate = columns;
    made.cColumns = 3;
    made.rgindexcreate = indexes;
    made.cIndexes = 2;
    assert_ok(JetCreateTableColumnIndexA(session, database, &made));
    c_id = columns[0].columnid;
    c_text = columns[1].columnid;
    c_note = columns[2].columnid;
    table = made.tableid;
}

static void fill(uint32_t rows, uint32_t round)
{
    for (uint32_t i = 0; i < rows; i++)
    {
        /* Ascending in one round, in any order in the next. */
        int32_t id = (int32_t)(round % 2 ? mix(i) : i);
        char text[120], note[3000];
        int size = snprintf(text, sizeof(text), "%08x the row of number %d in round %u, with some text", mix(i + round),
                            (int)id, (unsigned)round);

        if (i % BATCH == 0)
            assert_ok(JetBeginTransaction(session));
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, c_id, &id, sizeof(id), 0, NULL));
        assert_ok(JetSetColumn(session, table, c_text, text, (JET_ULONG)size, 0, NULL));
        if (i % 50 == 0)
        {
            memset(note, 'n', sizeof(note));
            assert_ok(JetSetColumn(session, table, c_note, note, sizeof(note), 0, NULL));
        }
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
        if (i % BATCH == BATCH - 1 || i == rows - 1)
            assert_ok(JetCommitTransaction(session, JET_bitCommitLazyFlush));
    }
}

static void empty(uint32_t round)
{
    uint32_t i = 0;
    JET_ERR err;

    assert_ok(JetSetCurrentIndexA(session, table, round % 3 == 2 ? "text" : NULL));
    assert_ok(JetBeginTransaction(session));
    for (err = JetMove(session, table, JET_MoveFirst, 0); err >= 0; err = JetMove(session, table, JET_MoveNext, 0))
    {
        assert_ok(JetDelete(session, table));
        if (++i % BATCH == 0)
        {
            assert_ok(JetCommitTransaction(session, JET_bitCommitLazyFlush));
            assert_ok(JetBeginTransaction(session));
        }
    }
    assert_err(err, JET_errNoCurrentRecord);
    assert_ok(JetCommitTransaction(session, JET_bitCommitLazyFlush));
    assert_ok(JetSetCurrentIndexA(session, table, NULL));
}

static void refill(const char *name, const char *recovery)
{
    uint32_t rounds = (uint32_t)setting("ESENT_ROUNDS", 6), rows = (uint32_t)setting("ESENT_ROWS", 2000);
    JET_ULONG pages = 0, second = 0, most = 0;

    instance = test_instance_unstarted(name, recovery);
    /* Small steps, to see small growth. */
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramDbExtensionSize, 16, NULL));
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    assert_ok(
        JetCreateDatabaseA(session, test_file(recovery[1] == 'n' ? "logged.edb" : "plain.edb"), NULL, &database, 0));
    create("table");
    for (uint32_t round = 0; round < rounds; round++)
    {
        fill(rows, round);
        empty(round);
        assert_ok(JetGetDatabaseInfoA(session, database, &pages, sizeof(pages), JET_DbInfoFilesize));
        if (round < 2)
            second = most = pages;
        if (pages > most)
            most = pages;
        print_message("round %u: %u pages\n", (unsigned)round + 1, (unsigned)pages);
    }
    assert_true(most <= second);
    assert_ok(JetTerm(instance));
}

static void not_logged(void **state)
{
    (void)state;
    refill("plain", "off");
}

static void logged(void **state)
{
    (void)state;
    refill("logged", "on");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_logged),
        cmocka_unit_test(logged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
