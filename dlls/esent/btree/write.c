/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes of entries. */
#include "btree/write_private.h"

void tree_store_init(struct tree_store *store, struct cache_file *file, struct txn_root *txns, struct log *log,
                     uint32_t id, uint64_t dbtime, uint32_t pages)
{
    memset(store, 0, sizeof(*store));
    store->file = file;
    store->txns = txns;
    store->log = log;
    store->id = id;
    store->extension_pages = 256;
    atomic_init(&store->dbtime, dbtime);
    atomic_init(&store->pages, pages);
    os_rwlock_init(&store->space);
    for (uint32_t i = 0; i < TREE_STRUCTURE_LOCKS; i++)
        os_rwlock_init(&store->structure[i]);
    file->owner = store;
}

/* --------------------------------------------------------------- insert --- */

/* Brings a deleted entry back to life. */
static JET_ERR revive(const struct tree *tree, struct txn *txn, const struct tree_target *target,
                      struct tree_leaf *leaf, const struct page_node *node, const uint8_t *data, uint32_t data_size)
{
    struct tree_change change = { .kind = TREE_CHANGE_REVIVE,
                                  .tree = tree,
                                  .txn = txn,
                                  .page = leaf->page,
                                  .key = target->key,
                                  .key_size = target->key_size,
                                  .data = data,
                                  .data_size = data_size };

    if (tree->unique && data_size > node->data_size && !leaf_can_grow(tree, leaf, data_size - node->data_size))
        return TREE_RETRY;
    change.line = (uint32_t)leaf->line;
    return tree_apply(&change);
}

/* On the leaf where it belongs.  TREE_RETRY: there is no room. */
static JET_ERR insert_on_leaf(const struct tree *tree, struct txn *txn, const struct tree_target *target,
                              struct tree_leaf *leaf, const uint8_t *data, uint32_t data_size, uint32_t *grow)
{
    struct tree_change change = { .kind = TREE_CHANGE_INSERT,
                                  .tree = tree,
                                  .txn = txn,
                                  .page = leaf->page,
                                  .key = target->key,
                                  .key_size = target->key_size,
                                  .data = data,
                                  .data_size = data_size };
    struct page_node node;
    uint32_t shared;
    bool found;
    JET_ERR err = leaf_entry(leaf, target, &node, &found);

    if (err < 0)
        return err;
    *grow = 0;
    if (found && !(node.flags & NODE_DELETED))
        return tree->unique ? JET_errKeyDuplicate : JET_errMultiValuedIndexViolation;
    if (found)
    {
        *grow = data_size > node.data_size ? data_size - node.data_size : 1;
        return revive(tree, txn, target, leaf, &node, data, data_size);
    }
    shared = page_shared_prefix(&leaf->view, target->key, target->key_size);
    if (!leaf_takes(tree, leaf, page_node_cost(&leaf->view, target->key_size, shared, data_size)))
        return TREE_RETRY;
    change.line = (uint32_t)leaf->line;
    return tree_apply(&change);
}

/*
 * Keys that ascend need no descent: an entry after the last one of the tree's last
 * leaf belongs there.  Which leaf that is is a guess, proved under its latch: a
 * page of this tree that has no right neighbour.  A page that left its tree is empty
 * or another tree's; that trees of space share their owner's name, so they are not guessed for.
 */
static _Atomic uint64_t *last_leaf_of(const struct tree *tree)
{
    if (!tree->objid || tree->page_kind & PAGE_SPACE_TREE)
        return NULL;
    return &tree_store_of(tree)->last_leaf[tree->root % TREE_LAST_LEAVES];
}

