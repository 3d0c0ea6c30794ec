/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the engine tells the system's event log, and when it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/events.h"
#include "api/private.h"

#define MOST 128

struct seen
{
    uint32_t id, type;
    uint16_t category;
    uint32_t count;
    WCHAR strings[14][300];
};

static struct seen seen[MOST];
static unsigned events;
static bool closed; /* the log cannot be opened */

static bool observe(const WCHAR *source, uint32_t type, uint16_t category, uint32_t id, const WCHAR *const *strings,
                    uint32_t count)
{
    struct seen *one = &seen[events];

    if (closed)
        return false;
    assert_true(++events < MOST);
    assert_int_equal(os_text_length(source), 5);
    assert_int_equal(source[0], 'E');
    one->id = id;
    one->type = type;
    one->category = category;
    one->count = count;
    for (uint32_t i = 0; i < count && i < 14; i++)
    {
        for (unsigned k = 0; k < 299 && strings[i][k]; k++)
            one->strings[i][k] = strings[i][k];
    }
    return true;
}

static bool text_is(const WCHAR *text, const char *want)
{
    size_t i = 0;

    while (want[i] && text[i] == (unsigned char)want[i])
        i++;
    return !want[i] && !text[i];
}

static bool text_ends(const WCHAR *text, const char *want)
{
    size_t size = os_text_length(text), length = strlen(want);

    return size >= length && text_is(text + size - length, want);
}

/* What was said of it first; that it is as the table has it is checked in passing. */
static const struct seen *find(enum event event)
{
    const struct event_info *info = &event_info[event];

    for (unsigned i = 0; i < events; i++)
    {
        if (seen[i].id != info->number || seen[i].category != info->category)
            continue;
        assert_int_equal(seen[i].type, info->type);
        assert_int_equal(seen[i].count, 3 + strlen(info->strings));
        return &seen[i];
    }
    return NULL;
}

static void watch(void)
{
    memset(seen, 0, sizeof(seen));
    events = 0;
    os_process.event_observer = observe;
}

static JET_INSTANCE make(const char *source, JET_API_PTR level, JET_API_PTR quiet)
{
    JET_INSTANCE instance;

    assert_int_equal(JetCreateInstanceA(&instance, "noisy"), 0);
    assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, 128, NULL), 0);
    if (source)
        assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramEventSource, 0, source), 0);
    assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramEventLoggingLevel, level, NULL), 0);
    assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramNoInformationEvent, quiet, NULL), 0);
    return instance;
}

static void live(JET_INSTANCE *instance, JET_GRBIT term)
{
    JET_SESID session;
    JET_DBID database;

    watch();
    assert_int_equal(JetInit(instance), 0);
    assert_int_equal(JetBeginSessionA(*instance, &session, NULL, NULL), 0);
    assert_int_equal(JetCreateDatabaseA(session, "events.edb", NULL, &database, JET_bitDbOverwriteExisting), 0);
    assert_int_equal(JetCloseDatabase(session, database, 0), 0);
    assert_int_equal(JetDetachDatabaseA(session, "events.edb"), 0);
    assert_int_equal(JetAttachDatabaseA(session, "events.edb", 0), 0);
    assert_int_equal(JetBackupInstanceA(*instance, "copy", JET_bitBackupAtomic, NULL), 0);
    (void)JetTerm2(*instance, term);
    os_process.event_observer = NULL;
}

