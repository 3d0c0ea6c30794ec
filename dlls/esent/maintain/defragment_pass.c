/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How far a pass of online defragmentation has come: the one row of MSysDefrag2, a
 * table of the database that who defragments it first makes.  A pass that was ended
 * goes on from there, whichever engine ended it.
 *
 * A pass goes through the tables by their ids; in a table through the leaves of
 * its records, then of its long values, from the last to the first.  The row is
 * changed after each NOTE_PAGES leaves and at the end.  Its numbers are for people to read.
 *
 * Source: old.cxx of the published engine.
 */
#include <string.h>

#include "maintain/private.h"
#include "table/catalog.h"
#include "table/ddl.h"
#include "table/retrieve.h"
#include "table/update.h"

#define PASS_TABLE   "MSysDefrag2"
#define PASS_DENSITY 100u
#define NOTE_PAGES   500u
#define SECOND       10000000u /* in units of os_time_now */
#define DAY          (86400ull * SECOND)

/* Ids of its columns, in the order of enum number. */
#define COLUMN_OBJID   1u
#define COLUMN_KIND    2u
#define COLUMN_NUMBERS 3u
#define COLUMN_KEY     256u

enum number
{
    PASS_STARTED,
    PASS_SECONDS,
    PASS_INVOCATIONS,
    PASS_VISITED,
    PASS_FREED,
    PASS_JOINED_PARTLY, /* which is never done here */
    TOTAL_PASSES,
    TOTAL_SECONDS,
    TOTAL_INVOCATIONS,
    TOTAL_DAYS,
    TOTAL_VISITED,
    TOTAL_FREED,
    TOTAL_JOINED_PARTLY,
    NUMBERS
};

static const char *const number_names[NUMBERS] = {
    "PassStartDateTime", "PassElapsedSeconds", "PassInvocations",     "PassPagesVisited", "PassPagesFreed",
    "PassPartialMerges", "TotalPasses",        "TotalElapsedSeconds", "TotalInvocations", "TotalDefragDays",
    "TotalPagesVisited", "TotalPagesFreed",    "TotalPartialMerges",
};

struct row
{
    uint32_t objid;
    uint16_t kind; /* 0: NULL */
    uint32_t key_size;
    uint64_t numbers[NUMBERS]; /* of the file: they may be anything */
    uint8_t key[DEFRAGMENT_KEY_MOST];
};

/* ---------------------------------------------------------------- the table --- */

static void describe(JET_COLUMNCREATE_A *column, const char *name, JET_COLTYP type, JET_GRBIT grbit)
{
    column->cbStruct = sizeof(*column);
    column->szColumnName = (char *)name;
    column->coltyp = type;
    column->grbit = grbit;
}

static JET_ERR create_table(struct database *database, struct txn *txn, struct cursor **cursor)
{
    static const uint64_t zero = 0;
    const struct ddl_defaults defaults = { .engine = true };
    JET_COLUMNCREATE_A columns[COLUMN_NUMBERS + NUMBERS] = { 0 };
    JET_TABLECREATE5_A create = { .cbStruct = sizeof(create),
                                  .szTableName = (char *)PASS_TABLE,
                                  .ulDensity = PASS_DENSITY,
                                  .rgcolumncreate = columns,
                                  .cColumns = COLUMN_NUMBERS + NUMBERS,
                                  .grbit = JET_bitTableCreateFixedDDL | JET_bitTableCreateSystemTable };
    JET_COLUMNCREATE_A *column = columns;

    describe(column++, "ObjidFDP", JET_coltypLong, JET_bitColumnFixed | JET_bitColumnNotNULL);
    describe(column++, "Status", JET_coltypShort, JET_bitColumnFixed);
    for (uint32_t i = 0; i < NUMBERS; i++, column++)
    {
        describe(column, number_names[i], JET_coltypLongLong, JET_bitColumnFixed);
        column->pvDefault = (void *)&zero;
        column->cbDefault = sizeof(zero);
    }
    describe(column, "CurrentKey", JET_coltypLongBinary, JET_bitColumnTagged);
    return ddl_create_table(database, txn, &defaults, &create, cursor);
}

static JET_ERR set(struct cursor *cursor, JET_COLUMNID id, const void *data, size_t size, JET_GRBIT grbit)
{
    struct setting setting = { .columnid = id, .data = data, .size = (uint32_t)size, .grbit = grbit, .sequence = 1 };

    return update_set_column(cursor, &setting);
}

