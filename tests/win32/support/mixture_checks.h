/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What tests/win32/mixture.c and mixture_threads.c, which alone include this, asks of a session: rows and
 * entries in each way that they can be read, and what the model says of them.
 */
#ifndef TESTS_MIXTURE_CHECKS_H
#define TESTS_MIXTURE_CHECKS_H

#include "mixture_model.h"

static void check_bytes(const char *what, int column, const void *got, uint32_t size, const struct value *want)
{
    if (size != want->size)
        wrong("%s of %s: %u bytes, not %u", what, descriptions[column].name, size, want->size);
    if (memcmp(got, want->bytes, size))
        wrong("%s of %s: other bytes, %02x for %02x at first", what, descriptions[column].name, *(const uint8_t *)got,
              *want->bytes);
}

/* One column by JetRetrieveColumn, all values and past the last one. */
static void check_column(JET_SESID session, JET_TABLEID tableid, const struct state *state, const struct row *row,
                         int column, JET_GRBIT grbit)
{
    uint8_t got[2 * LARGE];

    for (uint32_t i = 1; i <= row->count[column] + 1u; i++)
    {
        const struct value *want = value_at(row, column, i - 1);
        JET_RETINFO info = { .cbStruct = sizeof(info), .itagSequence = i };
        JET_ULONG actual = 0xdead;
        JET_ERR err;

        if (!is_multi(column) && i > 1)
            break;
        if (want && want->size > 20 && !below(3))
        {
            uint32_t at = below(want->size), most = 1 + below(want->size);
            struct value part = { want->size - at < most ? want->size - at : most, want->bytes + at };

            info.ibLongValue = at;
            if (descriptions[column].type != JET_coltypLongBinary && descriptions[column].type != JET_coltypLongText)
                continue;
            err = JetRetrieveColumn(session, tableid, id_of(state, column), got, most, &actual, grbit, &info);
            expect("part", err, want->size - at > most ? JET_wrnBufferTruncated : JET_errSuccess);
            expect("size from there", actual, want->size - at);
            check_bytes("part", column, got, part.size, &part);
            continue;
        }
        err = JetRetrieveColumn(session, tableid, id_of(state, column), got, sizeof(got), &actual, grbit, &info);
        if (err != (want ? JET_errSuccess : JET_wrnColumnNull))
            wrong("retrieve %s %u: %d", descriptions[column].name, i, (int)err);
        if (want)
            check_bytes("value", column, got, actual, want);
    }
}

static void check_by_columns(JET_SESID session, JET_TABLEID tableid, const struct state *state, const struct row *row)
{
    uint8_t room[COLUMNS + 1][4000];
    JET_RETRIEVECOLUMN list[COLUMNS + 1];
    int which[COLUMNS + 1], count = 1 + (int)below(COLUMNS);
    JET_ULONG asked[COLUMNS + 1];

    memset(list, 0, sizeof(list));
    for (int i = 0; i < count; i++)
    {
        which[i] = (int)below((uint32_t)columns_of(state));
        list[i].columnid = id_of(state, which[i]);
        list[i].pvData = room[i];
        /* A number that others add to must have its room: JET_errInvalidBufferSize. */
        list[i].cbData = below(5) || which[i] == E ? sizeof(room[i]) : below(20);
        list[i].itagSequence = is_multi(which[i]) ? below(4) : 1;
    }
    for (int i = 0; i < count; i++)
        asked[i] = list[i].itagSequence;
    JetRetrieveColumns(session, tableid, list, (JET_ULONG)count);
    for (int i = 0; i < count; i++)
    {
        const struct value *want;

        if (!asked[i])
        {
            expect("how many values", list[i].itagSequence, row->count[which[i]]);
            continue;
        }
        expect("number of a value", list[i].itagSequence, asked[i]);
        want = value_at(row, which[i], asked[i] - 1);
        expect("a list's error", list[i].err,
               !want                         ? JET_wrnColumnNull
               : want->size > list[i].cbData ? JET_wrnBufferTruncated
                                             : JET_errSuccess);
        if (!want)
            continue;
        expect("a list's size", list[i].cbActual, want->size);
        if (memcmp(room[i], want->bytes, want->size < list[i].cbData ? want->size : list[i].cbData))
            wrong("a list's bytes of %s", descriptions[which[i]].name);
    }
}

static void *JET_API grow(void *context, void *memory, JET_ULONG size)
{
    (void)context;
    if (size || !memory)
        return realloc(memory, size ? size : 1); /* a value of no bytes is asked for like others */
    free(memory);
    return NULL;
}

