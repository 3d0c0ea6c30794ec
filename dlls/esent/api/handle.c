/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Handles: a slot number, the type, and a generation that changes each time
 * the slot is used again.  Slots are used again in the order in which they
 * became free, so a stale handle is recognized as long as can be.
 */
#include "api/private.h"

#define GENERATION_SHIFT (HANDLE_SLOT_BITS + HANDLE_TYPE_BITS)
#define GENERATION_MASK  ((uintptr_t)-1 >> GENERATION_SHIFT)
#define NO_SLOT          0xffffffffu

_Static_assert((1u << HANDLE_SLOT_BITS) == HANDLE_CHUNKS * HANDLE_CHUNK, "slots fill their bits");
_Static_assert(HANDLE_OTHER < (1 << HANDLE_TYPE_BITS) - 1, "the last type is kept out: all ones is never a handle");

static struct handle_slot *slot_at(struct handle_table *table, uint32_t number)
{
    struct handle_slot *chunk = atomic_load_explicit(&table->chunks[number >> HANDLE_CHUNK_BITS], memory_order_relaxed);
    return chunk ? &chunk[number & (HANDLE_CHUNK - 1)] : NULL;
}

/* A slot that is free, with table->lock held. */
static JET_ERR slot_take(struct handle_table *table, uint32_t *number)
{
    struct handle_slot *slot;

    if (table->free_count >= HANDLE_FREE_KEPT || (table->used == 1u << HANDLE_SLOT_BITS && table->free_count))
    {
        *number = table->free_first;
        slot = slot_at(table, *number);
        table->free_first = slot->next_free;
        table->free_count--;
        return JET_errSuccess;
    }
    if (table->used == 1u << HANDLE_SLOT_BITS)
        return JET_errOutOfMemory;
    if (!slot_at(table, table->used))
    {
        struct handle_slot *chunk = os_alloc_array(HANDLE_CHUNK, sizeof(*chunk));
        if (!chunk)
            return JET_errOutOfMemory;
        atomic_store_explicit(&table->chunks[table->used >> HANDLE_CHUNK_BITS], chunk, memory_order_release);
    }
    *number = table->used++;
    return JET_errSuccess;
}

JET_ERR handle_new(enum handle_type type, void *object, void *owner, JET_API_PTR *handle)
{
    struct handle_table *table = &process.handles;
    struct handle_slot *slot;
    uint32_t number;
    JET_ERR err;

    os_mutex_lock(&table->lock);
    err = slot_take(table, &number);
    if (err >= 0)
    {
        slot = slot_at(table, number);
        slot->generation++;
        *handle = ((uintptr_t)slot->generation & GENERATION_MASK) << GENERATION_SHIFT |
                  (uintptr_t)type << HANDLE_SLOT_BITS | number;
        atomic_store_explicit(&slot->object, object, memory_order_relaxed);
        atomic_store_explicit(&slot->owner, owner, memory_order_relaxed);
        atomic_store_explicit(&slot->handle, *handle, memory_order_release);
    }
    os_mutex_unlock(&table->lock);
    return err;
}

void handle_free(uintptr_t handle)
{
    struct handle_table *table = &process.handles;
    struct handle_slot *slot;
    uint32_t number = (uint32_t)(handle & ((1u << HANDLE_SLOT_BITS) - 1));

    os_mutex_lock(&table->lock);
    slot = slot_at(table, number);
    if (slot && atomic_load_explicit(&slot->handle, memory_order_relaxed) == handle)
    {
        atomic_store_explicit(&slot->handle, 0, memory_order_seq_cst);
        atomic_store_explicit(&slot->object, NULL, memory_order_relaxed);
        slot->next_free = NO_SLOT;
        if (table->free_count++)
            slot_at(table, table->free_last)->next_free = number;
        else
            table->free_first = number;
        table->free_last = number;
    }
    os_mutex_unlock(&table->lock);
}
