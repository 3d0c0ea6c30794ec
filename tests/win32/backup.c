/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Backups while sessions write: streaming, into a directory, by snapshot; their order, and what is refused meanwhile. */
#include <stdatomic.h>

#include "support.h"

#define PAGE 4096u
#define ROOM (64u * PAGE)

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;
static JET_TABLEID table;
static JET_COLUMNID column;
static char folder[512], path[600];
static _Alignas(4096) unsigned char buffer[ROOM];

static void begin_instance(const char *name)
{
    snprintf(folder, sizeof(folder), "%s", test_folder(name));
    snprintf(path, sizeof(path), "%sdata.edb", folder);
    instance = test_instance_unstarted(name, "on");
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramCircularLog, 0, NULL));
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    assert_ok(JetCreateDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetCreateTableA(session, dbid, "rows", 16, 80, &table));
    JET_COLUMNDEF def = { sizeof(def), 0, JET_coltypLongBinary, 0, 0, 0, 0, 0, 0 };
    assert_ok(JetAddColumnA(session, table, "data", &def, NULL, 0, &column));
    assert_ok(JetCloseTable(session, table)); /* who made it has it alone */
    assert_ok(JetOpenTableA(session, dbid, "rows", NULL, 0, 0, &table));
}

static void end_instance(void)
{
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetEndSession(session, 0));
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
}

static void insert_rows(JET_SESID with, JET_TABLEID into, unsigned count)
{
    static const char text[700] = "some data";

    for (unsigned i = 0; i < count; i++)
    {
        assert_ok(JetBeginTransaction(with));
        assert_ok(JetPrepareUpdate(with, into, JET_prepInsert));
        assert_ok(JetSetColumn(with, into, column, text, sizeof(text), 0, NULL));
        assert_ok(JetUpdate(with, into, NULL, 0, NULL));
        assert_ok(JetCommitTransaction(with, JET_bitCommitLazyFlush));
    }
}

struct writer
{
    struct test_thread *thread;
    atomic_bool stop;
    atomic_uint done;
};

static void write_rows(void *context)
{
    struct writer *writer = context;
    JET_SESID own = test_session(instance);
    JET_TABLEID rows;
    JET_DBID db;

    assert_ok(JetOpenDatabaseA(own, path, NULL, &db, 0));
    assert_ok(JetOpenTableA(own, db, "rows", NULL, 0, 0, &rows));
    while (!atomic_load(&writer->stop))
    {
        insert_rows(own, rows, 1);
        if (atomic_load(&writer->done) % 16 == 0)
            assert_ok(JetCommitTransaction(own, JET_bitWaitLastLevel0Commit));
        atomic_fetch_add(&writer->done, 1);
    }
    assert_ok(JetCloseTable(own, rows));
    assert_ok(JetCloseDatabase(own, db, 0));
    assert_ok(JetEndSession(own, 0));
}

static void writer_start(struct writer *writer)
{
    atomic_init(&writer->stop, false);
    atomic_init(&writer->done, 0);
    writer->thread = test_thread_start(write_rows, writer);
}

static void writer_stop(struct writer *writer)
{
    atomic_store(&writer->stop, true);
    test_thread_join(writer->thread);
}

static unsigned get(const unsigned char *at)
{
    return at[0] | at[1] << 8 | at[2] << 16 | (unsigned)at[3] << 24;
}

/* The checksum of a header, as formats had it from the first. */
static unsigned header_sum(const unsigned char *page)
{
    unsigned sum = 0x89abcdef;

    for (unsigned i = 4; i < PAGE; i += 4)
        sum ^= get(page + i);
    return sum;
}

/* Reads a file through the backup; answers how much, and keeps its ends. */
static uint64_t read_all(JET_HANDLE file, unsigned char *first, unsigned char *last)
{
    uint64_t total = 0;
    JET_ULONG actual;

    for (;;)
    {
        assert_ok(JetReadFileInstance(instance, file, buffer, ROOM, &actual));
        if (!actual)
            return total;
        if (first && !total)
            memcpy(first, buffer, PAGE);
        if (last)
            memcpy(last, buffer + actual - PAGE, PAGE);
        total += actual;
    }
}

static void copy_logs(JET_LOGINFO_A *info)
{
    static char logs[65536];
    JET_ULONG actual, low, high;
    JET_HANDLE file;

    info->cbSize = sizeof(*info);
    assert_ok(JetGetLogInfoInstance2A(instance, logs, sizeof(logs), &actual, info));
    for (const char *log = logs; *log; log += strlen(log) + 1)
    {
        assert_ok(JetOpenFileInstanceA(instance, log, &file, &low, &high));
        assert_int_equal(read_all(file, NULL, NULL), low);
        assert_ok(JetCloseFileInstance(instance, file));
    }
}

