/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of changes of one page. */
#include "btree/change_log.h"

/* A difference costs some bytes to tell, so short data goes whole. */
#define DIFF_WORTH 8u

/* ---------------------------------------------------------------- session --- */

JET_ERR change_session_begin(struct tree_store *store, struct txn *txn, struct change_session *session)
{
    JET_ERR err;

    session->root = store->txns;
    session->txn = txn;
    if (!txn)
    {
        err = txn_system_begin(store->txns, &session->system);
        session->number = session->system.session;
        session->level = 1;
        session->time = session->system.time;
        session->start = session->system.start;
    }
    else
    {
        err = txn_log_begin(txn);
        session->number = txn->logged.session;
        session->level = (uint8_t)txn->level;
        session->time = txn_log_time(txn->begin);
        session->start = txn->logged.start;
    }
    if (err < 0)
        session->root = NULL;
    return err;
}

void change_session_end(struct change_session *session)
{
    /* If that fails the log is down, and who comes next will hear of it. */
    if (session->root && !session->txn)
        (void)txn_system_end(session->root, &session->system);
}

/* ---------------------------------------------------------------- records --- */

void change_log_page(const struct change_session *session, const struct tree *tree, uint8_t type, uint32_t pgno,
                     uint64_t dbtime, uint64_t dbtime_before, struct log_page *page)
{
    page->type = type;
    page->session = session->number;
    page->dbid = tree_store_of(tree)->log_database;
    page->pgno = pgno;
    page->dbtime = dbtime;
    page->dbtime_before = dbtime_before;
    page->transaction = session->time;
    page->level = session->level;
    page->line = 0;
    page->flags = (uint8_t)((tree->unique ? LOG_PAGE_UNIQUE : 0) |
                            (tree->page_kind & PAGE_SPACE_TREE ? LOG_PAGE_SPACE : 0));
}

/* The page's part and the node's. */
static void log_node(const struct change_session *session, const struct tree_change *change, uint8_t type,
                     uint32_t rceid, uint64_t dbtime, struct log_node *node)
{
    uint8_t *data = change->page->data;

    change_log_page(session, change->tree, type, atomic_load_explicit(&change->page->pgno, memory_order_relaxed),
                    dbtime, page_dbtime(data), &node->page);
    node->page.line = (uint16_t)change->line;
    if (change->txn)
        node->page.flags |= LOG_PAGE_VERSIONED;
    node->rceid = rceid;
    node->root = change->tree->root;
    node->objid = change->tree->objid;
}

static JET_ERR append(const struct change_session *session, const void *head, size_t head_size, const void *first,
                      size_t first_size, const void *second, size_t second_size, uint64_t *lgpos)
{
    struct log_part parts[3] = { { head, head_size } };
    size_t count = 1;

    if (first_size)
        parts[count++] = (struct log_part){ first, first_size };
    if (second_size)
        parts[count++] = (struct log_part){ second, second_size };
    return log_append(session->root->log.log, parts, count, lgpos);
}

JET_ERR change_log_insert(const struct change_session *session, const struct tree_change *change, uint32_t rceid,
                          uint32_t pgno, uint64_t dbtime, uint64_t dbtime_before, uint64_t *lgpos)
{
    struct log_insert insert = { .prefix_size = 0 };
    struct log_node *node = &insert.node;

    change_log_page(session, change->tree, LOG_INSERT, pgno, dbtime, dbtime_before, &node->page);
    node->page.line = (uint16_t)change->line;
    if (change->txn)
        node->page.flags |= LOG_PAGE_VERSIONED;
    node->rceid = rceid;
    node->root = change->tree->root;
    node->objid = change->tree->objid;
    insert.suffix_size = (uint16_t)change->key_size;
    insert.data_size = (uint16_t)change->data_size;
    return append(session, &insert, sizeof(insert), change->key, change->key_size, change->data, change->data_size,
                  lgpos);
}

/* Both structs for a deleted node that lives again begin alike. */
static JET_ERR log_revive(const struct change_session *session, const struct tree_change *change, uint32_t rceid,
                          uint64_t dbtime, uint64_t *lgpos)
{
    bool replaces = change->tree->unique;
    struct log_flag_insert_replace record;

    log_node(session, change, replaces ? LOG_FLAG_INSERT_REPLACE : LOG_FLAG_INSERT, rceid, dbtime, &record.node);
    record.key_size = (uint16_t)change->key_size;
    record.data_size = (uint16_t)change->data_size;
    record.rceid_replace = rceid ? rceid + 2 : 0;
    return append(session, &record, replaces ? sizeof(record) : sizeof(struct log_flag_insert), change->key,
                  change->key_size, change->data, change->data_size, lgpos);
}

