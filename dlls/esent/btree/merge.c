/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pages leave the tree.
 *
 * A leaf whose only node is one that nobody sees any more goes, and with it the
 * pages above it that have no other child; a tree that is empty becomes a root
 * without nodes.  A leaf that has little left goes into its right neighbour, if
 * they have the same parent and there is room.  Unlike ESE, which also merges
 * to the left and merges inner pages, no more is done: the rest of a sparse tree
 * is found again when it is deleted from or inserted into.
 *
 * The range of a page that goes falls to its right neighbour under the same
 * parent, which the search does by itself.  If it was the last child, the
 * parent ends where its new last child does, and what is above says so: the rest
 * of the range falls to the parent's right neighbour.
 */
#include "btree/write_private.h"
#include "format/log_record.h"

/* A page that goes, with its neighbours. */
struct gone
{
    uint32_t pgno, prev_pgno, next_pgno;
    struct cache_page *prev, *page, *next;
};

struct merge
{
    const struct tree *tree;
    const struct tree_target *target;
    struct tree_path path;
    uint32_t top;                         /* the highest level of which a page goes; 0: all but the root */
    uint32_t high;                        /* the highest level that changes: above the parent, where a separator does */
    struct cache_page *above[TREE_DEPTH]; /* pages from `high` to that above the parent, by level */
    struct cache_page *parent;
    struct page_view parent_view;
    struct gone gone[TREE_DEPTH]; /* by level */
    uint8_t *memory;
    uint8_t *separator;
    uint32_t images;
    uint32_t given; /* pages that went */
    struct tree_restructure restructure;
};

/* ------------------------------------------------------------- latches --- */

/* Links do not change while the structure is locked. */
static JET_ERR read_links(const struct tree *tree, struct gone *gone)
{
    struct cache_page *page;
    JET_ERR err = cache_latch(tree->file, gone->pgno, CACHE_SHARED, &page);

    if (err < 0)
        return tree_read_error(err);
    gone->prev_pgno = page_prev(page->data);
    gone->next_pgno = page_next(page->data);
    cache_unlatch(page, CACHE_SHARED);
    return gone->prev_pgno == gone->pgno || gone->next_pgno == gone->pgno ? JET_errBadPageLink : JET_errSuccess;
}

static JET_ERR latch_gone(const struct tree *tree, struct gone *gone, uint32_t pgno)
{
    JET_ERR err;

    gone->pgno = pgno;
    err = read_links(tree, gone);
    if (err >= 0 && gone->prev_pgno)
        err = cache_latch(tree->file, gone->prev_pgno, CACHE_EXCLUSIVE, &gone->prev);
    if (err >= 0)
        err = cache_latch(tree->file, pgno, CACHE_EXCLUSIVE, &gone->page);
    if (err >= 0 && gone->next_pgno)
        err = cache_latch(tree->file, gone->next_pgno, CACHE_EXCLUSIVE, &gone->next);
    if (err >= 0 &&
        ((gone->prev && page_next(gone->prev->data) != pgno) || (gone->next && page_prev(gone->next->data) != pgno)))
        err = JET_errBadPageLink;
    return err < 0 ? tree_read_error(err) : JET_errSuccess;
}

/* Where the parent's last child goes, the separators above it change up to a page where it is not the last. */
static void find_high(struct merge *merge)
{
    const struct tree_path *path = &merge->path;
    int32_t level = merge->top ? (int32_t)merge->top - 1 : 0;

    merge->high = (uint32_t)level;
    while (level >= 0 && path->level[level].line + 1 == path->level[level].lines)
        level--;
    /* On the tree's right edge there is no separator to be changed. */
    if (merge->top && level >= 0)
        merge->high = (uint32_t)level;
}

static JET_ERR latch_all(struct merge *merge)
{
    uint32_t level = merge->top ? merge->top - 1 : 0;
    JET_ERR err = JET_errSuccess;

    find_high(merge);
    for (uint32_t i = merge->high; err >= 0 && i < level; i++)
        err = cache_latch(merge->tree->file, merge->path.level[i].pgno, CACHE_EXCLUSIVE, &merge->above[i]);
    if (err >= 0)
        err = cache_latch(merge->tree->file, merge->path.level[level].pgno, CACHE_EXCLUSIVE, &merge->parent);
    if (err < 0)
        return tree_read_error(err);
    if (!page_view(&merge->parent_view, merge->parent->data, merge->parent->page_size))
        err = JET_errDatabaseCorrupted;
    for (level++; err >= 0 && level < merge->path.depth; level++)
        err = latch_gone(merge->tree, &merge->gone[level], merge->path.level[level].pgno);
    return err;
}

