/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing long values.  Follows lv.cxx of the published engine. */
#include "table/long_value_write.h"

#include <string.h>

#include "format/bytes.h"
#include "format/compress.h"
#include "format/encrypt.h"
#include "table/catalog.h"
#include "table/schema_private.h"
#include "txn/version.h"

#define ROOT_SIZE       8
#define ROOT_SIZE_FLAGS 9
#define ROOT_ENCRYPTED  0x01u
#define ROOT_REFERENCES 0 /* offset in the root's data */
#define ROOT_LENGTH     4

/* -------------------------------------------------------------- compression --- */

#define SAMPLE_MIN  128
#define SAMPLE_MAX  1024
#define SIGNIFICANT 500.0

/* How far the bytes are from being equally frequent, by the chi-squared test. */
static bool looks_compressible(const uint8_t *data, uint32_t size)
{
    uint32_t count[256] = { 0 }, sample = size < SAMPLE_MAX ? size : SAMPLE_MAX;
    double expected = sample / 256.0, sum = 0;

    if (size < SAMPLE_MIN)
        return true;
    for (uint32_t i = 0; i < sample; i++)
        count[data[i]]++;
    for (unsigned i = 0; i < 256; i++)
        sum += (count[i] - expected) * (count[i] - expected) / expected;
    return sum >= SIGNIFICANT;
}

uint32_t long_value_compress(const void *data, uint32_t size, uint8_t *out)
{
    unsigned flags = COMPRESS_7BIT | (size >= COMPRESS_MIN_SIZE ? COMPRESS_XPRESS : 0);
    size_t actual;

    if (!size || !looks_compressible(data, size) || compress_encode(data, size, flags, out, size, &actual) < 0)
        return 0;
    return actual < size ? (uint32_t)actual : 0;
}

/* -------------------------------------------------------------------- chunks --- */

/* A value being changed. */
struct writer
{
    struct table *table;
    struct txn *txn;
    struct long_value_id id;
    struct long_key key;
    struct tree_cursor cursor; /* on the root, once there is one */
    struct long_value before;  /* as it was */
    uint8_t flags;             /* of the root; 0: it has none */
    bool compress;
    const uint8_t *encryption; /* NULL: no key was given */
    uint8_t *chunk;            /* room for two, plain and compressed, and for one that is encrypted */
};

static JET_ERR writer_open(struct writer *writer, struct table *table, struct txn *txn, bool compress,
                           const uint8_t *encryption)
{
    size_t chunk_max = table->lv_chunk_max;

    *writer = (struct writer){ .table = table, .txn = txn, .compress = compress, .encryption = encryption };
    tree_cursor_init(&writer->cursor, table->long_values, txn);
    if (!chunk_max)
        return JET_errLVCorrupted;
    writer->chunk = os_alloc(2 * chunk_max + (encryption ? encrypt_size(chunk_max) : 0));
    return writer->chunk ? JET_errSuccess : JET_errOutOfMemory;
}

static void writer_close(struct writer *writer)
{
    tree_cursor_close(&writer->cursor);
    os_free(writer->chunk);
}

static JET_ERR missing(JET_ERR err)
{
    return err == JET_errRecordNotFound || err == JET_errNoCurrentRecord || err == JET_errRecordDeleted
               ? JET_errLVCorrupted
               : err;
}

/* Places the writer on the root of an existing value. */
static JET_ERR writer_find(struct writer *writer, const struct long_value_id *id)
{
    struct page_node node;
    JET_ERR err = long_key(id->bytes, id->size, &writer->key);

    if (err >= 0 && !writer->table->long_values->root)
        err = JET_errLVCorrupted;
    if (err >= 0)
        err = tree_seek(&writer->cursor, writer->key.bytes, writer->key.id_size, TREE_SEEK_EQ);
    if (err >= 0)
        err = tree_latch(&writer->cursor, &node);
    if (err < 0)
        return missing(err);
    if (node.data_size != ROOT_SIZE && node.data_size != ROOT_SIZE_FLAGS)
        err = JET_errLVCorrupted;
    else
    {
        writer->id = *id;
        writer->before.references = le32(node.data + ROOT_REFERENCES);
        writer->before.size = le32(node.data + ROOT_LENGTH);
        writer->flags = node.data_size == ROOT_SIZE_FLAGS ? node.data[ROOT_SIZE] : 0;
        writer->before.encrypted = writer->flags & ROOT_ENCRYPTED;
        writer->before.key = writer->encryption;
    }
    tree_unlatch(&writer->cursor);
    return err;
}

