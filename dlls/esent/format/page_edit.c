/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changing the bytes of one page. */
#include "format/page_edit.h"

/* Bytes before the key's own part: its size, and in a compressed node that of the prefix. */
#define SIZE_BYTES 2u
/* A prefix is used when it saves more than the size that tells of it. */
#define PREFIX_OVERHEAD 2u

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value);
    put16(at + 2, value >> 16);
}

static void put64(uint8_t *at, uint64_t value)
{
    put32(at, (uint32_t)value);
    put32(at + 4, (uint32_t)(value >> 32));
}

#define FIELD(data, name) ((data) + offsetof(struct page_header, name))

void page_set_dbtime(uint8_t *data, uint64_t dbtime)
{
    put64(FIELD(data, dbtime), dbtime);
}

void page_set_pgno(uint8_t *data, uint32_t size, uint32_t pgno)
{
    if (page_size_is_large(size))
        put32(data + PAGE_OFFSET_PGNO, pgno);
}

void page_set_prev(uint8_t *data, uint32_t pgno)
{
    put32(FIELD(data, prev), pgno);
}

void page_set_next(uint8_t *data, uint32_t pgno)
{
    put32(FIELD(data, next), pgno);
}

void page_set_page_flags(uint8_t *data, uint32_t flags)
{
    put32(FIELD(data, flags), flags);
}

void page_set_uncommitted_free(uint8_t *data, uint32_t bytes)
{
    put16(FIELD(data, uncommitted_free), bytes);
}

static void set_free(uint8_t *data, uint32_t bytes)
{
    put16(FIELD(data, free_bytes), bytes);
}

static void set_free_offset(uint8_t *data, uint32_t offset)
{
    put16(FIELD(data, free_offset), offset);
}

static void set_tags(uint8_t *data, uint32_t tags)
{
    uint32_t state = le16(FIELD(data, tag_state));

    put16(FIELD(data, tag_state), (state & ~PAGE_TAG_COUNT) | tags);
}

static uint8_t *tag_at(uint8_t *data, uint32_t size, uint32_t tag)
{
    return data + size - PAGE_TAG_SIZE * (tag + 1);
}

/* Where a tag's line is and how long; flags only of small pages. */
struct tag
{
    uint32_t offset, size, flags;
};

static struct tag tag_get(uint8_t *data, uint32_t size, uint32_t tag)
{
    uint32_t word = le32(tag_at(data, size, tag)), mask = page_size_is_large(size) ? 0x7fff : 0x1fff;

    return (struct tag){ (word >> 16) & mask, word & mask, page_size_is_large(size) ? 0 : word >> 29 };
}

static void tag_put(uint8_t *data, uint32_t size, uint32_t tag, struct tag value)
{
    put32(tag_at(data, size, tag), value.size | value.offset << 16 | value.flags << 29);
}

void page_format(uint8_t *data, uint32_t size, uint32_t pgno, uint32_t objid, uint32_t flags, uint64_t dbtime)
{
    memset(data, 0, size);
    page_set_dbtime(data, dbtime);
    put32(FIELD(data, objid), objid);
    page_set_page_flags(data, flags | PAGE_NEW_RECORD | PAGE_NEW_CHECKSUM);
    if (page_size_is_large(size))
        put32(data + PAGE_OFFSET_PGNO, pgno);
    set_tags(data, 1);
    set_free(data, size - page_header_size(size) - PAGE_TAG_SIZE);
}

uint32_t page_shared_prefix(const struct page_view *view, const uint8_t *key, uint32_t key_size)
{
    uint32_t max = view->prefix_size < key_size ? view->prefix_size : key_size, shared = 0;

    while (shared < max && view->prefix[shared] == key[shared])
        shared++;
    return shared > PREFIX_OVERHEAD ? shared : 0;
}

uint32_t page_node_cost(const struct page_view *view, uint32_t key_size, uint32_t shared, uint32_t data_size)
{
    (void)view;
    return PAGE_TAG_SIZE + SIZE_BYTES + (shared ? SIZE_BYTES : 0) + key_size - shared + data_size;
}

