/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record under a cursor, its bookmark, and keys; see cursor.h. */
#include "table/cursor.h"

#include <string.h>

#include "os/os.h"
#include "table/cursor_private.h"

#define SEARCH_KEY_SIZE (KEY_LIMIT_MAX + 1) /* JetSeek may add one byte */

/* Brings `records` to the record of the current entry. */
static JET_ERR find_record(struct cursor *cursor)
{
    uint8_t scratch[KEY_MAX];
    const uint8_t *bookmark;
    uint32_t size;
    JET_ERR err;

    if (cursor->record_current)
        return JET_errSuccess;
    err = cursor_bookmark(cursor, scratch, &bookmark, &size);
    if (err < 0)
        return err;
    err = tree_goto_bookmark(&cursor->records, bookmark, size, NULL, 0);
    if (err < 0)
        return err;
    cursor->record_current = true;
    return JET_errSuccess;
}

JET_ERR cursor_place_record(struct cursor *cursor)
{
    uint8_t scratch[KEY_MAX];
    const uint8_t *bookmark;
    uint32_t size;
    JET_ERR err = cursor_refresh(cursor);

    if (err < 0)
        return err;
    if (cursor->temp)
    {
        const struct temp_row *row;
        return temp_current(cursor, &row);
    }
    if (!cursor->index || cursor->record_current)
        return cursor->records.state == TREE_ON ? JET_errSuccess : JET_errNoCurrentRecord;
    err = cursor_bookmark(cursor, scratch, &bookmark, &size);
    if (err < 0)
        return err;
    err = tree_place_at(&cursor->records, bookmark, size, NULL, 0);
    cursor->record_current = err >= 0;
    return err;
}

void cursor_keep_visited(struct cursor *cursor)
{
    uint8_t scratch[KEY_MAX];
    const uint8_t *bookmark;
    enum tree_state state = cursor->records.state;
    uint32_t size;

    if (cursor->temp || cursor->defer_first || cursor->entries.state != TREE_ON ||
        cursor_bookmark(cursor, scratch, &bookmark, &size) < 0)
        return;
    if (tree_place_at(&cursor->records, bookmark, size, NULL, 0) >= 0)
        cursor->records.state = state;
}

JET_ERR cursor_latch_record(struct cursor *cursor, struct record *record)
{
    struct page_node node;
    JET_ERR err = cursor_refresh(cursor);

    if (err < 0)
        return err;
    if (cursor->temp)
    {
        const struct temp_row *row;
        err = temp_current(cursor, &row);
        if (err < 0)
            return err;
        record->data = row->bytes + row->key_size;
        record->size = row->record_size;
        return JET_errSuccess;
    }
    if (cursor->index)
    {
        err = find_record(cursor);
        if (err < 0)
            return err;
    }
    err = tree_latch(&cursor->records, &node);
    if (err < 0)
        return err;
    record->data = node.data;
    record->size = node.data_size;
    return JET_errSuccess;
}

void cursor_unlatch_record(struct cursor *cursor)
{
    if (!cursor->temp)
        tree_unlatch(&cursor->records);
}

JET_ERR cursor_key(struct cursor *cursor, const uint8_t **key, uint32_t *size)
{
    const struct tree_cursor *tree;
    JET_ERR err = cursor_refresh(cursor);

    if (err < 0)
        return err;
    if (cursor->temp)
    {
        const struct temp_row *row;
        err = temp_current(cursor, &row);
        if (err < 0)
            return err;
        *key = row->bytes;
        *size = row->key_size;
        return JET_errSuccess;
    }
    tree = cursor_tree(cursor);
    if (tree->state != TREE_ON)
        return JET_errNoCurrentRecord;
    *key = tree->bookmark;
    *size = tree->bookmark_key_size;
    return JET_errSuccess;
}

JET_ERR cursor_bookmark(struct cursor *cursor, uint8_t *scratch, const uint8_t **bookmark, uint32_t *size)
{
    struct tree_cursor *tree = &cursor->entries;
    struct page_node node;
    JET_ERR err;

    if (!cursor->index)
        return cursor_key(cursor, bookmark, size);
    err = cursor_refresh(cursor);
    if (err < 0)
        return err;
    if (cursor->record_current && cursor->records.state == TREE_ON)
    {
        *bookmark = cursor->records.bookmark;
        *size = cursor->records.bookmark_key_size;
        return JET_errSuccess;
    }
    if (tree->state != TREE_ON)
        return JET_errNoCurrentRecord;
    if (!tree->tree->unique)
    {
        *bookmark = tree->bookmark + tree->bookmark_key_size;
        *size = tree->bookmark_data_size;
        return JET_errSuccess;
    }
    /* the place in a unique index is a key alone: the entry itself must tell */
    err = tree_latch(tree, &node);
    if (err < 0)
        return err;
    if (node.data_size > KEY_MAX)
        err = JET_errDatabaseCorrupted;
    else
    {
        memcpy(scratch, node.data, node.data_size);
        *bookmark = scratch;
        *size = node.data_size;
    }
    tree_unlatch(tree);
    return err;
}

/* ------------------------------------------------------------ search key --- */

JET_ERR cursor_make_key(struct cursor *cursor, const void *data, uint32_t size, JET_GRBIT grbit)
{
    if (os_unlikely(!cursor->key.data))
    {
        if (!cursor->form.columns && !(grbit & JET_bitNormalizedKey))
            return JET_errNoCurrentIndex;
        cursor->key.data = os_alloc(SEARCH_KEY_SIZE);
        if (!cursor->key.data)
            return JET_errOutOfMemory;
        cursor->key.size = 0;
        cursor->key.state = 0;
    }
    if (cursor->index)
        cursor->primary_key.state = cursor->primary_key.size = 0;
    if (os_likely(key_make_plain(&cursor->form, &cursor->key, data, size, grbit)))
        return JET_errSuccess;
    return key_make(&cursor->form, &cursor->key, data, size, grbit);
}

static uint32_t copy_out(const uint8_t *from, uint32_t size, void *out, uint32_t out_size)
{
    uint32_t n = size < out_size ? size : out_size;

    if (out && n)
        memcpy(out, from, n);
    return n;
}

JET_ERR cursor_retrieve_key(struct cursor *cursor, void *out, uint32_t out_size, uint32_t *actual, JET_GRBIT grbit)
{
    struct tree_cursor *tree = cursor_tree(cursor);
    struct page_node node;
    uint32_t size, n;
    JET_ERR err;

    if (grbit & JET_bitRetrieveCopy)
    {
        if (!cursor->key.data || !cursor->key.size)
            return JET_errKeyNotMade;
        copy_out(cursor->key.data, cursor->key.size, out, out_size);
        *actual = cursor->key.size;
        return JET_errSuccess;
    }
    if (cursor->temp)
        return temp_sort_retrieve_key(cursor, out, out_size, actual);
    err = cursor_refresh(cursor);
    if (err < 0)
        return err;
    err = tree_latch(tree, &node);
    if (err < 0)
        return err;
    size = (uint32_t)node.key.prefix_size + node.key.suffix_size;
    n = copy_out(node.key.prefix, node.key.prefix_size, out, out_size);
    copy_out(node.key.suffix, node.key.suffix_size, out ? (uint8_t *)out + n : NULL, out_size - n);
    tree_unlatch(tree);
    *actual = size;
    return size > out_size ? JET_wrnBufferTruncated : JET_errSuccess;
}
