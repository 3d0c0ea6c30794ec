/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a thread of tests/win32/mixture.c and mixture_threads.c, which alone include
 * this, does to its table, and to the model at the same time.
 */
#ifndef TESTS_MIXTURE_STEPS_H
#define TESTS_MIXTURE_STEPS_H

#include "mixture_checks.h"

/* ------------------------------------------------------------------ writing --- */

static void begin(void)
{
    expect("begin", JetBeginTransaction(h.writer), JET_errSuccess);
    h.saved[h.level++] = h.now;
    trace("%d: begin %d\n", h.step, h.level);
}

/* What others did meanwhile is seen from now on. */
static void see_others(struct state *state)
{
    for (int id = 1; id < IDS; id++)
    {
        int32_t sum;

        if (!state->row[id].there || !h.theirs[id])
            continue;
        sum = number(&state->row[id], E) + h.theirs[id];
        row_set(&state->row[id], E, &sum, 4);
    }
}

static void end_level(void)
{
    if (h.level)
        return;
    see_others(&h.now);
    memset(h.theirs, 0, sizeof(h.theirs));
    memset(h.touched, 0, sizeof(h.touched));
}

static void commit(void)
{
    expect("commit", JetCommitTransaction(h.writer, below(2) ? JET_bitCommitLazyFlush : 0), JET_errSuccess);
    h.level--;
    trace("%d: commit to %d\n", h.step, h.level);
    end_level();
}

static void roll_back(void)
{
    expect("rollback", JetRollback(h.writer, 0), JET_errSuccess);
    h.now = h.saved[--h.level];
    trace("%d: rollback to %d\n", h.step, h.level);
    end_level();
}

static JET_ERR seek_row(JET_SESID session, JET_TABLEID tableid, int id)
{
    int32_t key = id;

    expect("set index", JetSetCurrentIndexA(session, tableid, NULL), JET_errSuccess);
    expect("make key", JetMakeKey(session, tableid, &key, sizeof(key), JET_bitNewKey), JET_errSuccess);
    return JetSeek(session, tableid, JET_bitSeekEQ);
}

static JET_ERR set(int column, uint32_t sequence, uint32_t offset, const void *data, uint32_t size, JET_GRBIT grbit)
{
    JET_SETINFO info = { .cbStruct = sizeof(info), .ibLongValue = offset, .itagSequence = sequence };

    h.sets++;
    trace("   set %s %u at %u: %u bytes, %#x\n", descriptions[column].name, sequence, offset, size, (unsigned)grbit);
    if (below(3))
        return JetSetColumn(h.writer, h.table, id_of(&h.now, column), data, size, grbit, &info);
    JET_SETCOLUMN one = { .columnid = id_of(&h.now, column),
                          .pvData = data,
                          .cbData = size,
                          .grbit = grbit,
                          .ibLongValue = offset,
                          .itagSequence = sequence };
    JET_ERR err = JetSetColumns(h.writer, h.table, &one, 1);
    if (err >= 0)
        expect("error of one of many", one.err, err);
    return err;
}

static void set_null(struct row *row, int column)
{
    expect("set NULL", set(column, 1, 0, NULL, 0, 0), JET_errSuccess);
    row->count[column] = 0;
}

static void set_plain(struct row *row, int column)
{
    const void *preset = descriptions[column].preset;
    struct value value;

    if (!below(4))
        set_null(row, column);
    else if (preset && !below(4))
    {
        expect("set to default", set(column, 1, 0, NULL, 0, JET_bitSetRevertToDefaultValue), JET_errSuccess);
        /* Of tagged columns; others become NULL. */
        row->count[column] = 0;
        if (descriptions[column].grbit & JET_bitColumnTagged)
            row_set(row, column, preset, 4);
    }
    else
    {
        value = value_random(column);
        expect("set", set(column, 1, 0, value.bytes, value.size, value.size ? 0 : JET_bitSetZeroLength),
               JET_errSuccess);
        row->count[column] = 1;
        row->value[column][0] = value;
    }
}

