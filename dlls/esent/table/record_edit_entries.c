/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entries of tagged columns in a record being changed: they come, go, and their data grows and shrinks. */
#include "table/record_edit_private.h"

#include <string.h>

void tagged_set_flag(struct tagged *tagged, uint32_t at, uint32_t flag, bool on)
{
    uint32_t word = tagged_word(tagged, at);

    set_le16(tagged_entry(tagged, at) + 2, (uint16_t)(on ? word | flag : word & ~flag));
}

static void move_offsets(struct tagged *tagged, uint32_t from, int32_t delta)
{
    for (uint32_t i = from; i < tagged->count; i++)
    {
        uint32_t word = tagged_word(tagged, i);
        uint32_t offset = (word & tagged->mask) + (uint32_t)delta;

        set_le16(tagged_entry(tagged, i) + 2, (uint16_t)((word & ~tagged->mask) | (offset & tagged->mask)));
    }
}

void tagged_resize(struct tagged *tagged, uint32_t at, uint32_t offset, int32_t delta)
{
    struct record_buffer *buffer = tagged->buffer;
    uint8_t *from = tagged_data(tagged, at) + offset;
    uint8_t *end = buffer->data + buffer->size;

    if (!delta)
        return;
    if (delta > 0)
        memmove(from + delta, from, (size_t)(end - from));
    else
        memmove(from, from - delta, (size_t)(end - (from - delta)));
    buffer->size += (uint32_t)delta;
    move_offsets(tagged, at + 1, delta);
}

void tagged_insert(struct tagged *tagged, uint32_t at, uint16_t fid, uint32_t flags, uint32_t size)
{
    struct record_buffer *buffer = tagged->buffer;
    uint32_t whole = tagged_size(tagged);
    uint32_t array = tagged->count * TAGGED_ENTRY_SIZE;
    uint32_t start = at < tagged->count ? tagged_data_start(tagged, at) : whole;

    memmove(tagged->base + start + TAGGED_ENTRY_SIZE + size, tagged->base + start, whole - start);
    memmove(tagged->base + array + TAGGED_ENTRY_SIZE, tagged->base + array, start - array);
    memmove(tagged_entry(tagged, at + 1), tagged_entry(tagged, at), array - at * TAGGED_ENTRY_SIZE);
    buffer->size += TAGGED_ENTRY_SIZE + size;
    tagged->count++;
    set_le16(tagged_entry(tagged, at), fid);
    set_le16(tagged_entry(tagged, at) + 2, (uint16_t)(flags | start));
    move_offsets(tagged, 0, TAGGED_ENTRY_SIZE);
    move_offsets(tagged, at + 1, (int32_t)size);
}

void tagged_delete(struct tagged *tagged, uint32_t at)
{
    struct record_buffer *buffer = tagged->buffer;
    uint32_t size = tagged_data_size(tagged, at);

    tagged_resize(tagged, at, 0, -(int32_t)size);
    memmove(tagged_entry(tagged, at), tagged_entry(tagged, at + 1), tagged_size(tagged) - (at + 1) * TAGGED_ENTRY_SIZE);
    buffer->size -= TAGGED_ENTRY_SIZE;
    tagged->count--;
    move_offsets(tagged, 0, -(int32_t)TAGGED_ENTRY_SIZE);
}
