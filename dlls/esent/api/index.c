/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The index in use: JetSetCurrentIndex 1 to 4, JetGetCurrentIndex. */
#include <string.h>

#include "api/private.h"
#include "table/cursor.h"

/* The bits are looked at before the kind of table, the filter before the name. */
static JET_ERR set_index(JET_SESID sesid, JET_TABLEID tableid, const char *name, const JET_INDEXID *id, JET_GRBIT grbit,
                         JET_ULONG sequence)
{
    bool bad = grbit & ~(JET_GRBIT)(JET_bitMoveFirst | JET_bitNoMove);
    char checked[NAME_SIZE] = "";
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, bad ? 0 : API_TABLES_ONLY | API_NOT_CALLED, &session, &cursor);

    if (err < 0)
        return err;
    if (bad)
        return api_leave(session, JET_errInvalidGrbit);
    if (cursor->filter)
        return api_leave(session, JET_errFilteredMoveNotSupported);
    if (!id && name && *name)
    {
        err = name_check(name, checked);
        if (err < 0)
            return api_leave(session, err);
    }
    if (id)
        err = cursor_set_index_by_id(cursor, id, grbit, sequence);
    else
        err = cursor_set_index(cursor, checked, grbit, sequence);
    return api_leave(session, err);
}

static JET_ERR set_index_w(JET_SESID sesid, JET_TABLEID tableid, const WCHAR *wide, const JET_INDEXID *id,
                           JET_GRBIT grbit, JET_ULONG sequence)
{
    char buffer[NAME_SIZE];
    const char *name;
    JET_ERR err = name_from_w(wide, buffer, &name);

    if (err < 0)
        return api_check_cursor(sesid, tableid, err);
    return set_index(sesid, tableid, name, id, grbit, sequence);
}

/*
 * Changes the order in which the cursor moves; a NULL or empty name is the
 * primary one.  JET_bitNoMove keeps the record, and itagSequence says by which
 * of its values; else the cursor is on the first record.
 * Errors: JET_errIndexNotFound, JET_errNoCurrentRecord, JET_errInvalidIndexId,
 * JET_errBadItagSequence, JET_errInvalidName, JET_errInvalidGrbit.
 */
JET_ERR JET_API JetSetCurrentIndex4A(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, JET_INDEXID *pindexid,
                                     JET_GRBIT grbit, JET_ULONG itagSequence)
{
    return set_index(sesid, tableid, szIndexName, pindexid, grbit, itagSequence);
}

JET_ERR JET_API JetSetCurrentIndex4W(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName,
                                     JET_INDEXID *pindexid, JET_GRBIT grbit, JET_ULONG itagSequence)
{
    return set_index_w(sesid, tableid, szIndexName, pindexid, grbit, itagSequence);
}

JET_ERR JET_API JetSetCurrentIndex3A(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, JET_GRBIT grbit,
                                     JET_ULONG itagSequence)
{
    return set_index(sesid, tableid, szIndexName, NULL, grbit, itagSequence);
}

JET_ERR JET_API JetSetCurrentIndex3W(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName, JET_GRBIT grbit,
                                     JET_ULONG itagSequence)
{
    return set_index_w(sesid, tableid, szIndexName, NULL, grbit, itagSequence);
}

JET_ERR JET_API JetSetCurrentIndex2A(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, JET_GRBIT grbit)
{
    return set_index(sesid, tableid, szIndexName, NULL, grbit, 1);
}

JET_ERR JET_API JetSetCurrentIndex2W(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName, JET_GRBIT grbit)
{
    return set_index_w(sesid, tableid, szIndexName, NULL, grbit, 1);
}

JET_ERR JET_API JetSetCurrentIndexA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName)
{
    return set_index(sesid, tableid, szIndexName, NULL, JET_bitMoveFirst, 1);
}

JET_ERR JET_API JetSetCurrentIndexW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName)
{
    return set_index_w(sesid, tableid, szIndexName, NULL, JET_bitMoveFirst, 1);
}

/* The name, cut to cbIndexName bytes with its NUL; empty in a table without a primary index. */
JET_ERR JET_API JetGetCurrentIndexA(JET_SESID sesid, JET_TABLEID tableid, JET_PSTR szIndexName, JET_ULONG cbIndexName)
{
    struct session *session;
    struct cursor *cursor;
    const char *name;
    size_t size;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY, &session, &cursor);

    if (err < 0)
        return err;
    if (!cbIndexName)
        return api_leave(session, JET_wrnBufferTruncated);
    if (!szIndexName)
        return api_leave(session, JET_errInvalidParameter);
    name = cursor_index_name(cursor);
    size = strlen(name);
    if (size >= cbIndexName)
        size = cbIndexName - 1;
    memcpy(szIndexName, name, size);
    szIndexName[size] = 0;
    return api_leave(session, JET_errSuccess);
}

/* A wide name is never cut: JET_errBufferTooSmall. */
JET_ERR JET_API JetGetCurrentIndexW(JET_SESID sesid, JET_TABLEID tableid, JET_PWSTR szIndexName, JET_ULONG cbIndexName)
{
    char name[NAME_SIZE] = "";
    WCHAR wide[NAME_SIZE];
    JET_ULONG room = cbIndexName < sizeof(name) ? cbIndexName : sizeof(name);
    size_t size;
    JET_ERR err = JetGetCurrentIndexA(sesid, tableid, name, room);

    if (err < 0)
        return err;
    name_to_w(name, wide);
    size = (os_text_length(wide) + 1) * sizeof(WCHAR);
    if (size > cbIndexName)
        return JET_errBufferTooSmall;
    if (!szIndexName)
        return JET_errInvalidParameter;
    memcpy(szIndexName, wide, size);
    return JET_errSuccess;
}
