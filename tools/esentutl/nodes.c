/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /mn, and /m with /p: pages as they are in the file, with their nodes. */
#include <inttypes.h>
#include <stdlib.h>

#include "esentutl.h"
#include "format/page.h"

#define WIDTH 16u

struct dump
{
    struct os_file *file;
    uint32_t page_size;
    uint8_t *page;
    bool deleted; /* nodes that are deleted, too */
    int node;     /* that one only; -1: all */
};

static void print_bytes(const char *label, const uint8_t *bytes, uint32_t size)
{
    printf("%s (%u bytes):\n", label, (unsigned)size);
    for (uint32_t i = 0; i < size; i += WIDTH)
    {
        uint32_t count = size - i < WIDTH ? size - i : WIDTH;

        printf("    %04x ", (unsigned)i);
        for (uint32_t j = 0; j < WIDTH; j++)
            if (j < count)
                printf(" %02x", bytes[i + j]);
            else
                printf("   ");
        printf("  ");
        for (uint32_t j = 0; j < count; j++)
            putchar(bytes[i + j] >= ' ' && bytes[i + j] < 0x7f ? bytes[i + j] : '.');
        printf("\n");
    }
}

static void print_page(const uint8_t *data, uint32_t pgno, const struct page_view *view)
{
    static const struct
    {
        uint32_t flag;
        const char *name;
    } names[] = {
        { PAGE_ROOT, "root" },
        { PAGE_LEAF, "leaf" },
        { PAGE_PARENT_OF_LEAF, "parent of leaf" },
        { PAGE_EMPTY, "empty" },
        { PAGE_REPAIRED, "repaired" },
        { PAGE_SPACE_TREE, "space tree" },
        { PAGE_INDEX, "index" },
        { PAGE_LONG_VALUE, "long values" },
        { PAGE_NON_UNIQUE, "keys not unique" },
        { PAGE_NEW_RECORD, "new record format" },
        { PAGE_NEW_CHECKSUM, "new checksum" },
        { PAGE_SCRUBBED, "scrubbed" },
        { PAGE_PRE_INIT, "set aside" },
        { PAGE_FDP_DELETED, "tree deleted" },
    };

    printf("Page %u (0x%x)\n         checksum: 0x%016" PRIx64 "\n           dbtime: %" PRIu64 " (0x%" PRIx64 ")\n",
           (unsigned)pgno, (unsigned)pgno, le64(data), page_dbtime(data), page_dbtime(data));
    printf("  previous page: %u\n      next page: %u\n           objid: %u\n", (unsigned)page_prev(data),
           (unsigned)page_next(data), (unsigned)page_objid(data));
    printf("      free bytes: %u (%u uncommitted)\n            tags: %u\n           flags: 0x%x", page_free_bytes(data),
           page_uncommitted_free(data), view->tags, (unsigned)view->flags);
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (view->flags & names[i].flag)
            printf(", %s", names[i].name);
    printf("\n");
    if (view->prefix_size)
        print_bytes("  shared prefix", view->prefix, view->prefix_size);
    printf("\n");
}

static void print_node(const struct page_view *view, uint32_t pgno, unsigned line, const struct page_node *node)
{
    printf("          Node: %u:%u\n\n       flags: 0x%x%s%s%s\n", (unsigned)pgno, line, node->flags,
           node->flags & NODE_VERSIONED ? ", versioned" : "", node->flags & NODE_DELETED ? ", deleted" : "",
           node->flags & NODE_COMPRESSED ? ", prefix shared" : "");
    if (node->key.prefix_size)
        print_bytes("  key, shared", node->key.prefix, node->key.prefix_size);
    print_bytes("  key", node->key.suffix, node->key.suffix_size);
    print_bytes("  data", node->data, node->data_size);
    if (!(view->flags & PAGE_LEAF) && node->data_size == sizeof(uint32_t))
        printf("pgnoChild = %u (0x%x)\n", (unsigned)le32(node->data), (unsigned)le32(node->data));
    printf("\n");
}

