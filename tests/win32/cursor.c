/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cursors: moves, seeks, ranges, bookmarks, indexes, filters, positions; over a
 * small database made for it, and by comparison with a plain walk over each
 * index of the databases in ESENT_CORPUS, if that is set.
 */
#include "support.h"

#include "small_database.h"

struct fixture
{
    JET_INSTANCE instance;
    JET_SESID session;
    JET_DBID database;
    JET_TABLEID people;
    JET_COLUMNID id, name, rank, tags;
    const char *path;
};

static void open_database(struct fixture *f, const char *path, const char *folder)
{
    JET_ULONG page_size = 4096;

    f->path = path;
    f->database = 0;
    JetGetDatabaseFileInfoA(path, &page_size, sizeof(page_size), JET_DbInfoPageSize);
    assert_ok(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramDatabasePageSize, page_size, NULL));
    f->instance = test_instance_unstarted(folder, "off");
    assert_ok(JetSetSystemParameterA(&f->instance, 0, JET_paramEnableIndexChecking, 0, NULL));
    assert_ok(JetInit(&f->instance));
    f->session = test_session(f->instance);
}

static void close_database(struct fixture *f)
{
    if (f->database)
        assert_ok(JetCloseDatabase(f->session, f->database, 0));
    assert_ok(JetDetachDatabaseA(f->session, f->path));
    assert_ok(JetEndSession(f->session, 0));
    assert_ok(JetTerm(f->instance));
}

static JET_COLUMNID column(struct fixture *f, const char *name)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition) };

    assert_ok(JetGetTableColumnInfoA(f->session, f->people, name, &definition, sizeof(definition), JET_ColInfo));
    return definition.columnid;
}

static int setup(void **state)
{
    static struct fixture f;
    static uint8_t image[SMALL_SIZE];
    char path[1024];

    memset(&f, 0, sizeof(f));
    small_database(image, JET_dbstateCleanShutdown);
    snprintf(path, sizeof(path), "%s", test_file("small.edb"));
    test_file_write(path, image, sizeof(image));
    open_database(&f, strdup(path), "cursor");
    assert_ok(JetAttachDatabaseA(f.session, f.path, JET_bitDbReadOnly));
    assert_ok(JetOpenDatabaseA(f.session, f.path, NULL, &f.database, JET_bitDbReadOnly));
    assert_ok(JetOpenTableA(f.session, f.database, "people", NULL, 0, JET_bitTableReadOnly, &f.people));
    f.id = column(&f, "id");
    f.name = column(&f, "name");
    f.rank = column(&f, "rank");
    f.tags = column(&f, "tags");
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    assert_ok(JetCloseTable(f->session, f->people));
    close_database(f);
    free((char *)f->path);
    return 0;
}

/* The id of the current record. */
static int32_t here(struct fixture *f)
{
    int32_t id = 0;
    JET_ULONG size = 0;

    assert_ok(JetRetrieveColumn(f->session, f->people, f->id, &id, sizeof(id), &size, 0, NULL));
    assert_int_equal(size, 4);
    return id;
}

static JET_ERR move(struct fixture *f, JET_LONG rows)
{
    return JetMove(f->session, f->people, rows, 0);
}

static void make_id(struct fixture *f, int32_t id)
{
    assert_ok(JetMakeKey(f->session, f->people, &id, sizeof(id), JET_bitNewKey));
}

static void test_moves(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(here(f), 1); /* freshly opened: on the first */
    assert_ok(move(f, JET_MoveNext));
    assert_int_equal(here(f), 2);
    assert_ok(move(f, JET_MoveFirst));
    assert_ok(move(f, 2));
    assert_int_equal(here(f), 3);
    assert_err(move(f, 1), JET_errNoCurrentRecord);
    assert_err(move(f, 0), JET_errNoCurrentRecord);
    assert_err(move(f, 1), JET_errNoCurrentRecord);
    assert_ok(move(f, JET_MovePrevious));
    assert_int_equal(here(f), 3);
    assert_err(move(f, -3), JET_errNoCurrentRecord);
    assert_ok(move(f, 3));
    assert_int_equal(here(f), 3);
    assert_ok(move(f, JET_MoveLast));
    assert_int_equal(here(f), 3);
    assert_err(move(f, 5), JET_errNoCurrentRecord);
    assert_ok(move(f, JET_MoveFirst));
}

