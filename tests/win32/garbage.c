/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every function with whatever comes: no handle, handles that are closed or another's,
 * nothing where something is asked for, sizes and options that are none.  The process
 * lives, a call with a wrong handle does not succeed, an error is one that has a name,
 * and a table that none of the calls names keeps its rows.
 *
 * ESENT_CALLS says how many calls, ESENT_SEED which; ESENT_TRACE=1 shows each before it
 * is made.  Memory that is passed is always there: what a wild pointer does is no matter
 * of the engine's.
 */
#include "support.h"

#define ROOM      65536
#define ROOMS     512
#define ARGUMENTS 12
#define KEPT      40

typedef struct
{
    const char *name, *kinds;
    void (*function)(void);
} signature;

static const signature functions[] = {
#define SIGNATURE(name, kinds) { #name, kinds, (void (*)(void))name },
#include "abi/signatures.h"
};
#define FUNCTIONS (sizeof(functions) / sizeof(*functions))

/* What outlives the call and would make all later ones something else; these are called with wrong handles only. */
static const char *const last[] = {
    "JetTerm",
    "JetTerm2",
    "JetStopServiceInstance",
    "JetStopServiceInstance2",
    "JetInit",
    "JetInit2",
    "JetInit3A",
    "JetInit3W",
    "JetInit4A",
    "JetInit4W",
    "JetSetSystemParameterA",
    "JetSetSystemParameterW",
    "JetRestoreInstanceA",
    "JetRestoreInstanceW",
    "JetSetResourceParam",
    "JetOSSnapshotFreezeA",
    "JetOSSnapshotFreezeW",
};
/* The same, without a handle that could be wrong; and what works on a database behind the engine's back. */
static const char *const never[] = {
    "JetEnableMultiInstanceA",
    "JetEnableMultiInstanceW",
    "JetStopService",
    "JetTestHook",
    "JetTracing",
    "JetRestoreA",
    "JetRestoreW",
    "JetRestore2A",
    "JetRestore2W",
    "JetExternalRestoreA",
    "JetExternalRestoreW",
    "JetExternalRestore2A",
    "JetExternalRestore2W",
    "JetSetDatabaseSizeA",
    "JetSetDatabaseSizeW",
    "JetResizeDatabase",
    "JetGrowDatabase",
    "JetSetMaxDatabaseSize",
    "JetConfigureProcessForCrashDump",
};

/* These find what is meant otherwise. */
static const char *const forgiving[] = { "JetGetSystemParameterA", "JetGetSystemParameterW", "JetGetResourceParam",
                                         "JetSetResourceParam" };

typedef struct
{
    const char *type, *name;
    unsigned offset, size;
    bool pointer;
} field;

/* A field that is as wide as the machine is a pointer or a handle. */
static const field fields[] = {
#define STRUCT(type, size64, align64, size32, align32) { #type, NULL, 0, sizeof(void *) == 8 ? size64 : size32, false },
#define FIELD(type, name, offset64, size64, offset32, size32)                                                          \
    { #type, #name, sizeof(void *) == 8 ? offset64 : offset32, sizeof(void *) == 8 ? size64 : size32,                  \
      size64 == 8 && size32 == 4 },
#define BITS(type, name, width)
#include "abi/structs.h"
};
#define FIELDS (sizeof(fields) / sizeof(*fields))

static JET_INSTANCE instance, closed_instance;
static JET_SESID session, other, closed_session;
static JET_DBID database;
static JET_TABLEID table, others, temporary, closed_table;
static JET_COLUMNID columns[3];
static uint8_t *rooms[ROOMS];
static unsigned rooms_used;
static bool wrong, harmless, is_other;
static uint64_t state;

static uint32_t random_below(uint32_t limit)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % limit);
}

static bool one_in(uint32_t n)
{
    return random_below(n) == 0;
}

