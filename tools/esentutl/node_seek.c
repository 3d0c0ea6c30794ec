/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /m with /p, /k and /d: from a page of a tree down to the leaf where a key is, or would be. */
#include "esentutl.h"
#include "format/page.h"

#define DEPTH_MAX 40

static int digit_of(WCHAR c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

bool node_seek_parse(const WCHAR *text, uint8_t *key, size_t room, uint32_t *size)
{
    for (*size = 0; *text; text++)
    {
        int high, low;

        if (*text == ' ')
            continue;
        high = digit_of(text[0]);
        low = high < 0 ? -1 : digit_of(text[1]);
        if (low < 0 || *size >= room)
            return false;
        key[(*size)++] = (uint8_t)(high << 4 | low);
        text++;
    }
    return true;
}

/* The first line whose key is behind the one sought, or the last; of a leaf the first that is not before it. */
static unsigned find_line(const struct page_view *view, const uint8_t *key, uint32_t size)
{
    int enough = view->flags & PAGE_LEAF ? 0 : 1;
    unsigned lines = page_lines(view), line;
    struct page_node node;

    for (line = 0; line + 1 < lines; line++)
        if (page_node(view, line, &node) && page_key_compare(&node.key, key, size) >= enough)
            break;
    return line;
}

static const char *level_of(uint32_t flags)
{
    return flags & PAGE_LEAF ? "leaf" : flags & PAGE_PARENT_OF_LEAF ? "parent-of-leaf" : "internal";
}

JET_ERR node_seek(struct os_file *file, uint32_t page_size, uint32_t *pgno, const uint8_t *key, uint32_t size)
{
    uint8_t *page = os_alloc(page_size);
    JET_ERR err = page ? JET_errSuccess : JET_errOutOfMemory;

    printf(" Seek bookmark: \"");
    for (uint32_t i = 0; i < size; i++)
        printf("%s%02x", i ? " " : "", key[i]);
    printf("\"\n");
    for (unsigned depth = 0; err >= 0; depth++)
    {
        struct page_view view;
        struct page_node node;
        unsigned line;

        err = os_file_read_at(file, ((uint64_t)*pgno + 1) * page_size, page, page_size);
        if (err >= 0)
            err = page_check(page, page_size, *pgno, NULL);
        if (err < 0)
            break;
        if (depth >= DEPTH_MAX || !page_view(&view, page, page_size) || !page_lines(&view))
            break;
        line = find_line(&view, key, size);
        printf("    pgno/iline: %u-%u  (%s%s)\n", (unsigned)*pgno, line, view.flags & PAGE_ROOT ? "root," : "",
               level_of(view.flags));
        if (view.flags & PAGE_LEAF)
            break;
        if (!page_node(&view, line, &node) || node.data_size != sizeof(uint32_t) || !le32(node.data))
            err = JET_errBadPageLink;
        else
            *pgno = le32(node.data);
    }
    printf("\n");
    os_free(page);
    return err;
}
