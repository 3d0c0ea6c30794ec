/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bookstore [FOLDER]
 *
 * A small book store: the engine's first steps, by its public header only.
 *
 *   1. an instance, a session, a database
 *   2. two tables: text and multi-valued columns, long values, unique and secondary indexes
 *   3. rows, in one transaction
 *   4. a transaction rolled back
 *   5. two sessions that want the same row
 *   6. JetStopServiceInstance, JetTerm
 *   7. all of it again, read from the file
 *
 * The database and its log files are made in FOLDER, which ends in a separator and
 * exists; without it, where the program runs.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esent.h"

/* ------------------------------------------------------------------ helpers --- */

/* Every JetXxx answers a JET_ERR: 0, a warning above or an error below it. */
#define must(call) must_succeed(call, #call)

static void must_succeed(JET_ERR err, const char *call)
{
    if (err < 0)
    {
        fprintf(stderr, "bookstore: %d from %s\n", (int)err, call);
        exit(1);
    }
}

/* Text in columns of code page 1200 is UTF-16. */
static JET_ULONG widen(const char *text, WCHAR *wide)
{
    JET_ULONG length = 0;

    while (text[length])
    {
        wide[length] = (unsigned char)text[length];
        length++;
    }
    return length * sizeof(WCHAR);
}

/* ------------------------------------------------------------------- schema --- */

struct authors
{
    JET_TABLEID table;
    JET_COLUMNID id, name;
};

struct books
{
    JET_TABLEID table;
    JET_COLUMNID id, isbn, title, author, price, stock, subjects, blurb;
};

struct store
{
    char path[1024]; /* of the database */
    JET_INSTANCE instance;
    JET_SESID session;
    JET_DBID database;
    struct authors authors;
    struct books books;
};

static JET_COLUMNCREATE_A column(const char *name, JET_COLTYP type, JET_ULONG size, JET_GRBIT grbit,
                                 JET_ULONG code_page)
{
    JET_COLUMNCREATE_A column = { .cbStruct = sizeof(column), .szColumnName = (char *)name, .coltyp = type };

    column.cbMax = size;
    column.grbit = grbit;
    column.cp = code_page;
    return column;
}

/* A key is its columns, '+' ascending or '-' descending, each ending in NUL, and one NUL more. */
#define INDEX(name, key, bits)                                                                                         \
    {                                                                                                                  \
        .cbStruct = sizeof(JET_INDEXCREATE_A), .szIndexName = (char *)(name), .szKey = (char *)(key),                  \
        .cbKey = sizeof(key), .grbit = (bits), .ulDensity = 80                                                         \
    }

static void create_authors(struct store *store)
{
    JET_COLUMNCREATE_A columns[] = {
        column("id", JET_coltypLong, 0, JET_bitColumnAutoincrement, 0),
        column("name", JET_coltypText, 100, JET_bitColumnNotNULL, 1200),
    };
    JET_INDEXCREATE_A indexes[] = {
        INDEX("by_id", "+id\0", JET_bitIndexPrimary),
        INDEX("by_name", "+name\0", JET_bitIndexUnique),
    };
    JET_TABLECREATE_A table = { .cbStruct = sizeof(table), .szTableName = (char *)"authors", .ulPages = 1 };

    table.ulDensity = 80;
    table.rgcolumncreate = columns;
    table.cColumns = 2;
    table.rgindexcreate = indexes;
    table.cIndexes = 2;
    must(JetCreateTableColumnIndexA(store->session, store->database, &table));
    must(JetCloseTable(store->session, table.tableid));
}