static void one_life(void **state)
{
    JET_INSTANCE instance = make("the tester", 100, 0);
    char number[20];

    (void)state;
    live(&instance, JET_bitTermComplete);
    assert_non_null(find(EVENT_INSTANCE_STARTED));
    assert_non_null(find(EVENT_INSTANCE_STOPPED));
    assert_null(find(EVENT_REDO_BEGINS));
    assert_non_null(find(EVENT_DATABASE_CREATED));
    assert_non_null(find(EVENT_DATABASE_ATTACHED));
    assert_non_null(find(EVENT_BACKUP_FULL));
    assert_non_null(find(EVENT_BACKUP_DONE));
    assert_int_equal(find(EVENT_DATABASE_DETACHED)->count, 9);
    assert_int_equal(find(EVENT_DATABASE_DETACHED)->type, OS_EVENT_INFORMATION);
    assert_int_equal(find(EVENT_DATABASE_DETACHED)->category, EVENT_GENERAL);
    assert_int_equal(find(EVENT_BACKUP_FULL)->category, EVENT_LOGGING);
    assert_non_null(find(EVENT_BACKUP_FILE_BEGINS));
    assert_true(text_ends(find(EVENT_BACKUP_FILE_BEGINS)->strings[4], "b"));
    assert_non_null(find(EVENT_BACKUP_FILE_DONE));
    assert_true(text_ends(find(EVENT_BACKUP_LOGS)->strings[4], ".log"));
    assert_non_null(find(EVENT_BACKUP_NOTHING_GOES));
    assert_true(text_ends(find(EVENT_DATABASE_ATTACHED)->strings[1], ",D,50"));
    assert_true(text_ends(find(EVENT_DATABASE_ATTACHED)->strings[8], ",\ndbv = 1568.20.0"));
    assert_true(text_ends(find(EVENT_INSTANCE_STARTED)->strings[1], ",D,98"));
    assert_true(text_ends(find(EVENT_INSTANCE_STOPPED)->strings[1], ",T,97"));
    assert_true(text_is(find(EVENT_INSTANCE_STOPPED)->strings[5], "0"));
    snprintf(number, sizeof(number), "%u,P,98", (unsigned)getpid());
    assert_true(text_is(seen[0].strings[0], "the tester"));
    assert_true(text_is(seen[0].strings[1], number));
    assert_true(text_is(seen[0].strings[2], "noisy: "));
    assert_true(text_is(find(EVENT_DATABASE_CREATED)->strings[3], "1"));
    assert_int_equal(seen[0].id, 102);
    assert_int_equal(seen[0].count, 8);
    assert_true(text_is(seen[0].strings[4], "10"));
}

/* Without a name the program's is taken. */
static void the_program_reports(void **state)
{
    JET_INSTANCE instance = make(NULL, 100, 0);

    (void)state;
    live(&instance, JET_bitTermComplete);
    assert_true(text_is(seen[0].strings[0], "api_events"));
}

static void recovery(void **state)
{
    JET_INSTANCE instance = make(NULL, 100, 0);

    (void)state;
    live(&instance, JET_bitTermDirty);
    instance = make(NULL, 100, 0);
    live(&instance, JET_bitTermComplete);
    assert_non_null(find(EVENT_REDO_BEGINS));
    assert_non_null(find(EVENT_REDO_DONE));
    assert_int_equal(seen[0].id, 102);
    assert_int_equal(seen[1].id, 300);
    assert_true(text_ends(seen[1].strings[1], ",R,98"));
    assert_true(text_ends(find(EVENT_REDO_DONE)->strings[1], ",U,98"));
    assert_true(text_ends(find(EVENT_REDO_FILE_DONE)->strings[3], ".log"));
    assert_true(find(EVENT_REDO_FILE_DONE)->strings[6][0] >= '1');
    assert_null(find(EVENT_RECOVERY_FAILED));
}

/* Where the database was there is a folder, so it cannot be made again. */
static void recovery_that_fails(void **state)
{
    JET_INSTANCE instance = make(NULL, 100, 0);
    char number[20];
    JET_ERR err;

    (void)state;
    live(&instance, JET_bitTermDirty);
    instance = make(NULL, 100, 0);
    assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramAccessDeniedRetryPeriod, 0, NULL), 0);
    assert_int_equal(rename("events.edb", "kept.edb"), 0);
    assert_int_equal(mkdir("events.edb", 0700), 0);
    watch();
    err = JetInit(&instance);
    os_process.event_observer = NULL;
    assert_non_null(find(EVENT_RECOVERY_FAILED));
    assert_int_equal(find(EVENT_RECOVERY_FAILED)->type, OS_EVENT_ERROR);
    assert_int_equal(find(EVENT_RECOVERY_FAILED)->category, EVENT_LOGGING);
    snprintf(number, sizeof(number), "%d", (int)err);
    assert_true(err < 0 && text_is(find(EVENT_RECOVERY_FAILED)->strings[3], number));
    assert_true(text_ends(find(EVENT_RECOVERY_DATABASE_MISSING)->strings[4], "events.edb"));
    assert_null(find(EVENT_INSTANCE_STARTED));
    assert_int_equal(rmdir("events.edb"), 0);
    assert_int_equal(rename("kept.edb", "events.edb"), 0);
    instance = make(NULL, 100, 0);
    live(&instance, JET_bitTermComplete);
}

