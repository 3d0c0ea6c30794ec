/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Databases, logs and checkpoints that are not of one moment: what a crash, a disk or a person can make of them.
 * Each row holds its number, and each is committed alone: whatever is recovered must be the rows up to one.
 */
#include "support.h"

#define LOG_KB  512
#define ROWS    48
#define SEGMENT 4096u
#define SECTOR  512u

struct base
{
    const char *path;
    JET_DBID dbid;
    JET_TABLEID table;
    JET_COLUMNID number, filler;
    int32_t rows;
};

static const char *folder;
static JET_ULONG page_size, log_kb = LOG_KB;
static JET_INSTANCE instance;
static JET_SESID sesid;
static JET_LGPOS committed[ROWS * 4];

static char *file_of_log(const char *name)
{
    char path[64];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return test_file_kept(path);
}

static JET_ERR start(JET_GRBIT grbit)
{
    JET_ERR err;

    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramDatabasePageSize, page_size, NULL));
    instance = test_instance_unstarted(folder, "on");
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramLogFileSize, log_kb, NULL));
    err = JetInit2(&instance, grbit);
    if (err >= 0)
        sesid = test_session(instance);
    return err;
}

static void die(void)
{
    (void)JetTerm2(instance, JET_bitTermAbrupt | JET_bitTermDirty);
}

static void end(void)
{
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
}

static struct base create(const char *path)
{
    struct base base = { .path = path };

    assert_ok(JetCreateDatabaseA(sesid, path, NULL, &base.dbid, 0));
    assert_ok(JetCreateTableA(sesid, base.dbid, "t", 1, 80, &base.table));
    base.number = test_column(sesid, base.table, "number", JET_coltypLong, 0);
    base.filler = test_column(sesid, base.table, "filler", JET_coltypLongBinary, 0);
    return base;
}

static void reopen(struct base *base)
{
    assert_ok(JetAttachDatabaseA(sesid, base->path, 0));
    assert_ok(JetOpenDatabaseA(sesid, base->path, NULL, &base->dbid, 0));
    assert_ok(JetOpenTableA(sesid, base->dbid, "t", NULL, 0, 0, &base->table));
}

static void detach(struct base *base)
{
    assert_ok(JetCloseTable(sesid, base->table));
    assert_ok(JetCloseDatabase(sesid, base->dbid, 0));
    assert_ok(JetDetachDatabaseA(sesid, base->path));
}

/* Rows, of which each fifth has a long value; *committed: where each was committed. */
static void add(struct base *base, int32_t count)
{
    static char filler[6000];
    JET_COMMIT_ID id;

    for (int32_t i = 0; i < count; i++, base->rows++)
    {
        assert_ok(JetBeginTransaction(sesid));
        assert_ok(JetPrepareUpdate(sesid, base->table, JET_prepInsert));
        assert_ok(JetSetColumn(sesid, base->table, base->number, &base->rows, sizeof(base->rows), 0, NULL));
        memset(filler, base->rows, sizeof(filler));
        assert_ok(
            JetSetColumn(sesid, base->table, base->filler, filler, base->rows % 5 ? 300 : sizeof(filler), 0, NULL));
        assert_ok(JetUpdate(sesid, base->table, NULL, 0, NULL));
        assert_ok(JetCommitTransaction2(sesid, 0, 0, &id));
        memcpy(&committed[base->rows], &id.commitId, sizeof(committed[0]));
    }
}

/* Whether there are the rows up to one: how many. */
static int32_t rows_of(const struct base *base)
{
    struct base now = *base;
    int32_t rows = 0, number;
    char filler[6000];
    JET_ULONG size;

    reopen(&now);
    for (JET_ERR err = JetMove(sesid, now.table, JET_MoveFirst, 0); err >= 0; err = JetMove(sesid, now.table, 1, 0))
    {
        assert_ok(JetRetrieveColumn(sesid, now.table, now.number, &number, sizeof(number), NULL, 0, NULL));
        assert_int_equal(number, rows);
        assert_ok(JetRetrieveColumn(sesid, now.table, now.filler, filler, sizeof(filler), &size, 0, NULL));
        assert_int_equal(size, rows % 5 ? 300 : sizeof(filler));
        for (JET_ULONG i = 0; i < size; i++)
            assert_int_equal((uint8_t)filler[i], (uint8_t)rows);
        rows++;
    }
    detach(&now);
    return rows;
}

