/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records of many columns that are filled until nothing more goes in, emptied and filled
 * again: what is refused leaves all as it was, and what was taken is what was given, in the
 * copy and in the table, whatever left the record meanwhile.
 *
 * ESENT_RECORDS is how many histories (default 3), ESENT_SEED the first one's seed
 * (default 1), ESENT_STEPS their length (default 60).
 */
#include "support.h"

#define FIXED   30
#define VARIED  50
#define TAGGED  120
#define COLUMNS (FIXED + VARIED + TAGGED)
#define ROWS    6
#define VALUES  4
#define LARGE   12000

struct value
{
    uint32_t size;
    uint8_t *bytes;
};

struct column
{
    JET_COLUMNID id;
    JET_COLTYP type;
    uint32_t width; /* of a fixed one */
    bool many;
    const uint8_t *preset;
    uint32_t preset_size;
};

struct cell
{
    uint32_t count;
    bool is_preset;
    struct value value[VALUES];
};

static struct column columns[COLUMNS];
static struct cell rows[ROWS][COLUMNS], now[COLUMNS];
static bool there[ROWS];
static uint64_t seed, state;
static int step;
static JET_INSTANCE instance;
static JET_SESID session;
static JET_DBID dbid;
static JET_TABLEID table;
static JET_COLUMNID id_column;
static unsigned refused, taken;

static uint32_t below(uint32_t n)
{
    uint64_t x = state += 0x9e3779b97f4a7c15u;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((x ^ x >> 31) % n);
}

/* Memory of the history, which goes at its end. */
static struct chunk
{
    struct chunk *next;
    uint8_t bytes[];
} * chunks;

static uint8_t *bytes_new(uint32_t size)
{
    struct chunk *chunk = malloc(sizeof(*chunk) + size + 1);

    assert_non_null(chunk);
    chunk->next = chunks;
    chunks = chunk;
    return chunk->bytes;
}

static struct value make_value(const struct column *column)
{
    bool is_long = column->type == JET_coltypLongBinary || column->type == JET_coltypLongText;
    struct value value = { .size = column->width };
    unsigned kind = below(4);

    if (!value.size)
        value.size = is_long    ? (below(3)   ? below(60)
                                   : below(3) ? below(1200)
                                              : below(LARGE))
                     : below(2) ? below(30)
                                : below(256);
    if (column->type == JET_coltypLongText)
        value.size &= ~1u;
    value.bytes = bytes_new(value.size);
    for (uint32_t i = 0; i < value.size; i++)
        value.bytes[i] = column->type == JET_coltypLongText ? (i & 1 ? 0 : 'a' + below(26))
                         : column->type == JET_coltypText   ? (uint8_t)('a' + below(20))
                         : kind == 0                        ? (uint8_t)below(256)
                         : kind == 1                        ? (uint8_t)(i % 7)
                         : kind == 2                        ? (uint8_t)below(100)
                                                            : 9;
    if (column->type == JET_coltypBit)
        value.bytes[0] = value.bytes[0] & 1 ? 0xff : 0;
    return value;
}

static void check(const struct cell *cells, JET_GRBIT grbit, int only)
{
    static uint8_t got[4 * LARGE];

    for (int i = only < 0 ? 0 : only; i < (only < 0 ? COLUMNS : only + 1); i++)
        for (uint32_t k = 1; k <= cells[i].count + 1; k++)
        {
            JET_RETINFO info = { .cbStruct = sizeof(info), .itagSequence = k };
            JET_ULONG actual = 0;
            JET_ERR err;

            if (k > 1 && !columns[i].many)
                break;
            err = JetRetrieveColumn(session, table, columns[i].id, got, sizeof(got), &actual, grbit, &info);
            if (err != (k <= cells[i].count ? JET_errSuccess : JET_wrnColumnNull))
                fail_msg("seed %llu step %d: column %d value %u of %u: %d", (unsigned long long)seed, step, i, k,
                         cells[i].count, (int)err);
            if (k > cells[i].count)
                continue;
            if (actual != cells[i].value[k - 1].size || memcmp(got, cells[i].value[k - 1].bytes, actual))
                fail_msg("seed %llu step %d: column %d value %u of %u: %u bytes, not %u, or others",
                         (unsigned long long)seed, step, i, k, cells[i].count, (unsigned)actual,
                         cells[i].value[k - 1].size);
        }
}