static void remove_value(struct row *row, int column, uint32_t i)
{
    memmove(&row->value[column][i], &row->value[column][i + 1], (VALUES - 1 - i) * sizeof(struct value));
    row->count[column]--;
}

static void set_multi(struct row *row, int column)
{
    uint32_t count = row->count[column], at = below(count + 1);
    struct value value = value_random(column);
    JET_GRBIT grbit = value.size ? 0 : JET_bitSetZeroLength;
    bool there = false;

    if (count == VALUES || (count && !below(4)))
    {
        at = below(count);
        expect("take a value away", set(column, at + 1, 0, NULL, 0, 0), JET_errSuccess);
        remove_value(row, column, at);
        return;
    }
    /* On large pages Windows' engine compares with the only value wrongly, and so do we. */
    if (column != K && below(3) && !(count == 1 && large_pages))
    {
        grbit |= below(2) ? JET_bitSetUniqueMultiValues : JET_bitSetUniqueNormalizedMultiValues;
        for (uint32_t i = 0; i < count; i++)
            there |= i != at && same(&row->value[column][i], &value);
    }
    expect("set a value", set(column, at == count && below(2) ? 0 : at + 1, 0, value.bytes, value.size, grbit),
           there ? JET_errMultiValuedDuplicate : JET_errSuccess);
    if (there)
        return;
    row->value[column][at] = value;
    if (at == count)
        row->count[column]++;
}

/* Sets all, a part, or the size of a long value. */
static void set_long(struct row *row, int column)
{
    uint32_t at = row->count[column] > 1 ? below(row->count[column]) : 0, offset, size;
    struct value value = value_random(column), old = { 0 };
    uint8_t *bytes;

    if (row->count[column])
        old = row->value[column][at];
    /* In a copy that takes the place of its original, what has no bytes cannot be overwritten or extended: as
     * Windows' engine, which answers JET_errRecordNotFound if it is a long value then. */
    switch (row->count[column] && old.size < LARGE && (old.size || !h.moving) ? below(7) : below(2))
    {
    case 0:
        if (!is_multi(column))
            set_null(row, column);
        return;
    case 1:
    case 2:
        expect("set long",
               set(column, at + 1, 0, value.bytes, value.size,
                   (value.size ? 0 : JET_bitSetZeroLength) | (below(4) ? 0 : JET_bitSetSeparateLV)),
               JET_errSuccess);
        if (!row->count[column])
            row->count[column] = 1;
        break;
    case 3:
    case 4:
        expect("append", set(column, at + 1, 0, value.bytes, value.size, JET_bitSetAppendLV), JET_errSuccess);
        bytes = bytes_new(old.size + value.size);
        memcpy(bytes, old.bytes, old.size);
        memcpy(bytes + old.size, value.bytes, value.size);
        value.bytes = bytes;
        value.size += old.size;
        break;
    case 5:
        offset = below(old.size + 1);
        expect("overwrite", set(column, at + 1, offset, value.bytes, value.size, JET_bitSetOverwriteLV),
               JET_errSuccess);
        size = offset + value.size > old.size ? offset + value.size : old.size;
        bytes = bytes_new(size);
        memcpy(bytes, old.bytes, old.size);
        memcpy(bytes + offset, value.bytes, value.size);
        value = (struct value){ size, bytes };
        break;
    default:
        size = 1 + below(old.size + 100);
        expect("set size", set(column, at + 1, 0, NULL, size, JET_bitSetSizeLV), JET_errSuccess);
        bytes = bytes_new(size);
        memset(bytes, 0, size);
        memcpy(bytes, old.bytes, size < old.size ? size : old.size);
        value = (struct value){ size, bytes };
        break;
    }
    row->value[column][at] = value;
}