static uint32_t any_number(void)
{
    static const uint32_t numbers[] = { 0,  1,   2,   3,   4,    7,          8,          16,         30,
                                        50, 100, 255, 256, 4096, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };

    return one_in(4) ? random_below(20) : numbers[random_below(sizeof(numbers) / sizeof(*numbers))];
}

static uint32_t any_size(void)
{
    static const uint32_t sizes[] = { 0, 1, 2, 4, 8, 16, 100, 255, 256, 668, 4096, 8192, ROOM / 2 };

    return sizes[random_below(sizeof(sizes) / sizeof(*sizes))];
}

static uint32_t any_options(void)
{
    switch (random_below(4))
    {
    case 0:
        return 0;
    case 1:
        return 1u << random_below(32);
    case 2:
        return 1u << random_below(8) | 1u << random_below(8);
    default:
        return any_number();
    }
}

/* Zeroes, ones or noise; always with an end for text. */
static uint8_t *any_bytes(void)
{
    uint8_t *room = rooms[rooms_used++ % ROOMS];
    unsigned kind = random_below(3);

    memset(room, kind == 1 ? 0xff : 0, ROOM);
    if (kind == 2)
        for (unsigned i = 0; i < 512; i++)
            room[i] = (uint8_t)random_below(256);
    memset(room + ROOM / 2, 0, ROOM / 2);
    return room;
}

static uint8_t *no_bytes(void)
{
    uint8_t *room = rooms[rooms_used++ % ROOMS];

    memset(room, 0, ROOM);
    return room;
}

static void *any_text(bool wide)
{
    static const char *const texts[] = { "",        "rows",  "id",   "text",        "by_text",  "more",
                                         "new",     " lead", "a!b[", "MSysObjects", "copy.edb", "folder",
                                         "none\\x", "+id\0", "main", "garbage.edb", "edb.log" };
    uint8_t *room = no_bytes();
    const char *text = texts[random_below(sizeof(texts) / sizeof(*texts) - (harmless ? 0 : 2))];
    size_t length = strlen(text);

    if (one_in(8))
        return NULL;
    if (one_in(10))
    {
        length = 60 + random_below(500);
        for (size_t i = 0; i < length; i++)
            room[wide ? 2 * i : i] = 'x';
        return room;
    }
    for (size_t i = 0; i < length; i++)
        room[wide ? 2 * i : i] = (uint8_t)text[i];
    return room;
}

static void *any_key(bool wide)
{
    static const char keys[][16] = { "+id\0", "-text\0", "+text\0+id\0", "+none\0", "+", "id\0" };
    uint8_t *room = no_bytes();
    const char *key = keys[random_below(6)];

    for (size_t i = 0; i < sizeof(*keys); i++)
        room[wide ? 2 * i : i] = (uint8_t)key[i];
    return room;
}

static uintptr_t any_handle(char kind, bool never_right)
{
    uintptr_t right = 0, none = (uintptr_t)-1, closed = 0x7770;

    switch (kind)
    {
    case 'I':
        right = instance, closed = closed_instance;
        break;
    case 'S':
        is_other = one_in(12);
        right = is_other ? other : session, closed = closed_session;
        break;
    case 'D':
        right = database, closed = 77, none = one_in(2) ? 0xff : 0xffffffff;
        break;
    case 'T':
        right = one_in(6) ? temporary : table, closed = one_in(3) && !is_other ? others : closed_table;
        break;
    case 'C':
        return one_in(6) ? any_number() : columns[random_below(3)];
    case 'H':
        right = closed;
        break;
    default:
        right = closed;
    }
    if (!never_right && !one_in(8))
    {
        if (right == closed)
            wrong = true;
        return right;
    }
    wrong = true;
    switch (random_below(3))
    {
    case 0:
        return closed;
    case 1:
        return none;
    default:
        /* No instance may be the only one there is; no database is the temporary one, which is none to sessions. */
        return kind == 'I' ? closed : 0;
    }
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), size = strlen(end);

    return length >= size && !strcmp(text + length - size, end);
}

