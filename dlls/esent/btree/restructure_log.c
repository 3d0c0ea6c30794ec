/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of changes of several pages. */
#include "btree/change_log.h"

static uint32_t pgno_of(const struct cache_page *page)
{
    return page ? atomic_load_explicit(&page->pgno, memory_order_relaxed) : 0;
}

static uint64_t dbtime_of(const struct cache_page *page)
{
    return page ? page_dbtime(page->data) : LOG_DBTIME_NONE;
}

static JET_ERR append_one(const struct change_session *session, const void *record, size_t size, uint64_t *lgpos)
{
    struct log_part part = { record, size };

    return log_append(session->root->log.log, &part, 1, lgpos);
}

/* ------------------------------------------------------------------ macros --- */

static JET_ERR macro_begin(const struct change_session *session, uint64_t dbtime)
{
    struct log_macro macro = { LOG_MACRO_BEGIN, session->number, dbtime };

    return append_one(session, &macro, sizeof(macro), NULL);
}

/* The macro takes effect, or not; the pages it changed are told to those who copy databases by pages. */
static JET_ERR macro_end(const struct change_session *session, const struct tree_restructure *restructure,
                         uint64_t dbtime, JET_ERR err, uint64_t *lgpos)
{
    struct log_macro macro = { err < 0 ? LOG_MACRO_ABORT : LOG_MACRO_COMMIT, session->number, dbtime };
    struct log_macro_info2 info = { LOG_MACRO_INFO2, 0, tree_store_of(restructure->tree)->log_database, 0 };
    uint32_t pages[TREE_RESTRUCTURE_PAGES];
    struct log_part parts[2] = { { &info, sizeof(info) }, { pages, 0 } };
    JET_ERR ended = append_one(session, &macro, sizeof(macro), lgpos);
    bool only = info.dbid == 1;

    if (err < 0 || ended < 0)
        return err < 0 ? err : ended;
    for (uint32_t i = 0; i < restructure->pages; i++)
        set_le32(&pages[i], pgno_of(restructure->page[i].page));
    parts[1].size = restructure->pages * sizeof(uint32_t);
    info.pages = restructure->pages;
    /* Those of the first database are told in the older record. */
    info.type = only ? LOG_MACRO_INFO : LOG_MACRO_INFO2;
    if (only)
        parts[0].size = offsetof(struct log_macro_info2, dbid);
    info.size = (uint32_t)(parts[0].size + parts[1].size - offsetof(struct log_macro_info2, dbid));
    (void)log_append(session->root->log.log, parts, 2, NULL);
    return JET_errSuccess;
}

/* ------------------------------------------------------------------ splits --- */

/* The parent, of which nothing is said but that it is one. */
static JET_ERR split_parent(const struct change_session *session, const struct tree_restructure *restructure,
                            uint64_t dbtime, uint64_t *lgpos)
{
    const struct tree_split_facts *facts = &restructure->split;
    struct log_split2 record;

    memset(&record, 0, sizeof(record));
    change_log_page(session, restructure->tree, LOG_SPLIT2, pgno_of(facts->parent), dbtime, dbtime_of(facts->parent),
                    &record.split.page);
    record.split.right_dbtime_before = record.split.parent_dbtime_before = LOG_DBTIME_NONE;
    record.split.root = restructure->tree->root;
    record.split.objid = restructure->tree->objid;
    record.split.operation_line = facts->parent_line;
    record.split.prefix_line_old = record.split.prefix_line_new = -1;
    return append_one(session, &record, sizeof(record), lgpos);
}

