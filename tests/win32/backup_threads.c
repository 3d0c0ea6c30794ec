/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Backups of each kind while threads write: what is restored is a state that some commit left.
 *
 * Each transaction takes from one account what it gives to another, and enters that in a
 * journal, under its thread's next number.  So the journal says for every state which
 * transactions are in it: each thread's from the first on without a gap, and the accounts
 * have what those have left them, in the rows, in an index, and in long values.  None that was
 * durable before the backup ended is missing, and none is there that was made after it.
 */
#include <stdatomic.h>

#include "support.h"

#define THREADS  4
#define ACCOUNTS 40
#define START    1000
#define MOST     8000 /* transactions of a thread */
#ifdef __SANITIZE_THREAD__
#define ROUNDS 1
#else
#define ROUNDS 2
#endif

static JET_INSTANCE instance;
static char path[1024];
static atomic_bool over;
static _Alignas(4096) unsigned char buffer[256 * 4096];

struct columns
{
    JET_COLUMNID id, balance, note, blob;       /* of accounts */
    JET_COLUMNID thread, number, from, to, sum; /* of the journal */
};

struct writer
{
    struct test_thread *thread;
    JET_LONG number;
    atomic_int begun, durable; /* the last transaction that is perhaps, and certainly, to be found */
};

static struct writer writer[THREADS];

/* A moment between two others. */
struct moment
{
    int least[THREADS], most[THREADS];
};

/* ------------------------------------------------------------------ accounts --- */

static unsigned note_of(JET_LONG balance, char *text)
{
    return (unsigned)sprintf(text, "balance %ld", (long)balance);
}

static JET_ULONG blob_of(JET_LONG balance, uint8_t *bytes)
{
    /* Now in the record, now outside. */
    JET_ULONG size = balance % 8 ? 20 : 1500 + (JET_ULONG)(balance % 2500 < 0 ? 0 : balance % 2500);

    memset(bytes, (int)(balance & 0xff), size);
    return size;
}

static JET_COLUMNID add(JET_SESID sesid, JET_TABLEID table, const char *name, JET_COLTYP type)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = type, .cp = 1252 };
    JET_COLUMNID column;

    assert_ok(JetAddColumnA(sesid, table, name, &definition, NULL, 0, &column));
    return column;
}

static void put(JET_SESID sesid, JET_TABLEID table, JET_COLUMNID column, JET_LONG value)
{
    assert_ok(JetSetColumn(sesid, table, column, &value, sizeof(value), 0, NULL));
}

static JET_LONG get(JET_SESID sesid, JET_TABLEID table, JET_COLUMNID column)
{
    JET_LONG value;

    assert_ok(JetRetrieveColumn(sesid, table, column, &value, sizeof(value), NULL, 0, NULL));
    return value;
}

static JET_COLUMNID find(JET_SESID sesid, JET_TABLEID table, const char *name)
{
    JET_COLUMNDEF definition;

    assert_ok(JetGetTableColumnInfoA(sesid, table, name, &definition, sizeof(definition), JET_ColInfo));
    return definition.columnid;
}

static void open_tables(JET_SESID sesid, JET_DBID dbid, JET_TABLEID *accounts, JET_TABLEID *journal,
                        struct columns *columns)
{
    assert_ok(JetOpenTableA(sesid, dbid, "accounts", NULL, 0, 0, accounts));
    assert_ok(JetOpenTableA(sesid, dbid, "journal", NULL, 0, 0, journal));
    columns->id = find(sesid, *accounts, "id");
    columns->balance = find(sesid, *accounts, "balance");
    columns->note = find(sesid, *accounts, "note");
    columns->blob = find(sesid, *accounts, "blob");
    columns->thread = find(sesid, *journal, "thread");
    columns->number = find(sesid, *journal, "number");
    columns->from = find(sesid, *journal, "from");
    columns->to = find(sesid, *journal, "to");
    columns->sum = find(sesid, *journal, "sum");
}

static void set_account(JET_SESID sesid, JET_TABLEID table, const struct columns *columns, JET_LONG balance)
{
    uint8_t bytes[4096];
    char note[40];
    unsigned size = note_of(balance, note);

    put(sesid, table, columns->balance, balance);
    assert_ok(JetSetColumn(sesid, table, columns->note, note, size, 0, NULL));
    assert_ok(JetSetColumn(sesid, table, columns->blob, bytes, blob_of(balance, bytes), 0, NULL));
}

