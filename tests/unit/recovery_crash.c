/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine stops while sessions change a database, and while that is recovered:
 * what was committed is there, what was not is not.
 *
 *   recovery_crash [SEED COUNT]     other crashes than those of every day
 *
 * With CRASH_SAVE in the environment, files go to the folder of that name before each last recovery.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "maintain/maintain.h"
#include "memory_disk.h"

#define KEYS      300u
#define SESSIONS  3u
#define VALUE_MAX 9000u

static uint32_t random_state, page_size, log_kilobytes, first_seed = 1, crashes = 24;

static uint32_t any(uint32_t below)
{
    return disk_random(&random_state) % below;
}

/* ------------------------------------------------------------------ the model --- */

/* What a session's keys have: a number that the value follows from, 0 for none. */
struct state
{
    uint32_t value[KEYS];
};

struct worker
{
    JET_SESID sesid;
    JET_DBID dbid;
    JET_TABLEID table;
    bool open;   /* a transaction is */
    bool unsure; /* its commit got no answer */
    struct state committed, pending;
};

static struct worker workers[SESSIONS];
static JET_INSTANCE instance = JET_instanceNil;
static JET_COLUMNID column_key, column_text, column_long, column_number;
static uint32_t last_value;

static uint32_t value_size(uint32_t value)
{
    return 1 + (value % 7 == 0 ? value * 37 % (VALUE_MAX - 1) : value * 13 % 199);
}

/* Without a period: what is the same in each sector and lost in two is not seen by the checksum of a segment of the
 * log, which is made of sums without carry. */
static uint8_t byte_of(uint32_t value, uint32_t at)
{
    return (uint8_t)((value * 31 + at) * 2654435761u >> 24);
}

static void make_value(uint32_t value, uint8_t *bytes)
{
    for (uint32_t i = 0; i < value_size(value); i++)
        bytes[i] = byte_of(value, i);
}

/* ----------------------------------------------------------------- the database --- */

static void set(unsigned long parameter, size_t number, const char *text)
{
    assert_int_equal(JetSetSystemParameterA(&instance, JET_sesidNil, parameter, number, text), JET_errSuccess);
}

static JET_ERR start(void)
{
    JET_ERR err;

    instance = JET_instanceNil;
    assert_int_equal(JetCreateInstanceA(&instance, "crash"), JET_errSuccess);
    set(JET_paramSystemPath, 0, "crash/");
    set(JET_paramLogFilePath, 0, "crash/");
    set(JET_paramTempPath, 0, "crash/");
    set(JET_paramBaseName, 0, "edb");
    set(JET_paramMaxTemporaryTables, 0, NULL);
    set(JET_paramLogFileSize, log_kilobytes, NULL);
    set(JET_paramCircularLog, random_state & 1, NULL);
    set(JET_paramCheckpointDepthMax, log_kilobytes * 1024 * 4, NULL);
    set(JET_paramDbExtensionSize, 8, NULL);
    err = JetInit(&instance);
    if (err < 0)
        instance = JET_instanceNil;
    return err;
}

static JET_ERR open_worker(struct worker *worker, bool attach)
{
    JET_ERR err = JetBeginSessionA(instance, &worker->sesid, NULL, NULL);

    if (err >= 0 && attach)
        err = JetAttachDatabaseA(worker->sesid, "crash/db.edb", 0);
    if (err >= 0)
        err = JetOpenDatabaseA(worker->sesid, "crash/db.edb", NULL, &worker->dbid, 0);
    if (err >= 0)
        err = JetOpenTableA(worker->sesid, worker->dbid, "t", NULL, 0, 0, &worker->table);
    return err < 0 ? err : JET_errSuccess;
}

