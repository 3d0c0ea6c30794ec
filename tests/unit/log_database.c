/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a program's work leaves in the log: sessions begin and end, levels agree,
 * pages go from one dbtime to the next without a gap, macros are whole.
 */
#include "log_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/page.h"

#define DATABASE   u"log-test.tmp/test.edb"
#define DATABASE_A "log-test.tmp/test.edb"

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;

static void begin(void)
{
    instance = 0;
    assert_int_equal(JetCreateInstanceA(&instance, "log"), JET_errSuccess);
    assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramRecovery, 0, "on"), 0);
    assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramSystemPath, 0, "log-test.tmp/"), 0);
    assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramLogFilePath, 0, "log-test.tmp/"), 0);
    assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramTempPath, 0, "log-test.tmp/"), 0);
    assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, 128, NULL), 0);
    assert_int_equal(JetInit(&instance), JET_errSuccess);
    assert_int_equal(JetBeginSessionA(instance, &session, NULL, NULL), 0);
}

static void finish(JET_GRBIT grbit)
{
    assert_int_equal(JetEndSession(session, 0), 0);
    assert_int_equal(JetTerm2(instance, grbit), grbit & JET_bitTermDirty ? JET_errDirtyShutdown : JET_errSuccess);
}

struct columns
{
    JET_COLUMNID id, text, blob, count;
};

static void make_table(const char *name, JET_TABLEID *table, struct columns *columns)
{
    JET_COLUMNDEF id = { .cbStruct = sizeof(id), .coltyp = JET_coltypLong, .grbit = JET_bitColumnNotNULL };
    JET_COLUMNDEF text = { .cbStruct = sizeof(text), .coltyp = JET_coltypBinary };
    JET_COLUMNDEF blob = { .cbStruct = sizeof(blob), .coltyp = JET_coltypLongBinary };
    JET_COLUMNDEF count = { .cbStruct = sizeof(count), .coltyp = JET_coltypLong, .grbit = JET_bitColumnEscrowUpdate };
    int32_t zero = 0;

    assert_int_equal(JetCreateTableA(session, dbid, name, 1, 80, table), 0);
    assert_int_equal(JetAddColumnA(session, *table, "id", &id, NULL, 0, &columns->id), 0);
    assert_int_equal(JetAddColumnA(session, *table, "text", &text, NULL, 0, &columns->text), 0);
    assert_int_equal(JetAddColumnA(session, *table, "blob", &blob, NULL, 0, &columns->blob), 0);
    assert_int_equal(JetAddColumnA(session, *table, "count", &count, &zero, 4, &columns->count), 0);
    assert_int_equal(JetCreateIndexA(session, *table, "id", JET_bitIndexPrimary, "+id\0", 5, 80), 0);
    assert_int_equal(JetCreateIndexA(session, *table, "text", 0, "+text\0", 7, 80), 0);
}

static void put(JET_TABLEID table, const struct columns *columns, int32_t id, uint32_t size, uint32_t *seed,
                JET_GRBIT how)
{
    uint8_t bytes[20000];

    for (uint32_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)random_next(seed);
    assert_int_equal(JetPrepareUpdate(session, table, how), 0);
    if (how == JET_prepInsert)
        assert_int_equal(JetSetColumn(session, table, columns->id, &id, 4, 0, NULL), 0);
    assert_int_equal(JetSetColumn(session, table, columns->text, bytes, size % 60 + 1, 0, NULL), 0);
    assert_int_equal(JetSetColumn(session, table, columns->blob, bytes, size, 0, NULL), 0);
    assert_int_equal(JetUpdate(session, table, NULL, 0, NULL), 0);
}

static bool seek(JET_TABLEID table, int32_t id)
{
    assert_int_equal(JetMakeKey(session, table, &id, 4, JET_bitNewKey), 0);
    return JetSeek(session, table, JET_bitSeekEQ) == JET_errSuccess;
}