static bool starts_with(const char *text, const char *start)
{
    return !strncmp(text, start, strlen(start));
}

static void fill_struct(const char *type, size_t length, uint8_t *place, unsigned depth);

/* An array of one or two of them, in a room of its own. */
static uint8_t *any_structs(const char *type, size_t length, unsigned depth)
{
    uint8_t *room = no_bytes();

    for (unsigned i = 0; i < 3; i++)
    {
        size_t size = 0;

        for (unsigned f = 0; f < FIELDS; f++)
            if (!fields[f].name && strlen(fields[f].type) == length && !strncmp(fields[f].type, type, length))
                size = fields[f].size;
        fill_struct(type, length, room + i * size, depth + 1);
    }
    return room;
}

/* What a pointer of that name in that structure points to. */
static void *any_target(const field *f, unsigned depth)
{
    bool wide = ends_with(f->type, "_W");
    char type[64];

    if (one_in(5) || depth > 2)
        return NULL;
    if (!strcmp(f->name, "szKey"))
        return any_key(wide);
    if (starts_with(f->name, "sz") || starts_with(f->name, "wsz"))
        return any_text(wide || starts_with(f->name, "wsz") || !strcmp(f->name, "szLocaleName"));
    if (!strcmp(f->name, "rgcolumncreate") || !strcmp(f->name, "rgindexcreate"))
    {
        bool old = starts_with(f->type, "JET_TABLECREATE_") || starts_with(f->type, "JET_TABLECREATE2_");

        snprintf(type, sizeof(type), "JET_%s%s_%s", f->name[2] == 'c' ? "COLUMNCREATE" : "INDEXCREATE",
                 f->name[2] == 'c' || old                    ? ""
                 : starts_with(f->type, "JET_TABLECREATE3_") ? "2"
                                                             : "3",
                 wide ? "W" : "A");
        return any_structs(type, strlen(type), depth);
    }
    if (!strcmp(f->name, "rgconditionalcolumn"))
    {
        snprintf(type, sizeof(type), "JET_CONDITIONALCOLUMN_%s", wide ? "W" : "A");
        return any_structs(type, strlen(type), depth);
    }
    if (!strcmp(f->name, "prgcolumndef"))
        return any_structs("JET_COLUMNDEF", 13, depth);
    if (!strcmp(f->name, "pidxunicode"))
        return starts_with(f->type, "JET_INDEXCREATE3") || starts_with(f->type, "JET_OPENTEMPORARYTABLE2")
                   ? any_structs("JET_UNICODEINDEX2", 17, depth)
                   : any_structs("JET_UNICODEINDEX", 16, depth);
    return no_bytes();
}

static void fill_struct(const char *type, size_t length, uint8_t *place, unsigned depth)
{
    uint32_t size = 0;

    for (unsigned i = 0; i < FIELDS; i++)
    {
        const field *f = &fields[i];
        uint32_t number;

        if (strlen(f->type) != length || strncmp(f->type, type, length))
            continue;
        if (!f->name)
        {
            size = f->size;
            continue;
        }
        if (f->pointer)
        {
            uintptr_t value = (uintptr_t)any_target(f, depth);

            if (starts_with(f->name, "tableid"))
                value = any_handle('T', false);
            else if (starts_with(f->name, "sesid"))
                value = any_handle('S', false);
            else if (starts_with(f->name, "pfn") || starts_with(f->name, "hf") || starts_with(f->name, "inst"))
                value = 0;
            memcpy(place + f->offset, &value, sizeof(value));
            continue;
        }
        if (!strcmp(f->name, "cbStruct"))
            number = !one_in(8) ? size : one_in(2) ? any_number() : size + random_below(3) - 1;
        else if (starts_with(f->name, "cb"))
            number = any_size();
        else if (starts_with(f->name, "c") && f->name[1] >= 'A' && f->name[1] <= 'Z')
            number = random_below(3);
        else if (starts_with(f->name, "ccolumn") || starts_with(f->name, "cset") ||
                 starts_with(f->name, "cconditional"))
            number = random_below(3);
        else if (starts_with(f->name, "ulPages"))
            number = random_below(300);
        else if (starts_with(f->name, "grbit"))
            number = any_options();
        else if (starts_with(f->name, "columnid"))
            number = (uint32_t)any_handle('C', false);
        else if (starts_with(f->name, "coltyp"))
            number = random_below(19);
        else
            number = any_number();
        memcpy(place + f->offset, &number, f->size < 4 ? f->size : 4);
    }
}

