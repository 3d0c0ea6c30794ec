/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cursors: their bookmark, the entry they are on, seeks. */
#include "btree/write_private.h"

/* Entries up to this size are copied rather than latched. */
#define COPY_MAX 1024u
/* No tree has less, in percent. */
#define DENSITY_MIN 20u

void tree_init(struct tree *tree, struct cache_file *file, uint32_t root, uint32_t objid, bool unique,
               uint32_t page_kind)
{
    tree->file = file;
    tree->root = root;
    tree->objid = objid;
    tree->unique = unique;
    tree->page_kind = page_kind & PAGE_KIND;
    atomic_init(&tree->spare, 0);
}

void tree_set_density(struct tree *tree, uint32_t percent)
{
    uint32_t spare;

    if (percent < DENSITY_MIN)
        percent = DENSITY_MIN;
    spare = percent < 100 ? (100 - percent) * tree->file->page_size / 100 : 0;
    atomic_store_explicit(&tree->spare, (uint16_t)spare, memory_order_relaxed);
}

/* ---------------------------------------------------------------- cursors --- */

void tree_cursor_init(struct tree_cursor *cursor, const struct tree *tree, struct txn *txn)
{
    memset(cursor, 0, offsetof(struct tree_cursor, bookmark_inline));
    cursor->tree = tree;
    cursor->txn = txn;
    cursor->state = TREE_NOWHERE;
    cursor->bookmark = cursor->bookmark_inline[0];
    cursor->bookmark_capacity = TREE_INLINE_BOOKMARK;
}

void tree_cursor_close(struct tree_cursor *cursor)
{
    tree_unlatch(cursor);
    if (cursor->bookmark_capacity > TREE_INLINE_BOOKMARK)
        os_free(cursor->bookmark);
    cursor->bookmark = cursor->bookmark_inline[0];
    cursor->bookmark_capacity = TREE_INLINE_BOOKMARK;
    cursor->bookmark_key_size = cursor->bookmark_data_size = 0;
    os_free(cursor->image);
    cursor->image = NULL;
    cursor->image_capacity = 0;
    cursor->state = TREE_NOWHERE;
}

JET_ERR tree_cursor_copy(struct tree_cursor *to, const struct tree_cursor *from)
{
    uint32_t size = from->bookmark_key_size + from->bookmark_data_size;

    tree_cursor_init(to, from->tree, from->txn);
    if (cursor_reserve(to, size) < 0)
        return JET_errOutOfMemory;
    memcpy(to->bookmark, from->bookmark, size);
    to->bookmark_key_size = from->bookmark_key_size;
    to->bookmark_data_size = from->bookmark_data_size;
    to->state = from->state;
    to->sequential = from->sequential;
    to->hint = from->hint;
    to->pgno = from->pgno;
    to->line = from->line;
    to->viewed = from->viewed;
    to->plain = from->plain;
    to->view = from->view;
    to->node = from->node;
    return JET_errSuccess;
}

JET_ERR cursor_reserve(struct tree_cursor *cursor, uint32_t size)
{
    uint8_t *larger;

    if (os_likely(size <= cursor->bookmark_capacity))
        return JET_errSuccess;
    larger = os_alloc(size);
    if (!larger)
        return JET_errOutOfMemory;
    memcpy(larger, cursor->bookmark, cursor->bookmark_key_size + cursor->bookmark_data_size);
    if (cursor->bookmark_capacity > TREE_INLINE_BOOKMARK)
        os_free(cursor->bookmark);
    cursor->bookmark = larger;
    cursor->bookmark_capacity = size;
    return JET_errSuccess;
}

JET_ERR cursor_reserve_image(struct tree_cursor *cursor, uint32_t size)
{
    if (os_likely(size <= cursor->image_capacity))
        return JET_errSuccess;
    if (size < COPY_MAX)
        size = COPY_MAX;
    os_free(cursor->image);
    cursor->image = os_alloc(size);
    cursor->image_capacity = cursor->image ? size : 0;
    return cursor->image ? JET_errSuccess : JET_errOutOfMemory;
}

void cursor_target(const struct tree_cursor *cursor, enum tree_aim aim, struct tree_target *target)
{
    target->aim = aim;
    target->key = cursor->bookmark;
    target->key_size = cursor->bookmark_key_size;
    target->data = cursor->bookmark + cursor->bookmark_key_size;
    target->data_size = cursor->bookmark_data_size;
    target->fraction = 0;
}

