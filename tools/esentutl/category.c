/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /mc: what each page of a database is for.  Space and trees are walked as for
 * the integrity check, so there is nothing that only /f would find out.
 */
#include <stdlib.h>

#include "esentutl.h"
#include "maintain/private.h"

enum
{
    IN_OWNED = 1,     /* a page of a tree of owned extents, or set aside for it */
    IN_AVAILABLE = 2, /* and of available ones */
};

struct categories
{
    struct integrity *check;
    uint8_t *space;      /* of each page, IN_... */
    uint32_t owned_last; /* nobody owns a page behind it */
};

/* Lines of the sums, and from the last to the first columns of a page, in Windows' order. */
static const struct
{
    uint32_t flag;
    const char *name;
} kinds[] = {
    { spcatfStrictlyLeaf, "Strictly Leaf" },
    { spcatfStrictlyInternal, "Strictly Internal" },
    { spcatfRoot, "Root" },
    { spcatfSplitBuffer, "Split Buffer" },
    { spcatfSmallSpace, "Small Space" },
    { spcatfSpaceOE, "Space OE" },
    { spcatfSpaceAE, "Space AE" },
    { spcatfAvailable, "Available" },
    { spcatfIndeterminate, "Indeterminate" },
    { spcatfInconsistent, "Inconsistent" },
    { spcatfLeaked, "Leaked" },
    { spcatfNotOwned, "Not Owned" },
    { spcatfNotOwnedEof, "Not Owned EOF" },
    { (uint32_t)spcatfUnknown, "Unknown" },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* ---------------------------------------------------------------- finding out --- */

static JET_ERR nobody(void *context, uint64_t done, uint64_t total)
{
    (void)context, (void)done, (void)total;
    return JET_errSuccess;
}

/* Notes the pages of one tree of space, from a page of it downwards, and those that are set aside for it. */
static void mark_space(struct categories *categories, uint32_t pgno, uint8_t mark, unsigned depth)
{
    struct integrity *check = categories->check;
    struct page_split_buffer buffer;
    struct page_view view;
    uint8_t *page;

    if (!pgno || pgno > check->pages || categories->space[pgno] || depth >= INTEGRITY_DEPTH)
        return;
    categories->space[pgno] = mark;
    page = os_alloc(check->page_size);
    if (page && integrity_read_page(check, pgno, page) && page_view(&view, page, check->page_size))
    {
        for (unsigned i = 0; !depth && page_split_buffer(&view, &buffer) && i < 2; i++)
        {
            uint32_t last = buffer.run[i].last, count = buffer.run[i].count;

            for (uint32_t k = 0; last <= check->pages && count <= last && k < count; k++)
                categories->space[last - k] = mark;
        }
        for (unsigned line = 0; !(view.flags & PAGE_LEAF) && line < page_lines(&view); line++)
        {
            struct page_node node;

            if (page_node(&view, line, &node) && node.data_size == sizeof(uint32_t))
                mark_space(categories, le32(node.data), mark, depth + 1);
        }
    }
    os_free(page);
}

static JET_ERR walk_tree(struct categories *categories, uint32_t number)
{
    struct integrity *check = categories->check;
    const struct integrity_tree *tree = &check->trees[number];
    struct integrity_walk walk = { .root = tree->root, .objid = tree->objid, .flags = tree->kind, .tree = number };

    if (tree->non_unique)
        walk.flags |= PAGE_NON_UNIQUE;
    if (tree->space.owned_root)
    {
        mark_space(categories, tree->space.owned_root, IN_OWNED, 0);
        mark_space(categories, tree->space.owned_root + 1, IN_AVAILABLE, 0);
    }
    return integrity_walk(check, &walk, NULL);
}

static JET_ERR walk(struct categories *categories, const WCHAR *path)
{
    struct integrity *check = categories->check;
    JET_ERR err = integrity_open(check, path);

    if (err >= 0)
        err = integrity_open_database(check, path);
    if (err >= 0)
        err = integrity_catalog(check);
    if (err < 0)
        return err;
    categories->space = os_alloc_zero(check->pages + (size_t)1);
    if (!categories->space)
        return JET_errOutOfMemory;
    for (uint32_t i = 0; err >= 0 && i < check->tree_count; i++)
        err = integrity_space(check, i);
    for (uint32_t i = 0; err >= 0 && i < check->tree_count; i++)
        err = walk_tree(categories, i);
    categories->owned_last = check->pages;
    while (categories->owned_last && !check->owner[categories->owned_last])
        categories->owned_last--;
    return err;
}

/* ------------------------------------------------------------------- one page --- */

/* The part of a tree that uses it. */
static uint32_t category_of_used(const struct categories *categories, const struct integrity_tree *tree, uint32_t pgno)
{
    struct integrity *check = categories->check;
    uint8_t in = categories->space[pgno];
    uint32_t category = tree->space.owned_root ? 0 : spcatfSmallSpace, flags;

    if (in)
        category |= in == IN_OWNED ? spcatfSpaceOE : spcatfSpaceAE;
    if (!integrity_read_page(check, pgno, check->scratch))
        return spcatfInconsistent;
    flags = page_flags(check->scratch);
    if (!(flags & PAGE_SPACE_TREE) != !in)
        return spcatfInconsistent;
    if (pgno == tree->root || (in && (pgno == tree->space.owned_root || pgno == tree->space.owned_root + 1)))
        return flags & PAGE_ROOT ? category | spcatfRoot : spcatfInconsistent;
    return category | (flags & PAGE_LEAF ? spcatfStrictlyLeaf : spcatfStrictlyInternal);
}

/* *objid is that of the tree that owns it, of the database where none does. */
static uint32_t category_of(const struct categories *categories, uint32_t pgno, uint32_t *objid)
{
    const struct integrity *check = categories->check;
    uint32_t owner = check->owner[pgno], claim = check->claim[pgno];
    const struct integrity_tree *tree = &check->trees[owner ? owner - 1 : 0];

    *objid = tree->objid;
    if (!owner && !claim)
        return pgno > categories->owned_last ? spcatfNotOwnedEof : spcatfNotOwned;
    if (!claim)
        return spcatfLeaked;
    if (claim >> 2 != owner)
        return spcatfInconsistent;
    switch (claim & 3)
    {
    case CLAIM_AVAILABLE:
        return tree->space.owned_root ? spcatfAvailable : spcatfAvailable | spcatfSmallSpace;
    case CLAIM_RESERVED:
        return spcatfSplitBuffer | spcatfAvailable |
               (categories->space[pgno] == IN_OWNED ? spcatfSpaceOE : spcatfSpaceAE);
    default:
        return category_of_used(categories, tree, pgno);
    }
}

/* ------------------------------------------------------------------- printing --- */

static void print_page(uint32_t pgno, uint32_t objid, uint32_t category)
{
    printf("%u,%u", (unsigned)pgno, (unsigned)objid);
    for (size_t i = KINDS; i-- > 0;)
        printf(",%d", (category & kinds[i].flag) != 0);
    printf("\n");
}

static void print_range(const struct categories *categories, uint32_t first, uint32_t last, bool each)
{
    uint32_t count[KINDS] = { 0 };

    if (each)
        printf("\n\nPgno,Objid,Unkn,NotOwnedEof,NotOwned,Leaked,Inc,Ind,Avail,SpaceAE,SpaceOE,SmallSpace,SpBuffer,Root,"
               "Internal,Leaf\n");
    for (uint32_t pgno = first; pgno <= last; pgno++)
    {
        uint32_t objid, category = category_of(categories, pgno, &objid);

        if (each)
            print_page(pgno, objid, category);
        for (size_t i = 0; i < KINDS; i++)
            count[i] += (category & kinds[i].flag) != 0;
    }
    printf("\nSpace Categorization Statistics:\n%21s: %u\n", "Total Page Count", (unsigned)(last - first + 1));
    for (size_t i = 0; i < KINDS; i++)
        printf("%21s: %u\n", kinds[i].name, (unsigned)count[i]);
}

JET_ERR mode_category(const struct options *options)
{
    static const struct maintain_report report = { NULL, NULL, nobody };
    const WCHAR *pages = option_value(options, 'p');
    struct categories categories = { .check = os_alloc_zero(sizeof(struct integrity)) };
    uint32_t first = 1, last = 0;
    JET_ERR err;

    if (!categories.check)
        return JET_errOutOfMemory;
    printf("Initiating FILE DUMP mode...\n         Database: %s\n       Page range: %s\n", options->name,
           pages ? path_text(pages) : "1:max");
    categories.check->report = &report;
    err = walk(&categories, options->path);
    if (err >= 0)
    {
        last = categories.check->pages;
        if (pages && !page_range_parse(pages, last, &first, &last))
            err = JET_errInvalidParameter;
        else
            print_range(&categories, first, last, options->verbose);
    }
    if (categories.check->database)
        database_close(categories.check->database);
    integrity_close(categories.check);
    os_free(categories.space);
    os_free(categories.check);
    return err;
}