/* Handles in structures may be wrong and the call right. */
static void *any_struct(const char *type, size_t length)
{
    bool before = wrong;
    void *room = one_in(6) ? NULL : any_structs(type, length, 0);

    wrong = before;
    return room;
}

static JET_ERR JET_API on_progress(JET_SESID sesid, JET_SNP snp, JET_SNT snt, void *context)
{
    (void)sesid, (void)snp, (void)snt, (void)context;
    return JET_errSuccess;
}

static JET_ERR JET_API on_call(JET_SESID sesid, JET_DBID dbid, JET_TABLEID tableid, JET_CBTYP type, void *first,
                               void *second, void *context, JET_API_PTR unused)
{
    (void)sesid, (void)dbid, (void)tableid, (void)type, (void)first, (void)second, (void)context, (void)unused;
    return JET_errSuccess;
}

static void *JET_API on_memory(void *context, void *memory, JET_ULONG size)
{
    (void)context, (void)memory;
    return size && size <= ROOM ? no_bytes() : NULL;
}

static void *any_pointers(bool texts)
{
    uintptr_t *pointers = (uintptr_t *)(void *)no_bytes();

    for (unsigned i = 0; i < 4; i++)
        pointers[i] = texts ? (uintptr_t)any_text(true) : (uintptr_t)any_bytes();
    return pointers;
}

static void *any_sizes(void)
{
    uint32_t *sizes = (uint32_t *)(void *)no_bytes();

    for (unsigned i = 0; i < 4; i++)
        sizes[i] = random_below(300);
    return sizes;
}

/* One argument: its words, one or (64 bits on a small machine) two. */
static unsigned any_argument(const char *kind, const char *name, bool never_right, uintptr_t *words)
{
    bool wide = ends_with(name, "W");
    uint64_t large;

    switch (*kind)
    {
    case 'q':
        large = one_in(2) ? any_number() : (uint64_t)-1;
        words[0] = (uintptr_t)large;
        if (sizeof(void *) == 8)
            return 1;
        words[1] = (uintptr_t)(large >> 32);
        return 2;
    case 'J':
        /* An instance that is none, by value, is one to be made. */
        words[0] = one_in(4) && !starts_with(name, "JetSet") ? 0 : (uintptr_t)no_bytes();
        if (words[0])
            *(JET_INSTANCE *)words[0] = closed_instance, wrong = true;
        return 1;
    case 'g':
        words[0] = any_options();
        break;
    case 'n':
        /* A table can begin with pages by the gigabyte. */
        words[0] = starts_with(name, "JetCreateTable") ? random_below(300) : any_number();
        break;
    case 'A':
    case 'W':
        words[0] = (uintptr_t)any_text(*kind == 'W');
        break;
    case 'K':
        words[0] = one_in(8) ? 0 : (uintptr_t)any_key(wide);
        break;
    case 'b':
    case 'p':
        /* What is converted is told in structures of each kind, with pointers. */
        if (starts_with(name, "JetConvertDDL"))
            words[0] = (uintptr_t)no_bytes();
        else
            words[0] = one_in(5) ? 0 : (uintptr_t)any_bytes();
        break;
    case 'k':
    case 'z':
        /* Some of what tells facts clears all the room it is given. */
        words[0] = one_in(10) && (*kind == 'k' || !starts_with(name, "JetGet"))
                       ? 0x80000000 + random_below(2) * 0x7fffffff
                       : any_size();
        break;
    case 'c':
        words[0] = random_below(4);
        break;
    case 'x':
    case 'X':
        words[0] = one_in(6) ? 0 : (uintptr_t)any_pointers(*kind == 'X');
        break;
    case 'y':
        words[0] = one_in(6) ? 0 : (uintptr_t)any_sizes();
        break;
    case 'f':
        words[0] = one_in(2) ? 0 : (uintptr_t)on_progress;
        break;
    case 'F':
        words[0] = one_in(2) ? 0 : (uintptr_t)on_call;
        break;
    case 'r':
        words[0] = one_in(6) ? 0 : (uintptr_t)on_memory;
        break;
    case '{':
        words[0] = (uintptr_t)any_struct(kind + 1, (size_t)(strchr(kind, '}') - kind - 1));
        break;
    case '0':
        words[0] = 0;
        break;
    default:
        words[0] = any_handle(*kind, never_right);
    }
    return 1;
}