/* Inserts, changes, deletes, commits and rolls back. */
static void work(JET_TABLEID table, const struct columns *columns, uint32_t steps, uint32_t *seed)
{
    int32_t one = 1;

    for (uint32_t i = 0; i < steps; i++)
    {
        bool back = random_next(seed) % 5 == 0;
        uint32_t changes = 1 + random_next(seed) % 12, levels = 1 + random_next(seed) % 3;

        for (uint32_t level = 0; level < levels; level++)
            assert_int_equal(JetBeginTransaction(session), 0);
        while (changes--)
        {
            int32_t id = random_next(seed) % 600;
            uint32_t size = random_next(seed) % 7 ? random_next(seed) % 300 : random_next(seed) % 18000;

            if (!seek(table, id))
                put(table, columns, id, size, seed, JET_prepInsert);
            else if (random_next(seed) % 3 == 0)
                assert_int_equal(JetDelete(session, table), 0);
            else if (random_next(seed) % 3 == 0)
                assert_int_equal(JetEscrowUpdate(session, table, columns->count, &one, 4, NULL, 0, NULL, 0), 0);
            else
                put(table, columns, id, size, seed, JET_prepReplace);
        }
        for (uint32_t level = 0; level < levels; level++)
            if (back)
                assert_int_equal(JetRollback(session, 0), 0);
            else
                assert_int_equal(JetCommitTransaction(session, JET_bitCommitLazyFlush), 0);
    }
}

/* ------------------------------------------------------------- the reading --- */

#define SESSIONS 4200
#define PAGES    20000

struct state
{
    uint32_t level[SESSIONS], time[SESSIONS];
    uint64_t macro[SESSIONS];
    uint64_t dbtime[PAGES]; /* 0: not known yet */
    uint64_t counts[LOG_TYPES];
};

static bool is_page_record(uint8_t type)
{
    switch (type)
    {
    case LOG_CREATE_MULTIPLE_FDP:
    case LOG_CREATE_SINGLE_FDP:
    case LOG_CONVERT_FDP2:
    case LOG_SPLIT2:
    case LOG_MERGE2:
    case LOG_INSERT:
    case LOG_FLAG_INSERT:
    case LOG_FLAG_INSERT_REPLACE:
    case LOG_FLAG_DELETE:
    case LOG_REPLACE:
    case LOG_REPLACE_DIFF:
    case LOG_DELETE:
    case LOG_DELTA:
    case LOG_DELTA64:
    case LOG_SET_EXTERNAL_HEADER:
    case LOG_UNDO:
    case LOG_EMPTY_TREE:
        return true;
    default:
        return false;
    }
}

static void page_step(struct state *state, uint32_t pgno, uint64_t before, uint64_t after)
{
    if (!pgno)
        return;
    assert_true(pgno < PAGES);
    if (before != LOG_DBTIME_NONE && state->dbtime[pgno])
        assert_int_equal(state->dbtime[pgno], before);
    assert_true(after > state->dbtime[pgno]);
    state->dbtime[pgno] = after;
}