static void check_by_enumeration(JET_SESID session, JET_TABLEID tableid, const struct state *state,
                                 const struct row *row)
{
    JET_ENUMCOLUMNID ask[COLUMNS];
    JET_ENUMCOLUMN *list = NULL;
    JET_ULONG count = 0;
    int columns = columns_of(state);
    JET_GRBIT grbit = below(2) ? JET_bitEnumerateCompressOutput : 0;

    memset(ask, 0, sizeof(ask));
    for (int i = 0; i < columns; i++)
        ask[i].columnid = id_of(state, i);
    expect("enumerate",
           JetEnumerateColumns(session, tableid, (JET_ULONG)columns, ask, &count, &list, grow, NULL, 2 * LARGE, grbit),
           JET_errSuccess);
    expect("columns enumerated", count, columns);
    for (int i = 0; i < columns; i++)
    {
        const JET_ENUMCOLUMN *one = &list[i];

        expect("column enumerated", one->columnid, id_of(state, i));
        if (one->err == JET_wrnColumnSingleValue)
        {
            if (!grbit || row->count[i] != 1)
                wrong("%s has %d values, not one", descriptions[i].name, row->count[i]);
            check_bytes("enumerated", i, one->pvData, one->cbData, &row->value[i][0]);
            grow(NULL, one->pvData, 0);
            continue;
        }
        if (!row->count[i])
        {
            if (one->err != JET_wrnColumnNull && !(one->err == JET_errSuccess && one->cEnumColumnValue == 1 &&
                                                   one->rgEnumColumnValue[0].err == JET_wrnColumnNull))
                wrong("%s enumerated: %d, %u values, not NULL", descriptions[i].name, (int)one->err,
                      (unsigned)one->cEnumColumnValue);
        }
        else
        {
            if (one->err)
                wrong("%s enumerated: %d", descriptions[i].name, (int)one->err);
            expect("values enumerated", one->cEnumColumnValue, row->count[i]);
        }
        for (uint32_t k = 0; one->err == JET_errSuccess && k < one->cEnumColumnValue; k++)
        {
            const JET_ENUMCOLUMNVALUE *value = &one->rgEnumColumnValue[k];

            if (row->count[i])
            {
                expect("its number", value->itagSequence, k + 1);
                expect("its error", value->err, JET_errSuccess);
                check_bytes("enumerated", i, value->pvData, value->cbData, &row->value[i][k]);
            }
            grow(NULL, value->pvData, 0);
        }
        if (one->err == JET_errSuccess)
            grow(NULL, one->rgEnumColumnValue, 0);
    }
    grow(NULL, list, 0);
}

static void check_row(JET_SESID session, JET_TABLEID tableid, const struct state *state, const struct row *row)
{
    switch (below(4))
    {
    case 0:
        check_by_columns(session, tableid, state, row);
        break;
    case 1:
        check_by_enumeration(session, tableid, state, row);
        break;
    default:
        for (int i = 0; i < columns_of(state); i++)
            check_column(session, tableid, state, row, i, 0);
    }
}

static bool has_text(int which)
{
    return indexes[which].segment[0].column == S;
}

/* The cursor is on that entry of that index. */
static void check_entry(JET_SESID session, JET_TABLEID tableid, const struct state *state, int which,
                        const struct entry *entry, bool all)
{
    const struct row *row = &state->row[entry->id];
    uint8_t key[KEY + 1];
    JET_ULONG actual;
    int32_t id = 0;

    expect("retrieve id", JetRetrieveColumn(session, tableid, h.column_ids[ID], &id, sizeof(id), NULL, 0, NULL),
           JET_errSuccess);
    if (id != entry->id)
        wrong("%s: on row %d, not %d", indexes[which].name, (int)id, entry->id);
    if (!has_text(which))
    {
        expect("retrieve key", JetRetrieveKey(session, tableid, key, sizeof(key), &actual, 0), JET_errSuccess);
        expect("size of key", actual, entry->size);
        if (memcmp(key, entry->key, actual))
            wrong("%s: another key of %d", indexes[which].name, entry->id);
    }
    if (which != INDEX_CUT)
        for (int i = 0; i < SEGMENTS; i++)
        {
            int column = indexes[which].segment[i].column;
            const struct value *want = value_at(row, column, entry->of[i]);
            uint8_t got[300];
            JET_RETINFO info = { .cbStruct = sizeof(info), .itagSequence = 1 };
            JET_ERR err;

            if ((i && !column) || column == L)
                break;
            err = JetRetrieveColumn(session, tableid, id_of(state, column), got, sizeof(got), &actual,
                                    JET_bitRetrieveFromIndex, &info);
            if (err != (want ? JET_errSuccess : JET_wrnColumnNull))
                wrong("%s: %s from the index: %d", indexes[which].name, descriptions[column].name, (int)err);
            if (want)
                check_bytes("from the index", column, got, actual, want);
        }
    if (all)
        trace("%d: all of %d\n", h.step, (int)id);
    if (all)
        check_row(session, tableid, state, row);
}