/* Makes bytes what is stored of them. */
static const uint8_t *encode(struct writer *writer, const uint8_t *data, uint32_t *size)
{
    uint8_t *out = writer->chunk + writer->table->lv_chunk_max;
    uint32_t actual = writer->compress ? long_value_compress(data, *size, out) : 0;

    if (actual)
    {
        data = out;
        *size = actual;
    }
    if (!writer->before.encrypted)
        return data;
    out = writer->chunk + 2 * (size_t)writer->table->lv_chunk_max;
    encrypt_value(writer->encryption, data, *size, out);
    *size = (uint32_t)encrypt_size(*size);
    return out;
}

static JET_ERR insert_chunk(struct writer *writer, uint32_t offset, const uint8_t *data, uint32_t size)
{
    const uint8_t *stored = encode(writer, data, &size);
    JET_ERR err;

    long_key_offset(&writer->key, offset);
    err = tree_insert(writer->table->long_values, writer->txn, writer->key.bytes,
                      writer->key.id_size + LONG_VALUE_OFFSET_SIZE, stored, size, true);
    return err == JET_errKeyDuplicate ? JET_errLVCorrupted : err;
}

static JET_ERR replace_chunk(struct writer *writer, uint32_t offset, const uint8_t *data, uint32_t size)
{
    const uint8_t *stored = encode(writer, data, &size);
    struct tree_cursor cursor;
    JET_ERR err;

    long_key_offset(&writer->key, offset);
    tree_cursor_init(&cursor, writer->table->long_values, writer->txn);
    err = tree_seek(&cursor, writer->key.bytes, writer->key.id_size + LONG_VALUE_OFFSET_SIZE, TREE_SEEK_EQ);
    if (err >= 0)
        err = tree_replace(&cursor, stored, size);
    tree_cursor_close(&cursor);
    return missing(err);
}

/* The root of a value that is referred to once; answers its size. */
static uint32_t make_root(const struct writer *writer, uint32_t size, uint8_t root[ROOT_SIZE_FLAGS])
{
    set_le32(root + ROOT_REFERENCES, 1);
    set_le32(root + ROOT_LENGTH, size);
    root[ROOT_SIZE] = writer->flags;
    return writer->flags ? ROOT_SIZE_FLAGS : ROOT_SIZE;
}

static JET_ERR insert_root(struct writer *writer, uint32_t size)
{
    uint8_t root[ROOT_SIZE_FLAGS];
    uint32_t root_size = make_root(writer, size, root);
    JET_ERR err;

    err = tree_insert(writer->table->long_values, writer->txn, writer->key.bytes, writer->key.id_size, root, root_size,
                      true);
    return err == JET_errKeyDuplicate ? JET_errLVCorrupted : err;
}

/* What a chunk holds of the value as it was, into writer->chunk. */
static JET_ERR read_chunk(struct writer *writer, uint32_t offset, uint32_t *size)
{
    uint32_t rest = writer->before.size - offset;

    *size = rest < writer->table->lv_chunk_max ? rest : writer->table->lv_chunk_max;
    return long_value_read_part(writer->table, writer->txn, writer->id.bytes, writer->id.size, &writer->before, offset,
                                writer->chunk, *size, NULL);
}

/* Writes bytes (NULL: zeroes) at an offset that is not behind the value's end. */
static JET_ERR write_range(struct writer *writer, uint32_t offset, const uint8_t *data, uint32_t size)
{
    uint32_t chunk_max = writer->table->lv_chunk_max;

    while (size)
    {
        uint32_t at = offset - offset % chunk_max, skip = offset - at, part = chunk_max - skip, have = 0, whole;
        const uint8_t *source = data;
        JET_ERR err = JET_errSuccess;

        if (part > size)
            part = size;
        if (at < writer->before.size && (skip || part < chunk_max))
            err = read_chunk(writer, at, &have);
        else if (at < writer->before.size)
            have = chunk_max;
        if (err < 0)
            return err == JET_wrnBufferTruncated ? JET_errLVCorrupted : err;
        whole = have > skip + part ? have : skip + part;
        if (!data || skip || whole != part)
        {
            if (data)
                memcpy(writer->chunk + skip, data, part);
            else
                memset(writer->chunk + skip, 0, part);
            source = writer->chunk;
        }
        err = have ? replace_chunk(writer, at, source, whole) : insert_chunk(writer, at, source, whole);
        if (err < 0)
            return err;
        offset += part;
        size -= part;
        if (data)
            data += part;
    }
    return JET_errSuccess;
}