static JET_ERR split_page(const struct change_session *session, const struct tree_restructure *restructure,
                          uint64_t dbtime, uint64_t *lgpos)
{
    const struct tree_split_facts *facts = &restructure->split;
    struct log_part parts[5];
    struct log_split2 record;
    struct log_split *split = &record.split;
    size_t count = 0;

    memset(&record, 0, sizeof(record));
    change_log_page(session, restructure->tree, LOG_SPLIT2, pgno_of(facts->page), dbtime, dbtime_of(facts->page),
                    &split->page);
    split->new_page = pgno_of(facts->fresh);
    split->right_page = pgno_of(facts->right);
    split->right_dbtime_before = dbtime_of(facts->right);
    split->parent_page = pgno_of(facts->parent);
    split->parent_dbtime_before = dbtime_of(facts->parent);
    split->root = restructure->tree->root;
    split->objid = restructure->tree->objid;
    split->split_type = facts->type;
    split->split_operation = facts->operation;
    split->operation_line = facts->operation_line;
    split->split_line = facts->split_line;
    split->lines = facts->lines;
    split->new_page_flags = facts->fresh_flags;
    split->split_page_flags = facts->page_flags;
    split->uncommitted_old = (int16_t)facts->uncommitted_old;
    split->uncommitted_new = (int16_t)facts->uncommitted_new;
    split->prefix_line_old = facts->prefix_line_old;
    split->prefix_line_new = facts->prefix_line_new;
    split->prefix_size_old = (uint16_t)facts->prefix_old_size;
    split->prefix_size_new = (uint16_t)facts->prefix_new_size;
    split->parent_key_size = (uint16_t)facts->separator_size;
    parts[count++] = (struct log_part){ &record, sizeof(record) };
    if (facts->separator_size)
        parts[count++] = (struct log_part){ facts->separator, facts->separator_size };
    if (facts->prefix_old_size)
        parts[count++] = (struct log_part){ facts->prefix_old, facts->prefix_old_size };
    if (facts->prefix_new_size)
        parts[count++] = (struct log_part){ facts->prefix_new, facts->prefix_new_size };
    if (facts->type != LOG_SPLIT_APPEND)
    {
        record.image_size = facts->page->page_size;
        parts[count++] = (struct log_part){ facts->page->data, facts->page->page_size };
    }
    return log_append(session->root->log.log, parts, count, lgpos);
}

static JET_ERR log_split(const struct change_session *session, const struct tree_restructure *restructure,
                         const struct version *version, uint64_t dbtime, uint64_t *lgpos)
{
    const struct tree_split_facts *facts = &restructure->split;
    JET_ERR err = macro_begin(session, dbtime);

    if (err < 0)
        return err;
    if (facts->parent)
        err = split_parent(session, restructure, dbtime, lgpos);
    if (err >= 0)
        err = split_page(session, restructure, dbtime, lgpos);
    /* Its line counts on the page that is split, as that is named. */
    if (err >= 0 && restructure->insert)
        err = change_log_insert(session, restructure->insert, version ? version->rceid : 0, pgno_of(facts->page),
                                dbtime, LOG_DBTIME_NONE, lgpos);
    return macro_end(session, restructure, dbtime, err, lgpos);
}

/* ------------------------------------------------------------------ merges --- */

static JET_ERR merge_level(const struct change_session *session, const struct tree_restructure *restructure,
                           uint32_t at, uint64_t dbtime, uint64_t *lgpos)
{
    const struct tree_merge_facts *facts = &restructure->merge;
    const struct tree_merge_level *level = &facts->level[at];
    const struct cache_page *parent = at ? facts->level[at - 1].page : NULL;
    bool leaf = at + 1 == facts->levels;
    struct log_part parts[3];
    struct log_merge2 record;
    struct log_merge *merge = &record.merge;
    size_t count = 0;

    memset(&record, 0, sizeof(record));
    change_log_page(session, restructure->tree, LOG_MERGE2, pgno_of(level->page), dbtime, dbtime_of(level->page),
                    &merge->page);
    merge->page.line = level->line;
    merge->merge_flags = level->flags;
    merge->parent_page = pgno_of(parent);
    merge->parent_dbtime_before = dbtime_of(parent);
    merge->root = restructure->tree->root;
    merge->objid = restructure->tree->objid;
    merge->right_dbtime_before = merge->left_dbtime_before = LOG_DBTIME_NONE;
    parts[count++] = (struct log_part){ &record, sizeof(record) };
    if (leaf)
    {
        merge->right_page = pgno_of(facts->right);
        merge->right_dbtime_before = dbtime_of(facts->right);
        merge->left_page = pgno_of(facts->left);
        merge->left_dbtime_before = dbtime_of(facts->left);
        merge->merge_type = facts->type;
        merge->size_total = merge->size_max_total = (uint16_t)facts->size;
        merge->uncommitted = (uint16_t)facts->uncommitted;
        merge->parent_key_size = (uint16_t)facts->separator_size;
        if (facts->separator_size)
            parts[count++] = (struct log_part){ facts->separator, facts->separator_size };
        if (facts->type == LOG_MERGE_FULL_RIGHT)
        {
            record.image_size = level->page->page_size;
            parts[count++] = (struct log_part){ level->page->data, level->page->page_size };
        }
    }
    return log_append(session->root->log.log, parts, count, lgpos);
}

