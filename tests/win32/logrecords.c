/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The log of a broad workload, record by record and field by field, beside what the
 * format says (support/log_layout.c, which knows nothing of the engine).
 */
#include "log_layout.h"
#include "support.h"

#define ROWS 1500

static JET_ULONG page_size;
static const char *folder;

struct rows
{
    JET_SESID sesid;
    JET_DBID dbid;
    JET_TABLEID table;
    JET_COLUMNID id, name, count, blob, secret;
};

/* ------------------------------------------------------------------ workload --- */

static JET_INSTANCE begin_log(void)
{
    JET_INSTANCE instance = test_instance_unstarted(folder, "on");

    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramCircularLog, 0, NULL));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, 256, NULL));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramDbExtensionSize, 16, NULL));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramEngineFormatVersion, JET_efvRootPageMove, NULL));
    assert_ok(JetInit(&instance));
    return instance;
}

static JET_COLUMNID add(struct rows *rows, const char *name, JET_COLTYP type, JET_GRBIT grbit)
{
    JET_LONG zero = 0;
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = type, .cp = 1252, .grbit = grbit };
    bool escrow = grbit & JET_bitColumnEscrowUpdate;
    JET_COLUMNID column;

    assert_ok(
        JetAddColumnA(rows->sesid, rows->table, name, &definition, escrow ? &zero : NULL, escrow ? 4 : 0, &column));
    return column;
}

static void index_of(struct rows *rows, const char *name, const char *key, JET_ULONG key_size, JET_GRBIT grbit)
{
    assert_ok(JetCreateIndexA(rows->sesid, rows->table, name, grbit, key, key_size, 80));
}

static void make_table(struct rows *rows, const char *name)
{
    assert_ok(JetCreateTableA(rows->sesid, rows->dbid, name, 6, 80, &rows->table));
    rows->id = add(rows, "id", JET_coltypLong, JET_bitColumnNotNULL);
    rows->name = add(rows, "name", JET_coltypText, 0);
    rows->count = add(rows, "count", JET_coltypLong, JET_bitColumnEscrowUpdate);
    rows->blob = add(rows, "blob", JET_coltypLongBinary, 0);
    index_of(rows, "id", "+id\0", 5, JET_bitIndexPrimary);
    index_of(rows, "name", "+name\0", 7, 0);
    assert_ok(JetCloseTable(rows->sesid, rows->table));
    assert_ok(JetOpenTableA(rows->sesid, rows->dbid, name, NULL, 0, 0, &rows->table));
}

static void set(struct rows *rows, JET_COLUMNID column, const void *data, JET_ULONG size, JET_GRBIT grbit)
{
    assert_ok(JetSetColumn(rows->sesid, rows->table, column, data, size, grbit, NULL));
}

static void insert(struct rows *rows, JET_LONG id)
{
    static uint8_t bytes[40000];
    char name[64];

    snprintf(name, sizeof(name), "some name that begins alike %05d", (int)(id * 7919 % 100003));
    memset(bytes, (int)id, sizeof(bytes));
    assert_ok(JetPrepareUpdate(rows->sesid, rows->table, JET_prepInsert));
    set(rows, rows->id, &id, sizeof(id), 0);
    set(rows, rows->name, name, (JET_ULONG)strlen(name), 0);
    if (id % 50 == 0)
        set(rows, rows->blob, bytes, (JET_ULONG)(id % 3 ? 3000 : 30000), 0);
    assert_ok(JetUpdate(rows->sesid, rows->table, NULL, 0, NULL));
}

static bool seek(struct rows *rows, JET_LONG id)
{
    assert_ok(JetSetCurrentIndexA(rows->sesid, rows->table, NULL));
    assert_ok(JetMakeKey(rows->sesid, rows->table, &id, sizeof(id), JET_bitNewKey));
    return JetSeek(rows->sesid, rows->table, JET_bitSeekEQ) == JET_errSuccess;
}

static void begin(struct rows *rows)
{
    assert_ok(JetBeginTransaction(rows->sesid));
}

static void commit(struct rows *rows)
{
    assert_ok(JetCommitTransaction(rows->sesid, JET_bitCommitLazyFlush));
}

static void rollback(struct rows *rows)
{
    assert_ok(JetRollback(rows->sesid, 0));
}

