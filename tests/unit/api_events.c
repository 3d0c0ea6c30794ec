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

#include "api/private.h"

#define MOST 64

struct seen
{
    uint32_t id, type;
    uint16_t category;
    uint32_t count;
    WCHAR strings[6][80];
};

static struct seen seen[MOST];
static unsigned events;

static void observe(const WCHAR *source, uint32_t type, uint16_t category, uint32_t id, const WCHAR *const *strings,
                    uint32_t count)
{
    struct seen *one = &seen[events++];

    assert_true(events < MOST);
    assert_int_equal(os_text_length(source), 5);
    assert_int_equal(source[0], 'E');
    one->id = id;
    one->type = type;
    one->category = category;
    one->count = count;
    for (uint32_t i = 0; i < count && i < 6; i++)
    {
        for (unsigned k = 0; k < 79 && strings[i][k]; k++)
            one->strings[i][k] = strings[i][k];
    }
}

static bool text_is(const WCHAR *text, const char *want)
{
    size_t i = 0;

    while (want[i] && text[i] == (unsigned char)want[i])
        i++;
    return !want[i] && !text[i];
}

static const struct seen *find(uint32_t id)
{
    for (unsigned i = 0; i < events; i++)
    {
        if (seen[i].id == id)
            return &seen[i];
    }
    return NULL;
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

    memset(seen, 0, sizeof(seen));
    events = 0;
    os_process.event_observer = observe;
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
    assert_int_equal(find(EVENT_DATABASE_DETACHED)->count, 6);
    assert_int_equal(find(EVENT_DATABASE_DETACHED)->type, OS_EVENT_INFORMATION);
    assert_int_equal(find(EVENT_DATABASE_DETACHED)->category, EVENT_GENERAL);
    assert_int_equal(find(EVENT_BACKUP_FULL)->category, EVENT_LOGGING);
    snprintf(number, sizeof(number), "%u", (unsigned)getpid());
    assert_true(text_is(seen[0].strings[0], "the tester"));
    assert_true(text_is(seen[0].strings[1], number));
    assert_true(text_is(seen[0].strings[2], "noisy: "));
    assert_true(text_is(find(EVENT_DATABASE_CREATED)->strings[3], "1"));
    assert_int_equal(seen[0].id, EVENT_INSTANCE_STARTS);
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
    assert_int_equal(seen[0].id, EVENT_INSTANCE_STARTS);
    assert_int_equal(seen[1].id, EVENT_REDO_BEGINS);
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
    memset(seen, 0, sizeof(seen));
    events = 0;
    os_process.event_observer = observe;
    err = JetInit(&instance);
    os_process.event_observer = NULL;
    assert_non_null(find(EVENT_RECOVERY_FAILED));
    assert_int_equal(find(EVENT_RECOVERY_FAILED)->type, OS_EVENT_ERROR);
    assert_int_equal(find(EVENT_RECOVERY_FAILED)->category, EVENT_LOGGING);
    snprintf(number, sizeof(number), "%d", (int)err);
    assert_true(err < 0 && text_is(find(EVENT_RECOVERY_FAILED)->strings[3], number));
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
    memset(seen, 0, sizeof(seen));
    events = 0;
    os_process.event_observer = observe;
    assert_int_equal(JetRestoreInstanceA(instance, "copy", NULL, NULL), 0);
    os_process.event_observer = NULL;
    assert_non_null(find(EVENT_RESTORE_BEGINS));
    assert_non_null(find(EVENT_RESTORE_ENDED));
    assert_int_equal(find(EVENT_RESTORE_BEGINS)->count, 5);
    assert_int_equal(find(EVENT_RESTORE_ENDED)->category, EVENT_LOGGING);
    (void)JetTerm(instance);
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
        cmocka_unit_test(one_life),  cmocka_unit_test(the_program_reports),
        cmocka_unit_test(recovery),  cmocka_unit_test(recovery_that_fails),
        cmocka_unit_test(a_restore), cmocka_unit_test(silence),
    };
    char folder[] = "/tmp/esent-events-XXXXXX";

    if (!mkdtemp(folder) || chdir(folder) || mkdir("copy", 0700))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
