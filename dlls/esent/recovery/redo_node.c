/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records of one node.
 *
 * The version of an insertion or a delta follows from its record, whether the page
 * needs it or not.  That of a replacement or deletion needs what the page had before:
 * if the page is as new as the record it is not known, and a LOG_UNDO_INFO will
 * come, unless the transaction ends first.
 */
#include "format/compress.h"
#include "recovery/private.h"

void redo_tree(struct redo_database *database, uint32_t root, uint32_t objid, uint8_t flags, struct tree *tree)
{
    tree_init(tree, &database->database->cache, root, objid, flags & LOG_PAGE_UNIQUE,
              flags & LOG_PAGE_SPACE ? PAGE_SPACE_TREE : 0);
}

bool redo_wanted(struct recovery *recovery, struct redo_session *session, uint8_t dbid, uint64_t dbtime, uint32_t objid,
                 struct redo_database **result)
{
    struct redo_database *database = redo_database(recovery, dbid);

    *result = database;
    if (!database)
        return false;
    if (dbtime != LOG_DBTIME_NONE)
        database_redo_counters(database->database, dbtime, objid);
    if (recovery->config->grbit & JET_bitReplayIgnoreLogRecordsBeforeMinRequiredLog &&
        (int32_t)recovery->generation < database->database->header.generation_min_required)
        return false;
    return session->begun && recovery->position > database->position;
}

/* What is at work on one record. */
struct node_redo
{
    struct recovery *recovery;
    struct redo_session *session;
    struct redo_database *database;
    const struct log_node *node;
    struct redo_page page;
    struct tree tree;
    struct tree_change change;
};

/* The node on the page, which needs the change. */
static bool node_on_page(const struct node_redo *redo, struct page_view *view, struct page_node *node)
{
    const struct cache_page *page = redo->page.page;

    return page_view(view, page->data, page->page_size) && page_node(view, redo->change.line, node);
}

static JET_ERR make_version(struct node_redo *redo, const uint8_t *image, uint32_t image_size, uint32_t rceid)
{
    return redo_version(redo->recovery, redo->session, &redo->change, redo->node->page.level, image, image_size, rceid,
                        false);
}

/* The bytes, if the page needs them. */
static JET_ERR apply(struct node_redo *redo)
{
    if (!redo->page.page)
        return JET_errSuccess;
    return tree_redo(&redo->change, redo->node->page.dbtime, redo->recovery->position, redo->recovery->since);
}

static JET_ERR redo_insert(struct node_redo *redo)
{
    const struct log_insert *record = (const struct log_insert *)redo->node;
    const uint8_t *bytes = (const uint8_t *)(record + 1);
    JET_ERR err = JET_errSuccess;

    redo->change.kind = TREE_CHANGE_INSERT;
    redo->change.key = bytes;
    redo->change.key_size = (uint32_t)record->prefix_size + record->suffix_size;
    redo->change.data = bytes + redo->change.key_size;
    redo->change.data_size = record->data_size;
    if (redo->change.txn)
        err = make_version(redo, NULL, 0, record->node.rceid);
    return err < 0 ? err : apply(redo);
}

static JET_ERR redo_flag_insert(struct node_redo *redo)
{
    const struct log_flag_insert_replace *record = (const struct log_flag_insert_replace *)redo->node;
    bool replaces = redo->node->page.type == LOG_FLAG_INSERT_REPLACE;
    const uint8_t *bytes = replaces ? (const uint8_t *)(record + 1)
                                    : (const uint8_t *)((const struct log_flag_insert *)record + 1);
    struct page_view view;
    struct page_node node;
    JET_ERR err = JET_errSuccess;

    redo->change.kind = TREE_CHANGE_INSERT;
    redo->change.key = bytes;
    redo->change.key_size = record->key_size;
    redo->change.data = bytes + record->key_size;
    redo->change.data_size = record->data_size;
    if (redo->change.txn)
        err = make_version(redo, NULL, 0, record->node.rceid);
    if (err >= 0 && redo->page.page && redo->change.txn && replaces)
    {
        if (!node_on_page(redo, &view, &node))
            return JET_errDatabaseCorrupted;
        redo->change.kind = TREE_CHANGE_REPLACE;
        err = make_version(redo, node.data, node.data_size, record->rceid_replace);
    }
    redo->change.kind = TREE_CHANGE_REVIVE;
    if (!replaces)
    {
        /* The data stays as it is. */
        redo->tree.unique = false;
    }
    return err < 0 ? err : apply(redo);
}

