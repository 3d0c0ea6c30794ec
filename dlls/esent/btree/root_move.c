/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A root moves to another place in the file.
 *
 * The root and the two roots of its trees of space go together to three pages that
 * follow each other; the trees that have their space from it name the new root as
 * their parent, and so do the rows of the catalog that told where it was.  All of that
 * is one macro of the log, as ESE has it (dbshrink.cxx), so it happens or does not.
 * What dies between that and giving back the old pages leaves them lost.
 *
 * A root's number is the tree's name, so nobody may know the tree: the database is its
 * caller's alone, no version of it is left, and what is remembered of its tables is
 * forgotten.
 */
#include "btree/space_private.h"

#define ROOTS 3u

struct root_move
{
    struct owner owner;
    const struct tree_root_names *names;
    uint32_t row_pgno[TREE_ROOT_ROWS];
    uint32_t fresh_first;
    struct tree_restructure restructure;
    struct cache_page *held[TREE_RESTRUCTURE_PAGES];
    uint32_t held_count;
    struct tree *children;
    struct tree_change *changes;
    uint8_t *images;
    uint32_t image_count;
    bool moved;
};

static uint32_t old_pgno(const struct root_move *move, uint32_t i)
{
    return i ? move->owner.owned.root + i - 1 : move->owner.tree.root;
}

/* Rows of the catalog stay on their pages while the move is made ready. */
static JET_ERR find_rows(struct root_move *move)
{
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < move->names->row_count; i++)
    {
        const struct tree_root_row *row = &move->names->rows[i];
        struct tree_target target = entry_target(row->tree, row->key, row->key_size, NULL, 0);
        struct tree_path path;

        tree_structure_lock(row->tree);
        err = tree_path_find(row->tree, &target, &path);
        tree_structure_unlock(row->tree);
        if (err >= 0)
            move->row_pgno[i] = path.level[path.depth - 1].pgno;
    }
    return err;
}

static JET_ERR allocate(struct root_move *move)
{
    uint32_t changes = move->names->child_count + move->names->row_count;

    move->children = os_alloc_array(move->names->child_count + 1, sizeof(*move->children));
    move->changes = os_alloc_array(changes, sizeof(*move->changes));
    move->images = os_alloc_array(3 * ROOTS + changes, move->owner.store->file->page_size);
    return move->children && move->changes && move->images ? JET_errSuccess : JET_errOutOfMemory;
}

static void release(struct root_move *move)
{
    while (move->held_count)
        cache_unlatch(move->held[--move->held_count], CACHE_EXCLUSIVE);
    os_free(move->children);
    os_free(move->changes);
    os_free(move->images);
}

static uint8_t *next_image(struct root_move *move)
{
    return move->images + (size_t)move->image_count++ * move->owner.store->file->page_size;
}

/* The page, latched, and what it is going to be: as it is now, or as it was already changed. */
static JET_ERR hold(struct root_move *move, uint32_t pgno, struct cache_page **page, uint8_t **image)
{
    struct tree_restructure *restructure = &move->restructure;
    JET_ERR err;

    for (uint32_t i = 0; i < restructure->pages; i++)
    {
        *page = restructure->page[i].page;
        *image = (uint8_t *)restructure->page[i].image;
        if (atomic_load_explicit(&(*page)->pgno, memory_order_relaxed) == pgno)
            return JET_errSuccess;
    }
    err = cache_latch(move->owner.store->file, pgno, CACHE_EXCLUSIVE, page);
    if (err < 0)
        return tree_read_error(err);
    move->held[move->held_count++] = *page;
    *image = next_image(move);
    memcpy(*image, (*page)->data, (*page)->page_size);
    tree_restructure_add(restructure, *page, *image);
    return JET_errSuccess;
}

/* Where in an external header the space header begins. */
static uint8_t *space_header_of(uint8_t *image, uint32_t size, struct page_line *line)
{
    struct page_view view;

    if (!page_view(&view, image, size) || !page_tag(&view, 0, line) || line->size < sizeof(struct page_space_header))
        return NULL;
    return image + (line->data - image) + page_space_header_offset(line->size);
}

