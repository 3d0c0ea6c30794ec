/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzzes pages.  The first byte chooses the page size; the rest are the page's
 * bytes, padded with zeros.  They go through the accessors as they are, as a
 * reader without a latch sees them; then with the checksum put right through
 * page_check(), and a page that passes must give every node.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/checksum.h"
#include "format/page.h"

static void require(int condition)
{
    if (!condition)
        abort();
}

/* Reads all that an accessor pointed at. */
static unsigned touch(const uint8_t *bytes, size_t size)
{
    unsigned sum = 0;

    while (size)
        sum += bytes[--size];
    return sum;
}

static unsigned use(const uint8_t *page, uint32_t size, bool sound)
{
    struct page_split_buffer buffer;
    struct page_root_fields fields;
    struct page_view view;
    struct page_node node;
    unsigned sum = 0;

    if (!page_view(&view, page, size))
    {
        require(!sound);
        return 0;
    }
    sum += touch(view.prefix, view.prefix_size);
    for (unsigned line = 0; line < page_lines(&view); line++)
    {
        if (!page_node(&view, line, &node))
        {
            require(!sound);
            continue;
        }
        require(node.data >= page && node.data + node.data_size <= page + size);
        require(node.key.suffix >= page && node.key.suffix + node.key.suffix_size <= page + size);
        require(node.key.prefix_size <= view.prefix_size);
        sum += touch(node.key.prefix, node.key.prefix_size) + touch(node.key.suffix, node.key.suffix_size) +
               touch(node.data, node.data_size);
        require(page_key_compare(&node.key, (const uint8_t *)"", 0) >= 0);
    }
    require(!page_node(&view, page_lines(&view), &node));
    sum += page_root_fields(&view, &fields) == JET_errSuccess;
    sum += page_split_buffer(&view, &buffer);
    sum += page_check_order(&view) == JET_errSuccess;
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t page_size, pgno = 5;
    uint8_t *page;
    unsigned sum = 0;
    volatile unsigned sink;

    if (!size)
        return 0;
    page_size = 2048u << data[0] % 5;
    data++;
    size--;
    page = malloc(page_size);
    memset(page, 0, page_size);
    memcpy(page, data, size < page_size ? size : page_size);

    sum += use(page, page_size, false);
    sum += (unsigned)checksum_page_verify(page, page_size, pgno, NULL, NULL);
    if (page_size_is_large(page_size))
        set_le32(page + PAGE_OFFSET_PGNO, pgno);
    checksum_page_set(page, page_size, pgno);
    if (page_check(page, page_size, pgno, NULL) == JET_errSuccess)
        sum += use(page, page_size, true);
    free(page);
    sink = sum; /* so that all of it is read */
    (void)sink;
    return 0;
}