/* The bookmark of a node on the page: its key, in `room`, and in a tree that is not unique its data. */
static void take_bookmark(struct node_redo *redo, const struct page_node *node, uint8_t *room)
{
    page_key_copy(&node->key, room);
    redo->change.key = room;
    redo->change.key_size = page_key_size(&node->key);
    if (!redo->tree.unique)
    {
        memcpy(room + redo->change.key_size, node->data, node->data_size);
        redo->change.data = room + redo->change.key_size;
        redo->change.data_size = node->data_size;
    }
}

static JET_ERR redo_replace(struct node_redo *redo)
{
    const struct log_replace *record = (const struct log_replace *)redo->node;
    uint8_t *data = redo->recovery->scratch, *key = data + PAGE_SIZE_MAX;
    struct page_view view;
    struct page_node node;
    JET_ERR err = JET_errSuccess;

    if (!redo->page.page)
        return JET_errSuccess;
    if (!node_on_page(redo, &view, &node))
        return JET_errDatabaseCorrupted;
    redo->change.kind = TREE_CHANGE_REPLACE;
    take_bookmark(redo, &node, key);
    if (redo->change.txn)
        err = make_version(redo, node.data, node.data_size, record->node.rceid);
    if (err < 0)
        return err;
    redo->change.data = (const uint8_t *)(record + 1);
    redo->change.data_size = record->size & LOG_REPLACE_SIZE_MASK;
    if (record->node.page.type == LOG_REPLACE_DIFF)
    {
        if (record->new_size > PAGE_SIZE_MAX || log_diff_apply(record, node.data, node.data_size, data) < 0)
            return JET_errLogCorrupted;
        redo->change.data = data;
        redo->change.data_size = record->new_size;
    }
    return apply(redo);
}

static JET_ERR redo_flag_delete(struct node_redo *redo)
{
    struct page_view view;
    struct page_node node;
    JET_ERR err = JET_errSuccess;

    if (!redo->page.page)
        return JET_errSuccess;
    if (!node_on_page(redo, &view, &node))
        return JET_errDatabaseCorrupted;
    redo->change.kind = TREE_CHANGE_DELETE;
    take_bookmark(redo, &node, redo->recovery->scratch);
    if (redo->change.txn)
        err = make_version(redo, NULL, 0, redo->node->rceid);
    return err < 0 ? err : apply(redo);
}

static JET_ERR redo_delta(struct node_redo *redo)
{
    const struct log_delta64 *large = (const struct log_delta64 *)redo->node;
    const struct log_delta *small = (const struct log_delta *)redo->node;
    bool is_large = redo->node->page.type == LOG_DELTA64;
    JET_ERR err = JET_errSuccess;

    redo->change.kind = TREE_CHANGE_DELTA;
    redo->change.key = is_large ? (const uint8_t *)(large + 1) : (const uint8_t *)(small + 1);
    redo->change.key_size = small->key_size;
    redo->change.data = redo->change.key + small->key_size;
    redo->change.data_size = small->data_size;
    redo->change.offset = is_large ? large->offset : small->offset;
    redo->change.delta = is_large ? large->delta : small->delta;
    redo->change.delta_size = is_large ? 8 : 4;
    if (redo->change.txn)
        err = make_version(redo, NULL, 0, redo->node->rceid);
    return err < 0 ? err : apply(redo);
}

static JET_ERR redo_undo_info(struct node_redo *redo)
{
    const struct log_undo_info *record = (const struct log_undo_info *)redo->node;
    const uint8_t *bytes = (const uint8_t *)(record + 1);
    const uint8_t *image = bytes + record->key_size + record->data_size;

    if (!redo->session->txn.level)
        return JET_errSuccess;
    redo->change.txn = &redo->session->txn;
    redo->change.kind = record->operation == LOG_OPERATION_REPLACE ? TREE_CHANGE_REPLACE : TREE_CHANGE_DELETE;
    redo->change.key = bytes;
    redo->change.key_size = record->key_size;
    redo->change.data = bytes + record->key_size;
    redo->change.data_size = record->data_size;
    return redo_version(redo->recovery, redo->session, &redo->change, record->node.page.level, image,
                        record->image_size, record->node.rceid, true);
}