static void see_page_record(struct state *state, const struct log_read_record *record)
{
    const struct log_page *page = (const struct log_page *)record->data;
    bool in_macro = state->macro[page->session] != 0;

    assert_true(state->level[page->session] > 0);
    assert_int_equal(page->level, state->level[page->session]);
    assert_int_equal(page->transaction, state->time[page->session]);
    assert_int_equal(page->dbid, 1);
    if (in_macro)
        assert_int_equal(page->dbtime, state->macro[page->session]);
    if (record->type == LOG_SPLIT2)
    {
        const struct log_split2 *split = (const struct log_split2 *)record->data;

        assert_true(in_macro);
        if (split->split.new_page)
        {
            page_step(state, page->pgno, page->dbtime_before, page->dbtime);
            page_step(state, split->split.right_page, split->split.right_dbtime_before, page->dbtime);
            page_step(state, split->split.new_page, LOG_DBTIME_NONE, page->dbtime);
        }
        else
            page_step(state, page->pgno, page->dbtime_before, page->dbtime);
    }
    else if (record->type == LOG_MERGE2)
    {
        const struct log_merge2 *merge = (const struct log_merge2 *)record->data;

        assert_true(in_macro);
        page_step(state, page->pgno, page->dbtime_before, page->dbtime);
        page_step(state, merge->merge.right_page, merge->merge.right_dbtime_before, page->dbtime);
        page_step(state, merge->merge.left_page, merge->merge.left_dbtime_before, page->dbtime);
    }
    else if (in_macro)
        assert_int_equal(page->dbtime_before, LOG_DBTIME_NONE);
    else
        page_step(state, page->pgno, page->dbtime_before, page->dbtime);
    if (record->type == LOG_CREATE_MULTIPLE_FDP)
    {
        const struct log_create_multiple_fdp *create = (const struct log_create_multiple_fdp *)record->data;

        page_step(state, create->owned_root, LOG_DBTIME_NONE, page->dbtime);
        page_step(state, create->available_root, LOG_DBTIME_NONE, page->dbtime);
    }
    if (record->type == LOG_CONVERT_FDP2)
    {
        const struct log_convert_fdp *convert = (const struct log_convert_fdp *)record->data;

        page_step(state, convert->owned_root, LOG_DBTIME_NONE, page->dbtime);
        page_step(state, convert->available_root, LOG_DBTIME_NONE, page->dbtime);
    }
    if (record->type == LOG_EMPTY_TREE)
    {
        const struct log_empty_tree *empty = (const struct log_empty_tree *)record->data;
        const struct log_empty_page *list = (const struct log_empty_page *)(empty + 1);

        for (uint32_t i = 0; i < empty->pages_size / sizeof(*list); i++)
            page_step(state, list[i].pgno, list[i].dbtime_before, page->dbtime);
    }
}

static void see_record(struct state *state, const struct log_read_record *record)
{
    const struct log_begin *begin = (const struct log_begin *)record->data;
    const struct log_commit *commit = (const struct log_commit *)record->data;
    const struct log_rollback *rollback = (const struct log_rollback *)record->data;
    const struct log_macro *macro = (const struct log_macro *)record->data;

    assert_int_equal(log_record_size(record->data, record->size), record->size);
    state->counts[record->type]++;
    switch (record->type)
    {
    case LOG_BEGIN0:
        assert_int_equal(state->level[begin->session], 0);
        assert_int_equal(begin->level_from, 0);
        state->level[begin->session] = begin->levels;
        state->time[begin->session] = begin->transaction;
        break;
    case LOG_BEGIN:
        assert_int_equal(state->level[begin->session], begin->level_from);
        state->level[begin->session] += begin->levels;
        break;
    case LOG_COMMIT:
    case LOG_COMMIT0:
        assert_true(state->level[commit->session] > 0);
        assert_int_equal(commit->level_to, state->level[commit->session] - 1);
        assert_int_equal(record->type == LOG_COMMIT0, commit->level_to == 0);
        state->level[commit->session]--;
        if (record->type == LOG_COMMIT0)
            assert_true(commit->transaction > state->time[commit->session]);
        break;
    case LOG_ROLLBACK:
        assert_true(state->level[rollback->session] >= rollback->levels);
        state->level[rollback->session] -= rollback->levels;
        break;
    case LOG_MACRO_BEGIN:
        assert_true(state->level[macro->session] > 0);
        assert_int_equal(state->macro[macro->session], 0);
        state->macro[macro->session] = macro->dbtime;
        break;
    case LOG_MACRO_COMMIT:
        assert_int_equal(state->macro[macro->session], macro->dbtime);
        state->macro[macro->session] = 0;
        break;
    case LOG_UNDO_INFO:
    {
        const struct log_node *node = (const struct log_node *)record->data;

        assert_true(state->level[node->page.session] > 0);
        assert_int_equal(node->page.transaction, state->time[node->page.session]);
        break;
    }
    default:
        if (is_page_record(record->type))
            see_page_record(state, record);
        break;
    }
}

