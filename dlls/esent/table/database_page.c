/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of a database's pages between its file and the cache. */

#include <stdio.h>

#include "format/checksum.h"
#include "format/page_edit.h"
#include "log/log.h"
#include "table/database_private.h"

/* The sums of a page in brackets, as the event log shows them. */
static void sums_text(const struct page_checksum *sums, char text[80])
{
    int used = snprintf(text, 80, "[%016llx", (unsigned long long)sums->block[0]);

    for (uint32_t i = 1; i < sums->count; i++)
        used += snprintf(text + used, 80 - (size_t)used, ":%016llx", (unsigned long long)sums->block[i]);
    snprintf(text + used, 80 - (size_t)used, "]");
}

/* What is wrong with a page goes to the event log. */
static void page_is_bad(struct cache_file *cache, uint32_t pgno, const uint8_t *data, JET_ERR err)
{
    const struct event_sink *events = cache->file->events;
    uint64_t offset = cache_page_offset(cache, pgno);
    struct page_checksum stored, actual;
    char stored_text[80], actual_text[80];

    if (!events)
        return;
    if (err == JET_errReadPgnoVerifyFailure)
        event_say(events, EVENT_PAGE_NUMBER_BAD, cache->file->path, offset, cache->page_size, err, pgno,
                  le32(data + PAGE_OFFSET_PGNO));
    if (err != JET_errReadVerifyFailure)
        return;
    checksum_page_stored(data, cache->page_size, &stored);
    checksum_page(data, cache->page_size, pgno, &actual);
    sums_text(&stored, stored_text);
    sums_text(&actual, actual_text);
    event_say(events, EVENT_PAGE_CHECKSUM_BAD, cache->file->path, offset, cache->page_size, err, stored_text,
              actual_text, pgno);
}

/* Pages are checked as they are read: checksum, number, and bounds of all that is in them. */
static JET_ERR verify_page(struct cache_file *cache, uint32_t pgno, uint8_t *data)
{
    const struct tree_store *store = cache->owner;
    struct page_check_result result = { 0 };
    JET_ERR err = page_check(data, cache->page_size, pgno, &result);

    /* Between two writes of a page often only flags differ.  Of a write torn by a crash the
     * code then makes one bit, which it turns: not what the page was nor what it became. */
    if (err >= 0 && result.corrected && store && store->redoing && !store->trusting)
        err = JET_errReadVerifyFailure;
    if (os_unlikely(err >= 0 && result.corrected))
        event_say(cache->file->events, EVENT_PAGE_CORRECTED, cache->file->path, cache_page_offset(cache, pgno),
                  cache->page_size, (uint64_t)result.bit, pgno);
    /* Marks of versions that are gone would have each reader look for them. */
    if (err >= 0 && store && store->txns && !atomic_load(&store->txns->versions))
        page_forget_versions(data, cache->page_size);
    return err;
}

static void seal_page(struct cache_file *cache, uint32_t pgno, uint8_t *data)
{
    checksum_page_set(data, cache->page_size, pgno);
}

JET_ERR database_flush_log(struct cache_file *cache, uint64_t lgpos)
{
    struct tree_store *store = cache->owner;

    return lgpos ? log_flush(store->log, lgpos) : JET_errSuccess;
}

void database_page_hooks(struct database *database)
{
    database->cache.verify = verify_page;
    database->cache.bad = page_is_bad;
    database->cache.seal = seal_page;
}
