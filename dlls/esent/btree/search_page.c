/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The search in a page.
 *
 * Most of a descent is spent here, so a comparison is a few loads: the tag, the
 * sizes in front of the node's key, and eight bytes of it as one number against the
 * same bytes of what is sought.  Only where these are equal is there more to compare,
 * and the node to be looked at with all the care that a page which may be changing
 * needs; until then nothing is read outside of the page, whatever its bytes say.
 *
 * Where a node's key and the one sought both begin with the same of the page's shared
 * prefix, what follows decides.  A node that shares more of it than the key sought does
 * sorts like the prefix itself, which is asked once for the page.
 */
#include "btree/private.h"

/* Longer keys, or keys and data together, are compared byte by byte. */
#define PROBE_MAX 256u

/* What is sought, as the nodes of one page are compared with it. */
struct probe
{
    const struct page_view *view;
    const uint8_t *tags;  /* the tag of line 0; that of line n is n before it */
    const uint8_t *lines; /* where offsets of tags count from */
    int32_t last;         /* no line begins further on; < 0: none can */
    uint32_t match;       /* the key begins with so much of the page's shared prefix */
    bool prefix_before;   /* that prefix, with one byte more than that, sorts before the key */
    bool past;            /* what is equal is before it, too */
    uint32_t key_size;
    uint32_t data_size;
    const uint8_t *data;        /* compared after equal keys */
    uint8_t key[PROBE_MAX + 8]; /* zeros follow */
};

/* With probe->key and key_size set: the rest, for a page that has lines. */
static inline void probe_aim(struct probe *probe, const struct page_view *view, bool past)
{
    uint32_t count = view->prefix_size < probe->key_size ? view->prefix_size : probe->key_size;
    uint32_t match = 0;

    set_le64(probe->key + probe->key_size, 0);
    /* two tags at least follow the prefix */
    while (match < count)
    {
        uint64_t differ = le64(view->prefix + match) ^ le64(probe->key + match);

        if (differ)
        {
            match += (uint32_t)__builtin_ctzll(differ) / 8;
            break;
        }
        match += 8;
    }
    if (match > count)
        match = count;
    probe->view = view;
    probe->tags = view->data + view->size - PAGE_TAG_SIZE * (view->reserved + 1u);
    probe->lines = view->data + view->header_size;
    probe->last = view->limit - 4;
    probe->match = match;
    probe->prefix_before = match < count && view->prefix[match] < probe->key[match];
    probe->past = past;
}

static int bytes_compare(const uint8_t *a, uint32_t a_size, const uint8_t *b, uint32_t b_size)
{
    uint32_t count = a_size < b_size ? a_size : b_size;
    int order = count ? memcmp(a, b, count) : 0;

    return order ? order : (int)a_size - (int)b_size;
}

/* 1: the node is before what is sought, 0: it is not, -1: the page is bad. */
static __attribute__((noinline)) int is_before_exactly(const struct probe *probe, uint32_t line)
{
    struct page_node node;
    int order;

    if (!page_node(probe->view, line, &node))
        return -1;
    order = page_key_compare(&node.key, probe->key, probe->key_size);
    if (!order && probe->data_size)
        order = bytes_compare(node.data, node.data_size, probe->data, probe->data_size);
    return order < 0 || (!order && probe->past);
}

/* Of eight bytes of a key as a number: those of it, by its size. */
static const uint64_t word_mask[8] = {
    0,
    0xff00000000000000ull,
    0xffff000000000000ull,
    0xffffff0000000000ull,
    0xffffffff00000000ull,
    0xffffffffff000000ull,
    0xffffffffffff0000ull,
    0xffffffffffffff00ull,
};

static inline __attribute__((always_inline)) uint32_t line_offset(const uint8_t *tag, bool large)
{
    return page_word32(tag) >> 16 & (large ? 0x7fff : 0x1fff);
}

/* As is_before_exactly(), of the line with this tag. */
static inline __attribute__((always_inline)) int is_before(const struct probe *probe, const uint8_t *tag, bool large)
{
    uint32_t word = page_word32(tag), offset = word >> 16 & (large ? 0x7fff : 0x1fff), sizes;
    const uint8_t *at = probe->lines + offset, *sought = probe->key;
    uint64_t node, key;

    if (os_unlikely((int32_t)offset > probe->last))
        return -1;
    sizes = page_word32(at);
    if ((large ? sizes >> PAGE_NODE_FLAGS_SHIFT : word >> 29) & NODE_COMPRESSED)
    {
        uint32_t shared = sizes & PAGE_KEY_SIZE;

        if (os_unlikely(shared > probe->match))
            return probe->prefix_before;
        sought += shared;
        sizes >>= 16;
        at += 2;
    }
    sizes &= PAGE_KEY_SIZE;
    /* two tags at least follow what begins before them */
    node = be64(at + 2);
    key = be64(sought);
    if (sizes < 8)
        node &= word_mask[sizes];
    if (os_unlikely(node == key))
        return is_before_exactly(probe, (uint32_t)(probe->tags - tag) / PAGE_TAG_SIZE);
    return node < key;
}

