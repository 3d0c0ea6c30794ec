/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The model of tests/win32/mixture.c and mixture_threads.c, which alone include this: the table, rows in
 * memory, what each index has of them, and what is random.  Keys are made by the
 * rules in the documentation, not by the engine's code.
 */
#ifndef TESTS_MIXTURE_MODEL_H
#define TESTS_MIXTURE_MODEL_H

#include "support.h"

#define IDS       70 /* rows have 1 to IDS - 1 */
#define LEVELS    4
#define VALUES    5
#define KEY       1000 /* of the longest */
#define SHORT_KEY 255
#define ENTRIES   (IDS * 64)
#define LARGE     30000

enum column
{
    ID,
    A,
    B,
    V,
    S,
    T,
    M,
    N,
    L,
    K,
    E,
    VER,
    X, /* comes and goes */
    COLUMNS
};

static const int32_t default_a = 7, default_t = 77, default_e = 0, default_x = 5;

static const struct description
{
    const char *name;
    JET_COLTYP type;
    JET_GRBIT grbit;
    const void *preset;
} descriptions[COLUMNS] = {
    [ID] = { "id", JET_coltypLong, JET_bitColumnNotNULL, NULL },
    [A] = { "a", JET_coltypLong, 0, &default_a },
    [B] = { "b", JET_coltypShort, 0, NULL },
    [V] = { "v", JET_coltypBinary, 0, NULL },
    [S] = { "s", JET_coltypText, 0, NULL },
    [T] = { "t", JET_coltypLong, JET_bitColumnTagged, &default_t },
    [M] = { "m", JET_coltypLong, JET_bitColumnTagged | JET_bitColumnMultiValued, NULL },
    [N] = { "n", JET_coltypBinary, JET_bitColumnTagged | JET_bitColumnMultiValued, NULL },
    [L] = { "l", JET_coltypLongBinary, JET_bitColumnCompressed, NULL },
    [K] = { "k", JET_coltypLongText, JET_bitColumnTagged | JET_bitColumnMultiValued | JET_bitColumnCompressed, NULL },
    [E] = { "e", JET_coltypLong, JET_bitColumnEscrowUpdate, &default_e },
    [VER] = { "ver", JET_coltypLong, JET_bitColumnVersion, NULL },
    [X] = { "x", JET_coltypLong, 0, &default_x },
};

#define SEGMENTS 2

struct segment
{
    int column; /* 0: none; an index that is not the primary one never begins with the id */
    bool down;
};

static const struct index
{
    const char *name, *key;
    uint32_t key_size;
    struct segment segment[SEGMENTS];
    JET_GRBIT grbit;
} indexes[] = {
#define KEYS(text) text, sizeof(text)
    { "pk", KEYS("+id\0"), { { ID, false } }, JET_bitIndexPrimary },
    { "a_b", KEYS("-a\0+b\0"), { { A, true }, { B, false } }, 0 },
    { "b_high", KEYS("+b\0-v\0"), { { B, false }, { V, true } }, JET_bitIndexSortNullsHigh },
    { "v", KEYS("+v\0"), { { V, false } }, JET_bitIndexUnique | JET_bitIndexIgnoreAnyNull },
    { "s_m", KEYS("+s\0+m\0"), { { S, false }, { M, false } }, JET_bitIndexIgnoreFirstNull },
    { "m_n", KEYS("+m\0-n\0"), { { M, false }, { N, true } }, JET_bitIndexIgnoreNull },
    { "m_x_n", KEYS("+m\0+n\0"), { { M, false }, { N, false } }, JET_bitIndexCrossProduct },
    { "m_by_n", KEYS("+m\0+n\0"), { { M, false }, { N, false } }, JET_bitIndexNestedTable },
    { "some", KEYS("+b\0+a\0"), { { B, false }, { A, false } }, 0 }, /* if t is NULL and v is not */
    { "pieces", KEYS("+s\0"), { { S, false } }, JET_bitIndexTuples },
    { "l", KEYS("+l\0"), { { L, false } }, 0 },
    { "t", KEYS("-t\0"), { { T, true } }, 0 },
    { "n_one", KEYS("+n\0"), { { N, false } }, JET_bitIndexUnique | JET_bitIndexIgnoreNull },
    { "l_long", KEYS("-l\0+m\0"), { { L, true }, { M, false } }, JET_bitIndexKeyMost },
    { "l_whole", KEYS("+v\0+l\0"), { { V, false }, { L, false } }, JET_bitIndexDisallowTruncation },
    { "x", KEYS("-x\0+a\0"), { { X, true }, { A, false } }, 0 }, /* of a column that comes and goes */
};
#define INDEXES     ((int)(sizeof(indexes) / sizeof(indexes[0])))
#define INDEX_V     3
#define INDEX_IF    8
#define INDEX_CUT   9
#define INDEX_ONE   12
#define INDEX_LONG  13
#define INDEX_WHOLE 14
#define INDEX_X     15
#define LONG_KEY    700
#define CUT_LEAST   2
#define CUT_MOST    4

