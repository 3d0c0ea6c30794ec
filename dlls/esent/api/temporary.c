/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Temporary tables: JetOpenTempTable, its two successors, JetOpenTemporaryTable and 2. */
#include "api/ddl_convert.h"
#include "table/temp.h"
#include "table/temp_store.h"

#define LOCALE_SIZE 85

/* The temporary database of the session's instance, made if it is not there. */
static JET_ERR open_database(struct session *session, struct database **database)
{
    struct instance *instance = session->instance;
    const struct database_options options = {
        .page_size = (uint32_t)param_number(instance, JET_paramDatabasePageSize),
        .grbit = JET_bitDbOverwriteExisting | JET_bitDbRecoveryOff | JET_bitDbShadowingOff,
        .txns = &instance->txn,
        .extension_pages = (uint32_t)param_number(instance, JET_paramDbExtensionSize),
    };

    return temp_store_database(&instance->temporary, param_text(instance, JET_paramTempPath), &options, database);
}

/* So many sorts there may be at once; what has become a table is none any more. */
static JET_ERR check_count(const struct instance *instance)
{
    return atomic_load(&instance->temporary.sorts) < param_number(instance, JET_paramMaxTemporaryTables)
               ? JET_errSuccess
               : JET_errTooManySorts;
}

static JET_ERR open_table(struct session *session, const JET_OPENTEMPORARYTABLE2 *open, JET_TABLEID *tableid)
{
    const JET_GRBIT no_sort = JET_bitTTIndexed | JET_bitTTUpdatable | JET_bitTTScrollable |
                              JET_bitTTForceMaterialization;
    struct ddl_defaults defaults;
    struct temp_options options = { .grbit = open->grbit,
                                    .key_max = open->cbKeyMost,
                                    .var_seg_max = open->cbVarSegMac };
    struct cursor *cursor;
    JET_ERR err = JET_errSuccess;

    if (!param_number(session->instance, JET_paramMaxTemporaryTables))
        return JET_errTooManySorts;
    if (open->grbit & JET_bitTTForwardOnly && open->grbit & no_sort)
        return JET_errCannotMaterializeForwardOnlySort;
    ddl_defaults_of(session->instance, &defaults);
    options.locale = open->pidxunicode ? open->pidxunicode->szLocaleName : defaults.locale;
    options.lcmap_flags = open->pidxunicode ? open->pidxunicode->dwMapFlags : defaults.lcmap_flags;
    options.unicode = open->pidxunicode;
    if (open->ccolumn && (!open->prgcolumndef || !open->prgcolumnid))
        return JET_errInvalidParameter;
    options.sorts = &session->instance->temporary.sorts;
    err = open_database(session, &options.database);
    if (err >= 0)
        err = check_count(session->instance);
    if (err >= 0)
        err = temp_create(&session->txn, open->prgcolumndef, open->ccolumn, &options, open->prgcolumnid, &cursor);
    if (err < 0)
        return err;
    err = session_add_cursor(session, cursor, JET_dbidNil, tableid);
    if (err < 0)
        cursor_close(cursor);
    return err;
}

static JET_ERR open_any(JET_SESID sesid, const JET_OPENTEMPORARYTABLE2 *open, JET_TABLEID *tableid)
{
    struct session *session;
    JET_ERR err = api_enter(sesid, 0, &session);

    OS_TRACE("(%#zx, %p, %u, %#x)\n", (size_t)sesid, (const void *)open->prgcolumndef, (unsigned)open->ccolumn,
             (unsigned)open->grbit);
    if (err < 0)
        return err;
    if (!tableid)
        return api_leave(session, JET_errInvalidParameter);
    *tableid = JET_tableidNil;
    return api_leave(session, open_table(session, open, tableid));
}

/* The locale of an lcid, looked for before the session is entered. */
static JET_ERR locale_of(uint32_t lcid, WCHAR name[LOCALE_SIZE])
{
    const struct os_locale *locale;

    if (os_locale_find_lcid(lcid, &locale) < 0)
        return JET_errInvalidLanguageId;
    os_text_copy(name, LOCALE_SIZE, os_locale_name(locale));
    return JET_errSuccess;
}

static JET_ERR open_by_lcid(JET_SESID sesid, const JET_OPENTEMPORARYTABLE2 *given, const JET_UNICODEINDEX *unicode,
                            JET_TABLEID *tableid)
{
    JET_OPENTEMPORARYTABLE2 open = *given;
    WCHAR name[LOCALE_SIZE];
    JET_UNICODEINDEX2 unicode2 = { name, 0 };
    JET_ERR err;

    if (unicode)
    {
        err = api_check_session(sesid, locale_of(unicode->lcid, name));
        if (err < 0)
            return err;
        unicode2.dwMapFlags = unicode->dwMapFlags;
        open.pidxunicode = &unicode2;
    }
    return open_any(sesid, &open, tableid);
}

