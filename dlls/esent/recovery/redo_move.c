/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages and roots that move to another place in the file, as Windows' engine moves them when it shrinks one. */
#include "recovery/private.h"

/* The page as it was, which the record has in two pieces with nothing between them. */
static JET_ERR image_of(const struct redo_database *database, const struct log_page_move *record, uint8_t *image)
{
    const uint8_t *bytes = (const uint8_t *)(record + 1);
    uint32_t size = database->database->page_size;
    struct page_view view;

    if (record->head_size > size || record->tail_size > size - record->head_size)
        return JET_errLogCorrupted;
    memset(image, 0, size);
    memcpy(image, bytes, record->head_size);
    memcpy(image + size - record->tail_size, bytes + record->head_size, record->tail_size);
    return page_check_structure(image, size) >= 0 && page_view(&view, image, size) ? JET_errSuccess
                                                                                   : JET_errLogCorrupted;
}

static void changed(struct recovery *recovery, struct redo_page *page, uint64_t dbtime)
{
    page_set_dbtime(page->page->data, dbtime);
    redo_dirty(recovery, page->page);
}

/* The new place of a page: all of what it was. */
static JET_ERR move_to(struct recovery *recovery, struct redo_database *database, const struct log_page_move *record,
                       struct redo_page *page)
{
    JET_ERR err = redo_page_latch_new(recovery, database, record->new_page, record->page.dbtime, page);

    if (err < 0 || !page->page)
        return err;
    err = image_of(database, record, page->page->data);
    if (err < 0)
    {
        /* Nothing of it is left behind. */
        redo_page_unlatch(page);
        return err;
    }
    page_set_pgno(page->page->data, page->page->page_size, record->new_page);
    changed(recovery, page, record->page.dbtime);
    return JET_errSuccess;
}

/* The old place is free. */
static JET_ERR move_from(struct recovery *recovery, struct redo_database *database, const struct log_page_move *record)
{
    struct redo_page page;
    JET_ERR err = redo_page_latch(recovery, database, record->page.pgno, record->page.dbtime,
                                  record->page.dbtime_before, &page);

    if (err < 0 || !page.page)
        return err;
    cache_change(page.page);
    redo_page_empty(page.page->data, page.page->page_size);
    changed(recovery, &page, record->page.dbtime);
    redo_page_unlatch(&page);
    return JET_errSuccess;
}

static JET_ERR set_link(struct recovery *recovery, struct redo_database *database, const struct log_page_move *record,
                        uint32_t pgno, uint64_t dbtime_before, bool next)
{
    struct redo_page page;
    JET_ERR err;

    if (!pgno)
        return JET_errSuccess;
    err = redo_page_latch(recovery, database, pgno, record->page.dbtime, dbtime_before, &page);
    if (err < 0 || !page.page)
        return err;
    cache_change(page.page);
    if (next)
        page_set_next(page.page->data, record->new_page);
    else
        page_set_prev(page.page->data, record->new_page);
    changed(recovery, &page, record->page.dbtime);
    redo_page_unlatch(&page);
    return JET_errSuccess;
}

static JET_ERR set_parent(struct recovery *recovery, struct redo_database *database, const struct log_page_move *record)
{
    struct redo_page page;
    struct page_view view;
    struct page_node node;
    uint8_t child[4];
    JET_ERR err;

    if (!record->parent_page)
        return JET_errSuccess;
    err = redo_page_latch(recovery, database, record->parent_page, record->page.dbtime, record->parent_dbtime_before,
                          &page);
    if (err < 0 || !page.page)
        return err;
    set_le32(child, record->new_page);
    if (record->parent_line < 0 || !page_view(&view, page.page->data, page.page->page_size) ||
        !page_node(&view, (uint32_t)record->parent_line, &node) || node.data_size != sizeof(child))
        err = JET_errDatabaseCorrupted;
    else
    {
        cache_change(page.page);
        page_replace(page.page->data, page.page->page_size, (uint32_t)record->parent_line, child, sizeof(child));
        changed(recovery, &page, record->page.dbtime);
    }
    redo_page_unlatch(&page);
    return err;
}

