/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work on databases in use: online defragmentation, and a look at every page. */
#include <string.h>

#include "btree/write.h"
#include "maintain/private.h"

#define SCAN_PAGES 16u /* read at once */
#define STEP_PAGES 32u /* worked at in one transaction */

struct name
{
    uint32_t objid;
    char text[SCHEMA_NAME_SIZE];
};

struct names
{
    struct name *list;
    uint32_t count, room;
    uint32_t from; /* those of tables with this id, and higher ones */
};

static JET_ERR add_name(void *context, const char *name, uint32_t objid, uint32_t flags)
{
    struct names *names = context;

    (void)flags;
    if (objid < names->from)
        return JET_errSuccess;
    if (names->count == names->room)
    {
        uint32_t room = names->room ? 2 * names->room : 64;
        void *list = os_realloc(names->list, room * sizeof(*names->list));

        if (!list)
            return JET_errOutOfMemory;
        names->list = list;
        names->room = room;
    }
    names->list[names->count].objid = objid;
    strcpy(names->list[names->count++].text, name);
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
    struct defragment_pass *pass; /* NULL: none, the table was named */
    uint32_t generation, pages;
    uint64_t time;
    bool open;
    bool ended; /* before it was done: the table is gone, or the work shall not go on */
    JET_ERR err;
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

static bool step_next(struct work *work)
{
    if (work->open && work->pages++ < STEP_PAGES)
        return maintain_goes_on(work->leave);
    step_end(work);
    if (work->pass && defragment_pass_is_due(work->pass))
        work->err = defragment_pass_note(work->pass);
    return work->err >= 0 && maintain_goes_on(work->leave) && step_begin(work);
}

static bool step_on(void *context)
{
    struct work *work = context;

    work->ended = !step_next(work);
    return !work->ended;
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

/* From the end of the tree, or from where the pass is in it. */
static JET_ERR join_from(struct work *work, struct tree_cursor *cursor)
{
    JET_ERR err;

    if (!work->pass || !work->pass->key_size)
        return tree_move_last(cursor);
    err = tree_seek(cursor, work->pass->key, work->pass->key_size, TREE_SEEK_LE);
    return err == JET_errRecordNotFound ? JET_errNoCurrentRecord : err;
}

/* The leaf that the cursor is in. */
static JET_ERR join_leaf(struct work *work, const struct tree_cursor *cursor)
{
    uint32_t freed;
    JET_ERR err;

    if (work->pass)
        defragment_pass_visit(work->pass, cursor->bookmark, cursor->bookmark_key_size);
    if (!step_on(work))
        return JET_errSuccess;
    err = tree_defragment(cursor->tree, cursor->bookmark, cursor->bookmark_key_size,
                          cursor->bookmark + cursor->bookmark_key_size, cursor->bookmark_data_size, &freed);
    if (work->pass)
        work->pass->freed += freed;
    return err;
}

/* Leaves of a tree that have little left go into their right neighbours, from the last to the first, as in ESE. */
static JET_ERR join_leaves(struct work *work, const struct tree *tree)
{
    struct tree_cursor cursor;
    uint32_t pgno = 0, right = 0;
    JET_ERR err;

    if (!step_on(work))
        return JET_errSuccess;
    tree_cursor_init(&cursor, tree, work->txn);
    cursor.sequential = true;
    for (err = join_from(work, &cursor); err >= 0 && !work->ended; err = tree_move_prev(&cursor))
    {
        /* What was on a leaf that was joined is met again on the one it went into. */
        if (cursor.pgno == right)
            pgno = right;
        if (cursor.pgno == pgno)
            continue;
        right = pgno;
        pgno = cursor.pgno;
        err = join_leaf(work, &cursor);
        if (err < 0)
            break;
    }
    tree_cursor_close(&cursor);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

/* Whether that comes next, or is where the pass was. */
static bool is_at(struct work *work, enum defragment_kind kind)
{
    struct defragment_pass *pass = work->pass;

    if (!pass)
        return !work->ended;
    if (work->ended || pass->kind > kind)
        return false;
    if (pass->kind < kind)
        defragment_pass_at(pass, pass->objid, kind);
    return true;
}

/* Of all that the table has. */
static JET_ERR join_all(struct work *work)
{
    const struct table *table = work->table;
    JET_ERR err = JET_errSuccess;

    if (is_at(work, DEFRAGMENT_RECORDS))
        err = join_leaves(work, table->records);
    if (err >= 0 && is_at(work, DEFRAGMENT_LONG_VALUES) && table->long_values && table->long_values->root)
        err = join_leaves(work, table->long_values);
    if (err < 0 || !is_at(work, DEFRAGMENT_INDEXES))
        return err;
    for (uint32_t i = 0; err >= 0 && !work->ended && i < table->index_count; i++)
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

/* One table of a pass, which is at it. */
static JET_ERR defragment_next(struct defragment_pass *pass, const char *name, const struct maintain_leave *leave)
{
    struct work work;
    JET_ERR err = work_at(&work, pass->database, pass->txn, name, leave);

    if (err == JET_errTableLocked || err == JET_errObjectNotFound)
        return JET_errSuccess;
    if (err < 0)
        return err;
    work.pass = pass;
    return work_done(&work, join_all(&work));
}

JET_ERR defragment_database(struct defragment_pass *pass, const struct maintain_leave *leave)
{
    struct names names = { .from = pass->objid };
    JET_ERR err = database_each_table(pass->database, pass->txn, add_name, &names);

    for (uint32_t i = 0; err >= 0 && i < names.count && maintain_goes_on(leave); i++)
    {
        if (pass->objid != names.list[i].objid)
            defragment_pass_at(pass, names.list[i].objid, DEFRAGMENT_NOTHING);
        err = defragment_next(pass, names.list[i].text, leave);
        if (err >= 0 && maintain_goes_on(leave))
            defragment_pass_at(pass, pass->objid + 1, DEFRAGMENT_NOTHING);
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
