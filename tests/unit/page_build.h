/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages made by hand, for tests: the lines in order, nothing deleted in between. */
#ifndef TESTS_PAGE_BUILD_H
#define TESTS_PAGE_BUILD_H

#include "format/checksum.h"
#include "format/page.h"

struct page_build
{
    uint8_t *data;
    uint32_t size;
    uint32_t end; /* of the lines, from the end of the header */
    uint32_t tags;
    uint32_t reserved;
};

static inline void build_line(struct page_build *build, const void *bytes, uint32_t size, uint32_t tag_flags)
{
    uint8_t *tag = build->data + build->size - PAGE_TAG_SIZE * (build->tags + 1);

    memcpy(build->data + page_header_size(build->size) + build->end, bytes, size);
    set_le16(tag, (uint16_t)size);
    set_le16(tag + 2, (uint16_t)(build->end | tag_flags << 13));
    build->end += size;
    build->tags++;
}

/* Starts a page; `external` is what its external header holds. */
static inline void build_start(struct page_build *build, uint8_t *data, uint32_t size, uint32_t flags, uint32_t objid,
                               const void *external, uint32_t external_size)
{
    memset(data, 0, size);
    memset(build, 0, sizeof(*build));
    build->data = data;
    build->size = size;
    set_le32(data + offsetof(struct page_header, objid), objid);
    set_le32(data + PAGE_OFFSET_FLAGS, flags | PAGE_NEW_RECORD);
    build_line(build, external, external_size, 0);
}

/* A node that shares `prefix` bytes with the external header; `key` is its own part. */
static inline void build_node(struct page_build *build, uint32_t flags, uint32_t prefix, const void *key,
                              uint32_t key_size, const void *data, uint32_t data_size)
{
    uint8_t node[PAGE_SIZE_MAX];
    uint32_t at = 0, large = page_size_is_large(build->size) ? 1 : 0;

    if (prefix)
    {
        flags |= NODE_COMPRESSED;
        set_le16(node, (uint16_t)prefix);
        at = 2;
    }
    set_le16(node + at, (uint16_t)key_size);
    memcpy(node + at + 2, key, key_size);
    memcpy(node + at + 2 + key_size, data, data_size);
    if (large) set_le16(node, (uint16_t)(le16(node) | flags << 13));
    build_line(build, node, at + 2 + key_size + data_size, large ? 0 : flags);
}

static inline uint32_t build_room(const struct page_build *build)
{
    return build->size - page_header_size(build->size) - build->end - PAGE_TAG_SIZE * build->tags;
}

static inline void build_finish(struct page_build *build, uint32_t pgno, uint32_t prev, uint32_t next)
{
    struct page_header header;

    memcpy(&header, build->data, sizeof(header));
    header.dbtime = 1000 + pgno;
    header.prev = prev;
    header.next = next;
    header.free_bytes = (uint16_t)build_room(build);
    header.free_offset = (uint16_t)build->end;
    header.tag_state = (uint16_t)(build->tags | build->reserved << PAGE_TAG_RESERVED_SHIFT);
    memcpy(build->data, &header, sizeof(header));
    if (page_size_is_large(build->size)) set_le32(build->data + PAGE_OFFSET_PGNO, pgno);
    checksum_page_set(build->data, build->size, pgno);
}

#endif