static void check_enumerated(const struct cell *cells);

static void *JET_API grow(void *context, void *memory, JET_ULONG size)
{
    (void)context;
    if (size || !memory)
        return realloc(memory, size ? size : 1);
    free(memory);
    return NULL;
}

static int column_of(JET_COLUMNID id)
{
    for (int i = 0; i < COLUMNS; i++)
        if (columns[i].id == id)
            return i;
    return -1;
}

/* All columns at once: each that has values is there. */
static void check_enumerated(const struct cell *cells)
{
    JET_ENUMCOLUMN *list = NULL;
    JET_ULONG count = 0;
    bool seen[COLUMNS] = { false };

    assert_ok(JetEnumerateColumns(session, table, 0, NULL, &count, &list, grow, NULL, 4 * LARGE, 0));
    for (JET_ULONG c = 0; c < count; c++)
    {
        int i = column_of(list[c].columnid);

        if (i >= 0)
            seen[i] = true;
        if (list[c].err == JET_wrnColumnNull || list[c].err == JET_wrnColumnPresent)
        {
            if (i >= 0 && cells[i].count)
                fail_msg("seed %llu step %d: enumerated column %d is NULL", (unsigned long long)seed, step, i);
            continue;
        }
        assert_ok(list[c].err);
        for (JET_ULONG k = 0; k < list[c].cEnumColumnValue; k++)
        {
            const JET_ENUMCOLUMNVALUE *v = &list[c].rgEnumColumnValue[k];

            if (i >= 0 && v->err == JET_errSuccess &&
                (v->itagSequence > cells[i].count || v->cbData != cells[i].value[v->itagSequence - 1].size ||
                 memcmp(v->pvData, cells[i].value[v->itagSequence - 1].bytes, v->cbData)))
                fail_msg("seed %llu step %d: enumerated column %d value %u", (unsigned long long)seed, step, i,
                         (unsigned)v->itagSequence);
            grow(NULL, v->pvData, 0);
        }
        if (i >= 0 && list[c].cEnumColumnValue != cells[i].count && !(list[c].cEnumColumnValue == 1 && !cells[i].count))
            fail_msg("seed %llu step %d: enumerated column %d has %u values, not %u", (unsigned long long)seed, step, i,
                     (unsigned)list[c].cEnumColumnValue, cells[i].count);
        grow(NULL, list[c].rgEnumColumnValue, 0);
    }
    grow(NULL, list, 0);
    for (int i = 0; i < COLUMNS; i++)
        if (!seen[i] && cells[i].count)
            fail_msg("seed %llu step %d: column %d is not enumerated", (unsigned long long)seed, step, i);
}

