/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of whole pages, and what roots keep in their external header. */

#include "format/page.h"

#include "format/checksum.h"

/* Kinds of fields in the external header of a root. */
enum
{
    ROOT_SPACE = 0x01,
    ROOT_AUTO_INCREMENT = 0x02,
};

JET_ERR page_root_fields(const struct page_view *view, struct page_root_fields *fields)
{
    struct page_line line;
    const uint8_t *at;
    uint32_t left;
    uint8_t which = ROOT_SPACE;

    memset(fields, 0, sizeof(*fields));
    if (!(view->flags & PAGE_ROOT) || (view->flags & PAGE_SPACE_TREE) || !page_tag(view, 0, &line))
        return JET_errDatabaseCorrupted;
    if (line.size < sizeof(fields->space))
        return JET_errDatabaseCorrupted;
    at = line.data;
    left = line.size;
    if (left > sizeof(fields->space))
    {
        which = *at++;
        left--;
    }
    if (which & ROOT_SPACE)
    {
        memcpy(&fields->space, at, sizeof(fields->space));
        fields->has_space = true;
        at += sizeof(fields->space);
        left -= (uint32_t)sizeof(fields->space);
    }
    if (which & ROOT_AUTO_INCREMENT)
    {
        if (left < sizeof(fields->auto_increment))
            return JET_errDatabaseCorrupted;
        fields->auto_increment = le64(at);
        fields->has_auto_increment = true;
    }
    return JET_errSuccess;
}

bool page_split_buffer(const struct page_view *view, struct page_split_buffer *buffer)
{
    struct page_line line;
    uint32_t need = PAGE_ROOT | PAGE_SPACE_TREE;

    if ((view->flags & need) != need || !page_tag(view, 0, &line) || line.size < sizeof(*buffer))
        return false;
    memcpy(buffer, line.data, sizeof(*buffer));
    return true;
}

/* Flags that cannot be together, and the shape of pages that hold nothing. */
static bool flags_agree(const struct page_view *view)
{
    const uint32_t of_pre_init = PAGE_PRE_INIT | PAGE_NEW_RECORD | PAGE_NEW_CHECKSUM | PAGE_FLUSH_TYPE;
    uint32_t flags = view->flags;

    if ((flags & PAGE_EMPTY) && (flags & PAGE_PRE_INIT))
        return false;
    if ((flags & PAGE_LONG_VALUE) && (flags & PAGE_INDEX))
        return false;
    if (flags & PAGE_REPAIRED)
        return false;
    if (flags & PAGE_PRE_INIT)
        return !view->tags && !(flags & ~of_pre_init) && (flags & PAGE_NEW_RECORD) && !page_prev(view->data) &&
               !page_next(view->data);
    return view->tags || (flags & PAGE_EMPTY);
}

/* Marks the bytes of a line in `used`, a bit a byte; false if one was taken. */
static bool take(uint64_t *used, uint32_t offset, uint32_t size)
{
    while (size)
    {
        uint32_t bit = offset % 64, count = 64 - bit < size ? 64 - bit : size;
        uint64_t mask = (count == 64 ? ~(uint64_t)0 : ((uint64_t)1 << count) - 1) << bit;

        if (used[offset / 64] & mask)
            return false;
        used[offset / 64] |= mask;
        offset += count;
        size -= count;
    }
    return true;
}

static bool check_tags(const struct page_view *view)
{
    uint64_t used[PAGE_SIZE_MAX / 64];
    uint32_t end = page_free_offset(view->data), total = 0, tag;

    memset(used, 0, view->size / 8);
    for (tag = 0; tag < view->tags; tag++)
    {
        struct page_line line;
        uint32_t offset;

        if (!page_tag(view, tag, &line))
            return false;
        if (!line.size && tag < view->reserved)
            continue;
        offset = (uint32_t)(line.data - view->data) - view->header_size;
        if (!line.size || offset + line.size > end || !take(used, offset, line.size))
            return false;
        total += line.size;
    }
    return total + page_free_bytes(view->data) == view->limit;
}

static bool check_nodes(const struct page_view *view)
{
    unsigned lines = page_lines(view), line;

    for (line = 0; line < lines; line++)
    {
        struct page_node node;

        if (!page_node(view, line, &node) || !node.data_size)
            return false;
        /* only the last key of an inner page is empty */
        if (!page_key_size(&node.key) && ((view->flags & PAGE_LEAF) || line + 1 < lines) &&
            !(view->flags & PAGE_SPACE_TREE))
            return false;
        if (!(view->flags & PAGE_LEAF) && node.data_size != sizeof(uint32_t))
            return false;
    }
    return true;
}

JET_ERR page_check_structure(const uint8_t *data, uint32_t size)
{
    struct page_view view;
    uint32_t room = size - page_header_size(size);

    if (page_free_bytes(data) > room || page_free_offset(data) > room ||
        page_uncommitted_free(data) > page_free_bytes(data))
        return JET_errDatabaseCorrupted;
    if (!page_view(&view, data, size) || !flags_agree(&view) || !check_tags(&view) || !check_nodes(&view))
        return JET_errDatabaseCorrupted;
    return JET_errSuccess;
}

JET_ERR page_check(uint8_t *data, uint32_t size, uint32_t pgno, struct page_check_result *result)
{
    uint32_t corrected = 0, bit = 0;
    JET_ERR err;

    err = checksum_page_verify(data, size, pgno, &corrected, &bit);
    if (result)
    {
        result->corrected = corrected;
        result->bit = bit;
    }
    if (err)
        return err;
    if (page_size_is_large(size) && le32(data + PAGE_OFFSET_PGNO) != pgno)
        return JET_errReadPgnoVerifyFailure;
    err = page_check_structure(data, size);
    /* a correction that does not give a sound page was none */
    return err && corrected ? JET_errReadVerifyFailure : err;
}

static int key_order(const struct page_key *a, const struct page_key *b)
{
    uint32_t size_a = page_key_size(a), size_b = page_key_size(b), i, count = size_a < size_b ? size_a : size_b;

    for (i = 0; i < count; i++)
    {
        uint8_t byte_a = i < a->prefix_size ? a->prefix[i] : a->suffix[i - a->prefix_size];
        uint8_t byte_b = i < b->prefix_size ? b->prefix[i] : b->suffix[i - b->prefix_size];

        if (byte_a != byte_b)
            return byte_a < byte_b ? -1 : 1;
    }
    return size_a < size_b ? -1 : size_a > size_b;
}

JET_ERR page_check_order(const struct page_view *view)
{
    unsigned lines = page_lines(view), line;
    bool leaf = view->flags & PAGE_LEAF;
    struct page_node last, node;

    memset(&last, 0, sizeof(last));
    for (line = 0; line < lines; line++, last = node)
    {
        int order;

        if (!page_node(view, line, &node) || (!leaf && node.data_size != sizeof(uint32_t)))
            return JET_errDatabaseCorrupted;
        if (!line || (!leaf && line + 1 == lines && !page_key_size(&node.key)))
            continue;
        order = key_order(&last.key, &node.key);
        if (!order && (view->flags & PAGE_NON_UNIQUE) && leaf)
        {
            uint32_t count = last.data_size < node.data_size ? last.data_size : node.data_size;

            order = memcmp(last.data, node.data, count);
            if (!order)
                order = (int)last.data_size - (int)node.data_size;
        }
        if (order > 0 || (!order && (view->flags & (PAGE_NON_UNIQUE | PAGE_LEAF)) == PAGE_LEAF))
            return JET_errDatabaseCorrupted;
    }
    return JET_errSuccess;
}
