/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Roots: of new trees, of their space, and of the database's own. */
#include "btree/space_private.h"

#define ROOT_SPACE       1u
#define ROOT_SPACE_OBJID 1u
/* Pages of a tree that has trees of space: its root and theirs. */
#define MULTIPLE_MIN 3u
/* The roots of space trees that a second extent starts with. */
#define CONVERT_PAGES 2u

/* ------------------------------------------------------------ new pages --- */

/* Roots that are made together, with one log record. */
struct roots
{
    struct tree_restructure restructure;
    uint32_t size;
    uint8_t *memory;
    uint32_t count;
};

static JET_ERR roots_start(struct roots *roots, const struct tree *tree, uint32_t pages)
{
    memset(&roots->restructure, 0, sizeof(roots->restructure));
    roots->restructure.kind = TREE_FORMAT;
    roots->restructure.tree = tree;
    roots->size = tree->file->page_size;
    roots->count = 0;
    roots->memory = os_alloc((size_t)pages * roots->size);
    return roots->memory ? JET_errSuccess : JET_errOutOfMemory;
}

/* A new page with this external header; NULL: *err says why. */
static uint8_t *roots_add(struct roots *roots, uint32_t pgno, uint32_t flags, const void *external, uint32_t size,
                          JET_ERR *err)
{
    uint8_t *image = roots->memory + (size_t)roots->count * roots->size;
    struct cache_page *page;

    if (*err < 0)
        return NULL;
    *err = cache_latch_new(roots->restructure.tree->file, pgno, &page);
    if (*err < 0)
        return NULL;
    roots->count++;
    page_format(image, roots->size, pgno, roots->restructure.tree->objid, flags, 0);
    page_set_external(image, roots->size, external, size);
    tree_restructure_add(&roots->restructure, page, image);
    return image;
}

/* Adds an extent to the page of a new space tree, whose entries come in order. */
static void roots_extent(struct roots *roots, uint8_t *image, const struct extent *extent)
{
    struct page_view view;
    uint8_t key[4], count[4];
    struct page_new_node node = { key, sizeof(key), count, sizeof(count), 0 };

    if (!image || !extent->count || !page_view(&view, image, roots->size))
        return;
    set_le32(count, extent->count);
    for (uint32_t i = 0; i < 4; i++)
        key[i] = (uint8_t)(extent->last >> (24 - 8 * i));
    page_insert(image, roots->size, page_lines(&view), &node);
}

static JET_ERR roots_finish(struct roots *roots, JET_ERR err)
{
    if (err >= 0)
        err = tree_apply_pages(&roots->restructure);
    for (uint32_t i = 0; i < roots->restructure.pages; i++)
        cache_unlatch(roots->restructure.page[i].page, CACHE_EXCLUSIVE);
    os_free(roots->memory);
    return err < 0 ? err : JET_errSuccess;
}

/* The two roots of space trees. */
static void roots_space(struct roots *roots, uint32_t owned_root, uint32_t flags, uint8_t **owned, uint8_t **available,
                        JET_ERR *err)
{
    static const struct page_split_buffer buffer;

    flags |= PAGE_ROOT | PAGE_LEAF | PAGE_SPACE_TREE;
    *owned = roots_add(roots, owned_root, flags, &buffer, sizeof(buffer), err);
    *available = roots_add(roots, owned_root + 1, flags, &buffer, sizeof(buffer), err);
}

/* A tree that has the extent [root, root + pages) and trees of space from the start. */
static JET_ERR create_multiple(const struct tree *tree, uint32_t pages, struct page_space_header *header,
                               uint32_t page_flags)
{
    struct extent owned = { tree->root + pages - 1, pages }, available = { owned.last, pages - MULTIPLE_MIN };
    uint8_t *owned_image = NULL, *available_image = NULL;
    struct roots roots;
    JET_ERR err = roots_start(&roots, tree, 3);

    header->flags |= PAGE_SPACE_MULTIPLE;
    header->available = tree->root + 1;
    roots.restructure.format = (struct tree_format_facts){
        .parent = header->parent, .pages = pages, .page_flags = page_flags, .multiple = true
    };
    roots_add(&roots, tree->root, page_flags | PAGE_ROOT | PAGE_LEAF, header, sizeof(*header), &err);
    roots_space(&roots, header->available, page_flags, &owned_image, &available_image, &err);
    roots_extent(&roots, owned_image, &owned);
    roots_extent(&roots, available_image, &available);
    return roots_finish(&roots, err);
}