static void seek(struct fixture *f, int32_t id, JET_GRBIT grbit, JET_ERR err, int32_t found)
{
    make_id(f, id);
    assert_err(JetSeek(f->session, f->people, grbit), err);
    if (err >= 0)
        assert_int_equal(here(f), found);
}

static void test_seeks(void **state)
{
    struct fixture *f = *state;

    seek(f, 2, JET_bitSeekEQ, JET_errSuccess, 2);
    assert_err(JetSeek(f->session, f->people, JET_bitSeekEQ), JET_errKeyNotMade);
    seek(f, 9, JET_bitSeekEQ, JET_errRecordNotFound, 0);
    assert_err(move(f, 0), JET_errNoCurrentRecord);
    assert_ok(move(f, JET_MovePrevious));
    assert_int_equal(here(f), 3);
    seek(f, 0, JET_bitSeekEQ, JET_errRecordNotFound, 0);
    assert_ok(move(f, JET_MoveNext));
    assert_int_equal(here(f), 1);
    seek(f, 2, JET_bitSeekGE, JET_errSuccess, 2);
    seek(f, 0, JET_bitSeekGE, JET_wrnSeekNotEqual, 1);
    seek(f, 2, JET_bitSeekGT, JET_errSuccess, 3);
    seek(f, 3, JET_bitSeekGT, JET_errRecordNotFound, 0);
    seek(f, 2, JET_bitSeekLE, JET_errSuccess, 2);
    seek(f, 7, JET_bitSeekLE, JET_wrnSeekNotEqual, 3);
    seek(f, 2, JET_bitSeekLT, JET_errSuccess, 1);
    seek(f, 1, JET_bitSeekLT, JET_errRecordNotFound, 0);
    seek(f, 2, JET_bitSeekEQ | JET_bitCheckUniqueness, JET_wrnUniqueKey, 2);
    make_id(f, 1);
    assert_err(JetSeek(f->session, f->people, 0), JET_errInvalidParameter);
}

static void test_ranges(void **state)
{
    struct fixture *f = *state;
    JET_ULONG count;

    assert_err(JetSetIndexRange(f->session, f->people, JET_bitRangeRemove), JET_errInvalidOperation);
    assert_ok(move(f, JET_MoveFirst));
    make_id(f, 2);
    assert_ok(JetSetIndexRange(f->session, f->people, JET_bitRangeUpperLimit | JET_bitRangeInclusive));
    assert_ok(JetIndexRecordCount(f->session, f->people, &count, 0));
    assert_int_equal(count, 2);
    assert_err(JetSetIndexRange(f->session, f->people, JET_bitRangeRemove), JET_errInvalidOperation);
    make_id(f, 2);
    assert_ok(JetSetIndexRange(f->session, f->people, JET_bitRangeUpperLimit | JET_bitRangeInclusive));
    assert_ok(move(f, 1));
    assert_int_equal(here(f), 2);
    assert_err(move(f, 1), JET_errNoCurrentRecord);
    assert_ok(move(f, -1));
    assert_int_equal(here(f), 3); /* the range is gone */
    assert_ok(move(f, JET_MoveFirst));
    make_id(f, 1);
    assert_err(JetSetIndexRange(f->session, f->people, JET_bitRangeUpperLimit), JET_errNoCurrentRecord);
    assert_ok(move(f, JET_MoveLast));
    make_id(f, 1);
    assert_ok(JetSetIndexRange(f->session, f->people, 0));
    assert_ok(move(f, -1));
    assert_err(move(f, -1), JET_errNoCurrentRecord);
    seek(f, 2, JET_bitSeekEQ | JET_bitSetIndexRange, JET_errSuccess, 2);
    assert_err(move(f, 1), JET_errNoCurrentRecord);
}