static void calls_need_a_backup(void **state)
{
    JET_ULONG actual, low, high;
    JET_HANDLE file;

    (void)state;
    assert_err(JetGetAttachInfoInstanceA(instance, NULL, 0, &actual), JET_errNoBackup);
    assert_err(JetOpenFileInstanceA(instance, path, &file, &low, &high), JET_errNoBackup);
    assert_err(JetReadFileInstance(instance, 0, buffer, ROOM, &actual), JET_errNoBackup);
    assert_err(JetCloseFileInstance(instance, 0), JET_errNoBackup);
    assert_err(JetGetLogInfoInstanceA(instance, NULL, 0, &actual), JET_errNoBackup);
    assert_err(JetGetTruncateLogInfoInstanceA(instance, NULL, 0, &actual), JET_errNoBackup);
    assert_err(JetTruncateLogInstance(instance), JET_errNoBackup);
    assert_err(JetEndExternalBackupInstance(instance), JET_errNoBackup);
    assert_err(JetEndExternalBackupInstance2(instance, 0), JET_errInvalidParameter);
    assert_err(JetEndExternalBackupInstance2(instance, JET_bitBackupEndNormal | JET_bitBackupEndAbort),
               JET_errInvalidParameter);
    assert_err(JetBeginExternalBackupInstance(instance, 0x10), JET_errInvalidGrbit);
    assert_err(JetBeginExternalBackupInstance(instance, JET_bitInternalCopy | JET_bitBackupIncremental),
               JET_errInvalidGrbit);
    assert_err(JetBeginExternalBackupInstance(instance, JET_bitBackupIncremental), JET_errMissingFullBackup);
    assert_err(JetBeginExternalBackup(0), JET_errRunningInMultiInstanceMode);
    assert_err(JetEndExternalBackup(), JET_errRunningInMultiInstanceMode);
    assert_err(JetTruncateLog(), JET_errRunningInMultiInstanceMode);
    assert_err(JetBeginExternalBackupInstance(12345, 0), JET_errInvalidInstance);
    assert_err(JetOpenFileSectionInstanceA(instance, NULL, &file, 0, 2, 0, &low, (JET_LONG *)&high), JET_wrnNyi);
}

static void what_is_refused_during_one(void **state)
{
    const char *other = test_file("other.edb");
    JET_ULONG low, high, actual;
    JET_HANDLE file;
    JET_DBID id;

    (void)state;
    assert_ok(JetCreateDatabaseA(session, other, NULL, &id, 0));
    assert_ok(JetCloseDatabase(session, id, 0));
    assert_ok(JetBeginExternalBackupInstance(instance, 0));
    assert_err(JetBeginExternalBackupInstance(instance, 0), JET_errBackupInProgress);
    assert_err(JetBeginSurrogateBackup(instance, 1, 1, 0), JET_errBackupInProgress);
    assert_err(JetDetachDatabaseA(session, other), JET_errBackupInProgress);
    assert_err(JetAttachDatabaseA(session, other, 0), JET_errBackupInProgress);
    assert_err(JetTerm2(instance, JET_bitTermComplete), JET_errBackupInProgress);
    assert_err(JetOpenFileInstanceA(instance, NULL, &file, &low, &high), JET_errInvalidParameter);
    assert_err(JetOpenFileInstanceA(instance, test_file("absent.edb"), &file, &low, &high), JET_errDatabaseNotFound);
    assert_err(JetOpenFileSectionInstanceA(instance, path, &file, 0, 1, 2 * PAGE, &low, (JET_LONG *)&high),
               JET_errInvalidParameter);
    assert_ok(JetOpenFileInstanceA(instance, path, &file, &low, &high));
    assert_err(JetOpenFileInstanceA(instance, other, &file, &low, &high), JET_errOutOfMemory);
    assert_err(JetReadFileInstance(instance, file, buffer + 1, ROOM, &actual), JET_errInvalidParameter);
    assert_err(JetReadFileInstance(instance, file, buffer, 2 * PAGE, &actual), JET_errInvalidParameter);
    assert_err(JetReadFileInstance(instance, file, buffer, 100, &actual), JET_errInvalidParameter);
    assert_err(JetGetLogInfoInstanceA(instance, NULL, 0, &actual), JET_errInvalidBackupSequence);
    assert_err(JetTruncateLogInstance(instance), JET_errInvalidBackupSequence);
    assert_ok(JetCloseFileInstance(instance, file));
    assert_err(JetCloseFileInstance(instance, file), JET_errInvalidParameter);
    assert_err(JetTruncateLogInstance(instance), JET_errInvalidBackupSequence);
    assert_ok(JetStopBackupInstance(instance));
    assert_err(JetGetAttachInfoInstanceA(instance, NULL, 0, &actual), JET_errBackupAbortByServer);
    assert_err(JetOpenFileInstanceA(instance, path, &file, &low, &high), JET_errBackupAbortByServer);
    assert_ok(JetEndExternalBackupInstance(instance));
    assert_ok(JetDetachDatabaseA(session, other));
    assert_ok(JetBeginExternalBackupInstance(instance, 0));
    assert_err(JetAttachDatabaseA(session, other, 0), JET_errBackupInProgress);
    assert_ok(JetEndExternalBackupInstance2(instance, JET_bitBackupEndAbort));
    assert_ok(JetAttachDatabaseA(session, other, 0));
    assert_ok(JetDetachDatabaseA(session, other));
}