static void make(void)
{
    JET_SESID sesid = test_session(instance);
    JET_TABLEID accounts, journal;
    struct columns columns;
    JET_DBID dbid;

    assert_ok(JetCreateDatabaseA(sesid, path, NULL, &dbid, 0));
    assert_ok(JetCreateTableA(sesid, dbid, "accounts", 1, 80, &accounts));
    columns.id = add(sesid, accounts, "id", JET_coltypLong);
    columns.balance = add(sesid, accounts, "balance", JET_coltypLong);
    columns.note = add(sesid, accounts, "note", JET_coltypText);
    columns.blob = add(sesid, accounts, "blob", JET_coltypLongBinary);
    assert_ok(JetCreateIndexA(sesid, accounts, "id", JET_bitIndexPrimary, "+id\0", 5, 80));
    assert_ok(JetCreateIndexA(sesid, accounts, "note", 0, "+note\0", 7, 80));
    assert_ok(JetCreateTableA(sesid, dbid, "journal", 1, 80, &journal));
    add(sesid, journal, "thread", JET_coltypLong);
    add(sesid, journal, "number", JET_coltypLong);
    add(sesid, journal, "from", JET_coltypLong);
    add(sesid, journal, "to", JET_coltypLong);
    add(sesid, journal, "sum", JET_coltypLong);
    assert_ok(JetCreateIndexA(sesid, journal, "id", JET_bitIndexPrimary, "+thread\0+number\0", 17, 80));
    assert_ok(JetBeginTransaction(sesid));
    for (JET_LONG id = 0; id < ACCOUNTS; id++)
    {
        assert_ok(JetPrepareUpdate(sesid, accounts, JET_prepInsert));
        put(sesid, accounts, columns.id, id);
        set_account(sesid, accounts, &columns, START);
        assert_ok(JetUpdate(sesid, accounts, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(sesid, 0));
    assert_ok(JetCloseTable(sesid, accounts));
    assert_ok(JetCloseTable(sesid, journal));
    assert_ok(JetEndSession(sesid, 0));
}

/* ------------------------------------------------------------------- writers --- */

static uint32_t random_below(uint64_t *state, uint32_t n)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % n;
}

/* Moves the sum into or out of an account; false: another has changed it. */
static bool move(JET_SESID sesid, JET_TABLEID accounts, const struct columns *columns, JET_LONG id, JET_LONG sum)
{
    JET_ERR err;

    assert_ok(JetMakeKey(sesid, accounts, &id, sizeof(id), JET_bitNewKey));
    assert_ok(JetSeek(sesid, accounts, JET_bitSeekEQ));
    err = JetPrepareUpdate(sesid, accounts, JET_prepReplace);
    if (err == JET_errWriteConflict)
        return false;
    assert_ok(err);
    set_account(sesid, accounts, columns, get(sesid, accounts, columns->balance) + sum);
    err = JetUpdate(sesid, accounts, NULL, 0, NULL);
    if (err == JET_errWriteConflict)
    {
        assert_ok(JetPrepareUpdate(sesid, accounts, JET_prepCancel));
        return false;
    }
    assert_ok(err);
    return true;
}

static bool transfer(JET_SESID sesid, JET_TABLEID accounts, JET_TABLEID journal, const struct columns *columns,
                     uint64_t *random, JET_LONG thread, JET_LONG number)
{
    JET_LONG from = (JET_LONG)random_below(random, ACCOUNTS), sum = (JET_LONG)random_below(random, 100);
    JET_LONG to = (from + 1 + (JET_LONG)random_below(random, ACCOUNTS - 1)) % ACCOUNTS;

    if (!move(sesid, accounts, columns, from, -sum) || !move(sesid, accounts, columns, to, sum))
        return false;
    assert_ok(JetPrepareUpdate(sesid, journal, JET_prepInsert));
    put(sesid, journal, columns->thread, thread);
    put(sesid, journal, columns->number, number);
    put(sesid, journal, columns->from, from);
    put(sesid, journal, columns->to, to);
    put(sesid, journal, columns->sum, sum);
    assert_ok(JetUpdate(sesid, journal, NULL, 0, NULL));
    return random_below(random, 10) != 0; /* some are given up */
}

static void write_on(void *context)
{
    struct writer *own = context;
    JET_LONG thread = (JET_LONG)(own - writer);
    uint64_t random = (uint64_t)own->number * 977 + (uint64_t)thread;
    JET_SESID sesid = test_session(instance);
    JET_TABLEID accounts, journal;
    struct columns columns;
    JET_DBID dbid;

    assert_ok(JetOpenDatabaseA(sesid, path, NULL, &dbid, 0));
    open_tables(sesid, dbid, &accounts, &journal, &columns);
    while (!atomic_load(&over) && own->number < MOST)
    {
        bool lazy = own->number % 8 != 0;

        assert_ok(JetBeginTransaction(sesid));
        if (!transfer(sesid, accounts, journal, &columns, &random, thread, own->number + 1))
        {
            assert_ok(JetRollback(sesid, 0));
            continue;
        }
        own->number++;
        atomic_store(&own->begun, (int)own->number);
        assert_ok(JetCommitTransaction(sesid, lazy ? JET_bitCommitLazyFlush : 0));
        if (lazy)
            continue;
        atomic_store(&own->durable, (int)own->number);
        test_sleep(1);
    }
    assert_ok(JetEndSession(sesid, 0));
}

static void writers_start(void)
{
    atomic_store(&over, false);
    for (unsigned i = 0; i < THREADS; i++)
        writer[i].thread = test_thread_start(write_on, &writer[i]);
}

static void writers_stop(void)
{
    atomic_store(&over, true);
    for (unsigned i = 0; i < THREADS; i++)
        test_thread_join(writer[i].thread);
}

static void wait_for_progress(void)
{
    for (unsigned i = 0; i < THREADS; i++)
        for (int was = atomic_load(&writer[i].durable); atomic_load(&writer[i].durable) <= was;)
        {
            if (atomic_load(&writer[i].begun) >= MOST)
                return;
            test_sleep(1);
        }
}

static void least(struct moment *moment)
{
    for (unsigned i = 0; i < THREADS; i++)
        moment->least[i] = atomic_load(&writer[i].durable);
}

static void most(struct moment *moment)
{
    for (unsigned i = 0; i < THREADS; i++)
        moment->most[i] = atomic_load(&writer[i].begun);
}

/* --------------------------------------------------------------------- checks --- */

static void check_account(JET_SESID sesid, JET_TABLEID accounts, const struct columns *columns, JET_LONG balance)
{
    uint8_t want[4096], have[4096];
    char note[40], text[40];
    JET_ULONG size = blob_of(balance, want), actual;
    unsigned length = note_of(balance, note);

    assert_int_equal(get(sesid, accounts, columns->balance), balance);
    assert_ok(JetRetrieveColumn(sesid, accounts, columns->blob, have, sizeof(have), &actual, 0, NULL));
    assert_int_equal(actual, size);
    assert_memory_equal(have, want, size);
    assert_ok(JetRetrieveColumn(sesid, accounts, columns->note, text, sizeof(text), &actual, 0, NULL));
    assert_int_equal(actual, length);
    assert_memory_equal(text, note, length);
}

/* The database is in the state of a commit, at that moment; its instance is started. */
static void check(JET_INSTANCE restored, const char *database, const struct moment *moment)
{
    JET_LONG balance[ACCOUNTS], number[THREADS] = { 0 };
    JET_SESID sesid = test_session(restored);
    JET_TABLEID accounts, journal;
    struct columns columns;
    JET_DBID dbid;
    JET_ERR err;
    unsigned count = 0;

    assert_true(JetAttachDatabaseA(sesid, database, 0) >= 0);
    assert_ok(JetOpenDatabaseA(sesid, database, NULL, &dbid, 0));
    open_tables(sesid, dbid, &accounts, &journal, &columns);
    for (unsigned i = 0; i < ACCOUNTS; i++)
        balance[i] = START;
    for (err = JetMove(sesid, journal, JET_MoveFirst, 0); err >= 0; err = JetMove(sesid, journal, JET_MoveNext, 0))
    {
        JET_LONG thread = get(sesid, journal, columns.thread), sum = get(sesid, journal, columns.sum);

        assert_int_equal(get(sesid, journal, columns.number), ++number[thread]);
        balance[get(sesid, journal, columns.from)] -= sum;
        balance[get(sesid, journal, columns.to)] += sum;
    }
    assert_int_equal(err, JET_errNoCurrentRecord);
    for (unsigned i = 0; i < THREADS; i++)
        assert_in_range(number[i], (unsigned)moment->least[i], (unsigned)moment->most[i]);
    for (err = JetMove(sesid, accounts, JET_MoveFirst, 0); err >= 0; err = JetMove(sesid, accounts, JET_MoveNext, 0))
        check_account(sesid, accounts, &columns, balance[count++]);
    assert_int_equal(count, ACCOUNTS);
    assert_ok(JetSetCurrentIndexA(sesid, accounts, "note"));
    for (err = JetMove(sesid, accounts, JET_MoveFirst, 0); err >= 0; err = JetMove(sesid, accounts, JET_MoveNext, 0))
    {
        check_account(sesid, accounts, &columns, balance[get(sesid, accounts, columns.id)]);
        count--;
    }
    assert_int_equal(count, 0);
    assert_ok(JetEndSession(sesid, 0));
    assert_ok(JetTerm2(restored, JET_bitTermComplete));
}

static JET_INSTANCE unstarted(const char *name)
{
    JET_INSTANCE made = test_instance_unstarted(name, "on");

    assert_ok(JetSetSystemParameterA(&made, 0, JET_paramCircularLog, 0, NULL));
    assert_ok(JetSetSystemParameterA(&made, 0, JET_paramLogFileSize, 1024, NULL));
    return made;
}

static void check_in(const char *name, const char *database, const struct moment *moment)
{
    JET_INSTANCE other = unstarted(name);

    assert_ok(JetInit(&other));
    check(other, database, moment);
}

/* ---------------------------------------------------------------------- stream --- */

static void save(const char *name, JET_HANDLE file)
{
    FILE *to = fopen(name, "wb");
    JET_ULONG actual;

    assert_non_null(to);
    for (;;)
    {
        assert_ok(JetReadFileInstance(instance, file, buffer, sizeof(buffer), &actual));
        if (!actual)
            break;
        assert_int_equal(fwrite(buffer, 1, actual, to), actual);
    }
    fclose(to);
}

static void stream(unsigned round)
{
    static char logs[65536];
    char set[600], to[600], name[1200], folder[40];
    JET_LOGINFO_A info = { .cbSize = sizeof(info) };
    struct moment moment;
    JET_ULONG actual, low, high;
    JET_HANDLE file;
    JET_RSTMAP_A map = { path, name };

    snprintf(folder, sizeof(folder), "stream%u", round);
    snprintf(set, sizeof(set), "%s", test_folder(folder));
    snprintf(folder, sizeof(folder), "streamed%u", round);
    snprintf(to, sizeof(to), "%s", test_folder(folder));
    wait_for_progress();
    assert_ok(JetBeginExternalBackupInstance(instance, 0));
    assert_ok(JetOpenFileInstanceA(instance, path, &file, &low, &high));
    snprintf(name, sizeof(name), "%sback.edb", set);
    save(name, file);
    assert_ok(JetCloseFileInstance(instance, file));
    wait_for_progress();
    least(&moment);
    assert_ok(JetGetLogInfoInstance2A(instance, logs, sizeof(logs), &actual, &info));
    most(&moment);
    for (const char *log = logs; *log; log += strlen(log) + 1)
    {
        assert_ok(JetOpenFileInstanceA(instance, log, &file, &low, &high));
        snprintf(name, sizeof(name), "%s%.100s", set, test_file_name(log));
        save(name, file);
        assert_ok(JetCloseFileInstance(instance, file));
    }
    if (round)
        assert_ok(JetTruncateLogInstance(instance));
    assert_ok(JetEndExternalBackupInstance(instance));
    snprintf(name, sizeof(name), "%sback.edb", set);
    assert_ok(JetExternalRestoreA(to, to, &map, 1, set, (JET_LONG)info.ulGenLow, (JET_LONG)info.ulGenHigh, NULL));
    check_in(folder, name, &moment);
}

/* ------------------------------------------------------------------- directory --- */

static void directory(unsigned round)
{
    char set[600], to[600], name[1200], folder[40];
    struct moment moment;
    JET_INSTANCE other;

    snprintf(folder, sizeof(folder), "set%u", round);
    snprintf(set, sizeof(set), "%s", test_folder(folder));
    snprintf(folder, sizeof(folder), "restored%u", round);
    snprintf(to, sizeof(to), "%s", test_folder(folder));
    wait_for_progress();
    least(&moment);
    assert_ok(JetBackupInstanceA(instance, set, round ? JET_bitBackupAtomic : 0, NULL));
    most(&moment);
    if (round)
    {
        /* And once more, logs only. */
        wait_for_progress();
        least(&moment);
        assert_ok(JetBackupInstanceA(instance, set, JET_bitBackupAtomic | JET_bitBackupIncremental, NULL));
        most(&moment);
        snprintf(set, sizeof(set), "%s", test_folder("set1/old"));
    }
    other = unstarted(folder);
    assert_ok(JetRestoreInstanceA(other, set, to, NULL));
    assert_ok(JetTerm(other));
    snprintf(name, sizeof(name), "%sdata.edb", to);
    check_in(folder, name, &moment);
}

/* -------------------------------------------------------------------- snapshot --- */

static bool copy_file(const char *from, const char *to)
{
    FILE *in = fopen(from, "rb"), *out;
    size_t size;

    if (!in)
        return false;
    out = fopen(to, "wb");
    assert_non_null(out);
    while ((size = fread(buffer, 1, sizeof(buffer), in)))
        assert_int_equal(fwrite(buffer, 1, size, out), size);
    fclose(in);
    fclose(out);
    return true;
}

static bool copy_from(const char *folder, const char *to, const char *name)
{
    char source[1200], target[1200];

    snprintf(source, sizeof(source), "%s%s", folder, name);
    snprintf(target, sizeof(target), "%s%s", to, name);
    return copy_file(source, target);
}

/* On Windows nobody but the engine may open its files: a snapshot is one of the volume, which there is none of here. */
static bool can_copy(void)
{
    FILE *file = fopen(path, "rb");

    if (file)
        fclose(file);
    return file != NULL;
}

/* All files of the instance, as a snapshot of their volume has them. */
static void copy_all(const char *to)
{
    char from[1024], name[40];

    snprintf(from, sizeof(from), "%s", test_folder("source"));
    assert_true(copy_from(from, to, "data.edb"));
    assert_true(copy_from(from, to, "edb.log"));
    (void)copy_from(from, to, "edb.chk");
    for (unsigned generation = 1; generation < 400; generation++)
    {
        snprintf(name, sizeof(name), "edb%05X.log", generation);
        (void)copy_from(from, to, name);
    }
}

static void snapshot(unsigned round)
{
    char to[600], name[1200], folder[40];
    JET_RSTMAP2_A map = { .cbStruct = sizeof(map), .szDatabaseName = path, .szNewDatabaseName = name };
    JET_RSTINFO2_A info = { .cbStruct = sizeof(info), .rgrstmap = &map, .crstmap = 1 };
    JET_INSTANCE_INFO_A *infos;
    struct moment moment;
    JET_INSTANCE other;
    JET_OSSNAPID id;
    JET_ULONG count;

    snprintf(folder, sizeof(folder), "snapshot%u", round);
    snprintf(to, sizeof(to), "%s", test_folder(folder));
    snprintf(name, sizeof(name), "%sdata.edb", to);
    assert_ok(JetOSSnapshotPrepare(&id, round ? JET_bitCopySnapshot : JET_bitContinueAfterThaw));
    wait_for_progress();
    least(&moment);
    assert_ok(JetOSSnapshotFreezeA(id, &count, &infos, 0));
    assert_ok(JetFreeBuffer((char *)infos));
    copy_all(to);
    most(&moment);
    assert_ok(JetOSSnapshotThaw(id, 0));
    if (!round)
    {
        assert_ok(JetOSSnapshotTruncateLog(id, 0));
        assert_ok(JetOSSnapshotEnd(id, 0));
    }
    other = unstarted(folder);
    assert_ok(JetInit4A(&other, &info, 0));
    check(other, name, &moment);
}

/* ------------------------------------------------------------------------ main --- */

static void begin(void)
{
    snprintf(path, sizeof(path), "%sdata.edb", test_folder("source"));
    instance = unstarted("source");
    assert_ok(JetInit(&instance));
    make();
    for (unsigned i = 0; i < THREADS; i++)
    {
        writer[i].number = 0;
        atomic_store(&writer[i].begun, 0);
        atomic_store(&writer[i].durable, 0);
    }
}

static void what_is_restored_some_commit_left(void **state)
{
    struct moment end;

    (void)state;
    begin();
    for (unsigned round = 0; round < ROUNDS; round++)
    {
        writers_start();
        stream(round);
        directory(round);
        if (can_copy())
            snapshot(round);
        writers_stop();
    }
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
    for (unsigned i = 0; i < THREADS; i++)
        end.least[i] = end.most[i] = (int)writer[i].number;
    check_in("source", path, &end);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_restored_some_commit_left) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
