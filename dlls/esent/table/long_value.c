/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Long values: a tree a table, in which a value is a root node (key: its id;
 * data: references and size) and its chunks (key: id and offset).  Every chunk
 * but the last stands for lv_chunk_max bytes; one that holds fewer than it
 * stands for is compressed.  Each chunk of an encrypted value is encrypted on its
 * own, after that.  Layouts: published engine, lv.hxx and lv.cxx.
 */
#include "format/compress.h"
#include "format/encrypt.h"
#include "table/long_value_key.h"
#include "table/record.h"

#define ROOT_SIZE       8
#define ROOT_SIZE_FLAGS 9
#define ROOT_ENCRYPTED  0x01
#define PARTLY_DELETED  UINT32_MAX /* for a count of references: being deleted bit by bit */

static JET_ERR corrupted(JET_ERR err)
{
    return err == JET_errRecordNotFound || err == JET_errNoCurrentRecord ? JET_errLVCorrupted : err;
}

static JET_ERR root_decode(const struct page_node *node, struct long_value *info)
{
    if (node->data_size != ROOT_SIZE && node->data_size != ROOT_SIZE_FLAGS)
        return JET_errLVCorrupted;
    info->key = NULL;
    info->references = le32(node->data);
    info->size = le32(node->data + 4);
    info->encrypted = node->data_size == ROOT_SIZE_FLAGS && node->data[8] & ROOT_ENCRYPTED;
    return info->size <= JET_cbLVColumnMost ? JET_errSuccess : JET_errLVCorrupted;
}

JET_ERR long_value_info(const struct table *table, struct txn *txn, const uint8_t *id, uint32_t id_size,
                        struct long_value *info)
{
    struct long_key key;
    struct cache_page *page;
    struct page_node node;
    JET_ERR err = long_key(id, id_size, &key);

    if (err >= 0 && (!table->long_values || !table->long_values->root))
        err = JET_errLVCorrupted;
    if (err >= 0)
        err = tree_find(table->long_values, txn, key.bytes, key.id_size, &page, &node);
    if (err < 0)
        return corrupted(err);
    err = root_decode(&node, info);
    cache_unlatch(page, CACHE_SHARED);
    return err;
}

/* Part of the bytes that a chunk's data stands for into out: from `skip` on, `want` bytes. */
static JET_ERR chunk_copy(const uint8_t *data, size_t size, uint32_t stands_for, uint32_t skip, uint8_t *out,
                          uint32_t want)
{
    uint8_t *whole;
    size_t actual;
    JET_ERR err;

    if (size > stands_for)
        return JET_errLVCorrupted;
    if (size == stands_for)
    {
        memcpy(out, data + skip, want);
        return JET_errSuccess;
    }
    if (!skip)
    {
        err = compress_decode(data, size, out, want, &actual);
        return err >= 0 && actual != stands_for ? JET_errLVCorrupted : err < 0 ? err : JET_errSuccess;
    }
    whole = os_alloc(skip + want);
    if (!whole)
        return JET_errOutOfMemory;
    err = compress_decode(data, size, whole, skip + want, &actual);
    if (err >= 0)
        err = actual == stands_for ? JET_errSuccess : JET_errLVCorrupted;
    if (err >= 0)
        memcpy(out, whole + skip, want);
    os_free(whole);
    return err;
}

/* The same of an encrypted chunk. */
static JET_ERR chunk_open(const struct page_node *node, const uint8_t *key, uint32_t stands_for, uint32_t skip,
                          uint8_t *out, uint32_t want)
{
    uint8_t *plain = os_alloc(node->data_size ? node->data_size : 1);
    size_t size;
    JET_ERR err = plain ? encrypt_open(key, node->data, node->data_size, plain, &size) : JET_errOutOfMemory;

    if (err >= 0)
        err = chunk_copy(plain, size, stands_for, skip, out, want);
    os_free(plain);
    return err;
}

