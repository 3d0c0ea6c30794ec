/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The index in use; see cursor.h.  Follows ErrIsamSetCurrentIndex. */
#include <string.h>

#include "os/os.h"
#include "table/cursor_private.h"

/* Each order has a search key of its own, but they are in one place: coming back
 * to the primary order the key is still there, unless another was made meanwhile. */
static void keep_key(struct cursor *cursor, const struct index *index)
{
    struct search_key *key = &cursor->key, *kept = &cursor->primary_key;

    if (!cursor->index)
        *kept = *key;
    key->state = index ? 0 : kept->state;
    key->size = index ? 0 : kept->size;
    key->columns = index ? 0 : kept->columns;
}

/* Whether the cursor left a trace in the index; *level is that of it, if that is lower. */
static bool find_trace(const struct cursor *cursor, uint32_t objid, uint32_t *level)
{
    for (uint32_t i = 0; i < cursor->trace_count; i++)
    {
        if (cursor->traces[i].objid != objid)
            continue;
        if (cursor->traces[i].level < *level)
            *level = cursor->traces[i].level;
        return true;
    }
    return false;
}

/* The same of any cursor of the session. */
static bool find_traces(struct cursor *cursor, uint32_t objid, uint32_t *level)
{
    struct database *database = cursor->table->database;
    bool found = false;

    if (!*level || cursor->temp || !database)
        return false;
    os_mutex_lock(&database->lock);
    for (const struct cursor *other = cursor->table->object->cursors; other; other = other->next)
    {
        if (other->txn == cursor->txn)
            found |= find_trace(other, objid, level);
    }
    os_mutex_unlock(&database->lock);
    return found;
}

/* The level at which the index is set. */
static void note_index_level(struct cursor *cursor, const struct index *index)
{
    uint32_t level = cursor->txn ? cursor->txn->level : 0;
    bool inherit = index && (!cursor->index || cursor->index_inherited);

    cursor->index_inherited = inherit && find_traces(cursor, index->objid, &level);
    cursor->index_level = (uint8_t)level;
}

/* Takes up an index (NULL: primary order), the cursor before its first entry. */
static JET_ERR use_index(struct cursor *cursor, const struct index *index)
{
    bool sequential = !cursor->temp && cursor_tree(cursor)->sequential;
    struct key_form form;
    JET_ERR err = key_form_init(&form, cursor->table, index ? index : cursor->table->primary);

    if (err < 0)
        return err;
    cursor_keep_record(cursor);
    note_index_level(cursor, index);
    if (cursor->index)
        tree_cursor_close(&cursor->entries);
    else
        cursor->records.sequential = false;
    keep_key(cursor, index);
    cursor_note_index(cursor, index);
    cursor->form = form;
    cursor->range = false;
    cursor->entries_level = cursor->txn ? (uint8_t)cursor->txn->level : 0;
    if (index)
        tree_cursor_init(&cursor->entries, index->tree, cursor->txn);
    if (!cursor->temp)
        cursor_tree(cursor)->sequential = sequential;
    place_set_end(cursor, TREE_BEFORE_FIRST);
    return JET_errSuccess;
}

void cursor_sync_record(struct cursor *cursor)
{
    enum tree_state state = cursor->entries.state;
    uint8_t scratch[KEY_MAX], saved[KEY_MAX];
    const uint8_t *bookmark;
    uint32_t size;

    if (cursor->record_current)
        return;
    if (cursor->defer_first || (state != TREE_ON && state != TREE_AFTER_LAST))
        state = TREE_BEFORE_FIRST;
    if (state == TREE_ON)
    {
        state = TREE_BEFORE_FIRST;
        if (cursor_bookmark(cursor, scratch, &bookmark, &size) >= 0 && size <= sizeof(saved))
        {
            memcpy(saved, bookmark, size);
            if (tree_goto_bookmark(&cursor->records, saved, size, NULL, 0) >= 0)
                state = TREE_ON;
        }
    }
    if (state != TREE_ON)
        cursor->records.state = state;
    cursor->record_current = true;
}

void cursor_leave_index(struct cursor *cursor)
{
    tree_cursor_close(&cursor->entries);
    cursor->records.state = TREE_BEFORE_FIRST;
    cursor_note_index(cursor, NULL);
    cursor->defer_first = cursor->record_current = cursor->range = false;
    cursor->key.state = 0;
    cursor->index_level = 0;
    cursor->index_inherited = false;
    key_form_init(&cursor->form, cursor->table, cursor->table->primary);
}

/* The index of that name: *index NULL for the primary one. */
static JET_ERR find_by_name(const struct cursor *cursor, const char *name, const struct index **index)
{
    *index = NULL;
    if (!name || !*name)
        return JET_errSuccess;
    *index = table_index_by_name(cursor->table, name);
    if (!*index)
        return JET_errIndexNotFound;
    if ((*index)->primary)
        *index = NULL;
    return JET_errSuccess;
}

