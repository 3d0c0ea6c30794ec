/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Threads that move money between the accounts of several tables, and accounts
 * between the tables.  Whatever a transaction sees at any time adds up to the same
 * sum; what a row's columns and long value say of each other is true; unique
 * indexes are; each index has each row once.
 *
 * ESENT_TRANSACTIONS is how many in all (default 4000), ESENT_SEED a number to
 * choose others, ESENT_RECOVERY "on" or "off" (default: each).
 */
#include "support.h"

#define THREADS   8
#define TABLES    3
#define ACCOUNTS  120 /* of a table, at first */
#define START     1000
#define SUM       ((int64_t)TABLES * ACCOUNTS * START)
#define NOTE_MOST 9000

static struct bank
{
    JET_INSTANCE instance;
    char path[1024];
    JET_COLUMNID id, balance, serial, name, note; /* the same in all tables */
    unsigned long transactions, seed;
} bank;

struct teller
{
    unsigned number;
    uint64_t random;
    int64_t serials; /* given out by it */
    unsigned long done, conflicts;
    JET_SESID session;
    JET_DBID database;
    JET_TABLEID table[TABLES];
};

static uint64_t random_next(struct teller *t)
{
    uint64_t x = t->random += 0x9e3779b97f4a7c15u;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static int32_t below(struct teller *t, int32_t n)
{
    return (int32_t)(random_next(t) % (uint32_t)n);
}

/* ------------------------------------------------------------------- a row --- */

/* Name and note follow from the serial number, which changes with every change. */
static uint32_t note_size(int64_t serial)
{
    uint64_t mixed = (uint64_t)serial * 0x9e3779b97f4a7c15u;

    return mixed >> 61 ? (uint32_t)(mixed >> 32) % 300 : (uint32_t)(mixed >> 32) % NOTE_MOST;
}

static void note_fill(int64_t serial, uint8_t *note, uint32_t size)
{
    uint64_t x = (uint64_t)serial;

    for (uint32_t i = 0; i < size; i++)
    {
        x = x * 6364136223846793005u + 1442695040888963407u;
        note[i] = (uint8_t)(x >> 56);
    }
}

static uint32_t name_of(int64_t serial, char *name)
{
    return (uint32_t)sprintf(name, "%c%llx", 'a' + (int)(serial % 7), (long long)serial);
}

struct account
{
    int32_t id;
    int64_t balance, serial;
};

static void get(struct teller *t, JET_TABLEID table, JET_COLUMNID column, void *value, uint32_t size)
{
    JET_ULONG actual = 0;

    assert_ok(JetRetrieveColumn(t->session, table, column, value, size, &actual, 0, NULL));
    assert_int_equal(actual, size);
}

static void read_account(struct teller *t, JET_TABLEID table, struct account *account)
{
    get(t, table, bank.id, &account->id, sizeof(account->id));
    get(t, table, bank.balance, &account->balance, sizeof(account->balance));
    get(t, table, bank.serial, &account->serial, sizeof(account->serial));
}

static void check_account(struct teller *t, JET_TABLEID table, const struct account *account)
{
    uint8_t note[NOTE_MOST], want[NOTE_MOST];
    uint32_t size = note_size(account->serial);
    char name[40], want_name[40];
    JET_ULONG actual = 0;
    JET_ERR err;

    assert_ok(JetRetrieveColumn(t->session, table, bank.name, name, sizeof(name), &actual, 0, NULL));
    assert_int_equal(actual, name_of(account->serial, want_name));
    assert_memory_equal(name, want_name, actual);
    err = JetRetrieveColumn(t->session, table, bank.note, note, sizeof(note), &actual, 0, NULL);
    if (!size)
    {
        assert_err(err, JET_wrnColumnNull);
        return;
    }
    assert_ok(err);
    assert_int_equal(actual, size);
    note_fill(account->serial, want, size);
    assert_memory_equal(note, want, size);
}

/* What is not known in advance may be refused because another was first. */
static bool refused(JET_ERR err)
{
    if (err == JET_errWriteConflict)
        return true;
    assert_ok(err);
    return false;
}

static JET_ERR write_account(struct teller *t, JET_TABLEID table, const struct account *account, unsigned long prepare)
{
    static const char nothing[] = "";
    uint8_t note[NOTE_MOST];
    uint32_t size = note_size(account->serial);
    char name[40];
    JET_ERR err = JetPrepareUpdate(t->session, table, prepare);

    if (err < 0)
        return err;
    if (prepare == JET_prepInsert)
        assert_ok(JetSetColumn(t->session, table, bank.id, &account->id, sizeof(account->id), 0, NULL));
    assert_ok(JetSetColumn(t->session, table, bank.balance, &account->balance, sizeof(account->balance), 0, NULL));
    assert_ok(JetSetColumn(t->session, table, bank.serial, &account->serial, sizeof(account->serial), 0, NULL));
    assert_ok(JetSetColumn(t->session, table, bank.name, name, name_of(account->serial, name), 0, NULL));
    note_fill(account->serial, note, size);
    if (size > 2000)
    {
        assert_ok(JetSetColumn(t->session, table, bank.note, note, 1000, 0, NULL));
        assert_ok(JetSetColumn(t->session, table, bank.note, note + 1000, size - 1000, JET_bitSetAppendLV, NULL));
    }
    else
        assert_ok(JetSetColumn(t->session, table, bank.note, size ? (const char *)note : nothing, size, 0, NULL));
    err = JetUpdate(t->session, table, NULL, 0, NULL);
    if (err < 0)
        assert_ok(JetPrepareUpdate(t->session, table, JET_prepCancel));
    return err;
}

static int64_t new_serial(struct teller *t)
{
    return ++t->serials * (THREADS + 1) + t->number;
}

/* ------------------------------------------------------------------- checks --- */

/* Everything, as one transaction sees it, by an index. */
static void check_all(struct teller *t, const char *index, bool closely)
{
    unsigned rows = 0;
    int64_t sum = 0;

    assert_ok(JetBeginTransaction2(t->session, JET_bitTransactionReadOnly));
    for (unsigned i = 0; i < TABLES; i++)
    {
        struct account account, last = { 0 };
        JET_ERR err;
        bool first = true;

        assert_ok(JetSetCurrentIndexA(t->session, t->table[i], index));
        for (err = JetMove(t->session, t->table[i], JET_MoveFirst, 0); err >= 0;
             err = JetMove(t->session, t->table[i], JET_MoveNext, 0))
        {
            read_account(t, t->table[i], &account);
            if (closely)
                check_account(t, t->table[i], &account);
            if (!first && !strcmp(index, "id"))
                assert_true(account.id > last.id);
            if (!first && !strcmp(index, "serial"))
                assert_true(account.serial > last.serial);
            if (!first && !strcmp(index, "balance"))
                assert_true(account.balance < last.balance ||
                            (account.balance == last.balance && account.id > last.id));
            first = false;
            last = account;
            sum += account.balance;
            rows++;
        }
        assert_err(err, JET_errNoCurrentRecord);
    }
    assert_ok(JetRollback(t->session, 0));
    assert_int_equal(rows, TABLES * ACCOUNTS);
    assert_int_equal(sum, SUM);
}

static void check_everything(struct teller *t)
{
    static const char *const indexes[] = { "id", "balance", "serial", "name" };

    for (unsigned i = 0; i < 4; i++)
        check_all(t, indexes[i], true);
}

/* ------------------------------------------------------------- transactions --- */

/* Puts a cursor on some account: by a number that may be there, by balance, or by name. */
static bool find_some(struct teller *t, JET_TABLEID table)
{
    int32_t id = 1 + below(t, TABLES * ACCOUNTS);
    int64_t balance = below(t, 2 * START);
    char name = (char)('a' + below(t, 7));
    JET_ERR err;

    switch (below(t, 4))
    {
    case 0:
        assert_ok(JetSetCurrentIndexA(t->session, table, "balance"));
        assert_ok(JetMakeKey(t->session, table, &balance, sizeof(balance), JET_bitNewKey));
        break;
    case 1:
        assert_ok(JetSetCurrentIndexA(t->session, table, "name"));
        assert_ok(JetMakeKey(t->session, table, &name, 1, JET_bitNewKey));
        break;
    default:
        assert_ok(JetSetCurrentIndexA(t->session, table, NULL));
        assert_ok(JetMakeKey(t->session, table, &id, sizeof(id), JET_bitNewKey));
        break;
    }
    err = JetSeek(t->session, table, below(t, 2) ? JET_bitSeekGE : JET_bitSeekLE);
    if (err == JET_errRecordNotFound)
        return false;
    assert_true(err >= 0);
    return true;
}

static bool pay(struct teller *t, JET_TABLEID table, int64_t amount)
{
    struct account account;

    read_account(t, table, &account);
    account.balance += amount;
    account.serial = new_serial(t);
    return !refused(write_account(t, table, &account, JET_prepReplace));
}

static bool transfer(struct teller *t)
{
    JET_TABLEID from = t->table[below(t, TABLES)], to = t->table[below(t, TABLES)];
    int64_t amount = below(t, 100);

    return find_some(t, from) && pay(t, from, -amount) && find_some(t, to) && pay(t, to, amount);
}

/* An account leaves one table for another. */
static bool emigrate(struct teller *t)
{
    JET_TABLEID from = t->table[below(t, TABLES)], to = t->table[below(t, TABLES)];
    struct account account;

    if (!find_some(t, from))
        return false;
    read_account(t, from, &account);
    if (below(t, 8) == 0)
        check_account(t, from, &account);
    account.serial = new_serial(t);
    if (refused(JetDelete(t->session, from)))
        return false;
    /* Its number may come back to where another saw it leave after this transaction began. */
    JET_ERR err = write_account(t, to, &account, JET_prepInsert);
    return err != JET_errKeyDuplicate && !refused(err);
}

static void one_transaction(struct teller *t)
{
    bool well, moving = below(t, 4) == 0;
    JET_GRBIT lazy = below(t, 10) ? JET_bitCommitLazyFlush : 0;

    for (;;)
    {
        assert_ok(JetBeginTransaction(t->session));
        well = moving ? emigrate(t) : transfer(t);
        if (well && below(t, 50))
        {
            assert_ok(JetCommitTransaction(t->session, lazy));
            break;
        }
        assert_ok(JetRollback(t->session, 0));
        if (!well)
            t->conflicts++;
    }
    t->done++;
    if (below(t, 400) == 0)
        check_all(t, below(t, 2) ? "id" : "balance", false);
}

/* ------------------------------------------------------------------ the bank --- */

static void come(struct teller *t)
{
    char name[20];

    t->session = test_session(bank.instance);
    assert_ok(JetOpenDatabaseA(t->session, bank.path, NULL, &t->database, 0));
    for (unsigned i = 0; i < TABLES; i++)
    {
        sprintf(name, "accounts%u", i);
        assert_ok(JetOpenTableA(t->session, t->database, name, NULL, 0, 0, &t->table[i]));
    }
}

static void leave(struct teller *t)
{
    assert_ok(JetEndSession(t->session, 0));
}

static void work(void *context)
{
    struct teller *t = context;

    come(t);
    for (unsigned long i = 0; i < bank.transactions / THREADS; i++)
        one_transaction(t);
    leave(t);
}

#define COLUMN(name, type, page)                                                                                       \
    {                                                                                                                  \
        .cbStruct = sizeof(JET_COLUMNCREATE_A), .szColumnName = (char *)(name), .coltyp = (type), .cp = (page)         \
    }
#define INDEX(name, key, bits)                                                                                         \
    {                                                                                                                  \
        .cbStruct = sizeof(JET_INDEXCREATE_A), .szIndexName = (char *)(name), .szKey = (char *)(key),                  \
        .cbKey = sizeof(key), .grbit = (bits)                                                                          \
    }

static void create_table(struct teller *t, const char *name)
{
    JET_COLUMNCREATE_A columns[] = {
        COLUMN("id", JET_coltypLong, 0),         COLUMN("balance", JET_coltypCurrency, 0),
        COLUMN("serial", JET_coltypCurrency, 0), COLUMN("name", JET_coltypText, 1252),
        COLUMN("note", JET_coltypLongBinary, 0),
    };
    JET_INDEXCREATE_A indexes[] = {
        INDEX("id", "+id\0", JET_bitIndexPrimary),
        INDEX("balance", "-balance\0", 0),
        INDEX("serial", "+serial\0", JET_bitIndexUnique),
        INDEX("name", "+name\0+balance\0", JET_bitIndexUnique),
    };
    JET_TABLECREATE_A table = { .cbStruct = sizeof(table), .szTableName = (char *)name, .ulPages = 1 };

    table.rgcolumncreate = columns;
    table.cColumns = sizeof(columns) / sizeof(columns[0]);
    table.rgindexcreate = indexes;
    table.cIndexes = sizeof(indexes) / sizeof(indexes[0]);
    assert_ok(JetCreateTableColumnIndexA(t->session, t->database, &table));
    bank.id = columns[0].columnid;
    bank.balance = columns[1].columnid;
    bank.serial = columns[2].columnid;
    bank.name = columns[3].columnid;
    bank.note = columns[4].columnid;
    assert_ok(JetCloseTable(t->session, table.tableid));
}

static void found(struct teller *t)
{
    char name[20];

    t->session = test_session(bank.instance);
    assert_ok(JetCreateDatabaseA(t->session, bank.path, NULL, &t->database, 0));
    for (unsigned i = 0; i < TABLES; i++)
    {
        sprintf(name, "accounts%u", i);
        create_table(t, name);
    }
    leave(t);
    come(t);
    assert_ok(JetBeginTransaction(t->session));
    for (unsigned i = 0; i < TABLES * ACCOUNTS; i++)
    {
        struct account account = { (int32_t)i + 1, START, new_serial(t) };

        assert_ok(write_account(t, t->table[i % TABLES], &account, JET_prepInsert));
    }
    assert_ok(JetCommitTransaction(t->session, 0));
    leave(t);
}

static void threads(const char *recovery, const char *name)
{
    static struct teller teller[THREADS + 1]; /* the last one is this thread */
    struct test_thread *thread[THREADS];
    struct teller *self = &teller[THREADS];
    const char *text = getenv("ESENT_TRANSACTIONS"), *seed = getenv("ESENT_SEED"), *only = getenv("ESENT_RECOVERY");
    unsigned long conflicts = 0;

    if (only && strcmp(only, recovery))
        skip();
    memset(teller, 0, sizeof(teller));
    bank.transactions = text ? strtoul(text, NULL, 0) : 4000;
    bank.seed = seed ? strtoul(seed, NULL, 0) : 1;
    snprintf(bank.path, sizeof(bank.path), "%s", test_file(name));
    bank.instance = test_instance(recovery, recovery);
    for (unsigned i = 0; i <= THREADS; i++)
    {
        teller[i].number = i;
        teller[i].random = bank.seed * 1000 + i;
    }
    found(self);
    for (unsigned i = 0; i < THREADS; i++)
        thread[i] = test_thread_start(work, &teller[i]);
    for (unsigned i = 0; i < THREADS; i++)
    {
        test_thread_join(thread[i]);
        assert_int_equal(teller[i].done, bank.transactions / THREADS);
        conflicts += teller[i].conflicts;
    }
    print_message("%lu transactions, %lu refused and tried again\n", bank.transactions, conflicts);
    come(self);
    check_everything(self);
    leave(self);
    assert_ok(JetTerm(bank.instance));

    bank.instance = test_instance(recovery, recovery);
    self->session = test_session(bank.instance);
    assert_ok(JetAttachDatabaseA(self->session, bank.path, 0));
    leave(self);
    come(self);
    check_everything(self);
    leave(self);
    assert_ok(JetTerm(bank.instance));
}

static void not_logged(void **state)
{
    (void)state;
    threads("off", "plain.edb");
}

static void logged(void **state)
{
    (void)state;
    threads("on", "logged.edb");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_logged),
        cmocka_unit_test(logged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
