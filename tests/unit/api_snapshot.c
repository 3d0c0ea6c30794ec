/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A snapshot lets go of its instances whatever happens, also when there is no memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "esent.h"
#include "os/os.h"

static struct os_memory_ops poor;

static void *no_memory(const struct os_memory_ops *ops, size_t size)
{
    (void)ops;
    (void)size;
    return NULL;
}

static JET_ERR abort_without_memory(JET_OSSNAPID id)
{
    JET_ERR err;

    poor = *os_replace_memory_ops(NULL);
    poor.alloc = no_memory;
    os_replace_memory_ops(&poor);
    err = JetOSSnapshotAbort(id, 0);
    os_replace_memory_ops(NULL);
    return err;
}

/* What was aborted is no more: the next one has the instance, and JetTerm does not wait. */
static void test_abort(void **state)
{
    JET_INSTANCE instance = JET_instanceNil;
    JET_INSTANCE_INFO_A *infos;
    JET_ULONG count = 0;
    JET_OSSNAPID id;

    (void)state;
    assert_int_equal(JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, 64, NULL), JET_errSuccess);
    assert_int_equal(JetInit(&instance), JET_errSuccess);
    assert_int_equal(JetOSSnapshotPrepare(&id, 0), JET_errSuccess);
    assert_int_equal(abort_without_memory(id), JET_errSuccess);
    assert_int_equal(JetOSSnapshotPrepare(&id, 0), JET_errSuccess);
    assert_int_equal(JetOSSnapshotFreezeA(id, &count, &infos, 0), JET_errSuccess);
    assert_int_equal(count, 1);
    assert_int_equal(JetFreeBuffer((char *)infos), JET_errSuccess);
    assert_int_equal(JetOSSnapshotThaw(id, 0), JET_errSuccess);
    assert_int_equal(JetTerm(instance), JET_errSuccess);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_abort),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
