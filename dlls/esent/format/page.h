/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A database page: header, nodes, tag array.
 *
 *   header | lines (nodes), in any order | free space | tags, growing down
 *
 * The header is 40 bytes, or 80 for pages of 16 KB and more ("large" format,
 * which also keeps a node's flags in its first two bytes instead of in its
 * tag).  Tag 0 is the external header: in a root it holds the tree's space
 * header, elsewhere the key prefix that nodes may share.  Tags 1.. are nodes in
 * key order; everywhere above this floor a node is numbered by its line, which
 * is its tag less one.  (Since Windows 11 24H2 a page may reserve up to seven
 * tags before the nodes, and says how many in three bits that were zero; lines
 * then start after those.)
 *
 * A tag is two words: the size of its line, and its offset from the end of the
 * header.  A node is
 *
 *   [size of the shared prefix] | size of the key's own part | that part | data
 *
 * with the first there if NODE_COMPRESSED.
 *
 * A page from disk is checked once by page_check(): checksum, page number, and
 * that every tag, key size and prefix stays inside the page.  A page that was
 * read optimistically has no such promise, so page_node() checks again; its
 * checks are a handful of compares, and it reads each word it relies on once.
 *
 * What is in root pages beside the tree: see page_root_fields().  Pages that were
 * set aside but hold nothing have PAGE_EMPTY or PAGE_PRE_INIT and no tags at all.
 */
#ifndef ESENT_FORMAT_PAGE_H
#define ESENT_FORMAT_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esent.h"
#include "format/bytes.h"

#define PAGE_SIZE_MIN 2048u
#define PAGE_SIZE_MAX 32768u

/* Flags of a page. */
enum
{
    PAGE_ROOT = 0x0001,
    PAGE_LEAF = 0x0002,
    PAGE_PARENT_OF_LEAF = 0x0004,
    PAGE_EMPTY = 0x0008,
    PAGE_REPAIRED = 0x0010,
    PAGE_SPACE_TREE = 0x0020,
    PAGE_INDEX = 0x0040,
    PAGE_LONG_VALUE = 0x0080,
    PAGE_NON_UNIQUE = 0x0400,
    PAGE_NEW_RECORD = 0x0800,
    PAGE_NEW_CHECKSUM = 0x2000,
    PAGE_SCRUBBED = 0x4000,
    PAGE_FLUSH_TYPE = 0x18000,
    PAGE_PRE_INIT = 0x20000,
    PAGE_FDP_DELETED = 0x40000,

    PAGE_KIND = PAGE_SPACE_TREE | PAGE_INDEX | PAGE_LONG_VALUE, /* none of them: records */
};

/* Flags of a node. */
enum
{
    NODE_VERSIONED = 0x1, /* may have versions in the version store */
    NODE_DELETED = 0x2,
    NODE_COMPRESSED = 0x4, /* begins with the size of the prefix it shares */
};

/* The header, as it lies at the start of a page. */
struct page_header
{
    uint64_t checksum;
    uint64_t dbtime; /* counts changes of the database; of the last one to this page */
    uint32_t prev;   /* neighbours on the level, 0 at the ends */
    uint32_t next;
    uint32_t objid;            /* of the tree it belongs to */
    uint16_t free_bytes;       /* all that is free, in one piece or not */
    uint16_t uncommitted_free; /* of which a rollback may want this much back */
    uint16_t free_offset;      /* where the free space before the tags begins, from the end of the header */
    uint16_t tag_state;        /* number of tags: 12 bits; reserved ones: 3 bits, 0 for one */
    uint32_t flags;
};

/* What follows it in large pages. */
struct page_header_large
{
    uint64_t checksum[3]; /* of the second to fourth quarter */
    uint32_t pgno;
    uint8_t reserved[12];
};

_Static_assert(sizeof(struct page_header) == 40, "page header");
_Static_assert(offsetof(struct page_header, dbtime) == 8, "page header");
_Static_assert(offsetof(struct page_header, prev) == 16, "page header");
_Static_assert(offsetof(struct page_header, objid) == 24, "page header");
_Static_assert(offsetof(struct page_header, free_offset) == 32, "page header");
_Static_assert(offsetof(struct page_header, flags) == 36, "page header");
_Static_assert(sizeof(struct page_header_large) == 40, "large page header");
_Static_assert(offsetof(struct page_header_large, pgno) == 24, "large page header");

