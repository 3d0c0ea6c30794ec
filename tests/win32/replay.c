/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What JetInit3 and JetInit4 can ask of recovery: where it stops, what it tells, what it leaves out. */
#include "support.h"

#define LOG_KB 128

/* What the callback of JetInit4 heard, and what it answers. */
struct heard
{
    unsigned open_log, open_do, checkpoint, missing, undo, attached, detaching, contexts, begin, complete, progress;
    unsigned replayed, done, other;
    JET_ERR to_messages;
    JET_ERR to_undo; /* the answer to JET_sntBeginUndo, if it is not the one proposed */
    char last[16];   /* of the contexts of commits */
    unsigned last_type;
    unsigned databases; /* that the question of undo came with */
    bool in_order;      /* progress did not go back */
    JET_ULONG percent;
    JET_API_PTR generation; /* JET_paramRecoveryCurrentLogfile at the question of undo */
};

static struct heard heard;

static JET_ERR JET_API on_recovery(JET_SNP snp, JET_SNT snt, void *data, void *context)
{
    const JET_RECOVERYCONTROL *control = data;
    const JET_SNPROG *progress = data;

    assert_true(context == &heard);
    if (snp != JET_snpRecoveryControl)
    {
        assert_int_equal(snp, JET_snpRestore);
        heard.begin += snt == JET_sntBegin;
        heard.progress += snt == JET_sntProgress;
        heard.complete += snt == JET_sntComplete;
        if (progress->cunitTotal != 100 || progress->cunitDone < heard.percent)
            heard.in_order = false;
        heard.percent = progress->cunitDone;
        return JET_errSuccess;
    }
    assert_int_equal(control->cbStruct, sizeof(*control));
    assert_int_equal(control->sntUnion, snt);
    switch (snt)
    {
    case JET_sntOpenLog:
        assert_non_null(control->OpenLog.wszLogFile);
        heard.open_log++;
        heard.open_do += control->OpenLog.eReason == JET_OpenLogForDo;
        break;
    case JET_sntOpenCheckpoint:
        heard.checkpoint++;
        break;
    case JET_sntMissingLog:
        heard.missing++;
        break;
    case JET_sntAttachedDb:
        heard.attached++;
        break;
    case JET_sntDetachingDb:
        heard.detaching++;
        break;
    case JET_sntBeginUndo:
        heard.undo++;
        heard.databases = control->BeginUndo.cdbinfomisc;
        if (heard.databases)
            assert_int_equal(control->BeginUndo.rgdbinfomisc[0].dbstate, JET_dbstateDirtyShutdown);
        if (JetGetSystemParameterA(control->instance, JET_sesidNil, JET_paramRecoveryCurrentLogfile, &heard.generation,
                                   NULL, 0) < 0)
            heard.generation = 0;
        return heard.to_undo ? heard.to_undo : control->errDefault;
    case JET_sntCommitCtx:
        heard.contexts++;
        heard.last_type = control->CommitCtx.fCallbackType;
        assert_true(control->CommitCtx.cbCommitCtx < sizeof(heard.last));
        memcpy(heard.last, control->CommitCtx.pbCommitCtx, control->CommitCtx.cbCommitCtx);
        heard.last[control->CommitCtx.cbCommitCtx] = 0;
        break;
    case JET_sntNotificationEvent:
        assert_int_equal(control->NotificationEvent.cbStruct, sizeof(control->NotificationEvent));
        heard.replayed += control->NotificationEvent.EventID == 301;
        heard.done += control->NotificationEvent.EventID == 302;
        assert_int_equal(heard.complete, control->NotificationEvent.EventID == 302);
        return heard.to_messages ? heard.to_messages : control->errDefault;
    default:
        heard.other++;
    }
    return control->errDefault;
}

static JET_INSTANCE prepare(const char *folder)
{
    JET_INSTANCE instance = test_instance_unstarted(folder, "on");

    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramLogFileSize, LOG_KB, NULL));
    return instance;
}