/* ------------------------------------------------------------- the pages --- */

/* One of the three: its new place, and the old one, which is empty. */
static JET_ERR move_one(struct root_move *move, uint32_t i)
{
    struct tree_move_facts *facts = &move->restructure.roots.move[i];
    struct cache_file *file = move->owner.store->file;
    uint32_t size = file->page_size, pgno = old_pgno(move, i), flags;
    uint8_t *was = next_image(move), *image = next_image(move), *empty = next_image(move), *header;
    struct page_line line = { NULL, 0, 0 };
    JET_ERR err = cache_latch(file, pgno, CACHE_EXCLUSIVE, &facts->page);

    if (err < 0)
        return tree_read_error(err);
    move->held[move->held_count++] = facts->page;
    err = cache_latch_new(file, move->fresh_first + i, &facts->fresh);
    if (err < 0)
        return err;
    move->held[move->held_count++] = facts->fresh;
    flags = page_flags(facts->page->data);
    if (!(flags & PAGE_ROOT) || page_objid(facts->page->data) != move->owner.tree.objid)
        return JET_errDatabaseCorrupted;
    facts->root_flags = 1u << i;
    facts->parent_line = -1;
    facts->image = was;
    memcpy(was, facts->page->data, size);
    page_compact(was, size);
    memcpy(image, was, size);
    page_set_pgno(image, size, move->fresh_first + i);
    page_format(empty, size, pgno, move->owner.tree.objid, (flags & TREE_LEVEL_FLAGS) | PAGE_EMPTY, 0);
    tree_restructure_add(&move->restructure, facts->page, empty);
    tree_restructure_add(&move->restructure, facts->fresh, image);
    if (i)
        return JET_errSuccess;
    header = space_header_of(image, size, &line);
    if (!header)
        return JET_errDatabaseCorrupted;
    set_le32(header + offsetof(struct page_space_header, available), move->fresh_first + 1);
    return JET_errSuccess;
}

/* A tree that has its space from the one that moves. */
static JET_ERR change_child(struct root_move *move, uint32_t i)
{
    struct tree_store *store = move->owner.store;
    uint32_t count = move->restructure.roots.change_count, pgno = move->names->children[i];
    struct tree_change *change = &move->changes[count];
    struct page_line line = { NULL, 0, 0 };
    uint8_t *image, *header;
    JET_ERR err = tree_at(store, pgno, &move->children[i]);

    if (err >= 0)
        err = hold(move, pgno, &change->page, &image);
    if (err < 0)
        return err;
    header = space_header_of(image, store->file->page_size, &line);
    if (!header || le32(header + offsetof(struct page_space_header, parent)) != move->owner.tree.root)
        return JET_errSPOwnExtCorrupted;
    set_le32(header + offsetof(struct page_space_header, parent), move->fresh_first);
    change->kind = TREE_CHANGE_EXTERNAL;
    change->tree = &move->children[i];
    /* The record has no more than that, whatever else the external header holds. */
    change->data = header;
    change->data_size = sizeof(struct page_space_header);
    move->restructure.roots.change_count++;
    return JET_errSuccess;
}

/* A row that tells where the root is. */
static JET_ERR change_row(struct root_move *move, uint32_t i)
{
    const struct tree_root_row *row = &move->names->rows[i];
    struct tree_change *change = &move->changes[move->restructure.roots.change_count];
    struct page_view view;
    struct page_node node = { .data = NULL };
    uint8_t *image;
    uint32_t line = 0;
    JET_ERR err = hold(move, move->row_pgno[i], &change->page, &image);

    if (err < 0)
        return err;
    if (!page_view(&view, image, move->owner.store->file->page_size))
        return JET_errDatabaseCorrupted;
    while (page_node(&view, line, &node) && page_key_compare(&node.key, row->key, row->key_size))
        line++;
    if (line >= page_lines(&view) || node.flags & NODE_DELETED || node.data_size < row->offset + 4 ||
        le32(node.data + row->offset) != move->owner.tree.root)
        return JET_errCatalogCorrupted;
    set_le32(image + (node.data - image) + row->offset, move->fresh_first);
    change->kind = TREE_CHANGE_REPLACE;
    change->tree = row->tree;
    change->line = line;
    change->data = node.data;
    change->data_size = node.data_size;
    move->restructure.roots.change_count++;
    return JET_errSuccess;
}

