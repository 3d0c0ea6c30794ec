/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random histories of several sessions, beside a model in memory: a sorted array
 * of rows, and a copy of it for each transaction and each level of one.  Every
 * answer is compared, the row that a cursor is on after every move, and all
 * indexes at the end.
 *
 * ESENT_HISTORIES is how many (default 15), ESENT_SEED the first one's seed
 * (default 1), ESENT_STEPS their length (default 500); ESENT_TRACE=1 prints each step.
 */
#include "support.h"

#define SESSIONS  4
#define LEVELS    4
#define IDS       90 /* rows have 1 to IDS - 1 */
#define CODES     60
#define NAMES     9
#define TAGS      12
#define ROW_TAGS  3
#define BLOB_MOST 12000
#define ENTRIES   (IDS * ROW_TAGS)

/* -------------------------------------------------------------------- model --- */

struct blob
{
    struct blob *next; /* of the history; freed at its end */
    uint32_t size;
    uint8_t bytes[];
};

struct row
{
    bool there;
    int32_t code; /* 0: NULL */
    int32_t amount, name, tags;
    int32_t tag[ROW_TAGS];
    const struct blob *blob; /* NULL: NULL */
};

/* What one transaction sees and holds, at one level. */
struct view
{
    struct row row[IDS];
    bool changed[IDS], locked[IDS], changed_code[CODES];
};

enum place
{
    BEFORE_FIRST,
    AFTER_LAST,
    ON,
    BEFORE, /* all entries of the key */
};

struct entry
{
    int32_t key, id;
};

struct session
{
    JET_SESID id;
    JET_DBID database;
    JET_TABLEID reader, writer;
    int level;
    bool alone; /* a change outside of a transaction */
    uint64_t begin;
    struct view now, saved[LEVELS];
    /* The reader's. */
    int index;
    int chosen; /* the index, at this level; a rollback of it goes back to the primary one */
    int moved;  /* at this level; a rollback of it leaves the cursor before the first entry */
    enum place place;
    struct entry at;
};

static struct history
{
    uint64_t seed, random;
    int step;
    uint64_t time;
    struct row committed[IDS];
    uint64_t changed[IDS], changed_code[CODES]; /* when, last */
    struct session session[SESSIONS];
    struct blob *blobs;
    JET_COLUMNID c_id, c_code, c_amount, c_name, c_tags, c_blob;
} h;

static JET_INSTANCE instance;
static bool tracing;

enum
{
    BY_ID,
    BY_CODE, /* unique, descending, NULL has no entry */
    BY_NAME,
    BY_TAG,
    INDEXES
};
static const char *const index_names[] = { "by_id", "by_code", "by_name", "by_tag" };
static const char *const names[NAMES] = { "", "a", "ab", "abc", "b", "banana", "cherry", "date", "elderberry" };

#define trace(...)                                                                                                     \
    do                                                                                                                 \
    {                                                                                                                  \
        if (tracing)                                                                                                   \
            print_message(__VA_ARGS__);                                                                                \
    } while (0)

static void wrong(const char *what, long long got, long long want)
{
    fail_msg("seed %llu, step %d: %s: %lld, not %lld", (unsigned long long)h.seed, h.step, what, got, want);
}

static void expect(const char *what, long long got, long long want)
{
    if (got != want)
        wrong(what, got, want);
}