/* Deletes what is behind `size`. */
static JET_ERR truncate(struct writer *writer, uint32_t size)
{
    uint32_t chunk_max = writer->table->lv_chunk_max, at = size - size % chunk_max;
    JET_ERR err = JET_errSuccess;

    if (size > at)
    {
        uint32_t have;

        err = read_chunk(writer, at, &have);
        if (err >= 0)
            err = replace_chunk(writer, at, writer->chunk, size - at);
        at += chunk_max;
    }
    for (; err >= 0 && at < writer->before.size; at += chunk_max)
    {
        long_key_offset(&writer->key, at);
        err = tree_delete_entry(writer->table->long_values, writer->txn, writer->key.bytes,
                                writer->key.id_size + LONG_VALUE_OFFSET_SIZE, NULL, 0);
        if (chunk_max > UINT32_MAX - at)
            break;
    }
    if (err >= 0)
        writer->before.size = size;
    return missing(err);
}

/* The first chunk, then the root, which so shares its page, then the others. */
static JET_ERR create_value(struct writer *writer, const uint8_t *data, uint32_t size)
{
    uint32_t first = size < writer->table->lv_chunk_max ? size : writer->table->lv_chunk_max;
    JET_ERR err = long_value_new_id(writer->table, &writer->id);

    if (err >= 0)
        err = long_key(writer->id.bytes, writer->id.size, &writer->key);
    if (!data)
        memset(writer->chunk, 0, first);
    if (err >= 0 && first)
        err = insert_chunk(writer, 0, data ? data : writer->chunk, first);
    if (err >= 0)
        err = insert_root(writer, size);
    writer->before.size = first;
    writer->before.references = 1;
    if (err >= 0)
        err = write_range(writer, first, data ? data + first : NULL, size - first);
    return err;
}

static JET_ERR open_for_new(struct writer *writer, struct table *table, struct txn *txn, bool compress,
                            const uint8_t *key)
{
    JET_ERR err;

    if (!table->object)
        return JET_errCannotSeparateIntrinsicLV;
    if (!table->long_values->root)
    {
        err = long_value_create_tree(table);
        if (err < 0)
            return err;
    }
    err = writer_open(writer, table, txn, compress, key);
    if (err < 0)
        writer_close(writer);
    return err;
}

JET_ERR long_value_create(struct table *table, struct txn *txn, const void *data, uint32_t size, bool compress,
                          const uint8_t *key, struct long_value_id *id)
{
    struct writer writer;
    JET_ERR err = open_for_new(&writer, table, txn, compress, key);

    if (err < 0)
        return err;
    writer.before.encrypted = key;
    writer.before.key = key;
    writer.flags = key ? ROOT_ENCRYPTED : 0;
    err = create_value(&writer, data, size);
    *id = writer.id;
    writer_close(&writer);
    return err;
}

/* ---------------------------------------------------------------------- copy --- */