uint32_t page_room(const uint8_t *data)
{
    return page_free_bytes(data) - page_uncommitted_free(data);
}

void page_compact(uint8_t *data, uint32_t size)
{
    uint8_t copy[PAGE_SIZE_MAX];
    uint32_t header = page_header_size(size), tags = le16(FIELD(data, tag_state)) & PAGE_TAG_COUNT, at = 0;

    memcpy(copy, data, size);
    for (uint32_t i = 0; i < tags; i++)
    {
        struct tag tag = tag_get(data, size, i);

        memcpy(data + header + at, copy + header + tag.offset, tag.size);
        tag.offset = tag.size ? at : 0;
        tag_put(data, size, i, tag);
        at += tag.size;
    }
    memset(data + header + at, 0, size - header - at - tags * PAGE_TAG_SIZE);
    set_free_offset(data, at);
}

/* Makes the last free bytes, `need` of them, follow the lines in one piece. */
static uint32_t room_for(uint8_t *data, uint32_t size, uint32_t tags, uint32_t need)
{
    uint32_t limit = size - page_header_size(size) - tags * PAGE_TAG_SIZE;

    if (page_free_offset(data) + need > limit)
        page_compact(data, size);
    return page_free_offset(data);
}

static uint32_t tag_count(const uint8_t *data)
{
    return le16(FIELD(data, tag_state)) & PAGE_TAG_COUNT;
}

static uint32_t reserved_tags(const uint8_t *data)
{
    uint32_t reserved = le16(FIELD(data, tag_state)) >> PAGE_TAG_RESERVED_SHIFT & PAGE_TAG_RESERVED;

    return reserved ? reserved : 1;
}

bool page_insert(uint8_t *data, uint32_t size, unsigned line, const struct page_new_node *node)
{
    struct page_view view;
    uint32_t tags = tag_count(data), at_tag = line + reserved_tags(data), shared, cost, offset;
    uint8_t *at;
    uint32_t flags = node->flags & ~(uint32_t)NODE_COMPRESSED;
    bool large = page_size_is_large(size);

    if (!page_view(&view, data, size))
        return false;
    shared = page_shared_prefix(&view, node->key, node->key_size);
    if (shared)
        flags |= NODE_COMPRESSED;
    cost = page_node_cost(&view, node->key_size, shared, node->data_size);
    if (cost > page_free_bytes(data))
        return false;
    /* The new tag takes the place of free bytes, which must be at the end. */
    room_for(data, size, tags, cost);
    memmove(tag_at(data, size, tags), tag_at(data, size, tags - 1), (tags - at_tag) * PAGE_TAG_SIZE);
    offset = page_free_offset(data);
    at = data + page_header_size(size) + offset;
    if (shared)
    {
        put16(at, shared | (large ? flags << PAGE_NODE_FLAGS_SHIFT : 0));
        at += SIZE_BYTES;
    }
    put16(at, (node->key_size - shared) | (large && !shared ? flags << PAGE_NODE_FLAGS_SHIFT : 0));
    at += SIZE_BYTES;
    memcpy(at, node->key + shared, node->key_size - shared);
    at += node->key_size - shared;
    if (node->data_size)
        memcpy(at, node->data, node->data_size);
    tag_put(data, size, at_tag, (struct tag){ offset, cost - PAGE_TAG_SIZE, large ? 0 : flags });
    set_tags(data, tags + 1);
    set_free(data, page_free_bytes(data) - cost);
    set_free_offset(data, offset + cost - PAGE_TAG_SIZE);
    return true;
}

