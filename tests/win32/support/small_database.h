/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A small database, made without the library: 4 KB pages with checksums of the
 * oldest kind, every tree a single page.  Includes nothing but C, so tests of
 * the API, of floors and fuzzers can all have it.
 *
 * Tables:
 *   people    id long (primary index "id"), name text (index "by_name"),
 *             born date, photo long binary, tags long text with many values,
 *             rank short with default 7; three rows, a long value outside of them
 *   base      a template: key long, note long text; index "key"
 *   kind      derived from base, with a column of its own: extra binary; one row
 *   heap      one long, no index; two rows
 */
#ifndef TESTS_SMALL_DATABASE_H
#define TESTS_SMALL_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SMALL_PAGE 4096u
#define SMALL_PAGES 40u                 /* without the two of the header */
#define SMALL_SIZE ((SMALL_PAGES + 2) * SMALL_PAGE)

enum
{
    SMALL_PEOPLE = 30, SMALL_PEOPLE_NAMES = 31, SMALL_PEOPLE_VALUES = 32,
    SMALL_BASE = 33, SMALL_KIND = 34, SMALL_HEAP = 35,
};

static inline void small_put(uint8_t *at, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static inline uint32_t small_get(const uint8_t *at, unsigned size)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint32_t)at[i] << 8 * i;
    return value;
}

static inline uint32_t small_checksum(const uint8_t *page)
{
    uint32_t sum = 0x89abcdef;

    for (unsigned i = 4; i < SMALL_PAGE; i += 4)
        sum ^= small_get(page + i, 4);
    return sum;
}

/* ------------------------------------------------------------------ pages --- */

struct small_page
{
    uint8_t *page;
    uint32_t pgno;
    uint32_t end;                       /* of the lines, from the header's */
    uint32_t tags;
};

static inline void small_line(struct small_page *build, const void *bytes, uint32_t size)
{
    uint8_t *tag = build->page + SMALL_PAGE - 4 * (build->tags + 1);

    memcpy(build->page + 40 + build->end, bytes, size);
    small_put(tag, size, 2);
    small_put(tag + 2, build->end, 2);
    build->end += size;
    build->tags++;
}

/* A root that is a leaf: flags are of its kind. */
static inline struct small_page small_root(uint8_t *image, uint32_t pgno, uint32_t objid, uint32_t flags, bool unique)
{
    struct small_page build = { image + (pgno + 1) * SMALL_PAGE, pgno, 0, 0 };
    uint8_t space[16] = { 0 };

    memset(build.page, 0, SMALL_PAGE);
    small_put(build.page + 4, pgno, 4);
    small_put(build.page + 8, 10, 8);           /* dbtime */
    small_put(build.page + 24, objid, 4);
    small_put(build.page + 36, 0x0001 | 0x0002 | 0x0800 | flags | (unique ? 0 : 0x0400), 4);
    small_put(space, 1, 4);
    small_put(space + 4, pgno == 1 ? 0 : 1, 4);
    small_put(space + 8, unique ? 0 : 2, 4);
    small_line(&build, space, sizeof(space));
    return build;
}

static inline void small_node(struct small_page *build, const void *key, uint32_t key_size, const void *data,
                              uint32_t data_size)
{
    uint8_t line[SMALL_PAGE];

    small_put(line, key_size, 2);
    memcpy(line + 2, key, key_size);
    memcpy(line + 2 + key_size, data, data_size);
    small_line(build, line, 2 + key_size + data_size);
}

static inline void small_finish(struct small_page *build)
{
    uint8_t *page = build->page;

    small_put(page + 28, SMALL_PAGE - 40 - build->end - 4 * build->tags, 2);
    small_put(page + 32, build->end, 2);
    small_put(page + 34, build->tags, 2);
    small_put(page, small_checksum(page), 4);
}

/* ---------------------------------------------------------------- records --- */

struct small_value
{
    uint16_t id;
    const void *data;
    uint16_t size;
};

struct small_record
{
    uint8_t bytes[1024];
    uint32_t size;
};