static JET_ERR init(const char *folder, const JET_LGPOS *stop, JET_GRBIT grbit, JET_INSTANCE *instance)
{
    JET_RSTINFO2_A info = { .cbStruct = sizeof(info), .pfnCallback = on_recovery, .pvCallbackContext = &heard };
    JET_ERR to_undo = heard.to_undo, to_messages = heard.to_messages;

    if (stop)
        info.lgposStop = *stop;
    memset(&heard, 0, sizeof(heard));
    heard.to_undo = to_undo;
    heard.to_messages = to_messages;
    heard.in_order = true;
    *instance = prepare(folder);
    return JetInit4A(instance, &info, grbit | JET_bitReplayMissingMapEntryDB);
}

/* ------------------------------------------------------------------ the work --- */

#define COMMITS 60

static JET_LGPOS committed[COMMITS]; /* the place of each commit in the log */

static void fill(JET_SESID sesid, JET_TABLEID table, JET_COLUMNID column, unsigned count)
{
    JET_COMMIT_ID id;
    char context[16], value[4000];
    JET_ULONG pre = 0;

    for (unsigned i = 0; i < count; i++)
    {
        memset(value, 'a' + (int)i % 26, sizeof(value));
        sprintf(context, "%u", i);
        assert_ok(JetSetSessionParameter(sesid, JET_sesparamCommitGenericContext, context, (JET_ULONG)strlen(context)));
        pre = i % 7 == 6;
        assert_ok(JetSetSessionParameter(sesid, JET_sesparamCommitContextNeedPreCommitCallback, &pre, sizeof(pre)));
        assert_ok(JetBeginTransaction(sesid));
        for (unsigned n = 0; n < 3; n++)
        {
            assert_ok(JetPrepareUpdate(sesid, table, JET_prepInsert));
            assert_ok(JetSetColumn(sesid, table, column, value, sizeof(value), 0, NULL));
            assert_ok(JetUpdate(sesid, table, NULL, 0, NULL));
        }
        assert_ok(JetCommitTransaction2(sesid, JET_bitCommitRedoCallback, 0, &id));
        memcpy(&committed[i], &id.commitId, sizeof(committed[i]));
    }
    assert_ok(JetSetSessionParameter(sesid, JET_sesparamCommitGenericContext, NULL, 0));
}

/* An instance that dies with `count` commits of three records, and a transaction open. */
static void die(const char *folder, const char *path, unsigned count)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypLongBinary };
    JET_INSTANCE instance = prepare(folder);
    JET_COLUMNID column;
    JET_TABLEID table;
    JET_SESID sesid;
    JET_DBID dbid;

    assert_ok(JetInit(&instance));
    sesid = test_session(instance);
    assert_ok(JetCreateDatabaseA(sesid, path, NULL, &dbid, 0));
    assert_ok(JetCreateTableA(sesid, dbid, "t", 1, 80, &table));
    assert_ok(JetAddColumnA(sesid, table, "v", &def, NULL, 0, &column));
    fill(sesid, table, column, count);
    assert_ok(JetBeginTransaction(sesid));
    assert_ok(JetPrepareUpdate(sesid, table, JET_prepInsert));
    assert_ok(JetUpdate(sesid, table, NULL, 0, NULL));
    assert_ok(JetCommitTransaction(sesid, JET_bitWaitAllLevel0Commit));
    (void)JetTerm2(instance, JET_bitTermAbrupt | JET_bitTermDirty);
}

static unsigned count_records(JET_INSTANCE instance, const char *path)
{
    JET_SESID sesid = test_session(instance);
    JET_TABLEID table;
    JET_DBID dbid;
    unsigned count = 0;

    assert_ok(JetAttachDatabaseA(sesid, path, 0));
    assert_ok(JetOpenDatabaseA(sesid, path, NULL, &dbid, 0));
    assert_ok(JetOpenTableA(sesid, dbid, "t", NULL, 0, 0, &table));
    for (JET_ERR err = JetMove(sesid, table, JET_MoveFirst, 0); err >= 0; err = JetMove(sesid, table, 1, 0))
        count++;
    return count;
}

static JET_ULONG state_of(const char *path)
{
    JET_DBINFOMISC7 info;

    assert_ok(JetGetDatabaseFileInfoA(path, &info, sizeof(info), JET_DbInfoMisc));
    return info.dbstate;
}

/* ------------------------------------------------------------------ stopping --- */

