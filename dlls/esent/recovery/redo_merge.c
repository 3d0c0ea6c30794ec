/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Merges: pages that leave their tree, or give nodes to a neighbour.  The records of
 * one macro go from the highest page that changes to the leaf, whose record says what kind of
 * merge it is.
 */
#include "recovery/private.h"

#define LEVELS 32u

struct merge_level
{
    const struct log_merge *record;
    struct redo_page page;
};

struct merge_redo
{
    struct recovery *recovery;
    struct redo_database *database;
    struct merge_level level[LEVELS];
    uint32_t levels;
    const struct log_merge *leaf; /* the last one's record */
    const uint8_t *separator, *image;
    uint32_t image_size, image_flags;
    struct redo_page left, right;
    uint32_t page_size;
    uint64_t dbtime;
    uint8_t *scratch, *source, *key;
};

/* ------------------------------------------------------------------- records --- */

static bool read_macro(struct merge_redo *redo, const struct redo_macro *macro)
{
    size_t at = 0;

    while (at < macro->size)
    {
        const uint8_t *record = macro->records + at;
        const struct log_merge2 *newer = (const struct log_merge2 *)record;
        uint64_t size = log_record_size(record, macro->size - at);

        if (!size || size > macro->size - at || redo->levels == LEVELS ||
            (record[0] != LOG_MERGE && record[0] != LOG_MERGE2))
            return false;
        redo->level[redo->levels++].record = redo->leaf = &newer->merge;
        redo->separator = record + (record[0] == LOG_MERGE2 ? sizeof(*newer) : sizeof(newer->merge));
        redo->image_size = record[0] == LOG_MERGE2 ? newer->image_size : 0;
        redo->image_flags = record[0] == LOG_MERGE2 ? newer->flags : 0;
        redo->image = redo->separator + newer->merge.parent_key_size;
        at += (size_t)size;
    }
    return redo->levels != 0;
}

static JET_ERR latch_all(struct merge_redo *redo)
{
    const struct log_merge *leaf = redo->leaf;
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < redo->levels; i++)
    {
        const struct log_page *page = &redo->level[i].record->page;

        err = redo_page_latch(redo->recovery, redo->database, page->pgno, redo->dbtime, page->dbtime_before,
                              &redo->level[i].page);
    }
    if (err >= 0 && leaf->left_page)
        err = redo_page_latch(redo->recovery, redo->database, leaf->left_page, redo->dbtime, leaf->left_dbtime_before,
                              &redo->left);
    if (err >= 0 && leaf->right_page)
        err = redo_page_latch(redo->recovery, redo->database, leaf->right_page, redo->dbtime, leaf->right_dbtime_before,
                              &redo->right);
    return err;
}

static void unlatch_all(struct merge_redo *redo)
{
    redo_page_unlatch(&redo->right);
    redo_page_unlatch(&redo->left);
    for (uint32_t i = 0; i < redo->levels; i++)
        redo_page_unlatch(&redo->level[i].page);
}

static void begin_change(struct redo_page *page)
{
    cache_change(page->page);
}

static void end_change(struct merge_redo *redo, struct redo_page *page)
{
    page_set_dbtime(page->page->data, redo->dbtime);
    redo_dirty(redo->recovery, page->page);
}

/* ------------------------------------------------------------------- parents --- */

/* The node at `line` of an inner page gets another key. */
static bool change_key(struct merge_redo *redo, uint8_t *data, uint32_t line, const uint8_t *key, uint32_t key_size)
{
    uint8_t child[4];
    struct page_new_node add = { key, key_size, child, sizeof(child), 0 };
    struct page_view view;
    struct page_node node;

    if (!page_view(&view, data, redo->page_size) || !page_node(&view, line, &node) || node.data_size != sizeof(child))
        return false;
    memcpy(child, node.data, sizeof(child));
    add.flags = node.flags & ~NODE_COMPRESSED;
    page_remove(data, redo->page_size, line, 1);
    return page_insert(data, redo->page_size, line, &add);
}

/* The pointer to the leaf takes the place of that to its left neighbour. */
static bool full_left(struct merge_redo *redo, uint8_t *data, uint32_t line)
{
    uint8_t child[4];

    set_le32(child, redo->leaf->left_page);
    if (!line || !page_replace(data, redo->page_size, line, child, sizeof(child)))
        return false;
    page_remove(data, redo->page_size, line - 1, 1);
    return true;
}