static JET_ERR prepare(struct root_move *move)
{
    JET_ERR err = JET_errSuccess;

    move->restructure.kind = TREE_ROOT_MOVE;
    move->restructure.tree = &move->owner.tree;
    move->restructure.roots.changes = move->changes;
    for (uint32_t i = 0; err >= 0 && i < ROOTS; i++)
        err = move_one(move, i);
    for (uint32_t i = 0; err >= 0 && i < move->names->child_count; i++)
        err = change_child(move, i);
    for (uint32_t i = 0; err >= 0 && i < move->names->row_count; i++)
        err = change_row(move, i);
    return err;
}

/* -------------------------------------------------------------- the move --- */

/* Entries are appended to the tree where its last leaf is said to be. */
static void forget_last_leaf(struct tree_store *store, uint32_t root)
{
    for (uint32_t i = 0; i < TREE_LAST_LEAVES; i++)
        if ((uint32_t)atomic_load(&store->last_leaf[i]) == root)
            atomic_store(&store->last_leaf[i], 0);
}

static JET_ERR give_old(const struct root_move *move)
{
    struct tree_store *store = move->owner.store;
    struct tree tree;
    JET_ERR err = tree_at(store, move->fresh_first, &tree);

    if (err >= 0)
        err = space_give_extent(store, &tree, old_pgno(move, 0), 1);
    if (err >= 0)
        err = space_give_extent(store, &tree, old_pgno(move, 1), ROOTS - 1);
    return err;
}

static JET_ERR move_locked(struct tree_store *store, uint32_t root, struct root_move *move)
{
    uint32_t count;
    JET_ERR err = owner_open(store, root, &move->owner);

    if (err >= 0 && !move->owner.header.parent)
        err = JET_errDatabaseCorrupted;
    if (err >= 0 && !owner_is_multiple(&move->owner))
        err = space_convert(&move->owner, 0);
    if (err >= 0)
        err = space_take_extent(store, &move->owner.tree, ROOTS, ROOTS, &move->fresh_first, &count);
    /* The root's space header may be another one now. */
    if (err >= 0)
        err = owner_open(store, root, &move->owner);
    if (err < 0)
        return err;
    err = allocate(move);
    if (err >= 0)
        err = prepare(move);
    if (err >= 0)
        err = tree_apply_pages(&move->restructure);
    release(move);
    if (err < 0)
    {
        (void)space_give_extent(store, &move->owner.tree, move->fresh_first, ROOTS);
        return err;
    }
    move->moved = true;
    forget_last_leaf(store, root);
    return give_old(move);
}

JET_ERR tree_store_move_root(struct tree_store *store, uint32_t root, const struct tree_root_names *names,
                             uint32_t *moved_to)
{
    struct root_move *move;
    JET_ERR err;

    *moved_to = root;
    if (names->child_count + names->row_count + 2 * ROOTS > TREE_RESTRUCTURE_PAGES)
        return JET_wrnShrinkNotPossible;
    move = os_alloc_zero(sizeof(*move));
    if (!move)
        return JET_errOutOfMemory;
    move->names = names;
    err = find_rows(move);
    if (err >= 0)
    {
        os_rwlock_lock_write(&store->space);
        err = move_locked(store, root, move);
        os_rwlock_unlock_write(&store->space);
        if (move->moved)
            *moved_to = move->fresh_first;
    }
    os_free(move);
    return err;
}