#define PAGE_HEADER_SIZE        ((uint32_t)sizeof(struct page_header))
#define PAGE_LARGE_HEADER_SIZE  (PAGE_HEADER_SIZE + (uint32_t)sizeof(struct page_header_large))
#define PAGE_OFFSET_FLAGS       ((uint32_t)offsetof(struct page_header, flags))
#define PAGE_OFFSET_CHECKSUMS   PAGE_HEADER_SIZE
#define PAGE_OFFSET_PGNO        (PAGE_HEADER_SIZE + (uint32_t)offsetof(struct page_header_large, pgno))

#define PAGE_TAG_SIZE           4u
#define PAGE_TAG_COUNT          0x0fffu /* in tag_state */
#define PAGE_TAG_RESERVED_SHIFT 12
#define PAGE_TAG_RESERVED       0x7u
#define PAGE_KEY_SIZE           0x1fffu /* in a node's sizes; above it, in large pages, the node's flags */
#define PAGE_NODE_FLAGS_SHIFT   13

/* Pages above 8 KB are of the large format. */
static inline bool page_size_is_large(uint32_t size)
{
    return size > 8192;
}

static inline uint32_t page_header_size(uint32_t size)
{
    return page_size_is_large(size) ? PAGE_LARGE_HEADER_SIZE : PAGE_HEADER_SIZE;
}

/* Fields of the header, of a page that is latched or is being read optimistically. */
static inline uint64_t page_dbtime(const uint8_t *data)
{
    return le64(data + offsetof(struct page_header, dbtime));
}

static inline uint32_t page_prev(const uint8_t *data)
{
    return page_word32(data + offsetof(struct page_header, prev));
}

static inline uint32_t page_next(const uint8_t *data)
{
    return page_word32(data + offsetof(struct page_header, next));
}

static inline uint32_t page_objid(const uint8_t *data)
{
    return page_word32(data + offsetof(struct page_header, objid));
}

static inline uint32_t page_flags(const uint8_t *data)
{
    return page_word32(data + offsetof(struct page_header, flags));
}

static inline uint32_t page_free_bytes(const uint8_t *data)
{
    return page_word16(data + offsetof(struct page_header, free_bytes));
}

static inline uint32_t page_uncommitted_free(const uint8_t *data)
{
    return page_word16(data + offsetof(struct page_header, uncommitted_free));
}

static inline uint32_t page_free_offset(const uint8_t *data)
{
    return page_word16(data + offsetof(struct page_header, free_offset));
}

/* A key in two pieces: what the node shares with its page's external header
 * and what is its own.  Compares as the concatenation. */
struct page_key
{
    const uint8_t *prefix;
    const uint8_t *suffix;
    uint16_t prefix_size;
    uint16_t suffix_size;
};

struct page_node
{
    struct page_key key;
    const uint8_t *data;
    uint16_t data_size;
    uint8_t flags;
};

/* A page's bytes with what is needed to find its nodes. */
struct page_view
{
    const uint8_t *data;
    uint32_t size;
    uint16_t header_size;
    uint16_t tags; /* number of tags, the reserved ones included */
    uint32_t flags;
    uint16_t reserved;     /* tags before the first node: 1, later formats up to 7 */
    uint16_t limit;        /* bytes between header and tags: no line reaches further */
    const uint8_t *prefix; /* what nodes may share */
    uint16_t prefix_size;
    bool large;
};

/* A line as its tag has it. */
struct page_line
{
    const uint8_t *data;
    uint16_t size;
    uint16_t tag_flags; /* of a small page's node */
};

/* The line of a tag (0 the external header, nodes after the reserved ones);
 * false when the tag is not there or its line leaves the page. */
static inline bool page_tag(const struct page_view *view, unsigned tag, struct page_line *line)
{
    uint32_t word, size, offset, mask = view->large ? 0x7fff : 0x1fff;

    if (tag >= view->tags) return false;
    word = page_word32(view->data + view->size - PAGE_TAG_SIZE * (tag + 1));
    size = word & mask;
    offset = (word >> 16) & mask;
    if (offset + size > view->limit) return false;
    line->data = view->data + view->header_size + offset;
    line->size = (uint16_t)size;
    line->tag_flags = (uint16_t)(word >> 29);
    return true;
}

