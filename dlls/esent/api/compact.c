/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JetCompact: offline defragmentation, a database written anew into another file.
 *
 * The source is attached and opened for this alone.  Records, keys, long values
 * and ids stay as they are, so that what a program has remembered of them still
 * holds; only space is new.  (Windows' engine numbers columns and long values
 * anew, and may drop columns that were deleted.)
 * Order of the steps and what is told of them: the published source (comp.cxx).
 */
#include <stdio.h>

#include "api/private.h"
#include "table/clone.h"
#include "table/schema.h"

#define STATS_FILE    L"DFRGINFO.TXT"
#define CATALOG_UNITS 20u /* pages: what the catalog counts for */

struct compact
{
    struct session *session;
    JET_PFNSTATUS status;
    uint32_t done, total;
    struct os_file *stats; /* NULL: none are wanted */
    uint64_t stats_size;
    uint64_t began, table_began; /* os_clock_us */
};

static JET_ERR tell(struct compact *compact, JET_SNT what)
{
    JET_SNPROG progress = { sizeof(progress), compact->done, compact->total };
    JET_ERR err;

    if (!compact->status)
        return JET_errSuccess;
    api_callback_begin(compact->session);
    err = compact->status(compact->session->handle, JET_snpCompact, what, &progress);
    api_callback_end(compact->session);
    return err;
}

/* ------------------------------------------------------------------ statistics --- */

static void write_stats(struct compact *compact, const char *format, ...) OS_PRINTF(2, 3);

static void write_stats(struct compact *compact, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    int size;

    if (!compact->stats)
        return;
    va_start(arguments, format);
    size = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (size > (int)sizeof(text) - 1)
        size = (int)sizeof(text) - 1;
    if (size > 0 && os_file_write_at(compact->stats, compact->stats_size, text, (size_t)size) >= 0)
        compact->stats_size += (uint64_t)size;
}

static JET_ERR open_stats(struct compact *compact, const WCHAR *source)
{
    char name[OS_PATH_MAX];
    JET_ERR err = os_file_open(STATS_FILE, OS_OPEN_WRITE | OS_OPEN_ALWAYS | OS_OPEN_SHARE_READ, &compact->stats);

    if (err < 0)
    {
        compact->stats = NULL;
        return JET_errFileAccessDenied;
    }
    (void)os_file_size(compact->stats, &compact->stats_size);
    if (string_to_a(source, name, sizeof(name)) < 0)
        name[0] = 0;
    write_stats(compact, "\n\n***** Defragmentation of database '%s' started!\n", name);
    return JET_errSuccess;
}

static void stats_of_database(struct compact *compact, const struct database *database, uint32_t owned,
                              uint32_t available)
{
    uint64_t now = os_clock_us();

    write_stats(compact, "\nNew database created and initialized in %u.%u seconds.\n",
                (unsigned)((now - compact->began) / 1000000), (unsigned)((now - compact->began) / 1000 % 1000));
    write_stats(compact, "    (Source database is %llu bytes and it owns %u pages, of which %u are available.)\n",
                (unsigned long long)(owned + 2ull) * database->page_size, (unsigned)owned, (unsigned)available);
    write_stats(compact,
                "\n\nTable Name\t# Non-Derived Fixed/Variable Columns\t# Non-Derived Tagged Columns\t# Columns"
                "\t# Secondary Indexes\t# Pages Owned (Source Db)\t# Pages Avail. (Source Db)\t# Records Copied"
                "\tRaw Data Bytes Copied\tRaw Data LV Bytes Copied\tCopy Table Elapsed Seconds\n\n");
}

static JET_ERR table_done(void *context, const struct clone_table *table)
{
    struct compact *compact = context;
    uint64_t now = os_clock_us();

    write_stats(compact, "%s\t%u\t%u\t%u\t%u\t%u\t%u\t%llu\t%llu\t%llu\t%u.%u\n", table->name,
                (unsigned)table->columns_single, (unsigned)table->columns_tagged,
                (unsigned)(table->columns_single + table->columns_tagged), (unsigned)table->indexes,
                (unsigned)table->pages_owned, (unsigned)table->pages_available, (unsigned long long)table->records,
                (unsigned long long)table->record_bytes, (unsigned long long)table->value_bytes,
                (unsigned)((now - compact->table_began) / 1000000),
                (unsigned)((now - compact->table_began) / 1000 % 1000));
    compact->table_began = now;
    compact->done += table->pages_owned;
    if (compact->done > compact->total)
        compact->done = compact->total;
    return tell(compact, JET_sntProgress);
}

/* --------------------------------------------------------------------- copying --- */

static JET_ERR measure(struct compact *compact, struct database *from)
{
    uint32_t owned, available;
    struct tree root;
    JET_ERR err;

    if (!compact->status)
        return JET_errSuccess;
    tree_init(&root, &from->cache, 1, 1, true, 0);
    err = tree_space_info(&root, &owned, &available);
    if (err < 0)
        return err;
    compact->total = owned > available ? owned - available : owned;
    compact->done = CATALOG_UNITS < compact->total ? CATALOG_UNITS : compact->total;
    err = tell(compact, JET_sntProgress);
    stats_of_database(compact, from, owned, available);
    compact->table_began = os_clock_us();
    return err;
}

