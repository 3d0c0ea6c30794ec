/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way into a call: order of the errors, callbacks that call again, what JetStopService pulls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/private.h"
#include "table/cursor.h"

static JET_INSTANCE start(void)
{
    JET_INSTANCE handle = 0;

    assert_int_equal(JetSetSystemParameterA(NULL, 0, JET_paramRecovery, 0, "off"), JET_errSuccess);
    assert_int_equal(JetInit(&handle), JET_errSuccess);
    return handle;
}

static JET_SESID begin(JET_INSTANCE instance)
{
    JET_SESID sesid;

    assert_int_equal(JetBeginSessionA(instance, &sesid, NULL, NULL), JET_errSuccess);
    return sesid;
}

static void order_of_errors(void **state)
{
    JET_INSTANCE instance = start();
    JET_SESID one = begin(instance), two = begin(instance);
    struct session *session;
    struct cursor *cursor;
    struct attachment *attachment;
    struct open_cursor open = { 0 };
    struct cursor of_rows = { .temp = (struct temp_table *)&open }; /* has no schema to follow */
    JET_API_PTR tableid;

    (void)state;
    assert_int_equal(api_enter(one, 0, &session), JET_errSuccess);
    api_leave(session, 0);
    open.cursor = &of_rows;
    open.session = session;
    assert_int_equal(handle_new(HANDLE_CURSOR, &open, session, &tableid), JET_errSuccess);

    assert_int_equal(api_enter_cursor(one, tableid, 0, &session, &cursor), JET_errSuccess);
    assert_ptr_equal(cursor, open.cursor);
    assert_int_equal(api_leave(session, 5), 5);
    assert_int_equal(api_enter_cursor(two, tableid, 0, &session, &cursor), JET_errSesidTableIdMismatch);
    assert_int_equal(api_enter_cursor(one, one, 0, &session, &cursor), JET_errInvalidTableId);
    assert_int_equal(api_enter_cursor(tableid, tableid, 0, &session, &cursor), JET_errInvalidSesid);
    assert_int_equal(api_enter_database(one, 3, 0, &session, &attachment), JET_errInvalidDatabaseId);
    assert_int_equal(api_enter_database(one, JET_dbidNil, 0, &session, &attachment), JET_errInvalidDatabaseId);

    assert_int_equal(JetStopService(), JET_errSuccess);
    assert_int_equal(api_enter_cursor(one, tableid, 0, &session, &cursor), JET_errClientRequestToStopJetService);
    assert_int_equal(api_enter_cursor(two, tableid, 0, &session, &cursor), JET_errSesidTableIdMismatch);
    assert_int_equal(api_enter_cursor(one, 5, 0, &session, &cursor), JET_errInvalidTableId);
    assert_int_equal(api_enter_cursor(one, tableid, API_WHEN_STOPPED, &session, &cursor), JET_errSuccess);
    api_leave(session, 0);
    handle_free(tableid);
    assert_int_equal(JetTerm(instance), JET_errSuccess);
}

static void callbacks(void **state)
{
    JET_INSTANCE instance = start();
    JET_SESID sesid = begin(instance);
    struct session *session, *again;
    JET_ULONG version;

    (void)state;
    assert_int_equal(api_enter(sesid, 0, &session), JET_errSuccess);
    assert_int_equal(JetGetVersion(sesid, &version), JET_errSessionSharingViolation);
    api_callback_begin(session);
    assert_int_equal(JetGetVersion(sesid, &version), JET_errSuccess);
    assert_int_equal(api_enter(sesid, 0, &again), JET_errSuccess);
    assert_int_equal(JetGetVersion(sesid, &version), JET_errSuccess);
    api_leave(again, 0);
    assert_int_equal(JetEndSession(sesid, 0), JET_errSessionInUse);
    api_callback_end(session);
    assert_int_equal(JetGetVersion(sesid, &version), JET_errSessionSharingViolation);
    api_leave(session, 0);
    assert_int_equal(JetEndSession(sesid, 0), JET_errSuccess);
    assert_int_equal(JetTerm(instance), JET_errSuccess);
}