static void unlatch_all(struct merge *merge)
{
    for (uint32_t level = 0; level < merge->path.depth; level++)
    {
        struct gone *gone = &merge->gone[level];

        if (gone->next)
            cache_unlatch(gone->next, CACHE_EXCLUSIVE);
        if (gone->page)
            cache_unlatch(gone->page, CACHE_EXCLUSIVE);
        if (gone->prev)
            cache_unlatch(gone->prev, CACHE_EXCLUSIVE);
    }
    if (merge->parent)
        cache_unlatch(merge->parent, CACHE_EXCLUSIVE);
    for (uint32_t level = 0; level < merge->path.depth; level++)
        if (merge->above[level])
            cache_unlatch(merge->above[level], CACHE_EXCLUSIVE);
}

static uint8_t *next_image(struct merge *merge)
{
    return merge->memory + (size_t)merge->images++ * merge->tree->file->page_size;
}

/* --------------------------------------------------------------- images --- */

static void add_level(struct merge *merge, struct cache_page *page, uint32_t line, uint8_t flags);

/* A page that is free has no lines, and its readers notice. */
static void empty_page(struct merge *merge, struct gone *gone)
{
    uint8_t *image = next_image(merge);
    uint32_t flags = page_flags(gone->page->data) & TREE_LEVEL_FLAGS;

    page_format(image, gone->page->page_size, gone->pgno, merge->tree->objid, flags | PAGE_EMPTY, 0);
    tree_restructure_add(&merge->restructure, gone->page, image);
    add_level(merge, gone->page, 0, LOG_MERGE_EMPTY_PAGE);
    if (gone->prev)
        tree_restructure_link(&merge->restructure, gone->prev, true, gone->next_pgno);
    if (gone->next)
        tree_restructure_link(&merge->restructure, gone->next, false, gone->prev_pgno);
}

/* The separator of the child at `line` becomes this key.  False: there is no room. */
static bool change_separator(struct merge *merge, struct cache_page *page, uint32_t line, const uint8_t *key,
                             uint32_t key_size)
{
    uint8_t *image = next_image(merge), child[4];
    struct page_new_node fresh = { key, key_size, child, sizeof(child), 0 };
    struct page_view view;
    struct page_node node;

    memcpy(image, page->data, page->page_size);
    if (!page_view(&view, image, page->page_size) || !page_node(&view, line, &node) || node.data_size != sizeof(child))
        return false;
    memcpy(child, node.data, sizeof(child));
    page_remove(image, page->page_size, line, 1);
    tree_restructure_add(&merge->restructure, page, image);
    return page_insert(image, page->page_size, line, &fresh);
}

/* What the log says of a level that changes. */
static void add_level(struct merge *merge, struct cache_page *page, uint32_t line, uint8_t flags)
{
    struct tree_merge_facts *facts = &merge->restructure.merge;

    facts->level[facts->levels++] = (struct tree_merge_level){ page, (uint16_t)line, flags };
}

/* The separators above the parent become that of its new last child, which is at `line`. */
static JET_ERR separators_above(struct merge *merge, const struct page_node *last)
{
    struct tree_merge_facts *facts = &merge->restructure.merge;
    uint8_t *key = merge->separator;

    if (page_key_size(&last->key) > merge->tree->file->page_size)
        return JET_errDatabaseCorrupted;
    page_key_copy(&last->key, key);
    facts->separator = key;
    facts->separator_size = page_key_size(&last->key);
    for (uint32_t level = merge->high; level + 1 < merge->top; level++)
    {
        add_level(merge, merge->above[level], merge->path.level[level].line, LOG_MERGE_KEY_CHANGE);
        if (!change_separator(merge, merge->above[level], merge->path.level[level].line, key, facts->separator_size))
            return TREE_RETRY;
    }
    return JET_errSuccess;
}

/* The parent without the child at the path's line. */
static JET_ERR parent_without(struct merge *merge)
{
    uint8_t *image = next_image(merge), child[4];
    uint32_t size = merge->parent->page_size, line = merge->path.level[merge->top - 1].line;
    uint32_t lines = page_lines(&merge->parent_view);
    struct page_node node, left = { .flags = 0 };
    JET_ERR err = JET_errSuccess;

    if (!page_node(&merge->parent_view, line, &node) || node.data_size != 4 ||
        le32(node.data) != merge->path.level[merge->top].pgno)
        return JET_errDatabaseCorrupted;
    if (line + 1 == lines && (!line || !page_node(&merge->parent_view, line - 1, &left) || left.data_size != 4))
        return JET_errDatabaseCorrupted;
    if (line + 1 == lines)
        err = separators_above(merge, &left);
    if (err)
        return err;
    memcpy(image, merge->parent->data, size);
    tree_restructure_add(&merge->restructure, merge->parent, image);
    add_level(merge, merge->parent, line, LOG_MERGE_DELETE_NODE);
    if (line + 1 < lines || page_key_size(&node.key))
    {
        page_remove(image, size, line, 1);
        return JET_errSuccess;
    }
    /* The right edge of the tree has no separator. */
    if (merge->top + 1 != merge->path.depth)
        return TREE_RETRY;
    memcpy(child, left.data, sizeof(child));
    page_replace(image, size, line, child, sizeof(child));
    page_remove(image, size, line - 1, 1);
    return JET_errSuccess;
}