typedef uintptr_t w;

static JET_ERR call_with(void (*f)(void), unsigned words, const w *a)
{
#define P1      w
#define P2      w, w
#define P4      P2, P2
#define AS(...) ((JET_ERR(JET_API *)(__VA_ARGS__))f)
    switch (words)
    {
    case 0:
        return AS(void)();
    case 1:
        return AS(P1)(a[0]);
    case 2:
        return AS(P2)(a[0], a[1]);
    case 3:
        return AS(P2, P1)(a[0], a[1], a[2]);
    case 4:
        return AS(P4)(a[0], a[1], a[2], a[3]);
    case 5:
        return AS(P4, P1)(a[0], a[1], a[2], a[3], a[4]);
    case 6:
        return AS(P4, P2)(a[0], a[1], a[2], a[3], a[4], a[5]);
    case 7:
        return AS(P4, P2, P1)(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
    case 8:
        return AS(P4, P4)(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
    case 9:
        return AS(P4, P4, P1)(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8]);
    case 10:
        return AS(P4, P4, P2)(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9]);
    default:
        fail_msg("%u words", words);
        return 0;
    }
}

static bool listed(const char *const *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(list[i], name))
            return true;
    return false;
}

/* What there are only so many of, and memory. */
static void give_back(const char *name, const uintptr_t *words)
{
    if (starts_with(name, "JetCreateInstance"))
        assert_ok(JetTerm(*(JET_INSTANCE *)words[0]));
    if (starts_with(name, "JetBeginSession") || starts_with(name, "JetDupSession"))
        assert_ok(JetEndSession(*(JET_SESID *)words[1], 0));
    if (starts_with(name, "JetGetInstanceInfo"))
        assert_ok(JetFreeBuffer(*(char **)words[1]));
}