static void change(struct rows *rows)
{
    JET_LONG one = 1;
    JET_LONG start = 0;

    for (JET_LONG id = 1; id <= ROWS; id += 3)
    {
        begin(rows);
        if (!seek(rows, id))
            fail();
        begin(rows);
        assert_ok(JetPrepareUpdate(rows->sesid, rows->table, JET_prepReplace));
        set(rows, rows->name, "a", (JET_ULONG)(id % 2), 0);
        assert_ok(JetUpdate(rows->sesid, rows->table, NULL, 0, NULL));
        assert_ok(JetEscrowUpdate(rows->sesid, rows->table, rows->count, &one, 4, &start, 4, NULL, 0));
        if (id % 7)
            commit(rows);
        else
            rollback(rows);
        if (id % 50 == 0 || id % 100 == 1)
        {
            static uint8_t more[20000];

            assert_ok(JetPrepareUpdate(rows->sesid, rows->table, JET_prepReplace));
            set(rows, rows->blob, more, sizeof(more), JET_bitSetAppendLV);
            assert_ok(JetUpdate(rows->sesid, rows->table, NULL, 0, NULL));
        }
        if (id % 11)
            commit(rows);
        else
            rollback(rows);
    }
    /* Deleted and inserted again while who might see it is there. */
    for (JET_LONG id = 2; id <= ROWS; id += 5)
    {
        begin(rows);
        if (!seek(rows, id))
            fail();
        assert_ok(JetDelete(rows->sesid, rows->table));
        if (id % 2)
            insert(rows, id);
        if (id % 3)
            commit(rows);
        else
            rollback(rows);
    }
}

static void fill(struct rows *rows)
{
    for (JET_LONG id = 0; id < ROWS; id++)
    {
        JET_LONG spread = ROWS - 1 - id;

        begin(rows);
        insert(rows, id % 2 ? id : spread - 1);
        commit(rows);
    }
}

static void empty(struct rows *rows)
{
    assert_ok(JetSetCurrentIndexA(rows->sesid, rows->table, NULL));
    begin(rows);
    for (JET_ERR err = JetMove(rows->sesid, rows->table, JET_MoveFirst, 0); err >= 0;
         err = JetMove(rows->sesid, rows->table, JET_MoveNext, 0))
        assert_ok(JetDelete(rows->sesid, rows->table));
    commit(rows);
    for (int i = 0; i < 3; i++)
        (void)JetIdle(rows->sesid, JET_bitIdleCompact);
}

/* A transaction that stays open while its pages are written. */
static void open_while_written(JET_INSTANCE instance, struct rows *rows)
{
    struct rows other = *rows;
    JET_ULONG passes = 1, seconds = 1;
    char name[64];

    other.sesid = test_session(instance);
    assert_ok(JetOpenDatabaseA(other.sesid, test_file("logrecords.edb"), NULL, &other.dbid, 0));
    assert_ok(JetOpenTableA(other.sesid, other.dbid, "first", NULL, 0, 0, &other.table));
    begin(&other);
    for (JET_LONG id = 1; id < 60; id += 2)
        if (seek(&other, id))
        {
            assert_ok(JetPrepareUpdate(other.sesid, other.table, JET_prepReplace));
            set(&other, other.name, "changed, and not yet committed", 30, 0);
            assert_ok(JetUpdate(other.sesid, other.table, NULL, 0, NULL));
        }
    for (JET_LONG id = 71; id < 90; id += 2)
        if (seek(&other, id))
            assert_ok(JetDelete(other.sesid, other.table));
    (void)JetDefragmentA(rows->sesid, rows->dbid, NULL, &passes, &seconds, JET_bitDefragmentBatchStart);
    snprintf(name, sizeof(name), "%s-set", folder);
    assert_ok(JetBackupInstanceA(instance, test_folder(name), 0, NULL));
    rollback(&other);
    assert_ok(JetEndSession(other.sesid, 0));
}