/* -------------------------------------------------------------------- model --- */

struct value
{
    uint32_t size;
    const uint8_t *bytes;
};

struct row
{
    bool there;
    uint8_t count[COLUMNS];
    struct value value[COLUMNS][VALUES];
};

struct state
{
    struct row row[IDS];
    bool index[INDEXES];
    bool x;
    JET_COLUMNID x_id;
};

struct entry
{
    bool cut; /* the key is not whole */
    uint16_t size;
    int16_t id;
    uint8_t of[SEGMENTS]; /* which value each segment is made of, from 0 */
    uint8_t key[KEY];
};

struct chunk
{
    struct chunk *next;
    uint8_t bytes[];
};

/* All that a thread has of it. */
struct mixture
{
    uint64_t seed, random;
    int step;
    struct chunk *chunks;
    struct state now, saved[LEVELS], seen; /* by the writer, and by the reader */
    int level;
    int32_t theirs[IDS]; /* what another has added to e and committed since the writer began, which it does not see */
    bool touched[IDS];
    bool reading; /* the reader is in a transaction */
    bool moving, cut;
    unsigned sets;
    JET_SESID writer, reader;
    JET_DBID dbid, read_dbid;
    JET_TABLEID table, read_table;
    JET_COLUMNID column_ids[COLUMNS];
    char table_name[32], template_name[32];
    struct entry list[ENTRIES]; /* of the index that is looked at */
};

static _Thread_local struct mixture *of_thread;
#define h (*of_thread)

static JET_INSTANCE instance;
static char path[1024];
static bool tracing, large_pages;

#define trace(...)                                                                                                     \
    do                                                                                                                 \
    {                                                                                                                  \
        if (tracing)                                                                                                   \
            print_message(__VA_ARGS__);                                                                                \
    } while (0)

#define wrong(...)                                                                                                     \
    do                                                                                                                 \
    {                                                                                                                  \
        print_error("seed %llu, step %d: ", (unsigned long long)h.seed, h.step);                                       \
        print_error(__VA_ARGS__);                                                                                      \
        fail_msg(" (line %d)", __LINE__);                                                                              \
    } while (0)

static void expect(const char *what, long long got, long long want)
{
    if (got != want)
        wrong("%s: %lld, not %lld", what, got, want);
}

static uint32_t below(uint32_t n)
{
    uint64_t x = h.random += 0x9e3779b97f4a7c15u;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((x ^ x >> 31) % n);
}

static uint8_t *bytes_new(uint32_t size)
{
    struct chunk *chunk = malloc(sizeof(*chunk) + size + 1);

    assert_non_null(chunk);
    chunk->next = h.chunks;
    h.chunks = chunk;
    return chunk->bytes;
}

/* The table is called by the seed. */
static void model_begin(uint64_t seed)
{
    of_thread = calloc(1, sizeof(*of_thread));
    assert_non_null(of_thread);
    h.seed = seed;
    h.random = seed * 0x2545f4914f6cdd1du;
    snprintf(h.table_name, sizeof(h.table_name), "mixture%llu", (unsigned long long)seed);
    snprintf(h.template_name, sizeof(h.template_name), "template%llu", (unsigned long long)seed);
}

static void model_end(void)
{
    while (h.chunks)
    {
        struct chunk *next = h.chunks->next;

        free(h.chunks);
        h.chunks = next;
    }
    free(of_thread);
}

static struct value value_copy(const void *bytes, uint32_t size)
{
    struct value value = { size, NULL };
    uint8_t *copy = bytes_new(size);

    memcpy(copy, bytes, size);
    value.bytes = copy;
    return value;
}

static bool same(const struct value *a, const struct value *b)
{
    return a->size == b->size && !memcmp(a->bytes, b->bytes, a->size);
}

static int32_t number(const struct row *row, int column)
{
    int32_t n = 0;

    memcpy(&n, row->value[column][0].bytes, 4);
    return n;
}

static void row_set(struct row *row, int column, const void *bytes, uint32_t size)
{
    row->count[column] = 1;
    row->value[column][0] = value_copy(bytes, size);
}