static void a_stream_is_whole(void **state)
{
    static unsigned char first[PAGE], last[PAGE];
    struct writer writer;
    JET_DBINFOMISC4 misc;
    JET_LOGINFO_A info;
    char names[2048];
    JET_ULONG actual, low, high;
    JET_HANDLE file;

    (void)state;
    writer_start(&writer);
    assert_ok(JetBeginExternalBackupInstance(instance, 0));
    assert_ok(JetGetAttachInfoInstanceA(instance, NULL, 0, &actual));
    assert_int_equal(actual, strlen(path) + 2);
    assert_err(JetGetAttachInfoInstanceA(instance, names, actual - 2, &actual), JET_errBufferTooSmall);
    assert_ok(JetGetAttachInfoInstanceA(instance, names, sizeof(names), &actual));
    assert_string_equal(names, path);
    assert_int_equal(names[strlen(path) + 1], 0);
    assert_ok(JetOpenFileInstanceA(instance, path, &file, &low, &high));
    assert_int_equal(read_all(file, first, last), low);
    assert_ok(JetCloseFileInstance(instance, file));

    /* The header names the backup, and the page behind the last its logs. */
    assert_int_equal(get(first), header_sum(first));
    assert_int_equal(get(last), header_sum(last));
    assert_int_not_equal(get(first + 200), 0); /* of the backup that is under way: the first log */
    assert_int_equal(get(last + 40 + 16), get(first + 200));
    assert_true(get(last + 40 + 20) >= get(last + 40 + 16));
    assert_memory_equal(last + 64, first + 24, 28);

    copy_logs(&info);
    assert_string_equal(info.szBaseName, "edb");
    assert_int_equal(info.ulGenLow, get(first + 200));
    assert_true(info.ulGenHigh >= get(last + 40 + 20));
    assert_err(JetOpenFileInstanceA(instance, path, &file, &low, &high), JET_errInvalidBackupSequence);
    writer_stop(&writer);
    /* That ended it: a backup does not go on without what is asked for in its second phase. */
    assert_err(JetEndExternalBackupInstance(instance), JET_errNoBackup);

    assert_ok(JetBeginExternalBackupInstance(instance, 0));
    assert_ok(JetOpenFileInstanceA(instance, path, &file, &low, &high));
    assert_int_equal(read_all(file, first, last), low);
    assert_ok(JetCloseFileInstance(instance, file));
    assert_ok(JetGetLogInfoInstanceA(instance, NULL, 0, &actual));
    assert_err(JetTruncateLogInstance(instance), JET_errLogFileNotCopied);
    copy_logs(&info);
    assert_ok(JetTruncateLogInstance(instance));
    assert_ok(JetEndExternalBackupInstance(instance));
    assert_ok(JetGetDatabaseInfoA(session, dbid, &misc, sizeof(misc), JET_DbInfoMisc));
    assert_int_equal(misc.bkinfoFullPrev.genLow, info.ulGenLow);
    assert_int_equal(misc.bkinfoFullPrev.genHigh, info.ulGenHigh);
}

static void logs_alone_after_a_full_one(void **state)
{
    JET_DBINFOMISC4 misc;
    JET_LOGINFO_A info;
    JET_ULONG actual;

    (void)state;
    assert_ok(JetBeginExternalBackupInstance(instance, JET_bitBackupIncremental));
    assert_err(JetGetAttachInfoInstanceA(instance, NULL, 0, &actual), JET_errInvalidBackupSequence);
    copy_logs(&info);
    assert_ok(JetTruncateLogInstance(instance));
    assert_ok(JetEndExternalBackupInstance(instance));
    assert_ok(JetGetDatabaseInfoA(session, dbid, &misc, sizeof(misc), JET_DbInfoMisc));
    assert_int_equal(misc.bkinfoIncPrev.genHigh, info.ulGenHigh);
}

