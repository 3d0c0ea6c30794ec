/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The utility esentutl, run as people run it: its exit codes, what it prints, and what it does to files. */
#ifdef _WIN32
#include <windows.h>
#else
#include <sys/wait.h>
#include <unistd.h>
#endif
#include "support.h"

#define PAGE     4096
#define ROWS     1200
#define MAP_PAGE 8192

static char utility[1024];
static char *printed; /* by the last run */

/* ------------------------------------------------------------------- running it --- */

#ifdef _WIN32
#define NAME "esentutl.exe"
#else
#define NAME "esentutl"
#endif

/* Beside the folder that this program is in, or in the build without checks. */
static void find_utility(const char *program)
{
    static const char *const places[] = { "../", "../../host/" };
    size_t length = strlen(program);

    while (length && program[length - 1] != '/' && program[length - 1] != '\\')
        length--;
    for (size_t i = 0; i < 2; i++)
    {
        snprintf(utility, sizeof(utility), "%.*s%s" NAME, (int)length, program, places[i]);
        if (test_file_exists(utility))
            return;
    }
    utility[0] = 0;
}

#ifdef _WIN32
static int start(char **arguments, const char *out)
{
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    HANDLE file = CreateFileA(out, GENERIC_WRITE, FILE_SHARE_READ, &inherit, CREATE_ALWAYS, 0, NULL);
    STARTUPINFOA startup = {
        .cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES, .hStdOutput = file, .hStdError = file
    };
    PROCESS_INFORMATION process;
    char command[4096];
    DWORD code = 0;
    BOOL started;
    int length = snprintf(command, sizeof(command), "\"%s\"", utility);

    for (; *arguments; arguments++)
        length += snprintf(command + length, sizeof(command) - (size_t)length, " \"%s\"", *arguments);
    started = CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process);
    CloseHandle(file);
    assert_true(started);
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &code);
    CloseHandle(process.hProcess);
    CloseHandle(process.hThread);
    return (int)code;
}
#else
static int start(char **arguments, const char *out)
{
    char *all[16] = { utility };
    pid_t child;
    int status = 0;

    for (size_t i = 0; arguments[i]; i++)
        all[i + 1] = arguments[i];
    child = fork();
    assert_true(child >= 0);
    if (!child)
    {
        if (!freopen(out, "w", stdout) || dup2(fileno(stdout), 2) < 0)
            _exit(127);
        execv(utility, all);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}
#endif

/* Runs it with words that blanks part.  What it prints is in `printed`. */
static void run(int want, const char *line)
{
    char words[3000], *arguments[12] = { 0 };
    unsigned count = 0;
    size_t size = 0;
    int code;

    snprintf(words, sizeof(words), "%s", line);
    for (char *word = strtok(words, " "); word && count < 11; word = strtok(NULL, " "))
        arguments[count++] = word;
    code = start(arguments, "out.txt");
    free(printed);
    printed = (char *)test_file_read("out.txt", &size);
    assert_non_null(printed);
    printed = realloc(printed, size + 1);
    assert_non_null(printed);
    printed[size] = 0;
    /* lines end as elsewhere */
    for (char *from = printed, *to = printed; (*to = *from); from++)
        to += *from != '\r';
    /* elsewhere a shell sees no more of it */
    if ((code & 0xff) != (want & 0xff))
        fail_msg("esentutl %s: %d, not %d:\n%s", line, code, want, printed);
}

static void run_file(int want, const char *format, const char *path)
{
    char line[1024];

    snprintf(line, sizeof(line), format, path, path);
    run(want, line);
}

static void expect(const char *text)
{
    if (!strstr(printed, text))
        fail_msg("there is no \"%s\" in:\n%s", text, printed);
}

static void expect_not(const char *text)
{
    if (strstr(printed, text))
        fail_msg("there is \"%s\" in:\n%s", text, printed);
}

/* The number behind a label. */
static unsigned number_of(const char *label)
{
    const char *at = strstr(printed, label);

    if (!at)
        fail_msg("there is no \"%s\" in:\n%s", label, printed);
    return (unsigned)strtoul(at + strlen(label), NULL, 10);
}

static int needs_utility(void **state)
{
    (void)state;
    if (!*utility)
        skip();
    return 0;
}

/* ------------------------------------------------------------------- databases --- */

static void fill(JET_SESID session, JET_TABLEID table, JET_COLUMNID column, unsigned count)
{
    static const char text[900] = "some data";

    assert_ok(JetBeginTransaction(session));
    for (unsigned i = 0; i < count; i++)
    {
        assert_ok(JetPrepareUpdate(session, table, JET_prepInsert));
        assert_ok(JetSetColumn(session, table, column, text, sizeof(text), 0, NULL));
        assert_ok(JetUpdate(session, table, NULL, 0, NULL));
    }
    assert_ok(JetCommitTransaction(session, 0));
}

/* A database with two tables of which one is gone again; its folder is that of its log. */
static const char *make(const char *name, bool clean, const char *backup)
{
    static char path[600];
    JET_INSTANCE instance = test_instance_unstarted(name, "on");
    JET_TABLEID table;
    JET_COLUMNID column;
    JET_SESID session;
    JET_DBID dbid;

    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramCircularLog, 0, NULL));
    assert_ok(JetInit(&instance));
    session = test_session(instance);
    snprintf(path, sizeof(path), "%sdata.edb", test_folder(name));
    assert_ok(JetCreateDatabaseA(session, path, NULL, &dbid, 0));
    assert_ok(JetCreateTableA(session, dbid, "kept", 0, 80, &table));
    column = test_column(session, table, "data", JET_coltypLongBinary, 0);
    fill(session, table, column, 20);
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetCreateTableA(session, dbid, "gone", 0, 80, &table));
    column = test_column(session, table, "data", JET_coltypLongBinary, 0);
    fill(session, table, column, ROWS);
    assert_ok(JetCloseTable(session, table));
    assert_ok(JetDeleteTableA(session, dbid, "gone"));
    if (backup)
        assert_ok(JetBackupInstanceA(instance, backup, 0, NULL));
    if (clean)
    {
        assert_ok(JetCloseDatabase(session, dbid, 0));
        assert_ok(JetEndSession(session, 0));
    }
    JetTerm2(instance, clean ? JET_bitTermComplete : JET_bitTermDirty);
    return path;
}

