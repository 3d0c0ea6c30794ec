/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * columns.c - the calls that read a record as a whole say the same as
 * JetRetrieveColumn, column by column: JetEnumerateColumns in all its ways,
 * JetRetrieveTaggedColumnList, JetGetRecordSize; and nothing stays allocated
 * when memory runs out.  On real databases, where ESENT_CORPUS has them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#undef JET_VERSION
#define JET_VERSION 0x0A01
#include "esent.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define RECORDS_MOST 150 /* of a table */
#define VALUE_MOST   (1u << 20)
#define NAME_SIZE    65

static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID database;
static JET_TABLEID table;
static unsigned char value[VALUE_MOST], part[VALUE_MOST];

/* ---- memory ------------------------------------------------------------------ */

static long alive, until_failure = -1;

static void *JET_API grow(void *context, void *memory, JET_ULONG size)
{
    assert_ptr_equal(context, &alive);
    if (memory && !size)
    {
        alive--;
        free(memory);
        return NULL;
    }
    if (!until_failure)
        return NULL;
    if (until_failure > 0)
        until_failure--;
    alive += !memory;
    memory = realloc(memory, size + 1);
    if (memory)
        memset(memory, 0xa5, size); /* nobody may count on zeroes */
    return memory;
}

static void discard(JET_ENUMCOLUMN *columns, JET_ULONG count)
{
    for (JET_ULONG i = 0; i < count; i++)
    {
        if (columns[i].err == JET_wrnColumnSingleValue)
            grow(&alive, columns[i].pvData, 0);
        else if (columns[i].rgEnumColumnValue)
        {
            for (JET_ULONG j = 0; j < columns[i].cEnumColumnValue; j++)
            {
                if (columns[i].rgEnumColumnValue[j].pvData)
                    grow(&alive, columns[i].rgEnumColumnValue[j].pvData, 0);
            }
            grow(&alive, columns[i].rgEnumColumnValue, 0);
        }
    }
    grow(&alive, columns, 0);
}

static JET_ERR enumerate(JET_ULONG wanted, JET_ENUMCOLUMNID *ids, JET_ULONG most, JET_GRBIT grbit, JET_ULONG *count,
                         JET_ENUMCOLUMN **columns)
{
    return JetEnumerateColumns(session, table, wanted, ids, count, columns, grow, &alive, most, grbit);
}

/* ---- one value ----------------------------------------------------------------- */

static JET_ERR retrieve(JET_COLUMNID id, JET_ULONG sequence, JET_ULONG offset, void *data, JET_ULONG size,
                        JET_ULONG *actual, JET_GRBIT grbit)
{
    JET_RETINFO info = { sizeof(info), offset, sequence, 0 };

    *actual = 0;
    return JetRetrieveColumn(session, table, id, data, size, actual, grbit, &info);
}

static int is_separated(JET_COLUMNID id, JET_ULONG sequence)
{
    JET_ULONG actual;
    unsigned char lid[8];

    return retrieve(id, sequence, 0, lid, sizeof(lid), &actual, JET_bitRetrieveLongId) == JET_wrnSeparateLongValue;
}

/* A value in pieces is the value, wherever a piece begins and however long it is. */
static void check_pieces(JET_COLUMNID id, JET_ULONG sequence, JET_ULONG size)
{
    JET_ULONG at[] = { 1, size / 3, size / 2, size - 1, size, size + 1, size + 5000, 0x7fffffff };

    for (unsigned i = 0; i < COUNT(at); i++)
    {
        JET_ULONG lengths[] = { 1, 100, VALUE_MOST };

        for (unsigned j = 0; j < COUNT(lengths); j++)
        {
            JET_ULONG rest = at[i] < size ? size - at[i] : 0, actual;
            JET_ERR err = retrieve(id, sequence, at[i], part, lengths[j], &actual, 0);

            assert_int_equal(actual, rest);
            assert_int_equal(err, rest > lengths[j] ? JET_wrnBufferTruncated : JET_errSuccess);
            assert_memory_equal(part, value + at[i] * !!rest, rest < lengths[j] ? rest : lengths[j]);
        }
    }
}

/* ---- a record ------------------------------------------------------------------- */

struct totals
{
    uint64_t separated, separated_size, several, tagged;
};