static uint32_t size_random(int column)
{
    switch (column)
    {
    case V:
        return below(3) ? below(12) : below(3) ? below(60) : 0;
    case S:
        return below(7);
    case N:
        return below(4) ? 1 + below(2) : below(20);
    default:
        return below(3) ? below(40) : below(3) ? below(1500) : below(12) ? below(5000) : below(LARGE);
    }
}

static struct value value_random(int column)
{
    uint8_t *bytes;
    uint32_t size;
    unsigned kind;

    switch (column)
    {
    case A:
    case T:
    case M:
    case X:
    {
        int32_t n = (int32_t)below(12) - 4;
        return value_copy(&n, 4);
    }
    case B:
    {
        int16_t n = (int16_t)(below(8) - 3);
        return value_copy(&n, 2);
    }
    default:
        break;
    }
    size = size_random(column);
    if (column == K)
        size &= ~1u;
    bytes = bytes_new(size);
    kind = below(4);
    for (uint32_t i = 0; i < size; i++)
    {
        if (column == S)
            bytes[i] = (uint8_t)('a' + below(3));
        else if (column == K)
            bytes[i] = i & 1 ? (kind == 1 ? 4 : 0) : (uint8_t)('a' + below(kind == 2 ? 2 : 26));
        else if (column == N)
            bytes[i] = (uint8_t)below(size < 3 ? 6 : 250);
        else
            bytes[i] = (uint8_t)(kind == 0 ? below(256) : kind == 1 ? i % 11 : kind == 2 ? below(100) : 200);
    }
    return (struct value){ size, bytes };
}

static int columns_of(const struct state *state)
{
    return state->x ? COLUMNS : X;
}

static JET_COLUMNID id_of(const struct state *state, int column)
{
    return column == X ? state->x_id : h.column_ids[column];
}

/* --------------------------------------------------------------------- keys --- */

struct key
{
    uint32_t size, most;
    bool cut;
    uint8_t bytes[KEY];
};

static uint32_t key_most(int which)
{
    return which == INDEX_LONG ? LONG_KEY : SHORT_KEY;
}

static void key_byte(struct key *key, unsigned byte, bool down)
{
    if (key->size == key->most)
        key->cut = true;
    else
        key->bytes[key->size++] = (uint8_t)(down ? ~byte : byte);
}

/* As the documentation of JetMakeKey has it, but for text: of it only the order is kept. */
static void key_append(struct key *key, int column, bool down, const struct value *value, bool high)
{
    JET_COLTYP type = descriptions[column].type;

    if (!value)
    {
        key_byte(key, high ? 0xc0 : 0, down);
        return;
    }
    if (type == JET_coltypLong || type == JET_coltypShort)
    {
        key_byte(key, 0x7f, down);
        for (uint32_t i = value->size; i-- > 0;)
            key_byte(key, value->bytes[i] ^ (i + 1 == value->size ? 0x80u : 0), down);
        return;
    }
    key_byte(key, value->size ? 0x7f : 0x40, down);
    if (type == JET_coltypText)
    {
        for (uint32_t i = 0; i < value->size; i++)
            key_byte(key, value->bytes[i], down);
        if (value->size)
            key_byte(key, 1, down);
        return;
    }
    for (uint32_t i = 0; i < value->size; i += 8)
    {
        uint32_t left = value->size - i;

        for (uint32_t k = 0; k < 8; k++)
            key_byte(key, k < left ? value->bytes[i + k] : 0, down);
        key_byte(key, left > 8 ? 9 : left, down);
    }
}

static int entry_compare(const struct entry *a, const struct entry *b)
{
    uint32_t size = a->size < b->size ? a->size : b->size;
    int order = memcmp(a->key, b->key, size);

    if (!order)
        order = (a->size > b->size) - (a->size < b->size);
    return order ? order : (a->id > b->id) - (a->id < b->id);
}

static int entry_order(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    int order = entry_compare(left, right);

    for (int i = 0; !order && i < SEGMENTS; i++)
        order = left->of[i] - right->of[i];
    return order;
}

static const struct value *value_at(const struct row *row, int column, uint32_t i)
{
    return i < row->count[column] ? &row->value[column][i] : NULL;
}

/* The key of this combination of values, or none. */
static uint32_t add_entry(const struct row *row, int id, const struct index *index, const uint8_t *of,
                          struct entry *out)
{
    bool any = false, all = true, first = false;
    struct key key = { .most = key_most((int)(index - indexes)) };

