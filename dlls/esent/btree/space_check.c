/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Walks of whole trees and their space, for integrity checks. */
#include "btree/private.h"
#include "btree/space.h"

JET_ERR space_map_init(struct space_map *map, uint32_t pages)
{
    memset(map, 0, sizeof(*map));
    map->pages = pages;
    map->use = os_alloc_zero((size_t)pages + 1);
    map->owner = os_alloc_array((size_t)pages + 1, sizeof(*map->owner));
    if (map->use && map->owner)
        return JET_errSuccess;
    space_map_free(map);
    return JET_errOutOfMemory;
}

void space_map_free(struct space_map *map)
{
    os_free(map->use);
    os_free(map->owner);
    map->use = NULL;
    map->owner = NULL;
}

static void wrong(struct space_map *map, uint32_t pgno, const char *what)
{
    if (map->wrong++)
        return;
    map->where = pgno;
    map->what = what;
}

/* ---------------------------------------------------------------- space --- */

/* Pages become the tree's: they were available to nobody, and in use by the parent as nothing. */
static void own(struct space_map *map, uint32_t root, uint32_t parent, uint32_t first, uint32_t count)
{
    if (!first || !count || first > map->pages || count > map->pages - first + 1)
    {
        wrong(map, first, "an owned extent reaches out of the file");
        return;
    }
    for (uint32_t pgno = first; pgno < first + count; pgno++)
    {
        if (parent ? map->use[pgno] != SPACE_OWNED || map->owner[pgno] != parent : map->use[pgno] != SPACE_UNKNOWN)
            wrong(map, pgno, "a page is owned twice, or not by the parent");
        map->use[pgno] = SPACE_OWNED;
        map->owner[pgno] = root;
    }
}

static void mark(struct space_map *map, uint32_t root, uint32_t pgno, enum space_use use)
{
    if (!pgno || pgno > map->pages)
        wrong(map, pgno, "a page is not in the file");
    else if (map->owner[pgno] != root)
        wrong(map, pgno, "a page is not owned by the tree that has it");
    else if (map->use[pgno] != SPACE_OWNED)
        wrong(map, pgno, "a page has two uses");
    else
        map->use[pgno] = (uint8_t)use;
}

static void mark_extent(struct space_map *map, uint32_t root, uint32_t first, uint32_t count, enum space_use use)
{
    if (first > map->pages || count > map->pages - first + 1)
        wrong(map, first, "an extent reaches out of the file");
    else
        for (uint32_t i = 0; i < count; i++)
            mark(map, root, first + i, use);
}

/* --------------------------------------------------------------- the walk --- */

struct walk
{
    struct space_map *map;
    const struct tree *tree;
    uint32_t owner;            /* whose pages these are: of a space tree, the tree it serves */
    uint8_t *data;             /* a copy of the page for each level */
    uint32_t last[TREE_DEPTH]; /* page met last at each level */
    uint32_t next[TREE_DEPTH]; /* and what it says comes next */
    uint32_t leaf_level;       /* 0: not known yet */
    void (*entry)(struct walk *walk, const struct page_node *node);
    uint32_t parent;
};

static uint8_t *level_data(struct walk *walk, uint32_t level)
{
    return walk->data + (size_t)level * walk->tree->file->page_size;
}

/* The entry, or separator, as one string of bytes; its size. */
static uint32_t flat(const struct tree *tree, const struct page_node *node, bool leaf, uint8_t *to)
{
    uint32_t size = page_key_size(&node->key);

    page_key_copy(&node->key, to);
    if (leaf && !tree->unique)
    {
        memcpy(to + size, node->data, node->data_size);
        size += node->data_size;
    }
    return size;
}

static int compare(const uint8_t *a, uint32_t a_size, const uint8_t *b, uint32_t b_size)
{
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);

    return order ? order : a_size < b_size ? -1 : a_size > b_size;
}

/* Entries are not less than the separator before their page, and less than that after it. */
static void check_range(struct walk *walk, const struct page_view *view, uint32_t pgno, const uint8_t *low,
                        uint32_t low_size, const uint8_t *high, uint32_t high_size)
{
    uint32_t lines = page_lines(view);
    bool leaf = view->flags & PAGE_LEAF;
    uint8_t *bytes = os_alloc((size_t)view->size * 2);
    struct page_node node;

    if (!bytes || !lines)
    {
        os_free(bytes);
        return;
    }
    if (page_node(view, 0, &node) && low_size &&
        compare(low, low_size, bytes, flat(walk->tree, &node, leaf, bytes)) > 0 && page_key_size(&node.key))
        wrong(walk->map, pgno, "an entry is before the separator of its page");
    if (page_node(view, lines - 1, &node) && high_size)
    {
        int order = compare(bytes, flat(walk->tree, &node, leaf, bytes), high, high_size);

        if (leaf ? order >= 0 : order > 0 || !page_key_size(&node.key))
            wrong(walk->map, pgno, "an entry is behind the separator of its page");
    }
    if (!leaf && !high_size && page_node(view, lines - 1, &node) && page_key_size(&node.key))
        wrong(walk->map, pgno, "the last separator of a level is not empty");
    os_free(bytes);
}

