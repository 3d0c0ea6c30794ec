/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Splits: the records of one macro, from the highest page that changes to the one
 * that is split first.
 *
 * Each page is looked at alone.  The new one is made of what the old one had, which
 * the record tells (struct log_split2) where the old one is newer already; an append needs
 * nothing of the old one.
 */
#include "recovery/private.h"

#define LEVELS 32u

struct split_level
{
    const struct log_split *record;
    const uint8_t *separator, *prefix, *image;
    uint32_t image_size, image_flags;
    struct redo_page page, fresh, right;
};

/* What is put into a page: the node of the macro or, above it, the separator of the level below. */
struct split_pending
{
    const uint8_t *key, *data;
    uint32_t key_size, data_size;
    bool versioned;
    uint8_t child[4];
};

struct split_redo
{
    struct recovery *recovery;
    struct redo_session *session;
    struct redo_database *database;
    struct split_level level[LEVELS];
    uint32_t levels;
    const struct log_node *node; /* what is done together with the split; NULL: nothing */
    struct tree tree;
    uint32_t page_size;
    uint8_t *image[3]; /* room for pages */
    uint8_t *key;
};

/* ------------------------------------------------------------------- records --- */

static bool read_level(struct split_redo *redo, const uint8_t *record, size_t size)
{
    struct split_level *level = &redo->level[redo->levels];
    const struct log_split2 *newer = (const struct log_split2 *)record;
    bool is_newer = record[0] == LOG_SPLIT2;
    const uint8_t *bytes = record + (is_newer ? sizeof(*newer) : sizeof(newer->split));

    (void)size;
    if (redo->levels == LEVELS)
        return false;
    memset(level, 0, sizeof(*level));
    level->record = &newer->split;
    level->separator = bytes;
    level->prefix = bytes + newer->split.parent_key_size + newer->split.prefix_size_old;
    if (is_newer)
    {
        level->image = level->prefix + newer->split.prefix_size_new;
        level->image_size = newer->image_size;
        level->image_flags = newer->flags;
    }
    redo->levels++;
    return true;
}

static bool read_macro(struct split_redo *redo, const struct redo_macro *macro)
{
    size_t at = 0;

    while (at < macro->size)
    {
        const uint8_t *record = macro->records + at;
        uint64_t size = log_record_size(record, macro->size - at);

        if (!size || size > macro->size - at)
            return false;
        switch (record[0])
        {
        case LOG_SPLIT:
        case LOG_SPLIT2:
            if (!read_level(redo, record, (size_t)size))
                return false;
            break;
        case LOG_INSERT:
        case LOG_FLAG_INSERT_REPLACE:
        case LOG_REPLACE:
            redo->node = (const struct log_node *)record;
            break;
        default:
            return false;
        }
        at += (size_t)size;
    }
    return redo->levels && redo->level[redo->levels - 1].record->new_page;
}

static JET_ERR latch_level(struct split_redo *redo, struct split_level *level)
{
    const struct log_split *record = level->record;
    JET_ERR err = redo_page_latch(redo->recovery, redo->database, record->page.pgno, record->page.dbtime,
                                  record->page.dbtime_before, &level->page);

    if (err >= 0 && record->new_page)
        err = redo_page_latch_new(redo->recovery, redo->database, record->new_page, record->page.dbtime, &level->fresh);
    if (err >= 0 && record->new_page && record->right_page)
        err = redo_page_latch(redo->recovery, redo->database, record->right_page, record->page.dbtime,
                              record->right_dbtime_before, &level->right);
    return err;
}

static void unlatch_all(struct split_redo *redo)
{
    for (uint32_t i = 0; i < redo->levels; i++)
    {
        redo_page_unlatch(&redo->level[i].right);
        redo_page_unlatch(&redo->level[i].fresh);
        redo_page_unlatch(&redo->level[i].page);
    }
}

static void page_changed(struct split_redo *redo, const struct split_level *level, struct redo_page *page)
{
    page_set_dbtime(page->page->data, level->record->page.dbtime);
    redo_dirty(redo->recovery, page->page);
}

static void write_page(struct split_redo *redo, const struct split_level *level, struct redo_page *page,
                       const uint8_t *image)
{
    cache_change(page->page);
    memcpy(page->page->data, image, redo->page_size);
    page_changed(redo, level, page);
}

/* ------------------------------------------------------------------- pending --- */

