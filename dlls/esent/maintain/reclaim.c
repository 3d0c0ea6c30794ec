/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pages that the root space has lost are found again.
 *
 * It owns all pages of the file.  What it neither has available or set aside for its
 * own trees, nor uses for them, and what no table owns, was lost as a process died
 * between two changes of space; it becomes available.  What tables have lost is not
 * looked for.  ESE does this as a database is attached (ErrSPReclaimSpaceLeaks), if
 * MSysObjids lists its tables.
 *
 * Nobody else has the database open.
 */
#include "btree/write.h"
#include "maintain/maintain.h"
#include "table/catalog.h"
#include "table/table.h"

#define ROOT 1u

struct reclaim
{
    struct database *database;
    struct space_map map;
    uint64_t until; /* os_clock_us; 0: as long as it takes */
};

static bool out_of_time(const struct reclaim *reclaim)
{
    return reclaim->until && os_clock_us() >= reclaim->until;
}

/* Nothing that the table owns is lost to the root space. */
static JET_ERR mark_table(struct reclaim *reclaim, uint32_t root)
{
    struct tree_extent extent = { 0, 0 };
    uint32_t parent;
    JET_ERR err;

    while ((err = tree_store_owned(&reclaim->database->store, root, extent.last + 1, &extent, &parent)) >= 0)
    {
        if (!tree_extent_first(&extent) || extent.last > reclaim->map.pages)
            return JET_errSPOwnExtCorrupted;
        for (uint32_t pgno = tree_extent_first(&extent); pgno <= extent.last; pgno++)
            reclaim->map.use[pgno] = SPACE_USED;
    }
    return err == JET_errRecordNotFound ? JET_errSuccess : err;
}

static JET_ERR mark_tables(struct reclaim *reclaim, struct txn *txn)
{
    struct catalog_cursor cursor;
    struct catalog_row row;
    JET_ERR err = catalog_open(reclaim->database, txn, &cursor);

    if (err >= 0)
        err = catalog_seek(&cursor, 0, 0, &row);
    while (err >= 0 && !out_of_time(reclaim))
    {
        if (row.type == CATALOG_TABLE)
            err = mark_table(reclaim, row.place);
        if (err >= 0)
            err = catalog_next(&cursor, &row);
    }
    catalog_close(&cursor);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

static JET_ERR give_lost(struct reclaim *reclaim, uint32_t *found)
{
    JET_ERR err = JET_errSuccess;

    for (uint32_t pgno = 1; err >= 0 && pgno <= reclaim->map.pages && !out_of_time(reclaim); pgno++)
    {
        if (reclaim->map.use[pgno] != SPACE_OWNED || reclaim->map.owner[pgno] != ROOT)
            continue;
        err = database_find_lost(reclaim->database, pgno);
        *found += err >= 0;
    }
    return err;
}

JET_ERR reclaim_database(struct database *database, struct txn *txn, int32_t milliseconds, uint32_t *found)
{
    struct reclaim reclaim = { .database = database };
    JET_ERR err;

    *found = 0;
    if (database->read_only || !database->has_objids || !milliseconds)
        return JET_errSuccess;
    if (milliseconds > 0)
        reclaim.until = os_clock_us() + (uint64_t)milliseconds * 1000;
    err = database_forget_tables(database);
    if (err >= 0)
        err = space_map_init(&reclaim.map, atomic_load(&database->store.pages));
    if (err < 0)
        return err;
    err = space_map_tree(&reclaim.map, &database->cache, ROOT, 0);
    if (err >= 0 && reclaim.map.wrong)
        err = JET_errSPOwnExtCorrupted;
    if (err >= 0)
        err = mark_tables(&reclaim, txn);
    if (err >= 0)
        err = give_lost(&reclaim, found);
    space_map_free(&reclaim.map);
    return err < 0 ? err : JET_errSuccess;
}