static bool latch_last_leaf(const struct tree *tree, const struct tree_target *target, struct tree_leaf *leaf)
{
    _Atomic uint64_t *guess = last_leaf_of(tree);
    uint64_t known = guess ? atomic_load_explicit(guess, memory_order_relaxed) : 0;
    struct page_node node;

    if (!known || (uint32_t)known != tree->root)
        return false;
    if (!cache_try_latch(tree->file, (uint32_t)(known >> 32), CACHE_EXCLUSIVE, &leaf->page))
        return false;
    leaf->mode = CACHE_EXCLUSIVE;
    if (tree_leaf_check(tree, leaf) && !page_next(leaf->page->data) && !(leaf->view.flags & PAGE_ROOT))
    {
        leaf->line = leaf_lines(leaf);
        if (page_node(&leaf->view, (unsigned)leaf->line - 1, &node) &&
            page_key_compare(&node.key, target->key, target->key_size) < 0)
            return true;
    }
    leaf_unlatch(leaf);
    return false;
}

static void remember_last_leaf(const struct tree *tree, const struct tree_leaf *leaf)
{
    _Atomic uint64_t *guess;
    uint64_t known;

    if (os_likely(leaf->line < leaf_lines(leaf)) || page_next(leaf->page->data) || leaf->view.flags & PAGE_ROOT ||
        !(guess = last_leaf_of(tree)))
        return;
    known = (uint64_t)atomic_load_explicit(&leaf->page->pgno, memory_order_relaxed) << 32 | tree->root;
    if (atomic_load_explicit(guess, memory_order_relaxed) != known)
        atomic_store_explicit(guess, known, memory_order_relaxed);
}

JET_ERR tree_insert(const struct tree *tree, struct txn *txn, const uint8_t *key, uint32_t key_size,
                    const uint8_t *data, uint32_t data_size, bool append)
{
    struct tree_target target = entry_target(tree, key, key_size, data, data_size);
    JET_ERR err = TREE_RETRY;
    int tries;

    for (tries = 0; err == TREE_RETRY && tries < TREE_RETRIES; tries++)
    {
        struct tree_pending pending = {
            .target = &target, .txn = txn_versioning(txn), .data = data, .data_size = data_size, .append = append
        };
        struct tree_leaf leaf;

        err = !tries && latch_last_leaf(tree, &target, &leaf) ? JET_errSuccess
                                                              : tree_descend_exclusive(tree, &target, &leaf);
        if (err < 0)
            break;
        remember_last_leaf(tree, &leaf);
        err = insert_on_leaf(tree, pending.txn, &target, &leaf, data, data_size, &pending.grow);
        leaf_unlatch(&leaf);
        if (err != TREE_RETRY)
            break;
        if (pending.grow)
            pending.data = NULL;
        err = tree_make_room(tree, &pending);
    }
    if (os_unlikely(err == JET_errKeyDuplicate || err == JET_errMultiValuedIndexViolation) && txn_versioning(txn))
        version_allot(txn->root, key_size + (tree->unique ? 0 : data_size));
    /* To an insertion, whatever another transaction did there is the key. */
    if (err == JET_errWriteConflict)
        return JET_errKeyDuplicate;
    return err == TREE_RETRY ? JET_errDatabaseCorrupted : err;
}

/* --------------------------------------------------- at a cursor's entry --- */

/* Latches the entry that the cursor is on exclusively. */
static JET_ERR latch_cursor(struct tree_cursor *cursor, const struct tree_target *target, struct tree_leaf *leaf,
                            struct page_node *node)
{
    bool found;
    JET_ERR err;

    leaf->mode = CACHE_EXCLUSIVE;
    leaf->page = NULL;
    if (cursor->hint.page && cache_peek_valid(cursor->hint.page, cursor->hint.version))
    {
        err = cache_latch_hint(cursor->tree->file, cursor->pgno, CACHE_EXCLUSIVE, &cursor->hint, &leaf->page);
        if (err < 0)
            return tree_read_error(err);
        leaf->line = (int32_t)cursor->line;
        if (leaf->page == cursor->hint.page && cache_page_version(leaf->page) == cursor->hint.version &&
            tree_leaf_check(cursor->tree, leaf) && leaf_entry(leaf, target, node, &found) >= 0 && found)
            return JET_errSuccess;
        leaf_unlatch(leaf);
        leaf->page = NULL;
    }
    err = leaf_latch_exclusive(cursor->tree, target, leaf, node, &found);
    if (err >= 0 && !found)
    {
        leaf_unlatch(leaf);
        err = JET_errRecordDeleted;
    }
    return err;
}