/* The root becomes an empty leaf. */
static JET_ERR root_without(struct merge *merge)
{
    uint8_t *image = next_image(merge);
    uint32_t flags = (merge->parent_view.flags & TREE_LEVEL_FLAGS & ~(uint32_t)PAGE_PARENT_OF_LEAF) | PAGE_LEAF |
                     PAGE_ROOT;
    struct page_line external;

    if (page_lines(&merge->parent_view) != 1 || !page_tag(&merge->parent_view, 0, &external))
        return JET_errDatabaseCorrupted;
    page_format(image, merge->parent->page_size, merge->tree->root, merge->tree->objid, flags, 0);
    if (!page_set_external(image, merge->parent->page_size, external.data, external.size))
        return JET_errDatabaseCorrupted;
    tree_restructure_add(&merge->restructure, merge->parent, image);
    add_level(merge, merge->parent, 0, 0);
    merge->restructure.merge.type = LOG_MERGE_EMPTY_TREE;
    return JET_errSuccess;
}

/* ---------------------------------------------------------- empty pages --- */

/* Whether the latched leaf has nothing but nodes that nobody sees. */
static bool leaf_is_dead(const struct tree *tree, struct cache_page *page)
{
    struct page_view view;
    struct page_node node;

    if (!page_view(&view, page->data, page->page_size))
        return false;
    for (uint32_t line = 0; line < page_lines(&view); line++)
        if (!page_node(&view, line, &node) || !(node.flags & NODE_DELETED) || !node_unversioned(tree, &node))
            return false;
    return true;
}

/* The leaf and its neighbours, for the log. */
static void leaf_facts(struct merge *merge, uint8_t type)
{
    const struct gone *gone = &merge->gone[merge->path.depth - 1];
    struct tree_merge_facts *facts = &merge->restructure.merge;

    facts->left = gone->prev;
    facts->right = gone->next;
    if (!facts->type)
        facts->type = type;
}

static JET_ERR remove_empty(struct merge *merge)
{
    JET_ERR err;

    for (merge->top = merge->path.depth - 1; merge->top && merge->path.level[merge->top - 1].lines == 1;)
        merge->top--;
    err = latch_all(merge);
    if (err >= 0 && !leaf_is_dead(merge->tree, merge->gone[merge->path.depth - 1].page))
        err = TREE_RETRY;
    if (!err)
        err = merge->top ? parent_without(merge) : root_without(merge);
    if (err)
        return err;
    for (uint32_t level = merge->top ? merge->top : 1; level < merge->path.depth; level++)
        empty_page(merge, &merge->gone[level]);
    merge->restructure.kind = TREE_MERGE_EMPTY;
    leaf_facts(merge, LOG_MERGE_EMPTY);
    return tree_apply_pages(&merge->restructure);
}

/* ---------------------------------------------------------- to the right --- */

/* Inserts the left page's nodes, which are not deleted, before those of the right one. */
static JET_ERR insert_before(struct merge *merge, uint8_t *image, const struct page_view *left, uint8_t *scratch)
{
    for (uint32_t line = page_lines(left); line-- > 0;)
    {
        struct page_new_node fresh = { scratch, 0, NULL, 0, 0 };
        struct page_node node;

        if (!page_node(left, line, &node))
            return JET_errDatabaseCorrupted;
        if (node.flags & NODE_DELETED)
        {
            if (!node_unversioned(merge->tree, &node))
                return TREE_RETRY;
            continue;
        }
        page_key_copy(&node.key, scratch);
        fresh.key_size = page_key_size(&node.key);
        fresh.data = node.data;
        fresh.data_size = node.data_size;
        fresh.flags = node.flags & ~NODE_COMPRESSED;
        if (!page_insert(image, left->size, 0, &fresh))
            return TREE_RETRY;
        merge->restructure.merge.size += fresh.key_size + fresh.data_size;
    }
    return JET_errSuccess;
}