static size_t size_of(const char *path)
{
    size_t size = 0;

    free(test_file_read(path, &size));
    return size;
}

/* ------------------------------------------------------------------------ tests --- */

static void wrong_usage(void **state)
{
    static const char *const lines[] = {
        "",
        "mh",
        "/q file",
        "/mq file",
        "/mh",
        "/mh one two",
        "/mh file /t table",
        "/m file /k 7f",
        "/m file /p 1 /d 7f",
        "/m file /n 1:1 /i 1:1",
        "/mc file /v3",
        "/ml edb /r x",
        "/ml edb /r 3-2",
        "/ms file /f nothing",
        "/d file /vss",
        "/g file /vss",
        "/k file /vsspause",
        "/y file /d one /d two",
        "/r edb /u0",
        "/r edb /ux",
        "/r edb /u1:2",
        "/r edb /k",
        "/r edb /kx file",
        "/r edb /k file /p file",
        "/r edb /d /b folder",
        "/r edb /n new /d",
        "/r edb /r folder",
        "/z file /q",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
    {
        run(-1, lines[i]);
        expect("Usage Error: ");
        expect("usage: esentutl MODE");
    }
    run(-1, "/?");
    expect_not("Usage Error");
    expect("/mc DATABASE");
}

static void what_is_not_there(void **state)
{
    const char *path = make("absent", true, NULL);

    (void)state;
    run_file(JET_errFeatureNotAvailable, "/z %s", path);
    run_file(JET_errFeatureNotAvailable, "/z %s /t", path);
    run_file(JET_errFileNotFound, "/z %s-not", path);
    run_file(JET_errFeatureNotAvailable, "/mr %s", path);
    run_file(JET_errFeatureNotAvailable, "/m %s /b", path);
    run_file(JET_errFeatureNotAvailable, "/mt %s", path);
    run_file(JET_errFileNotFound, "/mr %s-not", path);
    run_file(JET_errOSSnapshotNotAllowed, "/k %s /vss", path);
    expect("VSS Subsystem Init failed");
    run_file(JET_errOSSnapshotNotAllowed, "/mh %s /vssrec edb . /vsssystempath . /vsspause", path);
    run_file(JET_errPageSizeMismatch, "/g %s /8", path);
    run_file(0, "/g %s /4 /efv8920 /config:x /!10240", path);
    run_file(JET_errReadVerifyFailure, "/mp %s", path);
}

static void pages_and_nodes(void **state)
{
    const char *path = make("nodes", true, NULL);

    (void)state;
    run_file(0, "/m %s", path);
    expect("DATABASE HEADER");
    run_file(0, "/m %s /s", path);
    expect("PageSize: 4096");
    run_file(0, "/m %s /p4", path);
    expect("Page 4 (0x4)");
    expect("root");
    run_file(0, "/mn %s /p 4:5", path);
    expect("Page 5 (0x5)");
    run_file(0, "/m %s /n 4:0", path);
    expect("Node: 4:0");
    expect_not("Node: 4:1");
    run_file(0, "/m %s /n[1:4:1]", path);
    expect("Node: 4:1");
    run_file(JET_errInvalidParameter, "/m %s /n 4:999", path);
    run_file(JET_errInvalidParameter, "/m %s /n 999999:0", path);
    run_file(0, "/m %s /i 4:0", path);
    expect("External Header");
    run_file(0, "/m %s /i4:1", path);
    expect("Tag: 4:1");
    expect("Node: 4:0");
    run_file(JET_errInvalidParameter, "/m %s /i 4:999", path);
    /* MSysObjects: the first of its keys is that of table 2 */
    run_file(0, "/m %s /p 4 /k 7f80000002", path);
    expect("Seek bookmark: \"7f 80 00 00 02\"");
    expect("leaf)");
    expect("MSysObjects");
    run_file(0, "/m %s /p4 /k7F80000002 /d 00", path);
    expect("Seek bookmark: \"7f 80 00 00 02\"");
    run_file(JET_errInvalidBookmark, "/m %s /p 4 /k 7f8", path);
}

static void categories_of_pages(void **state)
{
    const char *path = make("categories", true, NULL);
    unsigned pages = (unsigned)(size_of(path) / PAGE) - 2;

    (void)state;
    run_file(0, "/mc %s", path);
    assert_int_equal(number_of("Total Page Count: "), pages);
    assert_int_equal(number_of("Inconsistent: "), 0);
    assert_int_equal(number_of("Unknown: "), 0);
    assert_true(number_of("        Available: ") > ROWS / 5);
    /* a page is a root, a leaf, an inner page, free or nobody's, and one of these only */
    assert_int_equal(number_of("Strictly Leaf: ") + number_of("Strictly Internal: ") + number_of(" Root: ") +
                         number_of(" Available: ") + number_of("Leaked: ") + number_of("Not Owned: ") +
                         number_of("Not Owned EOF: "),
                     pages);
    run_file(0, "/mc %s /v /f /p1:3", path);
    expect("\n1,1,0,0,0,0,0,0,0,0,0,0,0,1,0,0\n2,1,0,0,0,0,0,0,0,0,1,0,0,1,0,0\n3,1,0,0,0,0,0,0,0,1,0,0,0,1,0,0\n");
    assert_int_equal(number_of("Total Page Count: "), 3);
    run_file(0, "/mc %s /p 2:max", path);
    assert_int_equal(number_of("Total Page Count: "), pages - 1);
    run_file(JET_errInvalidParameter, "/mc %s /p 999999", path);
    path = make("dirty", false, NULL);
    run_file(JET_errDatabaseDirtyShutdown, "/mc %s", path);
}

static void space_of_trees(void **state)
{
    const char *path = make("space", true, NULL);

    (void)state;
    run_file(0, "/ms %s", path);
    expect("        PageSize: 4096");
    expect("AutoInc");
    expect("\n  kept ");
    run_file(0, "/ms %s /t kept", path);
    expect("\n  kept ");
    expect_not("MSysObjects");
    run_file(JET_errObjectNotFound, "/ms %s /t none", path);
    run_file(0, "/ms %s /v /csv /f#legacy", path);
    expect("\nName,Type,ObjidFDP,PgnoFDP,PriExt,Owned,Available\n");
    expect("\ndata.edb,Db,1,1,");
    expect("\nMSysObjects,Pri,2,4,20-m,");
    run_file(0, "/ms %s /v /csv /f fullname,pgnooe,PGNOAE", path);
    expect("\nFullName,PgnoOE,PgnoAE\ndata.edb,2,3\n");
    expect("\nMSysObjects::Name,8,9\n");
    run_file(0, "/mn %s /t MSysObjids", path);
    expect("objid: 6");
    expect_not("objid: 2");
    run_file(JET_errObjectNotFound, "/mn %s /t none", path);
}

/* /p with /g only looks. */
static void repair_that_only_checks(void **state)
{
    const char *path = make("checked", true, NULL);
    size_t size, after;
    uint8_t *data, *left;

    (void)state;
    run_file(0, "/p %s /g", path);
    data = test_file_read(path, &size);
    assert_non_null(data);
    data[6 * PAGE + 200] ^= 0x77; /* page 5 */
    data[6 * PAGE + 300] ^= 0x66;
    test_file_write(path, data, size);
    run_file(JET_errDatabaseCorrupted, "/p %s /g", path);
    left = test_file_read(path, &after);
    assert_non_null(left);
    assert_int_equal(after, size);
    assert_memory_equal(left, data, size);
    free(left);
    free(data);
    run_file(0, "/p %s", path);
    run_file(0, "/g %s", path);
}

static void set_checksum(uint8_t *page)
{
    uint32_t sum = 0x89abcdef, word;

    for (size_t i = 4; i < MAP_PAGE; i += 4)
    {
        memcpy(&word, page + i, 4);
        sum ^= word;
    }
    memcpy(page, &sum, 4);
}

static void flush_maps(void **state)
{
    static uint8_t map[3 * MAP_PAGE];
    const char *path = test_file("data.jfm");

    (void)state;
    map[4] = 3;   /* version */
    map[36] = 1;  /* clean */
    map[64] = 77; /* log required */
    map[667] = JET_filetypeFlushMap;
    set_checksum(map);
    /* page 0, with the checksum of old; 1 is empty */
    map[MAP_PAGE + 8] = 99;
    map[MAP_PAGE + 64] = 0x1b; /* 0, 1, 2, 3 */
    set_checksum(map + MAP_PAGE);
    test_file_write(path, map, sizeof(map));
    run_file(0, "/mp %s", path);
    expect("Version: 3.0.0");
    expect("(Clean:Yes, NewChecksumFormat:No)");
    expect("Log Required Min.: 77 (0x4d)");
    run_file(0, "/m %s /p", path);
    expect("Flush map file: ");
    run_file(0, "/mp %s /p0", path);
    expect("DB Time Max.: 99 ");
    expect_not("FLUSH STATE");
    run_file(0, "/mp %s /p 0 /v", path);
    expect("0x00000000: 0 1 2 3 0 ");
    run_file(0, "/mp %s /p 1", path);
    expect("is empty");
    run_file(JET_errFileIOBeyondEOF, "/mp %s /p 2", path);
    run_file(JET_errInvalidParameter, "/mp %s /p -2", path);
    run_file(0, "/k %s", path);
    expect("3 page(s) verified.");
    map[MAP_PAGE + 100] ^= 1;
    test_file_write(path, map, sizeof(map));
    run_file(JET_errReadVerifyFailure, "/k %s", path);
    expect("1 page(s) failed verification.");
    map[4] = 4;
    set_checksum(map);
    test_file_write(path, map, sizeof(map));
    run_file(JET_errFlushMapVersionUnsupported, "/mp %s", path);
}

/* /r of the log beside a database; `more` has %s for the database. */
static void recover(int want, const char *path, const char *more)
{
    char line[3000], rest[1500], folder[600];
    size_t length = strlen(path) - strlen(test_file_name(path));

    snprintf(folder, sizeof(folder), "%.*s", (int)length - 1, path);
    snprintf(rest, sizeof(rest), more, path);
    snprintf(line, sizeof(line), "/r edb /l %s /s %s %s", folder, folder, rest);
    run(want, line);
}

static void recovery_and_shrinking(void **state)
{
    const char *path = make("shrink", false, NULL);
    size_t before = size_of(path);

    (void)state;
    run_file(0, "/mh %s", path);
    expect("State: Dirty Shutdown");
    recover(JET_errPageSizeMismatch, path, "/8");
    recover(0, path, "/w1 /k %s");
    expect("Shrink options: 0x");
    expect("Done (error code 0)");
    assert_true(size_of(path) < before);
    run_file(0, "/mh %s", path);
    expect("State: Clean Shutdown");
    run_file(0, "/g %s", path);
    path = make("full", false, NULL);
    before = size_of(path);
    recover(0, path, "/kf %s");
    assert_true(size_of(path) < before);
    /* what is not there cannot become smaller */
    recover(JET_errFileNotFound, path, "/k %s-not");
    /* what was lost is found, where anything was */
    path = make("lost", false, NULL);
    recover(0, path, "/p %s");
    expect("Leakage reclaimer: 1");
    expect("Done (error code 0)");
    run_file(0, "/g %s", path);
}

/* /n: into a copy that is elsewhere, and not where it was. */
static void recovery_elsewhere(void **state)
{
    const char *path = make("here", false, NULL);
    char line[1400], moved[600];

    (void)state;
    snprintf(moved, sizeof(moved), "%sdata.edb", test_folder("moved"));
    test_file_copy(path, moved);
    snprintf(line, sizeof(line), "/n %s:%s", moved, path);
    recover(0, path, line);
    expect("   New Database Location: ");
    expect(", Original Database Location: ");
    run_file(0, "/mh %s", moved);
    expect("State: Clean Shutdown");
    run_file(0, "/mh %s", path);
    expect("State: Dirty Shutdown");
}

static void recovery_without_undo(void **state)
{
    const char *path = make("stop", false, NULL);

    (void)state;
    recover(JET_errRecoveredWithoutUndo, path, "/u1:2:0");
    run_file(0, "/mh %s", path);
    expect_not("State: Clean Shutdown");
    recover(0, path, "");
    run_file(0, "/g %s", path);
}

static void recovery_without_logs(void **state)
{
    const char *folder = test_folder("empty");
    char path[600];

    (void)state;
    snprintf(path, sizeof(path), "%sdata.edb", folder);
    recover(JET_errMissingLogFile, path, "");
    recover(0, path, "/e /c8");
    assert_true(test_file_exists(test_file_in("empty", "edb.log")));
}

static void a_backup_is_restored(void **state)
{
    char line[1600], backup[600], to[600];
    const char *path;

    (void)state;
    snprintf(backup, sizeof(backup), "%s", test_folder("backup"));
    snprintf(to, sizeof(to), "%s", test_folder("to"));
    backup[strlen(backup) - 1] = to[strlen(to) - 1] = 0;
    path = make("restored", true, backup);
    snprintf(line, sizeof(line), "/b %s /r %s", backup, to);
    recover(0, path, line);
    run_file(0, "/mh %s/data.edb", to);
    expect("State: Clean Shutdown");
    run_file(0, "/g %s/data.edb", to);
    snprintf(line, sizeof(line), "/b %s-not", backup);
    recover(JET_errInvalidPath, path, line);
}

static void the_end_of_a_log_is_mended(void **state)
{
    const char *path = make("torn", false, NULL);
    static const uint8_t zeroes[PAGE];
    char log[600];
    size_t size, last;
    uint8_t *data;

    (void)state;
    snprintf(log, sizeof(log), "%.*sedb.log", (int)(strlen(path) - strlen(test_file_name(path))), path);
    run_file(0, "/ml %s /s", log);
    expect("clrTotal");
    data = test_file_read(log, &size);
    assert_non_null(data);
    /* the last segment is damaged, and a shadow of it is in the place of the next */
    last = size / PAGE - 1;
    while (last > 1 && !memcmp(data + last * PAGE, zeroes, PAGE))
        last--;
    assert_true(last + 1 < size / PAGE);
    memcpy(data + (last + 1) * PAGE, data + last * PAGE, PAGE);
    for (unsigned i = 0; i < 500; i++)
        data[last * PAGE + 1024 + i] ^= (uint8_t)(i * i + 1);
    test_file_write(log, data, size);
    free(data);
    run_file(0, "/ml %s", log);
    expect("was taken from its shadow");
    run_file(0, "/ml %s /x", log);
    expect("was written anew");
    run_file(0, "/ml %s", log);
    expect_not("was taken from its shadow");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(wrong_usage, needs_utility),
        cmocka_unit_test_setup(what_is_not_there, needs_utility),
        cmocka_unit_test_setup(pages_and_nodes, needs_utility),
        cmocka_unit_test_setup(categories_of_pages, needs_utility),
        cmocka_unit_test_setup(space_of_trees, needs_utility),
        cmocka_unit_test_setup(repair_that_only_checks, needs_utility),
        cmocka_unit_test_setup(flush_maps, needs_utility),
        cmocka_unit_test_setup(recovery_and_shrinking, needs_utility),
        cmocka_unit_test_setup(recovery_elsewhere, needs_utility),
        cmocka_unit_test_setup(recovery_without_undo, needs_utility),
        cmocka_unit_test_setup(recovery_without_logs, needs_utility),
        cmocka_unit_test_setup(a_backup_is_restored, needs_utility),
        cmocka_unit_test_setup(the_end_of_a_log_is_mended, needs_utility),
    };

#ifdef _WIN32
    char program[512] = "";

    (void)argc, (void)argv;
    GetModuleFileNameA(NULL, program, sizeof(program));
    find_utility(program);
#else
    (void)argc;
    find_utility(argv[0]);
#endif
    return cmocka_run_group_tests(tests, NULL, NULL);
}