static void test_bookmarks(void **state)
{
    struct fixture *f = *state;
    unsigned char mark[64], key[64];
    JET_ULONG mark_size = 0, key_size = 0;

    assert_ok(move(f, JET_MoveLast));
    assert_ok(JetGetBookmark(f->session, f->people, mark, sizeof(mark), &mark_size));
    assert_int_equal(mark_size, 5);
    assert_err(JetGetBookmark(f->session, f->people, mark, 2, &mark_size), JET_errBufferTooSmall);
    assert_int_equal(mark_size, 5);
    assert_ok(move(f, JET_MoveFirst));
    assert_err(JetGotoBookmark(f->session, f->people, NULL, 0), JET_errInvalidBookmark);
    assert_ok(JetGotoBookmark(f->session, f->people, mark, mark_size));
    assert_int_equal(here(f), 3);
    mark[4] = 77;
    assert_err(JetGotoBookmark(f->session, f->people, mark, mark_size), JET_errRecordDeleted);
    assert_int_equal(here(f), 3); /* where it was */
    assert_err(JetGetSecondaryIndexBookmark(f->session, f->people, key, sizeof(key), &key_size, mark, sizeof(mark),
                                            &mark_size, 0),
               JET_errNoCurrentIndex);
    assert_ok(JetSetCurrentIndexA(f->session, f->people, "by_name"));
    assert_int_equal(here(f), 1);
    assert_ok(move(f, 1));
    assert_int_equal(here(f), 3); /* Barbara */
    assert_ok(JetGetSecondaryIndexBookmark(f->session, f->people, key, sizeof(key), &key_size, mark, sizeof(mark),
                                           &mark_size, 0));
    assert_memory_equal(key,
                        "\x7f"
                        "BARBARA",
                        9);
    assert_int_equal(key_size, 9);
    assert_ok(move(f, JET_MoveFirst));
    assert_ok(JetGotoSecondaryIndexBookmark(f->session, f->people, key, key_size, mark, mark_size, 0));
    assert_int_equal(here(f), 3);
    key[1] = 'C';
    assert_err(JetGotoSecondaryIndexBookmark(f->session, f->people, key, key_size, mark, mark_size, 0),
               JET_errRecordDeleted);
    assert_int_equal(here(f), 3);
    assert_err(JetGotoSecondaryIndexBookmark(f->session, f->people, key, key_size, mark, mark_size,
                                             JET_bitBookmarkPermitVirtualCurrency),
               JET_errRecordDeleted);
    assert_ok(move(f, JET_MoveNext));
    assert_int_equal(here(f), 2); /* Grace, after what is not there */
    assert_ok(JetGotoBookmark(f->session, f->people, mark, mark_size));
    assert_ok(move(f, JET_MovePrevious));
    assert_int_equal(here(f), 1);
    assert_ok(JetSetCurrentIndexA(f->session, f->people, NULL));
}

static void test_indexes(void **state)
{
    struct fixture *f = *state;
    char name[65];
    WCHAR wide[65];

    assert_ok(JetGetCurrentIndexA(f->session, f->people, name, sizeof(name)));
    assert_string_equal(name, "id");
    assert_ok(move(f, JET_MoveLast));
    assert_ok(JetSetCurrentIndex2W(f->session, f->people, test_wide("BY_NAME"), JET_bitNoMove));
    assert_int_equal(here(f), 3);
    assert_ok(JetGetCurrentIndexW(f->session, f->people, wide, sizeof(wide)));
    assert_true(test_wide_equal(wide, "by_name"));
    assert_ok(move(f, 1));
    assert_int_equal(here(f), 2);
    assert_err(JetSetCurrentIndexA(f->session, f->people, "absent"), JET_errIndexNotFound);
    assert_err(JetSetCurrentIndexA(f->session, f->people, "a.b"), JET_errInvalidName);
    assert_err(JetSetCurrentIndex2A(f->session, f->people, "by_name", 0x1000), JET_errInvalidGrbit);
    assert_ok(JetSetCurrentIndexA(f->session, f->people, ""));
    assert_int_equal(here(f), 1);
    assert_ok(JetMakeKey(f->session, f->people, "\1\0\0", 4, JET_bitNewKey));
}