/* Values in the order of their ids; `fixed` gives the sizes of the fixed columns up to the last that occurs. */
static inline void small_encode(struct small_record *record, const uint8_t *fixed, unsigned fixed_count,
                                const struct small_value *values, unsigned count)
{
    uint8_t *out = record->bytes;
    uint32_t at = 4, null_bits, variable = 0, variable_at, data_at, i = 0;
    uint32_t tagged = 0, tagged_at, offset;

    memset(record, 0, sizeof(*record));
    for (unsigned c = 0; c < fixed_count; c++)
        at += fixed[c];
    null_bits = at;
    at += (fixed_count + 7) / 8;
    for (unsigned c = 0, place = 4; c < fixed_count; place += fixed[c++])
    {
        if (i < count && values[i].id == c + 1)
        {
            memcpy(out + place, values[i].data, fixed[c]);
            i++;
        }
        else
            out[null_bits + c / 8] |= (uint8_t)(1u << c % 8);
    }
    small_put(out + 2, at, 2);
    out[0] = (uint8_t)fixed_count;

    for (unsigned v = i; v < count && values[v].id < 256; v++)
        variable = values[v].id - 127u;
    out[1] = (uint8_t)(127 + variable);
    variable_at = at;
    data_at = at + variable * 2;
    offset = 0;
    for (unsigned v = 0; v < variable; v++)
    {
        if (i < count && values[i].id == 128 + v)
        {
            memcpy(out + data_at + offset, values[i].data, values[i].size);
            offset += values[i].size;
            small_put(out + variable_at + v * 2, offset, 2);
            i++;
        }
        else
            small_put(out + variable_at + v * 2, offset | 0x8000, 2);
    }
    tagged_at = data_at + offset;
    tagged = count - i;
    offset = tagged * 4;
    for (unsigned t = 0; t < tagged; t++, i++)
    {
        /* The top bits of the id: 0x8000 inherited, 0x4000 with a header byte in the data. */
        small_put(out + tagged_at + t * 4, values[i].id & 0x3fff, 2);
        small_put(out + tagged_at + t * 4 + 2, offset | (values[i].id & 0xc000), 2);
        memcpy(out + tagged_at + offset, values[i].data, values[i].size);
        offset += values[i].size;
    }
    record->size = tagged_at + (tagged ? offset : 0);
}

/* A long as a key has it. */
static inline uint32_t small_key_long(uint8_t *key, uint32_t value)
{
    key[0] = 0x7f;
    key[1] = (uint8_t)(value >> 24 ^ 0x80);
    key[2] = (uint8_t)(value >> 16);
    key[3] = (uint8_t)(value >> 8);
    key[4] = (uint8_t)value;
    return 5;
}

static inline uint32_t small_key_text(uint8_t *key, const char *text)
{
    uint32_t size = 0;

    key[size++] = 0x7f;
    for (; *text; text++)
        key[size++] = (uint8_t)(*text >= 'a' && *text <= 'z' ? *text - 32 : *text);
    key[size++] = 0;
    return size;
}

/* ---------------------------------------------------------------- catalog --- */

struct small_object
{
    uint32_t table;
    uint16_t type;                      /* 1 table, 2 column, 3 index, 4 long values */
    uint32_t id, place, space, flags, pages;
    const char *name;
    uint16_t offset;                    /* of a fixed column; 0: none */
    const char *base;                   /* name of the template */
    uint32_t key[2];                    /* of an index: columns as the catalog has them, 0 ends */
    uint16_t default_value;             /* of a short */
};