/* In a root the external header belongs to space: that of a space tree starts
 * with its split buffer, and that of any other tree has no prefix. */
#define PAGE_SPLIT_BUFFER_SIZE 16u

/* Views bytes that page_check() has passed, or bytes read optimistically.
 * False when the header contradicts itself. */
static inline bool page_view(struct page_view *view, const uint8_t *data, uint32_t size)
{
    uint32_t state = page_word16(data + offsetof(struct page_header, tag_state));
    uint32_t tags = state & PAGE_TAG_COUNT, reserved = (state >> PAGE_TAG_RESERVED_SHIFT) & PAGE_TAG_RESERVED;
    uint32_t header_size = page_header_size(size);
    struct page_line line;

    if (header_size + tags * PAGE_TAG_SIZE > size) return false;
    view->data = data;
    view->size = size;
    view->header_size = (uint16_t)header_size;
    view->tags = (uint16_t)tags;
    view->flags = page_flags(data);
    view->reserved = (uint16_t)(reserved ? reserved : 1);
    view->limit = (uint16_t)(size - header_size - tags * PAGE_TAG_SIZE);
    view->large = page_size_is_large(size);
    view->prefix = data;
    view->prefix_size = 0;
    if (!tags) return true;
    if (tags < view->reserved || !page_tag(view, 0, &line)) return false;
    if (view->flags & PAGE_ROOT)
    {
        if (!(view->flags & PAGE_SPACE_TREE) || line.size <= PAGE_SPLIT_BUFFER_SIZE) return true;
        line.data += PAGE_SPLIT_BUFFER_SIZE;
        line.size -= PAGE_SPLIT_BUFFER_SIZE;
    }
    view->prefix = line.data;
    view->prefix_size = line.size;
    return true;
}

/* Nodes on the page (tags less the reserved ones). */
static inline unsigned page_lines(const struct page_view *view)
{
    return view->tags ? (unsigned)view->tags - view->reserved : 0;
}

/* The node at `line` (0..page_lines()-1); false when it leaves the page. */
static inline bool page_node(const struct page_view *view, unsigned line, struct page_node *node)
{
    struct page_line bytes;
    const uint8_t *at;
    uint32_t first, size, prefix = 0;

    if (!page_tag(view, line + view->reserved, &bytes) || bytes.size < 2) return false;
    at = bytes.data;
    size = bytes.size - 2u;
    first = page_word16(at);
    node->flags = (uint8_t)(view->large ? first >> PAGE_NODE_FLAGS_SHIFT : bytes.tag_flags);
    at += 2;
    if (node->flags & NODE_COMPRESSED)
    {
        prefix = first & PAGE_KEY_SIZE;
        if (size < 2 || prefix > view->prefix_size) return false;
        first = page_word16(at);
        at += 2;
        size -= 2;
    }
    first &= PAGE_KEY_SIZE;
    if (first > size) return false;
    node->key.prefix = view->prefix;
    node->key.prefix_size = (uint16_t)prefix;
    node->key.suffix = at;
    node->key.suffix_size = (uint16_t)first;
    node->data = at + first;
    node->data_size = (uint16_t)(size - first);
    return true;
}

static inline uint32_t page_key_size(const struct page_key *key)
{
    return (uint32_t)key->prefix_size + key->suffix_size;
}

/* Copies a key's two pieces to `to`, which has room for page_key_size(). */
static inline void page_key_copy(const struct page_key *key, uint8_t *to)
{
    memcpy(to, key->prefix, key->prefix_size);
    memcpy(to + key->prefix_size, key->suffix, key->suffix_size);
}

/* The same for the ways where most keys are a few bytes. */
static inline void page_key_copy_short(const struct page_key *key, uint8_t *to)
{
    bytes_copy(to, key->prefix, key->prefix_size);
    bytes_copy(to + key->prefix_size, key->suffix, key->suffix_size);
}