static JET_ULONG state_of(const char *path)
{
    JET_DBINFOMISC7 info;

    assert_ok(JetGetDatabaseFileInfoA(path, &info, sizeof(info), JET_DbInfoMisc));
    return info.dbstate;
}

static void holds(const struct base *base)
{
    assert_ok(start(0));
    assert_int_equal(rows_of(base), base->rows);
    end();
    assert_int_equal(state_of(base->path), JET_dbstateCleanShutdown);
}

/* A folder of logs is put away, or taken back. */
static void copy_logs(const char *from, const char *to)
{
    static const char *const names[] = { "edb.chk", "edb.log", "edbtmp.log" };
    char a[64], b[64];

    test_folder(from);
    test_folder(to);
    for (unsigned i = 0; i < 40; i++)
    {
        char name[32];

        if (i < 3)
            snprintf(name, sizeof(name), "%s", names[i]);
        else
            snprintf(name, sizeof(name), "edb%05X.log", i - 2);
        snprintf(a, sizeof(a), "%s/%s", from, name);
        snprintf(b, sizeof(b), "%s/%s", to, name);
        remove(test_file(b));
        if (test_file_exists(test_file(a)))
            test_file_copy(test_file(a), test_file(b));
    }
}

/* --------------------------------------------------------------- the log's end --- */

static int32_t rows_before(JET_ULONG segment)
{
    int32_t rows = 0;

    while (rows < ROWS && committed[rows].isec < segment)
        rows++;
    return rows;
}

/* The log as it was, but that nothing is there from `cut` on, or to the end of that segment what no crash leaves there;
 * whether that changed the segment. */
static bool cut_log(const uint8_t *log, size_t size, size_t cut, bool junk)
{
    size_t end = cut / SEGMENT * SEGMENT + SEGMENT;
    uint8_t *bytes = malloc(size);
    bool changed;

    assert_non_null(bytes);
    memcpy(bytes, log, size);
    for (size_t i = cut; i < end; i++)
        bytes[i] = junk ? (uint8_t)(i * i * 31 + i / 7 + 5) : 0;
    memset(bytes + end, 0, size - end);
    changed = memcmp(bytes + cut, log + cut, end - cut) != 0;
    test_file_write(file_of_log("edb.log"), bytes, size);
    free(bytes);
    return changed;
}

static void torn_end(void)
{
    char name[32];
    const char *path, *clean;
    struct base base;
    size_t size;
    uint8_t *log;

    snprintf(name, sizeof(name), "%s.edb", folder);
    path = test_file_kept(name);
    snprintf(name, sizeof(name), "%s.clean", folder);
    clean = test_file_kept(name);
    assert_ok(start(0));
    base = create(path);
    end();
    test_file_copy(path, clean);
    assert_ok(start(0));
    reopen(&base);
    add(&base, ROWS);
    assert_int_equal(committed[0].lGeneration, committed[ROWS - 1].lGeneration);
    die();
    log = test_file_read(file_of_log("edb.log"), &size);
    assert_non_null(log);
    copy_logs(folder, "away");
    /* Where it took long, the checkpoint is past the attachment that the clean database needs. */
    remove(test_file("away/edb.chk"));
    for (int32_t at = 3; at < ROWS; at += 11)
        for (size_t sector = 0; sector < SEGMENT / SECTOR; sector++)
        {
            JET_ULONG segment = committed[at].isec;
            JET_LGPOS was[2];
            struct base now = base;
            bool changed;

            copy_logs("away", folder);
            test_file_copy(clean, path);
            changed = cut_log(log, size, segment * SEGMENT + sector * SECTOR, sector % 3 == 2);
            now.rows = rows_before(changed ? segment : segment + 1u);
            if (sector % 3 == 2)
            {
                assert_err(start(0), JET_errLogFileCorrupt);
                assert_int_equal(state_of(path), JET_dbstateCleanShutdown);
                continue;
            }
            assert_ok(start(0));
            assert_int_equal(rows_of(&now), now.rows);
            /* and it goes on from there */
            reopen(&now);
            memcpy(was, &committed[now.rows], sizeof(was));
            add(&now, 2);
            memcpy(&committed[now.rows - 2], was, sizeof(was));
            die();
            holds(&now);
        }
    free(log);
}

