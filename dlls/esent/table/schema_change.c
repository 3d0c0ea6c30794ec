/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a change of the schema leaves in its transaction: see schema.h.
 */

#include "table/database_private.h"
#include "table/long_value_write.h"
#include "table/schema_private.h"
#include "txn/version.h"

/* What an action version keeps. */
struct schema_action
{
    struct table_object *object;
    enum schema_action_kind kind;
    bool in_table; /* the tree's space comes from the table's */
    uint32_t root; /* of the tree */
};

/* What Windows' engine keeps with its version of it; see version_change.allot. */
static int32_t bucket_bytes(enum schema_action_kind kind)
{
    switch (kind)
    {
    case ACTION_COLUMN_MADE:
    case ACTION_COLUMN_MADE_ALONE:
        return 16;
    case ACTION_PRIMARY_MADE:
    case ACTION_TREE_MADE:
    case ACTION_TREE_GONE:
        return 8;
    case ACTION_COLUMN_GONE:
        return 4;
    case ACTION_TABLE_GONE:
        return 12;
    default: /* of a table that was made when all of it is there: see ddl_create_table() */
        return VERSION_ALLOT_NONE;
    }
}

static bool is_versioned(enum schema_action_kind kind)
{
    return kind != ACTION_NAME && kind != ACTION_ROWS && kind != ACTION_TABLE_GONE;
}

/* What is known of the table, and of those that have its columns, is to be looked at again. */
static void forget_state(struct database *database, struct table_object *object)
{
    atomic_fetch_add(&object->generation, 1);
    schema_forget(object);
    for (unsigned i = 0; object->is_static && i < DATABASE_BUCKETS; i++)
    {
        for (struct table_object *other = database->objects[i]; other; other = other->next)
        {
            if (other->template_objid != object->objid)
                continue;
            atomic_fetch_add(&other->generation, 1);
            schema_forget(other);
        }
    }
}

/* An index is deleted, or that is undone. */
static void note_gone(struct table_object *object, uint32_t root, bool gone)
{
    for (struct made_index *made = object->made; made; made = made->next)
    {
        if (made->root != root)
            continue;
        made->gone = gone;
        made->alone &= !gone;
    }
}

JET_ERR schema_act(struct database *database, struct txn *txn, struct table_object *object,
                   enum schema_action_kind kind, bool in_table, uint32_t root)
{
    struct schema_action action = { object, kind, in_table, root };
    struct version_place place = { .database = database->store.id };
    struct version_change change = { .op = VERSION_ACTION,
                                     .owner = database,
                                     .image = (const uint8_t *)&action,
                                     .image_size = sizeof(action),
                                     .allot = bucket_bytes(kind) };
    struct version *version;
    JET_ERR err;

    os_mutex_lock(&database->lock);
    object->references++;
    object->pending++;
    database->pending++;
    forget_state(database, object);
    if (is_versioned(kind))
        object->pending_versions++;
    if (kind == ACTION_TABLE_GONE)
        object->deleting = txn;
    if (kind == ACTION_TABLE_MADE)
        object->making = txn->begin;
    err = kind == ACTION_COLUMN_MADE ? schema_note_fresh(object, root) : JET_errSuccess;
    if (kind == ACTION_TREE_GONE)
        note_gone(object, root, true);
    os_mutex_unlock(&database->lock);
    if (kind == ACTION_TABLE_MADE || kind == ACTION_TREE_MADE)
        version_allot(txn->root, SCHEMA_BUCKET_SPACE);
    if (err >= 0)
    {
        err = version_create(txn, &place, &change, &version);
        if (err < 0 && kind == ACTION_COLUMN_MADE)
        {
            os_mutex_lock(&database->lock);
            schema_forget_fresh(object, root);
            os_mutex_unlock(&database->lock);
        }
    }
    if (err >= 0 && kind == ACTION_TREE_MADE)
        object->tree_maker = version; /* the schema is locked */
    if (err < 0)
    {
        os_mutex_lock(&database->lock);
        object->pending--;
        object->pending_versions -= is_versioned(kind);
        database->pending--;
        if (kind == ACTION_TABLE_GONE)
            object->deleting = NULL;
        object->is_gone |= kind == ACTION_TABLE_MADE;
        schema_release_object(database, object);
        os_mutex_unlock(&database->lock);
    }
    return err;
}