static void test_open(void **state)
{
    struct fixture *f = *state;
    JET_TABLEID table = 0, other;
    JET_SESID session;

    assert_err(JetOpenTableA(f->session, f->database, "absent", NULL, 0, 0, &table), JET_errObjectNotFound);
    assert_true(table == JET_tableidNil);
    assert_err(JetOpenTableA(f->session, f->database, " people", NULL, 0, 0, &table), JET_errInvalidName);
    assert_err(JetOpenTableA(f->session, f->database, "people", NULL, 0, JET_bitTablePermitDDL, &table),
               JET_errInvalidGrbit);
    assert_err(
        JetOpenTableA(f->session, f->database, "people", NULL, 0, JET_bitTableReadOnly | JET_bitTableUpdatable, &table),
        JET_errInvalidGrbit);
    assert_err(JetOpenTableA(f->session, 15, "people", NULL, 0, 0, &table), JET_errInvalidDatabaseId);
    assert_ok(JetOpenTableA(f->session, f->database, "PEOPLE  ", NULL, 0, 0, &table));
    assert_ok(JetMove(f->session, table, 2, 0));
    assert_ok(JetDupCursor(f->session, table, &other, 0));
    assert_ok(JetMove(f->session, other, 1, 0));
    assert_ok(JetMove(f->session, other, 1, 0));
    assert_err(JetMove(f->session, other, 1, 0), JET_errNoCurrentRecord);
    assert_ok(JetCloseTable(f->session, other));
    assert_err(JetCloseTable(f->session, other), JET_errInvalidTableId);

    session = test_session(f->instance);
    assert_err(JetMove(session, table, 0, 0), JET_errSesidTableIdMismatch);
    assert_ok(JetOpenDatabaseA(session, f->path, NULL, &f->database, JET_bitDbReadOnly));
    assert_err(JetOpenTableA(session, f->database, "people", NULL, 0, JET_bitTableDenyRead, &other), JET_errTableInUse);
    assert_ok(JetOpenTableA(session, f->database, "kind", NULL, 0, JET_bitTableDenyRead, &other));
    assert_ok(JetCloseTable(f->session, table));
    assert_err(JetOpenTableA(f->session, f->database, "kind", NULL, 0, 0, &table), JET_errTableLocked);
    assert_ok(JetCloseTable(session, other));
    assert_ok(JetOpenTableA(f->session, f->database, "kind", NULL, 0, 0, &table));
    assert_ok(JetCloseTable(f->session, table));
    assert_ok(JetEndSession(session, 0));
}

/* A table without an index takes no keys but made ones. */
static void test_heap(void **state)
{
    struct fixture *f = *state;
    JET_TABLEID heap;
    unsigned char mark[16];
    char name[10] = "x";
    JET_ULONG size;

    assert_ok(JetOpenTableA(f->session, f->database, "heap", NULL, 0, 0, &heap));
    assert_err(JetMakeKey(f->session, heap, "1234", 4, JET_bitNewKey), JET_errNoCurrentIndex);
    assert_err(JetSeek(f->session, heap, JET_bitSeekEQ), JET_errKeyNotMade);
    assert_err(JetSetIndexRange(f->session, heap, 0), JET_errNoCurrentIndex);
    assert_ok(JetGetCurrentIndexA(f->session, heap, name, sizeof(name)));
    assert_string_equal(name, "");
    assert_ok(JetMove(f->session, heap, JET_MoveLast, 0));
    assert_ok(JetGetBookmark(f->session, heap, mark, sizeof(mark), &size));
    assert_ok(JetMove(f->session, heap, JET_MoveFirst, 0));
    assert_ok(JetMakeKey(f->session, heap, mark, size, JET_bitNormalizedKey));
    assert_ok(JetSeek(f->session, heap, JET_bitSeekEQ));
    assert_ok(JetMove(f->session, heap, 0, 0));
    assert_err(JetMove(f->session, heap, 1, 0), JET_errNoCurrentRecord);
    assert_ok(JetCloseTable(f->session, heap));
}

static void test_filter(void **state)
{
    struct fixture *f = *state;
    int32_t two = 2;
    JET_INDEX_COLUMN filter = { f->id, JET_relopGreaterThanOrEqual, &two, sizeof(two), 0 };
    JET_ULONG count;

    assert_ok(JetSetCursorFilter(f->session, f->people, &filter, 1, 0));
    assert_ok(move(f, JET_MoveFirst));
    assert_int_equal(here(f), 2);
    assert_ok(move(f, 1));
    assert_int_equal(here(f), 3);
    assert_ok(move(f, -1));
    assert_err(move(f, -1), JET_errNoCurrentRecord);
    assert_err(move(f, 0), JET_errFilteredMoveNotSupported);
    assert_err(JetIndexRecordCount(f->session, f->people, &count, 0), JET_errFilteredMoveNotSupported);
    assert_err(JetSetCurrentIndexA(f->session, f->people, "by_name"), JET_errFilteredMoveNotSupported);
    filter.columnid = f->name;
    assert_err(JetSetCursorFilter(f->session, f->people, &filter, 1, 0), JET_errFilteredMoveNotSupported);
    filter.columnid = f->rank;
    assert_err(JetSetCursorFilter(f->session, f->people, &filter, 1, 0), JET_errInvalidParameter);
    filter.columnid = f->id;
    filter.relop = JET_relopBitmaskEqualsZero;
    two = 1;
    assert_ok(JetSetCursorFilter(f->session, f->people, &filter, 1, 0));
    assert_ok(move(f, JET_MoveFirst));
    assert_int_equal(here(f), 2);
    assert_err(move(f, 1), JET_errNoCurrentRecord);
    assert_ok(JetSetCursorFilter(f->session, f->people, NULL, 0, 0));
    assert_ok(move(f, JET_MoveFirst));
    assert_int_equal(here(f), 1);
}

