/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A page moves to another place in the file.
 *
 * All it has goes to a new page; its neighbours and its parent name that from then
 * on, and the old one is empty.  What cursors and versions remember of an entry is
 * its key, and of a page its version, so for them this is a page that changed.
 * A root's number is the tree's name: root_move.c.
 */
#include "btree/write_private.h"

struct move
{
    const struct tree *tree;
    uint32_t pgno, parent_pgno, line; /* and the parent's line that leads to it */
    uint32_t prev_pgno, next_pgno, fresh_pgno;
    struct cache_page *parent, *prev, *page, *next, *fresh;
    uint8_t *image[4]; /* as it is, at its new place, the empty one, the parent */
};

/* The page on the way from the root to the target, and its parent. */
static JET_ERR find(struct move *move, const struct tree_target *target)
{
    struct tree_path path;
    JET_ERR err = tree_path_find(move->tree, target, &path);

    if (err < 0)
        return err;
    for (uint32_t level = 1; level < path.depth; level++)
    {
        if (path.level[level].pgno != move->pgno)
            continue;
        move->parent_pgno = path.level[level - 1].pgno;
        move->line = path.level[level - 1].line;
        return JET_errSuccess;
    }
    return JET_errRecordNotFound;
}

/* Links do not change while the structure is locked. */
static JET_ERR read_links(struct move *move)
{
    struct cache_page *page;
    JET_ERR err = cache_latch(move->tree->file, move->pgno, CACHE_SHARED, &page);

    if (err < 0)
        return tree_read_error(err);
    move->prev_pgno = page_prev(page->data);
    move->next_pgno = page_next(page->data);
    cache_unlatch(page, CACHE_SHARED);
    return move->prev_pgno == move->pgno || move->next_pgno == move->pgno ? JET_errBadPageLink : JET_errSuccess;
}

static JET_ERR latch_all(struct move *move)
{
    struct cache_file *file = move->tree->file;
    JET_ERR err = read_links(move);

    if (err >= 0)
        err = cache_latch(file, move->parent_pgno, CACHE_EXCLUSIVE, &move->parent);
    if (err >= 0 && move->prev_pgno)
        err = cache_latch(file, move->prev_pgno, CACHE_EXCLUSIVE, &move->prev);
    if (err >= 0)
        err = cache_latch(file, move->pgno, CACHE_EXCLUSIVE, &move->page);
    if (err >= 0 && move->next_pgno)
        err = cache_latch(file, move->next_pgno, CACHE_EXCLUSIVE, &move->next);
    if (err >= 0)
        err = cache_latch_new(file, move->fresh_pgno, &move->fresh);
    if (err >= 0 && ((move->prev && page_next(move->prev->data) != move->pgno) ||
                     (move->next && page_prev(move->next->data) != move->pgno)))
        err = JET_errBadPageLink;
    return err < 0 ? tree_read_error(err) : JET_errSuccess;
}

static void unlatch_all(struct move *move)
{
    struct cache_page *pages[] = { move->fresh, move->next, move->page, move->prev, move->parent };

    for (uint32_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        if (pages[i])
            cache_unlatch(pages[i], CACHE_EXCLUSIVE);
}

/* What each of the pages becomes. */
static JET_ERR build(struct move *move)
{
    uint32_t size = move->page->page_size, flags = page_flags(move->page->data);
    struct page_view view;
    struct page_node node;
    uint8_t child[4];

    if (!page_view(&view, move->parent->data, size) || !page_node(&view, move->line, &node) ||
        node.data_size != sizeof(child) || le32(node.data) != move->pgno)
        return JET_errBadParentPageLink;
    if (flags & (PAGE_ROOT | PAGE_EMPTY) || page_objid(move->page->data) != move->tree->objid)
        return JET_errDatabaseCorrupted;
    memcpy(move->image[0], move->page->data, size);
    page_compact(move->image[0], size);
    memcpy(move->image[1], move->image[0], size);
    page_set_pgno(move->image[1], size, move->fresh_pgno);
    page_format(move->image[2], size, move->pgno, move->tree->objid, (flags & TREE_LEVEL_FLAGS) | PAGE_EMPTY, 0);
    memcpy(move->image[3], move->parent->data, size);
    set_le32(child, move->fresh_pgno);
    page_replace(move->image[3], size, move->line, child, sizeof(child));
    return JET_errSuccess;
}

static JET_ERR apply(struct move *move)
{
    struct tree_restructure restructure = { .kind = TREE_PAGE_MOVE, .tree = move->tree };
    JET_ERR err = build(move);

    if (err >= 0)
        err = tree_log_undo_info(move->tree, move->page);
    if (err < 0)
        return err;
    restructure.move = (struct tree_move_facts){ .page = move->page,
                                                 .fresh = move->fresh,
                                                 .left = move->prev,
                                                 .right = move->next,
                                                 .parent = move->parent,
                                                 .image = move->image[0],
                                                 .parent_line = (int32_t)move->line };
    tree_restructure_add(&restructure, move->fresh, move->image[1]);
    tree_restructure_add(&restructure, move->page, move->image[2]);
    tree_restructure_add(&restructure, move->parent, move->image[3]);
    if (move->prev)
        tree_restructure_link(&restructure, move->prev, true, move->fresh_pgno);
    if (move->next)
        tree_restructure_link(&restructure, move->next, false, move->fresh_pgno);
    return tree_apply_pages(&restructure);
}

/* The new page came to nothing. */
static void give_back(struct move *move)
{
    if (move->fresh_pgno)
        tree_page_give(move->tree, move->fresh_pgno);
}

JET_ERR page_move(const struct tree *tree, const struct tree_target *target, uint32_t pgno, uint32_t near,
                  uint32_t *moved_to)
{
    struct move move = { .tree = tree, .pgno = pgno };
    uint8_t *memory = os_alloc((size_t)4 * tree->file->page_size);
    JET_ERR err = memory ? find(&move, target) : JET_errOutOfMemory;

    for (uint32_t i = 0; memory && i < 4; i++)
        move.image[i] = memory + (size_t)i * tree->file->page_size;
    if (err >= 0)
        err = tree_page_take(tree, near, &move.fresh_pgno);
    if (err >= 0)
    {
        err = latch_all(&move);
        if (err >= 0)
            err = apply(&move);
        unlatch_all(&move);
        if (err < 0)
            give_back(&move);
        else if (moved_to)
            *moved_to = move.fresh_pgno;
    }
    os_free(memory);
    return err < 0 ? err : JET_errSuccess;
}

JET_ERR tree_move_page(const struct tree *tree, const struct tree_entry *entry, uint32_t pgno, uint32_t near,
                       uint32_t *moved_to)
{
    struct tree_target target = entry_target(tree, entry->key, entry->key_size, entry->data, entry->data_size);
    JET_ERR err;

    tree_structure_lock(tree);
    err = page_move(tree, &target, pgno, near, moved_to);
    if (err >= 0)
        tree_page_give(tree, pgno);
    tree_structure_unlock(tree);
    return err;
}