static void create_books(struct store *store)
{
    JET_COLUMNCREATE_A columns[] = {
        column("id", JET_coltypLong, 0, JET_bitColumnAutoincrement, 0),
        column("isbn", JET_coltypText, 13, JET_bitColumnNotNULL, 1252),
        column("title", JET_coltypText, 200, 0, 1200),
        column("author", JET_coltypLong, 0, 0, 0),
        column("price", JET_coltypCurrency, 0, 0, 0),
        column("stock", JET_coltypLong, 0, 0, 0),
        column("subjects", JET_coltypLongText, 0, JET_bitColumnTagged | JET_bitColumnMultiValued, 1252),
        column("blurb", JET_coltypLongText, 0, 0, 1252),
    };
    JET_INDEXCREATE_A indexes[] = {
        INDEX("by_id", "+id\0", JET_bitIndexPrimary),
        INDEX("by_isbn", "+isbn\0", JET_bitIndexUnique),
        INDEX("by_title", "+title\0", 0),
        INDEX("by_author", "+author\0-price\0", 0),
        INDEX("by_subject", "+subjects\0", JET_bitIndexIgnoreNull),
    };
    JET_TABLECREATE_A table = { .cbStruct = sizeof(table), .szTableName = (char *)"books", .ulPages = 1 };

    table.ulDensity = 80;
    table.rgcolumncreate = columns;
    table.cColumns = sizeof(columns) / sizeof(columns[0]);
    table.rgindexcreate = indexes;
    table.cIndexes = sizeof(indexes) / sizeof(indexes[0]);
    must(JetCreateTableColumnIndexA(store->session, store->database, &table));
    must(JetCloseTable(store->session, table.tableid));
}

static JET_COLUMNID column_id(JET_SESID session, JET_TABLEID table, const char *name)
{
    JET_COLUMNDEF definition = { .cbStruct = sizeof(definition) };

    must(JetGetTableColumnInfoA(session, table, name, &definition, sizeof(definition), JET_ColInfo));
    return definition.columnid;
}

static void open_authors(JET_SESID session, JET_DBID database, struct authors *authors)
{
    must(JetOpenTableA(session, database, "authors", NULL, 0, 0, &authors->table));
    authors->id = column_id(session, authors->table, "id");
    authors->name = column_id(session, authors->table, "name");
}

static void open_books(JET_SESID session, JET_DBID database, struct books *books)
{
    must(JetOpenTableA(session, database, "books", NULL, 0, 0, &books->table));
    books->id = column_id(session, books->table, "id");
    books->isbn = column_id(session, books->table, "isbn");
    books->title = column_id(session, books->table, "title");
    books->author = column_id(session, books->table, "author");
    books->price = column_id(session, books->table, "price");
    books->stock = column_id(session, books->table, "stock");
    books->subjects = column_id(session, books->table, "subjects");
    books->blurb = column_id(session, books->table, "blurb");
}

/* --------------------------------------------------------- start and the end --- */

static void start(struct store *store, const char *folder)
{
    store->instance = JET_instanceNil;
    must(JetCreateInstanceA(&store->instance, "bookstore"));
    must(JetSetSystemParameterA(&store->instance, 0, JET_paramSystemPath, 0, folder));
    must(JetSetSystemParameterA(&store->instance, 0, JET_paramLogFilePath, 0, folder));
    must(JetSetSystemParameterA(&store->instance, 0, JET_paramTempPath, 0, folder));
    must(JetSetSystemParameterA(&store->instance, 0, JET_paramBaseName, 0, "bks"));
    must(JetSetSystemParameterA(&store->instance, 0, JET_paramCircularLog, 1, NULL));
    must(JetSetSystemParameterA(&store->instance, 0, JET_paramLogFileSize, 1024, NULL)); /* KB */
    must(JetInit(&store->instance));
    must(JetBeginSessionA(store->instance, &store->session, NULL, NULL));
}

static void stop(struct store *store)
{
    must(JetStopServiceInstance(store->instance));
    must(JetTerm(store->instance)); /* ends what is open: sessions, cursors, databases */
}

/* --------------------------------------------------------------------- rows --- */

static void set_text(JET_SESID session, JET_TABLEID table, JET_COLUMNID column, const char *text)
{
    must(JetSetColumn(session, table, column, text, (JET_ULONG)strlen(text), 0, NULL));
}