/* The image of the right page with all of the left one's lines.  TREE_RETRY: it would be too full. */
static JET_ERR join(struct merge *merge, struct gone *gone)
{
    uint8_t *image = next_image(merge), *scratch = next_image(merge);
    struct page_view left, right;
    uint32_t kept, spare = atomic_load_explicit(&merge->tree->spare, memory_order_relaxed);
    JET_ERR err;

    if (!page_view(&left, gone->page->data, gone->page->page_size) ||
        !page_view(&right, gone->next->data, gone->next->page_size) || !(right.flags & PAGE_LEAF))
        return JET_errDatabaseCorrupted;
    kept = page_reserved(merge->tree, &left) + page_reserved(merge->tree, &right);
    memcpy(image, gone->next->data, right.size);
    page_set_uncommitted_free(image, 0);
    err = insert_before(merge, image, &left, scratch);
    /* As much as the density of the tree wants stays free, and at least what the next insertions need. */
    if (!err && page_free_bytes(image) < kept + (spare > right.size / 8 ? spare : right.size / 8))
        err = TREE_RETRY;
    if (!err)
        err = tree_log_undo_info(merge->tree, gone->page);
    if (err)
        return err;
    page_set_uncommitted_free(image, kept);
    merge->restructure.merge.uncommitted = kept;
    tree_restructure_add(&merge->restructure, gone->next, image);
    return JET_errSuccess;
}

static JET_ERR merge_right(struct merge *merge)
{
    struct gone *gone = &merge->gone[merge->path.depth - 1];
    JET_ERR err;

    merge->top = merge->path.depth - 1;
    err = latch_all(merge);
    if (err >= 0 && (!gone->next || page_free_bytes(gone->page->data) < gone->page->page_size / 2))
        err = TREE_RETRY;
    if (!err)
        err = join(merge, gone);
    if (!err)
        err = parent_without(merge);
    if (err)
        return err;
    empty_page(merge, gone);
    merge->restructure.kind = TREE_MERGE_RIGHT;
    leaf_facts(merge, LOG_MERGE_FULL_RIGHT);
    return tree_apply_pages(&merge->restructure);
}

/* ------------------------------------------------------------ the choice --- */

enum leaf_state
{
    LEAF_FINE,
    LEAF_SPARSE,
    LEAF_DEAD,
};

static JET_ERR look_at_leaf(struct merge *merge, enum leaf_state *state)
{
    uint32_t depth = merge->path.depth;
    struct cache_page *page;
    JET_ERR err = cache_latch(merge->tree->file, merge->path.level[depth - 1].pgno, CACHE_SHARED, &page);

    if (err < 0)
        return tree_read_error(err);
    if (leaf_is_dead(merge->tree, page))
        *state = LEAF_DEAD;
    else if (page_free_bytes(page->data) > page->page_size / 4 * 3 &&
             merge->path.level[depth - 2].line + 1 < merge->path.level[depth - 2].lines)
        *state = LEAF_SPARSE;
    else
        *state = LEAF_FINE;
    cache_unlatch(page, CACHE_SHARED);
    return JET_errSuccess;
}

static void give_back(struct merge *merge)
{
    for (uint32_t level = merge->top ? merge->top : 1; level < merge->path.depth; level++, merge->given++)
        tree_page_give(merge->tree, merge->gone[level].pgno);
}

static JET_ERR tidy(struct merge *merge)
{
    enum leaf_state state;
    JET_ERR err = tree_path_find(merge->tree, merge->target, &merge->path);

    if (err < 0 || merge->path.depth < 2)
        return err;
    err = look_at_leaf(merge, &state);
    if (err < 0 || state == LEAF_FINE)
        return err;
    if (!tree_page_give_possible(merge->tree, merge->path.level[merge->path.depth - 1].pgno))
        return JET_errSuccess;
    if (merge->path.depth > TREE_DEPTH_MOST)
        return JET_errSuccess;
    merge->memory = os_alloc((size_t)(2 * merge->path.depth + 5) * merge->tree->file->page_size);
    if (!merge->memory)
        return JET_errOutOfMemory;
    merge->separator = next_image(merge);
    err = state == LEAF_DEAD ? remove_empty(merge) : merge_right(merge);
    unlatch_all(merge);
    if (err == JET_errSuccess)
        give_back(merge);
    os_free(merge->memory);
    return err;
}

static JET_ERR tidy_counted(const struct tree *tree, const struct tree_target *target, uint32_t *given)
{
    struct merge *merge = os_alloc_zero(sizeof(*merge));
    JET_ERR err;

    if (!merge)
        return JET_errOutOfMemory;
    merge->tree = tree;
    merge->target = target;
    merge->restructure.tree = tree;
    tree_structure_lock(tree);
    err = tidy(merge);
    tree_structure_unlock(tree);
    *given = merge->given;
    os_free(merge);
    return err < 0 ? err : JET_errSuccess;
}

JET_ERR tree_tidy(const struct tree *tree, const struct tree_target *target)
{
    uint32_t given;

    return tidy_counted(tree, target, &given);
}

JET_ERR tree_defragment(const struct tree *tree, const uint8_t *key, uint32_t key_size, const uint8_t *data,
                        uint32_t data_size, uint32_t *freed)
{
    struct tree_target target = entry_target(tree, key, key_size, data, data_size);

    *freed = 0;
    return tidy_counted(tree, &target, freed);
}