/* A value like writer's becomes its own; bytes are copied as they are stored. */
static JET_ERR copy_value(struct writer *writer)
{
    struct tree_cursor from;
    struct long_key key = writer->key;
    uint32_t chunk_max = writer->table->lv_chunk_max, at = 0, size = writer->before.size;
    size_t most = writer->before.encrypted ? encrypt_size(chunk_max) : chunk_max;
    JET_ERR err = long_value_new_id(writer->table, &writer->id);

    if (err >= 0)
        err = long_key(writer->id.bytes, writer->id.size, &writer->key);
    if (err >= 0)
        err = size ? JET_errSuccess : insert_root(writer, 0);
    tree_cursor_init(&from, writer->table->long_values, writer->txn);
    while (err >= 0 && at < size)
    {
        struct page_node node;
        uint32_t stored;

        long_key_offset(&key, at);
        err = tree_seek(&from, key.bytes, key.id_size + LONG_VALUE_OFFSET_SIZE, TREE_SEEK_EQ);
        if (err >= 0)
            err = tree_latch(&from, &node);
        if (err < 0)
            break;
        stored = node.data_size;
        if (stored > most || stored > 2 * (size_t)chunk_max)
            err = JET_errLVCorrupted;
        else
            memcpy(writer->chunk, node.data, stored);
        tree_unlatch(&from);
        if (err < 0)
            break;
        long_key_offset(&writer->key, at);
        err = tree_insert(writer->table->long_values, writer->txn, writer->key.bytes,
                          writer->key.id_size + LONG_VALUE_OFFSET_SIZE, writer->chunk, stored, true);
        /* It shares the first chunk's page. */
        if (err >= 0 && !at)
            err = insert_root(writer, size);
        if (chunk_max > UINT32_MAX - at)
            break;
        at += chunk_max;
    }
    tree_cursor_close(&from);
    writer->before.references = 1;
    if (err >= 0)
        err = tree_seek(&writer->cursor, writer->key.bytes, writer->key.id_size, TREE_SEEK_EQ);
    return missing(err);
}

/* --------------------------------------------------------------- references --- */

static JET_ERR add_references(struct writer *writer, int delta)
{
    return tree_delta(&writer->cursor, ROOT_REFERENCES, 4, delta, NULL);
}

/* Whether the count of references is being changed by somebody else. */
static bool others_count(struct writer *writer)
{
    struct page_node node;
    bool others = false;

    if (tree_latch(&writer->cursor, &node) < 0)
        return false;
    others = tree_others_delta(&writer->cursor, ROOT_REFERENCES) != 0;
    tree_unlatch(&writer->cursor);
    return others;
}

JET_ERR long_value_dereference(struct table *table, struct txn *txn, const struct long_value_id *id)
{
    struct writer writer;
    JET_ERR err = writer_open(&writer, table, txn, false, NULL);

    if (err >= 0)
        err = writer_find(&writer, id);
    if (err >= 0 && !writer.before.references)
        err = JET_errWriteConflict;
    if (err >= 0)
        err = add_references(&writer, -1);
    writer_close(&writer);
    return err;
}

JET_ERR long_value_reference(struct table *table, struct txn *txn, struct long_value_id *id)
{
    struct writer writer;
    JET_ERR err = writer_open(&writer, table, txn, false, NULL);

    if (err >= 0)
        err = writer_find(&writer, id);
    if (err >= 0)
    {
        err = add_references(&writer, 1);
        if (err == JET_errWriteConflict)
        {
            err = copy_value(&writer);
            *id = writer.id;
        }
    }
    writer_close(&writer);
    return err;
}

/* ------------------------------------------------------------------- change --- */

/* Takes a copy, and the reference from the value it was. */
static JET_ERR change_copy(struct writer *writer)
{
    struct long_value_id old = writer->id;
    JET_ERR err = copy_value(writer);

    return err < 0 ? err : long_value_dereference(writer->table, writer->txn, &old);
}

/* The size in the root, which also locks the value. */
static JET_ERR set_size(struct writer *writer, uint32_t size)
{
    uint8_t root[ROOT_SIZE_FLAGS];
    uint32_t root_size;

    if (size == writer->before.size)
        return tree_lock(&writer->cursor, false);
    root_size = make_root(writer, size, root);
    return tree_replace(&writer->cursor, root, root_size);
}

static uint64_t size_after(const struct long_value_change *change, uint32_t before)
{
    uint64_t end = (uint64_t)change->offset + change->size;

    switch (change->operation)
    {
    case LONG_VALUE_APPEND:
        return (uint64_t)before + change->size;
    case LONG_VALUE_OVERWRITE:
        return end > before ? end : before;
    case LONG_VALUE_OVERWRITE_END:
        return end;
    default:
        return change->size;
    }
}

static JET_ERR change_chunks(struct writer *writer, const struct long_value_change *change, uint32_t size)
{
    uint32_t before = writer->before.size;
    JET_ERR err = JET_errSuccess;

    if (size < before)
        err = truncate(writer, size);
    if (err < 0)
        return err;
    switch (change->operation)
    {
    case LONG_VALUE_APPEND:
        return write_range(writer, before, change->data, change->size);
    case LONG_VALUE_RESIZE:
        return size > before ? write_range(writer, before, NULL, size - before) : JET_errSuccess;
    default:
        return write_range(writer, change->offset, change->data, change->size);
    }
}

