/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a page says, as one number that does not depend on how it came to say it. */

#include <string.h>

#include "format/page.h"

static uint64_t add_bytes(uint64_t sum, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sum = (sum << 6 | sum >> 58) + bytes[i];
    return sum;
}

/* The header without what depends on the order of changes, on who wrote the page, and on versions. */
static uint64_t add_header(uint64_t sum, const uint8_t *data, uint32_t size)
{
    uint8_t copy[PAGE_HEADER_SIZE + sizeof(struct page_header_large)];
    struct page_header *header = (struct page_header *)(void *)copy;
    uint32_t reserved;

    memcpy(copy, data, page_header_size(size));
    header->checksum = 0;
    header->free_bytes = header->uncommitted_free = header->free_offset = 0;
    reserved = header->tag_state >> PAGE_TAG_RESERVED_SHIFT;
    if (reserved <= 1)
        header->tag_state &= PAGE_TAG_COUNT;
    header->flags &= ~(uint32_t)(PAGE_FLUSH_TYPE | PAGE_NEW_CHECKSUM | PAGE_FDP_DELETED);
    if (page_size_is_large(size))
        memset(copy + PAGE_OFFSET_CHECKSUMS, 0, 3 * sizeof(uint64_t));
    return add_bytes(sum, copy, page_header_size(size));
}

static uint32_t line_flags(const struct page_view *view, const struct page_line *line)
{
    if (!view->large)
        return line->tag_flags;
    return line->size < 2 ? 0 : page_word16(line->data) >> PAGE_NODE_FLAGS_SHIFT;
}

uint64_t page_content_sum(const uint8_t *data, uint32_t size)
{
    struct page_view view;
    uint64_t sum = add_header(0, data, size);

    if (!page_view(&view, data, size))
        return sum;
    for (unsigned tag = 0; tag < view.tags; tag++)
    {
        struct page_line line;
        uint32_t flags;

        if (!page_tag(&view, tag, &line))
            continue;
        flags = line_flags(&view, &line) & ~(uint32_t)NODE_VERSIONED;
        if (line.size >= 2 && !(flags & NODE_DELETED))
        {
            const uint8_t length[2] = { (uint8_t)line.size, (uint8_t)(line.size >> 8) };

            sum = add_bytes(sum, length, sizeof(length));
            sum = add_bytes(sum, line.data + 2, line.size - 2u);
        }
        sum = (sum << 6 | sum >> 58) + flags;
    }
    return sum;
}
