/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages that another copy of a database asked for, and pages of this one that are bad. */
#include "format/checksum.h"
#include "recovery/private.h"

void redo_page_bad(void *context, struct database *database, uint32_t pgno)
{
    const struct recovery *recovery = context;

    recovery->config->page_bad(recovery->config->context, database, pgno);
}

/* All that the log has of the page up to here is in it: so it was where it could not be read. */
JET_ERR redo_page_request(struct recovery *recovery, const struct log_page_patch_request *record)
{
    struct redo_database *database = redo_database(recovery, record->dbid);
    const struct recovery_config *config = recovery->config;
    WCHAR path[OS_PATH_MAX];
    struct cache_page *page;
    uint32_t size;
    JET_ERR err;

    if (!database || !config->page_wanted)
        return JET_errSuccess;
    database_redo_counters(database->database, record->dbtime, 0);
    size = database->database->page_size;
    err = cache_latch(&database->database->cache, record->pgno, CACHE_SHARED, &page);
    if (err < 0)
        return err == JET_errPageNotInitialized ? JET_errSuccess : err;
    memcpy(recovery->scratch, page->data, size);
    cache_unlatch(page, CACHE_SHARED);
    checksum_page_set(recovery->scratch, size, record->pgno);
    err = log_path(&config->log->names, recovery->current ? LOG_FILE_CURRENT : LOG_FILE_GENERATION,
                   recovery->generation, path, OS_PATH_MAX);
    if (err >= 0)
        config->page_wanted(config->context, database->database, record->pgno, record->dbtime, recovery->scratch, path);
    return err;
}
