/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a page is split, and what its halves look like.
 *
 * Prefixes: a page may keep one key's start in its external header, and each
 * node leaves out how much of it its own key begins with.  Any node's whole key can
 * serve; the best is the one that saves most over all nodes, of which a few
 * evenly spread are tried.  Separators are cut to what is needed to tell the two
 * pages apart (Bayer and Unterauer, "Prefix B-trees", 1977).
 */
#include "btree/split_private.h"

/* Nodes whose keys are tried as prefix. */
#define CANDIDATES 8u
/* Bytes that tell of a prefix in a node that uses it. */
#define OVERHEAD 2u

static inline uint8_t key_byte(const struct page_key *key, uint32_t i)
{
    return i < key->prefix_size ? key->prefix[i] : key->suffix[i - key->prefix_size];
}

uint32_t key_common(const struct page_key *a, const struct page_key *b)
{
    uint32_t size_a = page_key_size(a), size_b = page_key_size(b), count = size_a < size_b ? size_a : size_b, i = 0;

    while (i < count && key_byte(a, i) == key_byte(b, i))
        i++;
    return i;
}

void split_line_set(struct split_line *line, const struct page_view *view, const struct page_node *node,
                    const struct split_line *prior)
{
    uint32_t shared = 0, most = view->prefix_size;

    line->node = *node;
    line->key_size = page_key_size(&node->key);
    while (shared < most && shared < line->key_size && key_byte(&node->key, shared) == view->prefix[shared])
        shared++;
    line->cost = page_node_cost(view, line->key_size, shared > OVERHEAD ? shared : 0, node->data_size);
    line->common = prior ? key_common(&prior->node.key, &node->key) : 0;
}

struct split_line *split_lines(const struct page_view *view, uint32_t *count)
{
    struct split_line *lines;

    *count = page_lines(view);
    lines = os_alloc_array(*count + 1, sizeof(*lines));
    for (uint32_t i = 0; lines && i < *count; i++)
    {
        struct page_node node;

        if (!page_node(view, i, &node))
        {
            os_free(lines);
            return NULL;
        }
        split_line_set(&lines[i], view, &node, i ? &lines[i - 1] : NULL);
    }
    return lines;
}

uint32_t split_choose_line(const struct split_line *lines, uint32_t count, uint32_t room)
{
    uint32_t total = 0, left = 0, best = 0, least = UINT32_MAX;

    for (uint32_t i = 0; i < count; i++)
        total += lines[i].cost;
    for (uint32_t i = 1; i < count; i++)
    {
        uint32_t right, apart;

        left += lines[i - 1].cost;
        right = total - left;
        apart = left > right ? left - right : right - left;
        if (left > room || right > room || apart >= least)
            continue;
        least = apart;
        best = i;
    }
    return best;
}

/* What a prefix saves in nodes that share `common` bytes with it. */
static uint32_t saves(uint32_t common)
{
    return common > OVERHEAD ? common - OVERHEAD : 0;
}

/* What the key of a line saves on all lines as their prefix, less that. */
static int32_t prefix_saves(const struct split_line *lines, uint32_t count, uint32_t at)
{
    uint32_t common = UINT32_MAX, saved = saves(lines[at].key_size), i;

    for (i = at; i-- > 0;)
    {
        if (lines[i + 1].common < common)
            common = lines[i + 1].common;
        if (common <= OVERHEAD)
            break;
        saved += saves(common);
    }
    common = UINT32_MAX;
    for (i = at + 1; i < count; i++)
    {
        if (lines[i].common < common)
            common = lines[i].common;
        if (common <= OVERHEAD)
            break;
        saved += saves(common);
    }
    return (int32_t)saved - (int32_t)lines[at].key_size;
}

/* The line that shares most with the page's prefix: its key serves no worse than that does. */
static uint32_t nearest_line(const struct split_line *lines, uint32_t count, const struct page_view *old)
{
    uint32_t best = 0, most = 0;

    for (uint32_t i = 0; i < count; i++)
    {
        uint32_t end = lines[i].key_size < old->prefix_size ? lines[i].key_size : old->prefix_size, shared = 0;

        while (shared < end && key_byte(&lines[i].node.key, shared) == old->prefix[shared])
            shared++;
        if (shared > most)
        {
            most = shared;
            best = i;
        }
    }
    return best;
}

/* The line whose key is the best prefix; -1: none is worth it. */
static int32_t choose_prefix(const struct split_line *lines, uint32_t count, const struct page_view *old)
{
    uint32_t tries = count < CANDIDATES ? count : CANDIDATES;
    int32_t most = 0, best = -1;

    for (uint32_t i = 0; i <= tries && count; i++)
    {
        uint32_t line = i < tries ? (2 * i + 1) * count / (2 * tries) : nearest_line(lines, count, old);
        int32_t saved = prefix_saves(lines, count, line);

        if (saved <= most)
            continue;
        most = saved;
        best = (int32_t)line;
    }
    return best;
}

bool split_build(uint8_t *image, const struct page_view *old, uint32_t pgno, uint32_t flags,
                 const struct split_line *lines, uint32_t count, uint8_t *scratch, int32_t *prefix_line)
{
    *prefix_line = choose_prefix(lines, count, old);
    page_format(image, old->size, pgno, page_objid(old->data), flags, 0);
    if (*prefix_line >= 0)
    {
        page_key_copy(&lines[*prefix_line].node.key, scratch);
        if (!page_set_external(image, old->size, scratch, lines[*prefix_line].key_size))
            return false;
    }
    for (uint32_t i = 0; i < count; i++)
    {
        const struct page_node *from = &lines[i].node;
        struct page_new_node node = { scratch, lines[i].key_size, from->data, from->data_size, from->flags };

        if (from->key.prefix_size)
            page_key_copy(&from->key, scratch);
        else
            node.key = from->key.suffix;
        if (!page_insert(image, old->size, i, &node))
            return false;
    }
    return true;
}

uint32_t split_separator(const struct tree *tree, const struct split_line *left, const struct split_line *right,
                         uint8_t *separator)
{
    uint32_t common = key_common(&left->node.key, &right->node.key), size = right->key_size, i = 0;

    (void)tree;
    for (i = 0; i < size && i <= common; i++)
        separator[i] = key_byte(&right->node.key, i);
    if (common < size || common < left->key_size)
        return i;
    /* Equal keys, which only a tree that is not unique has: the data decides. */
    for (common = 0; common < right->node.data_size; common++)
    {
        separator[size + common] = right->node.data[common];
        if (common >= left->node.data_size || left->node.data[common] != right->node.data[common])
            return size + common + 1;
    }
    return size + common;
}
