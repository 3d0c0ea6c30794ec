/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workload.h"

#define LEVELS    3
#define SESSIONS  2
#define BLOB_MOST 9000u
#define CODES     50
#define NAMES     6

static const char *const names[NAMES] = { "", "ant", "anthill", "bee", "beehive", "wasp" };

struct session
{
    JET_SESID id;
    JET_DBID database;
    JET_TABLEID table;
    int level;
    struct workload_state now, saved[LEVELS];
    bool changed[ROWS], saved_changed[LEVELS][ROWS];
    bool extra_changed[EXTRAS], saved_extra[LEVELS][EXTRAS];
};

struct worker
{
    int number;
    uint64_t random;
    struct session session[SESSIONS];
    struct workload_state *states; /* from the last durable one on */
    uint32_t count, room, found;   /* found: by verifying */
    int away;                      /* steps until it attaches its database again */
    bool committing;               /* or that failed */
    JET_ERR err;
};

void (*workload_error)(JET_ERR err);
JET_ERR (*workload_delete)(const char *path);
char workload_database[FILES][1024];
bool workload_attached[FILES], workload_created;

static struct worker worker[WORKERS];
static const struct settings *settings;
static JET_INSTANCE instance;
static int32_t scratch_rows = -1; /* that the third database has; -1: it is being changed, or not there */
static struct
{
    JET_COLUMNID id, code, name, amount, blob;
} column;

/* ------------------------------------------------------------------ helpers --- */

static uint64_t random_next(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15u;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static int below(struct worker *w, int n)
{
    return (int)(random_next(&w->random) % (uint32_t)n);
}

static void blob_fill(uint8_t *bytes, uint32_t seed, uint32_t from, uint32_t size)
{
    for (uint32_t i = from; i < from + size; i++)
        bytes[i - from] = seed & 1 ? (uint8_t)((seed + i) * 2654435761u >> 24) : (uint8_t)(seed + i % 5);
}

#define try(call)                                                                                                      \
    do                                                                                                                 \
    {                                                                                                                  \
        if ((err = (call)) < 0)                                                                                        \
            goto done;                                                                                                 \
    } while (0)

/* ----------------------------------------------------------------- settings --- */

void settings_choose(struct settings *s, uint64_t seed)
{
    uint64_t random = seed * 0x2545f4914f6cdd1du + 7;
    static const uint32_t logs[] = { 64, 128, 256, 512 };

    memset(s, 0, sizeof(*s));
    s->seed = seed;
    s->page_size = 4096u << random_next(&random) % 4;
    s->log_kb = logs[random_next(&random) % 4];
    s->cache_pages = 24 + (uint32_t)(random_next(&random) % 200);
    s->circular = random_next(&random) % 2;
    s->workers = random_next(&random) % 4 ? 1 : WORKERS;
    s->threads = s->workers > 1 && random_next(&random) % 2;
    s->steps = 20 + (uint32_t)(random_next(&random) % 400);
    s->checkpoint_kb = 16u << random_next(&random) % 6;
    s->databases = s->lives = 1;
    if (seed < PLURAL_SEEDS)
        return;
    s->databases = 2;
    s->workers = 2 + (uint32_t)(random_next(&random) % 2);
    s->threads = random_next(&random) % 3 == 0;
    s->lives = 1 + (uint32_t)(random_next(&random) % 4);
    s->keep = random_next(&random) % 2;
    s->shrinks = seed % 2 == 0;
    s->moves_roots = seed % 4 == 0;
}

JET_ERR workload_init(const struct settings *s, const char *folder, JET_INSTANCE *result)
{
    JET_INSTANCE made = JET_instanceNil;
    JET_ERR err;

    settings = s;
    for (int i = 0; i < FILES; i++)
        snprintf(workload_database[i], sizeof(workload_database[i]), "%scrash%.*s.edb", folder, i ? 1 : 0, "?23" + i);
    try(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramDatabasePageSize, s->page_size, NULL));
    try(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramCacheSizeMin, s->cache_pages, NULL));
    try(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramCacheSizeMax, s->cache_pages, NULL));
    try(JetCreateInstanceA(&made, "crash"));
    try(JetSetSystemParameterA(&made, 0, JET_paramSystemPath, 0, folder));
    try(JetSetSystemParameterA(&made, 0, JET_paramLogFilePath, 0, folder));
    try(JetSetSystemParameterA(&made, 0, JET_paramTempPath, 0, folder));
    try(JetSetSystemParameterA(&made, 0, JET_paramLogFileSize, s->log_kb, NULL));
    try(JetSetSystemParameterA(&made, 0, JET_paramCircularLog, s->circular, NULL));
    try(JetSetSystemParameterA(&made, 0, JET_paramCheckpointDepthMax, s->checkpoint_kb * 1024, NULL));
    try(JetSetSystemParameterA(&made, 0, JET_paramEnableShrinkDatabase, JET_bitShrinkDatabaseOn, NULL));
    if (s->shrinks)
        try(JetSetSystemParameterA(&made, 0, JET_paramDbExtensionSize, 4 + s->seed % 13, NULL));
    /* Its logs may tell of roots that move. */
    if (s->moves_roots)
        try(JetSetSystemParameterA(&made, 0, JET_paramEngineFormatVersion, JET_efvRootPageMove, NULL));
    *result = made;
    return JetInit2(result, s->keep ? JET_bitKeepDbAttachedAtEndOfRecovery : 0);