/* A stop, one further on, and then the rest: together all there is. */
static void stops_at_a_commit(void **state)
{
    const char *path = test_file_kept("stops.edb");
    JET_INSTANCE instance;

    (void)state;
    die("stops", path, COMMITS);
    assert_err(init("stops", &committed[9], 0, &instance), JET_errRecoveredWithoutUndo);
    assert_int_equal(state_of(path), JET_dbstateDirtyShutdown);
    assert_string_equal(heard.last, "8"); /* what is said of the tenth is behind it */
    assert_true(heard.begin == 1 && heard.complete == 1 && heard.in_order);
    assert_int_equal(heard.undo, 0);
    assert_err(init("stops", &committed[39], JET_bitExternalRecoveryControl, &instance), JET_errRecoveredWithoutUndo);
    assert_string_equal(heard.last, "38");
    /* it did not begin with the first commit again */
    assert_true(heard.contexts < 39);
    assert_int_equal(heard.attached, 0); /* the file has what is behind the place */
    /* what is behind the place already */
    assert_err(init("stops", &committed[0], 0, &instance), JET_errRecoveredWithoutUndo);
    assert_int_equal(heard.contexts, 0);
    assert_ok(init("stops", NULL, 0, &instance));
    assert_string_equal(heard.last, "59");
    assert_int_equal(count_records(instance, path), 3 * COMMITS);
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
}

/* With no more logs there than it got to, what was committed by then is all there is. */
static void stops_with_a_generation(void **state)
{
    const char *path = test_file_kept("whole.edb");
    JET_LGPOS stop = { 0 };
    JET_INSTANCE instance;
    unsigned commits = 0;
    char name[64];

    (void)state;
    die("whole", path, COMMITS);
    /* the database as it was is not to be had: one that recovery makes anew is */
    assert_int_equal(remove(path), 0);
    remove(test_file("whole/edb.chk"));
    stop.lGeneration = committed[COMMITS / 2].lGeneration;
    while (commits < COMMITS && committed[commits].lGeneration <= stop.lGeneration)
        commits++;
    assert_true(commits < COMMITS);
    assert_err(init("whole", &stop, 0, &instance), JET_errRecoveredWithoutUndo);
    sprintf(name, "%u", commits - 1);
    assert_string_equal(heard.last, name);
    for (JET_LONG g = stop.lGeneration + 1; g <= committed[COMMITS - 1].lGeneration + 1; g++)
    {
        sprintf(name, "whole/edb%05X.log", (unsigned)g);
        remove(test_file(name));
    }
    remove(test_file("whole/edb.log"));
    remove(test_file("whole/edbtmp.log"));
    assert_err(init("whole", NULL, 0, &instance), JET_errMissingLogFile);
    assert_ok(init("whole", NULL, JET_bitReplayIgnoreLostLogs, &instance));
    assert_int_equal(count_records(instance, path), 3 * commits);
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
}

static void stops_that_cannot_be(void **state)
{
    JET_LGPOS stop = { .ib = 1 };
    JET_RSTINFO_A info = { .cbStruct = sizeof(info) };
    JET_INSTANCE instance;

    (void)state;
    die("cannot", test_file("cannot.edb"), 4);
    assert_err(init("cannot", &stop, 0, &instance), JET_errInvalidParameter);
    instance = prepare("cannot");
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramDeleteOldLogs, 1, NULL));
    info.lgposStop.lGeneration = 2;
    assert_err(JetInit3A(&instance, &info, 0), JET_errInvalidParameter);
    instance = prepare("cannot");
    assert_ok(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramDeleteOutOfRangeLogs, 1, NULL));
    assert_err(JetInit3A(&instance, &info, 0), JET_errInvalidParameter);
    /* a generation that is not there yet is no place to stop */
    stop = (JET_LGPOS){ .lGeneration = 1000 };
    assert_ok(init("cannot", &stop, 0, &instance));
    assert_int_equal(count_records(instance, test_file("cannot.edb")), 12);
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
}

/* ------------------------------------------------------------------ messages --- */

