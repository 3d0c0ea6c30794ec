/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JetTestHook: what tests of Windows' engine use of it from outside.
 *
 * As in a build for users, what only a build for tests has is refused:
 * JET_errDisabledFunctionality for unit tests and the debugger's queries,
 * JET_errTestInjectionNotSupported for faults; what would only watch our memory,
 * clock or cache has nothing here to watch, and is refused alike.
 *
 * Source: JetTestHook in jetapi.cxx of the published engine.
 */
#include "api/private.h"
#include "format/checksum.h"
#include "format/header.h"
#include "format/page.h"
#include "log/log.h"
#include "maintain/restore.h"
#include "table/cursor.h"

#define LRU_MANAGER     53984u /* the one place for faults that takes them in every build */
#define LRU_PROBABILITY 5u
#define FAULT_MASK      0x42
#define DBTIME_AT       8

/* ------------------------------------------------------------- about logs --- */

/* The instance whose handle is there has its log, and is entered. */
static JET_ERR enter_log(const void *argument, struct instance **instance, struct log **log)
{
    JET_INSTANCE handle;
    JET_ERR err;

    if (!argument)
        return JET_errInvalidParameter;
    memcpy(&handle, argument, sizeof(handle));
    err = api_check_instance(handle);
    if (err >= 0)
        err = api_enter_instance(handle, ENTER_RUNNING, instance);
    if (err < 0)
        return err;
    *log = instance_log(*instance);
    return *log ? JET_errSuccess : api_leave_instance(*instance, JET_errLoggingDisabled);
}

static JET_ERR about_log(TESTHOOK_OP operation, void *argument)
{
    struct instance *instance;
    struct log *log;
    uint64_t answer;
    JET_ERR err = enter_log(argument, &instance, &log);

    if (err < 0)
        return err;
    answer = log_tip(log);
    if (operation == opTestHookGetCheckpointDepth)
        answer = log_distance(log, log_checkpoint(log), answer);
    memcpy(argument, &answer, sizeof(answer));
    return api_leave_instance(instance, JET_errSuccess);
}

/* Of the cursor whose handle is there. */
static JET_ERR root_page(void *argument)
{
    struct open_cursor *open;
    JET_TABLEID handle;
    uint32_t pgno;

    if (!argument)
        return JET_errInvalidParameter;
    memcpy(&handle, argument, sizeof(handle));
    open = handle_object(handle, HANDLE_CURSOR);
    if (!open || open->cursor->temp)
        return JET_errInvalidTableId;
    pgno = open->cursor->table->records->root;
    memset(argument, 0, sizeof(handle));
    memcpy(argument, &pgno, sizeof(pgno));
    return JET_errSuccess;
}

/* ----------------------------------------------------------------- faults --- */

static JET_ERR inject(const JET_TESTHOOKTESTINJECTION *injection)
{
    if (!injection || injection->cbStruct != sizeof(*injection))
        return JET_errInvalidParameter;
    if (injection->ulID != LRU_MANAGER)
        return JET_errTestInjectionNotSupported;
    if (injection->type != JET_TestInjectFault || injection->grbit != JET_bitInjectionProbabilityPct ||
        injection->ulProbability != LRU_PROBABILITY)
        return JET_errInvalidParameter;
    return JET_errSuccess;
}

static JET_ERR mark(const JET_TESTHOOKTRACETESTMARKER *marker)
{
    uint64_t number = (uintptr_t)marker;
    const char *text = NULL;

    if (number >= 0x10000)
    {
        if (marker->cbStruct != sizeof(*marker))
            return JET_errInvalidParameter;
        number = marker->qwMarkerID;
        text = marker->szAnnotation;
    }
    OS_TRACE("mark %llu: %s\n", (unsigned long long)number, text ? text : "");
    return JET_errSuccess;
}

/* Makes one byte of a node another one, of a page that was written so. */
static JET_ERR corrupt_node(uint8_t *data, uint32_t size)
{
    struct page_view view;
    struct page_node node;
    uint32_t line;

    if (!page_view(&view, data, size) || !page_lines(&view))
        return JET_errInvalidParameter;
    line = os_random32() % page_lines(&view);
    if (!page_node(&view, line, &node) || !node.data_size)
        return JET_errInvalidParameter;
    data[(node.data - data) + os_random32() % node.data_size] ^= FAULT_MASK;
    return JET_errSuccess;
}

static JET_ERR corrupt_page(uint8_t *data, uint32_t size, int64_t pgno, int64_t delta, JET_GRBIT grbit)
{
    JET_ERR err = JET_errSuccess;

    if (!data || pgno <= 0 || pgno > UINT32_MAX)
        return JET_errInvalidParameter;
    if (grbit & (JET_bitTestHookCorruptNodePrefix | JET_bitTestHookCorruptNodeSuffix))
        return JET_errDisabledFunctionality;
    if (grbit & JET_bitTestHookCorruptPageSingleFld)
        err = corrupt_node(data, size);
    if (err < 0)
        return err;
    if (grbit & JET_bitTestHookCorruptPageDbtimeDelta)
        set_le64(data + DBTIME_AT, le64(data + DBTIME_AT) + (uint64_t)delta);
    if (!(grbit & JET_bitTestHookCorruptLeaveChecksum))
        checksum_page_set(data, size, (uint32_t)pgno);
    return JET_errSuccess;
}