/* What is behind a segment that is damaged was on disk when that was written: no crash left it so. */
static void damage(void)
{
    char name[32];
    const char *path, *clean;
    size_t size;
    uint8_t *log;

    snprintf(name, sizeof(name), "%s.edb", folder);
    path = test_file_kept(name);
    snprintf(name, sizeof(name), "%s.clean", folder);
    clean = test_file_kept(name);
    log = test_file_read(test_file_kept("away/edb.log"), &size);
    assert_non_null(log);
    for (unsigned round = 0; round < 6; round++)
    {
        static const unsigned places[] = { 8, 12, 40, 48, 2000, 4095 };
        uint8_t *spoilt = malloc(size);

        assert_non_null(spoilt);
        copy_logs("away", folder);
        test_file_copy(clean, path);
        memcpy(spoilt, log, size);
        spoilt[committed[ROWS / 2].isec * SEGMENT + places[round]] ^= 0x41;
        test_file_write(file_of_log("edb.log"), spoilt, size);
        assert_err(start(0), JET_errLogFileCorrupt);
        assert_int_equal(state_of(path), JET_dbstateCleanShutdown);
        free(spoilt);
    }
    free(log);
}

static void torn_ends(void **state)
{
    static const JET_ULONG sizes[] = { 4096, 32768 };
    static const char *const folders[] = { "torn4", "torn32" };

    (void)state;
    for (unsigned i = 0; i < 2; i++)
    {
        page_size = sizes[i];
        folder = folders[i];
        torn_end();
        damage();
    }
}

/* ----------------------------------------------------------- files of other times --- */

/* A crash after a database was attached, before its header said so, or before anything was changed in it. */
static void attached_only(void **state)
{
    const char *path, *clean = test_file_kept("only.clean");
    struct base base;

    (void)state;
    page_size = 8192;
    folder = "only";
    path = test_file_kept("only.edb");
    assert_ok(start(0));
    base = create(path);
    add(&base, 10);
    end();
    test_file_copy(path, clean);
    for (unsigned round = 0; round < 4; round++)
    {
        assert_ok(start(0));
        assert_ok(JetAttachDatabaseA(sesid, path, 0));
        die();
        if (round % 2)
            test_file_copy(clean, path);
        if (round > 1)
            remove(file_of_log("edb.chk"));
        holds(&base);
        test_file_copy(path, clean);
    }
}

/* The last page that holds such bytes is half of what it was, as a torn write leaves it. */
static void tear_page_of(char byte, const char *path)
{
    uint8_t want[200], *bytes;
    size_t size, at;

    memset(want, byte, sizeof(want));
    bytes = test_file_read(path, &size);
    assert_non_null(bytes);
    for (at = size - sizeof(want); at && memcmp(bytes + at, want, sizeof(want)); at--)
        ;
    assert_true(at > 0);
    memset(bytes + at / page_size * page_size, 0x5a, page_size / 2);
    test_file_write(path, bytes, size);
    free(bytes);
}

static void add_value(const struct base *base, JET_SESID session, JET_TABLEID table, char byte, JET_GRBIT grbit)
{
    char value[1000];

    memset(value, byte, sizeof(value));
    assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
    assert_ok(JetSetColumn(session, table, base->filler, value, sizeof(value), grbit, NULL));
    assert_ok(JetUpdate(session, table, NULL, 0, NULL));
}

