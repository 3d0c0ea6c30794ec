/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages that are asked for in the log, and their answers. */

#include "table/page_patch.h"

#include "format/page.h"
#include "log/log.h"

/* ----------------------------------------------------------------- requests --- */

/* With the lock held.  NULL: it is not there. */
static struct page_request *find(struct page_requests *requests, uint32_t pgno)
{
    for (uint32_t i = 0; i < PAGE_REQUESTS_MAX; i++)
        if (requests->request[i].pgno == pgno)
            return &requests->request[i];
    return NULL;
}

/* Takes a place for the page unless it was asked for lately, or too many are. */
static bool reserve(struct database *database, uint32_t pgno, uint64_t *dbtime)
{
    struct page_requests *requests = database->requests;
    uint64_t now = os_clock_us();
    struct page_request *request;
    bool ask = true;

    os_mutex_lock(&requests->lock);
    request = find(requests, pgno);
    if (request && now - request->asked <= (uint64_t)requests->timeout * 1000000)
        ask = false;
    else if (!request)
        request = find(requests, 0);
    if (ask && request)
    {
        *dbtime = atomic_fetch_add(&database->store.dbtime, 1) + 1;
        *request = (struct page_request){ pgno, *dbtime, now };
    }
    os_mutex_unlock(&requests->lock);
    return ask && request;
}

static void drop(struct page_requests *requests, uint32_t pgno, uint64_t dbtime)
{
    struct page_request *request;

    os_mutex_lock(&requests->lock);
    request = find(requests, pgno);
    if (request && request->dbtime == dbtime)
        request->pgno = 0;
    os_mutex_unlock(&requests->lock);
}

/* A new generation, so that the record can be shipped at once. */
static JET_ERR append(const struct database *database, uint32_t pgno, uint64_t dbtime)
{
    struct log_page_patch_request record;
    struct log_part part = { &record, sizeof(record) };
    JET_ERR err;

    memset(&record, 0, sizeof(record));
    record.type = LOG_PAGE_PATCH_REQUEST;
    record.dbid = database->store.log_database;
    record.pgno = pgno;
    record.dbtime = dbtime;
    err = log_append(database->store.log, &part, 1, NULL);
    return err < 0 ? err : log_roll(database->store.log, 0, "page patch", NULL);
}

/* Errors that another copy of the page would be good against. */
static bool can_be_healed(JET_ERR err)
{
    switch (err)
    {
    case JET_errReadVerifyFailure:
    case JET_errReadPgnoVerifyFailure:
    case JET_errReadLostFlushVerifyFailure:
    case JET_errDiskReadVerificationFailure:
    case JET_errFileSystemCorruption:
    case JET_errDatabaseCorrupted:
    case JET_errDiskIO:
        return true;
    default:
        return false;
    }
}

static struct database *database_of(struct cache_file *cache)
{
    return (struct database *)((char *)cache - offsetof(struct database, cache));
}

/* A page could not be read. */
static void ask_for(struct cache_file *cache, uint32_t pgno, JET_ERR err)
{
    struct database *database = database_of(cache);
    uint64_t dbtime;

    if (can_be_healed(err) && pgno && reserve(database, pgno, &dbtime) && append(database, pgno, dbtime) < 0)
        drop(database->requests, pgno, dbtime);
}

static void tell_of(struct cache_file *cache, uint32_t pgno, JET_ERR err)
{
    struct database *database = database_of(cache);

    if (can_be_healed(err))
        database->page_bad(database->page_bad_context, database, pgno);
}

void page_requests_redo(struct database *database, const struct database_options *options)
{
    database->page_bad = options->page_bad;
    database->page_bad_context = options->page_bad_context;
    database->cache.failed = tell_of;
}