static void check_value(JET_COLUMNID id, JET_ULONG sequence, JET_ERR err, const void *data, JET_ULONG size,
                        struct totals *totals)
{
    JET_ULONG actual;
    JET_ERR expected = retrieve(id, sequence, 0, value, sizeof(value), &actual, 0);

    assert_int_equal(expected, JET_errSuccess);
    assert_int_equal(err, JET_errSuccess);
    assert_int_equal(size, actual);
    assert_memory_equal(data, value, actual);
    if ((id & 0xffff) < 256 || actual < 2)
        return;
    if (is_separated(id, sequence))
    {
        totals->separated++;
        totals->separated_size += actual;
        check_pieces(id, sequence, actual);
    }
}

/* All columns: each value is as retrieved, and there is no further one. */
static void check_all(JET_GRBIT grbit, JET_ENUMCOLUMN *columns, JET_ULONG count, struct totals *totals)
{
    memset(totals, 0, sizeof(*totals));
    for (JET_ULONG i = 0; i < count; i++)
    {
        JET_ENUMCOLUMN *column = &columns[i];
        JET_ULONG values = 1, actual;

        if (i)
            assert_true((column->columnid ^ 0x80000000u) > (column[-1].columnid ^ 0x80000000u));
        if (column->err == JET_wrnColumnNull)
        {
            assert_int_equal(retrieve(column->columnid, 1, 0, value, 100, &actual, 0), JET_wrnColumnNull);
            totals->tagged += (column->columnid & 0xffff) >= 256;
            continue;
        }
        totals->tagged += (column->columnid & 0xffff) >= 256;
        if (column->err == JET_wrnColumnSingleValue)
        {
            assert_true(grbit & JET_bitEnumerateCompressOutput);
            check_value(column->columnid, 1, 0, column->pvData, column->cbData, totals);
        }
        else
        {
            assert_int_equal(column->err, JET_errSuccess);
            values = column->cEnumColumnValue;
            for (JET_ULONG j = 0; j < values; j++)
            {
                JET_ENUMCOLUMNVALUE *one = &column->rgEnumColumnValue[j];
                assert_int_equal(one->itagSequence, j + 1);
                check_value(column->columnid, j + 1, one->err, one->pvData, one->cbData, totals);
            }
        }
        totals->several += values - 1;
        if ((column->columnid & 0xffff) >= 256)
            assert_int_equal(retrieve(column->columnid, values + 1, 0, value, 100, &actual, 0), JET_wrnColumnNull);
    }
}

static void check_sizes(const struct totals *totals)
{
    JET_RECSIZE size;
    JET_RECSIZE2 size2;
    JET_RECSIZE3 size3, local, logical, twice;

    memset(&size, 0xee, sizeof(size));
    assert_int_equal(JetGetRecordSize(session, table, &size, 0), JET_errSuccess);
    assert_int_equal(JetGetRecordSize2(session, table, &size2, 0), JET_errSuccess);
    assert_int_equal(JetGetRecordSize3(session, table, &size3, 0), JET_errSuccess);
    assert_memory_equal(&size, &size2, sizeof(size));
    assert_memory_equal(&size2, &size3, sizeof(size2));
    assert_int_equal(size.cTaggedColumns, totals->tagged);
    assert_int_equal(size.cMultiValues, totals->several);
    assert_true(size.cLongValues >= totals->separated); /* of less than two bytes are not counted above */
    assert_true(size.cbLongValueData >= totals->separated_size);
    assert_true(size.cbLongValueData <= totals->separated_size + size.cLongValues);

    assert_int_equal(JetGetRecordSize3(session, table, &local, JET_bitRecordSizeLocal), JET_errSuccess);
    assert_int_equal(local.cbData, size3.cbData);
    assert_int_equal(local.cbOverhead, size3.cbOverhead);
    assert_int_equal(local.cLongValues, size3.cLongValues);
    assert_int_equal(local.cbLongValueData, 0);

    assert_int_equal(JetGetRecordSize3(session, table, &logical, JET_bitRecordSizeExtrinsicLogicalOnly),
                     JET_errSuccess);
    assert_int_equal(logical.cbLongValueData, size3.cbLongValueData);
    assert_int_equal(logical.cbLongValueDataCompressed, size3.cbLongValueData);

    twice = size3;
    assert_int_equal(JetGetRecordSize3(session, table, &twice, JET_bitRecordSizeRunningTotal), JET_errSuccess);
    for (unsigned i = 0; i < sizeof(twice) / sizeof(JET_UINT64); i++)
        assert_int_equal(((JET_UINT64 *)&twice)[i], 2 * ((JET_UINT64 *)&size3)[i]);
}