/* Reads the leaves of the chunks from the key's to that at `last` together. */
static void chunks_preread(const struct tree *tree, const struct long_key *key, uint32_t last)
{
    struct long_key end = *key;

    long_key_offset(&end, last);
    tree_preread_range(tree, &(struct tree_range_end){ key->bytes, key->id_size + 4 },
                       &(struct tree_range_end){ end.bytes, end.id_size + 4 }, true);
}

/* Walks the chunks that hold [offset, offset + want) of a value. */
static JET_ERR chunks_read(const struct table *table, struct txn *txn, struct long_key *key,
                           const struct long_value *info, uint32_t offset, uint8_t *out, uint32_t want)
{
    uint32_t chunk_max = table->lv_chunk_max, size = info->size;
    uint32_t at = chunk_max ? offset - offset % chunk_max : 0;
    struct tree_cursor cursor;
    JET_ERR err;

    if (!chunk_max)
        return JET_errLVCorrupted;
    tree_cursor_init(&cursor, table->long_values, txn);
    long_key_offset(key, at);
    if (want > chunk_max)
        chunks_preread(table->long_values, key, offset + want - 1 - (offset + want - 1) % chunk_max);
    err = tree_seek(&cursor, key->bytes, key->id_size + 4, TREE_SEEK_EQ);
    while (err >= 0)
    {
        uint32_t stands_for = size - at < chunk_max ? size - at : chunk_max;
        uint32_t skip = offset - at;
        uint32_t part = stands_for - skip < want ? stands_for - skip : want;
        struct page_node node;

        if (tree_compare_key(&cursor, key->bytes, key->id_size + 4))
            err = JET_errLVCorrupted;
        if (err >= 0)
            err = tree_latch(&cursor, &node);
        if (err < 0)
            break;
        err = info->encrypted ? chunk_open(&node, info->key, stands_for, skip, out, part)
                              : chunk_copy(node.data, node.data_size, stands_for, skip, out, part);
        tree_unlatch(&cursor);
        out += part;
        want -= part;
        offset += part;
        at += stands_for;
        if (err < 0 || !want)
            break;
        long_key_offset(key, at);
        err = tree_move_next(&cursor);
    }
    tree_cursor_close(&cursor);
    return corrupted(err);
}

JET_ERR long_value_read_part(const struct table *table, struct txn *txn, const uint8_t *id, uint32_t id_size,
                             const struct long_value *info, uint32_t offset, void *out, uint32_t out_size,
                             uint32_t *actual)
{
    uint32_t rest = offset < info->size ? info->size - offset : 0;
    struct long_key key;
    JET_ERR err;

    if (actual)
        *actual = 0;
    if (info->encrypted && !info->key)
        return JET_errColumnNoEncryptionKey;
    if (info->references == PARTLY_DELETED)
        return JET_errInternalError;
    if (actual)
        *actual = rest;
    if (rest && out && out_size)
    {
        os_work()->long_values++;
        err = long_key(id, id_size, &key);
        if (err >= 0)
            err = chunks_read(table, txn, &key, info, offset, out, rest < out_size ? rest : out_size);
        if (err < 0)
            return err;
    }
    return rest > out_size ? JET_wrnBufferTruncated : JET_errSuccess;
}

JET_ERR long_value_read(const struct table *table, struct txn *txn, const uint8_t *id, uint32_t id_size,
                        const uint8_t *key, uint32_t offset, void *out, uint32_t out_size, uint32_t *actual)
{
    struct long_value info;
    JET_ERR err = long_value_info(table, txn, id, id_size, &info);

    if (actual)
        *actual = 0;
    if (err < 0)
        return err;
    info.key = key;
    return long_value_read_part(table, txn, id, id_size, &info, offset, out, out_size, actual);
}