static JET_ERR open_all(void)
{
    JET_ERR err = JET_errSuccess;
    JET_COLUMNDEF definition;

    for (unsigned i = 0; err >= 0 && i < SESSIONS; i++)
        err = open_worker(&workers[i], i == 0);
    if (err < 0)
        return err;
    JetGetTableColumnInfoA(workers[0].sesid, workers[0].table, "key", &definition, sizeof(definition), JET_ColInfo);
    column_key = definition.columnid;
    JetGetTableColumnInfoA(workers[0].sesid, workers[0].table, "text", &definition, sizeof(definition), JET_ColInfo);
    column_text = definition.columnid;
    JetGetTableColumnInfoA(workers[0].sesid, workers[0].table, "long", &definition, sizeof(definition), JET_ColInfo);
    column_long = definition.columnid;
    JetGetTableColumnInfoA(workers[0].sesid, workers[0].table, "number", &definition, sizeof(definition), JET_ColInfo);
    column_number = definition.columnid;
    return JET_errSuccess;
}

static JET_ERR create(void)
{
    static const uint32_t zero;
    JET_COLUMNDEF key = { sizeof(key), 0, JET_coltypLong, 0, 0, 0, 0, 0, JET_bitColumnNotNULL };
    JET_COLUMNDEF text = { sizeof(text), 0, JET_coltypBinary, 0, 0, 0, 0, 255, 0 };
    JET_COLUMNDEF value = { sizeof(value), 0, JET_coltypLongBinary, 0, 0, 0, 0, 0, 0 };
    JET_COLUMNDEF number = { sizeof(number), 0, JET_coltypLong, 0, 0, 0, 0, 0, JET_bitColumnEscrowUpdate };
    struct worker *worker = &workers[0];
    JET_COLUMNID id;
    JET_ERR err;

    err = JetBeginSessionA(instance, &worker->sesid, NULL, NULL);
    if (err >= 0)
        err = JetCreateDatabaseA(worker->sesid, "crash/db.edb", NULL, &worker->dbid, 0);
    if (err >= 0)
        err = JetCreateTableA(worker->sesid, worker->dbid, "t", 1, 90, &worker->table);
    if (err >= 0)
        err = JetAddColumnA(worker->sesid, worker->table, "key", &key, NULL, 0, &id);
    if (err >= 0)
        err = JetAddColumnA(worker->sesid, worker->table, "text", &text, NULL, 0, &id);
    if (err >= 0)
        err = JetAddColumnA(worker->sesid, worker->table, "long", &value, NULL, 0, &id);
    if (err >= 0)
        err = JetAddColumnA(worker->sesid, worker->table, "number", &number, &zero, sizeof(zero), &id);
    if (err >= 0)
        err = JetCreateIndexA(worker->sesid, worker->table, "primary", JET_bitIndexPrimary, "+key\0", 6, 90);
    if (err >= 0)
        err = JetCreateIndexA(worker->sesid, worker->table, "text", 0, "+text\0", 7, 90);
    if (err >= 0)
        err = JetCloseTable(worker->sesid, worker->table);
    if (err >= 0)
        err = JetCloseDatabase(worker->sesid, worker->dbid, 0);
    if (err >= 0)
        err = JetDetachDatabaseA(worker->sesid, "crash/db.edb");
    if (err >= 0)
        err = JetEndSession(worker->sesid, 0);
    return err;
}

/* ------------------------------------------------------------------ the work --- */

static JET_ERR seek(struct worker *worker, uint32_t key)
{
    JET_ERR err = JetMakeKey(worker->sesid, worker->table, &key, sizeof(key), JET_bitNewKey);

    return err < 0 ? err : JetSeek(worker->sesid, worker->table, JET_bitSeekEQ);
}

static JET_ERR put(struct worker *worker, uint32_t key, uint32_t value)
{
    bool there = worker->pending.value[key];
    uint8_t bytes[VALUE_MAX];
    uint32_t size = value_size(value), text = size < 200 ? size : 200;
    JET_ERR err = there ? seek(worker, key) : JET_errSuccess;

    make_value(value, bytes);
    if (err >= 0)
        err = JetPrepareUpdate(worker->sesid, worker->table, there ? JET_prepReplace : JET_prepInsert);
    if (err >= 0 && !there)
        err = JetSetColumn(worker->sesid, worker->table, column_key, &key, sizeof(key), 0, NULL);
    if (err >= 0)
        err = JetSetColumn(worker->sesid, worker->table, column_text, bytes, text, 0, NULL);
    if (err >= 0)
        err = JetSetColumn(worker->sesid, worker->table, column_long, bytes, size, 0, NULL);
    if (err >= 0)
        err = JetUpdate(worker->sesid, worker->table, NULL, 0, NULL);
    if (err >= 0)
        worker->pending.value[key] = value;
    return err;
}