JET_ERR cursor_place(struct tree_cursor *cursor, struct tree_leaf *leaf, const struct page_node *node)
{
    uint32_t key_size = page_key_size(&node->key);
    uint32_t data_size = cursor->tree->unique ? 0 : node->data_size;
    JET_ERR err = cursor_reserve(cursor, key_size + data_size);

    if (err >= 0)
    {
        page_key_copy_short(&node->key, cursor->bookmark);
        bytes_copy(cursor->bookmark + key_size, node->data, data_size);
        cursor->bookmark_key_size = key_size;
        cursor->bookmark_data_size = data_size;
        cursor_note_leaf(cursor, leaf, node);
        cursor->state = TREE_ON;
    }
    leaf_unlatch(leaf);
    return err;
}

JET_ERR cursor_place_at(struct tree_cursor *cursor, enum tree_state state, const uint8_t *key, uint32_t key_size,
                        const uint8_t *data, uint32_t data_size)
{
    JET_ERR err = cursor_reserve(cursor, key_size + data_size);

    if (err < 0)
        return err;
    if (key_size)
        memmove(cursor->bookmark, key, key_size);
    if (data_size)
        memmove(cursor->bookmark + key_size, data, data_size);
    cursor->bookmark_key_size = key_size;
    cursor->bookmark_data_size = data_size;
    cursor->hint.page = NULL;
    cursor->viewed = cursor->copied = false;
    cursor->state = state;
    return JET_errSuccess;
}

JET_ERR tree_place_at(struct tree_cursor *cursor, const uint8_t *key, uint32_t key_size, const uint8_t *data,
                      uint32_t data_size)
{
    tree_unlatch(cursor);
    cursor->run = 0;
    cursor->ahead = 0;
    return cursor_place_at(cursor, TREE_ON, key, key_size, data, cursor->tree->unique ? 0 : data_size);
}

int tree_compare_key(const struct tree_cursor *cursor, const uint8_t *key, uint32_t key_size)
{
    uint32_t size = cursor->bookmark_key_size, count = size < key_size ? size : key_size;
    int order = count ? memcmp(cursor->bookmark, key, count) : 0;

    return order ? order : (int)size - (int)key_size;
}

/* ------------------------------------------------------ the entry in place --- */

/* Latches the leaf of the cursor's bookmark, if the entry is there. */
static JET_ERR latch_by_bookmark(struct tree_cursor *cursor, struct tree_leaf *leaf, struct page_node *node)
{
    struct tree_target target;
    JET_ERR err;

    cursor_target(cursor, TREE_AIM_LOWER, &target);
    err = tree_descend(cursor->tree, &target, leaf);
    if (err < 0)
        return err;
    if (leaf->line >= leaf_lines(leaf))
        err = JET_errRecordDeleted;
    else if (!page_node(&leaf->view, (unsigned)leaf->line, node))
        err = JET_errDatabaseCorrupted;
    else if (page_key_compare(&node->key, target.key, target.key_size) ||
             (target.data_size &&
              (node->data_size != target.data_size || memcmp(node->data, target.data, target.data_size))))
        err = JET_errRecordDeleted;
    if (err < 0)
    {
        leaf_unlatch(leaf);
        return err;
    }
    cursor_note_leaf(cursor, leaf, node);
    return JET_errSuccess;
}

bool tree_peek_flagged(const struct tree_cursor *cursor)
{
    if (!(cursor->node.flags & (NODE_DELETED | NODE_VERSIONED)))
        return true;
    return !(cursor->node.flags & NODE_DELETED) && !tree_has_versions(cursor->tree);
}

/* The entry without a latch: copied, and believed if its page is still what it
 * was.  What has versions is not for this way.  A copy serves until the page
 * changes: who makes a version of the entry changes it. */
static bool copy_entry(struct tree_cursor *cursor)
{
    uint32_t size = cursor->node.data_size;

    if (size > COPY_MAX || (!cursor->plain && !tree_peek_flagged(cursor)) || cursor_reserve_image(cursor, size) < 0)
        return false;
    bytes_copy(cursor->image, cursor->node.data, size);
    cursor->copied = cache_peek_valid(cursor->hint.page, cursor->hint.version);
    return cursor->copied;
}