static void one_made_elsewhere(void **state)
{
    JET_DBINFOMISC4 misc;

    (void)state;
    assert_err(JetBeginSurrogateBackup(instance, 2, 1, 0), JET_errInvalidParameter);
    assert_err(JetBeginSurrogateBackup(instance, 1, 1000000, 0), JET_errInvalidParameter);
    assert_ok(JetBeginSurrogateBackup(instance, 1, 2, 0));
    assert_err(JetBeginExternalBackupInstance(instance, 0), JET_errSurrogateBackupInProgress);
    assert_err(JetTruncateLogInstance(instance), JET_errNoBackup);
    assert_err(JetEndSurrogateBackup(instance, 0), JET_errInvalidParameter);
    assert_ok(JetEndSurrogateBackup(instance, JET_bitBackupEndNormal | JET_bitBackupTruncateDone));
    assert_ok(JetGetDatabaseInfoA(session, dbid, &misc, sizeof(misc), JET_DbInfoMisc));
    assert_int_equal(misc.bkinfoFullPrev.genLow, 1);
    assert_int_equal(misc.bkinfoFullPrev.genHigh, 2);
}

/* ----------------------------------------------------------- directories --- */

static unsigned told;

static JET_ERR JET_API status(JET_SESID sesid, JET_SNP snp, JET_SNT snt, void *data)
{
    const JET_SNPROG *progress = data;

    assert_int_equal(sesid, JET_sesidNil);
    assert_int_equal(snp, JET_snpBackup);
    assert_int_equal(progress->cunitTotal, 100);
    assert_int_equal(progress->cunitDone, snt == JET_sntComplete ? 100 : 0);
    told++;
    return JET_errSuccess;
}

static void into_a_directory(void **state)
{
    const char *to = test_folder("copy");
    struct writer writer;
    char name[600];

    (void)state;
    writer_start(&writer);
    told = 0;
    assert_ok(JetBackupInstanceA(instance, to, 0, status));
    writer_stop(&writer);
    assert_int_equal(told, 2);
    snprintf(name, sizeof(name), "%sdata.edb", to);
    assert_true(test_file_exists(name));
    snprintf(name, sizeof(name), "%sdata.pat", to);
    assert_true(test_file_exists(name));
    assert_err(JetBackupInstanceA(instance, to, 0, NULL), JET_errBackupDirectoryNotEmpty);
    assert_ok(JetBackupInstanceA(instance, NULL, 0, NULL));
    to = test_folder("atomic");
    assert_ok(JetBackupInstanceA(instance, to, JET_bitBackupAtomic, NULL));
    snprintf(name, sizeof(name), "%snew/data.edb", to);
    assert_true(test_file_exists(name));
    assert_ok(JetBackupInstanceA(instance, to, JET_bitBackupAtomic, NULL));
    assert_true(test_file_exists(name));
    snprintf(name, sizeof(name), "%sold/data.edb", to);
    assert_false(test_file_exists(name));
    assert_ok(JetBackupInstanceA(instance, to, JET_bitBackupAtomic | JET_bitBackupIncremental, NULL));
    assert_true(test_file_exists(name));
    assert_err(JetBackupA(to, 0, NULL), JET_errRunningInMultiInstanceMode);
}

/* -------------------------------------------------------------- snapshots --- */

static void the_order_of_a_snapshot(void **state)
{
    JET_INSTANCE_INFO_A *infos, *const untouched = (JET_INSTANCE_INFO_A *)&infos;
    JET_ULONG count = 77;
    JET_OSSNAPID id;

    (void)state;
    infos = untouched;
    assert_err(JetOSSnapshotPrepare(&id, 0x100), JET_errInvalidGrbit);
    assert_err(JetOSSnapshotPrepare(NULL, 0), JET_errInvalidParameter);
    assert_err(JetOSSnapshotFreezeA(77, &count, &infos, 0), JET_errOSSnapshotInvalidSnapId);
    assert_err(JetOSSnapshotGetFreezeInfoA(77, &count, &infos, 0), JET_errOSSnapshotInvalidSnapId);
    assert_int_equal(count, 77); /* what failed has written nothing, in this form */
    assert_ptr_equal(infos, untouched);
    assert_err(JetOSSnapshotThaw(77, 0), JET_errOSSnapshotInvalidSnapId);
    assert_ok(JetOSSnapshotPrepare(&id, 0));
    assert_err(JetOSSnapshotThaw(id, 0), JET_errOSSnapshotInvalidSequence);
    assert_err(JetOSSnapshotTruncateLog(id, 0), JET_errOSSnapshotInvalidSequence);
    assert_err(JetOSSnapshotFreezeA(id, &count, &infos, 1), JET_errInvalidGrbit);
    assert_err(JetOSSnapshotFreezeA(id, NULL, &infos, 0), JET_errInvalidParameter);
    assert_err(JetOSSnapshotPrepareInstance(id, instance, 0), JET_errOSSnapshotNotAllowed);
    assert_ok(JetOSSnapshotEnd(id, 0));
    assert_err(JetOSSnapshotEnd(id, 0), JET_errOSSnapshotInvalidSnapId);

    assert_ok(JetOSSnapshotPrepare(&id, JET_bitExplicitPrepare | JET_bitContinueAfterThaw));
    assert_ok(JetOSSnapshotPrepareInstance(id, instance, 0));
    assert_ok(JetOSSnapshotFreezeA(id, &count, &infos, 0));
    assert_int_equal(count, 1);
    assert_true(infos[0].hInstanceId == instance);
    assert_int_equal(infos[0].cDatabases, 1);
    assert_string_equal(infos[0].szDatabaseFileName[0], path);
    assert_ok(JetFreeBuffer((char *)infos));
    assert_err(JetOSSnapshotFreezeA(id, &count, &infos, 0), JET_errOSSnapshotInvalidSequence);
    assert_err(JetOSSnapshotEnd(id, 0), JET_errOSSnapshotInvalidSequence);
    assert_err(JetBeginExternalBackupInstance(instance, 0), JET_errBackupInProgress);
    assert_ok(JetOSSnapshotGetFreezeInfoA(id, &count, &infos, 0));
    assert_int_equal(count, 1);
    assert_ok(JetFreeBuffer((char *)infos));
    assert_ok(JetOSSnapshotThaw(id, 0));
    assert_err(JetOSSnapshotThaw(id, 0), JET_errOSSnapshotInvalidSequence);
    assert_err(JetBeginExternalBackupInstance(instance, 0), JET_errBackupInProgress);
    assert_err(JetOSSnapshotTruncateLog(id, 8), JET_errInvalidGrbit);
    assert_ok(JetOSSnapshotTruncateLog(id, JET_bitAllDatabasesSnapshot));
    assert_ok(JetOSSnapshotTruncateLogInstance(id, instance, 0));
    assert_ok(JetOSSnapshotEnd(id, 0));
    assert_ok(JetBeginExternalBackupInstance(instance, 0));
    assert_ok(JetOSSnapshotPrepare(&id, 0));
    assert_err(JetOSSnapshotFreezeA(id, &count, &infos, 0), JET_errOSSnapshotNotAllowed);
    assert_ok(JetOSSnapshotAbort(id, 0));
    assert_ok(JetEndExternalBackupInstance2(instance, JET_bitBackupEndAbort));
    assert_err(JetOSSnapshotAbort(id, 1), JET_errInvalidGrbit);
}

