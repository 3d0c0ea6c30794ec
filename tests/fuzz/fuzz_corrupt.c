/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Damages a page of a database and does with it what a program can: see
 * support/damage_base.h and support/damage_walk.h.  Answers may be errors; what
 * must not come is a crash, a hang, a read out of bounds or a page left latched.
 *
 * Databases: the small one of small_database.h, and those of the folder
 * ESENT_CORPUS.
 *
 * Input: which database (1 byte), of which kinds the page is (1; 0: any), which
 * page (2), what to do with it (2: DAMAGE_DO_...), a number that makes walks differ (2),
 * and changes of five bytes: where (1), how (1), position (2), value (1).  With
 * 0x80 in the second byte of the first change checksums stay wrong; 0x40: the
 * change is to the page after the one before.
 */
#include "support/damage_walk.h"

#define CHANGES_MAX 6
#define HEAD_SIZE   8
#define CHANGE_SIZE 5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);

/* Memory that was freed is kept a while, but not so much that the processor's cache is for nothing. */
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=8:max_malloc_fill_size=0";
}

static void prepare(void)
{
    const char *folder = getenv("ESENT_CORPUS");

    damage_add_small();
    if (folder && folder[0])
        damage_add_folder(folder, 1);
}

/* Where on the page a change goes: places that mean something, by what is there on the sound page. */
static uint32_t place(const struct damage_base *base, const struct damage_page *page, uint8_t where, uint32_t position)
{
    const uint8_t *bytes = damage_page_clean(base, page->index);
    struct page_view view;
    struct page_line line;
    struct page_node node;
    unsigned lines;

    if (page->index < 2)
        return position % 700;
    if (!page_view(&view, bytes, base->page_size) || !view.tags)
        return position % base->page_size;
    lines = page_lines(&view);
    switch (where & 7)
    {
    case 0:
        return position % base->page_size;
    case 1:
        return position % view.header_size;
    case 2:
        return base->page_size - 1 - position % (view.tags * PAGE_TAG_SIZE);
    case 3:
        if (!page_tag(&view, 0, &line) || !line.size)
            return base->page_size - 1 - position % PAGE_TAG_SIZE;
        return (uint32_t)(line.data - bytes) + position % line.size;
    default:
        break;
    }
    if (!lines)
        return position % base->page_size;
    if ((where & 7) == 4)
    {
        /* The sizes at a node's start. */
        if (!page_tag(&view, (position >> 3) % lines + view.reserved, &line) || !line.size)
            return 0;
        return (uint32_t)(line.data - bytes) + (position & 7) % line.size;
    }
    if (!page_node(&view, (position >> 6) % lines, &node))
        return position % base->page_size;
    if ((where & 7) == 5 && node.key.suffix_size)
        return (uint32_t)(node.key.suffix - bytes) + (position & 63) % node.key.suffix_size;
    if (!node.data_size)
        return (uint32_t)(node.data - bytes) - 1;
    if ((where & 7) == 7)
        return (uint32_t)(node.data - bytes) + node.data_size - 1 - (position & 63) % node.data_size;
    return (uint32_t)(node.data - bytes) + (position & 63) % node.data_size;
}

static void change(uint8_t *page, uint32_t page_size, uint32_t offset, uint8_t how, uint8_t value)
{
    uint8_t *at = page + offset;
    uint32_t room = page_size - offset;

    switch (how & 7)
    {
    case 0:
        *at = value;
        break;
    case 1:
        *at ^= value;
        break;
    case 2:
        *at = (uint8_t)(*at + value);
        break;
    case 3:
        if (room >= 2)
            small_put(at, small_get(at, 2) + (value & 0x80 ? value - 256u : value), 2);
        break;
    case 4:
        if (room >= 2)
            small_put(at, value * 0x101u, 2);
        break;
    case 5:
        if (room >= 4)
            small_put(at, value & 0x80 ? value - 256u : value, 4);
        break;
    case 6:
        if (room >= 4)
            small_put(at, small_get(at, 4) + (value & 0x80 ? value - 256u : value), 4);
        break;
    default:
        for (uint32_t i = 0; i < 8 && i < room; i++)
            at[i] = value;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct damage_page *page;
    struct damage_base *base;
    uint32_t offset = 0, nth, changes;

    if (!damage_base_count)
        prepare();
    if (size < HEAD_SIZE + CHANGE_SIZE)
        return 0;
    base = &damage_bases[data[0] % damage_base_count];
    nth = small_get(data + 2, 2);
    page = damage_choose(base, nth, data[1]);
    damage_prepare(base, page);
    changes = (uint32_t)(size - HEAD_SIZE) / CHANGE_SIZE;
    for (uint32_t i = 0; i < changes && i < CHANGES_MAX; i++)
    {
        const uint8_t *at = data + HEAD_SIZE + i * CHANGE_SIZE;
        const struct damage_page *target = at[0] & 0x40 ? damage_choose(base, nth + i, data[1]) : page;
        uint32_t where = place(base, target, at[0], small_get(at + 2, 2));
        uint8_t *bytes = damage_write(base, target->index);
        if (bytes)
            change(bytes, base->page_size, where, at[1], at[4]);
        if (target == page)
            offset = where;
    }
    damage_seal(base, !(data[HEAD_SIZE] & 0x80));
    damage_walk(base, page, offset, small_get(data + 4, 2), small_get(data + 6, 2));
    damage_repair(base);
    return 0;
}