static void set_wide_text(JET_SESID session, JET_TABLEID table, JET_COLUMNID column, const char *text)
{
    WCHAR wide[256];

    must(JetSetColumn(session, table, column, wide, widen(text, wide), 0, NULL));
}

static int32_t add_author(struct store *store, const char *name)
{
    struct authors *authors = &store->authors;
    int32_t id;

    must(JetPrepareUpdate(store->session, authors->table, JET_prepInsert));
    set_wide_text(store->session, authors->table, authors->name, name);
    /* The number is given when the row is prepared, and lies in the copy buffer until JetUpdate. */
    must(JetRetrieveColumn(store->session, authors->table, authors->id, &id, sizeof(id), NULL, JET_bitRetrieveCopy,
                           NULL));
    must(JetUpdate(store->session, authors->table, NULL, 0, NULL));
    return id;
}

struct book
{
    const char *isbn, *title;
    int32_t author, stock;
    int64_t price;
    const char *subjects[4];
    JET_ULONG blurb_size; /* of a text that is made up */
};

static JET_ERR add_book(struct store *store, const struct book *book)
{
    struct books *books = &store->books;
    JET_SESID session = store->session;
    JET_ERR err;

    must(JetPrepareUpdate(session, books->table, JET_prepInsert));
    set_text(session, books->table, books->isbn, book->isbn);
    set_wide_text(session, books->table, books->title, book->title);
    must(JetSetColumn(session, books->table, books->author, &book->author, sizeof(book->author), 0, NULL));
    must(JetSetColumn(session, books->table, books->price, &book->price, sizeof(book->price), 0, NULL));
    must(JetSetColumn(session, books->table, books->stock, &book->stock, sizeof(book->stock), 0, NULL));
    for (unsigned i = 0; i < 4 && book->subjects[i]; i++)
    {
        /* The sequence number 0 adds a value; another replaces that one. */
        JET_SETINFO value = { .cbStruct = sizeof(value), .ibLongValue = 0, .itagSequence = 0 };

        must(JetSetColumn(session, books->table, books->subjects, book->subjects[i],
                          (JET_ULONG)strlen(book->subjects[i]), 0, &value));
    }
    if (book->blurb_size)
    {
        char *blurb = malloc(book->blurb_size);

        for (JET_ULONG i = 0; i < book->blurb_size; i++)
            blurb[i] = "Once upon a time... "[i % 20];
        must(JetSetColumn(session, books->table, books->blurb, blurb, book->blurb_size, 0, NULL));
        free(blurb);
    }
    err = JetUpdate(session, books->table, NULL, 0, NULL);
    if (err < 0)
        must(JetPrepareUpdate(session, books->table, JET_prepCancel));
    return err;
}

static void fill(struct store *store)
{
    int32_t lovelace, hopper;

    must(JetBeginTransaction(store->session));
    lovelace = add_author(store, "Ada Lovelace");
    hopper = add_author(store, "Grace Hopper");

    const struct book books[] = {
        { "9780000000017", "Notes on the Analytical Engine", lovelace, 3, 125000, { "engines", "mathematics" }, 0 },
        { "9780000000024", "A Manual of Operation", hopper, 5, 349900, { "engines", "manuals", "navy" }, 100000 },
        { "9780000000031", "Compilers for Everyone", hopper, 1, 199900, { "languages" }, 300 },
        { "9780000000048", "Bernoulli's Numbers", lovelace, 7, 89900, { "mathematics" }, 0 },
    };
    for (unsigned i = 0; i < sizeof(books) / sizeof(books[0]); i++)
        must(add_book(store, &books[i]));
    must(JetCommitTransaction(store->session, 0));
    printf("committed: 2 authors, 4 books\n");

    must(JetBeginTransaction(store->session));
    if (add_book(store, &books[0]) == JET_errKeyDuplicate)
        printf("refused:   a second book of the same ISBN\n");
    must(JetRollback(store->session, 0));
}

/* ------------------------------------------------------------- transactions --- */