/* How a version is undone. */
static void undo_change(struct tree_change *change, const struct version *version)
{
    switch (version->op)
    {
    case VERSION_INSERT:
        change->kind = TREE_CHANGE_DELETE;
        break;
    case VERSION_DELETE:
        change->kind = TREE_CHANGE_UNDELETE;
        break;
    case VERSION_REPLACE:
        change->kind = TREE_CHANGE_REPLACE;
        change->data = version_image(version);
        change->data_size = version->image_size;
        break;
    case VERSION_DELTA:
        change->kind = TREE_CHANGE_DELTA;
        change->offset = version->offset;
        change->delta_size = version->delta_size;
        change->delta = -version->delta;
        break;
    default:
        change->kind = TREE_CHANGE_LOCK;
        break;
    }
}

static JET_ERR redo_undo(struct node_redo *redo)
{
    const struct log_undo *record = (const struct log_undo *)redo->node;
    struct version *version;
    JET_ERR err = JET_errSuccess;

    if (!redo->session->txn.level)
        return redo->page.page ? JET_errLogCorrupted : JET_errSuccess;
    redo->change.key = (const uint8_t *)(record + 1);
    redo->change.key_size = record->key_size;
    redo->change.data = redo->change.key + record->key_size;
    redo->change.data_size = record->data_size;
    version = tree_redo_find(&redo->change, record->node.rceid);
    if (!version)
        return redo->page.page ? JET_errLogCorrupted : JET_errSuccess;
    if (redo->page.page)
    {
        redo->change.undoes = version;
        undo_change(&redo->change, version);
        redo->change.txn = NULL;
        err = apply(redo);
    }
    version_redo_done(redo->session->txn.root, version);
    return err;
}

/* The pages below a root that has become an empty leaf. */
static JET_ERR empty_pages(struct node_redo *redo, const struct log_empty_tree *record)
{
    const struct log_empty_page *pages = (const struct log_empty_page *)(record + 1);
    uint64_t dbtime = record->node.page.dbtime;
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < record->pages_size / sizeof(*pages); i++)
    {
        struct redo_page page;

        err = redo_page_latch(redo->recovery, redo->database, pages[i].pgno, dbtime, pages[i].dbtime_before, &page);
        if (err < 0 || !page.page)
            continue;
        cache_change(page.page);
        redo_page_empty(page.page->data, page.page->page_size);
        page_set_dbtime(page.page->data, dbtime);
        redo_dirty(redo->recovery, page.page);
        redo_page_unlatch(&page);
    }
    return err;
}

static JET_ERR redo_empty_tree(struct node_redo *redo)
{
    const struct log_empty_tree *record = (const struct log_empty_tree *)redo->node;
    struct cache_page *page = redo->page.page;
    struct page_view view;

    if (page)
    {
        if (!page_view(&view, page->data, page->page_size))
            return JET_errDatabaseCorrupted;
        cache_change(page);
        if (page_lines(&view))
            page_remove(page->data, page->page_size, 0, page_lines(&view));
        page_set_page_flags(page->data, (page_flags(page->data) & ~(uint32_t)PAGE_PARENT_OF_LEAF) | PAGE_LEAF);
        page_set_dbtime(page->data, record->node.page.dbtime);
        redo_dirty(redo->recovery, page);
        redo_page_unlatch(&redo->page);
    }
    return empty_pages(redo, record);
}

static JET_ERR redo_external(struct node_redo *redo)
{
    const struct log_set_external_header *record = (const struct log_set_external_header *)redo->node;

    redo->change.kind = TREE_CHANGE_EXTERNAL;
    redo->change.data = (const uint8_t *)(record + 1);
    redo->change.data_size = record->data_size;
    return apply(redo);
}

static JET_ERR redo_one(struct node_redo *redo)
{
    switch (redo->node->page.type)
    {
    case LOG_INSERT:
        return redo_insert(redo);
    case LOG_FLAG_INSERT:
    case LOG_FLAG_INSERT_REPLACE:
        return redo_flag_insert(redo);
    case LOG_REPLACE:
    case LOG_REPLACE_DIFF:
        return redo_replace(redo);
    case LOG_FLAG_DELETE:
        return redo_flag_delete(redo);
    case LOG_DELETE:
        redo->change.kind = TREE_CHANGE_REMOVE;
        return apply(redo);
    case LOG_DELTA:
    case LOG_DELTA64:
        return redo_delta(redo);
    case LOG_UNDO_INFO:
        return redo_undo_info(redo);
    case LOG_UNDO:
        return redo_undo(redo);
    case LOG_EMPTY_TREE:
        return redo_empty_tree(redo);
    case LOG_SET_EXTERNAL_HEADER:
        return redo_external(redo);
    default:
        return JET_errLogCorrupted;
    }
}