static void nothing_is_written_while_frozen(void **state)
{
    JET_INSTANCE_INFO_A *infos;
    struct writer writer;
    JET_DBINFOMISC4 misc;
    JET_ULONG count;
    JET_OSSNAPID id;
    unsigned done, i;

    (void)state;
    for (unsigned round = 0; round < 3; round++)
    {
        writer_start(&writer);
        while (atomic_load(&writer.done) < 20)
            test_sleep(1);
        assert_ok(JetStopServiceInstance2(instance, JET_bitStopServiceQuiesceCaches));
        test_sleep(30);
        assert_ok(JetOSSnapshotPrepare(&id, round == 1 ? JET_bitCopySnapshot : 0));
        assert_ok(JetOSSnapshotFreezeA(id, &count, &infos, 0));
        assert_ok(JetFreeBuffer((char *)infos));
        /* Rows that nobody waits for may still come, until the log's memory is full. */
        for (i = 0, done = 0; i < 200 && atomic_load(&writer.done) != done; i++)
        {
            done = atomic_load(&writer.done);
            test_sleep(20);
        }
        assert_true(i < 200);
        /* The checkpoint would move, and waits. */
        assert_ok(JetStopServiceInstance2(instance, JET_bitStopServiceQuiesceCaches | JET_bitStopServiceResume));
        test_sleep(30);
        assert_ok(JetOSSnapshotThaw(id, 0));
        for (i = 0; i < 500 && atomic_load(&writer.done) == done; i++)
            test_sleep(10);
        assert_true(atomic_load(&writer.done) > done);
        writer_stop(&writer);
    }
    assert_ok(JetGetDatabaseInfoA(session, dbid, &misc, sizeof(misc), JET_DbInfoMisc));
    assert_int_not_equal(misc.bkinfoFullPrev.genLow, 0);
}

static void one_that_takes_too_long(void **state)
{
    JET_INSTANCE_INFO_A *infos;
    JET_ULONG count;
    JET_OSSNAPID id;

    (void)state;
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramOSSnapshotTimeout, 50, NULL));
    assert_ok(JetOSSnapshotPrepare(&id, 0));
    assert_ok(JetOSSnapshotFreezeA(id, &count, &infos, 0));
    assert_ok(JetFreeBuffer((char *)infos));
    insert_rows(session, table, 2000);
    test_sleep(200);
    assert_err(JetOSSnapshotThaw(id, 0), JET_errOSSnapshotTimeOut);
    assert_err(JetOSSnapshotThaw(id, 0), JET_errOSSnapshotInvalidSnapId);
    assert_ok(JetSetSystemParameterA(NULL, 0, JET_paramOSSnapshotTimeout, 70000, NULL));
}

/* --------------------------------------------------------------- restore --- */

