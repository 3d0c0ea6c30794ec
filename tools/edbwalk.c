/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * edbwalk - prints all that the API shows of a database.
 *
 *   edbwalk [--rows] [--keys] [--user] [--table NAME] DATABASE
 *
 * A table prints its columns, indexes, and the count and a digest of its rows;
 * with --rows each row.  --keys adds the keys and bookmarks met when walking
 * each index (a digest; with --rows, each of them).  --user leaves out the
 * engine's own tables.  The text is the same on every platform, and the same as
 * that of the walker of the conformance suite, so that engines can be compared.
 * The database is attached read-only with recovery off: it must be clean.
 *
 * Exit: 0 all was read, 1 a call failed (each is printed), 2 usage.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esent.h"

#define NAME_MAX_CHARS   128
#define PATH_MAX_CHARS   1024
#define FAILURES_PRINTED 50

struct options
{
    bool rows, keys, user_only;
    WCHAR table[NAME_MAX_CHARS];
};

struct walk
{
    struct options options;
    JET_SESID session;
    JET_DBID database;
    unsigned failures;
    unsigned char *value; /* grows to the longest value */
    JET_ULONG value_size;
};

struct column
{
    JET_COLUMNID id;
    JET_ULONG coltyp, cp, max, grbit;
    WCHAR name[NAME_MAX_CHARS];
};

struct name
{
    WCHAR text[NAME_MAX_CHARS];
};

/* ------------------------------------------------------------------ text --- */

/* 16-bit text on every platform, without the C library's wide functions. */
static size_t text_length(const WCHAR *text)
{
    size_t n = 0;
    while (text[n])
        n++;
    return n;
}

static int text_compare(const WCHAR *a, const WCHAR *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (int)*a - (int)*b;
}

static void text_from_utf8(const char *from, WCHAR *to, size_t max)
{
    const unsigned char *p = (const unsigned char *)from;
    size_t n = 0;

    while (*p && n + 2 < max)
    {
        uint32_t c = *p++;
        int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

        if (more)
            c &= 0x3fu >> more;
        while (more-- && *p)
            c = c << 6 | (*p++ & 0x3f);
        if (c >= 0x10000)
        {
            to[n++] = (WCHAR)(0xd800 + ((c - 0x10000) >> 10));
            c = 0xdc00 + ((c - 0x10000) & 0x3ff);
        }
        to[n++] = (WCHAR)c;
    }
    to[n] = 0;
}

static void print_text(const WCHAR *text)
{
    for (size_t i = 0, n = text_length(text); i < n; i++)
    {
        uint32_t c = text[i];

        if (c >= 0xd800 && c < 0xdc00 && i + 1 < n)
            c = 0x10000 + ((c - 0xd800) << 10) + (text[++i] - 0xdc00u);
        if (c < 0x80)
            putchar((int)c);
        else if (c < 0x800)
            printf("%c%c", 0xc0 | c >> 6, 0x80 | (c & 0x3f));
        else if (c < 0x10000)
            printf("%c%c%c", 0xe0 | c >> 12, 0x80 | (c >> 6 & 0x3f), 0x80 | (c & 0x3f));
        else
            printf("%c%c%c%c", 0xf0 | c >> 18, 0x80 | (c >> 12 & 0x3f), 0x80 | (c >> 6 & 0x3f), 0x80 | (c & 0x3f));
    }
}

static void print_hex(const unsigned char *data, JET_ULONG size)
{
    for (JET_ULONG i = 0; i < size; i++)
        printf("%02x", data[i]);
}

/* ---------------------------------------------------------------- digest --- */

/* FNV-1a, 64 bits. */
struct digest
{
    uint64_t hash;
    uint64_t count;
};

#define DIGEST_INIT                                                                                                    \
    {                                                                                                                  \
        UINT64_C(14695981039346656037), 0                                                                              \
    }

static void digest_add(struct digest *digest, const void *data, size_t size)
{
    const unsigned char *p = data;

    while (size--)
        digest->hash = (digest->hash ^ *p++) * UINT64_C(1099511628211);
}

static void digest_number(struct digest *digest, uint32_t number)
{
    const unsigned char bytes[4] = { number & 255, number >> 8 & 255, number >> 16 & 255, number >> 24 };

    digest_add(digest, bytes, sizeof(bytes));
}

static void digest_bytes(struct digest *digest, const void *data, JET_ULONG size)
{
    digest_number(digest, size);
    digest_add(digest, data, size);
}

/* ----------------------------------------------------------------- calls --- */

static JET_ERR check(struct walk *walk, JET_ERR err, const char *call)
{
    if (err < JET_errSuccess)
    {
        printf("ERROR %s %ld\n", call, (long)err);
        walk->failures++;
    }
    return err;
}

#define CALL(call) check(walk, (call), #call)