/* Ascending by table, type, id. */
static const struct small_object small_objects[] =
{
    { .table = 10, .type = 1, .id = 10, .place = SMALL_PEOPLE, .space = 80, .pages = 1, .name = "people" },
    { .table = 10, .type = 2, .id = 1, .place = 4, .space = 4, .flags = 1, .name = "id", .offset = 4 },
    { .table = 10, .type = 2, .id = 2, .place = 8, .space = 8, .name = "born", .offset = 8 },
    { .table = 10, .type = 2, .id = 3, .place = 3, .space = 2, .flags = 0x10, .name = "rank", .offset = 16,
      .default_value = 7 },
    { .table = 10, .type = 2, .id = 128, .place = 10, .space = 64, .pages = 1252, .name = "name" },
    { .table = 10, .type = 2, .id = 256, .place = 11, .space = 0, .name = "photo" },
    { .table = 10, .type = 2, .id = 257, .place = 12, .space = 0, .flags = 8, .pages = 1200, .name = "tags" },
    { .table = 10, .type = 3, .id = 10, .place = SMALL_PEOPLE, .space = 80, .flags = 0x10000 | 0x2f, .name = "id",
      .key = { 1u << 16 } },
    { .table = 10, .type = 3, .id = 11, .place = SMALL_PEOPLE_NAMES, .space = 80, .flags = 0x10000 | 0x0e,
      .name = "by_name", .key = { 128u << 16 } },
    { .table = 10, .type = 4, .id = 12, .place = SMALL_PEOPLE_VALUES, .space = 100, .pages = 1, .name = "LV" },
    { .table = 13, .type = 1, .id = 13, .place = SMALL_BASE, .space = 80, .flags = 0x60000000, .pages = 1,
      .name = "base" },
    { .table = 13, .type = 2, .id = 1, .place = 4, .space = 4, .flags = 0x101, .name = "key", .offset = 4 },
    { .table = 13, .type = 2, .id = 256, .place = 12, .flags = 0x100, .pages = 1252, .name = "note" },
    { .table = 13, .type = 3, .id = 13, .place = SMALL_BASE, .space = 80, .flags = 0x10000 | 0x12f, .name = "key",
      .key = { 1u << 16 | 0x80 } },
    { .table = 14, .type = 1, .id = 14, .place = SMALL_KIND, .space = 80, .flags = 0x10000000, .pages = 1,
      .name = "kind", .base = "base" },
    { .table = 14, .type = 2, .id = 128, .place = 9, .space = 100, .name = "extra" },
    { .table = 14, .type = 3, .id = 14, .place = SMALL_KIND, .space = 80, .flags = 0x10000 | 0x22f, .name = "key",
      .key = { 1u << 16 | 0x80 } },
    { .table = 15, .type = 1, .id = 15, .place = SMALL_HEAP, .space = 80, .pages = 1, .name = "heap" },
    { .table = 15, .type = 2, .id = 1, .place = 4, .space = 4, .name = "number", .offset = 4 },
};

#define SMALL_OBJECTS (sizeof(small_objects) / sizeof(small_objects[0]))

static inline uint32_t small_object_key(const struct small_object *object, uint8_t *key)
{
    uint32_t size = small_key_long(key, object->table);

    key[size++] = 0x7f;
    key[size++] = (uint8_t)(object->type >> 8 ^ 0x80);
    key[size++] = (uint8_t)object->type;
    return size + small_key_long(key + size, object->id);
}

static inline void small_object_record(const struct small_object *object, struct small_record *record)
{
    static const uint8_t fixed[] = { 4, 2, 4, 4, 4, 4, 4, 1, 2 };
    uint8_t bytes[9][4], key[8], value[2], root = 0xff;
    struct small_value values[16];
    unsigned count = 0, keys = 0;
    const uint32_t numbers[] =
    {
        object->table, object->type, object->id, object->place, object->space, object->flags, object->pages,
    };

    for (unsigned i = 0; i < 7; i++)
    {
        small_put(bytes[i], numbers[i], fixed[i]);
        values[count++] = (struct small_value){ (uint16_t)(i + 1), bytes[i], fixed[i] };
    }
    if (object->type == 1)
        values[count++] = (struct small_value){ 8, &root, 1 };
    if (object->offset)
    {
        small_put(bytes[8], object->offset, 2);
        values[count++] = (struct small_value){ 9, bytes[8], 2 };
    }
    values[count++] = (struct small_value){ 128, object->name, (uint16_t)strlen(object->name) };
    if (object->base)
        values[count++] = (struct small_value){ 130, object->base, (uint16_t)strlen(object->base) };
    if (object->default_value)
    {
        small_put(value, object->default_value, 2);
        values[count++] = (struct small_value){ 131, value, 2 };
    }
    while (keys < 2 && object->key[keys])
    {
        small_put(key + keys * 4, object->key[keys], 4);
        keys++;
    }
    if (keys)
        values[count++] = (struct small_value){ 132, key, (uint16_t)(keys * 4) };
    small_encode(record, fixed, object->offset ? 9 : object->type == 1 ? 8 : 7, values, count);
}