/* A program that does not want a message about a file of the log is asked once more before the next; no harm is done. */
static void messages(void **state)
{
    static const char *const folders[2] = { "messages0", "messages1" };
    JET_INSTANCE instance;
    unsigned replayed[2];

    (void)state;
    for (unsigned round = 0; round < 2; round++)
    {
        char name[40];

        snprintf(name, sizeof(name), "%s/data.edb", folders[round]);
        test_folder(folders[round]);
        die(folders[round], test_file_kept(name), 20);
        heard.to_messages = round ? JET_errOutOfMemory : JET_errSuccess;
        assert_ok(init(folders[round], NULL, 0, &instance));
        assert_int_equal(heard.done, 1);
        replayed[round] = heard.replayed;
        assert_ok(JetTerm2(instance, JET_bitTermComplete));
    }
    heard.to_messages = 0;
    assert_true(replayed[0] > 1);
    assert_int_equal(replayed[1], 2 * replayed[0] - 1);
}

/* ------------------------------------------------------------------- no undo --- */

static void without_undo(void **state)
{
    const char *path = test_file_kept("noundo.edb");
    JET_INSTANCE instance;

    (void)state;
    die("noundo", path, 20);
    assert_err(init("noundo", NULL, JET_bitRecoveryWithoutUndo, &instance), JET_errRecoveredWithoutUndo);
    assert_int_equal(heard.undo, 0); /* who gives bits is not asked */
    assert_int_equal(state_of(path), JET_dbstateDirtyShutdown);
    heard.to_undo = JET_errRecoveredWithoutUndo;
    assert_err(init("noundo", NULL, JET_bitExternalRecoveryControl, &instance), JET_errRecoveredWithoutUndo);
    assert_int_equal(heard.undo, 1);
    assert_int_equal(heard.databases, 1);
    assert_true(heard.checkpoint == 1 && heard.open_log >= 1 && heard.attached == 1 && !heard.open_do);
    assert_true(heard.generation > 0);
    heard.to_undo = JET_errOutOfMemory;
    assert_err(init("noundo", NULL, JET_bitExternalRecoveryControl, &instance), JET_errOutOfMemory);
    heard.to_undo = 0;
    assert_ok(init("noundo", NULL, JET_bitExternalRecoveryControl, &instance));
    assert_true(heard.undo == 1 && heard.open_do == 1 && heard.attached == heard.detaching && !heard.other);
    assert_true(heard.replayed >= 1 && heard.done == 1);
    assert_int_equal(count_records(instance, path), 60);
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
    /* there is nothing to undo */
    assert_err(init("noundo", NULL, JET_bitRecoveryWithoutUndo, &instance),
               JET_errRecoveredWithoutUndoDatabasesConsistent);
    assert_int_equal(state_of(path), JET_dbstateCleanShutdown);
    remove(test_file("noundo/edb.chk"));
    assert_err(init("noundo", NULL, JET_bitRecoveryWithoutUndo, &instance),
               JET_errRecoveredWithoutUndoDatabasesConsistent);
    assert_ok(init("noundo", NULL, 0, &instance));
    assert_int_equal(count_records(instance, path), 60);
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
}

static void nothing_to_recover_from(void **state)
{
    JET_INSTANCE instance;

    (void)state;
    assert_err(init("nothing", NULL, JET_bitLogStreamMustExist, &instance), JET_errMissingLogFile);
    assert_false(test_file_exists(test_file("nothing/edb.log")));
    assert_ok(init("nothing", NULL, JET_bitExternalRecoveryControl, &instance));
    assert_int_equal(heard.missing, 1);
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
    assert_ok(init("nothing", NULL, JET_bitLogStreamMustExist, &instance));
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
}

static unsigned generations(const char *folder)
{
    char name[64];
    unsigned count = 0;

    for (unsigned g = 1; g < 100; g++)
    {
        sprintf(name, "%s/edb%05X.log", folder, g);
        count += test_file_exists(test_file(name));
    }
    return count;
}

static void truncates(void **state)
{
    const char *path = test_file_kept("truncates.edb");
    JET_INSTANCE instance;
    unsigned before;

    (void)state;
    die("truncates", path, COMMITS);
    before = generations("truncates");
    assert_true(before > 3);
    /* what the next run needs stays */
    assert_err(init("truncates", &committed[COMMITS / 2], JET_bitTruncateLogsAfterRecovery, &instance),
               JET_errRecoveredWithoutUndo);
    assert_true(generations("truncates") < before && generations("truncates") > 0);
    assert_ok(init("truncates", NULL, JET_bitTruncateLogsAfterRecovery, &instance));
    assert_int_equal(generations("truncates"), 0);
    assert_int_equal(count_records(instance, path), 3 * COMMITS);
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
}