static void check_value(const struct base *base, char byte)
{
    char value[1000], want[1000];
    JET_ULONG size;

    memset(want, byte, sizeof(want));
    assert_ok(JetRetrieveColumn(sesid, base->table, base->filler, value, sizeof(value), &size, 0, NULL));
    assert_int_equal(size, sizeof(want));
    assert_memory_equal(value, want, sizeof(want));
}

static JET_TABLEID table_of(const char *path, JET_SESID session)
{
    JET_TABLEID table;
    JET_DBID dbid;

    assert_ok(JetOpenDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetOpenTableA(session, dbid, "t", NULL, 0, 0, &table));
    return table;
}

/*
 * The page of long values is made behind the checkpoint, which `holder` keeps where it is, and filled by a transaction
 * from before it: from the checkpoint on the log does not say all of that page, from the beginning it does.
 */
static void torn_page_of_two_times(void **state)
{
    JET_SESID holder, last;
    JET_TABLEID held, table;
    struct base base;
    const char *path;

    (void)state;
    page_size = 8192;
    folder = "two";
    path = test_file_kept("two.edb");
    assert_ok(start(0));
    base = create(path);
    assert_ok(JetCloseTable(sesid, base.table));
    base.table = table_of(path, sesid);
    assert_ok(JetBeginTransaction(sesid));
    add_value(&base, sesid, base.table, 'u', 0);
    holder = test_session(instance);
    held = table_of(path, holder);
    assert_ok(JetBeginTransaction(holder));
    assert_ok(JetPrepareUpdate(holder, held, JET_prepInsert));
    assert_ok(JetUpdate(holder, held, NULL, 0, NULL));
    add_value(&base, sesid, base.table, 'w', JET_bitSetSeparateLV);
    assert_ok(JetCommitTransaction(sesid, 0));
    last = test_session(instance);
    table = table_of(path, last);
    assert_ok(JetBeginTransaction(last));
    add_value(&base, last, table, 'v', JET_bitSetSeparateLV);
    assert_ok(JetCommitTransaction(last, 0));
    assert_ok(JetStopServiceInstance2(instance, JET_bitStopServiceQuiesceCaches));
    test_sleep(1000);
    die();
    tear_page_of('w', path);

    assert_ok(start(0));
    reopen(&base);
    assert_ok(JetMove(sesid, base.table, JET_MoveFirst, 0));
    check_value(&base, 'u');
    assert_ok(JetMove(sesid, base.table, JET_MoveNext, 0));
    check_value(&base, 'w');
    assert_ok(JetMove(sesid, base.table, JET_MoveNext, 0));
    check_value(&base, 'v');
    assert_err(JetMove(sesid, base.table, JET_MoveNext, 0), JET_errNoCurrentRecord);
    end();
}

/* A database of an earlier detachment than the last is brought forward through the others. */
static void older(void **state)
{
    static const char *const copies[] = { "older.0", "older.1", "older.2", "older.3" };
    const char *path;
    struct base base, second;

    (void)state;
    page_size = 4096;
    folder = "older";
    log_kb = 64;
    path = test_file_kept("older.edb");
    assert_ok(start(0));
    base = create(path);
    second = create(test_file_kept("older2.edb"));
    for (unsigned i = 0; i < 4; i++)
    {
        add(&base, 30);
        detach(&base);
        test_file_copy(path, test_file_kept(copies[i]));
        add(&second, 30);
        reopen(&base);
    }
    add(&base, 5);
    die();
    copy_logs(folder, "away");
    test_file_copy(second.path, test_file_kept("older2.crash"));
    for (unsigned i = 0; i < 4; i++)
    {
        copy_logs("away", folder);
        remove(file_of_log("edb.chk"));
        test_file_copy(test_file_kept(copies[i]), path);
        test_file_copy(test_file_kept("older2.crash"), second.path);
        test_file_write(test_file_kept("older.jfm"), "no flush map", 12);
        holds(&base);
        holds(&second);
    }
    /* without either of them, from its creation on */
    copy_logs("away", folder);
    remove(file_of_log("edb.chk"));
    remove(path);
    remove(second.path);
    holds(&base);
    holds(&second);
    log_kb = LOG_KB;
}