/* Unlatches the leaf that was changed through the cursor, which stays on its entry. */
static void unlatch_cursor(struct tree_cursor *cursor, struct tree_leaf *leaf)
{
    uint32_t version = cache_page_version(leaf->page);

    cursor->hint.page = leaf->page;
    cursor->hint.version = version & 1 ? version + 1 : version;
    cursor->pgno = atomic_load_explicit(&leaf->page->pgno, memory_order_relaxed);
    cursor->line = (uint32_t)leaf->line;
    cursor->viewed = cursor->copied = false;
    leaf_unlatch(leaf);
}

/* Why a transaction may not change an entry: another's change comes before its being deleted. */
static JET_ERR may_change(const struct tree_cursor *cursor, const struct tree_target *target, struct txn *txn,
                          const struct page_node *node, enum version_op op)
{
    struct version_place place = tree_place(cursor->tree, target->key, target->key_size, target->data,
                                            target->data_size);
    JET_ERR err = JET_errSuccess;

    /* Of an entry that is there the change itself will tell. */
    if (txn && (node->flags & NODE_VERSIONED) && (node->flags & NODE_DELETED))
        err = version_check(txn, &place, op);
    if (err >= 0 && (node->flags & NODE_DELETED))
        err = JET_errRecordDeleted;
    return err;
}

/* A change that needs no room. */
static JET_ERR change_cursor(struct tree_cursor *cursor, enum tree_change_kind kind, enum version_op op)
{
    struct txn *txn = txn_versioning(cursor->txn);
    struct tree_target target;
    struct tree_leaf leaf;
    struct page_node node;
    JET_ERR err;

    tree_unlatch(cursor);
    if (cursor->state != TREE_ON)
        return JET_errNoCurrentRecord;
    cursor_target(cursor, TREE_AIM_LOWER, &target);
    err = latch_cursor(cursor, &target, &leaf, &node);
    if (err < 0)
        return err;
    err = may_change(cursor, &target, txn, &node, op);
    if (err >= 0)
    {
        struct tree_change change = { .kind = kind,
                                      .tree = cursor->tree,
                                      .txn = txn,
                                      .page = leaf.page,
                                      .line = (uint32_t)leaf.line,
                                      .key = target.key,
                                      .key_size = target.key_size,
                                      .data = target.data,
                                      .data_size = target.data_size };

        if (kind == TREE_CHANGE_DELETE && !txn)
        {
            cursor->hint.page = NULL;
            cursor->viewed = cursor->copied = false;
            return leaf_take_off(cursor->tree, &leaf, &target, NULL);
        }
        err = tree_apply(&change);
    }
    unlatch_cursor(cursor, &leaf);
    return err;
}

JET_ERR tree_delete(struct tree_cursor *cursor)
{
    return change_cursor(cursor, TREE_CHANGE_DELETE, VERSION_DELETE);
}

JET_ERR tree_lock_key(const struct tree *tree, struct txn *txn, const uint8_t *key, uint32_t key_size, bool read)
{
    struct version_place place = tree_place(tree, key, key_size, NULL, 0);

    return version_lock(txn, &place, read ? VERSION_READ_LOCK : VERSION_LOCK, tree_store_of(tree));
}

bool tree_is_others(struct tree_cursor *cursor)
{
    struct tree_target target;
    struct version_place place;

    tree_unlatch(cursor);
    cursor_target(cursor, TREE_AIM_LOWER, &target);
    place = tree_place(cursor->tree, target.key, target.key_size, target.data, target.data_size);
    return cursor->txn && version_others(tree_store_of(cursor->tree)->txns, cursor->txn, &place);
}