static void context(struct rows *rows)
{
    JET_COMMIT_ID id;
    JET_ERR err = JetSetSessionParameter(rows->sesid, JET_sesparamCommitGenericContext, "context", 7);

    assert_ok(err);
    begin(rows);
    insert(rows, 100000 + (JET_LONG)rows->dbid);
    assert_ok(JetCommitTransaction2(rows->sesid, 0, 0, &id));
    assert_ok(JetSetSessionParameter(rows->sesid, JET_sesparamCommitGenericContext, NULL, 0));
    assert_ok(JetCommitTransaction(rows->sesid, JET_bitWaitAllLevel0Commit));
    assert_ok(JetCommitTransaction(rows->sesid, JET_bitForceNewLog));
}

static void work(JET_INSTANCE instance, const char *path, bool second)
{
    struct rows rows = { .sesid = test_session(instance) };
    JET_ULONG grown;

    assert_ok(JetCreateDatabaseA(rows.sesid, path, NULL, &rows.dbid, 0));
    make_table(&rows, "first");
    fill(&rows);
    change(&rows);
    index_of(&rows, "both", "+name\0-id\0", 11, JET_bitIndexUnique);
    context(&rows);
    if (!second)
        open_while_written(instance, &rows);
    assert_ok(JetDeleteIndex(rows.sesid, rows.table, "both"));
    begin(&rows);
    index_of(&rows, "gone", "-id\0", 5, 0);
    rollback(&rows);
    assert_ok(JetGrowDatabase(rows.sesid, rows.dbid, 900, &grown));
    empty(&rows);
    fill(&rows);
    assert_ok(JetCloseTable(rows.sesid, rows.table));
    make_table(&rows, "second");
    fill(&rows);
    assert_ok(JetCloseTable(rows.sesid, rows.table));
    /* Its root is behind what goes. */
    make_table(&rows, "late");
    begin(&rows);
    insert(&rows, 1);
    commit(&rows);
    assert_ok(JetCloseTable(rows.sesid, rows.table));
    assert_ok(JetDeleteTableA(rows.sesid, rows.dbid, "second"));
    (void)JetIdle(rows.sesid, 0);
    assert_ok(JetCloseDatabase(rows.sesid, rows.dbid, 0));
    assert_ok(JetEndSession(rows.sesid, 0));
}

/* What is at the end of the file goes to where the second table was. */
static void shrink(JET_INSTANCE instance, const char *path)
{
    JET_GRBIT options = JET_bitShrinkDatabaseEofOnAttach;
    JET_SETDBPARAM parameter = { JET_dbparamShrinkDatabaseOptions, &options, sizeof(options) };
    JET_SESID sesid = test_session(instance);

    assert_ok(JetAttachDatabase3A(sesid, path, &parameter, 1, 0));
    assert_ok(JetDetachDatabaseA(sesid, path));
    assert_ok(JetEndSession(sesid, 0));
}

/* It stops with a transaction open, in the middle of things. */
static void crash(JET_INSTANCE instance, const char *path)
{
    struct rows rows = { .sesid = test_session(instance) };
    JET_COLUMNDEF column;

    assert_ok(JetAttachDatabaseA(rows.sesid, path, 0));
    assert_ok(JetOpenDatabaseA(rows.sesid, path, NULL, &rows.dbid, 0));
    assert_ok(JetOpenTableA(rows.sesid, rows.dbid, "first", NULL, 0, 0, &rows.table));
    assert_ok(JetGetTableColumnInfoA(rows.sesid, rows.table, "name", &column, sizeof(column), JET_ColInfo));
    rows.name = column.columnid;
    begin(&rows);
    for (JET_LONG id = 1; id < 200; id += 2)
        if (seek(&rows, id))
        {
            assert_ok(JetPrepareUpdate(rows.sesid, rows.table, JET_prepReplace));
            set(&rows, rows.name, "lost", 4, 0);
            assert_ok(JetUpdate(rows.sesid, rows.table, NULL, 0, NULL));
        }
    assert_ok(JetCommitTransaction(test_session(instance), JET_bitWaitAllLevel0Commit));
    (void)JetTerm2(instance, JET_bitTermAbrupt | JET_bitTermDirty);
}

