/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance.h"

#define VALUES_MAX  300 /* of a column */
#define COLUMNS_MAX 600
#define UNKNOWN     0 /* a digest: it could not be looked at, for reasons of the program's own */

FILE *state_text;

static void add(uint64_t *digest, const void *data, size_t size)
{
    const uint8_t *p = data;

    if (state_text)
    {
        for (size_t i = 0; i < size && i < 100; i++)
            fprintf(state_text, p[i] >= ' ' && p[i] < 127 ? "%c" : "\\%02x", p[i]);
        fputc(' ', state_text);
    }
    while (size--)
        *digest = (*digest ^ *p++) * 1099511628211u;
}

static void add_number(uint64_t *digest, uint32_t number)
{
    add(digest, &number, sizeof(number));
}

/* -------------------------------------------------------------------- tables --- */

struct column
{
    JET_COLUMNID id;
    JET_GRBIT grbit;
};

static JET_ERR number_of(JET_SESID session, JET_TABLEID table, JET_COLUMNID id, JET_ULONG *number)
{
    *number = 0;
    return JetRetrieveColumn(session, table, id, number, sizeof(*number), NULL, 0, NULL);
}

/* What is said of the columns goes into the digest, but for their names: JetRenameColumn may say that it failed when
   the catalog has the new one, which is seen once the table is loaded anew. */
static JET_ERR columns_of(JET_SESID session, JET_TABLEID table, struct column *column, uint32_t *count,
                          uint64_t *digest)
{
    JET_COLUMNLIST list = { .cbStruct = sizeof(list) };
    JET_ERR err = JetGetTableColumnInfoA(session, table, NULL, &list, sizeof(list), JET_ColInfoListSortColumnid);

    *count = 0;
    if (err < 0)
        return err;
    for (err = JetMove(session, list.tableid, JET_MoveFirst, 0); err >= 0 && *count < COLUMNS_MAX;
         err = JetMove(session, list.tableid, JET_MoveNext, 0))
    {
        JET_COLUMNID wanted[] = { list.columnidcolumnid, list.columnidcoltyp, list.columnidcbMax, list.columnidgrbit };
        JET_ULONG said[4];

        for (int i = 0; i < 4; i++)
        {
            if ((err = number_of(session, list.tableid, wanted[i], &said[i])) < 0)
                goto done;
            add_number(digest, said[i]);
        }
        column[(*count)++] = (struct column){ said[0], said[3] };
    }
    if (err == JET_errNoCurrentRecord)
        err = JET_errSuccess;
done:
    JetCloseTable(session, list.tableid);
    return err;
}

