/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Walking a tree: pages from left to right, each below its parent, with what the
 * parent says about its keys.  A page is read into a buffer of its level, so no
 * more than one page a level is in memory, and no page is looked at twice.
 */
#include "maintain/private.h"

struct level
{
    uint8_t *data;
    uint8_t *low, *high; /* entries are >= low and < high */
    uint32_t low_size, high_size;
    bool has_high; /* else there is no limit */
    struct page_view view;
    uint32_t pgno;
    uint32_t line;      /* the child that is next */
    uint32_t last;      /* page seen last on this level; 0: none */
    uint32_t last_next; /* and what it names as its next one */
    bool last_known;    /* it could be read */
};

struct walk
{
    struct integrity *check;
    const struct integrity_walk *what;
    struct level level[INTEGRITY_DEPTH];
    int depth;        /* of leaves; -1: no leaf seen yet */
    uint32_t entered; /* pages; a quiet walk ends by it, whatever the pages say */
    bool with_data;   /* entries are ordered by key, then data */
};

/* The bytes of an entry, compared with a separator as its key (and data) in a row. */
static int compare_bound(const struct walk *walk, const struct page_node *node, bool leaf, const uint8_t *bound,
                         uint32_t size)
{
    uint32_t key_size = page_key_size(&node->key), part;
    int order;

    if (!leaf || !walk->with_data || size <= key_size)
    {
        order = page_key_compare(&node->key, bound, size);
        if (!order && leaf && walk->with_data && node->data_size)
            order = 1;
        return order;
    }
    order = page_key_compare(&node->key, bound, key_size);
    if (order)
        return order;
    bound += key_size;
    size -= key_size;
    part = node->data_size < size ? node->data_size : size;
    order = memcmp(node->data, bound, part);
    return order ? order : (int)node->data_size - (int)size;
}

static bool level_ready(struct walk *walk, unsigned depth)
{
    struct integrity *check = walk->check;
    struct level *level = &walk->level[depth];

    if (!check->level[depth])
        check->level[depth] = os_alloc((size_t)check->page_size * 3);
    if (!check->level[depth])
        return false;
    level->data = check->level[depth];
    level->low = level->data + check->page_size;
    level->high = level->low + check->page_size;
    return true;
}

/* Neighbours on a level name each other; above the leaves they may also name nobody. */
static void check_links(struct walk *walk, struct level *level)
{
    struct integrity *check = walk->check;
    uint32_t prev = page_prev(level->data);

    if (!(level->view.flags & PAGE_LEAF) && !prev && !page_next(level->data))
    {
        level->last_known = false;
        return;
    }
    if (!(level->view.flags & PAGE_LEAF) && !level->last_known)
        return;
    if (prev != level->last)
        integrity_find(check, FINDING_TREE, level->pgno, "its left neighbour is page %u, but it names page %u",
                       (unsigned)level->last, (unsigned)prev);
    if (level->last_known && level->last_next != level->pgno)
        integrity_find(check, FINDING_TREE, level->last, "its right neighbour is page %u, but it names page %u",
                       (unsigned)level->pgno, (unsigned)level->last_next);
}

static void check_flags(struct walk *walk, const struct level *level, unsigned depth)
{
    struct integrity *check = walk->check;
    const struct integrity_walk *what = walk->what;
    uint32_t flags = level->view.flags, mask = PAGE_KIND | PAGE_NON_UNIQUE;

    if (page_objid(level->data) != what->objid)
        integrity_find(check, FINDING_TREE, level->pgno, "it says it is of object %u, not of %u",
                       (unsigned)page_objid(level->data), (unsigned)what->objid);
    if ((flags & mask) != what->flags)
        integrity_find(check, FINDING_TREE, level->pgno, "its flags 0x%x are not those of the tree, 0x%x",
                       (unsigned)(flags & mask), (unsigned)what->flags);
    if (!depth && !(flags & PAGE_ROOT))
        integrity_find(check, FINDING_TREE, level->pgno, "it is not marked as a root");
    if (depth && flags & PAGE_ROOT)
        integrity_find_odd(check, FINDING_TREE, level->pgno, "it is marked as a root and is none");
    if (flags & (PAGE_EMPTY | PAGE_PRE_INIT))
        integrity_find(check, FINDING_TREE, level->pgno, "it is marked as empty");
    if (flags & PAGE_LEAF && flags & PAGE_PARENT_OF_LEAF && depth)
        integrity_find(check, FINDING_TREE, level->pgno, "it is marked as a leaf and as a parent of leaves");
}