/* ------------------------------------------------------------------- the log --- */

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes;

    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    bytes = malloc(*size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static uint32_t pages_of(const char *path)
{
    size_t size;

    free(read_file(path, &size));
    return (uint32_t)(size / page_size - 2);
}

struct spoiling
{
    uint64_t done[LAYOUT_TYPES], fields, missed;
};

/* Each field of the first records of each type, made wrong, must be seen. */
static void spoil_record(void *context, const struct layout_log *log, const uint8_t *record, uint32_t size)
{
    struct spoiling *spoiling = context;
    uint8_t *copy;
    const char *name;
    unsigned at = 0;
    char wrong[128];

    if (spoiling->done[record[0]]++ >= 20)
        return;
    copy = malloc(size);
    assert_non_null(copy);
    while (layout_spoil(log, record, size, copy, &at, &name))
    {
        spoiling->fields++;
        if (layout_judge(log, copy, size, wrong, sizeof(wrong)))
        {
            print_error("%s: nobody sees that '%s' is wrong\n", layout_name(record[0]), name);
            spoiling->missed++;
        }
    }
    free(copy);
}

static void check_log(uint32_t first_pages, uint32_t second_pages)
{
    struct layout_log *log = layout_new(page_size);
    struct spoiling spoiling = { 0 };
    uint32_t generation = 1, missing = 0;
    char name[64];
    size_t size;

    assert_non_null(log);
    log->pages[1] = first_pages;
    log->pages[2] = second_pages;
    log->each = spoil_record;
    log->context = &spoiling;
    for (bool last = false; !last; generation++)
    {
        uint8_t *bytes;

        snprintf(name, sizeof(name), "%s/edb%05X.log", folder, (unsigned)generation);
        if (!test_file_exists(test_file(name)))
        {
            last = true;
            snprintf(name, sizeof(name), "%s/edb.log", folder);
        }
        bytes = read_file(test_file(name), &size);
        if (!layout_generation(log, bytes, size, generation))
            fail_msg("%s", log->wrong);
        free(bytes);
    }
    assert_int_equal(spoiling.missed, 0);
    /* What this workload must leave. */
    static const uint8_t wanted[] = { 0,  5,  6,  7,  8,  9,  11, 12, 14, 15, 16, 23, 24, 25, 29, 30,
                                      31, 32, 33, 34, 35, 36, 37, 38, 39, 48, 49, 50, 51, 52, 57, 58,
                                      60, 61, 62, 63, 65, 67, 68, 69, 71, 73, 74, 76, 77, 78, 79, 96 };
    for (unsigned i = 0; i < sizeof(wanted); i++)
        if (!log->seen[wanted[i]])
        {
            print_error("no %s\n", layout_name(wanted[i]));
            missing++;
        }
    assert_int_equal(missing, 0);
    if (getenv("ESENT_RECORDS"))
        for (unsigned type = 0; type < LAYOUT_TYPES; type++)
            if (log->seen[type])
                print_message("%3u %-28s %8llu records, %llu fields\n", type, layout_name((uint8_t)type),
                              (unsigned long long)log->seen[type], (unsigned long long)log->fields[type]);
    print_message("%u generations, %llu fields spoilt\n", (unsigned)generation - 1,
                  (unsigned long long)spoiling.fields);
    layout_free(log);
}

static void records(JET_ULONG size, const char *name)
{
    uint32_t first_pages, second_pages;
    char first[1024], second[1024];
    JET_INSTANCE instance;
    JET_SESID sesid;

    page_size = size;
    folder = name;
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, size, NULL));
    snprintf(first, sizeof(first), "%s", test_file("logrecords.edb"));
    snprintf(second, sizeof(second), "%s", test_file("logrecords2.edb"));
    remove(first);
    remove(second);
    instance = begin_log();
    work(instance, first, false);
    work(instance, second, true);
    sesid = test_session(instance);
    assert_ok(JetDetachDatabaseA(sesid, second));
    assert_ok(JetDetachDatabaseA(sesid, first));
    first_pages = pages_of(first);
    second_pages = pages_of(second);
    shrink(instance, first);
    shrink(instance, second);
    assert_true(pages_of(first) < first_pages && pages_of(second) < second_pages);
    crash(instance, first);
    instance = begin_log();
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
    check_log(first_pages, second_pages);
}

static void small_pages(void **state)
{
    (void)state;
    records(4096, "small");
}

static void large_pages(void **state)
{
    (void)state;
    records(32768, "large");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_pages),
        cmocka_unit_test(large_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