JET_ERR tree_lock(struct tree_cursor *cursor, bool read)
{
    struct tree_change change = {
        .kind = TREE_CHANGE_LOCK, .tree = cursor->tree, .txn = cursor->txn, .read_lock = read
    };
    struct tree_target target;
    struct tree_leaf leaf;
    struct page_node node;
    JET_ERR err;

    tree_unlatch(cursor);
    if (!cursor->txn)
        return JET_errNotInTransaction;
    if (cursor->state != TREE_ON)
        return JET_errNoCurrentRecord;
    cursor_target(cursor, TREE_AIM_LOWER, &target);
    err = latch_cursor(cursor, &target, &leaf, &node);
    if (err == JET_errRecordDeleted)
    {
        struct version_place place = tree_place(cursor->tree, target.key, target.key_size, target.data,
                                                target.data_size);

        return version_lock(cursor->txn, &place, read ? VERSION_READ_LOCK : VERSION_LOCK, tree_store_of(cursor->tree));
    }
    if (err < 0)
        return err;
    change.page = leaf.page;
    change.line = (uint32_t)leaf.line;
    change.key = target.key;
    change.key_size = target.key_size;
    change.data = target.data;
    change.data_size = target.data_size;
    err = tree_apply(&change);
    unlatch_cursor(cursor, &leaf);
    return err;
}

JET_ERR tree_replace(struct tree_cursor *cursor, const uint8_t *data, uint32_t data_size)
{
    struct txn *txn = txn_versioning(cursor->txn);
    struct tree_target target;
    JET_ERR err = TREE_RETRY;
    int tries;

    tree_unlatch(cursor);
    if (cursor->state != TREE_ON)
        return JET_errNoCurrentRecord;
    cursor_target(cursor, TREE_AIM_LOWER, &target);
    for (tries = 0; err == TREE_RETRY && tries < TREE_RETRIES; tries++)
    {
        struct tree_pending pending = { .target = &target, .txn = txn };
        struct tree_leaf leaf;
        struct page_node node;

        err = latch_cursor(cursor, &target, &leaf, &node);
        if (err < 0)
            break;
        err = may_change(cursor, &target, txn, &node, VERSION_REPLACE);
        if (data_size > node.data_size)
            pending.grow = data_size - node.data_size;
        if (err >= 0 && pending.grow && !leaf_can_grow(cursor->tree, &leaf, pending.grow))
            err = TREE_RETRY;
        if (err == JET_errSuccess)
        {
            struct tree_change change = { .kind = TREE_CHANGE_REPLACE,
                                          .tree = cursor->tree,
                                          .txn = txn,
                                          .page = leaf.page,
                                          .line = (uint32_t)leaf.line,
                                          .key = target.key,
                                          .key_size = target.key_size,
                                          .data = data,
                                          .data_size = data_size };

            err = tree_apply(&change);
        }
        unlatch_cursor(cursor, &leaf);
        if (err == TREE_RETRY)
            err = tree_make_room(cursor->tree, &pending);
        else
            break;
    }
    return err == TREE_RETRY ? JET_errDatabaseCorrupted : err;
}

JET_ERR tree_delta(struct tree_cursor *cursor, uint32_t offset, uint32_t size, int64_t delta, int64_t *before)
{
    struct txn *txn = txn_versioning(cursor->txn);
    struct tree_target target;
    struct tree_leaf leaf;
    struct page_node node;
    JET_ERR err;

    tree_unlatch(cursor);
    if (cursor->state != TREE_ON)
        return JET_errNoCurrentRecord;
    cursor_target(cursor, TREE_AIM_LOWER, &target);
    err = latch_cursor(cursor, &target, &leaf, &node);
    if (err < 0)
        return err;
    err = may_change(cursor, &target, txn, &node, VERSION_DELTA);
    if (err >= 0 && (offset > node.data_size || node.data_size - offset < size || (size != 4 && size != 8)))
        err = JET_errInvalidParameter;
    if (err >= 0)
    {
        struct tree_change change = { .kind = TREE_CHANGE_DELTA,
                                      .tree = cursor->tree,
                                      .txn = txn,
                                      .page = leaf.page,
                                      .line = (uint32_t)leaf.line,
                                      .key = target.key,
                                      .key_size = target.key_size,
                                      .offset = offset,
                                      .delta_size = size,
                                      .delta = delta };

        if (before)
        {
            *before = size == 8 ? (int64_t)le64(node.data + offset) : (int32_t)le32(node.data + offset);
            if (node.flags & NODE_VERSIONED)
                *before -= tree_others_delta(cursor, offset);
        }
        err = tree_apply(&change);
    }
    unlatch_cursor(cursor, &leaf);
    return err;
}