static inline void small_catalog(uint8_t *image)
{
    struct small_page rows = small_root(image, 4, 2, 0, true);
    struct small_page copy = small_root(image, 24, 3, 0, true);
    struct small_page names = small_root(image, 7, 4, 0x40, true);
    struct small_page roots = small_root(image, 10, 5, 0x40, true);
    static const char *const sorted[] = { "base", "heap", "kind", "people" };
    struct small_record record;
    uint8_t key[100], mark[16];

    for (unsigned i = 0; i < SMALL_OBJECTS; i++)
    {
        uint32_t size = small_object_key(&small_objects[i], key);
        small_object_record(&small_objects[i], &record);
        small_node(&rows, key, size, record.bytes, record.size);
        small_node(&copy, key, size, record.bytes, record.size);
    }
    for (unsigned i = 0; i < SMALL_OBJECTS; )
    {
        /* Within a table and type, by name: few enough to look for the next each time. */
        const struct small_object *first = &small_objects[i];
        const char *last = "";
        unsigned end = i;
        while (end < SMALL_OBJECTS && small_objects[end].table == first->table
               && small_objects[end].type == first->type)
            end++;
        for (unsigned k = i; k < end; k++)
        {
            const struct small_object *least = NULL;
            uint32_t size;
            for (unsigned n = i; n < end; n++)
            {
                if (strcmp(small_objects[n].name, last) > 0
                    && (!least || strcmp(small_objects[n].name, least->name) < 0))
                    least = &small_objects[n];
            }
            last = least->name;
            size = small_object_key(least, key) - 5;
            size += small_key_text(key + size, least->name);
            small_node(&names, key, size, mark, small_object_key(least, mark));
        }
        i = end;
    }
    for (unsigned i = 0; i < sizeof(sorted) / sizeof(sorted[0]); i++)
    {
        for (unsigned k = 0; k < SMALL_OBJECTS; k++)
        {
            if (small_objects[k].type != 1 || strcmp(small_objects[k].name, sorted[i]))
                continue;
            key[0] = 0x7f;
            key[1] = 0xff;
            small_node(&roots, key, 2 + small_key_text(key + 2, sorted[i]), mark,
                       small_object_key(&small_objects[k], mark));
        }
    }
    small_finish(&rows);
    small_finish(&copy);
    small_finish(&names);
    small_finish(&roots);
}

/* ------------------------------------------------------------------- rows --- */

static const char *const small_names[] = { "Ada", "Grace", "Barbara" };