static void scan(JET_SESID session, JET_TABLEID tableid, const struct state *state, int which)
{
    struct entry *list = h.list;
    uint32_t count = list_entries(state, which, list), seen = 0;
    bool forward = below(2);
    JET_ERR err;

    expect("set index", JetSetCurrentIndexA(session, tableid, indexes[which].name), JET_errSuccess);
    err = JetMove(session, tableid, forward ? JET_MoveFirst : JET_MoveLast, 0);
    for (; err >= 0; err = JetMove(session, tableid, forward ? JET_MoveNext : JET_MovePrevious, 0), seen++)
    {
        if (seen == count)
            wrong("%s: more than %u entries", indexes[which].name, count);
        check_entry(session, tableid, state, which, &list[forward ? seen : count - 1 - seen], !below(8));
    }
    expect("end of scan", err, JET_errNoCurrentRecord);
    if (seen != count)
        wrong("%s: %u entries, not %u", indexes[which].name, seen, count);
}

static int index_random(const struct state *state)
{
    int which;

    do
        which = (int)below((uint32_t)INDEXES);
    while (!state->index[which]);
    return which;
}

/* A key of one or two segments of random values; what the model calls it. */
static void make_key_to(JET_SESID session, JET_TABLEID tableid, int which, struct entry *entry, bool limit, bool up)
{
    const struct index *index = &indexes[which];
    int segments = index->segment[1].column ? 2 : 1, used = below(3) ? segments : 1;
    struct key key = { .most = key_most(which) };
    bool part = false;

    for (int i = 0; i < used; i++)
    {
        int column = index->segment[i].column;
        struct value value = { 0 };
        bool null = which && which != INDEX_CUT && !below(6);
        JET_GRBIT grbit = 0;

        if (column == ID)
        {
            int32_t id = (int32_t)below(IDS);
            value = value_copy(&id, 4);
        }
        else
            do
                value = value_random(column);
            while (which == INDEX_CUT && (value.size < CUT_LEAST || value.size > CUT_MOST));
        if (limit && i + 1 == used)
        {
            /* The least or the greatest key that begins with these columns, or with a part of the last one. */
            part = column == S && !null && value.size && below(2);
            grbit = part && up ? (below(2) ? JET_bitPartialColumnEndLimit : JET_bitSubStrLimit)
                    : part     ? JET_bitPartialColumnStartLimit
                    : up       ? (below(2) ? JET_bitFullColumnEndLimit : JET_bitStrLimit)
                               : JET_bitFullColumnStartLimit;
            if (column != S && grbit == JET_bitStrLimit)
                grbit = JET_bitFullColumnEndLimit;
        }
        expect("make key",
               JetMakeKey(session, tableid, null ? NULL : value.bytes, null ? 0 : value.size,
                          (i ? 0 : JET_bitNewKey) | (!null && !value.size ? JET_bitKeyDataZeroLength : 0) | grbit),
               JET_errSuccess);
        key_append(&key, column, index->segment[i].down, null ? NULL : &value,
                   index->grbit & JET_bitIndexSortNullsHigh);
    }
    if (part)
        key.size--;
    while (limit && up && key.size < key.most)
        key_byte(&key, 0xff, false);
    memset(entry, 0, sizeof(*entry));
    entry->size = (uint16_t)key.size;
    memcpy(entry->key, key.bytes, key.size);
}

static void make_key(JET_SESID session, JET_TABLEID tableid, int which, struct entry *entry)
{
    make_key_to(session, tableid, which, entry, false, false);
}