/* What is said of a backup that is brought back. */
static void a_restore(void **state)
{
    JET_INSTANCE instance = make(NULL, 100, 0);

    (void)state;
    live(&instance, JET_bitTermComplete);
    instance = make(NULL, 100, 0);
    watch();
    assert_int_equal(JetRestoreInstanceA(instance, "copy", NULL, NULL), 0);
    os_process.event_observer = NULL;
    assert_non_null(find(EVENT_RESTORE_BEGINS));
    assert_non_null(find(EVENT_RESTORE_ENDED));
    assert_int_equal(find(EVENT_RESTORE_BEGINS)->count, 5);
    assert_int_equal(find(EVENT_RESTORE_ENDED)->category, EVENT_LOGGING);
    (void)JetTerm(instance);
}

/* ---------------------------------------------------------- files that fail --- */

static struct os_file_ops failing;
static const struct os_file_ops *real;
static JET_ERR fault; /* of each write to a file whose name has `failing_name` in it, and its creation */
static const char *failing_name = "";
static bool only_new; /* only creation and growth fail, as on a full disk */

static bool fails(const WCHAR *path)
{
    size_t length = strlen(failing_name);

    if (!fault)
        return false;
    for (; *path; path++)
    {
        size_t i = 0;

        while (i < length && path[i] == (unsigned char)failing_name[i])
            i++;
        if (i == length)
            return true;
    }
    return false;
}

static JET_ERR fail_open(const struct os_file_ops *ops, const WCHAR *path, uint32_t flags, struct os_file **file)
{
    return flags & (OS_OPEN_CREATE | OS_OPEN_ALWAYS | OS_OPEN_OVERWRITE) && fails(path)
               ? fault
               : real->open(ops, path, flags, file);
}

static JET_ERR fail_write(struct os_file *file, uint64_t offset, const void *data, size_t size)
{
    return !only_new && fails(file->path) ? fault : real->write(file, offset, data, size);
}

static JET_ERR fail_write_parts(struct os_file *file, uint64_t offset, const struct os_io_part *parts, size_t count)
{
    return !only_new && fails(file->path) ? fault : real->write_parts(file, offset, parts, count);
}

static JET_ERR fail_set_size(struct os_file *file, uint64_t size)
{
    return fails(file->path) ? fault : real->set_size(file, size);
}

static void begin_faults(const char *name, JET_ERR err, bool new_ones)
{
    failing_name = name;
    fault = err;
    only_new = new_ones;
}

static void install_faults(void)
{
    real = &os_platform_file_ops;
    failing = *real;
    failing.open = fail_open;
    failing.write = fail_write;
    failing.write_parts = fail_write_parts;
    failing.set_size = fail_set_size;
    fault = 0;
    os_replace_file_ops(&failing);
}

struct life
{
    JET_INSTANCE instance;
    JET_SESID session;
    JET_DBID database;
    JET_TABLEID table;
    JET_COLUMNID column;
};

static void begin_life(struct life *life)
{
    JET_COLUMNDEF column = { .cbStruct = sizeof(column), .coltyp = JET_coltypLongBinary };

    life->instance = make(NULL, 100, 0);
    watch();
    assert_int_equal(JetInit(&life->instance), 0);
    assert_int_equal(JetBeginSessionA(life->instance, &life->session, NULL, NULL), 0);
    assert_int_equal(JetCreateDatabaseA(life->session, "events.edb", NULL, &life->database, JET_bitDbOverwriteExisting),
                     0);
    assert_int_equal(JetCreateTableA(life->session, life->database, "rows", 0, 100, &life->table), 0);
    assert_int_equal(JetAddColumnA(life->session, life->table, "value", &column, NULL, 0, &life->column), 0);
}