/* The same of a page in a file that nobody uses. */
static JET_ERR corrupt_file(const WCHAR *path, int64_t pgno, int64_t delta, JET_GRBIT grbit)
{
    struct os_file *file;
    struct header_read header;
    uint8_t *page = NULL;
    uint64_t at;
    JET_ERR err;

    if (!path || pgno <= 0 || pgno > UINT32_MAX)
        return JET_errInvalidParameter;
    err = os_file_open(path, OS_OPEN_WRITE, &file);
    if (err < 0)
        return err;
    err = header_read(file, &header);
    if (err >= 0)
    {
        page = os_alloc(header.page_size);
        err = page ? JET_errSuccess : JET_errOutOfMemory;
    }
    at = ((uint64_t)pgno + 1) * header.page_size;
    if (err >= 0)
        err = os_file_read_at(file, at, page, header.page_size);
    if (err >= 0)
        err = corrupt_page(page, header.page_size, pgno, delta, grbit);
    if (err >= 0)
        err = os_file_write_at(file, at, page, header.page_size);
    os_free(page);
    os_file_close(file);
    return err;
}

static JET_ERR corrupt(const JET_TESTHOOKCORRUPT *what)
{
    if (!what || what->cbStruct < offsetof(JET_TESTHOOKCORRUPT, grbit) + sizeof(what->grbit))
        return JET_errInvalidParameter;
    if (what->grbit & JET_bitTestHookCorruptDatabaseFile)
        return corrupt_file(what->CorruptDatabaseFile.wszDatabaseFilePath, what->CorruptDatabaseFile.pgnoTarget,
                            what->CorruptDatabaseFile.iSubTarget, what->grbit);
    if (what->grbit & JET_bitTestHookCorruptDatabasePageImage)
        return corrupt_page((uint8_t *)what->CorruptDatabasePageImage.pbPageImageTarget,
                            what->CorruptDatabasePageImage.cbPageImage, what->CorruptDatabasePageImage.pgnoTarget,
                            what->CorruptDatabasePageImage.iSubTarget, what->grbit);
    return JET_errSuccess;
}

/* Some bytes of the header of a database that nobody uses. */
static JET_ERR alter_bytes(struct database_header *header, const JET_TESTHOOKALTERDBFILEHDR *change)
{
    uint8_t *at = (uint8_t *)header + change->ibField;
    const uint8_t *value = (const uint8_t *)change->pbField;

    if (change->ibField > sizeof(*header) || change->cbField > sizeof(*header) - change->ibField || !value)
        return JET_errInvalidParameter;
    if (!(change->grbit & JET_bitAlterDbFileHdrAddField))
        memcpy(at, value, change->cbField);
    else if (change->cbField == 4)
        set_le32(at, le32(at) + le32(value));
    else if (change->cbField == 8)
        set_le64(at, le64(at) + le64(value));
    else
        return JET_errInvalidParameter;
    return JET_errSuccess;
}

static JET_ERR alter_header(const JET_TESTHOOKALTERDBFILEHDR *change)
{
    struct os_file *file;
    struct header_read read;
    uint8_t *page = NULL;
    JET_ERR err;

    if (!change || !change->szDatabase)
        return JET_errInvalidParameter;
    err = os_file_open(change->szDatabase, OS_OPEN_WRITE, &file);
    if (err < 0)
        return err;
    err = header_read(file, &read);
    if (err >= 0)
        err = alter_bytes(&read.header, change);
    if (err >= 0)
    {
        page = os_alloc(read.page_size);
        err = page ? restore_write_header(file, &read, page) : JET_errOutOfMemory;
    }
    os_free(page);
    os_file_close(file);
    return err;
}

/*
 * What an operation takes and answers is where `argument` points.  JET_errInvalidParameter: no such operation, or not
 * such an argument.
 */
JET_ERR JET_API JetTestHook(const TESTHOOK_OP operation, void *const argument)
{
    OS_TRACE("(%d, %p)\n", (int)operation, argument);
    switch (operation)
    {
    case opTestHookTestInjection:
        return inject(argument);
    case opTestHookTraceTestMarker:
        return mark(argument);
    case opTestHookGetCheckpointDepth:
    case opTestHookGetLogTip:
        return about_log(operation, argument);
    case opTestHookGetEngineTickNow:
        if (!argument)
            return JET_errInvalidParameter;
        *(JET_ULONG *)argument = os_tick_ms();
        return JET_errSuccess;
    case opTestHookCorrupt:
        return corrupt(argument);
    case opTestHookGetTablePgnoFDP:
        return root_page(argument);
    case opTestHookAlterDatabaseFileHeader:
        return alter_header(argument);
    /* Of what there is to be reached in a build for tests alone. */
    case opTestHookSetNegativeTesting:
    case opTestHookResetNegativeTesting:
    case opTestHookThrowError:
    case opTestHookThrowAssert:
    case opTestHookEnforceContextFail:
    case opTestHookEnableAutoIncDeprecated:
    case opTestHookSetErrorTrap:
    case opTestHookBlockCacheTestEnabled:
        return JET_errSuccess;
    case opTestHookUnitTests:
    case opTestHookUnitTests2:
    case opTestHookHookNtQueryInformationProcess:
    case opTestHookHookNtQuerySystemInformation:
    case opTestHookHookGlobalMemoryStatus:
    case opTestHookGetBFLowMemoryCallback:
    case opTestHookGetOLD2Status:
    case opTestHookSetEngineTickTime:
    case opTestHookCacheQuery:
    case opTestHookEvictCache:
        return JET_errDisabledFunctionality;
    default:
        return JET_errInvalidParameter;
    }
}