static void check_depth(struct walk *walk, const struct level *level, unsigned depth)
{
    struct integrity *check = walk->check;
    bool leaf = level->view.flags & PAGE_LEAF;

    if (depth)
    {
        bool of_leaves = walk->level[depth - 1].view.flags & PAGE_PARENT_OF_LEAF;

        if (of_leaves != leaf)
            integrity_find(check, FINDING_TREE, level->pgno,
                           leaf ? "it is a leaf below a page that is no parent of leaves"
                                : "it is no leaf below a parent of leaves");
    }
    if (!leaf)
        return;
    if (walk->depth < 0)
        walk->depth = (int)depth;
    else if (walk->depth != (int)depth)
        integrity_find(check, FINDING_TREE, level->pgno, "it is a leaf at depth %u, and others are at depth %d", depth,
                       walk->depth);
}

/* Order of the lines, and that they are within what the parent says. */
static bool check_lines(struct walk *walk, const struct level *level, unsigned depth)
{
    struct integrity *check = walk->check;
    const struct page_view *view = &level->view;
    bool leaf = view->flags & PAGE_LEAF;
    unsigned lines = page_lines(view);
    struct page_node node;

    if (!lines)
    {
        if (depth || !leaf)
            integrity_find(check, FINDING_TREE, level->pgno, "it has no entries");
        return leaf;
    }
    if (page_check_order(view) < 0)
    {
        integrity_find(check, FINDING_TREE, level->pgno, "its entries are not in order");
        return true;
    }
    if (!page_node(view, 0, &node))
        return false;
    if (depth && (leaf || page_key_size(&node.key)) &&
        compare_bound(walk, &node, leaf, level->low, level->low_size) < (leaf || !level->low_size ? 0 : 1))
        integrity_find(check, FINDING_TREE, level->pgno, "its first entry belongs on a page to the left");
    if (!page_node(view, lines - 1, &node))
        return false;
    if (!leaf)
    {
        /* the last separator of an inner page is that of the page itself */
        bool endless = !page_key_size(&node.key);

        if (endless && level->has_high)
            integrity_find(check, FINDING_TREE, level->pgno,
                           "its last separator is endless, and it is not the last page");
        else if (!endless && !level->has_high)
            integrity_find(check, FINDING_TREE, level->pgno, "its last separator has an end, and it is the last page");
        else if (!endless && page_key_compare(&node.key, level->high, level->high_size) > 0)
            integrity_find(check, FINDING_TREE, level->pgno, "its last separator is beyond its parent's");
    }
    else if (level->has_high && compare_bound(walk, &node, true, level->high, level->high_size) >= 0)
        integrity_find(check, FINDING_TREE, level->pgno, "its last entry belongs on a page to the right");
    return true;
}

/* Reads the page of a level and checks it; false if there is nothing to go on with. */
static bool enter_page(struct walk *walk, unsigned depth, uint32_t pgno)
{
    struct integrity *check = walk->check;
    struct level *level = &walk->level[depth];
    bool good;

    level->pgno = pgno;
    level->line = 0;
    if (walk->what->quiet)
        return walk->entered++ < check->pages && integrity_read_page(check, pgno, level->data) &&
               page_view(&level->view, level->data, check->page_size);
    if (!integrity_claim(check, walk->what->tree, pgno, CLAIM_USED))
        return false;
    good = integrity_read_page(check, pgno, level->data) && page_view(&level->view, level->data, check->page_size);
    if (!good)
    {
        integrity_find(check, FINDING_TREE, pgno, "%s",
                       integrity_state(check, pgno) == PAGE_STATE_ZERO ? "it is blank, and a tree leads to it"
                                                                       : "a tree leads to it, and it cannot be read");
        level->last = pgno;
        level->last_known = false;
        return false;
    }
    check_flags(walk, level, depth);
    check_depth(walk, level, depth);
    check_links(walk, level);
    level->last = pgno;
    level->last_next = page_next(level->data);
    level->last_known = level->view.flags & PAGE_LEAF || level->last_next || page_prev(level->data);
    return check_lines(walk, level, depth);
}