static JET_ERR take(struct worker *worker, uint32_t key)
{
    JET_ERR err = seek(worker, key);

    if (err >= 0)
        err = JetDelete(worker->sesid, worker->table);
    if (err >= 0)
        worker->pending.value[key] = 0;
    return err;
}

static JET_ERR end_transaction(struct worker *worker)
{
    JET_ERR err;

    if (any(5) == 0)
    {
        err = JetRollback(worker->sesid, 0);
        worker->open = err < 0;
        if (err >= 0)
            worker->pending = worker->committed;
        return err;
    }
    worker->unsure = true;
    err = JetCommitTransaction(worker->sesid, 0);
    if (err < 0)
        return err;
    worker->unsure = worker->open = false;
    worker->committed = worker->pending;
    return err;
}

static JET_ERR step(struct worker *worker)
{
    uint32_t key = any(KEYS / SESSIONS) * SESSIONS + (uint32_t)(worker - workers);
    JET_ERR err;

    if (!worker->open)
    {
        err = JetBeginTransaction(worker->sesid);
        worker->open = err >= 0;
        worker->pending = worker->committed;
        return err;
    }
    if (any(8) == 0)
        return end_transaction(worker);
    if (worker->pending.value[key] && any(3) == 0)
        return take(worker, key);
    return put(worker, key, ++last_value);
}

/* Until something fails. */
static void work(uint32_t steps)
{
    while (steps-- && step(&workers[any(SESSIONS)]) >= 0)
        ;
}

/* ----------------------------------------------------------------- looking --- */

static uint32_t read_value(struct worker *worker, uint32_t key)
{
    uint8_t bytes[VALUE_MAX], want[VALUE_MAX];
    uint32_t size, text;
    JET_ERR err = seek(worker, key);

    if (err == JET_errRecordNotFound)
        return 0;
    assert_int_equal(err, JET_errSuccess);
    err = JetRetrieveColumn(worker->sesid, worker->table, column_long, bytes, sizeof(bytes), &size, 0, NULL);
    assert_true(err >= 0);
    for (uint32_t value = 1; value <= last_value; value++)
    {
        if (value_size(value) != size || byte_of(value, 0) != bytes[0])
            continue;
        make_value(value, want);
        if (memcmp(want, bytes, size))
            continue;
        if (value != worker->committed.value[key] && value != worker->pending.value[key])
            continue;
        err = JetRetrieveColumn(worker->sesid, worker->table, column_text, bytes, sizeof(bytes), &text, 0, NULL);
        assert_true(err >= 0);
        assert_int_equal(text, size < 200 ? size : 200);
        assert_memory_equal(bytes, want, text);
        return value;
    }
    return UINT32_MAX;
}

static bool has_state(struct worker *worker, const struct state *state, bool tell)
{
    for (uint32_t key = (uint32_t)(worker - workers); key < KEYS; key += SESSIONS)
    {
        uint32_t value = read_value(worker, key);

        if (value != state->value[key])
        {
            if (tell)
                print_error("key %u has %u, not %u (pending %u)\n", key, value, state->value[key],
                            worker->pending.value[key]);
            return false;
        }
    }
    return true;
}

static void check_all(void)
{
    for (unsigned i = 0; i < SESSIONS; i++)
    {
        struct worker *worker = &workers[i];

        assert_int_equal(JetSetCurrentIndexA(worker->sesid, worker->table, NULL), JET_errSuccess);
        if (worker->unsure && has_state(worker, &worker->pending, false))
            worker->committed = worker->pending;
        else
            assert_true(has_state(worker, &worker->committed, true));
        worker->pending = worker->committed;
        worker->open = worker->unsure = false;
    }
}

/* A page that was taken and not used yet when the machine stopped belongs to its tree and is not free: that
 * is waste, and no more (btree/space.h). */