static unsigned count_rows(const char *name, const char *database)
{
    JET_INSTANCE other = test_instance_unstarted(name, "on");
    JET_SESID own;
    JET_TABLEID rows;
    JET_DBID db;
    unsigned count = 0;
    JET_ERR err;

    assert_ok(JetSetSystemParameterA(&other, 0, JET_paramCircularLog, 0, NULL));
    assert_ok(JetInit(&other));
    own = test_session(other);
    assert_ok(JetAttachDatabaseA(own, database, 0));
    assert_ok(JetOpenDatabaseA(own, database, NULL, &db, 0));
    assert_ok(JetOpenTableA(own, db, "rows", NULL, 0, 0, &rows));
    for (err = JetMove(own, rows, JET_MoveFirst, 0); err >= 0; err = JetMove(own, rows, JET_MoveNext, 0))
        count++;
    assert_int_equal(err, JET_errNoCurrentRecord);
    assert_ok(JetCloseTable(own, rows));
    assert_ok(JetCloseDatabase(own, db, 0));
    assert_ok(JetEndSession(own, 0));
    assert_ok(JetTerm2(other, JET_bitTermComplete));
    return count;
}

static void save(const char *name, uint64_t size, JET_HANDLE file)
{
    FILE *to = fopen(name, "wb");
    JET_ULONG actual;

    assert_non_null(to);
    while (size)
    {
        assert_ok(JetReadFileInstance(instance, file, buffer, ROOM, &actual));
        assert_int_equal(fwrite(buffer, 1, actual, to), actual);
        size -= actual;
    }
    fclose(to);
}

/* Backs up under load, and answers how many rows there were at the beginning and at the end. */
static void stream_to(const char *to, unsigned *least, unsigned *most, JET_LOGINFO_A *info)
{
    static char logs[65536];
    struct writer writer;
    char name[1200];
    JET_ULONG actual, low, high;
    JET_HANDLE file;

    writer_start(&writer);
    while (atomic_load(&writer.done) < 50)
        test_sleep(1);
    assert_ok(JetBeginExternalBackupInstance(instance, 0));
    assert_ok(JetOpenFileInstanceA(instance, path, &file, &low, &high));
    snprintf(name, sizeof(name), "%sback.edb", to);
    save(name, low, file);
    assert_ok(JetCloseFileInstance(instance, file));
    *least = atomic_load(&writer.done) - 16;
    info->cbSize = sizeof(*info);
    assert_ok(JetGetLogInfoInstance2A(instance, logs, sizeof(logs), &actual, info));
    *most = atomic_load(&writer.done) + 1;
    for (const char *log = logs; *log; log += strlen(log) + 1)
    {
        const char *last = log;

        for (const char *at = log; *at; at++)
            if (*at == '/' || *at == '\\')
                last = at + 1;
        snprintf(name, sizeof(name), "%s%.100s", to, last);
        assert_ok(JetOpenFileInstanceA(instance, log, &file, &low, &high));
        save(name, low, file);
        assert_ok(JetCloseFileInstance(instance, file));
    }
    assert_ok(JetEndExternalBackupInstance(instance));
    writer_stop(&writer);
}

/* The instance that was backed up runs on: its logs since then are replayed into the copy. */
static void logs_of_a_running_instance_are_replayed(void **state)
{
    char set[600], to[600], name[1200], old[600];
    unsigned least, most, here = 0;
    JET_LOGINFO_A info;
    JET_RSTMAP_A map;
    JET_ERR err;

    (void)state;
    begin_instance("running");
    snprintf(set, sizeof(set), "%s", test_folder("running_set"));
    snprintf(to, sizeof(to), "%s", test_folder("running_to"));
    stream_to(set, &least, &most, &info);
    insert_rows(session, table, 500);
    for (err = JetMove(session, table, JET_MoveFirst, 0); err >= 0; err = JetMove(session, table, JET_MoveNext, 0))
        here++;
    snprintf(name, sizeof(name), "%sback.edb", set);
    snprintf(old, sizeof(old), "%s", path);
    map.szDatabaseName = old;
    map.szNewDatabaseName = name;
    assert_err(JetExternalRestore2A(to, to, &map, 1, set, &info, "nobody", NULL, NULL, NULL),
               JET_errBadRestoreTargetInstance);
    assert_err(JetExternalRestore2A(to, to, &map, 1, set, &info, "running", to, to, NULL), JET_errInvalidParameter);
    assert_err(JetExternalRestore2A(to, to, &map, 1, set, &info, NULL, to, NULL, NULL), JET_errInvalidParameter);
    info.szBaseName[0] ^= 1;
    assert_err(JetExternalRestore2A(to, to, &map, 1, set, &info, "running", NULL, NULL, NULL),
               JET_errBadRestoreTargetInstance);
    info.szBaseName[0] ^= 1;
    assert_err(JetExternalRestore2A(to, to, &map, 1, set, &info, "running", NULL, NULL, NULL),
               JET_wrnTargetInstanceRunning);
    end_instance();
    assert_int_equal(count_rows("running_to", name), here);
    assert_int_equal(count_rows("running", path), here);
}