static JET_ERR add_rows(struct life *life, unsigned count)
{
    static char value[1500];
    JET_ERR err = JET_errSuccess;

    memset(value, 'v', sizeof(value));
    for (unsigned i = 0; err >= 0 && i < count; i++)
    {
        for (unsigned k = 0; k < sizeof(value); k++)
            value[k] = (char)(i * 31 + k * k * 17 + k / 7);
        err = JetBeginTransaction(life->session);
        if (err >= 0)
            err = JetPrepareUpdate(life->session, life->table, JET_prepInsert);
        if (err >= 0)
            err = JetSetColumn(life->session, life->table, life->column, value, sizeof(value), JET_bitSetIntrinsicLV,
                               NULL);
        if (err >= 0)
            err = JetUpdate(life->session, life->table, NULL, 0, NULL);
        if (err >= 0)
            err = JetCommitTransaction(life->session, 0);
    }
    return err;
}

static void end_life(struct life *life, JET_GRBIT grbit)
{
    (void)JetTerm2(life->instance, grbit);
    os_process.event_observer = NULL;
    os_replace_file_ops(NULL);
}

static void a_log_that_cannot_be_written(void **state)
{
    struct life life;
    JET_ERR err;

    (void)state;
    install_faults();
    begin_life(&life);
    assert_null(find(EVENT_LOG_DOWN));
    begin_faults("edb", JET_errDiskIO, false);
    err = add_rows(&life, 1);
    assert_true(err < 0);
    assert_non_null(find(EVENT_LOG_DOWN));
    assert_non_null(find(EVENT_FILE_WRITE_FAILED));
    assert_true(text_ends(find(EVENT_FILE_WRITE_FAILED)->strings[3], "edb.log"));
    assert_true(text_is(find(EVENT_FILE_WRITE_FAILED)->strings[6], "-1022 (0xfffffc02)"));
    end_life(&life, JET_bitTermDirty);
    assert_true(text_ends(find(EVENT_LOG_DOWN)->strings[1], ",D,0"));
}

/* The next file of the log cannot be made: the reserve is used up, then all is over.  Each is told once. */
static void a_full_disk(void **state)
{
    unsigned low = 0, full = 0;
    struct life life;
    JET_ERR err = 0;

    (void)state;
    install_faults();
    begin_life(&life);
    begin_faults("edbtmp.log", JET_errDiskFull, true);
    for (unsigned i = 0; err >= 0 && i < 50; i++)
        err = add_rows(&life, 100);
    assert_int_equal(err, JET_errLogWriteFail);
    assert_non_null(find(EVENT_LOG_DISK_LOW));
    assert_true(text_ends(find(EVENT_LOG_DISK_FULL)->strings[3], "edb.log"));
    assert_true(text_is(find(EVENT_LOG_NEW_FAILED)->strings[3], "-529"));
    assert_non_null(find(EVENT_LOG_DOWN));
    assert_non_null(find(EVENT_FILE_CREATE_FAILED));
    for (unsigned i = 0; i < events; i++)
    {
        low += seen[i].id == 428;
        full += seen[i].id == 429;
    }
    assert_int_equal(low, 1);
    assert_int_equal(full, 1);
    end_life(&life, JET_bitTermDirty);
}

/* Of a full disk a file tells once in a while. */
static void a_database_on_a_full_disk(void **state)
{
    struct life life;
    unsigned told = 0;

    (void)state;
    install_faults();
    begin_life(&life);
    begin_faults("events.edb", JET_errDiskFull, true);
    for (unsigned i = 0; i < 30; i++)
        (void)JetGrowDatabase(life.session, life.database, 5000 + i, &(JET_ULONG){ 0 });
    for (unsigned i = 0; i < events; i++)
        told += seen[i].id == 482;
    assert_int_equal(told, 1);
    begin_faults("events.edb", 0, true);
    end_life(&life, JET_bitTermDirty);
}

