/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one door through which pages of trees change. */
#include "btree/change_log.h"

/* ----------------------------------------------------------- versions --- */

static enum version_op version_op_of(const struct tree_change *change)
{
    switch (change->kind)
    {
    case TREE_CHANGE_INSERT:
    case TREE_CHANGE_REVIVE:
        return VERSION_INSERT;
    case TREE_CHANGE_REPLACE:
        return VERSION_REPLACE;
    case TREE_CHANGE_DELETE:
        return VERSION_DELETE;
    case TREE_CHANGE_DELTA:
        return VERSION_DELTA;
    default:
        return VERSION_LOCK;
    }
}

/* Makes the version of the change, of which the page still has what was before.  JET_errWriteConflict. */
static JET_ERR make_version(const struct tree_change *change, const struct page_node *old, struct version **version)
{
    struct version_place place = tree_place(change->tree, change->key, change->key_size, change->data,
                                            change->data_size);
    struct version_change what = { .op = version_op_of(change), .owner = tree_store_of(change->tree) };

    if (change->kind == TREE_CHANGE_REPLACE || (change->kind == TREE_CHANGE_REVIVE && change->tree->unique))
    {
        what.image = old->data;
        what.image_size = old->data_size;
    }
    what.offset = change->offset;
    what.delta_size = change->delta_size;
    what.delta = change->delta;
    what.revives = change->kind == TREE_CHANGE_REVIVE && change->tree->unique;
    return version_create(change->txn, &place, &what, version);
}

/* ---------------------------------------------------------------- bytes --- */

/* Bytes became free that a rollback may want back, or (negative) it took them. */
static void keep_for_rollback(uint8_t *data, int32_t bytes)
{
    int32_t kept = (int32_t)page_uncommitted_free(data) + bytes, most = (int32_t)page_free_bytes(data);

    if (kept > most)
        kept = most;
    page_set_uncommitted_free(data, kept > 0 ? (uint32_t)kept : 0);
}

static int64_t number_read(const uint8_t *at, uint32_t size)
{
    return size == 8 ? (int64_t)le64(at) : (int32_t)le32(at);
}

static void number_write(uint8_t *at, uint32_t size, int64_t number)
{
    for (uint32_t i = 0; i < size; i++)
        at[i] = (uint8_t)((uint64_t)number >> 8 * i);
}

/* The new data of a node and what of its room a rollback may want. */
static void replace_bytes(const struct tree_change *change, const struct page_node *old)
{
    uint8_t *data = change->page->data;
    int32_t shrunk = (int32_t)old->data_size - (int32_t)change->data_size;
    bool kept = (change->txn && shrunk > 0) || (change->undoes && shrunk < 0);

    page_replace(data, change->page->page_size, change->line, change->data, change->data_size);
    keep_for_rollback(data, kept ? shrunk : 0);
}

static void change_bytes(const struct tree_change *change, const struct page_node *old, bool versioned)
{
    uint8_t *data = change->page->data, flags = old->flags | (versioned ? NODE_VERSIONED : 0);
    uint32_t size = change->page->page_size;

    switch (change->kind)
    {
    case TREE_CHANGE_INSERT:
    {
        struct page_new_node node = { change->key, change->key_size, change->data, change->data_size,
                                      versioned ? NODE_VERSIONED : 0 };

        page_insert(data, size, change->line, &node);
        break;
    }
    case TREE_CHANGE_REVIVE:
        if (change->tree->unique)
            replace_bytes(change, old);
        page_set_node_flags(data, size, change->line, flags & ~NODE_DELETED);
        break;
    case TREE_CHANGE_REPLACE:
        replace_bytes(change, old);
        page_set_node_flags(data, size, change->line, flags);
        break;
    case TREE_CHANGE_DELETE:
        page_set_node_flags(data, size, change->line, flags | NODE_DELETED);
        break;
    case TREE_CHANGE_UNDELETE:
        page_set_node_flags(data, size, change->line, flags & ~NODE_DELETED);
        break;
    case TREE_CHANGE_DELTA:
    {
        uint8_t *at = data + (old->data - data) + change->offset;

        number_write(at, change->delta_size, number_read(at, change->delta_size) + change->delta);
        page_set_node_flags(data, size, change->line, flags);
        break;
    }
    case TREE_CHANGE_LOCK:
        page_set_node_flags(data, size, change->line, flags);
        break;
    case TREE_CHANGE_REMOVE:
        page_remove(data, size, change->line, 1);
        keep_for_rollback(data, 0);
        break;
    case TREE_CHANGE_EXTERNAL:
        page_set_external(data, size, change->data, change->data_size);
        break;
    }
}