static unsigned refused;

/* What else is asked of an instance that is restored. */
static JET_ERR JET_API restoring(JET_SESID sesid, JET_SNP snp, JET_SNT snt, void *data)
{
    JET_API_PTR number;
    JET_SESID other;

    (void)sesid, (void)snp, (void)data;
    if (snt != JET_sntProgress && snt != JET_sntBegin)
        return JET_errSuccess;
    assert_err(JetGetSystemParameterA(instance, 0, JET_paramMaxSessions, &number, NULL, 0), JET_errRestoreInProgress);
    assert_err(JetSetSystemParameterA(&instance, 0, JET_paramCheckpointDepthMax, 1 << 20, NULL),
               JET_errRestoreInProgress);
    assert_err(JetBeginSessionA(instance, &other, NULL, NULL), JET_errRestoreInProgress);
    assert_err(JetTerm(instance), JET_errRestoreInProgress);
    refused++;
    return JET_errSuccess;
}

static void what_is_restored_is_what_was_committed(void **state)
{
    char set[600], copy[600], to[600], name[1200], old[600];
    unsigned least, most, rows;
    JET_LOGINFO_A info;
    JET_RSTMAP_A map;

    (void)state;
    begin_instance("source");
    snprintf(set, sizeof(set), "%s", test_folder("set"));
    snprintf(copy, sizeof(copy), "%s", test_folder("set2"));
    snprintf(to, sizeof(to), "%s", test_folder("target"));
    stream_to(set, &least, &most, &info);
    assert_ok(JetBackupInstanceA(instance, copy, 0, NULL));
    end_instance();

    /* A stream, into another instance's folder. */
    snprintf(name, sizeof(name), "%sback.edb", set);
    snprintf(old, sizeof(old), "%s", path);
    map.szDatabaseName = old;
    map.szNewDatabaseName = name;
    assert_ok(JetExternalRestoreA(to, to, &map, 1, set, (JET_LONG)info.ulGenLow, (JET_LONG)info.ulGenHigh, NULL));
    rows = count_rows("target", name);
    assert_true(rows >= least && rows <= most);

    /* A directory, first elsewhere, then where it was, with the logs that are still there. */
    snprintf(to, sizeof(to), "%s", test_folder("target2"));
    instance = test_instance_unstarted("target2", "on");
    assert_err(JetRestoreInstanceA(instance, to, to, NULL), JET_errFileNotFound);
    assert_ok(JetRestoreInstanceA(instance, copy, to, restoring));
    assert_true(refused > 0);
    assert_ok(JetTerm(instance));
    snprintf(name, sizeof(name), "%sdata.edb", to);
    rows = count_rows("target2", name);
    assert_true(rows > most / 2);
    assert_int_equal(remove(path), 0);
    instance = test_instance_unstarted("source", "on");
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramCircularLog, 0, NULL));
    assert_ok(JetRestoreInstanceA(instance, copy, NULL, NULL));
    assert_ok(JetTerm(instance));
    assert_int_equal(count_rows("source", path), rows);
}

/* As stores keep their backups: both copies in one folder, increments of the log among other files. */
static void sets_of_two_copies_are_restored(void **state)
{
    char set[600], increment[600], to[600], plain[700], name[1200];
    JET_DBID database;

    (void)state;
    begin_instance("pair");
    snprintf(set, sizeof(set), "%s", test_folder("pair_set"));
    snprintf(increment, sizeof(increment), "%s", test_folder("pair_logs"));
    snprintf(plain, sizeof(plain), "%sPlain", test_folder("pair_plain"));
    assert_ok(JetCreateDatabaseA(session, plain, NULL, &database, 0));
    assert_ok(JetBackupInstanceA(instance, set, JET_bitBackupAtomic, NULL));
    snprintf(name, sizeof(name), "%sother.txt", increment);
    test_file_write(name, "x", 1);
    assert_ok(JetBackupInstanceA(instance, increment, JET_bitBackupIncremental, NULL));
    assert_err(JetBackupInstanceA(instance, increment, 0, NULL), JET_errBackupDirectoryNotEmpty);
    assert_err(JetBackupInstanceA(instance, set, JET_bitBackupIncremental, NULL), JET_errBackupDirectoryNotEmpty);
    end_instance();

    instance = test_instance_unstarted("pair_to", "on");
    snprintf(to, sizeof(to), "%s", test_folder("pair_to"));
    assert_ok(JetRestoreInstanceA(instance, set, to, NULL));
    assert_ok(JetTerm(instance));
    snprintf(name, sizeof(name), "%sPlain", to);
    assert_true(test_file_exists(name));
    snprintf(name, sizeof(name), "%sdata.edb", to);
    assert_true(test_file_exists(name));
}

