/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JET_bitRetrieveFromIndex and JET_bitRetrieveFromPrimaryBookmark: a value from the key under the cursor. */
#include "table/index_check.h"
#include "table/key.h"
#include "table/retrieve_private.h"

/* The itagSequence of the value that made this entry, found by making the record's keys again.
 * Windows begins with the tuple at the very start of a text, whether the index has that or not,
 * and so overlooks the first one of an index that begins later. */
static JET_ERR sequence_of_entry(struct cursor *cursor, const struct key_form *form, uint32_t at, uint32_t *sequence)
{
    struct key_iterator keys;
    struct record record;
    uint8_t key[KEY_LIMIT_MAX];
    uint32_t size;
    JET_ERR err = cursor_latch_record(cursor, &record);

    if (err < 0)
        return err;
    key_iterate(&keys, form, record, cursor->txn);
    while ((err = key_next(&keys, key, &size)) >= 0)
    {
        if (form->tuples && keys.used_tuple && keys.used_tuple == form->index->tuple_start)
        {
            enum key_outcome outcome;

            err = key_from_record(form, record, cursor->txn, keys.used, 0, key, &size, &outcome, NULL);
            if (err < 0)
                break;
            if (outcome > KEY_ALL_NULL)
                continue;
        }
        if (!tree_compare_key(&cursor->entries, key, size))
        {
            *sequence = keys.used[at];
            break;
        }
    }
    cursor_unlatch_record(cursor);
    if (err == JET_errNoCurrentRecord)
    {
        table_tell_index_bad(cursor->table, form->index);
        return JET_errSecondaryIndexCorrupted;
    }
    return err < 0 ? err : JET_errSuccess;
}

/* Whether there is an entry to answer from: not in a temporary table, nor where records have no key or none is current. */
static bool has_entry(const struct cursor *cursor)
{
    if (cursor->temp)
        return false;
    return cursor->index ||
           (cursor->table->primary->key_columns && !cursor->defer_first && cursor->records.state == TREE_ON);
}

/* Where a column is in the keys of an index. */
static JET_ERR find_segment(const struct key_form *form, JET_COLUMNID id, JET_GRBIT grbit, uint32_t *at)
{
    for (*at = 0; *at < form->columns && form->column[*at]->id != id; ++*at)
        ;
    if (*at == form->columns)
        return JET_errColumnNotFound;
    if (form->tuples && !*at && !(grbit & JET_bitRetrieveTuple))
        return JET_errIndexTuplesCannotRetrieveFromIndex;
    return JET_errSuccess;
}

static JET_ERR copy_out(struct retrieval *retrieval, const struct column *column, const uint8_t *value, uint32_t size)
{
    bool is_long = column->type == JET_coltypLongBinary || column->type == JET_coltypLongText;
    uint32_t skip = is_long ? retrieval->offset : 0;

    if (skip > size)
        skip = size;
    return retrieve_copy_out(retrieval, value + skip, size - skip);
}

JET_ERR retrieve_from_index(struct cursor *cursor, struct retrieval *retrieval, bool *answered)
{
    JET_GRBIT grbit = retrieval->grbit;
    /* that of the primary index, of an entry of another */
    bool bookmark = cursor->index && grbit & JET_bitRetrieveFromPrimaryBookmark;
    const struct index *index;
    struct key_form form;
    const uint8_t *key;
    uint8_t scratch[KEY_MAX], value[KEY_LIMIT_MAX];
    uint32_t key_size, size = 0, at;
    bool null = false, whole;
    JET_ERR err;

    *answered = true;
    if ((grbit & GRBIT_FROM_INDEX) == GRBIT_FROM_INDEX)
        return JET_errInvalidGrbit;
    if (retrieval->columnid & ~(COLUMNID_TEMPLATE | 0xffffu) || !COLUMNID_FID(retrieval->columnid))
        return JET_errBadColumnId;
    if (!has_entry(cursor))
    {
        retrieval->sequence = 1;
        *answered = false;
        return JET_errSuccess;
    }
    index = cursor->index && !bookmark ? cursor->index : cursor->table->primary;
    if (bookmark && !index->key_columns)
        return JET_errColumnNotFound;
    err = key_form_init(&form, cursor->table, index);
    if (err >= 0)
        err = find_segment(&form, retrieval->columnid, grbit, &at);
    /* the entry must be there, though the record it led to may still be at hand */
    if (err >= 0)
        err = cursor_key(cursor, &key, &key_size);
    if (err >= 0 && bookmark)
        err = cursor_bookmark(cursor, scratch, &key, &key_size);
    if (err < 0)
        return err;
    whole = key_column(&form, key, key_size, at, value, &size, &null);
    if (whole && null)
    {
        retrieval->actual = 0;
        err = JET_wrnColumnNull;
    }
    else if (whole)
        err = copy_out(retrieval, form.column[at], value, size);
    if (!whole || (grbit & JET_bitRetrieveTag && cursor->index))
    {
        uint32_t sequence = 1;

        if (cursor->index && !bookmark && form.column[at]->grbit & JET_bitColumnMultiValued && !null)
        {
            JET_ERR found = sequence_of_entry(cursor, &form, at, &sequence);
            if (found < 0)
                return found;
        }
        retrieval->sequence = sequence;
    }
    *answered = whole;
    if (retrieval->listed)
        retrieval->columnid_found = retrieval->columnid;
    return err;
}