/* A list's number or name in its current row. */
static JET_ULONG list_number(struct walk *walk, JET_TABLEID list, JET_COLUMNID column)
{
    uint32_t number = 0;

    CALL(JetRetrieveColumn(walk->session, list, column, &number, sizeof(number), NULL, 0, NULL));
    return number;
}

static void list_name(struct walk *walk, JET_TABLEID list, JET_COLUMNID column, WCHAR *name)
{
    memset(name, 0, NAME_MAX_CHARS * sizeof(*name));
    CALL(JetRetrieveColumn(walk->session, list, column, name, (NAME_MAX_CHARS - 1) * sizeof(*name), NULL, 0, NULL));
}

/* ---------------------------------------------------------------- schema --- */

static int by_id(const void *a, const void *b)
{
    const struct column *x = a, *y = b;

    return x->id < y->id ? -1 : x->id > y->id;
}

static int by_name(const void *a, const void *b)
{
    return text_compare(((const struct name *)a)->text, ((const struct name *)b)->text);
}

static unsigned columns_load(struct walk *walk, JET_TABLEID table, struct column **columns)
{
    JET_COLUMNLIST list = { .cbStruct = sizeof(list) };
    unsigned count = 0;
    JET_ERR err;

    *columns = NULL;
    if (CALL(JetGetTableColumnInfoW(walk->session, table, NULL, &list, sizeof(list), JET_ColInfoList)) < 0)
        return 0;
    *columns = calloc(list.cRecord + 1, sizeof(**columns));
    for (err = JetMove(walk->session, list.tableid, JET_MoveFirst, 0); *columns && err >= 0 && count < list.cRecord;
         err = JetMove(walk->session, list.tableid, JET_MoveNext, 0))
    {
        struct column *column = &(*columns)[count++];

        list_name(walk, list.tableid, list.columnidcolumnname, column->name);
        column->id = list_number(walk, list.tableid, list.columnidcolumnid);
        column->coltyp = list_number(walk, list.tableid, list.columnidcoltyp);
        column->cp = list_number(walk, list.tableid, list.columnidCp) & 0xffff;
        column->max = list_number(walk, list.tableid, list.columnidcbMax);
        column->grbit = list_number(walk, list.tableid, list.columnidgrbit);
    }
    CALL(JetCloseTable(walk->session, list.tableid));
    qsort(*columns, count, sizeof(**columns), by_id);
    return count;
}

static unsigned indexes_print(struct walk *walk, JET_TABLEID table, struct name **names)
{
    JET_INDEXLIST list = { .cbStruct = sizeof(list) };
    unsigned count = 0;
    JET_ERR err;

    *names = NULL;
    if (CALL(JetGetTableIndexInfoW(walk->session, table, NULL, &list, sizeof(list), JET_IdxInfoList)) < 0)
        return 0;
    *names = calloc(list.cRecord + 1, sizeof(**names));
    for (err = JetMove(walk->session, list.tableid, JET_MoveFirst, 0); *names && err >= 0;
         err = JetMove(walk->session, list.tableid, JET_MoveNext, 0))
    {
        struct name index, column;

        list_name(walk, list.tableid, list.columnidindexname, index.text);
        list_name(walk, list.tableid, list.columnidcolumnname, column.text);
        if (!list_number(walk, list.tableid, list.columnidiColumn))
        {
            printf("  index ");
            print_text(index.text);
            printf(" grbit=%#lx", (unsigned long)list_number(walk, list.tableid, list.columnidgrbitIndex));
            printf(" columns=%ld\n", (long)(int32_t)list_number(walk, list.tableid, list.columnidcColumn));
            if (count < list.cRecord)
                (*names)[count++] = index;
        }
        printf("    %c", list_number(walk, list.tableid, list.columnidgrbitColumn) & JET_bitKeyDescending ? '-' : '+');
        print_text(column.text);
        printf("\n");
    }
    CALL(JetCloseTable(walk->session, list.tableid));
    return count;
}

/* ------------------------------------------------------------------ rows --- */

/* Instance `sequence` of a column into walk->value, which grows as needed. */
static JET_ERR value_read(struct walk *walk, JET_TABLEID table, JET_COLUMNID column, JET_ULONG sequence,
                          JET_ULONG *size)
{
    JET_RETINFO info = { .cbStruct = sizeof(info), .itagSequence = sequence };
    JET_ERR err = JetRetrieveColumn(walk->session, table, column, walk->value, walk->value_size, size, 0, &info);

    if (err == JET_wrnBufferTruncated)
    {
        unsigned char *larger = realloc(walk->value, *size);

        if (!larger)
            return JET_errOutOfMemory;
        walk->value = larger;
        walk->value_size = *size;
        err = JetRetrieveColumn(walk->session, table, column, walk->value, walk->value_size, size, 0, &info);
    }
    return err;
}