/*
 * The head of a difference at `offset`, of the kind that databases of this page size have (the offset has 13 bits
 * in small pages, and a word of its own in large ones); its size.
 */
static uint32_t diff_head(uint8_t head[LOG_DIFF_HEAD_MOST], bool large, uint32_t offset, uint32_t gone, uint32_t came)
{
    bool wide = gone > UINT8_MAX || came > UINT8_MAX;
    uint8_t flags = (uint8_t)(wide ? LOG_DIFF_TWO_BYTES : 0);
    uint32_t size = large ? 3 : 2;

    if (gone == came)
        flags |= LOG_DIFF_SAME_SIZE;
    else if (!gone)
        flags |= LOG_DIFF_INSERT;
    set_le16(head, (uint16_t)(large ? offset : offset | (uint32_t)flags << 8));
    if (large)
        head[2] = flags;
    for (uint32_t i = 0; i < (gone == came || !gone ? 1u : 2u); i++)
    {
        uint32_t value = i ? gone : came;

        head[size++] = (uint8_t)value;
        if (wide)
            head[size++] = (uint8_t)(value >> 8);
    }
    return size;
}

/* What is between the same start and the same end: one difference, if that is shorter than all of the data. */
static JET_ERR log_replace(const struct change_session *session, const struct tree_change *change,
                           const struct page_node *old, uint32_t rceid, uint64_t dbtime, uint64_t *lgpos)
{
    uint32_t least = old->data_size < change->data_size ? old->data_size : change->data_size, start = 0, end = 0;
    bool large = change->page->page_size > LOG_DIFF_SMALL_PAGE;
    uint32_t gone, came, head, most = large ? UINT16_MAX : LOG_DIFF_OFFSET_MOST;
    struct log_replace replace;
    struct
    {
        struct log_replace replace;
        uint8_t head[LOG_DIFF_HEAD_MOST];
    } __attribute__((packed)) diff;

    log_node(session, change, LOG_REPLACE, rceid, dbtime, &replace.node);
    replace.size = replace.new_size = (uint16_t)change->data_size;
    replace.old_size = (uint16_t)old->data_size;
    while (start < least && start < most && old->data[start] == change->data[start])
        start++;
    while (end < least - start && old->data[old->data_size - 1 - end] == change->data[change->data_size - 1 - end])
        end++;
    gone = old->data_size - start - end;
    came = change->data_size - start - end;
    head = diff_head(diff.head, large, start, gone, came);
    if (!change->data_size || came + head + DIFF_WORTH > change->data_size || gone + came == 0 || !change->txn)
        return append(session, &replace, sizeof(replace), change->data, change->data_size, NULL, 0, lgpos);
    diff.replace = replace;
    diff.replace.node.page.type = LOG_REPLACE_DIFF;
    diff.replace.size = (uint16_t)((head + came) | (large ? LOG_REPLACE_DIFF2 : 0));
    return append(session, &diff, sizeof(diff.replace) + head, change->data + start, came, NULL, 0, lgpos);
}

static JET_ERR log_delta(const struct change_session *session, const struct tree_change *change, uint32_t rceid,
                         uint64_t dbtime, uint64_t *lgpos)
{
    struct log_delta small;
    struct log_delta64 large;

    if (change->delta_size == 8)
    {
        log_node(session, change, LOG_DELTA64, rceid, dbtime, &large.node);
        large.key_size = (uint16_t)change->key_size;
        large.data_size = 0;
        large.delta = change->delta;
        large.offset = (uint16_t)change->offset;
        return append(session, &large, sizeof(large), change->key, change->key_size, NULL, 0, lgpos);
    }
    log_node(session, change, LOG_DELTA, rceid, dbtime, &small.node);
    small.key_size = (uint16_t)change->key_size;
    small.data_size = 0;
    small.delta = (int32_t)change->delta;
    small.offset = (uint16_t)change->offset;
    return append(session, &small, sizeof(small), change->key, change->key_size, NULL, 0, lgpos);
}