static void check_tagged_list(JET_ENUMCOLUMN *columns, JET_ULONG count)
{
    static JET_RETRIEVEMULTIVALUECOUNT list[70000];
    JET_ULONG entries = 0, counted, i = 0;

    assert_int_equal(JetRetrieveTaggedColumnList(session, table, &counted, NULL, 0, 0, 0), JET_errSuccess);
    assert_int_equal(JetRetrieveTaggedColumnList(session, table, &entries, list, sizeof(list), 0, 0), JET_errSuccess);
    assert_int_equal(entries, counted);
    for (JET_ULONG c = 0; c < count; c++)
    {
        if ((columns[c].columnid & 0xffff) < 256)
            continue;
        assert_true(i < entries);
        assert_int_equal(list[i].columnid, columns[c].columnid);
        assert_int_equal(list[i].cMultiValues, columns[c].err == JET_wrnColumnNull ? 0 : columns[c].cEnumColumnValue);
        assert_int_equal(list[i].fNullOverride, columns[c].err == JET_wrnColumnNull);
        i++;
    }
    assert_int_equal(i, entries);
    if (entries < 2)
        return;
    /* From one of them on, and no more than there is room for. */
    assert_int_equal(JetRetrieveTaggedColumnList(session, table, &counted, list, sizeof(*list), list[1].columnid, 0),
                     JET_errSuccess);
    assert_int_equal(counted, 1);
    for (JET_ULONG c = 0, n = 0; c < count; c++)
    {
        if ((columns[c].columnid & 0xffff) >= 256 && n++ == 1)
            assert_int_equal(list[0].columnid, columns[c].columnid);
    }
}

/* The values of tagged columns by their number among all of them. */
static void check_scan(JET_ENUMCOLUMN *columns, JET_ULONG count)
{
    JET_RETRIEVECOLUMN all = { .pvData = NULL };
    JET_ULONG number = 0, actual;
    JET_RETINFO info = { sizeof(info), 0, 0, 0 };

    for (JET_ULONG c = 0; c < count; c++)
    {
        if ((columns[c].columnid & 0xffff) < 256 || columns[c].err)
            continue;
        for (JET_ULONG j = 0; j < columns[c].cEnumColumnValue; j++)
        {
            info.itagSequence = ++number;
            if (number > 40)
                continue;
            assert_int_equal(JetRetrieveColumn(session, table, 0, value, sizeof(value), &actual, 0, &info), 0);
            assert_int_equal(info.columnidNextTagged, columns[c].columnid);
            assert_int_equal(actual, columns[c].rgEnumColumnValue[j].cbData);
            assert_memory_equal(value, columns[c].rgEnumColumnValue[j].pvData, actual);
        }
    }
    info.itagSequence = number + 1;
    assert_int_equal(JetRetrieveColumn(session, table, 0, value, sizeof(value), &actual, 0, &info), JET_wrnColumnNull);
    assert_int_equal(info.columnidNextTagged, 0);
    assert_int_equal(JetRetrieveColumns(session, table, &all, 1), JET_errSuccess);
    assert_int_equal(all.itagSequence, number);
    info.itagSequence = 0;
    assert_int_equal(JetRetrieveColumn(session, table, 0, value, sizeof(value), &actual, 0, &info),
                     JET_errBadItagSequence);
}

