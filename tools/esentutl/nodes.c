/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /mn, and /m with /p: pages as they are in the file, with their nodes. */
#include <inttypes.h>
#include <stdlib.h>

#include "esentutl.h"
#include "format/page.h"
#include "table/table.h"

#define WIDTH     16u
#define MAX_TREES 1024

struct dump
{
    struct os_file *file;
    uint32_t page_size;
    uint8_t *page;
    bool deleted; /* nodes that are deleted, too */
    int node;     /* that one only; -1: all */
    int tag;      /* and by its tag */
    /* /t: pages of the trees with these ids only; 0: of all */
    uint32_t objids[MAX_TREES];
    unsigned objid_count;
    char table[SCHEMA_NAME_SIZE];
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

static bool is_wanted(const struct dump *dump, uint32_t objid)
{
    for (unsigned i = 0; i < dump->objid_count; i++)
        if (dump->objids[i] == objid)
            return true;
    return false;
}

static JET_ERR find_trees(void *context, const struct table *table, const struct space_line *trees, uint32_t count)
{
    struct dump *dump = context;

    if (strcmp(dump->table, table->name))
        return JET_errSuccess;
    for (uint32_t i = 0; i < count && dump->objid_count < MAX_TREES; i++)
        dump->objids[dump->objid_count++] = trees[i].objid;
    return JET_errSuccess;
}

/* /t: that table, its indexes and its long values. */
static JET_ERR choose_table(struct dump *dump, const struct options *options)
{
    size_t size = 0;
    JET_ERR err = os_text_from_wide(OS_CP_UTF8, options->table, os_text_length(options->table), dump->table,
                                    sizeof(dump->table) - 1, &size, NULL);

    if (err < 0)
        return JET_errObjectNotFound;
    dump->table[size] = 0;
    err = catalog_dump(options->path, find_trees, dump);
    return err >= 0 && !dump->objid_count ? JET_errObjectNotFound : err;
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
    if (dump->objid_count && !is_wanted(dump, page_objid(dump->page)))
        return JET_errSuccess;
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

/* One line by its tag, whatever it is. */
static JET_ERR dump_tag(const struct dump *dump, uint32_t pgno)
{
    struct page_view view;
    struct page_line line;
    JET_ERR err = os_file_read_at(dump->file, ((uint64_t)pgno + 1) * dump->page_size, dump->page, dump->page_size);

    if (err < 0)
        return err;
    err = page_check(dump->page, dump->page_size, pgno, NULL);
    if (err == JET_errPageNotInitialized)
        return err;
    if (err < 0)
        printf("Page %u: error %d\n\n", (unsigned)pgno, (int)err);
    if (!page_view(&view, dump->page, dump->page_size) || dump->tag < 0 || !page_tag(&view, (unsigned)dump->tag, &line))
    {
        printf("Invalid itag: %d\n\n", dump->tag);
        return JET_errInvalidParameter;
    }
    printf("          Tag: %u:%d\n         Type: %s\n\n", (unsigned)pgno, dump->tag,
           !dump->tag                  ? "External Header"
           : dump->tag < view.reserved ? "Reserved Tag"
                                       : "Node");
    if (dump->tag < view.reserved)
        print_bytes("  data", line.data, line.size);
    else
    {
        struct page_node node;

        if (!page_node(&view, (unsigned)dump->tag - view.reserved, &node))
            return JET_errDatabaseCorrupted;
        print_node(&view, pgno, (unsigned)dump->tag - view.reserved, &node);
    }
    return JET_errSuccess;
}

bool page_range_parse(const WCHAR *text, uint32_t last, uint32_t *from, uint32_t *to)
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
    if (!strcmp(end + 1, "max"))
        *to = last;
    else
    {
        *to = (uint32_t)strtoul(end + 1, &end, 0);
        if (*end)
            return false;
    }
    return *from <= *to && *to <= last;
}

/* NODE, PAGE:NODE or DATABASE:PAGE:NODE, perhaps in brackets; *pgno stays where there is no page in it. */
static bool parse_place(const WCHAR *text, uint32_t *pgno, int *number)
{
    WCHAR part[3][12] = { { 0 } };
    unsigned parts = 0, length = 0;
    int page = 0;

    for (text += *text == '['; *text && (*text != ']' || text[1]); text++)
    {
        if (*text == ':' && parts < 2)
        {
            parts++;
            length = 0;
        }
        else if (length >= 11)
            return false;
        else
            part[parts][length++] = *text;
    }
    if (!option_number(part[parts], number) || *number < 0)
        return false;
    if (!parts)
        return *pgno != 0;
    if (!option_number(part[parts - 1], &page) || page <= 0)
        return false;
    *pgno = (uint32_t)page;
    return true;
}

const char *nodes_check(const struct options *options)
{
    if (option_value(options, 'n') && option_value(options, 'i'))
        return "/n and /i exclude each other";
    if (option_value(options, 'k') && !option_value(options, 'p'))
        return "/k needs /p";
    return option_value(options, 'd') && !option_value(options, 'k') ? "/d needs /k" : NULL;
}

/* To the leaf where /k and /d are, from a page on. */
static JET_ERR seek(const struct dump *dump, const struct options *options, uint32_t *pgno)
{
    const WCHAR *data = option_value(options, 'd');
    uint8_t key[2048];
    uint32_t size, more = 0;

    if (!node_seek_parse(option_value(options, 'k'), key, sizeof(key), &size) ||
        (data && !node_seek_parse(data, key + size, sizeof(key) - size, &more)))
        return JET_errInvalidBookmark;
    /* what follows the key counts only where it is part of the order */
    if (more &&
        os_file_read_at(dump->file, ((uint64_t)*pgno + 1) * dump->page_size, dump->page, dump->page_size) >= 0 &&
        page_flags(dump->page) & PAGE_NON_UNIQUE)
        size += more;
    return node_seek(dump->file, dump->page_size, pgno, key, size);
}

/* Which pages, and what of them.  JET_errInvalidParameter, and of seeking. */
static JET_ERR choose(struct dump *dump, const struct options *options, uint32_t last, uint32_t *from, uint32_t *to)
{
    const WCHAR *pages = option_value(options, 'p'), *node = option_value(options, 'n');
    const WCHAR *tag = option_value(options, 'i');
    JET_ERR err = JET_errSuccess;
    uint32_t at;

    if (pages && !page_range_parse(pages, last, from, to))
        return JET_errInvalidParameter;
    at = pages && *from == *to ? *from : 0;
    if (option_value(options, 'k'))
    {
        err = seek(dump, options, &at);
        *from = *to = at;
    }
    if (err >= 0 && (node || tag))
    {
        if (!parse_place(node ? node : tag, &at, node ? &dump->node : &dump->tag) || at > last)
            return JET_errInvalidParameter;
        *from = *to = at;
    }
    return err;
}

static JET_ERR dump_file(struct dump *dump, const struct options *options)
{
    bool asked = option_value(options, 'p') || option_value(options, 'n');
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
    err = choose(dump, options, to, &from, &to);
    for (uint32_t pgno = from; err >= 0 && pgno <= to; pgno++)
        err = option_value(options, 'i') ? dump_tag(dump, pgno) : dump_page(dump, pgno, asked);
    os_free(dump->page);
    return err;
}

JET_ERR mode_nodes(const struct options *options)
{
    struct dump dump = { .node = -1, .tag = -1, .deleted = option_flag(options, 'a') };
    JET_ERR err = os_file_open(options->path, OS_OPEN_READ_ONLY, &dump.file);

    printf("Initiating FILE DUMP mode...\n      Database: %s\n\n", options->name);
    if (err < 0)
        return err;
    if (options->table)
        err = choose_table(&dump, options);
    if (err >= 0)
        err = dump_file(&dump, options);
    os_file_close(dump.file);
    return err;
}

/* /m alone: the header, or what /p, /n and /i want. */
JET_ERR mode_dump(const struct options *options)
{
    bool nodes = option_value(options, 'p') || option_value(options, 'n') || option_value(options, 'i');

    return nodes ? mode_nodes(options) : mode_header(options);
}