done:
    return err;
}

/* ------------------------------------------------------------------- tables --- */

#define COLUMN(name, type, page)                                                                                       \
    {                                                                                                                  \
        .cbStruct = sizeof(JET_COLUMNCREATE_A), .szColumnName = (char *)(name), .coltyp = (type), .cp = (page)         \
    }
#define INDEX(name, key, bits)                                                                                         \
    {                                                                                                                  \
        .cbStruct = sizeof(JET_INDEXCREATE_A), .szIndexName = (char *)(name), .szKey = (char *)(key),                  \
        .cbKey = sizeof(key), .grbit = (bits)                                                                          \
    }

static JET_ERR create_table(JET_SESID id, JET_DBID database, const char *name)
{
    JET_COLUMNCREATE_A columns[] = {
        COLUMN("id", JET_coltypLong, 0),         COLUMN("code", JET_coltypLong, 0),
        COLUMN("name", JET_coltypText, 1252),    COLUMN("amount", JET_coltypLong, 0),
        COLUMN("blob", JET_coltypLongBinary, 0),
    };
    JET_INDEXCREATE_A indexes[] = {
        INDEX("id", "+id\0", JET_bitIndexPrimary),
        INDEX("code", "-code\0", JET_bitIndexUnique | JET_bitIndexIgnoreNull),
        INDEX("name", "+name\0+amount\0", 0),
    };
    JET_TABLECREATE_A table = { .cbStruct = sizeof(table), .szTableName = (char *)name, .ulPages = 1 };
    JET_ERR err;

    table.rgcolumncreate = columns;
    table.cColumns = 5;
    table.rgindexcreate = indexes;
    table.cIndexes = 3;
    err = JetCreateTableColumnIndexA(id, database, &table);
    if (err < 0)
        return err;
    return JetCloseTable(id, table.tableid);
}

static JET_ERR find_columns(JET_SESID id, JET_TABLEID table)
{
    static const char *const list[] = { "id", "code", "name", "amount", "blob" };
    JET_COLUMNID *const to[] = { &column.id, &column.code, &column.name, &column.amount, &column.blob };
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition) };

    for (int i = 0; i < 5; i++)
    {
        JET_ERR err = JetGetTableColumnInfoA(id, table, list[i], &definition, sizeof(definition), JET_ColInfo);
        if (err < 0)
            return err;
        *to[i] = definition.columnid;
    }
    return JET_errSuccess;
}

/* Takes the low pages, so that all that is made later, and goes when it is detached first, has its roots behind it. */
static JET_ERR create_low(JET_SESID id, JET_DBID database)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = JET_coltypLongBinary };
    static const char value[1500];
    JET_COLUMNID column;
    JET_TABLEID table;
    JET_ERR err;

    try(JetCreateTableA(id, database, "low", 1, 100, &table));
    try(JetAddColumnA(id, table, "value", &definition, NULL, 0, &column));
    for (int row = 0; row < 100; row++)
    {
        try(JetPrepareUpdate(id, table, JET_prepInsert));
        try(JetSetColumn(id, table, column, value, sizeof(value), JET_bitSetIntrinsicLV, NULL));
        try(JetUpdate(id, table, NULL, 0, NULL));
    }
    try(JetCloseTable(id, table));
done:
    return err;
}