static bool delete_child(struct merge_redo *redo, uint8_t *data, uint32_t line)
{
    struct page_view view;
    struct page_node node;
    bool last_without_key;

    if (!page_view(&view, data, redo->page_size) || !page_node(&view, line, &node))
        return false;
    last_without_key = line + 1 == page_lines(&view) && !page_key_size(&node.key);
    page_remove(data, redo->page_size, line, 1);
    return !last_without_key || !line || change_key(redo, data, line - 1, (const uint8_t *)"", 0);
}

static bool change_parent(struct merge_redo *redo, struct merge_level *level)
{
    const struct log_merge *record = level->record;
    uint8_t *data = redo->scratch, type = redo->leaf->merge_type;
    uint32_t line = record->page.line;
    struct page_view view;
    bool done = true;

    if (!level->page.page)
        return true;
    memcpy(data, level->page.page->data, redo->page_size);
    if (!page_view(&view, data, redo->page_size) ||
        (line >= page_lines(&view) && record->merge_flags & (LOG_MERGE_DELETE_NODE | LOG_MERGE_KEY_CHANGE)))
        return false;
    if (record->merge_flags & LOG_MERGE_DELETE_NODE && record->merge_flags & LOG_MERGE_KEY_CHANGE)
        done = type == LOG_MERGE_FULL_LEFT && full_left(redo, data, line);
    else if (record->merge_flags & LOG_MERGE_DELETE_NODE)
        done = delete_child(redo, data, line);
    else if (record->merge_flags & LOG_MERGE_KEY_CHANGE)
    {
        if (type == LOG_MERGE_PARTIAL_LEFT && !line--)
            return false;
        done = change_key(redo, data, line, redo->separator, redo->leaf->parent_key_size);
    }
    if (!done)
        return false;
    begin_change(&level->page);
    memcpy(level->page.page->data, data, redo->page_size);
    if (record->merge_flags & LOG_MERGE_EMPTY_PAGE)
        redo_page_empty(level->page.page->data, redo->page_size);
    end_change(redo, &level->page);
    return true;
}

/* ---------------------------------------------------------------------- leaf --- */

static bool is_right(uint8_t type)
{
    return type == LOG_MERGE_FULL_RIGHT || type == LOG_MERGE_PARTIAL_RIGHT;
}

static bool is_left(uint8_t type)
{
    return type == LOG_MERGE_FULL_LEFT || type == LOG_MERGE_PARTIAL_LEFT;
}

/* Nodes of the source that are not deleted go to the start or the end of the page. */
static bool move_nodes(struct merge_redo *redo, const struct page_view *source, uint8_t *data)
{
    const struct log_merge *leaf = redo->leaf;
    bool right = is_right(leaf->merge_type);
    uint32_t first = right ? leaf->merge_line : 0, end = right ? page_lines(source) : leaf->merge_line + 1u, at;
    struct page_view view;
    struct page_node node;

    if (end > page_lines(source) || !page_view(&view, data, redo->page_size))
        return false;
    at = right ? 0 : page_lines(&view);
    page_set_uncommitted_free(data, 0);
    for (uint32_t line = end; line-- > first;)
    {
        struct page_new_node add;

        if (!page_node(source, line, &node))
            return false;
        if (node.flags & NODE_DELETED)
            continue;
        page_key_copy(&node.key, redo->key);
        add = (struct page_new_node){ redo->key, page_key_size(&node.key), node.data, node.data_size,
                                      node.flags & ~NODE_COMPRESSED };
        if (!page_insert(data, redo->page_size, at, &add))
            return false;
    }
    page_set_uncommitted_free(data, leaf->uncommitted);
    return true;
}

/* What the leaf had before, where nodes go from it to a page that needs them. */
static JET_ERR find_source(struct merge_redo *redo, const struct redo_page *leaf, struct page_view *source)
{
    JET_ERR err;

    if (leaf->page)
        memcpy(redo->source, leaf->page->data, redo->page_size);
    else if (!redo->image_size)
        return JET_errDatabaseBufferDependenciesCorrupted;
    else
    {
        err = redo_page_image(redo->database, redo->image, redo->image_size, redo->image_flags, redo->source);
        if (err < 0)
            return err;
    }
    return page_view(source, redo->source, redo->page_size) ? JET_errSuccess : JET_errDatabaseCorrupted;
}