/* The same columns asked for by id. */
static void check_requested(JET_ENUMCOLUMN *columns, JET_ULONG count)
{
    static JET_ENUMCOLUMNID wanted[300];
    JET_ULONG sequences[] = { 2, 0, 1, 7 }, found, number = count < 298 ? count : 298;
    JET_ENUMCOLUMN *answer;

    if (!number)
        return;
    for (JET_ULONG i = 0; i < number; i++)
        wanted[i] = (JET_ENUMCOLUMNID){ .columnid = columns[i].columnid };
    wanted[number] = (JET_ENUMCOLUMNID){ .columnid = 0 };
    assert_int_equal(enumerate(number + 1, wanted, 0x7fffffff, 0, &found, &answer), JET_errSuccess);
    assert_int_equal(found, number + 1);
    for (JET_ULONG i = 0; i < number; i++)
    {
        assert_int_equal(answer[i].columnid, columns[i].columnid);
        assert_int_equal(answer[i].err, columns[i].err);
        if (answer[i].err)
            continue;
        assert_int_equal(answer[i].cEnumColumnValue, columns[i].cEnumColumnValue);
        for (JET_ULONG j = 0; j < answer[i].cEnumColumnValue; j++)
        {
            JET_ENUMCOLUMNVALUE *one = &answer[i].rgEnumColumnValue[j], *other = &columns[i].rgEnumColumnValue[j];

            assert_int_equal(one->cbData, other->cbData);
            assert_memory_equal(one->pvData, other->pvData, one->cbData);
        }
    }
    assert_int_equal(answer[number].err, JET_wrnColumnSkipped);
    discard(answer, found);

    /* Some values of a column. */
    wanted[0].ctagSequence = COUNT(sequences);
    wanted[0].rgtagSequence = sequences;
    assert_int_equal(enumerate(1, wanted, 0x7fffffff, 0, &found, &answer), JET_errSuccess);
    assert_int_equal(answer[0].err, JET_errSuccess);
    assert_int_equal(answer[0].cEnumColumnValue, COUNT(sequences));
    assert_int_equal(answer[0].rgEnumColumnValue[1].err, JET_wrnColumnSkipped);
    if (columns[0].err == JET_errSuccess)
    {
        JET_ENUMCOLUMNVALUE *values = answer[0].rgEnumColumnValue;
        JET_ULONG n = columns[0].cEnumColumnValue;

        assert_int_equal(values[0].err, n >= 2 ? 0 : JET_wrnColumnNull);
        assert_int_equal(values[2].err, JET_errSuccess);
        assert_int_equal(values[2].cbData, columns[0].rgEnumColumnValue[0].cbData);
        assert_int_equal(values[3].err, n >= 7 ? 0 : JET_wrnColumnNull);
    }
    discard(answer, found);

    /* Columns that are not there: the first such error, and the answer all the same. */
    wanted[0].ctagSequence = 0;
    wanted[1] = (JET_ENUMCOLUMNID){ .columnid = 0x8000fffe };
    wanted[2] = (JET_ENUMCOLUMNID){ .columnid = 0x12345678 };
    assert_int_equal(enumerate(3, wanted, 0x7fffffff, JET_bitEnumeratePresenceOnly, &found, &answer),
                     JET_errColumnNotFound);
    assert_int_equal(found, 3);
    assert_int_equal(answer[0].err, columns[0].err ? columns[0].err : JET_wrnColumnPresent);
    assert_int_equal(answer[1].err, JET_errColumnNotFound);
    assert_int_equal(answer[2].err, JET_errBadColumnId);
    discard(answer, found);
}

/* Without data, with data cut off, and with data of the record only. */
static void check_grbits(JET_ENUMCOLUMN *columns, JET_ULONG count)
{
    JET_ULONG found;
    JET_ENUMCOLUMN *answer;

    assert_int_equal(enumerate(0, NULL, 10, JET_bitEnumeratePresenceOnly, &found, &answer), JET_errSuccess);
    assert_int_equal(found, count);
    for (JET_ULONG i = 0; i < count; i++)
        assert_int_equal(answer[i].err, columns[i].err ? columns[i].err : JET_wrnColumnPresent);
    discard(answer, found);

    for (int in_record = 0; in_record <= 1; in_record++)
    {
        assert_int_equal(enumerate(0, NULL, 10, in_record ? JET_bitEnumerateInRecordOnly : 0, &found, &answer), 0);
        assert_int_equal(found, count);
        for (JET_ULONG i = 0; i < count; i++)
        {
            assert_int_equal(answer[i].err, columns[i].err);
            for (JET_ULONG j = 0; !answer[i].err && j < answer[i].cEnumColumnValue; j++)
            {
                JET_ENUMCOLUMNVALUE *one = &answer[i].rgEnumColumnValue[j], *whole = &columns[i].rgEnumColumnValue[j];
                int separated = is_separated(answer[i].columnid, j + 1), cut = separated && whole->cbData > 10;

                if (separated && in_record)
                {
                    assert_int_equal(one->err, JET_wrnColumnNotInRecord);
                    continue;
                }
                assert_int_equal(one->err, cut ? JET_wrnColumnTruncated : JET_errSuccess);
                assert_int_equal(one->cbData, cut ? 10 : whole->cbData);
                assert_memory_equal(one->pvData, whole->pvData, one->cbData);
            }
        }
        discard(answer, found);
    }

    assert_int_equal(enumerate(0, NULL, 10, JET_bitEnumerateTaggedOnly | JET_bitEnumeratePresenceOnly, &found, &answer),
                     0);
    for (JET_ULONG i = 0; i < found; i++)
        assert_true((answer[i].columnid & 0xffff) >= 256);
    discard(answer, found);
}