static void test_positions(void **state)
{
    struct fixture *f = *state;
    JET_RECPOS position = { .cbStruct = sizeof(position) };
    const void *keys[2];
    unsigned char bytes[2][16];
    JET_ULONG sizes[2];
    JET_LONG read;

    assert_ok(move(f, JET_MoveFirst));
    assert_ok(JetGetRecordPosition(f->session, f->people, &position, sizeof(position)));
    assert_true(position.centriesLT <= position.centriesTotal);
    assert_ok(JetGotoPosition(f->session, f->people, &position));
    position.centriesLT = position.centriesTotal + 1;
    assert_err(JetGotoPosition(f->session, f->people, &position), JET_errInvalidParameter);
    assert_err(JetGetRecordPosition(f->session, f->people, &position, 4), JET_errInvalidParameter);
    for (int i = 0; i < 2; i++)
    {
        assert_ok(move(f, i ? JET_MoveLast : JET_MoveFirst));
        assert_ok(JetRetrieveKey(f->session, f->people, bytes[i], sizeof(bytes[i]), &sizes[i], 0));
        keys[i] = bytes[i];
    }
    assert_ok(JetPrereadKeys(f->session, f->people, keys, sizes, 2, &read, JET_bitPrereadForward));
    assert_true(read >= 1);
    assert_err(JetPrereadKeys(f->session, f->people, keys, sizes, 2, &read, JET_bitPrereadBackward),
               JET_errInvalidParameter);
    assert_err(JetPrereadKeys(f->session, f->people, keys, sizes, 2, &read, 0), JET_errInvalidGrbit);
    assert_ok(move(f, JET_MoveFirst));
}

static void test_intersection(void **state)
{
    struct fixture *f = *state;
    JET_INDEXRANGE range = { sizeof(range), f->people, JET_bitRecordInIndex };
    JET_RECORDLIST list = { .cbStruct = sizeof(list) };
    unsigned char mark[16];
    JET_ULONG size;

    assert_err(JetIntersectIndexes(f->session, &range, 1, &list, 0), JET_errInvalidParameter);
    assert_ok(JetSetCurrentIndexA(f->session, f->people, "by_name"));
    assert_ok(JetMakeKey(f->session, f->people, "b", 1, JET_bitNewKey));
    assert_err(JetSeek(f->session, f->people, JET_bitSeekGE), JET_wrnSeekNotEqual);
    assert_ok(JetIntersectIndexes(f->session, &range, 1, &list, 0));
    assert_int_equal(list.cRecord, 2);
    assert_ok(JetMove(f->session, list.tableid, JET_MoveFirst, 0));
    assert_ok(JetRetrieveColumn(f->session, list.tableid, list.columnidBookmark, mark, sizeof(mark), &size, 0, NULL));
    assert_int_equal(size, 5);
    assert_int_equal(mark[4], 2);
    assert_ok(JetMove(f->session, list.tableid, JET_MoveNext, 0));
    assert_err(JetMove(f->session, list.tableid, JET_MoveNext, 0), JET_errNoCurrentRecord);
    assert_ok(JetCloseTable(f->session, list.tableid));
    assert_ok(JetSetCurrentIndexA(f->session, f->people, NULL));
}

/* ---------------------------------------------------------------- corpus --- */

#define KEY_ROOM 2002
#define WALK_MAX 400

struct entry
{
    unsigned char key[KEY_ROOM];
    JET_ULONG size;
};