static void check_page(struct walk *walk, const struct page_view *view, uint32_t pgno, uint32_t level)
{
    const uint8_t *data = view->data;
    bool leaf = view->flags & PAGE_LEAF, root = level == 0;

    mark(walk->map, walk->owner, pgno, SPACE_USED);
    if (page_objid(data) != walk->tree->objid || !tree_kind_fits(walk->tree, view->flags))
        wrong(walk->map, pgno, "a page is another tree's");
    if (root != ((view->flags & PAGE_ROOT) != 0))
        wrong(walk->map, pgno, "a page is wrongly marked as root or not");
    if (!root && !page_lines(view))
        wrong(walk->map, pgno, "a page has no entries");
    if (page_check_order(view) < 0)
        wrong(walk->map, pgno, "entries are not in order");
    if (page_check_structure(data, view->size) < 0)
        wrong(walk->map, pgno, "a page contradicts itself");
    if (leaf && (page_prev(data) != walk->last[level] || (walk->last[level] && walk->next[level] != pgno)))
        wrong(walk->map, pgno, "links of neighbours disagree");
    walk->last[level] = pgno;
    walk->next[level] = page_next(data);
    if (!leaf)
        return;
    if (walk->leaf_level && walk->leaf_level != level)
        wrong(walk->map, pgno, "leaves are at different depths");
    walk->leaf_level = level;
}

static JET_ERR walk_page(struct walk *walk, uint32_t pgno, uint32_t level, const uint8_t *low, uint32_t low_size,
                         const uint8_t *high, uint32_t high_size)
{
    uint8_t *data = level_data(walk, level), *keys;
    struct cache_page *page;
    struct page_view view;
    struct page_node node;
    uint32_t size = 0;
    JET_ERR err;

    if (level >= TREE_DEPTH)
        return JET_errDatabaseCorrupted;
    err = cache_latch(walk->tree->file, pgno, CACHE_SHARED, &page);
    if (err < 0)
        return tree_read_error(err);
    memcpy(data, page->data, page->page_size);
    cache_unlatch(page, CACHE_SHARED);
    if (!page_view(&view, data, walk->tree->file->page_size))
        return JET_errDatabaseCorrupted;
    check_page(walk, &view, pgno, level);
    check_range(walk, &view, pgno, low, low_size, high, high_size);
    if (view.flags & PAGE_LEAF)
    {
        for (uint32_t line = 0; walk->entry && line < page_lines(&view); line++)
            if (page_node(&view, line, &node) && !(node.flags & NODE_DELETED))
                walk->entry(walk, &node);
        return JET_errSuccess;
    }
    /* two keys: of the separator before and after the child */
    keys = os_alloc((size_t)view.size * 2);
    if (!keys)
        return JET_errOutOfMemory;
    for (uint32_t line = 0, turn = 0; err >= 0 && line < page_lines(&view); line++, turn ^= 1)
    {
        uint8_t *key = keys + (size_t)turn * view.size;
        bool last = line + 1 == page_lines(&view);
        uint32_t key_size, child;

        if (!page_node(&view, line, &node) || node.data_size != sizeof(child))
        {
            err = JET_errDatabaseCorrupted;
            break;
        }
        key_size = flat(walk->tree, &node, false, key);
        child = le32(node.data);
        /* the last child takes all up to what is above */
        err = walk_page(walk, child, level + 1, line ? keys + (size_t)(turn ^ 1) * view.size : low,
                        line ? size : low_size, last ? high : key, last ? high_size : key_size);
        size = key_size;
    }
    os_free(keys);
    return err < 0 ? err : JET_errSuccess;
}

static JET_ERR walk_tree(struct space_map *map, const struct tree *tree, uint32_t owner, uint32_t parent,
                         void (*entry)(struct walk *walk, const struct page_node *node))
{
    struct walk *walk = os_alloc_zero(sizeof(*walk));
    JET_ERR err = JET_errOutOfMemory;

    if (!walk)
        return err;
    walk->map = map;
    walk->tree = tree;
    walk->owner = owner;
    walk->parent = parent;
    walk->entry = entry;
    walk->data = os_alloc((size_t)tree->file->page_size * TREE_DEPTH);
    if (walk->data)
    {
        err = walk_page(walk, tree->root, 0, NULL, 0, NULL, 0);
        for (uint32_t level = 0; err >= 0 && level < TREE_DEPTH; level++)
            if (walk->next[level])
                wrong(map, walk->last[level], "the last page of a level names a next one");
    }
    os_free(walk->data);
    os_free(walk);
    return err;
}

/* ---------------------------------------------------------- space trees --- */