static void set_one(void)
{
    int i = (int)below(COLUMNS);
    struct column *column = &columns[i];
    struct cell *cell = &now[i];
    JET_SETINFO info = { .cbStruct = sizeof(info), .itagSequence = 1 };
    bool is_long = column->type == JET_coltypLongBinary || column->type == JET_coltypLongText;
    struct value value;
    uint32_t at = 0;
    JET_GRBIT grbit = 0;
    JET_ERR err;

    if (!below(5))
    {
        if (cell->count)
            at = below(cell->count);
        info.itagSequence = at + 1;
        err = JetSetColumn(session, table, column->id, NULL, 0, 0, &info);
        /* Also NULL takes room, where the record did not reach so far or there is a default. */
        if (err == JET_errRecordTooBig && (i < FIXED + VARIED || column->preset))
        {
            refused++;
            return;
        }
        assert_ok(err);
        if (cell->count)
        {
            memmove(&cell->value[at], &cell->value[at + 1], (VALUES - 1 - at) * sizeof(value));
            cell->count--;
        }
        return;
    }
    value = make_value(column);
    if (column->many)
        at = below(cell->count + 1 < VALUES ? cell->count + 1 : VALUES);
    info.itagSequence = at + 1;
    if (!value.size)
        grbit = JET_bitSetZeroLength;
    if (is_long)
        switch (below(6))
        {
        case 0:
            grbit |= JET_bitSetIntrinsicLV;
            break;
        case 1:
            if (value.size > 30)
                grbit |= JET_bitSetSeparateLV;
            break;
        case 2:
            if (at < cell->count && value.size && cell->value[at].size + value.size < 3 * LARGE)
            {
                struct value joined = { cell->value[at].size + value.size,
                                        bytes_new(cell->value[at].size + value.size) };

                err = JetSetColumn(session, table, column->id, value.bytes, value.size, JET_bitSetAppendLV, &info);
                if (err == JET_errRecordTooBig)
                {
                    refused++;
                    return;
                }
                assert_ok(err);
                memcpy(joined.bytes, cell->value[at].bytes, cell->value[at].size);
                memcpy(joined.bytes + cell->value[at].size, value.bytes, value.size);
                cell->value[at] = joined;
                return;
            }
        }
    err = JetSetColumn(session, table, column->id, value.bytes, value.size, grbit, &info);
    if (err == JET_errRecordTooBig || (err == JET_errColumnDoesNotFit && value.size > 1000))
    {
        refused++;
        return;
    }
    if (err)
        fail_msg("seed %llu step %d: set column %d value %u, %u bytes, %#x: %d", (unsigned long long)seed, step, i,
                 at + 1, value.size, (unsigned)grbit, (int)err);
    taken++;
    cell->value[at] = value;
    if (at == cell->count)
        cell->count++;
}

static void make_table(void)
{
    static const struct
    {
        JET_COLTYP type;
        uint32_t width;
    } fixed[] = {
        { JET_coltypBit, 1 },      { JET_coltypUnsignedByte, 1 }, { JET_coltypShort, 2 },
        { JET_coltypLong, 4 },     { JET_coltypCurrency, 8 },     { JET_coltypIEEESingle, 4 },
        { JET_coltypDateTime, 8 }, { JET_coltypGUID, 16 },        { JET_coltypUnsignedShort, 2 },
        { JET_coltypLongLong, 8 },
    };
    char name[20];

    snprintf(name, sizeof(name), "t%llu", (unsigned long long)seed);
    assert_ok(JetCreateTableA(session, dbid, name, 1, 80, &table));
    id_column = test_column(session, table, "id", JET_coltypLong, 0);
    for (int i = 0; i < COLUMNS; i++)
    {
        JET_COLUMNDEF def = { .cbStruct = sizeof(def) };
        struct column *column = &columns[i];
        uint32_t kind = below(8);

        memset(column, 0, sizeof(*column));
        if (i < FIXED)
        {
            uint32_t f = below(11);

            column->type = f < 10 ? fixed[f].type : JET_coltypBinary;
            column->width = f < 10 ? fixed[f].width : 1 + below(255);
            def.grbit = JET_bitColumnFixed;
            def.cbMax = f < 10 ? 0 : column->width;
        }
        else if (i < FIXED + VARIED)
            column->type = below(2) ? JET_coltypBinary : JET_coltypText;
        else
        {
            uint32_t f = below(11);

            column->type = kind < 2    ? JET_coltypLongBinary
                           : kind < 4  ? JET_coltypLongText
                           : kind == 4 ? JET_coltypText
                           : kind == 5 ? JET_coltypBinary
                                       : fixed[f % 10].type;
            column->width = kind > 5 ? fixed[f % 10].width : 0;
            column->many = below(2);
            def.grbit = JET_bitColumnTagged | (column->many ? JET_bitColumnMultiValued : 0);
            if (kind < 4 && below(2))
                def.grbit |= JET_bitColumnCompressed;
        }
        def.coltyp = column->type;
        def.cp = column->type == JET_coltypText ? 1252 : 1200;
        if (!below(4) && kind >= 4 && !column->many)
        {
            struct value preset = make_value(column);

            if (preset.size && preset.size <= 200)
            {
                column->preset = preset.bytes;
                column->preset_size = preset.size;
            }
        }
        snprintf(name, sizeof(name), "c%d", i);
        assert_ok(JetAddColumnA(session, table, name, &def, column->preset, column->preset_size, &column->id));
    }
    assert_ok(JetCreateIndexA(session, table, "pk", JET_bitIndexPrimary, "+id\0", 5, 80));
}