static JET_ERR log_merge(const struct change_session *session, const struct tree_restructure *restructure,
                         uint64_t dbtime, uint64_t *lgpos)
{
    JET_ERR err = macro_begin(session, dbtime);

    if (err < 0)
        return err;
    for (uint32_t i = 0; err >= 0 && i < restructure->merge.levels; i++)
        err = merge_level(session, restructure, i, dbtime, lgpos);
    return macro_end(session, restructure, dbtime, err, lgpos);
}

/* The root is an empty leaf; all that was below it is free. */
static JET_ERR log_empty_tree(const struct change_session *session, const struct tree_restructure *restructure,
                              uint64_t dbtime, uint64_t *lgpos)
{
    const struct tree_merge_facts *facts = &restructure->merge;
    struct log_empty_page list[TREE_DEPTH_MOST];
    struct log_empty_tree record;
    struct log_part parts[2] = { { &record, sizeof(record) }, { list, 0 } };

    memset(&record, 0, sizeof(record));
    memset(list, 0, sizeof(list));
    change_log_page(session, restructure->tree, LOG_EMPTY_TREE, restructure->tree->root, dbtime,
                    dbtime_of(facts->level[0].page), &record.node.page);
    record.node.root = restructure->tree->root;
    record.node.objid = restructure->tree->objid;
    for (uint32_t i = 1; i < facts->levels; i++)
    {
        list[i - 1].dbtime_before = dbtime_of(facts->level[i].page);
        list[i - 1].pgno = pgno_of(facts->level[i].page);
        list[i - 1].page_flags = page_flags(facts->level[i].page->data);
    }
    parts[1].size = (facts->levels - 1) * sizeof(*list);
    record.pages_size = (uint16_t)parts[1].size;
    return log_append(session->root->log.log, parts, 2, lgpos);
}

/* ------------------------------------------------------------------- roots --- */

static JET_ERR log_format(const struct change_session *session, const struct tree_restructure *restructure,
                          uint64_t dbtime, uint64_t *lgpos)
{
    const struct tree_format_facts *facts = &restructure->format;
    const struct tree *tree = restructure->tree;
    uint64_t before = facts->converts ? dbtime_of(restructure->page[0].page) : LOG_DBTIME_NONE;
    uint8_t type = facts->converts   ? LOG_CONVERT_FDP2
                   : facts->multiple ? LOG_CREATE_MULTIPLE_FDP
                                     : LOG_CREATE_SINGLE_FDP;
    struct log_create_multiple_fdp multiple;
    struct log_create_single_fdp single;
    struct log_convert_fdp convert;
    struct log_page page;

    change_log_page(session, tree, type, tree->root, dbtime, before, &page);
    page.flags &= (uint8_t)~LOG_PAGE_SPACE;
    if (facts->converts)
    {
        convert = (struct log_convert_fdp){ page,
                                            tree->objid,
                                            facts->second_first,
                                            facts->second_first + 1,
                                            facts->parent,
                                            facts->second_first,
                                            facts->pages,
                                            facts->second_pages,
                                            facts->available,
                                            facts->page_flags };
        return append_one(session, &convert, sizeof(convert), lgpos);
    }
    if (facts->multiple)
    {
        multiple = (struct log_create_multiple_fdp){ page,          tree->objid,  tree->root + 1,   tree->root + 2,
                                                     facts->parent, facts->pages, facts->page_flags };
        return append_one(session, &multiple, sizeof(multiple), lgpos);
    }
    single = (struct log_create_single_fdp){ page, tree->objid, facts->parent, facts->pages, facts->page_flags };
    return append_one(session, &single, sizeof(single), lgpos);
}