static uint16_t operation_of(const struct version *version, bool data_only)
{
    switch (version->op)
    {
    case VERSION_INSERT:
        return data_only ? LOG_OPERATION_REPLACE : LOG_OPERATION_INSERT;
    case VERSION_DELETE:
        return LOG_OPERATION_FLAG_DELETE;
    case VERSION_REPLACE:
        return LOG_OPERATION_REPLACE;
    default:
        return version->delta_size == 8 ? LOG_OPERATION_DELTA64 : LOG_OPERATION_DELTA;
    }
}

/* A revived entry's version is two to others: its insertion, and the replacement of its data. */
static uint32_t rceid_of(const struct version *version, bool data_only)
{
    return version->rceid + (data_only && version->op == VERSION_INSERT ? 2 : 0);
}

static JET_ERR log_undo(const struct change_session *session, const struct tree_change *change, uint64_t dbtime,
                        uint64_t *lgpos)
{
    const struct version *version = change->undoes;
    struct log_undo undo;

    log_node(session, change, LOG_UNDO, rceid_of(version, change->undoes_data), dbtime, &undo.node);
    undo.key_size = (uint16_t)version->key_size;
    undo.data_size = (uint16_t)version->data_size;
    undo.operation = operation_of(version, change->undoes_data);
    undo.level = atomic_load_explicit(&version->level, memory_order_relaxed);
    return append(session, &undo, sizeof(undo), version->bytes, version->key_size + version->data_size, NULL, 0, lgpos);
}

JET_ERR change_log(const struct change_session *session, const struct tree_change *change,
                   const struct version *version, const struct page_node *old, uint64_t dbtime, uint64_t *lgpos)
{
    uint32_t rceid = version ? version->rceid : 0;
    struct log_set_external_header external;
    struct log_node node;

    if (change->undoes && change->kind != TREE_CHANGE_REMOVE)
        return log_undo(session, change, dbtime, lgpos);
    switch (change->kind)
    {
    case TREE_CHANGE_INSERT:
        return change_log_insert(session, change, rceid,
                                 atomic_load_explicit(&change->page->pgno, memory_order_relaxed), dbtime,
                                 page_dbtime(change->page->data), lgpos);
    case TREE_CHANGE_REVIVE:
        return log_revive(session, change, rceid, dbtime, lgpos);
    case TREE_CHANGE_REPLACE:
        return log_replace(session, change, old, rceid, dbtime, lgpos);
    case TREE_CHANGE_DELTA:
        return log_delta(session, change, rceid, dbtime, lgpos);
    case TREE_CHANGE_DELETE:
    case TREE_CHANGE_REMOVE:
        log_node(session, change, change->kind == TREE_CHANGE_DELETE ? LOG_FLAG_DELETE : LOG_DELETE, rceid, dbtime,
                 &node);
        return append(session, &node, sizeof(node), NULL, 0, NULL, 0, lgpos);
    case TREE_CHANGE_EXTERNAL:
        log_node(session, change, LOG_SET_EXTERNAL_HEADER, 0, dbtime, &external.node);
        external.data_size = (uint16_t)change->data_size;
        return append(session, &external, sizeof(external), change->data, change->data_size, NULL, 0, lgpos);
    default:
        return JET_errInternalError;
    }
}

/* ------------------------------------------------------- before images --- */

/* What is asked of the version store about a node. */
struct undo_log
{
    struct tree_store *store;
    uint32_t pgno, objid;
    bool unique;
    uint64_t lgpos;
    bool pinned; /* redo goes on, and the log does not have it */
    JET_ERR err;
};