static void check_no_memory(void)
{
    JET_ULONG found;
    JET_ENUMCOLUMN *answer;
    JET_ERR err;
    long before = alive;

    for (long n = 0;; n++)
    {
        until_failure = n;
        err = enumerate(0, NULL, 0x7fffffff, 0, &found, &answer);
        until_failure = -1;
        if (err == JET_errSuccess)
            break;
        assert_int_equal(err, JET_errOutOfMemory);
        assert_int_equal(alive, before);
        assert_null(answer);
        assert_int_equal(found, 0);
    }
    discard(answer, found);
}

static void check_record(unsigned number)
{
    JET_ULONG count, again;
    JET_ENUMCOLUMN *columns, *others;
    struct totals totals;

    assert_int_equal(enumerate(0, NULL, 0x7fffffff, JET_bitEnumerateCompressOutput, &count, &columns), JET_errSuccess);
    check_all(JET_bitEnumerateCompressOutput, columns, count, &totals);
    discard(columns, count);
    assert_int_equal(enumerate(0, NULL, 0x7fffffff, JET_bitEnumerateIgnoreDefault, &count, &columns), JET_errSuccess);
    check_all(0, columns, count, &totals);
    check_sizes(&totals);
    discard(columns, count);
    assert_int_equal(enumerate(0, NULL, 0x7fffffff, 0, &again, &others), JET_errSuccess);
    assert_true(again >= count);
    check_all(0, others, again, &totals);
    check_requested(others, again);
    check_grbits(others, again);
    check_tagged_list(others, again);
    check_scan(others, again);
    if (number < 3)
        check_no_memory();
    discard(others, again);
    assert_int_equal(alive, 0);
}

/* ---- databases -------------------------------------------------------------------- */

static void walk_table(const char *name, unsigned *records)
{
    JET_ERR err = JetOpenTableA(session, database, name, NULL, 0, JET_bitTableReadOnly, &table);

    assert_true(err >= 0);
    err = JetMove(session, table, JET_MoveFirst, 0);
    for (unsigned n = 0; err >= 0 && n < RECORDS_MOST; n++)
    {
        check_record(n);
        ++*records;
        err = JetMove(session, table, JET_MoveNext, 0);
    }
    assert_true(err >= 0 || err == JET_errNoCurrentRecord);
    assert_int_equal(JetCloseTable(session, table), JET_errSuccess);
}

static void walk_database(const char *path)
{
    JET_TABLEID names;
    JET_COLUMNID type, name;
    JET_COLUMNDEF definition;
    unsigned records = 0;
    JET_ERR err;

    assert_true(JetAttachDatabaseA(session, path, JET_bitDbReadOnly) >= 0);
    assert_true(JetOpenDatabaseA(session, path, NULL, &database, JET_bitDbReadOnly) >= 0);
    assert_true(JetOpenTableA(session, database, "MSysObjects", NULL, 0, JET_bitTableReadOnly, &names) >= 0);
    assert_int_equal(JetGetTableColumnInfoA(session, names, "Type", &definition, sizeof(definition), JET_ColInfo), 0);
    type = definition.columnid;
    assert_int_equal(JetGetTableColumnInfoA(session, names, "Name", &definition, sizeof(definition), JET_ColInfo), 0);
    name = definition.columnid;
    for (err = JetMove(session, names, JET_MoveFirst, 0); err >= 0; err = JetMove(session, names, JET_MoveNext, 0))
    {
        char text[NAME_SIZE] = "";
        int16_t kind = 0;

        assert_int_equal(JetRetrieveColumn(session, names, type, &kind, sizeof(kind), NULL, 0, NULL), 0);
        if (kind != 1)
            continue;
        assert_int_equal(JetRetrieveColumn(session, names, name, text, sizeof(text) - 1, NULL, 0, NULL), 0);
        walk_table(text, &records);
    }
    assert_int_equal(JetCloseTable(session, names), JET_errSuccess);
    assert_int_equal(JetCloseDatabase(session, database, 0), JET_errSuccess);
    assert_int_equal(JetDetachDatabaseA(session, path), JET_errSuccess);
    assert_true(records > 0);
    print_message("%s: %u records\n", path, records);
}

