/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Space: what each tree owns and has available, and whether all pages of the
 * file add up.  An extent is an entry of a space tree: its last page is the key
 * (big-endian, after a byte for the pool where there is one), its length the data.
 */
#include "maintain/private.h"

#define EXTENT_POOL         0x80 /* first byte of a key that names a pool */
#define EXTENT_POOL_MASK    0x07
#define EXTENT_POOL_SHELVED 2
#define SINGLE_EXTENT_BITS  32u

struct extents
{
    uint32_t number; /* of the tree */
    bool available;
};

bool integrity_claim(struct integrity *check, uint32_t number, uint32_t pgno, enum claim claim)
{
    static const char *const use[] = { "nothing", "use", "splits of its space", "free space" };
    uint32_t before;

    if (!pgno || pgno > check->pages)
    {
        integrity_find(check, claim == CLAIM_USED ? FINDING_TREE : FINDING_SPACE, pgno,
                       "there is no page %u in the file", (unsigned)pgno);
        return false;
    }
    before = check->claim[pgno];
    if (before)
    {
        integrity_find(check, FINDING_SPACE, pgno, "it is claimed for %s, but %s has it for %s already", use[claim],
                       integrity_tree_name(check, (before >> 2) - 1), use[before & 3]);
        return false;
    }
    check->claim[pgno] = (number + 1) << 2 | claim;
    return true;
}

/* A tree takes an extent from its parent. */
static void own(struct integrity *check, uint32_t number, uint32_t first, uint32_t count)
{
    struct integrity_tree *tree = &check->trees[number];
    uint32_t expected = number ? tree->parent + 1 : 0, wrong = 0, wrong_owner = 0;

    tree->space.owned += count;
    tree->space.owned_extents++;
    for (uint32_t pgno = first; pgno - first < count; pgno++)
    {
        if (check->owner[pgno] != expected && !wrong)
        {
            wrong = pgno;
            wrong_owner = check->owner[pgno];
        }
        check->owner[pgno] = number + 1;
    }
    if (!wrong)
        return;
    if (wrong_owner == number + 1)
        integrity_find(check, FINDING_SPACE, wrong, "it is in two of the extents that the tree owns");
    else if (wrong_owner)
        integrity_find(check, FINDING_SPACE, wrong, "it is in an extent that the tree owns, and %s owns it",
                       integrity_tree_name(check, wrong_owner - 1));
    else
        integrity_find(check, FINDING_SPACE, wrong, "it is in an extent that the tree owns, and its parent does not");
}

static void set_aside(struct integrity *check, uint32_t number, uint32_t first, uint32_t count, enum claim claim)
{
    for (uint32_t pgno = first; pgno - first < count; pgno++)
        integrity_claim(check, number, pgno, claim);
}

static JET_ERR visit_extent(void *context, struct integrity *check, const struct page_node *node, uint32_t pgno)
{
    struct extents *extents = context;
    struct integrity_tree *tree = &check->trees[extents->number];
    uint32_t size = page_key_size(&node->key), pool = 0, last, count;
    uint8_t key[5];

    if ((size != 4 && (size != 5 || !extents->available)) || node->data_size != sizeof(uint32_t))
    {
        integrity_find(check, FINDING_SPACE, pgno, "an entry of %u and %u bytes is no extent", (unsigned)size,
                       (unsigned)node->data_size);
        return JET_errSuccess;
    }
    page_key_copy(&node->key, key);
    if (size == 5)
    {
        pool = key[0] & EXTENT_POOL_MASK;
        if (!(key[0] & EXTENT_POOL))
            integrity_find(check, FINDING_SPACE, pgno, "an extent's pool 0x%02x is none", key[0]);
    }
    last = be32(key + size - 4);
    count = le32(node->data);
    if (pool == EXTENT_POOL_SHELVED)
    {
        tree->space.shelved += count;
        if (last > check->pages)
            return JET_errSuccess;
    }
    if (!last || last > check->pages || count > last || (!count && !extents->available))
    {
        integrity_find(check, FINDING_SPACE, pgno, "there is no extent of %u pages that ends with page %u",
                       (unsigned)count, (unsigned)last);
        return JET_errSuccess;
    }
    if (extents->available)
    {
        set_aside(check, extents->number, last - count + 1, count, CLAIM_AVAILABLE);
        tree->space.available_extents++;
        if (pool != EXTENT_POOL_SHELVED)
            tree->space.available += count;
    }
    else
        own(check, extents->number, last - count + 1, count);
    return JET_errSuccess;
}

/* One of the two space trees: its extents, and what it keeps to split itself. */
static JET_ERR walk_extents(struct integrity *check, uint32_t number, uint32_t root, bool available)
{
    struct integrity_tree *tree = &check->trees[number];
    struct extents extents = { number, available };
    struct integrity_walk walk = { root,         tree->objid, PAGE_SPACE_TREE | tree->kind, number, false,
                                   visit_extent, &extents };
    struct page_split_buffer buffer;
    struct page_view view;
    JET_ERR err;

    if (tree->non_unique)
        walk.flags |= PAGE_NON_UNIQUE;
    err = integrity_walk(check, &walk, NULL);
    if (err < 0 || !integrity_read_page(check, root, check->scratch) ||
        !page_view(&view, check->scratch, check->page_size) || !page_split_buffer(&view, &buffer))
        return err;
    for (unsigned i = 0; i < 2; i++)
    {
        uint32_t last = buffer.run[i].last, count = buffer.run[i].count;

        if (!count)
            continue;
        if (last > check->pages || count > last)
        {
            integrity_find(check, FINDING_SPACE, root, "its split buffer has no %u pages that end with page %u",
                           (unsigned)count, (unsigned)last);
            continue;
        }
        set_aside(check, number, last - count + 1, count, CLAIM_RESERVED);
        tree->space.reserved += count;
    }
    return err;
}