/* ------------------------------------------------------------------- pages --- */

static void spoil_file(const char *path, uint64_t offset, size_t size)
{
    FILE *file = fopen(path, "r+b");

    assert_non_null(file);
    assert_int_equal(fseek(file, (long)offset, SEEK_SET), 0);
    while (size--)
    {
        int byte = fgetc(file);

        fseek(file, -1, SEEK_CUR);
        fputc(byte ^ 0x10, file);
        fseek(file, 0, SEEK_CUR);
    }
    fclose(file);
}

static void spoil(uint64_t offset, size_t size)
{
    spoil_file("events.edb", offset, size);
}

static JET_ERR read_all(JET_INSTANCE *instance)
{
    JET_SESID session;
    JET_DBID database;
    JET_TABLEID table;
    JET_ERR err;

    assert_int_equal(JetInit(instance), 0);
    assert_int_equal(JetBeginSessionA(*instance, &session, NULL, NULL), 0);
    err = JetAttachDatabaseA(session, "events.edb", 0);
    if (err >= 0)
        err = JetOpenDatabaseA(session, "events.edb", NULL, &database, 0);
    if (err >= 0)
        err = JetOpenTableA(session, database, "rows", NULL, 0, 0, &table);
    if (err >= 0)
        err = JetMove(session, table, JET_MoveFirst, 0);
    while (err >= 0)
        err = JetMove(session, table, JET_MoveNext, 0);
    (void)JetTerm2(*instance, JET_bitTermAbrupt);
    return err;
}

static void bad_pages(void **state)
{
    JET_INSTANCE instance;
    struct life life;
    const struct seen *one;
    char text[80];

    (void)state;
    os_replace_file_ops(NULL);
    install_faults();
    begin_life(&life);
    assert_int_equal(add_rows(&life, 200), 0);
    end_life(&life, JET_bitTermComplete);
    /* One bit is put right, and told; more are not. */
    for (uint32_t pgno = 60; pgno < 90; pgno++)
        spoil((uint64_t)(pgno + 1) * 4096 + 1000, 1);
    instance = make(NULL, 100, 0);
    watch();
    assert_int_equal(read_all(&instance), JET_errNoCurrentRecord);
    one = find(EVENT_PAGE_CORRECTED);
    assert_non_null(one);
    assert_true(text_ends(one->strings[3], "events.edb"));
    assert_true(text_is(one->strings[5], "4096 (0x00001000)"));
    assert_true(text_is(one->strings[6], "8004"));
    assert_null(find(EVENT_PAGE_CHECKSUM_BAD));
    for (uint32_t pgno = 60; pgno < 90; pgno++)
        spoil((uint64_t)(pgno + 1) * 4096 + 1000, 5);
    instance = make(NULL, 100, 0);
    watch();
    assert_int_equal(read_all(&instance), JET_errReadVerifyFailure);
    one = find(EVENT_PAGE_CHECKSUM_BAD);
    assert_non_null(one);
    assert_true(text_is(one->strings[6], "-1018 (0xfffffc06)"));
    assert_int_equal(one->strings[7][0], '[');
    assert_memory_not_equal(one->strings[7], one->strings[8], 36);
    os_process.event_observer = NULL;
    snprintf(text, sizeof(text), "events.edb");
    assert_int_equal(unlink(text), 0);
}

/* ------------------------------------------------------------- what is at work --- */

static JET_ERR JET_API passes_done(JET_SESID session, JET_DBID database, JET_TABLEID table, JET_CBTYP type, void *a,
                                   void *b, void *context, JET_API_PTR unused)
{
    (void)session, (void)database, (void)table, (void)type, (void)a, (void)b, (void)context, (void)unused;
    return JET_errSuccess;
}

