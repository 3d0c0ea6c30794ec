/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Long values: each is a root and all its chunks, in order; and as many columns
 * of records refer to it as its root says.  The latter is compared as the sum of
 * a hash of the id, once for each reference on the one side, and times the count
 * on the other.
 */
#include "maintain/table_check.h"

#define ROOT_SIZE       8u
#define ROOT_SIZE_FLAGS 9u
#define ROOT_ENCRYPTED  0x01
#define PARTLY_DELETED  UINT32_MAX
#define WINDOW          65536u /* values whose references are counted one by one at a time */

static void sum_references(struct integrity_sum *sum, uint64_t id, uint64_t count)
{
    uint64_t hash = integrity_mix(id ^ 0x452821e638d01377u);

    sum->count += count;
    sum->sum[0] += hash * count;
    sum->sum[1] += integrity_mix(hash) * count;
}

/* Ids are little-endian in records, 8 bytes with the top bit set or 4. */
static bool read_id(const uint8_t *bytes, uint32_t size, uint64_t *id)
{
    if ((size != 4 && size != 8) || !!(bytes[size - 1] & 0x80) != (size == 8))
        return false;
    *id = size == 8 ? le64(bytes) : le32(bytes);
    return true;
}

JET_ERR integrity_refer(struct table_check *table, const uint8_t *id_bytes, uint32_t size, uint32_t pgno)
{
    uint64_t id;

    if (!read_id(id_bytes, size, &id))
        integrity_find(table->check, FINDING_LONG_VALUE, pgno, "%u bytes in a record are no id of a long value",
                       (unsigned)size);
    else
        sum_references(&table->references, id, 1);
    return JET_errSuccess;
}

/* Splits a key of the tree; *offset is UINT64_MAX for a root. */
static bool read_key(const struct page_key *page_key, uint64_t *id, uint64_t *offset)
{
    uint32_t size = page_key_size(page_key), id_size;
    uint8_t key[12];

    if (size != 4 && size != 8 && size != 12)
        return false;
    page_key_copy(page_key, key);
    id_size = key[0] & 0x80 ? 8 : 4;
    if (size != id_size && size != id_size + 4)
        return false;
    *id = id_size == 8 ? be64(key) : be32(key);
    *offset = size == id_size ? UINT64_MAX : be32(key + id_size);
    return true;
}

/* ------------------------------------------------------------ the tree --- */

struct values
{
    struct table_check *table;
    uint32_t chunk_max;
    bool in_value;
    bool skip; /* nothing is expected of the value's chunks */
    uint64_t id;
    uint64_t size, offset; /* of the value, and where the next chunk starts */
    uint64_t unreferenced;
};

static void end_value(struct values *values, struct integrity *check, uint32_t pgno)
{
    if (values->in_value && !values->skip && values->offset < values->size)
        integrity_find(check, FINDING_LONG_VALUE, pgno, "long value %llu has %llu bytes, and chunks up to %llu only",
                       (unsigned long long)values->id, (unsigned long long)values->size,
                       (unsigned long long)values->offset);
    values->in_value = false;
}

static void visit_root(struct values *values, struct integrity *check, const struct page_node *node, uint64_t id,
                       uint32_t pgno)
{
    uint32_t references;

    values->in_value = true;
    values->skip = true;
    values->id = id;
    values->offset = 0;
    check->result.long_values++;
    if (node->data_size != ROOT_SIZE && node->data_size != ROOT_SIZE_FLAGS)
    {
        integrity_find(check, FINDING_LONG_VALUE, pgno, "the root of long value %llu has %u bytes",
                       (unsigned long long)id, (unsigned)node->data_size);
        return;
    }
    references = le32(node->data);
    values->size = le32(node->data + 4);
    if (values->size > JET_cbLVColumnMost)
    {
        integrity_find(check, FINDING_LONG_VALUE, pgno, "long value %llu says it has %llu bytes",
                       (unsigned long long)id, (unsigned long long)values->size);
        return;
    }
    if (references == PARTLY_DELETED || !references)
        values->unreferenced++;
    if (references == PARTLY_DELETED)
        return;
    values->skip = node->data_size == ROOT_SIZE_FLAGS && node->data[8] & ROOT_ENCRYPTED;
    sum_references(&values->table->counts, id, references);
}