static inline bool entry_unlatched(struct tree_cursor *cursor, struct page_node *node)
{
    if (!cursor->viewed || !cache_peek_valid(cursor->hint.page, cursor->hint.version))
        return false;
    if (!cursor->copied && !copy_entry(cursor))
        return false;
    node->key.prefix = node->key.suffix = cursor->bookmark;
    node->key.prefix_size = 0;
    node->key.suffix_size = (uint16_t)cursor->bookmark_key_size;
    node->data = cursor->image;
    node->data_size = cursor->node.data_size;
    node->flags = cursor->node.flags;
    return true;
}

JET_ERR tree_latch(struct tree_cursor *cursor, struct page_node *node)
{
    struct tree_leaf leaf = { .page = NULL };
    JET_ERR err;

    tree_unlatch(cursor);
    if (cursor->state != TREE_ON)
        return JET_errNoCurrentRecord;
    if (os_likely(cursor->hint.page != NULL))
    {
        if (os_likely(entry_unlatched(cursor, node)))
            return JET_errSuccess;
        err = cache_latch_hint(cursor->tree->file, cursor->pgno, CACHE_SHARED, &cursor->hint, &leaf.page);
        if (err < 0)
            return tree_read_error(err);
        if (os_likely(leaf.page == cursor->hint.page && cache_page_version(leaf.page) == cursor->hint.version &&
                      page_view(&leaf.view, leaf.page->data, leaf.page->page_size) &&
                      page_node(&leaf.view, cursor->line, node)))
        {
            leaf.line = (int32_t)cursor->line;
            cursor_note_leaf(cursor, &leaf, node);
            goto found;
        }
        leaf_unlatch(&leaf);
    }
    err = latch_by_bookmark(cursor, &leaf, node);
    if (err < 0)
        return err;
found:
    if (os_unlikely(node->flags & NODE_VERSIONED))
        err = cursor_show(cursor, node);
    else
        err = node->flags & NODE_DELETED ? JET_errRecordDeleted : JET_errSuccess;
    if (os_unlikely(err < 0))
    {
        leaf_unlatch(&leaf);
        return err;
    }
    cursor->latched = leaf.page;
    return JET_errSuccess;
}

void tree_unlatch(struct tree_cursor *cursor)
{
    if (cursor->latched)
        cache_unlatch(cursor->latched, CACHE_SHARED);
    cursor->latched = NULL;
}

/* ------------------------------------------------------------------ seeks --- */

/* From the leaf's line to the first visible entry, as long as entries equal the target. */
static JET_ERR settle_equal(struct tree_cursor *cursor, const struct tree_target *target, struct tree_leaf *leaf,
                            struct page_node *node)
{
    for (;; leaf->line++)
    {
        while (leaf->line >= leaf_lines(leaf))
        {
            JET_ERR err = leaf_step_right(cursor->tree, leaf);
            if (err < 0)
            {
                leaf_unlatch(leaf);
                return err == JET_errNoCurrentRecord ? JET_errRecordNotFound : err;
            }
        }
        if (!page_node(&leaf->view, (unsigned)leaf->line, node))
        {
            leaf_unlatch(leaf);
            return JET_errDatabaseCorrupted;
        }
        if (page_key_compare(&node->key, target->key, target->key_size) ||
            (target->data_size &&
             (node->data_size != target->data_size || memcmp(node->data, target->data, target->data_size))))
        {
            leaf_unlatch(leaf);
            return JET_errRecordNotFound;
        }
        if (node_visible(cursor->tree, cursor->txn, node))
            return JET_errSuccess;
    }
}

/* Whether the leaf ends, with an entry that is visible, before its line. */
static bool ends_before(const struct tree_cursor *cursor, const struct tree_leaf *leaf)
{
    int32_t lines = (int32_t)leaf_lines(leaf);
    struct page_node node;

    return leaf->line >= lines && lines && page_node(&leaf->view, (unsigned)lines - 1, &node) &&
           node_visible(cursor->tree, cursor->txn, &node);
}

/* Whether that is the key; what nodes do not share tells the most of them apart. */
static inline bool key_is(const struct page_key *key, const uint8_t *bytes, uint32_t size)
{
    uint32_t prefix = key->prefix_size, i = key->suffix_size;

    if (prefix + i != size)
        return false;
    if (i > 16)
    {
        if (memcmp(key->suffix, bytes + prefix, i))
            return false;
    }
    else
    {
        for (; i; i--)
        {
            if (key->suffix[i - 1] != bytes[prefix + i - 1])
                return false;
        }
    }
    return !prefix || !memcmp(key->prefix, bytes, prefix);
}