/* What a call may have closed or left is as it was. */
static void come_back(void)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition),
                                 .coltyp = JET_coltypLong,
                                 .grbit = JET_bitColumnTTKey };
    JET_COLUMNID column;
    JET_ULONG version;
    JET_ERR err;

    JetResetSessionContext(session);
    JetResetSessionContext(other);
    while (JetRollback(session, 0) == JET_errSuccess)
        ;
    if (JetGetVersion(session, &version) == JET_errInvalidSesid)
        session = test_session(instance);
    if (JetGetVersion(other, &version) == JET_errInvalidSesid)
        other = test_session(instance);
    while (JetRollback(session, 0) == JET_errSuccess)
        ;
    while (JetRollback(other, 0) == JET_errSuccess)
        ;
    JetStopBackupInstance(instance);
    JetEndExternalBackupInstance(instance);
    /* Databases may have been closed, detached, or opened for another session only. */
    assert_ok(JetEndSession(other, 0));
    assert_ok(JetEndSession(session, 0));
    session = test_session(instance);
    other = test_session(instance);
    assert_in_range(JetAttachDatabaseA(session, test_file("garbage.edb"), 0), 0, 0x7fffffff);
    assert_ok(JetOpenDatabaseA(session, test_file("garbage.edb"), NULL, &database, 0));
    assert_ok(JetOpenDatabaseA(other, test_file("garbage.edb"), NULL, &database, 0));
    err = JetOpenTableA(session, database, "rows", NULL, 0, 0, &table);
    if (err != JET_errSuccess)
    {
        assert_err(err, JET_errObjectNotFound);
        assert_ok(JetCreateTableA(session, database, "rows", 1, 90, &table));
        columns[0] = test_column(session, table, "id", JET_coltypLong, 0);
        columns[1] = test_column(session, table, "text", JET_coltypText, 0);
        columns[2] = test_column(session, table, "more", JET_coltypLongBinary, 0);
        assert_ok(JetCreateIndexA(session, table, "main", JET_bitIndexPrimary, "+id\0", 5, 90));
        assert_ok(JetCreateIndexA(session, table, "by_text", 0, "+text\0", 7, 90));
    }
    for (int32_t i = 0; i < 5; i++)
        if (JetPrepareUpdate(session, table, JET_prepInsert) == JET_errSuccess)
        {
            JetSetColumn(session, table, columns[0], &i, sizeof(i), 0, NULL);
            JetSetColumn(session, table, columns[1], "some", 4, 0, NULL);
            JetUpdate(session, table, NULL, 0, NULL);
        }
    assert_ok(JetOpenTableA(other, database, "kept", NULL, 0, 0, &others));
    assert_ok(JetOpenTempTable(session, &definition, 1, JET_bitTTUpdatable, &temporary, &column));
    assert_ok(JetDupCursor(session, table, &closed_table, 0));
    assert_ok(JetCloseTable(session, closed_table));
}

static void check_kept(void)
{
    JET_COLUMNID column;
    JET_COLUMNDEF definition;
    int32_t count = 0, value;

    assert_ok(JetGetTableColumnInfoA(other, others, "n", &definition, sizeof(definition), JET_ColInfo));
    column = definition.columnid;
    for (JET_ERR err = JetMove(other, others, JET_MoveFirst, 0); err == JET_errSuccess;
         err = JetMove(other, others, JET_MoveNext, 0))
    {
        assert_ok(JetRetrieveColumn(other, others, column, &value, sizeof(value), NULL, 0, NULL));
        assert_int_equal(value, count++);
    }
    assert_int_equal(count, KEPT);
}

static int start(void **test_state)
{
    JET_TABLEID kept;
    JET_COLUMNID column;

    (void)test_state;
    for (unsigned i = 0; i < ROOMS; i++)
        if (!(rooms[i] = malloc(ROOM)))
            return -1;
    closed_instance = test_instance("closed", "off");
    assert_ok(JetTerm(closed_instance));
    assert_ok(JetSetSystemParameterA(NULL, JET_sesidNil, JET_paramAccessDeniedRetryPeriod, 0, NULL));
    instance = test_instance("garbage", "on");
    session = test_session(instance);
    closed_session = test_session(instance);
    other = test_session(instance);
    assert_ok(JetEndSession(closed_session, 0));
    assert_ok(JetCreateDatabaseA(session, test_file("garbage.edb"), NULL, &database, 0));
    assert_ok(JetCreateTableA(session, database, "kept", 1, 90, &kept));
    column = test_column(session, kept, "n", JET_coltypLong, 0);
    for (int32_t i = 0; i < KEPT; i++)
    {
        assert_ok(JetPrepareUpdate(session, kept, JET_prepInsert));
        assert_ok(JetSetColumn(session, kept, column, &i, sizeof(i), 0, NULL));
        assert_ok(JetUpdate(session, kept, NULL, 0, NULL));
    }
    assert_ok(JetCloseTable(session, kept));
    return 0;
}