/* Gives a tag's line another size; its bytes up to the smaller size stay.  The caller knows that it fits. */
static void line_resize(uint8_t *data, uint32_t size, uint32_t tag_number, uint32_t new_size)
{
    uint32_t header = page_header_size(size), free_bytes = page_free_bytes(data);
    struct tag tag = tag_get(data, size, tag_number);
    uint32_t old_size = tag.size;

    if (new_size > old_size && tag.offset + old_size == page_free_offset(data) && tag.size &&
        tag.offset + new_size <= size - header - tag_count(data) * PAGE_TAG_SIZE)
        set_free_offset(data, tag.offset + new_size); /* it is the last one: grows where it is */
    else if (new_size > old_size)
    {
        uint8_t copy[PAGE_SIZE_MAX];

        memcpy(copy, data + header + tag.offset, old_size);
        /* Its old place is free for the move that may be needed. */
        tag.size = 0;
        tag_put(data, size, tag_number, tag);
        set_free(data, free_bytes + old_size);
        tag.offset = room_for(data, size, tag_count(data), new_size);
        memcpy(data + header + tag.offset, copy, old_size);
        set_free_offset(data, tag.offset + new_size);
    }
    else if (tag.offset + old_size == page_free_offset(data))
        set_free_offset(data, tag.offset + new_size);
    tag.size = new_size;
    if (!new_size)
        tag.offset = 0;
    tag_put(data, size, tag_number, tag);
    set_free(data, free_bytes + old_size - new_size);
}

bool page_replace(uint8_t *data, uint32_t size, unsigned line, const uint8_t *node_data, uint32_t node_data_size)
{
    struct page_view view;
    struct page_node node;
    uint32_t tag = line + reserved_tags(data), start, new_size;

    if (!page_view(&view, data, size) || !page_node(&view, line, &node))
        return false;
    if (node_data_size > node.data_size && node_data_size - node.data_size > page_free_bytes(data))
        return false;
    start = tag_get(data, size, tag).size - node.data_size;
    new_size = start + node_data_size;
    line_resize(data, size, tag, new_size);
    if (node_data_size)
        memcpy(data + page_header_size(size) + tag_get(data, size, tag).offset + start, node_data, node_data_size);
    return true;
}

void page_remove(uint8_t *data, uint32_t size, unsigned line, unsigned count)
{
    uint32_t tags = tag_count(data), first = line + reserved_tags(data), bytes = 0;

    for (uint32_t tag = first + count; tag-- > first;)
    {
        struct tag gone = tag_get(data, size, tag);

        bytes += gone.size + PAGE_TAG_SIZE;
        if (gone.offset + gone.size == page_free_offset(data))
            set_free_offset(data, gone.offset);
    }
    memmove(tag_at(data, size, tags - count - 1), tag_at(data, size, tags - 1), (tags - first - count) * PAGE_TAG_SIZE);
    memset(tag_at(data, size, tags - 1), 0, count * PAGE_TAG_SIZE);
    set_tags(data, tags - count);
    set_free(data, page_free_bytes(data) + bytes);
}

void page_set_node_flags(uint8_t *data, uint32_t size, unsigned line, uint8_t flags)
{
    uint32_t number = line + reserved_tags(data);
    struct tag tag = tag_get(data, size, number);
    uint8_t *at = data + page_header_size(size) + tag.offset;
    uint32_t first = le16(at);

    if (page_size_is_large(size))
    {
        uint32_t kept = first >> PAGE_NODE_FLAGS_SHIFT & NODE_COMPRESSED;

        put16(at, (first & PAGE_KEY_SIZE) | (kept | (flags & ~(uint32_t)NODE_COMPRESSED)) << PAGE_NODE_FLAGS_SHIFT);
        return;
    }
    tag.flags = (tag.flags & NODE_COMPRESSED) | (flags & ~(uint32_t)NODE_COMPRESSED);
    tag_put(data, size, number, tag);
}

void page_forget_versions(uint8_t *data, uint32_t size)
{
    struct page_view view;
    struct page_node node;

    if (!page_view(&view, data, size))
        return;
    for (unsigned line = 0; line < page_lines(&view); line++)
    {
        if (page_node(&view, line, &node) && node.flags & NODE_VERSIONED)
            page_set_node_flags(data, size, line, node.flags & ~NODE_VERSIONED);
    }
}

bool page_set_external(uint8_t *data, uint32_t size, const uint8_t *bytes, uint32_t count)
{
    struct tag tag = tag_get(data, size, 0);

    if (count > tag.size && count - tag.size > page_free_bytes(data))
        return false;
    line_resize(data, size, 0, count);
    if (count)
        memcpy(data + page_header_size(size) + tag_get(data, size, 0).offset, bytes, count);
    return true;
}
