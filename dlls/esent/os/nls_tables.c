/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file sortdefault.nls: a header of four offsets (weights, case, character
 * types, ways of sorting), then these.  The last has, each after its count, the
 * ways of sorting, expansions, compressions with their sequences, ranges of
 * scripts with a third weight, and Korean letters.
 */

#include "nls_private.h"

struct reader
{
    const uint8_t *data;
    size_t size, offset;
};

static bool take(struct reader *reader, size_t count, size_t size, const void **items)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total) || reader->offset > reader->size ||
        total > reader->size - reader->offset)
        return false;
    *items = reader->data + reader->offset;
    reader->offset += total;
    return true;
}

static bool take_count(struct reader *reader, uint32_t *count)
{
    const void *at;

    if (!take(reader, 1, sizeof(*count), &at))
        return false;
    memcpy(count, at, sizeof(*count));
    return true;
}

/* A page table of 256 offsets: all must leave room for 256 weights. */
static bool pages_valid(const struct nls_sort_tables *tables, uint32_t pages)
{
    if (!pages)
        return true;
    if (pages > tables->weight_count || tables->weight_count - pages < 256)
        return false;
    for (int i = 0; i < 256; i++)
    {
        if (tables->weights[pages + i] > tables->weight_count - 256)
            return false;
    }
    return true;
}

/* How many 16-bit units the sequences of this compression take. */
static size_t sequence_size(const struct nls_compression *compression)
{
    size_t total = 0;

    for (size_t i = 0; i < 8; i++)
        total += compression->counts[i] * nls_sequence_units(i + 2);
    return total;
}

static bool take_compressions(struct reader *reader, struct nls_sort_tables *tables)
{
    size_t units = 0;
    const void *at;

    if (!take_count(reader, &tables->compression_count) ||
        !take(reader, tables->compression_count, sizeof(struct nls_compression), &at))
        return false;
    tables->compressions = at;
    for (uint32_t i = 0; i < tables->compression_count; i++)
    {
        size_t end = tables->compressions[i].offset + sequence_size(&tables->compressions[i]);
        if (end > units)
            units = end;
    }
    if (!take(reader, units, sizeof(uint16_t), &at))
        return false;
    tables->sequences = at;
    tables->sequence_units = units;
    return true;
}

bool nls_sort_open(const void *data, size_t size, struct nls_sort_tables *tables)
{
    struct reader reader = { data, size, 0 };
    const uint32_t *header;
    const void *at;
    uint32_t count;

    memset(tables, 0, sizeof(*tables));
    if (!take(&reader, 4, sizeof(uint32_t), &at))
        return false;
    header = at;
    if ((header[0] | header[1] | header[2] | header[3]) & 3 || header[0] > header[1] || header[1] > header[2] ||
        header[2] > header[3] || header[3] >= size)
        return false;
    tables->weights = (const uint32_t *)(const void *)((const uint8_t *)data + header[0]);
    tables->weight_count = (header[1] - header[0]) / 4;
    tables->casing = (const uint16_t *)(const void *)((const uint8_t *)data + header[1]);
    tables->casing_count = (header[2] - header[1]) / 2;
    if (tables->weight_count < 0x10000)
        return false;

    reader.offset = header[3];
    if (!take_count(&reader, &tables->version) || !take_count(&reader, &tables->id_count) ||
        !take(&reader, tables->id_count, sizeof(struct nls_sort_id), &at))
        return false;
    tables->ids = at;
    if (!take_count(&reader, &tables->expansion_count) || !take(&reader, tables->expansion_count, 4, &at))
        return false;
    tables->expansions = at;
    if (!take_compressions(&reader, tables))
        return false;
    if (!take_count(&reader, &count) || !take(&reader, count, sizeof(struct nls_range), &at))
        return false;
    if (!take_count(&reader, &tables->jamo_count) || !take(&reader, tables->jamo_count, sizeof(struct nls_jamo), &at))
        return false;
    tables->jamo = at;

    for (uint32_t i = 0; i < tables->id_count; i++)
    {
        if (!pages_valid(tables, tables->ids[i].exceptions) || !pages_valid(tables, tables->ids[i].linguistic))
            return false;
    }
    return tables->id_count > 0;
}

/*
 * A table of case: a count, the size of the part for upper case, then the two
 * parts.  Each is three steps by the high byte and the two low digits, to what
 * is to be added to the character.
 */
bool nls_case_open(const uint16_t *table, size_t units, struct nls_casing *casing)
{
    if (units < 4 || table[1] < 256 || table[1] + 2u >= units)
        return false;
    casing->upper = table + 2;
    casing->upper_units = table[1];
    casing->lower = table + 2 + table[1];
    casing->lower_units = units - 2 - table[1];
    if (casing->lower_units > 0xffff)
        casing->lower_units = 0xffff;
    return casing->lower_units >= 256;
}

static uint16_t map_case(const uint16_t *table, size_t units, uint16_t c)
{
    size_t index = (size_t)table[c >> 8] + (c >> 4 & 15);

    if (index >= units || (index = (size_t)table[index] + (c & 15)) >= units)
        return c;
    return (uint16_t)(c + table[index]);
}

uint16_t nls_upper(const struct nls_casing *casing, uint16_t c)
{
    return map_case(casing->upper, casing->upper_units, c);
}

uint16_t nls_lower(const struct nls_casing *casing, uint16_t c)
{
    return map_case(casing->lower, casing->lower_units, c);
}

const struct nls_sort_id *nls_sort_find(const struct nls_sort_tables *tables, const uint8_t guid[16])
{
    for (uint32_t i = 0; i < tables->id_count; i++)
    {
        if (!memcmp(tables->ids[i].guid, guid, 16))
            return &tables->ids[i];
    }
    return NULL;
}