static void set_some(struct row *row)
{
    for (uint32_t left = below(9); left; left--)
        switch (below(8))
        {
        case 0:
        case 1:
        case 2:
            set_plain(row, h.now.x && !below(5) ? X : (int)(A + below(5)));
            break;
        case 3:
        case 4:
            set_multi(row, (int)(M + below(2)));
            break;
        case 5:
            set_multi(row, K);
            break;
        default:
            set_long(row, below(2) ? L : K);
        }
}

static void set_id(struct row *row, int id)
{
    int32_t value = id;

    expect("set id", set(ID, 1, 0, &value, sizeof(value), 0), JET_errSuccess);
    row_set(row, ID, &value, sizeof(value));
}

static int free_id(void)
{
    for (int tries = 0; tries < 100; tries++)
    {
        int id = 1 + (int)below(IDS - 1);

        if (!h.now.row[id].there)
            return id;
    }
    return 0;
}

static void step_update(void)
{
    int id = 1 + (int)below(IDS - 1), to = id;
    bool alone = !h.level;
    struct row row = { 0 };
    unsigned prepare = JET_prepInsert;
    const int32_t zero = 0;
    JET_ERR err, want;

    if (alone)
        begin();
    if (h.touched[id])
    {
        expect("seek", seek_row(h.writer, h.table, id), JET_errSuccess);
        expect("prepare what another has changed", JetPrepareUpdate(h.writer, h.table, JET_prepReplace),
               JET_errWriteConflict);
        goto done;
    }
    if (h.now.row[id].there)
    {
        static const unsigned ways[] = { JET_prepReplace,       JET_prepReplace,    JET_prepReplace,
                                         JET_prepReplaceNoLock, JET_prepInsertCopy, JET_prepInsertCopyDeleteOriginal };

        prepare = ways[below(6)];
        if (prepare == JET_prepInsertCopy || prepare == JET_prepInsertCopyDeleteOriginal)
            to = free_id();
        if (!to)
            goto done;
        row = h.now.row[id];
        expect("seek", seek_row(h.writer, h.table, id), JET_errSuccess);
    }
    else
        expect("seek", seek_row(h.writer, h.table, id), JET_errRecordNotFound);
    trace("%d: prepare %u of %d to %d\n", h.step, prepare, id, to);
    expect("prepare", JetPrepareUpdate(h.writer, h.table, prepare), JET_errSuccess);
    if (prepare == JET_prepInsert)
        for (int i = 0; i < columns_of(&h.now); i++)
            if (descriptions[i].preset)
                row_set(&row, i, descriptions[i].preset, 4);
    if (prepare != JET_prepReplace && prepare != JET_prepReplaceNoLock)
    {
        row_set(&row, VER, &zero, 4);
        set_id(&row, to);
    }
    row.there = true;
    h.sets = 0;
    h.moving = prepare == JET_prepInsertCopyDeleteOriginal;
    set_some(&row);
    for (int i = 0; i < columns_of(&h.now); i++)
        if (i != VER)
            check_column(h.writer, h.table, &h.now, &row, i, JET_bitRetrieveCopy);
    want = judge(&row, to);
    if (prepare == JET_prepInsertCopyDeleteOriginal && want == JET_errKeyDuplicate)
    {
        /* What the original had may be had again. */
        struct row original = h.now.row[id];

        h.now.row[id].there = false;
        want = judge(&row, to);
        h.now.row[id] = original;
    }
    if (!below(10))
    {
        expect("cancel", JetPrepareUpdate(h.writer, h.table, JET_prepCancel), JET_errSuccess);
        goto done;
    }
    err = JetUpdate(h.writer, h.table, NULL, 0, NULL);
    trace("%d: update %u of %d to %d: %d\n", h.step, prepare, id, to, (int)err);
    if (err != want && !(h.cut && err == JET_errKeyDuplicate))
        wrong("update %u of %d: %d, not %d", prepare, id, (int)err, (int)want);
    if (err < 0)
    {
        expect("cancel", JetPrepareUpdate(h.writer, h.table, JET_prepCancel), JET_errSuccess);
        goto done;
    }
    /* An update that sets nothing is none. */
    if ((prepare == JET_prepReplace || prepare == JET_prepReplaceNoLock) && h.sets)
    {
        int32_t version = number(&row, VER) + 1;

        row_set(&row, VER, &version, 4);
    }
    if (prepare == JET_prepInsertCopyDeleteOriginal)
        h.now.row[id].there = false;
    h.now.row[to] = row;
done:
    if (alone)
    {
        if (below(8))
            commit();
        else
            roll_back();
    }
}