/* ------------------------------------------------------------- the door --- */

/* The node of the change as it is; false if there is none where there must be. */
static bool node_before(const struct tree_change *change, struct page_node *old)
{
    struct page_view view;

    memset(old, 0, sizeof(*old));
    if (!page_view(&view, change->page->data, change->page->page_size))
        return false;
    if (change->kind == TREE_CHANGE_INSERT || change->kind == TREE_CHANGE_EXTERNAL)
        return true;
    if (!page_node(&view, change->line, old))
        return false;
    return change->kind != TREE_CHANGE_DELTA || change->offset + change->delta_size <= old->data_size;
}

/* A lock on an entry changes nothing that lasts: there is no record of it, and the page stays as old as it was. */
static JET_ERR apply_lock(const struct tree_change *change, const struct page_node *old)
{
    struct version_place place = tree_place(change->tree, change->key, change->key_size, change->data,
                                            change->data_size);
    JET_ERR err = version_lock(change->txn, &place, change->read_lock ? VERSION_READ_LOCK : VERSION_LOCK,
                               tree_store_of(change->tree));

    if (err < 0 || old->flags & NODE_VERSIONED)
        return err;
    cache_change(change->page);
    change_bytes(change, old, true);
    cache_dirty_since(change->page, 0, TREE_NOT_LOGGED);
    return JET_errSuccess;
}

/* Logs and does it.  The version, if there is one, has been made. */
static JET_ERR apply_change(const struct tree_change *change, const struct page_node *old, struct version *version)
{
    struct tree_store *store = tree_store_of(change->tree);
    struct change_session session = { .root = NULL };
    uint64_t lgpos = 0, dbtime;
    JET_ERR err = JET_errSuccess;

    if (store->log)
        err = change_session_begin(store, change->undoes ? version_txn(change->undoes) : change->txn, &session);
    if (err < 0)
        return err;
    if (store->log && version)
        version->rceid = txn_log_rceid(&store->txns->log);
    dbtime = atomic_fetch_add_explicit(&store->dbtime, 1, memory_order_relaxed) + 1;
    if (store->log)
        err = change_log(&session, change, version, old, dbtime, &lgpos);
    if (err >= 0)
    {
        cache_change(change->page);
        change_bytes(change, old, version != NULL);
        if (change->undoes && !change->undoes_data)
            version_unlink(store->txns, change->undoes);
        page_set_dbtime(change->page->data, dbtime);
        cache_dirty_since(change->page, lgpos, session.start);
    }
    change_session_end(&session);
    return err;
}

JET_ERR tree_apply(const struct tree_change *change)
{
    struct version *version = NULL;
    struct page_node old;
    JET_ERR err = JET_errSuccess;

    if (!node_before(change, &old))
        return JET_errDatabaseCorrupted;
    if (change->kind == TREE_CHANGE_LOCK)
        return apply_lock(change, &old);
    if (change->txn)
        err = make_version(change, &old, &version);
    if (err < 0)
        return err;
    err = apply_change(change, &old, version);
    if (err < 0 && version)
        version_cancel(change->txn, version);
    return err;
}

/* What redo has to know of a page that was made by others: the change fits it. */
static bool redo_fits(const struct tree_change *change, const struct page_node *old)
{
    const uint8_t *data = change->page->data;
    uint32_t grown = change->data_size > old->data_size ? change->data_size - old->data_size : 0;
    struct page_line line = { NULL, 0, 0 };
    struct page_view view;

    if (!page_view(&view, data, change->page->page_size))
        return false;
    switch (change->kind)
    {
    case TREE_CHANGE_INSERT:
        return change->line <= page_lines(&view) &&
               page_node_cost(&view, change->key_size, page_shared_prefix(&view, change->key, change->key_size),
                              change->data_size) <= page_free_bytes(data);
    case TREE_CHANGE_REVIVE:
        return !change->tree->unique || grown <= page_free_bytes(data);
    case TREE_CHANGE_REPLACE:
        return grown <= page_free_bytes(data);
    case TREE_CHANGE_EXTERNAL:
        return page_tag(&view, 0, &line) &&
               (change->data_size <= line.size || change->data_size - line.size <= page_free_bytes(data));
    case TREE_CHANGE_DELTA:
        return change->delta_size == 4 || change->delta_size == 8;
    default:
        return true;
    }
}