/* ------------------------------------------------------------------- moves --- */

static JET_ERR log_move(const struct change_session *session, const struct tree *tree,
                        const struct tree_move_facts *facts, uint64_t dbtime, uint64_t *lgpos)
{
    uint32_t size = facts->page->page_size;
    struct log_page_move record;
    struct log_part parts[3];
    struct page_view view;

    if (!page_view(&view, facts->image, size))
        return JET_errDatabaseCorrupted;
    memset(&record, 0, sizeof(record));
    change_log_page(session, tree, LOG_PAGE_MOVE, pgno_of(facts->page), dbtime, dbtime_of(facts->page), &record.page);
    record.page.flags = 0;
    record.new_page = pgno_of(facts->fresh);
    record.left_page = pgno_of(facts->left);
    record.right_page = pgno_of(facts->right);
    record.parent_page = pgno_of(facts->parent);
    record.left_dbtime_before = dbtime_of(facts->left);
    record.right_dbtime_before = dbtime_of(facts->right);
    record.parent_dbtime_before = dbtime_of(facts->parent);
    record.root = tree->root;
    record.objid = tree->objid;
    record.parent_line = facts->parent_line;
    record.flags = facts->root_flags;
    record.tail_size = view.tags * PAGE_TAG_SIZE;
    record.head_size = size - record.tail_size - page_free_bytes(facts->image);
    parts[0] = (struct log_part){ &record, sizeof(record) };
    parts[1] = (struct log_part){ facts->image, record.head_size };
    parts[2] = (struct log_part){ facts->image + size - record.tail_size, record.tail_size };
    return log_append(session->root->log.log, parts, 3, lgpos);
}

/* A page that names the root: the record has all of what is new. */
static JET_ERR log_name(const struct change_session *session, const struct tree_change *change, uint64_t dbtime,
                        uint64_t *lgpos)
{
    struct page_node old = { .data = change->data, .data_size = change->data_size };

    return change_log(session, change, NULL, &old, dbtime, lgpos);
}

/* ESE's order: what it is, the three pages, those who name it. */
static JET_ERR log_root_move(const struct change_session *session, const struct tree_restructure *restructure,
                             uint64_t dbtime, uint64_t *lgpos)
{
    const struct tree_root_facts *facts = &restructure->roots;
    const struct tree *tree = restructure->tree;
    struct log_root_page_move record = { .type = LOG_ROOT_PAGE_MOVE,
                                         .dbtime = dbtime,
                                         .dbid = tree_store_of(tree)->log_database,
                                         .objid = tree->objid,
                                         .session = session->number };
    JET_ERR err = macro_begin(session, dbtime);

    if (err < 0)
        return err;
    err = append_one(session, &record, sizeof(record), lgpos);
    for (uint32_t i = 0; err >= 0 && i < 3; i++)
        err = log_move(session, tree, &facts->move[i], dbtime, lgpos);
    for (uint32_t i = 0; err >= 0 && i < facts->change_count; i++)
        err = log_name(session, &facts->changes[i], dbtime, lgpos);
    return macro_end(session, restructure, dbtime, err, lgpos);
}

JET_ERR restructure_log(const struct change_session *session, const struct tree_restructure *restructure,
                        const struct version *version, uint64_t dbtime, uint64_t *lgpos)
{
    switch (restructure->kind)
    {
    case TREE_SPLIT_ROOT:
    case TREE_SPLIT_RIGHT:
        return log_split(session, restructure, version, dbtime, lgpos);
    case TREE_MERGE_RIGHT:
        return log_merge(session, restructure, dbtime, lgpos);
    case TREE_MERGE_EMPTY:
        if (restructure->merge.type == LOG_MERGE_EMPTY_TREE)
            return log_empty_tree(session, restructure, dbtime, lgpos);
        return log_merge(session, restructure, dbtime, lgpos);
    case TREE_FORMAT:
        return log_format(session, restructure, dbtime, lgpos);
    case TREE_PAGE_MOVE:
        return log_move(session, restructure->tree, &restructure->move, dbtime, lgpos);
    case TREE_ROOT_MOVE:
        return log_root_move(session, restructure, dbtime, lgpos);
    }
    return JET_errInternalError;
}
