/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work on databases in use: online defragmentation, and a look at every page. */
#include <string.h>

#include "btree/write.h"
#include "maintain/maintain.h"
#include "table/table.h"

#define SCAN_PAGES 16u /* read at once */

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

static bool go_on(const struct maintain_leave *leave)
{
    return !leave->go_on || leave->go_on(leave->context);
}

static JET_ERR defragment_tree(const struct tree *tree, struct txn *txn, const struct maintain_leave *leave)
{
    struct tree_cursor cursor;
    uint32_t pgno = 0;
    JET_ERR err;

    tree_cursor_init(&cursor, tree, txn);
    cursor.sequential = true;
    for (err = tree_move_first(&cursor); err >= 0; err = tree_move_next(&cursor))
    {
        if (cursor.pgno == pgno)
            continue;
        pgno = cursor.pgno;
        if (!go_on(leave))
            break;
        err = tree_defragment(tree, cursor.bookmark, cursor.bookmark_key_size,
                              cursor.bookmark + cursor.bookmark_key_size, cursor.bookmark_data_size);
        if (err < 0)
            break;
    }
    tree_cursor_close(&cursor);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

static JET_ERR defragment_table(struct database *database, struct txn *txn, const char *name,
                                const struct maintain_leave *leave)
{
    struct table *table;
    JET_ERR err = table_open(database, txn, name, &table);

    if (err < 0)
        return err;
    err = defragment_tree(table->records, txn, leave);
    if (err >= 0 && table->long_values && table->long_values->root)
        err = defragment_tree(table->long_values, txn, leave);
    for (uint32_t i = 0; err >= 0 && i < table->index_count; i++)
        if (table->indexes[i].tree != table->records)
            err = defragment_tree(table->indexes[i].tree, txn, leave);
    table_release(table);
    return err;
}

JET_ERR defragment_database(struct database *database, struct txn *txn, const char *only,
                            const struct maintain_leave *leave)
{
    struct names names = { NULL, 0, 0 };
    JET_ERR err = JET_errSuccess;

    if (only)
        return defragment_table(database, txn, only, leave);
    err = database_each_table(database, txn, add_name, &names);
    for (uint32_t i = 0; err >= 0 && i < names.count && go_on(leave); i++)
    {
        err = defragment_table(database, txn, names.list[i], leave);
        if (err == JET_errTableLocked || err == JET_errObjectNotFound)
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
    for (uint32_t first = 1; err >= 0 && first <= all && go_on(leave); first += SCAN_PAGES)
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