static void step_delete(void)
{
    int id = 1 + (int)below(IDS - 1);

    if (!h.now.row[id].there)
        return;
    expect("seek", seek_row(h.writer, h.table, id), JET_errSuccess);
    trace("%d: delete %d\n", h.step, id);
    expect("delete", JetDelete(h.writer, h.table), h.touched[id] ? JET_errWriteConflict : JET_errSuccess);
    if (h.touched[id])
        return;
    h.now.row[id].there = false;
}

static void step_escrow(void)
{
    int id = 1 + (int)below(IDS - 1);
    int32_t delta = (int32_t)below(100) - 50, old = 0, sum;
    JET_ULONG actual;

    if (!h.now.row[id].there)
        return;
    expect("seek", seek_row(h.writer, h.table, id), JET_errSuccess);
    expect("escrow",
           JetEscrowUpdate(h.writer, h.table, h.column_ids[E], &delta, sizeof(delta), &old, sizeof(old), &actual, 0),
           h.level ? JET_errSuccess : JET_errNotInTransaction);
    if (!h.level)
        return;
    trace("%d: %d more in %d\n", h.step, (int)delta, id);
    /* As it is on the page, with what the writer does not see. */
    expect("what it was", old, number(&h.now.row[id], E) + h.theirs[id]);
    sum = number(&h.now.row[id], E) + delta;
    row_set(&h.now.row[id], E, &sum, 4);
}

/* Another session finds what the writer has changed taken. */
static void step_conflict(void)
{
    JET_SESID other;
    JET_DBID database;
    JET_TABLEID cursor;
    int id = 1 + (int)below(IDS - 1);
    const struct row *before = &h.saved[0].row[id], *now = &h.now.row[id];
    struct row seen = *before;
    JET_ERR err;

    if (!h.level || !before->there || !now->there)
        return;
    other = test_session(instance);
    expect("open", JetOpenDatabaseA(other, path, NULL, &database, 0), JET_errSuccess);
    expect("open", JetOpenTableA(other, database, h.table_name, NULL, 0, 0, &cursor), JET_errSuccess);
    expect("begin", JetBeginTransaction(other), JET_errSuccess);
    expect("seek", seek_row(other, cursor, id), JET_errSuccess);
    trace("%d: another is on %d\n", h.step, id);
    if (h.theirs[id])
    {
        int32_t sum = number(&seen, E) + h.theirs[id];

        row_set(&seen, E, &sum, 4);
    }
    check_row(other, cursor, &h.saved[0], &seen);
    if (!below(3))
    {
        /* Both may add, but not to what the writer has changed or locked. */
        int32_t delta = (int32_t)below(1000);

        err = JetEscrowUpdate(other, cursor, h.column_ids[E], &delta, sizeof(delta), NULL, 0, NULL, 0);
        if (err != JET_errWriteConflict)
        {
            expect("add", err, JET_errSuccess);
            if (memcmp(&before->value[VER][0], &now->value[VER][0], sizeof(now->value[VER][0])))
                wrong("another adds to %d, which is changed", id);
            h.theirs[id] += delta;
            h.touched[id] = true;
        }
        trace("%d: another adds %d to %d: %d\n", h.step, (int)delta, id, (int)err);
        expect("commit", JetCommitTransaction(other, 0), JET_errSuccess);
        expect("end", JetEndSession(other, 0), JET_errSuccess);
        return;
    }
    err = below(2) ? JetDelete(other, cursor) : JetGetLock(other, cursor, JET_bitWriteLock);
    if (memcmp(before, now, offsetof(struct row, value[X])) && before->count[X] == now->count[X] &&
        err != JET_errWriteConflict)
        wrong("%d is changed by both: %d", id, (int)err);
    expect("rollback", JetRollback(other, 0), JET_errSuccess);
    expect("end", JetEndSession(other, 0), JET_errSuccess);
}