static uint64_t random_next(void)
{
    uint64_t x = h.random += 0x9e3779b97f4a7c15u;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static int32_t below(int32_t n)
{
    return (int32_t)(random_next() % (uint32_t)n);
}

static struct blob *blob_new(uint32_t size)
{
    struct blob *blob = malloc(sizeof(*blob) + size);

    assert_non_null(blob);
    blob->next = h.blobs;
    blob->size = size;
    h.blobs = blob;
    return blob;
}

/* Either easy to compress or not at all. */
static struct blob *blob_random(uint32_t size)
{
    struct blob *blob = blob_new(size);
    uint64_t seed = random_next();

    for (uint32_t i = 0; i < size; i++)
    {
        if (seed & 1)
            seed = seed * 6364136223846793005u + 2;
        blob->bytes[i] = seed & 1 ? (uint8_t)(seed >> 40) : (uint8_t)(seed >> 8) + (uint8_t)(i % 7);
    }
    return blob;
}

static uint32_t blob_size_random(void)
{
    switch (below(8))
    {
    case 0:
        return 0;
    case 1:
    case 2:
    case 3:
        return (uint32_t)below(40);
    case 4:
    case 5:
    case 6:
        return (uint32_t)below(1200);
    default:
        return (uint32_t)below(BLOB_MOST);
    }
}

/* An index's entries that a session sees, in order. */
static int entry_compare(int index, const struct entry *a, const struct entry *b)
{
    int order = (a->key > b->key) - (a->key < b->key);

    if (index == BY_CODE)
        order = -order;
    return order ? order : (a->id > b->id) - (a->id < b->id);
}

static const struct row *rows_of(const struct session *s)
{
    return s->level ? s->now.row : h.committed;
}

static int list_entries(const struct session *s, int index, struct entry *list)
{
    const struct row *row = rows_of(s);
    int count = 0;

    for (int32_t id = 1; id < IDS; id++)
    {
        struct entry entry = { id, id };
        int values = 1;

        if (!row[id].there || (index == BY_CODE && !row[id].code))
            continue;
        if (index == BY_TAG)
            values = row[id].tags;
        for (int v = 0; v < values; v++)
        {
            int i = count++;

            if (index == BY_CODE)
                entry.key = row[id].code;
            else if (index == BY_NAME)
                entry.key = row[id].name;
            else if (index == BY_TAG)
                entry.key = row[id].tag[v];
            for (; i > 0 && entry_compare(index, &entry, &list[i - 1]) < 0; i--)
                list[i] = list[i - 1];
            list[i] = entry;
        }
    }
    return count;
}

/* ------------------------------------------------------------- transactions --- */

static void model_begin(struct session *s)
{
    if (!s->level)
    {
        memset(&s->now, 0, sizeof(s->now));
        memcpy(s->now.row, h.committed, sizeof(h.committed));
        s->begin = ++h.time;
    }
    s->saved[s->level++] = s->now;
}

static void model_commit(struct session *s)
{
    s->level--;
    if (s->moved > s->level)
        s->moved = s->level;
    if (s->chosen > s->level)
        s->chosen = s->level;
    if (s->level)
        return;
    h.time++;
    for (int i = 1; i < IDS; i++)
    {
        if (s->now.changed[i])
            h.committed[i] = s->now.row[i];
        /* A lock that was committed counts as a change. */
        if (s->now.changed[i] || s->now.locked[i])
            h.changed[i] = h.time;
    }
    for (int i = 1; i < CODES; i++)
        if (s->now.changed_code[i])
            h.changed_code[i] = h.time;
}

static void model_rollback(struct session *s)
{
    s->now = s->saved[--s->level];
    if (s->moved > s->level)
    {
        s->moved = s->level;
        s->place = BEFORE_FIRST;
    }
}

static bool others_changed(const struct session *s, int32_t id)
{
    if (h.changed[id] > s->begin)
        return true;
    for (int i = 0; i < SESSIONS; i++)
    {
        const struct session *o = &h.session[i];
        if (o != s && o->level && (o->now.changed[id] || o->now.locked[id]))
            return true;
    }
    return false;
}

/* Whether an entry of that code may not be made. */
static bool code_taken(const struct session *s, int32_t code)
{
    if (!code)
        return false;
    if (h.changed_code[code] > s->begin)
        return true;
    for (int i = 0; i < SESSIONS; i++)
        if (&h.session[i] != s && h.session[i].level && h.session[i].now.changed_code[code])
            return true;
    for (int i = 1; i < IDS; i++)
        if (s->now.row[i].there && s->now.row[i].code == code)
            return true;
    return false;
}

static void put_row(struct session *s, int32_t id, const struct row *row)
{
    struct row *old = &s->now.row[id];

    if ((old->there ? old->code : 0) != (row->there ? row->code : 0))
    {
        s->now.changed_code[old->there ? old->code : 0] = true;
        s->now.changed_code[row->there ? row->code : 0] = true;
    }
    s->now.changed[id] = true;
    *old = *row;
}

static JET_ERR model_insert(struct session *s, int32_t id, const struct row *row)
{
    if (s->now.row[id].there || others_changed(s, id) || code_taken(s, row->code))
        return JET_errKeyDuplicate;
    put_row(s, id, row);
    return JET_errSuccess;
}

static JET_ERR model_replace(struct session *s, int32_t id, const struct row *row)
{
    if (others_changed(s, id))
        return JET_errWriteConflict;
    s->now.locked[id] = true;
    if (row->code != s->now.row[id].code && code_taken(s, row->code))
        return JET_errKeyDuplicate;
    put_row(s, id, row);
    return JET_errSuccess;
}

static JET_ERR model_delete(struct session *s, int32_t id)
{
    static const struct row none;

    if (others_changed(s, id))
        return JET_errWriteConflict;
    put_row(s, id, &none);
    return JET_errSuccess;
}

/* ------------------------------------------------------------------ writing --- */

static int32_t name_size(const struct row *row)
{
    return (int32_t)strlen(names[row->name]);
}

static void random_row(struct row *row, bool fresh)
{
    row->there = true;
    if (fresh || below(3) == 0)
        row->code = below(4) ? 1 + below(CODES - 1) : 0;
    if (fresh || below(3) == 0)
        row->name = 1 + below(NAMES - 1);
    row->amount = (int32_t)random_next();
    if (fresh || below(3) == 0)
    {
        row->tags = below(ROW_TAGS + 1);
        for (int i = 0; i < row->tags; i++)
        {
            bool again;
            do
            {
                row->tag[i] = below(TAGS);
                again = false;
                for (int k = 0; k < i; k++)
                    again |= row->tag[k] == row->tag[i];
            } while (again);
        }
    }
}

static JET_ERR set_value(struct session *s, JET_COLUMNID column, const void *data, uint32_t size, JET_GRBIT grbit,
                         uint32_t sequence, uint32_t offset)
{
    JET_SETINFO info = { .cbStruct = sizeof(info), .ibLongValue = offset, .itagSequence = sequence };

    return JetSetColumn(s->id, s->writer, column, data, size, grbit, &info);
}

/* Sets what differs; of all tags if any does. */
static void set_row(struct session *s, int32_t id, const struct row *old, const struct row *row)
{
    if (!old->there)
        assert_ok(set_value(s, h.c_id, &id, sizeof(id), 0, 1, 0));
    if (!old->there || old->code != row->code)
        assert_ok(set_value(s, h.c_code, row->code ? &row->code : NULL, row->code ? sizeof(row->code) : 0, 0, 1, 0));
    assert_ok(set_value(s, h.c_amount, &row->amount, sizeof(row->amount), 0, 1, 0));
    if (!old->there || old->name != row->name)
        assert_ok(set_value(s, h.c_name, names[row->name], (uint32_t)name_size(row), 0, 1, 0));
    for (int i = old->there ? old->tags : 0; i > row->tags; i--)
        assert_ok(set_value(s, h.c_tags, NULL, 0, 0, (uint32_t)i, 0));
    for (int i = 0; i < row->tags; i++)
        assert_ok(set_value(s, h.c_tags, &row->tag[i], sizeof(row->tag[i]), 0, (uint32_t)i + 1, 0));
}

/* Sets, appends to or overwrites a part of the long value. */
static void set_blob(struct session *s, struct row *row)
{
    const struct blob *old = row->blob, *part;
    struct blob *blob;
    uint32_t at;

    if (s->alone)
        return; /* JET_errNotInTransaction */
    switch (old && old->size < BLOB_MOST ? below(6) : below(4))
    {
    case 0:
        return;
    case 1:
        if (row->blob)
            assert_ok(set_value(s, h.c_blob, NULL, 0, 0, 1, 0));
        row->blob = NULL;
        return;
    case 2:
    case 3:
        row->blob = blob = blob_random(blob_size_random());
        if (blob->size)
            assert_ok(set_value(s, h.c_blob, blob->bytes, blob->size, below(4) ? 0 : JET_bitSetCompressed, 1, 0));
        else
            assert_ok(set_value(s, h.c_blob, NULL, 0, JET_bitSetZeroLength, 1, 0));
        return;
    case 4:
        part = blob_random(1 + blob_size_random());
        row->blob = blob = blob_new(old->size + part->size);
        memcpy(blob->bytes, old->bytes, old->size);
        memcpy(blob->bytes + old->size, part->bytes, part->size);
        assert_ok(set_value(s, h.c_blob, part->bytes, part->size, JET_bitSetAppendLV, 1, 0));
        return;
    default:
        part = blob_random(1 + (uint32_t)below(300));
        at = (uint32_t)below((int32_t)old->size + 1);
        row->blob = blob = blob_new(at + part->size > old->size ? at + part->size : old->size);
        memcpy(blob->bytes, old->bytes, old->size);
        memcpy(blob->bytes + at, part->bytes, part->size);
        assert_ok(set_value(s, h.c_blob, part->bytes, part->size, JET_bitSetOverwriteLV, 1, at));
        return;
    }
}

static JET_ERR seek_writer(struct session *s, int32_t id)
{
    assert_ok(JetMakeKey(s->id, s->writer, &id, sizeof(id), JET_bitNewKey));
    return JetSeek(s->id, s->writer, JET_bitSeekEQ);
}

static JET_ERR do_insert(struct session *s, int32_t id, struct row *row)
{
    JET_ERR err;

    static const struct row none;
    assert_ok(JetPrepareUpdate(s->id, s->writer, JET_prepInsert));
    set_row(s, id, &none, row);
    set_blob(s, row);
    err = JetUpdate(s->id, s->writer, NULL, 0, NULL);
    if (err < 0)
        assert_ok(JetPrepareUpdate(s->id, s->writer, JET_prepCancel));
    return err;
}

static JET_ERR do_replace(struct session *s, int32_t id, const struct row *old, struct row *row)
{
    JET_ERR err;

    err = JetPrepareUpdate(s->id, s->writer, JET_prepReplace);
    if (err < 0)
        return err;
    set_row(s, id, old, row);
    set_blob(s, row);
    err = JetUpdate(s->id, s->writer, NULL, 0, NULL);
    if (err < 0)
        assert_ok(JetPrepareUpdate(s->id, s->writer, JET_prepCancel));
    return err;
}

/* One change; outside of a transaction it is one of its own. */
static void step_write(struct session *s)
{
    int32_t id = 1 + below(IDS - 1);
    const char *what;
    struct row row;
    JET_ERR got, want;

    s->alone = !s->level;
    if (s->alone)
        model_begin(s);
    if (!s->now.row[id].there)
    {
        memset(&row, 0, sizeof(row));
        random_row(&row, true);
        what = "insert";
        expect("seek", seek_writer(s, id), JET_errRecordNotFound);
        got = do_insert(s, id, &row);
        want = model_insert(s, id, &row);
    }
    else if (below(3) == 0)
    {
        what = "delete";
        expect("seek", seek_writer(s, id), JET_errSuccess);
        got = JetDelete(s->id, s->writer);
        want = model_delete(s, id);
    }
    else
    {
        what = "replace";
        row = s->now.row[id];
        random_row(&row, false);
        expect("seek", seek_writer(s, id), JET_errSuccess);
        got = do_replace(s, id, &s->now.row[id], &row);
        want = model_replace(s, id, &row);
    }
    trace("%d: session %d %s %d: %d\n", h.step, (int)(s - h.session), what, (int)id, (int)got);
    expect(what, got, want);
    if (s->alone)
        got >= 0 ? model_commit(s) : model_rollback(s);
}

/* ------------------------------------------------------------------ reading --- */

static void check_value(struct session *s, JET_COLUMNID column, uint32_t sequence, const void *data, uint32_t size,
                        const char *what)
{
    static uint8_t got[BLOB_MOST * 3];
    JET_RETINFO info = { .cbStruct = sizeof(info), .itagSequence = sequence };
    JET_ULONG actual = 0;
    JET_ERR err = JetRetrieveColumn(s->id, s->reader, column, got, sizeof(got), &actual, 0, &info);

    expect(what, err, data ? JET_errSuccess : JET_wrnColumnNull);
    if (!data)
        return;
    expect(what, actual, size);
    for (uint32_t i = 0; i < size; i++)
        if (got[i] != ((const uint8_t *)data)[i])
            wrong(what, got[i], ((const uint8_t *)data)[i]);
}

static void check_blob_part(struct session *s, const struct blob *blob)
{
    uint8_t got[500];
    JET_ULONG actual = 0, at = (JET_ULONG)below((int32_t)blob->size), want = blob->size - at;
    JET_RETINFO info = { .cbStruct = sizeof(info), .ibLongValue = at, .itagSequence = 1 };
    JET_ERR err = JetRetrieveColumn(s->id, s->reader, h.c_blob, got, sizeof(got), &actual, 0, &info);

    expect("size from within", actual, want);
    expect("from within", err, want > sizeof(got) ? JET_wrnBufferTruncated : JET_errSuccess);
    if (memcmp(got, blob->bytes + at, want < sizeof(got) ? want : sizeof(got)))
        wrong("bytes from within", -1, 0);
}

/* What the reader is on is what the model says. */
static void check_row(struct session *s)
{
    const struct row *row = &rows_of(s)[s->at.id];
    uint32_t zero = 0;

    if (s->place != ON)
    {
        int32_t id;
        expect("retrieve", JetRetrieveColumn(s->id, s->reader, h.c_id, &id, sizeof(id), NULL, 0, NULL),
               JET_errNoCurrentRecord);
        return;
    }
    if (!row->there)
    {
        int32_t id;
        expect("retrieve", JetRetrieveColumn(s->id, s->reader, h.c_id, &id, sizeof(id), NULL, 0, NULL),
               JET_errRecordDeleted);
        return;
    }
    check_value(s, h.c_id, 1, &s->at.id, sizeof(s->at.id), "id");
    check_value(s, h.c_amount, 1, &row->amount, sizeof(row->amount), "amount");
    check_value(s, h.c_code, 1, row->code ? &row->code : NULL, sizeof(row->code), "code");
    check_value(s, h.c_name, 1, names[row->name], (uint32_t)name_size(row), "name");
    for (int i = 0; i < row->tags; i++)
        check_value(s, h.c_tags, (uint32_t)i + 1, &row->tag[i], sizeof(row->tag[i]), "tag");
    check_value(s, h.c_tags, (uint32_t)row->tags + 1, NULL, 0, "no tag");
    if (!row->blob)
        check_value(s, h.c_blob, 1, NULL, 0, "no blob");
    else if (!row->blob->size)
        check_value(s, h.c_blob, 1, &zero, 0, "empty blob");
    else if (below(3) == 0)
        check_blob_part(s, row->blob);
    else
        check_value(s, h.c_blob, 1, row->blob->bytes, row->blob->size, "blob");
}

static void place_on(struct session *s, const struct entry *list, int count, int i)
{
    s->moved = s->level;
    s->place = i < 0 ? BEFORE_FIRST : i >= count ? AFTER_LAST : ON;
    if (s->place == ON)
        s->at = list[i];
}

/* How many entries lie before the reader; *on: whether it is on the next one. */
static int entries_before(const struct session *s, const struct entry *list, int count, bool *on)
{
    int i = 0;

    *on = false;
    switch (s->place)
    {
    case BEFORE_FIRST:
        return 0;
    case AFTER_LAST:
        return count;
    case ON:
        while (i < count && entry_compare(s->index, &list[i], &s->at) < 0)
            i++;
        *on = i < count && !entry_compare(s->index, &list[i], &s->at);
        return i;
    default:
        for (; i < count; i++)
        {
            struct entry key = { s->at.key, 0 };
            if (entry_compare(s->index, &list[i], &key) > 0)
                break;
        }
        return i;
    }
}

#define FIRST (JET_LONG) JET_MoveFirst
#define LAST  (JET_LONG) JET_MoveLast

static void move(struct session *s, JET_LONG way)
{
    struct entry list[ENTRIES];
    int count = list_entries(s, s->index, list), where, i;
    JET_ERR got, want;
    bool on;

    where = entries_before(s, list, count, &on);
    if (way == FIRST)
        i = 0;
    else if (way == LAST)
        i = count - 1;
    else
        i = way > 0 ? where + way - !on : where + way;
    got = JetMove(s->id, s->reader, way, 0);
    want = i >= 0 && i < count ? JET_errSuccess : JET_errNoCurrentRecord;
    trace("%d: session %d move %d from %d,%d on %s: %d\n", h.step, (int)(s - h.session), (int)way, (int)s->at.key,
          (int)s->at.id, index_names[s->index], (int)got);
    expect("move", got, want);
    place_on(s, list, count, i);
    if (!count && way == FIRST)
        s->place = BEFORE_FIRST;
    if (!count && way == LAST)
        s->place = AFTER_LAST;
    check_row(s);
}

static void step_move(struct session *s)
{
    static const JET_LONG ways[] = {
        FIRST, LAST, JET_MoveNext, JET_MoveNext, JET_MovePrevious, JET_MovePrevious, 3, -3
    };

    move(s, ways[below(8)]);
}

static void make_key(struct session *s, int32_t key)
{
    if (s->index == BY_NAME)
        assert_ok(JetMakeKey(s->id, s->reader, names[key], (JET_ULONG)strlen(names[key]), JET_bitNewKey));
    else
        assert_ok(JetMakeKey(s->id, s->reader, &key, sizeof(key), JET_bitNewKey));
}

static int32_t random_key(int index)
{
    switch (index)
    {
    case BY_CODE:
        return 1 + below(CODES - 1);
    case BY_NAME:
        return 1 + below(NAMES - 1);
    case BY_TAG:
        return below(TAGS);
    default:
        return 1 + below(IDS - 1);
    }
}

static void step_seek(struct session *s)
{
    static const JET_GRBIT seeks[] = { JET_bitSeekEQ, JET_bitSeekGE, JET_bitSeekGT, JET_bitSeekLE, JET_bitSeekLT };
    struct entry list[ENTRIES];
    int count = list_entries(s, s->index, list), i, first, past;
    JET_GRBIT seek = seeks[below(5)];
    int32_t key = random_key(s->index);
    JET_ERR got, want = JET_errSuccess;

    s->at.key = key;
    for (first = 0; first < count; first++)
    {
        struct entry least = { key, 0 };
        if (entry_compare(s->index, &list[first], &least) > 0)
            break;
    }
    for (past = first; past < count && list[past].key == key; past++)
        ;
    switch (seek)
    {
    case JET_bitSeekEQ:
        i = past > first ? first : -1;
        break;
    case JET_bitSeekGE:
        i = first;
        want = past > first ? JET_errSuccess : JET_wrnSeekNotEqual;
        break;
    case JET_bitSeekGT:
        i = past;
        break;
    case JET_bitSeekLE:
        i = past > first ? first : first - 1;
        want = past > first ? JET_errSuccess : JET_wrnSeekNotEqual;
        break;
    default:
        i = first - 1;
        break;
    }
    if (i < 0 || i >= count)
        want = JET_errRecordNotFound;
    make_key(s, key);
    got = JetSeek(s->id, s->reader, seek);
    trace("%d: session %d seek %#x %d on %s: %d\n", h.step, (int)(s - h.session), (unsigned)seek, (int)key,
          index_names[s->index], (int)got);
    expect("seek", got, want);
    s->moved = s->level;
    if (want < 0)
        s->place = BEFORE;
    else
        place_on(s, list, count, i);
    check_row(s);
    /* Where it is then depends on entries that it does not see; an equal seek may end after the last one. */
    if (want < 0 && (seek != JET_bitSeekEQ || first == count))
        move(s, FIRST);
}

static void scan(struct session *s, bool forward)
{
    struct entry list[ENTRIES];
    int count = list_entries(s, s->index, list), seen = 0;
    JET_ERR err;

    err = JetMove(s->id, s->reader, forward ? JET_MoveFirst : JET_MoveLast, 0);
    for (; err >= 0; err = JetMove(s->id, s->reader, forward ? JET_MoveNext : JET_MovePrevious, 0), seen++)
    {
        if (seen == count)
            wrong("scan goes on", seen + 1, count);
        place_on(s, list, count, forward ? seen : count - 1 - seen);
        check_row(s);
    }
    expect("end of scan", err, JET_errNoCurrentRecord);
    expect("entries scanned", seen, count);
    s->moved = s->level;
    s->place = (count > 0) == forward ? AFTER_LAST : BEFORE_FIRST;
}

static void set_index(struct session *s, int index)
{
    struct entry list[ENTRIES];

    assert_ok(JetSetCurrentIndexA(s->id, s->reader, index_names[index]));
    s->index = index;
    s->chosen = index == BY_ID ? 0 : s->level;
    trace("%d: session %d index %s\n", h.step, (int)(s - h.session), index_names[index]);
    if (list_entries(s, index, list))
    {
        /* The cursor is on the first entry, without having been moved. */
        place_on(s, list, 1, 0);
        check_row(s);
    }
    move(s, FIRST);
}

static void step_count(struct session *s)
{
    struct entry list[ENTRIES];
    int count = list_entries(s, s->index, list), where;
    JET_ULONG records = 0;
    bool on;

    if (s->place != ON)
        return;
    where = entries_before(s, list, count, &on);
    if (!on)
        return;
    expect("count", JetIndexRecordCount(s->id, s->reader, &records, 0), JET_errSuccess);
    expect("records", records, count - where);
}

/* ---------------------------------------------------------------- histories --- */

static void step_transaction(struct session *s)
{
    int what = below(5);
    enum place where;

    if (s->level == 0 || (what < 2 && s->level < LEVELS))
    {
        trace("%d: session %d begin\n", h.step, (int)(s - h.session));
        assert_ok(JetBeginTransaction(s->id));
        model_begin(s);
    }
    else if (what < 4)
    {
        trace("%d: session %d commit from %d\n", h.step, (int)(s - h.session), s->level);
        expect("commit", JetCommitTransaction(s->id, below(2) ? JET_bitCommitLazyFlush : 0), JET_errSuccess);
        model_commit(s);
    }
    else
    {
        trace("%d: session %d rollback from %d\n", h.step, (int)(s - h.session), s->level);
        expect("rollback", JetRollback(s->id, 0), JET_errSuccess);
        where = s->place;
        model_rollback(s);
        if (s->chosen > s->level)
            set_index(s, BY_ID);
        else if (s->place != where && s->index != BY_ID)
            move(s, JET_MoveNext); /* the record that it was on is still there to be read */
    }
}

static void step(void)
{
    struct session *s = &h.session[below(SESSIONS)];
    int what = below(100);

    trace("%d: session %d at %d, place %d, level %d\n", h.step, (int)(s - h.session), (int)s->at.id, s->place,
          s->level);
    if (what < 45)
        step_write(s);
    else if (what < 60)
        step_transaction(s);
    else if (what < 75)
        step_move(s);
    else if (what < 88)
        step_seek(s);
    else if (what < 92)
        set_index(s, below(INDEXES));
    else if (what < 94)
        check_row(s);
    else if (what < 96)
        step_count(s);
    else
        scan(s, below(2));
}

#define INDEX(name, key, bits)                                                                                         \
    {                                                                                                                  \
        .cbStruct = sizeof(JET_INDEXCREATE_A), .szIndexName = (char *)(name), .szKey = (char *)(key),                  \
        .cbKey = sizeof(key), .grbit = (bits)                                                                          \
    }

static void create_table(struct session *s, const char *name)
{
    JET_COLUMNCREATE_A columns[] = {
        { .cbStruct = sizeof(columns[0]), .szColumnName = (char *)"id", .coltyp = JET_coltypLong },
        { .cbStruct = sizeof(columns[0]), .szColumnName = (char *)"code", .coltyp = JET_coltypLong },
        { .cbStruct = sizeof(columns[0]), .szColumnName = (char *)"amount", .coltyp = JET_coltypLong },
        { .cbStruct = sizeof(columns[0]), .szColumnName = (char *)"name", .coltyp = JET_coltypText, .cp = 1252 },
        { .cbStruct = sizeof(columns[0]),
          .szColumnName = (char *)"tags",
          .coltyp = JET_coltypLong,
          .grbit = JET_bitColumnTagged | JET_bitColumnMultiValued },
        { .cbStruct = sizeof(columns[0]), .szColumnName = (char *)"blob", .coltyp = JET_coltypLongBinary },
    };
    JET_INDEXCREATE_A indexes[] = {
        INDEX("by_id", "+id\0", JET_bitIndexPrimary),
        INDEX("by_code", "-code\0", JET_bitIndexUnique | JET_bitIndexIgnoreNull),
        INDEX("by_name", "+name\0", 0),
        INDEX("by_tag", "+tags\0", JET_bitIndexIgnoreNull),
    };
    JET_TABLECREATE_A table = { .cbStruct = sizeof(table), .szTableName = (char *)name, .ulPages = 1 };

    table.rgcolumncreate = columns;
    table.cColumns = sizeof(columns) / sizeof(columns[0]);
    table.rgindexcreate = indexes;
    table.cIndexes = INDEXES;
    assert_ok(JetCreateTableColumnIndexA(s->id, s->database, &table));
    h.c_id = columns[0].columnid;
    h.c_code = columns[1].columnid;
    h.c_amount = columns[2].columnid;
    h.c_name = columns[3].columnid;
    h.c_tags = columns[4].columnid;
    h.c_blob = columns[5].columnid;
    assert_ok(JetCloseTable(s->id, table.tableid));
}

static void history(uint64_t seed, int steps, const char *path)
{
    char name[32];

    memset(&h, 0, sizeof(h));
    h.seed = seed;
    h.random = seed * 0x2545f4914f6cdd1du;
    snprintf(name, sizeof(name), "history%llu", (unsigned long long)seed);
    for (int i = 0; i < SESSIONS; i++)
    {
        struct session *s = &h.session[i];

        s->id = test_session(instance);
        assert_ok(JetOpenDatabaseA(s->id, path, NULL, &s->database, 0));
        if (i == 0)
            create_table(s, name);
        assert_ok(JetOpenTableA(s->id, s->database, name, NULL, 0, 0, &s->reader));
        assert_ok(JetOpenTableA(s->id, s->database, name, NULL, 0, 0, &s->writer));
    }
    for (int i = 0; i < SESSIONS; i++)
        set_index(&h.session[i], BY_ID);
    for (h.step = 0; h.step < steps; h.step++)
        step();
    for (int i = 0; i < SESSIONS; i++)
    {
        struct session *s = &h.session[i];

        while (s->level)
            step_transaction(s);
        for (int index = 0; index < INDEXES; index++)
        {
            set_index(s, index);
            scan(s, true);
            scan(s, false);
        }
    }
    for (int i = SESSIONS; i-- > 0;)
    {
        assert_ok(JetCloseTable(h.session[i].id, h.session[i].reader));
        assert_ok(JetCloseTable(h.session[i].id, h.session[i].writer));
        /* Some are left, for who looks at the file afterwards. */
        if (i == 0 && seed % 8)
            assert_ok(JetDeleteTableA(h.session[i].id, h.session[i].database, name));
        assert_ok(JetEndSession(h.session[i].id, 0));
    }
    while (h.blobs)
    {
        struct blob *blob = h.blobs;

        h.blobs = blob->next;
        free(blob);
    }
}

static unsigned long setting(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);

    return text && *text ? strtoul(text, NULL, 0) : otherwise;
}

