/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Offline defragmentation of a file that nobody has open. */
#include <string.h>

#include "maintain/maintain.h"
#include "table/clone.h"
#include "txn/version.h"

struct compaction
{
    const struct maintain_report *report;
    uint64_t done, total;
};

static JET_ERR table_done(void *context, const struct clone_table *table)
{
    struct compaction *compaction = context;

    compaction->done += table->pages_owned;
    if (compaction->done > compaction->total)
        compaction->done = compaction->total;
    if (!compaction->report->progress)
        return JET_errSuccess;
    return compaction->report->progress(compaction->report->context, compaction->done, compaction->total);
}

static JET_ERR pages_used(struct database *database, uint64_t *used)
{
    uint32_t owned, available;
    struct tree root;
    JET_ERR err;

    tree_init(&root, &database->cache, 1, 1, true, 0);
    err = tree_space_info(&root, &owned, &available);
    *used = err < 0 ? 0 : owned - available;
    return err;
}

/* The file grows by a hundredth at a time, so that little is left over. */
static uint32_t extension_for(uint32_t pages)
{
    return pages / 100 > 16 ? pages / 100 : 16;
}

JET_ERR compact_database(const WCHAR *from, const WCHAR *to, const struct maintain_report *report)
{
    struct compaction compaction = { .report = report };
    struct clone_report told = { &compaction, table_done };
    struct database_options options = { .read_only = true, .ignore_page_size = true };
    struct database *source, *copy;
    struct txn_root *txns = os_alloc_zero(sizeof(*txns));
    JET_ERR err;

    if (!txns)
        return JET_errOutOfMemory;
    txn_root_init(txns);
    err = database_open(from, &options, &source);
    if (err >= 0)
    {
        memset(&options, 0, sizeof(options));
        options.page_size = source->page_size;
        options.txns = txns;
        options.extension_pages = extension_for(atomic_load(&source->store.pages));
        options.log_database = 1;
        err = pages_used(source, &compaction.total);
        if (err >= 0)
            err = database_clone(source, to, &options, &told, &copy);
        if (err >= 0)
            err = database_close(copy);
        (void)database_close(source);
    }
    txn_root_free(txns);
    os_free(txns);
    return err < 0 ? err : JET_errSuccess;
}
