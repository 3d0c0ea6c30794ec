/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The contents of a table: records, and that indexes and long values agree with them. */
#include <stdio.h>

#include "maintain/table_check.h"

/* ------------------------------------------------------------- records --- */

static JET_ERR visit_tagged(struct table_check *table, struct record record, uint32_t pgno)
{
    struct record_tagged walk = { 0 };
    struct record_value value;
    JET_ERR err;

    while ((err = record_tagged_next(table->table, record, &walk)) >= 0)
    {
        for (uint32_t i = 1; i <= walk.values; i++)
        {
            err = record_tagged_value(&walk, i, &value);
            if (err < 0)
                return err;
            if (value.separated)
                err = table->refer(table, value.data, value.size, pgno);
            else if (value.compressed && !value.encrypted)
            {
                size_t size;

                err = compress_decode_size(value.data, value.size, &size);
            }
            if (err < 0)
                return err;
        }
    }
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

/* Columns of the record where one after the other is found by its id. */
static JET_ERR visit_columns(const struct table *table, struct record record)
{
    struct record_summary summary;
    struct record_value value;
    JET_ERR err = record_summary(record, &summary);

    for (uint32_t i = 0; err >= 0 && i < table->fixed_count && i < summary.last_fixed; i++)
    {
        if (table->fixed[i].type != JET_coltypNil)
            err = record_column(table, record, &table->fixed[i], 1, false, &value);
    }
    for (uint32_t i = 0; err >= 0 && i < table->variable_count && i + COLUMNID_VAR_FIRST <= summary.last_variable; i++)
    {
        if (table->variable[i].type != JET_coltypNil)
            err = record_column(table, record, &table->variable[i], 1, false, &value);
    }
    return err;
}

static int order_of_hashes(const uint64_t *a, const uint64_t *b)
{
    return a[0] != b[0] ? (a[0] < b[0] ? -1 : 1) : a[1] != b[1] ? (a[1] < b[1] ? -1 : 1) : 0;
}

static void sort_hashes(uint64_t (*hashes)[2], uint32_t count)
{
    for (uint32_t gap = count / 2; gap; gap /= 2)
    {
        for (uint32_t i = gap; i < count; i++)
        {
            uint64_t hash[2] = { hashes[i][0], hashes[i][1] };
            uint32_t at = i;

            for (; at >= gap && order_of_hashes(hashes[at - gap], hash) > 0; at -= gap)
                memcpy(hashes[at], hashes[at - gap], sizeof(hash));
            memcpy(hashes[at], hash, sizeof(hash));
        }
    }
}

/* Equal keys of one record are one entry. */
static JET_ERR add_key(struct table_check *table, const uint8_t *key, uint32_t size)
{
    struct integrity_sum one = { 0 };

    if (table->hash_count == table->hash_capacity)
    {
        uint32_t capacity = table->hash_capacity ? 2 * table->hash_capacity : 64;
        void *hashes = os_alloc(capacity * sizeof(*table->hashes));

        if (!hashes)
            return JET_errOutOfMemory;
        memcpy(hashes, table->hashes, table->hash_count * sizeof(*table->hashes));
        if (table->hashes != table->hashes_inline)
            os_free(table->hashes);
        table->hashes = hashes;
        table->hash_capacity = capacity;
    }
    integrity_sum_add(&one, key, size, table->bookmark, table->bookmark_size);
    memcpy(table->hashes[table->hash_count++], one.sum, sizeof(one.sum));
    return JET_errSuccess;
}

static void take_keys(struct table_check *table, struct integrity_sum *sum)
{
    if (table->hash_count > 1)
        sort_hashes(table->hashes, table->hash_count);
    for (uint32_t i = 0; i < table->hash_count; i++)
    {
        if (i && !order_of_hashes(table->hashes[i], table->hashes[i - 1]))
            continue;
        sum->count++;
        sum->sum[0] += table->hashes[i][0];
        sum->sum[1] += table->hashes[i][1];
    }
    table->hash_count = 0;
}

static JET_ERR visit_keys(struct table_check *table, struct index_check *index, struct record record)
{
    struct key_iterator keys;
    uint32_t size;
    JET_ERR err;

    key_iterate(&keys, &index->form, record, NULL);
    while ((err = key_next(&keys, table->key, &size)) >= 0)
    {
        err = add_key(table, table->key, size);
        if (err < 0)
            return err;
    }
    take_keys(table, &index->keys);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

/* Whether the record is where its columns say. */
static JET_ERR visit_primary(struct table_check *table, struct record record, uint32_t pgno)
{
    uint32_t sequence[JET_ccolKeyMost], size;
    enum key_outcome outcome;
    JET_ERR err;

    if (!table->primary_comparable)
        return JET_errSuccess;
    for (unsigned i = 0; i < JET_ccolKeyMost; i++)
        sequence[i] = 1;
    err = key_from_record(&table->primary, record, NULL, sequence, 0, table->key, &size, &outcome, NULL);
    if (err >= 0 && (size != table->bookmark_size || memcmp(table->key, table->bookmark, size)))
        integrity_find(table->check, FINDING_RECORD, pgno, "a record's key is not what its columns say");
    return err;
}

static JET_ERR visit_record(void *context, struct integrity *check, const struct page_node *node, uint32_t pgno)
{
    struct table_check *table = context;
    struct record record = { node->data, node->data_size };
    JET_ERR err;

    check->result.records++;
    page_key_copy(&node->key, table->bookmark);
    table->bookmark_size = page_key_size(&node->key);
    err = visit_columns(table->table, record);
    if (err >= 0)
        err = visit_tagged(table, record, pgno);
    if (err >= 0)
        err = visit_primary(table, record, pgno);
    if (err == JET_errOutOfMemory)
        return err;
    if (err < 0)
    {
        integrity_find(check, FINDING_RECORD, pgno, "a record cannot be decoded: error %d", (int)err);
        return JET_errSuccess;
    }
    for (uint32_t i = 0; i < table->index_count; i++)
    {
        struct index_check *index = &table->indexes[i];

        if (!index->comparable)
            continue;
        err = visit_keys(table, index, record);
        if (err == JET_errOutOfMemory)
            return err;
        if (err < 0)
        {
            check->at = index->number;
            integrity_find(check, FINDING_INDEX, pgno, "the keys of a record cannot be made: error %d", (int)err);
            check->at = table->number;
            index->comparable = false;
        }
    }
    return JET_errSuccess;
}

/* ------------------------------------------------------------- entries --- */

static JET_ERR visit_entry(void *context, struct integrity *check, const struct page_node *node, uint32_t pgno)
{
    struct index_check *index = context;

    (void)pgno;
    check->result.entries++;
    page_key_copy(&node->key, check->scratch);
    integrity_sum_add(&index->entries, check->scratch, page_key_size(&node->key), node->data, node->data_size);
    return JET_errSuccess;
}

static bool index_is_comparable(const struct key_form *form, struct index_check *index)
{
    const struct index *of = form->index;

    for (uint32_t i = 0; i < form->columns; i++)
    {
        if (form->column[i]->disk_flags & COLUMN_USER_DEFAULT)
            return false;
        if (form->column[i]->disk_flags & COLUMN_MULTIVALUED)
            index->repeats = true;
    }
    if (form->tuples)
        index->repeats = true;
    for (uint32_t i = 0; i < of->conditions; i++)
    {
        const struct column *column = table_column_by_id(form->table, of->condition[i].columnid);

        if (!column || column->disk_flags & COLUMN_USER_DEFAULT)
            return false;
    }
    return form->locale || form->locale_error >= 0;
}

static JET_ERR walk_index(struct table_check *table, struct index_check *index)
{
    struct integrity *check = table->check;
    struct integrity_tree *tree = &check->trees[index->number];
    uint32_t flags = PAGE_INDEX | (tree->flags & INDEX_UNIQUE ? 0 : PAGE_NON_UNIQUE);
    struct integrity_walk walk = { tree->root, tree->objid, flags, index->number, false, visit_entry, index };
    JET_ERR err;

    check->at = index->number;
    err = integrity_walk(check, &walk, &tree->depth);
    if (err < 0 || check->options.no_records || !table->table)
        return err;
    if (!index->comparable || table->damaged)
    {
        check->result.indexes_not_compared++;
        return err;
    }
    if (index->only_count)
    {
        check->result.indexes_not_compared++;
        if (index->keys.count != index->entries.count && index->repeats)
            integrity_warn(check, FINDING_INDEX, 0,
                           "it has %llu entries and there are %llu keys, but its text was sorted by another version",
                           (unsigned long long)index->entries.count, (unsigned long long)index->keys.count);
        else if (index->keys.count != index->entries.count)
            integrity_find(check, FINDING_INDEX, 0, "it has %llu entries, and there are %llu keys",
                           (unsigned long long)index->entries.count, (unsigned long long)index->keys.count);
        return err;
    }
    if (integrity_sum_equal(&index->keys, &index->entries))
        return err;
    integrity_find(check, FINDING_INDEX, 0, "its %llu entries are not the %llu keys of the records",
                   (unsigned long long)index->entries.count, (unsigned long long)index->keys.count);
    return tree->damaged && check->trees[table->number].damaged ? err : integrity_compare_index(table, index);
}

/* ------------------------------------------------------------- a table --- */

static JET_ERR start_index(struct table_check *table, uint32_t number)
{
    struct integrity *check = table->check;
    struct index_check *index = &table->indexes[table->index_count++];
    const struct index *of = table->table ? table_index_by_name(table->table, check->trees[number].name) : NULL;
    JET_ERR err;

    index->number = number;
    if (!of || of->primary)
    {
        if (table->table)
            integrity_find(check, FINDING_CATALOG, 0, "the table has no index %s", check->trees[number].name);
        return JET_errSuccess;
    }
    err = key_form_init(&index->form, table->table, of);
    if (err < 0)
    {
        check->at = number;
        integrity_find(check, FINDING_CATALOG, 0, "its definition cannot be used: error %d", (int)err);
        check->at = table->number;
        return err == JET_errOutOfMemory ? err : JET_errSuccess;
    }
    index->comparable = index_is_comparable(&index->form, index);
    index->only_count = of->sort_state != SORT_GOOD;
    return JET_errSuccess;
}

static JET_ERR start_table(struct table_check *table)
{
    struct integrity *check = table->check;
    uint32_t count = 0;
    JET_ERR err;

    for (uint32_t i = table->number + 1; i < check->tree_count && check->trees[i].table == table->number; i++)
    {
        count += check->trees[i].type == SPACE_INDEX;
        if (check->trees[i].type != SPACE_LONG_VALUES)
            continue;
        if (table->values)
            integrity_find(check, FINDING_CATALOG, 0, "the table has two trees of long values");
        table->values = i;
    }
    table->indexes = os_alloc_zero((count + (size_t)1) * sizeof(*table->indexes));
    table->bookmark = os_alloc(check->page_size);
    table->key = os_alloc(KEY_LIMIT_MAX + 1);
    if (!table->indexes || !table->bookmark || !table->key)
        return JET_errOutOfMemory;
    if (!check->options.no_records)
    {
        err = table_open(check->database, NULL, check->trees[table->number].name, &table->table);
        if (err < 0)
        {
            table->table = NULL;
            integrity_find(check, FINDING_CATALOG, 0, "the table cannot be opened: error %d", (int)err);
            if (err == JET_errOutOfMemory)
                return err;
        }
    }
    for (uint32_t i = table->number + 1; i < check->tree_count && check->trees[i].table == table->number; i++)
    {
        if (check->trees[i].type != SPACE_INDEX)
            continue;
        err = start_index(table, i);
        if (err < 0)
            return err;
    }
    if (!table->table || !table->table->primary->key_columns)
        return JET_errSuccess;
    err = key_form_init(&table->primary, table->table, table->table->primary);
    if (err < 0)
        integrity_find(check, FINDING_CATALOG, 0, "the primary index cannot be used: error %d", (int)err);
    else
    {
        struct index_check unused = { 0 };

        table->primary_comparable = index_is_comparable(&table->primary, &unused) &&
                                    table->table->primary->sort_state == SORT_GOOD;
    }
    return err == JET_errOutOfMemory ? err : JET_errSuccess;
}

JET_ERR integrity_table(struct integrity *check, uint32_t number)
{
    struct integrity_tree *tree = &check->trees[number];
    struct integrity_walk walk = { tree->root, tree->objid, 0, number, false, NULL, NULL };
    struct table_check *table = os_alloc_zero(sizeof(*table));
    JET_ERR err;

    if (!table)
        return JET_errOutOfMemory;
    check->at = number;
    check->result.tables++;
    table->check = check;
    table->number = number;
    table->hashes = table->hashes_inline;
    table->hash_capacity = sizeof(table->hashes_inline) / sizeof(table->hashes_inline[0]);
    table->refer = integrity_refer;
    err = start_table(table);
    if (err < 0)
        goto done;
    if (table->table)
    {
        walk.visit = visit_record;
        walk.context = table;
    }
    err = integrity_walk(check, &walk, &tree->depth);
    table->damaged = tree->damaged;
    for (uint32_t i = 0; err >= 0 && i < table->index_count; i++)
        err = walk_index(table, &table->indexes[i]);
    if (err >= 0)
        err = integrity_values(table);

done:
    if (table->table)
        table_release(table->table);
    if (table->hashes != table->hashes_inline)
        os_free(table->hashes);
    os_free(table->indexes);
    os_free(table->bookmark);
    os_free(table->key);
    os_free(table);
    return err;
}