static void step_seek(JET_SESID session, JET_TABLEID tableid, const struct state *state)
{
    struct entry *list = h.list;
    static const JET_GRBIT seeks[] = { JET_bitSeekEQ, JET_bitSeekGE, JET_bitSeekGT, JET_bitSeekLE, JET_bitSeekLT };
    int which = index_random(state);
    uint32_t count = list_entries(state, which, list), first, past, at;
    JET_GRBIT seek = seeks[below(5)];
    struct entry key;
    JET_ERR err, want;

    expect("set index", JetSetCurrentIndexA(session, tableid, indexes[which].name), JET_errSuccess);
    make_key(session, tableid, which, &key);
    for (first = 0; first < count && entry_compare(&list[first], &key) < 0; first++)
        ;
    for (past = first; past < count && list[past].size == key.size && !memcmp(list[past].key, key.key, key.size);)
        past++;
    err = JetSeek(session, tableid, seek);
    at = seek == JET_bitSeekGT ? past : seek == JET_bitSeekLT ? first - 1 : first;
    if (seek == JET_bitSeekLE && first == past)
        at = first - 1;
    want = at >= count || (seek == JET_bitSeekEQ && first == past)   ? JET_errRecordNotFound
           : first == past && seek & (JET_bitSeekGE | JET_bitSeekLE) ? JET_wrnSeekNotEqual
                                                                     : JET_errSuccess;
    trace("%d: seek %#x in %s: %d\n", h.step, (unsigned)seek, indexes[which].name, (int)err);
    expect(indexes[which].name, err, want);
    if (err >= 0)
        check_entry(session, tableid, state, which, &list[at], true);
}

/* From a seek to a limit, up or down; how many there are; and back by both bookmarks. */
static void step_range(JET_SESID session, JET_TABLEID tableid, const struct state *state)
{
    struct entry *list = h.list;
    int which = index_random(state);
    uint32_t count = list_entries(state, which, list), at, end;
    bool up = below(2), inclusive = below(2), counted;
    struct entry limit;
    JET_ULONG records;
    uint8_t secondary[1000], primary[300];
    JET_ULONG secondary_size = 0, primary_size = 0;
    JET_ERR err;

    if (!count)
        return;
    expect("set index", JetSetCurrentIndexA(session, tableid, indexes[which].name), JET_errSuccess);
    at = below(count);
    expect("move", JetMove(session, tableid, up ? JET_MoveFirst : JET_MoveLast, 0), JET_errSuccess);
    if (up ? at : count - 1 - at)
        expect("move", JetMove(session, tableid, up ? (JET_LONG)at : (JET_LONG)at - (JET_LONG)count + 1, 0),
               JET_errSuccess);
    check_entry(session, tableid, state, which, &list[at], false);
    expect("bookmark", JetGetBookmark(session, tableid, primary, sizeof(primary), &primary_size), JET_errSuccess);
    if (which)
        expect("secondary bookmark",
               JetGetSecondaryIndexBookmark(session, tableid, secondary, sizeof(secondary), &secondary_size, primary,
                                            sizeof(primary), &primary_size, 0),
               JET_errSuccess);
    if (below(2))
    {
        bool widened = which != INDEX_CUT && below(2);

        if (widened)
            inclusive = true;
        make_key_to(session, tableid, which, &limit, widened, up);
        err = JetSetIndexRange(session, tableid,
                               (up ? JET_bitRangeUpperLimit : 0) | (inclusive ? JET_bitRangeInclusive : 0));
        for (end = at; end < count; end = up ? end + 1 : end - 1)
        {
            int order = memcmp(list[end].key, limit.key, list[end].size < limit.size ? list[end].size : limit.size);

            if (!order)
                order = (list[end].size > limit.size) - (list[end].size < limit.size);
            if (up ? order > 0 || (!order && !inclusive) : order < 0 || (!order && !inclusive))
                break;
        }
        trace("%d: range of %s from %u to %u of %u: %d\n", h.step, indexes[which].name, at, end, count, (int)err);
        expect("range", err, end == at ? JET_errNoCurrentRecord : JET_errSuccess);
        if (end == at)
            return;
        counted = up && below(2);
        if (counted)
        {
            /* The range is over then. */
            expect("count", JetIndexRecordCount(session, tableid, &records, 0), JET_errSuccess);
            expect("records", records, end - at);
        }
        for (uint32_t i = at; !counted && i != end; i = up ? i + 1 : i - 1)
        {
            check_entry(session, tableid, state, which, &list[i], false);
            expect("move in range", JetMove(session, tableid, up ? JET_MoveNext : JET_MovePrevious, 0),
                   (up ? i + 1 : i - 1) == end ? JET_errNoCurrentRecord : JET_errSuccess);
        }
    }
    else if (below(2))
    {
        /* To the next other key. */
        for (end = up ? at + 1 : at - 1; end < count; end = up ? end + 1 : end - 1)
            if (list[end].size != list[at].size || memcmp(list[end].key, list[at].key, list[at].size))
                break;
        err = JetMove(session, tableid, up ? JET_MoveNext : JET_MovePrevious, JET_bitMoveKeyNE);
        trace("%d: other key in %s from %u to %u of %u: %d\n", h.step, indexes[which].name, at, end, count, (int)err);
        expect("other key", err, end < count ? JET_errSuccess : JET_errNoCurrentRecord);
        if (end < count)
            check_entry(session, tableid, state, which, &list[end], false);
    }
    if (which && below(2))
        expect("go to an entry",
               JetGotoSecondaryIndexBookmark(session, tableid, secondary, secondary_size, primary, primary_size, 0),
               JET_errSuccess);
    else
    {
        expect("go to a row", JetGotoBookmark(session, tableid, primary, primary_size), JET_errSuccess);
        if (which && (is_multi(indexes[which].segment[0].column) || is_multi(indexes[which].segment[1].column) ||
                      which == INDEX_CUT))
            return; /* on any of its entries */
    }
    check_entry(session, tableid, state, which, &list[at], false);
}