/* A commit whose context is told before it is told of twice. */
static void contexts(void **state)
{
    const char *path = test_file_kept("contexts.edb");
    JET_INSTANCE instance;

    (void)state;
    die("contexts", path, 7);
    remove(test_file("contexts/edb.chk"));
    assert_ok(init("contexts", NULL, 0, &instance));
    assert_int_equal(heard.contexts, 8);
    assert_int_equal(heard.last_type, 3);
    assert_string_equal(heard.last, "6");
    assert_int_equal(count_records(instance, path), 21);
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
}

/* Breaks the middle of every page that is in use, but for the headers and page 1. */
static unsigned tear_pages(const char *path)
{
    static char page[4096];
    FILE *file = fopen(path, "r+b");
    unsigned torn = 0;

    assert_non_null(file);
    for (long at = 3 * (long)sizeof(page); !fseek(file, at, SEEK_SET) && fread(page, sizeof(page), 1, file) == 1;
         at += (long)sizeof(page))
    {
        static const char empty[sizeof(page)];

        if (!memcmp(page, empty, sizeof(page)))
            continue;
        memset(page + 1024, 0x55, 512);
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        assert_int_equal(fwrite(page, sizeof(page), 1, file), 1);
        torn++;
    }
    fclose(file);
    return torn;
}

/* Pages of which writes were torn are made anew from as far back as the log goes. */
static void torn_pages(void **state)
{
    const char *path = test_file_kept("torn.edb");
    JET_INSTANCE instance;

    (void)state;
    die("torn", path, COMMITS);
    assert_err(init("torn", &committed[COMMITS / 2], 0, &instance), JET_errRecoveredWithoutUndo);
    assert_true(tear_pages(path) > 20);
    assert_ok(init("torn", NULL, 0, &instance));
    assert_int_equal(count_records(instance, path), 3 * COMMITS);
    assert_ok(JetTerm2(instance, JET_bitTermComplete));
    /* but not if it does not go back so far */
    path = test_file_kept("tornmore.edb");
    die("tornmore", path, COMMITS);
    assert_err(init("tornmore", &committed[COMMITS / 2], JET_bitTruncateLogsAfterRecovery, &instance),
               JET_errRecoveredWithoutUndo);
    tear_pages(path);
    assert_err(init("tornmore", NULL, 0, &instance), JET_errReadVerifyFailure);
}

/* A database is deleted, and made anew when all stops: its file has a first page that is none. */
static void a_file_that_was_being_made(void **state)
{
    static const uint8_t garbage[4096] = { 1, 2, 3 };
    JET_INSTANCE instance = prepare("made");
    JET_SESID session;
    JET_DBID dbid;

    (void)state;
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    assert_ok(JetCreateDatabaseA(session, test_file("made.edb"), NULL, &dbid, 0));
    assert_ok(JetTerm(instance));
    instance = prepare("made");
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    assert_ok(JetAttachDatabaseA(session, test_file("made.edb"), 0));
    assert_ok(JetDetachDatabaseA(session, test_file("made.edb")));
    (void)test_folder("remade");
    test_file_copy(test_file("made/edb.log"), test_file("remade/edb.log"));
    test_file_copy(test_file("made/edb.chk"), test_file("remade/edb.chk"));
    assert_ok(JetTerm(instance));
    test_file_write(test_file("made.edb"), garbage, sizeof(garbage));
    instance = prepare("remade");
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    assert_ok(JetCreateDatabaseA(session, test_file("made.edb"), NULL, &dbid, JET_bitDbOverwriteExisting));
    assert_ok(JetTerm(instance));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_was_being_made),
        cmocka_unit_test(stops_at_a_commit),
        cmocka_unit_test(stops_with_a_generation),
        cmocka_unit_test(stops_that_cannot_be),
        cmocka_unit_test(messages),
        cmocka_unit_test(without_undo),
        cmocka_unit_test(nothing_to_recover_from),
        cmocka_unit_test(truncates),
        cmocka_unit_test(contexts),
        cmocka_unit_test(torn_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