enum unlatched_seek
{
    SEEK_PLACED,
    SEEK_NONE,      /* there is no entry that is equal */
    SEEK_WITH_LATCH /* cannot be told in this way */
};

/*
 * Seeks the first entry that is not before the target, or only an equal one, without
 * latching its leaf: the entry's key is copied, and believed if the page is then what it
 * was.  Where entries are hidden, or have versions, that is not enough.
 */
static enum unlatched_seek seek_unlatched(struct tree_cursor *cursor, const struct tree_target *target, bool only_equal,
                                          bool *equal)
{
    const struct tree *tree = cursor->tree;
    uint8_t *bookmark = cursor->bookmark_inline[cursor->bookmark == cursor->bookmark_inline[0]];
    uint32_t key_size, data_size;
    struct page_node node;
    struct tree_step at;

    if (cursor->bookmark_capacity > TREE_INLINE_BOOKMARK || !tree_descend_peek(tree, target, &at) ||
        !page_node(&at.view, at.line, &node))
        return SEEK_WITH_LATCH;
    *equal = key_is(&node.key, target->key, target->key_size) &&
             (!target->data_size ||
              (node.data_size == target->data_size && !memcmp(node.data, target->data, target->data_size)));
    if (!*equal && only_equal)
        return cache_peek_valid(at.page, at.version) ? SEEK_NONE : SEEK_WITH_LATCH;
    if (os_unlikely(node.flags & NODE_DELETED) || (node.flags & NODE_VERSIONED && tree_has_versions(tree)))
        return SEEK_WITH_LATCH;
    key_size = page_key_size(&node.key);
    data_size = tree->unique ? 0 : node.data_size;
    if (key_size + data_size > TREE_INLINE_BOOKMARK)
        return SEEK_WITH_LATCH;
    page_key_copy_short(&node.key, bookmark);
    bytes_copy(bookmark + key_size, node.data, data_size);
    if (!cache_peek_valid(at.page, at.version))
        return SEEK_WITH_LATCH;
    cursor->bookmark = bookmark;
    cursor->bookmark_key_size = key_size;
    cursor->bookmark_data_size = data_size;
    cursor->hint.page = at.page;
    cursor->hint.version = at.version;
    cursor->pgno = at.pgno;
    cursor->line = at.line;
    cursor->view = at.view;
    cursor->node = node;
    cursor->viewed = true;
    cursor->copied = false;
    cursor->plain = true;
    cursor->state = TREE_ON;
    return SEEK_PLACED;
}

/* To the first entry with the target's key and data, whatever follows. */
static JET_ERR seek_equal(struct tree_cursor *cursor, const struct tree_target *target)
{
    struct page_node node;
    struct tree_leaf leaf;
    bool equal;
    JET_ERR err;

    switch (seek_unlatched(cursor, target, true, &equal))
    {
    case SEEK_PLACED:
        return JET_errSuccess;
    case SEEK_NONE:
        cursor->past_leaf = false;
        return JET_errRecordNotFound;
    case SEEK_WITH_LATCH:
        break;
    }
    err = tree_descend(cursor->tree, target, &leaf);
    if (err >= 0)
    {
        cursor->past_leaf = ends_before(cursor, &leaf);
        err = settle_equal(cursor, target, &leaf, &node);
    }
    return err < 0 ? err : cursor_place(cursor, &leaf, &node);
}

static JET_ERR seek_next(struct tree_cursor *cursor, const struct tree_target *target, bool *equal)
{
    struct page_node node;
    struct tree_leaf leaf;
    JET_ERR err;

    if (seek_unlatched(cursor, target, false, equal) == SEEK_PLACED)
        return JET_errSuccess;
    err = tree_descend(cursor->tree, target, &leaf);
    if (err >= 0)
        err = leaf_settle_next(cursor->tree, cursor->txn, NULL, &leaf, &node);
    if (err < 0)
        return err;
    *equal = !page_key_compare(&node.key, target->key, target->key_size);
    return cursor_place(cursor, &leaf, &node);
}