static void pending_node(const struct split_redo *redo, struct split_pending *pending)
{
    const struct log_insert *insert = (const struct log_insert *)redo->node;
    const struct log_flag_insert_replace *revive = (const struct log_flag_insert_replace *)redo->node;
    const struct log_replace *replace = (const struct log_replace *)redo->node;

    memset(pending, 0, sizeof(*pending));
    if (!redo->node)
        return;
    pending->versioned = redo->node->page.flags & LOG_PAGE_VERSIONED;
    switch (redo->node->page.type)
    {
    case LOG_INSERT:
        pending->key = (const uint8_t *)(insert + 1);
        pending->key_size = (uint32_t)insert->prefix_size + insert->suffix_size;
        pending->data = pending->key + pending->key_size;
        pending->data_size = insert->data_size;
        break;
    case LOG_FLAG_INSERT_REPLACE:
        pending->key = (const uint8_t *)(revive + 1);
        pending->key_size = revive->key_size;
        pending->data = pending->key + revive->key_size;
        pending->data_size = revive->data_size;
        break;
    default:
        pending->data = (const uint8_t *)(replace + 1);
        pending->data_size = replace->new_size;
    }
}

/* What level `at` gets from the one below it. */
static void pending_child(const struct split_redo *redo, uint32_t at, struct split_pending *pending)
{
    const struct split_level *child = &redo->level[at + 1];

    memset(pending, 0, sizeof(*pending));
    pending->key = child->separator;
    pending->key_size = child->record->parent_key_size;
    set_le32(pending->child, child->record->page.pgno);
    pending->data = pending->child;
    pending->data_size = sizeof(pending->child);
}

/* --------------------------------------------------------------------- lines --- */

/* The lines that two pages get, in order. */
struct split_lines
{
    const struct split_redo *redo;
    const struct split_level *level;
    const struct split_pending *pending;
    struct page_view source; /* what the page had; data NULL: it does not matter */
    uint8_t fresh_child[4];  /* data of the line after a separator that is inserted */
    bool inner;
};

/* Line `line` as it will be; false if there is none. */
static bool line_at(const struct split_lines *lines, uint32_t line, struct page_node *node)
{
    const struct log_split *record = lines->level->record;
    const struct split_pending *pending = lines->pending;
    bool inserts = record->split_operation == LOG_SPLIT_INSERT;
    uint32_t from = line - (inserts && line > record->operation_line);

    if (inserts && line == record->operation_line)
    {
        *node = (struct page_node){
            .key = { .prefix = pending->key, .suffix = pending->key, .suffix_size = (uint16_t)pending->key_size },
            .data = pending->data,
            .data_size = (uint16_t)pending->data_size,
            .flags = pending->versioned ? NODE_VERSIONED : 0
        };
        return true;
    }
    if (!lines->source.data || !page_node(&lines->source, from, node))
        return false;
    node->flags &= ~NODE_COMPRESSED;
    if (lines->inner && inserts && line == record->operation_line + 1u)
    {
        node->data = lines->fresh_child;
        node->data_size = sizeof(lines->fresh_child);
    }
    if (record->split_operation >= LOG_SPLIT_REPLACE && line == record->operation_line)
    {
        node->data = pending->data;
        node->data_size = (uint16_t)pending->data_size;
        if (record->split_operation == LOG_SPLIT_FLAG_INSERT_REPLACE)
            node->flags &= ~NODE_DELETED;
        if (pending->versioned)
            node->flags |= NODE_VERSIONED;
    }
    return true;
}

static bool append_lines(const struct split_lines *lines, uint32_t first, uint32_t end, uint8_t *image)
{
    uint8_t *key = lines->redo->key;

    for (uint32_t line = first; line < end; line++)
    {
        struct page_new_node add;
        struct page_node node;

        if (!line_at(lines, line, &node))
            return false;
        page_key_copy(&node.key, key);
        add = (struct page_new_node){ key, page_key_size(&node.key), node.data, node.data_size, node.flags };
        if (!page_insert(image, lines->redo->page_size, line - first, &add))
            return false;
    }
    return true;
}

/* --------------------------------------------------------------------- pages --- */

static bool make_fresh(struct split_redo *redo, struct split_level *level, const struct split_lines *lines)
{
    const struct log_split *record = level->record;
    uint8_t *image = redo->image[1];
    uint32_t end = record->lines;
    struct page_node node;

    page_format(image, redo->page_size, record->new_page, record->objid, record->new_page_flags, 0);
    if (record->prefix_line_new >= 0)
    {
        if (!line_at(lines, record->split_line + (uint32_t)record->prefix_line_new, &node))
            return false;
        page_key_copy(&node.key, redo->key);
        if (!page_set_external(image, redo->page_size, redo->key, page_key_size(&node.key)))
            return false;
    }
    if (!append_lines(lines, record->split_line, end, image))
        return false;
    if (record->new_page_flags & PAGE_LEAF && record->split_type != LOG_SPLIT_VERTICAL)
    {
        page_set_prev(image, record->page.pgno);
        page_set_next(image, record->right_page);
    }
    if (record->new_page_flags & PAGE_LEAF)
        page_set_uncommitted_free(image, (uint16_t)record->uncommitted_new);
    write_page(redo, level, &level->fresh, image);
    return true;
}

