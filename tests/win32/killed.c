/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A process with several threads that commit is killed at a random moment; the next
 * one recovers and finds, of each thread, the state after one of its commits, not
 * older than the last that was durable.
 *
 * ESENT_KILLS is how often (default 3), ESENT_SEED chooses the moments.
 */
#include "support.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#define THREADS 4
#define ROWS    16 /* of a thread; number 0 counts its commits */

/*
 * After its commit number n a thread has, for each row j from 1 on, the largest
 * number up to n whose remainder by ROWS is j, if there is one, and a note whose size
 * and bytes follow from it.
 */
static uint32_t note_size(int64_t value)
{
    return (uint32_t)(value * 7919 % 9 ? value * 613 % 700 : value * 613 % 9000);
}

static bool is_child;

/* cmocka knows nothing of the process that is killed. */
static void succeed(JET_ERR err, const char *call, int line)
{
    if (is_child && err)
    {
        fprintf(stderr, "line %d: %d from %s\n", line, (int)err, call);
        exit(3);
    }
    assert_int_equal(err, JET_errSuccess);
}

#undef assert_ok
#define assert_ok(call) succeed(call, #call, __LINE__)

static struct
{
    JET_INSTANCE instance;
    JET_COLUMNID id, value, note;
} bank;

struct worker
{
    int number;
    JET_SESID session;
    JET_DBID database;
    JET_TABLEID table;
    int64_t count;
};

static JET_COLUMNID column(struct worker *w, const char *name)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition) };

    assert_ok(JetGetTableColumnInfoA(w->session, w->table, name, &definition, sizeof(definition), JET_ColInfo));
    return definition.columnid;
}

static void come(struct worker *w)
{
    w->session = test_session(bank.instance);
    assert_ok(JetOpenDatabaseA(w->session, test_file("killed.edb"), NULL, &w->database, 0));
    assert_ok(JetOpenTableA(w->session, w->database, "rows", NULL, 0, 0, &w->table));
    bank.id = column(w, "id");
    bank.value = column(w, "value");
    bank.note = column(w, "note");
}

static bool find(struct worker *w, int row)
{
    int32_t id = w->number * ROWS + row;
    JET_ERR err;

    assert_ok(JetMakeKey(w->session, w->table, &id, sizeof(id), JET_bitNewKey));
    err = JetSeek(w->session, w->table, JET_bitSeekEQ);
    if (err == JET_errRecordNotFound)
        return false;
    assert_ok(err);
    return true;
}

static int64_t value_of(struct worker *w)
{
    int64_t value = 0;

    assert_ok(JetRetrieveColumn(w->session, w->table, bank.value, &value, sizeof(value), NULL, 0, NULL));
    return value;
}

static void put(struct worker *w, int row, int64_t value)
{
    bool there = find(w, row);
    int32_t id = w->number * ROWS + row;
    char note[9000];
    uint32_t size = row ? note_size(value) : 0;

    memset(note, (char)value, size);
    assert_ok(JetPrepareUpdate(w->session, w->table, there ? JET_prepReplace : JET_prepInsert));
    if (!there)
        assert_ok(JetSetColumn(w->session, w->table, bank.id, &id, sizeof(id), 0, NULL));
    assert_ok(JetSetColumn(w->session, w->table, bank.value, &value, sizeof(value), 0, NULL));
    assert_ok(JetSetColumn(w->session, w->table, bank.note, size ? note : NULL, size, 0, NULL));
    assert_ok(JetUpdate(w->session, w->table, NULL, 0, NULL));
}

/* ------------------------------------------------------ the process that is killed --- */

static const char *durable_path(int number)
{
    char name[32];

    snprintf(name, sizeof(name), "durable.%d", number);
    return test_file(name);
}

static void work(void *context)
{
    struct worker *w = context;

    come(w);
    w->count = find(w, 0) ? value_of(w) : 0;
    for (;;)
    {
        int64_t n = w->count + 1;
        bool lazy = n % 4 != 0;

        assert_ok(JetBeginTransaction(w->session));
        put(w, 0, n);
        if (n % ROWS)
            put(w, (int)(n % ROWS), n);
        assert_ok(JetCommitTransaction(w->session, lazy ? JET_bitCommitLazyFlush : 0));
        w->count = n;
        if (!lazy)
            test_file_write(durable_path(w->number), &n, sizeof(n));
    }
}

static JET_INSTANCE init(void)
{
    JET_INSTANCE instance = test_instance_unstarted("killed", "on");

    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramCheckpointDepthMax, 200000, NULL));
    assert_ok(JetInit(&instance));
    return instance;
}

static int be_killed(void)
{
    static struct worker worker[THREADS];
    struct test_thread *thread[THREADS];
    JET_SESID session;

    is_child = true;
    bank.instance = init();
    session = test_session(bank.instance);
    assert_ok(JetAttachDatabaseA(session, test_file("killed.edb"), 0));
    for (int i = 0; i < THREADS; i++)
    {
        worker[i].number = i;
        thread[i] = test_thread_start(work, &worker[i]);
    }
    for (int i = 0; i < THREADS; i++)
        test_thread_join(thread[i]);
    return 0;
}

static char program[1024];