/* A pass that was ended in the table with this id. */
static void end_pass_at(const struct life *life, uint32_t objid)
{
    JET_TABLEID place;

    assert_int_equal(JetOpenTableA(life->session, life->database, "MSysDefrag2", NULL, 0, 0, &place), 0);
    assert_int_equal(JetPrepareUpdate(life->session, place, JET_prepReplace), 0);
    assert_int_equal(JetSetColumn(life->session, place, 1, &objid, sizeof(objid), 0, NULL), 0);
    assert_int_equal(JetUpdate(life->session, place, NULL, 0, NULL), 0);
    assert_int_equal(JetCloseTable(life->session, place), 0);
}

static void defragmentation_and_snapshots(void **state)
{
    JET_ULONG count = 1, seconds = 0, infos;
    JET_INSTANCE_INFO_A *info;
    JET_OSSNAPID snapshot;
    struct life life;

    (void)state;
    install_faults();
    begin_life(&life);
    assert_int_equal(add_rows(&life, 50), 0);
    assert_true(JetDefragment2A(life.session, life.database, NULL, &count, &seconds, passes_done,
                                JET_bitDefragmentBatchStart) >= 0);
    for (unsigned i = 0; i < 500 && !find(EVENT_DEFRAGMENT_DONE); i++)
        os_sleep(10);
    (void)JetDefragment2A(life.session, life.database, NULL, &count, &seconds, NULL, JET_bitDefragmentBatchStop);
    assert_non_null(find(EVENT_DEFRAGMENT_BEGINS));
    assert_true(text_ends(find(EVENT_DEFRAGMENT_BEGINS)->strings[3], "events.edb"));
    assert_non_null(find(EVENT_DEFRAGMENT_DONE));
    assert_null(find(EVENT_DEFRAGMENT_GOES_ON));
    end_pass_at(&life, 3);
    count = 1;
    assert_int_equal(
        JetDefragment2A(life.session, life.database, NULL, &count, NULL, passes_done, JET_bitDefragmentBatchStart), 0);
    for (unsigned i = 0; i < 500 && !find(EVENT_DEFRAGMENT_REST_DONE); i++)
        os_sleep(10);
    assert_int_equal(JetDefragment2A(life.session, life.database, NULL, NULL, NULL, NULL, JET_bitDefragmentBatchStop),
                     0);
    assert_true(text_ends(find(EVENT_DEFRAGMENT_GOES_ON)->strings[3], "events.edb"));
    assert_true(text_is(find(EVENT_DEFRAGMENT_GOES_ON)->strings[5], "0"));
    assert_true(text_is(find(EVENT_DEFRAGMENT_REST_DONE)->strings[7], "2"));
    assert_true(text_is(find(EVENT_DEFRAGMENT_REST_DONE)->strings[9], "2"));
    assert_non_null(find(EVENT_DEFRAGMENT_STOPPED));
    assert_null(find(EVENT_DEFRAGMENT_FAILED));

    assert_int_equal(JetOSSnapshotPrepare(&snapshot, JET_bitCopySnapshot), 0);
    assert_int_equal(JetOSSnapshotFreezeA(snapshot, &infos, &info, 0), 0);
    assert_non_null(find(EVENT_SNAPSHOT_COPY));
    assert_null(find(EVENT_SNAPSHOT_THAWED));
    assert_int_equal(JetOSSnapshotThaw(snapshot, 0), 0);
    (void)JetFreeBuffer((char *)info);
    assert_non_null(find(EVENT_SNAPSHOT_FREEZES));
    assert_non_null(find(EVENT_SNAPSHOT_THAWED));
    assert_non_null(find(EVENT_SNAPSHOT_DONE));
    assert_true(text_ends(find(EVENT_SNAPSHOT_COPY)->strings[1], ",G,142"));
    assert_int_equal(find(EVENT_SNAPSHOT_COPY)->strings[2][0], 0);
    assert_int_equal(JetOSSnapshotPrepare(&snapshot, 0), 0);
    assert_int_equal(JetOSSnapshotAbort(snapshot, 0), 0);
    assert_non_null(find(EVENT_SNAPSHOT_FULL));
    assert_non_null(find(EVENT_SNAPSHOT_ABORTED));
    end_life(&life, JET_bitTermComplete);
}