static void see_log(struct state *state, const WCHAR *name)
{
    struct log_read_record record;
    struct log_reader *reader;
    WCHAR path[OS_PATH_MAX];
    JET_ERR err;

    assert_true(os_path_join(LOG_DIRECTORY, name, NULL, path, OS_PATH_MAX) >= 0);
    assert_int_equal(log_reader_open(path, LOG_READ_SOFT, &reader), JET_errSuccess);
    while ((err = log_reader_next(reader, &record)) == JET_errSuccess)
        see_record(state, &record);
    assert_int_equal(err, JET_wrnNoMoreRecords);
    log_reader_close(reader);
}

static void see_all(struct state *state)
{
    struct log_names names = { .base = u"edb" };
    WCHAR path[OS_PATH_MAX];
    uint32_t low, high;

    os_text_copy(names.directory, OS_PATH_MAX, LOG_DIRECTORY);
    os_text_copy(names.system_directory, OS_PATH_MAX, LOG_DIRECTORY);
    assert_int_equal(log_range(&names, &low, &high), 0);
    for (uint32_t generation = 1; generation <= high; generation++)
    {
        WCHAR directory[OS_PATH_MAX], base[OS_PATH_MAX], extension[OS_PATH_MAX];

        assert_int_equal(log_path(&names, LOG_FILE_GENERATION, generation, path, OS_PATH_MAX), 0);
        assert_int_equal(os_path_split(path, directory, base, extension), 0);
        assert_int_equal(os_path_join(u"", base, extension, directory, OS_PATH_MAX), 0);
        see_log(state, directory);
    }
    see_log(state, u"edb.log");
}

static void test_the_log_is_in_order(void **unused)
{
    struct state *state = calloc(1, sizeof(*state));
    struct columns columns;
    JET_TABLEID table;
    uint32_t seed = 5;

    (void)unused;
    log_clean();
    begin();
    assert_int_equal(JetCreateDatabaseA(session, DATABASE_A, NULL, &dbid, 0), 0);
    make_table("rows", &table, &columns);
    work(table, &columns, 600, &seed);
    assert_int_equal(JetCloseTable(session, table), 0);
    finish(0);
    see_all(state);
    for (uint32_t i = 0; i < SESSIONS; i++)
        assert_int_equal(state->level[i], 0);
    if (getenv("LOG_COUNTS"))
        for (uint32_t i = 0; i < LOG_TYPES; i++)
            if (state->counts[i])
                printf("%-12s %llu\n", log_record_name((uint8_t)i), (unsigned long long)state->counts[i]);
    free(state);
}

/* The log goes on where it was closed, and the database is as it was left. */
static void test_going_on(void **unused)
{
    struct state *state = calloc(1, sizeof(*state));
    struct columns columns;
    JET_TABLEID table;
    uint32_t seed = 6;

    (void)unused;
    for (uint32_t round = 0; round < 3; round++)
    {
        char name[8] = "t0";

        name[1] = (char)('0' + round);
        begin();
        assert_int_equal(JetAttachDatabaseA(session, DATABASE_A, 0), 0);
        assert_int_equal(JetOpenDatabaseA(session, DATABASE_A, NULL, &dbid, 0), 0);
        make_table(name, &table, &columns);
        work(table, &columns, 100, &seed);
        assert_int_equal(JetCloseTable(session, table), 0);
        if (round == 1)
        {
            assert_int_equal(JetCloseDatabase(session, dbid, 0), 0);
            assert_int_equal(JetDetachDatabaseA(session, DATABASE_A), 0);
        }
        finish(0);
    }
    see_all(state);
    assert_int_equal(state->counts[LOG_INIT2], 4);
    assert_int_equal(state->counts[LOG_TERM2], 4);
    assert_int_equal(state->counts[LOG_ATTACH_DB], 3);
    assert_int_equal(state->counts[LOG_DETACH_DB], 1);
    free(state);
    log_clean();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_log_is_in_order),
        cmocka_unit_test(test_going_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