static int start(void **state)
{
    (void)state;
    begin_instance("backup");
    insert_rows(session, table, 500);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    end_instance();
    return 0;
}

static void without_a_log(void **state)
{
    JET_INSTANCE other = test_instance("unlogged", "off");
    char nowhere[1000] = "";

    (void)state;
    assert_err(JetBeginExternalBackupInstance(other, 0), JET_errLoggingDisabled);
    assert_err(JetBackupInstanceA(other, test_folder("none"), 0, NULL), JET_errLoggingDisabled);
    /* Which is found before the path is looked at. */
    memset(nowhere, 'x', sizeof(nowhere) - 1);
    assert_err(JetBackupInstanceA(other, nowhere, 0, NULL), JET_errLoggingDisabled);
    assert_ok(JetTerm(other));
}

static void the_end_stops_a_backup(void **state)
{
    (void)state;
    begin_instance("ended");
    assert_ok(JetBeginExternalBackupInstance(instance, 0));
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetEndSession(session, 0));
    assert_ok(JetTerm2(instance, JET_bitTermStopBackup));
}

static unsigned begun, completed;

static JET_ERR JET_API init_status(JET_SNP snp, JET_SNT snt, void *data, void *context)
{
    const JET_SNPROG *progress = data;

    assert_ptr_equal(context, &begun);
    if (snp == JET_snpRecoveryControl)
        return ((const JET_RECOVERYCONTROL *)data)->errDefault;
    assert_int_equal(snp, JET_snpRestore);
    assert_int_equal(progress->cbStruct, sizeof(*progress));
    begun += snt == JET_sntBegin;
    completed += snt == JET_sntComplete;
    return JET_errSuccess;
}

/* Without the old name it is known by its signature; names that are none, and what is no map, are refused. */
static void a_database_that_moved(void **state)
{
    JET_RSTINFO2_A info = { .cbStruct = sizeof(info) };
    JET_RSTMAP2_A map = { .cbStruct = sizeof(map) };
    JET_INSTANCE other;
    char moved[600];

    (void)state;
    for (unsigned round = 0; round < 2; round++)
    {
        begin_instance(round ? "moved2" : "moved");
        insert_rows(session, table, 300);
        snprintf(moved, sizeof(moved), "%s", test_file(round ? "moved2.edb" : "moved.edb"));
        assert_err(JetTerm2(instance, JET_bitTermDirty), JET_errDirtyShutdown);
        assert_int_equal(rename(path, moved), 0);
        info.rgrstmap = &map;
        info.crstmap = 1;
        info.pfnCallback = init_status;
        info.pvCallbackContext = &begun;
        for (unsigned i = 0; i < 5; i++)
        {
            other = test_instance_unstarted(round ? "moved2" : "moved", "on");
            assert_ok(JetSetSystemParameterA(&other, 0, JET_paramCircularLog, 0, NULL));
            map.szDatabaseName = round ? path : NULL;
            map.szNewDatabaseName = i == 1 ? NULL : moved;
            map.grbit = i == 2 ? 0x100 : 0;
            map.cbStruct = i == 3 ? 3 : sizeof(map);
            info.crstmap = i ? 1 : 100;
            if (i == 4)
                break;
            assert_err(JetInit4A(&other, &info, 0), i == 1   ? JET_errDatabaseInvalidName
                                                    : i == 2 ? JET_errInvalidGrbit
                                                             : JET_errInvalidParameter);
        }
        assert_int_equal(begun, round);
        assert_ok(JetInit4A(&other, &info, 0));
        assert_ok(JetTerm(other));
        assert_int_equal(begun, round + 1);
        assert_int_equal(completed, round + 1);
        assert_true(count_rows(round ? "moved2" : "moved", moved) >= 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_need_a_backup),     cmocka_unit_test(what_is_refused_during_one),
        cmocka_unit_test(a_stream_is_whole),       cmocka_unit_test(logs_alone_after_a_full_one),
        cmocka_unit_test(one_made_elsewhere),      cmocka_unit_test(into_a_directory),
        cmocka_unit_test(the_order_of_a_snapshot), cmocka_unit_test(nothing_is_written_while_frozen),
        cmocka_unit_test(one_that_takes_too_long), cmocka_unit_test(without_a_log),
    };
    const struct CMUnitTest alone[] = {
        cmocka_unit_test(the_end_stops_a_backup),
        cmocka_unit_test(logs_of_a_running_instance_are_replayed),
        cmocka_unit_test(what_is_restored_is_what_was_committed),
        cmocka_unit_test(sets_of_two_copies_are_restored),
        cmocka_unit_test(a_database_that_moved),
    };
    int failed = cmocka_run_group_tests(tests, start, stop);

    return failed + cmocka_run_group_tests(alone, NULL, NULL);
}