static void visit_chunk(struct values *values, struct integrity *check, const struct page_node *node, uint64_t offset,
                        uint32_t pgno)
{
    uint64_t stands_for;
    size_t size;

    if (values->skip)
        return;
    if (offset != values->offset || offset >= values->size)
    {
        integrity_find(check, FINDING_LONG_VALUE, pgno, "a chunk of long value %llu is at %llu, not at %llu of %llu",
                       (unsigned long long)values->id, (unsigned long long)offset, (unsigned long long)values->offset,
                       (unsigned long long)values->size);
        values->skip = true;
        return;
    }
    stands_for = values->size - offset < values->chunk_max ? values->size - offset : values->chunk_max;
    values->offset += stands_for;
    if (node->data_size == stands_for)
        return;
    if (node->data_size > stands_for || compress_decode_size(node->data, node->data_size, &size) < 0 ||
        size != stands_for)
        integrity_find(check, FINDING_LONG_VALUE, pgno, "the chunk at %llu of long value %llu does not hold %llu bytes",
                       (unsigned long long)offset, (unsigned long long)values->id, (unsigned long long)stands_for);
}

static JET_ERR visit_value(void *context, struct integrity *check, const struct page_node *node, uint32_t pgno)
{
    struct values *values = context;
    uint64_t id, offset;

    if (!read_key(&node->key, &id, &offset))
        integrity_find(check, FINDING_LONG_VALUE, pgno, "a key of %u bytes is neither of a long value nor of a chunk",
                       (unsigned)page_key_size(&node->key));
    else if (offset == UINT64_MAX)
    {
        end_value(values, check, pgno);
        visit_root(values, check, node, id, pgno);
    }
    else if (!values->in_value || id != values->id)
    {
        end_value(values, check, pgno);
        integrity_find(check, FINDING_LONG_VALUE, pgno, "a chunk is of long value %llu, which has no root",
                       (unsigned long long)id);
    }
    else
        visit_chunk(values, check, node, offset, pgno);
    return JET_errSuccess;
}

/* ---------------------------------------------- when the sums differ --- */

struct counted
{
    uint64_t id;
    uint32_t says, seen;
};

struct window
{
    struct table_check *table;
    struct counted *values;
    uint32_t count;
    uint64_t first, next; /* ids in the window: first <= id < next */
    bool more;
};

static JET_ERR collect(void *context, struct integrity *check, const struct page_node *node, uint32_t pgno)
{
    struct window *window = context;
    uint64_t id, offset;

    (void)check;
    (void)pgno;
    if (window->more || !read_key(&node->key, &id, &offset) || offset != UINT64_MAX || id < window->first ||
        node->data_size < ROOT_SIZE)
        return JET_errSuccess;
    if (window->count == WINDOW)
    {
        window->more = true;
        window->next = id;
        return JET_errSuccess;
    }
    window->values[window->count++] = (struct counted){ id, le32(node->data), 0 };
    return JET_errSuccess;
}