JET_ERR long_value_change(struct table *table, struct txn *txn, struct long_value_id *id,
                          const struct long_value_change *change)
{
    struct writer writer;
    uint64_t size;
    bool copied = false;
    JET_ERR err = writer_open(&writer, table, txn, change->compress, change->key);

    if (err >= 0)
        err = writer_find(&writer, id);
    if (err >= 0 && writer.before.encrypted && !change->key)
        err = JET_errColumnNoEncryptionKey;
    if (err < 0)
        goto done;
    err = JET_errColumnNoChunk;
    if ((change->operation == LONG_VALUE_OVERWRITE || change->operation == LONG_VALUE_OVERWRITE_END) &&
        change->offset > writer.before.size)
        goto done;
    err = JET_errSuccess;
    if (change->copy || writer.before.references != 1 || others_count(&writer))
    {
        err = change_copy(&writer);
        copied = true;
    }
    size = size_after(change, writer.before.size);
    if (err >= 0 && ((change->size_max && size > change->size_max) || size > JET_cbLVColumnMost))
        err = JET_errColumnTooBig;
    if (err < 0)
        goto done;
    err = set_size(&writer, (uint32_t)size);
    if (err == JET_errWriteConflict && !copied && others_count(&writer))
    {
        err = change_copy(&writer);
        if (err >= 0)
            err = set_size(&writer, (uint32_t)size);
    }
    if (err >= 0)
        err = change_chunks(&writer, change, (uint32_t)size);
    if (err >= 0)
        *id = writer.id;
done:
    writer_close(&writer);
    return err;
}

/* ------------------------------------------------------------------- expiry --- */

static JET_ERR delete_all(struct tree_cursor *cursor, const uint8_t *root, uint32_t root_size)
{
    JET_ERR err;

    for (;;)
    {
        err = tree_seek(cursor, root, root_size, TREE_SEEK_GT);
        if (err < 0 || cursor->bookmark_key_size != root_size + LONG_VALUE_OFFSET_SIZE ||
            memcmp(cursor->bookmark, root, root_size))
            break;
        err = tree_delete(cursor);
        if (err < 0)
            return err;
    }
    err = tree_seek(cursor, root, root_size, TREE_SEEK_EQ);
    return err < 0 ? err : tree_delete(cursor);
}

/* Takes all of a value off, which nobody can see: in a transaction, so that the log has all of it or nothing. */
static void remove_value(const struct tree *tree, struct txn_root *root_of_txns, const uint8_t *root,
                         uint32_t root_size)
{
    struct tree_cursor cursor;
    struct txn txn;

    txn_init(&txn, root_of_txns);
    if (txn_begin_inner(&txn) < 0)
        return;
    tree_cursor_init(&cursor, tree, &txn);
    (void)txn_finish(&txn, delete_all(&cursor, root, root_size));
    tree_cursor_close(&cursor);
}

void long_value_expire(const struct version *version)
{
    struct tree_store *store = version->owner;
    struct version_place place = { version->database, version->root, version_key(version), version->key_size, NULL, 0,
                                   version->objid };
    struct cache_page *page;
    struct page_node node;
    struct tree tree;
    bool gone;

    /* No other number that is counted up and down is at the very beginning of its entry. */
    if (version->op != VERSION_DELTA || (version->key_size != 4 && version->key_size != 8) ||
        version->offset != ROOT_REFERENCES || version->delta >= 0)
        return;
    if (cache_latch(store->file, version->root, CACHE_SHARED, &page) < 0)
        return;
    tree_init(&tree, store->file, version->root, page_objid(page->data), true, PAGE_LONG_VALUE);
    gone = page_flags(page->data) & PAGE_LONG_VALUE;
    cache_unlatch(page, CACHE_SHARED);
    if (!gone)
        return;
    if (version_any(store->txns, &place) || tree_find(&tree, NULL, place.key, place.key_size, &page, &node) < 0)
        return;
    gone = (node.data_size == ROOT_SIZE || node.data_size == ROOT_SIZE_FLAGS) && !le32(node.data + ROOT_REFERENCES);
    cache_unlatch(page, CACHE_SHARED);
    if (gone)
        remove_value(&tree, store->txns, place.key, place.key_size);
}
