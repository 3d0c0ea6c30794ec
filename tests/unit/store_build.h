/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An empty database in a temporary file, for tests that write trees; and a check of all its pages. */
#ifndef TESTS_STORE_BUILD_H
#define TESTS_STORE_BUILD_H

#include <stdio.h>
#include <stdlib.h>

#include "btree/write.h"
#include "format/checksum.h"

struct store_build
{
    struct os_file *disk;
    struct cache_file file;
    struct tree_store store;
    struct txn_root txns;
};

static JET_ERR store_verify(struct cache_file *file, uint32_t pgno, uint8_t *data)
{
    return page_check(data, file->page_size, pgno, NULL);
}

static void store_seal(struct cache_file *file, uint32_t pgno, uint8_t *data)
{
    checksum_page_set(data, file->page_size, pgno);
}

static JET_ERR store_undo(void *context, struct txn *txn, struct version *version)
{
    (void)context;
    return tree_undo(txn, version);
}

static void store_expire(void *context, struct version *version)
{
    (void)context;
    tree_expire(version);
}

static inline void store_open(struct store_build *build, const WCHAR *path, uint32_t page_size, uint32_t pages)
{
    memset(build, 0, sizeof(*build));
    if (os_file_open(path, OS_OPEN_WRITE | OS_OPEN_OVERWRITE | OS_OPEN_DELETE_ON_CLOSE, &build->disk) < 0)
        abort();
    if (os_file_set_size(build->disk, (uint64_t)(pages + 2) * page_size) < 0)
        abort();
    cache_set_size(0, 64u << 20);
    cache_file_init(&build->file, build->disk, page_size, false);
    build->file.verify = store_verify;
    build->file.seal = store_seal;
    txn_root_init(&build->txns);
    build->txns.hooks = (struct version_hooks){ .undo = store_undo, .expire = store_expire };
    tree_store_init(&build->store, &build->file, &build->txns, NULL, 7, 0, pages);
    build->store.extension_pages = 16;
    if (tree_create_root(&build->store, pages) < 0)
        abort();
}

static inline void store_close(struct store_build *build)
{
    txn_root_free(&build->txns);
    cache_file_purge(&build->file);
    os_file_close(build->disk);
    cache_destroy();
}

struct store_tree
{
    uint32_t root, parent;
};

/* Walks everything: parents before children.  Prints what is wrong; the number of such things. */
static inline uint32_t store_check(struct store_build *build, const struct store_tree *trees, uint32_t count)
{
    struct space_map map;
    uint32_t lost, wrong;
    JET_ERR err = space_map_init(&map, build->store.pages);

    if (err >= 0)
        err = space_map_tree(&map, &build->file, 1, 0);
    for (uint32_t i = 0; err >= 0 && i < count; i++)
        err = space_map_tree(&map, &build->file, trees[i].root, trees[i].parent);
    space_map_finish(&map, &lost);
    if (err < 0)
        printf("walk: error %d\n", (int)err);
    if (map.wrong)
        printf("%u wrong, first: page %u: %s\n", map.wrong, map.where, map.what);
    if (lost)
        printf("%u pages lost\n", lost);
    wrong = map.wrong + lost + (err < 0);
    space_map_free(&map);
    return wrong;
}

#endif
