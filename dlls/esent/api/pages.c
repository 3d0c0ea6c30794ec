/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JetGetDatabasePages, JetOnlinePatchDatabasePage: whole pages, for putting in
 * place of another copy's bad ones.
 */
#include "api/private.h"
#include "maintain/maintain.h"
#include "table/page_patch.h"

#define PGNO_MOST        0x7fefffffu
#define ALIGNMENT        4096u

#define ALLOW_CORRUPTION 0x2u /* once a grbit of JetOnlinePatchDatabasePage */

static JET_ERR check_pages(uint32_t first, uint32_t count, const void *pages, uint32_t size, uint32_t page_size)
{
    if (!first || count > INT32_MAX || (uint64_t)first + count > PGNO_MOST)
        return JET_errInvalidParameter;
    if ((uintptr_t)pages % ALIGNMENT || (size && !pages))
        return JET_errInvalidParameter;
    return size < (uint64_t)count * page_size ? JET_errBufferTooSmall : JET_errSuccess;
}

/*
 * Reads pages pgnoStart.. of an open database from its file; pages behind its end
 * are such as were cut off.  The buffer lies at a multiple of 4096.
 * JET_errInvalidDatabaseId, JET_errInvalidParameter, JET_errBufferTooSmall,
 * JET_errInvalidGrbit (any), JET_errReadVerifyFailure and the like.
 * Source: ErrIsamGetDatabasePages.
 */
JET_ERR JET_API JetGetDatabasePages(JET_SESID sesid, JET_DBID dbid, JET_ULONG first, JET_ULONG count, void *pages,
                                    JET_ULONG size, JET_ULONG *actual, JET_GRBIT grbit)
{
    struct session *session;
    struct attachment *attachment;
    uint32_t page_size;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x, %u, %u, %p, %u, %p, %#x)\n", (size_t)sesid, (unsigned)dbid, (unsigned)first, (unsigned)count,
             pages, (unsigned)size, (void *)actual, (unsigned)grbit);
    err = api_enter_database(sesid, dbid, 0, &session, &attachment);
    if (err < 0)
        return err;
    page_size = attachment->database->page_size;
    err = check_pages(first, count, pages, size, page_size);
    if (err >= 0 && !actual)
        err = JET_errInvalidParameter;
    if (err >= 0 && grbit)
        err = JET_errInvalidGrbit;
    if (err >= 0 && count)
        err = database_read_pages(attachment->database, first, count, pages);
    if (err >= 0)
        *actual = count * page_size;
    return api_leave(session, err);
}

/*
 * Puts a page that could not be read, and was asked for in the log, in place while
 * the database is in use.  Token and page are what a recovery with
 * JET_sntPagePatchRequest told elsewhere.  Success, too, if it is not asked for.
 * JET_errInvalidParameter (JET_paramEnableExternalAutoHealing is off; page number, token),
 * JET_errDisabledFunctionality (a grbit of old), and as page_patch().
 * Source: ErrIsamOnlinePatchDatabasePage.
 */
JET_ERR JET_API JetOnlinePatchDatabasePage(JET_SESID sesid, JET_DBID dbid, JET_ULONG pgno, const void *token,
                                           JET_ULONG token_size, const void *data, JET_ULONG size, JET_GRBIT grbit)
{
    struct session *session;
    struct attachment *attachment;
    JET_ERR err;

    OS_TRACE("(%#zx, %#x, %u, %p, %u, %p, %u, %#x)\n", (size_t)sesid, (unsigned)dbid, (unsigned)pgno, token,
             (unsigned)token_size, data, (unsigned)size, (unsigned)grbit);
    err = api_enter_database(sesid, dbid, 0, &session, &attachment);
    if (err < 0)
        return err;
    if (grbit & ALLOW_CORRUPTION)
        err = JET_errDisabledFunctionality;
    else if (!param_number(session->instance, JET_paramEnableExternalAutoHealing))
        err = JET_errInvalidParameter;
    else
        err = page_patch(attachment->database, pgno, token, token_size, data, size);
    return api_leave(session, err);
}