/*
 * Opens a temporary table: prgcolumnid gets the ids of its columns, and it is
 * filled with JetPrepareUpdate and JetUpdate.  Errors: JET_errTooManySorts,
 * JET_errCannotMaterializeForwardOnlySort, JET_errInvalidParameter (limits of
 * keys), JET_errTooManyColumns, JET_errInvalidColumnType, JET_errInvalidCodePage,
 * JET_errInvalidLanguageId, JET_errInvalidLCMapStringFlags.
 * Source: ErrIsamOpenTempTable, ErrSORTTableOpen.
 */
JET_ERR JET_API JetOpenTempTable(JET_SESID sesid, const JET_COLUMNDEF *prgcolumndef, JET_ULONG ccolumn, JET_GRBIT grbit,
                                 JET_TABLEID *ptableid, JET_COLUMNID *prgcolumnid)
{
    JET_OPENTEMPORARYTABLE2 open = {
        .prgcolumndef = prgcolumndef, .ccolumn = ccolumn, .grbit = grbit, .prgcolumnid = prgcolumnid
    };

    return open_any(sesid, &open, ptableid);
}

/* With the language of Unicode keys; lcid 0: the instance's. */
JET_ERR JET_API JetOpenTempTable2(JET_SESID sesid, const JET_COLUMNDEF *prgcolumndef, JET_ULONG ccolumn, JET_ULONG lcid,
                                  JET_GRBIT grbit, JET_TABLEID *ptableid, JET_COLUMNID *prgcolumnid)
{
    JET_OPENTEMPORARYTABLE2 open = {
        .prgcolumndef = prgcolumndef, .ccolumn = ccolumn, .grbit = grbit, .prgcolumnid = prgcolumnid
    };
    WCHAR name[LOCALE_SIZE];
    JET_UNICODEINDEX2 unicode = { name, 0 };
    struct ddl_defaults defaults;
    struct session *session;
    JET_ERR err = JET_errSuccess;

    if (lcid)
        err = api_check_session(sesid, locale_of(lcid, name));
    if (err >= 0)
        err = api_enter(sesid, 0, &session);
    if (err < 0)
        return err;
    ddl_defaults_of(session->instance, &defaults);
    unicode.dwMapFlags = defaults.lcmap_flags;
    if (!lcid && !os_text_copy(name, LOCALE_SIZE, defaults.locale))
        err = JET_errInvalidLanguageId;
    api_leave(session, JET_errSuccess);
    if (err < 0)
        return err;
    open.pidxunicode = &unicode;
    return open_any(sesid, &open, ptableid);
}

JET_ERR JET_API JetOpenTempTable3(JET_SESID sesid, const JET_COLUMNDEF *prgcolumndef, JET_ULONG ccolumn,
                                  JET_UNICODEINDEX *pidxunicode, JET_GRBIT grbit, JET_TABLEID *ptableid,
                                  JET_COLUMNID *prgcolumnid)
{
    JET_OPENTEMPORARYTABLE2 open = {
        .prgcolumndef = prgcolumndef, .ccolumn = ccolumn, .grbit = grbit, .prgcolumnid = prgcolumnid
    };

    return open_by_lcid(sesid, &open, pidxunicode, ptableid);
}

/* The same in a struct, whose tableid is set. */
JET_ERR JET_API JetOpenTemporaryTable(JET_SESID sesid, JET_OPENTEMPORARYTABLE *given)
{
    JET_OPENTEMPORARYTABLE2 open;

    if (!given || given->cbStruct != sizeof(*given))
        return api_check_session(sesid, JET_errInvalidParameter);
    open = (JET_OPENTEMPORARYTABLE2){ .prgcolumndef = given->prgcolumndef,
                                      .ccolumn = given->ccolumn,
                                      .grbit = given->grbit,
                                      .prgcolumnid = given->prgcolumnid,
                                      .cbKeyMost = given->cbKeyMost,
                                      .cbVarSegMac = given->cbVarSegMac };
    return open_by_lcid(sesid, &open, given->pidxunicode, &given->tableid);
}

JET_ERR JET_API JetOpenTemporaryTable2(JET_SESID sesid, JET_OPENTEMPORARYTABLE2 *given)
{
    if (!given || given->cbStruct != sizeof(*given))
        return api_check_session(sesid, JET_errInvalidParameter);
    return open_any(sesid, given, &given->tableid);
}