/* With the entry's leaf latched. */
static JET_ERR escrow_on_leaf(struct tree_cursor *cursor, const struct tree_target *target, struct tree_leaf *leaf,
                              const struct page_node *node, uint32_t offset, uint32_t size, int64_t delta,
                              struct txn *txn, int64_t *before)
{
    struct tree_change change = { .kind = TREE_CHANGE_DELTA,
                                  .tree = cursor->tree,
                                  .txn = txn,
                                  .page = leaf->page,
                                  .line = (uint32_t)leaf->line,
                                  .key = target->key,
                                  .key_size = target->key_size,
                                  .offset = offset,
                                  .delta_size = size,
                                  .delta = delta };

    if (offset > node->data_size || node->data_size - offset < size || (size != 4 && size != 8))
        return JET_errInvalidOperation;
    *before = size == 8 ? (int64_t)le64(node->data + offset) : (int32_t)le32(node->data + offset);
    return tree_apply(&change);
}

JET_ERR tree_escrow(struct tree_cursor *cursor, uint32_t offset, uint32_t size, int64_t delta, bool versioned,
                    int64_t *before)
{
    struct txn *txn = versioned ? txn_versioning(cursor->txn) : NULL;
    struct tree_target target;
    struct tree_leaf leaf;
    struct page_node node;
    JET_ERR err;

    tree_unlatch(cursor);
    if (!cursor->bookmark_key_size)
        return JET_errNoCurrentRecord;
    cursor_target(cursor, TREE_AIM_LOWER, &target);
    if (cursor->state != TREE_ON)
        cursor->hint.page = NULL;
    err = latch_cursor(cursor, &target, &leaf, &node);
    if (err == JET_errRecordDeleted && txn)
    {
        struct version_place place = tree_place(cursor->tree, target.key, target.key_size, NULL, 0);
        JET_ERR conflict = version_check(txn, &place, VERSION_DELTA);

        return conflict < 0 ? conflict : err;
    }
    if (err < 0)
        return err;
    err = escrow_on_leaf(cursor, &target, &leaf, &node, offset, size, delta, txn, before);
    if (cursor->state == TREE_ON)
        unlatch_cursor(cursor, &leaf);
    else
        leaf_unlatch(&leaf);
    return err;
}

/* ---------------------------------------------------------- by bookmark --- */

JET_ERR tree_delete_entry(const struct tree *tree, struct txn *txn, const uint8_t *key, uint32_t key_size,
                          const uint8_t *data, uint32_t data_size)
{
    struct tree_target target = entry_target(tree, key, key_size, data, data_size);
    struct tree_change change = { .kind = TREE_CHANGE_DELETE,
                                  .tree = tree,
                                  .txn = txn_versioning(txn),
                                  .key = key,
                                  .key_size = key_size,
                                  .data = target.data,
                                  .data_size = target.data_size };
    struct tree_leaf leaf;
    struct page_node node;
    bool found;
    JET_ERR err = leaf_latch_exclusive(tree, &target, &leaf, &node, &found);

    if (err < 0)
        return err;
    if (found && change.txn && (node.flags & NODE_VERSIONED) && (node.flags & NODE_DELETED))
    {
        struct version_place place = tree_place(tree, key, key_size, data, data_size);

        err = version_check(change.txn, &place, VERSION_DELETE);
    }
    if (err >= 0 && (!found || (node.flags & NODE_DELETED)))
        err = JET_errRecordNotFound;
    if (err >= 0 && !change.txn)
        return leaf_take_off(tree, &leaf, &target, NULL);
    if (err >= 0)
    {
        change.page = leaf.page;
        change.line = (uint32_t)leaf.line;
        err = tree_apply(&change);
    }
    leaf_unlatch(&leaf);
    return err;
}

