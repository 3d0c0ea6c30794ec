/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages that the root space has lost are found as a database is attached: JET_dbparamLeakReclaimerEnabled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/private.h"
#include "btree/write.h"
#include "btree/write_private.h"
#include "own_folder.h"
#include "table/schema.h"

#define LOST 20u

static JET_INSTANCE instance;
static JET_SESID session;

static void assert_ok(JET_ERR err)
{
    assert_int_equal(err, JET_errSuccess);
}

static JET_DBID attach(uint32_t reclaims, int32_t milliseconds)
{
    JET_SETDBPARAM parameters[2] = { { JET_dbparamLeakReclaimerEnabled, &reclaims, sizeof(reclaims) },
                                     { JET_dbparamLeakReclaimerTimeQuota, &milliseconds, sizeof(milliseconds) } };
    JET_DBID dbid;

    assert_ok(JetAttachDatabase3A(session, "lost.edb", parameters, 2, 0));
    assert_ok(JetOpenDatabaseA(session, "lost.edb", NULL, &dbid, 0));
    return dbid;
}

static void detach(JET_DBID dbid)
{
    assert_ok(JetCloseDatabase(session, dbid, 0));
    assert_ok(JetDetachDatabaseA(session, "lost.edb"));
}

static struct database *database_of(JET_DBID dbid)
{
    struct session *entered;
    struct attachment *attachment;

    assert_ok(api_enter_database(session, dbid, 0, &entered, &attachment));
    (void)api_leave(entered, JET_errSuccess);
    return attachment->database;
}

static uint32_t available(JET_DBID dbid)
{
    struct database *database = database_of(dbid);
    uint32_t owned, free;
    struct tree root;

    tree_init(&root, &database->cache, 1, 1, true, 0);
    assert_ok(tree_space_info(&root, &owned, &free));
    return free;
}

/* Taken from the root space, and nobody's. */
static void lose(JET_DBID dbid, uint32_t pages)
{
    struct database *database = database_of(dbid);
    struct tree root;
    uint32_t pgno;

    tree_init(&root, &database->cache, 1, 1, true, 0);
    for (uint32_t i = 0; i < pages; i++)
        assert_ok(tree_page_take(&root, 0, &pgno));
}

static void lost_pages_are_found(void **state)
{
    JET_DBID dbid;
    JET_TABLEID table;
    char name[20];
    uint32_t before;

    (void)state;
    assert_ok(JetCreateInstanceA(&instance, "reclaim"));
    assert_ok(JetInit(&instance));
    assert_ok(JetBeginSessionA(instance, &session, NULL, NULL));
    assert_ok(JetCreateDatabaseA(session, "lost.edb", NULL, &dbid, 0));
    for (int i = 0; i < 5; i++)
    {
        snprintf(name, sizeof(name), "table%d", i);
        assert_ok(JetCreateTableA(session, dbid, name, (JET_ULONG)(1 + 10 * i), 80, &table));
        assert_ok(JetCloseTable(session, table));
    }
    before = available(dbid);
    lose(dbid, LOST);
    assert_int_equal(available(dbid), before - LOST);
    detach(dbid);
    dbid = attach(0, -1);
    assert_int_equal(available(dbid), before - LOST);
    detach(dbid);
    /* No time is left to find anything. */
    dbid = attach(1, 0);
    assert_int_equal(available(dbid), before - LOST);
    detach(dbid);
    dbid = attach(1, -1);
    assert_int_equal(available(dbid), before);
    assert_ok(JetOpenTableA(session, dbid, "table4", NULL, 0, 0, &table));
    assert_ok(JetCloseTable(session, table));
    detach(dbid);
    /* And nothing that is not lost. */
    dbid = attach(1, -1);
    assert_int_equal(available(dbid), before);
    assert_ok(JetTerm(instance));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lost_pages_are_found),
    };

    int failed;

    if (!own_folder_enter("api_reclaim"))
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    own_folder_leave("api_reclaim");
    return failed;
}