/* To the first entry whose key is greater. */
static JET_ERR seek_past_key(struct tree_cursor *cursor, struct tree_target *target)
{
    struct page_node node;
    struct tree_leaf leaf;
    JET_ERR err;

    target->aim = TREE_AIM_UPPER;
    err = tree_descend_past(cursor->tree, target, &leaf);
    if (err >= 0)
        err = leaf_settle_next(cursor->tree, cursor->txn, NULL, &leaf, &node);
    return err < 0 ? err : cursor_place(cursor, &leaf, &node);
}

/* To the last entry before the target. */
static JET_ERR seek_prev(struct tree_cursor *cursor, const struct tree_target *target)
{
    struct page_node node;
    struct tree_leaf leaf;
    JET_ERR err = TREE_RETRY;
    int tries;

    for (tries = 0; err == TREE_RETRY && tries < TREE_RETRIES; tries++)
    {
        err = tree_descend(cursor->tree, target, &leaf);
        if (err < 0)
            return err;
        leaf.line--;
        err = leaf_settle_prev(cursor->tree, cursor->txn, NULL, &leaf, &node);
    }
    if (err)
        return err < 0 ? err : JET_errBadPageLink;
    return cursor_place(cursor, &leaf, &node);
}

JET_ERR tree_seek(struct tree_cursor *cursor, const uint8_t *key, uint32_t key_size, enum tree_seek_mode mode)
{
    struct tree_target target = { .aim = TREE_AIM_LOWER, .key = key, .key_size = key_size };
    enum tree_state missed = TREE_BEFORE;
    bool equal = true;
    JET_ERR err;

    tree_unlatch(cursor);
    cursor->run = 0;
    cursor->ahead = 0;
    switch (mode)
    {
    case TREE_SEEK_EQ:
        err = seek_equal(cursor, &target);
        break;
    case TREE_SEEK_GE:
        err = seek_next(cursor, &target, &equal);
        break;
    case TREE_SEEK_GT:
        missed = TREE_AFTER;
        err = seek_past_key(cursor, &target);
        break;
    case TREE_SEEK_LE:
        missed = TREE_AFTER;
        err = seek_equal(cursor, &target);
        if (err == JET_errRecordNotFound)
        {
            equal = false;
            err = seek_prev(cursor, &target);
        }
        break;
    default:
        err = seek_prev(cursor, &target);
        break;
    }
    if (err == JET_errNoCurrentRecord || err == JET_errRecordNotFound)
    {
        err = cursor_place_at(cursor, missed, key, key_size, NULL, 0);
        return err < 0 ? err : JET_errRecordNotFound;
    }
    return err >= 0 && !equal ? JET_wrnSeekNotEqual : err;
}

bool tree_missed_hidden(struct tree_cursor *cursor, bool past)
{
    struct tree_target target = { .aim = past ? TREE_AIM_UPPER : TREE_AIM_LOWER,
                                  .key = cursor->bookmark,
                                  .key_size = cursor->bookmark_key_size };
    struct page_node node;
    struct tree_leaf leaf;
    bool hidden = true;
    int32_t lines;

    if ((past ? tree_descend_past(cursor->tree, &target, &leaf) : tree_descend(cursor->tree, &target, &leaf)) < 0)
        return false;
    lines = (int32_t)leaf_lines(&leaf);
    if (lines && page_node(&leaf.view, (unsigned)(leaf.line < lines ? leaf.line : lines - 1), &node))
        hidden = !node_visible(cursor->tree, cursor->txn, &node);
    leaf_unlatch(&leaf);
    return hidden;
}

JET_ERR tree_goto_bookmark(struct tree_cursor *cursor, const uint8_t *key, uint32_t key_size, const uint8_t *data,
                           uint32_t data_size)
{
    struct tree_target target = { .aim = TREE_AIM_LOWER, .key = key, .key_size = key_size };
    JET_ERR err;

    tree_unlatch(cursor);
    cursor->run = 0;
    cursor->ahead = 0;
    if (!cursor->tree->unique)
    {
        target.data = data;
        target.data_size = data_size;
    }
    err = seek_equal(cursor, &target);
    if (err != JET_errRecordNotFound)
        return err;
    err = cursor_place_at(cursor, TREE_BEFORE, key, key_size, target.data, target.data_size);
    return err < 0 ? err : JET_errRecordDeleted;
}
