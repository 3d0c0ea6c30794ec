/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An index whose entries are not the keys of the records: which ones. */
#include "maintain/table_check.h"

#define NAMED_MAX 10 /* entries of a kind that are reported one by one */
#define SHOWN_MAX 24 /* bytes of a key that are shown */

struct compare
{
    struct table_check *table;
    struct index_check *index;
    struct tree tree; /* where what is visited is looked for */
    uint32_t named;
};

static void show_bytes(const uint8_t *bytes, uint32_t size, char text[2 * SHOWN_MAX + 4])
{
    static const char digits[] = "0123456789abcdef";
    uint32_t shown = size < SHOWN_MAX ? size : SHOWN_MAX, at = 0;

    for (uint32_t i = 0; i < shown; i++)
    {
        text[at++] = digits[bytes[i] >> 4];
        text[at++] = digits[bytes[i] & 15];
    }
    strcpy(text + at, shown < size ? "..." : "");
}

static void name_entry(struct compare *compare, uint32_t pgno, const char *what, const uint8_t *key, uint32_t key_size,
                       const uint8_t *data, uint32_t data_size)
{
    char key_text[2 * SHOWN_MAX + 4], data_text[2 * SHOWN_MAX + 4];

    if (compare->named++ >= NAMED_MAX)
        return;
    show_bytes(key, key_size, key_text);
    show_bytes(data, data_size, data_text);
    integrity_find(compare->table->check, FINDING_INDEX, pgno, "%s: key %s, record %s", what, key_text, data_text);
}

/* A record: are all its keys in the index? */
static JET_ERR visit_record(void *context, struct integrity *check, const struct page_node *node, uint32_t pgno)
{
    struct compare *compare = context;
    struct table_check *table = compare->table;
    struct record record = { node->data, node->data_size };
    struct tree_cursor cursor;
    struct key_iterator keys;
    uint32_t size;
    JET_ERR err;

    (void)check;
    page_key_copy(&node->key, table->bookmark);
    table->bookmark_size = page_key_size(&node->key);
    tree_cursor_init(&cursor, &compare->tree, NULL);
    key_iterate(&keys, &compare->index->form, record, NULL);
    while ((err = key_next(&keys, table->key, &size)) >= 0)
    {
        struct page_node entry;
        bool there;

        if (compare->tree.unique)
        {
            err = tree_goto_bookmark(&cursor, table->key, size, NULL, 0);
            if (err >= 0)
                err = tree_latch(&cursor, &entry);
            there = err >= 0 && entry.data_size == table->bookmark_size &&
                    !memcmp(entry.data, table->bookmark, table->bookmark_size);
            if (err >= 0)
                tree_unlatch(&cursor);
        }
        else
        {
            err = tree_goto_bookmark(&cursor, table->key, size, table->bookmark, table->bookmark_size);
            there = err >= 0;
        }
        if (!there)
            name_entry(compare, pgno, "an entry is missing", table->key, size, table->bookmark, table->bookmark_size);
        if (err == JET_errOutOfMemory)
            break;
    }
    tree_cursor_close(&cursor);
    return err == JET_errOutOfMemory ? err : JET_errSuccess;
}

/* An entry: does its record have the key? */
static JET_ERR visit_entry(void *context, struct integrity *check, const struct page_node *node, uint32_t pgno)
{
    struct compare *compare = context;
    struct table_check *table = compare->table;
    uint32_t key_size = page_key_size(&node->key), size;
    struct key_iterator keys;
    struct cache_page *page;
    struct page_node found;
    struct record record;
    uint8_t *copy;
    bool there = false;
    JET_ERR err;

    page_key_copy(&node->key, table->bookmark);
    err = tree_find(&compare->tree, NULL, node->data, node->data_size, &page, &found);
    if (err < 0)
    {
        name_entry(compare, pgno, "an entry is of a record that is not there", table->bookmark, key_size, node->data,
                   node->data_size);
        return JET_errSuccess;
    }
    /* the keys may be of long values: nothing is latched while they are read */
    copy = os_alloc(found.data_size + (size_t)1);
    if (copy)
        memcpy(copy, found.data, found.data_size);
    record.data = copy;
    record.size = found.data_size;
    cache_unlatch(page, CACHE_SHARED);
    if (!copy)
        return JET_errOutOfMemory;
    key_iterate(&keys, &compare->index->form, record, NULL);
    while (!there && key_next(&keys, table->key, &size) >= 0)
        there = size == key_size && !memcmp(table->key, table->bookmark, size);
    os_free(copy);
    (void)check;
    if (!there)
        name_entry(compare, pgno, "an entry is of a record that does not have the key", table->bookmark, key_size,
                   node->data, node->data_size);
    return JET_errSuccess;
}

JET_ERR integrity_compare_index(struct table_check *table, struct index_check *index)
{
    struct integrity *check = table->check;
    const struct integrity_tree *records = &check->trees[table->number], *entries = &check->trees[index->number];
    bool unique = entries->flags & INDEX_UNIQUE;
    struct compare compare = { .table = table, .index = index };
    struct integrity_walk walk = { records->root, records->objid, 0, index->number, true, visit_record, &compare };
    JET_ERR err;

    tree_init(&compare.tree, &check->database->cache, entries->root, entries->objid, unique, PAGE_INDEX);
    err = integrity_walk(check, &walk, NULL);
    if (err < 0)
        return err;
    compare.named = 0;
    tree_init(&compare.tree, &check->database->cache, records->root, records->objid, true, 0);
    walk.root = entries->root;
    walk.objid = entries->objid;
    walk.flags = unique ? 0 : PAGE_NON_UNIQUE;
    walk.visit = visit_entry;
    return integrity_walk(check, &walk, NULL);
}