static char pulled[64];

static void pull(char what)
{
    size_t length = strlen(pulled);

    pulled[length] = what;
    pulled[length + 1] = 0;
}

static void pull_versions(void *context)
{
    (void)context;
    pull('v');
}
static void pull_cache(void *context, bool on)
{
    (void)context;
    pull(on ? 'C' : 'c');
}
static void pull_background(void *context, bool on)
{
    (void)context;
    pull(on ? 'B' : 'b');
}
static JET_ERR pull_log(void *context)
{
    (void)context;
    pull('l');
    return JET_errLogWriteFail;
}

static void check_pulled(JET_ERR err, JET_ERR want, const char *which)
{
    assert_int_equal(err, want);
    assert_string_equal(pulled, which);
    pulled[0] = 0;
}

static void what_a_stop_pulls(void **state)
{
    JET_INSTANCE handle = start();
    struct instance *instance = handle_object(handle, HANDLE_INSTANCE);

    (void)state;
    instance->hooks = (struct instance_hooks){ NULL, pull_background, pull_versions, pull_cache, pull_log };
    pulled[0] = 0;
    check_pulled(JetStopServiceInstance2(handle, 1), JET_errInvalidGrbit, "");
    check_pulled(JetStopServiceInstance2(handle, JET_bitStopServiceBackgroundUserTasks), JET_errSuccess, "B");
    check_pulled(JetStopServiceInstance2(handle, JET_bitStopServiceQuiesceCaches), JET_errSuccess, "vC");
    check_pulled(JetStopServiceInstance2(handle, JET_bitStopServiceResume), JET_errSuccess, "cb");
    check_pulled(JetStopServiceInstance2(handle, JET_bitStopServiceStopAndEmitLog), JET_errLogWriteFail, "l");
    check_pulled(JetStopBackup(), JET_errSuccess, "");
    check_pulled(JetStopServiceInstance2(handle, JET_bitStopServiceAll), JET_errSuccess, "BvC");
    check_pulled(JetStopServiceInstance2(handle, JET_bitStopServiceResume), JET_errClientRequestToStopJetService, "");
    check_pulled(JetStopService(), JET_errSuccess, "vC");
    check_pulled(JetTerm(handle), JET_errSuccess, "");
}

/* Not a bound to fail on: other programs run as well. */
static void how_long_it_takes(void **state)
{
    JET_INSTANCE instance = start();
    JET_SESID sesid = begin(instance);
    struct session *session = NULL;
    struct cursor *cursor;
    struct open_cursor open = { 0 };
    struct cursor of_rows = { .temp = (struct temp_table *)&open };
    JET_API_PTR tableid;
    uint64_t before, took, best = UINT64_MAX;
    const int rounds = 10000;
    int i, batch;

    (void)state;
    session = handle_object(sesid, HANDLE_SESSION);
    open.cursor = &of_rows;
    assert_int_equal(handle_new(HANDLE_CURSOR, &open, session, &tableid), JET_errSuccess);
    for (batch = 0; batch < 100; batch++)
    {
        before = os_clock_us();
        for (i = 0; i < rounds; i++)
        {
            api_enter_cursor(sesid, tableid, 0, &session, &cursor);
            api_leave(session, JET_errSuccess);
        }
        took = os_clock_us() - before;
        best = took < best ? took : best;
    }
    print_message("entering with a cursor and leaving: %.1f ns\n", (double)best * 1000 / rounds);
    handle_free(tableid);
    assert_int_equal(JetTerm(instance), JET_errSuccess);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_of_errors),
        cmocka_unit_test(callbacks),
        cmocka_unit_test(what_a_stop_pulls),
        cmocka_unit_test(how_long_it_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