static bool make_left(struct split_redo *redo, struct split_level *level, const struct split_lines *lines)
{
    const struct log_split *record = level->record;
    const uint8_t *old = level->page.page->data;
    uint8_t *image = redo->image[0];
    bool leaf = page_flags(old) & PAGE_LEAF;

    if (record->split_type == LOG_SPLIT_APPEND)
    {
        cache_change(level->page.page);
        page_set_next(level->page.page->data, record->new_page);
        page_set_uncommitted_free(level->page.page->data, (uint16_t)record->uncommitted_old);
        page_changed(redo, level, &level->page);
        return true;
    }
    page_format(image, redo->page_size, record->page.pgno, page_objid(old), page_flags(old), 0);
    if (record->prefix_line_old >= 0 &&
        !page_set_external(image, redo->page_size, level->prefix, record->prefix_size_new))
        return false;
    if (!append_lines(lines, 0, record->split_line, image))
        return false;
    page_set_prev(image, page_prev(old));
    page_set_next(image, leaf ? record->new_page : page_next(old));
    if (leaf)
        page_set_uncommitted_free(image, (uint16_t)record->uncommitted_old);
    write_page(redo, level, &level->page, image);
    return true;
}

/* The root keeps its external header, and has one child. */
static bool make_root(struct split_redo *redo, struct split_level *level)
{
    const struct log_split *record = level->record;
    uint8_t *image = redo->image[0], child[4];
    struct page_new_node node = { (const uint8_t *)"", 0, child, sizeof(child), 0 };
    struct page_line external = { NULL, 0, 0 };
    struct page_view view;
    uint32_t flags;

    if (!page_view(&view, level->page.page->data, redo->page_size) || !page_tag(&view, 0, &external))
        return false;
    flags = record->split_page_flags | (view.flags & PAGE_FDP_DELETED);
    if (view.flags & PAGE_SPACE_TREE && external.size > PAGE_SPLIT_BUFFER_SIZE)
        external.size = PAGE_SPLIT_BUFFER_SIZE;
    page_format(image, redo->page_size, record->page.pgno, page_objid(view.data), flags, 0);
    set_le32(child, record->new_page);
    if (!page_set_external(image, redo->page_size, external.data, external.size) ||
        !page_insert(image, redo->page_size, 0, &node))
        return false;
    write_page(redo, level, &level->page, image);
    return true;
}

/* What the page had before, where something is made of it. */
static JET_ERR find_source(struct split_redo *redo, const struct split_level *level, struct page_view *source)
{
    const struct log_split *record = level->record;
    uint32_t expected = record->lines - (record->split_operation == LOG_SPLIT_INSERT);
    uint8_t *image = redo->image[2];
    JET_ERR err;

    source->data = NULL;
    if (level->page.page)
        memcpy(image, level->page.page->data, redo->page_size);
    else if (!level->fresh.page || record->split_type == LOG_SPLIT_APPEND)
        return JET_errSuccess;
    else if (!level->image_size)
        return JET_errDatabaseBufferDependenciesCorrupted;
    else
    {
        err = redo_page_image(redo->database, level->image, level->image_size, level->image_flags, image);
        if (err < 0)
            return err;
    }
    if (!page_view(source, image, redo->page_size) || page_lines(source) != expected)
        return JET_errDatabaseCorrupted;
    return JET_errSuccess;
}

/* The versions of what is done together with the split. */
static JET_ERR make_versions(struct split_redo *redo, const struct split_level *level, const struct split_lines *lines)
{
    const struct log_split *record = level->record;
    const struct log_flag_insert_replace *revive = (const struct log_flag_insert_replace *)redo->node;
    const struct split_pending *pending = lines->pending;
    struct tree_change change = { .kind = TREE_CHANGE_INSERT,
                                  .tree = &redo->tree,
                                  .txn = &redo->session->txn,
                                  .key = pending->key,
                                  .key_size = pending->key_size,
                                  .data = pending->data,
                                  .data_size = pending->data_size };
    bool needed = record->operation_line < record->split_line ? level->page.page != NULL : level->fresh.page != NULL;
    uint32_t depth = redo->node->page.level, rceid = redo->node->rceid;
    struct page_node node;
    JET_ERR err = JET_errSuccess;

    if (!pending->versioned)
        return JET_errSuccess;
    if (redo->node->page.type != LOG_REPLACE)
        err = redo_version(redo->recovery, redo->session, &change, depth, NULL, 0, rceid, false);
    if (err < 0 || redo->node->page.type == LOG_INSERT || !needed)
        return err;
    if (!lines->source.data || !page_node(&lines->source, record->operation_line, &node))
        return JET_errDatabaseCorrupted;
    page_key_copy(&node.key, redo->key);
    change.kind = TREE_CHANGE_REPLACE;
    change.key = redo->key;
    change.key_size = page_key_size(&node.key);
    if (redo->node->page.type == LOG_FLAG_INSERT_REPLACE)
        rceid = revive->rceid_replace;
    return redo_version(redo->recovery, redo->session, &change, depth, node.data, node.data_size, rceid, false);
}