JET_ERR redo_page_move(struct recovery *recovery, struct redo_session *session, const struct log_page_move *record)
{
    struct redo_page page = { .page = NULL };
    struct redo_database *database;
    JET_ERR err;

    if (!redo_wanted(recovery, session, record->page.dbid, record->page.dbtime, record->objid, &database))
        return JET_errSuccess;
    err = move_to(recovery, database, record, &page);
    redo_page_unlatch(&page);
    if (err >= 0)
        err = move_from(recovery, database, record);
    if (err >= 0)
        err = set_parent(recovery, database, record);
    if (err >= 0)
        err = set_link(recovery, database, record, record->left_page, record->left_dbtime_before, true);
    if (err >= 0)
        err = set_link(recovery, database, record, record->right_page, record->right_dbtime_before, false);
    return err;
}

/* ----------------------------------------------------------------------- roots --- */

#define MOVE_ROOT  1u
#define MOVE_OWNED 2u

/* The records of a root's move. */
struct root_move
{
    struct recovery *recovery;
    struct redo_session *session;
    struct redo_database *database;
    const struct log_page_move *moves[3];
    uint32_t count;
    uint64_t dbtime;
};

/* The new root says where its space is now. */
static void point_to_space(const struct root_move *move, uint8_t *data, uint32_t size)
{
    struct page_line line = { NULL, 0, 0 };
    struct page_view view;
    size_t at;

    for (uint32_t i = 0; i < move->count; i++)
    {
        if (!(move->moves[i]->flags & MOVE_OWNED) || !page_view(&view, data, size) || !page_tag(&view, 0, &line) ||
            line.size < sizeof(struct page_space_header))
            continue;
        at = (size_t)(line.data - data) + page_space_header_offset(line.size);
        set_le32(data + at + offsetof(struct page_space_header, available), move->moves[i]->new_page);
    }
}

static JET_ERR move_roots(struct root_move *move)
{
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < move->count; i++)
    {
        struct redo_page page = { .page = NULL };

        err = move_to(move->recovery, move->database, move->moves[i], &page);
        if (err >= 0 && page.page && move->moves[i]->flags & MOVE_ROOT)
            point_to_space(move, page.page->data, page.page->page_size);
        redo_page_unlatch(&page);
    }
    for (uint32_t i = 0; err >= 0 && i < move->count; i++)
        err = move_from(move->recovery, move->database, move->moves[i]);
    return err;
}

/* Two rows of the catalog may lie on one page, which has the new dbtime after the first: both are of one state. */
static JET_ERR replace_row(struct root_move *move, const struct log_replace *record, uint32_t *last, bool *redone)
{
    const struct log_page *what = &record->node.page;
    struct cache_page *at;
    struct redo_page page = { .page = NULL };
    struct tree tree;
    struct tree_change change = { .kind = TREE_CHANGE_REPLACE,
                                  .tree = &tree,
                                  .line = what->line,
                                  .data = (const uint8_t *)(record + 1),
                                  .data_size = record->new_size };
    JET_ERR err = JET_errSuccess;

    if (what->pgno == *last && !*redone)
        return JET_errSuccess;
    if (what->pgno == *last)
    {
        err = cache_latch(&move->database->database->cache, what->pgno, CACHE_EXCLUSIVE, &at);
        page.page = at;
    }
    else
        err = redo_page_latch(move->recovery, move->database, what->pgno, move->dbtime, what->dbtime_before, &page);
    *last = what->pgno;
    *redone = err >= 0 && page.page;
    if (!*redone)
        return err;
    redo_tree(move->database, record->node.root, record->node.objid, what->flags, &tree);
    change.page = page.page;
    err = tree_redo(&change, move->dbtime, move->recovery->position, move->recovery->since);
    redo_page_unlatch(&page);
    return err;
}