/* The row is in the table from the first. */
static JET_ERR create(struct defragment_pass *pass)
{
    const uint32_t objid = CATALOG_OBJID;
    struct cursor *cursor = NULL;
    JET_ERR err = txn_begin(pass->txn, false, 0);

    if (err < 0)
        return err;
    err = create_table(pass->database, pass->txn, &cursor);
    if (err >= 0)
        err = update_prepare(cursor, JET_prepInsert);
    if (err >= 0)
        err = set(cursor, COLUMN_OBJID, &objid, sizeof(objid), 0);
    if (err >= 0)
        err = update_finish(cursor, NULL, 0, NULL, 0);
    if (err >= 0)
        err = txn_commit(pass->txn);
    if (err < 0)
    {
        if (cursor)
            update_abandon(cursor);
        (void)txn_rollback(pass->txn);
    }
    if (cursor)
        cursor_close(cursor);
    return err < 0 ? err : JET_errSuccess;
}

/* ------------------------------------------------------------------ the row --- */

static JET_ERR open_row(struct defragment_pass *pass, struct cursor **cursor)
{
    struct table *table;
    JET_ERR err = table_open(pass->database, pass->txn, PASS_TABLE, &table);

    *cursor = NULL;
    if (err < 0)
        return err;
    err = cursor_open(table, pass->txn, 0, cursor);
    if (err < 0)
    {
        *cursor = NULL;
        table_release(table);
        return err;
    }
    return cursor_move(*cursor, JET_MoveFirst, 0);
}

static JET_ERR get(struct cursor *cursor, JET_COLUMNID id, void *data, size_t size, uint32_t *actual)
{
    struct retrieval retrieval = { .columnid = id, .sequence = 1, .data = data, .size = (uint32_t)size, .sized = true };
    struct retrieve_scope scope = { .latched = false };
    JET_ERR err = retrieve_column(cursor, &retrieval, &scope);

    retrieve_end(cursor, &scope);
    *actual = err == JET_wrnColumnNull ? 0 : retrieval.actual;
    return err;
}

static JET_ERR read_row(struct cursor *cursor, struct row *row)
{
    uint32_t size;
    JET_ERR err;

    memset(row, 0, sizeof(*row));
    err = get(cursor, COLUMN_OBJID, &row->objid, sizeof(row->objid), &size);
    if (err >= 0)
        err = get(cursor, COLUMN_KIND, &row->kind, sizeof(row->kind), &size);
    for (uint32_t i = 0; err >= 0 && i < NUMBERS; i++)
        err = get(cursor, COLUMN_NUMBERS + i, &row->numbers[i], sizeof(row->numbers[i]), &size);
    if (err >= 0)
        err = get(cursor, COLUMN_KEY, row->key, sizeof(row->key), &row->key_size);
    if (row->key_size > sizeof(row->key))
        row->key_size = 0;
    return err < 0 ? err : JET_errSuccess;
}

static JET_ERR write_row(struct cursor *cursor, const struct row *row)
{
    JET_ERR err = update_prepare(cursor, JET_prepReplace);

    if (err >= 0)
        err = set(cursor, COLUMN_OBJID, &row->objid, sizeof(row->objid), 0);
    if (err >= 0)
        err = set(cursor, COLUMN_KIND, &row->kind, row->kind ? sizeof(row->kind) : 0, 0);
    for (uint32_t i = 0; err >= 0 && i < NUMBERS; i++)
        err = set(cursor, COLUMN_NUMBERS + i, &row->numbers[i], sizeof(row->numbers[i]), 0);
    if (err >= 0)
        err = set(cursor, COLUMN_KEY, row->key, row->key_size, row->key_size ? JET_bitSetCompressed : 0);
    if (err >= 0)
        err = update_finish(cursor, NULL, 0, NULL, 0);
    return err < 0 ? err : JET_errSuccess;
}

/* Reads the row, and writes it as it is after change(), in a transaction of its own. */
static JET_ERR change_row(struct defragment_pass *pass, void (*change)(const struct defragment_pass *, struct row *),
                          struct row *row)
{
    struct cursor *cursor = NULL;
    JET_ERR err = txn_begin(pass->txn, false, 0);

    if (err < 0)
        return err;
    err = open_row(pass, &cursor);
    if (err >= 0)
        err = read_row(cursor, row);
    if (err >= 0)
    {
        change(pass, row);
        err = write_row(cursor, row);
    }
    if (err >= 0)
        err = txn_commit(pass->txn);
    if (err < 0)
    {
        if (cursor)
            update_abandon(cursor);
        (void)txn_rollback(pass->txn);
    }
    if (cursor)
        cursor_close(cursor);
    return err < 0 ? err : JET_errSuccess;
}

/* ----------------------------------------------------------------- the pass --- */

static void tell(struct defragment_told *told, const struct row *row)
{
    told->started = row->numbers[PASS_STARTED];
    told->days = (os_time_now() - row->numbers[PASS_STARTED]) / DAY;
    told->seconds = row->numbers[PASS_SECONDS];
    told->invocations = row->numbers[PASS_INVOCATIONS];
    told->freed = row->numbers[PASS_FREED];
    told->passes = row->numbers[TOTAL_PASSES];
}

