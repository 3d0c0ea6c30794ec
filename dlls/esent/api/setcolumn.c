/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Columns of a prepared update: JetSetColumn, JetSetColumns. */
#include "api/private.h"
#include "table/update.h"

/*
 * Sets a column; pvData NULL, or no bytes without JET_bitSetZeroLength, is NULL.
 * psetinfo (may be NULL) names one of several values and where to write in it.
 * Errors: JET_errUpdateNotPrepared, JET_errColumnNotFound, JET_errBadColumnId,
 * JET_errInvalidGrbit, JET_errInvalidBufferSize, JET_errColumnTooBig,
 * JET_errRecordTooBig, JET_errNullInvalid, JET_errInvalidColumnType, ...
 */
JET_ERR JET_API JetSetColumn(JET_SESID sesid, JET_TABLEID tableid, JET_COLUMNID columnid, const void *pvData,
                             JET_ULONG cbData, JET_GRBIT grbit, JET_SETINFO *psetinfo)
{
    struct setting setting = { .columnid = columnid, .data = pvData, .size = cbData, .grbit = grbit, .sequence = 1 };
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_SORT, &session, &cursor);

    if (os_unlikely(err < 0))
        return err;
    err = update_check_settable(cursor);
    if (os_unlikely(cbData > JET_cbLVColumnMost) && err != JET_errPermissionDenied && err != JET_errTransReadOnly)
        err = JET_errInvalidParameter;
    if (err >= 0 && psetinfo)
    {
        setting.sequence = psetinfo->itagSequence;
        setting.offset = psetinfo->ibLongValue;
        if (psetinfo->cbStruct < sizeof(*psetinfo))
            err = JET_errInvalidParameter;
    }
    if (err >= 0)
        err = update_set_column(cursor, &setting);
    return api_leave_committed(session, err, false);
}

/* Several; stops at the first error, which is not in that one's err. */
JET_ERR JET_API JetSetColumns(JET_SESID sesid, JET_TABLEID tableid, JET_SETCOLUMN *psetcolumn, JET_ULONG csetcolumn)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_NOT_SORT, &session, &cursor);

    if (os_unlikely(err < 0))
        return err;
    err = update_check_settable(cursor);
    if (err >= 0 && csetcolumn && !psetcolumn)
        err = JET_errInvalidParameter;
    for (JET_ULONG i = 0; i < csetcolumn && err >= 0; i++)
        if (psetcolumn[i].cbData > JET_cbLVColumnMost)
            err = JET_errInvalidParameter;
    for (JET_ULONG i = 0; i < csetcolumn && err >= 0; i++)
    {
        const struct setting setting = {
            .columnid = psetcolumn[i].columnid,
            .data = psetcolumn[i].pvData,
            .size = psetcolumn[i].cbData,
            .grbit = psetcolumn[i].grbit,
            .offset = psetcolumn[i].ibLongValue,
            .sequence = psetcolumn[i].itagSequence,
        };

        err = update_set_column(cursor, &setting);
        if (err >= 0)
            psetcolumn[i].err = err;
    }
    return api_leave_committed(session, err, false);
}