static void run_and_kill(unsigned milliseconds)
{
#ifdef _WIN32
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION process;
    char command[1100];

    snprintf(command, sizeof(command), "\"%s\" be-killed", program);
    assert_true(CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process));
    assert_int_equal(WaitForSingleObject(process.hProcess, milliseconds), WAIT_TIMEOUT);
    TerminateProcess(process.hProcess, 9);
    WaitForSingleObject(process.hProcess, INFINITE);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
#else
    pid_t child = fork();
    int status;

    if (!child)
    {
        execl(program, program, "be-killed", (char *)NULL);
        _exit(127);
    }
    test_sleep(milliseconds);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
#endif
}

/* -------------------------------------------------------------- who comes afterwards --- */

static void create(void)
{
    JET_COLUMNCREATE_A columns[] = {
        { .cbStruct = sizeof(columns[0]), .szColumnName = (char *)"id", .coltyp = JET_coltypLong },
        { .cbStruct = sizeof(columns[0]), .szColumnName = (char *)"value", .coltyp = JET_coltypCurrency },
        { .cbStruct = sizeof(columns[0]), .szColumnName = (char *)"note", .coltyp = JET_coltypLongBinary },
    };
    JET_INDEXCREATE_A indexes[] = {
        { .cbStruct = sizeof(indexes[0]),
          .szIndexName = (char *)"id",
          .szKey = (char *)"+id\0",
          .cbKey = 5,
          .grbit = JET_bitIndexPrimary },
        { .cbStruct = sizeof(indexes[0]), .szIndexName = (char *)"value", .szKey = (char *)"-value\0", .cbKey = 8 },
    };
    JET_TABLECREATE_A table = { .cbStruct = sizeof(table), .szTableName = (char *)"rows", .ulPages = 1 };
    JET_SESID session;
    JET_DBID database;

    table.rgcolumncreate = columns;
    table.cColumns = 3;
    table.rgindexcreate = indexes;
    table.cIndexes = 2;
    bank.instance = init();
    session = test_session(bank.instance);
    assert_ok(JetCreateDatabaseA(session, test_file("killed.edb"), NULL, &database, 0));
    assert_ok(JetCreateTableColumnIndexA(session, database, &table));
    assert_ok(JetTerm(bank.instance));
}

static int64_t check_worker(struct worker *w)
{
    int64_t count = find(w, 0) ? value_of(w) : 0, durable = 0;
    FILE *file = fopen(durable_path(w->number), "rb");

    if (file)
    {
        if (fread(&durable, sizeof(durable), 1, file) != 1)
            durable = 0;
        fclose(file);
    }
    assert_true(count >= durable);
    for (int j = 1; j < ROWS; j++)
    {
        int64_t want = count - (count - j) % ROWS;
        char note[9000];
        JET_ULONG size = 0;

        if (count < j)
        {
            assert_false(find(w, j));
            continue;
        }
        assert_true(find(w, j));
        assert_int_equal(value_of(w), want);
        JetRetrieveColumn(w->session, w->table, bank.note, note, sizeof(note), &size, 0, NULL);
        assert_int_equal(size, note_size(want));
        for (JET_ULONG i = 0; i < size; i++)
            assert_int_equal(note[i], (char)want);
    }
    return count;
}

static void check(int64_t *total)
{
    JET_SESID session;
    JET_ULONG rows = 0, entries = 0;
    JET_ERR err;

    bank.instance = init();
    session = test_session(bank.instance);
    assert_ok(JetAttachDatabaseA(session, test_file("killed.edb"), 0));
    *total = 0;
    for (int i = 0; i < THREADS; i++)
    {
        struct worker w = { .number = i };

        come(&w);
        *total += check_worker(&w);
        if (i == 0)
        {
            for (err = JetMove(w.session, w.table, JET_MoveFirst, 0); err >= 0;
                 err = JetMove(w.session, w.table, JET_MoveNext, 0))
                rows++;
            assert_ok(JetSetCurrentIndexA(w.session, w.table, "value"));
            for (err = JetMove(w.session, w.table, JET_MoveFirst, 0); err >= 0;
                 err = JetMove(w.session, w.table, JET_MoveNext, 0))
                entries++;
            assert_int_equal(entries, rows);
        }
        assert_ok(JetEndSession(w.session, 0));
    }
    assert_ok(JetTerm(bank.instance));
}

static void killed_at_random_moments(void **state)
{
    const char *text = getenv("ESENT_KILLS"), *seed_text = getenv("ESENT_SEED");
    unsigned long kills = text ? strtoul(text, NULL, 0) : 3;
    uint64_t random = seed_text ? strtoull(seed_text, NULL, 0) : 1;
    int64_t total = 0;

    (void)state;
    create();
    /* Where nothing was committed in the time given, more is given. */
    for (unsigned long i = 0, more = 0; i < kills || (!total && more < 6); i++)
    {
        random = random * 6364136223846793005u + 1442695040888963407u;
        more += i >= kills;
        run_and_kill((100 + (unsigned)(random >> 33) % 1500) << more);
        check(&total);
    }
    print_message("%lu kills, %lld commits\n", kills, (long long)total);
    assert_true(total > 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_random_moments),
    };

#ifdef _WIN32
    GetModuleFileNameA(NULL, program, sizeof(program));
#else
    snprintf(program, sizeof(program), "%s", argv[0]);
#endif
    if (argc > 1 && !strcmp(argv[1], "be-killed"))
        return be_killed();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