JET_ERR workload_create(const struct settings *s, JET_INSTANCE in)
{
    JET_SESID id = JET_sesidNil;
    JET_DBID database;
    JET_ERR err;
    char name[20];

    settings = s;
    instance = in;
    memset(worker, 0, sizeof(worker));
    for (uint32_t i = 0; i < s->workers; i++)
    {
        worker[i].number = (int)i;
        worker[i].random = s->seed * 31 + i;
        worker[i].room = 64;
        worker[i].count = 1;
        worker[i].states = calloc(worker[i].room, sizeof(*worker[i].states));
    }
    try(JetBeginSessionA(instance, &id, NULL, NULL));
    scratch_rows = -1;
    for (uint32_t d = 0; d < s->databases; d++)
    {
        try(JetCreateDatabaseA(id, workload_database[d], NULL, &database, 0));
        try(JetBeginTransaction(id));
        if (s->moves_roots)
            try(create_low(id, database));
        for (uint32_t i = d; i < s->workers; i += s->databases)
        {
            snprintf(name, sizeof(name), "rows%u", (unsigned)i);
            try(create_table(id, database, name));
        }
        try(JetCommitTransaction(id, 0));
        workload_created = d + 1 == s->databases;
        try(JetCloseDatabase(id, database, 0));
    }
    return JetEndSession(id, 0);
done:
    if (id != JET_sesidNil)
        JetEndSession(id, 0);
    return err;
}

/* ------------------------------------------------------------------ commits --- */

static void states_push(struct worker *w, const struct workload_state *state)
{
    if (w->count == w->room)
        w->states = realloc(w->states, (w->room *= 2) * sizeof(*state));
    w->states[w->count++] = *state;
}

static void states_durable(struct worker *w)
{
    w->states[0] = w->states[w->count - 1];
    w->count = 1;
}

static JET_ERR begin(struct worker *w, struct session *s)
{
    JET_ERR err = JetBeginTransaction(s->id);

    if (err < 0)
        return err;
    if (!s->level)
    {
        s->now = w->states[w->count - 1];
        memset(s->changed, 0, sizeof(s->changed));
        memset(s->extra_changed, 0, sizeof(s->extra_changed));
    }
    s->saved[s->level] = s->now;
    memcpy(s->saved_changed[s->level], s->changed, sizeof(s->changed));
    memcpy(s->saved_extra[s->level], s->extra_changed, sizeof(s->extra_changed));
    s->level++;
    return JET_errSuccess;
}

static JET_ERR commit(struct worker *w, struct session *s)
{
    bool lazy = below(w, 3) > 0;
    struct workload_state state = w->states[w->count - 1];
    bool any = false;
    JET_ERR err;

    if (s->level == 1)
    {
        for (int i = 0; i < ROWS; i++)
        {
            if (s->changed[i])
                state.row[i] = s->now.row[i];
            any |= s->changed[i];
        }
        for (int i = 0; i < EXTRAS; i++)
        {
            if (s->extra_changed[i])
                state.extra[i] = s->now.extra[i];
            any |= s->extra_changed[i];
        }
        if (any)
            states_push(w, &state);
    }
    w->committing = true;
    err = JetCommitTransaction(s->id, lazy ? JET_bitCommitLazyFlush : 0);
    if (err < 0)
        return err;
    w->committing = false;
    s->level--;
    if (!s->level && !lazy && any)
        states_durable(w);
    return JET_errSuccess;
}

static JET_ERR rollback(struct session *s)
{
    JET_ERR err = JetRollback(s->id, 0);

    if (err < 0)
        return err;
    s->level--;
    s->now = s->saved[s->level];
    memcpy(s->changed, s->saved_changed[s->level], sizeof(s->changed));
    memcpy(s->extra_changed, s->saved_extra[s->level], sizeof(s->extra_changed));
    return JET_errSuccess;
}

/* ------------------------------------------------------------------ changes --- */

static JET_ERR set_row(struct worker *w, struct session *s, int i, struct workload_row *row)
{
    uint8_t bytes[BLOB_MOST + 500];
    int32_t id = i + 1;
    uint32_t size;
    JET_ERR err;

    if (!row->there)
        try(JetSetColumn(s->id, s->table, column.id, &id, sizeof(id), 0, NULL));
    if (!row->there || below(w, 3) == 0)
    {
        row->code = below(w, 3) ? 1 + below(w, CODES - 1) : 0;
        try(JetSetColumn(s->id, s->table, column.code, row->code ? &row->code : NULL, row->code ? 4 : 0, 0, NULL));
    }
    if (!row->there || below(w, 3) == 0)
    {
        row->name = 1 + below(w, NAMES - 1);
        try(JetSetColumn(s->id, s->table, column.name, names[row->name], (JET_ULONG)strlen(names[row->name]), 0, NULL));
    }
    row->amount = below(w, 1000000);
    try(JetSetColumn(s->id, s->table, column.amount, &row->amount, sizeof(row->amount), 0, NULL));
    switch (below(w, 6))
    {
    case 0:
        row->blob_size = 0;
        try(JetSetColumn(s->id, s->table, column.blob, NULL, 0, 0, NULL));
        break;
    case 1:
    case 2:
        row->blob_seed = (uint32_t)random_next(&w->random);
        row->blob_size = 1 + (uint32_t)below(w, below(w, 3) ? 900 : (int)BLOB_MOST);
        blob_fill(bytes, row->blob_seed, 0, row->blob_size);
        try(JetSetColumn(s->id, s->table, column.blob, bytes, row->blob_size, 0, NULL));
        break;
    case 3:
        if (!row->blob_size || row->blob_size > BLOB_MOST)
            break;
        size = 1 + (uint32_t)below(w, 400);
        blob_fill(bytes, row->blob_seed, row->blob_size, size);
        row->blob_size += size;
        try(JetSetColumn(s->id, s->table, column.blob, bytes, size, JET_bitSetAppendLV, NULL));
        break;
    default:
        break;
    }
    row->there = 1;
done:
    return err;
}