static void row_walk(struct walk *walk, JET_TABLEID table, const struct column *columns, unsigned count,
                     struct digest *digest)
{
    for (unsigned i = 0; i < count; i++)
    {
        bool many = columns[i].grbit & (JET_bitColumnTagged | JET_bitColumnMultiValued);

        for (JET_ULONG sequence = 1; sequence == 1 || many; sequence++)
        {
            JET_ULONG size = 0;
            JET_ERR err = value_read(walk, table, columns[i].id, sequence, &size);

            if (err == JET_wrnColumnNull)
                break;
            if (err < 0)
            {
                if (walk->failures++ < FAILURES_PRINTED)
                    printf("ERROR JetRetrieveColumn column %lu seq %lu: %ld\n", (unsigned long)columns[i].id,
                           (unsigned long)sequence, (long)err);
                break;
            }
            digest_number(digest, columns[i].id);
            digest_number(digest, sequence);
            digest_bytes(digest, walk->value, size);
            if (walk->options.rows)
            {
                printf(" %lu", (unsigned long)columns[i].id);
                if (sequence > 1)
                    printf("#%lu", (unsigned long)sequence);
                printf("=");
                print_hex(walk->value, size);
            }
        }
    }
}

static void rows_walk(struct walk *walk, JET_TABLEID table, const struct column *columns, unsigned count)
{
    struct digest digest = DIGEST_INIT;
    JET_ERR err;

    for (err = JetMove(walk->session, table, JET_MoveFirst, 0); err >= 0;
         err = JetMove(walk->session, table, JET_MoveNext, 0))
    {
        if (walk->options.rows)
            printf("  row");
        row_walk(walk, table, columns, count, &digest);
        if (walk->options.rows)
            printf("\n");
        digest.count++;
    }
    if (err != JET_errNoCurrentRecord)
        check(walk, err, "JetMove on a table");
    printf("  rows=%" PRIu64 " digest=%016" PRIx64 "\n", digest.count, digest.hash);
}

static void walk_name_print(const WCHAR *name)
{
    printf("  walk ");
    print_text(name);
}

static void index_walk(struct walk *walk, JET_TABLEID table, const WCHAR *name)
{
    unsigned char key[4096], bookmark[4096];
    struct digest digest = DIGEST_INIT;
    JET_ERR err = JetSetCurrentIndexW(walk->session, table, name);

    if (err < 0)
    {
        walk_name_print(name);
        printf(": ERROR JetSetCurrentIndex %ld\n", (long)err);
        walk->failures++;
        return;
    }
    for (err = JetMove(walk->session, table, JET_MoveFirst, 0); err >= 0;
         err = JetMove(walk->session, table, JET_MoveNext, 0))
    {
        JET_ULONG key_size = 0, bookmark_size = 0;

        if (CALL(JetRetrieveKey(walk->session, table, key, sizeof(key), &key_size, 0)) < 0 ||
            CALL(JetGetBookmark(walk->session, table, bookmark, sizeof(bookmark), &bookmark_size)) < 0)
            break;
        digest_bytes(&digest, key, key_size);
        digest_bytes(&digest, bookmark, bookmark_size);
        digest.count++;
        if (walk->options.rows)
        {
            printf("    key=");
            print_hex(key, key_size);
            printf(" bookmark=");
            print_hex(bookmark, bookmark_size);
            printf("\n");
        }
    }
    if (err != JET_errNoCurrentRecord)
        check(walk, err, "JetMove on an index");
    walk_name_print(name);
    printf(" entries=%" PRIu64 " digest=%016" PRIx64 "\n", digest.count, digest.hash);
}

static void table_walk(struct walk *walk, const WCHAR *name)
{
    struct column *columns;
    struct name *indexes;
    unsigned column_count, index_count;
    JET_TABLEID table;

    printf("table ");
    print_text(name);
    printf("\n");
    if (CALL(JetOpenTableW(walk->session, walk->database, name, NULL, 0, JET_bitTableReadOnly, &table)) < 0)
        return;
    column_count = columns_load(walk, table, &columns);
    for (unsigned i = 0; i < column_count; i++)
    {
        printf("  column %lu ", (unsigned long)columns[i].id);
        print_text(columns[i].name);
        printf(" coltyp=%lu cp=%lu max=%lu grbit=%#lx\n", (unsigned long)columns[i].coltyp,
               (unsigned long)columns[i].cp, (unsigned long)columns[i].max, (unsigned long)columns[i].grbit);
    }
    index_count = indexes_print(walk, table, &indexes);
    rows_walk(walk, table, columns, column_count);
    for (unsigned i = 0; walk->options.keys && i < index_count; i++)
        index_walk(walk, table, indexes[i].text);
    CALL(JetCloseTable(walk->session, table));
    free(columns);
    free(indexes);
}