static void history(int steps)
{
    state = seed * 0x2545f4914f6cdd1du;
    memset(there, 0, sizeof(there));
    memset(rows, 0, sizeof(rows));
    make_table();
    for (step = 0; step < steps; step++)
    {
        int32_t id = (int32_t)below(ROWS);
        uint32_t sets = 1 + below(below(3) ? 60 : 400);
        JET_ERR err;

        assert_ok(JetBeginTransaction(session));
        assert_ok(JetMakeKey(session, table, &id, sizeof(id), JET_bitNewKey));
        assert_err(JetSeek(session, table, JET_bitSeekEQ), there[id] ? JET_errSuccess : JET_errRecordNotFound);
        assert_ok(JetPrepareUpdate(session, table, there[id] ? JET_prepReplace : JET_prepInsert));
        if (!there[id])
        {
            assert_ok(JetSetColumn(session, table, id_column, &id, sizeof(id), 0, NULL));
            memset(now, 0, sizeof(now));
            for (int i = 0; i < COLUMNS; i++)
                if (columns[i].preset)
                {
                    now[i].count = 1;
                    now[i].value[0] = (struct value){ columns[i].preset_size, (uint8_t *)columns[i].preset };
                }
        }
        else
            memcpy(now, rows[id], sizeof(now));
        while (sets--)
        {
            set_one();
            check(now, JET_bitRetrieveCopy, (int)below(COLUMNS));
        }
        check(now, JET_bitRetrieveCopy, -1);
        err = JetUpdate(session, table, NULL, 0, NULL);
        if (err == JET_errRecordTooBig)
        {
            assert_ok(JetPrepareUpdate(session, table, JET_prepCancel));
            refused += 1000;
        }
        else
        {
            assert_ok(err);
            if (below(5))
            {
                memcpy(rows[id], now, sizeof(now));
                there[id] = true;
                assert_ok(JetCommitTransaction(session, 0));
                goto look;
            }
        }
        assert_ok(JetRollback(session, 0));
    look:
        assert_ok(JetMakeKey(session, table, &id, sizeof(id), JET_bitNewKey));
        assert_err(JetSeek(session, table, JET_bitSeekEQ), there[id] ? JET_errSuccess : JET_errRecordNotFound);
        if (there[id])
        {
            check(rows[id], 0, -1);
            check_enumerated(rows[id]);
        }
    }
    assert_ok(JetCloseTable(session, table));
    while (chunks)
    {
        struct chunk *next = chunks->next;

        free(chunks);
        chunks = next;
    }
}

static unsigned long setting(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);

    return text && *text ? strtoul(text, NULL, 0) : otherwise;
}

static void full_records(uint32_t page_size)
{
    char name[20];

    refused = taken = 0;
    snprintf(name, sizeof(name), "full%u", page_size);
    assert_ok(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramDatabasePageSize, page_size, NULL));
    dbid = test_database(name, "off", &instance, &session);
    for (unsigned long i = 0; i < setting("ESENT_RECORDS", 3); i++)
    {
        seed = setting("ESENT_SEED", 1) + i;
        history((int)setting("ESENT_STEPS", 60));
    }
    assert_ok(JetEndSession(session, 0));
    assert_ok(JetTerm(instance));
    print_message("%u taken, %u refused\n", taken, refused);
    assert_true(taken && (refused || page_size > 8192));
}

static void on_small_pages(void **state)
{
    (void)state;
    full_records(4096);
}

static void on_pages_of_8_kb(void **state)
{
    (void)state;
    full_records(8192);
}

static void on_large_pages(void **state)
{
    (void)state;
    full_records(32768);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_small_pages),
        cmocka_unit_test(on_pages_of_8_kb),
        cmocka_unit_test(on_large_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