    for (int i = 0; i < SEGMENTS; i++)
    {
        const struct segment *segment = &index->segment[i];
        const struct value *value;

        if (i && !segment->column)
            break;
        value = value_at(row, segment->column, of[i]);
        any |= !value;
        all &= !value;
        if (i == 0)
            first = !value;
        key_append(&key, segment->column, segment->down, value, index->grbit & JET_bitIndexSortNullsHigh);
    }
    if ((index->grbit & JET_bitIndexIgnoreAnyNull && any) || (index->grbit & JET_bitIndexIgnoreNull && all) ||
        (index->grbit & JET_bitIndexIgnoreFirstNull && first))
        return 0;
    out->size = (uint16_t)key.size;
    memcpy(out->key, key.bytes, key.size);
    out->cut = key.cut;
    out->id = (int16_t)id;
    memcpy(out->of, of, SEGMENTS);
    return 1;
}

static bool is_multi(int column)
{
    return column && descriptions[column].grbit & JET_bitColumnMultiValued;
}

/* All entries of one row, in no order, maybe some twice. */
static uint32_t row_entries(const struct row *row, int id, int which, struct entry *out)
{
    const struct index *index = &indexes[which];
    int first = index->segment[0].column, second = index->segment[1].column;
    uint32_t firsts = 1, seconds = 1, count = 0;

    if (which == INDEX_IF && (row->count[T] || !row->count[V]))
        return 0;
    if (which == INDEX_CUT)
    {
        for (uint32_t at = 0; row->count[S] && at + CUT_LEAST <= row->value[S][0].size; at++)
        {
            uint32_t left = row->value[S][0].size - at;
            struct value piece = { left < CUT_MOST ? left : CUT_MOST, row->value[S][0].bytes + at };
            struct key key = { .most = SHORT_KEY };

            key_append(&key, S, false, &piece, false);
            out[count].size = (uint16_t)key.size;
            memcpy(out[count].key, key.bytes, key.size);
            out[count].id = (int16_t)id;
            memset(out[count].of, 0, SEGMENTS);
            count++;
        }
        return count;
    }
    if (is_multi(first) && row->count[first])
        firsts = row->count[first];
    if (is_multi(second) && row->count[second] &&
        (!is_multi(first) || index->grbit & (JET_bitIndexCrossProduct | JET_bitIndexNestedTable)))
        seconds = row->count[second];
    if (index->grbit & JET_bitIndexNestedTable)
    {
        for (uint8_t i = 0; i < (firsts > seconds ? firsts : seconds); i++)
            count += add_entry(row, id, index, (uint8_t[SEGMENTS]){ i, i }, out + count);
        return count;
    }
    for (uint8_t i = 0; i < firsts; i++)
        for (uint8_t k = 0; k < seconds; k++)
            count += add_entry(row, id, index, (uint8_t[SEGMENTS]){ i, k }, out + count);
    return count;
}

static uint32_t list_entries(const struct state *state, int which, struct entry *out)
{
    uint32_t count = 0, kept = 0;

    for (int id = 1; id < IDS; id++)
        if (state->row[id].there)
            count += row_entries(&state->row[id], id, which, out + count);
    qsort(out, count, sizeof(*out), entry_order);
    for (uint32_t i = 0; i < count; i++)
        if (!i || entry_compare(&out[i], &out[kept - 1]))
            out[kept++] = out[i];
    return kept;
}

/* What JetUpdate answers to that row; a value that it has twice is none of another's. */
static JET_ERR judge(const struct row *row, int id)
{
    struct entry mine[64], theirs[64];
    bool others = false;

    for (int which = INDEX_V; which <= INDEX_ONE; which += INDEX_ONE - INDEX_V)
    {
        uint32_t count, other;

        if (!h.now.index[which])
            continue;
        count = row_entries(row, id, which, mine);
        for (uint32_t i = 0; i < count; i++)
        {
            for (int o = 1; o < IDS; o++)
            {
                if (o == id || !h.now.row[o].there)
                    continue;
                other = row_entries(&h.now.row[o], o, which, theirs);
                for (uint32_t k = 0; k < other; k++)
                    others |= mine[i].size == theirs[k].size && !memcmp(mine[i].key, theirs[k].key, mine[i].size);
            }
        }
    }
    h.cut = false;
    if (h.now.index[INDEX_WHOLE] && row_entries(row, id, INDEX_WHOLE, mine) && mine[0].cut)
    {
        h.cut = others; /* which index comes first is not the model's to know */
        return JET_errKeyTruncated;
    }
    return others ? JET_errKeyDuplicate : JET_errSuccess;
}

#endif