static JET_ERR single_extent(struct integrity *check, uint32_t number)
{
    struct integrity_tree *tree = &check->trees[number];
    const struct page_space_header *space = &tree->fields.space;

    if (!space->primary_pages || space->primary_pages > check->pages ||
        tree->root > check->pages - space->primary_pages + 1)
    {
        integrity_find(check, FINDING_SPACE, tree->root, "there is no extent of %u pages from its root on",
                       (unsigned)space->primary_pages);
        return JET_errSuccess;
    }
    own(check, number, tree->root, space->primary_pages);
    for (uint32_t bit = 0; bit < SINGLE_EXTENT_BITS; bit++)
    {
        if (!(space->available >> bit & 1))
            continue;
        if (bit + 1 >= space->primary_pages)
        {
            integrity_find(check, FINDING_SPACE, tree->root, "page %u is available, but not in the tree's extent",
                           (unsigned)(tree->root + 1 + bit));
            continue;
        }
        integrity_claim(check, number, tree->root + 1 + bit, CLAIM_AVAILABLE);
        tree->space.available++;
    }
    /* there are no bits for pages further on: they are available */
    if (space->primary_pages > SINGLE_EXTENT_BITS + 1)
    {
        uint32_t rest = space->primary_pages - SINGLE_EXTENT_BITS - 1;

        set_aside(check, number, tree->root + SINGLE_EXTENT_BITS + 1, rest, CLAIM_AVAILABLE);
        tree->space.available += rest;
    }
    tree->space.available_extents = (uint32_t)__builtin_popcount(space->available & ~(space->available << 1));
    return JET_errSuccess;
}

JET_ERR integrity_space(struct integrity *check, uint32_t number)
{
    struct integrity_tree *tree = &check->trees[number];
    const struct page_space_header *space = &tree->fields.space;
    struct page_view view;
    JET_ERR err;

    check->at = number;
    if (!integrity_read_page(check, tree->root, check->scratch) || !page_view(&view, check->scratch, check->page_size))
    {
        integrity_find(check, FINDING_SPACE, tree->root, "the root of the tree cannot be read");
        return JET_errSuccess;
    }
    if (page_root_fields(&view, &tree->fields) < 0 || !tree->fields.has_space)
    {
        integrity_find(check, FINDING_SPACE, tree->root, "the root of the tree has no space header");
        return JET_errSuccess;
    }
    tree->space.primary = space->primary_pages;
    tree->non_unique = view.flags & PAGE_NON_UNIQUE;
    tree->space.has_auto_increment = tree->fields.has_auto_increment;
    tree->space.auto_increment = tree->fields.auto_increment;
    if (!(space->flags & PAGE_SPACE_NON_UNIQUE) != !(view.flags & PAGE_NON_UNIQUE))
        integrity_find(check, FINDING_SPACE, tree->root, "its space header and its page flags disagree on uniqueness");
    if (space->parent != (number ? check->trees[tree->parent].root : 0))
        integrity_find(check, FINDING_SPACE, tree->root,
                       "its space is from the tree at page %u, not from that at page %u", (unsigned)space->parent,
                       (unsigned)(number ? check->trees[tree->parent].root : 0));
    if (!(space->flags & PAGE_SPACE_MULTIPLE))
        return single_extent(check, number);
    tree->space.owned_root = space->available;
    tree->space.internal_trees = 2;
    err = walk_extents(check, number, space->available, false);
    return err < 0 ? err : walk_extents(check, number, space->available + 1, true);
}

/* Pages from `first` on that are wrong in the same way. */
static void report_run(struct integrity *check, uint32_t owner, uint32_t claim, uint32_t first, uint32_t last,
                       uint32_t owned_last)
{
    check->at = owner ? owner - 1 : 0;
    if (!owner && !claim && first > owned_last)
        integrity_warn(check, FINDING_SPACE, first, "the file goes on to page %u, and nobody owns that",
                       (unsigned)last);
    else if (!owner && !claim)
        integrity_find(check, FINDING_SPACE, first, "nobody owns it, nor any to page %u", (unsigned)last);
    else if (!claim)
    {
        /* A crash between taking a page and using it does that; in Windows' engine too. */
        check->result.lost += last - first + 1;
        integrity_warn(check, FINDING_SPACE, first, "%u pages from here on are lost: owned, not used, not available",
                       (unsigned)(last - first + 1));
    }
    else
    {
        check->at = (claim >> 2) - 1;
        if (owner)
            integrity_find(check, FINDING_SPACE, first, "the tree has it, and %s owns it (%u such pages)",
                           integrity_tree_name(check, owner - 1), (unsigned)(last - first + 1));
        else
            integrity_find(check, FINDING_SPACE, first, "the tree has it, and nobody owns it (%u such pages)",
                           (unsigned)(last - first + 1));
    }
}

JET_ERR integrity_space_finish(struct integrity *check)
{
    uint32_t owned_last = check->pages, first = 0;

    while (owned_last && !check->owner[owned_last])
        owned_last--;
    for (uint32_t pgno = 1; pgno <= check->pages + 1; pgno++)
    {
        bool wrong = pgno <= check->pages && (!check->owner[pgno] || check->claim[pgno] >> 2 != check->owner[pgno]);

        if (first && (!wrong || check->owner[pgno] != check->owner[first] || check->claim[pgno] != check->claim[first]))
        {
            report_run(check, check->owner[first], check->claim[first], first, pgno - 1, owned_last);
            first = 0;
        }
        if (wrong && !first)
            first = pgno;
    }
    return JET_errSuccess;
}