/* A database that is later than the log, which then does not have what it needs. */
static void ahead(void **state)
{
    const char *path, *clean = test_file_kept("ahead.clean"), *dirty = test_file_kept("ahead.dirty");
    struct base base;

    (void)state;
    page_size = 4096;
    folder = "ahead";
    log_kb = 64;
    path = test_file_kept("ahead.edb");
    assert_ok(start(0));
    base = create(path);
    end();
    assert_ok(start(0));
    reopen(&base);
    add(&base, 10);
    die();
    copy_logs(folder, "away");
    test_file_copy(path, dirty);
    assert_ok(start(0));
    reopen(&base);
    add(&base, 80);
    end();
    test_file_copy(path, clean);
    /* clean, but the log knows nothing of it */
    copy_logs("away", folder);
    assert_err(start(0), JET_errAttachedDatabaseMismatch);
    assert_ok(start(JET_bitReplayIgnoreMissingDB));
    assert_int_equal(rows_of(&base), 90);
    end();
    /* dirty, and needing generations that are not there */
    copy_logs("away", folder);
    test_file_copy(dirty, path);
    assert_ok(start(0));
    reopen(&base);
    base.rows = 10;
    add(&base, 80);
    die();
    copy_logs("away", folder);
    assert_err(start(0), JET_errAttachedDatabaseMismatch);
    assert_int_equal(state_of(path), JET_dbstateDirtyShutdown);
    log_kb = LOG_KB;
}

/* Of three databases some are not there. */
static void missing(void **state)
{
    struct base bases[3];
    char away[64];

    (void)state;
    page_size = 4096;
    folder = "missing";
    assert_ok(start(0));
    bases[0] = create(test_file_kept("missing0.edb"));
    bases[1] = create(test_file_kept("missing1.edb"));
    bases[2] = create(test_file_kept("missing2.edb"));
    end();
    for (unsigned round = 0; round < 3; round++)
    {
        assert_ok(start(0));
        for (unsigned i = 0; i < 3; i++)
            reopen(&bases[i]);
        for (unsigned i = 0; i < 3; i++)
            add(&bases[i], 7 + (int32_t)i);
        die();
        snprintf(away, sizeof(away), "missing.%u", round);
        assert_int_equal(rename(bases[round].path, test_file_kept(away)), 0);
        copy_logs(folder, "away");
        assert_err(start(0), JET_errAttachedDatabaseMismatch);
        assert_ok(start(JET_bitReplayIgnoreMissingDB));
        for (unsigned i = 0; i < 3; i++)
            if (i != round)
                assert_int_equal(rows_of(&bases[i]), bases[i].rows);
        end();
        /* too late for it, with this log; with the one that there was, it comes to the same */
        assert_int_equal(rename(test_file_kept(away), bases[round].path), 0);
        assert_ok(start(0));
        assert_err(JetAttachDatabaseA(sesid, bases[round].path, 0), JET_errDatabaseDirtyShutdown);
        end();
        copy_logs("away", folder);
        assert_err(start(0), JET_errAttachedDatabaseMismatch);
        assert_ok(start(JET_bitReplayIgnoreMissingDB));
        assert_int_equal(rows_of(&bases[round]), bases[round].rows);
        for (unsigned i = 0; i < 3; i++)
            assert_int_equal(rows_of(&bases[i]), bases[i].rows);
        end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(torn_ends), cmocka_unit_test(attached_only), cmocka_unit_test(torn_page_of_two_times),
        cmocka_unit_test(older),     cmocka_unit_test(ahead),         cmocka_unit_test(missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