JET_ERR tree_redo(const struct tree_change *change, uint64_t dbtime, uint64_t lgpos, uint64_t first)
{
    struct page_node old;

    if (!node_before(change, &old) || !redo_fits(change, &old))
        return JET_errDatabaseCorrupted;
    cache_change(change->page);
    change_bytes(change, &old, change->txn != NULL);
    /* What was kept for rollbacks that had ended was taken without a record. */
    keep_for_rollback(change->page->data, 0);
    page_set_dbtime(change->page->data, dbtime);
    cache_dirty_since(change->page, lgpos, first);
    return JET_errSuccess;
}

JET_ERR tree_redo_version(const struct tree_change *change, const uint8_t *image, uint32_t image_size, uint32_t rceid,
                          struct version **version)
{
    struct version_place place = tree_place(change->tree, change->key, change->key_size, change->data,
                                            change->data_size);
    struct version_change what = { .op = version_op_of(change), .owner = tree_store_of(change->tree) };
    JET_ERR err;

    what.image = image;
    what.image_size = image_size;
    what.offset = change->offset;
    what.delta_size = change->delta_size;
    what.delta = change->delta;
    err = version_redo(change->txn, &place, &what, rceid, version);
    return err < 0 ? err : JET_errSuccess;
}

struct version *tree_redo_find(const struct tree_change *change, uint32_t rceid)
{
    struct version_place place = tree_place(change->tree, change->key, change->key_size, change->data,
                                            change->data_size);

    return version_redo_find(tree_store_of(change->tree)->txns, &place, rceid);
}

void tree_restructure_add(struct tree_restructure *restructure, struct cache_page *page, const uint8_t *image)
{
    struct tree_page_change *change = &restructure->page[restructure->pages++];

    memset(change, 0, sizeof(*change));
    change->page = page;
    change->image = image;
}

void tree_restructure_link(struct tree_restructure *restructure, struct cache_page *page, bool next, uint32_t pgno)
{
    struct tree_page_change *change = restructure->page, *end = change + restructure->pages;

    while (change < end && change->page != page)
        change++;
    if (change == end)
        tree_restructure_add(restructure, page, NULL);
    if (next)
    {
        change->set_next = true;
        change->next = pgno;
    }
    else
    {
        change->set_prev = true;
        change->prev = pgno;
    }
}

/* The bytes of all pages.  All of them change before one is let go: who came by
 * the old parent will see it. */
static void restructure_bytes(const struct tree_restructure *restructure, uint64_t dbtime, uint64_t lgpos,
                              uint64_t start)
{
    for (uint32_t i = 0; i < restructure->pages; i++)
        cache_change(restructure->page[i].page);
    for (uint32_t i = 0; i < restructure->pages; i++)
    {
        const struct tree_page_change *change = &restructure->page[i];
        uint8_t *data = change->page->data;

        if (change->image)
            memcpy(data, change->image, change->page->page_size);
        if (change->set_prev)
            page_set_prev(data, change->prev);
        if (change->set_next)
            page_set_next(data, change->next);
        page_set_dbtime(data, dbtime);
        cache_dirty_since(change->page, lgpos, start);
    }
}

JET_ERR tree_apply_pages(const struct tree_restructure *restructure)
{
    struct tree_store *store = tree_store_of(restructure->tree);
    struct change_session session = { .root = NULL };
    struct txn *txn = restructure->insert ? restructure->insert->txn : NULL;
    struct version *version = NULL;
    uint64_t dbtime, lgpos = 0;
    JET_ERR err = JET_errSuccess;

    if (txn)
        err = make_version(restructure->insert, NULL, &version);
    if (err >= 0 && store->log)
        err = change_session_begin(store, txn ? txn : restructure->txn, &session);
    if (err >= 0)
    {
        if (store->log && version)
            version->rceid = txn_log_rceid(&store->txns->log);
        dbtime = atomic_fetch_add_explicit(&store->dbtime, 1, memory_order_relaxed) + 1;
        if (store->log)
            err = restructure_log(&session, restructure, version, dbtime, &lgpos);
        if (err >= 0)
        {
            restructure_bytes(restructure, dbtime, lgpos, session.start);
        }
        change_session_end(&session);
    }
    if (err < 0 && version)
        version_cancel(txn, version);
    return err;
}