static void count_reference(struct window *window, uint64_t id, uint32_t pgno)
{
    uint32_t low = 0, high = window->count;

    if (id < window->first || (window->more && id >= window->next))
        return;
    while (low < high)
    {
        uint32_t middle = low + (high - low) / 2;

        if (window->values[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < window->count && window->values[low].id == id)
        window->values[low].seen++;
    else
        integrity_find(window->table->check, FINDING_LONG_VALUE, pgno,
                       "a record refers to long value %llu, which is not there", (unsigned long long)id);
}

static JET_ERR count_references(void *context, struct integrity *check, const struct page_node *node, uint32_t pgno)
{
    struct window *window = context;
    struct record record = { node->data, node->data_size };
    struct record_tagged walk = { 0 };
    struct record_value value;
    uint64_t id;

    (void)check;
    while (record_tagged_next(window->table->table, record, &walk) >= 0)
    {
        for (uint32_t i = 1; i <= walk.values; i++)
        {
            if (record_tagged_value(&walk, i, &value) >= 0 && value.separated && read_id(value.data, value.size, &id))
                count_reference(window, id, pgno);
        }
    }
    return JET_errSuccess;
}

/* One that says too much is kept for nobody, but harms nobody (ErrREPAIRCompareLVRefcounts). */
static void differ(struct integrity *check, const struct counted *value)
{
    static const char format[] = "long value %llu says %u columns refer to it, and %u do";

    if (value->says < value->seen)
        integrity_find(check, FINDING_LONG_VALUE, 0, format, (unsigned long long)value->id, (unsigned)value->says,
                       (unsigned)value->seen);
    else
    {
        check->result.kept_values++;
        integrity_warn(check, FINDING_LONG_VALUE, 0, format, (unsigned long long)value->id, (unsigned)value->says,
                       (unsigned)value->seen);
    }
}

static JET_ERR compare_references(struct table_check *table)
{
    struct integrity *check = table->check;
    const struct integrity_tree *records = &check->trees[table->number];
    struct window window = { .table = table };
    JET_ERR err = JET_errSuccess;

    window.values = os_alloc(WINDOW * sizeof(*window.values));
    if (!window.values)
        return JET_errOutOfMemory;
    do
    {
        struct integrity_walk walk = { 0, 0, 0, table->number, true, collect, &window };

        window.count = 0;
        window.more = false;
        if (table->values)
        {
            walk.root = check->trees[table->values].root;
            walk.objid = check->trees[table->values].objid;
            err = integrity_walk(check, &walk, NULL);
        }
        walk.root = records->root;
        walk.objid = records->objid;
        walk.visit = count_references;
        if (err >= 0)
            err = integrity_walk(check, &walk, NULL);
        for (uint32_t i = 0; err >= 0 && i < window.count; i++)
        {
            const struct counted *value = &window.values[i];

            if (value->says != value->seen && value->says != PARTLY_DELETED)
                differ(check, value);
        }
        window.first = window.next;
    } while (err >= 0 && window.more);
    os_free(window.values);
    return err;
}

JET_ERR integrity_values(struct table_check *table)
{
    struct integrity *check = table->check;
    struct values values = { .table = table };
    uint64_t found;
    JET_ERR err = JET_errSuccess;

    if (table->values)
    {
        struct integrity_tree *tree = &check->trees[table->values];
        struct integrity_walk walk = { tree->root, tree->objid, PAGE_LONG_VALUE, table->values, false, NULL, &values };

        check->at = table->values;
        if (table->table)
        {
            walk.visit = visit_value;
            values.chunk_max = table->table->lv_chunk_max;
        }
        err = integrity_walk(check, &walk, &tree->depth);
        end_value(&values, check, 0);
        if (values.unreferenced)
            integrity_warn(check, FINDING_LONG_VALUE, 0, "%llu long values are referred to by nobody",
                           (unsigned long long)values.unreferenced);
    }
    if (err < 0 || !table->table || table->damaged || (table->values && check->trees[table->values].damaged) ||
        integrity_sum_equal(&table->references, &table->counts))
        return err;
    found = check->result.findings + check->result.warnings;
    err = compare_references(table);
    if (err >= 0 && found == check->result.findings + check->result.warnings)
        integrity_find(check, FINDING_LONG_VALUE, 0,
                       "records refer to long values %llu times, and these say %llu times",
                       (unsigned long long)table->references.count, (unsigned long long)table->counts.count);
    return err;
}