static JET_ERR fill_neighbour(struct merge_redo *redo, const struct redo_page *leaf)
{
    struct redo_page *to = is_right(redo->leaf->merge_type) ? &redo->right : &redo->left;
    struct page_view source;
    JET_ERR err;

    if (!to->page)
        return JET_errSuccess;
    err = find_source(redo, leaf, &source);
    if (err < 0)
        return err;
    memcpy(redo->scratch, to->page->data, redo->page_size);
    if (!move_nodes(redo, &source, redo->scratch))
        return JET_errDatabaseCorrupted;
    begin_change(to);
    memcpy(to->page->data, redo->scratch, redo->page_size);
    end_change(redo, to);
    return JET_errSuccess;
}

/* What went leaves the leaf, with what is deleted among it. */
static void take_moved(struct merge_redo *redo, uint8_t *data)
{
    const struct log_merge *leaf = redo->leaf;
    struct page_view view;

    if (!page_view(&view, data, redo->page_size) || !page_lines(&view))
        return;
    if (leaf->merge_type == LOG_MERGE_PARTIAL_RIGHT && leaf->merge_line < page_lines(&view))
        page_remove(data, redo->page_size, leaf->merge_line, page_lines(&view) - leaf->merge_line);
    else if (leaf->merge_type == LOG_MERGE_PARTIAL_LEFT && leaf->merge_line < page_lines(&view))
        page_remove(data, redo->page_size, 0, leaf->merge_line + 1u);
    /* A rollback wants no more than is free. */
    if (page_uncommitted_free(data) > page_free_bytes(data))
        page_set_uncommitted_free(data, page_free_bytes(data));
}

static void fix_siblings(struct merge_redo *redo)
{
    const struct log_merge *leaf = redo->leaf;

    if (leaf->merge_type == LOG_MERGE_PARTIAL_LEFT || leaf->merge_type == LOG_MERGE_PARTIAL_RIGHT)
        return;
    if (redo->left.page)
    {
        begin_change(&redo->left);
        page_set_next(redo->left.page->data, leaf->right_page);
        end_change(redo, &redo->left);
    }
    if (redo->right.page)
    {
        begin_change(&redo->right);
        page_set_prev(redo->right.page->data, leaf->left_page);
        end_change(redo, &redo->right);
    }
}

/* A neighbour that is latched for its link alone has changed as well. */
static void touch(struct merge_redo *redo, struct redo_page *page)
{
    if (!page->page || page_dbtime(page->page->data) == redo->dbtime)
        return;
    begin_change(page);
    end_change(redo, page);
}

static JET_ERR change_leaf(struct merge_redo *redo)
{
    struct redo_page *leaf = &redo->level[redo->levels - 1].page;
    uint8_t type = redo->leaf->merge_type;
    JET_ERR err = JET_errSuccess;

    if (is_right(type) || is_left(type))
        err = fill_neighbour(redo, leaf);
    if (err < 0)
        return err;
    if (leaf->page)
    {
        begin_change(leaf);
        take_moved(redo, leaf->page->data);
        if (redo->leaf->merge_flags & LOG_MERGE_EMPTY_PAGE)
            redo_page_empty(leaf->page->data, redo->page_size);
        end_change(redo, leaf);
    }
    fix_siblings(redo);
    touch(redo, &redo->left);
    touch(redo, &redo->right);
    return JET_errSuccess;
}

JET_ERR redo_merge(struct recovery *recovery, struct redo_session *session, const struct redo_macro *macro)
{
    struct merge_redo *redo = os_alloc_zero(sizeof(*redo));
    JET_ERR err = JET_errLogCorrupted;

    if (!redo)
        return JET_errOutOfMemory;
    redo->recovery = recovery;
    redo->dbtime = macro->dbtime;
    if (!read_macro(redo, macro))
        goto done;
    err = JET_errSuccess;
    if (!redo_wanted(recovery, session, redo->leaf->page.dbid, macro->dbtime, redo->leaf->objid, &redo->database))
        goto done;
    redo->page_size = redo->database->database->page_size;
    redo->scratch = recovery->scratch;
    redo->source = redo->scratch + PAGE_SIZE_MAX;
    redo->key = redo->source + PAGE_SIZE_MAX;
    err = latch_all(redo);
    for (uint32_t i = 0; err >= 0 && i + 1 < redo->levels; i++)
        if (!change_parent(redo, &redo->level[i]))
            err = JET_errDatabaseCorrupted;
    if (err >= 0)
        err = change_leaf(redo);
    unlatch_all(redo);

done:
    os_free(redo);
    return err;
}