static void find_isbn(JET_SESID session, const struct books *books, const char *isbn)
{
    must(JetSetCurrentIndexA(session, books->table, "by_isbn"));
    must(JetMakeKey(session, books->table, isbn, (JET_ULONG)strlen(isbn), JET_bitNewKey));
    must(JetSeek(session, books->table, JET_bitSeekEQ));
}

static int32_t stock_of(JET_SESID session, const struct books *books)
{
    int32_t stock = 0;

    must(JetRetrieveColumn(session, books->table, books->stock, &stock, sizeof(stock), NULL, 0, NULL));
    return stock;
}

/* Takes one copy off the shelf; JET_errWriteConflict if someone else is about to. */
static JET_ERR sell(JET_SESID session, const struct books *books)
{
    JET_ERR err = JetPrepareUpdate(session, books->table, JET_prepReplace);
    int32_t stock;

    if (err < 0)
        return err;
    stock = stock_of(session, books) - 1;
    must(JetSetColumn(session, books->table, books->stock, &stock, sizeof(stock), 0, NULL));
    err = JetUpdate(session, books->table, NULL, 0, NULL);
    if (err < 0)
        must(JetPrepareUpdate(session, books->table, JET_prepCancel));
    return err;
}

static void roll_back(struct store *store)
{
    struct books *books = &store->books;
    int32_t before, during, after;

    must(JetBeginTransaction(store->session));
    find_isbn(store->session, books, "9780000000048");
    before = stock_of(store->session, books);
    must(sell(store->session, books));
    during = stock_of(store->session, books);
    must(JetRollback(store->session, 0));
    find_isbn(store->session, books, "9780000000048");
    after = stock_of(store->session, books);
    printf("rollback:  %d in stock, %d in the transaction, %d after it\n", before, during, after);
}

/* Two sessions in one thread; in life they would be two threads. */
static void conflict(struct store *store)
{
    struct books theirs;
    JET_SESID other;
    JET_DBID database;
    JET_ERR err;

    must(JetBeginSessionA(store->instance, &other, NULL, NULL));
    must(JetOpenDatabaseA(other, store->path, NULL, &database, 0));
    open_books(other, database, &theirs);

    must(JetBeginTransaction(store->session));
    must(JetBeginTransaction(other));
    find_isbn(store->session, &store->books, "9780000000031");
    find_isbn(other, &theirs, "9780000000031");

    must(sell(store->session, &store->books));
    printf("conflict:  one session sees %d left, the other still %d", stock_of(store->session, &store->books),
           stock_of(other, &theirs));
    err = sell(other, &theirs);
    must(JetRollback(other, 0));
    must(JetCommitTransaction(store->session, 0));
    printf("; who comes second gets %d%s\n", (int)err, err == JET_errWriteConflict ? " (JET_errWriteConflict)" : "");

    find_isbn(other, &theirs, "9780000000031");
    printf("           and after rolling back sees %d\n", stock_of(other, &theirs));
    must(JetEndSession(other, 0)); /* closes its cursors and database */
}

/* ------------------------------------------------------------------ reading --- */

static void print_wide_text(JET_SESID session, JET_TABLEID table, JET_COLUMNID column, int width)
{
    WCHAR wide[256];
    JET_ULONG size = 0, i;

    must(JetRetrieveColumn(session, table, column, wide, sizeof(wide), &size, 0, NULL));
    for (i = 0; i < size / sizeof(WCHAR); i++)
        putchar(wide[i] < 128 ? wide[i] : '?');
    for (; i < (JET_ULONG)width; i++)
        putchar(' ');
}

static void print_subjects(JET_SESID session, const struct books *books)
{
    for (unsigned value = 1;; value++)
    {
        JET_RETINFO which = { .cbStruct = sizeof(which), .ibLongValue = 0, .itagSequence = value };
        char text[100];
        JET_ULONG size = 0;
        JET_ERR err = JetRetrieveColumn(session, books->table, books->subjects, text, sizeof(text), &size, 0, &which);

        must(err);
        if (err == JET_wrnColumnNull)
            return;
        printf("%s%.*s", value > 1 ? ", " : "", (int)size, text);
    }
}

