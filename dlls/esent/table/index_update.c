/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entries of secondary indexes for a record that comes, changes or goes.  Follows recupd.cxx of the published engine. */
#include <stdlib.h>
#include <string.h>

#include "os/os.h"
#include "table/index_check.h"
#include "table/update_private.h"

/* The newest index first, which is the order in which Windows' engine updates them. */
static void put_order(const struct table *table, uint32_t *order)
{
    for (uint32_t i = 0; i < table->index_count; i++)
    {
        uint32_t at = i;

        for (; at && table->indexes[order[at - 1]].objid < table->indexes[i].objid; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

/* Forms of all indexes, and behind them the order in which they are updated. */
static JET_ERR get_forms(struct table *table, struct key_form **result)
{
    uint32_t count = table->index_count ? table->index_count : 1;
    struct key_form *forms = atomic_load_explicit(&table->forms, memory_order_acquire), *others = NULL;
    JET_ERR err = JET_errSuccess;

    *result = forms;
    if (os_likely(forms != NULL))
        return JET_errSuccess;
    forms = os_alloc_zero(count * (sizeof(*forms) + sizeof(uint32_t)));
    if (!forms)
        return JET_errOutOfMemory;
    for (uint32_t i = 0; err >= 0 && i < table->index_count; i++)
        err = key_form_init(&forms[i], table, &table->indexes[i]);
    put_order(table, (uint32_t *)&forms[count]);
    if (err < 0 || !atomic_compare_exchange_strong(&table->forms, &others, forms))
    {
        os_free(forms);
        forms = others;
    }
    *result = forms;
    return err;
}

JET_ERR index_form(struct table *table, uint32_t at, const struct key_form **form)
{
    struct key_form *forms;
    JET_ERR err = get_forms(table, &forms);

    *form = err < 0 ? NULL : &forms[at];
    return err;
}

JET_ERR index_order(struct table *table, const uint32_t **order)
{
    struct key_form *forms;
    JET_ERR err = get_forms(table, &forms);

    *order = err < 0 ? NULL : (const uint32_t *)&forms[table->index_count ? table->index_count : 1];
    return err;
}

/* ---------------------------------------------------------- lists of keys --- */

struct key_entry
{
    uint32_t offset, size; /* in keys */
    bool insert;           /* of the new record; else of the old one */
};

/* Keys of both records; memory is needed only for more than a few. */
struct key_list
{
    struct key_entry *entries;
    uint32_t count, capacity;
    uint8_t *keys;
    uint32_t used, room;
    struct key_entry few[4];
    uint8_t small[KEY_LIMIT_MAX * 2];
};

static void list_init(struct key_list *list)
{
    list->entries = list->few;
    list->capacity = sizeof(list->few) / sizeof(list->few[0]);
    list->keys = list->small;
    list->room = sizeof(list->small);
    list->count = list->used = 0;
}

static void list_free(struct key_list *list)
{
    if (list->entries != list->few)
        os_free(list->entries);
    if (list->keys != list->small)
        os_free(list->keys);
}

/* Room for one more entry with the longest key. */
static JET_ERR list_reserve(struct key_list *list)
{
    if (list->count == list->capacity)
    {
        struct key_entry *entries = os_alloc_array(list->capacity * 2, sizeof(*entries));

        if (!entries)
            return JET_errOutOfMemory;
        memcpy(entries, list->entries, list->count * sizeof(*entries));
        if (list->entries != list->few)
            os_free(list->entries);
        list->entries = entries;
        list->capacity *= 2;
    }
    if (list->room - list->used < KEY_LIMIT_MAX)
    {
        uint8_t *keys = os_alloc(list->room * 2);

        if (!keys)
            return JET_errOutOfMemory;
        memcpy(keys, list->keys, list->used);
        if (list->keys != list->small)
            os_free(list->keys);
        list->keys = keys;
        list->room *= 2;
    }
    return JET_errSuccess;
}

static JET_ERR list_add(struct key_list *list, const struct key_form *form, struct txn *txn, struct record record,
                        bool insert)
{
    struct key_iterator iterator;
    JET_ERR err;

    key_iterate(&iterator, form, record, txn);
    for (;;)
    {
        struct key_entry *entry;

        err = list_reserve(list);
        if (err < 0)
            return err;
        entry = &list->entries[list->count];
        err = key_next(&iterator, list->keys + list->used, &entry->size);
        if (err == JET_errNoCurrentRecord)
            return JET_errSuccess;
        if (err < 0)
            return err;
        entry->offset = list->used;
        entry->insert = insert;
        list->used += entry->size;
        list->count++;
    }
}

static int compare_entries(const struct key_list *list, const struct key_entry *a, const struct key_entry *b)
{
    return key_compare(list->keys + a->offset, a->size, list->keys + b->offset, b->size);
}

static void sift_down(struct key_list *list, uint32_t at, uint32_t count)
{
    struct key_entry *e = list->entries;

    for (;;)
    {
        uint32_t child = 2 * at + 1;
        struct key_entry swap;

        if (child >= count)
            return;
        if (child + 1 < count && compare_entries(list, &e[child], &e[child + 1]) < 0)
            child++;
        if (compare_entries(list, &e[at], &e[child]) >= 0)
            return;
        swap = e[at];
        e[at] = e[child];
        e[child] = swap;
        at = child;
    }
}

/* In ascending order of keys. */
static void list_sort(struct key_list *list)
{
    for (uint32_t i = list->count / 2; i > 0; i--)
        sift_down(list, i - 1, list->count);
    for (uint32_t i = list->count; i > 1; i--)
    {
        struct key_entry swap = list->entries[0];

        list->entries[0] = list->entries[i - 1];
        list->entries[i - 1] = swap;
        sift_down(list, 0, i - 1);
    }
}

/* ----------------------------------------------------------------- changes --- */

JET_ERR index_check_nulls(const struct index *index, enum key_outcome outcome)
{
    if (index->disk_flags & INDEX_NO_NULL &&
        (outcome == KEY_SOME_NULL || outcome == KEY_FIRST_NULL || outcome == KEY_ALL_NULL))
        return JET_errNullKeyDisallowed;
    return JET_errSuccess;
}

/* Only the first key of a record can tell of a NULL. */
static JET_ERR check_nulls(const struct key_form *form, struct txn *txn, struct record record)
{
    static const uint32_t first[JET_ccolKeyMost] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
    enum key_outcome outcome;
    uint8_t key[KEY_LIMIT_MAX];
    uint32_t size;
    JET_ERR err;

    if (!(form->index->disk_flags & INDEX_NO_NULL))
        return JET_errSuccess;
    err = key_from_record(form, record, txn, first, form->index->tuple_start, key, &size, &outcome, NULL);
    return err < 0 ? err : index_check_nulls(form->index, outcome);
}

static JET_ERR insert_entry(const struct index *index, struct txn *txn, const uint8_t *key, uint32_t size,
                            const uint8_t *bookmark, uint32_t bookmark_size)
{
    JET_ERR err = tree_insert(index->tree, txn, key, size, bookmark, bookmark_size, false);

    return err == JET_errMultiValuedIndexViolation ? JET_errSecondaryIndexCorrupted : err;
}

static JET_ERR delete_entry(const struct index *index, struct txn *txn, const uint8_t *key, uint32_t size,
                            const uint8_t *bookmark, uint32_t bookmark_size)
{
    JET_ERR err = tree_delete_entry(index->tree, txn, key, size, bookmark, bookmark_size);

    if (err == JET_errRecordNotFound || err == JET_errRecordDeleted)
        return index->disk_flags & INDEX_DEFERRED ? JET_errSuccess : JET_errSecondaryIndexCorrupted;
    return err;
}

#define STEP_DELETE 1u
#define STEP_INSERT 2u

/* Equal keys are one entry, and one that both records have stays. */
static JET_ERR apply(struct key_list *list, const struct index *index, struct txn *txn, const uint8_t *bookmark,
                     uint32_t bookmark_size, unsigned steps, bool *changed)
{
    JET_ERR err = JET_errSuccess;
    uint32_t end;

    for (uint32_t i = 0; err >= 0 && i < list->count; i = end)
    {
        const struct key_entry *entry = &list->entries[i];
        bool insert = false, remove = false;

        for (end = i; end < list->count && !compare_entries(list, entry, &list->entries[end]); end++)
        {
            insert |= list->entries[end].insert;
            remove |= !list->entries[end].insert;
        }
        if (insert == remove || !(steps & (insert ? STEP_INSERT : STEP_DELETE)))
            continue;
        *changed = true;
        if (insert)
            err = insert_entry(index, txn, list->keys + entry->offset, entry->size, bookmark, bookmark_size);
        else
            err = delete_entry(index, txn, list->keys + entry->offset, entry->size, bookmark, bookmark_size);
    }
    return err;
}

JET_ERR index_change(struct table *table, struct txn *txn, uint32_t at, const struct record *old,
                     const struct record *new, const uint8_t *bookmark, uint32_t bookmark_size, bool *changed)
{
    const struct key_form *form;
    struct key_list list;
    JET_ERR err = index_form(table, at, &form);

    if (err < 0)
        return err;
    list_init(&list);
    if (old)
        err = list_add(&list, form, txn, *old, false);
    if (err >= 0 && new)
        err = check_nulls(form, txn, *new);
    if (err >= 0 && new)
        err = list_add(&list, form, txn, *new, true);
    if (err >= 0 && list.count > 1)
        list_sort(&list);
    if (err >= 0)
        err = apply(&list, &table->indexes[at], txn, bookmark, bookmark_size, STEP_DELETE | STEP_INSERT, changed);
    if (err == JET_errSecondaryIndexCorrupted)
        table_tell_index_bad(table, &table->indexes[at]);
    list_free(&list);
    return err;
}

JET_ERR index_bring_forward(struct table *table, struct txn *txn, uint32_t at, const struct record *old,
                            struct txn *old_view, const struct record *new, struct txn *new_view,
                            const uint8_t *bookmark, uint32_t bookmark_size, bool insert)
{
    const struct key_form *form;
    struct key_list list;
    bool changed;
    JET_ERR err = index_form(table, at, &form);

    if (err < 0)
        return err;
    list_init(&list);
    if (old)
        err = list_add(&list, form, old_view, *old, false);
    if (err >= 0 && new &&insert)
        err = check_nulls(form, new_view, *new);
    if (err >= 0 && new)
        err = list_add(&list, form, new_view, *new, true);
    if (err >= 0 && list.count > 1)
        list_sort(&list);
    if (err >= 0)
        err = apply(&list, &table->indexes[at], txn, bookmark, bookmark_size, insert ? STEP_INSERT : STEP_DELETE,
                    &changed);
    list_free(&list);
    return err;
}

bool index_touched(const struct table *table, const struct index *index, const struct cursor_update *update)
{
    for (uint32_t i = 0; i < index->key_columns; i++)
    {
        const struct column *column = table_column_by_id(table, index->key[i].columnid);

        if (!column || update_has_set(update, column))
            return true;
    }
    for (uint32_t i = 0; i < index->conditions; i++)
    {
        const struct column *column = table_column_by_id(table, index->condition[i].columnid);

        if (!column || update_has_set(update, column))
            return true;
    }
    return false;
}