JET_ERR page_requests_start(struct database *database, uint32_t timeout)
{
    database->requests = os_alloc_zero(sizeof(*database->requests));
    if (!database->requests)
        return JET_errOutOfMemory;
    os_mutex_init(&database->requests->lock);
    database->requests->timeout = timeout;
    database->cache.failed = ask_for;
    return JET_errSuccess;
}

/* ------------------------------------------------------------------ answers --- */

static JET_ERR check_token(const struct database *database, uint32_t pgno, const struct page_token *token,
                           uint32_t token_size, const void *data)
{
    const struct log *log = database->store.log;

    if (!pgno || !data || !token || token_size != sizeof(*token) || token->size != sizeof(*token))
        return JET_errInvalidParameter;
    if (!log || memcmp(&token->signature, log_signature(log), sizeof(token->signature)) != 0)
        return JET_errBadLogSignature;
    return JET_errSuccess;
}

/* Whether the page is asked for; then by this token, and with a page that is good. */
static JET_ERR check_answer(struct database *database, uint32_t pgno, uint64_t dbtime, const void *data, uint32_t size,
                            bool *wanted)
{
    struct page_check_result result = { 0 };
    struct page_request *request;
    uint8_t *copy;
    uint64_t asked = 0;
    JET_ERR err;

    os_mutex_lock(&database->requests->lock);
    request = find(database->requests, pgno);
    if (request)
        asked = request->dbtime;
    os_mutex_unlock(&database->requests->lock);
    *wanted = request != NULL;
    if (!request)
        return JET_errSuccess;
    if (asked != dbtime)
        return JET_errInvalidParameter;
    if (size != database->page_size)
        return JET_errInvalidBufferSize;
    copy = os_alloc(size);
    if (!copy)
        return JET_errOutOfMemory;
    memcpy(copy, data, size);
    err = page_check(copy, size, pgno, &result);
    os_free(copy);
    return err >= 0 && result.corrected ? JET_errReadVerifyFailure : err;
}

/* The page as it is in memory, if it can be read after all: latched.  *newer: it was changed after it was asked for. */
static JET_ERR latch_page(struct database *database, uint32_t pgno, const uint8_t *data, struct cache_page **page,
                          bool *newer)
{
    JET_ERR err = cache_latch(&database->cache, pgno, CACHE_EXCLUSIVE, page);

    *newer = false;
    if (err < 0)
        return err == JET_errOutOfMemory ? err : cache_latch_new(&database->cache, pgno, page);
    if (atomic_load(&(*page)->dirty))
    {
        cache_unlatch(*page, CACHE_EXCLUSIVE);
        return JET_errDatabaseInUse;
    }
    *newer = page_dbtime((*page)->data) > page_dbtime(data);
    if (!*newer)
        cache_change(*page);
    return JET_errSuccess;
}

JET_ERR page_patch(struct database *database, uint32_t pgno, const void *token, uint32_t token_size, const void *data,
                   uint32_t size)
{
    struct page_token own;
    struct cache_page *page;
    bool wanted, newer;
    JET_ERR err;

    if (token && token_size == sizeof(own))
        memcpy(&own, token, sizeof(own));
    err = check_token(database, pgno, token && token_size == sizeof(own) ? &own : NULL, token_size, data);
    if (err < 0)
        return err;
    if (!database->requests)
        return JET_errSuccess;
    err = check_answer(database, pgno, own.dbtime, data, size, &wanted);
    if (err < 0 || !wanted)
        return err;
    err = latch_page(database, pgno, data, &page, &newer);
    if (err < 0)
        return err;
    if (!newer)
    {
        memcpy(page->data, data, size);
        /* It was on the other side as of what is in the log up to the request. */
        cache_dirty_since(page, 0, TREE_NOT_LOGGED);
    }
    cache_unlatch(page, CACHE_EXCLUSIVE);
    drop(database->requests, pgno, own.dbtime);
    if (newer)
        return JET_errSuccess;
    err = cache_write(&database->cache, UINT64_MAX);
    return err < 0 ? err : os_file_flush(database->file);
}