static JET_ERR split_level(struct split_redo *redo, uint32_t at)
{
    struct split_level *level = &redo->level[at];
    const struct log_split *record = level->record;
    bool leaf = at + 1 == redo->levels;
    struct split_lines lines = { .redo = redo, .level = level };
    struct split_pending pending;
    JET_ERR err = find_source(redo, level, &lines.source);

    if (err < 0)
        return err;
    if (leaf)
        pending_node(redo, &pending);
    else
    {
        pending_child(redo, at, &pending);
        lines.inner = true;
        set_le32(lines.fresh_child, redo->level[at + 1].record->new_page);
    }
    lines.pending = &pending;
    if (record->split_operation != LOG_SPLIT_NONE && leaf && !redo->node)
        return JET_errLogCorrupted;
    if (leaf && redo->node)
        err = make_versions(redo, level, &lines);
    if (err < 0)
        return err;
    if (level->fresh.page && !make_fresh(redo, level, &lines))
        return JET_errDatabaseCorrupted;
    if (level->page.page &&
        !(record->split_type == LOG_SPLIT_VERTICAL ? make_root(redo, level) : make_left(redo, level, &lines)))
        return JET_errDatabaseCorrupted;
    if (level->right.page)
    {
        cache_change(level->right.page);
        page_set_prev(level->right.page->data, record->new_page);
        page_changed(redo, level, &level->right);
    }
    return JET_errSuccess;
}

/* A page above, that is not split: it gets the separator. */
static JET_ERR parent_level(struct split_redo *redo, uint32_t at)
{
    struct split_level *level = &redo->level[at];
    struct split_pending pending;
    struct page_new_node add;
    struct page_view view;
    struct page_node node;
    uint8_t fresh[4], *image = redo->image[0];
    uint32_t line = 0;

    if (!level->page.page)
        return JET_errSuccess;
    if (at + 1 == redo->levels)
        return JET_errLogCorrupted;
    pending_child(redo, at, &pending);
    set_le32(fresh, redo->level[at + 1].record->new_page);
    memcpy(image, level->page.page->data, redo->page_size);
    if (!page_view(&view, image, redo->page_size))
        return JET_errDatabaseCorrupted;
    /* The last line may have no key, and is behind all others. */
    while (line < page_lines(&view) && page_node(&view, line, &node) && page_key_size(&node.key) &&
           page_key_compare(&node.key, pending.key, pending.key_size) <= 0)
        line++;
    if (line >= page_lines(&view) || !page_node(&view, line, &node) || node.data_size != sizeof(fresh) ||
        le32(node.data) != redo->level[at + 1].record->page.pgno)
        return JET_errDatabaseCorrupted;
    add = (struct page_new_node){ pending.key, pending.key_size, pending.data, pending.data_size, 0 };
    if (!page_insert(image, redo->page_size, line, &add) ||
        !page_replace(image, redo->page_size, line + 1, fresh, sizeof(fresh)))
        return JET_errDatabaseCorrupted;
    write_page(redo, level, &level->page, image);
    return JET_errSuccess;
}

JET_ERR redo_split(struct recovery *recovery, struct redo_session *session, const struct redo_macro *macro)
{
    struct split_redo *redo = os_alloc_zero(sizeof(*redo));
    const struct log_split *first;
    JET_ERR err = JET_errSuccess;

    if (!redo)
        return JET_errOutOfMemory;
    redo->recovery = recovery;
    redo->session = session;
    if (!read_macro(redo, macro))
    {
        os_free(redo);
        return JET_errLogCorrupted;
    }
    first = redo->level[0].record;
    if (!redo_wanted(recovery, session, first->page.dbid, macro->dbtime, first->objid, &redo->database))
    {
        os_free(redo);
        return JET_errSuccess;
    }
    redo->page_size = redo->database->database->page_size;
    for (uint32_t i = 0; i < 3; i++)
        redo->image[i] = recovery->scratch + (size_t)i * PAGE_SIZE_MAX;
    redo->key = recovery->scratch + (size_t)3 * PAGE_SIZE_MAX;
    redo_tree(redo->database, first->root, first->objid, redo->node ? redo->node->page.flags : first->page.flags,
              &redo->tree);
    for (uint32_t i = 0; err >= 0 && i < redo->levels; i++)
        err = latch_level(redo, &redo->level[i]);
    for (uint32_t i = 0; err >= 0 && i < redo->levels; i++)
        err = redo->level[i].record->new_page ? split_level(redo, i) : parent_level(redo, i);
    unlatch_all(redo);
    os_free(redo);
    return err;
}