static bool is_refusal(JET_ERR err)
{
    return err == JET_errWriteConflict || err == JET_errKeyDuplicate;
}

static JET_ERR change_row(struct worker *w, struct session *s)
{
    int i = below(w, ROWS);
    struct workload_row row = s->now.row[i];
    int32_t id = i + 1;
    JET_ERR err;

    if (row.there)
    {
        try(JetMakeKey(s->id, s->table, &id, sizeof(id), JET_bitNewKey));
        try(JetSeek(s->id, s->table, JET_bitSeekEQ));
        if (below(w, 3) == 0)
        {
            memset(&row, 0, sizeof(row));
            try(JetDelete(s->id, s->table));
            goto done;
        }
    }
    try(JetPrepareUpdate(s->id, s->table, row.there ? JET_prepReplace : JET_prepInsert));
    err = set_row(w, s, i, &row);
    if (err >= 0)
        err = JetUpdate(s->id, s->table, NULL, 0, NULL);
    if (err < 0)
        JetPrepareUpdate(s->id, s->table, JET_prepCancel);
done:
    if (err >= 0)
    {
        s->now.row[i] = row;
        s->changed[i] = true;
    }
    return is_refusal(err) ? JET_errSuccess : err;
}

/* Makes or deletes a small table; of which only the first session knows. */
static JET_ERR change_extra(struct worker *w, struct session *s)
{
    int i = below(w, EXTRAS), rows = below(w, 30);
    JET_TABLEID table;
    JET_COLUMNID id;
    char name[20];
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = JET_coltypLong };
    JET_ERR err;

    snprintf(name, sizeof(name), "extra%d_%d", w->number, i);
    if (s->now.extra[i])
    {
        err = JetDeleteTableA(s->id, s->database, name);
        if (err >= 0)
            s->now.extra[i] = 0;
    }
    else
    {
        try(JetCreateTableA(s->id, s->database, name, 1, 90, &table));
        try(JetAddColumnA(s->id, table, "id", &definition, NULL, 0, &id));
        try(JetCreateIndexA(s->id, table, "by_id", JET_bitIndexPrimary, "+id\0", 5, 80));
        for (int32_t row = 0; row < rows; row++)
        {
            try(JetPrepareUpdate(s->id, table, JET_prepInsert));
            try(JetSetColumn(s->id, table, id, &row, sizeof(row), 0, NULL));
            try(JetUpdate(s->id, table, NULL, 0, NULL));
        }
        try(JetCloseTable(s->id, table));
        s->now.extra[i] = (uint8_t)(rows + 1);
    }
    if (err >= 0)
        s->extra_changed[i] = true;
done:
    return err == JET_errTableInUse || err == JET_errWriteConflict ? JET_errSuccess : err;
}

static JET_ERR order_rows(const struct worker *w, const struct session *s)
{
    char name[20];

    snprintf(name, sizeof(name), "rows%d", w->number);
    return JetDefragmentA(s->id, s->database, name, NULL, NULL, JET_bitDefragmentBTree);
}

static JET_ERR step(struct worker *w, struct session *s)
{
    int what = below(w, 100);

    if (!s->level)
        return begin(w, s);
    if (what < 76)
        return change_row(w, s);
    if (what < 78)
        return s == &w->session[0] && s->level == 1 ? change_extra(w, s) : JET_errSuccess;
    if (what < 83)
        return s->level < LEVELS ? begin(w, s) : JET_errSuccess;
    if (what < 96)
        return commit(w, s);
    if (what < 97)
    {
        JET_ERR err = JetResizeDatabase(s->id, s->database, 0, NULL, 0);

        /* On a thread of its own, so only where there are several. */
        return err < 0 || !settings->threads ? err : order_rows(w, s);
    }
    return rollback(s);
}