/* Indexes begin anew, all of them: what a key names there is not for sure. */
static bool has_keys(const struct defragment_pass *pass)
{
    return pass->kind == DEFRAGMENT_RECORDS || pass->kind == DEFRAGMENT_LONG_VALUES;
}

static JET_ERR load(struct defragment_pass *pass)
{
    struct cursor *cursor;
    struct row row;
    JET_ERR err = open_row(pass, &cursor);

    if (err >= 0)
        err = read_row(cursor, &row);
    if (cursor)
        cursor_close(cursor);
    if (err < 0)
        return err;
    pass->objid = row.objid;
    pass->kind = row.kind;
    pass->key_size = has_keys(pass) ? row.key_size : 0;
    memcpy(pass->key, row.key, pass->key_size);
    return JET_errSuccess;
}

JET_ERR defragment_pass_open(struct defragment_pass *pass, struct database *database, struct txn *txn, bool space_only)
{
    JET_ERR err;

    memset(pass, 0, sizeof(*pass));
    pass->database = database;
    pass->txn = txn;
    pass->space_only = space_only;
    err = load(pass);
    if (err == JET_errObjectNotFound)
    {
        err = create(pass);
        if (err >= 0)
            err = load(pass);
    }
    /* Another one's place in the tables stays what it is. */
    if (space_only)
        defragment_pass_at(pass, CATALOG_OBJID, DEFRAGMENT_NOTHING);
    return err;
}

static void begin_anew(const struct defragment_pass *pass, struct row *row)
{
    (void)pass;
    memset(&row->numbers[PASS_STARTED], 0, (PASS_JOINED_PARTLY + 1) * sizeof(*row->numbers));
    row->numbers[PASS_STARTED] = os_time_now();
    row->numbers[PASS_INVOCATIONS] = 1;
    row->numbers[TOTAL_INVOCATIONS]++;
}

static void begin_again(const struct defragment_pass *pass, struct row *row)
{
    (void)pass;
    row->numbers[PASS_INVOCATIONS]++;
    row->numbers[TOTAL_INVOCATIONS]++;
}

JET_ERR defragment_pass_begin(struct defragment_pass *pass, struct defragment_told *told)
{
    struct row row;
    JET_ERR err;

    pass->resumed = pass->objid > CATALOG_OBJID;
    err = change_row(pass, pass->resumed ? begin_again : begin_anew, &row);
    pass->visited = pass->freed = 0;
    pass->since = os_time_now();
    if (err >= 0)
        tell(told, &row);
    return err;
}

static void note(const struct defragment_pass *pass, struct row *row)
{
    uint64_t seconds = (os_time_now() - pass->since) / SECOND;

    row->objid = pass->objid;
    row->kind = pass->kind;
    row->key_size = pass->key_size;
    memcpy(row->key, pass->key, pass->key_size);
    row->numbers[PASS_SECONDS] += seconds;
    row->numbers[PASS_VISITED] += pass->visited;
    row->numbers[PASS_FREED] += pass->freed;
    row->numbers[TOTAL_SECONDS] += seconds;
    row->numbers[TOTAL_VISITED] += pass->visited;
    row->numbers[TOTAL_FREED] += pass->freed;
}

static void complete(const struct defragment_pass *pass, struct row *row)
{
    if (!pass->space_only)
        note(pass, row);
    row->numbers[TOTAL_PASSES]++;
    row->numbers[TOTAL_DAYS] += (os_time_now() - row->numbers[PASS_STARTED]) / DAY;
}

/* What was counted is in the row. */
static void counted(struct defragment_pass *pass)
{
    pass->visited = pass->freed = 0;
    pass->since = os_time_now();
}

JET_ERR defragment_pass_note(struct defragment_pass *pass)
{
    struct row row;
    JET_ERR err = pass->space_only ? JET_errSuccess : change_row(pass, note, &row);

    if (err >= 0)
        counted(pass);
    return err;
}

JET_ERR defragment_pass_complete(struct defragment_pass *pass, struct defragment_told *told)
{
    struct row row;
    JET_ERR err;

    defragment_pass_at(pass, CATALOG_OBJID, DEFRAGMENT_NOTHING);
    err = change_row(pass, complete, &row);
    if (err < 0)
        return err;
    counted(pass);
    tell(told, &row);
    return JET_errSuccess;
}

void defragment_pass_at(struct defragment_pass *pass, uint32_t objid, enum defragment_kind kind)
{
    pass->objid = objid;
    pass->kind = (uint16_t)kind;
    pass->key_size = 0;
}

void defragment_pass_visit(struct defragment_pass *pass, const uint8_t *key, uint32_t key_size)
{
    pass->visited++;
    /* A longer one would not stay in the row: then it is one that was before it. */
    if (!has_keys(pass) || key_size > sizeof(pass->key))
        return;
    memcpy(pass->key, key, key_size);
    pass->key_size = key_size;
}

bool defragment_pass_is_due(const struct defragment_pass *pass)
{
    return pass->visited > NOTE_PAGES;
}