/* The bytes of an id: where the definition is in memory, its object and its root. */
struct id_parts
{
    JET_API_PTR address;
    JET_ULONG objid, root;
};

static void id_split(const JET_INDEXID *id, struct id_parts *parts)
{
    memcpy(&parts->address, id->rgbIndexId, sizeof(parts->address));
    memcpy(&parts->objid, id->rgbIndexId + sizeof(parts->address), sizeof(parts->objid));
    memcpy(&parts->root, id->rgbIndexId + sizeof(parts->address) + sizeof(parts->objid), sizeof(parts->root));
}

void cursor_index_id(const struct table *table, const struct index *index, JET_INDEXID *id)
{
    struct id_parts parts;

    parts.address = index->primary ? (JET_API_PTR)table->records : (JET_API_PTR)index->tree;
    parts.objid = index->primary ? table->objid : index->objid;
    parts.root = index->primary ? table->records->root : index->tree->root;
    id->cbStruct = sizeof(*id);
    memcpy(id->rgbIndexId, &parts.address, sizeof(parts.address));
    memcpy(id->rgbIndexId + sizeof(parts.address), &parts.objid, sizeof(parts.objid));
    memcpy(id->rgbIndexId + sizeof(parts.address) + sizeof(parts.objid), &parts.root, sizeof(parts.root));
}

static JET_ERR find_by_id(const struct cursor *cursor, const JET_INDEXID *id, const struct index **found)
{
    const struct table *table = cursor->table;
    struct id_parts parts;

    *found = NULL;
    if (id->cbStruct != sizeof(*id))
        return JET_errInvalidIndexId;
    id_split(id, &parts);
    if (parts.address == (JET_API_PTR)table->records)
        return parts.objid == table->objid && parts.root == table->records->root ? JET_errSuccess
                                                                                 : JET_errInvalidIndexId;
    for (uint32_t i = 0; i < table->index_count; i++)
    {
        const struct index *index = &table->indexes[i];
        if (parts.address != (JET_API_PTR)index->tree || index->primary)
            continue;
        if (parts.objid != index->objid || parts.root != index->tree->root)
            return JET_errInvalidIndexId;
        *found = index;
        return JET_errSuccess;
    }
    return JET_errInvalidIndexId;
}

/* Changes the index, found or not: when it was not, a secondary index that was in use is left all the same. */
static JET_ERR change(struct cursor *cursor, const struct index *index, JET_ERR found)
{
    if (found == JET_errIndexNotFound && cursor->index)
    {
        JET_ERR err = use_index(cursor, NULL);
        return err < 0 ? err : found;
    }
    if (found < 0 || index == cursor->index)
        return found;
    return use_index(cursor, index);
}

static JET_ERR set_index(struct cursor *cursor, const struct index *index, JET_ERR found, JET_GRBIT grbit,
                         uint32_t sequence)
{
    uint8_t scratch[KEY_MAX], saved[KEY_MAX];
    const uint8_t *bookmark;
    uint32_t size;
    JET_ERR err;

    if (!(grbit & JET_bitNoMove))
    {
        cursor_abandon_update(cursor);
        err = change(cursor, index, found);
        if (err < 0)
            return err;
        /* a range, if the index stays the same, stays too */
        place_set_end(cursor, TREE_NOWHERE);
        cursor->defer_first = true;
        return JET_errSuccess;
    }
    /* Where it has not been looked for the first record, there is none yet. */
    err = cursor->defer_first ? JET_errNoCurrentRecord : cursor_bookmark(cursor, scratch, &bookmark, &size);
    if (err < 0)
        return err;
    if (size > sizeof(saved))
        return JET_errDatabaseCorrupted;
    memcpy(saved, bookmark, size);
    err = change(cursor, index, found);
    if (err < 0)
        return err;
    return cursor_goto_record(cursor, saved, size, sequence ? sequence : 1);
}

JET_ERR cursor_set_index(struct cursor *cursor, const char *name, JET_GRBIT grbit, uint32_t sequence)
{
    const struct index *index;
    JET_ERR found;

    if (cursor->filter)
        return JET_errFilteredMoveNotSupported;
    found = find_by_name(cursor, name, &index);
    return set_index(cursor, index, found, grbit, sequence);
}

JET_ERR cursor_set_index_by_id(struct cursor *cursor, const JET_INDEXID *id, JET_GRBIT grbit, uint32_t sequence)
{
    const struct index *index;
    JET_ERR found;

    if (cursor->filter)
        return JET_errFilteredMoveNotSupported;
    found = find_by_id(cursor, id, &index);
    return set_index(cursor, index, found, grbit, sequence);
}

const char *cursor_index_name(const struct cursor *cursor)
{
    return cursor->index ? cursor->index->name : cursor->table->primary->name;
}