/* ---------------------------------------------------------------------- run --- */

static const char *file_of(const struct worker *w)
{
    return workload_database[(uint32_t)w->number % settings->databases];
}

/* Attaches its database, which becomes smaller then, or not. */
static JET_ERR attach(struct worker *w)
{
    JET_GRBIT options = JET_bitShrinkDatabaseEofOnAttach;
    JET_SETDBPARAM parameter = { JET_dbparamShrinkDatabaseOptions, &options, sizeof(options) };

    if (!settings->shrinks)
        return JetAttachDatabaseA(w->session[0].id, file_of(w), 0);
    return JetAttachDatabase3A(w->session[0].id, file_of(w), &parameter, 1, 0);
}

/* Opens the database and the table, with the sessions that there are. */
static JET_ERR worker_come(struct worker *w)
{
    char name[20];
    JET_ERR err = JET_errSuccess;

    snprintf(name, sizeof(name), "rows%d", w->number);
    if (settings->databases > 1)
        try(attach(w));
    for (int i = 0; i < SESSIONS; i++)
    {
        struct session *s = &w->session[i];

        try(JetOpenDatabaseA(s->id, file_of(w), NULL, &s->database, 0));
        try(JetOpenTableA(s->id, s->database, name, NULL, 0, 0, &s->table));
        try(find_columns(s->id, s->table));
    }
done:
    return err;
}

static JET_ERR worker_open(struct worker *w)
{
    JET_ERR err = JET_errSuccess;

    for (int i = 0; i < SESSIONS && err >= 0; i++)
        err = JetBeginSessionA(instance, &w->session[i].id, NULL, NULL);
    return err < 0 ? err : worker_come(w);
}

/* Detaches its database, for a while; after that all that was committed there is durable. */
static JET_ERR worker_leave(struct worker *w)
{
    JET_ERR err = JET_errSuccess;

    for (int i = 0; i < SESSIONS; i++)
    {
        try(JetCloseTable(w->session[i].id, w->session[i].table));
        if (!i && settings->moves_roots)
            err = JetDeleteTableA(w->session[i].id, w->session[i].database, "low");
        if (err < 0 && err != JET_errObjectNotFound)
            goto done;
        try(JetCloseDatabase(w->session[i].id, w->session[i].database, 0));
    }
    try(JetDetachDatabaseA(w->session[0].id, file_of(w)));
    states_durable(w);
    w->away = 1 + below(w, 20);
done:
    return err;
}

/* Makes the third database, or attaches it if it is there, adds rows, and detaches it; and perhaps deletes it. */
static JET_ERR use_scratch(struct worker *w)
{
    JET_SESID id = w->session[0].id;
    int32_t there = scratch_rows, rows = 1 + below(w, 30), value = 7;
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition), .coltyp = JET_coltypLong };
    const char *path = workload_database[2];
    JET_COLUMNID amount;
    JET_TABLEID table;
    JET_DBID database;
    JET_ERR err;

    scratch_rows = -1;
    if (there >= 0 && below(w, 3))
    {
        try(JetAttachDatabaseA(id, path, 0));
        try(JetOpenDatabaseA(id, path, NULL, &database, 0));
        try(JetOpenTableA(id, database, "scratch", NULL, 0, 0, &table));
        try(JetGetTableColumnInfoA(id, table, "amount", &definition, sizeof(definition), JET_ColInfo));
        amount = definition.columnid;
    }
    else
    {
        there = 0;
        try(JetCreateDatabaseA(id, path, NULL, &database, JET_bitDbOverwriteExisting));
        try(JetCreateTableA(id, database, "scratch", 1, 80, &table));
        try(JetAddColumnA(id, table, "amount", &definition, NULL, 0, &amount));
    }
    try(JetBeginTransaction(id));
    for (int32_t i = 0; i < rows; i++)
    {
        try(JetPrepareUpdate(id, table, JET_prepInsert));
        try(JetSetColumn(id, table, amount, &value, sizeof(value), 0, NULL));
        try(JetUpdate(id, table, NULL, 0, NULL));
    }
    try(JetCommitTransaction(id, JET_bitCommitLazyFlush));
    try(JetCloseTable(id, table));
    try(JetCloseDatabase(id, database, 0));
    try(JetDetachDatabaseA(id, path));
    if (below(w, 4))
        scratch_rows = there + rows;
    else if (workload_delete)
        err = workload_delete(path);
done:
    return err;
}