JET_ERR redo_node(struct recovery *recovery, struct redo_session *session, const struct log_node *node)
{
    struct node_redo redo = { .recovery = recovery, .session = session, .node = node };
    bool versioned = node->page.flags & LOG_PAGE_VERSIONED && session->txn.level;
    JET_ERR err = JET_errSuccess;

    if (!redo_wanted(recovery, session, node->page.dbid, node->page.dbtime, node->objid, &redo.database))
        return JET_errSuccess;
    redo_tree(redo.database, node->root, node->objid, node->page.flags, &redo.tree);
    redo.change = (struct tree_change){ .tree = &redo.tree,
                                        .txn = versioned ? &session->txn : NULL,
                                        .line = node->page.line };
    if (node->page.type != LOG_UNDO_INFO)
        err = redo_page_latch(recovery, redo.database, node->page.pgno, node->page.dbtime, node->page.dbtime_before,
                              &redo.page);
    redo.change.page = redo.page.page;
    if (err >= 0)
        err = redo_one(&redo);
    redo_page_unlatch(&redo.page);
    return err;
}

/* -------------------------------------------------------------------- scrubbing --- */

enum scrub_operation
{
    SCRUB_NONE,
    SCRUB_DATA,
    SCRUB_LONG_VALUE,
};

static void scrub_node(uint8_t *data, uint32_t size, uint32_t line, uint8_t operation)
{
    struct page_view view;
    struct page_node node;
    uint8_t *bytes;

    if (!page_view(&view, data, size) || !page_node(&view, line, &node))
        return;
    bytes = data + (node.data - data);
    if (operation == SCRUB_DATA)
        memset(bytes, 'D', node.data_size);
    else if (operation == SCRUB_LONG_VALUE && node.data_size)
        compress_scrub(bytes, node.data_size, 'L');
    else
        return;
    page_set_node_flags(data, size, line, node.flags & ~NODE_VERSIONED);
}

JET_ERR redo_scrub(struct recovery *recovery, struct redo_session *session, const struct log_scrub *record)
{
    const struct log_page *what = &record->node.page;
    const uint8_t *operations = (const uint8_t *)(record + 1);
    struct redo_database *database;
    struct redo_page page;
    struct page_view view;
    JET_ERR err;

    if (!redo_wanted(recovery, session, what->dbid, what->dbtime, record->node.objid, &database))
        return JET_errSuccess;
    err = redo_page_latch(recovery, database, what->pgno, what->dbtime, what->dbtime_before, &page);
    if (err < 0 || !page.page)
        return err;
    cache_change(page.page);
    if (!page_view(&view, page.page->data, page.page->page_size))
        err = JET_errDatabaseCorrupted;
    else if (record->flags & 1)
        page_remove(page.page->data, page.page->page_size, 0, page_lines(&view));
    else
        for (uint32_t line = 0; line < record->operations && line < record->data_size && line < page_lines(&view);
             line++)
            scrub_node(page.page->data, page.page->page_size, line, operations[line]);
    page_compact(page.page->data, page.page->page_size);
    page_set_page_flags(page.page->data, page_flags(page.page->data) | PAGE_SCRUBBED);
    page_set_dbtime(page.page->data, what->dbtime);
    redo_dirty(recovery, page.page);
    redo_page_unlatch(&page);
    return err;
}

JET_ERR redo_new_page(struct recovery *recovery, struct redo_session *session, const struct log_new_page *record)
{
    struct redo_database *database;
    struct redo_page page;
    JET_ERR err;

    if (!redo_wanted(recovery, session, record->dbid, record->dbtime, record->objid, &database))
        return JET_errSuccess;
    err = redo_page_latch_new(recovery, database, record->pgno, record->dbtime, &page);
    if (err < 0 || !page.page)
        return err;
    page_format(page.page->data, page.page->page_size, record->pgno, record->objid, PAGE_PRE_INIT, record->dbtime);
    redo_dirty(recovery, page.page);
    redo_page_unlatch(&page);
    return JET_errSuccess;
}
