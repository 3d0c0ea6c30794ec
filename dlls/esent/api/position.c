/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts, positions, reading ahead, intersections. */
#include "api/private.h"
#include "table/cursor.h"

/* *count stays what it is where Windows' engine does not come to begin counting. */
static JET_ERR count_records(JET_SESID sesid, JET_TABLEID tableid, uint64_t most, uint64_t *count)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY, &session, &cursor);

    if (err < 0)
        return err;
    return api_leave(session, count ? cursor_count(cursor, most, count) : JET_errInvalidParameter);
}

/*
 * Counts records from the current one to the end of the index or range, at most
 * crecMax (0: all).  The range is removed.  JET_errNoCurrentRecord,
 * JET_errTooManyRecords.
 */
JET_ERR JET_API JetIndexRecordCount(JET_SESID sesid, JET_TABLEID tableid, JET_ULONG *pcrec, JET_ULONG crecMax)
{
    uint64_t count = 0;
    JET_ERR err = count_records(sesid, tableid, crecMax, pcrec ? &count : NULL);

    if (!pcrec || (err < 0 && api_check_cursor(sesid, tableid, JET_errSuccess) < 0))
        return err;
    *pcrec = count > UINT32_MAX ? 0 : (JET_ULONG)count;
    return count > UINT32_MAX ? JET_errTooManyRecords : err;
}

JET_ERR JET_API JetIndexRecordCount2(JET_SESID sesid, JET_TABLEID tableid, JET_UINT64 *pcrec, JET_UINT64 crecMax)
{
    uint64_t count = pcrec ? *pcrec : 0;
    JET_ERR err = count_records(sesid, tableid, crecMax, pcrec ? &count : NULL);

    if (pcrec)
        *pcrec = count;
    return err;
}

/* How far the current record is into the index, estimated. */
JET_ERR JET_API JetGetRecordPosition(JET_SESID sesid, JET_TABLEID tableid, JET_RECPOS *precpos, JET_ULONG cbRecpos)
{
    struct session *session;
    struct cursor *cursor;
    uint64_t before = 0, total = 0;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY, &session, &cursor);

    if (err < 0)
        return err;
    if (cursor->filter)
        return api_leave(session, JET_errFilteredMoveNotSupported);
    if (!precpos || cbRecpos < sizeof(JET_RECPOS))
        return api_leave(session, JET_errInvalidParameter);
    err = cursor_get_position(cursor, &before, &total);
    if (err < 0)
        return api_leave(session, err);
    precpos->centriesLT = (JET_ULONG)before;
    precpos->centriesTotal = (JET_ULONG)total;
    precpos->centriesInRange = 1;
    if (cbRecpos < sizeof(JET_RECPOS2))
        precpos->cbStruct = sizeof(JET_RECPOS);
    else
    {
        JET_RECPOS2 *wide = (JET_RECPOS2 *)precpos;
        wide->cbStruct = sizeof(*wide);
        wide->centriesLT = before;
        wide->centriesTotal = total;
    }
    return api_leave(session, err);
}

JET_ERR JET_API JetGotoPosition(JET_SESID sesid, JET_TABLEID tableid, JET_RECPOS *precpos)
{
    struct session *session;
    struct cursor *cursor;
    uint64_t before, total;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY, &session, &cursor);

    if (err < 0)
        return err;
    if (cursor->filter)
        return api_leave(session, JET_errFilteredMoveNotSupported);
    if (precpos && precpos->cbStruct == sizeof(JET_RECPOS))
    {
        before = precpos->centriesLT;
        total = precpos->centriesTotal;
    }
    else if (precpos && precpos->cbStruct == sizeof(JET_RECPOS2) && !precpos->centriesLT && !precpos->centriesTotal)
    {
        before = ((const JET_RECPOS2 *)precpos)->centriesLT;
        total = ((const JET_RECPOS2 *)precpos)->centriesTotal;
    }
    else
        return api_leave(session, JET_errInvalidParameter);
    return api_leave(session, cursor_goto_position(cursor, before, total));
}

/* ------------------------------------------------------- reading ahead --- */

/* Keys in order (forward) or against it; *pckeysPreread: how many were seen to. */
JET_ERR JET_API JetPrereadKeys(JET_SESID sesid, JET_TABLEID tableid, const void **rgpvKeys, const JET_ULONG *rgcbKeys,
                               JET_LONG ckeys, JET_LONG *pckeysPreread, JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY, &session, &cursor);

    if (err < 0)
        return err;
    return api_leave(session, cursor_preread_keys(cursor, rgpvKeys, rgcbKeys, ckeys, pckeysPreread, grbit));
}

JET_ERR JET_API JetPrereadIndexRanges(JET_SESID sesid, JET_TABLEID tableid, const JET_INDEX_RANGE *const rgIndexRanges,
                                      const JET_ULONG cIndexRanges, JET_ULONG *const pcRangesPreread,
                                      const JET_COLUMNID *const rgcolumnidPreread, const JET_ULONG ccolumnidPreread,
                                      JET_GRBIT grbit)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY, &session, &cursor);

    if (err < 0)
        return err;
    return api_leave(session, cursor_preread_ranges(cursor, rgIndexRanges, cIndexRanges, pcRangesPreread,
                                                    rgcolumnidPreread, ccolumnidPreread, grbit));
}