static void end(struct database *database, const struct schema_action *action, bool undone)
{
    struct table_object *object = action->object;

    os_mutex_lock(&database->lock);
    object->pending--;
    object->pending_versions -= is_versioned(action->kind);
    database->pending--;
    forget_state(database, object);
    if (action->kind == ACTION_TABLE_GONE && undone)
        object->deleting = NULL;
    if (action->kind == ACTION_COLUMN_MADE)
        schema_forget_fresh(object, action->root);
    if (action->kind == ACTION_TREE_GONE && undone)
        note_gone(object, action->root, false);
    if (action->kind == (undone ? ACTION_TREE_MADE : ACTION_TREE_GONE))
        schema_forget_made(object, action->root);
    if (action->kind == ACTION_PRIMARY_MADE && undone)
        schema_forget_made(object, action->root);
    if (action->kind == (undone ? ACTION_TABLE_MADE : ACTION_TABLE_GONE))
        object->is_gone = true;
    schema_release_object(database, object);
    os_mutex_unlock(&database->lock);
}

/* Others may have changed the tree, and committed that, after who deletes it, or while it was not sure to stay. */
static JET_ERR forget_changes(struct database *database, uint32_t root)
{
    struct version_place tree = { .database = database->store.id, .root = root };
    struct cache_page *page;
    JET_ERR err = cache_latch(&database->cache, root, CACHE_SHARED, &page);

    if (err < 0)
        return err;
    tree.objid = page_objid(page->data);
    cache_unlatch(page, CACHE_SHARED);
    version_forget_tree(database->txns, &tree);
    return JET_errSuccess;
}

/* Gives back the space of a tree that nobody can reach any more.  Nobody cleans meanwhile. */
static JET_ERR destroy(struct database *database, const struct schema_action *action)
{
    const struct tree *parent = action->in_table ? &action->object->records : NULL;
    JET_ERR err = forget_changes(database, action->root);

    return err < 0 ? err : tree_destroy(&database->store, parent, action->root);
}

/* A table that is not to be may have got a tree of long values, whose row was
 * committed on its own. */
static void delete_rest(struct database *database, uint32_t objid)
{
    struct txn txn;

    txn_init(&txn, database->txns);
    if (txn_begin_inner(&txn) < 0)
        return;
    (void)txn_finish(&txn, catalog_delete_table(database, &txn, objid));
}

JET_ERR schema_undo(void *context, struct txn *txn, struct version *version)
{
    struct database *database = version->owner;
    struct schema_action action;
    JET_ERR err = JET_errSuccess;

    (void)context;
    if (version->op != VERSION_ACTION)
        return tree_undo(txn, version);
    memcpy(&action, version_image(version), sizeof(action));
    if (action.kind == ACTION_TREE_MADE)
        index_forget_unseen(txn->root, version);
    if (action.kind == ACTION_TABLE_MADE)
        delete_rest(database, action.object->objid);
    if (action.kind == ACTION_TREE_MADE || action.kind == ACTION_TABLE_MADE)
    {
        version_hold_cleaning(txn->root);
        err = destroy(database, &action);
        version_release_cleaning(txn->root);
    }
    end(database, &action, true);
    return err;
}

void schema_expire(void *context, struct version *version)
{
    struct database *database = version->owner;
    struct schema_action action;

    (void)context;
    if (version->forgotten)
        return;
    if (version->op != VERSION_ACTION)
    {
        long_value_expire(version);
        tree_expire(version);
        return;
    }
    memcpy(&action, version_image(version), sizeof(action));
    if (action.kind == ACTION_TREE_MADE)
        index_forget_unseen(database->txns, version);
    /* Who deleted it did not see what was added to it after its transaction began. */
    if (action.kind == ACTION_TABLE_GONE)
        delete_rest(database, action.object->objid);
    if (action.kind == ACTION_TREE_GONE || action.kind == ACTION_TABLE_GONE)
    {
        database_log_free_tree(database, action.root, action.kind == ACTION_TABLE_GONE, version_committed(version));
        destroy(database, &action);
    }
    end(database, &action, false);
}