/* `asked`: somebody wants this page, whatever is there. */
static JET_ERR dump_page(const struct dump *dump, uint32_t pgno, bool asked)
{
    struct page_view view;
    struct page_node node;
    unsigned count;
    JET_ERR err = os_file_read_at(dump->file, ((uint64_t)pgno + 1) * dump->page_size, dump->page, dump->page_size);

    if (err < 0)
        return err;
    err = page_check(dump->page, dump->page_size, pgno, NULL);
    if (err == JET_errPageNotInitialized && !asked)
        return JET_errSuccess;
    if (err < 0)
        printf("Page %u: error %d\n\n", (unsigned)pgno, (int)err);
    if (err < 0 || !page_view(&view, dump->page, dump->page_size))
        return asked ? (err < 0 ? err : JET_errDatabaseCorrupted) : JET_errSuccess;
    count = page_lines(&view);
    if (dump->node >= 0 && (unsigned)dump->node >= count)
    {
        printf("Invalid iline: %d\n\n", dump->node);
        return JET_errInvalidParameter;
    }
    if (dump->node < 0)
        print_page(dump->page, pgno, &view);
    for (unsigned line = 0; line < count; line++)
    {
        if ((dump->node >= 0 && line != (unsigned)dump->node) || !page_node(&view, line, &node))
            continue;
        if (node.flags & NODE_DELETED && !dump->deleted && dump->node < 0)
            continue;
        print_node(&view, pgno, line, &node);
    }
    return JET_errSuccess;
}

/* FIRST, or FIRST:LAST where LAST may be "max". */
static bool parse_range(const WCHAR *text, uint32_t last, uint32_t *from, uint32_t *to)
{
    char narrow[64];
    size_t size = 0;
    char *end;

    if (os_text_from_wide(OS_CP_UTF8, text, os_text_length_max(text, 40), narrow, sizeof(narrow) - 1, &size, NULL) < 0)
        return false;
    narrow[size] = 0;
    *from = *to = (uint32_t)strtoul(narrow, &end, 0);
    if (end == narrow || !*from)
        return false;
    if (*end != ':' && *end != '-')
        return !*end && *from <= last;
    *to = !strcmp(end + 1, "max") ? last : (uint32_t)strtoul(end + 1, &end, 0);
    return *from <= *to && *to <= last;
}

static bool parse_number(const WCHAR *text, int *number)
{
    uint32_t value = 0;

    if (!*text)
        return false;
    for (; *text; text++)
    {
        if (*text < '0' || *text > '9' || value > 100000)
            return false;
        value = value * 10 + (uint32_t)(*text - '0');
    }
    *number = (int)value;
    return true;
}

static JET_ERR dump_file(struct dump *dump, const struct options *options)
{
    const WCHAR *pages = option_value(options, 'p'), *node = option_value(options, 'n');
    struct header_read header;
    uint32_t from = 1, to;
    uint64_t size;
    JET_ERR err = header_read(dump->file, &header);

    if (err >= 0)
        err = header_check_type(&header.header);
    if (err >= 0)
        err = os_file_size(dump->file, &size);
    if (err < 0)
        return err;
    dump->page_size = header.page_size;
    dump->page = os_alloc(header.page_size);
    if (!dump->page)
        return JET_errOutOfMemory;
    to = (uint32_t)(size / header.page_size) - 2;
    if ((pages && !parse_range(pages, to, &from, &to)) || (node && (!pages || !parse_number(node, &dump->node))))
        err = JET_errInvalidParameter;
    for (uint32_t pgno = from; err >= 0 && pgno <= to; pgno++)
        err = dump_page(dump, pgno, pages != NULL);
    os_free(dump->page);
    return err;
}

JET_ERR mode_nodes(const struct options *options)
{
    struct dump dump = { .node = -1, .deleted = option_flag(options, 'a') };
    JET_ERR err = os_file_open(options->path, OS_OPEN_READ_ONLY, &dump.file);

    printf("Initiating FILE DUMP mode...\n      Database: %s\n\n", options->name);
    if (err < 0)
        return err;
    err = dump_file(&dump, options);
    os_file_close(dump.file);
    return err;
}

/* /m alone: the header, or what /p and /n want. */
JET_ERR mode_dump(const struct options *options)
{
    return option_value(options, 'p') || option_value(options, 'n') ? mode_nodes(options) : mode_header(options);
}