/* ------------------------------------------------------------------- schema --- */

static void describe_index(int which, JET_INDEXCREATE2_A *create, JET_CONDITIONALCOLUMN_A *conditions,
                           JET_TUPLELIMITS *limits)
{
    memset(create, 0, sizeof(*create));
    create->cbStruct = sizeof(*create);
    create->szIndexName = (char *)indexes[which].name;
    create->szKey = (char *)indexes[which].key;
    create->cbKey = indexes[which].key_size;
    create->grbit = indexes[which].grbit;
    create->ulDensity = 80;
    if (which == INDEX_IF)
    {
        conditions[0] = (JET_CONDITIONALCOLUMN_A){ sizeof(conditions[0]), (char *)"t", JET_bitIndexColumnMustBeNull };
        conditions[1] = (JET_CONDITIONALCOLUMN_A){ sizeof(conditions[1]), (char *)"v",
                                                   JET_bitIndexColumnMustBeNonNull };
        create->rgconditionalcolumn = conditions;
        create->cConditionalColumn = 2;
    }
    create->cbKeyMost = which == INDEX_LONG ? LONG_KEY : 0;
    if (which == INDEX_CUT)
    {
        *limits = (JET_TUPLELIMITS){
            .chLengthMin = CUT_LEAST, .chLengthMax = CUT_MOST, .chToIndexMax = 32767, .cchIncrement = 1
        };
        create->grbit |= JET_bitIndexTupleLimits;
        create->ptuplelimits = limits;
    }
}

static void create_index(int which)
{
    JET_CONDITIONALCOLUMN_A conditions[2];
    JET_INDEXCREATE2_A create;
    JET_TUPLELIMITS limits;
    JET_ERR want = JET_errSuccess, err;

    describe_index(which, &create, conditions, &limits);
    if (indexes[which].grbit & (JET_bitIndexUnique | JET_bitIndexDisallowTruncation))
    {
        bool had[INDEXES];

        memcpy(had, h.now.index, sizeof(had));
        memset(h.now.index, 0, sizeof(h.now.index));
        h.now.index[which] = true;
        for (int id = 1; id < IDS && !want; id++)
            if (h.now.row[id].there)
                want = judge(&h.now.row[id], id);
        memcpy(h.now.index, had, sizeof(had));
    }
    err = JetCreateIndex3A(h.writer, h.table, &create, 1);
    trace("%d: create %s: %d\n", h.step, indexes[which].name, (int)err);
    if (!h.cut || err != JET_errKeyDuplicate)
        expect("create index", err, want);
    h.now.index[which] = !err;
}

/* A column is added, which rows that are there have by default, or deleted, unless it is in an index. */
static void change_column(void)
{
    JET_COLUMNDEF def = { .cbStruct = sizeof(def), .coltyp = JET_coltypLong };

    if (!h.now.x)
    {
        expect("add column", JetAddColumnA(h.writer, h.table, "x", &def, &default_x, sizeof(default_x), &h.now.x_id),
               JET_errSuccess);
        for (int id = 1; id < IDS; id++)
            if (h.now.row[id].there)
                row_set(&h.now.row[id], X, &default_x, sizeof(default_x));
        h.now.x = true;
        trace("%d: add x\n", h.step);
        return;
    }
    trace("%d: delete x\n", h.step);
    expect("delete column", JetDeleteColumnA(h.writer, h.table, "x"),
           h.now.index[INDEX_X] ? JET_errColumnInUse : JET_errSuccess);
    if (h.now.index[INDEX_X])
        return;
    for (int id = 1; id < IDS; id++)
        h.now.row[id].count[X] = 0;
    h.now.x = false;
}

