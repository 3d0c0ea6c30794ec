/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work on databases in use: online defragmentation, and a look at every page. */
#include <string.h>

#include "btree/write.h"
#include "maintain/private.h"

#define SCAN_PAGES 16u /* read at once */
#define STEP_PAGES 32u /* worked at in one transaction */

struct names
{
    char (*list)[SCHEMA_NAME_SIZE];
    uint32_t count, room;
};

static JET_ERR add_name(void *context, const char *name, uint32_t objid, uint32_t flags)
{
    struct names *names = context;

    (void)objid;
    (void)flags;
    if (names->count == names->room)
    {
        uint32_t room = names->room ? 2 * names->room : 64;
        void *list = os_realloc(names->list, room * sizeof(*names->list));

        if (!list)
            return JET_errOutOfMemory;
        names->list = list;
        names->room = room;
    }
    strcpy(names->list[names->count++], name);
    return JET_errSuccess;
}

/*
 * A table that is worked at, in steps of some pages.  In each a transaction is open in
 * which the table is what it was, so none of its trees can be given back meanwhile,
 * whoever deletes it.
 */
struct work
{
    struct database *database;
    struct txn *txn;
    const struct maintain_leave *leave;
    struct table *table;
    uint32_t generation, pages;
    uint64_t time;
    bool open;
    JET_ERR err;
    uint32_t freed; /* pages fewer that its trees use */
};

static void step_end(struct work *work)
{
    if (work->open)
        (void)txn_commit(work->txn);
    work->open = false;
    work->pages = 0;
}

/* False: the table is another one by now, or is gone; so much for this pass. */
static bool step_begin(struct work *work)
{
    struct table *now;

    work->err = txn_begin(work->txn, true, 0);
    if (work->err < 0)
        return false;
    work->open = true;
    /* Those of the catalog itself stay what they are. */
    if (work->table == work->database->catalog || work->table == work->database->shadow)
        return true;
    work->err = table_follow(work->table, work->txn, &now, &work->generation, &work->time);
    if (work->err >= 0 && now == work->table)
        return true;
    if (now != work->table)
        table_release(now);
    if (work->err == JET_errObjectNotFound)
        work->err = JET_errSuccess;
    step_end(work);
    return false;
}

static bool step_on(void *context)
{
    struct work *work = context;

    if (work->open && work->pages++ < STEP_PAGES)
        return maintain_goes_on(work->leave);
    step_end(work);
    return maintain_goes_on(work->leave) && step_begin(work);
}

static JET_ERR work_at(struct work *work, struct database *database, struct txn *txn, const char *name,
                       const struct maintain_leave *leave)
{
    *work = (struct work){ .database = database, .txn = txn, .leave = leave };
    return table_open(database, txn, name, &work->table);
}

static JET_ERR work_done(struct work *work, JET_ERR err)
{
    step_end(work);
    table_release(work->table);
    return err < 0 ? err : work->err;
}

static uint32_t used_by(const struct tree *tree)
{
    uint32_t owned, available;

    return tree_space_info(tree, &owned, &available) < 0 ? 0 : owned - available;
}

/* Leaves of a tree that have little left. */
static JET_ERR join_leaves(struct work *work, const struct tree *tree)
{
    struct tree_cursor cursor;
    uint32_t pgno = 0, before, after;
    JET_ERR err = JET_errSuccess;

    if (!step_on(work))
        return JET_errSuccess;
    before = used_by(tree);
    tree_cursor_init(&cursor, tree, work->txn);
    cursor.sequential = true;
    for (err = tree_move_first(&cursor); err >= 0; err = tree_move_next(&cursor))
    {
        if (cursor.pgno == pgno)
            continue;
        pgno = cursor.pgno;
        if (!step_on(work))
            break;
        err = tree_defragment(tree, cursor.bookmark, cursor.bookmark_key_size,
                              cursor.bookmark + cursor.bookmark_key_size, cursor.bookmark_data_size);
        if (err < 0)
            break;
    }
    tree_cursor_close(&cursor);
    after = work->open ? used_by(tree) : 0;
    if (after && after < before)
        work->freed += before - after;
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

/* Of all that the table has. */
static JET_ERR join_all(struct work *work)
{
    const struct table *table = work->table;
    JET_ERR err = join_leaves(work, table->records);

    if (err >= 0 && table->long_values && table->long_values->root)
        err = join_leaves(work, table->long_values);
    for (uint32_t i = 0; err >= 0 && i < table->index_count; i++)
        if (table->indexes[i].tree != table->records)
            err = join_leaves(work, table->indexes[i].tree);
    return err;
}

/* ESE, too, moves leaves of records only, and only where a program names the table. */
JET_ERR defragment_table(struct database *database, struct txn *txn, const char *name,
                         const struct maintain_leave *leave, uint32_t *moved)
{
    struct work work;
    struct maintain_leave steps = { &work, step_on, NULL };
    JET_ERR err = work_at(&work, database, txn, name, leave);

    *moved = 0;
    if (err < 0)
        return err;
    err = join_all(&work);
    if (err >= 0 && step_on(&work))
        err = defragment_order(work.table->records, txn, &steps, moved);
    return work_done(&work, err);
}

JET_ERR defragment_database(struct database *database, struct txn *txn, const struct maintain_leave *leave,
                            uint32_t *freed)
{
    struct names names = { NULL, 0, 0 };
    JET_ERR err = database_each_table(database, txn, add_name, &names);

    *freed = 0;
    for (uint32_t i = 0; err >= 0 && i < names.count && maintain_goes_on(leave); i++)
    {
        struct work work;

        err = work_at(&work, database, txn, names.list[i], leave);
        if (err >= 0)
        {
            err = work_done(&work, join_all(&work));
            *freed += work.freed;
        }
        else if (err == JET_errTableLocked || err == JET_errObjectNotFound)
            err = JET_errSuccess;
    }
    os_free(names.list);
    return err;
}

/* ------------------------------------------------------------------------ scan --- */

JET_ERR scan_database(struct database *database, uint32_t pause_ms, const struct maintain_leave *leave, uint32_t *pages,
                      uint32_t *bad)
{
    uint32_t size = database->page_size, all = atomic_load(&database->store.pages);
    uint8_t *data = os_alloc((size_t)SCAN_PAGES * size);
    JET_ERR err = data ? JET_errSuccess : JET_errOutOfMemory;

    *pages = *bad = 0;
    for (uint32_t first = 1; err >= 0 && first <= all && maintain_goes_on(leave); first += SCAN_PAGES)
    {
        uint32_t count = all - first + 1 < SCAN_PAGES ? all - first + 1 : SCAN_PAGES;

        err = os_file_read_at(database->file, (uint64_t)(first + 1) * size, data, (size_t)count * size);
        for (uint32_t i = 0; err >= 0 && i < count; i++)
        {
            JET_ERR state = page_check(data + (size_t)i * size, size, first + i, NULL);

            /* One that looks bad may have been on its way to the disk: what the cache says of it counts. */
            if (state < 0 && state != JET_errPageNotInitialized)
            {
                struct cache_page *page;

                state = cache_latch(&database->cache, first + i, CACHE_SHARED, &page);
                if (state >= 0)
                    cache_unlatch(page, CACHE_SHARED);
                *bad += state < 0;
            }
            ++*pages;
        }
        if (pause_ms && leave && leave->rest)
            leave->rest(leave->context, pause_ms);
    }
    os_free(data);
    return err < 0 ? err : JET_errSuccess;
}