static inline void small_people(uint8_t *image)
{
    static const uint8_t fixed[] = { 4, 8, 2 };
    static const uint8_t by_name[] = { 0, 2, 1 };
    struct small_page rows = small_root(image, SMALL_PEOPLE, 10, 0, true);
    struct small_page names = small_root(image, SMALL_PEOPLE_NAMES, 11, 0x40, false);
    struct small_page values = small_root(image, SMALL_PEOPLE_VALUES, 12, 0x80, true);
    /* Two values behind a header byte (long value, two values) and the size of the first. */
    static const uint8_t tags[] = { 0x01 | 0x10, 4, 'a', 0, 'b', 0, 'c', 0, 'd', 0 };
    static const uint8_t photo[] = { 0x01 | 0x04, 1, 0, 0, 0 }; /* separated: long value 1 */
    struct small_record record;
    uint8_t key[32], mark[8], id[4], born[8], rank[2], lid[8] = { 0, 0, 0, 1 }, root[8], chunk[300];

    for (unsigned i = 0; i < 3; i++)
    {
        struct small_value value[8];
        unsigned count = 0;

        small_put(id, i + 1, 4);
        small_put(born, 0x40e0000000000000u + ((uint64_t)i << 40), 8);
        small_put(rank, i, 2);
        value[count++] = (struct small_value){ 1, id, 4 };
        if (i != 1)
            value[count++] = (struct small_value){ 2, born, 8 };
        if (i)
            value[count++] = (struct small_value){ 3, rank, 2 };
        value[count++] = (struct small_value){ 128, small_names[i], (uint16_t)strlen(small_names[i]) };
        if (i == 0)
            value[count++] = (struct small_value){ 256 | 0x4000, photo, sizeof(photo) };
        if (i < 2)
            value[count++] = (struct small_value){ 257 | 0x4000, tags, sizeof(tags) };
        /* The first row has no rank and so the default. */
        small_encode(&record, fixed, i ? 3 : 2, value, count);
        small_node(&rows, key, small_key_long(key, i + 1), record.bytes, record.size);
    }
    for (unsigned i = 0; i < 3; i++)
    {
        uint32_t size = small_key_text(key, small_names[by_name[i]]);
        small_node(&names, key, size, mark, small_key_long(mark, by_name[i] + 1u));
    }
    small_put(root, 1, 4);
    small_put(root + 4, sizeof(chunk), 4);
    for (unsigned i = 0; i < sizeof(chunk); i++)
        chunk[i] = (uint8_t)(i * 7);
    small_node(&values, lid, 4, root, 8);
    small_node(&values, lid, 8, chunk, sizeof(chunk));
    small_finish(&rows);
    small_finish(&names);
    small_finish(&values);
}

static inline void small_others(uint8_t *image)
{
    static const uint8_t fixed[] = { 4 };
    static const uint8_t note[] = { 0x01, 'n', 'o', 't', 'e' };
    struct small_page base = small_root(image, SMALL_BASE, 13, 0, true);
    struct small_page kind = small_root(image, SMALL_KIND, 14, 0, true);
    struct small_page heap = small_root(image, SMALL_HEAP, 15, 0, true);
    struct small_record record;
    uint8_t number[4], key[8];

    small_put(number, 5, 4);
    const struct small_value row[] =
    {
        { 1, number, 4 }, { 128, "more", 4 }, { 256 | 0x8000 | 0x4000, note, sizeof(note) },
    };
    small_encode(&record, fixed, 1, row, 3);
    small_node(&kind, key, small_key_long(key, 5), record.bytes, record.size);
    for (unsigned i = 0; i < 2; i++)
    {
        small_put(number, 100 + i, 4);
        small_encode(&record, fixed, 1, row, 1);
        memset(key, 0, 4);
        key[3] = (uint8_t)(i + 1);
        small_node(&heap, key, 4, record.bytes, record.size);
    }
    small_finish(&base);
    small_finish(&kind);
    small_finish(&heap);
}

/* Both copies of the header. */
static inline void small_header(uint8_t *image, uint32_t state)
{
    uint8_t *page = image;

    memset(page, 0, SMALL_PAGE);
    small_put(page + 4, 0x89abcdef, 4);
    small_put(page + 8, 0x620, 4);
    small_put(page + 16, 20, 8);                /* dbtime */
    small_put(page + 24, 4711, 4);              /* signature */
    small_put(page + 52, state, 4);
    small_put(page + 104, 1, 4);
    small_put(page + 212, 15, 4);               /* last object id */
    small_put(page + 216, 10, 4);               /* Windows 10.0.18362 */
    small_put(page + 224, 18362, 4);
    small_put(page + 232, 20, 4);               /* update */
    small_put(page + 236, SMALL_PAGE, 4);
    small_put(page + 340, 0x620, 4);
    small_put(page + 344, 20, 4);
    small_put(page + 667, 1, 4);                /* a database */
    small_put(page, small_checksum(page), 4);
    memcpy(image + SMALL_PAGE, page, SMALL_PAGE);
}

/* Fills SMALL_SIZE bytes.  `state` is a JET_dbstate; 3: clean. */
static inline void small_database(uint8_t *image, uint32_t state)
{
    struct small_page root;

    memset(image, 0, SMALL_SIZE);
    small_header(image, state);
    root = small_root(image, 1, 1, 0, true);
    small_finish(&root);
    small_catalog(image);
    small_people(image);
    small_others(image);
}

#endif