static JET_ERR visit_leaf(struct walk *walk, const struct level *level)
{
    unsigned lines = page_lines(&level->view);
    JET_ERR err = JET_errSuccess;

    if (!walk->what->visit)
        return err;
    for (unsigned line = 0; err >= 0 && line < lines; line++)
    {
        struct page_node node;

        if (!page_node(&level->view, line, &node))
            break;
        if (!(node.flags & NODE_DELETED))
            err = walk->what->visit(walk->what->context, walk->check, &node, level->pgno);
    }
    return err;
}

static void copy_key(const struct page_key *key, uint8_t *to, uint32_t *size)
{
    page_key_copy(key, to);
    *size = page_key_size(key);
}

/* Sets the bounds of the child at a line of the level above; answers its number. */
static uint32_t aim_child(struct walk *walk, unsigned depth)
{
    struct level *parent = &walk->level[depth - 1], *level = &walk->level[depth];
    struct page_node node;

    if (!parent->line)
    {
        memcpy(level->low, parent->low, parent->low_size);
        level->low_size = parent->low_size;
    }
    else if (page_node(&parent->view, parent->line - 1, &node))
        copy_key(&node.key, level->low, &level->low_size);
    if (!page_node(&parent->view, parent->line, &node) || node.data_size != sizeof(uint32_t))
        return 0;
    copy_key(&node.key, level->high, &level->high_size);
    level->has_high = level->high_size > 0;
    if (!level->has_high && parent->has_high)
    {
        memcpy(level->high, parent->high, parent->high_size);
        level->high_size = parent->high_size;
        level->has_high = true;
    }
    return le32(node.data);
}

/* On the right edge of every level there is no neighbour. */
static void check_ends(struct walk *walk)
{
    for (unsigned depth = 0; depth < INTEGRITY_DEPTH; depth++)
    {
        const struct level *level = &walk->level[depth];

        if (level->last && level->last_known && level->last_next)
            integrity_find(walk->check, FINDING_TREE, level->last,
                           "it is the last page of its level, but names page %u as the next one",
                           (unsigned)level->last_next);
    }
}

JET_ERR integrity_walk(struct integrity *check, const struct integrity_walk *what, uint32_t *depth)
{
    struct walk *walk = os_alloc_zero(sizeof(*walk));
    uint64_t findings = check->result.findings;
    unsigned at = 0;
    JET_ERR err = JET_errSuccess;

    if (depth)
        *depth = 0;
    if (!walk)
        return JET_errOutOfMemory;
    walk->check = check;
    walk->what = what;
    walk->depth = -1;
    walk->with_data = (what->flags & (PAGE_NON_UNIQUE | PAGE_SPACE_TREE)) == PAGE_NON_UNIQUE;
    if (!level_ready(walk, 0))
    {
        err = JET_errOutOfMemory;
        goto done;
    }
    if (!enter_page(walk, 0, what->root))
        goto done;
    if (walk->level[0].view.flags & PAGE_LEAF)
    {
        err = visit_leaf(walk, &walk->level[0]);
        goto ended;
    }
    for (;;)
    {
        struct level *level = &walk->level[at];
        uint32_t child;

        if (level->line >= page_lines(&level->view))
        {
            if (!at)
                break;
            at--;
            walk->level[at].line++;
            continue;
        }
        if (at + 1 >= INTEGRITY_DEPTH)
        {
            integrity_find(check, FINDING_TREE, level->pgno, "the tree is too deep");
            break;
        }
        if (!level_ready(walk, at + 1))
        {
            err = JET_errOutOfMemory;
            goto done;
        }
        child = aim_child(walk, at + 1);
        if (!enter_page(walk, at + 1, child))
        {
            level->line++;
            continue;
        }
        if (!what->quiet)
        {
            err = integrity_progress(check, 1);
            if (err < 0)
                goto done;
        }
        if (walk->level[at + 1].view.flags & PAGE_LEAF)
        {
            err = visit_leaf(walk, &walk->level[at + 1]);
            if (err < 0)
                goto done;
            level->line++;
        }
        else
            at++;
    }
ended:
    if (!what->quiet)
        check_ends(walk);

done:
    if (depth)
        *depth = walk->depth < 0 ? 0 : (uint32_t)walk->depth + 1;
    if (check->result.findings != findings && what->tree < check->tree_count)
        check->trees[what->tree].damaged = true;
    os_free(walk);
    return err < 0 ? err : JET_errSuccess;
}