/* A file that is not read to its end, and a backup that its program gives up. */
static void a_backup_that_is_given_up(void **state)
{
    struct life life;
    JET_HANDLE file;
    JET_ULONG low, high, read;
    void *buffer = NULL;

    (void)state;
    install_faults();
    begin_life(&life);
    assert_int_equal(posix_memalign(&buffer, 4096, 65536), 0);
    assert_int_equal(JetBeginExternalBackupInstance(life.instance, 0), 0);
    assert_int_equal(JetOpenFileInstanceA(life.instance, "events.edb", &file, &low, &high), 0);
    assert_int_equal(JetReadFileInstance(life.instance, file, buffer, 65536, &read), 0);
    assert_int_equal(JetCloseFileInstance(life.instance, file), 0);
    assert_true(text_is(find(EVENT_BACKUP_FILE_UNREAD)->strings[4], "65536"));
    assert_int_equal(JetEndExternalBackupInstance2(life.instance, JET_bitBackupEndAbort), 0);
    assert_non_null(find(EVENT_BACKUP_ABORTED));
    assert_null(find(EVENT_BACKUP_DONE));
    assert_int_equal(JetBeginExternalBackupInstance(life.instance, JET_bitBackupIncremental), JET_errMissingFullBackup);
    assert_true(text_ends(find(EVENT_BACKUP_NO_FULL)->strings[3], "events.edb"));
    free(buffer);
    end_life(&life, JET_bitTermComplete);
}

static JET_SESID shared_session;

static void share(void *context)
{
    (void)context;
    assert_int_equal(JetBeginTransaction(shared_session), JET_errSessionSharingViolation);
}

static void a_session_of_two_threads(void **state)
{
    struct os_thread *thread;
    struct life life;

    (void)state;
    install_faults();
    begin_life(&life);
    shared_session = life.session;
    assert_int_equal(JetBeginTransaction(life.session), 0);
    assert_int_equal(os_thread_create(&thread, share, NULL, "share"), 0);
    os_thread_join(thread);
    assert_int_equal(JetRollback(life.session, JET_bitRollbackAll), 0);
    assert_non_null(find(EVENT_SESSION_SHARED));
    assert_int_equal(find(EVENT_SESSION_SHARED)->category, 14);
    end_life(&life, JET_bitTermComplete);
}

static struct os_memory_ops poor;
static size_t most_at_once; /* 0: any */

static void *poor_alloc(const struct os_memory_ops *ops, size_t size)
{
    return most_at_once && size > most_at_once ? NULL : os_platform_memory_ops.alloc(ops, size);
}

/* No memory for versions: told once for each transaction that keeps them. */
static void too_many_versions(void **state)
{
    struct life life;
    unsigned told = 0;
    JET_ERR err = 0;

    (void)state;
    poor = os_platform_memory_ops;
    poor.alloc = poor_alloc;
    os_replace_memory_ops(&poor);
    install_faults();
    begin_life(&life);
    assert_int_equal(add_rows(&life, 1), 0);
    assert_int_equal(JetBeginTransaction(life.session), 0);
    most_at_once = 200000;
    for (unsigned i = 0; err >= 0 && i < 20000; i++)
    {
        if ((err = JetPrepareUpdate(life.session, life.table, JET_prepInsert)) >= 0)
            err = JetUpdate(life.session, life.table, NULL, 0, NULL);
    }
    assert_int_equal(err, JET_errVersionStoreOutOfMemory);
    (void)JetPrepareUpdate(life.session, life.table, JET_prepCancel);
    (void)JetPrepareUpdate(life.session, life.table, JET_prepInsert);
    assert_true(JetUpdate(life.session, life.table, NULL, 0, NULL) < 0);
    most_at_once = 0;
    for (unsigned i = 0; i < events; i++)
        told += seen[i].id == 624;
    assert_int_equal(told, 1);
    assert_non_null(find(EVENT_VERSIONS_NO_MEMORY));
    end_life(&life, JET_bitTermDirty);
    os_replace_memory_ops(NULL);
}