static int stop(void **test_state)
{
    (void)test_state;
    JetTerm2(instance, JET_bitTermComplete);
    for (unsigned i = 0; i < ROOMS; i++)
        free(rooms[i]);
    return 0;
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text ? strtoull(text, NULL, 0) : otherwise;
}

static void whatever_comes(void **test_state)
{
    uint64_t calls = setting("ESENT_CALLS", 20000), seed = setting("ESENT_SEED", 1);
    bool trace = setting("ESENT_TRACE", 0) != 0;

    (void)test_state;
    for (uint64_t call = 0; call < calls; call++)
    {
        uintptr_t words[ARGUMENTS];
        unsigned count = 0, start_at, which;
        const signature *f;
        JET_ERR err;
        JET_ERRINFOBASIC_W told = { .cbStruct = sizeof(told) };
        bool is_last;

        state = (seed * 1000003 + call) * 0x9e3779b97f4a7c15u;
        random_below(2);
        which = random_below(FUNCTIONS);
        f = &functions[which];
        if (listed(never, sizeof(never) / sizeof(*never), f->name))
            continue;
        if (call % 64 == 0)
            come_back();
        is_last = listed(last, sizeof(last) / sizeof(*last), f->name);
        harmless = starts_with(f->name, "JetGet") || starts_with(f->name, "JetOpen") ||
                   starts_with(f->name, "JetAttach");
        wrong = is_other = false;
        start_at = rooms_used = 0;
        (void)start_at;
        for (const char *kind = f->kinds; *kind; kind = *kind == '{' ? strchr(kind, '}') + 1 : kind + 1)
            count += any_argument(kind, f->name, is_last, words + count);
        if (trace)
        {
            print_message("%llu %s(", (unsigned long long)call, f->name);
            for (unsigned i = 0; i < count; i++)
                print_message("%s%#llx", i ? ", " : "", (unsigned long long)words[i]);
            print_message(")%s\n", wrong ? " wrong" : "");
        }
        err = call_with(f->function, count, words);
        if (trace)
            print_message("    -> %d\n", (int)err);
        if (wrong && err >= 0 && !listed(forgiving, sizeof(forgiving) / sizeof(*forgiving), f->name))
            fail_msg("call %llu of seed %llu, %s, answers %d", (unsigned long long)call, (unsigned long long)seed,
                     f->name, (int)err);
        if (err == JET_errSuccess)
            give_back(f->name, words);
        if (err < 0 && JetGetErrorInfoW(&err, &told, sizeof(told), JET_ErrorInfoSpecificErr, 0) != JET_errSuccess)
            fail_msg("call %llu of seed %llu, %s, answers %d", (unsigned long long)call, (unsigned long long)seed,
                     f->name, (int)err);
        if (call % 512 == 511)
        {
            come_back();
            check_kept();
        }
    }
    come_back();
    check_kept();
}

static bool has_signature(const char *name, const char *suffix)
{
    char whole[64];

    snprintf(whole, sizeof(whole), "%s%s", name, suffix);
    for (unsigned i = 0; i < FUNCTIONS; i++)
        if (!strcmp(functions[i].name, whole))
            return true;
    return false;
}

/* All that is exported is called, but for what debuggers and the system call. */
static void all_functions(void **test_state)
{
    (void)test_state;
#define FUNCTION(state, name, bytes)                                                                                   \
    if (starts_with(#name, "Jet") && !has_signature(#name, ""))                                                        \
        fail_msg("no %s", #name);
#define FUNCTION_AW(state, name, bytes)                                                                                \
    if (!has_signature(#name, "A") || !has_signature(#name, "W"))                                                      \
        fail_msg("no %sA, %sW", #name, #name);
#define FUNCTION_A_W(state, name, bytes)                                                                               \
    if (!has_signature(#name, "A") || !has_signature(#name, "W"))                                                      \
        fail_msg("no %sA, %sW", #name, #name);
#include "../../dlls/esent/api/functions.h"
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_functions),
        cmocka_unit_test(whatever_comes),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