JET_ERR long_value_space(const struct table *table, struct txn *txn, const uint8_t *id, uint32_t id_size,
                         bool with_chunks, struct long_value_space *space)
{
    struct tree_cursor cursor;
    struct page_node node;
    struct long_value info;
    struct long_key key;
    uint32_t most;
    JET_ERR err = long_key(id, id_size, &key);

    *space = (struct long_value_space){ 0 };
    if (err < 0)
        return err;
    if ((!table->long_values || !table->long_values->root) || !table->lv_chunk_max)
        return JET_errLVCorrupted;
    tree_cursor_init(&cursor, table->long_values, txn);
    err = tree_seek(&cursor, key.bytes, key.id_size, TREE_SEEK_EQ);
    if (err >= 0)
        err = tree_latch(&cursor, &node);
    if (err >= 0)
    {
        err = root_decode(&node, &info);
        space->root_size = node.data_size;
        tree_unlatch(&cursor);
    }
    if (err < 0)
        goto done;
    space->size = space->stored = info.size;
    if (!with_chunks)
        goto done;
    space->stored = 0;
    most = info.size / table->lv_chunk_max + 1;
    while ((err = tree_move_next(&cursor)) >= 0)
    {
        if (cursor.bookmark_key_size != key.id_size + 4 || memcmp(cursor.bookmark, key.bytes, key.id_size))
            break;
        err = tree_latch(&cursor, &node);
        if (err < 0)
            break;
        space->stored += node.data_size;
        tree_unlatch(&cursor);
        if (++space->chunks > most)
        {
            err = JET_errLVCorrupted;
            break;
        }
    }
    if (err == JET_errNoCurrentRecord)
        err = JET_errSuccess;
done:
    tree_cursor_close(&cursor);
    return err < 0 ? corrupted(err) : JET_errSuccess;
}

JET_ERR record_open_value(struct record_value *value, const uint8_t *key, uint8_t **heap)
{
    size_t size;
    JET_ERR err;

    *heap = NULL;
    if (!key)
        return JET_errColumnNoEncryptionKey;
    *heap = os_alloc(value->size ? value->size : 1);
    if (!*heap)
        return JET_errOutOfMemory;
    err = encrypt_open(key, value->data, value->size, *heap, &size);
    if (err < 0)
    {
        os_free(*heap);
        *heap = NULL;
        return err;
    }
    value->data = *heap;
    value->size = (uint32_t)size;
    value->encrypted = false;
    return JET_errSuccess;
}

JET_ERR record_read_value(const struct table *table, struct txn *txn, const struct record_value *value, uint32_t offset,
                          void *out, uint32_t out_size, uint32_t *actual)
{
    uint8_t *whole;
    uint32_t rest;
    size_t size;
    JET_ERR err;

    if (actual)
        *actual = 0;
    if (value->null)
        return JET_wrnColumnNull;
    if (value->separated)
        return long_value_read(table, txn, value->data, value->size, NULL, offset, out, out_size, actual);
    if (value->encrypted)
        return JET_errColumnNoEncryptionKey;
    if (!value->compressed)
    {
        rest = offset < value->size ? value->size - offset : 0;
        if (actual)
            *actual = rest;
        if (rest && out_size)
            memcpy(out, value->data + offset, rest < out_size ? rest : out_size);
        return rest > out_size ? JET_wrnBufferTruncated : JET_errSuccess;
    }
    if (!offset)
    {
        err = compress_decode(value->data, value->size, out, out_size, &size);
        if (err >= 0 && actual)
            *actual = (uint32_t)size;
        return err == COMPRESS_WRN_SCRUBBED ? JET_errSuccess : err;
    }
    err = compress_decode_size(value->data, value->size, &size);
    if (err < 0)
        return err;
    rest = offset < size ? (uint32_t)size - offset : 0;
    if (rest && out_size)
    {
        uint32_t part = rest < out_size ? rest : out_size;

        whole = os_alloc(offset + part);
        if (!whole)
            return JET_errOutOfMemory;
        err = compress_decode(value->data, value->size, whole, offset + part, &size);
        if (err >= 0)
            memcpy(out, whole + offset, part);
        os_free(whole);
        if (err < 0)
            return err;
    }
    if (actual)
        *actual = rest;
    return rest > out_size ? JET_wrnBufferTruncated : JET_errSuccess;
}