/* An open version of the node; its part of the table is locked. */
static void log_undo_info(void *context, struct txn *txn, struct version *version)
{
    struct undo_log *what = context;
    bool data = version->op == VERSION_REPLACE || version->op == VERSION_INSERT;
    struct log_undo_info info;
    struct change_session session = { .root = what->store->txns };
    struct tree tree = {
        .file = what->store->file, .root = version->root, .objid = what->objid, .unique = what->unique
    };
    uint64_t lgpos = atomic_load_explicit(&version->undo_lgpos, memory_order_relaxed);
    JET_ERR err;

    /* It need not be durable yet: who logged it may not have written the page. */
    if (lgpos > what->lgpos)
        what->lgpos = lgpos;
    if (lgpos || !version->rceid ||
        !(version->op == VERSION_DELETE || version->op == VERSION_REPLACE ||
          (version->op == VERSION_INSERT && version->revived)))
        return;
    what->pinned = what->store->redoing;
    if (what->pinned || !txn_log_foreign_begin(txn))
        return;
    if (version_txn(version) != txn)
    {
        /* Committed meanwhile; what it has open is another. */
        txn_log_foreign_end(txn);
        return;
    }
    session.number = txn->logged.session;
    session.time = txn_log_time(txn->begin);
    session.level = atomic_load_explicit(&version->level, memory_order_relaxed);
    change_log_page(&session, &tree, LOG_UNDO_INFO, what->pgno, LOG_DBTIME_NONE, LOG_DBTIME_NONE, &info.node.page);
    info.node.rceid = rceid_of(version, data);
    info.node.root = version->root;
    info.node.objid = what->objid;
    info.key_size = (uint16_t)version->key_size;
    info.data_size = (uint16_t)version->data_size;
    info.operation = operation_of(version, data);
    info.image_size = data ? (uint16_t)version->image_size : 0;
    info.max_size = (int16_t)info.image_size;
    info.size_change = 0;
    err = append(&session, &info, sizeof(info), version->bytes, version->key_size + version->data_size,
                 version_image(version), info.image_size, &lgpos);
    txn_log_foreign_end(txn);
    if (err >= 0)
        atomic_store_explicit(&version->undo_lgpos, lgpos, memory_order_relaxed);
    else if (what->err >= 0)
        what->err = err;
    if (lgpos > what->lgpos)
        what->lgpos = lgpos;
}

/* The same of all nodes of a leaf. */
static void undo_info_page(struct undo_log *what, const struct page_view *view)
{
    uint8_t *key = NULL;

    for (uint32_t line = 0; line < page_lines(view); line++)
    {
        struct version_place place = { .database = what->store->id, .objid = what->objid };
        struct page_node node;

        if (!page_node(view, line, &node) || !(node.flags & NODE_VERSIONED))
            continue;
        if (!key)
            key = os_alloc(view->size);
        if (!key)
        {
            what->err = JET_errOutOfMemory;
            return;
        }
        place.key = key;
        place.key_size = page_key_size(&node.key);
        page_key_copy(&node.key, key);
        if (!what->unique)
        {
            place.data = node.data;
            place.data_size = node.data_size;
        }
        version_each_open(what->store->txns, &place, log_undo_info, what);
    }
    os_free(key);
}

JET_ERR tree_log_undo_info(const struct tree *tree, const struct cache_page *page)
{
    struct undo_log what = { .store = tree_store_of(tree), .objid = tree->objid, .unique = tree->unique };
    struct page_view view;

    if (!what.store->log || !version_befores(what.store->txns) || !page_view(&view, page->data, page->page_size) ||
        !(view.flags & PAGE_LEAF) || tree->page_kind & PAGE_SPACE_TREE)
        return JET_errSuccess;
    what.pgno = atomic_load_explicit(&page->pgno, memory_order_relaxed);
    undo_info_page(&what, &view);
    return what.err;
}

JET_ERR tree_page_leaving(struct cache_file *file, struct cache_page *page, uint64_t *lgpos)
{
    struct undo_log what = { .store = file->owner };
    struct page_view view;
    uint64_t commit;

    *lgpos = 0;
    if (!what.store || !(what.store->redoing || what.store->log) || !page_view(&view, page->data, page->page_size) ||
        !(view.flags & PAGE_LEAF) || view.flags & PAGE_SPACE_TREE)
        return JET_errSuccess;
    if (what.store->redoing || version_befores(what.store->txns))
    {
        what.pgno = atomic_load_explicit(&page->pgno, memory_order_relaxed);
        what.objid = page_objid(page->data);
        what.unique = !(view.flags & PAGE_NON_UNIQUE);
        undo_info_page(&what, &view);
    }
    *lgpos = what.lgpos;
    /* After that: who was not found open any more is among these. */
    commit = txn_commits_need(&what.store->txns->log.commits, page->lgpos);
    if (commit > *lgpos)
        *lgpos = commit;
    return what.pinned ? JET_wrnRemainingVersions : what.err;
}