/* With two databases: whether it did something else in this step. */
static bool step_aside(struct worker *w)
{
    bool scratch, leaves;

    if (settings->databases == 1)
        return false;
    if (w->away)
    {
        if (!--w->away)
            w->err = worker_come(w);
        return true;
    }
    scratch = !w->number && below(w, 40) == 0 && !settings->shrinks;
    leaves = settings->workers < (uint32_t)w->number + 3 && w->number != 2 && below(w, 30) == 0;
    if (!scratch && !leaves)
        return false;
    for (int i = 0; i < SESSIONS; i++)
        while (w->err >= 0 && w->session[i].level)
            w->err = below(w, 3) ? commit(w, &w->session[i]) : rollback(&w->session[i]);
    if (w->err >= 0 && scratch)
        w->err = use_scratch(w);
    if (w->err >= 0 && leaves)
        w->err = worker_leave(w);
    return true;
}

/* After an error that a fault caused: back to where nothing is open.  False: that cannot be done. */
static bool start_over(struct worker *w)
{
    bool well = true;

    /* A level is left even if not all of it could be undone. */
    for (int i = 0; i < SESSIONS; i++)
        while (w->session[i].level)
            if (rollback(&w->session[i]) < 0)
            {
                well = false;
                w->session[i].level--;
            }
    return well;
}

static void worker_step(struct worker *w)
{
    JET_ERR err;

    if (w->err < 0 || step_aside(w))
        return;
    err = step(w, &w->session[below(w, SESSIONS)]);
    /* Nobody knows what became of a commit that failed. */
    if (err < 0 && (!settings->faults || w->committing || !start_over(w)))
        w->err = err;
    if (err < 0 && workload_error)
        workload_error(err);
}

static void *worker_run(void *context)
{
    struct worker *w = context;

    w->err = worker_open(w);
    for (uint32_t i = 0; i < settings->steps; i++)
        worker_step(w);
    return NULL;
}

JET_ERR workload_run(const struct settings *s, JET_INSTANCE in)
{
    pthread_t thread[WORKERS];

    settings = s;
    instance = in;
    if (s->threads)
    {
        for (uint32_t i = 0; i < s->workers; i++)
            pthread_create(&thread[i], NULL, worker_run, &worker[i]);
        for (uint32_t i = 0; i < s->workers; i++)
            pthread_join(thread[i], NULL);
    }
    else
    {
        for (uint32_t i = 0; i < s->workers; i++)
            worker[i].err = worker_open(&worker[i]);
        for (uint32_t n = 0; n < s->steps; n++)
            for (uint32_t i = 0; i < s->workers; i++)
                worker_step(&worker[i]);
    }
    for (uint32_t i = 0; i < s->workers; i++)
        if (worker[i].err < 0)
            return worker[i].err;
    return JET_errSuccess;
}

JET_ERR workload_go_on(const struct settings *s, JET_INSTANCE in, uint32_t life)
{
    for (uint32_t i = 0; i < s->workers; i++)
    {
        struct worker *w = &worker[i];

        w->states[0] = w->states[w->found];
        w->count = 1;
        w->random = s->seed * 31 + i + life * 1000003ull;
        memset(w->session, 0, sizeof(w->session));
    }
    scratch_rows = -1;
    return workload_run(s, in);
}

void workload_attach(const struct settings *s, JET_INSTANCE in)
{
    JET_SESID id;

    if (JetBeginSessionA(in, &id, NULL, NULL) < 0)
        return;
    for (uint32_t i = 0; i < s->databases; i++)
        (void)JetAttachDatabaseA(id, workload_database[i], 0);
    (void)JetEndSession(id, 0);
}

void workload_end(void)
{
    for (uint32_t i = 0; i < settings->workers; i++)
        start_over(&worker[i]);
}

/* ------------------------------------------------------------- what is there --- */

void workload_save(const char *path)
{
    FILE *file = fopen(path, "wb");

    if (!file)
        abort();
    fwrite(&workload_created, sizeof(workload_created), 1, file);
    fwrite(&scratch_rows, sizeof(scratch_rows), 1, file);
    for (int i = 0; i < WORKERS; i++)
    {
        fwrite(&worker[i].count, sizeof(worker[i].count), 1, file);
        if (worker[i].count)
            fwrite(worker[i].states, sizeof(*worker[i].states), worker[i].count, file);
    }
    fclose(file);
}

bool workload_load(const char *path)
{
    FILE *file = fopen(path, "rb");
    bool well;

    if (!file)
        return false;
    well = fread(&workload_created, sizeof(workload_created), 1, file) == 1 &&
           fread(&scratch_rows, sizeof(scratch_rows), 1, file) == 1;
    for (int i = 0; i < WORKERS && well; i++)
    {
        struct worker *w = &worker[i];

        w->number = i;
        well = fread(&w->count, sizeof(w->count), 1, file) == 1;
        w->room = w->count + 1;
        w->states = calloc(w->room, sizeof(*w->states));
        well = well && fread(w->states, sizeof(*w->states), w->count, file) == w->count;
    }
    fclose(file);
    return well;
}