static void histories(const char *name, const char *recovery)
{
    unsigned long count = setting("ESENT_HISTORIES", 15), seed = setting("ESENT_SEED", 1);
    int steps = (int)setting("ESENT_STEPS", 500);
    char path[1024];
    JET_SESID session;
    JET_DBID database;

    tracing = setting("ESENT_TRACE", 0);
    snprintf(path, sizeof(path), "%s.edb", test_file(name));
    instance = test_instance(name, recovery);
    session = test_session(instance);
    assert_ok(JetCreateDatabaseA(session, path, NULL, &database, 0));
    for (unsigned long i = 0; i < count; i++)
        history(seed + i, steps, path);
    assert_ok(JetEndSession(session, 0));
    assert_ok(JetTerm(instance));
}

static void equal_answers(void **state)
{
    (void)state;
    histories("plain", "off");
}

static void equal_answers_when_logged(void **state)
{
    (void)state;
    histories("logged", "on");
}

/* Pages leave memory and come back. */
static void equal_answers_from_a_small_cache(void **state)
{
    (void)state;
    assert_ok(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramCacheSizeMin, 32, NULL));
    assert_ok(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramCacheSizeMax, 32, NULL));
    histories("evicted", "on");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_answers),
        cmocka_unit_test(equal_answers_when_logged),
        cmocka_unit_test(equal_answers_from_a_small_cache),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