/* Rows that lie in a range of each of two indexes. */
static void step_intersect(JET_SESID session, JET_DBID database, const struct state *state)
{
    struct entry *list = h.list;
    JET_INDEXRANGE ranges[2];
    JET_RECORDLIST found = { .cbStruct = sizeof(found) };
    uint8_t in[IDS] = { 0 }, bookmark[100];
    JET_ULONG size, wanted = 0;
    int which[2];
    JET_ERR err;

    memset(ranges, 0, sizeof(ranges));
    do
    {
        which[0] = index_random(state);
        which[1] = index_random(state);
    } while (!which[0] || !which[1] || which[0] == which[1]);
    for (int i = 0; i < 2; i++)
    {
        uint32_t count = list_entries(state, which[i], list), from, to;
        struct entry limit;

        ranges[i].cbStruct = sizeof(ranges[i]);
        ranges[i].grbit = JET_bitRecordInIndex;
        expect("open", JetOpenTableA(session, database, h.table_name, NULL, 0, 0, &ranges[i].tableid), JET_errSuccess);
        expect("set index", JetSetCurrentIndexA(session, ranges[i].tableid, indexes[which[i]].name), JET_errSuccess);
        if (!count)
        {
            for (int k = 0; k <= i; k++)
                JetCloseTable(session, ranges[k].tableid);
            return;
        }
        from = below(count);
        expect("first", JetMove(session, ranges[i].tableid, JET_MoveFirst, 0), JET_errSuccess);
        if (from)
            expect("from", JetMove(session, ranges[i].tableid, (JET_LONG)from, 0), JET_errSuccess);
        make_key(session, ranges[i].tableid, which[i], &limit);
        for (to = from; to < count; to++)
        {
            int order = memcmp(list[to].key, limit.key, list[to].size < limit.size ? list[to].size : limit.size);
            if (order > 0 || (!order && list[to].size > limit.size))
                break;
        }
        err = JetSetIndexRange(session, ranges[i].tableid, JET_bitRangeUpperLimit | JET_bitRangeInclusive);
        expect("range", err, from == to ? JET_errNoCurrentRecord : JET_errSuccess);
        if (from == to)
        {
            for (int k = 0; k <= i; k++)
                JetCloseTable(session, ranges[k].tableid);
            return;
        }
        for (; from < to; from++)
            in[list[from].id] |= (uint8_t)(1 << i);
    }
    for (int id = 1; id < IDS; id++)
        wanted += in[id] == 3;
    err = JetIntersectIndexes(session, ranges, 2, &found, 0);
    trace("%d: %s and %s have %u in common: %d\n", h.step, indexes[which[0]].name, indexes[which[1]].name,
          (unsigned)wanted, (int)err);
    expect("intersect", err, JET_errSuccess);
    expect("in both", found.cRecord, wanted);
    for (JET_ULONG i = 0; i < wanted; i++)
    {
        int32_t id = 0;

        expect("next", JetMove(session, found.tableid, i ? JET_MoveNext : JET_MoveFirst, 0), JET_errSuccess);
        expect("its bookmark",
               JetRetrieveColumn(session, found.tableid, found.columnidBookmark, bookmark, sizeof(bookmark), &size, 0,
                                 NULL),
               JET_errSuccess);
        expect("go there", JetGotoBookmark(session, ranges[0].tableid, bookmark, size), JET_errSuccess);
        expect("id", JetRetrieveColumn(session, ranges[0].tableid, h.column_ids[ID], &id, sizeof(id), NULL, 0, NULL),
               JET_errSuccess);
        expect("in both, and once", in[id], 3);
        in[id] = 0;
    }
    JetCloseTable(session, found.tableid);
    for (int i = 0; i < 2; i++)
        expect("close", JetCloseTable(session, ranges[i].tableid), JET_errSuccess);
}

#endif