static char complaint[300];

#define wrong(...) (snprintf(complaint, sizeof(complaint), __VA_ARGS__), complaint)

static const char *read_row(JET_SESID id, JET_TABLEID table, struct workload_state *state)
{
    static uint8_t got[BLOB_MOST * 2], want[BLOB_MOST * 2];
    struct workload_row *row;
    JET_ULONG size = 0;
    int32_t key;
    JET_ERR err;

    if (JetRetrieveColumn(id, table, column.id, &key, sizeof(key), NULL, 0, NULL) || key < 1 || key > ROWS)
        return wrong("a row's id");
    row = &state->row[key - 1];
    if (row->there)
        return wrong("row %d twice", (int)key);
    row->there = 1;
    err = JetRetrieveColumn(id, table, column.code, &row->code, sizeof(row->code), NULL, 0, NULL);
    if (err < 0)
        return wrong("%d of code", (int)err);
    err = JetRetrieveColumn(id, table, column.amount, &row->amount, sizeof(row->amount), NULL, 0, NULL);
    if (err)
        return wrong("%d of amount", (int)err);
    err = JetRetrieveColumn(id, table, column.name, got, sizeof(got), &size, 0, NULL);
    for (row->name = 1; !err && row->name < NAMES; row->name++)
        if (size == strlen(names[row->name]) && !memcmp(got, names[row->name], size))
            break;
    if (err || row->name == NAMES)
        return wrong("%d of name", (int)err);
    err = JetRetrieveColumn(id, table, column.blob, got, sizeof(got), &size, 0, NULL);
    if (err == JET_wrnColumnNull)
        return NULL;
    if (err)
        return wrong("%d of the blob of row %d", (int)err, (int)key);
    row->blob_size = size;
    /* Whose seed it has is looked for among the states. */
    for (int w = 0; w < WORKERS; w++)
    {
        for (uint32_t i = 0; i < worker[w].count; i++)
        {
            uint32_t seed = worker[w].states[i].row[key - 1].blob_seed;

            if (worker[w].states[i].row[key - 1].blob_size != size)
                continue;
            blob_fill(want, seed, 0, size);
            if (!memcmp(got, want, size))
            {
                row->blob_seed = seed;
                return NULL;
            }
        }
    }
    return wrong("the blob of row %d, %u bytes, is none that was set", (int)key, (unsigned)size);
}

static const char *count_rows(JET_SESID id, JET_TABLEID table, const char *index, int want)
{
    int count = 0;
    JET_ERR err = JetSetCurrentIndexA(id, table, index);

    if (err >= 0)
        err = JetMove(id, table, JET_MoveFirst, 0);
    for (; err >= 0; err = JetMove(id, table, JET_MoveNext, 0))
        count++;
    if (err != JET_errNoCurrentRecord || count != want)
        return wrong("%d entries of %s, not %d: %d", count, index, want, (int)err);
    return NULL;
}

static const char *read_extras(int number, JET_SESID id, JET_DBID database, struct workload_state *state)
{
    for (int i = 0; i < EXTRAS; i++)
    {
        JET_TABLEID table;
        char name[20];
        JET_ERR err;

        snprintf(name, sizeof(name), "extra%d_%d", number, i);
        err = JetOpenTableA(id, database, name, NULL, 0, 0, &table);
        if (err == JET_errObjectNotFound)
            continue;
        if (err < 0)
            return wrong("%d of opening %s", (int)err, name);
        state->extra[i] = 1;
        for (err = JetMove(id, table, JET_MoveFirst, 0); err >= 0; err = JetMove(id, table, JET_MoveNext, 0))
            state->extra[i]++;
        if (err != JET_errNoCurrentRecord)
            return wrong("%d of walking %s", (int)err, name);
        JetCloseTable(id, table);
    }
    return NULL;
}

static const char *differs(const struct workload_state *got, const struct workload_state *want)
{
    for (int i = 0; i < ROWS; i++)
    {
        const struct workload_row *a = &got->row[i], *b = &want->row[i];

        if (a->there != b->there || a->code != b->code || a->name != b->name || a->amount != b->amount ||
            a->blob_size != b->blob_size)
            return wrong("row %d: there %d code %d name %d amount %d blob %u; not %d %d %d %d %u", i + 1, a->there,
                         a->code, a->name, a->amount, a->blob_size, b->there, b->code, b->name, b->amount,
                         b->blob_size);
    }
    for (int i = 0; i < EXTRAS; i++)
        if (got->extra[i] != want->extra[i])
            return wrong("small table %d: %d, not %d", i, got->extra[i], want->extra[i]);
    return NULL;
}