static int compare(const struct entry *a, const struct entry *b)
{
    int order = memcmp(a->key, b->key, a->size < b->size ? a->size : b->size);
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

static void current_key(struct fixture *f, JET_TABLEID table, struct entry *entry)
{
    assert_ok(JetRetrieveKey(f->session, table, entry->key, sizeof(entry->key), &entry->size, 0));
}

/* A seek of this key must answer what the sorted keys say.  Where keys are not unique and have one
 * column (a normalized key counts as one), greater is what is behind all that the key begins: the
 * published ErrIsamSeek lengthens the key by 0xff. */
static void check_seek(struct fixture *f, JET_TABLEID table, const struct entry *entries, size_t count,
                       const struct entry *key, JET_GRBIT grbit, bool passes_begun)
{
    struct entry last = *key;
    size_t low = 0, high, want = count;
    bool equal = false;
    struct entry found;
    JET_ERR err;

    while (low < count && compare(&entries[low], key) < 0)
        low++;
    for (high = low; high < count && !compare(&entries[high], key); high++)
        equal = true;
    if (passes_begun)
        last.key[last.size++] = 0xff;
    while (passes_begun && high < count && compare(&entries[high], &last) <= 0)
        high++;
    switch (grbit)
    {
    case JET_bitSeekEQ:
        want = equal ? low : count;
        break;
    case JET_bitSeekGE:
        want = low;
        break;
    case JET_bitSeekGT:
        want = high;
        break;
    case JET_bitSeekLE:
        want = equal ? low : low ? low - 1 : count;
        break;
    case JET_bitSeekLT:
        want = low ? low - 1 : count;
        break;
    }
    assert_ok(JetMakeKey(f->session, table, key->key, key->size, JET_bitNormalizedKey));
    err = JetSeek(f->session, table, grbit);
    if (want == count)
    {
        assert_int_equal(err, JET_errRecordNotFound);
        return;
    }
    if ((grbit == JET_bitSeekGE || grbit == JET_bitSeekLE) && !equal)
        assert_int_equal(err, JET_wrnSeekNotEqual);
    else
        assert_int_equal(err, JET_errSuccess);
    current_key(f, table, &found);
    assert_int_equal(compare(&found, &entries[want]), 0);
}

static void check_index(struct fixture *f, JET_TABLEID table, const WCHAR *index, bool passes_begun)
{
    static const JET_GRBIT modes[] = { JET_bitSeekEQ, JET_bitSeekGE, JET_bitSeekGT, JET_bitSeekLE, JET_bitSeekLT };
    static struct entry entries[WALK_MAX];
    struct entry other;
    size_t count = 0, back;
    uint64_t records;
    JET_ERR err = JetSetCurrentIndexW(f->session, table, index);

    assert_ok(err);
    for (err = JetMove(f->session, table, JET_MoveFirst, 0); err >= 0 && count < WALK_MAX;
         err = JetMove(f->session, table, JET_MoveNext, 0))
        current_key(f, table, &entries[count++]);
    if (count == WALK_MAX)
        return; /* what is beyond would have to be known */
    assert_int_equal(err, JET_errNoCurrentRecord);
    for (size_t i = 1; i < count; i++)
        assert_true(compare(&entries[i - 1], &entries[i]) <= 0);
    back = count;
    for (err = JetMove(f->session, table, JET_MoveLast, 0); err >= 0;
         err = JetMove(f->session, table, JET_MovePrevious, 0))
    {
        current_key(f, table, &other);
        assert_true(back > 0);
        assert_int_equal(compare(&entries[--back], &other), 0);
    }
    assert_int_equal(back, 0);
    for (size_t i = 0; i < count; i += 1 + count / 40)
    {
        for (size_t m = 0; m < sizeof(modes) / sizeof(modes[0]); m++)
        {
            check_seek(f, table, entries, count, &entries[i], modes[m], passes_begun);
            other = entries[i];
            other.key[other.size - 1]++;
            check_seek(f, table, entries, count, &other, modes[m], passes_begun);
            other.size--;
            if (other.size)
                check_seek(f, table, entries, count, &other, modes[m], passes_begun);
        }
    }
    if (!count)
        return;
    assert_ok(JetMove(f->session, table, JET_MoveFirst, 0));
    assert_ok(JetIndexRecordCount2(f->session, table, (JET_UINT64 *)&records, 0));
    assert_int_equal(records, count);
    /* distinct keys one by one, forwards */
    for (size_t i = 0; i < count;)
    {
        size_t next = i + 1;
        while (next < count && !compare(&entries[i], &entries[next]))
            next++;
        err = JetMove(f->session, table, JET_MoveNext, JET_bitMoveKeyNE);
        assert_int_equal(err, next < count ? JET_errSuccess : JET_errNoCurrentRecord);
        if (next < count)
        {
            current_key(f, table, &other);
            assert_int_equal(compare(&other, &entries[next]), 0);
        }
        i = next;
    }
}

static void check_table(struct fixture *f, const WCHAR *name)
{
    JET_INDEXLIST list = { .cbStruct = sizeof(list) };
    JET_TABLEID table;
    JET_ERR err;

    assert_true(JetOpenTableW(f->session, f->database, name, NULL, 0, JET_bitTableReadOnly, &table) >= 0);
    check_index(f, table, NULL, false);
    assert_ok(JetGetTableIndexInfoW(f->session, table, NULL, &list, sizeof(list), JET_IdxInfoList));
    for (err = JetMove(f->session, list.tableid, JET_MoveFirst, 0); err >= 0;
         err = JetMove(f->session, list.tableid, JET_MoveNext, 0))
    {
        WCHAR index[65] = { 0 };
        int32_t number = 0, columns = 0;
        JET_GRBIT grbit = 0;
        JET_ULONG size;

        assert_ok(JetRetrieveColumn(f->session, list.tableid, list.columnidindexname, index, sizeof(index) - 2, &size,
                                    0, NULL));
        assert_ok(
            JetRetrieveColumn(f->session, list.tableid, list.columnidiColumn, &number, sizeof(number), &size, 0, NULL));
        assert_ok(JetRetrieveColumn(f->session, list.tableid, list.columnidcColumn, &columns, sizeof(columns), &size, 0,
                                    NULL));
        assert_ok(JetRetrieveColumn(f->session, list.tableid, list.columnidgrbitIndex, &grbit, sizeof(grbit), &size, 0,
                                    NULL));
        if (!number)
            check_index(f, table, index, columns == 1 && !(grbit & JET_bitIndexUnique));
    }
    assert_ok(JetCloseTable(f->session, list.tableid));
    assert_ok(JetCloseTable(f->session, table));
}

static void test_corpus(void **state)
{
    static const char *const files[] = { "dissect-index.edb",        "dissect-multi.edb",    "dissect-SRUDB.dat",
                                         "dsinternals-adamntds.dit", "xbimess-OneWall.xBIM", "goese-SRUDB.dat" };
    const char *corpus = getenv("ESENT_CORPUS");

    (void)state;
    if (!corpus)
        skip();
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
    {
        JET_OBJECTLIST list = { .cbStruct = sizeof(list) };
        struct fixture f = { 0 };
        char path[1024], folder[32];
        JET_ERR err;

        snprintf(path, sizeof(path), "%s/%s", corpus, files[i]);
        if (!test_file_exists(path))
            continue;
        snprintf(folder, sizeof(folder), "corpus%u", (unsigned)i);
        open_database(&f, path, folder);
        assert_true(JetAttachDatabaseA(f.session, path, JET_bitDbReadOnly) >= 0);
        assert_true(JetOpenDatabaseA(f.session, path, NULL, &f.database, JET_bitDbReadOnly) >= 0);
        assert_ok(JetGetObjectInfoW(f.session, f.database, JET_objtypTable, NULL, NULL, &list, sizeof(list),
                                    JET_ObjInfoListNoStats));
        for (err = JetMove(f.session, list.tableid, JET_MoveFirst, 0); err >= 0;
             err = JetMove(f.session, list.tableid, JET_MoveNext, 0))
        {
            WCHAR name[65] = { 0 };
            JET_ULONG size;

            assert_ok(JetRetrieveColumn(f.session, list.tableid, list.columnidobjectname, name, sizeof(name) - 2, &size,
                                        0, NULL));
            check_table(&f, name);
        }
        assert_ok(JetCloseTable(f.session, list.tableid));
        close_database(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moves),        cmocka_unit_test(test_seeks),   cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_bookmarks),    cmocka_unit_test(test_indexes), cmocka_unit_test(test_open),
        cmocka_unit_test(test_heap),         cmocka_unit_test(test_filter),  cmocka_unit_test(test_positions),
        cmocka_unit_test(test_intersection),
    };
    const struct CMUnitTest corpus[] = { cmocka_unit_test(test_corpus) };
    int failed = cmocka_run_group_tests(tests, setup, teardown);

    return failed + cmocka_run_group_tests(corpus, NULL, NULL);
}