static void start(JET_ULONG page_size)
{
    instance = 0;
    assert_int_equal(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramDatabasePageSize, page_size, NULL), 0);
    assert_int_equal(JetCreateInstanceA(&instance, "columns"), 0);
    assert_int_equal(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramRecovery, 0, "off"), 0);
    assert_int_equal(JetSetSystemParameterA(&instance, JET_sesidNil, JET_paramMaxTemporaryTables, 0, NULL), 0);
    assert_int_equal(JetInit(&instance), 0);
    assert_int_equal(JetBeginSessionA(instance, &session, NULL, NULL), 0);
}

static void stop(void)
{
    assert_int_equal(JetEndSession(session, 0), 0);
    assert_int_equal(JetTerm(instance), 0);
}

static void with_database(void (*test)(const char *path), const char *name)
{
    const char *corpus = getenv("ESENT_CORPUS");
    char path[1024];
    JET_ULONG page_size = 0;

    if (!corpus || !*corpus)
        skip();
    snprintf(path, sizeof(path), "%s/%s", corpus, name);
    assert_int_equal(JetGetDatabaseFileInfoA(path, &page_size, sizeof(page_size), JET_DbInfoPageSize), 0);
    start(page_size);
    test(path);
    stop();
}

static void defaults(void **state)
{
    (void)state;
    with_database(walk_database, "dissect-default.edb");
}
static void several_values(void **state)
{
    (void)state;
    with_database(walk_database, "dissect-multi.edb");
}
static void binary(void **state)
{
    (void)state;
    with_database(walk_database, "dissect-binary.edb");
}
static void compressed(void **state)
{
    (void)state;
    with_database(walk_database, "eseparser-decompress_test2.edb");
}
static void directory(void **state)
{
    (void)state;
    with_database(walk_database, "dsinternals-adamntds.dit");
}
static void small_pages(void **state)
{
    (void)state;
    with_database(walk_database, "yanaitaketo-secedit.sdb");
}
static void resource_usage(void **state)
{
    (void)state;
    with_database(walk_database, "goese-SRUDB.dat");
}

/* ---- arguments --------------------------------------------------------------------- */