/* What else the external header holds stays as it is. */
static void keep_rest(struct tree_change *change, uint8_t bytes[64])
{
    const uint32_t size = sizeof(struct page_space_header);
    struct page_line line = { NULL, 0, 0 };
    struct page_view view;

    if (change->data_size != size || !page_view(&view, change->page->data, change->page->page_size) ||
        !page_tag(&view, 0, &line) || line.size <= size || line.size > 64)
        return;
    memcpy(bytes, line.data, line.size);
    memcpy(bytes + page_space_header_offset(line.size), change->data, size);
    change->data = bytes;
    change->data_size = line.size;
}

static JET_ERR set_external(struct root_move *move, const struct log_set_external_header *record)
{
    const struct log_page *what = &record->node.page;
    struct redo_page page;
    struct tree tree;
    uint8_t bytes[64];
    struct tree_change change = { .kind = TREE_CHANGE_EXTERNAL,
                                  .tree = &tree,
                                  .data = (const uint8_t *)(record + 1),
                                  .data_size = record->data_size };
    JET_ERR err = redo_page_latch(move->recovery, move->database, what->pgno, move->dbtime, what->dbtime_before, &page);

    if (err < 0 || !page.page)
        return err;
    redo_tree(move->database, record->node.root, record->node.objid, what->flags, &tree);
    change.page = page.page;
    keep_rest(&change, bytes);
    err = tree_redo(&change, move->dbtime, move->recovery->position, move->recovery->since);
    redo_page_unlatch(&page);
    return err;
}

/* Open changes of the tree are undone from its new root; another database may have one of the same number. */
static void move_versions(struct root_move *move)
{
    const struct log_page_move *root = NULL;

    for (uint32_t i = 0; i < move->count; i++)
        if (move->moves[i]->flags & MOVE_ROOT)
            root = move->moves[i];
    for (uint32_t i = 0; root && i < 65536; i++)
    {
        struct redo_session *session = move->recovery->sessions[i];

        for (uint32_t level = 0; session && level < REDO_LEVELS; level++)
            for (struct version *version = session->newest[level]; version; version = version->txn_older)
                if (version->owner == &move->database->database->store && version->objid == root->objid &&
                    version->root == root->page.pgno)
                    version->root = root->new_page;
    }
}

JET_ERR redo_root_move(struct recovery *recovery, struct redo_session *session, const struct redo_macro *macro)
{
    struct root_move move = { .recovery = recovery, .session = session, .dbtime = macro->dbtime };
    const struct log_root_page_move *head = (const struct log_root_page_move *)macro->records;
    uint32_t last = 0;
    bool redone = false, moved = false;
    JET_ERR err = JET_errSuccess;

    if (!redo_wanted(recovery, session, head->dbid, macro->dbtime, head->objid, &move.database))
        return JET_errSuccess;
    for (size_t at = 0; err >= 0 && at < macro->size;)
    {
        const uint8_t *record = macro->records + at;
        uint64_t size = log_record_size(record, macro->size - at);

        if (!size || size > macro->size - at)
            return JET_errLogCorrupted;
        at += (size_t)size;
        if (record[0] == LOG_PAGE_MOVE && move.count < 3)
            move.moves[move.count++] = (const struct log_page_move *)record;
        if (record[0] == LOG_ROOT_PAGE_MOVE || record[0] == LOG_PAGE_MOVE)
            continue;
        if (!moved)
            err = move_roots(&move);
        moved = true;
        if (err >= 0 && record[0] == LOG_SET_EXTERNAL_HEADER)
            err = set_external(&move, (const struct log_set_external_header *)record);
        else if (err >= 0 && record[0] == LOG_REPLACE)
            err = replace_row(&move, (const struct log_replace *)record, &last, &redone);
        else if (err >= 0)
            err = JET_errLogCorrupted;
    }
    if (err >= 0 && !moved)
        err = move_roots(&move);
    if (err >= 0)
        move_versions(&move);
    return err;
}