/* While the log cannot be opened as much is kept as JET_paramEventLogCache allows; it goes out first. */
static void messages_that_wait(void **state)
{
    JET_INSTANCE instance;

    (void)state;
    os_replace_file_ops(NULL);
    event_keep(100000);
    closed = true;
    instance = make(NULL, 100, 0);
    live(&instance, JET_bitTermComplete);
    assert_int_equal(events, 0);
    closed = false;
    instance = make(NULL, 100, 0);
    live(&instance, JET_bitTermComplete);
    assert_int_equal(seen[0].id, 102);
    assert_true(events > 20);
    assert_true(text_ends(seen[0].strings[1], ",P,98"));
    event_keep(0);
    closed = true;
    instance = make(NULL, 100, 0);
    live(&instance, JET_bitTermComplete);
    closed = false;
    watch();
    event_say(&event_process, EVENT_RESTORE_ENDED);
    assert_int_equal(events, 1);
    os_process.event_observer = NULL;
}

/* The log's last files are gone. */
static void a_log_that_is_short(void **state)
{
    JET_INSTANCE instance;
    struct life life;
    JET_ERR err;

    (void)state;
    assert_int_equal(system("rm -f edb* events.edb"), 0);
    install_faults();
    begin_life(&life);
    assert_int_equal(add_rows(&life, 400), 0);
    end_life(&life, JET_bitTermDirty);
    assert_int_equal(unlink("edb.log"), 0);
    (void)unlink("edbtmp.log");
    instance = make(NULL, 100, 0);
    watch();
    err = JetInit(&instance);
    assert_int_equal(err, JET_errMissingLogFile);
    assert_true(text_ends(find(EVENT_LOG_OPEN_FAILED)->strings[3], "edb.log"));
    assert_true(text_is(find(EVENT_LOG_OPEN_FAILED)->strings[4], "-1811 (0xfffff8ed)"));
    assert_null(find(EVENT_INSTANCE_STARTED));
    /* With the last one damaged in place of it, and the others there. */
    spoil_file("edb00003.log", 0, 4);
    instance = make(NULL, 100, 0);
    watch();
    err = JetInit2(&instance, JET_bitAllowMissingCurrentLog);
    assert_true(err < 0);
    assert_non_null(find(EVENT_RECOVERY_FAILED));
    assert_true(text_ends(find(EVENT_LOG_HEADER_BAD)->strings[3], "edb00003.log"));
    os_process.event_observer = NULL;
    assert_int_equal(unlink("edb00003.log"), 0);
    instance = make(NULL, 100, 0);
    watch();
    assert_int_equal(JetInit2(&instance, JET_bitAllowMissingCurrentLog), JET_errMissingLogFile);
    assert_true(text_is(find(EVENT_RECOVERY_GAP)->strings[3], "0x3"));
    os_process.event_observer = NULL;
    assert_int_equal(system("rm -f edb* events.edb"), 0);
}

static void silence(void **state)
{
    JET_INSTANCE instance = make(NULL, 0, 0);

    (void)state;
    live(&instance, JET_bitTermComplete);
    assert_int_equal(events, 0);
    instance = make(NULL, 100, 1);
    live(&instance, JET_bitTermComplete);
    assert_int_equal(events, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_life),
        cmocka_unit_test(the_program_reports),
        cmocka_unit_test(recovery),
        cmocka_unit_test(recovery_that_fails),
        cmocka_unit_test(a_restore),
        cmocka_unit_test(silence),
        cmocka_unit_test(messages_that_wait),
        cmocka_unit_test(bad_pages),
        cmocka_unit_test(defragmentation_and_snapshots),
        cmocka_unit_test(a_backup_that_is_given_up),
        cmocka_unit_test(a_session_of_two_threads),
        cmocka_unit_test(too_many_versions),
        cmocka_unit_test(a_database_on_a_full_disk),
        cmocka_unit_test(a_full_disk),
        cmocka_unit_test(a_log_that_is_short),
        cmocka_unit_test(a_log_that_cannot_be_written),
    };
    char folder[] = "/tmp/esent-events-XXXXXX";

    if (!mkdtemp(folder) || chdir(folder) || mkdir("copy", 0700))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