static void print_book(JET_SESID session, const struct books *books)
{
    JET_ULONG blurb_size = 0;
    int64_t price = 0;

    must(JetRetrieveColumn(session, books->table, books->price, &price, sizeof(price), NULL, 0, NULL));
    /* Without a buffer the answer is the size. */
    must(JetRetrieveColumn(session, books->table, books->blurb, NULL, 0, &blurb_size, 0, NULL));
    printf("  ");
    print_wide_text(session, books->table, books->title, 32);
    printf("%3d.%02d  %2d in stock  blurb %6u bytes  ", (int)(price / 10000), (int)(price % 10000 / 100),
           stock_of(session, books), (unsigned)blurb_size);
    print_subjects(session, books);
    printf("\n");
}

/* All books in the order of an index. */
static void print_all(JET_SESID session, const struct books *books, const char *index)
{
    JET_ERR err;

    must(JetSetCurrentIndexA(session, books->table, index));
    printf("%s:\n", index);
    for (err = JetMove(session, books->table, JET_MoveFirst, 0); err >= 0;
         err = JetMove(session, books->table, JET_MoveNext, 0))
        print_book(session, books);
    if (err != JET_errNoCurrentRecord)
        must(err);
}

/* The books of one subject: an index range from the key to its last entry. */
static void print_subject(JET_SESID session, const struct books *books, const char *subject)
{
    JET_ULONG size = (JET_ULONG)strlen(subject);
    JET_ERR err;

    must(JetSetCurrentIndexA(session, books->table, "by_subject"));
    must(JetMakeKey(session, books->table, subject, size, JET_bitNewKey));
    printf("by_subject = %s:\n", subject);
    if (JetSeek(session, books->table, JET_bitSeekEQ) < 0)
        return;
    must(JetMakeKey(session, books->table, subject, size, JET_bitNewKey));
    err = JetSetIndexRange(session, books->table, JET_bitRangeInclusive | JET_bitRangeUpperLimit);
    for (; err >= 0; err = JetMove(session, books->table, JET_MoveNext, 0))
        print_book(session, books);
    if (err != JET_errNoCurrentRecord)
        must(err);
}

static void print_authors(JET_SESID session, const struct authors *authors)
{
    JET_ERR err;

    must(JetSetCurrentIndexA(session, authors->table, "by_name"));
    printf("authors:\n");
    for (err = JetMove(session, authors->table, JET_MoveFirst, 0); err >= 0;
         err = JetMove(session, authors->table, JET_MoveNext, 0))
    {
        printf("  ");
        print_wide_text(session, authors->table, authors->name, 0);
        printf("\n");
    }
    if (err != JET_errNoCurrentRecord)
        must(err);
}

/* --------------------------------------------------------------------- main --- */

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : "./";
    struct store store;

    snprintf(store.path, sizeof(store.path), "%sbookstore.edb", folder);
    start(&store, folder);
    must(JetCreateDatabaseA(store.session, store.path, NULL, &store.database, JET_bitDbOverwriteExisting));
    create_authors(&store);
    create_books(&store);
    open_authors(store.session, store.database, &store.authors);
    open_books(store.session, store.database, &store.books);
    fill(&store);
    roll_back(&store);
    conflict(&store);
    stop(&store);
    printf("stopped, and started again:\n\n");

    start(&store, folder);
    must(JetAttachDatabaseA(store.session, store.path, 0));
    must(JetOpenDatabaseA(store.session, store.path, NULL, &store.database, JET_bitDbReadOnly));
    open_authors(store.session, store.database, &store.authors);
    open_books(store.session, store.database, &store.books);
    print_authors(store.session, &store.authors);
    print_all(store.session, &store.books, "by_title");
    print_all(store.session, &store.books, "by_author");
    print_subject(store.session, &store.books, "engines");
    stop(&store);
    return 0;
}