static const char *verify_worker(struct worker *w, JET_SESID id, JET_DBID database)
{
    struct workload_state state;
    const char *what = NULL;
    int rows = 0, codes = 0;
    JET_TABLEID table;
    char name[20];
    JET_ERR err;

    memset(&state, 0, sizeof(state));
    snprintf(name, sizeof(name), "rows%d", w->number);
    err = JetOpenTableA(id, database, name, NULL, 0, 0, &table);
    if (err < 0)
        return workload_created ? wrong("%d of opening %s", (int)err, name) : NULL;
    if ((err = find_columns(id, table)) < 0)
        return wrong("%d of the columns of %s", (int)err, name);
    for (err = JetMove(id, table, JET_MoveFirst, 0); err >= 0 && !what; err = JetMove(id, table, JET_MoveNext, 0))
        what = read_row(id, table, &state);
    if (what)
        return what;
    if (err != JET_errNoCurrentRecord)
        return wrong("%d of walking %s", (int)err, name);
    if ((what = read_extras(w->number, id, database, &state)))
        return what;
    for (int i = 0; i < ROWS; i++)
    {
        rows += state.row[i].there;
        codes += state.row[i].code != 0;
    }
    if ((what = count_rows(id, table, "name", rows)) || (what = count_rows(id, table, "code", codes)))
        return what;
    for (uint32_t i = w->count; i-- > 0;)
        if (!(what = differs(&state, &w->states[i])))
        {
            w->found = i;
            JetCloseTable(id, table);
            return NULL;
        }
    return what;
}

/* One that is being made may not be there, or not be whole. */
static const char *verify_scratch(JET_SESID id)
{
    const char *path = workload_database[2];
    JET_TABLEID table;
    JET_DBID database;
    int32_t rows = 0;
    JET_ERR err = JetAttachDatabaseA(id, path, 0);

    workload_attached[2] = err >= 0;
    if (err < 0)
        return scratch_rows < 0 ? NULL : wrong("%d of attaching the third database", (int)err);
    if ((err = JetOpenDatabaseA(id, path, NULL, &database, 0)) < 0)
        return wrong("%d of opening the third database", (int)err);
    err = JetOpenTableA(id, database, "scratch", NULL, 0, 0, &table);
    if (err >= 0)
    {
        for (err = JetMove(id, table, JET_MoveFirst, 0); err >= 0; err = JetMove(id, table, JET_MoveNext, 0))
            rows++;
        JetCloseTable(id, table);
    }
    if (scratch_rows >= 0 && (err != JET_errNoCurrentRecord || rows != scratch_rows))
        return wrong("%d rows in the third database, not %d: %d", (int)rows, (int)scratch_rows, (int)err);
    if ((err = JetCloseDatabase(id, database, 0)) < 0 || (err = JetDetachDatabaseA(id, path)) < 0)
        return wrong("%d of detaching the third database", (int)err);
    return NULL;
}

static const char *verify_database(const struct settings *s, JET_SESID id, uint32_t number)
{
    const char *what = NULL;
    JET_DBID database;
    JET_ERR err = JetAttachDatabaseA(id, workload_database[number], 0);

    if (err >= 0)
        err = JetOpenDatabaseA(id, workload_database[number], NULL, &database, 0);
    if (err < 0 && workload_created)
        return wrong("%d of attaching database %u", (int)err, (unsigned)number);
    workload_attached[number] = err >= 0;
    for (uint32_t i = number; err >= 0 && i < s->workers && !what; i += s->databases)
    {
        worker[i].number = (int)i;
        what = verify_worker(&worker[i], id, database);
    }
    return what;
}

const char *workload_verify(const struct settings *s, JET_INSTANCE in, const char *folder)
{
    const char *what = NULL;
    JET_SESID id;
    JET_ERR err;

    (void)folder;
    instance = in;
    if ((err = JetBeginSessionA(in, &id, NULL, NULL)) < 0)
        return wrong("%d of JetBeginSession", (int)err);
    for (uint32_t i = 0; i < s->databases && !what; i++)
        what = verify_database(s, id, i);
    if (!what && s->databases > 1)
        what = verify_scratch(id);
    if (!what && (err = JetEndSession(id, 0)) < 0)
        return wrong("%d of JetEndSession", (int)err);
    return what;
}