static JET_ERR indexes_of(JET_SESID session, JET_TABLEID table, uint64_t *digest)
{
    JET_INDEXLIST list = { .cbStruct = sizeof(list) };
    JET_ERR err = JetGetTableIndexInfoA(session, table, NULL, &list, sizeof(list), JET_IdxInfoList);

    if (err < 0)
        return err;
    for (err = JetMove(session, list.tableid, JET_MoveFirst, 0); err >= 0;
         err = JetMove(session, list.tableid, JET_MoveNext, 0))
    {
        char name[130] = "";
        JET_ULONG size = 0, grbit;

        err = JetRetrieveColumn(session, list.tableid, list.columnidindexname, name, 128, &size, 0, NULL);
        if (err >= 0)
            err = number_of(session, list.tableid, list.columnidgrbitIndex, &grbit);
        if (err < 0)
            break;
        add(digest, name, size);
        add_number(digest, grbit);
    }
    JetCloseTable(session, list.tableid);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

/* The engine takes rows away, when it likes, whose count has got to zero: *gone. */
static JET_ERR value_of(JET_SESID session, JET_TABLEID table, const struct column *column, uint32_t number,
                        uint64_t *digest, bool *gone)
{
    static uint8_t value[256 * 1024];
    JET_RETINFO info = { .cbStruct = sizeof(info), .itagSequence = number };
    JET_ULONG size = 0;
    JET_ERR err = JetRetrieveColumn(session, table, column->id, value, sizeof(value), &size, 0, &info);

    if (err < 0)
        return err;
    add_number(digest, column->id);
    add_number(digest, (uint32_t)err);
    add_number(digest, size);
    if (err != JET_wrnColumnNull)
        add(digest, value, size < sizeof(value) ? size : sizeof(value));
    if ((column->grbit & (JET_bitColumnDeleteOnZero | JET_bitColumnFinalize)) && size == 4 &&
        !memcmp(value, "\0\0\0\0", 4))
        *gone = true;
    return err;
}

static JET_ERR row_of(JET_SESID session, JET_TABLEID table, const struct column *column, uint32_t count,
                      uint64_t *digest)
{
    uint64_t own = *digest;
    bool gone = false;

    if (state_text)
        fputc('\n', state_text);

    for (uint32_t i = 0; i < count; i++)
    {
        uint32_t most = column[i].grbit & (JET_bitColumnTagged | JET_bitColumnMultiValued) ? VALUES_MAX : 1;
        JET_ERR err = JET_errSuccess;

        if (column[i].grbit & JET_bitColumnUserDefinedDefault)
            continue;
        for (uint32_t number = 1; number <= most && err != JET_wrnColumnNull; number++)
            if ((err = value_of(session, table, &column[i], number, &own, &gone)) < 0)
                return err;
    }
    if (!gone)
        *digest = own;
    return JET_errSuccess;
}

static JET_ERR table_digest(JET_SESID session, JET_DBID database, const char *name, uint64_t *digest)
{
    static struct column column[COLUMNS_MAX];
    uint32_t columns;
    JET_TABLEID table;
    JET_ERR err = JetOpenTableA(session, database, name, NULL, 0, JET_bitTableReadOnly, &table);

    if (err < 0)
        return err;
    if (state_text)
        fprintf(state_text, "\n\ntable ");
    add(digest, name, strlen(name));
    err = columns_of(session, table, column, &columns, digest);
    if (err >= 0)
        err = indexes_of(session, table, digest);
    if (err >= 0)
    {
        for (err = JetMove(session, table, JET_MoveFirst, 0); err >= 0; err = JetMove(session, table, JET_MoveNext, 0))
            if ((err = row_of(session, table, column, columns, digest)) < 0)
                break;
        if (err == JET_errNoCurrentRecord)
            err = JET_errSuccess;
    }
    JetCloseTable(session, table);
    return err;
}

JET_ERR state_digest(JET_SESID session, JET_DBID database, uint64_t *digest)
{
    JET_OBJECTLIST list = { .cbStruct = sizeof(list) };
    JET_ERR err = JetGetObjectInfoA(session, database, JET_objtypTable, NULL, NULL, &list, sizeof(list),
                                    JET_ObjInfoListNoStats);

    *digest = 14695981039346656037u;
    if (err < 0)
        return err;
    for (err = JetMove(session, list.tableid, JET_MoveFirst, 0); err >= 0;
         err = JetMove(session, list.tableid, JET_MoveNext, 0))
    {
        char name[130] = "";

        err = JetRetrieveColumn(session, list.tableid, list.columnidobjectname, name, 128, NULL, 0, NULL);
        if (err >= 0 && strncmp(name, "MSys", 4))
            err = table_digest(session, database, name, digest);
        if (err < 0)
            break;
    }
    JetCloseTable(session, list.tableid);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

/* ----------------------------------------------------------------- databases --- */

static struct database *entry_of(struct state *state, const char *path, bool make)
{
    uint32_t i;

    for (i = 0; i < state->count; i++)
        if (!strcmp(state->database[i].path, path))
            return &state->database[i];
    if (!make || i == DATABASES_MAX)
        return NULL;
    memset(&state->database[i], 0, sizeof(state->database[i]));
    snprintf(state->database[i].path, PATH_LENGTH, "%s", path);
    state->count++;
    return &state->database[i];
}

void state_merge(struct state *state, const struct state *from)
{
    struct database *entry;

    for (uint32_t i = 0; i < from->count; i++)
        if ((entry = entry_of(state, from->database[i].path, true)))
            *entry = from->database[i];
}

void state_forget(struct state *state, const char *path)
{
    char own[PATH_LENGTH];
    struct database *entry;
    size_t i;

    for (i = 0; path[i] && i < PATH_LENGTH - 1; i++)
        own[i] = path[i] == '\\' ? '/' : path[i];
    own[i] = 0;
    if ((entry = entry_of(state, own, false)))
    {
        *entry = state->database[--state->count];
        memset(&state->database[state->count], 0, sizeof(*entry));
    }
}

/* The program has it to itself, or there is no room for another session. */
static bool is_in_the_way(JET_ERR err)
{
    switch (err)
    {
    case JET_errDatabaseLocked:
    case JET_errDatabaseInUse:
    case JET_errTableLocked:
    case JET_errTableInUse:
    case JET_errOutOfSessions:
    case JET_errOutOfCursors:
    case JET_errTooManyOpenTables:
    case JET_errTooManyOpenDatabases:
    case JET_errClientRequestToStopJetService:
        return true;
    default:
        return false;
    }
}

static bool look_at(JET_SESID session, const char *path, struct state *state)
{
    uint64_t digest = UNKNOWN;
    struct database *entry;
    char own[PATH_LENGTH];
    JET_DBID database;
    JET_ERR err;

    snprintf(own, sizeof(own), "%s", path);
    err = session == JET_sesidNil ? JET_errOutOfSessions
                                  : JetOpenDatabaseA(session, path, NULL, &database, JET_bitDbReadOnly);
    if (err >= 0)
    {
        err = JetBeginTransaction2(session, JET_bitTransactionReadOnly);
        if (err >= 0)
        {
            err = state_digest(session, database, &digest);
            JetRollback(session, 0);
        }
        JetCloseDatabase(session, database, 0);
    }
    if (err < 0 && !is_in_the_way(err))
        return false;
    if ((entry = entry_of(state, own, true)))
        entry->digest = err < 0 ? UNKNOWN : digest;
    return true;
}

bool state_look(struct state *state)
{
    JET_INSTANCE_INFO_A *info = NULL;
    JET_ULONG count = 0;
    bool well = true;

    if (JetGetInstanceInfoA(&count, &info) < 0)
        return false;
    for (JET_ULONG i = 0; i < count; i++)
    {
        JET_SESID session = JET_sesidNil;
        JET_ERR err;

        if (!info[i].cDatabases)
            continue;
        err = JetBeginSessionA(info[i].hInstanceId, &session, NULL, NULL);
        if (err < 0 && !is_in_the_way(err))
        {
            well = false;
            continue;
        }
        for (JET_API_PTR k = 0; k < info[i].cDatabases; k++)
            well = look_at(session, info[i].szDatabaseFileName[k], state) && well;
        if (session != JET_sesidNil)
            JetEndSession(session, 0);
    }
    JetFreeBuffer((char *)info);
    return well;
}