static JET_ERR clone_into(struct compact *compact, struct database *from, struct attachment *attachment)
{
    struct clone_report report = { compact, table_done };
    struct database_options options;
    struct database *to;
    JET_ERR err = measure(compact, from);

    if (err < 0)
        return err;
    attachment_options(attachment, &options);
    options.log = NULL;
    options.registry = NULL;
    options.page_size = from->page_size;
    err = database_clone(from, attachment->path, &options, compact->status ? &report : NULL, &to);
    if (err < 0)
        return err;
    write_stats(compact, "\nDatabase defragmented to %llu bytes.\n",
                (unsigned long long)(atomic_load(&to->store.pages) + 2ull) * to->page_size);
    return database_close(to);
}

static JET_ERR copy(struct compact *compact, const WCHAR *source, const WCHAR *destination)
{
    struct session *session = compact->session;
    struct instance *instance = session->instance;
    struct attachment *attachment;
    WCHAR full[OS_PATH_MAX];
    JET_DBID dbid;
    JET_ERR err = session_open_database(session, source, &dbid, JET_bitDbExclusive | JET_bitDbReadOnly);

    if (err < 0)
        return err;
    err = destination && destination[0] ? os_full_path(destination, full, OS_PATH_MAX) : JET_errDatabaseInvalidPath;
    if (err == JET_errInvalidPath)
        err = JET_errDatabaseInvalidPath;
    if (err >= 0)
        err = attachment_take(instance, full, JET_bitDbRecoveryOff, &attachment);
    if (err == JET_errSuccess)
    {
        err = clone_into(compact, instance->databases[dbid].database, attachment);
        attachment_close(attachment);
    }
    else if (err == JET_wrnDatabaseAttached)
        err = JET_errDatabaseDuplicate;
    session_close_database(session, dbid);
    return err < 0 ? err : JET_errSuccess;
}

static JET_ERR compact(struct session *session, const WCHAR *source, const WCHAR *destination, JET_PFNSTATUS status,
                       JET_GRBIT grbit)
{
    struct compact compact = { .session = session, .status = status, .began = os_clock_us() };
    JET_ERR err, told;

    if (session->txn.level)
        return JET_errInTransaction;
    if (!source || !source[0])
        return JET_errDatabaseInvalidPath;
    err = tell(&compact, JET_sntBegin);
    if (err >= 0 && status && grbit & JET_bitCompactStats)
        err = open_stats(&compact, source);
    if (err >= 0)
        err = copy(&compact, source, destination);
    told = tell(&compact, err < 0 ? JET_sntFail : JET_sntComplete);
    if (told < 0 || err >= 0)
        err = told;
    write_stats(&compact, "\n\n***** Defragmentation completed in %u.%u seconds.\n\n",
                (unsigned)((os_clock_us() - compact.began) / 1000000),
                (unsigned)((os_clock_us() - compact.began) / 1000 % 1000));
    os_file_close(compact.stats);
    return err;
}

/*
 * Writes a database, which is attached, into a new file, which then is attached
 * nowhere.  `status` is told of it as of JET_snpCompact; with JET_bitCompactStats
 * a file DFRGINFO.TXT gets figures of each table.
 * JET_errFeatureNotAvailable (convert), JET_errInTransaction,
 * JET_errDatabaseNotFound, JET_errDatabaseInUse, JET_errDatabaseDuplicate,
 * JET_errDatabaseInvalidPath, what `status` answers, JET_errDiskFull, those of reading.
 */
JET_ERR JET_API JetCompactW(JET_SESID sesid, JET_PCWSTR source, JET_PCWSTR destination, JET_PFNSTATUS status,
                            JET_CONVERT_W *convert, JET_GRBIT grbit)
{
    struct session *session;
    JET_ERR err;

    OS_TRACE("(%#zx, %s, %s, %p, %#x)\n", (size_t)sesid, OS_TRACE_W(source), OS_TRACE_W(destination), (void *)convert,
             (unsigned)grbit);
    err = api_enter(sesid, 0, &session);
    if (err < 0)
        return err;
    if (convert)
        return api_leave(session, JET_errFeatureNotAvailable);
    return api_leave(session, compact(session, source, destination, status, grbit));
}

JET_ERR JET_API JetCompactA(JET_SESID sesid, JET_PCSTR source, JET_PCSTR destination, JET_PFNSTATUS status,
                            JET_CONVERT_A *convert, JET_GRBIT grbit)
{
    WCHAR *from, *to = NULL;
    JET_ERR err = string_from_a(source, &from);

    if (err >= 0)
        err = string_from_a(destination, &to);
    if (err >= 0)
        err = JetCompactW(sesid, from, to, status, (JET_CONVERT_W *)convert, grbit);
    os_free(from);
    os_free(to);
    return err;
}
