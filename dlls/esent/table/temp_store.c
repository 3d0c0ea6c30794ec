/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The temporary database; see temp_store.h. */
#include "table/temp_store.h"

#include "os/os.h"
#include "table/database_private.h"
#include "txn/version.h"

/* The tree of a table that was closed at `time`. */
struct temp_gone
{
    struct temp_gone *next;
    uint64_t time;
    uint32_t root;
};

JET_ERR temp_store_database(struct temp_store *store, const WCHAR *path, const struct database_options *options,
                            struct database **database)
{
    JET_ERR err = JET_errSuccess;

    os_mutex_lock(&store->lock);
    if (!store->database)
    {
        err = database_create_temporary(path, options, &store->database);
        if (err >= 0)
            store->database->temporary = store;
    }
    *database = store->database;
    os_mutex_unlock(&store->lock);
    return err;
}

void temp_store_close(struct temp_store *store)
{
    struct database *database = store->database;
    WCHAR *path;

    if (!database)
        return;
    store->database = NULL;
    version_clean_all(database->txns);
    while (store->gone)
    {
        struct temp_gone *next = store->gone->next;

        os_free(store->gone);
        store->gone = next;
    }
    path = database->path;
    database->path = NULL;
    database_abandon(database);
    os_file_delete(path);
    os_free(path);
}

/* Whether all versions that were made before that time are gone. */
static bool is_over(struct txn_root *txns, uint64_t time)
{
    return txn_root_oldest(txns) >= time && version_oldest_kept(txns) >= time;
}

/* Takes out one tree that nobody can need; the store's lock is held.  NULL: there is none. */
static struct temp_gone *take_over(struct temp_store *store, struct txn_root *txns)
{
    for (struct temp_gone **link = &store->gone; *link; link = &(*link)->next)
    {
        struct temp_gone *gone = *link;

        if (!is_over(txns, gone->time))
            continue;
        *link = gone->next;
        return gone;
    }
    return NULL;
}

static void sweep(struct database *database)
{
    struct temp_store *store = database->temporary;

    for (;;)
    {
        struct temp_gone *gone;

        os_mutex_lock(&store->lock);
        gone = take_over(store, database->txns);
        os_mutex_unlock(&store->lock);
        if (!gone)
            return;
        tree_destroy(&database->store, NULL, gone->root);
        os_free(gone);
    }
}

void temp_store_drop(struct database *database, uint32_t root, bool changed)
{
    struct temp_store *store = database->temporary;
    struct temp_gone *gone;

    if (!changed)
        tree_destroy(&database->store, NULL, root);
    else if ((gone = os_alloc(sizeof(*gone))))
    {
        /* Without that memory the pages are lost until the file goes. */
        os_mutex_lock(&database->txns->lock);
        gone->time = database->txns->clock;
        os_mutex_unlock(&database->txns->lock);
        gone->root = root;
        os_mutex_lock(&store->lock);
        gone->next = store->gone;
        store->gone = gone;
        os_mutex_unlock(&store->lock);
        version_clean(database->txns, UINT32_MAX);
    }
    sweep(database);
}
