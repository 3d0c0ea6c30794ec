/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trees made by hand in a temporary file, for tests, and the model they are compared with. */
#ifndef TESTS_TREE_BUILD_H
#define TESTS_TREE_BUILD_H

#include <stdlib.h>

#include "btree/btree.h"
#include "page_build.h"

#define TREE_ROOT      2u
#define TREE_OBJID     9u
#define TREE_PAGES_MAX 4096u

struct entry
{
    uint8_t key[200];
    uint32_t key_size;
    uint8_t data[16];
    uint32_t data_size;
    bool deleted;
};

struct tree_build
{
    uint32_t page_size;
    uint32_t kind; /* PAGE_INDEX ... */
    bool unique;
    uint32_t per_leaf, per_inner; /* lines of a page */
    uint32_t prefix;              /* bytes of the key that leaves share */
    struct entry *entries;
    uint32_t count;
    uint32_t pages; /* used */
    uint32_t levels;
    struct os_file *disk;
    struct cache_file file;
    struct tree tree;
};

static JET_ERR tree_build_verify(struct cache_file *file, uint32_t pgno, uint8_t *data)
{
    return page_check(data, file->page_size, pgno, NULL);
}

static inline void tree_build_write(struct tree_build *build, uint32_t pgno, const uint8_t *data)
{
    if (os_file_write_at(build->disk, (uint64_t)(pgno + 1) * build->page_size, data, build->page_size) < 0) abort();
}

static inline void tree_build_read(struct tree_build *build, uint32_t pgno, uint8_t *data)
{
    if (os_file_read_at(build->disk, (uint64_t)(pgno + 1) * build->page_size, data, build->page_size) < 0) abort();
}

/* A child of the level being built: what it is called by and where it is. */
struct tree_build_child
{
    uint8_t key[216];
    uint32_t key_size;
    uint32_t pgno;
};

static const struct page_space_header tree_build_space = { 20, 1, 0, 0xf0 };

/* Writes one page of leaves or, with `children`, of an inner level. */
static inline void tree_build_page(struct tree_build *build, uint32_t pgno, uint32_t flags, uint32_t first,
                                   uint32_t count, const struct tree_build_child *children, bool last_of_level,
                                   uint32_t prev, uint32_t next)
{
    static uint8_t page[PAGE_SIZE_MAX];
    bool root = pgno == TREE_ROOT;
    struct page_build lines;
    uint32_t prefix = root || children || !count ? 0 : build->prefix;

    flags |= build->kind | (root ? PAGE_ROOT : 0) | (build->unique ? 0 : PAGE_NON_UNIQUE);
    if (root)
        build_start(&lines, page, build->page_size, flags, TREE_OBJID, &tree_build_space, sizeof(tree_build_space));
    else
        build_start(&lines, page, build->page_size, flags, TREE_OBJID,
                    prefix ? build->entries[first].key : (const uint8_t *)"", prefix);
    for (uint32_t i = first; i < first + count; i++)
    {
        if (children)
        {
            bool last = last_of_level && i + 1 == first + count;
            uint8_t child[4];
            set_le32(child, children[i].pgno);
            build_node(&lines, 0, 0, children[i].key, last ? 0 : children[i].key_size, child, 4);
        }
        else
        {
            const struct entry *entry = &build->entries[i];
            uint32_t share = 0;
            while (share < prefix && share < entry->key_size && entry->key[share] == build->entries[first].key[share])
                share++;
            build_node(&lines, entry->deleted ? NODE_DELETED : 0, share, entry->key + share, entry->key_size - share,
                       entry->data, entry->data_size);
        }
    }
    build_finish(&lines, pgno, prev, next);
    tree_build_write(build, pgno, page);
}

/* The separator to the left of entry i: its key and, where a tree is not unique, data. */
static inline void tree_build_separator(const struct tree_build *build, uint32_t i, struct tree_build_child *child)
{
    const struct entry *entry = &build->entries[i];

    memcpy(child->key, entry->key, entry->key_size);
    child->key_size = entry->key_size;
    if (!build->unique)
    {
        memcpy(child->key + child->key_size, entry->data, entry->data_size);
        child->key_size += entry->data_size;
    }
}

/* Lays the entries out as a tree. */
static inline void tree_build_make(struct tree_build *build)
{
    static struct tree_build_child children[TREE_PAGES_MAX], parents[TREE_PAGES_MAX];
    uint32_t pages = (build->count + build->per_leaf - 1) / build->per_leaf, level = 0;
    bool above_leaf = true;

    build->pages = TREE_ROOT;
    build->levels = 1;
    if (pages <= 1) tree_build_page(build, TREE_ROOT, PAGE_LEAF, 0, build->count, NULL, true, 0, 0);
    else
    {
        for (uint32_t i = 0; i < pages; i++)
        {
            uint32_t first = i * build->per_leaf, pgno = TREE_ROOT + 1 + i;
            uint32_t count = build->count - first < build->per_leaf ? build->count - first : build->per_leaf;
            tree_build_page(build, pgno, PAGE_LEAF, first, count, NULL, true, i ? pgno - 1 : 0,
                            i + 1 < pages ? pgno + 1 : 0);
            children[i].pgno = pgno;
            if (i + 1 < pages) tree_build_separator(build, first + count, &children[i]);
        }
        build->pages = TREE_ROOT + pages;
        for (uint32_t count = pages; count > 1; level++)
        {
            uint32_t above = (count + build->per_inner - 1) / build->per_inner;
            for (uint32_t i = 0; i < above; i++)
            {
                uint32_t first = i * build->per_inner, pgno = above == 1 ? TREE_ROOT : build->pages + 1 + i;
                uint32_t lines = count - first < build->per_inner ? count - first : build->per_inner;
                tree_build_page(build, pgno, above_leaf ? PAGE_PARENT_OF_LEAF : 0, first, lines, children,
                                i + 1 == above, i ? pgno - 1 : 0, i + 1 < above ? pgno + 1 : 0);
                parents[i] = children[first + lines - 1];
                parents[i].pgno = pgno;
            }
            if (above > 1) build->pages += above;
            memcpy(children, parents, above * sizeof(children[0]));
            count = above;
            above_leaf = false;
            build->levels++;
        }
    }
}

static inline void tree_build_open(struct tree_build *build, const WCHAR *path)
{
    static const uint8_t zeros[PAGE_SIZE_MAX];

    if (os_file_open(path, OS_OPEN_WRITE | OS_OPEN_OVERWRITE | OS_OPEN_DELETE_ON_CLOSE, &build->disk) < 0) abort();
    if (os_file_write_at(build->disk, 0, zeros, build->page_size) < 0) abort();
    cache_set_size(0, 0);
    cache_file_init(&build->file, build->disk, build->page_size, true);
    build->file.verify = tree_build_verify;
    tree_build_make(build);
    tree_init(&build->tree, &build->file, TREE_ROOT, TREE_OBJID, build->unique, build->kind);
}

static inline void tree_build_close(struct tree_build *build)
{
    cache_file_purge(&build->file);
    os_file_close(build->disk);
    free(build->entries);
    cache_destroy();
}

#endif