/* -------------------------------------------------------------- database --- */

static bool table_wanted(const struct walk *walk, const WCHAR *name)
{
    if (walk->options.table[0])
        return !text_compare(name, walk->options.table);
    return !walk->options.user_only || name[0] != 'M' || name[1] != 'S' || name[2] != 'y' || name[3] != 's';
}

static void database_walk(struct walk *walk)
{
    JET_OBJECTLIST list = { .cbStruct = sizeof(list) };
    struct name *tables;
    unsigned count = 0;
    JET_ERR err;

    if (CALL(JetGetObjectInfoW(walk->session, walk->database, JET_objtypTable, NULL, NULL, &list, sizeof(list),
                               JET_ObjInfoListNoStats)) < 0)
        return;
    tables = calloc(list.cRecord + 1, sizeof(*tables));
    for (err = JetMove(walk->session, list.tableid, JET_MoveFirst, 0); tables && err >= 0 && count < list.cRecord;
         err = JetMove(walk->session, list.tableid, JET_MoveNext, 0))
        list_name(walk, list.tableid, list.columnidobjectname, tables[count++].text);
    CALL(JetCloseTable(walk->session, list.tableid));
    qsort(tables, count, sizeof(*tables), by_name);
    if (!walk->options.user_only)
        printf("tables=%u\n", count);
    for (unsigned i = 0; i < count; i++)
        if (table_wanted(walk, tables[i].text))
            table_walk(walk, tables[i].text);
    free(tables);
}

static void session_walk(struct walk *walk, const WCHAR *path)
{
    /* A call's text is part of what is printed, as the conformance suite's walker has it. */
    JET_ERR err = JetAttachDatabase2W(walk->session, path, 0, JET_bitDbReadOnly);

    if (check(walk, err, "JetAttachDatabase2W(session, full, 0, JET_bitDbReadOnly)") < 0)
        return;
    if (CALL(JetOpenDatabaseW(walk->session, path, NULL, &walk->database, JET_bitDbReadOnly)) < 0)
        return;
    database_walk(walk);
    CALL(JetCloseDatabase(walk->session, walk->database, 0));
    CALL(JetDetachDatabaseW(walk->session, path));
}

static int instance_walk(struct walk *walk, const WCHAR *path)
{
    static const WCHAR name[] = { 'e', 'd', 'b', 'w', 'a', 'l', 'k', 0 }, off[] = { 'o', 'f', 'f', 0 };
    JET_INSTANCE instance = 0;
    uint32_t page_size = 0;

    if (CALL(JetGetDatabaseFileInfoW(path, &page_size, sizeof(page_size), JET_DbInfoPageSize)) < 0)
        return 1;
    printf("database pagesize=%lu\n", (unsigned long)page_size);
    CALL(JetSetSystemParameterW(NULL, JET_sesidNil, JET_paramDatabasePageSize, page_size, NULL));
    if (CALL(JetCreateInstanceW(&instance, name)) < 0)
        return 1;
    CALL(JetSetSystemParameterW(&instance, JET_sesidNil, JET_paramRecovery, 0, off));
    CALL(JetSetSystemParameterW(&instance, JET_sesidNil, JET_paramEnableIndexChecking, 0, NULL));
    if (CALL(JetInit(&instance)) < 0)
        return 1;
    if (CALL(JetBeginSessionW(instance, &walk->session, NULL, NULL)) >= 0)
    {
        session_walk(walk, path);
        CALL(JetEndSession(walk->session, 0));
    }
    CALL(JetTerm(instance));
    printf("failures=%u\n", walk->failures);
    return walk->failures != 0;
}

int main(int argc, char **argv)
{
    static WCHAR path[PATH_MAX_CHARS];
    struct walk walk = { .failures = 0 };
    int status, i;

    for (i = 1; i < argc && argv[i][0] == '-'; i++)
    {
        if (!strcmp(argv[i], "--rows"))
            walk.options.rows = true;
        else if (!strcmp(argv[i], "--keys"))
            walk.options.keys = true;
        else if (!strcmp(argv[i], "--user"))
            walk.options.user_only = true;
        else if (!strcmp(argv[i], "--table") && i + 1 < argc)
            text_from_utf8(argv[++i], walk.options.table, NAME_MAX_CHARS);
        else
            break;
    }
    if (i != argc - 1)
    {
        fprintf(stderr, "usage: edbwalk [--rows] [--keys] [--user] [--table NAME] DATABASE\n");
        return 2;
    }
    text_from_utf8(argv[i], path, PATH_MAX_CHARS);
    walk.value = malloc(walk.value_size = 1 << 16);
    status = instance_walk(&walk, path);
    free(walk.value);
    return status;
}