static void bad_arguments(const char *path)
{
    static const JET_GRBIT bad[] = { JET_bitEnumerateLocal, 0x2, 0x80000000,
                                     JET_bitEnumerateInRecordOnly | JET_bitEnumerateAsRefIfNotInRecord };
    JET_ENUMCOLUMNID wanted = { .columnid = 1 };
    JET_ENUMCOLUMN *columns;
    JET_ULONG count, actual;
    JET_RECSIZE3 size;
    JET_RETINFO info = { sizeof(info) - 1, 0, 1, 0 };

    assert_true(JetAttachDatabaseA(session, path, JET_bitDbReadOnly) >= 0);
    assert_true(JetOpenDatabaseA(session, path, NULL, &database, JET_bitDbReadOnly) >= 0);
    assert_true(JetOpenTableA(session, database, "MSysObjects", NULL, 0, JET_bitTableReadOnly, &table) >= 0);
    for (unsigned i = 0; i < COUNT(bad); i++)
    {
        count = 77;
        columns = (void *)1;
        assert_int_equal(enumerate(0, NULL, 100, bad[i], &count, &columns), JET_errInvalidGrbit);
        assert_int_equal(count, 0);
        assert_null(columns);
    }
    assert_int_equal(enumerate(1, &wanted, 100, JET_bitEnumerateTaggedOnly, &count, &columns), JET_errInvalidGrbit);
    assert_int_equal(enumerate(0, NULL, 100, 0, NULL, &columns), JET_errInvalidParameter);
    assert_int_equal(enumerate(0, NULL, 100, 0, &count, NULL), JET_errInvalidParameter);
    assert_int_equal(JetEnumerateColumns(session, table, 0, NULL, &count, &columns, NULL, NULL, 0, 0),
                     JET_errInvalidParameter);
    assert_int_equal(JetRetrieveTaggedColumnList(session, table, NULL, NULL, 0, 0, 0), JET_errInvalidParameter);
    assert_int_equal(JetGetRecordSize3(session, table, &size, 0x100), JET_errInvalidGrbit);
    assert_int_equal(JetGetRecordSize3(session, table, NULL, 0), JET_errInvalidParameter);

    assert_int_equal(JetRetrieveColumn(session, table, 1, part, 4, &actual, 0, &info), JET_errInvalidParameter);
    assert_int_equal(JetRetrieveColumn(session, table, 127, part, 4, &actual, 0, NULL), JET_errColumnNotFound);
    assert_int_equal(JetRetrieveColumn(session, table, 0x80000001, part, 4, &actual, 0, NULL), JET_errColumnNotFound);
    assert_int_equal(JetRetrieveColumn(session, table, 0x10001, part, 4, &actual, 0, NULL), JET_errBadColumnId);
    assert_int_equal(JetRetrieveColumn(session, table, 1, part, 4, &actual, 0x80000000, NULL), JET_errInvalidGrbit);
    assert_int_equal(JetRetrieveColumn(session, table, 1, part, 4, &actual, JET_bitRetrieveTuple, NULL),
                     JET_errInvalidGrbit);
    assert_int_equal(JetRetrieveColumn(session, table, 1, part, 4, &actual,
                                       JET_bitRetrieveFromIndex | JET_bitRetrieveFromPrimaryBookmark, NULL),
                     JET_errInvalidGrbit);
    assert_int_equal(JetRetrieveColumn(session, table, 1, NULL, 0, &actual, JET_bitRetrievePhysicalSize, NULL), 0);
    assert_int_equal(actual, 4);
    assert_int_equal(JetRetrieveColumn(session, table, 1, part, 3, &actual, 0, NULL), JET_wrnBufferTruncated);
    assert_int_equal(JetRetrieveColumn(session, table, 1, part, 4, &actual, JET_bitRetrievePageNumber, NULL), 0);
    assert_int_equal(actual, 4);
    assert_int_equal(JetRetrieveColumn(session, table, 1, part, 3, &actual, JET_bitRetrievePageNumber, NULL),
                     JET_errBufferTooSmall);
    assert_int_equal(JetRetrieveColumn(session, table, 1, part, 4, &actual, JET_bitRetrieveCopyIntrinsic, NULL),
                     JET_errUpdateNotPrepared);
    assert_int_equal(JetRetrieveColumn(session, table, 1, part, 4, &actual, JET_bitRetrieveLongId, NULL),
                     JET_wrnColumnNull);

    assert_int_equal(JetMove(session, table, JET_MoveLast, 0), 0);
    assert_int_equal(JetMove(session, table, JET_MoveNext, 0), JET_errNoCurrentRecord);
    assert_int_equal(enumerate(0, NULL, 100, 0, &count, &columns), JET_errNoCurrentRecord);
    assert_int_equal(JetRetrieveTaggedColumnList(session, table, &count, NULL, 0, 0, 0), JET_errNoCurrentRecord);
    assert_int_equal(JetGetRecordSize3(session, table, &size, 0), JET_errNoCurrentRecord);
    assert_int_equal(alive, 0);
    assert_int_equal(JetCloseTable(session, table), 0);
    assert_int_equal(JetCloseDatabase(session, database, 0), 0);
    assert_int_equal(JetDetachDatabaseA(session, path), 0);
}

static void arguments(void **state)
{
    (void)state;
    with_database(bad_arguments, "dissect-basic.edb");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments),   cmocka_unit_test(defaults),       cmocka_unit_test(several_values),
        cmocka_unit_test(binary),      cmocka_unit_test(compressed),     cmocka_unit_test(directory),
        cmocka_unit_test(small_pages), cmocka_unit_test(resource_usage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