static void step_schema(void)
{
    int which = 3 + (int)below((uint32_t)INDEXES - 3); /* the first ones may be a template's */

    if (h.reading)
        return;
    /* Cursors leave the index that goes. */
    expect("set index", JetSetCurrentIndexA(h.writer, h.table, NULL), JET_errSuccess);
    expect("set index", JetSetCurrentIndexA(h.reader, h.read_table, NULL), JET_errSuccess);
    if (!below(3))
    {
        change_column();
        return;
    }
    if (which == INDEX_X && !h.now.x)
        return;
    if (h.now.index[which])
    {
        trace("%d: delete %s\n", h.step, indexes[which].name);
        expect("delete index", JetDeleteIndexA(h.writer, h.table, indexes[which].name), JET_errSuccess);
        h.now.index[which] = false;
        if (below(2))
            return;
    }
    create_index(which);
}

static void create_table(bool derived)
{
    JET_CONDITIONALCOLUMN_A conditions[INDEXES][2];
    JET_TUPLELIMITS limits[INDEXES];
    JET_INDEXCREATE2_A create[INDEXES];
    JET_COLUMNCREATE_A columns[X];
    JET_TABLECREATE3_A one = { .cbStruct = sizeof(one), .ulPages = 1, .ulDensity = 80 };

    memset(columns, 0, sizeof(columns));
    for (int i = 0; i < X; i++)
    {
        columns[i].cbStruct = sizeof(columns[i]);
        columns[i].szColumnName = (char *)descriptions[i].name;
        columns[i].coltyp = descriptions[i].type;
        columns[i].grbit = descriptions[i].grbit;
        columns[i].cp = i == S ? 1252 : descriptions[i].type == JET_coltypLongText ? 1200 : 0;
        columns[i].pvDefault = (void *)descriptions[i].preset;
        columns[i].cbDefault = descriptions[i].preset ? 4 : 0;
    }
    for (int i = 0; i < INDEXES; i++)
        describe_index(i, &create[i], conditions[i], &limits[i]);
    one.szTableName = h.table_name;
    one.rgcolumncreate = columns;
    one.cColumns = X;
    one.rgindexcreate = create;
    one.cIndexes = INDEX_X;
    if (derived)
    {
        one.szTableName = h.template_name;
        one.grbit = JET_bitTableCreateTemplateTable;
        one.cColumns = L;
        one.cIndexes = 3;
        expect("template", JetCreateTableColumnIndex3A(h.writer, h.dbid, &one), JET_errSuccess);
        expect("close", JetCloseTable(h.writer, one.tableid), JET_errSuccess);
        memset(&one, 0, sizeof(one));
        one.cbStruct = sizeof(one);
        one.szTableName = h.table_name;
        one.szTemplateTableName = h.template_name;
        one.rgcolumncreate = columns + L;
        one.cColumns = X - L;
        one.rgindexcreate = create + 3;
        one.cIndexes = INDEX_X - 3;
    }
    expect("create table", JetCreateTableColumnIndex3A(h.writer, h.dbid, &one), JET_errSuccess);
    expect("close", JetCloseTable(h.writer, one.tableid), JET_errSuccess);
    for (int i = 0; i < INDEX_X; i++)
        h.now.index[i] = true;
}

/* ------------------------------------------------------------------- steps --- */