static JET_ERR create_single(const struct tree *tree, uint32_t pages, struct page_space_header *header,
                             uint32_t page_flags)
{
    struct roots roots;
    JET_ERR err = roots_start(&roots, tree, 1);

    roots.restructure.format = (struct tree_format_facts){ .parent = header->parent,
                                                           .pages = pages,
                                                           .page_flags = page_flags };
    header->available = pages > SPACE_BITS ? UINT32_MAX : ((uint32_t)1 << (pages - 1)) - 1;
    roots_add(&roots, tree->root, page_flags | PAGE_ROOT | PAGE_LEAF, header, sizeof(*header), &err);
    return roots_finish(&roots, err);
}

/* ---------------------------------------------------------------- trees --- */

JET_ERR tree_create_root(struct tree_store *store, uint32_t pages)
{
    struct page_space_header header = { pages, 0, 0, 0 };
    struct tree tree;
    JET_ERR err;

    tree_init(&tree, store->file, ROOT_SPACE, ROOT_SPACE_OBJID, true, 0);
    os_rwlock_lock_write(&store->space);
    err = pages < MULTIPLE_MIN ? JET_errInvalidParameter : create_multiple(&tree, pages, &header, 0);
    os_rwlock_unlock_write(&store->space);
    return err;
}

JET_ERR tree_create(struct tree_store *store, const struct tree *parent, uint32_t objid, bool unique,
                    uint32_t page_kind, uint32_t pages, uint32_t *root)
{
    struct page_space_header header = { 0, parent ? parent->root : ROOT_SPACE, unique ? 0 : PAGE_SPACE_NON_UNIQUE, 0 };
    uint32_t flags = (page_kind & PAGE_KIND) | (unique ? 0 : PAGE_NON_UNIQUE), count;
    struct tree tree, from;
    JET_ERR err;

    if (!pages)
        pages = 1;
    os_rwlock_lock_write(&store->space);
    err = tree_at(store, header.parent, &from);
    if (err >= 0)
        err = space_take_extent(store, &from, pages, pages, root, &count);
    if (err >= 0)
    {
        header.primary_pages = count;
        tree_init(&tree, store->file, *root, objid, unique, page_kind);
        err = count > SPACE_BITS + 1 || page_kind & TREE_SPACE_TREES ? create_multiple(&tree, count, &header, flags)
                                                                     : create_single(&tree, count, &header, flags);
        if (err < 0)
            (void)space_give_extent(store, &from, *root, count);
    }
    os_rwlock_unlock_write(&store->space);
    return err;
}

/* All that a tree owns, as a list to be freed. */
static JET_ERR owned_extents(struct owner *owner, struct extent **list, uint32_t *count)
{
    struct extent extent = { 0, 0 };
    uint32_t capacity = 0, pgno = 0;
    JET_ERR err = JET_errSuccess;

    *list = NULL;
    *count = 0;
    while (err >= 0)
    {
        if (*count == capacity)
        {
            struct extent *larger = os_realloc(*list, (capacity = capacity * 2 + 16) * sizeof(**list));

            if (!larger)
                return JET_errOutOfMemory;
            *list = larger;
        }
        if (!owner_is_multiple(owner))
        {
            (*list)[(*count)++] = (struct extent){ owner->tree.root + owner->header.primary_pages - 1,
                                                   owner->header.primary_pages };
            break;
        }
        err = extent_find(&owner->owned, pgno, &extent);
        if (err < 0)
            break;
        (*list)[(*count)++] = extent;
        pgno = extent.last + 1;
    }
    return err == JET_errRecordNotFound ? JET_errSuccess : err;
}

JET_ERR tree_destroy(struct tree_store *store, const struct tree *parent, uint32_t root)
{
    struct extent *list = NULL;
    uint32_t count = 0;
    struct owner owner;
    struct tree to;
    JET_ERR err, now;

    os_rwlock_lock_write(&store->space);
    err = owner_open(store, root, &owner);
    if (err >= 0 && (!owner.header.parent || (parent && parent->root != owner.header.parent)))
        err = JET_errDatabaseCorrupted;
    if (err >= 0)
        err = tree_at(store, owner.header.parent, &to);
    if (err >= 0)
        err = owned_extents(&owner, &list, &count);
    for (uint32_t i = 0; err >= 0 && i < count; i++)
    {
        now = space_give_extent(store, &to, extent_first(&list[i]), list[i].count);
        if (now < 0)
            err = now;
    }
    os_free(list);
    os_rwlock_unlock_write(&store->space);
    return err < 0 ? err : JET_errSuccess;
}