/* <0, 0 or >0 as the key sorts before, equals or sorts after the bytes: as
 * memcmp, and a key sorts before those it begins. */
static inline int page_key_compare(const struct page_key *key, const uint8_t *bytes, uint32_t size)
{
    uint32_t count = key->prefix_size < size ? key->prefix_size : size;
    int order = count ? memcmp(key->prefix, bytes, count) : 0;

    if (order || count < key->prefix_size) return order ? order : 1;
    bytes += count;
    size -= count;
    count = key->suffix_size < size ? key->suffix_size : size;
    order = count ? memcmp(key->suffix, bytes, count) : 0;
    return order ? order : (int)key->suffix_size - (int)size;
}

/* The tree's space header, in the external header of a root. */
struct page_space_header
{
    uint32_t primary_pages; /* of the first extent; in version 2, of the last one taken */
    uint32_t parent;        /* root of the tree that pages come from, 0 for the database's own */
    uint32_t flags;         /* PAGE_SPACE_* */
    uint32_t available;     /* one extent: a bit a page after the root, low bit first, set if free;
                                   several: root of the tree of owned extents, that of free ones is the next page */
};

_Static_assert(sizeof(struct page_space_header) == 16, "space header");

/* Where it begins in an external header of this size: one that holds more has a byte before it. */
static inline uint32_t page_space_header_offset(uint32_t external_size)
{
    return external_size > sizeof(struct page_space_header);
}

enum
{
    PAGE_SPACE_MULTIPLE = 0x01,   /* more than one extent: has trees of space */
    PAGE_SPACE_NON_UNIQUE = 0x02, /* the tree is not unique */
    PAGE_SPACE_VERSION_2 = 0x04,
};

/* What the external header of a root (not of a space tree) holds. */
struct page_root_fields
{
    struct page_space_header space;
    bool has_space;
    bool has_auto_increment;
    uint64_t auto_increment; /* highest number given out */
};

/*
 * Decodes a root's external header: 16 bytes are a space header; more begin with
 * a byte that says which fields follow (1: space header, 2: 8 bytes of
 * auto-increment).  JET_errDatabaseCorrupted if the page is no root or its
 * external header is none.
 */
JET_ERR page_root_fields(const struct page_view *view, struct page_root_fields *fields);

/* Two runs of pages that a space tree keeps for splitting itself. */
struct page_split_buffer
{
    struct
    {
        uint32_t last;
        uint32_t count;
    } run[2];
};

_Static_assert(sizeof(struct page_split_buffer) == PAGE_SPLIT_BUFFER_SIZE, "split buffer");

/* Of the root of a space tree; false if it has none here (a node of it has it then). */
bool page_split_buffer(const struct page_view *view, struct page_split_buffer *buffer);

/* Whether page_check() had to correct something. */
struct page_check_result
{
    uint32_t corrected; /* bits turned back */
    uint32_t bit;       /* the first of them, from the start of the page */
};

/*
 * The check of a page that was just read as page `pgno`: checksum (a single
 * flipped bit is turned back in `data`), page number, and page_check_structure().
 * `size` is a power of two, 2 to 32 KB; *result may be NULL.
 * JET_errPageNotInitialized, JET_errReadVerifyFailure, JET_errReadPgnoVerifyFailure,
 * JET_errDatabaseCorrupted.
 */
JET_ERR page_check(uint8_t *data, uint32_t size, uint32_t pgno, struct page_check_result *result);

/* That the counts of the header, the tags, and every node's key and data stay
 * within the page and do not overlap, and the flags agree with one another.
 * JET_errDatabaseCorrupted. */
JET_ERR page_check_structure(const uint8_t *data, uint32_t size);

/* That keys (and data, in a page of a non-unique tree) do not decrease along
 * the lines, and that nodes of inner pages hold page numbers.  For integrity
 * checks; the page has passed page_check(). */
JET_ERR page_check_order(const struct page_view *view);

/*
 * A sum over what the page says: two pages have the same if replaying the same
 * log made them, whatever was rolled back on them, how their nodes lie, and which
 * deleted ones are there still.  The page has passed page_check().
 * Source: CPAGE::LoggedDataChecksum.
 */
uint64_t page_content_sum(const uint8_t *data, uint32_t size);

#endif