static void open_all(void)
{
    JET_COLUMNBASE_A base = { .cbStruct = sizeof(base) };

    h.writer = test_session(instance);
    h.reader = test_session(instance);
    if (JetAttachDatabaseA(h.writer, path, 0) != JET_wrnDatabaseAttached)
        expect("attach", JetAttachDatabaseA(h.writer, path, 0), JET_wrnDatabaseAttached);
    expect("open", JetOpenDatabaseA(h.writer, path, NULL, &h.dbid, 0), JET_errSuccess);
    expect("open", JetOpenDatabaseA(h.reader, path, NULL, &h.read_dbid, 0), JET_errSuccess);
    expect("open", JetOpenTableA(h.writer, h.dbid, h.table_name, NULL, 0, 0, &h.table), JET_errSuccess);
    expect("open", JetOpenTableA(h.reader, h.read_dbid, h.table_name, NULL, 0, 0, &h.read_table), JET_errSuccess);
    for (int i = 0; i < columns_of(&h.now); i++)
    {
        expect("column",
               JetGetTableColumnInfoA(h.writer, h.table, descriptions[i].name, &base, sizeof(base), JET_ColInfoBase),
               JET_errSuccess);
        if (i == X)
            h.now.x_id = base.columnid;
        else
            h.column_ids[i] = base.columnid;
    }
}

static void close_all(void)
{
    while (h.level)
        commit();
    h.reading = false;
    expect("end", JetEndSession(h.reader, 0), JET_errSuccess);
    expect("end", JetEndSession(h.writer, 0), JET_errSuccess);
}

static void check_all(void)
{
    for (int which = 0; which < INDEXES; which++)
        if (h.now.index[which])
            scan(h.writer, h.table, &h.now, which);
}

static void step_transaction(void)
{
    if (!h.level || (h.level < LEVELS && !below(3)))
        begin();
    else if (below(3))
        commit();
    else
        roll_back();
}

static void step_reader(void)
{
    if (h.reading && !below(4))
    {
        expect("commit", JetCommitTransaction(h.reader, 0), JET_errSuccess);
        h.reading = false;
    }
    if (!h.reading)
    {
        const struct state *committed = h.level ? &h.saved[0] : &h.now;

        /* Indexes that come and go under it are another test's. */
        if (memcmp(committed->index, h.now.index, sizeof(h.now.index)) || committed->x != h.now.x)
            return;
        expect("begin", JetBeginTransaction2(h.reader, below(2) ? JET_bitTransactionReadOnly : 0), JET_errSuccess);
        h.seen = *committed;
        see_others(&h.seen);
        trace("%d: h.reader begins\n", h.step);
        h.reading = true;
    }
    switch (below(3))
    {
    case 0:
        scan(h.reader, h.read_table, &h.seen, index_random(&h.seen));
        break;
    case 1:
        step_seek(h.reader, h.read_table, &h.seen);
        break;
    default:
        step_range(h.reader, h.read_table, &h.seen);
    }
}

/* `around` is what the test itself does now and then. */
static void step(void (*around)(const char *name), const char *name)
{
    unsigned what = below(200);

    if (what < 90)
        step_update();
    else if (what < 100)
        step_delete();
    else if (what < 110)
        step_escrow();
    else if (what < 130)
        step_transaction();
    else if (what < 145)
        step_seek(h.writer, h.table, &h.now);
    else if (what < 158)
        step_range(h.writer, h.table, &h.now);
    else if (what < 163)
        step_intersect(h.writer, h.dbid, &h.now);
    else if (what < 180)
        step_reader();
    else if (what < 186)
        scan(h.writer, h.table, &h.now, index_random(&h.now));
    else if (what < 190)
        step_schema();
    else if (what < 198)
        step_conflict();
    else
        around(name);
}

/* With a new table of the writer's database, in two sessions that are begun for it. */
static void play(uint64_t seed, int steps, void (*around)(const char *name), const char *name)
{
    create_table(seed % 3 == 0);
    expect("end", JetEndSession(h.writer, 0), JET_errSuccess);
    open_all();
    for (h.step = 0; h.step < steps; h.step++)
        step(around, name);
    while (h.level)
        commit();
    check_all();
}

static unsigned long setting(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);

    return text && *text ? strtoul(text, NULL, 0) : otherwise;
}

#endif