/* ------------------------------------------------------------- convert --- */

/* The pages that the bits say are available, as extents in order of their numbers. */
static void bits_to_extents(struct roots *roots, uint8_t *image, const struct owner *owner)
{
    struct extent extent = { 0, 0 };

    for (uint32_t bit = 0; bit <= SPACE_BITS; bit++)
    {
        bool set = bit < SPACE_BITS && owner->header.available & (uint32_t)1 << bit;

        if (set)
            extent = (struct extent){ owner->tree.root + 1 + bit, extent.count + 1 };
        else if (extent.count)
        {
            roots_extent(roots, image, &extent);
            extent.count = 0;
        }
    }
}

/* Entries of the new trees, each in order: the second extent may lie before the first. */
static void convert_extents(struct roots *roots, uint8_t *owned, uint8_t *available, const struct owner *owner,
                            const struct extent *second)
{
    struct extent first = { owner->tree.root + owner->header.primary_pages - 1, owner->header.primary_pages };
    struct extent rest = { second->last, second->count - CONVERT_PAGES };
    bool before = second->last < first.last;

    roots_extent(roots, owned, before ? second : &first);
    roots_extent(roots, owned, before ? &first : second);
    if (before)
        roots_extent(roots, available, &rest);
    bits_to_extents(roots, available, owner);
    if (!before)
        roots_extent(roots, available, &rest);
}

/* The root with its new space header. */
static JET_ERR convert_root(struct roots *roots, const struct page_space_header *header)
{
    const struct tree *tree = roots->restructure.tree;
    uint8_t *image = roots->memory + (size_t)roots->count++ * roots->size, bytes[64];
    struct cache_page *page;
    struct page_line line = { NULL, 0, 0 };
    struct page_view view;
    JET_ERR err = cache_latch(tree->file, tree->root, CACHE_EXCLUSIVE, &page);

    if (err < 0)
        return tree_read_error(err);
    tree_restructure_add(&roots->restructure, page, image);
    memcpy(image, page->data, roots->size);
    if (!page_view(&view, image, roots->size) || !page_tag(&view, 0, &line) || line.size < sizeof(*header) ||
        line.size > sizeof(bytes))
        return JET_errDatabaseCorrupted;
    memcpy(bytes, line.data, line.size);
    memcpy(bytes + (line.size > sizeof(*header)), header, sizeof(*header));
    page_set_external(image, roots->size, bytes, line.size);
    return JET_errSuccess;
}

JET_ERR space_convert(struct owner *owner, uint32_t want)
{
    struct page_space_header header = owner->header;
    uint8_t *owned = NULL, *available = NULL;
    struct extent second = { 0, 0 };
    struct roots roots;
    uint32_t flags;
    JET_ERR err = space_from_parent(owner, want + CONVERT_PAGES, want + CONVERT_PAGES, &second);

    if (err < 0)
        return err;
    flags = owner->tree.page_kind | (owner->tree.unique ? 0 : PAGE_NON_UNIQUE);
    header.flags |= PAGE_SPACE_MULTIPLE;
    header.available = extent_first(&second);
    err = roots_start(&roots, &owner->tree, 3);
    roots.restructure.format = (struct tree_format_facts){ .parent = header.parent,
                                                           .pages = header.primary_pages,
                                                           .page_flags = flags,
                                                           .converts = true,
                                                           .available = owner->header.available,
                                                           .second_first = extent_first(&second),
                                                           .second_pages = second.count };
    if (err >= 0)
        err = convert_root(&roots, &header);
    roots_space(&roots, header.available, flags, &owned, &available, &err);
    if (err >= 0)
        convert_extents(&roots, owned, available, owner, &second);
    err = roots_finish(&roots, err);
    if (err < 0)
        space_back_to_parent(owner, &second);
    return err < 0 ? err : owner_open(owner->store, owner->tree.root, owner);
}