/* The first of the lines before `count` that is not before what is sought; false if the page is bad. */
static inline __attribute__((always_inline)) bool search(const struct probe *probe, size_t count, bool large,
                                                         bool fetch, uint32_t *line)
{
    const uint8_t *low = probe->tags;

    while (count)
    {
        size_t half = count / 2;
        const uint8_t *middle = low - PAGE_TAG_SIZE * half;
        int before;

        if (fetch)
        {
            /* one of these comes next, if any does */
            __builtin_prefetch(probe->lines + line_offset(low - PAGE_TAG_SIZE * (half / 2), large));
            __builtin_prefetch(probe->lines + line_offset(middle - PAGE_TAG_SIZE * ((count - half + 1) / 2), large));
        }
        before = is_before(probe, middle, large);
        if (os_unlikely(before < 0))
            return false;
        count -= half;
        if (before)
        {
            low = middle - PAGE_TAG_SIZE;
            count--;
        }
        else
            count = half;
    }
    *line = (uint32_t)(probe->tags - low) / PAGE_TAG_SIZE;
    return true;
}

/* ----------------------------------------------------------- long targets --- */

/* A separator against the key sought, and where there is some the data after it, in one piece. */
static int compare_separator(const struct page_key *key, const struct tree_target *target)
{
    uint32_t size = page_key_size(key), skip = target->key_size;
    struct page_key part = *key;
    int order;

    if (size <= skip)
    {
        order = page_key_compare(key, target->key, target->key_size);
        return order || target->aim == TREE_AIM_PAST_KEY || !target->data_size ? order : -1;
    }
    part.prefix_size = skip < key->prefix_size ? (uint16_t)skip : key->prefix_size;
    part.suffix_size = (uint16_t)(skip - part.prefix_size);
    order = page_key_compare(&part, target->key, target->key_size);
    if (order || target->aim == TREE_AIM_PAST_KEY)
        return order;
    part.prefix += part.prefix_size;
    part.suffix += part.suffix_size;
    part.prefix_size = (uint16_t)(key->prefix_size - part.prefix_size);
    part.suffix_size = (uint16_t)(key->suffix_size - part.suffix_size);
    return page_key_compare(&part, target->data, target->data_size);
}

static int compare_entry(const struct page_node *node, const struct tree_target *target)
{
    int order = page_key_compare(&node->key, target->key, target->key_size);

    if (order || !target->data_size)
        return order;
    return bytes_compare(node->data, node->data_size, target->data, target->data_size);
}

/* What search() does for what no probe holds. */
static bool search_slowly(const struct page_view *view, const struct tree_target *target, uint32_t count, bool past,
                          bool separators, uint32_t *line)
{
    uint32_t low = 0;

    while (low < count)
    {
        uint32_t middle = (low + count) / 2;
        struct page_node node;
        int order;

        if (!page_node(view, middle, &node))
            return false;
        order = separators ? compare_separator(&node.key, target) : compare_entry(&node, target);
        if (order < 0 || (!order && past))
            low = middle + 1;
        else
            count = middle;
    }
    *line = low;
    return true;
}

/* --------------------------------------------------------------- searches --- */

bool leaf_search(const struct page_view *view, const struct tree_target *target, bool past, int32_t *line)
{
    uint32_t count = page_lines(view), found = 0;
    struct probe probe;
    bool good = true;

    if (os_unlikely(target->key_size > PROBE_MAX))
        good = search_slowly(view, target, count, past, false, &found);
    else if (count)
    {
        bytes_copy(probe.key, target->key, target->key_size);
        probe.key_size = target->key_size;
        probe.data = target->data;
        probe.data_size = target->data_size;
        probe_aim(&probe, view, past);
        good = view->large ? search(&probe, count, true, true, &found) : search(&probe, count, false, true, &found);
    }
    *line = (int32_t)found;
    return good;
}

bool inner_search_key(const struct page_view *view, const struct tree_target *target, uint32_t *line)
{
    uint32_t count = page_lines(view) - 1; /* the last child takes all that is left, whatever its key */
    struct probe probe;

    if (os_unlikely(target->aim == TREE_AIM_PAST_KEY || target->key_size + target->data_size > PROBE_MAX))
        return search_slowly(view, target, count, true, true, line);
    bytes_copy(probe.key, target->key, target->key_size);
    if (target->data_size)
        bytes_copy(probe.key + target->key_size, target->data, target->data_size);
    probe.key_size = target->key_size + target->data_size;
    probe.data_size = 0;
    probe_aim(&probe, view, true);
    return view->large ? search(&probe, count, true, false, line) : search(&probe, count, false, false, line);
}