JET_ERR tree_remove_deleted(const struct tree *tree, const uint8_t *key, uint32_t key_size, const uint8_t *data,
                            uint32_t data_size)
{
    struct tree_target target = entry_target(tree, key, key_size, data, data_size);
    struct tree_leaf leaf;
    struct page_node node;
    bool found;
    JET_ERR err = leaf_latch_exclusive(tree, &target, &leaf, &node, &found);

    if (err < 0)
        return err;
    if (found && (node.flags & NODE_DELETED) && node_unversioned(tree, &node))
        return leaf_take_off(tree, &leaf, &target, NULL);
    leaf_unlatch(&leaf);
    return JET_errSuccess;
}

/* One try; TREE_RETRY: the root has no room. */
static JET_ERR set_root_header(const struct tree *tree, const uint8_t *bytes, uint32_t size)
{
    struct tree_change change = { .kind = TREE_CHANGE_EXTERNAL, .tree = tree, .data = bytes, .data_size = size };
    struct page_line line = { NULL, 0, 0 };
    struct page_view view;
    JET_ERR err = cache_latch(tree->file, tree->root, CACHE_EXCLUSIVE, &change.page);

    if (err < 0)
        return tree_read_error(err);
    if (!page_view(&view, change.page->data, change.page->page_size) || !page_tag(&view, 0, &line))
        err = JET_errDatabaseCorrupted;
    else if (size > line.size && size - line.size > page_free_bytes(change.page->data))
        err = TREE_RETRY;
    else
        err = tree_apply(&change);
    cache_unlatch(change.page, CACHE_EXCLUSIVE);
    return err;
}

JET_ERR tree_set_root_header(const struct tree *tree, const uint8_t *bytes, uint32_t size)
{
    JET_ERR err = set_root_header(tree, bytes, size);

    for (int tries = 0; err == TREE_RETRY && tries < TREE_RETRIES; tries++)
    {
        err = tree_split_root(tree);
        if (err >= 0)
            err = set_root_header(tree, bytes, size);
    }
    return err == TREE_RETRY ? JET_errDatabaseCorrupted : err;
}

JET_ERR tree_reserve_numbers(const struct tree *tree, uint32_t count, uint64_t *before)
{
    struct tree_change change = { .kind = TREE_CHANGE_EXTERNAL, .tree = tree };
    uint8_t bytes[64];
    struct page_root_fields fields;
    struct page_line line;
    struct page_view view;
    JET_ERR err = cache_latch(tree->file, tree->root, CACHE_EXCLUSIVE, &change.page);

    if (err < 0)
        return tree_read_error(err);
    if (!page_view(&view, change.page->data, change.page->page_size))
        err = JET_errDatabaseCorrupted;
    if (err >= 0)
        err = page_root_fields(&view, &fields);
    if (err >= 0 && !fields.has_auto_increment)
        err = JET_wrnColumnNull;
    if (err == JET_errSuccess && (!page_tag(&view, 0, &line) || line.size > sizeof(bytes)))
        err = JET_errDatabaseCorrupted;
    if (err == JET_errSuccess)
    {
        *before = fields.auto_increment;
        memcpy(bytes, line.data, line.size);
        set_le64(bytes + 1 + (fields.has_space ? sizeof(fields.space) : 0), *before + count);
        change.data = bytes;
        change.data_size = line.size;
        err = tree_apply(&change);
    }
    cache_unlatch(change.page, CACHE_EXCLUSIVE);
    return err;
}