/* One range; pages to keep in the cache are a hint that is not followed. */
JET_ERR JET_API JetPrereadIndexRange(JET_SESID sesid, JET_TABLEID tableid, const JET_INDEX_RANGE *const pIndexRange,
                                     const JET_ULONG cPageCacheMin, const JET_ULONG cPageCacheMax, JET_GRBIT grbit,
                                     JET_ULONG *const pcPageCacheActual)
{
    const JET_GRBIT directions = JET_bitPrereadForward | JET_bitPrereadBackward;
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY, &session, &cursor);

    if (err < 0)
        return err;
    if (!pIndexRange || cPageCacheMin > cPageCacheMax || cPageCacheMax > INT32_MAX)
        err = JET_errInvalidParameter;
    else if ((grbit & ~(directions | JET_bitPrereadNormalizedKey)) || !(grbit & directions) ||
             (grbit & directions) == directions)
        err = JET_errInvalidGrbit;
    else
        err = cursor_preread_ranges(cursor, pIndexRange, 1, NULL, NULL, 0, grbit);
    if (err >= 0 && pcPageCacheActual)
        *pcPageCacheActual = 0;
    return api_leave(session, err);
}

#define PREREAD_TABLES_MAX 10

static JET_ERR preread_tables(struct session *session, const struct attachment *attachment, JET_PCWSTR *names,
                              JET_LONG count, JET_GRBIT grbit)
{
    if (grbit)
        return JET_errInvalidGrbit;
    if (count < 0 || count > PREREAD_TABLES_MAX || (count > 0 && !names) || !attachment->database)
        return JET_errInvalidParameter;
    for (JET_LONG i = 0; i < count; i++)
    {
        char buffer[NAME_SIZE];
        const char *name;
        struct table *table;
        JET_ERR err = name_from_w(names[i], buffer, &name);

        if (err < 0)
            return err;
        /* one that is not there is no error */
        if (!name || table_open(attachment->database, &session->txn, name, &table) < 0)
            continue;
        cache_read_ahead(&attachment->database->cache, table->records->root, 1);
        table_release(table);
    }
    return JET_errSuccess;
}

/* Brings in the first pages of tables that will be opened, 10 at most.  JET_errInvalidParameter,
 * JET_errInvalidGrbit, JET_errInvalidName.  Source: ErrIsamPrereadTables. */
JET_ERR JET_API JetPrereadTablesW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR *rgwszTables, JET_LONG cwszTables,
                                  JET_GRBIT grbit)
{
    struct session *session;
    struct attachment *attachment;
    JET_ERR err = api_enter_database(sesid, dbid, 0, &session, &attachment);

    if (err < 0)
        return err;
    return api_leave(session, preread_tables(session, attachment, rgwszTables, cwszTables, grbit));
}

/* -------------------------------------------------------- intersections --- */

static struct cursor *cursor_of(struct session *session, const JET_INDEXRANGE *range)
{
    const struct open_cursor *open = session_find_cursor(session, range->tableid);

    return open ? open->cursor : NULL;
}

/* One is compared with all others before the next one is looked at. */
static JET_ERR find_cursors(struct session *session, const JET_INDEXRANGE *ranges, JET_ULONG count,
                            struct cursor **cursors)
{
    for (JET_ULONG i = 0; i < count; i++)
    {
        if (ranges[i].cbStruct != sizeof(*ranges))
            return JET_errInvalidParameter;
        cursors[i] = cursor_of(session, &ranges[i]);
        if (!cursors[i] || !cursors[i]->index)
            return JET_errInvalidParameter;
        if (ranges[i].grbit != JET_bitRecordInIndex)
            return JET_errInvalidGrbit;
        for (JET_ULONG k = 0; k < count; k++)
        {
            const struct cursor *other = cursor_of(session, &ranges[k]);

            if (k != i && (!other || !cursor_can_intersect(cursors[i], other)))
                return JET_errInvalidParameter;
        }
    }
    return JET_errSuccess;
}

/*
 * Bookmarks of the records that are in the ranges of all these cursors, which
 * are on different secondary indexes of one table; a temporary table with one
 * column.  The cursors are moved to the ends of their ranges.
 * JET_errInvalidParameter, JET_errInvalidGrbit, JET_errNoCurrentRecord.
 */
JET_ERR JET_API JetIntersectIndexes(JET_SESID sesid, JET_INDEXRANGE *rgindexrange, JET_ULONG cindexrange,
                                    JET_RECORDLIST *precordlist, JET_GRBIT grbit)
{
    struct cursor *cursors[64], *list = NULL;
    struct session *session;
    JET_COLUMNID columnid = 0;
    uint32_t records = 0;
    JET_ERR err = api_enter(sesid, 0, &session);

    (void)grbit;
    if (err < 0)
        return err;
    if (!precordlist || precordlist->cbStruct != sizeof(*precordlist) || !rgindexrange || !cindexrange ||
        cindexrange > sizeof(cursors) / sizeof(cursors[0]))
        return api_leave(session, JET_errInvalidParameter);
    err = find_cursors(session, rgindexrange, cindexrange, cursors);
    if (err < 0)
        return api_leave(session, err);
    precordlist->tableid = JET_tableidNil;
    precordlist->cRecord = 0;
    precordlist->columnidBookmark = 0;
    err = cursor_intersect(cursors, cindexrange, &list, &columnid, &records);
    if (err < 0)
        return api_leave(session, err);
    err = session_add_cursor(session, list, 0, &precordlist->tableid);
    if (err < 0)
    {
        cursor_close(list);
        return api_leave(session, err);
    }
    precordlist->cRecord = records;
    precordlist->columnidBookmark = columnid;
    return api_leave(session, err);
}