static void tell(void *context, const struct finding *finding)
{
    uint32_t *wrong = context;

    if (finding->warning || (finding->kind == FINDING_SPACE && strstr(finding->text, "are lost")))
        return;
    print_error("page %u, %s %s: %s\n", finding->pgno, finding->table, finding->tree, finding->text);
    ++*wrong;
}

static void check_file(void)
{
    uint32_t wrong = 0;
    struct integrity_options options = { .findings_max = 10 };
    struct maintain_report report = { .context = &wrong, .finding = tell };
    struct integrity_result result;
    static const WCHAR path[] = { 'c', 'r', 'a', 's', 'h', '/', 'd', 'b', '.', 'e', 'd', 'b', 0 };
    JET_ERR err = integrity_check(path, &options, &report, &result);

    assert_true(err >= 0 || err == JET_errDatabaseCorrupted);
    assert_int_equal(wrong, 0);
    assert_int_equal(result.kept_values, 0);
}

/* ------------------------------------------------------------------- crashes --- */

static void stop_machine(void)
{
    if (instance != JET_instanceNil)
    {
        disk_stop_after(1);
        (void)JetTerm2(instance, JET_bitTermAbrupt | JET_bitTermDirty);
    }
    instance = JET_instanceNil;
}

static void one_crash(uint32_t seed)
{
    JET_ERR err;

    random_state = seed;
    disk_stop_after(1 + any(3000));
    work(100000);
    stop_machine();
    disk_crash(seed, page_size);
    /* Recovery is stopped, too, some times. */
    for (uint32_t again = any(3); again; again--)
    {
        disk_stop_after(1 + any(60));
        err = start();
        if (err >= 0)
            stop_machine();
        disk_crash(seed + again, page_size);
    }
    if (getenv("CRASH_SAVE"))
        disk_save(getenv("CRASH_SAVE"));
    err = start();
    if (err < 0)
        print_error("seed %u: JetInit %d\n", seed, (int)err);
    assert_int_equal(err, JET_errSuccess);
    check_file();
    err = open_all();
    if (err < 0)
        print_error("seed %u: open %d\n", seed, (int)err);
    assert_int_equal(err, JET_errSuccess);
    check_all();
}

static void end(void)
{
    if (instance != JET_instanceNil)
        stop_machine();
}

static void run(uint32_t pages, uint32_t kilobytes, uint32_t seed, uint32_t count)
{
    end();
    page_size = pages;
    log_kilobytes = kilobytes;
    disk_clean();
    memset(workers, 0, sizeof(workers));
    last_value = 0;
    random_state = seed;
    assert_int_equal(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramDatabasePageSize, pages, NULL),
                     JET_errSuccess);
    assert_int_equal(start(), JET_errSuccess);
    assert_int_equal(create(), JET_errSuccess);
    assert_int_equal(open_all(), JET_errSuccess);
    for (uint32_t i = 0; i < count; i++)
        one_crash(seed + i);
    assert_int_equal(JetTerm2(instance, JET_bitTermComplete), JET_errSuccess);
    check_file();
}

static void crashes_4k(void **state)
{
    (void)state;
    run(4096, 128, first_seed, crashes);
}

static void crashes_8k(void **state)
{
    (void)state;
    run(8192, 256, first_seed + 1000, crashes / 2);
}

static void crashes_32k(void **state)
{
    (void)state;
    run(32768, 512, first_seed + 2000, crashes / 4);
}

static int set_up(void **state)
{
    static const WCHAR folder[] = { 'c', 'r', 'a', 's', 'h', 0 };

    (void)state;
    os_directory_create_all(folder);
    disk_install();
    JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramCacheSizeMax, 64, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    disk_clean();
    os_replace_file_ops(NULL);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crashes_4k),
        cmocka_unit_test(crashes_8k),
        cmocka_unit_test(crashes_32k),
    };

    if (argc == 3)
    {
        first_seed = (uint32_t)strtoul(argv[1], NULL, 0);
        crashes = (uint32_t)strtoul(argv[2], NULL, 0);
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