static bool entry_extent(struct walk *walk, const struct page_node *node, uint32_t *first, uint32_t *count)
{
    uint8_t key[8];
    uint32_t size = page_key_size(&node->key), last;

    /* a longer key begins with the pool that the extent is set aside for */
    if ((size != 4 && size != 5) || node->data_size != sizeof(*count))
    {
        wrong(walk->map, walk->tree->root, "an entry of a space tree is none");
        return false;
    }
    page_key_copy(&node->key, key);
    last = be32(key + size - 4);
    *count = le32(node->data);
    *first = last - *count + 1;
    if (*count && *count <= last)
        return true;
    wrong(walk->map, last, "an extent has no sense");
    return false;
}

static void owned_entry(struct walk *walk, const struct page_node *node)
{
    uint32_t first, count;

    if (entry_extent(walk, node, &first, &count))
        own(walk->map, walk->owner, walk->parent, first, count);
}

static void available_entry(struct walk *walk, const struct page_node *node)
{
    uint32_t first, count;

    if (entry_extent(walk, node, &first, &count))
        mark_extent(walk->map, walk->owner, first, count, SPACE_AVAILABLE);
}

static JET_ERR mark_buffer(struct space_map *map, const struct tree *space, uint32_t owner)
{
    struct page_split_buffer buffer;
    struct cache_page *page;
    struct page_view view;
    JET_ERR err = cache_latch(space->file, space->root, CACHE_SHARED, &page);

    if (err < 0)
        return tree_read_error(err);
    if (page_view(&view, page->data, page->page_size) && page_split_buffer(&view, &buffer))
        for (uint32_t i = 0; i < 2; i++)
            if (buffer.run[i].count)
                mark_extent(map, owner, buffer.run[i].last - buffer.run[i].count + 1, buffer.run[i].count,
                            SPACE_BUFFER);
    cache_unlatch(page, CACHE_SHARED);
    return JET_errSuccess;
}

/* What the tree owns, before anything of it is used: so the owned extents are read
 * first for themselves, into a map that counts no uses. */
static JET_ERR own_extents(struct space_map *map, const struct tree *owned, uint32_t owner, uint32_t parent)
{
    struct tree_cursor cursor;
    JET_ERR err;

    tree_cursor_init(&cursor, owned, NULL);
    for (err = tree_move_first(&cursor); err >= 0; err = tree_move_next(&cursor))
    {
        struct walk walk = { .map = map, .tree = owned, .owner = owner, .parent = parent };
        struct page_node node;

        err = tree_latch(&cursor, &node);
        if (err < 0)
            break;
        owned_entry(&walk, &node);
        tree_unlatch(&cursor);
    }
    tree_cursor_close(&cursor);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

static JET_ERR walk_space(struct space_map *map, const struct tree *tree, const struct page_space_header *header,
                          uint32_t parent)
{
    struct tree owned, available;
    JET_ERR err;

    if (!(header->flags & PAGE_SPACE_MULTIPLE))
    {
        own(map, tree->root, parent, tree->root, header->primary_pages);
        for (uint32_t bit = 0; bit < 32; bit++)
            if (header->available & (uint32_t)1 << bit)
                mark(map, tree->root, tree->root + 1 + bit, SPACE_AVAILABLE);
        return JET_errSuccess;
    }
    tree_init(&owned, tree->file, header->available, tree->objid, true, PAGE_SPACE_TREE);
    tree_init(&available, tree->file, header->available + 1, tree->objid, true, PAGE_SPACE_TREE);
    err = own_extents(map, &owned, tree->root, parent);
    if (err >= 0)
        err = walk_tree(map, &owned, tree->root, parent, NULL);
    if (err >= 0)
        err = walk_tree(map, &available, tree->root, parent, available_entry);
    if (err >= 0)
        err = mark_buffer(map, &owned, tree->root);
    if (err >= 0)
        err = mark_buffer(map, &available, tree->root);
    return err;
}

JET_ERR space_map_tree(struct space_map *map, struct cache_file *file, uint32_t root, uint32_t parent)
{
    struct page_root_fields fields;
    struct cache_page *page;
    struct page_view view;
    struct tree tree;
    JET_ERR err = cache_latch(file, root, CACHE_SHARED, &page);

    if (err < 0)
        return tree_read_error(err);
    memset(&fields, 0, sizeof(fields));
    if (!page_view(&view, page->data, page->page_size) || page_root_fields(&view, &fields) < 0 || !fields.has_space)
        err = JET_errDatabaseCorrupted;
    else
        tree_init(&tree, file, root, page_objid(page->data), !(view.flags & PAGE_NON_UNIQUE), view.flags & PAGE_KIND);
    cache_unlatch(page, CACHE_SHARED);
    if (err < 0)
        return err;
    if (fields.space.parent != parent)
        wrong(map, root, "a tree names another parent");
    err = walk_space(map, &tree, &fields.space, parent);
    return err < 0 ? err : walk_tree(map, &tree, root, parent, NULL);
}

void space_map_finish(struct space_map *map, uint32_t *lost)
{
    *lost = 0;
    for (uint32_t pgno = 1; pgno <= map->pages; pgno++)
        if (map->use[pgno] == SPACE_OWNED || map->use[pgno] == SPACE_UNKNOWN)
            ++*lost;
}
