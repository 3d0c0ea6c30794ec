/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of record_edit.h share: where the parts of a record are, whose
 * offsets are sound (record_check), and its tagged columns as an array of entries.
 */
#ifndef ESENT_TABLE_RECORD_EDIT_PRIVATE_H
#define ESENT_TABLE_RECORD_EDIT_PRIVATE_H

#include "format/bytes.h"
#include "table/record_edit.h"
#include "table/record_layout.h"

/* ---- fixed and variable columns ---- */

static inline uint32_t variable_count(const uint8_t *data)
{
    return data[1] < COLUMNID_VAR_FIRST ? 0 : data[1] - COLUMNID_VAR_FIRST + 1u;
}

static inline uint32_t null_bits_size(uint32_t last_fixed)
{
    return (last_fixed + 7) / 8;
}

/* Where the offsets of variable columns begin, which is where the fixed part ends. */
static inline uint32_t offsets_start(const uint8_t *data)
{
    return le16(data + 2);
}

static inline uint32_t variable_start(const uint8_t *data)
{
    return offsets_start(data) + 2 * variable_count(data);
}

/* End of variable column `at` (from 0), from variable_start() on. */
static inline uint32_t variable_end(const uint8_t *data, uint32_t at)
{
    return le16(data + offsets_start(data) + 2 * at) & VARIABLE_OFFSET;
}

static inline uint32_t record_tagged_start(const uint8_t *data)
{
    uint32_t count = variable_count(data);

    return variable_start(data) + (count ? variable_end(data, count - 1) : 0);
}

/* ---- tagged columns: an array of entries, then their data ---- */

struct tagged
{
    struct record_buffer *buffer;
    uint8_t *base;              /* where the array begins */
    uint32_t count;
    uint32_t mask;
    bool large;
};

static inline void tagged_open(struct tagged *tagged, const struct table *table, struct record_buffer *buffer)
{
    uint32_t start = record_tagged_start(buffer->data);

    tagged->buffer = buffer;
    tagged->base = buffer->data + start;
    tagged->large = table->large_pages;
    tagged->mask = tagged->large ? TAGGED_OFFSET_LARGE : TAGGED_OFFSET_SMALL;
    tagged->count = start == buffer->size ? 0 : (le16(tagged->base + 2) & tagged->mask) / TAGGED_ENTRY_SIZE;
}

/* Of the array and all data. */
static inline uint32_t tagged_size(const struct tagged *tagged)
{
    return tagged->buffer->size - (uint32_t)(tagged->base - tagged->buffer->data);
}

static inline uint8_t *tagged_entry(const struct tagged *tagged, uint32_t at)
{
    return tagged->base + at * TAGGED_ENTRY_SIZE;
}

/* Its offset and flags. */
static inline uint32_t tagged_word(const struct tagged *tagged, uint32_t at)
{
    return le16(tagged_entry(tagged, at) + 2);
}

static inline uint32_t tagged_data_start(const struct tagged *tagged, uint32_t at)
{
    return tagged_word(tagged, at) & tagged->mask;
}

/* Its data, header byte included. */
static inline uint8_t *tagged_data(const struct tagged *tagged, uint32_t at)
{
    return tagged->base + tagged_data_start(tagged, at);
}

static inline uint32_t tagged_data_size(const struct tagged *tagged, uint32_t at)
{
    uint32_t end = at + 1 < tagged->count ? tagged_data_start(tagged, at + 1) : tagged_size(tagged);

    return end - tagged_data_start(tagged, at);
}

/* The header byte; NULL if it has none. */
static inline uint8_t *tagged_header(const struct tagged *tagged, uint32_t at)
{
    if (!tagged->large && !(tagged_word(tagged, at) & TAGGED_EXTENDED_SMALL))
        return NULL;
    return tagged_data(tagged, at);
}

/* Whether the record may grow by `delta` bytes. */
static inline bool tagged_has_room(const struct tagged *tagged, int32_t delta)
{
    return delta <= 0 || tagged->buffer->size + (uint32_t)delta <= tagged->buffer->limit;
}

/* record_edit_entries.c.  Opens or closes a gap at byte `offset` of an entry's data (for a gap to be closed: where it begins). */
void tagged_resize(struct tagged *tagged, uint32_t at, uint32_t offset, int32_t delta);
/* A new entry with room for `size` bytes of data; there is room. */
void tagged_insert(struct tagged *tagged, uint32_t at, uint16_t fid, uint32_t flags, uint32_t size);
void tagged_delete(struct tagged *tagged, uint32_t at);
/* Flags in its word. */
void tagged_set_flag(struct tagged *tagged, uint32_t at, uint32_t flag, bool on);

/* record_edit_tagged.c: what record_set does for a tagged column, whose size and type have been checked. */
JET_ERR record_set_tagged(const struct table *table, struct record_buffer *buffer, const struct column *column,
                          uint32_t sequence, const void *data, uint32_t size, uint32_t flags);

/* ---- many values of a tagged column: a header byte, an offset for each, the values ---- */

static inline uint32_t multi_count(const uint8_t *data)
{
    return (le16(data + TAGGED_HEADER_SIZE) & MULTI_VALUE_OFFSET) / MULTI_VALUE_OFFSET_SIZE;
}

static inline uint8_t *multi_offset(uint8_t *data, uint32_t at)
{
    return data + TAGGED_HEADER_SIZE + at * MULTI_VALUE_OFFSET_SIZE;
}

/* From behind the header byte on. */
static inline uint32_t multi_start(uint8_t *data, uint32_t at)
{
    return le16(multi_offset(data, at)) & MULTI_VALUE_OFFSET;
}

/* size: of all data, header byte included. */
static inline uint32_t multi_end(uint8_t *data, uint32_t size, uint32_t at)
{
    return at + 1 < multi_count(data) ? multi_start(data, at + 1) : size - TAGGED_HEADER_SIZE;
}

#endif
